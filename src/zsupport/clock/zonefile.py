"""Zone files (TZif, RFC 9636): the offset of a time zone at an instant or local time.

`zoneinfo` reads the same files, but does not return the transitions, and importing it takes longer
than an answer. After the last transition of a file, the rule of its footer applies: a POSIX TZ
string, which is expanded on demand, year by year.
"""

from __future__ import annotations

from zsupport import dates
from zsupport.typed import TYPE_CHECKING, bisect_right

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY = 86_400
_WEEK = 7 * _DAY
_EPOCH = 719_163  # the ordinal of 1970-01-01
_NEVER = 1 << 62
_FAR = 1 << 37  # some 4,000 years from 1970
_LAST_YEAR = dates.MAXYEAR
_LAST_DAY = dates.date.max.toordinal()
# The largest file of tzdata has about 2 KB. Larger files are cut at this size.
MAX_BYTES = 1 << 16
# The places of the counts in the header of a block, and the sizes of the counted items: indicators
# of universal and of standard time, leap seconds, transitions, types of local time, designations.
_HEADER = 44
_COUNTS = range(20, _HEADER, 4)
_SIZES = ((1, 1, 8, 5, 6, 1), (1, 1, 12, 9, 6, 1))  # with transitions of 32 and of 64 bits

#: A change of offset by the rule of a footer: its day in a form that `_midnight` reads, and its
#: seconds from midnight, in the local time before the change.
_Change = tuple[tuple[int, ...], int]


class Zone(dates.tzinfo):
    """A time zone of the IANA database, from its zone file."""

    __slots__ = ("_content", "_known", "_last", "_name", "_rule")

    def __init__(self, name: str, content: bytes) -> None:
        """`content` is the content of the zone file. Raises ValueError if it is damaged."""
        self._name, self._content = name, content
        starts, offsets, last, footer = _block(content)
        self._rule = _rule(footer)
        #: The last transition of the file. The rule applies after it.
        self._last = last
        #: The transitions; the offsets before the first and after each of them; the end of the
        #: known transitions; and the first year that is not expanded. They are a single value, so
        #: that threads never see a mix of two versions.
        self._known = starts, offsets, last if self._rule else _NEVER, _year(last)

    def __getinitargs__(self) -> tuple[str, bytes]:
        """Return the arguments with which `pickle` and `copy` recreate the zone."""
        return self._name, self._content

    def __str__(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return f"Zone({self._name!r})"

    def offset(self, instant: int) -> int:
        """Return the offset in seconds east of UTC at an instant."""
        starts, offsets, until, _ = self._known
        if instant >= until:
            starts, offsets = self._extend(instant)
        return offsets[bisect_right(starts, instant)]

    def around(self, local: int) -> tuple[int, int]:
        """Return the offsets before and after the DST gap or fold at a local time.

        They are equal outside DST gaps and folds. In a gap, the first is smaller; in a fold, the
        first is larger. `local` is in seconds as if it were UTC.
        """
        # Offsets are shorter than a day, and two transitions are more than two days apart.
        starts, offsets, until, _ = self._known
        if local + _DAY >= until:
            starts, offsets = self._extend(local + _DAY)
        i = bisect_right(starts, local - _DAY)
        before = offsets[i]
        if i == len(starts) or starts[i] > local + _DAY:
            return before, before
        after, since = offsets[i + 1], local - starts[i]
        if since < min(before, after):
            return before, before
        return (after, after) if since >= max(before, after) else (before, after)

    def pieces(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield (from, to, offset) for each piece of `[start, end)` with a constant offset."""
        starts, offsets, known, _ = self._known
        if end >= known:
            starts, offsets = self._extend(end)
        i = bisect_right(starts, start)
        while start < end:
            until = starts[i] if i < len(starts) and starts[i] < end else end
            yield start, until, offsets[i]
            start, i = until, i + 1

    def utcoffset(self, moment: dates.datetime | None) -> dates.timedelta | None:
        """Return the offset of a local time; `fold` selects the offset in a DST gap or fold."""
        if moment is None:
            return None
        offset = self.around(_seconds(moment))[moment.fold]
        return dates.timedelta(seconds=offset)

    def dst(self, _: dates.datetime | None) -> None:
        """Return None: zone files do not state reliably how much of an offset is DST."""

    def tzname(self, _: dates.datetime | None) -> str:
        """Return the name of the zone, because abbreviations are ambiguous."""
        return self._name

    def abbreviation(self, instant: int) -> str:
        """Return the abbreviation in the zone file at an instant, such as `CET` or `-03`."""
        import io
        from zoneinfo import ZoneInfo

        name = dates.datetime.fromtimestamp(
            instant, ZoneInfo.from_file(io.BytesIO(self._content))
        ).tzname()
        return name or self._name

    def fromutc(self, moment: dates.datetime) -> dates.datetime:
        """Return the local time of a time in UTC, with `fold` in the second pass of a DST fold."""
        offset = self.offset(_seconds(moment))
        local = moment + dates.timedelta(seconds=offset)
        before, after = self.around(_seconds(local))
        return local.replace(fold=1) if before > after == offset else local

    def _extend(self, instant: int) -> tuple[list[int], list[int]]:
        """Expand the rule of the footer up to the year after an instant.

        Return the transitions and offsets.
        """
        assert self._rule is not None
        standard, summer, begins, ends = self._rule
        starts, offsets, _, year = self._known
        starts, offsets = starts[:], offsets[:]
        while year <= min(_year(instant) + 1, _LAST_YEAR):
            changes = [
                (_midnight(begins[0], year) + begins[1] - standard, summer),
                (_midnight(ends[0], year) + ends[1] - summer, standard),
            ]
            for start, offset in sorted(changes):
                if start <= self._last:
                    continue
                if starts and starts[-1] == start:  # DST ends and begins again
                    starts.pop()
                    offsets.pop()
                if offset != offsets[-1]:
                    starts.append(start)
                    offsets.append(offset)
            year += 1
        # A change by the rule can be up to a week and a day before its year.
        until = _NEVER
        if year <= _LAST_YEAR:
            until = (dates.date(year, 1, 1).toordinal() - _EPOCH - 8) * _DAY
        self._known = starts, offsets, until, year
        return starts, offsets


def offset_at(zone: dates.tzinfo, instant: int) -> int:
    """Return the offset of a time zone at an instant, in seconds; the zone can be fixed."""
    return zone.offset(instant) if isinstance(zone, Zone) else _fixed(zone)


def offsets_around(zone: dates.tzinfo, local: int) -> tuple[int, int]:
    """Return the offsets before and after the DST gap or fold at a local time.

    See `Zone.around`. A fixed zone has two equal offsets.
    """
    return zone.around(local) if isinstance(zone, Zone) else (_fixed(zone), _fixed(zone))


def offset_pieces(zone: dates.tzinfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Return (from, to, offset) for each piece of `[start, end)` with a constant offset."""
    if isinstance(zone, Zone):
        return zone.pieces(start, end)
    return iter([(start, end, _fixed(zone))] if start < end else [])


def _fixed(zone: dates.tzinfo) -> int:
    assert isinstance(zone, dates.timezone)
    offset = zone.utcoffset(None)
    return offset.days * _DAY + offset.seconds


def _block(content: bytes) -> tuple[list[int], list[int], int, str]:
    """Return the transitions of a file, their offsets, the last transition, and the footer.

    There is one more offset than transitions: the first is the offset before all of them. The list
    omits transitions that do not change the offset. The last transition can be such a transition;
    it is 0 if the file has no transitions.
    """

    def integers(start: int, count: int, size: int, step: int) -> list[int]:
        if start + count * step > len(content):
            raise ValueError("the zone file is truncated")
        places = range(start, start + count * step, step)
        return [int.from_bytes(content[at : at + size], "big", signed=True) for at in places]

    at = 0
    for sizes in _SIZES:
        if content[at : at + 4] != b"TZif" or content[at + 4 : at + 5] < b"2":
            raise ValueError("not a zone file of version 2 or later")
        counts = [integers(at + place, 1, 4, 4)[0] for place in _COUNTS]
        if min(counts) < 0:
            raise ValueError("the zone file has a negative count")
        begin, at = at, at + _HEADER + sum(n * size for n, size in zip(counts, sizes, strict=True))
    times, types = counts[3], counts[4]
    begin += _HEADER
    starts = integers(begin, times, 8, 8)
    last = starts[-1] if starts else 0
    if starts != sorted(starts) or not -_FAR < last < _FAR:
        raise ValueError("the zone file has a transition out of order")
    kinds = content[begin + 8 * times : begin + 9 * times]
    by_kind = integers(begin + 9 * times, types, 4, 6)
    if not by_kind or max(kinds, default=0) >= types:
        raise ValueError("the zone file has a transition without a type")
    if max(map(abs, by_kind)) >= _DAY:
        raise ValueError("the zone file has an offset of a day or more")
    transitions: list[int] = []
    offsets = [by_kind[0]]
    for start, kind in zip(starts, kinds, strict=True):
        if by_kind[kind] != offsets[-1]:  # otherwise the offset does not change
            transitions.append(start)
            offsets.append(by_kind[kind])
    footer = content[at:]
    if len(footer) < 2 or not footer.startswith(b"\n") or not footer.endswith(b"\n"):
        raise ValueError("the zone file has no footer")
    return transitions, offsets, last, footer[1:-1].decode("ascii")


def _rule(footer: str) -> tuple[int, int, _Change, _Change] | None:
    """Return the offsets of standard time and DST, and the start and end of DST.

    Return None if the offset never changes. Raises ValueError for an invalid POSIX TZ string, and
    for DST without start and end.
    """
    head, *days = footer.split(",")
    offsets = []
    rest = head
    while rest:
        name = rest.partition(">")[0] + ">" if rest[0] == "<" else rest[: _letters(rest)]
        rest = rest[len(name) :]
        number = rest[: next((i for i, c in enumerate(rest) if c == "<" or c.isalpha()), len(rest))]
        rest = rest[len(number) :]
        if not name:
            raise ValueError("the footer of the zone file has an offset without a name")
        offsets.append(number)
    # POSIX counts west of Greenwich. DST is by default one hour more than standard time.
    standard = -_time(offsets[0]) if offsets else 0
    if len(offsets) < 2 and not days:
        return None
    (_, second), (begins, ends) = offsets, days
    summer = -_time(second) if second else standard + 3600
    if max(abs(standard), abs(summer)) >= _DAY:
        raise ValueError("the footer of the zone file has an offset of a day or more")
    return standard, summer, _change(begins), _change(ends)


def _letters(text: str) -> int:
    return next((i for i, letter in enumerate(text) if not letter.isalpha()), len(text))


def _change(text: str) -> _Change:
    """Return the change of `M10.5.0/3`, `J60` or `59`; the default time is 02:00."""
    day, slash, time = text.partition("/")
    at = _time(time) if slash else 2 * 3600
    if day[:1] == "M":
        month, week, weekday = on = (*map(int, day[1:].split(".")),)
        valid = 1 <= month <= 12 and 1 <= week <= 5 and 0 <= weekday <= 6
    else:
        number, julian = on = (int(day[1:]), 1) if day[:1] == "J" else (int(day), 0)
        valid = julian <= number <= 365
    if not valid or abs(at) > _WEEK:
        raise ValueError(f"the footer of the zone file has an invalid change `{text}`")
    return on, at


def _time(text: str) -> int:
    """Return a time such as `-3`, `03:30` or `167:59:59` in seconds."""
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    seconds = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
    return -seconds if text[:1] == "-" else seconds


def _midnight(on: tuple[int, ...], year: int) -> int:
    """Return the midnight of a day of a year, in seconds as if it were UTC.

    The day has one of three forms: month, week (5 is the last) and weekday (0 is Sunday); a number
    from 0 that counts February 29, and 0; a number from 1 that does not count February 29, and 1.
    """
    if len(on) == 2:
        number, without_leap_day = on
        first = dates.date(year, 1, 1).toordinal()
        leap_year = dates.date(year, 12, 31).toordinal() - first == 365
        if without_leap_day and not (leap_year and number >= 60):
            number -= 1
        return (first + number - _EPOCH) * _DAY
    month, week, weekday = on
    if week == 5:
        last = dates.date(year, 12, 31).toordinal()
        if month < 12:
            last = dates.date(year, month + 1, 1).toordinal() - 1
        return (last - (last - weekday) % 7 - _EPOCH) * _DAY
    first = dates.date(year, month, 1).toordinal()
    return (first + (weekday - first) % 7 + 7 * (week - 1) - _EPOCH) * _DAY


def _year(instant: int) -> int:
    """Return the year of an instant, at most the last supported year."""
    return dates.date.fromordinal(min(instant // _DAY + _EPOCH, _LAST_DAY)).year


def _seconds(moment: dates.datetime) -> int:
    """Return the local time of a datetime in seconds as if it were UTC."""
    days = moment.toordinal() - _EPOCH
    return days * _DAY + moment.hour * 3600 + moment.minute * 60 + moment.second
