"""Changes in what is promised: targets, the hours that they count, conditions, commitments."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.answers import DecidedValue
from zsupport.analysis.compare import EVERY_INSTANT, Counted
from zsupport.analysis.deadlines import TargetClock, Verdict
from zsupport.analysis.decisions import StatedCell
from zsupport.analysis.revision import AnalysedRevision
from zsupport.answer.case import say
from zsupport.answer.space import Cases
from zsupport.clock.target import Target
from zsupport.diff.cases import RevisionPair
from zsupport.diff.changes import Change, Changes, verdict
from zsupport.diff.hours import CODES as HOURS_CODES
from zsupport.diff.hours import SPEED, HoursComparison
from zsupport.diff.places import Counterparts
from zsupport.policy.model import Metric, Text
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple

_BINDING = {None: 0, "none": 0, "target": 1, "objective": 2, "agreement": 3}


class _Decided(NamedTuple):
    """What decides in some cases: a cell, or that none does."""

    stated: StatedCell | None
    cases: Cases

    @property
    def target(self) -> Target | None:
        """What is promised, None where nothing is."""
        target = self.stated.cell.target if self.stated else None
        return target if target is not None and target.promises else None

    @property
    def text(self) -> str:
        """The target and its hours, in words."""
        if self.stated is None:
            return "not stated"
        cell = self.stated.cell
        target = {"none": "none", "not-stated": "not stated"}.get(cell.target.kind)
        if target is None and cell.hours and cell.target.uses_hours:
            return f"{cell.target.text} ({cell.hours})"
        return target or cell.target.text


def find_changes(
    pair: RevisionPair, matched: Counterparts, hours: HoursComparison, found: Changes
) -> None:
    """Add what changed in what is promised where a case can be opened before and after."""
    # Cases of one side only would have no counterpart: every rule would be tried for each of them.
    both = pair.both & pair.old.decisions.entitled & pair.new.decisions.entitled
    after = {metric.id: metric for metric in pair.new.revision.metrics}
    promised = 0
    for metric in pair.old.revision.metrics:
        if metric.id in after:
            here = _metric(
                pair, metric, after[metric.id], both, _MetricContext(pair, hours, matched, found)
            )
            promised |= here
    _commitments(pair, promised, found)


class _MetricContext(NamedTuple):
    """What the comparison of a metric needs beside the metric."""

    pair: RevisionPair
    hours: HoursComparison
    matched: Counterparts
    found: Changes


def _metric(
    pair: RevisionPair, was: Metric, now: Metric, both: Cases, known: _MetricContext
) -> Cases:
    """Add what changed in one metric; return where it promises something before and after."""
    promised = 0
    for old, new, cases in _pairs(pair, was.id, both, known.matched):
        one, other = old.target, new.target
        if one is not None and other is not None:
            promised |= cases
            _targets(was.id, old, new, cases, known)
            _conditions(was.id, old, new, cases, known)
            continue
        effect, code = "same", "ZD306"
        if one is not None or other is not None:
            effect, code = ("more", "ZD305") if one is None else ("less", "ZD304")
        elif _silence(old) == _silence(new):
            continue
        says = {
            "ZD304": f"{was.id}: nothing is promised, {old.text} was",
            "ZD305": f"{was.id}: {new.text} is promised, nothing was",
            "ZD306": f"{was.id}: {new.text} instead of {old.text}",
        }[code]
        places = _places(was.id, old, new, known)
        known.found.add(
            Change(code, effect, says, cases, *places, old.text, new.text, metric=was.id)
        )
    _clock(pair, was, now, promised, known.found)
    return promised


def _silence(decided: _Decided) -> str:
    """Return how nothing is promised: not stated at all is as good as `not-stated`."""
    return decided.stated.cell.target.kind if decided.stated else "not-stated"


def _decided(side: AnalysedRevision, metric: str, cases: Cases) -> list[_Decided]:
    targets = side.decisions.targets(metric)
    found = [_Decided(each, each.decides & cases) for each in targets.stated]
    found.append(_Decided(None, targets.unstated & cases))
    return [each for each in found if each.cases]


def _pairs(
    pair: RevisionPair, metric: str, cases: Cases, matched: Counterparts
) -> Iterator[tuple[_Decided, _Decided, Cases]]:
    """Yield what decides before and after, with the cases in which these two do."""
    after = _decided(pair.new, metric, cases)
    ends = [each.cases.bit_length() for each in after]
    likely: dict[object, list[_Decided]] = {}
    for new in after:
        for key in (_content(new), _place(new, new.stated and new.stated.rule)):
            likely.setdefault(key, []).append(new)
    for old in _decided(pair.old, metric, cases):
        left = old.cases
        # What says the same comes first, then what stands in the same place: mostly that is all.
        rule = matched.rule(old.stated.rule, None)[1] if old.stated else None
        for new in (*likely.get(_place(old, rule), ()), *likely.get(_content(old), ())):
            if here := left & new.cases:
                left &= ~here
                yield old, new, here
        first = (left & -left).bit_length()
        for new, end in zip(after, ends, strict=True):
            if not left:
                break
            if end >= first and (here := left & new.cases):
                left &= ~here
                yield old, new, here


def _content(decided: _Decided) -> object:
    """Return what a cell says, by which it may be known again elsewhere."""
    if decided.stated is None:
        return None
    cell = decided.stated.cell
    return cell.target, cell.hours, cell.key


def _place(decided: _Decided, rule: int | None) -> object:
    return decided.stated and (rule, decided.stated.cell.key)


# -- one target and another ------------------------------------------------------------------------


def _counted(
    side: AnalysedRevision, decided: _Decided, cases: Cases
) -> list[tuple[Counted, Cases]]:
    """Return what a target counts over in which cases."""
    assert decided.stated is not None
    cell = decided.stated.cell
    if not cell.target.uses_hours:
        return [(EVERY_INSTANT, cases)]
    parts = side.decisions.counting(cell.hours)
    return [(counted, cases & here) for counted, here in parts if cases & here]


#: The effect of a new target that compares so with the old one.
_EFFECTS = {"equal": "same", "better": "more", "worse": "less", "incomparable": "either"}


def _targets(
    metric: str, old: _Decided, new: _Decided, cases: Cases, known: _MetricContext
) -> None:
    """Add what changed between two targets, by the hours that they count over."""
    assert old.target is not None
    assert new.target is not None
    before, after = (
        TargetClock(
            target,
            reading=side.revision.business_day,
            zone=side.revision.timezone,
            starts=_starts(side, metric),
        )
        for target, side in ((old.target, known.pair.old), (new.target, known.pair.new))
    )
    for was, some in _counted(known.pair.old, old, cases):
        for now, here in _counted(known.pair.new, new, some):
            both = before._replace(counted=was), after._replace(counted=now)
            if both[0]._replace(starts=both[1].starts) == both[1]:
                continue  # when the clock of a metric starts is told once, of the metric
            for conditions, part in known.hours.moments(here):
                verdict = known.hours.deadlines.compare(both[1], both[0], conditions)
                if verdict.word != "equal":
                    for change in _causes(metric, old, new, both, verdict, part, known):
                        known.found.add(change)


def _starts(side: AnalysedRevision, metric: str) -> Text:
    return next(each.starts for each in side.revision.metrics if each.id == metric)


def _causes(
    metric: str,
    old: _Decided,
    new: _Decided,
    clocks: tuple[TargetClock, TargetClock],
    verdict: Verdict,
    cases: Cases,
    known: _MetricContext,
) -> list[Change]:
    """Return the change with the places that made it: cells, calendars, or how a day reads."""
    assert old.stated is not None
    assert new.stated is not None
    one, other = clocks
    effect = _EFFECTS[verdict.word]
    moments = (verdict.later, verdict.earlier) if effect == "either" else (None, None)
    same_target = one.target == other.target
    if same_target and one._replace(reading=other.reading) == other:
        path: Path = ("business-day",)
        says = f"{metric}: a business day reads {other.reading} instead of {one.reading}"
        words = (one.reading, other.reading)
        return [Change(SPEED[effect], effect, says, cases, path, path, *words, metric)]
    hours = old.stated.cell.hours
    if same_target and hours is not None and hours == new.stated.cell.hours:
        found = known.hours.changes_of_target(metric, one.target.text, hours, cases, effect)
        return [change._replace(moments=moments) for change in found]
    says = f"{metric}: {new.text} instead of {old.text}"
    places = _places(metric, old, new, known)
    code = HOURS_CODES[effect] if same_target else SPEED[effect]
    change = Change(code, effect, says, cases, *places, old.text, new.text, metric)
    return [change._replace(moments=moments)]


def _places(metric: str, old: _Decided, new: _Decided, known: _MetricContext) -> tuple[Path, Path]:
    """Return the places in both files; where no cell decides, that of the rule that did or does."""
    rules = (old.stated and old.stated.rule, new.stated and new.stated.rule)
    if old.stated is None or new.stated is None:
        rules = known.matched.rule(*rules)
    found: list[Path] = []
    for decided, rule, side in zip((old, new), rules, known.pair[:2], strict=True):
        if decided.stated is not None:
            stated = decided.stated
            found.append(side.document.target(stated.rule, metric, stated.cell))
        else:
            found.append(("targets",) if rule is None else ("targets", rule, metric))
    return found[0], found[1]


# -- conditions, clocks, commitments ---------------------------------------------------------------


def _conditions(
    metric: str, old: _Decided, new: _Decided, cases: Cases, known: _MetricContext
) -> None:
    """Add a condition that a target got, lost or changed; that of a rule is said once."""
    sides = known.pair.old, known.pair.new
    found = [_condition(side, each) for side, each in zip(sides, (old, new), strict=True)]
    (before, own), (after, its) = found
    if before == after:
        return
    effect, code, word = "either", "ZD309", "on another condition"
    if before is None:
        effect, code, word = "less", "ZD307", "on a condition only"
    elif after is None:
        effect, code, word = "more", "ZD308", "without a condition"
    of_cell = own or its
    path_old = _place_of_condition(sides[0], metric, old, of_cell=of_cell)
    path_new = _place_of_condition(sides[1], metric, new, of_cell=of_cell)
    says = f"{metric}: {new.text} {word}" if of_cell else f"what a rule promises holds {word}"
    named = metric if of_cell else None
    known.found.add(Change(code, effect, says, cases, path_old, path_new, before, after, named))


def _condition(side: AnalysedRevision, decided: _Decided) -> tuple[str | None, bool]:
    """Return the condition of a target, and whether it is its own and not that of its rule."""
    assert decided.stated is not None
    rule, cell = side.revision.rules[decided.stated.rule], decided.stated.cell
    return say(cell.condition or rule.condition, "en"), cell.condition is not None


def _place_of_condition(
    side: AnalysedRevision, metric: str, decided: _Decided, *, of_cell: bool
) -> Path:
    assert decided.stated is not None
    rule: Path = ("targets", decided.stated.rule)
    cell = side.document.cell(decided.stated.rule, metric, decided.stated.cell)
    for path in ((*cell, "condition"), (*rule, "condition")):
        if side.document.node(path) is not None:
            return path
    return cell if of_cell else rule


def _clock(pair: RevisionPair, was: Metric, now: Metric, cases: Cases, found: Changes) -> None:
    """Add what changed about the clock of a metric, for all that it promises."""
    if not cases:
        return
    path_old, path_new = (
        ("metrics", [each.id for each in side.revision.metrics].index(was.id))
        for side in (pair.old, pair.new)
    )
    pauses = say(was.pauses, "en"), say(now.pauses, "en")
    if (pauses[0] is None) != (pauses[1] is None):
        effect, code = ("less", "ZD313") if pauses[0] is None else ("more", "ZD314")
        says = f"{was.id}: its clock can {'' if effect == 'less' else 'no longer '}be stopped"
        found.add(Change(code, effect, says, cases, path_old, path_new, *pauses, was.id))
    starts = say(was.starts, "en"), say(now.starts, "en")
    if starts[0] != starts[1]:
        says = f"{was.id}: its clock starts at another event"
        found.add(Change("ZD315", "either", says, cases, path_old, path_new, *starts, was.id))


def _commitments(pair: RevisionPair, cases: Cases, found: Changes) -> None:
    """Add where what is promised binds more or less than before."""
    for before, after, differing in pair.where.commitments():
        if here := differing & cases:
            was, now = before.value, after.value
            effect = verdict(_BINDING[now] > _BINDING[was], _BINDING[was] > _BINDING[now])
            code = {"less": "ZD310", "more": "ZD311"}.get(effect, "ZD312")
            says = f"commitment: {now or 'not stated'} instead of {was or 'not stated'}"
            paths = _path_of_commitment(pair.old, before), _path_of_commitment(pair.new, after)
            found.add(Change(code, effect, says, here, *paths, was, now))


def _path_of_commitment(side: AnalysedRevision, decided: DecidedValue) -> Path:
    path: Path = ("commitment",)
    if decided.entry is None or side.document.node((*path, 0)) is None:
        return path
    return (*path, decided.entry, "is")
