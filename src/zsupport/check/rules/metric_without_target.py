"""ZS314: a metric that no target rule states."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each metric but the first that stands in no rule; of the first every gap is found."""
    rules = subject.revision.rules
    stated = {metric for rule in rules for metric in rule.cells}
    for position, metric in enumerate(subject.revision.metrics):
        if position and rules and metric.id not in stated:
            yield Problem(
                ("metrics", position, "id"),
                f"no target rule states `{metric.id}`",
                hint="state it, with `none` where nothing is promised, or take it out",
            )


RULE = Rule(
    code="ZS314",
    name="metric-without-target",
    severity="warning",
    summary="a metric that no target rule states",
    check=check,
)
