"""ZS311: a channel without a grant."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each channel that is in no `allow`."""
    granted = {channel for grant in subject.revision.grants for channel in grant.allow}
    for channel in subject.revision.channels:
        if channel.id not in granted:
            path = ("channels", channel.id)
            yield Problem(
                path,
                Message("no grant allows `{channel}`", channel=channel.id),
                subject.document.key(path),
                hint=Message("allow it in `entitlements`, or remove it"),
            )


RULE = Rule(
    code="ZS311",
    name="channel-without-grant",
    severity="warning",
    summary=Message("channel without a grant"),
    check=check,
)
