"""Texts for people: lists and counts in a sentence, and the names of what a caller can state."""

import re
from collections.abc import Callable, Iterable
from typing import Self, TypeVar

#: How a caller writes a field of a question, or an entry of that: `--plan`, `--fact impact=down`.
Naming = Callable[..., str]

MaybeText = TypeVar("MaybeText", str, str | None)


def argument(field: str, *entry: str) -> str:
    """Return how a caller in Python writes a field: as an argument."""
    return f"`{field}={{{entry[0]!r}: {entry[1]!r}}}`" if entry else f"`{field}`"


class Worded(str):
    """A text that names fields of a question, by itself as the arguments of Python.

    In the template `{plan}` stands for the field of that name, `{0}` for the first value, and
    `{fact 0=1}` for an entry of a field. Another caller has it `named` in its own way.
    """

    __slots__ = ("template", "values")

    def __new__(cls, template: str, *values: str) -> Self:
        """Return the text; what is in the values is no template."""
        text = super().__new__(cls, _filled(template, values, argument))
        text.template = template
        text.values = values
        return text

    template: str
    values: tuple[str, ...]

    def __reduce__(self) -> tuple[type[Self], tuple[str, ...]]:
        return type(self), (self.template, *self.values)


def named(text: MaybeText, naming: Naming) -> MaybeText:
    """Return a text with the names that a caller has for the fields."""
    return _filled(text.template, text.values, naming) if isinstance(text, Worded) else text


def _filled(template: str, values: tuple[str, ...], naming: Naming) -> str:
    def filled(part: re.Match[str]) -> str:
        name, *entry = part.groups()
        if name.isdigit():
            return values[int(name)]
        return naming(name, *(values[int(place)] for place in entry if place))

    return re.sub(r"\{(\w+)(?: (\d+)=(\d+))?\}", filled, template)


def enumerated(names: Iterable[str], word: str = "and") -> str:
    """Return names as one says them: `a`, `a and b`, `a, b and c`; nothing where there is none."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"


def counted(count: int, what: str) -> str:
    """Return how many there are of something: `1 case`, `1,200 cases`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
