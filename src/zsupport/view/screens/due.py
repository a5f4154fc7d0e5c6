"""The screen of `due`: when a target is due, or the targets of several cases."""

from __future__ import annotations

from functools import partial

from zsupport.answer.case import NEEDS_INPUT, say
from zsupport.answer.due import (
    DueAnswer,
    DueAnswers,
    clock_starts,
    counts_over_hours,
    course_of,
    parts_of,
)
from zsupport.answer.facts import PrioritiesByFacts
from zsupport.answer.promise import NEGATIVE
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
from zsupport.report import Remark
from zsupport.report.screen import (
    ATTENTION,
    NONE,
    Heading,
    LabelledTexts,
    Matrix,
    Paragraph,
    Screen,
    section,
)
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.explain import value_in_words
from zsupport.view.hours_in_words import hours_in_words
from zsupport.view.notes import retired, values_of
from zsupport.view.screens import (
    Notes,
    Setting,
    case_by_ids,
    case_in_words,
    closing,
    metric_label,
    not_in_force_title,
    sentence,
    texts_of_calendars,
)
from zsupport.view.screens.matrix import (
    Labeller,
    MatrixRow,
    column_titles,
    distinguishing,
    effective_places,
    merged,
    values_key,
    with_places,
)
from zsupport.wording import Message, glued, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zsupport.answer.promise import Promise
    from zsupport.clock.target import Target
    from zsupport.policy.model import Revision

#: States in words.
_STATES = {
    "not-entitled": Message("not entitled"),
    "no-target": Message("no promise"),
    "not-stated": Message("not stated"),
    "needs-input": Message("needs input"),
    "not-started": Message("not started"),
    "running": Message("running"),
    "at-risk": Message("at risk"),
    "paused": Message("paused"),
    "breached": Message("late"),
    "met": Message("met"),
}
#: Why a case has no deadline.
_WITHOUT_DEADLINE = {
    "not-entitled": Message("Not entitled"),
    "no-target": Message("No promise: the policy promises no time"),
    "not-stated": Message("Not stated: the policy states no target"),
    "needs-input": Message("The answer depends on the customer"),
    "paused": Message("Paused: the deadline is unknown until the pause ends"),
    "met": Message("Met"),
}
#: How binding a target is, on a card and in a table.
_COMMITMENTS = {
    "none": Message("the time is not binding"),
    "target": Message("the time is a target, not an agreement"),
    "objective": Message("the time is an objective, not an agreement"),
    "agreement": Message("the time is an agreement"),
}
_COMMITMENTS_OF_TABLE = {
    "none": Message("The times are not binding."),
    "target": Message("The times are targets, not an agreement."),
    "objective": Message("The times are objectives, not an agreement."),
    "agreement": Message("The times are an agreement."),
}
_COLORS = {"breached": "red", "at-risk": ATTENTION, "met": "green"}
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
        opened, due = self.answer.opened, self.answer.due
        span = None if due is None else (from_datetime(opened), from_datetime(due))
        return hours_in_words(self.answer.hours, self.promise.settled_hours, span)


def screen(answers: DueAnswers, setting: Setting) -> Screen:
    """Return a card for one answer, and a matrix for several."""
    rows = [CaseRow(*pair) for pair in zip(answers, answers.details.promises.rows, strict=True)]
    if not rows or not answers.in_force:
        title = Heading(setting.words("Not stated: no case matches"))
        title = not_in_force_title(setting) if rows else title
        return section(title), closing(answers, setting)
    if len(rows) == 1:
        return _card(answers, rows[0], setting)
    return _matrix(answers, rows, setting)


def _reasons(
    answers: DueAnswers, rows: Sequence[CaseRow], setting: Setting, *, height: int = 0
) -> Screen:
    """Return what decided, if the person asks why. `height` is the number of rows of the table."""
    if "why" not in setting.stated:
        return ()
    from zsupport.view.screens.due_reasons import reasons

    return reasons(answers, [row.promise for row in rows], setting, height)


# -- one case -------------------------------------------------------------------------------------


def _card(answers: DueAnswers, row: CaseRow, setting: Setting) -> Screen:
    if row.answer.due is not None:
        setting = setting.naming_zone_at(row.answer.due)
    omitted = _omitted(answers, setting)
    notes = Notes(answers.revision, [row.answer], setting, _remarks_of_card, omitted=omitted)
    return (
        section(_headline(row, setting)),
        section(LabelledTexts(tuple(_facts(answers, row, setting)))),
        section(*_legs(row, setting)),
        section(*(Paragraph(sentence(text)) for text in notes.texts(row.answer))),
        closing(answers, setting),
        *_reasons(answers, [row], setting),
    )


def _remarks_of_card(answer: DueAnswer) -> list[Remark]:
    result = retired(answer.retired)
    if answer.starts in STARTS[1:]:
        result.append(Remark("starts", clock_starts(answer.starts)))
    return result


def _headline(row: CaseRow, setting: Setting) -> Heading:
    """Return the answer in one line: when the target is due, or why it has no deadline."""
    words, times, answer, due = setting.words, setting.times, row.answer, row.answer.due
    color = _COLORS.get(answer.state, "")
    if due is None:
        return Heading(sentence(words(_without_deadline(row))), color=color)
    instant, moment = times.full(due), _moment_opened(answer, setting)
    if answer.state == "met":
        return Heading(words("Met: was due {instant}", instant=instant), color=color)
    if answer.state == "breached":
        late = (
            words("Late: was due {instant}", instant=instant)
            if due < times.now
            else words("Late: due {instant}", instant=instant)
        )
        return Heading(late, times.relative(due), color=color)
    if answer.state == "not-started":
        text = words("Not started: due {instant}", instant=instant)
    elif answer.state == "at-risk" and moment:
        text = words("At risk: due {instant} if opened {moment}", instant=instant, moment=moment)
    elif answer.state == "at-risk":
        text = words("At risk: due {instant}", instant=instant)
    elif moment:
        text = words("Due {instant} if opened {moment}", instant=instant, moment=moment)
    else:
        text = words("Due {instant}", instant=instant)
    return Heading(text, times.relative(due), color=color)


def _without_deadline(row: CaseRow) -> Message:
    """Return why a case has no deadline."""
    answer, target = row.answer, row.target
    if answer.state in ("running", "not-started", "met") and target is not None:
        in_words = target_in_words(target)
        if target.kind == "rate" and answer.state == "running":
            return Message("{target}, until the case is resolved", target=in_words)
        if answer.state == "running":
            return Message("Not reached within ten years: {target}", target=in_words)
    if answer.state == "not-started":
        return Message("Not started: {reason}", reason=clock_starts(answer.starts))
    return _WITHOUT_DEADLINE.get(answer.state, _STATES[answer.state])


def _moment_opened(answer: DueAnswer, setting: Setting) -> str:
    """Return when the case is assumed to be opened; empty if the person states it."""
    if "opened" in setting.stated:
        return ""
    return setting.times.short(answer.opened) if "at" in setting.stated else setting.words("now")


def _facts(answers: DueAnswers, row: CaseRow, setting: Setting) -> list[tuple[str, str]]:
    """Return the labels and texts of a card."""
    words, times, answer, target = setting.words, setting.times, row.answer, row.target
    pairs = []
    if target is not None and target.promises:
        title = _title(answers.revision, answer.metric, setting)
        pairs.append((title, words(_target_of_card(answers, row))))
    if answer.published and (target is None or adds_to_target(answer.published, target)):
        pairs.append((words("Published"), words("“{text}”", text=answer.published)))
    if answer.condition:
        pairs.append((words("Condition"), answer.condition))
    if answer.commitment and target is not None and target.promises:
        pairs.append((words("Commitment"), words(_COMMITMENTS[answer.commitment])))
    pairs += _course(answers, row, setting)
    case = case_by_ids(answers.query, answer)
    if "opened" in setting.stated:
        moment = times.short(answer.opened)
        case = (
            words("{case}, opened {instant}", case=case, instant=moment)
            if case
            else words("opened {instant}", instant=moment)
        )
    pairs.append((words("Case"), case))
    return [pair for pair in pairs if pair[1]]


def _legs(row: CaseRow, setting: Setting) -> list[LabelledTexts]:
    """Return the legs of a case with changes: when each begins, and its target and deadline."""
    if not row.answer.legs:
        return []
    from zsupport.clock.target_text import parse_target
    from zsupport.view.due_explained import passed_before_change

    words, times, legs = setting.words, setting.times, row.answer.legs
    pairs = []
    for leg in legs:
        text: Message = _STATES[leg.state or "no-target"]
        if leg.due is not None or leg.state not in NEGATIVE:
            assert leg.target is not None
            text = target_in_words(parse_target(leg.target))
        if leg.due is not None:
            text = Message("{target}, due {instant}", target=text, instant=times.short(leg.due))
        if leg.decides and passed_before_change(row.promise.metric, legs):
            text = Message("{leg}, passed before the next change, decides", leg=text)
        elif leg.decides:
            text = Message("{leg}, decides", leg=text)
        values = (value_in_words(name, [value]) for name, value in leg.values.items())
        if leg.values:
            text = Message("{values}: {leg}", values=joined(values, ", "), leg=text)
        pairs.append((words("From {instant}", instant=times.short(leg.since)), words(text)))
    return [LabelledTexts(tuple(pairs))]


def _target_of_card(answers: DueAnswers, row: CaseRow) -> Message:
    """Return the target of a case with the hours or the time zone over which it counts."""
    answer, target, settled = row.answer, row.target, row.promise.settled_hours
    assert target is not None
    text = target_as_sentence(target, answers.revision.business_day)
    if target.kind == "calendar-days":
        if answer.state == NEEDS_INPUT:
            return text
        zone = settled.zone_name if settled else answers.revision.timezone
        return Message("{target}, in the time zone {zone}", target=text, zone=zone)
    if row.hours is not None:
        return Message("{target} ({hours})", target=text, hours=row.hours)
    if answer.hours is not None:
        return Message("{target} over the hours `{hours}`", target=text, hours=answer.hours)
    if target.kind == "clock" and not target.is_immediate:
        return Message("{target}, around the clock", target=text)
    return text


def _course(answers: DueAnswers, row: CaseRow, setting: Setting) -> list[tuple[str, str]]:
    """Return how far the clock has run, and the events that the person stated."""
    row = _decisive(answers, row)
    words, times, answer, target = setting.words, setting.times, row.answer, row.target
    pairs: list[tuple[str, str]] = []
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
        used = duration(elapsed, days=False) if elapsed else Message("0 min")
        whole = target_in_words(target._replace(every=False))
        pairs.append((words("Used"), words("{time} of {target}", time=used, target=whole)))
    if left is not None and target is not None:
        left += -left % _resolution(target)
    if left is not None and answer.state == "paused":
        text = words("{time} when the pause ends", time=_length(left, answer))
        pairs.append((words("Left"), text))
    elif left is not None and answer.state in _RUNNING and _counts_working_time(row):
        pairs.append((words("Left"), words(_length(left, answer))))
    if answer.at_risk_at is not None and answer.state in ("running", "not-started"):
        pairs.append((words("At risk from"), times.full(answer.at_risk_at)))
    if answer.paused_seconds:
        pairs.append((words("Paused"), words(_length(answer.paused_seconds, answer))))
    if (closed := _closed_now(row, setting)) and answer.state in _RUNNING:
        pairs.append((words("Now"), closed))
    return [*pairs, *_events(answers, row, setting)]


def _decisive(answers: DueAnswers, row: CaseRow) -> CaseRow:
    """Return the row of a combined target with only the part that decides; another is unchanged."""
    run = course_of(row.promise, answers.revision, answers.details.moment) if row.target else None
    if (
        run is None
        or row.target is None
        or not row.target.parts
        or row.answer.elapsed_seconds is None
    ):
        return row
    promise = parts_of(row.promise, answers.revision, run)[1]
    hours = row.answer.hours if counts_over_hours(promise) else None
    return CaseRow(row.answer._replace(hours=hours), promise)


def _resolution(target: Target) -> int:
    """Return 60 if the target is a whole number of minutes, so that times are shown in minutes.

    Otherwise return 1. Used time is rounded down and remaining time up: their sum is the target.
    """
    return 60 if target.amount and target.amount % 60 == 0 else 1


def _counts_working_time(row: CaseRow) -> bool:
    return row.target is not None and row.target.kind == "business"


def _events(answers: DueAnswers, row: CaseRow, setting: Setting) -> list[tuple[str, str]]:
    """Return the events that the person stated, and whether the last one was in time."""
    answer, times, words = row.answer, setting.times, setting.words
    events = events_until(answers.details.moment.events, answers.details.moment.at)
    end = None
    if row.target is not None:
        first_metric = answer.metric == answers.revision.metrics[0].id
        end = ending_event(row.target, events, first_metric=first_metric)
    pairs = []
    for label, event in (
        (words("Answered"), events.answered),
        (words("Last update"), events.updated),
        (words("Resolved"), events.resolved),
    ):
        if event is None:
            continue
        text = times.short(to_datetime(event))
        if event == end and answer.due is not None:
            left = from_datetime(answer.due) - event
            text = (
                words("{instant} ({time} too late)", instant=text, time=duration(left))
                if left < 0
                else words(
                    "{instant} ({time} before the deadline)", instant=text, time=duration(left)
                )
            )
        pairs.append((label, text))
    return pairs


def _closed_now(row: CaseRow, setting: Setting) -> str | None:
    """Return when the hours of a target open, if they are closed now."""
    settled, opens, times = row.promise.settled_hours, row.answer.next_open, setting.times
    if settled is None or opens is None or settled.time.is_open(from_datetime(times.now)):
        return None
    return setting.words(
        "closed, opens {instant} ({relative})",
        instant=times.short(opens), relative=times.relative(opens),
    )  # fmt: skip


def _length(seconds: int, answer: DueAnswer) -> Message:
    if answer.hours is not None:
        return working_time(seconds)
    return duration(seconds) if seconds else Message("0 min")


def _title(revision: Revision, id: str, setting: Setting) -> str:
    """Return the name of a metric as a label."""
    names = {metric.id: metric.name for metric in revision.metrics}
    return metric_label(id, say(names.get(id, id), setting.lang), setting.words)


# -- several cases --------------------------------------------------------------------------------


def _matrix(answers: DueAnswers, rows: Sequence[CaseRow], setting: Setting) -> Screen:
    if "opened" in setting.stated:
        setting = setting.naming_zone_at(answers[0].opened)
    across = _across(answers)
    names = distinguishing(answers.answers, [name for name in answers.columns if name != across])
    if across and all(len(_distinct(answers, name)) == 1 for name in names):
        names, across = [across], None  # only the priorities differ
    entitled = [row for row in rows if row.answer.state != "not-entitled"]
    hours = list(dict.fromkeys(row.hours for row in entitled if row.hours))
    own = partial(
        _remarks, {id(row.answer): row for row in rows}, differing=len(hours) > 1,
        targets_shown="opened" not in setting.stated or not across,
    )  # fmt: skip
    by_row = partial(values_key, names)
    by_column = partial(values_key, [across] if across else [])
    notes = Notes(
        answers.revision, [row.answer for row in entitled], setting, own,
        groups=(by_row, by_column) if across else (),
        omitted=_omitted(answers, setting, hours_shown=bool(hours) or "opened" in setting.stated),
    )  # fmt: skip
    table, refused = _table(answers, rows, setting, notes, across, names)
    if across and "opened" in setting.stated and _within_a_week(rows, setting):
        narrow, _ = _table(answers, rows, setting, notes, across, names, narrow=True)
        table = table._replace(narrow=narrow)
    words = setting.words
    label = words("Depends on")
    pairs = [
        ("" if n else label, text) for n, text in enumerate(_facts_of_priority(answers, setting))
    ]
    if len(hours) == 1:
        pairs.append((words("Working time"), words(hours[0])))
    if refused and table.rows:
        pairs.append((words("Not entitled"), refused))
    return (
        section(_title_of_matrix(answers, setting) if table.rows else _refusal(answers, setting)),
        section(*([table] if table.rows else [])),
        notes.section(),
        closing(answers, setting, *pairs),
        *_reasons(answers, rows, setting, height=len(table.rows)),
    )


def _facts_of_priority(answers: DueAnswers, setting: Setting) -> list[str]:
    """Return a text for each missing fact: how its values decide the priority.

    A missing fact is one that the question does not state. Each of its values is listed with the
    priorities that remain possible. The result is empty if the question states no fact.
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
        choices = [
            Message(
                "{priorities} with {fact name=value}",
                priorities=_or_joined(ids) if ids else Message("no priority"),
                name=fact.id, value=value,
            )
            for value, ids in by_value.items()
        ]  # fmt: skip
        if len(choices) > _MAX_VALUES:
            choice = Message("one priority with {fact name=value}", name=fact.id, value="VALUE")
            choices = [choice]
        texts.append(f"{fact.id}: {setting.words(joined(choices, ', '))}")
    return texts


def _or_joined(ids: Sequence[str]) -> str:
    """Return ids without a comma between them: `P1 or P2 or P3`."""
    return joined(ids, Message("{names} or {last}", names="", last=""))


def _remarks(
    rows: dict[int, CaseRow], answer: DueAnswer, *, differing: bool, targets_shown: bool
) -> list[Remark]:
    """Return the remarks of an answer in a table.

    `differing` states whether the hours of the answers differ. Only if `targets_shown`, the form
    in which a target is published is a remark.
    """
    row, result = rows[id(answer)], _remarks_of_card(answer)
    target = row.target
    if target is None or not target.promises:
        return result
    if differing and row.hours:
        result.append(Remark("hours", Message("working time: {hours}", hours=row.hours)))
    if answer.condition:
        text = Message("condition: {condition}", condition=answer.condition)
        result.append(Remark("condition", text))
    if targets_shown and answer.published and adds_to_target(answer.published, target):
        result.append(Remark("published", Message("published as “{text}”", text=answer.published)))
    if answer.commitment:
        result.append(Remark("commitment", _COMMITMENTS_OF_TABLE[answer.commitment]))
    return result


def _omitted(answers: DueAnswers, setting: Setting, *, hours_shown: bool = True) -> set[str]:
    """Return the notes and doubts about parts of the policy that the screen does not show.

    If the person asks why, the screen has all notes and doubts.
    """
    if "why" in setting.stated:
        return set()
    of_channels = _texts_of_channels(answers, setting.lang)
    if hours_shown:
        return of_channels
    return of_channels | texts_of_calendars(answers.revision, setting.lang)


def _texts_of_channels(answers: DueAnswers, lang: str) -> set[str]:
    """Return the notes and doubts of channels, unless the question is about channels.

    No target depends on them.
    """
    if answers.query.channel or "channel" in answers.columns:
        return set()
    remarks = [channel.remarks for channel in answers.revision.channels]
    texts = (joined_lines(text, lang) for item in remarks for text in (item.note, item.unclear))
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
        marked = [setting.words("Target")]
        if "opened" in setting.stated:
            marked.insert(0, setting.words("Due"))
    texts = []
    for matrix_row in shown:
        marks, *cells_shown = matrix_row.cells
        first, *rest = labeller.labels(matrix_row)
        texts.append((f"{first}{marks}", *rest, *cells_shown))
    heads = (*column_titles(names, setting.words), *marked)
    return Matrix(heads, tuple(texts), values=len(names)), labeller.naming(refused)


def _across(answers: DueAnswers) -> str | None:
    """Return the dimension whose values are the columns."""
    if "priority" not in answers.columns or len(answers.columns) < 2:
        return None
    return "priority" if len(_distinct(answers, "priority")) <= _MAX_COLUMNS else None


def _distinct(answers: DueAnswers, dimension: str) -> list[str]:
    return list(dict.fromkeys(values_of(answer, [dimension])[0] for answer in answers))


def _refusal(answers: DueAnswers, setting: Setting) -> Heading:
    """Return the title if no case is entitled."""
    case = case_in_words(answers, setting.lang)
    if not case:
        return Heading(setting.words("Not entitled"))
    return Heading(setting.words("Not entitled: {case}", case=case))


def _title_of_matrix(answers: DueAnswers, setting: Setting) -> Heading:
    words = setting.words
    metrics = list(dict.fromkeys(answer.metric for answer in answers))
    several = len(metrics) > 1
    what = words("Targets") if several else _title(answers.revision, metrics[0], setting)
    case = case_by_ids(answers.query)
    if "opened" not in setting.stated:
        return Heading(words("{metric} for {case}", metric=what, case=case) if case else what)
    opened = setting.times.full(answers[0].opened)
    if not case:
        return Heading(words("{metric} due, opened {instant}", metric=what, instant=opened))
    return Heading(
        words("{metric} due for {case}, opened {instant}", metric=what, case=case, instant=opened)
    )


def _within_a_week(rows: Sequence[CaseRow], setting: Setting) -> bool:
    """Return whether the weekday identifies each deadline: it is today or in the next six days."""
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
    words = setting.words
    text = words.message(_state(row))
    rate = row.target is not None and row.target.kind == "rate" and answer.state == "running"
    # If the deadline depends on the customer, show the target.
    if rate or "opened" not in setting.stated or answer.state == "needs-input":
        text = words.message(_target_or_state(row))
    elif answer.due is not None:
        instant = _instant(row, setting, narrow=narrow)
        text = instant if answer.state == "running" else f"{instant} {glued(text)}"
    return text + notes.marks(answer)


def _cells(row: CaseRow, setting: Setting, notes: Notes) -> tuple[str, ...]:
    """Return the deadline, if the case is opened, and the target."""
    answer, times, words = row.answer, setting.times._replace(seconds=False), setting.words
    target = f"{words.message(_target_or_state(row))}{notes.marks(answer)}"
    if "opened" not in setting.stated:
        return (target,)
    state = words.message(_state(row))
    if answer.due is None:
        if row.target is None or not row.target.promises:
            return f"{state}{notes.marks(answer)}", ""
        return state, target
    state = "" if answer.state == "running" else f" {glued(state)}"
    relative = "" if answer.state == "met" else f" ({times.relative(answer.due)})"
    return f"{times.short(answer.due, near=answer.opened)}{state}{relative}", target


def _target_or_state(row: CaseRow) -> str:
    """Return the target in words, or why there is none."""
    if row.target is None or row.answer.state in ("not-stated", "no-target"):
        return _state(row)
    return target_in_words(row.target)


def _state(row: CaseRow) -> str:
    answer = row.answer
    if answer.due is None and row.target is not None and answer.state == "running":
        return NONE if row.target.kind == "rate" else Message("not reached within ten years")
    return _STATES[answer.state]


def _instant(row: CaseRow, setting: Setting, *, narrow: bool) -> str:
    """Return the deadline of a cell, in minutes; if `narrow`, without the date."""
    answer, times = row.answer, setting.times._replace(seconds=False)
    assert answer.due is not None
    text = times.short(answer.due, near=answer.opened)
    return times.weekday(answer.due) if narrow else text
