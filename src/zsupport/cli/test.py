"""`zsupport test`: the tests of a policy."""

from __future__ import annotations

import os
from datetime import datetime

from zsupport.cli.options import FINDING_OPTIONS, Command, Option
from zsupport.cli.output import OutputOptions, note, write_outcome
from zsupport.cli.progress import show_progress
from zsupport.cli.question import working_folder
from zsupport.clock.instants import to_datetime
from zsupport.clock.problem import BadText
from zsupport.errors import PolicyError, UsageError
from zsupport.wording import Message, joined

_HELP = Message(
    "Run the tests of a policy: the files next to it whose names end in _test.yaml.\n\n"
    "A failure shows the actual answer, the line that decided it, and a test that passes. No file"
    " is changed."
)
_EXAMPLES = """\
  zsupport test zoom
  zsupport test zoom --coverage --fail-under 90
  zsupport test zoom --only "free account"
"""
_NOTES = Message(
    "Exit codes: 0 all tests passed, 1 a test failed or a percentage is too low, 2 invalid"
    " option, 3\n"
    "policy or tests file cannot be read"
)

_PATHS = Option(
    "paths", (), "arguments", "[PATH]...",
    Message("Policies, tests files, folders or shipped policies [default: .]"),
    completes="policy",
)  # fmt: skip
_ONLY = Option(
    "only", ("--only", "-k"), "text", "TEXT",
    Message("Run only tests whose name or question contains TEXT"),
)  # fmt: skip
_AT = Option(
    "at", ("--at",), "text", "INSTANT",
    Message(
        "Date and time of tests without `at` [default: `at` of the file, or the newest revision]"
    ),
)  # fmt: skip
_COVERAGE = Option(
    "coverage",
    ("--coverage",),
    "flag",
    "",
    Message("Report which decisions of the policy are not covered"),
)
_FAIL_UNDER = Option(
    "fail_under", ("--fail-under",), "text", "PERCENT",
    Message("Fail if the coverage is lower"),
)  # fmt: skip
_MUTATE = Option(
    "mutate", ("--mutate",), "flag", "",
    Message("Run the tests on mutants of the policy; report the mutants that survived"),
)  # fmt: skip
_FAIL_UNDER_MUTATION = Option(
    "fail_under_mutation", ("--fail-under-mutation",), "text", "PERCENT",
    Message("Fail if fewer than this percentage of mutants is killed"),
)  # fmt: skip


def test(
    paths: list[str] | None,
    only: str | None,
    at: str | None,
    coverage: bool,
    fail_under: str | None,
    mutate: bool,
    fail_under_mutation: str | None,
    config: str | None,
    format: str,
    output_file: list[str] | None,
    csv: str,
    quiet: bool,
    exit_zero: bool,
    color: str,
    debug: bool,
) -> int:
    """Run `zsupport test` and return its exit code."""
    from zsupport.sources.cache import CachedHolidays, cache_folder
    from zsupport.sources.find import shadowed
    from zsupport.sources.settings import Exclusions, read_config
    from zsupport.suite.session import RunOptions, run_session

    output = OutputOptions(format, color, csv, quiet).with_files(output_file)
    options = RunOptions(
        only,
        _moment(at),
        coverage or fail_under is not None,
        _percent("--fail-under", fail_under),
        mutate or fail_under_mutation is not None,
        _percent("--fail-under-mutation", fail_under_mutation),
        listed="json" in output.formats,
    )
    public = CachedHolidays(cache_folder(os.environ, paths or (os.curdir,)))
    excluded = Exclusions(read_config(config, working_folder(), os.environ))
    with show_progress(Message("reading policies"), quiet=quiet) as advance:
        session = run_session(paths or [], options, public, excluded, advance)
    write_outcome(lambda _: session.outcome, output)
    if not quiet:
        for remark in (*shadowed(paths or ()), *filter(None, [excluded.remark()])):
            note(remark)
    if session.unreadable:
        return PolicyError.exit_code
    failed = any(finding.severity == "error" for finding in session.outcome.findings)
    return 1 if failed and not exit_zero else 0


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    from zsupport.clock.phrases import is_relative, parse_moment

    if text == "now" or is_relative(text):
        raise UsageError(
            Message("--at: `{text}` makes results depend on the day", text=text),
            Message("write a fixed moment"),
        )
    try:
        return to_datetime(parse_moment(text, now=0, zone=None)[0])
    except BadText as problem:
        hint = problem.hint or Message("write an instant such as 2026-11-26T09:00:00+01:00")
        raise UsageError(joined(("--at", problem.message), ": "), hint) from None


def _percent(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        percentage = float(text.removesuffix("%"))
    except ValueError:
        percentage = -1.0
    if not 0 <= percentage <= 100:
        raise UsageError(
            Message("{option}: invalid percentage `{text}`", option=option, text=text),
            Message("write a number from 0 to 100"),
        )
    return percentage


COMMAND = Command(
    test,
    (
        _PATHS, _ONLY, _AT, _COVERAGE, _FAIL_UNDER, _MUTATE, _FAIL_UNDER_MUTATION,
        *FINDING_OPTIONS,
    ),
    _HELP, _EXAMPLES, _NOTES,
    common=False,
)  # fmt: skip
