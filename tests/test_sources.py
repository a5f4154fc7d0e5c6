"""One way from a path to policies: every command takes the same files of a folder."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from conftest import Cli
from hypothesis import given
from hypothesis import strategies as st

from zsupport.errors import UsageError
from zsupport.sources import globs
from zsupport.sources.globs import MAX_LENGTH, fits
from zsupport.sources.select import is_policy

POLICY = """\
format: 1
policy: {id}
plans: {{free: Free, pro: Pro}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{when: {{plan: pro}}, allow: web}}]
"""
# With a mistake each, so that every command lists the files that it takes.
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


def taken(cli: Cli, folder: Path, command: str, path: str, *options: str) -> list[str]:
    """Return the invalid files that a command takes from a path, sorted."""
    done = cli(command, path, *options, "--format", "json", cwd=folder)
    assert done.code == 3, done.stderr
    found = json.loads(done.stdout)
    problems = found["error"]["problems"] if command == "diff" else found["findings"]
    return sorted({each["file"] for each in problems if each["code"] == "ZS101"})


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
def test_every_command_takes_the_same_files(
    settings: str, path: str, names: tuple[str, ...], folder: Path, cli: Cli
) -> None:
    write(folder, "pyproject.toml", f"[tool.zsupport]\n{settings}\n")
    for command, *options in (("check",), ("test",), ("diff", "--against", "../base.yaml")):
        assert taken(cli, folder, command, path, *options) == sorted(names), command


def test_a_git_revision_has_the_same_files_as_the_folder(folder: Path, cli: Cli) -> None:
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
    found = taken(cli, folder, "diff", ".", "--against", "HEAD")
    assert found == [f"HEAD:{name}" for name in names]


def test_a_missing_policy_is_reported_in_the_same_words(tmp_path: Path, cli: Cli) -> None:
    write(tmp_path, "empty/other.yaml", "a: b\n")
    write(tmp_path, "base.yaml", POLICY.format(id="base"))
    said = {
        cli(*arguments, cwd=tmp_path).stderr
        for arguments in (
            ("check", "empty"),
            ("test", "empty"),
            ("diff", "empty", "--against", "base.yaml"),
        )
    }
    (one,) = said
    assert one.startswith("zsupport: empty: no policy found, here or in the folders below\n")


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
        ("policy: x\n\tplans: {}\n", False),  # it breaks before the second key
        ("", False),
        ("\0policy: x\nplans: {}\n", False),
    ],
)
def test_a_policy_has_two_sections_in_its_root(text: str, expected: bool) -> None:
    assert is_policy(text.encode()) is expected


# -- glob patterns ---------------------------------------------------------------------------------

NAMES_OF_PATHS = st.text("ab[", min_size=1, max_size=3)
PATTERNS = st.text("ab*?[]!/", max_size=8).filter(lambda text: "[!" not in text or "]" in text)


def as_expression(pattern: str) -> str:
    """Return the plain definition of a pattern as a regular expression."""
    made = ""
    names = pattern.split("/")
    for number, name in enumerate(names):
        last = number == len(names) - 1
        if name == "**":
            made += "(.*)" if last else "([^/]*/)*"
            continue
        name = re.sub(r"\[(!?)(.[^]]*)\]|(.)", _part, name)
        made += name + ("" if last else "/")
    return made


def _part(found: "re.Match[str]") -> str:
    if found[3]:
        return {"*": "[^/]*", "?": "[^/]"}.get(found[3], re.escape(found[3]))
    return f"[{'^/' if found[1] else ''}{re.escape(found[2])}]"


@given(PATTERNS, st.lists(NAMES_OF_PATHS, min_size=1, max_size=4))
def test_a_pattern_means_what_its_expression_says(pattern: str, names: list[str]) -> None:
    path = "/".join(names)
    assert fits(pattern, path) is bool(re.fullmatch(as_expression(pattern), path)), path


def test_matching_takes_no_more_steps_than_pattern_times_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = 0

    def counting(token: object, character: str) -> bool:
        nonlocal steps
        steps += 1
        return token == character

    monkeypatch.setattr(globs, "_character_fits", counting)
    path = "/".join(["a" * 60] * 60)
    for pattern in ("**/" * 300 + "x", "/".join(["*a" * 7] * 60) + "x", "*a" * 400 + "b"):
        steps = 0
        assert not fits(pattern, path)
        assert 0 < steps <= len(pattern) * len(path)


def test_a_pattern_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(UsageError, match="more than 1000 characters"):
        fits("a" * (MAX_LENGTH + 1), "a")
    with pytest.raises(UsageError, match="the range `z-a` is reversed"):
        fits("[z-a]", "a")
