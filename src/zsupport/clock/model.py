"""Calendars of the clock: a time zone, a week of windows, and exceptions for dates.

Times are seconds of a local day. Dates are ordinals (`datetime.date.toordinal`).
"""

from __future__ import annotations

from zsupport.clock.windows import DAY, Window
from zsupport.dates import date, tzinfo
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias


class Year(NamedTuple):
    """The days off of a year with their names, and the dates that are worked in exchange.

    An exchanged date is a weekend day on which a country works in exchange for a day off.
    """

    days_off: dict[int, str]
    exchanged: frozenset[int] = frozenset()


#: A function that returns the days off and exchanged dates of a year.
Years: TypeAlias = "Callable[[int], Year]"


class WindowPart(NamedTuple):
    """The part of a window on one local date: `[start, end)` in seconds of that day.

    `begins` is 0 if the window begins on that date, -1 if it began on the previous date.
    """

    start: int
    end: int
    begins: int


class Hours(NamedTuple):
    """A calendar of one case, without references to the customer or to names of the policy.

    `week` has the sorted parts of windows for each weekday from Monday; None is 24x7. `years`
    returns the days off and exchanged dates of a year. An exchanged date has the windows of the
    weekday `exchanged_for`, or without it those of its own weekday. A holiday closes its date; with
    `by_start_date` it removes the windows that begin on it, including their part after midnight.
    24x7 is closed on holidays only with `always_counts_holidays`. `dates` has the windows of dates
    with their own hours, `breaks` the breaks by date. `business_days` has the weekdays of business
    days; if it is None, dates with working time are business days, except for 24x7.
    """

    zone: tzinfo
    week: tuple[tuple[WindowPart, ...], ...] | None
    years: Years | None = None
    by_start_date: bool = False
    always_counts_holidays: bool = False
    dates: dict[int, tuple[WindowPart, ...]] = {}  # noqa: RUF012 - never modified
    breaks: dict[int, tuple[WindowPart, ...]] = {}  # noqa: RUF012 - never modified
    business_days: tuple[int, ...] | None = None
    exchanged_for: int | None = None

    def holiday(self, ordinal: int) -> str | None:
        """Return the name of the holiday on a date, or None."""
        return None if self.years is None else self.years(_year(ordinal)).days_off.get(ordinal)

    def holidays(self, first: int, end: int) -> Iterator[tuple[int, str]]:
        """Yield the holidays of the dates `[first, end)` with names, unsorted within a year."""
        if self.years is not None:
            for number in range(_year(first), _year(end - 1) + 1):
                for ordinal, name in self.years(number).days_off.items():
                    if first <= ordinal < end and _year(ordinal) == number:
                        yield ordinal, name

    @property
    def counts_holidays(self) -> bool:
        """Whether holidays are closed; with 24x7, only if `always_counts_holidays` is true."""
        return self.week is not None or self.always_counts_holidays

    def is_exchanged(self, ordinal: int) -> bool:
        """Return whether a date is a working day in exchange for a day off.

        A holiday, or a date with its own hours, is never exchanged.
        """
        if self.years is None or not self.counts_holidays or ordinal in self.dates:
            return False
        year = self.years(_year(ordinal))
        return ordinal in year.exchanged and ordinal not in year.days_off

    def weekday(self, ordinal: int) -> int:
        """Return the weekday whose windows begin on a date, Monday as 0."""
        if self.exchanged_for is not None and self.is_exchanged(ordinal):
            return self.exchanged_for
        return (ordinal - 1) % 7

    def may_be_working(self, ordinal: int) -> bool:
        """Return whether a date is a business day, provided that it has a working instant."""
        if self.business_days is None:
            if self.week is None:
                return False
        elif self.weekday(ordinal) not in self.business_days:
            return False
        closed = self.dates.get(ordinal) == ()
        return not closed and not (self.counts_holidays and self.holiday(ordinal))

    def parts(self, ordinal: int, *, breaks: bool = True) -> tuple[WindowPart, ...]:
        """Return the open parts of windows on a date, sorted.

        If the calendar states hours for the date, these are its hours. Otherwise a holiday has no
        hours, and another date has those of its weekday. `breaks` says whether breaks are cut out.
        """
        if ordinal in self.dates:
            parts = self.dates[ordinal]
        elif self.week is None:
            closed = self.always_counts_holidays and self.holiday(ordinal)
            parts = () if closed else (ALL_DAY,)
        else:
            own = self.exchanged_for is None
            parts = self.week[(ordinal - 1) % 7] if own else self._by_weekday(self.week, ordinal)
            if self.by_start_date:
                parts = tuple(p for p in parts if not self.holiday(ordinal + p.begins))
            elif parts and self.holiday(ordinal):
                parts = ()
        if breaks and ordinal in self.breaks:
            for off in self.breaks[ordinal]:
                parts = tuple(rest for part in parts for rest in _without(part, off))
        return parts

    def _by_weekday(
        self, week: tuple[tuple[WindowPart, ...], ...], ordinal: int
    ) -> tuple[WindowPart, ...]:
        """Return the parts of windows on a date; exchanged dates have those of another weekday.

        The result includes the parts of windows that began on the previous date.
        """
        own, before = self.weekday(ordinal), self.weekday(ordinal - 1)
        tails = (part for part in week[(before + 1) % 7] if part.begins)
        return (*tails, *(part for part in week[own] if not part.begins))


ALL_DAY = WindowPart(0, DAY * 60, 0)


def week_of(windows: tuple[Window, ...]) -> tuple[tuple[WindowPart, ...], ...]:
    """Return the parts of windows for each weekday, from windows in minutes of the week.

    A window shorter than 24 hours that crosses midnight has two parts, and the second part began on
    the previous day. A window of 24 hours or more becomes a separate window for each day (the guide
    `days`, "The date opened").
    """
    week: list[list[WindowPart]] = [[] for _ in range(7)]
    for window in windows:
        day, start = divmod(window.opens, DAY)
        length = window.closes - window.opens
        cut = length >= DAY
        begins = 0
        while length > 0:
            today = min(length, DAY - start)
            week[day % 7].append(WindowPart(start * 60, (start + today) * 60, begins))
            length -= today
            day, start = day + 1, 0
            begins = 0 if cut else -1
    return tuple(tuple(sorted(parts)) for parts in week)


def day_parts(windows: tuple[Window, ...]) -> tuple[WindowPart, ...]:
    """Return parts for a date with its own windows, from sorted windows in minutes of the day."""
    return tuple(WindowPart(w.opens * 60, w.closes * 60, 0) for w in windows)


def _year(ordinal: int) -> int:
    return date.fromordinal(ordinal).year


def _without(part: WindowPart, off: WindowPart) -> list[WindowPart]:
    """Return what remains of a part without the part `off`."""
    pieces = [
        part._replace(end=min(part.end, off.start)),
        part._replace(start=max(part.start, off.end)),
    ]
    return [piece for piece in pieces if piece.start < piece.end]
