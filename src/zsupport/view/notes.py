"""Small pieces that several views show alike."""

from collections.abc import Iterable
from typing import Any

_DIMENSIONS = ("plan", "role", "channel", "priority", "metric")


def value_of(answer: Any, column: str) -> str:
    """Return what an answer says in an open column: a fact, a dimension or the metric."""
    # Facts first: a policy may call one like a field of the answer.
    value = answer.facts.get(column)
    if value is None and column in _DIMENSIONS:
        value = getattr(answer, column)
    return value or ""


def doubts(answers: Iterable[Any]) -> list[str]:
    """Return what is unclear about the answers, each doubt once."""
    found = [answer.unclear for answer in answers if answer.unclear]
    return [f"unclear: {doubt}" for doubt in dict.fromkeys(found)]
