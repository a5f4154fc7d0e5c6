"""`zsupport terms`: the terms of a policy for a case. Expected answers are worked out by hand."""

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
timezone: Europe/Berlin
effective: {from: 2026-01-01, last_day: 2026-12-31}
plans: {free: Free, pro: Pro, business: Business}
roles: {owner: Owner, user: User}
facts:
  region: {ask: "Where?", values: {here: Here, there: There}}
  premier: {ask: "Premier?"}
channels:
  web: {name: Ticket, kind: web}
  phone: {name: Phone, kind: phone}
entitlements: [{allow: [web, phone]}]
priorities: [{id: P1}, {id: P2}]
sources:
  page: {title: Page}
  book: {title: Book}
terms:
  contacts:
    - when: [{plan: business, note: By contract.}, {plan: pro, premier: true}]
      say: {en: 20 contacts., nb: 20 kontakter.}
      source: page
      unclear: Of which year?
    - {say: 2 contacts., note: Named ones.}
    - {when: {role: owner}, say: Never said.}
  calls:
    - {when: {channel: phone, priority: P1}, say: Call at once.}
    - {when: {channel: phone}, say: Call by day., source: book}
  travel:
    - {when: {region: there}, say: Engineers travel.}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.yaml").write_text(POLICY)
    return tmp_path


def ask(cli: "Cli", folder: Path, *arguments: str) -> "Run":
    at = () if "--at" in arguments else ("--at", "2026-06-01T00:00:00Z")
    return cli("terms", "--policy", "./acme.yaml", *arguments, *at, cwd=folder)


def answers(cli: "Cli", folder: Path, *arguments: str) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = json.loads(
        ask(cli, folder, *arguments, "--format", "json").stdout
    )["answers"]
    return result


def test_the_first_matching_term_of_each_topic_applies(cli: "Cli", folder: Path) -> None:
    case = ("--channel", "phone", "--fact", "region=here", "--fact", "premier=true")
    run = ask(cli, folder, *case, "--plan", "pro", "--role", "owner", "--priority", "P1")
    assert (run.stdout, run.code) == ("contacts\t20 contacts.\ncalls\tCall at once.\n", 0)
    run = ask(cli, folder, *case, "--plan", "free", "--role", "owner", "--priority", "P2")
    assert (run.stdout, run.code) == ("contacts\t2 contacts.\ncalls\tCall by day.\n", 0)


def test_omitted_options_are_columns(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--topic", "calls")
    assert run.stdout == "phone\tP1\tCall at once.\nphone\tP2\tCall by day.\n"
    run = ask(cli, folder, "--topic", "contacts", "--fact", "premier=true")
    assert run.stdout == "free\t2 contacts.\npro\t20 contacts.\nbusiness\t20 contacts.\n"
    run = ask(cli, folder, "--topic", "travel")
    assert run.stdout == "there\tEngineers travel.\n"


def test_open_columns_come_in_order_before_topic_and_text(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder)
    lines = run.stdout.splitlines()
    # plan, channel, priority, region, then topic and text; role and the default add no column.
    assert lines[0] == "free\tweb\tP1\there\tcontacts\t2 contacts."
    assert "business\tphone\tP2\tthere\tcalls\tCall by day." in lines
    assert "business\tphone\tP2\tthere\ttravel\tEngineers travel." in lines
    assert {line.count("\t") for line in lines} == {5}


def test_a_dimension_that_changes_no_term_is_not_shown(cli: "Cli", folder: Path) -> None:
    # The term for owners comes after a term for everyone, so the role has no effect.
    columns = zsupport.load(folder / "acme.yaml", cache=False).terms().columns
    assert columns == ("plan", "channel", "priority", "region", "topic")
    # Without premier, only `business` has 20 contacts. Only the plan is a column.
    policy = zsupport.load(folder / "acme.yaml", cache=False)
    assert policy.terms(topic="contacts", fact={"premier": "false"}).columns == ("plan",)
    # A term for the phone depends on the priority.
    assert policy.terms(topic="calls", channel="phone").columns == ("priority",)
    assert policy.terms(topic="calls", channel="web").columns == ()


def test_every_topic_of_every_case_has_an_answer_in_json(cli: "Cli", folder: Path) -> None:
    case = ("--plan", "business", "--channel", "web", "--priority", "P1", "--fact", "region=here")
    rows = {row["topic"]: row for row in answers(cli, folder, *case)}
    assert list(rows) == ["contacts", "calls", "travel"]
    contacts = rows["contacts"]
    assert contacts["text"] == "20 contacts."
    assert contacts["note"] == "By contract."
    assert contacts["unclear"] == "Of which year?"
    assert contacts["source"] == "page"
    paths = ["terms.contacts[0]", "terms.contacts[0].when[0]"]
    assert [(place["line"], place["path"]) for place in contacts["because"]] == [
        (20, path) for path in paths
    ]
    assert contacts["plan"] == "business"
    assert contacts["role"] is None
    assert contacts["facts"] == {"region": "here", "premier": "false"}
    # A negative answer names every term of its topic.
    calls = rows["calls"]
    assert (calls["text"], calls["note"], calls["unclear"], calls["source"]) == (None,) * 4
    assert [place["line"] for place in calls["because"]] == [27, 28]
    assert rows["travel"]["text"] is None


def test_a_default_is_assumed_with_a_warning(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--topic", "contacts", "--plan", "pro")
    assert run.stdout == "2 contacts.\n"
    assert run.stderr == "zsupport: premier=false is assumed, the default of this fact\n"


def test_no_matching_term_gives_exit_1_and_one_line(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--topic", "calls", "--channel", "web")
    assert (run.stdout, run.code) == ("", 1)
    assert run.stderr == "zsupport: not stated: the policy states no terms for this case\n"
    quiet = ask(cli, folder, "--topic", "calls", "--channel", "web", "-q")
    assert (quiet.stdout, quiet.stderr, quiet.code) == ("", "", 1)
    (folder / "acme.yaml").write_text(POLICY.partition("terms:")[0])
    run = ask(cli, folder)
    assert (run.stdout, run.code) == ("", 1)
    assert "not stated" in run.stderr


@pytest.mark.parametrize("at", ["2025-12-31T22:59:59Z", "2026-12-31T23:00:00Z"])
def test_without_a_revision_in_force_no_term_applies(at: str, cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--topic", "contacts", "--plan", "business", "--at", at)
    assert (run.stdout, run.code) == ("", 1)
    assert run.stderr == (
        "zsupport: not stated: no revision of the policy is in force at that moment\n"
    )
    [row] = answers(cli, folder, "--topic", "contacts", "--plan", "business", "--at", at)
    assert row["text"] is None
    assert [place["line"] for place in row["because"]] == [4]


def test_the_revision_in_force_answers(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for year, text in ((2026, "2 contacts."), (2027, "3 contacts.")):
        (tmp_path / "p" / f"{year}.yaml").write_text(
            f"format: 1\npolicy: acme\ntimezone: Europe/Berlin\neffective: {{from: {year}-01-01}}\n"
            "plans: {free: Free}\nchannels: {web: {name: Ticket, kind: web}}\n"
            f"entitlements: [{{allow: web}}]\nterms: {{contacts: [{{say: {text}}}]}}\n"
        )
    new = tmp_path / "p" / "2027.yaml"
    new.write_text(new.read_text().replace("terms: {", "terms: {travel: [{say: Far.}], "))
    # A topic that another revision defines is valid.
    for at, code in (("2026-12-31T22:59:59Z", 1), ("2026-12-31T23:00:00Z", 0)):
        run = cli("terms", "--policy", "./p", "--at", at, "--topic", "Travel", cwd=tmp_path)
        assert (run.stdout, run.code) == ("" if code else "Far.\n", code)
    new.write_text(new.read_text().replace("travel: [{say: Far.}], ", ""))
    for at, text in (("2026-12-31T22:59:59Z", "2"), ("2026-12-31T23:00:00Z", "3")):
        run = cli("terms", "--policy", "./p", "--at", at, cwd=tmp_path)
        assert (run.stdout, run.code) == (f"contacts\t{text} contacts.\n", 0)


def test_topics_ignore_upper_case_and_unknown_topics_are_reported(cli: "Cli", folder: Path) -> None:
    case = ("--plan", "business", "--format", "json")
    document = json.loads(ask(cli, folder, "--topic", "Contacts", *case).stdout)
    assert document["query"]["topic"] == "contacts"
    assert [row["topic"] for row in document["answers"]] == ["contacts"]
    run = ask(cli, folder, "--topic", "contakts")
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr == (
        "zsupport: unknown topic `contakts`; topics: contacts, calls, travel\n"
        "  did you mean `contacts`?\n"
    )


def test_why_shows_the_term_and_its_condition(cli: "Cli", folder: Path) -> None:
    run = ask(cli, folder, "--topic", "calls", "--priority", "P1", "--why")
    assert run.stderr.splitlines() == [
        "channel=web priority=P1 topic=calls: not stated",
        "  ./acme.yaml:27  only for: channel phone, priority P1",
        "  ./acme.yaml:28  only for: channel phone",
        "channel=phone priority=P1 topic=calls: stated",
        "  ./acme.yaml:27  this term applies: channel phone, priority P1",
    ]


def test_from_python(folder: Path) -> None:
    policy = zsupport.load(folder / "acme.yaml", cache=False)
    from datetime import UTC, datetime

    at = datetime(2026, 6, 1, tzinfo=UTC)
    result = policy.terms(topic="contacts", plan="business", at=at, lang="nb")
    [answer] = result.answers
    assert isinstance(answer, zsupport.TermAnswer)
    assert (answer.topic, answer.text) == ("contacts", "20 kontakter.")
    with pytest.raises(zsupport.UsageError, match="unknown topic `x`"):
        policy.terms(topic="x", at=at)


def test_a_fact_can_have_the_name_topic(cli: "Cli", tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(
        "format: 1\npolicy: desk\nplans: {free: Free, pro: Pro}\n"
        "facts: {topic: {values: {billing: Bills, technical: Faults}}}\n"
        "channels: {web: {name: Web, kind: web}}\nentitlements: [{allow: web}]\n"
        "terms:\n  contacts:\n"
        "    - {when: {plan: pro, topic: [billing, technical]}, say: Two.}\n"
        "  refunds:\n    - {when: {plan: pro, topic: billing}, say: Ask.}\n"
    )
    policy = zsupport.load(file)
    [free, pro] = policy.terms(topic="contacts")
    assert [(row.plan, row.topic, row.text) for row in (free, pro)] == [
        ("free", "contacts", None), ("pro", "contacts", "Two."),
    ]  # fmt: skip
    run = cli("terms", "--policy", str(file), "--format", "table")
    assert [line.strip() for line in run.stdout.splitlines() if line] == [
        "contacts", "Two.", "for pro", "refunds", "Ask.", "for pro with topic billing",
    ]  # fmt: skip
    # The column of the fact precedes that of the topics. A stated topic has no column.
    assert cli("terms", "--policy", str(file)).stdout.splitlines() == [
        "pro\tbilling\tcontacts\tTwo.",
        "pro\tbilling\trefunds\tAsk.",
        "pro\ttechnical\tcontacts\tTwo.",
    ]
    run = cli("terms", "--policy", str(file), "--topic", "refunds")
    assert run.stdout == "pro\tbilling\tAsk.\n"
