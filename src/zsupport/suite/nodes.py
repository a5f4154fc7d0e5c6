"""Build changed copies of nodes; existing nodes are never modified."""

from __future__ import annotations

from collections.abc import Iterable

from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode, SequenceNode


def with_text(node: ScalarNode, text: str) -> ScalarNode:
    """Return a copy of a scalar with a different text."""
    copy = ScalarNode()
    copy.text, copy.plain, copy.flow = text, node.plain, node.flow
    copy.start, copy.end = node.start, node.end
    return copy


def with_items(node: Node, items: Iterable[Node]) -> SequenceNode:
    """Return a list at the position of a node."""
    sequence = SequenceNode()
    sequence.items = list(items)
    sequence.start, sequence.end = node.start, node.end
    return sequence


def with_entries(node: Node, entries: Iterable[tuple[ScalarNode, Node]]) -> MappingNode:
    """Return a mapping at the position of a node."""
    mapping = MappingNode()
    mapping.by_key = {key.text: (key, value) for key, value in entries}
    mapping.whole = True
    mapping.start, mapping.end = node.start, node.end
    return mapping


def with_node(root: Node, path: Path, new: Node | None) -> Node:
    """Return a copy of a tree with a new node at a path; None removes the node."""
    if not path:
        assert new is not None
        return new
    first, rest = path[0], path[1:]
    if isinstance(root, MappingNode):
        if not rest and new is None:
            return with_entries(root, [e for e in root.entries if e[0].text != first])
        return with_entries(
            root,
            [(k, with_node(v, rest, new) if k.text == first else v) for k, v in root.entries],
        )
    assert isinstance(root, SequenceNode)
    items = list(root.items)
    if not rest and new is None:
        del items[int(first)]
    else:
        items[int(first)] = with_node(items[int(first)], rest, new)
    return with_items(root, items)
