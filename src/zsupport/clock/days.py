"""Days and ranges of days of a calendar, by their canonical texts.

A day is a date (`2026-12-24`), a date of every year (`12-24`), or a day that moves: `last fri of
jun`, `easter+1`, `fri before 12-25`. A range is `06-15..09-15` or `2026-07-01..2026-08-31`.
`zsupport.clock.day_text` parses texts of people into canonical texts.
"""

from __future__ import annotations

from zsupport.clock.windows import DAYS
from zsupport.dates import date
from zsupport.errors import EnvironmentFault
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ORDINALS = ("1st", "2nd", "3rd", "4th", "5th")


def has_year(day: str) -> bool:
    """Return whether a day is a date of one year."""
    return day[4:5] == "-"


def moves(day: str) -> bool:
    """Return whether a day has another date in each year, such as Easter."""
    return not has_year(day) and day[2:3] != "-"


def precedence(day: str) -> tuple[int, str]:
    """Return a key that sorts days: of days on one date, the last takes precedence.

    A date of one year takes precedence over a date of every year, and both over a day that moves.
    """
    return 0 if moves(day) else 2 if has_year(day) else 1, day


def is_range(text: str) -> bool:
    """Return whether a text is a range of days."""
    return ".." in text


def in_year(day: str, year: int) -> tuple[int, ...]:
    """Return the dates of a day in a year, as ordinals.

    The result is empty if the year does not have the day, such as February 29 in most years. A day
    before or after another day, at the end of a year, can be in one year twice.
    """
    if has_year(day):
        return (date.fromisoformat(day).toordinal(),) if int(day[:4]) == year else ()
    if not moves(day):
        ordinal = _date_in(year, int(day[:2]), int(day[3:]))
        return () if ordinal is None else (ordinal,)
    # The day from which another day is counted can be in a neighbouring year.
    dates = {moved for near in (year - 1, year, year + 1) for moved in _moved(day, near)}
    return tuple(sorted(moved for moved in dates if date.fromordinal(moved).year == year))


def in_years(days: Iterable[str], years: Iterable[int]) -> set[int]:
    """Return the dates of days in some years, as ordinals."""
    of_years = tuple(years)
    return {ordinal for day in days for year in of_years for ordinal in in_year(day, year)}


def _moved(day: str, year: int) -> tuple[int, ...]:
    """Return the date of a day that moves, counted from the month, Easter or day of a year."""
    word, *rest = day.split(" ")
    if word.startswith("easter") or word == "orthodox":
        name, offset = (word, word[6:]) if not rest else (word, rest[0][6:])
        return (easter(year, orthodox=name == "orthodox") + int(offset or 0),)
    if rest[0] in ("before", "after"):
        step = 1 if rest[0] == "after" else -1
        return tuple(_neighbour(word, step, base) for base in in_year(" ".join(rest[1:]), year))
    weekday, month = DAYS.index(rest[0]), MONTHS.index(rest[2]) + 1
    if word == "last":
        end = _date_in(year + month // 12, month % 12 + 1, 1)
        assert end is not None
        return (_neighbour(rest[0], -1, end),)
    first = date(year, month, 1)
    number = 1 + (weekday - first.weekday()) % 7 + 7 * ORDINALS.index(word)
    ordinal = _date_in(year, month, number)
    return () if ordinal is None else (ordinal,)


def _neighbour(word: str, step: int, base: int) -> int:
    """Return the next or previous date of a weekday; `day` is any weekday."""
    if word == "day":
        return base + step
    between = step * (DAYS.index(word) - (base - 1) % 7)
    return base + step * ((between - 1) % 7 + 1)


def easter(year: int, *, orthodox: bool) -> int:
    """Return the date of Easter Sunday in a year.

    Raises EnvironmentFault if the package `python-dateutil` is not installed.
    """
    try:
        from dateutil.easter import (  # type: ignore[import-untyped, unused-ignore]
            EASTER_ORTHODOX,
            EASTER_WESTERN,
        )
        from dateutil.easter import easter as sunday
    except ImportError:
        raise EnvironmentFault(
            Message("missing package `python-dateutil`, required for the date of Easter"),
            Message("install it: python -m pip install python-dateutil"),
        ) from None
    day = sunday(year, EASTER_ORTHODOX if orthodox else EASTER_WESTERN)
    return int(day.toordinal())


def range_from(text: str, year: int) -> tuple[int, int] | None:
    """Return the dates `[first, end)` of a range that starts in a year; None if none starts.

    A range of every year can end in the next year. Where a year has no February 29, a range that
    starts on it starts on March 1, and a range that ends on it ends on February 28.
    """
    first, last = text.split("..")
    if has_year(first):
        if int(first[:4]) != year:
            return None
        return date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1
    begin = _bound(year, first)
    end = _bound(year + (last < first), last) + 1
    if first == "02-29" and _date_in(year, 2, 29) is None:
        begin += 1
    return (begin, end) if begin < end else None


def _bound(year: int, day: str) -> int:
    """Return a date of a year; February 28 for a missing February 29."""
    ordinal = _date_in(year, int(day[:2]), int(day[3:]))
    return date(year, 2, 28).toordinal() if ordinal is None else ordinal


def _date_in(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None


def ranges_in(texts: Iterable[str], year: int) -> list[tuple[str, int, int]]:
    """Return the ranges of texts that overlap a year, as `(text, first, end)` inside this year.

    A range comes before the ranges that it contains. Of two equal ranges, the range of one year is
    last.
    """
    low, high = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1
    inside = []
    for text in texts:
        for start in (int(text[:4]),) if has_year(text) else (year - 1, year):
            dates = range_from(text, start)
            if dates and dates[0] < high and low < dates[1]:
                inside.append((*dates, text))
    # In a year without February 29, a range can be as long as a range that contains it.
    inside.sort(key=lambda item: (item[0] - item[1], has_year(item[2]), -days_on_circle(item[2])))
    return [(text, max(first, low), min(end, high)) for first, end, text in inside]


def days_on_circle(text: str) -> int:
    """Return the number of days of a range in a leap year; 0 for a range of one year."""
    if has_year(text):
        return 0
    first, last = (date(2000, int(day[:2]), int(day[3:])) for day in text.split(".."))
    return (last - first).days % 366 + 1
