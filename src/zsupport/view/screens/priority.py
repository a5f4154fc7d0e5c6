"""The screen of `priority`: the priority of a case and why, or all priorities."""

from __future__ import annotations

from zsupport.answer.case import cell_of_table, facts_decide, rule_of_priority
from zsupport.answer.priority import PriorityAnswer, PriorityAnswers
from zsupport.answer.remarks import joined_lines
from zsupport.policy.model import Priority, PriorityTable, Remarks
from zsupport.report.screen import (
    Block,
    Heading,
    LabelledTexts,
    Matrix,
    Paragraph,
    Screen,
    section,
)
from zsupport.view.explain import condition_in_words
from zsupport.view.notes import dimension_in_words, values_of
from zsupport.view.screens import (
    Notes,
    Numbering,
    Setting,
    closing,
    display_names,
    doubtful,
    fact_meanings,
    not_in_force_title,
    priority_label,
    sentence,
)
from zsupport.view.screens.matrix import Labeller, MatrixRow, column_titles, merged
from zsupport.view.screens.priority_table import table_of_priorities, title_of_table
from zsupport.wording import Wording, enumerated


def screen(answers: PriorityAnswers, setting: Setting) -> Screen:
    """Return a card for one set of facts, a matrix for several, or the list of priorities."""
    if not answers.in_force:
        return section(not_in_force_title(setting)), closing(answers, setting)
    if answers.columns == ("priority",):
        return _list(answers, setting)
    if len(answers) == 1:
        return (*_card(answers, answers[0], setting), closing(answers, setting))
    return _matrix(answers, setting)


def _card(answers: PriorityAnswers, answer: PriorityAnswer, setting: Setting) -> Screen:
    revision, lang, words = answers.revision, setting.lang, setting.words
    notes = Notes(revision, [answer], setting)
    meanings = fact_meanings(revision, lang)
    facts = {**answers.query.facts, **answer.facts}
    pairs = [(f"{fact}={value}", meanings.get((fact, value), "")) for fact, value in facts.items()]
    remarks = section(*(Paragraph(sentence(text)) for text in notes.texts(answer)))
    decided = rule_of_priority(revision, answer.facts)
    if answer.priority is None and decided is not None:
        reason = words(condition_in_words(decided[1]))
        return (
            section(Heading(words("The policy refuses these facts: they have no priority"))),
            section(LabelledTexts(((words("Because"), reason), *pairs))),
            remarks,
        )
    if answer.priority is None:
        decide = facts_decide(revision)
        if decide:
            title = words("No priority matches these facts")
        else:
            title = words("The policy does not define priorities by facts")
        names = display_names(revision, lang)
        conditions = [
            (priority_label(item.id, names), _condition(item, words))
            for item in revision.priorities
        ]
        return (
            section(Heading(title)),
            section(LabelledTexts(tuple(pairs))),
            section(*([LabelledTexts(tuple(conditions))] if decide else [])),
            remarks,
        )
    names = display_names(revision, lang)
    [priority] = [item for item in revision.priorities if item.id == answer.priority]
    title = words("Priority {priority}", priority=priority_label(priority.id, names))
    blocks: list[Block] = [Heading(title)]
    if answer.meaning:
        blocks.append(Paragraph(answer.meaning))
    assert decided is not None
    rule, matched = decided
    reason = words(condition_in_words(matched)) if rule.when else words("no other priority matches")
    because = [(words("Because"), reason)]
    cell = None if rule.of_table else cell_of_table(revision, answer.facts)
    if cell is not None and cell.priority != rule.priority:
        instead = priority_label(cell.priority, names) if cell.priority else words("refused")
        because.append((words("Instead of"), words("{priority} by the table", priority=instead)))
    return (section(*blocks), section(LabelledTexts((*because, *pairs))), remarks)


def _matrix(answers: PriorityAnswers, setting: Setting) -> Screen:
    names, words = list(answers.columns), setting.words
    notes = Notes(answers.revision, answers.answers, setting)
    known = display_names(answers.revision, setting.lang)
    rows = [
        MatrixRow(
            tuple((value,) for value in values_of(answer, names)),
            (
                priority_label(answer.priority, known) + notes.marks(answer)
                if answer.priority
                else "",
            ),
        )
        for answer in answers
    ]
    labeller = Labeller(names, rows, setting.words)
    shown = merged([row for row in rows if row.cells != ("",)])
    without = merged([row for row in rows if row.cells == ("",)])
    table = Matrix(
        (*column_titles(names, words), words("Priority")),
        tuple((*labeller.labels(row), *row.cells) for row in shown),
        values=len(names),
    )
    facts = answers.query.facts.items()
    of_facts = ", ".join(f"{name}={value}" for name, value in facts)
    pairs = ((words("No priority"), labeller.naming(without)),) if without else ()
    dimensions = enumerated(map(dimension_in_words, names))
    if of_facts:
        title = words("Priority by {dimensions} for {case}", dimensions=dimensions, case=of_facts)
    else:
        title = words("Priority by {dimensions}", dimensions=dimensions)
    return (
        section(Heading(title)),
        section(table),
        notes.section(),
        closing(answers, setting, *pairs),
    )


def _list(answers: PriorityAnswers, setting: Setting) -> Screen:
    revision, words = answers.revision, setting.words
    if not len(answers):
        return section(Heading(words("No priorities"))), closing(answers, setting)
    notes = Notes(revision, answers.answers, setting)
    names = display_names(revision, setting.lang)
    by_id = {priority.id: priority for priority in revision.priorities}
    decide, table = facts_decide(revision), revision.priority_table
    sections = []
    for answer in answers:
        assert answer.priority is not None
        label = priority_label(answer.priority, names)
        blocks: list[Block] = [Heading(f"{label}{notes.marks(answer)}")]
        if answer.meaning:
            blocks.append(Paragraph(answer.meaning, indent=2))
        if decide and (by_id[answer.priority].when or not table):
            condition = _condition(by_id[answer.priority], words)
            blocks.append(Paragraph(condition, "dim", indent=2))
        sections.append(section(*blocks))
    if all(len(item.blocks) == 1 for item in sections):
        sections = [section(*(block for item in sections for block in item.blocks))]
    title = words("Priorities, the most urgent first")
    return (
        section(Heading(title)),
        *sections,
        notes.section(),
        *(
            _table(table, setting, excepting=any(item.when for item in revision.priorities))
            if table
            else ()
        ),
        closing(answers, setting),
    )


def _table(table: PriorityTable, setting: Setting, *, excepting: bool) -> Screen:
    """Return the priority table with its remarks; `excepting`: a priority has a condition."""
    words, lang, numbering = setting.words, setting.lang, Numbering()

    def marks(remarks: Remarks) -> str:
        texts = [joined_lines(remarks.note, lang)] if remarks.note else []
        if remarks.unclear:
            texts.append(words(doubtful(joined_lines(remarks.unclear, lang) or "")))
        return numbering.marks(filter(None, texts))

    title = f"{title_of_table(table, words)}{marks(table.remarks)}"
    matrix = table_of_priorities(table, words, marks)
    text = words("If a condition above matches, it decides instead of the table.")
    return (
        section(Heading(title), matrix),
        section(*([Paragraph(text, "dim")] if excepting else [])),
        section(*numbering.paragraphs()),
    )


def _condition(priority: Priority, words: Wording) -> str:
    """Return when a priority applies, in a policy that decides priorities by facts."""
    if priority.when:
        return words("when {condition}", condition=condition_in_words(priority.when))
    return words("when no priority above matches")
