"""ZS702: hours that end at 23:59, one minute before midnight."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.hours import hours_of
from zsupport.check.rule import Problem, Rule, Subject, dates_near
from zsupport.clock.windows import DAY
from zsupport.policy.model import PolicyCalendar
from zsupport.policy.yamltext import Path
from zsupport.wording import Message

_LAST = DAY - 1


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each window that ends at 23:59, and each such break if the last minute is open."""
    for path, calendar in subject.calendars:
        if any(window.closes % DAY == _LAST for window in calendar.windows or ()):
            yield from problems(subject, (*path, "open"))
        for season, week in calendar.seasons.items():
            if any(window.closes % DAY == _LAST for window in week):
                yield from problems(subject, subject.document.day((*path, "dates"), season))
        for key, days in (("dates", calendar.dates), ("breaks", calendar.breaks)):
            for day, windows in days.items():
                if any(w.closes == _LAST for w in windows) and (
                    key == "dates" or open_late(calendar, day, subject.today.year)
                ):
                    yield from problems(subject, subject.document.day((*path, key), day))


def open_late(calendar: PolicyCalendar, day: str, year: int) -> bool:
    """Return whether a calendar is open in the last minute of a day, apart from breaks.

    A day without a year is examined from `year` for some years.
    """
    hours = hours_of(calendar._replace(breaks={}), "UTC", None)
    return any(
        part.end == DAY * 60 for ordinal in dates_near(day, year) for part in hours.parts(ordinal)
    )


def problems(subject: Subject, path: Path) -> Iterator[Problem]:
    """Yield a problem at each text of a value that ends at 23:59."""
    document = subject.document
    for place, text in document.texts(path):
        if text.rstrip().endswith("23:59"):
            whole = text.split() == ["mon-sun", "00:00-23:59"]
            yield Problem(
                place,
                Message("the last minute before midnight is missing: this ends at 23:59"),
                document.part(place, "23:59"),
                label=Message("one minute before midnight"),
                hint=Message("write `24x7`") if whole else Message("write `24:00`"),
            )


RULE = Rule(
    code="ZS702",
    name="ends-at-23-59",
    severity="warning",
    summary=Message("hours that end at 23:59, one minute before midnight"),
    check=check,
)
