"""The way from opened to due, step by step, so that a person can check it with a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zsupport.clock.deadline import Pause
from zsupport.clock.instants import local_date
from zsupport.clock.spans import WorkingTime, ranges
from zsupport.clock.windows import DAYS
from zsupport.dates import date
from zsupport.typed import NamedTuple


class Step(NamedTuple):
    """A stretch of time that was counted, or was not and for what reason.

    `counted` is in seconds; `total` what was counted up to its end. `reasons` are words:
    `closed`, `pause`, or a date with what makes it special. What was counted has a reason too if
    a date has the hours of another weekday.
    """

    start: int
    end: int
    counted: int
    total: int
    reasons: tuple[str, ...]


def walk(
    time: WorkingTime | None, start: int, end: int, pauses: Sequence[Pause] = ()
) -> list[Step]:
    """Return the steps of `[start, end)`; without a calendar every instant is worked."""
    steps: list[Step] = []
    total = 0
    for low, high, worked in _stretches(time, start, end):
        for begin, until, paused in _cut(low, high, pauses):
            counted = until - begin if worked and not paused else 0
            total += counted
            if not worked and time is not None:
                reasons = ("closed", *special_dates(time, begin, until))
            elif paused or time is None:
                reasons = ("pause",) if paused else ()
            else:
                reasons = _exchanged(time, begin, until)
            steps.append(Step(begin, until, counted, total, reasons))
    return steps


def _stretches(time: WorkingTime | None, start: int, end: int) -> list[tuple[int, int, bool]]:
    """Return `[start, end)` cut into stretches that are worked and that are not."""
    if time is None:
        return [(start, end, True)] if start < end else []
    return _cut(start, end, time.spans(start, end).within(start, end))


def _cut(
    low: int, high: int, intervals: Iterable[tuple[int, int | None]]
) -> list[tuple[int, int, bool]]:
    """Return `[low, high)` cut at intervals (sorted, apart): (from, to, inside one)."""
    found = []
    for begin, until in intervals:
        first, last = max(begin, low), high if until is None else min(until, high)
        if first >= last:
            continue
        if low < first:
            found.append((low, first, False))
        found.append((first, last, True))
        low = last
    if low < high:
        found.append((low, high, False))
    return found


def _exchanged(time: WorkingTime, start: int, end: int) -> tuple[str, ...]:
    """Return which dates of a stretch have the hours of another weekday, and of which."""
    found: dict[str, None] = {}
    for hours in time.hours:
        first = local_date(start, hours.zone).toordinal()
        last = local_date(end - 1, hours.zone).toordinal()
        for ordinal in range(first, last + 1):
            if hours.weekday(ordinal) != (ordinal - 1) % 7:
                day = date.fromordinal(ordinal).isoformat()
                found[f"{day} has the hours of {DAYS[hours.weekday(ordinal)]}"] = None
    return tuple(found)


def special_dates(time: WorkingTime, start: int, end: int) -> list[str]:
    """Return what makes dates of a closed stretch special: holidays, own hours, breaks."""
    found: dict[str, None] = {}
    for hours in time.hours:
        first = local_date(start, hours.zone).toordinal()
        last = local_date(end - 1, hours.zone).toordinal()
        # Over a long closure the names of a few days say enough.
        for ordinal in range(first, min(last, first + 31) + 1):
            day = date.fromordinal(ordinal).isoformat()
            if hours.counts_holidays and (name := hours.holiday(ordinal)):
                found[f"{day} {name}"] = None
            if (own := hours.dates.get(ordinal)) is not None:
                found[f"{day} {'has hours of its own' if own else 'is closed'}"] = None
            pieces = (
                piece
                for off in hours.breaks.get(ordinal, ())
                for piece in ranges(hours.zone, ordinal, off.start, off.end)
            )
            if any(begin < end and start < until for begin, until in pieces):
                found[f"{day} has a break"] = None
    return list(found)
