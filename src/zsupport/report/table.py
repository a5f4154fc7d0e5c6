"""Tables for a terminal, for reports without a screen of their own."""

from __future__ import annotations

from zsupport.report import Report, Terminal
from zsupport.report.screen import Heading, Matrix, Paragraph, render_screen, section


def render(report: Report, terminal: Terminal) -> str:
    """Return the tables and notes for a terminal."""
    tables = (
        section(*([Heading(table.title)] if table.title else []), Matrix(table.columns, table.rows))
        for table in report.tables
        if table.rows
    )
    notes = section(*(Paragraph(note, "dim") for note in report.notes))
    return render_screen((*tables, notes), terminal)
