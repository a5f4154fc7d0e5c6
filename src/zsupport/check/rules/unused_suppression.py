"""ZS901: an unused suppression: a comment that allows no finding."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.suppressions import remove_codes
from zsupport.wording import Message, enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each comment with codes that have no finding in the lines of the comment.

    Codes of rules that did not run are not reported.
    """
    for comment in subject.suppressions.comments:
        unused = [
            allowed
            for allowed in comment.codes
            if allowed.code in subject.ran_codes
            and (comment, allowed.code) not in subject.used_suppressions
        ]
        if not unused:
            continue
        codes = list(dict.fromkeys(allowed.code for allowed in unused))
        every = len(unused) == len(comment.codes)
        yield Problem(
            (),
            Message(
                "unused suppression of {codes}", codes=enumerated(f"`{code}`" for code in codes)
            ),
            comment.span if every else unused[0].span,
            hint=Message("remove the comment")
            if every
            else Message("remove `{code}` from the comment", code=codes[0]),
            fix=remove_codes(subject.document, comment, codes),
        )


RULE = Rule(
    code="ZS901",
    name="unused-suppression",
    severity="warning",
    summary=Message("unused suppression"),
    check=check,
    last=True,
)
