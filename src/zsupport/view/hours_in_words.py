"""Opening hours in words for people: days, times and the time zone."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING
from zsupport.view.policy_in_full import weekly_windows
from zsupport.wording import enumerated, glued

if TYPE_CHECKING:
    from zsupport.answer.hours import SettledHours
    from zsupport.policy.model import PolicyCalendar

_DASH = "\N{EN DASH}"


def hours_in_words(name: str, settled: SettledHours) -> str:
    """Return named hours with the weeks and the time zones of their calendars."""
    weeks: dict[str, list[str]] = {}
    for calendar, hours in zip(settled.calendars, settled.time.hours, strict=False):
        weeks.setdefault(str(hours.zone), []).append(_week(calendar))
    texts = [f"{enumerated(dict.fromkeys(week))}, {zone}" for zone, week in weeks.items()]
    return f"{name}: {'; '.join(texts)}" if texts else name


def _week(calendar: PolicyCalendar) -> str:
    if calendar.windows is None:
        return "around the clock"
    return ", ".join(map(_for_people, weekly_windows(calendar.windows)))


def _for_people(window: str) -> str:
    """Return a window of the policy format for people: `mon-fri 09:00-17:00`."""
    words = window.replace("-", _DASH).split(" ")
    text = " ".join(
        _DASH.join(day.capitalize() for day in word.split(_DASH)) if word[:1].isalpha() else word
        for word in words
    )
    return glued(text)
