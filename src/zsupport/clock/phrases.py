"""Instants as people and mail programs write them.

- elapsed time from the present moment: `2 hours ago`, `1 h 30 min ago`, `in 3 days`
- local times of three days: `yesterday 14:00`, `today 9:00`, `tomorrow 9:00`
- RFC 5322 dates, as in the header of an email: `Tue, 24 Nov 2026 09:00:00 +0100`

Only the command line reads them. A text in a file or a Python program must mean the same instant on
every day. This module is not part of `instants`, because most questions state their instants in
RFC 3339.
"""

from __future__ import annotations

import re

from zsupport import dates
from zsupport.clock.instants import (
    expected_instant,
    instant_in_zone,
    local_date,
    local_seconds,
    offset_minutes,
    parse_instant,
    within_range,
)
from zsupport.clock.problem import BadText, shown
from zsupport.clock.zones import fixed_zone
from zsupport.errors import did_you_mean, nearest
from zsupport.wording import Message

# A longer text is not a phrase. So no number has thousands of digits, which int() refuses.
_MAX_LENGTH = 100

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3600, 86_400, 7 * 86_400
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
    **dict.fromkeys(("d", "day", "days"), _DAY),
    **dict.fromkeys(("w", "week", "weeks"), _WEEK),
}
#: The days with a name, as numbers of days from today.
_NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WORDS = (*_UNITS, *_NAMED_DAYS, "ago", "in", "now")
#: The names of the weekdays, from Monday to Sunday.
WEEKDAYS = (
    Message("Monday"), Message("Tuesday"), Message("Wednesday"), Message("Thursday"),
    Message("Friday"), Message("Saturday"), Message("Sunday"),
)  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Patterns of texts in which several spaces count as one. A duration has pairs of a number (or `a`,
# `an`) and a unit. A fraction has up to nine digits.
_PARTS = r"[0-9]+(?:\.[0-9]+)?|[a-z]+|[^ ]"
_MAX_FRACTION = 9
_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
_DAY_AND_TIME = rf"({'|'.join(_NAMED_DAYS)})(?: {_CLOCK})?"
_WEEKDAY = (
    r"(?:(?:on|this|last|next) )?(?i:(mon|tue|wed|thu|fri|sat|sun)[a-z]*),?"
    rf"(?:(?: at)? {_CLOCK})?"
)
_MONTHS_AGO = r"(?:in )?[0-9a-z]+ ?(?:months?|years?)(?: ago)?"
#: Weekday, day, month, year, time of day, and offset. A comment in brackets can follow.
_EMAIL = (
    rf"(?:([A-Za-z]+), ?)?([0-9]{{1,2}}) ([A-Za-z]+) ([0-9]{{4}}) {_CLOCK}"
    r"(?: ([+-][0-9]{4}|[A-Za-z]+)(?: ?\([A-Za-z0-9 :+-]*\))?)?"
)
#: Other dates, with a hint for each.
_HINTS = (
    (
        r"[0-9]{1,4}[./][0-9]{1,2}[./][0-9]{1,4}\b.*|[0-9]{1,2}-[0-9]{1,2}-[0-9]{2,4}\b.*",
        Message("write the date as YYYY-MM-DD"),
    ),
    (
        r"[A-Za-z]{3} [A-Za-z]{3} [0-9]{1,2} [0-9]{1,2}:[0-9]{2}\b.*",
        Message("write the date in the form that `date -R` prints"),
    ),
)


def parse_moment(
    text: str, *, now: int, zone: dates.tzinfo | None, tz: str = ""
) -> tuple[int, dates.tzinfo | None]:
    """Return the instant of a phrase or of a text for `parse_instant`, and the zone that it states.

    `now` is the present moment, from which phrases count. `zone` is the time zone of local times;
    `tz` names the field that states it, for hints. Phrases state no zone; only dates with an offset
    do. A day has 24 hours in `3 days ago`. Raises BadText, also for a local time in a DST gap or a
    DST fold.
    """
    plain = re.sub(" +", " ", text)
    if len(text) > _MAX_LENGTH:
        plain = ""
    try:
        elapsed = _elapsed(plain)
        if elapsed is not None:
            return within_range((now * 10**9 + elapsed) // 10**9, text), None
        if match := re.fullmatch(_DAY_AND_TIME, plain):
            return _local_time(match, text, now, zone, tz), None
        if match := re.fullmatch(_EMAIL, plain):
            return _email_date(match, text)
        if match := re.fullmatch(_WEEKDAY, plain):
            raise _ambiguous_week(match, text, now, zone)
        if re.fullmatch(_MONTHS_AGO, plain):
            raise BadText(
                Message(
                    "invalid instant {text}: months and years differ in length", text=shown(text)
                ),
                None,
                Message("write days such as `30 days ago`, or a date"),
            )
        return parse_instant(text, now=now, zone=zone, tz=tz)
    except BadText as problem:
        expected = problem.expected
        if expected in (None, expected_instant(tz), expected_instant("")):
            expected = _expected(tz)
        hint = problem.hint
        if hint is None and expected == _expected(tz):
            hint = _hint(plain, tz)
        raise BadText(problem.message, expected, hint) from None


def is_relative(text: str) -> bool:
    """Return whether a text is a phrase whose instant depends on the present moment."""
    plain = re.sub(" +", " ", text[:_MAX_LENGTH])
    return _elapsed(plain) is not None or re.fullmatch(_DAY_AND_TIME, plain) is not None


def _elapsed(text: str) -> int | None:
    """Return the nanoseconds from the present moment, negative for `ago`; None for another text."""
    future, past = text.startswith("in "), text.endswith(" ago")
    lengths = text.removeprefix("in ").removesuffix(" ago")
    parts = re.findall(_PARTS, lengths)
    if future == past or lengths != lengths.strip() or not parts or len(parts) % 2:
        return None
    total, smallest = 0, _WEEK + 1
    for number, name in zip(parts[::2], parts[1::2], strict=True):
        unit = _UNITS.get(name)
        if unit is None or unit >= smallest:  # `30 min 1 h ago` is a mistake
            return None
        whole, _, fraction = ("1" if number in ("a", "an") else number).partition(".")
        if not whole.isdigit() or len(fraction) > _MAX_FRACTION:
            return None
        total += int(whole + fraction.ljust(_MAX_FRACTION, "0")) * unit
        smallest = unit
    return total if future else -total


def _local_time(
    match: re.Match[str], text: str, now: int, zone: dates.tzinfo | None, tz: str
) -> int:
    """Return the instant of `yesterday 14:00`."""
    day, hour, minute, second = match.groups()
    if hour is None:
        raise BadText(
            Message("invalid instant {text}: the time of day is missing", text=shown(text)),
            None,
            Message("add a time of day such as `{day} 09:00`", day=day),
        )
    if zone is None:
        raise BadText(
            Message("local time {text} has no time zone", text=shown(text)),
            None,
            Message("add the time zone, such as `{tz} local` or `{tz} Europe/Oslo`", tz=tz)
            if tz
            else Message("write the date, the time of day and an offset"),
        )
    today = local_date(within_range(now, text), zone)
    date = dates.date.fromordinal(today.toordinal() + _NAMED_DAYS[day])
    parts = [*date.isoformat().split("-"), hour, minute, second or ""]
    return within_range(instant_in_zone(local_seconds(parts, text, tz), zone, text, tz), text)


def _email_date(match: re.Match[str], text: str) -> tuple[int, dates.tzinfo]:
    """Return the instant of an RFC 5322 date, and the time zone of its offset."""
    weekday, day, month, year, hour, minute, second, offset = match.groups()
    names = [name[:3] for name in WEEKDAYS]
    for name, known in ((weekday, names), (month, _MONTHS)):
        if name is None or name.capitalize() in known:
            continue
        message = Message(
            "invalid instant {text}: unknown weekday `{name}`", text=shown(text), name=name
        )
        if known is _MONTHS:
            message = Message(
                "invalid instant {text}: unknown month `{name}`", text=shown(text), name=name
            )
        raise BadText(message, None, did_you_mean(name, known) or did_you_mean(name[:3], known))
    number = _MONTHS.index(month.capitalize()) + 1
    local = local_seconds(
        [year, f"{number:02d}", day.zfill(2), hour, minute, second or ""], text, ""
    )
    date = dates.date(int(year), number, int(day))
    if weekday is not None and weekday.capitalize() != names[date.weekday()]:
        raise BadText(
            Message(
                "invalid instant {text}: {date} is a {weekday}",
                text=shown(text),
                date=date,
                weekday=WEEKDAYS[date.weekday()],
            ),
            None,
            Message("write `{weekday}`, or another date", weekday=names[date.weekday()]),
        )
    if offset is None:
        raise BadText(
            Message("invalid instant {text}: the offset is missing", text=shown(text)),
            None,
            Message("add the offset after the time, such as +0100"),
        )
    if offset.upper() in {"GMT", "UT", "-0000"}:
        return within_range(local, text), dates.UTC
    if offset[0].isalpha():
        raise BadText(
            Message(
                "invalid instant {text}: the offset is not of the form +HHMM", text=shown(text)
            ),
            None,
            Message("write the offset, such as +0100, instead of `{offset}`", offset=offset),
        )
    minutes = offset_minutes(offset, text)
    return within_range(local - minutes * 60, text), fixed_zone(minutes)


def _ambiguous_week(
    match: re.Match[str], text: str, now: int, zone: dates.tzinfo | None
) -> BadText:
    """Return the error for a weekday: its week is ambiguous, even with `last` or `next`.

    The hint has the latest such date up to today, and the date a week later.
    """
    short, hour, minute, _ = match.groups()
    weekday = [name[:3].lower() for name in WEEKDAYS].index(short.lower())
    today = local_date(within_range(now, text), zone or dates.UTC).toordinal()
    # The ordinal 1 is a Monday.
    latest = today - (today - 1 - weekday) % 7
    time = f"{hour or '09':0>2}:{minute or '00'}"
    before, after = (dates.date.fromordinal(day) for day in (latest, latest + 7))
    return BadText(
        Message("invalid instant {text}: a weekday does not state the week", text=shown(text)),
        None,
        Message(
            "write the date, such as `{before} {time}` or `{after} {time}`",
            before=before,
            time=time,
            after=after,
        ),
    )


def _expected(tz: str) -> str:
    if tz:
        return Message(
            "an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00,"
            " `now`, `2 hours ago`, `@EPOCH`, an email date such as `Tue, 24 Nov"
            " 2026 09:00:00 +0100`, or with {tz} a local time such as `2026-11-24"
            " 09:00` or `yesterday 14:00`",
            tz=tz,
        )
    return Message(
        "an RFC 3339 time with an offset such as 2026-11-24T09:00:00+01:00,"
        " `now`, `2 hours ago`, `@EPOCH`, or an email date such as `Tue, 24"
        " Nov 2026 09:00:00 +0100`"
    )


def _hint(text: str, tz: str) -> str | None:
    """Return a hint for an invalid text: the nearest phrase, or how to write another date."""
    for pattern, hint in _HINTS:
        if re.fullmatch(pattern, text, re.DOTALL):
            return hint
    near = _nearest_phrase(text)
    if near is None:
        return None
    return Message("did you mean `{phrase}`?\nexpected {form}", phrase=near, form=_expected(tz))


def _nearest_phrase(text: str) -> str | None:
    """Return the phrase that is closest to an invalid text, or None."""
    words: list[str] = []
    for word in re.findall(r"[0-9][0-9.:]*|[a-z]+", text.casefold()):
        if word in ("am", "pm") and words and re.fullmatch(r"[0-9]{1,2}(:[0-9]{2})?", words[-1]):
            hour, _, minute = words[-1].partition(":")
            words[-1] = f"{int(hour) % 12 + 12 * (word == 'pm'):02d}:{minute or '00'}"
        elif word[0].isdigit() or word in (*_WORDS, "a", "an"):
            words.append(word)
        elif word != "at":
            words.append(nearest(word, _WORDS) or word)
    # A missing or misplaced word: `2 hours`, `14:00 yesterday`, `14:00`.
    for candidate in (words, [*words, "ago"], [*words[-1:], *words[:-1]], ["today", *words]):
        phrase = " ".join(candidate)
        day = re.fullmatch(_DAY_AND_TIME, phrase)
        is_time = day is not None and day[2] is not None and int(day[2]) < 24 and int(day[3]) < 60
        if phrase != text and (phrase == "now" or _elapsed(phrase) is not None or is_time):
            return phrase
    return None
