"""The summary of an audit: how many tickets met their targets, by groups.

`SummaryBuilder` adds verdicts and needs memory for the groups, not for the tickets. Summaries of
parts of the tickets can be merged. The result does not depend on the order of the tickets, except
for the order of metrics and of kinds of rejects.
"""

from __future__ import annotations

from collections import Counter
from heapq import nsmallest
from itertools import groupby, repeat
from typing import TYPE_CHECKING

from zsupport.answer.due import STATES
from zsupport.audit.reading.cells import UnseenText
from zsupport.audit.ticket import Constants
from zsupport.clock.zonefile import offset_at, offset_pieces
from zsupport.dates import UTC, date, tzinfo
from zsupport.typed import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from zsupport.audit.ticket import Reject
    from zsupport.audit.verdict_lists import VerdictLists

    #: The metric of a group and its values of `by`.
    GroupKey: TypeAlias = tuple[str | None, ...]
    #: The position of constants, and values of `by` that are not constants.
    _Key: TypeAlias = tuple[int, tuple[str | None, ...]]
    #: The met and breached tickets, and all tickets, that were opened in an hour.
    Openings: TypeAlias = list[int]

#: The names of `by` that are not columns of the input.
DIMENSIONS = ("plan", "role", "channel", "priority", "revision", "month")
#: The largest number of different margins, in all groups together. Above it, margins are rounded.
MAX_MARGINS = 200_000
#: The largest number of ids that are remembered to find duplicates.
MAX_IDS = 1_000_000
#: The largest number of groups; the tickets of further groups are summed up in one group.
MAX_GROUPS = 10_000
#: The largest number of kinds of rejects.
MAX_KINDS = 100
#: The number of tickets in `worst`.
WORST = 5
#: Margins are rounded down to multiples of these seconds, as few as possible.
STEPS = (1, 60, 3600, 86_400)
_JUDGED = frozenset(["met", "breached"])
_DAY = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()


class SummaryOptions(NamedTuple):
    """What a summary shows.

    `at` is the moment of the audit, in seconds since 1970. `by` are names of DIMENSIONS or of
    `kept`, the columns that the rows repeat. Months, weekdays and hours are in `zone`. With
    `pictures`, the summary also has what the pictures of a report need. `is_log` says whether the
    rows of the input are events.
    """

    at: int
    by: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    zone: tzinfo = UTC
    pictures: bool = False
    is_log: bool = False


class GroupSummary(NamedTuple):
    """The verdicts on a metric in a group of tickets. The fields are those of the JSON document.

    `values` are the values of `by`, by name; None is a value that is not stated. `breached`
    includes `open_breached`: the tickets whose deadline has passed without the event that ends the
    metric. Margins are None without a ticket that has one; `margin_95_seconds` is reached or
    exceeded by 95 % of the met and breached tickets.
    """

    metric: str
    values: Mapping[str, str | None]
    tickets: int
    met: int
    breached: int
    open_breached: int
    running: int
    at_risk: int
    paused: int
    not_started: int
    not_entitled: int
    no_target: int
    not_stated: int
    needs_input: int
    met_percent: float | None
    median_margin_seconds: int | None
    margin_95_seconds: int | None

    @property
    def judged(self) -> int:
        """The number of met and breached tickets."""
        return self.met + self.breached

    @property
    def percent(self) -> str | None:
        """The percentage of met among judged tickets, rounded down to one decimal."""
        return percent_of(self.met, self.judged)


class WorstTicket(NamedTuple):
    """A breached ticket with one of the smallest margins."""

    margin_seconds: int
    file: str
    line: int
    cycle: int
    metric: str
    id: str | None
    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None


class RejectKind(NamedTuple):
    """Rejects for the same reason, apart from its values. The first one is an example."""

    rejects: int
    column: str | None
    reason: str
    file: str
    line: int


class SkippedKind(NamedTuple):
    """Rows that a mapping skips because of a column."""

    rows: int
    column: str


class WarningCount(NamedTuple):
    """Verdicts with a warning."""

    verdicts: int
    code: str


class MetricPictures(NamedTuple):
    """The numbers for the pictures of a metric.

    `openings` has, by the local hour since 1970, how many tickets that were opened then are met,
    breached, and of any state. `margins` has the number of tickets by margin.
    """

    openings: Mapping[int, Sequence[int]]
    margins: Mapping[int, int]


class Summary(NamedTuple):
    """The summary of an audit. The fields are those of the JSON document, except UNSHOWN.

    `totals` has a group for each metric; `groups` has the groups of `by`. `rest` sums up the
    tickets of further groups if there are more than MAX_GROUPS. Margins are rounded down to a
    multiple of `margin_step_seconds`. `duplicates` is the number of tickets with the id of an
    earlier ticket. If not `all_ids`, there are more ids than MAX_IDS, and only duplicates of the
    first ones are counted. `skipped` is the number of rows that the mapping skips. `warnings` has
    the warnings of verdicts, the most frequent first. `lost_events` is the number of rejected rows
    of an event log that belong to no known ticket. `unseen` are texts of conditions on rows that no
    row has.
    """

    at: int
    by: tuple[str, ...]
    tickets: int
    rejects: int
    duplicates: int
    all_ids: bool
    margin_step_seconds: int
    totals: tuple[GroupSummary, ...]
    groups: tuple[GroupSummary, ...]
    rest: tuple[GroupSummary, ...]
    worst: tuple[WorstTicket, ...]
    reject_kinds: tuple[RejectKind, ...]
    pictures: Mapping[str, MetricPictures]
    skipped: int = 0
    skipped_kinds: tuple[SkippedKind, ...] = ()
    warnings: tuple[WarningCount, ...] = ()
    lost_events: int = 0
    unseen: tuple[UnseenText, ...] = ()

    def with_skipped(self, rows: Counter[str]) -> Summary:
        """Return the summary with the numbers of skipped rows by column."""
        kinds = sorted(rows.items(), key=lambda item: (-item[1], item[0]))
        return self._replace(
            skipped=rows.total(),
            skipped_kinds=tuple(SkippedKind(count, column) for column, count in kinds),
        )


#: The fields of a summary that its JSON document does not have in `summary`.
UNSHOWN = frozenset(["at", "by", "pictures"])


class _Tally:
    """The counts of a group."""

    __slots__ = ("margins", "open_breached", "states")

    def __init__(self) -> None:
        self.states = dict.fromkeys(STATES, 0)
        self.open_breached = 0
        self.margins: dict[int, int] = {}

    def add(self, states: Mapping[str, int], open_breached: int, margins: Mapping[int, int]) -> int:
        """Add counts; return how many margins are new."""
        for state, count in states.items():
            self.states[state] += count
        self.open_breached += open_breached
        before = len(self.margins)
        for margin, count in margins.items():
            self.margins[margin] = self.margins.get(margin, 0) + count
        return len(self.margins) - before


class TicketIds:
    """The first MAX_IDS different ids, to find duplicates.

    `duplicates` is the number of ids that were added before. It is exact if `complete`; otherwise,
    ids were added that are not remembered.
    """

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self.duplicates = 0
        self.complete = True

    def __iter__(self) -> Iterator[str]:
        """Yield the remembered ids."""
        return iter(self._ids)

    def add(self, ids: Iterable[str | None]) -> None:
        """Count the ids that were added before; remember others while there is room."""
        stated = [id for id in ids if id is not None]
        room = MAX_IDS - len(self._ids)
        if not room:
            known = sum(map(self._ids.__contains__, stated))
            self.duplicates += known
            self.complete = self.complete and known == len(stated)
            return
        new = set(stated)
        if len(new) == len(stated) <= room and new.isdisjoint(self._ids):
            self._ids |= new
            return
        for id in stated:
            if id in self._ids:
                self.duplicates += 1
            elif len(self._ids) < MAX_IDS:
                self._ids.add(id)
            else:
                self.complete = False


class SummaryBuilder:
    """Adds verdicts and rejects to a summary."""

    def __init__(self, options: SummaryOptions) -> None:
        """Start without tickets."""
        self.options = options
        self._months = _Months(options.zone)
        self._groups: dict[GroupKey, _Tally] = {}
        self._rest: dict[str, _Tally] = {}
        self._margins = 0  # the number of different margins in all groups
        self._step = STEPS[0]
        self._worst: list[WorstTicket] = []
        self._openings: dict[str, dict[int, Openings]] = {}
        self._tickets = self._rejects = self._lost_events = 0
        self.ids = TicketIds()
        self._kinds: dict[tuple[str | None, str], RejectKind] = {}
        self._warnings: Counter[str] = Counter()
        self._last: tuple[object, ...] = ()

    def add_lists(self, verdicts: VerdictLists) -> None:
        """Add the rows of the output. The verdicts of a ticket are adjacent."""
        at, due = self.options.at, verdicts.due
        self._count_tickets(verdicts)
        groups: dict[_Key, tuple[list[str], list[int], list[int]]] = {}
        # Margins above this one are not among the worst.
        limit = self.worst_margin
        keys = self._keys(verdicts)
        columns = zip(keys, verdicts.state, verdicts.margin, strict=True)
        for number, (key, state, margin) in enumerate(columns):
            try:
                states, margins, late = groups[key]
            except KeyError:
                states, margins, late = groups[key] = [], [], []
            states.append(state)
            if margin is not None and state in _JUDGED:
                margins.append(margin)
                if state == "breached":
                    until = due[number]
                    # After a breach, the margin is the time from the event, or from now, back to
                    # the deadline.
                    if until is not None and until - margin == at:
                        late.append(margin)
                    if margin <= limit:
                        self.add_worst((_worst_ticket(verdicts, number, margin),))
                        limit = self.worst_margin
        for key, (states, margins, late) in groups.items():
            position, values = key
            group = self._group_key(verdicts.shared[position], values)
            self.add_counts(group, Counter(states), len(late), Counter(margins))
            self.add_warnings(verdicts.shared[position].warnings, len(states))
        if self.options.pictures:
            hours = map(self._months.hour, verdicts.opened)
            openings = Counter(zip(verdicts.constants, hours, verdicts.state, strict=True))
            for (position, hour, state), count in openings.items():
                self.add_openings(verdicts.shared[position].metric, [(hour, state, count)])

    def _count_tickets(self, verdicts: VerdictLists) -> None:
        """Count the tickets of verdicts, and find duplicates among their ids."""
        columns = zip(verdicts.file, verdicts.line, verdicts.id, verdicts.cycle, strict=True)
        tickets = [ticket for ticket, _ in groupby(columns)]
        if tickets and tickets[0] == self._last:
            del tickets[0]
        if tickets:
            self._last = tickets[-1]
            self.add_tickets(len(tickets), [id for _, _, id, cycle in tickets if cycle == 1])

    def _keys(self, verdicts: VerdictLists) -> list[_Key]:
        """Return the constants of each verdict, and its values of `by` that are not constants."""
        values: list[Iterable[str | None]] = []
        for name in self.options.by:
            if name == "month":
                values.append(map(self._months.month, verdicts.opened))
            elif name not in DIMENSIONS:
                place = self.options.kept.index(name)
                values.append([kept[place] or None for kept in verdicts.kept])
        rows = zip(*values, strict=True) if values else repeat(())
        return [*zip(verdicts.constants, rows, strict=False)]

    def _group_key(self, constants: Constants, values: Sequence[str | None]) -> GroupKey:
        """Return the group of verdicts by their constants and their further values of `by`."""
        rest = iter(values)
        return (
            constants.metric,
            *(
                getattr(constants, name) if name in Constants._fields else next(rest)
                for name in self.options.by
            ),
        )

    @property
    def step(self) -> int:
        """The seconds to a multiple of which margins are rounded down."""
        return self._step

    @property
    def worst_margin(self) -> int:
        """The largest margin that can be among the worst."""
        return self._worst[-1].margin_seconds if len(self._worst) == WORST else 0

    def has_group(self, key: GroupKey) -> bool:
        """Return whether a group has counts of its own."""
        return key in self._groups

    def add_counts(
        self,
        key: GroupKey,
        states: Mapping[str, int],
        open_breached: int,
        margins: Mapping[int, int],
    ) -> None:
        """Add counts of verdicts on a metric: by state, and by margin for met and breached ones.

        `key` is the metric and the values of `by`. Margins can be rounded down to the step of any
        summary.
        """
        tally = self._groups.get(key)
        if tally is None:
            if len(self._groups) < MAX_GROUPS:
                tally = self._groups[key] = _Tally()
            else:
                tally = self._rest.setdefault(str(key[0]), _Tally())
        if self._step > 1:
            margins = _rounded(margins, self._step)
        self._margins += tally.add(states, open_breached, margins)
        while self._margins > MAX_MARGINS and self._step < STEPS[-1]:
            self.round_to(STEPS[STEPS.index(self._step) + 1])

    def add_tickets(self, count: int, ids: Iterable[str | None] = ()) -> None:
        """Count tickets, and find duplicates among ids of first cycles."""
        self._tickets += count
        self.ids.add(ids)

    def add_warnings(self, codes: Iterable[str], verdicts: int) -> None:
        """Count the warnings of a number of verdicts."""
        for code in codes:
            self._warnings[code] += verdicts

    def add_worst(self, tickets: Iterable[WorstTicket]) -> None:
        """Add breached tickets, of which the worst are kept."""
        self._worst = nsmallest(WORST, [*self._worst, *tickets], key=_order)

    def add_openings(self, metric: str, openings: Iterable[tuple[int, str, int]]) -> None:
        """Add numbers of tickets by the local hour since 1970 in which they were opened, and state.

        Only `pictures` need them.
        """
        hours = self._openings.setdefault(metric, {})
        for hour, state, count in openings:
            cell = hours.get(hour)
            if cell is None:
                cell = hours[hour] = [0, 0, 0]
            if state == "met":
                cell[0] += count
            elif state == "breached":
                cell[1] += count
            cell[2] += count

    def reject(self, reject: Reject) -> None:
        """Add a reject."""
        self._rejects += 1
        self._lost_events += self.options.is_log and reject.ticket is None
        kind = RejectKind(1, reject.column, reject.reason, reject.file, reject.line)
        self._add_kind((reject.column, _template(reject.reason)), kind)

    def _add_kind(self, key: tuple[str | None, str], kind: RejectKind) -> None:
        known = self._kinds.get(key)
        if known is not None:
            self._kinds[key] = known._replace(rejects=known.rejects + kind.rejects)
        elif len(self._kinds) < MAX_KINDS:
            self._kinds[key] = kind

    def merge(self, other: SummaryBuilder) -> None:
        """Add the tickets of another summary with the same options, which follow these tickets."""
        self.round_to(other._step)
        for key, tally in other._groups.items():
            self.add_counts(key, tally.states, tally.open_breached, tally.margins)
        for metric, tally in other._rest.items():
            rest = self._rest.setdefault(metric, _Tally())
            margins = _rounded(tally.margins, self._step)
            self._margins += rest.add(tally.states, tally.open_breached, margins)
        self.add_worst(other._worst)
        for metric, hours in other._openings.items():
            own = self._openings.setdefault(metric, {})
            for hour, counts in hours.items():
                known = own.get(hour, (0, 0, 0))
                own[hour] = [a + b for a, b in zip(known, counts, strict=True)]
        self.ids.duplicates += other.ids.duplicates
        self.ids.complete = self.ids.complete and other.ids.complete
        self.add_tickets(0, other.ids)
        self._tickets += other._tickets
        self._rejects += other._rejects
        self._lost_events += other._lost_events
        self._warnings += other._warnings
        for kind_key, kind in other._kinds.items():
            self._add_kind(kind_key, kind)

    def finish(self, orders: Mapping[str, Sequence[str]] | None = None) -> Summary:
        """Return the summary.

        `orders` has the order of the values of names in `by`; other values are sorted as texts.
        """
        by = self.options.by
        metrics = list(dict.fromkeys([*(str(key[0]) for key in self._groups), *self._rest]))
        places = [
            {value: place for place, value in enumerate((orders or {}).get(name, ()))}
            for name in by
        ]

        def order(key: GroupKey) -> tuple[object, ...]:
            values = (
                (value is None, known.get(value or "", len(known)), value or "")
                for value, known in zip(key[1:], places, strict=True)
            )
            return (metrics.index(str(key[0])), *values)

        totals = {metric: _Tally() for metric in metrics}
        for key, tally in self._groups.items():
            totals[str(key[0])].add(tally.states, tally.open_breached, tally.margins)
        for metric, tally in self._rest.items():
            totals[metric].add(tally.states, tally.open_breached, tally.margins)
        kinds = sorted(self._kinds.values(), key=lambda kind: -kind.rejects)
        groups = sorted(self._groups, key=order) if by else ()
        return Summary(
            at=self.options.at,
            by=by,
            tickets=self._tickets,
            rejects=self._rejects,
            duplicates=self.ids.duplicates,
            all_ids=self.ids.complete,
            margin_step_seconds=self._step,
            totals=tuple(_group(metric, {}, tally) for metric, tally in totals.items()),
            groups=tuple(
                _group(str(key[0]), dict(zip(by, key[1:], strict=True)), self._groups[key])
                for key in groups
            ),
            rest=tuple(_group(metric, {}, tally) for metric, tally in self._rest.items()),
            worst=tuple(self._worst),
            reject_kinds=tuple(kinds),
            pictures={
                metric: MetricPictures(self._openings.get(metric, {}), tally.margins)
                for metric, tally in totals.items()
            }
            if self.options.pictures
            else {},
            warnings=tuple(
                WarningCount(-count, code)
                for count, code in sorted((-count, code) for code, count in self._warnings.items())
            ),
            lost_events=self._lost_events,
        )

    def round_to(self, step: int) -> None:
        """Round margins down to a multiple of a step of STEPS, if they are not rounded more."""
        if step <= self._step:
            return
        self._step = step
        self._margins = 0
        for tallies in (self._groups.values(), self._rest.values()):
            for tally in tallies:
                tally.margins = _rounded(tally.margins, step)
                self._margins += len(tally.margins)


class _Months:
    """Local hours and months of instants."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[int, int | None] = {}
        self._months: dict[int, str] = {}

    def hour(self, instant: int) -> int:
        """Return the local hour since 1970."""
        return self._local(instant) // 3600

    def month(self, instant: int) -> str:
        """Return the local month: `2026-11`."""
        day = self._local(instant) // _DAY
        try:
            return self._months[day]
        except KeyError:
            text = self._months[day] = date.fromordinal(day + _EPOCH_DAY).isoformat()[:7]
            return text

    def _local(self, instant: int) -> int:
        day = instant // _DAY
        try:
            offset = self._offsets[day]
        except KeyError:
            pieces = offset_pieces(self._zone, day * _DAY, (day + 1) * _DAY)
            first, *further = {piece[2] for piece in pieces}
            offset = self._offsets[day] = None if further else first
        return instant + (offset_at(self._zone, instant) if offset is None else offset)


def percent_of(met: int, judged: int) -> str | None:
    """Return the percentage of met among judged tickets, rounded down to one decimal."""
    if not judged:
        return None
    thousandths = met * 1000 // judged
    return f"{thousandths // 10}.{thousandths % 10}"


def _worst_ticket(verdicts: VerdictLists, number: int, margin: int) -> WorstTicket:
    """Return the entry of a breached ticket."""
    constants = verdicts.shared[verdicts.constants[number]]
    return WorstTicket(
        margin, verdicts.file[number], verdicts.line[number], verdicts.cycle[number],
        constants.metric, verdicts.id[number], constants.plan, constants.role, constants.channel,
        constants.priority,
    )  # fmt: skip


def _order(ticket: WorstTicket) -> tuple[object, ...]:
    return ticket[:5]


def _rounded(margins: Mapping[int, int], step: int) -> dict[int, int]:
    rounded: dict[int, int] = {}
    for margin, count in margins.items():
        rest = margin // step * step
        rounded[rest] = rounded.get(rest, 0) + count
    return rounded


def _group(metric: str, values: Mapping[str, str | None], tally: _Tally) -> GroupSummary:
    states = {state.replace("-", "_"): count for state, count in tally.states.items()}
    percent = percent_of(states["met"], states["met"] + states["breached"])
    return GroupSummary(
        metric=metric,
        values=values,
        tickets=sum(states.values()),
        open_breached=tally.open_breached,
        **states,
        met_percent=None if percent is None else float(percent),
        median_margin_seconds=_reached_by(tally.margins, 2),
        margin_95_seconds=_reached_by(tally.margins, 20),
    )


def _reached_by(margins: Mapping[int, int], part: int) -> int | None:
    """Return the largest margin that all but one `part` of the tickets reach or exceed."""
    below = sum(margins.values()) // part
    for margin in sorted(margins):
        below -= margins[margin]
        if below < 0:
            return margin
    return None


def _template(reason: str) -> str:
    """Return a reason without its values."""
    template: str = getattr(reason, "template", reason)
    if template.startswith("{"):  # several texts: the first one says what is wrong
        first = next(iter(getattr(reason, "values", {}).values()), reason)
        first = getattr(reason, "values", {}).get("text0", first)
        return str(getattr(first, "template", first))
    return template
