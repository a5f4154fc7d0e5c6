"""Deadlines: from a target and the events of a case to due, state and what is left.

The clock definition, rules 6, 8 to 15 and 20. Everything is computed from the events each time.
"""

from __future__ import annotations

from zsupport.clock.instants import at_local, latest_local
from zsupport.clock.problem import HORIZON, BadText, Never
from zsupport.clock.target import Target, ends_with_answer
from zsupport.dates import timedelta, tzinfo
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from zsupport.clock.business import BusinessDays

    class Time(Protocol):
        """What a value counts: every instant, or the working time of a calendar."""

        def elapsed(self, start: int, end: int) -> int:
            """Return the seconds counted in `[start, end)`."""

        def due(self, start: int, seconds: int) -> int:
            """Return the least instant by which so many seconds are counted."""


#: A pause `[from, to)`; `to` None is open.
Pause = tuple[int, int | None]

#: The events at which the clock of a metric can start; any other text is words (rule 20).
STARTS = ("opened", "answered", "updated")


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
    days: BusinessDays | None = None
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
    due: int | None = None
    at_risk_at: int | None = None
    elapsed: int | None = None
    paused: int | None = None
    remaining: int | None = None


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


def started(starts: object, events: Events, given: int | None = None) -> int | None:
    """Return the start of a metric, None where it has not happened (rule 20).

    `starts` is one of STARTS, or words: then `given` is the start, else opened is assumed.
    """
    if starts == "answered":
        return events.answered
    if starts == "updated":
        return events.updated
    return events.opened if given is None else given


def happened(events: Events, at: int) -> Events:
    """Return the events as known at a moment: what is later has not happened."""

    def known(event: int | None) -> int | None:
        return None if event is None or event > at else event

    return Events(
        events.opened,
        known(events.answered),
        known(events.updated),
        known(events.resolved),
        tuple(pause for pause in events.pauses if pause[1] is not None or pause[0] <= at),
    )


def ending(target: Target, events: Events, *, first_metric: bool) -> int | None:
    """Return the event that ends a metric, None where it has not happened (rule 13)."""
    by_answer = first_metric and ends_with_answer(target)
    return events.answered if by_answer else events.resolved


class Course(NamedTuple):
    """How the clock of one target runs: from when, what ended it, and the pauses in between."""

    start: int
    anchor: int  # from when the target counts: of a cadence the last update or answer (rule 10)
    ended: int | None
    closed: tuple[tuple[int, int], ...]  # pauses; the ending event closes an open one (rule 12)
    open_since: int | None

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """The pauses, an open one last."""
        return self.closed if self.open_since is None else (*self.closed, (self.open_since, None))


def course(
    target: Target, events: Events, start: int, *, first_metric: bool = True, pausing: bool = True
) -> Course:
    """Return how the clock of a target runs from the start of its metric, by all that happened.

    `first_metric`: the answer ends it, else the resolution does. `pausing`: pauses count.
    """
    anchors = (events.updated, events.answered) if target.every else ()
    anchor = next((event for event in anchors if event is not None and event >= start), start)
    ended = ending(target, events, first_metric=first_metric)
    closed: list[tuple[int, int]] = []
    open_since = None
    for begin, until in merged(events.pauses, anchor) if pausing else ():
        end = ended if until is None else until
        if end is None:
            open_since = begin
        elif begin < end:
            closed.append((begin, end))
    return Course(start, anchor, ended, tuple(closed), open_since)


def deadline(
    target: Target, run: Course, basis: Basis, at: int, *, warn: str | None = None
) -> Deadline:
    """Return what the clock says of a target at the moment `at`, by when all events happened.

    `warn`: the ratio n/d from which it is at risk. Raises Never beyond ten years.
    """
    start, anchor, ended, closed, open_since = run
    if target.kind == "rate":
        return Deadline(_state(start, None, at, ended, None))
    time = basis.time
    until = at if ended is None else min(at, ended)
    elapsed = paused = 0
    if until > anchor:
        paused = paused_in(time, run.pauses, anchor, until)
        elapsed = time.elapsed(anchor, until) - paused
    due0 = unpaused(target, anchor, basis)
    due = postponed(time, closed, anchor, due0)
    if due > anchor + HORIZON:
        raise Never
    risk = _risk(target, anchor, due0, closed, time, warn) if warn else None
    if open_since is not None and open_since < due:
        remaining = time.elapsed(open_since, due)
        known_risk = risk if risk is not None and risk <= open_since else None
        state = "not-started" if at < start else "paused"
        return Deadline(state, None, known_risk, elapsed, paused, remaining)
    late = until > due
    remaining = due - until if late else running(time, closed, max(until, anchor), due)
    return Deadline(_state(start, due, at, ended, risk), due, risk, elapsed, paused, remaining)


def endless(run: Course, at: int) -> Deadline:
    """Return what the clock says of a target that is not reached within ten years of its start.

    Until then that is certain; raises Never after them.
    """
    if (at if run.ended is None else run.ended) > run.anchor + HORIZON:
        raise Never
    return Deadline(_state(run.start, None, at, run.ended, None))


def _risk(
    target: Target, start: int, due0: int, closed: Sequence[Pause], time: Time, warn: str
) -> int:
    """Return when a deadline comes at risk: `warn` (n/d) of the way, rounded up (rule 13)."""
    part, whole = map(int, warn.split("/"))
    whole_way = target.amount if target.kind in ("clock", "business") else time.elapsed(start, due0)
    return postponed(time, closed, start, time.due(start, -(-whole_way * part // whole)))


def _state(start: int, due: int | None, at: int, ended: int | None, risk: int | None) -> str:
    """Return the state of a clock that no pause stops (rule 14); `due` None is never."""
    if at < start:
        return "not-started"
    if ended is not None:
        return "met" if due is None or ended <= due else "breached"
    if due is not None and at > due:
        return "breached"
    return "at-risk" if risk is not None and at >= risk else "running"
