"""ZS504: a role that gets less than one that ranks below it."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import fewer_hours, ranked
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.rules import (
    channel_missing_above,
    fewer_hours_than_below,
    slower_than_below,
)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield what a role lacks, is promised less, or has in fewer hours than one below."""
    pairs = ranked(subject.revision.roles)
    if not pairs:
        return
    yield from channel_missing_above.problems(subject, "role", pairs)
    yield from slower_than_below.problems(subject, "role", pairs)
    for fewer in fewer_hours(subject, "role", pairs):
        yield fewer_hours_than_below.problem(subject, fewer)


RULE = Rule(
    code="ZS504",
    name="role-with-less",
    severity="error",
    summary="a role that gets less than one that ranks below it",
    check=check,
)
