"""ZS721: a window over night that is open for most of the day, where the day may be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.windows import DAY

_WINDOW = re.compile(r"(\S+) +([0-9:]{5})-([0-9:]{5})")
_HALF = DAY // 2


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each window that runs past midnight for more than 12 hours.

    Only where opening and closing time exchanged are those of a working day, and no other
    calendar in its zone has just these: then what is left of the day was meant.
    """
    days: set[tuple[str | None, str]] = set()
    for path, calendar in subject.calendars:
        if not any(_HALF < each.closes - each.opens < DAY for each in calendar.windows or ()):
            continue
        for place, text in subject.document.texts((*path, "open")):
            found = _WINDOW.fullmatch(text)
            if not found or not _exchanged(found[2], found[3]):
                continue
            day = f"{found[3]}-{found[2]}"
            days = days or {
                (each.timezone, other.rpartition(" ")[2])
                for at, each in subject.calendars
                for _, other in subject.document.texts((*at, "open"))
            }
            if (calendar.timezone, day) in days:
                continue
            yield Problem(
                place,
                f"`{text}` is open over night, and closed from {found[3]} to {found[2]}",
                hint=f"write `{found[1]} {day}` if the day is meant, else allow it here:"
                " # zsupport: allow ZS721 -- reason",
            )


def _exchanged(opens: str, closes: str) -> bool:
    """Return whether a window over night would be a working day the other way round."""
    return (
        "05:00" <= closes <= "12:00"
        and "13:00" <= opens <= "22:00"
        and (_minutes(opens) - _minutes(closes) < _HALF)
    )


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


RULE = Rule(
    code="ZS721",
    name="long-overnight-window",
    severity="warning",
    summary="a window over night for most of the day: opening and closing exchanged?",
    check=check,
)
