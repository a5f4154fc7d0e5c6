"""Which entry of the old file became which of the new one: for the places that a headline names.

A guess, and only that: no answer depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from zsupport.policy.model import Grant, Revision, TargetRule

Entry = TypeVar("Entry")


class Counterparts:
    """The grants and target rules of two revisions, paired by what they share."""

    def __init__(self, old: Revision, new: Revision) -> None:
        self._grants = _Pairs(old.grants, new.grants, _grant_keys)
        self._rules = _Pairs(old.rules, new.rules, _rule_keys)

    def grant(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return the positions of two grants, the missing one filled in where it is known."""
        return self._grants.filled(old, new)

    def rule(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return the positions of two target rules, the missing one filled in."""
        return self._rules.filled(old, new)


class _Pairs:
    """Pairs of positions in two lists."""

    def __init__(
        self, old: Sequence[Entry], new: Sequence[Entry], keys: Callable[[Entry], list[str]]
    ) -> None:
        """`keys` returns what an entry is known by, the surest first."""
        self.there: dict[int, int] = {}
        self.back: dict[int, int] = {}
        mine, its = [keys(each) for each in old], [keys(each) for each in new]
        for level in range(max(map(len, (*mine, *its)), default=0)):
            free: dict[str, list[int]] = {}
            for place in range(len(its) - 1, -1, -1):
                if place not in self.back and level < len(its[place]):
                    free.setdefault(its[place][level], []).append(place)
            for place, known in enumerate(mine):
                if place not in self.there and level < len(known):
                    others = free.get(known[level])
                    if others:
                        self.there[place] = others.pop()
                        self.back[self.there[place]] = place

    def filled(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return two positions, the missing one filled in where it is known."""
        if new is None and old is not None:
            new = self.there.get(old)
        elif old is None and new is not None:
            old = self.back.get(new)
        return old, new


def _when(entry: Grant | TargetRule) -> str:
    return repr([(sorted(each.values.items()), each.opened) for each in entry.when])


def _grant_keys(grant: Grant) -> list[str]:
    """Return all of it, for whom and what it allows, either of these, each of the channels."""
    allowed = sorted(grant.allow or grant.recommend)
    sort = "allow" if grant.allow else "recommend"
    more = repr((grant.hours, grant.prerequisites))
    return [
        f"{sort} {allowed} {_when(grant)} {more}", f"{sort} {allowed} {_when(grant)}",
        f"{sort} {allowed} {more}", f"{sort} {allowed}", f"{sort} {_when(grant)}",
        *(f"{sort} {channel}" for channel in allowed),
    ]  # fmt: skip


def _rule_keys(rule: TargetRule) -> list[str]:
    """Return all of it, whom it is for, what it promises."""
    cells = repr(
        sorted(
            (metric, key, cell.target.text)
            for metric, written in rule.cells.items()
            for key, cell in written.items()
        )
    )
    return [f"{_when(rule)} {cells}", _when(rule), cells, repr(sorted(rule.cells))]
