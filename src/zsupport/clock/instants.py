"""Instants (whole seconds since the epoch): parsing, formatting, and conversion of local times.

The clock calculates only with these integers. Only two functions convert local times:
`instant_in_zone`, which refuses ambiguous times, and `at_local`, which chooses an instant in a DST
gap or a DST fold. No timedelta is added to an aware local datetime: that would move the wall-clock
time, and a day with a transition does not have 24 hours.
"""

from __future__ import annotations

from zsupport import dates
from zsupport.clock.problem import BadText, shown
from zsupport.clock.zonefile import offset_at, offset_pieces, offsets_around
from zsupport.clock.zones import fixed_zone, offset_parts
from zsupport.wording import Message

#: Accepted instants are from 1973-01-01T00:00:00Z until before 2201-01-01T00:00:00Z. Since 1973,
#: every offset of every zone is a whole number of minutes.
FIRST = 94_694_400
END = 7_289_654_400

#: An instant from a Python program: an aware datetime, or a text for `parse_instant`.
Instant = dates.datetime | str

_DAY = 86_400
_EPOCH_DAY = dates.date(1970, 1, 1).toordinal()
_EPOCH = dates.datetime(1970, 1, 1, tzinfo=dates.UTC)

# The start of a text that is almost an instant. Instants are parsed without patterns, because
# importing `re` takes a third of the start-up time of Python.
_NEAR_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+"


def parse_instant(
    text: str, *, now: int, zone: dates.tzinfo | None, tz: str = ""
) -> tuple[int, dates.tzinfo | None]:
    """Return the instant of `text`, and the time zone that the text states, if any.

    `now` is the instant of the word `now`. `zone` is the time zone of local times; `tz` names the
    field that states it, for hints. Without `zone` an offset is required. Z and -00:00 give
    `datetime.timezone.utc`, any other offset (+01:00, +0100 or +01) gives a fixed zone, so +00:00
    is printed as +00:00. `now`, `@EPOCH` and local times state no zone. Fractions of a second are
    rounded down. Raises BadText. For a local time in a DST gap or a DST fold of `zone`, its hint
    has both possible instants.
    """
    if text == "now":
        return within_range(now, text), None
    if digits := _epoch_digits(text):
        return _from_epoch(digits, text), None
    parts = _time_parts(text)
    if parts is None:
        raise _invalid_instant(text, zone, tz)
    *local_parts, offset = parts
    local = local_seconds(local_parts, text, tz)
    if not offset:
        return within_range(instant_in_zone(local, zone, text, tz), text), None
    if offset in {"Z", "z", "-00:00", "-0000", "-00"}:
        return within_range(local, text), dates.UTC
    minutes = offset_minutes(offset, text)
    return within_range(local - minutes * 60, text), fixed_zone(minutes)


def pause_parts(text: str) -> tuple[str, str | None]:
    """Return the texts of the two instants of `FROM/TO`, None for an omitted end; raise BadText."""
    begin, slash, end = text.partition("/")
    if not slash or not begin:
        raise BadText(
            Message("invalid pause {text}", text=shown(text)),
            Message("FROM/TO, or FROM/ for a pause without an end"),
        )
    return begin, end or None


def format_instant(t: int, zone: dates.tzinfo) -> str:
    """Return `t` as RFC 3339 in whole seconds, with Z if `zone` is `datetime.timezone.utc`."""
    # `is`: a fixed offset of zero is equal to timezone.utc, but is printed as +00:00.
    if zone is dates.UTC:
        return dates.datetime.fromtimestamp(t, zone).isoformat()[:-6] + "Z"
    return dates.datetime.fromtimestamp(t, zone).isoformat()


class InstantText(str):
    """An instant in a message: RFC 3339 in UTC, which `in_zone` shows in another time zone."""

    __slots__ = ("instant",)
    instant: int

    def __new__(cls, instant: int) -> InstantText:
        """Create the text of an instant."""
        text = str.__new__(cls, format_instant(instant, dates.UTC))
        text.instant = instant
        return text

    def __getnewargs__(self) -> tuple[int]:  # type: ignore[override] # that of `__new__`
        """Return the instant, for copies and pickles."""
        return (self.instant,)


def in_zone(text: str, zone: dates.tzinfo) -> str:
    """Return a message with its instants in a time zone; other texts do not change."""
    if isinstance(text, InstantText):
        return format_instant(text.instant, zone)
    if isinstance(text, Message):
        return text.mapped(lambda part: in_zone(part, zone) if isinstance(part, str) else part)
    return text


def at_local(date: dates.date, seconds: int, zone: dates.tzinfo) -> int:
    """Return the instant of a local time: `seconds` from the midnight of a date, in `zone`.

    In a DST gap, it is the first instant after the gap; in a DST fold, the earlier instant (the
    guide `deadlines`, "Daylight saving time"). `seconds` from 86400 on are a time of a later date.
    The result can be outside the accepted years; the caller limits its search.
    """
    local = (date.toordinal() - _EPOCH_DAY) * _DAY + seconds
    before, after = offsets_around(zone, local)
    if before >= after:
        return local - before
    # In a gap, the transition is between the instants that both offsets give.
    return _transition(local - after, local - before, zone)


def local_date(t: int, zone: dates.tzinfo) -> dates.date:
    """Return the local date at `t` in `zone`."""
    return dates.date.fromordinal((t + offset_at(zone, t)) // _DAY + _EPOCH_DAY)


def latest_local(t: int, zone: dates.tzinfo) -> tuple[dates.date, int]:
    """Return the latest local date up to `t` in `zone`, and the time of that date.

    The time is in seconds from the midnight of the date. It never goes back. In the second pass of
    a DST fold, it stays at the time at which the clock was set back (24:00 is 86400 of the previous
    date). See the guide `deadlines`, "Daylight saving time".
    """
    offset = offset_at(zone, t)
    latest = t + offset
    day = latest // _DAY
    before, after = offsets_around(zone, latest)
    if before > after == offset:
        # The first pass of the fold had the same local time.
        latest = _transition(latest - before, t, zone) + before
        day = (latest - 1) // _DAY
    return dates.date.fromordinal(day + _EPOCH_DAY), latest - day * _DAY


def from_datetime(value: dates.datetime) -> int:
    """Return the instant of an aware datetime, rounded down to the second.

    Raises ValueError for a naive datetime, and outside the years 1973 to 2200.
    """
    try:
        since = value - _EPOCH
    except TypeError:
        raise ValueError(
            f"datetime without time zone: {value!r}; set tzinfo, such as datetime.timezone.utc"
        ) from None
    t = since.days * _DAY + since.seconds
    if not FIRST <= t < END:
        raise ValueError(f"instant outside the years 1973 to 2200 (UTC): {value!r}")
    return t


def instant_of(value: Instant, now: int) -> int:
    """Return the instant of an aware datetime or of a text with an offset.

    Texts are parsed by `parse_instant`: RFC 3339, `@EPOCH`, or `now`. Raises ValueError (BadText is
    a ValueError), also for a local time.
    """
    if not isinstance(value, str):
        return from_datetime(value)
    return parse_instant(value, now=now, zone=None)[0]


def to_datetime(t: int) -> dates.datetime:
    """Return `t` as an aware datetime in UTC."""
    return dates.datetime.fromtimestamp(t, dates.UTC)


def within_range(t: int, text: str) -> int:
    """Return an instant in the accepted years; raise BadText for another."""
    if not FIRST <= t < END:
        raise BadText(
            Message("{text} is out of range", text=shown(text)),
            Message("an instant in the years 1973 to 2200 (UTC)"),
        )
    return t


def _epoch_digits(text: str) -> str | None:
    """Return the whole seconds of `@EPOCH`, without a fraction; None for another text."""
    whole, dot, fraction = text[1:].partition(".")
    numbers = [whole.removeprefix("-"), *([fraction] if dot else ())]
    return whole if text[:1] == "@" and all(map(_is_number, numbers)) else None


def _time_parts(text: str) -> list[str] | None:
    """Return the parts of an RFC 3339 time, from the year to the second, and the offset.

    The second and the offset may be empty. A fraction is ignored. None for another text.
    """
    if (text[4:5], text[7:8], text[13:14]) != ("-", "-", ":") or text[10:11] not in {"T", "t", " "}:
        return None
    second, rest = "", text[16:]
    numbers = [text[:4], text[5:7], text[8:10], text[11:13], text[14:16]]
    if rest[:1] == ":":
        second, rest = rest[1:3], rest[3:]
        numbers.append(second)
        if rest[:1] == ".":
            fraction = rest[1:]
            rest = fraction.lstrip("0123456789")
            numbers.append(fraction.removesuffix(rest))
    widths = [4, 2, 2, 2, 2, 2]
    if not all(map(_is_number, numbers)) or [*map(len, numbers)][:6] != widths[: len(numbers)]:
        return None
    if rest not in {"", "Z", "z"} and offset_parts(rest) is None:
        return None
    return [*numbers[:5], second, rest]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _from_epoch(digits: str, text: str) -> int:
    # More digits are out of range, and Python refuses to convert thousands of digits.
    t = int(digits) if len(digits) <= 20 else END
    if FIRST <= t // 1000 < END and not FIRST <= t < END:
        raise BadText(
            Message("{text} is out of range", text=shown(text)),
            Message("an instant in the years 1973 to 2200 (UTC)"),
            Message("write seconds, not milliseconds: `@{seconds}`", seconds=t // 1000),
        )
    return within_range(t, text)


def local_seconds(parts: list[str], text: str, tz: str) -> int:
    """Return the seconds from the epoch to a wall-clock time, as if it were UTC."""
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    quoted = shown(text)
    message = hint = None
    try:
        date = dates.date(year, month, day)
    except ValueError:
        message = Message(
            "invalid instant {text}: date {date} does not exist",
            text=quoted,
            date="-".join(parts[:3]),
        )
        if not 1 <= month <= 12:
            hint = Message("write a month from 01 to 12")
        elif year and not 1 <= day <= 28:
            hint = Message("write a day from 01 to {last}", last=_days_of_month(year, month))
    else:
        if (hour, minute, second) == (24, 0, 0):
            message = Message("invalid instant {text}: the last hour is 23", text=quoted)
            hint = Message("write 00:00 of the next date")
        elif hour > 23:
            message = Message(
                "invalid instant {text}: hour {hour} does not exist",
                text=quoted,
                hour=parts[3],
            )
            hint = Message("write an hour from 00 to 23")
        elif minute > 59:
            message = Message(
                "invalid instant {text}: minute {minute} does not exist",
                text=quoted,
                minute=parts[4],
            )
            hint = Message("write a minute from 00 to 59")
        elif second == 60:
            message = Message("invalid instant {text}: leap seconds are not supported", text=quoted)
            hint = Message("write second 59")
        elif second > 59:
            message = Message(
                "invalid instant {text}: second {second} does not exist",
                text=quoted,
                second=parts[5],
            )
            hint = Message("write a second from 00 to 59")
        else:
            return (date.toordinal() - _EPOCH_DAY) * _DAY + hour * 3600 + minute * 60 + second
    raise BadText(message, expected_instant(tz), hint)


def _days_of_month(year: int, month: int) -> int:
    """Return the number of days of a month."""
    if month == 12:
        return 31
    return (dates.date(year, month + 1, 1) - dates.timedelta(days=1)).day


def offset_minutes(offset: str, text: str) -> int:
    """Return the minutes of an offset such as +01:00 or +0100; raise BadText above 23:59."""
    hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise BadText(
            Message(
                "invalid instant {text}: offset {offset} does not exist",
                text=shown(text),
                offset=offset,
            ),
            Message("an offset up to 23:59"),
        )
    total = hours * 60 + minutes
    return -total if offset[0] == "-" else total


def instant_in_zone(local: int, zone: dates.tzinfo | None, text: str, tz: str) -> int:
    """Return the instant of a wall-clock time in `zone`; raise BadText in a DST gap or fold."""
    if zone is None:
        raise BadText(
            Message("local time {text} has no time zone", text=shown(text)),
            expected_instant(tz),
            Message("add an offset such as Z or +01:00, or the time zone with {tz}", tz=tz)
            if tz
            else Message("add an offset such as Z or +01:00"),
        )
    # An offset is shorter than a day. Before the accepted years, offsets can have seconds.
    if not FIRST - _DAY <= local < END + _DAY:
        return within_range(local, text)
    before, after = offsets_around(zone, local)
    if before == after:
        return local - before
    # The hint proposes the local time with each of the two offsets.
    wall = to_datetime(local).replace(tzinfo=None)
    first, second = (
        wall.replace(tzinfo=fixed_zone(offset // 60)).isoformat() for offset in (before, after)
    )
    if before < after:
        raise BadText(
            Message("{text} does not exist in {zone}: DST gap", text=shown(text), zone=zone),
            expected_instant(tz),
            Message(
                "write `{first}` (the offset before) or `{second}` (the offset after)",
                first=first,
                second=second,
            ),
        )
    raise BadText(
        Message("{text} exists twice in {zone}: DST fold", text=shown(text), zone=zone),
        expected_instant(tz),
        Message(
            "write `{first}` (the first time) or `{second}` (the second time)",
            first=first,
            second=second,
        ),
    )


def _transition(low: int, high: int, zone: dates.tzinfo) -> int:
    """Return the instant of the transition after `low` and not after `high`."""
    return [start for start, _, _ in offset_pieces(zone, low, high + 1)][-1]


def expected_instant(tz: str) -> str:
    """Return the texts that `parse_instant` accepts; `tz` names the field of the time zone."""
    if tz:
        return Message(
            "an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00,"
            " `now`, `@EPOCH`, or a local time with {tz}",
            tz=tz,
        )
    return Message(
        "an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00, `now`, `@EPOCH`"
    )


def _invalid_instant(text: str, zone: dates.tzinfo | None, tz: str) -> BadText:
    import re

    message, hint = Message("invalid instant {text}", text=shown(text)), None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        message = Message("invalid instant {text}: the time of day is missing", text=shown(text))
        hint = (
            Message("add a time of day such as 09:00")
            if zone
            else Message("add a time of day and an offset such as T09:00:00+01:00")
        )
    elif re.fullmatch(_NEAR_TIME + r",[0-9]+.*", text):
        message = Message(
            "invalid instant {text}: a comma before the fraction is not supported", text=shown(text)
        )
        hint = Message("write a dot before the fraction of a second")
    elif match := re.fullmatch(_NEAR_TIME + r" ?(?:[+-][0-9]{1,2}:?[0-9]{0,2}|(UTC|GMT))", text):
        message = Message(
            "invalid instant {text}: the offset is not of the form +HH:MM", text=shown(text)
        )
        hint = Message("write the offset as +01:00, right after the time")
        if match[1]:
            hint = Message("write Z for UTC, right after the time")
    elif match := re.fullmatch(r"([0-9]{1,20})(?:\.[0-9]+)?", text):
        message = Message("invalid instant {text}: a number needs the prefix `@`", text=shown(text))
        hint = Message("write seconds since 1970 as `@{seconds}`", seconds=match[1])
    elif re.fullmatch(r"(?i:now)", text):
        message = Message("invalid instant {text}: `now` must be lower case", text=shown(text))
        hint = Message("write `now`")
    elif re.fullmatch(_NEAR_TIME + r"(?:Z|[+-][0-9:]+)? ?\[?[A-Za-z_/+]+\]?", text):
        message = Message(
            "invalid instant {text}: a time zone after the time is not supported", text=shown(text)
        )
        hint = Message("write the offset instead")
        if tz:
            hint = Message("write the offset instead, or only the local time with {tz}", tz=tz)
    return BadText(message, expected_instant(tz), hint)


def duration(seconds: int, *, days: bool = True) -> Message:
    """Return a duration for people: `3 h 20 min`, `2 d 4 h`.

    Use `days=False` for working time: 24 working hours are not a day.
    """
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    whole, hours = divmod(hours, 24) if days else (0, hours)
    if whole and hours:
        return Message("{days} d {hours} h", days=whole, hours=hours)
    if whole:
        return Message("{days} d", days=whole)
    if hours and minutes:
        return Message("{hours} h {minutes} min", hours=hours, minutes=minutes)
    if hours:
        return Message("{hours} h", hours=hours)
    if minutes:
        return Message("{minutes} min", minutes=minutes)
    return Message("{seconds} s", seconds=rest)
