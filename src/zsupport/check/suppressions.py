"""Suppressions: comments that allow a finding, with an optional last day and a reason.

    # zsupport: allow ZS501, unreachable-rule until 2027-01-31 -- agreed with sales

At the end of a line, a comment applies to that line. On its own line, it applies to the key with
its value, or to the list item, that starts below it. A `#` in a text does not start a comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from zsupport.check.edits import Places, in_brackets, places_of
from zsupport.findings import Edit, Finding, Fix, Span
from zsupport.policy.document import Document
from zsupport.policy.yamltext import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    short,
    skip_properties,
)
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: A text without this word, in upper or lower case, has no suppressions.
_MARK = re.compile("zsupport", re.IGNORECASE | re.ASCII)
FORM_HINT = Message("write # zsupport: allow CODE until YYYY-MM-DD -- reason")

# This also matches a comment without the colon, which is reported as an error.
_COMMENT = re.compile(
    r"#[ \t]*zsupport(?:[ \t]*:[ \t]*|[ \t]+(?=allow\b))([^\r\n]*)", re.IGNORECASE | re.ASCII
)
_COLON = re.compile(r"#[ \t]*zsupport[ \t]*:", re.IGNORECASE | re.ASCII)
_ALLOW = re.compile(r"allow[ \t]+", re.IGNORECASE)
_WORD = re.compile(r"[^ \t,]+")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_AFTER_CODES = re.compile(r"(?:[ \t]+until[ \t]+(?P<until>[^ \t]+))?(?P<more>.*)", re.IGNORECASE)
_REASON = re.compile(r"(?:(?<=[ \t])|\A)--(?:[ \t]+|\Z)")
_LINE_END = re.compile(r"\r\n|\r|\n|\Z")
#: Comments for more lines are not indexed by line.
_FEW_LINES = 20
#: Only this number of errors get a suggestion, because searching for a suggestion takes time.
_MAX_HINTS = 50


class SuppressedCode(NamedTuple):
    """A code in a suppression."""

    code: str
    span: Span


class Comment(NamedTuple):
    """A suppression that applies to a range of lines."""

    span: Span
    on_own_line: bool
    first: int  # the first line to which it applies
    last: int
    codes: tuple[SuppressedCode, ...]
    until: date | None  # its last day
    until_span: Span | None

    def covers(self, finding: Finding) -> bool:
        """Return whether the comment applies to the place of a finding. Codes are not compared."""
        span = finding.span
        if self.on_own_line:
            return self.first <= span.line <= self.last
        return span.line <= self.first <= span.end_line

    def expired(self, today: date) -> bool:
        """Return whether the last day of the comment has passed."""
        return self.until is not None and self.until < today


class InvalidComment(NamedTuple):
    """An error in a suppression."""

    span: Span
    message: str
    hint: str


#: Returns the code for a name in a comment, or an error. The arguments are the name, its span, and
#: whether the error suggests a similar code.
CodeOf = Callable[[str, Span, bool], str | InvalidComment]


class Suppressions(NamedTuple):
    """The valid suppressions of a file, and the errors in invalid ones."""

    comments: tuple[Comment, ...] = ()
    errors: tuple[InvalidComment, ...] = ()


class SuppressionResult(NamedTuple):
    """The result of applying suppressions to findings."""

    remaining: list[Finding]
    suppressed: int  # the number of suppressed findings
    used: frozenset[tuple[Comment, str]]  # comments, each with a code of a finding it covers


def may_suppress(text: str) -> bool:
    """Return whether a text can contain suppressions, because it contains `zsupport`."""
    return _MARK.search(text) is not None


def suppressions_of(document: Document, code_of: CodeOf) -> Suppressions:
    """Return the suppressions of a document that the loader accepts."""
    if document.root is None or not may_suppress(document.text):
        return Suppressions()
    comments: list[Comment] = []
    errors: list[InvalidComment] = []
    reader = _CommentReader(document, code_of)
    for start, end in comments_in(document):
        match = _COMMENT.fullmatch(document.text, start, end)
        if match is None:
            continue
        result = reader.read(start, end, match.start(1), hints=len(errors) < _MAX_HINTS)
        if isinstance(result, Comment):
            comments.append(result)
        else:
            errors.append(result)
    return Suppressions(tuple(comments), tuple(errors))


def suppress(
    comments: Sequence[Comment], findings: Sequence[Finding], today: date
) -> SuppressionResult:
    """Apply suppressions to findings.

    An expired suppression suppresses no finding, but counts as used if it covers a finding.
    """
    if not comments:
        return SuppressionResult(list(findings), 0, frozenset())
    by_code: dict[str, _CommentsByLine] = {}
    for comment in comments:
        for allowed in comment.codes:
            by_code.setdefault(allowed.code, _CommentsByLine()).add(comment)
    remaining: list[Finding] = []
    used: set[tuple[Comment, str]] = set()
    for finding in findings:
        covering = by_code[finding.code].covering(finding) if finding.code in by_code else []
        used |= {(comment, finding.code) for comment in covering}
        if all(comment.expired(today) for comment in covering):
            remaining.append(finding)
    return SuppressionResult(remaining, len(findings) - len(remaining), frozenset(used))


class _CommentsByLine:
    """Comments by the lines to which they apply, for fast lookup."""

    def __init__(self) -> None:
        self._of_line: dict[int, list[Comment]] = {}
        self._long: list[Comment] = []

    def add(self, comment: Comment) -> None:
        """Add a comment. A comment for many lines is compared with every finding."""
        if comment.last - comment.first > _FEW_LINES:
            self._long.append(comment)
            return
        for line in range(comment.first, comment.last + 1):
            self._of_line.setdefault(line, []).append(comment)

    def covering(self, finding: Finding) -> list[Comment]:
        """Return the comments that apply to a finding."""
        span = finding.span
        if span.end_line - span.line > len(self._of_line):
            near = [comment for comments in self._of_line.values() for comment in comments]
        else:
            lines = range(span.line, span.end_line + 1)
            near = [comment for line in lines for comment in self._of_line.get(line, ())]
        candidates = dict.fromkeys((*near, *self._long))
        return [comment for comment in candidates if comment.covers(finding)]


def remove_codes(document: Document, comment: Comment, codes: Sequence[str]) -> Fix:
    """Return the fix that removes codes from a comment, or removes it if no code remains."""
    places = places_of(document.text)
    kept = [allowed for allowed in comment.codes if allowed.code not in codes]
    if kept:
        first, last = comment.codes[0].span, comment.codes[-1].span
        whole = Span(first.line, first.column, last.line, last.end_column)
        names = ", ".join(document.text[slice(*_range(places, a.span))] for a in kept)
        return Fix(Message("allow {codes} only", codes=names), (Edit(whole, names),))
    start, end = _range(places, comment.span)
    if comment.on_own_line:
        start, end = places.line_start(start), places.next_line(start)
    else:
        while document.text[start - 1] in " \t":
            start -= 1
    return Fix(Message("remove the comment"), (places.edit(start, end),))


# -- finding comments --------------------------------------------------------------------------


def comments_in(document: Document) -> Iterator[tuple[int, int]]:
    """Yield the start and end position of each comment on a line that contains `zsupport`.

    The first `#` of a line outside its texts starts the comment, because brackets, marks and
    anchors contain no `#`.
    """
    text = document.text
    places = places_of(text)
    inside = _texts(places, document.root)
    starts = [start for start, _ in inside]
    mark = _MARK.search(text)
    while mark:
        line = places.line_start(mark.start())
        line_end = _LINE_END.search(text, mark.start())
        end = line_end.start() if line_end else len(text)
        hash = text.find("#", line, end)
        while hash >= 0:
            before = bisect_right(starts, hash) - 1
            if before < 0 or inside[before][1] <= hash:
                yield hash, end
                break
            hash = text.find("#", min(inside[before][1], end), end)
        mark = _MARK.search(text, end)


def _texts(places: Places, root: Node | None) -> list[tuple[int, int]]:
    """Return the ranges of the texts of a document (keys, values and items), sorted."""
    ranges: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ScalarNode):
            start, end = _range(places, node.span)
            begins = skip_properties(places.text, start, end)
            if not node.plain and places.text[begins : begins + 1] in ("|", ">"):
                # After the `|` or `>` the line contains at most a comment.
                head = _LINE_END.search(places.text, begins)
                start = head.end() if head else end
            if start < end:
                ranges.add((start, end))
        elif isinstance(node, MappingNode):
            waiting += [child for entry in node.entries for child in entry]
        elif node is not None:
            waiting += node.items
    return sorted(ranges)


def _range(places: Places, span: Span) -> tuple[int, int]:
    return places.start(span), places.end(span)


# -- reading comments --------------------------------------------------------------------------


class _CommentReader:
    """Reads the comments of a document."""

    def __init__(self, document: Document, code_of: CodeOf) -> None:
        self.code_of = code_of
        self.places = places_of(document.text)
        self.text = document.text
        self.root = document.root
        self._parts: dict[int, list[_NodeLines]] = {}

    def read(self, start: int, end: int, body: int, *, hints: bool) -> Comment | InvalidComment:
        """Return the suppression in the comment from `start` to `end`, or its error.

        `body` is the position of the text after `# zsupport:`.
        """
        text = self.text
        whole = self.span(start, start + len(text[start:end].rstrip()))
        if not _COLON.match(text, start):
            return InvalidComment(whole, Message("missing colon after `zsupport`"), FORM_HINT)
        reason = _REASON.search(text, body, end)
        content = text[body : reason.start() if reason else end]
        codes = _codes(content)
        parts = _AFTER_CODES.fullmatch(content, codes[-1].end()) if codes else None
        if parts is None:
            return InvalidComment(whole, Message("invalid comment for zsupport"), FORM_HINT)
        if more := parts["more"].strip():
            message = Message("unexpected `{text}` in a comment for zsupport", text=short(more))
            return InvalidComment(whole, message, FORM_HINT)
        if reason is None or not text[reason.end() : end].strip():
            return InvalidComment(
                whole, Message("missing reason in a comment for zsupport"), FORM_HINT
            )
        until, until_span = None, None
        if parts["until"]:
            until_span = self.span(body + parts.start("until"), body + parts.end("until"))
            until = _date(parts["until"])
            if until is None:
                message = Message("invalid date `{date}`", date=short(parts["until"]))
                return InvalidComment(
                    until_span, message, Message("write a date such as 2027-01-31")
                )
        allowed = []
        for word in codes:
            at = self.span(body + word.start(), body + word.end())
            code = self.code_of(word[0], at, hints)
            if isinstance(code, InvalidComment):
                return code
            allowed.append(SuppressedCode(code, at))
        on_own_line = not text[self.places.line_start(start) : start].strip()
        first, last = self.lines_below(whole.line) if on_own_line else (whole.line, whole.line)
        return Comment(whole, on_own_line, first, last, tuple(allowed), until, until_span)

    def span(self, first: int, last: int) -> Span:
        """Return the span between two positions."""
        return self.places.edit(first, last).span

    def lines_below(self, line: int) -> tuple[int, int]:
        """Return the lines of the entry that starts below a comment; (0, 0) if there is none.

        The entry starts on the next line that contains more than a comment.
        """
        node = self.root
        while node is not None and not isinstance(node, ScalarNode):
            parts = self.parts(node)
            below = bisect_right(parts, line, key=lambda part: part.begins)
            around = parts[below - 1] if below else None
            if around is not None and around.ends > line:
                node = around.last
            elif below < len(parts):
                begins, ends = parts[below].begins, 0
                while below < len(parts) and parts[below].begins == begins:
                    ends = max(ends, parts[below].ends)
                    below += 1
                return begins, ends
            else:
                break
        return 0, 0

    def parts(self, node: MappingNode | SequenceNode) -> list[_NodeLines]:
        """Return the parts of a list or mapping with their lines; cached."""
        if id(node) not in self._parts:
            pairs = ((i, i) for i in node.items) if isinstance(node, SequenceNode) else node.entries
            parts: list[_NodeLines] = []
            for first, last in pairs:
                # The line of an alias is unknown: its node has the line of the anchor.
                begins = max(first.line, parts[-1].begins if parts else 0)
                parts.append(_NodeLines(begins, max(begins, _last_line(self.places, last)), last))
            self._parts[id(node)] = parts
        return self._parts[id(node)]


class _NodeLines(NamedTuple):
    """The first and last line of a key with its value, or of an item.

    `last` is the node of the value or of the item.
    """

    begins: int
    ends: int
    last: Node


def _codes(content: str) -> list[re.Match[str]]:
    """Return a match for each code after `allow`; none if the comment does not start with it."""
    codes: list[re.Match[str]] = []
    before = _ALLOW.match(content)
    while before and (word := _WORD.match(content, before.end())):
        codes.append(word)
        before = _COMMA.match(content, word.end())
    return codes


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _last_line(places: Places, node: Node) -> int:
    """Return the line on which a node ends; a block ends with its last node."""
    while not isinstance(node, ScalarNode) and not in_brackets(places, node):
        inside = (
            node.items if isinstance(node, SequenceNode) else [value for _, value in node.entries]
        )
        node = inside[-1]
    span = node.span
    # A block text ends at the start of the next line.
    return span.end_line - (span.end_column == 1 and span.end_line > span.line)
