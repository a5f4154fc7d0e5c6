"""The files that `zsupport audit` writes: the report, and the files that it refuses to replace."""

from pathlib import Path

import pytest
from conftest import Cli

from audit.audited import POLICY

TICKETS = "id,opened,answered\n1,2026-06-01T08:00:00Z,2026-06-01T09:00:00Z\n"
COMMON = (
    "--policy", "./p.yaml", "--plan", "pro", "--role", "admin", "--priority", "P1",
    "--at", "2026-06-02T08:00:00Z",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "t.csv").write_text(TICKETS, encoding="utf-8")
    (tmp_path / "link.csv").symlink_to("t.csv")
    return tmp_path


def test_report_is_a_page_in_the_stated_language(cli: Cli, folder: Path) -> None:
    run = cli("audit", "t.csv", *COMMON, "--report", "r.html", "--quiet", cwd=folder)
    assert (run.code, run.stdout, run.stderr) == (0, "", "")
    english = (folder / "r.html").read_text()
    assert english.startswith('<!doctype html>\n<html lang="en">')
    assert "1 ticket in t.csv, judged on " in english
    assert english.count("<svg") == 3
    cli("audit", "t.csv", *COMMON, "--report", "r.html", "--lang", "nb", cwd=folder)
    assert "1 sak i t.csv, vurdert " in (folder / "r.html").read_text()


@pytest.mark.parametrize("option", ["--output", "--rejects", "--report"])
@pytest.mark.parametrize("name", ["t.csv", "link.csv", "p.yaml"])
def test_input_files_are_not_replaced(cli: Cli, folder: Path, option: str, name: str) -> None:
    more = ("--format", "csv") if option == "--output" else ()
    run = cli("audit", "t.csv", *COMMON, option, name, *more, cwd=folder)
    assert run.code == 2
    what = "a file of the policy" if name == "p.yaml" else "an input file"
    assert f"{option}: {name} is {what} (not replaced)" in run.stderr
    assert (folder / "t.csv").read_text() == TICKETS
    assert (folder / "p.yaml").read_text() == POLICY


def test_two_options_cannot_write_the_same_file(cli: Cli, folder: Path) -> None:
    run = cli("audit", "t.csv", *COMMON, "--output", "x.csv", "--rejects", "./x.csv", cwd=folder)
    assert run.code == 2
    assert "--rejects: ./x.csv is also the file of --output (not replaced)" in run.stderr
    assert not (folder / "x.csv").exists()
    both = ("--output", "/dev/null", "--format", "csv", "--rejects", "/dev/null")
    assert cli("audit", "t.csv", *COMMON, *both, cwd=folder).code == 0


def test_empty_name_is_refused(cli: Cli, folder: Path) -> None:
    run = cli("audit", "t.csv", *COMMON, "--report", "", cwd=folder)
    assert run.code == 2
    assert "--report: empty name" in run.stderr


def test_report_that_cannot_be_written_is_a_fault(cli: Cli, folder: Path) -> None:
    run = cli("audit", "t.csv", *COMMON, "--report", "/dev/full", cwd=folder)
    assert run.code == 4
    assert "cannot write /dev/full: no space left on device" in run.stderr
