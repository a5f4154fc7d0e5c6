"""Runs the program with random inputs, and reports faults."""

import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest import mock

from .faults import FINDING_FORMATS, FORMATS, Result, find_faults, run_program
from .inputs import POLICY, SMALL, cache_entry, file_of_settings, file_of_tests
from .several import Run, mutants, revisions, texts_in

CHUNK = 100
#: The property of a test with the seed, the number of inputs and the number of failures.
TRIED = "inputs tried"
QUESTIONS = (
    ("channels",), ("channels", "--why", "--plan", "business"), ("hours", "both"),
    ("priority", "--fact", "impact=down"),
    ("due", "--plan", "business", "--opened", "2026-11-23T10:00:00Z"), ("hours",),
    ("due", "--metric", "all", "--opened", "2026-11-21T03:00:00Z", "--customer-tz", "Asia/Tokyo"),
    ("topics",), ("terms",), ("policies", "./acme.yaml"), ("hours", "--plan", "pro", "--why"),
)  # fmt: skip
CHECKS = (
    ("check", "."), ("test", "."), ("diff", "acme.yaml", "--against", "before/acme.yaml"),
    ("channels", "--plan", "pro"), ("check", "acme.yaml", "--config", "pyproject.toml"),
)  # fmt: skip


class Attempt(NamedTuple):
    """A run: its command line as the name, the text of its input, its result and its faults."""

    name: str
    text: str
    result: Result
    faults: tuple[str, ...]


def figures(tried: int, seed: int, failures: int) -> str:
    """Return a line with the number of inputs, their seed and the number of faults."""
    return f"fuzz: {tried} inputs, seed {seed}, {failures} faults"


def attempts(seed: int, numbers: range, folder: Path) -> Iterator[Attempt]:
    """Yield the runs for each number; `folder` is empty."""
    project, small, cache = folder / "project", folder / "small", folder / "cache"
    for path in (project, small, small / "before"):
        path.mkdir()
    (project / "acme.yaml").write_text(POLICY)
    (small / "acme.yaml").write_text(SMALL)
    (small / "before" / "acme.yaml").write_text(SMALL.replace("plan: pro", "plan: free"))
    environment = {"XDG_CACHE_HOME": str(cache), "PATH": os.environ["PATH"], "COLUMNS": "80"}
    with mock.patch.dict(os.environ, environment, clear=True), chdir(project):
        run_program(("hours", "office", "--policy", "./acme.yaml", "--at", "2026-11-23T10:00:00Z"))
        entries = {path: path.read_bytes() for path in (cache / "zsupport").glob("*.kept")}
        assert len(entries) > 1  # the policy, and public holidays
        for number in numbers:
            random = Random(f"{seed} {number}")
            if several := next((entry for entry in SEVERAL if (number + 1) % entry[1] == 0), None):
                kind, _, runs = several
                with TemporaryDirectory(dir=folder) as place, chdir(place):
                    for arguments, result, faults in runs(random):
                        name = f"{kind} {number}: {shlex.join(arguments)}"
                        yield Attempt(name, texts_in(Path(place)), result, faults)
                continue
            kind, attempt = KINDS[number % len(KINDS)]
            if kind == "cache":
                path, data = damage_entry(random, entries)
            elif kind == "settings":
                path, data = small / "pyproject.toml", file_of_settings(random)
            else:
                path, data = project / "acme_test.yaml", file_of_tests(random)
            path.write_bytes(data)
            arguments = attempt(random)
            with chdir(small if kind == "settings" else project):
                result = run_program(arguments)
            name = f"{kind} {number}: {' '.join(arguments)}"
            yield Attempt(name, repr(data), result, tuple(find_faults(arguments, result)))
            path.unlink()
            for path in entries:
                path.write_bytes(entries[path])


def draw_policy_question(random: Random) -> tuple[str, ...]:
    """Return a question about the policy."""
    question = random.choice(QUESTIONS)
    named = () if question[0] == "policies" else ("--policy", "./acme.yaml")
    return (*question, *named, "--format", random.choice(FORMATS))


def draw_tests_run(random: Random) -> tuple[str, ...]:
    """Return a run of the tests; rarely with coverage, which takes longer."""
    more = random.choice((*[()] * 48, ("--coverage",), ("--only", "a")))
    return ("test", "acme.yaml", *more, "--format", random.choice(FINDING_FORMATS))


def draw_command(random: Random) -> tuple[str, ...]:
    """Return a command that reads settings."""
    return random.choice(CHECKS)


#: Kinds of inputs in turn, with functions that draw the command line.
KINDS: tuple[tuple[str, Callable[[Random], tuple[str, ...]]], ...] = (
    ("tests", draw_tests_run), ("settings", draw_command), ("tests", draw_tests_run),
    ("cache", draw_policy_question),
)  # fmt: skip


#: Kinds of inputs with several runs: (kind, n, runs), where every nth input is of this kind.
SEVERAL: tuple[tuple[str, int, Callable[[Random], Iterator[Run]]], ...] = (
    ("mutants", 100, mutants), ("folder", 20, revisions),
)  # fmt: skip


def damage_entry(random: Random, entries: dict[Path, bytes]) -> tuple[Path, bytes]:
    """Return the path of a cache entry, and its damaged content."""
    path = random.choice(sorted(entries))
    other = random.choice(sorted(entries))
    return path, cache_entry(random, entries[path], entries[other])


def check(seed: int, numbers: range, folder: Path) -> Iterator[str]:
    """Yield a report for each run with faults."""
    for name, text, result, faults in attempts(seed, numbers, folder):
        if faults:
            listed = "\n  ".join(faults)
            yield f"seed {seed}, {name}: {listed}\n  {result.error_line}\n  {text[:2000]}"
