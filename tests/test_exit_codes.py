"""Exit codes and streams of the program, for scripts and terminals."""

import array
import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import interruptible

from zsupport.cli.output import wants_json

if TYPE_CHECKING:
    from conftest import Cli

YES = ("channels", "--plan", "pro", "--role", "admin", "--channel", "web")
NO = ("channels", "--plan", "pro", "--role", "admin", "--channel", "phone")
#: The program with one function that raises an exception.
BROKEN = """
import sys
import zsupport.answer.channels as broken

def raising(*arguments, **options):
    raise RuntimeError("broken on purpose")

broken.answer_channels = raising
from zsupport.cli import run
sys.argv = ["zsupport", *sys.argv[1:]]
run()
"""
SMALL = """\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Ticket, kind: web}}
entitlements: [{allow: web}]
targets: [{first-response: 1h}]
"""


def error_of(stdout: str) -> dict[str, Any]:
    """Return the value of `error` in a document without other keys."""
    document = json.loads(stdout)
    assert set(document) == {"error"}
    error: dict[str, Any] = document["error"]
    return error


# -- the codes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        YES,
        ("due", "--plan", "pro", "--role", "owner", "--priority", "P1"),
        ("priority",),
        ("topics",),
        ("terms", "--policy", "redhat"),
        ("policies",),
        ("schema",),
        ("help",),
        ("--version",),
        ("--help",),
        ("channels", "--help"),
        (),
    ],
)
def test_exit_0_for_a_positive_answer(arguments: tuple[str, ...], cli: "Cli") -> None:
    run = cli(*arguments)
    assert run.code == 0
    assert run.stderr == "" or arguments == ("topics",)
    assert run.stdout.endswith("\n")


@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        (NO, "not entitled"),
        (("due", "--plan", "free", "--role", "owner", "--priority", "P1"), "not entitled"),
        (("due", "--plan", "pro", "--role", "owner", "--priority", "P1", "--opened",
          "2019-06-01T00:00:00Z"), "not stated"),
        (("due", "--policy", "canonical", "--plan", "weekday", "--priority", "sev4",
          "--metric", "ongoing-response"), "no target"),
        (("topics", "--policy", "hivemq"), "not stated"),
        (("terms", "--policy", "hivemq", "--priority", "P2"), "not stated"),
        (("terms", "--policy", "canonical", "--at", "2024-05-01T00:00:00Z"), "not stated"),
    ],
)  # fmt: skip
def test_exit_1_with_a_line_for_a_negative_answer(
    arguments: tuple[str, ...], state: str, cli: "Cli"
) -> None:
    run = cli(*arguments)
    assert run.code == 1
    assert [line for line in run.stderr.splitlines() if state in line] == [
        run.stderr.splitlines()[-1]
    ]


USAGE = [
    (("channels", "--plan", "premium"), "premium"),
    (("channels", "--role", "boss"), "boss"),
    (("channels", "--channel", "fax"), "fax"),
    (("channels", "--priority", "P9"), "P9"),
    (("channels", "--fact", "colour=red"), "colour"),
    (("channels", "--fact", "impact=red"), "red"),
    (("channels", "--fact", "impact"), "impact"),
    (("channels", "--policy", "no-such-policy"), "no-such-policy"),
    (("channels", "--no-such-option",), "--no-such-option"),
    (("channels", "--format", "yaml"), "yaml"),
    (("channels", "--color", "green"), "green"),
    (("channels", "--plan"), "--plan"),
    (("channels", "surplus"), "surplus"),
    (("channels", "--at", "2026-11-23T10:00:00"), "2026-11-23T10:00:00"),
    (("channels", "--at", "tomorrow"), "tomorrow"),
    (("channels", "--tz", "Europe/Olso"), "Europe/Olso"),
    (("channels", "--field", "colour"), "colour"),
    (("due", "--customer-tz", "Europe/Olso"), "--customer-tz: unknown time zone `Europe/Olso`"),
    (("due", "--metric", "applause"), "applause"),
    (("due", "--opened", "2026-02-30T10:00:00Z"), "2026-02-30"),
    (("due", "--policy", "canonical", "--plan", "weekday", "--priority", "sev3", "--metric",
      "ongoing-response", "--opened", "2024-10-09T13:00:00+02:00"), "headquarters"),
    (("topics", "--topic", "cooking"), "cooking"),
    (("terms", "--topic", "cooking"), "cooking"),
    (("schema", "cooking"), "cooking"),
    (("help", "cooking"), "cooking"),
    (("no-such-command",), "no-such-command"),
    (("--no-such-option",), "--no-such-option"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "part"), USAGE)
def test_exit_2_for_an_invalid_question(arguments: tuple[str, ...], part: str, cli: "Cli") -> None:
    run = cli(*arguments)
    assert run.code == 2
    assert part in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chanels",), "unknown command `chanels`; did you mean `channels`?"),
        (("nonsense",), "unknown command `nonsense`"),
        (("it's",), 'unknown command "it\'s"'),
        (("channels", "--nonsense"), "unknown option `--nonsense`"),
        (("--plan", "pro"), "unknown option `--plan`"),
        (("channels", "--plan"), "`--plan` requires a value"),
        (("channels", "--why=1"), "`--why` does not take a value"),
        (("channels", "--csv", "x"), "unknown value `x` of `--csv`; values: safe, raw"),
        (("channels", "a", "b"), "unexpected arguments: a b"),
    ],
)
def test_messages_of_typer_are_plain(arguments: tuple[str, ...], message: str, cli: "Cli") -> None:
    run = cli(*arguments)
    assert (run.stderr.splitlines()[0], run.code) == (f"zsupport: {message}", 2)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (
            ("due", "--language", "ja"),
            "`due` has no option `--language`",
            "`channels` and `advise` have it; see `zsupport due --help`",
        ),
        (
            ("topics", "--topic=x", "--unreleased-option"),
            "unknown option `--unreleased-option`",
            "see `zsupport topics --help`",
        ),
        (
            ("channels", "--opened", "now"),
            "`channels` has no option `--opened`",
            "`due` has it; see `zsupport channels --help`",
        ),
    ],
)
def test_option_of_other_commands_names_them(
    arguments: tuple[str, ...], message: str, hint: str, cli: "Cli"
) -> None:
    run = cli(*arguments)
    assert (run.stderr, run.code) == (f"zsupport: {message}\n  {hint}\n", 2)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("channels", "--policy", "./none.yaml"), None),
        (("channels", "--policy", "none/policy.yaml"), None),
        (("channels", "--policy", "./policy.yaml"), ""),
        (("channels", "--policy", "./policy.yaml"), "format: [1"),
        (("due", "--policy", "./policy.yaml"), SMALL.replace("Pro}", "Pro}\ncolour: red")),
        (("priority", "--policy", "./policy.yaml"), SMALL.replace("allow: web", "allow: wep")),
        (("topics", "--policy", "./policy.yaml"), SMALL.replace("1h", "1 day")),
        (("policies", "./policy.yaml"), SMALL.replace("format: 1", "format: 2")),
    ],
)
def test_exit_3_for_a_missing_or_invalid_policy(
    arguments: tuple[str, ...], text: str | None, cli: "Cli", tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "policy.yaml").write_text(text)
    run = cli(*arguments, cwd=tmp_path)
    assert (run.stdout, run.code) == ("", 3)
    file = arguments[-1]
    assert file in run.stderr if text is None else re.search(r"policy\.yaml:\d+:\d+", run.stderr)


def test_invalid_policy_reports_all_problems_with_their_places(cli: "Cli") -> None:
    text = SMALL.replace("allow: web", "allow: wep").replace("1h", "1 day")
    run = cli("channels", "--policy", "-", stdin=text)
    assert run.code == 3
    assert re.findall(r"-:(\d+):(\d+)", run.stderr) == [("5", "24"), ("6", "28")]


@pytest.mark.parametrize(
    "arguments",
    [
        *((*YES, "--format", format) for format in ("plain", "table", "json", "csv", "markdown")),
        (*YES, "--field", "name"),
        ("schema",),
        ("help", "policy"),
        ("--version",),
        ("--help",),
        ("channels", "--help"),
    ],
)
def test_exit_4_if_the_output_cannot_be_written(arguments: tuple[str, ...], cli: "Cli") -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            cli.command(*arguments),
            stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
            env=cli.environment(), cwd=cli.folder, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.startswith("zsupport: cannot write the output")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "text", "code"),
    [
        (("channels", "--plan", "premium"), SMALL, 2),
        (("channels",), SMALL.replace("allow: web", "allow: wep"), 3),
        # A missing file that cannot be reported is an environment error.
        (("channels",), None, 4),
    ],
)
def test_input_error_keeps_the_exit_code_if_it_cannot_be_written(
    arguments: tuple[str, ...], text: str | None, code: int, cli: "Cli", tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "policy.yaml").write_text(text)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            cli.command(*arguments, "--policy", "./policy.yaml", "--format", "json"),
            stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
            env=cli.environment(), cwd=tmp_path, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == code


def shell(cli: "Cli", line: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of bash in which `zsupport` is the program."""
    program = " ".join(f"'{word}'" for word in cli.command())
    return subprocess.run(
        ["bash", "-c", f"zsupport() {{ {program} \"$@\"; }}\n{line}"],
        stdin=subprocess.DEVNULL, capture_output=True, env=cli.environment(), cwd=cli.folder,
        text=True, timeout=60, check=False,
    )  # fmt: skip


def test_exit_4_without_standard_output(cli: "Cli") -> None:
    done = shell(cli, f"zsupport {' '.join(YES)} >&-")
    assert done.returncode == 4
    assert done.stderr.startswith("zsupport: ")
    assert "Traceback" not in done.stderr


def test_exit_4_without_standard_input(cli: "Cli") -> None:
    done = shell(cli, "zsupport channels --policy - --format json <&-")
    assert done.returncode == 4
    assert error_of(done.stdout)["code"] == 4


def test_closed_standard_error_does_not_change_standard_output(cli: "Cli") -> None:
    done = shell(cli, f"zsupport {' '.join(NO)} 2>&-")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 1)
    done = shell(cli, f"zsupport {' '.join(YES)} 2>&-")
    assert (done.stdout, done.stderr, done.returncode) == ("web\n", "", 0)


def broken(cli: "Cli", *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", BROKEN, *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, env=cli.environment(), cwd=cli.folder,
        text=True, timeout=60, check=False,
    )  # fmt: skip


def test_exit_70_prints_a_line_and_how_to_report_the_bug(cli: "Cli") -> None:
    run = broken(cli, *YES)
    assert (run.stdout, run.returncode) == ("", 70)
    first, *rest = run.stderr.splitlines()
    assert "bug in zsupport" in first
    assert "broken on purpose" in first
    assert "report" in " ".join(rest)
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("more", [("--debug",), ("-q", "--debug"), ("--debug", "--format=table")])
def test_debug_shows_the_traceback_of_a_bug(more: tuple[str, ...], cli: "Cli") -> None:
    run = broken(cli, *YES, *more)
    assert run.returncode == 70
    assert "Traceback (most recent call last)" in run.stderr
    assert "RuntimeError: broken on purpose" in run.stderr


def test_exit_130_if_interrupted_while_reading(cli: "Cli") -> None:
    with subprocess.Popen(
        cli.command("channels", "--policy", "-"),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=cli.environment(), cwd=cli.folder, preexec_fn=interruptible,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        assert process.stderr
        # More than the buffer of a pipe: after this write the program waits for more input.
        process.stdin.write(b"# a long comment\n" * 20_000)
        process.stdin.flush()
        until = time.monotonic() + 30
        while unread(process.stdin.fileno()) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=30) == 130
        finally:
            process.kill()
        assert process.stdout.read() == b""
        assert b"Traceback" not in process.stderr.read()


def unread(pipe: int) -> int:
    """Return the number of unread bytes in a pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


@pytest.mark.parametrize(
    "line",
    [
        "zsupport channels",
        "zsupport channels --format json",
        "zsupport schema",
        "zsupport help policy",
        "zsupport --help",
        "zsupport channels --policy zoom --plan nosuch --format json",
    ],
)
def test_closed_pipe_is_ignored(line: str, cli: "Cli") -> None:
    # The reader ends before the program writes anything.
    done = shell(cli, f"set -o pipefail; {{ sleep 0.05; {line}; }} | exec true")
    lines = [text for text in done.stderr.splitlines() if "nosuch" not in text]
    assert lines == []
    assert done.returncode == (2 if "nosuch" in line else 0)


# -- errors as JSON ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "part"),
    # Without commands that have no --format, and an option that cannot be combined with it.
    [(a, n) for a, n in USAGE if not {"schema", "help", "--no-such-option", "--field"} & {*a}],
)
def test_usage_error_is_a_json_document(arguments: tuple[str, ...], part: str, cli: "Cli") -> None:
    run = cli(arguments[0], "--format=json", *arguments[1:])
    assert run.code == 2
    if part == "headquarters":
        # Missing input is an answer, not an error.
        assert [row["state"] for row in json.loads(run.stdout)["answers"]] == ["needs-input"]
        return
    error = error_of(run.stdout)
    assert (error["kind"], error["code"]) == ("usage", 2)
    assert set(error) == {"kind", "code", "message", "hint"}
    assert part in error["message"]


def test_missing_policy_is_a_json_document(cli: "Cli") -> None:
    run = cli("due", "--policy", "./none.yaml", "--format=json")
    assert run.code == 3
    error = error_of(run.stdout)
    assert (error["kind"], error["code"]) == ("policy", 3)
    assert "./none.yaml" in error["message"]


def test_invalid_policy_is_a_json_document_with_all_problems(cli: "Cli") -> None:
    text = SMALL.replace("allow: web", "allow: wep").replace("1h", "1 day")
    run = cli("due", "--policy", "-", "--format", "json", stdin=text)
    assert run.code == 3
    error = error_of(run.stdout)
    assert (error["kind"], error["code"]) == ("policy", 3)
    assert [(problem["line"], problem["column"]) for problem in error["problems"]] == [
        (5, 24),
        (6, 28),
    ]
    assert [problem["file"] for problem in error["problems"]] == ["-", "-"]


def test_bug_is_a_json_document(cli: "Cli") -> None:
    run = broken(cli, *YES, "--format", "json")
    assert run.returncode == 70
    error = error_of(run.stdout)
    assert (error["kind"], error["code"]) == ("bug", 70)
    assert "broken on purpose" in error["message"]
    assert error["hint"]


def test_standard_output_is_empty_on_errors_in_other_formats(cli: "Cli") -> None:
    for format in ("plain", "table", "csv", "markdown"):
        run = cli("channels", "--plan", "premium", "--format", format)
        assert (run.stdout, run.code) == ("", 2)


# -- locales, terminals, colors ------------------------------------------------------------------

NB = ("channels", "--plan", "business", "--role", "owner", "--lang", "nb", "--field", "steps")
STEPS = [
    "Let her før du kontakter noen.",
    "Åpne delen eller emnet som passer til spørsmålet ditt.",
]


@pytest.mark.parametrize(
    ("environment", "encoding"),
    [
        ({"LC_ALL": "C"}, "utf-8"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "ascii"),
        ({"PYTHONIOENCODING": "ascii"}, "ascii"),
        ({"PYTHONIOENCODING": "ascii:strict"}, "ascii"),
        ({"PYTHONIOENCODING": "latin-1"}, "latin-1"),
        ({"PYTHONIOENCODING": "utf-8"}, "utf-8"),
    ],
)
def test_every_locale_works(environment: Mapping[str, str], encoding: str, cli: "Cli") -> None:
    run = cli.bytes(*NB, env=environment)
    assert (run.stderr, run.returncode) == (b"", 0)
    lines = run.stdout.decode(encoding).splitlines()
    expected = [step.encode(encoding, "backslashreplace").decode(encoding) for step in STEPS]
    assert lines[:2] == expected


@pytest.mark.parametrize("format", ["plain", "table", "json", "csv", "markdown"])
def test_every_format_can_be_written_in_ascii(format: str, cli: "Cli") -> None:
    run = cli.bytes(
        "priority", "--format", format, "--lang", "nb", env={"PYTHONIOENCODING": "ascii"}
    )
    assert (run.stderr, run.returncode) == (b"", 0)
    text = run.stdout.decode("ascii")
    assert "H\\xf8y" in text or "H\\u00f8y" in text
    if format == "json":
        assert [row["name"] for row in json.loads(text)["answers"]] == [
            "Haster", "Høy", "Normal", "Lav",
        ]  # fmt: skip


def terminal(cli: "Cli", *arguments: str, **environment: str) -> str:
    """Run the program with standard output in a terminal; return the output."""
    ours, theirs = pty.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[1] &= ~termios.OPOST  # do not translate line feeds
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    with subprocess.Popen(
        cli.command(*arguments), stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL,
        env=cli.environment({"TERM": "xterm-256color", **environment}), cwd=cli.folder,
    ) as process:  # fmt: skip
        os.close(theirs)
        text = b""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            ready, _, _ = select.select([ours], [], [], 1)
            if not ready:
                continue
            try:
                more = os.read(ours, 65536)
            except OSError:  # Linux raises it when the other end is closed
                break
            if not more:
                break
            text += more
        assert process.wait(timeout=30) == 0
    os.close(ours)
    return text.decode()


@pytest.mark.parametrize(
    ("arguments", "as_json"),
    [
        ("due --format json", True),
        ("due --format=json --plan pro", True),
        ("--version --format json", True),
        ("due --format csv --format json", True),
        ("due --format json --format csv", False),
        ("policies -- --format json", False),
        ("due --format", False),
    ],
)
def test_format_of_errors_is_that_of_the_answer(arguments: str, as_json: bool) -> None:
    assert wants_json(arguments.split()) is as_json


def test_explanation_of_a_rule_is_rendered_in_a_terminal(cli: "Cli") -> None:
    page = cli("check", "--explain", "ZS401").stdout
    assert terminal(cli, "check", "--explain", "ZS401", "--format", "markdown") == page
    assert terminal(cli, "check", "--explain", "ZS401") != page


ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def test_terminal_gets_a_table_that_names_the_shipped_example(cli: "Cli") -> None:
    text = ESCAPE.sub("", terminal(cli, "channels", "--plan", "pro", COLUMNS="100"))
    assert ["owner,", "admin", "yes", "yes"] in [line.split() for line in text.splitlines()]
    last = text.rstrip().splitlines()[-1]
    assert "zoom" in last
    assert "2020-01-01" in last
    assert "shipped example" in last


def test_named_policy_has_no_footer(cli: "Cli") -> None:
    assert "shipped example" not in terminal(cli, "channels", "--policy", "zoom")
    assert "shipped example" not in terminal(cli, "channels", ZSUPPORT_POLICY="zoom")


def test_plain_format_in_a_terminal_has_no_footer(cli: "Cli") -> None:
    text = terminal(cli, "channels", "--plan", "pro", "--role", "owner", "--format", "plain")
    assert text == "help-center\nweb\n"


def test_field_in_a_terminal(cli: "Cli") -> None:
    text = terminal(cli, *YES, "--field", "name")
    assert text == "Online ticket\n"


@pytest.mark.parametrize("width", [40, 60, 120])
def test_width_of_a_table_is_columns(width: int, cli: "Cli") -> None:
    text = ESCAPE.sub("", terminal(cli, "channels", "--plan", "business", "--role", "owner",
                                   COLUMNS=str(width)))  # fmt: skip
    widest = max(len(line) for line in text.splitlines())
    assert min(width, 80) * 0.7 < widest <= width


def test_terminal_gets_colors_unless_disabled(cli: "Cli") -> None:
    assert ESCAPE.search(terminal(cli, "channels"))
    assert "\x1b" not in terminal(cli, "channels", NO_COLOR="1")
    assert "\x1b" not in terminal(cli, "channels", TERM="dumb")
    assert "\x1b" not in terminal(cli, "channels", "--color", "never")
    assert ESCAPE.search(terminal(cli, "channels", "--color", "always", NO_COLOR="1"))


def test_pipe_gets_colors_only_if_requested(cli: "Cli") -> None:
    assert "\x1b" not in cli("channels", "--format", "table").stdout
    assert ESCAPE.search(cli("channels", "--format", "table", "--color", "always").stdout)


# -- hostile texts -------------------------------------------------------------------------------

#: Cursor movements, colors and titles (C0 and C1 controls), deletion, bidi controls, markup.
EVIL = (
    r"A\e[2J\e]0;owned\a\e[38;5;208mB\x9b31mC\x7fD\rE\x08F"
    r"\u202eG\u2066H\u200fI\ufeffJ\u2028K[red]L[/red]M[link=https://evil.example]N"
)
HOSTILE = f"""\
format: 1
policy: acme
title: "{EVIL} title"
plans: {{pro: "{EVIL} plan"}}
roles: {{owner: "{EVIL} role"}}
facts: {{region: {{ask: "{EVIL} ask", values: {{here: "{EVIL} here", there: "{EVIL} there"}}}}}}
sources: {{page: {{title: "{EVIL} source", url: "https://example.com/{EVIL}"}}}}
channels:
  help: {{name: "{EVIL} help", kind: self-service, url: "https://example.com/{EVIL}"}}
  phone:
    name: "{EVIL} phone"
    kind: phone
    steps: ["{EVIL} step"]
    prerequisites: ["{EVIL} need"]
    numbers: {{US: {{number: "+1 {EVIL}", note: "{EVIL} number"}}}}
    note: "{EVIL} note"
    unclear: "{EVIL} unclear"
entitlements:
  - {{allow: help}}
  - {{when: {{region: [here, there]}}, allow: phone, note: "{EVIL} grant", unclear: "{EVIL} doubt"}}
priorities: [{{id: P1, name: "{EVIL} name", meaning: "{EVIL} meaning", unclear: "{EVIL} p"}}]
metrics: [{{id: first-response, name: "{EVIL} metric"}}]
hours: {{theirs: {{timezone: customer, ask: "{EVIL} zone", open: mon-fri 09:00-17:00}}}}
targets:
  - when: {{region: here}}
    condition: "{EVIL} condition"
    first-response: {{target: 1h, text: "{EVIL} published", note: "{EVIL} n", unclear: "{EVIL} u"}}
  - {{hours: theirs, first-response: every week}}
terms: {{limits: [{{say: "{EVIL} term", note: "{EVIL} n", unclear: "{EVIL} u"}}]}}
self-help:
  complete: false
  note: "{EVIL} more"
  topics: {{start: {{name: "{EVIL} topic", note: "{EVIL} n"}}}}
  resources: [{{topic: start, kind: guide, name: "{EVIL} guide", url: "https://x/{EVIL}"}}]
"""
QUESTIONS = [
    ("channels", "--why"),
    ("channels", "--fact", "region=here", "--channel", "phone", "--why"),
    ("due", "--why"),
    ("due", "--fact", "region=here", "--why"),
    ("due", "--fact", "region=there"),
    ("priority", "--why"),
    ("topics", "--why"),
    ("terms", "--why"),
    ("policies", "./policy.yaml"),
]


def unsafe(text: str) -> set[str]:
    """Return the control and formatting characters in a text."""
    return {
        c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")
    }


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(HOSTILE)
    return tmp_path


@pytest.mark.parametrize("format", ["plain", "table", "json", "csv", "markdown"])
@pytest.mark.parametrize("arguments", QUESTIONS)
def test_texts_of_a_policy_cannot_control_the_terminal(
    arguments: tuple[str, ...], format: str, cli: "Cli", hostile: Path
) -> None:
    policy = () if arguments[0] == "policies" else ("--policy", "./policy.yaml")
    run = cli(*arguments, *policy, "--format", format, cwd=hostile, env={"COLUMNS": "400"})
    assert run.code in (0, 2)
    # JSON keeps the joiners and direction marks that some languages need.
    allowed = set("\u200c\u200d\u200e\u200f\u061c") if format == "json" else set()
    assert unsafe(run.stdout) <= allowed
    assert unsafe(run.stderr) == set()
    # The letters of the texts are shown.
    everything = run.stdout + run.stderr
    if format == "json":
        names = [text for text in strings(json.loads(run.stdout)) if "[red]L[/red]M" in text]
        assert any("\x1b]0;owned\x07" in text for text in names)
    elif arguments[0] != "due" or format != "plain":
        assert "[red]L[/red]M" in everything.replace("\\", "")


def strings(value: Any) -> list[str]:
    """Return all texts in a JSON document."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inside for text in strings(item)]


def test_colored_output_has_no_escape_sequences_of_the_policy(cli: "Cli", hostile: Path) -> None:
    for arguments in QUESTIONS:
        policy = () if arguments[0] == "policies" else ("--policy", "./policy.yaml")
        run = cli(*arguments, *policy, "--format", "table", "--color", "always", cwd=hostile,
                  env={"COLUMNS": "400"})  # fmt: skip
        assert unsafe(ESCAPE.sub("", run.stdout)) == set()
        assert "\x1b[38;5;208m" not in run.stdout
        assert "\x1b[31m" not in run.stdout
        assert unsafe(run.stderr) == set()


def test_field_cannot_control_the_terminal(cli: "Cli", hostile: Path) -> None:
    for field in ("name", "steps", "prerequisites", "numbers", "note", "unclear", "url"):
        run = cli("channels", "--policy", "./policy.yaml", "--fact", "region=here", "--channel",
                  "phone", "--field", field, cwd=hostile)  # fmt: skip
        assert run.code == 0
        assert unsafe(run.stdout + run.stderr) == set()
        if field != "url":
            assert "[red]L[/red]M" in run.stdout


def test_field_is_written_without_unicode_escapes(cli: "Cli", tmp_path: Path) -> None:
    numbers = "kind: phone, numbers: {NO: {number: +47.555.0100, note: Åpent på dagtid}}"
    (tmp_path / "policy.yaml").write_text(SMALL.replace("kind: web", numbers))
    run = cli("channels", "--policy", "./policy.yaml", "--field", "numbers", cwd=tmp_path)
    assert run.stdout == (
        '{"country": "NO", "number": "+47.555.0100", "note": "Åpent på dagtid"}\n'
    )


def test_arguments_cannot_control_the_terminal(cli: "Cli") -> None:
    evil = "A\x1b]0;owned\x07B\x9b31mC\u202eD[red]E[/red]"
    for arguments in (
        ("channels", "--plan", evil),
        ("channels", "--fact", evil),
        ("channels", "--fact", f"{evil}={evil}"),
        ("channels", "--policy", evil),
        ("channels", "--policy", f"./{evil}.yaml"),
        ("channels", "--at", evil),
        ("channels", "--tz", evil),
        ("channels", "--lang", evil),
        ("channels", "--field", evil),
        ("channels", "--format", evil),
        ("channels", f"--{evil}"),
        ("due", "--metric", evil),
        ("due", "--customer-tz", evil),
        ("topics", "--topic", evil),
        ("terms", "--topic", evil),
        ("schema", evil),
        ("help", evil),
        (evil,),
    ):
        for format in ((), ("--format", "json")):
            run = cli(*arguments, *format)
            assert run.code in (0, 2, 3), arguments
            assert unsafe(run.stdout + run.stderr) == set(), arguments


def test_findings_contain_no_raw_control_characters(cli: "Cli", tmp_path: Path) -> None:
    # YAML accepts a raw U+202E as a letter, so the excerpt of the error contains it.
    (tmp_path / "policy.yaml").write_text(
        SMALL.replace("allow: web", 'allow: "A\u202eB\\e[31mC[red]D"')
    )
    run = cli("channels", "--policy", "./policy.yaml", cwd=tmp_path)
    assert run.code == 3
    assert unsafe(run.stdout + run.stderr) == set()
    assert "[red]D" in run.stderr
    as_json = cli("channels", "--policy", "./policy.yaml", "--format", "json", cwd=tmp_path)
    assert as_json.code == 3
    assert unsafe(as_json.stdout + as_json.stderr) == set()


def test_file_name_that_is_not_utf_8_is_shown(cli: "Cli") -> None:
    for format in ((), ("--format", "json")):
        done = subprocess.run(
            [*map(os.fsencode, cli.command("channels", *format)), b"--policy", b"./\xff\xfe.yaml"],
            stdin=subprocess.DEVNULL, capture_output=True, env=cli.environment(),
            cwd=cli.folder, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 3
        assert b"file not found" in done.stderr
        if format:
            assert error_of(done.stdout.decode("utf-8"))["code"] == 3


@pytest.mark.parametrize("columns", ["60", "80", "200"])
@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize("command", ["due", "advise", "hours", "publish"])
def test_notes_of_the_help_fit_the_terminal(
    cli: "Cli", command: str, language: str, columns: str
) -> None:
    run = cli(command, "--help", env={"COLUMNS": columns, "ZSUPPORT_LANG": language})
    notes = run.stdout.rstrip("\n").rpartition("\n\n")[2]
    assert ": 0 " in notes  # the exit codes
    assert max(map(len, notes.splitlines())) <= min(int(columns), 80)


def test_list_of_rules_in_a_terminal_names_the_severities_in_norwegian(cli: "Cli") -> None:
    text = terminal(cli, "check", "--list-rules", ZSUPPORT_LANG="nb", PAGER="cat")
    words = set(text.split())
    assert {"feil", "advarsel", "merknad"} <= words
    assert not {"error", "warning", "note"} & words


@pytest.mark.parametrize(
    "question",
    [
        ("channels", "--plan", "gull"),
        ("due", "--metric", "gull"),
        ("due", "--start", "gull=2026-11-23T10:00:00Z"),
        ("hours", "gull"),
        ("priority", "--fact", "gull=yes"),
        ("terms", "--topic", "gull"),
        ("topics", "--topic", "gull"),
        ("advise", "--role", "gull"),
    ],
)
def test_unknown_name_without_a_selected_policy_has_a_remark(
    question: tuple[str, ...], cli: "Cli"
) -> None:
    remark = "the policy is zoom, the shipped example; select yours with --policy"
    run = cli(*question)
    assert (run.code, remark in run.stderr) == (2, True)
    run = cli(*question, "--policy", "zoom")
    assert (run.code, "shipped example" in run.stderr) == (2, False)
    # Other errors do not depend on the policy.
    assert "shipped example" not in cli(question[0], "--fact", "impact").stderr
