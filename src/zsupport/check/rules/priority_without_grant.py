"""ZS313: a priority without a grant: no case can be opened with it."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each priority that is in no grant of a channel that opens cases."""
    entitled = subject.decisions.entitled
    if not entitled:
        return  # no case can be opened at all
    for position, priority in enumerate(subject.revision.priorities):
        if not entitled & subject.cases_with_priority(priority.id):
            yield Problem(
                ("priorities", position, "id"),
                Message("no grant allows opening a case with `{priority}`", priority=priority.id),
                hint=Message(
                    "add a grant of a case channel for this priority, or remove the priority"
                ),
            )


RULE = Rule(
    code="ZS313",
    name="priority-without-grant",
    severity="warning",
    summary=Message("priority without a grant"),
    check=check,
)
