"""The hooks of `.pre-commit-hooks.yaml`, run by pre-commit in a separate repository.

They need git, and pip that can install the requirements of this project.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from zsupport.starter import read_starter

ROOT = Path(__file__).parent.parent.parent
HOOKS = ("zsupport-check", "zsupport-test", "zsupport-diff")
GIT = [
    "git", "-c", "user.name=Author", "-c", "user.email=author@example.com",
    "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false",
]  # fmt: skip


class Repository:
    """A repository with a policy, its tests and the hooks."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PRE_COMMIT_HOME": str(home / "pre-commit"),
            "LC_ALL": "C.UTF-8",
            # The sources of packages depend on the machine.
            **{k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_", "UV_"))},
        }

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip

    def git(self, *arguments: str) -> None:
        done = self.run(*GIT, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr

    def hooks(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run(sys.executable, "-m", "pre_commit", "run", "--all-files", *arguments)

    def change(self, old: str, new: str) -> None:
        policy = self.folder / "acme.yaml"
        text = policy.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        policy.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with the current program, from which pre-commit installs."""
    folder = tmp_path_factory.mktemp("program")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if name.startswith(("src/", "policies/", "pyproject", "README", ".pre-commit", ".ci/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    program = Repository(folder, tmp_path_factory.mktemp("home"))
    program.git("init", "-q")
    program.git("add", "-A")
    program.git("commit", "-qm", "The program")
    return folder


@pytest.fixture(scope="module")
def repository(hooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    folder = tmp_path_factory.mktemp("policies")
    result = Repository(folder, tmp_path_factory.mktemp("home"))
    for name, text in read_starter("acme").items():
        (folder / name).write_text(text, encoding="utf-8")
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=hooks, capture_output=True, text=True, check=True
    ).stdout.strip()
    lines = ["repos:", f"  - repo: {hooks}", f"    rev: {revision}", "    hooks:"]
    lines += [f"      - id: {name}" for name in HOOKS]
    (folder / ".pre-commit-config.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    result.git("init", "-q")
    result.git("add", "-A")
    result.git("commit", "-qm", "A policy")
    return result


def test_valid_policy_passes_all_hooks(repository: Repository) -> None:
    done = repository.hooks()
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("check", "test", "diff"):
        assert f"zsupport {name}" in done.stdout
    assert done.stdout.count("Passed") == 3


@pytest.mark.parametrize(
    ("hook", "old", "new", "message"),
    [
        ("zsupport-check", "  owner: Owner", "  owner: Owner\n  owner: Boss", "ZS002"),
        ("zsupport-test", "{when: {plan: paid, role: staff}, allow: web}",
         "{when: {plan: paid}, allow: web}", "acme_test.yaml"),
        ("zsupport-diff", "P1: 1h 24x7", "P1: 2h 24x7", "acme.yaml"),
    ],
)  # fmt: skip
def test_hook_rejects_a_bad_change(
    repository: Repository, hook: str, old: str, new: str, message: str
) -> None:
    repository.change(old, new)
    try:
        done = repository.hooks(hook)
    finally:
        repository.change(new, old)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Failed" in done.stdout
    assert message in done.stdout
