"""Calendars as the clock sees them: a zone, a week of windows, and what changes single dates.

Nothing here knows where a calendar was written; times are seconds of a local day, dates are
ordinals (`datetime.date.toordinal`).
"""

from collections.abc import Callable
from datetime import date, tzinfo
from typing import NamedTuple

from zsupport.clock.windows import DAY, Window

#: The names of the days off of a year, by ordinal.
DaysOff = Callable[[int], dict[int, str]]
#: The dates of a year, as ordinals, that are worked in exchange for a day off.
ExchangedDates = Callable[[int], frozenset[int]]


class Part(NamedTuple):
    """A piece of one window that lies on one local date: `[start, end)` seconds of that day.

    `begins` is 0 where the window begins on that date, -1 where it began on the date before.
    """

    start: int
    end: int
    begins: int


class Hours(NamedTuple):
    """One calendar with everything settled: no condition, no customer, no names.

    `week` holds for each weekday from Monday the parts of its windows in order of time; None
    stands for every instant (24x7). `days_off` gives the holidays of a year with their names.
    Dates of `exchanged` have the windows that begin on the weekday `exchanged_for`.
    """

    zone: tzinfo
    week: tuple[tuple[Part, ...], ...] | None
    days_off: DaysOff | None = None
    by_start_date: bool = False
    always_counts_holidays: bool = False
    dates: dict[int, tuple[Part, ...]] = {}  # noqa: RUF012 - never changed
    breaks: dict[int, tuple[Part, ...]] = {}  # noqa: RUF012 - never changed
    business_days: tuple[int, ...] | None = None
    exchanged: ExchangedDates | None = None
    exchanged_for: int = 0

    def holiday(self, ordinal: int) -> str | None:
        """Return the name of the holiday on a date, None where there is none."""
        return None if self.days_off is None else self.days_off(_year(ordinal)).get(ordinal)

    @property
    def counts_holidays(self) -> bool:
        """Whether holidays close: 24x7 ignores them unless the calendar says that they apply."""
        return self.week is not None or self.always_counts_holidays

    def weekday(self, ordinal: int) -> int:
        """Return the weekday whose windows begin on a date, Monday as 0.

        The clock definition, rule 3: a date with hours of its own, or a holiday, is not exchanged.
        """
        if (
            self.exchanged is not None
            and self.counts_holidays
            and ordinal in self.exchanged(_year(ordinal))
            and ordinal not in self.dates
            and not self.holiday(ordinal)
        ):
            return self.exchanged_for
        return (ordinal - 1) % 7

    def may_be_working(self, ordinal: int) -> bool:
        """Return whether a date is working if its windows hold a working instant (rule 7)."""
        if self.business_days is None:
            if self.week is None:
                return False
        elif self.weekday(ordinal) not in self.business_days:
            return False
        closed = self.dates.get(ordinal) == ()
        return not closed and not (self.counts_holidays and self.holiday(ordinal))

    def parts(self, ordinal: int, *, breaks: bool = True) -> tuple[Part, ...]:
        """Return the parts of windows that are worked on a date, in order of time.

        The clock definition, rules 1 to 3: its own override if it has one; else none on a
        holiday; else those of its weekday. `breaks` are taken out.
        """
        if ordinal in self.dates:
            parts = self.dates[ordinal]
        elif self.week is None:
            closed = self.always_counts_holidays and self.holiday(ordinal)
            parts = () if closed else (ALL_DAY,)
        else:
            plain = self.exchanged is None
            parts = self.week[(ordinal - 1) % 7] if plain else self._exchanged(self.week, ordinal)
            if self.by_start_date:
                parts = tuple(p for p in parts if not self.holiday(ordinal + p.begins))
            elif parts and self.holiday(ordinal):
                parts = ()
        if breaks and ordinal in self.breaks:
            for off in self.breaks[ordinal]:
                parts = tuple(rest for part in parts for rest in _without(part, off))
        return parts

    def _exchanged(self, week: tuple[tuple[Part, ...], ...], ordinal: int) -> tuple[Part, ...]:
        """Return the parts of a date by weekdays, its own or those for which dates are exchanged.

        The tails on it are those of the windows that begin on the date before.
        """
        own, before = self.weekday(ordinal), self.weekday(ordinal - 1)
        tails = [part for part in week[(before + 1) % 7] if part.begins]
        return tuple(sorted([*tails, *(part for part in week[own] if not part.begins)]))


ALL_DAY = Part(0, DAY * 60, 0)


def week_of(windows: tuple[Window, ...]) -> tuple[tuple[Part, ...], ...]:
    """Return the parts of each weekday's windows, from windows in minutes of the week.

    A window shorter than 24 hours that runs past midnight gives two parts, the second of which
    began the day before; a longer block is cut at each midnight into windows of their own (the
    clock definition, rule 7).
    """
    week: list[list[Part]] = [[] for _ in range(7)]
    for window in windows:
        day, start = divmod(window.opens, DAY)
        length = window.closes - window.opens
        cut = length >= DAY
        begins = 0
        while length > 0:
            here = min(length, DAY - start)
            week[day % 7].append(Part(start * 60, (start + here) * 60, begins))
            length -= here
            day, start = day + 1, 0
            begins = 0 if cut else -1
    return tuple(tuple(sorted(parts)) for parts in week)


def day_parts(windows: tuple[Window, ...]) -> tuple[Part, ...]:
    """Return the parts of one date's own windows, from windows in minutes of the day."""
    return tuple(sorted(Part(w.opens * 60, w.closes * 60, 0) for w in windows))


def _year(ordinal: int) -> int:
    return date.fromordinal(ordinal).year


def _without(part: Part, off: Part) -> list[Part]:
    """Return what is left of a part when another is taken out of it."""
    pieces = [
        part._replace(end=min(part.end, off.start)),
        part._replace(start=max(part.start, off.end)),
    ]
    return [piece for piece in pieces if piece.start < piece.end]
