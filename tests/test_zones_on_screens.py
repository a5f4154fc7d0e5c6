"""Times on screens that cross a DST change: without a zone, they have the offset of the head."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from zsupport.clock.zonefile import offset_pieces
from zsupport.clock.zones import zone
from zsupport.library import load
from zsupport.report import Terminal
from zsupport.report.screen import render_screen
from zsupport.view.screens import Setting, load_screen
from zsupport.view.times import Times

if TYPE_CHECKING:
    from conftest import Cli

POLICY = """\
format: 1
policy: desk
timezone: {zone}
plans: {{pro: Pro}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web, hours: office}}]
priorities: [{{id: P1}}, {{id: P2}}, {{id: P3}}]
hours:
  office: {{open: mon-fri 09:00-17:00}}
  weekend: {{open: sat-sun 08:00-20:00}}
metrics: [{{id: first-response, warn: 1/2}}, {{id: fix, pauses: waiting}}]
targets:
  - hours: office
    first-response: {{P1: 1h 24x7, P2: 4 business hours, P3: 3 business days}}
    fix: {{P1: 30h 24x7, P2: 4 business hours, P3: every 2 business days}}
"""
#: Whole and half hours of DST, both hemispheres, a change at midnight, and zones without letters.
ZONES = (
    "Europe/Oslo", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns",
    "America/Sao_Paulo", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Casablanca",
    "Asia/Beirut", "America/Santiago", "Asia/Tokyo", "Pacific/Chatham",
)  # fmt: skip
#: 16:00 on a Friday. The clock goes back on Sunday, 25 October 2026, from CEST to CET.
AUTUMN = ("--opened", "2026-10-23T16:00:00+02:00", "--at", "2026-10-23T17:00:00+02:00")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_TIME = re.compile(
    r"\w{3} (\d{1,2}) (" + "|".join(MONTHS) + r")(?: (\d{4}))?, (\d\d):(\d\d)"
    r"(?: (\(UTC[^)]*\)|[A-Z]{3,4}\b))?"
)
#: The zone of the reader, the opening and the moment of the answer; they lie around a DST change.
Draw = tuple[tzinfo, datetime, datetime]


def draws(number: int, seed: int) -> list[Draw]:
    """Return times on both sides of a DST change, or near it, in random zones."""
    random, result = Random(seed), []
    for _ in range(number):
        where = zone(random.choice(ZONES))
        year = int(datetime(random.randint(2019, 2030), 1, 1, tzinfo=UTC).timestamp())
        pieces = [start for start, *_ in offset_pieces(where, year, year + 366 * 86_400)]
        near = datetime.fromtimestamp(random.choice(pieces[1:] or pieces), UTC)
        opened = near + timedelta(minutes=15 * random.randint(-400, 100))
        result.append((where, opened, opened + timedelta(minutes=15 * random.randint(0, 500))))
    return result


def local_times(text: str) -> list[tuple[datetime, str | None]]:
    """Return the local times of a screen without the year, and the zones that they state."""
    result = []
    for day, month, _, hour, minute, name in _TIME.findall(text):
        local = datetime(2000, MONTHS.index(month) + 1, int(day), int(hour), int(minute))
        result.append((local, name.strip("()") or None))
    return result


def assert_readable(text: str, times: Times, known: set[datetime]) -> int:
    """Read each time with its zone, or that of the head. Return the number of times."""
    where = times.zone
    shown = {instant.astimezone(where) for instant in known}
    [(first, head), *rest] = local_times(text)
    assert head is not None, text
    expected = {
        (item.replace(year=2000, tzinfo=None, second=0), times.zone_name(item)) for item in shown
    }
    offsets = {times.zone_name(item): item.utcoffset() for item in shown}
    readings = {(local, offsets[name]) for local, name in expected}
    for local, name in [(first, head), *rest]:
        assert (local, offsets[name or head]) in readings, (local, name or head, text)
    return len(rest)


def shown(name: str, answers: object, setting: Setting) -> str:
    screen = load_screen(name)(answers, setting)  # type: ignore[arg-type]
    return render_screen(screen, Terminal(500)).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("seed", range(3))
def test_each_time_on_a_screen_of_deadlines_can_be_read(seed: int, tmp_path: Path) -> None:
    file, number = tmp_path / "desk.yaml", 0
    for where, opened, at in draws(12, seed):
        file.write_text(POLICY.format(zone=where))
        policy, times = load(str(file)), Times(where, at)
        setting = Setting(times, "en", frozenset({"opened", "at"}))
        for metric in ("first-response", "fix"):
            answers = policy.due(metric=metric, opened=opened, at=at)
            dues = {answer.due for answer in answers if answer.due is not None}
            number += assert_readable(shown("due", answers, setting), times, {opened, *dues})
            for priority in ("P1", "P2", "P3"):
                card = policy.due(metric=metric, priority=priority, opened=opened, at=at)
                [answer] = card
                assert answer.due is not None
                known = {opened, answer.due}
                known |= {item for item in (answer.at_risk_at, answer.next_open) if item}
                number += assert_readable(shown("due", card, setting), times, known)
        answers_of_hours = policy.hours(at=at)
        changes = {answer.next_open or answer.next_close for answer in answers_of_hours}
        changes |= {answer.next_close for answer in answers_of_hours}
        known = {at, *(item for item in changes if item)}
        number += assert_readable(shown("hours", answers_of_hours, setting), times, known)
    assert number > 150


def test_a_time_has_its_zone_only_where_the_head_names_another_offset() -> None:
    with_zone = 0
    for where, named, instant in draws(2_000, 7):
        times = Times(where, instant - timedelta(days=1), named=named)
        differs = named.astimezone(where).utcoffset() != instant.astimezone(where).utcoffset()
        name = times.zone_name(instant)
        end = f"\N{NO-BREAK SPACE}{name if name.isalpha() else f'({name})'}"
        for text in (times.short(instant), times.near(instant), times.weekday(instant)):
            assert text.endswith(end) == differs
        with_zone += differs
        assert Times(where, named).short(instant).endswith(end) == differs
    assert 200 < with_zone < 1_800


def lines_of(cli: "Cli", tmp_path: Path, *arguments: str) -> list[str]:
    file = tmp_path / "desk.yaml"
    file.write_text(POLICY.format(zone="Europe/Oslo"))
    run = cli(*arguments, "--policy", str(file), "--format", "table", env={"COLUMNS": "120"})
    text = run.stdout.replace("\N{EN DASH}", "-")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_deadlines_after_the_change_have_their_zone(cli: "Cli", tmp_path: Path) -> None:
    lines = lines_of(cli, tmp_path, "due", "--metric", "first-response", *AUTUMN)
    assert lines[0] == "First response due, opened Fri 23 Oct 2026, 16:00 CEST"
    # One hour on Friday and three on Monday; three days after Friday.
    assert "P1 Fri 23 Oct, 17:00 at risk (now) 1 h" in lines
    assert "P2 Mon 26 Oct, 12:00 CET (in 2 d 20 h) 4 working hours" in lines
    assert "P3 Wed 28 Oct, 17:00 CET (in 5 d 1 h) 3 working days" in lines


def test_a_card_shows_the_opening_before_the_change_with_its_zone(
    cli: "Cli", tmp_path: Path
) -> None:
    case = ("due", "--metric", "first-response", "--priority", "P2", *AUTUMN)
    lines = lines_of(cli, tmp_path, *case)
    assert lines[0].startswith("Due Mon 26 Oct 2026, 12:00 CET ")
    assert "Case P2, opened Fri 23 Oct, 16:00 CEST" in lines


def test_steps_over_a_change_name_the_time_zone(cli: "Cli", tmp_path: Path) -> None:
    line = "In the time zone Europe/Oslo:"
    case = ("due", "--metric", "first-response", "--priority", "P2", "--why")
    lines = lines_of(cli, tmp_path, *case, *AUTUMN)
    assert lines[lines.index(line) + 1] == "Fri 23 Oct 16:00-17:00 1 h"
    week_before = [text.replace("-23T", "-16T") for text in AUTUMN]
    assert line not in lines_of(cli, tmp_path, *case, *week_before)


def test_channels_open_after_the_change_with_their_zone(cli: "Cli", tmp_path: Path) -> None:
    at = ("--at", "2026-10-24T12:00:00+02:00")
    text = "\n".join(lines_of(cli, tmp_path, "channels", *at))
    assert "Sat 24 Oct, 12:00 CEST" in text
    assert "closed, opens Mon 09:00 CET" in text


def test_advice_shows_the_closing_before_the_change_with_its_zone(
    cli: "Cli", tmp_path: Path
) -> None:
    case = ("advise", "--priority", "P2", "--at", "2026-10-23T16:00:00+02:00")
    text = "\n".join(lines_of(cli, tmp_path, *case))
    assert "by Mon 26 Oct 2026, 12:00 CET" in text
    assert "open until 17:00 CEST" in text
