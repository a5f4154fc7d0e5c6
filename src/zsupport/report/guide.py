"""Guides in a terminal: Markdown drawn by Rich."""

import io

from rich.console import Console
from rich.markdown import Markdown

from zsupport.report import Terminal


def render(text: str, terminal: Terminal) -> str:
    """Return a Markdown page as it looks in the terminal, at most 100 columns wide."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=min(terminal.width, 100),
        force_terminal=terminal.color,
        color_system="standard" if terminal.color else None,
        no_color=not terminal.color,
        legacy_windows=False,
    )
    console.print(Markdown(text))
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
