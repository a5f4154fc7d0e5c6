"""Compiled working time, compared with working time computed day by day."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate
from random import Random
from typing import Any

import pytest
from oracle.cases import some_calendar
from oracle.clock import zone_rules

from zsupport import Calendar
from zsupport.clock import spans
from zsupport.clock.model import Hours, Year, Years
from zsupport.clock.spans import EPOCH, WorkingTime, clip
from zsupport.clock.zonefile import offset_pieces
from zsupport.clock.zones import zone, zone_names

DAY = 86_400
FROM = int(datetime(1998, 3, 1, tzinfo=UTC).timestamp())
CALENDARS: dict[str, Any] = {
    "office": {"timezone": "Europe/Oslo", "open": "mon-fri 09:00-17:00", "holidays": ["12-25"]},
    "night": {"timezone": "Australia/Lord_Howe", "open": "mon-sun 22:00-06:00"},
    "always": {"open": "24x7"},
    "skipped date": {"timezone": "Pacific/Apia", "open": "fri 00:00-24:00"},
    "union": [
        {"timezone": "America/New_York", "open": "mon-fri 08:00-18:00"},
        {"timezone": "Asia/Kolkata", "open": "mon-sat 00:00-24:00"},
    ],
}


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("seed", range(6))
def test_spans_compiled_in_pieces_equal_spans_compiled_at_once(name: str, seed: int) -> None:
    random = Random(f"{name} {seed}")
    hours = Calendar.from_dict(CALENDARS[name]).working_time.hours
    in_pieces = WorkingTime(*hours)
    for _ in range(random.randint(2, 6)):
        start = FROM + random.randrange(14 * 366) * DAY + random.randrange(DAY)
        in_pieces.spans(start, start + random.choice([1, DAY, 900 * DAY]))
    spans = in_pieces.known
    at_once = WorkingTime(*hours)
    # Compare the range that both have: each compiles a year more at both ends.
    whole = at_once.spans(spans.first, spans.last)
    inside = [
        (max(start, spans.first), min(end, spans.last))
        for start, end in zip(whole.starts, whole.ends, strict=True)
        if start < spans.last and end > spans.first
    ]
    assert list(zip(spans.starts, spans.ends, strict=True)) == inside
    worked = accumulate((end - start for start, end in inside), initial=0)
    assert spans.before == list(worked)[:-1]


# The model: day by day, with the offset of each day.


def spans_by_day(hours: Hours, where: tzinfo, first: int, last: int) -> list[tuple[int, int]]:
    """Return the working spans of `[first, last)`, computed day by day."""
    result: list[tuple[int, int]] = []
    for start, end, offset in pieces_by_probing(where, first, last):
        low, high = start + offset, end + offset
        for day in range(low // DAY, (high - 1) // DAY + 1):
            for part in hours.parts(day + EPOCH):
                opens = max(day * DAY + part.start, low) - offset
                closes = min(day * DAY + part.end, high) - offset
                if opens < closes:
                    result.append((opens, closes))
    return result


def pieces_by_probing(where: tzinfo, first: int, last: int) -> list[tuple[int, int, int]]:
    """Return the pieces of `[first, last)` with a constant offset, found by bisection in a day."""

    def offset_at(instant: int) -> int:
        offset = datetime.fromtimestamp(instant, where).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    pieces = []
    start, offset = first, offset_at(first)
    for day in range(first, last + DAY, DAY):
        if offset_at(day) != offset:
            low, high = day - DAY, day
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset_at(middle) == offset else (low, middle)
            pieces.append((start, min(high, last), offset))
            start, offset = high, offset_at(high)
    return [piece for piece in [*pieces, (start, last, offset)] if piece[0] < piece[1]]


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted spans; spans that touch or overlap are joined."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end)
        else:
            result.append((start, end))
    return result


NAMES = [name for name in zone_names() if name != "UTC"]
#: Zones with unusual transitions, which are drawn more often.
ODD = ["Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Gaza", "Europe/Oslo",
       "America/Sao_Paulo", "Asia/Kathmandu", "America/Caracas", "UTC", "UTC-03:30"]  # fmt: skip


def random_day(random: Random, where: tzinfo, low: int, high: int) -> int:
    """Return a day in `[low, high)`, mostly near a change of the offset."""
    days = [start // DAY for start, _, _ in offset_pieces(where, low * DAY, high * DAY)][1:]
    if days and random.random() < 0.6:
        return random.choice(days) + random.randint(-1, 1)
    return random.randrange(low, high)


def random_hours(random: Random, where: tzinfo, low: int, high: int) -> Hours:
    """Return the hours of a random calendar, with exceptions on days in `[low, high)`."""
    days = [random_day(random, where, low, high) for _ in range(3)]
    calendar = some_calendar(random, "UTC", days, 0.2)
    drawn = Calendar.from_dict(calendar).working_time.hours[0]
    years = drawn.years
    if years is not None and random.random() < 0.3:
        # Calendars without a country have no exchanged dates, so add some.
        worked = frozenset(day + EPOCH + random.randint(-3, 3) for day in days)

        def exchanging(year: int, years: Years = years) -> Year:
            return Year(
                years(year).days_off,
                frozenset(day for day in worked if date.fromordinal(day).year == year),
            )

        drawn = drawn._replace(years=exchanging, exchanged_for=random.choice([None, 0, 4, 6]))
    return drawn._replace(zone=where)


@pytest.mark.parametrize("seed", range(20))
def test_compiled_hours_follow_the_definition(seed: int) -> None:
    random = Random(seed)
    spans = exceptional = 0
    for _ in range(15):
        name = random.choice([random.choice(NAMES), random.choice(ODD)])
        where = zone(name)
        low = random.randrange(4 * 366, 130 * 365)  # from 1974 on
        hours = random_hours(random, where, low, low + 400)
        time = WorkingTime(hours, block=random.choice([366, 7]) * DAY)
        first = low * DAY + random.randrange(DAY)
        last = first + random.choice([1, DAY, 40 * DAY, 380 * DAY])
        known = time.spans(first, last)
        assert known.first <= first < last <= known.last
        theirs = zone_rules(name)
        expected = joined(spans_by_day(hours, theirs, known.first, known.last))
        assert known.intervals() == expected, (name, hours, known.first)
        spans += len(expected)
        plain_week = hours._replace(years=None, seasonal=False)
        exceptional += expected != joined(spans_by_day(plain_week, theirs, known.first, known.last))
    assert spans > 500
    assert exceptional > 0


@pytest.mark.parametrize("name", NAMES)
def test_compiled_hours_follow_the_definition_in_every_zone(name: str) -> None:
    # At night, so that DST gaps and folds are inside the hours or at their edges.
    random = Random(name)
    where, theirs = zone(name), zone_rules(name)
    open_at = random.choice(["22:00-03:00", "00:00-24:00", "02:00-02:30", "23:30-00:30"])
    calendar = {"timezone": name, "open": [f"mon-fri {open_at}", "sun 01:30-02:00"]}
    hours = Calendar.from_dict(calendar).working_time.hours[0]
    for year in (1970, 2011, random.randrange(1970, 2037), random.randrange(2037, 2101)):
        first = int(datetime(year, 1, 1, tzinfo=UTC).timestamp())
        time = WorkingTime(hours, block=30 * DAY)
        for start, _, _ in [*offset_pieces(where, first, first + 366 * DAY)][1:3]:
            known = time.spans(start - 2 * DAY, start + 2 * DAY)
            begin = max(known.first, start - 40 * DAY)
            expected = joined(spans_by_day(hours, theirs, begin, known.last))
            assert clip(known.intervals(), begin, known.last) == expected, (year, start)


def test_equal_hours_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    plain = spans._compile

    def counting(*arguments: Any) -> Any:
        compiled.append(arguments)
        return plain(*arguments)

    monkeypatch.setattr(spans, "_cache", {})
    monkeypatch.setattr(spans, "_compile", counting)
    at = datetime(2026, 6, 1, 8, tzinfo=UTC)
    calendar = {
        "timezone": "Europe/Oslo",
        "open": "mon-fri 09:00-17:00",
        "holidays": ["2026-06-01"],
    }
    due = Calendar.from_dict(calendar).due(at, timedelta(hours=4))
    assert len(compiled) == 1
    # Names of days off, and days off outside the compiled block, do not matter.
    same = {**calendar, "holidays": {"add": {"2026-06-01": "Founders' day", "2009-06-01": "Past"}}}
    assert Calendar.from_dict(same).due(at, timedelta(hours=4)) == due
    assert len(compiled) == 1
    for other in (
        {**calendar, "timezone": "Europe/London"},
        {**calendar, "open": "mon-fri 09:30-17:00"},
        {**calendar, "holidays": ["2026-06-03"]},
        {**calendar, "dates": {"2026-06-01": "09:00-12:00"}},
        {**calendar, "breaks": {"2026-06-02": "09:00-10:00"}},
    ):
        assert Calendar.from_dict(other).due(at, timedelta(hours=4)) != due
    assert len(compiled) == 6


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "_cache", {})
    monkeypatch.setattr(spans, "_MAX_CACHED", 3)
    hours = Calendar.from_dict(CALENDARS["office"]).working_time.hours
    for year in range(1975, 1985):
        at = int(datetime(year, 6, 1, tzinfo=UTC).timestamp())
        assert WorkingTime(*hours).spans(at, at + 1).starts
    assert len(spans._cache) == 3
