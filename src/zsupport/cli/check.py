"""`zsupport check`: errors, gaps and contradictions in policies."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from zsupport.cli.options import FINDING_OPTIONS, Command, Option
from zsupport.cli.output import (
    OutputOptions,
    chosen_format,
    chosen_language,
    emit,
    emit_exactly,
    emit_stderr,
    is_terminal,
    note,
    terminal_of,
    wording,
    write_outcome,
)
from zsupport.cli.progress import show_progress
from zsupport.cli.question import working_folder
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault, UsageError
from zsupport.findings import SEVERITIES
from zsupport.wording import ENGLISH, Message, joined

if TYPE_CHECKING:
    from zsupport.report import Terminal
    from zsupport.sources.select import Fault, SelectedFile

_HELP = Message(
    "Find errors, gaps and contradictions in policies.\n\n"
    "Each finding has a code and a place, and often an example case. Configure the rules of a"
    " project in its pyproject.toml: see `zsupport help configuration`."
)
_EXAMPLES = """\
  zsupport check zoom
  zsupport check zoom canonical --select ZS4,ZS5 --format json
  zsupport check gitlab --fix --diff
  zsupport check --explain unreachable-rule
  zsupport check --list-rules
"""
_NOTES = Message(
    "Exit codes: 0 no finding at --fail-on or above, 1 findings, 2 invalid option or name, 3 file"
    " not\n"
    "found or policy invalid, 4 file cannot be written"
)

_PATHS = Option(
    "paths", (), "arguments", "[PATH]...",
    Message("Files, folders, patterns or shipped policies; - is standard input [default: .]"),
    completes="policy",
)  # fmt: skip
_SELECT = Option(
    "select", ("--select",), "texts", "RULES",
    Message("Rules to check: codes, prefixes such as ZS3, or names, separated by commas"),
    completes="rule",
)  # fmt: skip
_IGNORE = Option(
    "ignore", ("--ignore",), "texts", "RULES", Message("Rules to ignore"), completes="rule"
)  # fmt: skip
_FIX = Option("fix", ("--fix",), "flag", "", Message("Apply safe fixes"))
_NO_FIX = Option(
    "no_fix",
    ("--no-fix",),
    "flag",
    "",
    Message("Reject --fix, for hooks and CI that must not change files"),
)
_DIFF = Option(
    "diff", ("--diff",), "flag", "", Message("Show the changes of --fix without writing them")
)  # fmt: skip
_FAIL_ON = Option(
    "fail_on", ("--fail-on",), "text", "",
    Message("Lowest severity that exits with 1 [default: error]"),
    choices=SEVERITIES,
)  # fmt: skip
_AT = Option(
    "at", ("--at",), "text", "DATE",
    Message("Date or instant of the check [default: today]"),
)  # fmt: skip
_STDIN = Option(
    "stdin_filename", ("--stdin-filename",), "text", "PATH",
    Message("File name to show for standard input"), completes="file",
)  # fmt: skip
_EXPLAIN = Option(
    "explain", ("--explain",), "text", "RULE",
    Message("Explain a rule, with examples"), completes="rule",
)  # fmt: skip
#: The formats that end with a summary and the rules and paths that the configuration disabled.
_WITH_CLOSING = ("auto", "text", "markdown", "github", "junit")
_LIST = Option("list_rules", ("--list-rules",), "flag", "", Message("List the rules"))


def check(
    paths: list[str] | None,
    select: list[str] | None,
    ignore: list[str] | None,
    fix: bool,
    no_fix: bool,
    diff: bool,
    fail_on: str | None,
    at: str | None,
    stdin_filename: str | None,
    explain: str | None,
    list_rules: bool,
    config: str | None,
    format: str,
    output_file: list[str] | None,
    csv: str,
    quiet: bool,
    exit_zero: bool,
    color: str,
    debug: bool,
) -> int:
    """Run `zsupport check` and return its exit code."""
    if explain is not None:
        return _explain(explain, format, color)
    if list_rules:
        return _list(format, terminal_of(color, csv), select, ignore)
    from zsupport.check.batch import CheckOptions, check_files
    from zsupport.check.config import Configs
    from zsupport.clock.holidays import holidays_version
    from zsupport.sources.cache import CachedHolidays, cache_folder
    from zsupport.sources.find import shadowed
    from zsupport.sources.policies import no_policy
    from zsupport.sources.select import select as select_files
    from zsupport.sources.settings import Exclusions, read_config

    selected, ignored = _codes_of_options(select, ignore)
    if fix and no_fix:
        raise UsageError(
            Message("`--fix` and `--no-fix` cannot be combined"),
            Message("run `zsupport check --fix`"),
        )
    output = OutputOptions(format, color, csv, quiet).with_files(output_file)
    configuration = read_config(config, working_folder(), os.environ)
    configs = Configs(working_folder(), configuration)
    day = _day(at)
    excluded = Exclusions(configuration)
    with show_progress(Message("finding files"), quiet=quiet):
        selection = select_files(paths or (), excluded)
    files = _name_stdin(selection.files, stdin_filename)
    files = _without_tests(files, selection.faults, quiet=quiet)
    for remark in () if quiet else shadowed(paths or ()):
        note(remark)
    for file in files:
        configs.of(file)  # report configuration errors before any file is changed
    public = CachedHolidays(cache_folder(os.environ, paths or (os.curdir,)))
    write = None
    if fix or diff:
        write = _show_patch if diff else _write
        _check_fix(files, output, diff=diff)
    options = CheckOptions(day, configs, selected, ignored, fail_on, public, excluded, write)
    # A patch or a fixed text on the same screen would mix with the progress bar.
    shared = write is not None and is_terminal()
    with show_progress(Message("checking"), quiet=quiet or shared) as advance:
        numbers = iter(range(len(files)))
        total = len(files) if len(files) > 1 else 0
        checked = check_files(
            files,
            options,
            lambda target: advance(target.shown, next(numbers), total),
            selection.faults,
        )

    if not checked.units:
        raise no_policy(paths or ())
    from zsupport.check.closing import outcome_of, preview_closing, switched_off
    from zsupport.findings import has_failures

    fails_at = fail_on or "error"
    disabled = switched_off(checked, excluded.remark())
    outcome = outcome_of(checked, disabled)
    if not diff:
        holidays = holidays_version() if checked.holidays else None
        # If the output is the fixed text, the remaining findings go to standard error.
        piped = fix and any(file.path == "-" for file in files)
        to = emit_stderr if piped else emit
        write_outcome(lambda _: outcome, output, to, fails_at=fails_at, holidays=holidays)
    if not quiet:
        if diff:
            note(preview_closing(checked))
        if diff or format not in _WITH_CLOSING:
            for line in disabled:
                note(line)
        # In a terminal the text already contains these faults.
        in_text = is_terminal() and format in ("auto", "text", "plain") and not diff
        _note_faults(() if in_text else checked.faults, checked.unwritten)
    if checked.unwritten:
        return 4
    if checked.refused:
        return 3
    failed = bool(checked.fixed) if diff else has_failures(outcome, fails_at)
    return 1 if failed and not exit_zero else 0


def _codes_of_options(
    select: list[str] | None, ignore: list[str] | None
) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Return the codes of `--select` and of `--ignore`; None for an omitted option."""
    from zsupport.check.catalogue import codes_of, ignorable_codes

    return (
        None if select is None else codes_of(select, "--select"),
        None if ignore is None else ignorable_codes(ignore, "--ignore"),
    )


def _name_stdin(files: Sequence[SelectedFile], stdin: str | None) -> list[SelectedFile]:
    """Return the files; standard input gets the name of `--stdin-filename`."""
    return [file._replace(shown=stdin) if stdin and file.path == "-" else file for file in files]


def _without_tests(
    files: Sequence[SelectedFile], faults: Sequence[Fault], *, quiet: bool
) -> list[SelectedFile]:
    """Return the policy files; warn about tests files that an argument names.

    Raises UsageError if only tests files were selected.
    """
    policies = [file for file in files if not file.is_tests]
    tests = [file.shown for file in files if file.is_tests and file.named]
    if tests:
        from zsupport.sources.find import file_of_tests

        error = file_of_tests(tests)
        if not policies and not faults:
            raise error
        if not quiet:
            note(Message("{problem} (ignored by `check`)", problem=error.message))
            note(Message("  {hint}", hint=error.hint))
    return policies


def _check_fix(targets: Sequence[SelectedFile], output: OutputOptions, *, diff: bool) -> None:
    """Raise UsageError if the fixes cannot be written to the files or shown as a patch."""
    if diff and output.format not in ("auto", "text"):
        raise UsageError(
            Message("`--diff` and `--format {format}` cannot be combined", format=output.format),
            Message("remove one"),
        )
    if diff and output.files:
        raise UsageError(
            Message("`--diff` and `--output-file` cannot be combined"), Message("remove one")
        )
    for target in targets if not diff else ():
        if target.path == "-" and len(targets) > 1:
            raise UsageError(
                Message("`--fix` cannot combine standard input with other files"),
                Message("remove the other files, or `-`"),
            )
        if target.shipped:
            raise UsageError(
                Message("cannot fix the shipped policy {policy}", policy=target.shown),
                Message("fix a copy of the file, or show the changes with `--diff`"),
            )


def _write(target: SelectedFile, before: bytes, after: bytes) -> None:
    """Replace a file by its fixed text; write standard input to standard output."""
    from zsupport.policy.files import MAX_BYTES
    from zsupport.sources.rewrite import rewrite

    if target.path == "-":
        # Only the start of a text over the limit was read, and must not replace the whole text.
        emit_exactly(after if len(before) <= MAX_BYTES else b"")
        return
    rewrite(target.path, target.shown, before, after)


def _show_patch(target: SelectedFile, before: bytes, after: bytes) -> None:
    """Write the changes of a fix as a patch."""
    from zsupport.report.text import single_line
    from zsupport.sources.rewrite import patch

    # The program `patch` needs the exact bytes.
    emit_exactly(patch(single_line(target.shown), before, after).encode())


def _note_faults(faults: Sequence[Fault], unwritten: Sequence[EnvironmentFault]) -> None:
    """Write a note to standard error for each file that could not be read or written."""
    problems: list[tuple[str, str | None]] = [
        (joined((fault.file, fault.message), ": "), fault.hint) for fault in faults
    ]
    problems += [(fault.message, fault.hint) for fault in unwritten]
    for message, hint in problems:
        note(message)
        if hint:
            note(Message("  {hint}", hint=hint))


def _day(at: str | None) -> date:
    """Return the day of `--at`, which is a date or an instant; by default today in UTC."""
    if at is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(at) if re.fullmatch(r"[0-9-]{10}", at) else _day_of_instant(at)
    except ValueError:
        raise UsageError(
            Message("--at: invalid date `{at}`", at=at), Message("write a date such as 2026-11-26")
        ) from None


def _day_of_instant(at: str) -> date:
    import time

    from zsupport.clock.instants import to_datetime
    from zsupport.clock.phrases import parse_moment

    try:
        instant, zone = parse_moment(at, now=int(time.time()), zone=None)
    except BadText as problem:
        hint = Message(
            "write a date such as 2026-11-26, or an instant such as 2026-11-26T09:00:00+01:00"
        )
        raise UsageError(joined(("--at", problem.message), ": "), hint) from None
    return to_datetime(instant).astimezone(zone or UTC).date()


def _explain(name: str, format: str, color: str) -> int:
    """Show the explanation of a rule."""
    if format not in ("auto", "text", "markdown"):
        raise UsageError(
            Message("`--explain` and `--format {format}` cannot be combined", format=format),
            Message("use `--format text` or `--format markdown`"),
        )
    from zsupport.check.catalogue import rule_named
    from zsupport.view.rules import explanation

    text = explanation(rule_named(name))
    if is_terminal() and format != "markdown":
        from zsupport.report.guide import render

        text = render(text, terminal_of(color))
    emit(text)
    return 0


def _list(
    format: str, terminal: Terminal, select: list[str] | None, ignore: list[str] | None
) -> int:
    """List the rules that `--select` and `--ignore` leave; by default all."""
    from zsupport.check.catalogue import KINDS
    from zsupport.report import FORMATS, render
    from zsupport.view.rules import rules_report

    answer_format = "table" if format == "text" else chosen_format(format)
    if answer_format not in FORMATS:
        raise UsageError(
            Message("`--list-rules` and `--format {format}` cannot be combined", format=format),
            Message("formats: {formats}", formats=", ".join(FORMATS)),
        )
    selected, ignored = _codes_of_options(select, ignore)
    codes = (frozenset(KINDS) if selected is None else selected) - (ignored or frozenset())
    language = chosen_language(screen=is_terminal()) if answer_format == "table" else ENGLISH.code
    emit(render(rules_report(codes, wording(language)), answer_format, terminal))
    return 0


COMMAND = Command(
    check,
    (
        _PATHS, _SELECT, _IGNORE, _FIX, _NO_FIX, _DIFF, _FAIL_ON, _AT, _STDIN, _EXPLAIN, _LIST,
        *FINDING_OPTIONS,
    ),
    _HELP, _EXAMPLES, _NOTES,
    common=False,
)  # fmt: skip
