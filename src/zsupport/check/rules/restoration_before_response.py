"""ZS602: a metric such as restoration that is due before the first response."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.space import Cases
from zsupport.check.offers import Offer
from zsupport.check.rank import surely_worse
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import Metric

_LENGTHS = ("clock", "business")
_ONCE = (*_LENGTHS, "business-days", "next-business-day", "by")


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell of a later metric that is certainly due before the first metric.

    Metrics that recur or start at another event are not compared. Each cell is reported once.
    """
    metrics = subject.revision.metrics
    first = metrics[0]
    if len(metrics) < 2:
        return
    answers = [each for each in subject.offers[0] if once(each)]
    for metric, offers in zip(metrics[1:], subject.offers[1:], strict=True):
        for end in offers if metric.starts == first.starts else ():
            if not once(end):
                continue
            named: set[tuple[int, str]] = set()
            for answer in answers:
                if may_be_sooner(end, answer) and (both := end.cases & answer.cases):
                    cases = sooner(subject, end, answer, both)
                    yield from problems(subject, first, metric, end, answer, cases, named)


def once(offer: Offer) -> bool:
    """Return whether a promise has one deadline, which can be compared with another."""
    return offer.target.kind in _ONCE and not offer.target.every


def may_be_sooner(end: Offer, answer: Offer) -> bool:
    """Return whether one promise may be due before another, by a glance at the two.

    What is promised on a condition is not surely sooner.
    """
    mine, its = end.target, answer.target
    if mine.kind in _LENGTHS and its.kind == "clock" and mine.amount > its.amount:
        return False
    if mine.text == its.text and end.hours == answer.hours:
        return False
    return end.conditions in ((None, None), answer.conditions)


def sooner(subject: Subject, end: Offer, answer: Offer, both: Cases) -> Cases:
    """Return in which of some cases one promise is surely due before another."""
    found = 0
    for end_hours, some in subject.decisions.counted(end.hours):
        for hours, own in subject.decisions.counted(answer.hours) if some & both else ():
            one, other = subject.clock(answer, hours), subject.clock(end, end_hours)
            for conditions, moments in subject.moments:
                cases = both & some & own & moments
                if cases and surely_worse(subject, one, other, conditions):
                    found |= cases
    return found


def problems(
    subject: Subject,
    first: Metric,
    metric: Metric,
    end: Offer,
    answer: Offer,
    cases: Cases,
    named: set[tuple[int, str]],
) -> Iterator[Problem]:
    """Yield a problem at each cell of the later metric, beside a cell of the first one."""
    for mine in end.cells if cases else ():
        for its in answer.cells:
            both = cases & mine.decides & its.decides
            if not both or (mine.rule, mine.cell.key) in named:
                continue
            named.add((mine.rule, mine.cell.key))
            yield Problem(
                subject.target(mine),
                f"`{metric.id}` is due before `{first.id}` in the same case",
                label=mine.cell.target.text,
                hint=f"exchange the two targets, or add `starts: answered` to `{metric.id}`",
                case=subject.witness(both),
                related=(subject.promised(first.id, its),),
            )


RULE = Rule(
    code="ZS602",
    name="restoration-before-response",
    severity="warning",
    summary="restoration due before the first response",
    check=check,
)
