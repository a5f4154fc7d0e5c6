"""ZS633: a metric without `on-change` in a policy that states it for another metric."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each metric without `on-change` whose target a change of the case can change.

    Most policies do not state what a change does, so a policy without `on-change` has no finding.
    """
    metrics = subject.revision.metrics
    stated = [position for position, metric in enumerate(metrics) if metric.on_change is not None]
    for position, metric in enumerate(metrics):
        if stated and metric.on_change is None and _can_change(subject, metric.id):
            yield Problem(
                ("metrics", position),
                Message(
                    "`{metric}` does not state what a change during a case does to its clock",
                    metric=metric.id,
                ),
                hint=Message("add `on-change`: `restart`, `carry` or `keep`"),
                related=(
                    (("metrics", stated[0], "on-change"), Message("stated for another metric")),
                ),
            )


def _can_change(subject: Subject, metric: str) -> bool:
    """Return whether different cases have different targets for a metric."""
    rules = subject.revision.rules
    cells = [(rule, cell) for rule, name, cell in subject.cells if name == metric]
    by_case = any(
        cell.key != "*" or any(part.values for part in rules[rule].when) for rule, cell in cells
    )
    return by_case and len({(cell.target, cell.hours) for _, cell in cells}) > 1


RULE = Rule(
    code="ZS633",
    name="missing-on-change",
    severity="note",
    summary=Message("metric without `on-change`, although another metric states it"),
    check=check,
)
