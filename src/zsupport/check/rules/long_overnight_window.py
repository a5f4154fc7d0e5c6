"""ZS721: a window past midnight that is open for most of the day."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.windows import DAY
from zsupport.wording import Message

_WINDOW = re.compile(r"(\S+) +([0-9:]{5})-([0-9:]{5})")
_HALF = DAY // 2


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each window of more than 12 hours that runs past midnight.

    A window is reported only if swapping its opening and closing makes it a working day. It is not
    reported if a window in the same time zone, on any weekday, has the swapped times.
    """
    every_range: set[tuple[str | None, str]] = set()
    for path, calendar in subject.calendars:
        if not any(_HALF < w.closes - w.opens < DAY for w in calendar.windows or ()):
            continue
        for place, text in subject.document.texts((*path, "open")):
            match = _WINDOW.fullmatch(text)
            if not match or not _is_swapped(match[2], match[3]):
                continue
            swapped = f"{match[3]}-{match[2]}"
            every_range = every_range or {
                (other.timezone, open_text.rpartition(" ")[2])
                for at, other in subject.calendars
                for _, open_text in subject.document.texts((*at, "open"))
            }
            if (calendar.timezone, swapped) in every_range:
                continue
            yield Problem(
                place,
                Message(
                    "`{window}` is open overnight, and closed from {closes} to {opens}",
                    window=text,
                    closes=match[3],
                    opens=match[2],
                ),
                hint=Message(
                    "write `{days} {times}`, or suppress it: # zsupport: allow ZS721 -- reason",
                    days=match[1],
                    times=swapped,
                ),
            )


def _is_swapped(opens: str, closes: str) -> bool:
    """Return whether swapping opening and closing makes an overnight window a working day."""
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
    summary=Message("overnight window whose opening and closing may be swapped"),
    check=check,
)
