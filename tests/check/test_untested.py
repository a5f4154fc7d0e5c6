"""Findings about the tests of a policy: unknown ids and untested denials."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from zsupport.check.explanations import NEXT_FILE, explanation_of
from zsupport.check.suite_codes import TEST_CODES
from zsupport.cli import main

ACME = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
roles: {owner: Owner, user: User}
channels:
  help: {name: Help, kind: self-service}
  web: {name: Web, kind: web}
  phone: {name: Phone, kind: phone}
entitlements:
  - allow: help
  - {when: {role: owner}, allow: web}
  - {when: {plan: pro, role: owner}, allow: phone}
"""
HEAD = "tests: 1\npolicy: acme\ncases:\n"

RunCheck = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def run_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> RunCheck:
    """Write a policy and its tests; return the findings about the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZSUPPORT_CACHE", "off")

    def run(*cases: str, policy: str = ACME, arguments: tuple[str, ...] = ()) -> Any:
        if cases:
            lines = "".join(f"  - {case}\n" for case in cases)
            (tmp_path / "acme_test.yaml").write_text(HEAD + lines)
        if policy:
            (tmp_path / "acme.yaml").write_text(policy)
        main(["check", *arguments, "--select", "ZS904,ZS905", "--format", "json"])
        return json.loads(capfd.readouterr().out)["findings"]

    return run


def places(findings: list[dict[str, Any]]) -> list[str]:
    return [f"{e['file']}:{e['line']}:{e['column']} {e['code']} {e['path']}" for e in findings]


ALL = "{channels: {role: user}, expect: {exactly: [help]}}"
FREE = "{channels: {plan: free, role: owner}, expect: {exactly: [help, web]}}"
PRO = "{channels: {plan: pro, role: owner}, expect: {exactly: [help, web, phone]}}"


def test_policy_with_tested_denials_has_no_findings(run_check: RunCheck) -> None:
    assert run_check(ALL, FREE, PRO) == []
    # Other ways to test a denial.
    assert run_check("{channels: {plan: free, role: user, channel: [web, phone]}, expect: "
                 "{allowed: false}}", "{due: {plan: pro, role: user, channel: web}, "
                 "expect: not-entitled}") == []  # fmt: skip


def test_untested_denials_are_reported_in_the_policy(
    run_check: RunCheck, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_check(ALL, FREE, PRO) == []
    (tmp_path / "other.yaml").write_text(ACME.replace("policy: acme", "policy: other"))
    tests = f"{HEAD}  - {{channels: {{plan: pro, role: owner}}, expect: {{include: web}}}}\n"
    (tmp_path / "other_test.yaml").write_text(tests.replace("policy: acme", "policy: other"))
    main(["check", "--select", "ZS905", "--fail-on", "note", "--format", "junit"])
    files = Xml.fromstring(capfd.readouterr().out).iter("testcase")
    assert [(file.get("classname"), len(file)) for file in files] == [
        ("acme.yaml", 0), ("other.yaml", 1),
    ]  # fmt: skip


def test_forbidding_invariant_tests_a_denial(run_check: RunCheck, tmp_path: Path) -> None:
    def with_invariants(*invariants: str, cases: str = "") -> list[str]:
        lines = "".join(f"  - {invariant}\n" for invariant in invariants)
        text = f"tests: 1\npolicy: acme\ninvariants:\n{lines}{cases}"
        (tmp_path / "acme_test.yaml").write_text(text)
        return [finding["message"] for finding in run_check()]

    phone = "{for: {plan: free}, forbid: {channel: phone}}"
    users = "{for: {role: user}, forbid: {channel: [web, phone]}}"
    assert with_invariants(phone, users) == []
    assert with_invariants(phone) == [
        "no test expects a denied channel for the plan `pro`",
        "no test expects that the channel `web` is denied",
    ]
    # Required channels and promised targets test no denial.
    allowed = "{require: {channel: help}}"
    promised = "{for: {role: user}, forbid: {promised: first-response}}"
    assert with_invariants(allowed, promised) == ["no test expects that a channel is denied"]
    # Invariants and cases are combined.
    cases = "cases:\n  - {channels: {plan: pro, role: user}, expect: {exclude: [web]}}\n"
    assert with_invariants(phone, cases=cases) == []


def test_policy_without_tests_does_not_hide_other_policies(
    run_check: RunCheck, tmp_path: Path
) -> None:
    (tmp_path / "other.yaml").write_text(ACME.replace("policy: acme", "policy: other"))
    assert places(run_check(PRO)) == ["acme.yaml:9:1 ZS905 entitlements"]


def test_policy_without_tests_has_no_findings(run_check: RunCheck) -> None:
    assert run_check() == []


def test_policy_without_any_tested_denial(run_check: RunCheck) -> None:
    (finding,) = run_check(PRO, "{channels: {}, expect: {include: [help]}}")
    assert places([finding]) == ["acme.yaml:9:1 ZS905 entitlements"]
    assert finding["message"] == "no test expects that a channel is denied"
    assert finding["severity"] == "warning"
    # The first case of the largest denial: users of Free may not phone.
    assert finding["case"] == {"plan": "free", "role": "owner", "channel": "phone"}
    assert "{allowed: false}" in finding["hint"]


def test_plan_without_a_tested_denial(run_check: RunCheck) -> None:
    assert places(run_check(FREE, "{channels: {plan: free, role: user}, expect: {exactly: [help]}}",
                        PRO)) == ["acme.yaml:3:21 ZS905 plans.pro"]  # fmt: skip


def test_channel_without_a_tested_denial(run_check: RunCheck) -> None:
    denied = "{channels: {role: user, channel: phone}, expect: {allowed: false}}"
    (finding,) = run_check(denied)
    assert places([finding]) == ["acme.yaml:11:34 ZS905 entitlements[1].allow"]
    assert finding["message"] == "no test expects that the channel `web` is denied"


def test_unknown_id_in_a_test_is_reported(run_check: RunCheck) -> None:
    findings = run_check(ALL, FREE.replace("free", "basic"), PRO.replace("web", "chat"))
    assert places(findings) == [
        "acme_test.yaml:5:23 ZS904 cases[1].channels.plan",
        "acme_test.yaml:6:67 ZS904 cases[2].expect.exactly[1]",
    ]
    assert findings[0]["message"] == "unknown plan `basic`"
    assert findings[0]["severity"] == "error"


def test_named_file_includes_its_tests_and_revisions(run_check: RunCheck, tmp_path: Path) -> None:
    (tmp_path / "older.yaml").write_text(ACME.replace("free", "basic"))
    newer = ACME + "effective: {from: 2026-01-01}\n"
    old = FREE.replace("free", "basic").replace(
        "role: owner", "role: owner, at: 2020-01-01T00:00:00Z"
    )
    assert run_check(old, ALL, FREE, policy=newer, arguments=("acme.yaml",)) == []
    assert run_check(old, ALL, FREE, policy=newer, arguments=("acme.yaml", "older.yaml")) == []


def test_tests_next_to_a_folder_of_revisions(run_check: RunCheck, tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "2020.yaml").write_text(ACME)
    assert places(run_check(PRO, policy="")) == ["acme/2020.yaml:9:1 ZS905 entitlements"]
    assert places(run_check(policy="", arguments=("acme",))) == [
        "acme/2020.yaml:9:1 ZS905 entitlements"
    ]


def test_untested_denial_can_be_suppressed(run_check: RunCheck) -> None:
    comment = "# zsupport: allow ZS905 -- tested elsewhere\n"
    assert run_check(PRO, policy=ACME.replace("entitlements:", f"{comment}entitlements:")) == []


def test_other_errors_in_tests_are_not_reported(run_check: RunCheck) -> None:
    assert run_check("{channels: {}, expect: {}}", PRO) == []
    assert run_check("{channels: {plan: free}, expects: {exactly: []}}") == []
    assert run_check("[") == []


@pytest.mark.parametrize("code", [kind.code for kind in TEST_CODES])
def test_examples_are_correct(code: str, run_check: RunCheck, tmp_path: Path) -> None:
    _, bad, good = explanation_of(code)
    for example, expected in ((bad, {code}), (good, set())):
        assert example is not None
        policy, tests = example.split(NEXT_FILE)
        (tmp_path / "acme_test.yaml").write_text(tests)
        assert {finding["code"] for finding in run_check(policy=policy)} == expected
