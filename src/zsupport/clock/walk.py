"""The steps from the start of a target to its deadline, for a person to check with a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zsupport.clock.deadline import Pause
from zsupport.clock.instants import local_date
from zsupport.clock.model import Hours, OwnHours, Season
from zsupport.clock.spans import WorkingTime, ranges
from zsupport.clock.windows import DAYS
from zsupport.dates import date
from zsupport.typed import NamedTuple
from zsupport.wording import Message, joined


class Step(NamedTuple):
    """A piece of time: counted, or not counted for the stated reasons.

    `counted` is in seconds; `total` is the sum up to the end of the step. `reasons` are texts:
    `closed`, `pause`, or a special date with its description. A counted step has a reason only on
    dates with other hours: the weekday or the range of dates whose hours apply.
    """

    start: int
    end: int
    counted: int
    total: int
    reasons: tuple[str, ...]


def walk(
    time: WorkingTime | None, start: int, end: int, pauses: Sequence[Pause] = ()
) -> list[Step]:
    """Return the steps of `[start, end)`; without a calendar, every instant counts."""
    steps: list[Step] = []
    total = 0
    for low, high, worked in _working_pieces(time, start, end):
        for begin, until, paused in _cut(low, high, pauses):
            counted = until - begin if worked and not paused else 0
            total += counted
            if not worked and time is not None:
                reasons = ("closed", *special_dates(time, begin, until))
            elif paused or time is None:
                reasons = ("pause",) if paused else ()
            else:
                reasons = _other_weeks(time, begin, until)
            steps.append(Step(begin, until, counted, total, reasons))
    return steps


def _working_pieces(time: WorkingTime | None, start: int, end: int) -> list[tuple[int, int, bool]]:
    """Return `[start, end)` cut into working and closed pieces: (from, to, working)."""
    if time is None:
        return [(start, end, True)] if start < end else []
    return _cut(start, end, time.spans(start, end).within(start, end))


def _cut(
    low: int, high: int, intervals: Iterable[tuple[int, int | None]]
) -> list[tuple[int, int, bool]]:
    """Return `[low, high)` cut at sorted, disjoint intervals: (from, to, inside an interval)."""
    pieces = []
    for begin, until in intervals:
        first, last = max(begin, low), high if until is None else min(until, high)
        if first >= last:
            continue
        if low < first:
            pieces.append((low, first, False))
        pieces.append((first, last, True))
        low = last
    if low < high:
        pieces.append((low, high, False))
    return pieces


def _other_weeks(time: WorkingTime, start: int, end: int) -> tuple[str, ...]:
    """Return texts for the dates of a step that have the hours of another weekday or of a range."""
    texts: dict[str, None] = {}
    for hours in time.hours:
        first = local_date(start, hours.zone).toordinal()
        last = local_date(end - 1, hours.zone).toordinal()
        for ordinal in range(first, last + 1):
            if hours.weekday(ordinal) != (ordinal - 1) % 7:
                day = date.fromordinal(ordinal).isoformat()
                texts[f"{day} has the hours of {DAYS[hours.weekday(ordinal)]}"] = None
        texts |= dict.fromkeys(_seasons(hours, first, last))
    return tuple(texts)


def _seasons(hours: Hours, first: int, last: int) -> list[str]:
    """Return a text for each run of dates with the hours of a range; `last` is included."""
    runs: list[tuple[Season, int, int]] = []
    for ordinal in range(first, last + 1) if hours.seasonal else ():
        season = hours.season(ordinal)
        if season is None or hours.own(ordinal) is not None:
            continue
        if runs and runs[-1][0].dates == season.dates and runs[-1][2] == ordinal - 1:
            runs[-1] = (season, runs[-1][1], ordinal)
        else:
            runs.append((season, ordinal, ordinal))
    texts: list[str] = []
    for season, begin, end in runs:
        dates = season.dates
        day, last_day = (date.fromordinal(ordinal).isoformat() for ordinal in (begin, end))
        if not any(season.week):
            if begin == end:
                texts.append(Message("{day} is closed: {range}", day=day, range=dates))
            else:
                texts.append(
                    Message(
                        "{day} to {last} are closed: {range}", day=day, last=last_day, range=dates
                    )
                )
        elif begin == end:
            texts.append(Message("{day} has the hours of {range}", day=day, range=dates))
        else:
            texts.append(
                Message(
                    "{day} to {last} have the hours of {range}", day=day, last=last_day, range=dates
                )
            )
    return texts


def special_dates(time: WorkingTime, start: int, end: int) -> list[str]:
    """Return texts for the special dates of a closed step, in the order of the dates.

    These are days off, own hours, breaks and ranges.
    """
    texts: dict[str, None] = {}
    for hours in time.hours:
        first = local_date(start, hours.zone).toordinal()
        last = local_date(end - 1, hours.zone).toordinal()
        # For a long closure, the dates of the first month are enough.
        for ordinal in range(first, min(last, first + 31) + 1):
            day = date.fromordinal(ordinal).isoformat()
            own = hours.own(ordinal)
            opens = own is not None and own.parts
            if hours.counts_holidays and not opens and (name := hours.holiday(ordinal)):
                texts[joined((day, name), " ")] = None
            if own is not None:
                texts[_own_hours(day, own)] = None
            pieces = (
                piece
                for off in hours.breaks(ordinal)
                for piece in ranges(hours.zone, ordinal, off.start, off.end)
            )
            if any(begin < end and start < until for begin, until in pieces):
                texts[Message("{day} has a break", day=day)] = None
        texts |= dict.fromkeys(_seasons(hours, first, min(last, first + 31)))
    return sorted(texts, key=_date_of)


def _date_of(text: str) -> str:
    """Return the date with which a text about a date starts."""
    return text[: len("2026-12-24")]


def _own_hours(day: str, own: OwnHours) -> Message:
    """Return the text about a date with its own windows; a date of every year is named."""
    if own.day == day:
        if own.parts:
            return Message("{day} has hours of its own", day=day)
        return Message("{day} is closed", day=day)
    if own.parts:
        return Message("{day} has the hours of {range}", day=day, range=own.day)
    return Message("{day} is closed: {range}", day=day, range=own.day)
