"""Parquet: the columns of CSV with types, written with the package `polars`."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from zsupport.errors import EnvironmentFault
from zsupport.report import Report
from zsupport.report.columns import Column, columns_of, value_at
from zsupport.sources.tickets.parquet import INSTALL
from zsupport.typed import field_types
from zsupport.wording import Message


def import_polars() -> Any:
    """Return the package `polars`. Raises EnvironmentFault if it is not installed."""
    try:
        import polars
    except ImportError:
        raise EnvironmentFault(
            Message("missing package `polars`, required to write Parquet"), INSTALL
        ) from None
    return polars


def render_parquet(report: Report) -> bytes:
    """Return a row for each answer: instants in UTC, numbers, truth values, otherwise text.

    Raises EnvironmentFault if `polars` is not installed.
    """
    polars = import_polars()
    assert report.answer is not None
    kinds = {int: polars.Int64, bool: polars.Boolean}
    types = field_types(report.answer)
    series = []
    for column in columns_of(report):
        kind = _scalar(types[column.path[0]])
        values = _values(report, column)
        typed = polars.Series(column.name, values, dtype=kinds.get(kind, polars.String))
        series.append(typed.str.to_datetime(time_zone="UTC") if kind is datetime else typed)
    file = BytesIO()
    polars.DataFrame(series).write_parquet(file)
    return file.getvalue()


def _values(report: Report, column: Column) -> list[Any]:
    return [value_at(record, column.path) for record in report.records]


def _scalar(kind: Any) -> Any:
    """Return the type of a field without `None` and annotations."""
    parts = get_args(kind)
    if NoneType in parts or get_origin(kind) is Annotated:
        return _scalar(parts[0])
    return kind
