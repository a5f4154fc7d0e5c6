"""Completion: the protocol of the shell scripts, and interactive bash."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Cli
from shells import Shell, environment_with_program, own_policies

from zsupport.cli.complete import _NAMES, script, split_line
from zsupport.cli.options import COMMANDS, ROOT, SHELLS, load_command
from zsupport.sources.find import shipped_policies

PLANS = ["free", "pro", "business", "education", "enterprise", "api"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_policies(tmp_path_factory.mktemp("completion"))


class Completion:
    """Calls the program like the script of a shell."""

    def __init__(self, cli: Cli, folder: Path) -> None:
        self.cli = cli
        self.folder = folder

    def rows(self, *words: str, shell: str = "zsh", **extra: str) -> list[list[str]]:
        """Return the candidates for the last word, with their descriptions."""
        run = self.cli(*words, env={"_ZSUPPORT_COMPLETE": shell, **extra}, cwd=self.folder)
        assert (run.code, run.stderr) == (0, "")
        return [line.split("\t") for line in run.stdout.splitlines()]

    def __call__(self, *words: str, shell: str = "zsh", **extra: str) -> list[str]:
        return [row[0] for row in self.rows(*words, shell=shell, **extra)]

    def bash(self, line: str, replaced: str) -> list[str]:
        """Return the candidates for a line of bash up to the cursor."""
        return self(line, replaced, shell="bash")


@pytest.fixture(scope="module")
def completion(cli: Cli, folder: Path) -> Completion:
    return Completion(cli, folder)


# -- candidates ---------------------------------------------------------------------------


def test_first_word_completes_commands(completion: Completion) -> None:
    assert completion("") == list(COMMANDS)
    assert completion("po") == ["policies"]
    assert completion.rows("chan") == [["channels", COMMANDS["channels"]]]


def test_options_before_a_command_are_completed(completion: Completion) -> None:
    assert completion("--") == ["--version", "--format", "--show-completion", "--help"]
    assert completion("--show-completion", "") == list(SHELLS)
    assert completion("--version", "--format", "j") == ["json"]
    assert completion("--format", "json", "top") == ["topics"]


@pytest.mark.parametrize("name", list(COMMANDS))
def test_all_options_of_a_command_are_completed(completion: Completion, name: str) -> None:
    options = [o for o in load_command(name).every_option() if o.flags and not o.hidden]
    assert completion(name, "-") == [*(option.flags[0] for option in options), "--help"]


def test_bare_tab_lists_options_without_arguments_left(completion: Completion) -> None:
    assert completion("due", "")[:2] == ["--plan", "--role"]
    assert completion("due", "x") == []


def test_used_option_is_completed_again_only_if_repeatable(completion: Completion) -> None:
    candidates = completion("due", "--plan", "pro", "--fact", "impact=down", "-q", "--")
    assert "--plan" not in candidates
    assert "--quiet" not in candidates
    assert "--fact" in candidates


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ("--plan", PLANS),
        ("--role", ["owner", "admin", "user", "participant"]),
        ("--channel", ["help-center", "web", "chat", "phone"]),
        ("--priority", ["P1", "P2", "P3", "P4"]),
        ("--metric", ["first-response", "all"]),
        ("--lang", ["en", "nb"]),
        ("--format", ["auto", "plain", "table", "json", "csv", "markdown"]),
        ("--csv", ["safe", "raw"]),
        ("--color", ["auto", "always", "never"]),
        (
            "--fact",
            [
                "impact=down",
                "impact=degraded",
                "impact=feature",
                "impact=question",
                "workaround=false",
                "workaround=true",
            ],
        ),
    ],
)
def test_values_of_options_are_completed(
    completion: Completion, option: str, values: list[str]
) -> None:
    assert completion("due", option, "") == values
    assert completion("due", f"{option}=") == [f"{option}={value}" for value in values]
    first = values[0]
    assert completion("due", option, first[:-1].upper())[0] == first


def test_languages_of_handling_are_completed(completion: Completion) -> None:
    values = completion("advise", "--policy", "aws", "--language", "")
    assert {"en", "ja", "zh"} <= {*values}
    assert completion("channels", "--policy", "aws", "--language", "j") == ["ja"]


def test_every_kind_of_completion_is_known() -> None:
    options = {o for name in COMMANDS for o in load_command(name).every_option() if o.completes}
    assert {option.completes for option in options} <= {
        *_NAMES,
        "policy",
        "guide",
        "rule",
        "field",
        "file",
        "ics",
        "mapping",
        "output",
        "tz",
        "zone",
        "share",
    }


def test_time_zones_are_completed(completion: Completion) -> None:
    assert completion("due", "--tz", "")[:2] == ["local", "UTC"]
    assert completion("due", "--tz", "lo") == ["local"]
    assert completion("due", "--tz", "europe/os") == ["Europe/Oslo"]
    assert completion("hours", "--tz=Asia/To") == ["--tz=Asia/Tokyo", "--tz=Asia/Tomsk"]
    # The time zone of the customer is not that of this machine.
    assert completion("due", "--customer-tz", "")[0] == "UTC"
    assert completion("due", "--customer-tz", "Europe/Os") == ["Europe/Oslo"]


def test_names_of_hours_are_completed(completion: Completion) -> None:
    assert completion("hours", "") == ["always", "24x7"]
    assert "--plan" in completion("hours", "always", "")


def test_topics_are_completed(completion: Completion) -> None:
    assert completion("topics", "--topic", "me") == ["meetings-webinars", "messaging"]


def test_topics_of_terms_are_completed(completion: Completion) -> None:
    assert completion("terms", "--policy", "hivemq", "--topic", "") == ["production"]
    # The last value of a repeated option is used.
    repeated = ("terms", "--policy", "gitlab", "--policy", "hivemq", "--topic", "")
    assert completion(*repeated) == ["production"]


def test_candidates_have_descriptions(completion: Completion) -> None:
    assert completion.rows("due", "--plan", "b") == [["business", "Business"]]
    assert completion.rows("due", "--priority", "P1") == [["P1", "Urgent"]]
    assert completion.rows("due", "--priority", "P1", "--lang", "nb", "--priority", "P1") == [
        ["P1", "Haster"]
    ]


def test_facts_are_completed_in_two_steps(completion: Completion) -> None:
    assert completion("priority", "--fact", "w") == ["workaround=false", "workaround=true"]
    assert completion("priority", "--fact", "impact=d") == ["impact=down", "impact=degraded"]
    assert completion("priority", "--fact=impact=f") == ["--fact=impact=feature"]


def test_fact_with_a_value_is_not_completed_again(completion: Completion) -> None:
    candidates = completion("priority", "--fact", "impact=down", "--fact", "")
    assert candidates == ["workaround=false", "workaround=true"]


def test_policies_are_completed_by_name_or_file(completion: Completion) -> None:
    names = [*shipped_policies(), "/"]
    assert completion("due", "--policy", "") == names
    assert completion("policies", "") == names
    assert completion("policies", "re") == ["redhat", "/"]
    assert completion("due", "--policy=r") == ["--policy=redhat", "/"]
    assert completion("due", "--policy", "./ow") == ["/"]


def test_calendar_files_are_completed_by_their_ending(completion: Completion) -> None:
    assert completion.rows("hours", "--import-ics", "") == [["/", "ics"]]
    assert completion.rows("hours", "--import-ics=./x") == [["/", "ics"]]
    formats = ["auto", "plain", "table", "json", "csv", "markdown", "ics", "parquet"]
    assert completion("hours", "--format", "") == formats


def test_help_completes_guides_and_commands(completion: Completion) -> None:
    assert completion("help", "po") == ["policy", "policies"]
    assert completion("help", "ho") == ["hours", "holidays"]
    assert "--help" in completion("help", "policy", "")


def test_rules_are_completed_by_code_and_name(completion: Completion) -> None:
    assert "ZS401" in completion("check", "--explain", "zs4")
    assert completion("check", "--explain", "unreachable-ru") == ["unreachable-rule"]
    assert completion.rows("check", "--select", "ZS401,slower-") == [
        ["ZS401,slower-than-lower-plan", "ZS501"]
    ]
    assert completion("check", "--ignore=ZS9,unreachable-ru") == ["--ignore=ZS9,unreachable-rule"]


def test_fields_are_completed_by_the_answer_of_the_command(completion: Completion) -> None:
    assert completion("due", "--field", "s") == ["state", "starts", "source"]
    assert completion("due", "--field", "plan,rem") == ["plan,remaining_seconds"]
    assert completion("channels", "--field=plan,num") == ["--field=plan,numbers"]
    assert completion("policies", "--field", "dig") == ["digest"]


def test_output_files_are_completed_by_format(completion: Completion) -> None:
    assert completion("check", "--output-file", "s") == ["sarif="]
    assert "markdown=" in completion("diff", "--output-file=")[4].partition("=")[2]


def test_options_are_not_completed_after_two_hyphens(completion: Completion) -> None:
    assert completion("policies", "--", "-") == ["/"]
    assert completion("due", "--", "") == []


def test_values_without_names_are_not_completed(completion: Completion) -> None:
    assert completion("due", "--at", "") == []
    assert completion("due", "--unknown=") == []
    assert completion("nonsense", "--plan", "") == []


# -- which policy --------------------------------------------------------------------------


def test_completion_uses_the_policy_option(completion: Completion) -> None:
    assert completion("due", "--policy", "redhat", "--plan", "s") == ["self-support", "standard"]
    assert completion("due", "--policy=./own.yaml", "--plan", "") == ["basic", "better", "gold"]
    assert completion("due", "--policy", "with space/own.yaml", "--metric", "f") == ["fix"]
    assert completion("due", "--policy", "own.yaml", "--fact", "site=n") == ["site=north"]


def test_completion_uses_the_environment_variable(completion: Completion) -> None:
    assert completion("due", "--priority", "", ZSUPPORT_POLICY="./own.yaml") == ["S1", "S2", "T"]
    candidates = completion(
        "due", "--policy", "zoom", "--priority", "", ZSUPPORT_POLICY="./own.yaml"
    )
    assert candidates[0] == "P1"


def test_completion_uses_the_policy_of_the_project(completion: Completion, folder: Path) -> None:
    settings = folder / "pyproject.toml"
    settings.write_text('[tool.zsupport]\npolicy = "own.yaml"\n')
    try:
        assert completion("due", "--role", "l") == ["lead"]
    finally:
        settings.unlink()


def test_home_folder_and_variables_are_expanded(completion: Completion, folder: Path) -> None:
    candidates = completion("due", "--policy", "~/own.yaml", "--role", "l", HOME=str(folder))
    assert candidates == ["lead"]
    assert completion("due", "--policy", "$HERE/own.yaml", "--role", "l", HERE=str(folder)) == [
        "lead"
    ]


@pytest.mark.parametrize(
    "policy", ["-", "broken.yaml", "none.yaml", "nonsense", "pipe.yaml", "/dev/stdin", "."]
)
def test_unreadable_policy_has_no_candidates(completion: Completion, policy: str) -> None:
    assert completion("due", "--policy", policy, "--plan", "") == []
    # Options do not depend on the policy.
    assert completion("due", "--policy", policy, "--form") == ["--format"]


@pytest.mark.parametrize("shell", SHELLS)
def test_texts_of_a_policy_cannot_control_a_shell(completion: Completion, shell: str) -> None:
    words: tuple[str, ...] = ("due", "--policy", "own.yaml", "--plan", "")
    if shell == "bash":
        words = ("zsupport due --policy own.yaml --plan ", "")
    assert completion.rows(*words, shell=shell) == [["basic"], ["better"], ["gold"]]


def test_descriptions_with_control_characters_are_omitted(completion: Completion) -> None:
    assert completion.rows("due", "--policy", "own.yaml", "--priority", "") == [
        ["S1"],
        ["S2"],
        ["T", "T"],
    ]


# -- bash ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "replaced", "candidates"),
    [
        ("zsupport due --plan bu", "bu", ["business"]),
        ("zsupport due --at-risk ", "", ["1/2", "3/4", "9/10"]),
        ("zsupport due --at-risk=3", "3", ["3/4"]),
        ("zsupport due --plan=", "", PLANS),
        ("zsupport due --plan=bu", "bu", ["business"]),
        ("zsupport due --fact impact=", "", ["down", "degraded", "feature", "question"]),
        ("zsupport due --fact impact=d", "d", ["down", "degraded"]),
        ("zsupport due --fact=impact=do", "do", ["down"]),
        ("zsupport due --fact imp", "imp", [f"impact={v}" for v in
                                           ("down", "degraded", "feature", "question")]),
        ('zsupport due --fact "impact=do', "impact=do", ["impact=down"]),
        ("zsupport due --fact='impact=do", "impact=do", ["impact=down"]),
        # Without `=` in COMP_WORDBREAKS, bash replaces the whole word.
        ("zsupport due --fact impact=do", "impact=do", ["impact=down"]),
        ("zsupport due --fact=impact=do", "--fact=impact=do", ["--fact=impact=down"]),
        ('zsupport due --policy "with space/own.yaml" --plan b', "b", ["basic", "better"]),
        (r"zsupport due --policy with\ space/own.yaml --plan b", "b", ["basic", "better"]),
        ("~/bin/zsupport due --plan  bu", "bu", ["business"]),
        ("zsupport due  --plan ", "", PLANS),
    ],
)  # fmt: skip
def test_bash_lines_are_completed(
    completion: Completion, line: str, replaced: str, candidates: list[str]
) -> None:
    assert completion.bash(line, replaced) == candidates


@pytest.mark.parametrize(
    ("line", "words", "raw"),
    [
        ("", [""], ""),
        ("a ", ["a", ""], ""),
        ("a  b", ["a", "b"], "b"),
        ("a 'b c' d\\ e", ["a", "b c", "d e"], "d\\ e"),
        ('a "b\\"c\\d', ["a", 'b"c\\d'], '"b\\"c\\d'),
        ("a ''", ["a", ""], "''"),
        ("a 'b ", ["a", "b "], "'b "),
        ("a x'b'\"c\"", ["a", "xbc"], "x'b'\"c\""),
        ("a \\", ["a", "\\"], "\\"),
    ],
)
def test_unfinished_line_is_split_into_words(line: str, words: list[str], raw: str) -> None:
    assert split_line(line) == (words, raw)


@pytest.mark.parametrize("line", ["a b", "a 'b c'", 'x "y z" w\\ v', "--fact=a=b 'é'"])
def test_complete_line_is_split_like_in_a_shell(line: str) -> None:
    assert split_line(line)[0] == shlex.split(line)


@pytest.fixture(scope="module")
def environment(cli: Cli) -> dict[str, str]:
    return environment_with_program(cli)


@pytest.mark.parametrize(
    ("words", "candidates"),
    [
        # COMP_WORDS as bash splits them: `=` is a separate word.
        (["zsupport", "channels", "--plan", "bu"], ["business"]),
        (["zsupport", "channels", "--plan", "=", "bu"], ["business"]),
        (["zsupport", "channels", "--fact", "impact", "=", "q"], ["question"]),
        (["zsupport", "chan"], ["channels"]),
    ],
)
def test_bash_function_sets_compreply(
    environment: dict[str, str], folder: Path, words: list[str], candidates: list[str]
) -> None:
    line = " ".join(words).replace(" = ", "=")
    current, previous = words[-1], words[-2]
    run = subprocess.run(
        [
            "bash", "--norc", "--noprofile", "-euc",
            'eval "$(zsupport --show-completion bash)"\n'
            f"COMP_LINE={shlex.quote(line)}; COMP_POINT={len(line)}\n"
            f"COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}\n"
            f"_zsupport zsupport {shlex.quote(current)} {shlex.quote(previous)}\n"
            'printf "%s\\n" "${COMPREPLY[@]}"',
        ],
        env=environment, cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (run.stdout.split(), run.stderr, run.returncode) == (candidates, "", 0)


@pytest.fixture(scope="module")
def bash(environment: dict[str, str], folder: Path) -> Iterator[Shell]:
    with Shell(["bash", "--norc", "--noprofile", "-i"], environment, folder) as shell:
        shell.settle('eval "$(zsupport --show-completion bash)"')
        yield shell


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("zsupport chan\t", ["channels"]),
        ("zsupport channels --plan=bu\t--ro\t", ["channels", "--plan=business", "--role"]),
        ("zsupport due --fact impact=do\t", ["due", "--fact", "impact=down"]),
        ("zsupport due --fact imp\tq\t", ["due", "--fact", "impact=question"]),
        ('zsupport due --fact "impact=do\t', ["due", "--fact", "impact=down"]),
        ("zsupport due --fact=wo\tt\t", ["due", "--fact=workaround=true"]),
        (
            "zsupport due --policy ./ow\t--plan be\t",
            ["due", "--policy", "./own.yaml", "--plan", "better"],
        ),
        (
            "zsupport due --policy=./ow\t --plan go\t",
            ["due", "--policy=./own.yaml", "--plan", "gold"],
        ),
        (
            "zsupport due --policy wi\town.yaml --plan go\t",
            ["due", "--policy", "with space/own.yaml", "--plan", "gold"],
        ),
        ("zsupport due --policy red\t", ["due", "--policy", "redhat"]),
    ],
)
def test_completion_in_interactive_bash(bash: Shell, typed: str, words: list[str]) -> None:
    assert bash.finished(typed) == ["zsupport", *words]


def test_bash_runs_nothing_from_a_policy(bash: Shell, folder: Path) -> None:
    bash.type("zsupport due --policy own.yaml --plan \t\t")
    bash.until("gold")
    bash.type("\x15")
    bash.settle("true")
    assert not (folder / "injected").exists()


# -- the scripts ---------------------------------------------------------------------------


@pytest.mark.parametrize("shell", SHELLS)
def test_scripts_are_printed(cli: Cli, shell: str) -> None:
    run = cli("--show-completion", shell)
    assert (run.stdout, run.stderr, run.code) == (script(shell), "", 0)


def test_bash_script_is_valid() -> None:
    subprocess.run(["bash", "-n"], input=script("bash").encode(), check=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_scripts_do_not_use_eval(shell: str) -> None:
    assert "eval" not in script(shell)


def test_unknown_shell_is_rejected(cli: Cli) -> None:
    assert cli("--show-completion", "tcsh").code == 2


def test_options_before_a_command_equal_those_of_typer(cli: Cli) -> None:
    """The table for completion has the same options as `zsupport --help`."""
    shown = cli("--help").stdout
    flags = {word.rstrip(",") for word in shown.split("Commands:")[0].split() if word[:2] == "--"}
    assert flags == {*(option.flags[0] for option in ROOT), "--help"}


def test_completion_works_with_python_m(folder: Path) -> None:
    """The protocol does not depend on how the program is started."""
    run = subprocess.run(
        [sys.executable, "-m", "zsupport", "channels", "--pl"],
        env={**os.environ, "_ZSUPPORT_COMPLETE": "fish"}, cwd=folder, capture_output=True,
        check=True,
    )  # fmt: skip
    assert run.stdout.startswith(b"--plan\t")


def test_second_path_is_completed_like_the_first(completion: Completion) -> None:
    first = completion("check", "zo")
    assert "zoom" in first
    assert completion("check", "zoom", "zo") == first
    # A command with a single argument has no second one.
    assert completion("schema", "due", "d") == []
