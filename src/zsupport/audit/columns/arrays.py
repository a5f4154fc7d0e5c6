"""Opening times and deadlines as arrays of NumPy, PyArrow, Polars and pandas."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from zsupport.audit.columns.spans import column_due
from zsupport.audit.deadlines import depends_on_opening
from zsupport.clock.instants import END, FIRST
from zsupport.clock.problem import HORIZON

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from zsupport.audit.columns.spans import Integers
    from zsupport.audit.deadlines import CaseDeadlines

    #: Missing values.
    Missing = NDArray[np.bool_]

_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class InstantColumn(NamedTuple):
    """A column of instants: the seconds since 1970, and which are missing.

    `build` makes a column of the same kind from seconds and missing values.
    """

    seconds: Integers
    missing: Missing
    build: Callable[[Integers, Missing], Any]


def due_of_array(opened: Any, package: str, deadlines: CaseDeadlines) -> object:
    """Return the deadlines as an array of the same kind. `package` is that of the array."""
    column = _READERS[package](opened, deadlines)
    seconds, missing = column.seconds, column.missing
    known = ~missing
    due = np.zeros(len(seconds), np.int64)
    due[known] = _due(seconds[known], deadlines) if missing.any() else _due(seconds, deadlines)
    return column.build(due, missing)


def _due(opened: Integers, deadlines: CaseDeadlines) -> Integers:
    """Return the deadline for each opening time. Raises the error for the first without one."""
    outside = (opened < FIRST) | (opened >= END)
    if outside.any():
        deadlines.case.instant(f"@{opened[np.argmax(outside)]}")  # raises
    piece = np.searchsorted(np.array(deadlines.case.changes, np.int64), opened, "right")
    pieces = np.unique(piece).tolist()
    due = np.empty(len(opened), np.int64)
    for number in pieces:
        selected = piece == number if pieces[1:] else slice(None)
        due[selected] = _due_of_revision(opened[selected], deadlines)
    return due


def _due_of_revision(opened: Integers, deadlines: CaseDeadlines) -> Integers:
    """Return the deadlines by one revision."""
    revision, row = deadlines.promise(int(opened[0]))
    if depends_on_opening(revision, row):
        different, inverse = np.unique(opened, return_inverse=True)
        dues = [deadlines.due(instant) for instant in different.tolist()]
        return np.array(dues, np.int64)[inverse]
    due = column_due(revision, row).due(opened)
    refused = (due - opened > HORIZON) | (due >= END)
    if refused.any():
        raise deadlines.refusal(int(opened[np.argmax(refused)]))
    return due


def _of_list(values: list[Any], deadlines: CaseDeadlines) -> tuple[Integers, Missing]:
    """Return Python values as seconds and missing values."""
    instants = deadlines.instants(values)
    missing = np.array([instant is None for instant in instants], np.bool_)
    return np.array([instant or 0 for instant in instants], np.int64), missing


def _numpy(opened: Any, deadlines: CaseDeadlines) -> InstantColumn:
    if isinstance(opened, np.ma.MaskedArray) or not isinstance(opened, np.ndarray):
        raise _unsupported(opened)
    shape, flat = opened.shape, opened.ravel()

    def build(seconds: Integers, missing: Missing) -> Any:
        due = seconds.view("datetime64[s]")
        due[missing] = np.datetime64("NaT")
        return due.reshape(shape)

    kind = flat.dtype.kind
    if kind == "M" and np.datetime_data(flat.dtype)[0] in _UNITS:
        missing = np.isnat(flat)
        return InstantColumn(flat.astype("datetime64[s]").view(np.int64), missing, build)
    if kind in "iu":
        return InstantColumn(flat.astype(np.int64), np.zeros(len(flat), np.bool_), build)
    if kind in "OUT":
        return InstantColumn(*_of_list(flat.tolist(), deadlines), build)
    raise _unsupported(opened.dtype)


def _pyarrow(opened: Any, deadlines: CaseDeadlines) -> InstantColumn:
    pa = sys.modules["pyarrow"]
    chunked = isinstance(opened, pa.ChunkedArray)
    array = opened.combine_chunks() if chunked else opened
    instants = pa.timestamp("s", tz="UTC")

    def build(seconds: Integers, missing: Missing) -> Any:
        due = pa.array(seconds, pa.int64(), mask=missing).cast(instants)
        return pa.chunked_array([due]) if chunked else due

    types = pa.types
    if types.is_timestamp(array.type):
        if array.type.tz is None:
            raise _without_zone(array.type)
        array = array.cast(instants, safe=False).cast(pa.int64())
    if types.is_integer(array.type):
        missing = array.is_null().to_numpy(zero_copy_only=False)
        array = array.cast(pa.int64()).fill_null(0)
        return InstantColumn(array.to_numpy(zero_copy_only=False), missing, build)
    if types.is_string(array.type) or types.is_large_string(array.type):
        return InstantColumn(*_of_list(array.to_pylist(), deadlines), build)
    raise _unsupported(array.type)


def _polars(opened: Any, deadlines: CaseDeadlines) -> InstantColumn:
    pl = sys.modules["polars"]
    if not isinstance(opened, pl.Series):
        raise _unsupported(opened)
    unit = opened.dtype.time_unit if opened.dtype == pl.Datetime else "us"

    def build(seconds: Integers, missing: Missing) -> Any:
        due = pl.Series(opened.name, seconds * _UNITS[unit]).cast(pl.Datetime(unit, "UTC"))
        return due.zip_with(pl.Series(~missing), pl.Series([None], dtype=due.dtype))

    if opened.dtype == pl.Datetime and opened.dtype.time_zone is None:
        raise _without_zone(opened.dtype)
    if opened.dtype == pl.Datetime or opened.dtype.is_integer():
        numbers = opened.to_physical().cast(pl.Int64).fill_null(0).to_numpy()
        numbers = numbers // (_UNITS[unit] if opened.dtype == pl.Datetime else 1)
        return InstantColumn(numbers, opened.is_null().to_numpy(), build)
    if opened.dtype == pl.String:
        return InstantColumn(*_of_list(opened.to_list(), deadlines), build)
    raise _unsupported(opened.dtype)


def _pandas(opened: Any, deadlines: CaseDeadlines) -> InstantColumn:
    pd = sys.modules["pandas"]
    if not isinstance(opened, pd.Series | pd.Index):
        raise _unsupported(opened)
    dtype = opened.dtype

    def build(seconds: Integers, missing: Missing) -> Any:
        due = seconds.view("datetime64[s]")
        due[missing] = np.datetime64("NaT")
        index = pd.DatetimeIndex(due, name=opened.name).tz_localize("UTC")
        return index if isinstance(opened, pd.Index) else pd.Series(index, index=opened.index)

    missing = np.asarray(opened.isna(), np.bool_)
    if isinstance(dtype, pd.DatetimeTZDtype):
        seconds = opened.to_numpy("datetime64[s]").view(np.int64)
        return InstantColumn(seconds, missing, build)
    if dtype.kind == "M":
        raise _without_zone(dtype)
    if dtype.kind in "iu" and not missing.any():
        return InstantColumn(opened.to_numpy(np.int64), missing, build)
    if dtype.kind in "iuO" or pd.api.types.is_string_dtype(dtype):
        values = [None if no else value for value, no in zip(opened, missing, strict=True)]
        return InstantColumn(*_of_list(values, deadlines), build)
    raise _unsupported(dtype)


_READERS: dict[str, Callable[[Any, CaseDeadlines], InstantColumn]]
_READERS = {"numpy": _numpy, "pyarrow": _pyarrow, "polars": _polars, "pandas": _pandas}


def _unsupported(kind: object) -> TypeError:
    return TypeError(f"opened: not instants: {kind!r}")


def _without_zone(kind: object) -> ValueError:
    return ValueError(f"instants without time zone: {kind!r}; set the time zone, such as UTC")
