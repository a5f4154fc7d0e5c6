"""Answers have the remarks of all places that they are based on, and no other remarks."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from format_parts import parts, shapes
from hypothesis import given
from hypothesis import strategies as st

import zsupport
from zsupport.answer.remarks import QUESTIONS_BY_PART
from zsupport.policy.format import POLICY
from zsupport.policy.shape import Fields, Shape
from zsupport.view.notes import _Groups

#: A policy with each part of the format. The answers to the case below are based on all of them.
DOCUMENT: dict[str, Any] = {
    "format": "1",
    "policy": "acme",
    "effective": {"from": "2026-01-01"},
    "sources": {},
    "plans": {
        "pro": {"name": "Pro", "retired": "2026-02-01"},
        "free": {"name": "Free", "note": "Of another plan"},
    },
    "roles": {"admin": {"name": "Admin"}, "guest": {"name": "Guest", "note": "Of another role"}},
    "facts": {"big": {"ask": "Is it big?"}},
    "channels": {
        "web": {
            "name": "Web",
            "kind": "web",
            "numbers": {"any": {"number": "+1 555 0100"}},
            "priority": {"at-most": "P1"},
        },
        "mail": {"name": "Mail", "kind": "email", "note": "Of another channel"},
    },
    "entitlements": [
        {
            "when": [{"role": "admin", "plan": "pro"}],
            "allow": ["web"],
            "hours": "any-of-both",
        },
        {"when": [{"plan": "pro"}], "recommend": ["web"]},
        {"when": {"plan": "free"}, "allow": ["mail"], "note": "Of another grant"},
    ],
    "priorities": [
        {"id": "P1", "when": [{"big": "true"}]},
        {"id": "P2", "note": "Of another priority"},
    ],
    "metrics": [{"id": "first-response"}, {"id": "update", "note": "Of another metric"}],
    "hours": {
        "any-of-both": {"any": ["office", "weekend"]},
        "office": [
            {"when": {"plan": "free"}, "open": ["mon 09:00-10:00"], "note": "Of another case"},
            {
                "when": [{"plan": "pro"}],
                "open": ["mon-fri 09:00-17:00"],
                "holidays": {"add": ["12-25"]},
            },
        ],
        "weekend": {"open": ["sat-sun 10:00-16:00"]},
        "unused": {"open": ["mon 01:00-02:00"], "note": "Of other hours"},
    },
    "commitment": [{"when": [{"plan": "pro"}], "is": "objective"}],
    "targets": [
        {
            "when": [{"opened": "inside any-of-both", "plan": "pro"}],
            "hours": "any-of-both",
            "first-response": {
                "P1": {"target": "4 business hours"},
                "P2": {"target": "8 business hours", "note": "Of another cell"},
            },
        },
        {"first-response": "9h", "note": "Of another rule"},
    ],
    "limits": {
        "cases": [
            {"when": [{"plan": "pro"}], "is": "7"},
            {"is": "1 per day", "note": "Of another limit"},
        ]
    },
    "terms": {
        "credits": [
            {"when": [{"plan": "pro"}], "say": "Some."},
            {"say": "None.", "note": "Of another term"},
        ]
    },
    "self-help": {
        "topics": {"start": {"name": "Start"}},
        "resources": [{"name": "A guide", "kind": "guide", "topic": ["start"]}],
    },
}
CASE: dict[str, Any] = {
    "plan": "pro", "role": "admin", "channel": "web", "priority": "P1", "fact": {"big": "true"},
}  # fmt: skip
MOMENT = "2026-11-23T10:00:00Z"  # a Monday
#: The parts that a denial is based on: the case and the policy.
DENIAL = ("policy", "validity", "source", "plan", "channel", "priority", "fact", "metric")


@pytest.fixture(scope="module")
def marked_policy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return a policy with remarks in every place, and the name of each place by its path."""
    document = json.loads(json.dumps(DOCUMENT))
    names: dict[str, str] = {}
    unrelated: list[str] = []  # parts that do not belong to the case
    for name, path, node in list(parts(POLICY, document, "")):
        if "note" in node or any(path.startswith(f"{other}.") for other in unrelated):
            unrelated.append(path)
            continue
        source = f"s{len(names)}"
        node |= {"note": f"<note {path}>", "unclear": f"<unclear {path}>", "source": source}
        about = f"sources.{source}"
        document["sources"][source] = {"title": f"Page {source}", "note": f"<note {about}>"}
        names |= {path: name, about: name}
    file = tmp_path_factory.mktemp("remarks") / "acme.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file, names


def ask(
    policy: zsupport.Policy, question: str, case: Mapping[str, Any], topic: str = "credits"
) -> list[Any]:
    """Return the answers to one of the questions in a case; `topic` is that of a term or limit."""
    if question == "terms":
        return list(policy.terms(topic=topic, **case, at=MOMENT))
    if question == "due":
        return list(policy.due(**case, opened=MOMENT, at=MOMENT))
    if question == "priority":
        return list(policy.priority(fact=case["fact"], at=MOMENT))
    if question == "topics":
        return list(policy.topics(role=case["role"], at=MOMENT))
    return list(getattr(policy, question)(**case, at=MOMENT))


QUESTIONS = ("channels", "due", "hours", "priority", "terms", "topics")


def test_every_part_with_remarks_is_in_the_table() -> None:
    result: dict[int, Shape] = {}
    shapes(POLICY, result)
    names = {s.name for s in result.values() if isinstance(s, Fields) and "note" in s.fields}
    assert names == set(QUESTIONS_BY_PART) - {"recommendation"}


def test_the_policy_of_this_test_has_every_part_of_the_table(
    marked_policy: tuple[Path, dict[str, str]],
) -> None:
    _, names = marked_policy
    # A condition has the name of its owner, a source that of the part that cites it.
    # A condition of a priority goes before the table, which has its own test.
    untested = {"condition", "source", "priority table", "table cell"}
    assert set(names.values()) == set(QUESTIONS_BY_PART) - untested


@pytest.mark.parametrize(
    ("question", "topic", "other"),
    [*((question, "credits", "limit") for question in QUESTIONS), ("terms", "cases", "term")],
)
def test_an_answer_has_the_remarks_of_every_part_that_it_is_based_on(
    question: str, topic: str, other: str, marked_policy: tuple[Path, dict[str, str]]
) -> None:
    file, names = marked_policy
    answers = ask(zsupport.load(file, cache=False), question, CASE, topic)
    assert len(answers) == 1
    text = json.dumps(answers[0].to_dict())
    # An answer is either a limit or a term.
    expected = {
        path
        for path, name in names.items()
        if question in QUESTIONS_BY_PART[name] and name != other
    }
    assert {path for path in names if f"<note {path}>" in text} == expected
    own = {path for path in expected if not path.startswith("sources.")}
    assert {path for path in names if f"<unclear {path}>" in text} == own
    assert "Of another" not in text
    for path in expected:  # once
        assert text.count(f"<note {path}>") == 1
    ids = {path.removeprefix("sources.") for path in expected if path.startswith("sources.")}
    assert set(answers[0].source.split("\n")) == ids


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_has_the_remarks_of_its_cell_and_of_its_table(
    question: str, tmp_path: Path
) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    del document["sources"]  # empty
    document["facts"]["wide"] = {"ask": "Is it wide?"}
    document["priorities"] = [{"id": "P1"}, {"id": "P2"}]
    cell = {"priority": "P1", "note": "<note cell>"}
    another = {"priority": "P1", "note": "Of another cell of the table"}
    document["priority-table"] = {
        "rows": "big", "columns": "wide", "note": "<note table>",
        "cells": {
            "true": {"true": cell, "false": another}, "false": {"true": another, "false": "P2"}
        },
    }  # fmt: skip
    file = tmp_path / "acme.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    case = {**CASE, "fact": {"big": "true", "wide": "true"}}
    [answer] = ask(zsupport.load(file, cache=False), question, case)
    text = json.dumps(answer.to_dict())
    for part, note in (("table cell", "<note cell>"), ("priority table", "<note table>")):
        assert text.count(note) == (question in QUESTIONS_BY_PART[part])
    assert "Of another cell of the table" not in text


@pytest.mark.parametrize("question", ["channels", "due", "hours"])
def test_a_denial_has_the_remarks_of_its_case(
    question: str, marked_policy: tuple[Path, dict[str, str]]
) -> None:
    file, names = marked_policy
    policy = zsupport.load(file, cache=False)
    text = json.dumps(ask(policy, question, {**CASE, "role": "guest"})[0].to_dict())
    expected = {
        path
        for path, name in names.items()
        if question in QUESTIONS_BY_PART[name] and name in DENIAL
    }
    assert {path for path in names if f"<note {path}>" in text} == expected
    assert "Of another role" in text


@pytest.mark.parametrize("question", ["channels", "due", "hours", "terms"])
def test_an_answer_states_when_its_plan_was_retired(
    question: str, marked_policy: tuple[Path, dict[str, str]]
) -> None:
    policy = zsupport.load(marked_policy[0], cache=False)
    for case in (CASE, {**CASE, "role": "guest"}):
        assert [item.retired for item in ask(policy, question, case)] == ["2026-02-01"]
    assert ask(policy, question, {**CASE, "plan": "free"})[0].retired is None


CASE_OPTIONS = ("--plan", "pro", "--role", "admin")
OPTIONS = {
    "channels": (*CASE_OPTIONS, "--channel", "web", "--priority", "P1", "--fact", "big=true"),
    "due": (
        *CASE_OPTIONS, "--channel", "web", "--priority", "P1", "--fact", "big=true",
        "--opened", MOMENT,
    ),
    "hours": (*CASE_OPTIONS, "--channel", "web", "--priority", "P1", "--fact", "big=true"),
    "priority": ("--fact", "big=true"),
    "terms": (*CASE_OPTIONS, "--channel", "web", "--priority", "P1", "--fact", "big=true"),
    "topics": ("--role", "admin"),
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("format", ["plain", "table"])
def test_each_remark_is_shown_once(
    question: str, format: str, marked_policy: tuple[Path, dict[str, str]], cli: Any
) -> None:
    file, names = marked_policy
    arguments = (question, "--policy", str(file), *OPTIONS[question], "--at", MOMENT)
    expected = {path for path, name in names.items() if question in QUESTIONS_BY_PART[name]}
    own = {path for path in expected if not path.startswith("sources.")}
    # Only JSON has the doubt about the dates of the revision.
    doubts = {f"<unclear {path}>" for path in own - {"effective"}}
    notes = {f"<note {path}>" for path in expected}
    # Notes and standard error omit the note of a number: a screen shows it beside the number.
    of_numbers = {f"<note {path}>" for path in own if names[path] == "number"}
    sources = {f"Page s{p.removeprefix('sources.s')}" for p in expected - own}
    all_texts = {*doubts, *notes, *sources, "<unclear effective>"}
    for why in (False, True):
        run = cli(
            *arguments, "--format", format, *(("--why",) if why else ()), env={"COLUMNS": "999"}
        )
        shown = run.stdout if format == "table" else run.stderr
        expected_texts = doubts | (notes if why or format == "table" else set())
        expected_texts |= sources if why else set()
        expected_texts -= of_numbers if format == "plain" else set()
        counts = Counter(re.findall("<(?:note|unclear) [^>]*>|Page s[0-9]+", shown))
        assert {text: counts[text] for text in all_texts if counts[text]} == dict.fromkeys(
            expected_texts, 1
        )


POLICY_OF_ROWS = """\
format: 1
policy: desk
plans: {free: Free, pro: Pro, max: Max}
channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat, note: Short questions.}}
priorities: [{id: P1}, {id: P2}]
entitlements:
  - {allow: web}
  - {when: {plan: pro, priority: P1}, allow: chat, unclear: On which days?}
  - {when: {plan: max}, allow: chat}
metrics: [{id: first-response}, {id: update, starts: answered}]
targets:
  - when: {plan: free}
    first-response: {P1: 8h, P2: 16h}
    unclear: Read as hours.
  - first-response: {P1: {target: 1h, unclear: From when?}, P2: 2h}
    update: {P1: every 1h, P2: every 2h}
"""


@pytest.mark.parametrize("format", ["plain", "csv", "json"])
def test_a_remark_on_standard_error_names_the_rows_that_it_concerns(
    format: str, tmp_path: Path, cli: Any
) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(POLICY_OF_ROWS, encoding="utf-8")

    def stderr_lines(*arguments: str) -> list[str]:
        words = (*arguments, "--policy", str(file), "--at", MOMENT, "--format", format)
        return [line.removeprefix("zsupport: ") for line in cli(*words).stderr.splitlines()]

    assert stderr_lines("channels") == [
        "pro chat: only for P1",
        "pro chat: unclear: On which days?",
    ]
    # No rows are named if the remark concerns all of them.
    assert stderr_lines("channels", "--plan", "pro", "--channel", "chat") == [
        "only for P1",
        "unclear: On which days?",
    ]
    assert stderr_lines("due") == [
        "free: unclear: Read as hours.",
        "pro/max P1: unclear: From when?",
        "pro P1: unclear: On which days?",
    ]
    assert stderr_lines("due", "--plan", "free") == ["unclear: Read as hours."]
    assert stderr_lines("channels", "--channel", "chat", "--priority", "P1") == [
        "pro: unclear: On which days?"
    ]


@pytest.mark.parametrize(
    ("plans", "values"), [("abcdef", "a, b, c, d, e, f"), ("abcdefg", "a, b, c, d, e, 2 more")]
)
def test_a_remark_on_more_than_six_values_names_the_first_five(
    plans: str, values: str, tmp_path: Path, cli: Any
) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(
        "format: 1\npolicy: desk\nplans: {a: A, b: B, c: C, d: D, e: E, f: F, g: G, h: H}\n"
        "channels: {web: {name: Web, kind: web}}\nentitlements:\n  - {allow: web}\n"
        f"  - {{when: {{plan: [{', '.join(plans)}]}}, allow: web, unclear: On which days?}}\n"
    )
    run = cli("channels", "--policy", str(file), "--at", MOMENT)
    assert run.stderr == f"zsupport: {values}: unclear: On which days?\n"


def test_a_remark_on_a_priority_names_the_facts_that_lead_to_it(tmp_path: Path, cli: Any) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(
        "format: 1\npolicy: desk\nplans: {free: Free}\nchannels: {web: {name: Web, kind: web}}\n"
        "entitlements: [{allow: web}]\n"
        "facts: {impact: {values: {down: Down, part: Part}}, big: {ask: Is it big?}}\n"
        "priorities:\n  - {id: P1, when: {impact: down, big: true}, unclear: Of how many?}\n"
        "  - {id: P2}\n"
    )
    arguments = ("priority", "--policy", str(file), "--at", MOMENT)
    run = cli(*arguments, "--fact", "big=true")
    assert run == ("down\tP1\npart\tP2\n", "zsupport: down: unclear: Of how many?\n", 0)
    # Without facts the priorities are listed.
    assert cli(*arguments).stderr == "zsupport: P1: unclear: Of how many?\n"


def test_lines_and_tables_show_the_remarks_of_listed_answers(tmp_path: Path, cli: Any) -> None:
    file = tmp_path / "desk.yaml"
    text = POLICY_OF_ROWS.replace("free: Free", "free: {name: Free, unclear: Sold to whom?}")
    file.write_text(text.replace("{allow: web}", "{when: {plan: pro}, allow: web}"))
    arguments = ("channels", "--policy", str(file), "--at", MOMENT, "--channel", "web")
    assert cli(*arguments) == ("pro\tweb\n", "", 0)
    assert "Sold to whom?" not in cli(*arguments, "--format", "table").stdout
    # A denial has the remarks of its case.
    run = cli(*arguments, "--plan", "free")
    assert (run.stdout, run.code) == ("", 1)
    assert run.stderr.startswith("zsupport: unclear: Sold to whom?\n")


def test_a_screen_of_channels_shows_their_priorities(tmp_path: Path, cli: Any) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(POLICY_OF_ROWS, encoding="utf-8")
    arguments = ("channels", "--policy", str(file), "--plan", "pro", "--at", MOMENT)
    lines = cli(*arguments, "--format", "table", env={"COLUMNS": "999"}).stdout.splitlines()
    assert lines[3].split() == ["Web", "hours", "not", "stated"]
    assert lines[5].split() == ["Chat", "[1,", "2]", "hours", "not", "stated"]
    assert lines[6].split() == ["Only", "for", "P1"]
    assert lines[8:10] == ["  [1] Short questions.", "  [2] Doubtful: On which days?"]


def test_tables_name_retired_plans_and_clocks_that_start_at_another_event(
    tmp_path: Path, cli: Any
) -> None:
    file = tmp_path / "desk.yaml"
    text = POLICY_OF_ROWS.replace("max: Max", "max: {name: Max, retired: 2026-02-01}")
    file.write_text(text, encoding="utf-8")
    arguments = ("due", "--policy", str(file), "--opened", MOMENT, "--metric", "all")
    text = cli(*arguments, "--format", "markdown").stdout
    assert "max: plan retired since 2026-02-01" in text
    assert "update: the clock starts when the case is answered" in text
    screen = cli(*arguments, "--format", "table", env={"COLUMNS": "999"}).stdout
    [number] = re.findall(r"\[(\d)\] Plan retired since 2026-02-01\n", screen)
    marked = re.findall(r"^  (\w+) \[([^]]*)\]", screen, re.M)
    assert {plan for plan, numbers in marked if number in numbers.split(", ")} == {"max"}
    assert re.search(r"\[\d\] The clock starts when the case is answered\n", screen)


@given(st.data())
def test_a_remark_names_exactly_the_rows_that_it_concerns(data: st.DataObject) -> None:
    columns = ("a", "b", "c")[: data.draw(st.integers(1, 3))]
    cells = [st.sampled_from([f"{name}{n}" for n in range(4)]) for name in columns]
    rows = data.draw(st.lists(st.tuples(*cells), min_size=2, max_size=20, unique=True))
    concerned_rows = data.draw(st.lists(st.sampled_from(rows), min_size=1, unique=True))
    text = _Groups(columns, tuple(rows)).naming([rows.index(row) for row in concerned_rows])
    groups, _, more = text.partition(" and ")
    named_rows = set()
    for group in groups.split(", "):
        patterns = [part.split("/") for part in group.split()]
        named_rows |= {
            row for row in rows if all(any(value in values for value in row) for values in patterns)
        }
    assert named_rows <= set(concerned_rows)
    assert len(concerned_rows) - len(named_rows) == int(more.partition(" more row")[0] or 0)


def test_due_without_a_channel_has_the_remarks_of_all_channels(
    tmp_path: Path,
) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(
        """\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}, mail: {name: M, kind: email, unclear: Mail?}}
entitlements: [{allow: web, unclear: Web?}, {allow: mail}]
targets: [{first-response: 4h}]
""",
        encoding="utf-8",
    )
    policy = zsupport.load(file, cache=False)
    [row] = policy.due(opened=MOMENT).answers
    assert (row.channel, row.unclear) == (None, "Web?\nMail?")
    [row] = policy.due(channel="mail", opened=MOMENT).answers
    assert row.unclear == "Mail?"


def test_an_alternative_belongs_to_the_moments_at_which_it_matches(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(
        """\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
hours: {office: {open: mon-fri 09:00-17:00}}
targets:
  - when: [{opened: inside office, note: By day.}, {plan: pro, note: For pro.}]
    first-response: 4h
""",
        encoding="utf-8",
    )
    policy = zsupport.load(file, cache=False)
    for opened, note, alternatives in (
        ("2026-11-23T10:00:00Z", "By day.\nFor pro.", [0, 1]),
        ("2026-11-23T20:00:00Z", "For pro.", [1]),
    ):
        [row] = policy.due(opened=opened, at=opened).answers
        assert row.note == note
        paths = [reason.path for reason in row.because if ".when" in reason.path]
        assert paths == [f"targets[0].when[{number}]" for number in alternatives]


def test_rows_with_nothing_stated_keep_their_own_remarks(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(
        """\
format: 1
policy: acme
plans: {pro: Pro}
facts: {region: {values: {us: US, eu: EU}}}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}, {when: {region: eu}, allow: web, note: Said of the EU.}]
""",
        encoding="utf-8",
    )
    rows = zsupport.load(file, cache=False).due(opened=MOMENT).answers
    assert [(row.facts["region"], row.state, row.note) for row in rows] == [
        ("us", "not-stated", None),
        ("eu", "not-stated", "Said of the EU."),
    ]


def test_an_open_fact_adds_the_remarks_of_all_possible_alternatives(tmp_path: Path) -> None:
    file = tmp_path / "acme.yaml"
    file.write_text(
        """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web, hours: office}]
hours:
  office:
    - when: [{plan: pro, note: For pro.}, {channel: web}]
      open: mon-fri 09:00-17:00
    - {open: mon 09:00-10:00, note: Never reached by web.}
""",
        encoding="utf-8",
    )
    policy = zsupport.load(file, cache=False)
    assert [row.note for row in policy.channels(at=MOMENT)] == ["For pro."]
    assert [row.note for row in policy.channels(plan="free", at=MOMENT)] == [None]


def test_policies_in_full_shows_every_remark_of_the_file(
    marked_policy: tuple[Path, dict[str, str]], cli: Any
) -> None:
    file, _ = marked_policy
    run = cli("policies", str(file), "--format", "json")
    [record] = json.loads(run.stdout)["answers"]
    # Every scalar is text, as the policy format reads it.
    assert record["document"] == yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    listed = json.loads(cli("policies", "--format", "json").stdout)["answers"]
    assert {entry["document"] for entry in listed} == {None}
    assert cli("policies", str(file)).stdout.count("\n") == 1
