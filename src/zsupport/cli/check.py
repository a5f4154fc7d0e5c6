"""`zsupport check`: whether policies are complete and consistent."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from zsupport.cli.options import FINDING_OPTIONS, Command, Option
from zsupport.cli.output import (
    Showing,
    aside,
    chosen_format,
    emit,
    emit_exactly,
    is_terminal,
    note,
    terminal_of,
    waiting_terminal,
    write_outcome,
)
from zsupport.cli.question import working_folder
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault, UsageError
from zsupport.findings import SEVERITIES

if TYPE_CHECKING:
    from zsupport.report import Terminal
    from zsupport.sources.select import Fault, SelectedFile

_EXAMPLES = """
Examples:
  zsupport check zoom
  zsupport check zoom canonical --select ZS4,ZS5 --format json
  zsupport check gitlab --fix --diff
  zsupport check --explain unreachable-rule
  zsupport check --list-rules

Exit code: 0 nothing at --fail-on or above, 1 findings, 2 a wrong option or name, 3 a file that is
missing or not a valid policy, 4 a file that cannot be fixed."""

#: Fewer files are done before anybody could read a bar.
_MANY = 50

_PATHS = Option(
    "paths", (), "arguments", "[PATH]...",
    "Files, folders, patterns, shipped policies; - is standard input. [default: this folder]",
    completes="policy",
)  # fmt: skip
_SELECT = Option(
    "select", ("--select",), "texts", "RULES",
    "Only these rules: codes, their beginnings (ZS3), names; with commas between them.",
    completes="rule",
)  # fmt: skip
_IGNORE = Option(
    "ignore", ("--ignore",), "texts", "RULES", "Not these rules.", completes="rule"
)  # fmt: skip
_FIX = Option("fix", ("--fix",), "flag", "", "Fix in the files what can be fixed safely.")
_NO_FIX = Option(
    "no_fix", ("--no-fix",), "flag", "", "Refuse --fix: for hooks and CI, which change no file."
)
_DIFF = Option(
    "diff", ("--diff",), "flag", "", "Show what --fix would change, and write nothing."
)  # fmt: skip
_FAIL_ON = Option(
    "fail_on", ("--fail-on",), "text", "", "Exit with 1 from which severity on. [default: error]",
    choices=SEVERITIES,
)  # fmt: skip
_AT = Option(
    "at", ("--at",), "text", "DATE",
    "The day as of which to judge, or an instant on it. [default: today]",
)  # fmt: skip
_STDIN = Option(
    "stdin_filename", ("--stdin-filename",), "text", "PATH",
    "What to call standard input.", completes="file",
)  # fmt: skip
_EXPLAIN = Option(
    "explain", ("--explain",), "text", "RULE",
    "Say what a rule finds and why, with examples.", completes="rule",
)  # fmt: skip
#: The formats that end with what was found, and what configuration switched off.
_WITH_CLOSING = ("auto", "text", "markdown", "github", "junit")
_LIST = Option("list_rules", ("--list-rules",), "flag", "", "List the rules.")


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
    """Say whether policies are complete and consistent, and where they are not.

    Whatever is found has a code, a place, and where it helps the case in which it shows. A
    project can say in its pyproject.toml what it wants: see `zsupport help check`.
    """
    if explain is not None:
        return _explain(explain, format, color)
    if list_rules:
        return _list(format, terminal_of(color, csv), select, ignore)
    from zsupport.check.batch import CheckOptions, check_files
    from zsupport.check.config import Configs
    from zsupport.clock.holidays import holidays_version
    from zsupport.sources.cache import cache_folder, kept_holidays
    from zsupport.sources.find import shadowed
    from zsupport.sources.policies import no_policy
    from zsupport.sources.select import select as select_files
    from zsupport.sources.settings import Exclusions, configured

    selected, ignored = _chosen(select, ignore)
    if fix and no_fix:
        raise UsageError("--fix and --no-fix contradict each other", "run `zsupport check --fix`")
    showing = Showing(format, color, csv, quiet).with_files(output_file)
    configuration = configured(config, working_folder(), os.environ)
    configs = Configs(working_folder(), configuration)
    day = _day(at)
    excluded = Exclusions(configuration)
    selection = select_files(paths or (), excluded)
    files = _without_tests(_named(selection.files, stdin_filename), selection.faults, quiet=quiet)
    for remark in () if quiet else shadowed(paths or ()):
        note(remark)
    for each in files:
        configs.of(each)  # a mistake in one is reported before a file is changed
    public = kept_holidays(cache_folder(os.environ, paths or (os.curdir,)))
    put = None
    if fix or diff:
        put = _shown if diff else _written
        _can_be_fixed(files, showing, diff=diff)
    asked = CheckOptions(day, configs, selected, ignored, fail_on, public, excluded, put)
    with _progress(len(files), quiet=quiet) as began:
        checked = check_files(files, asked, began, selection.faults)

    if not checked.units:
        raise no_policy(paths or ())
    from zsupport.check.closing import fixed_aside, outcome_of, switched_off
    from zsupport.findings import fail_on as fails

    fails_at = fail_on or "error"
    off = switched_off(checked, excluded.used())
    outcome = outcome_of(checked, off)
    if not diff:
        holidays = holidays_version() if checked.holidays else None
        # Where the fixed text is the output, its other findings go to standard error.
        piped = fix and any(each.path == "-" for each in files)
        to = aside if piped else emit
        write_outcome(lambda _: outcome, showing, to, fails_at=fails_at, holidays=holidays)
    if not quiet:
        if diff:
            note(fixed_aside(checked))
        if diff or format not in _WITH_CLOSING:
            for line in off:
                note(line)
        # In a terminal the text says it already.
        said = is_terminal() and format in ("auto", "text", "plain") and not diff
        _note(() if said else checked.faults, checked.unwritten)
    if checked.unwritten:
        return 4
    if checked.refused:
        return 3
    failed = bool(checked.fixed) if diff else fails(outcome, fails_at)
    return 1 if failed and not exit_zero else 0


def _chosen(
    select: list[str] | None, ignore: list[str] | None
) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Return the codes that options select and ignore; without an option None."""
    from zsupport.check.catalogue import codes_of, ignorable

    return (
        None if select is None else codes_of(select, "--select"),
        None if ignore is None else ignorable(ignore, "--ignore"),
    )


def _named(files: Sequence[SelectedFile], stdin: str | None) -> list[SelectedFile]:
    """Return files with the name that standard input is to have."""
    return [each._replace(shown=stdin) if stdin and each.path == "-" else each for each in files]


def _without_tests(
    files: Sequence[SelectedFile], faults: Sequence[Fault], *, quiet: bool
) -> list[SelectedFile]:
    """Return the files without tests; warn about tests files that were named.

    Raises UsageError where no other file was selected.
    """
    policies = [each for each in files if not each.is_tests]
    tests = [each.shown for each in files if each.is_tests and each.named]
    if tests:
        from zsupport.sources.find import file_of_tests

        wrong = file_of_tests(tests)
        if not policies and not faults:
            raise wrong
        if not quiet:
            note(f"{wrong.message}, which `check` does not look at")
            note(f"  {wrong.hint}")
    return policies


def _can_be_fixed(targets: Sequence[SelectedFile], showing: Showing, *, diff: bool) -> None:
    """Raise UsageError where a fix has nowhere to go."""
    if diff and showing.format not in ("auto", "text"):
        contradicting = f"--diff and --format {showing.format}"
        raise UsageError(f"{contradicting} contradict each other", "leave one out")
    if diff and showing.files:
        raise UsageError("--diff and --output-file contradict each other", "leave one out")
    for target in targets if not diff else ():
        if target.path == "-" and len(targets) > 1:
            raise UsageError(
                "standard input is fixed alone: its text is written to standard output",
                "leave out the other names",
            )
        if target.shipped:
            raise UsageError(
                f"the shipped policy {target.shown} is not changed",
                "--diff shows what would; a copy of the file can be fixed",
            )


def _written(target: SelectedFile, before: bytes, after: bytes) -> None:
    """Put a fixed file in the place of the one that was read, a piped one on standard output."""
    from zsupport.policy.files import MAX_BYTES
    from zsupport.sources.rewrite import rewrite

    if target.path == "-":
        # Of a text that is too large only the beginning was read, which is not to take its place.
        emit_exactly(after if len(before) <= MAX_BYTES else b"")
        return
    rewrite(target.path, target.shown, before, after)


def _shown(target: SelectedFile, before: bytes, after: bytes) -> None:
    """Show what a fix changes, as a patch."""
    from zsupport.report.text import one_line
    from zsupport.sources.rewrite import patch

    # In a pipe it is for `patch`, which needs it as it is.
    emit_exactly(patch(one_line(target.shown), before, after).encode())


def _note(faults: Sequence[Fault], unwritten: Sequence[EnvironmentFault]) -> None:
    """Say on standard error which files could not be read or written."""
    said = [(f"{fault.file}: {fault.message}", fault.hint) for fault in faults]
    said += [(fault.message, fault.hint) for fault in unwritten]
    for message, hint in said:
        note(message)
        if hint:
            note(f"  {hint}")


@contextmanager
def _progress(count: int, *, quiet: bool) -> Iterator[Callable[[SelectedFile], None]]:
    """Show a bar to somebody who waits at a terminal for many files."""
    terminal = waiting_terminal()
    if count < _MANY or quiet or terminal is None:
        yield lambda _: None
        return
    from zsupport.report.progress import progress

    with progress(count, terminal) as next_is:
        yield lambda target: next_is(target.shown)


def _day(at: str | None) -> date:
    """Return the day that `--at` names: a date, or the date of an instant; else today in UTC."""
    if at is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(at) if re.fullmatch(r"[0-9-]{10}", at) else _day_of_instant(at)
    except ValueError:
        raise UsageError(f"--at: invalid date `{at}`", "a date looks like 2026-11-26") from None


def _day_of_instant(at: str) -> date:
    import time

    from zsupport.clock.instants import parse_instant, to_datetime

    try:
        instant, zone = parse_instant(at, now=int(time.time()), zone=None)
    except BadText as problem:
        hint = "a date such as 2026-11-26, or an instant such as 2026-11-26T09:00:00+01:00"
        raise UsageError(f"--at: {problem.message}", hint) from None
    return to_datetime(instant).astimezone(zone or UTC).date()


def _explain(name: str, format: str, color: str) -> int:
    """Show what a rule finds and why."""
    if format not in ("auto", "text", "markdown"):
        raise UsageError(f"a rule is not explained as {format}", "it is a page of Markdown")
    from zsupport.check.catalogue import kind_named
    from zsupport.view.rules import explanation

    text = explanation(kind_named(name))
    if is_terminal() and format != "markdown":
        from zsupport.report.guide import render

        text = render(text, terminal_of(color))
    emit(text)
    return 0


def _list(
    format: str, terminal: Terminal, select: list[str] | None, ignore: list[str] | None
) -> int:
    """Show the rules, or those that were selected."""
    from zsupport.check.catalogue import KINDS
    from zsupport.report import FORMATS, render
    from zsupport.view.rules import rules_report

    wanted = "table" if format == "text" else chosen_format(format)
    if wanted not in FORMATS:
        raise UsageError(f"the rules are not listed as {format}", f"known: {', '.join(FORMATS)}")
    selected, ignored = _chosen(select, ignore)
    codes = (frozenset(KINDS) if selected is None else selected) - (ignored or frozenset())
    emit(render(rules_report(codes), wanted, terminal))
    return 0


COMMAND = Command(
    check,
    (
        _PATHS, _SELECT, _IGNORE, _FIX, _NO_FIX, _DIFF, _FAIL_ON, _AT, _STDIN, _EXPLAIN, _LIST,
        *FINDING_OPTIONS,
    ),
    _EXAMPLES,
    common=False,
)  # fmt: skip
