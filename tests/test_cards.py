"""Screens of channels, priorities, terms and policies: facts written by hand."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zsupport.library import load
from zsupport.report import Terminal
from zsupport.report.screen import NONE, render_screen
from zsupport.sources.find import shipped_policies
from zsupport.view.screens import Setting, priority_label
from zsupport.view.screens.terms import screen as screen_of_terms
from zsupport.view.times import Times

if TYPE_CHECKING:
    from conftest import Cli

MONDAY = "2026-11-23T10:00:00+01:00"
URL = "https://support.example.com/tickets/new?product=desk&from=the-documentation"
DESK = f"""\
format: 1
policy: desk
timezone: Europe/Oslo
plans: {{free: Free, pro: {{name: Pro, note: Sold by partners., above: free}}}}
facts: {{region: {{ask: Where?, values: {{us: America, eu: Europe}}}}}}
channels:
  web: {{name: Ticket, kind: web, url: "{URL}"}}
  mail: {{name: E-mail, kind: email, steps: [Write to us.]}}
  chat: {{name: Chat, kind: chat, note: Short questions.}}
  phone:
    name: Phone
    kind: phone
    numbers: {{NO: +47 21 54 50 00, any: {{number: +1.888.555.0100, note: English only}}}}
    prerequisites: [Customer number, Host key]
  visit: {{name: Visit, kind: other}}
  pager: {{name: Pager, kind: phone}}
priorities: [{{id: P1, name: Urgent}}, {{id: P2, name: P2}}]
hours:
  office: {{open: mon-fri 09:00-17:00}}
  friday: {{open: fri 10:00-12:00}}
  monday: {{open: mon 08:00-09:00}}
  customer: {{open: mon-fri 09:00-17:00, timezone: customer, ask: Where are you?}}
entitlements:
  - {{allow: web, hours: 24x7}}
  - {{when: {{plan: pro}}, allow: mail, hours: office}}
  - {{when: {{plan: pro}}, allow: chat}}
  - {{when: {{plan: pro, priority: P1}}, allow: phone, hours: friday}}
  - {{when: {{plan: pro}}, allow: visit, hours: customer}}
  - {{when: {{plan: pro, priority: P1}}, allow: pager, hours: 24x7}}
  - {{when: {{plan: pro, priority: P2}}, allow: pager, hours: monday}}
  - {{when: {{plan: pro}}, recommend: [mail, web]}}
targets: [{{first-response: 4h}}]
"""


@pytest.fixture
def desk(tmp_path: Path) -> str:
    file = tmp_path / "desk.yaml"
    file.write_text(DESK, encoding="utf-8")
    return str(file)


def lines(cli: "Cli", *arguments: str, width: int = 80) -> list[str]:
    run = cli(*arguments, "--at", MONDAY, "--format", "table", env={"COLUMNS": str(width)})
    return [" ".join(line.split()) for line in run.stdout.splitlines()]


def test_card_states_whether_each_channel_is_open(cli: "Cli", desk: str) -> None:
    shown = lines(cli, "channels", "--policy", desk, "--plan", "pro", "--tz", "Europe/Oslo")
    assert shown[1:3] == [
        "Pro: 6 channels Mon 23 Nov, 10:00 CET", "Recommended: E-mail, then Ticket",
    ]  # fmt: skip
    assert "Ticket (web) open, always" in shown
    assert "E-mail (mail) open until 17:00" in shown
    assert "Chat [1] hours not stated" in shown
    assert "Phone closed, opens Fri 10:00" in shown
    assert "Visit hours depend on the customer" in shown
    # These hours depend on the priority. The next Monday is seven days ahead.
    assert shown[shown.index("Pager") + 1 :][:2] == [
        "P1 open, always", "P2 closed, opens Mon 30 Nov, 08:00",
    ]  # fmt: skip
    place = shown.index("Sold by partners.")
    assert shown[place + 1 :][:2] == ["[1] Short questions.", ""]


def test_card_states_how_to_use_a_channel(cli: "Cli", desk: str) -> None:
    shown = lines(cli, "channels", "--policy", desk, "--plan", "pro")
    place = shown.index("Phone closed, opens Fri 10:00")
    assert shown[place + 1 :][:4] == [
        "NO +47 21 54 50 00",
        "any country +1.888.555.0100 (English only)",
        "Have ready Customer number, Host key",
        "Only for P1 Urgent",
    ]
    # An address that is wider than the screen has a line of its own.
    assert URL in lines(cli, "channels", "--policy", desk, "--plan", "pro", width=40)


def test_matrix_marks_conditions_of_a_case_and_of_a_channel(cli: "Cli", desk: str) -> None:
    shown = lines(cli, "channels", "--policy", desk, width=100)
    assert shown[1] == "Channels by plan"
    assert shown[3] == "Plan web mail chat phone visit pager"
    assert shown[5:7] == [f"free yes{f' {NONE}' * 5}", "pro [3] yes yes yes [1] yes [2] yes yes"]
    assert shown[8:11] == [
        "[1] Short questions.", "[2] Only for P1", "[3] Sold by partners.",
    ]  # fmt: skip


def test_denial_names_the_case_and_the_channel(cli: "Cli", desk: str) -> None:
    shown = lines(cli, "channels", "--policy", desk, "--plan", "free", "--channel", "phone")
    assert shown[1] == "Free: Phone is not allowed"


def test_a_case_of_a_policy_without_roles_is_a_card(cli: "Cli") -> None:
    shown = lines(cli, "channels", "--policy", "aws", "--plan", "enterprise")
    assert shown[1] == "Enterprise: 3 channels Mon 23 Nov, 10:00 UTC+1"
    assert shown[3:5] == ["Web open, always", "https://console.aws.amazon.com/support"]


@pytest.mark.parametrize(
    ("priority", "name", "label"),
    [
        ("P1", "Urgent", "P1 Urgent"),
        ("P2", "P2", "P2"),
        ("p1", "P1: Critical", "P1: Critical"),
        ("critical", "Business-critical system down", "critical Business-critical system down"),
        ("emergency", "Severity 1 (emergency)", "Severity 1 (emergency)"),
        ("high", "Highest", "high Highest"),
    ],
)
def test_priority_is_shown_with_its_id(priority: str, name: str, label: str) -> None:
    assert priority_label(priority, {("priority", priority): name}) == label


@pytest.mark.parametrize("question", ["channels", "hours", "priority", "terms", "topics"])
def test_screens_state_nothing_if_no_revision_is_in_force(cli: "Cli", question: str) -> None:
    run = cli(question, "--at", "2019-01-01T00:00:00Z", "--format", "table")
    assert run.stdout.split("\n") == [
        "",
        "  Not stated: no revision of the policy is in force",
        "",
        "  The nearest revision of the policy `zoom` is in force from 2020-01-01",
        "",
        "  zoom, the shipped example (use --policy for yours)",
        "",
        "",
    ]


def test_card_names_what_the_hours_depend_on(cli: "Cli", desk: str) -> None:
    shown = lines(cli, "channels", "--policy", desk, "--plan", "pro")
    place = shown.index("Hours They depend on the answer to:")
    assert shown[place + 1] == "Where are you? (--customer-tz)"


def test_notes_of_a_region_are_hidden_until_it_is_known(cli: "Cli") -> None:
    emea = 'Published as "GMT+1 (CET)"'
    command = ("hours", "support", "--policy", "suse")
    assert emea not in "\n".join(lines(cli, *command))
    shown = lines(cli, *command, "--fact", "region=emea", "--customer-country", "NO")
    assert any(emea in line for line in shown)


@pytest.mark.parametrize(
    ("policy", "lang", "notice"),
    [
        ("zoom", "de", "No texts in language `de`; languages: en, nb"),
        ("gitlab", "sv", "No texts in language `sv`; the texts of the policy are not translated"),
        ("zoom", "nb-NO", None),
        ("gitlab", "en", None),
    ],
)
def test_notice_about_a_language(cli: "Cli", policy: str, lang: str, notice: str | None) -> None:
    shown = lines(cli, "priority", "--policy", policy, "--lang", lang)
    notices = [line for line in shown if "language" in line]
    assert notices == ([notice] if notice else [])


@pytest.mark.parametrize("policy", shipped_policies())
def test_each_term_is_shown_once(policy: str) -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    answers = load(policy).terms(at=at)
    screen = screen_of_terms(answers, Setting(Times(UTC, at), "en"))
    shown = " ".join(render_screen(screen, Terminal(10_000)).split())
    for text in {answer.text for answer in answers if answer.text}:
        assert shown.count(" ".join(text.split())) == 1, text


def test_terms_name_their_cases(cli: "Cli") -> None:
    shown = lines(cli, "terms", "--policy", "gitlab", "--topic", "contacts", width=200)
    place = shown.index("for trial, starter, premium, ultimate")
    assert shown[place - 2].startswith("A person who opens a ticket must belong")


def test_list_of_policies_states_when_a_revision_is_in_force(cli: "Cli", tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    text = (
        "format: 1\npolicy: acme\neffective: {%s}\nplans: {free: Free}\n"
        "channels: {web: {name: Web, kind: web}}\nentitlements: [{allow: web}]\n"
    )
    for name, effective in (
        ("a", "from: 2020-01-01, last_day: 2020-12-31"),
        ("b", "from: 2022-01-01"),
        ("c", "from: 2026-01-01, last_day: 2026-12-31"),
        ("d", "from: 2027-01-01"),
    ):
        (folder / f"{name}.yaml").write_text(text % effective, encoding="utf-8")
    shown = lines(cli, "policies", str(folder), width=100)
    assert "Revision 2026-01-01, in force until 2026-12-31" in shown
    place = next(i for i, line in enumerate(shown) if line.startswith("Policy Title"))
    assert shown[place + 2 :][:4] == [
        "acme acme 2020-01-01 ended 2020-12-31 a.yaml",
        "acme acme 2022-01-01 replaced 2026-01-01 b.yaml",
        "acme acme 2026-01-01 in force until 2026-12-31 c.yaml",
        "acme acme 2027-01-01 starts 2027-01-01 d.yaml",
    ]


def test_reasons_of_many_answers_name_each_place_once(cli: "Cli", desk: str) -> None:
    plans = ", ".join(f"p{number}: {{}}" for number in range(20))
    text = Path(desk).read_text(encoding="utf-8").replace("free: Free", f"free: Free, {plans}")
    Path(desk).write_text(text, encoding="utf-8")
    arguments = ("channels", "--policy", "./desk.yaml", "--why", "--format", "table")
    run = cli(*arguments, cwd=Path(desk).parent, env={"COLUMNS": "100"})
    first = text[: text.index("  - {allow: web")].count("\n") + 1
    shown = [" ".join(line.split()) for line in run.stdout.splitlines()]
    assert [line for line in shown if line.startswith("./desk.yaml:")] == [
        f"./desk.yaml:{first} allows web: always",
        f"./desk.yaml:{first + 1} allows mail: plan pro",
        f"./desk.yaml:{first + 2} allows chat: plan pro",
        f"./desk.yaml:{first + 3} allows phone: plan pro, priority P1",
        f"./desk.yaml:{first + 4} allows visit: plan pro",
        f"./desk.yaml:{first + 5} allows pager: plan pro, priority P1",
        f"./desk.yaml:{first + 6} allows pager: plan pro, priority P2",
    ]


def test_reasons_of_topics_name_each_resource_once(cli: "Cli") -> None:
    shown = lines(cli, "topics", "--policy", "zoom", "--why")
    assert [line for line in shown if line.endswith(" How-to guides")] == [
        "zoom.yaml:154 How-to guides"
    ]


def test_cases_without_a_right_state_what_would_help(cli: "Cli") -> None:
    shown = lines(cli, "due", "--policy", "gitlab", "--plan", "free")
    assert shown[1] == "Not entitled: Free"
    assert not any("would be entitled" in line for line in shown)
    explained = lines(cli, "due", "--policy", "gitlab", "--plan", "free", "--why")
    # The policy allows every plan the channel `licensing` for the topic `billing`.
    [ways] = [line for line in explained if "would be entitled" in line]
    assert "topic billing" in ways


def test_notes_of_a_target_concern_what_the_screen_shows(cli: "Cli") -> None:
    channel = "AWS calls you back"
    case = ("--policy", "aws", "--plan", "enterprise", "--priority", "high")
    due = " ".join(lines(cli, "due", *case))
    assert channel in " ".join(lines(cli, "channels", *case))
    assert channel not in due
    # Without an instant, a table shows no hours, and so it has no notes about them.
    targets = " ".join(lines(cli, "due", "--policy", "suse"))
    assert "GMT+1" not in targets
    assert "GMT+1" in " ".join(lines(cli, "due", "--policy", "suse", "--why"))


def test_the_note_of_a_channel_is_not_shown_to_those_who_cannot_use_it(cli: "Cli") -> None:
    case = ("--plan", "free", "--role", "user", "--channel", "phone")
    note = "The article states only the number for the United States."
    assert note not in " ".join(lines(cli, "hours", *case))
    entitled = ("--plan", "business", "--role", "owner", "--channel", "phone")
    assert note in " ".join(lines(cli, "hours", *entitled))


def test_all_that_the_hours_need_is_stated_at_once(cli: "Cli") -> None:
    # The hours depend on the region, and each region has the holidays of the customer's country.
    shown = " ".join(lines(cli, "hours", "--policy", "suse"))
    assert "--fact region=emea" in shown
    assert "(--customer-country)" in shown
    stated = ("--fact", "region=emea", "--customer-country", "NO")
    assert "Needed" not in " ".join(lines(cli, "hours", "--policy", "suse", *stated))


def test_how_binding_a_target_is_reads_as_a_sentence(cli: "Cli") -> None:
    shown = lines(cli, "due", "--policy", "suse", "--plan", "priority", "--priority", "sev1")
    assert "Commitment the time is a target, not an agreement" in shown
