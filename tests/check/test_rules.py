"""Every rule by its two examples, and by at least three bad and two good cases.

`tests/check/rules/CODE/bad-NAME.expected` has a line for each finding of that code in
`bad-NAME.yaml`, in order: `LINE:COLUMN-LINE:COLUMN PATH | PART OF THE MESSAGE | PART OF THE HINT`.
`good-NAME.yaml` is similar, but has no finding of that code.
"""

import re
from datetime import date
from pathlib import Path

import pytest

from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import space_of, space_of_facts
from zsupport.check import rules
from zsupport.check.edits import apply
from zsupport.check.evaluate import evaluate
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
#: The date for rules that depend on it.
TODAY = date(2026, 11, 26)
BY_CODE = {rule.code: rule for rule in RULES}


def findings_of(text: bytes, code: str) -> list[Finding]:
    document = read_document(SourceFile("policy.yaml", text, "sha256:0", "policy.yaml"))
    assert document.findings == (), "the loader refuses this example"
    # Rules about suppressions need the findings of the other rules.
    selected = RULES if BY_CODE[code].last else [BY_CODE[code]]
    return [
        finding for finding in evaluate(document, selected, TODAY).findings if finding.code == code
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_explanation_has_correct_examples(rule: Rule) -> None:
    why, bad, good = explanation_of(rule.code)
    assert bad is not None
    assert good is not None
    assert findings_of(bad.encode(), rule.code), "the bad example has no finding"
    assert not findings_of(good.encode(), rule.code), "the good example has a finding"
    assert rule.severity in SEVERITIES
    assert not rule.summary.endswith(".")
    assert len(why) > 100


@pytest.mark.parametrize("path", BAD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_bad_case_is_reported_at_its_place(path: Path) -> None:
    lines = path.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    assert lines, "empty expectation"
    findings = findings_of(path.read_bytes(), path.parent.name)
    heads = []
    for finding in findings:
        span = finding.span
        place = f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"
        heads.append(f"{place} {finding.path}")
    assert heads == [line.split(" | ")[0] for line in lines]
    for finding, line in zip(findings, lines, strict=True):
        _, message, hint = line.split(" | ")
        assert message, "empty expectation"
        assert message in finding.message
        assert hint, "empty expectation"
        assert hint in (finding.hint or "")
        assert "\n" not in f"{finding.message}{finding.hint}{finding.label}"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_good_case_is_not_reported(path: Path) -> None:
    assert findings_of(path.read_bytes(), path.parent.name) == []


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

# The targets, and their only finding of a rule: code, severity, and lines of related places.
RELATED = [
    ("  - {first-response: 4h, update: 4h}\n", "ZS305", "note", [6, 7]),
    # `none` can be intended, so this is only a warning.
    ("  - {first-response: {P1: none, P2: 4h}}\n", "ZS601", "warning", [13]),
    ("  - {first-response: {P1: 8h, P2: 4h}}\n", "ZS601", "error", [13]),
    # An earlier rule states the first metric, another rule the second.
    (
        "  - {when: {plan: pro}, first-response: 1h}\n"
        "  - {when: {plan: pro}, update: 1h}\n"
        "  - {when: [{plan: pro}, {plan: gold}], first-response: 2h, update: 2h}\n",
        "ZS415", "warning", [13, 14],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("targets", "code", "severity", "lines"), RELATED)
def test_finding_has_severity_and_related_places(
    targets: str, code: str, severity: str, lines: list[int]
) -> None:
    [finding] = findings_of((HEAD + targets).encode(), code)
    assert finding.severity == severity
    assert [finding.span.line for finding in finding.related] == lines


def test_finding_lists_at_most_30_plans_that_are_not_distinguished() -> None:
    plans = "".join(f"  p{number}: {{}}\n" for number in range(34))
    policy = HEAD.replace("channels:", plans + "channels:", 1) + "  - {first-response: 4h}\n"
    [finding] = findings_of(policy.encode(), "ZS305")
    # `pro`, `business` and `gold` are not named either.
    listed = ", ".join(f"`{plan}`" for plan in ("pro", "business", "gold"))
    listed += "".join(f", `p{number}`" for number in range(27))
    assert finding.message.endswith(f": {listed} and 7 more")
    assert len(finding.related) == 29


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_rule_has_bad_and_good_cases(rule: Rule) -> None:
    folder = FOLDER / rule.code
    assert len(list(folder.glob("bad-*.yaml"))) >= 3
    assert len(list(folder.glob("good-*.yaml"))) >= 2


def test_list_of_rules_contains_every_module() -> None:
    modules = {path.stem for path in Path(rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert len(RULES) == len(modules)
    assert {path.name for path in FOLDER.iterdir()} == set(BY_CODE)
    codes = [rule.code for rule in RULES]
    assert codes == sorted(codes)
    assert len({*codes, *CODES}) == len(codes) + len(CODES)
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"ZS[0-9]{3}", code) for code in codes)


@pytest.mark.parametrize("path", BAD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_fixes_remove_findings_and_change_no_decision(path: Path) -> None:
    text, code = path.read_bytes(), path.parent.name
    findings = findings_of(text, code)
    fixes = [finding.fix for finding in findings if finding.fix]
    if not fixes:
        return
    result = apply(text.decode(), fixes)
    fixed = result.text.encode()
    assert len(result.fixes) == len(fixes)
    assert len(findings_of(fixed, code)) == len(findings) - len(fixes)
    assert decisions_of(fixed, text) == decisions_of(text, fixed)


def decisions_of(text: bytes, other: bytes) -> list[object]:
    """Return the decisions of a policy in the cases that it or another policy distinguishes."""
    revision, other_revision = revision_of(text), revision_of(other)
    decisions = Decisions(revision, space_of(revision, other_revision))
    result: list[object] = [decisions.allowed, [grant.hours for grant in revision.grants]]
    for metric, targets in decisions.by_metric():
        stated = [(metric.id, item.cell.target, item.decides) for item in targets.stated]
        result += [*stated, targets.unstated]
    for hours in revision.hours:
        result += [
            (hours, calendar.windows, cases) for calendar, cases in decisions.calendars(hours)
        ]
    facts = space_of_facts(revision)
    result += [facts.matches(item.when) == facts.every for item in revision.priorities]
    return result


def revision_of(text: bytes) -> Revision:
    return load_revision(SourceFile("policy.yaml", text, "sha256:0", "policy.yaml"))


@pytest.mark.parametrize(
    "path",
    [path for path in BAD if path.parent.name in ("ZS414", "ZS415")],
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_excluded_priority_is_reported_once(path: Path) -> None:
    document = read_document(SourceFile("policy.yaml", path.read_bytes(), "", "policy.yaml"))
    codes = {finding.code for finding in evaluate(document, RULES, TODAY).findings}
    general = {"ZS401", "ZS402", "ZS403", "ZS404", "ZS411", "ZS412", "ZS413", "ZS414", "ZS415"}
    assert codes & general == {path.parent.name}
