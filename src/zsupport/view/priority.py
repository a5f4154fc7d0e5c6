"""Reports about priorities."""

from __future__ import annotations

from zsupport.answer.case import records_of, rule_of_priority
from zsupport.answer.priority import PriorityAnswer, PriorityAnswers
from zsupport.report import Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import row_remarks, values_of
from zsupport.view.questions import OF_CASE, QuestionView, all_warnings, document
from zsupport.wording import Message, joined

#: The word for a cell without a priority, as in the file.
REFUSED = Message("refused")

if TYPE_CHECKING:
    from datetime import tzinfo
    from typing import Any

    from zsupport.policy.model import Place, When
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
    facts = ", ".join(f"{name}={value}" for name, value in answer.facts.items())
    priority = answer.priority or Message("no priority")
    head = joined((facts, priority) if facts else (priority,), ": ")
    decided = rule_of_priority(why.revision, answer.facts) if answer.facts else None
    if decided is not None:
        rule, matched = decided
        place = matched[0].place if matched[0].place.line else rule.place
        return [head, _line(why, place, rule.priority or REFUSED, matched)]
    of_table = why.revision.priority_table is not None
    return [
        head,
        *(
            _line(why, item.place, item.id, item.when, of_table=of_table)
            for item in why.revision.priorities
            if answer.priority in (None, item.id)
        ),
    ]


def _line(
    why: Explainer[PriorityAnswer, None],
    place: Place,
    priority: str,
    when: When,
    *,
    of_table: bool = False,
) -> str:
    """Return the line of a place with the condition of a priority.

    `of_table`: without a condition, the table decides.
    """
    from zsupport.view.explain import condition_in_words

    condition = Message("by the table") if of_table and not when else condition_in_words(when)
    return why.line(place, joined((priority, condition), ": "))


QUESTION = QuestionView(
    "priority", PriorityAnswer, lambda: {"facts": OF_CASE["facts"]}, show_priorities, explain
)
