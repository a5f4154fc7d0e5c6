"""`zsupport diff`: what a change takes from whom, and what it gives."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from zsupport.cli.options import FINDING_OPTIONS, Command, Option
from zsupport.cli.output import Showing, note, write_outcome
from zsupport.cli.question import working_folder
from zsupport.clock.problem import BadText
from zsupport.diff.changes import AUDIENCES
from zsupport.diff.headlines import fails, outcome_of
from zsupport.diff.policies import compare, paired
from zsupport.errors import PolicyError
from zsupport.sources.cache import cache_folder, kept_holidays
from zsupport.sources.settings import Exclusions, configured
from zsupport.sources.sides import InvalidSide, both_sides

if TYPE_CHECKING:
    from zsupport.findings import Outcome
    from zsupport.policy.document import Document

_EXAMPLES = """
Examples:
  zsupport diff zoom --against zoom
  zsupport diff canonical --against canonical --audience support --fail-on any

In a repository the other side is mostly a revision:
  zsupport diff policies/acme.yaml --against HEAD
  zsupport diff policies --merge-base origin/main --format github

Exit code: 0 nothing breaking, 1 a breaking change (or what --fail-on says), 2 a wrong option,
3 a policy that cannot be read, 4 no Git, or a revision that is not there."""

# Formats that people read show so many changes of each class; programs are told all of them.
_MOST = 50
_TO_READ = ("auto", "text", "markdown", "github")

_PATH = Option(
    "path", (), "argument", "[PATH]", "A file, or a folder of policies.", ".",
    completes="policy",
)  # fmt: skip
_AGAINST = Option(
    "against", ("--against",), "text", "PATH|REV",
    "What it was before: a file, a folder or a Git revision.", completes="policy",
)  # fmt: skip
_MERGE_BASE = Option(
    "merge_base", ("--merge-base",), "text", "REV",
    "Before: where HEAD and this Git revision went apart.",
)  # fmt: skip
_AUDIENCE = Option(
    "audience", ("--audience",), "text", "",
    "For whom less, or more, is breaking.", "customer", AUDIENCES,
)  # fmt: skip
_FAIL_ON = Option(
    "fail_on", ("--fail-on",), "text", "",
    "The least change to exit with 1 for.", "breaking", ("breaking", "risky", "any"),
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
    """Say what a change of a policy takes from whom, and what it gives.

    The answers for all cases are compared, not the texts: order, layout and comments change
    nothing. Each change is breaking, risky or compatible for the audience.
    """
    from zsupport.clock.holidays import holidays_version
    from zsupport.errors import TooMuch

    showing = Showing(format, color, csv, quiet).with_files(output_file)
    excluded = Exclusions(configured(config, working_folder(), os.environ))
    try:
        sides = both_sides(path, against, merge_base, os.environ, excluded)
    except InvalidSide as invalid:
        note(f"{invalid.side} is not valid")
        raise
    public = kept_holidays(cache_folder(os.environ, (path, against or os.curdir)))
    try:
        pairs = paired(sides.before, sides.now)
        diffs = [compare(*pair, public, own_days=sides.own_days) for pair in pairs]
    except TooMuch as error:
        what = error.what or "the two policies together"
        raise TooMuch(error.limit, error.count, what) from None
    except BadText as problem:
        # Of a country, or a part of one, whose public holidays are not known.
        raise PolicyError(problem.message, problem.hint or problem.expected) from None

    @cache
    def found(most: int | None) -> tuple[Outcome, Mapping[str, int]]:
        return outcome_of(diffs, audience, most)

    def most_in(format: str) -> int | None:
        return _MOST if format in _TO_READ else None

    fails_at = {"breaking": "error", "risky": "warning", "any": "note"}[fail_on]
    used = any(_rests_on_countries(each) for each in (*sides.before, *sides.now))
    holidays = holidays_version() if used else None
    write_outcome(
        lambda each: found(most_in(each))[0], showing, fails_at=fails_at, holidays=holidays
    )
    _, counts = found(0 if quiet else most_in(format))
    if not quiet:
        for remark in (*sides.remarks, *filter(None, [excluded.used()])):
            note(remark)
    return 1 if fails(counts, fail_on) and not exit_zero else 0


def _rests_on_countries(document: Document) -> bool:
    """Return whether hours of a policy have the public holidays of a country."""
    calendars = document.revision.hours.values() if document.revision else ()
    days_off = [calendar.holidays for each in calendars for calendar in each]
    return any(off and off.country and off.frozen is None for off in days_off)


COMMAND = Command(
    diff,
    (_PATH, _AGAINST, _MERGE_BASE, _AUDIENCE, _FAIL_ON, *FINDING_OPTIONS),
    _EXAMPLES,
    common=False,
)
