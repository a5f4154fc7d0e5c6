"""ZS709: an entry of `dates`, `breaks` or `remove` that has no effect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.answer.hours import hours_of, years_of
from zsupport.check.rule import Problem, Rule, Subject, dates_near
from zsupport.clock.days import has_year
from zsupport.clock.model import Hours
from zsupport.clock.phrases import WEEKDAYS
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault
from zsupport.policy.model import PolicyCalendar
from zsupport.policy.yamltext import Path, SequenceNode
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry of a calendar that certainly has no effect."""
    for path, calendar in subject.calendars:
        if calendar.dates or calendar.breaks:
            yield from of_dates(subject, path, calendar)
        if calendar.holidays and calendar.holidays.remove:
            yield from of_removals(subject, path, calendar)


def of_dates(subject: Subject, path: Path, calendar: PolicyCalendar) -> Iterator[Problem]:
    """Yield each entry of `dates` and `breaks` that certainly has no effect.

    Such an entry is before the first day of the policy, is a date that repeats the windows of its
    weekday, or is a break outside the hours.

    The holidays of a country or of the customer are not looked up. If the calendar has such
    holidays, a date that repeats windows is not reported, because the date can be a holiday.
    """
    start = subject.revision.start
    holidays = calendar.holidays
    listed = holidays is None or (
        not holidays.customer and (holidays.frozen is not None or holidays.country is None)
    )
    known = years_of(holidays, None, None, subject.public) if holidays and listed else None
    # In some countries a day of the weekend can be an exchanged working day.
    exchanges = not listed and holidays is not None and holidays.exchanged_for is not None
    usual = hours_of(calendar._replace(dates={}, breaks={}), "UTC", known)
    own = hours_of(calendar._replace(breaks={}), "UTC", known)
    for key, days in (("dates", calendar.dates), ("breaks", calendar.breaks)):
        for day in days:
            place = subject.document.day((*path, key), day)
            ordinals = dates_near(day, subject.today.year)
            if start is not None and has_year(day) and day < start:
                yield Problem(
                    place,
                    Message(
                        "{day} is before {start}, the first day of the policy", day=day, start=start
                    ),
                    subject.document.key(place),
                    hint=Message("remove it, or correct the year"),
                )
            elif exchanges and not all(usual.parts(ordinal) for ordinal in ordinals):
                continue
            elif key == "dates":
                same = all(own.parts(ordinal) == usual.parts(ordinal) for ordinal in ordinals)
                closed = not any(usual.parts(ordinal) for ordinal in ordinals)
                if ordinals and same and (listed or closed):
                    yield date_problem(subject, place, day, ordinals, closed=closed)
            elif ordinals and not any(breaks_overlap(own, calendar, day, o) for o in ordinals):
                yield break_problem(subject, place, day, ordinals)


def date_problem(
    subject: Subject, path: Path, day: str, ordinals: list[int], *, closed: bool
) -> Problem:
    """Return the problem of a day with the usual hours: a note if it is closed anyway."""
    if has_year(day):
        name = weekday(ordinals[0])
        message = (
            Message("{day} is a {weekday}, which is already closed", day=day, weekday=name)
            if closed
            else Message(
                "{day} is a {weekday}, which already has these hours", day=day, weekday=name
            )
        )
    elif closed:
        message = Message("`{day}` is already closed in every year", day=day)
    else:
        message = Message("`{day}` already has these hours in every year", day=day)
    return Problem(
        path,
        message,
        subject.document.key(path),
        hint=Message("remove it, or correct the date"),
        severity="note" if closed else None,
    )


def break_problem(subject: Subject, path: Path, day: str, ordinals: list[int]) -> Problem:
    """Return the problem of a break outside the hours of its date."""
    return Problem(
        path,
        Message("this break on {day} is outside the hours of that date", day=day)
        if has_year(day)
        else Message("this break on `{day}` is outside the hours in every year", day=day),
        subject.document.key(path),
        label=Message("a {weekday}", weekday=weekday(ordinals[0])) if has_year(day) else None,
        hint=Message("remove it, or correct the date or the times"),
    )


def weekday(ordinal: int) -> Message:
    """Return the name of the weekday of a date."""
    return WEEKDAYS[(ordinal - 1) % 7]


def breaks_overlap(hours: Hours, calendar: PolicyCalendar, day: str, ordinal: int) -> bool:
    """Return whether a break of a day overlaps the windows that `hours` have on a date."""
    return any(
        off.opens * 60 < part.end and part.start < off.closes * 60
        for off in calendar.breaks[day]
        for part in hours.parts(ordinal)
    )


def of_removals(subject: Subject, path: Path, calendar: PolicyCalendar) -> Iterator[Problem]:
    """Yield each entry of `remove` that is not a holiday.

    An entry without a year is checked from last year to two years ahead.
    """
    holidays = calendar.holidays
    assert holidays is not None
    before = holidays._replace(remove=())
    for position, day in enumerate(holidays.remove):
        try:
            holidays_of = years_of(before, holidays.country, holidays.subdivision, subject.public)
            days = (
                (ordinal, holidays_of(date.fromordinal(ordinal).year))
                for ordinal in dates_near(day, subject.today.year)
            )
            if any(on in year.days_off or on in year.exchanged for on, year in days):
                continue
        except (EnvironmentFault, BadText):
            return
        place: Path = (*path, "holidays", "remove")
        if isinstance(subject.document.node(place), SequenceNode):
            place = (*place, position)
        yield Problem(
            place,
            Message("{day} is in `remove`, but it is not a holiday", day=day),
            label=Message("not a holiday"),
            hint=Message("remove it, or correct the date"),
        )


RULE = Rule(
    code="ZS709",
    name="date-without-effect",
    severity="warning",
    summary=Message("entry of `dates`, `breaks` or `remove` that has no effect"),
    check=check,
)
