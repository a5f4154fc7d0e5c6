"""Invariants are true in every case, or are violated and report the first case."""

import pytest
from subjects import SHOP, cases, read_tests, subject_of

from zsupport.findings import Finding
from zsupport.suite.invariant import find_violations
from zsupport.suite.outcome import run_tests
from zsupport.suite.running import run

SUBJECT = subject_of(SHOP)
HEAD = "tests: 1\npolicy: shop\ninvariants:\n"

TRUE_INVARIANTS = [
    "{require: {channel: forum}}",
    "{for: {plan: {not: free}}, require: {channel: web}}",
    "{for: {plan: free}, forbid: {channel: [web, phone]}}",
    "{for: {plan: max, role: user}, forbid: {channel: phone}}",
    "{for: {plan: max, role: owner}, require: {channel: [web, phone]}}",
    "{for: {plan: pro, premier: false}, forbid: {channel: phone}}",
    "{for: {plan: pro, premier: true}, require: {channel: phone}}",
    # A fact that no rule names does not matter.
    "{for: {impact: down}, require: {channel: forum}}",
    "{for: {plan: max}, require: {promised: first-response}}",
    "{for: {plan: pro}, forbid: {promised: [first-response, update]}}",
    "{for: {plan: max, channel: web, priority: P1}, require: {promised: update}}",
]
# The violated invariant, the number of violating cases and the first of them. A case has a plan, a
# role, a channel, a priority, `premier` and `region`; the last two have two values.
VIOLATED_INVARIANTS = [
    ("{require: {channel: web}}", "web", 16,
     {"plan": "free", "role": "owner", "channel": "web", "priority": "P1", "premier": "false",
      "region": "eu"}),
    ("{forbid: {channel: phone}}", "phone", 16,
     {"plan": "pro", "role": "owner", "channel": "phone", "priority": "P1", "premier": "true",
      "region": "eu"}),
    ("{for: {plan: max, role: user, region: us}, require: {channel: [forum, phone]}}", "phone", 4,
     {"plan": "max", "role": "user", "channel": "phone", "priority": "P1", "premier": "false",
      "region": "us"}),
    ("{for: {plan: paid, channel: web}, require: {promised: first-response}}", "first-response",
     16, {"plan": "pro", "role": "owner", "channel": "web", "priority": "P1", "premier": "false",
          "region": "eu"}),
    ("{for: {plan: max, channel: web}, require: {promised: update}}", "update", 8,
     {"plan": "max", "role": "owner", "channel": "web", "priority": "P2", "premier": "false",
      "region": "eu"}),
    ("{forbid: {promised: update}}", "update", 12,
     {"plan": "max", "role": "owner", "channel": "web", "priority": "P1", "premier": "false",
      "region": "eu"}),
]  # fmt: skip


@pytest.mark.parametrize("text", TRUE_INVARIANTS)
def test_invariant_that_is_true_in_every_case(text: str) -> None:
    tests = read_tests(f"{HEAD}  - {text}\n", SUBJECT)
    assert tests.findings == ()
    assert find_violations(SUBJECT, tests.invariants[0]) == []


@pytest.mark.parametrize(("text", "name", "count", "case"), VIOLATED_INVARIANTS)
def test_violation_counts_cases_and_has_the_first_case(
    text: str, name: str, count: int, case: dict[str, str]
) -> None:
    tests = read_tests(f"{HEAD}  - {text}\n", SUBJECT)
    [violation] = find_violations(SUBJECT, tests.invariants[0])
    assert (violation.name, violation.cases, dict(violation.case)) == (name, count, case)


# With `free` no case can be opened, so a claim about its targets has no cases.
WITHOUT_CASES = [
    ("{for: {plan: free}, require: {promised: update}, forbid: {promised: first-response}}",
     ["invariants[0].require.promised", "invariants[0].forbid.promised"]),
    ("{for: {plan: free}, require: {promised: [update, first-response], channel: forum}}",
     ["invariants[0].require.promised"]),
    ("{for: {channel: forum}, forbid: {promised: update}}", ["invariants[0].forbid.promised"]),
    ("{forbid: {channel: {not: [forum, web, phone]}}}", ["invariants[0].forbid.channel"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "paths"), WITHOUT_CASES)
def test_invariant_without_cases_is_an_error(text: str, paths: list[str]) -> None:
    ran = run_tests(SUBJECT, read_tests(f"{HEAD}  - {text}\n", SUBJECT))
    assert [finding.path for finding in ran.units[0].findings] == paths
    codes = {(finding.code, finding.severity) for finding in ran.units[0].findings}
    assert codes == {("ZT107", "error")}
    assert ran.passing_invariants == ()


def findings(text: str) -> tuple[Finding, ...]:
    ran = run_tests(SUBJECT, read_tests(f"{HEAD}  - {text}\n", SUBJECT))
    return tuple(finding for unit in ran.units for finding in unit.findings)


@pytest.mark.parametrize(("text", "name", "count", "case"), VIOLATED_INVARIANTS)
def test_hint_shows_the_witness_as_a_passing_test(
    text: str, name: str, count: int, case: dict[str, str]
) -> None:
    [finding] = findings(text)
    assert (finding.code, finding.severity) == ("ZT102", "error")
    assert finding.hint is not None
    [example] = cases("".join(f"  {line}\n" for line in finding.hint.splitlines()[1:]), SUBJECT)
    assert run(SUBJECT, example).failures == ()
    values = {key: value for key, [value] in example.question.values.items()}
    assert values.items() <= case.items()
    assert values["plan"] == case["plan"]


def test_place_of_a_violation_is_the_target_of_its_first_case() -> None:
    [finding] = findings("{for: {plan: max}, forbid: {promised: first-response}}")
    assert finding.case is not None
    assert finding.case["priority"] == "P1"
    assert [place.message for place in finding.related] == ["decided: targets[0].first-response.P1"]


def test_name_of_an_invariant_without_a_name_is_its_claims() -> None:
    text = "{require: {channel: [forum, web]}, forbid: {promised: [update, first-response]}}"
    [unit] = run_tests(SUBJECT, read_tests(f"{HEAD}  - {text}\n", SUBJECT)).units
    assert unit.name == (
        "invariant require channel forum, web, forbid promised update, first-response"
    )
    named = read_tests(f"{HEAD}  - {text.replace('{require', '{name: All, require', 1)}\n", SUBJECT)
    assert [unit.name for unit in run_tests(SUBJECT, named).units] == ["All"]


def test_invariant_checks_the_revision_of_its_moment() -> None:
    older = SHOP.replace("timezone:", "effective: {from: 2025-01-01}\ntimezone:", 1)
    newer = older.replace("2025-01-01", "2026-01-01").replace("{when: {plan: paid}, allow: web",
                                                              "{allow: web")  # fmt: skip
    subject = subject_of(older, newer)
    for at, passes in (("", True), (", at: 2025-06-01T00:00:00Z", False)):
        tests = read_tests(f"{HEAD}  - {{require: {{channel: web}}{at}}}\n", subject)
        assert (find_violations(subject, tests.invariants[0]) == []) is passes
        if not passes:
            [unit] = run_tests(subject, tests).units
            hint = unit.findings[0].hint or ""
            [example] = cases("".join(f"  {line}\n" for line in hint.splitlines()[1:]), subject)
            assert example.question.revision == 0
            assert run(subject, example).failures == ()
