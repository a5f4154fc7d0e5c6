"""ZS010: a text without quotes that YAML 1.1 reads as another value."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.edits import quoting
from zsupport.check.rule import Problem, Rule, Subject, scalars
from zsupport.findings import Fix, Span
from zsupport.policy.yaml11 import any_different_reading, different_reading
from zsupport.policy.yamltext import ScalarNode
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each key and value that YAML 1.1 reads as another value."""
    if not any_different_reading(subject.plain_texts):
        return
    seen: set[int] = set()
    for path, scalar in scalars(subject.document.root, (), keys=True):
        read = different_reading(scalar.text) if scalar.plain else None
        if read is None or id(scalar) in seen:
            continue  # an alias repeats a value that is written once
        seen.add(id(scalar))
        kind, value = read
        edits = quoting(subject.document, scalar)
        yield Problem(
            path,
            Message(
                "YAML 1.1 reads `{text}` as {kind}: `{value}`",
                text=scalar.text,
                kind=kind,
                value=value,
            ),
            _without_anchor(scalar),
            hint=Message('put it in quotes: "{text}"', text=scalar.text),
            fix=Fix(Message("put it in quotes"), edits) if edits else None,
        )


def _without_anchor(scalar: ScalarNode) -> Span:
    """Return the span of a text without its anchor. Such a text is on one line."""
    span = scalar.span
    return span._replace(column=span.end_column - len(scalar.text))


RULE = Rule(
    code="ZS010",
    name="yaml-1.1-reading",
    severity="warning",
    summary=Message("text without quotes that YAML 1.1 reads as another value"),
    check=check,
)
