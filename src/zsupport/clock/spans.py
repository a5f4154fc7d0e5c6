"""Compiled working time: sorted spans of instants with cumulative sums, searched by bisection.

`Hours.parts` defines the working time: an instant is working if its local time is inside a part of
its local date.
"""

from __future__ import annotations

from itertools import accumulate

from zsupport.clock.instants import END
from zsupport.clock.model import ALL_DAY, Hours, WindowPart
from zsupport.clock.problem import HORIZON, Never
from zsupport.clock.zonefile import offset_pieces
from zsupport.dates import date
from zsupport.errors import check_limit
from zsupport.limits import JOINED_CALENDARS, WINDOWS
from zsupport.typed import TYPE_CHECKING, NamedTuple, bisect_left, bisect_right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo

_DAY = 86_400
_MONTH = 30 * _DAY
_YEAR = 366 * _DAY
#: The ordinal of 1970-01-01.
EPOCH = 719_163


def clip(intervals: Iterable[tuple[int, int]], low: int, high: int) -> list[tuple[int, int]]:
    """Return the parts of the intervals inside `[low, high)`."""
    inside = ((max(start, low), min(end, high)) for start, end in intervals)
    return [(start, end) for start, end in inside if start < end]


class Spans(NamedTuple):
    """The working time of `[first, last)` as sorted spans `[start, end)`, in seconds since 1970.

    `before` has the working seconds from `first` to the start of each span. Equal hours share the
    lists, so the lists must not change.
    """

    first: int
    last: int
    starts: list[int]
    ends: list[int]
    before: list[int]

    def intervals(self) -> list[tuple[int, int]]:
        """Return the sorted spans as `[from, to)`."""
        return list(zip(self.starts, self.ends, strict=True))

    def within(self, low: int, high: int) -> list[tuple[int, int]]:
        """Return the parts of the spans inside `[low, high)`."""
        inside = slice(bisect_right(self.ends, low), bisect_left(self.starts, high))
        return clip(zip(self.starts[inside], self.ends[inside], strict=True), low, high)

    def worked(self, instant: int) -> int:
        """Return the working seconds from `first` to an instant."""
        i = bisect_right(self.starts, instant) - 1
        if i < 0:
            return 0
        return self.before[i] + min(instant, self.ends[i]) - self.starts[i]

    def reach(self, worked: int) -> int | None:
        """Return the instant at which `worked` seconds (above 0) are worked since `first`.

        The result is None if this instant is after `last`.
        """
        i = bisect_left(self.before, worked) - 1
        instant = self.starts[i] + worked - self.before[i] if i >= 0 else None
        return instant if instant is not None and instant <= self.ends[i] else None


class WorkingTime:
    """The working time of a calendar or a union of calendars, compiled on demand."""

    def __init__(self, *hours: Hours, block: int = _YEAR) -> None:
        """Compile the time when it is needed, in blocks of `block` seconds, counted from 1970.

        Raises LimitExceeded for too many calendars or windows.
        """
        check_limit(JOINED_CALENDARS, len(hours))
        check_limit(WINDOWS, sum(len(day) for calendar in hours for day in calendar.week or ()))
        self.hours = hours
        self.block = block
        #: The compiled spans, in whole blocks.
        self.known = Spans(0, 0, [], [], [])

    def spans(self, first: int, last: int) -> Spans:
        """Return spans that include `[first, last)`; compiled blocks are cached."""
        known = self.known
        if known.first <= first and last <= known.last:
            return known
        block = self.block
        low, high = first // block, -(-last // block)
        begin, end = known.first // block, known.last // block
        if begin == end:
            begin = end = low
        parts = [self._compiled(number) for number in range(low, begin)]
        parts += [known] if begin < end else []
        parts += [self._compiled(number) for number in range(end, high)]
        self.known = _join(parts) if parts else known
        return self.known

    def _compiled(self, number: int) -> Spans:
        """Return the spans of a block."""
        first, last = number * self.block, (number + 1) * self.block
        members = [_compiled(hours, first, last) for hours in self.hours]
        if not members[1:]:
            return members[0]
        starts: list[int] = []
        ends: list[int] = []
        for start, end in sorted(span for member in members for span in member.intervals()):
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return _spans(first, last, starts, ends)

    def is_open(self, instant: int) -> bool:
        """Return whether an instant is working."""
        spans = self.spans(instant, instant + 1)
        i = bisect_right(spans.starts, instant) - 1
        return i >= 0 and instant < spans.ends[i]

    def next_open(self, instant: int) -> int | None:
        """Return the next opening after an instant, or None if there is none within ten years."""
        return self._next(instant, lambda spans: spans.starts)

    def next_close(self, instant: int) -> int | None:
        """Return the next closing after an instant, or None if there is none within ten years."""
        return self._next(instant, lambda spans: spans.ends)

    def _next(self, instant: int, edges: Callable[[Spans], list[int]]) -> int | None:
        ahead = _MONTH
        while True:
            spans = self.spans(instant, instant + ahead)
            i = bisect_right(edges(spans), instant)
            # The start and end of the compiled time are not an opening or closing.
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
        """Return the smallest instant u >= start with `seconds` of working time in `[start, u)`.

        Raises Never if it is more than ten years away.
        """
        if seconds <= 0:
            return start
        # Fast path for the common case: both instants are in the compiled time.
        first, last, starts, ends, before = self.known
        if first <= start < last and (i := bisect_right(starts, start) - 1) >= 0:
            end = ends[i]
            goal = before[i] + (start if start < end else end) - starts[i] + seconds
            i = bisect_left(before, goal, i) - 1
            due = starts[i] + goal - before[i]
            if due <= ends[i] and due <= start + HORIZON:
                return due
        return self._due(start, seconds)

    def due_and_elapsed(self, start: int, seconds: int, until: int) -> tuple[int, int]:
        """Return `due(start, seconds)` and `elapsed(start, until)`, faster than two calls."""
        first, last, starts, ends, before = self.known
        if first <= start <= until <= last and (i := bisect_right(starts, start) - 1) >= 0:
            end = ends[i]
            worked = before[i] + (start if start < end else end) - starts[i]
            goal = worked + seconds
            j = bisect_left(before, goal, i) - 1
            due = starts[j] + goal - before[j]
            if seconds > 0 and due <= ends[j] and due <= start + HORIZON:
                j = bisect_right(starts, until, i) - 1
                end = ends[j]
                return due, before[j] + (until if until < end else end) - starts[j] - worked
        return self.due(start, seconds), self.elapsed(start, until)

    def _due(self, start: int, seconds: int) -> int:
        """Return `due` for more than 0 seconds; compile the time that is needed."""
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


#: The compiled spans of this process by their input; the oldest are dropped first.
_cache: dict[tuple[object, ...], Spans] = {}
_MAX_CACHED = 512


def _spans(first: int, last: int, starts: list[int], ends: list[int]) -> Spans:
    """Return spans with the sum of the seconds worked before each span."""
    lengths = [end - start for start, end in zip(starts, ends, strict=True)]
    before = list(accumulate(lengths, initial=0))
    before.pop()
    return Spans(first, last, starts, ends, before)


def _join(parts: list[Spans]) -> Spans:
    """Return the spans of consecutive pieces of time."""
    if not parts[1:]:
        return parts[0]
    starts: list[int] = []
    ends: list[int] = []
    for part in parts:
        # Rejoin a span that was cut between two pieces.
        if ends and part.starts and ends[-1] == part.starts[0]:
            ends.pop()
            starts += part.starts[1:]
        else:
            starts += part.starts
        ends += part.ends
    return _spans(parts[0].first, parts[-1].last, starts, ends)


def _compiled(hours: Hours, first: int, last: int) -> Spans:
    """Return the working spans of `[first, last)`, cached for equal hours."""
    changed = _changed_days(hours, first, last)
    key = (hours.zone, hours.week, first, last, *changed.items())
    spans = _cache.get(key)
    if spans is None:
        spans = _compile(hours.zone, hours.week, changed, first, last)
        if len(_cache) >= _MAX_CACHED:
            _cache.pop(next(iter(_cache)), None)
        _cache[key] = spans
    return spans


def _changed_days(hours: Hours, first: int, last: int) -> dict[int, tuple[WindowPart, ...]]:
    """Return the windows of each date on which they can differ from those of its weekday.

    The keys are days since 1970-01-01. The result has all such dates that affect `[first, last)`.
    """
    # Offsets are shorter than a day. A change of a date can also affect the next date.
    low, high = first // _DAY - 2 + EPOCH, last // _DAY + 2 + EPOCH
    if hours.years is None:
        return {}
    days: set[int] = set()
    for number in range(date.fromordinal(low).year, date.fromordinal(high).year + 1):
        days.update(hours.years(number).changed())
    if hours.by_start_date or hours.exchanged_for is not None or hours.seasonal:
        days.update([day + 1 for day in days])
    return {day - EPOCH: hours.parts(day) for day in sorted(days) if low <= day <= high}


def _compile(
    zone: tzinfo,
    week: tuple[tuple[WindowPart, ...], ...] | None,
    changed: dict[int, tuple[WindowPart, ...]],
    first: int,
    last: int,
) -> Spans:
    """Return the working spans of `[first, last)`.

    Every week is equal to `week`, except for the days since 1970 in `changed`. The weeks are built
    in local time as if it were UTC. Then they are cut where the offset changes, and moved by the
    offset. So the skipped time of a DST gap is omitted, and the repeated time of a DST fold is
    included twice.
    """
    if week is None and not changed:
        return Spans(first, last, [first], [last], [0])
    opens, closes = _local_edges(week or ((ALL_DAY,),) * 7, changed, first - _DAY, last + _DAY)
    starts: list[int] = []
    ends: list[int] = []
    for start, end, offset in offset_pieces(zone, first, last):
        low, high = start + offset, end + offset
        inside = slice(bisect_right(closes, low), bisect_left(opens, high))
        begin = len(starts)
        starts += [local - offset for local in opens[inside]]
        ends += [local - offset for local in closes[inside]]
        if begin < len(starts):
            starts[begin] = max(starts[begin], start)
            ends[-1] = min(ends[-1], end)
    # Join spans that touch.
    joints = set(ends).intersection(starts)
    if joints:
        starts = [start for start in starts if start not in joints]
        ends = [end for end in ends if end not in joints]
    return _spans(first, last, starts, ends)


def _local_edges(
    week: tuple[tuple[WindowPart, ...], ...],
    changed: dict[int, tuple[WindowPart, ...]],
    first: int,
    last: int,
) -> tuple[list[int], list[int]]:
    """Return the openings and closings in local time, cut at each midnight.

    They begin with the Monday on or before `first`, are sorted, and do not overlap.
    """
    table = [
        (day * _DAY + start, day * _DAY + end)
        for day, parts in enumerate(week)
        for start, end in _merge_parts(parts)
    ]
    # 1970 began on a Thursday.
    mondays = range(first - (first + 3 * _DAY) % (7 * _DAY), last, 7 * _DAY)
    opens = [monday + start for monday in mondays for start, _ in table]
    closes = [monday + end for monday in mondays for _, end in table]
    for day, parts in changed.items():
        midnight = day * _DAY
        of_day = slice(bisect_left(opens, midnight), bisect_left(opens, midnight + _DAY))
        merged = _merge_parts(parts)
        opens[of_day] = [midnight + start for start, _ in merged]
        closes[of_day] = [midnight + end for _, end in merged]
    return opens, closes


def _merge_parts(parts: tuple[WindowPart, ...]) -> list[tuple[int, int]]:
    """Return the sorted times of the parts of a date; overlapping parts are joined."""
    times: list[tuple[int, int]] = []
    for start, end, _ in sorted(parts):
        if times and start <= times[-1][1]:
            times[-1] = times[-1][0], max(times[-1][1], end)
        else:
            times.append((start, end))
    return times


def ranges(zone: tzinfo, ordinal: int, start: int, end: int) -> list[tuple[int, int]]:
    """Return the ranges of instants whose local time is in `[start, end)` of a date.

    `start` and `end` are in seconds from midnight.
    """
    low = (ordinal - EPOCH) * _DAY + start
    high = (ordinal - EPOCH) * _DAY + end
    utc = []
    # Offsets are shorter than a day.
    for begin, until, offset in offset_pieces(zone, low - _DAY, high + _DAY):
        opens, closes = max(begin, low - offset), min(until, high - offset)
        if opens < closes:
            utc.append((opens, closes))
    return utc
