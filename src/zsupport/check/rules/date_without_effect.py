"""ZS709: an entry of `dates`, `breaks` or `remove` without which nothing would be different."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.answer.hours import hours_of, years_of
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.holidays import recurring
from zsupport.clock.model import Hours
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.policy.model import PolicyCalendar
from zsupport.policy.yamltext import Path, SequenceNode


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry of a calendar that surely changes nothing."""
    for path, calendar in subject.calendars:
        if calendar.dates or calendar.breaks:
            yield from of_dates(subject, path, calendar)
        if calendar.holidays and calendar.holidays.remove:
            yield from of_removals(subject, path, calendar)


def of_dates(subject: Subject, path: Path, calendar: PolicyCalendar) -> Iterator[Problem]:
    """Yield each date whose windows are those of its weekday, and each break while closed.

    The holidays of a country and of the customer are not looked up: only a date that is closed
    by its weekday already, or a break on it, is sure then.
    """
    document, start = subject.document, subject.revision.start
    off = calendar.holidays
    listed = off is None or (not off.customer and (off.frozen is not None or off.country is None))
    known = years_of(off, None, None, subject.public) if off and listed else None
    # A day of the weekend can be one on which the country works.
    exchanges = not listed and off is not None and off.exchanged_for is not None
    usual = hours_of(calendar._replace(dates={}, breaks={}), "UTC", known)
    own = hours_of(calendar._replace(breaks={}), "UTC", known)
    for key, days in (("dates", calendar.dates), ("breaks", calendar.breaks)):
        for day in days:
            place = (*path, key, day)
            ordinal = date.fromisoformat(day).toordinal()
            if start is not None and day < start:
                yield Problem(
                    place,
                    f"{day} lies before the policy is in force, from {start} on",
                    document.key(place),
                    hint="take it out, or mend the year",
                )
            elif exchanges and not usual.parts(ordinal):
                continue
            elif key == "dates" and own.parts(ordinal) == usual.parts(ordinal):
                if listed or not own.parts(ordinal):
                    yield idle_date(subject, place, usual, ordinal)
            elif key == "breaks" and not cut(own, calendar, ordinal):
                yield Problem(
                    place,
                    f"this break of {day} lies outside the hours of that date",
                    document.key(place),
                    label=f"a {weekday(ordinal)}",
                    hint="take it out, or mend the date or the times",
                )


def idle_date(subject: Subject, path: Path, usual: Hours, ordinal: int) -> Problem:
    """Return the problem of a date; to close what is closed anyway is worth a note only."""
    closed = not usual.parts(ordinal)
    return Problem(
        path,
        f"{path[-1]} is a {weekday(ordinal)}, and "
        + ("closed anyway" if closed else "has these hours anyway"),
        subject.document.key(path),
        hint="take it out, or mend the date",
        severity="note" if closed else None,
    )


def weekday(ordinal: int) -> str:
    """Return the name of the weekday of a date."""
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return names[(ordinal - 1) % 7]


def cut(hours: Hours, calendar: PolicyCalendar, ordinal: int) -> bool:
    """Return whether the breaks of a date take anything out of its windows."""
    breaks = calendar.breaks[date.fromordinal(ordinal).isoformat()]
    return any(
        off.opens * 60 < part.end and part.start < off.closes * 60
        for off in breaks
        for part in hours.parts(ordinal)
    )


def of_removals(subject: Subject, path: Path, calendar: PolicyCalendar) -> Iterator[Problem]:
    """Yield each holiday that is taken out and is none in the years around today."""
    off = calendar.holidays
    assert off is not None
    years = range(subject.today.year - 1, subject.today.year + 3)
    before = off._replace(remove=())
    for position, day in enumerate(off.remove):
        asked = [int(day[:4])] if len(day) == 10 else [*years]
        try:
            given = years_of(before, off.country, off.subdivision, subject.public)
            days = ((recurring(day, year), given(year)) for year in asked)
            if any(day in year.days_off or day in year.exchanged for day, year in days):
                continue
        except (EnvironmentFault, BadText):
            return
        place: Path = (*path, "holidays", "remove")
        if isinstance(subject.document.node(place), SequenceNode):
            place = (*place, position)
        yield Problem(
            place,
            f"{day} is taken out of the holidays, and is none of them",
            label="no holiday",
            hint="take it out, or mend the date",
        )


RULE = Rule(
    code="ZS709",
    name="date-without-effect",
    severity="warning",
    summary="an entry of dates, breaks or remove without which nothing would be different",
    check=check,
)
