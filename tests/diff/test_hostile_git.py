"""Untrusted repositories: their programs do not run, and planted data is ignored."""

import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from repositories import BREAKING, NOTHING, POLICY, SLOWER, Diff, Git, diff, git

__all__ = ["diff", "git"]

#: Every configuration key that Git documents as the name of a program.
PROGRAMS = [
    "core.fsmonitor",
    "core.sshCommand",
    "core.editor",
    "core.pager",
    "core.askPass",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "difftool.evil.cmd",
    "difftool.evil.path",
    "filter.evil.clean",
    "filter.evil.smudge",
    "filter.evil.process",
    "gpg.program",
    "gpg.openpgp.program",
    "gpg.ssh.program",
    "gpg.ssh.defaultKeyCommand",
    "gpg.x509.program",
    "interactive.diffFilter",
    "sequence.editor",
    "credential.helper",
    "merge.evil.driver",
    "mergetool.evil.cmd",
    "browser.evil.cmd",
    "man.evil.cmd",
    "pager.diff",
    "pager.ls-tree",
    "pager.rev-parse",
    "pager.config",
    "pager.ls-files",
    "pager.for-each-ref",
    "pager.remote",
    "remote.origin.uploadpack",
    "remote.origin.receivepack",
    "remote.origin.vcs",
    "uploadpack.packObjectsHook",
    "trailer.evil.command",
    "trailer.evil.cmd",
    "sendemail.smtpServer",
    "sendemail.toCmd",
    "sendemail.ccCmd",
    "tar.evil.command",
    "instaweb.browser",
    "instaweb.httpd",
    "imap.tunnel",
    "guitool.evil.cmd",
    "web.browser",
    "submodule.evil.update",
    "receive.procReceiveRefs",
    "core.untrackedCache",
]
ALIASES = ("rev-parse", "ls-tree", "cat-file", "merge-base", "for-each-ref", "ls-files", "remote")
HOOKS = [
    "applypatch-msg",
    "pre-applypatch",
    "post-applypatch",
    "pre-commit",
    "prepare-commit-msg",
    "commit-msg",
    "post-commit",
    "pre-rebase",
    "post-checkout",
    "post-merge",
    "pre-push",
    "pre-receive",
    "update",
    "proc-receive",
    "post-receive",
    "post-update",
    "reference-transaction",
    "push-to-checkout",
    "pre-auto-gc",
    "post-rewrite",
    "sendemail-validate",
    "fsmonitor-watchman",
    "post-index-change",
]


def write_lure(folder: Path, mark: Path) -> str:
    """Return the path of a program that writes its command line to the file `mark`."""
    program = folder / "lure.sh"
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {mark}\nexit 1\n')
    program.chmod(0o755)
    return str(program)


def set_lures(repository: Path, mark: Path) -> None:
    """Configure a program in every way that a repository allows."""
    program = write_lure(repository.parent, mark)
    sections = ["[core]", "\trepositoryformatversion = 0"]
    for key in PROGRAMS:
        first, _, rest = key.partition(".")
        middle, _, name = rest.rpartition(".")
        sections += [f'[{first} "{middle}"]' if middle else f"[{first}]", f"\t{name} = {program}"]
    sections += ["[alias]", *(f"\t{name} = !{program}" for name in ALIASES)]
    sections += ['[remote "origin"]', f"\turl = ext::{program} %S", "\tpromisor = true"]
    sections += ["[log]", "\tshowSignature = true", "[include]", "\tpath = more"]
    with (repository / "config").open("a") as config:
        config.write("\n".join(sections) + "\n")
    (repository / "more").write_text(f"[core]\n\thooksPath = {repository}/lures\n")
    for folder in ("hooks", "lures"):
        (repository / folder).mkdir(exist_ok=True)
        for name in HOOKS:
            shutil.copy(program, repository / folder / name)
    (repository / "info").mkdir(exist_ok=True)
    (repository / "info" / "attributes").write_text("* filter=evil diff=evil merge=evil\n")


def test_programs_of_a_repository_do_not_run(git: Git, diff: Diff, tmp_path: Path) -> None:
    first = git("rev-parse", "HEAD")
    (git.folder / ".gitattributes").write_text("* filter=evil diff=evil merge=evil\n")
    git.commit(acme=POLICY.replace("4h", "3h"), sub__shop=POLICY.replace("acme", "shop"))
    git("branch", "side")
    mark = tmp_path / "mark"
    set_lures(git.folder / ".git", mark)
    git.write("acme.yaml", SLOWER)
    git.write("new.yaml", POLICY.replace("acme", "new"))
    for arguments, code in (
        (("acme.yaml", "--against", "HEAD"), 1),
        ((".", "--against", first), 1),
        ((".", "--merge-base", "side"), 1),
        (("new.yaml", "--against", "HEAD"), 0),  # searched in the whole revision
        (("acme.yaml", "--against", "origin/none"), 4),
        (("acme.yaml", "--against", "0" * 40), 4),
    ):
        run = diff(*arguments)
        assert run.code == code, (arguments, run.stderr)
        assert not mark.exists(), (arguments, mark.read_text())
    # Check of the test: without these precautions Git runs some of the programs.
    subprocess.run(["git", "status"], cwd=git.folder, env=git.environment, check=False)
    assert mark.exists()


def plant(git: Git, folder: Path, mark: Path) -> None:
    """Copy the parts of a bare repository that a commit can contain into a folder."""
    bare = git.folder.parent / "planted"
    git("clone", "-q", "--bare", str(git.folder), str(bare))
    set_lures(bare, mark)
    shutil.copy(git.folder / ".git" / "index", bare / "index")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("HEAD", "config", "index", "objects", "refs", "packed-refs", "hooks", "lures"):
        if (bare / name).exists():
            os.rename(bare / name, folder / name)
    shutil.rmtree(bare)


@pytest.mark.parametrize(
    ("depth", "bare"), [("support", "true"), ("support", "false"), ("a/b/c/support", "false")]
)
def test_planted_bare_repository_is_not_used(
    depth: str, bare: str, git: Git, diff: Diff, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    folder = git.folder / depth
    plant(git, folder, mark)
    with (folder / "config").open("a") as config:
        config.write(f"[core]\n\tbare = {bare}\n\tworktree = {git.folder}\n")
    name = f"{depth}/shop.yaml".replace("/", "__").removesuffix(".yaml")
    git.commit(**{name: POLICY.replace("acme", "shop")})
    (folder / "shop.yaml").write_text(SLOWER.replace("acme", "shop"))
    for path in (depth, f"{depth}/shop.yaml"):
        run = diff(path, "--against", "HEAD")
        assert (run.code, run.stderr) == (1, "")
        assert BREAKING in run.stdout
        assert f"HEAD:{depth}/shop.yaml" in run.stdout
    # From inside the folder the message names it.
    for inside, arguments in (
        (folder, ("shop.yaml", "--against", "HEAD")),
        (folder / "refs", (".", "--merge-base", "main")),
    ):
        run = diff(*arguments, cwd=inside)
        assert run.code == 4
        assert f"{folder}: this looks like a bare Git repository" in run.stderr
    assert not mark.exists()


def test_replaced_objects_are_ignored(git: Git, diff: Diff) -> None:
    old = git("rev-parse", "HEAD:acme.yaml")
    git.write("acme.yaml", SLOWER)
    new = git("hash-object", "-w", "acme.yaml")
    git("replace", old, new)
    assert BREAKING in diff("acme.yaml", "--against", "HEAD").stdout
    assert BREAKING in diff("acme.yaml", "--against", "HEAD", GIT_NO_REPLACE_OBJECTS="").stdout


def test_grafts_are_ignored(git: Git, diff: Diff) -> None:
    base = git("rev-parse", "HEAD")
    slower = git.commit(acme=SLOWER)
    head = git.commit(acme=SLOWER, other=POLICY.replace("acme", "other"))
    git("branch", "target", base)
    # With the graft, HEAD starts at the slower commit and has no common commit with target.
    (git.folder / ".git" / "info").mkdir(exist_ok=True)
    (git.folder / ".git" / "info" / "grafts").write_text(f"{slower}\n{head} {slower}\n")
    run = diff("acme.yaml", "--merge-base", "target")
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout


def test_alternates_and_gitfiles_are_followed(git: Git, diff: Diff, tmp_path: Path) -> None:
    git("clone", "-q", "--shared", str(git.folder), str(tmp_path / "shared"))
    (tmp_path / "shared" / "acme.yaml").write_text(SLOWER)
    assert BREAKING in diff("acme.yaml", "--against", "HEAD", cwd=tmp_path / "shared").stdout
    git(
        "clone",
        "-q",
        "--separate-git-dir",
        str(tmp_path / "apart"),
        str(git.folder),
        str(tmp_path / "x"),
    )
    (tmp_path / "x" / "acme.yaml").write_text(SLOWER)
    assert BREAKING in diff("acme.yaml", "--against", "HEAD", cwd=tmp_path / "x").stdout


def test_worktree_setting_outside_the_repository_is_refused(
    git: Git, diff: Diff, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    git("config", "core.worktree", str(tmp_path / "elsewhere"))
    run = diff("acme.yaml", "--against", "HEAD")
    assert run.code == 2
    assert "is outside of the Git repository" in run.stderr


# -- ambiguous revisions ---------------------------------------------------------------------------


def test_ambiguous_revision_is_refused_with_its_meanings(git: Git, diff: Diff) -> None:
    git("tag", "release")
    git.commit(acme=SLOWER)
    git("branch", "release")
    for arguments in (
        ("--against", "release"),
        ("--merge-base", "release"),
        ("--against", "release~0"),
    ):
        run = diff("acme.yaml", *arguments)
        assert run.code == 2
        assert f"ambiguous Git revision `{arguments[1]}`" in run.stderr
        assert "write one of refs/heads/release, refs/tags/release" in run.stderr
    assert diff("acme.yaml", "--against", "refs/tags/release").code == 1
    assert diff("acme.yaml", "--against", "refs/heads/release") == (NOTHING, "", 0)


def test_ambiguous_short_hash_is_refused(git: Git, diff: Diff) -> None:
    # Some of 1,500 commits start with the same four digits. Fixed dates keep the hashes the same.
    commits = "".join(
        f"commit refs/heads/many\ncommitter Ann <ann@example.com> {day} +0000\ndata 0\n\n"
        for day in range(1_500)
    )
    subprocess.run(
        ["git", "fast-import", "--quiet"], input=commits.encode(), cwd=git.folder,
        env=git.environment, check=True,
    )  # fmt: skip
    known = sorted(git("rev-list", "many").split())
    first, second = next(pair for pair in pairwise(known) if pair[0][:4] == pair[1][:4])
    run = diff("acme.yaml", "--against", first[:4])
    assert run.code == 2
    message, hint = run.stderr.splitlines()
    # The words for a short hash differ between versions of Git.
    assert re.fullmatch(
        f"zsupport: ambiguous Git revision `{first[:4]}`: short [\\w ]+ {first[:4]}"
        " is ambiguous; Needed a single revision",
        message,
    )
    assert first in hint
    assert second in hint


def test_branch_with_the_name_of_a_commit_is_ambiguous(git: Git, diff: Diff) -> None:
    first = git("rev-parse", "HEAD")
    git.commit(acme=SLOWER)
    git("branch", first[:7])
    run = diff("acme.yaml", "--against", first[:7])
    assert run.code == 2
    assert f"write one of refs/heads/{first[:7]}, {first}" in run.stderr


def test_date_before_the_reflog_is_refused(git: Git, diff: Diff) -> None:
    run = diff("acme.yaml", "--against", "main@{2001-01-01}")
    assert run.code == 2
    assert ": log for 'main' only goes back to" in run.stderr


def test_path_with_the_name_of_a_revision_is_ambiguous(git: Git, diff: Diff) -> None:
    git("branch", "origin/main")
    git.write("acme.yaml", SLOWER)
    (git.folder / "origin").mkdir()
    shutil.copy(git.folder / "acme.yaml", git.folder / "origin" / "main")
    run = diff("acme.yaml", "--against", "origin/main")
    assert run.code == 2
    assert "`origin/main` is ambiguous: a Git revision and a path" in run.stderr
    assert "write ./origin/main, or refs/heads/origin/main" in run.stderr
    # A broken link is a path too.
    os.remove(git.folder / "origin" / "main")
    (git.folder / "origin" / "main").symlink_to("nowhere")
    assert diff("acme.yaml", "--against", "origin/main").code == 2


def test_head_is_the_last_commit_even_if_a_file_has_that_name(
    git: Git, diff: Diff, tmp_path: Path
) -> None:
    git.write("acme.yaml", SLOWER)
    (git.folder / "HEAD").write_text(SLOWER)
    assert BREAKING in diff("acme.yaml", "--against", "HEAD").stdout
    git.commit(acme=POLICY.replace("4h", "3h"))
    assert diff("acme.yaml", "--against", "HEAD~1").code == 0
    git("clone", "-q", "--bare", str(git.folder), str(tmp_path / "bare"))
    (tmp_path / "bare" / "acme.yaml").write_text(SLOWER)
    run = diff("acme.yaml", "--against", "HEAD", cwd=tmp_path / "bare", GIT_DIR=".")
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout
    assert diff("acme.yaml", "--against", "HEAD", cwd=tmp_path / "bare").code == 4


def test_setting_does_not_enable_replaced_objects(git: Git, diff: Diff) -> None:
    git.write("acme.yaml", SLOWER)
    git("replace", git("rev-parse", "HEAD:acme.yaml"), git("hash-object", "-w", "acme.yaml"))
    git("config", "core.useReplaceRefs", "true")
    assert BREAKING in diff("acme.yaml", "--against", "HEAD").stdout


def test_excluded_revision_is_refused(git: Git, diff: Diff) -> None:
    for arguments in (("--against", "^main"), ("--merge-base", "^HEAD")):
        run = diff(".", *arguments)
        assert run.code == 2
        assert f"invalid Git revision `{arguments[1]}`" in run.stderr


# -- links of a revision ---------------------------------------------------------------------------

OUT = "link leaves the folder or repository (not followed)"


@pytest.mark.parametrize("text", ["/etc/passwd", "/", "..", "../..", "a/../../acme.yaml"])
def test_link_out_of_a_revision_is_a_remark(text: str, git: Git, diff: Diff) -> None:
    git.commit_links({"link.yaml": text.encode(), "a/keep": b".."})
    git.write("acme.yaml", SLOWER)
    run = diff(".", "--against", "HEAD")
    assert run.code == 1
    assert BREAKING in run.stdout
    assert run.stderr.count(f"HEAD:link.yaml: {OUT}") == 1


@pytest.mark.parametrize("text", [b"a\0b.yaml", b"x" * 200_000, b"./" * 2_100 + b"acme.yaml", b""])
def test_broken_link_is_not_followed(text: bytes, git: Git, diff: Diff) -> None:
    git.commit_links({"link.yaml": text})
    git.write("acme.yaml", SLOWER)
    run = diff(".", "--against", "HEAD")
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout


def test_links_are_followed_through_folders_and_other_links(git: Git, diff: Diff) -> None:
    git.commit(real__in__shop=POLICY.replace("acme", "shop"))
    git.commit_links({
        "a.yaml": b"folder/b.yaml", "folder": b"real/./in", "real/in/b.yaml": b"../in/shop.yaml",
        "round.yaml": b"round.yaml", "file.yaml": b"acme.yaml/../acme.yaml",
    })  # fmt: skip
    git("checkout", "-q", "main", "--", ".")
    for name in ("round.yaml", "file.yaml"):
        (git.folder / name).unlink()
    (git.folder / "real" / "in" / "shop.yaml").write_text(SLOWER.replace("acme", "shop"))
    run = diff("a.yaml", "--against", "HEAD")
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout
    assert "HEAD:a.yaml" in run.stdout


def test_settings_file_of_a_revision_is_not_a_link(git: Git, diff: Diff) -> None:
    git.commit_links({"pyproject.toml": b"../pyproject.toml"})
    run = diff.cli("check", "acme.yaml", "--config", "HEAD:pyproject.toml", cwd=git.folder)
    assert run.code == 2
    assert f"HEAD:pyproject.toml: {OUT}" in run.stderr


def test_many_links_need_few_processes(git: Git, diff: Diff, tmp_path: Path) -> None:
    real = shutil.which("git")
    (tmp_path / "bin").mkdir()
    counting = tmp_path / "bin" / "git"
    counting.write_text(f'#!/bin/sh\necho >> {tmp_path}/runs\nexec {real} "$@"\n')
    counting.chmod(0o755)

    def runs() -> int:
        (tmp_path / "runs").write_text("")
        path = f"{tmp_path}/bin:{os.environ['PATH']}"
        assert diff(".", "--against", "HEAD", PATH=path).stdout == NOTHING
        return len((tmp_path / "runs").read_text())

    plain = runs()
    git.commit_links({f"{number}.txt": b"acme.yaml" for number in range(50)})
    assert runs() == plain > 0
    git.commit_links({f"{number}.yaml": b"none%d" % number for number in range(50)})
    assert runs() == plain + 3  # one listing, and one call each for sizes and texts of all links


# -- data that Git does not verify -----------------------------------------------------------------


def test_planted_end_of_history_is_reported(git: Git, diff: Diff) -> None:
    base = git("rev-parse", "HEAD")
    git("checkout", "-q", "-b", "change")
    git.commit(acme=SLOWER)
    git("checkout", "-q", "main")
    git("merge", "-q", "--no-ff", "-m", "Merge", "change")
    assert diff("acme.yaml", "--merge-base", "change").stderr == ""
    (git.folder / ".git" / "shallow").write_text(f"{base}\n")
    run = diff("acme.yaml", "--merge-base", "change")
    assert run.stdout == NOTHING
    assert "may be wrong, because this clone is shallow" in run.stderr
    assert "git fetch --unshallow" in run.stderr


def test_planted_commit_graph_is_ignored(git: Git, diff: Diff) -> None:
    git("branch", "target")
    git.commit(acme=SLOWER)
    git.commit(other=POLICY.replace("acme", "other"))
    git("commit-graph", "write", "--reachable")
    graph = git.folder / ".git" / "objects" / "info" / "commit-graph"
    data = bytearray(graph.read_bytes())
    # The data of a commit: its tree, the positions of two parents, and 8 bytes of dates.
    parents = data.index(bytes.fromhex(git("rev-parse", "HEAD~1^{tree}"))) + 20
    data[parents : parents + 4] = (0x70000000).to_bytes(4, "big")  # none
    graph.chmod(0o644)
    graph.write_bytes(data)
    run = diff("acme.yaml", "--merge-base", "target")
    assert (run.code, run.stderr) == (1, "")
    assert BREAKING in run.stdout


@pytest.mark.parametrize("format", ["sha1", "sha256"])
def test_object_with_a_wrong_hash_is_damaged(format: str, git: Git, diff: Diff) -> None:
    shutil.rmtree(git.folder / ".git")
    git("init", "-q", "-b", "main", f"--object-format={format}")
    git.commit(acme=POLICY)
    git.write("acme.yaml", SLOWER)
    assert BREAKING in diff("acme.yaml", "--against", "HEAD").stdout
    old, new = git("rev-parse", "HEAD:acme.yaml"), git("hash-object", "-w", "acme.yaml")
    objects = git.folder / ".git" / "objects"
    (objects / old[:2] / old[2:]).unlink()
    shutil.copy(objects / new[:2] / new[2:], objects / old[:2] / old[2:])
    run = diff("acme.yaml", "--against", "HEAD")
    assert (run.stdout, run.code) == ("", 4)
    assert f"`acme.yaml`: damaged object {old} in the repository" in run.stderr
