"""Where a zone's offset changes: the pieces of time in which local time is UTC and a constant."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime, timezone, tzinfo

from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = 86_400


class KnownOffsets(NamedTuple):
    """What is known of a zone from `first` to `last`: instants from which `offsets` hold."""

    first: int
    last: int
    starts: list[int]
    offsets: list[int]


class Offsets:
    """The offset of a zone over time, found once for each day that is asked about."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.constant = zone if isinstance(zone, timezone) else None
        #: What is known so far; replaced as a whole, never changed.
        self.known = KnownOffsets(0, 0, [], [])

    def at(self, instant: int) -> int:
        """Return the offset in seconds at an instant."""
        offset = datetime.fromtimestamp(instant, self.zone).utcoffset()
        return offset.days * _DAY + offset.seconds if offset else 0

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield (from, to, offset) for each piece of `[start, end)` with a constant offset."""
        if self.constant:
            yield start, end, self.at(start)
            return
        known = self._covering(start, end)
        i = bisect_right(known.starts, start) - 1
        while start < end:
            until = known.starts[i + 1] if i + 1 < len(known.starts) else end
            until = min(until, end)
            yield start, until, known.offsets[i]
            start, i = until, i + 1

    def _covering(self, start: int, end: int) -> KnownOffsets:
        """Return what is known, after finding what is missing of it between two instants."""
        known = self.known
        if known.starts and known.first <= start and end <= known.last:
            return known
        # A year more on both sides: who asks for one day after another causes few searches.
        start -= start % _DAY + 366 * _DAY
        end += -end % _DAY + 366 * _DAY
        if not known.starts:
            known = KnownOffsets(start, end, *self._changes(start, end))
        if start < known.first:
            starts, offsets = self._changes(start, known.first)
            # The offset with which the known time began is the last of those before it.
            starts, offsets = starts + known.starts[1:], offsets + known.offsets[1:]
            known = KnownOffsets(start, known.last, starts, offsets)
        if known.last < end:
            starts, offsets = self._changes(known.last, end)
            starts, offsets = known.starts + starts[1:], known.offsets + offsets[1:]
            known = KnownOffsets(known.first, end, starts, offsets)
        self.known = known
        return known

    def _changes(self, first: int, last: int) -> tuple[list[int], list[int]]:
        """Return from when which offset holds: from `first`, and from each change until `last`.

        The offset is looked up once a day: no zone has changed its offset twice within one
        since 1973, and the day in which it differs is halved down to the second.
        """
        starts, offsets = [first], [self.at(first)]
        for day in range(first + _DAY, last + _DAY, _DAY):
            now = self.at(day)
            if now != offsets[-1]:
                low, high = day - _DAY, day
                while high - low > 1:
                    middle = (low + high) // 2
                    if self.at(middle) == offsets[-1]:
                        low = middle
                    else:
                        high = middle
                starts.append(high)
                offsets.append(now)
        return starts, offsets
