"""CSV with a header: all answers, including negative ones, with a column for each value."""

from __future__ import annotations

import csv
import io
import json
import re

from zsupport.report import Report, Terminal
from zsupport.report.columns import columns_of, value_at
from zsupport.report.text import printable

#: The first characters of a formula in spreadsheets (OWASP, "CSV Injection").
_FORMULA = re.compile("[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]")
#: A number, such as an E.164 telephone number. A spreadsheet does not run it as a formula.
_NUMBER = re.compile(r"[+-]?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?", re.I)


def render(report: Report, terminal: Terminal) -> str:
    """Return a row for each answer. A list has one item per line in its cell."""
    columns = columns_of(report)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([printable(column.name) for column in columns])
    for record in report.records:
        values = [value_at(record, column.path) for column in columns]
        writer.writerow([_cell(value, raw=terminal.raw_csv) for value in values])
    return out.getvalue()


def _cell(value: object, *, raw: bool) -> str:
    """Return a value without keys as text. A list in a list is one line."""
    if not isinstance(value, list):
        return cell(value, raw=raw)
    lines = [_line(item) for item in value]
    if not any(lines):
        return ""
    text = "\n".join(lines)
    # Some programs ignore line feeds at the start: check the first line that is not empty.
    first = text.lstrip("\n")
    return text if cell(first, raw=raw) == first else f"'{text}"


def _line(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_line, value))
    return " ".join(cell(value, raw=True).split())


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
