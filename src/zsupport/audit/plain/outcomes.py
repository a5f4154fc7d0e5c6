"""The outcomes of common tickets of a case, from one answer to the case.

`Judge.ask` defines the verdicts. It asks the policy, which answers with texts and reasons. Here
only the clock runs for each ticket: the promise to a case is the same for all its tickets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zsupport.answer.due import basis_of
from zsupport.answer.hours import HALF_YEAR
from zsupport.audit.pieces import LinearPieces
from zsupport.audit.ticket import Constants, Ticket, TicketVerdict
from zsupport.clock.deadline import (
    EVERY_INSTANT,
    STARTS,
    Events,
    Warned,
    course,
    deadline,
    start_of_metric,
)
from zsupport.clock.instants import END
from zsupport.clock.problem import Never
from zsupport.clock.target import counts_elapsed, ends_with_answer
from zsupport.clock.warn import length_before

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from zsupport.answer.due import DueAnswers
    from zsupport.answer.promise import Promise
    from zsupport.policy.model import Revision

    #: The state, deadline, margin, elapsed and paused seconds of a verdict.
    Outcome: TypeAlias = tuple[str, int | None, int | None, int | None, int | None]
    #: The outcome by the instants opened, answered, updated and resolved; None if only the policy
    #: can tell it.
    OutcomeOf: TypeAlias = Callable[[int, int | None, int | None, int | None], Outcome | None]
    #: The outcome by all events, also pauses.
    OutcomeOfEvents: TypeAlias = Callable[[Events], Outcome | None]
    #: The deadline, elapsed and remaining seconds by the opening and the end.
    Count: TypeAlias = Callable[[int, int], tuple[int, int, int]]


class QuickCase(NamedTuple):
    """The verdicts on the common tickets of a case: those without changes or stated starts.

    `outcome_of` is for tickets without pauses, `outcome_of_events` for all. Both return None for a
    ticket that is not common enough, such as one with an event after the moment of the audit.
    """

    constants: Constants
    outcome_of: OutcomeOf
    outcome_of_events: OutcomeOfEvents

    def verdict(self, ticket: Ticket) -> TicketVerdict | None:
        """Return the verdict on a ticket, or None."""
        if ticket.starts or ticket.changes:
            return None
        opened, *events, pauses = ticket.events
        if pauses:
            outcome = self.outcome_of_events(ticket.events)
        else:
            outcome = self.outcome_of(opened, *events)
        if outcome is None:
            return None
        plan, role, channel, priority, metric, target, rule, revision, warnings = self.constants
        state, due, margin, elapsed, paused = outcome
        return TicketVerdict(
            ticket.file, ticket.line, ticket.id, ticket.cycle, plan, role, channel, priority,
            metric, opened, state, target, due, margin, elapsed, paused, rule, revision, warnings,
        )  # fmt: skip


def quick_case(
    constants: Constants, answers: DueAnswers, at: int, at_risk: str | None
) -> QuickCase | None:
    """Return the verdicts on the tickets of a case at the moment `at`; None if there are none.

    All promises of the case are alike. The answers are those to a case without events.
    """
    promise = answers.details.promises.rows[0]
    if promise.state is not None:
        if answers.warnings != answers.details.promises.warnings:
            return None
        answer = answers[0]
        stated = promise.state, None, None, answer.elapsed_seconds, answer.paused_seconds
        return _of_events(constants, lambda events: stated, at)
    assert promise.cell is not None
    target, metric = promise.cell.target, promise.metric
    warn = at_risk or metric.warn
    if target.kind == "rate" or metric.starts not in STARTS:
        return None
    if warn and "/" not in warn and length_before(warn).business:
        return None
    of_events = _of_events(constants, _course_outcome(promise, answers.revision, at, warn), at)
    if target.every or target.parts or metric.starts != "opened":
        return of_events
    by_answer = metric == answers.revision.metrics[0] and ends_with_answer(target)
    count = _count(promise, answers.revision)
    risky = of_events.outcome_of if warn else None
    outcome_of = _count_outcome(promise, count, at, risky, by_answer=by_answer)
    return of_events._replace(outcome_of=outcome_of)


def _of_events(constants: Constants, outcome_of: OutcomeOfEvents, at: int) -> QuickCase:
    """Return the verdicts on tickets whose events are valid and not after `at`."""

    def outcome_of_events(events: Events) -> Outcome | None:
        opened, *further, pauses = events
        for event in further:
            if event is not None and not opened <= event <= at:
                return None
        for begin, end in pauses:
            if begin > at or (end is not None and end < begin):
                return None
        return outcome_of(events)

    return QuickCase(
        constants, lambda *events: outcome_of_events(Events(*events)), outcome_of_events
    )


def _course_outcome(
    promise: Promise, revision: Revision, at: int, warn: str | None
) -> OutcomeOfEvents:
    """Return the outcomes of a target by the definition of its clock."""
    assert promise.cell is not None
    target, metric, basis = promise.cell.target, promise.metric, basis_of(revision, promise)
    first_metric = metric == revision.metrics[0]
    is_certain = _certainty(promise)
    risk: str | Warned | None = warn
    if warn and "/" not in warn:
        risk = Warned(length_before(warn).seconds, EVERY_INSTANT)

    def outcome(events: Events) -> Outcome | None:
        start = start_of_metric(metric.starts, events)
        if start is None or start > at or (events.pauses and metric.pauses is None):
            return None
        run = course(target, events, start, first_metric=first_metric)
        if run.metric_end is not None and run.metric_end < start:
            return None
        try:
            result = deadline(target, run, basis, at, warn=risk)
        except Never:
            return None
        due = result.due
        if due is not None and (due >= END or not is_certain(run.anchor, due)):
            return None
        return result.state, due, result.remaining, result.elapsed, result.paused

    return outcome


def _count(promise: Promise, revision: Revision) -> Count:
    """Return a function of the opening and the end of a target, or now.

    It returns the deadline, the elapsed seconds and the remaining seconds. For a late end, the
    remaining seconds have no meaning. A deadline more than ten years away is NEVER, or raises
    Never.
    """
    assert promise.cell is not None
    target, basis = promise.cell.target, basis_of(revision, promise)
    due_and_elapsed, elapsed = basis.time.due_and_elapsed, basis.time.elapsed
    if target.kind in ("clock", "business"):
        amount = target.amount

        def count_amount(opened: int, until: int) -> tuple[int, int, int]:
            due, spent = due_and_elapsed(opened, amount, until)
            return due, spent, amount - spent

        return count_amount
    due_of = LinearPieces(target, revision.business_day, revision.timezone, basis).due

    def count_dates(opened: int, until: int) -> tuple[int, int, int]:
        due = due_of(opened)
        left = 0 if until > due or due >= END else elapsed(until, due)
        return due, elapsed(opened, until), left

    return count_dates


def _count_outcome(
    promise: Promise, count: Count, at: int, running_outcome: OutcomeOf | None, *, by_answer: bool
) -> OutcomeOf:
    """Return the outcomes of a target that counts from the opening.

    `running_outcome` gives the outcomes of running targets; None if they are never at risk.
    """
    is_certain = _certainty(promise)

    def outcome(
        opened: int, answered: int | None, updated: int | None, resolved: int | None
    ) -> Outcome | None:
        if opened > at or (
            (answered is not None and not opened <= answered <= at)
            or (resolved is not None and not opened <= resolved <= at)
            or (updated is not None and not opened <= updated <= at)
        ):
            return None
        end = answered if by_answer else resolved
        until = at if end is None else end
        try:
            due, elapsed, left = count(opened, until)
        except Never:
            return None
        if due >= END or not is_certain(opened, due):
            return None
        if until > due:
            return "breached", due, due - until, elapsed, 0
        if end is not None:
            return "met", due, left, elapsed, 0
        if running_outcome is not None:
            return running_outcome(opened, answered, updated, resolved)
        return "running", due, left, elapsed, 0

    return outcome


def _certainty(promise: Promise) -> Callable[[int, int], bool]:
    """Return a function that returns whether the hours are known from a start to a deadline.

    It is False for a long time, and until the policy has answered in these half years.
    """
    assert promise.cell is not None
    settled = promise.settled_hours
    if settled is None or counts_elapsed(promise.cell.target):
        return lambda start, due: True
    uncertain = settled.uncertain

    def is_certain(start: int, due: int) -> bool:
        first, last = start // HALF_YEAR, due // HALF_YEAR
        if uncertain.get(first, True):
            return False
        return last == first or (last - first == 1 and not uncertain.get(last, True))

    return is_certain
