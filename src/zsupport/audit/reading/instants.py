"""Instants in the declared formats of an export, as seconds since 1970.

Day and month are never guessed: without a format, only RFC 3339 is read.

Files repeat the same dates and times of day. So each reader keeps the dates and the times that it
has read, and reads most cells with two look-ups.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zsupport import dates
from zsupport.audit.reading.calendar_names import (
    is_afternoon,
    languages_of_month,
    month_of,
    weekday_of,
)
from zsupport.audit.reading.instant_formats import (
    DATE_UNITS,
    MAX_LENGTH,
    InstantFormat,
    pieces_of,
    plain_text,
)
from zsupport.clock.instants import (
    END,
    FIRST,
    instant_in_zone,
    local_seconds,
    offset_minutes,
    parse_instant,
    within_range,
)
from zsupport.clock.problem import BadText, shown
from zsupport.clock.zonefile import offset_pieces
from zsupport.wording import Message, enumerated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias, TypeVar

    #: A function that returns the instant of a text, or raises BadText.
    InstantReader: TypeAlias = Callable[[str], int]
    Part = TypeVar("Part")

_DAY = 86_400
_EPOCH_DAY = dates.date(1970, 1, 1).toordinal()
# Each reader keeps at most so many dates, times and fractions.
_MAX_KEPT = 1 << 17


class _TimeParts(NamedTuple):
    """The moment that a text states, as parts that are added."""

    day: int  # midnight, in seconds from 1970
    clock: int  # the seconds of the hour, up to 12 in a half of a day, and of the minute
    rest: int  # the seconds of the second and of the half of the day, less the offset
    cuts: tuple[int, int]  # the positions after the date and after the minute, or zeros


def instant_reader(
    formats: Sequence[InstantFormat] = (), zone: dates.tzinfo | None = None
) -> InstantReader:
    """Return a reader of the texts of one column.

    Without formats, it reads RFC 3339 and `@EPOCH`. `zone` is the time zone of texts without an
    offset. A text that two formats read as different instants is ambiguous, and not read.
    """
    if not formats:
        return rfc_reader(zone)
    readers = [_format_reader(format, zone) for format in formats]
    if len(readers) == 1:
        return readers[0]
    alternatives = [*zip(formats, readers, strict=True)]
    marked = [*zip(_marks(formats), readers, strict=True)]

    def read_carefully(text: str) -> int:
        matching = [pair for pair in alternatives if pair[0].pattern.fullmatch(text)]
        if not matching:
            if (plain := plain_text(text)) != text:
                return read_carefully(plain)
            raise _mismatch(text, formats)
        instants: dict[int, str] = {}
        problem = None
        for format, read in matching:
            try:
                instants.setdefault(read(text), format.text)
            except BadText as bad:
                problem = problem or bad
        if len(instants) > 1:
            raise _ambiguous(text, instants.values())
        if problem and not instants:
            raise problem
        return next(iter(instants))

    def read_any(text: str) -> int:
        possible = [read for mark, read in marked if mark in text]
        if len(possible) == 1:
            try:
                return possible[0](text)
            except BadText:
                pass
        return read_carefully(text)

    return read_any


def _marks(formats: Sequence[InstantFormat]) -> list[str]:
    """Return a character that each text of a format has, if possible not in the other formats."""
    literals = [
        {
            c
            for name, literal in pieces_of(format.text)
            if not name
            for c in literal
            if c.isascii() and c != " "
        }
        for format in formats
    ]
    marks = []
    for position, own in enumerate(literals):
        rest = set().union(*literals[:position], *literals[position + 1 :])
        marks.append(min(own - rest or own, default=""))
    return marks


def read_slowly(format: InstantFormat, zone: dates.tzinfo | None, text: str) -> int:
    """Return the instant of a text, without look-ups; raise BadText."""
    return _instant(_moment(format, text), format, zone, text)


def _format_reader(format: InstantFormat, zone: dates.tzinfo | None) -> InstantReader:
    """Return a reader of one format, which keeps the parts of the texts that it has read."""
    if format.cuts is None:
        return _number_reader(format, zone)
    days: dict[str, int] = {}
    times: dict[str, int] = {}
    rests: dict[str, int] = {}
    width, gap, repeated, colon, length, fraction = format.cuts
    space = len(gap)

    def read_and_keep(text: str) -> int:
        moment = _moment(format, text)
        instant = _instant(moment, format, zone, text)
        day = _kept_day(moment.day, zone if format.local else None)
        end, minute = moment.cuts
        if day is not None and end:
            rest = text[minute:]
            if fraction:
                head, _, tail = rest.rpartition(fraction)
                rest = head + tail.lstrip(_DIGITS)
            _keep(days, text[:end], day)
            _keep(times, text[end:minute], moment.clock)
            _keep(rests, rest, moment.rest)
        return instant

    # A wrong cut only makes a reader slower: the parts of a text are kept as the format cut it, and
    # a format gives a text only one meaning.
    def read(text: str) -> int:
        end = text.find(gap, width) if gap else width
        minute = text.find(colon, end + space) + length if colon else end + length
        try:
            return days[text[:end]] + times[text[end:minute]] + rests[text[minute:]]
        except KeyError:
            return read_and_keep(text)

    def read_from_colon(text: str) -> int:
        minute = text.find(colon, width) + length
        end = text.rfind(gap, 0, minute)
        try:
            return days[text[:end]] + times[text[end:minute]] + rests[text[minute:]]
        except KeyError:
            return read_and_keep(text)

    def read_fraction(text: str) -> int:
        end = text.find(gap, width) if gap else width
        minute = text.find(colon, end + space) + length if colon else end + length
        head, _, tail = text.rpartition(fraction)
        rest = tail.lstrip(_DIGITS)
        if not 0 < len(tail) - len(rest) < 10:
            return read_and_keep(text)
        try:
            return days[text[:end]] + times[text[end:minute]] + rests[head[minute:] + rest]
        except KeyError:
            return read_and_keep(text)

    if repeated and not fraction:
        return read_from_colon
    return read_fraction if fraction else read


def _number_reader(format: InstantFormat, zone: dates.tzinfo | None) -> InstantReader:
    """Return a reader of a format that keeps nothing, such as `%s`."""
    unit = {"%s": 1, "%Q": 1000}.get(format.text)

    def read(text: str) -> int:
        if unit and text.isdigit() and text.isascii() and len(text) < 16:
            instant = int(text) // unit
            if FIRST <= instant < END:
                return instant
        return read_slowly(format, zone, text)

    return read


def rfc_reader(zone: dates.tzinfo | None) -> InstantReader:
    """Return a reader of RFC 3339, which keeps the parts of the texts that it has read."""
    days: dict[str, int] = {}
    local_days: dict[str, int] = {}
    times: dict[str, int] = {}
    #: The days and the seconds for each text after the minute, without a fraction.
    rests: dict[str, tuple[dict[str, int], int]] = {}

    def read_and_keep(text: str) -> int:
        plain = plain_text(text)
        if plain == "now":
            raise BadText(Message("invalid instant {text}", text=shown(text)), _RFC)
        instant, stated = parse_instant(plain, now=0, zone=zone, tz=_TZ)
        if plain != text or text[0] == "@":
            return instant
        midnight = (dates.date.fromisoformat(text[:10]).toordinal() - _EPOCH_DAY) * _DAY
        day = _kept_day(midnight, None if stated else zone)
        if day is not None:
            kept = days if stated else local_days
            time = int(text[11:13]) * 3600 + int(text[14:16]) * 60
            rest = text[16:]
            if text[19:20] == ".":
                rest = text[16:19] + text[20:].lstrip(_DIGITS)
            _keep(kept, text[:10], day)
            _keep(times, text[10:16], time)
            _keep(rests, rest, (kept, instant - day - time))
        return instant

    def read_fraction(text: str) -> int:
        tail = text[20:].lstrip(_DIGITS)
        if text[19:20] == "." and len(tail) < len(text) - 20:
            try:
                kept, rest = rests[text[16:19] + tail]
                return kept[text[:10]] + times[text[10:16]] + rest
            except KeyError:
                pass
        return read_and_keep(text)

    def read(text: str) -> int:
        known = rests.get(text[16:])
        if known is None:
            return read_fraction(text)
        kept, rest = known
        try:
            return kept[text[:10]] + times[text[10:16]] + rest
        except KeyError:
            return read_and_keep(text)

    return read


_DIGITS = "0123456789"
#: The name of the field of the time zone, in hints.
_TZ = Message("{tz}")
_RFC = Message("an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00, `@EPOCH`")


def _keep(kept: dict[str, Part], text: str, part: Part) -> None:
    if len(kept) >= _MAX_KEPT:
        kept.clear()
    kept[text] = part


def _kept_day(midnight: int, zone: dates.tzinfo | None) -> int | None:
    """Return the instant of a local midnight, if the offset is the same on the whole day.

    None for the days with a transition and their neighbours, and at the ends of the accepted years.
    """
    if not FIRST + 2 * _DAY < midnight < END - 3 * _DAY:
        return None
    if zone is None:
        return midnight
    pieces = [*offset_pieces(zone, midnight - _DAY, midnight + 2 * _DAY)]
    return midnight - pieces[0][2] if len(pieces) == 1 else None


def _moment(format: InstantFormat, text: str) -> _TimeParts:
    """Return the moment of a text; raise BadText."""
    plain = plain_text(text)
    match = format.pattern.fullmatch(plain) if len(plain) <= MAX_LENGTH else None
    if match is None:
        raise _mismatch(text, [format])
    units = match.groupdict()
    if "seconds" in units or "milliseconds" in units:
        return _epoch_moment(units, text)
    try:
        local = local_seconds(_local_parts(units, format, text), text, "")
    except BadText as problem:
        raise BadText(problem.message, _expected([format]), problem.hint) from None
    day = local // _DAY * _DAY
    if (weekday := units.get("weekday")) is not None:
        _check_weekday(weekday, day, format, text)
    offset = units.get("offset")
    minutes = offset_minutes(offset, text) if offset and offset[0] in "+-" else 0
    clock = (local - day) // 60 * 60
    if "half" in units:
        clock %= _DAY // 2
    cuts = (0, 0)
    if plain == text and format.cuts is not None:
        end = max(match.end(unit) for unit in DATE_UNITS if unit in units)
        cuts = end, match.end("minute") if "minute" in units else end
    return _TimeParts(day, clock, local - day - clock - minutes * 60, cuts)


def _instant(
    moment: _TimeParts, format: InstantFormat, zone: dates.tzinfo | None, text: str
) -> int:
    """Return the instant of a moment in a time zone; raise BadText."""
    seconds = moment.day + moment.clock + moment.rest
    if not format.local:
        return within_range(seconds, text)
    try:
        return within_range(instant_in_zone(seconds, zone, text, _TZ), text)
    except BadText as problem:
        raise BadText(problem.message, _expected([format]), problem.hint) from None


def _local_parts(units: dict[str, str], format: InstantFormat, text: str) -> list[str]:
    """Return the year, month, day, hour, minute and second of a text."""
    year, month = units["year"], units["month"]
    if len(year) == 2:  # as in POSIX
        year = f"19{year}" if year >= "69" else f"20{year}"
    if not format.numeric:
        number = month_of(month, format.language)
        if number is None:
            raise _unknown_month(month, format.language, text)
        month = str(number)
    hour = units.get("hour", "0")
    if (half := units.get("half")) is not None:
        hour = _hour_of_half(hour, half, format.language, text)
    parts = [month, units["day"], hour, units.get("minute", "0"), units.get("second", "0")]
    return [year, *(part.zfill(2) for part in parts)]


def _hour_of_half(hour: str, half: str, language: str, text: str) -> str:
    """Return the hour from 0 to 23 of an hour with AM or PM."""
    afternoon = is_afternoon(half, language)
    if afternoon is None:
        raise BadText(
            Message(
                "invalid instant {text}: `{half}` is neither AM nor PM",
                text=shown(text),
                half=half,
            )
        )
    if not 1 <= int(hour) <= 12:
        raise BadText(
            Message(
                "invalid instant {text}: hour {hour} does not exist", text=shown(text), hour=hour
            ),
            None,
            Message("write an hour from 1 to 12 before AM or PM"),
        )
    return str(int(hour) % 12 + (12 if afternoon else 0))


def _epoch_moment(units: dict[str, str], text: str) -> _TimeParts:
    """Return the moment of a number of seconds or milliseconds since 1970."""
    stated = units.get("seconds")
    whole = int((stated or units["milliseconds"]).partition(".")[0])
    seconds = whole if stated else whole // 1000
    if stated and not FIRST <= seconds < END and FIRST <= seconds // 1000 < END:
        raise BadText(
            Message("{text} is out of range", text=shown(text)),
            Message("an instant in the years 1973 to 2200 (UTC)"),
            Message("`%Q` reads milliseconds"),
        )
    return _TimeParts(0, 0, seconds, (0, 0))


def _check_weekday(weekday: str, day: int, format: InstantFormat, text: str) -> None:
    """Raise BadText if a weekday is unknown, or is not the weekday of the date."""
    number = weekday_of(weekday, format.language)
    if number is None:
        raise BadText(
            Message(
                "invalid instant {text}: unknown weekday `{weekday}` in the language `{language}`",
                text=shown(text),
                weekday=weekday,
                language=format.language,
            )
        )
    date = dates.date.fromordinal(day // _DAY + _EPOCH_DAY)
    if date.isoweekday() != number:
        raise BadText(
            Message(
                "invalid instant {text}: {date} is not a `{weekday}`",
                text=shown(text),
                date=date.isoformat(),
                weekday=weekday,
            )
        )


def _unknown_month(month: str, language: str, text: str) -> BadText:
    languages = languages_of_month(month)
    hint = None
    if languages:
        hint = Message(
            "it is a month in {languages}: write {locale id}",
            languages=enumerated([f"`{name}`" for name in languages[:5]]), id=languages[0],
        )  # fmt: skip
    return BadText(
        Message(
            "invalid instant {text}: unknown month `{month}` in the language `{language}`",
            text=shown(text), month=month, language=language,
        ),
        None,
        hint,
    )  # fmt: skip


def _expected(formats: Sequence[InstantFormat]) -> str:
    """Return the formats as the expected form."""
    return _listed(format.text for format in formats)


def _listed(formats: Iterable[str]) -> str:
    return enumerated([f"`{text}`" for text in formats], either=True)


def _mismatch(text: str, formats: Sequence[InstantFormat]) -> BadText:
    return BadText(
        Message(
            "{text} does not match the format {formats}",
            text=shown(text),
            formats=_expected(formats),
        )
    )


def _ambiguous(text: str, formats: Iterable[str]) -> BadText:
    return BadText(
        Message(
            "{text} is ambiguous: {formats} read it as different instants",
            text=shown(text),
            formats=enumerated([f"`{format}`" for format in formats]),
        )
    )
