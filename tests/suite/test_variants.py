"""A mutant read by its changed entry is equal to the mutant read as a whole file."""

from pathlib import Path

import pytest
from subjects import SHOP

from zsupport.errors import InvalidPolicy
from zsupport.limits import CONDITION_VALUES
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import Builder, read_document, revision_of
from zsupport.policy.model import Grant, Revision
from zsupport.policy.shape import Record
from zsupport.policy.variants import Variants
from zsupport.policy.yamltext import Node
from zsupport.suite.mutation import mutants_of

#: Texts in languages that only entries have, and hours that depend on the case.
SPOKEN = SHOP.replace("note: Call us.", "note: {nb: Ring oss., en: Call us.}")
BY_CASE = SHOP.replace(
    "hours:\n",
    "hours:\n  ours:\n    - {when: {region: eu}, open: mon-fri 08:00-16:00}\n"
    "    - {open: mon-fri 09:00-17:00, timezone: America/New_York}\n",
    1,
).replace("hours: office", "hours: ours")
SHIPPED = sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))
TEXTS = {
    "shop": SHOP,
    "spoken": SPOKEN,
    "by-case": BY_CASE,
    **{p.stem: p.read_text("utf-8") for p in SHIPPED if not p.stem.endswith("_test")},
}


def document(text: str) -> Document:
    result = read_document(SourceFile("p.yaml", text.encode(), "d", "p.yaml"))
    assert result.revision is not None, result.findings[0]
    return result


def outcome(read: object, *values: object) -> Revision | list[str]:
    """Return the revision, or its errors."""
    assert callable(read)
    try:
        revision: Revision = read(*values)
    except InvalidPolicy as invalid:
        return [str(finding) for finding in invalid.findings]
    return revision


@pytest.mark.parametrize("name", TEXTS)
def test_variant_is_equal_to_the_file_read_as_a_whole(name: str) -> None:
    before = document(TEXTS[name])
    variants = Variants(before)
    different = 0
    for mutant in mutants_of(before):
        expected = outcome(revision_of, mutant.root(), before.source)
        assert outcome(variants.revision_of, mutant.root()) == expected, mutant.message
        different += expected != before.revision
    assert different > 50


def test_a_variant_above_the_limit_of_values_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    before = document(SHOP)
    # The conditions of this policy have 21 values, so one more value is too many.
    for module in ("names", "variants"):
        monkeypatch.setattr(
            f"zsupport.policy.{module}.CONDITION_VALUES", CONDITION_VALUES._replace(most=21)
        )
    variants = Variants(before)
    refused = 0
    for mutant in mutants_of(before):
        expected = outcome(revision_of, mutant.root(), before.source)
        assert outcome(variants.revision_of, mutant.root()) == expected, mutant.message
        refused += mutant.kind == "add-value" and isinstance(expected, list)
    assert refused > 10


def test_only_the_changed_entry_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    before = document(SHOP)
    variants = Variants(before)
    read: list[str] = []
    entry = Builder.read_grant
    whole = Builder.revision

    def read_entry(builder: Builder, record: Record) -> Grant:
        read.append("entry")
        return entry(builder, record)

    def read_whole(builder: Builder, source: SourceFile) -> Revision:
        read.append("whole")
        return whole(builder, source)

    monkeypatch.setattr(Builder, "read_grant", read_entry)
    monkeypatch.setattr(Builder, "revision", read_whole)

    def times(root: Node) -> list[str]:
        read.clear()
        variants.revision_of(root)
        return [*read]

    mutants = [mutant for mutant in mutants_of(before) if mutant.path[0] == "entitlements"]
    longer = next(mutant for mutant in mutants if mutant.kind == "add-value")
    assert times(longer.root()) == ["entry"]
    # The entries below move up; their variants at the new positions are kept too.
    dropped = next(mutant for mutant in mutants if mutant.kind == "drop-grant")
    assert len(times(dropped.root())) == 4
    assert times(dropped.root()) == []
    # Entries of other sections can depend on a changed section, so the whole file is read.
    other = next(mutant for mutant in mutants_of(before) if mutant.path[0] == "hours")
    assert "whole" in times(other.root())
