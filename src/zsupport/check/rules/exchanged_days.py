"""ZS713: exchanged working days of a country without stated hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.answer.hours import hours_of, years_of
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.policy.model import PolicyCalendar
from zsupport.wording import Message

_HINT = Message(
    "add `exchanged: mon` for the hours of a Monday, or `exchanged:"
    " ignore` for the hours of their own weekday"
)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each calendar with exchanged days that does not state their hours.

    Without the package of public holidays nothing is reported: ZS706 reports the missing package.
    """
    for path, calendar in subject.calendars:
        holidays = calendar.holidays
        if holidays is None or holidays.exchanged == "ignore":
            continue
        if holidays.country is None and not holidays.frozen_exchanged:
            continue
        pinned = holidays.frozen is not None
        if holidays.exchanged is not None and (not pinned or holidays.frozen_exchanged):
            continue
        try:
            days = exchanged_dates(subject, calendar)
        except EnvironmentFault:
            return
        except BadText:
            continue  # ZS708 reports it
        if not days:
            continue
        first, more, country = days[0], len(days) - 1, holidays.country
        if pinned and not holidays.frozen_exchanged:
            yield Problem(
                (*path, "holidays", "frozen"),
                Message(
                    "`frozen` omits exchanged working days of {country}: {day} and {more} more",
                    country=country,
                    day=first,
                    more=more,
                )
                if more
                else Message(
                    "`frozen` omits an exchanged working day of {country}: {day}",
                    country=country,
                    day=first,
                ),
                subject.document.key((*path, "holidays", "frozen")),
                hint=Message(
                    "add `exchanged: ignore`; or remove `frozen`, run `zsupport hours {freeze}` and"
                    " copy `frozen` and `frozen-exchanged` from its output"
                ),
            )
        else:
            place = (
                *path,
                "holidays",
                "frozen-exchanged" if holidays.frozen_exchanged else "country",
            )
            yield Problem(
                place,
                Message(
                    "hours of exchanged working days not stated: {day} and {more} more",
                    day=first,
                    more=more,
                )
                if more
                else Message("hours of an exchanged working day not stated: {day}", day=first),
                label=Message("some weekend days are working days in exchange for days off"),
                hint=_HINT,
            )


def exchanged_dates(subject: Subject, calendar: PolicyCalendar) -> list[str]:
    """Return the exchanged working days of a calendar from last year to two years ahead.

    They come from `frozen-exchanged`, or else from the country.
    """
    holidays = calendar.holidays
    assert holidays is not None
    if not holidays.frozen_exchanged:
        holidays = holidays._replace(frozen=None)
    years = years_of(holidays, holidays.country, holidays.subdivision, subject.public)
    hours = hours_of(calendar, "UTC", years)
    today = subject.today.year
    return [
        date.fromordinal(day).isoformat()
        for year in range(today - 1, today + 3)
        for day in sorted(years(year).exchanged)
        if hours.is_exchanged(day)
    ]


RULE = Rule(
    code="ZS713",
    name="exchanged-days",
    severity="warning",
    summary=Message("exchanged working days without stated hours"),
    check=check,
)
