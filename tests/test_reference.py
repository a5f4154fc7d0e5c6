"""Comparison of all answers with a simple second implementation of what the guides define.

`python -m tests.reference COUNT [SEED]` compares any number of random cases.
"""

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from itertools import chain, product
from math import prod
from pathlib import Path

import pytest
from policy_trees import TEST_POLICIES, policy_files
from reference.compare import (
    AGREED,
    COMPARED,
    Shipped,
    Subject,
    check,
    compare_channels,
    compare_due,
    every_case,
)
from reference.definition import Reference, in_force, read
from reference.draw import FORMS, Document, block, draw

SEED = int(os.environ.get("ZSUPPORT_SEED", "20261124"))
POLICIES = 600
CHUNK = 20
HOME = Path(__file__).parent


def reference_of(document: str) -> Reference:
    """Return the reference of a policy with these sections."""
    return Reference(read(f"format: 1\npolicy: p\n{document}"))


# -- the reference itself --------------------------------------------------------------------------


def test_reference_is_short_and_shares_no_code_with_the_program() -> None:
    text = (HOME / "reference" / "definition.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 500
    imported = {
        name.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported == {"collections.abc", "itertools", "typing", "yaml"}


LEVELS = """
plans: {a: A}
channels: {web: {name: Web, kind: web}, chat: {name: Chat, kind: chat}}
facts: {type: {ask: "What kind?", values: {bug: Bug, feature: Feature}}}
priorities: [{id: L1, when: {type: bug}}, {id: L3}]
entitlements: [{allow: web}, {when: {priority: L3}, allow: chat}]
"""


def test_stated_facts_restrict_the_priorities() -> None:
    reference = reference_of(LEVELS)
    assert {case["priority"] for case in reference.cases({"type": "feature"})} == {"L3"}
    [case] = reference.cases({"type": "bug", "channel": "chat"})
    assert not reference.entitlement(case).allowed
    # Without facts there are rows for the priorities that facts can lead to.
    rows = {(case["priority"], case["type"]) for case in reference.cases({})}
    assert rows == {("L1", "bug"), ("L3", "feature")}
    # A stated priority overrides facts.
    [case] = reference.cases({"type": "bug", "priority": "L3", "channel": "chat"})
    assert reference.entitlement(case).allowed


def test_a_default_that_excludes_the_priority_is_not_assumed() -> None:
    reference = reference_of(
        LEVELS.replace("{bug:", "{none: None, bug:").replace("}}}", "}, default: bug}}")
    )
    rows = {(case["priority"], case["type"]) for case in reference.cases({})}
    assert rows == {("L1", "bug"), ("L3", "none"), ("L3", "feature")}


def test_defaults_that_together_exclude_a_priority_are_not_assumed() -> None:
    reference = reference_of("""
plans: {a: A}
channels: {web: {name: Web, kind: web}}
facts: {x: {}, "y": {}, z: {}}
priorities: [{id: P1, when: [{x: true}, {"y": true}]}, {id: P2}]
entitlements: [{allow: web}]
""")
    rows = [(case["priority"], case["x"], case["y"], case["z"]) for case in reference.cases({})]
    assert rows == [
        ("P1", "false", "true", "false"),
        ("P1", "true", "false", "false"),
        ("P1", "true", "true", "false"),
        ("P2", "false", "false", "false"),
    ]


def test_facts_that_lead_to_no_priority_are_not_stated() -> None:
    reference = reference_of(
        LEVELS.replace(", {id: L3}]", "]").replace("priority: L3", "priority: L1")
    )
    cases = list(reference.cases({"type": "feature"}))
    assert [(case["channel"], case["priority"]) for case in cases] == [
        ("web", None),
        ("chat", None),
    ]
    for case in cases:
        assert not reference.entitlement(case).allowed
        assert reference.target(case, "first-response", lambda path: None).state == "not-stated"


#: Asia leads to no priority. The phone would set P1, but no channel opens a case.
UNLED = """
format: 1
policy: p
plans: {a: A}
facts: {big: {ask: Is it big?}, region: {values: {asia: Asia, europe: Europe}}}
channels:
  forum: {name: Forum, kind: community}
  phone: {name: Phone, kind: phone, priority: P1}
priorities: [{id: P1}]
priority-table:
  rows: big
  columns: region
  cells: {false: {asia: refused, europe: P1}, true: {asia: refused, europe: P1}}
  note: Of the table
entitlements: [{allow: forum}]
targets: [{when: {region: asia}, first-response: {P1: 1h}}]
"""


def test_facts_without_a_priority_are_not_compared_if_the_answer_has_no_channels() -> None:
    subject = Subject([UNLED], "unled", datetime(2026, 11, 23, 9, tzinfo=UTC))
    for question in ({}, {"big": "true"}, {"big": "true", "channel": "phone"}):
        assert [str(disagreement) for disagreement in compare_due(subject, question)] == []


SITE = """
plans: {a: A, b: B}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web, hours: all}]
hours:
  site: {timezone: customer, open: mon-fri 09:00-17:00}
  office: [{when: {plan: a}, open: mon-fri 09:00-17:00}]
  all: {any: [site, office]}
targets:
  - {when: [{opened: inside site, note: Undecided}, {plan: a, note: Decided}], first-response: 1h}
  - {when: {opened: outside office}, first-response: 2h}
  - {first-response: none}
"""


def test_a_decided_alternative_is_enough() -> None:
    reference = reference_of(SITE)
    case = {"plan": "a", "channel": "web"}
    answer = reference.target(case, "first-response", lambda path: None)
    assert (answer.state, answer.target) == ("promised", "1h")
    assert reference.remarks(answer.rests) == {("targets[0].when[1]", "note", "Decided")}
    # Both match: the remarks of both belong to the answer.
    answer = reference.target(case, "first-response", lambda path: True)
    assert {text for _, _, text in reference.remarks(answer.rests)} == {"Undecided", "Decided"}
    # An undecided earlier rule needs input; a rule without hours does not match.
    other = {"plan": "b", "channel": "web"}
    assert reference.target(other, "first-response", lambda path: None).state == "needs-input"
    assert reference.target(other, "first-response", lambda path: False).state == "no-target"


def test_a_union_is_open_if_a_known_member_is_open() -> None:
    reference = reference_of(SITE)
    case = {"plan": "a", "channel": "web"}
    states = {("hours", "site"): None, ("hours", "office", 0): True}
    assert reference.opening(case, states.__getitem__) == "open"
    states["hours", "office", 0] = False
    assert reference.opening(case, states.__getitem__) == "needs-input"
    states["hours", "site"] = False
    assert reference.opening(case, states.__getitem__) == "closed"


@pytest.mark.parametrize(
    ("date", "policy"),
    [
        ("2025-12-31", None),
        ("2026-01-01", "a"),
        ("2026-04-30", "a"),
        ("2026-05-01", "b"),
        ("2026-06-30", "b"),
        ("2026-07-01", None),
    ],
)
def test_a_revision_ends_when_the_next_begins(date: str, policy: str | None) -> None:
    first: Document = {"policy": "a", "effective": {"from": "2026-01-01"}}
    second: Document = {
        "policy": "b",
        "effective": {"from": "2026-05-01", "last_day": "2026-06-30"},
    }
    revision = in_force([second, first], date)
    assert (revision and revision["policy"]) == policy


# -- shipped policies ------------------------------------------------------------------------------

SHIPPED = [path for path in policy_files() if path not in TEST_POLICIES]


#: Time zone and country of the customer, for policies that ask for them.
NO_CUSTOMER, CUSTOMER = (None, None), ("Europe/Berlin", "DE")


@pytest.mark.parametrize(
    ("path", "zone", "country"),
    [(path, *NO_CUSTOMER) for path in SHIPPED]
    + [(path, *CUSTOMER) for path in SHIPPED if ": customer" in path.read_text("utf-8")],
    ids=lambda value: value.stem if isinstance(value, Path) else value,
)
def test_answers_of_shipped_policies_agree(
    path: Path, zone: str | None, country: str | None
) -> None:
    text = path.read_text(encoding="utf-8")
    start = read(text).get("effective", {}).get("from", "2026-11-24")
    opened = datetime.fromisoformat(f"{start}T15:00:00+00:00").astimezone(UTC)
    subject = Shipped([text], path.name, opened, zone, country)
    cases = list(every_case(subject.reference))
    assert cases
    for case in cases:
        # Open hours need a calendar; `test_oracle.py` compares them.
        both = chain(compare_due(subject, case), compare_channels(subject, case))
        wrong = [disagreement for disagreement in both if disagreement.aspect in AGREED]
        assert wrong == [], str(wrong[0])


# -- random policies -------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", range(POLICIES // CHUNK))
def test_answers_of_random_policies_agree(
    chunk: int, record_property: Callable[[str, object], None]
) -> None:
    compared, reports = 0, []
    for number in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        cases, disagreements = check(SEED, number)
        compared += cases
        reports += disagreements
    record_property(COMPARED, (SEED, compared, len(reports)))
    assert not reports, "\n".join(reports[:3])


@cache
def drawn() -> list[list[Document]]:
    """Return the revisions of all random policies."""
    return [draw(SEED, number) for number in range(POLICIES)]


def test_random_policies_have_enough_cases() -> None:
    newest = [Reference(documents[-1]) for documents in drawn()]
    sizes = [prod(map(len, reference.values.values())) for reference in newest]
    assert sum(sizes) >= 50_000
    assert max(sizes) < sum(sizes) / 20


def test_random_policies_have_all_sections_and_states() -> None:
    counts: Counter[str] = Counter()
    sample = drawn()[::3]
    for documents in sample:
        reference = Reference(documents[-1])
        text = block(documents[-1])
        counts["revisions"] += len(documents) > 1
        counts["never in force"] += in_force(documents, "2026-11-24") is None
        counts["priority from facts"] += reference.facts_decide
        counts["a default that excludes"] += any(
            case[fact] != reference.default(fact)
            for case in reference.cases({})
            for fact in reference.facts
            if reference.default(fact) is not None
        )
        for word in (
            "not:", "any:", "inside", "outside", "customer", "recommend:", "commitment:", "terms:",
            "hours: 24x7", "serious:", "classic", "default:", "note:", "unclear:", "source:",
            "self-service", "retired", "any:\n",
        ):  # fmt: skip
            counts[word] += word in text
        states = {
            reference.target(case, metric, lambda path: path[1:] < ("n",) or None).state
            for case in reference.cases({})
            for metric in reference.metrics
        }
        counts.update(states)
    assert {kind for kind, number in counts.items() if number < len(sample) / 50} == set(), counts
    states = {"not-entitled", "needs-input", "not-stated", "no-target", "promised"}
    assert states <= set(counts)


def test_forms_are_different_texts_of_the_same_document() -> None:
    for document, *_ in drawn()[:50]:
        texts = [form(document) for form in FORMS]
        assert [read(text) for text in texts] == [document] * len(FORMS)
        for first, second in product(texts, texts):
            assert first is second or first != second


def test_a_seed_always_gives_the_same_policy() -> None:
    assert draw(SEED, 1) == drawn()[1]
    assert draw(SEED + 1, 1) != drawn()[1]


@pytest.mark.parametrize(
    ("arguments", "code", "stdout"),
    [
        (["60", "5"], 0, "reference: "),
        (["many"], 2, ""),
        ([], 2, ""),
    ],
)
def test_the_command_prints_figures_and_seed(arguments: list[str], code: int, stdout: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.reference", *arguments],
        capture_output=True,
        text=True,
        cwd=HOME.parent,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith(stdout)
    assert done.stdout.endswith("seed 5, 0 disagreements\n") is (code == 0)
