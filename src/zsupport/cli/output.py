"""The rim on the way out: where reports, warnings and errors are written."""

import os
import sys
from typing import Any, TextIO

from zsupport.errors import EnvironmentFault, InvalidPolicy, UsageError, ZsupportError, did_you_mean
from zsupport.report import Report, Terminal, render
from zsupport.report.text import printable


def emit(text: str, stream: TextIO | None = None) -> None:
    """Write a text; a reader who has gone away is no error, a full disk is."""
    out = stream or sys.stdout
    try:
        out.write(text)
        out.flush()
    except BrokenPipeError:
        _give_up(out)
    except OSError as error:
        _give_up(out)
        raise EnvironmentFault(f"the output cannot be written: {error.strerror}") from None


def _give_up(out: TextIO) -> None:
    """Let what is still buffered go nowhere, so that the interpreter ends in silence."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def note(text: str) -> None:
    """Write a line about the answer to standard error."""
    emit(f"zsupport: {printable(text)}\n", sys.stderr)


def explain(lines: list[str]) -> None:
    """Write reasons to standard error, beside an answer that a program reads."""
    emit("".join(printable(line) + "\n" for line in lines), sys.stderr)


def terminal_of(color: str) -> Terminal:
    """Return what standard output can show; NO_COLOR and COLUMNS are honoured."""
    stream = sys.stdout
    colored = color == "always" or (
        color == "auto"
        and stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
    from shutil import get_terminal_size

    return Terminal(
        get_terminal_size().columns, colored, (stream.encoding or "").lower().startswith("utf")
    )


def chosen_format(wanted: str) -> str:
    """Return the format: `auto` is a table in a terminal and plain lines elsewhere."""
    if wanted != "auto":
        return wanted
    return "table" if sys.stdout.isatty() else "plain"


def write_report(report: Report, wanted: str, color: str) -> None:
    """Write a report in the format that was asked for."""
    emit(render(report, chosen_format(wanted), terminal_of(color)))


def write_field(report: Report, field: str) -> None:
    """Write one field of each answer: a line each, a line for each item of a list."""
    known = tuple(report.records[0]) if report.records else (field,)
    if field not in known:
        raise UsageError(
            f"`{field}` is no field; known: {', '.join(known)}", did_you_mean(field, known)
        )
    lines: list[str] = []
    for record in report.records:
        value = record[field]
        lines += map(_text, value) if isinstance(value, list) else [_text(value)]
    emit("".join(line + "\n" for line in lines))


def _text(value: Any) -> str:
    from zsupport.report.text import one_line

    if value is None:
        return ""
    if isinstance(value, str):
        return one_line(value)
    from json import dumps

    return one_line(dumps(value, ensure_ascii=False))


def wants_json(arguments: list[str]) -> bool:
    """Return whether errors are to be JSON too, even if the options cannot be read."""
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--format=json" or arguments[i : i + 2] == ["--format", "json"]:
            return True
    return False


def report_error(error: ZsupportError, *, as_json: bool) -> int:
    """Write an error and return its exit code."""
    from zsupport.view.errors import error_document, error_text

    try:
        if as_json:
            from zsupport.report.json import dumps

            emit(dumps(error_document(error), terminal_of("never")) + "\n")
        emit(error_text(error), sys.stderr)
    except EnvironmentFault as fault:
        if not isinstance(error, InvalidPolicy | UsageError):
            error = fault
    return error.exit_code
