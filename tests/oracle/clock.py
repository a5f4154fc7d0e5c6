"""The clock, implemented step by step and minute by minute.

Instants are whole seconds since 1970 in UTC, days are days since 1970-01-01, times of day are
minutes. Since 1973, all offsets and windows are whole numbers of minutes, so all instants of a UTC
minute are either working or not. `tests/test_tzdata_assumption.py` checks this for the offsets.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import compress
from operator import add
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from .days import innermost, is_day

MINUTE = 60
DAY = 24 * 60  # in minutes
DAY_SECONDS = 24 * 60 * 60
NOTHING = bytes(DAY)
TEN_YEARS = 3653 * DAY_SECONDS
#: Seconds, each a multiple of the next.
STEPS = (DAY_SECONDS, 240 * MINUTE, 60 * MINUTE, 10 * MINUTE, MINUTE, 10, 1)
EPOCH = date(1970, 1, 1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Window = tuple[int, int]
Pause = tuple[int, int | None]


class Refused(Exception):
    """An error according to the guides."""


class Never(Refused):
    """A deadline that is not reached within ten years."""


class Paused(Exception):
    """The deadline is unknown because of an open pause; `remaining` is in seconds."""

    def __init__(self, remaining: int) -> None:
        super().__init__(remaining)
        self.remaining = remaining


# --- Time zones: from the package tzdata, not from the host ---------------------------------------


@cache
def zone_rules(name: str) -> tzinfo:
    """Return a time zone of the package tzdata, or a fixed offset such as `UTC+01:00`."""
    if name == "UTC":
        return UTC
    fixed = re.fullmatch(r"UTC([+-])(\d\d):(\d\d)", name)
    if fixed:
        sign = 1 if fixed[1] == "+" else -1
        return timezone(sign * timedelta(hours=int(fixed[2]), minutes=int(fixed[3])))
    folder, _, leaf = f"zoneinfo/{name}".rpartition("/")
    with files("tzdata." + folder.replace("/", ".")).joinpath(leaf).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def offset_at(zone: str, minute: int) -> int:
    """Return the offset of a zone in a UTC minute, in minutes."""
    offset = datetime.fromtimestamp(minute * MINUTE, zone_rules(zone)).utcoffset()
    assert offset is not None
    whole, rest = divmod(offset, timedelta(minutes=1))
    assert not rest
    return whole


@cache
def all_day(offset: int) -> tuple[int, ...]:
    """Return the same offset for each minute of a day, as a shared tuple."""
    return (offset,) * DAY


@cache
def offsets(zone: str, utc_day: int) -> tuple[int, ...]:
    """Return the offset of a zone in each minute of a UTC day, in minutes.

    A day or hour with equal offsets at its start and end has no change in between, because no zone
    changes its offset twice a day (`tests/test_tzdata_assumption.py`).
    """
    begins, ends = offset_at(zone, utc_day * DAY), offset_at(zone, utc_day * DAY + DAY - 1)
    if begins == ends:
        return all_day(begins)
    result: list[int] = []
    for hour in range(utc_day * 24, utc_day * 24 + 24):
        first, last = offset_at(zone, hour * 60), offset_at(zone, hour * 60 + 59)
        if first == last:
            result += [first] * 60
        else:
            result += [offset_at(zone, minute) for minute in range(hour * 60, hour * 60 + 60)]
    return tuple(result)


def as_shown(zone: str, utc_day: int, dates: Mapping[int, bytes]) -> bytes:
    """Return for each minute of a UTC day the value of its local minute.

    `dates` has the values of the minutes of local dates; the values of other dates are 0.
    """
    around = b"".join(dates.get(utc_day + later, NOTHING) for later in (-1, 0, 1))
    row = offsets(zone, utc_day)
    if row is all_day(row[0]):  # no change of the offset: only a shift
        begins = DAY + row[0]
        return around[begins : begins + DAY]
    return bytes([around[DAY + minute + offset] for minute, offset in enumerate(row)])


def wall(zone: str, minute: int) -> tuple[int, int]:
    """Return the local day, and the minute of that day, in a UTC minute."""
    utc_day, of_day = divmod(minute, DAY)
    return divmod(minute + offsets(zone, utc_day)[of_day], DAY)


def wall_seconds(zone: str, instant: int) -> tuple[int, int]:
    """Return the local day, and the second of that day, at an instant."""
    day, minute = wall(zone, instant // MINUTE)
    return day, minute * MINUTE + instant % MINUTE


def latest_shown(zone: str, instant: int) -> tuple[int, int]:
    """Return the latest local day up to an instant, and the time of that day.

    The time is in seconds of that day. In the second pass of a DST fold, it is the time of the
    change. No clock was ever put back by more than a day.
    """
    now = instant // MINUTE
    first = now // DAY - 2
    rows = [offsets(zone, utc_day) for utc_day in range(first, first + 3)]
    if rows == [all_day(rows[0][0])] * 3:  # no change: the local time is the latest
        return wall_seconds(zone, instant)
    around = rows[0] + rows[1] + rows[2]
    before = range(now - 25 * 60, now)
    latest = max(map(add, before, around[before[0] - first * DAY :]))
    if latest < now + around[now - first * DAY]:
        return wall_seconds(zone, instant)
    day, minute = divmod(latest, DAY)
    return day, (minute + 1) * MINUTE


@cache
def occurs(zone: str, day: int) -> bool:
    """Return whether a date exists in a zone: Apia has no 2011-12-30."""
    marked = {day: b"\1" * DAY}
    return any(1 in as_shown(zone, utc_day, marked) for utc_day in range(day - 1, day + 2))


@cache
def minute_of(zone: str, day: int, of_day: int) -> tuple[int, bool]:
    """Return the first UTC minute with a local time, and whether there is such a minute.

    If the local time is in a DST gap, return the first UTC minute after the gap.
    """
    if of_day == DAY:  # 24:00 is 00:00 of the next date
        return minute_of(zone, day + 1, 0)
    sought = (day, of_day)
    marked = {day: bytes(of_day) + b"\1" + bytes(DAY - of_day - 1)}
    for utc_day in range(day - 1, day + 2):
        result = as_shown(zone, utc_day, marked).find(1)
        if result >= 0:
            return utc_day * DAY + result, True
    for minute in range((day - 1) * DAY, (day + 2) * DAY):
        if wall(zone, minute - 1) < sought < wall(zone, minute):
            return minute, False
    raise AssertionError(f"{zone} has no minute after {sought}")


def instant_of(zone: str, day: int, second: int) -> int:
    """Return the instant of a local time: the first in a DST fold, the end of a DST gap.

    From 24:00 on, it is a time of a later day.
    """
    day, second = day + second // DAY_SECONDS, second % DAY_SECONDS
    minute, shown = minute_of(zone, day, second // MINUTE)
    return minute * MINUTE + (second % MINUTE if shown else 0)


# --- A calendar in the policy format --------------------------------------------------------------


def as_list(value: Any) -> list[str]:
    """Return a text, or a list of texts, as a list."""
    return [value] if isinstance(value, str) else list(value)


def to_day(text: str) -> int:
    """Return the day of a date such as 2026-12-24."""
    return (date.fromisoformat(text) - EPOCH).days


@cache
def day_text(day: int) -> str:
    """Return the date of a day, such as 2026-12-24."""
    return (EPOCH + timedelta(days=day)).isoformat()


@cache
def weekday_of(day: int) -> int:
    """Return the weekday, Monday is 0."""
    return (EPOCH + timedelta(days=day)).weekday()


def to_minute(text: str) -> int:
    """Return the minute of a time such as 17:00."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def to_window(text: str) -> Window:
    """Return the window of a text such as `08:00-12:00`."""
    opens, closes = text.split("-")
    return to_minute(opens), to_minute(closes)


def to_weekdays(text: str) -> list[int]:
    """Return the weekdays of a text such as `mon-fri` or `sat`."""
    first, _, last = text.partition("-")
    start = WEEKDAYS.index(first)
    length = (WEEKDAYS.index(last or first) - start) % 7
    return [(start + step) % 7 for step in range(length + 1)]


def written_windows(text: str) -> list[tuple[int, int, int]]:
    """Return the weekday, opening and closing of each window of an `open` entry.

    A closing after 24:00 is on the next date. A block of 24 hours or more is cut at each midnight.
    """
    block = re.fullmatch(r"([a-z]{3}) (\d\d:\d\d) - ([a-z]{3}) (\d\d:\d\d)", text)
    if not block:
        days, times = text.split(" ")
        opens, closes = to_window(times)
        return [
            (day, opens, closes if closes > opens else closes + DAY) for day in to_weekdays(days)
        ]
    begin = WEEKDAYS.index(block[1]) * DAY + to_minute(block[2])
    end = WEEKDAYS.index(block[3]) * DAY + to_minute(block[4])
    end = begin + ((end - begin) % (7 * DAY) or 7 * DAY)
    if end - begin < DAY:
        return [(begin // DAY, begin % DAY, begin % DAY + end - begin)]
    cut = []
    while begin < end:
        midnight = (begin // DAY + 1) * DAY
        cut.append((begin // DAY % 7, begin % DAY, begin % DAY + min(midnight, end) - begin))
        begin = midnight
    return cut


@cache
def country_holidays(country: str, subdivision: str | None, year: int) -> frozenset[str]:
    """Return the observed dates of the public holidays of a country in a year."""
    import holidays

    result = holidays.country_holidays(country, subdiv=subdivision, years=year)
    return frozenset(day.isoformat() for day in result if day.year == year)


@cache
def exchanged_dates(country: str, subdivision: str | None, year: int) -> frozenset[str]:
    """Return the weekend days of a year that a country works in exchange for a day off."""
    import holidays

    # A working day in exchange for a day off in January is listed with the next year.
    result = holidays.country_holidays(country, subdiv=subdivision, years=(year, year + 1))
    return frozenset(day.isoformat() for day in result.weekend_workdays if day.year == year)


class Member:
    """A calendar: windows, holidays, overrides and breaks in a time zone."""

    def __init__(
        self,
        written: Mapping[str, Any],
        customer_zone: str | None = None,
        customer_country: str | None = None,
    ) -> None:
        zone = written.get("timezone", "UTC")
        self.zone: str = customer_zone if zone == "customer" and customer_zone else zone
        opens = as_list(written["open"])
        self.always = opens == ["24x7"]
        self.windows = [] if self.always else [w for text in opens for w in written_windows(text)]
        self.by_start = written.get("holidays-apply-to", "date") == "start-date"
        dates = written.get("dates", {})
        self.single = {
            text: [] if value == "closed" else [to_window(window) for window in as_list(value)]
            for text, value in dates.items()
            if ".." not in text
        }
        self.ranges = {
            text: self.week_of_range(as_list(value))
            for text, value in dates.items()
            if ".." in text
        }
        self.rests = {
            text: [to_window(window) for window in as_list(value)]
            for text, value in written.get("breaks", {}).items()
        }
        self._overrides: dict[int, list[Window] | None] = {}
        self._weeks: dict[int, list[tuple[int, int, int]]] = {}
        self._holidays: dict[int, bool] = {}
        days = written.get("business-days")
        self.business_days = None if days is None else to_weekdays(days)
        # 24x7 ignores holidays unless the calendar states `apply-holidays`.
        self.holidays_count = not self.always or "apply-holidays" in written
        self._read_holidays(written.get("holidays", []), customer_country)
        self._flags: dict[int, bytes] = {}
        self._utc: dict[int, bytes] = {}
        self._dates: dict[tuple[int, bool], list[int]] = {}

    def _read_holidays(self, written: Any, customer_country: str | None) -> None:
        self.listed: set[str] = set()  # dates and MM-DD
        self.removed: set[str] = set()
        self.country: str | None = None
        self.subdivision: str | None = None
        self.exchanged: int | None = None
        self.frozen_exchanged: frozenset[str] | None = None
        if written == "customer":
            assert customer_country is not None
            self.country, _, part = customer_country.partition("-")
            self.subdivision = part or None
        elif isinstance(written, Mapping):
            self.listed.update(as_list(written.get("add", [])))
            self.removed.update(as_list(written.get("remove", [])))
            if "frozen" in written:  # replaces the holidays of the library
                self.listed.update(as_list(written["frozen"]))
                self.frozen_exchanged = frozenset(written.get("frozen-exchanged", []))
            elif "country" in written:
                self.country = written["country"]
                self.subdivision = written.get("subdivision")
            if written.get("exchanged", "ignore") != "ignore":
                self.exchanged = WEEKDAYS.index(written["exchanged"])
        else:
            self.listed.update(written)

    def week_of_range(self, texts: list[str]) -> list[tuple[int, int, int]]:
        """Return the weekday, opening and closing of each window of the hours of a range."""
        result = []
        for text in texts:
            if text == "24x7":
                result += [(day, 0, DAY) for day in range(7)]
            elif re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", text):
                opens, closes = to_window(text)
                on = range(7) if self.always else sorted({window[0] for window in self.windows})
                result += [(day, opens, closes if closes > opens else closes + DAY) for day in on]
            elif text != "closed":
                result += written_windows(text)
        return result

    def override(self, day: int) -> list[Window] | None:
        """Return the windows of a date of its own; None if it has none."""
        if day not in self._overrides:
            self._overrides[day] = self._override(day)
        return self._overrides[day]

    def _override(self, day: int) -> list[Window] | None:
        text = day_text(day)
        for fixed in (text, text[5:]):
            if fixed in self.single:
                return self.single[fixed]
        own = [
            windows
            for day_of, windows in self.single.items()
            if is_day(day_of, date.fromisoformat(text))
        ]
        if not own:
            return None
        # Days that move to one date: open where all of them are open.
        minutes = set.intersection(
            *({m for opens, closes in windows for m in range(opens, closes)} for windows in own)
        )
        return [(minute, minute + 1) for minute in sorted(minutes)]

    def breaks(self, day: int) -> list[Window]:
        """Return the breaks of a date."""
        on = EPOCH + timedelta(days=day)
        return [
            window for text, rests in self.rests.items() if is_day(text, on) for window in rests
        ]

    def is_holiday(self, day: int) -> bool:
        """Return whether a local date is a holiday."""
        if day not in self._holidays:
            self._holidays[day] = self._is_holiday(day)
        return self._holidays[day]

    def is_removed(self, day: int) -> bool:
        """Return whether `remove` names a date."""
        return any(is_day(text, EPOCH + timedelta(days=day)) for text in self.removed)

    def _is_holiday(self, day: int) -> bool:
        if not self.holidays_count or self.is_removed(day):
            return False
        text = day_text(day)
        if any(is_day(listed, date.fromisoformat(text)) for listed in self.listed):
            return True
        return self.country is not None and text in country_holidays(
            self.country, self.subdivision, int(text[:4])
        )

    def weekday(self, day: int) -> int:
        """Return the weekday whose windows begin on a date: another one for an exchanged date."""
        text = day_text(day)
        if (
            self.exchanged is None
            or not self.holidays_count
            or self.override(day) is not None
            or self.is_holiday(day)
            or self.is_removed(day)
        ):
            return weekday_of(day)
        dates = self.frozen_exchanged
        if dates is None:
            assert self.country is not None
            dates = exchanged_dates(self.country, self.subdivision, int(text[:4]))
        return self.exchanged if text in dates else weekday_of(day)

    def begun(self, day: int) -> list[Window]:
        """Return the windows that begin on a date; a closing can be after 24:00."""
        if day not in self._weeks:
            chosen = innermost([*self.ranges], EPOCH + timedelta(days=day))
            usual = [(on, 0, DAY) for on in range(7)] if self.always else self.windows
            self._weeks[day] = usual if chosen is None else self.ranges[chosen]
        weekday = self.weekday(day)
        return [(opens, closes) for on, opens, closes in self._weeks[day] if on == weekday]

    def evening(self, day: int) -> list[Window]:
        """Return the parts on a date of the windows that begin on it."""
        own = self.override(day)
        if own is not None:
            return own
        if self.is_holiday(day):
            return []
        return [(opens, min(closes, DAY)) for opens, closes in self.begun(day)]

    def morning(self, day: int) -> list[Window]:
        """Return the parts on a date of the windows that began on the previous date."""
        if self.override(day) is not None:
            return []
        # A holiday removes its own date, or the windows that begin on it.
        if self.is_holiday(day - 1 if self.by_start else day):
            return []
        return [(0, closes - DAY) for _, closes in self.begun(day - 1) if closes > DAY]

    def flags(self, day: int) -> bytes:
        """Return for each minute of a local date whether it is working time."""
        if day not in self._flags:
            self._flags[day] = self.only_open(day, self.morning(day) + self.evening(day))
        return self._flags[day]

    def only_open(self, day: int, windows: Iterable[Window], breaks: bool = True) -> bytes:
        """Return for each minute of a date whether it is in a window and not in a break."""
        row = bytearray(DAY)
        for opens, closes in windows:
            row[opens:closes] = b"\1" * (closes - opens)
        for begins, ends in self.breaks(day) if breaks else []:
            row[begins:ends] = b"\0" * (ends - begins)
        return bytes(row)

    def is_working(self, instant: int) -> bool:
        """Return whether an instant is working: the wall clock shows an open time."""
        shown = datetime.fromtimestamp(instant, zone_rules(self.zone))
        day = (shown.date() - EPOCH).days
        second = shown.hour * 3600 + shown.minute * 60 + shown.second
        windows = self.morning(day) + self.evening(day)
        return any(
            opens * MINUTE <= second < closes * MINUTE for opens, closes in windows
        ) and not any(
            begins * MINUTE <= second < ends * MINUTE for begins, ends in self.breaks(day)
        )

    def minutes(self, utc_day: int) -> bytes:
        """Return for each minute of a UTC day whether it is working time, cached."""
        if utc_day not in self._utc:
            dates = {day: self.flags(day) for day in range(utc_day - 1, utc_day + 2)}
            self._utc[utc_day] = as_shown(self.zone, utc_day, dates)
        return self._utc[utc_day]

    def minutes_of_windows(self, day: int, breaks: bool = True) -> list[int]:
        """Return the UTC minutes of the windows that begin on a date."""
        if (day, breaks) not in self._dates:
            self._dates[day, breaks] = self._minutes_of_windows(day, breaks)
        return self._dates[day, breaks]

    def _minutes_of_windows(self, day: int, breaks: bool) -> list[int]:
        own = self.only_open(day, self.evening(day), breaks)
        tail = self.only_open(day + 1, self.morning(day + 1), breaks)
        if not (1 in own or 1 in tail) or not occurs(self.zone, day):
            return []
        dates = {day: own, day + 1: tail}
        result: list[int] = []
        for utc_day in range(day - 1, day + 3):
            row = as_shown(self.zone, utc_day, dates)
            if 1 in row:
                result += compress(range(utc_day * DAY, (utc_day + 1) * DAY), row)
        return result

    def may_work(self, day: int) -> bool:
        """Return whether a date is working if its windows have a working instant."""
        if self.is_holiday(day) or self.override(day) == []:
            return False
        return self.business_days is None or self.weekday(day) in self.business_days


def united(several: Iterable[list[int]]) -> list[int]:
    """Return the sorted union of sorted lists."""
    lists = [minutes for minutes in several if minutes]
    return lists[0] if len(lists) == 1 else sorted(set().union(*lists))


class Hours:
    """A calendar, or a union of calendars: open if one of them is open."""

    def __init__(
        self,
        written: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        customer_zone: str | None = None,
        customer_country: str | None = None,
    ) -> None:
        several = [written] if isinstance(written, Mapping) else written
        self.members = [Member(calendar, customer_zone, customer_country) for calendar in several]
        self._utc: dict[int, bytes] = {}
        self._own: dict[int, list[int]] = {}
        self._openings: dict[int, int | None] = {}
        self._dates: dict[int, list[int]] = {}

    def minutes(self, utc_day: int) -> bytes:
        """Return for each minute of a UTC day whether it is working time."""
        if utc_day not in self._utc:
            rows = [member.minutes(utc_day) for member in self.members]
            self._utc[utc_day] = rows[0] if len(rows) == 1 else bytes(map(max, *rows))
        return self._utc[utc_day]

    def works(self, minute: int) -> bool:
        """Return whether a UTC minute is working time."""
        return self.minutes(minute // DAY)[minute % DAY] == 1

    def is_open(self, instant: int) -> bool:
        """Return whether an instant is working time."""
        return self.works(instant // MINUTE)

    def next_open(self, instant: int, horizon_days: int) -> int | None:
        """Return the next opening after an instant, or None after the horizon."""
        return self._next(b"\0\1", instant, horizon_days)

    def next_close(self, instant: int, horizon_days: int) -> int | None:
        """Return the next closing after an instant, or None after the horizon."""
        return self._next(b"\1\0", instant, horizon_days)

    def _next(self, change: bytes, instant: int, horizon_days: int) -> int | None:
        day, minute = divmod(instant // MINUTE + 1, DAY)
        for utc_day in range(day, day + horizon_days + 1):
            row = self.minutes(utc_day - 1)[-1:] + self.minutes(utc_day)
            result = row.find(change, minute)  # the second minute is in this day
            if result >= 0:
                return (utc_day * DAY + result) * MINUTE
            minute = 0
        return None

    # --- working dates ----------------------------------------------------------------------------

    @property
    def zone(self) -> str:
        """Return the common time zone of all members, which business days require."""
        zones = {member.zone for member in self.members}
        if len(zones) > 1:
            raise Refused("business days over members in different time zones")
        return zones.pop()

    def own_minutes(self, day: int) -> list[int]:
        """Return the UTC minutes of the windows of a date, in members where it can be working."""
        if day not in self._own:
            members = [member for member in self.members if member.may_work(day)]
            self._own[day] = united(member.minutes_of_windows(day) for member in members)
        return self._own[day]

    def every_minute(self, day: int, breaks: bool = True) -> list[int]:
        """Return the UTC minutes of the windows of a date in all members."""
        return united(member.minutes_of_windows(day, breaks) for member in self.members)

    def opening_minute(self, day: int) -> int | None:
        """Return the first minute of a date, or None if the date is not working.

        A date is not working if all of its minutes are after the opening of the next date.
        """
        if day not in self._openings:
            opening: int | None = None
            # Backwards, from a date that the windows of this date cannot reach.
            for date_ in range(day + 4, day - 1, -1):
                first = next(iter(self.own_minutes(date_)), None)
                if first is not None and opening is not None and first >= opening:
                    first = None
                opening = first
            self._openings[day] = opening
        return self._openings[day]

    def minutes_of_date(self, day: int) -> list[int]:
        """Return the UTC minutes that belong to a working date.

        They are the minutes of its own windows and, from its opening on, the rest of the windows of
        the two previous dates, up to the opening of the next date.
        """
        if day not in self._dates:
            first, end = self.opening_minute(day), self.opening_minute(day + 1)
            assert first is not None
            minutes = {*self.own_minutes(day), *self.every_minute(day - 1)}
            if self.is_working_date(day - 1):
                minutes |= {*self.every_minute(day - 2)}
            self._dates[day] = [m for m in sorted(minutes) if m >= first and (not end or m < end)]
        return self._dates[day]

    def is_working_date(self, day: int) -> bool:
        """Return whether a date is working."""
        return self.opening_minute(day) is not None

    def opening(self, day: int) -> int:
        """Return the first working instant of a date."""
        return self.minutes_of_date(day)[0] * MINUTE

    def close(self, day: int) -> int:
        """Return the end of the last working instant of a date."""
        return (self.minutes_of_date(day)[-1] + 1) * MINUTE

    def date_opened(self, instant: int) -> int:
        """Return the date opened of a case that is opened at an instant."""
        day, _ = latest_shown(self.zone, instant)
        ahead = max(self.every_minute(day - 1, False), default=-math.inf) >= instant // MINUTE
        opening = self.opening_minute(day)
        if ahead and (opening is None or instant // MINUTE < opening):
            return day - 1
        return day

    def seconds_of(self, day: int, instant: int) -> int:
        """Return the local time of an instant in seconds from the midnight of a date."""
        shown, second = latest_shown(self.zone, instant)
        return (shown - day) * DAY_SECONDS + second

    def next_working_date(self, day: int) -> int:
        """Return the first working date after a date."""
        for later in range(day + 1, day + TEN_YEARS // DAY_SECONDS + 1):
            if self.is_working_date(later):
                return later
        raise Never("no business day within ten years")


AROUND_THE_CLOCK = Hours({"open": "24x7"})


# --- Pauses ---------------------------------------------------------------------------------------


def settle(pauses: Iterable[Pause], opened: int) -> tuple[list[tuple[int, int]], int | None]:
    """Return the merged closed pauses after `opened`, and the start of an open pause.

    Later pauses are part of an open pause.
    """
    closed = []
    begins_open: int | None = None
    for begin, end in pauses:
        if end is None:
            begin = max(begin, opened)
            begins_open = begin if begins_open is None else min(begin, begins_open)
        elif end < begin:
            raise Refused("the pause ends before it starts")
        elif max(begin, opened) < end:
            closed.append((max(begin, opened), end))
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(closed):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    if begins_open is not None:
        for begin, end in merged:
            if begin <= begins_open <= end:
                begins_open = begin
        merged = [(begin, end) for begin, end in merged if end < begins_open]
    return merged, begins_open


# --- Working time ---------------------------------------------------------------------------------


def working_seconds(hours: Hours, start: int, end: int) -> int:
    """Return the working seconds in `[start, end)`: whole minutes, corrected at both ends."""
    first, last = start // MINUTE, end // MINUTE
    minutes = 0
    for utc_day in range(first // DAY, last // DAY + 1):
        midnight = utc_day * DAY
        minutes += hours.minutes(utc_day).count(1, max(first - midnight, 0), last - midnight)
    before = start % MINUTE if start % MINUTE and hours.works(first) else 0
    after = end % MINUTE if end % MINUTE and hours.works(last) else 0
    return minutes * MINUTE - before + after


def elapsed(hours: Hours, start: int, end: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
    """Return the working seconds in `[start, end)` outside the merged pauses."""
    if end < start:
        raise Refused("the end is before the start")
    total = working_seconds(hours, start, end)
    for begin, to in pauses:
        if max(begin, start) < min(to, end):
            total -= working_seconds(hours, max(begin, start), min(to, end))
    return total


def advance(hours: Hours, start: int, seconds: int, pauses: Sequence[tuple[int, int]] = ()) -> int:
    """Return the smallest `u >= start` with `seconds` of working time outside pauses.

    Advance by days, then by shorter and shorter steps.
    """
    if seconds == 0:
        return start
    at = start
    for step in STEPS:
        while True:
            until = (at // step + 1) * step
            gained = elapsed(hours, at, until, pauses)
            if gained >= seconds:
                break
            seconds -= gained
            at = until
            if at > start + TEN_YEARS:
                raise Never("not reached within ten years")
    return at + 1


# --- Targets --------------------------------------------------------------------------------------


class Target(NamedTuple):
    """A target: `clock`, `business` (seconds), `days`, `dates`, `next`, `by`, `opening` (second).

    `dates` are calendar days, `week` is `every week`. `later` and `earlier` have parts.
    """

    kind: str
    amount: int = 0
    recurs: bool = False
    parts: tuple["Target", ...] = ()


def to_target(text: str) -> Target:
    """Return the target of a text in the policy format."""
    recurs = text.startswith("every ")
    rest = text.removeprefix("every ")
    if text == "every week":
        return Target("week", 7, True)
    if text == "immediately":
        return Target("clock")
    several = re.fullmatch(r"the (later|earlier) of (.*) and (.*)", rest)
    if several:
        parts = (*several[2].split(", "), several[3])
        return Target(several[1], parts=tuple(map(to_target, parts)))
    dates = re.fullmatch(r"(\d+) calendar (day|week)s?", rest)
    if dates:
        return Target("dates", int(dates[1]) * (7 if dates[2] == "week" else 1), recurs)
    if rest == "next business day":
        return Target("next")
    by = re.fullmatch(r"by (\d\d:\d\d) next (business|opening) day", rest)
    if by:
        return Target("by" if by[2] == "business" else "opening", to_minute(by[1]) * MINUTE)
    days = re.fullmatch(r"(\d+) business days?", rest)
    if days:
        return Target("days", int(days[1]), recurs)
    length = re.fullmatch(r"([\d.]+)(?:(h|m)(?: 24x7)?| business (hour|minute)s?)", rest)
    if not length:
        raise Refused(f"{text} has no deadline")
    seconds = Fraction(length[1]) * (3600 if (length[2] or length[3])[0] == "h" else 60)
    if seconds.denominator != 1:
        raise Refused("not a whole number of seconds")
    return Target("clock" if length[2] else "business", int(seconds), recurs)


def counted_over(hours: Hours, target: Target) -> Hours:
    """Return the hours over which a target and its pauses count."""
    return AROUND_THE_CLOCK if target.kind in ("clock", "dates") else hours


def plain_due(hours: Hours, start: int, target: Target, reading: str = "close") -> int:
    """Return the deadline of a target without pauses."""
    if target.kind in ("clock", "business"):
        return advance(counted_over(hours, target), start, target.amount)
    if target.kind in ("dates", "week"):
        day, second = latest_shown(hours.zone, start)
        return instant_of(hours.zone, day + target.amount, second)
    if any(member.always and member.business_days is None for member in hours.members):
        raise Refused("business days over 24x7 require `business-days`")
    opened = hours.date_opened(start)
    if target.kind == "by":
        day = hours.next_working_date(opened)
        result = instant_of(hours.zone, day, target.amount)
        if result <= start:
            result = instant_of(hours.zone, hours.next_working_date(day), target.amount)
        return result
    if target.kind == "opening":
        day = opened - 1
        while not hours.is_working_date(day) or hours.opening(day) <= start:
            day = hours.next_working_date(day)
        while instant_of(hours.zone, day, target.amount) <= start:
            day = hours.next_working_date(day)
        return instant_of(hours.zone, day, target.amount)
    over = not hours.is_working_date(opened) or start >= hours.close(opened)
    if target.kind == "next":
        day = hours.next_working_date(opened)
        if over and reading == "same-time":
            return hours.close(day)
        second = 0 if over else hours.seconds_of(opened, max(start, hours.opening(opened)))
    else:
        begins = hours.next_working_date(opened) if over else opened
        second = hours.seconds_of(begins, max(start, hours.opening(begins)))
        day = begins
        for _ in range(target.amount):
            day = hours.next_working_date(day)
    if reading == "close":
        return hours.close(day)
    if reading == "opening":
        return hours.opening(day)
    return clamped(hours, day, instant_of(hours.zone, day, second))


def clamped(hours: Hours, day: int, instant: int) -> int:
    """Return the instant, or the next working instant of the date, or its closing."""
    for minute in hours.minutes_of_date(day):
        if instant < (minute + 1) * MINUTE:
            return max(instant, minute * MINUTE)
    return hours.close(day)


def due(
    hours: Hours,
    start: int,
    target: Target,
    pauses: Iterable[Pause] = (),
    reading: str = "close",
) -> int:
    """Return the deadline of a target; raise Paused if an open pause leaves it unknown.

    `start` is the start of the clock. For a recurring target, it is the last update or answer.
    """
    if target.parts:
        return due_of_parts(hours, start, target, pauses, reading)
    closed, begins_open = settle(pauses, start)
    counted = counted_over(hours, target)
    unpaused = plain_due(hours, start, target, reading)
    paused = sum(elapsed(counted, max(p, start), min(q, unpaused)) for p, q in closed
                 if max(p, start) < min(q, unpaused))  # fmt: skip
    result = advance(counted, unpaused, paused, closed)
    if begins_open is not None and begins_open < result:
        raise Paused(elapsed(counted, max(begins_open, start), result, closed))
    if result > start + TEN_YEARS:
        raise Never("not reached within ten years")
    return result


def due_of_parts(
    hours: Hours, start: int, target: Target, pauses: Iterable[Pause], reading: str
) -> int:
    """Return the later or the earlier deadline of the parts of a target.

    With an open pause, a part is known or later than the start of the pause. A part that is never
    reached is later than any other.
    """
    known: list[int] = []
    unknown = 0  # the parts with an unknown deadline
    for part in target.parts:
        try:
            known.append(due(hours, start, part, pauses, reading))
        except Paused:
            unknown += 1
        except Never:
            if target.kind == "later":
                raise
    if not known and not unknown:
        raise Never("not reached within ten years")
    if unknown and (target.kind == "later" or not known):
        part = decisive_part(hours, start, target, pauses, reading)
        due(hours, start, part, pauses, reading)  # raises Paused with its remaining time
        raise AssertionError("the deadline of the deciding part is known")
    return max(known) if target.kind == "later" else min(known)


def decisive_part(
    hours: Hours, start: int, target: Target, pauses: Iterable[Pause], reading: str
) -> Target:
    """Return the part that decides with the closed pauses: the first one with its deadline."""
    closed, _ = settle(pauses, start)
    dues: list[float] = []
    for part in target.parts:
        try:
            dues.append(due(hours, start, part, closed, reading))
        except Never:
            dues.append(math.inf)
    return target.parts[dues.index(max(dues) if target.kind == "later" else min(dues))]


# --- States ---------------------------------------------------------------------------------------


def to_warn(text: str) -> Fraction | Target:
    """Return the share of the time of a target, or the length before its deadline."""
    if text.endswith(" before"):
        return to_target(text.removesuffix(" before"))
    return Fraction(text)


def at_length_before(
    hours: Hours,
    start: int,
    target: Target,
    length: Target,
    pauses: Iterable[Pause],
    reading: str,
) -> int:
    """Return the latest instant with at least a length outside pauses up to the deadline.

    Raises Paused if the length counts another time than the target, and the deadline is unknown.
    """
    closed, begins_open = settle(pauses, start)
    end = due(hours, start, target, closed, reading)
    counted = counted_over(hours, length)
    if begins_open is not None and begins_open < end and counted is not counted_over(hours, target):
        raise Paused(0)
    low, high = start, end  # the instant is in `[low, high)`, or it is the start
    while low + 1 < high:
        middle = (low + high) // 2
        if elapsed(counted, middle, end, closed) >= length.amount:
            low = middle
        else:
            high = middle
    if begins_open is not None and begins_open < end and low > begins_open:
        raise Paused(0)
    return low


def at_risk_at(
    hours: Hours,
    start: int,
    target: Target,
    ratio: Fraction | Target,
    pauses: Iterable[Pause] = (),
    reading: str = "close",
) -> int:
    """Return the instant from which a running target is at risk."""
    if target.parts:
        target = decisive_part(hours, start, target, pauses, reading)
    if isinstance(ratio, Target):
        return at_length_before(hours, start, target, ratio, pauses, reading)
    counted = counted_over(hours, target)
    if target.kind in ("clock", "business"):
        length = target.amount
    else:
        length = elapsed(counted, start, plain_due(hours, start, target, reading))
    kind = "clock" if counted is AROUND_THE_CLOCK else "business"
    part = Target(kind, math.ceil(ratio * length))
    return due(hours, start, part, pauses, reading)


class Verdict(NamedTuple):
    """The state of a target at an instant."""

    state: str
    due: int | None
    at_risk_at: int | None
    remaining: int | None = None  # if an open pause leaves the deadline unknown


def judge(
    hours: Hours,
    opened: int,
    target: Target,
    now: int,
    *,
    pauses: Sequence[Pause] = (),
    reading: str = "close",
    ratio: Fraction | Target | None = None,
    first_metric: bool = True,
    answered: int | None = None,
    updated: int | None = None,
    resolved: int | None = None,
    starts: str = "opened",
    start: int | None = None,
) -> Verdict:
    """Return the state, the deadline, and the instant of the risk.

    `starts` is an event or free text; `start` is the instant of the free text.
    """
    begins = _start(starts, opened, answered, updated, start)
    ends = answered if first_metric and not target.recurs else resolved
    if any(event is not None and event < opened for event in (answered, updated, resolved, start)):
        raise Refused("an event before opened")
    if begins is not None and ends is not None and ends < begins:
        raise Refused("the end is before the start")
    # Later events have not happened.
    answered, updated, ends = (
        None if event is None or event > now else event for event in (answered, updated, ends)
    )
    pauses = [(p, q) for p, q in pauses if q is not None or p <= now]
    begins = _start(starts, opened, answered, updated, start)
    if begins is None:
        return Verdict("not-started", None, None)
    anchor = begins
    if target.recurs:
        if updated is not None and updated >= begins:
            anchor = updated
        elif answered is not None and answered >= begins:
            anchor = answered
    if ends is not None:  # it closes an open pause
        closed, begins_open = settle(pauses, anchor)
        pauses = closed if begins_open is None else [*closed, (begins_open, max(begins_open, ends))]
    risk = None
    if ratio is not None:
        with suppress(Paused):
            risk = at_risk_at(hours, anchor, target, ratio, pauses, reading)
    try:
        result = due(hours, anchor, target, pauses, reading)
    except Paused as paused:
        state = "not-started" if now < begins else "paused"
        return Verdict(state, None, risk, paused.remaining)
    if now < begins:
        return Verdict("not-started", result, risk)
    if ends is not None:
        return Verdict("met" if ends <= result else "breached", result, risk)
    if now > result:
        return Verdict("breached", result, risk)
    if risk is not None and now >= risk:
        return Verdict("at-risk", result, risk)
    return Verdict("running", result, risk)


def judge_changed(
    hours: Hours,
    opened: int,
    target: Target,
    changes: Sequence[tuple[int, Target]],
    now: int,
    *,
    on_change: str,
    pauses: Sequence[Pause] = (),
    reading: str = "close",
    ratio: Fraction | Target | None = None,
    first_metric: bool = True,
    answered: int | None = None,
    updated: int | None = None,
    resolved: int | None = None,
    starts: str = "opened",
    start: int | None = None,
) -> Verdict:
    """Return the state of a case with changes: from an instant, it has another target."""
    if any(at < opened for at, _ in changes):
        raise Refused("a change before opened")

    def judged(target: Target, begins: int | None = None) -> Verdict:
        """Judge a target alone, with its own start or with that of the metric."""
        ends = answered if first_metric and not target.recurs else resolved
        is_over = False
        own = pauses
        if begins is not None and ends is not None and ends < begins and ends <= now:
            is_over = True
            # The end closes an open pause.
            own = [(p, max(p, ends) if q is None else q) for p, q in pauses]
        result = judge(
            hours, opened, target, now,
            pauses=own, reading=reading, ratio=ratio, first_metric=first_metric,
            answered=None if is_over and not target.recurs else answered,
            updated=updated,
            resolved=None if is_over else resolved,
            starts=starts if begins is None else "at a change",
            start=start if begins is None else begins,
        )  # fmt: skip
        if is_over:  # ended before the change: nothing was left to do
            return Verdict("met", result.due, result.at_risk_at)
        return result

    happened = [(opened, target), *((at, new) for at, new in changes if at <= now)]
    known = {
        "answered": None if answered is None or answered > now else answered,
        "updated": None if updated is None or updated > now else updated,
    }
    begins = _start(starts, opened, known["answered"], known["updated"], start)
    if begins is None or begins < opened:
        return judged(happened[-1][1])
    legs = [(begins, [new for at, new in happened if at <= begins][-1])]
    for at, new in happened:
        if at <= begins:
            continue
        ends = answered if first_metric and not legs[-1][1].recurs else resolved
        if ends is not None and ends <= at:
            break
        if new != legs[-1][1]:
            legs.append((at, new))
    if on_change == "keep":
        return judged(legs[0][1])
    if on_change == "carry" or len(legs) == 1:
        return judged(legs[-1][1])
    for number, (at, own) in enumerate(legs):
        begin = None if number == 0 else at
        if number == len(legs) - 1:
            return judged(own, begin)
        with suppress(Refused):  # a target that is never reached does not pass
            verdict = judged(own, begin)
            if verdict.due is not None and verdict.due < legs[number + 1][0]:
                return verdict
    raise AssertionError


def _start(
    starts: str, opened: int, answered: int | None, updated: int | None, start: int | None
) -> int | None:
    """Return the start of a metric, or None if it has not happened."""
    if starts == "answered":
        return answered
    if starts == "updated":
        return updated
    return opened if start is None else start
