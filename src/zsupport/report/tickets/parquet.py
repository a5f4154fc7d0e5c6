"""Parquet, written by Polars: one row for each ticket and metric. Instants are in UTC."""

from __future__ import annotations

from io import BytesIO
from queue import Empty, Full, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from zsupport.audit.verdict_lists import compared_rows
from zsupport.report.parquet import import_polars
from zsupport.wording import encodable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO, Self

    from polars import DataFrame, Schema

    from zsupport.audit.ticket import VendorComparison
    from zsupport.audit.verdict_lists import VerdictLists
    from zsupport.report.tickets import RowSetting

#: The rows of a group in the file. The memory of the writer grows with it.
_GROUP = 100_000
#: The level of Zstandard. Higher ones take more time for files that are a few percent smaller.
_LEVEL = 1
#: The key of the types of the columns in the metadata of a file.
_TYPES = "ARROW:schema"


class ParquetRows:
    """Writes verdicts as Parquet.

    Polars reads the rows from a source that it controls, so it runs in a thread of its own, and the
    rows pass through a queue.
    """

    def __init__(self, stream: IO[bytes], setting: RowSetting) -> None:
        """Start a file. Raises EnvironmentFault without Polars."""
        polars = import_polars()
        from zsupport.audit.columns.schema import verdict_schema

        kept, compared = setting.kept, setting.compared
        self._schema = verdict_schema(kept, compared=compared)
        #: For readers, all texts have the same type.
        self._types = verdict_schema(kept, compared=compared, repeated=polars.String())
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

    def write_lists(
        self, verdicts: VerdictLists, compared: Sequence[VendorComparison] = ()
    ) -> None:
        """Write verdicts in lists, with their comparisons."""
        self._rows += compared_rows(verdicts, compared)
        if len(self._rows) >= _GROUP:
            self._write_rows()

    text = None

    def write_frame(self, frame: DataFrame) -> None:
        """Write a frame with the columns of `verdict_schema`."""
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
                metadata={_TYPES: _types_of(self._types)},
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


def _types_of(schema: Schema) -> str:
    """Return the types of columns as the metadata of a file have them."""
    import polars as pl

    file = BytesIO()
    pl.DataFrame(schema=schema).write_parquet(file)
    file.seek(0)
    metadata: dict[str, str] = pl.read_parquet_metadata(file)
    return metadata[_TYPES]


def _frame(columns: Sequence[Sequence[Any]], schema: Schema) -> DataFrame:
    """Return columns whose instants are in seconds as a frame."""
    import polars as pl

    from zsupport.audit.columns.schema import without_instants

    built = without_instants(schema)
    values = {
        name: [*map(list, column)] if isinstance(kind, pl.List) else _valid(column)
        for (name, kind), column in zip(built.items(), columns, strict=True)
    }
    instants = [name for name, kind in schema.items() if isinstance(kind, pl.Datetime)]
    frame = pl.DataFrame(values, schema=built)
    return frame.with_columns(frame[name] * 1000 for name in instants).cast(schema)


def _valid(column: Sequence[Any]) -> Sequence[Any]:
    """Return a column whose texts UTF-8 can encode."""
    return [encodable(value) if isinstance(value, str) else value for value in column]


WRITER = ParquetRows
