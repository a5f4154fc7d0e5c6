"""Opening hours in words for people: days, times and the time zone."""

from __future__ import annotations

from zsupport.clock.windows import DAYS
from zsupport.typed import TYPE_CHECKING
from zsupport.view.policy_in_full import weekly_windows
from zsupport.view.times import WEEKDAYS
from zsupport.wording import NO_BREAK, Message, enumerated, joined

if TYPE_CHECKING:
    from zsupport.answer.hours import SettledHours
    from zsupport.clock.windows import Window
    from zsupport.policy.model import PolicyCalendar

_DASH = "\N{EN DASH}"
_WEEKDAYS: dict[str, str] = dict(zip(DAYS, WEEKDAYS, strict=True))


def hours_in_words(name: str, settled: SettledHours) -> Message:
    """Return named hours with the weeks and the time zones of their calendars."""
    weeks: dict[str, list[Message]] = {}
    for calendar, hours in zip(settled.calendars, settled.time.hours, strict=False):
        weeks.setdefault(str(hours.zone), []).append(_week(calendar))
    texts = [
        Message("{week}, {zone}", week=enumerated(dict.fromkeys(week)), zone=zone)
        for zone, week in weeks.items()
    ]
    if not texts:
        return joined([name], "")
    return Message("{name}: {weeks}", name=name, weeks=joined(texts, "; "))


def _week(calendar: PolicyCalendar) -> Message:
    """Return the week of a calendar, and the weeks of its ranges of dates."""
    week = Message("around the clock")
    if calendar.windows is not None:
        week = _windows_in_words(calendar.windows)
    seasons = [
        Message("{range}: {hours}", range=dates, hours=_windows_in_words(season))
        if season
        else Message("{range}: closed", range=dates)
        for dates, season in calendar.seasons.items()
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
