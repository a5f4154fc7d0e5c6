"""ZS313: a priority with which no case can be opened."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each priority that no grant of a channel that opens a case covers."""
    entitled = subject.decisions.entitled
    if not entitled:
        return  # no case can be opened at all
    for position, priority in enumerate(subject.revision.priorities):
        if not entitled & subject.space.of("priority", priority.id):
            yield Problem(
                ("priorities", position, "id"),
                f"no case can be opened with `{priority.id}`: no grant covers it",
                hint="name it in a grant of a channel that opens a case, or take it out",
            )


RULE = Rule(
    code="ZS313",
    name="priority-without-grant",
    severity="warning",
    summary="a priority with which no case can be opened",
    check=check,
)
