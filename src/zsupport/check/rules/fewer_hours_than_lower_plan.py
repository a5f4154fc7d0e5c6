"""ZS502: a plan whose channel is open in fewer hours than for one that ranks below it."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import Fewer, fewer_hours, ranked
from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each grant whose hours are surely fewer than those of a plan below."""
    for fewer in fewer_hours(subject, "plan", ranked(subject.revision.plans)):
        yield problem(subject, fewer)


def problem(subject: Subject, fewer: Fewer) -> Problem:
    """Return the problem at the hours of the higher plan or role."""
    grants = subject.revision.grants
    hours, better = grants[fewer.mine].hours, grants[fewer.its].hours
    high, low = fewer.pair.high, fewer.pair.low
    return Problem(
        ("entitlements", fewer.mine, "hours"),
        f"`{fewer.channel}` is open in fewer hours for `{high}` than for `{low}`,"
        " which ranks below it",
        label=f"`{hours}`" if hours != better else None,
        hint=f"give `{high}` `{better}`, or hours that hold all of them"
        if hours != better
        else f"give `{high}` hours that hold all of those of `{low}`",
        case=subject.witness(fewer.cases),
        related=()
        if fewer.mine == fewer.its
        else ((("entitlements", fewer.its, "hours"), f"`{low}` has `{better}`"),),
    )


RULE = Rule(
    code="ZS502",
    name="fewer-hours-than-lower-plan",
    severity="error",
    summary="a plan whose channel is open in fewer hours than for one that ranks below it",
    check=check,
)
