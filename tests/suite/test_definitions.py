"""Coverage, mutants and corrections compared with plain definitions, for random policies."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from policy_trees import policy_files
from reference.definition import NO_CASE
from reference.judge import Judge, judge
from strategies import Document, policies, yaml_of
from subjects import SHOP, cases, subject_of
from test_properties import grants, open_priorities, opened_case

from zsupport.answer.case import Case
from zsupport.answer.space import Space
from zsupport.clock.instants import to_datetime
from zsupport.errors import ZsupportError
from zsupport.suite.correction import case_text, correct_test
from zsupport.suite.coverage import Decision, decisions_of, uncovered
from zsupport.suite.example import Example
from zsupport.suite.mutation import compare_mutant, mutants_of
from zsupport.suite.running import passes, run
from zsupport.suite.subject import PolicyUnderTest
from zsupport.suite.suggestion import suggest_test

FEW = settings(max_examples=60, deadline=None)
OPENED = "2026-11-23T10:00:00Z"


def every_case(space: Space) -> Iterator[Case]:
    """Yield every case."""
    for values in product(*space.values.values()):
        yield dict(zip(space.values, values, strict=True))


# -- random tests of a policy ----------------------------------------------------------------------


@st.composite
def questions(draw: st.DrawFn, subject: PolicyUnderTest) -> dict[str, Any]:
    """Return the values of a question: some dimensions with one value or several."""
    space = subject.revisions[0].space
    question: dict[str, Any] = {}
    for name, values in space.values.items():
        if name != "channel" and draw(st.booleans()):
            members = draw(st.lists(st.sampled_from(values), min_size=1, unique=True))
            question[name] = members if len(members) > 1 or draw(st.booleans()) else members[0]
    return question


@st.composite
def random_case(draw: st.DrawFn, subject: PolicyUnderTest) -> str:
    """Return a random case as text, passing or not."""
    channels = subject.revisions[0].space.values["channel"]
    question = draw(questions(subject))
    some = draw(st.lists(st.sampled_from(channels), min_size=1, unique=True))
    if draw(st.booleans()):
        key = draw(
            st.sampled_from(["exactly", "exactly", "include", "exclude", "allowed", "hours"])
        )
        if key in ("allowed", "hours"):
            question["channel"] = some
            choices = {"allowed": ["true", "false"], "hours": ["office", "none", "24x7"]}[key]
            value: Any = draw(st.sampled_from(choices))
            return case_text({"channels": question, "expect": {key: value}})
        return case_text({"channels": question, "expect": {key: some}})
    if draw(st.booleans()):
        question["channel"] = some
    if draw(st.booleans()):
        question["metric"] = "all"
    if draw(st.booleans()):
        question["opened"] = OPENED
    expect: Any = draw(
        st.sampled_from(
            ["not-entitled", "not-stated", "no-target", {"target": "1h"}, {"target": "none"},
             {"commitment": "objective"}, {"state": "not-entitled", "target": "none"}]
        )
    )  # fmt: skip
    return case_text({"due": question, "expect": expect})


def passing_case(subject: PolicyUnderTest, text: str) -> str:
    """Return a passing case: the case itself or its correction."""
    [example] = cases(text, subject)
    passing = text if passes(subject, example) else correct_test(subject, example)
    assert passing is not None
    return passing


# -- corrections -----------------------------------------------------------------------------------


@FEW
@given(policies(), st.data())
def test_corrected_test_passes_and_asks_the_same_cases(
    document: Document, data: st.DataObject
) -> None:
    subject = subject_of(yaml_of(document))
    text = data.draw(random_case(subject))
    [example] = cases(text, subject)
    before = run(subject, example)
    event("fails" if before.failures else "passes")
    if not before.failures:
        return
    pasted = correct_test(subject, example)
    assert pasted is not None
    examples = cases(pasted, subject)
    event(f"{len(examples)} cases" if len(examples) < 4 else "more cases")
    assert all(run(subject, corrected_example).failures == () for corrected_example in examples)
    # The correction asks the same cases as the test.
    corrected = [case for item in examples for case in cases_of(subject, item)]
    asked = cases_of(subject, example)
    if example.question.command == "due":
        stated = "priority" in example.question.values
        asked = opened(document, asked, stated=stated)
        corrected = opened(document, corrected, stated=stated)
    assert {str(case) for case in asked} == {str(case) for case in corrected}


def opened(document: Document, cases: list[Case], *, stated: bool) -> list[Case]:
    """Return cases as they are after they were opened; a deadline has one answer for equal cases.

    If the question states no priority, omit cases with a priority to which their facts do not lead.
    """
    result = []
    for case in cases:
        after = case
        if "priority" in case and grants(document, case, case["channel"]):
            after = opened_case(document, case)
        if stated or facts_lead_to_priority(document, case):
            result.append(after)
    return result


def facts_lead_to_priority(document: Document, case: Case) -> bool:
    """Return whether the facts of a case lead to its priority, or its channel sets a missing one.

    A case does not have the facts of a priority table that changes no answer.
    """
    table = document.get("priority-table")
    if "priority" not in case or table is None or not {table["rows"], table["columns"]} <= {*case}:
        return True
    return case["priority"] in open_priorities(document, case, case["channel"])


def test_correction_without_a_moment_expects_the_target_instead_of_the_state() -> None:
    # The policy states no commitment, and without a moment the state `running` cannot be expected.
    policy = {
        "format": "1",
        "policy": "acme",
        "plans": {"pro": "Pro"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": ["web"]}],
        "targets": [{"first-response": "1h"}],
    }
    subject = subject_of(yaml_of(policy))
    [example] = cases("- due: {}\n  expect: {commitment: objective}\n", subject)
    assert correct_test(subject, example) == "- due: {}\n  expect: {target: 1h}\n"


def test_correction_states_the_priority_before_the_channel_changes_it() -> None:
    policy = {
        "format": "1",
        "policy": "acme",
        "plans": {"pro": "Pro"},
        "channels": {"phone": {"name": "Phone", "kind": "phone", "priority": {"at-most": "P2"}}},
        "priorities": [{"id": "P1"}, {"id": "P2"}],
        "entitlements": [{"when": {"priority": "P1"}, "allow": ["phone"]}],
        "targets": [{"first-response": "1h"}],
    }
    subject = subject_of(yaml_of(policy))
    [example] = cases("- due: {channel: phone}\n  expect: no-target\n", subject)
    assert correct_test(subject, example) == (
        "- due: {channel: phone, priority: P1}\n  expect: {target: 1h}\n"
        "- due: {channel: phone, priority: P2}\n  expect: not-entitled\n"
    )


def test_correction_states_no_priority_if_the_facts_of_the_test_lead_to_one() -> None:
    policy = {
        "format": "1",
        "policy": "acme",
        "plans": {"pro": "Pro"},
        "facts": {"impact": {"values": {"down": "All", "part": "A part"}}},
        "channels": {
            "phone": {"name": "Phone", "kind": "phone"},
            "mail": {"name": "Mail", "kind": "email", "priority": {"at-most": "P2"}},
        },
        "priorities": [{"id": "P1", "when": {"impact": "down"}}, {"id": "P2"}],
        "entitlements": [{"allow": ["phone"]}, {"when": {"priority": "P1"}, "allow": ["mail"]}],
        "targets": [{"first-response": {"P1": "1h", "P2": "2h"}}],
    }
    subject = subject_of(yaml_of(policy))
    [example] = cases("- due: {impact: [down, part]}\n  expect: no-target\n", subject)
    assert correct_test(subject, example) == (
        "- due: {channel: phone, impact: down}\n  expect: {target: 1h}\n"
        "- due: {channel: mail, impact: down}\n  expect: {target: 2h}\n"
        "- due: {impact: part}\n  expect: {target: 2h}\n"
    )
    # Facts can lead to each priority, so the correction states it.
    [example] = cases("- due: {channel: mail}\n  expect: no-target\n", subject)
    assert correct_test(subject, example) == (
        "- due: {channel: mail, priority: P1}\n  expect: {target: 2h}\n"
        "- due: {channel: mail, priority: P2}\n  expect: not-entitled\n"
    )


def cases_of(subject: PolicyUnderTest, example: Example) -> list[Case]:
    """Return every case that a test asks; an omitted fact takes its default.

    A test of a deadline without a channel asks the channels that open a case.
    """
    question = example.question
    revision = subject.policy.revisions[0]
    defaults = {fact.id: fact.default for fact in revision.facts}
    opening = {channel.id for channel in revision.channels if channel.opens_case}
    due_without_channel = opening and question.command == "due" and "channel" not in question.values
    result: list[Case] = []
    for case in every_case(subject.revisions[0].space):
        if question.command == "channels" and "channel" not in question.values:
            case.pop("channel")
            if case in result:
                continue
        if due_without_channel and case["channel"] not in opening:
            continue
        accepted = {
            name: question.values.get(name) or (defaults.get(name) and (defaults[name],))
            for name in case
        }
        if all(value in (accepted[name] or (value,)) for name, value in case.items()):
            result.append(case)
    return result


# -- coverage --------------------------------------------------------------------------------------

Key = tuple[Any, ...]


def covered_by(subject: PolicyUnderTest, reference: Judge, example: Example) -> set[Key]:
    """Return the decisions that a test covers, for every case, by the reference."""
    question = example.question
    expects = {expected.key: expected for expected in example.expects}
    defaults = {fact.id: fact.default for fact in subject.policy.revisions[0].facts}
    # A fact that decides nothing is not part of a case, so any value is possible.
    values = {**reference.values, **reference.sides}
    any_values = {name: members[0] for name, members in values.items()}
    covered: set[Key] = set()
    priorities = question.values.get("priority", ())
    if priorities and not reference.led_to({}) & {*priorities}:
        return covered  # no facts lead to the priority, so the test has no case
    for case in every_case(subject.revisions[0].space):
        if not all(
            value in question.values.get(name, (defaults.get(name) or value,))
            for name, value in case.items()
        ):
            continue
        channel = case["channel"]
        whole = {**any_values, **case}
        applying = [path[1] for path in reference.grants(whole)]
        opens_case = reference.at(("channels", channel))["kind"] not in NO_CASE
        if question.command == "channels":
            allowed = None
            if "exactly" in expects:
                allowed = channel in expects["exactly"].channels
            if "allowed" in expects:
                allowed = expects["allowed"].text == "true"
            if allowed is True:
                covered |= {("grant", grant, channel) for grant in applying}
            if allowed is False and not applying:
                covered.add(("denial", channel, case["plan"]))
            continue
        state = expects["state"].text if "state" in expects else None
        value = bool({"target", "due"} & set(expects))
        if not value and state == "not-entitled" and opens_case and not applying:
            covered.add(("denial", channel, case["plan"]))
        if not applying or not opens_case:
            continue
        if not value and state not in ("no-target", "not-stated"):
            continue
        if "channel" in question.values:
            covered |= {("grant", grant, channel) for grant in applying}
        asked = question.options.get("metric") or reference.metrics[:1]
        for metric in reference.metrics if "all" in asked else asked:
            cell = reference.decides(whole, metric).cell
            if cell is None:
                covered |= {("unstated", metric)} if state == "not-stated" and not value else set()
            else:
                covered.add(("target", cell[1], metric, cell[3] if len(cell) > 3 else "*"))
    return covered


def key_of(decision: Decision) -> Key:
    if decision.kind == "grant":
        return ("grant", decision.path[1], decision.name)
    if decision.kind == "denial":
        return ("denial", decision.name, decision.plan)
    if decision.kind == "unstated":
        return ("unstated", decision.name)
    cell = decision.path[3] if len(decision.path) > 3 else "*"
    return ("target", decision.path[1], decision.name, cell)


@FEW
@given(policies(), st.data())
def test_coverage_matches_the_definition(document: Document, data: st.DataObject) -> None:
    subject = subject_of(yaml_of(document))
    reference = judge(yaml_of(document))
    texts = data.draw(st.lists(random_case(subject), max_size=4))
    examples = [
        example for text in texts for example in cases(passing_case(subject, text), subject)
    ]
    kinds = ("grant", "denial", "target", "unstated")
    decisions = [decision for decision in decisions_of(subject, 0) if decision.kind in kinds]
    left = uncovered(subject, decisions, examples)
    covered = set(map(key_of, decisions)) - set(map(key_of, left))
    event(f"covered: {len(covered) * 4 // max(len(decisions), 1)} quarters")
    expected = {key for example in examples for key in covered_by(subject, reference, example)}
    assert covered == expected & set(map(key_of, decisions))


@FEW
@given(policies())
def test_suggested_test_of_a_random_policy_covers_its_decision(document: Document) -> None:
    subject = subject_of(yaml_of(document))
    for decision in decisions_of(subject, 0):
        test = suggest_test(subject, decision)
        assert test is not None, decision
        [example] = cases(test.text, subject)
        assert passes(subject, example)
        assert uncovered(subject, [decision], [example]) == []


# Shipped policies instead of SHOP, which has too many cases for a quick test.
@pytest.mark.parametrize("path", policy_files(), ids=lambda path: path.stem)
def test_all_suggested_tests_cover_all_decisions(path: Any) -> None:
    subject = subject_of(path.read_text("utf-8"))
    decisions = decisions_of(subject, 0)
    texts = [test.text for decision in decisions if (test := suggest_test(subject, decision))]
    assert len(texts) == len(decisions)
    examples = cases("".join(dict.fromkeys(texts)), subject)
    assert uncovered(subject, decisions, examples) == []
    assert all(passes(subject, example) for example in examples)


# -- mutants ---------------------------------------------------------------------------------------


def answers(subject: PolicyUnderTest, case: Case) -> Any:
    """Return the answers in one case.

    A target that the policy says is `not-stated` is the same answer as one that no rule states.
    """
    facts = {fact.id for fact in subject.policy.revisions[0].facts}
    named: dict[str, Any] = {name: v for name, v in case.items() if name not in facts}
    named["fact"] = {name: value for name, value in case.items() if name in facts}
    at = to_datetime(1_790_000_000)
    [row] = subject.policy.channels(**named, at=at).answers
    values: list[Any] = [row.allowed, row.prerequisites, row.hours, row.recommended, row.languages]
    # No drawn policy states this language.
    [row] = subject.policy.channels(**named, language="fr", at=at).answers
    values.append(row.handled)
    try:
        dues = subject.policy.due(**named, metric="all", opened=at, at=at).answers
    except ZsupportError as error:
        return [*values, error.message]
    for due in dues:
        target = None if due.state == "not-stated" else due.target
        values += [due.metric, due.state, target, due.hours, due.commitment, due.due]
    limits = subject.policy.terms(**named, at=at).answers
    return [*values, [(row.topic, row.limit) for row in limits]]


@settings(max_examples=40, deadline=None)
@given(policies(), st.data())
def test_mutant_differs_if_an_answer_differs(document: Document, data: st.DataObject) -> None:
    subject = subject_of(yaml_of(document))
    mutants = list(mutants_of(subject.revisions[0].document))
    for mutant in data.draw(st.lists(st.sampled_from(mutants), max_size=5)):
        pair = compare_mutant(subject, 0, mutant)
        if pair is None:
            event("invalid")
            continue
        changed, where = pair.after, pair.difference
        if mutant.kind in ("change-default", "swap-priorities"):
            continue
        # Cases to which no facts lead are not compared.
        every = [
            c for c in every_case(subject.revisions[0].space) if facts_lead_to_priority(document, c)
        ]
        differ = any(answers(subject, case) != answers(changed, case) for case in every)
        event(f"{mutant.kind}: {'other' if differ else 'same'}")
        expected = (where.channels | where.limited) != 0 or any(where.due.values())
        if mutant.path[0] == "hours":
            # Other hours can change deadlines only on dates that these answers do not reach.
            assert expected or not differ, mutant.message
        else:
            assert expected is differ, mutant.message


def test_target_that_no_rule_states_is_the_answer_not_stated() -> None:
    policy = {
        "format": "1",
        "policy": "acme",
        "plans": {"free": "Free", "pro": "Pro"},
        "channels": {"web": {"name": "Web", "kind": "web"}},
        "entitlements": [{"allow": ["web"]}],
        "targets": [
            {"when": {"plan": "pro"}, "first-response": {"target": "not-stated", "note": "Ask."}},
            {"when": {"plan": "free"}, "first-response": "1h"},
        ],
    }
    subject = subject_of(yaml_of(policy))
    mutants = {str(mutant.message): mutant for mutant in mutants_of(subject.revisions[0].document)}
    pair = compare_mutant(subject, 0, mutants["removed the rule targets[0]"])
    assert pair is not None
    assert pair.difference.due == {"first-response": 0}


def test_policy_with_all_sections_has_all_kinds_of_mutants() -> None:
    limits = "limits: {calls: 3, cases: [{when: {plan: pro}, is: 1}, {is: 2}]}\n"
    subject = subject_of(SHOP + limits)
    kinds = {mutant.kind for mutant in mutants_of(subject.revisions[0].document)}
    assert kinds == {
        "drop-grant", "drop-key", "drop-condition", "drop-value", "drop-rule", "drop-target",
        "drop-hours", "drop-prerequisite", "drop-commitment", "drop-calendar", "add-value",
        "flip-not", "swap-rules", "swap-targets", "swap-hours", "swap-recommended",
        "swap-priorities", "swap-commitment", "swap-calendars", "change-target",
        "change-commitment", "drop-limit", "swap-limits", "change-limit",
    }  # fmt: skip
