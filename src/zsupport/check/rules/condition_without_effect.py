"""ZS407: a condition or group that names every value, and so restricts nothing."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.edits import removal
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.findings import Fix
from zsupport.policy.model import NOUNS
from zsupport.policy.yamltext import MappingNode, Path, ScalarNode
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each key of a condition without effect, and each group with all values."""
    revision = subject.revision
    # A dimension with a single value is not checked: a second value may be added later.
    count = {
        name: len(values)
        for name, values in (
            *revision.members().items(),
            *((fact.id, fact.values) for fact in revision.facts),
        )
        if len(values) > 1
    }
    groups: set[str] = set()
    for group, (name, members) in subject.groups.items():
        if len(members) == count.get(name):
            groups.add(group)
            yield _problem(
                subject,
                ("groups", group, name),
                Message("group `{group}` contains every {value}", group=group, value=_value(name)),
                _GROUP,
            )
    for condition in subject.conditions:
        for position, alternative in enumerate(condition.when):
            for name, values in alternative.values.items():
                if len(values) != count.get(name):
                    continue
                path = (*subject.alternative(condition, position), name)
                node = subject.document.node(path)
                if isinstance(node, ScalarNode) and node.text in groups:
                    continue  # reported at the group
                if isinstance(node, MappingNode):
                    message = Message(
                        "condition without effect: this `not` excludes no {value}",
                        value=_value(name),
                    )
                else:
                    message = Message(
                        "condition without effect: `{dimension}` names every value", dimension=name
                    )
                hint = Message("remove `{dimension}` from the condition", dimension=name)
                yield _problem(subject, path, message, hint)._replace(fix=_fix(subject, path))


def _fix(subject: Subject, path: Path) -> Fix | None:
    """Return the fix, or None if it would leave an empty alternative."""
    mapping = subject.document.node(path[:-1])
    if path[-2] != "when" and isinstance(mapping, MappingNode) and len(mapping.entries) == 1:
        return None
    edits = removal(subject.document, path)
    if not edits:
        return None
    return Fix(Message("remove `{dimension}` from the condition", dimension=path[-1]), edits)


def _value(dimension: str) -> Message:
    """Return the noun for a value of a dimension."""
    if dimension in NOUNS:
        return NOUNS[dimension][0]
    return Message("value of `{fact}`", fact=dimension)


def _problem(subject: Subject, path: Path, message: str, hint: str) -> Problem:
    return Problem(path, message, subject.document.key(path), hint=hint)


_GROUP = Message(
    "remove a value from the group, or remove the group: a condition on it has no effect"
)

RULE = Rule(
    code="ZS407",
    name="condition-without-effect",
    severity="warning",
    summary=Message("condition without effect: it names every value"),
    check=check,
)
