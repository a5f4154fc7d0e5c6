"""ZS704: a calendar with holidays and windows past midnight, but without `holidays-apply-to`."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.windows import DAY
from zsupport.policy.model import PolicyCalendar
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar that does not state which night shift a holiday closes."""
    document = subject.document
    for path, calendar in subject.calendars:
        if calendar.holidays is None or calendar.by_start_date or not past_midnight(calendar):
            continue
        if document.node((*path, "holidays-apply-to")) is None:
            yield Problem(
                (*path, "holidays"),
                Message(
                    "ambiguous holidays: the policy does not state which night shift a"
                    " holiday closes"
                ),
                document.key((*path, "holidays")),
                label=Message("closed from 00:00 to 24:00 of each holiday"),
                hint=Message(
                    "add `holidays-apply-to: date`, or `holidays-apply-to: start-date` to"
                    " close the night that begins on the holiday"
                ),
            )


def past_midnight(calendar: PolicyCalendar) -> bool:
    """Return whether a window of less than a day runs past midnight.

    A longer window is split at each midnight, and a holiday closes one part of it.
    """
    return any(
        window.closes - window.opens < DAY and (window.closes - 1) // DAY > window.opens // DAY
        for week in (calendar.windows or (), *calendar.seasons.values())
        for window in week
    )


RULE = Rule(
    code="ZS704",
    name="holidays-and-night-shift",
    severity="note",
    summary=Message("holidays and night shifts without `holidays-apply-to`"),
    check=check,
)
