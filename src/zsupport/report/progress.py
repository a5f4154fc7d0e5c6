"""The progress bar of long runs in a terminal, drawn by Rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from zsupport.report.text import single_line

#: The maximum number of characters of a name.
_WIDTH = 40


@contextmanager
def progress(total: int, terminal: IO[str]) -> Iterator[Callable[[str], None]]:
    """Show a progress bar. Yield a function to call with the name of the next item.

    The bar is removed at the end of the run, even after an error.
    """
    console = Console(file=terminal, emoji=False, markup=False, highlight=False)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    # Ten updates per second look smooth and cost almost nothing.
    with Progress(*columns, console=console, transient=True, refresh_per_second=10) as shown:
        task = shown.add_task("", total=total)
        started = 0

        def advance(name: str) -> None:
            nonlocal started
            # The name comes from a folder and must not control the terminal.
            description = Text(single_line(name)[-_WIDTH:]).plain
            shown.update(task, completed=started, description=description)
            started += 1

        yield advance
