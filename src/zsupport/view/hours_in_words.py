"""Opening hours in words for people: days, times and the time zone."""

from __future__ import annotations

from zsupport.answer.days_off import joint_day_off
from zsupport.answer.hours import NAMELESS
from zsupport.clock.instants import local_date
from zsupport.clock.windows import DAYS
from zsupport.typed import TYPE_CHECKING
from zsupport.view.policy_in_full import weekly_windows
from zsupport.view.times import WEEKDAYS, range_in_words
from zsupport.wording import NO_BREAK, Message, enumerated, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from zsupport.answer.hours import SettledHours
    from zsupport.clock.model import Hours
    from zsupport.clock.windows import Window
    from zsupport.policy.model import PolicyCalendar

_DASH = "\N{EN DASH}"
_WEEKDAYS: dict[str, str] = dict(zip(DAYS, WEEKDAYS, strict=True))


def hours_in_words(
    name: str, settled: SettledHours, span: tuple[int, int] | None = None
) -> Message:
    """Return named hours with the weeks and the time zones of their calendars.

    With a span of instants, the weeks of ranges of dates outside of it are left out.
    """
    weeks: dict[str, list[Message]] = {}
    for calendar, hours in zip(settled.calendars, settled.time.hours, strict=False):
        weeks.setdefault(str(hours.zone), []).append(
            _week(calendar, _ranges(calendar, hours, span))
        )
    texts = [
        Message("{week}, {zone}", week=enumerated(dict.fromkeys(week)), zone=zone)
        for zone, week in weeks.items()
    ]
    if not texts:
        return joined([name], "")
    return Message("{name}: {weeks}", name=name, weeks=joined(texts, "; "))


def reason_of_day_off(joined_hours: Sequence[Hours], ordinal: int) -> str | None:
    """Return the name of the day off of hours on a date, or the range of `dates` that closes it.

    Return None if the date is not a day off.
    """
    name = joint_day_off(joined_hours, ordinal)
    if name == NAMELESS:
        for hours in joined_hours:
            season = hours.season(ordinal)
            if season and not any(season.week) and hours.own(ordinal) is None:
                return range_in_words(season.dates)
    return name


def _ranges(
    calendar: PolicyCalendar, hours: Hours, span: tuple[int, int] | None
) -> Collection[str]:
    """Return the ranges of dates of a calendar that have dates in a span of instants."""
    if span is None or not hours.seasonal:
        return calendar.seasons
    first, last = (local_date(instant, hours.zone).toordinal() for instant in span)
    seasons = map(hours.season, range(first, last + 1))
    return {season.dates for season in seasons if season is not None}


def _week(calendar: PolicyCalendar, ranges: Collection[str]) -> Message:
    """Return the week of a calendar, and the weeks of some of its ranges of dates."""
    week = Message("around the clock")
    if calendar.windows is not None:
        week = _windows_in_words(calendar.windows)
    seasons = [
        Message("{range}: {hours}", range=range_in_words(dates), hours=_windows_in_words(season))
        if season
        else Message("{range}: closed", range=range_in_words(dates))
        for dates, season in calendar.seasons.items()
        if dates in ranges
    ]
    return joined((week, *seasons), "; ")


def _windows_in_words(windows: tuple[Window, ...]) -> Message:
    return joined(map(_window_in_words, weekly_windows(windows)), ", ")


def _window_in_words(window: str) -> Message:
    """Return a window of the policy format, such as `mon-fri 09:00-17:00`, for people."""
    return joined(map(_range_in_words, window.split(" ")), NO_BREAK)


def _range_in_words(part: str) -> Message:
    """Return a range of days or times for people."""
    return joined((_WEEKDAYS.get(text, text) for text in part.split("-")), _DASH)
