"""Screens of deadlines and opening hours: facts worked out by hand."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Cli

DESK = """\
format: 1
policy: desk
timezone: Europe/Oslo
plans: {free: Free, pro: Pro, max: Max}
channels: {web: {name: Web, kind: web}}
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}, {id: P5}, {id: P6}]
metrics:
  - {id: first-response, warn: 1/2}
  - {id: update, starts: answered}
  - {id: fix, pauses: waiting}
hours:
  office: {open: mon-fri 09:00-17:00, holidays: {add: {2026-11-26: Founding Day}}}
  theirs: {open: mon-fri 09:00-12:30, timezone: customer, ask: Where are you?}
  night: {open: mon-fri 22:00-06:00}
  once: {open: mon 09:00-10:00, holidays: {covers: 2026}}
entitlements:
  - {when: {plan: [pro, max]}, allow: web, hours: office}
targets:
  - when: {plan: pro}
    hours: office
    first-response:
      P1: 4h 24x7
      P2: 4 business hours
      P3: next business day
      P4: 2 business days
      P5: none
      P6: {target: by 10:00 next business day, text: the next morning}
    update: {P1: every 2h 24x7, P2: 2 per week}
    fix: {P1: 8h 24x7, P2: 8 business hours}
  - when: {plan: max}
    hours: theirs
    first-response: {P1: 30m 24x7, P2: 2 business hours, P3: every week}
"""
#: A Friday.
OPENED = "2026-11-20T16:00:00+01:00"


@pytest.fixture
def desk(tmp_path: Path) -> str:
    file = tmp_path / "desk.yaml"
    file.write_text(DESK, encoding="utf-8")
    return str(file)


def lines_of(cli: "Cli", desk: str, *arguments: str, width: int = 80) -> list[str]:
    run = cli(*arguments, "--policy", desk, "--format", "table", env={"COLUMNS": str(width)})
    text = run.stdout.replace("\N{EN DASH}", "-")
    return [line.strip() for line in text.splitlines() if line.strip()]


def due(cli: "Cli", desk: str, at: str, *arguments: str) -> list[str]:
    case = ("due", "--plan", "pro", "--opened", OPENED, "--at", at, *arguments)
    return lines_of(cli, desk, *case)


@pytest.mark.parametrize(("priority", "at", "headline", "relative"), [
    ("P1", "2026-11-20T16:45:00+01:00", "Due Fri 20 Nov 2026, 20:00 CET", "in 3 h 15 min"),
    ("P1", "2026-11-20T18:30:00+01:00", "At risk: due Fri 20 Nov 2026, 20:00 CET", "in 1 h"),
    ("P1", "2026-11-22T22:00:00+01:00", "Late: was due Fri 20 Nov 2026, 20:00 CET",
     "2 d 2 h ago"),
    ("P1", "2026-12-02T22:00:00+01:00", "Late: was due Fri 20 Nov 2026, 20:00 CET",
     "12 d ago"),
    # One hour on Friday, three on Monday.
    ("P2", "2026-11-20T16:30:00+01:00", "Due Mon 23 Nov 2026, 12:00 CET", "in 2 d 19 h"),
    ("P3", "2026-11-20T16:30:00+01:00", "Due Mon 23 Nov 2026, 17:00 CET", "in 3 d"),
    ("P4", "2026-11-20T16:30:00+01:00", "Due Tue 24 Nov 2026, 17:00 CET", "in 4 d"),
    ("P6", "2026-11-20T16:30:00+01:00", "Due Mon 23 Nov 2026, 10:00 CET", "in 2 d 17 h"),
])  # fmt: skip
def test_headline_of_a_card_states_the_deadline(
    priority: str, at: str, headline: str, relative: str, desk: str, cli: "Cli"
) -> None:
    [first, *_] = due(cli, desk, at, "--priority", priority)
    assert first.startswith(f"{headline}   ")
    assert first.removeprefix(headline).strip().startswith(relative)


@pytest.mark.parametrize(("zones", "opened", "due"), [
    # The clock goes from 02:00 to 03:00 on Sunday, 29 March 2026, in Oslo and in London.
    (("Europe/Oslo", None), "2026-03-27T16:00:00+01:00", "17:00 CEST"),
    (("Europe/London", None), "2026-03-27T16:00:00+00:00", "17:00 BST"),
    # Only the hours have the offset.
    (("UTC", "Europe/Oslo"), "2026-03-27T16:00:00+01:00", "17:00 CEST"),
    (("Asia/Tokyo", "Europe/Oslo"), "2026-03-27T16:00:00+01:00", "17:00 CEST"),
    (("Asia/Tokyo", "Europe/Oslo"), "2026-03-28T00:00:00+09:00", "00:00 JST"),
    # Z is UTC, and Oslo does not have the offset +02:00 before the DST change.
    (("Europe/London", None), "2026-03-27T16:00:00Z", "16:00 UTC"),
    (("Europe/Oslo", None), "2026-03-27T17:00:00+02:00", "17:00 (UTC+2)"),
])  # fmt: skip
def test_screen_has_the_time_zone_of_the_policy_that_has_the_stated_offset(
    zones: tuple[str, str | None], opened: str, due: str, tmp_path: Path, cli: "Cli"
) -> None:
    policy, hours = zones
    of_hours = f", timezone: {hours}" if hours else ""
    text = f"""\
format: 1
policy: desk
timezone: {policy}
plans: {{pro: Pro}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
hours: {{office: {{open: mon-fri 09:00-17:00{of_hours}}}}}
targets: [{{hours: office, first-response: next business day}}]
"""
    (tmp_path / "desk.yaml").write_text(text)
    [first, *_] = lines_of(cli, str(tmp_path / "desk.yaml"), "due", "--opened", opened)
    assert f", {due} " in first


def test_screen_keeps_an_offset_that_several_hours_have(tmp_path: Path, cli: "Cli") -> None:
    text = """\
format: 1
policy: desk
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
hours:
  north: {open: mon-fri 09:00-17:00, timezone: Europe/Oslo}
  south: {open: mon-fri 09:00-17:00, timezone: Africa/Lagos}
targets: [{hours: north, first-response: next business day}]
"""
    (tmp_path / "desk.yaml").write_text(text)
    opened = "2026-03-27T16:00:00+01:00"
    [first, *_] = lines_of(cli, str(tmp_path / "desk.yaml"), "due", "--opened", opened)
    assert " Mon 30 Mar 2026, 16:00 (UTC+1)" in first


def test_screen_has_the_time_zone_of_the_customer_that_has_the_stated_offset(
    desk: str, cli: "Cli"
) -> None:
    # Two hours of the customer's working time: one on Friday, one on Monday after the change.
    case = ("--plan", "max", "--priority", "P2", "--opened", "2026-03-27T11:30:00+02:00")
    lines = lines_of(cli, desk, "due", *case, "--customer-tz", "Europe/Athens")
    assert "Late: was due Mon 30 Mar 2026, 10:00 EEST" in lines[0]
    at = ("--at", "2026-03-27T13:00:00+02:00", "--customer-tz", "Europe/Athens")
    lines = lines_of(cli, desk, "hours", "theirs", *at)
    assert lines[0].startswith("theirs: closed, opens Mon 30 Mar 2026, 09:00 EEST ")


def test_week_of_a_change_of_the_clock_shows_the_opening_hours(desk: str, cli: "Cli") -> None:
    at = "2026-03-25T10:00:00+01:00"
    lines = lines_of(cli, desk, "hours", "office", "--at", at)
    assert "From Mon 23 Mar, in the time zone Europe/Oslo" in lines
    at = "2026-03-27T19:00:00+01:00"
    lines = lines_of(cli, desk, "hours", "office", "--at", at)
    assert lines[0].startswith("office: closed, opens Mon 30 Mar 2026, 09:00 CEST ")
    [monday] = [line for line in lines if line.startswith("Mon 30 ")]
    assert monday.endswith(" 09:00-17:00")


OFFICE = "office: Mon-Fri 09:00-17:00,"


@pytest.mark.parametrize(("priority", "target"), [
    ("P1", "within 4 h, around the clock"),
    ("P2", f"within 4 working hours ({OFFICE} Europe/Oslo)"),
    ("P3", f"on the next working day, by closing time ({OFFICE} Europe/Oslo)"),
    ("P4", f"within 2 working days, by closing time ({OFFICE} Europe/Oslo)"),
    ("P6", f"by 10:00 on the next working day ({OFFICE} Europe/Oslo)"),
])  # fmt: skip
def test_card_states_the_target_in_words(priority: str, target: str, desk: str, cli: "Cli") -> None:
    text = " ".join(due(cli, desk, OPENED, "--priority", priority))
    assert f"First response   {target} " in text


def test_card_counts_working_time(desk: str, cli: "Cli") -> None:
    lines = due(cli, desk, "2026-11-23T08:00:00+01:00", "--priority", "P2")
    assert "Used             1 h of 4 working hours" in lines
    assert "Left             3 working hours" in lines
    assert "At risk from     Mon 23 Nov 2026, 10:00 CET" in lines
    assert "Now              closed, opens Mon 23 Nov, 09:00 (in 1 h)" in lines
    assert "Case             pro · P2, opened Fri 20 Nov, 16:00" in lines


def test_card_states_whether_an_answer_was_in_time(desk: str, cli: "Cli") -> None:
    in_time = ("--priority", "P1", "--answered", "2026-11-20T17:30:00+01:00")
    lines = due(cli, desk, "2026-11-21T08:00:00+01:00", *in_time)
    assert lines[0] == "Met: was due Fri 20 Nov 2026, 20:00 CET"[: len(lines[0])]
    assert "Answered         Fri 20 Nov, 17:30 (2 h 30 min before the deadline)" in lines
    late = ("--priority", "P1", "--answered", "2026-11-20T20:45:00+01:00")
    lines = due(cli, desk, "2026-11-21T08:00:00+01:00", *late)
    assert lines[0].startswith("Late: was due Fri 20 Nov 2026, 20:00 CET")
    assert "Answered         Fri 20 Nov, 20:45 (45 min too late)" in lines


def test_card_of_a_pause_states_what_is_left(desk: str, cli: "Cli") -> None:
    pause = ("--metric", "fix", "--pause", "2026-11-20T16:30:00+01:00/")
    lines = due(cli, desk, "2026-11-23T10:00:00+01:00", "--priority", "P2", *pause)
    assert lines[0] == "Paused: the deadline is unknown until the pause ends"
    # Half an hour on Friday of eight working hours.
    assert "Left     7 h 30 min of working time when the pause ends" in lines
    # Half an hour on Friday, and one hour on Monday.
    assert "Paused   1 h 30 min of working time" in lines


@pytest.mark.parametrize(("arguments", "headline"), [
    (("--priority", "P5"), "No promise: the policy promises no time"),
    (("--priority", "P5", "--metric", "fix"), "Not stated: the policy states no target"),
    (("--priority", "P1", "--metric", "update"),
     "Not started: the clock starts when the case is answered"),
    (("--priority", "P2", "--metric", "update", "--answered", "2026-11-20T16:10:00+01:00"),
     "2 per week, until the case is resolved"),
    (("--plan", "free", "--priority", "P1"), "Not entitled"),
    (("--plan", "max", "--priority", "P2"), "The answer depends on the customer"),
])  # fmt: skip
def test_card_states_why_there_is_no_deadline(
    arguments: tuple[str, ...], headline: str, desk: str, cli: "Cli"
) -> None:
    plan = () if "--plan" in arguments else ("--plan", "pro")
    moments = ("--opened", OPENED, "--at", "2026-11-20T16:30:00+01:00")
    [first, *rest] = lines_of(cli, desk, "due", *plan, *moments, *arguments)
    assert first == headline
    if "max" in arguments:
        assert re.split(" {3,}", rest[0]) == ["Needed", "Where are you? (--customer-tz)"]


def test_card_uses_the_zone_of_the_customer_and_shows_that_of_the_option(
    desk: str, cli: "Cli"
) -> None:
    lines = lines_of(
        cli, desk, "due", "--plan", "max", "--priority", "P2", "--customer-tz", "America/New_York",
        "--opened", OPENED, "--at", OPENED, "--tz", "Asia/Tokyo",
    )  # fmt: skip
    # Friday 16:00 in Oslo is 10:00 in New York: two hours later it is 12:00, and Saturday in Tokyo.
    assert lines[0].startswith("Due Sat 21 Nov 2026, 02:00 JST ")
    hours = "(theirs: Mon-Fri 09:00-12:30, America/New_York)"
    assert f"within 2 working hours {hours}" in " ".join(lines)


def test_reasons_show_each_day_and_the_deciding_line_last(desk: str, cli: "Cli") -> None:
    lines = due(cli, desk, OPENED, "--priority", "P2", "--tz", "Europe/Oslo", "--why")
    start = lines.index("Fri 20 Nov   16:00-17:00   1 h")
    assert lines[start : start + 4] == [
        "Fri 20 Nov   16:00-17:00   1 h",
        "Sat 21 Nov                   -   closed",
        "Sun 22 Nov                   -   closed",
        "Mon 23 Nov   09:00-12:00   3 h   due",
    ]
    line = DESK.splitlines().index("      P2: 4 business hours") + 1
    last = " ".join(lines[start + 4 :])
    assert f"desk.yaml:{line} " in last
    assert last.split("desk.yaml")[1].split()[1:] == [
        "first-response:", "4", "business", "hours", "plan", "pro,", "priority", "P2",
    ]  # fmt: skip


def test_reasons_of_working_days_name_holidays(desk: str, cli: "Cli") -> None:
    lines = lines_of(
        cli, desk, "due", "--plan", "pro", "--priority", "P4", "--why", "--tz", "Europe/Oslo",
        "--opened", "2026-11-24T18:00:00+01:00", "--at", "2026-11-24T18:00:00+01:00",
    )  # fmt: skip
    # Opened after closing: Wednesday is the date from which days count.
    start = lines.index("Tue 24 Nov   09:00-17:00   opened at 18:00, does not count")
    assert lines[start + 1 : start + 7] == [
        "Wed 25 Nov   09:00-17:00   does not count",
        "Thu 26 Nov                 closed, Founding Day",
        "Fri 27 Nov   09:00-17:00   working day 1",
        "Sat 28 Nov                 closed",
        "Sun 29 Nov                 closed",
        "Mon 30 Nov   09:00-17:00   working day 2, due at 17:00",
    ]


def test_table_shows_targets_until_the_case_is_opened(desk: str, cli: "Cli") -> None:
    text = "\n".join(lines_of(cli, desk, "due", "--at", OPENED, width=140))
    assert "First response\n" in text
    [pro] = [line for line in text.splitlines() if line.startswith("pro")]
    assert re.split(" {3,}", pro)[:5] == [
        "pro", "4 h", "4 working hours", "next working day", "2 working days",
    ]  # fmt: skip
    assert "Not entitled   free" in text
    assert "[1] Published as “the next morning”" in text


def test_table_omits_dates_only_where_weekdays_identify_them(desk: str, cli: "Cli") -> None:
    case = ("due", "--opened", OPENED, "--at", OPENED, "--customer-tz", "Europe/Oslo")
    [wide] = [line for line in lines_of(cli, desk, *case, width=140) if line.startswith("pro")]
    cells = re.split(" {3,}", wide)
    assert cells[:3] == ["pro", "Fri 20 Nov, 20:00", "Mon 23 Nov, 12:00 [1]"]
    # `every week` of the plan max is due seven days later, so 80 columns show a list with dates.
    assert "P1   Fri 20 Nov, 20:00" in lines_of(cli, desk, *case)


@pytest.mark.parametrize(("at", "cell"), [
    ("2026-11-20T16:00:00+01:00", "P1 Fri 20:00"),
    # The weekdays of deadlines in the past could be those of the next days.
    ("2026-11-24T18:00:00+01:00", "P1 Fri 20 Nov, 20:00 late"),
    ("2026-12-30T18:00:00+01:00", "P1 Fri 20 Nov, 20:00 late"),
])  # fmt: skip
def test_only_a_deadline_of_the_next_days_has_no_date(
    at: str, cell: str, tmp_path: Path, cli: "Cli"
) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(DESK.replace("P3: every week", "P3: 1h 24x7"), encoding="utf-8")
    case = ("due", "--opened", OPENED, "--at", at, "--customer-tz", "Europe/Oslo")
    lines = lines_of(cli, str(file), *case, width=60)
    assert cell in [" ".join(line.split()) for line in lines]


@pytest.mark.parametrize(("moments", "seconds"), [
    # Nobody states the seconds of the present moment.
    (("--opened", "2 hours ago"), False),
    (("--at", "2 hours ago"), False),
    (("--opened", "2026-11-20T16:00:51+01:00", "--at", "2 hours ago"), True),
])  # fmt: skip
def test_screens_show_only_seconds_that_are_stated(
    moments: tuple[str, ...], seconds: bool, desk: str, cli: "Cli"
) -> None:
    [headline, *rest] = lines_of(
        cli, desk, "due", "--plan", "pro", "--priority", "P1", "--at-risk", "90%", *moments
    )
    assert bool(re.search(r" 2026, \d\d:\d\d:51 ", headline)) == seconds
    assert bool(re.search(r"\d:\d\d:\d\d", "".join([headline, *rest]))) == seconds


def test_no_deadline_in_a_table_has_seconds(desk: str, cli: "Cli") -> None:
    opened = ("--opened", "2026-11-20T16:00:51+01:00", "--at", OPENED)
    [title, *rest] = lines_of(cli, desk, "due", "--plan", "pro", *opened)
    assert "16:00:51" in title
    assert "20:00" in "".join(rest)
    assert ":51" not in "".join(rest)


def test_used_and_remaining_time_add_up_to_the_target(desk: str, cli: "Cli") -> None:
    # Opened 9:00:00 on Monday; at 10:26:45, 1 h 26 min 45 s are used and 2 h 33 min 15 s are left.
    moments = ("--opened", "2026-11-23T09:00:00+01:00", "--at", "2026-11-23T10:26:45+01:00")
    lines = lines_of(cli, desk, "due", "--plan", "pro", "--priority", "P2", *moments)
    assert "Used             1 h 26 min of 4 working hours" in lines
    assert "Left             2 h 34 min of working time" in lines


def test_needed_input_is_below_the_headline_and_targets_are_shown(desk: str, cli: "Cli") -> None:
    lines = lines_of(cli, desk, "due", "--plan", "max", "--opened", OPENED, "--at", OPENED)
    assert lines[1] == "Needed   Where are you? (--customer-tz)"
    rows = [re.split(" {3,}", line) for line in lines]
    assert ["P1", "Fri 20 Nov, 16:30 (in 30 min)", "30 min"] in rows
    assert ["P2", "needs input", "2 working hours"] in [row[:3] for row in rows]
    lines = lines_of(cli, desk, "due", "--opened", OPENED, "--at", OPENED, width=140)
    [row] = [re.split(" {3,}", line) for line in lines if line.startswith("max")]
    assert row[1:4] == ["Fri 20 Nov, 16:30", "2 working hours", "every week"]


DESK_WITH_NOTES = """\
format: 1
policy: desk
plans: {pro: Pro, max: Max}
facts:
  down: {ask: Is it down?, values: {"yes": It is down, "no": It works}}
  way: {ask: Is there a workaround?, values: {"yes": There is one, "no": There is none}}
  region: {ask: Which region?, values: {eu: Europe, us: America}}
channels:
  web: {name: Web, kind: web}
  phone:
    name: Phone
    kind: phone
    note: Only the number of one country is known.
    unclear: The page names two numbers.
priorities:
  - {id: P1, when: {down: "yes", way: "no"}}
  - {id: P2, when: {down: "yes", way: "yes"}}
  - {id: P3, when: {down: "no"}}
hours:
  office:
    - {when: {region: eu}, open: mon-fri 09:00-17:00, note: Closed early on some days.}
    - {when: {region: us}, open: mon-fri 08:00-16:00, note: Open late on some days.}
entitlements:
  - {when: {plan: max}, allow: [web, phone], hours: office}
  - {when: {plan: pro}, allow: web, hours: office}
targets:
  - {first-response: {P1: 1h 24x7, P2: 2h 24x7, P3: 3h 24x7}}
"""


@pytest.fixture
def noted_desk(tmp_path: Path) -> str:
    file = tmp_path / "noted.yaml"
    file.write_text(DESK_WITH_NOTES, encoding="utf-8")
    return str(file)


def test_remarks_of_channels_are_no_remarks_of_targets(noted_desk: str, cli: "Cli") -> None:
    [heading, heads, _, row, *rest] = lines_of(cli, noted_desk, "due", "--at", OPENED)
    assert (heading, heads.split()) == ("First response", ["Plan", "P1", "P2", "P3"])
    assert row.split() == ["pro,", "max", "1", "h", "2", "h", "3", "h"]
    texts = ("Only the number of one country is known.", "Doubtful: The page names two numbers.")
    assert not any("number" in line for line in rest)
    explained = " ".join(lines_of(cli, noted_desk, "due", "--at", OPENED, "--why"))
    phone = " ".join(lines_of(cli, noted_desk, "due", "--at", OPENED, "--channel", "phone"))
    for text in texts:
        assert text in explained
        assert text in phone


def test_table_states_the_facts_that_decide_the_priority(noted_desk: str, cli: "Cli") -> None:
    lines = lines_of(cli, noted_desk, "due", "--plan", "pro", "--fact", "down=yes", width=120)
    line = "Depends on   way: P2 with --fact way=yes, P1 with --fact way=no"
    assert line in lines
    # A value that leaves one priority; a stated priority; no stated fact.
    for arguments in (("--fact", "down=no"), ("--priority", "P1"), (), ("--fact", "region=eu")):
        lines = lines_of(cli, noted_desk, "due", "--plan", "pro", *arguments, width=120)
        assert not any(line.startswith("Depends on") for line in lines)


def test_hours_that_depend_on_an_answer_have_no_notes(noted_desk: str, cli: "Cli") -> None:
    lines = lines_of(cli, noted_desk, "hours", "office", "--at", OPENED)
    needed = "Needed   Which region? (--fact region=eu or --fact region=us)"
    assert lines[1] == needed
    assert not any("on some days" in line for line in lines)
    text = "\n".join(lines_of(cli, noted_desk, "hours", "office", "--fact", "region=eu"))
    assert "Closed early on some days." in text
    assert "Open late" not in text


@pytest.mark.parametrize(("at", "headline"), [
    ("2026-11-23T10:00:00+01:00", "office: open, closes Mon 23 Nov 2026, 17:00 CET"),
    ("2026-11-20T17:00:00+01:00", "office: closed, opens Mon 23 Nov 2026, 09:00 CET"),
    # Thursday is a holiday.
    ("2026-11-25T20:00:00+01:00", "office: closed, opens Fri 27 Nov 2026, 09:00 CET"),
])  # fmt: skip
def test_headline_of_hours_states_the_next_change(
    at: str, headline: str, desk: str, cli: "Cli"
) -> None:
    [first, *_] = lines_of(cli, desk, "hours", "office", "--at", at, "--tz", "Europe/Oslo")
    assert first.startswith(f"{headline}   ")


def test_week_has_a_bar_for_each_day(desk: str, cli: "Cli") -> None:
    tuesday = ("--at", "2026-11-24T10:00:00+01:00", "--tz", "Europe/Oslo")
    lines = lines_of(cli, desk, "hours", "office", *tuesday)
    start = lines.index("0     6     12    18    24")
    day, closed = "·" * 9 + "█" * 8 + "·" * 7, "·" * 24
    assert lines[start + 1 : start + 8] == [
        f"Mon 23   {day}   09:00-17:00",
        f"Tue 24   {day}   09:00-17:00 ← today",
        f"Wed 25   {day}   09:00-17:00",
        f"Thu 26   {closed}   closed, Founding Day",
        f"Fri 27   {day}   09:00-17:00",
        f"Sat 28   {closed}   closed",
        f"Sun 29   {closed}   closed",
    ]
    assert "Next days off   Thu 26 Nov   Founding Day" in lines


def test_names_of_days_off_are_a_column(desk: str, cli: "Cli") -> None:
    days = "{2026-12-28: Stocktaking, 2027-01-04: Founding Day}"
    Path(desk).write_text(DESK.replace("{2026-11-26: Founding Day}", days), encoding="utf-8")
    lines = lines_of(cli, desk, "hours", "office", "--at", "2026-12-22T10:00:00+01:00")
    first = lines.index("Next days off   Mon 28 Dec       Stocktaking")
    assert lines[first + 1] == "Mon 4 Jan 2027   Founding Day"


def test_week_is_in_the_time_zone_of_the_reader(desk: str, cli: "Cli") -> None:
    # India is four and a half hours ahead of Oslo in winter: a half hour fills half a cell.
    lines = lines_of(
        cli, desk, "hours", "night", "--at", "2026-11-24T10:00:00+01:00", "--tz", "Asia/Kolkata"
    )
    bar = "··▐███████▌" + "·" * 13
    assert f"Tue 24   {bar}   02:30-10:30 ← today" in lines
    assert [line for line in lines if line.startswith("Mon 23")] == [
        f"Mon 23   {'·' * 24}   closed"
    ]


def test_a_closed_rest_of_the_week_shows_the_next_seven_days(desk: str, cli: "Cli") -> None:
    saturday = ("--at", "2026-11-21T10:00:00+01:00", "--tz", "Europe/Oslo")
    lines = lines_of(cli, desk, "hours", "office", *saturday)
    days = [line[:6] for line in lines if line[:3] in ("Mon", "Tue", "Sat", "Fri")]
    assert days == ["Sat 21", "Mon 23", "Tue 24", "Fri 27"]


def test_hours_without_unicode_are_in_ascii(desk: str, cli: "Cli") -> None:
    run = cli.process(
        "hours", "office", "--policy", desk, "--at", "2026-11-24T10:00:00+01:00",
        "--format", "table", env={"PYTHONIOENCODING": "ascii", "COLUMNS": "80"},
    )  # fmt: skip
    assert run.stdout.isascii()
    assert b"Tue 24   .........########.......   09:00-17:00 <- today" in run.stdout


def test_several_hours_are_a_table_of_states(desk: str, cli: "Cli") -> None:
    lines = lines_of(
        cli, desk, "hours", "--at", "2026-11-23T10:00:00+01:00", "--tz", "Europe/Oslo", width=100
    )
    assert lines[0] == "Opening hours, Mon 23 Nov 2026, 10:00 CET"
    rows = [tuple(part.strip() for part in line.split("   ") if part.strip()) for line in lines]
    assert ("office", "open", "closes Mon 23 Nov, 17:00 (in 7 h)") in rows
    assert ("night", "closed", "opens Mon 23 Nov, 22:00 (in 12 h)") in rows
    assert ("once", "closed", "opens Mon 30 Nov, 09:00 (in 6 d 23 h)") in rows
    assert ("theirs", "needs input") in rows
    assert "Needed   Where are you? (--customer-tz)" in lines
