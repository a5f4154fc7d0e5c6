"""Business days: working dates with an opening and a close (the clock definition, rules 7 to 9)."""

from datetime import date
from typing import NamedTuple

from zsupport.clock.deadline import Never
from zsupport.clock.instants import at_local, local_clock, local_date
from zsupport.clock.spans import EPOCH, HORIZON, WorkingTime, ranges

_DAY = 86_400


class WorkingDate(NamedTuple):
    """A working date: the first working instant of its windows, and the end of the last one."""

    ordinal: int
    opening: int
    close: int
    spans: tuple[tuple[int, int], ...]


class BusinessDays:
    """The working dates of a calendar, or of a union of calendars in one zone."""

    def __init__(self, time: WorkingTime) -> None:
        """Raise ValueError where the calendars of a union are in different zones."""
        zones = {str(hours.zone) for hours in time.hours}
        if len(zones) > 1:
            raise ValueError(f"business days over hours in different zones: {', '.join(zones)}")
        self.time = time
        self.zone = time.hours[0].zone
        self._dates: dict[int, WorkingDate | None] = {}

    def date(self, ordinal: int) -> WorkingDate | None:
        """Return a date's opening and close, None where it is no working date."""
        if ordinal not in self._dates:
            spans: list[tuple[int, int]] = []
            for hours, offsets in zip(self.time.hours, self.time.offsets, strict=True):
                if hours.holiday(ordinal) and (
                    hours.week is not None or hours.always_counts_holidays
                ):
                    continue
                if hours.business_days is not None and (ordinal - 1) % 7 not in hours.business_days:
                    continue
                if hours.week is None and hours.business_days is None:
                    continue
                for shift in (0, 1):
                    for part in hours.parts(ordinal + shift):
                        if part.begins == -shift:
                            spans += ranges(offsets, ordinal + shift, part.start, part.end)
            if spans and not ranges(self.time.offsets[0], ordinal, 0, _DAY):
                # A date that never occurred: what its evening would reach into is no day's work.
                spans = []
            spans.sort()
            self._dates[ordinal] = (
                WorkingDate(ordinal, spans[0][0], max(end for _, end in spans), tuple(spans))
                if spans
                else None
            )
        return self._dates[ordinal]

    def after(self, ordinal: int, start: int) -> WorkingDate:
        """Return the first working date strictly after a date; raise Never beyond ten years."""
        while True:
            ordinal += 1
            if (ordinal - EPOCH) * _DAY > start + HORIZON:
                raise Never
            found = self.date(ordinal)
            if found:
                return found

    def next_day(self, start: int, reading: str) -> int:
        """Return when `next business day` is due: the first working date after the local date."""
        found = self.after(local_date(start, self.zone).toordinal(), start)
        return self._at(found, reading, local_clock(start, self.zone))

    def days(self, start: int, count: int, reading: str) -> int:
        """Return when `count` full business days are due.

        Opened at or after close, or on a day off, it first moves to the next working date.
        """
        counted = self.counted(start, count)
        moved = counted[0].ordinal != local_date(start, self.zone).toordinal()
        clock = local_clock(counted[0].opening if moved else start, self.zone)
        return self._at(counted[-1], reading, clock)

    def counted(self, start: int, count: int) -> list[WorkingDate]:
        """Return the working date from which full business days count, and so many after it."""
        ordinal = local_date(start, self.zone).toordinal()
        here = self.date(ordinal)
        if here is None or start >= here.close:
            here = self.after(ordinal, start)
        found = [here]
        for _ in range(count):
            found.append(self.after(found[-1].ordinal, start))
        return found

    def by(self, start: int, seconds_of_day: int) -> int:
        """Return a local time on the next business day, inside hours or not."""
        found = self.after(local_date(start, self.zone).toordinal(), start)
        return at_local(date.fromordinal(found.ordinal), seconds_of_day, self.zone)

    def _at(self, found: WorkingDate, reading: str, clock: int) -> int:
        """Return the instant on a working date at which a target is due by the policy's reading."""
        if reading == "close":
            return found.close
        if reading == "opening":
            return found.opening
        wanted = at_local(date.fromordinal(found.ordinal), clock, self.zone)
        for start, end in found.spans:
            if wanted < end:
                return max(wanted, start)
        return found.close
