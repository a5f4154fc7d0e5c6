"""A file that `check` cannot read, in all formats."""

import json
from pathlib import Path

import pytest
from readers import READERS, ReadFinding

from zsupport.cli import main

POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
targets: [{first-response: 24h}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a policy without findings and an invalid policy."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clean.yaml").write_text(POLICY)
    (tmp_path / "invalid.yaml").write_text(POLICY.replace("allow: web", "allow: wep"))
    return tmp_path


@pytest.mark.parametrize("format", READERS)
@pytest.mark.parametrize("files", [["none.yaml"], ["none.yaml", "clean.yaml"]], ids=len)
@pytest.mark.usefixtures("folder")
def test_unreadable_file_is_a_finding_in_all_formats(
    format: str, files: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(["check", *files, "--select", "ZS401", "--format", format])
    stdout, stderr = capfd.readouterr()
    assert READERS[format](stdout) == [ReadFinding("ZS000", "error", 1, 1)]
    assert "none.yaml" in stdout
    assert stderr == "zsupport: none.yaml: file not found\n"
    assert code == 3


@pytest.mark.parametrize(
    ("file", "successful"), [("none.yaml", False), ("clean.yaml", True), ("invalid.yaml", True)]
)
@pytest.mark.usefixtures("folder")
def test_run_with_an_unreadable_file_is_not_successful(
    file: str, successful: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["check", file, "--select", "ZS401", "--format", "sarif"])
    (run,) = json.loads(capfd.readouterr().out)["runs"]
    assert run["invocations"] == [{"executionSuccessful": successful}]


@pytest.mark.usefixtures("folder")
def test_unreadable_file_is_a_failing_test_case(capfd: pytest.CaptureFixture[str]) -> None:
    main(["check", "none.yaml", "clean.yaml", "--select", "ZS401", "--format", "junit"])
    assert ' tests="2" failures="1" ' in capfd.readouterr().out
