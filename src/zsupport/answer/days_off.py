"""The days off of opening hours: holidays, and dates that `dates` closes."""

from __future__ import annotations

from zsupport.answer.hours import NAMELESS
from zsupport.answer.opening import AHEAD, Opening, Piece
from zsupport.clock.instants import at_local, local_date
from zsupport.clock.zones import zone
from zsupport.dates import date
from zsupport.typed import TYPE_CHECKING, NamedTuple, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zsupport.clock.model import Hours
    from zsupport.policy.model import Revision

#: In seconds of a local day.
_NOON = 12 * 3600
#: From this number of dates on, a list shows dates in sequence with the same name as one entry.
_LONG_RUN = 3


def day_off(hours: Hours, ordinal: int) -> str | None:
    """Return the name of the day off on a date, or None if it is not a day off.

    A day off is a holiday, or a date that is closed by `dates`: as a single date, or in a range
    that is closed as a whole.
    """
    own, season = hours.own(ordinal), hours.season(ordinal)
    if own is not None and own.parts:
        return None
    name = hours.holiday(ordinal) if hours.counts_holidays else None
    closed = own is not None or (season is not None and not any(season.week))
    return name or (NAMELESS if closed else None)


def joint_day_off(joined: Sequence[Hours], ordinal: int) -> str | None:
    """Return the name of the day off of joined hours on a date, or None.

    A date is a day off if it is one of some of the hours, and the others have no windows on it.
    """
    names = [day_off(hours, ordinal) for hours in joined]
    closed = all(
        name is not None or not hours.parts(ordinal)
        for name, hours in zip(names, joined, strict=True)
    )
    return next((name for name in names if name is not None), None) if closed else None


def dates_off(joined: Sequence[Hours], first: int, end: int) -> list[tuple[int, str]]:
    """Return the days off of joined hours in `[first, end)` as ordinals with names, sorted."""
    years = range(date.fromordinal(first).year, date.fromordinal(end - 1).year + 1)
    calendars = [hours.years for hours in joined if hours.years is not None]
    changed = {day for of_year in calendars for year in years for day in of_year(year).changed()}
    result = []
    for ordinal in sorted(changed):
        if first <= ordinal < end and (name := joint_day_off(joined, ordinal)) is not None:
            result.append((ordinal, name))
    return result


class DayOff(NamedTuple):
    """A day off: its date, its name, and the revision that is in force on it."""

    date: date
    name: str
    revision: Revision


class DaysOff(NamedTuple):
    """Days off in sequence with the same name: `[first, last]`."""

    first: date
    last: date
    name: str


def days_off(opening: Opening) -> list[DayOff]:
    """Return the days off of a row of opening hours, with warnings in `opening.warnings`.

    The years are those of `covers`, otherwise the year of the answer and the next year.
    """
    settled = opening.now.settled_hours
    assert settled is not None
    today = local_date(opening.at, zone(settled.zone_name))
    covers = [c.holidays.covers for c in settled.calendars if c.holidays and c.holidays.covers]
    years = [year for bounds in covers for year in bounds] or [today.year, today.year + 1]
    first, end = date(min(years), 1, 1).toordinal(), date(max(years), 12, 31).toordinal() + 1
    result: dict[int, DayOff] = {}
    for piece in opening.pieces:
        where = zone(piece.settled_hours.zone_name if piece.settled_hours else settled.zone_name)
        low = max(at_local(date.fromordinal(first), 0, where), piece.start)
        high = min(at_local(date.fromordinal(end - 1), 0, where), piece.end - 1)
        if low > high:
            continue
        if not piece.complete:
            opening.add_unknown_hours(piece)
        if piece.settled_hours is None:
            continue
        opening.warnings += piece.hours.warnings(piece.settled_hours, low, high)
        result |= {day.date.toordinal(): day for day in _in_force(piece, first, end)}
    return [result[ordinal] for ordinal in sorted(result)]


def coming_days_off(opening: Opening) -> list[DaysOff]:
    """Return the days off from the date of the answer to a year ahead."""
    settled = opening.now.settled_hours
    if settled is None:
        return []
    today = local_date(opening.at, zone(settled.zone_name)).toordinal()
    result: dict[int, str] = {}
    for piece in opening.pieces:
        result |= {d.date.toordinal(): d.name for d in _in_force(piece, today, today + AHEAD)}
    return in_sequence(sorted(result.items()))


def in_sequence(days: Sequence[tuple[int, str]]) -> list[DaysOff]:
    """Return sorted days off for a list: three or more in sequence with the same name as one."""
    runs: list[list[int]] = []
    names: list[str] = []
    for ordinal, name in days:
        if runs and names[-1] == name and runs[-1][-1] == ordinal - 1:
            runs[-1].append(ordinal)
        else:
            runs.append([ordinal])
            names.append(name)
    result = []
    for run, name in zip(runs, names, strict=True):
        long = len(run) >= _LONG_RUN
        for first, last in [(run[0], run[-1])] if long else [(day, day) for day in run]:
            result.append(DaysOff(date.fromordinal(first), date.fromordinal(last), name))
    return result


def _in_force(piece: Piece, first: int, end: int) -> Iterator[DayOff]:
    """Yield the days off in `[first, end)` on which the revision of a piece is in force."""
    if piece.settled_hours is None:
        return
    where = zone(piece.settled_hours.zone_name)
    for ordinal, name in dates_off(piece.settled_hours.time.hours, first, end):
        day = date.fromordinal(ordinal)
        if piece.start <= at_local(day, _NOON, where) < piece.end:
            yield DayOff(day, name, piece.hours.revision)
