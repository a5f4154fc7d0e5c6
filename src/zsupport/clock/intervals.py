"""Sorted lists of intervals `[from, to)` that do not overlap."""

from __future__ import annotations

from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Interval = tuple[int, int]


def common(left: list[Interval], right: list[Interval]) -> list[Interval]:
    """Return the intersection of two lists."""
    intersection: list[Interval] = []
    at = 0
    for start, end in left:
        while at < len(right) and right[at][1] <= start:
            at += 1
        place = at
        while place < len(right) and right[place][0] < end:
            intersection.append((max(start, right[place][0]), min(end, right[place][1])))
            place += 1
    return intersection


def outside(intervals: Iterable[Interval], low: int, high: int) -> list[Interval]:
    """Return the parts of `[low, high)` outside the intervals."""
    gaps: list[Interval] = []
    for start, end in intervals:
        if low < min(start, high):
            gaps.append((low, min(start, high)))
        low = max(low, end)
    return [*gaps, (low, high)] if low < high else gaps
