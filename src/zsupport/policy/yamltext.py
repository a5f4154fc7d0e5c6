"""A strict YAML reader: builds nodes with their places from the events of libyaml.

PyYAML's loaders turn `17:00` into 1020 and `no` into false, and keep the last of two equal keys;
libyaml's own composer crashes on deep nesting. This module therefore builds nodes from the parse
events of libyaml. Every scalar remains a text, and the size of the file, the depth and the number
of values are limited.
"""

from __future__ import annotations

import re
from functools import lru_cache

from zsupport.errors import EnvironmentFault
from zsupport.findings import CODES, Finding, Span
from zsupport.limits import LEVELS, PROBLEMS, VALUES
from zsupport.policy.files import MAX_BYTES
from zsupport.policy.quoting import flow_mapping
from zsupport.typed import TYPE_CHECKING, Mapping, NamedTuple, Sequence
from zsupport.wording import Counted, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from typing import Any, NoReturn, overload

MAX_DEPTH = LEVELS.most
MAX_NODES = VALUES.most
MAX_FINDINGS = PROBLEMS.most


class TextPosition(NamedTuple):
    """A position in the text; line and column count characters from 0, as in libyaml's marks."""

    line: int
    column: int


class _BaseNode:
    """A node of a file, with its place.

    Every word of a file becomes a node, so speed matters. Classes with slots are much faster than
    a NamedTuple. Few spans are needed, so nodes keep libyaml's marks and compute a Span on demand.
    A node never changes after it has been read.
    """

    __slots__ = ("end", "start")

    start: Any  # a TextPosition, or libyaml's mark, which has the same attributes
    end: Any

    @property
    def line(self) -> int:
        """The line on which the node starts, from 1."""
        return int(self.start.line) + 1

    @property
    def span(self) -> Span:
        """The range of the node in the file."""
        first, last = self.start, self.end
        return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)


class ScalarNode(_BaseNode):
    """A parsed text; `plain` if it is neither quoted nor a block, `flow` if it is in { } or [ ].

    An omitted value is a plain empty text with the place of its key.
    """

    __slots__ = ("flow", "plain", "text")

    text: str
    plain: bool
    flow: bool

    def __repr__(self) -> str:
        return f"Scalar({self.text!r}, plain={self.plain}, flow={self.flow}, {self.span})"


class SequenceNode(_BaseNode):
    """A list of nodes."""

    __slots__ = ("items",)

    items: list[Node]

    def __repr__(self) -> str:
        return f"Sequence({self.items!r}, {self.span})"


class MappingNode(_BaseNode):
    """A mapping; `by_key` has the nodes of key and value, by the text of the key.

    The order is that of the file. `whole` is false if a key was invalid, which has been reported.
    """

    __slots__ = ("by_key", "whole")

    by_key: dict[str, tuple[ScalarNode, Node]]
    whole: bool

    @property
    def entries(self) -> Collection[tuple[ScalarNode, Node]]:
        """Keys and values in the order of the file."""
        return self.by_key.values()

    def __repr__(self) -> str:
        return f"Mapping({list(self.entries)!r}, whole={self.whole}, {self.span})"


Node = ScalarNode | SequenceNode | MappingNode
#: A value of a file as texts, lists and mappings of Python.
Plain = str | Sequence["Plain"] | Mapping[str, "Plain"]


if TYPE_CHECKING:

    @overload
    def to_plain(node: MappingNode) -> dict[str, Plain]: ...
    @overload
    def to_plain(node: Node | None) -> Plain: ...


def to_plain(node: Node | None) -> Plain:
    """Return a node as texts, lists and mappings; None as an empty text."""
    if isinstance(node, MappingNode):
        return {key.text: to_plain(value) for key, value in node.entries}
    if isinstance(node, SequenceNode):
        return [to_plain(item) for item in node.items]
    return node.text if isinstance(node, ScalarNode) else ""


def to_node(value: object) -> Node:
    """Return the node of a Python value, as if it had been read from YAML at the first line."""
    node: Node
    if isinstance(value, Mapping):
        node, node.whole = MappingNode(), True
        keys = [_to_scalar(key) for key in value]
        node.by_key = {
            key.text: (key, to_node(item)) for key, item in zip(keys, value.values(), strict=True)
        }
    elif isinstance(value, list | tuple):
        node = SequenceNode()
        node.items = [to_node(item) for item in value]
    else:
        return _to_scalar(value)
    node.start = node.end = TextPosition(0, 0)
    return node


def _to_scalar(value: object) -> ScalarNode:
    node = ScalarNode()
    node.text = str(value).lower() if isinstance(value, bool) else str(value)
    node.plain = node.flow = False
    node.start = node.end = TextPosition(0, 0)
    return node


#: The path of a value in the document: keys, and positions in lists from 0.
Path = tuple[str | int, ...]
#: A path as a linked list: the way of the parent and the last step; () is the root. A way is faster
#: to extend than a path. Every value needs a way, but only findings need a path.
Way = tuple["Way", str | int] | tuple[()]

_START = Span(1, 1, 1, 1)
# Characters that are not allowed: those that YAML forbids (YAML 1.2.2, 5.1), and NEL, LS and PS,
# which end a line in YAML 1.1 but not in YAML 1.2. A pattern of the allowed characters takes ten
# times as long to compile.
_NOT_PRINTABLE = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
# The allowed ASCII characters; most files have few other characters.
_ORDINARY = bytes([*b"\t\n\r", *range(0x20, 0x7F)])
_LINE_ENDS = {"\x85": "NEXT LINE", "\u2028": "LINE SEPARATOR", "\u2029": "PARAGRAPH SEPARATOR"}
_SAVE_AS_UTF_8 = Message("save the file as UTF-8")
_LINE_END = re.compile("\r\n|\r|\n")
# An anchor or a tag, and the space after it.
_PROPERTY = re.compile(r"[&!][^\s\[\]{},]*\s+")


class Stop(Exception):
    """Stops reading, after the finding about the reason has been added."""


def read_yaml(data: bytes, file: str) -> tuple[Node | None, str, list[Finding]]:
    """Return the root node (None if there is none or the YAML is invalid), text and findings.

    Reading stops at a syntax error; duplicate keys, tags and similar errors are collected.
    """
    findings: list[Finding] = []

    def report(
        code: str,
        span: Span,
        message: str,
        expected: str | None = None,
        hint: str | None = None,
        path: Path = (),
    ) -> None:
        add_finding(findings, file, code, span, path, message, expected, hint)

    # A text that is not UTF-8 is rejected below; excerpts still show it.
    text = "" if _other_encoding(data) else data[:MAX_BYTES].decode("utf-8-sig", "replace")
    try:
        _check_text(data, text, report)
        node = _Composer(text, report).document()
    except Stop:
        return None, text, findings
    return node, text, findings


def root_entries(data: bytes) -> Iterator[tuple[str, str | None]]:
    """Yield the keys of the root mapping with their values; a list or mapping is yielded as None.

    Keys are yielded while the file is read, so a caller can stop early. The first YAML error ends
    the iteration. If it is in a value, the key of this value is still yielded, with None.
    """
    if _other_encoding(data):
        return
    yaml, parser = _libyaml(data[:MAX_BYTES].decode("utf-8-sig", "replace"))
    depth = 0
    key: str | None = None
    try:
        while not isinstance(event := parser.get_event(), yaml.DocumentEndEvent):
            if isinstance(event, yaml.StreamEndEvent):
                return
            if isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif depth == 0 and isinstance(event, (yaml.ScalarEvent, yaml.SequenceStartEvent)):
                return  # the root is not a mapping
            elif depth == 1 and isinstance(event, yaml.NodeEvent):
                if key is None:
                    key = event.value if isinstance(event, yaml.ScalarEvent) else ""
                else:
                    yield key, event.value if isinstance(event, yaml.ScalarEvent) else None
                    key = None
            depth += isinstance(event, yaml.CollectionStartEvent)
    except yaml.YAMLError:
        if key:
            yield key, None


def add_finding(
    findings: list[Finding],
    file: str,
    code: str,
    span: Span,
    path: Path,
    message: str,
    expected: str | None,
    hint: str | None,
) -> None:
    """Add an error to the findings about a file; raise Stop if they exceed the limit."""
    if len(findings) == MAX_FINDINGS:
        code = "ZS009"
        limit = Counted("{count}", "{count}", MAX_FINDINGS)
        message = Message("too many findings (limit {limit})", limit=limit)
        expected = Message("a valid policy")
        hint = Message("fix the findings above first; the rest of the file is not checked")
    findings.append(
        Finding(
            code, CODES[code].name, "error", message, file, span, path_text(path), expected, hint
        )
    )
    if len(findings) > MAX_FINDINGS:
        raise Stop


def split_lines(text: str) -> list[str]:
    """Return the lines of a text without line ends, as YAML and editors count lines."""
    return _LINE_END.split(text)


def path_of(way: Way) -> Path:
    """Return the path of a way."""
    steps: list[str | int] = []
    while way:
        way, step = way
        steps.append(step)
    return tuple(reversed(steps))


def node_at(root: Node | None, path: Path) -> Node | None:
    """Return the node at a path, None if no node has this path."""
    node = root
    for part in path:
        if isinstance(node, MappingNode) and isinstance(part, str):
            node = node.by_key[part][1] if part in node.by_key else None
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        else:
            return None
    return node


def values_in(root: Node | None) -> int:
    """Return the number of nodes in a tree, without keys."""
    count = 0
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        count += 1
        if isinstance(node, MappingNode):
            waiting += [value for _, value in node.by_key.values()]
        elif isinstance(node, SequenceNode):
            waiting += node.items
    return count


def skip_properties(text: str, position: int, end: int | None = None) -> int:
    """Return the position after an anchor and a tag at `position`, which can both be absent."""
    while match := _PROPERTY.match(text, position, len(text) if end is None else end):
        position = match.end()
    return position


def path_text(path: Path) -> str:
    """Return a path as text for people: like `path_key`, but with long keys cut."""
    return _path_text(path, short)


def path_key(path: Path) -> str:
    """Return a path as text: keys joined by dots, list positions in brackets, from 0.

    A key that would make the text ambiguous is in brackets and quotes, so that different paths
    have different texts.
    """
    return _path_text(path, _escaped)


@lru_cache(maxsize=4096)
def way_key(way: Way) -> str:
    """Return the `path_key` of a way. It is cached because many files have the same ways."""
    if not way:
        return ""
    before, step = way
    text = way_key(before)
    return text + _step_text(step, _escaped, first=not text)


def _escaped(key: str) -> str:
    return key.replace("\\", "\\\\").replace('"', '\\"')


def _path_text(path: Path, quoted: Callable[[str], str]) -> str:
    text = ""
    for step in path:
        text += _step_text(step, quoted, first=not text)
    return text


def _step_text(step: str | int, quoted: Callable[[str], str], *, first: bool) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if step.replace("-", "").replace("_", "").isalnum() and len(step) <= 100:
        return step if first else f".{step}"
    return f'["{quoted(step)}"]'


_STEP = re.compile(r'\[(?:([0-9]{1,7})|"((?:[^"\\]|\\.)*)")\]|\.?([^.\[\]]+)')


def parse_path(text: str) -> Path | None:
    """Return the path whose `path_key` is this text, or None."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None or (step[3] and (text[at] == ".") is not bool(steps)):
            return None
        if step[1]:
            steps.append(int(step[1]))
        else:
            steps.append(re.sub(r"\\(.)", r"\1", step[2]) if step[2] is not None else step[3])
        at = step.end()
    return tuple(steps) or None


def short(text: str) -> str:
    """Return a text on one line, cut to fit in a message."""
    cut = text if len(text) <= 60 else text[:57] + "..."
    if cut.isprintable():
        return cut
    plain = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return "".join(plain)


def _check_text(data: bytes, text: str, report: Any) -> None:
    """Report a file that is too large, is not UTF-8, or has characters that are not allowed."""
    if len(data) > MAX_BYTES:
        limit = Counted("{count}", "{count}", MAX_BYTES // 1024)
        report(
            "ZS009",
            _START,
            Message("the file is larger than {limit} KiB", limit=limit),
            Message("at most {limit} KiB", limit=limit),
            Message("check that the file is a policy"),
        )
        raise Stop
    encoding = _other_encoding(data)
    if encoding:
        message = Message("the file is encoded in {encoding}", encoding=encoding)
        report("ZS008", _START, message, "UTF-8", _SAVE_AS_UTF_8)
        raise Stop
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        report(
            "ZS008",
            _after(before),
            Message("byte {byte} is not valid UTF-8", byte=f"{data[error.start]:#04x}"),
            "UTF-8",
            _SAVE_AS_UTF_8,
        )
        raise Stop from None
    unusual = data.translate(None, _ORDINARY).decode("utf-8", "replace")
    match = _NOT_PRINTABLE.search(text) if _NOT_PRINTABLE.search(unusual) else None
    if match:
        code = f"U+{ord(match[0]):04X}"
        hint = Message("remove it")
        if match[0] in _LINE_ENDS:
            message = Message(
                "unexpected line end {code} ({name})", code=code, name=_LINE_ENDS[match[0]]
            )
            hint = Message("replace it with an ordinary line end or a space")
        elif match[0] == "\0":
            message = Message("unexpected NUL byte")
        else:
            message = Message("unexpected control character {code}", code=code)
        report("ZS008", _after(text[: match.start()]), message, Message("printable text"), hint)
        raise Stop


def _other_encoding(data: bytes) -> str | None:
    """Return UTF-16 or UTF-32 if a byte order mark or zero bytes at the start indicate it."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    return {2: "UTF-16", 3: "UTF-32"}.get(data[:4].count(0)) if len(data) >= 4 else None


def _after(before: str) -> Span:
    """Return the range of the character after `before`."""
    lines = split_lines(before)
    line, column = len(lines), len(lines[-1]) + 1
    return Span(line, column, line, column + 1)


def _libyaml(text: str) -> tuple[Any, Any]:
    """Return the PyYAML module, and a libyaml parser for a text."""
    try:
        import yaml
        from yaml._yaml import CParser
    except ImportError:
        # Do not use the parser in pure Python, which reads some texts differently.
        raise EnvironmentFault(
            Message("PyYAML is installed without libyaml, which zsupport requires"),
            Message("install a PyYAML wheel: python -m pip install --force-reinstall pyyaml"),
        ) from None
    return yaml, CParser(text)


class _OpenNode:
    """A list or a mapping whose end has not been read yet."""

    __slots__ = ("anchor", "before", "by_key", "flow", "items", "key", "merged", "node")

    node: SequenceNode | MappingNode
    items: list[Node] | None  # of a list
    by_key: dict[str, tuple[ScalarNode, Node]] | None  # of a mapping
    flow: bool
    anchor: str | None
    before: int  # the number of values read before it
    key: Node | None  # of a mapping: the key of its next value
    merged: list[Node] | None  # of a mapping: the values of merge keys


class _Composer:
    """Builds nodes from libyaml's events, within the limits."""

    def __init__(self, text: str, report: Any) -> None:
        self.yaml, self.parser = _libyaml(text)
        self.text = text
        self.report_at = report
        self.nodes = 0
        #: The lists and mappings that contain the next event, the outermost first; the first item
        #: represents the document.
        self.open: list[_OpenNode] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open_anchors: set[str] = set()

    def path(self, *, item: bool) -> Path:
        """Return the path of the value that is read now.

        Inside a list, this is the next item if `item` is true, otherwise the list.
        """
        path: list[str | int] = []
        for parent in self.open[1:]:
            if isinstance(parent.node, SequenceNode):
                if item or parent is not self.open[-1]:
                    path.append(len(parent.node.items))
            elif parent.key is not None:
                path.append(parent.key.text if isinstance(parent.key, ScalarNode) else "?")
        return tuple(path)

    def report(
        self,
        code: str,
        span: Span,
        message: str,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Report an error at `span` in the value that is read."""
        self.report_at(code, span, message, expected, hint, self.path(item=True))

    def syntax(self, error: Any) -> None:
        """Report a syntax error of libyaml."""
        from zsupport.policy.syntax import quote_hint, syntax_hint, syntax_message

        mark, context = error.problem_mark, error.context_mark
        problem = str(error.problem)
        if "maximum nesting depth" in problem:
            # libyaml reads ahead, and since 0.2.6 it has a limit of its own.
            self.too_deep(Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2))
        lines = split_lines(self.text)
        line, column = mark.line + 1, mark.column + 1
        if line > len(lines):  # libyaml ends the last line itself
            line, column = len(lines), len(lines[-1]) + 1
        opening_line = context.line + 1 if context and context.line != mark.line else None
        message = syntax_message(problem, error.context, opening_line)
        hint = quote_hint(lines, line, column - 1) if "did not find" in message else None
        hint = hint or syntax_hint(message, lines[line - 1], column - 1, opening_line)
        span = Span(line, column, line, column + 1)
        expected = Message("valid YAML")
        self.report_at("ZS001", span, message, expected, hint, self.path(item=False))

    def document(self) -> Node | None:
        """Return the root of the only document, None if the file has no document."""
        try:
            self.parser.get_event()  # stream start
            event = self.parser.get_event()
            if isinstance(event, self.yaml.StreamEndEvent):
                return None
            node = self.root(event)
            event = self.parser.get_event()
        except self.yaml.MarkedYAMLError as error:
            self.syntax(error)
            raise Stop from None
        if not isinstance(event, self.yaml.StreamEndEvent):
            self.report(
                "ZS004",
                _span(event),
                Message("the file contains a second YAML document"),
                Message("one document"),
                Message("write each policy or revision in its own file"),
            )
            raise Stop
        return node

    def root(self, start: Any) -> Node:
        """Read to the end of the document that has started, and return its root.

        Half the time to read a policy is spent in this method. Therefore it is one loop that makes
        few calls for valid input; the methods below handle errors. It compares the exact classes of
        events, frequent classes first.
        """
        node: Any
        yaml, get_event = self.yaml, self.parser.get_event
        scalar_event, alias_event = yaml.ScalarEvent, yaml.AliasEvent
        mapping_start, mapping_end = yaml.MappingStartEvent, yaml.MappingEndEvent
        sequence_start, sequence_end = yaml.SequenceStartEvent, yaml.SequenceEndEvent
        open_nodes = self.open
        node = SequenceNode()
        top = self.begin(start, node, False, None)
        items: Any = top.items
        by_key: Any = None
        while True:
            event = get_event()
            kind = event.__class__
            if kind is scalar_event:
                self.nodes += 1
                if self.nodes > MAX_NODES:
                    self.count(0, event)
                if event.tag is not None:
                    self.check_tag(event)
                node = ScalarNode()
                node.text = event.value
                # PyYAML gives the style of a plain scalar as an empty text.
                node.plain = not event.style
                node.flow = top.flow
                node.start = event.start_mark
                node.end = event.end_mark
                if event.anchor:
                    self.anchor(event.anchor, node, 1)
                if not node.text:
                    node = self.with_place(node)
            elif kind is mapping_end or kind is sequence_end:
                node = top.node
                node.end = event.end_mark
                if top.merged:
                    self.merge(top)
                if top.anchor:
                    self.anchor(top.anchor, node, self.nodes - top.before)
                open_nodes.pop()
                top = open_nodes[-1]
                items, by_key = top.items, top.by_key
            elif kind is mapping_start or kind is sequence_start:
                self.nodes += 1
                if self.nodes > MAX_NODES:
                    self.count(0, event)
                if event.tag is not None:
                    self.check_tag(event)
                node = MappingNode() if kind is mapping_start else SequenceNode()
                top = self.begin(event, node, event.flow_style, event.anchor)
                items, by_key = top.items, top.by_key
                continue
            elif kind is alias_event:
                node = self.with_place(self.alias(event))
            else:  # the end of the document
                root: Node = items[0]
                return root
            # The node is complete: add it to its parent.
            if by_key is None:
                items.append(node)
            elif top.key is None:
                top.key = node
            else:
                key = top.key
                if (
                    key.__class__ is ScalarNode
                    and key.text not in by_key
                    and (key.text != "<<" or not key.plain)
                ):
                    by_key[key.text] = key, node
                else:
                    self.refuse(top, node)
                top.key = None

    def begin(self, event: Any, node: Any, flow: bool, anchor: str | None) -> _OpenNode:
        """Open a list or a mapping; the next event is inside it."""
        top = _OpenNode()
        top.node = node
        top.flow = flow
        top.anchor = anchor
        top.before = self.nodes - 1
        top.key = top.merged = None
        node.start = event.start_mark
        if node.__class__ is MappingNode:
            node.by_key = top.by_key = {}
            node.whole = True
            top.items = None
        else:
            node.items = top.items = []
            top.by_key = None
        if anchor:
            self.open_anchors.add(anchor)
        self.open.append(top)
        if len(self.open) > MAX_DEPTH:
            self.check_depth()
        return top

    def check_depth(self) -> None:
        """Report a value inside the list or the mapping at the deepest level, and stop."""
        event = self.parser.peek_event()
        if isinstance(event, self.yaml.CollectionEndEvent):
            return
        self.count(1, event)
        self.too_deep(_span(event))

    def too_deep(self, span: Span) -> NoReturn:
        """Report a value that is nested too deep, and stop."""
        self.report_at(
            "ZS009",
            span,
            Message("nesting is too deep (limit {limit} levels)", limit=MAX_DEPTH),
            Message("at most {limit} levels", limit=MAX_DEPTH),
            None,
            (),  # a path of fifty steps does not help
        )
        raise Stop

    def count(self, nodes: int, event: Any, *, alias: bool = False) -> None:
        """Add to the number of values; stop if it exceeds the limit."""
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            # An alias counts as all the values that it expands to. This stops a small file whose
            # nested aliases expand to billions of values ("billion laughs").
            limit = Counted("{count}", "{count}", MAX_NODES)
            code, message = (
                "ZS009",
                Message("the file has too many values (limit {limit})", limit=limit),
            )
            if alias:
                code = "ZS006"
                message = Message("aliases expand to too many values (limit {limit})", limit=limit)
            self.report(code, _span(event), message, Message("at most {limit} values", limit=limit))
            raise Stop

    def check_tag(self, event: Any) -> None:
        """Report a tag; the tag `!` has no effect and is ignored."""
        if event.tag != "!":
            value = getattr(event, "value", None)
            name = event.tag.removeprefix("!")
            if value == "" and name != event.tag:
                hint = Message(
                    "write `{condition}` to exclude `{name}`, or remove the tag",
                    condition=flow_mapping({"not": short(name)}),
                    name=short(name),
                )
            else:
                hint = Message("remove the tag; the key decides how a value is read")
            message = Message("unsupported YAML tag `{tag}`", tag=short(event.tag))
            self.report("ZS005", _span(event), message, Message("a value without a tag"), hint)

    def anchor(self, name: str, node: Node, size: int) -> None:
        """Keep a complete node for its aliases; `size` is its number of values."""
        self.open_anchors.discard(name)
        self.anchors[name] = node, size

    def alias(self, event: Any) -> Node:
        """Return the node of an alias."""
        self.count(1, event)
        name = event.anchor
        if name in self.open_anchors:
            self.report(
                "ZS006",
                _span(event),
                Message("alias `*{name}` contains itself", name=short(name)),
                Message("an alias of an earlier value"),
            )
            raise Stop
        if name not in self.anchors:
            self.report(
                "ZS006",
                _span(event),
                Message("unknown alias `*{name}`", name=short(name)),
                Message("an alias of an earlier anchor, or a quoted text"),
                Message("quote a text that begins with `*`: {quoted}", quoted=f'"*{short(name)}"'),
            )
            raise Stop
        node, size = self.anchors[name]
        self.count(size, event, alias=True)
        return node

    def with_place(self, node: Node) -> Node:
        """Return a node; for an omitted value in a mapping, a copy with the place of its key."""
        key = self.open[-1].key
        if key is None or not isinstance(node, ScalarNode) or node.text or not node.plain:
            return node
        copy = ScalarNode()
        copy.text, copy.plain, copy.flow = node.text, node.plain, node.flow
        copy.start, copy.end = key.start, key.end
        return copy

    def refuse(self, top: Any, value: Node) -> None:
        """Report the invalid key of an entry."""
        key, mapping = top.key, top.node
        if not isinstance(key, ScalarNode):
            mapping.whole = False
            if not isinstance(key, MappingNode) or key.whole:  # otherwise reported inside
                message = Message("expected a text as key, found a list or a mapping")
                self.report("ZS103", key.span, message, Message("a text"))
        elif key.text == "<<" and key.plain:
            self.report(
                "ZS007",
                key.span,
                Message("merge keys are not supported"),
                Message("each key written out"),
                Message("define repeated values in `groups` instead"),
            )
            top.merged = [*(top.merged or ()), value]
        else:
            first = mapping.by_key[key.text][0].span
            self.report(
                "ZS002",
                key.span,
                Message("duplicate key `{key}`", key=short(key.text)),
                Message("each key once"),
                Message(
                    "first used on line {line}, column {column}",
                    line=first.line,
                    column=first.column,
                ),
            )

    def merge(self, top: Any) -> None:
        """Add the entries of rejected merge keys, so that no key is reported as missing."""
        for value in top.merged:
            for item in value.items if isinstance(value, SequenceNode) else [value]:
                for key, node in item.entries if isinstance(item, MappingNode) else ():
                    top.by_key.setdefault(key.text, (key, node))


def _span(event: Any, end: Any = None) -> Span:
    first = event.start_mark
    last = (end or event).end_mark
    return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)
