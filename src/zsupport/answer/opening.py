"""Whether hours are open, when they change, this week's windows and the coming holidays."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from zsupport.answer.case import Answers, Because, Case, Query, Warning, named, reasons, said, say
from zsupport.answer.hours import NeedsInput, PolicyHours, Settled
from zsupport.clock.instants import END, FIRST, at_local, local_date
from zsupport.clock.zones import zone
from zsupport.errors import UsageError, did_you_mean
from zsupport.policy.model import Revision

#: How far ahead holidays are listed, in days.
AHEAD = 365


class HoursAnswer(NamedTuple):
    """The state of one calendar; the fields are those of the JSON answer.

    `open` is None where the customer has to be asked first. Instants are aware datetimes.
    """

    hours: str
    open: bool | None
    next_open: datetime | None
    next_close: datetime | None
    windows: tuple[dict[str, Any], ...] | None
    holidays: tuple[dict[str, str], ...] | None
    because: tuple[Because, ...]


def answer_hours(
    revision: Revision,
    query: Query,
    name: str | None,
    hours: PolicyHours,
    at: int,
    *,
    in_force: bool,
) -> Answers:
    """Answer for the hours of this name, or for all that the policy defines."""
    if name is not None:
        name = hours_id(revision, name)
    warnings: list[Warning] = []
    rows = []
    for each in revision.hours if name is None else [name]:
        try:
            case = _case(revision, query, each, hours.lang, warnings)
            rows.append(_answer(revision, hours, each, case, at, warnings))
        except NeedsInput as needed:
            warnings += [Warning("needs-input", ask) for ask in needed.asks]
            because = reasons(revision, (calendar.place for calendar in revision.hours[each]))
            rows.append(HoursAnswer(each, None, None, None, None, None, because))
    columns = ("hours",) if name is None else ()
    return Answers(
        tuple(rows),
        columns,
        tuple(dict.fromkeys(warnings)),
        revision,
        query,
        in_force,
        hours=hours,
    )


def hours_id(revision: Revision, name: str) -> str:
    """Return the id of hours that are named without regard to case; raise UsageError."""
    by_fold = {id.casefold(): id for id in revision.hours}
    if name.casefold() not in by_fold:
        known = ", ".join(revision.hours) or "none"
        hint = did_you_mean(name, revision.hours)
        raise UsageError(f"`{name}` is no hours of this policy; known: {known}", hint)
    return by_fold[name.casefold()]


def _case(revision: Revision, query: Query, name: str, lang: str, warnings: list[Warning]) -> Case:
    """Return what is settled of the case; facts with a default take it, and a warning says so.

    Raises NeedsInput for one without.
    """
    case: Case = {
        dimension: value
        for dimension, value in query._asdict().items()
        if isinstance(value, str) and value
    }
    case.update(query.facts)
    asked = _deciding(revision, name, set())
    asks = [
        f"The {dimension} (--{dimension})"
        for dimension in ("plan", "role", "channel", "priority")
        if dimension in asked and dimension not in case
    ]
    for fact in revision.facts:
        if fact.id not in asked or fact.id in case:
            continue
        if fact.default is None:
            values = " or ".join(f"--fact {fact.id}={value}" for value in fact.values)
            asks.append(f"{say(fact.ask, lang) or fact.id} ({values})")
        else:
            case[fact.id] = fact.default
            says = f"{fact.id}={fact.default} is assumed, as none was given"
            warnings.append(Warning("default-fact", says))
    if asks:
        raise NeedsInput(asks)
    return case


def _deciding(revision: Revision, name: str, seen: set[str]) -> set[str]:
    """Return the dimensions and facts that hours depend on, those of a union's members too."""
    if name in seen:
        return set()
    seen.add(name)
    calendars = revision.hours.get(name, ())
    found = named(calendar.when for calendar in calendars)
    for calendar in calendars:
        for member in calendar.any:
            found |= _deciding(revision, member, seen)
    return found


def _answer(
    revision: Revision,
    hours: PolicyHours,
    name: str,
    case: Case,
    at: int,
    warnings: list[Warning],
) -> HoursAnswer:
    settled = hours.settle(name, case)
    calendar = hours.calendar(name, case)
    assert calendar is not None  # `settle` found it
    warnings += hours.warnings(settled, at, at + AHEAD * 86_400)
    _, unclear = said(hours.remarks(settled, case), hours.lang)
    warnings += [Warning("unclear", f"unclear: {unclear}")] if unclear else []
    time = settled.time
    return HoursAnswer(
        name,
        time.is_open(at),
        _utc(time.next_open(at)),
        _utc(time.next_close(at)),
        _week(settled, at),
        _coming(settled, at),
        reasons(revision, (calendar.place,)),
    )


def _week(settled: Settled, at: int) -> tuple[dict[str, Any], ...]:
    """Return the windows of the local week, Monday to Sunday, in which a moment lies."""
    where = zone(settled.zone_name)
    today = local_date(at, where)
    monday = today - timedelta(days=today.weekday())
    first = at_local(monday, 0, where)
    last = at_local(monday + timedelta(days=7), 0, where)
    spans = settled.time.spans(first, last)
    return tuple(
        {"opens": _utc(max(start, first)), "closes": _utc(min(end, last))}
        for start, end in zip(spans.starts, spans.ends, strict=True)
        if start < last and end > first and first >= FIRST and min(end, last) < END
    )


def _coming(settled: Settled, at: int) -> tuple[dict[str, str], ...]:
    """Return the holidays of the next year, today's included."""
    found: dict[str, str] = {}
    for hours in settled.time.hours:
        today = local_date(at, hours.zone).toordinal()
        for ordinal in range(today, today + AHEAD):
            name = hours.holiday(ordinal)
            if name:
                found.setdefault(date.fromordinal(ordinal).isoformat(), name)
    return tuple({"date": day, "name": found[day]} for day in sorted(found))


def _utc(instant: int | None) -> datetime | None:
    return None if instant is None else datetime.fromtimestamp(instant, UTC)
