"""Finding the policy: names, paths, projects, and errors if it is not found."""

import io
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import Cli

from zsupport import wording
from zsupport.cli.options import flag_of
from zsupport.errors import PolicyError, UsageError
from zsupport.library import load
from zsupport.policy.files import MAX_BYTES
from zsupport.policy.loader import read_document
from zsupport.sources.find import choose, find, is_path, shipped_policies

BASE = (
    "format: 1\npolicy: {id}\nplans: {{free: Free}}\n"
    "channels: {{{channel}: {{name: Web, kind: web}}}}\nentitlements: [{{allow: {channel}}}]\n"
)
ASK = ("channels", "--plan", "free")


def write(path: Path, channel: str, extra: str = "", id: str = "p") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BASE.format(id=id, channel=channel) + extra)
    return path


def configure(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pyproject.toml"
    path.write_text(text)
    return path


# -- source -------------------------------------------------------------------------------------


def test_policy_comes_from_option_then_environment_then_project_then_default(
    cli: Cli, tmp_path: Path
) -> None:
    for name in ("option", "env", "project"):
        write(tmp_path / f"{name}.yaml", name)
    configure(tmp_path, '[tool.zsupport]\npolicy = "project.yaml"\n')
    env = {"ZSUPPORT_POLICY": str(tmp_path / "env.yaml")}
    option = ("--policy", "./option.yaml")
    inside, outside = tmp_path / "inside", tmp_path.parent
    inside.mkdir()
    assert cli(*ASK, *option, env=env, cwd=tmp_path).stdout == "option\n"
    assert cli(*ASK, *option, cwd=tmp_path).stdout == "option\n"
    assert cli(*ASK, env=env, cwd=tmp_path).stdout == "env\n"
    assert cli(*ASK, env={"ZSUPPORT_POLICY": ""}, cwd=tmp_path).stdout == "project\n"
    assert cli(*ASK, cwd=tmp_path).stdout == "project\n"
    # The path is relative to the folder of the project, also in folders below.
    assert cli(*ASK, cwd=inside).stdout == "project\n"
    assert cli(*ASK, cwd=outside).stdout.endswith("help-center\n")


def test_nearest_project_with_a_policy_is_used(tmp_path: Path) -> None:
    near = tmp_path / "a" / "b" / "c"
    configure(tmp_path, '[tool.zsupport]\npolicy = "far.yaml"\n')
    configure(tmp_path / "a", '[tool.zsupport]\npolicy = "sub/near.yaml"\n')
    configure(tmp_path / "a" / "b", "[tool.zsupport.check]\nselect = []\n")
    configure(near, '[project]\nname = "no word of it"\n')
    assert choose(None, {}, str(near)) == (str(tmp_path / "a" / "sub" / "near.yaml"), False)
    assert choose(None, {}, str(tmp_path)) == (str(tmp_path / "far.yaml"), False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("zoom", "zoom"),
        ("redhat", "redhat"),
        ("support/p.yaml", "{folder}/support/p.yaml"),
        ("./p", "{folder}/./p"),
        ("support/../p.yml", "{folder}/support/../p.yml"),
    ],
)
def test_project_names_a_shipped_policy_or_a_path(
    value: str, expected: str, tmp_path: Path
) -> None:
    configure(tmp_path, f'[tool.zsupport]\npolicy = "{value}"\n')
    assert choose(None, {}, str(tmp_path)) == (expected.format(folder=tmp_path), False)


@pytest.mark.parametrize("value", ["../p.yml", "/abs/p.yaml", "{folder}-other/p.yaml"])
def test_project_cannot_name_a_policy_outside_of_the_folder(value: str, tmp_path: Path) -> None:
    configure(tmp_path, f'[tool.zsupport]\npolicy = "{value.format(folder=tmp_path)}"\n')
    with pytest.raises(UsageError, match="`policy` names a file outside of the folder") as caught:
        choose(None, {}, str(tmp_path))
    assert (
        wording.Wording(naming=flag_of).message(caught.value.hint) == "name the file with --policy"
    )
    # In a repository the policy can be next to the folder.
    (tmp_path / ".git").mkdir()
    (tmp_path / "desk").mkdir()
    configure(tmp_path / "desk", '[tool.zsupport]\npolicy = "../p.yml"\n')
    assert choose(None, {}, str(tmp_path / "desk")) == (f"{tmp_path}/desk/../p.yml", False)


def test_default_policy_is_the_shipped_example() -> None:
    assert choose(None, {}, "/") == ("zoom", True)
    assert choose("zoom", {}, "/") == ("zoom", False)
    assert choose(None, {"ZSUPPORT_POLICY": "zoom"}, "/") == ("zoom", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.zsupport\n", "Expected ']'"),
        ('[tool.zsupport]\npolicy = "a"\npolicy = "b"\n', "Cannot overwrite a value"),
        ("[tool.zsupport]\npolicy = 1\n", "invalid value of `policy` in [tool.zsupport]"),
        ('[tool.zsupport]\npolicy = ["a"]\n', "invalid value of `policy` in [tool.zsupport]"),
        ('[tool.zsupport]\npolicy = ""\n', "invalid value of `policy` in [tool.zsupport]"),
        ('[tool.zsupport]\npolcy = "a.yaml"\n', "unknown key `polcy` in [tool.zsupport]"),
        ("[tool.zsupport.test]\nfail-under = 90\n", "unknown key `test` in [tool.zsupport]"),
        ("# zsupport\nx = " + "[" * 5000 + "]" * 5000, "recursion"),
    ],
)
def test_invalid_project_is_reported(text: str, message: str, cli: Cli, tmp_path: Path) -> None:
    path = configure(tmp_path, text)
    run = cli(*ASK, cwd=tmp_path)
    assert run.code == 2
    assert run.stdout == ""
    assert run.stderr.startswith(f"zsupport: {path}: ")
    assert message in run.stderr
    assert cli(*ASK, "--policy", "zoom", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    "text",
    ["tool = 1\n# zsupport", "[tool]\nzsupport = 2\n", "[tool.zsupport]\n", "[broken but not ours"],
)
def test_project_without_our_policy_is_ignored(text: str, tmp_path: Path) -> None:
    configure(tmp_path, text)
    assert choose(None, {}, str(tmp_path)) == ("zoom", True)


def test_project_that_is_a_folder_or_not_utf_8(
    tmp_path: Path,
) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    assert choose(None, {}, str(tmp_path)) == ("zoom", True)
    below = tmp_path / "below"
    below.mkdir()
    (below / "pyproject.toml").write_bytes(b"# zsupport \xff\n")
    with pytest.raises(UsageError, match="utf-8"):
        choose(None, {}, str(below))


# -- words and paths ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("zoom", False),
        ("my-policy", False),
        ("p.yaml", True),
        ("p.yml", True),
        ("./zoom", True),
        ("folder/", True),
        ("a/b", True),
        ("..", True),
        (".", True),
        ("/dev/fd/3", True),
        ("p.yaml.bak", False),
        ("-", False),
    ],
)
def test_names_and_paths_are_distinguished(name: str, path: bool) -> None:
    assert is_path(name) is path


def test_ids_of_shipped_policies_are_their_names() -> None:
    shipped = shipped_policies()
    assert {"zoom", "hivemq", "redhat", "canonical"} <= set(shipped)
    for name in shipped:
        assert {revision.policy for revision in load(name, cache=False).revisions} == {name}


def test_name_of_a_shipped_policy_ignores_case(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "zoom", "mine")
    assert cli(*ASK, "--policy", "ZOOM", cwd=tmp_path).stdout.endswith("help-center\n")
    assert cli(*ASK, "--policy", "./zoom", cwd=tmp_path).stdout == "mine\n"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("zom", "did you mean `zoom`?"),
        ("nothing-like-it", "write a path with a `/` or the ending .yaml"),
        ("here", "for the file or folder, write ./here"),
        ("", "write a path with a `/` or the ending .yaml"),
    ],
)
def test_unknown_policy_lists_the_known_policies(
    name: str, hint: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    run = cli(*ASK, "--policy", name, cwd=tmp_path)
    assert run.code == 2
    first, second = run.stderr.splitlines()
    known = ", ".join(shipped_policies())
    assert first == f"zsupport: unknown policy `{name}`; policies: {known}"
    assert second.strip() == hint


def test_missing_file_suggests_a_similar_name(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "support" / "policies" / "acme.yaml", "web")
    write(tmp_path / "support" / "policies" / "globex.yaml", "web")

    def errors_of(name: str) -> list[str]:
        run = cli(*ASK, "--policy", name, cwd=tmp_path / "support")
        assert run.code == 3
        assert run.stdout == ""
        return [line.strip() for line in run.stderr.splitlines()]

    assert errors_of("policies/acne.yaml") == [
        "zsupport: policies/acne.yaml: file not found",
        "did you mean `policies/acme.yaml`?",
    ]
    # No suggestion: an equal folder does not make a name similar.
    assert errors_of("policies/x.yaml") == ["zsupport: policies/x.yaml: file not found"]
    assert errors_of("./policy") == [
        "zsupport: ./policy: file not found",
        "did you mean `./policies`?",
    ]
    assert errors_of("missing/acme.yaml") == [
        "zsupport: missing/acme.yaml: file not found",
        "folder not found: missing",
    ]
    assert errors_of("policies/acme.yaml/x") == ["zsupport: policies/acme.yaml/x: not a directory"]
    assert errors_of("acme.yaml") == ["zsupport: acme.yaml: file not found"]


# -- folders ------------------------------------------------------------------------------------


def test_folder_of_revisions_is_a_policy(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    write(folder / "2025.yaml", "old", "effective: {from: 2025-01-01}\n")
    write(folder / "2026.yml", "new", "effective: {from: 2026-01-01}\n")
    write(folder / "acme_test.yaml", "no")
    (folder / "README.md").write_text("x")
    for name in (str(folder), f"{folder}/", "./acme"):
        early = cli(*ASK, "--policy", name, "--at", "2025-06-01T00:00:00Z", cwd=tmp_path)
        late = cli(*ASK, "--policy", name, "--at", "2026-06-01T00:00:00Z", cwd=tmp_path)
        assert (early.stdout, late.stdout) == ("old\n", "new\n")
    assert cli(*ASK, "--policy", ".", cwd=folder).stdout == "new\n"
    assert cli(*ASK, "--policy", "2025.yaml", cwd=folder).stdout == "old\n"


def test_folder_with_several_policies_is_a_usage_error(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "web", id="acme")
    write(tmp_path / "b.yaml", "web", id="globex")
    run = cli(*ASK, "--policy", str(tmp_path), cwd=tmp_path)
    assert run.code == 2
    assert "several policies: acme, globex" in run.stderr
    assert "name the files of one policy" in run.stderr
    assert cli(*ASK, "--policy", "b.yaml", cwd=tmp_path).stdout == "web\n"


def test_folder_without_a_policy_is_reported(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a_test.yaml").write_text("x")
    (tmp_path / ".hidden.yaml").write_text("x")
    (tmp_path / "policy.yaml.bak").write_text("x")
    run = cli(*ASK, "--policy", str(tmp_path), cwd=tmp_path)
    assert run.code == 3
    assert run.stderr.splitlines() == [
        f"zsupport: {tmp_path}: no policy in this folder",
        "  a policy is a file with the ending .yaml or .yml",
    ]


def test_tests_file_in_place_of_a_policy_is_reported(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "acme_test.yaml"
    path.write_text("tests: 1\npolicy: acme\ncases: []\n")
    run = cli(*ASK, "--policy", "acme_test.yaml", cwd=tmp_path)
    assert run.code == 2
    assert run.stderr.splitlines() == [
        "zsupport: acme_test.yaml: tests file, not a policy",
        "  run `zsupport test acme_test.yaml`",
    ]
    # A policy with such a name is read.
    write(path, "web")
    assert cli(*ASK, "--policy", "acme_test.yaml", cwd=tmp_path).stdout == "web\n"


def test_lock_files_of_editors_are_ignored(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "p.yaml", "web")
    (tmp_path / ".#p.yaml").symlink_to("user@host.1234")  # a lock file of Emacs
    assert cli(*ASK, "--policy", str(tmp_path)).stdout == "web\n"


@pytest.mark.parametrize(
    ("name", "files", "folder"),
    [
        ("p.yaml", ["p.yaml"], ""),
        ("./p.yaml", ["p.yaml"], "./"),
        ("sub/q.yaml", ["q.yaml"], "sub/"),
        ("sub//q.yaml", ["q.yaml"], "sub/"),
        ("sub", None, ""),
        ("sub/", ["q.yaml", "r.yml"], "sub/"),
        ("./sub", ["q.yaml", "r.yml"], "./sub/"),
        (".", ["p.yaml"], "./"),
        ("sub/../p.yaml", ["p.yaml"], "sub/../"),
    ],
)
def test_file_names_are_relative_to_the_policy_folder(
    name: str,
    files: list[str] | None,
    folder: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path / "p.yaml", "web")
    write(tmp_path / "sub" / "q.yaml", "web")
    write(tmp_path / "sub" / "r.yml", "web")
    monkeypatch.chdir(tmp_path)
    if files is None:
        with pytest.raises(UsageError):
            find(name)
        return
    policy = find(name)
    assert [file.name for file in policy.files] == files
    assert policy.folder == folder
    # The paths in findings and reasons can be opened from the current folder.
    for file in policy.files:
        assert Path(file.shown).read_bytes() == file.data
        assert Path(policy.folder + file.name).read_bytes() == file.data


def test_file_names_of_shipped_policies_are_relative_to_their_folder() -> None:
    assert [file.name for file in find("zoom").files] == ["zoom.yaml"]
    assert [file.name for file in find("canonical").files] == [
        "gallery/canonical/2024-05.yaml",
        "gallery/canonical/2024-10.yaml",
    ]
    assert find("zoom").folder == ""


# -- streams ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [MAX_BYTES, MAX_BYTES + 1, MAX_BYTES + 2])
def test_standard_input_over_the_limit_is_reported(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = BASE.format(id="p", channel="piped")
    stdin = io.TextIOWrapper(io.BytesIO((text + "#" * (size - len(text))).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    [source] = find("-").files
    document = read_document(source)
    codes = [finding.code for finding in document.findings]
    assert (codes, document.revision is None) == (
        (["ZS009"], True) if size > MAX_BYTES else ([], False)
    )


def test_policy_from_standard_input(cli: Cli, tmp_path: Path) -> None:
    text = BASE.format(id="p", channel="piped")
    run = cli(*ASK, "--policy", "-", stdin=text)
    assert (run.stdout, run.code) == ("piped\n", 0)
    run = cli(*ASK, "--policy", "-", stdin=text + "plan: x\n")
    assert run.code == 3
    assert "\n --> -:6:1\n" in run.stderr
    run = cli(*ASK, "--policy", "-", stdin="")
    assert run.code == 3
    assert "the file is empty" in run.stderr
    # A file of this name is a path.
    write(tmp_path / "-", "file")
    assert cli(*ASK, "--policy", "./-", cwd=tmp_path).stdout == "file\n"


def test_policy_from_a_file_descriptor(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path / "p.yaml", "web")
    # Like <(command) in a shell.
    script = '"$@" --policy /dev/fd/7 7< <(cat "$0")'
    command = ["bash", "-c", script, str(path), *cli.command(*ASK)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=cli.environment(), timeout=30, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("web\n", "", 0)


def test_link_to_a_policy_is_followed(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path / "real" / "p.yaml", "web")
    (tmp_path / "link.yaml").symlink_to(path)
    (tmp_path / "folder").symlink_to(path.parent)
    assert cli(*ASK, "--policy", str(tmp_path / "link.yaml")).stdout == "web\n"
    assert cli(*ASK, "--policy", str(tmp_path / "folder")).stdout == "web\n"


def test_library_accepts_paths_and_names(tmp_path: Path) -> None:
    path = write(tmp_path / "p.yaml", "web")
    assert load(path, cache=False) == load(str(path), cache=False)
    assert load("zoom", cache=False).id == "zoom"
    with pytest.raises(UsageError):
        load("no-such-policy", cache=False)
    with pytest.raises(PolicyError, match=re.escape("q.yaml: file not found")):
        load(tmp_path / "q.yaml", cache=False)
    for name in ("a\0b.yaml", "\ud800.yaml"):
        with pytest.raises(PolicyError):
            load(name, cache=False)


def test_removed_current_folder_is_no_error(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path / "p.yaml", "web")
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'cd "$0" && rmdir "$0" && shift 0 && "$@"'
    command = ["bash", "-c", script, str(gone), *cli.command(*ASK, "--policy", str(path))]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False,
        env={**cli.environment(), "PYTHONPATH": os.pathsep.join(_SOURCES)},
    )  # fmt: skip
    assert (done.stdout, done.returncode) == ("web\n", 0)


_SOURCES = [str(Path(__file__).parent.parent / "src")]


def test_suggestions_come_from_the_first_thousand_names(tmp_path: Path) -> None:
    for number in range(999):
        (tmp_path / f"a{number:03}.yaml").touch()
    # The last name that is compared, and the first that is not.
    (tmp_path / "globex.yaml").touch()
    (tmp_path / "initech.yaml").touch()
    for name, hint in (("glbex", f"did you mean `{tmp_path}/globex.yaml`?"), ("intech", None)):
        with pytest.raises(PolicyError) as caught:
            load(tmp_path / f"{name}.yaml")
        assert caught.value.hint == hint
