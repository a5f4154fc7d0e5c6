"""Nodes of a policy made anew from others; those that were read are never changed."""

from __future__ import annotations

from collections.abc import Iterable

from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode, SequenceNode


def with_text(node: ScalarNode, text: str) -> ScalarNode:
    """Return a text in the place of another."""
    made = ScalarNode()
    made.text, made.plain, made.flow = text, node.plain, node.flow
    made.start, made.end = node.start, node.end
    return made


def with_items(node: Node, items: Iterable[Node]) -> SequenceNode:
    """Return a list in the place of a node."""
    made = SequenceNode()
    made.items = list(items)
    made.start, made.end = node.start, node.end
    return made


def with_entries(node: Node, entries: Iterable[tuple[ScalarNode, Node]]) -> MappingNode:
    """Return a mapping in the place of a node."""
    made = MappingNode()
    made.by_key = {key.text: (key, value) for key, value in entries}
    made.whole = True
    made.start, made.end = node.start, node.end
    return made


def replaced(root: Node, path: Path, new: Node | None) -> Node:
    """Return a tree with another node at the end of a path, or without the one there."""
    if not path:
        assert new is not None
        return new
    first, rest = path[0], path[1:]
    if isinstance(root, MappingNode):
        if not rest and new is None:
            return with_entries(root, [e for e in root.entries if e[0].text != first])
        return with_entries(
            root,
            [(k, replaced(v, rest, new) if k.text == first else v) for k, v in root.entries],
        )
    assert isinstance(root, SequenceNode)
    items = list(root.items)
    if not rest and new is None:
        del items[int(first)]
    else:
        items[int(first)] = replaced(items[int(first)], rest, new)
    return with_items(root, items)
