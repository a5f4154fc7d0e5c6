"""The common parts of all questions: the policy, the moment and the output."""

from __future__ import annotations

import os
import time

from zsupport.answer.case import NEEDS_INPUT, Answers, AnyAnswers, Details, Row, Warning
from zsupport.answer.remarks import joined_lines
from zsupport.cli.options import Common, flag_of
from zsupport.cli.output import (
    checked_language,
    chosen_format,
    chosen_language,
    emit,
    explain,
    is_terminal,
    note,
    shows_screen,
    stated_language,
    terminal_of,
    waiting_terminal,
    wording,
    write_fields,
    write_report,
)
from zsupport.clock.instants import (
    format_instant,
    from_datetime,
    in_zone,
    parse_instant,
    to_datetime,
)
from zsupport.clock.problem import BadText, what_to_write
from zsupport.clock.zones import zone
from zsupport.dates import UTC, datetime, tzinfo
from zsupport.errors import UsageError
from zsupport.library import Policy, load_files
from zsupport.report import FORMATS, Remark, Report
from zsupport.sources.find import LocatedPolicy, choose, find
from zsupport.typed import TYPE_CHECKING, NamedTuple, TypeVar
from zsupport.view.notes import missing_language
from zsupport.view.questions import QuestionView
from zsupport.wording import NO_BREAK, Message, Wording, glued, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from zsupport.answer.case import Query
    from zsupport.answer.opening import HoursAnswers
    from zsupport.policy.model import Revision
    from zsupport.report.screen import Paragraph

Value = TypeVar("Value")

#: If `--why` has more lines than this, a screen shows each place in the policy only once.
_MAX_REASONS = 40
#: The kinds of remarks under a table of Markdown, and those on standard error for other formats.
_TABLE_KINDS = ("retired", "starts", "condition", "language", "note", "unclear")
_STDERR_KINDS = ("only", "language", "unclear")


class PolicyQuestion(NamedTuple):
    """The policy of a question, and the moment that the answer is for."""

    policy: Policy
    located: LocatedPolicy
    fallback: bool  # no policy was named, so this is the shipped example
    at: datetime
    zone: tzinfo  # the time zone of instants in the output
    zone_stated: bool  # whether an option states this zone; otherwise it is UTC
    offset_at: datetime | None = None  # the moment of the offset, if the zone is one
    customer_tz: str | None = None

    def __enter__(self) -> Policy:
        """Return the policy to ask; `explained` changes the errors of the block."""
        return self.policy

    def __exit__(self, kind: object, error: BaseException | None, *_: object) -> None:
        """Raise an error of the block as `explained` returns it."""
        if isinstance(error, UsageError):
            raise self.explained(error) from None

    def explained(self, error: UsageError) -> UsageError:
        """Return an error with instants in the time zone of the output.

        An error about a name says if the policy is the shipped example.
        """
        message, hint = in_zone(error.message, self.zone), error.hint
        if self.fallback and error.has_unknown_name:
            remark = Message(
                "the policy is {id}, the shipped example; select yours with {policy}",
                id=self.policy.id,
            )  # fmt: skip
            hint = joined(filter(None, (hint, remark)), "\n")
        return UsageError(message, hint)

    def zone_shown(self, answers: AnyAnswers) -> tzinfo:
        """Return the time zone of screens: of the options, else of the policy.

        An offset stands for the time zone of the policy, or of its hours, that has this offset at
        the moment. So times after a DST change agree with the opening hours.
        """
        if not self.zone_stated:
            return zone(answers.revision.timezone)
        if self.offset_at is None:
            return self.zone
        known = _zone_with_offset(answers.revision, self.offset_at, self.zone, self.customer_tz)
        return known or self.zone

    def query(self, **fields: object) -> dict[str, Any]:
        """Return the query of the JSON document."""
        return {**fields, "at": self.text(self.at)}

    def text(self, instant: datetime) -> str:
        """Return an instant as text, in the time zone of the output."""
        return format_instant(from_datetime(instant), self.zone)


class Moments(NamedTuple):
    """The instants of the options, and the time zone of instants in the output."""

    now: int
    tz: tzinfo | None  # the time zone of `--tz`
    at: datetime
    opened: datetime
    zone: tzinfo
    zone_stated: bool  # whether an option states this zone
    offset_at: datetime | None  # the moment of the offset, if the zone is one

    def read(self, option: str, text: str | None) -> datetime | None:
        """Return the instant of an option, or None if it is omitted."""
        if text is None:
            return None
        return to_datetime(_instant(option, text, self.now, self.tz)[0])

    def is_relative(self, option: str, text: str) -> bool:
        """Return whether an instant depends on the present moment: `2 hours ago`."""
        first, second = (
            _instant(option, text, now, self.tz)[0] for now in (self.now, self.now + 1)
        )
        return first != second


def read_moments(common: Common, opened: str | None = None) -> Moments:
    """Return the moments of `--at` (default: now) and `--opened` (default: `--at`)."""
    now = int(time.time())
    tz = None if common.tz is None else read("--tz", common.tz, lambda text: _zone(text, now))
    at, at_zone = (now, None) if common.at is None else _instant("--at", common.at, now, tz)
    start, start_zone = (at, None) if opened is None else _instant("--opened", opened, now, tz)
    stated = tz or start_zone or at_zone
    moments = to_datetime(at), to_datetime(start)
    # Z states UTC itself, and no offset.
    is_offset = tz is None and stated is not None and stated is not UTC
    offset_at = moments[start_zone is not None] if is_offset else None
    return Moments(now, tz, *moments, stated or UTC, stated is not None, offset_at)


def _zone_with_offset(
    revision: Revision, at: datetime, offset: tzinfo, customer_tz: str | None
) -> tzinfo | None:
    """Return the time zone of a policy with an offset at a moment, or the only one of its hours."""
    calendars = (calendar for hours in revision.hours.values() for calendar in hours)
    names = {customer_tz if item.timezone == "customer" else item.timezone for item in calendars}
    of_hours = [zone(name) for name in names if name not in (None, revision.timezone)]

    def has_offset(where: tzinfo) -> bool:
        return at.astimezone(where).utcoffset() == offset.utcoffset(at)

    of_policy = zone(revision.timezone)
    known = [of_policy] if has_offset(of_policy) else [*filter(has_offset, of_hours)]
    return known[0] if len(known) == 1 else None


def _instant(option: str, text: str, now: int, tz: tzinfo | None) -> tuple[int, tzinfo | None]:
    """Return the instant of an option, and the time zone that its text states."""

    def parse(text: str) -> tuple[int, tzinfo | None]:
        try:
            return parse_instant(text, now=now, zone=tz, tz=flag_of("tz"))
        except BadText:
            from zsupport.clock.phrases import parse_moment

            return parse_moment(text, now=now, zone=tz, tz=flag_of("tz"))

    return read(option, text, parse)


def _zone(text: str, now: int) -> tzinfo:
    """Return the time zone of `--tz`: a zone, or `local` for that of the host."""
    if text == "local":
        from zsupport.sources.host import host_zone

        return host_zone(os.environ, now)
    try:
        return zone(text)
    except BadText as problem:
        hint = Message("did you mean `local`?") if text.lower() == "local" else problem.hint
        expected = Message("`local`, {zone}", zone=problem.expected)
        raise BadText(problem.message, expected, hint) from None


def named_zone(tz: str | None) -> str | None:
    """Return the value of `--tz`, with the name of the time zone of the host instead of `local`."""
    if tz is None or tz.lower() != "local":
        return tz
    return str(read("--tz", tz, lambda text: _zone(text, int(time.time()))))


def read(option: str, text: str, parse: Callable[[str], Value]) -> Value:
    """Return the parsed value of an option; if it is invalid, raise UsageError with the option."""
    try:
        return parse(text)
    except BadText as problem:
        message = joined((option, problem.message), ": ")
        raise UsageError(message, what_to_write(problem)) from None


def read_question(common: Common, moments: Moments) -> PolicyQuestion:
    """Return the policy that the options select, with the moment of the question."""
    name, fallback = choose(common.policy, os.environ, working_folder())
    located = find(name)
    policy = load_files(located)
    return PolicyQuestion(
        policy, located, fallback, moments.at, moments.zone, moments.zone_stated, moments.offset_at
    )


def check_output(path: str, located: LocatedPolicy, example: str) -> None:
    """Raise UsageError for an output file without a name, or that is a file of the policy."""
    from zsupport.report.text import single_line
    from zsupport.sources.rewrite import is_file_of

    if not path:
        raise UsageError(
            Message("--output: empty name"),
            Message("name a file, such as {example}", example=example),
        )
    if is_file_of(path, located):
        raise UsageError(
            Message(
                "--output: {path} is a file of the policy (not replaced)", path=single_line(path)
            ),
            Message("name another file"),
        )


def language_of(common: Common) -> str:
    """Return the language of the texts. For a table in a terminal, the default is the locale.

    Raises UsageError if `--lang` is not a language code.
    """
    if common.lang is not None:
        return checked_language(common.lang)
    return chosen_language(screen=is_terminal() and shows_screen(common))


def working_folder() -> str | None:
    """Return the current folder, or None if it was removed."""
    try:
        return os.getcwd()
    except OSError:
        return None


def read_facts(pairs: list[str] | None) -> dict[str, str]:
    """Return the options `--fact NAME=VALUE` as a mapping; raise UsageError for an invalid pair."""
    facts: dict[str, str] = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name or not value:
            example = f"{name or 'NAME'}=VALUE"
            raise UsageError(
                Message("--fact: `{pair}` is not NAME=VALUE", pair=pair),
                Message("write --fact {example}", example=example),
            )
        if facts.get(name, value).casefold() != value.casefold():
            raise UsageError(
                Message(
                    "--fact: duplicate fact `{name}`: {first} and {second}",
                    name=name,
                    first=facts[name],
                    second=value,
                )
            )
        facts[name] = value
    return facts


def needed_input(answers: AnyAnswers) -> str:
    """Return the refusal with the options that are required for an answer."""
    messages = [w.message for w in answers.warnings if w.code == NEEDS_INPUT]
    return Message("needs input: {messages}", messages=joined(messages, "; "))


def language_not_handled(language: str | None) -> Message:
    """Return the refusal of a case whose channels do not handle the language of the question."""
    return Message(
        "not entitled: no channel that is allowed in this case handles the language `{language}`",
        language=language,
    )


def finish(
    common: Common,
    question: PolicyQuestion,
    answers: Answers[Row, Details],
    view: QuestionView[Row, Details],
    query: dict[str, Any],
    *,
    refusal: str | None,
    code: int = 1,
    stated: frozenset[str] = frozenset(),
) -> int:
    """Write the report. Return 0, or write `refusal` as one line and return `code`.

    `stated` are the names of the options that change a screen, such as `opened`, and `relative` if
    an instant of the case is omitted or relative to the present moment. In a terminal the screen
    states what `refusal` states, so this line is omitted.
    """
    if refusal and not answers.in_force:
        if refusal.startswith("not entitled"):
            refusal = Message("not entitled: no revision of the policy is in force at that moment")
        else:
            refusal = Message("not stated: no revision of the policy is in force at that moment")
    screen = None
    if not common.quiet:
        answers = answers._replace(
            warnings=(*answers.warnings, *_language_warnings(common, answers))
        )
        lang = language_of(common)
        for_reader = answers
        answers = answers._replace(warnings=_worded(answers.warnings, Wording(naming=flag_of)))
        if common.field is not None and common.format not in ("auto", "plain"):
            raise UsageError(
                Message(
                    "`--field` and `--format {format}` cannot be combined", format=common.format
                )
            )
        # Compute everything before writing, so that a run with an error writes only the error.
        stderr_lines: list[str] = []
        format = chosen_format(common.format)
        reasons: list[str] = []
        if shows_screen(common):
            screen = _screen(common, question, for_reader, view, stated)
        else:
            reasons = _reasons(question, answers, view, None) if common.why else []
            report = view.show(answers, query, question.zone, lang)
            report = report._replace(answer=view.answer, facts=tuple(question.policy.facts))
            if common.field is None and FORMATS[format].notes:
                notes = _notes(common, answers, report, reasons)
                report, reasons = report._replace(notes=notes), []
            else:
                stderr_lines = _stderr_lines(common, for_reader, report, refused=code == 2)
        if screen is not None:
            emit(screen)
        elif common.field is not None:
            write_fields(report, common.field)
        else:
            write_report(report, common)
        for text in stderr_lines:
            note(text)
        if reasons:
            explain(reasons)
    is_shown = screen is not None and is_terminal()
    if refusal and (code != 1 or not common.quiet) and not is_shown:
        note(refusal)
    return code if refusal and not (common.exit_zero and code == 1) else 0


def _reasons(
    question: PolicyQuestion,
    answers: Answers[Row, Details],
    view: QuestionView[Row, Details],
    most: int | None,
) -> list[str]:
    """Return the lines of `--why`, or the first of them if there are more than `most`.

    In a terminal, show the progress if it takes long.
    """
    where, zone_shown = question.located.folder, question.zone
    if waiting_terminal() is None:
        return view.why(answers, where, zone_shown, most=most)
    from zsupport.cli.progress import show_progress

    doing = Message("explaining answers")
    with show_progress(doing) as advance:

        def before_answer(done: int, total: int) -> None:
            advance(doing, done, total)

        return view.why(answers, where, zone_shown, before_answer, most)


def _worded(warnings: Iterable[Warning], words: Wording) -> tuple[Warning, ...]:
    """Return warnings with the texts for a reader."""
    return tuple(warning._replace(message=words.message(warning.message)) for warning in warnings)


def _glued_flag(field: str, *value: str) -> str:
    """Return an option with its value, which a screen keeps on one line: `--fact a=b`."""
    return glued(flag_of(field, *value))


def _screen(
    common: Common,
    question: PolicyQuestion,
    answers: Answers[Row, Details],
    view: QuestionView[Row, Details],
    stated: frozenset[str],
) -> str:
    """Return the screen of the answers, with the reasons of `--why` and the policy."""
    from zsupport.report.screen import render_screen, section
    from zsupport.view.screens import EXPLAINED, Setting, load_screen
    from zsupport.view.screens.reasons import deciding_places
    from zsupport.view.times import Times

    lang = language_of(common)
    words = wording(lang, _glued_flag)

    def opening(query: Query) -> HoursAnswers:
        case = {**query._asdict(), "fact": query.facts}
        del case["facts"]
        return question.policy.hours(**case, at=question.at, lang=lang)

    exact = "relative" not in stated
    times = Times(question.zone_shown(answers), question.at, exact, words)
    stated |= {"why"} if common.why else set()
    stated |= {"at"} if common.at is not None else set()
    setting = Setting(times, lang, stated, words, opening, question.located.folder)
    blocks = load_screen(view.name)(answers, setting)
    if common.why and view.name not in EXPLAINED:
        reasons = _reasons(question, answers, view, _MAX_REASONS)
        few = len(reasons) <= _MAX_REASONS
        lines = (
            section(*map(_reason, map(words.message, reasons)))
            if few
            else deciding_places(answers, setting)
        )
        blocks = (*blocks, lines)
    if question.fallback:
        blocks = (*blocks, section(_policy_line(answers, words)))
    return render_screen(blocks, terminal_of(common.color))


def _reason(line: str) -> Paragraph:
    """Return a line of `--why`: a headline, or a place in the policy and its content."""
    from zsupport.report.screen import Paragraph

    text = line.lstrip(" ")
    place, gap, rest = text.partition("  ")
    if gap:
        text = f"{glued(place)}{NO_BREAK} {rest}"
    return Paragraph(text, indent=len(line) - len(line.lstrip(" ")))


def _policy_line(answers: AnyAnswers, words: Wording) -> Paragraph:
    from zsupport.report.screen import Paragraph

    revision = answers.revision
    stated = answers.in_force and revision.start
    name = f"{revision.policy} {revision.start}" if stated else revision.policy
    text = words("{name}, the shipped example (use {policy} for yours)", name=name)
    return Paragraph(text, "dim")


def _language_warnings(common: Common, answers: AnyAnswers) -> list[Warning]:
    """Return a warning if the policy has no texts in the language that the person states."""
    # The person chooses neither the locale for this policy nor the default: they cause no warning.
    # ZSUPPORT_LANG causes none on screens: a person sets it once, for every policy.
    screen = is_terminal() and shows_screen(common)
    lang = common.lang if screen else stated_language(common.lang)
    warning = missing_language(answers.revision, lang) if lang else None
    return [warning] if warning else []


def _notes(
    common: Common, answers: AnyAnswers, report: Report, reasons: list[str]
) -> tuple[str, ...]:
    """Return the notes under a table of Markdown: remarks, warnings and reasons."""
    notes = _select_remarks(report.remarks.listed, _TABLE_KINDS, common, answers)
    notes += [warning.message for warning in answers.warnings]
    return (*dict.fromkeys(notes), *reasons)


def _stderr_lines(
    common: Common, answers: AnyAnswers, report: Report, *, refused: bool
) -> list[str]:
    """Return the lines for standard error in formats that show no notes.

    With `refused`, the refusal names the required input, so the warnings about it are omitted.
    """
    warnings = [w.message for w in answers.warnings if not (refused and w.code == NEEDS_INPUT)]
    every = common.field is not None or FORMATS[chosen_format(common.format)].every
    remarks = report.remarks.every if every else report.remarks.listed
    return list(
        dict.fromkeys([*warnings, *_select_remarks(remarks, _STDERR_KINDS, common, answers)])
    )


def _select_remarks(
    remarks: Iterable[Remark], kinds: tuple[str, ...], common: Common, answers: AnyAnswers
) -> list[str]:
    """Return the remarks of some kinds; with `--why` also the sources and the notes of tables.

    The doubt about the days on which the revision is in force is omitted: only JSON states it.
    """
    if common.why:
        kinds = (*kinds, *_TABLE_KINDS, "source")
    doubt = joined_lines(answers.revision.validity.unclear, language_of(common))
    hidden = f"unclear: {doubt}" if doubt else None
    return [remark.text for remark in remarks if remark.kind in kinds and remark.text != hidden]
