"""Combined targets, calendar days and warnings before a deadline: screens, reasons and Python."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import zsupport

if TYPE_CHECKING:
    from conftest import Cli

DESK = """\
format: 1
policy: desk
timezone: Europe/Oslo
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}, {id: P5}]
metrics: [{id: first-response, pauses: waiting, warn: 1 business hour before}]
hours:
  office: {open: mon-fri 09:00-17:00}
  theirs: {open: mon-fri 09:00-17:00, timezone: customer, ask: Where are you?}
targets:
  - hours: office
    first-response:
      P1: the later of 4 business hours and by 10:00 next business day
      P2: the earlier of 4h 24x7 and next business day
      P3: 14 calendar days
      P4: immediately
      P5: {target: 4h 24x7, hours: theirs}
"""
#: A Monday.
OPENED = "2026-11-23T15:00:00+01:00"


@pytest.fixture
def desk(tmp_path: Path) -> str:
    file = tmp_path / "desk.yaml"
    file.write_text(DESK, encoding="utf-8")
    return str(file)


def screen(cli: "Cli", desk: str, priority: str, *arguments: str) -> list[str]:
    run = cli(
        "due", "--policy", desk, "--priority", priority, "--opened", OPENED,
        "--at", "2026-11-23T18:30:00+01:00", "--format", "table", *arguments,
        env={"COLUMNS": "100"},
    )  # fmt: skip
    text = run.stdout.replace("\N{EN DASH}", "-")
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def test_screen_shows_the_parts_and_the_time_of_the_part_that_decides(
    cli: "Cli", desk: str
) -> None:
    lines = screen(cli, desk, "P1", "--why")
    assert lines[0].startswith("Due Tue 24 Nov 2026, 11:00 CET")
    assert "Used 2 h of 4 working hours" in lines
    assert "Left 2 working hours" in lines
    assert "At risk from Tue 24 Nov 2026, 10:00 CET" in lines
    assert any("4 working hours due Tue 24 Nov 2026, 11:00" in line for line in lines)
    [decides] = [line for line in lines if line.endswith("decides")]
    assert decides.startswith("4 working hours due")
    assert "Tue 24 Nov 09:00-11:00 2 h due" in lines


def test_screen_counts_elapsed_time_if_that_part_decides(cli: "Cli", desk: str) -> None:
    lines = screen(cli, desk, "P2", "--why")
    assert lines[0].startswith("Due Mon 23 Nov 2026, 19:00 CET") or lines[0].startswith(
        "At risk: due Mon 23 Nov 2026, 19:00 CET"
    )
    assert "Used 3 h 30 min of 4 h" in lines
    assert "Mon 23 Nov 15:00-19:00 4 h due" in lines


def test_parts_are_unknown_in_an_open_pause(cli: "Cli", desk: str) -> None:
    pause = ("--pause", "2026-11-23T18:00:00+01:00/", "--why")
    lines = screen(cli, desk, "P2", *pause)
    assert "4 h unknown until the pause ends, decides" in lines
    assert "next working day unknown until the pause ends" in lines
    assert "Left 1 h when the pause ends" in lines
    assert "4 t ukjent til pausen er over, avgjør" in screen(
        cli, desk, "P2", *pause, "--lang", "nb"
    )


def test_calendar_days_are_whole_days(cli: "Cli", desk: str) -> None:
    lines = screen(cli, desk, "P3", "--why")
    assert "First response within 14 calendar days, in the time zone Europe/Oslo" in lines
    assert "Mon 23 Nov 15:00 - Mon 7 Dec, 15:00 14 d due" in lines


def test_every_instant_counts_for_calendar_days(cli: "Cli", desk: str) -> None:
    # A Saturday, on which the office is closed: the fields and the reasons count the same time.
    saturday = ("--opened", "2026-11-28T15:00:00+01:00", "--at", "2026-11-28T18:00:00+01:00")
    question = ("due", "--policy", desk, "--priority", "P3", *saturday)
    run = cli(*question, "--field", "state,elapsed_seconds,remaining_seconds,hours,next_open")
    fourteen_days = 14 * 86_400
    assert run.stdout == f"running\t{3 * 3600}\t{fourteen_days - 3 * 3600}\t\t\n"
    why = cli(*question, "--why").stderr
    assert "counts 14 d, total 14 d" in why
    assert "does not count" not in why
    risk = cli(*question, "--at-risk", "1/2", "--field", "at_risk_at").stdout
    assert risk == "2026-12-05T15:00:00+01:00\n"


def test_pauses_of_every_week_count_over_hours() -> None:
    calendar = zsupport.Calendar.from_dict(
        {"timezone": "Europe/Oslo", "open": "mon-fri 09:00-17:00"}
    )
    opened = datetime(2026, 11, 23, 9, tzinfo=UTC)
    pause = (datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 24, 18, tzinfo=UTC))
    # The pause has 8 h of working time, and 10 h of elapsed time.
    assert calendar.due(opened, "every week", [pause]) == datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert calendar.due(opened, "7 calendar days", [pause]) == datetime(
        2026, 11, 30, 19, tzinfo=UTC
    )


def test_immediately_is_late_a_second_later(cli: "Cli", desk: str) -> None:
    lines = screen(cli, desk, "P4")
    assert lines[0].startswith("Late: was due Mon 23 Nov 2026, 15:00 CET")
    assert "First response immediately" in lines


def test_cached_policy_gives_the_same_answers(desk: str, tmp_path: Path) -> None:
    opened = datetime(2026, 11, 23, 14, tzinfo=UTC)
    for priority in ("P1", "P2", "P3", "P4"):
        answers = [
            zsupport.load(desk, cache=cache)
            .due(priority=priority, opened=opened, at=opened)
            .answers
            for cache in (False, True, True)
        ]
        assert answers[0] == answers[1] == answers[2]


def test_warning_in_working_time_needs_the_hours_of_the_customer(desk: str) -> None:
    policy = zsupport.load(desk, cache=False)
    answers = policy.due(priority="P5", opened=OPENED, at=OPENED)
    # 4 h end at 19:00. The last working hour in Oslo before is from 16:00 to 17:00.
    assert answers.answers[0].due == datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert answers.answers[0].at_risk_at is None
    assert [warning.code for warning in answers.warnings] == ["needs-input"]
    known = policy.due(priority="P5", opened=OPENED, at=OPENED, customer_tz="Europe/Oslo")
    assert known.answers[0].at_risk_at == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert not known.warnings
    elapsed = policy.due(priority="P5", opened=OPENED, at=OPENED, at_risk="1h before")
    assert elapsed.answers[0].at_risk_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert not elapsed.warnings


def test_hours_that_only_a_warning_counts_are_not_unused(desk: str, cli: "Cli") -> None:
    file = Path(desk)
    text = DESK.split("targets:")[0] + "targets: [{hours: office, first-response: 4h 24x7}]\n"
    file.write_text(text, encoding="utf-8")
    assert "ZS405" not in cli("check", desk).stdout
    file.write_text(text.replace("1 business hour before", "1h before"), encoding="utf-8")
    assert "ZS405" in cli("check", desk).stdout


def test_warning_of_a_question_is_canonical(cli: "Cli", desk: str) -> None:
    answer = cli(
        "due", "--policy", desk, "--priority", "P1", "--opened", OPENED, "--at", OPENED,
        "--format", "json", "--at-risk", "30 minutes before",
    )  # fmt: skip
    assert '"at_risk": "30m before"' in answer.stdout
