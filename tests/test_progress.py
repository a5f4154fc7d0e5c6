"""The progress of long runs is shown in a terminal, and nowhere else."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Cli

POLICY = """\
format: 1
policy: {id}
plans: {{free: Free, pro: Pro}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
hours: {{office: {{open: mon-fri 09:00-17:00, timezone: Europe/Oslo, holidays: {{country: "NO"}}}}}}
targets: [{{first-response: 24h}}]
"""
TESTS = """\
tests: 1
policy: {id}
cases: [{{name: web, channels: {{plan: free}}, expect: {{exactly: [web]}}}}]
"""

TERMINAL = {"TERM": "xterm-256color", "COLUMNS": "100"}
#: Runs the program with another delay; the first three calls of a function take long.
SLOW = """
import sys
import time
from importlib import import_module

import zsupport.report.progress
from zsupport.cli import progress, run

progress.DELAY = float(sys.argv.pop(1))
module, _, name = sys.argv.pop(1).rpartition(".")
module, calls = import_module(module), []
quick = getattr(module, name)


def slow(*values, **named):
    calls.append(name)
    time.sleep(0.25 if len(calls) <= 3 else 0)
    return quick(*values, **named)


setattr(module, name, slow)
run()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with three policies and their tests."""
    folder = tmp_path_factory.mktemp("policies")
    for id in ("one", "two", "three"):
        (folder / f"{id}.yaml").write_text(POLICY.format(id=id))
        (folder / f"{id}_test.yaml").write_text(TESTS.format(id=id))
    return folder


def run(
    cli: Cli,
    folder: Path,
    slow: str,
    *arguments: str,
    delay: float = 0,
    environment: Mapping[str, str] | None = None,
) -> tuple[str, str]:
    """Run a command with standard error in a terminal; return standard error and output."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, str(delay), slow, *arguments], cwd=folder,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs,
        env=cli.environment({**TERMINAL, **(environment or {})}),
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # raised by Linux when the other end is closed
                break
        os.close(ours)
        assert process.stdout is not None
        stdout = process.stdout.read().decode()
        assert process.wait(timeout=60) in (0, 1)
    return shown.decode(), stdout


CHECK = ("zsupport.check.batch.read_file", "check")
LONG_RUNS = [
    (*CHECK, "2/3", "two.yaml"),
    ("zsupport.sources.select.select", "check", "", "finding files"),
    ("zsupport.suite.session.read_subject", "test", "2/3", "two.yaml"),
    ("zsupport.suite.mutation.compare_mutant", "test one.yaml --mutate", "2/", "mutants of one"),
    ("zsupport.suite.session.suggest_test", "test one.yaml --coverage", "0/", "coverage of one"),
    ("zsupport.cli.diff.compare", "diff . --against .", "2/3", "two.yaml"),
    ("zsupport.cli.diff.both_sides", "diff . --against .", "", "reading policies"),
    ("zsupport.view.explain.Explainer", "channels --policy ./one.yaml --why", "", "explaining"),
    ("zsupport.cli.policies._screen", "policies zoom --format table", "", "preparing the policy"),
    ("zsupport.publish.content.picker_table", "publish zoom --date 2026-11-23", "",
     "answering questions"),
    ("zsupport.answer.freeze.holidays_version", "hours --policy ./one.yaml --freeze", "",
     "public holidays"),
]  # fmt: skip


@pytest.mark.parametrize(("slow", "command", "count", "doing"), LONG_RUNS)
def test_long_run_shows_its_progress(
    slow: str, command: str, count: str, doing: str, cli: Cli, folder: Path
) -> None:
    shown, stdout = run(cli, folder, slow, *command.split())
    drawn = [re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", line) for line in shown.split("\r")]
    assert any(count in line and doing in line for line in drawn)
    # The bar is removed at the end, the cursor is shown again, and the output is not changed.
    assert "\x1b[?25h" in shown.rpartition("\x1b[?25l")[2]
    assert doing not in shown.rpartition("\x1b[2K")[2]
    assert stdout == cli(*command.split(), cwd=folder, env=TERMINAL).stdout


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"TERM": "dumb"}])
def test_environment_without_a_person_has_no_bar(
    environment: dict[str, str], cli: Cli, folder: Path
) -> None:
    shown, stdout = run(cli, folder, *CHECK, environment=environment)
    assert (shown, stdout) == ("", cli("check", cwd=folder).stdout)


def test_quiet_or_quick_run_has_no_bar(cli: Cli, folder: Path) -> None:
    assert run(cli, folder, *CHECK, "-q") == ("", "")
    assert run(cli, folder, *CHECK, delay=60)[0] == ""


def test_control_characters_do_not_reach_the_progress_bar(cli: Cli, tmp_path: Path) -> None:
    for number in range(3):
        name = f"{number}\x1b]0;owned\x07[red].yaml"
        (tmp_path / name).write_text(POLICY.format(id=f"p{number}"))
    shown, _ = run(cli, tmp_path, *CHECK)
    assert "\x1b]0;" not in shown
    assert "[red].yaml" in shown
