"""ZS731: a range of `dates` that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.hours import hours_of
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.days import has_year, ranges_in
from zsupport.policy.model import PolicyCalendar
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each range that ended before the policy starts, or that has the hours of the week."""
    start = subject.revision.start
    for path, calendar in subject.calendars:
        for text in calendar.seasons:
            place = subject.document.day((*path, "dates"), text)
            last = text.partition("..")[2]
            if start is not None and has_year(text) and last < start:
                yield problem(
                    subject,
                    place,
                    Message(
                        "{range} ends before {start}, the first day of the policy",
                        range=text,
                        start=start,
                    ),
                    Message("remove it, or correct the year"),
                )
            elif not changes_hours(calendar, text, subject.today.year):
                yield problem(
                    subject,
                    place,
                    Message("the range {range} changes nothing", range=text),
                    Message("remove it, or correct the dates or the hours"),
                )


def changes_hours(calendar: PolicyCalendar, text: str, year: int) -> bool:
    """Return whether a range changes the hours of any of its dates.

    A range without a year is examined for twelve years, in which each date is on every weekday.
    Holidays and single dates are ignored, because the answer to a later question can depend on
    others.
    """
    bare = calendar._replace(holidays=None, dates={}, breaks={})
    rest = {dates: week for dates, week in calendar.seasons.items() if dates != text}
    own, usual = hours_of(bare, "UTC", None), hours_of(bare._replace(seasons=rest), "UTC", None)
    years = range(year - 1, year + 11)
    if has_year(text):
        years = range(int(text[:4]), int(text[12:16]) + 1)
    return any(
        own.parts(ordinal) != usual.parts(ordinal)
        for number in years
        for _, first, end in ranges_in([text], number)
        for ordinal in range(first, end + 1)
    )


def problem(subject: Subject, path: Path, message: Message, hint: Message) -> Problem:
    """Return the problem at the key of a range."""
    return Problem(path, message, subject.document.key(path), hint=hint)


RULE = Rule(
    code="ZS731",
    name="range-without-effect",
    severity="warning",
    summary=Message("range of `dates` that changes nothing"),
    check=check,
)
