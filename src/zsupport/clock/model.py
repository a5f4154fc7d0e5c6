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


class WindowPart(NamedTuple):
    """The part of a window on one local date: `[start, end)` in seconds of that day.

    `begins` is 0 if the window begins on that date, -1 if it began on the previous date.
    """

    start: int
    end: int
    begins: int


#: The sorted parts of windows for each weekday from Monday.
Week: TypeAlias = "tuple[tuple[WindowPart, ...], ...]"


class OwnHours(NamedTuple):
    """The windows of a single date, and the day of the policy that states them: `12-24`."""

    day: str
    parts: tuple[WindowPart, ...]

    def common(self, other: OwnHours) -> OwnHours:
        """Return the times at which both are open, for two days that move to the same date."""
        parts = [
            WindowPart(max(part.start, also.start), min(part.end, also.end), 0)
            for part in self.parts
            for also in other.parts
        ]
        open_parts = tuple(sorted(part for part in parts if part.start < part.end))
        return OwnHours(f"{self.day}, {other.day}", open_parts)


class Season(NamedTuple):
    """The week on the dates of a range, and the range of the policy: `06-15..09-15`."""

    dates: str
    week: Week


class Year(NamedTuple):
    """The dates of a year that differ from the week of a calendar.

    `days_off` has the names of the days off. An exchanged date is a weekend day on which a country
    works in exchange for a day off. `dates` and `breaks` have the single dates with their own
    windows and with breaks, `seasons` the week of each date in a range.
    """

    days_off: dict[int, str]
    exchanged: frozenset[int] = frozenset()
    dates: dict[int, OwnHours] = {}  # noqa: RUF012 - never modified
    breaks: dict[int, tuple[WindowPart, ...]] = {}  # noqa: RUF012 - never modified
    seasons: dict[int, Season] = {}  # noqa: RUF012 - never modified

    def changed(self) -> set[int]:
        """Return all dates that can differ from the week, apart from tails of the date before."""
        return {
            *self.days_off, *self.exchanged, *self.dates, *self.breaks, *self.seasons,
        }  # fmt: skip


#: A function that returns the dates of a year that differ from the week.
Years: TypeAlias = "Callable[[int], Year]"


class Hours(NamedTuple):
    """A calendar of one case, without references to the customer or to names of the policy.

    `week` has the windows of the week; None is 24x7. `years` returns the dates of a year that
    differ from it. The windows of a date are its own, if it has any; otherwise none on a holiday;
    otherwise those of its weekday in the season of the date, or in the week. An exchanged date has
    the windows of the weekday `exchanged_for`, or without it those of its own weekday. A holiday
    closes its date; with `by_start_date` it removes the windows that begin on it, including their
    part after midnight. 24x7 is closed on holidays only with `always_counts_holidays`.
    `business_days` has the weekdays of business days; if it is None, dates with working time are
    business days, except for 24x7. `seasonal` is whether any date has a season.
    """

    zone: tzinfo
    week: Week | None
    years: Years | None = None
    by_start_date: bool = False
    always_counts_holidays: bool = False
    business_days: tuple[int, ...] | None = None
    exchanged_for: int | None = None
    seasonal: bool = False

    def year_of(self, ordinal: int) -> Year:
        """Return the year of a date."""
        return NO_DATES if self.years is None else self.years(_year(ordinal))

    def own(self, ordinal: int) -> OwnHours | None:
        """Return the windows that the calendar states for a single date, or None."""
        return self.year_of(ordinal).dates.get(ordinal)

    def season(self, ordinal: int) -> Season | None:
        """Return the season of a date, or None."""
        return self.year_of(ordinal).seasons.get(ordinal) if self.seasonal else None

    def breaks(self, ordinal: int) -> tuple[WindowPart, ...]:
        """Return the breaks of a date."""
        return self.year_of(ordinal).breaks.get(ordinal, ())

    def named_dates(self, first: int, end: int) -> list[int]:
        """Return the sorted single dates in `[first, end)` with their own windows or breaks."""
        if self.years is None:
            return []
        named: set[int] = set()
        for number in range(_year(first), _year(end - 1) + 1):
            year = self.years(number)
            named.update(year.dates, year.breaks)
        return sorted(ordinal for ordinal in named if first <= ordinal < end)

    def holiday(self, ordinal: int) -> str | None:
        """Return the name of the holiday on a date, or None."""
        return self.year_of(ordinal).days_off.get(ordinal)

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
        year = self.year_of(ordinal)
        return (
            ordinal in year.exchanged
            and self.counts_holidays
            and ordinal not in year.dates
            and ordinal not in year.days_off
        )

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
        year = self.year_of(ordinal)
        own = year.dates.get(ordinal)
        closed = own is not None and not own.parts
        return not closed and not (ordinal in year.days_off and self.counts_holidays)

    def parts(self, ordinal: int, *, breaks: bool = True) -> tuple[WindowPart, ...]:
        """Return the open parts of windows on a date, sorted.

        If the calendar states hours for the date, these are its hours. Otherwise a holiday has no
        hours, and another date has those of its weekday. `breaks` says whether breaks are cut out.
        """
        year = self.year_of(ordinal)
        if ordinal in year.dates:
            parts = year.dates[ordinal].parts
        else:
            parts = self._of_weekday(ordinal)
            if self.by_start_date and self.counts_holidays:
                parts = tuple(p for p in parts if not self.holiday(ordinal + p.begins))
            elif ordinal in year.days_off and self.counts_holidays:
                parts = ()
        if breaks and ordinal in year.breaks:
            for off in year.breaks[ordinal]:
                parts = tuple(rest for part in parts for rest in _without(part, off))
        return parts

    def _of_weekday(self, ordinal: int) -> tuple[WindowPart, ...]:
        """Return the parts of windows on a date, which is not a holiday and has no own windows.

        The result includes the parts of windows that began on the previous date.
        """
        week = self.week or ALWAYS
        if not self.seasonal and self.exchanged_for is None:
            return week[(ordinal - 1) % 7]
        season, evening = self.season(ordinal), self.season(ordinal - 1)
        own, before = season.week if season else week, evening.week if evening else week
        tails = (part for part in before[(self.weekday(ordinal - 1) + 1) % 7] if part.begins)
        return (*tails, *(part for part in own[self.weekday(ordinal)] if not part.begins))


ALL_DAY = WindowPart(0, DAY * 60, 0)
ALWAYS = ((ALL_DAY,),) * 7
NO_DATES = Year({})


def week_of(windows: tuple[Window, ...]) -> Week:
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
