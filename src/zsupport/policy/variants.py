"""Reads variants of a policy file that differ in entries of `entitlements` and `targets`.

Only the entries that differ are read. A policy with a thousand rules has many thousand mutants, and
a mutant changes only one rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, takewhile
from operator import is_
from typing import Generic, TypeVar

from zsupport.limits import CONDITION_VALUES
from zsupport.policy.document import Document
from zsupport.policy.format import POLICY
from zsupport.policy.loader import Builder, revision_of
from zsupport.policy.model import Grant, Revision, TargetRule
from zsupport.policy.names import Names
from zsupport.policy.shape import ListOf, Reader, Record
from zsupport.policy.targets import Entitled, TargetsReader
from zsupport.policy.yamltext import MappingNode, Node, SequenceNode, Stop, node_at
from zsupport.typed import NamedTuple

_Entry = TypeVar("_Entry")


def differ_in_entries(first: Node, other: Node) -> bool:
    """Return whether two root nodes differ at most in entries of `entitlements` and `targets`.

    Other sections are compared by identity: they must be the same nodes.
    """
    if not isinstance(first, MappingNode) or not isinstance(other, MappingNode):
        return False
    return [*first.by_key] == [*other.by_key] and all(
        value is first.by_key[name][1]
        or bool(name in ("entitlements", "targets") and entries_of(other, name))
        for name, (_, value) in other.by_key.items()
    )


def entries_of(root: Node, section: str) -> list[Node]:
    """Return the nodes of the entries of a section, none if it is not a list."""
    node = node_at(root, (section,))
    return node.items if isinstance(node, SequenceNode) else []


class ReplacedPart(NamedTuple):
    """The part of a list that another list replaces: `[first, last)` by `[first, other_last)`."""

    first: int
    last: int
    other_last: int


def replaced_part(entries: Sequence[object], other: Sequence[object]) -> ReplacedPart:
    """Return the part in which two lists differ; entries are compared by identity."""
    first = _common_start(entries, other)
    shorter = min(len(entries), len(other))
    same_end = min(shorter - first, _common_start(entries[::-1], other[::-1]))
    return ReplacedPart(first, len(entries) - same_end, len(other) - same_end)


def _common_start(entries: Sequence[object], other: Sequence[object]) -> int:
    """Return the number of identical entries at the start of two lists."""
    return sum(takewhile(bool, map(is_, entries, other)))


class _Entries(Generic[_Entry]):
    """Reads a section of variants, and caches the entries that are also in the document."""

    def __init__(self, section: str, root: MappingNode) -> None:
        shape = POLICY.fields[section].shape
        assert isinstance(shape, ListOf)
        self._section = section
        self._item = shape.item
        self._nodes = entries_of(root, section)
        self._own = {id(item) for item in self._nodes}
        #: By node and position: the entry, and the number of values of its conditions.
        self._cache: dict[tuple[int, int], tuple[_Entry, int]] = {}
        #: All entries of the document, and the cumulative numbers of values of their conditions,
        #: starting with 0. None until all entries are cached.
        self._whole: tuple[list[_Entry], list[int]] | None = None

    def read(
        self,
        root: MappingNode,
        names: Names,
        make: Callable[[Record], _Entry],
        result: list[_Entry],
        dependent: Callable[[], int] = lambda: 0,
    ) -> None:
        """Add the entries of a root to `result`; raise Stop if an entry is invalid.

        `make` returns the entry of a record.
        If reading an entry increases the result of `dependent`, the entry depends on earlier
        entries and is not cached.
        """
        nodes = entries_of(root, self._section)
        first, last = 0, len(nodes)
        entries, sums = self._whole or ([], [])
        if entries:
            part = replaced_part(self._nodes, nodes)
            first = part.first
            # In a list of another length, the entries at the end have other positions.
            last = part.other_last if len(nodes) == len(entries) else len(nodes)
            result += entries[:first]
            names.expanded += sums[first]
        for position in range(first, last):
            result.append(self._at(position, nodes[position], names, make, dependent))
        if entries and last < len(nodes):
            result += entries[last:]
            names.expanded += sums[-1] - sums[last]

    def keep_whole(self) -> None:
        """Keep all entries of the document as a list, if all have been read and cached."""
        keys = [(id(node), position) for position, node in enumerate(self._nodes)]
        if all(key in self._cache for key in keys):
            kept = [self._cache[key] for key in keys]
            entries = [entry for entry, _ in kept]
            self._whole = entries, [0, *accumulate(expanded for _, expanded in kept)]

    def _at(
        self,
        position: int,
        node: Node,
        names: Names,
        make: Callable[[Record], _Entry],
        dependent: Callable[[], int],
    ) -> _Entry:
        known = self._cache.get((id(node), position))
        if known is not None:
            names.expanded += known[1]
            return known[0]
        before = names.expanded, dependent()
        record = self._item.read(node, (((), self._section), position), names.reader)
        if record is None or names.reader.findings:
            raise Stop
        entry = make(record)
        if id(node) in self._own and dependent() == before[1] and not names.reader.findings:
            self._cache[id(node), position] = entry, names.expanded - before[0]
        return entry


class Variants:
    """Reads variants of a document: trees that share most nodes with it."""

    def __init__(self, document: Document) -> None:
        """`document` must contain a revision."""
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
        #: Reads entries; it knows all names that entries can use.
        self._builder = builder = Builder(record, reader)
        builder.read_facts()
        builder.names.read_groups()
        builder.read_hours()
        builder.read_channels()
        self._languages = {*builder.names.languages}
        #: The number of values of all conditions outside `entitlements` and `targets`.
        self._expanded = 0
        #: Whether this class and the loader read the document as the same revision.
        self._reads_by_entry = self._read_by_entry(self._root) == self._revision
        self._grants.keep_whole()
        self._rules.keep_whole()
        self._expanded = whole.names.expanded - builder.names.expanded

    def revision_of(self, root: Node) -> Revision:
        """Return the revision of a root, as the loader reads it; raise InvalidPolicy for errors."""
        revision = None
        if self._reads_by_entry and differ_in_entries(self._root, root):
            assert isinstance(root, MappingNode)
            revision = self._read_by_entry(root)
        return revision or revision_of(root, self._source)

    def _read_by_entry(self, root: MappingNode) -> Revision | None:
        """Return the revision of a variant; None if the loader must read the whole file."""
        builder, before = self._builder, self._revision
        reader = builder.reader = Reader(self._source.shown)
        names = builder.names
        names.report_to(reader)
        names.languages = []
        names.expanded = self._expanded
        try:
            grants: list[Grant] = []
            self._grants.read(root, names, builder.read_grant, grants)
            entitled = Entitled(before.channels, tuple(grants), before.priority_rules())
            targets = TargetsReader(names, before.hours, before.timezone, entitled)
            self._rules.read(
                root, names, targets.rule, targets.earlier_rules, lambda: targets.checks_by_case
            )
        except Stop:
            return None
        revision = before._replace(grants=entitled.grants, rules=tuple(targets.earlier_rules))
        builder.check_start(revision)
        # The values of cached entries were added without checking the limit.
        if reader.findings or names.expanded > CONDITION_VALUES.most:
            return None
        # Languages are in the order of the file: a new language of an entry can change the order.
        return None if {*names.languages} - self._languages else revision
