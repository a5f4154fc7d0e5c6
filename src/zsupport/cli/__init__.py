"""The command line: parse options, call the command, print its report, return an exit code.

`run` is the entry point. `cli.short` parses common command lines and Typer parses all others.
Both call the same function of the command's module.
"""

from __future__ import annotations

import gc
import os
import sys

from zsupport.cli.short import read_short
from zsupport.wording import Message

# isort: split
from zsupport.cli.options import COMMANDS, load_command
from zsupport.cli.output import (
    check_variable_of_language,
    emit_stderr,
    has_written,
    leave,
    prepare_streams,
    report_error,
    state_language,
    wants_json,
)
from zsupport.errors import Bug, UsageError, ZsupportError, is_interruption
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn


def run() -> NoReturn:
    """Run the command line of this process and exit."""
    # A question makes few reference cycles. Searching for them takes a tenth of the run time.
    gc.disable()
    leave(main(sys.argv[1:]))


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code. Errors are printed, not raised."""
    as_json = wants_json(arguments)
    state_language(arguments)
    prepare_streams()
    try:
        return _dispatch(arguments)
    except ZsupportError as error:
        return report_error(error, as_json=as_json)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if is_interruption(error):
            return 130
        from zsupport.sources.cache import remove_read_entries

        if remove_read_entries() and not has_written():
            # A damaged cache entry may be the cause: run again without the entries.
            return main(arguments)
        if "--debug" in arguments:
            from traceback import format_exc

            emit_stderr(format_exc())
        return report_error(Bug.of(error), as_json=as_json)


def _dispatch(arguments: list[str]) -> int:
    if shell := os.environ.get("_ZSUPPORT_COMPLETE"):
        from zsupport.cli.complete import answer

        return answer(shell, arguments)
    check_variable_of_language()
    if arguments and arguments[0] in COMMANDS:
        command = load_command(arguments[0])
        values = read_short(command, arguments[1:])
        if values is not None:
            if not command.common:  # commands such as `check` make reference cycles
                gc.enable()
            return command.call(values)
    gc.enable()
    return _run_typer(arguments)


def _run_typer(arguments: list[str]) -> int:
    import typer

    from zsupport.cli.app import option_of_commands, plain_message, typer_app

    try:
        code = typer_app().main(arguments, prog_name="zsupport", standalone_mode=False)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        command = arguments[0] if arguments and arguments[0] in COMMANDS else ""
        place = context.command_path if context else f"zsupport {command}".rstrip()
        if known := option_of_commands(getattr(error, "option_name", ""), command):
            raise known from None
        message = plain_message(error.format_message().rstrip("."))
        raise UsageError(message, Message("see `{place} --help`", place=place)) from None
    except typer.Abort:
        return 130
    return code if isinstance(code, int) else 0
