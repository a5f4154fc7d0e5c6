"""ZS302: a priority that a case can be opened with, and that no target rule answers."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each gap at the last rule that holds there and states other priorities.

    What no rule at all answers is said once, and of the first metric only: nobody has to promise
    updates.
    """
    revision = subject.revision
    if not revision.rules:
        return
    for number, (metric, targets) in enumerate(subject.decisions.by_metric()):
        left = targets.unstated
        severity = "warning" if number else "error"
        for position in reversed(range(len(revision.rules))):
            rule = revision.rules[position]
            if metric.id in rule.cells and left:
                gap = left & subject.decisions.matches(rule.when)
                left &= ~gap
                if gap:
                    yield _forgotten(subject, position, metric.id, gap, severity)
        if left and not number:
            yield _unanswered(subject, metric.id, left)


def _forgotten(subject: Subject, position: int, metric: str, gap: Cases, severity: str) -> Problem:
    """Return the problem at a rule that holds, and states the metric for other priorities."""
    path = ("targets", position, metric)
    names = _names(subject.space.met("priority", gap))
    return Problem(
        path,
        f"no rule states `{metric}` for {names} in cases for which this one holds",
        subject.document.key(path),
        hint=f"state {names} here, `not-stated` if the policy says nothing",
        case=subject.witness(gap),
        severity=severity,
    )


def _unanswered(subject: Subject, metric: str, left: Cases) -> Problem:
    """Return the problem of cases for which no rule that states the metric holds."""
    space, entitled = subject.space, subject.decisions.entitled
    where = []
    for name in ("plan", "role", "channel", "priority"):
        values = space.met(name, left)
        if values != space.met(name, entitled):
            where.append(f"{name} {_names(values)}")
    cases = f" with {' and '.join(where)}" if where else ""
    return Problem(
        ("targets",),
        f"no rule states `{metric}` for cases{cases}",
        subject.document.key(("targets",)),
        hint="write a rule for them, with `not-stated` if the policy says nothing",
        case=subject.witness(left),
    )


def _names(values: tuple[str, ...]) -> str:
    """Return names in backticks, at most five."""
    names = [f"`{value}`" for value in values[:5]]
    if len(values) > 5:
        names.append(f"{len(values) - 5} more")
    return enumerated(names)


RULE = Rule(
    code="ZS302",
    name="missing-target",
    severity="error",
    summary="a priority that a case can have and that no target rule answers",
    check=check,
)
