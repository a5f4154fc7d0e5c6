"""What is shown of deadlines."""

from datetime import tzinfo
from typing import Any

from zsupport.answer.case import record
from zsupport.answer.due import DueAnswer, DueAnswers
from zsupport.clock.deadline import STARTS
from zsupport.clock.instants import duration, format_instant, from_datetime
from zsupport.report import Remark, Report, Table
from zsupport.view.document import all_warnings, document
from zsupport.view.notes import beside, retired, values_of


def show_due(answers: DueAnswers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report; a row without a deadline has its state in that place."""
    records = tuple(record(answer, zone) for answer in answers.answers)
    table = Table(
        (*(name.capitalize() for name in answers.columns), "Due", "State", "Left", "Target"),
        tuple(
            (
                *values_of(answer, answers.columns),
                _instant(answer, zone) or "",
                answer.state,
                _left(answer),
                _target(answer),
            )
            for answer in answers
        ),
    )
    return Report(
        document("due", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple(
            (
                *values_of(answer, answers.columns),
                _instant(answer, zone) or answer.state,
            )
            for answer in answers
        ),
        (table,),
        fields=DueAnswer._fields,
        beside=beside(answers, answers, lang, _remarks),
    )


def _remarks(answer: DueAnswer) -> list[Remark]:
    found = retired(answer.retired)
    if answer.starts in STARTS[1:]:
        found.append(Remark("starts", f"the clock starts when the case is {answer.starts}"))
    if answer.condition:
        found.append(Remark("condition", f"condition: {answer.condition}"))
    return found


def _instant(answer: DueAnswer, zone: tzinfo) -> str | None:
    return None if answer.due is None else format_instant(from_datetime(answer.due), zone)


def _left(answer: DueAnswer) -> str:
    seconds = answer.remaining_seconds
    if seconds is None:
        return ""
    if seconds < 0:
        return f"{duration(seconds)} too late"
    return duration(seconds, days=answer.hours is None)


def _target(answer: DueAnswer) -> str:
    parts = [answer.target or ""]
    if answer.hours:
        parts.append(f"({answer.hours})")
    if answer.published:
        parts.append(f"published: {answer.published}")
    if answer.commitment:
        parts.append(f"[{answer.commitment}]")
    return " ".join(part for part in parts if part)
