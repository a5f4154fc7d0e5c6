"""The screen of `terms`: each text once, with the cases to which it applies."""

from __future__ import annotations

from zsupport.answer.terms import TermAnswer, TermAnswers
from zsupport.report import Remark
from zsupport.report.screen import (
    Block,
    Heading,
    Paragraph,
    Screen,
    section,
)
from zsupport.view.notes import retired, values_of
from zsupport.view.quotas import quota_in_words
from zsupport.view.screens import Notes, Setting, case_in_words, closing, not_in_force_title
from zsupport.view.screens.matrix import Labeller, MatrixRow, merged


def screen(answers: TermAnswers, setting: Setting) -> Screen:
    """Return a section for each topic with its texts, and the cases of each text."""
    if not answers.in_force:
        return section(not_in_force_title(setting)), closing(answers, setting)
    stated = [answer for answer in answers if answer.text is not None]
    case, words = case_in_words(answers, setting.lang), setting.words
    if not stated:
        notes = Notes(answers.revision, answers.answers, setting, _remarks)
        title = words("No terms for {case}", case=case) if case else words("No terms")
        return section(Heading(title)), notes.section(), closing(answers, setting)
    # For all plans, a note that one of them is retired would only split the cases of each text.
    remarks = _remarks if answers.query.plan else _no_remarks
    notes = Notes(answers.revision, stated, setting, remarks, groups=(_text_of,))
    # A fact can have the name `topic` too.
    names = [n for n in dict.fromkeys(answers.columns) if n != "topic" or n in answers[0].facts]
    rows = {id(answer): _row(answer, names) for answer in answers}
    labeller = Labeller(names, list(rows.values()), setting.words)
    by_topic: dict[str, dict[str, list[TermAnswer]]] = {}
    for answer in stated:
        by_text = by_topic.setdefault(answer.topic, {})
        by_text.setdefault(answer.text or "", []).append(answer)
    every = len({row.labels for row in rows.values()})
    sections = []
    for topic, texts in by_topic.items():
        blocks: list[Block] = [Heading(topic)]
        for text, of_text in texts.items():
            marks = notes.marks_of(_text_of(of_text[0]))
            cases: dict[str, list[MatrixRow]] = {}
            for answer in of_text:
                cases.setdefault(notes.marks(answer), []).append(rows[id(answer)])
            if len(cases) == 1:
                [(own, some)] = cases.items()
                marks, cases = marks + own, {"": some}
            if of_text[0].limit is not None:
                text = words(quota_in_words(of_text[0].number, of_text[0].per))
            blocks.append(Paragraph(f"{text}{marks}", indent=2))
            for own, some in cases.items():
                if len(some) < every:
                    naming = labeller.naming(merged(some))
                    cases_named = words("for {cases}", cases=naming)
                    blocks.append(Paragraph(f"{cases_named}{own}", "dim", indent=4))
        sections.append(section(*blocks))
    return (
        section(*([Heading(words("Terms for {case}", case=case))] if case else [])),
        *sections,
        notes.section(),
        closing(answers, setting),
    )


def _remarks(answer: TermAnswer) -> list[Remark]:
    return retired(answer.retired)


def _no_remarks(_: TermAnswer) -> list[Remark]:
    return []


def _text_of(answer: TermAnswer) -> tuple[str, str | None]:
    return answer.topic, answer.text


def _row(answer: TermAnswer, names: list[str]) -> MatrixRow:
    return MatrixRow(tuple((value,) for value in values_of(answer, names)), ())
