"""ZS803: a text that a comma inside [ ] splits into two items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path, ScalarNode
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each item of `steps` or `prerequisites` that continues the sentence before it.

    Such an item begins with a lower-case letter. It ends a sentence or begins with a conjunction
    such as `or`, and the item before it does not end a sentence.
    """
    for path in _lists(subject):
        items = subject.document.items(path)
        for place, (before, item) in enumerate(pairwise(items), 1):
            if (
                isinstance(before, ScalarNode)
                and isinstance(item, ScalarNode)
                and _continues(before, item)
            ):
                yield Problem(
                    (*path, place),
                    Message("text split at a comma: this item continues the item before it"),
                    hint=Message("put quotes around the whole text"),
                    related=(((*path, place - 1), Message("the text begins here")),),
                )


# English, German and Norwegian.
_CONJUNCTIONS = frozenset({"or", "and", "but", "oder", "und", "aber", "eller", "og", "men"})


def _continues(before: ScalarNode, item: ScalarNode) -> bool:
    """Return whether an item inside [ ] continues the sentence of the item before it."""
    return (
        item.plain
        and before.plain
        and item.flow
        and item.text[:1].islower()
        and (item.text[-1:] in _ENDS or item.text.partition(" ")[0] in _CONJUNCTIONS)
        and before.text[:1].isupper()
        and before.text[-1:] not in _ENDS
    )


def _lists(subject: Subject) -> Iterator[Path]:
    """Yield the paths of lists of texts."""
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
    summary=Message("text split at a comma inside [ ]"),
    check=check,
)
