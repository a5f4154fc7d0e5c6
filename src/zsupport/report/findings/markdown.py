"""Findings as GitHub-flavoured Markdown, for a comment on a pull request or a job summary."""

from collections.abc import Iterable

from zsupport.findings import Finding, Outcome
from zsupport.report.findings import Context
from zsupport.report.findings.wording import counted, gravest_first, place, sentences
from zsupport.report.markdown import escaped

#: GitHub refuses a comment of more than 65,536 characters; what stands around it needs room, too.
MAX_LENGTH = 60_000
_HEAD = "| severity | code | place | finding |\n| --- | --- | --- | --- |\n"


def render(outcome: Outcome, context: Context) -> str:
    """Return a heading, the closing lines and a table, gravest findings first."""
    found = gravest_first(outcome.findings)
    rows = _fitting(map(_row, found))
    parts = [f"### zsupport {escaped(outcome.command)}\n"]
    parts += [f"{escaped(line)}\n" for line in outcome.closing]
    if rows:
        parts.append(_HEAD + "".join(rows))
    if more := counted(found[len(rows) :], outcome.left_out):
        parts.append(f"Not shown: {more}.\n")
    return "\n".join(parts)


def _fitting(rows: Iterable[str]) -> list[str]:
    """Return the first rows, as many as a comment can hold."""
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
        finding.severity,
        f"{finding.code} {finding.name}",
        where,
        "\n".join(sentences(finding)),
    )
    return "| " + " | ".join(map(escaped, cells)) + " |\n"
