"""Reports about opening hours."""

from __future__ import annotations

from zsupport.answer.case import no_priority_reasons, records_of
from zsupport.answer.opening import HoursAnswer, HoursAnswers, Opening
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.report import Remark, Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import retired, row_remarks, values_of
from zsupport.view.questions import OF_CASE, OF_CUSTOMER, QuestionView, all_warnings, document

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, tzinfo
    from typing import Any

    from zsupport.policy.model import PolicyCalendar
    from zsupport.view.explain import Explainer


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

    head = f"{case_line(answer, hours=answer.hours)}: {answer.state}"
    if lines := why.not_in_force():
        return [head, *lines]
    if answer.because == no_priority_reasons(why.revision):
        return [head, *why.no_priority()]
    if answer.state == "not-entitled":
        assert answer.channel is not None
        case = case_of(answer)
        denials = why.denials(case, [answer.channel])
        return [head, *denials, *why.helpful_changes(case, [answer.channel], "allowed")]
    decided = {reason.path for reason in answer.because}
    for grant in why.revision.grants:
        if grant.place.path in decided:
            condition = condition_in_words(grant.when)
            if grant.hours:
                text = f"allows it during {grant.hours}: {condition}"
            else:
                text = f"allows it, hours not stated: {condition}"
            lines.append(f"{why.at(grant.place)}  {text}")
    for name, calendars in why.revision.hours.items():
        for calendar in calendars:
            if calendar.place.path in decided:
                lines.append(
                    f"{why.at(calendar.place)}  the hours {name}: {calendar_in_words(calendar)}"
                )
    opening = why.answers.details[why.answers.index(answer)]
    return [head, *lines, *(f"  {day}" for day in opening.special_dates())]


def calendar_in_words(calendar: PolicyCalendar) -> str:
    """Return the week of a calendar, and the cases that it is for: `open mon-fri 08:00-17:00`."""
    from zsupport.view.explain import condition_in_words
    from zsupport.view.policy_in_full import weekly_windows

    if calendar.any:
        week = f"open during any of {', '.join(calendar.any)}"
    elif calendar.windows is None:
        week = "open 24x7"
    elif calendar.windows:
        week = f"open {', '.join(weekly_windows(calendar.windows))}"
    else:
        week = "open only on dates"
    return f"{week}; {condition_in_words(calendar.when)}" if calendar.when else week


QUESTION = QuestionView(
    "hours",
    HoursAnswer,
    lambda: {**OF_CASE, "hours": str | None, **OF_CUSTOMER},
    show_hours,
    explain,
)
