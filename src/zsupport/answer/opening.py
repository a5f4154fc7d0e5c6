"""Whether hours are open, the next opening and closing, the windows of the week, and holidays.

A query names hours or a case. Grants allow a channel during their hours, so the hours of a channel
in a case are the union of the hours of these grants. A revision provides the hours while it is in
force.
"""

from __future__ import annotations

from zsupport.answer.case import (
    Answers,
    Because,
    Case,
    Date,
    Query,
    Warning,
    Words,
    by_fold,
    in_column_order,
    matching,
    names_in,
    not_in_force_reasons,
    opened_case,
    places_of,
    priority_parts,
    reasons,
    record,
    say,
    sets_priority,
)
from zsupport.answer.dimensions import (
    STEPS_OF_ROW,
    Dimensions,
    assumed_fact_warnings,
    collapse,
    dimensions,
    priorities_by_facts,
    with_channel,
)
from zsupport.answer.grants import (
    ApplyingGrant,
    applying_grants,
    denial_reasons,
    joined_hours,
    remarks_of_grants,
)
from zsupport.answer.hours import ALWAYS_OPEN, PolicyHours, SettledHours
from zsupport.answer.remarks import remark_texts, remarks_of_case, remarks_of_hours, retired_of
from zsupport.clock.instants import END, FIRST, at_local, local_date
from zsupport.clock.zones import zone
from zsupport.dates import UTC, date, datetime, timedelta
from zsupport.errors import did_you_mean, unknown_name
from zsupport.policy.model import (
    Place,
    PolicyCalendar,
    Priority,
    PriorityTable,
    Remarks,
    Revision,
    When,
)
from zsupport.typed import TYPE_CHECKING, Annotated, Any, Mapping, NamedTuple, Sequence, TypedDict
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zsupport.answer.facts import PrioritiesByFacts

#: How far ahead holidays are listed, in days.
AHEAD = 365
_DAY = 86_400
#: The states of an answer.
STATES = ("open", "closed", "not-entitled", "not-stated", "needs-input")
_DIMENSIONS = ("plan", "role", "channel", "priority")
#: The questions to the user about each dimension.
_ASKS = {
    "plan": Message("The plan ({plan})"),
    "role": Message("The role ({role})"),
    "channel": Message("The channel ({channel})"),
    "priority": Message("The priority ({priority})"),
}


class ShownWindow(TypedDict):
    """A time in which hours are open."""

    opens: datetime
    closes: datetime


class ShownHoliday(TypedDict):
    """A coming holiday."""

    date: Date
    name: Words


class HoursAnswer(NamedTuple):
    """Whether hours, or a channel of a case, are open; the fields are those of the JSON answer.

    `open` is None if the state is unknown. Other fields that depend on unknown hours are None, too.
    Instants are aware datetimes in UTC.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: Mapping[str, str]
    state: Annotated[str, ("enum", STATES)]
    hours: str | None
    open: bool | None
    next_open: datetime | None
    next_close: datetime | None
    windows: tuple[ShownWindow, ...] | None
    holidays: tuple[ShownHoliday, ...] | None
    retired: Date | None
    note: Words | None
    unclear: Words | None
    source: Words | None
    because: tuple[Because, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as a JSON object, with instants in UTC."""
        return record(self)


class RevisionPeriod(NamedTuple):
    """The hours of one revision, and the period `[start, end)` in which it is in force.

    The period is in seconds since the epoch. `query` is the query in the ids of this revision.
    """

    hours: PolicyHours
    start: int
    end: int
    query: Query

    @property
    def revision(self) -> Revision:
        """The revision."""
        return self.hours.revision


class RevisionHours(NamedTuple):
    """The opening hours of a row in one revision."""

    allowed: bool = True
    hours: str | None = None  # the joined names; None: not allowed, or a grant without hours
    calendars: tuple[PolicyCalendar, ...] = ()  # the calendars that apply, of every member
    always: bool = False  # whether some of the hours are open at every instant
    unstated: bool = False  # whether the policy does not state some of the hours
    asks: tuple[str, ...] = ()  # questions whose answers decide which calendars apply
    remarks: tuple[Remarks, ...] = ()


#: What decides a row.
DecidingPart = ApplyingGrant | PolicyCalendar | Priority | PriorityTable


class Row(NamedTuple):
    """One row of the answer; `parts` are the hours of each revision, in order of time.

    `because` has the deciding grants and calendars of the revision that answers. If the facts lead
    to no priority, it has the priorities of this revision.
    """

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    facts: Mapping[str, str]
    parts: tuple[RevisionHours, ...]
    because: tuple[DecidingPart, ...]


def answer_hours(
    periods: Sequence[RevisionPeriod],
    index: int,
    name: str | None,
    at: int,
    *,
    in_force: bool,
    shown: frozenset[str] | None = None,
) -> HoursAnswers:
    """Answer for the hours with this name, for the channels of a case, or for all hours.

    `index` is the position of the revision that answers, in order of time. `shown` is None for a
    query about hours. For a query about a case, the dimensions `shown` are columns even if they
    change no answer of this revision. Raises UsageError for an unknown name.
    """
    revision, hours = periods[index].revision, periods[index].hours
    if shown is not None:
        rows, columns, warnings = _rows_of_case(periods, index, shown)
    else:
        known = (revision, *(period.revision for period in periods))
        names = list(revision.hours) if name is None else [hours_id(name, *known)]
        rows, warnings = _rows_of_names(periods, index, names)
        columns = ("hours",) if name is None else ()
    openings = tuple(Opening(periods, row.parts, at) for row in rows)
    answers = tuple(
        _answer(revision, row, row.parts[index], opening, hours.lang, in_force=in_force)
        for row, opening in zip(rows, openings, strict=True)
    )
    warnings += [warning for opening in openings for warning in opening.warnings]
    return Answers(
        answers, columns, tuple(dict.fromkeys(warnings)), revision, periods[index].query, in_force,
        openings, any(period.hours.public_holidays for period in periods),
    )  # fmt: skip


def hours_id(name: str, *revisions: Revision) -> str:
    """Return the id of the hours with a name, ignoring letter case.

    Raises UsageError if none of the revisions defines the hours.
    """
    known = [*dict.fromkeys(id for revision in revisions for id in revision.hours), ALWAYS_OPEN]
    by_name = {id.casefold(): id for id in known}
    if name.casefold() not in by_name:
        hint = did_you_mean(name, known)
        raise unknown_name(
            Message("unknown hours `{name}`; hours: {known}", name=name, known=", ".join(known)),
            hint,
        )
    return by_name[name.casefold()]


def columns_of_case(periods: Sequence[RevisionPeriod], index: int) -> tuple[str, ...]:
    """Return the columns of the answers that one revision gives about a case."""
    return _rows_of_case(periods, index, frozenset())[1]


def _rows_of_case(
    periods: Sequence[RevisionPeriod], index: int, shown: frozenset[str]
) -> tuple[list[Row], tuple[str, ...], list[Warning]]:
    """Return a row for each channel and case of the query, the open dimensions, and warnings."""
    revision, query = periods[index].revision, periods[index].query
    names = set(shown)
    for period in periods:
        names |= _names_in_grants(period.revision, period.query.channel)
    space = with_channel(dimensions(revision, query, names), revision, query)
    steps = STEPS_OF_ROW + max(len(period.revision.grants) for period in periods)
    # Every revision computes its columns, and every row needs all revisions.
    space.check_work(1, steps, len(periods) ** 2)

    by_facts = [
        space.by_facts if i == index else priorities_by_facts(period.revision, period.query)
        for i, period in enumerate(periods)
    ]
    ids = [_ids(*item) for item in zip(periods, by_facts, strict=True)]

    def rows_of(space: Dimensions) -> list[Row]:
        rows = []
        for case in space.cases():
            parts: list[tuple[RevisionHours, tuple[DecidingPart, ...]]] = []
            for entry in ids:
                own, known = entry.translate(case)
                if known and entry.without_priority(own):
                    own = opened_case(entry.period.revision, own)
                if known and not entry.without_priority(own):
                    parts.append(_hours_of_channel(entry.period, own))
                else:
                    because = priority_parts(entry.period.revision) if known else ()
                    parts.append((RevisionHours(allowed=False), because))
            rows.append(_row(case, tuple(part for part, _ in parts), parts[index][1]))
        return rows

    fixed = {*shown, "channel"}
    open_names = [name for name in space.open if name not in fixed]
    rows, kept = collapse(rows_of(space), open_names, _DIMENSIONS)
    names = {*kept, *shown, *(["channel"] if query.channel is None else [])}
    columns = tuple(in_column_order(revision, names))
    warnings = [*space.warnings, *assumed_fact_warnings(space, rows_of, _DIMENSIONS)]
    if any(channel.priority for channel in revision.channels):
        from zsupport.answer.channel_priority import change_warnings, changes_in

        hours = (grant.hours for grant in revision.grants if grant.hours)
        if any("priority" in _names_in_hours(revision, name) for name in hours):
            warnings += change_warnings(revision, changes_in(revision, space), space)
    return rows, columns, warnings


def _rows_of_names(
    periods: Sequence[RevisionPeriod], index: int, names: list[str]
) -> tuple[list[Row], list[Warning]]:
    """Return a row for the hours of each name, and warnings about assumed facts."""
    stated = _stated(periods[index].query)
    rows, warnings = [], []
    for name in names:
        parts: list[RevisionHours] = []
        decided: tuple[DecidingPart, ...] = ()
        case = stated
        for i, period in enumerate(periods):
            if name != ALWAYS_OPEN and name not in period.revision.hours:
                parts.append(RevisionHours(hours=name, unstated=True))
                continue
            deciding_names = _names_in_hours(period.revision, name)
            own, _ = _ids(period).translate(stated)
            own = opened_case(period.revision, own)
            complete_case = _with_defaults(period.revision, own, deciding_names)
            part, because = _union_of_hours(period, [name], complete_case)
            remarks = (*remarks_of_case(period.revision, "hours", own), *part.remarks)
            parts.append(part._replace(hours=name, remarks=remarks))
            if i == index:
                decided, case = because, complete_case
        for fact in case.keys() - stated.keys() - {"priority"}:
            message = Message(
                "{name}={value} is assumed, the default of this fact", name=fact, value=case[fact]
            )
            warnings.append(Warning("default-fact", message))
        rows.append(_row(case, tuple(parts), decided))
    return rows, warnings


def _row(case: Case, parts: tuple[RevisionHours, ...], because: tuple[DecidingPart, ...]) -> Row:
    facts = {name: value for name, value in case.items() if name not in _DIMENSIONS}
    return Row(
        case.get("plan"), case.get("role"), case.get("channel"), case.get("priority"), facts,
        parts, because,
    )  # fmt: skip


def _stated(query: Query) -> Case:
    """Return the dimensions and facts that a query states."""
    members = {n: v for n, v in query._asdict().items() if n in _DIMENSIONS and v is not None}
    return {**members, **query.facts}


class _Ids(NamedTuple):
    """The ids of each dimension of a revision, by id and alias."""

    period: RevisionPeriod
    by_dimension: dict[str, dict[str, str]]
    by_facts: PrioritiesByFacts | None  # for questions about a case

    def translate(self, case: Case) -> tuple[Case, bool]:
        """Return a case in these ids, and whether the revision defines every value of the case.

        Values of dimensions and facts that the case lacks are taken from the query.
        """
        own = {**_stated(self.period.query), **case}
        known = True
        for name, ids in self.by_dimension.items():
            if name in own:
                id = ids.get(own[name].casefold())
                known = known and id is not None
                own[name] = id or own[name]
        return own, known

    def without_priority(self, own: Case) -> bool:
        """Return whether the facts of a case in these ids lead to no priority.

        Values that only another revision defines are ignored.
        """
        if self.by_facts is None or "priority" in own:
            return False
        facts = {name: value for name, value in own.items() if self.by_facts.knows(name, value)}
        return self.by_facts.excludes(None, facts)


def _ids(period: RevisionPeriod, by_facts: PrioritiesByFacts | None = None) -> _Ids:
    revision = period.revision
    by_dimension = {
        name: by_fold(members) for name, members in revision.members().items() if members
    }
    return _Ids(period, by_dimension, by_facts)


def _names_in_grants(revision: Revision, channel: str | None) -> set[str]:
    """Return the dimensions and facts on which the hours of a channel depend.

    For None, return those of all channels.
    """
    names: set[str] = set()
    for grant in revision.grants:
        if grant.allow and channel in (None, *grant.allow):
            names |= names_in([grant.when])
            names |= _names_in_hours(revision, grant.hours) if grant.hours else set()
    return names


def _names_in_hours(revision: Revision, name: str) -> set[str]:
    """Return the names of dimensions and facts on which hours and the members of a union depend."""
    result: set[str] = set()
    hours = [name]
    for item in hours:
        calendars = revision.hours.get(item, ())
        result |= names_in(calendar.when for calendar in calendars)
        members = (member for calendar in calendars for member in calendar.any)
        hours += [member for member in dict.fromkeys(members) if member not in hours]
    return result


def _with_defaults(revision: Revision, case: Case, names: set[str]) -> Case:
    """Return a case, with the defaults of missing facts that are in `names`."""
    defaults = {
        fact.id: fact.default
        for fact in revision.facts
        if fact.id in names and fact.id not in case and fact.default is not None
    }
    return {**case, **defaults}


def _hours_of_channel(
    period: RevisionPeriod, case: Case
) -> tuple[RevisionHours, tuple[DecidingPart, ...]]:
    """Return the hours of the channel of a case in a revision: the union over its grants.

    Facts without a value take their default. Without a default they lead to a question.
    """
    revision, channel = period.revision, case["channel"]
    case = _with_defaults(revision, case, _names_in_grants(revision, channel))
    applying = applying_grants(revision.grants, case, channel)
    missing: set[str] = set()
    for grant in revision.grants:
        if channel in grant.allow and not matching(grant.when, case):
            missing |= _undecided(grant.when, case)
    remarks = remarks_of_case(revision, "hours", case)
    if not applying and not missing:
        return RevisionHours(allowed=False, remarks=tuple(remarks)), ()
    remarks += remarks_of_grants(applying)
    names = list(dict.fromkeys(item.grant.hours for item in applying if item.grant.hours))
    own = sets_priority(revision, channel)
    remarks += [own.remarks] if own else []
    opened = opened_case(revision, case)
    part, calendars = _union_of_hours(period, names, opened)
    part = part._replace(
        hours=joined_hours(applying),
        unstated=part.unstated or any(entry.grant.hours is None for entry in applying),
        asks=(*_asks(period, missing), *part.asks),
        remarks=(*remarks, *part.remarks),
    )
    return part, (*applying, *calendars)


def _union_of_hours(
    period: RevisionPeriod, names: Iterable[str], case: Case
) -> tuple[RevisionHours, tuple[DecidingPart, ...]]:
    """Return the union of the hours with these names, and the calendars that decided it.

    If no calendar of some hours matches the case, all calendars of these hours have decided.
    """
    revision = period.revision
    part = RevisionHours()
    names = list(names)
    asks: list[str] = []
    members: list[PolicyCalendar] = []
    deciding: list[PolicyCalendar] = []
    waiting = list(names)
    for name in waiting:
        if name not in revision.hours:
            part = part._replace(always=True)
            continue
        for calendar in revision.hours[name]:
            if matching(calendar.when, case):
                deciding.append(calendar)
                members += [] if calendar.any else [calendar]
                waiting += [member for member in calendar.any if member not in waiting]
                break
            if missing := _undecided(calendar.when, case):
                deciding.append(calendar)
                asks += _asks(period, missing)
                # The calendars that can apply need the same input of the customer.
                for possible in revision.hours[name]:
                    if matching(possible.when, case) or _undecided(possible.when, case):
                        asks += period.hours.asks(possible)
                break
        else:
            # The policy states no calendar for this case.
            deciding += revision.hours[name]
            part = part._replace(unstated=True)
    remarks = tuple(remarks_of_hours(revision, names, case))
    part = part._replace(calendars=tuple(members), asks=tuple(asks), remarks=remarks)
    return part, tuple(deciding)


def _undecided(when: When, case: Case) -> set[str]:
    """Return the dimensions and facts without a value that could make a condition match.

    A condition without any possible value, such as `{not: [all, values]}`, never matches.
    """
    return {
        name
        for alternative in when
        if all(
            values and case.get(n, values[0]) in values for n, values in alternative.values.items()
        )
        for name in alternative.values
        if name not in case
    }


def _asks(period: RevisionPeriod, missing: set[str]) -> list[str]:
    """Return questions about dimensions and facts, with the texts of the policy if it has any."""
    asks: list[str] = [ask for name, ask in _ASKS.items() if name in missing]
    for fact in period.revision.facts:
        if fact.id in missing:
            facts = (Message("{fact id=value}", id=fact.id, value=value) for value in fact.values)
            ask = say(fact.ask, period.hours.lang) or fact.id
            options = joined(facts, Message("{names} or {last}", names="", last=""))
            asks.append(Message("{ask} ({options})", ask=ask, options=options))
    return asks


class Piece(NamedTuple):
    """The opening hours of a row in `[start, end)`, while one revision is in force.

    `settled_hours` is None if no hours are known.
    """

    start: int
    end: int
    hours: PolicyHours
    settled_hours: SettledHours | None
    asks: tuple[str, ...]
    unstated: bool

    @property
    def complete(self) -> bool:
        """Whether the state is known at every instant."""
        return not self.asks and not self.unstated

    def is_open(self, instant: int) -> bool:
        """Return whether the hours are known to be open at an instant."""
        return self.settled_hours is not None and self.settled_hours.time.is_open(instant)

    def next(self, instant: int, *, opens: bool) -> int | None:
        """Return the next opening (`opens`) or closing after an instant, in this piece, or None."""
        if self.settled_hours is None:
            return None
        time = self.settled_hours.time
        result = time.next_open(instant) if opens else time.next_close(instant)
        return result if result is not None and result < self.end else None


class Opening:
    """The opening hours of a row over all revisions, as of an instant.

    A union is open if a member is known to be open. It is known to be closed, and its next changes
    and windows are known, only if every member is known. `warnings` lists missing input and
    uncertain dates.
    """

    def __init__(
        self, periods: Sequence[RevisionPeriod], parts: Sequence[RevisionHours], at: int
    ) -> None:
        self.at = at
        # A revision is never in force if the policy's time zone skipped its only date.
        pieces = map(_piece, periods, parts)
        self.pieces = tuple(piece for piece in pieces if piece.start < piece.end)
        self.warnings: list[Warning] = []

    @property
    def now(self) -> Piece:
        """The piece that contains the instant. Raises StopIteration if no revision is in force."""
        return next(piece for piece in self.pieces if piece.start <= self.at < piece.end)

    def next(self, *, opens: bool) -> int | None:
        """Return the next opening (`opens`) or closing; None if there is none or it is unknown."""
        before = self.now
        for piece in self.pieces:
            if piece.end <= self.at:
                continue
            if piece.start > before.end:
                break  # no revision is in force in between
            if not piece.complete:
                self.add_unknown_hours(piece)
                return None
            if before is not piece:
                was_open = before.is_open(piece.start - 1)
                if was_open is not opens and piece.is_open(piece.start) is opens:
                    return piece.start
            result = piece.next(max(self.at, piece.start), opens=opens)
            if result is not None:
                return result
            before = piece
        if before.hours.revision.last_day:
            self._add_not_stated(before.hours.revision, before.end)
        return None

    def windows(self) -> tuple[tuple[int, int], ...] | None:
        """Return the windows of the local week; None if some hours of the week are unknown."""
        first, last = self.week()
        result = self.open_times(first, last)
        if result is None:
            return None
        return tuple(item for item in result if first >= FIRST and item[1] < END)

    def open_times(self, first: int, last: int) -> list[tuple[int, int]] | None:
        """Return the open times in `[first, last)`; None if some hours in it are unknown."""
        result: list[tuple[int, int]] = []
        for piece in self._between(first, last):
            if not piece.complete:
                self.add_unknown_hours(piece)
                return None
            if piece.settled_hours is None:
                continue
            low, high = max(first, piece.start), min(last, piece.end)
            for opens, closes in piece.settled_hours.time.spans(low, high).within(low, high):
                if result and result[-1][1] == opens:
                    result[-1] = (result[-1][0], closes)
                else:
                    result.append((opens, closes))
        return result

    def week(self) -> tuple[int, int]:
        """Return the first instants of the local week, Monday to Sunday, and of the next week."""
        settled = self.now.settled_hours
        where = zone(settled.zone_name if settled else self.now.hours.revision.timezone)
        today = local_date(self.at, where)
        monday = today - timedelta(days=today.weekday())
        return at_local(monday, 0, where), at_local(monday + timedelta(days=7), 0, where)

    def holidays(self) -> dict[str, str]:
        """Return the names of the holidays by date, from today to a year ahead."""
        result: dict[str, str] = {}
        for piece in self._between(self.at, self.at + AHEAD * _DAY):
            for hours in piece.settled_hours.time.hours if piece.settled_hours else ():
                today = local_date(self.at, hours.zone).toordinal()
                for ordinal, name in hours.holidays(today, today + AHEAD):
                    day = date.fromordinal(ordinal)
                    if piece.start <= at_local(day, _DAY // 2, hours.zone) < piece.end:
                        result.setdefault(day.isoformat(), name)
        return dict(sorted(result.items()))

    def special_dates(self) -> list[str]:
        """Return the holidays, special dates and breaks of this week and until the next opening."""
        from zsupport.clock.walk import special_dates

        first, last = self.week()
        last = max(last, self.next(opens=True) or last)
        result: dict[str, None] = {}
        for piece in self._between(first, last):
            if piece.settled_hours:
                low, high = max(first, piece.start), min(last, piece.end)
                result |= dict.fromkeys(special_dates(piece.settled_hours.time, low, high))
        return sorted(result)

    def add_questions(self) -> None:
        """Add a warning for each question that must be answered before all hours are known."""
        self.warnings += [Warning("needs-input", ask) for ask in self.now.asks]

    def add_date_warnings(self, until: int) -> None:
        """Add warnings about unknown or estimated dates from now to an instant."""
        for piece in self._between(self.at, until):
            if piece.settled_hours:
                low, high = max(self.at, piece.start), min(until, piece.end - 1)
                self.warnings += piece.hours.warnings(piece.settled_hours, low, high)

    def _between(self, first: int, last: int) -> list[Piece]:
        return [piece for piece in self.pieces if piece.start < last and first < piece.end]

    def add_unknown_hours(self, piece: Piece) -> None:
        """Add warnings about hours of a piece that are unknown."""
        self.warnings += [Warning("needs-input", ask) for ask in piece.asks]
        if piece.unstated:
            self._add_not_stated(piece.hours.revision, piece.start)

    def _add_not_stated(self, revision: Revision, start: int) -> None:
        day = local_date(start, zone(revision.timezone))
        message = Message("the policy does not state the opening hours from {day} on", day=day)
        self.warnings.append(Warning("hours-not-stated", message))


HoursAnswers = Answers[HoursAnswer, tuple[Opening, ...]]


def _piece(period: RevisionPeriod, part: RevisionHours) -> Piece:
    """Return the opening hours of a row while one revision is in force."""
    if not part.allowed:
        return Piece(period.start, period.end, period.hours, None, (), unstated=False)
    settled, asks = period.hours.union(part.calendars, always=part.always)
    if part.always:  # a union with a member that never closes is always open
        return Piece(period.start, period.end, period.hours, settled, (), unstated=False)
    asks = [*part.asks, *asks]
    return Piece(
        period.start, period.end, period.hours, settled, tuple(dict.fromkeys(asks)), part.unstated
    )


def _answer(
    revision: Revision,
    row: Row,
    part: RevisionHours,
    opening: Opening,
    lang: str,
    *,
    in_force: bool,
) -> HoursAnswer:
    """Return the answer for a row; `part` has its hours in the revision that answers."""
    remarks = part.remarks if in_force else ()
    note, unclear, source = remark_texts(revision, remarks, lang)
    answer = HoursAnswer(
        *row[:5],
        state="not-stated",
        hours=part.hours,
        open=None,
        next_open=None,
        next_close=None,
        windows=None,
        holidays=None,
        retired=retired_of(revision, row.plan),
        note=note,
        unclear=unclear,
        source=source,
        because=_because(revision, row, part, in_force=in_force),
    )
    if not in_force:
        return answer
    if not part.allowed:
        return answer._replace(state="not-entitled")
    now = opening.now
    is_open = now.is_open(opening.at)
    if not now.complete:
        opening.add_questions()
        opening.add_date_warnings(opening.at + 1)
        state = "not-stated" if now.unstated else "needs-input"
        return answer._replace(state="open" if is_open else state, open=is_open or None)
    opening.add_date_warnings(opening.at + AHEAD * _DAY)
    windows = opening.windows()
    opens, closes = opening.next(opens=True), opening.next(opens=False)
    return answer._replace(
        state="open" if is_open else "closed",
        open=is_open,
        next_open=None if opens is None else _utc(opens),
        next_close=None if closes is None else _utc(closes),
        windows=None
        if windows is None
        else tuple(ShownWindow(opens=_utc(first), closes=_utc(last)) for first, last in windows),
        holidays=tuple(
            ShownHoliday(date=day, name=name) for day, name in opening.holidays().items()
        ),
    )


def _because(
    revision: Revision, row: Row, part: RevisionHours, *, in_force: bool
) -> tuple[Because, ...]:
    if not in_force:
        return not_in_force_reasons(revision)
    if not part.allowed and not row.because:
        return denial_reasons(revision, row.channel)
    places: list[Place] = []
    for reason in row.because:
        if isinstance(reason, ApplyingGrant):
            places += places_of(reason.grant.place, reason.matched)
        else:
            places.append(reason.place)
    if not places:  # a query for `24x7`, which no policy defines
        places = [grant.place for grant in revision.grants if grant.hours == ALWAYS_OPEN]
    return reasons(revision, places or [revision.grants_place])


def _utc(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, UTC)
