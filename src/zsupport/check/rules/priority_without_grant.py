"""ZS313: a priority with which no case can be opened."""

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
    why="""\
A grant may name the priorities for which it holds, and a priority that no such grant names cannot
be raised by anyone. Most often it was added to `priorities` and forgotten in the grants. Name it
there, or take it out.""",
    bad="""\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - {when: {priority: [P2, P3]}, allow: web}
  - {when: {priority: P1}, allow: phone}
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}]
""",
    good="""\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}, phone: {name: Phone, kind: phone}}
entitlements:
  - {when: {priority: {not: P1}}, allow: web}
  - {when: {priority: P1}, allow: phone}
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}]
""",
    check=check,
)
