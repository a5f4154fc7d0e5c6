"""ZS421: a prerequisite of a grant that its channels already have."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, SequenceNode
from zsupport.wording import Message, enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each prerequisite of a grant that all of its channels also list."""
    channels = {channel.id: channel for channel in subject.revision.channels}
    for position, grant in enumerate(subject.revision.grants):
        for place, text in enumerate(grant.prerequisites if grant.allow else ()):
            if not all(text in channels[id].prerequisites for id in grant.allow):
                continue
            path: Path = ("entitlements", position, "prerequisites")
            listed = isinstance(subject.document.node(path), SequenceNode)
            first = grant.allow[0]
            names = enumerated(f"`{id}`" for id in grant.allow)
            yield Problem(
                (*path, place) if listed else path,
                Message("duplicate prerequisite: already listed for {channels}", channels=names),
                hint=Message("remove it here: the prerequisites of the channel always apply"),
                related=(
                    (
                        ("channels", first, "prerequisites"),
                        Message("prerequisites of `{channel}`", channel=first),
                    ),
                ),
            )


RULE = Rule(
    code="ZS421",
    name="duplicate-prerequisite",
    severity="note",
    summary=Message("prerequisite of both a grant and its channels"),
    check=check,
)
