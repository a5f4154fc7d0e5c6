"""The screen of `due`: when a target is due, or the targets of several cases."""

from __future__ import annotations

from functools import partial

from zsupport.answer.due import DueAnswer, DueAnswers
from zsupport.answer.facts import PrioritiesByFacts
from zsupport.answer.remarks import joined_lines
from zsupport.clock.deadline import STARTS, ending_event, events_until
from zsupport.clock.instants import duration, from_datetime, to_datetime
from zsupport.clock.targets_in_words import (
    adds_to_target,
    target_as_sentence,
    target_in_words,
    working_time,
)
from zsupport.clock.windows import DAYS
from zsupport.policy.model import BINDINGS
from zsupport.report import Remark
from zsupport.report.screen import NONE, Heading, LabelledTexts, Matrix, Paragraph, Screen, section
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.hours_in_words import hours_in_words
from zsupport.view.notes import retired, values_of
from zsupport.view.screens import Notes, Setting, closing, sentence
from zsupport.view.screens.matrix import (
    Labeller,
    MatrixRow,
    distinguishing,
    effective_places,
    merged,
    values_key,
    with_places,
)
from zsupport.wording import NO_BREAK, Message, glued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zsupport.answer.promise import Promise
    from zsupport.clock.target import Target

#: States in words.
_STATES = {
    "not-entitled": "not entitled",
    "no-target": "no promise",
    "not-stated": "not stated",
    "needs-input": "needs input",
    "not-started": "not started",
    "at-risk": glued("at risk"),
    "breached": "late",
}
_COLORS = {"breached": "red", "at-risk": "yellow", "met": "green"}
#: The states of a clock that can still run.
_RUNNING = ("running", "at-risk", "not-started")
#: The maximum number of priorities that are columns of the table.
_MAX_COLUMNS = 8
#: The maximum number of values of a fact that are listed.
_MAX_VALUES = 8


class CaseRow(NamedTuple):
    """An answer with its promise, which has the target and the hours as values."""

    answer: DueAnswer
    promise: Promise

    @property
    def target(self) -> Target | None:
        """The target, or None if the case has none."""
        return self.promise.cell.target if self.promise.cell else None

    @property
    def hours(self) -> Message | None:
        """The hours over which the target counts, with their week; None: around the clock."""
        if self.answer.hours is None or self.promise.settled_hours is None:
            return None
        return hours_in_words(self.answer.hours, self.promise.settled_hours)


def screen(answers: DueAnswers, setting: Setting) -> Screen:
    """Return a card for one answer, and a matrix for several."""
    rows = [CaseRow(*pair) for pair in zip(answers, answers.details.promises.rows, strict=True)]
    if not rows or not answers.in_force:
        text = "no revision of the policy is in force" if rows else "no case matches"
        return section(Heading(f"Not stated: {text}")), closing(answers, setting)
    if len(rows) == 1:
        return _card(answers, rows[0], setting)
    return _matrix(answers, rows, setting)


def _reasons(answers: DueAnswers, rows: Sequence[CaseRow], setting: Setting) -> Screen:
    """Return what decided, if the person asks why."""
    if "why" not in setting.stated:
        return ()
    from zsupport.view.screens.due_reasons import reasons

    return reasons(answers, [row.promise for row in rows], setting)


# -- one case -------------------------------------------------------------------------------------


def _card(answers: DueAnswers, row: CaseRow, setting: Setting) -> Screen:
    notes = Notes(answers.revision, [row.answer], setting, _remarks_of_card)
    return (
        section(_headline(row, setting)),
        section(LabelledTexts(tuple(_facts(answers, row, setting)))),
        section(*(Paragraph(sentence(text)) for text in notes.texts(row.answer))),
        closing(answers, setting),
        *_reasons(answers, [row], setting),
    )


def _remarks_of_card(answer: DueAnswer) -> list[Remark]:
    result = retired(answer.retired)
    if answer.starts in STARTS[1:]:
        result.append(Remark("starts", f"the clock starts when the case is {answer.starts}"))
    return result


def _headline(row: CaseRow, setting: Setting) -> Heading:
    """Return the answer in one line: when the target is due, or why it has no deadline."""
    times, answer, due = setting.times, row.answer, row.answer.due
    color = _COLORS.get(answer.state, "")
    if due is None:
        return Heading(_without_deadline(row), color=color)
    relative = times.relative(due)
    instant = times.full(due)
    if answer.state == "met":
        return Heading(f"Met: was due {instant}", color=color)
    if answer.state == "breached":
        was = "was due" if relative.endswith("ago") else "due"
        return Heading(f"Late: {was} {instant}", relative, color=color)
    text = f"{'At risk: due' if answer.state == 'at-risk' else 'Due'} {instant}"
    if answer.state == "not-started":
        text = f"Not started: due {instant}"
    elif "opened" not in setting.stated:
        text += f" if opened {_moment_opened(answer, setting)}"
    return Heading(text, relative, color=color)


def _without_deadline(row: CaseRow) -> str:
    """Return why a case has no deadline."""
    answer, target = row.answer, row.target
    if answer.state in ("running", "not-started", "met") and target is not None:
        words = target_in_words(target)
        if target.kind == "rate" and answer.state == "running":
            return f"{words[:1].upper()}{words[1:]}, until the case is resolved"
        if answer.state == "running":
            return f"Not reached within ten years: {words}"
    texts = {
        "not-entitled": "Not entitled",
        "no-target": "No promise: the policy promises no time",
        "not-stated": "Not stated: the policy states no target",
        "needs-input": "The answer depends on the customer",
        "not-started": f"Not started: the clock starts when the case is {answer.starts}",
        "paused": "Paused: the deadline is unknown until the pause ends",
        "met": "Met",
    }
    return texts.get(answer.state, sentence(_STATES.get(answer.state, answer.state)))


def _moment_opened(answer: DueAnswer, setting: Setting) -> str:
    return setting.times.short(answer.opened) if "at" in setting.stated else "now"


def _facts(answers: DueAnswers, row: CaseRow, setting: Setting) -> list[tuple[str, str]]:
    """Return the labels and texts of a card."""
    times, answer, target = setting.times, row.answer, row.target
    pairs = []
    if target is not None and target.promises:
        where = ""
        if target.kind == "week":
            settled = row.promise.settled_hours
            zone = settled.zone_name if settled else answers.revision.timezone
            where = "" if answer.hours and not settled else f", in the time zone {zone}"
        elif row.hours is not None:
            where = f" ({row.hours})"
        elif answer.hours is not None:
            where = f" over the hours `{answer.hours}`"
        elif target.kind == "clock":
            where = ", around the clock"
        words = target_as_sentence(target, answers.revision.business_day)
        pairs.append((_title(answer.metric), f"{words}{where}"))
    if answer.published and (target is None or adds_to_target(answer.published, target)):
        pairs.append(("Published", f"“{answer.published}”"))
    if answer.condition:
        pairs.append(("Condition", answer.condition))
    if answer.commitment and target is not None and target.promises:
        pairs.append(("Commitment", _commitment(answer)))
    pairs += _course(answers, row, setting)
    case = _case(answers, answer)
    moment = times.short(answer.opened) if "opened" in setting.stated else ""
    pairs.append(
        ("Case", ", ".join(part for part in (case, moment and f"opened {moment}") if part))
    )
    return [pair for pair in pairs if pair[1]]


def _commitment(answer: DueAnswer) -> str:
    return (
        "none, the time is not binding"
        if answer.commitment == BINDINGS[0]
        else (answer.commitment or "")
    )


def _course(answers: DueAnswers, row: CaseRow, setting: Setting) -> list[tuple[str, str]]:
    """Return how far the clock has run, and the events that the person stated."""
    times, answer, target = setting.times, row.answer, row.target
    pairs = []
    elapsed, left = answer.elapsed_seconds, answer.remaining_seconds
    if (
        elapsed is not None
        and target is not None
        and target.kind in ("clock", "business")
        and answer.state != "breached"
        and answer.opened != times.now
        and "opened" in setting.stated
    ):
        elapsed -= elapsed % _resolution(target)
        used = duration(elapsed, days=False) if elapsed else "0 min"
        pairs.append(("Used", f"{used} of {target_in_words(target._replace(every=False))}"))
    if left is not None and target is not None:
        left += -left % _resolution(target)
    if left is not None and answer.state == "paused":
        pairs.append(("Left", f"{_length(left, answer)} when the pause ends"))
    elif left is not None and answer.state in _RUNNING and _counts_working_time(row):
        pairs.append(("Left", _length(left, answer)))
    if answer.at_risk_at is not None and answer.state in ("running", "not-started"):
        pairs.append(("At risk from", times.full(answer.at_risk_at)))
    if answer.paused_seconds:
        pairs.append(("Paused", _length(answer.paused_seconds, answer)))
    if (closed := _closed_now(row, setting)) and answer.state in _RUNNING:
        pairs.append(("Now", closed))
    return [*pairs, *_events(answers, row, setting)]


def _resolution(target: Target) -> int:
    """Return the unit of used and remaining seconds: a minute, if the target is whole minutes.

    If the one is rounded down and the other up, their sum is the target.
    """
    return 60 if target.amount and target.amount % 60 == 0 else 1


def _counts_working_time(row: CaseRow) -> bool:
    return row.target is not None and row.target.kind == "business"


def _events(answers: DueAnswers, row: CaseRow, setting: Setting) -> list[tuple[str, str]]:
    """Return the events that the person stated, and whether the last one was in time."""
    answer, times = row.answer, setting.times
    events = events_until(answers.details.moment.events, answers.details.moment.at)
    end = None
    if row.target is not None:
        first_metric = answer.metric == answers.revision.metrics[0].id
        end = ending_event(row.target, events, first_metric=first_metric)
    pairs = []
    for label, event in (
        ("Answered", events.answered), ("Last update", events.updated),
        ("Resolved", events.resolved),
    ):  # fmt: skip
        if event is None:
            continue
        text = times.short(to_datetime(event))
        if event == end and answer.due is not None:
            left = from_datetime(answer.due) - event
            text += f" ({duration(left)} {'too late' if left < 0 else 'before the deadline'})"
        pairs.append((label, text))
    return pairs


def _closed_now(row: CaseRow, setting: Setting) -> str | None:
    """Return when the hours of a target open, if they are closed now."""
    settled, opens, times = row.promise.settled_hours, row.answer.next_open, setting.times
    if settled is None or opens is None or settled.time.is_open(from_datetime(times.now)):
        return None
    return f"closed, opens {times.short(opens)} ({times.relative(opens)})"


def _length(seconds: int, answer: DueAnswer) -> str:
    if answer.hours is not None:
        return working_time(seconds)
    return duration(seconds) if seconds else "0 min"


def _title(metric: str) -> str:
    return metric.replace("-", " ").replace("_", " ").capitalize()


def _case(answers: DueAnswers, answer: DueAnswer) -> str:
    """Return the values of the case: those of the query and those of the answer."""
    query = answers.query
    return _values(
        answer.plan or query.plan, answer.role or query.role, answer.channel or query.channel,
        answer.priority or query.priority, **{**query.facts, **answer.facts},
    )  # fmt: skip


def _values(*values: str | None, **facts: str) -> str:
    texts = [*values, *(f"{name}={value}" for name, value in facts.items())]
    return " · ".join(glued(text) for text in texts if text)


# -- several cases --------------------------------------------------------------------------------


def _matrix(answers: DueAnswers, rows: Sequence[CaseRow], setting: Setting) -> Screen:
    across = _across(answers)
    names = distinguishing(answers.answers, [name for name in answers.columns if name != across])
    if across and all(len(_distinct(answers, name)) == 1 for name in names):
        names, across = [across], None  # only the priorities differ
    entitled = [row for row in rows if row.answer.state != "not-entitled"]
    hours = list(dict.fromkeys(row.hours for row in entitled if row.hours))
    own = partial(_remarks, {id(row.answer): row for row in rows}, differing=len(hours) > 1)
    by_row = partial(values_key, names)
    by_column = partial(values_key, [across] if across else [])
    notes = Notes(
        answers.revision, [row.answer for row in entitled], setting, own,
        groups=(by_row, by_column) if across else (),
        omitted=() if "why" in setting.stated else _notes_of_channels(answers, setting.lang),
    )  # fmt: skip
    table, refused = _table(answers, rows, setting, notes, across, names)
    if across and "opened" in setting.stated and _within_a_week(rows, setting):
        narrow, _ = _table(answers, rows, setting, notes, across, names, narrow=True)
        table = table._replace(narrow=narrow)
    pairs = [
        ("" if n else "Depends on", text)
        for n, text in enumerate(_facts_of_priority(answers, setting))
    ]
    if len(hours) == 1:
        pairs.append(("Working time", hours[0]))
    if refused:
        pairs.append(("Not entitled", refused))
    return (
        section(_title_of_matrix(answers, setting)),
        section(*([table] if table.rows else [])),
        notes.section(),
        closing(answers, setting, *pairs),
        *_reasons(answers, rows, setting),
    )


def _facts_of_priority(answers: DueAnswers, setting: Setting) -> list[str]:
    """Return how further facts decide the priority, if the person stated some facts of it.

    Each value of such a fact is listed with the priorities that it leaves open.
    """
    query = answers.query
    if query.priority or not query.facts:
        return []
    by_facts = PrioritiesByFacts(answers.revision, query.facts)
    if not by_facts.decides or len(by_facts.open) < 2 or by_facts.facts.isdisjoint(query.facts):
        return []
    texts = []
    for fact in answers.revision.facts:
        if fact.id in query.facts or fact.id not in by_facts.facts:
            continue
        by_value = {
            value: [id for id in by_facts.open if not by_facts.excludes(id, {fact.id: value})]
            for value in fact.values
        }
        if all(len(ids) == len(by_facts.open) for ids in by_value.values()):
            continue
        if len(by_value) > _MAX_VALUES:
            by_value = {"VALUE": ["one priority"]}
        choices = (
            f"{' or '.join(ids) or 'no priority'} with"
            f" {glued(setting.words.naming('fact', f'{fact.id}={value}'))}"
            for value, ids in by_value.items()
        )
        texts.append(f"{fact.id}: {', '.join(choices)}")
    return texts


def _remarks(rows: dict[int, CaseRow], answer: DueAnswer, *, differing: bool) -> list[Remark]:
    """Return the remarks of an answer in a table; `differing`: the hours of answers differ."""
    row, result = rows[id(answer)], _remarks_of_card(answer)
    target = row.target
    if target is None or not target.promises:
        return result
    if differing and row.hours:
        result.append(Remark("hours", f"working time: {row.hours}"))
    if answer.condition:
        result.append(Remark("condition", f"condition: {answer.condition}"))
    if answer.published and adds_to_target(answer.published, target):
        result.append(Remark("published", f"published as “{answer.published}”"))
    if answer.commitment:
        result.append(Remark("commitment", f"commitment: {_commitment(answer)}"))
    return result


def _notes_of_channels(answers: DueAnswers, lang: str) -> set[str]:
    """Return the notes of channels, unless the question is about channels: no target differs."""
    if answers.query.channel or "channel" in answers.columns:
        return set()
    texts = (joined_lines(item.remarks.note, lang) for item in answers.revision.channels)
    return {text for text in texts if text}


def _table(
    answers: DueAnswers,
    rows: Sequence[CaseRow],
    setting: Setting,
    notes: Notes,
    across: str | None,
    names: list[str],
    *,
    narrow: bool = False,
) -> tuple[Matrix, str]:
    """Return the table of the entitled cases, and a text that names the other cases.

    With `narrow`, deadlines are written without the date.
    """
    columns = _distinct(answers, across) if across else []
    marked = [f"{column}{notes.marks_of((across, column))}" for column in columns]
    by_labels: dict[tuple[str, ...], list[CaseRow]] = {}
    for row in rows:
        by_labels.setdefault(values_of(row.answer, names), []).append(row)
    matrix_rows = []
    for labels, group in by_labels.items():
        if all(row.answer.state == "not-entitled" for row in group):
            cells: tuple[str, ...] = ()
        elif across:
            marks = notes.marks_of((*names, *labels))
            of_column = {
                values_of(row.answer, [across])[0]: _cell(row, setting, notes, narrow=narrow)
                for row in group
            }
            cells = (marks, *(of_column.get(column, "") for column in columns))
        else:
            cells = ("", *_cells(group[0], setting, notes))
        matrix_rows.append(MatrixRow(tuple((label,) for label in labels), cells))
    places = effective_places(matrix_rows)
    names, matrix_rows = [names[n] for n in places], with_places(matrix_rows, places)
    labeller = Labeller(names, matrix_rows, setting.words)
    shown = merged([row for row in matrix_rows if row.cells])
    refused = merged([row for row in matrix_rows if not row.cells])
    if not across:
        marked = ["Due", "Target"] if "opened" in setting.stated else ["Target"]
    texts = []
    for matrix_row in shown:
        marks, *cells_shown = matrix_row.cells
        first, *rest = labeller.labels(matrix_row)
        texts.append((f"{first}{marks}", *rest, *cells_shown))
    heads = (*map(str.capitalize, names), *marked)
    return Matrix(heads, tuple(texts), values=len(names)), labeller.naming(refused)


def _across(answers: DueAnswers) -> str | None:
    """Return the dimension whose values are the columns."""
    if "priority" not in answers.columns or len(answers.columns) < 2:
        return None
    return "priority" if len(_distinct(answers, "priority")) <= _MAX_COLUMNS else None


def _distinct(answers: DueAnswers, dimension: str) -> list[str]:
    return list(dict.fromkeys(values_of(answer, [dimension])[0] for answer in answers))


def _title_of_matrix(answers: DueAnswers, setting: Setting) -> Heading:
    query = answers.query
    metrics = list(dict.fromkeys(answer.metric for answer in answers))
    what = _title(metrics[0]) if len(metrics) == 1 else "Targets"
    case = _values(query.plan, query.role, query.channel, query.priority, **query.facts)
    of_case = f" for {case}" if case else ""
    if "opened" not in setting.stated:
        return Heading(f"{what}{of_case}")
    return Heading(f"{what} due{of_case}, opened {setting.times.full(answers[0].opened)}")


def _within_a_week(rows: Sequence[CaseRow], setting: Setting) -> bool:
    """Return whether each deadline is today or in the next six days: its weekday identifies it."""
    today = setting.times.local(setting.times.now).date()
    days = [
        (setting.times.local(row.answer.due).date() - today).days
        for row in rows
        if row.answer.due is not None
    ]
    return all(0 <= number < len(DAYS) for number in days)


def _cell(row: CaseRow, setting: Setting, notes: Notes, *, narrow: bool) -> str:
    """Return what a cell says: the deadline if the case is opened, else the target."""
    answer = row.answer
    if answer.state == "not-entitled":
        return NONE
    text = _state(row)
    rate = row.target is not None and row.target.kind == "rate" and answer.state == "running"
    # Until the customer is known, the target is what the policy says.
    if rate or "opened" not in setting.stated or answer.state == "needs-input":
        text = _target(row)
    elif answer.due is not None:
        instant = _instant(row, setting, narrow=narrow)
        text = instant if answer.state == "running" else f"{instant} {text}"
    return text + notes.marks(answer)


def _cells(row: CaseRow, setting: Setting, notes: Notes) -> tuple[str, ...]:
    """Return the deadline, if the case is opened, and the target."""
    answer, times = row.answer, setting.times._replace(seconds=False)
    target = f"{_target(row)}{notes.marks(answer)}"
    if "opened" not in setting.stated:
        return (target,)
    if answer.due is None:
        if row.target is None or not row.target.promises:
            return f"{_state(row)}{notes.marks(answer)}", ""
        return _state(row), target
    state = "" if answer.state == "running" else f" {_state(row)}"
    relative = "" if answer.state == "met" else f" ({times.relative(answer.due)})"
    return f"{times.short(answer.due, near=answer.opened)}{state}{relative}", target


def _target(row: CaseRow) -> str:
    """Return the target in words, or why there is none."""
    if row.target is None or row.answer.state in ("not-stated", "no-target"):
        return _state(row)
    return target_in_words(row.target)


def _state(row: CaseRow) -> str:
    answer = row.answer
    if answer.due is None and row.target is not None and answer.state == "running":
        return NONE if row.target.kind == "rate" else "not reached within ten years"
    return _STATES.get(answer.state, answer.state)


def _instant(row: CaseRow, setting: Setting, *, narrow: bool) -> str:
    """Return the deadline of a cell, in minutes; if `narrow`, without the date."""
    answer, times = row.answer, setting.times._replace(seconds=False)
    assert answer.due is not None
    text = times.short(answer.due, near=answer.opened)
    if narrow:
        return glued(f"{text.partition(NO_BREAK)[0]} {times.clock(answer.due)}")
    return text
