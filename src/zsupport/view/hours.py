"""What is shown of opening hours."""

from datetime import datetime, tzinfo
from typing import Any

from zsupport.answer.case import Answers, record
from zsupport.answer.opening import HoursAnswer
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.report import Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import beside, value_of


def show_hours(answers: Answers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: open or closed, the next change, this week, coming holidays."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    rows: list[HoursAnswer] = list(answers.answers)
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
                *(value_of(row, name) for name in case_columns),
                row.hours or "",
                row.state,
                _text(row.next_open, zone),
                _text(row.next_close, zone),
            )
            for row in rows
        ),
    )
    tables = [states]
    if len(rows) == 1:
        tables += [
            Table(
                ("Opens", "Closes"),
                tuple(
                    (_text(window["opens"], zone), _text(window["closes"], zone))
                    for window in rows[0].windows or ()
                ),
                "This week",
            ),
            Table(
                ("Date", "Holiday"),
                tuple((day["date"], day["name"]) for day in rows[0].holidays or ()),
                "Coming holidays",
            ),
        ]
    return Report(
        document("hours", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple((*(_value(row, name) for name in answers.columns), row.state) for row in rows),
        tuple(tables),
        fields=HoursAnswer._fields,
        beside=beside(answers, rows, lang, _value),
    )


def _value(row: HoursAnswer, column: str) -> str:
    return row.hours or "" if column == "hours" else value_of(row, column)


def _text(instant: datetime | None, zone: tzinfo) -> str:
    return "" if instant is None else format_instant(from_datetime(instant), zone)
