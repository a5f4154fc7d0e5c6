"""What is shown of priorities."""

from datetime import tzinfo
from typing import Any

from zsupport.answer.case import record
from zsupport.answer.priority import PriorityAnswer, PriorityAnswers
from zsupport.report import Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import beside, values_of


def show_priorities(
    answers: PriorityAnswers, query: dict[str, Any], zone: tzinfo, lang: str
) -> Report:
    """Return the report: ids for facts, or the whole list with names and meaning."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    listing = answers.columns == ("priority",)
    facts = () if listing else answers.columns
    found = [row for row in answers if row.priority]
    return Report(
        document("priority", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple(
            (row.priority or "", row.name or "", row.meaning or "")
            if listing
            else (*values_of(row, facts), row.priority or "")
            for row in found
        ),
        (
            Table(
                (*(fact.capitalize() for fact in facts), "Priority", "Name", "Meaning"),
                tuple(
                    (
                        *values_of(row, facts),
                        row.priority or "",
                        row.name or "",
                        row.meaning or "",
                    )
                    for row in found
                ),
            ),
        ),
        fields=PriorityAnswer._fields,
        beside=beside(answers, answers, lang),
    )
