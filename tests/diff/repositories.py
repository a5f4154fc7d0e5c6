"""Real Git repositories, and `zsupport diff` in them."""

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Cli, Run

POLICY = """\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
channels:
  forum: {name: Forum, kind: community}
  web: {name: Ticket, kind: web}
entitlements:
  - allow: forum
  - {when: {plan: pro}, allow: web}
targets: [{first-response: 4h}]
"""
SLOWER = POLICY.replace("4h", "8h")
NOTHING = "no changes in answers; 4 cases compared\n"
BREAKING = "1 breaking change for customers; 4 cases compared"


class Git:
    """A repository in a folder; Git does not read the settings of the machine."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ann", "GIT_COMMITTER_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.com", "GIT_COMMITTER_EMAIL": "ann@example.com",
        }  # fmt: skip

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments], cwd=self.folder,
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout.strip()

    def commit(self, **files: str | None) -> str:
        """Commit files by path (`__` for `/`; None removes the file); return the commit."""
        for name, text in files.items():
            path = self.folder / f"{name.replace('__', '/')}.yaml"
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self("add", "-A")
        self("commit", "-q", "--allow-empty", "-m", "A change")
        return self("rev-parse", "HEAD")

    def commit_links(self, links: dict[str, bytes]) -> None:
        """Commit links by path, with any text, even one that no file system accepts."""
        index = ""
        for path, text in links.items():
            done = subprocess.run(
                ["git", "hash-object", "-w", "--stdin"], input=text, cwd=self.folder,
                env=self.environment, capture_output=True, check=True,
            )  # fmt: skip
            index += f"120000 {done.stdout.decode().strip()}\t{path}\n"
        subprocess.run(
            ["git", "update-index", "--index-info"], input=index.encode(), cwd=self.folder,
            env=self.environment, check=True,
        )  # fmt: skip
        self("commit", "-q", "-m", "Add links")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A repository with one policy, committed on main."""
    repository = Git(tmp_path / "work", tmp_path)
    repository("init", "-q", "-b", "main")
    repository.commit(acme=POLICY)
    return repository


@pytest.fixture
def diff(cli: "Cli", git: Git) -> "Diff":
    return Diff(cli, git.folder)


class Diff:
    """Runs `zsupport diff` in a folder."""

    def __init__(self, cli: "Cli", folder: Path) -> None:
        self.cli = cli
        self.folder = folder

    def __call__(self, *arguments: str, cwd: Path | None = None, **env: str) -> "Run":
        return self.cli("diff", *arguments, cwd=cwd or self.folder, env=env)
