"""What is shown of opening hours."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from zsupport.answer.case import record
from zsupport.answer.opening import HoursAnswer, HoursAnswers
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.report import Remark, Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import beside, retired, values_of


def show_hours(answers: HoursAnswers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: open or closed, the next change, this week, coming holidays."""
    records = tuple(record(answer, zone) for answer in answers.answers)
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
        beside=beside(answers, answers, lang, _remarks, _values),
    )


def _remarks(row: HoursAnswer) -> list[Remark]:
    return retired(row.retired)


def _values(row: HoursAnswer, columns: Iterable[str]) -> tuple[str, ...]:
    return values_of(row, columns, ("hours",))


def _text(instant: datetime | None, zone: tzinfo) -> str:
    return "" if instant is None else format_instant(from_datetime(instant), zone)
