"""Findings for people. Each one has its source line, with marks under the wrong text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zsupport.findings import Finding, Outcome, Related, Span
from zsupport.policy.yamltext import split_lines
from zsupport.report.findings import Context
from zsupport.report.findings.wording import case_text, shown_places
from zsupport.report.text import encodable, printable
from zsupport.wording import Message, Wording

_WIDTH = 160
SEVERITY_NAMES = {
    "error": Message("error"),
    "warning": Message("warning"),
    "note": Message("note"),
}
# Colors (SGR), the same as in compilers.
_SEVERITY_STYLES = {"error": "1;31", "warning": "1;33", "note": "1;32"}
_FRAME = "1;34"
_BOLD = "1"

Sources = Mapping[str, Sequence[str]]


def render(outcome: Outcome, context: Context) -> str:
    """Return all findings with their places, and the closing lines."""
    sources = sources_of(outcome.texts)
    color, encoding = context.terminal.color, context.terminal.encoding
    blocks = [
        finding_text(finding, sources, context.words, color=color, encoding=encoding)
        for finding in outcome.findings
    ]
    closing = [printable(_flat(line)) for line in outcome.closing]
    if more := sum(outcome.omitted.values()):
        closing.insert(
            0,
            context.words(
                "and {count} more findings; use {format json} to list all",
                count=context.words.language.number(more), json="json",
            ),
        )  # fmt: skip
    if closing:
        blocks.append("".join(line + "\n" for line in closing))
    return "\n".join(blocks)


def sources_of(texts: Mapping[str, str]) -> Sources:
    """Return the lines of each file, for excerpts."""
    return {name: split_lines(text) for name, text in texts.items()}


def finding_text(
    finding: Finding,
    sources: Sources,
    words: Wording,
    *,
    color: bool = False,
    encoding: str = "utf-8",
) -> str:
    """Return a finding: its code, its place with an excerpt, its witness and its hint.

    `words` writes the texts for the reader.
    """
    places = [
        related._replace(message=words.message(related.message))
        for related in shown_places(finding.related)
    ]
    # A related place has either a message or an excerpt.
    excerpts = [related for related in places if not related.message and _line(related, sources)]
    numbers = (finding.span.line, *(related.span.line for related in excerpts))
    width = max(len(str(number)) for number in numbers)
    block = _Block(width, _SEVERITY_STYLES[finding.severity], color=color, encoding=encoding)
    block.heading(words(SEVERITY_NAMES[finding.severity]), finding)
    block.place("-->", finding.file, finding.span, "")
    if line := _line(finding, sources):
        block.excerpt(line, finding.span, finding.label)
    for related in places:
        block.place(":::", related.file, related.span, related.message)
        if related in excerpts:
            block.excerpt(_line(related, sources), related.span, None)
    if finding.label and not line:
        block.fact(words("here"), finding.label)
    if finding.case:
        block.fact(words("case"), case_text(finding.case))
    if finding.path and not (finding.case or finding.label):
        block.fact(words("path"), finding.path)
    if finding.expected:
        block.fact(words("expected"), finding.expected)
    if finding.hint:
        block.fact(words("help"), finding.hint)
    if finding.fix:
        block.fact(words("fix"), f"{finding.fix.title} ({words.naming('fix')})")
    return "".join(line.rstrip(" ") + "\n" for line in block.lines)


def _line(place: Finding | Related, sources: Sources) -> str:
    """Return the source line where a place starts; empty if unknown or blank."""
    source = sources.get(place.file, ())
    number = place.span.line
    line = source[number - 1] if 0 < number <= len(source) else ""
    return line if line.strip() else ""


class _Block:
    """The lines of one finding. `_ink` escapes the control characters of all texts."""

    def __init__(self, width: int, style: str, *, color: bool, encoding: str) -> None:
        self.lines: list[str] = []
        self.width = width
        self.margin = " " * width
        self.style = style
        self.color = color
        self.encoding = encoding

    def heading(self, severity: str, finding: Finding) -> None:
        kind = self._ink(self.style, f"{severity}[{finding.code}]")
        name = self._ink(_BOLD, f"{finding.name}:")
        first, *rest = finding.message.split("\n")
        self.lines.append(f"{kind} {name} {self._ink('', first)}")
        self._continue(rest, "    ")

    def place(self, arrow: str, file: str, span: Span, message: str) -> None:
        where = f"{_flat(file)}:{span.line}:{span.column}"
        suffix = f"   {self._ink('', _flat(message))}" if message else ""
        # The arrow of a related place is indented by one more column, under the bars.
        indent = self.margin if arrow == "-->" else f"{self.margin} "
        self.lines.append(f"{indent}{self._ink(_FRAME, arrow)} {self._ink('', where)}{suffix}")

    def excerpt(self, text: str, span: Span, label: str | None) -> None:
        """Add the source line and the marks under it. A long line is cut around the marks."""
        column, end = span.column, _end(span, text)
        # Control characters and tabs take one column, so that the marks are aligned.
        start = max(0, column - 1 - _WIDTH // 2) if len(text) > _WIDTH else 0
        part = text[start : start + _WIDTH]
        shown = "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in part)
        before, marked, after = (
            encodable(text, self.encoding)
            for text in (
                shown[: column - 1 - start],
                shown[column - 1 - start : end - 1 - start],
                shown[end - 1 - start :],
            )
        )
        marks = self._ink(self.style, "^" * max(_cells(marked), 1))
        suffix = f" {self._ink(self.style, _flat(label))}" if label else ""
        bar = self._ink(_FRAME, "|")
        number = self._ink(_FRAME, f"{span.line:>{self.width}}")
        self.lines += [
            f"{self.margin} {bar}",
            f"{number} {bar} {self._ink('', before + marked + after)}",
            f"{self.margin} {bar} {' ' * _cells(before)}{marks}{suffix}",
        ]

    def fact(self, name: str, text: str) -> None:
        """Add a named text. Its further lines are aligned under the first line."""
        first, *rest = text.split("\n")
        sign, title = self._ink(_FRAME, "="), self._ink(_BOLD, f"{name}:")
        self.lines.append(f"{self.margin} {sign} {title} {self._ink('', first)}")
        self._continue(rest, f"{self.margin}   {' ' * len(name)}  ")

    def _continue(self, rest: list[str], indent: str) -> None:
        for line in rest:
            self.lines.append(f"{indent}{self._ink('', line)}")

    def _ink(self, style: str, text: str) -> str:
        clean = printable(text)
        return f"\x1b[{style}m{clean}\x1b[0m" if self.color and style and clean else clean


def _end(span: Span, text: str) -> int:
    """Return the column after the last marked character, on the first line of the span."""
    end = span.end_column if span.end_line == span.line else len(text) + 1
    return max(min(end, len(text) + 1), span.column + 1)


def _flat(text: str) -> str:
    """Return a text on one line."""
    return text.replace("\n", "\\n")


def _cells(text: str) -> int:
    """Return the width of a text in a terminal: two columns for Chinese, none for an accent."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
