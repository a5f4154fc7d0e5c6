"""Deadlines: when each target is due, and whether it was met."""

from __future__ import annotations

from zsupport.answer.case import (
    NEEDS_INPUT,
    Answers,
    Because,
    Date,
    NeedsInput,
    Query,
    Warning,
    Words,
    record,
    say,
)
from zsupport.answer.hours import HALF_YEAR, PolicyHours, SettledHours
from zsupport.answer.promise import Promise, Promises, metrics_by_name
from zsupport.clock.deadline import (
    EVERY_INSTANT,
    STARTS,
    Basis,
    Course,
    Deadline,
    Events,
    Warned,
    course,
    deadline,
    ending_event,
    events_until,
    merge_pauses,
    part_deadlines,
    start_of_metric,
    unreached_deadline,
)
from zsupport.clock.instants import END, InstantText
from zsupport.clock.problem import Never
from zsupport.clock.target import counts_elapsed
from zsupport.clock.zones import zone
from zsupport.dates import UTC, datetime, tzinfo
from zsupport.errors import PolicyError, UsageError, check_limit, did_you_mean, unknown_name
from zsupport.limits import PAUSES_OF_CHANGES
from zsupport.policy.model import BINDINGS, Revision
from zsupport.typed import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Mapping,
    NamedTuple,
    Sequence,
    bisect_left,
    bisect_right,
)
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from zsupport.answer.case_change import CaseChange
    from zsupport.clock.deadline import PartDeadline, Pause
    from zsupport.clock.instants import Instant

#: The states that depend on the time of the answer.
STATES_OF_THE_MOMENT = ("not-started", "running", "at-risk", "paused", "met", "breached")
#: The states of an answer.
STATES = ("not-entitled", "no-target", "not-stated", "needs-input", *STATES_OF_THE_MOMENT)


class Leg(NamedTuple):
    """A part of a case with one promise: it begins with the clock, or with a change of the case.

    `values` are the changed values. `state` is None if the leg has a target and another leg
    decides.
    """

    since: datetime
    values: Mapping[str, str]
    target: str | None
    hours: str | None
    due: datetime | None
    state: Annotated[str, ("enum", STATES)] | None
    decides: bool


class DueAnswer(NamedTuple):
    """A target and its deadline; the fields are those of the JSON answer.

    Instants are aware datetimes in UTC.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: Mapping[str, str]
    metric: str
    state: Annotated[str, ("enum", STATES)]
    target: str | None
    published: Words | None
    condition: Words | None
    commitment: Annotated[str, ("enum", BINDINGS)] | None
    hours: str | None
    opened: datetime
    due: datetime | None
    next_open: datetime | None
    at_risk_at: datetime | None
    elapsed_seconds: int | None
    paused_seconds: int | None
    remaining_seconds: int | None
    starts: str
    retired: Date | None
    note: Words | None
    unclear: Words | None
    source: Words | None
    because: tuple[Because, ...]
    legs: tuple[Leg, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a JSON object, with instants in UTC."""
        return record(self)


class Moment(NamedTuple):
    """The events of a case and the time of the answer, in seconds since the epoch."""

    events: Events
    at: int
    at_risk: str | None = None  # used instead of the `warn` of each metric
    #: The start of the clock by metric, for metrics whose `starts` is a text.
    starts: Mapping[str, int] = {}  # noqa: RUF012 - never changed
    #: The changes of the case, in order; those after the time of the answer are ignored.
    changes: tuple[CaseChange, ...] = ()


#: The events that start a clock, in words for people.
EVENTS_IN_WORDS = {
    "opened": Message("opened"),
    "answered": Message("answered"),
    "updated": Message("updated"),
}


def clock_starts(event: str) -> Message:
    """Return a text about the event that starts the clock of a target; `event` is in STARTS."""
    return Message("the clock starts when the case is {event}", event=EVENTS_IN_WORDS[event])


def settle_starts(
    revision: Revision,
    query_starts: Mapping[str, int],
    opened: int,
    other_revisions: Sequence[Revision] = (),
) -> dict[str, int]:
    """Return the stated starts of clocks, by the id of the metric.

    A metric that only `other_revisions` of the policy define is not an error. Raises UsageError for
    an unknown metric, a metric that starts at an event, a start before the opening time, or two
    different starts of one metric.
    """
    known = metrics_by_name(revision, other_revisions)
    starts: dict[str, int] = {}
    for name, instant in query_starts.items():
        metric = known.get(name.casefold())
        if metric is None:
            ids = [metric.id for metric in revision.metrics]
            raise unknown_name(
                Message(
                    "`start`: unknown metric `{name}`; metrics: {ids}",
                    name=name,
                    ids=", ".join(ids),
                ),
                did_you_mean(name, ids),
            )
        if metric.starts in STARTS:
            raise UsageError(
                Message(
                    "`start`: the clock of `{id}` starts when a case is {event}",
                    id=metric.id,
                    event=EVENTS_IN_WORDS[metric.starts],
                ),
                Message(
                    "omit `start` and state the time when the case was {event}",
                    event=EVENTS_IN_WORDS[metric.starts],
                ),
            )
        if instant < opened:
            raise UsageError(
                Message(
                    "start of `{id}` ({instant}) is before `opened` ({opened})",
                    id=metric.id,
                    instant=InstantText(instant),
                    opened=InstantText(opened),
                )
            )
        if starts.setdefault(metric.id, instant) != instant:
            raise UsageError(Message("the start of `{id}` is given twice", id=metric.id))
    return starts


class DueDetails(NamedTuple):
    """The input of the deadlines: the events, the time of the answer, the targets and their hours.

    The fields of Events and Moment are repeated, because nested tuples take longer to make.
    """

    opened: int
    answered: int | None
    updated: int | None
    resolved: int | None
    pauses: tuple[Pause, ...]
    at: int
    at_risk: str | None
    starts: Mapping[str, int]
    changes: tuple[CaseChange, ...]
    promises: Promises  # if the case changes, those that decide
    hours: PolicyHours

    @property
    def moment(self) -> Moment:
        """The events and the time of the answer."""
        return Moment(Events(*self[:5]), *self[5:9])


DueAnswers = Answers[DueAnswer, DueDetails]


class DueQuestion(NamedTuple):
    """The part of a query about deadlines that does not depend on the moment."""

    revision: Revision
    query: Query
    hours: PolicyHours
    in_force: bool
    lang: str
    #: The changed values of the case, for each change.
    changes: tuple[Mapping[str, str], ...] = ()


def answer_due(question: DueQuestion, promises: Promises, moment: Moment) -> DueAnswers:
    """Return the targets with their deadlines.

    Raises PolicyError if none of the targets is reached within ten years of its start.
    """
    timer = _Timer(question, moment)
    later = [
        name
        for name, event in (
            ("`answered`", moment.events.answered),
            ("`updated`", moment.events.updated),
            ("`resolved`", moment.events.resolved),
        )
        if event is not None and event > moment.at
    ]
    later += ["`event`"] if any(change.at > moment.at for change in moment.changes) else []
    messages = [
        Message("{name} is later than the time of the answer and is ignored", name=name)
        for name in later
    ]
    if any(end is None and begin > moment.at for begin, end in moment.events.pauses):
        messages.append(
            Message("a pause without an end starts after the time of the answer and is ignored")
        )
    timer.warnings += [Warning("later-event", message) for message in messages]
    decided = promises.rows
    if moment.changes:
        changed = [timer.changed(row) for row in promises.rows]
        rows = [_with_legs(timer.answer(row), legs) for row, legs in changed]
        decided = tuple(row for row, _ in changed)
    else:
        rows = [timer.answer(row) for row in promises.rows]
    if len(timer.unreached) == len(rows):
        raise timer.unreached[0]
    warnings = promises.warnings
    if timer.warnings:
        warnings = tuple(dict.fromkeys((*warnings, *timer.warnings)))
    return Answers(
        tuple(rows), promises.columns, warnings,
        question.revision, question.query, question.in_force,
        DueDetails(
            *moment.events, *moment[1:], promises._replace(rows=decided), question.hours
        ),
        question.hours.public_holidays,
    )  # fmt: skip


#: A function that returns the answers, or None if it cannot answer. Its arguments are the opening
#: time, the time of the answer, and the opening time as the caller wrote it. The first two are in
#: seconds since the epoch.
QuickAnswer: TypeAlias = "Callable[[int, int, Instant | None], DueAnswers | None]"


def quick_due(question: DueQuestion, promises: Promises) -> QuickAnswer | None:
    """Return a faster function that answers the same question for other tickets.

    Data jobs ask the same question about many tickets. The function answers only for a single
    target in working time, and for a ticket without events; for another question, the result is
    None. The function uses only spans that are already compiled. It returns None if they are not
    enough, or if the answer needs a warning. Tests compare its answers with those of `answer_due`.
    """
    row = promises.rows[0] if promises.rows else None
    if len(promises.rows) != 1 or row is None or row.cell is None or row.settled_hours is None:
        return None
    target = row.cell.target
    if row.state or target.kind != "business" or target.every or not target.amount:
        return None
    if row.metric.warn or row.metric.starts != "opened":
        return None
    # Everything that is equal for all tickets is computed once.
    amount, time, uncertain = target.amount, row.settled_hours.time, row.settled_hours.uncertain
    case = (row.plan, row.role, row.channel, row.priority, row.facts, row.metric.id)
    stated = (
        target.text, say(row.cell.text, question.lang),
        row.condition, row.commitment, row.cell.hours,
    )  # fmt: skip
    in_time, too_late = (*case, "running", *stated), (*case, "breached", *stated)
    remarks = ("opened", row.retired, row.note, row.unclear, row.source, row.because, ())
    columns, warnings, hours = promises.columns, promises.warnings, question.hours
    revision, query, in_force = question.revision, question.query, question.in_force
    # `tuple.__new__` is used because the constructors of the classes would double the time.
    new, at_utc = tuple.__new__, datetime.fromtimestamp

    no_starts: dict[str, int] = {}
    openings: dict[int, datetime] = {}

    def answer_quickly(start: int, at: int, as_written: Instant | None) -> DueAnswers | None:
        # Span i is the last that opens at or before the start. Span j has the deadline. Span k is
        # the first that opens after the time of the answer.
        first, last, starts, ends, before = time.known
        if not first <= start <= at < last:
            return None
        k = bisect_right(starts, start)
        if not 0 < k < len(starts):
            return None
        i = k - 1
        end = ends[i]
        worked = worked_at = before[i] + (start if start < end else end) - starts[i]
        worked_due = worked + amount
        j = bisect_left(before, worked_due, i) - 1
        due = starts[j] + worked_due - before[j]
        if due > ends[j] or due - start > HALF_YEAR:
            return None
        half, last_half = start // HALF_YEAR, due // HALF_YEAR
        if uncertain.get(half, True) or (last_half != half and uncertain.get(last_half, True)):
            return None
        if at != start:
            k = bisect_right(starts, at, k)
            if k == len(starts):
                return None
            end = ends[k - 1]
            worked_at = before[k - 1] + (at if at < end else end) - starts[k - 1]
        opens = starts[k]
        next_open = openings.get(opens)
        if next_open is None:
            if opens >= END:
                return None
            next_open = openings[opens] = at_utc(opens, UTC)
        late = at > due
        if (
            isinstance(as_written, datetime)
            and as_written.tzinfo is UTC
            and not as_written.microsecond
        ):
            opened = as_written
        else:
            opened = at_utc(start, UTC)
        clock = (
            opened, at_utc(due, UTC), next_open, None,
            worked_at - worked, 0, due - at if late else worked_due - worked_at,
        )  # fmt: skip
        answer = new(DueAnswer, (too_late if late else in_time) + clock + remarks)
        details = (start, None, None, None, (), at, None, no_starts, (), promises, hours)
        return Answers(
            (answer,), columns, warnings, revision, query, in_force,
            new(DueDetails, details), hours.public_holidays,
        )  # fmt: skip

    return answer_quickly


class _Timer:
    """Computes the deadlines of the targets of a query."""

    def __init__(self, question: DueQuestion, moment: Moment) -> None:
        self.question = question
        self.moment = moment
        self.first = question.revision.metrics[0]
        self.warnings: list[Warning] = []
        self.unreached: list[PolicyError] = []  # an error for each target that is not reached
        self._pauses_of_legs = 0  # the pauses that were counted for all legs

    def answer(self, row: Promise) -> DueAnswer:
        """Return the answer for one case and metric."""
        clock = self.clock(row) if row.state is None else _NO_CLOCK
        cell = row.cell
        settled = row.settled_hours if counts_over_hours(row) else None
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
            say(cell.text, self.question.lang) if cell else None,
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
            say(row.metric.starts, self.question.lang),
            row.retired,
            row.note,
            row.unclear,
            row.source,
            row.because,
        )

    def changed(self, row: Promise) -> tuple[Promise, tuple[Leg, ...]]:
        """Return the promise that decides after the changes of a case, and its legs.

        There are no legs if no change has an effect. Adds a warning if the policy does not state
        what a change does.
        """
        if not row.later:
            return row, ()
        from zsupport.answer.changes import decide_leg, legs_of

        metric, at = row.metric, self.moment.at
        events = events_until(self.moment.events, at)
        start = start_of_metric(metric.starts, events, self.moment.starts.get(metric.id))
        known = tuple(change for change in self.moment.changes if change.at <= at)
        legs = legs_of(row, known, events, start, first_metric=metric == self.first)
        if start is None or len(legs) == 1:
            if (error := legs[0].promise.error) is not None:
                raise error
            return legs[0].promise, ()
        if metric.on_change is None:
            message = Message(
                "the policy does not state what a change does to the clock of `{id}`, so it counts"
                " as with `on-change: carry`; write `on-change` in this metric",
                id=metric.id,
            )
            self.warnings.append(Warning("change-assumed", message))
        # A case can change back and forth many times.
        pauses = merge_pauses(events.pauses, start) if metric.pauses is not None else ()
        by_promise: dict[tuple[object, ...], int | None] = {}
        dues = []
        for _, _, promise in legs:
            key = (promise.likeness, promise.since)
            if key not in by_promise:
                by_promise[key] = self.due_of_leg(promise, pauses)
            dues.append(by_promise[key])
        position = decide_leg(metric.on_change, legs, dues)
        shown = []
        for i, ((since, values, promise), due) in enumerate(zip(legs, dues, strict=True)):
            cell, decides = promise.cell, i == position
            hours = cell.hours if cell and counts_over_hours(promise) else None
            if promise.error is not None and (decides or metric.on_change == "restart"):
                raise promise.error
            shown.append(
                Leg(
                    _utc(start if since is None else since), values,
                    cell.target.text if cell else None, hours,
                    None if due is None else _utc(due), promise.state, decides,
                )
            )  # fmt: skip
        return legs[position].promise, tuple(shown)

    def due_of_leg(self, row: Promise, pauses: Sequence[Pause]) -> int | None:
        """Return the deadline of a leg; None if it has no deadline, or if it is not known.

        `pauses` are those of the clock, merged. Only those up to the deadline are counted: a case
        can have many legs and many pauses. Raises LimitExceeded.
        """
        if row.state is not None or row.cell is None or row.error is not None:
            return None
        first = 0
        if row.since is not None:
            first = bisect_right(pauses, row.since, key=_end_of_pause)
        basis, events = basis_of(self.question.revision, row), self.moment.events
        end = first + _FIRST_PAUSES
        while True:
            self._pauses_of_legs += min(end, len(pauses)) - first
            check_limit(PAUSES_OF_CHANGES, self._pauses_of_legs, exact=False)
            known = self.moment._replace(events=events._replace(pauses=(*pauses[first:end],)))
            run = course_of(row, self.question.revision, known)
            if run is None:
                return None
            try:
                due = deadline(row.cell.target, run, basis, self.moment.at).due
            except Never:
                return None
            if due is None or due >= END:
                return None
            if end >= len(pauses) or due <= pauses[end][0]:
                break
            end = first + 4 * (end - first)
        if row.settled_hours and not counts_elapsed(row.cell.target):
            self.warnings += self.question.hours.warnings(row.settled_hours, run.anchor, due)
        return due

    def clock(self, row: Promise) -> Deadline:
        """Return the deadline of a target; warn about ignored pauses and uncertain dates."""
        assert row.cell is not None
        target, metric = row.cell.target, row.metric
        if self.moment.events.pauses and metric.pauses is None:
            message = Message(
                "the clock of `{id}` does not pause, so the pauses are ignored", id=metric.id
            )
            self.warnings.append(Warning("pause-ignored", message))
        run = self.course(row)
        if run is None:
            return Deadline("not-started")
        basis, at = basis_of(self.question.revision, row), self.moment.at
        stated = self.moment.at_risk or metric.warn
        warn: str | Warned | None = stated
        settled = None if counts_elapsed(target) else row.settled_hours
        if stated is not None and "/" not in stated:
            warn, settled = self.warned(row, stated, settled)
        try:
            result = deadline(target, run, basis, at, warn=warn)
        except Never:
            return self.without_end(row, run)
        if result.due is not None:
            if result.due >= END:
                raise UsageError(Message("the deadline is after 2200, the last supported year"))
            if settled:
                self.warnings += self.question.hours.warnings(settled, run.anchor, result.due)
        return result

    def warned(
        self, row: Promise, warn: str, counted: SettledHours | None
    ) -> tuple[Warned | None, SettledHours | None]:
        """Return the length before the deadline from which a target is at risk, and its hours.

        Working time counts over the hours of the target, or of its rule. Without hours, every
        instant counts. The length is None, with a warning, if the hours depend on the customer.
        `counted` are the hours over which the target counts, None if every instant counts.
        """
        from zsupport.clock.warn import length_before

        assert row.cell is not None
        length = length_before(warn)
        if not length.business or row.cell.hours is None:
            return Warned(length.seconds, EVERY_INSTANT), counted
        settled = row.settled_hours
        if settled is None:
            try:
                settled = self.question.hours.settle(row.cell.hours, row.case)
            except NeedsInput as needed:
                self.warnings += [Warning(NEEDS_INPUT, ask) for ask in needed.asks]
                return None, None
        return Warned(length.seconds, settled.time), settled

    def course(self, row: Promise) -> Course | None:
        """Return how the clock of a target runs; None if it has not started.

        Adds a warning if the start is assumed. Raises UsageError if the metric ends before it
        starts, except after a change that restarts its clock: the new target is then met.
        """
        assert row.cell is not None
        metric, target, known = row.metric, row.cell.target, self.moment.events
        if metric.starts not in STARTS and metric.id not in self.moment.starts:
            message: str = Message(
                "{metric}: the clock starts with `{event}`; {start metric=instant} is missing,"
                " so `opened` is used",
                metric=metric.id,
                event=say(metric.starts, self.question.lang) or "",
                instant="INSTANT",
            )
            self.warnings.append(Warning("start-assumed", message))
        start = None
        if row.since is None:
            start = start_of_metric(metric.starts, known, self.moment.starts.get(metric.id))
        metric_end = ending_event(target, known, first_metric=metric == self.first)
        if start is not None and metric_end is not None and metric_end < start:
            end, begin = InstantText(metric_end), InstantText(start)
            if metric_end == known.resolved:
                raise UsageError(
                    Message(
                        "`resolved` ({end}) is before the start of `{id}` ({begin})",
                        end=end,
                        id=metric.id,
                        begin=begin,
                    )
                )
            raise UsageError(
                Message(
                    "`answered` ({end}) is before the start of `{id}` ({begin})",
                    end=end,
                    id=metric.id,
                    begin=begin,
                )
            )
        return course_of(row, self.question.revision, self.moment)

    def without_end(self, row: Promise, run: Course) -> Deadline:
        """Return what is known of a target that is not reached within ten years of its start.

        Adds a warning. Also adds an error, which `answer_due` raises if all rows have such targets.
        """
        assert row.cell is not None
        never = Message(
            "`{target}` is not reached within ten years of its start", target=row.cell.target.text
        )
        place = f"{self.question.revision.file}:{row.cell.place.line}"
        error = PolicyError(
            joined((place, never), ": "),
            Message(
                "check the windows and the holidays of the hours `{hours}`", hours=row.cell.hours
            ),
        )
        try:
            result = unreached_deadline(run, self.moment.at)
        except Never:
            raise error from None
        self.unreached.append(error)
        self.warnings.append(Warning("not-reached", joined((row.metric.id, never), ": ")))
        return result


_NO_CLOCK = Deadline("")
#: The number of pauses with which the deadline of a leg is computed first.
_FIRST_PAUSES = 16


def _with_legs(answer: DueAnswer, legs: tuple[Leg, ...]) -> DueAnswer:
    """Return an answer with its legs. The leg that decides has the state of the answer."""
    return answer._replace(
        legs=tuple(leg._replace(state=answer.state) if leg.decides else leg for leg in legs)
    )


def course_of(row: Promise, revision: Revision, moment: Moment) -> Course | None:
    """Return how the clock of a target runs; None if it has not started.

    Events after the time of the answer are ignored.
    """
    assert row.cell is not None
    metric, events = row.metric, events_until(moment.events, moment.at)
    start = start_of_metric(metric.starts, events, moment.starts.get(metric.id))
    if start is None:
        return None
    start = start if row.since is None else row.since
    first_metric = metric == revision.metrics[0]
    pausing = metric.pauses is not None
    return course(row.cell.target, events, start, first_metric=first_metric, pausing=pausing)


def parts_of(
    row: Promise, revision: Revision, run: Course
) -> tuple[tuple[PartDeadline, ...], Promise]:
    """Return the parts of a combined target, and the promise with only the part that decides.

    Another target has no parts, and its promise is unchanged.
    """
    assert row.cell is not None
    if not row.cell.target.parts:
        return (), row
    parts, decisive = part_deadlines(row.cell.target, run, basis_of(revision, row))
    elapsed = decisive.target.kind == "clock"
    return parts, row._replace(
        cell=row.cell._replace(target=decisive.target),
        settled_hours=None if elapsed else row.settled_hours,
    )


def counts_over_hours(row: Promise) -> bool:
    """Return whether a target counts over hours and not around the clock."""
    if row.cell is None or counts_elapsed(row.cell.target):
        return False
    return row.settled_hours is not None or row.state == NEEDS_INPUT


def _end_of_pause(pause: Pause) -> int:
    return END if pause[1] is None else pause[1]


def basis_of(revision: Revision, row: Promise) -> Basis:
    """Return the time over which a target counts."""
    settled = row.settled_hours
    where: tzinfo | None = None
    if row.cell is not None and row.cell.target.kind in ("calendar-days", "later", "earlier"):
        where = zone(settled.zone_name if settled else revision.timezone)
    if settled is None or (row.cell is not None and counts_elapsed(row.cell.target)):
        return Basis(EVERY_INSTANT, zone=where)
    return Basis(settled.time, settled.days, revision.business_day, where)


def _utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
