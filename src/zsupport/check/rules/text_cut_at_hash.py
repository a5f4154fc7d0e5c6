"""ZS811: a text without quotes that ends at ` #`: the rest is read as a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject, scalars
from zsupport.policy.yamltext import split_lines
from zsupport.wording import Message

# A real comment has a space after the `#`, and begins with a word.
_CUT = re.compile(r" #(?<=\S #)(?!zsupport)(?:[^\W_]| ?[0-9])[^\r\n]*")
#: The keys of texts that answers show to people.
_FOR_PEOPLE = frozenset(
    {"title", "name", "ask", "note", "unclear", "meaning", "say", "steps", "prerequisites"}
    | {"condition", "text", "starts", "pauses", "values", "plans", "roles"}
)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each displayed text that is followed by `#1`, `# 1` or `#word`."""
    document = subject.document
    if not _CUT.search(document.text):
        return
    cuts = {
        (number, match.start() + 1): match[0].strip()
        for number, line in enumerate(split_lines(document.text), 1)
        if " #" in line
        for match in _CUT.finditer(line)
    }
    if not cuts:
        return
    for path, scalar in scalars(document.root, ()):
        span = scalar.span
        rest = scalar.plain and cuts.get((span.end_line, span.end_column))
        names = [part for part in path if isinstance(part, str)]
        if rest and not _FOR_PEOPLE.isdisjoint(names[-2:]):
            yield Problem(
                path,
                Message(
                    "text cut off before `{comment}`, which is read as a comment", comment=rest[:30]
                ),
                hint=Message(
                    "put quotes around the whole text; write `# ` and a word to begin a comment"
                ),
            )


RULE = Rule(
    code="ZS811",
    name="text-cut-at-hash",
    severity="warning",
    summary=Message("text without quotes that is cut off at ` #`"),
    check=check,
)
