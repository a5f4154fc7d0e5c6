"""ZS423: a priority that replaces both more urgent and less urgent cells of the table."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.space import shown_case
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each `when` that lowers the priority of some cells and raises that of others."""
    revision, space = subject.revision, subject.facts
    if revision.priority_table is None:
        return
    rank = {priority.id: place for place, priority in enumerate(revision.priorities)}
    rules = revision.priority_rules()
    cells = [(rule, space.matches(rule.when)) for rule in rules if rule.of_table]
    for rule, decides in space.deciding([rule for rule in rules if not rule.of_table]):
        assert rule.priority is not None
        replaced = [(cell, cases & decides) for cell, cases in cells if cases & decides]
        own = rank[rule.priority]
        # A refused cell is less urgent than every priority.
        ranks = [rank[c.priority] if c.priority else len(rank) for c, _ in replaced]
        lowered = [part for part, other in zip(replaced, ranks, strict=True) if other < own]
        raised = [part for part, other in zip(replaced, ranks, strict=True) if other > own]
        if lowered and raised:
            yield Problem(
                (*rule.path, "when"),
                Message(
                    "`{priority}` replaces more urgent and less urgent cells of `priority-table`",
                    priority=rule.priority,
                ),
                hint=Message("for a limit, name only the more urgent cells in the `when`"),
                case=shown_case(space.first(raised[0][1])),
                related=(
                    (lowered[0][0].path, Message("this cell is more urgent")),
                    (raised[0][0].path, Message("this cell is less urgent")),
                ),
            )


RULE = Rule(
    code="ZS423",
    name="exception-both-ways",
    severity="warning",
    summary=Message("priority that replaces more urgent and less urgent cells of the table"),
    check=check,
)
