"""Texts for people: lists and counts in sentences, and fields as a caller writes them."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self, TypeAlias

#: How a caller writes a field, with a value or an entry: `--plan`, `--metric all`, `--fact a=b`.
Naming: TypeAlias = "Callable[..., str]"

MaybeText = TypeVar("MaybeText", str, str | None)


def argument(field: str, *value: str) -> str:
    """Return a field as a Python caller writes it: as an argument."""
    if len(value) == 2:
        return f"{field}={{{value[0]!r}: {value[1]!r}}}"
    return f"{field}={value[0]!r}" if value else field


class Message(str):
    """A message that names fields of a question; the string itself names them as Python arguments.

    In the template `{name}` is the value of that name. Where no value has the name, it is a field:
    `{plan}`. `{metric all}` is a field with the value named `all`, and `{fact id=value}` a field
    with an entry of two values. `named` returns the message with the spelling of another caller.
    """

    __slots__ = ("template", "values")

    def __new__(cls, template: str, /, **values: str) -> Self:
        """Return the message. Values are inserted unchanged; a value can be a `Message` too."""
        message = super().__new__(cls, _filled(template, values, argument))
        message.template = template
        message.values = values
        return message

    template: str
    values: dict[str, str]

    def __reduce__(self) -> tuple[Callable[..., Message], tuple[str, dict[str, str]]]:
        return _restored, (self.template, self.values)


def _restored(template: str, values: dict[str, str]) -> Message:
    return Message(template, **values)


def named(text: MaybeText, naming: Naming) -> MaybeText:
    """Return a text with the fields as a caller writes them."""
    return _filled(text.template, text.values, naming) if isinstance(text, Message) else text


def _filled(template: str, values: dict[str, str], naming: Naming) -> str:
    # Without a regular expression: importing `re` takes longer than most answers.
    text, *parts = template.split("{")
    for part in parts:
        placeholder, _, after = part.partition("}")
        name, *given = placeholder.replace("=", " ").split()
        if name in values and not given:
            text += named(values[name], naming) + after
        else:
            text += naming(name, *(values[key] for key in given)) + after
    return text


def enumerated(names: Iterable[str], word: str = "and") -> str:
    """Return names as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def counted(count: int, what: str) -> str:
    """Return a count with its noun: `1 case`, `1,200 cases`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
