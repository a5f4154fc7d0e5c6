"""ZS713: weekend days that a country works in exchange for days off, with hours not stated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.answer.hours import hours_of, years_of
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.policy.model import PolicyCalendar
from zsupport.wording import Message

_HINT = "add `exchanged: mon` for the hours of a Monday, or `exchanged: ignore` for their own"


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar of a country with exchanged days that does not say how they are worked.

    Without the package that knows them there is nothing to say: ZS706 says that it is missing.
    """
    for path, calendar in subject.calendars:
        off = calendar.holidays
        if off is None or off.exchanged == "ignore":
            continue
        if off.country is None and not off.frozen_exchanged:
            continue
        pinned = off.frozen is not None
        if off.exchanged is not None and (not pinned or off.frozen_exchanged):
            continue
        try:
            days = exchanged(subject, calendar)
        except EnvironmentFault:
            return
        except BadText:
            continue  # ZS708 finds it
        if not days:
            continue
        more = f" and {len(days) - 1} more" if len(days) > 1 else ""
        if pinned and not off.frozen_exchanged:
            yield Problem(
                (*path, "holidays", "frozen"),
                f"`frozen` pins the days off of {off.country}, and not the days worked in exchange:"
                f" {days[0]}{more}",
                subject.document.key((*path, "holidays", "frozen")),
                hint=Message(
                    "pin them with `frozen-exchanged`: `zsupport hours {freeze}` prints it without"
                    " `frozen`; or add `exchanged: ignore`"
                ),
            )
        else:
            place = (*path, "holidays", "frozen-exchanged" if off.frozen_exchanged else "country")
            yield Problem(
                place,
                f"days of a weekend are worked in exchange for days off, and the policy does not"
                f" say with which hours: {days[0]}{more}",
                label="works on these days",
                hint=_HINT,
            )


def exchanged(subject: Subject, calendar: PolicyCalendar) -> list[str]:
    """Return the exchanged days of a calendar from the last year to two years ahead.

    They are those that it pins, else those of the country.
    """
    off = calendar.holidays
    assert off is not None
    if not off.frozen_exchanged:
        off = off._replace(frozen=None)
    years = years_of(off, off.country, off.subdivision, subject.public)
    hours = hours_of(calendar, "UTC", years)
    today = subject.today.year
    return [
        date.fromordinal(day).isoformat()
        for year in range(today - 1, today + 3)
        for day in sorted(years(year).exchanged)
        if hours.exchanged(day)
    ]


RULE = Rule(
    code="ZS713",
    name="exchanged-days",
    severity="warning",
    summary="weekend days that a country works in exchange for days off, with hours not stated",
    check=check,
)
