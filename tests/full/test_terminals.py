"""Every question about every shipped and test policy, asked in a real terminal."""

import subprocess

import pytest
from conftest import Cli
from policy_screens import MAIN, PATHS, policy_of
from rich.cells import cell_len
from test_screens import COMMANDS, MAX_LINES, WIDTHS, run_in_terminal

AT = ("--at", "2026-11-24T11:30:00Z")
LANGUAGES = ("en", "nb")


def check(cli: Cli, name: str, question: str, width: int, language: str) -> None:
    text = run_in_terminal(
        cli, width, *COMMANDS[question], "--policy", PATHS[name], *AT, "--lang", language,
        stderr=subprocess.STDOUT, colored=False,
    )  # fmt: skip
    lines = text.splitlines()
    assert lines
    if lines[0].startswith("zsupport: "):
        assert name not in MAIN
        return  # the policy has no answer, such as for an unknown part of a country
    assert "Traceback" not in text
    # A line with a single word, such as an address, can be wider than the terminal.
    assert not [line for line in lines if cell_len(line) > width and " " in line.strip()]
    assert len(lines) <= MAX_LINES or width < 80


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("question", COMMANDS)
@pytest.mark.parametrize("name", MAIN)
def test_policies_that_people_read(
    name: str, question: str, width: int, language: str, cli: Cli
) -> None:
    check(cli, name, question, width, language)


@pytest.mark.parametrize("number", range(len(PATHS)))
def test_every_policy(number: int, cli: Cli) -> None:
    name = list(PATHS)[number]
    if policy_of(name) is None:
        return  # its tests show what is invalid
    for place, question in enumerate(COMMANDS):
        width = WIDTHS[(number + place) % len(WIDTHS)]
        check(cli, name, question, width, LANGUAGES[number % len(LANGUAGES)])
