"""ZS407: a condition or a group that names every value of a dimension or fact."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.edits import removal
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.findings import Fix
from zsupport.policy.yamltext import MappingNode, Path, ScalarNode


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each key of a condition that says nothing, and each group of all values."""
    revision = subject.revision
    # One value alone is named for the day on which there are two.
    count = {
        name: len(values)
        for name, values in (
            ("plan", revision.plans),
            ("role", revision.roles),
            ("channel", revision.channels),
            ("priority", revision.priorities),
            *((fact.id, fact.values) for fact in revision.facts),
        )
        if len(values) > 1
    }
    groups: set[str] = set()
    for group, (name, held) in subject.groups.items():
        if len(held) == count.get(name):
            groups.add(group)
            yield _problem(
                subject, ("groups", group, name), f"`{group}` holds every {_kind(name)}", _GROUP
            )
    for condition in subject.conditions:
        for position, alternative in enumerate(condition.when):
            for name, values in alternative.values.items():
                if len(values) != count.get(name):
                    continue
                path = (*subject.alternative(condition, position), name)
                node = subject.document.node(path)
                if isinstance(node, ScalarNode) and node.text in groups:
                    continue  # said of the group
                if isinstance(node, MappingNode):
                    message = f"this `not` excludes no {_kind(name)}"
                else:
                    message = f"`{name}` names every value: it decides nothing here"
                hint = f"take `{name}` out of the condition"
                yield _problem(subject, path, message, hint)._replace(fix=_fix(subject, path))


def _fix(subject: Subject, path: Path) -> Fix | None:
    """Return the fix, None where nothing would be left of one of several alternatives."""
    beside = subject.document.node(path[:-1])
    if path[-2] != "when" and isinstance(beside, MappingNode) and len(beside.entries) == 1:
        return None
    edits = removal(subject.document, path)
    return Fix(f"take `{path[-1]}` out of the condition", edits) if edits else None


def _kind(name: str) -> str:
    known = ("plan", "role", "channel", "priority")
    return name if name in known else f"value of `{name}`"


def _problem(subject: Subject, path: Path, message: str, hint: str) -> Problem:
    return Problem(path, message, subject.document.key(path), hint=hint)


_GROUP = "a condition that names this group holds without it; leave a value out, or the group"

RULE = Rule(
    code="ZS407",
    name="condition-without-effect",
    severity="warning",
    summary="a condition or a group that names every value, and so decides nothing",
    check=check,
)
