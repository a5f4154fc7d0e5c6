"""Instants: whole seconds since the epoch, how they are read, printed and made from local times.

All of the clock's arithmetic is on these integers. A local time becomes one at the edges only, by
`parse_instant` (which refuses what it cannot know) and `at_local` (which goes by the clock
definition, rule 9), and no timedelta is ever added to an aware local datetime: that would move
the wall clock, and a day with a transition is not 24 hours.
"""

from __future__ import annotations

from zsupport import dates
from zsupport.clock.problem import BadText, shown
from zsupport.clock.zonefile import offset_at, offset_pieces, offsets_around
from zsupport.clock.zones import fixed_zone, offset_parts

#: The first instant that is accepted, 1973-01-01T00:00:00Z, and the first that no longer is,
#: 2201-01-01T00:00:00Z. Since 1973 every offset of every zone is a whole number of minutes.
FIRST = 94_694_400
END = 7_289_654_400

#: A moment as Python programs give it: an aware datetime, or a text that `parse_instant` reads.
Instant = dates.datetime | str

_EXPECTED = "an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00, `now`, `@EPOCH`"

_DAY = 86_400
_EPOCH_DAY = dates.date(1970, 1, 1).toordinal()
_EPOCH = dates.datetime(1970, 1, 1, tzinfo=dates.UTC)

# What is nearly an instant, for a hint each. Instants are read without patterns: to load `re` takes
# a third of the start of Python.
_NEAR_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+"
_NEARLY = (
    (
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "it is a date without a time of day",
        "add the time of day and an offset, such as T09:00:00+01:00",
    ),
    (
        _NEAR_TIME + r",[0-9]+.*",
        "it has a comma",
        "write the fraction of a second after a dot",
    ),
    (
        _NEAR_TIME + r" ?[+-][0-9]{1,2}:?[0-9]{0,2}",
        "its offset is not of the form +HH:MM",
        "write the offset as +01:00, right after the time",
    ),
    (
        _NEAR_TIME + r" ?(UTC|GMT)",
        "its offset is not of the form +HH:MM",
        "write Z for UTC, right after the time",
    ),
    (r"([0-9]{1,20})(?:\.[0-9]+)?", "it is a number", "write seconds since 1970 as `@{0}`"),
    (r"(?i:now)", "it is not in lower case", "write `now`"),
)
_NAMES_ZONE = _NEAR_TIME + r"(Z|[+-][0-9:]+)? ?\[?[A-Za-z_/+]+\]?"


def parse_instant(
    text: str, *, now: int, zone: dates.tzinfo | None, tz: str = ""
) -> tuple[int, dates.tzinfo | None]:
    """Return the instant that `text` says, and the zone that the text itself states, if any.

    `now` is the instant of the word now. `zone` is the time zone of local times; `tz` names the
    field that states it, for hints. Without `zone` an offset is required. Z and -00:00 state
    `datetime.timezone.utc`, any other offset (+01:00, +0100 or +01) a fixed zone (+00:00 is
    printed as +00:00). `now`, `@EPOCH` and local times state no zone. Fractions of a second are
    floored. Raises BadText, also for a local time in a DST gap or a DST fold of `zone`, with both
    readings.
    """
    if text == "now":
        return _within_range(now, text), None
    if digits := _epoch_digits(text):
        return _from_epoch(digits, text), None
    parts = _time_parts(text)
    if parts is None:
        raise _refusal(text, tz)
    *local_parts, stated = parts
    local = _local_seconds(local_parts, text, tz)
    if not stated:
        return _within_range(_in_zone(local, zone, text, tz), text), None
    if stated in {"Z", "z", "-00:00", "-0000", "-00"}:
        return _within_range(local, text), dates.UTC
    minutes = _offset_minutes(stated, text)
    return _within_range(local - minutes * 60, text), fixed_zone(minutes)


def pause_parts(text: str) -> tuple[str, str | None]:
    """Return the texts of the two instants of `FROM/TO`, None for an end that is left out.

    Raises BadText.
    """
    begin, slash, end = text.partition("/")
    if not slash or not begin:
        raise BadText(f"{shown(text)} is not a pause", "FROM/TO, or FROM/ while it lasts")
    return begin, end or None


def format_instant(t: int, zone: dates.tzinfo) -> str:
    """Return `t` as RFC 3339 in whole seconds: with Z if `zone` is `datetime.timezone.utc`."""
    # `is`, for a fixed offset of zero equals timezone.utc and is printed as +00:00.
    if zone is dates.UTC:
        return dates.datetime.fromtimestamp(t, zone).isoformat()[:-6] + "Z"
    return dates.datetime.fromtimestamp(t, zone).isoformat()


def at_local(date: dates.date, seconds: int, zone: dates.tzinfo) -> int:
    """Return the instant of a local time: `seconds` from the midnight of a date, in `zone`.

    By the clock definition, rule 9: in a gap the first instant after it, in a fold the earlier
    one. From 86400 on it is a time of a later date. The result may lie outside the accepted years;
    the caller bounds what it searches.
    """
    local = (date.toordinal() - _EPOCH_DAY) * _DAY + seconds
    before, after = offsets_around(zone, local)
    if before >= after:
        return local - before
    # In a gap: the transition lies after `low` and at or before `high`.
    return _transition(local - after, local - before, zone)


def local_date(t: int, zone: dates.tzinfo) -> dates.date:
    """Return the date that the calendar of `zone` shows at `t`."""
    return dates.date.fromordinal((t + offset_at(zone, t)) // _DAY + _EPOCH_DAY)


def latest_local(t: int, zone: dates.tzinfo) -> tuple[dates.date, int]:
    """Return the latest date that clocks of `zone` have shown by `t`, and the time of that date.

    The time is in seconds from the midnight of the date. By the clock definition, rules 7 and 8: a
    date that the clock has left does not come back, and in the second pass of a fold every time
    counts as the one at which the clock was put back (24:00 is 86400 of the date shown before).
    """
    offset = offset_at(zone, t)
    latest = t + offset
    day = latest // _DAY
    before, after = offsets_around(zone, latest)
    if before > after == offset:
        # The first pass shows the same time before the clock is put back.
        latest = _transition(latest - before, t, zone) + before
        day = (latest - 1) // _DAY
    return dates.date.fromordinal(day + _EPOCH_DAY), latest - day * _DAY


def from_datetime(value: dates.datetime) -> int:
    """Return the instant of an aware datetime, floored to the second.

    Raises ValueError for a naive one, and for one outside the years 1973 to 2200.
    """
    try:
        since = value - _EPOCH
    except TypeError:
        raise ValueError(
            f"a datetime without a zone says no instant: {value!r}; give it a tzinfo, such as "
            "datetime.timezone.utc"
        ) from None
    t = since.days * _DAY + since.seconds
    if not FIRST <= t < END:
        raise ValueError(f"instants are in the years 1973 to 2200 (UTC), not {value!r}")
    return t


def instant_of(value: Instant, now: int) -> int:
    """Return the instant that an aware datetime, or a text with an offset, says.

    A text is read by `parse_instant`: RFC 3339, `@EPOCH`, or `now`. Raises ValueError, of which
    BadText is one; a text that says a local time is refused.
    """
    if not isinstance(value, str):
        return from_datetime(value)
    return parse_instant(value, now=now, zone=None)[0]


def to_datetime(t: int) -> dates.datetime:
    """Return `t` as an aware datetime in UTC."""
    return dates.datetime.fromtimestamp(t, dates.UTC)


def _within_range(t: int, text: str) -> int:
    if not FIRST <= t < END:
        raise BadText(
            f"{shown(text)} is out of range", "an instant in the years 1973 to 2200 (UTC)"
        )
    return t


def _epoch_digits(text: str) -> str | None:
    """Return the whole seconds of `@EPOCH`, which may have a fraction; None for another text."""
    whole, dot, fraction = text[1:].partition(".")
    numbers = [whole.removeprefix("-"), *([fraction] if dot else ())]
    return whole if text[:1] == "@" and all(map(_is_number, numbers)) else None


def _time_parts(text: str) -> list[str] | None:
    """Return the parts of an RFC 3339 time: from the year to the second, and the offset.

    The second and the offset may be empty, a fraction is dropped. None for another text.
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
    # More digits than this are out of range, and Python refuses to convert thousands of them.
    t = int(digits) if len(digits) <= 20 else END
    if FIRST <= t // 1000 < END and not FIRST <= t < END:
        raise BadText(
            f"{shown(text)} is out of range",
            "an instant in the years 1973 to 2200 (UTC)",
            f"write seconds, not milliseconds: `@{t // 1000}`",
        )
    return _within_range(t, text)


def _local_seconds(parts: list[str], text: str, tz: str) -> int:
    """Return the seconds from the epoch to that wall time, as if it were UTC."""
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    problem = hint = None
    try:
        date = dates.date(year, month, day)
    except ValueError:
        problem = f"there is no date {'-'.join(parts[:3])}"
    else:
        if (hour, minute, second) == (24, 0, 0):
            problem, hint = "the hours end at 23", "write 00:00 of the next date"
        elif hour > 23:
            problem = f"there is no hour {parts[3]}"
        elif minute > 59:
            problem = f"there is no minute {parts[4]}"
        elif second == 60:
            problem, hint = "leap seconds have no instant of their own", "write second 59"
        elif second > 59:
            problem = f"there is no second {parts[5]}"
        else:
            return (date.toordinal() - _EPOCH_DAY) * _DAY + hour * 3600 + minute * 60 + second
    raise BadText(f"{shown(text)} is no time: {problem}", _expected(tz), hint)


def _offset_minutes(stated: str, text: str) -> int:
    hours, minutes = int(stated[1:3]), int(stated[3:].lstrip(":") or 0)
    if hours > 23 or minutes > 59:
        raise BadText(
            f"{shown(text)} is no time: there is no offset {stated}", "an offset up to 23:59"
        )
    total = hours * 60 + minutes
    return -total if stated[0] == "-" else total


def _in_zone(local: int, zone: dates.tzinfo | None, text: str, tz: str) -> int:
    """Return the one instant at which `zone` shows that wall time; raise BadText if not one."""
    if zone is None:
        raise BadText(
            f"{shown(text)} is a local time without a zone",
            _expected(tz),
            "add an offset, such as Z or +01:00" + (f", or name the zone with {tz}" if tz else ""),
        )
    # An offset is less than a day: what is further out needs no look at the zone, which knows
    # no minutes in the years before.
    if not FIRST - _DAY <= local < END + _DAY:
        return _within_range(local, text)
    before, after = offsets_around(zone, local)
    if before == after:
        return local - before
    # Both readings carry the time as written, so that either can be given in its place.
    wall = to_datetime(local).replace(tzinfo=None)
    first, second = (
        wall.replace(tzinfo=fixed_zone(offset // 60)).isoformat() for offset in (before, after)
    )
    if before < after:
        raise BadText(
            f"{shown(text)} does not exist in {zone}: the clock is put forward over it",
            _expected(tz),
            f"write `{first}` (the offset before) or `{second}` (the offset after)",
        )
    raise BadText(
        f"{shown(text)} exists twice in {zone}: the clock is put back over it",
        _expected(tz),
        f"write `{first}` (the first time) or `{second}` (the second time)",
    )


def _transition(low: int, high: int, zone: dates.tzinfo) -> int:
    """Return the first instant after `low` with another offset, which `high` has already."""
    return [start for start, _, _ in offset_pieces(zone, low, high + 1)][-1]


def _expected(tz: str) -> str:
    return _EXPECTED + (f", or a local time together with {tz}" if tz else "")


def _refusal(text: str, tz: str) -> BadText:
    import re

    expected = _expected(tz)
    for pattern, problem, hint in _NEARLY:
        if match := re.fullmatch(pattern, text):
            return BadText(
                f"{shown(text)} is no instant: {problem}", expected, hint.format(*match.groups())
            )
    if re.fullmatch(_NAMES_ZONE, text):
        hint = "write the offset instead"
        hint += f", or the local time alone together with {tz}" if tz else ""
        return BadText(f"{shown(text)} is no instant: a zone stands after the time", expected, hint)
    return BadText(f"{shown(text)} is no instant", expected)


def duration(seconds: int, *, days: bool = True) -> str:
    """Return a length of time for people: `3 h 20 min`, `2 d 4 h`.

    Working time is told without `days`: 24 working hours are not a day.
    """
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    whole, hours = divmod(hours, 24) if days else (0, hours)
    if whole:
        parts = [f"{whole} d", f"{hours} h" if hours else ""]
    elif hours:
        parts = [f"{hours} h", f"{minutes} min" if minutes else ""]
    else:
        parts = [f"{minutes} min"] if minutes else [f"{rest} s"]
    return " ".join(part for part in parts if part)
