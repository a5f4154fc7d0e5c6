"""What is shown of the self-help."""

from datetime import tzinfo
from typing import Any

from zsupport.answer.case import Answers, record
from zsupport.answer.topics import TopicAnswer
from zsupport.report import Report, Table
from zsupport.view.document import all_warnings, document


def show_topics(answers: Answers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: a row for each resource under each topic."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    rows: list[TopicAnswer] = list(answers.answers)
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
                        row.note or "",
                    )
                    for row in rows
                ),
            ),
        ),
        tuple(warning.message for warning in answers.warnings),
    )


def _value(row: TopicAnswer, column: str) -> str:
    value = getattr(row, column)
    return ",".join(value) if isinstance(value, tuple) else value or ""
