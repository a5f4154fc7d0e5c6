"""Policies after `--fix`: they are valid, have the same answers and no fixable findings."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from policy_trees import policy_files
from strategies import Document as PolicyTree
from strategies import Style, policies, styles, yaml_of

from zsupport.check.autofix import MAX_ROUNDS, FixedDocument, fix_document, with_text
from zsupport.check.edits import apply
from zsupport.check.evaluate import Evaluation, evaluate
from zsupport.check.rules import RULES
from zsupport.diff.policies import compare
from zsupport.findings import Edit, Fix, Span
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

FOLDER = Path(__file__).parent
BASE = "format: 1\npolicy: a\nplans: {a: A}\nchannels: {w: {name: W, kind: web}}\n"
FILES = [
    *policy_files(),
    *sorted(FOLDER.glob("rules/*/*.yaml")),
    *sorted((FOLDER.parent / "golden").glob("*/*/policy.yaml")),
]


def read(text: str) -> Document:
    return read_document(SourceFile("p.yaml", text.encode(), "sha256:0", "p.yaml"))


def evaluate_document(document: Document) -> Evaluation:
    return evaluate(document, RULES, date(2026, 11, 26))


def fix_with_all_rules(document: Document) -> FixedDocument:
    return fix_document(document, evaluate_document(document), evaluate_document)


def changes(before: Document, after: Document) -> list[str]:
    """Return the changes of answers that `zsupport diff` reports."""
    comparisons = compare([before], [after]).compared
    return [
        str(change)
        for comparison in comparisons
        for part in comparison.parts
        for change in part.changes
    ]


def check_fixes(before: Document) -> FixedDocument:
    """Fix a policy, and check the result."""
    after = fix_with_all_rules(before)
    assert after.document.revision is not None
    assert changes(before, after.document) == []
    remaining = [finding for finding in after.evaluation.findings if finding.fix]
    # Each remaining fix would make the policy invalid.
    for finding in remaining:
        assert finding.fix
        assert with_text(
            after.document, apply(after.document.text, [finding.fix]).text
        ).revision is None  # fmt: skip
    again = fix_with_all_rules(after.document)
    assert (again.document.text, again.fixed) == (after.document.text, ())
    return after


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_fixes_change_no_answer(path: Path) -> None:
    before = read(path.read_text(encoding="utf-8"))
    if before.revision is not None:
        check_fixes(before)


@settings(max_examples=150, deadline=None)
@given(policies(), styles, st.data())
def test_fixes_change_no_answer_of_random_policies(
    policy: PolicyTree, style: Style, data: st.DataObject
) -> None:
    text = yaml_of(policy, style)
    lines = text.splitlines(keepends=True)
    # Comments after and above entries, some of them removed.
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(lines)))
        indent = len(lines[at]) - len(lines[at].lstrip()) if at < len(lines) else 0
        remark = data.draw(st.sampled_from(["kept", "zsupport: allow ZS405, ZS407 -- because"]))
        lines.insert(at, f"{' ' * indent}# {remark} {len(lines)}\n")
    before = read("".join(lines))
    if before.revision is None:  # a comment inside a multiline text
        before = read(text)
    after = check_fixes(before)
    kept = [line for line in before.text.splitlines() if line.strip().startswith("# kept")]
    removed = [line for line in kept if line not in after.document.text.splitlines()]
    event(f"{len(after.fixed)} fixed, {len(removed)} comments removed with their entries")
    if not after.fixed:
        assert after.document.text == before.text


def test_only_some_of_conflicting_fixes_are_applied() -> None:
    text = f"{BASE}entitlements:\n- allow: w\n- allow: w\n"
    document = read(text)
    evaluation = evaluate_document(document)
    both = [finding for finding in evaluation.findings if finding.code == "ZS403"]
    assert both
    fixes = [Fix(f"line {n}", (Edit(Span(n, 1, n + 1, 1), ""),)) for n in (6, 7)]
    findings = tuple(both[0]._replace(fix=fix) for fix in fixes)

    def evaluating(document: Document) -> Evaluation:
        lines = document.text.count("\n")
        return Evaluation(tuple(f for f in findings if f.fix and f.fix.edits[0].span.line < lines))

    after = fix_document(document, Evaluation(findings), evaluating)
    assert after.document.revision is not None
    assert after.document.text == text.replace("- allow: w\n", "", 1)


def test_a_breaking_fix_does_not_prevent_other_fixes() -> None:
    text = f"{BASE}entitlements:\n- allow: w\n# more\n"
    document = read(text)
    template = evaluate(read("format: 1\n"), RULES, date(2026, 11, 26)).findings[0]
    breaking, right = (Fix(f"line {n}", (Edit(Span(n, 1, n + 1, 1), ""),)) for n in (2, 7))
    findings = tuple(template._replace(fix=fix) for fix in (breaking, right))

    def evaluating(document: Document) -> Evaluation:
        return Evaluation(findings if "# more" in document.text else findings[:1])

    after = fix_document(document, Evaluation(findings), evaluating)
    assert after.document.text == text.replace("# more\n", "")
    assert [finding.fix for finding in after.fixed] == [right]
    # The remaining fix makes the policy invalid: it is not applied, and needs no round.
    assert fix_document(after.document, Evaluation(findings[:1]), evaluating).fixed == ()


def test_the_number_of_rounds_is_limited() -> None:
    document = read(f"{BASE}entitlements: [{{allow: w}}]\n")
    template = evaluate(read("format: 1\n"), RULES, date(2026, 11, 26)).findings[0]
    fix = Fix("one more", (Edit(Span(1, 1, 1, 1), "# more\n"),))
    endless = Evaluation((template._replace(fix=fix),))
    after = fix_document(document, endless, lambda _: endless)
    assert len(after.fixed) == MAX_ROUNDS
