"""ZS314: a metric without a target."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each metric without a target, except the first metric, which ZS302 reports."""
    rules = subject.revision.rules
    stated = {metric for rule in rules for metric in rule.cells}
    for position, metric in enumerate(subject.revision.metrics):
        if position and rules and metric.id not in stated:
            yield Problem(
                ("metrics", position, "id"),
                Message("no target rule states a target for `{metric}`", metric=metric.id),
                hint=Message("add a target, or `none` for no promise, or remove the metric"),
            )


RULE = Rule(
    code="ZS314",
    name="metric-without-target",
    severity="warning",
    summary=Message("metric without a target"),
    check=check,
)
