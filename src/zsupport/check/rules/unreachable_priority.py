"""ZS404: a priority that no facts lead to, because those above it take them all."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.space import shown
from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield the priority without a condition that stands above others, and each hidden one."""
    priorities = subject.revision.priorities
    if not any(each.when for each in priorities):
        return  # nobody asks facts for a priority
    space = subject.facts
    for position, (priority, decides) in enumerate(space.deciding(priorities)):
        holds = space.holds(priority.when)
        path = ("priorities", position, "id")
        below = [each.id for each in priorities[position + 1 :]]
        if decides and not priority.when:
            if below:
                names = ", ".join(f"`{name}`" for name in below)
                yield Problem(
                    path,
                    f"`{priority.id}` has no `when`, so that no facts lead to {names} below it",
                    hint=f"write a `when` for `{priority.id}`, or move it to the end",
                    severity="warning",
                )
            return
        if not decides:
            yield Problem(
                path,
                f"no facts lead to `{priority.id}`: "
                + ("priorities above take them all" if holds else "its `when` never holds"),
                hint="move it above them, or mend its `when`",
                case=shown(space.first(holds)) if holds else None,
                related=tuple(
                    (("priorities", above, "id"), f"`{other.id}` holds first")
                    for above, other in enumerate(priorities[:position])
                    if space.holds(other.when) & holds
                ),
            )


RULE = Rule(
    code="ZS404",
    name="unreachable-priority",
    severity="error",
    summary="a priority that no facts lead to",
    check=check,
)
