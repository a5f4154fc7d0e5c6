"""The targets of a policy by case, for programs that compute deadlines themselves.

A database adds the seconds of a target to the time at which a case was opened, or counts them over
the working spans of a calendar. A target is marked if its deadline is not such a sum.
"""

from __future__ import annotations

from zsupport.answer.case import NEEDS_INPUT, Date, Query, say
from zsupport.answer.channel_priority import is_changed
from zsupport.answer.dimensions import STEPS_OF_ROW, Dimensions, collapse, dimensions
from zsupport.answer.due import counts_over_hours
from zsupport.answer.hours import PolicyHours, SettledHours
from zsupport.answer.promise import (
    Promise,
    PromiseReader,
    candidates,
    depends_on_opening_time,
    relevant_names,
)
from zsupport.clock.target import DATED
from zsupport.dates import UTC, datetime
from zsupport.errors import check_limit
from zsupport.limits import ROWS, STEPS
from zsupport.typed import TYPE_CHECKING, Annotated, Mapping, NamedTuple, Sequence
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zsupport.policy.model import Metric, Revision

#: The states of a row; null if the state depends on when the case was opened.
STATES = ("not-entitled", "no-target", "not-stated", "target")
#: Why the deadline is not a sum of seconds.
REASONS = (
    "opened", "no-calendar", "customer", "starts", "every", "combined", "business-days",
    "calendar-days", "rate",
)  # fmt: skip
#: The reasons of the kinds of targets with other deadlines.
_REASONS_OF_KINDS = {
    **dict.fromkeys(DATED, "business-days"),
    "calendar-days": "calendar-days",
    "later": "combined",
    "earlier": "combined",
    "rate": "rate",
}
#: The fields that identify the case and the metric of a row.
_IDENTITY = ("plan", "role", "channel", "priority", "metric")
_SPLIT = Message("name the file of one revision, or split the policy into several")


class TargetRow(NamedTuple):
    """The target of a case and a metric in one revision.

    A dimension is None if it changes no target of the policy. The channel is None in the row of a
    case without a stated channel.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: Mapping[str, str]
    metric: str
    revision: Date | None
    valid_from: datetime | None  # the revision answers for cases opened in [from, until)
    valid_until: datetime | None
    state: Annotated[str, ("enum", STATES)] | None
    target: str | None
    kind: str | None
    seconds: int | None  # None if the deadline is not a sum
    hours: str | None
    calendar: str | None  # None: every second counts
    starts: str
    pauses: bool  # whether pauses stop the clock
    computable: bool
    reason: Annotated[str, ("enum", REASONS)] | None


class TargetPeriod(NamedTuple):
    """A revision with its hours, and the instants `[start, end)` in which it answers.

    The start of the first revision and the end of the last one can be None.
    """

    revision: Revision
    hours: PolicyHours
    start: int | None
    end: int | None


class TargetTable(NamedTuple):
    """The rows of all revisions, and the hours that they count, by the id of the calendar."""

    rows: tuple[TargetRow, ...]
    calendars: dict[str, tuple[PolicyHours, SettledHours]]


def target_table(periods: Sequence[TargetPeriod]) -> TargetTable:
    """Return the targets of the revisions of a policy. Raises LimitExceeded."""
    names: set[str] = set()
    for period in periods:
        names |= relevant_names(period.revision, period.revision.metrics)
    calendars: dict[str, tuple[PolicyHours, SettledHours]] = {}
    tables = []
    for period in periods:
        rows, facts = _rows(period, names, calendars, several=len(periods) > 1)
        tables.append((rows, facts, {*collapse(rows, facts, _IDENTITY, _likeness)[1]}))
    # A fact that changes a target of one revision is a column of all revisions.
    kept = {fact for _, _, changing in tables for fact in changing}
    result: list[TargetRow] = []
    for rows, facts, _ in tables:
        result += collapse(rows, [f for f in facts if f not in kept], _IDENTITY, _likeness)[0]
    check_limit(ROWS._replace(hint=_SPLIT), len(result))
    return TargetTable(tuple(result), calendars)


def _likeness(row: TargetRow) -> tuple[object, ...]:
    return row[row._fields.index("metric") :]


def calendar_id(settled: SettledHours, revision: Revision, *, several: bool) -> str:
    """Return the id of hours: their calendars, and the first day of one of several revisions."""
    paths = [calendar.place.path.removeprefix("hours.") for calendar in settled.calendars]
    id = "+".join(paths) or "24x7"
    return f"{id}@{revision.start}" if several and revision.start else id


def _rows(
    period: TargetPeriod,
    names: set[str],
    calendars: dict[str, tuple[PolicyHours, SettledHours]],
    *,
    several: bool,
) -> tuple[list[TargetRow], list[str]]:
    """Return a row for each case, metric and channel of a revision, and the names of the facts."""
    revision, hours = period.revision, period.hours
    space = dimensions(revision, Query(), names)
    # A ticket can state any value of a fact with a default.
    for fact in space.assumed:
        space = space.varied(fact)
    # Conditions on the opening time are not evaluated: their rows are marked.
    reader = PromiseReader(revision, 0, hours, "en", absent=False, in_force=False)
    channels = max(len(reader.opening), 1)
    steps = STEPS_OF_ROW + len(revision.grants) + len(revision.rules)
    check_limit(
        STEPS._replace(hint=_SPLIT),
        space.combinations * len(revision.metrics) * channels * steps,
    )
    instants = [
        None if instant is None else datetime.fromtimestamp(instant, UTC)
        for instant in (period.start, period.end)
    ]
    rows = []
    for promise in _promises(reader, space, revision.metrics):
        row = _row(promise, revision, *instants)
        settled = promise.settled_hours
        if row.seconds is not None and settled is not None and settled.calendars:
            id = calendar_id(settled, revision, several=several)
            calendars.setdefault(id, (hours, settled))
            row = row._replace(calendar=id)
        rows.append(row)
    return rows, list(space.facts)


def _promises(
    reader: PromiseReader, space: Dimensions, metrics: tuple[Metric, ...]
) -> Iterator[Promise]:
    """Yield a promise for each case, metric and channel, with the priority that the case states.

    A case without a stated channel has a promise if the channels that open it have equal targets,
    and none of them changes a priority on which answers depend.
    """
    for case in space.cases():
        channels = reader.entitled(case)
        changed = any(is_changed(reader.revision, space, case, channel) for channel in channels)
        for metric in metrics:
            if not changed and not reader.targets_differ(case, channels, metric):
                yield reader.over_channels(case, channels, metric)
            for channel in reader.opening:
                promise = reader.promise(case, channel, metric)
                yield promise._replace(priority=case.get("priority"))


def _row(
    promise: Promise, revision: Revision, start: datetime | None, end: datetime | None
) -> TargetRow:
    """Return the row of a promise, without the id of its calendar."""
    reason = _reason(promise, revision)
    target = None if promise.cell is None or reason == "opened" else promise.cell.target
    sums = target is not None and target.promises and reason is None
    state = promise.state if promise.state not in (None, NEEDS_INPUT) else "target"
    cell = promise.cell
    return TargetRow(
        promise.plan,
        promise.role,
        promise.channel,
        promise.priority,
        promise.facts,
        promise.metric.id,
        revision.start,
        start,
        end,
        None if reason == "opened" else state,
        target.text if target else None,
        target.kind if target and target.promises else None,
        target.amount if target and sums else None,
        cell.hours if cell and target and counts_over_hours(promise) else None,
        None,
        say(promise.metric.starts, "en"),
        promise.metric.pauses is not None,
        reason is None,
        reason,
    )


def _reason(promise: Promise, revision: Revision) -> str | None:
    """Return why the deadline of a promise is not a sum of seconds; None if it is, or is none."""
    if promise.state == "not-entitled":
        return None
    rules = candidates(revision, promise.case, promise.metric.id)
    if any(map(depends_on_opening_time, rules)):
        return "opened"
    if promise.error is not None:
        return "no-calendar"
    if promise.state == NEEDS_INPUT:
        return "customer"
    if promise.cell is None or not promise.cell.target.promises:
        return None
    target = promise.cell.target
    if promise.metric.starts != "opened":
        return "starts"
    if target.every:
        return "every"
    return _REASONS_OF_KINDS.get(target.kind)
