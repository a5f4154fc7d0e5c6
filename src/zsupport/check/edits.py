"""Edits of the text of a policy file, for fixes: remove a part, or put quotes around a text.

An edit keeps the layout of the file and the comments of other parts. `removal` and `quoting` return
no edit if the result would be uncertain: with an alias, with an anchor that is still used, or with
a key that is written after `?`.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Iterable
from functools import lru_cache

from zsupport.findings import Edit, Fix, Span
from zsupport.policy.document import Document
from zsupport.policy.quoting import quoted
from zsupport.policy.yamltext import (
    MappingNode,
    Node,
    Path,
    ScalarNode,
    SequenceNode,
    skip_properties,
)
from zsupport.typed import NamedTuple

_LINE_END = re.compile("\r\n|\r|\n")
_ANCHOR = re.compile(r"(?<![^\s\[\]{},])&([^\s\[\]{},]+)")
_REST_OF_LINE = re.compile(r"[ \t]*(#[^\r\n]*)?(?=\r|\n|\Z)")
_BLANKS = " \t\r\n"

#: The position of the first character of a part, and the position after its last character.
Extent = tuple[int, int]


class _Unsure(Exception):
    """The text cannot be edited with certainty."""


# -- edits for rules ----------------------------------------------------------------------


def removal(document: Document, path: Path) -> tuple[Edit, ...]:
    """Return the edits that remove a key with its value, or an item of a list.

    They also remove its comma or its lines, and the comment after it. They remove a mapping or list
    that would become empty, because an empty value is invalid. Callers must not remove the only key
    of an alternative of a `when`: the alternative would be removed, and its cases with it.
    """
    try:
        return (_remove(document, path),)
    except _Unsure:
        return ()


def quoting(document: Document, scalar: ScalarNode) -> tuple[Edit, ...]:
    """Return the edits that put quotes around a key or value without quotes."""
    places = places_of(document.text)
    start, end = places.start(scalar.span), places.end(scalar.span)
    # The span of a text differs from the text if it has an anchor or is written on several lines.
    if not scalar.plain or document.text[start:end] != scalar.text:
        return ()
    return (places.edit(start, end, quoted(scalar.text)),)


# -- applying fixes -----------------------------------------------------------------


class FixedText(NamedTuple):
    """A text after fixes, and the applied fixes."""

    text: str
    fixes: tuple[Fix, ...]


def apply(text: str, fixes: Iterable[Fix]) -> FixedText:
    """Apply each fix that does not overlap an applied fix.

    The caller can apply the other fixes later, with the findings of the new text.
    """
    places = places_of(text)
    taken: list[tuple[int, int, str]] = []  # the applied edits, sorted: start, end, new text
    applied: list[Fix] = []
    for fix in fixes:
        edits = [(places.start(e.span), places.end(e.span), e.text) for e in fix.edits]
        if all(_is_free(taken, start, end) for start, end, _ in edits):
            for edit in edits:
                insort(taken, edit)
            applied.append(fix)
    pieces = []
    position = 0
    for start, end, new in taken:
        pieces += [text[position:start], new]
        position = end
    return FixedText("".join([*pieces, text[position:]]), tuple(applied))


def _is_free(taken: list[tuple[int, int, str]], start: int, end: int) -> bool:
    """Return whether no edit in `taken` overlaps a range. `taken` is sorted."""
    after = bisect_right(taken, start, key=lambda edit: edit[0])
    return (after == 0 or taken[after - 1][1] <= start) and (
        after == len(taken) or end <= taken[after][0]
    )


# -- places ------------------------------------------------------------------------------------


class Places:
    """Converts between spans (line and column from 1) and positions (from 0) in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def start(self, span: Span) -> int:
        """Return the position of the first character of a span."""
        return self._position(span.line, span.column)

    def end(self, span: Span) -> int:
        """Return the position after the last character of a span."""
        return self._position(span.end_line, span.end_column)

    def _position(self, line: int, column: int) -> int:
        if line > len(self.starts):  # libyaml adds a missing line end to the last line
            return len(self.text)
        return min(self.starts[line - 1] + column - 1, len(self.text))

    def line_start(self, position: int) -> int:
        """Return the start of the line that contains a position."""
        return self.starts[bisect_right(self.starts, position) - 1]

    def next_line(self, position: int) -> int:
        """Return the start of the next line after a position, or the end of the text."""
        number = bisect_right(self.starts, position)
        return self.starts[number] if number < len(self.starts) else len(self.text)

    def edit(self, start: int, end: int, text: str = "") -> Edit:
        """Return the edit that replaces the range between two positions."""
        first, last = (bisect_right(self.starts, position) for position in (start, end))
        return Edit(
            Span(first, start - self.starts[first - 1] + 1, last, end - self.starts[last - 1] + 1),
            text,
        )


@lru_cache(maxsize=1)
def places_of(text: str) -> Places:
    """Return the `Places` of a text; cached, because the fixes of a file have the same text."""
    return Places(text)


def _sibling_parts(document: Document, path: Path) -> tuple[int, list[tuple[Node, Node]]]:
    """Return the index of the part at a path, and all parts of its mapping or list.

    A part is a pair of nodes: key and value, or an item twice. Raises _Unsure if the path does not
    exist.
    """
    parent = document.node(path[:-1])
    if isinstance(parent, MappingNode):
        keys = list(parent.by_key)
        if path[-1] in keys:
            return keys.index(str(path[-1])), list(parent.entries)
    elif isinstance(parent, SequenceNode):
        number = path[-1]
        if isinstance(number, int) and number < len(parent.items):
            return number, [(item, item) for item in parent.items]
    raise _Unsure


def in_brackets(places: Places, node: Node) -> bool:
    """Return whether a mapping or list is written in brackets."""
    position = skip_properties(places.text, places.start(node.span))
    return places.text[position : position + 1] in ("{", "[")


def _extent(places: Places, node: Node) -> Extent:
    """Return the range of a node, without blanks at its end.

    Raises _Unsure if the node is empty, or ends with an alias: the node of an alias is at another
    place.
    """
    start = places.start(node.span)
    while not isinstance(node, ScalarNode) and not in_brackets(places, node):
        if isinstance(node, MappingNode):
            if not node.entries:
                raise _Unsure
            key, last = list(node.entries)[-1]
            before = places.end(key.span)
        else:
            if not node.items:
                raise _Unsure
            last = node.items[-1]
            before = places.start((node if len(node.items) < 2 else node.items[-2]).span) + 1
        if places.start(last.span) < before:
            raise _Unsure
        node = last
    end = places.end(node.span)
    while end > start and places.text[end - 1] in _BLANKS:
        end -= 1
    if end <= start:
        raise _Unsure
    return start, end


def _find_mark(text: str, start: int, end: int, mark: str) -> int:
    """Return the position of the first `mark` between `start` and `end`.

    Raises _Unsure if the mark is not found, or if anything except blanks and comments precedes it.
    """
    position = start
    while position < end:
        char = text[position]
        if char == mark:
            return position
        if char == "#":
            line_end = _LINE_END.search(text, position)
            position = line_end.end() if line_end else end
        elif char in _BLANKS:
            position += 1
        else:
            break
    raise _Unsure


# -- removing ------------------------------------------------------------------------------


def _remove(document: Document, path: Path) -> Edit:
    """Return the edit of `removal`; raise _Unsure if the result would be uncertain."""
    while True:
        if not path:
            raise _Unsure
        number, parts = _sibling_parts(document, path)
        if len(parts) > 1:
            break
        path = path[:-1]
    parent = document.node(path[:-1])
    assert parent is not None
    places = places_of(document.text)
    extents: list[Extent] = []
    for first, last in parts[max(0, number - 1) : number + 2]:
        start, _ = _extent(places, first)
        after, end = _extent(places, last)
        if after < start or (extents and start < extents[-1][1]):
            raise _Unsure
        extents.append((start, end))
    if extents[0][0] < places.start(parent.span):
        raise _Unsure
    before = extents[0] if number else None
    own = extents[min(number, 1)]
    after_it = extents[-1] if number + 1 < len(parts) else None
    if in_brackets(places, parent):
        close = places.end(parent.span) - 1
        start, end = _range_in_brackets(places, before, own, after_it, close)
    else:
        if isinstance(parent, SequenceNode):
            # An item begins with its `-`.
            above = before[1] if before else places.start(parent.span)
            own, above = (_find_mark(places.text, above, own[0], "-"), own[1]), own[1]
            if after_it:
                after_it = _find_mark(places.text, above, after_it[0], "-"), after_it[1]
        start, end = _range_in_block(places, before, own, after_it)
    _check_anchors(places.text, start, end)
    return places.edit(start, end)


def _range_in_brackets(
    places: Places, before: Extent | None, own: Extent, after: Extent | None, close: int
) -> Extent:
    """Return the range to remove from { } or [ ]: a part with its comma, or its whole line.

    `own` is the extent of the part. `before` and `after` are those of its neighbours. `close` is
    the position of the closing bracket.
    """
    text = places.text
    start, end = own
    try:
        comma = _find_mark(text, end, after[0] if after else close, ",")
    except _Unsure:
        if after:
            raise
        comma = None
    if comma is not None and "#" in text[end:comma]:
        raise _Unsure
    past = end if comma is None else comma + 1
    line = places.line_start(start)
    if text[line:start].rstrip(" ").endswith("?"):
        raise _Unsure
    rest = _REST_OF_LINE.match(text, past)
    if rest and not text[line:start].strip():
        return line, places.next_line(rest.end())
    if after and not rest:
        return start, past + len(text[past : after[0]]) - len(text[past : after[0]].lstrip(" \t"))
    if not after and comma is None and before:
        previous = _find_mark(text, before[1], start, ",")
        if not text[previous + 1 : start].strip(_BLANKS):
            return previous, end
    return line + len(text[line:start].rstrip(" \t")), past


def _range_in_block(
    places: Places, before: Extent | None, own: Extent, after: Extent | None
) -> Extent:
    """Return the range to remove from a block: the lines of a part and the comment after it.

    `own` is the extent of the part. `before` and `after` are those of its neighbours.
    """
    text = places.text
    start, end = own
    rest = _REST_OF_LINE.match(text, end)
    if rest is None:
        raise _Unsure
    line = places.line_start(start)
    if text[line:start].strip(" ") == "":
        return _with_blank_line(places, line, places.next_line(rest.end()))
    # The part follows the `-` of a list item, so the next part moves to its position.
    if before or after is None or set(text[line:start]) - {" ", "-"} or text[line] == "-" * 3:
        raise _Unsure
    if text[rest.end() : after[0]].strip(_BLANKS):
        return line + len(text[line:start].rstrip(" ")), rest.end()
    return start, after[0]


def _with_blank_line(places: Places, start: int, end: int) -> Extent:
    """Return a range of lines, with the blank line below it if a blank line is above it too.

    The start and the end of the text count as blank lines. At the end of the text, the range begins
    with the blank line above.
    """
    above = places.line_start(start - 1) if start else 0
    below = places.next_line(end)
    if places.text[above:start].strip():
        return start, end
    if end < len(places.text):
        return (start, end) if places.text[end:below].strip() else (start, below)
    return above, end


def _check_anchors(text: str, start: int, end: int) -> None:
    """Raise _Unsure if an alias outside a range refers to an anchor in the range."""
    for name in _ANCHOR.findall(text[start:end]):
        if f"*{name}" in text[:start] + text[end:]:
            raise _Unsure
