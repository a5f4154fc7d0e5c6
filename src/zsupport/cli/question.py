"""What every question has in common: its policy, its moment, its output."""

from __future__ import annotations

import os
import time

from zsupport.answer.case import NEEDS_INPUT, Answers, AnyAnswers, Details, Row, Warning
from zsupport.answer.remarks import one_line
from zsupport.cli.options import Common, flag_of
from zsupport.cli.output import chosen_format, explain, note, write_field, write_report
from zsupport.clock.instants import format_instant, from_datetime, parse_instant, to_datetime
from zsupport.clock.problem import BadText
from zsupport.clock.zones import zone
from zsupport.dates import UTC, datetime, tzinfo
from zsupport.errors import UsageError
from zsupport.library import Policy, load_found
from zsupport.report import FORMATS, Remark, Report
from zsupport.sources.find import FoundPolicy, choose, find
from zsupport.typed import TYPE_CHECKING, NamedTuple, TypeVar
from zsupport.view.questions import QuestionView
from zsupport.wording import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

Value = TypeVar("Value")

#: The kinds of remarks under a table, and those beside lines for a program.
_UNDER_TABLES = ("retired", "starts", "condition", "note", "unclear")
_BESIDE_LINES = ("only", "unclear")


class AskedPolicy(NamedTuple):
    """The policy that is asked, and the moment as of which."""

    policy: Policy
    found: FoundPolicy
    fallback: bool  # nobody named a policy: it is the shipped example
    at: datetime
    zone: tzinfo  # in which instants are shown

    def query(self, **asked: object) -> dict[str, Any]:
        """Return the question as the JSON document repeats it."""
        return {**asked, "at": self.text(self.at)}

    def text(self, instant: datetime) -> str:
        """Return an instant as it is shown."""
        return format_instant(from_datetime(instant), self.zone)


class Moments(NamedTuple):
    """The instants of the options, and the zone in which to show instants."""

    now: int
    named: tzinfo | None  # --tz
    at: datetime
    opened: datetime
    zone: tzinfo

    def read(self, option: str, text: str | None) -> datetime | None:
        """Return the instant that an option gives, None where it is left out."""
        if text is None:
            return None
        return to_datetime(_instant(option, text, self.now, self.named)[0])


def read_moments(common: Common, opened: str | None = None) -> Moments:
    """Return the moment asked as of (default: now) and opened (default: that moment)."""
    now = int(time.time())
    named = None if common.tz is None else read("--tz", common.tz, zone)
    at, stated = (now, None) if common.at is None else _instant("--at", common.at, now, named)
    start, of_opened = (at, None) if opened is None else _instant("--opened", opened, now, named)
    shown = named or of_opened or stated or UTC
    return Moments(now, named, to_datetime(at), to_datetime(start), shown)


def _instant(option: str, text: str, now: int, named: tzinfo | None) -> tuple[int, tzinfo | None]:
    def parsed(written: str) -> tuple[int, tzinfo | None]:
        return parse_instant(written, now=now, zone=named, tz=flag_of("tz"))

    return read(option, text, parsed)


def read(option: str, text: str, parse: Callable[[str], Value]) -> Value:
    """Return what `parse` makes of an option's text; a problem with it names the option."""
    try:
        return parse(text)
    except BadText as problem:
        raise UsageError(f"{option}: {problem.message}", problem.hint or problem.expected) from None


def ask(common: Common, moments: Moments) -> AskedPolicy:
    """Return the question to the policy in use."""
    name, fallback = choose(common.policy, os.environ, working_folder())
    found = find(name)
    policy = load_found(found)
    return AskedPolicy(policy, found, fallback, moments.at, moments.zone)


def working_folder() -> str | None:
    """Return the current folder, None where it has been removed."""
    try:
        return os.getcwd()
    except OSError:
        return None


def read_facts(pairs: list[str] | None) -> dict[str, str]:
    """Return `--fact NAME=VALUE` options as a mapping; raise UsageError for another form."""
    facts: dict[str, str] = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name or not value:
            example = f"{name or 'NAME'}=VALUE"
            raise UsageError(f"--fact: `{pair}` is not NAME=VALUE", f"write --fact {example}")
        if facts.get(name, value).casefold() != value.casefold():
            raise UsageError(f"the fact `{name}` is given twice: {facts[name]} and {value}")
        facts[name] = value
    return facts


def needed(answers: AnyAnswers) -> str:
    """Return a line that says which input is required for an answer, with the options."""
    asks = (named(each.message, flag_of) for each in answers.warnings if each.code == NEEDS_INPUT)
    return f"needs input: {'; '.join(asks)}"


def finish(
    common: Common,
    question: AskedPolicy,
    answers: Answers[Row, Details],
    view: QuestionView[Row, Details],
    query: dict[str, Any],
    *,
    refusal: str | None,
    code: int = 1,
) -> int:
    """Write the report and return the exit code: 0, or `code` with `refusal` in one line."""
    if refusal and not answers.in_force:
        kind = refusal.partition(":")[0]
        refusal = f"{kind}: no revision of the policy is in force at that moment"
    if not common.quiet:
        warnings = [
            each._replace(message=named(each.message, flag_of)) for each in answers.warnings
        ]
        answers = answers._replace(warnings=(*warnings, *_about_language(common, answers)))
        report = view.show(answers, query, question.zone, common.lang)
        if common.field is not None and common.format not in ("auto", "plain"):
            raise UsageError(f"--field and --format {common.format} contradict each other")
        # All is worked out before the first line is written: a run that fails has said nothing.
        beside: list[str] = []
        reasons: list[str] = []
        if common.why:
            reasons = view.why(answers, question.found.folder, question.zone)
        if common.field is None and FORMATS[chosen_format(common.format)].notes:
            notes = _notes(common, question, answers, report, reasons)
            report, reasons = report._replace(notes=notes), []
        else:
            beside = _aside(common, answers, report, refused=code == 2)
        if common.field is not None:
            write_field(report, common.field)
        else:
            write_report(report, common)
        for text in beside:
            note(text)
        if reasons:
            explain(reasons)
    if refusal and (code != 1 or not common.quiet):
        note(refusal)
    return code if refusal and not (common.exit_zero and code == 1) else 0


def _about_language(common: Common, answers: AnyAnswers) -> list[Warning]:
    """Return a warning where the policy has texts by language and none in the one asked for."""
    known = answers.revision.languages
    if not known or common.lang == "en" or {common.lang, common.lang.split("-")[0]} & set(known):
        return []
    return [Warning("no-language", f"no texts in `{common.lang}`; there are {', '.join(known)}")]


def _notes(
    common: Common, question: AskedPolicy, answers: AnyAnswers, report: Report, reasons: list[str]
) -> tuple[str, ...]:
    """Return what stands under a table: remarks, reasons, and where the answer comes from."""
    notes = _chosen(report.beside.listed, _UNDER_TABLES, common, answers)
    notes = list(dict.fromkeys([*notes, *(warning.message for warning in answers.warnings)]))
    notes += reasons
    if question.fallback and chosen_format(common.format) == "table":
        revision = answers.revision
        since = f", revision {revision.start}" if revision.start else ""
        notes.append(
            f"{revision.policy}{since}: the shipped example; name your own policy with --policy"
        )
    return tuple(notes)


def _aside(common: Common, answers: AnyAnswers, report: Report, *, refused: bool) -> list[str]:
    """Return what goes to standard error beside lines for a program: warnings and doubts.

    `refused`: what is needed is said by the refusal.
    """
    found = [w.message for w in answers.warnings if not (refused and w.code == NEEDS_INPUT)]
    every = common.field is not None or FORMATS[chosen_format(common.format)].every
    remarks = report.beside.every if every else report.beside.listed
    return list(dict.fromkeys([*found, *_chosen(remarks, _BESIDE_LINES, common, answers)]))


def _chosen(
    remarks: Iterable[Remark], kinds: tuple[str, ...], common: Common, answers: AnyAnswers
) -> list[str]:
    """Return the remarks of some kinds; with `--why` also the sources and what tables show.

    The doubt about when the revision is in force is left to JSON.
    """
    if common.why:
        kinds = (*kinds, *_UNDER_TABLES, "source")
    doubt = one_line(answers.revision.validity.unclear, common.lang)
    hidden = f"unclear: {doubt}" if doubt else None
    return [each.text for each in remarks if each.kind in kinds and each.text != hidden]
