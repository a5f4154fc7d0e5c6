"""ZS703: a window inside a DST gap."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from zsupport.answer.hours import hours_of
from zsupport.check.rule import Problem, Rule, Subject, dates_near
from zsupport.clock.days import has_year
from zsupport.clock.spans import EPOCH
from zsupport.clock.window_text import parse_day_windows, parse_range_windows
from zsupport.clock.windows import DAY, WEEK, Window
from zsupport.clock.zonefile import offset_pieces
from zsupport.clock.zones import zone
from zsupport.policy.model import PolicyCalendar
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message

# A longer window is never inside a DST gap, because DST moves clocks by at most two hours.
_LONGEST = 120
_YEARS = 3


class Gap(NamedTuple):
    """A DST gap in minutes of a day; `end` can be past midnight."""

    day: int  # ordinal
    start: int
    end: int


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each window inside a DST gap of the rest of this year or of the next two years, once.

    Windows of single dates are compared with the gaps of these dates, in any year.
    """
    for path, calendar in subject.calendars:
        name = calendar.timezone or subject.revision.timezone
        if name == "customer" or name.startswith("UTC"):
            continue
        weeks = (calendar.windows or (), *calendar.seasons.values())
        if any(is_short(window) for week in weeks for window in week):
            yield from in_week(subject, path, calendar, name)
        for day, windows in calendar.dates.items():
            if any(map(is_short, windows)):
                yield from of_day(subject, subject.document.day((*path, "dates"), day), day, name)


def is_short(window: Window) -> bool:
    """Return whether a window is short enough to be inside a gap."""
    return window.closes - window.opens <= _LONGEST


def in_week(subject: Subject, path: Path, calendar: PolicyCalendar, name: str) -> Iterator[Problem]:
    """Yield a problem at each text of a week with a window inside a gap, for the first date.

    The week is that of `open`, or of the range that the date is in.
    """
    reported: set[Path] = set()
    year = subject.today.year
    hours = hours_of(calendar, "UTC", None)
    for gap in gaps(name, year, year + _YEARS):
        day = date.fromordinal(gap.day)
        if day < subject.today or hours.own(gap.day) is not None:
            continue
        season = hours.season(gap.day)
        place: Path = (*path, "open")
        week = calendar.windows or ()
        if season is not None:
            place = subject.document.day((*path, "dates"), season.dates)
            week = calendar.seasons[season.dates]
        if any(is_in_gap(window, day, gap) for window in week):
            for at, text in subject.document.texts(place):
                inside = any(is_in_gap(window, day, gap) for window in windows_of(text, day))
                if inside and at not in reported:
                    reported.add(at)
                    yield problem(at, text, day, name)


def windows_of(text: str, day: date) -> tuple[Window, ...]:
    """Return the windows of the week of a text; times without weekdays are those of the day."""
    windows, by_date = parse_range_windows(text)
    midnight = day.weekday() * DAY if by_date else 0
    return tuple(Window(midnight + w.opens, midnight + w.closes) for w in windows)


def is_in_gap(window: Window, day: date, gap: Gap) -> bool:
    """Return whether a window of the week is inside a gap of a date."""
    midnight = day.weekday() * DAY
    return any(
        midnight + gap.start <= window.opens + shift and window.closes + shift <= midnight + gap.end
        for shift in (-WEEK, 0, WEEK)
    )


def of_day(subject: Subject, path: Path, day: str, name: str) -> Iterator[Problem]:
    """Yield a problem at each window of a day that is inside a gap of its first such date."""
    for ordinal in dates_near(day, subject.today.year):
        year = date.fromordinal(ordinal).year
        inside = [gap for gap in gaps(name, year, year + 1) if gap.day == ordinal]
        if inside and (has_year(day) or ordinal >= subject.today.toordinal()):
            yield from of_date(subject, path, inside[0], name)
            return


def of_date(subject: Subject, path: Path, gap: Gap, name: str) -> Iterator[Problem]:
    """Yield a problem at each window of a date that is inside its gap."""
    for place, text in subject.document.texts(path):
        if any(gap.start <= w.opens and w.closes <= gap.end for w in parse_day_windows(text)):
            yield problem(place, text, date.fromordinal(gap.day), name)


def problem(path: Path, text: str, day: date, name: str) -> Problem:
    """Return the problem at the text of a window."""
    return Problem(
        path,
        Message(
            "`{window}` is inside the DST gap of {timezone} on {date}",
            window=text,
            timezone=name,
            date=day.isoformat(),
        ),
        label=Message("closed on that day"),
        hint=Message("write a window that begins before or ends after the gap"),
    )


@lru_cache(maxsize=64)
def gaps(name: str, first: int, end: int) -> tuple[Gap, ...]:
    """Return the DST gaps of a time zone from the year `first` to the year before `end`."""
    start = (date(first, 1, 1).toordinal() - EPOCH) * 86_400
    until = (date(end, 1, 1).toordinal() - EPOCH) * 86_400
    result: list[Gap] = []
    before: int | None = None
    for at, _, offset in offset_pieces(zone(name), start, until):
        if before is not None and offset > before:
            day, seconds = divmod(at + before, 86_400)
            first_minute = seconds // 60
            length = (offset - before) // 60
            result.append(Gap(day + EPOCH, first_minute, first_minute + length))
        before = offset
    return tuple(result)


RULE = Rule(
    code="ZS703",
    name="window-in-dst-gap",
    severity="warning",
    summary=Message("window inside a DST gap"),
    check=check,
)
