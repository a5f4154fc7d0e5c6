"""CSV with a header: every field of every answer, noes included."""

import csv
import io
import json
from typing import Any

from zsupport.report import Report, Terminal
from zsupport.report.text import printable


def render(report: Report, terminal: Terminal) -> str:
    """Return a line for each answer; lists and mappings are written as JSON."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(report.fields)
    for record in report.records:
        writer.writerow([cell(value) for value in record.values()])
    return out.getvalue()


def cell(value: Any) -> str:
    """Return a value of the JSON document as a text: null is empty, structures are JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return printable(value)
    return printable(json.dumps(value, ensure_ascii=False))
