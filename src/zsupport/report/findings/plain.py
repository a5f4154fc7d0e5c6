"""Findings as plain lines for pipes and editors: `FILE:LINE:COLUMN: error[CODE] name: message`."""

from __future__ import annotations

from heapq import merge

from zsupport.findings import Finding, Outcome, Span, further_places
from zsupport.report.findings import Context
from zsupport.report.findings.wording import place
from zsupport.report.text import single_line


def render(outcome: Outcome, context: Context) -> str:
    """Return a line for each place of each finding."""
    lines = (
        f"{place(finding.file, finding.span.line, finding.span.column)}:"
        f" {finding.severity}[{finding.code}] {finding.name}: {finding.message}"
        for unit in outcome.units
        for finding in merge(
            unit.findings, sorted(further_places(unit.findings), key=_span), key=_span
        )
    )
    return "".join(single_line(line) + "\n" for line in lines)


def _span(finding: Finding) -> Span:
    return finding.span
