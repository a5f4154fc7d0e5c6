"""What is shown of the self-help."""

from datetime import tzinfo
from typing import Any

from zsupport.answer.case import Answers, record
from zsupport.answer.topics import TopicAnswer
from zsupport.report import Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import remarks


def show_topics(answers: Answers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: a row for each resource under each topic."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    rows: list[TopicAnswer] = list(answers.answers)
    # What is said of every row stands under the table.
    notes = [set((row.note or "").split("\n")) for row in rows]
    common = set[str]().union(*notes).intersection(*notes) if rows[1:] else set[str]()
    below = [
        row._replace(note="\n".join(line for line in _notes(row) if line in common)) for row in rows
    ]
    return Report(
        document("topics", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple((*(_value(row, name) for name in answers.columns), row.name or "") for row in rows),
        (
            Table(
                (*(name.capitalize() for name in answers.columns), "Name", "Where", "Note"),
                tuple(
                    (
                        *(_value(row, name) for name in answers.columns),
                        row.name or "",
                        row.url or "",
                        "\n".join(line for line in _notes(row) if line not in common),
                    )
                    for row in rows
                ),
            ),
        ),
        tuple(
            dict.fromkeys(
                (
                    *(warning.message for warning in answers.warnings),
                    *remarks(below, answers.columns, _value),
                )
            )
        ),
    )


def _value(row: TopicAnswer, column: str) -> str:
    value = getattr(row, column)
    return ",".join(value) if isinstance(value, tuple) else value or ""


def _notes(row: TopicAnswer) -> list[str]:
    return row.note.split("\n") if row.note else []
