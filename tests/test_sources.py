"""Selecting files: all commands select the same files of a folder."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Cli, Run
from hypothesis import given
from hypothesis import strategies as st

from zsupport.errors import UsageError
from zsupport.sources import globs
from zsupport.sources.globs import MAX_LENGTH, matches
from zsupport.sources.select import is_policy, select

POLICY = """\
format: 1
policy: {id}
plans: {{free: Free, pro: Pro}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{when: {{plan: pro}}, allow: web}}]
"""
# An error in each file makes every command list the selected files.
MISTAKE = "plams: {}\n"
TESTS = "tests: 1\npolicy: {id}\ncases: [{{channels: {{plan: pro}}, expect: {{include: web}}}}]\n"
TEMPLATE = "{{- if .Values.support }}\nformat: 1\npolicy: acme\nplans: {a: A}\n{{- end }}\n"
NAMES = ("acme.yaml", "sub/shop.yml", "drafts/new.yaml", "old/a.yaml", "old/deep/b.yaml")


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with invalid policies, and with files that are not policies."""
    folder = tmp_path / "project"
    for name in NAMES:
        id = Path(name).stem
        write(folder, name, POLICY.format(id=id) + MISTAKE)
        write(folder, str(Path(name).with_name(f"{id}_test.yaml")), TESTS.format(id=id))
    write(folder, ".hidden.yaml", POLICY.format(id="hidden") + MISTAKE)
    write(folder, ".tool/x.yaml", POLICY.format(id="x") + MISTAKE)
    write(folder, "templates/acme.yaml", TEMPLATE)
    write(folder, "compose.yaml", "services: {policy: {image: x}}\n")
    write(tmp_path, "base.yaml", POLICY.format(id="base"))
    return folder


def selected_files(cli: Cli, folder: Path, command: str, path: str, *options: str) -> list[str]:
    """Return the invalid files that a command selects for a path, sorted."""
    done = cli(command, path, *options, "--format", "json", cwd=folder)
    assert done.code == 3, done.stderr
    document = json.loads(done.stdout)
    problems = document["error"]["problems"] if command == "diff" else document["findings"]
    return sorted({problem["file"] for problem in problems if problem["code"] == "ZS101"})


@pytest.mark.parametrize(
    ("settings", "path", "names"),
    [
        ("", ".", NAMES),
        ("", "old", ("old/a.yaml", "old/deep/b.yaml")),
        ("", "./old//", ("old/a.yaml", "old/deep/b.yaml")),
        ("", "**/[ab].yaml", ("old/a.yaml", "old/deep/b.yaml")),
        ("", "*/*.y*ml", ("drafts/new.yaml", "old/a.yaml", "sub/shop.yml")),
        ('exclude = ["drafts", "deep"]', ".", ("acme.yaml", "old/a.yaml", "sub/shop.yml")),
        ('check.exclude = ["drafts", "old/*.yaml", "sub"]', ".", ("acme.yaml", "old/deep/b.yaml")),
        ('exclude = ["sub"]\ncheck.exclude = ["old/**"]', ".", ("acme.yaml", "drafts/new.yaml")),
        ('exclude = ["drafts"]', "drafts/new.yaml", ("drafts/new.yaml",)),
        ('exclude = ["drafts"]', "drafts", ("drafts/new.yaml",)),
    ],
)  # fmt: skip
def test_all_commands_select_the_same_files(
    settings: str, path: str, names: tuple[str, ...], folder: Path, cli: Cli
) -> None:
    write(folder, "pyproject.toml", f"[tool.zsupport]\n{settings}\n")
    for command, *options in (("check",), ("test",), ("diff", "--against", "../base.yaml")):
        assert selected_files(cli, folder, command, path, *options) == sorted(names), command


def test_git_revision_selects_the_same_files_as_the_folder(folder: Path, cli: Cli) -> None:
    write(folder, "pyproject.toml", '[tool.zsupport]\nexclude = ["drafts", "old/*.yaml"]\n')

    def git(*arguments: str) -> None:
        who = ("-c", "user.name=n", "-c", "user.email=n@example.com")
        subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    names = ["acme.yaml", "old/deep/b.yaml", "sub/shop.yml"]
    for name in NAMES:
        path = folder / name
        path.write_text(path.read_text().removesuffix(MISTAKE))
    files = selected_files(cli, folder, "diff", ".", "--against", "HEAD")
    assert files == [f"HEAD:{name}" for name in names]


def test_all_commands_report_a_missing_policy_equally(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path, "empty/other.yaml", "a: b\n")
    write(tmp_path, "base.yaml", POLICY.format(id="base"))
    messages = {
        cli(*arguments, cwd=tmp_path).stderr
        for arguments in (
            ("check", "empty"),
            ("test", "empty"),
            ("diff", "empty", "--against", "base.yaml"),
        )
    }
    (message,) = messages
    assert message.startswith("zsupport: empty: no policy found here or in the folders below\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("format: 1\npolicy: x\n", True),
        ("# comment\n" * 1000 + "\n" * 1000 + "{policy: x, plans: {}}", True),
        ("plans: {}\nother: [1, 2]\nentitlements: [", True),
        ("policy: x\nother:\n  plans: {}\n", False),  # not a key of the root
        ("policy: x\ntext: |\n  plans: {}\n", False),
        ("- policy: x\n- plans: {}\n", False),
        (TEMPLATE, False),
        ("policy: x\n\tplans: {}\n", False),  # a YAML error before the second key
        ("", False),
        ("\0policy: x\nplans: {}\n", False),
    ],
)
def test_policy_is_recognized_by_two_root_keys(text: str, expected: bool) -> None:
    assert is_policy(text.encode()) is expected


# -- links, pipes and devices ----------------------------------------------------------------------

SECRET = "format: 1\npolicy: secret\nplans: {a: Hidden}\npassword: hunter2\n"


@pytest.mark.parametrize("repository", [True, False])
@pytest.mark.parametrize("command", ["check", "test", "diff", "fix"])
def test_link_that_leaves_the_folder_is_reported_and_not_read(
    repository: bool, command: str, tmp_path: Path, cli: Cli
) -> None:
    write(tmp_path, "secret/policy.yaml", SECRET)
    write(tmp_path, "base.yaml", POLICY.format(id="acme"))
    folder = tmp_path / "project"
    write(folder, "acme.yaml", POLICY.format(id="acme"))
    (folder / ".git").mkdir() if repository else None
    (folder / "link.yaml").symlink_to("../secret/policy.yaml")
    (folder / "chain.yaml").symlink_to("link.yaml")
    (folder / "absolute_test.yaml").symlink_to(tmp_path / "secret" / "policy.yaml")
    options = {"diff": ("--against", "../base.yaml"), "fix": ("--fix",)}.get(command, ())
    done = cli(command.replace("fix", "check"), ".", *options, cwd=folder)
    assert done.code == 3
    assert "link leaves the folder or repository" in done.stdout + done.stderr
    for text in ("hunter2", "Hidden", "secret/", "password"):
        assert text not in done.stdout + done.stderr
    if command in ("check", "test"):
        assert done.stdout.count("error[ZS000]") == 3
        assert "link.yaml:1:1" in done.stdout
    assert (tmp_path / "secret" / "policy.yaml").read_text() == SECRET
    # Questions report the same message.
    done = cli("channels", "--policy", "./", cwd=folder)
    assert done.code == 3
    assert "link leaves the folder" in done.stderr
    done = cli("check", "link.yaml", cwd=folder)
    assert ("link leaves the folder" in done.stdout) is repository


def test_link_inside_the_folder_is_followed_once(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "shared/acme.yaml", POLICY.format(id="acme") + MISTAKE)
    write(tmp_path, "team/readme.yaml", "a: b\n")
    (tmp_path / "team" / "acme.yaml").symlink_to("../shared/acme.yaml")
    assert selected_files(cli, tmp_path, "check", ".") == ["shared/acme.yaml"]
    assert selected_files(cli, tmp_path, "check", "team") == ["team/acme.yaml"]


def test_pipe_is_read_only_if_named(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path, "acme.yaml", POLICY.format(id="acme"))
    os.mkfifo(tmp_path / "pipe.yaml")
    assert cli("check", ".", "--select", "ZS000", cwd=tmp_path).code == 0
    assert cli("channels", "--policy", ".", "-q", cwd=tmp_path).code == 0
    write(tmp_path, "pyproject.toml", '[tool.zsupport]\npolicy = "./pipe.yaml"\n')
    done = cli("channels", cwd=tmp_path)
    assert done.code == 2
    assert "`policy` names a pipe or a device (not read)" in done.stderr
    write(tmp_path, "pyproject.toml", '[tool.zsupport]\npolicy = "/dev/stdin"\n')
    assert cli("channels", cwd=tmp_path, stdin=POLICY.format(id="acme")).code == 2
    (tmp_path / "pyproject.toml").unlink()
    for command in ("check", "channels"):
        path = ("--policy", "/dev/stdin") if command == "channels" else ("/dev/stdin",)
        done = cli(command, *path, "-q", cwd=tmp_path, stdin=POLICY.format(id="acme"))
        assert done.code == 0, done.stderr


def test_project_cannot_name_a_link_that_leaves_the_folder(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path, "secret/policy.yaml", SECRET)
    write(tmp_path, "project/pyproject.toml", '[tool.zsupport]\npolicy = "./link.yaml"\n')
    (tmp_path / "project" / "link.yaml").symlink_to("../secret/policy.yaml")
    done = cli("channels", cwd=tmp_path / "project")
    assert done.code == 2
    assert "`policy` names a file outside of the folder or repository" in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "policies"),
        ("check", "policies/"),
        ("check", "policies/policy.yaml"),
        ("check", "policies/*.yaml"),
        ("check", "inside/policy.yaml"),
        ("check", "sub/../policies/policy.yaml"),
        ("check", "--fix", "policies"),
        ("check", "--fix", "policies/policy.yaml"),
        ("test", "policies"),
        ("test", "policies/policy.yaml"),
        ("diff", "policies", "--against", "acme.yaml"),
        ("diff", "acme.yaml", "--against", "policies/policy.yaml"),
        ("policies", "./policies"),
        ("channels", "--plan", "a", "--policy", "./policies"),
        ("channels", "--plan", "a", "--policy", "policies/policy.yaml"),
        # The policy of these tests is in a folder with its name, which is a link.
        ("test", "secret_test.yaml"),
    ],
)
def test_linked_folder_outside_of_the_repository_is_not_read(
    arguments: tuple[str, ...], tmp_path: Path, cli: Cli
) -> None:
    text = SECRET.replace("{a: Hidden}", "{a: {name: Yes}}")
    write(tmp_path, "out/policy.yaml", text)
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    write(folder, "acme.yaml", POLICY.format(id="acme"))
    write(
        folder, "secret_test.yaml", "policy: secret\ncases: [{channels: {plan: a}, expect: []}]\n"
    )
    (folder / "sub").mkdir()
    (folder / "policies").symlink_to("../out")
    (folder / "secret").symlink_to("../out")
    (folder / "inside").symlink_to("policies")
    done = cli(*arguments, cwd=folder)
    output = done.stdout + done.stderr
    assert done.code in (1, 3), output
    assert "hunter2" not in output
    assert "name: Yes" not in output
    if arguments[-1] != "secret_test.yaml":
        assert "link leaves the folder or repository" in output
    assert (tmp_path / "out" / "policy.yaml").read_text("utf-8") == text


def test_tests_next_to_the_repository_are_ignored(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path, "acme/acme.yaml", POLICY.format(id="acme"))
    write(tmp_path, "acme_test.yaml", "policy: acme\nhunter2: x\n")
    done = cli("test", ".", cwd=tmp_path / "acme")
    assert "hunter2" in done.stdout  # outside of a repository
    (tmp_path / "acme" / ".git").mkdir()
    done = cli("test", ".", cwd=tmp_path / "acme")
    assert "hunter2" not in done.stdout + done.stderr


def test_link_to_git_files_is_not_followed(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path, ".git/config", "[core]\n")
    write(tmp_path, ".git/logs/HEAD", "0 0 clone: from https://x:hunter2@example.com\n")
    write(tmp_path, "acme.yaml", POLICY.format(id="acme"))
    (tmp_path / "log.yaml").symlink_to(".git/logs/HEAD")
    (tmp_path / "git").symlink_to(".git")
    for path in ("log.yaml", ".", "git/config", "git/logs/HEAD"):
        done = cli("check", path, cwd=tmp_path)
        assert done.code == 3
        assert "link leaves the folder" in done.stdout
        assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize("path", ["{out}/netrc", "../out/netrc", "link/netrc", "link/", ".git/x"])
def test_project_cannot_name_a_policy_outside_of_the_repository(
    path: str, tmp_path: Path, cli: Cli
) -> None:
    write(tmp_path, "out/netrc", "machine example.com login joe password hunter2\n")
    folder = tmp_path / "project"
    write(folder, ".git/x", "password hunter2\n")
    (folder / "link").symlink_to("../out")
    named = path.format(out=tmp_path / "out")
    write(folder, "pyproject.toml", f'[tool.zsupport]\npolicy = "{named}"\n')
    for command in ("channels", "due"):
        done = cli(command, "--plan", "a", cwd=folder)
        assert done.code == 2
        assert "`policy` names a file outside of the folder or repository" in done.stderr
        assert "hunter2" not in done.stdout + done.stderr


def test_file_is_named_even_if_its_folder_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.yaml", "compose: x\n")
    write(tmp_path, "b.yaml", "compose: x\n")
    monkeypatch.chdir(tmp_path)
    for arguments in ([".", "b.yaml"], ["b.yaml", "."], [".", "b.yaml", "."]):
        named = {file.shown: file.named for file in select(arguments, lambda _: False).files}
        assert named == {"a.yaml": False, "b.yaml": True}, arguments


def test_revisions_of_a_shipped_policy_are_sorted_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    list_names = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: sorted(list_names(path), reverse=True))
    names = [file.shown for file in select(["zoom", "aws"], lambda _: False).files]
    assert names[0] == "zoom.yaml"
    assert len(names) > 2
    assert names[1:] == sorted(names[1:])


# -- glob patterns ---------------------------------------------------------------------------------

NAMES_OF_PATHS = st.text("ab[", min_size=1, max_size=3)
PATTERNS = st.text("ab*?[]!/", max_size=8).filter(lambda text: "[!" not in text or "]" in text)


def as_expression(pattern: str) -> str:
    """Return the regular expression that defines a pattern."""
    expression = ""
    names = pattern.split("/")
    for number, name in enumerate(names):
        last = number == len(names) - 1
        if name == "**":
            expression += "(.*)" if last else "([^/]*/)*"
            continue
        name = re.sub(r"\[(!?)(.[^]]*)\]|(.)", _part, name)
        expression += name + ("" if last else "/")
    return expression


def _part(match: "re.Match[str]") -> str:
    if match[3]:
        return {"*": "[^/]*", "?": "[^/]"}.get(match[3], re.escape(match[3]))
    return f"[{'^/' if match[1] else ''}{re.escape(match[2])}]"


@given(PATTERNS, st.lists(NAMES_OF_PATHS, min_size=1, max_size=4))
def test_pattern_matches_like_the_regular_expression(pattern: str, names: list[str]) -> None:
    path = "/".join(names)
    assert matches(pattern, path) is bool(re.fullmatch(as_expression(pattern), path)), path


@pytest.mark.parametrize(
    ("pattern", "matching", "different"),
    [
        ("[]a]", "]a", "[b!"),
        ("[!]a]", "[b!", "]a"),
        ("[ab]", "ab", "]["),
        ("[!ab]", "]!", "ab"),
    ],
)
def test_bracket_at_the_start_of_a_class_is_part_of_it(
    pattern: str, matching: str, different: str
) -> None:
    assert [matches(pattern, name) for name in matching] == [True] * len(matching)
    assert [matches(pattern, name) for name in different] == [False] * len(different)


def test_steps_of_matching_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = 0

    def counting(token: object, character: str) -> bool:
        nonlocal steps
        steps += 1
        return token == character

    monkeypatch.setattr(globs, "_character_matches", counting)
    path = "/".join(["a" * 60] * 60)
    for pattern in ("**/" * 300 + "x", "/".join(["*a" * 7] * 60) + "x", "*a" * 400 + "b"):
        steps = 0
        assert not matches(pattern, path)
        assert 0 < steps <= len(pattern) * len(path)


def test_invalid_pattern_is_reported() -> None:
    with pytest.raises(UsageError, match="pattern too long"):
        matches("a" * (MAX_LENGTH + 1), "a")
    with pytest.raises(UsageError, match="the range `z-a` is reversed"):
        matches("[z-a]", "a")


# -- configuration ---------------------------------------------------------------------------------


def test_config_option_replaces_the_configuration_of_files(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "project"
    write(folder, "acme.yaml", POLICY.format(id="acme") + "groups: {paid: {plan: pro}}\n")
    write(folder, "drafts/new.yaml", POLICY.format(id="new") + "groups: {paid: {plan: pro}}\n")
    write(tmp_path, "base.toml", '[tool.zsupport]\nexclude = ["drafts/*.yaml"]\n')
    settings = '[tool.zsupport]\nexclude = ["acme.yaml"]\ncheck.ignore = ["ZS3"]\n'
    write(folder, "pyproject.toml", settings)

    def check(*options: str) -> tuple[list[str], str]:
        done = cli("check", ".", *options, "--select", "ZS301", "--format", "json", cwd=folder)
        files = [finding["file"] for finding in json.loads(done.stdout)["findings"]]
        text = cli("check", ".", *options, cwd=folder).stdout
        return files, text.splitlines()[-1]

    # A pull request can disable rules in its own configuration; the last line shows this.
    files, last = check()
    assert files == []
    assert "; switched off by configuration: ZS3; excluded by configuration: acme.yaml" in last
    # Every other format shows it too, in the document or on standard error.
    off = ["switched off by configuration: ZS3", "excluded by configuration: acme.yaml"]
    for format in ("auto", "text", "plain", "json", "csv", "markdown", "github", "sarif", "junit",
                   "gitlab"):  # fmt: skip
        done = cli("check", ".", "--format", format, cwd=folder)
        for text in off:
            assert (text in done.stdout) is (format not in ("plain", "csv", "sarif", "gitlab"))
            assert (text in done.stderr) is (format in ("plain", "json", "csv", "sarif", "gitlab"))
    document = json.loads(cli("check", ".", "--format", "json", cwd=folder).stdout)
    assert document["switched_off"] == off
    files, last = check("--config", "none")
    assert files == ["acme.yaml", "drafts/new.yaml"]
    assert "configuration" not in last
    files, last = check("--config", "../base.toml")
    assert files == ["acme.yaml"]
    assert last.endswith("; excluded by configuration: drafts/*.yaml")
    for command, *options in (("test",), ("diff", "--against", "acme.yaml")):
        done = cli(command, ".", *options, "--config", "../base.toml", cwd=folder)
        assert "excluded by configuration: drafts/*.yaml" in done.stderr
    for name in ("missing.toml", "acme.yaml"):
        done = cli("check", ".", "--config", name, cwd=folder)
        assert done.code == 2
        assert f"{name}: no table [tool.zsupport]" in done.stderr


def test_config_option_accepts_a_file_of_a_revision(tmp_path: Path, cli: Cli) -> None:
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    write(tmp_path, "acme.yaml", POLICY.format(id="acme") + "groups: {paid: {plan: pro}}\n")
    write(tmp_path, "desk/base.toml", '[tool.zsupport.check]\nignore = ["ZS301"]\n')
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "Base")
    write(tmp_path, "desk/base.toml", "broken")
    # A file whose name looks like a Git revision and a path.
    write(tmp_path, "main:base.toml", '[tool.zsupport.check]\nignore = ["ZS"]\n')
    git("tag", "v1")

    def check(config: str) -> Run:
        return cli("check", ".", "--config", config, cwd=tmp_path)

    for config in ("main:desk/base.toml", "v1:desk/base.toml", "HEAD~0:desk/base.toml"):
        assert "; switched off by configuration: ZS301" in check(config).stdout
    for config in ("main:base.toml", "main:desk", "main:gone/x.toml"):
        assert "configuration" not in check(config).stdout
    assert "; switched off by configuration: ZS" in check("./main:base.toml").stdout
    for config, code, message in (
        ("main:", 2, "--config: missing file name in `main:`"),
        (":base.toml", 2, "invalid Git revision ``"),
        ("-x:base.toml", 2, "invalid Git revision `-x`"),
        ("gone:base.toml", 4, "Git revision not found: `gone`"),
        ("main:../x", 4, "git: "),
    ):
        assert check(config).code == code
        assert message in check(config).stderr


@pytest.mark.parametrize(
    "arguments",
    [("check", "acme.yaml"), ("channels", "--policy", "hivemq", "-q"), ("due", "-q"), ("help",)],
    ids=" ".join,
)
def test_modules_of_the_current_folder_are_not_imported(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    # The modules that Python itself imports for `-m`.
    first = "import runpy, sys; print(*sys.modules)"
    own = subprocess.run([sys.executable, "-c", first], capture_output=True, text=True, check=True)
    dependencies = {*sys.stdlib_module_names, "holidays", "rich", "typer", "tzdata", "yaml"}
    for module in dependencies - {*own.stdout.split()}:
        write(tmp_path, f"{module}.py", "open('mark', 'a').write(__name__)\nraise SystemExit(99)\n")
    write(tmp_path, "acme.yaml", POLICY.format(id="acme"))
    done = subprocess.run(
        [sys.executable, "-m", "zsupport", *arguments], cwd=tmp_path, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert not (tmp_path / "mark").exists()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("before", "hint"), [(999, "did you mean `quarterly`?"), (1000, "shipped policies: ")]
)
def test_suggested_names_come_from_the_first_thousand_files(
    before: int, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("quarterly", *(f"n{number:04}" for number in range(before))):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        select(["quarterlx"], lambda _: False)
    assert str(caught.value.hint).startswith(hint)
