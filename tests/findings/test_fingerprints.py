"""Fingerprints: unique within a run, and the same when lines, lists and neighbours move."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from outcomes import CODES, RICH, SAME, UNHURRIED, names, spans, texts

from zsupport.check.evaluate import identity_of, judge
from zsupport.check.rules import RULES
from zsupport.findings import Finding, Span, fingerprints
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

#: Findings that differ in what a fingerprint is made of, and in their place.
some = st.builds(
    SAME._replace, code=st.sampled_from(sorted(CODES)), message=texts, file=names, span=spans(),
    path=texts, identity=st.lists(texts, max_size=2).map(tuple),
)  # fmt: skip
many = st.lists(some, max_size=8)


def moved(finding: Finding, by: int) -> Finding:
    """Return the finding as it is when `by` lines and list items stand before it."""
    line, column, end_line, end_column = finding.span
    path = re.sub(r"\[([0-9]+)\]", lambda found: f"[{int(found[1]) + by}]", finding.path)
    return finding._replace(span=Span(line + by, column, end_line + by, end_column), path=path)


@given(many)
@UNHURRIED
def test_fingerprints_are_unique_within_a_run(found: list[Finding]) -> None:
    made = fingerprints(found)
    assert len(set(made)) == len(found)
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in made)


@given(many, st.integers(1, 1000))
@UNHURRIED
def test_fingerprints_do_not_depend_on_lines_and_list_positions(
    found: list[Finding], by: int
) -> None:
    assert fingerprints([moved(each, by) for each in found]) == fingerprints(found)


@given(st.lists(some, max_size=8, unique_by=lambda f: (f.code, f.file, f.identity, f.path,
                                                            f.message)), st.randoms())  # fmt: skip
@UNHURRIED
def test_fingerprints_do_not_depend_on_the_order_of_findings(
    found: list[Finding], random: object
) -> None:
    # Two that differ in nothing but a list position are told apart by their order.
    found = [each._replace(path="", identity=(each.message, each.path, *each.identity))
             for each in found]  # fmt: skip
    by_finding = dict(zip(map(repr, found), fingerprints(found), strict=True))
    random.shuffle(found)  # type: ignore[attr-defined]
    assert [by_finding[repr(each)] for each in found] == fingerprints(found)


@given(many, some)
@UNHURRIED
def test_new_finding_does_not_change_earlier_fingerprints(
    found: list[Finding], one: Finding
) -> None:
    assert fingerprints([*found, one])[:-1] == fingerprints(found)


def test_fingerprints_differ_for_different_findings() -> None:
    one = RICH.findings[0]
    others = [
        one._replace(code="ZS502"),
        one._replace(file="policies/other.yaml"),
        one._replace(identity=("business", "pro", "P2")),
        one._replace(identity=("business", "pro", "P1", "1")),
        one._replace(identity=("business\0pro", "P1")),
    ]
    made = fingerprints([one, *others, one])
    assert len(set(made)) == len(made)
    same = [one._replace(message="other words"), one._replace(severity="note"),
            one._replace(case=None), one._replace(path="targets[1].P1")]  # fmt: skip
    assert {fingerprints([each])[0] for each in same} == {made[0]}


def test_list_position_is_not_part_of_a_fingerprint() -> None:
    one = RICH.findings[3]._replace(path="targets[12].when.plan[0]")
    assert fingerprints([one]) == fingerprints([one._replace(path="targets[3].when.plan[7]")])
    assert fingerprints([one]) != fingerprints([one._replace(path="targets[3].when.role[7]")])


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


def made_of(text: str, code: str) -> list[str]:
    """Return the fingerprints of what `check` finds in a policy, of which one has this code."""
    document = read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
    found = judge(document, RULES, date(2026, 11, 26)).findings
    assert code in {each.code for each in found}
    return sorted(fingerprints(found))


def test_fingerprints_do_not_depend_on_the_order_of_keys_in_a_condition() -> None:
    other = POLICY.replace("plan: free, role: user", "role: user, plan: free")
    made = made_of(POLICY, "ZS401")
    assert made_of(other, "ZS401") == made
    assert made_of(POLICY.replace("plan: free, role", "plan: pro, role"), "ZS401") != made


def test_fingerprints_do_not_depend_on_the_order_of_keys_in_a_grant() -> None:
    grant, reordered = "{when: {plan: pro}, allow: web}", "{allow: web, when: {plan: pro}}"
    policies = [POLICY.replace("{allow: web}", f"{{allow: web}}, {each}")
                for each in (grant, reordered)]  # fmt: skip
    assert made_of(policies[0], "ZS403") == made_of(policies[1], "ZS403")


def test_value_in_a_rule_is_identified_by_the_condition_of_the_rule() -> None:
    def identity(text: str) -> tuple[str, ...]:
        document = read_document(SourceFile("p.yaml", text.encode(), "", "p.yaml"))
        return identity_of(document, ("targets", 1, "first-response"))

    assert identity(POLICY.replace("4h", "5h")) == identity(POLICY)
    assert identity(POLICY.replace("role: user}, first", "role: owner}, first")) != identity(POLICY)
