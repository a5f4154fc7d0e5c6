"""The screen of `due`: when a target is due, or the targets of several cases."""

from __future__ import annotations

from zsupport.answer.due import DueAnswer, DueAnswers
from zsupport.clock.deadline import STARTS
from zsupport.clock.instants import duration
from zsupport.report import Remark
from zsupport.report.screen import (
    NONE,
    Heading,
    LabelledTexts,
    Matrix,
    Paragraph,
    Screen,
    Section,
    section,
)
from zsupport.view.notes import retired, values_of
from zsupport.view.screens import Notes, Setting, closing, sentence
from zsupport.view.screens.matrix import Labeller, MatrixRow, merged
from zsupport.view.times import working_time

#: States in words.
_STATES = {
    "not-entitled": "not entitled",
    "no-target": "no promise",
    "not-stated": "not stated",
    "needs-input": "needs input",
    "not-started": "not started",
    "at-risk": "at risk",
    "breached": "late",
}
#: The maximum number of priorities that are columns of the table.
_MAX_COLUMNS = 8


def screen(answers: DueAnswers, setting: Setting) -> Screen:
    """Return a card for one answer, and a matrix for several."""
    if len(answers) == 1:
        return (*_card(answers, answers[0], setting), closing(answers, setting))
    return (*_matrix(answers, setting), closing(answers, setting))


def _remarks(answer: DueAnswer) -> list[Remark]:
    result = retired(answer.retired)
    if answer.starts in STARTS[1:]:
        result.append(Remark("starts", f"the clock starts when the case is {answer.starts}"))
    if answer.condition:
        result.append(Remark("condition", f"condition: {answer.condition}"))
    if answer.published:
        result.append(Remark("published", f"published as “{answer.published}”"))
    if answer.commitment:
        result.append(Remark("commitment", f"commitment: {answer.commitment}"))
    return result


def _card(answers: DueAnswers, answer: DueAnswer, setting: Setting) -> Screen:
    notes = Notes(answers.revision, [answer], setting.lang, _remarks)
    return (
        section(_headline(answer, setting)),
        section(LabelledTexts(tuple(_facts(answers, answer, setting)))),
        section(*(Paragraph(sentence(text)) for text in notes.texts(answer))),
    )


def _headline(answer: DueAnswer, setting: Setting) -> Heading:
    """Return the answer in one line: when the target is due, or why there is no deadline."""
    times, due = setting.times, answer.due
    if due is None:
        texts = {
            "not-entitled": "Not entitled",
            "no-target": "No promise: the policy states that there is no target",
            "not-stated": "Not stated: the policy states no target",
            "needs-input": "The answer depends on the customer",
            "not-started": "The clock has not started",
            "paused": "Paused",
            "met": "Met",
        }
        return Heading(texts.get(answer.state, _STATES.get(answer.state, answer.state)))
    instant = times.full(due)
    if answer.state == "met":
        return Heading(f"Met; it was due {instant}")
    if answer.state == "breached":
        return Heading(f"Was due {instant}", times.relative(due))
    if answer.state == "at-risk":
        return Heading(f"At risk: due {instant}", times.relative(due))
    return Heading(f"Due {instant}", times.relative(due))


def _facts(answers: DueAnswers, answer: DueAnswer, setting: Setting) -> list[tuple[str, str]]:
    """Return the labels and texts of a card."""
    times = setting.times
    pairs = []
    if answer.target is not None:
        over = f", over the hours `{answer.hours}`" if answer.hours else ""
        pairs.append((_title(answer.metric), f"within {answer.target}{over}"))
    if answer.elapsed_seconds is not None and "opened" in setting.stated:
        pairs.append(("Used", _length(answer.elapsed_seconds, answer)))
    if answer.remaining_seconds is not None and answer.due is not None:
        seconds = answer.remaining_seconds
        if seconds >= 0 and answer.hours is not None:
            pairs.append(("Left", _length(seconds, answer)))
    if answer.at_risk_at is not None and answer.state == "running":
        pairs.append(("At risk from", times.full(answer.at_risk_at)))
    if answer.paused_seconds:
        pairs.append(("Paused", _length(answer.paused_seconds, answer)))
    case = _case(answers, answer)
    opened = times.short(answer.opened)
    stated = f"opened {opened}" if "opened" in setting.stated else "if opened now"
    pairs.append(("Case", ", ".join(part for part in (case, stated) if part)))
    return pairs


def _length(seconds: int, answer: DueAnswer) -> str:
    return duration(seconds) if answer.hours is None else working_time(seconds)


def _title(metric: str) -> str:
    return metric.replace("-", " ").replace("_", " ").capitalize()


def _case(answers: DueAnswers, answer: DueAnswer) -> str:
    """Return the values of the case: those of the query and those of the answer."""
    query = answers.query
    facts = {**query.facts, **answer.facts}
    values = [
        answer.plan or query.plan, answer.role or query.role, answer.channel or query.channel,
        answer.priority or query.priority, *(f"{name}={value}" for name, value in facts.items()),
    ]  # fmt: skip
    return " · ".join(value for value in values if value)


def _matrix(answers: DueAnswers, setting: Setting) -> Screen:
    entitled = [answer for answer in answers if answer.state != "not-entitled"]
    notes = Notes(answers.revision, entitled, setting.lang, _remarks)
    across = _across(answers)
    names = [name for name in answers.columns if name != across]
    columns = _distinct(answers, across) if across else [""]
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    for answer in answers:
        column = values_of(answer, [across])[0] if across else ""
        cells.setdefault(values_of(answer, names), {})[column] = _cell(answer, setting, notes)
    rows = [
        MatrixRow(
            tuple((label,) for label in labels),
            tuple(by_column.get(column, "") for column in columns),
        )
        for labels, by_column in cells.items()
    ]
    labeller = Labeller(names, rows)
    shown = merged([row for row in rows if set(row.cells) - {NONE, ""}])
    refused = merged([row for row in rows if not set(row.cells) - {NONE, ""}])
    heads = (*map(str.capitalize, names), *(columns if across else ("Due",)))
    table = Matrix(
        heads, tuple((*labeller.labels(row), *row.cells) for row in shown), values=len(names)
    )
    closing_lines = (
        [LabelledTexts((("Not entitled", labeller.naming(refused)),))] if refused else []
    )
    return (
        section(_title_of_matrix(answers, setting)),
        section(table),
        notes.section(),
        Section(tuple(closing_lines)),
    )


def _across(answers: DueAnswers) -> str | None:
    """Return the dimension whose values are the columns."""
    if "priority" not in answers.columns or len(answers.columns) < 2:
        return None
    return "priority" if len(_distinct(answers, "priority")) <= _MAX_COLUMNS else None


def _distinct(answers: DueAnswers, dimension: str) -> list[str]:
    return list(dict.fromkeys(values_of(answer, [dimension])[0] for answer in answers))


def _title_of_matrix(answers: DueAnswers, setting: Setting) -> Heading:
    metrics = list(dict.fromkeys(answer.metric for answer in answers))
    what = _title(metrics[0]) if len(metrics) == 1 else "Targets"
    case = _case_of_query(answers)
    if "opened" not in setting.stated:
        return Heading(f"{what}{case}")
    return Heading(f"{what} due{case}, opened {setting.times.full(answers[0].opened)}")


def _case_of_query(answers: DueAnswers) -> str:
    query = answers.query
    facts = (f"{name}={value}" for name, value in query.facts.items())
    values = [query.plan, query.role, query.channel, query.priority, *facts]
    case = " · ".join(value for value in values if value)
    return f" for {case}" if case else ""


def _cell(answer: DueAnswer, setting: Setting, notes: Notes) -> str:
    """Return what a cell says: the deadline if the case is opened, else the target."""
    if answer.state == "not-entitled":
        return NONE
    text = _STATES.get(answer.state, answer.state)
    if answer.due is None or "opened" not in setting.stated:
        if answer.target is not None and answer.state not in ("no-target", "not-stated"):
            text = answer.target if "opened" not in setting.stated else f"{answer.target}, {text}"
    else:
        instant = setting.times.short(answer.due, near=answer.opened)
        text = instant if answer.state == "running" else f"{instant}, {text}"
    return text + notes.marks(answer)
