"""Days and ranges of days in the policy format, decided date by date.

Nothing is computed from a year: a function looks at one date and says whether it is the day.
"""

import re
from datetime import date, timedelta
from functools import cache

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY = timedelta(days=1)


@cache
def western_easter(year: int) -> date:
    """Return Easter Sunday by the method of Meeus, Jones and Butcher."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@cache
def orthodox_easter(year: int) -> date:
    """Return the orthodox Easter Sunday by the method of Meeus, in the Gregorian calendar."""
    a, b, c = year % 4, year % 7, year % 19
    d = (19 * c + 15) % 30
    e = (2 * a + 4 * b - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    # The Julian calendar is 13 days behind, and since the leap days of 2100 and 2200 one day more.
    return date(year, month, day + 1) + (13 + (year >= 2100) + (year >= 2200)) * DAY


@cache
def is_day(text: str, on: date) -> bool:
    """Return whether a date is the day of a text, such as `12-24` or `last fri of jun`."""
    text = text.lower()
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return on.isoformat() == text
    if re.fullmatch(r"\d\d-\d\d", text):
        return on.isoformat()[5:] == text
    if match := re.fullmatch(r"(orthodox )?easter([+-]\d+)?", text):
        sunday = on - int(match[2] or 0) * DAY
        return sunday == (orthodox_easter if match[1] else western_easter)(sunday.year)
    if match := re.fullmatch(r"day (before|after) (.+)", text):
        return is_day(match[2], on + (DAY if match[1] == "before" else -DAY))
    if match := re.fullmatch(r"(\w{3})\w* (before|after) (.+)", text):
        step = DAY if match[2] == "before" else -DAY
        return on.weekday() == WEEKDAYS.index(match[1]) and any(
            is_day(match[3], on + far * step) for far in range(1, 8)
        )
    match = re.fullmatch(r"(last|\d)(?:st|nd|rd|th)? (\w{3})\w* of (\w{3})\w*", text)
    assert match, text
    return (
        on.weekday() == WEEKDAYS.index(match[2])
        and on.month == MONTHS.index(match[3]) + 1
        and (
            (on + 7 * DAY).month != on.month
            if match[1] == "last"
            else (on.day + 6) // 7 == int(match[1])
        )
    )


def is_in_range(text: str, on: date) -> bool:
    """Return whether a date is in a range, such as `12-15..01-15`."""
    first, last = text.split("..")
    shown = on.isoformat()[-len(first) :]
    if first <= last:
        return first <= shown <= last
    return first <= shown or shown <= last


def begins_range(text: str, on: date) -> bool:
    """Return whether a range begins on a date in the range."""
    first = text.split("..")[0]
    shown = on.isoformat()[-len(first) :]
    # Without February 29, the range begins on March 1.
    return shown == first or (
        first == "02-29" and shown == "03-01" and (on - DAY).isoformat()[5:] == "02-28"
    )


def ends_range(text: str, on: date) -> bool:
    """Return whether a range ends with a date in the range."""
    last = text.split("..")[1]
    shown = on.isoformat()[-len(last) :]
    return shown == last or (
        last == "02-29" and shown == "02-28" and (on + DAY).isoformat()[5:] == "03-01"
    )


def extent(text: str, on: date) -> tuple[date, date]:
    """Return the first and the last date of the range around a date in the range."""
    first = last = on
    while not begins_range(text, first):
        first -= DAY
    while not ends_range(text, last):
        last += DAY
    return first, last


def innermost(texts: list[str], on: date) -> str | None:
    """Return the range that decides on a date: the smallest, or of equal ranges that with years."""
    best: str | None = None
    for text in texts:
        if not is_in_range(text, on):
            continue
        if best is None or inside(text, best, on):
            best = text
    return best


def inside(text: str, other: str, on: date) -> bool:
    """Return whether a range is inside another range around a date, or wins over an equal one."""
    own, rival = extent(text, on), extent(other, on)
    if own != rival:
        return rival[0] <= own[0] and own[1] <= rival[1]
    if len(text) != len(other):
        return len(text) > len(other)
    # Both are of every year, and one of them names February 29 in a year without it.
    leap = date(2000, 3, 1) if text.startswith("02-29") else date(2000, 2, 28)
    return extent(text, leap) != extent(other, leap) and (
        extent(other, leap)[0] <= extent(text, leap)[0]
        and extent(text, leap)[1] <= extent(other, leap)[1]
    )
