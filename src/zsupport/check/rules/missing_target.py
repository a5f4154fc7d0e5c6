"""ZS302: a case that can be opened without a target for its priority."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message, enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each gap at the last rule that matches it and has the metric for other priorities.

    Cases that no rule matches are reported once, for the first metric only: targets for other
    metrics are optional.
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
                gap = left & subject.decisions.matches_opened(rule.when)
                left &= ~gap
                if gap:
                    yield _missing_in_rule(subject, position, metric.id, gap, severity)
        if left and not number:
            yield _missing_rule(subject, metric.id, left)


def _missing_in_rule(
    subject: Subject, position: int, metric: str, gap: Cases, severity: str
) -> Problem:
    """Return the problem at a rule that states the metric for other priorities only."""
    path = ("targets", position, metric)
    names = _names(subject.decisions.priorities_in(gap))
    return Problem(
        path,
        Message(
            "missing `{metric}` target for {priorities} in cases that this rule matches",
            metric=metric,
            priorities=names,
        ),
        subject.document.key(path),
        hint=Message("add a target for {priorities}, or `not-stated`", priorities=names),
        case=_witness(subject, gap),
        severity=severity,
    )


def _missing_rule(subject: Subject, metric: str, left: Cases) -> Problem:
    """Return the problem of cases that no rule with the metric matches."""
    space, entitled = subject.space, subject.decisions.entitled
    restrictions: list[str] = []
    for name in ("plan", "role", "channel", "priority"):
        values = space.values_in(name, left)
        every = space.values_in(name, entitled)
        if name == "priority":
            values, every = map(subject.decisions.priorities_in, (left, entitled))
        if values != every:
            restrictions.append(_restriction(name, _names(values)))
    return Problem(
        ("targets",),
        Message(
            "missing `{metric}` target for cases with {restrictions}",
            metric=metric,
            restrictions=reduce(lambda first, next: enumerated((first, next)), restrictions),
        )
        if restrictions
        else Message("missing `{metric}` target for some cases", metric=metric),
        subject.document.key(("targets",)),
        hint=Message("add a rule for these cases, or write `not-stated`"),
        case=_witness(subject, left),
    )


def _witness(subject: Subject, cases: Cases) -> dict[str, str]:
    """Return a case of a non-empty set; if possible, one whose priority no channel changes."""
    return subject.witness(cases & subject.decisions.unchanged or cases)


def _restriction(dimension: str, names: str) -> Message:
    """Return a dimension with the values to which cases are restricted."""
    if dimension == "plan":
        return Message("plan {names}", names=names)
    if dimension == "role":
        return Message("role {names}", names=names)
    if dimension == "channel":
        return Message("channel {names}", names=names)
    return Message("priority {names}", names=names)


def _names(values: tuple[str, ...]) -> str:
    """Return names in backticks, at most five."""
    names: list[str] = [f"`{value}`" for value in values[:5]]
    if len(values) > 5:
        names.append(Message("{number} more", number=len(values) - 5))
    return enumerated(names)


RULE = Rule(
    code="ZS302",
    name="missing-target",
    severity="error",
    summary=Message("missing target for a case that can be opened"),
    check=check,
)
