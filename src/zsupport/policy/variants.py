"""Variants of a policy file that differ from it in entries of `entitlements` and `targets`.

Only the entries that differ are read: a policy with a thousand rules has many thousand mutants,
and each of them changes one rule.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from zsupport.policy.document import Document
from zsupport.policy.format import POLICY
from zsupport.policy.loader import Builder, revision_of
from zsupport.policy.model import Grant, Revision, TargetRule
from zsupport.policy.names import Names
from zsupport.policy.promises import Entitled, TargetsReader
from zsupport.policy.shape import ListOf, Reader, Record
from zsupport.policy.yamltext import MappingNode, Node, SequenceNode, Stop

_Entry = TypeVar("_Entry")


class _Entries(Generic[_Entry]):
    """The entries of a section that were read: those of nodes of the document."""

    def __init__(self, section: str, root: MappingNode) -> None:
        shape = POLICY.fields[section].shape
        assert isinstance(shape, ListOf)
        self._section = section
        self._item = shape.item
        self._own = {id(item) for item in _items(root, section) or ()}
        #: By node and position: the entry, and for how many values its conditions stand.
        self._kept: dict[tuple[int, int], tuple[_Entry, int]] = {}

    def read(
        self,
        root: MappingNode,
        names: Names,
        make: Callable[[Record], _Entry],
        made: list[_Entry],
        others: Callable[[], int] = lambda: 0,
    ) -> None:
        """Add the entries of a root to `made`; raise Stop where one cannot be read.

        `others` counts what depends on other entries: where it grows the entry is not kept.
        """
        for position, node in enumerate(_items(root, self._section) or ()):
            known = self._kept.get((id(node), position))
            if known is not None:
                entry, expanded = known
                names.expanded += expanded
                made.append(entry)
                continue
            before = names.expanded, others()
            record = self._item.read(node, (((), self._section), position), names.reader)
            if record is None or names.reader.findings:
                raise Stop
            entry = make(record)
            if id(node) in self._own and others() == before[1] and not names.reader.findings:
                self._kept[id(node), position] = entry, names.expanded - before[0]
            made.append(entry)


class Variants:
    """Reads variants of a document: other trees of its nodes."""

    def __init__(self, document: Document) -> None:
        """`document` has a revision."""
        assert isinstance(document.root, MappingNode)
        assert document.revision is not None
        self._root = document.root
        self._source = document.source
        self._revision = document.revision
        self._grants: _Entries[Grant] = _Entries("entitlements", self._root)
        self._rules: _Entries[TargetRule] = _Entries("targets", self._root)
        reader = Reader(document.source.shown)
        record = POLICY.read(self._root, (), reader)
        whole = Builder(record, reader)
        whole.revision(document.source)
        #: Where entries are read: all that they name is known.
        self._builder = builder = Builder(record, reader)
        builder.read_facts()
        builder.names.read_groups()
        builder.read_hours()
        builder.read_channels()
        self._languages = {*builder.names.languages}
        #: For how many values all other conditions stand.
        self._expanded = 0
        self._may_differ = self._by_entry(self._root) == self._revision
        self._expanded = whole.names.expanded - builder.names.expanded

    def revision_of(self, root: Node) -> Revision:
        """Return the revision that a root holds, as the loader reads it from the whole of it.

        Raises InvalidPolicy with every problem.
        """
        found = None
        if isinstance(root, MappingNode) and self._may_differ and self._is_variant(root):
            found = self._by_entry(root)
        return found or revision_of(root, self._source)

    def _is_variant(self, root: MappingNode) -> bool:
        """Return whether a root has the same nodes, but for the two lists of entries."""
        return [*root.by_key] == [*self._root.by_key] and all(
            value is self._root.by_key[name][1]
            or bool(name in ("entitlements", "targets") and _items(root, name))
            for name, (_, value) in root.by_key.items()
        )

    def _by_entry(self, root: MappingNode) -> Revision | None:
        """Return the revision of a variant; None where the whole of it has to be read."""
        builder, before = self._builder, self._revision
        reader = builder.reader = Reader(self._source.shown)
        names = builder.names
        names.report_to(reader)
        names.languages = []
        names.expanded = self._expanded
        try:
            grants: list[Grant] = []
            self._grants.read(root, names, builder.read_grant, grants)
            entitled = Entitled(before.channels, tuple(grants), before.priorities)
            targets = TargetsReader(names, before.hours, before.timezone, entitled)
            self._rules.read(
                root, names, targets.rule, targets.above, lambda: targets.judged_by_case
            )
        except Stop:
            return None
        revision = before._replace(grants=entitled.grants, rules=tuple(targets.above))
        builder.check_start(revision)
        # Languages are listed as they are met: another that an entry brings may change the order.
        return None if reader.findings or {*names.languages} - self._languages else revision


def _items(root: MappingNode, section: str) -> list[Node] | None:
    """Return the entries of a section, None unless it is a list."""
    node = root.by_key[section][1] if section in root.by_key else None
    return node.items if isinstance(node, SequenceNode) else None
