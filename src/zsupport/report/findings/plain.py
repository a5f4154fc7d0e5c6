"""Findings as plain lines for pipes and editors: `FILE:LINE:COLUMN: error[CODE] name: message`."""

from __future__ import annotations

from zsupport.findings import Outcome
from zsupport.report.findings import Context
from zsupport.report.findings.wording import place
from zsupport.report.text import single_line


def render(outcome: Outcome, context: Context) -> str:
    """Return a line for each finding."""
    lines = (
        f"{place(finding.file, finding.span.line, finding.span.column)}:"
        f" {finding.severity}[{finding.code}] {finding.name}: {finding.message}"
        for finding in outcome.findings
    )
    return "".join(single_line(line) + "\n" for line in lines)
