"""Findings about policies that exceed the limits, and their examples."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zsupport.check.evaluate import evaluate
from zsupport.check.explanations import explanation_of
from zsupport.check.rules import RULES
from zsupport.findings import Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

if TYPE_CHECKING:
    from conftest import Cli


def examples(code: str) -> tuple[str, str]:
    _, bad, good = explanation_of(code)
    assert bad is not None
    assert good is not None
    return bad, good


def findings_of(text: str, code: str = "ZS310") -> list[Finding]:
    document = read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
    assert document.findings == (), "the loader refuses this example"
    findings = evaluate(document, RULES, date(2026, 11, 26)).findings
    return [finding for finding in findings if finding.code == code]


def test_bad_example_exceeds_the_case_limit() -> None:
    (finding,) = findings_of(examples("ZS310")[0])
    # Eight facts of eight values, two plans, one channel.
    assert "too many cases: 33,554,432" in finding.message
    assert (finding.span.line, finding.span.column) == (6, 1)


def test_good_example_is_within_the_case_limit() -> None:
    assert findings_of(examples("ZS310")[1]) == []


def test_union_of_eight_calendar_lists_exceeds_the_limit() -> None:
    (finding,) = findings_of(examples("ZS315")[0], "ZS315")
    assert (
        "too many combinations of calendars by case in `all` (limit 200); some rules did not run"
        in finding.message
    )
    assert finding.path == "hours"
    assert finding.hint == "join fewer calendars"
    assert findings_of(examples("ZS315")[1], "ZS315") == []


@pytest.mark.parametrize("facts", ["", "facts: {down: {}}\n"])
def test_too_many_plans_are_marked_at_the_plans(facts: str) -> None:
    plans = "".join(f"  p{number}: {{}}\n" for number in range(1001))
    text = (
        "format: 1\npolicy: acme\n" + facts + "plans:\n" + plans
        + "channels: {web: {name: Web, kind: web}}\nentitlements: [{allow: web}]\n"
    )  # fmt: skip
    (finding,) = findings_of(text, "ZS315")
    assert "too many plans: 1,001 (limit 1,000)" in finding.message
    assert finding.path == "plans"


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ((), ["ZS010", "ZS310"]),
        (("--select", "ZS0,ZS3"), ["ZS010", "ZS310"]),
        (("--select", "ZS0"), ["ZS010"]),
        (("--select", "ZS3"), ["ZS310"]),
        (("--ignore", "ZS310"), ["ZS010"]),
        (("--ignore", "ZS010"), ["ZS310"]),
        (("--ignore", "ZS010,ZS310"), []),
    ],
)
def test_limit_finding_can_be_selected_and_ignored(
    options: tuple[str, ...], codes: list[str], cli: "Cli", tmp_path: Path
) -> None:
    (tmp_path / "p.yaml").write_text(examples("ZS310")[0].replace("free: Free", "free: Off"))
    run = cli("check", "--format", "csv", *options, cwd=tmp_path)
    assert [line.split(",")[0] for line in run.stdout.splitlines()[1:]] == codes
