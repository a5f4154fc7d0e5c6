"""Targets in words for people: `4 working hours`, `next working day`."""

from __future__ import annotations

from zsupport.clock.instants import duration
from zsupport.clock.problem import BadText
from zsupport.clock.target import IMMEDIATELY, Target
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Counted, Message, enumerated, joined

if TYPE_CHECKING:
    from collections.abc import Callable

#: When a target in working days is due on the last day, by the value of `business-day`.
_READINGS = {
    "close": Message("closing time"),
    "opening": Message("opening time"),
    "same-time": Message("the same time of day"),
}
#: The targets that are always written in the same way.
_FIXED = {
    "next-business-day": Message("next working day"),
    "none": Message("no promise"),
    "not-stated": Message("not stated"),
}
#: Targets that are written in the same way, by their texts.
_FIXED_TEXTS = {
    "every week": Message("every week"),
    IMMEDIATELY: Message("immediately"),
}
#: Rates by their period.
_RATES: dict[str, Callable[[int], Message]] = {
    "day": lambda count: Counted("{count} per day", "{count} per day", count),
    "week": lambda count: Counted("{count} per week", "{count} per week", count),
    "month": lambda count: Counted("{count} per month", "{count} per month", count),
    "quarter": lambda count: Counted("{count} per quarter", "{count} per quarter", count),
    "year": lambda count: Counted("{count} per year", "{count} per year", count),
}
#: Words that add nothing to a target in a published text.
_EMPTY_WORDS = ("or less", "or fewer", "within", "less than", "up to", "max.", "in")


def target_in_words(target: Target, *, short: bool = True) -> Message:
    """Return a target in words: `4 h`, `4 working hours`, `next working day`.

    With `short` it fits into a table. Otherwise units are not abbreviated, and a target around the
    clock says so: `4 hours, around the clock`.
    """
    fixed = _FIXED.get(target.kind) or _FIXED_TEXTS.get(target.text)
    if fixed is not None:
        return fixed
    if target.parts:
        parts = enumerated([target_in_words(part, short=short) for part in target.parts])
        if target.kind == "later":
            return Message("the later of {parts}", parts=parts)
        return Message("the earlier of {parts}", parts=parts)
    if target.kind == "rate":
        return rate_in_words(target.amount, target.text.rpartition(" ")[2])
    if target.kind == "by":
        return _by(target.text.split(" ")[1], short=short)
    if target.kind == "by-opening":
        return _by_opening_day(target.text.split(" ")[1], short=short)
    time = _every(target, short=short) if target.every else _length(target, short=short)
    if target.kind == "clock" and target.around_the_clock and not short:
        return Message("{time}, around the clock", time=time)
    return time


def rate_in_words(count: int, period: str) -> Message:
    """Return a number in each period in words: `2 per week`."""
    return _RATES[period](count)


def _length(target: Target, *, short: bool) -> Message:
    """Return the length of a target: `4 h`, `2 working days`."""
    if target.kind == "business-days":
        return Counted("{count} working day", "{count} working days", target.amount)
    if target.kind == "calendar-days":
        if (weeks := _weeks(target)) is not None:
            return Counted("{count} calendar week", "{count} calendar weeks", weeks)
        return Counted("{count} calendar day", "{count} calendar days", target.amount)
    if target.kind == "business":
        return working_time(target.amount, short=short)
    if short:
        return duration(target.amount, days=False) if target.amount else Message("0 min")
    return _unabbreviated(target.amount)


def _weeks(target: Target) -> int | None:
    """Return the calendar weeks of a target; None if it is written in calendar days."""
    return target.amount // 7 if "week" in target.text else None


def _every(target: Target, *, short: bool) -> Message:
    """Return a target that is due again and again: `every 4 h`, `every 2 working days`.

    A whole number of hours, minutes or days has its own text: Norwegian writes `hver 4. time`.
    """
    if target.kind == "business-days":
        return Counted("every {count} working day", "every {count} working days", target.amount)
    if target.kind == "calendar-days":
        if (weeks := _weeks(target)) is not None:
            return Counted("every {count} calendar week", "every {count} calendar weeks", weeks)
        return Counted("every {count} calendar day", "every {count} calendar days", target.amount)
    minutes, rest = divmod(target.amount, 60)
    hours, minutes = divmod(minutes, 60)
    if rest or (hours and minutes):
        return Message("every {time}", time=_length(target, short=short))
    if target.kind == "business" and hours:
        return Counted("every {count} working hour", "every {count} working hours", hours)
    if target.kind == "business":
        return Counted("every {count} working minute", "every {count} working minutes", minutes)
    if short and hours:
        return Counted("every {count} h", "every {count} h", hours)
    if short:
        return Counted("every {count} min", "every {count} min", minutes)
    if hours:
        return Counted("every {count} hour", "every {count} hours", hours)
    return Counted("every {count} minute", "every {count} minutes", minutes)


def working_time(seconds: int, *, short: bool = True) -> Message:
    """Return working time in words: `6 working hours`, `1 h 30 min of working time`.

    Without `short`, units are not abbreviated: `1 hour 30 minutes of working time`.
    """
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours and not minutes and not rest:
        return Counted("{count} working hour", "{count} working hours", hours)
    if minutes and not hours and not rest:
        return Counted("{count} working minute", "{count} working minutes", minutes)
    time = duration(seconds, days=False) if short else _unabbreviated(seconds)
    return Message("{time} of working time", time=time)


def _unabbreviated(seconds: int) -> Message:
    """Return a duration in hours, minutes and seconds: `1 hour 30 minutes`."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts: list[Message] = []
    if hours:
        parts.append(Counted("{count} hour", "{count} hours", hours))
    if minutes or not (hours or seconds):
        parts.append(Counted("{count} minute", "{count} minutes", minutes))
    if seconds:
        parts.append(Counted("{count} second", "{count} seconds", seconds))
    return joined(parts, " ")


def _by(time: str, *, short: bool) -> Message:
    if short:
        return Message("by {time} next working day", time=time)
    return Message("by {time} on the next working day", time=time)


def _by_opening_day(time: str, *, short: bool) -> Message:
    if short:
        return Message("by {time} next opening day", time=time)
    return Message("by {time} on the next opening day", time=time)


def target_as_sentence(target: Target, business_day: str | None = None) -> Message:
    """Return a target as an answer in words: `within 2 working days, by closing time`.

    `business_day` is the value of `business-day` in the policy. Without it, the text does not say
    when the target is due on the last day: `within 2 working days`.
    """
    words, by = target_in_words(target), _READINGS.get(business_day or "")
    if target.kind in ("by", "by-opening"):
        return target_in_words(target, short=False)
    if target.kind == "next-business-day":
        if by is None:
            return Message("on the next working day")
        return Message("on the next working day, by {reading}", reading=by)
    lengths = ("clock", "business", "business-days", "calendar-days")
    if target.every or target.is_immediate or target.kind not in lengths:
        return words
    if target.kind == "business-days" and by is not None:
        return Message("within {time}, by {reading}", time=words, reading=by)
    return Message("within {time}", time=words)


def adds_to_target(published: str, target: Target) -> bool:
    """Return whether a published text says something that the target does not.

    `4 hours or less` adds nothing to the target `4 business hours`.
    """
    from zsupport.clock.target_text import parse_target

    words = published.strip(" .").casefold()
    for empty in _EMPTY_WORDS:
        words = words.removeprefix(f"{empty} ").removesuffix(f" {empty}")
    try:
        stated = parse_target(words)
    except BadText:
        return True
    return (stated.amount, stated.at, stated.every, stated.parts) != (
        target.amount,
        target.at,
        target.every,
        target.parts,
    )
