"""Identity is a path, not a line: a policy as one line of JSON has the same results."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from reference.draw import block, draw, json_line

from zsupport.answer.case import AnyAnswers
from zsupport.check.rule import Subject as Checked
from zsupport.check.rules import RULES
from zsupport.clock.holidays import public_holidays
from zsupport.diff.headlines import outcome_of
from zsupport.diff.policies import compare
from zsupport.errors import ZsupportError
from zsupport.library import Policy
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document
from zsupport.policy.yamltext import MappingNode, Node, ScalarNode, SequenceNode, path_text
from zsupport.sources.policies import PolicyFiles, policies_at
from zsupport.suite.coverage import decisions_of, uncovered
from zsupport.suite.mutation import mutants_of, run_mutants
from zsupport.suite.outcome import run_tests
from zsupport.suite.reading import bind, read_tests_file
from zsupport.suite.subject import PolicyUnderTest, read_subject
from zsupport.view.channels import QUESTION
from zsupport.view.questions import load_question

SEED = int(os.environ.get("ZSUPPORT_SEED", "20261128"))
POLICIES = 24
AT = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
TODAY = date(2026, 11, 26)
ROOT = Path(__file__).parent.parent
#: Rules about YAML syntax and comments, which one line of JSON does not have.
YAML_RULES = frozenset({"ZS010", "ZS803", "ZS811"})


def value_of(node: Node | None) -> Any:
    """Return a node as JSON values, with scalars as texts."""
    if isinstance(node, MappingNode):
        return {key.text: value_of(value) for key, value in node.entries}
    if isinstance(node, SequenceNode):
        return [value_of(item) for item in node.items]
    assert isinstance(node, ScalarNode)
    return node.text


def on_single_line(file: SourceFile, root: Node | None) -> SourceFile:
    """Return a file with its document as one line of JSON."""
    return file._replace(data=json_line(value_of(root)).encode())


def without_lines(value: Any) -> Any:
    """Return a JSON value without lines and digests."""
    if isinstance(value, dict):
        return {
            key: without_lines(item) for key, item in value.items() if key not in ("line", "digest")
        }
    return [without_lines(item) for item in value] if isinstance(value, list) else value


# -- compared results -----------------------------------------------------------------------------


def questions(policy: Policy) -> Iterator[tuple[str, Callable[[], AnyAnswers]]]:
    """Yield questions to a policy, with their names."""
    yield "channels", partial(policy.channels, at=AT)
    yield "due", partial(policy.due, opened=AT, at=AT, metric="all", customer_tz="Asia/Tokyo")
    yield "hours", partial(policy.hours, at=AT, customer_tz="Asia/Tokyo")
    for plan in (policy.plans[0], policy.plans[-1]):
        yield "hours", partial(policy.hours, plan=plan, at=AT)
    yield "priority", partial(policy.priority, at=AT)
    yield "terms", partial(policy.terms, at=AT)
    yield "topics", partial(policy.topics, at=AT)


def answers_of(policy: Policy) -> Iterator[Any]:
    """Yield the answers of a policy and their reasons."""
    for name, ask in questions(policy):
        try:
            answers = ask()
        except ZsupportError as error:
            yield str(error)
            continue
        yield without_lines(answers.to_dict())
        yield [
            re.sub(r"\.yaml:[0-9]+", ".yaml", line) for line in load_question(name).why(answers, "")
        ]


def problems(document: Document) -> list[Any]:
    """Return the findings of the rules, suppressed or not, without places in the text."""
    checked = Checked(document, TODAY)
    return [
        (
            rule.code,
            path_text(problem.path),
            problem.severity,
            problem.message,
            problem.case,
            [(path_text(path), text) for path, text in problem.related],
        )
        for rule in RULES
        if rule.code not in YAML_RULES and not rule.last
        for problem in rule.check(checked)
    ]


def suite_of(subject: PolicyUnderTest, files: list[SourceFile], *, mutants: bool) -> list[Any]:
    """Return the results, the coverage and the mutants of tests."""
    tests = [bind(read_tests_file(file), subject, AT) for file in files]
    assert not any(file.findings for file in tests)
    results_of_tests = [run_tests(subject, file, None) for file in tests]
    passing = [example for result in results_of_tests for example in result.passing]
    results: list[Any] = [
        (unit.name, [(finding.code, finding.path, finding.message) for finding in unit.findings])
        for result in results_of_tests
        for unit in result.units
    ]
    for index, document in enumerate(subject.documents):
        decisions = decisions_of(subject, index)
        results += [decisions, uncovered(subject, decisions, passing)]
        results.append(
            [(change.kind, change.path, change.message) for change in mutants_of(document)]
        )
    if mutants:
        passing_invariants = [
            invariant for result in results_of_tests for invariant in result.passing_invariants
        ]
        mutation = run_mutants(subject, tests, passing, passing_invariants)
        survivors = [(s.mutant.kind, s.mutant.path, s.cases) for s in mutation.survivors]
        results.append((mutation.mutants, mutation.invalid, mutation.unchanged, survivors))
    return results


def assert_same(
    old: tuple[SourceFile, ...],
    new: tuple[SourceFile, ...],
    tests: tuple[list[SourceFile], list[SourceFile]],
    *,
    mutants: bool = True,
) -> None:
    """Compare the results of a policy and its tests with those in another form."""
    before_subject, after_subject = (
        read_subject(old, public_holidays),
        read_subject(new, public_holidays),
    )
    policies = [Policy(subject.policy.revisions) for subject in (before_subject, after_subject)]
    for before, after in zip(*map(answers_of, policies), strict=True):
        assert before == after
    for document, again in zip(before_subject.documents, after_subject.documents, strict=True):
        assert problems(document) == problems(again)
    assert suite_of(before_subject, tests[0], mutants=mutants) == suite_of(
        after_subject, tests[1], mutants=mutants
    )
    outcome, counts = outcome_of(
        [compare(before_subject.documents, after_subject.documents)], "customer"
    )
    assert not outcome.findings
    assert not any(counts.values())


# -- the property ----------------------------------------------------------------------------------

GROUPS = [
    group
    for folder in ("policies", "tests/policies")
    for group in policies_at([str(ROOT / folder)], lambda _: False)[0]
]
#: Policies whose mutants are run. The mutants of all policies are compared.
RUN = frozenset({"canonical", "hivemq", "sendowl", "zoom"})


def test_every_policy_of_the_repository_is_compared() -> None:
    assert {group.id for group in GROUPS} > RUN
    assert sum(bool(group.tests) for group in GROUPS) >= 8


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.policy[0].name)
def test_policies_of_the_repository_are_equal_on_a_single_line(group: PolicyFiles) -> None:
    lines = tuple(on_single_line(file, read_document(file).root) for file in group.policy)
    tests = [on_single_line(file, read_tests_file(file).root) for file in group.tests]
    assert_same(group.policy, lines, (list(group.tests), tests), mutants=group.id in RUN)


@pytest.mark.parametrize("number", range(POLICIES))
def test_random_policies_are_equal_on_a_single_line(number: int) -> None:
    documents = draw(SEED, number)
    lines, line = (
        tuple(
            SourceFile(f"{index}.yaml", form(document).encode(), "", f"{index}.yaml")
            for index, document in enumerate(documents)
        )
        for form in (block, json_line)
    )
    assert_same(lines, line, ([], []), mutants=number % 8 == 0)


# -- examples --------------------------------------------------------------------------------------

#: A policy with several calendars, rules and grants.
OFFICE = {
    "format": "1",
    "policy": "office",
    "timezone": "UTC",
    "plans": {"free": "Free", "pro": "Pro"},
    "channels": {"web": {"name": "Web", "kind": "web"}, "chat": {"name": "Chat", "kind": "chat"}},
    "entitlements": [
        {"allow": "web", "note": "For all."},
        {"when": {"plan": "pro"}, "allow": "web", "note": "For pro."},
        {"when": {"plan": "pro"}, "allow": "chat"},
    ],
    "hours": {
        "office": [
            {"when": {"plan": "free"}, "open": "mon-fri 12:00-14:00"},
            {"open": "mon-fri 08:00-20:00"},
        ]
    },
    "targets": [
        {"when": {"plan": "free"}, "hours": "office", "first-response": "4 business hours"},
        {"hours": "office", "first-response": "4 business hours"},
    ],
}
FORMS = pytest.mark.parametrize("form", [block, json_line], ids=("lines", "one-line"))
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


def office(form: Callable[[dict[str, Any]], str]) -> PolicyUnderTest:
    text = form(OFFICE).encode()
    return read_subject((SourceFile("office.yaml", text, "", "office.yaml"),), public_holidays)


@FORMS
def test_calendars_on_a_single_line_are_distinct(form: Callable[[dict[str, Any]], str]) -> None:
    due = Policy(office(form).policy.revisions).due(opened=MONDAY, at=MONDAY, channel="web")
    assert [(row.plan, row.due) for row in due] == [
        ("free", datetime(2026, 11, 24, 14, tzinfo=UTC)),
        ("pro", datetime(2026, 11, 23, 14, tzinfo=UTC)),
    ]


@FORMS
@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ({"due": {"plan": "pro", "channel": "web"}}, "targets[1]", "targets[0]"),
        ({"due": {"plan": "free", "channel": "web"}}, "targets[0]", "targets[1]"),
        ({"channels": {"plan": "free", "channel": "web"}}, "entitlements[0]", "entitlements[1]"),
        ({"hours": {"name": "office", "plan": "pro"}}, "hours.office[1]", "hours.office[0]"),
    ],
)
def test_reasons_on_a_single_line_are_distinct(
    form: Callable[[dict[str, Any]], str], question: dict[str, Any], right: str, wrong: str
) -> None:
    subject = office(form)
    for reason, failures in ((right, 0), (wrong, 1)):
        tests = {
            "tests": "1",
            "policy": "office",
            "cases": [{**question, "expect": {"because": reason}}],
        }
        file = SourceFile("office_test.yaml", form(tests).encode(), "", "office_test.yaml")
        result = run_tests(subject, bind(read_tests_file(file), subject, MONDAY), None)
        assert [len(unit.findings) for unit in result.units] == [failures]


@FORMS
def test_why_shows_all_grants(form: Callable[[dict[str, Any]], str]) -> None:
    answers = Policy(office(form).policy.revisions).channels(plan="pro", channel="web", at=MONDAY)
    [answer] = answers.answers
    assert answer.note == "For all.\nFor pro."
    lines = [re.sub(r":[0-9]+", "", line).strip() for line in QUESTION.why(answers, "")]
    assert [line for line in lines if line.startswith("office.yaml")] == [
        "office.yaml  allows web: always",
        "office.yaml  allows web: plan pro",
    ]
