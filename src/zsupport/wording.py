"""Texts for people: messages that can be translated, and lists and counts in sentences."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self, TypeAlias

#: A function that writes a field in the notation of a caller: `--plan`, `--metric all`,
#: `--fact a=b`. Its arguments are the field, and optionally a value, or the key and value of an
#: entry.
Naming: TypeAlias = "Callable[..., str]"

#: A space at which a screen does not break a line.
NO_BREAK = "\u00a0"

MaybeText = TypeVar("MaybeText", str, str | None)


#: The names in Python of options that have another name there.
_ARGUMENTS = {"column": "columns", "map": "mapping", "tz": "`timezone` in `mapping`"}


def argument(field: str, *value: str) -> str:
    """Return a field as a Python argument: `plan`, `metric='all'` or `fact={'a': 'b'}`."""
    field = _ARGUMENTS.get(field, field)
    if len(value) == 2:
        return f"{field}={{{value[0]!r}: {value[1]!r}}}"
    return f"{field}={value[0]!r}" if value else field


class Language:
    """English: the texts of the source. `zsupport.sources.translations` has other languages."""

    code = "en"

    def text(self, template: str) -> str:
        """Return the template of a text in this language."""
        return template

    def plural(self, single: str, several: str, number: int) -> str:
        """Return the template for a number: `single` or `several` in English."""
        return single if number == 1 else several

    def number(self, number: int) -> str:
        """Return a whole number with its thousands separated: `1,200`."""
        return f"{number:,}"


ENGLISH = Language()


class Wording:
    """Writes the program's texts for a reader: in a language, with fields in a notation."""

    def __init__(self, language: Language = ENGLISH, naming: Naming = argument) -> None:
        self.language = language
        self.naming = naming

    def __call__(self, text: str, /, **values: object) -> str:
        """Return a text of the program in the language of the reader.

        `text` is a `Message`, or a template with placeholders as in a `Message`.
        """
        if isinstance(text, Message):
            return text.worded(self)
        return _fill(self.language.text(text), values, self)

    def message(self, text: MaybeText) -> MaybeText:
        """Return a `Message` in the language of the reader; other texts stay as they are."""
        return text.worded(self) if isinstance(text, Message) else text


class Message(str):
    """A text of the program for people, which can be shown in another language.

    The string itself is in English and names fields of a question as Python arguments. A
    placeholder `{name}` in the template is replaced by the value `name`. Without this value, the
    placeholder is a field, such as `{plan}`. `{metric id}` is the field `metric` with the value of
    `id`. `{fact id=value}` is the field `fact` with an entry: with the values `id` `a` and `value`
    `b`, it is `fact={'a': 'b'}`. `Wording` returns the message for another reader.
    """

    __slots__ = ("template", "values")

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Create a message. Values are inserted unchanged. A value can be a `Message` too."""
        # Most texts have no placeholder, and every run creates many of them.
        text = _fill(template, values, _PYTHON) if "{" in template else template
        message = str.__new__(cls, text)
        message.template = template
        message.values = values
        return message

    template: str
    values: dict[str, object]

    def worded(self, wording: Wording) -> str:
        """Return the message for a reader."""
        return _fill(wording.language.text(self.template), self.values, wording)

    def mapped(self, change: Callable[[object], object]) -> Message:
        """Return the message with the results of a function of its values instead of them."""
        make, (*arguments, _) = self.__reduce__()
        return make(*arguments, {name: change(value) for name, value in self.values.items()})

    def __reduce__(self) -> tuple[Callable[..., Message], tuple[object, ...]]:
        return _restore, (self.template, self.values)


class Counted(Message):
    """A message about a number of things; `{count}` is the number: `1 case`, `1,200 cases`."""

    __slots__ = ("number", "several")

    def __new__(cls, single: str, several: str, number: int, /, **values: object) -> Self:
        """Create a message from the templates for one thing and for several."""
        template = ENGLISH.plural(single, several, number)
        filled = _fill(template, {**values, "count": ENGLISH.number(number)}, _PYTHON)
        message = str.__new__(cls, filled)
        message.template, message.values = single, values
        message.several, message.number = several, number
        return message

    several: str
    number: int

    def worded(self, wording: Wording) -> str:
        """Return the message for a reader."""
        language = wording.language
        template = language.plural(self.template, self.several, self.number)
        return _fill(template, {**self.values, "count": language.number(self.number)}, wording)

    def __reduce__(self) -> tuple[Callable[..., Message], tuple[object, ...]]:
        return _restore_counted, (self.template, self.several, self.number, self.values)


def _restore(template: str, values: dict[str, object]) -> Message:
    return Message(template, **values)


def _restore_counted(single: str, several: str, number: int, values: dict[str, object]) -> Counted:
    return Counted(single, several, number, **values)


_PYTHON = Wording()


def _fill(template: str, values: Mapping[str, object], wording: Wording) -> str:
    # Without a regular expression: importing `re` takes longer than most answers.
    text, *parts = template.split("{")
    for part in parts:
        placeholder, _, after = part.partition("}")
        name, *keys = placeholder.replace("=", " ").split()
        if name in values and not keys:
            value = values[name]
            text += value.worded(wording) if isinstance(value, Message) else str(value)
        else:
            text += wording.naming(name, *(str(values[key]) for key in keys))
        text += after
    return text


def glued(text: str) -> str:
    """Return a text that a screen keeps on one line, such as an instant."""
    return text.replace(" ", NO_BREAK)


def encodable(text: str) -> str:
    """Return a text that UTF-8 can encode: lone surrogates, as in some file names, are replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= mark <= "\udfff" else mark for mark in text)
    return text


def joined(texts: Iterable[str], separator: str) -> Message:
    """Return texts with a separator between them, which can be a message too."""
    values = {f"text{number}": text for number, text in enumerate(texts)}
    template = "{separator}".join(f"{{{name}}}" for name in values)
    return Message(template, separator=separator, **values)


def enumerated(names: Iterable[str], *, either: bool = False) -> str:
    """Return names as a list in a sentence: `a`, `a and b`, `a, b and c`. `either`: with `or`."""
    names = list(names)
    if len(names) < 2:
        return names[0] if names else ""
    *names, last = names
    messages = any(isinstance(name, Message) for name in names)
    listed = joined(names, ", ") if messages else ", ".join(names)
    if either:
        return Message("{names} or {last}", names=listed, last=last)
    return Message("{names} and {last}", names=listed, last=last)
