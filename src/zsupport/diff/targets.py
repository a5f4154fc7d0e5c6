"""Changes of targets, their hours, their conditions and their commitment."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.answers import DecidedValue
from zsupport.analysis.compare import EVERY_INSTANT, CountedTime
from zsupport.analysis.deadlines import TargetClock, Verdict
from zsupport.analysis.decisions import StatedCell
from zsupport.analysis.revision import AnalysedRevision
from zsupport.answer.case import say
from zsupport.answer.space import Cases
from zsupport.clock.target import Target
from zsupport.diff.cases import RevisionPair
from zsupport.diff.changes import Change, Changes, effect_of
from zsupport.diff.counterparts import Counterparts
from zsupport.diff.hours import HOURS_CODES, TARGET_CODES, HoursComparison
from zsupport.policy.model import CARRY, Metric, Text
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: How binding each commitment is.
_STRENGTH = {None: 0, "none": 0, "target": 1, "objective": 2, "agreement": 3}


class _DecidedTarget(NamedTuple):
    """The cell that decides in some cases. `stated` is None if no cell decides."""

    stated: StatedCell | None
    cases: Cases

    @property
    def target(self) -> Target | None:
        """The target; None without a promise."""
        target = self.stated.cell.target if self.stated else None
        return target if target is not None and target.promises else None

    @property
    def text(self) -> str:
        """The target and its hours, in words."""
        if self.stated is None:
            return Message("not stated")
        cell = self.stated.cell
        if cell.target.kind == "none":
            return Message("none")
        if cell.target.kind == "not-stated":
            return Message("not stated")
        if cell.hours and cell.target.uses_hours:
            return f"{cell.target.text} ({cell.hours})"
        return cell.target.text


def find_changes(
    pair: RevisionPair, counterparts: Counterparts, hours: HoursComparison, changes: Changes
) -> None:
    """Add the changes of targets in cases that can be opened both before and after."""
    # Exclude cases that exist on one side only: they have no counterpart, and the search would try
    # every rule for each of them.
    both = pair.both & pair.old.decisions.entitled & pair.new.decisions.entitled
    after = {metric.id: metric for metric in pair.new.revision.metrics}
    context = _MetricContext(pair, hours, counterparts, changes)
    promised = 0
    for metric in pair.old.revision.metrics:
        if metric.id in after:
            promised |= _compare_metric(pair, metric, after[metric.id], both, context)
    _compare_commitments(pair, promised, changes)


class _MetricContext(NamedTuple):
    """The arguments that the comparisons of all metrics share."""

    pair: RevisionPair
    hours: HoursComparison
    counterparts: Counterparts
    changes: Changes


def _compare_metric(
    pair: RevisionPair, was: Metric, now: Metric, both: Cases, context: _MetricContext
) -> Cases:
    """Add the changes of one metric; return the cases that have a target before and after."""
    promised = 0
    for old, new, cases in _pairs(pair, was.id, both, context.counterparts):
        if old.target is not None and new.target is not None:
            promised |= cases
            _compare_targets(was.id, old, new, cases, context)
            _compare_conditions(was.id, old, new, cases, context)
            continue
        effect, code = "same", "ZD306"
        if old.target is not None or new.target is not None:
            effect, code = ("more", "ZD305") if old.target is None else ("less", "ZD304")
        elif _no_promise(old) == _no_promise(new):
            continue
        message = _changed_target(was.id, old, new)
        if code == "ZD304":
            message = Message(
                "target {target} for {metric} removed", target=old.text, metric=was.id
            )
        elif code == "ZD305":
            message = Message("target {target} for {metric} added", target=new.text, metric=was.id)
        places = _places(was.id, old, new, context)
        context.changes.add(
            Change(code, effect, message, cases, *places, old.text, new.text, metric=was.id)
        )
    _compare_clocks(pair, was, now, promised, context.changes)
    return promised


def _changed_target(metric: str, old: _DecidedTarget, new: _DecidedTarget) -> Message:
    return Message(
        "target for {metric} changed from {before} to {after}",
        metric=metric,
        before=old.text,
        after=new.text,
    )


def _no_promise(decided: _DecidedTarget) -> str:
    """Return the kind of "no promise"; a missing target means the same as `not-stated`."""
    return decided.stated.cell.target.kind if decided.stated else "not-stated"


def _deciding_targets(side: AnalysedRevision, metric: str, cases: Cases) -> list[_DecidedTarget]:
    targets = side.decisions.targets(metric)
    result = [_DecidedTarget(stated, stated.decides & cases) for stated in targets.stated]
    result.append(_DecidedTarget(None, targets.unstated & cases))
    return [decided for decided in result if decided.cases]


def _pairs(
    pair: RevisionPair, metric: str, cases: Cases, counterparts: Counterparts
) -> Iterator[tuple[_DecidedTarget, _DecidedTarget, Cases]]:
    """Yield each old and new target that decide in the same cases, with these cases."""
    after = _deciding_targets(pair.new, metric, cases)
    # A target whose last case is before the first remaining case shares no case.
    ends = [decided.cases.bit_length() for decided in after]
    likely: dict[object, list[_DecidedTarget]] = {}
    for new in after:
        for key in (_content(new), _place(new, new.stated and new.stated.rule)):
            likely.setdefault(key, []).append(new)
    for old in _deciding_targets(pair.old, metric, cases):
        left = old.cases
        # Try the target in the same place, then targets with the same content: usually these
        # cover all cases.
        rule = counterparts.rule(old.stated.rule, None)[1] if old.stated else None
        for new in (*likely.get(_place(old, rule), ()), *likely.get(_content(old), ())):
            if shared := left & new.cases:
                left &= ~shared
                yield old, new, shared
        first = (left & -left).bit_length()
        for new, end in zip(after, ends, strict=True):
            if not left:
                break
            if end >= first and (shared := left & new.cases):
                left &= ~shared
                yield old, new, shared


def _content(decided: _DecidedTarget) -> object:
    """Return the content of a cell, to find an equal cell in another place."""
    if decided.stated is None:
        return None
    cell = decided.stated.cell
    return cell.target, cell.hours, cell.key


def _place(decided: _DecidedTarget, rule: int | None) -> object:
    return decided.stated and (rule, decided.stated.cell.key)


# -- two targets -----------------------------------------------------------------------------------


def _counted(
    side: AnalysedRevision, decided: _DecidedTarget, cases: Cases
) -> list[tuple[CountedTime, Cases]]:
    """Return the hours that a target counts over, each with its cases."""
    assert decided.stated is not None
    cell = decided.stated.cell
    if not cell.target.uses_hours:
        return [(EVERY_INSTANT, cases)]
    parts = side.decisions.counting(cell.hours)
    return [(counted, cases & part) for counted, part in parts if cases & part]


#: The effect for each result of comparing the new target with the old target.
_EFFECTS = {"equal": "same", "better": "more", "worse": "less", "incomparable": "either"}


def _compare_targets(
    metric: str, old: _DecidedTarget, new: _DecidedTarget, cases: Cases, context: _MetricContext
) -> None:
    """Add the changes between two targets, for each pair of hours that they count over."""
    assert old.target is not None
    assert new.target is not None
    before, after = (
        TargetClock(
            target,
            reading=side.revision.business_day,
            zone=side.revision.timezone,
            starts=_starts(side, metric),
        )
        for target, side in ((old.target, context.pair.old), (new.target, context.pair.new))
    )
    for was, old_cases in _counted(context.pair.old, old, cases):
        for now, shared in _counted(context.pair.new, new, old_cases):
            both = before._replace(counted=was), after._replace(counted=now)
            if both[0]._replace(starts=both[1].starts) == both[1]:
                continue  # `_compare_clocks` reports a different start once for the metric
            for conditions, part in context.hours.moments(shared):
                verdict = context.hours.deadlines.compare(both[1], both[0], conditions)
                if verdict.word != "equal":
                    for change in _causes(metric, old, new, both, verdict, part, context):
                        context.changes.add(change)


def _starts(side: AnalysedRevision, metric: str) -> Text:
    return next(known.starts for known in side.revision.metrics if known.id == metric)


def _causes(
    metric: str,
    old: _DecidedTarget,
    new: _DecidedTarget,
    clocks: tuple[TargetClock, TargetClock],
    verdict: Verdict,
    cases: Cases,
    context: _MetricContext,
) -> list[Change]:
    """Return the changes, each with the place of its cause: a cell, a calendar, `business-day`."""
    assert old.stated is not None
    assert new.stated is not None
    was, now = clocks
    effect = _EFFECTS[verdict.word]
    moments = (verdict.later, verdict.earlier) if effect == "either" else (None, None)
    same_target = was.target == now.target
    if same_target and was._replace(reading=now.reading) == now:
        path: Path = ("business-day",)
        message = Message(
            "target for {metric} changed because `business-day` is now {after} instead of {before}",
            metric=metric,
            after=now.reading,
            before=was.reading,
        )
        values = (was.reading, now.reading)
        return [Change(TARGET_CODES[effect], effect, message, cases, path, path, *values, metric)]
    hours = old.stated.cell.hours
    if same_target and hours is not None and hours == new.stated.cell.hours:
        text = was.target.text
        changes = context.hours.changes_of_target(metric, text, hours, cases, effect)
        return [change._replace(moments=moments) for change in changes]
    message = _changed_target(metric, old, new)
    places = _places(metric, old, new, context)
    code = HOURS_CODES[effect] if same_target else TARGET_CODES[effect]
    change = Change(code, effect, message, cases, *places, old.text, new.text, metric)
    return [change._replace(moments=moments)]


def _places(
    metric: str, old: _DecidedTarget, new: _DecidedTarget, context: _MetricContext
) -> tuple[Path, Path]:
    """Return the places in both files. A missing cell has the place of its rule or section."""
    rules = (old.stated and old.stated.rule, new.stated and new.stated.rule)
    if old.stated is None or new.stated is None:
        rules = context.counterparts.rule(*rules)
    paths: list[Path] = []
    for decided, rule, side in zip((old, new), rules, context.pair[:2], strict=True):
        if decided.stated is not None:
            stated = decided.stated
            paths.append(side.document.target(stated.rule, metric, stated.cell))
        else:
            paths.append(("targets",) if rule is None else ("targets", rule, metric))
    return paths[0], paths[1]


# -- conditions, clocks, commitments ---------------------------------------------------------------


def _compare_conditions(
    metric: str, old: _DecidedTarget, new: _DecidedTarget, cases: Cases, context: _MetricContext
) -> None:
    """Add the change of a condition; that of a rule is a single change for all of its targets."""
    sides = context.pair.old, context.pair.new
    before, old_is_of_cell = _condition(sides[0], old)
    after, new_is_of_cell = _condition(sides[1], new)
    if before == after:
        return
    of_cell = old_is_of_cell or new_is_of_cell
    effect, code = "either", "ZD309"
    message = Message("the `condition` of a target rule changed")
    if of_cell:
        message = Message(
            "target {target} for {metric} has a different condition",
            target=new.text,
            metric=metric,
        )
    if before is None:
        effect, code = "less", "ZD307"
        message = Message("targets of a rule now have a condition")
        if of_cell:
            message = Message(
                "target {target} for {metric} now has a condition", target=new.text, metric=metric
            )
    elif after is None:
        effect, code = "more", "ZD308"
        message = Message("targets of a rule no longer have a condition")
        if of_cell:
            message = Message(
                "target {target} for {metric} no longer has a condition",
                target=new.text,
                metric=metric,
            )
    path_old = _place_of_condition(sides[0], metric, old, of_cell=of_cell)
    path_new = _place_of_condition(sides[1], metric, new, of_cell=of_cell)
    context.changes.add(
        Change(
            code, effect, message, cases, path_old, path_new, before, after,
            metric if of_cell else None,
        )
    )  # fmt: skip


def _condition(side: AnalysedRevision, decided: _DecidedTarget) -> tuple[str | None, bool]:
    """Return the condition of a target, and whether it belongs to the cell and not to the rule."""
    assert decided.stated is not None
    rule, cell = side.revision.rules[decided.stated.rule], decided.stated.cell
    return say(cell.condition or rule.condition, "en"), cell.condition is not None


def _place_of_condition(
    side: AnalysedRevision, metric: str, decided: _DecidedTarget, *, of_cell: bool
) -> Path:
    assert decided.stated is not None
    rule: Path = ("targets", decided.stated.rule)
    cell = side.document.cell(decided.stated.rule, metric, decided.stated.cell)
    for path in ((*cell, "condition"), (*rule, "condition")):
        if side.document.node(path) is not None:
            return path
    return cell if of_cell else rule


def _compare_clocks(
    pair: RevisionPair, was: Metric, now: Metric, cases: Cases, changes: Changes
) -> None:
    """Add the changes of the clock of a metric, for all its targets."""
    if not cases:
        return
    path_old, path_new = (
        ("metrics", [metric.id for metric in side.revision.metrics].index(was.id))
        for side in (pair.old, pair.new)
    )
    pauses = say(was.pauses, "en"), say(now.pauses, "en")
    if (pauses[0] is None) != (pauses[1] is None):
        effect, code = ("less", "ZD313") if pauses[0] is None else ("more", "ZD314")
        message = Message("clock of {metric} can no longer be paused", metric=was.id)
        if effect == "less":
            message = Message("clock of {metric} can now be paused", metric=was.id)
        changes.add(Change(code, effect, message, cases, path_old, path_new, *pauses, was.id))
    starts = say(was.starts, "en"), say(now.starts, "en")
    if starts[0] != starts[1]:
        message = Message("clock of {metric} starts at a different event", metric=was.id)
        changes.add(Change("ZD315", "either", message, cases, path_old, path_new, *starts, was.id))
    # Without `on-change`, a change counts as with `carry`.
    if (was.on_change or CARRY) != (now.on_change or CARRY):
        message = Message(
            "a change during a case affects the clock of {metric} differently", metric=was.id
        )
        values = was.on_change, now.on_change
        changes.add(Change("ZD316", "either", message, cases, path_old, path_new, *values, was.id))


def _compare_commitments(pair: RevisionPair, cases: Cases, changes: Changes) -> None:
    """Add the changed commitments."""
    for before, after, differing in pair.difference.commitments():
        if part := differing & cases:
            was, now = before.value, after.value
            effect = effect_of(_STRENGTH[now] > _STRENGTH[was], _STRENGTH[was] > _STRENGTH[now])
            code = {"less": "ZD310", "more": "ZD311"}.get(effect, "ZD312")
            message = Message(
                "commitment changed from {before} to {after}",
                before=was or Message("not stated"),
                after=now or Message("not stated"),
            )
            paths = _path_of_commitment(pair.old, before), _path_of_commitment(pair.new, after)
            changes.add(Change(code, effect, message, part, *paths, was, now))


def _path_of_commitment(side: AnalysedRevision, decided: DecidedValue) -> Path:
    path: Path = ("commitment",)
    if decided.entry is None or side.document.node((*path, 0)) is None:
        return path
    return (*path, decided.entry, "is")
