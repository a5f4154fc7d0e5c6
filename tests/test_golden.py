"""Golden cases: command lines with their exact output.

A folder `golden/AREA/CASE/` is a case. It has a file `command` (a single line), and files that may
be missing: input in `policy.yaml`, `old.yaml`, `policy_test.yaml` and `stdin`, expected output in
`stdout` and `stderr`, and the exit code in `exit` (default 0). A case runs in its folder. In the
output, @PROGRAM@ and @TZDATA@ are versions, and @DIGEST@ is the digest of the policy.
"""

import re
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
    return path.read_bytes().decode() if path.exists() else ""


def words_of(case: str) -> list[str]:
    return shlex.split(text_of(case, "command"))


def filled(text: str, policy: str) -> str:
    """Return an expected text with versions and digest filled in."""
    digest = "sha256:" + sha256(policy.encode()).hexdigest()
    for name, value in (
        ("@PROGRAM@", version("zsupport")),
        ("@TZDATA@", version("tzdata")),
        ("@DIGEST@", digest),
    ):
        text = text.replace(name, value)
    return text


@pytest.mark.parametrize("case", CASES)
def test_output_is_as_expected(case: str, cli: "Cli") -> None:
    result: Run = cli(
        *words_of(case)[1:],
        stdin=text_of(case, "stdin"),
        # The folder of a case is the workspace, also if it is in a repository.
        env={"COLUMNS": "100", "GITHUB_WORKSPACE": str(GOLDEN / case)},
        cwd=GOLDEN / case,
    )
    policy = text_of(case, "policy.yaml")
    assert result.stdout == filled(text_of(case, "stdout"), policy)
    assert result.stderr == filled(text_of(case, "stderr"), policy)
    assert result.code == int(text_of(case, "exit") or 0)


@pytest.mark.parametrize("case", CASES)
def test_a_case_has_only_known_files(case: str) -> None:
    folder = GOLDEN / case
    names = {path.name for path in folder.iterdir()}
    assert "command" in names
    assert names <= INPUT | EXPECTED
    # A case without output has at least an exit code.
    assert names & EXPECTED
    assert all((folder / name).stat().st_size for name in names)

    command = text_of(case, "command")
    assert command.endswith("\n")
    assert command.count("\n") == 1
    assert words_of(case)[0] == "zsupport"
    # The command reads all input files.
    reads = ("--policy", "./policy.yaml", "zsupport test", "zsupport init")
    assert "policy.yaml" not in names or any(option in command for option in reads)
    assert "policy_test.yaml" not in names or "zsupport test" in command
    assert ("stdin" in names) == (re.search(r" -[ \n]", command) is not None)


def test_cases_cover_all_commands_and_formats() -> None:
    lines = [words_of(case) for case in CASES]
    assert set(COMMANDS) <= {line[1] for line in lines}
    named = {line[line.index("--format") + 1] for line in lines if "--format" in line}
    # `plain` is the default format for pipes.
    assert set(FORMATS) - {"plain"} <= named
    assert not [path for path in GOLDEN.iterdir() if not path.is_dir()]
