"""What is done before SIGTERM or SIGHUP ends the run: remove temporary files, for example.

SIGINT needs nothing of this: it raises KeyboardInterrupt.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from functools import partial

from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_actions: list[Callable[[], None]] = []


@contextmanager
def before_signals(action: Callable[[], None]) -> Iterator[None]:
    """Call `action` before a signal ends the run within the block."""
    _handle_signals()
    _actions.append(action)
    try:
        yield
    finally:
        _actions.remove(action)


@contextmanager
def removed_at_end(path: str) -> Iterator[None]:
    """Remove the file at a path after the block, or before a signal ends the run."""
    remove = partial(_remove, path)
    with before_signals(remove):
        try:
            yield
        finally:
            remove()


def remove_before_signals(path: str) -> None:
    """Remove the file at a path before a signal ends the run, if it still exists then."""
    _handle_signals()
    _actions.append(partial(_remove, path))


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def _handle_signals() -> None:
    """Handle the signals, from now on."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Keep a handler of the caller. A signal that is ignored stays ignored: SIGHUP with `nohup`.
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _: object) -> None:
    for action in _actions:
        with suppress(Exception):  # the others must still be called
            action()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
