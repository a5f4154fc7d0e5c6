"""Days off as an iCalendar file (RFC 5545).

The same days off give the same bytes. So no property depends on the present moment.
"""

from __future__ import annotations

from datetime import date, timedelta

from zsupport.report.text import guarded
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

#: In octets, without the line end.
_LINE_LENGTH = 75
_DAY = timedelta(days=1)


class WholeDayEvent(NamedTuple):
    """An event of one date. `id` never changes, and `stated` is the day on which it was stated."""

    id: str
    day: date
    name: str
    stated: date


def render_calendar(title: str, events: Sequence[WholeDayEvent]) -> str:
    """Return a calendar file with a title. Every line ends with CR LF."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//zsupport//zsupport//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(title)}",
        f"X-WR-CALNAME:{_text(title)}",
    ]
    for event in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(event.id)}",
            f"DTSTAMP:{event.stated:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{_date(event.day)}",
            f"DTEND;VALUE=DATE:{_date(event.day + _DAY)}",
            f"SUMMARY:{_text(event.name)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _date(day: date) -> str:
    return day.isoformat().replace("-", "")


def _text(text: str) -> str:
    """Return a text as a value, without control characters and workflow commands.

    A folded line can start with any part of the text, so each `::` is escaped.
    """
    text = guarded(text).replace("::", ":\\x3a")
    for char in "\\;,":
        text = text.replace(char, f"\\{char}")
    return text.replace("\n", "\\n").replace("\t", " ")


def _folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets; each next piece starts with a space."""
    pieces = [""]
    length = 0
    for char in line:
        octets = len(char.encode())
        if length + octets > _LINE_LENGTH:
            pieces.append(" ")
            length = 1
        pieces[-1] += char
        length += octets
    return "\r\n".join(pieces)
