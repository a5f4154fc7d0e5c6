"""Comparing the changed entries gives the same differences as comparing every case."""

from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from large import facts
from strategies import Document, policies, yaml_of
from subjects import SHOP, subject_of

from zsupport.analysis.answers import Difference
from zsupport.policy.yamltext import Node
from zsupport.suite.mutation import compare_answers, compare_mutant, mutants_of
from zsupport.suite.nodes import with_node
from zsupport.suite.subject import PolicyUnderTest

SHIPPED = sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))
TEXTS = {
    "shop": SHOP,
    # Facts that exclude a priority, and a rule with the condition `opened`.
    "timed": SHOP.replace("targets:", "targets:\n  - {when: {opened: outside office}, update: 9h}"),
    "facts": facts(3, 3, plans=2, rules=12),
    **{p.stem: p.read_text("utf-8") for p in SHIPPED if not p.stem.endswith("_test")},
}


def values(result: Difference) -> dict[str, object]:
    names = ("channels", "due", "hours", "facts", "defaults", "any", "cases")
    return {name: getattr(result, name) for name in names}


def difference_by_entries(subject: PolicyUnderTest, root: Node) -> Difference | None:
    """Return the difference by entries; check that it is the same as for every case."""
    before = subject.revisions[0]
    revision = before.variants.revision_of(root)
    result = before.entries.difference(root, revision)
    if result is not None:
        whole = compare_answers(before, subject.with_revision(0, root, revision).revisions[0])
        assert values(result) == values(whole)
    return result


@pytest.mark.parametrize("name", TEXTS)
def test_difference_by_entries_is_that_of_every_case(name: str) -> None:
    subject = subject_of(TEXTS[name])
    for change in mutants_of(subject.documents[0]):
        if compare_mutant(subject, 0, change) is not None:
            result = difference_by_entries(subject, change.root())
            by_entries = change.path[0] in ("entitlements", "targets")
            assert (result is not None) is by_entries, change.message


@pytest.mark.parametrize("section", ["entitlements", "targets"])
def test_difference_of_several_entries_is_that_of_every_case(section: str) -> None:
    subject = subject_of(TEXTS["timed"])
    root = subject.documents[0].root
    assert root is not None
    changes = [c for c in mutants_of(subject.documents[0]) if c.path[0] == section and c.node]
    some = [c for c in changes if c.kind in ("flip-not", "change-target", "drop-hours")]
    some = [c for c in some if compare_mutant(subject, 0, c) is not None]
    pairs = [(a, b) for a, b in combinations(some, 2) if a.path[1] != b.path[1]]
    assert len(pairs) > 5
    for first, second in pairs[:60]:
        both = with_node(first.root(), second.place, second.node)
        assert difference_by_entries(subject, both) is not None


@settings(max_examples=40, deadline=None)
@given(policies(), st.data())
def test_difference_by_entries_for_random_policies(document: Document, data: st.DataObject) -> None:
    subject = subject_of(yaml_of(document))
    changes = list(mutants_of(subject.documents[0]))
    for change in data.draw(st.lists(st.sampled_from(changes), max_size=5)):
        if compare_mutant(subject, 0, change) is not None:
            difference_by_entries(subject, change.root())


def test_only_entries_that_match_in_the_same_cases_are_compared() -> None:
    subject = subject_of(facts(3, 3, plans=2, rules=12))
    mutant = next(m for m in mutants_of(subject.documents[0]) if m.kind == "change-target")
    pair = compare_mutant(subject, 0, mutant)
    assert pair is not None
    # One rule has conditions on the three facts, and the last rule matches every case.
    assert [len(side.revision.rules) for side in (pair.difference.old, pair.difference.new)] == [
        2,
        2,
    ]
