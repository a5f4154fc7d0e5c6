"""Parquet, written by Polars: one row for each ticket and metric. Instants are in UTC."""

from __future__ import annotations

import re
from queue import Empty, Full, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from zsupport.audit.verdict_lists import compared_rows
from zsupport.report.parquet import import_polars

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO, Self

    from polars import DataFrame

    from zsupport.audit.ticket import VendorComparison
    from zsupport.audit.verdict_lists import VerdictLists, VerdictRow
    from zsupport.report.tickets import RowSetting

#: The rows of a group in the file. The memory of the writer grows with it.
_GROUP = 100_000
#: The level of Zstandard. Higher ones take more time for files that are a few percent smaller.
_LEVEL = 1
_INSTANTS = frozenset(["opened", "due", "vendor_due"])
_NUMBERS = frozenset(["line", "cycle", "margin_seconds", "elapsed_seconds", "paused_seconds"])


def polars_schema(setting: RowSetting) -> dict[str, Any]:
    """Return the types of the columns. Raises EnvironmentFault without Polars."""
    polars = import_polars()
    types: dict[str, Any] = {}
    fields = ("",) * len(setting.kept) + setting.fields
    for name, field in zip(setting.columns, fields, strict=True):
        if field in _INSTANTS:
            types[name] = polars.Datetime("ms", "UTC")
        elif field in _NUMBERS:
            types[name] = polars.Int64()
        elif field == "warnings":
            types[name] = polars.List(polars.String())
        elif field == "vendor_breached":
            types[name] = polars.Boolean()
        else:
            types[name] = polars.String()
    return types


class ParquetRows:
    """Writes verdicts as Parquet.

    Polars reads the rows from a source that it controls, so it runs in a thread of its own, and the
    rows pass through a queue.
    """

    def __init__(self, stream: IO[bytes], setting: RowSetting) -> None:
        """Start a file. Raises EnvironmentFault without Polars."""
        self._schema = polars_schema(setting)
        self._stream = _Recorder(stream)
        self._rows: list[tuple[Sequence[str | None], tuple[object, ...]]] = []
        self._frames: Queue[DataFrame | None] = Queue(1)
        self._fault: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish the file, unless the block raised an error."""
        if kind is None:
            self._write_rows()
            self._put(None)
            self._thread.join()
            self._check()
        else:
            self._fault = _Abandoned()
            self._thread.join()

    def write(self, rows: Iterable[VerdictRow]) -> None:
        """Write rows."""
        self._add(rows)

    def _add(self, rows: Iterable[tuple[Sequence[str | None], tuple[object, ...]]]) -> None:
        self._rows += rows
        if len(self._rows) >= _GROUP:
            self._write_rows()

    def write_lists(
        self, verdicts: VerdictLists, compared: Sequence[VendorComparison] = ()
    ) -> None:
        """Write verdicts in lists, with their comparisons."""
        self._add(compared_rows(verdicts, compared))

    text = None

    def write_frame(self, frame: DataFrame) -> None:
        """Write a frame with the columns of `polars_schema`."""
        self._write_rows()
        self._put(frame)

    def _write_rows(self) -> None:
        if not self._rows:
            return
        kept, verdicts = zip(*self._rows, strict=True)
        self._rows = []
        columns = [*zip(*kept, strict=True), *zip(*verdicts, strict=True)]
        self._put(_frame(columns, self._schema))

    def _put(self, frame: DataFrame | None) -> None:
        """Put a frame into the queue, unless the file cannot be written."""
        while True:
            self._check()
            try:
                self._frames.put(frame, timeout=0.1)
            except Full:
                continue
            return

    def _check(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _taken(self, *_: object) -> Iterator[DataFrame]:
        """Yield the frames of the queue until the end of the file."""
        while True:
            self._check()
            try:
                frame = self._frames.get(timeout=0.1)
            except Empty:
                continue
            if frame is None:
                return
            yield frame

    def _run(self) -> None:
        """Write the frames until the end of the file."""
        from polars.io.plugins import register_io_source

        try:
            frames = register_io_source(self._taken, schema=self._schema)
            frames.sink_parquet(
                cast("IO[bytes]", self._stream),
                row_group_size=_GROUP,
                compression_level=_LEVEL,
            )
        except BaseException as error:  # raised again in the thread of the caller
            self._fault = self._stream.fault or error


class _Recorder:
    """A stream that keeps the error of a write: Polars reports it only as a text, or not at all."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.fault: BaseException | None = None

    def write(self, data: bytes) -> int:
        """Write bytes."""
        try:
            return self._stream.write(data)
        except BaseException as error:
            self.fault = error
            raise

    def flush(self) -> None:
        """Do nothing: the caller flushes the stream."""


class _Abandoned(Exception):
    """The file is not needed any more."""


def _frame(columns: list[Any], schema: dict[str, Any]) -> DataFrame:
    polars = import_polars()
    series = []
    for (name, type), column in zip(schema.items(), columns, strict=True):
        if isinstance(type, polars.Datetime):
            instants = polars.Series(name, column, polars.Int64)
            series.append((instants * 1000).cast(type))
        elif isinstance(type, polars.List):
            series.append(polars.Series(name, list(map(list, column)), type))
        else:
            series.append(polars.Series(name, _valid(column), type))
    frame: DataFrame = polars.DataFrame(series)
    return frame


def _valid(column: Sequence[Any]) -> Sequence[Any]:
    """Return a column without lone surrogates, which UTF-8 cannot encode."""
    try:
        for value in column:
            if isinstance(value, str):
                value.encode()
    except UnicodeEncodeError:
        return [
            re.sub("[\ud800-\udfff]", "\ufffd", value) if isinstance(value, str) else value
            for value in column
        ]
    return column


WRITER = ParquetRows
