"""ZS706: public holidays of the next two years with estimated dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.days import in_years
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.policy.model import Holidays
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each country with estimated holidays, once.

    Without the package of public holidays, yield one note that the holidays are not available.
    """
    seen: set[tuple[str, str | None, tuple[str, ...]]] = set()
    for path, calendar in subject.calendars:
        holidays = calendar.holidays
        if holidays is None or holidays.country is None or holidays.frozen is not None:
            continue
        key = holidays.country, holidays.subdivision, holidays.remove
        if key in seen:
            continue
        seen.add(key)
        place = (*path, "holidays", "country")
        try:
            yield from problems(subject, holidays, holidays.country, place)
        except EnvironmentFault as fault:
            yield Problem(
                place,
                Message(
                    "holidays of `{country}` not checked: {reason}",
                    country=holidays.country,
                    reason=fault.message,
                ),
                hint=fault.hint,
            )
            return
        except BadText:
            continue  # ZS708 reports it


def problems(subject: Subject, holidays: Holidays, country: str, path: Path) -> Iterator[Problem]:
    """Yield the problem of a country that has estimated holidays in the next two years."""
    today = subject.today.toordinal()
    years = range(subject.today.year, subject.today.year + 3)
    estimated = [
        (day, name)
        for year in years
        for day, name in subject.public(country, holidays.subdivision, year).days_off.items()
        if "estimated" in name and today <= day < today + 2 * 365
    ]
    removed = in_years(holidays.remove, years)
    dates = {
        date.fromordinal(day).isoformat(): name for day, name in estimated if day not in removed
    }
    if dates:
        first, *more = dates
        name = dates[first].replace(" (estimated)", "")
        yield Problem(
            path,
            Message(
                "estimated holidays of {country} in the next two years: {holiday} on"
                " {day}, and {more} more",
                country=country,
                holiday=name,
                day=first,
                more=len(more),
            )
            if more
            else Message(
                "estimated holiday of {country} in the next two years: {holiday} on {day}",
                country=country,
                holiday=name,
                day=first,
            ),
            label=Message("announced at short notice"),
            hint=Message(
                "pin the dates with `frozen` when they are known, or correct them with"
                " `add` and `remove`"
            ),
        )


RULE = Rule(
    code="ZS706",
    name="estimated-holidays",
    severity="note",
    summary=Message("estimated public holidays in the next two years"),
    check=check,
)
