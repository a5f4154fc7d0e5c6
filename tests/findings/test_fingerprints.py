"""Fingerprints: unique within a run, and independent of lines, positions and other findings."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from outcomes import CODES, RICH, SAME, UNHURRIED, names, spans, texts

from zsupport.check.evaluate import evaluate, identity_of
from zsupport.check.rules import RULES
from zsupport.findings import Finding, Span, fingerprints
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

#: Findings that differ in the parts of a fingerprint, and in their place.
finding_strategy = st.builds(
    SAME._replace, code=st.sampled_from(sorted(CODES)), message=texts, file=names, span=spans(),
    path=texts, identity=st.lists(texts, max_size=2).map(tuple),
)  # fmt: skip
findings_strategy = st.lists(finding_strategy, max_size=8)


def moved(finding: Finding, by: int) -> Finding:
    """Return the finding after inserting `by` lines and list items before it."""
    line, column, end_line, end_column = finding.span
    path = re.sub(r"\[([0-9]+)\]", lambda match: f"[{int(match[1]) + by}]", finding.path)
    return finding._replace(span=Span(line + by, column, end_line + by, end_column), path=path)


@given(findings_strategy)
@UNHURRIED
def test_fingerprints_are_unique_within_a_run(findings: list[Finding]) -> None:
    hashes = fingerprints(findings)
    assert len(set(hashes)) == len(findings)
    assert all(re.fullmatch("[0-9a-f]{32}", text) for text in hashes)


@given(findings_strategy, st.integers(1, 1000))
@UNHURRIED
def test_fingerprints_do_not_depend_on_lines_and_list_positions(
    findings: list[Finding], by: int
) -> None:
    assert fingerprints([moved(f, by) for f in findings]) == fingerprints(findings)


@given(
    st.lists(
        finding_strategy,
        max_size=8,
        unique_by=lambda f: (f.code, f.file, f.identity, f.path, f.message),
    ),
    st.randoms(),
)
@UNHURRIED
def test_fingerprints_do_not_depend_on_the_order_of_findings(
    findings: list[Finding], random: object
) -> None:
    # Findings that differ only in a list position are distinguished by their order.
    findings = [f._replace(path="", identity=(f.message, f.path, *f.identity))
                for f in findings]  # fmt: skip
    by_finding = dict(zip(map(repr, findings), fingerprints(findings), strict=True))
    random.shuffle(findings)  # type: ignore[attr-defined]
    assert [by_finding[repr(f)] for f in findings] == fingerprints(findings)


@given(findings_strategy, finding_strategy)
@UNHURRIED
def test_new_finding_does_not_change_earlier_fingerprints(
    findings: list[Finding], added: Finding
) -> None:
    assert fingerprints([*findings, added])[:-1] == fingerprints(findings)


def test_fingerprints_differ_for_different_findings() -> None:
    finding = RICH.findings[0]
    different = [
        finding._replace(code="ZS502"),
        finding._replace(file="policies/other.yaml"),
        finding._replace(identity=("business", "pro", "P2")),
        finding._replace(identity=("business", "pro", "P1", "1")),
        finding._replace(identity=("business\0pro", "P1")),
    ]
    hashes = fingerprints([finding, *different, finding])
    assert len(set(hashes)) == len(hashes)
    same = [finding._replace(message="other words"), finding._replace(severity="note"),
            finding._replace(case=None), finding._replace(path="targets[1].P1")]  # fmt: skip
    assert {fingerprints([f])[0] for f in same} == {hashes[0]}


def test_list_position_is_not_part_of_a_fingerprint() -> None:
    finding = RICH.findings[3]._replace(path="targets[12].when.plan[0]")
    assert fingerprints([finding]) == fingerprints(
        [finding._replace(path="targets[3].when.plan[7]")]
    )
    assert fingerprints([finding]) != fingerprints(
        [finding._replace(path="targets[3].when.role[7]")]
    )


POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
roles: {owner: Owner, user: User}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
targets:
  - {first-response: 8h}
  - {when: {plan: free, role: user}, first-response: 4h}
"""


def fingerprints_of(text: str, code: str) -> list[str]:
    """Return the fingerprints of the findings in a policy, including a finding with this code."""
    document = read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
    findings = evaluate(document, RULES, date(2026, 11, 26)).findings
    assert code in {finding.code for finding in findings}
    return sorted(fingerprints(findings))


def test_fingerprints_do_not_depend_on_the_order_of_keys_in_a_condition() -> None:
    other = POLICY.replace("plan: free, role: user", "role: user, plan: free")
    hashes = fingerprints_of(POLICY, "ZS401")
    assert fingerprints_of(other, "ZS401") == hashes
    assert fingerprints_of(POLICY.replace("plan: free, role", "plan: pro, role"), "ZS401") != hashes


def test_fingerprints_do_not_depend_on_the_order_of_keys_in_a_grant() -> None:
    grant, reordered = "{when: {plan: pro}, allow: web}", "{allow: web, when: {plan: pro}}"
    policies = [POLICY.replace("{allow: web}", f"{{allow: web}}, {added}")
                for added in (grant, reordered)]  # fmt: skip
    assert fingerprints_of(policies[0], "ZS403") == fingerprints_of(policies[1], "ZS403")


def test_value_in_a_rule_is_identified_by_the_condition_of_the_rule() -> None:
    def identity(text: str) -> tuple[str, ...]:
        document = read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
        return identity_of(document, ("targets", 1, "first-response"))

    assert identity(POLICY.replace("4h", "5h")) == identity(POLICY)
    assert identity(POLICY.replace("role: user}, first", "role: owner}, first")) != identity(POLICY)
