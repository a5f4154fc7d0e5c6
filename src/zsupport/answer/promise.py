"""Promises: for each case and metric, whether the case is entitled, and its target."""

from __future__ import annotations

from zsupport.answer.case import (
    NEEDS_INPUT,
    Because,
    Case,
    NeedsInput,
    NoCalendar,
    Query,
    Warning,
    facts_in_order,
    matching,
    names_in,
    no_priority_reasons,
    not_in_force_reasons,
    opened_case,
    places_of,
    reasons,
    say,
)
from zsupport.answer.dimensions import (
    STEPS_OF_ROW,
    Dimensions,
    assumed_fact_warnings,
    collapse,
    dimensions,
)
from zsupport.answer.grants import applying_grants, denial_reasons, remarks_of_grants
from zsupport.answer.hours import PolicyHours, SettledHours
from zsupport.answer.remarks import (
    remark_texts,
    remarks_of_alternatives,
    remarks_of_case,
    remarks_of_hours,
    retired_of,
)
from zsupport.errors import check_limit, did_you_mean, unknown_name
from zsupport.limits import CASE_CHANGES, STEPS
from zsupport.policy.model import NOWHERE, Alternative, Cell, Metric, Remarks, Revision, TargetRule
from zsupport.typed import TYPE_CHECKING, MappingProxyType, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

#: The states of a case without a target.
NEGATIVE = ("not-entitled", "no-target", "not-stated")


class Promise(NamedTuple):
    """The target of one case and metric; `cell` is None if no target rule decides.

    Rows with an equal `likeness` have equal answers at every moment, except for their cases.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: Mapping[str, str]
    metric: Metric
    state: str | None  # None: the clock decides
    cell: Cell | None = None
    condition: str | None = None
    commitment: str | None = None
    settled_hours: SettledHours | None = None  # the hours over which the target counts
    retired: str | None = None
    note: str | None = None
    unclear: str | None = None
    source: str | None = None
    because: tuple[Because, ...] = ()
    case: Case = {}  # noqa: RUF012 - every value of the case; never changed
    likeness: tuple[object, ...] = ()
    error: NoCalendar | None = None  # the hours of the target have no calendar for the case
    later: tuple[Promise, ...] = ()  # the promises after each change of the case
    since: int | None = None  # the change that restarts the clock, in seconds since the epoch

    @property
    def metric_id(self) -> str:
        """The id of the metric."""
        return self.metric.id


class Promises(NamedTuple):
    """The promises of a query, the dimensions in which they differ, and warnings."""

    rows: tuple[Promise, ...]
    columns: tuple[str, ...]
    warnings: tuple[Warning, ...]


class Reading(NamedTuple):
    """How the promises of a case with changes are read.

    `relevant` are facts on which the promises after a change depend. `changes` is the number of
    changes; a row has a promise for each of them, and one before.
    """

    reader: Callable[..., PromiseReader]
    relevant: frozenset[str]
    changes: int


class DecidingRule(NamedTuple):
    """The rule and the cell that decide, and the alternatives of its condition that match."""

    rule: TargetRule
    matched: tuple[Alternative, ...]
    cell: Cell


def settle_metrics(
    revision: Revision, names: tuple[str, ...], other_revisions: Sequence[Revision] = ()
) -> tuple[Metric, ...]:
    """Return the metrics of a query: by default the first one; `all` stands for all metrics.

    A metric that only another revision of the policy defines is not an error. Raises UsageError for
    a metric that no revision defines.
    """
    if not names:
        return revision.metrics[:1]
    if any(name.casefold() == "all" for name in names):
        return revision.metrics
    by_fold = metrics_by_name(revision, other_revisions)
    result = []
    for name in names:
        if name.casefold() not in by_fold:
            ids = [metric.id for metric in revision.metrics]
            raise unknown_name(
                Message(
                    "unknown metric `{name}`; metrics: {ids}, all", name=name, ids=", ".join(ids)
                ),
                did_you_mean(name, ids),
            )
        result.append(by_fold[name.casefold()])
    return tuple(metric for i, metric in enumerate(result) if metric not in result[:i])


def metrics_by_name(revision: Revision, other_revisions: Sequence[Revision]) -> dict[str, Metric]:
    """Return the metrics of the revisions of a policy by their ids in lower case.

    If several revisions define an id, the metric of `revision` takes precedence.
    """
    return {
        metric.id.casefold(): metric
        for other in (*other_revisions, revision)
        for metric in other.metrics
    }


def promises(
    revision: Revision,
    query: Query,
    metrics: tuple[Metric, ...],
    opened: int,
    hours: PolicyHours,
    *,
    in_force: bool,
    lang: str,
    shown: frozenset[str] = frozenset(),
    revisions: int = 1,
    reading: Reading | None = None,
) -> Promises:
    """Return the promises of each case of the query, including cases without a target.

    `opened` is the opening time in seconds since the epoch; the columns do not depend on it. If
    targets differ by channel, each channel that opens cases has its own rows. The dimensions
    `shown` are columns even if they change no answer of this revision. `revisions` is the number of
    revisions of the policy. `reading` has the changes during a case. Raises LimitExceeded.
    """
    relevant = relevant_names(revision, metrics) | shown
    space = dimensions(revision, query, relevant | reading.relevant if reading else relevant)
    reader = (reading.reader if reading else PromiseReader)(
        revision, opened, hours, lang, absent=space.absent, in_force=in_force
    )
    channels = max(len(reader.opening), 1) if query.channel is None else 1
    steps = channels * (STEPS_OF_ROW + len(revision.grants) + len(revision.rules))
    count = space.check_work(len(metrics), steps, revisions)
    if reading:
        check_limit(CASE_CHANGES._replace(most=STEPS.most // count - 1), reading.changes)

    def rows_of(space: Dimensions) -> Iterator[Promise]:
        return _rows(reader, space, query, metrics, by_channel="channel" in shown)

    def surely_changes(space: Dimensions, fact: str) -> bool:
        return not space.without_priority and reader.surely_changes(space, fact, query, metrics)

    rows = list(rows_of(space))
    facts = [n for n in space.open if n not in ("plan", "role", "priority") and n not in shown]
    rows, kept = collapse(rows, facts, _IDENTITY, _likeness)
    warnings = [*space.warnings]
    if in_force:
        for row in rows:
            if row.error is not None:
                raise row.error
        warnings += reader.warnings
        warnings += assumed_fact_warnings(space, rows_of, _IDENTITY, _likeness, surely_changes)
    else:
        rows = [reader.not_in_force(row) for row in rows]
    differ = query.channel is None and any(row.channel is not None for row in rows)
    open_names = {*space.open, *shown, *(["channel"] if differ else [])}
    columns: list[str] = [
        name for name in ("plan", "role", "channel", "priority") if name in open_names
    ]
    columns += facts_in_order(revision, {*kept, *shown})
    columns += ["metric"] if len(metrics) > 1 or "metric" in shown else []
    return Promises(tuple(rows), tuple(columns), tuple(dict.fromkeys(warnings)))


#: The fields that identify the case and the metric of a row.
_IDENTITY = ("plan", "role", "channel", "priority", "metric_id")


def _likeness(row: Promise) -> tuple[object, ...]:
    return row.likeness


def _rows(
    reader: PromiseReader,
    space: Dimensions,
    query: Query,
    metrics: tuple[Metric, ...],
    *,
    by_channel: bool = False,
) -> Iterator[Promise]:
    """Yield a row for each case and metric.

    If the query states no channel and targets differ by channel, or with `by_channel`, yield a row
    for each channel, too. The rows are computed lazily, because some callers need only the first.
    """
    if reader.sets and query.channel in (None, *reader.sets):
        from zsupport.answer.channel_priority import rows_by_channel

        rows = rows_by_channel(reader, space, query, metrics, by_channel=by_channel)
        if rows is not None:
            yield from rows
            return
    if space.without_priority or query.channel is not None:
        read = reader.without_priority if space.without_priority else reader.promise
        for case in space.cases():
            for metric in metrics:
                yield read(case, query.channel, metric)
        return
    cases = [(case, reader.entitled(case)) for case in space.cases()]
    # Without a channel that opens a case, there is one negative row per case.
    if reader.opening and (
        by_channel
        or any(
            reader.targets_differ(case, channels, metric)
            for case, channels in cases
            for metric in metrics
        )
    ):
        for case, _ in cases:
            for metric in metrics:
                for channel in reader.opening:
                    yield reader.promise(case, channel, metric)
        return
    for case, channels in cases:
        for metric in metrics:
            yield reader.over_channels(case, channels, metric)


def relevant_names(revision: Revision, metrics: tuple[Metric, ...]) -> set[str]:
    """Return the dimensions and facts on which the promises for these metrics depend."""
    names = names_in(grant.when for grant in revision.grants if grant.allow)
    names |= names_in(commitment.when for commitment in revision.commitments)
    hours: list[str] = []
    for rule in revision.rules:
        stated = [rule.cells[metric.id] for metric in metrics if metric.id in rule.cells]
        if not stated:
            continue
        names |= names_in([rule.when])
        if any("*" not in cells for cells in stated):
            names.add("priority")
        hours += [alternative.opened[1] for alternative in rule.when if alternative.opened]
        hours += [cell.hours for cells in stated for cell in cells.values() if cell.hours]
    for name in hours:
        # The members of a union are appended to the list during the iteration.
        for calendar in revision.hours.get(name, ()):
            names |= names_in([calendar.when])
            hours += [member for member in calendar.any if member not in hours]
    return names


def _without_channel(row: Promise) -> Promise:
    """Return a promise without the fields that always differ by channel: places and case."""
    cell = row.cell and row.cell._replace(place=NOWHERE)
    return row._replace(channel=None, because=(), cell=cell, case={})


class PromiseReader:
    """Reads the promises of single cases from the policy, as if it were in force."""

    def __init__(
        self,
        revision: Revision,
        opened: int,
        hours: PolicyHours,
        lang: str,
        *,
        absent: bool,
        in_force: bool,
    ) -> None:
        """`absent` states whether the query has a value that only another revision defines.

        Then no channel opens a case. `opened` is the opening time, in seconds since the epoch. If
        the revision is not `in_force`, conditions on the opening time are not evaluated.
        """
        self.revision = revision
        self.opened = opened
        self.hours = hours
        self.lang = lang
        self.in_force = in_force
        self.channels = {channel.id: channel for channel in revision.channels}
        self.opening = () if absent else tuple(c.id for c in revision.channels if c.opens_case)
        #: The priorities that channels set, by the id of the channel.
        self.sets = {
            id: own for id in self.opening if (own := self.channels[id].priority) is not None
        }
        self.warnings: list[Warning] = []
        self._promises: dict[tuple[object, ...], Promise] = {}
        self._entitled: dict[tuple[object, ...], tuple[str, ...]] = {}

    def entitled(self, case: Case) -> tuple[str, ...]:
        """Return the channels by which a case can be opened, in written order."""
        key = tuple(case.items())
        result = self._entitled.get(key)
        if result is None:
            granted: set[str] = set()
            for grant in self.revision.grants:
                if not granted.issuperset(grant.allow) and matching(grant.when, case):
                    granted.update(grant.allow)
            result = tuple(channel for channel in self.opening if channel in granted)
            self._entitled[key] = result
        return result

    def surely_changes(
        self, space: Dimensions, fact: str, query: Query, metrics: tuple[Metric, ...]
    ) -> bool:
        """Return whether a fact certainly changes a target, without computing the answers.

        This compares cases that differ only in the fact. If the targets of their first entitled
        channels differ, their answers differ too, with or without a row for each channel. Remarks
        are not compared, so the fact can change an answer even if the result is False.
        """
        if self.sets:
            return False  # a channel can set another priority
        first: dict[tuple[object, ...], object] = {}
        for case in space.cases():
            entitled = self.entitled(case)
            if query.channel is not None:
                entitled = (query.channel,) if query.channel in entitled else ()
            targets = entitled and [
                [
                    (deciding.cell.target, deciding.cell.hours)
                    for deciding in candidates(
                        self.revision, {**case, "channel": entitled[0]}, metric.id
                    )
                ]
                for metric in metrics
            ]
            rest = tuple(item for item in case.items() if item[0] != fact)
            if first.setdefault(rest, targets) != targets:
                return True
        return False

    def targets_differ(self, case: Case, channels: tuple[str, ...], metric: Metric) -> bool:
        """Return whether channels have different targets in one case."""
        rows = [
            self.promise(case, channel, metric, ()) for channel in channels if len(channels) > 1
        ]
        return any(row.likeness != rows[0].likeness for row in rows)

    def over_channels(self, case: Case, channels: tuple[str, ...], metric: Metric) -> Promise:
        """Return one promise for all entitled channels of a case, which have equal targets."""
        if len(channels) < 2:
            row = self.promise(case, channels[0] if channels else None, metric)
            return row._replace(channel=None)
        first, *more_rows = (self.promise(case, channel, metric, ()) for channel in channels)
        same = _without_channel(first)
        because = [*first.because]
        for row in more_rows:
            because += row.because if _without_channel(row) == same else ()
        # Remarks about a channel change no target, but they are part of the answer.
        remarks = [r for item in channels for r in self.entitling_remarks(case, item)]
        row = self.promise(case, first.channel, metric, remarks) if remarks else first
        return row._replace(channel=None, because=tuple(dict.fromkeys(because)))

    def promise(
        self,
        case: Case,
        channel: str | None,
        metric: Metric,
        entitling_remarks: Sequence[Remarks] | None = None,
    ) -> Promise:
        """Return the promise of one case, channel and metric.

        `entitling_remarks` are the remarks of the channels that open the case and of the grants
        that allow them; by default those of this channel.
        """
        no_remarks = entitling_remarks is None
        key = None if entitling_remarks else (*case.items(), channel, metric.id, no_remarks)
        result = self._promises.get(key) if key else None
        if result is None:
            result = self._promise(case, channel, metric, entitling_remarks)
            if key:
                self._promises[key] = result
        return result

    def _promise(
        self,
        case: Case,
        channel: str | None,
        metric: Metric,
        entitling_remarks: Iterable[Remarks] | None,
    ) -> Promise:
        bare = self._bare_row(case, channel, metric)
        remarks = [metric.remarks, *remarks_of_case(self.revision, "due", case, raised=True)]
        if channel not in self.entitled(case):
            remarks += [self.channels[channel].remarks] if channel in self.channels else []
            bare = bare._replace(
                state="not-entitled", because=denial_reasons(self.revision, channel)
            )
            return self._with_remarks(bare, remarks)
        if entitling_remarks is None:
            entitling_remarks = self.entitling_remarks(case, channel)
        remarks += entitling_remarks
        case = {**case, "channel": channel}
        if channel in self.sets and "priority" in case:
            bare, case, more = self._opened(bare, case)
            remarks += more
        rules = candidates(self.revision, case, metric.id)
        stated = [self._promise_of_rule(bare, case, deciding, remarks) for deciding in rules]
        likeness = tuple(
            (self._moments(deciding, case), *_rule_likeness(deciding, item))
            for deciding, item in zip(rules, stated, strict=True)
        ) or remark_texts(self.revision, remarks, self.lang)
        always = len(rules) == 1 and not any(item.opened for item in rules[0].matched)
        if always or (stated and not self.in_force):
            row, asks = stated[0]
        else:
            row, asks = self._at_opening_time(bare, case, rules, remarks)
        if bare.because:
            row = row._replace(because=(*row.because, *bare.because))
        # Duplicates are removed later: many rows can need the same input.
        self.warnings += [Warning(NEEDS_INPUT, ask) for ask in asks]
        return row._replace(likeness=likeness)

    def _opened(self, bare: Promise, case: Case) -> tuple[Promise, Case, list[Remarks]]:
        """Return a row and its case with the priority that the channel sets, and more remarks."""
        own = self.sets[case["channel"]]
        opened = opened_case(self.revision, case)
        if opened is case:
            return bare, case, []
        row = bare._replace(
            priority=opened["priority"], case=opened, because=reasons(self.revision, (own.place,))
        )
        known = {name: value for name, value in opened.items() if name != "channel"}
        remarks = remarks_of_case(self.revision, "due", known)
        return row, opened, remarks

    def _at_opening_time(
        self, bare: Promise, case: Case, rules: list[DecidingRule], remarks: list[Remarks]
    ) -> tuple[Promise, list[str]]:
        """Return the promise at the opening time, and the input that is missing for it."""

        def opened_inside(hours: str) -> bool:
            return self.hours.is_open(hours, case, self.opened)

        try:
            deciding = _first(rules, case, opened_inside)
        except NeedsInput as needed:
            row = bare._replace(state=NEEDS_INPUT, because=self._targets_reason())
            return self._with_remarks(row, remarks), needed.asks
        if deciding is None:
            row = bare._replace(state="not-stated", because=self._targets_reason())
            return self._with_remarks(row, remarks), []
        return self._promise_of_rule(bare, case, deciding, remarks)

    def _moments(self, deciding: DecidingRule, case: Case) -> tuple[object, ...]:
        """Return the hours on which a rule depends; empty if it applies whenever a case was opened.

        Each entry says whether the case must be opened inside the hours, and has their calendars.
        """
        if not depends_on_opening_time(deciding):
            return ()
        opened = [
            alternative.opened for alternative in deciding.matched if alternative.opened is not None
        ]
        return tuple((inside, *self.hours.calendar_paths(name, case)) for inside, name in opened)

    def entitling_remarks(self, case: Case, channel: str | None) -> list[Remarks]:
        """Return the remarks of a channel and of the grants that allow it in a case."""
        if channel is None:
            return []
        grants = applying_grants(self.revision.grants, case, channel)
        remarks = [self.channels[channel].remarks, *remarks_of_grants(grants)]
        if channel in self.sets and "priority" in case:
            remarks.append(self.sets[channel].remarks)
        return remarks

    def not_in_force(self, row: Promise) -> Promise:
        """Return a row of a revision that is not in force, with the state `not-stated`."""
        bare = self._bare_row(row.case, row.channel, row.metric, row.facts)
        because = not_in_force_reasons(self.revision)
        return self._with_remarks(
            bare._replace(state="not-stated", because=because, case=row.case), ()
        )

    def _bare_row(
        self,
        case: Case,
        channel: str | None,
        metric: Metric,
        facts: Mapping[str, str] | None = None,
    ) -> Promise:
        """Return a row with only its case and metric."""
        if facts is None:
            facts = {k: v for k, v in case.items() if k not in ("plan", "role", "priority")}
        plan = case.get("plan")
        return Promise(
            plan, case.get("role"), channel, case.get("priority"), MappingProxyType(dict(facts)),
            metric, None, retired=retired_of(self.revision, plan),
            case={**case, "channel": channel or ""},
        )  # fmt: skip

    def _with_remarks(self, row: Promise, remarks: Iterable[Remarks]) -> Promise:
        """Return a row with remarks, and with the likeness of a row without a target."""
        note, unclear, source = remark_texts(self.revision, remarks, self.lang)
        row = row._replace(note=note, unclear=unclear, source=source)
        return row._replace(likeness=(row.state, note, unclear, source))

    def without_priority(self, case: Case, channel: str | None, metric: Metric) -> Promise:
        """Return the answer for facts that lead to no priority."""
        entitled = any(
            applying_grants(self.revision.grants, {**case, "priority": priority.id}, item.id)
            for item in self.channels.values()
            if item.opens_case and channel in (None, item.id)
            for priority in self.revision.priorities
        )
        state = "not-stated" if entitled else "not-entitled"
        because = (
            no_priority_reasons(self.revision)
            if entitled
            else denial_reasons(self.revision, channel)
        )
        remarks = [
            metric.remarks,
            *remarks_of_case(self.revision, "due", {**case, "channel": channel or ""}),
        ]
        bare = self._bare_row(case, channel, metric)._replace(
            state=state, because=because, case=case
        )
        return self._with_remarks(bare, remarks)

    def _targets_reason(self) -> tuple[Because, ...]:
        return reasons(self.revision, (self.revision.targets_place or self.revision.grants_place,))

    def _promise_of_rule(
        self, bare: Promise, case: Case, deciding: DecidingRule, remarks: list[Remarks]
    ) -> tuple[Promise, list[str]]:
        """Return the promise of a rule in a case, and the input that is missing for it."""
        rule, matched, cell = deciding
        kind = cell.target.kind
        counts = cell.hours is not None and cell.target.uses_hours
        all_remarks = [cell.remarks, rule.remarks, *remarks_of_alternatives(matched), *remarks]
        opened = [alternative.opened[1] for alternative in matched if alternative.opened]
        all_remarks += remarks_of_hours(self.revision, opened, case)
        places = [cell.place, *places_of(rule.place, matched)]
        commitment = None
        for item in self.revision.commitments if cell.target.promises else ():
            if alternatives := matching(item.when, case):
                commitment = item
                all_remarks += [item.remarks, *remarks_of_alternatives(alternatives)]
                places += places_of(item.place, alternatives)
                break
        settled = None
        asks: list[str] = []
        error = None
        if cell.hours and counts:
            try:
                settled = self.hours.settle(cell.hours, case)
            except NeedsInput as needed:
                asks = needed.asks
            except NoCalendar as missing:
                error = missing
            all_remarks += remarks_of_hours(self.revision, [cell.hours], case)
        note, unclear, source = remark_texts(self.revision, all_remarks, self.lang)
        state = {"none": "no-target", "not-stated": "not-stated"}.get(kind)
        row = bare._replace(
            state=NEEDS_INPUT if asks else state,
            cell=cell,
            condition=say(cell.condition or rule.condition, self.lang),
            commitment=commitment.binding if commitment else None,
            settled_hours=settled,
            note=note,
            unclear=unclear,
            source=source,
            because=reasons(self.revision, places),
            error=error,
        )
        return row, asks


def depends_on_opening_time(deciding: DecidingRule) -> bool:
    """Return whether a rule applies only at some opening times."""
    return all(alternative.opened is not None for alternative in deciding.matched)


def _rule_likeness(deciding: DecidingRule, stated: tuple[Promise, list[str]]) -> tuple[object, ...]:
    """Return the promise of a rule, without its place in the policy."""
    row, asks = stated
    cell = deciding.cell
    return (
        row.state,
        cell.target,
        cell.text if cell.text.__class__ is str else repr(cell.text),
        row.condition,
        row.commitment,
        row.settled_hours
        and tuple(calendar.place.path for calendar in row.settled_hours.calendars),
        cell.hours,
        row.error is None,
        tuple(asks),
        row.note,
        row.unclear,
        row.source,
    )


def candidates(revision: Revision, case: Case, metric: str) -> list[DecidingRule]:
    """Return the rules that can decide, in written order: when the case was opened selects one.

    These are the matching rules up to the first one that does not depend on the opening time.
    """
    result = []
    priority = case.get("priority")
    for rule in revision.rules:
        cells = rule.cells.get(metric)
        cell = cells and (cells.get("*") or (cells.get(priority) if priority else None))
        if cell and (matched := matching(rule.when, case)):
            result.append(DecidingRule(rule, matched, cell))
            if not depends_on_opening_time(result[-1]):
                break
    return result


def decide(
    revision: Revision, case: Case, metric: str, opened_inside: Callable[[str], bool] | None = None
) -> DecidingRule | None:
    """Return the first rule that matches and states the metric for the priority, or None.

    `opened_inside` returns whether the case was opened inside the hours with a name. Raises
    NeedsInput if this depends on input from the customer.
    """
    return _first(candidates(revision, case, metric), case, opened_inside)


def _first(
    rules: list[DecidingRule], case: Case, opened_inside: Callable[[str], bool] | None
) -> DecidingRule | None:
    for deciding in rules:
        if matched := matching(deciding.rule.when, case, opened_inside):
            return deciding._replace(matched=matched)
    return None
