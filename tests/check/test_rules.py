"""Every rule by examples: the two that explain it, and a folder with three bad and two good ones.

`tests/check/rules/CODE/bad-NAME.yaml` stands beside `bad-NAME.expected`: a line for each finding
of that code, in order, as `LINE:COLUMN-LINE:COLUMN PATH | PART OF THE MESSAGE | PART OF THE HINT`,
written by hand. A `good-NAME.yaml` is nearly bad, and has no finding of that code.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from zsupport.check import rules
from zsupport.check.rule import Rule
from zsupport.check.rules import RULES
from zsupport.check.run import check_document
from zsupport.findings import CODES, SEVERITIES, Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

FOLDER = Path(__file__).parent / "rules"
BAD = sorted(FOLDER.glob("*/bad-*.yaml"))
GOOD = sorted(FOLDER.glob("*/good-*.yaml"))
#: As of when rules judge that depend on the day.
TODAY = date(2026, 11, 26)
BY_CODE = {rule.code: rule for rule in RULES}


def found(text: bytes, code: str) -> list[Finding]:
    document = read_document(SourceFile("policy.yaml", text, "sha256:0", "policy.yaml"))
    assert document.findings == (), "the loader refuses this example"
    return [each for each in check_document(document, [BY_CODE[code]], TODAY) if each.code == code]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_explains_itself_with_examples_that_show_it(rule: Rule) -> None:
    assert found(rule.bad.encode(), rule.code), "the bad example is not bad"
    assert not found(rule.good.encode(), rule.code), "the good example is not good"
    assert rule.severity in SEVERITIES
    assert not rule.summary.endswith(".")
    assert len(rule.why) > 100


@pytest.mark.parametrize("path", BAD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_bad_is_found_where_it_is(path: Path) -> None:
    lines = path.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    assert lines, "an expectation that is empty says nothing"
    findings = found(path.read_bytes(), path.parent.name)
    heads = []
    for finding in findings:
        span = finding.span
        place = f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"
        heads.append(f"{place} {finding.path}")
    assert heads == [line.split(" | ")[0] for line in lines]
    for finding, line in zip(findings, lines, strict=True):
        _, message, *hint = line.split(" | ")
        assert message in finding.message
        assert "".join(hint) in (finding.hint or "")
        assert "\n" not in f"{finding.message}{finding.hint}{finding.label}"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_nearly_bad_is_left_alone(path: Path) -> None:
    assert found(path.read_bytes(), path.parent.name) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_has_its_examples(rule: Rule) -> None:
    folder = FOLDER / rule.code
    assert len(list(folder.glob("bad-*.yaml"))) >= 3
    assert len(list(folder.glob("good-*.yaml"))) >= 2


def test_the_list_of_rules_is_the_folder_of_rules() -> None:
    modules = {path.stem for path in Path(rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert len(RULES) == len(modules)
    assert {each.name for each in FOLDER.iterdir()} == set(BY_CODE)
    codes = [rule.code for rule in RULES]
    assert codes == sorted(codes)
    assert len({*codes, *CODES}) == len(codes) + len(CODES)
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"ZS[0-9]{3}", code) for code in codes)
