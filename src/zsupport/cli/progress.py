"""The progress of a long run, shown in a terminal while a person waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from zsupport.cli.output import stderr_wording, waiting_terminal

if TYPE_CHECKING:
    from zsupport.suite.session import Progress

#: Seconds until the progress is shown. A shorter run shows nothing and does not load Rich.
DELAY = 1.0
#: Seconds between two drawings.
_INTERVAL = 0.1


@contextmanager
def show_progress(doing: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a progress bar on standard error if the block takes long and a person waits there.

    Yields a function that the block calls before each item: with a text, the number of finished
    items, and the number of all items (0: not shown). Before the first call, the bar shows `doing`.
    The bar is removed at the end of the block, even after an error.
    """
    terminal = waiting_terminal()
    if quiet or terminal is None:
        yield lambda doing, done, total: None
        return
    state = (doing, 0, 0)
    finished = Event()

    def advance(doing: str, done: int, total: int) -> None:
        nonlocal state
        state = (doing, done, total)

    def draw() -> None:
        if finished.wait(DELAY):
            return
        from zsupport.report.progress import progress_bar

        words = stderr_wording()
        try:
            with progress_bar(terminal) as show:
                while True:
                    doing, done, total = state
                    show(words.message(doing), done, total)
                    if finished.wait(_INTERVAL):
                        return
        except OSError:
            return  # the terminal was closed

    thread = Thread(target=draw, daemon=True)
    thread.start()
    try:
        yield advance
    finally:
        finished.set()
        thread.join()
