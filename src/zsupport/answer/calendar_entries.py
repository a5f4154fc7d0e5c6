"""The days off of a calendar file as entries of a policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from zsupport.answer.days_off import day_off
from zsupport.answer.hours import NAMELESS
from zsupport.clock.days import in_year
from zsupport.clock.model import Hours
from zsupport.clock.problem import BadText
from zsupport.clock.recurrence import (
    MAX_DAYS_OF_A_RULE,
    YEARS_OF_EVERY_KIND,
    Recurrence,
    yearly_days,
)
from zsupport.clock.windows import FIRST_YEAR, LAST_YEAR
from zsupport.errors import check_limit
from zsupport.limits import CALENDAR_DATES, CALENDAR_STEPS
from zsupport.policy.ics import CalendarEvent, CalendarFile, EventRemark
from zsupport.policy.quoting import flow_mapping, scalar
from zsupport.typed import NamedTuple
from zsupport.wording import Counted, Message

#: A rule with an end, or a single event, can have at most this number of dates.
_MAX_DATES = 400
#: The maximum number of characters of a name.
_MAX_NAME = 200
#: A rule is followed for this number of years.
_MAX_YEARS = 40
#: The dates that a policy can have, as ordinals.
_DATES_OF_POLICIES = range(
    date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 12, 31).toordinal() + 1
)


class PolicyEntries(NamedTuple):
    """The days off of a calendar file as entries of `add` and `remove`, and remarks."""

    add: dict[str, dict[str, str]]  # names by day, by language
    remove: tuple[str, ...]
    remarks: tuple[EventRemark, ...]

    def yaml(self) -> str:
        """Return the entries as YAML, to paste below `holidays:`; empty without entries."""
        lines = ["add:"] if self.add else []
        lines += [f"  {day}: {_text(names)}" for day, names in self.add.items()]
        lines += ["remove:"] if self.remove else []
        lines += [f"  - {day}" for day in self.remove]
        return "".join(f"{line}\n" for line in lines)


def entries_of(
    file: CalendarFile, hours: Hours, removed: Iterable[str], today: date
) -> PolicyEntries:
    """Return the entries for the days off of a calendar file, and what is not among them.

    The entries have the dates of the file from `today` on, and its single dates before. They are
    added to `hours`. `removed` are the days of the key `remove` of these hours.
    """
    collected = _Collected(hours, removed, today)
    events = _current(file, collected.remarks)
    # The work for all rules is counted before the first one is examined.
    for event in events:
        if event.rule is not None:
            steps = event.rule.steps_per_year(event.first, event.days)
            collected.spend(_MAX_YEARS * steps)
    for event in events:
        collected.add(event)
    return collected.entries(file.remarks)


def _current(file: CalendarFile, remarks: list[EventRemark]) -> list[CalendarEvent]:
    """Return the events without cancelled events and old versions, and add remarks about these.

    The date of an occurrence that another event replaces is excluded from the rule of its event.
    """
    by_key: dict[tuple[str, int | None], list[CalendarEvent]] = defaultdict(list)
    result = []
    for event in file.events:
        if event.uid is None:
            result.append(event)
        else:
            by_key[event.uid, event.replaced].append(event)
    replaced: dict[str, set[int]] = defaultdict(set)
    unknown = {uid for uid, ordinal in file.replaced if ordinal is None}
    for uid, ordinal in file.replaced:
        if ordinal is not None:
            replaced[uid].add(ordinal)
    for (uid, date_replaced), versions in by_key.items():
        newest = max(event.sequence for event in versions)
        result += [event for event in versions if event.sequence == newest]
        remarks += [
            EventRemark.of(event, Message("a newer version of this event is used"))
            for event in versions
            if event.sequence < newest
        ]
        if date_replaced is not None:
            replaced[uid].add(date_replaced)
    kept = []
    for event in sorted(result, key=lambda event: event.line):
        if event.cancelled:
            remarks.append(EventRemark.of(event, Message("cancelled")))
        elif event.uid in unknown:
            reason = Message("an event that is not written replaces occurrences of it")
            remarks.append(EventRemark.of(event, reason, lost=True))
        elif event.uid is not None and event.replaced is None:
            kept.append(event._replace(excluded=event.excluded | replaced[event.uid]))
        else:
            kept.append(event)
    return kept


class _Collected:
    """The days off of the events of a file. Dates are ordinals."""

    def __init__(self, hours: Hours, removed: Iterable[str], today: date) -> None:
        self.hours = hours
        self.removed = tuple(removed)
        self.today = today
        self.remarks: list[EventRemark] = []
        #: The events of each day of the year, and of each date.
        self.yearly: dict[str, list[CalendarEvent]] = defaultdict(list)
        self.dates: dict[int, list[CalendarEvent]] = defaultdict(list)
        #: The lines of the events without an end that exclude a date.
        self.excluded_by: dict[int, set[int]] = defaultdict(set)
        #: The dates of each event that are days off already, with their names, by its line.
        self._known: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._events: dict[int, CalendarEvent] = {}
        self._named: dict[int, dict[int, list[str]]] = {}
        self._steps = 0

    def add(self, event: CalendarEvent) -> None:
        """Add the days off of an event, or a remark with the reason if they cannot be written."""
        try:
            self._add(event)
        except BadText as problem:
            self.remarks.append(EventRemark.of(event, problem.message, lost=True))
        count = len(self.dates) + len(self.yearly) + len(self.excluded_by)
        check_limit(CALENDAR_DATES, count, exact=False)

    def _add(self, event: CalendarEvent) -> None:
        rule = event.rule
        starts = {event.first, *event.added} if rule is None or rule.ends else {*event.added}
        days: tuple[str, ...] = ()
        if rule is not None:
            if event.first not in rule.occurrences(event.first, event.first + 1):
                raise BadText(Message("DTSTART is not a date of its rule"))
            if rule.ends:
                starts |= self._occurrences(event, rule)
            else:
                days = self._days_of_year(event, rule)
        starts -= event.excluded
        if len(starts) * event.days > _MAX_DATES:
            raise BadText(Message("it has more than {count} dates", count=_MAX_DATES))
        for day in days:
            self.yearly[day].append(event)
        dates = _dates(event, starts)
        outside = sorted(ordinal for ordinal in dates if ordinal not in _DATES_OF_POLICIES)
        for ordinal in dates.difference(outside):
            self.dates[ordinal].append(event)
        if outside:
            reason = Counted(
                "{date} is before the year {first} or after {last}",
                "{count} dates are before the year {first} or after {last}",
                len(outside),
                date=_iso(outside[0]),
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
            self._remark([event], reason, lost=True)
        if days and event.excluded and rule is not None:
            occurrences = {*rule.occurrences(event.first, max(event.excluded) + event.days)}
            without = _dates(event, occurrences & event.excluded)
            without -= _dates(event, occurrences - event.excluded)
            for ordinal in without:
                if ordinal in _DATES_OF_POLICIES:
                    self.excluded_by[ordinal].add(event.line)

    def _occurrences(self, event: CalendarEvent, rule: Recurrence) -> set[int]:
        """Return the occurrences of a rule with an end."""
        end = _years_later(event.first)
        starts: set[int] = set()
        for start in rule.occurrences(event.first, end):
            starts.add(start)
            if len(starts) > _MAX_DATES + len(event.excluded):
                raise BadText(Message("it has more than {count} dates", count=_MAX_DATES))
        complete = rule.until is not None and rule.until < end
        if not complete and (rule.times is None or len(starts) < rule.times):
            raise BadText(Message("its rule lasts more than {count} years", count=_MAX_YEARS))
        return starts

    def _days_of_year(self, event: CalendarEvent, rule: Recurrence) -> tuple[str, ...]:
        """Return the days of the year of a rule without an end."""
        if max(event.excluded, default=0) >= _years_later(event.first):
            message = Message(
                "it excludes dates more than {count} years after its start", count=_MAX_YEARS
            )
            raise BadText(message)
        short = event.days <= MAX_DAYS_OF_A_RULE
        days = yearly_days(rule, event.first, event.days) if short else None
        if days is None:
            raise BadText(Message("its rule is not a list of days of the year"))
        first = date.fromordinal(event.first)
        for year in range(self.today.year, first.year + 1):
            for day in days:
                if any(self.today.toordinal() <= d < event.first for d in in_year(day, year)):
                    message = Message(
                        "it starts on {date}; `{day}` is every year", date=first, day=day
                    )
                    raise BadText(message)
        return days

    def spend(self, steps: int) -> None:
        """Count steps of work; raise LimitExceeded if there are too many."""
        self._steps += steps
        check_limit(CALENDAR_STEPS, self._steps, exact=False)

    def named(self, ordinal: int) -> list[str]:
        """Return the days of the year that a date has in the file."""
        year = date.fromordinal(ordinal).year
        if year not in self._named:
            self.spend(len(self.yearly))
            names: dict[int, list[str]] = defaultdict(list)
            for day in self.yearly:
                for other in in_year(day, year):
                    names[other].append(day)
            self._named[year] = names
        return self._named[year].get(ordinal, [])

    def covering(self, ordinal: int) -> str | None:
        """Return a day of the year, of an event that does not exclude it, that has a date."""
        excluding = self.excluded_by.get(ordinal, ())
        for day in self.named(ordinal):
            if any(event.line not in excluding for event in self.yearly[day]):
                return day
        return None

    def entries(self, remarks: Iterable[EventRemark]) -> PolicyEntries:
        """Return the entries that the hours need, and all remarks in the order of the file."""
        days = [day for day in self.yearly if self._is_missing(day)]
        days.sort(key=lambda day: (*in_year(day, self.today.year), date.max.toordinal()))
        dates = [ordinal for ordinal in sorted(self.dates) if self._is_missing_date(ordinal)]
        add = {day: self._names(self.yearly[day]) for day in days}
        add |= {_iso(ordinal): self._names(self.dates[ordinal]) for ordinal in dates}
        self._add_known_dates()
        remove = [
            _iso(ordinal)
            for ordinal in sorted(self.excluded_by)
            if ordinal not in self.dates
            and self.covering(ordinal) is None
            and add.keys() & {*self.named(ordinal)}
            and day_off(self.hours, ordinal) is None
        ]
        every = sorted([*self.remarks, *remarks], key=lambda remark: remark.line)
        return PolicyEntries(add, tuple(remove), tuple(every))

    def _is_missing(self, day: str) -> bool:
        """Return whether a day of the year is to be added; if not, add a remark."""
        end = min(self.today.year + YEARS_OF_EVERY_KIND, date.max.year)
        years = range(self.today.year, end)
        every = (ordinal for year in years for ordinal in in_year(day, year))
        ordinals = [ordinal for ordinal in every if self.covering(ordinal)]
        names = [day_off(self.hours, ordinal) for ordinal in ordinals]
        events = self.yearly[day]
        if ordinals and None not in names:
            reason = Message("`{day}` is already a day off: {name}", day=day, name=names[0])
            self._remark(events, reason, lost=False)
            return False
        open_dates = [ordinal for ordinal in ordinals if self.stays_open(ordinal)]
        for ordinal in open_dates[:1] if len(open_dates) == len(ordinals) else open_dates:
            self._remark(events, self.stays_open(ordinal), lost=True)
        return not ordinals or len(open_dates) < len(ordinals)

    def _is_missing_date(self, ordinal: int) -> bool:
        """Return whether a date is to be added; if not, add a remark."""
        events, name = self.dates[ordinal], day_off(self.hours, ordinal)
        if reason := self.stays_open(ordinal):
            self._remark(events, reason, lost=True)
        elif name is not None:
            for event in events:
                self._known[event.line].append((ordinal, name))
                self._events[event.line] = event
        elif yearly := self.covering(ordinal):
            known = Message("{date} is already `{day}` of the file", date=_iso(ordinal), day=yearly)
            self._remark(events, known, lost=False)
        else:
            return True
        return False

    def _add_known_dates(self) -> None:
        """Add a remark for each event about its dates that are days off already."""
        for line, known in self._known.items():
            (first, name), (last, _) = known[0], known[-1]
            reason = Message("`{day}` is already a day off: {name}", day=_iso(first), name=name)
            if len(known) > 1:
                reason = Message(
                    "{count} dates from {first} to {last} are already days off",
                    count=len(known),
                    first=_iso(first),
                    last=_iso(last),
                )
            self._remark([self._events[line]], reason, lost=False)

    def _names(self, events: Sequence[CalendarEvent]) -> dict[str, str]:
        """Return the names of the events of a day, by language; different names are joined.

        A long name is cut, with a remark.
        """
        names: dict[str, dict[str, None]] = defaultdict(dict)
        for event in events:
            for language, name in event.names.items():
                names[language].setdefault(name)
        result = {language: " / ".join(texts) for language, texts in names.items()}
        if any(len(name) > _MAX_NAME for name in result.values()):
            reason = Message("its name is cut after {count} characters", count=_MAX_NAME)
            self._remark(events[:1], reason, lost=False)
        return {language: _cut(name) for language, name in result.items()}

    def stays_open(self, ordinal: int) -> str | None:
        """Return the reason why the policy opens on a date even if it is a day off, or None."""
        year = date.fromordinal(ordinal).year
        own = self.hours.own(ordinal)
        if own is not None and own.parts:
            return Message("`dates` of these hours opens {date}", date=_iso(ordinal))
        if any(ordinal in in_year(day, year) for day in self.removed):
            return Message("`remove` of these hours has {date}", date=_iso(ordinal))
        return None

    def _remark(self, events: Iterable[CalendarEvent], reason: str | None, *, lost: bool) -> None:
        if reason:
            self.remarks += [EventRemark.of(event, reason, lost=lost) for event in events]


def _dates(event: CalendarEvent, starts: Iterable[int]) -> set[int]:
    """Return the dates of the occurrences of an event."""
    return {start + offset for start in starts for offset in range(event.days)}


def _years_later(ordinal: int) -> int:
    """Return the end of the years for which a rule is followed."""
    year = min(date.fromordinal(ordinal).year + _MAX_YEARS, date.max.year)
    return date(year, 12, 31).toordinal() + 1


def _cut(name: str) -> str:
    """Return a name without what is too long for an entry."""
    return name if len(name) <= _MAX_NAME else f"{name[:_MAX_NAME]}\N{HORIZONTAL ELLIPSIS}"


def _text(names: dict[str, str]) -> str:
    """Return names as a text in YAML."""
    if not names.keys() - {""}:
        return scalar(names.get("", NAMELESS))
    english = [name for language, name in names.items() if language in ("", "en")]
    texts = names | ({"en": " / ".join(english)} if english else {})
    return flow_mapping({language: scalar(name) for language, name in texts.items() if language})


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()
