"""Texts for people: lists and counts in sentences, and fields in the notation of a caller."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Self, TypeAlias

#: A function that writes a field in the notation of a caller: `--plan`, `--metric all`,
#: `--fact a=b`. Its arguments are the field, and optionally a value, or the key and value of an
#: entry.
Naming: TypeAlias = "Callable[..., str]"

#: A space at which a screen does not break a line.
NO_BREAK = "\u00a0"

MaybeText = TypeVar("MaybeText", str, str | None)


def argument(field: str, *value: str) -> str:
    """Return a field as a Python argument: `plan`, `metric='all'` or `fact={'a': 'b'}`."""
    if len(value) == 2:
        return f"{field}={{{value[0]!r}: {value[1]!r}}}"
    return f"{field}={value[0]!r}" if value else field


class Message(str):
    """A message that names fields of a question; the string itself names them as Python arguments.

    A placeholder `{name}` in the template is replaced by the value `name`. Without this value, the
    placeholder is a field, such as `{plan}`. `{metric id}` is the field `metric` with the value of
    `id`. `{fact id=value}` is the field `fact` with an entry: its key is the value of `id`, its
    value is the value of `value`. `name_fields` returns the message in the notation of another
    caller.
    """

    __slots__ = ("template", "values")

    def __new__(cls, template: str, /, **values: str) -> Self:
        """Create a message. Values are inserted unchanged. A value can be a `Message` too."""
        message = super().__new__(cls, _fill(template, values, argument))
        message.template = template
        message.values = values
        return message

    template: str
    values: dict[str, str]

    def __reduce__(self) -> tuple[Callable[..., Message], tuple[str, dict[str, str]]]:
        return _restore, (self.template, self.values)


def _restore(template: str, values: dict[str, str]) -> Message:
    return Message(template, **values)


def name_fields(text: MaybeText, naming: Naming) -> MaybeText:
    """Return a text with its fields in the notation of a caller; other texts stay as they are."""
    return _fill(text.template, text.values, naming) if isinstance(text, Message) else text


def _fill(template: str, values: dict[str, str], naming: Naming) -> str:
    # Without a regular expression: importing `re` takes longer than most answers.
    text, *parts = template.split("{")
    for part in parts:
        placeholder, _, after = part.partition("}")
        name, *keys = placeholder.replace("=", " ").split()
        if name in values and not keys:
            text += name_fields(values[name], naming) + after
        else:
            text += naming(name, *(values[key] for key in keys)) + after
    return text


def glued(text: str) -> str:
    """Return a text that a screen never breaks, such as an instant."""
    return text.replace(" ", NO_BREAK)


def enumerated(names: Iterable[str], word: str = "and") -> str:
    """Return names as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def counted(count: int, what: str) -> str:
    """Return a count with its noun: `1 case`, `1,200 cases`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
