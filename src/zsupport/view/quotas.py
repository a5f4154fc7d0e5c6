"""Limits in words for people."""

from __future__ import annotations

from zsupport.wording import Counted, Message


def quota_in_words(count: int | None, per: str | None) -> Message:
    """Return a quota in words: `7`, `10 per year` or `unlimited`."""
    if count is None:
        return Message("unlimited")
    if per is None:
        return Counted("{count}", "{count}", count)
    from zsupport.clock.targets_in_words import rate_in_words

    return rate_in_words(count, per)
