"""Ratios: the share of a target's time after which the target is at risk."""

from __future__ import annotations

from zsupport.clock.problem import BadText, shown
from zsupport.wording import Message

EXPECTED = Message("a ratio between 0 and 1, such as 3/4 or 75%")


def parse_ratio(text: str) -> str:
    """Return a ratio between 0 and 1 as n/d: `3/4` for `75%`; raise BadText for other texts."""
    try:
        return _ratio(text)
    except BadText as problem:
        raise BadText(problem.message, problem.expected, _hint(text)) from None


def _ratio(text: str) -> str:
    import re

    if match := re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text):
        numerator, denominator = int(match[1]), int(match[2])
    elif match := re.fullmatch(r"([0-9]{1,3})(?:\.([0-9]{1,4}))?%", text):
        part = match[2] or ""
        numerator, denominator = int(match[1] + part), 10 ** (2 + len(part))
        text = _reduced(numerator, denominator)
    else:
        raise BadText(Message("invalid ratio {text}", text=shown(text)), EXPECTED)
    if not 0 < numerator < denominator:
        raise BadText(Message("{ratio} is not between 0 and 1", ratio=shown(match[0])), EXPECTED)
    return text


def _reduced(numerator: int, denominator: int) -> str:
    from math import gcd

    divisor = gcd(numerator, denominator)
    return f"{numerator // divisor}/{denominator // divisor}"


def _hint(text: str) -> str | None:
    """Return the hint for a decimal, a percentage or a fraction in another format."""
    import re

    small = text.casefold().replace(",", ".").strip()
    if match := re.fullmatch(r"0?\.([0-9]{1,6})", small):
        ratio = _reduced(int(match[1]), 10 ** len(match[1]))
    elif match := re.fullmatch(r"([0-9.]+) ?(?:%|percent|per cent|pct)", small):
        ratio = f"{match[1]}%"
    elif match := re.fullmatch(r"([0-9]+) ?(?:/|:|of|out of) ?([0-9]+)", small):
        ratio = f"{match[1]}/{match[2]}"
    else:
        return None
    try:
        _ratio(ratio)
    except BadText:
        return None
    return Message("write `{text}`", text=ratio)
