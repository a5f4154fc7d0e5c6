"""Findings as GitHub-flavoured Markdown, for a comment on a pull request or a job summary."""

from __future__ import annotations

import re
from collections.abc import Iterable

from zsupport.findings import Finding, Outcome
from zsupport.report.findings import Context
from zsupport.report.findings.wording import count_by_severity, gravest_first, place, sentences
from zsupport.report.markdown import escaped, escaped_part
from zsupport.report.text import printable

#: GitHub rejects a comment of more than 65,536 characters. The rest is for text around the table.
MAX_LENGTH = 60_000
# A name in back-ticks that is safe as a code span: without `|` (the end of a table cell), without
# `\`, and without `$` (a formula) next to it.
_SPAN = re.compile(r"(?<![`$])`(?! )((?:[^`|\\\s]| )+)(?<! )`(?![`$])")
_HEAD = "| severity | code | place | finding |\n| --- | --- | --- | --- |\n"


def render(outcome: Outcome, context: Context) -> str:
    """Return a heading, the closing lines and a table, gravest findings first."""
    findings = gravest_first(outcome.findings)
    rows = _fitting(map(_row, findings))
    parts = [f"### zsupport {escaped(outcome.command)}\n"]
    parts += [f"{_with_code(line)}\n" for line in outcome.closing]
    if rows:
        parts.append(_HEAD + "".join(rows))
    if more := count_by_severity(findings[len(rows) :], outcome.omitted):
        parts.append(f"Not shown: {more}.\n")
    return "\n".join(parts)


def _fitting(rows: Iterable[str]) -> list[str]:
    """Return the first rows that fit in a comment."""
    fitting: list[str] = []
    length = 0
    for row in rows:
        length += len(row)
        if length > MAX_LENGTH:
            break
        fitting.append(row)
    return fitting


def _row(finding: Finding) -> str:
    where = place(finding.file, finding.span.line, finding.span.column)
    cells = (
        *map(escaped, (finding.severity, f"{finding.code} {finding.name}", where)),
        _with_code("\n".join(sentences(finding))),
    )
    return "| " + " | ".join(cells) + " |\n"


def _with_code(text: str) -> str:
    """Return a text for Markdown, with names in back-ticks as code and the rest escaped."""
    parts = _SPAN.split(printable(text.strip()))
    return "".join(
        f"`{part}`" if number % 2 else escaped_part(part) for number, part in enumerate(parts)
    )
