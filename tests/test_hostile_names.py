"""Hostile names that try to control terminals and logs: files, folders, revisions, ids, values.

All commands show them in all formats, on standard output and standard error.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import pytest

from zsupport.cli import main
from zsupport.cli.options import COMMANDS, load_command
from zsupport.report.text import is_plain, unsafe

#: Direction marks and joiners that JSON keeps.
MARKS = "\u200d\u200c\u200e\u200f\u061c"
#: A line feed and a workflow command, a terminal's title, invisible letters, an override of the
#: direction, a formula, a table, a byte outside UTF-8.
HOSTILE = (
    f"=1+1 | l\n  ::error::X ##[error]y a\x1b]0;t\x07b z\u200b\u00ad\U000e0041\u202e{MARKS}\udcff"
    "\r\n::set-output"
)
POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels: {web: {name: Web, kind: web}}
hours: {office: {open: mon-fri 09:00-17:00, timezone: UTC}}
priorities: [{id: P1, name: High, meaning: Down.}]
entitlements: [{when: {plan: pro}, allow: web}]
targets: [{hours: office, first-response: 4 business hours}]
terms: {limits: [{say: Some.}]}
self-help: {topics: {a: {name: A}}, resources: [{topic: a, kind: guide, name: G, url: "https://x"}]}
"""
TESTS = "tests: 1\npolicy: acme\ncases: [{channels: {plan: free}, expect: {include: web}}]\n"
JSON_FORMATS = ("json", "sarif", "gitlab")
GIT = [
    "git", "-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main",
    "-c", "commit.gpgsign=false",
]  # fmt: skip
#: The arguments that select the policy with the hostile name, by command.
ARGUMENTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(COMMANDS, ("--policy", f"./{HOSTILE}.yaml")),
    "policies": (f"./{HOSTILE}.yaml",),
    "publish": (f"./{HOSTILE}.yaml",),
    "check": (".",),
    "test": (".",),
    "diff": (f"{HOSTILE}.yaml", "--against", "base.yaml"),
    "init": (),
    "schema": (),
    "help": (),
}


class Output(NamedTuple):
    """The output and the exit code of a run."""

    stdout: str
    stderr: str
    code: int


def run(*arguments: str) -> Output:
    """Run the program in this process, and check its output by the rules of its format."""
    streams = BytesIO(), BytesIO()
    out, err = (TextIOWrapper(stream, "utf-8", newline="\n") for stream in streams)
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(arguments))
    result = Output(streams[0].getvalue().decode(), streams[1].getvalue().decode(), code)
    assert code in (0, 1, 2, 3, 4), result
    format = format_of(arguments)
    pattern = unsafe(json=format in JSON_FORMATS)
    assert not pattern.search(result.stdout), arguments
    assert not unsafe().search(result.stderr), arguments
    # A line that is a workflow command cannot contain another.
    own = r"::(error|warning|notice) file=" if format == "github" else ":::"
    for text, allowed in ((result.stdout, own), (result.stderr, ":::")):
        for line in text.splitlines():
            if not re.match(allowed, line.strip()):
                assert not line.strip().startswith("::"), line
                assert "##[" not in line
    return result


def format_of(arguments: tuple[str, ...]) -> str:
    return arguments[arguments.index("--format") + 1] if "--format" in arguments else ""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with policies and links with hostile names."""
    folder = tmp_path / HOSTILE
    folder.mkdir()
    (folder / f"{HOSTILE}.yaml").write_text(POLICY)
    (folder / f"{HOSTILE}_test.yaml").write_text(TESTS)
    (folder / f"wrong {HOSTILE}.yaml").write_text(POLICY + "plams: {}\n")
    (folder / f"dangling {HOSTILE}.yaml").symlink_to(f"{HOSTILE} gone")
    base = POLICY.replace("4 business hours", "2 business hours")
    (folder / "base.yaml").write_text(base.replace("acme", "base"))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ZSUPPORT_CACHE", "off")
    return folder


def formats(name: str) -> Iterator[str]:
    for option in load_command(name).every_option():
        if option.name == "format":
            yield from option.choices


@pytest.mark.parametrize(
    ("name", "format"), [(name, format) for name in COMMANDS for format in formats(name)]
)
def test_file_names_cannot_control_the_output_in_any_format(name: str, format: str) -> None:
    result = run(name, *ARGUMENTS[name], "--format", format)
    if name in ("check", "test", "diff"):
        assert "set-output" in result.stdout + result.stderr


def test_json_keeps_direction_marks() -> None:
    result = run("check", ".", "--format", "json")
    files = {finding["file"] for finding in json.loads(result.stdout)["findings"]}
    # A byte outside UTF-8 becomes the replacement character.
    expected = f"wrong {HOSTILE}.yaml".replace("\udcff", "\ufffd")
    assert expected in files
    assert MARKS in result.stdout
    assert "\\u202e" in result.stdout


OPTIONS = [
    (name, option.flags[0] if option.flags else "")
    for name in COMMANDS
    for option in load_command(name).every_option()
    if option.kind != "flag" and not option.choices
]


@pytest.mark.parametrize(("name", "flag"), OPTIONS)
def test_option_values_cannot_control_the_output(name: str, flag: str) -> None:
    for value in (HOSTILE, f"a={HOSTILE}", f"./{HOSTILE}"):
        argument = (f"{flag}={value}",) if flag else ("--", value)
        before = () if not flag or flag == "--policy" else ARGUMENTS[name]
        for format in ((), ("--format", "json")) if [*formats(name)] else ((),):
            run(name, *before, *format, *argument)


def test_invalid_arguments_cannot_control_the_output() -> None:
    for arguments in (
        (HOSTILE,), (f"--{HOSTILE}",), ("channels", HOSTILE), ("channels", f"--{HOSTILE}"),
        ("channels", "--format", HOSTILE), ("check", "--color", HOSTILE), ("--format", HOSTILE),
        ("check", "--fix", f"wrong {HOSTILE}.yaml"),
        ("check", f"{HOSTILE}*.yaml", "--fix", "--diff"),
    ):  # fmt: skip
        run(*arguments)


def test_fix_is_reported_on_a_single_line(folder: Path) -> None:
    path = folder / f"no {HOSTILE}.yaml"
    path.write_text(POLICY.replace("name: Web", "name: no"))
    result = run("check", path.name, "--fix")
    [line] = [text for text in result.stdout.splitlines() if text.startswith("Fixed no =1+1")]
    assert line.endswith("put it in quotes (ZS010)")
    assert 'name: "no"' in path.read_text()


def test_file_names_of_init_cannot_control_the_output(folder: Path) -> None:
    assert HOSTILE.encode(errors="surrogateescape")
    result = run("init", f"new {HOSTILE}")
    assert result.code == 0
    assert len(result.stdout.splitlines()) == 2
    assert run("init", f"new {HOSTILE}").code == 2
    assert run("init", f"{HOSTILE}.yaml/x").code == 4


def test_messages_of_git_cannot_control_the_output(folder: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run([*GIT, *arguments], check=True, capture_output=True)

    (folder / f"dangling {HOSTILE}.yaml").unlink()
    file = f"{HOSTILE}.yaml"
    revisions = (
        HOSTILE,
        f"HEAD:{HOSTILE}",
        f"HEAD^{{/{HOSTILE}}}",
        f"@{{{HOSTILE}}}",
        f"{HOSTILE}~1",
    )
    for option in ("--against", "--merge-base"):
        assert run("diff", file, option, f"v1~{HOSTILE}").code in (2, 3, 4)
    git("init", "-q")
    git("add", "base.yaml", "--", f"./{file}")
    for option in ("--against", "--merge-base"):
        assert run("diff", file, option, "HEAD").code == 4
    git("commit", "-qm", HOSTILE.replace("\udcff", ""))
    odd = "b\u202e\u200b\U000e0041" + MARKS
    git("branch", odd)
    git("tag", odd)
    for format in (*formats("diff"), ""):
        options = ("--format", format) if format else ()
        for revision in (*revisions, odd, f"{odd}~7", f"x{odd}"):
            for option in ("--against", "--merge-base"):
                assert run("diff", file, f"{option}={revision}", *options).code in (2, 3, 4)
        assert run("diff", file, "--against", f"heads/{odd}", *options).code == 0
        assert run("diff", ".", "--against", "HEAD", *options).code in (0, 1, 3)


def test_no_unsafe_character_is_plain() -> None:
    plain = "".join(chr(code) for code in range(0x110000) if is_plain(chr(code)))
    assert {*plain} >= {chr(code) for code in (9, 10, *range(32, 127))} | {*"åéß€→日"}
    assert unsafe().search(plain) is None
    assert not is_plain("日\u034f")
    assert not is_plain("a\x1b[2J")
    assert is_plain("a\n\tb")
