"""ZS405: `hours` in a target rule or a cell that none of its targets counts over."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.edits import removal
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.findings import Fix
from zsupport.policy.format import ALWAYS
from zsupport.policy.yamltext import Path


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each `hours` without a target that counts over it."""
    for position, rule in enumerate(subject.revision.rules):
        used = rule.hours in (None, ALWAYS)  # day and night, as the targets say
        # Cells of one key are one cell, written once.
        own: dict[tuple[str, str], str] = {}
        for metric, cells in rule.cells.items():
            for cell in cells.values():
                if cell.hours is None or cell.target.uses_hours:
                    used = used or cell.hours == rule.hours
                elif cell.hours not in (rule.hours, ALWAYS):
                    own[metric, cell.key] = cell.target.text
        if not used:
            yield _problem(
                subject, ("targets", position, "hours"), "no target of this rule counts over them"
            )
        for (metric, key), text in own.items():
            path = ("targets", position, metric, *(() if key == "*" else (key,)), "hours")
            yield _problem(subject, path, f"`{text}` does not count over them")


def _problem(subject: Subject, path: Path, why: str) -> Problem:
    edits = removal(subject.document, path)
    return Problem(
        path,
        f"these `hours` are not used: {why}",
        subject.document.key(path),
        hint="take `hours` out, or write a target that says business",
        fix=Fix("take `hours` out", edits) if edits else None,
    )


RULE = Rule(
    code="ZS405",
    name="unused-hours",
    severity="warning",
    summary="`hours` in a target rule that none of its targets counts over",
    check=check,
)
