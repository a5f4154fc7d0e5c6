"""The tests that are shipped with the policies: they pass, cover everything, and notice changes."""

import re
from pathlib import Path

import pytest

from zsupport.clock.holidays import public_holidays
from zsupport.policy.find import shipped_policies
from zsupport.suite.session import Session, Wanted, run_session

NAMES = [*shipped_policies()]
#: These tests must notice nearly every change; of the others, most.
STRICT = {"zoom", "hivemq", "sendowl", "redhat", "gitlab"}
#: How a tests file says that it leaves a change unnoticed: `# unnoticed: PATH: CHANGE -- reason`.
LISTED = re.compile(r"^# unnoticed: (?P<change>.+) -- (?P<reason>\S.*)$", re.M)


def tests_of(name: str) -> Path:
    path = Path(shipped_policies()[name])
    return path.with_name(f"{name}_test.yaml")


@pytest.fixture(scope="module")
def sessions() -> dict[str, Session]:
    return {}


def session(name: str, sessions: dict[str, Session]) -> Session:
    if name not in sessions:
        wanted = Wanted(coverage=True, mutation=True)
        sessions[name] = run_session([name], wanted, public_holidays)
    return sessions[name]


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_policy_is_tested_and_passes(name: str, sessions: dict[str, Session]) -> None:
    found = session(name, sessions)
    assert not found.unreadable
    assert [f for f in found.outcome.findings if f.severity == "error"] == []
    tests = found.outcome.extra["tests"]
    assert len(tests) > 10
    assert all(test["passed"] for test in tests)


@pytest.mark.parametrize("name", NAMES)
def test_every_decision_of_a_shipped_policy_is_covered(
    name: str, sessions: dict[str, Session]
) -> None:
    coverage = session(name, sessions).outcome.extra["coverage"]
    assert coverage["uncovered"] == []
    assert coverage["decisions"] == coverage["covered"] > 3
    assert coverage["percent"] == 100


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_noticed_is_listed_with_the_reason(
    name: str, sessions: dict[str, Session]
) -> None:
    mutation = session(name, sessions).outcome.extra["mutation"]
    unnoticed = {f"{each['path']}: {each['change']}" for each in mutation["unnoticed"]}
    listed = {found["change"] for found in LISTED.finditer(tests_of(name).read_text("utf-8"))}
    assert unnoticed == listed
    assert mutation["changes"] >= 30
    assert mutation["percent"] >= (95 if name in STRICT else 90)


@pytest.mark.parametrize("name", NAMES)
def test_denials_are_carried_by_tests_of_their_own(name: str, sessions: dict[str, Session]) -> None:
    text = tests_of(name).read_text("utf-8")
    assert max(map(len, text.splitlines())) <= 110
    # Mail is for everyone at SendOwl: nothing is denied.
    denies = re.search(r"exactly|exclude|not-entitled|forbid", text)
    assert denies or name == "sendowl"


def test_every_tests_file_belongs_to_a_policy() -> None:
    root = Path(shipped_policies()["zoom"]).parent
    found = {path.name.removesuffix("_test.yaml") for path in root.rglob("*_test.yaml")}
    assert found == set(NAMES)
