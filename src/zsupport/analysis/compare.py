"""Hours as values that can be compared, and comparisons of the instants at which they are open.

Targets over hours are compared in `zsupport.analysis.deadlines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from zsupport.answer.hours import hours_of, years_of
from zsupport.clock import intervals
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.clock.model import Hours
from zsupport.clock.spans import Spans, WorkingTime, clip
from zsupport.clock.windows import WEEK, Window
from zsupport.policy.model import NOWHERE, Holidays, PolicyCalendar, Remarks
from zsupport.typed import NamedTuple

#: A period of at least this many seconds is assumed to have a regular date of each weekday, without
#: a holiday or another exception.
_YEAR = 366 * 86_400

#: The moments `[first, last)` over which hours are compared, in seconds since 1970; a result of
#: `period_of`.
Period = tuple[int, int]


class CountedTime(NamedTuple):
    """The time over which a target counts: the union of calendars. Without calendars, see `open`.

    The calendars have an explicit time zone, and no conditions, remarks, places or names of
    holidays. So two calendars that differ only in these are equal.
    """

    calendars: tuple[PolicyCalendar, ...]
    open: bool = True  # without calendars: every instant counts (True) or none (False)

    def joined(self, other: CountedTime) -> CountedTime:
        """Return the union of these hours and `other`."""
        for item, also in ((self, other), (other, self)):
            if not item.calendars:
                return item if item.open else also
        more = tuple(calendar for calendar in other.calendars if calendar not in self.calendars)
        return CountedTime((*self.calendars, *more))


EVERY_INSTANT = CountedTime(())
#: Hours that are never open, for cases without a calendar.
NEVER = CountedTime((), open=False)


def counted_time(calendar: PolicyCalendar, zone: str) -> CountedTime:
    """Return a calendar that is not a union as counted time; `zone` is the policy's zone."""
    off = calendar.holidays
    bare = calendar._replace(
        when=(), ask=None, remarks=Remarks(), place=NOWHERE, timezone=calendar.timezone or zone,
        holidays=off and off._replace(remarks=Remarks(), names={}),
    )  # fmt: skip
    # Keep business days: they affect targets, although not when the hours are open.
    if is_always_open(bare) and bare.business_days is None:
        return EVERY_INSTANT
    return CountedTime((bare,))


def is_always_open(calendar: PolicyCalendar) -> bool:
    """Return whether a calendar that is not a union is open at every instant."""
    holidays = calendar.apply_holidays and calendar.holidays
    closes = holidays or calendar.dates or calendar.seasons or calendar.breaks
    return calendar.windows is None and not closes


def opening(counted: CountedTime) -> CountedTime:
    """Return EVERY_INSTANT if one of the calendars is always open, otherwise `counted`.

    So business days make no difference for hours that are always open.
    """
    return EVERY_INSTANT if any(map(is_always_open, counted.calendars)) else counted


# -- hours ---------------------------------------------------------------------------------------


def includes(
    outer: CountedTime, inner: CountedTime, period: Period, public: PublicHolidays = public_holidays
) -> bool:
    """Return whether `outer` is open at every instant of a period at which `inner` is open.

    If neither the calendars nor their weeks decide this, the hours are compared instant by instant.
    For hours that depend on the customer, the result is then False.
    """
    outer, inner = opening(outer), opening(inner)
    if (
        outer == inner
        or (outer.open and not outer.calendars)
        or not (inner.open or inner.calendars)
    ):
        return True
    if all(calendar in outer.calendars for calendar in inner.calendars) and inner.calendars:
        return True
    quick = _by_week(outer, inner)
    if quick or (quick is False and period[1] - period[0] >= _YEAR):
        return quick
    if any(map(of_customer, (*outer.calendars, *inner.calendars))):
        return False
    return _first_outside(outer, inner, period, public) is None


def first_difference(
    outer: CountedTime, inner: CountedTime, period: Period, public: PublicHolidays = public_holidays
) -> int | None:
    """Return the first instant of a period at which `inner` is open, but `outer` is not.

    Return None if there is none, or if the hours depend on the customer.
    """
    if any(map(of_customer, (*outer.calendars, *inner.calendars))):
        return None
    return _first_outside(opening(outer), opening(inner), period, public)


class Inclusions:
    """Compares when hours are open in a period, and keeps the results."""

    def __init__(self, period: Period, public: PublicHolidays) -> None:
        """`public` returns the public holidays of countries."""
        self._period = period
        self._public = public
        self._known: dict[str, bool] = {}

    def of(self, outer: CountedTime, inner: CountedTime) -> bool:
        """Return whether `outer` is open at every instant at which `inner` is open."""
        # Calendars hold mappings, which are not hashable.
        key = repr((outer, inner))
        if key not in self._known:
            self._known[key] = includes(outer, inner, self._period, self._public)
        return self._known[key]

    def first_difference(self, outer: CountedTime, inner: CountedTime) -> int | None:
        """Return the first instant at which `inner` is open, but `outer` is not, if it is known."""
        return first_difference(outer, inner, self._period, self._public)

    def same(self, first: CountedTime, second: CountedTime) -> bool:
        """Return whether `first` and `second` are open at the same instants."""
        return self.of(first, second) and self.of(second, first)


def has_instant(
    inside: Sequence[CountedTime],
    outside: Sequence[CountedTime],
    period: Period,
    public: PublicHolidays = public_holidays,
) -> bool:
    """Return whether all of `inside` and none of `outside` are open at some instant of a period.

    Every calendar is assumed to be open at some instant.
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
        [window for calendar in hours.calendars for window in calendar.windows or ()]
        for hours in every
    )
    whole_years = period[1] - period[0] >= _YEAR
    if whole_years and all(weeks) and _differ_in_weeks_only(calendars):
        left = ~_minutes(tuple(closed_week))
        for week in weeks:
            left &= _minutes(tuple(week))
        return bool(left)
    *within_all, without = (
        clip(_spans(hours, *period, public).intervals(), *period) for hours in every
    )
    rest = intervals.outside(without, *period)
    for spans in within_all:
        rest = intervals.common(rest, spans)
    return bool(rest)


def _differ_in_weeks_only(calendars: Sequence[PolicyCalendar]) -> bool:
    bare = [calendar._replace(windows=None, business_days=None) for calendar in calendars]
    plain = all(
        item.windows is not None and not item.by_start_date and not item.seasons
        for item in calendars
    )
    return plain and all(entry == bare[0] for entry in bare)


def _by_week(outer: CountedTime, inner: CountedTime) -> bool | None:
    """Return the result of `includes` if weeks and holidays decide it, otherwise None."""
    if len(outer.calendars) != 1 or len(inner.calendars) != 1:
        return _union_by_week(outer, inner)
    first, second = outer.calendars[0], inner.calendars[0]
    same = first._replace(windows=None, business_days=None, holidays=None)
    if same != second._replace(windows=None, business_days=None, holidays=None):
        return None
    if first.windows is None or second.windows is None or first.by_start_date:
        return None
    week = _covers(first.windows, second.windows)
    if first.seasons and not week:
        return None  # every date can be in a season
    if first.holidays == second.holidays:
        # Both are closed on the same holidays; the week decides on all other dates.
        return week
    if first.holidays is None:
        # `outer` has no exchanged dates. On such dates, `inner` can have additional windows.
        exchanges = second.holidays is not None and second.holidays.exchanged_for is not None
        return True if week and not exchanges else None
    if _fewer(first.holidays, second.holidays):
        return True if week else None
    return None


def _union_by_week(outer: CountedTime, inner: CountedTime) -> bool | None:
    """Return the result of `includes` for unions if their weeks decide it, otherwise None.

    If `inner` is every instant, the result is False if `outer` is closed at a minute of every week.
    """
    if not outer.calendars:
        return None
    if not inner.calendars:
        weeks = [item.windows or (Window(0, WEEK),) for item in outer.calendars]
        always = _minutes(tuple(window for week in weeks for window in week))
        zones = {entry.timezone for entry in outer.calendars}
        seasonal = any(entry.seasons for entry in outer.calendars)
        gap = len(zones) == 1 and not seasonal and always != (1 << WEEK) - 1
        return False if gap else None
    first, *more = (*outer.calendars, *inner.calendars)
    same = first._replace(windows=None, business_days=None)
    if any(same != value._replace(windows=None, business_days=None) for value in more):
        return None
    outer_windows: list[Window] = []
    inner_windows: list[Window] = []
    for windows, calendars in ((outer_windows, outer.calendars), (inner_windows, inner.calendars)):
        for calendar in calendars:
            if calendar.windows is None or calendar.by_start_date:
                return None
            windows += calendar.windows
    covers = _covers(tuple(outer_windows), tuple(inner_windows))
    return True if covers else None if first.seasons else False


def _fewer(first: Holidays, second: Holidays | None) -> bool:
    """Return whether the days off of `first` are certainly a subset of those of `second`."""
    return (
        second is not None
        and set(first.add) <= set(second.add)
        and set(first.remove) >= set(second.remove)
        # `remove` also removes exchanged dates, and calendars can be open on these.
        and (first.exchanged_for is None or first.remove == second.remove)
        and first._replace(add=(), remove=(), covers=None)
        == second._replace(add=(), remove=(), covers=None)
        and not set(first.add) & set(first.remove)
    )


def _covers(outer: tuple[Window, ...], inner: tuple[Window, ...]) -> bool:
    """Return whether the windows `outer` of a week contain all open minutes of `inner`."""
    open_minutes = _minutes(outer)
    return open_minutes | _minutes(inner) == open_minutes


@lru_cache(maxsize=256)
def _minutes(windows: tuple[Window, ...]) -> int:
    """Return the open minutes of a week as bits: bit 0 is Monday 00:00.

    A window that crosses the end of the week continues at its start.
    """
    week = (1 << WEEK) - 1
    result = 0
    for window in windows:
        result |= ((1 << (window.closes - window.opens)) - 1) << window.opens
    return (result & week) | (result >> WEEK)


def of_customer(calendar: PolicyCalendar) -> bool:
    """Return whether a calendar depends on the time zone or the country of the customer."""
    off = calendar.holidays
    return calendar.timezone == "customer" or bool(off and off.customer)


def _first_outside(
    outer: CountedTime, inner: CountedTime, period: Period, public: PublicHolidays
) -> int | None:
    """Return the first instant at which `inner` is open, but `outer` is not, from their spans."""
    first, last = period
    outer_spans, inner_spans = (
        _spans(outer, first, last, public),
        _spans(inner, first, last, public),
    )
    at = 0
    for start, end in clip(inner_spans.intervals(), first, last):
        while at < len(outer_spans.starts) and outer_spans.ends[at] <= start:
            at += 1
        if at == len(outer_spans.starts) or outer_spans.starts[at] > start:
            return start
        if outer_spans.ends[at] < end:
            return outer_spans.ends[at]
    return None


def _spans(counted: CountedTime, first: int, last: int, public: PublicHolidays) -> Spans:
    if not counted.calendars:
        whole = ([first], [last], [0]) if counted.open else ([], [], [])
        return Spans(first, last, *whole)
    return WorkingTime(*clock_hours(counted, public)).spans(first, last)


def clock_hours(counted: CountedTime, public: PublicHolidays) -> tuple[Hours, ...]:
    """Return calendars in the form of `zsupport.clock`.

    The customer is assumed to be in UTC, and in a country without holidays.
    """
    result = []
    for calendar in counted.calendars:
        off = calendar.holidays
        known = off is not None and not off.customer
        years = years_of(off, off.country, off.subdivision, public) if off and known else None
        where = "UTC" if calendar.timezone in (None, "customer") else calendar.timezone
        result.append(hours_of(calendar, where, years))
    return tuple(result)
