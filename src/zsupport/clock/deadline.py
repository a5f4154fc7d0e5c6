"""Deadlines: from a target and the events of a case to due, state and what is left.

The clock definition, rules 6 and 8 to 15. Everything is computed from the events each time.
"""

from collections.abc import Sequence
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, NamedTuple, Protocol

from zsupport.clock.instants import at_local, latest_local
from zsupport.clock.problem import BadText
from zsupport.clock.target import Target

if TYPE_CHECKING:
    from zsupport.clock.business import BusinessDays

#: A pause `[from, to)`; `to` None is open.
Pause = tuple[int, int | None]


class Never(Exception):
    """A deadline is not reached within ten years (the clock definition, rule 17)."""


class Time(Protocol):
    """What a value counts: every instant, or the working time of a calendar."""

    def elapsed(self, start: int, end: int) -> int:
        """Return the seconds counted in `[start, end)`."""

    def due(self, start: int, seconds: int) -> int:
        """Return the least instant by which so many seconds are counted."""


class EveryInstant:
    """Clock time, day and night."""

    def elapsed(self, start: int, end: int) -> int:
        """Return the seconds in `[start, end)`."""
        return end - start

    def due(self, start: int, seconds: int) -> int:
        """Return the instant so many seconds after `start`."""
        return start + seconds


EVERY_INSTANT = EveryInstant()


class Basis(NamedTuple):
    """What a target counts over: its time, its business days and how they read, its zone."""

    time: Time
    days: "BusinessDays | None" = None
    reading: str = "close"
    zone: tzinfo | None = None  # in which `every week` counts


class Events(NamedTuple):
    """What happened to a case, in seconds since the epoch; None did not happen."""

    opened: int
    answered: int | None = None
    updated: int | None = None
    resolved: int | None = None
    pauses: tuple[Pause, ...] = ()


class Deadline(NamedTuple):
    """What the clock says of one target at one moment; instants and seconds are integers."""

    state: str
    due: int | None
    at_risk_at: int | None
    elapsed: int | None
    paused: int | None
    remaining: int | None


def merged(pauses: Sequence[Pause], start: int) -> tuple[Pause, ...]:
    """Return pauses merged, clipped to after `start`, without empty ones (rule 12).

    Raises BadText where a pause ends before it starts.
    """
    kept: list[tuple[int, int | None]] = []
    for begin, end in sorted(pauses, key=lambda pause: pause[0]):
        if end is not None and end < begin:
            raise BadText("a pause ends before it starts", "FROM/TO, with TO at or after FROM")
        begin = max(begin, start)
        if end is not None and end <= begin:
            continue
        if kept:
            last_begin, last_end = kept[-1]
            if last_end is None or begin <= last_end:
                longest = None if last_end is None or end is None else max(last_end, end)
                kept[-1] = (last_begin, longest)
                continue
        kept.append((begin, end))
    return tuple(kept)


def unpaused(target: Target, start: int, basis: Basis) -> int:
    """Return when a target is due if nothing pauses it; raises Never beyond ten years."""
    if target.kind in ("clock", "business"):
        return basis.time.due(start, target.amount)
    if target.kind == "week":
        assert basis.zone is not None
        day, seconds = latest_local(start, basis.zone)
        return at_local(day + timedelta(days=7), seconds, basis.zone)
    assert basis.days is not None
    if target.kind == "business-days":
        return basis.days.days(start, target.amount, basis.reading)
    if target.kind == "next-business-day":
        return basis.days.next_day(start, basis.reading)
    return basis.days.by(start, target.at)


def paused_in(time: Time, pauses: Sequence[Pause], start: int, end: int) -> int:
    """Return the seconds of `[start, end)` that the time counts and the pauses hold."""
    total = 0
    for begin, until in pauses:
        low, high = max(begin, start), end if until is None else min(until, end)
        if low < high:
            total += time.elapsed(low, high)
    return total


def running(time: Time, pauses: Sequence[Pause], start: int, end: int) -> int:
    """Return the seconds of `[start, end)` that the time counts outside the pauses."""
    return time.elapsed(start, end) - paused_in(time, pauses, start, end)


def postponed(time: Time, closed: Sequence[Pause], start: int, due: int) -> int:
    """Return a deadline moved by the closed pauses before it (rule 12).

    It is the least u >= `due` with as many seconds outside pauses in `[due, u)` as were paused
    in `[start, due)`.
    """
    left = paused_in(time, closed, start, due)
    for begin, end in closed:
        assert end is not None
        if left == 0:
            return due
        if end <= due:
            continue
        if begin > due:
            available = time.elapsed(due, begin)
            if available >= left:
                return time.due(due, left)
            left -= available
        due = max(due, end)
    return time.due(due, left) if left else due


def anchor(target: Target, events: Events, at: int) -> int:
    """Return from when a target counts, as known at a moment: opened, but for a recurring one.

    That starts anew with the last update, else with the answer (rule 10).
    """
    if target.every:
        for happened in (events.updated, events.answered):
            if happened is not None and happened <= at:
                return happened
    return events.opened


def deadline(
    target: Target,
    events: Events,
    basis: Basis,
    at: int,
    *,
    first_metric: bool = True,
    pausing: bool = True,
    warn: str | None = None,
) -> Deadline:
    """Return what the clock says of a target at the moment `at`.

    `first_metric`: the answer ends it, else the resolution does. `pausing`: pauses count.
    `warn`: the ratio n/d from which it is at risk. Raises Never beyond ten years.
    """
    recurring = target.every or target.kind == "rate"
    ended = events.answered if first_metric and not recurring else events.resolved
    if ended is not None and ended > at:
        ended = None
    start = anchor(target, events, at)
    pauses = merged(events.pauses, start) if pausing else ()
    until = min(at, ended) if ended is not None else at
    if target.kind == "rate":
        state = "not-started" if at < events.opened else "met" if ended is not None else "running"
        return Deadline(state, None, None, None, None, None)
    time = basis.time
    elapsed = paused = 0
    if until > start:
        paused = paused_in(time, pauses, start, until)
        elapsed = time.elapsed(start, until) - paused
    due0 = unpaused(target, start, basis)
    closed: list[Pause] = []
    open_since = None
    for begin, end in pauses:
        if end is not None:
            closed.append((begin, end))
        elif ended is not None:
            # An answer closes an open pause for judging.
            closed += [(begin, ended)] if ended > begin else []
        else:
            open_since = begin
    due = postponed(time, closed, start, due0)
    risk = _risk(target, start, due0, closed, time, warn) if warn else None
    if open_since is not None and open_since < due:
        remaining = time.elapsed(open_since, due)
        known_risk = risk if risk is not None and risk <= open_since else None
        return Deadline("paused", None, known_risk, elapsed, paused, remaining)
    late = until > due
    remaining = due - until if late else running(time, closed, max(until, start), due)
    state = _state(events.opened, due, at, ended, risk)
    return Deadline(state, due, risk, elapsed, paused, remaining)


def _risk(
    target: Target, start: int, due0: int, closed: Sequence[Pause], time: Time, warn: str
) -> int:
    """Return when a deadline comes at risk: `warn` (n/d) of the way, rounded up (rule 13)."""
    part, whole = map(int, warn.split("/"))
    whole_way = target.amount if target.kind in ("clock", "business") else time.elapsed(start, due0)
    return postponed(time, closed, start, time.due(start, -(-whole_way * part // whole)))


def _state(opened: int, due: int, at: int, ended: int | None, risk: int | None) -> str:
    if at < opened:
        return "not-started"
    if ended is not None:
        return "met" if ended <= due else "breached"
    if at > due:
        return "breached"
    return "at-risk" if risk is not None and at >= risk else "running"
