"""The definition of instants in declared formats, slow and plain.

A format is a sequence of directives and literals. A text is read by trying every way to divide it
among them. Names come from Babel, dates from `datetime`, and time zones from `zoneinfo`.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, localedata

SPACES = " \u00a0\u202f"


def fold(name: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return folded.rstrip(".")


@cache
def regions(language: str) -> list[Locale]:
    """Return the locales of a language in its usual script."""
    ids = [id for id in localedata.locale_identifiers() if id.split("_")[0] == language]
    return [locale for locale in map(Locale.parse, ids) if locale.script is None]


@cache
def full_names(language: str, table: str) -> dict[str, int]:
    """Return the number of each name of a month (`months`) or a weekday (`days`)."""
    names = {
        fold(name): number + (table == "days")
        for locale in regions(language)
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in getattr(locale, table)[context][width].items()
        if fold(name).replace("-", "").isalpha()
    }
    # The short name of March in Java 8.
    return names | ({"mrz": 3} if (language, table) == ("de", "months") else {})


def number_of(name: str, language: str, table: str) -> int | None:
    names = full_names(language, table)
    text = fold(name)
    if text in names:
        return names[text]
    longer = {number for full, number in names.items() if full.startswith(text)}
    return longer.pop() if len(text) >= 3 and len(longer) == 1 else None


@cache
def halves(language: str) -> dict[str, bool]:
    """Return whether each name of a half of a day is PM."""
    return {"am": False, "pm": True} | {
        "".join(letter for letter in fold(widths[width][half]) if letter.isalpha()): half == "pm"
        for locale in regions(language)
        for widths in locale.day_periods.values()
        for width in widths
        if width != "narrow"
        for half in ("am", "pm")
        if half in widths[width]
    }


def pieces(format: str) -> list[str]:
    return re.findall(r"%.|[^%]+", format)


def is_number(piece: str) -> bool:
    return piece in {"%Y", "%y", "%m", "%d", "%H", "%I", "%M", "%S", "%f", "%s", "%Q"}


def widths(parts: list[str], position: int) -> tuple[int, ...]:
    """Return the numbers of digits that a directive can have."""
    part = parts[position]
    if part in {"%d", "%m", "%H", "%I"}:
        neighbours = parts[max(position - 1, 0) : position] + parts[position + 1 : position + 2]
        before = parts[position - 1] if position else ""
        touching = any(map(is_number, neighbours)) or before[-1:].isdigit()
        return (2,) if touching else (1, 2)
    return {"%Y": (4,), "%f": tuple(range(1, 10))}.get(part, (2,))


def divisions(parts: list[str], position: int, text: str) -> Iterator[dict[str, str]]:
    """Yield every way to divide a text among the parts from a position on."""
    if position == len(parts):
        if not text:
            yield {}
        return
    part = parts[position]
    if part[0] != "%" or part == "%%":
        literal = "%" if part == "%%" else part
        begin = text[: len(literal)]
        if "".join(" " if c in SPACES else c for c in begin) == "".join(
            " " if c in SPACES else c for c in literal
        ) and all(a == b or b == " " for a, b in zip(begin, literal, strict=True)):
            yield from divisions(parts, position + 1, text[len(literal) :])
        return
    for length in range(1, len(text) + 1):
        value = text[:length]
        if is_value(part, value, widths(parts, position)):
            for rest in divisions(parts, position + 1, text[length:]):
                yield {part: value, **rest}


def is_value(part: str, value: str, lengths: tuple[int, ...]) -> bool:
    if part in {"%s", "%Q"}:
        return bool(re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,9})?", value))
    if is_number(part):
        return value.isascii() and value.isdigit() and len(value) in lengths
    if part == "%z":
        return bool(re.fullmatch(r"[+-][0-9]{2}(:?[0-9]{2})?|Z|z|UTC|GMT", value))
    return any(letter.isalpha() for letter in value) and not any(c.isdigit() for c in value)


def instants(format: str, text: str, language: str, zone: str | None) -> set[int]:
    """Return the instants that a text can mean. A text with one is valid."""
    plain = unicodedata.normalize("NFC", text.strip())
    if len(plain) > 100:
        return set()
    values = {
        value
        for division in divisions(pieces(format), 0, plain)
        if (value := instant(division, language, zone)) is not None
    }
    first, end = datetime(1973, 1, 1, tzinfo=UTC), datetime(2201, 1, 1, tzinfo=UTC)
    return {value for value in values if first.timestamp() <= value < end.timestamp()}


def instant(units: dict[str, str], language: str, zone: str | None) -> int | None:
    for directive, unit in (("%s", 1), ("%Q", 1000)):
        if directive in units:
            return int(units[directive].split(".")[0]) // unit
    year = int(units.get("%Y") or 0)
    if "%y" in units:
        year = 1900 + int(units["%y"]) if int(units["%y"]) >= 69 else 2000 + int(units["%y"])
    name = units.get("%b") or units.get("%B")
    month = number_of(name, language, "months") if name else int(units["%m"])
    hour = int(units.get("%H", 0))
    if "%p" in units:
        half = units["%p"]
        if not re.fullmatch(r"[^\W\d_]+([.\s]{1,2}[^\W\d_]+)*\.?", half):
            return None
        after = halves(language).get("".join(c for c in fold(half) if c.isalpha()))
        if after is None or not 1 <= int(units["%I"]) <= 12:
            return None
        hour = int(units["%I"]) % 12 + 12 * after
    try:
        local = datetime(
            year, month or 0, int(units["%d"]), hour, int(units.get("%M", 0)),
            int(units.get("%S", 0)),
        )  # fmt: skip
    except ValueError:
        return None
    weekday = units.get("%a") or units.get("%A")
    if weekday and number_of(weekday, language, "days") != date.isoweekday(local):
        return None
    if "%z" in units:
        offset = units["%z"]
        minutes = 0
        if offset[0] in "+-":
            hours, rest = int(offset[1:3]), int(offset[3:].replace(":", "") or 0)
            if hours > 23 or rest > 59:
                return None
            minutes = (hours * 60 + rest) * (-1 if offset[0] == "-" else 1)
        return int((local.replace(tzinfo=UTC) - timedelta(minutes=minutes)).timestamp())
    assert zone is not None
    key = UTC if zone == "UTC" else ZoneInfo(zone)
    both = {int(local.replace(tzinfo=key, fold=fold).timestamp()) for fold in (0, 1)}
    return both.pop() if len(both) == 1 else None
