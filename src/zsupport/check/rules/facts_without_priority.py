"""ZS303: combinations of facts that match no priority."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.space import shown_case
from zsupport.answer.space import union
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Counted, Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield one problem if some combination of facts matches no priority."""
    priorities = subject.revision.priorities
    if not priorities or not all(priority.when for priority in priorities):
        return
    if subject.revision.priority_table:
        return  # every combination has a cell
    opening = [channel for channel in subject.revision.channels if channel.opens_case]
    if opening and all(item.priority and not item.priority.at_most for item in opening):
        return  # every case has the priority that its channel sets
    space = subject.facts
    unmatched = space.every & ~union(space.matches(priority.when) for priority in priorities)
    if unmatched:
        combinations = Counted(
            "{count} combination of facts", "{count} combinations of facts", space.size
        )
        yield Problem(
            ("priorities",),
            Counted(
                "no priority matches {count} of {combinations}",
                "no priority matches {count} of {combinations}",
                unmatched.bit_count(),
                combinations=combinations,
            ),
            subject.document.key(("priorities",)),
            hint=Message("end the list with a priority without `when`, or widen a `when`"),
            case=shown_case(space.first(unmatched)),
        )


RULE = Rule(
    code="ZS303",
    name="facts-without-priority",
    severity="warning",
    summary=Message("combinations of facts without a priority"),
    check=check,
)
