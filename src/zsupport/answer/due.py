"""When what is promised is due, and whether it was kept."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple

from zsupport.answer.case import Answers, Because, Query, Warning, collapse, record, say
from zsupport.answer.hours import HALF_YEAR, PolicyHours
from zsupport.answer.promise import Promise, Promises
from zsupport.clock.deadline import EVERY_INSTANT, Basis, Deadline, Events, Never, deadline
from zsupport.clock.instants import END
from zsupport.clock.zones import zone
from zsupport.errors import PolicyError, UsageError
from zsupport.policy.model import Revision


class DueAnswer(NamedTuple):
    """What is promised and when it is due; the fields are those of the JSON answer.

    Instants are aware datetimes in UTC.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: Mapping[str, str]
    metric: str
    state: str
    target: str | None
    published: str | None
    condition: str | None
    commitment: str | None
    hours: str | None
    opened: datetime
    due: datetime | None
    next_open: datetime | None
    at_risk_at: datetime | None
    elapsed_seconds: int | None
    paused_seconds: int | None
    remaining_seconds: int | None
    note: str | None
    unclear: str | None
    because: tuple[Because, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON has it, with instants as texts in UTC."""
        return record(self)


class Moment(NamedTuple):
    """What happened, and the instant as of which to answer; in seconds since the epoch."""

    events: Events
    at: int
    at_risk: str | None = None  # n/d, instead of the metric's own


class Asked(NamedTuple):
    """The question that promises answer, as far as it does not depend on the moment."""

    revision: Revision
    query: Query
    hours: PolicyHours
    in_force: bool
    lang: str


def answer_due(asked: Asked, promised: Promises, moment: Moment) -> Answers:
    """Return the promises with what the clock says of each; open facts that change nothing go."""
    # An open pause that begins after the moment asked as of has not begun.
    begun = tuple(p for p in moment.events.pauses if p[1] is not None or p[0] <= moment.at)
    moment = moment._replace(events=moment.events._replace(pauses=begun))
    timer = _Timer(asked, moment)
    for name in ("answered", "updated", "resolved"):
        event = getattr(moment.events, name)
        if event is not None and event > moment.at:
            says = f"{name} lies after the moment asked as of, and does not count yet"
            timer.warnings.append(Warning("later-event", says))
    rows = [timer.answer(row) for row in promised.rows]
    columns = promised.columns
    if promised.open_facts:
        identity = ("plan", "role", "channel", "priority", "metric")
        rows, kept = collapse(rows, promised.open_facts, identity)
        place = len(columns) - columns.count("metric")
        columns = (*columns[:place], *kept, *columns[place:])
    warnings = promised.warnings
    if timer.warnings:
        warnings = tuple(dict.fromkeys((*warnings, *timer.warnings)))
    return Answers(
        tuple(rows), columns, warnings, asked.revision, asked.query, asked.in_force, moment,
        asked.hours, promised,
    )  # fmt: skip


#: Answers for the instants opened and asked as of; the third is opened as a datetime, if in UTC.
Quick = Callable[[int, int, datetime | None], DueAnswer | None]


def quick_due(asked: Asked, promised: Promises) -> Quick | None:
    """Return the short way to answer the same question for another ticket, None: there is none.

    It gives what `answer_due` gives for a single promise of working time with no event but the
    opening, from the spans that are compiled; None where they do not reach or there is more to
    say. It exists because data jobs ask one question about many tickets; the tests hold it to
    `answer_due`.
    """
    row = promised.rows[0] if promised.rows else None
    if len(promised.rows) != 1 or row is None or row.cell is None or row.settled is None:
        return None
    target = row.cell.target
    if row.state or target.kind != "business" or target.every or not target.amount:
        return None
    if row.metric.warn or promised.open_facts:
        return None
    # Everything that stays the same is bound here, once.
    amount, time, doubts = target.amount, row.settled.time, row.settled.doubts
    case = (row.plan, row.role, row.channel, row.priority, row.facts, row.metric.id)
    stated = (
        target.text, say(row.cell.text, asked.lang), row.condition, row.commitment, row.cell.hours,
    )  # fmt: skip
    remarks = (row.note, row.unclear, row.because)
    new, at_utc = tuple.__new__, datetime.fromtimestamp

    openings: dict[int, datetime] = {}

    def quick(start: int, at: int, opened: datetime | None) -> DueAnswer | None:
        first, last, starts, ends, before = time.known
        if not first <= start <= at < last:
            return None
        i = bisect_right(starts, start) - 1
        k = bisect_right(starts, at)
        if i < 0 or k == len(starts):
            return None
        end = ends[i]
        worked = before[i] + (start if start < end else end) - starts[i]
        wanted = worked + amount
        j = bisect_left(before, wanted, i) - 1
        due = starts[j] + wanted - before[j]
        if due > ends[j] or due - start > HALF_YEAR or starts[k] >= END:
            return None
        if doubts.get(start // HALF_YEAR, True) or doubts.get(due // HALF_YEAR, True):
            return None
        end = ends[k - 1]
        worked_at = before[k - 1] + (at if at < end else end) - starts[k - 1]
        late = at > due
        next_open = openings.get(starts[k])
        if next_open is None:
            next_open = openings[starts[k]] = at_utc(starts[k], UTC)
        return new(
            DueAnswer,
            (
                *case, "breached" if late else "running", *stated,
                opened or at_utc(start, UTC), at_utc(due, UTC), next_open, None,
                worked_at - worked, 0, due - at if late else wanted - worked_at, *remarks,
            ),
        )  # fmt: skip

    return quick


class _Timer:
    """Puts the clock's word to the promises of one question."""

    def __init__(self, asked: Asked, moment: Moment) -> None:
        self.asked = asked
        self.moment = moment
        self.first = asked.revision.metrics[0]
        self.warnings: list[Warning] = []

    def answer(self, row: Promise) -> DueAnswer:
        """Return the answer to one case."""
        clock = self.clock(row) if row.state is None else _NO_CLOCK
        settled, cell = row.settled, row.cell
        opens = settled.time.next_open(self.moment.at) if settled and row.state is None else None
        return DueAnswer(
            row.plan,
            row.role,
            row.channel,
            row.priority,
            row.facts,
            row.metric.id,
            row.state or clock.state,
            cell.target.text if cell else None,
            say(cell.text, self.asked.lang) if cell else None,
            row.condition,
            row.commitment,
            cell.hours if cell and counts_over_hours(row) else None,
            _utc(self.moment.events.opened),
            None if clock.due is None else _utc(clock.due),
            None if opens is None else _utc(opens),
            None if clock.at_risk_at is None else _utc(clock.at_risk_at),
            clock.elapsed,
            clock.paused,
            clock.remaining,
            row.note,
            row.unclear,
            row.because,
        )

    def clock(self, row: Promise) -> Deadline:
        """Return what the clock says of a target."""
        assert row.cell is not None
        events, target, settled = self.moment.events, row.cell.target, row.settled
        metric = row.metric
        if events.pauses and metric.pauses is None:
            says = f"{metric.id} does not pause: the pauses are ignored"
            self.warnings.append(Warning("pause-ignored", says))
        try:
            found = deadline(
                target,
                events,
                basis_of(self.asked.revision, row),
                self.moment.at,
                first_metric=metric is self.first or metric == self.first,
                pausing=metric.pauses is not None,
                warn=self.moment.at_risk or metric.warn,
            )
        except Never:
            raise PolicyError(
                f"{self.asked.revision.file}:{row.cell.place.line}: `{target.text}` is not reached"
                " within ten years of opened",
                f"are the hours `{row.cell.hours}` ever open?",
            ) from None
        if found.due is not None:
            if found.due >= END:
                raise UsageError("the deadline falls after 2200, the last year that is computed")
            if settled:
                self.warnings += self.asked.hours.warnings(settled, events.opened, found.due)
        return found


_NO_CLOCK = Deadline("", None, None, None, None, None)


def counts_over_hours(row: Promise) -> bool:
    """Return whether a promise counts over hours, and not every instant."""
    return row.settled is not None or (row.cell is not None and row.state == "needs-input")


def basis_of(revision: Revision, row: Promise) -> Basis:
    """Return what the target of a promise counts over."""
    settled = row.settled
    where: tzinfo | None = None
    if row.cell is not None and row.cell.target.kind == "week":
        where = zone(settled.zone_name if settled else revision.timezone)
    if settled is None:
        return Basis(EVERY_INSTANT, zone=where)
    return Basis(settled.time, settled.days, revision.business_day, where)


def _utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
