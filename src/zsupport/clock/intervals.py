"""Lists of intervals `[from, to)` in order, of which no two overlap."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Interval = tuple[int, int]


def common(one: list[Interval], other: list[Interval]) -> list[Interval]:
    """Return what two lists have in common."""
    found: list[Interval] = []
    at = 0
    for start, end in one:
        while at < len(other) and other[at][1] <= start:
            at += 1
        place = at
        while place < len(other) and other[place][0] < end:
            found.append((max(start, other[place][0]), min(end, other[place][1])))
            place += 1
    return found


def outside(intervals: Iterable[Interval], low: int, high: int) -> list[Interval]:
    """Return what of `[low, high)` lies outside of some intervals."""
    found: list[Interval] = []
    for start, end in intervals:
        if low < min(start, high):
            found.append((low, min(start, high)))
        low = max(low, end)
    return [*found, (low, high)] if low < high else found
