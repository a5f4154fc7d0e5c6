"""Answers compared by the entries that differ are those of the comparison in every case."""

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
from zsupport.suite.mutation import changes_of, compared, difference
from zsupport.suite.nodes import replaced
from zsupport.suite.subject import PolicyUnderTest

SHIPPED = sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))
TEXTS = {
    "shop": SHOP,
    # Facts that exclude a priority, and rules that go by the hours.
    "timed": SHOP.replace("targets:", "targets:\n  - {when: {opened: outside office}, update: 9h}"),
    "facts": facts(3, 3, plans=2, rules=12),
    **{p.stem: p.read_text("utf-8") for p in SHIPPED if not p.stem.endswith("_test")},
}


def values(found: Difference) -> dict[str, object]:
    names = ("channels", "due", "hours", "facts", "defaults", "any", "cases")
    return {name: getattr(found, name) for name in names}


def difference_by_entries(subject: PolicyUnderTest, root: Node) -> Difference | None:
    """Return the difference by entries, which is the same as in every case."""
    before = subject.revisions[0]
    revision = before.variants.revision_of(root)
    found = before.entries.difference(root, revision)
    if found is not None:
        whole = difference(before, subject.replaced(0, root, revision).revisions[0])
        assert values(found) == values(whole)
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_a_mutant_differs_by_its_entries_as_in_every_case(name: str) -> None:
    subject = subject_of(TEXTS[name])
    for change in changes_of(subject.documents[0]):
        if compared(subject, 0, change) is not None:
            found = difference_by_entries(subject, change.root())
            by_entries = change.path[0] in ("entitlements", "targets")
            assert (found is not None) is by_entries, change.message


@pytest.mark.parametrize("section", ["entitlements", "targets"])
def test_several_entries_differ_as_in_every_case(section: str) -> None:
    subject = subject_of(TEXTS["timed"])
    root = subject.documents[0].root
    assert root is not None
    changes = [c for c in changes_of(subject.documents[0]) if c.path[0] == section and c.node]
    some = [c for c in changes if c.kind in ("flip-not", "change-target", "drop-hours")]
    some = [c for c in some if compared(subject, 0, c) is not None]
    pairs = [(a, b) for a, b in combinations(some, 2) if a.path[1] != b.path[1]]
    assert len(pairs) > 5
    for one, other in pairs[:60]:
        both = replaced(one.root(), other.place, other.node)
        assert difference_by_entries(subject, both) is not None


@settings(max_examples=40, deadline=None)
@given(policies(), st.data())
def test_mutants_of_any_policy_differ_by_their_entries(
    document: Document, data: st.DataObject
) -> None:
    subject = subject_of(yaml_of(document))
    changes = list(changes_of(subject.documents[0]))
    for change in data.draw(st.lists(st.sampled_from(changes), max_size=5)):
        if compared(subject, 0, change) is not None:
            difference_by_entries(subject, change.root())


def test_only_entries_that_match_in_the_same_cases_are_looked_at() -> None:
    subject = subject_of(facts(3, 3, plans=2, rules=12))
    change = next(c for c in changes_of(subject.documents[0]) if c.kind == "change-target")
    pair = compared(subject, 0, change)
    assert pair is not None
    # One rule states the three facts, and the last one stands for every case.
    assert [len(each.revision.rules) for each in (pair.where.one, pair.where.other)] == [2, 2]
