"""ZS404: an unreachable priority: earlier priorities match all of its facts."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.space import shown_case
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield a priority without `when` before other priorities, and each unreachable priority."""
    priorities = subject.revision.priorities
    if not any(other.when for other in priorities):
        return  # facts do not decide priorities
    space = subject.facts
    for position, (priority, decides) in enumerate(space.deciding(priorities)):
        matched = space.matches(priority.when)
        path = ("priorities", position, "id")
        below = [other.id for other in priorities[position + 1 :]]
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
        if not decides:
            yield Problem(
                path,
                Message(
                    "unreachable priority `{priority}`: earlier priorities match all of its facts",
                    priority=priority.id,
                )
                if matched
                else Message(
                    "unreachable priority `{priority}`: its `when` matches no facts",
                    priority=priority.id,
                ),
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
                    if space.matches(other.when) & matched
                ),
            )


RULE = Rule(
    code="ZS404",
    name="unreachable-priority",
    severity="error",
    summary=Message("unreachable priority"),
    check=check,
)
