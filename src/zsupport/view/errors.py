"""What is shown of errors and findings: for people with an excerpt, for programs as JSON."""

from typing import Any

from zsupport.errors import InvalidPolicy, ZsupportError
from zsupport.findings import Finding
from zsupport.report.text import printable

MAX_SHOWN = 200
_WIDTH = 160


def error_text(error: ZsupportError) -> str:
    """Return an error as text: a line for each problem, or each finding with its excerpt."""
    if isinstance(error, InvalidPolicy):
        return findings_text(error)
    lines = [f"zsupport: {line}" for line in error.message.split("\n")]
    if error.hint:
        lines.append(f"  {error.hint}")
    return printable("\n".join(lines)) + "\n"


def error_document(error: ZsupportError) -> dict[str, Any]:
    """Return the JSON document of an error; findings stand in `problems`."""
    document: dict[str, Any] = {
        "kind": error.kind,
        "code": error.exit_code,
        "message": error.message,
        "hint": error.hint,
    }
    if isinstance(error, InvalidPolicy):
        document["problems"] = [_problem(finding) for finding in error.findings]
    return {"error": document}


def _problem(finding: Finding) -> dict[str, Any]:
    span = finding.span
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "file": finding.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "path": finding.path,
        "expected": finding.expected,
        "hint": finding.hint,
    }


def findings_text(invalid: InvalidPolicy) -> str:
    """Return every finding with the place that it speaks of, and how many there are."""
    from zsupport.policy.yamltext import split_lines

    lines = {name: split_lines(text) for name, text in invalid.texts.items()}
    shown = invalid.findings[:MAX_SHOWN]
    blocks = [_block(finding, lines.get(finding.file, [])) for finding in shown]
    count = len(invalid.findings)
    more = f", {count - len(shown)} not shown: --format json has all" if count > len(shown) else ""
    blocks.append(f"{count} problem{'s' if count > 1 else ''}{more}\n")
    return "\n".join(blocks)


def _block(finding: Finding, source: list[str]) -> str:
    span = finding.span
    margin = " " * len(str(span.line))
    lines = [
        f"{finding.severity}[{finding.code}] {finding.name}: {finding.message}",
        f"{margin}--> {finding.file}:{span.line}:{span.column}",
    ]
    text = source[span.line - 1] if 0 < span.line <= len(source) else ""
    if text.strip():
        lines += [f"{margin} |", *_excerpt(text, span.line, span.column, _end(finding, text))]
    if finding.path:
        lines.append(f"{margin} = path: {finding.path}")
    if finding.expected:
        lines.append(f"{margin} = expected: {finding.expected}")
    if finding.hint:
        lines.append(f"{margin} = help: {finding.hint}")
    return printable("\n".join(lines)) + "\n"


def _end(finding: Finding, text: str) -> int:
    """Return the column after the last marked character, on the finding's first line."""
    span = finding.span
    end = span.end_column if span.end_line == span.line else len(text) + 1
    return max(min(end, len(text) + 1), span.column + 1)


def _excerpt(text: str, line: int, column: int, end: int) -> list[str]:
    """Return the source line and the marks under it; a long line is cut around the marks."""
    number, margin = str(line), " " * len(str(line))
    # Control characters and tabs take one column here, so that the marks stand right.
    start = max(0, column - 1 - _WIDTH // 2) if len(text) > _WIDTH else 0
    part = text[start : start + _WIDTH]
    shown = "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in part)
    before, marked = shown[: column - 1 - start], shown[column - 1 - start : end - 1 - start]
    marks = " " * _cells(before) + "^" * max(_cells(marked), 1)
    return [f"{number} | {shown}".rstrip(), f"{margin} | {marks}"]


def _cells(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese two, an accent none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)
