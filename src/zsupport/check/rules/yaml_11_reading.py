"""ZS010: a text without quotes that a tool of YAML 1.1 shows as another one."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.edits import quoting
from zsupport.check.rule import Problem, Rule, Subject, scalars
from zsupport.check.yaml11 import any_other, other
from zsupport.findings import Fix, Span
from zsupport.policy.yamltext import ScalarNode


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each key and value that is another text to such a tool."""
    if not any_other(subject.plain_texts):
        return
    seen: set[int] = set()
    for path, scalar in scalars(subject.document.root, (), keys=True):
        read = other(scalar.text) if scalar.plain else None
        if read is None or id(scalar) in seen:
            continue  # what an alias repeats is written once
        seen.add(id(scalar))
        what, text = read
        edits = quoting(subject.document, scalar)
        yield Problem(
            path,
            f"`{scalar.text}` is a text here; a tool that reads YAML 1.1 shows {what}: `{text}`",
            _without_anchor(scalar),
            hint=f'put it in quotes: "{scalar.text}"',
            fix=Fix("put it in quotes", edits) if edits else None,
        )


def _without_anchor(scalar: ScalarNode) -> Span:
    """Return where the text itself stands: one of a few characters, on one line."""
    span = scalar.span
    return span._replace(column=span.end_column - len(scalar.text))


RULE = Rule(
    code="ZS010",
    name="yaml-1.1-reading",
    severity="warning",
    summary="a text without quotes that tools of YAML 1.1 show as another one",
    check=check,
)
