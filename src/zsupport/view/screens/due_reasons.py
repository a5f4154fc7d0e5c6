"""The reasons of a deadline on a screen: the days and steps to it, and what decided."""

from __future__ import annotations

from zsupport.answer.due import DueAnswer, DueAnswers, course_of
from zsupport.answer.grants import applying_grants
from zsupport.answer.promise import NEGATIVE, decide
from zsupport.clock.instants import at_local, duration, from_datetime, local_date, to_datetime
from zsupport.clock.walk import walk
from zsupport.clock.zones import zone
from zsupport.dates import date, timedelta
from zsupport.report.screen import NONE, Columns, Paragraph, Screen, section
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.due_explained import MAX_STEPS, counted_days, explain_due
from zsupport.view.explain import Explainer, condition_in_words, in_words
from zsupport.view.times import Times
from zsupport.wording import NO_BREAK, glued

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zsupport.answer.due import DueDetails
    from zsupport.answer.hours import SettledHours
    from zsupport.answer.promise import Promise
    from zsupport.clock.deadline import Course
    from zsupport.view.screens import Setting

_DASH = "\N{EN DASH}"


class _StepRow(NamedTuple):
    """A line of the table of steps."""

    day: str
    times: str
    counted: str
    text: str


def reasons(answers: DueAnswers, promises: Sequence[Promise], setting: Setting) -> Screen:
    """Return the steps to the deadline of one answer, and the parts of the policy that decided."""
    why = Explainer(answers, setting.where, setting.times.zone)
    if len(answers) > 1:
        return (section(*_deciding_parts(answers, promises, why)),)
    answer, promise = answers[0], promises[0]
    if answer.state in (*NEGATIVE, "needs-input"):
        return (section(*map(_line, explain_due(answer, why)[1:])),)
    steps = _steps(answers, promise, setting.times)
    return section(*steps), section(*_deciding_parts(answers, promises, why))


def _line(text: str) -> Paragraph:
    """Return a line of an explanation: its place is not broken."""
    place, gap, rest = text.strip().partition("  ")
    return Paragraph(f"{glued(place)}{NO_BREAK} {rest}" if gap else place)


def _deciding_parts(
    answers: DueAnswers, promises: Sequence[Promise], why: Explainer[DueAnswer, DueDetails]
) -> list[Columns]:
    """Return each place in the policy that decides an answer, with what it says."""
    details, revision = answers.details, answers.revision
    rows: dict[tuple[str, ...], None] = {}
    for answer, promise in zip(answers, promises, strict=True):
        if promise.state == "not-entitled":
            for grant in revision.grants:
                allowed = [c.id for c in revision.channels if c.opens_case and c.id in grant.allow]
                if allowed and not applying_grants((grant,), promise.case, allowed[0]):
                    text = f"allows {', '.join(allowed)}"
                    place = why.at(grant.place).strip()
                    rows[glued(place), glued(text), condition_in_words(grant.when)] = None
            continue
        if answer.state == "needs-input" or promise.cell is None:
            continue

        def opened_inside(name: str, promise: Promise = promise) -> bool:
            return details.hours.is_open(name, promise.case, details.moment.events.opened)

        deciding = decide(revision, promise.case, answer.metric, opened_inside)
        if deciding is not None:
            place = why.at(deciding.cell.place).strip()
            text = f"{answer.metric}: {deciding.cell.target.text}"
            condition = "; or ".join(map(in_words, deciding.matched))
            priority = "" if deciding.cell.key == "*" else f"priority {deciding.cell.key}"
            parts = [part for part in (condition, priority) if part]
            parts = [part for part in parts if part != "always"] or ["always"]
            rows[glued(place), glued(text), ", ".join(parts)] = None
    return [Columns(tuple(rows))] if rows else []


def _steps(answers: DueAnswers, promise: Promise, shown: Times) -> list[Paragraph | Columns]:
    """Return the days and times from the start to the deadline: those that count, and the others.

    The times are in the time zone of the hours, because a person checks them with that calendar.
    """
    assert promise.cell is not None
    answer, details = answers[0], answers.details
    target, settled = promise.cell.target, promise.settled_hours
    run = course_of(promise, answers.revision, details.moment)
    if target.kind == "rate" or run is None or (answer.due is None and run.open_since is None):
        return []
    times = shown._replace(zone=zone(settled.zone_name)) if settled else shown
    due = None if answer.due is None else from_datetime(answer.due)
    days = None
    if settled is not None and due is not None and not run.pauses:
        days = _days(answers, promise, settled, run, times)
    rows = days or _periods(promise, run, due or details.moment.at, times, is_due=due is not None)
    if len(rows) > MAX_STEPS:
        left_out = _StepRow("", "", "", f"{len(rows) - MAX_STEPS} more steps")
        rows = [*rows[: MAX_STEPS // 2], left_out, *rows[-MAX_STEPS // 2 :]]
    title = []
    if str(times.zone) != str(shown.zone):
        title.append(Paragraph(f"In the time zone {times.zone}:"))
    if due is None:
        rows.append(_StepRow("", "", "", "the rest is unknown because of an open pause"))
    return [*title, Columns(tuple(rows), right=(2,))]


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
            text = f"working day {numbers[ordinal]}" if ordinal in numbers else "does not count"
        if ordinal == counted.opened:
            text = f"opened at {times.clock(to_datetime(run.anchor))}, {text}"
        if ordinal == last:
            text = text if target.kind == "business-days" else "next working day"
            text += f", due at {times.clock(due)}"
        rows.append(_StepRow(times.date(day), span, "", text))
    return _joined(rows)


def _joined(rows: list[_StepRow]) -> list[_StepRow]:
    """Return rows in which three or more equal closed days are one row."""
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


def _closed(settled: SettledHours, day: date) -> str:
    names: Iterable[str | None] = (
        hours.holiday(day.toordinal()) for hours in settled.time.hours if hours.counts_holidays
    )
    name = next(filter(None, names), None)
    return f"closed, {name}" if name else "closed"


def _periods(
    promise: Promise, run: Course, end: int, times: Times, *, is_due: bool
) -> list[_StepRow]:
    """Return a row for each period that counts, each pause, and each closed day."""
    settled = promise.settled_hours
    steps = walk(settled.time if settled else None, run.anchor, end, run.pauses)
    rows: list[_StepRow] = []
    for step in steps:
        day = times.date(times.local(to_datetime(step.start)).date())
        if step.counted:
            counted = glued(duration(step.counted, days=settled is None))
            text = "due" if is_due and step is steps[-1] else ""
            rows.append(_StepRow(day, _span(step.start, step.end, times), counted, text))
        elif "pause" in step.reasons:
            rows.append(_StepRow(day, _span(step.start, step.end, times), NONE, "pause"))
        elif local_date(step.end, times.zone) == local_date(step.start, times.zone) and rows:
            rows.append(_StepRow(day, _span(step.start, step.end, times), NONE, "closed"))
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
        text = f"opened at {times.clock(to_datetime(start))}, {_closed(settled, first)}"
        rows.append(_StepRow(times.date(first), "", NONE, text))
    elif at_local(first, 0, times.zone) == start:
        first -= timedelta(days=1)
    day = first + timedelta(days=1)
    while day < last:
        rows.append(_StepRow(times.date(day), "", NONE, _closed(settled, day)))
        day += timedelta(days=1)
    return rows


def _span(start: int, end: int, times: Times) -> str:
    """Return a period: with the date of its end, unless it ends on the same day."""
    first, last = to_datetime(start), to_datetime(end)
    if local_date(end - 1, times.zone) == local_date(start, times.zone):
        until = times.clock(last)
        return f"{times.clock(first)}{_DASH}{'24:00' if until == '00:00' else until}"
    return glued(f"{times.clock(first)} {_DASH} {times.short(last)}")
