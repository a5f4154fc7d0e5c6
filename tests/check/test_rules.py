"""Every rule by examples: the two that explain it, and a folder with three bad and two good ones.

`tests/check/rules/CODE/bad-NAME.yaml` stands beside `bad-NAME.expected`: a line for each finding
of that code, in order, as `LINE:COLUMN-LINE:COLUMN PATH | PART OF THE MESSAGE | PART OF THE HINT`,
written by hand. A `good-NAME.yaml` is nearly bad, and has no finding of that code.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import space_of, space_of_facts
from zsupport.check import rules
from zsupport.check.edits import apply
from zsupport.check.evaluate import judge
from zsupport.check.explanations import explanation_of
from zsupport.check.rule import Rule
from zsupport.check.rules import RULES
from zsupport.findings import CODES, SEVERITIES, Finding
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision, read_document
from zsupport.policy.model import Revision

FOLDER = Path(__file__).parent / "rules"
BAD = sorted(FOLDER.glob("*/bad-*.yaml"))
GOOD = sorted(FOLDER.glob("*/good-*.yaml"))
#: As of when rules judge that depend on the day.
TODAY = date(2026, 11, 26)
BY_CODE = {rule.code: rule for rule in RULES}


def found(text: bytes, code: str) -> list[Finding]:
    document = read_document(SourceFile("policy.yaml", text, "sha256:0", "policy.yaml"))
    assert document.findings == (), "the loader refuses this example"
    # What is about the findings of others needs them.
    looking = RULES if BY_CODE[code].last else [BY_CODE[code]]
    return [each for each in judge(document, looking, TODAY).findings if each.code == code]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_explains_itself_with_examples_that_show_it(rule: Rule) -> None:
    why, bad, good = explanation_of(rule.code)
    assert bad is not None
    assert good is not None
    assert found(bad.encode(), rule.code), "the bad example is not bad"
    assert not found(good.encode(), rule.code), "the good example is not good"
    assert rule.severity in SEVERITIES
    assert not rule.summary.endswith(".")
    assert len(why) > 100


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
        _, message, hint = line.split(" | ")
        assert message, "an expectation that is empty says nothing"
        assert message in finding.message
        assert hint, "an expectation that is empty says nothing"
        assert hint in (finding.hint or "")
        assert "\n" not in f"{finding.message}{finding.hint}{finding.label}"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_nearly_bad_is_left_alone(path: Path) -> None:
    assert found(path.read_bytes(), path.parent.name) == []


HEAD = """\
format: 1
policy: acme
plans:
  free: Free
  pro: Pro
  business: Business
  gold: Gold
channels: {web: {name: Web, kind: web}}
entitlements: [{when: {plan: free}, allow: web}, {allow: web}]
priorities: [{id: P1}, {id: P2}]
metrics: [{id: first-response}, {id: update}]
targets:
"""

# The policy, the code of its only finding of that rule, its severity, and the lines it refers to.
BESIDE = [
    ("  - {first-response: 4h, update: 4h}\n", "ZS305", "note", [6, 7]),
    # To promise nothing can be meant.
    ("  - {first-response: {P1: none, P2: 4h}}\n", "ZS601", "warning", [13]),
    ("  - {first-response: {P1: 8h, P2: 4h}}\n", "ZS601", "error", [13]),
    # A rule above states the first metric, another one the second.
    (
        "  - {when: {plan: pro}, first-response: 1h}\n"
        "  - {when: {plan: pro}, update: 1h}\n"
        "  - {when: [{plan: pro}, {plan: gold}], first-response: 2h, update: 2h}\n",
        "ZS415", "warning", [13, 14],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("targets", "code", "severity", "lines"), BESIDE)
def test_a_finding_has_its_severity_and_refers_to_what_it_contradicts(
    targets: str, code: str, severity: str, lines: list[int]
) -> None:
    [finding] = found((HEAD + targets).encode(), code)
    assert finding.severity == severity
    assert [each.span.line for each in finding.related] == lines


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


@pytest.mark.parametrize("path", BAD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_fixes_take_their_findings_away_and_change_no_decision(path: Path) -> None:
    text, code = path.read_bytes(), path.parent.name
    findings = found(text, code)
    fixes = [each.fix for each in findings if each.fix]
    if not fixes:
        return
    made = apply(text.decode(), fixes)
    mended = made.text.encode()
    assert len(made.fixes) == len(fixes)
    assert len(found(mended, code)) == len(findings) - len(fixes)
    assert decided(mended, text) == decided(text, mended)


def decided(text: bytes, other: bytes) -> list[object]:
    """What a policy decides over the cases that it or another one tells apart."""
    revision, beside = revision_of(text), revision_of(other)
    decisions = Decisions(revision, space_of(revision, beside))
    found: list[object] = [decisions.allowed, [grant.hours for grant in revision.grants]]
    for metric, targets in decisions.by_metric():
        stated = [(metric.id, each.cell.target, each.decides) for each in targets.stated]
        found += [*stated, targets.unstated]
    for hours in revision.hours:
        found += [
            (hours, calendar.windows, cases) for calendar, cases in decisions.calendars(hours)
        ]
    facts = space_of_facts(revision)
    found += [facts.holds(each.when) == facts.every for each in revision.priorities]
    return found


def revision_of(text: bytes) -> Revision:
    return load_revision(SourceFile("policy.yaml", text, "sha256:0", "policy.yaml"))


@pytest.mark.parametrize(
    "path",
    [path for path in BAD if path.parent.name in ("ZS414", "ZS415")],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_an_excluded_priority_and_a_shadowed_alternative_are_one_finding(path: Path) -> None:
    document = read_document(SourceFile("policy.yaml", path.read_bytes(), "", "policy.yaml"))
    codes = {each.code for each in judge(document, RULES, TODAY).findings}
    general = {"ZS401", "ZS402", "ZS403", "ZS404", "ZS411", "ZS412", "ZS413", "ZS414", "ZS415"}
    assert codes & general == {path.parent.name}
