"""The options, each defined once, as data: Typer's commands are made from them in `cli.app`.

They are data and not Typer declarations because loading Typer takes most of the time of a call:
`cli.short` reads the common forms of a command line by this table alone.
"""

from __future__ import annotations

import sys

from zsupport.errors import UsageError
from zsupport.report import FINDING_FORMATS, FORMATS
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Option(NamedTuple):
    """An option of a command, or without flags an argument.

    `kind` is text, texts (may be repeated), flag, argument, or arguments (as many as one likes).
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
    """Return a field as the command line writes it: as an option."""
    flag = f"--{field.replace('_', '-')}"
    return f"{flag} {'='.join(value)}" if value else flag


PLAN = Option("plan", ("--plan",), "text", "ID", "The plan.", completes="plan")
ROLE = Option("role", ("--role",), "text", "ID", "The role.", completes="role")
CHANNEL = Option("channel", ("--channel",), "text", "ID", "The channel.", completes="channel")
PRIORITY = Option("priority", ("--priority",), "text", "ID", "The priority.", completes="priority")
FACT = Option(
    "fact", ("--fact",), "texts", "NAME=VALUE",
    "What else the answer depends on; may be repeated.", completes="fact",
)  # fmt: skip
TOPIC = Option("topic", ("--topic",), "text", "ID", "The topic.", completes="topic")
OPENED = Option(
    "opened", ("--opened",), "text", "INSTANT", "When it was opened. [default: --at]"
)  # fmt: skip
METRIC = Option(
    "metric", ("--metric",), "texts", "ID",
    "What is promised; may be repeated; `all`. [default: the policy's first]", completes="metric",
)  # fmt: skip
ANSWERED = Option("answered", ("--answered",), "text", "INSTANT", "When it was answered.")
UPDATED = Option("updated", ("--updated",), "text", "INSTANT", "When it was last updated.")
RESOLVED = Option("resolved", ("--resolved",), "text", "INSTANT", "When it was resolved.")
START = Option(
    "start", ("--start",), "texts", "METRIC=INSTANT",
    "When the clock of a metric started that the policy starts in words; may be repeated.",
    completes="start",
)  # fmt: skip
PAUSE = Option(
    "pause", ("--pause",), "texts", "FROM/TO",
    "When its clock stood still; may be repeated; FROM/ is still going on.",
)  # fmt: skip
AT_RISK = Option(
    "at_risk", ("--at-risk",), "text", "RATIO",
    "From which part of the way it is at risk, such as 3/4 or 75%. [default: the metric's]",
)  # fmt: skip
FAIL_BREACHED = Option(
    "fail_breached", ("--fail-breached",), "flag", "", "Exit with 1 where something is breached."
)
CUSTOMER_TZ = Option(
    "customer_tz", ("--customer-tz",), "text", "ZONE", "The customer's zone (IANA)."
)
CUSTOMER_COUNTRY = Option(
    "customer_country", ("--customer-country",), "text", "CODE",
    "The customer's country (ISO 3166).",
)  # fmt: skip
FORMAT = Option(
    "format", ("--format",), "text", "", "How to show it; auto: a table in a terminal, else plain.",
    "auto", ("auto", *FORMATS),
)  # fmt: skip

FINDING_FORMAT = Option(
    "format", ("--format",), "text", "", "How to show what is found. [auto: text]",
    "auto", ("auto", *FINDING_FORMATS),
)  # fmt: skip
QUIET = Option(
    "quiet", ("--quiet", "-q"), "flag", "", "Say nothing: the exit code is the answer."
)  # fmt: skip
EXIT_ZERO = Option(
    "exit_zero", ("--exit-zero",), "flag", "", "Exit with 0 where it would be 1."
)  # fmt: skip
COLOR = Option(
    "color", ("--color",), "text", "", "Whether to use colour.", "auto",
    ("auto", "always", "never"),
)  # fmt: skip
CSV = Option(
    "csv", ("--csv",), "text", "",
    "How --format csv writes text that begins like a formula; raw: as it is.", "safe",
    ("safe", "raw"),
)  # fmt: skip
DEBUG = Option("debug", ("--debug",), "flag", "", "Show the traceback of a bug.", hidden=True)
#: What `check`, `test` and `diff` take beside their own options.
CONFIG = Option(
    "config", ("--config",), "text", "FILE|REV:FILE|none",
    "The configuration of all files, or none. [default: of each file its pyproject.toml]",
)  # fmt: skip
OUTPUT_FILE = Option(
    "output_file", ("--output-file",), "texts", "FORMAT=FILE",
    "Write the same findings to a file too; may be repeated.", completes="output",
)  # fmt: skip
FINDING_OPTIONS = (CONFIG, FINDING_FORMAT, OUTPUT_FILE, CSV, QUIET, EXIT_ZERO, COLOR, DEBUG)

COMMON = (
    Option(
        "policy", ("--policy",), "text", "NAME|PATH|-",
        "The policy to ask. [default: ZSUPPORT_POLICY, pyproject.toml, zoom]", completes="policy",
    ),
    Option("at", ("--at",), "text", "INSTANT", "The moment to answer as of. [default: now]"),
    Option("tz", ("--tz",), "text", "ZONE", "The zone of local times, and of the answer."),
    Option("lang", ("--lang",), "text", "CODE", "The language of the policy's texts.", "en"),
    FORMAT,
    CSV,
    Option("field", ("--field",), "text", "NAME", "One field of the JSON answer, a line each."),
    Option("why", ("--why",), "flag", "", "The lines that decided, and what would change it."),
    QUIET,
    EXIT_ZERO,
    COLOR,
    DEBUG,
)  # fmt: skip


class Common(NamedTuple):
    """The values of COMMON, which every question takes."""

    policy: str | None
    at: str | None
    tz: str | None
    lang: str
    format: str
    csv: str
    field: str | None
    why: bool
    quiet: bool
    exit_zero: bool
    color: str
    debug: bool


class Command(NamedTuple):
    """A command: its function, its options and its help."""

    run: Callable[..., int]
    options: tuple[Option, ...]
    examples: str
    common: bool = True

    def every_option(self) -> tuple[Option, ...]:
        """Return the command's own options, then the common ones."""
        return (*self.options, *(COMMON if self.common else ()))

    def call(self, values: dict[str, object]) -> int:
        """Run the command with a value for every option; return its exit code."""
        files: Any = values.get("output_file")
        formats = [values.get("format"), *(each.partition("=")[0] for each in files or ())]
        if values.get("csv") == "raw" and "csv" not in formats:
            raise UsageError("--csv raw is for --format csv only", "add --format csv")
        if not self.common:
            return self.run(**values)
        common = Common._make(values.pop(name) for name in Common._fields)
        return self.run(common, **values)


#: What a command answers, in a line. Its module is imported only when the command runs.
COMMANDS = {
    "channels": "Which channels may be used, how, and what to have ready",
    "due": "When a response is due, how long is left, whether it is late",
    "hours": "Whether a channel is open; next opening, this week, coming holidays",
    "priority": "Which priority fits the facts; what the priorities mean",
    "topics": "The self-help resources, by topic and for whom",
    "terms": "What else the policy says for a case: topic and text",
    "policies": "The known policies, and what is in force; one in full",
    "check": "Whether a policy is complete and consistent, and where it is not",
    "test": "The policy's own tests; what they cover and what they notice",
    "diff": "What a change of a policy takes from whom, and what it gives",
    "init": "A commented policy to begin with, and its tests",
    "schema": "JSON Schema of a policy or of an answer",
    "help": "Guides: the policy format, scripts, JSON, completion",
}


def load_command(name: str) -> Command:
    """Return the command of this name in COMMANDS."""
    module = f"zsupport.cli.{name}"
    __import__(module)
    command: Command = sys.modules[module].COMMAND
    return command
