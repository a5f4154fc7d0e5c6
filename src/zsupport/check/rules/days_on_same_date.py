"""ZS732: days that move to the same date, and have different windows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.days import in_years, moves
from zsupport.policy.model import PolicyCalendar
from zsupport.wording import Message

#: The number of years that are examined.
_YEARS = 30


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each pair of moving days with different windows that fall on one date."""
    first = subject.today.year
    last_day = subject.revision.last_day
    end = min(first + _YEARS, int(last_day[:4]) + 1) if last_day else first + _YEARS
    for path, calendar in subject.calendars:
        by_day = dates_of_moving_days(calendar, range(first, end))
        for day, other in combinations(by_day, 2):
            common = by_day[day] & by_day[other]
            if not common or calendar.dates[day] == calendar.dates[other]:
                continue
            place = subject.document.day((*path, "dates"), other)
            yield Problem(
                place,
                Message(
                    "`{day}` and `{other}` are on the same date, {date}",
                    day=day,
                    other=other,
                    date=date.fromordinal(min(common)).isoformat(),
                ),
                subject.document.key(place),
                label=Message("open only where both are open"),
                hint=Message(
                    "state the windows of this date, as in `{example}`",
                    example=_example(min(common)),
                ),
            )


def dates_of_moving_days(calendar: PolicyCalendar, years: range) -> dict[str, set[int]]:
    """Return the dates on which each moving day decides: dates with their own entry are omitted."""
    fixed = in_years((day for day in calendar.dates if not moves(day)), years)
    return {day: in_years([day], years) - fixed for day in calendar.dates if moves(day)}


def _example(ordinal: int) -> str:
    return f"{{{date.fromordinal(ordinal).isoformat()}: 09:00-12:00}}"


RULE = Rule(
    code="ZS732",
    name="days-on-same-date",
    severity="note",
    summary=Message("days that move to the same date, with different windows"),
    check=check,
)
