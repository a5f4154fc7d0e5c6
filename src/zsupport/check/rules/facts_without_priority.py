"""ZS303: facts that lead to no priority."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.space import shown
from zsupport.answer.space import union
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import counted


def check(subject: Subject) -> Iterator[Problem]:
    """Yield one problem where some combination of facts fits the `when` of no priority."""
    priorities = subject.revision.priorities
    if not priorities or not all(each.when for each in priorities):
        return
    space = subject.facts
    left = space.every & ~union(space.holds(each.when) for each in priorities)
    if left:
        some = counted(left.bit_count(), "combination")
        yield Problem(
            ("priorities",),
            f"{some} of facts, of {space.size:,}, lead to no priority",
            subject.document.key(("priorities",)),
            hint="end the list with a priority that has no `when`, or widen one",
            case=shown(space.first(left)),
        )


RULE = Rule(
    code="ZS303",
    name="facts-without-priority",
    severity="warning",
    summary="facts that lead to no priority",
    check=check,
)
