"""Declared formats of instants, written as for `strptime`.

Each format is compiled into a pattern, so a text is read in the same way on every machine.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

from zsupport.audit.reading.calendar_names import language_of_locale
from zsupport.clock.problem import BadText, shown
from zsupport.wording import Message

# A longer text is not an instant. So no number has thousands of digits, which int() refuses.
MAX_LENGTH = 100
LETTERS = r"[^\W\d_]"
_OFFSET = r"(?:[+-][0-9]{2}(?::?[0-9]{2})?|Z|z|UTC|GMT)"
#: The unit and the pattern of each directive. A day, a month and an hour can have one digit.
DIRECTIVES = {
    "Y": ("year", "[0-9]{4}"),
    "y": ("year", "[0-9]{2}"),
    "m": ("month", "[0-9]{1,2}"),
    "b": ("month", rf"{LETTERS}+\.?"),
    "B": ("month", rf"{LETTERS}+\.?"),
    "d": ("day", "[0-9]{1,2}"),
    "a": ("weekday", rf"{LETTERS}+(?:-{LETTERS}+)?\.?"),
    "A": ("weekday", rf"{LETTERS}+(?:-{LETTERS}+)?\.?"),
    "H": ("hour", "[0-9]{1,2}"),
    "I": ("hour", "[0-9]{1,2}"),
    "M": ("minute", "[0-9]{2}"),
    "S": ("second", "[0-9]{2}"),
    "f": ("fraction", "[0-9]{1,9}"),
    "p": ("half", rf"{LETTERS}+(?:[.\s]{{1,2}}{LETTERS}+)*\.?"),
    "z": ("offset", _OFFSET),
    "s": ("seconds", r"-?[0-9]{1,20}(?:\.[0-9]{1,9})?"),
    "Q": ("milliseconds", r"-?[0-9]{1,20}(?:\.[0-9]{1,9})?"),
}
NAMES = "bBaAp"
_NUMBERS = "YymdHIMSfsQ"
#: What to write instead of other directives.
_INSTEAD = {
    "e": "%d", "k": "%H", "l": "%I", "h": "%b", "P": "%p", "L": "%f", "N": "%f", "-d": "%d",
    "-m": "%m", "-H": "%H", "-I": "%I", "D": "%m/%d/%y", "F": "%Y-%m-%d", "T": "%H:%M:%S",
    "R": "%H:%M", "r": "%I:%M:%S %p",
}  # fmt: skip
#: Exports write these characters for a space, and a format has a space for all of them.
_SPACES = r"[ \u00a0\u202f]"
DATE_UNITS = ("year", "month", "day", "weekday")
#: A unit needs the unit before it: minutes need an hour.
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

    The date has at least `width` characters and ends before `gap`, or has exactly `width` without a
    gap. `repeated` states whether a date contains the gap. The minute follows `colon`, or the hour
    without a colon.
    """

    width: int
    gap: str
    repeated: bool
    colon: str
    length: int  # to the end of the minute: from the start of the colon, else from the date
    fraction: str  # the character before the fraction of a second, or the empty text


def read_format(text: str, locale: str | None = None) -> InstantFormat:
    """Return the format of a text such as `%d/%m/%Y %H:%M`; raise BadText if it is invalid."""
    text = plain_text(text)
    language = language_of_locale(locale or "en")
    pieces = pieces_of(text)
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


def plain_text(text: str) -> str:
    """Return a text in composed characters and without outer spaces."""
    stripped = text.strip()
    return stripped if stripped.isascii() else unicodedata.normalize("NFC", stripped)


def pieces_of(text: str) -> list[tuple[str, str]]:
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
        if (before and before in NAMES and (is_letter or (after and after in f"{NAMES}z"))) or (
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
    last = max((i for i, unit in enumerate(units) if unit in DATE_UNITS), default=-1)
    if last < 0 or {*units[: last + 1]} - {*DATE_UNITS, ""}:
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
        return _Cuts(MAX_LENGTH, "", False, "", 0, "")
    if hour[0] not in [*"HI"] or not time or time[0][0] != "M" or (repeated and not colon):
        return None
    length = len(colon) + 2 if colon else len(gap) + 4
    return _Cuts(width, gap, repeated, colon, length, before)
