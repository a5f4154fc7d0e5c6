"""Which policy is asked: what is named, where it is looked for, and what is said if it is not."""

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


# -- which --------------------------------------------------------------------------------------


def test_the_option_stands_above_all_then_the_environment_then_the_project_then_zoom(
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
    # The path is relative to the folder of the project, wherever below it one asks.
    assert cli(*ASK, cwd=inside).stdout == "project\n"
    assert cli(*ASK, cwd=outside).stdout.endswith("help-center\n")


def test_the_nearest_project_that_names_a_policy_counts(tmp_path: Path) -> None:
    near = tmp_path / "a" / "b" / "c"
    configure(tmp_path, '[tool.zsupport]\npolicy = "far.yaml"\n')
    configure(tmp_path / "a", '[tool.zsupport]\npolicy = "sub/near.yaml"\n')
    configure(tmp_path / "a" / "b", "[tool.zsupport.check]\nselect = []\n")
    configure(near, '[project]\nname = "no word of it"\n')
    assert choose(None, {}, str(near)) == (str(tmp_path / "a" / "sub" / "near.yaml"), False)
    assert choose(None, {}, str(tmp_path)) == (str(tmp_path / "far.yaml"), False)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("zoom", "zoom"),
        ("redhat", "redhat"),
        ("support/p.yaml", "{folder}/support/p.yaml"),
        ("./p", "{folder}/./p"),
        ("support/../p.yml", "{folder}/support/../p.yml"),
    ],
)
def test_a_project_names_a_shipped_policy_or_a_path(named: str, found: str, tmp_path: Path) -> None:
    configure(tmp_path, f'[tool.zsupport]\npolicy = "{named}"\n')
    assert choose(None, {}, str(tmp_path)) == (found.format(folder=tmp_path), False)


@pytest.mark.parametrize("named", ["../p.yml", "/abs/p.yaml", "{folder}-other/p.yaml"])
def test_a_project_names_no_policy_outside_of_its_folder(named: str, tmp_path: Path) -> None:
    configure(tmp_path, f'[tool.zsupport]\npolicy = "{named.format(folder=tmp_path)}"\n')
    with pytest.raises(UsageError, match="`policy` names a file outside of the folder") as caught:
        choose(None, {}, str(tmp_path))
    assert wording.named(caught.value.hint, flag_of) == "name it with --policy"
    # In a repository it may lie beside the folder.
    (tmp_path / ".git").mkdir()
    (tmp_path / "desk").mkdir()
    configure(tmp_path / "desk", '[tool.zsupport]\npolicy = "../p.yml"\n')
    assert choose(None, {}, str(tmp_path / "desk")) == (f"{tmp_path}/desk/../p.yml", False)


def test_without_anything_it_is_the_shipped_example_and_that_is_known() -> None:
    assert choose(None, {}, "/") == ("zoom", True)
    assert choose("zoom", {}, "/") == ("zoom", False)
    assert choose(None, {"ZSUPPORT_POLICY": "zoom"}, "/") == ("zoom", False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.zsupport\n", "Expected ']'"),
        ('[tool.zsupport]\npolicy = "a"\npolicy = "b"\n', "Cannot overwrite a value"),
        ("[tool.zsupport]\npolicy = 1\n", "`policy` in [tool.zsupport] is no name and no path"),
        ('[tool.zsupport]\npolicy = ["a"]\n', "`policy` in [tool.zsupport] is no name"),
        ('[tool.zsupport]\npolicy = ""\n', "`policy` in [tool.zsupport] is no name"),
        ('[tool.zsupport]\npolcy = "a.yaml"\n', "[tool.zsupport] has no key `polcy`"),
        ("[tool.zsupport.test]\nfail-under = 90\n", "[tool.zsupport] has no key `test`"),
        ("# zsupport\nx = " + "[" * 5000 + "]" * 5000, "recursion"),
    ],
)
def test_a_broken_project_says_so(text: str, message: str, cli: Cli, tmp_path: Path) -> None:
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
def test_a_project_without_a_policy_of_ours_configures_nothing(text: str, tmp_path: Path) -> None:
    configure(tmp_path, text)
    assert choose(None, {}, str(tmp_path)) == ("zoom", True)


def test_a_project_that_is_no_file_or_no_text_configures_nothing_or_says_so(
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
def test_what_is_a_path(name: str, path: bool) -> None:
    assert is_path(name) is path


def test_the_ids_of_shipped_policies_are_their_names() -> None:
    shipped = shipped_policies()
    assert {"zoom", "hivemq", "redhat", "canonical"} <= set(shipped)
    for name in shipped:
        assert {revision.policy for revision in load(name, cache=False).revisions} == {name}


def test_a_bare_word_is_a_shipped_policy_without_regard_to_case(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "zoom", "mine")
    assert cli(*ASK, "--policy", "ZOOM", cwd=tmp_path).stdout.endswith("help-center\n")
    assert cli(*ASK, "--policy", "./zoom", cwd=tmp_path).stdout == "mine\n"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("zom", "did you mean `zoom`?"),
        ("nothing-like-it", "a path has a / in it or ends in .yaml"),
        ("here", "for the file or folder here, write ./here"),
        ("", "a path has a / in it or ends in .yaml"),
    ],
)
def test_an_unknown_word_names_the_known_ones(
    name: str, hint: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    run = cli(*ASK, "--policy", name, cwd=tmp_path)
    assert run.code == 2
    first, second = run.stderr.splitlines()
    known = ", ".join(shipped_policies())
    assert first == f"zsupport: `{name}` is no policy; known: {known}"
    assert second.strip() == hint


def test_a_missing_file_names_its_nearest_neighbour(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "support" / "policies" / "acme.yaml", "web")
    write(tmp_path / "support" / "policies" / "globex.yaml", "web")

    def asked(name: str) -> list[str]:
        run = cli(*ASK, "--policy", name, cwd=tmp_path / "support")
        assert run.code == 3
        assert run.stdout == ""
        return [line.strip() for line in run.stderr.splitlines()]

    assert asked("policies/acne.yaml") == [
        "zsupport: policies/acne.yaml: no such file",
        "did you mean `policies/acme.yaml`?",
    ]
    # Nothing near: the folder alone makes no file near.
    assert asked("policies/x.yaml") == ["zsupport: policies/x.yaml: no such file"]
    assert asked("./policy") == [
        "zsupport: ./policy: no such file",
        "did you mean `./policies`?",
    ]
    assert asked("missing/acme.yaml") == [
        "zsupport: missing/acme.yaml: no such file",
        "there is no folder `missing`",
    ]
    assert asked("policies/acme.yaml/x") == ["zsupport: policies/acme.yaml/x: not a directory"]
    assert asked("acme.yaml") == ["zsupport: acme.yaml: no such file"]


# -- folders ------------------------------------------------------------------------------------


def test_a_folder_of_revisions_is_one_policy(cli: Cli, tmp_path: Path) -> None:
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


def test_a_folder_of_several_policies_is_a_mistake_of_the_question(
    cli: Cli, tmp_path: Path
) -> None:
    write(tmp_path / "a.yaml", "web", id="acme")
    write(tmp_path / "b.yaml", "web", id="globex")
    run = cli(*ASK, "--policy", str(tmp_path), cwd=tmp_path)
    assert run.code == 2
    assert "several policies: acme, globex" in run.stderr
    assert "name the file of one of them" in run.stderr
    assert cli(*ASK, "--policy", "b.yaml", cwd=tmp_path).stdout == "web\n"


def test_a_folder_without_a_policy(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a_test.yaml").write_text("x")
    (tmp_path / ".hidden.yaml").write_text("x")
    (tmp_path / "policy.yaml.bak").write_text("x")
    run = cli(*ASK, "--policy", str(tmp_path), cwd=tmp_path)
    assert run.code == 3
    assert run.stderr.splitlines() == [
        f"zsupport: {tmp_path}: no policy in this folder",
        "  a policy is a file that ends in .yaml or .yml",
    ]


def test_a_file_of_tests_is_called_so(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "acme_test.yaml"
    path.write_text("tests: 1\npolicy: acme\ncases: []\n")
    run = cli(*ASK, "--policy", "acme_test.yaml", cwd=tmp_path)
    assert run.code == 2
    assert run.stderr.splitlines() == [
        "zsupport: acme_test.yaml: this is a file of tests",
        "  `zsupport test acme_test.yaml` runs it",
    ]
    # A policy that has such a name is read all the same.
    write(path, "web")
    assert cli(*ASK, "--policy", "acme_test.yaml", cwd=tmp_path).stdout == "web\n"


def test_an_editor_that_is_open_is_in_nobodys_way(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path / "p.yaml", "web")
    (tmp_path / ".#p.yaml").symlink_to("user@host.1234")  # what Emacs leaves while it edits
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
def test_files_are_named_relative_to_the_root_of_the_policy(
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
    found = find(name)
    assert [file.name for file in found.files] == files
    assert found.folder == folder
    # What findings and reasons show can be opened from here.
    for file in found.files:
        assert Path(file.shown).read_bytes() == file.data
        assert Path(found.folder + file.name).read_bytes() == file.data


def test_files_of_shipped_policies_are_named_relative_to_their_folder() -> None:
    assert [file.name for file in find("zoom").files] == ["zoom.yaml"]
    assert [file.name for file in find("canonical").files] == [
        "gallery/canonical/2024-05.yaml",
        "gallery/canonical/2024-10.yaml",
    ]
    assert find("zoom").folder == ""


# -- streams ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [MAX_BYTES, MAX_BYTES + 1, MAX_BYTES + 2])
def test_of_standard_input_enough_is_read_to_see_that_it_is_too_large(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = BASE.format(id="p", channel="piped")
    stdin = io.TextIOWrapper(io.BytesIO((text + "#" * (size - len(text))).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    [source] = find("-").files
    found = read_document(source)
    codes = [finding.code for finding in found.findings]
    assert (codes, found.revision is None) == (
        (["ZS009"], True) if size > MAX_BYTES else ([], False)
    )


def test_standard_input_is_a_policy(cli: Cli, tmp_path: Path) -> None:
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


def test_a_descriptor_is_a_path(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path / "p.yaml", "web")
    # As a shell does it for <(command).
    script = '"$@" --policy /dev/fd/7 7< <(cat "$0")'
    command = ["bash", "-c", script, str(path), *cli.command(*ASK)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=cli.environment(), timeout=30, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("web\n", "", 0)


def test_a_link_to_a_policy_is_followed(cli: Cli, tmp_path: Path) -> None:
    path = write(tmp_path / "real" / "p.yaml", "web")
    (tmp_path / "link.yaml").symlink_to(path)
    (tmp_path / "folder").symlink_to(path.parent)
    assert cli(*ASK, "--policy", str(tmp_path / "link.yaml")).stdout == "web\n"
    assert cli(*ASK, "--policy", str(tmp_path / "folder")).stdout == "web\n"


def test_the_library_takes_paths_and_names(tmp_path: Path) -> None:
    path = write(tmp_path / "p.yaml", "web")
    assert load(path, cache=False) == load(str(path), cache=False)
    assert load("zoom", cache=False).id == "zoom"
    with pytest.raises(UsageError):
        load("no-such-policy", cache=False)
    with pytest.raises(PolicyError, match=re.escape("q.yaml: no such file")):
        load(tmp_path / "q.yaml", cache=False)
    for name in ("a\0b.yaml", "\ud800.yaml"):
        with pytest.raises(PolicyError):
            load(name, cache=False)


def test_the_folder_in_which_one_stands_may_be_gone(cli: Cli, tmp_path: Path) -> None:
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


def test_only_the_first_names_of_a_big_folder_are_looked_at(tmp_path: Path) -> None:
    for number in range(999):
        (tmp_path / f"a{number:03}.yaml").touch()
    # The last that is looked at, and the first that is not.
    (tmp_path / "globex.yaml").touch()
    (tmp_path / "initech.yaml").touch()
    for asked, hint in (("glbex", f"did you mean `{tmp_path}/globex.yaml`?"), ("intech", None)):
        with pytest.raises(PolicyError) as caught:
            load(tmp_path / f"{asked}.yaml")
        assert caught.value.hint == hint
