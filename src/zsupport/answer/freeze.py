"""Freeze public holidays: write the holidays of the package `holidays` as YAML for a policy."""

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
from zsupport.wording import Message


def frozen_holidays(
    revision: Revision, name: str | None, at: datetime, revisions: Sequence[Revision] = ()
) -> str:
    """Return YAML with a `frozen:` mapping for each calendar that names a country.

    The calendars are those of the hours `name`, or of all hours if it is None. `name` can be
    defined in any of the `revisions` of the policy. For a union, the calendars are those of its
    members. Weekend days that are working days in exchange for a day off are listed as
    `frozen-exchanged`, unless the calendar ignores them. The years are those of `covers`, otherwise
    the year of `at` and the next year. With frozen holidays, a new release of the package
    `holidays` cannot change an answer. Raises UsageError if no calendar names a country, and
    PolicyError if the package does not know the country, its subdivision or the year.
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
            raise UsageError(
                Message(
                    "the hours `{name}` of the revision of {start} name no country",
                    name=name,
                    start=start,
                )
            )
        if name:
            raise UsageError(
                Message("the hours `{name}` of this policy name no country", name=name)
            )
        if start:
            raise UsageError(
                Message("no hours of the revision of {start} name a country", start=start)
            )
        raise UsageError(Message("no hours of this policy name a country"))
    return "\n".join(blocks)


def _year(revision: Revision, calendar: PolicyCalendar, off: Holidays, year: int) -> Year:
    """Return the public holidays of a calendar in a year, from the package `holidays`."""
    assert off.country is not None
    place = f"{revision.file}:{calendar.place.line}"
    try:
        known = public_holidays(off.country, off.subdivision, year)
    except BadText as problem:
        raise PolicyError(f"{place}: {problem.message}", problem.hint or problem.expected) from None
    if not known.days_off:
        raise PolicyError(
            Message(
                "{place}: the package `holidays` ({holidays_version}) has no data for"
                " {country} in {year}",
                place=place,
                holidays_version=holidays_version(),
                country=off.country,
                year=year,
            ),
            Message("limit the years with `covers`"),
        )
    return known
