"""The program, compared with the oracle (a slow implementation of the clock).

`ZSUPPORT_CASES` is the number of random cases (default 100,000), `ZSUPPORT_SEED` the seed. The
summary of the run prints both. To compare any number of cases by hand:
`python -m tests.oracle COUNT [SEED]`.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest
from oracle import clock
from oracle.cases import ZONES, Bundle, bundle, edges, notable_days
from oracle.compare import CHUNK, COMPARED, check
from oracle.days import is_day, is_in_range

CASES = int(os.environ.get("ZSUPPORT_CASES", "100000"))
SEED = int(os.environ.get("ZSUPPORT_SEED", "20261124"))
CHUNKS = -(-CASES // CHUNK)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_program_agrees_with_the_oracle(
    chunk: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    cases = min(CHUNK, CASES - chunk * CHUNK)
    result = list(check(SEED, chunk, cases, tmp_path))
    record_property(COMPARED, (SEED, cases, len(result)))
    assert not result, "\n" + "\n".join(result[:5])


@cache
def sample() -> list[Bundle]:
    """Return a sample of calendars with their questions."""
    return [bundle(SEED, number, 25) for number in range(0, 4000, 50)]


def test_cached_days_agree_with_single_instants() -> None:
    random = Random(SEED)
    compared = 0
    for drawn in sample():
        for case in drawn.cases:
            instant = case.opened + random.choice([0, random.randint(-90_000, 90_000)])
            is_open = any(member.is_working(instant) for member in drawn.hours.members)
            assert drawn.hours.is_open(instant) is is_open, (drawn.calendar, instant)
            compared += is_open
    assert compared > 100


@pytest.mark.parametrize("zone", ZONES)
def test_offsets_of_a_day_agree_with_single_minutes(zone: str) -> None:
    random = Random(f"{SEED} {zone}")
    changes = [day for kind, day in notable_days(zone) if kind in ("change", "skip")]
    for day in [20_000, *random.sample(changes, min(4, len(changes)))]:
        utc_day = day + random.randint(-1, 1)
        minutes = range(utc_day * clock.DAY, (utc_day + 1) * clock.DAY)
        shifts = [clock.offset_at(zone, minute) for minute in minutes]
        assert list(clock.offsets(zone, utc_day)) == shifts
        shown = [divmod(m + shift, clock.DAY) for m, shift in zip(minutes, shifts, strict=True)]
        dates = {on: random.randbytes(clock.DAY) for on in (utc_day - 1, utc_day, utc_day + 1)}
        expected = bytes(dates[on][of_day] for on, of_day in shown)
        assert clock.as_shown(zone, utc_day, dates) == expected
        # A date occurs if a minute has it, and so does a local time.
        assert all(clock.occurs(zone, on) for on, _ in shown)
        on, of_day = random.choice(shown)
        first = clock.minute_of(zone, on, of_day)
        at = shown.index((on, of_day)) + minutes[0]
        assert first == (at, True) or (
            first[0] < minutes[0] and clock.wall(zone, first[0]) == (on, of_day)
        )


def kinds(drawn: Bundle) -> Counter[str]:
    """Return the number of questions at each kind of difficult instant."""
    result: Counter[str] = Counter()
    for case in drawn.cases:
        result["cases"] += 1
        utc_day = case.opened // clock.DAY_SECONDS
        result["edge"] += any(abs(case.opened - at) <= 1 for at in edges(drawn.hours, utc_day))
        result["paused"] += bool(case.pauses)
        result["open pause"] += any(end is None for _, end in case.pauses)
        for member in drawn.hours.members:
            day, of_day = clock.wall(member.zone, case.opened // 60)
            result["change"] += len(set(clock.offsets(member.zone, utc_day))) > 1
            result["fold"] += clock.minute_of(member.zone, day, of_day)[0] != case.opened // 60
            result["holiday"] += member.is_holiday(day)
            result["override"] += member.override(day) is not None
            result["break"] += bool(member.breaks(day))
            on = clock.EPOCH + timedelta(days=day)
            result["range"] += any(is_in_range(text, on) for text in member.ranges)
            days_that_move = [text for text in (*member.single, *member.rests, *member.listed)
                              if text[2] != "-" and text[4] != "-"]  # fmt: skip
            result["moving"] += any(is_day(text, on) for text in days_that_move)
            result["year end"] += clock.day_text(day)[5:] in ("12-31", "01-01")
            result["leap day"] += clock.day_text(day)[5:] == "02-29"
            result["skipped date"] += not (
                clock.occurs(member.zone, day - 1) and clock.occurs(member.zone, day + 1)
            )
    return result


def test_cases_cover_the_difficult_instants() -> None:
    result: Counter[str] = Counter()
    for drawn in sample():
        result.update(kinds(drawn))
    share = {kind: number / result["cases"] for kind, number in result.items()}
    least = {
        "edge": 0.2, "paused": 0.3, "open pause": 0.02, "change": 0.1, "fold": 0.005,
        "holiday": 0.03, "override": 0.03, "break": 0.03, "range": 0.03, "moving": 0.01,
        "year end": 0.05, "leap day": 0.01,
        "skipped date": 0.001,
    }  # fmt: skip
    assert {kind for kind in least if share[kind] < least[kind]} == set(), share


def test_drawing_is_reproducible() -> None:
    for number in (0, 1, 79, 80, 3999):
        first, again = bundle(SEED, number, 25), bundle(SEED, number, 25)
        assert first._replace(hours=again.hours) == again
    assert bundle(SEED, 1, 25).cases != bundle(SEED + 1, 1, 25).cases


def test_every_zone_is_in_the_package() -> None:
    for zone in ZONES:
        assert len(clock.offsets(zone, 20_000)) == clock.DAY


@pytest.mark.parametrize(
    ("arguments", "code", "stdout"),
    [
        (["60", "5"], 0, "clock: 60 cases, seed 5, 0 disagreements\n"),
        (["many"], 2, ""),
        ([], 2, ""),
    ],
)
def test_command_prints_figures_and_seed(arguments: list[str], code: int, stdout: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracle", *arguments],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, stdout), done.stderr
