"""Recurrence rules of iCalendar (RFC 5545) for whole days, and the days of a year that they name.

Dates are ordinals (`datetime.date.toordinal`).
"""

from __future__ import annotations

from zsupport.clock.days import MONTHS, ORDINALS, in_year
from zsupport.clock.windows import DAYS
from zsupport.dates import date
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

#: Within this number of years every kind of year occurs: each weekday of January 1, with and
#: without a leap day, also around 2100, which has none. A rule that repeats every year has the same
#: dates in two years of a kind.
YEARS_OF_EVERY_KIND = 40
#: A rule that needs more days of a year, such as every Monday, is not a list of days off.
MAX_DAYS_OF_A_RULE = 31
_LAST_YEAR = date.max.year


class Recurrence(NamedTuple):
    """A recurrence rule without times of day.

    `weekdays` are pairs of a position, such as -1 for the last one, or 0 for each, and a weekday
    from Monday as 0. `times` is the number of dates, and `until` the last possible date. With
    neither of them the rule never ends.
    """

    frequency: str  # YEARLY, MONTHLY, WEEKLY or DAILY
    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0
    times: int | None = None
    until: int | None = None

    @property
    def ends(self) -> bool:
        """Whether the rule ends."""
        return self.times is not None or self.until is not None

    @property
    def repeats_yearly(self) -> bool:
        """Whether the dates of a year depend on the kind of the year only."""
        if self.frequency == "MONTHLY":
            return 12 % self.interval == 0
        return self.interval == 1

    def steps_per_year(self, first: int, length: int) -> int:
        """Return about how many dates are examined for each year, for occurrences of a length."""
        months = self._completed(date.fromordinal(first)).months
        of_rule = 31 * (len({*months}) or 12) if self.frequency == "YEARLY" else 366
        return of_rule + 31 * (length - 1)

    def occurrences(self, first: int, end: int) -> Iterator[int]:
        """Yield the dates of the rule in `[first, end)`, sorted. The rule starts on `first`.

        This is not `dateutil.rrule`, because that searches for the dates of a rule that never
        matches up to the year 9999.
        """
        rule = self._completed(date.fromordinal(first))
        left = self.times
        for period in rule._periods(first, end):
            days = [day for day in period if rule._matches(date.fromordinal(day))]
            if self.positions:
                chosen = (p - 1 if p > 0 else p for p in self.positions if abs(p) <= len(days))
                days = sorted({days[position] for position in chosen})
            for day in days:
                if day >= end or left == 0 or (self.until is not None and day > self.until):
                    return
                if day >= first:
                    left = None if left is None else left - 1
                    yield day

    def _completed(self, first: date) -> Recurrence:
        """Return the rule with the parts that its first date implies."""
        if self.month_days or self.weekdays or self.frequency == "DAILY":
            return self
        if self.frequency == "WEEKLY":
            return self._replace(weekdays=((0, first.weekday()),))
        months = (self.months or (first.month,)) if self.frequency == "YEARLY" else self.months
        return self._replace(months=months, month_days=(first.day,))

    def _periods(self, first: int, end: int) -> Iterator[Iterable[int]]:
        """Yield the days of each period from which the rule selects, from the first one on."""
        if self.frequency in ("DAILY", "WEEKLY"):
            length = 7 if self.frequency == "WEEKLY" else 1
            start = first - ((first - 1) % 7 - self.week_start) % 7 if length == 7 else first
            for day in range(start, end, length * self.interval):
                yield range(max(day, first), min(day + length, end))
            return
        start_date = date.fromordinal(first)
        month = 12 * start_date.year + start_date.month - 1
        step = self.interval
        if self.frequency == "YEARLY":
            month, step = 12 * start_date.year, 12 * step
        while month < 12 * (_LAST_YEAR + 1):
            year, number = divmod(month, 12)
            if date(year, number + 1, 1).toordinal() >= end:
                return
            if self.frequency == "MONTHLY":
                yield _days_of_month(year, number + 1)
            else:
                months = sorted({*self.months}) or range(1, 13)
                yield (day for month in months for day in _days_of_month(year, month))
            month += step

    def _matches(self, day: date) -> bool:
        """Return whether the parts of the rule select a date."""
        if self.months and day.month not in self.months:
            return False
        if self.month_days:
            from_end = day.day - len(_days_of_month(day.year, day.month)) - 1
            if day.day not in self.month_days and from_end not in self.month_days:
                return False
        return not self.weekdays or any(
            day.weekday() == weekday and position in (0, *self._positions_of(day))
            for position, weekday in self.weekdays
        )

    def _positions_of(self, day: date) -> tuple[int, int]:
        """Return the position of a date among the equal weekdays of its month or year."""
        if self.frequency == "MONTHLY" or self.months:
            number, length = day.day, len(_days_of_month(day.year, day.month))
        else:
            start = date(day.year, 1, 1).toordinal()
            number = day.toordinal() - start + 1
            length = date(day.year, 12, 31).toordinal() - start + 1
        return (number - 1) // 7 + 1, -((length - number) // 7 + 1)


def yearly_days(rule: Recurrence, first: int, length: int) -> tuple[str, ...] | None:
    """Return the days of a year that a rule without an end names, or None if it names no such days.

    Each occurrence lasts `length` dates. In every year after the first one, the days have exactly
    the dates of the rule.
    """
    start = date.fromordinal(first).year + 1
    years = range(start, start + YEARS_OF_EVERY_KIND)
    weekly = rule.frequency in ("WEEKLY", "DAILY") and not rule.months
    if not rule.repeats_yearly or weekly or years[-1] >= _LAST_YEAR:
        return None
    end = date(years[-1] + 1, 1, 1).toordinal()
    begin = date(start, 1, 1).toordinal()
    dates = {
        day + offset
        for day in rule.occurrences(first, end)
        for offset in range(length)
        if begin <= day + offset < end
    }
    if len(dates) > 2 * MAX_DAYS_OF_A_RULE * len(years):
        return None
    texts: list[str] = []
    left = set(dates)
    while left:
        candidates = _candidates(date.fromordinal(min(left)))
        text = next((text for text in candidates if _has_only(text, years, dates)), None)
        if text is None or len(texts) == MAX_DAYS_OF_A_RULE:
            return None
        texts.append(text)
        left.difference_update(day for year in years for day in in_year(text, year))
    return tuple(texts)


def _has_only(text: str, years: Iterable[int], dates: Collection[int]) -> bool:
    """Return whether all dates of a day of the year are among these dates."""
    return all(day in dates for year in years for day in in_year(text, year))


def _candidates(day: date) -> Iterator[str]:
    """Yield the days of a year that have this date, the usual ones first."""
    yield from _usual_days(day)
    ordinal = day.toordinal()
    before, after = "before", "after"
    for text in _usual_days(date.fromordinal(ordinal - 1)):
        yield _beside("day", after, text)
    yield _beside("day", before, _month_day(date.fromordinal(ordinal + 1)))
    weekday = DAYS[day.weekday()]
    for word, step in ((before, 1), (after, -1)):
        for distance in range(1, 8):
            yield _beside(weekday, word, _month_day(date.fromordinal(ordinal + step * distance)))
    if day.day > 28:
        yield f"{ORDINALS[4]} {weekday} of {MONTHS[day.month - 1]}"


def _usual_days(day: date) -> Iterator[str]:
    yield _month_day(day)
    of_month = f"{DAYS[day.weekday()]} of {MONTHS[day.month - 1]}"
    if day.day <= 28:
        yield f"{ORDINALS[(day.day - 1) // 7]} {of_month}"
    if day.day + 7 > len(_days_of_month(day.year, day.month)):
        yield f"last {of_month}"


def _beside(day: str, word: str, text: str) -> str:
    """Return the day of the year before or after another one."""
    return f"{day} {word} {text}"


def _month_day(day: date) -> str:
    return f"{day.month:02d}-{day.day:02d}"


def _days_of_month(year: int, month: int) -> range:
    """Return the ordinals of the dates of a month."""
    first = date(year, month, 1).toordinal()
    last_month = (year, month) == (_LAST_YEAR, 12)
    end = first + 31 if last_month else date(year + month // 12, month % 12 + 1, 1).toordinal()
    return range(first, end)
