"""Find the entry of the new file that corresponds to an entry of the old file.

A guess for the places that a headline names; no answer depends on it.
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
        """Return the positions of two grants; fill in a missing one if it is known."""
        return self._grants.filled(old, new)

    def rule(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return the positions of two target rules; fill in a missing one if it is known."""
        return self._rules.filled(old, new)


class _Pairs:
    """Pairs of positions in two lists."""

    def __init__(
        self, old: Sequence[Entry], new: Sequence[Entry], keys: Callable[[Entry], list[str]]
    ) -> None:
        """`keys` returns the keys by which an entry is recognized, the most reliable first."""
        self.new_by_old: dict[int, int] = {}
        self.old_by_new: dict[int, int] = {}
        old_keys, new_keys = [keys(entry) for entry in old], [keys(entry) for entry in new]
        for level in range(max(map(len, (*old_keys, *new_keys)), default=0)):
            free: dict[str, list[int]] = {}
            for place in range(len(new_keys) - 1, -1, -1):
                if place not in self.old_by_new and level < len(new_keys[place]):
                    free.setdefault(new_keys[place][level], []).append(place)
            for place, known in enumerate(old_keys):
                if place not in self.new_by_old and level < len(known):
                    candidates = free.get(known[level])
                    if candidates:
                        self.new_by_old[place] = candidates.pop()
                        self.old_by_new[self.new_by_old[place]] = place

    def filled(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return two positions; fill in a missing one if it is known."""
        if new is None and old is not None:
            new = self.new_by_old.get(old)
        elif old is None and new is not None:
            old = self.old_by_new.get(new)
        return old, new


def _when(entry: Grant | TargetRule) -> str:
    return repr([(sorted(condition.values.items()), condition.opened) for condition in entry.when])


def _grant_keys(grant: Grant) -> list[str]:
    """Return keys: the whole grant, its condition and channels, either of them, each channel."""
    allowed = sorted(grant.allow or grant.recommend)
    sort = "allow" if grant.allow else "recommend"
    more = repr((grant.hours, grant.prerequisites))
    return [
        f"{sort} {allowed} {_when(grant)} {more}", f"{sort} {allowed} {_when(grant)}",
        f"{sort} {allowed} {more}", f"{sort} {allowed}", f"{sort} {_when(grant)}",
        *(f"{sort} {channel}" for channel in allowed),
    ]  # fmt: skip


def _rule_keys(rule: TargetRule) -> list[str]:
    """Return keys: the whole rule, its condition, its targets, its metrics."""
    cells = repr(
        sorted(
            (metric, key, cell.target.text)
            for metric, written in rule.cells.items()
            for key, cell in written.items()
        )
    )
    return [f"{_when(rule)} {cells}", _when(rule), cells, repr(sorted(rule.cells))]
