"""Compiled working time is the same whatever was asked before."""

from datetime import UTC, datetime, tzinfo
from itertools import accumulate
from random import Random
from typing import Any

import pytest

from zsupport import Calendar
from zsupport.clock.offsets import Offsets
from zsupport.clock.spans import WorkingTime
from zsupport.clock.zones import zone

DAY = 86_400
FROM = int(datetime(1998, 3, 1, tzinfo=UTC).timestamp())
CALENDARS: dict[str, Any] = {
    "office": {"timezone": "Europe/Oslo", "open": "mon-fri 09:00-17:00", "holidays": ["12-25"]},
    "night": {"timezone": "Australia/Lord_Howe", "open": "mon-sun 22:00-06:00"},
    "always": {"open": "24x7"},
    "never twice": {"timezone": "Pacific/Apia", "open": "fri 00:00-24:00"},
    "union": [
        {"timezone": "America/New_York", "open": "mon-fri 08:00-18:00"},
        {"timezone": "Asia/Kolkata", "open": "mon-sat 00:00-24:00"},
    ],
}


@pytest.mark.parametrize("name", CALENDARS)
@pytest.mark.parametrize("seed", range(6))
def test_pieces_compiled_one_by_one_are_what_is_compiled_at_once(name: str, seed: int) -> None:
    random = Random(f"{name} {seed}")
    hours = Calendar.from_dict(CALENDARS[name]).working_time.hours
    one_by_one = WorkingTime(*hours)
    for _ in range(random.randint(2, 6)):
        start = FROM + random.randrange(14 * 366) * DAY + random.randrange(DAY)
        one_by_one.spans(start, start + random.choice([1, DAY, 900 * DAY]))
    spans = one_by_one.known
    at_once = WorkingTime(*hours)
    # As far as both reach: a year more is compiled at either end.
    whole = at_once.spans(spans.first, spans.last)
    inside = [
        (max(start, spans.first), min(end, spans.last))
        for start, end in zip(whole.starts, whole.ends, strict=True)
        if start < spans.last and end > spans.first
    ]
    assert list(zip(spans.starts, spans.ends, strict=True)) == inside
    worked = accumulate((end - start for start, end in inside), initial=0)
    assert spans.before == list(worked)[:-1]


@pytest.mark.parametrize("name", ["Europe/Oslo", "Pacific/Apia", "Africa/Casablanca", "Asia/Gaza"])
def test_offsets_found_one_by_one_are_what_each_day_has(name: str) -> None:
    where: tzinfo = zone(name)
    random = Random(name)
    offsets = Offsets(where)
    for _ in range(12):
        start = FROM + random.randrange(30 * 366) * DAY + random.randrange(DAY)
        list(offsets.pieces(start, start + random.randrange(1, 40 * DAY)))
    known = offsets.known
    found = dict(zip(known.starts, known.offsets, strict=True))
    fresh = Offsets(where)
    pieces = list(fresh.pieces(known.first, known.last))
    assert found == {start: offset for start, _, offset in pieces}
    for start, end, offset in pieces:
        for instant in (start, (start + end) // 2, end - 1):
            shown = datetime.fromtimestamp(instant, where).utcoffset()
            assert shown is not None
            assert shown.total_seconds() == offset
