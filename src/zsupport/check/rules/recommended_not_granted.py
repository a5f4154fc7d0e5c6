"""ZS413: a recommended channel that no grant allows in these cases."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, SequenceNode
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each channel of a `recommend` that no grant allows in any of its cases."""
    space, allowed = subject.space, subject.decisions.allowed
    granted = {channel for grant in subject.revision.grants for channel in grant.allow}
    for position, grant in enumerate(subject.revision.grants):
        matched = space.matches(grant.when) & subject.decisions.existing
        for channel in grant.recommend:
            cases = matched & space.of("channel", channel)
            if cases and not cases & allowed and channel in granted:
                yield Problem(
                    _place(subject, position, channel),
                    Message(
                        "recommended channel `{channel}` is not granted in any of these cases",
                        channel=channel,
                    ),
                    hint=Message("add it to `allow` in a grant for these cases, or remove it"),
                    case=subject.witness(cases),
                )


def _place(subject: Subject, position: int, channel: str) -> Path:
    """Return the path of a recommended channel, or of the list if a group names it."""
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
    summary=Message("recommended channel that is not granted"),
    check=check,
)
