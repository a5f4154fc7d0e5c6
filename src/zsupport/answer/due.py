"""When what was promised is due, and whether it was kept: clock time, by the clock definition."""

from datetime import datetime
from typing import NamedTuple

from zsupport.answer.case import (
    Answers,
    Because,
    Case,
    Query,
    Warning,
    collapse,
    dimensions,
    matching,
    named,
    said,
    say,
)
from zsupport.answer.channels import denied, holding, relevant
from zsupport.clock.elapsed import at_risk_from, week_later
from zsupport.clock.instants import END, to_datetime
from zsupport.clock.target import Target, needs_hours
from zsupport.errors import UsageError, did_you_mean
from zsupport.policy.model import Alternative, Calendar, Cell, Metric, Remarks, Revision, Rule

# In these states nothing is promised, or nothing can be said.
NEGATIVE = ("not-entitled", "no-target", "not-stated")
NEEDS_INPUT = "needs-input"
#: A target under opening hours: it is promised, and this version cannot compute when.
NOT_COMPUTED = "not-computed"


class DueAnswer(NamedTuple):
    """What is promised and when it is due; the fields are those of the JSON answer.

    Instants are aware datetimes in UTC.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: dict[str, str]
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


class Moment(NamedTuple):
    """The instants that a question is about, in seconds since the epoch; what is the customer's."""

    opened: int
    at: int
    customer_zone: str | None = None
    customer_country: str | None = None


class Deciding(NamedTuple):
    """The rule, the alternative of its condition and the cell that decide."""

    rule: Rule
    alternative: Alternative
    cell: Cell


def settle_metrics(revision: Revision, wanted: tuple[str, ...]) -> tuple[Metric, ...]:
    """Return the metrics asked about: the first unless named, `all` for each."""
    if not wanted:
        return revision.metrics[:1]
    if any(name.casefold() == "all" for name in wanted):
        return revision.metrics
    by_fold = {metric.id.casefold(): metric for metric in revision.metrics}
    found = []
    for name in wanted:
        if name.casefold() not in by_fold:
            ids = [metric.id for metric in revision.metrics]
            raise UsageError(
                f"`{name}` is no metric; known: {', '.join(ids)}, all", did_you_mean(name, ids)
            )
        found.append(by_fold[name.casefold()])
    return tuple(dict.fromkeys(found))


def answer_due(
    revision: Revision,
    query: Query,
    metrics: tuple[Metric, ...],
    moment: Moment,
    *,
    in_force: bool,
    lang: str,
) -> Answers:
    """Answer for each case asked about and each metric, the noes included.

    The channel is opened only where targets differ by it; then there is a row for every
    channel that opens a case.
    """
    asked = relevant(revision) | named(
        when
        for when in (
            *(rule.when for rule in revision.rules),
            *(commitment.when for commitment in revision.commitments),
            *(calendar.when for hours in revision.hours.values() for calendar in hours),
        )
    )
    for rule in revision.rules:
        if any("*" not in cells for cells in rule.cells.values()):
            asked.add("priority")
    space = dimensions(revision, query, asked)
    asker = _Asker(revision, moment, in_force, lang)
    opening = [channel.id for channel in revision.channels if channel.opens_case]
    rows: list[DueAnswer] = []
    by_channel: list[DueAnswer] = []
    differ = False
    for case in space.cases():
        for metric in metrics:
            if query.channel is not None:
                rows.append(asker.answer(case, query.channel, metric))
                continue
            each = [asker.answer(case, channel, metric) for channel in opening]
            by_channel += each
            entitled = [row for row in each if row.state != "not-entitled"]
            first = entitled[0] if entitled else asker.answer(case, None, metric)
            same = [row for row in entitled if _but_channel(row) == _but_channel(first)]
            differ = differ or len(same) < len(entitled)
            because = tuple(dict.fromkeys(b for row in same for b in row.because))
            rows.append(_but_channel(first)._replace(because=because or first.because))
    if differ:
        rows = by_channel
    open_facts = [n for n in space.open if n not in ("plan", "role", "priority")]
    rows, kept = collapse(rows, open_facts, ("plan", "role", "channel", "priority", "metric"))
    columns: list[str] = [n for n in ("plan", "role") if n in space.open]
    columns += ["channel"] if differ else []
    columns += ["priority"] if "priority" in space.open else []
    columns += [*kept, *(["metric"] if len(metrics) > 1 else [])]
    warnings = list(space.warnings)
    warnings += [Warning(NEEDS_INPUT, ask) for ask in dict.fromkeys(asker.needed)]
    if any(row.state == NOT_COMPUTED for row in rows):
        warnings.append(
            Warning(
                "not-computed",
                "a target counts over opening hours, which this version does not compute yet",
            )
        )
    return Answers(tuple(rows), tuple(columns), tuple(warnings), revision, query, in_force)


def _but_channel(row: DueAnswer) -> DueAnswer:
    return row._replace(channel=None, because=())


class _Asker:
    """Answers single cases of one question."""

    def __init__(self, revision: Revision, moment: Moment, in_force: bool, lang: str) -> None:
        self.revision = revision
        self.moment = moment
        self.in_force = in_force
        self.lang = lang
        self.channels = {channel.id: channel for channel in revision.channels}
        self.needed: list[str] = []  # what the customer has to be asked for

    def answer(self, case: Case, channel: str | None, metric: Metric) -> DueAnswer:
        """Return the answer for one case, channel and metric."""
        facts = {k: v for k, v in case.items() if k not in ("plan", "role", "priority")}
        place = (case.get("plan"), case.get("role"), channel, case.get("priority"), facts)
        opens = channel is not None and self.channels[channel].opens_case
        held = holding(self.revision, case, channel) if channel and opens else []
        if not self.in_force:
            because = denied(self.revision, channel, in_force=False)
            return self._without_target(place, metric, "not-stated", because)
        if not held:
            because = denied(self.revision, channel, in_force=True)
            return self._without_target(place, metric, "not-entitled", because)
        if channel is not None:
            case = {**case, "channel": channel}
        deciding = decide(self.revision, case, metric.id)
        if deciding is None:
            line = self.revision.targets_line or self.revision.grants_line
            because = (Because(self.revision.file, line),)
            return self._without_target(place, metric, "not-stated", because)
        return self._with_target(place, metric, case, deciding)

    def _without_target(
        self,
        place: tuple[str | None, str | None, str | None, str | None, dict[str, str]],
        metric: Metric,
        state: str,
        because: tuple[Because, ...],
    ) -> DueAnswer:
        return DueAnswer(
            *place, metric.id, state, None, None, None, None, None,
            to_datetime(self.moment.opened), None, None, None, None, None, None, None, None,
            because,
        )  # fmt: skip

    def _with_target(
        self,
        place: tuple[str | None, str | None, str | None, str | None, dict[str, str]],
        metric: Metric,
        case: Case,
        deciding: Deciding,
    ) -> DueAnswer:
        rule, alternative, cell = deciding
        commitment = next((c for c in self.revision.commitments if matching(c.when, case)), None)
        calendar = self._calendar(cell, case)
        remarks: list[Remarks | None] = [
            cell.remarks,
            rule.remarks,
            alternative.remarks,
            calendar.remarks if calendar else None,
            self.channels[place[2]].remarks if place[2] else None,
        ]
        note, unclear = said([each for each in remarks if each], self.lang)
        lines = [cell.line, rule.line, alternative.line]
        clock = self._clock(cell.target, metric, calendar)
        return DueAnswer(
            *place,
            metric=metric.id,
            state=clock.state,
            target=cell.target.text,
            published=say(cell.text, self.lang),
            condition=say(cell.condition or rule.condition, self.lang),
            commitment=commitment.binding if commitment else None,
            hours=cell.hours if calendar else None,
            opened=to_datetime(self.moment.opened),
            due=None if clock.due is None else to_datetime(clock.due),
            next_open=None,
            at_risk_at=None if clock.at_risk_at is None else to_datetime(clock.at_risk_at),
            elapsed_seconds=clock.elapsed,
            paused_seconds=None if clock.elapsed is None else 0,
            remaining_seconds=None if clock.due is None else clock.due - self.moment.at,
            note=note,
            unclear=unclear,
            because=tuple(
                Because(self.revision.file, line) for line in dict.fromkeys(lines) if line
            ),
        )

    def _calendar(self, cell: Cell, case: Case) -> Calendar | None:
        """Return the calendar over which a cell counts, None for clock time."""
        if cell.hours is None or not (needs_hours(cell.target) or cell.target.kind == "week"):
            return None
        calendars = self.revision.hours.get(cell.hours, ())
        return next((c for c in calendars if matching(c.when, case)), None)

    def _clock(self, target: Target, metric: Metric, calendar: Calendar | None) -> "Clock":
        if target.kind in ("none", "not-stated"):
            state = "no-target" if target.kind == "none" else "not-stated"
            return Clock(state, None, None, None)
        opened, at = self.moment.opened, self.moment.at
        elapsed = max(at - opened, 0)
        if target.kind == "rate":
            return Clock("not-started" if at < opened else "running", None, None, elapsed)
        if target.kind == "week":
            zone = (calendar and calendar.timezone) or self.revision.timezone
            if zone == "customer":
                if self.moment.customer_zone is None:
                    ask = say(calendar.ask, self.lang) if calendar else None
                    self.needed.append(f"{ask or 'The zone of the customer'} (--customer-tz)")
                    return Clock(NEEDS_INPUT, None, None, None)
                zone = self.moment.customer_zone
            due = week_later(opened, zone)
        elif needs_hours(target):
            return Clock(NOT_COMPUTED, None, None, None)
        else:
            due = opened + target.amount
        if due >= END:
            raise UsageError("the deadline falls after the year 2200, the last that is computed")
        risk = at_risk_from(opened, due, metric.warn) if metric.warn else None
        return Clock(state_of(opened, due, at, risk), due, risk, elapsed)


class Clock(NamedTuple):
    """What the clock says of a target."""

    state: str
    due: int | None
    at_risk_at: int | None
    elapsed: int | None


def state_of(opened: int, due: int, at: int, risk: int | None) -> str:
    """Return the state of an open clock at the instant `at`."""
    if at < opened:
        return "not-started"
    if at > due:
        return "breached"
    return "at-risk" if risk is not None and at >= risk else "running"


def decide(revision: Revision, case: Case, metric: str) -> Deciding | None:
    """Return what decides: the first rule that matches and states the metric for the priority."""
    priority = case.get("priority")
    for rule in revision.rules:
        cells = rule.cells.get(metric)
        if not cells:
            continue
        cell = cells.get("*") or (cells.get(priority) if priority else None)
        if cell is None:
            continue
        held = matching(rule.when, case)
        if held:
            return Deciding(rule, held, cell)
    return None
