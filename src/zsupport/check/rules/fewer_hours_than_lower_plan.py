"""ZS502: a plan with fewer hours for a channel than a plan that ranks below it."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import FewerHours, fewer_hours, ranked_pairs
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each grant with certainly fewer hours than a lower plan has."""
    for fewer in fewer_hours(subject, "plan", ranked_pairs(subject.revision.plans)):
        yield problem(subject, fewer)


def problem(subject: Subject, fewer: FewerHours) -> Problem:
    """Return the problem at the hours of the higher plan or role."""
    grants = subject.revision.grants
    hours, better = grants[fewer.high_grant].hours, grants[fewer.low_grant].hours
    high, low = fewer.pair.high, fewer.pair.low
    return Problem(
        ("entitlements", fewer.high_grant, "hours"),
        Message(
            "`{channel}` has fewer hours for `{high}` than for `{low}`, which ranks below it",
            channel=fewer.channel,
            high=high,
            low=low,
        ),
        label=f"`{hours}`" if hours != better else None,
        hint=Message(
            "use `{hours}` for `{high}`, or hours that include it", hours=better, high=high
        )
        if hours != better
        else Message(
            "use hours for `{high}` that include all hours of `{low}`", high=high, low=low
        ),
        case=subject.witness(fewer.cases),
        related=()
        if fewer.high_grant == fewer.low_grant
        else (
            (
                ("entitlements", fewer.low_grant, "hours"),
                Message("`{hours}` for `{name}`", hours=better, name=low),
            ),
        ),
    )


RULE = Rule(
    code="ZS502",
    name="fewer-hours-than-lower-plan",
    severity="error",
    summary=Message("fewer hours than a plan that ranks below"),
    check=check,
)
