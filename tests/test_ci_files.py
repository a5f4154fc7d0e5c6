"""The GitHub action, and the snippets for GitLab and pre-commit in the guide.

`tests/full` runs the hooks with pre-commit.
"""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from shlex import join

import pytest
import yaml
from conftest import Cli
from documents import PAGES, ROOT, blocks_of

from zsupport.cli.options import load_command
from zsupport.starter import read_starter

ACTION = ROOT / ".github" / "actions" / "zsupport"
GIT = [
    "git", "-c", "user.name=Author", "-c", "user.email=author@example.com",
    "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false",
]  # fmt: skip


def assert_valid(schema: str, text: str, folder: Path) -> None:
    """Validate a file with a schema of check-jsonschema."""
    path = folder / "file.yml"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_action_is_valid(tmp_path: Path) -> None:
    text = (ACTION / "action.yml").read_text(encoding="utf-8")
    assert_valid("github-actions", text, tmp_path)
    declared = re.findall(r"^  ([\w-]+):\n    description", text, re.M)
    used = re.findall(r"\$\{\{ inputs\.([\w-]+) \}\}", text)
    assert set(declared) == set(used)
    script = (ACTION / "run.sh").read_text(encoding="utf-8")
    passed = re.findall(r"^        ([A-Z]+): \$\{\{ inputs", text, re.M)
    assert set(passed) - {"VERSION"} == set(re.findall(r"\$\{?([A-Z]+)\b", script)) - {"GITHUB"}


def test_workflow_runs_all_supported_versions_of_python(tmp_path: Path) -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert_valid("github-workflows", text, tmp_path)
    job = yaml.safe_load(text)["jobs"]["run"]
    assert job["steps"][-1] == {"run": ".ci/run"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    prefix = "Programming Language :: Python :: 3."
    supported = [name.rpartition(" ")[2] for name in project["classifiers"] if prefix in name]
    assert job["strategy"]["matrix"]["python"] == supported
    assert project["requires-python"] == f">={supported[0]}"


def snippets(mark: str) -> list[str]:
    """Return the blocks of the guide whose first line names a file that starts with `mark`."""
    return [
        block.text
        for block in blocks_of("ci.md")
        if block.language == "yml" and block.note.startswith(mark)
    ]


def test_all_snippets_of_other_tools_are_tested() -> None:
    tested_files = (".github/workflows/", ".gitlab-ci.yml", ".pre-commit-config.yaml")
    for page in PAGES:
        for block in blocks_of(page):
            if block.language == "yml":
                assert page == "ci.md"
                assert block.note.startswith(tested_files), block.place


def test_hooks_of_the_guide_exist(tmp_path: Path) -> None:
    [text] = snippets(".pre-commit-config.yaml")
    config = tmp_path / ".pre-commit-config.yaml"
    config.write_text(text, encoding="utf-8")
    manifest = ROOT / ".pre-commit-hooks.yaml"
    for command, file in (("validate-config", config), ("validate-manifest", manifest)):
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", command, file],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    hooks = re.findall(r"- id: (\S+)", manifest.read_text(encoding="utf-8"))
    assert re.findall(r"- id: (\S+)", text) == hooks


@pytest.mark.parametrize(
    ("mark", "schema"),
    [(".github/workflows/", "github-workflows"), (".gitlab-ci.yml", "gitlab-ci")],
)
def test_snippets_of_the_guide_are_valid(mark: str, schema: str, tmp_path: Path) -> None:
    texts = snippets(mark)
    assert texts
    for text in texts:
        assert_valid(schema, text, tmp_path)


def test_hooks_ignore_file_names_and_change_no_file(cli: Cli, tmp_path: Path) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["pass_filenames"] for hook in hooks] == [False] * 3
    (tmp_path / "acme.yaml").write_text(
        read_starter("acme")["acme.yaml"].replace("name: Web form", "name: no"), encoding="utf-8"
    )
    before = (tmp_path / "acme.yaml").read_bytes()
    for hook in hooks:
        program, *words = hook["entry"].split()
        assert program == "zsupport"
        done = cli(*words, *hook.get("args", []), "--fix", "acme.yaml", cwd=tmp_path)
        assert done.code == 2
        assert "--fix" in done.stderr
    assert (tmp_path / "acme.yaml").read_bytes() == before


class Step:
    """A step of the action in a repository with a policy and its tests."""

    def __init__(self, cli: Cli, folder: Path) -> None:
        self.folder = folder
        self.cli = cli
        for name, text in read_starter("acme").items():
            (folder / name).write_text(text, encoding="utf-8")
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "A policy")

    def git(self, *arguments: str) -> None:
        subprocess.run([*GIT, *arguments], cwd=self.folder, check=True, capture_output=True)

    def run(
        self, command: str, scripts: str = sysconfig.get_path("scripts"), **inputs: str
    ) -> "subprocess.CompletedProcess[str]":
        environment = self.cli.environment({
            "COMMAND": command, "PATHS": "", "ARGUMENTS": "", "CONFIG": "", "BASE": "", "SARIF": "",
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"), **inputs,
        })  # fmt: skip
        environment["PATH"] = f"{scripts}{os.pathsep}{environment['PATH']}"
        return subprocess.run(
            ["bash", ACTION / "run.sh"], cwd=self.folder, env=environment, capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    def change(self, old: str, new: str) -> None:
        policy = self.folder / "acme.yaml"
        text = policy.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        policy.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def step(cli: Cli, tmp_path: Path) -> Step:
    folder = tmp_path / "repository"
    folder.mkdir()
    return Step(cli, folder)


@pytest.mark.parametrize("command", ["check", "test"])
def test_step_succeeds_for_a_valid_policy(step: Step, command: str) -> None:
    done = step.run(command)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "::error" not in done.stdout


def test_check_step_annotates_the_line_and_writes_sarif(step: Step) -> None:
    step.change("first-response: {P1: 1h 24x7,", "first-response: {P1: 9 business hours,")
    done = step.run("check", PATHS="acme.yaml\n", ARGUMENTS="--fail-on=note\n", SARIF="out.sarif")
    assert done.returncode == 1
    [line] = [text for text in done.stdout.splitlines() if "ZS501" in text]
    assert re.match(r"::error file=acme\.yaml,line=[0-9]+,", line)
    assert "| acme.yaml" in (step.folder / "summary.md").read_text(encoding="utf-8")
    sarif = json.loads((step.folder / "out.sarif").read_text(encoding="utf-8"))
    assert "ZS501" in {result["ruleId"] for result in sarif["runs"][0]["results"]}


def test_test_step_fails_if_a_test_fails(step: Step) -> None:
    step.change("{when: {plan: paid, role: staff}, allow: web}", "{when: {plan: paid}, allow: web}")
    done = step.run("test")
    assert done.returncode == 1
    assert "::error file=acme_test.yaml" in done.stdout


def test_diff_step_uses_the_merge_base(step: Step) -> None:
    step.git("checkout", "-qb", "change")
    step.change("P1: 1h 24x7", "P1: 2h 24x7")
    step.git("commit", "-qam", "Slower")
    done = step.run("diff", PATHS="acme.yaml", BASE="main")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error file=acme.yaml" in done.stdout
    assert step.run("diff", PATHS="acme.yaml", BASE="change").returncode == 0
    summary = (step.folder / "summary.md").read_text(encoding="utf-8")
    assert summary.index("| error | ZD301") < summary.index("no changes in answers")


def test_diff_step_requires_a_base(step: Step) -> None:
    done = step.run("diff")
    assert done.returncode == 2
    assert done.stdout.startswith("::error::")


HOSTILE = (
    "--fix", "-q", "-", "--", "--config=none", "--output-file=json=PWNED", "$(touch PWNED)",
    "`touch PWNED`", "; touch PWNED", "| tee PWNED", "> PWNED", "&& touch PWNED #", "*", "~",
    "{a,b}", "a b.yaml", "'", '"', "\\", "$HOME", "${x:?}", "!!", "\t--fix", " --fix", "\r--fix",
    "::error::X", "##[error]X", "%0A::error::X", "\x1b]0;t\x07", "\u202e", "-h", "&",
)  # fmt: skip


@pytest.fixture
def fixable(step: Step) -> Step:
    """Return a repository with a policy that `--fix` would change."""
    step.change("name: Web form", "name: no")
    step.git("commit", "-qam", "A change")
    return step


def assert_safe(step: Step, done: "subprocess.CompletedProcess[str]") -> None:
    """Assert that a step ran no other program, changed no file and printed no workflow command."""
    assert done.returncode in (0, 1, 2, 3, 4), done
    assert not (step.folder / "PWNED").exists()
    status = [*GIT, "status", "--porcelain", "-uno"]
    changed = subprocess.run(status, cwd=step.folder, capture_output=True, text=True, check=True)
    assert changed.stdout == ""
    for line in (done.stdout + done.stderr).splitlines():
        assert line.isprintable()
        allowed = re.match(r"::(error|warning|notice) file=|::error::(unknown|no base)", line)
        assert allowed or not (line.strip().startswith("::") or "##[" in line), line


def test_hostile_paths_in_a_step_stay_paths(fixable: Step) -> None:
    (fixable.folder / "a b.yaml").write_text("services: {}\n")
    assert "can be fixed with --fix" in fixable.run("check").stdout
    for values in (HOSTILE, ("[a",), ("--fix", "acme.yaml"), ("acme.yaml", "--fix")):
        assert_safe(fixable, fixable.run("check", PATHS="\n".join(values)))


def test_step_rejects_other_options(fixable: Step) -> None:
    invalid = ("--fail-on", "--fail-on warning", "--format=json", "acme.yaml", "--coverage", "-k")
    for value in (*HOSTILE, *invalid):
        done = fixable.run("check", ARGUMENTS=f"--fail-on=note\n{value}")
        assert_safe(fixable, done)
        assert done.returncode == 2
        assert done.stdout.startswith("::error::unknown option in the input arguments ")


@pytest.mark.parametrize(
    "value", ["--fix", "$(touch PWNED)", "; touch PWNED", "x\n--fix", "&%0A::"]
)
def test_hostile_values_in_a_step_stay_values(fixable: Step, value: str) -> None:
    for command, inputs in (
        ("check", {"ARGUMENTS": f"--select={value}"}),
        ("check", {"BASE": value}),
        ("check", {"CONFIG": value}),
        ("check", {"CONFIG": value, "BASE": "HEAD"}),
        ("diff", {"BASE": value, "PATHS": "acme.yaml"}),
        ("test", {"ARGUMENTS": f"--only={value}"}),
        (value, {}),
        (f"check {value}", {}),
        ("check\ntest", {}),
    ):
        done = fixable.run(command, **inputs)
        assert_safe(fixable, done)
        # A revision without the file has no configuration.
        assert done.returncode != 0 or inputs == {"CONFIG": value, "BASE": "HEAD"}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"SARIF": "/dev/full"}, "cannot write /dev/full: "),
        ({"SARIF": "gone/out.sarif"}, "cannot write gone/out.sarif: "),
        ({"SARIF": "link.sarif"}, "cannot write link.sarif: the path contains a link"),
        ({"GITHUB_STEP_SUMMARY": "/dev/full"}, "No space left"),
        ({"GITHUB_STEP_SUMMARY": "gone/summary.md"}, "gone/summary.md"),
    ],
)
def test_step_fails_if_a_file_cannot_be_written(
    step: Step, inputs: dict[str, str], message: str
) -> None:
    (step.folder / "link.sarif").symlink_to("acme.yaml")
    done = step.run("check", **inputs)
    assert done.returncode != 0
    assert message in done.stderr
    assert_safe(step, done)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return a program that appends its arguments to the file `log` next to its folder."""
    program = tmp_path / "bin" / "zsupport"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" -- >>{tmp_path}/log\n')
    program.chmod(0o755)
    return program


def test_step_accepts_the_options_in_the_guide(step: Step, program: Path) -> None:
    text = PAGES["ci.md"].read_text(encoding="utf-8")
    rows = re.findall(r"^\| (all|`(?:check|test|diff)`) \| (`--.*) \|$", text, re.M)
    listed = {name.strip("`"): re.findall("`(--[a-z-]+=?)`", options) for name, options in rows}
    assert set(listed) == {"all", "check", "test", "diff"}
    every = {option for options in listed.values() for option in options}
    for command in ("check", "test", "diff"):
        options = {
            option.flags[0] for option in load_command(command).every_option() if option.flags
        }
        for option in every:
            argument = f"{option}x" if option[-1] == "=" else option
            done = step.run(command, str(program.parent), BASE="abc", ARGUMENTS=argument)
            allowed = option in (*listed[command], *listed["all"])
            assert done.returncode == (0 if allowed else 2), (command, option)
            assert not allowed or option.rstrip("=") in options


def test_step_runs_the_command_once(step: Step, program: Path, tmp_path: Path) -> None:
    inputs = {"ARGUMENTS": "--coverage\n\n--only=a b\n", "PATHS": "x y\n\n--fix\n", "SARIF": "o"}
    assert step.run("test", str(program.parent), BASE="abc", **inputs).returncode == 0
    words = (tmp_path / "log").read_text().splitlines()
    assert words.pop(2).startswith("--output-file=markdown=/")
    assert words == [
        "test", "--format=github", "--output-file=sarif=o", "--coverage", "--only=a b",
        "--config=abc:pyproject.toml", "--", "x y", "--fix", "--",
    ]  # fmt: skip


def test_pull_request_is_checked_with_the_configuration_of_the_base(step: Step) -> None:
    project = step.folder / "pyproject.toml"
    step.git("checkout", "-qb", "change")
    project.write_text('[tool.zsupport.check]\nignore = ["ZS"]\n')
    step.change("first-response: {P1: 1h 24x7,", "first-response: {P1: 9 business hours,")
    # A file whose name looks like a Git revision and a path.
    (step.folder / "main:pyproject.toml").write_text(project.read_text())
    step.git("add", "-A")
    step.git("commit", "-qm", "Switch the check off")
    assert step.run("check").returncode == 0
    assert step.run("check", BASE="main").returncode == 1
    assert step.run("check", BASE="main", CONFIG="none").returncode == 1
    assert step.run("check", BASE="change").returncode == 0
    assert step.run("check", BASE="change", CONFIG="none").returncode == 1
    assert step.run("check", BASE="change", CONFIG="other.toml").returncode == 1
    assert "Git revision not found" in step.run("check", BASE="0" * 40).stderr


def test_action_installs_its_own_release() -> None:
    text = (ACTION / "action.yml").read_text(encoding="utf-8")
    [script] = re.findall(r"Install zsupport\n.*\n      run: \|\n((?:        .*\n)+)", text)
    # Record the arguments of pip, so that nothing is installed.
    recorder = 'python() { printf "%s\\n" "$1" "${@: -1}"; }\n' + script
    done = subprocess.run(
        ["bash", "-euc", recorder], capture_output=True, text=True, check=True,
        env={"GITHUB_ACTION_PATH": "here", "PATH": os.environ["PATH"]},
    )  # fmt: skip
    # Isolated mode: a module `pip` in the examined repository is not imported.
    assert done.stdout == "-I\nhere/../../..\n"


def test_no_recipe_installs_zsupport_from_a_package_index() -> None:
    # zsupport is not on an index, so another package could get its name there. An extra of the
    # installed zsupport does not ask the index for zsupport.
    files = [*ROOT.glob("*.md"), *ROOT.glob(".github/**/*.*"), *ROOT.glob(".pre-commit-*.yaml")]
    files += [*ROOT.glob("src/zsupport/**/*.md"), *ROOT.glob("src/zsupport/**/*.py")]
    commands = [
        command
        for file in files
        if file.suffix in (".md", ".yml", ".yaml", ".py")
        for command in re.findall("pip install (.*)", file.read_text(encoding="utf-8"))
    ]
    assert any("git+https://example.com/zsupport@" in command for command in commands)
    by_name = re.compile(r"(?<![/\w])zsupport(?![\[/])")
    assert not [command for command in commands if by_name.search(command)]


@pytest.mark.parametrize(
    ("error", "code"),
    [("", 0), ("frobnicate: yes\n", 1), ("plans: {}\n", 1), ("  - : :\n", 1)],
)
def test_gitlab_job_writes_reports_for_every_policy(
    cli: Cli, tmp_path: Path, error: str, code: int
) -> None:
    [text] = snippets(".gitlab-ci.yml")
    script = yaml.safe_load(text)["support-policy"]["script"]
    folder = tmp_path / "support"
    folder.mkdir()
    for name, content in read_starter("acme").items():
        (folder / name).write_text(content, encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "A policy"]):
        subprocess.run([*GIT, *command], cwd=tmp_path, check=True, capture_output=True)
    policy = folder / "acme.yaml"
    policy.write_text(policy.read_text(encoding="utf-8") + error, encoding="utf-8")
    # The runner of GitLab stops at the first line that fails.
    lines = "\n".join(["set -e", f'zsupport() {{ {join(cli.command())} "$@"; }}', *script])
    environment = {**cli.environment(), "CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD"}
    done = subprocess.run(
        ["bash", "-c", lines], cwd=tmp_path, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    findings = json.loads((tmp_path / "code-quality.json").read_text(encoding="utf-8"))
    assert bool(findings) == bool(error)
    assert "<testsuites" in (tmp_path / "tests.xml").read_text(encoding="utf-8")
