"""Reports about deadlines."""

from __future__ import annotations

from zsupport.answer.case import records_of
from zsupport.answer.due import DueAnswer, DueAnswers, DueDetails, clock_starts
from zsupport.clock.deadline import STARTS
from zsupport.clock.instants import duration, format_instant, from_datetime
from zsupport.dates import datetime, tzinfo
from zsupport.report import Remark, Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import retired, row_remarks, values_of
from zsupport.view.questions import OF_CASE, OF_CUSTOMER, QuestionView, all_warnings, document
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from zsupport.view.explain import Explainer


def show_due(answers: DueAnswers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report; a row without a deadline shows its state instead."""
    records = records_of(answers.answers, zone)
    table = Table(
        (*(name.capitalize() for name in answers.columns), "Due", "State", "Left", "Target"),
        tuple(
            (
                *values_of(answer, answers.columns),
                _instant(answer, zone) or "",
                answer.state,
                _time_left(answer),
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
        remarks=row_remarks(answers, answers, lang, _remarks),
    )


def _remarks(answer: DueAnswer) -> list[Remark]:
    result = retired(answer.retired)
    if answer.starts in STARTS[1:]:
        result.append(Remark("starts", clock_starts(answer.starts)))
    if answer.condition:
        text = Message("condition: {condition}", condition=answer.condition)
        result.append(Remark("condition", text))
    return result


def _instant(answer: DueAnswer, zone: tzinfo) -> str | None:
    return None if answer.due is None else format_instant(from_datetime(answer.due), zone)


def _time_left(answer: DueAnswer) -> str:
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


def explain(answer: DueAnswer, why: Explainer[DueAnswer, DueDetails]) -> list[str]:
    """Return the deciding rule, the later rules that also apply, and the steps to the deadline."""
    from zsupport.view.due_explained import explain_due

    return explain_due(answer, why)


def _query() -> Mapping[str, Any]:
    """Return the fields of the question with their types."""
    from collections.abc import Mapping
    from typing import Annotated, TypedDict

    pause = TypedDict("pause", {"from": datetime, "to": datetime | None})
    # A class would keep its annotations as texts.
    event = TypedDict("event", {"at": datetime, "values": Mapping[str, str]})  # noqa: UP013
    return {
        **OF_CASE,
        # Keep the order of the keywords: the printed schema has the same order.
        "metric": Annotated[tuple[str, ...], ("items", {"type": "string"}), ("minItems", 1)],
        "opened": datetime,
        **dict.fromkeys(("answered", "updated", "resolved"), datetime | None),
        "start": Mapping[str, datetime],
        "pauses": tuple[pause, ...],
        "events": tuple[event, ...],
        "at_risk": str | None,
        **OF_CUSTOMER,
    }


QUESTION = QuestionView("due", DueAnswer, _query, show_due, explain)
