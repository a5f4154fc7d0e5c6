"""What is shown of opening hours."""

from datetime import datetime, tzinfo
from typing import Any

from zsupport.answer.case import Answers
from zsupport.answer.opening import HoursAnswer
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.report import Report, Table
from zsupport.view.document import all_warnings, document, record

_STATE = {True: "open", False: "closed", None: "needs-input"}


def show_hours(answers: Answers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: open or closed, the next change, this week, coming holidays."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    rows: list[HoursAnswer] = list(answers.answers)
    states = Table(
        ("Hours", "Now", "Next opening", "Next closing"),
        tuple(
            (row.hours, _STATE[row.open], _text(row.next_open, zone), _text(row.next_close, zone))
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
        tuple((*((row.hours,) if answers.columns else ()), _STATE[row.open]) for row in rows),
        tuple(tables),
    )


def _text(instant: datetime | None, zone: tzinfo) -> str:
    return "" if instant is None else format_instant(from_datetime(instant), zone)
