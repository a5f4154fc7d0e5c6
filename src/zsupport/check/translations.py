"""The translated texts of a policy, with their paths."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.policy.document import Document
from zsupport.policy.format import CELL, POLICY, TARGET_KEY, Cells
from zsupport.policy.shape import ByNodeKind, Fields, ListOf, MapOf, Shape, Text
from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode, SequenceNode
from zsupport.typed import NamedTuple


class TranslatedText(NamedTuple):
    """The translations of one text, by language, and the path of the text."""

    path: Path
    texts: dict[str, str]


def translated_texts(document: Document) -> tuple[TranslatedText, ...]:
    """Return each text that has translations, in the order of the file.

    The format defines which mappings are texts. For example, the keys `en` and `nb` of a mapping
    can also be values of a fact.
    """
    return tuple(_texts(POLICY, document.root, ()))


def _texts(shape: Shape, node: Node | None, path: Path) -> Iterator[TranslatedText]:
    if isinstance(node, SequenceNode):
        items = shape.by_node[SequenceNode] if isinstance(shape, ByNodeKind) else shape
        if isinstance(items, ListOf):
            for position, item in enumerate(node.items):
                yield from _texts(items.item, item, (*path, position))
    elif isinstance(node, MappingNode):
        yield from _texts_in_mapping(shape, node, path)


def _texts_in_mapping(shape: Shape, node: MappingNode, path: Path) -> Iterator[TranslatedText]:
    if isinstance(shape, ByNodeKind):
        shape = shape.by_node[MappingNode] or shape
    if isinstance(shape, ListOf):
        yield from _texts_in_mapping(shape.item, node, path)  # a single item in place of a list
    elif isinstance(shape, Text):
        texts = {
            key.text: value.text for key, value in node.entries if isinstance(value, ScalarNode)
        }
        yield TranslatedText(path, texts)
    elif isinstance(shape, Cells):
        inner = CELL if TARGET_KEY in node.by_key else shape.by_priority
        yield from _texts_in_mapping(inner, node, path)
    elif isinstance(shape, MapOf):
        for key, value in node.entries:
            yield from _texts(shape.value, value, (*path, key.text))
    elif isinstance(shape, Fields):
        for key, value in node.entries:
            field = shape.fields.get(key.text)
            inside = field.shape if field else shape.other_keys
            if inside is not None and not isinstance(value, ScalarNode):
                yield from _texts(inside, value, (*path, key.text))
