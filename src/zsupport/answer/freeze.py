"""Freeze public holidays: write the current holidays of the library as YAML for a policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from zsupport.answer.opening import hours_id
from zsupport.clock.holidays import holidays_version, public_holidays
from zsupport.clock.model import Year
from zsupport.clock.problem import BadText
from zsupport.errors import PolicyError, UsageError
from zsupport.policy.model import Holidays, PolicyCalendar, Revision, with_members
from zsupport.policy.quoting import scalar


def frozen_holidays(
    revision: Revision, name: str | None, at: datetime, revisions: Sequence[Revision] = ()
) -> str:
    """Return YAML with a `frozen:` mapping for each calendar of these hours that names a country.

    Weekend days that are working days in exchange for a day off are listed as `frozen-exchanged`.
    Without a name, all hours are frozen. A union is frozen as the calendars of its members. The
    years are those of `covers`, otherwise the year of `at` and the next year. With frozen
    holidays, a new release of the library cannot change an answer. The `name` can be that of hours
    in any of the `revisions` of the policy. Raises UsageError if no calendar names a country, and
    PolicyError if the library does not know the country, its part or the year.
    """
    names = [*revision.hours]
    if name is not None:
        names = with_members(revision.hours, hours_id(name, revision, *revisions))
    blocks = []
    for id, calendars in revision.hours.items():
        for calendar in calendars if id in names else ():
            off = calendar.holidays
            if off is None or off.country is None:
                continue
            first, last = off.covers or (at.year, at.year + 1)
            lines = [f"# {id} (line {calendar.place.line}), holidays {holidays_version()}"]
            lines += [f"covers: {first}-{last}" if last > first else f"covers: {first}", "frozen:"]
            years = [_year(revision, calendar, off, year) for year in range(first, last + 1)]
            lines += [
                f"  {date.fromordinal(day).isoformat()}: {scalar(title)}"
                for year in years
                for day, title in sorted(year.days_off.items())
            ]
            exchanged = sorted(day for year in years for day in year.exchanged)
            if exchanged and off.exchanged != "ignore":
                lines.append("frozen-exchanged:")
                lines += [f"  - {date.fromordinal(day).isoformat()}" for day in exchanged]
            blocks.append("\n".join(lines) + "\n")
    if not blocks:
        start = revision.start if len(revisions) > 1 else None
        if name and start:
            raise UsageError(f"no country in the hours `{name}` of the revision of {start}")
        if name:
            raise UsageError(f"no country in the hours `{name}` of this policy")
        if start:
            raise UsageError(f"no country in the hours of the revision of {start}")
        raise UsageError("no country in the hours of this policy")
    return "\n".join(blocks)


def _year(revision: Revision, calendar: PolicyCalendar, off: Holidays, year: int) -> Year:
    """Return the holidays of the library for a year."""
    assert off.country is not None
    place = f"{revision.file}:{calendar.place.line}"
    try:
        known = public_holidays(off.country, off.subdivision, year)
    except BadText as problem:
        raise PolicyError(f"{place}: {problem.message}", problem.hint or problem.expected) from None
    if not known.days_off:
        raise PolicyError(
            f"{place}: holidays {holidays_version()} has no data for {off.country} in {year}",
            "limit the years with `covers`",
        )
    return known
