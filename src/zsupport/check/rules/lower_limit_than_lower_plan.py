"""ZS505: a plan with a lower limit than a plan that ranks below it."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import LowerLimit, lower_limits, ranked_pairs
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each limit that is certainly lower than the limit of a lower plan."""
    for lower in lower_limits(subject, "plan", ranked_pairs(subject.revision.plans)):
        yield problem(subject, lower)


def problem(subject: Subject, lower: LowerLimit) -> Problem:
    """Return the problem at the limit of the higher plan or role."""
    high, low = lower.pair.high, lower.pair.low
    limits = subject.revision.limits()[lower.topic]
    limit, better = limits[lower.high_limit].say, limits[lower.low_limit].say
    return Problem(
        _place(subject, lower.topic, lower.high_limit),
        Message(
            "limit of {topic} is lower for `{high}` than for `{low}`, which ranks below it",
            topic=lower.topic,
            high=high,
            low=low,
        ),
        label=f"`{limit}`",
        hint=Message("use `{limit}` for `{high}`, or a higher limit", limit=better, high=high),
        case=subject.witness(lower.cases),
        related=(
            (
                _place(subject, lower.topic, lower.low_limit),
                Message("`{limit}` for `{name}`", limit=better, name=low),
            ),
        ),
    )


def _place(subject: Subject, topic: str, position: int) -> Path:
    """Return the path of a limit in a list, which has several."""
    return (*subject.document.limit(topic, position), "is")


RULE = Rule(
    code="ZS505",
    name="lower-limit-than-lower-plan",
    severity="error",
    summary=Message("lower limit than a plan that ranks below"),
    check=check,
)
