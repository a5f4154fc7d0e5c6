"""ZS603: a target of no time at all."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each target of zero hours or minutes."""
    for position, metric, cell in subject.cells:
        target = cell.target
        if not target.amount and target.kind in ("clock", "business"):
            yield Problem(
                subject.document.target(position, metric, cell),
                f"`{target.text}` is due at the moment it starts, and breached a second later",
                label="no time at all",
                hint="write the shortest time that is meant, `none` where nothing is promised, or"
                " `not-stated`",
            )


RULE = Rule(
    code="ZS603",
    name="zero-target",
    severity="error",
    summary="a target of no time at all",
    check=check,
)
