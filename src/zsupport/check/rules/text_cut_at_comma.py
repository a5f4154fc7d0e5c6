"""ZS803: a text that a comma inside [ ] has cut into two items of a list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, ScalarNode


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each item of `steps` or `prerequisites` that goes on with the sentence before it.

    It begins with a small letter and ends a sentence that the item before it does not end, or it
    begins with a word that goes on, such as `or`.
    """
    for path in _lists(subject):
        items = subject.document.items(path)
        for place, (before, item) in enumerate(pairwise(items), 1):
            if (
                isinstance(before, ScalarNode)
                and isinstance(item, ScalarNode)
                and _goes_on(before, item)
            ):
                yield Problem(
                    (*path, place),
                    "a comma has cut this text off from the one before it",
                    hint="a text with a comma inside [ ] needs quotes around all of it",
                    related=(((*path, place - 1), "where it begins"),),
                )


# English, German and Norwegian.
_GOES_ON = frozenset({"or", "and", "but", "oder", "und", "aber", "eller", "og", "men"})


def _goes_on(before: ScalarNode, item: ScalarNode) -> bool:
    """Return whether an item inside [ ] goes on with the sentence of the one before it."""
    return (
        item.plain
        and before.plain
        and item.flow
        and item.text[:1].islower()
        and (item.text[-1:] in _ENDS or item.text.partition(" ")[0] in _GOES_ON)
        and before.text[:1].isupper()
        and before.text[-1:] not in _ENDS
    )


def _lists(subject: Subject) -> Iterator[Path]:
    """Yield the places where texts may stand in a list."""
    for channel in subject.revision.channels:
        if len(channel.steps) > 1:
            yield ("channels", channel.id, "steps")
        if len(channel.prerequisites) > 1:
            yield ("channels", channel.id, "prerequisites")
    for position, grant in enumerate(subject.revision.grants):
        if len(grant.prerequisites) > 1:
            yield ("entitlements", position, "prerequisites")


_ENDS = (".", "!", "?")

RULE = Rule(
    code="ZS803",
    name="text-cut-at-comma",
    severity="warning",
    summary="a text that a comma inside [ ] has cut into two",
    check=check,
)
