"""ZS504: a role with fewer channels or hours, slower targets or lower limits than a lower role."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import fewer_hours, lower_limits, ranked_pairs
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.rules import (
    channel_missing_in_higher_plan,
    fewer_hours_than_lower_plan,
    lower_limit_than_lower_plan,
    slower_than_lower_plan,
)
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield what a role lacks compared with a lower role.

    These are channels, faster targets, more hours and higher limits.
    """
    pairs = ranked_pairs(subject.revision.roles)
    if not pairs:
        return
    yield from channel_missing_in_higher_plan.problems(subject, "role", pairs)
    yield from slower_than_lower_plan.problems(subject, "role", pairs)
    for fewer in fewer_hours(subject, "role", pairs):
        yield fewer_hours_than_lower_plan.problem(subject, fewer)
    for lower in lower_limits(subject, "role", pairs):
        yield lower_limit_than_lower_plan.problem(subject, lower)


RULE = Rule(
    code="ZS504",
    name="less-than-lower-role",
    severity="error",
    summary=Message(
        "role with fewer channels or hours, slower targets or lower limits than a lower role"
    ),
    check=check,
)
