"""ZS902: a comment whose last day has passed, beside what it allowed."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each comment that has expired and would still allow something."""
    for comment in subject.suppressions.comments:
        codes = [each.code for each in comment.allowed if (comment, each.code) in subject.used]
        if not codes or not comment.expired(subject.today):
            continue
        said = " and ".join(f"`{code}`" for code in dict.fromkeys(codes))
        yield Problem(
            (),
            f"{said} was allowed until {comment.until}, and that day has passed",
            comment.until_span,
            hint="mend what is found here, or agree on another day",
        )


RULE = Rule(
    code="ZS902",
    name="expired-suppression",
    severity="warning",
    summary="a comment whose last day has passed, beside what it allowed",
    check=check,
    last=True,
)
