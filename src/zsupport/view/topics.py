"""What is shown of the self-help."""

from datetime import tzinfo
from typing import Any

from zsupport.answer.case import Answers, record
from zsupport.answer.topics import TopicAnswer
from zsupport.report import Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import beside


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
                (*(name.capitalize() for name in answers.columns), "Name", "Where"),
                tuple(
                    (
                        *(_value(row, name) for name in answers.columns),
                        row.name or "",
                        row.url or "",
                    )
                    for row in rows
                ),
            ),
        ),
        fields=TopicAnswer._fields,
        beside=beside(answers, rows, lang, _label, ("name",)),
    )


def _value(row: TopicAnswer, column: str) -> str:
    value = getattr(row, column)
    return ",".join(value) if isinstance(value, tuple) else value or ""


def _label(row: TopicAnswer, column: str) -> str:
    return _value(row, column).replace(",", "/") if column == "audience" else _value(row, column)
