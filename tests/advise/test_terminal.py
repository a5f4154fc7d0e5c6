"""Questions of `advise` in a terminal: keys, numbers, interruptions, and a restored terminal."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Cli
from shells import Shell, environment_with_program

#: Runs a command with the default action of SIGINT: processes in the background ignore it.
_INTERRUPTIBLE = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL);"
    " os.execvp(sys.argv[1], sys.argv[1:])"
)
_CONTROLS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
UP, DOWN, HOME, END = "\x1b[A", "\x1b[B", "\x1b[H", "\x1bOF"

Advice = Callable[..., Shell]


@pytest.fixture
def advice(cli: Cli, tmp_path: Path) -> Advice:
    """Return a function that runs `advise` in a terminal, then `stty`, and shows the exit code."""

    def run(arguments: str, term: str = "xterm-256color", columns: int = 80) -> Shell:
        environment = environment_with_program(cli)
        environment |= {"TERM": term, "COLUMNS": str(columns), "NO_COLOR": "1"}
        script = f"zsupport advise {arguments}; echo code=$?; stty -a; echo fin''ished"
        command = [sys.executable, "-c", _INTERRUPTIBLE, "bash", "--norc", "--noprofile", "-c"]
        return Shell([*command, script], environment, tmp_path)

    return run


def result(shell: Shell) -> str:
    """Return the rest of the screen; check that the terminal is as before."""
    shown = shell.until("finished")
    code, _, modes = shown.rpartition("code=")
    assert {"icanon", "echo", "isig", "icrnl"} <= set(re.split(r"[\s;]+", modes))
    return _CONTROLS.sub("", code + "code=" + modes.partition("\r\n")[0]).replace("\r\n", "\n")


AT = "--at 2026-11-23T11:00Z --tz Europe/Oslo"


def test_arrow_keys_and_numbers_answer_the_questions(advice: Advice) -> None:
    with advice(AT) as shell:
        assert "Which plan do you have?" in shell.until("then Enter")
        shell.type(f"{DOWN}{DOWN}{DOWN}{UP}\r")
        assert "Which plan do you have? Business\r\n" in shell.until("What is your role?\r\n")
        shell.type("2\n")
        assert "What is your role? Administrator\r\n" in shell.until("service?\r\n")
        shell.type(f"{END}{HOME}\r")
        shown = result(shell)
    assert "What is wrong with the service? It does not work at all\n" in shown
    assert (
        "  Try Help Center first, then call +1.888.799.9666 ext. 2 and have your personal\n"
        "  meeting ID and host key ready.\n"
        "  Expect the first response by Mon 23 Nov 2026, 13:00 CET, within 1 h.\n"
    ) in shown
    assert f"zsupport advise --plan business --role admin --fact impact=down {AT}\n" in shown
    assert shown.endswith("code=0")


def test_only_questions_that_change_the_advice_are_asked(advice: Advice) -> None:
    # A free plan has the same channel for all facts. The role decides the self-help.
    with advice(f"--plan free {AT}") as shell:
        assert "What is your role?" in shell.until("then Enter")
        shell.type("3\r")
        shown = result(shell)
    assert "service?" not in shown
    assert "Frequently asked questions of users and participants" in shown
    assert shown.endswith("code=0")


def test_a_stated_case_is_not_asked(advice: Advice) -> None:
    with advice(f"--plan pro --role admin --fact impact=degraded {AT}") as shell:
        shown = result(shell)
    assert "then Enter" not in shown
    assert "To ask this again" not in shown


def test_ctrl_c_ends_with_130(advice: Advice) -> None:
    with advice(AT) as shell:
        shell.until("then Enter")
        shell.type("\x03")
        assert result(shell).endswith("code=130")


def test_sigterm_restores_the_terminal(advice: Advice) -> None:
    killer = "(sleep 1; kill -TERM $(pgrep -P $$ -x zsupport)) & true; zsupport advise"
    with advice(f"--plan nothing 2>&1; {killer} {AT}") as shell:
        shell.until("then Enter")
        assert result(shell).endswith("code=143")


def test_ctrl_d_ends_with_the_missing_options(advice: Advice) -> None:
    with advice(f"--plan business {AT}") as shell:
        shell.until("then Enter")
        shell.type("1\r")
        shell.until("service?\r\n")
        shell.type("\x04")
        shown = result(shell)
    assert "needs input: --fact impact=VALUE\n" in shown
    assert shown.endswith("code=2")


def test_keys_typed_before_the_question_count(advice: Advice) -> None:
    with advice(AT) as shell:
        shell.until("then Enter")
        shell.type("3\r2\r1\r")
        assert f"--plan business --role admin --fact impact=down {AT}\n" in result(shell)


def test_ctrl_d_typed_before_the_question_ends_it(advice: Advice) -> None:
    with advice(f"--plan business {AT}") as shell:
        shell.type("\x04")  # the program has not started yet
        assert result(shell).endswith("code=2")


def test_long_lists_scroll_and_take_numbers_of_two_digits(advice: Advice, tmp_path: Path) -> None:
    plans = "".join(f"  p{n}: {{name: Plan number {n}}}\n" for n in range(1, 61))
    (tmp_path / "big.yaml").write_text(
        f"format: 1\npolicy: big\nplans:\n{plans}channels: {{mail: {{name: Email, kind: email}}}}\n"
        "entitlements: [{when: {plan: [p1, p42]}, allow: mail}]\n"
    )
    with advice("--policy ./big.yaml") as shell:
        shown = _CONTROLS.sub("", shell.until("then Enter"))
        # The height of this terminal is unknown, so it is taken as 24 lines.
        assert ">  1  Plan number 1\r\n" in shown
        assert "Plan number 60" not in shown
        shell.type("42")
        shell.until("> 42  Plan number 42")
        shell.type("\r")
        shown = result(shell)
    assert "--plan p42\n" in shown
    assert shown.endswith("code=0")


def test_typed_letters_select_a_line(advice: Advice) -> None:
    with advice(f"--role admin --fact impact=down {AT}") as shell:
        shell.until("then Enter")
        # Start of a name, in any case; then a new text after the deleted one.
        shell.type("EDX")
        shell.until("Not in the list: EDX")
        shell.type("\x7f\x7f\x7fbusiness\r")
        shown = result(shell)
    assert "Which plan do you have? Business\n" in shown


@pytest.mark.parametrize("text", ["x", "99", "0", "bå", "businessx"])
def test_enter_does_not_choose_after_a_text_that_is_not_in_the_list(
    advice: Advice, text: str
) -> None:
    with advice(f"--role admin --fact impact=down {AT}") as shell:
        shell.until("then Enter")
        shell.type(f"{text}\r\r")
        shell.until("Not in the list: ")
        # The next character after Enter starts a new text.
        shell.type("2\r")
        shown = result(shell)
    assert "Which plan do you have? Pro\n" in shown
    assert shown.endswith("code=0")


def test_an_arrow_key_accepts_the_list_again(advice: Advice) -> None:
    with advice(f"--role admin --fact impact=down {AT}") as shell:
        shell.until("then Enter")
        shell.type("x")
        shell.until("Not in the list: x")
        shell.type(f"{DOWN}\r")
        assert "Which plan do you have? Pro\n" in result(shell)


def test_a_terminal_without_cursor_takes_a_number(advice: Advice) -> None:
    with advice(f"--plan business --role admin {AT}", term="dumb") as shell:
        assert "  1  It does not work at all\r\n" in shell.until("Number (1 to 4): ")
        shell.type("9\n")
        shell.until("Number (1 to 4): ")
        shell.type("1\n")
        shown = result(shell)
    assert "--fact impact=down" in shown
    assert "\x1b" not in shown
    with advice("--plan business --role admin", term="dumb") as shell:
        shell.until("Number (1 to 4): ")
        shell.type("\x04")
        assert result(shell).endswith("code=2")
    with advice("--plan business --role admin", term="dumb") as shell:
        shell.until("Number (1 to 4): ")
        shell.type("\x03")
        assert result(shell).endswith("code=130")


def test_the_customer_is_asked_in_the_words_of_the_policy(advice: Advice) -> None:
    case = "--policy canonical --plan weekday --priority sev1 --at 2026-11-23T11:00Z"
    with advice(case) as shell:
        shell.until("skip)\r\n  > ")
        shell.type("Atlantis\n")
        assert "unknown time zone `Atlantis`" in shell.until("skip)\r\n  > ")
        shell.type("Europe/Oslo\n")
        shell.until("skip)\r\n  > ")
        shell.type("NO\n")
        shown = result(shell)
    assert "CET, within 4 working hours" in " ".join(shown.split())
    assert "--customer-tz Europe/Oslo --customer-country NO --at 2026-11-23T11:00Z\n" in shown
    assert shown.endswith("code=0")


def test_questions_that_take_any_text_can_be_skipped(advice: Advice) -> None:
    with advice("--policy canonical --plan weekday --priority sev1") as shell:
        shell.until("skip)\r\n  > ")
        shell.type("\n")
        shell.until("skip)\r\n  > ")
        shell.type("\n")
        shown = result(shell)
    assert "the date depends on where you are" in " ".join(shown.split())
    assert shown.endswith("code=2")


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_texts_of_a_policy_cannot_control_the_terminal(
    advice: Advice, tmp_path: Path, columns: int
) -> None:
    (tmp_path / "own.yaml").write_text(
        "format: 1\npolicy: own\n"
        'plans: {a: {name: "A \\e]0;title\\a \\e[2J x"}, b: {name: "B \\r\\n\\t [bold] '
        + "w"
        * 90
        + '"}}\n'
        "channels: {mail: {name: Email, kind: email}}\n"
        "entitlements: [{when: {plan: a}, allow: mail}]\n"
    )
    with advice("--policy ./own.yaml", columns=columns) as shell:
        shown = shell.until("then Enter")
        assert "\x1b]" not in shown
        assert "\x1b[2J" not in shown
        shell.type(f"{DOWN}{UP}1\r")
        assert result(shell).endswith("code=0")


def test_a_pipe_never_waits(cli: Cli) -> None:
    run = cli("advise", "--plan", "pro")
    assert run.code == 2
    assert run.stdout == "missing\trole\nmissing\timpact\n"
    assert run.stderr.splitlines()[0] == ("zsupport: needs input: --role and --fact impact=VALUE")
    assert "  What is wrong with the service? (--fact impact=VALUE)" in run.stderr.splitlines()
    assert "    down: It does not work at all" in run.stderr.splitlines()
