"""Business days: working dates with an opening and a closing.

The guide `days` defines them. A window belongs to the date on which it begins, and can end on the
next date.
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
    """A working date. `opening` is its first working instant, `close` the end of its last span.

    `spans` are the sorted spans of working time that belong to the date. They can overlap.
    """

    ordinal: int
    opening: int
    close: int
    spans: tuple[Span, ...]


class BusinessDays:
    """The working dates of a calendar, or of a union of calendars in the same time zone."""

    def __init__(self, time: WorkingTime) -> None:
        """Raise ValueError if the calendars of a union are in different time zones."""
        zones = {str(hours.zone) for hours in time.hours}
        if len(zones) > 1:
            raise ValueError(
                f"business days over hours in different time zones: {', '.join(zones)}"
            )
        self.hours = time.hours
        self.zone = time.hours[0].zone
        self._dates: dict[int, WorkingDate | None] = {}
        self._openings: dict[int, int | None] = {}
        self._ends: dict[int, int] = {}

    def date_opened(self, start: int) -> int:
        """Return the date opened of a case that is opened at `start`, as an ordinal.

        If a window of the previous date has not ended, and the calendar date has not opened, it is
        the previous date. Otherwise it is the calendar date.
        """
        today = latest_local(start, self.zone)[0].toordinal()
        if start < self._end(today - 1):
            opening = self.opening(today)
            if opening is None or start < opening:
                return today - 1
        return today

    def opening(self, ordinal: int) -> int | None:
        """Return the opening of a date, or None if the date is not working."""
        if ordinal not in self._openings:
            first = min((start for start, _ in self._working_windows(ordinal)), default=None)
            if first is not None:
                later = min(
                    (start for start, _ in self._working_windows(ordinal + 1)), default=None
                )
                # From the opening of the next date on, all time belongs to the next date. So this
                # date can be empty.
                if later is not None and later <= first and self.opening(ordinal + 1) is not None:
                    first = None
            self._openings[ordinal] = first
        return self._openings[ordinal]

    def date(self, ordinal: int) -> WorkingDate | None:
        """Return a date with its opening and closing, or None if the date is not working."""
        if ordinal not in self._dates:
            self._dates[ordinal] = self._date(ordinal)
        return self._dates[ordinal]

    def _date(self, ordinal: int) -> WorkingDate | None:
        opening = self.opening(ordinal)
        if opening is None:
            return None
        # After the opening, the windows of the previous date belong to this date.
        spans = self._working_windows(ordinal) + [
            (max(start, opening), end)
            for hours in self.hours
            for start, end in self._windows(hours, ordinal - 1)
            if end > opening
        ]
        until = self.opening(ordinal + 1)
        if until is not None:
            spans = [(start, min(end, until)) for start, end in spans if start < until]
        return WorkingDate(ordinal, opening, max(end for _, end in spans), tuple(sorted(spans)))

    def _working_windows(self, ordinal: int) -> list[Span]:
        """Return the windows of a date, from the calendars in which it is a working date."""
        return [
            span
            for hours in self.hours
            if hours.may_be_working(ordinal)
            for span in self._windows(hours, ordinal)
        ]

    def _windows(self, hours: Hours, ordinal: int, *, breaks: bool = True) -> list[Span]:
        """Return the windows that begin on a date; `breaks` says whether breaks are cut out."""
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
        """Return the end of the last window of a date, ignoring breaks; 0 if it has no window."""
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
        """Return the first working date after a date.

        Raises Never if it is more than ten years after `start`.
        """
        while True:
            ordinal += 1
            if (ordinal - EPOCH) * _DAY > start + HORIZON:
                raise Never
            working = self.date(ordinal)
            if working:
                return working

    def counted_dates(self, start: int, count: int) -> list[WorkingDate]:
        """Return the working date from which business days count, and the next `count` dates.

        Business days count from the date opened. They count from the next working date if the date
        opened is not working, or if `start` is not before its closing.
        """
        date_opened = self.date_opened(start)
        first = self.date(date_opened)
        if first is None or start >= first.close:
            first = self.after(date_opened, start)
        dates = [first]
        for _ in range(count):
            dates.append(self.after(dates[-1].ordinal, start))
        return dates

    def days(self, start: int, count: int, reading: str) -> int:
        """Return the deadline of `count` business days; see `_due` for `reading`."""
        dates = self.counted_dates(start, count)
        return self._due(dates[-1], reading, dates[0], start)

    def next_day(self, start: int, reading: str) -> int:
        """Return the deadline of `next business day`, on the working date after the date opened."""
        date_opened = self.date_opened(start)
        today = self.date(date_opened)
        return self._due(self.after(date_opened, start), reading, today, start)

    def next_opening_day(self, start: int) -> WorkingDate:
        """Return the first working date that opens after `start`."""
        date_opened = self.date_opened(start)
        today = self.date(date_opened)
        if today is not None and start < today.opening:
            return today
        return self.after(date_opened, start)

    def by(self, start: int, seconds: int, *, opening_day: bool = False) -> int:
        """Return the instant of a local time on the next day, even if hours are closed."""
        return self.next_local_time(start, seconds, opening_day=opening_day)[1]

    def next_local_time(
        self, start: int, seconds: int, *, opening_day: bool = False
    ) -> tuple[WorkingDate, int]:
        """Return the next business day or opening day, and the instant of a local time on it.

        `seconds` is the time in seconds from midnight. If the instant is not after `start`, the
        working date after that day is used.
        """
        if opening_day:
            working = self.next_opening_day(start)
        else:
            working = self.after(self.date_opened(start), start)
        due = at_local(date.fromordinal(working.ordinal), seconds, self.zone)
        if due <= start:
            working = self.after(working.ordinal, start)
            due = at_local(date.fromordinal(working.ordinal), seconds, self.zone)
        return working, due

    def _due(
        self, last: WorkingDate, reading: str, counted_from: WorkingDate | None, start: int
    ) -> int:
        """Return the deadline on the last working date.

        `reading` is the `business_day` of the policy: opening, close or same-time. The deadline of
        same-time has the local time of `start`, or of the opening of `counted_from` if that is
        later. If the hours are closed at that time, the deadline is the next opening on the date,
        or otherwise the close.
        """
        if reading == "opening":
            return last.opening
        if reading == "close" or counted_from is None or start >= counted_from.close:
            return last.close
        day, seconds = latest_local(max(start, counted_from.opening), self.zone)
        # After midnight in a night shift, the time is later than 24:00.
        seconds += (day.toordinal() - counted_from.ordinal) * _DAY
        same_time = at_local(date.fromordinal(last.ordinal), seconds, self.zone)
        for begin, end in last.spans:
            if same_time < end:
                return max(same_time, begin)
        return last.close
