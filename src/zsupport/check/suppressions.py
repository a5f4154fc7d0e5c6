"""Comments that allow what a rule finds: who they allow what, until when and why.

    # zsupport: allow ZS501, unreachable-rule until 2027-01-31 -- agreed with sales

Behind something, such a comment is about its line. On a line of its own it is about all that the
next line begins: a key with its value, an item of a list. What looks like a comment inside a text
is none: texts are known by their places.
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
    behind_properties,
    short,
)
from zsupport.typed import NamedTuple

#: A text in which this does not stand, in whatever case, has no such comment.
_MARK = re.compile("zsupport", re.IGNORECASE | re.ASCII)
FORM = "# zsupport: allow CODE until YYYY-MM-DD -- reason"

# Without its colon it is not read, but it is not left alone either.
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
_FEW_LINES = 20
#: Of so many mistakes it is said what was meant: to find that out takes its time.
_MOST_HINTS = 50


class Allowed(NamedTuple):
    """One code that a comment allows."""

    code: str
    span: Span


class Comment(NamedTuple):
    """A comment that allows something from one line to another."""

    span: Span
    alone: bool  # on a line of its own
    first: int
    last: int
    allowed: tuple[Allowed, ...]
    until: date | None
    until_span: Span | None

    def is_about(self, finding: Finding) -> bool:
        """Return whether a finding stands where the comment allows it."""
        span = finding.span
        if self.alone:
            return self.first <= span.line <= self.last
        return span.line <= self.first <= span.end_line

    def expired(self, today: date) -> bool:
        """Return whether its last day has passed."""
        return self.until is not None and self.until < today


class Mistake(NamedTuple):
    """What is wrong with a comment that was to allow something."""

    span: Span
    message: str
    hint: str


#: What finds the code that a name in a comment at a span stands for, or what is wrong with it;
#: the last argument: whether to look for what was meant.
CodeOf = Callable[[str, Span, bool], str | Mistake]


class Suppressions(NamedTuple):
    """The comments of a file that allow something, and what is wrong with others."""

    comments: tuple[Comment, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


class Heard(NamedTuple):
    """Findings after the comments were heard: what is left, what is allowed, and by what."""

    left: list[Finding]
    allowed: int  # how many are not
    used: frozenset[tuple[Comment, str]]  # comments, each with a code of which there was something


def may_suppress(text: str) -> bool:
    """Return whether a text may have comments that allow something, as it speaks of zsupport."""
    return _MARK.search(text) is not None


def suppressions_of(document: Document, code_of: CodeOf) -> Suppressions:
    """Return the comments of a document that the loader accepts."""
    if document.root is None or not may_suppress(document.text):
        return Suppressions()
    comments: list[Comment] = []
    mistakes: list[Mistake] = []
    reader = _CommentReader(document, code_of)
    for start, end in comments_in(document):
        found = _COMMENT.fullmatch(document.text, start, end)
        if found is None:
            continue
        read = reader.read(start, end, found.start(1), hints=len(mistakes) < _MOST_HINTS)
        if isinstance(read, Comment):
            comments.append(read)
        else:
            mistakes.append(read)
    return Suppressions(tuple(comments), tuple(mistakes))


def hear(comments: Sequence[Comment], findings: Sequence[Finding], today: date) -> Heard:
    """Return findings without those that comments allow; an expired comment allows nothing."""
    if not comments:
        return Heard(list(findings), 0, frozenset())
    by_code: dict[str, _ByLine] = {}
    for comment in comments:
        for each in comment.allowed:
            by_code.setdefault(each.code, _ByLine()).add(comment)
    left: list[Finding] = []
    used: set[tuple[Comment, str]] = set()
    for finding in findings:
        about = by_code[finding.code].about(finding) if finding.code in by_code else []
        used |= {(comment, finding.code) for comment in about}
        if all(comment.expired(today) for comment in about):
            left.append(finding)
    return Heard(left, len(findings) - len(left), frozenset(used))


class _ByLine:
    """Comments by the lines that they are about, so that many of them are looked through fast."""

    def __init__(self) -> None:
        self._of_line: dict[int, list[Comment]] = {}
        self._spread: list[Comment] = []

    def add(self, comment: Comment) -> None:
        """Add a comment; one that is about many lines is looked at for every finding."""
        if comment.last - comment.first > _FEW_LINES:
            self._spread.append(comment)
            return
        for line in range(comment.first, comment.last + 1):
            self._of_line.setdefault(line, []).append(comment)

    def about(self, finding: Finding) -> list[Comment]:
        """Return the comments that are about a finding."""
        span = finding.span
        if span.end_line - span.line > len(self._of_line):
            near = [each for some in self._of_line.values() for each in some]
        else:
            lines = range(span.line, span.end_line + 1)
            near = [each for line in lines for each in self._of_line.get(line, ())]
        return [each for each in dict.fromkeys((*near, *self._spread)) if each.is_about(finding)]


def without(document: Document, comment: Comment, codes: Sequence[str]) -> Fix | None:
    """Return the fix that takes these codes out of a comment, or all of it where none is left."""
    places = places_of(document.text)
    kept = [each for each in comment.allowed if each.code not in codes]
    if kept:
        first, last = comment.allowed[0].span, comment.allowed[-1].span
        whole = Span(first.line, first.column, last.line, last.end_column)
        names = ", ".join(document.text[slice(*_range(places, each.span))] for each in kept)
        return Fix(f"allow {names} only", (Edit(whole, names),))
    start, end = _range(places, comment.span)
    if comment.alone:
        start, end = places.line_start(start), places.next_line(start)
    else:
        while document.text[start - 1] in " \t":
            start -= 1
    return Fix("take the comment out", (places.edit(start, end),))


# -- finding comments --------------------------------------------------------------------------


def comments_in(document: Document) -> Iterator[tuple[int, int]]:
    """Yield where each comment begins and ends in the text, of the lines that have the mark.

    A `#` begins one where it stands in no text and behind no other comment. Whatever else is
    between texts has no `#` in it: brackets, marks, anchors.
    """
    text = document.text
    places = places_of(text)
    inside = _texts(places, document.root)
    starts = [start for start, _ in inside]
    mark = _MARK.search(text)
    while mark:
        line = places.line_start(mark.start())
        found = _LINE_END.search(text, mark.start())
        end = found.start() if found else len(text)
        hash = text.find("#", line, end)
        while hash >= 0:
            before = bisect_right(starts, hash) - 1
            if before < 0 or inside[before][1] <= hash:
                yield hash, end
                break
            hash = text.find("#", min(inside[before][1], end), end)
        mark = _MARK.search(text, end)


def _texts(places: Places, root: Node | None) -> list[tuple[int, int]]:
    """Return where the texts of a document stand, in order: keys, values, items."""
    found: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ScalarNode):
            start, end = _range(places, node.span)
            begins = behind_properties(places.text, start, end)
            if not node.plain and places.text[begins : begins + 1] in ("|", ">"):
                # What follows the sign on its line may be a comment, and is no text.
                head = _LINE_END.search(places.text, begins)
                start = head.end() if head else end
            if start < end:
                found.add((start, end))
        elif isinstance(node, MappingNode):
            waiting += [each for entry in node.entries for each in entry]
        elif node is not None:
            waiting += node.items
    return sorted(found)


def _range(places: Places, span: Span) -> tuple[int, int]:
    return places.start(span), places.end(span)


# -- reading one -------------------------------------------------------------------------------


class _CommentReader:
    """Reads the comments of a document."""

    def __init__(self, document: Document, code_of: CodeOf) -> None:
        self.code_of = code_of
        self.places = places_of(document.text)
        self.text = document.text
        self.root = document.root
        self._parts: dict[int, list[_NodeLines]] = {}

    def read(self, start: int, end: int, said: int, *, hints: bool) -> Comment | Mistake:
        """Return what a comment allows where, or what is wrong with it."""
        text = self.text
        whole = self.span(start, start + len(text[start:end].rstrip()))
        if not _COLON.match(text, start):
            return Mistake(whole, "the colon after `zsupport` is missing", f"write {FORM}")
        reason = _REASON.search(text, said, end)
        says = text[said : reason.start() if reason else end]
        codes = _codes(says)
        parts = _AFTER_CODES.fullmatch(says, codes[-1].end()) if codes else None
        if parts is None:
            message = "this comment is for zsupport, and cannot be read"
            return Mistake(whole, message, f"write {FORM}")
        if more := parts["more"].strip():
            return Mistake(
                whole,
                f"`{short(more)}` is not understood in a comment that allows something",
                f"commas between codes, a date behind `until`, `--` before the reason: {FORM}",
            )
        if reason is None or not text[reason.end() : end].strip():
            message = "a comment that allows something has to give the reason"
            return Mistake(whole, message, f"write {FORM}")
        until, until_span = None, None
        if parts["until"]:
            until_span = self.span(said + parts.start("until"), said + parts.end("until"))
            until = _date(parts["until"])
            if until is None:
                message = f"`{short(parts['until'])}` is no date"
                return Mistake(until_span, message, "a date as in until 2027-01-31")
        allowed = []
        for word in codes:
            at = self.span(said + word.start(), said + word.end())
            code = self.code_of(word[0], at, hints)
            if isinstance(code, Mistake):
                return code
            allowed.append(Allowed(code, at))
        alone = not text[self.places.line_start(start) : start].strip()
        first, last = self.lines_below(whole.line) if alone else (whole.line, whole.line)
        return Comment(whole, alone, first, last, tuple(allowed), until, until_span)

    def span(self, first: int, last: int) -> Span:
        """Return the span between two positions."""
        return self.places.edit(first, last).span

    def lines_below(self, line: int) -> tuple[int, int]:
        """Return the first and last line of what begins below a comment; (0, 0) if nothing does.

        That is the first line with anything on it but comments, and whatever begins on it.
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
        """Return the parts of a list or mapping with their lines, worked out once."""
        if id(node) not in self._parts:
            pairs = ((i, i) for i in node.items) if isinstance(node, SequenceNode) else node.entries
            found: list[_NodeLines] = []
            for first, last in pairs:
                # An alias stands for something further up; its own line is not known.
                begins = max(first.line, found[-1].begins if found else 0)
                found.append(_NodeLines(begins, max(begins, _last_line(self.places, last)), last))
            self._parts[id(node)] = found
        return self._parts[id(node)]


class _NodeLines(NamedTuple):
    """A key with its value, or an item: its first and last line, and its last node."""

    begins: int
    ends: int
    last: Node


def _codes(says: str) -> list[re.Match[str]]:
    """Return the codes that a comment allows, with commas between them; none where it does not."""
    found: list[re.Match[str]] = []
    before = _ALLOW.match(says)
    while before and (word := _WORD.match(says, before.end())):
        found.append(word)
        before = _COMMA.match(says, word.end())
    return found


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _last_line(places: Places, node: Node) -> int:
    """Return the line on which a node ends; a block ends with the last thing in it."""
    while not isinstance(node, ScalarNode) and not in_brackets(places, node):
        inside = (
            node.items if isinstance(node, SequenceNode) else [value for _, value in node.entries]
        )
        node = inside[-1]
    span = node.span
    # A text in lines of its own ends where the next line begins.
    return span.end_line - (span.end_column == 1 and span.end_line > span.line)
