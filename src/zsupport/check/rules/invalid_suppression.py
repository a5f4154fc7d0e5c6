"""ZS903: an invalid suppression comment, such as a comment without a reason."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each error in a comment that begins with `zsupport`."""
    for error in subject.suppressions.errors:
        yield Problem((), error.message, error.span, hint=error.hint)


RULE = Rule(
    code="ZS903",
    name="invalid-suppression",
    severity="error",
    summary=Message("invalid suppression comment, or a comment without a reason"),
    check=check,
    last=True,
)
