"""ZS701: hours that never open while the policy is in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.answer.hours import hours_of, years_of
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.problem import BadText
from zsupport.clock.windows import DAY
from zsupport.errors import EnvironmentFault
from zsupport.policy.model import PolicyCalendar
from zsupport.wording import Message

# More public holidays on workdays than any country has in a year.
_PUBLIC_HOLIDAYS = 40


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar that holidays, dates and breaks close on all days of the policy.

    Only a policy with a first and a last day is checked: other policies have unlimited days.
    """
    start, last_day = subject.revision.start, subject.revision.last_day
    if start is None or last_day is None:
        return
    first, last = date.fromisoformat(start), date.fromisoformat(last_day)
    for path, calendar in subject.calendars:
        if calendar.any or not can_be_closed(calendar, first, last):
            continue
        if is_open(subject, calendar, first, last):
            continue
        yield Problem(
            (*path, "open"),
            Message(
                "hours that never open: closed on every day from {first} to {last}",
                first=start,
                last=last_day,
            ),
            label=Message("never opens"),
            hint=Message(
                "correct the years in `dates`, `breaks` or `holidays`, or change the hours"
            ),
        )


def can_be_closed(calendar: PolicyCalendar, first: date, last: date) -> bool:
    """Return whether a calendar names enough days off to be closed from `first` to `last`."""
    holidays = calendar.holidays
    days = (last - first).days + 1
    if calendar.seasons:
        return True
    named = (len(calendar.dates) + len(calendar.breaks)) * (days // 365 + 2)
    if holidays:
        named += (len(holidays.frozen or ()) + len(holidays.add)) * (days // 365 + 2)
        named += _PUBLIC_HOLIDAYS * (days // 365 + 1) if holidays.country else 0
    weekdays = 7
    if calendar.windows is not None:
        weekdays = len({window.opens // DAY for window in calendar.windows})
    return (days // 7) * weekdays <= named


def is_open(subject: Subject, calendar: PolicyCalendar, first: date, last: date) -> bool:
    """Return whether a calendar opens on any day of a period.

    Return true if public holidays are not available.
    """
    holidays = calendar.holidays
    try:
        years = (
            years_of(holidays, holidays.country, holidays.subdivision, subject.public)
            if holidays
            else None
        )
        hours = hours_of(calendar, "UTC", years)
        return any(hours.parts(day) for day in range(first.toordinal(), last.toordinal() + 1))
    except (EnvironmentFault, BadText):
        return True


RULE = Rule(
    code="ZS701",
    name="never-open",
    severity="error",
    summary=Message("hours that never open while the policy is in force"),
    check=check,
)
