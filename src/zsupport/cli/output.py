"""Standard output and standard error. Only this module writes to them."""

from __future__ import annotations

import os
import sys

from zsupport.cli.options import Common, flag_of
from zsupport.errors import EnvironmentFault, InvalidPolicy, UsageError, ZsupportError, did_you_mean
from zsupport.report import FINDING_FORMATS, FORMATS, Report, Terminal, render
from zsupport.report.text import guarded, printable
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import ENGLISH, Message, Wording, joined

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, AnyStr, NoReturn

    from zsupport.findings import Outcome
    from zsupport.wording import Naming

#: The language that the command line states with `--lang`.
_stated_language: str | None = None
#: Whether this process has written something.
_has_written = False
#: Whether the reader of standard output has ended.
_is_closed = False


def prepare_streams() -> None:
    """Let the streams escape the characters that they cannot encode, so that no write fails."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def emit(text: str, *, commands: bool = False) -> None:
    """Write a text to standard output. A closed pipe is ignored.

    With `commands`, workflow commands in the text are not escaped. Raises EnvironmentFault if the
    text cannot be written.
    """
    _write(sys.stdout, guarded(text, commands=commands))


def emit_controls(text: str) -> None:
    """Write control sequences and printable text to the terminal. Nothing is escaped."""
    _write(sys.stdout, text)


def emit_paged(text: str) -> None:
    """Show a text in the pager of the terminal, or write it if no pager can show it."""
    from zsupport.sources.pager import show_in_pager

    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    able = os.environ.get("TERM") not in (None, "", "dumb")
    data = guarded(text).encode(encoding, "backslashreplace")
    if not able or not show_in_pager(data, os.environ):
        emit(text)


def emit_exactly(data: bytes) -> None:
    """Write the exact bytes of a file or patch; in a terminal escape control characters."""
    if is_terminal():
        emit(printable(data.decode("utf-8", "replace")))
    else:
        _write(getattr(sys.stdout, "buffer", None), data)


def emit_stderr(text: str, *, commands: bool = False) -> None:
    """Write a text to standard error as `emit` does. Without standard error, do nothing."""
    if sys.stderr is not None:
        _write(sys.stderr, guarded(text, commands=commands))


def _write(out: IO[AnyStr] | None, text: AnyStr) -> None:
    global _has_written
    _has_written = True
    try:
        if out is None:
            from errno import EBADF

            raise OSError(EBADF, Message("no standard output"))
        out.write(text)
        out.flush()
    except BrokenPipeError:
        global _is_closed
        _is_closed = _is_closed or out in (sys.stdout, getattr(sys.stdout, "buffer", None))
        _discard_output(out)
    except OSError as error:
        _discard_output(out)
        raise EnvironmentFault(
            Message("cannot write the output: {reason}", reason=error.strerror)
        ) from None


def has_written() -> bool:
    """Return whether this process has written something."""
    return _has_written


def output_is_closed() -> bool:
    """Return whether the reader of standard output, such as `head`, has ended."""
    return _is_closed


def leave(code: int) -> NoReturn:
    """End the process without cleaning up, after flushing both streams."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            continue  # the write has already reported the error
    os._exit(code)


def asking_terminal() -> IO[str] | None:
    """Return standard input if a person can be asked: both it and standard output are terminals."""
    asked = sys.stdin is not None and sys.stdin.isatty() and is_terminal()
    return sys.stdin if asked else None


def waiting_terminal() -> IO[str] | None:
    """Return standard error if it is a terminal in which a person waits, or None."""
    terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return sys.stderr if terminal and not os.environ.get("CI") else None


def _discard_output(out: IO[str] | IO[bytes] | None) -> None:
    """Discard buffered output, so that the interpreter ends without an error."""
    if out is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def state_language(arguments: list[str]) -> None:
    """Set the language that `--lang` states, even if the arguments are invalid."""
    global _stated_language
    _stated_language = last_value(arguments, "--lang")


def stated_language(stated: str | None = None) -> str | None:
    """Return the language that a person states: `stated`, `--lang` or ZSUPPORT_LANG; else None."""
    return stated or _stated_language or os.environ.get("ZSUPPORT_LANG") or None


def chosen_language(*, screen: bool, stated: str | None = None) -> str:
    """Return the language of the texts for a reader, such as `nb` or `pt-BR`.

    The first of these decides: `stated_language`, the locale if a `screen` shows the texts, and
    English.
    """
    chosen = stated_language(stated)
    if chosen or not screen:
        return chosen or ENGLISH.code
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next(filter(None, map(os.environ.get, names)), "C")
    # Examples of locales: `nb_NO.UTF-8`, `sr_RS@latin`, `C.UTF-8`, `POSIX`.
    code = _code_of_locale(locale)
    if code in ("C", "POSIX"):
        return ENGLISH.code
    # As in other programs, LANGUAGE overrides the language of a locale. It can list several
    # languages: the first one decides. Empty entries are skipped.
    preferred = next(filter(None, os.environ.get("LANGUAGE", "").split(":")), "")
    return _code_of_locale(preferred) if preferred else code


def _code_of_locale(locale: str) -> str:
    code = locale.split(".")[0].split("@")[0].replace("_", "-")
    if code in ("C", "POSIX"):
        return code
    # As in policies: `nb-NO`, `zh-Hant`.
    main, *parts = code.split("-")
    return "-".join(
        [main.lower(), *(part.upper() if len(part) == 2 else part.title() for part in parts)]
    )


def check_variable_of_language() -> None:
    """Raise UsageError if ZSUPPORT_LANG decides the language and is not a language code."""
    code = os.environ.get("ZSUPPORT_LANG")
    if code and not _stated_language:
        checked_language(code, "ZSUPPORT_LANG")


def checked_language(text: str, place: str = "--lang") -> str:
    """Return the language code. Raises UsageError for any other text."""
    if text == ENGLISH.code:
        return text
    from zsupport.policy.languages import is_language, language_hint

    if is_language(text):
        return text
    raise UsageError(
        Message("{place}: invalid language `{text}`", place=place, text=text),
        language_hint(text) or Message("write an ISO 639 code such as nb or en"),
    )


def wording(language: str, naming: Naming = flag_of) -> Wording:
    """Return the program's texts in a language, or in English if they are not translated."""
    if language.split("-")[0] == ENGLISH.code:
        return Wording(naming=naming)
    from zsupport.sources.translations import translation

    return Wording(translation(language), naming)


def stderr_wording() -> Wording:
    """Return the texts for the reader of standard error."""
    screen = sys.stderr is not None and sys.stderr.isatty()
    try:
        return wording(chosen_language(screen=screen))
    except EnvironmentFault:  # an error about missing translations is in English
        return Wording(naming=flag_of)


def note(text: str) -> None:
    """Write a line to standard error, after `zsupport:`, in the language of the reader."""
    text = stderr_wording().message(text)
    emit_stderr(f"zsupport: {printable(' '.join(text.splitlines()))}\n")


def explain(lines: list[str]) -> None:
    """Write the reasons of `--why` to standard error, because standard output is for programs."""
    emit_stderr("".join(printable(line) + "\n" for line in lines))


def terminal_of(color: str, csv: str = "safe") -> Terminal:
    """Return the capabilities of standard output, by NO_COLOR, TERM and COLUMNS."""
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

    `shutil.get_terminal_size` does the same, but importing `shutil` takes a sixth of the time that
    Python needs to start.
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


def chosen_format(format: str) -> str:
    """Return the format; `auto` becomes `table` in a terminal and `plain` elsewhere."""
    if format != "auto":
        return format
    return "table" if is_terminal() else "plain"


def shows_screen(common: Common) -> bool:
    """Return whether a question is answered by a screen: a table, and not by fields of answers."""
    return common.field is None and chosen_format(common.format) == "table"


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def write_report(report: Report, common: Common) -> None:
    """Write a report in the format of `--format`."""
    terminal = terminal_of(common.color, common.csv)
    emit(render(report, chosen_format(common.format), terminal))


class OutputOptions(NamedTuple):
    """The options for writing findings to standard output and to output files."""

    format: str  # on standard output
    color: str = "auto"
    csv: str = "safe"
    quiet: bool = False  # write nothing to standard output
    files: tuple[tuple[str, str], ...] = ()  # format and path

    @property
    def formats(self) -> set[str]:
        """The formats of standard output and of the output files."""
        return {self.format, *(format for format, _ in self.files)}

    def with_files(self, output_file: list[str] | None) -> OutputOptions:
        """Return a copy with the files of `--output-file`; raise UsageError if it is invalid."""
        files = []
        for text in output_file or ():
            format, equals, path = text.partition("=")
            if not equals or not path:
                raise UsageError(
                    Message("--output-file: `{text}` is not FORMAT=FILE", text=text),
                    Message("write a pair such as sarif=findings.sarif"),
                )
            if path == "-":
                raise UsageError(
                    Message("--output-file: `{text}` names no file", text=text),
                    Message("write to standard output with {format}", format=flag_of("format")),
                )
            if format not in FINDING_FORMATS:
                formats = ", ".join(FINDING_FORMATS)
                hint = did_you_mean(format, FINDING_FORMATS) or Message(
                    "formats: {formats}", formats=formats
                )
                raise UsageError(
                    Message("--output-file: unknown format `{format}`", format=format), hint
                )
            files.append((format, path))
        return self._replace(files=tuple(files))


def write_outcome(
    outcome_in: Callable[[str], Outcome],
    output: OutputOptions,
    to: Callable[..., None] = emit,
    *,
    fails_at: str = "error",
    holidays: str | None = None,
) -> None:
    """Write findings with `to` and to the output files. The format `auto` is `text`.

    `outcome_in` returns the outcome for a format. `fails_at` is the lowest severity that fails the
    run. `holidays` is the release of the public holidays, if the findings depend on it. If a file
    cannot be written, this writes the other files and then raises EnvironmentFault.
    """
    from datetime import UTC, datetime

    from zsupport.report.findings import Context, render_outcome
    from zsupport.sources.rewrite import write_output
    from zsupport.sources.workspace import workspace
    from zsupport.view.errors import worded

    try:
        folder = os.getcwd()
    except OSError:
        folder = ""  # the folder was removed: keep the names of files
    context = Context(
        terminal_of(output.color, output.csv),
        folder,
        workspace(folder, os.environ) if folder else "",
        fails_at,
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        holidays,
    )

    def render_in(format: str, *, screen: bool) -> str:
        outcome = outcome_in(format)
        # Only the format for people is in the language of the reader.
        language = chosen_language(screen=screen) if format == "text" else ENGLISH.code
        words = wording(language)
        units = (unit._replace(findings=worded(unit.findings, words)) for unit in outcome.units)
        closing = tuple(map(words.message, outcome.closing))
        return render_outcome(
            outcome._replace(units=tuple(units), closing=closing),
            format,
            context._replace(words=words),
        )

    if not output.quiet:
        format = "text" if output.format == "auto" else output.format
        to(render_in(format, screen=is_terminal()), commands=format == "github")
    context = context._replace(terminal=Terminal(raw_csv=output.csv == "raw"))
    faults = []
    for format, path in output.files:
        text = render_in(format, screen=False)
        try:
            write_output(path, guarded(text, commands=format == "github"))
        except EnvironmentFault as fault:
            faults.append(fault)
    if faults:
        raise faults[0]


def write_fields(report: Report, options: list[str]) -> None:
    """Write fields of each answer; `options` are names separated by commas.

    A single field is written as one line per value, or per item of a list. Several fields are
    written as columns that are separated by tabs, with one line per answer. Raises UsageError for
    an unknown name.
    """
    names = [name.strip() for option in options for name in option.split(",")]
    paths = _paths_of_fields(report, names)
    lines: list[str] = []
    for record in report.records:
        if len(paths) > 1:
            lines.append("\t".join(_in_line(_value(record, path)) for path in paths))
            continue
        value = _value(record, paths[0])
        lines += map(_text, value) if isinstance(value, list) else [_text(value)]
    emit("".join(line + "\n" for line in lines))


def _paths_of_fields(report: Report, names: list[str]) -> list[tuple[str, ...]]:
    """Return the keys that lead to each field, which may be a column of CSV such as `fact.NAME`."""
    paths: dict[str, tuple[str, ...]] = {name: (name,) for name in report.fields}
    if not paths.keys() >= {*names}:
        from zsupport.report.columns import columns_of

        paths = {**{column.name: column.path for column in columns_of(report)}, **paths}
    unknown = [name for name in dict.fromkeys(names) if name not in paths]
    fields = ", ".join(report.fields)
    if "" in unknown:
        raise UsageError(
            Message("--field: empty name"), Message("write names separated by commas: plan,role")
        )
    if len(unknown) == 1:
        message = Message(
            "unknown field `{field}`; fields: {fields}", field=unknown[0], fields=fields
        )
        raise UsageError(message, did_you_mean(unknown[0], paths))
    if unknown:
        lines = []
        for name in unknown:
            hint = did_you_mean(name, paths)
            problem = Message("unknown field `{field}`", field=name)
            lines.append(joined([problem, hint], "; ") if hint else problem)
        raise UsageError(joined(lines, "\n"), Message("fields: {fields}", fields=fields))
    return [paths[name] for name in names]


def _value(record: dict[str, object], path: tuple[str, ...]) -> object:
    """Return the value of a field of an answer."""
    if len(path) == 1:
        return record[path[0]]
    from zsupport.report.columns import value_at

    return value_at(record, path)


def _in_line(value: object) -> str:
    """Return a value in a column: the items of a list are joined by commas, objects are JSON."""
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ", ".join(map(_text, value))
    return _text(value)


def _text(value: object) -> str:
    from zsupport.report.text import single_line

    if value is None:
        return ""
    if isinstance(value, str):
        return single_line(value)
    from json import dumps

    return single_line(dumps(value, ensure_ascii=False))


def wants_json(arguments: list[str]) -> bool:
    """Return whether errors are written as JSON, even if the options are invalid."""
    # An invalid value does not change the format of its error.
    return last_value(arguments, "--format", ("auto", *FORMATS, *FINDING_FORMATS)) == "json"


def last_value(
    arguments: list[str], option: str, values: tuple[str, ...] | None = None
) -> str | None:
    """Return the last value of an option, or None. With `values`, ignore all other values."""
    last = None
    for i, argument in enumerate(arguments):
        if argument == "--":
            break
        name, equals, value = argument.partition("=")
        if name == option:
            value = value if equals else "".join(arguments[i + 1 : i + 2])
            last = value if values is None or value in values else last
    return last


def report_error(error: ZsupportError, *, as_json: bool) -> int:
    """Write an error and return its exit code."""
    from zsupport.view.errors import error_document, error_text

    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    try:
        if as_json:
            from zsupport.report.json import dumps

            document = error_document(error, Wording(naming=flag_of))
            emit(dumps(document, terminal_of("never")) + "\n")
        width = _width() if sys.stderr is not None and sys.stderr.isatty() else None
        emit_stderr(error_text(error, stderr_wording(), encoding, width))
    except EnvironmentFault as fault:
        if not isinstance(error, InvalidPolicy | UsageError):
            error = fault
    return error.exit_code
