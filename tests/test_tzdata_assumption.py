"""Assumptions of the program and the oracle about time zones, checked in the files of tzdata.

From 1973 to 2200, no zone changes its offset twice in a UTC day, every offset is a whole number of
minutes, and every change is at a whole minute. This module parses the files itself (RFC 9636), so
that the check depends neither on zoneinfo nor on the program.
"""

import re
import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple

import pytest
from oracle import clock
from oracle.cases import ZONES

FIRST = int(datetime(1973, 1, 1, tzinfo=UTC).timestamp())
END = int(datetime(2201, 1, 1, tzinfo=UTC).timestamp())
DAY = 86_400
NAMES = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()


class Change(NamedTuple):
    """A change to an offset in seconds east of UTC."""

    instant: int
    offset: int


class Zone(NamedTuple):
    """The offset at the start of 1973, and all changes until 2200."""

    initial: int
    changes: list[Change]


@cache
def read(name: str) -> Zone:
    """Return a zone from its file."""
    folder, _, leaf = f"zoneinfo/{name}".rpartition("/")
    content = files("tzdata." + folder.replace("/", ".")).joinpath(leaf).read_bytes()
    _, counts = header(content, 0)
    # The second block has 64-bit instants; the first is for old readers.
    leaps, standards, universals, times, types, letters = (
        counts[2],
        counts[1],
        counts[0],
        *counts[3:],
    )
    second = 44 + times * 5 + types * 6 + letters + leaps * 8 + standards + universals
    start, counts = header(content, second)
    universals, standards, leaps, times, types, letters = counts
    assert leaps == 0
    instants = struct.unpack_from(f">{times}q", content, start)
    kinds = content[start + 8 * times : start + 9 * times]
    at = start + 9 * times
    offsets = [struct.unpack_from(">l", content, at + 6 * i)[0] for i in range(types)]
    footer = (
        content[at + 6 * types + letters + standards + universals :].decode("ascii").strip("\n")
    )
    changes = [
        Change(instant, offsets[kind]) for instant, kind in zip(instants, kinds, strict=True)
    ]
    if "," in footer:
        after = max([change.instant for change in changes], default=FIRST)
        year = datetime.fromtimestamp(max(after, FIRST), UTC).year
        changes += [change for change in by_rule(footer, year) if change.instant > after]
    initial = offsets[0]
    kept: list[Change] = []
    offset = initial
    for change in sorted(changes):
        if change.offset == offset:
            continue
        offset = change.offset
        if change.instant < FIRST:
            initial = offset
        elif change.instant < END:
            kept.append(change)
    return Zone(initial, kept)


def header(content: bytes, at: int) -> tuple[int, tuple[int, ...]]:
    """Return the start of the data of a block, and its six counts."""
    assert content[at : at + 4] == b"TZif"
    assert content[at + 4 : at + 5] in b"234"
    return at + 44, struct.unpack_from(">6l", content, at + 20)


RULE = re.compile(
    r"(?:[A-Za-z]+|<[^>]+>)(?P<std>[-+:\d]+)(?:[A-Za-z]+|<[^>]+>)(?P<dst>[-+:\d]*)"
    r",(?P<begins>[^,]+),(?P<ends>[^,]+)"
)


def by_rule(footer: str, year: int) -> Iterator[Change]:
    """Yield the changes of a POSIX rule from a year to 2201."""
    parts = RULE.fullmatch(footer)
    assert parts, footer
    standard = -seconds(parts["std"])
    summer = -seconds(parts["dst"]) if parts["dst"] else standard + 3600
    for of_year in range(year, 2202):
        yield Change(local(parts["begins"], of_year) - standard, summer)
        yield Change(local(parts["ends"], of_year) - summer, standard)


def seconds(text: str) -> int:
    """Return a time such as `-3:30` in seconds."""
    hours, minutes, rest = ([int(part) for part in text.lstrip("+-").split(":")] + [0, 0])[:3]
    return (-1 if text.startswith("-") else 1) * (hours * 3600 + minutes * 60 + rest)


@cache
def local(rule: str, year: int) -> int:
    """Return the local time of a rule such as `M10.5.0/3` in a year, as if it were UTC."""
    on, _, time = rule.partition("/")
    month, week, weekday = (int(part) for part in on.removeprefix("M").split("."))
    days = [
        date(year, month, 1) + timedelta(days=i)
        for i in range(31)
        if (date(year, month, 1) + timedelta(days=i)).month == month
    ]
    days = [day for day in days if day.isoweekday() % 7 == weekday]
    chosen = days[-1] if week == 5 else days[week - 1]
    return (chosen - date(1970, 1, 1)).days * DAY + (seconds(time) if time else 2 * 3600)


def test_every_zone_is_checked() -> None:
    assert len(NAMES) > 590
    read_zones = {name: len(read(name).changes) for name in NAMES}
    assert read_zones["UTC"] == read_zones["Asia/Kolkata"] == 0
    # Two changes a year since 1980, and none from 1950 to 1979.
    assert read_zones["Europe/Berlin"] == 2 * (2200 - 1979)
    assert sum(read_zones.values()) > 50_000


@pytest.mark.parametrize("letter", sorted({name[0] for name in NAMES}))
def test_no_zone_changes_twice_a_day(letter: str) -> None:
    twice: list[tuple[str, int]] = []
    odd: list[tuple[str, int]] = []
    for name in NAMES:
        if name.startswith(letter):
            zone = read(name)
            days = [change.instant // DAY for change in zone.changes]
            twice += [(name, day) for day, following in pairwise(days) if day == following]
            offsets = [zone.initial, *(change.offset for change in zone.changes)]
            odd += [(name, offset) for offset in offsets if offset % 60]
            odd += [(name, change.instant) for change in zone.changes if change.instant % 60]
    assert not twice
    assert not odd


def test_two_changes_a_day_would_be_detected() -> None:
    # Two changes are at least almost a week apart: in Brazil's north-east in 2000, and in Gaza.
    nearest = min(
        (following.instant - change.instant, name)
        for name in NAMES
        for change, following in pairwise(read(name).changes)
    )
    assert 6 * DAY < nearest[0] < 7 * DAY
    made_up = list(by_rule("AAA0BBB,M3.1.0/1,M3.1.0/9", 2200))
    assert made_up[0].instant // DAY == made_up[1].instant // DAY


@pytest.mark.parametrize("name", [name for name in ZONES if not name.startswith("UTC")])
def test_the_oracle_reads_the_same_offsets(name: str) -> None:
    zone = read(name)
    offset = zone.initial
    assert clock.offset_at(name, FIRST // 60) * 60 == offset
    for change in zone.changes:
        minute = change.instant // 60
        assert clock.offset_at(name, minute - 1) * 60 == offset, change
        assert clock.offset_at(name, minute) * 60 == change.offset, change
        offset = change.offset
