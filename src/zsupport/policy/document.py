"""A policy file that was read: its text, its nodes with their places, and its revision.

Answers need only the revision. Commands that report findings also need the places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from zsupport.findings import Finding, Span
from zsupport.policy.files import SourceFile
from zsupport.policy.model import Cell, Revision
from zsupport.policy.yamltext import (
    MappingNode,
    Node,
    Path,
    ScalarNode,
    SequenceNode,
    node_at,
    skip_properties,
)
from zsupport.typed import NamedTuple

_NOWHERE = Span(1, 1, 1, 1)


class Document(NamedTuple):
    """A policy file; `root` is None if its YAML is invalid or it contains no value.

    `findings` are those of the loader in the order of the file; with findings, `revision` is None.
    """

    source: SourceFile
    text: str
    root: Node | None
    revision: Revision | None
    findings: tuple[Finding, ...]

    def node(self, path: Path) -> Node | None:
        """Return the node at a path, None if no node has this path."""
        return node_at(self.root, path)

    def items(self, path: Path) -> list[Node]:
        """Return the values of the list or mapping at a path; an empty list if there is none."""
        node = self.node(path)
        if isinstance(node, SequenceNode):
            return node.items
        return [value for _, value in node.entries] if isinstance(node, MappingNode) else []

    def key(self, path: Path) -> Span:
        """Return the range of the key at a path; if the last step is not a key, that of `value`."""
        parent = self.node(path[:-1]) if path else None
        if isinstance(parent, MappingNode) and path[-1] in parent.by_key:
            key, _ = parent.by_key[str(path[-1])]
            return key.span
        return self.value(path)

    def value(self, path: Path) -> Span:
        """Return the range of the value at a path, or of its nearest existing parent.

        The range of a list or mapping without brackets ends after its last text.
        """
        node = self.root
        if node is None:
            return _NOWHERE
        for part in path:
            inside = node_at(node, (part,))
            if inside is None:
                break
            node = inside
        return _span_of(self.text, node)

    def first(self, path: Path) -> Span:
        """Return the range of the first text of a value, for findings about a long value."""
        node = self.node(path)
        while True:
            if isinstance(node, MappingNode) and node.by_key:
                node, _ = next(iter(node.entries))
            elif isinstance(node, SequenceNode) and node.items:
                node = node.items[0]
            else:
                break
        return self.value(path) if node is None else node.span

    def first_line(self, span: Span) -> Span:
        """Return the part of a range on its first line, for findings about a long rule."""
        if span.end_line == span.line:
            return span
        line = self.text.split("\n")[span.line - 1].rstrip()
        return Span(span.line, span.column, span.line, max(len(line) + 1, span.column + 1))

    def part(self, path: Path, text: str) -> Span:
        """Return the range of the last occurrence of a text in a value, or of the whole value."""
        node = self.node(path)
        if isinstance(node, ScalarNode):
            span, at = node.span, node.text.rfind(text)
            quote = 0 if node.plain else 1
            width = len(node.text) + 2 * quote
            if at >= 0 and span.line == span.end_line and span.end_column - span.column == width:
                start = span.column + quote + at
                return Span(span.line, start, span.line, start + len(text))
        return self.value(path)

    def day(self, path: Path, day: str) -> Path:
        """Return the path of a day or range in a mapping, which the file can spell differently."""
        node = self.node(path)
        if isinstance(node, MappingNode) and day not in node.by_key:
            from zsupport.clock.day_text import canonical_day

            day = next((text for text in node.by_key if canonical_day(text) == day), day)
        return (*path, day)

    def texts(self, path: Path) -> Iterator[tuple[Path, str]]:
        """Yield the path and the text of every scalar in a value, without keys."""
        node = self.node(path)
        if isinstance(node, ScalarNode):
            yield path, node.text
        elif isinstance(node, SequenceNode):
            for at in range(len(node.items)):
                yield from self.texts((*path, at))
        elif isinstance(node, MappingNode):
            for key, _ in node.entries:
                yield from self.texts((*path, key.text))

    def without_positions(
        self, path: Path, identity: Callable[[Node | None], str]
    ) -> tuple[str, ...]:
        """Return a path with the identity of each list item instead of its position.

        The result stays the same if a rule is moved.
        """
        return tuple(
            part if isinstance(part, str) else identity(self.node(path[: end + 1]))
            for end, part in enumerate(path)
        )

    def cell(self, rule: int, metric: str, cell: Cell) -> Path:
        """Return the path of a cell; `rule` is the position of its target rule."""
        path: Path = ("targets", rule, metric)
        return path if cell.key == "*" else (*path, cell.key)

    def target(self, rule: int, metric: str, cell: Cell) -> Path:
        """Return the path of the target of a cell."""
        path = self.cell(rule, metric, cell)
        return (*path, "target") if isinstance(self.node(path), MappingNode) else path

    def calendar(self, hours: str, position: int) -> Path:
        """Return the path of a calendar of hours; a calendar outside a list has no position."""
        return self._entry(("hours", hours), position)

    def limit(self, topic: str, position: int) -> Path:
        """Return the path of a limit of a topic; a limit outside a list has no position."""
        return self._entry(("limits", topic), position)

    def _entry(self, path: Path, position: int) -> Path:
        return (*path, position) if isinstance(self.node(path), SequenceNode) else path


def _span_of(text: str, node: Node) -> Span:
    """Return the range of a node; without brackets, a list or mapping ends after its last text."""
    span = node.span
    last: Node = node
    # A list or mapping in brackets ends with its bracket.
    while not isinstance(last, ScalarNode) and not _in_brackets(text, last):
        inside: Node | None = None
        if isinstance(last, MappingNode) and last.by_key:
            _, inside = next(reversed(last.by_key.values()))
        elif isinstance(last, SequenceNode) and last.items:
            inside = last.items[-1]
        if inside is None or inside.line < span.line:
            break  # an alias; its node is in another place
        last = inside
    if last is node:
        return span
    rest = last.span
    return Span(span.line, span.column, rest.end_line, rest.end_column)


def _in_brackets(text: str, node: Node) -> bool:
    """Return whether a list or mapping is in brackets, possibly after an anchor or a tag."""
    position = skip_properties(text, node.start.index)
    return text[position : position + 1] in ("{", "[")
