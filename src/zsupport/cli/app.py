"""The Typer commands, built from the options of each command."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, cast

import typer
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup

from zsupport.cli.options import COMMANDS, FORMAT, HELP, ROOT, Command, Option, load_command
from zsupport.cli.output import chosen_language, emit, is_terminal, wording
from zsupport.errors import UsageError
from zsupport.wording import Counted, Message, Wording, enumerated

_HELP = Message(
    "Exact answers from a support policy: who may use which channel, how urgent a case is, when a"
    " response is due.\n\n"
    "Options describe the case. If you omit an option, the answer covers all of its values."
)
_EXAMPLES = """\
  zsupport channels --plan business --role admin
  zsupport due --plan pro --role owner --priority P2 --opened 2026-11-23T10:00:00+01:00
  zsupport priority --fact impact=down
  zsupport help
"""
_SETTINGS = {"help_option_names": ["-h", "--help"]}
_VERSION, _, _SHOW = ROOT

#: The headings that Typer writes in the help.
_HEADINGS: dict[str, str] = {
    "Arguments": Message("Arguments"),
    "Commands": Message("Commands"),
    "Options": Message("Options"),
}

#: The messages of Typer as patterns, and the templates of this program for them. Typer writes most
#: names in quotes, which `plain_message` replaces by back-ticks. For an option that Typer writes
#: without quotes, the template has the back-ticks.
_MESSAGES = (
    (
        r"No such command (?P<name>.+)\. Did you mean (?P<close>.+)\?",
        Message("unknown command {name}; did you mean {close}?"),
    ),
    (r"No such command (?P<name>.+)", Message("unknown command {name}")),
    (
        r"No such option: (?P<option>.+?) \(Possible options: (?P<close>.+)\)",
        Message("unknown option `{option}`; similar: {close}"),
    ),
    (
        r"No such option: (?P<option>.+?)\.? Did you mean (?P<close>.+)\?",
        Message("unknown option `{option}`; did you mean {close}?"),
    ),
    (r"No such option: (?P<option>.+)", Message("unknown option `{option}`")),
    (r"Option (?P<name>.+) requires an argument", Message("{name} requires a value")),
    (r"Option (?P<name>.+) does not take a value", Message("{name} does not take a value")),
    (
        r"Invalid value for (?P<name>.+?): (?P<value>.+) is not one of (?P<values>.+)",
        Message("unknown value {value} of {name}; values: {values}"),
    ),
    (
        r"Got unexpected extra argument\(s\) \((?P<arguments>.*)\)",
        Message("unexpected arguments: {arguments}"),
    ),
)


def _words() -> Wording:
    """Return the texts of the program in the language of the reader of the help."""
    return wording(chosen_language(screen=is_terminal()))


class _TranslatedFormatter(HelpFormatter):
    """A formatter that writes the headings of the help in the language of the reader."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that starts with `Usage:`."""
        words = _words()
        super().write_usage(prog, args, words("Usage:") + " ")

    def write_heading(self, heading: str) -> None:
        """Write a heading of Typer."""
        super().write_heading(_words().message(_HEADINGS.get(heading, heading)))


class _HelpContext(typer.Context):
    formatter_class = _TranslatedFormatter


class _TyperCommand(TyperCommand):
    """A command that writes its help with `emit`."""

    context_class = _HelpContext

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that shows the help."""
        return _with_emit(super().get_help_option(ctx))


class _Commands(TyperGroup):
    """The commands. Each module is imported when its command is requested."""

    context_class = _HelpContext

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Typer suggests names from this mapping; `get_command` creates the commands.
        self.commands = cast(Any, dict.fromkeys(COMMANDS))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command with this name, or None."""
        return typer_command(cmd_name) if cmd_name in COMMANDS else None

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that shows the help."""
        return _with_emit(super().get_help_option(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands in the help without importing their modules."""
        words = _words()
        with formatter.section("Commands"):
            formatter.write_dl([(name, words(summary)) for name, summary in COMMANDS.items()])


def _with_emit(help_option: Any) -> Any:
    """Return the help option with a callback that uses `emit` instead of Typer's `echo`."""

    def show(context: typer.Context, _: object, value: bool) -> None:
        if value and not context.resilient_parsing:
            emit(context.get_help() + "\n")
            raise typer.Exit

    help_option.callback = show
    help_option.help = _words()(HELP.help)
    return help_option


def typer_command(name: str) -> Any:
    """Return a command as a Typer command."""
    command = load_command(name)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(
        name,
        cls=_TyperCommand,
        help=_words()(command.help),
        epilog=_epilog(command.examples, command.notes),
        context_settings=_SETTINGS,
    )(_typer_function(command))
    return typer.main.get_command(app)


def typer_app() -> Any:
    """Return the whole command line as a Typer group."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    @app.callback(
        cls=_Commands,
        invoke_without_command=True,
        help=_words()(_HELP),
        epilog=_epilog(_EXAMPLES),
        context_settings=_SETTINGS,
    )
    def root(
        context: typer.Context,
        version: Annotated[_type(_VERSION), _declaration(_VERSION)] = False,  # type: ignore[valid-type]
        format: Annotated[_type(FORMAT), _declaration(FORMAT)] = "auto",  # type: ignore[valid-type]
        show_completion: Annotated[_type(_SHOW), _declaration(_SHOW)] = None,  # type: ignore[valid-type]
    ) -> int:
        if show_completion:
            from zsupport.cli.complete import script

            emit(script(show_completion))
            return 0
        if version:
            from zsupport.cli.version import show_version

            return show_version(format)
        if format != "auto":
            raise UsageError(
                Message("`--format` before the command requires `--version`"),
                Message("write `--format` after the command"),
            )
        if context.invoked_subcommand is None:
            emit(context.get_help() + "\n")
        return 0

    return typer.main.get_command(app)


def plain_message(message: str) -> str:
    """Return a message of Typer in the words of this program, with names in back-ticks.

    A message that is not in _MESSAGES is returned unchanged.
    """
    for pattern, known in _MESSAGES:
        match = re.fullmatch(pattern, message, re.S)
        if match:
            parts = match.groupdict()
            for name in parts.keys() & {"name", "value", "close"}:
                parts[name] = re.sub(r"(?<!\S)'([^'`]*)'(?=[\s,]|$)", r"`\1`", parts[name])
            if "values" in parts:
                parts["values"] = parts["values"].replace("'", "")
            return Message(known.template, **parts)
    return message


def option_of_commands(flag: str, command: str) -> UsageError | None:
    """Return the error for an option that a command does not have, but some others have."""
    if not command:
        return None
    commands = {name: load_command(name).every_option() for name in COMMANDS}
    having = [name for name, options in commands.items() if any(flag in o.flags for o in options)]
    if not having or command in having:
        return None
    names = [f"`{name}`" for name in having]
    return UsageError(
        Message("`{command}` has no option `{option}`", command=command, option=flag),
        Counted(
            "{commands} has it; see `zsupport {command} --help`",
            "{commands} have it; see `zsupport {command} --help`",
            len(names),
            commands=enumerated(names),
            command=command,
        ),
    )


def _epilog(examples: str, notes: str = "") -> str:
    """Return the examples and notes. Typer does not wrap a paragraph that follows a backspace."""
    words = _words()
    text = words("Examples:") + "\n" + examples.rstrip("\n")
    if notes:
        text += "\n\n" + _wrapped(words(notes))
    return "\n\n".join("\b\n" + paragraph for paragraph in text.split("\n\n"))


def _wrapped(text: str) -> str:
    """Return notes in lines that fit the help. A line that ends a sentence ends a paragraph."""
    from shutil import get_terminal_size
    from textwrap import fill

    text = re.sub(r"(?<![.\n])\n(?!\n)", " ", text)
    # Click indents this text, and limits the help to these widths.
    width = max(min(get_terminal_size().columns, 80) - 2, 50) - 2
    return "\n".join(
        fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in text.split("\n")
    )


def _typer_function(command: Command) -> Callable[..., int]:
    """Return a function that runs the command. Typer reads the options from its signature."""

    def function(**values: Any) -> int:
        return command.call(values)

    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                option.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=False if option.kind == "flag" else option.default,
                annotation=Annotated[_type(option), _declaration(option)],
            )
            for option in command.every_option()
        ]
    )
    function.__annotations__ = {}
    return function


def _type(option: Option) -> Any:
    if option.choices:
        choices: Any = Literal[option.choices]
        return choices if option.default is not None else choices | None
    if option.kind == "flag":
        return bool
    return list[str] | None if option.kind in ("texts", "arguments") else str | None


def _declaration(option: Option) -> Any:
    words = _words()
    metavar = option.metavar or None
    help = words(option.help)
    if option.default is not None:
        help += "  " + words("[default: {default}]", default=option.default)
    if not option.flags:
        return typer.Argument(metavar=metavar, help=help, show_default=False)
    return typer.Option(
        *option.flags, metavar=metavar, help=help, show_default=False, hidden=option.hidden
    )
