"""Interactive shells in a terminal, for the tests of completion."""

import os
import re
import selectors
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from conftest import Cli

#: A separate process creates the terminal, because test workers have threads and must not fork.
_TERMINAL = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)"
#: Seconds to wait for the output of a shell.
PATIENCE = 30

#: A policy with texts that a shell could run as commands.
HOSTILE_POLICY = """\
format: 1
policy: own
plans:
  basic: {name: 'Basic "$(touch injected)"'}
  better: {name: "Better `touch injected`", aliases: [best]}
  gold: {name: "Gold: all', it; has & more"}
roles: {lead: "Lead (100%) | touch injected", guest: "%F{red}(touch injected)"}
facts: {site: {values: {north: North side, south: South <side>}}}
channels:
  mail: {name: "Mail $(touch injected)", kind: email}
  post: {name: "(touch injected)", kind: other}
entitlements: [{allow: mail}]
priorities:
  - {id: S1, name: "Severe\\e]0;title\\a"}
  - {id: S2, name: "'; touch injected; '"}
  - {id: T}
metrics: [{id: answer}, {id: fix, name: {en: Repaired, nb: Reparert}}]
"""


def own_policies(folder: Path) -> Path:
    """Fill a folder with policies to complete from, an invalid policy and a pipe."""
    (folder / "own.yaml").write_text(HOSTILE_POLICY)
    (folder / "with space").mkdir()
    (folder / "with space" / "own.yaml").write_text(HOSTILE_POLICY)
    (folder / "days.ics").write_text("")
    (folder / "broken.yaml").write_text("format: 1\nplans: [")
    os.mkfifo(folder / "pipe.yaml")
    return folder


def environment_with_program(cli: Cli) -> dict[str, str]:
    """Return a clean environment in which `zsupport` is on the path."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), "/usr/bin", "/bin"])
    return {**cli.environment(), "PATH": path, "TERM": "dumb", "PS1": "$ "}


class Shell:
    """A shell in a terminal: type text and read the screen."""

    def __init__(self, command: list[str], environment: Mapping[str, str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TERMINAL, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.keyboard = self.process.stdin
        self.screen = self.process.stdout
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.screen, selectors.EVENT_READ)

    def __enter__(self) -> "Shell":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        self.selector.close()
        self.keyboard.close()
        self.screen.close()

    def type(self, text: str) -> None:
        self.keyboard.write(text.encode())
        self.keyboard.flush()

    def until(self, text: str, patience: float = PATIENCE) -> str:
        """Return the screen up to `text`; fail if the text does not appear."""
        shown = ""
        end = time.monotonic() + patience
        while text not in shown:
            if not self.selector.select(end - time.monotonic()):
                raise AssertionError(f"{text!r} did not appear; the screen shows:\n{shown}")
            data = os.read(self.screen.fileno(), 65536)
            if not data:
                raise AssertionError(f"the shell ended; the screen shows:\n{shown}")
            shown += data.decode(errors="replace")
        return shown

    def finished(self, typed: str) -> list[str]:
        """Type a command line with tabs in it; return its words as the shell would run them."""
        # The shell reads the next input after it has handled the tab.
        self.type(typed)
        self.type("\x01printf '<%s>' \n")
        self.type("echo do''ne\n")
        shown = self.until("done")
        return re.findall(r"<([^<>]*)>", shown[shown.rindex("<zsupport>") :])

    def settle(self, text: str) -> None:
        """Run a command line and wait until it has finished."""
        self.type(f"{text}\n")
        self.type("echo do''ne\n")
        self.until("done")
