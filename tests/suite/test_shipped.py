"""The tests that are shipped with the policies: they pass, cover everything, and notice changes."""

import re
from pathlib import Path

import pytest

from zsupport.clock.holidays import public_holidays
from zsupport.sources.find import shipped_policies
from zsupport.sources.settings import Exclusions
from zsupport.suite.session import RunOptions, run_session

NAMES = [*shipped_policies()]
#: These tests must notice nearly every change; of the others, most.
STRICT = {"zoom", "hivemq", "sendowl", "redhat", "gitlab"}
#: How a tests file says that it leaves a change unnoticed: `# unnoticed: PATH: CHANGE -- reason`.
LISTED = re.compile(r"^# unnoticed: (?P<change>.+) -- (?P<reason>\S.*)$", re.M)


def file_of(name: str) -> Path:
    path = Path(shipped_policies()[name])
    return path.with_name(f"{name}_test.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_policy_is_tested(name: str) -> None:
    wanted = RunOptions(coverage=True, mutation=True)
    session = run_session([name], wanted, public_holidays, Exclusions())
    assert not session.unreadable
    assert [f for f in session.outcome.findings if f.severity == "error"] == []
    tests = session.outcome.extra["tests"]
    assert len(tests) > 10
    assert all(test["passed"] for test in tests)

    coverage = session.outcome.extra["coverage"]
    assert coverage["uncovered"] == []
    assert coverage["decisions"] == coverage["covered"] > 3
    assert coverage["percent"] == 100

    # What is not noticed is listed in the tests file, with the reason.
    mutation = session.outcome.extra["mutation"]
    unnoticed = {f"{each['path']}: {each['change']}" for each in mutation["unnoticed"]}
    listed = {found["change"] for found in LISTED.finditer(file_of(name).read_text("utf-8"))}
    assert unnoticed == listed
    assert mutation["changes"] >= 30
    assert mutation["percent"] >= (95 if name in STRICT else 90)


@pytest.mark.parametrize("name", NAMES)
def test_denials_are_carried_by_tests_of_their_own(name: str) -> None:
    text = file_of(name).read_text("utf-8")
    assert max(map(len, text.splitlines())) <= 110
    # Mail is for everyone at SendOwl: nothing is denied.
    denies = re.search(r"not-entitled|forbid|exactly: \[\]", text)
    assert denies or name == "sendowl"


def test_every_tests_file_belongs_to_a_policy() -> None:
    root = Path(shipped_policies()["zoom"]).parent
    found = {path.name.removesuffix("_test.yaml") for path in root.rglob("*_test.yaml")}
    assert found == set(NAMES)
