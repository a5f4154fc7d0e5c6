"""Parsers of the days and ranges of days of a calendar.

They return canonical texts, which `zsupport.clock.days` reads.
"""

from __future__ import annotations

import re

from zsupport.clock.days import MONTHS, ORDINALS, has_year, is_range, moves
from zsupport.clock.problem import BadText, shown
from zsupport.clock.window_text import (
    day_word,
    hint_if_valid,
    is_valid,
    parse_date,
    parse_month_day,
)
from zsupport.clock.windows import DAYS
from zsupport.errors import nearest
from zsupport.wording import Message

EXPECTED_DAY = Message(
    "a date such as `2026-12-24`, `12-24` for every year, or a day that moves such as"
    " `last fri of jun`, `easter+1` or `fri before 12-25`"
)
_EXPECTED_DAY_OR_RANGE = Message(
    "a day such as `2026-12-24`, `12-24` or `easter+1`, or a range such as `06-15..09-15`"
)
_EXPECTED_RANGE = Message("a range such as `06-15..09-15` or `2026-07-01..2026-08-31`")

_OF_MONTH = r"(last|1st|2nd|3rd|4th|5th) ([a-z]+) of ([a-z]+)"
_NEXT_TO = r"([a-z]+) (before|after) (.+)"
_EASTER = r"((?:orthodox )?easter)(?:([+-])([0-9]{1,3}))?"
#: The maximum number of days before or after Easter.
_MAX_OFFSET = 366


def parse_day(text: str) -> str:
    """Return the canonical text of a day, or raise BadText.

    Names of weekdays and months can be long, and in any letter case: `Last Friday of June` is
    `last fri of jun`.
    """
    if re.fullmatch(r"[0-9-]*", text):
        return _parse_dated(text)
    day = _moving(text)
    if day is None:
        raise _unknown_day(text)
    return day


def parse_day_or_range(text: str) -> str:
    """Return the canonical text of a day or a range of days, or raise BadText."""
    if is_range(text):
        return _parse_range(text)
    try:
        return parse_day(text)
    except BadText as problem:
        raise BadText(
            problem.message, _EXPECTED_DAY_OR_RANGE, _range_hint(text) or problem.hint
        ) from None


def canonical_day(text: str) -> str | None:
    """Return the canonical text of a day or a range of days; None for an invalid text."""
    try:
        return parse_day_or_range(text)
    except BadText:
        return None


def _parse_dated(text: str) -> str:
    """Return a date as YYYY-MM-DD, or a date of every year as MM-DD."""
    if re.fullmatch(r"[0-9]{2}-[0-9]{2}", text):
        parse_month_day(text)
        return text
    try:
        return parse_date(text).isoformat()
    except BadText as problem:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise
        raise BadText(problem.message, EXPECTED_DAY, problem.hint or _dated_hint(text)) from None


def _moving(text: str) -> str | None:
    """Return the canonical text of a day that moves; None for another text."""
    # No valid text is this long.
    if len(text) > 100 or not text.isascii():
        return None
    small = text.lower()
    if match := re.fullmatch(_EASTER, small):
        offset = int(match[3] or 0)
        if match[2] and not 0 < offset <= _MAX_OFFSET:
            return None
        return f"{match[1]}{match[2]}{offset}" if match[2] else match[1]
    if match := re.fullmatch(_OF_MONTH, small):
        weekday, month = _weekday(match[2]), _month(match[3])
        return " ".join((match[1], weekday, "of", month)) if weekday and month else None
    if match := re.fullmatch(_NEXT_TO, small):
        weekday = "day" if match[1] == "day" else _weekday(match[1])
        base = _base(match[3])
        return f"{weekday} {match[2]} {base}" if weekday and base else None
    return None


def _base(text: str) -> str | None:
    """Return the day from which another day is counted: a day of every year; None for others."""
    if re.fullmatch(r"[0-9]{2}-[0-9]{2}", text):
        return text if is_valid(text, parse_month_day) else None
    return None if re.fullmatch(_NEXT_TO, text) else _moving(text)


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip


def _weekday(word: str) -> str | None:
    return _short(word, DAYS, _WEEKDAYS)


def _month(word: str) -> str | None:
    return _short(word, MONTHS, _MONTHS)


def _short(word: str, short: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    """Return the short name of a weekday or month from its short or its long name."""
    if word in short:
        return word
    return short[names.index(word)] if word in names else None


def _parse_range(text: str) -> str:
    try:
        first, last = text.split("..")
    except ValueError:
        raise _bad_range(text) from None
    days = []
    for part in (first, last):
        try:
            days.append(parse_day(part))
        except BadText as problem:
            if _range_hint(text):
                raise _bad_range(text) from None
            raise BadText(problem.message, _EXPECTED_RANGE, problem.hint) from None
    first, last = days
    if moves(first) or moves(last):
        raise BadText(
            Message("{text} has a bound that moves", text=shown(text)),
            _EXPECTED_RANGE,
            Message("write the single days, or a range between dates"),
        )
    if has_year(first) is not has_year(last):
        hint = Message("write the year in both dates, or in none")
        if has_year(first):
            hint = Message(
                "write `{text}`, or `{other}` for every year",
                text=f"{first}..{first[:5]}{last}",
                other=f"{first[5:]}..{last}",
            )
        raise BadText(
            Message("only one date of {text} has a year", text=shown(text)), _EXPECTED_RANGE, hint
        )
    if first == last:
        raise BadText(
            Message("{text} is one day", text=shown(text)),
            _EXPECTED_RANGE,
            Message("write `{text}`", text=first),
        )
    if has_year(first) and last < first:
        raise BadText(
            Message("{text} ends before it starts", text=shown(text)),
            _EXPECTED_RANGE,
            Message("write `{text}`", text=f"{last}..{first}"),
        )
    return f"{first}..{last}"


def _bad_range(text: str) -> BadText:
    return BadText(
        Message("invalid range {text}", text=shown(text)), _EXPECTED_RANGE, _range_hint(text)
    )


# The functions below are only for hints: they rewrite texts in other formats. A hint proposes the
# new text if it is valid. The original text is never accepted.

_SEPARATOR = r" ?(?:\.{2,}|[-\u2010-\u2015\u2212\u2026]| to | til | until | through |/) ?"


def _range_hint(text: str) -> str | None:
    """Return the hint for a range with another separator."""
    date = r"((?:[0-9]{4}-)?[0-9]{2}-[0-9]{2})"
    match = re.fullmatch(date + _SEPARATOR + date, text.strip()) if len(text) < 50 else None
    fixed = f"{match[1]}..{match[2]}" if match else text
    return hint_if_valid(fixed, _parse_range) if fixed != text else None


def _unknown_day(text: str) -> BadText:
    message = Message("invalid date {text}", text=shown(text))
    if len(text) > 100:
        return BadText(message, EXPECTED_DAY)
    if is_range(text):
        dates = text if is_valid(text, _parse_range) else _RANGE
        hint: str | None = Message("write it in `dates`, as `{range}: closed`", range=dates)
        return BadText(Message("{text} is a range", text=shown(text)), EXPECTED_DAY, hint)
    small = " ".join(text.casefold().split())
    corrected = _corrected(small)
    for fixed in (small, corrected, _spelled(corrected)):
        if (day := _moving(fixed) or _named(fixed)) is not None:
            return BadText(message, EXPECTED_DAY, Message("write `{text}`", text=day))
    hint = None
    match = re.fullmatch(_NEXT_TO, small)
    if match and is_valid(match[3], parse_day):
        if match[1] == "day" or _weekday(match[1]):
            hint = Message("count from a day of every year, such as `12-25` or `4th thu of nov`")
    elif match := re.fullmatch(r"[0-9]+(?:st|nd|rd|th) ([a-z]+ of [a-z]+)", small):
        hint = _which_weekday(match[1])
    elif re.fullmatch(r"([a-z]+) of ([a-z]+)", small):
        hint = _which_weekday(small)
    elif (match := re.fullmatch(_EASTER_FAR, small)) and int(match[1]) > _MAX_OFFSET:
        hint = Message("at most {limit}", limit=_MAX_OFFSET)
    elif re.fullmatch(r"(orthodox )?easter[+-]0+", small):
        hint = Message("write `{text}`", text=re.split("[+-]", small)[0])
    if hint is None:
        try:
            parse_date(text)
        except BadText as problem:
            hint = problem.hint or _dated_hint(text)
    return BadText(message, EXPECTED_DAY, hint)


_RANGE = "12-28..01-03"
_EASTER_FAR = r"(?:orthodox )?easter[+-]([0-9]{1,9})"


def _which_weekday(text: str) -> str | None:
    """Return the hint for a weekday of a month without a valid number, such as `fri of jun`."""
    known = _moving(f"last {text}")
    return Message("state which one: `1st` to `5th`, or `last`") if known else None


def _dated_hint(text: str) -> str | None:
    """Return the hint for a day and a month in another form; propose the date if it is certain."""
    parts = re.fullmatch(r"([0-9]{1,2})([./ -])([0-9]{1,2})\.?", text)
    if parts is None:
        return None
    first, second = int(parts[1]), int(parts[3])
    month, day = (second, first) if first > 12 else (first, second)
    if day > 12 >= month:
        return hint_if_valid(f"{month:02d}-{day:02d}", parse_month_day)
    return Message("write MM-DD: the month, then the day")


#: Days by their names in English, Norwegian and German.
_NAMES = {
    "maundy thursday": "easter-3", "holy thursday": "easter-3", "good friday": "easter-2",
    "easter sunday": "easter", "easter day": "easter", "easter monday": "easter+1",
    "ascension": "easter+39", "ascension day": "easter+39", "ascension thursday": "easter+39",
    "pentecost": "easter+49", "whit sunday": "easter+49", "whitsunday": "easter+49",
    "whit monday": "easter+50", "pentecost monday": "easter+50", "corpus christi": "easter+60",
    "1st sunday of advent": "sun after 11-26", "first sunday of advent": "sun after 11-26",
    "advent sunday": "sun after 11-26", "ash wednesday": "easter-46", "rose monday": "easter-48",
    "orthodox easter monday": "orthodox easter+1", "orthodox good friday": "orthodox easter-2",
    "thanksgiving": "4th thu of nov", "thanksgiving day": "4th thu of nov",
    "black friday": "day after 4th thu of nov", "memorial day": "last mon of may",
    "labor day": "1st mon of sep", "columbus day": "2nd mon of oct",
    "martin luther king day": "3rd mon of jan", "mlk day": "3rd mon of jan",
    "presidents' day": "3rd mon of feb", "presidents day": "3rd mon of feb",
    "christmas eve": "12-24", "christmas": "12-25", "christmas day": "12-25",
    "boxing day": "12-26", "new year's eve": "12-31", "new years eve": "12-31",
    "new year's day": "01-01", "new years day": "01-01", "new year": "01-01",
    "skj\xe6rtorsdag": "easter-3", "langfredag": "easter-2", "f\xf8rste p\xe5skedag": "easter",
    "1. p\xe5skedag": "easter", "andre p\xe5skedag": "easter+1", "2. p\xe5skedag": "easter+1",
    "kristi himmelfartsdag": "easter+39", "1. pinsedag": "easter+49", "2. pinsedag": "easter+50",
    "andre pinsedag": "easter+50", "julaften": "12-24", "nytt\xe5rsaften": "12-31",
    "karfreitag": "easter-2", "ostersonntag": "easter", "ostermontag": "easter+1",
    "christi himmelfahrt": "easter+39", "pfingstsonntag": "easter+49",
    "pfingstmontag": "easter+50", "fronleichnam": "easter+60", "heiligabend": "12-24",
    "silvester": "12-31", "neujahr": "01-01",
}  # fmt: skip
_NUMBERS = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "forth": "4th",
    "fifth": "5th", "one": "1", "two": "2", "three": "3",
} | {f"{number}.": ordinal for number, ordinal in enumerate(ORDINALS, 1)}  # fmt: skip


def _named(text: str) -> str | None:
    """Return the day of a name, or of a day and the name of a month, in lower case."""
    text = text.removeprefix("the ")
    if text in _NAMES:
        return _NAMES[text]
    ordinal = r"([0-9]{1,2})(?:\.|st|nd|rd|th)?"
    if match := re.fullmatch(rf"{ordinal}[ -](?:of )?([a-z]+)", text):
        number, month = match[1], match[2]
    elif match := re.fullmatch(rf"([a-z]+)[ -]{ordinal}", text):
        number, month = match[2], match[1]
    else:
        return None
    short = _month(month.rstrip("."))
    day = f"{MONTHS.index(short) + 1:02d}-{int(number):02d}" if short else ""
    return day if day and is_valid(day, parse_month_day) else None


def _corrected(small: str) -> str:
    """Return a text in lower case with numbers, names and prepositions as in the format."""
    if match := re.fullmatch(r"(?:the )?(.+?) (before|after) (.+)", small):
        base = _named(match[3]) or _corrected(match[3])
        return _counted(match[1], match[2], base)
    words = [_NUMBERS.get(word, word) for word in small.removeprefix("the ").split(" ")]
    text = " ".join(day_word(word) or word for word in words)
    text = re.sub(r"\b(in|av|im|de)\b", "of", text).replace(" of the ", " of ")
    text = re.sub(r"^siste\b|^letzter?\b", "last", text)
    text = re.sub(r"^[1-5](?= )", lambda number: ORDINALS[int(number[0]) - 1], text)
    text = re.sub(r"^(last|[1-5](?:st|nd|rd|th)) (\w+) (?!of )(\w+)$", r"\1 \2 of \3", text)
    return re.sub(r"\beaster ?([+-]) ?([0-9])", r"easter\1\2", text)


def _spelled(text: str) -> str:
    """Return a text with the names of weekdays and months that are nearest to unknown ones."""
    weekdays = (*DAYS, *_WEEKDAYS)
    if match := re.fullmatch(_OF_MONTH, text):
        weekday = _nearest_word(match[2], weekdays)
        return f"{match[1]} {weekday} of {_nearest_word(match[3], (*MONTHS, *_MONTHS))}"
    if match := re.fullmatch(_NEXT_TO, text):
        return f"{_nearest_word(match[1], weekdays)} {match[2]} {_spelled(match[3])}"
    return text


def _nearest_word(word: str, known: tuple[str, ...]) -> str:
    """Return the known word with a similar length that is nearest to a word, else the word."""
    return nearest(word, [item for item in known if abs(len(item) - len(word)) < 2]) or word


def _counted(words: str, side: str, base: str) -> str:
    """Return the day that words such as `2 days` or `friday` name before or after a day."""
    match = re.fullmatch(r"(\S+) days?", words)
    number = _NUMBERS.get(match[1], match[1]) if match else ""
    easter = re.fullmatch(_EASTER, base)
    if number.isdigit() and len(number) < 4 and easter:
        offset = int(f"{easter[2]}{easter[3]}") if easter[2] else 0
        offset += int(number) if side == "after" else -int(number)
        return f"{easter[1]}{offset:+d}" if offset else easter[1]
    if number == "1":
        words = "day"
    return f"{words} {side} {base}"
