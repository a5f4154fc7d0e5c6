"""ZS405: unused `hours` in a target rule or a cell."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.edits import removal
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.findings import Fix
from zsupport.policy.format import ALWAYS
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each `hours` without a target that uses it."""
    # The metrics that warn in working time, which counts over the hours of any target.
    warned = {
        metric.id
        for metric in subject.revision.metrics
        if metric.warn is not None and " business " in metric.warn
    }
    for position, rule in enumerate(subject.revision.rules):
        # `hours: 24x7` tells readers that the targets are elapsed time, so it is never unused.
        used = rule.hours in (None, ALWAYS)
        # Cells with the same key are one cell in the file.
        own: dict[tuple[str, str], str] = {}
        for metric, cells in rule.cells.items():
            for cell in cells.values():
                if cell.hours is None or cell.target.uses_hours or metric in warned:
                    used = used or cell.hours == rule.hours
                elif cell.hours not in (rule.hours, ALWAYS):
                    own[metric, cell.key] = cell.target.text
        if not used:
            message = Message("unused `hours`: no target of this rule counts working time")
            yield _problem(subject, ("targets", position, "hours"), message)
        for (metric, key), text in own.items():
            path = ("targets", position, metric, *(() if key == "*" else (key,)), "hours")
            yield _problem(
                subject,
                path,
                Message("unused `hours`: `{target}` does not count working time", target=text),
            )


def _problem(subject: Subject, path: Path, message: str) -> Problem:
    edits = removal(subject.document, path)
    return Problem(
        path,
        message,
        subject.document.key(path),
        hint=Message(
            "remove `hours`, or write a target in working time, such as `4 business hours`"
        ),
        fix=Fix(Message("remove `hours`"), edits) if edits else None,
    )


RULE = Rule(
    code="ZS405",
    name="unused-hours",
    severity="warning",
    summary=Message("unused `hours` in a target rule"),
    check=check,
)
