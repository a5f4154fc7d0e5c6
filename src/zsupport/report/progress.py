"""The progress bar of long runs in a terminal, drawn by Rich."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from zsupport.report.text import single_line

#: The maximum number of characters of a name.
_WIDTH = 40


@contextmanager
def progress_bar(terminal: IO[str]) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar. Yield a function that draws it again.

    Its arguments are what the run does, the number of finished items, and the number of items. If
    this number is 0, the bar only shows that the run continues. The bar is removed at the end.
    """
    console = Console(file=terminal, emoji=False, markup=False, highlight=False)
    columns = (
        BarColumn(),
        TextColumn("{task.fields[count]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    # The caller draws, so no second thread is needed. The standard streams must stay as they are,
    # because their encoding decides what can be shown.
    with Progress(
        *columns,
        console=console,
        transient=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as shown:
        task = shown.add_task("", total=None, count="")

        def show(doing: str, done: int, total: int) -> None:
            # The name can come from a folder or a policy, and must not control the terminal.
            description = Text(single_line(doing)[-_WIDTH:]).plain
            count = f"{done}/{total}" if total else ""
            shown.update(
                task, description=description, completed=done, total=total or None, count=count
            )
            shown.refresh()

        yield show
