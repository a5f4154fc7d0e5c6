"""ZS503: a channel that a lower plan has and a higher plan lacks, in the same case."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import MissingChannels, RankedValues, missing_channels, ranked_pairs
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, SequenceNode
from zsupport.wording import Message, enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each grant that names a plan and omits the plan that ranks directly above.

    The problem is a warning if the higher plan has another channel in that case. It is a note if
    the channel opens no case: a forum for plans without support is often intended.
    """
    yield from problems(subject, "plan", ranked_pairs(subject.revision.plans))


def problems(subject: Subject, dimension: str, pairs: list[RankedValues]) -> Iterator[Problem]:
    """Yield a problem for each group of plans or roles that a grant omits.

    Several grants that omit the same plans or roles give one problem, at the first grant.
    """
    opens = {channel.id for channel in subject.revision.channels if channel.opens_case}
    grouped: dict[tuple[tuple[RankedValues, ...], str | None], list[MissingChannels]] = {}
    for missing in missing_channels(subject, dimension, pairs):
        severity = "warning" if missing.has_other_channel else None
        severity = "note" if opens.isdisjoint(missing.channels) else severity
        grouped.setdefault((missing.pairs, severity), []).append(missing)
    for (omitted, severity), (first, *more) in grouped.items():
        highs, low = listed([pair.high for pair in omitted]), omitted[0].low
        channels = listed(first.channels)
        yield Problem(
            named_in_grant(subject, dimension, first, low),
            Message(
                "{highs} ranks above `{low}`, but may not use {channels}",
                highs=highs,
                low=low,
                channels=channels,
            )
            if len(omitted) == 1
            else Message(
                "{highs} rank above `{low}`, but may not use {channels}",
                highs=highs,
                low=low,
                channels=channels,
            ),
            label=Message("{highs} omitted", highs=highs),
            hint=Message("add {highs} to this grant, or write another grant", highs=highs),
            case=subject.witness(first.cases),
            related=tuple(
                (
                    named_in_grant(subject, dimension, other, low),
                    Message("the same for {channels}", channels=listed(other.channels)),
                )
                for other in more
            ),
            severity=severity,
        )


def named_in_grant(subject: Subject, dimension: str, missing: MissingChannels, low: str) -> Path:
    """Return the path of the key of the condition that matches the lower plan or role."""
    space = subject.space
    (high, *_), path = missing.pairs[0], ("entitlements", missing.grant, "when")
    cases = space.shift_back(dimension, low, space.shift_to_first(dimension, high, missing.cases))
    whens = subject.revision.grants[missing.grant].when
    several = isinstance(subject.document.node(path), SequenceNode)
    for position, alternative in enumerate(whens):
        if space.matches_alternative(alternative) & cases:
            return (*path, position, dimension) if several else (*path, dimension)
    return path


def listed(ids: list[str] | tuple[str, ...]) -> str:
    """Return ids as a list in a sentence: `a`, `b` and `c`."""
    return enumerated(f"`{id}`" for id in ids)


RULE = Rule(
    code="ZS503",
    name="channel-missing-in-higher-plan",
    severity="error",
    summary=Message("channel missing in a plan that ranks higher"),
    check=check,
)
