"""Reports about priorities."""

from __future__ import annotations

from zsupport.answer.case import matching, records_of
from zsupport.answer.priority import PriorityAnswer, PriorityAnswers
from zsupport.report import Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import row_remarks, values_of
from zsupport.view.questions import OF_CASE, QuestionView, all_warnings, document

if TYPE_CHECKING:
    from datetime import tzinfo
    from typing import Any

    from zsupport.view.explain import Explainer


def show_priorities(
    answers: PriorityAnswers, query: dict[str, Any], zone: tzinfo, lang: str
) -> Report:
    """Return the report: the priority for each combination of facts, or all priorities."""
    records = records_of(answers.answers, zone)
    listing = answers.columns == ("priority",)
    facts = () if listing else answers.columns
    result = [row for row in answers if row.priority]
    return Report(
        document("priority", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple(
            (row.priority or "", row.name or "", row.meaning or "")
            if listing
            else (*values_of(row, facts), row.priority or "")
            for row in result
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
                    for row in result
                ),
            ),
        ),
        fields=PriorityAnswer._fields,
        remarks=row_remarks(answers, answers, lang),
    )


def explain(answer: PriorityAnswer, why: Explainer[PriorityAnswer, None]) -> list[str]:
    """Return the condition of the matching priority, or the conditions of all priorities."""
    from zsupport.view.explain import condition_in_words

    facts = ", ".join(f"{name}={value}" for name, value in answer.facts.items())
    head = f"{facts + ': ' if facts else ''}{answer.priority or 'no priority'}"
    for priority in why.revision.priorities:
        if priority.id == answer.priority:
            matched = matching(priority.when, answer.facts) if answer.facts else ()
            place = matched[0].place if matched and matched[0].place.line else priority.place
            text = condition_in_words(matched or priority.when)
            return [head, f"{why.at(place)}  {priority.id}: {text}"]
    return [
        head,
        *(f"{why.at(item.place)}  {item.id}: {condition_in_words(item.when)}"
          for item in why.revision.priorities),
    ]  # fmt: skip


QUESTION = QuestionView(
    "priority", PriorityAnswer, lambda: {"facts": OF_CASE["facts"]}, show_priorities, explain
)
