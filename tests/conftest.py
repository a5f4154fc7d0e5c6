"""Fixtures and hooks: the program in a clean environment, and counts of random cases."""

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

# All runs use the same examples, so that a test fails only because of a change. The option
# `--hypothesis-profile default` uses random examples.
settings.register_profile("steady", derandomize=True)
settings.load_profile("steady")


#: The functions that write the counts of random cases, by the name of the property with the counts.
SUMMARIES = {
    clock.COMPARED: clock.figures,
    reference.COMPARED: reference.figures,
    fuzz.TRIED: fuzz.figures,
}


class Run(NamedTuple):
    """The output and the exit code of a run."""

    stdout: str
    stderr: str
    code: int


#: Variables that Python, the C library or an import reads when the program starts.
AT_START = ("PYTHON", "LC_", "LANG", "TZ")


class Cli:
    """Runs `zsupport` without any configuration of the user."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "work"
        self.folder.mkdir()

    @cached_property
    def forks(self) -> Forks:
        """The process whose forks run the program."""
        return Forks(self.environment())

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return an environment without ZSUPPORT_* and terminal, with its own cache.

        Variables in `extra` override it.
        """
        clean = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            # A Python warning is an error, as in the process of pytest.
            "PYTHONWARNINGS": "error",
        }
        return {**clean, **(extra or {})}

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a run, for tests that start the process themselves."""
        return [sys.executable, "-m", "zsupport", *arguments]

    def __call__(
        self,
        *arguments: str,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Run:
        """Run the program; the defaults are empty standard input and an empty folder."""
        done = self.bytes(*arguments, stdin=stdin, env=env, cwd=cwd)
        return Run(done.stdout.decode(), done.stderr.decode(), done.returncode)

    def process(
        self,
        *arguments: str,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run the program in a new process, and return its output as bytes."""
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
        """Run the program as `process` does; in a fork, unless `env` changes how Python starts."""
        if any(name.startswith(AT_START) for name in env or ()):
            return self.process(*arguments, stdin=stdin, env=env, cwd=cwd)
        return self.forks.run(
            list(arguments), (stdin or "").encode(), self.environment(env), cwd or self.folder
        )


def interruptible() -> None:
    """Restore the default action of SIGINT in a process that a test starts.

    Processes in the background (`nohup`, `&` in a script) ignore SIGINT, and so do their children.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Disable garbage collection during the collection of tests, and freeze the collected tests.

    The collector cannot free them, because they exist until the end of the run. Tests make few
    reference cycles, so the collector runs rarely.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the number of random cases that all workers have compared."""
    compared: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name in SUMMARIES:
                    seed, *counts = value
                    compared.setdefault((name, seed), []).append(counts)
    for (name, seed), counts in compared.items():
        cases, disagreements = map(sum, zip(*counts, strict=True))
        terminalreporter.write_line(SUMMARIES[name](cases, seed, disagreements))


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """Return the program; each worker has its own home folder and cache."""
    program = Cli(tmp_path_factory.mktemp("home"))
    yield program
    program.forks.close()
