"""The shipped tests of the policies pass, cover all decisions and kill most mutants."""

import re
from pathlib import Path

import pytest

from zsupport.clock.holidays import public_holidays
from zsupport.sources.find import shipped_policies
from zsupport.sources.settings import Exclusions
from zsupport.suite.session import RunOptions, run_session

NAMES = [*shipped_policies()]
#: Policies whose tests must kill at least 95 % of the mutants; the others 90 %.
STRICT = {"zoom", "hivemq", "sendowl", "redhat", "gitlab"}
#: The comment for a mutant that survives on purpose: `# unnoticed: PATH: CHANGE -- reason`.
LISTED = re.compile(r"^# unnoticed: (?P<change>.+) -- (?P<reason>\S.*)$", re.M)


def file_of(name: str) -> Path:
    path = Path(shipped_policies()[name])
    return path.with_name(f"{name}_test.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_shipped_policy_is_tested(name: str) -> None:
    options = RunOptions(coverage=True, mutation=True)
    session = run_session([name], options, public_holidays, Exclusions())
    assert not session.unreadable
    assert [f for f in session.outcome.findings if f.severity == "error"] == []
    tests = session.outcome.extra["tests"]
    assert len(tests) > 10
    assert all(test["passed"] for test in tests)

    coverage = session.outcome.extra["coverage"]
    assert coverage["uncovered"] == []
    assert coverage["decisions"] == coverage["covered"] > 3
    assert coverage["percent"] == 100

    # The tests file lists the surviving mutants with the reasons.
    mutation = session.outcome.extra["mutation"]
    unnoticed = {f"{mutant['path']}: {mutant['change']}" for mutant in mutation["unnoticed"]}
    listed = {match["change"] for match in LISTED.finditer(file_of(name).read_text("utf-8"))}
    assert unnoticed == listed
    assert mutation["changes"] >= 30
    assert mutation["percent"] >= (95 if name in STRICT else 90)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_tests_state_denials(name: str) -> None:
    text = file_of(name).read_text("utf-8")
    assert max(map(len, text.splitlines())) <= 110
    # SendOwl allows mail for everyone and denies nothing.
    denies = re.search(r"not-entitled|forbid|exactly: \[\]", text)
    assert denies or name == "sendowl"


def test_every_tests_file_belongs_to_a_policy() -> None:
    root = Path(shipped_policies()["zoom"]).parent
    tested = {path.name.removesuffix("_test.yaml") for path in root.rglob("*_test.yaml")}
    assert tested == set(NAMES)
