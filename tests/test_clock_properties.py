"""Properties of the clock, tested for the program and the oracle.

They hold for all hours. The tests use some hours written by hand, and random calendars of
`oracle.cases`.
"""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracle import clock
from oracle.cases import ZONES, some_calendar, some_days

from zsupport import Calendar, load
from zsupport.clock.deadline import Basis, due_without_pauses
from zsupport.clock.spans import WorkingTime
from zsupport.clock.target_text import parse_target

DAY = clock.DAY_SECONDS
Pauses = Sequence[tuple[int, int]]
READINGS = ("close", "same-time", "opening")
#: A calendar as in a policy file.
Fields = dict[str, Any]

BY_HAND: list[tuple[Fields, str]] = [
    ({"timezone": "Europe/Oslo", "open": "mon-fri 09:00-17:00"}, "2026-03-29"),
    ({"timezone": "Europe/Oslo", "open": "mon-sun 22:00-06:00"}, "2026-10-25"),
    ({"timezone": "Europe/Oslo", "open": "24x7", "business-days": "mon-fri"}, "2026-10-25"),
    ({"timezone": "Australia/Lord_Howe", "open": "mon-sun 01:00-03:00"}, "2026-04-05"),
    ({"timezone": "Africa/Casablanca", "open": "sat 20:00 - mon 08:00"}, "2026-02-15"),
    ({"timezone": "Pacific/Apia", "open": "mon-fri 22:00-06:00"}, "2011-12-30"),
    (
        {
            "timezone": "America/New_York",
            "open": ["mon-fri 08:00-12:00", "mon-fri 12:00-18:00", "sat 23:00-05:00"],
            "holidays": ["2026-11-02", "10-30"],
            "dates": {"2026-11-03": "closed", "2026-11-01": ["00:30-01:45", "10:00-12:00"]},
            "breaks": {"2026-11-01": "01:15-01:30", "2026-11-04": ["09:00-10:00", "09:30-11:00"]},
        },
        "2026-11-01",
    ),
]


class Clock(ABC):
    """An implementation of the clock, in whole seconds."""

    @abstractmethod
    def due(self, opened: int, target: int | str, pauses: Pauses = ()) -> int: ...

    @abstractmethod
    def elapsed(self, start: int, end: int, pauses: Pauses = ()) -> int: ...

    @abstractmethod
    def is_open(self, at: int) -> bool: ...

    @abstractmethod
    def next_open(self, at: int) -> int | None: ...


class Program(Clock):
    """The program, by its public API."""

    def __init__(self, fields: Fields, reading: str) -> None:
        self.calendar = Calendar.from_dict(fields, business_day=reading)

    def due(self, opened: int, target: int | str, pauses: Pauses = ()) -> int:
        converted = target if isinstance(target, str) else timedelta(seconds=target)
        spans = [(moment(begin), moment(end)) for begin, end in pauses]
        return int(self.calendar.due(moment(opened), converted, spans).timestamp())

    def elapsed(self, start: int, end: int, pauses: Pauses = ()) -> int:
        spans = [(moment(begin), moment(end)) for begin, end in pauses]
        return int(self.calendar.elapsed(moment(start), moment(end), spans).total_seconds())

    def is_open(self, at: int) -> bool:
        return self.calendar.is_open(moment(at))

    def next_open(self, at: int) -> int | None:
        result = self.calendar.next_open(moment(at))
        return None if result is None else int(result.timestamp())


class Definition(Clock):
    """The oracle."""

    def __init__(self, fields: Fields, reading: str) -> None:
        self.hours = clock.Hours(fields)
        self.reading = reading

    def due(self, opened: int, target: int | str, pauses: Pauses = ()) -> int:
        converted = clock.Target("business", target) if isinstance(target, int) else None
        return clock.due(
            self.hours, opened, converted or clock.to_target(str(target)), pauses, self.reading
        )

    def elapsed(self, start: int, end: int, pauses: Pauses = ()) -> int:
        return clock.elapsed(self.hours, start, end, clock.settle(pauses, start)[0])

    def is_open(self, at: int) -> bool:
        return self.hours.is_open(at)

    def next_open(self, at: int) -> int | None:
        return self.hours.next_open(at, 60)


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class Hours(NamedTuple):
    """A calendar, and a day near which it has exceptions or transitions."""

    fields: Fields
    day: int


@cache
def hours(number: int) -> Hours:
    if number < len(BY_HAND):
        fields, day = BY_HAND[number]
        return Hours(fields, clock.to_day(day))
    random = Random(f"hours {number}")
    while True:
        zone = random.choice(sorted(ZONES))
        days = some_days(random, zone)
        fields = some_calendar(random, zone, days, 1)
        # With a minute a week, targets in hours are not reached within ten years.
        if sum(clock.Hours(fields).minutes(days[0] + 30 + day).count(1) for day in range(7)) > 60:
            return Hours(fields, days[0])


@cache
def implementation_of(implementation: type[Clock], number: int, reading: str) -> Clock:
    return implementation(hours(number).fields, reading)  # type: ignore[call-arg]


@pytest.fixture(params=[Program, Definition], ids=["program", "definition"], scope="module")
def implementation(request: pytest.FixtureRequest) -> type[Clock]:
    result: type[Clock] = request.param
    return result


NUMBERS = st.integers(0, 150)
OFFSETS = st.integers(-2 * DAY, 5 * DAY) | st.integers(-48, 120).map(lambda hour: hour * 3600)
LENGTHS = st.integers(0, 20 * 3600) | st.sampled_from([0, 1, 60, 3600, 4 * 3600, 8 * 3600])
SPANS = st.lists(st.tuples(OFFSETS, st.integers(0, 2 * DAY)), max_size=4)
checked = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def at(number: int, offset: int) -> int:
    """Return an instant near the day of a calendar."""
    return hours(number).day * DAY + offset


def spans_at(number: int, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return pauses near the day of a calendar."""
    return [(at(number, offset), at(number, offset + length)) for offset, length in spans]


def due_or_none(subject: Clock, opened: int, target: int | str, pauses: Pauses = ()) -> int | None:
    """Return the deadline, or None if there is an error."""
    try:
        return subject.due(opened, target, pauses)
    except (ValueError, clock.Refused):
        return None


@given(NUMBERS, OFFSETS, LENGTHS, LENGTHS)
@checked
def test_deadlines_add_up(
    implementation: type[Clock], number: int, offset: int, first: int, second: int
) -> None:
    subject = implementation_of(implementation, number, "close")
    opened = at(number, offset)
    middle = subject.due(opened, first)
    assert subject.due(opened, first + second) == subject.due(middle, second)


@given(NUMBERS, st.lists(OFFSETS, min_size=3, max_size=3).map(sorted), SPANS)
@checked
def test_working_time_is_additive(
    implementation: type[Clock], number: int, offsets: list[int], spans: list[tuple[int, int]]
) -> None:
    subject = implementation_of(implementation, number, "close")
    a, b, c = (at(number, offset) for offset in offsets)
    pauses = spans_at(number, spans)
    parts = subject.elapsed(a, b, pauses) + subject.elapsed(b, c, pauses)
    assert subject.elapsed(a, c, pauses) == parts
    assert 0 <= parts <= c - a


@given(NUMBERS, OFFSETS, LENGTHS, SPANS)
@checked
def test_deadline_is_the_first_instant_with_the_working_time(
    implementation: type[Clock],
    number: int,
    offset: int,
    length: int,
    spans: list[tuple[int, int]],
) -> None:
    subject = implementation_of(implementation, number, "close")
    opened = at(number, offset)
    pauses = spans_at(number, spans)
    due = subject.due(opened, length, pauses)
    assert subject.elapsed(opened, due, pauses) == length
    if length == 0:
        assert due == opened
    else:
        assert subject.elapsed(opened, due - 1, pauses) == length - 1


@given(NUMBERS, OFFSETS, LENGTHS, LENGTHS, SPANS)
@checked
def test_longer_target_is_not_due_earlier(
    implementation: type[Clock],
    number: int,
    offset: int,
    first: int,
    second: int,
    spans: list[tuple[int, int]],
) -> None:
    subject = implementation_of(implementation, number, "close")
    opened = at(number, offset)
    pauses = spans_at(number, spans)
    less, more = sorted((first, second))
    assert subject.due(opened, less, pauses) <= subject.due(opened, more, pauses)


@given(NUMBERS, OFFSETS, st.integers(0, DAY), LENGTHS, SPANS)
@checked
def test_later_opening_is_not_due_earlier(
    implementation: type[Clock],
    number: int,
    offset: int,
    later: int,
    length: int,
    spans: list[tuple[int, int]],
) -> None:
    subject = implementation_of(implementation, number, "close")
    opened = at(number, offset)
    pauses = spans_at(number, spans)
    assert subject.due(opened, length, pauses) <= subject.due(opened + later, length, pauses)


@given(NUMBERS, OFFSETS, LENGTHS, SPANS, SPANS)
@checked
def test_additional_pause_is_not_due_earlier(
    implementation: type[Clock],
    number: int,
    offset: int,
    length: int,
    spans: list[tuple[int, int]],
    more: list[tuple[int, int]],
) -> None:
    subject = implementation_of(implementation, number, "close")
    opened = at(number, offset)
    pauses = spans_at(number, spans)
    assert subject.due(opened, length, pauses) <= subject.due(
        opened, length, pauses + spans_at(number, more)
    )


TARGETS = st.sampled_from([
    "4 business hours", "2 business days", "next business day", "by 10:00 next business day",
    "every week", "30 business minutes", "3 calendar days", "by 10:00 next opening day",
    "the later of 4 business hours and by 10:00 next business day",
    "the earlier of 30 business hours and 2 business days",
])  # fmt: skip


@given(NUMBERS, OFFSETS, TARGETS, SPANS, st.randoms(use_true_random=False))
@checked
def test_split_merged_and_reordered_pauses_give_the_same_deadline(
    implementation: type[Clock],
    number: int,
    offset: int,
    target: str,
    spans: list[tuple[int, int]],
    random: Random,
) -> None:
    subject = implementation_of(implementation, number, "close")
    opened = at(number, offset)
    pauses = spans_at(number, spans)
    due = due_or_none(subject, opened, target, pauses)
    assume(due is not None)
    split = []
    for begin, end in pauses:
        middle = random.randint(begin, end)
        split += [(begin, middle), (middle, end)]
    random.shuffle(split)
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(pauses):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    nothing = (opened + 60, opened + 60)
    for same in (split, pauses[::-1], merged, [*pauses, *pauses], [*pauses, nothing]):
        assert subject.due(opened, target, same) == due


@given(NUMBERS, OFFSETS, TARGETS)
@checked
def test_pause_without_working_time_does_not_move_the_deadline(
    implementation: type[Clock], number: int, offset: int, target: str
) -> None:
    assume("calendar" not in target)  # calendar days count elapsed time
    subject = implementation_of(implementation, number, "close")
    opened = at(number, offset)
    due = due_or_none(subject, opened, target)
    assume(due is not None)
    opening = subject.next_open(opened)
    assume(opening is not None and subject.elapsed(opened, opening) == 0)
    assert opening is not None
    assert subject.due(opened, target, [(opened, opening)]) == due


# Calendars with windows that continue on the next date, in all ways. Breaks, holidays and
# dates with their own hours are added at random by `hours_near_transition`.
NIGHTS: list[Fields | list[Fields]] = [
    {"open": "mon-fri 22:00-06:00"},
    {"open": "mon-sun 16:00-01:00", "business-days": "mon-fri"},
    {"open": ["mon-thu 23:30-23:15", "sun 00:00-12:00"]},
    {"open": "fri 17:00 - mon 09:00"},
    {"open": "sun 20:00 - mon 08:00"},
    {"open": ["mon-fri 00:00-02:00", "mon-fri 22:00-24:00"]},
    {"open": "24x7", "business-days": "mon-fri"},
    [{"open": "mon-fri 09:00-17:00"}, {"open": "mon-sun 20:00-11:00"}],
    [{"open": "mon-fri 22:00-06:00"}, {"open": "tue-sat 00:00-00:30"}],
    [{"open": "24x7", "business-days": "mon-fri"}, {"open": "thu-sun 18:00-17:30"}],
]
FOLDS = {
    "UTC": "2026-03-01", "Europe/Oslo": "2026-10-25", "Asia/Beirut": "2026-10-25",
    "America/St_Johns": "1988-10-30", "Australia/Lord_Howe": "2026-04-05",
    "Pacific/Apia": "2011-12-30", "Africa/Casablanca": "2026-02-15", "Africa/Cairo": "2026-10-30",
    "America/Havana": "2026-11-01", "America/Santiago": "2026-09-06", "Asia/Gaza": "2026-03-28",
    "Antarctica/Casey": "2018-03-11",
}  # fmt: skip


class TransitionHours(NamedTuple):
    """Hours in a time zone with business days, and a day near a transition."""

    members: list[Fields]
    zone: str
    day: int


def hours_near_transition(number: int) -> TransitionHours:
    """Return a calendar or union by its number."""
    random = Random(f"reaching {number}")
    while True:
        zone, on = random.choice(sorted(FOLDS.items()))
        day = clock.to_day(on)
        drawn: Any = [{}] * random.choice([1, 1, 2, 3]) if number % 2 else random.choice(NIGHTS)
        members = []
        for member in drawn if isinstance(drawn, list) else [drawn]:
            other = some_calendar(random, zone, [day], 1)
            if member:
                keys = ("dates", "breaks", "holidays", "holidays-apply-to", "apply-holidays")
                other = {**member, **{key: other[key] for key in keys if key in other}}
            if other["open"] == "24x7":
                other.pop("holidays-apply-to", None)
            else:
                other.pop("apply-holidays", None)
            if random.random() < 0.3:
                worked = {clock.day_text(day + random.randint(-3, 3)) for _ in range(2)}
                other["holidays"] = {
                    "country": "CN",
                    "frozen": [clock.day_text(day + random.randint(-3, 3))],
                    "frozen-exchanged": sorted(worked),
                    "exchanged": random.choice(clock.WEEKDAYS),
                }
            if random.random() < 0.2:
                closed = clock.day_text(day + random.randint(-2, 2))
                other["dates"] = {**other.get("dates", {}), closed: "closed"}
            members.append({**other, "timezone": zone})
        hours = clock.Hours(members)
        if any(hours.is_working_date(on) for on in range(day + 20, day + 40)):
            return TransitionHours(members, zone, day)


BUSINESS_DAYS = (
    "1 business day", "2 business days", "next business day", "by 00:00 next business day",
    "by 07:00 next business day", "by 23:45 next business day", "by 24:00 next business day",
    "by 00:00 next opening day", "by 07:00 next opening day", "by 24:00 next opening day",
    "the later of by 07:00 next opening day and 1 business day",
)  # fmt: skip
#: Targets with their readings. The reading does not affect `by` targets.
TARGETS_WITH_READINGS = [
    (target, reading)
    for target in BUSINESS_DAYS
    for reading in (READINGS if "by" not in target else ("close",))
]
TRANSITION_COUNT = 200


def moments_around(time: WorkingTime, zone: str, day: int) -> list[int]:
    """Return instants within ten days, and all near an instant at which a deadline could change."""
    first, last = (day - 4) * DAY, (day + 6) * DAY
    spans = time.spans(first, last)
    edges = {at for at in (*spans.starts, *spans.ends) if first <= at < last}
    days = range(day - 4, day + 6)
    edges |= {clock.instant_of(zone, on, 0) for on in days}
    offsets = [offset for utc_day in days for offset in clock.offsets(zone, utc_day)]
    for minute, (before, after) in enumerate(pairwise(offsets), first // 60 + 1):
        if before != after:
            # The transition, and the same local time before and after it.
            edges |= {(minute + shift) * 60 for shift in (0, after - before, before - after)}
    around = {edge + step for edge in edges for step in (-1, 0, 1)}
    return sorted(around | set(range(first, last, 5 * 3600 + 1234)))


@pytest.mark.parametrize("tenth", range(10))
def test_business_days_opened_later_are_not_due_earlier(tenth: int) -> None:
    due_dates = 0
    for number in range(tenth, TRANSITION_COUNT, 10):
        drawn = hours_near_transition(number)
        for reading in READINGS:
            settled = Calendar.from_dict(drawn.members, business_day=reading)._settled
            moments = moments_around(settled.time, drawn.zone, drawn.day)
            basis = Basis(settled.time, settled.days, reading)
            for text in (text for text, read in TARGETS_WITH_READINGS if read == reading):
                target, latest = parse_target(text), 0
                for opened in moments:
                    due = due_without_pauses(target, opened, basis)
                    assert latest <= due, (drawn, reading, text, moment(opened))
                    assert opened < due, (drawn, reading, text, moment(opened))
                    latest = due
                    due_dates += 1
    assert due_dates > 20_000


@pytest.mark.parametrize("tenth", range(10))
def test_business_days_agree_with_the_oracle(tenth: int) -> None:
    for number in range(tenth, TRANSITION_COUNT, 10):
        drawn = hours_near_transition(number)
        hours, random = clock.Hours(drawn.members), Random(number)
        for reading in READINGS:
            calendar = Calendar.from_dict(drawn.members, business_day=reading)
            moments = moments_around(calendar.working_time, drawn.zone, drawn.day)
            for text in (text for text, read in TARGETS_WITH_READINGS if read == reading):
                for opened in random.sample(moments, 5):
                    due = calendar.due(moment(opened), text)
                    expected = moment(clock.due(hours, opened, clock.to_target(text), (), reading))
                    assert due == expected, (drawn, reading, text, moment(opened))


@given(NUMBERS, OFFSETS, st.integers(0, 3 * DAY), st.sampled_from(TARGETS_WITH_READINGS))
@checked
def test_business_days_are_monotone_in_both_implementations(
    implementation: type[Clock], number: int, offset: int, later: int, case: tuple[str, str]
) -> None:
    target, reading = case
    first, second = at(number, offset), at(number, offset + later)
    subject = implementation_of(implementation, number, reading)
    due, not_earlier = due_or_none(subject, first, target), due_or_none(subject, second, target)
    assume(due is not None and not_earlier is not None)
    assert due is not None
    assert not_earlier is not None
    assert first <= due <= not_earlier


def test_business_days_do_not_add_up(implementation: type[Clock]) -> None:
    # A day from Friday is Monday's closing, and a day from that is Wednesday's closing. But two
    # days from Friday are Tuesday's closing.
    subject = implementation(BY_HAND[0][0], "close")  # type: ignore[call-arg]
    friday = int(datetime(2026, 11, 27, 9, 0, tzinfo=UTC).timestamp())
    monday = subject.due(friday, "1 business day")
    assert moment(monday) == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert moment(subject.due(monday, "1 business day")) == datetime(2026, 12, 2, 16, 0, tzinfo=UTC)
    assert moment(subject.due(friday, "2 business days")) == datetime(2026, 12, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize("target", ["next business day", "1 business day", "2000 business hours"])
def test_unreached_deadline_is_an_error_within_two_seconds(target: str) -> None:
    # An error, not an endless loop. The hours have half an hour a week, and no business day.
    fields = {"timezone": "Europe/Oslo", "open": "mon 09:00-09:30", "business-days": "sat-sun"}
    calendar = Calendar.from_dict(fields)
    start = time.process_time()
    with pytest.raises(ValueError, match="ten years"):
        calendar.due(datetime(2026, 6, 1, 8, tzinfo=UTC), target)
    assert time.process_time() - start < 2


@given(NUMBERS, OFFSETS)
@checked
def test_next_opening_is_where_closed_becomes_open(
    implementation: type[Clock], number: int, offset: int
) -> None:
    subject = implementation_of(implementation, number, "close")
    now = at(number, offset)
    opening = subject.next_open(now)
    assume(opening is not None)
    assert opening is not None
    assert opening > now
    assert subject.is_open(opening)
    assert not subject.is_open(opening - 1)
    # Before the opening, the hours close at most once, so all working time is at the start.
    worked = subject.elapsed(now, opening)
    assert subject.elapsed(now, now + worked) == worked


@given(NUMBERS, OFFSETS)
@checked
def test_open_second_is_working_time(implementation: type[Clock], number: int, offset: int) -> None:
    subject = implementation_of(implementation, number, "close")
    now = at(number, offset)
    assert subject.elapsed(now, now + 1) == int(subject.is_open(now))


# --- Elapsed targets, which only policies have ----------------------------------------------------

CLOCK_TIMES = {f"H{hours}": f"{hours}h" for hours in range(9)}


@pytest.fixture(scope="module")
def policy_of_clock_times(tmp_path_factory: pytest.TempPathFactory) -> Any:
    policy = {
        "format": "1",
        "policy": "clock",
        "plans": {"any": "Any"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": "web"}],
        "priorities": [{"id": id} for id in CLOCK_TIMES],
        "metrics": [{"id": "answer", "pauses": "Waiting"}],
        "targets": [{"answer": CLOCK_TIMES}],
    }
    path: Path = tmp_path_factory.mktemp("policy") / "clock.yaml"
    path.write_text(json.dumps(policy), encoding="utf-8")
    return load(path, cache=False)


@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(0, 4), SPANS)
@checked
def test_elapsed_targets_count_the_time_outside_pauses(
    policy_of_clock_times: Any, opened: int, first: int, second: int, spans: list[tuple[int, int]]
) -> None:
    opened += 10**8
    pauses = [(opened + offset, opened + offset + length) for offset, length in spans]

    def due(start: int, number: int, paused: Pauses = ()) -> int:
        [answer] = policy_of_clock_times.due(
            priority=f"H{number}",
            opened=moment(start),
            at=moment(start),
            pause=[(moment(begin), moment(end)) for begin, end in paused],
        ).answers
        return int(answer.due.timestamp())

    assert due(opened, first) == opened + first * 3600
    assert due(opened, first + second, pauses) == due(due(opened, first, pauses), second, pauses)
    assert due(opened, first, pauses) <= due(opened, first + second, pauses)
    closed, _ = clock.settle(pauses, opened)
    free = due(opened, first, pauses)
    unpaused = free - opened - sum(max(0, min(q, free) - p) for p, q in closed)
    assert unpaused == first * 3600
