"""ZS710: a weekday in `business-days` on which no window begins."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject, dates_near
from zsupport.check.rules.by_target_outside_hours import works
from zsupport.clock.windows import DAYS
from zsupport.wording import Counted, Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each `business-days` with weekdays on which no window begins.

    The problem is an error if no weekday remains: then no date is a business day.
    """
    for path, calendar in subject.calendars:
        days = calendar.business_days
        if days is None or calendar.windows is None:
            continue
        opened = {
            (ordinal - 1) % 7
            for day, own in calendar.dates.items()
            for ordinal in (dates_near(day, subject.today.year) if own else ())
        }
        weeks = [calendar._replace(windows=week) for week in calendar.seasons.values()]
        closed = [
            day
            for day in days
            if day not in opened and not any(works(week, day) for week in (calendar, *weeks))
        ]
        if closed:
            every = len(closed) == len(set(days))
            days_closed = ", ".join(DAYS[day] for day in closed)
            yield Problem(
                (*path, "business-days"),
                Message("no window begins on any of these days, so no date is a business day")
                if every
                else Counted(
                    "no window begins on {days}, so it is never a business day",
                    "no window begins on {days}, so they are never business days",
                    len(closed),
                    days=days_closed,
                ),
                hint=Message("change `business-days`, or the windows in `open`"),
                severity=None if every else "warning",
            )


RULE = Rule(
    code="ZS710",
    name="closed-business-day",
    severity="error",
    summary=Message("business day without opening hours"),
    check=check,
)
