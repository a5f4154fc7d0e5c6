"""ZS503: a plan that lacks a channel that one below it has, in the same case."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import Missing, RankedValues, missing_channels, ranked
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, SequenceNode
from zsupport.wording import enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each grant that names a plan and not one right above it.

    A warning where the higher plan has another channel in that case; a note where the channel
    opens no case: a forum for those who pay nothing is often meant so.
    """
    yield from problems(subject, "plan", ranked(subject.revision.plans))


def problems(subject: Subject, dimension: str, pairs: list[RankedValues]) -> Iterator[Problem]:
    """Yield a problem where plans or roles were left out of a grant.

    Left out of several grants they are one problem, at the first of them.
    """
    opens = {channel.id for channel in subject.revision.channels if channel.opens_case}
    grouped: dict[tuple[tuple[RankedValues, ...], str | None], list[Missing]] = {}
    for missing in missing_channels(subject, dimension, pairs):
        severity = "warning" if missing.instead else None
        severity = "note" if opens.isdisjoint(missing.channels) else severity
        grouped.setdefault((missing.pairs, severity), []).append(missing)
    for (left_out, severity), (first, *more) in grouped.items():
        highs, low = listed([pair.high for pair in left_out]), left_out[0].low
        verb = "ranks" if len(left_out) == 1 else "rank"
        yield Problem(
            named_in_grant(subject, dimension, first, low),
            f"`{low}` may use {listed(first.channels)} here, and {highs}, which {verb} above it,"
            " may not",
            label=f"{highs} left out",
            hint=f"add {highs} here, or allow it in a grant of its own",
            case=subject.witness(first.cases),
            related=tuple(
                (
                    named_in_grant(subject, dimension, each, low),
                    f"here it is {listed(each.channels)}",
                )
                for each in more
            ),
            severity=severity,
        )


def named_in_grant(subject: Subject, dimension: str, missing: Missing, low: str) -> Path:
    """Return the path of the values of a dimension by which a grant holds for the lower one."""
    space = subject.space
    (high, *_), path = missing.pairs[0], ("entitlements", missing.grant, "when")
    cases = space.back_to(dimension, low, space.seen_from(dimension, high, missing.cases))
    whens = subject.revision.grants[missing.grant].when
    several = isinstance(subject.document.node(path), SequenceNode)
    for position, alternative in enumerate(whens):
        if space.meets(alternative) & cases:
            return (*path, position, dimension) if several else (*path, dimension)
    return path


def listed(ids: list[str] | tuple[str, ...]) -> str:
    """Return ids as they stand in a sentence: `a`, `b` and `c`."""
    return enumerated(f"`{id}`" for id in ids)


RULE = Rule(
    code="ZS503",
    name="channel-missing-in-higher-plan",
    severity="error",
    summary="a plan that lacks a channel that one below it has",
    check=check,
)
