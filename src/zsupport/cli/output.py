"""Standard output and standard error: the only module that writes to them."""

from __future__ import annotations

import os
import sys

from zsupport.cli.options import Common, flag_of
from zsupport.errors import EnvironmentFault, InvalidPolicy, UsageError, ZsupportError, did_you_mean
from zsupport.report import FINDING_FORMATS, FORMATS, Report, Terminal, render
from zsupport.report.text import guarded, printable
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import IO, AnyStr, NoReturn

    from zsupport.findings import Finding, Outcome


def prepare_streams() -> None:
    """Have letters that a stream cannot encode written as escapes, so that no write fails."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def emit(text: str, *, commands: bool = False) -> None:
    """Write a text to standard output; a closed pipe is ignored.

    `commands`: leave workflow commands in the text as they are. Raises EnvironmentFault where it
    cannot be written.
    """
    _write(sys.stdout, guarded(text, commands=commands))


def emit_exactly(data: bytes) -> None:
    """Write a file or patch to a pipe as it is; in a terminal nothing in it steers that."""
    if is_terminal():
        emit(printable(data.decode("utf-8", "replace")))
    else:
        _write(getattr(sys.stdout, "buffer", None), data)


def aside(text: str, *, commands: bool = False) -> None:
    """Write a text to standard error as `emit` does; without a stream it is lost."""
    if sys.stderr is not None:
        _write(sys.stderr, guarded(text, commands=commands))


def _write(out: IO[AnyStr] | None, text: AnyStr) -> None:
    try:
        if out is None:
            from errno import EBADF

            raise OSError(EBADF, "there is no standard output")
        out.write(text)
        out.flush()
    except BrokenPipeError:
        _give_up(out)
    except OSError as error:
        _give_up(out)
        raise EnvironmentFault(f"the output cannot be written: {error.strerror}") from None


def leave(code: int) -> NoReturn:
    """End the process: every text has been written, and nothing else has to be tidied up."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            continue  # it was said where the text was written
    os._exit(code)


def waiting_terminal() -> IO[str] | None:
    """Return standard error where somebody waits at it for a long run, None elsewhere."""
    waits = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return sys.stderr if waits and not os.environ.get("CI") else None


def _give_up(out: IO[str] | IO[bytes] | None) -> None:
    """Let what is still buffered go nowhere, so that the interpreter ends in silence."""
    if out is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def note(text: str) -> None:
    """Write a line about the answer to standard error."""
    aside(f"zsupport: {printable(' '.join(text.splitlines()))}\n")


def explain(lines: list[str]) -> None:
    """Write reasons to standard error, beside an answer that a program reads."""
    aside("".join(printable(line) + "\n" for line in lines))


def terminal_of(color: str, csv: str = "safe") -> Terminal:
    """Return what standard output can show; NO_COLOR and COLUMNS are honoured."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    colored = color == "always" or (
        color == "auto"
        and is_terminal()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
    return Terminal(_width(), colored, encoding, csv == "raw")


def _width() -> int:
    """Return the width of standard output: COLUMNS, else that of the terminal, else 80.

    As `shutil.get_terminal_size` says; to load `shutil` takes a sixth of the start of Python.
    """
    try:
        columns = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        columns = 0
    if columns > 0:
        return columns
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80
    except (AttributeError, ValueError, OSError):
        return 80


def chosen_format(wanted: str) -> str:
    """Return the format: `auto` is a table in a terminal and plain lines elsewhere."""
    if wanted != "auto":
        return wanted
    return "table" if is_terminal() else "plain"


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def write_report(report: Report, common: Common) -> None:
    """Write a report in the format that was asked for."""
    terminal = terminal_of(common.color, common.csv)
    emit(render(report, chosen_format(common.format), terminal))


class Showing(NamedTuple):
    """How findings are shown: the format on a stream, and the files with a format each."""

    format: str
    color: str = "auto"
    csv: str = "safe"
    quiet: bool = False  # nothing is written to the stream
    files: tuple[tuple[str, str], ...] = ()  # format and path

    @property
    def formats(self) -> set[str]:
        """Every format in which something is written."""
        return {self.format, *(format for format, _ in self.files)}

    def with_files(self, output_file: list[str] | None) -> Showing:
        """Return it with the files of `--output-file`; raise UsageError for another form."""
        files = []
        for text in output_file or ():
            format, equals, path = text.partition("=")
            if not equals or not path:
                raise UsageError(
                    f"--output-file: `{text}` is not FORMAT=FILE", "such as sarif=findings.sarif"
                )
            if format not in FINDING_FORMATS:
                formats = ", ".join(FINDING_FORMATS)
                hint = did_you_mean(format, FINDING_FORMATS) or f"formats: {formats}"
                raise UsageError(f"--output-file: unknown format `{format}`", hint)
            files.append((format, path))
        return self._replace(files=tuple(files))


def write_outcome(
    outcome_in: Callable[[str], Outcome],
    showing: Showing,
    to: Callable[..., None] = emit,
    *,
    fails_at: str = "error",
    holidays: str | None = None,
) -> None:
    """Write what a checker found as it is to be shown; the format `auto` is text everywhere.

    `outcome_in` returns the outcome for a format. `to` writes it elsewhere where something else is
    the output. `fails_at` is the least severity that fails the run, and `holidays` the release of
    the public holidays where the findings rest on it. Raises EnvironmentFault where a file cannot
    be written, after writing the others.
    """
    from datetime import UTC, datetime

    from zsupport.report.findings import Context, render_outcome
    from zsupport.sources.rewrite import write_output
    from zsupport.sources.workspace import workspace

    try:
        folder = os.getcwd()
    except OSError:
        folder = ""  # it has been removed, and nothing is named from it
    context = Context(
        terminal_of(showing.color, showing.csv),
        folder,
        workspace(folder, os.environ) if folder else "",
        fails_at,
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        holidays,
        flag_of,
    )

    def rendered(format: str) -> str:
        outcome = outcome_in(format)
        units = (unit._replace(findings=in_options(unit.findings)) for unit in outcome.units)
        closing = tuple(named(line, flag_of) for line in outcome.closing)
        return render_outcome(
            outcome._replace(units=tuple(units), closing=closing), format, context
        )

    if not showing.quiet:
        format = "text" if showing.format == "auto" else showing.format
        to(rendered(format), commands=format == "github")
    context = context._replace(terminal=Terminal(raw_csv=showing.csv == "raw"))
    unwritten = []
    for format, path in showing.files:
        text = rendered(format)
        try:
            write_output(path, guarded(text, commands=format == "github"))
        except EnvironmentFault as fault:
            unwritten.append(fault)
    if unwritten:
        raise unwritten[0]


def write_field(report: Report, field: str) -> None:
    """Write one field of each answer: a line each, a line for each item of a list."""
    known = report.fields
    if field not in known:
        raise UsageError(
            f"`{field}` is no field; known: {', '.join(known)}", did_you_mean(field, known)
        )
    lines: list[str] = []
    for record in report.records:
        value = record[field]
        lines += map(_text, value) if isinstance(value, list) else [_text(value)]
    emit("".join(line + "\n" for line in lines))


def _text(value: object) -> str:
    from zsupport.report.text import one_line

    if value is None:
        return ""
    if isinstance(value, str):
        return one_line(value)
    from json import dumps

    return one_line(dumps(value, ensure_ascii=False))


def wants_json(arguments: list[str]) -> bool:
    """Return whether errors are to be JSON too, even if the options cannot be read."""
    wanted = False
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        name, equals, value = argument.partition("=")
        if name == "--format":
            value = value if equals else "".join(arguments[i + 1 : i + 2])
            # The last one counts; a value that is none is the error that is shown.
            wanted = value == "json" if value in ("auto", *FORMATS, *FINDING_FORMATS) else wanted
    return wanted


def in_options(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with hints that name command-line options."""
    return tuple(each._replace(hint=named(each.hint, flag_of)) for each in findings)


def report_error(error: ZsupportError, *, as_json: bool) -> int:
    """Write an error and return its exit code."""
    from zsupport.view.errors import error_document, error_text

    error.message, error.hint = named(error.message, flag_of), named(error.hint, flag_of)
    if isinstance(error, InvalidPolicy):
        error.findings = in_options(error.findings)
    try:
        if as_json:
            from zsupport.report.json import dumps

            emit(dumps(error_document(error), terminal_of("never")) + "\n")
        aside(error_text(error, flag_of, getattr(sys.stderr, "encoding", None) or "ascii"))
    except EnvironmentFault as fault:
        if not isinstance(error, InvalidPolicy | UsageError):
            error = fault
    return error.exit_code
