"""`hours --freeze`: its output can be pasted into the policy, and freezes the holidays."""

import json
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zsupport import load

if TYPE_CHECKING:
    from conftest import Cli

VERSION = f"the package `holidays` ({version('holidays')}) "
POLICY = """\
format: 1
policy: desk
timezone: Europe/Berlin
plans: {pro: Pro}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}]
hours:
  office:
    open: mon-fri 09:00-17:00
    holidays:
@HOLIDAYS@
  north: {timezone: Europe/Oslo, open: mon-fri 10:00-16:00, holidays: {country: "NO"}}
  always: {open: 24x7}
  both: {any: [office, always]}
targets:
  - {hours: office, first-response: {P1: 1 business day}}
"""
FROM_THE_LIBRARY = "country: DE\nsubdivision: BY\n"
NAMED = "add: {12-24: {en: Christmas Eve, nb: Heiligabend}, 05-14: A day of our own}\n"
MORE_AND_LESS = 'add: [12-24, "2026-05-15"]\nremove: [10-03, "2027-01-06"]\n'


def write_policy(folder: Path, name: str, holidays: str) -> str:
    """Write the policy with these lines below `holidays:`, and return its path."""
    block = "".join(f"      {line}\n" for line in holidays.splitlines())
    (folder / name).write_text(POLICY.replace("@HOLIDAYS@\n", block))
    return f"./{name}"


def deadlines(policy: str, folder: Path) -> list[datetime | None]:
    """Return the deadlines of cases that are opened on days around holidays."""
    desk = load(str(folder / policy), cache=False)
    days = ["2026-01-05", "2026-04-02", "2026-05-13", "2026-10-02", "2026-12-23", "2027-01-05"]
    days += ["2027-03-25", "2027-05-16", "2027-10-29", "2027-12-23"]
    due = [answer.due for day in days for answer in desk.due(opened=f"{day}T10:00:00Z")]
    assert len(due) == len(days)
    assert None not in due
    return due


def names(cli: "Cli", policy: str, folder: Path) -> list[str]:
    """Return texts about holidays: the list of two years, and the steps to deadlines."""
    lines = []
    for day in ("2026-01-01", "2026-11-23"):
        arguments = (
            "hours",
            "office",
            "--policy",
            policy,
            "--at",
            f"{day}T10:00:00Z",
            "--exit-zero",
        )
        answers = json.loads(cli(*arguments, "--format", "json", cwd=folder).stdout)["answers"]
        lines += [f"{holiday['date']} {holiday['name']}" for holiday in answers[0]["holidays"]]
    for day in ("2026-01-05", "2026-05-13", "2026-12-23", "2027-03-25"):
        question = ("due", "--policy", policy, "--opened", f"{day}T10:00:00Z", "--why")
        way = cli(*question, cwd=folder).stderr.splitlines()
        lines += [line for line in way if "does not count" in line]
    return lines


def write_chinese_policy(folder: Path, name: str, holidays: str) -> str:
    """Write a policy of China with these lines below `holidays:`, and return its path."""
    argument = write_policy(folder, name, f"country: CN\n{holidays}")
    path = folder / name
    path.write_text(path.read_text().replace("Europe/Berlin", "Asia/Shanghai"))
    return argument


@pytest.mark.parametrize("key", ["exchanged: mon\n", ""])
def test_exchanged_dates_are_frozen_in_their_own_key(key: str, cli: "Cli", tmp_path: Path) -> None:
    live = write_chinese_policy(tmp_path, "live.yaml", key + "covers: 2026\n")
    printed = cli("hours", "office", "--policy", live, "--freeze", cwd=tmp_path)
    assert printed.stdout.split("frozen-exchanged:\n")[1].splitlines() == [
        f"  - 2026-{day}" for day in ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
    ]
    pinned = write_chinese_policy(tmp_path, "pinned.yaml", key + printed.stdout)
    arguments = ("--opened", "2026-10-09T08:00:00Z", "--at", "2026-10-09T08:00:00Z", "--why")
    answers_of_both = [
        cli("due", "--policy", policy, *arguments, cwd=tmp_path) for policy in (live, pinned)
    ]
    assert answers_of_both[0].stdout == answers_of_both[1].stdout
    # The reasons have the same dates; only the line numbers differ.
    ways = [
        answer.stderr.replace("live", "pinned").split("office")[-1] for answer in answers_of_both
    ]
    assert ways[0] == ways[1]
    assert ("2026-10-10 has the hours of mon" in ways[1]) is bool(key)
    warning = "2026-10-10 is a working day in exchange for a day off, but the policy does not state"
    assert [warning in answer.stderr for answer in answers_of_both] == [not key] * 2


def test_ignored_exchanged_dates_are_not_frozen(cli: "Cli", tmp_path: Path) -> None:
    policy = write_chinese_policy(tmp_path, "desk.yaml", "exchanged: ignore\ncovers: 2026\n")
    printed = cli("hours", "office", "--policy", policy, "--freeze", cwd=tmp_path).stdout
    assert "2026-10-01" in printed
    assert "exchanged" not in printed


@pytest.mark.parametrize("extra", ["", MORE_AND_LESS, NAMED])
def test_pasted_output_changes_no_answer(extra: str, cli: "Cli", tmp_path: Path) -> None:
    live = write_policy(tmp_path, "live.yaml", FROM_THE_LIBRARY + extra)
    printed = cli("hours", "office", "--policy", live, "--freeze", "--at", "2026-11-23T10:00:00Z",
                  cwd=tmp_path)  # fmt: skip
    assert (printed.code, printed.stderr) == (0, "")
    pinned = write_policy(tmp_path, "pinned.yaml", FROM_THE_LIBRARY + extra + printed.stdout)
    assert deadlines(pinned, tmp_path) == deadlines(live, tmp_path)
    assert names(cli, pinned, tmp_path) == names(cli, live, tmp_path)
    # Freezing again prints the same text, except for the line number.
    again = cli("hours", "office", "--policy", pinned, "--freeze", "--at", "2026-11-23T10:00:00Z",
                cwd=tmp_path)  # fmt: skip
    assert again.stdout.splitlines()[1:] == printed.stdout.splitlines()[1:]
    # The library is not used any more, so the output has no version of it.
    for policy, uses_library in ((live, True), (pinned, False)):
        answer = cli("due", "--policy", policy, "--opened", "2026-12-23T10:00:00Z", "--format",
                     "json", cwd=tmp_path)  # fmt: skip
        assert (json.loads(answer.stdout)["versions"]["holidays"] is not None) is uses_library


def test_deadline_after_the_frozen_years_has_a_warning(cli: "Cli", tmp_path: Path) -> None:
    live = write_policy(tmp_path, "live.yaml", FROM_THE_LIBRARY)
    printed = cli("hours", "office", "--policy", live, "--freeze", "--at", "2026-11-23T10:00:00Z",
                  cwd=tmp_path)  # fmt: skip
    pinned = write_policy(tmp_path, "pinned.yaml", FROM_THE_LIBRARY + printed.stdout)
    run = cli("due", "--policy", pinned, "--opened", "2027-12-31T15:00:00Z", cwd=tmp_path)
    assert "known only for 2026-2027" in run.stderr


def test_years_are_those_that_the_calendar_covers(cli: "Cli", tmp_path: Path) -> None:
    policy = write_policy(tmp_path, "desk.yaml", FROM_THE_LIBRARY + "covers: 2030\n")
    printed = cli("hours", "office", "--policy", policy, "--freeze", cwd=tmp_path).stdout
    assert printed.splitlines()[1] == "covers: 2030"
    assert {line[2:6] for line in printed.splitlines()[3:]} == {"2030"}


def test_hours_can_be_selected_by_name(cli: "Cli", tmp_path: Path) -> None:
    policy = write_policy(tmp_path, "desk.yaml", FROM_THE_LIBRARY)
    all_hours = cli("hours", "--policy", policy, "--freeze", cwd=tmp_path).stdout
    office = cli("hours", "office", "--policy", policy, "--freeze", cwd=tmp_path).stdout
    assert all_hours.startswith(office)
    assert "\n# north (line" in all_hours
    assert cli("hours", "OFFICE", "--policy", policy, "--freeze", cwd=tmp_path).stdout == office
    # A union has the days off of its members.
    assert cli("hours", "both", "--policy", policy, "--freeze", cwd=tmp_path).stdout == office


def test_hours_without_a_country_cannot_be_frozen(cli: "Cli", tmp_path: Path) -> None:
    policy = write_policy(tmp_path, "desk.yaml", FROM_THE_LIBRARY)
    unknown = cli("hours", "offic", "--policy", policy, "--freeze", cwd=tmp_path)
    assert (unknown.code, unknown.stdout) == (2, "")
    assert "unknown hours `offic`; hours: office, north, always, both" in unknown.stderr
    for holidays, message in (
        ("country: DE\nsubdivision: ZZ\n", "unknown subdivision `ZZ` of DE"),
        ("country: DE\ncovers: 2150\n", "has no data for DE in 2150"),
    ):
        bad = write_policy(tmp_path, "bad.yaml", holidays)
        run = cli("hours", "office", "--policy", bad, "--freeze", cwd=tmp_path)
        assert (run.code, run.stdout) == (3, "")
        assert f"bad.yaml:10: {message}" in run.stderr.replace(VERSION, "")
    for quiet in ([], ["-q"]):
        without = cli("hours", "always", "--policy", policy, "--freeze", *quiet, cwd=tmp_path)
        assert (without.code, without.stdout) == (2, "")
        assert "the hours `always` of this policy name no country" in without.stderr


def test_hours_of_another_revision_are_not_unknown(cli: "Cli", tmp_path: Path) -> None:
    text = """\
format: 1
policy: desk
effective: {{from: {}}}
plans: {{free: Free}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
hours: {{{}: {{open: mon-fri 09:00-17:00, holidays: {{country: "NO"}}}}}}
"""
    (tmp_path / "1.yaml").write_text(text.format("2026-01-01", "day"))
    (tmp_path / "2.yaml").write_text(text.format("2026-06-01", "night"))
    arguments = ("hours", "night", "--freeze", "--policy", "./", "--at")
    run = cli(*arguments, "2026-05-01T00:00:00Z", cwd=tmp_path)
    assert (run.stdout, run.code) == ("", 2)
    message = "the hours `night` of the revision of 2026-01-01 name no country"
    assert run.stderr == f"zsupport: {message}\n"
    run = cli(*arguments, "2026-06-01T00:00:00Z", cwd=tmp_path)
    assert run.code == 0, run.stderr
    assert run.stdout.startswith("# night (line 7), ")
