"""ZS902: an expired suppression whose finding still exists."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message, enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each expired comment whose finding still exists."""
    for comment in subject.suppressions.comments:
        codes = [
            allowed.code
            for allowed in comment.codes
            if (comment, allowed.code) in subject.used_suppressions
        ]
        if not codes or not comment.expired(subject.today):
            continue
        names = enumerated(f"`{code}`" for code in dict.fromkeys(codes))
        yield Problem(
            (),
            Message("suppression of {codes} expired on {date}", codes=names, date=comment.until),
            comment.until_span,
            hint=Message("fix the finding, or set a later date"),
        )


RULE = Rule(
    code="ZS902",
    name="expired-suppression",
    severity="warning",
    summary=Message("expired suppression of a finding that still exists"),
    check=check,
    last=True,
)
