"""`zsupport diff`: who gains and who loses from a policy change."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from zsupport.cli.options import FINDING_OPTIONS, Command, Option
from zsupport.cli.output import OutputOptions, note, write_outcome
from zsupport.cli.progress import show_progress
from zsupport.cli.question import working_folder
from zsupport.clock.problem import BadText
from zsupport.diff.changes import AUDIENCES
from zsupport.diff.headlines import fails, outcome_of
from zsupport.diff.policies import compare, pair_policies
from zsupport.errors import PolicyError
from zsupport.sources.cache import CachedHolidays, cache_folder
from zsupport.sources.settings import Exclusions, read_config
from zsupport.sources.sides import InvalidSide, both_sides
from zsupport.wording import Message

if TYPE_CHECKING:
    from zsupport.clock.holidays import PublicHolidays
    from zsupport.diff.policies import PolicyDiff
    from zsupport.findings import Outcome
    from zsupport.policy.document import Document
    from zsupport.sources.sides import Sides
    from zsupport.suite.session import Progress

_HELP = Message(
    "Show who gains and who loses from a change of a policy.\n\n"
    "It compares the answers for all cases, not the text: order, layout and comments are ignored."
    " Each change is breaking, risky or compatible for the audience."
)
_EXAMPLES = """\
  zsupport diff zoom --against zoom
  zsupport diff canonical --against canonical --audience support --fail-on any
"""
_NOTES = Message(
    "In a Git repository, compare with a revision:\n{examples}\n\n"
    "Exit codes: 0 no change at --fail-on or above, 1 such a change, 2 invalid option, 3 policy"
    " cannot\nbe read, 4 Git not installed or revision not found",
    examples="""\
  zsupport diff policies/acme.yaml --against HEAD
  zsupport diff policies --merge-base origin/main --format github""",
)

#: The maximum number of changes of each class in the formats for people. Other formats show all.
_MAX_ROWS = 50
_LIMITED_FORMATS = ("auto", "text", "markdown", "github")

_PATH = Option(
    "path", (), "argument", "[PATH]", Message("New version: a file or folder"), ".",
    completes="policy",
)  # fmt: skip
_AGAINST = Option(
    "against", ("--against",), "text", "PATH|REV",
    Message("Old version: a file, a folder or a Git revision"), completes="policy",
)  # fmt: skip
_MERGE_BASE = Option(
    "merge_base", ("--merge-base",), "text", "REV",
    Message("Old version: the merge base of HEAD and this Git revision"),
)  # fmt: skip
_AUDIENCE = Option(
    "audience", ("--audience",), "text", "",
    Message("Point of view: losses are breaking for customers, gains for the support organisation"),
    "customer", AUDIENCES,
)  # fmt: skip
_FAIL_ON = Option(
    "fail_on", ("--fail-on",), "text", "",
    Message("Lowest class of change that exits with 1"), "breaking", ("breaking", "risky", "any"),
)  # fmt: skip


def diff(
    path: str,
    against: str | None,
    merge_base: str | None,
    audience: str,
    fail_on: str,
    config: str | None,
    format: str,
    output_file: list[str] | None,
    csv: str,
    quiet: bool,
    exit_zero: bool,
    color: str,
    debug: bool,
) -> int:
    """Run `zsupport diff` and return its exit code."""
    from zsupport.clock.holidays import holidays_version

    output = OutputOptions(format, color, csv, quiet).with_files(output_file)
    excluded = Exclusions(read_config(config, working_folder(), os.environ))
    diffs: list[PolicyDiff] = []

    @cache
    def outcome_with(max_rows: int | None) -> tuple[Outcome, Mapping[str, int]]:
        return outcome_of(diffs, audience, max_rows)

    def max_rows_in(format: str) -> int | None:
        return _MAX_ROWS if format in _LIMITED_FORMATS else None

    try:
        with show_progress(Message("reading policies"), quiet=quiet) as advance:
            sides = both_sides(path, against, merge_base, os.environ, excluded)
            public = CachedHolidays(cache_folder(os.environ, (path, against or os.curdir)))
            diffs += _compare(sides, public, advance)
            outcome_with(0 if quiet else max_rows_in(format))
    except InvalidSide as invalid:
        note(Message("invalid policy: {side}", side=invalid.side))
        raise
    fails_at = {"breaking": "error", "risky": "warning", "any": "note"}[fail_on]
    used = any(_uses_public_holidays(document) for document in (*sides.before, *sides.now))
    holidays = holidays_version() if used else None
    write_outcome(
        lambda format: outcome_with(max_rows_in(format))[0],
        output,
        fails_at=fails_at,
        holidays=holidays,
    )
    _, counts = outcome_with(0 if quiet else max_rows_in(format))
    if not quiet:
        for remark in (*sides.remarks, *filter(None, [excluded.remark()])):
            note(remark)
    return 1 if fails(counts, fail_on) and not exit_zero else 0


def _compare(sides: Sides, public: PublicHolidays, progress: Progress) -> list[PolicyDiff]:
    """Return the changes of each policy. Raises LimitExceeded and PolicyError."""
    from zsupport.errors import LimitExceeded

    diffs = []
    try:
        pairs = pair_policies(sides.before, sides.now)
        for number, (old, new) in enumerate(pairs):
            shown = (new or old)[0].source.shown
            progress(shown, number, len(pairs) if len(pairs) > 1 else 0)
            diffs.append(compare(old, new, public, own_days=sides.own_days))
    except LimitExceeded as error:
        what = error.what or Message("the two policies together")
        raise LimitExceeded(error.limit, error.count, what) from None
    except BadText as problem:
        # The public holidays of a country or subdivision are unknown.
        raise PolicyError(problem.message, problem.hint or problem.expected) from None
    return diffs


def _uses_public_holidays(document: Document) -> bool:
    """Return whether hours of a policy use the public holidays of a country."""
    calendars = document.revision.hours.values() if document.revision else ()
    days_off = [calendar.holidays for cases in calendars for calendar in cases]
    return any(off and off.country and off.frozen is None for off in days_off)


COMMAND = Command(
    diff,
    (_PATH, _AGAINST, _MERGE_BASE, _AUDIENCE, _FAIL_ON, *FINDING_OPTIONS),
    _HELP,
    _EXAMPLES,
    _NOTES,
    common=False,
)
