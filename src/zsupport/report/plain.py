"""Plain lines for pipes: tab-separated, without header, colors or wrapping."""

from __future__ import annotations

from zsupport.report import Report, Terminal
from zsupport.report.text import single_line


def render(report: Report, terminal: Terminal) -> str:
    """Return a line for each answer."""
    return "".join("\t".join(map(single_line, line)) + "\n" for line in report.lines)
