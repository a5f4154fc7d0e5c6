"""The reasons of a deadline on a screen: the days and steps to it, and what decided."""

from __future__ import annotations

from zsupport.answer.due import DueAnswer, DueAnswers, course_of, parts_of
from zsupport.answer.grants import applying_grants
from zsupport.answer.promise import NEGATIVE, decide
from zsupport.clock.instants import at_local, duration, from_datetime, local_date, to_datetime
from zsupport.clock.targets_in_words import target_in_words
from zsupport.clock.walk import walk
from zsupport.clock.zonefile import offset_at, offset_pieces
from zsupport.clock.zones import zone
from zsupport.dates import date, timedelta
from zsupport.policy.model import Place
from zsupport.report.screen import NONE, Columns, Paragraph, Screen, section
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.due_explained import (
    MAX_STEPS,
    case_decided,
    counted_days,
    explain_decision,
    set_by_channel,
    time_counted,
)
from zsupport.view.explain import (
    ALWAYS_IN_WORDS,
    Explainer,
    alternatives_in_words,
    condition_in_words,
    value_in_words,
)
from zsupport.view.hours_in_words import reason_of_day_off
from zsupport.view.screens.reasons import listed_places
from zsupport.view.times import Times
from zsupport.wording import NO_BREAK, Counted, Message, glued, joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zsupport.answer.due import DueDetails
    from zsupport.answer.hours import SettledHours
    from zsupport.answer.promise import Promise
    from zsupport.clock.deadline import Course, PartDeadline
    from zsupport.view.screens import Setting
    from zsupport.wording import Wording

_DASH = "\N{EN DASH}"
_DAY = 86_400
#: The maximum number of places in the policy on a screen. Each row of the table takes the room of
#: two places, so that the screen does not become too long.
_MAX_PLACES = 24
#: The maximum number of changes below cases of which none is entitled.
_MAX_WAYS = 3


class _StepRow(NamedTuple):
    """A line of the table of steps."""

    day: str
    times: str
    counted: str
    text: str


def reasons(
    answers: DueAnswers, promises: Sequence[Promise], setting: Setting, rows: int
) -> Screen:
    """Return the steps to the deadline of one answer, and the parts of the policy that decided.

    `rows` is the number of rows of the table with several answers.
    """
    why, words = Explainer(answers, setting.where, setting.times.zone), setting.words
    if len(answers) > 1:
        parts = _deciding_parts(answers, promises, why, words, rows)
        return section(*parts), section(*map(_line, _ways_to_be_entitled(answers, why, words)))
    answer, promise = answers[0], promises[0]
    if answer.state in (*NEGATIVE, "needs-input"):
        return (section(*map(_line, map(words.message, explain_decision(answer, why)[1:]))),)
    steps = _steps(answers, promise, setting.times)
    return section(*steps), section(*_deciding_parts(answers, promises, why, words, rows))


def _ways_to_be_entitled(
    answers: DueAnswers, why: Explainer[DueAnswer, DueDetails], words: Wording
) -> list[str]:
    """Return the smallest changes that make cases entitled, if none of the answers is entitled."""
    if any(answer.state != "not-entitled" for answer in answers):
        return []
    opening = [channel.id for channel in answers.revision.channels if channel.opens_case]
    lines: dict[str, None] = {}
    for answer in answers:
        channels = [answer.channel] if answer.channel in opening else opening
        changes = why.helpful_changes(
            case_decided(answer, answers.details.promises), channels, Message("entitled")
        )
        lines |= dict.fromkeys(map(words.message, changes))
    return list(lines)[:_MAX_WAYS]


def _line(text: str) -> Paragraph:
    """Return a line of an explanation, without a line break in its place."""
    place, gap, rest = text.strip().partition("  ")
    return Paragraph(f"{glued(place)}{NO_BREAK} {rest}" if gap else place)


def _deciding_parts(
    answers: DueAnswers,
    promises: Sequence[Promise],
    why: Explainer[DueAnswer, DueDetails],
    words: Wording,
    rows: int,
) -> list[Columns | Paragraph]:
    """Return each place in the policy that decides an answer, with what it says.

    Of too many places, only the first are shown.
    """
    places = dict.fromkeys(_places(answers, promises, why))
    columns = tuple(
        (glued(why.at(place).strip()), glued(words.message(text)), words.message(condition))
        for place, text, condition in places
    )
    return listed_places(columns, _MAX_PLACES - 2 * rows, words)


def _places(
    answers: DueAnswers, promises: Sequence[Promise], why: Explainer[DueAnswer, DueDetails]
) -> Iterator[tuple[Place, str, str]]:
    """Yield the places in the policy that decide the answers: what they say and for which cases."""
    details, revision = answers.details, answers.revision
    for answer, promise in zip(answers, promises, strict=True):
        if promise.state == "not-entitled":
            for grant in revision.grants:
                allowed = [c.id for c in revision.channels if c.opens_case and c.id in grant.allow]
                if allowed and not applying_grants((grant,), promise.case, allowed[0]):
                    text = Message("allows {channels}", channels=", ".join(allowed))
                    yield grant.place, text, condition_in_words(grant.when)
            continue
        if answer.state == "needs-input" or promise.cell is None:
            continue

        def opened_inside(name: str, promise: Promise = promise) -> bool:
            return details.hours.is_open(name, promise.case, details.moment.events.opened)

        deciding = decide(revision, promise.case, answer.metric, opened_inside)
        if deciding is not None:
            cell, condition = deciding.cell, alternatives_in_words(deciding.matched)
            if cell.key != "*":
                priority = value_in_words("priority", [cell.key])
                always = condition == ALWAYS_IN_WORDS
                condition = priority if always else joined((condition, priority), ", ")
            yield cell.place, f"{answer.metric}: {cell.target.text}", condition
            for reason in answer.because:
                if setting := set_by_channel(reason, revision, promise.case):
                    yield Place(reason.path, reason.line), setting, ALWAYS_IN_WORDS


def _steps(answers: DueAnswers, promise: Promise, shown: Times) -> list[Paragraph | Columns]:
    """Return the days and times from the start to the deadline: those that count, and the others.

    The times are in the time zone of the hours, because a person checks them with that calendar.
    """
    assert promise.cell is not None
    answer, details = answers[0], answers.details
    run = course_of(promise, answers.revision, details.moment)
    is_rate = promise.cell.target.kind == "rate"
    if is_rate or run is None or (answer.due is None and run.open_since is None):
        return []
    parts, promise = parts_of(promise, answers.revision, run)
    settled = promise.settled_hours
    times = shown._replace(zone=zone(settled.zone_name)) if settled else shown
    due = None if answer.due is None else from_datetime(answer.due)
    days = None
    if settled is not None and due is not None and not run.pauses:
        days = _days(answers, promise, settled, run, times)
    counted = promise._replace(settled_hours=time_counted(promise))
    rows = days or _periods(counted, run, due or details.moment.at, times, is_due=due is not None)
    words = times.words
    if len(rows) > MAX_STEPS:
        more = Counted("{count} more step", "{count} more steps", len(rows) - MAX_STEPS)
        left_out = _StepRow("", "", "", words(more))
        rows = [*rows[: MAX_STEPS // 2], left_out, *rows[-MAX_STEPS // 2 :]]
    title = _parts(parts, promise, run, times)
    if str(times.zone) != str(shown.zone) or _clock_changes(
        run.anchor, due or details.moment.at, times
    ):
        title.append(Paragraph(words("In the time zone {zone}:", zone=times.zone)))
    if due is None:
        text = words("the rest is unknown because of an open pause")
        rows.append(_StepRow("", "", "", text))
    return [*title, Columns(tuple(rows), right=(2,))]


def _clock_changes(start: int, end: int, times: Times) -> bool:
    """Return whether a time on a day from start to end lacks the offset that the screen names."""
    named = offset_at(times.zone, from_datetime(times.named or times.now))
    pieces = offset_pieces(times.zone, start - _DAY, end + _DAY)
    return any(offset != named for _, _, offset in pieces)


def _parts(
    parts: Sequence[PartDeadline], decisive: Promise, run: Course, times: Times
) -> list[Paragraph | Columns]:
    """Return the parts of a combined target, with their deadlines, and which of them decides."""
    assert decisive.cell is not None
    rows = []
    for part in parts:
        if part.due is None:
            due: Message = Message("not reached within ten years")
        elif run.open_since is not None and run.open_since < part.due:
            due = Message("unknown until the pause ends")
        else:
            due = Message("due {instant}", instant=times.full(to_datetime(part.due)))
        if part.target is decisive.cell.target:
            due = Message("{due}, decides", due=due)
        rows.append((times.words.message(target_in_words(part.target)), times.words.message(due)))
    return [Columns(tuple(rows))] if rows else []


def _days(
    answers: DueAnswers, promise: Promise, settled: SettledHours, run: Course, times: Times
) -> list[_StepRow]:
    """Return a row for each date of a target in business days; empty for another target."""
    assert promise.cell is not None
    target, days = promise.cell.target, settled.days
    counted = counted_days(settled, target, run.anchor)
    due = answers[0].due
    if counted is None or days is None or due is None:
        return []
    numbers = {day.ordinal: number for number, day in enumerate(counted.dates, 1)}
    last = counted.dates[-1].ordinal
    rows = []
    for ordinal in range(counted.opened, last + 1):
        day, working = date.fromordinal(ordinal), days.date(ordinal)
        span, text = "", _closed(settled, day)
        if working is not None:
            span = _span(working.opening, working.close, times)
            text = Message("does not count")
            if ordinal in numbers:
                text = Message("working day {number}", number=numbers[ordinal])
        if ordinal == counted.opened:
            text = _opened_at(run.anchor, text, times)
        if ordinal == last:
            if target.kind == "by-opening":
                text = Message("next opening day")
            elif target.kind != "business-days":
                text = Message("next working day")
            text = Message("{day}, due at {time}", day=text, time=times.clock(due))
        rows.append(_StepRow(times.date(day), span, "", times.words(text)))
    return _joined(rows)


def _joined(rows: list[_StepRow]) -> list[_StepRow]:
    """Return the rows, with three or more equal closed days in sequence as one row."""
    result: list[_StepRow] = []
    i = 0
    while i < len(rows):
        j = i
        while j + 1 < len(rows) and rows[j + 1][1:] == rows[i][1:] and not rows[i].times:
            j += 1
        if j - i >= 2:
            result.append(rows[i]._replace(day=f"{rows[i].day} {_DASH} {rows[j].day}"))
        else:
            result += rows[i : j + 1]
        i = j + 1
    return result


def _opened_at(instant: int, text: Message, times: Times) -> Message:
    """Return what a day is, with the time at which the case was opened on it."""
    time = times.clock(to_datetime(instant))
    return Message("opened at {time}, {day}", time=time, day=text)


def _closed(settled: SettledHours, day: date) -> Message:
    """Return why a day is closed: a day off, or a range of dates without hours."""
    name = reason_of_day_off(settled.time.hours, day.toordinal())
    return Message("closed, {holiday}", holiday=name) if name else Message("closed")


def _periods(
    promise: Promise, run: Course, end: int, times: Times, *, is_due: bool
) -> list[_StepRow]:
    """Return a row for each period that counts, each pause, and each closed day."""
    settled = promise.settled_hours
    steps = walk(settled.time if settled else None, run.anchor, end, run.pauses)
    rows: list[_StepRow] = []
    words = times.words
    for step in steps:
        day = times.date(times.local(to_datetime(step.start)).date())
        if step.counted:
            counted = glued(words(duration(step.counted, days=settled is None)))
            text = words("due") if is_due and step is steps[-1] else ""
            rows.append(_StepRow(day, _span(step.start, step.end, times), counted, text))
        elif "pause" in step.reasons:
            rows.append(_StepRow(day, _span(step.start, step.end, times), NONE, words("pause")))
        elif local_date(step.end, times.zone) == local_date(step.start, times.zone) and rows:
            rows.append(_StepRow(day, _span(step.start, step.end, times), NONE, words("closed")))
        elif settled is not None:
            rows += _closed_days(step.start, step.end, settled, times, opened=step is steps[0])
    return _joined(rows)


def _closed_days(
    start: int, end: int, settled: SettledHours, times: Times, *, opened: bool
) -> list[_StepRow]:
    """Return a row for each whole day of a closed period, and for the day of the opening."""
    first, last = local_date(start, times.zone), local_date(end, times.zone)
    rows = []
    if opened:
        text = _opened_at(start, _closed(settled, first), times)
        rows.append(_StepRow(times.date(first), "", NONE, times.words(text)))
    elif at_local(first, 0, times.zone) == start:
        first -= timedelta(days=1)
    day = first + timedelta(days=1)
    while day < last:
        rows.append(_StepRow(times.date(day), "", NONE, times.words(_closed(settled, day))))
        day += timedelta(days=1)
    return rows


def _span(start: int, end: int, times: Times) -> str:
    """Return a period: with the date of its end, unless it ends on the same day."""
    first, last = to_datetime(start), to_datetime(end)
    if local_date(end - 1, times.zone) == local_date(start, times.zone):
        until = times.clock(last)
        return f"{times.clock(first)}{_DASH}{'24:00' if until == '00:00' else until}"
    return glued(f"{times.clock(first)} {_DASH} {times.short(last)}")
