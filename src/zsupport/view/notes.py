"""Small pieces that several views show alike."""

from collections.abc import Iterable
from typing import Any


def value_of(answer: Any, column: str) -> str:
    """Return what an answer says in an open column: a dimension, the metric or a fact."""
    value = getattr(answer, column, None) if column in answer._fields else None
    if value is None:
        value = answer.facts.get(column) if "facts" in answer._fields else None
    return "" if value is None else str(value)


def doubts(answers: Iterable[Any]) -> list[str]:
    """Return what is unclear about the answers, each doubt once."""
    found = [answer.unclear for answer in answers if answer.unclear]
    return [f"unclear: {doubt}" for doubt in dict.fromkeys(found)]
