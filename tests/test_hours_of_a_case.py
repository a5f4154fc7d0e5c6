"""`zsupport hours` for a case: when its channels are open. Values are worked out by hand."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import zsupport

if TYPE_CHECKING:
    from conftest import Cli, Run

POLICY = """\
format: 1
policy: acme
timezone: Europe/Oslo
plans: {free: Free, pro: Pro}
roles: {owner: Owner, user: User}
facts:
  premier: {ask: "Premier?"}
channels:
  forum: {name: Forum, kind: community}
  web: {name: Ticket, kind: web, note: Say what you tried.}
  phone: {name: Phone, kind: phone}
  chat: {name: Chat, kind: chat}
entitlements:
  - {allow: forum}
  - {allow: web, hours: office}
  - {when: {plan: pro}, allow: phone, hours: office, unclear: On which days?}
  - {when: {plan: pro, premier: true}, allow: phone, hours: late, source: page}
  - {when: {plan: pro, priority: P1}, allow: phone, hours: 24x7}
  - {when: {plan: pro}, allow: chat, hours: theirs}
priorities: [{id: P1}, {id: P2}]
sources: {page: {title: Page}}
hours:
  office: {open: mon-fri 09:00-17:00, holidays: ["2026-12-24"], note: Not at Christmas.}
  late: {open: mon-fri 16:00-22:00}
  theirs: {timezone: customer, ask: "Where are you?", open: mon-fri 09:00-17:00}
"""
MONDAY = "2026-11-23T10:00:00+01:00"
EVENING = "2026-11-23T18:00:00+01:00"
SATURDAY = "2026-11-28T12:00:00+01:00"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(POLICY)
    return tmp_path


def ask(cli: "Cli", folder: Path, *arguments: str, at: str = MONDAY) -> "Run":
    return cli("hours", "--policy", "./acme.yaml", *arguments, "--at", at, cwd=folder)


def answers(cli: "Cli", folder: Path, *arguments: str, at: str = MONDAY) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = json.loads(
        ask(cli, folder, *arguments, "--format", "json", at=at).stdout
    )["answers"]
    return result


# -- the shipped policies ------------------------------------------------------------------------


def test_a_channel_that_is_not_allowed_is_not_entitled(cli: "Cli") -> None:
    case = ("--policy", "zoom", "--channel", "phone", "--plan", "free", "--role", "user")
    quiet = cli("hours", "-q", *case)
    assert (quiet.stdout, quiet.stderr, quiet.code) == ("", "", 1)
    run = cli("hours", *case)
    assert (run.stdout, run.code) == ("not-entitled\n", 1)
    assert run.stderr == "zsupport: not entitled: no channel is allowed in this case\n"


@pytest.mark.parametrize("at", [MONDAY, SATURDAY, "2026-12-25T03:00:00Z"])
def test_emergencies_at_gitlab_are_taken_at_any_instant(at: str, cli: "Cli") -> None:
    case = ("--policy", "gitlab", "--plan", "premium", "--channel", "emergency")
    run = cli("hours", "-q", *case, "--priority", "emergency", "--at", at)
    assert (run.stdout, run.stderr, run.code) == ("", "", 0)


# -- the joined hours of the grants --------------------------------------------------------------


def test_the_hours_of_all_grants_that_apply_are_joined(cli: "Cli", folder: Path) -> None:
    case = ("--plan", "pro", "--channel", "phone", "--priority", "P2")
    # office alone, then office and late: Monday 09:00 to 22:00 in one window.
    without = answers(cli, folder, *case, "--fact", "premier=false", at=EVENING)
    assert [(row["state"], row["open"], row["hours"]) for row in without] == [
        ("closed", False, "office")
    ]
    assert without[0]["next_open"] == "2026-11-24T09:00:00+01:00"
    [row] = answers(cli, folder, *case, "--fact", "premier=true", at=EVENING)
    assert (row["state"], row["open"], row["hours"]) == ("open", True, "office, late")
    assert row["next_close"] == "2026-11-23T22:00:00+01:00"
    assert row["windows"][0] == {
        "opens": "2026-11-23T09:00:00+01:00", "closes": "2026-11-23T22:00:00+01:00",
    }  # fmt: skip
    assert len(row["windows"]) == 5
    assert [day["date"] for day in row["holidays"]] == ["2026-12-24"]
    assert [place["path"] for place in row["because"]] == [
        "entitlements[2]", "entitlements[3]", "hours.office", "hours.late",
    ]  # fmt: skip
    assert (row["note"], row["unclear"]) == ("Not at Christmas.", "On which days?")
    assert row["source"] == "page"


def test_a_grant_with_24x7_opens_the_channel_at_every_instant(cli: "Cli", folder: Path) -> None:
    case = ("--plan", "pro", "--channel", "phone", "--priority", "P1")
    # Hours of another grant that are not stated or need input do not change this.
    for allow, hours in (("", "office, 24x7"), ("{allow: [forum, phone]}", None),
                         ("{allow: phone, hours: theirs}", "theirs, office, 24x7")):  # fmt: skip
        text = POLICY.replace("{allow: forum}", allow) if allow else POLICY
        (folder / "acme.yaml").write_text(text)
        [row] = answers(cli, folder, *case, at=SATURDAY)
        assert (row["state"], row["open"], row["hours"]) == ("open", True, hours)
        assert (row["next_open"], row["next_close"]) == (None, None)
        assert row["windows"] == [
            {"opens": "2026-11-23T00:00:00+01:00", "closes": "2026-11-30T00:00:00+01:00"}
        ]


def test_omitted_options_are_columns(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--channel", "phone", at=EVENING)
    # No column for the role, which has no effect, and for `premier`, which has a default.
    assert run.stdout == (
        "free\tP1\tnot-entitled\nfree\tP2\tnot-entitled\npro\tP1\topen\npro\tP2\tclosed\n"
    )
    assert run.code == 0
    assert run.stderr == (
        "zsupport: premier=false is assumed, the default of this fact\n"
        "zsupport: pro: unclear: On which days?\n"
    )
    run = ask(cli, folder, "--role", "owner", "--channel", "web")
    assert (run.stdout, run.code) == ("open\n", 0)


def test_exit_0_if_any_channel_is_open(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--plan", "free")
    assert run.stdout == ("forum\tnot-stated\nweb\topen\nphone\tnot-entitled\nchat\tnot-entitled\n")
    assert run.code == 0


def test_not_stated_if_no_channel_is_known_to_be_open(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--plan", "free", at=SATURDAY)
    assert run.stdout == (
        "forum\tnot-stated\nweb\tclosed\nphone\tnot-entitled\nchat\tnot-entitled\n"
    )
    assert run.code == 1
    assert run.stderr.splitlines()[-1] == (
        "zsupport: not stated: the policy does not state opening hours"
    )
    [row] = answers(cli, folder, "--channel", "forum")
    assert (row["state"], row["open"], row["hours"]) == ("not-stated", None, None)
    assert (row["next_open"], row["next_close"], row["windows"]) == (None, None, None)


def test_grants_with_and_without_hours(cli: "Cli", folder: Path) -> None:
    (folder / "acme.yaml").write_text(POLICY.replace("{allow: forum}", "{allow: [forum, web]}"))
    for at, state, code in ((MONDAY, "open", 0), (SATURDAY, "not-stated", 1)):
        run = ask(cli, folder, "--channel", "web", at=at)
        assert (run.stdout, run.code) == (f"{state}\n", code)
    [row] = answers(cli, folder, "--channel", "web")
    # The closing time is unknown.
    assert (row["open"], row["hours"], row["next_close"]) == (True, None, None)


def test_closed_is_exit_1(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--plan", "free", "--channel", "web", at=SATURDAY)
    assert (run.stdout, run.stderr, run.code) == ("closed\n", "zsupport: closed\n", 1)


# -- input that only the customer knows ----------------------------------------------------------


def test_hours_in_the_zone_of_the_customer_need_input(cli: "Cli", folder: Path) -> None:
    case = ("--plan", "pro", "--channel", "chat")
    run = ask(cli, folder, *case)
    assert (run.stdout, run.code) == ("needs-input\n", 2)
    assert run.stderr == "zsupport: needs input: Where are you? (--customer-tz)\n"
    [row] = answers(cli, folder, *case)
    assert (row["state"], row["open"], row["windows"]) == ("needs-input", None, None)
    # Monday 10:00 in Oslo is 04:00 in New York.
    for where, state in (("Europe/Oslo", "open"), ("America/New_York", "closed")):
        run = ask(cli, folder, *case, "--customer-tz", where)
        assert run.stdout == f"{state}\n"


def test_a_known_member_that_is_open_is_enough(cli: "Cli", folder: Path) -> None:
    (folder / "acme.yaml").write_text(
        POLICY.replace("allow: chat, hours: theirs}", "allow: [chat, phone], hours: theirs}")
        + "  both: {any: [theirs, office]}\n  sure: {any: [theirs, always]}\n"
        + "  always: {open: 24x7}\n"
    )
    case = ("--plan", "pro", "--channel", "phone", "--priority", "P2", "--fact", "premier=false")
    for arguments in (case, ("both",)):
        run = ask(cli, folder, *arguments)
        assert (run.stdout, run.code) == ("open\n", 0)
        # It is closed only if every member is closed.
        run = ask(cli, folder, *arguments, at=EVENING)
        assert (run.stdout, run.code) == ("needs-input\n", 2)
        [row] = answers(cli, folder, *arguments)
        assert (row["open"], row["next_close"], row["windows"]) == (True, None, None)
        [row] = answers(cli, folder, *arguments, "--customer-tz", "America/New_York")
        # 09:00 to 17:00 in New York is 15:00 to 23:00 in Oslo.
        assert row["next_close"] == "2026-11-23T23:00:00+01:00"
    run = ask(cli, folder, "sure", at=SATURDAY)
    assert (run.stdout, run.code) == ("open\n", 0)


def test_needs_input_takes_precedence_over_closed(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--plan", "pro", "--priority", "P2", at=SATURDAY)
    assert run.stdout == "forum\tnot-stated\nweb\tclosed\nphone\tclosed\nchat\tneeds-input\n"
    assert run.code == 2
    assert run.stderr.splitlines()[-1] == "zsupport: needs input: Where are you? (--customer-tz)"


def test_required_input_is_reported_before_other_warnings(cli: "Cli", folder: Path) -> None:
    off = 'holidays: ["2026-12-24"]'
    (folder / "acme.yaml").write_text(POLICY.replace(off, "holidays: {country: NO, covers: 2020}"))
    run = ask(cli, folder, at=SATURDAY)
    assert (run.stdout, run.code) == ("office\tclosed\nlate\tclosed\ntheirs\tneeds-input\n", 2)
    assert run.stderr.splitlines()[-2:] == [
        "zsupport: the holidays are known only for 2020",
        "zsupport: needs input: Where are you? (--customer-tz)",
    ]


# -- by name -------------------------------------------------------------------------------------


def test_24x7_is_a_name(cli: "Cli", folder: Path) -> None:
    for name in ("24x7", "24X7"):
        run = ask(cli, folder, name, at=SATURDAY)
        assert (run.stdout, run.stderr, run.code) == ("open\n", "", 0)
    [row] = answers(cli, folder, "24x7")
    assert (row["hours"], row["next_open"], row["next_close"]) == ("24x7", None, None)
    assert [place["path"] for place in row["because"]] == ["entitlements[4]"]
    # `24x7` is a name even if the policy defines no hours.
    (folder / "acme.yaml").write_text(
        "format: 1\npolicy: acme\nplans: {free: Free}\nchannels: {web: {name: W, kind: web}}\n"
        "entitlements: [{allow: web}]\n"
    )
    assert ask(cli, folder, "24x7").code == 0
    run = ask(cli, folder, "24x8")
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr == ("zsupport: unknown hours `24x8`; hours: 24x7\n  did you mean `24x7`?\n")


def test_without_a_case_the_calendars_are_listed_by_name(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--customer-tz", "Europe/Oslo")
    assert run.stdout == "office\topen\nlate\tclosed\ntheirs\topen\n"
    rows = answers(cli, folder, "--customer-tz", "Europe/Oslo")
    assert [row["hours"] for row in rows] == ["office", "late", "theirs"]
    assert {row["channel"] for row in rows} == {None}


def test_a_case_with_named_hours_selects_the_calendar(cli: "Cli", folder: Path) -> None:
    (folder / "acme.yaml").write_text(
        POLICY.replace(
            "  late: {", "  late:\n    - {when: {plan: free}, open: sat 10:00-14:00}\n    - {"
        )
    )
    run = ask(cli, folder, "late", "--plan", "free", "--channel", "phone", at=SATURDAY)
    assert (run.stdout, run.code) == ("open\n", 0)
    run = ask(cli, folder, "late", "--plan", "pro", at=SATURDAY)
    assert (run.stdout, run.code) == ("closed\n", 1)
    run = ask(cli, folder, "late", at=SATURDAY)
    assert (run.stdout, run.code) == ("needs-input\n", 2)
    assert run.stderr == "zsupport: needs input: The plan (--plan)\n"
    # In a case each plan has its own calendar.
    run = ask(cli, folder, "--channel", "phone", "--priority", "P2", "--fact", "premier=true",
              at=SATURDAY)  # fmt: skip
    assert run.stdout == "free\tnot-entitled\npro\tclosed\n"


def test_hours_without_a_calendar_for_the_case_are_not_stated(cli: "Cli", folder: Path) -> None:
    (folder / "acme.yaml").write_text(
        POLICY.replace("  late: {", "  late:\n    - {when: {plan: free}, ")
    )
    run = ask(cli, folder, "late", "--plan", "pro")
    assert (run.stdout, run.code) == ("not-stated\n", 1)
    assert "not stated" in run.stderr
    case = ("--plan", "pro", "--channel", "phone", "--priority", "P2", "--fact", "premier=true")
    assert ask(cli, folder, *case).stdout == "open\n"  # `office` is open
    assert ask(cli, folder, *case, at=EVENING).stdout == "not-stated\n"


# -- the zone of the answer ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "options", "shown"),
    [
        ("2026-11-23T10:00:00+01:00", (), "2026-11-23T17:00:00+01:00"),
        ("2026-11-23T04:00:00-05:00", (), "2026-11-23T11:00:00-05:00"),
        ("2026-11-23T09:00:00Z", (), "2026-11-23T16:00:00Z"),
        ("@1795424400", (), "2026-11-23T16:00:00Z"),
        ("2026-11-23T09:00:00Z", ("--tz", "Asia/Tokyo"), "2026-11-24T01:00:00+09:00"),
    ],
)
def test_the_offset_of_the_moment_is_that_of_the_answer(
    at: str, options: tuple[str, ...], shown: str, cli: "Cli", folder: Path
) -> None:
    run = ask(cli, folder, "office", "--field", "next_close", *options, at=at)
    assert run.stdout == f"{shown}\n"


# -- revisions -----------------------------------------------------------------------------------


@pytest.fixture
def two_revisions(tmp_path: Path) -> Path:
    """Return a folder whose policy closes at 16:00 until 30 April 2026, from 1 May on at 15:00."""
    (tmp_path / "p").mkdir()
    head = "format: 1\npolicy: acme\ntimezone: Europe/Oslo\n"
    rest = (
        "plans: {free: Free, pro: Pro}\nchannels: {web: {name: Ticket, kind: web}}\n"
        "entitlements: [{allow: web, hours: office}]\n"
    )
    for name, effective, open_ in (
        ("a", "{from: 2026-01-01}", "mon-sun 08:00-16:00"),
        ("b", "{from: 2026-05-01, last_day: 2026-12-31}", "mon-sun 08:00-15:00"),
    ):
        (tmp_path / "p" / f"{name}.yaml").write_text(
            f"{head}effective: {effective}\n{rest}"
            f"hours: {{office: {{open: {open_}}}, {name}: {{open: {open_}}}}}\n"
        )
    return tmp_path


def row_of(cli: "Cli", two_revisions: Path, *arguments: str, at: str) -> dict[str, Any]:
    run = cli(
        "hours", "--policy", "./p", *arguments, "--at", at, "--format", "json", cwd=two_revisions
    )
    [row] = json.loads(run.stdout)["answers"]
    result: dict[str, Any] = row
    return result


@pytest.mark.parametrize("arguments", [("office",), ("--channel", "web")])
def test_each_revision_has_its_own_hours(
    arguments: tuple[str, ...], cli: "Cli", two_revisions: Path
) -> None:
    # Thursday 30 April, 12:00. The next revision begins at midnight.
    row = row_of(cli, two_revisions, *arguments, at="2026-04-30T12:00:00+02:00")
    assert [(w["opens"][5:16], w["closes"][5:16]) for w in row["windows"]] == [
        ("04-27T08:00", "04-27T16:00"),
        ("04-28T08:00", "04-28T16:00"),
        ("04-29T08:00", "04-29T16:00"),
        ("04-30T08:00", "04-30T16:00"),
        ("05-01T08:00", "05-01T15:00"),
        ("05-02T08:00", "05-02T15:00"),
        ("05-03T08:00", "05-03T15:00"),
    ]
    assert row["next_close"] == "2026-04-30T16:00:00+02:00"
    # In the evening the next closing is that of the new revision.
    row = row_of(cli, two_revisions, *arguments, at="2026-04-30T18:00:00+02:00")
    assert row["next_open"] == "2026-05-01T08:00:00+02:00"
    assert row["next_close"] == "2026-05-01T15:00:00+02:00"
    # The week of 1 May has the hours of the old revision until 30 April.
    row = row_of(cli, two_revisions, *arguments, at="2026-05-01T12:00:00+02:00")
    assert [w["closes"][5:16] for w in row["windows"]] == [
        "04-27T16:00", "04-28T16:00", "04-29T16:00", "04-30T16:00",
        "05-01T15:00", "05-02T15:00", "05-03T15:00",
    ]  # fmt: skip


def test_a_change_of_revision_opens_and_closes(cli: "Cli", two_revisions: Path) -> None:
    for name, open_ in (("a", "24x7"), ("b", "mon-fri 08:00-15:00")):
        path = two_revisions / "p" / f"{name}.yaml"
        text = path.read_text().partition("hours: {office")[0]
        path.write_text(text + f"hours: {{office: {{open: {open_}}}}}\n")
    row = row_of(cli, two_revisions, "office", at="2026-04-30T12:00:00+02:00")
    assert row["next_close"] == "2026-05-01T00:00:00+02:00"
    assert row["next_open"] == "2026-05-01T08:00:00+02:00"
    assert row["windows"][0]["closes"] == "2026-05-01T00:00:00+02:00"
    # In the reverse order, the new revision opens the hours. If both are open, nothing changes.
    for name, open_, opens in (
        ("a", "mon-fri 08:00-15:00", "2026-05-01T00:00:00+02:00"),
        ("a", "mon-sun 08:00-24:00", None),
    ):
        path = two_revisions / "p" / f"{name}.yaml"
        text = path.read_text().partition("hours: {office")[0]
        path.write_text(text + f"hours: {{office: {{open: {open_}}}}}\n")
        path = two_revisions / "p" / "b.yaml"
        text = path.read_text().partition("hours: {office")[0]
        path.write_text(text + "hours: {office: {open: 24x7}}\n")
        row = row_of(cli, two_revisions, "office", at="2026-04-30T18:00:00+02:00")
        assert (row["next_open"], row["next_close"]) == (opens, None)
    # A window that continues in the new revision is a single window.
    assert row["windows"][-1] == {
        "opens": "2026-04-30T08:00:00+02:00", "closes": "2026-05-04T00:00:00+02:00",
    }  # fmt: skip


def test_a_revision_on_a_date_that_never_occurred_is_ignored(
    cli: "Cli", two_revisions: Path
) -> None:
    # Apia skipped 30 December 2011, the first day of the revision `b`.
    text = (two_revisions / "p" / "a.yaml").read_text().replace("Europe/Oslo", "Pacific/Apia")
    for name, day, hours in (
        ("a", "29", "20:00-21:00"), ("b", "30", "00:00-12:00"), ("c", "31", "10:00-11:00"),
    ):  # fmt: skip
        revision = text.replace("2026-01-01", f"2011-12-{day}").replace("08:00-16:00", hours)
        (two_revisions / "p" / f"{name}.yaml").write_text(revision)
    row = row_of(cli, two_revisions, "office", at="2011-12-29T22:00:00-10:00")
    assert row["next_open"] == "2011-12-30T10:00:00-10:00"  # 10:00 of the 31st there
    assert row["next_close"] == "2011-12-30T11:00:00-10:00"


def test_hours_without_a_revision_in_force_are_unknown(cli: "Cli", two_revisions: Path) -> None:
    # The new revision does not define `a`.
    run = cli(
        "hours", "a", "--policy", "./p", "--at", "2026-04-30T18:00:00+02:00", cwd=two_revisions
    )
    assert (run.stdout, run.code) == ("closed\n", 1)
    assert run.stderr == (
        "zsupport: the policy does not state the opening hours from 2026-05-01 on\n"
        "zsupport: closed\n"
    )
    row = row_of(cli, two_revisions, "a", at="2026-04-30T18:00:00+02:00")
    assert (row["next_open"], row["next_close"], row["windows"]) == (None, None, None)
    # The revision in force does not define `b`, but a later revision does, so the name is valid.
    run = cli(
        "hours", "b", "--policy", "./p", "--at", "2026-04-30T18:00:00+02:00", cwd=two_revisions
    )
    assert (run.stdout, run.code) == ("not-stated\n", 1)
    row = row_of(cli, two_revisions, "B", at="2026-04-30T18:00:00+02:00")
    assert (row["hours"], row["state"], row["next_open"]) == ("b", "not-stated", None)
    run = cli(
        "hours", "c", "--policy", "./p", "--at", "2026-04-30T18:00:00+02:00", cwd=two_revisions
    )
    assert (run.code, run.stderr) == (2, "zsupport: unknown hours `c`; hours: office, a, b, 24x7\n")
    # After the last day nothing is stated.
    row = row_of(cli, two_revisions, "office", at="2026-12-31T18:00:00+01:00")
    assert (row["state"], row["next_open"], row["next_close"]) == ("closed", None, None)
    assert row["windows"][-1]["closes"] == "2026-12-31T15:00:00+01:00"


@pytest.mark.parametrize("arguments", [("office",), ("--channel", "web")])
def test_between_two_revisions_nothing_is_stated(
    arguments: tuple[str, ...], cli: "Cli", two_revisions: Path
) -> None:
    path = two_revisions / "p" / "a.yaml"
    path.write_text(path.read_text().replace("2026-01-01", "2026-01-01, last_day: 2026-04-28"))
    # Tuesday 28 April is the last day, Friday 1 May the first one of the new revision.
    row = row_of(cli, two_revisions, *arguments, at="2026-04-28T12:00:00+02:00")
    assert (row["state"], row["next_open"]) == ("open", None)
    assert row["next_close"] == "2026-04-28T16:00:00+02:00"
    assert [window["opens"][:10] for window in row["windows"]] == [
        f"2026-{day}" for day in ("04-27", "04-28", "05-01", "05-02", "05-03")
    ]
    row = row_of(cli, two_revisions, *arguments, at="2026-04-28T18:00:00+02:00")
    assert (row["state"], row["next_open"], row["next_close"]) == ("closed", None, None)
    run = cli(
        "hours",
        "--policy",
        "./p",
        *arguments,
        "--at",
        "2026-04-28T18:00:00+02:00",
        cwd=two_revisions,
    )
    assert run.stderr == (
        "zsupport: the policy does not state the opening hours from 2026-04-29 on\n"
        "zsupport: closed\n"
    )
    row = row_of(cli, two_revisions, *arguments, at="2026-04-30T12:00:00+02:00")
    assert (row["state"], row["next_open"], row["windows"]) == ("not-stated", None, None)


def test_each_revision_has_its_own_priorities_of_facts(cli: "Cli", two_revisions: Path) -> None:
    facts = 'facts: {impact: {ask: "What?", values: {down: All, nothing: None}}}\n'
    for name, priority in (("a", "{id: P1}"), ("b", "{id: P1, when: {impact: down}}")):
        path = two_revisions / "p" / f"{name}.yaml"
        path.write_text(f"{path.read_text()}{facts}priorities: [{priority}]\n")
    arguments = ("--channel", "web", "--fact")
    evening = "2026-04-30T18:00:00+02:00"
    row = row_of(cli, two_revisions, *arguments, "impact=down", at=evening)
    assert (row["state"], row["next_open"]) == ("closed", "2026-05-01T08:00:00+02:00")
    # From May on this impact leads to no priority.
    row = row_of(cli, two_revisions, *arguments, "impact=nothing", at=evening)
    assert (row["state"], row["next_open"]) == ("closed", None)
    row = row_of(cli, two_revisions, *arguments, "impact=nothing", at="2026-05-01T12:00:00+02:00")
    assert (row["state"], row["because"][0]["path"]) == ("not-entitled", "priorities[0]")


def test_a_fact_of_a_later_revision_is_required(cli: "Cli", two_revisions: Path) -> None:
    path = two_revisions / "p" / "b.yaml"
    text = path.read_text().replace("{allow: web, ", "{when: {site: north}, allow: web, ")
    values = "values: {north: North, south: South}"
    path.write_text(f'{text}facts: {{site: {{ask: "Which site?", {values}}}}}\n')
    arguments = ("--policy", "./p", "--channel", "web", "--at", "2026-04-30T18:00:00+02:00")
    run = cli("hours", *arguments, cwd=two_revisions)
    # The site is a column because of the later revision. It has no value in the revision in force.
    assert (run.stdout, run.code) == ("\tclosed\n", 1)
    assert run.stderr == (
        "zsupport: Which site? (--fact site=north or --fact site=south)\nzsupport: closed\n"
    )


# From May on, the site `north` opens at 10:00 and `south` at 12:00. The plan `free` has a new id,
# `pro` is removed, and owners have 24x7 hours.
MAY = """\
format: 1
policy: acme
timezone: Europe/Oslo
effective: {from: 2026-05-01, last_day: 2026-12-31}
plans: {basic: {name: Basic, aliases: free}}
roles: {owner: Owner, user: User}
facts: {site: {values: {north: North, south: South}}}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web, hours: office}, {when: {role: owner}, allow: web, hours: 24x7}]
hours:
  office:
    - {when: {site: north}, open: "mon-sun 10:00-15:00"}
    - {when: {site: south}, open: "mon-sun 12:00-15:00"}
"""


@pytest.mark.parametrize(
    ("arguments", "next_open"),
    [
        (("office", "--fact", "site=north"), "2026-05-01T10:00:00+02:00"),
        (("office", "--fact", "site=south"), "2026-05-01T12:00:00+02:00"),
        (("office",), None),
        (("--channel", "web", "--plan", "free", "--role", "user", "--fact", "site=north"),
         "2026-05-01T10:00:00+02:00"),
        (("--channel", "web", "--plan", "free", "--role", "user", "--fact", "site=south"),
         "2026-05-01T12:00:00+02:00"),
        (("--channel", "web", "--plan", "free", "--role", "owner"), "2026-05-01T00:00:00+02:00"),
        (("--channel", "web", "--plan", "free", "--fact", "site=north"), None),
        # In the later revision, which does not define the plan, it is not entitled.
        (("--channel", "web", "--plan", "pro", "--role", "owner"), None),
    ],
)  # fmt: skip
def test_a_later_revision_uses_the_facts_of_the_query(
    arguments: tuple[str, ...], next_open: str | None, cli: "Cli", two_revisions: Path
) -> None:
    (two_revisions / "p" / "b.yaml").write_text(MAY)
    row = row_of(cli, two_revisions, *arguments, at="2026-04-30T18:00:00+02:00")
    assert (row["state"], row["next_open"]) == ("closed", next_open)


@pytest.mark.parametrize("arguments", [("office",), (), ("--plan", "pro"), ("24x7",)])
@pytest.mark.parametrize(
    ("at", "dates"),
    [
        ("2025-12-31T23:59:59+01:00", "from 2026-01-01"),
        ("2027-01-01T00:00:00+01:00", "from 2026-05-01 to 2026-12-31"),
    ],
)
def test_no_revision_in_force_is_reported(
    arguments: tuple[str, ...], at: str, dates: str, cli: "Cli", two_revisions: Path
) -> None:
    run = cli("hours", *arguments, "--policy", "./p", "--at", at, cwd=two_revisions)
    assert run.code == 1
    assert {line.split("\t")[-1] for line in run.stdout.splitlines()} == {"not-stated"}
    assert run.stderr == (
        "zsupport: not stated: no revision of the policy is in force at that moment\n"
    )
    run = cli(
        "hours", *arguments, "--policy", "./p", "--at", at, "--format", "json", cwd=two_revisions
    )
    document = json.loads(run.stdout)
    assert [item["message"] for item in document["warnings"]] == [
        f"the nearest revision of the policy `acme` is in force {dates}"
    ]
    for row in document["answers"]:
        assert (row["state"], row["open"], row["next_open"], row["windows"]) == (
            "not-stated", None, None, None,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("effective", "dates"),
    [
        # This revision has not begun.
        ("{from: 2026-05-01, last_day: 2026-12-31}", "from 2026-05-01 to 2026-12-31"),
        ("{last_day: 2026-04-29}", "until 2026-04-29"),
    ],
)
def test_not_in_force_names_the_dates_of_the_nearest_revision(
    effective: str, dates: str, cli: "Cli", two_revisions: Path
) -> None:
    path = two_revisions / "p" / "b.yaml"
    path.write_text(
        path.read_text().replace("{from: 2026-05-01, last_day: 2026-12-31}", effective, 1)
    )
    arguments = ("--policy", "./p/b.yaml", "--at", "2026-04-30T12:00:00+02:00", "--format", "json")
    [warning] = json.loads(cli("hours", *arguments, cwd=two_revisions).stdout)["warnings"]
    assert warning == {
        "code": "not-in-force",
        "message": f"the nearest revision of the policy `acme` is in force {dates}",
    }


def test_the_next_opening_of_due_is_that_of_the_revision_of_the_case(
    cli: "Cli", two_revisions: Path
) -> None:
    for name in ("a", "b"):
        path = two_revisions / "p" / f"{name}.yaml"
        path.write_text(
            path.read_text().replace("08:00", "08:00" if name == "a" else "10:00")
            + "targets: [{hours: office, first-response: 9 business hours}]\n"
        )
    # The case was opened under the old revision, so its calendar also counts on 1 May.
    run = cli(
        "due", "--policy", "./p", "--opened", "2026-04-30T12:00:00+02:00",
        "--at", "2026-04-30T18:00:00+02:00", "--format", "json", cwd=two_revisions,
    )  # fmt: skip
    [row] = json.loads(run.stdout)["answers"]
    assert row["next_open"] == "2026-05-01T08:00:00+02:00"
    assert row["due"] == "2026-05-01T13:00:00+02:00"
    row = row_of(cli, two_revisions, "office", at="2026-04-30T18:00:00+02:00")
    assert row["next_open"] == "2026-05-01T10:00:00+02:00"


def test_from_python(folder: Path) -> None:
    from datetime import datetime

    policy = zsupport.load(folder / "acme.yaml", cache=False)
    at = datetime.fromisoformat(MONDAY)
    result = policy.hours(plan="pro", channel="phone", priority="P1", at=at)
    [answer] = result.answers
    assert isinstance(answer, zsupport.HoursAnswer)
    assert (answer.state, answer.open, answer.hours) == ("open", True, "office, 24x7")
    assert policy.hours(fact={}, at=at, customer_tz="Europe/Oslo").columns == ("hours",)
    assert policy.hours(channel="web", at=at).columns == ()


# -- facts and priorities ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "stdout", "code"),
    [
        # The fact decides the priority: a bug is L1, and the chat is open for L3 only.
        (("--fact", "type=bug", "--channel", "chat"), "not-entitled\n", 1),
        (("--fact", "type=feature", "--channel", "chat"), "open\n", 0),
        # A fact that only priorities name does not belong to the case.
        (("--channel", "chat"), "L1\tnot-entitled\nL3\topen\n", 0),
        (("--priority", "L3", "--channel", "chat"), "open\n", 0),
        # A priority without effect is not a column, and neither is its fact.
        (("--channel", "web"), "closed\n", 1),
    ],
)
def test_stated_facts_restrict_the_priorities(
    arguments: tuple[str, ...], stdout: str, code: int, cli: "Cli", folder: Path
) -> None:
    (folder / "acme.yaml").write_text(
        "format: 1\npolicy: acme\nplans: {free: Free}\n"
        'facts: {type: {ask: "What kind?", values: {bug: Bug, feature: Feature}}}\n'
        "priorities: [{id: L1, when: {type: bug}}, {id: L3}]\n"
        "channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}}\n"
        "entitlements:\n  - {allow: web, hours: late}\n"
        "  - {when: {priority: L3}, allow: chat, hours: office}\n"
        "hours: {office: {open: mon-fri 09:00-17:00}, late: {open: mon-fri 17:00-22:00}}\n"
    )
    run = ask(cli, folder, *arguments)
    assert (run.stdout, run.code) == (stdout, code)


def test_a_grant_that_never_matches_requires_no_input(cli: "Cli", tmp_path: Path) -> None:
    nobody = "  - {when: {plan: {not: [free, pro]}}, allow: forum, hours: late}\n"
    text = POLICY.replace("  - {allow: forum}\n", f"  - {{allow: forum, hours: office}}\n{nobody}")
    (tmp_path / "acme.yaml").write_text(text)
    [row] = answers(cli, tmp_path, "--channel", "forum")
    assert (row["state"], row["hours"]) == ("open", "office")


# -- holidays and doubts -------------------------------------------------------------------------


def test_the_holidays_of_all_members_are_listed_by_date(cli: "Cli", folder: Path) -> None:
    days = ("2026-12-24", "2026-11-30", "2027-11-22", "2027-11-23")
    first, *more = (f'{{open: mon-fri 09:00-17:00, holidays: ["{day}"]}}' for day in days)
    members = "".join(f"  h{i}: {other}\n" for i, other in enumerate(more))
    text = f"{POLICY}  first: {first}\n{members}  all: {{any: [first, h0, h1, h2]}}\n"
    (folder / "acme.yaml").write_text(text)
    # The holidays of 365 days from Monday 23 November 2026 on.
    [row] = answers(cli, folder, "all")
    assert [item["date"] for item in row["holidays"]] == ["2026-11-30", "2026-12-24", "2027-11-22"]


def test_the_name_of_a_single_date_overrides_a_recurring_name(cli: "Cli", folder: Path) -> None:
    added = '{add: {"2026-12-24": The move, 12-24: Christmas Eve}}'
    text = POLICY.replace('["2026-12-24"]', added)
    (folder / "acme.yaml").write_text(text)
    [row] = answers(cli, folder, "office")
    assert row["holidays"] == [{"date": "2026-12-24", "name": "The move"}]
    [row] = answers(cli, folder, "office", at="2027-11-22T10:00:00+01:00")
    assert row["holidays"] == [{"date": "2027-12-24", "name": "Christmas Eve"}]


def test_doubts_after_the_shown_days_are_not_reported(cli: "Cli", folder: Path) -> None:
    for covers, doubts in (("2026-2027", 0), ("2026", 1)):
        covered = f'holidays: {{add: ["2026-12-24"], covers: {covers}}}'
        text = POLICY.replace('holidays: ["2026-12-24"]', covered)
        (folder / "acme.yaml").write_text(text)
        run = ask(cli, folder, "office", "--format", "json")
        assert len(json.loads(run.stdout)["warnings"]) == doubts


def test_remarks_of_a_calendar_that_may_apply_belong_to_the_channel(
    cli: "Cli", folder: Path
) -> None:
    lines = (
        "  office:",
        "  - {when: {site: north, plan: pro}, note: Pro., open: mon-fri 08:00-18:00}",
        "  - {when: {site: north, plan: free}, note: Free., open: mon-fri 08:00-18:00}",
        "  - {when: {plan: pro}, note: Others., open: mon-fri 09:00-17:00}",
        "  - {note: The rest., open: mon-fri 09:00-17:00}",
    )
    site = '\n  site: {ask: "Which site?", values: {north: North, south: South}}\n'
    text = POLICY.replace('"Premier?"}\n', f'"Premier?"}}{site}')
    text_lines = text.split("\n")
    place = next(i for i, line in enumerate(text_lines) if line.startswith("  office:"))
    text_lines[place : place + 1] = lines
    (folder / "acme.yaml").write_text("\n".join(text_lines))
    # Only the hours depend on the site. Remarks on calendars of other plans are omitted.
    run = cli("channels", "--policy", "./acme.yaml", "--plan", "pro", "--channel", "web", "--at",
              MONDAY, "--format", "json", cwd=folder)  # fmt: skip
    [row] = json.loads(run.stdout)["answers"]
    assert set(row["note"].split("\n")) == {"Say what you tried.", "Pro.", "Others."}
