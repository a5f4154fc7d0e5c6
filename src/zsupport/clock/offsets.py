"""Where a zone's offset changes: the pieces of time in which local time is UTC and a constant."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timezone, tzinfo

_DAY = 86_400


class Offsets:
    """The offset of a zone over time, found once for each day that is asked about."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.constant = zone if isinstance(zone, timezone) else None
        # Known from `first` to `last`: instants from which `offsets` hold.
        self.first = self.last = 0
        self.starts: list[int] = []
        self.offsets: list[int] = []

    def at(self, instant: int) -> int:
        """Return the offset in seconds at an instant."""
        offset = datetime.fromtimestamp(instant, self.zone).utcoffset()
        return int(offset.total_seconds()) if offset else 0

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield (from, to, offset) for each piece of `[start, end)` with a constant offset."""
        if self.constant:
            yield start, end, self.at(start)
            return
        self._cover(start, end)
        i = bisect_right(self.starts, start) - 1
        while start < end:
            until = self.starts[i + 1] if i + 1 < len(self.starts) else end
            until = min(until, end)
            yield start, until, self.offsets[i]
            start, i = until, i + 1

    def _cover(self, start: int, end: int) -> None:
        """Find the changes between two instants.

        The offset is looked up once a day: no zone has changed its offset twice within one
        since 1973, and the day in which it differs is halved down to the second.
        """
        if self.starts and self.first <= start and end <= self.last:
            return
        first = min(start, self.first) if self.starts else start
        last = max(end, self.last) if self.starts else end
        # A year more on both sides: who asks for one day after another causes few searches.
        first -= first % _DAY + 366 * _DAY
        last += -last % _DAY + 366 * _DAY
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
        self.first, self.last, self.starts, self.offsets = first, last, starts, offsets
