"""`zsupport check`: selected files and rules, output, exit codes and fixes."""

import gc
import json
import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jsonschema_rs
import pytest
from conftest import Cli, interruptible

from zsupport.check.config import Configs
from zsupport.check.rule import Subject
from zsupport.cli import main
from zsupport.findings import UNREADABLE
from zsupport.policy.document import Document
from zsupport.policy.yamltext import MappingNode
from zsupport.sources.find import read_file, shipped_policies
from zsupport.sources.project import Project, project_in
from zsupport.sources.select import SelectedFile

BASE = """\
format: 1
policy: {id}
plans: {{free: Free, pro: Pro}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
"""
CLEAN = BASE.format(id="clean") + "targets: [{first-response: 24h}]\n"
#: A policy with an error: ZS401, line 8.
ERROR = BASE.format(id="error") + "targets:\n  - first-response: 24h\n  - first-response: 4h\n"
#: A policy with a fixable warning: ZS407, line 5.
EVERY = (
    BASE.format(id="every").replace("{allow", "{when: {plan: [free, pro]}, allow")
    + "targets: [{first-response: 24h}]\n"
)
#: An invalid policy: ZS201, line 5.
INVALID = BASE.format(id="invalid").replace("allow: web", "allow: wep")
#: Options that select only the rules of these examples.
ONLY = ("--select", "ZS401,ZS407,ZS9")


class Run(NamedTuple):
    stdout: str
    stderr: str
    code: int


Check = Callable[..., Run]


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Check:
    """Run `zsupport check` in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZSUPPORT_CACHE", "off")

    def run(*arguments: str, only: bool = True) -> Run:
        code = main(["check", *arguments, *(ONLY if only else ())])
        return Run(*capfd.readouterr(), code)

    return run


def files(run: Run) -> list[str]:
    """Return the files with findings, in the order of the output."""
    return list(dict.fromkeys(finding["file"] for finding in json.loads(run.stdout)["findings"]))


def last(run: Run) -> str:
    return run.stdout.rstrip("\n").rpartition("\n")[2]


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        # Each policy has its own id, so that none is a revision of another.
        id = name.replace("__", "-").lstrip(".")
        text = re.sub("^policy: (error|every|clean)$", f"policy: {id}", text, flags=re.M)
        path.with_suffix(".yaml").write_text(text)


# -- which files ---------------------------------------------------------------------------


def test_default_is_the_current_folder_with_subfolders(check: Check, tmp_path: Path) -> None:
    write(tmp_path, b=ERROR, a__x=ERROR, a__b__y=ERROR, clean=CLEAN)
    (tmp_path / "z.yml").write_text(ERROR)
    run = check("--format", "json")
    assert files(run) == ["b.yaml", "z.yml", "a/x.yaml", "a/b/y.yaml"]
    assert json.loads(run.stdout)["summary"]["files"] == 5
    assert run.code == 1


def test_other_files_of_a_folder_are_ignored(check: Check, tmp_path: Path) -> None:
    write(
        tmp_path, **{".hidden": ERROR, ".git__x": ERROR, "acme_test": "policy: acme\ntests: []\n"},
        compose="services: {web: {image: x}}\n", other="policy: {name: x}\nrules: []\n",
        empty="", words="just words\n", broken="a: [\n", error=ERROR,
    )  # fmt: skip
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "notes.txt").write_text(ERROR)
    os.mkfifo(tmp_path / "pipe.yaml")
    assert last(check()) == "Found 1 error in 1 file"


@pytest.mark.parametrize(
    "text",
    [
        INVALID,
        "policy: acme\nplans: {a: A}\nchannels: [\n",
        "{format: 1, policy: acme, plans: {}}\n",
        "# comment\n---\n{\n  format: 1,\n  'policy': acme}\n",
        "\ufeff\"format\": 1\r\n'policy' : x\r\n",
        "format: 1\rpolicy: x\r",
        "plans: {}\nentitlements: []\n",
    ],
)
def test_invalid_policies_of_a_folder_are_checked(text: str, check: Check, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_bytes(text.encode())
    run = check()
    assert run.code == 3
    assert "p.yaml:" in run.stdout


@pytest.mark.parametrize("text", ["", "just words\n", "services: {}\n", "policy: x\n"])
def test_named_file_is_always_checked(text: str, check: Check, tmp_path: Path) -> None:
    write(tmp_path, p=text)
    run = check("p.yaml")
    assert run.code == 3
    assert " --> p.yaml:1:1\n" in run.stdout


def test_each_file_is_checked_once(check: Check, tmp_path: Path) -> None:
    write(tmp_path, a=ERROR, sub__b=ERROR, sub__c=ERROR, sub__deep__d=ERROR)
    run = check("--format=json", "sub/c.yaml", "./a.yaml", "sub", "*.yaml", str(tmp_path))
    assert files(run) == ["sub/c.yaml", "a.yaml", "sub/b.yaml", "sub/deep/d.yaml"]
    assert json.loads(run.stdout)["summary"] == {
        "files": 4, "errors": 4, "warnings": 0, "notes": 0, "allowed": 0,
    }  # fmt: skip


def test_link_and_target_are_the_same_file(check: Check, tmp_path: Path) -> None:
    write(tmp_path, real=ERROR)
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    (tmp_path / "round").symlink_to(".")
    assert last(check("real.yaml", "link.yaml", "round/real.yaml", ".")) == (
        "Found 1 error in 1 file"
    )


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.yaml", ["a.yaml", "b1.yaml"]),
        ("**/*.yaml", ["a.yaml", "b1.yaml", "s/a.yaml", "s/t/c.yaml", "s/t/[x].yaml"]),
        ("s/**/*.yaml", ["s/a.yaml", "s/t/c.yaml", "s/t/[x].yaml"]),
        ("s/*/c.yaml", ["s/t/c.yaml"]),
        ("?.yaml", ["a.yaml"]),
        ("[!a]*.yaml", ["b1.yaml"]),
        ("b[0-9].yaml", ["b1.yaml"]),
        ("./s/*.yaml", ["s/a.yaml"]),
        ("s/t/[x].yaml", ["s/t/[x].yaml"]),
        ("*", ["a.yaml", "b1.yaml"]),
        ("**", ["a.yaml", "b1.yaml", "s/a.yaml", "s/t/c.yaml", "s/t/[x].yaml"]),
    ],
)
def test_patterns(pattern: str, expected: list[str], check: Check, tmp_path: Path) -> None:
    write(tmp_path, a=ERROR, b1=ERROR, s__a=ERROR, s__t__c=ERROR, x=CLEAN)
    (tmp_path / "x.yaml").rename(tmp_path / "n.yml")
    shutil.copy(tmp_path / "a.yaml", tmp_path / "s/t/[x].yaml")
    assert sorted(files(check("--format", "json", pattern))) == sorted(expected)


def test_pattern_without_matches_is_reported(check: Check, tmp_path: Path) -> None:
    write(tmp_path, a=CLEAN)
    run = check("b*.yaml", "a.yaml")
    assert run.code == 3
    assert run.stderr == "zsupport: b*.yaml: no policy file matches this pattern\n"
    assert " unreadable-file: no policy file matches this pattern\n --> b*.yaml:1:1\n" in run.stdout


def test_shipped_policies_by_name(check: Check, tmp_path: Path) -> None:
    run = check("Zoom", "canonical", "--format", "json")
    assert (run.code, run.stderr) == (0, "")
    assert json.loads(run.stdout)["summary"]["files"] == 3
    # A shipped name is used even if a file has this name, as in every command.
    write(tmp_path, zoom__error=ERROR)
    run = check("zoom", "--format", "json")
    assert (run.code, json.loads(run.stdout)["summary"]["files"]) == (0, 1)
    assert run.stderr == (
        "zsupport: `zoom` is the shipped policy; for the file or folder, write ./zoom\n"
    )
    assert check("zoom", "-q").stderr == ""
    assert files(check("./zoom", "--format", "json")) == ["zoom/error.yaml"]


def test_shipped_policies_have_no_errors(check: Check) -> None:
    run = check(*shipped_policies(), only=False)
    assert (run.code, run.stderr) == (0, ""), run.stdout


def test_unknown_argument_gets_a_suggestion(check: Check, tmp_path: Path) -> None:
    run = check("zom")
    assert run.code == 2
    assert "did you mean `zoom`?" in run.stderr
    (tmp_path / "policies").mkdir()
    run = check("policeis")
    assert run.code == 2
    assert "did you mean `policies`?" in run.stderr


def test_empty_selection_is_reported(check: Check, tmp_path: Path) -> None:
    write(tmp_path, other="a: b\n")
    for arguments in ((), (".",), (str(tmp_path),)):
        run = check(*arguments)
        assert (run.stdout, run.code) == ("", 3)
        where = arguments[0] if arguments else "."
        assert run.stderr.startswith(f"zsupport: {where}: no policy found here or in the")
    run = check("--format", "json")
    assert json.loads(run.stdout)["error"]["code"] == 3


def test_shipped_policy_is_not_a_default(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZSUPPORT_POLICY", "zoom")
    (tmp_path / "pyproject.toml").write_text('[tool.zsupport]\npolicy = "zoom"\n')
    assert check().code == 3


def test_test_files_are_not_checked_as_policies(check: Check, tmp_path: Path) -> None:
    write(tmp_path, acme_test="policy: acme\ntests: []\n")
    run = check("acme_test.yaml")
    assert run == (
        "",
        "zsupport: acme_test.yaml: tests file, not a policy\n"
        "  run `zsupport test acme_test.yaml`\n",
        2,
    )
    write(tmp_path, acme=ERROR, **{"b c_test": "policy: acme\ntests: []\n"})
    run = check("acme_test.yaml", "acme.yaml", "b c_test.yaml", "./acme_test.yaml")
    assert (last(run), run.code) == ("Found 1 error in 1 file", 1)
    assert run.stderr == (
        "zsupport: acme_test.yaml, b c_test.yaml: tests files, not policies (ignored by `check`)\n"
        "zsupport:   run `zsupport test acme_test.yaml 'b c_test.yaml'`\n"
    )
    assert check("-q", "acme_test.yaml", "acme.yaml").stderr == ""
    # In folders and patterns they are silently ignored.
    for silent in (".", "*.yaml"):
        assert check(silent).stderr == ""
    assert "acme_test.yaml" not in check("gone.yaml", "acme_test.yaml").stdout


# -- standard input ------------------------------------------------------------------------


def test_standard_input(cli: Cli, tmp_path: Path) -> None:
    run = cli("check", "-", *ONLY, stdin=ERROR, cwd=tmp_path)
    assert run.code == 1
    assert " --> -:8:5\n" in run.stdout
    run = cli("check", "-", "--stdin-filename", "a/b.yaml", *ONLY, stdin=ERROR, cwd=tmp_path)
    assert " --> a/b.yaml:8:5\n" in run.stdout
    run = cli("check", "-", "--diff", *ONLY, stdin=EVERY, cwd=tmp_path)
    assert run.code == 1
    assert "+entitlements: [{allow: web}]\n" in run.stdout


def test_fixed_standard_input_is_written_to_standard_output(cli: Cli, tmp_path: Path) -> None:
    fixed = EVERY.replace("when: {plan: [free, pro]}, ", "")
    run = cli("check", "-", "--fix", *ONLY, stdin=EVERY, cwd=tmp_path)
    assert (run.stdout, run.code) == (fixed, 0)
    assert run.stderr == (
        "Fixed -:5: remove `plan` from the condition (ZS407)\nFixed 1 of 1 finding in 1 file\n"
    )
    assert cli("check", "-", "--fix", "-q", *ONLY, stdin=EVERY, cwd=tmp_path) == (fixed, "", 0)
    # Input that cannot be fixed is written unchanged.
    for text, code in ((ERROR, 1), (INVALID, 3), (CLEAN.replace("\n", "\r\n"), 0), ("", 3)):
        run = cli("check", "-", "--fix", *ONLY, stdin=text, cwd=tmp_path)
        assert (run.stdout, run.code) == (text, code)
        assert run.stderr.endswith("1 file\n")
    # A text that is too large is not written in part.
    run = cli("check", "-", "--fix", *ONLY, stdin=ERROR + "#" * 2_000_000, cwd=tmp_path)
    assert (run.stdout, run.code) == ("", 3)
    write(tmp_path, error=ERROR)
    run = cli("check", "-", "error.yaml", "--fix", stdin=ERROR, cwd=tmp_path)
    assert (run.stdout, run.code) == ("", 2)
    assert "`--fix` cannot combine standard input with other files" in run.stderr


# -- which rules ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("--select", "ZS401"), ["ZS401"]),
        (("--select", "zs4"), ["ZS401", "ZS407"]),
        (("--select", "ZS401", "--select", "condition-without-effect"), ["ZS401", "ZS407"]),
        (("--select", " ZS401 , Condition-Without-Effect "), ["ZS401", "ZS407"]),
        (("--select", "ZS4", "--ignore", "ZS401"), ["ZS407"]),
        (("--select", "ZS4", "--ignore", "unreachable-rule,ZS407"), []),
        (("--select", "ZS1"), []),
        (("--select", "ZS", "--ignore", "ZS0,ZS1,unreachable-rule"), None),
    ],
)
def test_rules_are_selected_by_code_prefix_and_name(
    arguments: tuple[str, ...], codes: list[str] | None, check: Check, tmp_path: Path
) -> None:
    write(tmp_path, error=ERROR, every=EVERY)
    run = check(*arguments, "--format", "json", only=False)
    if codes is None:
        assert run.code == 2
        assert "`ZS1` cannot be ignored" in run.stderr
        return
    assert sorted(finding["code"] for finding in json.loads(run.stdout)["findings"]) == codes


@pytest.mark.parametrize("option", ["--select", "--ignore", "--explain"])
@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("unreachable-rules", "unreachable-rule"),
        ("ZS4O1", "ZS401"),
        ("ZS499", "ZS4"),
        ("ZS999", "ZS9"),
        ("", ""),
        ("x" * 999, ""),
    ],
)
def test_unknown_rule_gets_a_suggestion(
    option: str, name: str, suggestion: str, check: Check
) -> None:
    run = check(option, name, only=False)
    assert run.code == 2
    assert "unknown rule `" in run.stderr
    assert f"did you mean `{suggestion}" in run.stderr or not suggestion
    assert len(run.stderr) < 300


@pytest.mark.parametrize("option", ["--select", "--ignore", "--explain"])
@pytest.mark.parametrize("name", ["zs606", "Unclear-names-one-priority"])
def test_removed_rule_is_reported(option: str, name: str, check: Check) -> None:
    run = check(option, name, only=False)
    assert run.code == 2
    assert "rule `ZS606` (unclear-names-one-priority) was removed" in run.stderr
    assert "remove it from options, comments and configuration" in run.stderr


def test_codes_and_names_of_removed_rules_are_not_reused() -> None:
    from zsupport.check.catalogue import KINDS, REMOVED

    assert set(REMOVED).isdisjoint(KINDS)
    assert set(REMOVED.values()).isdisjoint(kind.name for kind in KINDS.values())


def test_findings_of_the_loader_are_always_shown(check: Check, tmp_path: Path) -> None:
    write(tmp_path, invalid=INVALID)
    for option in ("--select", "--ignore"):
        run = check(option, "ZS401", only=False)
        assert run.code == 3
        assert "error[ZS201]" in run.stdout


def test_rules_are_listed_and_explained(check: Check) -> None:
    from zsupport.check.catalogue import KINDS
    from zsupport.check.explanations import explanation_of

    run = check("--list-rules", only=False)
    assert run.code == 0
    assert [line.split("\t")[0] for line in run.stdout.splitlines()] == sorted(KINDS)
    listed = json.loads(check("--list-rules", "--format", "json", only=False).stdout)
    assert [rule["code"] for rule in listed["rules"]] == list(KINDS)
    assert check("--list-rules", "--format", "sarif", only=False).code == 2
    for code, kind in KINDS.items():
        for name in (code, code.lower(), kind.name):
            text = check("--explain", name, only=False).stdout
            assert text.startswith(f"# {code} {kind.name} ({kind.severity})\n")
        why, bad, good = explanation_of(code)
        assert why in text
        # Only an unreadable file has no example.
        assert (bad is None) is (code == UNREADABLE.code)
        if bad and good and "\x07" not in bad:  # a character that is not written to a terminal
            assert f"## Bad\n\n```yaml\n{bad}```\n\n## Good\n\n```yaml\n{good}```\n" in text
        # Each page is longer than the summary.
        assert len(text.split("\n\n")[2]) > 80, code


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("--select", "zs90"), ["ZS901", "ZS902", "ZS903", "ZS904", "ZS905"]),
        (("--select", "ZS90", "--ignore", "ZS903,unknown-id-in-test"), ["ZS901", "ZS902", "ZS905"]),
        (("--select", "unreachable-rule"), ["ZS401"]),
    ],
)
def test_selected_rules_are_listed(
    arguments: tuple[str, ...], codes: list[str], check: Check
) -> None:
    run = check("--list-rules", *arguments, only=False)
    assert [line.split("\t")[0] for line in run.stdout.splitlines()] == codes
    assert check("--list-rules", "--select", "ZSX", only=False).code == 2


# -- exit codes ----------------------------------------------------------------------------


def test_invalid_date_is_reported(check: Check) -> None:
    assert check("--at", "2026-02-30") == (
        "", "zsupport: --at: invalid date `2026-02-30`\n  write a date such as 2026-11-26\n", 2
    )  # fmt: skip


def test_exit_codes(check: Check, tmp_path: Path) -> None:
    write(tmp_path, clean=CLEAN, error=ERROR, every=EVERY, invalid=INVALID)
    assert check("clean.yaml").code == 0
    assert check("every.yaml").code == 0
    assert check("every.yaml", "--fail-on", "warning").code == 1
    assert check("every.yaml", "--fail-on", "note").code == 1
    assert check("error.yaml").code == 1
    assert check("error.yaml", "--exit-zero").code == 0
    assert check("invalid.yaml").code == 3
    assert check("invalid.yaml", "--exit-zero").code == 3
    assert check("none.yaml").code == 3
    assert check("clean.yaml", "--no-such-option").code == 2
    assert check("clean.yaml", "--fail-on", "never").code == 2
    assert check("clean.yaml", "--at", "2026-02-30").code == 2
    assert check("clean.yaml", "--at", "26-02-03-04").code == 2
    run = check("clean.yaml", "--at", "2026-11-26T10:00")
    assert run.code == 2
    assert "--tz" not in run.stderr
    assert check("clean.yaml", "--at", "2026-11-26T10:00:00Z").code == 0


def test_quiet_prints_nothing(check: Check, tmp_path: Path) -> None:
    write(tmp_path, error=ERROR, invalid=INVALID)
    assert check("-q", "error.yaml") == ("", "", 1)
    assert check("-q", "invalid.yaml", "none.yaml") == ("", "", 3)


def test_unreadable_file_does_not_hide_other_findings(check: Check, tmp_path: Path) -> None:
    write(tmp_path, invalid=INVALID, error=ERROR)
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "dangling.yaml").symlink_to("gone")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "latin.yaml").write_bytes(ERROR.encode() + b"# \xe9\n")
    run = check("none.yaml", ".", "--format", "json")
    assert run.code == 3
    document = json.loads(run.stdout)
    assert [(finding["file"], finding["code"]) for finding in document["findings"]] == [
        ("none.yaml", "ZS000"), ("dangling.yaml", "ZS000"), ("error.yaml", "ZS401"),
        ("invalid.yaml", "ZS201"), ("latin.yaml", "ZS008"), ("loop.yaml", "ZS000"),
    ]  # fmt: skip
    assert document["summary"] == {
        "files": 6, "errors": 6, "warnings": 0, "notes": 0, "allowed": 0,
    }  # fmt: skip
    assert document["unread"] == [
        {"file": "none.yaml", "message": "file not found", "hint": None},
        {
            "file": "dangling.yaml",
            "message": "broken link to `gone`",
            "hint": None,
        },
        {"file": "loop.yaml", "message": "too many levels of symbolic links", "hint": None},
    ]
    assert run.stderr.splitlines() == [
        "zsupport: none.yaml: file not found",
        "zsupport: dangling.yaml: broken link to `gone`",
        "zsupport: loop.yaml: too many levels of symbolic links",
    ]


def test_last_line_counts_findings(check: Check, tmp_path: Path) -> None:
    write(tmp_path, clean=CLEAN, error=ERROR, every=EVERY)
    assert last(check("clean.yaml")) == "All good: 1 file"
    assert last(check("clean.yaml", "none.yaml")) == (
        "Found 1 error in 2 files; 1 file could not be read"
    )
    assert last(check("none.yaml", "gone.yaml")) == (
        "Found 2 errors in 2 files; 2 files could not be read"
    )
    assert last(check()) == ("Found 1 error and 1 warning in 3 files; 1 can be fixed with --fix")
    write(tmp_path, d2=ERROR, e2=EVERY)
    assert last(check()) == ("Found 2 errors and 2 warnings in 5 files; 2 can be fixed with --fix")


@pytest.mark.parametrize(
    "format", ["text", "json", "csv", "markdown", "github", "sarif", "junit", "gitlab"]
)
def test_every_format_contains_the_finding(format: str, check: Check, tmp_path: Path) -> None:
    write(tmp_path, error=ERROR, clean=CLEAN)
    run = check("--format", format)
    assert run.code == 1
    assert "ZS401" in run.stdout
    assert "error.yaml" in run.stdout


@pytest.mark.parametrize(
    "format", ["plain", "json", "csv", "markdown", "github", "sarif", "junit", "gitlab"]
)
def test_formats_for_programs_do_not_depend_on_the_language(
    format: str, check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, error=ERROR, every=EVERY)
    english = check("--format", format).stdout
    monkeypatch.setenv("ZSUPPORT_LANG", "nb")
    norwegian = check("--format", format).stdout
    moment = 'timestamp="[^"]*"'
    assert re.sub(moment, "", norwegian) == re.sub(moment, "", english) != ""


def test_unreadable_file_cannot_be_ignored(check: Check, tmp_path: Path) -> None:
    for name in ("ZS000", "unreadable-file"):
        run = check("none.yaml", "--ignore", name)
        assert run.code == 2
        assert f"`{name}` cannot be ignored" in run.stderr
        comment = f"# zsupport: allow {name} -- reason\n"
        write(tmp_path, a=CLEAN.replace("plans", f"{comment}plans"))
        message = f"error[ZS903] invalid-suppression: `{name}` cannot be suppressed"
        assert message in check("a.yaml").stdout
    for option in (("--select", "ZS401"), ("--ignore", "ZS0"), ("--exit-zero",)):
        run = check("none.yaml", *option, only=False)
        assert run.code == 3
        assert "error[ZS000]" in run.stdout


def test_suppressed_findings_are_counted_in_json(check: Check, tmp_path: Path) -> None:
    comment = "# zsupport: allow ZS401 -- because"
    write(tmp_path, error=ERROR, a=ERROR.replace(": 4h", f": 4h  {comment}"))
    write(tmp_path, b=ERROR.replace(": 4h", f": 4h  {comment.replace('zsupport', 'ZSupport')}"))
    assert json.loads(check("--format", "json").stdout)["summary"] == {
        "files": 3, "errors": 1, "warnings": 0, "notes": 0, "allowed": 2,
    }  # fmt: skip


def test_last_line_is_printed_once_in_a_terminal(cli: Cli, tmp_path: Path) -> None:
    both, code = run_in_terminal(cli, tmp_path, "none.yaml")
    assert (both.count("file not found"), code) == (1, 3)
    # A report in a file and a patch have no last line.
    for more in (("--format", "csv"), ("--diff",)):
        both, _ = run_in_terminal(cli, tmp_path, "none.yaml", *more)
        assert "zsupport: none.yaml: file not found" in both


# -- revisions -----------------------------------------------------------------------------


def revision(start: str, zone: str = "UTC", id: str = "acme") -> str:
    return f"{BASE.format(id=id)}effective: {{from: {start}}}\ntimezone: {zone}\n"


def test_revisions_in_a_folder_are_compared(check: Check, tmp_path: Path) -> None:
    write(
        tmp_path, a=revision("2025-01-01"), b=revision("2025-01-01"),
        c=revision("2026-01-01", "Europe/Oslo"), d=revision("2025-01-01", id="other"),
        sub__a=revision("2025-01-01"),
    )  # fmt: skip
    run = check("--format", "json", "b.yaml", ".")
    assert run.code == 3
    assert [
        (finding["file"], finding["line"], finding["column"], finding["code"])
        for finding in json.loads(run.stdout)["findings"]
    ] == [("b.yaml", 6, 19, "ZS207"), ("c.yaml", 7, 11, "ZS208")]
    assert check("a.yaml", "sub", "d.yaml").code == 0


# -- fixes ---------------------------------------------------------------------------------


def test_diff_shows_fixes(check: Check, tmp_path: Path) -> None:
    write(tmp_path, every=EVERY, error=ERROR)
    run = check("--fix", "--diff")
    assert run.code == 1
    assert run.stdout == (
        "--- every.yaml\n+++ every.yaml\n@@ -2,5 +2,5 @@\n policy: every\n"
        " plans: {free: Free, pro: Pro}\n channels: {web: {name: Web, kind: web}}\n"
        "-entitlements: [{when: {plan: [free, pro]}, allow: web}]\n"
        "+entitlements: [{allow: web}]\n targets: [{first-response: 24h}]\n"
    )
    assert run.stderr == "zsupport: would fix 1 of 2 findings in 2 files\n"
    assert (tmp_path / "every.yaml").read_text() == EVERY
    assert check("--diff", "--exit-zero").code == 0
    assert check("--diff", "error.yaml") == (
        "",
        "zsupport: would fix 0 of 1 finding in 1 file\n",
        0,
    )
    assert check("--diff", "--format", "sarif") == (
        "", "zsupport: `--diff` and `--format sarif` cannot be combined\n  remove one\n", 2
    )  # fmt: skip
    patched = subprocess.run(
        ["patch", "-p0"], input=run.stdout.encode(), cwd=tmp_path, check=False, capture_output=True
    )
    assert patched.returncode == 0
    assert check("every.yaml").stdout == "All good: 1 file\n"


def test_fixes_are_applied_and_listed(check: Check, tmp_path: Path) -> None:
    write(tmp_path, every=EVERY, error=ERROR)
    run = check("--fix")
    assert run.code == 1
    assert run.stdout.endswith(
        "\nFixed every.yaml:5: remove `plan` from the condition (ZS407)\n"
        "Fixed 1 of 2 findings in 2 files; remaining: 1 error\n"
    )
    assert (tmp_path / "every.yaml").read_text() == EVERY.replace("when: {plan: [free, pro]}, ", "")
    assert check("--fix", "every.yaml").stdout == "All good: 1 file\n"


def test_fixable_findings_are_fixed_next_to_other_findings(check: Check, tmp_path: Path) -> None:
    both = EVERY.replace(
        "[{first-response: 24h}]", "\n  - first-response: 24h\n  - first-response: 4h"
    )
    write(tmp_path, both=both)
    assert "Fixed 1 of 2 findings in 1 file; remaining: 1 error" in check("--fix").stdout
    assert "when" not in (tmp_path / "both.yaml").read_text()


def test_fixes_are_listed_in_json(check: Check, tmp_path: Path) -> None:
    write(tmp_path, every=EVERY)
    document = json.loads(check("--fix", "--format", "json").stdout)
    assert document["findings"] == []
    assert document["fixed"] == [
        {"file": "every.yaml", "code": "ZS407", "title": "remove `plan` from the condition"}
    ]


def test_fix_keeps_the_rest_of_the_file(check: Check, tmp_path: Path) -> None:
    text = "\ufeff# first\r\n" + EVERY.replace("\n", "\r\n").replace("24h}]", "24h}]  # last")
    path = tmp_path / "real.yaml"
    path.write_bytes(text.encode())
    path.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to("real.yaml")
    assert check("--fix", "link.yaml").code == 0
    assert path.read_bytes() == text.replace("when: {plan: [free, pro]}, ", "").encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_read_only_file_is_not_fixed(check: Check, tmp_path: Path) -> None:
    write(tmp_path, every=EVERY, other=EVERY)
    path = tmp_path / "every.yaml"
    path.chmod(0o444)
    run = check("--fix")
    assert run.code == 4
    assert run.stderr.startswith("zsupport: cannot fix every.yaml: the file is read-only\n")
    assert path.read_text() == EVERY
    # The unfixed finding is shown, and the other file is fixed.
    assert " --> every.yaml:5:" in run.stdout
    assert (tmp_path / "other.yaml").read_text() != EVERY


def test_shipped_policies_are_not_fixed(check: Check) -> None:
    run = check("zoom", "--fix")
    assert run.code == 2
    assert check("zoom", "--diff").code == 0


def test_fixes_in_the_same_mapping_need_two_rounds(check: Check, tmp_path: Path) -> None:
    write(
        tmp_path,
        p=EVERY.replace("[free, pro]}", "[free, pro], region: [eu, us]}")
        + "facts: {region: {ask: Where?, values: {eu: EU, us: US}}}\n",
    )
    run = check("--fix")
    assert run.code == 0
    assert "entitlements: [{allow: web}]\n" in (tmp_path / "p.yaml").read_text()
    assert last(run) == "Fixed 2 of 2 findings in 1 file"


# -- configuration -------------------------------------------------------------------------


def configure(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(f"[tool.zsupport.check]\n{text}\n")


def test_project_selects_and_ignores_rules(check: Check, tmp_path: Path) -> None:
    write(tmp_path, error=ERROR, every=EVERY)
    configure(tmp_path, 'select = ["ZS4"]\nignore = ["unreachable-rule"]')
    codes = [e["code"] for e in json.loads(check("--format=json", only=False).stdout)["findings"]]
    assert codes == ["ZS407"]
    # An option replaces only the key with its name.
    assert check("--select", "unreachable-rule", only=False).code == 0
    assert check("--ignore", "ZS407", only=False).code == 1


def test_project_sets_fail_on(check: Check, tmp_path: Path) -> None:
    write(tmp_path, every=EVERY)
    configure(tmp_path, 'fail-on = "warning"')
    assert check().code == 1
    assert check("--fail-on", "error").code == 0


def test_project_excludes_files(check: Check, tmp_path: Path) -> None:
    write(tmp_path, error=ERROR, old__a=ERROR, sub__old__b=ERROR, sub__c=ERROR, drafts__d=ERROR)
    configure(tmp_path, 'exclude = ["old", "drafts/*.yaml", "sub/c.*"]')
    assert files(check("--format", "json")) == ["error.yaml"]
    assert check("sub", "drafts").code == 3
    # A named file is not excluded.
    assert files(check("--format", "json", "old/a.yaml")) == ["old/a.yaml"]


def test_project_ignores_rules_by_file(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, error=ERROR, old__error=ERROR, old__every=EVERY, new__error=ERROR)
    configure(tmp_path, '[tool.zsupport.check.per-file-ignores]\n"old/**" = ["ZS401"]')
    assert files(check("--format", "json")) == ["error.yaml", "new/error.yaml", "old/every.yaml"]
    # Patterns are relative to the folder of the project.
    monkeypatch.chdir(tmp_path / "old")
    assert files(check("--format", "json", "..")) == [
        "../error.yaml", "../new/error.yaml", "../old/every.yaml",
    ]  # fmt: skip


def test_suppression_of_an_ignored_rule_is_not_unused(check: Check, tmp_path: Path) -> None:
    allowed = CLEAN.replace("targets:", "# zsupport: allow ZS401 -- kept\ntargets:")
    write(tmp_path, a=allowed, old__b=allowed)
    configure(tmp_path, '[tool.zsupport.check.per-file-ignores]\n"old/**" = ["ZS401"]')
    # The rule did not run for the second file.
    assert files(check("--format", "json")) == ["a.yaml"]


def test_file_belongs_to_the_nearest_project(check: Check, tmp_path: Path) -> None:
    write(
        tmp_path, every=EVERY, a__every=EVERY, a__error=ERROR, a__deep__error=ERROR,
        a__old__error=ERROR, b__every=EVERY, b__error=ERROR, b__old__error=ERROR,
    )  # fmt: skip
    configure(tmp_path / "a", 'ignore = ["ZS401"]\nfail-on = "warning"')
    configure(tmp_path / "b", 'select = ["ZS401"]\nexclude = ["old"]')

    def outcome(*arguments: str) -> tuple[list[str], int]:
        run = check(*arguments, "--format", "json", only=False)
        findings = [
            (finding["file"], finding["code"]) for finding in json.loads(run.stdout)["findings"]
        ]
        return [file for file, code in findings if code in ("ZS401", "ZS407")], run.code

    assert outcome("a") == (["a/every.yaml"], 1)
    assert outcome("b") == (["b/error.yaml"], 1)
    assert outcome("every.yaml") == (["every.yaml"], 0)
    assert outcome(str(tmp_path / "a/deep/error.yaml")) == ([], 0)
    assert outcome() == (["every.yaml", "a/every.yaml", "b/error.yaml"], 1)
    # fail-on of a project does not apply to another project.
    assert outcome("every.yaml", "a/error.yaml") == (["every.yaml"], 0)
    assert outcome("a/every.yaml", "--fail-on", "error") == (["a/every.yaml"], 0)
    # An option applies to all of them.
    everywhere = ["a/error.yaml", "a/deep/error.yaml", "a/old/error.yaml", "b/error.yaml"]
    assert outcome("a", "b", "--select", "ZS401", "--ignore", "ZS407") == (everywhere, 1)


def test_junit_uses_fail_on_of_the_project(check: Check, tmp_path: Path) -> None:
    write(tmp_path, every=EVERY, a__every=EVERY)
    configure(tmp_path / "a", 'fail-on = "warning"')
    report = check("--format", "junit").stdout
    assert ' tests="2" failures="1" ' in report
    assert report.index("<failure") > report.index('name="a/every.yaml"')


def test_configuration_errors_are_reported_before_fixes(check: Check, tmp_path: Path) -> None:
    write(tmp_path, a__every=EVERY, b__every=EVERY)
    configure(tmp_path / "b", 'selct = ["ZS4"]')
    for arguments in (("a", "b"), ("a/every.yaml", "b/every.yaml")):
        run = check(*arguments, "--fix")
        assert (run.stdout, run.code) == ("", 2)
        assert "b/pyproject.toml" in run.stderr
    assert (tmp_path / "a/every.yaml").read_text().count("when") == 1


def test_standard_input_belongs_to_the_project_of_its_name(cli: Cli, tmp_path: Path) -> None:
    configure(tmp_path / "a", 'ignore = ["ZS407"]')
    every = ("check", "-", "--format", "json", "--stdin-filename")
    for name, expected in (("x.yaml", ["ZS407"]), ("a/x.yaml", [])):
        run = cli(*every, name, stdin=EVERY, cwd=tmp_path)
        codes = [finding["code"] for finding in json.loads(run.stdout)["findings"]]
        assert [code for code in codes if code == "ZS407"] == expected


def test_project_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path, 'ignore = ["ZS401"]')
    reads: list[str] = []

    def counting(folder: str, otherwise: str) -> Project | None:
        reads.append(folder)
        return project_in(folder, otherwise)

    monkeypatch.setattr("zsupport.sources.settings.project_in", counting)
    configs = Configs(str(tmp_path))
    for number in range(1000):
        path = str(tmp_path / "sub" / str(number % 10) / f"{number}.yaml")
        configs.of(SelectedFile(path, path, named=False, real=path))
    assert sorted(reads) == sorted(
        [str(tmp_path), str(tmp_path / "sub"), *(str(tmp_path / "sub" / str(i)) for i in range(10))]
    )


def test_nearest_project_with_check_settings_is_used(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(tmp_path, 'fail-on = "note"')
    write(tmp_path / "a/b", every=EVERY)
    (tmp_path / "a/pyproject.toml").write_text('[tool.zsupport]\npolicy = "zoom"\n')
    (tmp_path / "a/b/pyproject.toml").write_text('[tool.other]\nx = "zsupport"\n')
    monkeypatch.chdir(tmp_path / "a/b")
    assert check().code == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["ZS4"]', "did you mean `select`?"),
        ('fail_on = "error"', "did you mean `fail-on`?"),
        ("colour = true", "keys: select, ignore"),
        ('select = "ZS4"', "a list of rules"),
        ("select = [4]", "a list of rules"),
        ('select = ["ZS4", "unreachable-rules"]', "did you mean `unreachable-rule`?"),
        ('ignore = ["ZS1"]', "cannot be ignored"),
        ('ignore = ["ZS606"]', "rule `ZS606` (unclear-names-one-priority) was removed"),
        ('fail-on = "fatal"', "one of error, warning, note"),
        ('per-file-ignores = ["ZS4"]', "rules by pattern"),
        ('per-file-ignores = {"*.yaml" = "ZS4"}', "rules by pattern"),
        ('per-file-ignores = {"*.yaml" = ["ZS201"]}', "cannot be ignored"),
        ('exclude = "x"', "a list of patterns"),
        ('exclude = ["[z-a]"]', "invalid pattern"),
        ("[tool.zsupport.chekc]", "did you mean `check`?"),
        ("x = [", "pyproject.toml"),
        (f"x = {'9' * 5000}", "fix the file, or remove the table"),
        (
            f"exclude = {['x'] * 201}",
            "too many patterns in `exclude`: 201 (limit 200)",
        ),
        (
            "per-file-ignores = {" + ", ".join(f"x{n} = ['ZS3']" for n in range(201)) + "}",
            "too many patterns in `per-file-ignores`: 201 (limit 200)",
        ),
        ("[[tool.zsupport.check]]", "pyproject.toml"),
    ],
)
def test_invalid_configuration_is_reported(
    text: str, message: str, check: Check, tmp_path: Path
) -> None:
    write(tmp_path, a=CLEAN)
    configure(tmp_path, text)
    run = check(only=False)
    assert (run.stdout, run.code) == ("", 2)
    assert "pyproject.toml" in run.stderr or "invalid pattern" in run.stderr
    assert message in run.stderr


def test_table_in_place_of_an_array_is_reported(check: Check, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.zsupport]\ncheck = 5\n")
    run = check()
    assert run.code == 2
    assert "`tool.zsupport.check` is not a table" in run.stderr


# -- hostile environments ------------------------------------------------------------------


def test_deeply_nested_folders_are_checked(check: Check, tmp_path: Path) -> None:
    current = os.getcwd()
    try:
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        Path("p.yaml").write_text(ERROR)
        os.chdir(current)
        run = check("d", "--format", "json")
        assert run.code in (1, 3)
    finally:
        os.chdir(current)
        subprocess.run(["rm", "-rf", "d"], check=True)


def test_too_large_file_is_a_single_finding(check: Check, tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_text(ERROR + "#" * 2_000_000)
    run = check(".")
    assert run.code == 3
    assert "ZS009" in run.stdout


def test_file_removed_during_the_run_is_reported(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, a=CLEAN, b=CLEAN, c=ERROR)

    def reading(path: str, shown: str) -> object:
        (tmp_path / "b.yaml").unlink(missing_ok=True)
        return read_file(path, shown)

    monkeypatch.setattr("zsupport.check.batch.read_file", reading)
    run = check(".")
    assert run.code == 3
    assert run.stderr.startswith("zsupport: b.yaml: file not found\n")
    assert "c.yaml" in run.stdout


def test_file_changed_during_the_run_is_not_fixed(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, a=EVERY)

    def reading(path: str, shown: str) -> object:
        source = read_file(path, shown)
        (tmp_path / "a.yaml").write_text(EVERY + "# more\n")
        return source

    monkeypatch.setattr("zsupport.check.batch.read_file", reading)
    run = check("--fix")
    assert run.code == 4
    assert "has changed since it was read" in run.stderr
    assert (tmp_path / "a.yaml").read_text() == EVERY + "# more\n"


def test_unreadable_folder_is_reported(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, a=CLEAN, closed__b=ERROR)
    scandir = os.scandir

    def scanning(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scanning)
    run = check()
    assert run.code == 3
    assert run.stderr == "zsupport: closed: permission denied\n"
    assert run.stdout == (
        "error[ZS000] unreadable-file: permission denied\n --> closed:1:1\n\n"
        "Found 1 error in 2 files; 1 file could not be read\n"
    )


def test_named_pipe_is_read_but_not_fixed(cli: Cli, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    writer = ["sh", "-c", 'printf %s "$1" > "$2"', "sh", EVERY, str(pipe)]
    with subprocess.Popen(writer) as feed:
        try:
            run = cli("check", "pipe.yaml", "--fix", *ONLY, cwd=tmp_path)
        finally:
            feed.kill()
    assert run.code == 4
    assert "cannot fix pipe.yaml: not an ordinary file" in run.stderr
    assert "warning[ZS407]" in run.stdout


def test_explanation_is_printed_as_a_page(check: Check) -> None:
    assert check("--explain", "ZS401", "--format", "json", only=False).code == 2
    text = check("--explain", "ZS401", only=False).stdout
    assert check("--explain", "ZS401", "--format", "markdown", only=False).stdout == text


def test_control_characters_in_names_are_escaped(check: Check, tmp_path: Path) -> None:
    (tmp_path / "a\x1b[31m\nb.yaml").write_text(ERROR)
    os.symlink("gone", tmp_path / "c\x1b[2J.yaml")
    for arguments in ((), ("--diff",), ("--format", "json"), ("--format", "github")):
        run = check(*arguments)
        assert "\x1b" not in run.stdout + run.stderr
        assert run.code == 3


def test_names_that_are_not_utf_8_are_shown(cli: Cli, tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"\xff.yaml")
    with open(path, "w") as stream:
        stream.write(ERROR)
    for format in ("text", "json", "csv", "github", "sarif", "junit", "gitlab", "markdown"):
        run = cli("check", ".", "--format", format, *ONLY, cwd=tmp_path)
        assert (run.stderr, run.code) == ("", 1), format
        assert "ZS401" in run.stdout


def test_current_folder_can_be_removed(cli: Cli, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    (tmp_path / "p.yaml").write_text(CLEAN)
    done = subprocess.run(
        ["bash", "-c", 'cd "$1" && rmdir "$1" && exec "${@:2}"', "sh", str(gone),
         *cli.command("check", str(tmp_path / "p.yaml"), *ONLY)],
        env=cli.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("All good: 1 file\n", 0), done.stderr


@pytest.mark.parametrize("path", [".", "x.yaml", "*.yaml", "-"])
def test_relative_paths_from_a_removed_folder_are_reported(
    path: str, cli: Cli, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["bash", "-c", 'cd "$1" && rmdir "$1" && exec "${@:2}"', "sh", str(gone),
         *cli.command("check", path)],
        env=cli.environment(), input=CLEAN, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("", 4)
    assert done.stderr == (
        f"zsupport: {path}: the current folder was removed\n  run zsupport in another folder\n"
    )


def test_line_breaks_in_patterns_are_escaped(check: Check, tmp_path: Path) -> None:
    write(tmp_path, a=CLEAN, b=CLEAN)
    configure(
        tmp_path,
        r"""exclude = ["b*", "c\nd", "[b]*"]
per-file-ignores = {"x\nAll good: 1 file" = ["ZS4"], "y\u2028" = ["ZS5"]}""",
    )
    for format in ("text", "markdown", "github", "junit"):
        output = check("--format", format, only=False).stdout.replace("\\\\", "\\")
        assert r"ZS4 in x\nAll good: 1 file, ZS5 in y\u2028; excluded" in output, format


def is_unfixed(file: Path) -> bool:
    """Return whether a file is unfixed. A file is absent for a moment while it is fixed."""
    try:
        return "when" in file.read_text()
    except FileNotFoundError:
        return True


def test_interruption_ends_with_130_and_leaves_no_temporary_file(cli: Cli, tmp_path: Path) -> None:
    for i in range(3000):
        (tmp_path / f"{i:04}.yaml").write_text(EVERY.replace("every", f"p{i}"))
    with subprocess.Popen(
        cli.command("check", "--fix", *ONLY), cwd=tmp_path, env=cli.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=interruptible,
    ) as process:  # fmt: skip
        first = tmp_path / "0000.yaml"
        until = time.monotonic() + 60
        while is_unfixed(first) and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stderr == b""
    # Every file is complete, fixed or not, and no other files exist.
    assert len(list(tmp_path.iterdir())) == 3000
    sizes = {len(path.read_text()) for path in tmp_path.iterdir()}
    assert len(sizes) <= 8


def test_checked_documents_are_freed(check: Check, tmp_path: Path) -> None:
    write(tmp_path, a=CLEAN, b=ERROR, c=EVERY, zoom=Path(shipped_policies()["zoom"]).read_text())
    before = gc.get_threshold()

    def alive() -> list[object]:
        return [
            value
            for value in gc.get_objects()
            if isinstance(value, Subject | Document | MappingNode)
        ]

    gc.collect()
    earlier = set(map(id, alive()))  # documents that other tests keep
    gc.disable()
    try:
        check("--format", "json", only=False)
        # Nothing is kept, and the garbage collector finds no cycles.
        kept = [value for value in alive() if id(value) not in earlier]
    finally:
        gc.enable()
    assert kept == []
    assert gc.get_threshold() == before


def test_check_imports_neither_typer_nor_rich(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, a=ERROR)
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *cli.command("check", "a.yaml")[1:]],
        cwd=tmp_path, env=cli.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "rich" not in imported


def test_json_matches_its_schema(check: Check, tmp_path: Path) -> None:
    write(tmp_path, error=ERROR, every=EVERY, invalid=INVALID)
    main(["schema", "check"])
    schema = jsonschema_rs.validator_for(json.loads(check("none.yaml", ".", "-q").stdout))
    document = json.loads(check("none.yaml", ".", "--format", "json").stdout)
    schema.validate(document)
    assert document["schema"] == "zsupport.check/1"
    assert len(document["unread"]) == 1
    schema.validate(json.loads(check("--fix", "--format", "json").stdout))
    assert schema.is_valid({**document, "more": 1}) is False


def run_in_terminal(cli: Cli, folder: Path, *arguments: str) -> tuple[str, int]:
    """Run check with all streams in one terminal; return the output and the exit code."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        cli.command("check", *arguments), cwd=folder, stdin=subprocess.DEVNULL,
        stdout=theirs, stderr=theirs, env=cli.environment({"TERM": "dumb", "COLUMNS": "100"}),
    ) as process:  # fmt: skip
        os.close(theirs)
        shown = read_all(ours)
        return shown.decode(), process.wait(timeout=60)


def read_all(terminal: int) -> bytes:
    """Return the output of a terminal until its other end is closed, and close it."""
    shown = b""
    while True:
        try:
            more = os.read(terminal, 65536)
        except OSError:  # raised by Linux when the other end is closed
            break
        if not more:
            break
        shown += more
    os.close(terminal)
    return shown
