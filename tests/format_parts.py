"""The parts of the policy format and of a document."""

from collections.abc import Iterator
from typing import Any

from zsupport.policy.format import Cells
from zsupport.policy.shape import ByNodeKind, Fields, ListOf, MapOf, Shape
from zsupport.policy.yamltext import MappingNode, Path, ScalarNode, SequenceNode


def parts(shape: Shape, node: Any, path: str, owner: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield the name in the table, the path and the mapping of each part that can have remarks.

    The name of a condition is that of the part that it belongs to.
    """
    if isinstance(shape, ByNodeKind):
        inner = shape.by_node.get(MappingNode if isinstance(node, dict) else SequenceNode)
        if inner is not None:
            yield from parts(inner, node, path, owner)
    elif isinstance(shape, MapOf) and isinstance(node, dict):
        for key, value in node.items():
            yield from parts(shape.value, value, f"{path}.{key}".lstrip("."), owner)
    elif isinstance(shape, ListOf) and isinstance(node, list):
        for number, value in enumerate(node):
            yield from parts(shape.item, value, f"{path}[{number}]", owner)
    elif isinstance(shape, ListOf) and shape.or_single:
        yield from parts(shape.item, node, path, owner)
    elif isinstance(shape, Cells) and isinstance(node, dict):
        inner = shape.cell if "target" in node else shape.by_priority
        yield from parts(inner, node, path, owner)
    elif isinstance(shape, Fields) and isinstance(node, dict):
        name = "recommendation" if "recommend" in node else shape.name
        if "note" in shape.fields:
            yield (owner if name == "condition" else name), path, node
        for key, value in list(node.items()):
            inner = shape.fields[key].shape if key in shape.fields else shape.other_keys
            if inner is not None:
                yield from parts(inner, value, f"{path}.{key}".lstrip("."), name)


def key_at(
    shape: Shape | None, node: Any, path: Path, key: tuple[str, str] = ("", "")
) -> tuple[str, str]:
    """Return the mapping and the key of the format for a path in a document."""
    if isinstance(shape, ByNodeKind):
        kinds: dict[type, type] = {dict: MappingNode, list: SequenceNode}
        return key_at(shape.by_node[kinds.get(type(node), ScalarNode)], node, path, key)
    if isinstance(shape, Cells) and isinstance(node, dict):
        return key_at(shape.cell if "target" in node else shape.by_priority, node, path, key)
    if isinstance(shape, ListOf) and not isinstance(node, list):
        return key_at(shape.item, node, path, key)
    if not path or shape is None:
        return key
    step: Any = path[0]
    inner = None
    if isinstance(shape, Fields):
        key = (shape.name, str(step)) if step in shape.fields else (shape.name, "")
        inner = shape.fields[step].shape if step in shape.fields else shape.other_keys
    elif isinstance(shape, MapOf):
        inner = shape.value
    elif isinstance(shape, ListOf):
        inner = shape.item
    return key_at(inner, node[step], path[1:], key)


def shapes(shape: Shape, result: dict[int, Shape]) -> None:
    """Collect a shape and all shapes that it contains."""
    if id(shape) not in result:
        result[id(shape)] = shape
        for part in shape.parts():
            shapes(part, result)
