"""A mutant read by its changed entry is equal to the mutant that the loader reads whole."""

from pathlib import Path

import pytest
from subjects import SHOP

from zsupport.errors import InvalidPolicy
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import Builder, read_document, revision_of
from zsupport.policy.model import Grant, Revision
from zsupport.policy.shape import Record
from zsupport.policy.variants import Variants
from zsupport.policy.yamltext import Node
from zsupport.suite.mutation import changes_of

#: Texts in languages that no section before the entries has, and hours that depend on the case.
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
    found = read_document(SourceFile("p.yaml", text.encode(), "d", "p.yaml"))
    assert found.revision is not None, found.findings[0]
    return found


def outcome(read: object, *values: object) -> Revision | list[str]:
    """Return the revision that is read, or what is wrong with it."""
    assert callable(read)
    try:
        found: Revision = read(*values)
    except InvalidPolicy as invalid:
        return [str(each) for each in invalid.findings]
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_a_variant_is_read_as_the_whole_of_it(name: str) -> None:
    before = document(TEXTS[name])
    variants = Variants(before)
    different = 0
    for change in changes_of(before):
        expected = outcome(revision_of, change.root(), before.source)
        assert outcome(variants.revision_of, change.root()) == expected, change.message
        different += expected != before.revision
    assert different > 50


def test_only_the_entry_that_is_another_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    before = document(SHOP)
    variants = Variants(before)
    read: list[str] = []
    entry = Builder.read_grant
    whole = Builder.revision

    def one(builder: Builder, record: Record) -> Grant:
        read.append("entry")
        return entry(builder, record)

    def every(builder: Builder, source: SourceFile) -> Revision:
        read.append("whole")
        return whole(builder, source)

    monkeypatch.setattr(Builder, "read_grant", one)
    monkeypatch.setattr(Builder, "revision", every)

    def times(root: Node) -> list[str]:
        read.clear()
        variants.revision_of(root)
        return [*read]

    changes = [each for each in changes_of(before) if each.path[0] == "entitlements"]
    longer = next(each for each in changes if each.kind == "add-value")
    assert times(longer.root()) == ["entry"]
    # The entries below move up; where they stand now is kept, too.
    dropped = next(each for each in changes if each.kind == "drop-grant")
    assert len(times(dropped.root())) == 4
    assert times(dropped.root()) == []
    # The others can depend on what another section says.
    other = next(each for each in changes_of(before) if each.path[0] == "hours")
    assert "whole" in times(other.root())
