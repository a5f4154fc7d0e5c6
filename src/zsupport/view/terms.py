"""Reports about terms: topic and text or limit."""

from __future__ import annotations

from zsupport.answer.case import records_of
from zsupport.answer.terms import TermAnswer, TermAnswers
from zsupport.report import Remark, Report, Table
from zsupport.typed import TYPE_CHECKING
from zsupport.view.notes import retired, row_remarks, values_of
from zsupport.view.questions import OF_CASE, QuestionView, all_warnings, document
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import tzinfo
    from typing import Any

    from zsupport.view.explain import Explainer


def show_terms(answers: TermAnswers, query: dict[str, Any], zone: tzinfo, lang: str) -> Report:
    """Return the report; tables and plain lines list topics with a text, JSON every topic."""
    records = records_of(answers.answers, zone)
    stated = [answer for answer in answers.answers if answer.text is not None]
    labels = _labels(answers)
    rows = tuple((*labels(answer, answers.columns), answer.text or "") for answer in stated)
    return Report(
        document("terms", answers, query, records, all_warnings(answers, lang)),
        records,
        rows,
        (Table((*(name.capitalize() for name in answers.columns), "Text"), rows),),
        fields=TermAnswer._fields,
        remarks=row_remarks(answers, stated, lang, _remarks, labels),
    )


def _remarks(answer: TermAnswer) -> list[Remark]:
    return retired(answer.retired)


def _labels(answers: TermAnswers) -> Callable[[TermAnswer, Iterable[str]], tuple[str, ...]]:
    """Return the function that returns the values of an answer in columns.

    A fact can have the name `topic` too. Its column precedes that of the topics. If the query
    states a topic, only the fact has a column.
    """
    topics = {answer.topic for answer in answers}
    is_fact = len(topics) == 1 and len({answer.facts.get("topic") for answer in answers}) > 1

    def labels(answer: TermAnswer, columns: Iterable[str]) -> tuple[str, ...]:
        names = tuple(columns)
        if is_fact or names[-1:] != ("topic",):
            return values_of(answer, names)
        return (*values_of(answer, names[:-1]), answer.topic)

    return labels


def explain(answer: TermAnswer, why: Explainer[TermAnswer, None]) -> list[str]:
    """Return the term that applies, or the conditions of all terms of the topic."""
    from zsupport.view.explain import case_line, condition_in_words

    case = case_line(answer, topic=answer.topic)
    if answer.text is None:
        head = Message("{case}: not stated", case=case)
    else:
        head = Message("{case}: stated", case=case)
    if lines := why.not_in_force():
        return [head, *lines]
    decided = {reason.path for reason in answer.because}
    for term in why.revision.terms:
        if term.topic == answer.topic and term.place.path in decided:
            condition = condition_in_words(term.when)
            if answer.text is None:
                text = Message("only for: {condition}", condition=condition)
            elif term.quota is not None:
                text = Message("this limit applies: {condition}", condition=condition)
            else:
                text = Message("this term applies: {condition}", condition=condition)
            lines.append(why.line(term.place, text))
    return [head, *lines]


QUESTION = QuestionView(
    "terms", TermAnswer, lambda: {**OF_CASE, "topic": str | None}, show_terms, explain
)
