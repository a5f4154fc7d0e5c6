"""Policies as Python values: load a policy and query it. The command line uses this module.

Errors and warnings name fields as Python arguments: `customer_tz`, `fact={'impact': 'down'}`.
"""

from __future__ import annotations

import os
import time

from zsupport.answer.case import Answers, Details, Query, Row, facts_decide, settle
from zsupport.clock.instants import (
    END,
    Instant,
    InstantText,
    at_local,
    format_instant,
    from_datetime,
    instant_of,
    to_datetime,
)
from zsupport.clock.zones import zone
from zsupport.dates import UTC, date, datetime, timedelta
from zsupport.errors import EnvironmentFault, InvalidPolicy, UsageError
from zsupport.policy.files import SourceFile
from zsupport.policy.model import Metric, Revision
from zsupport.sources.cache import (
    CachedHolidays,
    cache_folder,
    cache_policy,
    cached_policy,
    policy_identity,
)
from zsupport.sources.find import (
    TESTS,
    LocatedPolicy,
    file_of_tests,
    find,
    find_shipped,
    shipped_policies,
)
from zsupport.typed import (
    TYPE_CHECKING,
    Mapping,
    MappingProxyType,
    NamedTuple,
    Sequence,
    bisect_right,
)
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypedDict, TypeVar, Unpack, overload

    from zsupport.advise.advice import AdviceAnswers
    from zsupport.answer.case_change import CaseChange
    from zsupport.answer.channels import ChannelAnswers, ChannelOptions
    from zsupport.answer.due import DueAnswers, DueQuestion, QuickAnswer
    from zsupport.answer.hours import Customer, PolicyHours
    from zsupport.answer.opening import HoursAnswers
    from zsupport.answer.priority import PriorityAnswers
    from zsupport.answer.promise import Promises, Reading
    from zsupport.answer.target_rows import TargetRow, TargetTable
    from zsupport.answer.terms import TermAnswers
    from zsupport.answer.topics import TopicAnswers
    from zsupport.answer.working_spans import SpanTable
    from zsupport.audit.columns.arrow import BatchAudit
    from zsupport.audit.columns.tables import AuditedTable
    from zsupport.audit.mapping.model import TicketMapping
    from zsupport.audit.plain.judge import AuditOptions
    from zsupport.clock.holidays import PublicHolidays
    from zsupport.policy.compiled import Form

#: The maximum number of questions to `due` whose promises a policy caches.
MAX_CACHED = 10_000


if TYPE_CHECKING:
    #: An array or series of NumPy, PyArrow, Polars or pandas.
    Column = TypeVar("Column")

    class CaseOptions(TypedDict, total=False):
        """The case and the metric of `due_many`; see `due`."""

        plan: str | None
        role: str | None
        channel: str | None
        priority: str | None
        fact: Mapping[str, str] | None
        metric: str | None
        customer_tz: str | None
        customer_country: str | None

    class AuditArguments(TypedDict, total=False):
        """The arguments of `audit`, except the table."""

        mapping: str | Mapping[str, object] | None
        plan: str | None
        role: str | None
        channel: str | None
        priority: str | None
        fact: Mapping[str, str] | None
        metric: str | Sequence[str]
        at: Instant | None
        at_risk: str | None
        customer_tz: str | None
        customer_country: str | None


class _DueKey(NamedTuple):
    """The cache key of a call of `due`: its arguments, except the instants and `at_risk`."""

    revision: int  # the position of the revision that answers
    in_force: bool
    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: tuple[tuple[str, str], ...]
    metrics: tuple[str, ...]
    customer_tz: str | None
    customer_country: str | None
    lang: str
    changes: tuple[tuple[tuple[str, str], ...], ...] = ()  # the changed values, for each change


class _KnownPromises(NamedTuple):
    """The promises of a question to `due`, without the events of a ticket."""

    question: DueQuestion
    promises: Promises
    quick: QuickAnswer | None  # a faster function for common tickets, if there is one


class Policy:
    """A support policy: its revisions in order of their first day.

    Two policies are equal if their revisions are equal. `due` caches the promises of a question:
    for another ticket with the same question, it only computes the deadlines.
    """

    __slots__ = ("_ends", "_hours", "_promises", "_public", "_starts", "revisions")

    def __init__(
        self, revisions: tuple[Revision, ...], public: PublicHolidays | None = None
    ) -> None:
        """`public` returns the public holidays of a country in a year.

        By default, the package `holidays` provides them.
        """
        self.revisions = revisions
        self._public = public
        self._hours: dict[tuple[int, Customer, str], PolicyHours] = {}
        # A plain tuple is faster to make than a _DueKey and equal to it, so `due` looks up plain
        # tuples.
        self._promises: dict[tuple[object, ...], _KnownPromises] = {}
        # The period `[start, end)` of each revision, in seconds since the epoch. A revision also
        # ends when the next revision starts.
        timezone = revisions[0].timezone
        self._starts = [_midnight(r.start, timezone) if r.start else -END for r in revisions]
        self._ends = [
            _midnight(r.last_day, timezone, 1) if r.last_day else 2 * END for r in revisions
        ]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.revisions == other.revisions

    def __hash__(self) -> int:
        return hash(tuple(revision.digest for revision in self.revisions))

    def __repr__(self) -> str:
        return f"Policy({self.id!r}, {len(self.revisions)} revision(s))"

    def __reduce__(self) -> tuple[object, ...]:
        from zsupport.policy.compiled import compiled_form

        return _unpickled, (_versions(), compiled_form(self.revisions), self._public)

    @property
    def id(self) -> str:
        """The policy's id."""
        return self.revisions[0].policy

    @property
    def plans(self) -> tuple[str, ...]:
        """The ids of the plans of all revisions; those of the newest revision come first."""
        return self._ids("plans")

    @property
    def roles(self) -> tuple[str, ...]:
        """The ids of the roles of all revisions; those of the newest revision come first."""
        return self._ids("roles")

    @property
    def channel_ids(self) -> tuple[str, ...]:
        """The ids of the channels of all revisions; `channels` answers who may use them."""
        return self._ids("channels")

    @property
    def priorities(self) -> tuple[str, ...]:
        """The ids of the priorities of all revisions; in each revision, the most urgent first."""
        return self._ids("priorities")

    @property
    def metrics(self) -> tuple[str, ...]:
        """The ids of the metrics of all revisions; those of the newest revision come first.

        By default, `due` answers for the first metric of the revision that answers.
        """
        return self._ids("metrics")

    @property
    def facts(self) -> Mapping[str, tuple[str, ...]]:
        """The values of each fact, by the id of the fact.

        The values are those of the newest revision that defines the fact.
        """
        newest_last = [fact for revision in self.revisions for fact in revision.facts]
        by_id = {fact.id: tuple(fact.values) for fact in newest_last}
        return MappingProxyType({id: by_id[id] for id in self._ids("facts")})

    def _ids(self, section: str) -> tuple[str, ...]:
        entries = [entry for r in reversed(self.revisions) for entry in getattr(r, section)]
        return tuple(dict.fromkeys(entry.id for entry in entries))

    def revision_at(self, at: Instant | None = None) -> tuple[Revision, bool]:
        """Return the revision that answers at an instant, and whether it is in force.

        The default instant is now. A revision is in force from its first day to its last day, or
        until the next revision starts. Both days are local dates in the policy's time zone. If no
        revision is in force, the latest revision that has started answers. If none has started, the
        first revision answers.
        """
        index, in_force = self.position_at(_instant(at))
        return self.revisions[index], in_force

    def position_at(self, instant: int) -> tuple[int, bool]:
        """Return the index of the revision that answers, and whether it is in force.

        The instant is in seconds since the epoch.
        """
        index = bisect_right(self._starts, instant) - 1
        return (index, instant < self._ends[index]) if index >= 0 else (0, False)

    @property
    def changes(self) -> Sequence[int]:
        """The sorted moments at which the result of `position_at` changes."""
        return sorted({*self._starts, *self._ends})

    def _settle(self, index: int, query: Query) -> Query:
        """Return a query in the ids of the revision with this index.

        Raises UsageError for a name that no revision defines.
        """
        return settle(self.revisions[index], query, self.revisions)

    def _other_columns(
        self, index: int, columns: Callable[[int], tuple[str, ...]]
    ) -> frozenset[str]:
        """Return the columns that all revisions add to the answers of the one with this index.

        `columns` takes the index of a revision and returns its columns. The answers of each
        revision show the columns of all revisions.
        """
        indexes = (i for i in range(len(self.revisions)) if i != index)
        shown = frozenset(name for i in indexes for name in columns(i))
        if shown and facts_decide(self.revisions[index]):
            # A shown priority can make the facts that decide it superfluous, and the reverse. The
            # answers of the other revisions show both.
            shown |= frozenset(columns(index))
        return shown

    def _answer(
        self,
        index: int,
        query: Query,
        answer: Callable[[int, frozenset[str]], Answers[Row, Details]],
    ) -> Answers[Row, Details]:
        """Return the answers of a revision, with the columns of all revisions.

        `answer` takes the index of a revision and additional columns, and returns its answers.
        Raises UsageError for a name of the query that no revision defines. It lists the names of
        the revision that answers.
        """
        self._settle(index, query)
        shown = self._other_columns(index, lambda i: answer(i, frozenset()).columns)
        answers = answer(index, shown)
        return answers._replace(columns=self._in_order(answers.columns))

    def _in_order(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return columns with their facts in an order that is the same for all revisions."""
        if len(self.revisions) == 1:
            return columns
        ids = self._ids("facts")
        facts = (id for id in ids if id in columns)
        return tuple(next(facts) if name in ids else name for name in columns)

    def channels(
        self,
        *,
        plan: str | None = None,
        role: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        fact: Mapping[str, str] | None = None,
        at: Instant | None = None,
        **options: Unpack[ChannelOptions],
    ) -> ChannelAnswers:
        """Answer which channels a case may use.

        The answer has a row for each value of an omitted dimension that changes an answer. `at` is
        an aware datetime or a text with an offset (default: now). The options are those of
        `ChannelOptions`, such as `lang` (default: `en`). Raises UsageError for unknown names and
        ValueError for an instant without an offset.
        """
        from zsupport.answer.channels import answer_channels

        index, in_force = self.position_at(_instant(at))
        query = Query(plan, role, channel, priority, fact or {})

        def answer(index: int, shown: frozenset[str]) -> ChannelAnswers:
            return answer_channels(
                self.revisions[index], self._settle(index, query), in_force=in_force,
                other_revisions=self.revisions, shown=shown, **options,
            )  # fmt: skip

        return self._answer(index, query, answer)

    def due(
        self,
        *,
        plan: str | None = None,
        role: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        fact: Mapping[str, str] | None = None,
        metric: str | Sequence[str] = (),
        opened: Instant | None = None,
        at: Instant | None = None,
        answered: Instant | None = None,
        updated: Instant | None = None,
        resolved: Instant | None = None,
        start: Mapping[str, Instant | None] | None = None,
        pause: Sequence[tuple[Instant, Instant | None]] = (),
        event: Sequence[tuple[Instant, Mapping[str, str]]] = (),
        at_risk: str | None = None,
        customer_tz: str | None = None,
        customer_country: str | None = None,
        lang: str = "en",
    ) -> DueAnswers:
        """Answer when the targets of a case are due.

        The answer has a row for each value of an omitted dimension that changes an answer. `metric`
        is one or several metrics, or `all` (default: the first metric of the policy). `opened` is
        the instant at which the ticket was opened (default: `at`); it selects the revision. The
        states of the answer, such as `breached`, are those at the instant `at` (default: now, or
        the last event if later). `answered` ends the first metric and `resolved` ends the other
        metrics; `updated` restarts a recurring metric. If the policy states the start of a metric
        in words, `start` has the instant at which its clock started, by metric. `pause` is a list
        of pairs (from, to); the last `to` may be None. `event` is a list of changes during the
        case: an instant, and the new values of `plan`, `role`, `priority` and facts. `at_risk` is a
        ratio such as 3/4 or 75%, or a length such as `1h before`; it replaces `warn` of the metric.
        `customer_tz` is an IANA name, `customer_country` is an ISO 3166 code of a country or
        subdivision (DE-BY). Instants are aware datetimes, or texts with an offset such as
        2026-11-23T10:00:00+01:00. The answer has datetimes in UTC. Raises UsageError for unknown
        names and for events before `opened`, and ValueError for an instant without an offset.
        """
        # Datetimes are the common case. Converting them directly is measurably faster.
        now = from_datetime(at) if isinstance(at, datetime) else _instant(at)
        began = now
        if opened is not None and opened is not at:
            began = from_datetime(opened) if isinstance(opened, datetime) else _instant(opened)
        moment = now
        happened = answered is not None or updated is not None or resolved is not None
        changes: tuple[CaseChange, ...] = ()
        if event:
            from zsupport.answer.case_change import CaseChange
            from zsupport.answer.changes import in_order

            changes = in_order(CaseChange(_instant(at), values) for at, values in event)
        if at is None and (happened or changes):
            # Answer as of the last event if it is later than now.
            events_of_case = (e for e in (answered, updated, resolved) if e is not None)
            moment = max(now, *map(_instant, events_of_case), *(change.at for change in changes))
        index, in_force = self.position_at(began)
        key = (
            index, in_force, plan, role, channel, priority,
            tuple(fact.items()) if fact else (),
            (metric,) if metric.__class__ is str else tuple(metric),
            customer_tz, customer_country, lang,
            tuple(tuple(values.items()) for at, values in changes if at <= moment),
        )  # fmt: skip
        known = self._promises.get(key) or self._compute_promises(_DueKey._make(key), began)
        if known.quick and not (happened or start or pause or at_risk or changes):
            answers = known.quick(began, now, opened)
            if answers is not None:
                return answers
        from zsupport.answer.due import Moment, answer_due, settle_starts
        from zsupport.clock.deadline import Events

        pauses = tuple((_instant(begin), _seconds(end)) for begin, end in pause)
        events = Events(began, _seconds(answered), _seconds(updated), _seconds(resolved), pauses)
        for name in ("answered", "updated", "resolved"):
            instant = getattr(events, name)
            if instant is not None and instant < began:
                raise _before_opened(name, instant, began)
        for begins, ends in pauses:
            if ends is not None and ends < begins:
                raise UsageError(
                    Message(
                        "the pause from {begins} ends before it starts",
                        begins=InstantText(begins),
                    )
                )
        if changes:
            changes = self._settle_changes(index, changes, began, known.question.changes)
        warn = None
        if at_risk is not None:
            from zsupport.clock.warn import parse_warn

            warn = parse_warn(at_risk)
        starts = {name: _instant(at) for name, at in (start or {}).items() if at is not None}
        starts = settle_starts(known.question.revision, starts, began, self.revisions)
        moments = Moment(events, moment, warn, starts, changes)
        return answer_due(known.question, known.promises, moments)

    def _settle_changes(
        self,
        index: int,
        changes: tuple[CaseChange, ...],
        opened: int,
        settled: tuple[Mapping[str, str], ...],
    ) -> tuple[CaseChange, ...]:
        """Return the changes of a case in canonical ids; `settled` are the values of the first.

        Raises UsageError for an unknown name, or for a change before `opened`.
        """
        from zsupport.answer.case_change import CaseChange
        from zsupport.answer.changes import settle_values

        if changes[0].at < opened:
            raise _before_opened("event", changes[0].at, opened)
        # The answer ignores the other changes, which are after its time, but not their mistakes.
        ignored = (
            settle_values(self.revisions[index], values, self.revisions)
            for _, values in changes[len(settled) :]
        )
        return tuple(
            CaseChange(at, values)
            for (at, _), values in zip(changes, (*settled, *ignored), strict=True)
        )

    if TYPE_CHECKING:

        @overload
        def due_many(
            self, opened: Sequence[Instant | int | None], **case: Unpack[CaseOptions]
        ) -> list[datetime | None]: ...
        @overload
        def due_many(self, opened: Column, **case: Unpack[CaseOptions]) -> Column: ...

    def due_many(
        self,
        opened: object,
        *,
        plan: str | None = None,
        role: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        fact: Mapping[str, str] | None = None,
        metric: str | None = None,
        customer_tz: str | None = None,
        customer_country: str | None = None,
    ) -> object:
        """Return the deadlines of many tickets of one case, by their opening times.

        `opened` is a sequence of aware datetimes, texts with an offset, or seconds since 1970. Or
        it is an array or series of NumPy, PyArrow, Polars or pandas. The result has the same kind,
        with instants in UTC. Without an opening time there is no deadline. A `datetime64` of NumPy
        is an instant in UTC; other instants without a time zone are refused. The clock must start
        when a ticket is opened, and the case must have exactly one deadline. It is the deadline of
        `due`, which also has the warnings, such as years whose holidays are not known. `metric` is
        by default the first metric of the policy. Raises UsageError for unknown names and for a
        case without a single deadline, PolicyError for a deadline that is not reached within ten
        years, and ValueError for an invalid opening time.
        """
        from zsupport.audit.deadlines import AskedCase
        from zsupport.audit.many import due_many

        metrics = () if metric is None else (metric,)
        facts = tuple(fact.items()) if fact else ()

        def promises_at(instant: int) -> tuple[DueQuestion, Promises]:
            key = _DueKey(
                *self.position_at(instant), plan, role, channel, priority, facts, metrics,
                customer_tz, customer_country, "en",
            )  # fmt: skip
            known = self._promises.get(key) or self._compute_promises(key, instant)
            return known.question, known.promises

        def due_of(instant: int) -> DueAnswers:
            moment = to_datetime(instant)
            return self.due(
                plan=plan, role=role, channel=channel, priority=priority, fact=fact,
                metric=metrics, opened=moment, at=moment,
                customer_tz=customer_tz, customer_country=customer_country,
            )  # fmt: skip

        changes = sorted({*self._starts, *self._ends})
        return due_many(opened, AskedCase(promises_at, due_of, self.position_at, _instant, changes))

    def audit(
        self,
        table: object,
        *,
        mapping: str | Mapping[str, object] | None = None,
        plan: str | None = None,
        role: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        fact: Mapping[str, str] | None = None,
        metric: str | Sequence[str] = (),
        at: Instant | None = None,
        at_risk: str | None = None,
        customer_tz: str | None = None,
        customer_country: str | None = None,
    ) -> AuditedTable:
        """Judge the tickets of a table: a frame of Polars or pandas, or a table of PyArrow.

        The result has the verdicts, as a table of the same kind, and the rejected rows. They are
        those of `zsupport audit`. `mapping` is the text of a mapping file, the name of a shipped
        mapping, or the same as a `dict`; without it, a column with the name of a field is this
        field. `plan` and the others state the same value for all tickets. `at` is the moment of the
        states (default: now). Requires the packages of `zsupport[tickets]`, and PyArrow for tables
        of PyArrow and pandas. Raises UsageError for unknown names and for a mapping that does not
        fit the table, and TypeError for another kind of table.
        """
        from zsupport.audit.columns.tables import audit_table

        options, columns = _audit_of(
            mapping=mapping, plan=plan, role=role, channel=channel, priority=priority, fact=fact,
            metric=metric, at=at, at_risk=at_risk, customer_tz=customer_tz,
            customer_country=customer_country,
        )  # fmt: skip
        return audit_table(table, self, options, columns)

    def batch_audit(
        self, sample: object, *, grouped: bool = False, **options: Unpack[AuditArguments]
    ) -> BatchAudit:
        """Return an audit of the tickets in record batches of Arrow, such as those of Spark.

        `sample` is a table with the columns of the batches, and with some of the first rows: the
        mapping and the formats of instants are checked with it, as in `audit`. The options are
        those of `audit`; the moment `at` is fixed now. The rows of an event log must be `grouped`:
        the rows of each ticket follow each other in the batches. The guide `spark` has an example.
        Requires PyArrow and the packages of `zsupport[tickets]`. Raises UsageError and TypeError
        like `audit`, and UsageError for an event log that is not grouped.
        """
        from zsupport.audit.columns.arrow import batch_audit

        return batch_audit(sample, self, *_audit_of(**options), grouped)

    def _compute_promises(self, key: _DueKey, start: int) -> _KnownPromises:
        """Compute the promises of a question. `start` is the opening time of the ticket.

        Cache the promises unless a target rule depends on the opening time.
        """
        from zsupport.answer.due import DueQuestion, quick_due
        from zsupport.answer.hours import Customer, PolicyHours, check_country
        from zsupport.answer.promise import promises, settle_metrics

        if key.changes:
            from zsupport.answer.changes import reading_of, settle_values
        index, in_force, lang = key.revision, key.in_force, key.lang
        revision = self.revisions[index]
        stated = Query(key.plan, key.role, key.channel, key.priority, dict(key.facts))

        def settled(index: int) -> tuple[Query, tuple[Metric, ...]]:
            query = self._settle(index, stated)
            return query, settle_metrics(self.revisions[index], key.metrics, self.revisions)

        def changes(index: int) -> tuple[Mapping[str, str], ...]:
            return tuple(
                settle_values(self.revisions[index], dict(values), self.revisions)
                for values in key.changes
            )

        def reading(index: int, query: Query) -> Reading | None:
            revision = self.revisions[index]
            return reading_of(revision, query, changes(index)) if key.changes else None

        def columns(index: int) -> tuple[str, ...]:
            # Only the columns are used. `in_force=False` avoids errors about missing calendars.
            hours = PolicyHours(self.revisions[index], customer, lang, self._public)
            query, metrics = settled(index)
            return promises(
                self.revisions[index], query, metrics, start, hours, in_force=False, lang=lang,
                revisions=len(self.revisions), reading=reading(index, query),
            ).columns  # fmt: skip

        query, metrics = settled(index)
        # Many answers share the cached query, so it must be immutable.
        query = query._replace(facts=MappingProxyType(query.facts))
        country = None if key.customer_country is None else check_country(key.customer_country)
        customer = Customer(key.customer_tz, country)
        hours = self._hours.setdefault(
            (index, customer, lang), PolicyHours(revision, customer, lang, self._public)
        )
        question = DueQuestion(revision, query, hours, in_force, lang, changes(index))
        promised = promises(
            revision, query, metrics, start, hours, in_force=in_force, lang=lang,
            shown=self._other_columns(index, columns), revisions=len(self.revisions),
            reading=reading(index, query),
        )  # fmt: skip
        promised = promised._replace(columns=self._in_order(promised.columns))
        known = _KnownPromises(question, promised, quick_due(question, promised))
        depends_on_opening = any(alt.opened for rule in revision.rules for alt in rule.when)
        if not depends_on_opening and len(self._promises) < MAX_CACHED:
            self._promises[key] = known
        return known

    def hours(
        self,
        name: str | None = None,
        *,
        plan: str | None = None,
        role: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        fact: Mapping[str, str] | None = None,
        at: Instant | None = None,
        customer_tz: str | None = None,
        customer_country: str | None = None,
        lang: str = "en",
    ) -> HoursAnswers:
        """Answer whether the channels of a case, or the hours with a name, are open at an instant.

        `plan`, `role`, `channel`, `priority` and `fact` state the case. The answer has a row for
        each value of an omitted dimension that changes an answer. With `name`, the answer is about
        these hours, and the case only selects their calendar. With neither a case nor a name, the
        answer lists all hours of the policy. Raises UsageError for unknown names and ValueError for
        an instant without an offset.
        """
        from zsupport.answer.hours import Customer, PolicyHours, check_country
        from zsupport.answer.opening import RevisionPeriod, answer_hours, columns_of_case

        instant = _instant(at)
        index, in_force = self.position_at(instant)

        query = Query(plan, role, channel, priority, fact or {})
        self._settle(index, query)  # report unknown names with the names of this revision
        country = None if customer_country is None else check_country(customer_country)
        customer = Customer(customer_tz, country)
        later = (*self._starts[1:], 2 * END)
        periods = [
            RevisionPeriod(
                PolicyHours(revision, customer, lang, self._public),
                self._starts[i],
                min(self._ends[i], later[i]),
                self._settle(i, query),
            )
            for i, revision in enumerate(self.revisions)
        ]
        shown = None
        if name is None and any(query):
            shown = self._other_columns(index, lambda i: columns_of_case(periods, i))
        answers = answer_hours(periods, index, name, instant, in_force=in_force, shown=shown)
        return answers._replace(columns=self._in_order(answers.columns))

    def targets(
        self, *, customer_tz: str | None = None, customer_country: str | None = None
    ) -> tuple[TargetRow, ...]:
        """Return the targets of all cases, metrics and revisions, for a database.

        The guide `sql` explains the rows. Raises LimitExceeded.
        """
        return self._target_table(customer_tz, customer_country).rows

    def windows(
        self,
        first: date,
        last: date,
        *,
        customer_tz: str | None = None,
        customer_country: str | None = None,
    ) -> SpanTable:
        """Return the working spans of the calendars that `targets` names, in a range of dates.

        `first` and `last` are dates in the time zone of each calendar. The table also has warnings
        about unknown and estimated dates. Raises LimitExceeded.
        """
        from zsupport.answer.working_spans import DateRange, span_table

        calendars = self._target_table(customer_tz, customer_country).calendars
        return span_table(calendars, DateRange(first, last))

    def _target_table(self, customer_tz: str | None, customer_country: str | None) -> TargetTable:
        from zsupport.answer.hours import Customer, PolicyHours, check_country
        from zsupport.answer.target_rows import TargetPeriod, target_table

        country = None if customer_country is None else check_country(customer_country)
        customer = Customer(customer_tz, country)
        later = (*self._starts[1:], 2 * END)
        periods = [
            TargetPeriod(
                revision,
                PolicyHours(revision, customer, "en", self._public),
                self._starts[i] if revision.start else None,
                end if (end := min(self._ends[i], later[i])) < 2 * END else None,
            )
            for i, revision in enumerate(self.revisions)
        ]
        return target_table(periods)

    def priority(
        self,
        *,
        fact: Mapping[str, str] | None = None,
        at: Instant | None = None,
        lang: str = "en",
    ) -> PriorityAnswers:
        """Answer which priority the facts lead to.

        Without facts, list all priorities, the most urgent first. Raises UsageError for unknown
        names and ValueError for an instant without an offset.
        """
        from zsupport.answer.priority import answer_priority, list_priorities

        index, in_force = self.position_at(_instant(at))
        query = Query(facts=fact or {})

        def answer(index: int, shown: frozenset[str]) -> PriorityAnswers:
            return answer_priority(
                self.revisions[index], self._settle(index, query), in_force=in_force, lang=lang,
                shown=shown, revisions=len(self.revisions),
            )  # fmt: skip

        if fact:
            return self._answer(index, query, answer)
        return list_priorities(self.revisions[index], in_force=in_force, lang=lang)

    def topics(
        self,
        *,
        topic: str | None = None,
        role: str | None = None,
        at: Instant | None = None,
        lang: str = "en",
    ) -> TopicAnswers:
        """Answer which self-help resources the policy has, by topic.

        With `topic`, the answer has only the resources of this topic; with `role`, only the
        resources for this role or for everyone. Raises UsageError for unknown names and ValueError
        for an instant without an offset.
        """
        from zsupport.answer.topics import answer_topics

        index, in_force = self.position_at(_instant(at))
        return answer_topics(
            self.revisions[index], self._settle(index, Query(role=role)), topic, self.revisions,
            by_audience=role is None, in_force=in_force, lang=lang,
        )  # fmt: skip

    def terms(
        self,
        *,
        topic: str | None = None,
        plan: str | None = None,
        role: str | None = None,
        channel: str | None = None,
        priority: str | None = None,
        fact: Mapping[str, str] | None = None,
        at: Instant | None = None,
        lang: str = "en",
    ) -> TermAnswers:
        """Answer which terms apply to a case.

        The answer has a row for each value of an omitted dimension that changes an answer. With
        `topic`, it has only the terms on this topic. Raises UsageError for unknown names and
        ValueError for an instant without an offset.
        """
        from zsupport.answer.terms import answer_terms

        index, in_force = self.position_at(_instant(at))
        query = Query(plan, role, channel, priority, fact or {})

        def answer(index: int, shown: frozenset[str]) -> TermAnswers:
            return answer_terms(
                self.revisions[index], self._settle(index, query), topic, self.revisions,
                in_force=in_force, lang=lang, shown=shown,
            )  # fmt: skip

        return self._answer(index, query, answer)

    def advise(
        self,
        *,
        plan: str | None = None,
        role: str | None = None,
        priority: str | None = None,
        fact: Mapping[str, str] | None = None,
        at: Instant | None = None,
        customer_tz: str | None = None,
        customer_country: str | None = None,
        language: str | None = None,
        lang: str = "en",
    ) -> AdviceAnswers:
        """Advise what to do in a case: one `Advice` with the answers to all questions.

        `missing` of the advice lists the inputs that would change it. `summary` has instants in the
        time zone of the customer, or in UTC. With a `language`, only channels that may handle the
        case in this language are advised. Raises UsageError for unknown names and ValueError for
        an instant without an offset.
        """
        from zsupport.advise.advice import advise
        from zsupport.advise.questions import Asking
        from zsupport.advise.summary import with_summary

        moment = to_datetime(_instant(at))
        asking = Asking(self, moment, customer_tz, customer_country, lang, language)
        answers = advise(asking, Query(plan, role, None, priority, fact or {}))
        written_in = UTC if customer_tz is None else zone(customer_tz)

        def write(instant: datetime) -> str:
            return format_instant(from_datetime(instant), written_in)

        return with_summary(answers, write, lang)


def _audit_of(
    *,
    mapping: str | Mapping[str, object] | None = None,
    plan: str | None = None,
    role: str | None = None,
    channel: str | None = None,
    priority: str | None = None,
    fact: Mapping[str, str] | None = None,
    metric: str | Sequence[str] = (),
    at: Instant | None = None,
    at_risk: str | None = None,
    customer_tz: str | None = None,
    customer_country: str | None = None,
) -> tuple[AuditOptions, TicketMapping]:
    """Return the arguments of `Policy.audit` as values of an audit."""
    from zsupport.audit.mapping.file import load_mapping, read_mapping_table
    from zsupport.audit.mapping.model import merged
    from zsupport.audit.mapping.options import constants_of, mapping_of_options
    from zsupport.audit.plain.judge import AuditOptions
    from zsupport.sources.mappings import text_of_mapping

    columns = mapping_of_options(constants=constants_of(plan, role, channel, priority, fact or {}))
    if mapping is not None:
        of_file = (
            load_mapping(text_of_mapping(mapping), "mapping")
            if isinstance(mapping, str)
            else read_mapping_table(mapping, "mapping")
        )
        columns = merged(of_file, columns)
    metrics = (metric,) if isinstance(metric, str) else tuple(metric)
    options = AuditOptions(
        _instant(at), metrics, at_risk, customer_tz, customer_country, columns.zone_of_reasons
    )
    return options, columns


def _versions() -> dict[str, str | None]:
    """Return the versions of the packages on which the answers of a policy depend."""
    from zsupport.clock.holidays import holidays_version
    from zsupport.clock.zones import tzdata_version
    from zsupport.version import VERSION

    return {"zsupport": VERSION, "tzdata": tzdata_version(), "holidays": holidays_version()}


def _unpickled(
    versions: Mapping[str, str | None], form: Form, public: PublicHolidays | None
) -> Policy:
    """Return a pickled policy. Raises EnvironmentFault for other versions of packages."""
    from zsupport.policy.compiled import revisions_of

    installed = _versions()
    for name, version in versions.items():
        if installed[name] != version:
            raise EnvironmentFault(
                Message(
                    "the policy was pickled with {package} {version}, but here is {installed}",
                    package=name,
                    version=version,
                    installed=installed[name],
                ),
                Message("install the same version on all machines"),
            )
    return Policy(revisions_of(form), public)


def load(path_or_name: str | os.PathLike[str], *, cache: bool = True) -> Policy:
    """Return the policy with this name, at this path, or on standard input (`-`).

    A plain word names a shipped policy. A text that contains `/` or ends with .yaml or .yml is the
    path of a file, or of a folder with the revisions of one policy. With `cache`, the compiled
    policy is read from the user's cache folder, or stored there. Raises UsageError for an unknown
    name, PolicyError for a file that cannot be read, and InvalidPolicy with all findings for an
    invalid policy.
    """
    return load_files(find(os.fspath(path_or_name)), cache=cache)


def load_files(source: LocatedPolicy, *, cache: bool = True) -> Policy:
    """Return the policy of these files. With `cache`, read it from the cache folder or store it."""
    examined = () if source.examined is None else (source.examined,)
    folder = cache_folder(os.environ, examined) if cache else None
    identity = policy_identity(source.files)
    revisions = cached_policy(folder, identity)
    if revisions is None:
        revisions = _compile(source.files)
        cache_policy(folder, identity, revisions)
    return Policy(revisions, CachedHolidays(folder))


def list_shipped(folder: str | None) -> list[Policy]:
    """Return the shipped policies, each with only the headings of its revisions.

    `folder` is the cache folder, or None without a cache. One entry of the folder contains all
    headings.
    """
    sources = [find_shipped(path) for path in shipped_policies().values()]
    files = tuple([file for source in sources for file in source.files])
    identity = policy_identity(files, "headings")
    headings = cached_policy(folder, identity)
    if headings is None:
        policies = [load_files(source, cache=folder is not None) for source in sources]
        revisions = [revision for policy in policies for revision in policy.revisions]
        headings = tuple([revision.heading() for revision in revisions])
        cache_policy(folder, identity, headings)
    by_id: dict[str, list[Revision]] = {}
    for heading in headings:
        by_id.setdefault(heading.policy, []).append(heading)
    return [Policy(tuple(of_policy)) for of_policy in by_id.values()]


def _compile(files: tuple[SourceFile, ...]) -> tuple[Revision, ...]:
    from zsupport.policy.loader import read_policy

    try:
        documents = read_policy(files)
    except InvalidPolicy:
        if all(file.shown.endswith(TESTS) for file in files):
            raise file_of_tests([file.shown for file in files]) from None
        raise
    return tuple(document.revision for document in documents if document.revision is not None)


def _midnight(day: str, timezone: str, later: int = 0) -> int:
    """Return the first instant of the local date that is `later` days after `day`."""
    return at_local(date.fromisoformat(day) + timedelta(days=later), 0, zone(timezone))


def _before_opened(name: str, event: int, opened: int) -> UsageError:
    """Return the error for an event before the opening time."""
    return UsageError(
        Message(
            "`{name}` ({event}) is before `opened` ({began})",
            name=name,
            event=InstantText(event),
            began=InstantText(opened),
        )
    )


def _seconds(instant: Instant | None) -> int | None:
    return None if instant is None else _instant(instant)


def _instant(value: Instant | None) -> int:
    """Return an instant in seconds since the epoch; None stands for now."""
    if value.__class__ is datetime:
        return from_datetime(value)  # the common case, in one call
    now = int(time.time())
    return now if value is None else instant_of(value, now)
