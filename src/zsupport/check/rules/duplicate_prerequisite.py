"""ZS421: what a grant asks for, and its channels ask for always."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, SequenceNode


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each prerequisite of a grant that all of its channels have of themselves."""
    channels = {each.id: each for each in subject.revision.channels}
    for position, grant in enumerate(subject.revision.grants):
        for place, text in enumerate(grant.prerequisites if grant.allow else ()):
            if not all(text in channels[id].prerequisites for id in grant.allow):
                continue
            path: Path = ("entitlements", position, "prerequisites")
            listed = isinstance(subject.document.node(path), SequenceNode)
            first = grant.allow[0]
            needs = "needs" if len(grant.allow) == 1 else "need"
            yield Problem(
                (*path, place) if listed else path,
                f"{' and '.join(f'`{id}`' for id in grant.allow)} {needs} this always",
                hint="take it out here: a grant adds to what its channel needs",
                related=((("channels", first, "prerequisites"), f"what `{first}` needs always"),),
            )


RULE = Rule(
    code="ZS421",
    name="duplicate-prerequisite",
    severity="note",
    summary="a grant asks for what its channels need always",
    check=check,
)
