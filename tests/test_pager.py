"""Guides in a terminal go through a pager."""

import fcntl
import os
import pty
import select
import shlex
import shutil
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import Cli, interruptible

from zsupport.sources.pager import show_in_pager


def in_terminal(
    cli: Cli,
    *arguments: str,
    rows: int = 24,
    keys: Iterable[tuple[bytes, bytes]] = (),
    folder: Path | None = None,
    **environment: str,
) -> tuple[str, int]:
    """Run the program in a terminal of its own; return all that it shows, and the exit code.

    `keys` are texts to wait for on the screen, each with the keys to press then.
    """
    variables = cli.environment({"TERM": "xterm-256color", **environment})
    variables["PATH"] += os.pathsep + os.defpath
    process, screen = pty.fork()
    if process == 0:
        interruptible()
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
        os.chdir(folder or cli.folder)
        os.execve(sys.executable, cli.command(*arguments), variables)
    shown, waiting, position, last = b"", list(keys), 0, b""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if waiting and waiting[0][0] in shown[position:]:
            position = len(shown)
            last = waiting.pop(0)[1]
            os.write(screen, last)
        if not select.select([screen], [], [], 0.2)[0]:
            if not waiting:
                # An interrupted pager discards the keys that it has not read, so send them again.
                os.write(screen, last)
            continue
        try:
            shown += os.read(screen, 65536)
        except OSError:  # the program has ended
            break
    else:
        os.kill(process, signal.SIGKILL)
    os.close(screen)
    _, status = os.waitpid(process, 0)
    return shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status)


#: A guide of several screens, and the name of its last section.
GUIDE = ("help", "diff")


@pytest.fixture(scope="module")
def rendered(cli: Cli) -> str:
    """Return the guide as a terminal shows it without a pager."""
    text, code = in_terminal(cli, *GUIDE, "--no-pager", PAGER="false")
    assert code == 0
    assert "\x1b[1m" in text
    return text


def test_pager_gets_the_rendered_guide(cli: Cli, rendered: str, tmp_path: Path) -> None:
    # The quotes are those of the variable, not of a shell.
    text, code = in_terminal(
        cli, *GUIDE, folder=tmp_path, PAGER="sh -c 'cat > \"$0\"; echo \"LESS=$LESS\"' 'the page'"
    )
    assert (text, code) == ("LESS=FRX\n", 0)
    assert (tmp_path / "the page").read_text() == rendered
    text, code = in_terminal(cli, *GUIDE, PAGER="sh -c 'echo $LESS'", LESS="-M")
    assert (text, code) == ("-M\n", 0)


@pytest.mark.parametrize(
    "pager",
    ["", " ", "cat", "/no/such/program", "/", "'open", "false", "sh -c 'exit 3'",
     "cat; touch made", "cat | touch made", "$(touch made)", "`touch made`", "cat > made"],
)  # fmt: skip
def test_guide_is_written_if_no_pager_can_show_it(
    pager: str, cli: Cli, rendered: str, tmp_path: Path
) -> None:
    text, code = in_terminal(cli, *GUIDE, folder=tmp_path, PAGER=pager)
    # Programs that start and fail may write why.
    assert (text.endswith(rendered), code) == (True, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [(*GUIDE, "--no-pager"), ("help", "--no-pager"), ("help", "due")]
)
def test_pager_is_not_used(arguments: tuple[str, ...], cli: Cli, tmp_path: Path) -> None:
    text, code = in_terminal(cli, *arguments, folder=tmp_path, PAGER="touch made")
    assert code == 0
    assert text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("term", ["dumb", ""])
def test_terminal_without_a_cursor_has_no_pager(term: str, cli: Cli, tmp_path: Path) -> None:
    text, code = in_terminal(cli, *GUIDE, folder=tmp_path, PAGER="touch made", TERM=term)
    assert (list(tmp_path.iterdir()), code) == ([], 0)
    assert "Compare two policies" in text.splitlines()[0]


def test_no_pager_in_a_pipe(cli: Cli, tmp_path: Path) -> None:
    run = cli(*GUIDE, env={"PAGER": "touch made", "TERM": "xterm"}, cwd=tmp_path)
    assert (run.code, list(tmp_path.iterdir())) == (0, [])
    assert run.stdout.startswith("# Compare two policies")


def test_quitting_early_is_no_error(cli: Cli) -> None:
    # The text of this guide is longer than the buffer of a pipe.
    text, code = in_terminal(cli, "help", "reference", PAGER="head -n 1")
    assert (len(text.splitlines()), code) == (1, 0)
    assert show_in_pager(b"x" * 1_000_000, {"PAGER": f"{shlex.quote(sys.executable)} -c ''"})


@pytest.mark.skipif(not shutil.which("less", path=os.defpath), reason="less is not installed")
def test_less_is_the_default(cli: Cli, rendered: str) -> None:
    # `less` writes a short text with its colors and ends, so the text stays on the screen.
    text, code = in_terminal(cli, *GUIDE, rows=500)
    assert code == 0
    assert "\x1b[1m" in text
    assert rendered.splitlines()[-1] in text
    # Ctrl-C belongs to the pager, and does not end the program that waits for it.
    text, code = in_terminal(cli, *GUIDE, keys=[(b"Compare two policies", b"\x03"), (b"", b"q")])
    assert code == 0
    assert rendered.splitlines()[-1] not in text
