"""Reads the days off of an iCalendar file (RFC 5545), with the package `icalendar`.

The file comes from strangers. Each event is read by itself, so that an invalid event does not hide
the others. The time zones that the file defines are not read: a name of a time zone stands for the
zone of `tzdata`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from zsupport.clock.problem import BadText
from zsupport.clock.recurrence import Recurrence
from zsupport.clock.windows import DAYS
from zsupport.clock.zones import zone
from zsupport.errors import EnvironmentFault, PolicyError, check_limit
from zsupport.limits import CALENDAR_BYTES
from zsupport.policy.files import SourceFile
from zsupport.policy.languages import is_language
from zsupport.typed import NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from icalendar import Component

INSTALL = Message("install it: python -m pip install 'zsupport[ics]'")
_EXPORT = Message("export the calendar as an iCalendar file (.ics)")
_LINE_END = re.compile("\r\n|\n|\r")
#: The properties that decide the dates of an event. All but RDATE and EXDATE may occur once.
_SINGLE = ("DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "STATUS", "SEQUENCE", "UID")
_DECIDING = frozenset((*_SINGLE, "RDATE", "EXDATE", "EXRULE"))
_READ = _DECIDING | {"SUMMARY"}
_NAME = re.compile("[A-Za-z0-9-]+(?=[:;])")
#: The parts of a rule that are read.
_PARTS = frozenset(
    ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"]
)
_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_DAY = timedelta(days=1)
#: The errors that the package raises for invalid values.
_INVALID = (ValueError, TypeError, AttributeError, LookupError, OverflowError)
#: The years of dates that are read.
YEARS = range(1600, 2400)
_TOO_FAR = Message("it has dates before the year 1600 or after 2399")
#: Some programs write a date as a moment with one of these times, in any time zone.
_WRITTEN_FOR_DATES = (time(0, 0), time(23, 59, 59))


class CalendarEvent(NamedTuple):
    """An event of a calendar file that lasts whole days. Dates are ordinals."""

    line: int  # of its start in the file
    uid: str | None
    names: Mapping[str, str]  # by language; empty for a name without a language
    first: int
    days: int
    rule: Recurrence | None
    added: frozenset[int]  # further dates on which the event starts
    excluded: frozenset[int]  # dates on which it does not start
    replaced: int | None  # the date of the occurrence that this event replaces
    cancelled: bool
    sequence: int  # the number of the version

    @property
    def name(self) -> str:
        """The name to show: the first one, otherwise the id."""
        return next(iter(self.names.values()), self.uid or "VEVENT")


class EventRemark(NamedTuple):
    """A remark about an event that is not written as the file states it."""

    line: int
    name: str
    reason: str
    lost: bool  # whether days off of the file are not written

    @classmethod
    def of(cls, event: CalendarEvent, reason: str, *, lost: bool = False) -> EventRemark:
        """Return a remark about an event."""
        return cls(event.line, event.name, reason, lost)


class CalendarFile(NamedTuple):
    """The events of a calendar file, and remarks about the others.

    `replaced` has the occurrences that events without whole days replace, as the id of the event
    and the date. The date is None if the event replaces several or unknown occurrences.
    """

    events: tuple[CalendarEvent, ...]
    remarks: tuple[EventRemark, ...]
    replaced: tuple[tuple[str, int | None], ...]


def read_calendar_file(file: SourceFile, where: tzinfo) -> CalendarFile:
    """Return the events of a file that last whole days in a time zone.

    Raises PolicyError for a file that is not an iCalendar file, and EnvironmentFault if the package
    `icalendar` is not installed.
    """
    try:
        from icalendar import Event
    except ImportError:
        raise EnvironmentFault(
            Message("missing package `icalendar`, required to read calendar files"), INSTALL
        ) from None
    check_limit(CALENDAR_BYTES, len(file.data), exact=False)
    events: list[CalendarEvent] = []
    remarks: list[EventRemark] = []
    replaced: list[tuple[str, int | None]] = []
    for line, name, text in _components(file):
        if name != "VEVENT":
            remarks.append(EventRemark(line, name, Message("not an event"), lost=False))
            continue
        shown, parsed = name, None
        try:
            parsed = Event.from_ical(text)
            shown = _name(parsed)
            events.append(_event(parsed, line, where))
        except BadText as problem:
            remarks.append(EventRemark(line, shown, problem.message, lost=True))
        except _INVALID:
            remarks.append(EventRemark(line, shown, Message("invalid event"), lost=True))
        if remarks and remarks[-1].line == line and parsed and "RECURRENCE-ID" in parsed:
            replaced.append((str(parsed.get("UID", "")), _replaced(parsed, where)))
    return CalendarFile(tuple(events), tuple(remarks), tuple(replaced))


def _components(file: SourceFile) -> Iterator[tuple[int, str, str]]:
    """Yield the components of the calendars in a file: line, name and text.

    Components inside an event, such as alarms, are omitted. So are time zones.
    """
    open_components: list[tuple[str, int]] = []
    lines: list[str] = []
    calendars = 0
    for number, line in _logical_lines(file):
        keyword, _, name = line.partition(":")
        keyword, name = keyword.strip().upper(), name.strip().upper()
        depth = len(open_components)
        if keyword == "BEGIN":
            if depth == 0 and name != "VCALENDAR":
                raise _broken(file, number, Message("expected BEGIN:VCALENDAR"))
            if depth >= 2 and name == "VEVENT":
                raise _broken(file, number, Message("an event inside another component"))
            calendars += not depth
            open_components.append((name, number))
            if depth == 1:
                lines = [line]
        elif keyword == "END":
            if not depth or open_components[-1][0] != name:
                message = Message("END:{name} without BEGIN:{name}", name=name)
                raise _broken(file, number, message)
            _, first = open_components.pop()
            if depth == 2 and name != "VTIMEZONE":
                yield first, name, "\r\n".join([*lines, line, ""])
        elif depth == 0 and line.strip():
            raise _broken(file, number, Message("expected BEGIN:VCALENDAR"))
        elif depth == 2 and not _is_irrelevant(line):
            lines.append(line)
    if open_components:
        name, number = open_components[-1]
        raise _broken(file, number, Message("BEGIN:{name} without END:{name}", name=name))
    if not calendars:
        raise _broken(file, 1, Message("expected BEGIN:VCALENDAR"))


def _is_irrelevant(line: str) -> bool:
    """Return whether a line has a property that is not read, such as a description."""
    name = _NAME.match(line)
    return name is not None and name[0].upper() not in _READ


def _logical_lines(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file with their numbers; a folded line is one line."""
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = len(_LINE_END.findall(file.data[: error.start].decode("utf-8", "replace"))) + 1
        byte = f"{file.data[error.start]:#04x}"
        message = Message("byte {byte} is not valid UTF-8", byte=byte)
        raise _broken(file, number, message, Message("save the file as UTF-8")) from None
    start, parts = 1, [""]
    for number, line in enumerate(_LINE_END.split(text), 1):
        if line[:1] in (" ", "\t") and line:
            parts.append(line[1:])
        else:
            yield start, "".join(parts)
            start, parts = number, [line]
    yield start, "".join(parts)


def _broken(file: SourceFile, line: int, message: str, hint: str = _EXPORT) -> PolicyError:
    return PolicyError(
        Message(
            "{file}:{line}: not an iCalendar file: {message}",
            file=file.shown,
            line=line,
            message=message,
        ),
        hint,
    )


def _event(parsed: Component, line: int, where: tzinfo) -> CalendarEvent:
    """Return an event; raise BadText with the reason if it does not last whole days."""
    for name, problem in parsed.errors:
        # A line without a valid name can be a part of a description that is not folded.
        stated = name or str(problem).partition("'")[2].split(":")[0].split(";")[0].upper()
        if stated in _DECIDING:
            raise BadText(Message("invalid {property}", property=stated))
    for name in _SINGLE:
        if isinstance(parsed.get(name), list):
            raise BadText(Message("several {property}", property=name))
    if "EXRULE" in parsed:
        raise BadText(Message("{property} is not supported", property="EXRULE"))
    start = _moment(parsed, "DTSTART")
    if start is None:
        raise BadText(Message("no DTSTART"))
    if "RANGE" in getattr(parsed.get("RECURRENCE-ID"), "params", ()):
        raise BadText(Message("it replaces all later occurrences (RANGE)"))
    first, days = _span(parsed, start, where)
    read = _StartDates(where, isinstance(start, datetime))
    if isinstance(start, datetime) and start.tzinfo and ("RRULE" in parsed or "RDATE" in parsed):
        own = str(_zone_of(start))
        if own != str(where):
            raise BadText(Message("it repeats in another time zone, {zone}", zone=own))
    replaced = _moment(parsed, "RECURRENCE-ID")
    return CalendarEvent(
        line,
        str(parsed["UID"]) if parsed.get("UID") else None,
        _names(parsed),
        first,
        days,
        _rule(parsed["RRULE"], read) if "RRULE" in parsed else None,
        frozenset(read.listed(parsed, "RDATE")),
        frozenset(read.listed(parsed, "EXDATE")),
        None if replaced is None else read.start(replaced, "RECURRENCE-ID"),
        str(parsed.get("STATUS", "")).upper() == "CANCELLED",
        int(parsed.get("SEQUENCE", 0)),
    )


def _replaced(parsed: Component, where: tzinfo) -> int | None:
    """Return the date of the occurrence that an event replaces; None if it is not only one."""
    try:
        moment = _moment(parsed, "RECURRENCE-ID")
        if moment is None or "RANGE" in parsed["RECURRENCE-ID"].params:
            return None
        return _StartDates(where, by_moments=False).start(moment, "RECURRENCE-ID")
    except _INVALID:
        return None


def _moment(parsed: Component, name: str) -> date | None:
    """Return the date or moment of a property, or None if the event does not have it."""
    if name not in parsed:
        return None
    moment = getattr(parsed[name], "dt", None)
    if not isinstance(moment, date):
        raise BadText(Message("invalid {property}", property=name))
    _check_zone(parsed[name], moment)
    return moment


def _check_zone(value: Any, moment: date) -> None:
    """Raise BadText if a moment has a time zone that is unknown."""
    if "TZID" in value.params and isinstance(moment, datetime) and moment.tzinfo is None:
        raise BadText(Message("unknown time zone `{zone}`", zone=value.params["TZID"]))


def _span(parsed: Component, start: date, where: tzinfo) -> tuple[int, int]:
    """Return the first date of an event and the number of its dates."""
    end = _moment(parsed, "DTEND")
    length = getattr(parsed["DURATION"], "dt", "") if "DURATION" in parsed else None
    if not isinstance(length, timedelta | None):
        raise BadText(Message("invalid {property}", property="DURATION"))
    if isinstance(end, datetime) is not isinstance(start, datetime) and end is not None:
        raise BadText(Message("one of DTSTART and DTEND is a date, and the other a moment"))
    first = start
    if isinstance(start, datetime):
        opens = _local(start, where)
        ends = _local(end, where) if isinstance(end, datetime) else opens + (length or timedelta())
        midnights = opens.time() == ends.time() == opens.min.time()
        if not midnights or ends == opens:
            raise BadText(Message("it does not last whole days"))
        first, days = opens.date(), (ends - opens).days
    elif end is None:
        length = _DAY if length is None else length
        if length % _DAY:
            raise BadText(Message("it does not last whole days"))
        days = length // _DAY
    else:
        # Some programs write the same date for the end of an event of one day.
        days = (end - start).days or 1
    if days < 1:
        raise BadText(Message("it ends before it starts"))
    if first.year not in YEARS or days > 366 * (YEARS[-1] - first.year + 1):
        raise BadText(_TOO_FAR)
    return first.toordinal(), days


def _local(moment: datetime, where: tzinfo) -> datetime:
    """Return a moment as local time without a zone; a moment without a zone is local time."""
    if moment.tzinfo is None:
        return moment
    return moment.replace(tzinfo=_zone_of(moment)).astimezone(where).replace(tzinfo=None)


def _zone_of(moment: datetime) -> tzinfo:
    """Return the zone of `tzdata` with the name of the zone of a moment."""
    return zone(str(moment.tzinfo), suggest=False)


class _StartDates(NamedTuple):
    """Reads the dates on which occurrences of an event start."""

    where: tzinfo
    by_moments: bool  # whether the event states moments, not dates

    def start(self, value: date, property: str) -> int:
        """Return the date of a start as an ordinal."""
        day = self.date(value, property)
        if day.year not in YEARS:
            raise BadText(_TOO_FAR)
        return day.toordinal()

    def date(self, value: date, property: str) -> date:
        """Return the date of a property, which is a date or midnight."""
        if not isinstance(value, datetime):
            return value
        local = _local(value, self.where)
        if not self.by_moments and value.time() in _WRITTEN_FOR_DATES:
            return value.date()
        if local.time() != local.min.time():
            raise BadText(Message("{property} has a time of day", property=property))
        return local.date()

    def listed(self, parsed: Component, property: str) -> Iterator[int]:
        """Yield the dates of all RDATE or EXDATE of an event."""
        values = parsed.get(property, [])
        for value in values if isinstance(values, list) else [values]:
            for item in value.dts:
                if not isinstance(item.dt, date):
                    raise BadText(Message("{property} has periods", property=property))
                _check_zone(value, item.dt)
                yield self.start(item.dt, property)


def _rule(value: Any, read: _StartDates) -> Recurrence:
    """Return a rule; raise BadText if it has parts that are not about dates."""
    parts: dict[str, list[Any]] = {name.upper(): list(items) for name, items in value.items()}
    frequency = str(parts.get("FREQ", [""])[0]).upper()
    text = value.to_ical().decode()
    if frequency not in _FREQUENCIES or not parts.keys() <= _PARTS:
        raise BadText(Message("its rule is not supported: {rule}", rule=text))
    interval, count = (int(parts.get(name, [1])[0]) for name in ("INTERVAL", "COUNT"))
    months = tuple(int(month) for month in parts.get("BYMONTH", ()))
    month_days = tuple(map(int, parts.get("BYMONTHDAY", ())))
    weekdays = tuple(_weekday(str(day)) for day in parts.get("BYDAY", ()))
    positions = tuple(map(int, parts.get("BYSETPOS", ())))
    valid = (
        interval > 0
        and count > 0
        and all(1 <= month <= 12 for month in months)
        and not any(getattr(month, "leap", False) for month in parts.get("BYMONTH", ()))
        and all(1 <= abs(day) <= 31 for day in month_days)
        and all(1 <= abs(position) <= 366 for position in positions)
        and (frequency in ("YEARLY", "MONTHLY") or not any(number for number, _ in weekdays))
    )
    if not valid:
        raise BadText(Message("its rule is invalid: {rule}", rule=text))
    until = parts["UNTIL"][0] if "UNTIL" in parts else None
    if until is not None:
        moment = read.by_moments and isinstance(until, datetime)
        until = _local(until, read.where).date() if moment else read.date(until, "UNTIL")
        if until.year > YEARS[-1]:
            until = None
    return Recurrence(
        frequency,
        interval,
        months,
        month_days,
        weekdays,
        positions,
        _weekday(str(parts.get("WKST", ["MO"])[0]))[1],
        count if "COUNT" in parts else None,
        None if until is None else until.toordinal(),
    )


def _weekday(text: str) -> tuple[int, int]:
    """Return the number and the weekday of a text such as `-1FR`; the number can be omitted."""
    days = [day[:2].upper() for day in DAYS]
    return int(text[:-2] or 0), days.index(text[-2:].upper())


def _names(parsed: Component) -> dict[str, str]:
    """Return the names of an event by language; empty without a valid language."""
    summaries = parsed.get("SUMMARY", [])
    names: dict[str, str] = {}
    for summary in summaries if isinstance(summaries, list) else [summaries]:
        language = str(summary.params.get("LANGUAGE", ""))
        text = " ".join(str(summary).split())
        if text:
            names.setdefault(language if is_language(language) else "", text)
    return names


def _name(parsed: Component) -> str:
    """Return the name of an event to show, or its id."""
    return next(iter(_names(parsed).values()), str(parsed.get("UID") or "VEVENT"))
