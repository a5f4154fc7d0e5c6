"""Instants in the declared formats of an export, as seconds since 1970.

A format is written as for `strptime`. Each format is compiled into a pattern, so a text is read in
the same way on every machine. Day and month are never guessed: without a format, only RFC 3339 is
read.

Files repeat the same dates and times of day. So each reader keeps the dates and the times that it
has read, and reads most cells with two look-ups.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from zsupport import dates
from zsupport.audit.calendar_names import (
    is_afternoon,
    language_of_locale,
    languages_of_month,
    month_of,
    weekday_of,
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
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias, TypeVar

    #: A function that returns the instant of a text, or raises BadText.
    InstantReader: TypeAlias = Callable[[str], int]
    Part = TypeVar("Part")

_DAY = 86_400
_EPOCH_DAY = dates.date(1970, 1, 1).toordinal()
# A longer text is not an instant. So no number has thousands of digits, which int() refuses.
_MAX_LENGTH = 100
# Each reader keeps at most so many dates, times and fractions.
_MAX_KEPT = 1 << 17

# -- directives ------------------------------------------------------------------------------------

_LETTERS = r"[^\W\d_]"
_OFFSET = r"(?:[+-][0-9]{2}(?::?[0-9]{2})?|Z|z|UTC|GMT)"
#: The unit and the pattern of each directive. A day, a month and an hour can have one digit.
DIRECTIVES = {
    "Y": ("year", "[0-9]{4}"),
    "y": ("year", "[0-9]{2}"),
    "m": ("month", "[0-9]{1,2}"),
    "b": ("month", rf"{_LETTERS}+\.?"),
    "B": ("month", rf"{_LETTERS}+\.?"),
    "d": ("day", "[0-9]{1,2}"),
    "a": ("weekday", rf"{_LETTERS}+(?:-{_LETTERS}+)?\.?"),
    "A": ("weekday", rf"{_LETTERS}+(?:-{_LETTERS}+)?\.?"),
    "H": ("hour", "[0-9]{1,2}"),
    "I": ("hour", "[0-9]{1,2}"),
    "M": ("minute", "[0-9]{2}"),
    "S": ("second", "[0-9]{2}"),
    "f": ("fraction", "[0-9]{1,9}"),
    "p": ("half", rf"{_LETTERS}+(?:[.\s]{{1,2}}{_LETTERS}+)*\.?"),
    "z": ("offset", _OFFSET),
    "s": ("seconds", r"-?[0-9]{1,20}(?:\.[0-9]{1,9})?"),
    "Q": ("milliseconds", r"-?[0-9]{1,20}(?:\.[0-9]{1,9})?"),
}
_NAMES = "bBaAp"
_NUMBERS = "YymdHIMSfsQ"
#: What to write instead of other directives.
_INSTEAD = {
    "e": "%d", "k": "%H", "l": "%I", "h": "%b", "P": "%p", "L": "%f", "N": "%f", "-d": "%d",
    "-m": "%m", "-H": "%H", "-I": "%I", "D": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S",
    "R": "%H:%M", "r": "%I:%M:%S %p",
}  # fmt: skip
#: Exports write these characters for a space, and a format has a space for all of them.
_SPACES = r"[ \u00a0\u202f]"
_DATE_UNITS = ("year", "month", "day", "weekday")
#: A unit needs the unit before it: there are no minutes without an hour.
_NEEDS = (("minute", "hour"), ("second", "minute"), ("fraction", "second"))


class InstantFormat(NamedTuple):
    """A declared format of instants.

    `pattern` has a group for each unit, named as in `DIRECTIVES`. `numeric` states whether the
    month is a number. `local` states whether the format has no offset, so that a time zone is
    required. `cuts` is None if texts cannot be cut into a date, hour and minute, and the rest.
    """

    text: str
    language: str
    pattern: re.Pattern[str]
    numeric: bool
    local: bool
    cuts: _Cuts | None


class _Cuts(NamedTuple):
    """Where to cut a text: after the date, and after the hour and minute.

    The date has at least `width` characters and ends before `gap`, or has exactly `width` if there
    is no gap. `repeated` states whether a date contains the gap. The minute follows `colon`, or the
    hour if there is no colon.
    """

    width: int
    gap: str
    repeated: bool
    colon: str
    length: int  # to the end of the minute: from the start of the colon, else from the date
    fraction: str  # the character before the fraction of a second, or the empty text


class _TimeParts(NamedTuple):
    """The moment that a text states, as parts that are added."""

    day: int  # midnight, in seconds from 1970
    clock: int  # the seconds of the hour, up to 12 in a half of a day, and of the minute
    rest: int  # the seconds of the second and of the half of the day, less the offset
    cuts: tuple[int, int]  # the positions after the date and after the minute, or zeros


def read_format(text: str, locale: str | None = None) -> InstantFormat:
    """Return the format of a text such as `%d/%m/%Y %H:%M`; raise BadText if it is invalid."""
    text = _plain(text)
    language = language_of_locale(locale or "en")
    pieces = _pieces(text)
    names = [name for name, _ in pieces if name]
    units = [DIRECTIVES[name][0] for name in names]
    _check_units(text, units, names)
    pattern = ""
    for position, (name, literal) in enumerate(pieces):
        if not name:
            pattern += "".join(_SPACES if c == " " else re.escape(c) for c in literal)
            continue
        unit, part = DIRECTIVES[name]
        if part == "[0-9]{1,2}" and _touches_digit(pieces, position):
            part = "[0-9]{2}"
        pattern += f"(?P<{unit}>{part})"
    local = not {"offset", "seconds", "milliseconds"} & {*units}
    return InstantFormat(text, language, re.compile(pattern), "m" in names, local, _cuts(pieces))


def instant_reader(
    formats: Sequence[InstantFormat] = (), zone: dates.tzinfo | None = None
) -> InstantReader:
    """Return a reader of the texts of one column.

    Without formats, it reads RFC 3339 and `@EPOCH`. `zone` is the time zone of texts without an
    offset. A text that two formats read as different instants is ambiguous, and not read.
    """
    if not formats:
        return _rfc_reader(zone)
    readers = [_format_reader(format, zone) for format in formats]
    if len(readers) == 1:
        return readers[0]
    alternatives = [*zip(formats, readers, strict=True)]
    marked = [*zip(_marks(formats), readers, strict=True)]

    def read_carefully(text: str) -> int:
        matching = [pair for pair in alternatives if pair[0].pattern.fullmatch(text)]
        if not matching:
            if (plain := _plain(text)) != text:
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
            for name, literal in _pieces(format.text)
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


# -- a format --------------------------------------------------------------------------------------


def _pieces(text: str) -> list[tuple[str, str]]:
    """Return the pieces of a format: a directive without `%`, or an empty text and a literal."""
    if not text:
        raise BadText(
            Message("the format is empty"),
            Message("a format such as `%d/%m/%Y %H:%M`"),
        )
    pieces: list[tuple[str, str]] = []
    for part in re.findall(r"%-?.|%$|[^%]+", text, re.DOTALL):
        name = part[1:]
        if part[0] != "%" or part == "%%":
            literal = "%" if part == "%%" else part
            if pieces and not pieces[-1][0]:
                literal = pieces.pop()[1] + literal
            pieces.append(("", literal))
        elif name in DIRECTIVES:
            pieces.append((name, ""))
        else:
            raise _unknown_directive(text, part)
    for (before, _), (after, literal) in pairwise(pieces):
        is_letter, is_digit = literal[:1].isalpha(), literal[:1].isdigit()
        if (before and before in _NAMES and (is_letter or (after and after in f"{_NAMES}z"))) or (
            before and before in "fz" and (is_digit or (after and after in _NUMBERS))
        ):
            raise _touching(text, f"%{before}", f"%{after}" if after else literal)
        if before and before in _NUMBERS and after == "f":
            raise _touching(text, f"%{before}", "%f")
    return pieces


def _touching(text: str, first: str, second: str) -> BadText:
    return BadText(
        Message(
            "invalid format {format}: nothing separates `{first}` from `{second}`",
            format=shown(text),
            first=first,
            second=second,
        )
    )


def _unknown_directive(text: str, part: str) -> BadText:
    message = Message(
        "invalid format {format}: unknown directive `{directive}`",
        format=shown(text), directive=part,
    )  # fmt: skip
    expected = Message(
        "directives: {directives}", directives=" ".join(f"%{name}" for name in DIRECTIVES)
    )
    if part[1:] in _INSTEAD:
        hint = Message("write `{directive}`", directive=_INSTEAD[part[1:]])
    elif part == "%Z":
        hint = Message("write `%z` for an offset or UTC, or state the time zone with {tz}")
    else:
        hint = expected
    return BadText(message, expected, hint)


def _check_units(text: str, units: list[str], names: list[str]) -> None:
    """Raise BadText if a format has a unit twice, or has no complete date."""
    quoted = shown(text)
    for position, unit in enumerate(units):
        if unit in units[:position]:
            raise BadText(
                Message(
                    "invalid format {format}: `%{first}` and `%{second}` state the same unit",
                    format=quoted,
                    first=names[units.index(unit)],
                    second=names[position],
                )
            )
    epoch = [name for name in names if name in "sQ"]
    if epoch:
        if len(names) > 1:
            raise BadText(
                Message(
                    "invalid format {format}: `%{directive}` states the date and the time",
                    format=quoted,
                    directive=epoch[0],
                )
            )
        return
    for unit, directives in (("year", "`%Y`"), ("month", "`%m`, `%b`"), ("day", "`%d`")):
        if unit not in units:
            raise BadText(
                Message(
                    "invalid format {format}: {directive} is missing",
                    format=quoted,
                    directive=directives,
                )
            )
    for unit, needed in _NEEDS:
        if unit in units and needed not in units:
            raise BadText(
                Message(
                    "invalid format {format}: `%{directive}` needs `%{needed}`",
                    format=quoted,
                    directive=names[units.index(unit)],
                    needed=next(name for name, (of, _) in DIRECTIVES.items() if of == needed),
                )
            )
    if ("I" in names) != ("half" in units):
        first, second = ("I", "p") if "I" in names else ("p", "I")
        raise BadText(
            Message(
                "invalid format {format}: `%{directive}` needs `%{needed}`",
                format=quoted,
                directive=first,
                needed=second,
            )
        )


def _touches_digit(pieces: list[tuple[str, str]], position: int) -> bool:
    """Return whether a number is next to another number, so that its width must be fixed."""
    before = pieces[position - 1] if position else ("", "")
    after = pieces[position + 1] if position + 1 < len(pieces) else ("", "")
    return (
        before[0] in [*_NUMBERS]
        or after[0] in [*_NUMBERS]
        or before[1][-1:].isdigit()
        or after[1][:1].isdigit()
    )


def _cuts(pieces: list[tuple[str, str]]) -> _Cuts | None:
    """Return where to cut the texts of a format: the date first, then the hour and the minute."""
    units = [DIRECTIVES[name][0] if name else "" for name, _ in pieces]
    last = max((i for i, unit in enumerate(units) if unit in _DATE_UNITS), default=-1)
    if last < 0 or {*units[: last + 1]} - {*_DATE_UNITS, ""}:
        return None
    date, (*time,) = pieces[: last + 1], pieces[last + 1 :]
    gap = time.pop(0)[1] if time and not time[0][0] else ""
    hour, *time = time or [("", "")]
    colon = time.pop(0)[1] if time and not time[0][0] else ""
    fraction = next((i for i, (name, _) in enumerate(pieces) if name == "f"), 0)
    before = pieces[fraction - 1][1][-1:] if fraction else ""
    if before and any(before in literal for _, literal in pieces[fraction:]):
        return None
    repeated = gap != "" and any(gap in literal for _, literal in date)
    width = 0
    for position, (name, literal) in enumerate(date):
        fixed = name != "" and (_touches_digit(pieces, position) or not gap)
        width += {"Y": 4, "y": 2}.get(name, 2 if fixed else 1) if name else len(literal)
    if not hour[0] and not gap:
        return _Cuts(_MAX_LENGTH, "", False, "", 0, "")
    if hour[0] not in [*"HI"] or not time or time[0][0] != "M" or (repeated and not colon):
        return None
    length = len(colon) + 2 if colon else len(gap) + 4
    return _Cuts(width, gap, repeated, colon, length, before)


# -- a text ----------------------------------------------------------------------------------------


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


def _rfc_reader(zone: dates.tzinfo | None) -> InstantReader:
    """Return a reader of RFC 3339, which keeps the parts of the texts that it has read."""
    days: dict[str, int] = {}
    local_days: dict[str, int] = {}
    times: dict[str, int] = {}
    #: The days and the seconds for each text after the minute, without a fraction.
    rests: dict[str, tuple[dict[str, int], int]] = {}

    def read_and_keep(text: str) -> int:
        plain = _plain(text)
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


def _plain(text: str) -> str:
    """Return a text in composed characters and without outer spaces."""
    stripped = text.strip()
    return stripped if stripped.isascii() else unicodedata.normalize("NFC", stripped)


def _moment(format: InstantFormat, text: str) -> _TimeParts:
    """Return the moment of a text; raise BadText."""
    plain = _plain(text)
    match = format.pattern.fullmatch(plain) if len(plain) <= _MAX_LENGTH else None
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
        end = max(match.end(unit) for unit in _DATE_UNITS if unit in units)
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


# -- formats to propose ----------------------------------------------------------------------------

_DATES = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d.%m.%y", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d", "%Y%m%d",
    "%d/%b/%y", "%d/%b/%Y", "%d-%b-%y", "%d-%b-%Y", "%d %b %y", "%d %b %Y", "%d. %b %Y",
    "%b %d, %Y", "%b %d %Y", "%a, %d %b %Y", "%a %b %d %Y", "%d de %b de %Y",
)  # fmt: skip
_TIMES = (
    "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%H:%M:%S,%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p",
    "%H.%M", "%H.%M.%S", "%H%M%S",
)  # fmt: skip
_GAPS = (" ", "T", ", ", "")
_OFFSETS = ("", "%z", " %z")
_UNUSUAL = ("%s", "%Q", "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y")


class Proposal(NamedTuple):
    """A format that reads some texts, and the language of its names, if it has some."""

    format: str
    language: str | None


@lru_cache(2)
def _shared_reader(zone: dates.tzinfo | None) -> InstantReader:
    """Return the same reader of RFC 3339 for each text, because it keeps what it has read."""
    return _rfc_reader(zone)


def reads_without_format(text: str) -> bool:
    """Return whether a text is RFC 3339 or `@EPOCH`, with or without an offset."""
    try:
        return bool(_shared_reader(dates.UTC)(text))
    except BadText:
        return False


def needs_zone(text: str) -> bool:
    """Return whether a text is a local time in RFC 3339."""
    try:
        return reads_without_format(text) and not _shared_reader(None)(text)
    except BadText:
        return True


def proposals(texts: Sequence[str], language: str | None = None) -> list[Proposal]:
    """Return the usual formats that read all texts; `language` is that of names."""
    first = _plain(texts[0])
    languages = (language,) if language else ("en", *_languages_in(first))
    fitting: list[Proposal] = []
    for tried in dict.fromkeys(languages):
        if fitting and fitting[0].language is None:
            break  # English reads all of them
        for text in _usual_formats(first, tried):
            format = read_format(text, tried)
            if all(_reads(format, other) for other in texts):
                named = any(f"%{name}" in text for name in _NAMES)
                fitting.append(Proposal(text, tried if named and tried != "en" else None))
    return [*dict.fromkeys(fitting)]


def _languages_in(text: str) -> list[str]:
    """Return the languages of the month in a text."""
    words = re.findall(rf"{_LETTERS}+", text)
    return [language for word in words for language in languages_of_month(word)]


def _usual_formats(text: str, language: str) -> Iterator[str]:
    """Yield the usual formats that may read a text. Most of them are never compiled."""
    yield from _UNUSUAL
    for date in _DATES:
        start = read_format(date, language).pattern.match(text)
        if not start:
            continue
        if start.end() == len(text):
            yield date
            continue
        for gap in _GAPS:
            if text.startswith(gap, start.end()):
                yield from (
                    f"{date}{gap}{time}{end}"
                    for time in _TIMES
                    for end in _OFFSETS
                    if not (time.endswith("%p") and end == "%z")
                )


def _reads(format: InstantFormat, text: str) -> bool:
    try:
        return bool(read_slowly(format, dates.UTC, text))
    except BadText:
        return False
