"""ZS705: a list of holidays whose last year has ended or ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.days import has_year
from zsupport.policy.model import PolicyCalendar
from zsupport.policy.yamltext import Path
from zsupport.wording import Counted, Message

_AHEAD = 90


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each list of holidays whose last year ends within 90 days, or has ended.

    A policy that ends before its list of holidays needs no later holidays.
    """
    last_day = subject.revision.last_day
    if last_day is not None and date.fromisoformat(last_day) < subject.today:
        return
    for path, calendar in subject.calendars:
        last = last_year(calendar, (*path, "holidays"))
        if last is None:
            continue
        place, year = last
        end = date(year, 12, 31)
        left = (end - subject.today).days
        if left >= _AHEAD or (last_day is not None and last_day <= end.isoformat()):
            continue
        covers = place[-1] == "covers"
        if left > 0:
            message: str = Counted(
                "the list of holidays is complete only until the end of {year}, in {count} day",
                "the list of holidays is complete only until the end of {year}, in {count} days",
                left,
                year=year,
            )
        elif left == 0:
            message = Message("the list of holidays is complete only until today", year=year)
        else:
            message = Message("the list of holidays ended with {year}", year=year)
        missing = max(year, subject.today.year - 1) + 1
        yield Problem(
            place,
            message,
            subject.document.value(place) if covers else subject.document.key(place),
            label=Message("no later holidays"),
            hint=Message("add the holidays of {year}, and change `covers`", year=missing)
            if covers
            else Message("add the holidays of {year}", year=missing),
        )


def last_year(calendar: PolicyCalendar, path: Path) -> tuple[Path, int] | None:
    """Return the last year for which holidays are known, and the path that states it.

    `covers`, frozen dates or a list of dates with years state it. Return None if holidays recur
    every year or come from a country's calendar.
    """
    holidays = calendar.holidays
    if holidays is None or holidays.customer:
        return None
    if holidays.covers is not None:
        return (*path, "covers"), holidays.covers[1]
    if holidays.frozen:
        days, place = (*holidays.frozen, *holidays.add), (*path, "frozen")
    elif holidays.country is None:
        days, place = holidays.add, path
    else:
        return None
    if not days or not all(map(has_year, holidays.frozen or holidays.add)):
        return None
    return place, max(int(day[:4]) for day in days if has_year(day))


RULE = Rule(
    code="ZS705",
    name="holidays-run-out",
    severity="warning",
    summary=Message("list of holidays that ends soon or has ended"),
    check=check,
)
