"""Tables as GitHub-flavoured Markdown."""

from __future__ import annotations

import re

from zsupport.report import Report, Table, Terminal
from zsupport.report.text import printable


def render(report: Report, terminal: Terminal) -> str:
    """Return the tables and notes."""
    parts = [_rendered_table(table) for table in report.tables if table.rows]
    notes = [f"> {escaped(note)}\n" for note in report.notes]
    return "\n".join([*parts, *notes])


def _rendered_table(table: Table) -> str:
    lines = [table.columns, tuple("---" for _ in table.columns), *table.rows]
    title = f"### {escaped(table.title)}\n\n" if table.title else ""
    return title + "".join(
        "| " + " | ".join(cell if cell == "---" else escaped(cell) for cell in line) + " |\n"
        for line in lines
    )


def escaped(text: str) -> str:
    """Return a text escaped for Markdown, in one line."""
    return escaped_part(text.strip())


def escaped_part(text: str) -> str:
    """Return a part of a text as `escaped` does, but keep the spaces at its ends."""
    plain = re.sub(r"([\\`*_\[\]<>|#~$&])", r"\\\1", printable(text))
    # GitHub notifies a user for `@name` and links an issue for `#1`; an empty comment prevents it.
    quiet = re.sub(r"(?<!\w)@(?=\w)|#(?=[0-9])", r"\g<0><!-- -->", plain)
    return quiet.replace("\n", "<br>").replace("\t", " ")
