"""Golden cases: a command line and exactly what it writes, each in a folder of its own.

`golden/AREA/CASE/` holds `command` (one line), and where they are not empty `policy.yaml`,
`old.yaml`, `policy_test.yaml` and `stdin` as input, `stdout` and `stderr` as expected, and `exit`
(0 where there is none). A case runs inside its folder. What differs by release or by the policy's
text stands in the expected output as @PROGRAM@, @TZDATA@ or @DIGEST@.
"""

import shlex
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Cli, Run

from zsupport.cli.options import COMMANDS
from zsupport.report import FORMATS

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.glob("*/*"))
INPUT = {"command", "policy.yaml", "old.yaml", "policy_test.yaml", "stdin"}
EXPECTED = {"stdout", "stderr", "exit"}


def text_of(case: str, name: str) -> str:
    path = GOLDEN / case / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def words_of(case: str) -> list[str]:
    return shlex.split(text_of(case, "command"))


def filled(text: str, policy: str) -> str:
    """Return an expected text with what is in force for this release and this policy."""
    digest = "sha256:" + sha256(policy.encode()).hexdigest()
    for name, value in (
        ("@PROGRAM@", version("zsupport")),
        ("@TZDATA@", version("tzdata")),
        ("@DIGEST@", digest),
    ):
        text = text.replace(name, value)
    return text


@pytest.mark.parametrize("case", CASES)
def test_the_program_writes_exactly_that(case: str, cli: "Cli") -> None:
    got: Run = cli(
        *words_of(case)[1:],
        stdin=text_of(case, "stdin"),
        # A case is a workspace of its own, whether or not a repository lies around it.
        env={"COLUMNS": "100", "GITHUB_WORKSPACE": str(GOLDEN / case)},
        cwd=GOLDEN / case,
    )
    policy = text_of(case, "policy.yaml")
    assert got.stdout == filled(text_of(case, "stdout"), policy)
    assert got.stderr == filled(text_of(case, "stderr"), policy)
    assert got.code == int(text_of(case, "exit") or 0)


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_made_of_these_files_only(case: str) -> None:
    folder = GOLDEN / case
    names = {path.name for path in folder.iterdir()}
    assert "command" in names
    assert names <= INPUT | EXPECTED
    # A case that expects nothing at all says at least the exit code.
    assert names & EXPECTED
    assert all((folder / name).stat().st_size for name in names)

    command = text_of(case, "command")
    assert command.endswith("\n")
    assert command.count("\n") == 1
    assert words_of(case)[0] == "zsupport"
    # No input that the command does not read.
    reads = ("--policy", "./policy.yaml", "zsupport test", "zsupport init")
    assert "policy.yaml" not in names or any(each in command for each in reads)
    assert "policy_test.yaml" not in names or "zsupport test" in command
    assert ("stdin" in names) == ("--policy - " in command or " -\n" in command)


def test_the_cases_cover_every_command_and_format() -> None:
    lines = [words_of(case) for case in CASES]
    assert set(COMMANDS) <= {line[1] for line in lines}
    named = {line[line.index("--format") + 1] for line in lines if "--format" in line}
    # Plain is what a pipe gets without the option.
    assert set(FORMATS) - {"plain"} <= named
    assert not [path for path in GOLDEN.iterdir() if not path.is_dir()]
