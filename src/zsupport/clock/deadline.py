"""Deadlines: the deadline, state and remaining time of a target, from the events of a case.

The guides `deadlines` and `days` define them.
"""

from __future__ import annotations

from zsupport.clock.instants import at_local, latest_local
from zsupport.clock.problem import HORIZON, BadText, Never
from zsupport.clock.target import Target, counts_elapsed, ends_with_answer
from zsupport.dates import timedelta, tzinfo
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from zsupport.clock.business import BusinessDays

    class Time(Protocol):
        """The time that a target counts: elapsed time, or the working time of a calendar."""

        def elapsed(self, start: int, end: int) -> int:
            """Return the seconds counted in `[start, end)`."""

        def due(self, start: int, seconds: int) -> int:
            """Return the first instant at which `seconds` are counted since `start`."""

        def due_and_elapsed(self, start: int, seconds: int, until: int) -> tuple[int, int]:
            """Return `due(start, seconds)` and `elapsed(start, until)`."""


#: A pause `[from, to)` in seconds since the epoch; `to` is None for an open pause.
Pause = tuple[int, int | None]

#: The events at which the clock of a metric can start; any other start is free text.
STARTS = ("opened", "answered", "updated")


class EveryInstant:
    """Elapsed time, counted around the clock."""

    def elapsed(self, start: int, end: int) -> int:
        """Return the seconds in `[start, end)`."""
        return end - start

    def due(self, start: int, seconds: int) -> int:
        """Return the instant `seconds` after `start`."""
        return start + seconds

    def due_and_elapsed(self, start: int, seconds: int, until: int) -> tuple[int, int]:
        """Return `due(start, seconds)` and `elapsed(start, until)`."""
        return start + seconds, until - start


EVERY_INSTANT = EveryInstant()
#: The deadline of a part of a target that is never reached: later than any other.
_NEVER = 1 << 62


class Basis(NamedTuple):
    """What a target counts over: a time, or business days, or the dates of a time zone.

    `reading` says at which time of its last day a target in business days is due. The parts of a
    combined target share the basis; see `basis_of_part`.
    """

    time: Time
    days: BusinessDays | None = None
    reading: str = "close"
    zone: tzinfo | None = None  # for calendar days


class Warned(NamedTuple):
    """A length of time before the deadline from which a target is at risk.

    `seconds` are counted by `time`, which can differ from the time that the target counts.
    """

    seconds: int
    time: Time


class Events(NamedTuple):
    """The events of a case in seconds since the epoch; None if an event has not happened."""

    opened: int
    answered: int | None = None
    updated: int | None = None
    resolved: int | None = None
    pauses: tuple[Pause, ...] = ()


class Deadline(NamedTuple):
    """The state of a target at an instant.

    `due` and `at_risk_at` are in seconds since the epoch. The other times are durations in seconds.
    """

    state: str
    due: int | None = None
    at_risk_at: int | None = None
    elapsed: int | None = None
    paused: int | None = None
    remaining: int | None = None


def merge_pauses(pauses: Sequence[Pause], start: int) -> tuple[Pause, ...]:
    """Return the parts of pauses after `start`, merged and without empty pauses.

    Raises BadText if a pause ends before it starts.
    """
    result: list[tuple[int, int | None]] = []
    for begin, end in sorted(pauses, key=lambda pause: pause[0]):
        if end is not None and end < begin:
            raise BadText(
                Message("the pause ends before it starts"),
                Message("FROM/TO, with TO at or after FROM"),
            )
        begin = max(begin, start)
        if end is not None and end <= begin:
            continue
        if result:
            last_begin, last_end = result[-1]
            if last_end is None or begin <= last_end:
                later_end = None if last_end is None or end is None else max(last_end, end)
                result[-1] = (last_begin, later_end)
                continue
        result.append((begin, end))
    return tuple(result)


def due_without_pauses(target: Target, start: int, basis: Basis) -> int:
    """Return the deadline, ignoring pauses; raise Never if it is more than ten years away."""
    if target.kind in ("clock", "business"):
        return basis.time.due(start, target.amount)
    if target.kind == "calendar-days":
        assert basis.zone is not None
        day, seconds = latest_local(start, basis.zone)
        return at_local(day + timedelta(days=target.amount), seconds, basis.zone)
    if target.parts:
        dues = [_due_or_never(part, start, basis_of_part(part, basis)) for part in target.parts]
        return _reached(dues[_decisive(target, dues)])
    assert basis.days is not None
    if target.kind == "business-days":
        return basis.days.days(start, target.amount, basis.reading)
    if target.kind == "next-business-day":
        return basis.days.next_day(start, basis.reading)
    return basis.days.by(start, target.at, opening_day=target.kind == "by-opening")


def basis_of_part(part: Target, basis: Basis) -> Basis:
    """Return what a part of a combined target counts over; `basis` is that of the whole target."""
    return Basis(EVERY_INSTANT, zone=basis.zone) if counts_elapsed(part) else basis


def _due_or_never(
    part: Target, start: int, basis: Basis, closed_pauses: Sequence[Pause] = ()
) -> int:
    """Return the deadline of a part of a target; _NEVER if it is over ten years away."""
    try:
        due = due_without_pauses(part, start, basis)
        due = postpone(basis.time, closed_pauses, start, due) if closed_pauses else due
    except Never:
        return _NEVER
    return _NEVER if due > start + HORIZON else due


def _reached(due: int) -> int:
    """Return a deadline; raise Never for _NEVER."""
    if due == _NEVER:
        raise Never
    return due


def _decisive(target: Target, dues: list[int]) -> int:
    """Return the position of the part that decides: the first of the latest or the earliest."""
    return dues.index(max(dues) if target.kind == "later" else min(dues))


class PartDeadline(NamedTuple):
    """A part of a combined target, its basis, and its deadline after the closed pauses.

    The deadline is None if the part is not reached within ten years of its start. It is unknown if
    an open pause starts before it.
    """

    target: Target
    basis: Basis
    due: int | None


def part_deadlines(
    target: Target, run: Course, basis: Basis
) -> tuple[tuple[PartDeadline, ...], PartDeadline]:
    """Return the parts of a combined target with their deadlines, and the part that decides.

    In an open pause, it is the part that decides with the earlier pauses.
    """
    bases = [basis_of_part(part, basis) for part in target.parts]
    dues = [
        _due_or_never(part, run.anchor, own, run.closed_pauses)
        for part, own in zip(target.parts, bases, strict=True)
    ]
    parts = tuple(
        PartDeadline(part, own, None if due == _NEVER else due)
        for part, own, due in zip(target.parts, bases, dues, strict=True)
    )
    return parts, parts[_decisive(target, dues)]


def paused_seconds(time: Time, pauses: Sequence[Pause], start: int, end: int) -> int:
    """Return the counted seconds of `[start, end)` inside the pauses."""
    total = 0
    for begin, until in pauses:
        low, high = max(begin, start), end if until is None else min(until, end)
        if low < high:
            total += time.elapsed(low, high)
    return total


def running_seconds(time: Time, pauses: Sequence[Pause], start: int, end: int) -> int:
    """Return the counted seconds of `[start, end)` outside the pauses."""
    return time.elapsed(start, end) - paused_seconds(time, pauses, start, end)


def postpone(time: Time, closed_pauses: Sequence[Pause], start: int, due: int) -> int:
    """Return the deadline `due`, postponed by closed pauses.

    It is the smallest u >= `due` such that the counted seconds of `[due, u)` outside the pauses are
    as many as the counted seconds of `[start, due)` inside the pauses.
    """
    left = paused_seconds(time, closed_pauses, start, due)
    for begin, end in closed_pauses:
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


def start_of_metric(starts: object, events: Events, stated_start: int | None = None) -> int | None:
    """Return the start of a metric, or None if it has not happened.

    `starts` is a value of STARTS or free text. For `opened` and free text, the start is
    `stated_start`, or the `opened` event if `stated_start` is None.
    """
    if starts == "answered":
        return events.answered
    if starts == "updated":
        return events.updated
    return events.opened if stated_start is None else stated_start


def events_until(events: Events, at: int) -> Events:
    """Return the events up to an instant; later events become None.

    Open pauses that begin later are omitted. All closed pauses remain.
    """

    def known(event: int | None) -> int | None:
        return None if event is None or event > at else event

    return Events(
        events.opened,
        known(events.answered),
        known(events.updated),
        known(events.resolved),
        tuple(pause for pause in events.pauses if pause[1] is not None or pause[0] <= at),
    )


def ending_event(target: Target, events: Events, *, first_metric: bool) -> int | None:
    """Return the time of the event that ends a metric; None if it has not happened."""
    by_answer = first_metric and ends_with_answer(target)
    return events.answered if by_answer else events.resolved


class Course(NamedTuple):
    """The course of the clock of a target: its start, its end, and its pauses."""

    start: int
    anchor: int  # the start of the count: for `every`, the last update or answer
    metric_end: int | None
    closed_pauses: tuple[tuple[int, int], ...]  # the end of the metric closes an open pause
    open_since: int | None  # the start of the open pause

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """The pauses, an open pause last."""
        return (
            self.closed_pauses
            if self.open_since is None
            else (*self.closed_pauses, (self.open_since, None))
        )


def course(
    target: Target, events: Events, start: int, *, first_metric: bool = True, pausing: bool = True
) -> Course:
    """Return the course of the clock of a target, from the start of its metric.

    The answer ends the first metric, the resolution ends the other metrics. `pausing` says
    whether pauses stop the clock.
    """
    anchors = (events.updated, events.answered) if target.every else ()
    anchor = next((event for event in anchors if event is not None and event >= start), start)
    metric_end = ending_event(target, events, first_metric=first_metric)
    closed_pauses: list[tuple[int, int]] = []
    open_since = None
    for begin, until in merge_pauses(events.pauses, anchor) if pausing else ():
        end = metric_end if until is None else until
        if end is None:
            open_since = begin
        elif begin < end:
            closed_pauses.append((begin, end))
    return Course(start, anchor, metric_end, tuple(closed_pauses), open_since)


def deadline(
    target: Target, run: Course, basis: Basis, at: int, *, warn: str | Warned | None = None
) -> Deadline:
    """Return the state of a target at the instant `at`, which is not before any event.

    For a combined target, it is the state of the part that decides.

    The target is at risk after the share `warn` of its time, a ratio n/d, or from a length before
    the deadline on. Raises Never if the deadline is more than ten years away.
    """
    start, anchor, metric_end, closed_pauses, open_since = run
    if target.kind == "rate":
        return Deadline(_state(start, None, at, metric_end, None))
    if target.parts:
        target, basis, _ = part_deadlines(target, run, basis)[1]
    time = basis.time
    until = at if metric_end is None else min(at, metric_end)
    elapsed = paused = 0
    if until > anchor:
        paused = paused_seconds(time, run.pauses, anchor, until)
        elapsed = time.elapsed(anchor, until) - paused
    unpaused_due = due_without_pauses(target, anchor, basis)
    due = postpone(time, closed_pauses, anchor, unpaused_due)
    if due > anchor + HORIZON:
        raise Never
    risk = None
    if isinstance(warn, str):
        risk = _risk(target, anchor, unpaused_due, closed_pauses, time, warn)
    elif warn is not None:
        risk = _risk_before(warn, anchor, due, closed_pauses)
    if open_since is not None and open_since < due:
        remaining = time.elapsed(open_since, due)
        known_risk = risk if risk is not None and risk <= open_since else None
        if isinstance(warn, Warned) and warn.time is not time:
            # How much of this time is left depends on the end of the pause.
            known_risk = None
        state = "not-started" if at < start else "paused"
        return Deadline(state, None, known_risk, elapsed, paused, remaining)
    late = until > due
    remaining = (
        due - until if late else running_seconds(time, closed_pauses, max(until, anchor), due)
    )
    return Deadline(_state(start, due, at, metric_end, risk), due, risk, elapsed, paused, remaining)


def unreached_deadline(run: Course, at: int) -> Deadline:
    """Return the state of a target that is not reached within ten years of its start.

    The state is certain during these ten years. Raises Never if the end of the metric, or `at` if
    it has not ended, is later.
    """
    if (at if run.metric_end is None else run.metric_end) > run.anchor + HORIZON:
        raise Never
    return Deadline(_state(run.start, None, at, run.metric_end, None))


def _risk(
    target: Target,
    start: int,
    unpaused_due: int,
    closed_pauses: Sequence[Pause],
    time: Time,
    warn: str,
) -> int:
    """Return the instant from which a target is at risk, rounded up.

    It is the instant after the share `warn` of the time of the target, a ratio n/d.
    """
    numerator, denominator = map(int, warn.split("/"))
    in_seconds = target.kind in ("clock", "business")
    seconds = target.amount if in_seconds else time.elapsed(start, unpaused_due)
    share = -(-seconds * numerator // denominator)
    return postpone(time, closed_pauses, start, time.due(start, share))


def _risk_before(
    warn: Warned, start: int, due: int, closed_pauses: Sequence[tuple[int, int]]
) -> int:
    """Return the instant from which a target is at risk, for a length before the deadline.

    It is the latest instant u >= `start` such that the length is counted in `[u, due)` outside the
    pauses. If less than the length is counted from `start` on, it is `start`.
    """
    time, seconds = warn.time, warn.seconds
    # The risk begins at the start of the counted second after these seconds.
    before = running_seconds(time, closed_pauses, start, due) - seconds
    if before < 0:
        return start
    return postpone(time, closed_pauses, start, time.due(start, before + 1)) - 1


def _state(start: int, due: int | None, at: int, metric_end: int | None, risk: int | None) -> str:
    """Return the state of a clock without an open pause; `due` None means never."""
    if at < start:
        return "not-started"
    if metric_end is not None:
        return "met" if due is None or metric_end <= due else "breached"
    if due is not None and at > due:
        return "breached"
    return "at-risk" if risk is not None and at >= risk else "running"
