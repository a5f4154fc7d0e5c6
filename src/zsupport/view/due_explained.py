"""Explain a deadline: the rule that decides, and the steps from the start to the due time."""

from __future__ import annotations

from zsupport.answer.case import (
    NEEDS_INPUT,
    Because,
    Case,
    NeedsInput,
    matching,
    no_priority_reasons,
    sets_priority,
)
from zsupport.answer.due import DueAnswer, DueDetails, course_of, parts_of
from zsupport.answer.hours import SettledHours
from zsupport.answer.promise import NEGATIVE, Promise, Promises, decide
from zsupport.clock.instants import duration, format_instant, from_datetime
from zsupport.clock.target import DATED, Target, counts_elapsed
from zsupport.clock.walk import walk
from zsupport.clock.zones import zone as zone_of
from zsupport.dates import date
from zsupport.policy.model import CARRY, Metric, Revision, When
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.explain import (
    Explainer,
    alternatives_in_words,
    case_line,
    case_of,
    condition_in_words,
    indented,
    value_in_words,
    with_changes,
)
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zsupport.answer.due import Leg
    from zsupport.clock.business import WorkingDate
    from zsupport.clock.deadline import Course, PartDeadline
    from zsupport.dates import tzinfo

#: The due time on the last business day, by `business-day` of the policy. `opening-time` replaces
#: `same-time` if the count starts on a later day.
_DUE_ON_A_DAY = {
    "close": "at closing",
    "opening": "at opening",
    "same-time": "at the same time of day, within its hours",
    "opening-time": "at the opening time of {moved}, within its hours",
}
#: If there are more business days, only the first and the last are shown.
MAX_DAYS = 10
#: If there are more steps, only the first and the last steps are shown.
MAX_STEPS = 40


def explain_due(answer: DueAnswer, why: Explainer[DueAnswer, DueDetails]) -> list[str]:
    """Return the deciding rule, the later rules that also apply, and the steps to the deadline.

    The legs of a case with changes are above them.
    """
    head, *lines = explain_decision(answer, why)
    return [head, *_legs(answer, why), *lines]


def explain_decision(answer: DueAnswer, why: Explainer[DueAnswer, DueDetails]) -> list[str]:
    """Return the deciding rule, the later rules that also apply, and the steps to the deadline."""
    head = f"{case_line(answer, metric=answer.metric)}: {answer.state}"
    if lines := why.not_in_force():
        return [head, *lines]
    revision = why.revision
    opening = [c.id for c in revision.channels if c.opens_case]
    if answer.state == "not-entitled":
        channels = [answer.channel] if answer.channel else opening
        channels = [c for c in channels if c in opening]
        if not channels:
            text = Message(
                "`{channel}` cannot open a case, so it has no targets", channel=answer.channel
            )
            return [head, indented(text)]
        case = case_decided(answer, why.answers.details.promises)
        denials = why.denials(case, channels)
        return [head, *denials, *why.helpful_changes(case, channels, Message("entitled"))]
    if answer.because == no_priority_reasons(revision):
        return [head, *why.no_priority(case_decided(answer, why.answers.details.promises))]
    details = why.answers.details
    row = _promise_of(answer, details.promises)
    case = row.case

    def opened_inside(name: str) -> bool:
        return details.hours.is_open(name, case, details.moment.events.opened)

    if answer.state == NEEDS_INPUT:
        return [head, *(why.at(reason) for reason in answer.because)]
    deciding = decide(revision, case, answer.metric, opened_inside)
    if deciding is None:
        place = revision.targets_place or revision.grants_place
        text = Message("no target rule states {metric} for this case", metric=answer.metric)
        return [head, why.line(place, text)]
    target = deciding.cell.target.text
    lines.append(why.line(deciding.cell.place, f"{answer.metric}: {target}"))
    condition = alternatives_in_words(deciding.matched)
    text = Message("this rule decides: {condition}", condition=condition)
    lines.append(why.line(deciding.rule.place, text))
    priority = case.get("priority", "*")
    for rule in revision.rules:
        cells = rule.cells.get(answer.metric, {})
        hidden = cells.get(priority) or cells.get("*")
        if rule is not deciding.rule and hidden and _matches(rule.when, case, opened_inside):
            text = Message(
                "this later rule also applies: {target} ({condition})",
                target=hidden.target.text, condition=condition_in_words(rule.when),
            )  # fmt: skip
            lines.append(why.line(hidden.place, text))
    for reason in answer.because:
        if setting := set_by_channel(reason, revision, case):
            lines.append(why.line(reason, setting))
    if answer.state in NEGATIVE:
        return [head, *lines, *_would_promise(case, answer.metric, why)]
    return [head, *lines, *_walk(answer, row, why)]


def set_by_channel(reason: Because, revision: Revision, case: Case) -> Message | None:
    """Return what a reason says if it is the priority that the channel of a case sets."""
    own = sets_priority(revision, case["channel"])
    if own is None or reason.path != own.place.path:
        return None
    if own.at_most:
        return Message(
            "the channel `{channel}` has at most the priority {priority}",
            channel=case["channel"],
            priority=own.priority,
        )
    return Message(
        "the channel `{channel}` always has the priority {priority}",
        channel=case["channel"],
        priority=own.priority,
    )


def case_decided(answer: DueAnswer, promises: Promises) -> Case:
    """Return the case that decides an answer, without its channel: that of the leg that decides."""
    if not answer.legs:
        return case_of(answer)
    case = _promise_of(answer, promises).case
    return {name: value for name, value in case.items() if name != "channel"}


def _legs(answer: DueAnswer, why: Explainer[DueAnswer, DueDetails]) -> list[str]:
    """Return what a change does to the clock, and each leg: its beginning, target and deadline."""
    if not answer.legs:
        return []
    [metric] = (metric for metric in why.revision.metrics if metric.id == answer.metric)
    stated = metric.on_change
    rule = f"on-change: {stated}" if stated else f"no on-change, counts as {CARRY}"
    lines: list[str] = [why.line(metric.place, rule)]
    for leg in answer.legs:
        values = ", ".join(f"{name}={value}" for name, value in leg.values.items())
        begin = format_instant(from_datetime(leg.since), why.zone_shown)
        parts = [leg.target or leg.state or ""]
        if leg.due is not None:
            parts.append(f"due {format_instant(from_datetime(leg.due), why.zone_shown)}")
        if leg.decides and passed_before_change(metric, answer.legs):
            parts.append("passed before the next change")
        parts += ["decides"] if leg.decides else []
        changed = f", {values}" if values else ""
        lines.append(f"  from {begin}{changed}: {', '.join(parts)}")
    return lines


def passed_before_change(metric: Metric, legs: Sequence[Leg]) -> bool:
    """Return whether the leg that decides has a deadline that passed before the next change."""
    decisive = next(leg for leg in legs if leg.decides)
    return metric.on_change == "restart" and decisive is not legs[-1] and decisive.due is not None


def _matches(when: When, case: Case, opened_inside: Callable[[str], bool]) -> bool:
    """Return whether a condition matches; False if that depends on input of the customer."""
    try:
        return bool(matching(when, case, opened_inside))
    except NeedsInput:
        return False


def _promise_of(answer: DueAnswer, promises: Promises) -> Promise:
    """Return the promise of an answer. The answer can omit the channel and some facts."""
    place = (answer.plan, answer.role, answer.priority, answer.metric)
    for row in promises.rows:
        same = (row.plan, row.role, row.priority, row.metric.id) == place
        same = same and answer.channel in (None, row.case["channel"])
        if same and answer.facts.items() <= row.facts.items():
            return row
    raise LookupError(f"no promise for {answer}")


def _walk(answer: DueAnswer, row: Promise, why: Explainer[DueAnswer, DueDetails]) -> list[str]:
    """Return the steps from the start to the deadline: time that counts and time that does not."""
    assert row.cell is not None
    target, moment, settled = row.cell.target, why.answers.details.moment, row.settled_hours
    if target.kind == "rate":
        return []
    run = course_of(row, why.revision, moment)
    if run is None:
        return [f"  the clock has not started: it starts when the case is {row.metric.starts}"]
    if answer.due is None and run.open_since is None:
        return ["  the target is not reached within ten years of its start"]
    where = zone_of(settled.zone_name) if settled else why.zone_shown
    parts, decisive = parts_of(row, why.revision, run)
    lines = [_part(part, decisive, run, where) for part in parts]
    assert decisive.cell is not None
    target, settled = decisive.cell.target, time_counted(decisive)
    start = run.anchor
    end = from_datetime(answer.due) if answer.due else moment.at
    steps = walk(settled.time if settled else None, start, end, run.pauses)
    if settled:
        # The members of a union can be in several zones. Times are shown in the first zone.
        zones = ", ".join(dict.fromkeys(str(hours.zone) for hours in settled.time.hours))
        lines += _business_days(settled, target, start, why.revision)
        lines.append(f"  from {format_instant(start, where)} over `{answer.hours}` ({zones}):")
    else:
        lines.append(f"  from {format_instant(start, where)}:")
    shown = (
        steps if len(steps) <= MAX_STEPS else [*steps[: MAX_STEPS // 2], *steps[-MAX_STEPS // 2 :]]
    )
    for i, step in enumerate(shown):
        if len(shown) < len(steps) and i == MAX_STEPS // 2:
            lines.append(f"    ... {len(steps) - len(shown)} more steps")
        until = format_instant(step.end, where)
        if step.counted:
            counted = duration(step.counted, days=settled is None)
            total = duration(step.total, days=settled is None)
            text = "; ".join([f"counts {counted}, total {total}", *step.reasons])
        else:
            text = f"does not count: {'; '.join(step.reasons)}"
        lines.append(f"    to {until}  {text}")
    if answer.due is None:
        lines.append("    the rest is unknown because of an open pause")
    return lines


def _part(part: PartDeadline, decisive: Promise, run: Course, where: tzinfo) -> str:
    """Return the line of a part of a combined target: its deadline, and whether it decides."""
    assert decisive.cell is not None
    if part.due is None:
        due = "not reached within ten years"
    elif run.open_since is not None and run.open_since < part.due:
        due = "unknown because of an open pause"
    else:
        due = f"due {format_instant(part.due, where)}"
    decides = ", decides" if part.target is decisive.cell.target else ""
    return f"  {part.target.text}: {due}{decides}"


def time_counted(promise: Promise) -> SettledHours | None:
    """Return the hours over which a target counts; None if every instant counts."""
    assert promise.cell is not None
    return None if counts_elapsed(promise.cell.target) else promise.settled_hours


class CountedDays(NamedTuple):
    """The working dates that a target in business days counts.

    The target counts from the date `counted_from`, which can be later than the date `opened`. Both
    are ordinals.
    """

    opened: int
    counted_from: int
    dates: list[WorkingDate]


def counted_days(settled: SettledHours, target: Target, start: int) -> CountedDays | None:
    """Return the working dates that a target counts; None if it does not count days."""
    if settled.days is None or target.kind not in DATED:
        return None
    opened = counted_from = settled.days.date_opened(start)
    if target.kind == "business-days":
        dates = settled.days.counted_dates(start, target.amount)
        counted_from = dates.pop(0).ordinal
    elif target.kind in ("by", "by-opening"):
        opening_day = target.kind == "by-opening"
        dates = [settled.days.next_local_time(start, target.at, opening_day=opening_day)[0]]
    else:
        dates = [settled.days.after(opened, start)]
    return CountedDays(opened, counted_from, dates)


def _business_days(
    settled: SettledHours, target: Target, start: int, revision: Revision
) -> list[str]:
    """Return a line with the business days that count, and the due time on the last one."""
    counted = counted_days(settled, target, start)
    if counted is None or settled.days is None:
        return []
    opened, counted_from, dates = counted
    days = [date.fromordinal(item.ordinal).isoformat() for item in dates]
    if len(days) > MAX_DAYS:
        days[MAX_DAYS // 2 : -MAX_DAYS // 2] = [f"{len(days) - MAX_DAYS} more"]
    moved = after = date.fromordinal(counted_from).isoformat()
    reading = revision.business_day
    if counted_from != opened:
        after += f" (moved from {date.fromordinal(opened).isoformat()})"
        reading = "opening-time" if reading == "same-time" else reading
    elif target.kind == "next-business-day" and reading == "same-time":
        today = settled.days.date(opened)
        reading = "close" if today is None or start >= today.close else reading
    due = _DUE_ON_A_DAY[reading].format(moved=moved)
    if target.kind in ("by", "by-opening"):
        time = f"{target.at // 3600:02}:{target.at // 60 % 60:02}"
        due = f"at {time}"
        first = settled.days.after(opened, start).ordinal
        if target.kind == "by-opening":
            first = settled.days.next_opening_day(start).ordinal
        if first != dates[0].ordinal:
            days[0] += f" ({time} on {date.fromordinal(first).isoformat()} has passed)"
    if target.kind == "by-opening":
        return [f"  next opening day: {days[0]}; due {due}"]
    if len(days) > 1:
        return [f"  business days after {after}: {', '.join(days)}; due on the last day {due}"]
    return [f"  business day after {after}: {days[0]}; due {due}"]


def _would_promise(case: Case, metric: str, why: Explainer[DueAnswer, DueDetails]) -> list[str]:
    """Return the changes of a single value of the case that lead to a target."""
    changes = []
    for name, values in why.choices(case):
        good = []
        for value in values:
            result = decide(why.revision, {**case, name: value}, metric)
            if result and result.cell.target.promises:
                good.append(value)
        if good:
            changes.append(value_in_words(name, good))
    if not changes:
        return []
    text = Message("there would be a target {changes}", changes=with_changes(changes))
    return [indented(text)]
