"""ZS901: a comment that allows what is not there."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.suppressions import without


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each comment with codes of which nothing was found where it stands.

    Codes that nobody looked for are left alone.
    """
    for comment in subject.suppressions.comments:
        unused = [
            each
            for each in comment.allowed
            if each.code in subject.ran and (comment, each.code) not in subject.used
        ]
        if not unused:
            continue
        codes = list(dict.fromkeys(each.code for each in unused))
        every = len(unused) == len(comment.allowed)
        yield Problem(
            (),
            f"nothing is found here that {' and '.join(f'`{code}`' for code in codes)} would allow",
            comment.span if every else unused[0].span,
            hint="take the comment out" if every else f"take `{codes[0]}` out of the comment",
            fix=without(subject.document, comment, codes),
        )


RULE = Rule(
    code="ZS901",
    name="unused-suppression",
    severity="warning",
    summary="a comment that allows what is not there",
    check=check,
    last=True,
)
