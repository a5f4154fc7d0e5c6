"""Days off as calendar files: `hours --import-ics` and `hours --format ics`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from zsupport.answer.calendar_entries import entries_of
from zsupport.answer.case import say
from zsupport.answer.days_off import DayOff, days_off
from zsupport.answer.opening import HoursAnswers
from zsupport.cli.options import Common
from zsupport.cli.output import emit, emit_exactly, is_terminal, note, wording
from zsupport.cli.question import PolicyQuestion, language_of
from zsupport.clock.instants import local_date
from zsupport.clock.problem import shown
from zsupport.clock.zones import zone
from zsupport.dates import date
from zsupport.errors import UsageError
from zsupport.policy.ics import EventRemark, read_calendar_file
from zsupport.report.ics import WholeDayEvent, render_calendar
from zsupport.report.text import single_line
from zsupport.sources.find import read_file
from zsupport.wording import Counted, Message

_IMPORT = "--import-ics"
_EXPORT = "--format ics"
#: The maximum number of remarks about a calendar file.
_MAX_REMARKS = 100


def check_single(answers: HoursAnswers) -> None:
    """Raise UsageError if there are hours of several cases or names."""
    if len(answers) > 1:
        raise UsageError(
            Message("a calendar file is about one answer, not {count}", count=len(answers)),
            Message("name the hours, or state more of the case"),
        )


def are_complete(answers: HoursAnswers) -> bool:
    """Return whether all hours are known now."""
    return all(opening.now.complete for opening in answers.details)


def import_ics(path: str, answers: HoursAnswers, question: PolicyQuestion, common: Common) -> int:
    """Print the days off of a calendar file as entries of `holidays`; return the exit code.

    The code is 1 if some days off of the file are not among the entries.
    """
    if common.format not in ("auto", "plain"):
        _refuse(_IMPORT, f"--format {common.format}")
    for option in ("field", "why"):
        if getattr(common, option):
            _refuse(_IMPORT, f"--{option}")
    (opening,) = answers.details
    settled = opening.now.settled_hours
    if settled is None or len(settled.calendars) != 1:
        raise UsageError(
            Message("`--import-ics` needs hours that can have `holidays`"),
            Message("name hours of the policy without `any`"),
        )
    if path == "-" and question.located.files[0].shown == "-":
        _refuse("--policy -", f"{_IMPORT} -")
    where, calendar = zone(settled.zone_name), settled.calendars[0]
    file = read_calendar_file(read_file(path, path), where)
    removed = calendar.holidays.remove if calendar.holidays else ()
    today = local_date(opening.at, where)
    entries = entries_of(file, settled.time.hours[0], removed, today)
    if not common.quiet:
        if text := entries.yaml():
            id = answers[0].hours
            emit(f"# {single_line(f'{id} (line {calendar.place.line}), {path}')}\n{text}")
        for remark in entries.remarks[:_MAX_REMARKS]:
            note(_line_of(remark, path))
        if more := entries.remarks[_MAX_REMARKS:]:
            note(_count_of(more))
    lost = any(remark.lost for remark in entries.remarks)
    return 1 if lost and not common.exit_zero else 0


def _count_of(remarks: Sequence[EventRemark]) -> Message:
    """Return how many remarks are not shown, and how many of them are about lost days off."""
    more = Counted("{count} more remark", "{count} more remarks", len(remarks))
    if lost := sum(remark.lost for remark in remarks):
        about = Counted("{count} is not written", "{count} are not written", lost)
        return Message("{more}, of which {lost}", more=more, lost=about)
    return more


def _line_of(remark: EventRemark, path: str) -> Message:
    """Return a remark with its place in the file."""
    place, event = f"{path}:{remark.line}", shown(remark.name)
    if remark.lost:
        return Message(
            "{place}: not written: {event}: {reason}",
            place=place,
            event=event,
            reason=remark.reason,
        )
    return Message("{place}: {event}: {reason}", place=place, event=event, reason=remark.reason)


def export_ics(answers: HoursAnswers, common: Common) -> int:
    """Write the days off of hours as an iCalendar file; return the exit code.

    The code is 1 if the hours have no days off.
    """
    for option in ("field", "why"):
        if getattr(common, option):
            _refuse(_EXPORT, f"--{option}")
    (opening,) = answers.details
    # The answer has warnings about other dates.
    warnings = [warning for warning in answers.warnings if warning not in opening.warnings]
    opening.warnings.clear()
    days = days_off(opening)
    if not common.quiet:
        if days:
            lang = language_of(common)
            text = render_calendar(*_calendar(answers, days, lang))
            if is_terminal():
                emit(text.replace("\r\n", "\n"))
            else:
                emit_exactly(text.encode())
        for warning in dict.fromkeys((*warnings, *opening.warnings)):
            note(warning.message)
        if not days:
            note(Message("the hours have no days off in these years"))
    return 0 if days or common.exit_zero else 1


def _calendar(
    answers: HoursAnswers, days: list[DayOff], lang: str
) -> tuple[str, list[WholeDayEvent]]:
    """Return the title and the events of a calendar file.

    The id of an event names its date, the hours and the policy, so that a program replaces the
    event if its name changes.
    """
    row, words = answers[0], wording(lang)
    case = (row.plan, row.role, row.channel, row.priority, *row.facts.values())
    id = row.hours or ".".join(filter(None, case))
    policy = answers.revision.policy
    title = f"{say(answers.revision.title, lang) or policy}: {id}"
    events = [
        WholeDayEvent(
            f"{day.date.isoformat()}.{id}@{policy}.zsupport",
            day.date,
            words.message(day.name),
            date.fromisoformat(day.revision.start or f"{days[0].date.year}-01-01"),
        )
        for day in days
    ]
    return title, events


def _refuse(option: str, other: str) -> NoReturn:
    raise UsageError(
        Message("`{option}` and `{other}` cannot be combined", option=option, other=other)
    )
