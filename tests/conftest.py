"""What the tests share: the program, run as its users run it."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pytest
from forks import PATIENCE, Forks
from fuzz import run as fuzz
from hypothesis import settings
from oracle import compare as clock
from reference import compare as reference

# The same examples in every run, so that a change is never blamed for another day's luck; random
# ones are for `--hypothesis-profile default`.
settings.register_profile("steady", derandomize=True)
settings.load_profile("steady")


#: What says how many random cases a test compared, by the property that counts them.
FIGURES = {
    clock.COMPARED: clock.figures,
    reference.COMPARED: reference.figures,
    fuzz.TRIED: fuzz.figures,
}


class Run(NamedTuple):
    """What one run of the program left behind."""

    stdout: str
    stderr: str
    code: int


#: Variables that Python, the C library or an import reads when the program starts.
AT_START = ("PYTHON", "LC_", "LANG", "TZ")


class Cli:
    """Runs `zsupport` as if nobody had configured anything."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "work"
        self.folder.mkdir()

    @cached_property
    def forks(self) -> Forks:
        """The process that the runs are forks of."""
        return Forks(self.environment())

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return a clean environment: no ZSUPPORT_*, nothing of the terminal, a cache of its own.

        What is in `extra` stands above it.
        """
        clean = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            # A warning that the program causes in Python is a mistake here as in the other tests.
            "PYTHONWARNINGS": "error",
        }
        return {**clean, **(extra or {})}

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a run, for tests that start it themselves."""
        return [sys.executable, "-m", "zsupport", *arguments]

    def __call__(
        self,
        *arguments: str,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Run:
        """Run it; without `stdin` there is nothing to read there, `cwd` is an empty folder."""
        done = self.bytes(*arguments, stdin=stdin, env=env, cwd=cwd)
        return Run(done.stdout.decode(), done.stderr.decode(), done.returncode)

    def process(
        self,
        *arguments: str,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run it as a process of its own and return what it wrote as bytes, as they are."""
        return subprocess.run(
            self.command(*arguments),
            input=(stdin or "").encode(),
            capture_output=True,
            env=self.environment(env),
            cwd=cwd or self.folder,
            timeout=PATIENCE,
            check=False,
        )

    def bytes(
        self,
        *arguments: str,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run it as `process` does, in a fork unless `env` changes how Python starts."""
        if any(name.startswith(AT_START) for name in env or ()):
            return self.process(*arguments, stdin=stdin, env=env, cwd=cwd)
        return self.forks.run(
            list(arguments), (stdin or "").encode(), self.environment(env), cwd or self.folder
        )


def interruptible() -> None:
    """Restore the default action of SIGINT, in the process that a test is about to start.

    What runs in the background (`nohup`, `&` in a script) ignores SIGINT, and so would the program.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Switch the garbage collector off while tests are collected, and keep them out of its way.

    It would look at all of them over and over, and they stay until the end.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many random cases were really compared with a definition, in all workers."""
    compared: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name in FIGURES:
                    seed, *counts = value
                    compared.setdefault((name, seed), []).append(counts)
    for (name, seed), counts in compared.items():
        cases, disagreements = map(sum, zip(*counts, strict=True))
        terminalreporter.write_line(FIGURES[name](cases, seed, disagreements))


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """The program; each worker of a session has a home and a cache of its own."""
    program = Cli(tmp_path_factory.mktemp("home"))
    yield program
    program.forks.close()
