"""Small pieces that several views show alike."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

_DIMENSIONS = ("plan", "role", "channel", "priority", "metric")


def value_of(answer: Any, column: str) -> str:
    """Return what an answer says in an open column: a fact, a dimension or the metric."""
    # Facts first: a policy may call one like a field of the answer.
    value = answer.facts.get(column)
    if value is None and column in _DIMENSIONS:
        value = getattr(answer, column)
    return value or ""


def remarks(
    answers: Sequence[Any], columns: Iterable[str], value: Callable[[Any, str], str] = value_of
) -> tuple[str, ...]:
    """Return the conditions, notes and doubts of the answers, each once.

    What does not concern every answer begins with the rows that it concerns: with what `value`
    gives for the columns, of three rows at most.
    """
    names = tuple(columns)
    rows: dict[str, dict[str, None]] = {}
    labels: dict[str, None] = {}
    for answer in answers:
        label = " ".join(text for name in names if (text := value(answer, name)))
        labels[label] = None
        for line in _lines(answer):
            rows.setdefault(line, {})[label] = None
    return tuple(
        line if len(concerned) == len(labels) else f"{_some(list(concerned))}: {line}"
        for line, concerned in rows.items()
    )


def _lines(answer: Any) -> list[str]:
    condition = getattr(answer, "condition", None)
    lines = [f"condition: {condition}"] if condition else []
    lines += answer.note.split("\n") if answer.note else []
    return lines + doubts([answer])


def _some(labels: list[str]) -> str:
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    return ", ".join(labels[:3]) + more


def doubts(answers: Iterable[Any]) -> list[str]:
    """Return what is unclear about the answers, each doubt once."""
    found = [doubt for answer in answers if answer.unclear for doubt in answer.unclear.split("\n")]
    return [f"unclear: {doubt}" for doubt in dict.fromkeys(found)]
