"""ZS706: public holidays of the coming two years whose dates are estimated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.policy.model import Holidays
from zsupport.policy.yamltext import Path


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each country some of whose holidays are estimated, each country once.

    Without the package that knows them, one note says that it could not be told.
    """
    seen: set[tuple[str, str | None, tuple[str, ...]]] = set()
    for path, calendar in subject.calendars:
        off = calendar.holidays
        if off is None or off.country is None or off.frozen is not None:
            continue
        key = off.country, off.subdivision, off.remove
        if key in seen:
            continue
        seen.add(key)
        place = (*path, "holidays", "country")
        try:
            yield from problems(subject, off, off.country, place)
        except EnvironmentFault as fault:
            yield Problem(
                place,
                f"whether holidays of `{off.country}` are estimated could not be told:"
                f" {fault.message}",
                hint=fault.hint,
            )
            return
        except BadText:
            continue  # a finding of its own


def problems(subject: Subject, off: Holidays, country: str, path: Path) -> Iterator[Problem]:
    """Yield the problem of a country with estimated holidays."""
    today = subject.today.toordinal()
    years = range(subject.today.year, subject.today.year + 3)
    found = [
        (day, name)
        for year in years
        for day, name in subject.public(country, off.subdivision, year).days_off.items()
        if "estimated" in name and today <= day < today + 2 * 365
    ]
    removed = {day for day in off.remove if len(day) == 10}
    dates = {date.fromordinal(day).isoformat(): name for day, name in found}
    dates = {day: name for day, name in dates.items() if day not in removed}
    if dates:
        first, *more = dates
        name = dates[first].replace(" (estimated)", "")
        others = f", and {len(more)} more" if more else ""
        yield Problem(
            path,
            f"dates of {country} in the coming two years are estimated: {name} on {first}{others}",
            label="by a calendar that is announced",
            hint="pin the dates with `frozen` once they are known, or set them right with `add` and"
            " `remove`",
        )


RULE = Rule(
    code="ZS706",
    name="estimated-holidays",
    severity="note",
    summary="public holidays of the coming two years whose dates are estimated",
    check=check,
)
