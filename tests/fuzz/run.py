"""Gives random inputs to the program, and says which of them end in exit code 70."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from hashlib import sha256
from io import BytesIO, TextIOWrapper
from pathlib import Path
from random import Random
from typing import NamedTuple
from unittest import mock

from zsupport.cli import main

from .inputs import POLICY, SMALL, cache_entry, file_of_settings, file_of_tests

CHUNK = 100
#: The property of a test that tried inputs: their seed, how many, and the failures.
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
FINDING_FORMATS = ("text", "json", "csv", "markdown", "github", "sarif", "junit", "gitlab", "plain")
FORMATS = ("plain", "table", "json", "csv", "markdown")


class Ended(NamedTuple):
    """How one run ended: its exit code, and what it said of that."""

    code: int
    says: str


def figures(tried: int, seed: int, failures: int) -> str:
    """Return in one line what was tried, and from which seed it can be drawn again."""
    return f"fuzz: {tried} inputs, seed {seed}, {failures} with exit code 70"


def ended(arguments: tuple[str, ...]) -> Ended:
    """Run the program here."""
    out, err = BytesIO(), BytesIO()
    streams = [TextIOWrapper(each, "utf-8", newline="\n") for each in (out, err)]
    with redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        code = main(list(arguments))
    return Ended(code, err.getvalue().decode().partition("\n")[0])


def attempts(seed: int, numbers: range, folder: Path) -> Iterator[tuple[str, str, Ended]]:
    """Yield the kind, the input and the end of each number; `folder` is empty."""
    project, small, cache = folder / "project", folder / "small", folder / "cache"
    for path in (project, small, small / "before"):
        path.mkdir()
    (project / "acme.yaml").write_text(POLICY)
    (small / "acme.yaml").write_text(SMALL)
    (small / "before" / "acme.yaml").write_text(SMALL.replace("plan: pro", "plan: free"))
    environment = {"XDG_CACHE_HOME": str(cache), "PATH": os.environ["PATH"], "COLUMNS": "80"}
    with mock.patch.dict(os.environ, environment, clear=True), chdir(project):
        ended(("hours", "office", "--policy", "./acme.yaml", "--at", "2026-11-23T10:00:00Z"))
        kept = {path: path.read_bytes() for path in (cache / "zsupport").glob("*.json")}
        assert len(kept) > 1  # the policy, and public holidays
        for number in numbers:
            random = Random(f"{seed} {number}")
            kind, attempt = KINDS[number % len(KINDS)]
            if kind == "cache":
                path, data = damaged(random, kept)
            elif kind == "settings":
                path, data = small / "pyproject.toml", file_of_settings(random)
            else:
                path, data = project / "acme_test.yaml", file_of_tests(random)
            path.write_bytes(data)
            arguments = attempt(random)
            with chdir(small if kind == "settings" else project):
                end = ended(arguments)
            yield f"{kind} {number}: {' '.join(arguments)}", repr(data), end
            path.unlink()
            for path in kept:
                path.write_bytes(kept[path])


def question(random: Random) -> tuple[str, ...]:
    """Return a question to the policy."""
    given = random.choice(QUESTIONS)
    named = () if given[0] == "policies" else ("--policy", "./acme.yaml")
    return (*given, *named, "--format", random.choice(FORMATS))


def run_of_tests(random: Random) -> tuple[str, ...]:
    """Return a run of the tests; now and then with coverage, which takes longer."""
    more = random.choice((*[()] * 48, ("--coverage",), ("--only", "a")))
    return ("test", "acme.yaml", *more, "--format", random.choice(FINDING_FORMATS))


def command(random: Random) -> tuple[str, ...]:
    """Return a command that reads settings."""
    return random.choice(CHECKS)


#: The kinds of inputs in turn, each with what draws the command line.
KINDS: tuple[tuple[str, Callable[[Random], tuple[str, ...]]], ...] = (
    ("tests", run_of_tests), ("settings", command), ("tests", run_of_tests), ("cache", question),
)  # fmt: skip


def damaged(random: Random, kept: dict[Path, bytes]) -> tuple[Path, bytes]:
    """Return one of the entries of a cache, and what it holds once it is damaged."""
    path = random.choice(sorted(kept))
    value = json.loads(kept[path].partition(b"\n")[2])
    body = json.dumps(cache_entry(random, value)).encode()
    if not random.randrange(10):
        body = body[: random.randrange(len(body))]
    checksum = sha256(path.stem.encode() + b"\n" + body).hexdigest()
    if not random.randrange(5):
        checksum = random.choice(("", "0" * 64, "\xff", checksum[1:]))
    return path, checksum.encode("latin-1") + b"\n" + body


def check(seed: int, numbers: range, folder: Path) -> Iterator[str]:
    """Yield a report for each input that ends in an exit code of no answer."""
    for kind, written, end in attempts(seed, numbers, folder):
        if end.code not in (0, 1, 2, 3, 4):
            yield f"seed {seed}, {kind}: exit {end.code}\n  {end.says}\n  {written[:2000]}"
