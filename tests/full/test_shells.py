"""Completion in interactive zsh and fish."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Cli
from shells import Shell, environment_with_program, own_policies

from zsupport.cli.complete import script
from zsupport.guide import read_guide

COMMANDS = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"],
            "fish": ["fish", "--no-config", "-i"]}  # fmt: skip
#: The commands that enable completion, as in `zsupport help completion`.
ENABLE = {
    "bash": ['eval "$(zsupport --show-completion bash)"'],
    "zsh": ["autoload -Uz compinit; compinit -u -D", 'eval "$(zsupport --show-completion zsh)"'],
    "fish": ["zsupport --show-completion fish | source"],
}


@pytest.fixture(params=["zsh", "fish"], scope="module")
def shell(request: pytest.FixtureRequest, cli: Cli, folder: Path) -> Iterator[Shell]:
    name: str = request.param
    assert shutil.which(name), f"{name} is not installed; these tests require it"
    with Shell(COMMANDS[name], environment_with_program(cli), folder) as session:
        for line in ENABLE[name]:
            session.settle(line)
        yield session


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_policies(tmp_path_factory.mktemp("shells"))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("zsupport chan\t", ["channels"]),
        ("zsupport --ver\t", ["--version"]),
        ("zsupport channels --plan bu\t", ["channels", "--plan", "business"]),
        ("zsupport channels --plan=bu\t --ro\t", ["channels", "--plan=business", "--role"]),
        ("zsupport due --priority P\t3\t", ["due", "--priority", "P3"]),
        ("zsupport due --channel he\t", ["due", "--channel", "help-center"]),
        ("zsupport due --metric f\t", ["due", "--metric", "first-response"]),
        ("zsupport topics --topic mes\t", ["topics", "--topic", "messaging"]),
        ("zsupport due --fact impact=do\t", ["due", "--fact", "impact=down"]),
        ('zsupport due --fact "impact=do\t', ["due", "--fact", "impact=down"]),
        ("zsupport due --fact=workaround=t\t", ["due", "--fact=workaround=true"]),
        ("zsupport due --policy red\t --plan pre\t", ["due", "--policy", "redhat",
                                                      "--plan", "premium"]),
        ("zsupport due --policy ./ow\t --plan be\t", ["due", "--policy", "./own.yaml",
                                                      "--plan", "better"]),
        ("zsupport due --policy=./ow\t --plan go\t", ["due", "--policy=./own.yaml",
                                                      "--plan", "gold"]),
        ("zsupport due --policy wi\tow\t --plan go\t", ["due", "--policy", "with space/own.yaml",
                                                        "--plan", "gold"]),
        ("zsupport hours --import-ics ./da\t", ["hours", "--import-ics", "./days.ics"]),
        ("zsupport hours --import-ics=./da\t", ["hours", "--import-ics=./days.ics"]),
        ("zsupport help scr\t", ["help", "scripts"]),
    ],
)  # fmt: skip
def test_shell_completes(shell: Shell, typed: str, words: list[str]) -> None:
    assert shell.finished(typed) == ["zsupport", *words]


@pytest.mark.parametrize("option", ["--plan", "--role", "--priority", "--channel"])
def test_shell_runs_nothing_from_a_policy(shell: Shell, folder: Path, option: str) -> None:
    shell.type(f"zsupport due --policy own.yaml {option} \t\t")
    shell.type("\x15")
    shell.settle("true")
    assert not (folder / "injected").exists()


def test_zsh_script_works_as_an_autoloaded_function(cli: Cli, folder: Path) -> None:
    functions = folder / "functions"
    functions.mkdir()
    (functions / "_zsupport").write_text(script("zsh"))
    with Shell(COMMANDS["zsh"], environment_with_program(cli), folder) as zsh:
        zsh.settle(f"fpath+=({functions}); autoload -Uz compinit; compinit -u -D")
        # The first Tab loads the file. At the second Tab it is loaded.
        for _ in range(2):
            words = zsh.finished("zsupport channels --plan ent\t")
            assert words == ["zsupport", "channels", "--plan", "enterprise"]


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_is_enabled_as_in_the_guide(name: str, cli: Cli, tmp_path: Path) -> None:
    """A new shell completes after running the commands of the guide."""
    section = read_guide("completion").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    block = re.search(r"^```sh\n(.*?)^```", section, re.M | re.S)
    assert block, f"the guide has no commands for {name}"
    environment = {**environment_with_program(cli), "HOME": str(tmp_path), "ZDOTDIR": str(tmp_path)}
    subprocess.run(["sh", "-euc", block[1]], env=environment, check=True)
    with Shell([name, "-i"], environment, tmp_path) as shell:
        shell.settle("true")
        words = shell.finished("zsupport channels --plan ent\t")
        assert words == ["zsupport", "channels", "--plan", "enterprise"]


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_scripts_of_zsh_and_fish_are_valid(name: str) -> None:
    subprocess.run([name, "-n", "/dev/stdin"], input=script(name).encode(), check=True)
