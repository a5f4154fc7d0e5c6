"""ZS707: a `by` target whose time of day is outside its hours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from zsupport.analysis.compare import CountedTime
from zsupport.answer.hours import hours_of
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.days import in_years
from zsupport.clock.windows import DAY, DAYS, WEEK
from zsupport.policy.model import PolicyCalendar
from zsupport.wording import Message, joined


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each `by` target whose time is outside the hours of some business day.

    Weekdays come first. Single dates with their own hours are examined if no weekday is closed. The
    closing time counts as inside the hours.
    """
    for _, targets in subject.decisions.by_metric():
        for item in targets.stated:
            times = {
                part.at // 60
                for part in item.cell.target.components
                if part.kind in ("by", "by-opening")
            }
            if not times or item.cell.hours is None:
                continue
            for counted, cases in subject.decisions.counted(item.cell.hours, item.decides):
                closed, working, season = next(
                    filter(
                        any,
                        (closed_days(counted, time, subject.today.year) for time in sorted(times)),
                    ),
                    ([], [], ""),
                )
                dates: list[str] = []
                if not closed:
                    dates = closed_dates(counted, times, subject.today.year)
                if closed or dates:
                    target, hours = item.cell.target.text, item.cell.hours
                    days = _limited(dates) or (closed if closed != working else [])
                    yield Problem(
                        subject.target(item),
                        message(target, hours, days, season),
                        label=Message("closed at this time"),
                        hint=Message("choose a time within the hours, or change the hours"),
                        case=subject.witness(cases),
                        related=tuple(
                            (
                                subject.document.day((*path, "dates"), day)
                                if day in calendar.seasons or day in calendar.dates
                                else (*path, "open"),
                                Message("these hours"),
                            )
                            for day in [dates[0] if dates else season]
                            for path, calendar in subject.calendars
                            if path[1] == item.cell.hours
                            and calendar.windows is not None
                            and calendar.windows in [c.windows for c in counted.calendars]
                        )[:1],
                    )
                    break


def closed_dates(counted: CountedTime, minutes: Iterable[int], year: int) -> list[str]:
    """Return the single dates of the policy that open, but not at one of the minutes of the day.

    These are dates of the year or the next year. The closing time counts as open.
    """
    hours = [hours_of(calendar, "UTC", None) for calendar in counted.calendars]
    result: dict[str, None] = {}
    opening = [day for c in counted.calendars for day, windows in c.dates.items() if windows]
    for ordinal in sorted(in_years(opening, (year, year + 1))):
        if not any(item.may_be_working(ordinal) for item in hours):
            continue
        parts = [part for item in hours for part in item.parts(ordinal, breaks=False)]
        if any(not any(p.start <= 60 * at <= p.end for p in parts) for at in minutes):
            own = next(filter(None, (item.own(ordinal) for item in hours)))
            result[own.day] = None
    return list(result)


def _limited(days: list[str]) -> list[str]:
    """Return days, at most five, and the number of the other days."""
    more = len(days) - 5
    return [*days[:5], Message("{number} more", number=more)] if more > 0 else days


def message(target: str, hours: str, days: list[str], season: str) -> Message:
    """Return the message about a target outside the hours, on some weekdays and in a season."""
    texts = {"target": target, "hours": hours, "days": joined(days, ", "), "range": season}
    if season and days:
        return Message("`{target}` is outside the hours `{hours}` on {days} in {range}", **texts)
    if season:
        return Message("`{target}` is outside the hours `{hours}` in {range}", **texts)
    if days:
        return Message("`{target}` is outside the hours `{hours}` on {days}", **texts)
    return Message("`{target}` is outside the hours `{hours}`", **texts)


def closed_days(counted: CountedTime, minute: int, year: int) -> tuple[list[str], list[str], str]:
    """Return the working weekdays that are closed at a minute of the day.

    Return also all working weekdays, and the range of dates with these hours: empty for the hours
    outside ranges. The minute before counts too, so the closing time is open.
    """
    for season, calendars in weeks_together(counted.calendars, year):
        working = [day for day in range(7) if any(works(c, day) for c in calendars)]
        closed = [
            day
            for day in working
            if not any(
                is_open(calendar, at % WEEK)
                for calendar in calendars
                for at in (day * DAY + minute, day * DAY + minute - 1)
            )
        ]
        if closed:
            return [DAYS[day] for day in closed], [DAYS[day] for day in working], season
    return [], [], ""


def weeks_together(
    calendars: tuple[PolicyCalendar, ...], year: int
) -> list[tuple[str, tuple[PolicyCalendar, ...]]]:
    """Return the weeks that calendars have together, each with the first range that it is from.

    The calendars of a week have the windows of their ranges on some date of the year or the next
    year. The week outside all ranges comes first.
    """
    weeks: dict[tuple[str, ...], tuple[PolicyCalendar, ...]] = {}
    if any(calendar.seasons for calendar in calendars):
        days = range(date(year, 1, 1).toordinal(), date(year + 2, 1, 1).toordinal())
        hours = [hours_of(calendar, "UTC", None) for calendar in calendars]
        for day in days:
            seasons = [item.season(day) for item in hours]
            names = tuple(season.dates if season else "" for season in seasons)
            if names not in weeks:
                weeks[names] = tuple(
                    calendar._replace(windows=calendar.seasons[name]) if name else calendar
                    for calendar, name in zip(calendars, names, strict=True)
                )
    else:
        weeks[("",)] = calendars
    return sorted(
        ((next(filter(None, names), ""), week) for names, week in weeks.items()),
        key=lambda item: item[0],
    )


def works(calendar: PolicyCalendar, day: int) -> bool:
    """Return whether a weekday (0: Monday) can be a business day, and a window begins on it."""
    if calendar.business_days is not None and day not in calendar.business_days:
        return False
    if calendar.windows is None:
        return True
    for window in calendar.windows:
        first, last = window.opens // DAY, (window.closes - 1) // DAY
        # A window of a day or more begins again at each midnight.
        days = range(first, last + 1) if window.closes - window.opens >= DAY else (first,)
        if any(number % 7 == day for number in days):
            return True
    return False


def is_open(calendar: PolicyCalendar, minute: int) -> bool:
    """Return whether a calendar is open in a minute of the week."""
    return calendar.windows is None or any(
        window.opens <= at < window.closes
        for window in calendar.windows
        for at in (minute, minute + WEEK)
    )


RULE = Rule(
    code="ZS707",
    name="by-target-outside-hours",
    severity="warning",
    summary=Message("`by` target at a time outside its hours"),
    check=check,
)
