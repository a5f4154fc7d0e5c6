"""What is shown of terms: topic and text."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from zsupport.answer.case import record
from zsupport.answer.terms import TermAnswer, TermAnswers
from zsupport.report import Remark, Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import beside, retired, values_of


def show_terms(answers: TermAnswers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report; tables and plain lines list what is said, JSON every topic asked about."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    stated = [answer for answer in answers.answers if answer.text is not None]
    rows = tuple((*_values(answer, answers.columns), answer.text or "") for answer in stated)
    return Report(
        document("terms", answers, query, records, all_warnings(answers, lang)),
        records,
        rows,
        (Table((*(name.capitalize() for name in answers.columns), "What is said"), rows),),
        fields=TermAnswer._fields,
        beside=beside(answers, stated, lang, _remarks, _values),
    )


def _remarks(answer: TermAnswer) -> list[Remark]:
    return retired(answer.retired)


def _values(answer: TermAnswer, columns: Iterable[str]) -> tuple[str, ...]:
    return values_of(answer, columns, ("topic",))
