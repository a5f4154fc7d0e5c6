"""ZS413: a channel that is recommended where it is never allowed."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, SequenceNode


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each channel of a `recommend` that no grant allows in any of its cases."""
    space, allowed = subject.space, subject.decisions.allowed
    granted = {channel for grant in subject.revision.grants for channel in grant.allow}
    for position, grant in enumerate(subject.revision.grants):
        holds = space.holds(grant.when) & subject.decisions.existing
        for channel in grant.recommend:
            cases = holds & space.of("channel", channel)
            if cases and not cases & allowed and channel in granted:
                yield Problem(
                    _place(subject, position, channel),
                    f"`{channel}` is recommended, and not allowed in any of these cases",
                    hint="a `recommend` grants nothing: allow it there, or take it out",
                    case=subject.witness(cases),
                )


def _place(subject: Subject, position: int, channel: str) -> Path:
    """Return where a channel is recommended; a group of channels stands for it elsewhere."""
    path = ("entitlements", position, "recommend")
    node = subject.document.node(path)
    if isinstance(node, SequenceNode):
        for place, item in enumerate(node.items):
            if getattr(item, "text", None) == channel:
                return (*path, place)
    return path


RULE = Rule(
    code="ZS413",
    name="recommended-not-granted",
    severity="warning",
    summary="a channel that is recommended where it is never allowed",
    check=check,
)
