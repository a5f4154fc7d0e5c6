"""Ranges of days that overlap although neither contains the other."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from zsupport.clock.days import has_year, range_from


def overlapping_ranges(ranges: Sequence[str]) -> list[tuple[str, str]]:
    """Return each range that overlaps an earlier range, with that range.

    A range may contain another range. Ranges of every year are compared on a circle of 366 days,
    and two of them must not have the same dates. A range of one year is compared with the dates of
    the other ranges in its years. Each range is in at most one pair.
    """
    yearly = [text for text in ranges if not has_year(text)]
    pairs: dict[str, str] = {}
    masks: dict[str, int] = {}
    for text in yearly:
        mask = _mask(text)
        other = next((known for known in masks if not _nested(masks[known], mask)), None)
        if other is None:
            masks[text] = mask
        else:
            pairs[text] = other
    dated = [text for text in ranges if has_year(text)]
    position = {text: place for place, text in enumerate(ranges)}
    enclosing: list[tuple[int, int, str]] = []
    for first, end, text in sorted(_instances(dated, [*masks]), key=lambda i: (i[0], -i[1])):
        while enclosing and enclosing[-1][1] <= first:
            enclosing.pop()
        if not enclosing or end <= enclosing[-1][1]:
            enclosing.append((first, end, text))
            continue
        other = enclosing[-1][2]
        if has_year(text) or has_year(other):
            earlier, later = sorted((text, other), key=position.__getitem__)
            pairs.setdefault(later, earlier)
    return sorted(pairs.items(), key=lambda pair: position[pair[0]])


def _nested(first: int, second: int) -> bool:
    """Return whether two sets of days have no common day, or one contains the other."""
    return first != second and first & second in (0, first, second)


def _mask(text: str) -> int:
    """Return the days of a range of every year as bits of a leap year."""
    first, last = (
        datetime.date(2000, int(day[:2]), int(day[3:])).timetuple().tm_yday - 1
        for day in text.split("..")
    )
    mask = (1 << last + 1) - 1 if last < first else (1 << last + 1) - (1 << first)
    return mask | (1 << 366) - (1 << first) if last < first else mask


def _instances(dated: list[str], yearly: list[str]) -> list[tuple[int, int, str]]:
    """Return the dates `[first, end)` of ranges, those of every year in the years of the others."""
    years: set[int] = set()
    for text in dated:
        years.update(range(int(text[:4]) - 1, int(text[12:16]) + 1))
    wanted = [(text, int(text[:4])) for text in dated]
    wanted += [(text, year) for text in yearly for year in years]
    instances = ((range_from(text, year), text) for text, year in wanted)
    return [(*dates, text) for dates, text in instances if dates]
