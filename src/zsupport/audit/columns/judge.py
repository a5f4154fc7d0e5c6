"""The columns engine: the verdicts on tickets in arrays of NumPy.

The plain engine (`zsupport.audit.plain.judge`) defines the verdicts. This engine computes those of
common tickets, and names the other tickets, which the plain engine judges. It asks the plain engine
for the promise to each case, and computes the deadlines and states of all tickets of the case at
once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from zsupport.answer.due import STATES
from zsupport.answer.hours import HALF_YEAR
from zsupport.audit.columns.spans import ColumnDue, column_due
from zsupport.audit.plain.judge import constants_of_case
from zsupport.audit.ticket import Constants, Ticket
from zsupport.audit.verdict_lists import SharedConstants
from zsupport.clock.deadline import STARTS, Events
from zsupport.clock.instants import END, FIRST
from zsupport.clock.target import counts_elapsed, ends_with_answer
from zsupport.clock.warn import length_before, parse_warn
from zsupport.clock.zonefile import offset_pieces
from zsupport.errors import PolicyError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from zsupport.answer.case import Query
    from zsupport.answer.due import DueAnswers
    from zsupport.answer.hours import PolicyHours, SettledHours
    from zsupport.audit.columns.spans import Integers
    from zsupport.audit.plain.judge import Judge
    from zsupport.dates import tzinfo

    Mask: TypeAlias = NDArray[np.bool_]
    Places: TypeAlias = NDArray[np.intp]

#: An event that has not happened.
MISSING = np.iinfo(np.int64).min
#: The largest number of cases whose promises are kept.
_MAX_CASES = 100_000
_DAY = 86_400
_NOT_STARTED, _RUNNING, _AT_RISK, _MET, _BREACHED = (
    STATES.index(state) for state in ("not-started", "running", "at-risk", "met", "breached")
)


class TicketArrays(NamedTuple):
    """Tickets in columns: the case of each ticket as a position in `cases`, and its events.

    Instants are in seconds since 1970. An event that has not happened is MISSING. `plain` marks the
    tickets that have anything else, such as pauses, or that are not valid.
    """

    cases: Sequence[Query]
    case: Places
    opened: Integers
    answered: Integers
    updated: Integers
    resolved: Integers
    plain: Mask


class VerdictArrays(NamedTuple):
    """The verdicts on one metric of tickets.

    `constants` has the position in `ColumnJudge.constants`, or -1 for a ticket without this metric.
    `state` is the position in STATES. The other columns are valid for tickets in `clocked`; the
    deadline and the times of the others are null.
    """

    constants: Places
    state: NDArray[np.int8]
    clocked: Mask
    due: Integers
    margin: Integers
    elapsed: Integers


class _Clock(NamedTuple):
    """How to compute the deadlines of a promise.

    `amount` is None if the deadlines are those of `due`, which has its amount.
    """

    key: tuple[object, ...]  # equal for promises that are computed together
    due: ColumnDue
    amount: int | None
    starts: str
    every: bool
    by_answer: bool
    ratio: tuple[int, int] | None
    risky: bool  # whether only the plain engine knows when a target is at risk
    settled: SettledHours | None
    hours: PolicyHours


class _Promised(NamedTuple):
    """The promise to a case for one metric: its state, or its clock."""

    constants: int
    state: int | None
    clock: _Clock | None


class ColumnJudge:
    """Judges whole columns of tickets by a policy."""

    def __init__(self, judge: Judge) -> None:
        """`judge` is the plain engine."""
        self._judge = judge
        self._at = judge.options.at
        self._changes = np.array(judge.policy.changes, np.int64)
        self.shared = SharedConstants()
        self._promises: dict[tuple[object, ...], tuple[_Promised | None, ...]] = {}
        self._dues: dict[tuple[object, ...], ColumnDue] = {}

    @property
    def constants(self) -> list[Constants]:
        """The constants of the verdicts."""
        return self.shared.all

    def judge(self, tickets: TicketArrays) -> tuple[list[VerdictArrays], Mask]:
        """Return the verdicts on each metric, and which tickets the plain engine must judge.

        The verdicts on these tickets are not valid.
        """
        count = len(tickets.opened)
        plain = tickets.plain | self._has_odd_events(tickets)
        opened = np.where(plain, FIRST, tickets.opened) if plain.any() else tickets.opened
        tickets = tickets._replace(opened=opened)
        pieces = len(self._changes) + 1
        group = tickets.case
        if pieces > 1:
            group = group * pieces + np.searchsorted(self._changes, opened, "right")
        judged = group[~plain] if plain.any() else group
        present = np.flatnonzero(np.bincount(judged, minlength=len(tickets.cases) * pieces))
        promises: dict[int, tuple[_Promised | None, ...]] = {}
        for number in present.tolist():
            query = tickets.cases[number // pieces]
            key = (number % pieces, *query[:4], *query.facts.items())
            known = self._promises.get(key)
            if known is None:
                first = int(opened[np.argmax((group == number) & ~plain)])
                known = self._promised(query, first)
                if len(self._promises) < _MAX_CASES:
                    self._promises[key] = known
            promises[number] = known
            if None in known:
                plain |= group == number
        most = max((len(known) for known in promises.values()), default=0)
        verdicts = []
        for position in range(most):
            by_group: list[_Promised | None] = [None] * (len(tickets.cases) * pieces)
            for number, known in promises.items():
                by_group[number] = known[position] if position < len(known) else None
            verdicts.append(self._verdicts(tickets, group, by_group, plain, count))
        return verdicts, plain

    def _has_odd_events(self, tickets: TicketArrays) -> Mask:
        """Return which tickets have events before the opening or after the moment of the audit."""
        odd = (tickets.opened < FIRST) | (tickets.opened >= END)
        for event in (tickets.answered, tickets.updated, tickets.resolved):
            happened = event != MISSING
            if happened.any():
                odd |= happened & ((event < tickets.opened) | (event > self._at))
        return odd

    # -- promises ------------------------------------------------------------------------------

    def _promised(self, query: Query, opened: int) -> tuple[_Promised | None, ...]:
        """Return the promise to a case for each metric; None if the plain engine must judge it."""
        return tuple(
            self._promised_metric(query, opened, metric)
            for metric in self._judge.metrics_at(opened)
        )

    def _promised_metric(self, query: Query, opened: int, metric: str) -> _Promised | None:
        ticket = Ticket("", 0, None, query, Events(opened))
        try:
            answers = self._judge.answers(ticket, metric)
        except (UsageError, PolicyError, ValueError):
            return None
        constants = constants_of_case(answers)
        if constants is None:
            return None
        position = self.shared.position(constants)
        promises = answers.details.promises
        row = promises.rows[0]
        if row.state is not None:
            if answers.warnings != promises.warnings or answers[0].elapsed_seconds is not None:
                return None
            return _Promised(position, STATES.index(row.state), None)
        clock = self._clock(answers)
        return clock and _Promised(position, None, clock)

    def _clock(self, answers: DueAnswers) -> _Clock | None:
        """Return how to compute the deadlines of equal answers; None for the plain engine."""
        revision, row = answers.revision, answers.details.promises.rows[0]
        assert row.cell is not None
        target, metric = row.cell.target, row.metric
        if target.kind == "rate" or metric.starts not in STARTS:
            return None
        warn = self._judge.options.at_risk or metric.warn
        ratio, risky = None, False
        if warn:
            warn = parse_warn(warn)
            risky = "/" not in warn or bool(target.parts)
            if "/" in warn and not risky:
                numerator, denominator = map(int, warn.split("/"))
                ratio = numerator, denominator
            elif "/" not in warn and length_before(warn).business:
                return None
        settled = None if counts_elapsed(target) else row.settled_hours
        simple = target.kind in ("clock", "business")
        time = None if settled is None else settled.time
        due_key = (id(time), simple or (revision.digest, target))
        due = self._dues.get(due_key)
        if due is None:
            due = self._dues[due_key] = column_due(revision, row)
        by_answer = metric == revision.metrics[0] and ends_with_answer(target)
        key = (*due_key, metric.starts, target.every, by_answer, ratio, risky)
        return _Clock(
            key, due, target.amount if simple else None, str(metric.starts), target.every,
            by_answer, ratio, risky, settled, answers.details.hours,
        )  # fmt: skip

    # -- verdicts ------------------------------------------------------------------------------

    def _verdicts(
        self,
        tickets: TicketArrays,
        group: Places,
        by_group: list[_Promised | None],
        plain: Mask,
        count: int,
    ) -> VerdictArrays:
        """Return the verdicts on one metric; add tickets for the plain engine to `plain`."""
        positions = np.array([-1 if item is None else item.constants for item in by_group], np.intp)
        states = np.array(
            [-1 if item is None or item.state is None else item.state for item in by_group], np.int8
        )
        clocks = [None if item is None else item.clock for item in by_group]
        clocked = np.array([clock is not None for clock in clocks])[group] & ~plain
        verdicts = VerdictArrays(
            positions[group], states[group], clocked,
            np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64),
        )  # fmt: skip
        runs: dict[tuple[object, ...], list[int]] = {}
        for number, clock in enumerate(clocks):
            if clock is not None:
                runs.setdefault(clock.key, []).append(number)
        run_of_group = np.full(len(by_group), -1, np.int16)
        for run, numbers in enumerate(runs.values()):
            run_of_group[numbers] = run
        run_of_ticket = run_of_group[group]
        for run, numbers in enumerate(runs.values()):
            selected = run_of_ticket == run
            places: Places | slice = slice(None)
            if plain.any() or not selected.all():
                places = np.flatnonzero(selected & ~plain)
            of_run = [clocks[number] for number in numbers]
            amounts = np.array([clock.amount if clock and clock.amount else 0 for clock in clocks])
            clock = next(clock for clock in of_run if clock is not None)
            self._count(tickets, clock, amounts[group[places]], places, verdicts, plain)
        return verdicts

    def _count(
        self,
        tickets: TicketArrays,
        clock: _Clock,
        amounts: Integers,
        places: Places | slice,
        verdicts: VerdictArrays,
        plain: Mask,
    ) -> None:
        """Compute the verdicts on tickets whose promises have equal clocks."""
        opened = tickets.opened[places]
        start, waits = opened, np.zeros(len(opened), np.bool_)
        if clock.starts != "opened":
            start = getattr(tickets, clock.starts)[places]
            waits = start == MISSING
            start = np.where(waits, opened, start)
        anchor = start
        for name in ("answered", "updated") if clock.every else ():
            event = getattr(tickets, name)[places]
            anchor = np.where((event != MISSING) & (event >= start), event, anchor)
        end = (tickets.answered if clock.by_answer else tickets.resolved)[places]
        ended = end != MISSING
        # No event is before the opening.
        odd = waits if start is opened else ended & (end < start) & ~waits
        until = np.where(ended, end, self._at)
        if clock.amount is None:
            due = clock.due.due(anchor)
        else:
            same = len(amounts) and (amounts == amounts[0]).all()
            due = clock.due.time.due(anchor, int(amounts[0]) if same else amounts)
        odd = odd | (due >= END)
        late = until > due
        counted_from = np.maximum(until, anchor)
        elapsed = np.zeros(len(start), np.int64)
        margin = due - until
        sane = np.minimum(due, END)
        for time, part in clock.due.decided(anchor):
            first, last = (
                (anchor, counted_from) if part is None else (anchor[part], counted_from[part])
            )
            spent = time.elapsed(first, last)
            if part is None:
                elapsed = spent
            else:
                elapsed[part] = spent
            if clock.amount is not None:
                left = amounts - spent
            else:
                goal = sane if part is None else sane[part]
                left = time.elapsed(np.minimum(last, goal), goal)
            if part is None:
                margin = np.where(late, margin, left)
            else:
                margin[part] = np.where(late[part], margin[part], left)
        state = np.where(ended, np.int8(_MET), np.int8(_RUNNING))
        state[late] = _BREACHED
        state[self._at < start] = _NOT_STARTED
        odd = self._risk(clock, amounts, anchor, sane, state, odd)
        state[waits] = _NOT_STARTED
        constants = verdicts.constants[places]
        if clock.settled is not None:
            counted = ~(odd | waits)
            self._warn(clock, anchor, due, counted, constants)
        verdicts.constants[places] = constants
        verdicts.state[places] = state
        verdicts.due[places], verdicts.margin[places] = due, margin
        verdicts.elapsed[places] = elapsed
        if waits.any():
            verdicts.clocked[places] = ~waits
        odd &= ~waits
        if odd.any():
            plain[places] = plain[places] | odd

    def _risk(
        self,
        clock: _Clock,
        amounts: Integers,
        anchor: Integers,
        due: Integers,
        state: NDArray[np.int8],
        odd: Mask,
    ) -> Mask:
        """Set the state of targets that are at risk; return the tickets for the plain engine."""
        if not clock.risky and clock.ratio is None:
            return odd
        running = (state == _RUNNING) & ~odd
        if not running.any():
            return odd
        if clock.ratio is None:
            unsure: Mask = odd | running
            return unsure
        numerator, denominator = clock.ratio
        start, time = anchor[running], clock.due.time
        seconds = time.elapsed(start, due[running]) if clock.amount is None else amounts[running]
        risk = time.due(start, -(-seconds * numerator // denominator))
        state[running] = np.where(self._at >= risk, _AT_RISK, _RUNNING)
        return odd

    def _warn(
        self, clock: _Clock, start: Integers, due: Integers, counted: Mask, constants: Places
    ) -> None:
        """Add the codes of warnings about dates to the constants of tickets."""
        settled, hours = clock.settled, clock.hours
        assert settled is not None
        if not counted.any():
            return
        if not counted.all():
            start, due = start[counted], due[counted]
        low, high = int(start.min()) // HALF_YEAR, int(due.max()) // HALF_YEAR
        for half in range(low, high + 1):
            if half not in settled.uncertain:
                hours.warnings(settled, half * HALF_YEAR, half * HALF_YEAR)
        unsure = np.array([settled.uncertain[half] for half in range(low, high + 1)])
        if high - low <= 1 and not unsure.any():
            return
        first, last = start // HALF_YEAR, due // HALF_YEAR
        uncertain = (last - first > 1) | unsure[first - low] | unsure[last - low]
        if not uncertain.any():
            return
        places = np.flatnonzero(counted)[uncertain]
        starts, dues = start[uncertain], due[uncertain]
        zones = {str(item.zone): item.zone for item in settled.time.hours}
        key: Integers = constants[places]
        for zone in zones.values():
            for at in (starts, dues):
                day = _local_days(at, zone)
                number = np.unique(key, return_inverse=True)[1].reshape(-1)
                key = number * (int(np.ptp(day)) + 1) + day - day.min()
        _, examples, inverse = np.unique(key, return_index=True, return_inverse=True)
        positions = []
        for example in examples.tolist():
            warnings = hours.warnings(settled, int(starts[example]), int(dues[example]))
            known = self.shared.all[constants[places[example]]]
            codes = {*known.warnings, *(warning.code for warning in warnings)}
            positions.append(self.shared.position(known._replace(warnings=tuple(sorted(codes)))))
        constants[places] = np.array(positions, np.intp)[inverse.reshape(-1)]


def _local_days(instants: Integers, zone: tzinfo) -> Integers:
    """Return the local date of each instant, in days since 1970."""
    low, high = int(instants.min()), int(instants.max())
    pieces = np.array([*offset_pieces(zone, low, high + 1)], np.int64)
    offsets = pieces[np.searchsorted(pieces[:, 0], instants, "right") - 1, 2]
    days: Integers = (instants + offsets) // _DAY
    return days
