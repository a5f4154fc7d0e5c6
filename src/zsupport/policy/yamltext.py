"""Reading YAML text strictly: libyaml's events to nodes that know where they stand.

PyYAML's loaders turn `17:00` into 1020 and `no` into false, and keep the last of two equal keys;
libyaml's own composer crashes on deep nesting. So this module takes libyaml's parse events and
builds the nodes itself: every scalar stays the text that was written, and size, depth and the
number of values are limited before anything grows.
"""

import re
from typing import Any, NamedTuple, NoReturn

from zsupport.errors import EnvironmentFault
from zsupport.findings import CODES, Finding, Span
from zsupport.policy.files import MAX_BYTES

MAX_DEPTH = 50
MAX_NODES = 50_000
#: Of the findings in a file, no more are looked for: nobody would read them.
MAX_FINDINGS = 2_000


class Scalar(NamedTuple):
    """A text as written; `plain` when it stood without quotes, `flow` inside { } or [ ].

    A value that was left out is a plain empty text, with the place of its key.
    """

    text: str
    plain: bool
    span: Span
    flow: bool


class Sequence(NamedTuple):
    """A list of nodes."""

    items: "list[Node]"
    span: Span


class Mapping(NamedTuple):
    """Keys and values in written order; keys are unique texts.

    `whole` unless something was written that is no key and has been reported.
    """

    entries: "list[tuple[Scalar, Node]]"
    span: Span
    whole: bool = True


Node = Scalar | Sequence | Mapping

#: The way to a value in the document: keys, and positions in lists from 0.
Path = tuple[str | int, ...]

_START = Span(1, 1, 1, 1)
# What may stand in a file: tab, line ends, printable characters (YAML 1.2.2, 5.1). NEL, LS and
# PS are left out: they end a line in YAML 1.1 and are ordinary characters in YAML 1.2.
_NOT_PRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LINE_ENDS = {"\x85": "NEXT LINE", "\u2028": "LINE SEPARATOR", "\u2029": "PARAGRAPH SEPARATOR"}
_LINE_END = re.compile("\r\n|\r|\n")


class Stop(Exception):
    """Reading cannot go on after this finding."""


def read_yaml(data: bytes, file: str) -> tuple[Node | None, str, list[Finding]]:
    """Return the root node (None when the YAML cannot be read), the text, and the findings.

    A syntax error ends the reading; duplicate keys, tags and the like are collected.
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

    # What is not UTF-8 is refused below; until then it can still be shown.
    text = "" if _other_encoding(data) else data[:MAX_BYTES].decode("utf-8-sig", "replace")
    try:
        _check_text(data, text, report)
        node = _Composer(text, report).document()
    except Stop:
        return None, text, findings
    return node, text, findings


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
    """Add an error to the findings about a file; raise Stop where there are enough."""
    if len(findings) == MAX_FINDINGS:
        code, message = "ZS009", f"there are more than {MAX_FINDINGS} problems"
        expected, hint = "a policy", "the rest of the file was not looked at"
    findings.append(
        Finding(
            code, CODES[code].name, "error", message, file, span, path_text(path), expected, hint
        )
    )
    if len(findings) > MAX_FINDINGS:
        raise Stop


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, without their ends, as YAML and editors count them."""
    return _LINE_END.split(text)


def path_text(path: Path) -> str:
    """Return a path as text: keys joined by dots, list positions in brackets, from 0.

    A key that would make the text ambiguous stands in brackets and quotes.
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("-", "").replace("_", "").isalnum() and len(part) <= 100:
            text += f".{part}" if text else part
        else:
            text += f'["{short(part)}"]'
    return text


def short(text: str) -> str:
    """Return a text cut to what fits in a message, on one line."""
    cut = text if len(text) <= 60 else text[:57] + "..."
    if cut.isprintable():
        return cut
    plain = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in cut)
    return "".join(plain)


def _check_text(data: bytes, text: str, report: Any) -> None:
    """Report a file that is no text which every reader reads in the same way."""
    if len(data) > MAX_BYTES:
        report(
            "ZS009",
            _START,
            f"the file has more than {MAX_BYTES // 1024} KiB",
            f"at most {MAX_BYTES // 1024} KiB",
            "a policy is a small file: is this one?",
        )
        raise Stop
    encoding = _other_encoding(data)
    if encoding:
        report("ZS008", _START, f"the file is {encoding}", "UTF-8", "save the file as UTF-8")
        raise Stop
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig", "replace")
        report(
            "ZS008",
            _after(before),
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "UTF-8",
            "save the file as UTF-8",
        )
        raise Stop from None
    found = _NOT_PRINTABLE.search(text)
    if found:
        code = f"U+{ord(found[0]):04X}"
        hint = "take it out"
        if found[0] in _LINE_ENDS:
            name = f"{code} ({_LINE_ENDS[found[0]]})"
            hint = "write an ordinary line end, or a space"
        else:
            name = "a NUL byte" if found[0] == "\0" else f"the control character {code}"
        report("ZS008", _after(text[: found.start()]), f"{name} stands here", "text", hint)
        raise Stop


def _other_encoding(data: bytes) -> str | None:
    """Return the encoding that a byte order mark, or the zeros beside the first letter, give."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    return {2: "UTF-16", 3: "UTF-32"}.get(data[:4].count(0)) if len(data) >= 4 else None


def _after(before: str) -> Span:
    """Return the place of the character that follows `before`."""
    lines = split_lines(before)
    line, column = len(lines), len(lines[-1]) + 1
    return Span(line, column, line, column + 1)


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
        self.text = text
        self.write = report
        self.nodes = 0
        self.path: list[str | int] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open_anchors: set[str] = set()

    def report(
        self,
        code: str,
        span: Span,
        message: str,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Report what stands at `span`, inside the value that is being read."""
        self.write(code, span, message, expected, hint, tuple(self.path))

    def next(self) -> tuple[str, Any]:
        """Return the kind and the event that come next; stop at a syntax error."""
        try:
            event = self.parser.get_event()
        except self.syntax_error as error:
            self.syntax(error)
            raise Stop from None
        return type(event).__name__, event

    def too_deep(self, span: Span) -> NoReturn:
        self.path.clear()  # fifty times the same says nothing
        self.report(
            "ZS009",
            span,
            f"values are nested more than {MAX_DEPTH} levels deep",
            f"at most {MAX_DEPTH} levels",
        )
        raise Stop

    def syntax(self, error: Any) -> None:
        mark, context = error.problem_mark, error.context_mark
        message = str(error.problem)
        if "maximum nesting depth" in message:
            # libyaml reads ahead of us, and from 0.2.6 on it has a limit of its own.
            self.too_deep(Span(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2))
        if error.context:
            at = f" (line {context.line + 1})" if context.line != mark.line else ""
            message = f"{error.context}{at}: {message}"
        lines = split_lines(self.text)
        line, column = mark.line + 1, mark.column + 1
        if line > len(lines):  # libyaml ends the last line itself
            line, column = len(lines), len(lines[-1]) + 1
        opened = context.line + 1 if context and context.line != mark.line else None
        hint = _syntax_hint(message, lines[line - 1], column - 1, opened)
        span = Span(line, column, line, column + 1)
        self.report("ZS001", span, message, "well-formed YAML", hint)

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
            raise Stop
        return node

    def node(self, kind: str, event: Any, depth: int, *, flow: bool = False) -> Node:
        self.count(1, event)
        if depth > MAX_DEPTH:
            self.too_deep(_span(event))
        if kind == "AliasEvent":
            return self.alias(event)
        if event.tag is not None and event.tag != "!":
            self.report(
                "ZS005",
                _span(event),
                f"the tag `{short(event.tag)}` has no meaning here",
                "a value without a tag",
                "leave the tag out: every value is read as text and then by its field",
            )
        anchor, before = event.anchor, self.nodes
        if anchor:
            self.open_anchors.add(anchor)
        node: Node
        if kind == "ScalarEvent":
            # PyYAML gives the style of a plain scalar as an empty text.
            node = Scalar(event.value, event.style in ("", None), _span(event), flow)
        elif kind == "SequenceStartEvent":
            node = self.sequence(event, depth)
        else:
            node = self.mapping(event, depth)
        if anchor:
            self.open_anchors.discard(anchor)
            self.anchors[anchor] = node, self.nodes - before + 1
        return node

    def count(self, nodes: int, event: Any, *, alias: bool = False) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            # Aliases count by what they unfold to, so that a bomb stops here too.
            code, how = ("ZS006", "unfolds to") if alias else ("ZS009", "has")
            message = f"the file {how} more than {MAX_NODES} values"
            self.report(code, _span(event), message, f"at most {MAX_NODES} values")
            raise Stop

    def alias(self, event: Any) -> Node:
        name = event.anchor
        if name in self.open_anchors:
            self.report(
                "ZS006",
                _span(event),
                f"`*{short(name)}` contains itself",
                "an alias of what stands before it",
            )
            raise Stop
        if name not in self.anchors:
            self.report(
                "ZS006",
                _span(event),
                f"no anchor `&{short(name)}` stands before this alias",
                "an anchor, or a text in quotes",
                f'a text that begins with `*` needs quotes: "*{short(name)}"',
            )
            raise Stop
        node, size = self.anchors[name]
        self.count(size, event, alias=True)
        return node

    def sequence(self, start: Any, depth: int) -> Sequence:
        items: list[Node] = []
        flow = bool(start.flow_style)
        while True:
            kind, event = self.next()
            if kind == "SequenceEndEvent":
                return Sequence(items, _span(start, event))
            self.path.append(len(items))
            items.append(self.node(kind, event, depth + 1, flow=flow))
            self.path.pop()

    def mapping(self, start: Any, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        merged: list[Node] = []
        whole = True
        seen: dict[str, Span] = {}
        flow = bool(start.flow_style)
        while True:
            kind, event = self.next()
            if kind == "MappingEndEvent":
                for each in merged:
                    self.merge(each, entries, seen)
                return Mapping(entries, _span(start, event), whole)
            key = self.node(kind, event, depth + 1, flow=flow)
            self.path.append(key.text if isinstance(key, Scalar) else "?")
            value = self.node(*self.next(), depth=depth + 1, flow=flow)
            if isinstance(value, Scalar) and value.plain and not value.text:
                value = value._replace(span=key.span)
            if not isinstance(key, Scalar):
                whole = False
                if not isinstance(key, Mapping) or key.whole:  # else it was said inside already
                    message = "a list or a mapping stands as a key"
                    self.report("ZS103", key.span, message, "a text")
            elif key.text == "<<" and key.plain:
                self.report(
                    "ZS007",
                    key.span,
                    "merge keys are not read",
                    "the keys themselves, written out",
                    "use `groups` instead, for values that stand in many places",
                )
                merged.append(value)
            elif key.text in seen:
                first = seen[key.text]
                self.report(
                    "ZS002",
                    key.span,
                    f"`{short(key.text)}` stands twice in this mapping",
                    "each key once",
                    f"the first one is on line {first.line}, column {first.column}",
                )
            else:
                seen[key.text] = key.span
                entries.append((key, value))
            self.path.pop()

    def merge(self, value: Node, entries: list[tuple[Scalar, Node]], seen: dict[str, Span]) -> None:
        """Add what a refused merge key means, so that nothing else seems to be missing."""
        for each in value.items if isinstance(value, Sequence) else [value]:
            for key, node in each.entries if isinstance(each, Mapping) else ():
                if key.text not in seen:
                    seen[key.text] = key.span
                    entries.append((key, node))


_CUT_OFF = "is the file whole, and every bracket closed?"
# What libyaml says, and what is usually behind it. The first part that the message holds counts.
_BEHIND = (
    ("violates indentation", "indent with spaces, not with a tab"),
    ("mapping values are not allowed", "a text with a colon and a space in it needs quotes"),
    ("unexpected end of stream", "a quotation mark is not closed"),
    ("alphabetic or numeric character", "a text that begins with `*` or `&` needs quotes"),
    ("expected ':'", "after a key stand a colon and a space; a text goes on indented deeper"),
    ("block sequence entries", "a list begins on a line of its own"),
    ("escape character", "write `\\\\` for a backslash, or use single quotes"),
)


def _syntax_hint(message: str, line: str, at: int, opened: int | None) -> str | None:
    """Return what to do about a syntax error at a column, from 0, of a line.

    `opened` is the line on which what is not closed began, where that is another one.
    """
    char = line[at : at + 1]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with a tab"
    if "expected ',' or" in message:
        if opened:
            return f"is the bracket of line {opened} closed?"
        if char == ":":
            return 'a text with a colon and a space in it needs quotes: "like: this"'
        return "a text with a bracket, or with words after a quoted part, needs quotes around it"
    if "expected key" in message and line[:at].rstrip().endswith(("'", '"')):
        return "a quotation mark inside a text of the same quotes is written '' or \\\""
    if "expected key" in message:
        return "indent it as the lines above that it belongs with"
    if "cannot start any token" in message or "expected node content" in message:
        return f"a text that begins with `{char}` needs quotes" if char.strip() else _CUT_OFF
    return next((hint for part, hint in _BEHIND if part in message), None)


def _span(event: Any, end: Any = None) -> Span:
    first = event.start_mark
    last = (end or event).end_mark
    return Span(first.line + 1, first.column + 1, last.line + 1, last.column + 1)
