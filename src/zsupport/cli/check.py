"""`zsupport check`: whether policies are complete and consistent."""

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from zsupport.cli.options import FINDING_OPTIONS, Command, Option
from zsupport.cli.output import chosen_format, emit, is_terminal, note, terminal_of, write_outcome
from zsupport.errors import PolicyError, UsageError
from zsupport.findings import SEVERITIES

if TYPE_CHECKING:
    from zsupport.check.bulk import Checked
    from zsupport.check.discover import Discovered

_EXAMPLES = """
Examples:
  zsupport check zoom
  zsupport check zoom canonical --select ZS4,ZS5 --format json
  zsupport check --explain dead-rule
  zsupport check --list-rules

Exit code: 0 nothing at --fail-on or above, 1 findings, 2 a wrong option or name, 3 a file that is
missing, or is no policy that can be read, 4 a file that cannot be written."""

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
_LIST = Option("list_rules", ("--list-rules",), "flag", "", "List the rules.")


def check(
    paths: list[str] | None,
    select: list[str] | None,
    ignore: list[str] | None,
    fail_on: str | None,
    at: str | None,
    stdin_filename: str | None,
    explain: str | None,
    list_rules: bool,
    format: str,
    quiet: bool,
    exit_zero: bool,
    color: str,
    debug: bool,
) -> int:
    """Say whether policies are complete and consistent, and where they are not.

    Whatever is found has a code, a place, and where it helps the case in which it shows.
    """
    if explain is not None:
        return _explain(explain, color)
    if list_rules:
        return _list(format, color)
    from zsupport.check.bulk import Asked, check_files
    from zsupport.check.catalogue import selected
    from zsupport.check.discover import discover
    from zsupport.check.rules import RULES

    codes = selected(select, ignore or ())
    fails_at = fail_on or "error"
    asked = Asked(tuple(rule for rule in RULES if rule.code in codes), codes, _day(at))
    discovered = discover(paths or (), lambda _: False)
    if stdin_filename is not None:
        named = [each._replace(shown=stdin_filename) if each.path == "-" else each
                 for each in discovered.targets]  # fmt: skip
        discovered = discovered._replace(targets=tuple(named))
    checked = check_files(discovered.targets, asked)
    return _finish(discovered, checked, fails_at, format, color, quiet=quiet, exit_zero=exit_zero)


def _finish(
    discovered: "Discovered",
    checked: "Checked",
    fails_at: str,
    format: str,
    color: str,
    *,
    quiet: bool,
    exit_zero: bool,
) -> int:
    """Show what was found; return the exit code."""
    from zsupport.check.closing import outcome_of
    from zsupport.findings import fail_on

    faults = (*discovered.faults, *checked.faults)
    if not checked.units and not faults and not discovered.tests:
        raise PolicyError(
            "no policy was found",
            "a policy is a .yaml file; name it, or the folder that it lies in",
        )
    outcome = outcome_of(checked, faults)
    if not quiet:
        write_outcome(outcome, format, color, fails_at=fails_at)
        for fault in faults:
            note(f"{fault.file}: {fault.message}")
            if fault.hint:
                note(f"  {fault.hint}")
    if faults or checked.refused:
        return 3
    return 1 if fail_on(outcome, fails_at) and not exit_zero else 0


def _day(at: str | None) -> date:
    """Return the day that `--at` names: a date, or the date of an instant; else today in UTC."""
    if at is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(at) if re.fullmatch(r"[0-9-]{10}", at) else _day_of_instant(at)
    except ValueError:
        raise UsageError(f"--at: `{at}` is no date", "a date looks like 2026-11-26") from None


def _day_of_instant(at: str) -> date:
    import time

    from zsupport.cli.question import read
    from zsupport.clock.instants import parse_instant, to_datetime

    now = int(time.time())
    instant, zone = read("--at", at, lambda text: parse_instant(text, now=now, zone=None))
    return to_datetime(instant).astimezone(zone or UTC).date()


def _explain(name: str, color: str) -> int:
    """Show what a rule finds and why."""
    from zsupport.check.catalogue import kind_named
    from zsupport.view.rules import explanation

    text = explanation(kind_named(name))
    if is_terminal():
        from zsupport.report.guide import render

        text = render(text, terminal_of(color))
    emit(text)
    return 0


def _list(format: str, color: str) -> int:
    """Show the rules."""
    from zsupport.report import FORMATS, render
    from zsupport.view.rules import rules_report

    wanted = "table" if format == "text" else chosen_format(format)
    if wanted not in FORMATS:
        raise UsageError(f"the rules are not listed as {format}", f"known: {', '.join(FORMATS)}")
    emit(render(rules_report(), wanted, terminal_of(color)))
    return 0


COMMAND = Command(
    check,
    (
        _PATHS, _SELECT, _IGNORE, _FAIL_ON, _AT, _STDIN, _EXPLAIN, _LIST, *FINDING_OPTIONS,
    ),
    _EXAMPLES,
    common=False,
)  # fmt: skip
