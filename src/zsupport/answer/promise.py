"""What is promised: for each case and metric, whether one is entitled, and the target."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from zsupport.answer.case import (
    Because,
    Case,
    Dimensions,
    Query,
    Warning,
    dimensions,
    matching,
    named,
    places_of,
    reasons,
    said,
    say,
)
from zsupport.answer.channels import denied, holding, of_members
from zsupport.answer.hours import NeedsInput, PolicyHours, Settled
from zsupport.clock.target import needs_hours
from zsupport.errors import UsageError, did_you_mean
from zsupport.policy.model import NOWHERE, Alternative, Cell, Metric, Remarks, Revision, Rule

# In these states nothing is promised.
NEGATIVE = ("not-entitled", "no-target", "not-stated")
NEEDS_INPUT = "needs-input"


class Promise(NamedTuple):
    """What is promised in one case; `cell` is None where there is nothing to wait for."""

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
    settled: Settled | None = None  # the hours over which the target counts
    note: str | None = None
    unclear: str | None = None
    because: tuple[Because, ...] = ()
    case: Case = {}  # noqa: RUF012 - all that was settled; never changed


class Promises(NamedTuple):
    """The promises asked about, the dimensions that the question leaves open, and warnings."""

    rows: tuple[Promise, ...]
    columns: tuple[str, ...]
    open_facts: tuple[str, ...]
    warnings: tuple[Warning, ...]


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
    return tuple(metric for i, metric in enumerate(found) if metric not in found[:i])


def promises(
    revision: Revision,
    query: Query,
    metrics: tuple[Metric, ...],
    opened: int,
    hours: PolicyHours,
    *,
    in_force: bool,
    lang: str,
) -> Promises:
    """Return what is promised in each case asked about, the noes included.

    The channel is opened only where targets differ by it; then there is a row for every
    channel that opens a case.
    """
    reader = _Reader(revision, opened, hours, in_force, lang)
    space = dimensions(revision, query, _asked(revision, metrics))
    opening = [channel.id for channel in revision.channels if channel.opens_case]
    rows: list[Promise] = []
    differ = False
    for case in space.cases():
        for metric in metrics:
            if query.channel is not None:
                rows.append(reader.promise(case, query.channel, metric))
                continue
            each = [reader.promise(case, c, metric, of_channel=False) for c in opening]
            entitled = [row for row in each if row.state != "not-entitled"]
            first = entitled[0] if entitled else reader.promise(case, None, metric)
            same = [row for row in entitled if _but_channel(row) == _but_channel(first)]
            differ = differ or len(same) < len(entitled)
            because = tuple(dict.fromkeys(b for row in same for b in row.because))
            rows.append(first._replace(channel=None, because=because or first.because))
    if differ:
        rows = [
            reader.promise(case, channel, metric)
            for case in space.cases()
            for metric in metrics
            for channel in opening
        ]
    return Promises(
        tuple(rows),
        _columns(space, differ=differ, metrics=metrics),
        tuple(n for n in space.open if n not in ("plan", "role", "priority")),
        tuple(dict.fromkeys((*space.warnings, *reader.warnings))),
    )


def _asked(revision: Revision, metrics: tuple[Metric, ...]) -> set[str]:
    """Return the dimensions and facts that decide about what is promised for these metrics."""
    asked = named(grant.when for grant in revision.grants if grant.allow)
    asked |= named(commitment.when for commitment in revision.commitments)
    hours: list[str] = []
    for rule in revision.rules:
        stated = [rule.cells[metric.id] for metric in metrics if metric.id in rule.cells]
        if not stated:
            continue
        asked |= named([rule.when])
        if any("*" not in cells for cells in stated):
            asked.add("priority")
        hours += [alternative.opened[1] for alternative in rule.when if alternative.opened]
        hours += [cell.hours for cells in stated for cell in cells.values() if cell.hours]
    for name in hours:
        # A union's members decide with it; the list grows while it is walked.
        for calendar in revision.hours.get(name, ()):
            asked |= named([calendar.when])
            hours += [member for member in calendar.any if member not in hours]
    return asked


def _columns(space: Dimensions, *, differ: bool, metrics: tuple[Metric, ...]) -> tuple[str, ...]:
    """Return the open dimensions in the order of output; facts come before the metric."""
    columns: list[str] = [n for n in ("plan", "role") if n in space.open]
    columns += [
        n for n, shown in (("channel", differ), ("priority", "priority" in space.open)) if shown
    ]
    return (*columns, *(["metric"] if len(metrics) > 1 else []))


def _but_channel(row: Promise) -> Promise:
    """Return a promise without what differs by channel alone: the places, and what the case is."""
    cell = row.cell and row.cell._replace(place=NOWHERE)
    return row._replace(channel=None, because=(), cell=cell, case={})


class _Reader:
    """Reads single cases of one question from the policy."""

    def __init__(
        self, revision: Revision, opened: int, hours: PolicyHours, in_force: bool, lang: str
    ) -> None:
        self.revision = revision
        self.opened = opened
        self.hours = hours
        self.in_force = in_force
        self.lang = lang
        self.channels = {channel.id: channel for channel in revision.channels}
        self.warnings: list[Warning] = []

    def promise(
        self, case: Case, channel: str | None, metric: Metric, *, of_channel: bool = True
    ) -> Promise:
        """Return what is promised in one case, by one channel, for one metric.

        `of_channel`: what is said of the channel itself belongs to the answer.
        """
        facts = {k: v for k, v in case.items() if k not in ("plan", "role", "priority")}
        bare = Promise(
            case.get("plan"), case.get("role"), channel, case.get("priority"),
            MappingProxyType(facts), metric, None, case={**case, "channel": channel or ""},
        )  # fmt: skip
        opens = channel is not None and self.channels[channel].opens_case
        if not self.in_force:
            because = denied(self.revision, channel, in_force=False)
            return bare._replace(state="not-stated", because=because)
        if channel is None or not opens or not holding(self.revision, case, channel):
            because = denied(self.revision, channel, in_force=True)
            return bare._replace(state="not-entitled", because=because)
        case = {**case, "channel": channel}
        try:
            deciding = decide(self.revision, case, metric.id, self._inside(case))
        except NeedsInput as needed:
            return self._asking(bare._replace(because=self._targets()), needed)
        if deciding is None:
            return bare._replace(state="not-stated", because=self._targets())
        remarks = [self.channels[channel].remarks] if of_channel else []
        return self._stated(bare, case, deciding, remarks)

    def _targets(self) -> tuple[Because, ...]:
        return reasons(self.revision, (self.revision.targets_place or self.revision.grants_place,))

    def _inside(self, case: Case) -> Callable[[str], bool]:
        def inside(hours: str) -> bool:
            return self.hours.settle(hours, case).time.is_open(self.opened)

        return inside

    def _asking(self, row: Promise, needed: NeedsInput) -> Promise:
        """Return the row in the state `needs-input`, and say what is to be asked."""
        self.warnings += [Warning(NEEDS_INPUT, ask) for ask in needed.asks]
        return row._replace(state=NEEDS_INPUT)

    def _stated(
        self, bare: Promise, case: Case, deciding: Deciding, remarks: list[Remarks]
    ) -> Promise:
        rule, alternative, cell = deciding
        kind = cell.target.kind
        counts = cell.hours is not None and (needs_hours(cell.target) or kind == "week")
        said_of = [cell.remarks, rule.remarks, alternative.remarks, *remarks]
        said_of += of_members(self.revision, case)
        places = [cell.place, *places_of(rule.place, alternative)]
        commitment = None
        for each in self.revision.commitments if kind not in ("none", "not-stated") else ():
            if held := matching(each.when, case):
                commitment = each
                said_of += [each.remarks, held.remarks]
                places += places_of(each.place, held)
                break
        settled = needed = None
        if cell.hours and counts:
            try:
                settled = self.hours.settle(cell.hours, case)
                said_of += self.hours.remarks(settled, case)
            except NeedsInput as needs:
                needed = needs
                calendar = self.hours.calendar(cell.hours, case)
                said_of += [calendar.remarks] if calendar else []
        note, unclear = said(said_of, self.lang)
        row = bare._replace(
            state={"none": "no-target", "not-stated": "not-stated"}.get(kind),
            cell=cell,
            condition=say(cell.condition or rule.condition, self.lang),
            commitment=commitment.binding if commitment else None,
            settled=settled,
            note=note,
            unclear=unclear,
            because=reasons(self.revision, places),
        )
        return self._asking(row, needed) if needed else row


def decide(
    revision: Revision, case: Case, metric: str, inside: Callable[[str], bool] | None = None
) -> Deciding | None:
    """Return what decides: the first rule that matches and states the metric for the priority.

    `inside` says whether the case was opened inside some hours.
    """
    priority = case.get("priority")
    for rule in revision.rules:
        cells = rule.cells.get(metric)
        if not cells:
            continue
        cell = cells.get("*") or (cells.get(priority) if priority else None)
        if cell is None:
            continue
        held = matching(rule.when, case, inside)
        if held:
            return Deciding(rule, held, cell)
    return None
