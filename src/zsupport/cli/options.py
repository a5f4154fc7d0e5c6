"""The options of all commands, as data. `cli.app` builds Typer's commands from them.

They are not Typer declarations, because importing Typer takes longer than computing most answers.
`cli.short` parses common command lines with this table, without Typer.
"""

from __future__ import annotations

import sys

from zsupport.errors import UsageError
from zsupport.report import FINDING_FORMATS, FORMATS
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Option(NamedTuple):
    """An option of a command. Without flags it is a positional argument.

    `kind` is `text`, `texts` (repeatable), `flag`, `argument`, or `arguments` (any number).
    """

    name: str
    flags: tuple[str, ...]
    kind: str
    metavar: str
    help: str
    default: str | None = None
    choices: tuple[str, ...] = ()
    completes: str | None = None
    hidden: bool = False


def flag_of(field: str, *value: str) -> str:
    """Return the option of a field, with its value: `--plan`, `--fact a=b`."""
    flag = f"--{field.replace('_', '-')}"
    return f"{flag} {'='.join(value)}" if value else flag


def requires(option: str, other: str) -> UsageError:
    """Return the error for an option without another option that it requires."""
    return UsageError(
        Message("`{option}` requires `{other}`", option=option, other=other),
        Message("add `{option}`", option=other),
    )


PLAN = Option("plan", ("--plan",), "text", "ID", Message("Plan"), completes="plan")
ROLE = Option("role", ("--role",), "text", "ID", Message("Role"), completes="role")
CHANNEL = Option("channel", ("--channel",), "text", "ID", Message("Channel"), completes="channel")
PRIORITY = Option(
    "priority", ("--priority",), "text", "ID", Message("Priority"), completes="priority"
)
FACT = Option(
    "fact", ("--fact",), "texts", "NAME=VALUE",
    Message("Fact about the case (repeatable)"), completes="fact",
)  # fmt: skip
TOPIC = Option("topic", ("--topic",), "text", "ID", Message("Topic"), completes="topic")
OPENED = Option(
    "opened", ("--opened",), "text", "INSTANT",
    Message("When the case was opened, such as `2 hours ago` [default: --at]"),
)  # fmt: skip
METRIC = Option(
    "metric", ("--metric",), "texts", "ID",
    Message("Metric, or `all` (repeatable) [default: the policy's first metric]"),
    completes="metric",
)  # fmt: skip
ANSWERED = Option(
    "answered", ("--answered",), "text", "INSTANT", Message("When the case was answered")
)
UPDATED = Option(
    "updated", ("--updated",), "text", "INSTANT", Message("When the case was last updated")
)
RESOLVED = Option(
    "resolved", ("--resolved",), "text", "INSTANT", Message("When the case was resolved")
)
START = Option(
    "start", ("--start",), "texts", "METRIC=INSTANT",
    Message("When a metric started; needed if the policy states its start in words (repeatable)"),
    completes="start",
)  # fmt: skip
PAUSE = Option(
    "pause", ("--pause",), "texts", "FROM/TO",
    Message("When the clock was paused; write FROM/ if the pause has not ended (repeatable)"),
)  # fmt: skip
EVENT = Option(
    "event", ("--event",), "texts", "INSTANT,NAME=VALUE",
    Message(
        "A change of the case: from INSTANT it has another priority, plan, role or fact, such as"
        " INSTANT,priority=P1 (repeatable)"
    ),
    completes="change",
)  # fmt: skip
AT_RISK = Option(
    "at_risk", ("--at-risk",), "text", "RATIO|LENGTH",
    Message(
        "When a target is at risk, such as 3/4, 75%, '1h before' or '1 business hour before'"
        " [default: the metric's]"
    ),
    completes="share",
)  # fmt: skip
FAIL_BREACHED = Option(
    "fail_breached",
    ("--fail-breached",),
    "flag",
    "",
    Message("Exit with 1 if a target is breached"),
)
CUSTOMER_TZ = Option(
    "customer_tz",
    ("--customer-tz",),
    "text",
    "ZONE",
    Message("Time zone of the customer, such as Europe/Oslo"),
    completes="zone",
)
CUSTOMER_COUNTRY = Option(
    "customer_country", ("--customer-country",), "text", "CODE",
    Message("Country of the customer, such as NO"),
)  # fmt: skip
LANGUAGE = Option(
    "language", ("--language",), "text", "CODE",
    Message("Language in which to handle the case, such as ja (output language: --lang)"),
    completes="language",
)  # fmt: skip
OUTPUT = Option(
    "output", ("--output",), "text", "FILE",
    Message("File to write the table for SQL to [default: standard output]"), completes="file",
)  # fmt: skip
HELP = Option("help", ("--help", "-h"), "flag", "", Message("Show this help and exit"))
FORMAT = Option(
    "format", ("--format",), "text", "",
    Message("Output format; auto is table in a terminal, otherwise plain"),
    "auto", ("auto", *FORMATS),
)  # fmt: skip
SHELLS = ("bash", "zsh", "fish")
#: The options that can precede a command.
ROOT = (
    Option(
        "version", ("--version",), "flag", "",
        Message("Show the versions of the program, policy format and tzdata"),
    ),
    FORMAT,
    Option(
        "show_completion", ("--show-completion",), "text", "",
        Message("Print the completion script of a shell (see `zsupport help completion`)"),
        choices=SHELLS,
    ),
)  # fmt: skip

FINDING_FORMAT = Option(
    "format", ("--format",), "text", "", Message("Output format; auto is text"),
    "auto", ("auto", *FINDING_FORMATS),
)  # fmt: skip
QUIET = Option(
    "quiet", ("--quiet", "-q"), "flag", "", Message("Print nothing; the exit code shows the result")
)  # fmt: skip
EXIT_ZERO = Option(
    "exit_zero", ("--exit-zero",), "flag", "", Message("Exit with 0 instead of 1")
)  # fmt: skip
COLOR = Option(
    "color", ("--color",), "text", "", Message("When to use colors"), "auto",
    ("auto", "always", "never"),
)  # fmt: skip
CSV = Option(
    "csv", ("--csv",), "text", "",
    Message("How --format csv writes text that starts like a formula; safe adds an apostrophe"),
    "safe", ("safe", "raw"),
)  # fmt: skip
DEBUG = Option(
    "debug", ("--debug",), "flag", "", Message("Show the traceback of a bug"), hidden=True
)
CONFIG = Option(
    "config", ("--config",), "text", "FILE|REV:FILE|none",
    Message("Configuration for all files, or none [default: each file's nearest pyproject.toml]"),
)  # fmt: skip
OUTPUT_FILE = Option(
    "output_file", ("--output-file",), "texts", "FORMAT=FILE",
    Message("Also write the findings to a file (repeatable)"), completes="output",
)  # fmt: skip
#: The shared options of `check`, `test` and `diff`.
FINDING_OPTIONS = (CONFIG, FINDING_FORMAT, OUTPUT_FILE, CSV, QUIET, EXIT_ZERO, COLOR, DEBUG)

COMMON = (
    Option(
        "policy", ("--policy",), "text", "NAME|PATH|-",
        Message("Policy [default: ZSUPPORT_POLICY, pyproject.toml, or zoom]"), completes="policy",
    ),
    Option(
        "at", ("--at",), "text", "INSTANT",
        Message("Date and time of the answer [default: now]"),
    ),
    Option(
        "tz", ("--tz",), "text", "ZONE|local",
        Message("Time zone of local times and of the answer; `local`: this machine's time zone"),
        completes="tz",
    ),
    Option(
        "lang", ("--lang",), "text", "CODE",
        Message("Language of texts [default: ZSUPPORT_LANG; in a terminal also the locale]"),
    ),
    FORMAT,
    CSV,
    Option(
        "field", ("--field",), "texts", "NAME[,NAME]...",
        Message("Print only these fields of each answer, even if the answer is no (repeatable)"),
        completes="field",
    ),
    Option(
        "why", ("--why",), "flag", "",
        Message("Show the deciding lines and what would change the answer"),
    ),
    QUIET,
    EXIT_ZERO,
    COLOR,
    DEBUG,
)  # fmt: skip


class Common(NamedTuple):
    """The values of the options in COMMON, which every question has."""

    policy: str | None
    at: str | None
    tz: str | None
    lang: str | None
    format: str
    csv: str
    field: list[str] | None
    why: bool
    quiet: bool
    exit_zero: bool
    color: str
    debug: bool


class Command(NamedTuple):
    """A command: its function, its options and the texts of its help."""

    run: Callable[..., int]
    options: tuple[Option, ...]
    help: str
    examples: str  # command lines, each indented by two spaces
    notes: str = ""  # the paragraphs after the examples
    common: bool = True

    def every_option(self) -> tuple[Option, ...]:
        """Return the command's own options, followed by the common options.

        An option of the command replaces the common option of the same name.
        """
        own = {option.name for option in self.options}
        common = COMMON if self.common else ()
        return (*self.options, *(option for option in common if option.name not in own))

    def call(self, values: dict[str, object]) -> int:
        """Run the command with a value for each option; return its exit code."""
        files: Any = values.get("output_file")
        formats = [values.get("format"), *(file.partition("=")[0] for file in files or ())]
        if values.get("csv") == "raw" and "csv" not in formats:
            raise UsageError(
                Message("`--csv raw` requires `--format csv`"), Message("add `--format csv`")
            )
        if not self.common:
            return self.run(**values)
        common = Common._make(values.pop(name) for name in Common._fields)
        return self.run(common, **values)


#: A one-line summary of each command. A module is imported only when its command runs.
COMMANDS = {
    "channels": Message("Show which channels a customer may use, and how"),
    "due": Message("Compute when a response is due, and whether it is late"),
    "hours": Message("Show opening hours: open or closed, next change, this week, holidays"),
    "priority": Message("Find the priority for facts, or list the priorities"),
    "topics": Message("List self-help resources by topic and role"),
    "terms": Message("Show the terms of the policy for a case"),
    "advise": Message(
        "Advise what to do in a case: the channel, the steps, and when to expect an answer"
    ),
    "audit": Message("Judge a file of tickets: deadlines, and which targets were met"),
    "publish": Message("Write a page for customers from a policy as HTML or Markdown"),
    "policies": Message("List the policies, or show one in full"),
    "check": Message("Find errors, gaps and contradictions in policies"),
    "test": Message("Run a policy's tests; measure coverage and mutations"),
    "diff": Message("Show who gains and who loses from a policy change"),
    "init": Message("Create a starter policy with comments and tests"),
    "schema": Message("Print the JSON Schema of a policy or an answer"),
    "help": Message("Show a guide, or list the guides"),
}


def load_command(name: str) -> Command:
    """Return the command with this name in COMMANDS."""
    module = f"zsupport.cli.{name}"
    __import__(module)
    command: Command = sys.modules[module].COMMAND
    return command
