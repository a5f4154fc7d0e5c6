"""Which entry of the old file became which of the new one: for the places that a headline names.

A guess, and only that: no answer depends on it.
"""

from collections.abc import Sequence
from typing import Any

from zsupport.policy.model import Grant, Revision, Rule


class Counterparts:
    """The grants and target rules of two revisions, paired by what they share."""

    def __init__(self, old: Revision, new: Revision) -> None:
        self._grants = _paired(old.grants, new.grants, _alike_grants)
        self._rules = _paired(old.rules, new.rules, _alike_rules)

    def grant(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return the positions of two grants, the missing one filled in where it is known."""
        return _filled(self._grants, old, new)

    def rule(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return the positions of two target rules, the missing one filled in."""
        return _filled(self._rules, old, new)


def _filled(
    pairs: dict[int, int], old: int | None, new: int | None
) -> tuple[int | None, int | None]:
    if new is None and old is not None:
        new = pairs.get(old)
    elif old is None and new is not None:
        old = next((one for one, other in pairs.items() if other == new), None)
    return old, new


def _paired(old: Sequence[Any], new: Sequence[Any], alike: Any) -> dict[int, int]:
    """Return pairs of positions: those that are most alike first, the nearest of equals."""
    if len(old) * len(new) > 250_000:
        return {number: number for number in range(min(len(old), len(new)))}
    scores = [
        (-score, abs(i - j), i, j)
        for i, one in enumerate(old)
        for j, other in enumerate(new)
        if (score := alike(one, other))
    ]
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, i, j in sorted(scores):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    return pairs


def _when(entry: Grant | Rule) -> list[object]:
    return [(each.values, each.opened) for each in entry.when]


def _alike_grants(one: Grant, other: Grant) -> int:
    if not set(one.allow) & set(other.allow) and (one.allow or other.allow):
        return 0
    return (
        (one.allow == other.allow) * 2
        + (_when(one) == _when(other)) * 3
        + (one.hours == other.hours)
        + (one.prerequisites == other.prerequisites)
        + 1
    )


def _alike_rules(one: Rule, other: Rule) -> int:
    shared = set(one.cells) & set(other.cells)
    score = (_when(one) == _when(other)) * 4 + len(shared)
    for metric in shared:
        cells, its = one.cells[metric], other.cells[metric]
        score += sum(
            priority in its and its[priority].target == cell.target
            for priority, cell in cells.items()
        )
    return score
