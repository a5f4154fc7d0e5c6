"""Zone files, compared with `zoneinfo` for every zone of tzdata and for rules of all forms."""

import copy
import io
import pickle
import re
import struct
import zoneinfo
from datetime import UTC, datetime, timedelta, tzinfo
from importlib.resources import files
from itertools import pairwise
from random import Random

import pytest

from zsupport.clock.zonefile import Zone, offset_at, offset_pieces, offsets_around
from zsupport.clock.zones import fixed_zone, zone_names

DAY = 86_400
FROM, TO = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (1970, 2216))
EPOCH = datetime(1970, 1, 1)
NAMES = [name for name in zone_names() if name != "UTC"]


def content_of(name: str) -> bytes:
    folder, _, leaf = f"zoneinfo/{name}".rpartition("/")
    return files("tzdata." + folder.replace("/", ".")).joinpath(leaf).read_bytes()


def own_and_zoneinfo(content: bytes) -> tuple[Zone, zoneinfo.ZoneInfo]:
    """Return a zone of the program and the same zone of zoneinfo."""
    return Zone("A/B", content), zoneinfo.ZoneInfo.from_file(io.BytesIO(content), key="A/B")


def seconds(offset: timedelta | None) -> int:
    assert offset is not None
    return int(offset.total_seconds())


def transitions(where: Zone) -> list[int]:
    return [start for start, _, _ in where.pieces(FROM, TO)][1:]


def assert_equal_offsets(ours: Zone, theirs: tzinfo, instants: list[int]) -> None:
    """Compare two zones at instants and at the local times around them."""
    for instant in instants:
        shown = datetime.fromtimestamp(instant, theirs)
        offset = seconds(shown.utcoffset())
        assert ours.offset(instant) == offset, instant
        own = datetime.fromtimestamp(instant, ours)
        assert (own.isoformat(), own.fold) == (shown.isoformat(), shown.fold), instant
        for local in (instant, instant + offset, instant + offset + DAY):
            wall = (EPOCH + timedelta(seconds=local)).replace(tzinfo=theirs)
            around = tuple(seconds(wall.replace(fold=fold).utcoffset()) for fold in (0, 1))
            assert ours.around(local) == around, wall


@pytest.mark.parametrize("letter", sorted({name[0] for name in NAMES}))
def test_every_zone_agrees_with_zoneinfo(letter: str) -> None:
    random = Random(letter)
    # Many names stand for the same zone.
    contents = {content_of(name) for name in NAMES if name.startswith(letter)}
    for content in sorted(contents):
        ours, theirs = own_and_zoneinfo(content)
        starts = transitions(ours)
        some = [at for at in starts if at < FROM + 62 * 366 * DAY]
        some = random.sample(some, min(len(some), 6)) + starts[-2:]
        around = [at + step for at in some for step in (-3601, -1, 0, 1800)]
        assert_equal_offsets(ours, theirs, around + [random.randrange(FROM, TO) for _ in range(8)])


@pytest.mark.parametrize("name", ["Europe/Oslo", "Africa/Casablanca", "Asia/Gaza", "Asia/Kolkata"])
def test_the_order_of_queries_does_not_matter(name: str) -> None:
    random = Random(name)
    content = content_of(name)
    instants = [random.randrange(FROM, TO) for _ in range(40)]
    reused = Zone(name, content)
    for instant in instants:
        assert reused.offset(instant) == Zone(name, content).offset(instant)
    whole = [*Zone(name, content).pieces(FROM, TO)]
    assert [*reused.pieces(FROM, TO)] == whole
    for start, end in pairwise(sorted(instants)):
        cut = [
            (max(begin, start), min(until, end), offset)
            for begin, until, offset in whole
            if begin < end and start < until
        ]
        assert [*Zone(name, content).pieces(start, end)] == cut


def test_fixed_zone_has_a_single_piece() -> None:
    west = fixed_zone(-210)
    assert [*offset_pieces(west, 5, 9)] == [(5, 9, -12_600)]
    assert [*offset_pieces(west, 9, 9)] == []
    assert offset_at(west, 0) == -12_600
    assert offsets_around(west, 0) == (-12_600, -12_600)
    assert [*offset_pieces(UTC, 5, 9)] == [(5, 9, 0)]


# Rules written by hand


def file_of(footer: str, transitions: list[tuple[int, int]] | None = None) -> bytes:
    """Return a zone file with a first offset of 0, transitions to offsets, and a footer."""
    changes = transitions or []
    offsets = [0, *(offset for _, offset in changes)]
    header = b"TZif2" + bytes(15)
    first = header + struct.pack(">6l", 0, 0, 0, 0, 1, 1) + struct.pack(">lBB", 0, 0, 0) + b"\0"
    body = struct.pack(">6l", 0, 0, 0, len(changes), len(offsets), 4)
    body += struct.pack(f">{len(changes)}q", *(at for at, _ in changes))
    body += bytes(range(1, len(offsets)))
    body += b"".join(struct.pack(">lBB", offset, 0, 0) for offset in offsets) + b"XXX\0"
    return first + header + body + f"\n{footer}\n".encode()


@pytest.mark.parametrize(
    ("footer", "expected"),
    [
        # Oslo: the last Sundays of March and October at 01:00Z, in 2026 the 29th and the 25th.
        ("CET-1CEST,M3.5.0,M10.5.0/3", ["2026-03-29T01:00 +7200", "2026-10-25T01:00 +3600"]),
        # `J60` is 1 March in every year; `59` is 29 February in a leap year.
        ("AAA0BBB,J60/0,J365/23", ["2028-03-01T00:00 +3600", "2028-12-31T22:00 +0"]),
        ("AAA0BBB,59/0,364/0", ["2028-02-29T00:00 +3600", "2028-12-29T23:00 +0"]),
        ("AAA0BBB,59/0,364/0", ["2026-03-01T00:00 +3600", "2026-12-30T23:00 +0"]),
        ("AAA0BBB,J59/0,J61/0", ["2028-02-28T00:00 +3600", "2028-03-01T23:00 +0"]),
        # Jerusalem: at 26:00 of the fourth Thursday of March, which is 02:00 on Friday.
        ("IST-2IDT,M3.4.4/26,M10.5.0", ["2026-03-27T00:00 +10800", "2026-10-24T23:00 +7200"]),
        # Nuuk and Scoresbysund: an hour before the midnight of a Sunday.
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", ["2026-03-29T01:00 -3600", "2026-10-25T01:00 -7200"]),
        # In Dublin, winter time is the exception. Lord Howe changes by half an hour.
        ("IST-1GMT0,M10.5.0,M3.5.0/1", ["2026-03-29T01:00 +3600", "2026-10-25T01:00 +0"]),
        (
            "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
            ["2026-04-04T15:00 +37800", "2026-10-03T15:30 +39600"],
        ),
        # Permanent DST: RFC 9636, section 3.3.1.
        ("EST5EDT,0/0,J365/25", []),
        # A week after and before the stated day: 2026-01-01 was a Thursday.
        ("AAA0BBB,M1.1.4/167,M12.5.4/-167", ["2026-01-07T23:00 +3600", "2026-12-24T00:00 +0"]),
    ],
)
def test_transitions_of_a_footer(footer: str, expected: list[str]) -> None:
    year = int(expected[0][:4]) if expected else 2026
    first, last = (int(datetime(y, 1, 1, tzinfo=UTC).timestamp()) for y in (year, year + 1))
    # After a transition in 1971, the rule applies.
    where, theirs = own_and_zoneinfo(file_of(footer, [(FROM + 366 * DAY, 900)]))
    pieces = [*where.pieces(first + DAY, last - 1)]
    starts = [f"{EPOCH + timedelta(seconds=start):%Y-%m-%dT%H:%M} {offset:+}"
             for start, _, offset in pieces[1:]]  # fmt: skip
    assert starts == expected
    # zoneinfo counts days from 1 that POSIX counts from 0, and takes J59 of a leap year for
    # February 29 (CPython 3.11 to 3.13).
    if not re.search(r",\d|,J59", footer):
        assert_equal_offsets(
            where, theirs, [start + step for start, _, _ in pieces for step in (-1, 0, 3600)]
        )


def random_footer(random: Random) -> str:
    def time() -> str:
        sign = random.choice(["", "", "-"])
        return f"{sign}{random.randrange(24)}:{random.choice(['00', '30', '45'])}"

    def name() -> str:
        return random.choice(["AAA", "LONGER", "<+01>", "<-0330>"])

    def day(first: int, last: int) -> str:
        """Return a day in a range of months, so that the two days of a rule are far apart."""
        month = random.randint(first, last)
        return random.choice([
            f"M{month}.{random.randint(1, 5)}.{random.randrange(7)}",
            f"J{month * 30 + 5 - random.randrange(20)}".replace("J59", "J60"),
        ]) + random.choice(["", f"/{time()}", "/26", "/-49"])  # fmt: skip

    hours = random.randrange(-14, 12)
    standard = f"{hours}{random.choice(['', ':30', ':45'])}"
    summer = random.choice(["", "", str(hours - 2), str(hours + 1)])
    days = [day(2, 5), day(8, 11)]
    random.shuffle(days)
    return f"{name()}{standard}{name()}{summer},{','.join(days)}"


@pytest.mark.parametrize("seed", range(8))
def test_random_rules_agree_with_zoneinfo(seed: int) -> None:
    random = Random(seed)
    for _ in range(25):
        footer = random_footer(random)
        last = FROM + random.randrange(40 * 366) * DAY
        ours, theirs = own_and_zoneinfo(file_of(footer, [(last - 500 * DAY, 5400), (last, -7200)]))
        starts = [at for at in transitions(ours) if at > last + 2 * DAY]
        assert len(starts) > 400
        # Before the first transition, a file of tzdata agrees with its rule; this file may not.
        instants = [random.randrange(starts[0], TO) for _ in range(20)]
        instants += [at + step for at in random.sample(starts[1:], 10) for step in (-1, 0, 1, 1800)]
        assert_equal_offsets(ours, theirs, instants)


@pytest.mark.parametrize(("footer", "offset"), [("JST-9", 32_400), ("<-0330>3:30", -12_600)])
def test_footer_without_dst_has_no_transitions(footer: str, offset: int) -> None:
    where, theirs = own_and_zoneinfo(
        file_of(footer, [(FROM + 366 * DAY, 900), (FROM + 400 * DAY, offset)])
    )
    assert [*where.pieces(FROM + 401 * DAY, TO)] == [(FROM + 401 * DAY, TO, offset)]
    assert_equal_offsets(where, theirs, [FROM, FROM + 370 * DAY, FROM + 401 * DAY, TO])


# Damaged files


def test_truncated_or_changed_file_is_an_error_or_valid() -> None:
    content = content_of("Africa/Cairo")
    refused = 0
    for length in range(len(content)):
        with pytest.raises(ValueError):
            Zone("A/B", content[:length]).offset(TO)
    random = Random(1)
    for _ in range(2000):
        changed = bytearray(content)
        for _ in range(random.randint(1, 3)):
            changed[random.randrange(len(changed))] = random.randrange(256)
        try:
            Zone("A/B", bytes(changed)).offset(TO)
        except ValueError:
            refused += 1
    assert refused > 100


@pytest.mark.parametrize(
    "footer",
    ["AAA0BBB", "AAA0BBB,M3.5.0", "AAA0,M3.5.0,M10.5.0", "AAA", "5", "AAA0BBB,M3.5,M10.5.0",
     "AAA0BBB,M13.5.0,M10.5.0", "AAA0BBB,J0,J400,J5", "AAA0BBB,x,y", "AAA0BBB1CCC", "<AAA",
     "AAA0BBB-24,M3.5.0,M10.5.0", "AAA9CCC99999999999,J1,J2", "AAA0BBB,J0,J300",
     "AAA0BBB,J100,366", "AAA0BBB,M3.6.0,M10.5.0", "AAA0BBB,M3.5.7,M10.5.0",
     "AAA0BBB,M3.5.0/169,M10.5.0"],
)  # fmt: skip
def test_invalid_footer_is_an_error(footer: str) -> None:
    with pytest.raises(ValueError):
        Zone("A/B", file_of(footer))


@pytest.mark.parametrize("offset", [DAY, -DAY])
def test_offset_of_a_day_is_an_error(offset: int) -> None:
    with pytest.raises(ValueError, match="a day or more"):
        Zone("A/B", file_of("AAA0", [(FROM, offset)]))


def test_zone_can_be_copied_and_pickled() -> None:
    where = Zone("Europe/Oslo", content_of("Europe/Oslo"))
    for copied in (copy.deepcopy(where), pickle.loads(pickle.dumps(where))):
        assert str(copied) == "Europe/Oslo"
        assert copied.offset(TO) == where.offset(TO)


@pytest.mark.parametrize("name", ["Europe/Oslo", "America/Santiago", "Pacific/Kiritimati"])
def test_the_first_and_the_last_year_have_offsets(name: str) -> None:
    for moment in (datetime.min, datetime.max.replace(microsecond=0), datetime(9999, 7, 1)):
        where, theirs = own_and_zoneinfo(content_of(name))
        assert where.utcoffset(moment) == theirs.utcoffset(moment)


def test_file_of_version_1_is_an_error() -> None:
    content = content_of("Europe/Oslo")
    with pytest.raises(ValueError, match="version 2"):
        Zone("A/B", content[:4] + b"\0" + content[5:])
    with pytest.raises(ValueError, match="version 2"):
        Zone("A/B", b"")
