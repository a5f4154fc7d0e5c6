"""Findings as CSV with a header and the fields of the JSON document."""

from __future__ import annotations

import csv
import io

from zsupport.findings import Outcome
from zsupport.report.csv import cell
from zsupport.report.findings import Context
from zsupport.report.findings.json import records

FIELDS = (
    "code", "name", "severity", "message", "file", "line", "column", "end_line", "end_column",
    "path", "expected", "hint", "label", "case", "related", "fix", "fingerprint",
)  # fmt: skip


def render(outcome: Outcome, context: Context) -> str:
    """Return the header and a line for each finding. Lists and mappings are written as JSON."""
    out = io.StringIO()
    writer = csv.DictWriter(out, FIELDS, lineterminator="\n")
    writer.writeheader()
    for record in records(outcome, context):
        cells = {name: cell(value, raw=context.terminal.raw_csv) for name, value in record.items()}
        writer.writerow(cells)
    return out.getvalue()
