"""Targets in words for people: `4 working hours`, `next working day`."""

from __future__ import annotations

from zsupport.clock.instants import duration
from zsupport.clock.problem import BadText
from zsupport.clock.target import Target
from zsupport.view.times import working_time
from zsupport.wording import Counted

#: When a target in working days is due on the last day, by the policy's reading of business days.
_READINGS = {
    "close": "closing time",
    "opening": "opening time",
    "same-time": "the same time of day",
}
#: Words that add nothing to a target in a published text.
_EMPTY_WORDS = ("or less", "or fewer", "within", "less than", "up to", "max.", "in")


def target_in_words(target: Target) -> str:
    """Return a target in words, short enough for a table."""
    if target.kind == "clock":
        text = duration(target.amount, days=False) if target.amount else "0 min"
    elif target.kind == "business":
        text = working_time(target.amount)
    elif target.kind == "business-days":
        text = Counted("{count} working day", "{count} working days", target.amount)
    elif target.kind == "not-stated":
        text = "not stated"
    else:
        text = target.text.replace("business", "working")
        return text if target.kind != "none" else "no promise"
    return f"every {text}" if target.every else text


def target_as_sentence(target: Target, business_day: str) -> str:
    """Return a target as an answer in words: `within 2 working days, by closing time`.

    `business_day` is the policy's reading of business days.
    """
    words, by = target_in_words(target), _READINGS[business_day]
    if target.kind == "next-business-day":
        return f"on the next working day, by {by}"
    if target.kind == "by":
        time = target.text.split(" ")[1]
        return f"by {time} on the next working day"
    if target.every or target.kind not in ("clock", "business", "business-days"):
        return words
    return f"within {words}, by {by}" if target.kind == "business-days" else f"within {words}"


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
    return (stated.amount, stated.at, stated.every) != (target.amount, target.at, target.every)
