"""ZS404: an unreachable priority: earlier priorities match all of its facts."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.space import shown_case
from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import Priority
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield a priority without `when` before other priorities, and each unreachable priority."""
    priorities, table = subject.revision.priorities, subject.revision.priority_table
    space = subject.facts
    rules = space.deciding(subject.revision.priority_rules())
    if not rules:
        return  # facts do not decide priorities
    sets = {channel.priority.priority for channel in subject.revision.channels if channel.priority}
    decided = {rule.path: cases for rule, cases in rules}
    in_cells = {rule.priority for rule, _ in rules if rule.of_table}
    reached = {rule.priority for rule, cases in rules if rule.of_table and cases}
    for position, priority in enumerate(priorities):
        path: Path = ("priorities", position, "id")
        if table and not priority.when:
            if priority.id not in reached | sets:
                yield _without_cell(path, priority, excepted=priority.id in in_cells)
            continue
        decides = decided["priorities", position]
        matched = space.matches(priority.when)
        below = [other.id for other in priorities[position + 1 :] if other.id not in sets]
        if decides and not priority.when:
            if below:
                names = ", ".join(f"`{name}`" for name in below)
                yield Problem(
                    path,
                    Message(
                        "`{priority}` has no `when`, which makes {names} unreachable",
                        priority=priority.id,
                        names=names,
                    ),
                    hint=Message(
                        "add a `when` to `{priority}`, or move it to the end", priority=priority.id
                    ),
                    severity="warning",
                )
            return
        if not decides and priority.id not in reached | sets:
            yield Problem(
                path,
                _message(priority, matched),
                hint=Message("move it before them, or change its `when`")
                if matched
                else Message("change its `when`"),
                case=shown_case(space.first(matched)) if matched else None,
                related=tuple(
                    (
                        ("priorities", above, "id"),
                        Message("`{priority}` matches first", priority=other.id),
                    )
                    for above, other in enumerate(priorities[:position])
                    if (other.when or not table) and space.matches(other.when) & matched
                ),
            )


def _message(priority: Priority, matched: Cases) -> Message:
    """Return the message for a priority that no facts lead to; `matched` by its condition."""
    if matched:
        return Message(
            "unreachable priority `{priority}`: earlier priorities match all of its facts",
            priority=priority.id,
        )
    return Message(
        "unreachable priority `{priority}`: its `when` matches no facts", priority=priority.id
    )


def _without_cell(path: Path, priority: Priority, *, excepted: bool) -> Problem:
    """Return the problem of a priority without `when` that no cell of the table leads to.

    `excepted`: priorities with a `when` match all facts of its cells.
    """
    if excepted:
        message = Message(
            "unreachable priority `{priority}`: other priorities match all facts of its cells",
            priority=priority.id,
        )
        return Problem(path, message, hint=Message("change the `when` of the other priorities"))
    return Problem(
        path,
        Message(
            "unreachable priority `{priority}`: it has no `when`, and no cell of the table has it",
            priority=priority.id,
        ),
        hint=Message("write it in a cell, add a `when`, or remove it"),
    )


RULE = Rule(
    code="ZS404",
    name="unreachable-priority",
    severity="error",
    summary=Message("unreachable priority"),
    check=check,
)
