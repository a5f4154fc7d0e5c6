"""The columns of answers: each nested field as separate columns.

The columns are derived from the type of an answer, so they do not depend on the values.
"""

from __future__ import annotations

from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from zsupport.report import Report
from zsupport.typed import Mapping, NamedTuple, field_types


class Column(NamedTuple):
    """A column: its name, and the keys that lead to its value in a JSON answer."""

    name: str
    path: tuple[str, ...]


def columns_of(report: Report) -> tuple[Column, ...]:
    """Return the columns of the answers of a report.

    A field with keys becomes a column for each key, such as `because.file`. `facts` becomes a
    column for each fact of the policy, such as `fact.impact`. A mapping with other keys, such as
    the content of a file, has no column.
    """
    if report.answer is None:
        return tuple(Column(name, (name,)) for name in report.fields)
    columns: list[Column] = []
    for name, kind in field_types(report.answer).items():
        if name == "facts":
            columns += [Column(f"fact.{fact}", (name, fact)) for fact in report.facts]
        else:
            columns += _columns(name, (name,), kind)
    return tuple(columns)


def _columns(name: str, path: tuple[str, ...], kind: Any) -> list[Column]:
    """Return the columns of a field of a type."""
    parts, container = get_args(kind), get_origin(kind) or kind
    if NoneType in parts or container is Annotated or container in (tuple, list):
        return _columns(name, path, parts[0])
    if container in (dict, Mapping):
        return []
    if not issubclass(container, dict | tuple):
        return [Column(name, path)]
    columns: list[Column] = []
    for key, inner in field_types(container).items():
        columns += _columns(f"{name}.{key}", (*path, key), inner)
    return columns


def value_at(value: object, path: tuple[str, ...]) -> object:
    """Return the value at the end of a path, or None; from a list, the values of its items."""
    if isinstance(value, list):
        return [value_at(item, path) for item in value]
    if not path or not isinstance(value, dict):
        return None if path else value
    return value_at(value.get(path[0]), path[1:])
