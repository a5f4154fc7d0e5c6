"""Compare with revisions of real Git repositories in many states."""

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

import pytest
from repositories import BREAKING, NOTHING, POLICY, SLOWER, Diff, Git, diff, git

if TYPE_CHECKING:
    from conftest import Cli, Run

#: Fixtures of every test.
__all__ = ["diff", "git"]


def test_file_is_compared_with_the_last_commit(git: Git, diff: Diff) -> None:
    assert diff("acme.yaml", "--against", "HEAD") == (NOTHING, "", 0)
    git.write("acme.yaml", SLOWER)
    run = diff("acme.yaml", "--against", "HEAD")
    assert run.code == 1
    assert BREAKING in run.stdout
    assert "--> acme.yaml:10:28" in run.stdout
    assert "::: HEAD:acme.yaml:10:28   before: 4h" in run.stdout


@pytest.mark.parametrize("revision", ["main", "HEAD~1", "main^", "first", "v1.0", "HEAD^{/A}"])
def test_spellings_of_a_revision(git: Git, diff: Diff, revision: str) -> None:
    git("tag", "-a", "v1.0", "-m", "An annotated tag")
    git("branch", "first")
    git.commit(acme=POLICY.replace("4h", "240m"))
    git.write("acme.yaml", SLOWER)
    run = diff("acme.yaml", "--against", revision)
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout


def test_commit_by_its_hash(git: Git, diff: Diff) -> None:
    number = git("rev-parse", "HEAD")
    git.commit(acme=SLOWER)
    assert diff("acme.yaml", "--against", number).code == 1
    assert diff("acme.yaml", "--against", number[:10]).code == 1
    assert diff("acme.yaml", "--against", "HEAD").code == 0


def test_repository_is_not_changed_or_locked(git: Git, diff: Diff) -> None:
    git("checkout", "-q", "-b", "other")
    git.write("acme.yaml", SLOWER)
    before = {
        path: path.stat().st_mtime_ns for path in git.folder.rglob("*") if path.name != "index"
    }
    (git.folder / ".git" / "index.lock").touch()  # another Git process is running
    assert diff("acme.yaml", "--against", "main").code == 1
    (git.folder / ".git" / "index.lock").unlink()
    after = {
        path: path.stat().st_mtime_ns for path in git.folder.rglob("*") if path.name != "index"
    }
    # The test itself changed the folder of the lock.
    for times in (before, after):
        times.pop(git.folder / ".git")
    assert before == after


def test_merge_base_is_the_start_of_a_branch(git: Git, diff: Diff) -> None:
    git("checkout", "-q", "-b", "change")
    git.commit(acme=POLICY.replace("4h", "2h"))
    git("checkout", "-q", "main")
    git.commit(acme=POLICY.replace("4h", "1h"))
    git("checkout", "-q", "change")
    # Compared with main the target would be longer.
    assert diff("acme.yaml", "--against", "main").code == 1
    run = diff("acme.yaml", "--merge-base", "main")
    assert run.code == 0
    assert "from 4h to 2h" in run.stdout


def test_histories_without_a_common_commit_have_no_merge_base(git: Git, diff: Diff) -> None:
    git("checkout", "-q", "--orphan", "island")
    git.commit(acme=SLOWER)
    run = diff("acme.yaml", "--merge-base", "main")
    assert run.code == 4
    assert "no common commit" in run.stderr
    assert "--against main" in run.stderr


# -- the working folder ----------------------------------------------------------------------------


def test_working_folder_must_be_in_the_repository(git: Git, diff: Diff, tmp_path: Path) -> None:
    git.commit(support__acme=POLICY)
    git.write("support/acme.yaml", SLOWER)
    for path, folder in (
        ("support/acme.yaml", git.folder),
        ("acme.yaml", git.folder / "support"),
        (".", git.folder / "support"),
        (str(git.folder / "support" / "acme.yaml"), git.folder),
    ):
        run = diff(path, "--against", "HEAD", cwd=folder)
        assert (run.code, run.stderr) == (1, ""), path
        assert "HEAD:support/acme.yaml:10:28" in run.stdout
    env = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    run = diff("work/support/acme.yaml", "--against", "HEAD", cwd=tmp_path, **env)
    assert run.code == 4
    assert f"not a Git repository: {tmp_path}" in run.stderr
    assert "run zsupport in a Git repository" in run.stderr


def test_default_path_is_the_current_folder(git: Git, diff: Diff) -> None:
    git.write("acme.yaml", SLOWER)
    assert BREAKING in diff("--against", "HEAD").stdout


def test_linked_worktree(git: Git, diff: Diff, tmp_path: Path) -> None:
    git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "side" / "acme.yaml").write_text(SLOWER)
    assert diff("acme.yaml", "--against", "main", cwd=tmp_path / "side").code == 1
    assert diff("acme.yaml", "--against", "side").code == 0


def test_submodule_is_its_own_repository(git: Git, diff: Diff, tmp_path: Path) -> None:
    inner = Git(tmp_path / "inner", tmp_path)
    inner("init", "-q", "-b", "trunk")
    inner.commit(acme=POLICY.replace("policy: acme", "policy: inner"))
    git("submodule", "add", "-q", str(inner.folder), "sub")
    git.commit()
    path = git.folder / "sub" / "acme.yaml"
    path.write_text(SLOWER.replace("policy: acme", "policy: inner"))
    run = diff("acme.yaml", "--against", "trunk", cwd=git.folder / "sub")
    assert (run.code, run.stderr) == (1, "")
    assert "trunk:acme.yaml" in run.stdout
    run = diff("sub/acme.yaml", "--against", "main")
    assert run.code == 2
    assert "sub/acme.yaml is in the submodule sub" in run.stderr
    assert "cd sub" in run.stderr
    # The outer folder has one policy; the submodule is not part of the outer repository.
    assert diff(".", "--against", "main") == (NOTHING, "", 0)
    # The environment of a hook of the outer repository.
    run = diff("acme.yaml", "--against", "main", GIT_DIR=".git", GIT_PREFIX="x/",
               GIT_INDEX_FILE="/nowhere/index", GIT_ICASE_PATHSPECS="1")  # fmt: skip
    assert (run.code, run.stderr) == (0, "")


def test_bare_repository_in_git_dir(git: Git, diff: Diff, tmp_path: Path) -> None:
    git("clone", "-q", "--bare", str(git.folder), str(tmp_path / "bare.git"))
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "acme.yaml").write_text(SLOWER)
    run = diff("acme.yaml", "--against", "main", cwd=folder, GIT_DIR="../bare.git")
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout


def test_links_to_files(git: Git, diff: Diff) -> None:
    (git.folder / "link.yaml").symlink_to("real/other.yaml")
    git.commit(real__other=POLICY.replace("policy: acme", "policy: other"))
    git.write("real/other.yaml", SLOWER.replace("policy: acme", "policy: other"))
    run = diff("link.yaml", "--against", "HEAD")
    assert (run.code, run.stderr) == (1, "")
    assert "HEAD:link.yaml" in run.stdout


def test_link_to_a_folder(git: Git, diff: Diff) -> None:
    git.commit(real__other=POLICY.replace("policy: acme", "policy: other"))
    (git.folder / "link").symlink_to("real")
    git.write("real/other.yaml", SLOWER.replace("policy: acme", "policy: other"))
    for path in ("link", "link/other.yaml"):
        run = diff(path, "--against", "HEAD")
        assert (run.code, run.stderr) == (1, "")
        assert "HEAD:real/other.yaml" in run.stdout


def test_file_names_with_special_characters(git: Git, diff: Diff) -> None:
    name = 'støtte [a] * "x" :(top)é.yaml'
    git.write(name, POLICY.replace("policy: acme", "policy: odd"))
    git("add", "-A")
    git("commit", "-q", "-m", "An odd name")
    git.write(name, SLOWER.replace("policy: acme", "policy: odd"))
    run = diff(f"./{name}", "--against", "HEAD")
    assert (run.code, run.stderr) == (1, "")
    assert f"HEAD:{name}" in run.stdout


# -- added, removed and moved files ----------------------------------------------------------------


def test_renamed_file_is_found_by_its_policy(git: Git, diff: Diff) -> None:
    git("mv", "acme.yaml", "support.yaml")
    git.write("support.yaml", SLOWER)
    run = diff("support.yaml", "--against", "HEAD")
    assert run.code == 1
    assert run.stderr == "zsupport: support.yaml is compared with its old path HEAD:acme.yaml\n"
    assert "HEAD:acme.yaml:10:28" in run.stdout
    # In a folder the policy is found by its id.
    assert BREAKING in diff(".", "--against", "HEAD").stdout


def test_renamed_revision_with_a_different_first_day(git: Git, diff: Diff) -> None:
    later = "effective: {from: 2027-01-01}\n"
    git("mv", "acme.yaml", "support.yaml")
    git.write("support.yaml", POLICY + later)
    run = diff("support.yaml", "--against", "HEAD")
    assert run.stderr == "zsupport: support.yaml is compared with its old path HEAD:acme.yaml\n"
    # An unchanged file is not the new name of a removed file.
    git.commit(acme=POLICY, later=SLOWER + later)
    (git.folder / "later.yaml").unlink()
    assert diff("acme.yaml", "--against", "HEAD").stderr == ""


@pytest.mark.parametrize("gone", ["acme.yaml.bak", "acme_test.yaml", ".acme.yaml", "acme.txt"])
def test_renamed_policy_is_searched_in_policy_files_only(git: Git, diff: Diff, gone: str) -> None:
    git("mv", "acme.yaml", gone)
    git("commit", "-q", "-m", "Not a policy any more")
    git("mv", gone, "support.yaml")
    git.write("support.yaml", SLOWER)
    run = diff("support.yaml", "--against", "HEAD")
    assert run.stderr == "zsupport: support.yaml is not in HEAD: the whole policy is new\n"
    assert (run.code, "ZD002" in run.stdout) == (0, True)


def test_policies_with_the_same_id_in_several_folders(git: Git, diff: Diff) -> None:
    git.commit(a__acme=POLICY, b__acme=POLICY)
    git.write("b/acme.yaml", SLOWER)
    run = diff(".", "--against", "HEAD")
    assert (run.code, run.stderr) == (1, "")
    assert " --> b/acme.yaml:" in run.stdout
    assert "1 breaking change for customers; 12 cases compared" in run.stdout


def test_moved_file(git: Git, diff: Diff) -> None:
    (git.folder / "support").mkdir()
    git("mv", "acme.yaml", "support/policy.yaml")
    run = diff("support/policy.yaml", "--against", "HEAD")
    assert (run.stdout, run.code) == (NOTHING, 0)
    assert (
        run.stderr == "zsupport: support/policy.yaml is compared with its old path HEAD:acme.yaml\n"
    )
    assert diff(".", "--against", "HEAD") == (NOTHING, "", 0)


def test_added_policy_is_one_change(git: Git, diff: Diff) -> None:
    git.write("other.yaml", POLICY.replace("policy: acme", "policy: other"))
    run = diff("other.yaml", "--against", "HEAD")
    assert run.code == 0
    assert "ZD002" in run.stdout
    assert "other.yaml is not in HEAD: the whole policy is new" in run.stderr
    assert diff("other.yaml", "--against", "HEAD", "--audience", "support").code == 1


def test_removed_policy_is_one_change(git: Git, diff: Diff) -> None:
    git.commit(other=POLICY.replace("policy: acme", "policy: other"))
    (git.folder / "other.yaml").unlink()
    run = diff(".", "--against", "HEAD")
    assert run.code == 1
    assert "policy `other` removed" in run.stdout
    assert "--> other.yaml:1:1\n  ::: HEAD:other.yaml:2:9   before\n" in run.stdout
    named = diff("other.yaml", "--against", "HEAD")
    assert (named.code, named.stdout) == (3, "")
    assert "file not found" in named.stderr


def test_one_revision_selects_all_revisions_of_its_policy(git: Git, diff: Diff) -> None:
    git.write("2027.yaml", SLOWER + "effective: {from: 2027-01-01}\n")
    for path in ("2027.yaml", "acme.yaml", "."):
        run = diff(path, "--against", "HEAD")
        assert (run.code, run.stderr) == (1, ""), path
        assert "2027.yaml:10:28" in run.stdout
        assert ", from 2027-01-01 on" in run.stdout
        assert "not-in-force" not in run.stdout


def test_ignored_files_and_other_files_are_omitted(git: Git, diff: Diff) -> None:
    git.write("acme.yaml", SLOWER)
    git.write(".gitignore", "build/\ncopy.yaml\n")
    (git.folder / "build").mkdir()
    git.write("build/acme.yaml", POLICY)
    git.write("copy.yaml", POLICY)
    git.write("compose.yaml", "services: {web: {image: x}}\n")
    git.write("acme_test.yaml", "policy: acme\ntests: []\n")
    run = diff(".", "--against", "HEAD")
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout


def test_sparse_checkout_does_not_remove_policies(git: Git, diff: Diff) -> None:
    git.commit(far__other=POLICY.replace("policy: acme", "policy: other"))
    git("sparse-checkout", "set", "--no-cone", "/acme.yaml")
    assert not (git.folder / "far").exists()
    assert diff(".", "--against", "HEAD") == (NOTHING, "", 0)


def test_file_with_skip_worktree_is_compared(git: Git, diff: Diff) -> None:
    git("update-index", "--skip-worktree", "acme.yaml")
    git.write("acme.yaml", SLOWER)
    run = diff(".", "--against", "HEAD")
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout


# -- missing files and repositories ----------------------------------------------------------------


def test_missing_file_is_reported(git: Git, diff: Diff) -> None:
    run = diff("nowhere/acme.yaml", "--against", "HEAD")
    assert (run.code, run.stdout) == (3, "")
    assert run.stderr.startswith("zsupport: nowhere/acme.yaml: file not found")
    # The file is missing; that its path is outside the repository is not reported.
    run = diff("../nowhere.yaml", "--against", "HEAD")
    assert (run.code, run.stderr) == (3, "zsupport: ../nowhere.yaml: file not found\n")


def test_damaged_tree_is_reported(git: Git, diff: Diff) -> None:
    tree = git("rev-parse", "HEAD^{tree}")
    damaged = git.folder / ".git" / "objects" / tree[:2] / tree[2:]
    damaged.chmod(0o600)
    damaged.write_bytes(b"nothing that git has written")
    run = diff("acme.yaml", "--against", "HEAD")
    assert (run.code, run.stdout) == (4, "")
    assert run.stderr.startswith("zsupport: git: ")


def test_folder_without_a_repository_is_reported(cli: "Cli", tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(POLICY)
    env = {"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}
    run = cli("diff", "acme.yaml", "--against", "HEAD", cwd=tmp_path, env=env)
    assert run.code == 4
    assert run.stderr == (
        f"zsupport: not a Git repository: {tmp_path}\n"
        "  run zsupport in a Git repository, or compare with a file or folder: --against PATH\n"
    )


def test_missing_git_is_reported(cli: "Cli", git: Git, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = cli("diff", "--against", "HEAD", cwd=git.folder, env={"PATH": str(tmp_path / "empty")})
    assert run.code == 4
    assert "git is not installed" in run.stderr


def test_repository_without_a_commit_is_reported(cli: "Cli", tmp_path: Path) -> None:
    git = Git(tmp_path / "new", tmp_path)
    git("init", "-q", "-b", "main")
    git.write("acme.yaml", POLICY)
    for options in (("--against", "HEAD"), ("--against", "main"), ("--merge-base", "main")):
        run = cli("diff", "acme.yaml", *options, cwd=git.folder)
        assert run.code == 4
        assert f"not found: `{options[1]}` (the repository has no commits yet)" in run.stderr
        hint = "make a first commit, or compare with a file or folder: --against PATH"
        assert hint in run.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_repository_of_a_different_user_is_refused(git: Git, diff: Diff) -> None:
    for path in (git.folder, git.folder / ".git"):
        os.chown(path, 12345, 12345)
    run = diff("acme.yaml", "--against", "HEAD")
    assert run.code == 4
    assert f"git config --global --add safe.directory {git.folder}" in run.stderr


def test_place_of_a_removed_policy_is_its_former_path(git: Git, diff: Diff) -> None:
    other = POLICY.replace("policy: acme", "policy: other")
    git.commit(support__acme=POLICY, support__more__other=other)
    git.commit(support__more__other=None)
    place = "support/more/other.yaml"
    run = diff("support", "--against", "HEAD~1")
    assert run.stdout.startswith(
        "error[ZD001] policy-removed: policy `other` removed (4 cases)\n"
        f" --> {place}:1:1\n"
        f"  ::: HEAD~1:{place}:2:9   before\n"
    )
    options = ("support", "--against", "HEAD~1", "--format")
    assert f"::error file={place},line=1,col=1," in diff(*options, "github").stdout
    # Text shows the path from the working folder, formats for tools the path from the top.
    inside = git.folder / "support"
    assert " --> more/other.yaml:1:1\n" in diff("--against", "HEAD~1", cwd=inside).stdout
    report = json.loads(diff(".", *options[1:], "gitlab", cwd=inside).stdout)
    assert [entry["location"]["path"] for entry in report] == [place]
    log = json.loads(diff(*options, "sarif").stdout)
    (result,) = log["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == place
    assert location["region"]["startLine"] == 1
    suite = Xml.fromstring(diff(*options, "junit").stdout)
    assert [case.get("classname") for case in suite.iter("testcase")] == [
        "support/acme.yaml",
        place,
    ]
    document = json.loads(diff(*options, "json").stdout)
    assert document["findings"][0]["file"] == place
    assert document["changes"][0]["where"] == {
        "old": {"file": f"HEAD~1:{place}", "line": 2, "column": 9}, "new": None,
    }  # fmt: skip


def test_branch_without_a_commit_has_no_merge_base(git: Git, diff: Diff) -> None:
    git("checkout", "-q", "--orphan", "fresh")
    run = diff("acme.yaml", "--merge-base", "main")
    assert run.code == 4
    assert "this branch has no commits yet" in run.stderr
    assert diff("acme.yaml", "--against", "main").code == 0
    head = diff("acme.yaml", "--against", "HEAD")
    assert head.code == 4
    assert "not found: `HEAD` (this branch has no commits yet)" in head.stderr
    assert "make a first commit, or compare with" in head.stderr


@pytest.mark.parametrize("revision", ["-h", "--all", "--output=x", "", " ", "-"])
def test_revision_is_never_an_option(git: Git, diff: Diff, revision: str) -> None:
    before = sorted(git.folder.iterdir())
    run = diff("acme.yaml", f"--merge-base={revision}")
    assert run.code == 2
    assert "invalid Git revision" in run.stderr
    assert sorted(git.folder.iterdir()) == before


@pytest.mark.parametrize(
    "revision", ["main..HEAD", "HEAD:acme.yaml", "HEAD~99", "nonsense", "maim"]
)
def test_unknown_revision_is_reported(diff: Diff, revision: str) -> None:
    run = (
        diff("acme.yaml", "--against", revision)
        if "yaml" not in revision
        else diff("acme.yaml", "--merge-base", revision)
    )
    assert run.code == 4
    assert f"Git revision not found: `{revision}`" in run.stderr
    assert ("did you mean `main`?" in run.stderr) is (revision == "maim")


def run_hint(run: "Run", clone: Git) -> None:
    """Run the git command in the hint."""
    line = next(line for line in run.stderr.splitlines() if line.startswith("  git "))
    clone(*line.split(";")[0].split()[1:])


def test_hint_fetches_a_missing_branch(git: Git, cli: "Cli", tmp_path: Path) -> None:
    git("checkout", "-q", "-b", "change")
    git.commit(acme=SLOWER)
    git("checkout", "-q", "main")
    clone = Git(tmp_path / "clone", tmp_path)
    clone("clone", "-q", "--depth=1", "--branch=change", f"file://{git.folder}", ".")
    for revision in ("origin/main", "main"):
        run = cli("diff", "acme.yaml", "--against", revision, cwd=clone.folder)
        assert run.code == 4
        run_hint(run, clone)
        assert cli("diff", "acme.yaml", "--against", revision, cwd=clone.folder).code == 1


def test_shallow_clone_without_the_merge_base(git: Git, cli: "Cli", tmp_path: Path) -> None:
    git("checkout", "-q", "-b", "change")
    git.commit(acme=SLOWER)
    git("checkout", "-q", "main")
    git.commit(acme=POLICY)
    clone = Git(tmp_path / "clone", tmp_path)
    clone("clone", "-q", "--depth=1", "--branch=change", f"file://{git.folder}", ".")
    clone("fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    run = cli("diff", "acme.yaml", "--merge-base", "origin/main", cwd=clone.folder)
    assert run.code == 4
    assert "git fetch --unshallow origin" in run.stderr
    run_hint(run, clone)
    assert cli("diff", "acme.yaml", "--merge-base", "origin/main", cwd=clone.folder).code == 1


def test_shallow_clone_without_an_earlier_commit(git: Git, cli: "Cli", tmp_path: Path) -> None:
    git.commit(acme=SLOWER)
    clone = Git(tmp_path / "clone", tmp_path)
    clone("clone", "-q", "--depth=1", f"file://{git.folder}", ".")
    run = cli("diff", "acme.yaml", "--against", "HEAD~1", cwd=clone.folder)
    assert run.code == 4
    run_hint(run, clone)
    assert cli("diff", "acme.yaml", "--against", "HEAD~1", cwd=clone.folder).code == 1


def test_partial_clone_does_not_fetch(git: Git, cli: "Cli", tmp_path: Path) -> None:
    git.commit(acme=SLOWER)
    git("config", "uploadpack.allowFilter", "true")
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone = Git(tmp_path / "clone", tmp_path)
    clone("clone", "-q", "--filter=blob:none", f"file://{git.folder}", ".")
    before = sorted((clone.folder / ".git").rglob("*"))
    run = cli("diff", "acme.yaml", "--against", "HEAD~1", cwd=clone.folder)
    assert run.code == 4
    assert "`acme.yaml` is missing in this clone" in run.stderr
    assert sorted((clone.folder / ".git").rglob("*")) == before
    run_hint(run, clone)
    assert cli("diff", "acme.yaml", "--against", "HEAD~1", cwd=clone.folder).code == 1


def test_path_outside_the_repository_is_refused(git: Git, diff: Diff, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(git.folder / "acme.yaml", tmp_path / "elsewhere" / "acme.yaml")
    run = diff(str(tmp_path / "elsewhere" / "acme.yaml"), "--against", "HEAD",
               GIT_DIR=str(git.folder / ".git"), GIT_WORK_TREE=str(git.folder))  # fmt: skip
    assert run.code == 2
    assert "is outside of the Git repository" in run.stderr


def test_invalid_base_is_reported(git: Git, diff: Diff) -> None:
    git.commit(acme=POLICY.replace("plan: pro", "plan: por"))
    git.write("acme.yaml", POLICY)
    run = diff("acme.yaml", "--against", "HEAD")
    assert run.code == 3
    assert run.stderr.startswith("zsupport: invalid policy: old version (HEAD)\n")
    assert "--> HEAD:acme.yaml:9:19" in run.stderr
    as_json = diff("acme.yaml", "--against", "HEAD", "--format", "json")
    assert "old version (HEAD): HEAD:acme.yaml:9:19: " in as_json.stdout


def test_invalid_new_side_is_reported(git: Git, diff: Diff) -> None:
    git.write("acme.yaml", POLICY.replace("plan: pro", "plan: por"))
    run = diff("acme.yaml", "--against", "HEAD")
    assert run.code == 3
    assert run.stderr.startswith("zsupport: invalid policy: new version\n")


def test_path_that_is_also_a_revision_is_ambiguous(git: Git, diff: Diff) -> None:
    (git.folder / "main").mkdir()
    git.write("main/acme.yaml", SLOWER)
    run = diff("acme.yaml", "--against", "main")
    assert run.code == 2
    assert "write ./main, or refs/heads/main" in run.stderr
    assert diff("acme.yaml", "--against", "./main").code == 0
    assert diff("acme.yaml", "--against", "refs/heads/main").code == 0


def test_missing_path_is_not_searched_as_a_revision(diff: Diff) -> None:
    for path in ("./missing", "missing/"):
        run = diff("acme.yaml", "--against", path)
        assert (run.code, run.stderr) == (3, f"zsupport: {path}: file not found\n")


def test_shipped_policy_cannot_be_compared_with_a_revision(diff: Diff) -> None:
    run = diff("zoom", "--against", "HEAD")
    assert run.code == 2
    assert "cannot compare the shipped policy `zoom` with a Git revision" in run.stderr


def test_folder_with_the_name_of_a_shipped_policy(git: Git, diff: Diff) -> None:
    later = SLOWER.replace("plans:", "effective: {from: 2027-01-01}\nplans:")
    git.commit(zoom__a=POLICY, zoom__b=later)
    git.write("zoom/a.yaml", SLOWER)
    run = diff("zoom/a.yaml", "--against", "HEAD")
    # The other revision of the folder in HEAD limits the days.
    assert "from 2027-01-01" not in run.stdout
    assert "slower" in run.stdout
    assert ", until 2026-12-31" in run.stdout
