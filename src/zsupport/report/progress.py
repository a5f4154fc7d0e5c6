"""How far a long run has come, for somebody who waits at a terminal: drawn by Rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from zsupport.report.text import one_line

#: A name is shown with so many characters at most.
_WIDTH = 40


@contextmanager
def progress(total: int, terminal: IO[str]) -> Iterator[Callable[[str], None]]:
    """Show in a terminal how much of a total is done; give what tells of the next thing.

    The bar is gone when the run is over, however it ends.
    """
    console = Console(file=terminal, emoji=False, markup=False, highlight=False)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    # Ten times a second is enough to see it move, and costs nothing.
    with Progress(*columns, console=console, transient=True, refresh_per_second=10) as shown:
        task = shown.add_task("", total=total)
        begun = 0

        def next_is(name: str) -> None:
            nonlocal begun
            # What it is called comes from the folder: it must not steer the terminal.
            said = Text(one_line(name)[-_WIDTH:]).plain
            shown.update(task, completed=begun, description=said)
            begun += 1

        yield next_is
