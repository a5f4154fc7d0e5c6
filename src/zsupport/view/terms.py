"""What is shown of terms: topic and text."""

from datetime import tzinfo
from typing import Any

from zsupport.answer.case import Answers, record
from zsupport.answer.terms import TermAnswer
from zsupport.report import Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import beside, value_of


def show_terms(answers: Answers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report; tables and plain lines list what is said, JSON every topic asked about."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    stated: list[TermAnswer] = [answer for answer in answers.answers if answer.text is not None]
    rows = tuple(
        (*(_value(answer, name) for name in answers.columns), answer.text or "")
        for answer in stated
    )
    return Report(
        document("terms", answers, query, records, all_warnings(answers, lang)),
        records,
        rows,
        (Table((*(name.capitalize() for name in answers.columns), "What is said"), rows),),
        fields=TermAnswer._fields,
        beside=beside(answers, stated, lang, _value),
    )


def _value(answer: TermAnswer, column: str) -> str:
    return answer.topic if column == "topic" else value_of(answer, column)
