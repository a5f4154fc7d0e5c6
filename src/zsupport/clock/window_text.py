"""Parsers of the opening hours, dates and weekdays of a calendar.

Each day of a range has its own window. A window belongs to the date on which it opens.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable

from zsupport.clock.problem import BadText, shown
from zsupport.clock.windows import DAY, DAYS, FIRST_YEAR, LAST_YEAR, WEEK, Window
from zsupport.typed import NamedTuple
from zsupport.wording import Message

EXPECTED_OPEN = Message(
    "opening hours such as `mon-fri 09:00-18:00`, `fri 17:00 - mon 09:00`, or `24x7`"
)
EXPECTED_DAY_WINDOWS = Message("the hours of one date, such as `08:00-12:00`, or `closed`")
EXPECTED_RANGE_WINDOWS = Message(
    "the hours of a range of days, such as `08:00-15:00`, `mon-sat 08:00-15:00` or `closed`"
)
EXPECTED_DATE = Message(
    "a date YYYY-MM-DD, from {first_year} to {last_year}",
    first_year=FIRST_YEAR,
    last_year=LAST_YEAR,
)
EXPECTED_MONTH_DAY = Message("a month and day MM-DD")
EXPECTED_YEARS = Message(
    "years such as `2026-2027` or `2026`, from {first_year} to {last_year}",
    first_year=FIRST_YEAR,
    last_year=LAST_YEAR,
)
EXPECTED_DAYS = Message("weekdays such as `mon-fri` or `sat`")
_EXPECTED_TIME = Message("a time HH:MM from 00:00 to 23:59, or 24:00 as an end")

# Patterns are compiled when they are used, because a cached policy needs none of them.
_BLOCK = r"(\S+) +(\S+) +- +(\S+) +(\S+)"
_WINDOW = r"(\S+) +([^-\s]+)-([^-\s]+)"
_TIMES = r"([^-\s]+)-([^-\s]+)"
_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00"
_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_MONTH_DAY = r"([0-9]{2})-([0-9]{2})"
_YEARS = r"([0-9]{4})(?:-([0-9]{4}))?"


def parse_open(text: str) -> tuple[Window, ...] | None:
    """Return the weekly windows of one `open` text, or None for `24x7`; raise BadText.

    A window that crosses the end of the week closes in the next week, after minute 10,080. No
    window is longer than a week. `mon-fri 22:00-06:00` gives a window for each day, in the order
    of the text. A block such as `fri 17:00 - mon 09:00` gives one window.
    """
    if text == "24x7":
        return None
    try:
        return _open_windows(text)
    except BadText as problem:
        raise _with_correction(problem, text, _open_windows) from None


def parse_day_windows(text: str) -> tuple[Window, ...]:
    """Return the window of one date in minutes from its midnight, or no window for `closed`.

    Raises BadText, also for a window that crosses midnight.
    """
    if text == "closed":
        return ()
    try:
        return _date_windows(text)
    except BadText as problem:
        raise _with_correction(problem, text, _date_windows) from None


class RangeWindows(NamedTuple):
    """Windows of one text of a range of days.

    They are windows of the week, or with `by_date` of each date with hours, in minutes from its
    midnight.
    """

    windows: tuple[Window, ...]
    by_date: bool


def parse_range_windows(text: str) -> RangeWindows:
    """Return the windows of one text of a range of days: of the week, or of each date.

    `closed` has no windows. A window can cross midnight. Raises BadText.
    """
    if text == "closed":
        return RangeWindows((), by_date=False)
    if text == "24x7":
        days = range(0, WEEK, DAY)
        return RangeWindows(tuple(Window(day, day + DAY) for day in days), by_date=False)
    try:
        return _range_windows(text)
    except BadText as problem:
        raise _with_correction(problem, text, _range_windows) from None


def parse_days(text: str) -> tuple[int, ...]:
    """Return the days of `mon-fri` or `sat` in the order of the text, Monday as 0; raise BadText.

    A range may cross the end of the week: `sun-thu`.
    """
    try:
        return _days(text)
    except BadText as problem:
        raise _with_correction(problem, text, _days) from None


def parse_date(text: str) -> datetime.date:
    """Return the date of a text YYYY-MM-DD from 1973 to 2200, or raise BadText."""
    match = re.fullmatch(_DATE, text)
    if match is None:
        raise BadText(
            Message("invalid date {text}", text=shown(text)), EXPECTED_DATE, _date_hint(text)
        )
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    _refuse_impossible(text, year, month, day, EXPECTED_DATE)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadText(Message("{text} is out of range", text=shown(text)), EXPECTED_DATE)
    return datetime.date(year, month, day)


def parse_month_day(text: str) -> tuple[int, int]:
    """Return the month and day of a text MM-DD, 02-29 included, or raise BadText."""
    match = re.fullmatch(_MONTH_DAY, text)
    if match is None:
        hint = None
        if short := re.fullmatch(r"([0-9]{1,2})-([0-9]{1,2})", text):
            hint = hint_if_valid(f"{int(short[1]):02d}-{int(short[2]):02d}", parse_month_day)
        raise BadText(
            Message("invalid month and day {text}", text=shown(text)), EXPECTED_MONTH_DAY, hint
        )
    month, day = int(match[1]), int(match[2])
    # 2000 was a leap year, so it has every month and day.
    _refuse_impossible(text, 2000, month, day, EXPECTED_MONTH_DAY)
    return month, day


def parse_years(text: str) -> tuple[int, int]:
    """Return the first and last year of `2026-2027`, or of `2026` alone; raise BadText."""
    match = re.fullmatch(_YEARS, text)
    if match is None:
        hint = None
        if short := re.fullmatch(r"([0-9]{2})([0-9]{2})[-/]([0-9]{2})", text):
            hint = hint_if_valid(f"{short[1]}{short[2]}-{short[1]}{short[3]}", parse_years)
        raise BadText(Message("invalid years {text}", text=shown(text)), EXPECTED_YEARS, hint)
    first = int(match[1])
    last = int(match[2] or first)
    if not (FIRST_YEAR <= first <= LAST_YEAR and FIRST_YEAR <= last <= LAST_YEAR):
        raise BadText(Message("{text} is out of range", text=shown(text)), EXPECTED_YEARS)
    if last < first:
        raise BadText(
            Message("{text} ends before it starts", text=shown(text)),
            EXPECTED_YEARS,
            Message("write `{text}`", text=f"{last}-{first}"),
        )
    return first, last


def _open_windows(text: str) -> tuple[Window, ...]:
    if match := re.fullmatch(_BLOCK, text):
        opens = _day(match[1]) * DAY + _minute(match[2])
        closes = _day(match[3]) * DAY + _minute(match[4], end=True)
        return (Window(opens, closes if closes > opens else closes + WEEK),)
    match = re.fullmatch(_WINDOW, text)
    if match is None:
        raise BadText(
            Message("invalid opening hours {text}", text=shown(text)),
            EXPECTED_OPEN,
            _open_hint(text),
        )
    days = _days(match[1], f" {match[2]}-{match[3]}")
    start, end = _times(match[2], match[3], f"{match[1]} ")
    length = end - start if end > start else end - start + DAY
    return tuple(Window(day * DAY + start, day * DAY + start + length) for day in days)


def _date_windows(text: str) -> tuple[Window, ...]:
    match = re.fullmatch(_TIMES, text)
    if match is None:
        hint: str | None = None
        if "," in text:
            hint = Message("write a list with one entry for each time")
        elif text.casefold() in _ALWAYS:
            hint = Message("write `00:00-24:00`")
        elif text.casefold() in {"closed", "stengt"}:
            hint = Message("write `closed`")
        elif parts := re.fullmatch(_WINDOW, text):
            hint = hint_if_valid(f"{parts[2]}-{parts[3]}", _date_windows)
        raise BadText(
            Message("invalid hours of a date {text}", text=shown(text)), EXPECTED_DAY_WINDOWS, hint
        )
    start, end = _times(match[1], match[2])
    if end < start:
        raise BadText(
            Message("{text} crosses midnight", text=shown(text)),
            EXPECTED_DAY_WINDOWS,
            Message(
                "write `{first}` for this date and `{second}` for the next date",
                first=f"{match[1]}-24:00",
                second=f"00:00-{match[2]}",
            ),
        )
    return (Window(start, end),)


def _range_windows(text: str) -> RangeWindows:
    match = re.fullmatch(_TIMES, text)
    if match is None or not any(character.isdigit() for character in text):
        try:
            return RangeWindows(_open_windows(text), by_date=False)
        except BadText as problem:
            if problem.expected != EXPECTED_OPEN:
                raise
            message = Message("invalid hours of a range of days {text}", text=shown(text))
            hint = problem.hint
            if text.casefold() in {"closed", "stengt"}:
                hint = Message("write `closed`")
            raise BadText(message, EXPECTED_RANGE_WINDOWS, hint) from None
    start, end = _times(match[1], match[2])
    return RangeWindows((Window(start, end if end > start else end + DAY),), by_date=True)


def _times(first: str, last: str, days: str = "") -> tuple[int, int]:
    """Return start and end of a window in minutes of the day; the end may be before the start.

    `days` is the text before the times, for hints.
    """
    start, end = _minute(first), _minute(last, end=True)
    text = shown(f"{first}-{last}")
    if end == 0:
        hint = Message("write `{text}`", text=f"{days}{first}-24:00")
        raise BadText(
            Message("{text} ends at the start of its date", text=text), _EXPECTED_TIME, hint
        )
    if start == end:
        hint = Message("write `00:00-24:00` for a whole day")
        if days:
            hint = Message(
                "write `{days}00:00-24:00` for a whole day,"
                " or a block such as `mon {time} - tue {time}`",
                days=days,
                time=first,
            )
        raise BadText(Message("{text} is empty", text=text), _EXPECTED_TIME, hint)
    return start, end


def _minute(text: str, *, end: bool = False) -> int:
    """Return the minute of the day of HH:MM; 24:00 is accepted only with `end`."""
    match = re.fullmatch(_TIME, text)
    if match is None:
        fixed = _time_word(text.casefold())
        hint = Message("write `{text}`", text=fixed) if fixed else None
        raise BadText(Message("invalid time of day {text}", text=shown(text)), _EXPECTED_TIME, hint)
    if match[1] is not None:
        return int(match[1]) * 60 + int(match[2])
    if not end:
        raise BadText(
            Message("`24:00` cannot start a window"),
            _EXPECTED_TIME,
            Message("write 00:00 of the next day"),
        )
    return DAY


def _days(text: str, rest: str = "") -> tuple[int, ...]:
    """Return the days of a text; `rest` is the text after them, for hints."""
    first, hyphen, last = text.partition("-")
    if not hyphen:
        return (_day(first),)
    start, end = _day(first), _day(last)
    if start == end:
        raise BadText(
            Message("invalid range of weekdays {text}", text=shown(text)),
            EXPECTED_DAYS,
            Message(
                "write `{day}{times}` for one day, or `mon-sun{times}` for every day",
                day=first,
                times=rest,
            ),
        )
    return tuple((start + i) % 7 for i in range((end - start) % 7 + 1))


def _day(text: str) -> int:
    """Return the number of a day, Monday as 0."""
    if text in DAYS:
        return DAYS.index(text)
    hint = None
    if word := day_word(text.casefold()):
        hint = Message("write `{text}`", text=word)
    elif "," in text or "+" in text or "/" in text:
        hint = Message("write a list with one entry for each day")
    raise BadText(
        Message("unknown weekday {text}", text=shown(text)),
        Message("one of {days}", days=", ".join(DAYS)),
        hint,
    )


def _refuse_impossible(text: str, year: int, month: int, day: int, expected: str) -> None:
    try:
        datetime.date(year, month, day)
    except ValueError:
        raise BadText(
            Message("invalid date {text}: the calendar does not have this day", text=shown(text)),
            expected,
        ) from None


def _date_hint(text: str) -> str | None:
    """Return the hint for a date in another format, or None if day and month are ambiguous."""
    parts = re.fullmatch(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})", text)
    # Without separators, only eight digits are unambiguous.
    if parts and (parts[2] or len(text) == 8):
        return hint_if_valid(f"{parts[1]}-{int(parts[3]):02d}-{int(parts[4]):02d}", parse_date)
    if re.fullmatch(r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{4}", text):
        return Message("write the year, then the month, then the day")
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].*", text):
        date = text[:10]
        if is_valid(date, parse_date):
            return Message("write `{date}` without a time of day", date=date)
    return None


def _open_hint(text: str) -> str | None:
    small = text.strip().casefold()
    days, _, rest = small.partition(" ")
    if small in _ALWAYS:
        return Message("write `24x7`")
    if match := re.fullmatch(r"([0-9]{1,2}) ?[x/*] ?([1-6])", small):
        days = "-".join(dict.fromkeys(("mon", DAYS[int(match[2]) - 1])))
        if match[1] == "24":
            return Message("write `{text}`", text=f"{days} 00:00-24:00")
        return Message("write days and times such as `{days} 09:00-17:00`", days=days)
    if rest in _ALWAYS:
        return Message("write `{text}`", text=f"{days} 00:00-24:00")
    if "," in small or " and " in small:
        return Message("write a list with one entry for each window")
    if small in {"closed", "stengt"}:
        return Message("omit the days that are closed")
    fixed = _correct(text)
    if is_valid(fixed, _days):
        return Message("add times such as `{days} 09:00-17:00`", days=fixed)
    if is_valid(fixed, _date_windows):
        return Message("add days such as `mon-fri {times}`", times=fixed)
    return None


# The functions below are only for hints: they rewrite texts in other formats. A hint proposes the
# new text if it is valid. The original text is never accepted.

_ALWAYS = frozenset({"24x7", "24/7", "7x24", "24x7x365", "24h", "always", "all day"})
_RANGES = {
    "weekday": "mon-fri",
    "weekdays": "mon-fri",
    "workdays": "mon-fri",
    "business days": "mon-fri",
    "hverdager": "mon-fri",
    "weekend": "sat-sun",
    "weekends": "sat-sun",
    "daily": "mon-sun",
    "every day": "mon-sun",
    "everyday": "mon-sun",
    "alle dager": "mon-sun",
}
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GERMAN = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_NORWEGIAN = ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag")

# Abbreviations of two letters, in English, German and Norwegian. Each means only one day.
_TWO_LETTERS = {
    letters: day
    for day, words in zip(
        DAYS,
        ("mo ma", "tu di ti", "we mi", "th do to", "fr", "sa l\xf8", "su so s\xf8"),
        strict=True,
    )
    for letters in words.split()
} | {"on": "wed"}


def day_word(text: str) -> str | None:
    """Return the day of a word in lower case: monday, tues, mon., mandag."""
    word = text.rstrip(".")
    if word in _TWO_LETTERS:
        return _TWO_LETTERS[word]
    # At least three letters: `t` and `s` are ambiguous.
    if len(word) >= 3:
        for names in (_ENGLISH, _NORWEGIAN, _GERMAN):
            for day, name in zip(DAYS, names, strict=True):
                if name.startswith(word) or name + "s" == word:
                    return day
    return None


def _time_word(text: str) -> str | None:
    """Return the time of a word in lower case: 9:00, 9.00, 0900, 9, 9am, 5:30pm."""
    match = re.fullmatch(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?(am|pm|h)?", text)
    if match is None:
        return None
    hour = int(match[1])
    if match[3] in {"am", "pm"}:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    time = f"{hour:02d}:{match[2] or '00'}"
    return time if re.fullmatch(_TIME, time) else None


def _with_correction(problem: BadText, text: str, parse: Callable[[str], object]) -> BadText:
    """Return the problem, with the corrected text as its hint if that text is valid."""
    fixed = _correct(text)
    if not is_valid(fixed, parse):
        return problem
    return BadText(problem.message, problem.expected, Message("write `{text}`", text=fixed))


def hint_if_valid(text: str, parse: Callable[[str], object]) -> str | None:
    """Return the hint to write a text, or None if `parse` does not accept it."""
    return Message("write `{text}`", text=text) if is_valid(text, parse) else None


def is_valid(text: str, parse: Callable[[str], object]) -> bool:
    """Return whether `parse` accepts a text."""
    try:
        parse(text)
    except BadText:
        return False
    return True


def _correct(text: str) -> str:
    """Return `text` with days, times, hyphens and spaces spelled as in the format."""
    # No valid text is this long.
    if len(text) > 100:
        return text
    small = " ".join(text.casefold().split())
    for words, days in _RANGES.items():
        if small == words or small.startswith((words + " ", words + ":")):
            small = days + small[len(words) :]
    small = re.sub(r" ?(?:[-\u2010-\u2015\u2212]| to | til | until | through ) ?", "-", small)
    small = re.sub(r"(?<=[0-9]) (?=[ap]m\b)", "", small).replace(": ", " ")
    # In `5-9pm` it is not certain that `pm` belongs to both times.
    if len(re.findall(r"[0-9][ap]m\b", small)) == 1:
        return text
    parts = [day_word(part) or _time_word(part) or part for part in re.split(r"([- ])", small)]
    small = "".join(parts)
    # A block needs its spaces: day time - day time.
    return re.sub(r"^([a-z]{3} [0-9:]{5})-([a-z]{3} [0-9:]{5})$", r"\1 - \2", small)
