"""Show a text in the pager of the terminal."""

from __future__ import annotations

import shlex
import signal
import subprocess
from collections.abc import Mapping

_DEFAULT = ["less", "-FRX"]


def show_in_pager(text: bytes, environ: Mapping[str, str]) -> bool:
    """Show a text in the program of PAGER, by default `less`; return whether it was shown.

    The result is false if PAGER is empty or `cat`, or if the program cannot run or fails. Quitting
    the pager early is not a failure. No shell reads PAGER.
    """
    try:
        command = shlex.split(environ["PAGER"]) if "PAGER" in environ else _DEFAULT
    except ValueError:  # a quote is not closed
        return False
    if command in ([], ["cat"]):
        return False
    # Without these options, `less` shows colors as escapes and does not end after a short text.
    settings = {"LESS": _DEFAULT[1].removeprefix("-"), **environ}
    try:
        pager = subprocess.Popen(command, stdin=subprocess.PIPE, env=settings)
    except (OSError, ValueError):  # no such program, or a null character in its name
        return False
    # The pager decides what Ctrl-C does. If this process ended first, the pager would lose its
    # terminal.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        pager.communicate(text)  # does not fail if the pager stops reading
    finally:
        signal.signal(signal.SIGINT, before)
    return pager.returncode <= 0
