"""The formats to propose for instants that are not in RFC 3339."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from zsupport import dates
from zsupport.audit.reading.calendar_names import languages_of_month
from zsupport.audit.reading.instant_formats import (
    LETTERS,
    NAMES,
    plain_text,
    read_format,
)
from zsupport.audit.reading.instants import read_slowly, rfc_reader
from zsupport.clock.problem import BadText

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zsupport.audit.reading.instant_formats import InstantFormat
    from zsupport.audit.reading.instants import InstantReader

_DATES = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%Y%m%d",
    "%d/%b/%y", "%d/%b/%Y", "%d-%b-%y", "%d-%b-%Y", "%d %b %y", "%d %b %Y", "%d. %b %Y",
    "%b %d, %Y", "%b %d %Y", "%a, %d %b %Y", "%a %b %d %Y", "%d de %b de %Y",
)  # fmt: skip
_TIMES = (
    "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%S,%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p",
    "%H.%M", "%H.%M.%S", "%H%M%S",
)  # fmt: skip
_GAPS = (" ", "T", ", ", "")
_OFFSETS = ("", "%z", " %z")
_UNUSUAL = ("%s", "%Q", "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y")


class Proposal(NamedTuple):
    """A format that reads some texts, and the language of its names, if it has some."""

    format: str
    language: str | None


@lru_cache(2)
def _shared_reader(zone: dates.tzinfo | None) -> InstantReader:
    """Return the same reader of RFC 3339 for each text, because it keeps what it has read."""
    return rfc_reader(zone)


def reads_without_format(text: str) -> bool:
    """Return whether a text is RFC 3339 or `@EPOCH`, with or without an offset."""
    try:
        return bool(_shared_reader(dates.UTC)(text))
    except BadText:
        return False


def needs_zone(text: str) -> bool:
    """Return whether a text is a local time in RFC 3339."""
    try:
        return reads_without_format(text) and not _shared_reader(None)(text)
    except BadText:
        return True


def proposals(texts: Sequence[str], language: str | None = None) -> list[Proposal]:
    """Return the usual formats that read all texts; `language` is that of names."""
    first = plain_text(texts[0])
    languages = (language,) if language else ("en", *_languages_in(first))
    fitting: list[Proposal] = []
    for tried in dict.fromkeys(languages):
        if fitting and fitting[0].language is None:
            break  # English reads all of them
        for text in _usual_formats(first, tried):
            format = read_format(text, tried)
            if all(_reads(format, other) for other in texts):
                named = any(f"%{name}" in text for name in NAMES)
                fitting.append(Proposal(text, tried if named and tried != "en" else None))
    return [*dict.fromkeys(fitting)]


def _languages_in(text: str) -> list[str]:
    """Return the languages of the month in a text."""
    words = re.findall(rf"{LETTERS}+", text)
    return [language for word in words for language in languages_of_month(word)]


def _usual_formats(text: str, language: str) -> Iterator[str]:
    """Yield the usual formats that may read a text. Most of them are never compiled."""
    yield from _UNUSUAL
    for date in _DATES:
        start = read_format(date, language).pattern.match(text)
        if not start:
            continue
        if start.end() == len(text):
            yield date
            continue
        for gap in _GAPS:
            if text.startswith(gap, start.end()):
                yield from (
                    f"{date}{gap}{time}{end}"
                    for time in _TIMES
                    for end in _OFFSETS
                    if not (time.endswith("%p") and end == "%z")
                )


def _reads(format: InstantFormat, text: str) -> bool:
    try:
        return bool(read_slowly(format, dates.UTC, text))
    except BadText:
        return False
