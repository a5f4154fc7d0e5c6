"""The program against a second, slow implementation of the clock definition, on random cases.

`ZSUPPORT_CASES` is how many (default 100,000), `ZSUPPORT_SEED` which; the end of the run says how
many it were. The same by hand, for any number of cases: `python -m tests.oracle COUNT [SEED]`.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

import pytest
from oracle import clock
from oracle.cases import ZONES, Bundle, bundle, edges, notable_days
from oracle.compare import CHUNK, COMPARED, check

CASES = int(os.environ.get("ZSUPPORT_CASES", "100000"))
SEED = int(os.environ.get("ZSUPPORT_SEED", "20261124"))
CHUNKS = -(-CASES // CHUNK)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_program_agrees_with_the_definition(
    chunk: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    cases = min(CHUNK, CASES - chunk * CHUNK)
    found = list(check(SEED, chunk, cases, tmp_path))
    record_property(COMPARED, (SEED, cases, len(found)))
    assert not found, "\n" + "\n".join(found[:5])


@cache
def sample() -> list[Bundle]:
    """Return some of the calendars, each with its questions."""
    return [bundle(SEED, number, 25) for number in range(0, 4000, 50)]


def test_what_is_remembered_of_a_day_is_what_each_instant_shows() -> None:
    random = Random(SEED)
    compared = 0
    for drawn in sample():
        for case in drawn.cases:
            instant = case.opened + random.choice([0, random.randint(-90_000, 90_000)])
            shown = any(member.is_working(instant) for member in drawn.hours.members)
            assert drawn.hours.is_open(instant) is shown, (drawn.calendar, instant)
            compared += shown
    assert compared > 100


@pytest.mark.parametrize("zone", ZONES)
def test_what_clocks_show_in_a_day_is_what_they_show_in_each_minute(zone: str) -> None:
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
        # A date occurs, and a local time is first seen, where some minute shows it.
        assert all(clock.occurs(zone, on) for on, _ in shown)
        on, of_day = random.choice(shown)
        first = clock.minute_of(zone, on, of_day)
        at = shown.index((on, of_day)) + minutes[0]
        assert first == (at, True) or (
            first[0] < minutes[0] and clock.wall(zone, first[0]) == (on, of_day)
        )


def kinds(drawn: Bundle) -> Counter[str]:
    """Return how many of the questions lie where clocks go wrong."""
    found: Counter[str] = Counter()
    for case in drawn.cases:
        found["cases"] += 1
        utc_day = case.opened // clock.DAY_SECONDS
        found["edge"] += any(abs(case.opened - at) <= 1 for at in edges(drawn.hours, utc_day))
        found["paused"] += bool(case.pauses)
        found["open pause"] += any(end is None for _, end in case.pauses)
        for member in drawn.hours.members:
            day, of_day = clock.wall(member.zone, case.opened // 60)
            found["change"] += len(set(clock.offsets(member.zone, utc_day))) > 1
            found["fold"] += clock.minute_of(member.zone, day, of_day)[0] != case.opened // 60
            found["holiday"] += member.is_holiday(day)
            found["override"] += day in member.overrides
            found["break"] += day in member.breaks
            found["year end"] += clock.day_text(day)[5:] in ("12-31", "01-01")
            found["leap day"] += clock.day_text(day)[5:] == "02-29"
            found["date that never was"] += not (
                clock.occurs(member.zone, day - 1) and clock.occurs(member.zone, day + 1)
            )
    return found


def test_the_cases_lie_where_clocks_go_wrong() -> None:
    found: Counter[str] = Counter()
    for drawn in sample():
        found.update(kinds(drawn))
    share = {kind: number / found["cases"] for kind, number in found.items()}
    least = {
        "edge": 0.2, "paused": 0.3, "open pause": 0.02, "change": 0.1, "fold": 0.005,
        "holiday": 0.03, "override": 0.03, "break": 0.03, "year end": 0.05, "leap day": 0.01,
        "date that never was": 0.001,
    }  # fmt: skip
    assert {kind for kind in least if share[kind] < least[kind]} == set(), share


def test_a_case_is_the_same_whenever_it_is_drawn() -> None:
    for number in (0, 1, 79, 80, 3999):
        first, again = bundle(SEED, number, 25), bundle(SEED, number, 25)
        assert first._replace(hours=again.hours) == again
    assert bundle(SEED, 1, 25).cases != bundle(SEED + 1, 1, 25).cases


def test_every_zone_is_one_of_the_package() -> None:
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
def test_the_command_prints_figures_and_seed(arguments: list[str], code: int, stdout: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.oracle", *arguments],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    assert (done.returncode, done.stdout) == (code, stdout), done.stderr
