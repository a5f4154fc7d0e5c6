"""ZS841: languages of a grant that all of its channels state as well."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message, enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield the languages of each grant that replace equal languages of all of its channels."""
    channels = {channel.id: channel for channel in subject.revision.channels}
    for position, grant in enumerate(subject.revision.grants):
        if not grant.languages or not grant.allow:
            continue
        own = dict(grant.languages)
        if any(dict(channels[id].languages or ()) != own for id in grant.allow):
            continue
        path = ("entitlements", position, "languages")
        first = grant.allow[0]
        names = enumerated(f"`{id}`" for id in grant.allow)
        yield Problem(
            path,
            Message("duplicate languages: already stated for {channels}", channels=names),
            subject.document.key(path),
            hint=Message("remove them here: the languages of the channel apply"),
            related=(
                (
                    ("channels", first, "languages"),
                    Message("languages of `{channel}`", channel=first),
                ),
            ),
        )


RULE = Rule(
    code="ZS841",
    name="duplicate-languages",
    severity="note",
    summary=Message("same languages of a grant and its channels"),
    check=check,
)
