"""When an open case is at risk: after a share of its time, or a length of time before it is due."""

from __future__ import annotations

from zsupport.clock.problem import BadText, shown
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message, enumerated

if TYPE_CHECKING:
    from zsupport.clock.target import Target

EXPECTED = Message(
    "a ratio between 0 and 1, such as 3/4 or 75%, or a time such as `1h before` or"
    " `1 business hour before`"
)
_BEFORE = " before"
_UNITS = {"h": 3600, "m": 60}


class LengthBefore(NamedTuple):
    """A length before the deadline, in seconds of elapsed time or of working time."""

    seconds: int
    business: bool


def parse_warn(text: str) -> str:
    """Return the canonical text: a ratio n/d, or a length such as `1h before`.

    Raises BadText for other texts.
    """
    from zsupport.clock.ratio import parse_ratio

    plain = " ".join(text.split())
    if plain.endswith(_BEFORE):
        return _length(text, plain.removesuffix(_BEFORE))
    try:
        return parse_ratio(text)
    except BadText as problem:
        hint = problem.hint or _hint(plain)
        raise BadText(problem.message, EXPECTED, hint) from None


def length_before(warn: str) -> LengthBefore:
    """Return the length of a result of `parse_warn` that is not a ratio."""
    words = warn.split(" ")
    business = words[1] == "business"
    number, unit = (words[0], words[2][0]) if business else (words[0][:-1], words[0][-1])
    whole, _, part = number.partition(".")
    scale: int = 10 ** len(part)
    return LengthBefore(int(whole + part) * _UNITS[unit] // scale, business)


def _length(text: str, length: str) -> str:
    """Return the canonical text of a length before the deadline. Raises BadText."""
    from zsupport.clock.target_text import parse_target

    try:
        target = parse_target(length)
    except BadText as problem:
        raise BadText(problem.message, EXPECTED, _hint(length)) from None
    if not _is_length(target):
        message = Message("{text} is not a length of time", text=shown(text))
        raise BadText(message, EXPECTED, _hint(length))
    if not target.amount:
        raise BadText(Message("{text} is zero", text=shown(text)), EXPECTED)
    return target.text + _BEFORE


def _is_length(target: Target) -> bool:
    """Return whether a target is a length of time without `24x7`."""
    return target.kind in ("clock", "business") and not target.every and not target.around_the_clock


def _hint(text: str) -> str | None:
    """Return the hint for a length in another format, such as `1 hour before it is due`."""
    import re

    from zsupport.clock.target_text import parse_target, proposals_of

    small = re.sub(r"^(?:before|after|at|in|(?:the )?last|every) ", "", text.casefold())
    small = re.sub(
        r" (?:left|remaining|to go|prior|ahead|early|24x7|(?:before|to|until)\b.*)$", "", small
    )
    try:
        options = [parse_target(small)]
    except BadText as problem:
        options = [parse_target(proposal) for proposal in proposals_of(problem.hint)]
    proposals = [
        f"`{target.text}{_BEFORE}`" for target in options if _is_length(target) and target.amount
    ]
    return (
        Message("write {choice}", choice=enumerated(proposals, either=True)) if proposals else None
    )
