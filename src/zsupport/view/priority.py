"""What is shown of priorities."""

from datetime import tzinfo
from typing import Any

from zsupport.answer.case import Answers, record
from zsupport.answer.priority import PriorityAnswer
from zsupport.report import Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import beside, value_of


def show_priorities(answers: Answers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: ids for facts, or the whole list with names and meaning."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    rows: list[PriorityAnswer] = list(answers.answers)
    listing = answers.columns == ("priority",)
    facts = () if listing else answers.columns
    found = [row for row in rows if row.priority]
    return Report(
        document("priority", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple(
            (row.priority or "", row.name or "", row.meaning or "")
            if listing
            else (*(value_of(row, fact) for fact in facts), row.priority or "")
            for row in found
        ),
        (
            Table(
                (*(fact.capitalize() for fact in facts), "Priority", "Name", "Meaning"),
                tuple(
                    (
                        *(value_of(row, fact) for fact in facts),
                        row.priority or "",
                        row.name or "",
                        row.meaning or "",
                    )
                    for row in found
                ),
            ),
        ),
        fields=PriorityAnswer._fields,
        beside=beside(answers, rows, lang),
    )
