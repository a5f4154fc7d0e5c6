"""The plain engine: the verdicts on tickets, one ticket at a time.

`Judge.ask` defines the verdicts: it asks the policy for the deadlines of each ticket. `Judge` gives
the same verdicts faster for the most common tickets: it asks once for each case, and computes the
deadlines of further tickets of that case from the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from zsupport.answer.case import NEEDS_INPUT, settle
from zsupport.audit.deadlines import depends_on_opening
from zsupport.audit.fold import rejects_of_rows
from zsupport.audit.plain.outcomes import QuickCase, quick_case
from zsupport.audit.ticket import Constants, Reject, Ticket, TicketVerdict
from zsupport.clock.instants import from_datetime, in_zone, to_datetime
from zsupport.clock.problem import BadText
from zsupport.clock.target import ends_with_answer
from zsupport.clock.zones import zone
from zsupport.errors import PolicyError, UsageError
from zsupport.wording import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from zsupport.answer.due import DueAnswer, DueAnswers
    from zsupport.policy.model import Revision

    class AuditedPolicy(Protocol):
        """The part of a policy that an audit uses."""

        @property
        def revisions(self) -> tuple[Revision, ...]:
            """The revisions in order of their first day."""

        @property
        def due(self) -> Callable[..., DueAnswers]:
            """The method that returns the deadlines of a case."""

        @property
        def changes(self) -> Sequence[int]:
            """The sorted moments at which the result of `position_at` changes."""

        def position_at(self, instant: int) -> tuple[int, bool]:
            """Return the position of the revision that answers, and whether it is in force."""


#: The dimensions of a case in the order of the output.
_DIMENSIONS = ("plan", "role", "channel", "priority")
#: The fields of an answer that state the same in an answer about several values of a dimension.
_SAME = ("state", "target", "due", "elapsed_seconds", "paused_seconds", "remaining_seconds")
#: The largest number of cases whose answers are kept.
_MAX_CASES = 100_000


class AuditOptions(NamedTuple):
    """What an audit asks about each ticket.

    `at` is the moment of the states, in seconds since 1970. `metrics` are the metrics, or `all`;
    without metrics, it is the first metric of the policy. The customer's time zone and country are
    those of all tickets. Reasons of rejects show instants in `timezone`, or in UTC.
    """

    at: int
    metrics: tuple[str, ...] = ()
    at_risk: str | None = None
    customer_tz: str | None = None
    customer_country: str | None = None
    timezone: str | None = None


class Judge:
    """Judges tickets by a policy."""

    def __init__(self, policy: AuditedPolicy, options: AuditOptions) -> None:
        self.policy = policy
        self.options = options
        self._moment = to_datetime(options.at)
        #: The quick verdicts for each metric, by the case.
        self._quick: dict[tuple[object, ...], tuple[QuickCase | None, ...]] = {}
        self._metrics = [self._metrics_of(revision) for revision in policy.revisions]
        self._once = [_judged_once(revision) for revision in policy.revisions]

    def judge(
        self, tickets: Iterable[Ticket | Reject]
    ) -> Iterator[tuple[Ticket, TicketVerdict] | Reject]:
        """Yield each ticket with the verdict on each metric, in order, and all rejects.

        A ticket that the policy cannot judge is a reject.
        """
        for ticket in tickets:
            if isinstance(ticket, Reject):
                yield ticket
                continue
            verdicts = self.verdicts(ticket)
            if isinstance(verdicts, Reject):
                yield from rejects_of_rows(ticket.rows, [verdicts]) if ticket.rows else [verdicts]
                continue
            for verdict in verdicts:
                yield ticket, verdict

    def verdicts(self, ticket: Ticket) -> Sequence[TicketVerdict] | Reject:
        """Return the verdict on each metric of a ticket, or why the policy cannot judge it.

        A metric that the answer ends has no verdict after a reopening.
        """
        known = self.quick_cases(ticket)
        if isinstance(known, Reject):
            return known
        index, _ = self.policy.position_at(ticket.events.opened)
        verdicts = []
        for metric, quick in zip(self._metrics[index], known, strict=True):
            if ticket.cycle > 1 and metric.casefold() == self._once[index]:
                continue
            verdict = quick.verdict(ticket) if quick else None
            if verdict is None:
                asked = self.ask(ticket, metric)
                if isinstance(asked, Reject):
                    return asked
                verdict = asked
            if ticket.warnings:
                warnings = {*verdict.warnings, *ticket.warnings}
                verdict = verdict._replace(warnings=tuple(sorted(warnings)))
            verdicts.append(verdict)
        return verdicts

    def quick_cases(self, ticket: Ticket) -> tuple[QuickCase | None, ...] | Reject:
        """Return the quick verdicts on the case of a ticket, for each metric.

        The result is a reject if the policy does not know the case. A metric without quick verdicts
        has None.
        """
        plan, role, channel, priority, facts = ticket.query
        index, in_force = self.policy.position_at(ticket.events.opened)
        key = (index, in_force, plan, role, channel, priority, *facts.items())
        known = self._quick.get(key)
        if known is None:
            learnt = self._learn(ticket, index)
            if isinstance(learnt, Reject):
                return learnt
            known = learnt
            if len(self._quick) < _MAX_CASES:
                self._quick[key] = known
        return known

    def ask(self, ticket: Ticket, metric: str) -> TicketVerdict | Reject:
        """Return the verdict on a metric, from the answer of the policy to the ticket.

        If the ticket leaves a dimension open and its values have different answers, the state is
        `needs-input`, with a warning `needs-NAME` for each open dimension.
        """
        try:
            answers = self.answers(ticket, metric)
        except (UsageError, PolicyError, ValueError) as error:
            return self._reject(ticket, error)
        verdict = verdict_of(ticket, answers)
        open_names = [name for name in answers.columns if name != "metric"]
        if len(answers) > 1 and not _agree(answers):
            return verdict._replace(
                state=NEEDS_INPUT, target=None, due=None, margin_seconds=None, elapsed_seconds=None,
                paused_seconds=None, rule=None,
                warnings=tuple(sorted({*verdict.warnings, *(f"needs-{n}" for n in open_names)})),
            )  # fmt: skip
        return verdict

    def answers(self, ticket: Ticket, metric: str) -> DueAnswers:
        """Return the answers to a ticket. Raises what `due` raises for an invalid ticket."""
        events, query = ticket.events, ticket.query
        more: dict[str, object] = {}
        if ticket.changes:
            more["event"] = [(to_datetime(at), values) for at, values in ticket.changes]
        return self.policy.due(
            plan=query.plan, role=query.role, channel=query.channel, priority=query.priority,
            fact=query.facts, metric=metric, opened=to_datetime(events.opened), at=self._moment,
            answered=_datetime(events.answered), updated=_datetime(events.updated),
            resolved=_datetime(events.resolved),
            start={name: to_datetime(at) for name, at in ticket.starts.items()},
            pause=[(to_datetime(begin), _datetime(end)) for begin, end in events.pauses],
            at_risk=self.options.at_risk, customer_tz=self.options.customer_tz,
            customer_country=self.options.customer_country, **more,
        )  # fmt: skip

    def metrics_at(self, opened: int) -> tuple[str, ...]:
        """Return the metrics to judge for tickets that are opened at an instant."""
        return self._metrics[self.policy.position_at(opened)[0]]

    def ends_at(self, opened: int) -> tuple[str, ...]:
        """Return the events that end the metrics of tickets that are opened at an instant."""
        once = self._once[self.policy.position_at(opened)[0]]
        ends = {
            "answered" if metric.casefold() == once else "resolved"
            for metric in self.metrics_at(opened)
        }
        return tuple(sorted(ends))

    def _metrics_of(self, revision: Revision) -> tuple[str, ...]:
        """Return the metrics to judge by a revision."""
        stated = self.options.metrics
        if not stated:
            return (revision.metrics[0].id,)
        if any(name.casefold() == "all" for name in stated):
            return tuple(metric.id for metric in revision.metrics)
        return tuple(dict.fromkeys(stated))

    def _reject(self, ticket: Ticket, error: Exception) -> Reject:
        """Return the reject for a ticket that the policy cannot judge, with the wrong field."""
        message = getattr(error, "message", None) or str(error)
        if self.options.timezone is not None:
            message = in_zone(message, zone(self.options.timezone))
        hint = getattr(error, "hint", None)
        reason = joined((message, hint), "; ") if hint else message
        field = self._wrong_field(ticket)
        if not ticket.rows:
            return Reject(ticket.file, ticket.line, field, reason, ticket.kept)
        first = ticket.rows[0]
        return Reject(first.file, first.line, field, reason, first.cells, first.id)

    def _wrong_field(self, ticket: Ticket) -> str | None:
        """Return the field of a ticket that the policy does not accept, or None if unknown."""
        index, _ = self.policy.position_at(ticket.events.opened)
        revisions = self.policy.revisions
        fields = {
            name: ticket.query._replace(
                **{other: None for other in _DIMENSIONS if other != name}, facts={}
            )
            for name in _DIMENSIONS
        } | {
            f"fact.{fact}": ticket.query._replace(
                **dict.fromkeys(_DIMENSIONS), facts={fact: value}
            )
            for fact, value in ticket.query.facts.items()
        }  # fmt: skip
        for name, query in fields.items():
            try:
                settle(revisions[index], query, revisions)
            except UsageError:
                return name
        for name in ("answered", "updated", "resolved"):
            event = getattr(ticket.events, name)
            if event is not None and event < ticket.events.opened:
                return name
        for begin, end in ticket.events.pauses:
            if end is not None and end < begin:
                return "pause.to"
        return None

    def _learn(self, ticket: Ticket, index: int) -> tuple[QuickCase | None, ...] | Reject:
        """Return the quick verdict on each metric of the case of a ticket.

        The result is the reject if the policy does not know the case.
        """
        result: list[QuickCase | None] = []
        for metric in self._metrics[index]:
            bare = Ticket(
                ticket.file, ticket.line, ticket.id, ticket.query,
                ticket.events._replace(answered=None, updated=None, resolved=None, pauses=()),
            )  # fmt: skip
            try:
                answers = self.answers(bare, metric)
            except (UsageError, PolicyError, ValueError) as error:
                if isinstance(error, UsageError | BadText):
                    return self._reject(ticket, error)
                result.append(None)
                continue
            constants = constants_of_case(answers)
            at, at_risk = self.options.at, self.options.at_risk
            result.append(constants and quick_case(constants, answers, at, at_risk))
        return tuple(result)


def _judged_once(revision: Revision) -> str | None:
    """Return the first metric in lower case if the answer ends it, or None."""
    first = revision.metrics[0].id
    cells = (cell for rule in revision.rules for cell in rule.cells.get(first, {}).values())
    return first.casefold() if any(ends_with_answer(cell.target) for cell in cells) else None


def verdict_of(ticket: Ticket, answers: DueAnswers) -> TicketVerdict:
    """Return the verdict of the first answer; the dimensions that differ are None."""
    answer = answers[0]
    due = answer.due
    plan, role, channel, priority = _case_of(answers)
    return TicketVerdict(
        ticket.file, ticket.line, ticket.id, ticket.cycle, plan, role, channel, priority,
        answer.metric, ticket.events.opened, answer.state, answer.target,
        None if due is None else from_datetime(due), answer.remaining_seconds,
        answer.elapsed_seconds, answer.paused_seconds, _rule_of(answer), answers.revision.start,
        tuple(sorted({warning.code for warning in answers.warnings})),
    )  # fmt: skip


def constants_of_case(answers: DueAnswers) -> Constants | None:
    """Return what the verdicts on all tickets of a case have in common.

    The result is None if the case has several promises, or if they depend on the opening.
    """
    revision, promises = answers.revision, answers.details.promises
    first = promises.rows[0]
    if any(row.likeness != first.likeness for row in promises.rows):
        return None
    if depends_on_opening(revision, first):
        return None
    plan, role, channel, priority = _case_of(answers)
    return Constants(
        plan, role, channel, priority, answers[0].metric, answers[0].target, _rule_of(answers[0]),
        revision.start, tuple(sorted({warning.code for warning in promises.warnings})),
    )  # fmt: skip


def _case_of(answers: DueAnswers) -> list[str | None]:
    """Return the values of _DIMENSIONS; None for a dimension whose values differ."""
    return [getattr(answers[0], name) if _equal(answers, name) else None for name in _DIMENSIONS]


def _equal(answers: DueAnswers, name: str) -> bool:
    return len({getattr(answer, name) for answer in answers}) == 1


def _agree(answers: DueAnswers) -> bool:
    """Return whether all answers state the same, apart from the case."""
    return all(_equal(answers, name) for name in _SAME)


def _rule_of(answer: DueAnswer) -> str | None:
    """Return the place that decided, as file:line."""
    place = next(iter(answer.because), None)
    return None if place is None else f"{place.file}:{place.line}"


def _datetime(instant: int | None) -> datetime | None:
    return None if instant is None else to_datetime(instant)
