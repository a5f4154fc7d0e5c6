"""Reading YAML text strictly: libyaml's events to nodes that know where they stand.

PyYAML's loaders turn `17:00` into 1020 and `no` into false, and keep the last of two equal keys;
libyaml's own composer crashes on deep nesting. So this module takes libyaml's parse events and
builds the nodes itself: every scalar stays the text that was written, and size, depth and the
number of values are limited before anything grows.
"""

import re
from typing import Any, NamedTuple

from zsupport.errors import EnvironmentFault
from zsupport.findings import CODES, Finding, Span
from zsupport.policy.files import MAX_BYTES

MAX_DEPTH = 50
MAX_NODES = 100_000


class Scalar(NamedTuple):
    """A text as written; `plain` when it stood without quotes."""

    text: str
    plain: bool
    span: Span


class Sequence(NamedTuple):
    """A list of nodes."""

    items: "list[Node]"
    span: Span


class Mapping(NamedTuple):
    """Keys and values in written order; keys are unique texts. `flow`: written with braces."""

    entries: "list[tuple[Scalar, Node]]"
    span: Span
    flow: bool


Node = Scalar | Sequence | Mapping

_START = Span(1, 1, 1, 1)
# What YAML allows in a file: tab, line ends, printable characters (YAML 1.2.2, 5.1).
_NOT_PRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class _Stop(Exception):
    """Reading cannot go on after this finding."""


def read_yaml(data: bytes, file: str) -> tuple[Node | None, str, list[Finding]]:
    """Return the root node (None when the YAML cannot be read), the text, and the findings.

    A syntax error ends the reading; duplicate keys, tags and the like are collected.
    """
    findings: list[Finding] = []

    def report(
        code: str, span: Span, message: str, expected: str | None = None, hint: str | None = None
    ) -> None:
        findings.append(
            Finding(code, CODES[code].name, "error", message, file, span, "", expected, hint)
        )

    text = ""
    try:
        text = _decode(data, report)
        node = _Composer(text, report).document()
    except _Stop:
        return None, text, findings
    return node, text, findings


def _decode(data: bytes, report: Any) -> str:
    if len(data) > MAX_BYTES:
        report(
            "ZS009",
            _START,
            f"the file has more than {MAX_BYTES // 1024} KiB",
            hint="a policy is a small file: is this one?",
        )
        raise _Stop
    for mark, encoding in (
        (b"\xff\xfe", "UTF-16"),
        (b"\xfe\xff", "UTF-16"),
        (b"\x00\x00\xfe\xff", "UTF-32"),
    ):
        if data.startswith(mark):
            report("ZS008", _START, f"the file is {encoding}", "UTF-8", "save it as UTF-8")
            raise _Stop
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        line, column = _position(before)
        report(
            "ZS008",
            Span(line, column, line, column + 1),
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "UTF-8",
            "save the file as UTF-8",
        )
        raise _Stop from None
    found = _NOT_PRINTABLE.search(text)
    if found:
        line, column = _position(text[: found.start()])
        name = "a NUL byte" if found[0] == "\0" else f"the control character U+{ord(found[0]):04X}"
        report("ZS008", Span(line, column, line, column + 1), f"{name} stands here", "text")
        raise _Stop
    return text


def _position(before: str) -> tuple[int, int]:
    """Return line and column, from 1, of the character that follows `before`."""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


class _Composer:
    """Builds nodes from libyaml's events, within the limits."""

    def __init__(self, text: str, report: Any) -> None:
        try:
            from yaml import MarkedYAMLError
            from yaml._yaml import CParser
        except ImportError:
            # Never the pure parser: it reads some texts differently.
            raise EnvironmentFault(
                "PyYAML is installed without libyaml, which zsupport reads policies with",
                "install a PyYAML wheel: python -m pip install --force-reinstall pyyaml",
            ) from None
        self.parser = CParser(text)
        self.syntax_error = MarkedYAMLError
        self.lines = text
        self.report = report
        self.nodes = 0
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open_anchors: set[str] = set()

    def next(self) -> tuple[str, Any]:
        """Return the kind and the event that come next; stop at a syntax error."""
        try:
            event = self.parser.get_event()
        except self.syntax_error as error:
            self.syntax(error)
            raise _Stop from None
        return type(event).__name__, event

    def syntax(self, error: Any) -> None:
        mark = error.problem_mark or error.context_mark
        line, column = mark.line + 1, mark.column + 1
        message = str(error.problem)
        if error.context and error.context_mark:
            message = f"{error.context} (line {error.context_mark.line + 1}): {message}"
        hint = None
        written = (
            self.lines.split("\n")[mark.line] if mark.line < self.lines.count("\n") + 1 else ""
        )
        if "\t" in written[: len(written) - len(written.lstrip())]:
            hint = "indent with spaces, not with a tab"
        elif written.count(": ") > 1 or "mapping values" in message:
            hint = 'a text that has a colon and a space in it needs quotes: "like: this"'
        elif "?" in written:
            hint = 'a text with a question mark inside { } or [ ] needs quotes: "like this?"'
        self.report(
            "ZS001", Span(line, column, line, column + 1), message, "well-formed YAML", hint
        )

    def document(self) -> Node | None:
        self.next()  # stream start
        kind, event = self.next()
        if kind == "StreamEndEvent":
            return None
        node = self.node(*self.next(), depth=1)
        self.next()  # document end
        kind, event = self.next()
        if kind != "StreamEndEvent":
            self.report(
                "ZS004",
                _span(event),
                "a second document starts here",
                "one document",
                "write one file for each policy or revision",
            )
            raise _Stop
        return node

    def node(self, kind: str, event: Any, depth: int) -> Node:
        self.count(1, event)
        if depth > MAX_DEPTH:
            self.report(
                "ZS009", _span(event), f"values are nested more than {MAX_DEPTH} levels deep"
            )
            raise _Stop
        if kind == "AliasEvent":
            return self.alias(event)
        if event.tag is not None and event.tag != "!":
            self.report(
                "ZS005",
                _span(event),
                f"the tag `{_short(event.tag)}` has no meaning here",
                hint="leave the tag out: every value is read as text and then by its field",
            )
        anchor, before = event.anchor, self.nodes
        if anchor:
            self.open_anchors.add(anchor)
        node: Node
        if kind == "ScalarEvent":
            # PyYAML gives the style of a plain scalar as an empty text.
            node = Scalar(event.value, event.style in ("", None), _span(event))
        elif kind == "SequenceStartEvent":
            node = self.sequence(event, depth)
        else:
            node = self.mapping(event, depth)
        if anchor:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = node, self.nodes - before + 1
        return node

    def count(self, nodes: int, event: Any) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            # Aliases count by what they unfold to, so that a bomb stops here too.
            code = "ZS006" if nodes > 1 else "ZS009"
            self.report(code, _span(event), f"the file unfolds to more than {MAX_NODES} values")
            raise _Stop

    def alias(self, event: Any) -> Node:
        name = event.anchor
        if name in self.open_anchors:
            self.report("ZS006", _span(event), f"`*{_short(name)}` contains itself")
            raise _Stop
        if name not in self.anchors:
            self.report(
                "ZS006",
                _span(event),
                f"no anchor `&{_short(name)}` stands before this alias",
                hint="a text that begins with * needs quotes",
            )
            raise _Stop
        node, size = self.anchors[name]
        self.count(size, event)
        return node

    def sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        while True:
            kind, event = self.next()
            if kind == "SequenceEndEvent":
                return Sequence(items, _span(start, event))
            items.append(self.node(kind, event, depth + 1))

    def mapping(self, start: Any, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Span] = {}
        while True:
            kind, event = self.next()
            if kind == "MappingEndEvent":
                return Mapping(entries, _span(start, event), bool(start.flow_style))
            key = self.node(kind, event, depth + 1)
            value = self.node(*self.next(), depth=depth + 1)
            if not isinstance(key, Scalar):
                self.report("ZS103", key.span, "a list or a mapping stands as a key", "a text")
            elif key.text == "<<" and key.plain:
                self.report(
                    "ZS007", key.span, "merge keys are not read", hint="use `groups` instead"
                )
            elif key.text in seen:
                first = seen[key.text]
                self.report(
                    "ZS002",
                    key.span,
                    f"`{_short(key.text)}` stands twice in this mapping",
                    hint=f"the first one is on line {first.line}, column {first.column}",
                )
            else:
                seen[key.text] = key.span
                entries.append((key, value))


def _span(event: Any, end: Any = None) -> Span:
    first = event.start_mark
    last = (end or event).end_mark
    return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
