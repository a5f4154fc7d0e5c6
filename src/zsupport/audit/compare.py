"""Comparison of the verdicts with those of the help desk, and the causes of disagreements.

The guide `compare` lists the causes. Each cause is another way to compute the deadline: if it
gives the deadline of the help desk, it explains the disagreement.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from zsupport.answer.case import NEEDS_INPUT, sets_priority
from zsupport.answer.due import DueQuestion, answer_due, basis_of, course_of
from zsupport.answer.promise import promises
from zsupport.audit.ticket import VendorComparison, VendorVerdict
from zsupport.clock.business import BusinessDays
from zsupport.clock.deadline import (
    EVERY_INSTANT,
    Basis,
    due_without_pauses,
    merge_pauses,
    postpone,
)
from zsupport.clock.instants import from_datetime
from zsupport.clock.problem import Never
from zsupport.clock.spans import WorkingTime
from zsupport.clock.target import counts_elapsed
from zsupport.clock.zones import zone
from zsupport.errors import PolicyError, UsageError
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zsupport.answer.due import DueAnswers, Moment
    from zsupport.answer.promise import Promise
    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.audit.plain.judge import Judge
    from zsupport.audit.ticket import Ticket, TicketVerdict
    from zsupport.clock.deadline import Course
    from zsupport.clock.model import Hours, Year
    from zsupport.clock.target import Target
    from zsupport.dates import tzinfo

#: The units to which help desks round instants, in seconds.
_UNITS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1800, "1h": 3600}
#: The time zones that are tried for the help desk: UTC, and one for each common rule of clocks.
_ZONES = (
    "UTC", "America/New_York", "America/Los_Angeles", "America/Chicago", "America/Denver",
    "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Europe/Helsinki", "Europe/Istanbul",
    "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney",
    "Pacific/Auckland",
)  # fmt: skip
#: The largest number of changed calendars that are kept.
_MAX_KEPT = 256
#: The causes are tried on this number of the first agreeing verdicts of a rule, then on every tenth
#: one up to ten times this number, and so on.
_TRIED = 500


#: A cause, its details, and the deadline that it gives.
Alternative = tuple[str, str | None, int]
#: A cause and its details.
CauseKey = tuple[str, str | None]


class Disagreement(NamedTuple):
    """A verdict that differs from that of the help desk, and the cause.

    `detail` has the values of the cause, such as the other time zone.
    """

    ticket: Ticket
    verdict: TicketVerdict
    vendor: VendorVerdict
    cause: str
    detail: str | None = None


#: The causes, in the order in which they are tried, with a text for people.
CAUSES = {
    "needs-input": Message("the verdict needs input, so it cannot be compared"),
    "no-due": Message("the help desk states a deadline, but the policy states none"),
    "no-vendor-due": Message("the policy states a deadline, but the help desk states none"),
    "rounding": Message("the help desk rounds the deadline"),
    "closing-time": Message("the help desk moves a deadline at closing time to the next opening"),
    "pauses-ignored": Message("the help desk does not count the pauses"),
    "pauses-counted": Message("the help desk counts pauses, but the policy does not"),
    "holidays-ignored": Message("the help desk does not know the holidays"),
    "elapsed-time": Message("the help desk counts elapsed time instead of working time"),
    "priority": Message("the help desk uses the priority or plan of another moment"),
    "time-zone": Message("the help desk counts the hours in another time zone"),
    "other-priority": Message("the deadline is that of another priority"),
    "unexplained": Message("no known cause"),
}
#: The causes about a single ticket. The others are tried on the agreeing verdicts too.
_UNTRIED = {"needs-input", "no-due", "no-vendor-due", "other-priority", "unexplained"}


class Comparer:
    """Compares verdicts with those of the help desk.

    `ask` returns the answers to a ticket for a metric; see `Judge.answers`.
    """

    def __init__(self, ask: Callable[[Ticket, str], DueAnswers]) -> None:
        self.ask = ask
        self._kept: dict[object, tuple[WorkingTime, BusinessDays | None]] = {}

    def compare(
        self, ticket: Ticket, verdict: TicketVerdict, vendor: VendorVerdict
    ) -> Disagreement | None:
        """Return the disagreement about a ticket with its cause, or None if both agree.

        If the help desk states only whether the ticket was breached, a cause explains the
        disagreement if it gives the same result.
        """
        own = verdict.due
        if vendor == VendorVerdict():
            return None if own is None else Disagreement(ticket, verdict, vendor, "no-vendor-due")
        if verdict.state == NEEDS_INPUT:
            return Disagreement(ticket, verdict, vendor, NEEDS_INPUT)
        if vendor.agrees(own, verdict.state == "breached"):
            return None
        if own is None and verdict.state != "paused":
            promised = vendor.due is not None or vendor.breached
            return Disagreement(ticket, verdict, vendor, "no-due") if promised else None
        answers = self.ask(ticket, verdict.metric)
        alternatives = chain(
            self._results(ticket, answers, own, vendor),
            self._of_other_priorities(ticket, answers, vendor),
        )
        for cause, detail, agrees in alternatives:
            if agrees:
                return Disagreement(ticket, verdict, vendor, cause, detail)
        return Disagreement(ticket, verdict, vendor, "unexplained")

    def try_causes(
        self, ticket: Ticket, verdict: TicketVerdict, vendor: VendorVerdict
    ) -> dict[CauseKey, bool]:
        """Return whether each cause would also give a verdict on which both agree.

        A cause that is not in the result changes nothing in this verdict.
        """
        results: dict[CauseKey, bool] = {}
        answers = self.ask(ticket, verdict.metric)
        for cause, detail, agrees in self._results(ticket, answers, verdict.due, vendor):
            results[cause, detail] = results.get((cause, detail), False) or agrees
        return results

    def _results(
        self, ticket: Ticket, answers: DueAnswers, own: int | None, vendor: VendorVerdict
    ) -> Iterator[tuple[str, str | None, bool]]:
        """Yield each cause with its details, and whether it gives the verdict of the help desk."""
        row, moment = answers.details.promises.rows[0], answers.details.moment
        run = course_of(row, answers.revision, moment)
        if run is None or row.cell is None or row.cell.target.kind == "rate":
            return
        until = moment.at if run.metric_end is None else min(run.metric_end, moment.at)
        for cause, detail, due in self._alternatives(ticket, answers, run, own, vendor):
            yield cause, detail, vendor.agrees(due, until > due)

    def _of_other_priorities(
        self, ticket: Ticket, answers: DueAnswers, vendor: VendorVerdict
    ) -> Iterator[tuple[str, str | None, bool]]:
        """Yield whether the target of each other priority gives the deadline of the help desk.

        A breach alone does not show which priority was used: any shorter target would give it.
        """
        if vendor.due is None:
            return
        # The channel would change each other priority again.
        changed = sets_priority(answers.revision, answers.query.channel) is not None
        for priority in answers.revision.urgency():
            if priority != answers[0].priority:
                due = (
                    _due_as_raised(answers, priority)
                    if changed
                    else self._due_in(ticket, {"priority": priority}, answers[0].metric)
                )
                yield "other-priority", f"priority={priority}", due == vendor.due

    def _alternatives(
        self, ticket: Ticket, answers: DueAnswers, run: Course, own: int | None,
        vendor: VendorVerdict,
    ) -> Iterator[Alternative]:  # fmt: skip
        """Yield the deadlines of all causes. `own` is the deadline of the policy."""
        row, moment = answers.details.promises.rows[0], answers.details.moment
        assert row.cell is not None
        target, basis = row.cell.target, basis_of(answers.revision, row)
        pauses = run.closed_pauses
        if own is not None:
            yield from _rounded(own) if vendor.due is not None else ()
            yield from _after_closing(row, own)
        if pauses or run.open_since is not None:
            yield from _computed("pauses-ignored", None, target, run, basis, ())
        if pauses and run.open_since is not None:
            yield from _computed("pauses-ignored", "open", target, run, basis, pauses)
        if moment.events.pauses and row.metric.pauses is None:
            yield from _counting_pauses(target, run, basis, moment)
        if not counts_elapsed(target) and row.settled_hours is not None:
            hours = row.settled_hours.time.hours
            free = self._basis(basis, ("holidays", hours), tuple(map(_without_holidays, hours)))
            yield from _computed("holidays-ignored", None, target, run, free, pauses)
            if target.kind == "business":
                elapsed = basis._replace(time=EVERY_INSTANT)
                yield from _computed("elapsed-time", None, target, run, elapsed, pauses)
        yield from self._at_other_moments(ticket, row.metric.id)
        if not counts_elapsed(target) and row.settled_hours is not None:
            hours = row.settled_hours.time.hours
            for name, other in _other_zones(hours):
                changed = tuple(item._replace(zone=other) for item in hours)
                moved = self._basis(basis, (name, hours), changed)
                yield from _computed("time-zone", name, target, run, moved, pauses)

    def _basis(self, basis: Basis, key: object, hours: tuple[Hours, ...]) -> Basis:
        """Return a basis with other hours; compiled hours are kept by the key."""
        compiled = self._kept.get(key)
        if compiled is None:
            if len(self._kept) >= _MAX_KEPT:
                self._kept.pop(next(iter(self._kept)))
            time = WorkingTime(*hours)
            days = BusinessDays(time) if basis.days is not None else None
            compiled = self._kept[key] = (time, days)
        time, days = compiled
        return basis._replace(time=time, days=days, zone=basis.zone and hours[0].zone)

    def _at_other_moments(self, ticket: Ticket, metric: str) -> Iterator[Alternative]:
        """Yield the deadlines with the values that the case had at each other moment."""
        opening = {**ticket.query._asdict(), **ticket.query.facts}
        changed = {name: opening.get(name) for change in ticket.changes for name in change.values}
        values = {name: value for name, value in changed.items() if value is not None}
        # A case can change back and forth many times.
        cases: dict[str, dict[str, str]] = {}
        for change in ((), *(change.values.items() for change in ticket.changes)):
            values = {**values, **dict(change)}
            detail = ", ".join(f"{name}={value}" for name, value in values.items())
            cases.setdefault(detail, values)
        for detail, case in cases.items() if ticket.changes else ():
            due = self._due_in(ticket, case, metric)
            if due is not None:
                yield "priority", detail or None, due

    def _due_in(self, ticket: Ticket, case: Mapping[str, str], metric: str) -> int | None:
        """Return the deadline of a ticket with these values during the whole case.

        Return None without a deadline, or if the deadline needs input.
        """
        dimensions = {name: case[name] for name in ("plan", "role", "priority") if name in case}
        facts = {name: text for name, text in case.items() if name not in dimensions}
        query = ticket.query._replace(**dimensions, facts={**ticket.query.facts, **facts})
        try:
            answers = self.ask(ticket._replace(query=query, changes=()), metric)
        except (PolicyError, UsageError):
            return None  # such as a target that is never reached
        return _single_due(answers)


def _due_as_raised(answers: DueAnswers, priority: str) -> int | None:
    """Return the deadline of a ticket with another priority that its channel does not change.

    Return None without a deadline, or if the deadline needs input.
    """
    details, in_force = answers.details, answers.in_force
    metric, hours = details.promises.rows[0].metric, details.hours
    channels = tuple(channel._replace(priority=None) for channel in answers.revision.channels)
    revision = answers.revision._replace(channels=channels)
    query = answers.query._replace(priority=priority)
    question = DueQuestion(revision, query, hours, in_force, "en")
    try:
        promised = promises(
            revision, query, (metric,), details.opened, hours, in_force=in_force, lang="en"
        )
        due = answer_due(question, promised, details.moment._replace(changes=()))
    except (PolicyError, UsageError):
        return None  # such as a target that is never reached
    return _single_due(due)


def _single_due(answers: DueAnswers) -> int | None:
    """Return the deadline if all answers have the same one."""
    dues = {answer.due for answer in answers}
    due = dues.pop()
    return None if dues or due is None else from_datetime(due)


def _computed(
    cause: str,
    detail: str | None,
    target: Target,
    run: Course,
    basis: Basis,
    pauses: tuple[tuple[int, int], ...],
) -> Iterator[Alternative]:
    """Yield the deadline of a target over another basis, unless it is never reached."""
    try:
        due = due_without_pauses(target, run.anchor, basis)
        yield cause, detail, postpone(basis.time, pauses, run.anchor, due) if pauses else due
    except Never:
        return


def _counting_pauses(
    target: Target, run: Course, basis: Basis, moment: Moment
) -> Iterator[Alternative]:
    """Yield the deadline with the pauses, for a metric whose clock does not pause."""
    pauses = [
        (begin, run.metric_end if end is None else end)
        for begin, end in merge_pauses(moment.events.pauses, run.anchor)
    ]
    known = tuple((begin, end) for begin, end in pauses if end is not None and begin < end)
    yield from _computed("pauses-counted", None, target, run, basis, known)


def _rounded(due: int) -> Iterator[Alternative]:
    for unit, seconds in _UNITS.items():
        for rounded in (due // seconds * seconds, -(-due // seconds) * seconds):
            if rounded != due:
                yield "rounding", unit, rounded


def _after_closing(row: Promise, due: int) -> Iterator[Alternative]:
    """Yield the next opening if the deadline is a closing time."""
    if row.settled_hours is None:
        return
    time = row.settled_hours.time
    if time.is_open(due - 1) and not time.is_open(due):
        opening = time.next_open(due)
        if opening is not None:
            yield "closing-time", None, opening


def _without_holidays(hours: Hours) -> Hours:
    """Return hours without holidays and exchanged dates; single dates and breaks stay."""
    years = hours.years
    if years is None:
        return hours

    def of_year(number: int) -> Year:
        return years(number)._replace(days_off={}, exchanged=frozenset())

    return hours._replace(years=of_year)


def _other_zones(hours: tuple[Hours, ...]) -> Iterator[tuple[str, tzinfo]]:
    """Yield the time zones that a help desk may use instead, with their names."""
    own = {str(item.zone) for item in hours}
    for name in _ZONES:
        if name not in own:
            yield name, zone(name)


class CauseCount(NamedTuple):
    """How many verdicts on a metric differ from the help desk for a cause, with the first one.

    The cause was tried on `tried` verdicts of the same rules on which both agree, also where it
    does not apply, and would give another verdict than that of the help desk on `contradicting`
    ones.
    """

    metric: str
    cause: str
    detail: str | None
    tickets: int
    witness: Disagreement
    tried: int = 0
    contradicting: int = 0


class Comparison:
    """Counts the verdicts that agree with the help desk, and the causes of the others."""

    def __init__(self, comparer: Comparer) -> None:
        self._comparer = comparer
        self._causes: dict[tuple[str, str, str | None], CauseCount] = {}
        self._rules: dict[tuple[str, str, str | None], set[str | None]] = {}
        self._agreed_by_rule: Counter[str | None] = Counter()
        #: The numbers of agreeing verdicts on which the causes were tried, by rule, and of those
        #: that contradict a cause, by rule and cause.
        self._tried: Counter[str | None] = Counter()
        self._contradicting: Counter[tuple[str | None, CauseKey]] = Counter()
        self.agreed = 0

    def add(self, ticket: Ticket, verdict: TicketVerdict) -> VendorComparison:
        """Compare a verdict with that of the help desk; return the result for its row."""
        vendor = ticket.vendor or VendorVerdict()
        difference = self._comparer.compare(ticket, verdict, vendor)
        if difference is None:
            self.agreed += 1
            if verdict.due is not None:
                self._agreed_by_rule[verdict.rule] += 1
                if _is_tried(self._agreed_by_rule[verdict.rule]):
                    self._try(ticket, verdict, vendor)
            return VendorComparison(*vendor, None, None)
        key = (verdict.metric, difference.cause, difference.detail)
        self._rules.setdefault(key, set()).add(verdict.rule)
        known = self._causes.get(key)
        if known is None:
            self._causes[key] = CauseCount(*key, 1, difference)
        else:
            self._causes[key] = known._replace(tickets=known.tickets + 1)
        return VendorComparison(*vendor, difference.cause, difference.detail)

    def causes(self) -> list[CauseCount]:
        """Return the causes, the most frequent first."""
        order = list(CAUSES)
        counts = []
        for key, count in self._causes.items():
            if count.cause not in _UNTRIED:
                rules = self._rules[key]
                tried = sum(self._tried[rule] for rule in rules)
                contradicting = sum(self._contradicting[rule, key[1:]] for rule in rules)
                count = count._replace(tried=tried, contradicting=contradicting)
            counts.append(count)
        return sorted(counts, key=lambda item: (-item.tickets, order.index(item.cause)))

    def _try(self, ticket: Ticket, verdict: TicketVerdict, vendor: VendorVerdict) -> None:
        """Try the causes on a verdict that agrees with the help desk."""
        self._tried[verdict.rule] += 1
        for cause, agrees in self._comparer.try_causes(ticket, verdict, vendor).items():
            self._contradicting[verdict.rule, cause] += not agrees


def _is_tried(number: int) -> bool:
    """Return whether the causes are tried on the agreeing verdict of a rule with this number.

    It is each of the first _TRIED verdicts, every tenth one up to ten times as many, and so on.
    """
    step = 1
    while number > _TRIED * step:
        step *= 10
    return number % step == 0


def comparison_of(judge: Judge, columns: TicketColumns) -> Comparison | None:
    """Return an empty comparison with the help desk.

    Return None if the columns have no verdicts of the help desk, or for several metrics.
    """
    metrics = judge.options.metrics
    if not columns.has_vendor or len(metrics) > 1 or "all" in metrics:
        return None
    return Comparison(Comparer(judge.answers))
