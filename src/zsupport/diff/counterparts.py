"""Find the entry of the new file that corresponds to an entry of the old file.

The result is a guess. It affects only the places that a headline names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from zsupport.policy.model import Grant, Revision, TargetRule

Entry = TypeVar("Entry")


class Counterparts:
    """Pairs of similar grants, and of similar target rules, of two revisions."""

    def __init__(self, old: Revision, new: Revision) -> None:
        self._grants = _Pairs(old.grants, new.grants, _grant_keys)
        self._rules = _Pairs(old.rules, new.rules, _rule_keys)

    def grant(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return the positions of two grants; replace None by the position of the counterpart."""
        return self._grants.complete(old, new)

    def rule(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return the positions of two rules; replace None by the position of the counterpart."""
        return self._rules.complete(old, new)


class _Pairs:
    """Pairs of positions in two lists."""

    def __init__(
        self, old: Sequence[Entry], new: Sequence[Entry], keys: Callable[[Entry], list[str]]
    ) -> None:
        """`keys` returns the keys that identify an entry, the most reliable key first."""
        self.new_by_old: dict[int, int] = {}
        self.old_by_new: dict[int, int] = {}
        old_keys, new_keys = [keys(entry) for entry in old], [keys(entry) for entry in new]
        for level in range(max(map(len, (*old_keys, *new_keys)), default=0)):
            free: dict[str, list[int]] = {}
            for place in range(len(new_keys) - 1, -1, -1):
                if place not in self.old_by_new and level < len(new_keys[place]):
                    free.setdefault(new_keys[place][level], []).append(place)
            for place, entry_keys in enumerate(old_keys):
                if place not in self.new_by_old and level < len(entry_keys):
                    candidates = free.get(entry_keys[level])
                    if candidates:
                        self.new_by_old[place] = candidates.pop()
                        self.old_by_new[self.new_by_old[place]] = place

    def complete(self, old: int | None, new: int | None) -> tuple[int | None, int | None]:
        """Return two positions; replace None by the position of the counterpart, if known."""
        if new is None and old is not None:
            new = self.new_by_old.get(old)
        elif old is None and new is not None:
            old = self.old_by_new.get(new)
        return old, new


def _when(entry: Grant | TargetRule) -> str:
    return repr([(sorted(condition.values.items()), condition.opened) for condition in entry.when])


def _grant_keys(grant: Grant) -> list[str]:
    """Return the keys of a grant: first all of its content, last each of its channels."""
    allowed = sorted(grant.allow or grant.recommend)
    key = "allow" if grant.allow else "recommend"
    details = repr((grant.hours, grant.prerequisites))
    return [
        f"{key} {allowed} {_when(grant)} {details}", f"{key} {allowed} {_when(grant)}",
        f"{key} {allowed} {details}", f"{key} {allowed}", f"{key} {_when(grant)}",
        *(f"{key} {channel}" for channel in allowed),
    ]  # fmt: skip


def _rule_keys(rule: TargetRule) -> list[str]:
    """Return the keys of a rule: all of its content, its condition, its targets, its metrics."""
    cells = repr(
        sorted(
            (metric, key, cell.target.text)
            for metric, metric_cells in rule.cells.items()
            for key, cell in metric_cells.items()
        )
    )
    return [f"{_when(rule)} {cells}", _when(rule), cells, repr(sorted(rule.cells))]
