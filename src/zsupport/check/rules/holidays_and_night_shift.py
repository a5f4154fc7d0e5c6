"""ZS704: holidays beside windows past midnight, and not a word on which night they close."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.windows import DAY
from zsupport.policy.model import PolicyCalendar


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar with both that does not say to which date holidays apply."""
    document = subject.document
    for path, calendar in subject.calendars:
        if calendar.holidays is None or calendar.by_start_date or not past_midnight(calendar):
            continue
        if document.node((*path, "holidays-apply-to")) is None:
            yield Problem(
                (*path, "holidays"),
                "a holiday closes its whole date here: also what is left of the night that began"
                " the evening before",
                document.key((*path, "holidays")),
                label="closes 00:00 to 24:00 of each holiday",
                hint="say which is meant: `holidays-apply-to: date`, or `start-date` for the night"
                " that begins on the holiday",
            )


def past_midnight(calendar: PolicyCalendar) -> bool:
    """Return whether a window of less than a day runs past midnight.

    A longer block is cut at each midnight, and a holiday takes one piece of it.
    """
    return any(
        window.closes - window.opens < DAY and (window.closes - 1) // DAY > window.opens // DAY
        for window in calendar.windows or ()
    )


RULE = Rule(
    code="ZS704",
    name="holidays-and-night-shift",
    severity="note",
    summary="holidays beside windows past midnight, without a word on which night they close",
    check=check,
)
