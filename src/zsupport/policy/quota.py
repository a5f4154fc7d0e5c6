"""Quotas: the values of limits, such as `7`, `10 per year` or `unlimited`."""

from __future__ import annotations

import re

from zsupport.clock.problem import BadText, shown
from zsupport.errors import nearest
from zsupport.policy.model import PERIODS, Quota
from zsupport.wording import Message

EXPECTED = Message("a whole number, `10 per year` (or day, week, month, quarter) or `unlimited`")
_UNLIMITED = "unlimited"
_NO_LIMIT = frozenset((
    "any", "infinite", "infinity", "no limit", "no limits", "not limited", "unbegrenzt",
    "ubegrenset", "unbounded", "∞",
))  # fmt: skip
_NOT_STATED = frozenset(("none", "not stated", "not-stated", "unknown", "n/a", "-", "tbd"))
#: Other words for periods.
_PERIODS = {
    "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
    "annual": "year", "annually": "year", "annum": "year", "yr": "year", "mo": "month",
    "qtr": "quarter", "wk": "week",
}  # fmt: skip


def parse_quota(text: str) -> Quota:
    """Return the quota of a text; raise BadText for an invalid text."""
    plain = " ".join(text.split())
    if plain == _UNLIMITED:
        return Quota(None, None, plain)
    match = re.fullmatch(rf"(0|[1-9][0-9]{{0,8}})(?: per ({'|'.join(PERIODS)}))?", plain)
    if match is None:
        raise BadText(Message("invalid limit {text}", text=shown(text)), EXPECTED, _hint(plain))
    return Quota(int(match[1]), match[2], plain)


def _hint(plain: str) -> Message | None:
    """Return the hint for an invalid quota, or None."""
    small = plain.casefold().strip(" .")
    if small in _NO_LIMIT:
        return Message("write `{text}`", text=_UNLIMITED)
    if small in _NOT_STATED:
        return Message("omit the entry if the policy states no limit; write `0` if none is allowed")
    if number := re.fullmatch(r"[0-9]{1,3}(?:[ ,.'][0-9]{3})+", small):
        return _write(re.sub(r"[^0-9]", "", number[0]))
    if parts := re.match(r"(?:at most |up to |max(?:imum|\.)? |<=? ?|≤ ?)?0*([0-9]{1,9})\b", small):
        rest = small[parts.end() :]
        if re.match(r"[.,/-]?[0-9]|[.,-]", rest):
            return None
        words = re.findall(r"[a-z]+", rest)
        period = _period(words[-1]) if words else None
        if period is None and "per" in words:
            return None
        return _write(f"{int(parts[1])} per {period}" if period else str(int(parts[1])))
    if small[:1].isalpha() and nearest(small, [_UNLIMITED]):
        return _write(_UNLIMITED)
    return None


def _period(word: str) -> str | None:
    """Return the period that a word means, or None."""
    if word in _PERIODS:
        return _PERIODS[word]
    return next((period for period in PERIODS if word in (period, f"{period}s")), None)


def _write(text: str) -> Message:
    return Message("write `{text}`", text=text)
