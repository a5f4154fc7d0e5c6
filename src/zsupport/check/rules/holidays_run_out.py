"""ZS705: holidays that are known for little longer, or no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import PolicyCalendar
from zsupport.policy.yamltext import Path

_AHEAD = 90


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each list of holidays whose last year ends within 90 days, or has ended.

    A policy that ends no later than its holidays needs no more of them.
    """
    last_day = subject.revision.last_day
    if last_day is not None and date.fromisoformat(last_day) < subject.today:
        return
    for path, calendar in subject.calendars:
        found = last_year(calendar, (*path, "holidays"))
        if found is None:
            continue
        place, year = found
        end = date(year, 12, 31)
        left = (end - subject.today).days
        if left >= _AHEAD or (last_day is not None and last_day <= end.isoformat()):
            continue
        ends = f"end with {year}" if left >= 0 else f"ended with {year}"
        yield Problem(
            place,
            f"the holidays known here {ends}"
            + (f", in {left} days" if left > 0 else ", today" if left == 0 else ""),
            subject.document.value(place) if place[-1] == "covers"
            else subject.document.key(place),
            label="no later year is known",
            hint=f"add those of {max(year, subject.today.year - 1) + 1}"
            + (" and say so in `covers`" if place[-1] == "covers" else ""),
        )  # fmt: skip


def last_year(calendar: PolicyCalendar, path: Path) -> tuple[Path, int] | None:
    """Return the last year for which holidays are known, and where that is said.

    It is said by `covers`, by dates that were frozen, or by a list of nothing but dates with
    years. None where they recur, or a country's calendar goes on.
    """
    off = calendar.holidays
    if off is None or off.customer:
        return None
    if off.covers is not None:
        return (*path, "covers"), off.covers[1]
    if off.frozen:
        days, place = (*off.frozen, *off.add), (*path, "frozen")
    elif off.country is None:
        days, place = off.add, path
    else:
        return None
    if not days or any(len(day) == 5 for day in (off.frozen or off.add)):
        return None
    return place, max(int(day[:4]) for day in days if len(day) == 10)


RULE = Rule(
    code="ZS705",
    name="holidays-run-out",
    severity="warning",
    summary="holidays that are known for little longer, or no longer",
    check=check,
)
