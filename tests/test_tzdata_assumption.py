"""What program and oracle take for granted of the zones, read from the files of tzdata itself.

From 1973 to 2200 no zone changes its offset twice within one UTC day, every offset is a whole
number of minutes, and every change happens on a whole minute. The files are read here byte by
byte (RFC 9636), so that neither zoneinfo nor the program vouches for itself.
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
    """From this instant on clocks run at this offset, in seconds east of UTC."""

    instant: int
    offset: int


class Zone(NamedTuple):
    """The offset at the beginning of 1973, and every change of it until 2200."""

    initial: int
    changes: list[Change]


@cache
def read(name: str) -> Zone:
    """Return what the file of a zone says."""
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
    found: list[Change] = []
    offset = initial
    for change in sorted(changes):
        if change.offset == offset:
            continue
        offset = change.offset
        if change.instant < FIRST:
            initial = offset
        elif change.instant < END:
            found.append(change)
    return Zone(initial, found)


def header(content: bytes, at: int) -> tuple[int, tuple[int, ...]]:
    """Return where a block's data begin, and its six counts."""
    assert content[at : at + 4] == b"TZif"
    assert content[at + 4 : at + 5] in b"234"
    return at + 44, struct.unpack_from(">6l", content, at + 20)


RULE = re.compile(
    r"(?:[A-Za-z]+|<[^>]+>)(?P<std>[-+:\d]+)(?:[A-Za-z]+|<[^>]+>)(?P<dst>[-+:\d]*)"
    r",(?P<begins>[^,]+),(?P<ends>[^,]+)"
)


def by_rule(footer: str, year: int) -> Iterator[Change]:
    """Yield the changes that a POSIX rule makes from a year on."""
    parts = RULE.fullmatch(footer)
    assert parts, footer
    standard = -seconds(parts["std"])
    summer = -seconds(parts["dst"]) if parts["dst"] else standard + 3600
    for each in range(year, 2202):
        yield Change(local(parts["begins"], each) - standard, summer)
        yield Change(local(parts["ends"], each) - summer, standard)


def seconds(text: str) -> int:
    """Return `-3:30` in seconds."""
    hours, minutes, rest = ([int(part) for part in text.lstrip("+-").split(":")] + [0, 0])[:3]
    return (-1 if text.startswith("-") else 1) * (hours * 3600 + minutes * 60 + rest)


@cache
def local(rule: str, year: int) -> int:
    """Return the local time, as if it were UTC, that `M10.5.0/3` names in a year."""
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


def test_every_zone_is_looked_at() -> None:
    assert len(NAMES) > 590
    read_zones = {name: len(read(name).changes) for name in NAMES}
    assert read_zones["UTC"] == read_zones["Asia/Kolkata"] == 0
    # Two a year since 1980, and before that none since 1950.
    assert read_zones["Europe/Berlin"] == 2 * (2200 - 1979)
    assert sum(read_zones.values()) > 50_000


@pytest.mark.parametrize("letter", sorted({name[0] for name in NAMES}))
def test_no_zone_changes_twice_within_a_day(letter: str) -> None:
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


def test_the_check_would_find_two_changes_in_a_day() -> None:
    # A week is the nearest that two changes have been: Brazil's north-east in 2000, Gaza to come.
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
