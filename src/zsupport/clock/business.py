"""Business days: working dates with an opening and a close (the clock definition, rules 7 to 9).

The windows of a date are those that begin on it, with their tails on the date after.
"""

from __future__ import annotations

from zsupport.clock.instants import at_local, latest_local
from zsupport.clock.model import Hours
from zsupport.clock.problem import HORIZON, Never
from zsupport.clock.spans import EPOCH, WorkingTime, ranges
from zsupport.dates import date
from zsupport.typed import NamedTuple

_DAY = 86_400

#: Instants `[start, end)`.
Span = tuple[int, int]


class WorkingDate(NamedTuple):
    """A working date: the first working instant of its windows, and the end of the last one."""

    ordinal: int
    opening: int
    close: int
    spans: tuple[Span, ...]


class BusinessDays:
    """The working dates of a calendar, or of a union of calendars in one zone."""

    def __init__(self, time: WorkingTime) -> None:
        """Raise ValueError where the calendars of a union are in different zones."""
        zones = {str(hours.zone) for hours in time.hours}
        if len(zones) > 1:
            raise ValueError(f"business days over hours in different zones: {', '.join(zones)}")
        self.hours = time.hours
        self.zone = time.hours[0].zone
        self._dates: dict[int, WorkingDate | None] = {}
        self._openings: dict[int, int | None] = {}
        self._ends: dict[int, int] = {}

    def opened(self, start: int) -> int:
        """Return the date on which a case is opened at an instant.

        It is the calendar date, but the date before while a window of that date has an end ahead
        and the calendar date has not opened.
        """
        today = latest_local(start, self.zone)[0].toordinal()
        if start < self._end(today - 1):
            opening = self.opening(today)
            if opening is None or start < opening:
                return today - 1
        return today

    def opening(self, ordinal: int) -> int | None:
        """Return when a date opens, None for a date that is not working."""
        if ordinal not in self._openings:
            first = min((start for start, _ in self._working(ordinal)), default=None)
            if first is not None:
                later = min((start for start, _ in self._working(ordinal + 1)), default=None)
                # The date after takes all from its opening on, and may leave nothing.
                if later is not None and later <= first and self.opening(ordinal + 1) is not None:
                    first = None
            self._openings[ordinal] = first
        return self._openings[ordinal]

    def date(self, ordinal: int) -> WorkingDate | None:
        """Return a date's opening and close, None for a date that is not working."""
        if ordinal not in self._dates:
            self._dates[ordinal] = self._date(ordinal)
        return self._dates[ordinal]

    def _date(self, ordinal: int) -> WorkingDate | None:
        opening = self.opening(ordinal)
        if opening is None:
            return None
        # This date takes the rest of the windows of the date before.
        spans = self._working(ordinal) + [
            (max(start, opening), end)
            for hours in self.hours
            for start, end in self._windows(hours, ordinal - 1)
            if end > opening
        ]
        until = self.opening(ordinal + 1)
        if until is not None:
            spans = [(start, min(end, until)) for start, end in spans if start < until]
        return WorkingDate(ordinal, opening, max(end for _, end in spans), tuple(sorted(spans)))

    def _working(self, ordinal: int) -> list[Span]:
        """Return the windows of a date in the calendars in which it is working."""
        return [
            span
            for hours in self.hours
            if hours.may_be_working(ordinal)
            for span in self._windows(hours, ordinal)
        ]

    def _windows(self, hours: Hours, ordinal: int, *, breaks: bool = True) -> list[Span]:
        """Return when the windows that begin on a date are open; `breaks` are taken out of them."""
        if not ranges(self.zone, ordinal, 0, _DAY):
            return []  # a date that never occurred
        return [
            span
            for later in (0, 1)
            for part in hours.parts(ordinal + later, breaks=breaks)
            if part.begins == -later
            for span in ranges(self.zone, ordinal + later, part.start, part.end)
        ]

    def _end(self, ordinal: int) -> int:
        """Return when the last window of a date ends, before breaks; 0 where it has none."""
        if ordinal not in self._ends:
            self._ends[ordinal] = max(
                (
                    end
                    for hours in self.hours
                    for _, end in self._windows(hours, ordinal, breaks=False)
                ),
                default=0,
            )
        return self._ends[ordinal]

    def after(self, ordinal: int, start: int) -> WorkingDate:
        """Return the first working date strictly after a date; raise Never beyond ten years."""
        while True:
            ordinal += 1
            if (ordinal - EPOCH) * _DAY > start + HORIZON:
                raise Never
            found = self.date(ordinal)
            if found:
                return found

    def counted(self, start: int, count: int) -> list[WorkingDate]:
        """Return the working date from which full business days count, and `count` dates after it.

        Opened at or after close, or on a day off, they count from the next working date.
        """
        opened = self.opened(start)
        first = self.date(opened)
        if first is None or start >= first.close:
            first = self.after(opened, start)
        dates = [first]
        for _ in range(count):
            dates.append(self.after(dates[-1].ordinal, start))
        return dates

    def days(self, start: int, count: int, reading: str) -> int:
        """Return when `count` full business days are due."""
        dates = self.counted(start, count)
        return self._due(dates[-1], reading, dates[0], start)

    def next_day(self, start: int, reading: str) -> int:
        """Return when `next business day` is due: the first working date after the date opened."""
        opened = self.opened(start)
        today = self.date(opened)
        return self._due(self.after(opened, start), reading, today, start)

    def by(self, start: int, seconds: int) -> int:
        """Return a local time on the next business day that is after `start`, in hours or not."""
        return self.by_date(start, seconds)[1]

    def by_date(self, start: int, seconds: int) -> tuple[WorkingDate, int]:
        """Return the working date of a local time, and its instant.

        Where that time of the first working date has passed, it is that of the one after it.
        """
        found = self.after(self.opened(start), start)
        due = at_local(date.fromordinal(found.ordinal), seconds, self.zone)
        if due <= start:
            found = self.after(found.ordinal, start)
            due = at_local(date.fromordinal(found.ordinal), seconds, self.zone)
        return found, due

    def _due(
        self, found: WorkingDate, reading: str, counted_from: WorkingDate | None, start: int
    ) -> int:
        """Return when a target is due on a working date, by the policy's reading.

        The same time is that of `start` on the working date counted from, not before its opening.
        """
        if reading == "opening":
            return found.opening
        if reading == "close" or counted_from is None or start >= counted_from.close:
            return found.close
        day, seconds = latest_local(max(start, counted_from.opening), self.zone)
        # After midnight in a late shift it is a time after 24:00.
        seconds += (day.toordinal() - counted_from.ordinal) * _DAY
        wanted = at_local(date.fromordinal(found.ordinal), seconds, self.zone)
        for begin, end in found.spans:
            if wanted < end:
                return max(wanted, begin)
        return found.close
