"""ZS602: a metric such as restoration that is due before the first response."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.space import Cases
from zsupport.check.rank import is_surely_slower
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.target_groups import TargetGroup
from zsupport.clock.target import DATED
from zsupport.policy.model import Metric
from zsupport.wording import Message

_LENGTHS = ("clock", "business")
_ONCE = (*_LENGTHS, *DATED, "calendar-days", "later", "earlier")


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell of a later metric that is certainly due before the first metric.

    Metrics that recur or start at another event are not compared. Each cell is reported once.
    """
    metrics = subject.revision.metrics
    first = metrics[0]
    if len(metrics) < 2:
        return
    responses = [group for group in subject.target_groups[0] if is_single(group)]
    for metric, groups in zip(metrics[1:], subject.target_groups[1:], strict=True):
        for later in groups if metric.starts == first.starts else ():
            if not is_single(later):
                continue
            reported: set[tuple[int, str]] = set()
            for response in responses:
                if may_be_sooner(later, response) and (both := later.cases & response.cases):
                    cases = cases_due_sooner(subject, later, response, both)
                    yield from problems(subject, first, metric, later, response, cases, reported)


def is_single(group: TargetGroup) -> bool:
    """Return whether a target has a single deadline, which can be compared with another."""
    return group.target.kind in _ONCE and not group.target.every


def may_be_sooner(later: TargetGroup, response: TargetGroup) -> bool:
    """Return whether the target of a later metric may be due before the first response.

    A conditional target is not certainly sooner.
    """
    target, other = later.target, response.target
    if target.kind in _LENGTHS and other.kind == "clock" and target.amount > other.amount:
        return False
    if target.text == other.text and later.hours == response.hours:
        return False
    return later.conditions in ((None, None), response.conditions)


def cases_due_sooner(
    subject: Subject, later: TargetGroup, response: TargetGroup, both: Cases
) -> Cases:
    """Return the cases whose later metric is certainly due before the first response."""
    result = 0
    for later_hours, later_cases in subject.decisions.counted(later.hours):
        for hours, own in subject.decisions.counted(response.hours) if later_cases & both else ():
            first, second = subject.clock(response, hours), subject.clock(later, later_hours)
            for conditions, moments in subject.moments:
                cases = both & later_cases & own & moments
                if cases and is_surely_slower(subject, first, second, conditions):
                    result |= cases
    return result


def problems(
    subject: Subject,
    first: Metric,
    metric: Metric,
    later: TargetGroup,
    response: TargetGroup,
    cases: Cases,
    reported: set[tuple[int, str]],
) -> Iterator[Problem]:
    """Yield a problem at each cell of the later metric; it refers to a cell of the first metric."""
    for cell in later.cells if cases else ():
        for first_cell in response.cells:
            both = cases & cell.decides & first_cell.decides
            if not both or (cell.rule, cell.cell.key) in reported:
                continue
            reported.add((cell.rule, cell.cell.key))
            yield Problem(
                subject.target(cell),
                Message(
                    "`{metric}` is due before `{first}` in the same case",
                    metric=metric.id,
                    first=first.id,
                ),
                label=cell.cell.target.text,
                hint=Message(
                    "swap the two targets, or add `starts: answered` to `{metric}`",
                    metric=metric.id,
                ),
                case=subject.witness(both),
                related=(subject.related_target(first.id, first_cell),),
            )


RULE = Rule(
    code="ZS602",
    name="restoration-before-response",
    severity="warning",
    summary=Message("restoration due before the first response"),
    check=check,
)
