"""CSV with a header: all fields of all answers, including negative ones."""

from __future__ import annotations

import csv
import io
import json
import re

from zsupport.report import Report, Terminal
from zsupport.report.text import printable

#: The first characters of a formula in spreadsheets (OWASP, "CSV Injection").
_FORMULA = re.compile("[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")
#: A number, such as an E.164 telephone number. A spreadsheet does not run it as a formula.
_NUMBER = re.compile(r"[+-]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?", re.I)


def render(report: Report, terminal: Terminal) -> str:
    """Return a line for each answer. Lists and mappings are written as JSON."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(report.fields)
    for record in report.records:
        writer.writerow([cell(value, raw=terminal.raw_csv) for value in record.values()])
    return out.getvalue()


def cell(value: object, *, raw: bool) -> str:
    """Return a value of the JSON document as text. Null is empty; lists and mappings are JSON.

    Unless `raw`, a text that starts like a formula gets an apostrophe in front.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        formula = not raw and _FORMULA.match(value) and not _NUMBER.fullmatch(value)
        return printable(f"'{value}" if formula else value)
    return printable(json.dumps(value, ensure_ascii=False))
