"""Findings as a Code Quality report of GitLab, which shows them in merge requests."""

from __future__ import annotations

from typing import Any

from zsupport.findings import Finding, Outcome, further_places
from zsupport.report.findings import Context
from zsupport.report.findings.paths import fingerprinted, workspace_path
from zsupport.report.findings.wording import case_text
from zsupport.report.json import dumps
from zsupport.report.text import single_line

_SEVERITIES = {"error": "major", "warning": "minor", "note": "info"}


def render(outcome: Outcome, context: Context) -> str:
    """Return the report: a list with an entry for each place of each finding."""
    # The further places follow, so that they do not change the fingerprints of the findings.
    places = (*outcome.findings, *further_places(outcome.findings))
    entries = [_entry(*pair, context) for pair in fingerprinted(places, context)]
    return dumps(entries, context.terminal) + "\n"


def _entry(finding: Finding, fingerprint: str, context: Context) -> dict[str, Any]:
    span = finding.span
    case = f" ({case_text(finding.case)})" if finding.case else ""
    return {
        "description": single_line(finding.message + case),
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": workspace_path(finding.file, context),
            "lines": {"begin": span.line, "end": span.end_line},
            "positions": {
                "begin": {"line": span.line, "column": span.column},
                "end": {"line": span.end_line, "column": span.end_column},
            },
        },
    }
