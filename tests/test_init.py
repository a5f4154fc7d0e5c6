"""`init`: the starter policy is valid, and existing files are never overwritten."""

import errno
import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from conftest import Cli

from zsupport.sources.find import reason
from zsupport.sources.translations import translation
from zsupport.starter import FILES, ID, read_starter
from zsupport.wording import Wording


def test_starter_policy_passes_check_and_test(cli: Cli, tmp_path: Path) -> None:
    run = cli("init", "support", cwd=tmp_path)
    assert run.code == 0, run.stderr
    paths = [Path("support") / f"acme{ending}" for ending in FILES]
    assert run.stdout == "".join(f"{path}\n" for path in paths)
    assert sorted(tmp_path.rglob("*.yaml")) == sorted(tmp_path / path for path in paths)
    check = cli("check", "--format", "json", "support", cwd=tmp_path)
    assert check.code == 0, check.stderr
    assert json.loads(check.stdout)["findings"] == []
    test = cli("test", "support", cwd=tmp_path)
    assert test.code == 0, test.stdout


def test_starter_policy_has_the_chosen_id(cli: Cli, tmp_path: Path) -> None:
    assert cli("init", "--id", "globex", cwd=tmp_path).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"globex.yaml", "globex_test.yaml"}
    assert cli("policies", "./globex.yaml", "--field", "policy", cwd=tmp_path).stdout == "globex\n"
    assert cli("test", cwd=tmp_path).code == 0
    run = cli(
        "channels", "--policy", "./globex.yaml", "--plan", "free", "--role", "user", cwd=tmp_path
    )
    assert run.stdout == "help-center\n"


@pytest.mark.parametrize("id", ["contoso_test", "a.b_test"])
def test_id_of_a_tests_file_is_rejected(cli: Cli, tmp_path: Path, id: str) -> None:
    run = cli("init", "--id", id, cwd=tmp_path)
    assert run.code == 2
    assert f"--id: {id}.yaml is the name of a tests file" in run.stderr
    assert f"such as {id.removesuffix('_test')}\n" in run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("id", ["contoso_Test", "contoso-test", "test", "zoom", "a.yaml"])
def test_starter_policy_with_any_valid_id_can_be_used(cli: Cli, tmp_path: Path, id: str) -> None:
    assert cli("init", "--id", id, cwd=tmp_path).code == 0
    assert cli("check", cwd=tmp_path).code == 0
    assert cli("test", cwd=tmp_path).code == 0
    run = cli("policies", f"./{id}.yaml", "--field", "policy", cwd=tmp_path)
    assert run.stdout == f"{id}\n"


def test_id_occurs_once_per_file() -> None:
    assert ID == "acme"
    for name, text in read_starter("globex").items():
        assert name.startswith("globex")
        assert text.count("policy: globex\n") == 1
        assert "acme" not in text


@pytest.mark.parametrize("name", ["acme.yaml", "acme_test.yaml"])
def test_existing_file_is_not_overwritten(cli: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    run = cli("init", cwd=tmp_path)
    assert run.code == 2
    assert name in run.stderr
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: "mine"}


def test_broken_link_counts_as_existing_file(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").symlink_to("nowhere.yaml")
    assert cli("init", cwd=tmp_path).code == 2
    assert not (tmp_path / "nowhere.yaml").exists()


@pytest.mark.parametrize("id", ["", "a b", "../x", "-x", "ø", "x" * 101])
def test_invalid_id_is_rejected(cli: Cli, tmp_path: Path, id: str) -> None:
    run = cli("init", f"--id={id}", cwd=tmp_path)
    assert run.code == 2
    assert "--id: invalid id `" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_hint_for_an_id_of_more_than_100_characters_states_the_limit(
    cli: Cli, tmp_path: Path
) -> None:
    run = cli("init", f"--id={'x' * 101}", cwd=tmp_path)
    assert run.stderr.splitlines()[1:] == ["  use at most 100 characters"]
    assert cli("init", f"--id={'x' * 100}", cwd=tmp_path).code == 0


def test_folder_that_cannot_be_created_is_an_environment_error(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    run = cli("init", os.path.join("file", "inside"), cwd=tmp_path)
    assert run.code == 4
    assert run.stderr.startswith("zsupport: cannot write file/inside: ")


def test_quiet_prints_nothing(cli: Cli, tmp_path: Path) -> None:
    run = cli("init", "-q", cwd=tmp_path)
    assert (run.code, run.stdout, run.stderr) == (0, "", "")


def stderr_with_terminal(cli: Cli, folder: Path, *arguments: str) -> str:
    """Run the program with standard output in a terminal; return its standard error."""
    ours, theirs = pty.openpty()
    try:
        return subprocess.run(
            cli.command(*arguments), stdin=subprocess.DEVNULL, stdout=theirs, cwd=folder,
            stderr=subprocess.PIPE, env=cli.environment({}), check=True, text=True, timeout=60,
        ).stderr  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)


def test_the_next_commands_are_named_in_a_terminal(cli: Cli, tmp_path: Path) -> None:
    text = stderr_with_terminal(cli, tmp_path, "init")
    assert text == ("zsupport: change acme.yaml, then run `zsupport check` and `zsupport test`\n")
    text = stderr_with_terminal(cli, tmp_path, "init", "our desk", "--id", "desk")
    assert text == (
        "zsupport: change our desk/desk.yaml, then run `zsupport check 'our desk'` and"
        " `zsupport test 'our desk'`\n"
    )
    assert stderr_with_terminal(cli, tmp_path, "init", "quiet", "-q") == ""
    assert cli("init", "piped", cwd=tmp_path).stderr == ""


def test_all_existing_files_are_named(cli: Cli, tmp_path: Path) -> None:
    assert cli("init", cwd=tmp_path).code == 0
    run = cli("init", cwd=tmp_path)
    assert run.stderr.startswith("zsupport: acme.yaml, acme_test.yaml: files exist\n")
    (tmp_path / "acme.yaml").unlink()
    run = cli("init", cwd=tmp_path)
    assert run.stderr.startswith("zsupport: acme_test.yaml: file exists\n")


@pytest.mark.parametrize(
    ("number", "norwegian"),
    [
        (errno.ENOENT, "filen eller mappen finnes ikke"),
        (errno.EISDIR, "er en mappe"),
        (errno.EACCES, "ingen tilgang"),
        (errno.ENOSPC, "ingen ledig plass på disken"),
    ],
)
def test_reasons_of_the_operating_system_are_translated(number: int, norwegian: str) -> None:
    text = reason(OSError(number, os.strerror(number)))
    assert text == os.strerror(number)[:1].lower() + os.strerror(number)[1:]
    assert Wording(translation("nb")).message(text) == norwegian


def test_other_reasons_keep_the_words_of_the_operating_system() -> None:
    text = reason(OSError(errno.EXDEV, os.strerror(errno.EXDEV)))
    assert Wording(translation("nb")).message(text) == text


def test_an_unwritable_page_is_reported_in_norwegian(cli: Cli, tmp_path: Path) -> None:
    run = cli(
        "publish", "zoom", "--output", "gone/page.html", cwd=tmp_path, env={"ZSUPPORT_LANG": "nb"}
    )
    assert run.code == 4
    expected = "zsupport: kan ikke skrive gone/page.html: filen eller mappen finnes ikke\n"
    assert run.stderr == expected
