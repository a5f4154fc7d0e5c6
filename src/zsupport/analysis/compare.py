"""Hours as values, and whether hours are open at every instant at which other hours are open.

Targets over hours are compared in `zsupport.analysis.deadlines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from zsupport.answer.hours import hours_of, years_of
from zsupport.clock import intervals
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.clock.model import Hours
from zsupport.clock.spans import Spans, WorkingTime, clipped
from zsupport.clock.windows import WEEK, Window
from zsupport.policy.model import NOWHERE, Holidays, PolicyCalendar, Remarks
from zsupport.typed import NamedTuple

#: The number of seconds in which every week of a calendar occurs, with any days off.
_YEAR = 366 * 86_400

#: The moments `[first, last)` over which hours are compared, as `period_of` gives them.
Period = tuple[int, int]


class Counted(NamedTuple):
    """The time over which a target counts: the union of calendars; if empty, every instant.

    The calendars have an explicit time zone, and no conditions, remarks, places or names of
    holidays. So calendars with the same opening hours are equal.
    """

    calendars: tuple[PolicyCalendar, ...]
    open: bool = True  # without calendars: whether every instant counts, or none

    def joined(self, other: Counted) -> Counted:
        """Return the union of both hours."""
        for item, also in ((self, other), (other, self)):
            if not item.calendars:
                return item if item.open else also
        more = tuple(calendar for calendar in other.calendars if calendar not in self.calendars)
        return Counted((*self.calendars, *more))


EVERY_INSTANT = Counted(())
#: The hours for a case without a calendar.
NEVER = Counted((), open=False)


def one(calendar: PolicyCalendar, zone: str) -> Counted:
    """Return a calendar that is not a union as counted time; `zone` is that of the policy."""
    off = calendar.holidays
    bare = calendar._replace(
        when=(), ask=None, remarks=Remarks(), place=NOWHERE, timezone=calendar.timezone or zone,
        holidays=off and off._replace(remarks=Remarks(), names={}),
    )  # fmt: skip
    # Business days change targets, although they do not change when the hours are open.
    if is_always_open(bare) and bare.business_days is None:
        return EVERY_INSTANT
    return Counted((bare,))


def is_always_open(calendar: PolicyCalendar) -> bool:
    """Return whether a calendar that is not a union is open at every instant."""
    closes = (calendar.apply_holidays and calendar.holidays) or calendar.dates or calendar.breaks
    return calendar.windows is None and not closes


def opening(counted: Counted) -> Counted:
    """Return hours reduced to when they are open, without their business days."""
    return EVERY_INSTANT if any(map(is_always_open, counted.calendars)) else counted


# -- hours ---------------------------------------------------------------------------------------


def includes(
    one: Counted, other: Counted, period: Period, public: PublicHolidays = public_holidays
) -> bool:
    """Return whether `one` is open at every instant of a period at which `other` is open.

    Hours that depend on the customer include only equal hours. Other calendars that differ are
    compared instant by instant.
    """
    one, other = opening(one), opening(other)
    if one == other or (one.open and not one.calendars) or not (other.open or other.calendars):
        return True
    if all(calendar in one.calendars for calendar in other.calendars) and other.calendars:
        return True
    quick = _by_week(one, other)
    if quick or (quick is False and period[1] - period[0] >= _YEAR):
        return quick
    if any(map(of_customer, (*one.calendars, *other.calendars))):
        return False
    return _by_instant(one, other, period, public)


class Inclusions:
    """Compares when hours are open in a period, and keeps the results."""

    def __init__(self, period: Period, public: PublicHolidays) -> None:
        """`public` gives the public holidays of countries."""
        self._period = period
        self._public = public
        self._known: dict[str, bool] = {}

    def of(self, one: Counted, other: Counted) -> bool:
        """Return whether `one` is open at every instant at which `other` is."""
        # Calendars hold mappings, which are not hashable.
        key = repr((one, other))
        if key not in self._known:
            self._known[key] = includes(one, other, self._period, self._public)
        return self._known[key]

    def same(self, one: Counted, other: Counted) -> bool:
        """Return whether two hours are open at the same instants."""
        return self.of(one, other) and self.of(other, one)


def meet(
    inside: Sequence[Counted],
    outside: Sequence[Counted],
    period: Period,
    public: PublicHolidays = public_holidays,
) -> bool:
    """Return whether some instant of a period is inside all of `inside`, outside all of `outside`.

    It assumes that every calendar is open at some instant.
    """
    closed = NEVER
    for item in outside:
        closed = closed.joined(item)
    if len(inside) < 2:
        (within,) = inside or (EVERY_INSTANT,)
        if closed == NEVER:
            return within != NEVER
        return not includes(closed, within, period, public)
    every = [opening(entry) for entry in (*inside, closed)]
    calendars = [calendar for value in every for calendar in value.calendars]
    *weeks, closed_week = (
        [window for each in hours.calendars for window in each.windows or ()] for hours in every
    )
    whole_years = period[1] - period[0] >= _YEAR
    if whole_years and all(weeks) and _differ_in_weeks_only(calendars):
        left = ~_minutes(tuple(closed_week))
        for week in weeks:
            left &= _minutes(tuple(week))
        return bool(left)
    *within_all, without = (
        clipped(_spans(each, *period, public).intervals(), *period) for each in every
    )
    rest = intervals.outside(without, *period)
    for spans in within_all:
        rest = intervals.common(rest, spans)
    return bool(rest)


def _differ_in_weeks_only(calendars: Sequence[PolicyCalendar]) -> bool:
    bare = [calendar._replace(windows=None, business_days=None) for calendar in calendars]
    plain = all(item.windows is not None and not item.by_start_date for item in calendars)
    return plain and all(entry == bare[0] for entry in bare)


def _by_week(one: Counted, other: Counted) -> bool | None:
    """Return the result for calendars that differ only in their weeks; None for others."""
    if len(one.calendars) != 1 or len(other.calendars) != 1:
        return _union_by_week(one, other)
    mine, its = one.calendars[0], other.calendars[0]
    same = mine._replace(windows=None, business_days=None, holidays=None)
    if same != its._replace(windows=None, business_days=None, holidays=None):
        return None
    if mine.windows is None or its.windows is None or mine.by_start_date:
        return None
    week = _covers(mine.windows, its.windows)
    if mine.holidays == its.holidays:
        # Both are closed on holidays; the week decides on all other dates.
        return week
    if mine.holidays is None:
        # Only the other calendar can be open on exchanged days.
        exchanges = its.holidays is not None and its.holidays.exchanged_for is not None
        return True if week and not exchanges else None
    if _fewer(mine.holidays, its.holidays):
        return True if week else None
    return None


def _union_by_week(one: Counted, other: Counted) -> bool | None:
    """Return the result for unions of calendars that differ only in their weeks.

    If `other` is every instant, a week with a closed minute is enough to deny it.
    """
    if not one.calendars:
        return None
    if not other.calendars:
        weeks = [item.windows or (Window(0, WEEK),) for item in one.calendars]
        always = _minutes(tuple(window for week in weeks for window in week))
        zones = {entry.timezone for entry in one.calendars}
        return False if len(zones) == 1 and always != (1 << WEEK) - 1 else None
    first, *more = (*one.calendars, *other.calendars)
    same = first._replace(windows=None, business_days=None)
    if any(same != value._replace(windows=None, business_days=None) for value in more):
        return None
    mine: list[Window] = []
    its: list[Window] = []
    for windows, calendars in ((mine, one.calendars), (its, other.calendars)):
        for calendar in calendars:
            if calendar.windows is None or calendar.by_start_date:
                return None
            windows += calendar.windows
    return _covers(tuple(mine), tuple(its))


def _fewer(mine: Holidays, its: Holidays | None) -> bool:
    """Return whether the first days off are certainly a subset of the second."""
    return (
        its is not None
        and set(mine.add) <= set(its.add)
        and set(mine.remove) >= set(its.remove)
        # A removed holiday cannot be an exchanged day either.
        and (mine.exchanged_for is None or mine.remove == its.remove)
        and mine._replace(add=(), remove=(), covers=None)
        == its._replace(add=(), remove=(), covers=None)
        and not set(mine.add) & set(mine.remove)
    )


def _covers(mine: tuple[Window, ...], its: tuple[Window, ...]) -> bool:
    """Return whether the windows of one week contain all windows of another week."""
    open_minutes = _minutes(mine)
    return open_minutes | _minutes(its) == open_minutes


@lru_cache(maxsize=256)
def _minutes(windows: tuple[Window, ...]) -> int:
    """Return the open minutes of a week as bits; windows past the end continue at its start."""
    week = (1 << WEEK) - 1
    result = 0
    for window in windows:
        result |= ((1 << (window.closes - window.opens)) - 1) << window.opens
    return (result & week) | (result >> WEEK)


def of_customer(calendar: PolicyCalendar) -> bool:
    """Return whether a calendar depends on the time zone or the country of the customer."""
    off = calendar.holidays
    return calendar.timezone == "customer" or bool(off and off.customer)


def _by_instant(one: Counted, other: Counted, period: Period, public: PublicHolidays) -> bool:
    first, last = period
    mine, its = _spans(one, first, last, public), _spans(other, first, last, public)
    at = 0
    for start, end in clipped(its.intervals(), first, last):
        while at < len(mine.starts) and mine.ends[at] < end:
            at += 1
        if at == len(mine.starts) or mine.starts[at] > start:
            return False
    return True


def _spans(counted: Counted, first: int, last: int, public: PublicHolidays) -> Spans:
    if not counted.calendars:
        whole = ([first], [last], [0]) if counted.open else ([], [], [])
        return Spans(first, last, *whole)
    return WorkingTime(*clock_hours(counted, public)).spans(first, last)


def clock_hours(counted: Counted, public: PublicHolidays) -> tuple[Hours, ...]:
    """Return calendars as hours of the clock.

    The time zone of the customer is assumed to be UTC, and the country to have no holidays.
    """
    result = []
    for calendar in counted.calendars:
        off = calendar.holidays
        known = off is not None and not off.customer
        years = years_of(off, off.country, off.subdivision, public) if off and known else None
        where = "UTC" if calendar.timezone in (None, "customer") else calendar.timezone
        result.append(hours_of(calendar, where, years))
    return tuple(result)
