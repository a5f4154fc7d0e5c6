"""Repairs of a policy file, as edits of its text: taking out, putting in place, quoting.

An edit keeps the layout of the file and every comment that does not belong to what goes. Where a
place cannot be edited with certainty there are no edits: an alias stands somewhere else than what
it means, an anchor in what would go is still needed, or a key is written after `?`.
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
    behind_properties,
)
from zsupport.typed import NamedTuple

_LINE_END = re.compile("\r\n|\r|\n")
_ANCHOR = re.compile(r"(?<![^\s\[\]{},])&([^\s\[\]{},]+)")
_REST_OF_LINE = re.compile(r"[ \t]*(#[^\r\n]*)?(?=\r|\n|\Z)")
_BLANKS = " \t\r\n"

#: Where something begins in a text, and the position after its end.
Extent = tuple[int, int]


class _Unsure(Exception):
    """The text there is not written in a way that can be edited with certainty."""


# -- what a rule offers ----------------------------------------------------------------------


def removal(document: Document, path: Path) -> tuple[Edit, ...]:
    """Return the edits that take out a key with its value, or an item of a list.

    Its comma or its lines go with it, and the comment behind it. A mapping or list that would be
    left empty goes too, as an empty value means nothing in a policy. That is right for a section
    or a `when`, not for one of several alternatives: whoever calls this has to see to that.
    """
    try:
        return (_removed(document, path),)
    except _Unsure:
        return ()


def quoting(document: Document, scalar: ScalarNode) -> tuple[Edit, ...]:
    """Return the edits that put quotes around a text without them, a key or a value."""
    places = places_of(document.text)
    start, end = places.start(scalar.span), places.end(scalar.span)
    # An anchor before the text is part of the span, and a text over several lines is another one.
    if not scalar.plain or document.text[start:end] != scalar.text:
        return ()
    return (places.edit(start, end, quoted(scalar.text)),)


# -- what is done with fixes -----------------------------------------------------------------


class Applied(NamedTuple):
    """A text after a round of fixes, and which of them were made."""

    text: str
    fixes: tuple[Fix, ...]


def apply(text: str, fixes: Iterable[Fix]) -> Applied:
    """Return the text after those fixes that do not touch what one before them has changed.

    The others are for another round, when the text has been looked at anew.
    """
    places = places_of(text)
    taken: list[tuple[int, int, str]] = []  # in order
    made: list[Fix] = []
    for fix in fixes:
        edits = [(places.start(e.span), places.end(e.span), e.text) for e in fix.edits]
        if all(_is_free(taken, start, end) for start, end, _ in edits):
            for edit in edits:
                insort(taken, edit)
            made.append(fix)
    pieces = []
    position = 0
    for start, end, new in taken:
        pieces += [text[position:start], new]
        position = end
    return Applied("".join([*pieces, text[position:]]), tuple(made))


def _is_free(taken: list[tuple[int, int, str]], start: int, end: int) -> bool:
    """Return whether no edit that is taken touches a range; they are in order and apart."""
    after = bisect_right(taken, start, key=lambda edit: edit[0])
    return (after == 0 or taken[after - 1][1] <= start) and (
        after == len(taken) or end <= taken[after][0]
    )


# -- places ------------------------------------------------------------------------------------


class Places:
    """A text, and the way between the places that findings name and positions in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in _LINE_END.finditer(text))]

    def start(self, span: Span) -> int:
        """Return the position of the first character of a span."""
        return self._position(span.line, span.column)

    def end(self, span: Span) -> int:
        """Return the position after the last character of a span."""
        return self._position(span.end_line, span.end_column)

    def _position(self, line: int, column: int) -> int:
        if line > len(self.starts):  # libyaml ends the last line itself
            return len(self.text)
        return min(self.starts[line - 1] + column - 1, len(self.text))

    def line_start(self, position: int) -> int:
        """Return where the line of a position begins."""
        return self.starts[bisect_right(self.starts, position) - 1]

    def next_line(self, position: int) -> int:
        """Return where the line after that of a position begins, or the text ends."""
        number = bisect_right(self.starts, position)
        return self.starts[number] if number < len(self.starts) else len(self.text)

    def edit(self, start: int, end: int, text: str = "") -> Edit:
        """Return the edit that puts a text between two positions."""
        first, last = (bisect_right(self.starts, each) for each in (start, end))
        return Edit(
            Span(first, start - self.starts[first - 1] + 1, last, end - self.starts[last - 1] + 1),
            text,
        )


@lru_cache(maxsize=1)
def places_of(text: str) -> Places:
    """Return the places of a text; the fixes of one file are made one after the other."""
    return Places(text)


def _parts_beside(document: Document, path: Path) -> tuple[int, list[tuple[Node, Node]]]:
    """Return the parts of what holds the end of a path, and which of them it is.

    A part is the first and the last node of it: key and value, or an item twice.
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
    """Return whether a mapping or list stands in brackets."""
    position = behind_properties(places.text, places.start(node.span))
    return places.text[position : position + 1] in ("{", "[")


def _extent(places: Places, node: Node) -> Extent:
    """Return where a node begins and ends; a block ends with its last character that is no blank.

    Raises _Unsure where its last part is an alias, which stands somewhere else.
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


def _find(text: str, start: int, end: int, wanted: str) -> int:
    """Return where a mark stands between two texts; nothing but blanks and comments is before it.

    Raises _Unsure where it does not stand there.
    """
    position = start
    while position < end:
        char = text[position]
        if char == wanted:
            return position
        if char == "#":
            found = _LINE_END.search(text, position)
            position = found.end() if found else end
        elif char in _BLANKS:
            position += 1
        else:
            break
    raise _Unsure


# -- taking out ------------------------------------------------------------------------------


def _removed(document: Document, path: Path) -> Edit:
    while True:
        if not path:
            raise _Unsure
        number, parts = _parts_beside(document, path)
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
        start, end = _out_of_brackets(places, before, own, after_it, close)
    else:
        if isinstance(parent, SequenceNode):
            # An item begins with its `-`.
            above = before[1] if before else places.start(parent.span)
            own, above = (_find(places.text, above, own[0], "-"), own[1]), own[1]
            if after_it:
                after_it = _find(places.text, above, after_it[0], "-"), after_it[1]
        start, end = _out_of_lines(places, before, own, after_it)
    _check_anchors(places.text, start, end)
    return places.edit(start, end)


def _out_of_brackets(
    places: Places, before: Extent | None, own: Extent, after: Extent | None, close: int
) -> Extent:
    """Return what to cut from { } or [ ]: a part with its comma, and its line if it had one."""
    text = places.text
    start, end = own
    try:
        comma = _find(text, end, after[0] if after else close, ",")
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
        previous = _find(text, before[1], start, ",")
        if not text[previous + 1 : start].strip(_BLANKS):
            return previous, end
    return line + len(text[line:start].rstrip(" \t")), past


def _out_of_lines(
    places: Places, before: Extent | None, own: Extent, after: Extent | None
) -> Extent:
    """Return what to cut from a block: the lines of a part with the comment behind it."""
    text = places.text
    start, end = own
    rest = _REST_OF_LINE.match(text, end)
    if rest is None:
        raise _Unsure
    line = places.line_start(start)
    if text[line:start].strip(" ") == "":
        return _with_blank_line(places, line, places.next_line(rest.end()))
    # It stands behind the `-` of a list item: what follows takes its place.
    if before or after is None or set(text[line:start]) - {" ", "-"} or text[line] == "-" * 3:
        raise _Unsure
    if text[rest.end() : after[0]].strip(_BLANKS):
        return line + len(text[line:start].rstrip(" ")), rest.end()
    return start, after[0]


def _with_blank_line(places: Places, start: int, end: int) -> Extent:
    """Return lines with a blank line beside them, where one would be left on either side."""
    above = places.line_start(start - 1) if start else 0
    below = places.next_line(end)
    if places.text[above:start].strip():
        return start, end
    if end < len(places.text):
        return (start, end) if places.text[end:below].strip() else (start, below)
    return above, end


def _check_anchors(text: str, start: int, end: int) -> None:
    for name in _ANCHOR.findall(text[start:end]):
        if f"*{name}" in text[:start] + text[end:]:
            raise _Unsure
