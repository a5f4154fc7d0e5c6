"""Texts for people: lists and counts in a sentence, and fields as each caller writes them."""

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


class Worded(str):
    """A text that names fields of a question; the string itself names them as Python arguments.

    In the template `{0}` stands for the first value, `{plan}` for the field of that name,
    `{metric 0}` for a field with a value, and `{fact 0=1}` for one with an entry. `named` returns
    the text with the spelling of another caller.
    """

    __slots__ = ("template", "values")

    def __new__(cls, template: str, *values: str) -> Self:
        """Return the text. Values are inserted as they are; a value can itself be a `Worded`."""
        text = super().__new__(cls, _filled(template, values, argument))
        text.template = template
        text.values = values
        return text

    template: str
    values: tuple[str, ...]

    def __reduce__(self) -> tuple[type[Self], tuple[str, ...]]:
        return type(self), (self.template, *self.values)


def named(text: MaybeText, naming: Naming) -> MaybeText:
    """Return a text with the fields as a caller writes them."""
    return _filled(text.template, text.values, naming) if isinstance(text, Worded) else text


def _filled(template: str, values: tuple[str, ...], naming: Naming) -> str:
    # Without a regular expression, which costs time to compile: some answers need such a text.
    text, *parts = template.split("{")
    for part in parts:
        field, _, after = part.partition("}")
        name, *given = field.replace("=", " ").split()
        if name.isdigit():
            text += named(values[int(name)], naming) + after
        else:
            text += naming(name, *(values[int(place)] for place in given)) + after
    return text


def enumerated(names: Iterable[str], word: str = "and") -> str:
    """Return names as one says them: `a`, `a and b`, `a, b and c`; nothing where there is none."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def counted(count: int, what: str) -> str:
    """Return how many there are of something: `1 case`, `1,200 cases`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
