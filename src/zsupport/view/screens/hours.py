"""The screen of `hours`: whether hours are open, and this week as bars."""

from __future__ import annotations

from functools import partial

from zsupport.answer.case import NEEDS_INPUT
from zsupport.answer.days_off import coming_days_off
from zsupport.answer.hours import NAMELESS
from zsupport.answer.opening import HoursAnswer, HoursAnswers, Opening
from zsupport.clock.instants import at_local, to_datetime
from zsupport.clock.windows import LAST_YEAR
from zsupport.dates import date, timedelta
from zsupport.report import Remark
from zsupport.report.screen import (
    ATTENTION,
    Bars,
    Columns,
    Heading,
    LabelledTexts,
    Matrix,
    Paragraph,
    Screen,
    Section,
    section,
)
from zsupport.view.hours_in_words import hours_in_words, reason_of_day_off
from zsupport.view.notes import retired, values_of
from zsupport.view.screens import (
    Notes,
    Setting,
    case_by_ids,
    closing,
    not_in_force_title,
    sentence,
    undecided_texts,
)
from zsupport.view.screens.matrix import (
    Labeller,
    MatrixRow,
    column_titles,
    effective_places,
    merged,
    values_key,
    with_places,
)
from zsupport.wording import Message, Wording

#: States in a title.
_STATES = {
    "open": Message("open"),
    "closed": Message("closed"),
    "not-entitled": Message("not entitled"),
    "not-stated": Message("opening hours not stated"),
    "needs-input": Message("needs input"),
}
#: States in a table of opening hours.
_STATES_IN_TABLE = {**_STATES, "not-stated": Message("not stated")}
_COLORS = {"open": "green", "closed": ATTENTION}
_DAY = 86_400
_CELLS = 24
_SCALE = "0     6     12    18    24"
#: The maximum number of days off on a card.
_DAYS_OFF = 4
_DASH = "\N{EN DASH}"


def screen(answers: HoursAnswers, setting: Setting) -> Screen:
    """Return a card with the week for one answer, and a matrix for several."""
    if not answers.answers or not answers.in_force:
        title = Heading(setting.words("Not stated: the policy defines no hours"))
        title = title if answers.in_force else not_in_force_title(setting)
        return section(title), closing(answers, setting)
    if len(answers) == 1:
        return _card(answers, setting)
    return _matrix(answers, setting)


def _remarks(answer: HoursAnswer) -> list[Remark]:
    return retired(answer.retired)


def _card(answers: HoursAnswers, setting: Setting) -> Screen:
    answer, opening = answers[0], answers.details[0]
    omitted = undecided_texts(answers, answer, setting.lang) if answer.state == NEEDS_INPUT else ()
    notes = Notes(answers.revision, [answer], setting, _remarks, omitted=omitted)
    # The notes of a channel do not concern a case that cannot use it.
    noted = answer.state != "not-entitled" or "why" in setting.stated
    texts = notes.texts(answer) if noted else ()
    return (
        section(_headline(answers, answer, setting)),
        section(LabelledTexts(tuple(_facts(answers, answer, opening, setting.words)))),
        _week(opening, setting) if answer.windows is not None else section(),
        _days_off(opening, setting) if answer.holidays is not None else section(),
        section(*(Paragraph(sentence(text)) for text in texts)),
        closing(answers, setting),
    )


def _headline(answers: HoursAnswers, answer: HoursAnswer, setting: Setting) -> Heading:
    """Return the state in one line, with the next change."""
    times, words = setting.times, setting.words
    name = answer.channel or answers.query.channel or answer.hours
    text = words.message(_STATES.get(answer.state, answer.state))
    aside = ""
    if answer.state in ("open", "closed"):
        closes = answer.state == "open"
        change = answer.next_close if closes else answer.next_open
        if change is not None:
            instant = times.full(change)
            if closes:
                text = words("open, closes {instant}", instant=instant)
            else:
                text = words("closed, opens {instant}", instant=instant)
            aside = times.relative(change)
        elif answer.windows is not None and times.ten_years_are_known:
            if closes:
                text = words("open, always")
            else:
                text = words("closed, and no opening follows within ten years")
        elif answer.windows is not None:
            if closes:
                text = words("open, and no closing follows by the end of {year}", year=LAST_YEAR)
            else:
                text = words("closed, and no opening follows by the end of {year}", year=LAST_YEAR)
    return Heading(
        f"{name}: {text}" if name else sentence(text), aside, color=_COLORS.get(answer.state, "")
    )


def _facts(
    answers: HoursAnswers, answer: HoursAnswer, opening: Opening, words: Wording
) -> list[tuple[str, str]]:
    """Return the hours with their week, and the case."""
    pairs: list[tuple[str, str]] = []
    if answer.hours and opening.now.settled_hours is not None:
        hours = hours_in_words(answer.hours, opening.now.settled_hours)
        pairs.append((words("Hours"), words(hours)))
    elif answer.hours and (answer.channel or answers.query.channel):
        pairs.append((words("Hours"), answer.hours))
    if case := case_by_ids(answers.query, answer):
        pairs.append((words("Case"), case))
    return pairs


def _week(opening: Opening, setting: Setting) -> Section:
    """Return the local week in the time zone of the setting, a bar for each day."""
    times, words = setting.times, setting.words
    today = times.local(to_datetime(opening.at)).date()
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=number) for number in range(8)]
    starts = [at_local(day, 0, times.zone) for day in days]
    windows = opening.open_times(starts[0], starts[-1])
    if windows is not None and not any(end > opening.at for _, end in windows):
        # The rest of this week is closed: show the next seven days.
        days = [today + timedelta(days=number) for number in range(8)]
        starts = [at_local(day, 0, times.zone) for day in days]
        windows = opening.open_times(starts[0], starts[-1])
    if windows is None or windows == [(starts[0], starts[-1])]:
        return section()
    rows = []
    for day, first, last in zip(days, starts, starts[1:], strict=False):
        parts = [
            (_seconds(max(begin, first), first, last, setting), _seconds(end, first, last, setting))
            for begin, end in windows
            if begin < last and first < end
        ]
        text = ", ".join(f"{_clock(begin)}{_DASH}{_clock(end)}" for begin, end in parts)
        text = words("all day") if parts == [(0, _DAY)] else text or words("closed")
        if name := _day_off(opening, day, is_open=bool(parts)):
            is_nameless = name == NAMELESS
            name = words.message(name)
            text = name if is_nameless and not parts else f"{text}, {name}"
        if day == today:
            text = words("{hours} \N{LEFTWARDS ARROW} today", hours=text)
        rows.append((times.day_of_month(day), _bar(parts), text))
    title = words("From {date}, in the time zone {zone}", date=times.date(days[0]), zone=times.zone)
    return section(Paragraph(title), Bars(_SCALE, tuple(rows)))


def _seconds(instant: int, first: int, last: int, setting: Setting) -> int:
    """Return the time of day of an instant in seconds, inside the day `[first, last)`."""
    if instant <= first:
        return 0
    if instant >= last:
        return _DAY
    local = setting.times.local(to_datetime(instant))
    return local.hour * 3600 + local.minute * 60 + local.second


def _clock(seconds: int) -> str:
    rest = f":{seconds % 60:02}" if seconds % 60 else ""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}{rest}"


def _bar(parts: list[tuple[int, int]]) -> str:
    """Return a bar with a cell for each hour; each half of a cell is filled if some of it is open.

    On a day with a DST gap or fold, the bar shows wall-clock times.
    """
    half = _DAY // _CELLS // 2
    filled = [
        any(begin < (number + 1) * half and number * half < end for begin, end in parts)
        for number in range(_CELLS * 2)
    ]
    cells = {
        (True, True): "\N{FULL BLOCK}", (True, False): "\N{LEFT HALF BLOCK}",
        (False, True): "\N{RIGHT HALF BLOCK}", (False, False): "\N{MIDDLE DOT}",
    }  # fmt: skip
    return "".join(cells[pair] for pair in zip(filled[::2], filled[1::2], strict=True))


def _day_off(opening: Opening, day: date, *, is_open: bool) -> str | None:
    """Return the name of the day off on a date, or the range that closes it, if there is one."""
    for piece in opening.pieces:
        if piece.settled_hours is None:
            continue
        calendars = piece.settled_hours.time.hours
        noon = at_local(day, _DAY // 2, calendars[0].zone)
        if piece.start <= noon < piece.end and not (is_open and len(calendars) > 1):
            return reason_of_day_off(calendars, day.toordinal())
    return None


def _days_off(opening: Opening, setting: Setting) -> Section:
    """Return the next days off, with the dates and the names in columns."""
    days = [
        (
            setting.times.date_range(entry.first, entry.last),
            "" if entry.name == NAMELESS else setting.words.message(entry.name),
        )
        for entry in coming_days_off(opening)[:_DAYS_OFF]
    ]
    if not days:
        return section()
    labels = (setting.words("Next days off"), *[""] * len(days))
    rows = tuple((label, *day) for label, day in zip(labels, days, strict=False))
    return section(Columns(rows, labels=True))


def _matrix(answers: HoursAnswers, setting: Setting) -> Screen:
    entitled = [answer for answer in answers if answer.state != "not-entitled"]
    names = [name for name in answers.columns if name != "hours"]
    by_name = not names
    # A note that concerns a priority, for example, is marked at the priority.
    notes = Notes(
        answers.revision, entitled, setting, _remarks,
        groups=[partial(values_key, [name]) for name in names],
    )  # fmt: skip
    fields = () if names else ("hours",)
    names = names or ["hours"]
    rows = [
        MatrixRow(
            tuple((value,) for value in values_of(answer, names, fields)),
            _cells(answer, setting, notes, by_name=by_name)
            if answer.state != "not-entitled"
            else (),
        )
        for answer in answers
    ]
    places = effective_places(rows)
    names, rows = [names[place] for place in places], with_places(rows, places)
    labeller = Labeller(names, rows, setting.words)
    shown = merged([row for row in rows if row.cells])
    refused = merged([row for row in rows if not row.cells])
    words = setting.words
    heads = (words("Hours"),) if by_name else column_titles(names, words)
    columns = (
        *heads,
        words("Now"),
        words("Next change"),
        *(() if by_name else (words("Hours"),)),
    )

    def marks(name: str, value: str) -> str:
        return notes.marks_of((name, value))

    table = Matrix(
        columns,
        tuple((*labeller.labels(row, marks), *row.cells) for row in shown),
        values=len(heads),
    )
    pairs = [(words("Not entitled"), labeller.naming(refused))] if refused else []
    return (
        section(_title(answers, setting)),
        section(table),
        notes.section(),
        closing(answers, setting, *pairs),
    )


def _title(answers: HoursAnswers, setting: Setting) -> Heading:
    words, case = setting.words, case_by_ids(answers.query)
    moment = setting.times.full(setting.times.now.replace(second=0))
    if case:
        return Heading(words("Opening hours for {case}, {instant}", case=case, instant=moment))
    return Heading(words("Opening hours, {instant}", instant=moment))


def _cells(
    answer: HoursAnswer, setting: Setting, notes: Notes, *, by_name: bool
) -> tuple[str, ...]:
    """Return the state, the next change, and for a case the hours."""
    times, words = setting.times, setting.words
    state, change = words.message(_STATES_IN_TABLE.get(answer.state, answer.state)), ""
    if answer.state in ("open", "closed"):
        instant = answer.next_close if answer.state == "open" else answer.next_open
        if instant is not None:
            texts = {"instant": times.short(instant), "time": times.relative(instant)}
            if answer.state == "open":
                change = words("closes {instant} ({time})", **texts)
            else:
                change = words("opens {instant} ({time})", **texts)
        elif answer.windows is not None and times.ten_years_are_known:
            if answer.state == "open":
                change = words("never closes")
            else:
                change = words("no opening within ten years")
        elif answer.windows is not None:
            if answer.state == "open":
                change = words("no closing by the end of {year}", year=LAST_YEAR)
            else:
                change = words("no opening by the end of {year}", year=LAST_YEAR)
    state += notes.marks(answer)
    return (state, change) if by_name else (state, change, answer.hours or words("not stated"))
