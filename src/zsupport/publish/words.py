"""The program's texts on the page, in the language of the page."""

from __future__ import annotations

from zsupport.clock.phrases import WEEKDAYS
from zsupport.dates import date
from zsupport.publish.page import Line, Phrase
from zsupport.wording import Message, Wording

_MONTHS = (
    Message("January"), Message("February"), Message("March"), Message("April"), Message("May"),
    Message("June"), Message("July"), Message("August"), Message("September"),
    Message("October"), Message("November"), Message("December"),
)  # fmt: skip


class PageWords:
    """Writes the program's texts as lines of the page."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    @property
    def language(self) -> str:
        """The code of the language of the page."""
        return self._wording.language.code

    def __call__(self, text: str, /, **values: Line | Phrase | str) -> Line:
        """Return a text of the program as a line, with lines as values."""
        marks = {name: f"\0{place}\0" for place, name in enumerate(values)}
        inserted = list(values.values())
        result: Line = ()
        for place, part in enumerate(self._wording(text, **marks).split("\0")):
            if place % 2 == 0:
                result += (Phrase(part),) if part else ()
                continue
            value = inserted[int(part)]
            if isinstance(value, str):
                result += (Phrase(value),)
            else:
                result += (value,) if isinstance(value, Phrase) else value
        return result

    def text(self, text: str) -> str:
        """Return a text of the program without values."""
        return self._wording(text)


def weekday(day: int, words: PageWords) -> str:
    """Return the name of a weekday (Monday as 0)."""
    return words.text(WEEKDAYS[day])


def long_date(day: date, words: PageWords) -> Line:
    """Return a date: `25 December 2026`."""
    month = words.text(_MONTHS[day.month - 1])
    return words("{day} {month} {year}", day=str(day.day), month=month, year=str(day.year))


def date_with_weekday(day: date, words: PageWords) -> Line:
    """Return a date after its weekday: `Friday, 25 December 2026`."""
    name = weekday(day.weekday(), words)
    return capitalized(words("{weekday}, {date}", weekday=name, date=long_date(day, words)))


def capitalized(line: Line) -> Line:
    """Return a line whose first letter is a capital letter."""
    if not line:
        return line
    first, *rest = line
    return (first._replace(text=first.text[:1].upper() + first.text[1:]), *rest)
