"""Comments that allow what a rule finds: who they allow what, until when and why.

    # zsupport: allow ZS501, dead-rule until 2027-01-31 -- agreed with sales

Behind something, such a comment is about its line. On a line of its own it is about all that the
next line begins: a key with its value, an item of a list. What looks like a comment inside a text
is none: texts are known by their places.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from zsupport.check.fixing import Places, in_brackets, places_of
from zsupport.errors import UsageError
from zsupport.findings import CODES, Edit, Finding, Fix, Span
from zsupport.policy.document import Document
from zsupport.policy.yamltext import Mapping, Node, Scalar, short
from zsupport.policy.yamltext import Sequence as SequenceNode

#: A text in which this does not stand has no such comment.
MARK = "zsupport"
FORM = "# zsupport: allow CODE until YYYY-MM-DD -- reason"
#: What says that a comment is wrong cannot be allowed by one.
ABOUT_COMMENTS = ("ZS901", "ZS902", "ZS903")

# Without its colon it is not read, but it is not left alone either.
_COMMENT = re.compile(r"#[ \t]*zsupport(?:[ \t]*:[ \t]*|[ \t]+(?=allow\b))([^\r\n]*)")
_COLON = re.compile(r"#[ \t]*zsupport[ \t]*:")
_PARTS = re.compile(
    r"allow[ \t]+(?P<codes>[^ \t,]+(?:[ \t]*,[ \t]*[^ \t,]+)*)"
    r"(?:[ \t]+until[ \t]+(?P<until>[^ \t]+))?(?P<more>.*)"
)
_WORD = re.compile(r"[^ \t,]+")
_REASON = re.compile(r"(?:(?<=[ \t])|\A)--(?:[ \t]+|\Z)")
_PROPERTY = re.compile(r"[&!][^\s\[\]{},]*\s+")
_LINE_END = re.compile(r"\r\n|\r|\n|\Z")


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


class Suppressions(NamedTuple):
    """The comments of a file that allow something, and what is wrong with others."""

    comments: tuple[Comment, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


class Heard(NamedTuple):
    """Findings after the comments were heard: what is left, what is allowed, and by what."""

    left: list[Finding]
    allowed: int  # how many are not
    used: frozenset[tuple[Comment, str]]  # comments, each with a code of which there was something


def suppressions_of(document: Document) -> Suppressions:
    """Return the comments of a document that the loader accepts."""
    if MARK not in document.text or document.root is None:
        return Suppressions()
    comments: list[Comment] = []
    mistakes: list[Mistake] = []
    places = places_of(document.text)
    for start, end in comments_in(document):
        found = _COMMENT.fullmatch(document.text, start, end)
        if found is None:
            continue
        read = _read(places, start, end, found.start(1), document)
        if isinstance(read, Comment):
            comments.append(read)
        else:
            mistakes.append(read)
    return Suppressions(tuple(comments), tuple(mistakes))


def hear(comments: Sequence[Comment], findings: Sequence[Finding], today: date) -> Heard:
    """Return findings without those that comments allow; an expired comment allows nothing."""
    left: list[Finding] = []
    used: set[tuple[Comment, str]] = set()
    for finding in findings:
        about = [
            comment
            for comment in comments
            if comment.is_about(finding) and any(a.code == finding.code for a in comment.allowed)
        ]
        used |= {(comment, finding.code) for comment in about}
        if not any(not comment.expired(today) for comment in about):
            left.append(finding)
    return Heard(left, len(findings) - len(left), frozenset(used))


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
    position = text.find(MARK)
    while position >= 0:
        line = places.line_start(position)
        found = _LINE_END.search(text, position)
        end = found.start() if found else len(text)
        hash = text.find("#", line, end)
        while hash >= 0:
            before = bisect_right(starts, hash) - 1
            if before < 0 or inside[before][1] <= hash:
                yield hash, end
                break
            hash = text.find("#", min(inside[before][1], end), end)
        position = text.find(MARK, end)


def _texts(places: Places, root: Node | None) -> list[tuple[int, int]]:
    """Return where the texts of a document stand, in order: keys, values, items."""
    found: set[tuple[int, int]] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Scalar):
            start, end = _range(places, node.span)
            begins = start
            while mark := _PROPERTY.match(places.text, begins, end):
                begins = mark.end()
            if not node.plain and places.text[begins : begins + 1] in ("|", ">"):
                # What follows the sign on its line may be a comment, and is no text.
                head = _LINE_END.search(places.text, begins)
                start = head.end() if head else end
            if start < end:
                found.add((start, end))
        elif isinstance(node, Mapping):
            waiting += [each for entry in node.entries for each in entry]
        elif node is not None:
            waiting += node.items
    return sorted(found)


def _range(places: Places, span: Span) -> tuple[int, int]:
    return places.start(span), places.end(span)


# -- reading one -------------------------------------------------------------------------------


def _read(places: Places, start: int, end: int, said: int, document: Document) -> Comment | Mistake:
    """Return what a comment allows where, or what is wrong with it."""
    from zsupport.check.catalogue import kind_named

    text = places.text

    def span(first: int, last: int) -> Span:
        return places.edit(first, last).span

    whole = span(start, start + len(text[start:end].rstrip()))
    if not _COLON.match(text, start):
        return Mistake(whole, "the colon after `zsupport` is missing", f"write {FORM}")
    reason = _REASON.search(text, said, end)
    stop = reason.start() if reason else end
    parts = _PARTS.fullmatch(text[said:stop])
    if parts is None:
        return Mistake(whole, "this comment is for zsupport, and cannot be read", f"write {FORM}")
    if more := parts["more"].strip():
        return Mistake(
            whole,
            f"`{short(more)}` is not understood in a comment that allows something",
            f"commas between codes, a date behind `until`, `--` before the reason: {FORM}",
        )
    if reason is None or not text[reason.end() : end].strip():
        return Mistake(
            whole, "a comment that allows something has to give the reason", f"write {FORM}"
        )
    until, until_span = None, None
    if parts["until"]:
        until_span = span(said + parts.start("until"), said + parts.end("until"))
        try:
            until = date.fromisoformat(parts["until"])
        except ValueError:
            until = None
        if until is None or not re.fullmatch(r"\d{4}-\d\d-\d\d", parts["until"]):
            return Mistake(
                until_span, f"`{short(parts['until'])}` is no date", "a date as in until 2027-01-31"
            )
    allowed = []
    for word in _WORD.finditer(text, said + parts.start("codes"), said + parts.end("codes")):
        at = span(word.start(), word.end())
        try:
            code = kind_named(word[0]).code
        except UsageError as error:
            return Mistake(at, error.message, error.hint or FORM)
        if code in CODES:
            return Mistake(
                at, f"`{word[0]}` cannot be allowed: a policy with it is not read", "mend it"
            )
        if code in ABOUT_COMMENTS:
            return Mistake(
                at, f"`{word[0]}` is about comments like this one, and cannot be allowed", "mend it"
            )
        allowed.append(Allowed(code, at))
    alone = not text[places.line_start(start) : start].strip()
    first, last = _lines_below(places, document.root, whole.line) if alone else (whole.line,) * 2
    return Comment(whole, alone, first, last, tuple(allowed), until, until_span)


def _lines_below(places: Places, root: Node | None, line: int) -> tuple[int, int]:
    """Return the first and last line of what begins below a comment; (0, 0) if nothing does.

    That is the first line with anything on it but comments, and whatever begins on it.
    """
    node = root
    while node is not None and not isinstance(node, Scalar):
        parts = [
            (first.line, max(first.line, _last_line(places, last)), last)
            for first, last in (
                ((item, item) for item in node.items)
                if isinstance(node, SequenceNode)
                else node.entries
            )
        ]
        node = next((last for begins, ends, last in parts if begins <= line < ends), None)
        if node is None and (below := [part for part in parts if part[0] > line]):
            begins = min(first for first, _, _ in below)
            return begins, max(ends for first, ends, _ in below if first == begins)
    return 0, 0


def _last_line(places: Places, node: Node) -> int:
    """Return the line on which a node ends; a block ends with the last thing in it."""
    while not isinstance(node, Scalar) and not in_brackets(places, node):
        inside = (
            node.items if isinstance(node, SequenceNode) else [value for _, value in node.entries]
        )
        node = inside[-1]
    span = node.span
    # A text in lines of its own ends where the next line begins.
    return span.end_line - (span.end_column == 1 and span.end_line > span.line)
