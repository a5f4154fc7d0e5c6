"""Findings on standard output, and the workspace, to which paths on code hosts are relative."""

import json
import os
import re
from pathlib import Path

import pytest
from outcomes import RICH
from readers import READERS, commands

from zsupport.cli.output import OutputOptions, write_outcome
from zsupport.errors import EnvironmentFault, UsageError
from zsupport.findings import Outcome
from zsupport.sources.workspace import workspace

RUNNERS = ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "CI", "CI_PROJECT_DIR")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, in a repository, without variables of a CI runner."""
    for name in RUNNERS:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    inside = tmp_path / "repository" / "desk" / "north"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    return inside.resolve()


def test_workspace_is_the_repository(folder: Path) -> None:
    assert workspace(str(folder), os.environ) == str(folder.parent.parent)


def test_workspace_is_a_git_worktree(folder: Path) -> None:
    (folder.parent / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")
    assert workspace(str(folder), os.environ) == str(folder.parent)


@pytest.mark.parametrize("name", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_runner_names_the_workspace(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, f"{folder.parent}/")
    assert workspace(str(folder), os.environ) == str(folder.parent)
    link = folder.parent.parent.parent / "link"
    link.symlink_to(folder.parent)
    monkeypatch.setenv(name, str(link))
    assert workspace(str(folder), os.environ) == str(folder.parent)


@pytest.mark.parametrize("elsewhere", ["", ".", "north", "/nowhere", "/"])
def test_workspace_elsewhere_is_ignored(
    folder: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", elsewhere)
    expected = "/" if elsewhere == "/" else str(folder.parent.parent)
    assert workspace(str(folder), os.environ) == expected


def test_workspace_defaults_to_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in RUNNERS:
        monkeypatch.delenv(name, raising=False)
    if not any((above / ".git").exists() for above in tmp_path.parents):
        assert workspace(str(tmp_path), os.environ) == str(tmp_path)


@pytest.mark.parametrize("runner", ["", "true"])
def test_auto_is_text_on_a_runner(
    folder: Path, runner: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", runner)
    write_outcome(lambda _: RICH, OutputOptions("auto", "auto"))
    shown = capsys.readouterr()
    assert shown.out.startswith("error[ZS501] slower-than-lower-plan: ")
    assert shown.err == ""


def test_color_option_is_respected(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_outcome(lambda _: RICH, OutputOptions("text", "always"))
    assert capsys.readouterr().out.startswith("\x1b[1;31merror[ZS501]\x1b[0m ")
    write_outcome(lambda _: RICH, OutputOptions("text", "never"))
    assert "\x1b" not in capsys.readouterr().out


def test_files_are_named_relative_to_the_workspace(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_outcome(lambda _: RICH, OutputOptions("github", "auto"))
    first = commands(capsys.readouterr().out)[0]
    assert first.properties["file"] == "desk/north/policies/acme.yaml"
    write_outcome(lambda _: RICH, OutputOptions("gitlab", "auto"))
    (entry, *_) = json.loads(capsys.readouterr().out)
    assert entry["location"]["path"] == "desk/north/policies/acme.yaml"


def test_formats_get_the_failing_severity_and_the_holidays_release(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warned = RICH._replace(units=(RICH.units[0]._replace(findings=RICH.findings[1:2]),))
    write_outcome(lambda _: warned, OutputOptions("junit", "auto"))
    assert 'failures="0"' in capsys.readouterr().out
    write_outcome(lambda _: warned, OutputOptions("junit", "auto"), fails_at="warning")
    assert 'failures="1"' in capsys.readouterr().out
    write_outcome(lambda _: warned, OutputOptions("json", "auto"), holidays="0.100")
    output = capsys.readouterr().out
    assert json.loads(output)["versions"]["holidays"] == "0.100"
    assert [seen.code for seen in READERS["json"](output)] == ["ZS404"]


def test_run_writes_several_formats(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ["json=a.json", "sarif=b.sarif", "text=c=d.txt", "github=/dev/stderr"]
    options = OutputOptions("plain", "always").with_files(files)
    formats: list[str] = []

    def outcome_in(format: str) -> Outcome:
        formats.append(format)
        return RICH

    write_outcome(outcome_in, options)
    assert formats == ["plain", "json", "sarif", "text", "github"]
    shown = READERS["plain"](capsys.readouterr().out)
    assert READERS["json"]((folder / "a.json").read_text()) == shown
    assert json.loads((folder / "b.sarif").read_text())["version"] == "2.1.0"
    # Only standard output is colored.
    assert (folder / "c=d.txt").read_text().startswith("error[ZS501] slower-than-lower-plan: ")
    write_outcome(lambda _: RICH, options._replace(quiet=True, files=(("plain", "e"),)))
    assert capsys.readouterr().out == ""
    assert READERS["plain"]((folder / "e").read_text()) == shown


@pytest.mark.parametrize(
    "name", ["gone/x", "/dev/full", ".", "inside", "outside", "away/x", "a\0b"]
)
def test_unwritable_output_file_is_a_fault_and_other_files_are_written(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = folder.parent.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x").write_text("mine")
    (folder / "inside").symlink_to("policy.yaml")
    (folder / "outside").symlink_to(elsewhere / "x")
    (folder / "away").symlink_to(elsewhere)
    options = OutputOptions("plain").with_files([f"json={name}", "csv=last.csv"])
    with pytest.raises(EnvironmentFault, match=re.escape(f"{name}: ")):
        write_outcome(lambda _: RICH, options)
    assert (elsewhere / "x").read_text() == "mine"
    assert not (folder / "policy.yaml").exists()
    assert (folder / "last.csv").read_text().startswith("code,")
    assert capsys.readouterr().out != ""


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("x", "`x` is not FORMAT=FILE", "write a pair such as sarif=findings.sarif"),
        ("json=", "`json=` is not FORMAT=FILE", "write a pair such as sarif=findings.sarif"),
        ("json=-", "`json=-` names no file", "write to standard output with --format"),
        ("sarf=x", "unknown format `sarf`", "did you mean `sarif`?"),
        ("auto=x", "unknown format `auto`", "formats: text, plain, json"),
    ],
)
def test_output_file_requires_a_format_and_a_name(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        OutputOptions("auto").with_files([text])
    assert raised.value.message == f"--output-file: {message}"
    assert (raised.value.hint or "").startswith(hint)
