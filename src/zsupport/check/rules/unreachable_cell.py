"""ZS422: a cell of the priority table, or a `when` above it, that decides no case."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.space import shown_case
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each `when` and each cell whose cases earlier rules decide, with another priority.

    Priorities that no facts lead to are omitted: ZS404 reports them.
    """
    if subject.revision.priority_table is None:
        return
    space = subject.facts
    decided = space.deciding(subject.revision.priority_rules())
    reached = {None, *(rule.priority for rule, cases in decided if cases)}
    for rule, cases in decided:
        if cases or rule.priority not in reached:
            continue
        matched = space.matches(rule.when)
        before = [
            other
            for other, part in decided
            if other.path != rule.path and part & matched and not other.of_table
        ]
        if rule.of_table and all(other.priority == rule.priority for other in before):
            continue
        path: Path = rule.path if rule.of_table else (*rule.path, "when")
        yield Problem(
            path,
            Message("unreachable cell: priorities with a `when` match all of its facts")
            if rule.of_table
            else Message("this `when` decides no case: earlier priorities match all of its facts")
            if matched
            else Message("this `when` matches no facts"),
            hint=Message("write their priority in the cell, or change their `when`")
            if rule.of_table
            else Message("remove the `when`, or move the priority before them")
            if matched
            else Message("change or remove the `when`"),
            case=shown_case(space.first(matched)) if matched else None,
            related=tuple(
                (
                    (*other.path, "when"),
                    Message("`{priority}` matches first", priority=other.priority),
                )
                for other in before
            ),
        )


RULE = Rule(
    code="ZS422",
    name="unreachable-cell",
    severity="warning",
    summary=Message("cell of the priority table, or exception from it, that decides no case"),
    check=check,
)
