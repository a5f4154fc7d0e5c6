"""Guides in a terminal: Markdown rendered by Rich."""

from __future__ import annotations

import io
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Markdown
from rich.text import Text
from rich.theme import Theme

from zsupport.report import Terminal

# Rich uses a black background for code, which looks wrong in a white terminal.
_THEME = Theme({"markdown.code": "bold", "markdown.h1": "bold", "markdown.h2": "bold underline"})


class _Verbatim(CodeBlock):
    """A block of code that can be copied: no wrapping, padding or colors."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in str(self.text).rstrip().split("\n"):
            yield Text(f"    {line}".rstrip(), no_wrap=True, overflow="ignore")


class _Page(Markdown):
    elements: ClassVar = {**Markdown.elements, "fence": _Verbatim, "code_block": _Verbatim}


def render(text: str, terminal: Terminal) -> str:
    """Return a Markdown page for a terminal, at most 100 columns wide."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=min(terminal.width, 100),
        force_terminal=terminal.color,
        color_system="standard" if terminal.color else None,
        no_color=not terminal.color,
        legacy_windows=False,
        theme=_THEME,
    )
    console.print(_Page(text), crop=False)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
