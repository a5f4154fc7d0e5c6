"""Days off on screens, and ranges of dates in words: the definition of the guide, by hand."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zsupport.view.times import range_in_words

if TYPE_CHECKING:
    from conftest import Cli

POLICY = """\
format: 1
policy: acme
timezone: Europe/Oslo
plans: {pro: Pro, free: Free}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web}]
hours:
  office:
    open: mon-fri 09:00-17:00
    holidays: {add: {12-25: Christmas, easter+1: Easter Monday, 12-28: Inventory}}
    dates:
      12-24: closed
      12-26..12-31: closed
      12-28: 10:00-12:00
      07-06..07-10: 10:00-12:00
limits:
  contacts: [{when: {plan: pro}, is: 10}, {is: 4}]
targets:
  - {hours: office, first-response: 4 business hours}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the policy."""
    (tmp_path / "acme.yaml").write_text(POLICY)
    return tmp_path


def hours(cli: "Cli", folder: Path, at: str, *more: str) -> str:
    question = ("hours", "office", "--policy", "./acme.yaml", "--at", at)
    run = cli(*question, *more, "--exit-zero", cwd=folder)
    return run.stderr if "--why" in more else run.stdout


def test_screen_lists_the_dates_that_are_closed_and_no_holiday_that_opens(
    cli: "Cli", folder: Path
) -> None:
    text = hours(cli, folder, "2026-12-21T10:00:00+01:00", "--format", "table")
    after = text.partition("Next days off")[2].splitlines()
    assert [line.split() for line in after if line.strip()] == [
        ["Thu", "24", "Dec"],
        ["Fri", "25", "Dec", "Christmas"],
        ["Sat", "26", "Dec"],
        ["Sun", "27", "Dec"],
    ]
    late = hours(cli, folder, "2026-12-28T10:30:00+01:00", "--format", "table")
    assert "Inventory" not in late
    # Three dates in sequence are one line.
    assert "Tue 29 Dec \N{EN DASH} Thu 31 Dec" in " ".join(late.split("Next days off")[1].split())


def test_json_field_has_the_entries_of_holidays(cli: "Cli", folder: Path) -> None:
    text = hours(cli, folder, "2026-12-21T10:00:00+01:00", "--field", "holidays.date")
    assert text.split() == ["2026-12-25", "2026-12-28", "2027-03-29"]


def test_calendar_file_has_the_days_off_of_the_screen(cli: "Cli", folder: Path) -> None:
    text = hours(cli, folder, "2026-12-21T10:00:00+01:00", "--format", "ics")
    starts = [line[-8:] for line in text.split() if line.startswith("DTSTART;VALUE=DATE:2026")]
    december = [f"202612{day}" for day in (24, 25, 26, 27, 29, 30, 31)]
    assert starts == ["20260406", *december]


def test_reasons_name_the_range_that_closes_in_the_order_of_dates(cli: "Cli", folder: Path) -> None:
    text = hours(cli, folder, "2026-12-28T11:00:00+01:00", "--why")
    assert [line.strip() for line in text.splitlines()[2:]] == [
        "2026-12-28 has the hours of 12-28",
        "2026-12-29 to 2026-12-31 are closed: 12-26..12-31",
    ]
    before = hours(cli, folder, "2026-12-21T11:00:00+01:00", "--why")
    assert [line.strip() for line in before.splitlines()[2:]] == [
        "2026-12-24 is closed: 12-24",
        "2026-12-25 Christmas",
        "2026-12-26 to 2026-12-27 are closed: 12-26..12-31",
    ]


@pytest.mark.parametrize(
    ("lang", "season", "closed"),
    [
        ("en", "6 to 10 Jul: Mon", "26 to 31 Dec: closed"),
        ("nb", "6. til 10. juli: man.", "26. til 31. des.: stengt"),
    ],
)
def test_screen_has_ranges_in_words(
    cli: "Cli", folder: Path, lang: str, season: str, closed: str
) -> None:
    at = "2026-12-21T10:00:00+01:00"
    text = hours(cli, folder, at, "--format", "table", "--lang", lang)
    words = " ".join(text.split()).replace("\N{NO-BREAK SPACE}", " ")
    assert season in words
    assert closed in words
    assert ".." not in text
    assert "12-26..12-31 closed" in hours(cli, folder, at, "--why", "--lang", lang)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("06-15..08-31", "15 Jun to 31 Aug"),
        ("2026-07-01..2026-08-31", "1 Jul to 31 Aug 2026"),
        ("2026-07-06..2026-07-10", "6 to 10 Jul 2026"),
        ("2026-12-28..2027-01-03", "28 Dec 2026 to 3 Jan 2027"),
        ("12-28..01-03", "28 Dec to 3 Jan"),
        ("2026-07-06..2027-07-10", "6 Jul 2026 to 10 Jul 2027"),
    ],
)
def test_range_in_words(key: str, words: str) -> None:
    assert range_in_words(key) == words


def test_deadline_names_only_ranges_between_opening_and_deadline(cli: "Cli", folder: Path) -> None:
    def due(opened: str) -> str:
        question = ("due", "--policy", "./acme.yaml", "--plan", "pro", "--opened", opened)
        run = cli(*question, "--at", opened, "--format", "table", cwd=folder)
        return " ".join(run.stdout.split())

    summer = due("2026-07-03T16:00:00+02:00")
    assert "6 to 10 Jul" in summer
    assert "Dec" not in summer
    autumn = due("2026-10-05T10:00:00+02:00")
    assert "Jul" not in autumn
    assert "Dec" not in autumn


def test_policy_in_full_separates_days_and_names_and_states_a_topic_once(
    cli: "Cli", folder: Path
) -> None:
    text = cli("policies", "./acme.yaml", "--format", "table", cwd=folder).stdout
    words = " ".join(text.split())
    assert "12-25 (Christmas), easter+1 (Easter Monday), 12-28 (Inventory)" in words
    assert words.count("contacts") == 1
    assert "contacts 10 when plan pro 4" in words


@pytest.mark.parametrize(
    ("at", "night", "office", "row"),
    [
        # The hours of ten years are known.
        ("2190-12-31T23:00:00Z", "open, closes", "closed, opens", "never closes"),
        # A closing or opening in 2201 is unknown.
        (
            "2200-12-31T23:00:00Z",
            "open, and no closing follows by the end of 2200",
            "closed, and no opening follows by the end of 2200",
            "no opening by the end of 2200",
        ),
    ],
)
def test_nothing_is_stated_about_times_after_the_last_year(
    cli: "Cli", tmp_path: Path, at: str, night: str, office: str, row: str
) -> None:
    (tmp_path / "acme.yaml").write_text(
        "{format: 1, policy: acme, plans: {pro: Pro}, channels: {web: {name: Ticket, kind: web}},"
        " entitlements: [{allow: web}], hours: {night: {open: mon-sun 22:00-06:00},"
        " office: {open: mon-fri 09:00-17:00}, always: {open: 24x7}}}"
    )
    question = ("--policy", "./acme.yaml", "--at", at, "--format", "table", "--exit-zero")
    for name, text in (("night", night), ("office", office), ("", row)):
        screen = cli("hours", *filter(None, [name]), *question, cwd=tmp_path).stdout
        assert text in " ".join(screen.replace("\N{NO-BREAK SPACE}", " ").split())


def test_no_opening_is_stated_only_for_ten_years(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(
        "{format: 1, policy: acme, plans: {pro: Pro}, channels: {web: {name: Ticket, kind: web}},"
        " entitlements: [{allow: web}], hours: {office: {open: mon-fri 09:00-17:00,"
        " dates: {2026-01-01..2045-12-31: closed}}, always: {open: 24x7}}}"
    )
    question = ("hours", "--policy", "./acme.yaml", "--at", "2027-12-21T11:00:00Z")
    screen = cli(*question, "office", "--format", "table", "--exit-zero", cwd=tmp_path).stdout
    assert "office: closed, and no opening follows within ten years" in screen
    table = cli(*question, "--format", "table", "--exit-zero", cwd=tmp_path).stdout
    assert "no opening within ten years" in table
