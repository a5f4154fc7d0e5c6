"""ZS903: a comment that is to allow something, and cannot be read or gives no reason."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield what is wrong with each comment that begins with `zsupport`."""
    for mistake in subject.suppressions.mistakes:
        yield Problem((), mistake.message, mistake.span, hint=mistake.hint)


RULE = Rule(
    code="ZS903",
    name="invalid-suppression",
    severity="error",
    summary="a comment that is to allow something, and cannot be read or gives no reason",
    check=check,
    last=True,
)
