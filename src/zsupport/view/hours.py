"""Reports about opening hours."""

from __future__ import annotations

from zsupport.answer.case import no_priority_reasons, records_of
from zsupport.answer.opening import HoursAnswer, HoursAnswers, Opening
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.report import Remark, Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import retired, row_remarks, values_of
from zsupport.view.questions import OF_CASE, OF_CUSTOMER, QuestionView, all_warnings, document
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo
    from typing import Any

    from zsupport.policy.model import PolicyCalendar
    from zsupport.view.explain import Explainer

_STATES = {
    "open": Message("open"),
    "closed": Message("closed"),
    "not-stated": Message("not-stated"),
    "not-entitled": Message("not-entitled"),
    "needs-input": Message("needs-input"),
}


def show_hours(answers: HoursAnswers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: open or closed, the next change, this week, coming holidays."""
    records = records_of(answers.answers, zone)
    case_columns = [name for name in answers.columns if name != "hours"]
    states = Table(
        (
            *(name.capitalize() for name in case_columns),
            "Hours",
            "Now",
            "Next opening",
            "Next closing",
        ),
        tuple(
            (
                *values_of(row, case_columns),
                row.hours or "",
                row.state,
                _text(row.next_open, zone),
                _text(row.next_close, zone),
            )
            for row in answers
        ),
    )
    tables = [states]
    if len(answers) == 1:
        tables += [
            Table(
                ("Opens", "Closes"),
                tuple(
                    (_text(window["opens"], zone), _text(window["closes"], zone))
                    for window in answers[0].windows or ()
                ),
                "This week",
            ),
            Table(
                ("Date", "Holiday"),
                tuple((day["date"], day["name"]) for day in answers[0].holidays or ()),
                "Coming holidays",
            ),
        ]
    return Report(
        document("hours", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple((*_values(row, answers.columns), row.state) for row in answers),
        tuple(tables),
        fields=HoursAnswer._fields,
        remarks=row_remarks(answers, answers, lang, _remarks, _values),
    )


def _remarks(row: HoursAnswer) -> list[Remark]:
    return retired(row.retired)


def _values(row: HoursAnswer, columns: Iterable[str]) -> tuple[str, ...]:
    return values_of(row, columns, ("hours",))


def _text(instant: datetime | None, zone: tzinfo) -> str:
    return "" if instant is None else format_instant(from_datetime(instant), zone)


def explain(answer: HoursAnswer, why: Explainer[HoursAnswer, tuple[Opening, ...]]) -> list[str]:
    """Return the grants and calendars that decide, and the special dates of the week."""
    from zsupport.view.explain import case_line, case_of, condition_in_words

    case = case_line(answer, hours=answer.hours)
    head = joined((case, _STATES.get(answer.state, answer.state)), ": ")
    if lines := why.not_in_force():
        return [head, *lines]
    if answer.because == no_priority_reasons(why.revision):
        return [head, *why.no_priority(case_of(answer))]
    if answer.state == "not-entitled":
        assert answer.channel is not None
        changes = why.helpful_changes(case_of(answer), [answer.channel], Message("entitled"))
        return [head, *why.denials(case_of(answer), [answer.channel]), *changes]
    for grant in why.deciding_grants(answer):
        condition = condition_in_words(grant.when)
        if grant.hours:
            text = Message(
                "allows it during {hours}: {condition}", hours=grant.hours, condition=condition
            )
        else:
            text = Message("allows it, hours not stated: {condition}", condition=condition)
        lines.append(why.line(grant.place, text))
    decided = {reason.path for reason in answer.because}
    for name, calendars in why.revision.hours.items():
        for calendar in calendars:
            if calendar.place.path in decided:
                week = calendar_in_words(calendar)
                text = Message("the hours {name}: {week}", name=name, week=week)
                lines.append(why.line(calendar.place, text))
    opening = why.answers.details[why.answers.index(answer)]
    return [head, *lines, *(joined(("  ", day), "") for day in opening.special_dates())]


def calendar_in_words(calendar: PolicyCalendar) -> Message:
    """Return the week of a calendar, and the cases that it is for: `open mon-fri 08:00-17:00`."""
    from zsupport.view.explain import condition_in_words
    from zsupport.view.policy_in_full import seasons_in_words, weekly_windows

    if calendar.any:
        week = Message("open during any of {hours}", hours=", ".join(calendar.any))
    elif calendar.windows is None:
        week = Message("open 24x7")
    elif calendar.windows:
        week = Message("open {windows}", windows=", ".join(weekly_windows(calendar.windows)))
    else:
        week = Message("open only on single dates")
    if calendar.seasons:
        week = joined((week, *seasons_in_words(calendar)), "; ")
    return joined((week, condition_in_words(calendar.when)), "; ") if calendar.when else week


QUESTION = QuestionView(
    "hours",
    HoursAnswer,
    lambda: {**OF_CASE, "hours": str | None, **OF_CUSTOMER},
    show_hours,
    explain,
)
