"""Findings as GitHub-flavoured Markdown, for a comment on a pull request or a job summary."""

from zsupport.findings import Finding, Outcome
from zsupport.report.findings import Context
from zsupport.report.findings.wording import counted, gravest_first, place, sentences
from zsupport.report.markdown import escaped

# GitHub refuses a comment of more than 65,536 characters, which some 200 findings are.
MAX_SHOWN = 150


def render(outcome: Outcome, context: Context) -> str:
    """Return a heading, the closing lines and a table, gravest findings first."""
    found = gravest_first(outcome.findings)
    parts = [f"### zsupport {escaped(outcome.command)}\n"]
    parts += [f"{escaped(line)}\n" for line in outcome.closing]
    if found:
        rows = "".join(map(_row, found[:MAX_SHOWN]))
        parts.append("| severity | code | place | finding |\n| --- | --- | --- | --- |\n" + rows)
    if rest := found[MAX_SHOWN:]:
        parts.append(f"Not shown: {counted(rest)}.\n")
    return "\n".join(parts)


def _row(finding: Finding) -> str:
    where = place(finding.file, finding.span.line, finding.span.column)
    cells = (
        finding.severity,
        f"{finding.code} {finding.name}",
        where,
        "\n".join(sentences(finding)),
    )
    return "| " + " | ".join(map(escaped, cells)) + " |\n"
