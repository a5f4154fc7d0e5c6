"""Reports about self-help."""

from __future__ import annotations

from zsupport.answer.case import records_of
from zsupport.answer.topics import TopicAnswer, TopicAnswers
from zsupport.report import Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import row_remarks
from zsupport.view.questions import QuestionView, all_warnings, document
from zsupport.wording import Message, glued

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo
    from typing import Any

    from zsupport.view.explain import Explainer
    from zsupport.wording import Wording

_KINDS = {
    "guide": Message("guide"),
    "training": Message("training"),
    "questions": Message("questions"),
    "video": Message("video"),
    "notes": Message("notes"),
    "list": Message("list"),
    "other": Message("other"),
}


def show_topics(answers: TopicAnswers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report: a row for each resource under each topic."""
    records = records_of(answers.answers, zone)
    return Report(
        document("topics", answers, query, records, all_warnings(answers, lang)),
        records,
        tuple((*_values(row, answers.columns), row.name or "") for row in answers),
        (
            Table(
                (*(name.capitalize() for name in answers.columns), "Name", "Where"),
                tuple(
                    (
                        *_values(row, answers.columns),
                        row.name or "",
                        row.url or "",
                    )
                    for row in answers
                ),
            ),
        ),
        fields=TopicAnswer._fields,
        remarks=row_remarks(answers, answers, lang, values=_label, more=("name",)),
    )


def _values(row: TopicAnswer, columns: Iterable[str], between: str = ",") -> tuple[str, ...]:
    stated = {
        "topic": row.topic,
        "audience": between.join(row.audience or ()),
        "kind": row.kind,
        "name": row.name,
    }
    return tuple(stated[name] or "" for name in columns)


def _label(row: TopicAnswer, columns: Iterable[str]) -> tuple[str, ...]:
    return _values(row, columns, "/")


def with_kind(name: str, kind: str, words: Wording) -> str:
    """Return the name of a resource with its kind: `How-to guides (guide)`."""
    return f"{name} {glued(f'({words.message(_KINDS.get(kind, kind))})')}"


def explain(answer: TopicAnswer, why: Explainer[TopicAnswer, None]) -> list[str]:
    """Return the place of the resource in the policy."""
    return [answer.name or "", *(why.at(reason) for reason in answer.because)]


QUESTION = QuestionView(
    "topics", TopicAnswer, lambda: {"topic": str | None, "role": str | None}, show_topics, explain
)
