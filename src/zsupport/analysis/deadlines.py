"""Comparison of targets as functions of the opening time.

The guide `changes` defines it under "How targets are compared".

An edge is a moment at which a deadline can jump or change its slope. Between two neighbouring
edges each deadline is constant or grows by one second per second, so it is enough to compare both
ends. Of all weeks with the same exceptions and offsets, only the first is compared.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from zsupport.analysis.compare import (
    EVERY_INSTANT,
    CountedTime,
    Period,
    clock_hours,
    has_instant,
    includes,
    of_customer,
    opening,
)
from zsupport.analysis.space import opened_in
from zsupport.answer.space import Cases, Space, opened_dimension
from zsupport.clock.business import BusinessDays
from zsupport.clock.deadline import EVERY_INSTANT as ELAPSED
from zsupport.clock.deadline import Basis, basis_of_part, due_without_pauses
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.clock.instants import at_local, latest_local
from zsupport.clock.intervals import common, outside
from zsupport.clock.model import Hours
from zsupport.clock.problem import Never
from zsupport.clock.spans import EPOCH, WorkingTime, ranges
from zsupport.clock.target import DATED, Target, counts_dates
from zsupport.clock.windows import WEEK
from zsupport.clock.zonefile import offset_pieces
from zsupport.clock.zones import zone
from zsupport.policy.model import Revision, Text
from zsupport.typed import NamedTuple

_DAY = 86_400
_WEEK = 7 * _DAY
#: Monday 1970-01-05, 00:00 UTC, in seconds since 1970.
_MONDAY = 4 * _DAY
#: The number of days before a week from which windows can reach into the week.
_BACK = 3
#: The number of days after a deadline that can influence it.
_AHEAD = 3
#: The first date of a comparison if the policy has no `from`, and the number of days to compare.
_FROM = "2025-01-01"
_DAYS = 3653
#: The deadline of a target that is never reached: later than any other.
_NEVER = 1 << 62
#: Moments that distinguish most pairs of targets, in seconds since Monday 00:00 UTC.
_SAMPLES = tuple(day * _DAY + hour * 3600 for day, hour in ((1, 10), (2, 2), (3, 17), (5, 12)))
#: The Monday of the samples, in seconds since 1970. It is fixed, so that policies share results. If
#: the period does not contain its week, the first Monday of the period is used.
_SAMPLE_MONDAY = (date(2027, 6, 7).toordinal() - EPOCH) * _DAY
#: The longest DST gap since 1995, apart from skipped dates: Antarctica/Casey, three hours.
_LONGEST_GAP = 3 * 3600
_GAPS_FROM = (date(1995, 1, 1).toordinal() - EPOCH) * _DAY
#: The maximum numbers of hours and targets in the cache for later policies.
_MAX_HOURS, _MAX_TARGETS = 256, 4096
#: The numbers of periods in 400 years.
PER_400_YEARS = {"day": 146_097, "week": 20_871, "month": 4_800, "quarter": 1_600, "year": 400}

#: The `opened` conditions of a case: inside (True) or outside (False) each of these hours.
Conditions = tuple[tuple[bool, CountedTime], ...]


class TargetClock(NamedTuple):
    """A target with everything on which its deadline depends."""

    target: Target
    counted: CountedTime = EVERY_INSTANT
    reading: str = "close"  # `business_day` of the policy: when a target in business days ends
    zone: str = "UTC"  # of the policy, for calendar days without hours
    starts: Text = "opened"


class DeadlinesAtMoment(NamedTuple):
    """An opening time and the deadlines of two targets, in seconds since 1970.

    A deadline is None if the target is never reached.
    """

    opened: int
    due: int | None
    other: int | None


class Verdict(NamedTuple):
    """The result of a comparison of targets: `equal`, `better`, `worse` or `incomparable`.

    `later` is an opening time for which the first target is due later than the second, `earlier`
    one for which it is due earlier. They are None if no such moment was found or needed.
    """

    word: str
    later: DeadlinesAtMoment | None = None
    earlier: DeadlinesAtMoment | None = None

    @property
    def reversed(self) -> Verdict:
        """The verdict with the two targets exchanged."""
        word = {"better": "worse", "worse": "better"}.get(self.word, self.word)
        later, earlier = (
            item and DeadlinesAtMoment(item.opened, item.other, item.due) for item in self[1:]
        )
        return Verdict(word, earlier, later)


def period_of(*revisions: Revision) -> Period:
    """Return the moments `[first, last)` over which targets and hours of revisions are compared.

    They are in seconds since 1970. The period starts at the latest `from` (default 2025-01-01) of
    the revisions. It ends ten years later, or after the earliest `last_day` in the period.
    """
    firsts, ends = [], []
    for revision in revisions:
        where = zone(revision.timezone)
        day = date.fromisoformat(revision.start or _FROM)
        firsts.append((at_local(day, 0, where), at_local(day + timedelta(_DAYS), 0, where)))
        if revision.last_day is not None:
            last_day = date.fromisoformat(revision.last_day)
            ends.append(at_local(last_day + timedelta(1), 0, where))
    first, last = max(firsts)
    return first, min([last, *(end for end in ends if end > first)])


class Clocks:
    """A cache of compiled hours and of the deadlines of targets over them.

    Equal hours and targets share one entry across all policies of a run.
    """

    def __init__(self, public: PublicHolidays = public_holidays) -> None:
        """`public` returns the public holidays of countries."""
        self.public = public
        self._hours: dict[str, CompiledHours] = {}
        self._functions: dict[tuple[object, ...], DueFunction] = {}

    def hours(self, counted: CountedTime) -> CompiledHours:
        """Return compiled hours. Raises the errors of `public`."""
        key = repr(counted)
        if key not in self._hours:
            _make_room(self._hours, _MAX_HOURS)
            hours = clock_hours(counted, self.public)
            self._hours[key] = CompiledHours(hours, open=counted.open)
        return self._hours[key]

    def function(self, clock: TargetClock, compiled: CompiledHours) -> DueFunction:
        """Return the deadline of a target over its hours as a function of the opening time."""
        key = compiled, clock.target.text, clock.reading, clock.zone
        if key not in self._functions:
            _make_room(self._functions, _MAX_TARGETS)
            self._functions[key] = DueFunction(clock, compiled)
        return self._functions[key]


def _make_room(
    known: dict[str, CompiledHours] | dict[tuple[object, ...], DueFunction], most: int
) -> None:
    if len(known) >= most:
        known.clear()


class Deadlines:
    """Compares targets over a period, and keeps the results."""

    def __init__(self, period: Period, clocks: Clocks | None = None) -> None:
        """`period` is a result of `period_of`; `clocks` is the cache of the run."""
        self.first, self.last = period
        self.clocks = clocks or Clocks()
        # Keep the object, because its id could otherwise be reused for another object.
        self._by_id: dict[int, tuple[CountedTime, CompiledHours]] = {}
        self._known: dict[tuple[object, ...], Verdict] = {}
        self._moments: dict[tuple[object, ...], bool] = {}
        monday = _SAMPLE_MONDAY
        if not self.first <= monday < self.last - _WEEK:
            monday = self.first + (_MONDAY - self.first) % _WEEK
        moments = (monday + item for item in _SAMPLES)
        self._samples = tuple(moment for moment in moments if moment < self.last)

    def compare(
        self, clock: TargetClock, other: TargetClock, conditions: Conditions = ()
    ) -> Verdict:
        """Return how `clock` compares with `other` at the opening times that `conditions` allow.

        Raises the errors of `public`.
        """
        word = self._quick_word(clock, other, conditions)
        return (
            Verdict(word)
            if word
            else self._full_verdict(clock, other, conditions, only_worse=False)
        )

    def is_worse(self, clock: TargetClock, other: TargetClock, conditions: Conditions = ()) -> bool:
        """Return whether `clock` is worse than `other`: due later at some moment, never earlier."""
        word = self._quick_word(clock, other, conditions)
        if word is None and clock.target.every and not other.target.every:
            return False
        same_recurrence = clock.target.every is other.target.every
        gaps_known = self.first >= _GAPS_FROM
        if word is None and same_recurrence and gaps_known and _ends_before_close(clock, other):
            return False
        if word is None and not conditions:
            function, other_function = self._function(clock), self._function(other)
            if any(
                function.sample(sample) < other_function.sample(sample) for sample in self._samples
            ):
                return False
        return (
            word or self._full_verdict(clock, other, conditions, only_worse=True).word
        ) == "worse"

    def _quick_word(
        self, clock: TargetClock, other: TargetClock, conditions: Conditions
    ) -> str | None:
        """Return the verdict if it can be found without computing deadlines, otherwise None.

        Targets are equal if no opening time satisfies the conditions.
        """
        target, other_target = clock.target, other.target
        if conditions and not self._has_moment(conditions):
            return "equal"
        if not (target.promises and other_target.promises):
            return "worse" if other_target.promises else "better" if target.promises else "equal"
        if clock.starts != other.starts:
            return "incomparable"
        if "rate" in (target.kind, other_target.kind):
            if target.kind != other_target.kind:
                return "incomparable"
            return _by_number(times_per_400_years(other_target), times_per_400_years(target))
        hours = _hours(clock), _hours(other)
        same_hours = hours[0] is hours[1] or hours[0] == hours[1]
        if not same_hours and any(of_customer(c) for item in hours for c in item.calendars):
            return "incomparable"
        if target.every is not other_target.every:
            return None
        same = target.kind == other_target.kind and same_hours
        same = same and (clock.reading == other.reading or not counts_dates(target))
        same = same and (clock.zone == other.zone or not _counts_calendar_days(target))
        if (
            same
            and target.amount == other_target.amount
            and target.at == other_target.at
            and target.parts == other_target.parts
        ):
            return "equal"
        if not all(map(_in_same_zone, (clock, other))):
            return "incomparable"
        lengths = ("clock", "business", "business-days", "calendar-days")
        if conditions or not same or target.kind not in lengths:
            return None
        if clock.reading == "same-time" and target.kind == "business-days":
            return None
        if all(_surely_reached(item, hours[0]) for item in (target, other_target)):
            return _by_number(target.amount, other_target.amount)
        return None

    def _has_moment(self, conditions: Conditions) -> bool:
        """Return whether some moment of the period satisfies the conditions."""
        inside, outside = (
            [hours for side, hours in conditions if side is s] for s in (True, False)
        )
        key = tuple((side, self._hours_of(hours)) for side, hours in conditions)
        if key not in self._moments:
            period = self.first, self.last
            self._moments[key] = has_instant(inside, outside, period, self.clocks.public)
        return self._moments[key]

    def _full_verdict(
        self, clock: TargetClock, other: TargetClock, conditions: Conditions, *, only_worse: bool
    ) -> Verdict:
        """Return the verdict by computing deadlines.

        With `only_worse` it is enough to decide whether `clock` is worse.
        """
        function, other_function = self._function(clock), self._function(other)
        over = tuple((inside, self._hours_of(counted)) for inside, counted in conditions)
        key = function, other_function, over, only_worse
        if key not in self._known:
            only_clock_recurs = clock.target.every and not other.target.every
            only_other_recurs = other.target.every and not clock.target.every
            scan = _Scan(
                function, other_function,
                never_later=not only_clock_recurs and self._never_later(clock, other),
                never_earlier=not only_other_recurs and self._never_later(other, clock),
                only_worse=only_worse,
                ignore_earlier=only_clock_recurs, ignore_later=only_other_recurs,
            )  # fmt: skip
            scan.compare_weeks(_Weeks((function, other_function), over, self.first, self.last))
            if only_clock_recurs:
                word = "incomparable" if scan.later else "better"
            elif only_other_recurs:
                word = "incomparable" if scan.earlier else "worse"
            else:
                words = ("equal", "better"), ("worse", "incomparable")
                word = words[scan.later is not None][scan.earlier is not None]
            self._known[key] = Verdict(word, scan.later, scan.earlier)
        return self._known[key]

    def _never_later(self, clock: TargetClock, other: TargetClock) -> bool:
        """Return whether `clock` is certainly never later than `other`.

        Deadlines are not computed, so False means only that this is not certain.
        """
        lengths = ("clock", "business")
        target, other_target = clock.target, other.target
        if (
            target.kind not in lengths
            or other_target.kind not in lengths
            or target.amount > other_target.amount
        ):
            return False
        return target.kind == "clock" or (
            other_target.kind == "business"
            and includes(clock.counted, other.counted, (self.first, self.last), self.clocks.public)
        )

    def _hours_of(self, counted: CountedTime) -> CompiledHours:
        known = self._by_id.get(id(counted))
        if known is None:
            known = self._by_id[id(counted)] = counted, self.clocks.hours(counted)
        return known[1]

    def _function(self, clock: TargetClock) -> DueFunction:
        return self.clocks.function(clock, self._hours_of(_hours(clock)))


def moments_of(
    space: Space, cases: Cases, hours: Callable[[str], Iterable[tuple[CountedTime, Cases]]]
) -> list[tuple[Conditions, Cases]]:
    """Return parts of a case set, each with the conditions on the opening times of its cases.

    For a name in `opened` conditions, `hours` returns the hours in parts that together cover every
    case. Conditions that depend on the customer are ignored.
    """
    result: list[tuple[Conditions, Cases]] = [((), cases)] if cases else []
    for name in opened_in(space):
        parts = []
        for counted, decides in hours(name):
            for value in space.values[opened_dimension(name)]:
                inside = value == "inside"
                known = not any(map(of_customer, counted.calendars))
                known = known and not (inside and opening(counted) == EVERY_INSTANT)
                condition = ((inside, counted),) if known else ()
                own = decides & space.of(opened_dimension(name), value)
                parts += [((*item, *condition), some & own) for item, some in result if some & own]
        result = parts
    return result


def _hours(clock: TargetClock) -> CountedTime:
    """Return the hours on which the deadline depends; EVERY_INSTANT for elapsed time."""
    target = clock.target
    if target.kind == "clock" or (target.parts and not target.uses_hours):
        return EVERY_INSTANT
    return clock.counted


def _counts_calendar_days(target: Target) -> bool:
    """Return whether the target, or a part of it, counts calendar days."""
    return any(part.kind == "calendar-days" for part in target.components)


def _in_same_zone(clock: TargetClock) -> bool:
    """Return whether a target that counts dates has hours in one time zone; True for others."""
    zones = {calendar.timezone for calendar in clock.counted.calendars}
    return not counts_dates(clock.target) or len(zones) <= 1


def _by_number(number: int, other: int) -> str:
    return "equal" if number == other else "better" if number < other else "worse"


def times_per_400_years(rate: Target) -> int:
    """Return the number of events of a rate in 400 years, which is always an integer."""
    return rate.amount * PER_400_YEARS[rate.text.rpartition(" ")[2]]


def _surely_reached(target: Target, counted: CountedTime) -> bool:
    """Return whether a target over hours certainly ends within ten years."""
    if target.kind in ("clock", "calendar-days") or counted == EVERY_INSTANT:
        return target.kind != "business-days"
    if len(counted.calendars) != 1:
        return False
    calendar = counted.calendars[0]
    off = calendar.holidays
    exceptions = (
        *calendar.dates,
        *calendar.breaks,
        *((*off.add, *(off.frozen or ())) if off else ()),
    )
    if calendar.windows is None or calendar.business_days is not None or len(exceptions) > 50:
        return False
    if calendar.seasons:
        return False
    # 200 working weeks end within ten years, even if each year has some weeks of holidays.
    if target.kind == "business":
        open_minutes = sum(closes - opens for opens, closes in calendar.windows)
        return target.amount <= 200 * 60 * open_minutes
    return target.amount <= 200 * len({window.opens // (WEEK // 7) for window in calendar.windows})


def _ends_before_close(clock: TargetClock, other: TargetClock) -> bool:
    """Return whether `clock`, a duration, is certainly due no later than `other`.

    The result is False unless `other` is a target in business days that is due at closing. Between
    the opening time of the case and this closing there are as many complete working dates as
    `other` counts. Each of these dates has at least one complete window, which a DST gap can
    shorten.
    """
    target, other_target = clock.target, other.target
    if target.kind not in ("clock", "business") or other.reading != "close":
        return False
    if other_target.kind not in ("business-days", "next-business-day"):
        return False
    counted = other.counted
    if target.kind == "business" and clock.counted != counted:
        return False
    if not counted.calendars or not _surely_reached(other_target, counted):
        return False
    calendar = counted.calendars[0]
    if calendar.dates or calendar.seasons or calendar.breaks or not calendar.windows:
        return False
    day = WEEK // 7
    if any(closes > opens - opens % day + day for opens, closes in calendar.windows):
        return False  # a holiday can remove the part after midnight
    shortest = 60 * min(closes - opens for opens, closes in calendar.windows) - _LONGEST_GAP
    return target.amount <= max(other_target.amount, 1) * shortest


# -- one target ------------------------------------------------------------------------------------


class CompiledHours:
    """Hours in the form of `zsupport.clock`, and their compiled working time."""

    def __init__(self, hours: tuple[Hours, ...], *, open: bool = True) -> None:
        """Without hours, every instant counts if `open` is true, or none."""
        self.open = open
        self.hours = hours
        self._kept: tuple[int, int, WorkingTime, BusinessDays | None] | None = None

    def compile(self, first: int, last: int) -> tuple[WorkingTime, BusinessDays | None]:
        """Return the working time, compiled for `[first, last)`, and the business days.

        `first` and `last` are in seconds since 1970. The business days are None if the hours are
        in different time zones. The last result is kept, because the next call often has the same
        arguments.
        """
        if self._kept is None or self._kept[:2] != (first, last):
            time = WorkingTime(*self.hours, block=_WEEK)
            time.spans(first, last)
            same_zone = len({str(item.zone) for item in self.hours}) == 1
            self._kept = first, last, time, BusinessDays(time) if same_zone else None
        return self._kept[2:]


class DueFunction:
    """The deadline of a target as a function of the opening time."""

    def __init__(self, clock: TargetClock, compiled: CompiledHours) -> None:
        self.target = clock.target
        self.reading = clock.reading
        self.compiled = compiled
        self.zone = zone(str(compiled.hours[0].zone) if compiled.hours else clock.zone)
        kind = clock.target.kind
        self.unreachable = (kind in DATED and not compiled.hours) or (
            kind == "business" and not compiled.hours and not compiled.open
        )
        #: The functions of the parts of a combined target.
        self.parts = [
            DueFunction(clock._replace(target=part), compiled) for part in clock.target.parts
        ]
        self._samples: dict[int, int] = {}

    def basis(self, first: int, last: int) -> Basis:
        """Return the time over which the target counts, compiled for `[first, last)`."""
        if not self.compiled.hours or self.target.kind in ("clock", "calendar-days"):
            return Basis(ELAPSED, zone=self.zone)
        return Basis(*self.compiled.compile(first, last), self.reading, self.zone)

    def due(self, opened: int, basis: Basis) -> int:
        """Return the deadline of a case opened at `opened`; _NEVER if it is over ten years away."""
        if self.unreachable:
            return _NEVER
        if self.parts:
            dues = [part.due(opened, basis_of_part(part.target, basis)) for part in self.parts]
            return max(dues) if self.target.kind == "later" else min(dues)
        try:
            return due_without_pauses(self.target, opened, basis)
        except Never:
            return _NEVER

    def sample(self, opened: int) -> int:
        """Return the deadline of a case opened at a sample moment, and keep it."""
        result = self._samples.get(opened)
        if result is None:
            monday = opened - (opened - _MONDAY) % _WEEK
            basis = self.basis(monday, monday + 2 * _WEEK)
            result = self._samples[opened] = self.due(opened, basis)
        return result

    def edges(self, low: int, high: int, last_due: int, basis: Basis) -> Iterator[int]:
        """Yield all opening times in `[low, high)` at which the deadline can jump or change slope.

        Some results are not such edges, and some are outside `[low, high)`. `last_due` is the
        deadline of a case opened at the end of this range.
        """
        for part in self.parts:
            # Where two parts are due at the same time, the slope can change, too. The comparison
            # finds these moments itself.
            own = basis_of_part(part.target, basis)
            due = part.due(high - 1, own)
            yield from part.edges(low, high, high if due == _NEVER else due, own)
        kind = self.target.kind
        if kind == "calendar-days":
            yield from self._edges_of_calendar_days(low, high)
            return
        if self.parts or self.unreachable or kind == "clock" or basis.time is ELAPSED:
            return
        assert isinstance(basis.time, WorkingTime)
        spans = basis.time.spans(low, max(high, min(last_due, high + 60 * _WEEK)))
        first, last = bisect_left(spans.ends, low), bisect_right(spans.starts, high)
        yield from spans.starts[first:last]
        yield from spans.ends[first:last]
        if kind == "business":
            # A case that is opened at `moment` is due in the first second of a span. A case that
            # is opened earlier is due in an earlier span.
            for before in spans.before[first : bisect_right(spans.starts, last_due)]:
                worked = before - self.target.amount + 1
                moment = spans.reach(worked) if worked > 0 else None
                if moment is not None:
                    yield moment
            return
        yield from self._edges_of_dates(low, high, last_due, basis)

    def _edges_of_calendar_days(self, low: int, high: int) -> Iterator[int]:
        """Yield the edges of calendar days: around changes of offset, and as many days before."""
        before = None
        length = self.target.amount * _DAY
        for start, _, offset in offset_pieces(self.zone, low, high + length + _DAY):
            if before is not None:
                for moment in (start, start + offset - before, start - offset + before):
                    yield moment
                    yield moment - length
            before = offset

    def _edges_of_dates(self, low: int, high: int, last_due: int, basis: Basis) -> Iterator[int]:
        """Yield the edges of a target that counts dates; see `edges`."""
        days = basis.days
        assert days is not None
        first, last = low // _DAY + EPOCH - _BACK, high // _DAY + EPOCH + _AHEAD
        for hours in self.compiled.hours:
            before = None
            for start, end, offset in offset_pieces(hours.zone, low - _DAY, high):
                yield start
                if before is not None:  # the local times of a fold occur twice
                    yield start + abs(offset - before)
                before = offset
                yield from range(start + (-start - offset) % _DAY, end, _DAY)
            for day in range(first, last):
                for part in (*hours.parts(day), *hours.parts(day, breaks=False)):
                    for span in ranges(hours.zone, day, part.start, part.end):
                        yield from span
        for day in range(first, last):
            working = days.date(day)
            yield from (working.opening, working.close) if working else ()
        if self.target.kind in ("by", "by-opening"):
            for day in range(first, last):
                yield at_local(date.fromordinal(day), self.target.at, self.zone)
        if self.reading != "same-time":
            return
        # The deadline has the same time of day as the opening time. On the due date, hours open and
        # close, and the offset can change. At each of these times of day there is an edge on the
        # opening date.
        until = min(last_due, high + 60 * _WEEK)
        moments = {start for start, _, _ in offset_pieces(self.zone, low, until + 3 * _DAY)}
        for day in range(first, until // _DAY + EPOCH + _AHEAD):
            working = days.date(day)
            for span in working.spans if working else ():
                moments.update(span)
        clocks = {latest_local(moment, self.zone)[1] for moment in moments}
        clocks |= {latest_local(item - 1, self.zone)[1] + 1 for item in moments}
        for day in range(first, last):
            for clock in clocks:
                yield at_local(date.fromordinal(day), clock, self.zone)


# -- two targets -----------------------------------------------------------------------------------


class _Scan:
    """Searches for a moment with a later, and a moment with an earlier deadline than `other`."""

    def __init__(
        self,
        function: DueFunction,
        other: DueFunction,
        *,
        never_later: bool,
        never_earlier: bool,
        only_worse: bool,
        ignore_later: bool,
        ignore_earlier: bool,
    ) -> None:
        """Skip a search whose result is certain (`never_...`) or has no effect (`ignore_...`).

        With `only_worse`, the search ends at the first earlier moment.
        """
        self.function, self.other = function, other
        self.later: DeadlinesAtMoment | None = None
        self.earlier: DeadlinesAtMoment | None = None
        self._seek_later = not (never_later or ignore_later)
        self._seek_earlier = not (never_earlier or ignore_earlier)
        self._only_worse = only_worse

    @property
    def done(self) -> bool:
        """Whether no further moment can change the verdict."""
        if self._only_worse and self.earlier is not None:
            return True
        return not (self._seek_later and self.later is None) and not (
            self._seek_earlier and self.earlier is None
        )

    def compare_weeks(self, weeks: _Weeks) -> None:
        """Compare week by week until the verdict is certain."""
        ahead = 2 * _WEEK
        seen: set[object] = set()
        shared: tuple[Basis, Basis] | None = None
        at = 0
        while at < len(weeks.starts) and not self.done:
            start = weeks.starts[at]
            signature = weeks.signature(start, ahead) if shared is None else start
            at += 1
            if signature in seen:
                continue
            seen.add(signature)
            pieces = weeks.pieces(start)
            if not pieces:
                continue
            until = start + _WEEK + ahead
            bases = shared or (self.function.basis(start, until), self.other.basis(start, until))
            reached = self._compare_pieces(pieces, bases)
            if reached == _NEVER and shared is None:
                # Whether a target is reached depends on the next ten years, so compare every week.
                shared = bases
            elif shared is None and reached > until:
                # The deadline is beyond the compared range: restart with a longer range.
                ahead = reached - start - _WEEK + 2 * _WEEK
                seen, at = {weeks.signature(start, ahead)}, 0

    def _compare_pieces(
        self,
        pieces: list[tuple[int, int]],
        bases: tuple[Basis, Basis],
    ) -> int:
        """Compare at the opening times in pieces of a week; return the latest deadline."""
        deadlines, other_deadlines = (
            _DeadlinesOfWeek(self.function, bases[0]),
            _DeadlinesOfWeek(self.other, bases[1]),
        )
        low, high = pieces[0][0], pieces[-1][1]
        edges: list[int] | None = None
        waiting = [(start, end - 1) for start, end in reversed(pieces)]
        while waiting and not self.done:
            start, end = waiting.pop()
            due, end_due = deadlines.due(start), deadlines.due(end)
            other, other_end_due = other_deadlines.due(start), other_deadlines.due(end)
            self._note(start, due, other)
            self._note(end, end_due, other_end_due)
            if end - start < 2:
                continue
            if (
                due <= end_due
                and other <= other_end_due
                and (end_due <= other or other_end_due <= due)
            ):
                continue  # deadlines do not decrease, so the order does not change in between
            if edges is None:
                edges = sorted({*deadlines.edges(low, high), *other_deadlines.edges(low, high)})
            first, last = bisect_right(edges, start), bisect_right(edges, end)
            if first < last:
                middle = edges[(first + last) // 2]
                waiting += [(middle, end), (start, middle - 1)]
            elif not (
                end_due - due in (0, end - start) and other_end_due - other in (0, end - start)
            ):
                middle = (start + end) // 2
                waiting += [(middle, end), (start, middle)]
        return max(deadlines.due(high - 1), other_deadlines.due(high - 1))

    def _note(self, opened: int, due: int, other: int) -> None:
        """Keep the first opening time with a later deadline, and the first with an earlier one."""
        if due == other or (self.later if due > other else self.earlier):
            return
        moment = DeadlinesAtMoment(
            opened, *(None if time == _NEVER else time for time in (due, other))
        )
        if due > other:
            self.later = moment
        else:
            self.earlier = moment


class _DeadlinesOfWeek:
    """The deadlines of a target for opening times in a week, each computed once."""

    def __init__(self, function: DueFunction, basis: Basis) -> None:
        self.function = function
        self.basis = basis
        self._known: dict[int, int] = {}

    def due(self, opened: int) -> int:
        """Return the deadline of a case opened at `opened`."""
        result = self._known.get(opened)
        if result is None:
            result = self._known[opened] = self.function.due(opened, self.basis)
        return result

    def edges(self, low: int, high: int) -> Iterator[int]:
        """Return the edges for opening times in `[low, high)`; see `DueFunction.edges`."""
        last_due = self.due(high - 1)
        return self.function.edges(low, high, high if last_due == _NEVER else last_due, self.basis)


class _Weeks:
    """The weeks of a period in UTC, with everything that distinguishes them."""

    def __init__(
        self,
        functions: tuple[DueFunction, DueFunction],
        conditions: tuple[tuple[bool, CompiledHours], ...],
        first: int,
        last: int,
    ) -> None:
        self.first, self.last = first, last
        self.conditions = conditions
        monday = first - (first - _MONDAY) % _WEEK
        #: The starts of the weeks. The first and the last week can be partly outside the period.
        self.starts = range(monday, last, _WEEK)
        compiled = {id(item): item for item in (f.compiled for f in functions)}
        compiled |= {id(condition): condition for _, condition in conditions}
        hours = [hours for entry in compiled.values() for hours in entry.hours]
        self._hours = hours
        zones = [value.zone for value in hours]
        zones += [f.zone for f in functions if _counts_calendar_days(f.target)]
        self._zones = tuple(dict.fromkeys(zones))
        self._exceptions: list[_Exceptions] = []
        self._until = 0

    def signature(self, start: int, ahead: int) -> object:
        """Return what distinguishes a week: of weeks with equal results, only one is compared.

        The result has the part of the week that is in the period. It also has the offsets and
        exceptions of the week, of some days before it, and of `ahead` seconds and some days after
        it.
        """
        if not self._exceptions or ahead > self._until:
            self._until = ahead
            years = tuple(
                date.fromordinal(item // _DAY + EPOCH).year
                for item in (self.first - 4 * _WEEK, self.last + ahead + 4 * _WEEK)
            )
            self._exceptions = [_Exceptions(hours, *years) for hours in self._hours]
        low, high = start - _BACK * _DAY, start + _WEEK + ahead + _AHEAD * _DAY
        day = start // _DAY + EPOCH
        return (
            max(self.first - start, 0),
            min(self.last - start, _WEEK),
            tuple(
                tuple(
                    (begin - start, offset) for begin, _, offset in offset_pieces(entry, low, high)
                )
                for entry in self._zones
            ),
            tuple(
                exception.between(day, low // _DAY + EPOCH, high // _DAY + EPOCH)
                for exception in self._exceptions
            ),
        )

    def pieces(self, start: int) -> list[tuple[int, int]]:
        """Return the moments of a week that satisfy the conditions, in pieces `[from, to)`."""
        result = [(max(start, self.first), min(start + _WEEK, self.last))]
        for inside, compiled in self.conditions:
            low, high = result[0][0], result[-1][1]
            if compiled.hours:
                open_time = compiled.compile(low, high)[0].spans(low, high).intervals()
            else:
                open_time = [(low, high)] if compiled.open else []
            result = common(result, open_time if inside else outside(open_time, low, high))
            if not result:
                break
        return result


class _Exceptions:
    """The dates with hours that differ from their weekday: holidays, special dates, breaks."""

    def __init__(self, hours: Hours, first_year: int, last_year: int) -> None:
        days: set[int] = set()
        for number in range(first_year, last_year + 1) if hours.years else ():
            assert hours.years is not None
            days.update(hours.years(number).changed())
        self.days = sorted(days)
        self.kinds = [
            (
                hours.parts(day),
                hours.parts(day, breaks=False),
                hours.weekday(day),
                hours.may_be_working(day),
            )
            for day in self.days
        ]

    def between(self, day: int, first: int, last: int) -> tuple[object, ...]:
        """Return the exceptions from `first` to `last`, with their distances in days from `day`.

        `day`, `first` and `last` are ordinals.
        """
        low, high = bisect_left(self.days, first), bisect_right(self.days, last)
        result = zip(self.days[low:high], self.kinds[low:high], strict=True)
        return tuple((item - day, kind) for item, kind in result)
