"""Working time, compiled: sorted spans of UTC with prefix sums, and bisection instead of steps.

What is compiled is defined by `Hours.parts`: an instant is working iff the wall clock of the
zone shows a date and a time of day that lies in one of that date's parts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from zsupport.clock.instants import END
from zsupport.clock.model import Hours
from zsupport.clock.offsets import Offsets
from zsupport.clock.problem import HORIZON, Never
from zsupport.errors import check_limit
from zsupport.limits import MEMBERS, WINDOWS
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DAY = 86_400
_YEAR = 366 * _DAY
#: The ordinal of 1970-01-01.
EPOCH = 719_163


class Spans(NamedTuple):
    """The working time of `[first, last)`: spans `[start, end)`, what was worked before each."""

    first: int
    last: int
    starts: list[int]
    ends: list[int]
    before: list[int]

    def intervals(self) -> list[tuple[int, int]]:
        """Return the spans in their order, each as `[from, to)`."""
        return list(zip(self.starts, self.ends, strict=True))

    def worked(self, instant: int) -> int:
        """Return the working seconds from `first` to an instant."""
        i = bisect_right(self.starts, instant) - 1
        if i < 0:
            return 0
        return self.before[i] + min(instant, self.ends[i]) - self.starts[i]

    def reach(self, worked: int) -> int | None:
        """Return the least instant by which so much (above 0) was worked, None if after `last`."""
        i = bisect_left(self.before, worked) - 1
        instant = self.starts[i] + worked - self.before[i] if i >= 0 else None
        return instant if instant is not None and instant <= self.ends[i] else None


class WorkingTime:
    """The working time of a calendar or a union of several, compiled as far as it is asked for."""

    def __init__(self, *hours: Hours, margin: int = _YEAR) -> None:
        """`margin`: how many seconds more than is asked for are compiled on each side.

        Raises TooMuch before anything is compiled.
        """
        check_limit(MEMBERS, len(hours))
        check_limit(WINDOWS, sum(len(day) for each in hours for day in each.week or ()))
        self.hours = hours
        self.margin = margin
        self.offsets = [Offsets(each.zone) for each in hours]
        #: What is compiled so far.
        self.known = Spans(0, 0, [], [], [])

    def spans(self, first: int, last: int) -> Spans:
        """Return the spans that cover two instants; compiled years are kept."""
        known = self.known
        if known.first <= first and last <= known.last:
            return known
        # A year more than is missing, so that a run over many tickets compiles a few times only.
        if known.first == known.last:
            first, last = first - self.margin, last + self.margin
            starts, ends = self._compiled(first, last)
        else:
            first = known.first if known.first <= first else first - self.margin
            last = known.last if last <= known.last else last + self.margin
            earlier = self._compiled(first, known.first)
            later = self._compiled(known.last, last)
            starts, ends = _joined(*earlier, known.starts, known.ends)
            starts, ends = _joined(starts, ends, *later)
        before, total = [], 0
        for start, end in zip(starts, ends, strict=True):
            before.append(total)
            total += end - start
        self.known = Spans(first, last, starts, ends, before)
        return self.known

    def _compiled(self, first: int, last: int) -> tuple[list[int], list[int]]:
        """Return starts and ends of the spans of `[first, last)`, which may be empty."""
        starts: list[int] = []
        ends: list[int] = []
        if first == last:
            return starts, ends
        pieces = [
            list(_compile(hours, offsets, first, last))
            for hours, offsets in zip(self.hours, self.offsets, strict=True)
        ]
        merged = sorted(piece for each in pieces for piece in each) if pieces[1:] else pieces[0]
        for start, end in merged:
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return starts, ends

    def is_open(self, instant: int) -> bool:
        """Return whether an instant is working."""
        spans = self.spans(instant, instant + 1)
        i = bisect_right(spans.starts, instant) - 1
        return i >= 0 and instant < spans.ends[i]

    def next_open(self, instant: int) -> int | None:
        """Return the next instant after this one at which they open, None within ten years."""
        return self._next(instant, lambda spans: spans.starts)

    def next_close(self, instant: int) -> int | None:
        """Return the next instant after this one at which they close, None within ten years."""
        return self._next(instant, lambda spans: spans.ends)

    def _next(self, instant: int, edges: Callable[[Spans], list[int]]) -> int | None:
        ahead = _YEAR
        while True:
            spans = self.spans(instant, instant + ahead)
            i = bisect_right(edges(spans), instant)
            # What begins or ends where the compiled time does is no opening or closing.
            if i < len(edges(spans)) and edges(spans)[i] < spans.last:
                return edges(spans)[i] if edges(spans)[i] < END else None
            if ahead >= HORIZON:
                return None
            ahead = min(ahead * 4, HORIZON)

    def elapsed(self, start: int, end: int) -> int:
        """Return the working seconds in `[start, end)`."""
        spans = self.spans(start, end)
        return spans.worked(end) - spans.worked(start)

    def due(self, start: int, seconds: int) -> int:
        """Return the least instant u >= start with `seconds` of working time in `[start, u)`.

        The clock definition, rule 6. Raises Never beyond ten years.
        """
        if seconds <= 0:
            return start
        # The common case in one go: both instants lie in what is compiled.
        first, last, starts, ends, before = self.known
        if first <= start < last and (i := bisect_right(starts, start) - 1) >= 0:
            end = ends[i]
            wanted = before[i] + (start if start < end else end) - starts[i] + seconds
            i = bisect_left(before, wanted, i) - 1
            due = starts[i] + wanted - before[i]
            if due <= ends[i] and due <= start + HORIZON:
                return due
        return self._due(start, seconds)

    def _due(self, start: int, seconds: int) -> int:
        """Return the same as `due` for more than 0 seconds: plainly, compiling as it goes."""
        ahead = 2 * seconds
        while True:
            spans = self.spans(start, start + ahead)
            due = spans.reach(spans.worked(start) + seconds)
            if due is not None:
                if due > start + HORIZON:
                    raise Never
                return due
            if ahead >= HORIZON:
                raise Never
            ahead = min(4 * ahead + _YEAR, HORIZON)


def _joined(
    starts: list[int], ends: list[int], later_starts: list[int], later_ends: list[int]
) -> tuple[list[int], list[int]]:
    """Return the spans of two pieces of time of which the second begins where the first ends."""
    if ends and later_starts and ends[-1] == later_starts[0]:  # one span, cut between them
        return starts + later_starts[1:], ends[:-1] + later_ends
    return starts + later_starts, ends + later_ends


def _compile(hours: Hours, offsets: Offsets, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the working spans of `[first, last)` in order, touching ones apart."""
    for start, end, offset in offsets.pieces(first, last):
        low, high = start + offset, end + offset
        for day in range(low // _DAY, (high - 1) // _DAY + 1):
            midnight = day * _DAY
            for part in hours.parts(day + EPOCH):
                # Only the first and the last day of a piece can be cut.
                opens = max(midnight + part.start, low) - offset
                closes = min(midnight + part.end, high) - offset
                if opens < closes:
                    yield opens, closes


def ranges(offsets: Offsets, ordinal: int, start: int, end: int) -> list[tuple[int, int]]:
    """Return the instants at which the wall clock shows `[start, end)` of a date, as UTC ranges."""
    low = (ordinal - EPOCH) * _DAY + start
    high = (ordinal - EPOCH) * _DAY + end
    found = []
    # No offset is a day long.
    for begin, until, offset in offsets.pieces(low - _DAY, high + _DAY):
        opens, closes = max(begin, low - offset), min(until, high - offset)
        if opens < closes:
            found.append((opens, closes))
    return found
