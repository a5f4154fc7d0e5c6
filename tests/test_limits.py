"""Limits: input above a limit is rejected with a message, input below it is answered soon.

Time is measured as a ratio to the start of Python in the same run, memory as the peak of a process.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from large import (
    CHECK,
    DUE,
    chain,
    channels_with_priority,
    cost,
    equal_grants,
    facts,
    grants,
    joined,
    joined_by_case,
    limits,
    mebibyte,
    misspelt,
    priorities,
    priority_table,
    revisions,
    rules,
    small,
    windows,
)

from zsupport.cli.options import flag_of
from zsupport.guide import read_guide
from zsupport.limits import LIMITS
from zsupport.sources.project import project_from
from zsupport.wording import Wording

if TYPE_CHECKING:
    from conftest import Cli

#: The most that a run takes: times the start of Python, and megabytes of memory.
TIMES, MEGABYTES = 400, 300


def single(text: str) -> dict[str, str]:
    return {"p.yaml": text}


class Input(NamedTuple):
    """Files and a command, with the exit code and a part of the output."""

    files: Callable[[], Mapping[str, str]]
    command: tuple[str, ...]
    code: int
    message: str


WINDOWS = ("hours", "--policy", "p.yaml", "--windows")
DIFF = ("diff", "new", "--against", "old")
ABOVE: dict[str, Input] = {
    # 1,000 * 999 / 2
    "1,000 plans in a chain": Input(
        lambda: single(chain(1000)), CHECK, 0,
        "ZS315] too-many-comparisons: too many pairs of plans, roles or priorities by rank: 499,500"
        " (limit 150,000)",
    ),
    "2,000 priorities": Input(
        lambda: single(priorities(2000)), CHECK, 0, "too many priorities: 2,000 (limit 400)",
    ),
    "12,000 equal grants": Input(
        lambda: single(equal_grants(12_000)), CHECK, 0, "too many grants: 12,000 (limit 4,000)",
    ),
    "20 million cases and 1,000 rules": Input(
        lambda: single(facts(7, 10, plans=2, rules=1000)), CHECK, 0,
        "ZS310] too-many-cases: too many cases: 20,000,000 (limit 10,000,000)",
    ),
    # A grant and 1,001 targets, each over a million cases.
    "a million cases and 1,000 rules": Input(
        lambda: single(facts(6, 10, rules=1000)), CHECK, 0,
        "too many cases in all grants and targets together: 1,002,000,000 (limit 400,000,000)",
    ),
    "diff of a union of 12 calendars by case": Input(
        lambda: {"old/p.yaml": joined_by_case(12, 10), "new/p.yaml": joined_by_case(12, 15)},
        DIFF, 3, "too many combinations of calendars by case in `all` (limit 200)",
    ),
    "a union of 400 calendars": Input(
        lambda: single(joined(400)), DUE, 3,
        "too many calendars joined in one case: 400 (limit 120)",
    ),
    "three calendars of 5,040 windows": Input(
        lambda: single(windows(3, 720)), DUE, 3,
        "too many windows per week in all joined calendars: 15,120 (limit 2,000)",
    ),
    # 1,890 windows per week, 35 years
    "spans of 35 years": Input(
        lambda: single(windows(3, 90)), (*WINDOWS, "2026..2060"), 3,
        "too many spans in a table of opening hours: ",
    ),
    "six open facts of ten values": Input(
        lambda: single(facts(6, 10)), DUE, 3,
        "too many rows in an answer: 1,000,000 (limit 20,000)",
    ),
    "diff of 300 files of 1 MiB": Input(
        lambda: {f"{side}/p{n}.yaml": mebibyte(n) for side in ("old", "new") for n in range(300)},
        DIFF, 3, "too many bytes in all policy files of a side of `diff` (limit 8,388,608)",
    ),
    "57 revisions of 28,000 values": Input(
        lambda: revisions(57), ("due", "--policy", "all/"), 3,
        "too many values in the files of one policy (limit 80,000)",
    ),
    "1,900 misspelt names": Input(
        lambda: single(misspelt(1900)), CHECK, 3, "Found 1,900 errors in 1 file",
    ),
    "a key of 100,000 parts": Input(
        lambda: {"p.yaml": small(), "pyproject.toml": "a" + ".a" * 99_999 + " = 'zsupport'\n"},
        CHECK, 2, "too many parts in a key: 100,000 (limit 20)",
    ),
    "a large pyproject.toml": Input(
        lambda: {"p.yaml": small(), "pyproject.toml": "# zsupport\n" + "a.b.c.d = 1\n" * 80_000},
        CHECK, 2, "file too large (limit 256 KiB)",
    ),
}  # fmt: skip

#: Input of the size of large real policies, which every command accepts.
BELOW: dict[str, tuple[Callable[[], str], tuple[str, ...]]] = {
    "500 plans in a chain": (lambda: chain(500), CHECK),
    "500 plans": (lambda: chain(500), DUE),
    "100 priorities": (lambda: priorities(100), CHECK),
    "2,000 grants": (lambda: grants(2000), CHECK),
    "2,000 rules": (lambda: rules(2000), CHECK),
    "2,000 rules, one question": (lambda: rules(2000), (*DUE, "--plan", "p7")),
    "1,000 limits": (lambda: limits(1000), CHECK),
    "1,000 limits, all answers": (lambda: limits(1000), ("terms", "--policy", "p.yaml")),
    "a priority table of 60 rows and columns": (lambda: priority_table(60), CHECK),
    "a priority table, one question": (lambda: priority_table(60), (*DUE, "--fact", "f=v7")),
    "400 channels with a priority": (lambda: channels_with_priority(400), CHECK),
    "400 channels with a priority, all answers": (lambda: channels_with_priority(400), DUE),
    "100 calendars": (lambda: joined(100), CHECK),
    "100 calendars, one question": (lambda: joined(100), DUE),
    "a million cases": (lambda: facts(6, 10, rules=50), CHECK),
    "spans of four years": (lambda: windows(1, 90), (*WINDOWS, "2026..2029")),
}


@pytest.mark.parametrize("name", ABOVE)
def test_input_above_a_limit_is_rejected(name: str, cli: "Cli", tmp_path: Path) -> None:
    files, command, code, message = ABOVE[name]
    result = cost(cli, tmp_path, files(), command)
    assert message in result.stdout + result.stderr
    assert result.code == code
    assert result.times < TIMES
    assert result.megabytes < MEGABYTES


@pytest.mark.parametrize("name", BELOW)
def test_input_below_the_limits_is_accepted(name: str, cli: "Cli", tmp_path: Path) -> None:
    text, command = BELOW[name]
    assert_accepted(cli, tmp_path, text(), command)


def assert_accepted(cli: "Cli", folder: Path, text: str, command: tuple[str, ...]) -> None:
    """Assert that a command accepts a policy, within time and memory."""
    result = cost(cli, folder, single(text), command)
    assert result.code in (0, 1)
    assert not re.search(r"ZS009|ZS310|ZS315|\(limit ", result.stdout + result.stderr)
    assert result.times < TIMES
    assert result.megabytes < MEGABYTES


def test_the_guide_lists_every_limit() -> None:
    table = read_guide("files").partition("| at most | of | instead |\n|---|---|---|\n")[2]
    rows = [row for row in table.partition("\n\n")[0].splitlines() if row]
    assert rows == [
        f"| {limit.most:,} | {limit.counts} | {Wording(naming=flag_of).message(limit.hint)} |"
        for limit in LIMITS.values()
    ]


def test_every_limit_is_used() -> None:
    package = Path(__file__).parent.parent / "src" / "zsupport"
    sources = [path.read_text() for path in package.rglob("*.py") if path.name != "limits.py"]
    for name in LIMITS:
        assert any(re.search(rf"\b{name}\b", text) for text in sources), name


@pytest.mark.parametrize(
    "key",
    [
        "a" + ".a" * 30,
        "a" + ' . "a"' * 30,
        "a" + ".'='" * 30,
        'a."\\"="' + '."\\"="' * 30,
        "x = {y = '', " + "a" + ".a" * 30,
        'x = {y = """""", ' + "a" + '."="' * 30,
        'x = {y = """""""", ' + "a" + '."="' * 30,
        "[tool" + ".a" * 30 + "]\nb",
    ],
)  # fmt: skip
def test_long_key_is_reported_in_every_notation(key: str) -> None:
    text = f"{key} = 'zsupport'\n".encode()
    with pytest.raises(Exception, match=r"too many parts in a key: 3[0-9] \(limit 20\)"):
        project_from(text, "pyproject.toml", "leave it out")


def test_texts_and_numbers_are_not_counted_as_keys() -> None:
    dotted = ".".join("abcdefghijklmnopqrstuvwxyz")
    lines = [
        "[tool.zsupport]", f"exclude = ['{dotted}', \"{dotted}\"]", "[other]",
        f'x = """\n{"1, " * 9}{dotted[:30]}"""', "y = [" + "1.5, " * 100 + "]",
    ]  # fmt: skip
    project = project_from("\n".join(lines).encode(), "pyproject.toml", "leave it out")
    assert project is not None
    assert project.table == {"exclude": [dotted, dotted]}


def test_stating_more_facts_reduces_the_rows(cli: "Cli", tmp_path: Path) -> None:
    result = cost(cli, tmp_path, single(facts(6, 10)), (*DUE, "--fact", "f0=v1", "--fact", "f1=v1"))
    assert (result.code, len(result.stdout.splitlines())) == (0, 10_000)
