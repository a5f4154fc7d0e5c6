"""Parquet as rows of texts, with the package `polars`, batch by batch."""

from __future__ import annotations

import json
import os
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from zsupport.errors import EnvironmentFault, PolicyError, check_limit
from zsupport.limits import TICKET_COLUMNS
from zsupport.sources.find import reason
from zsupport.sources.signals import remove_before_signals
from zsupport.sources.tickets.content import TicketBytes
from zsupport.sources.tickets.rows import BadRow, RawRow, TicketFile, TicketReading
from zsupport.sources.tickets.text import NUL, damage_of, shown_text
from zsupport.typed import NamedTuple
from zsupport.wording import Message, encodable

if TYPE_CHECKING:
    import polars as pl

INSTALL = Message("install it: python -m pip install 'zsupport[tickets]'")
DAMAGED = Message("the Parquet data are damaged; the rest of the file was not read")
#: The rows that are texts at the same time.
_BATCH = 10_000
#: The rows that Polars reads in one query: it reads ahead without a limit. Most writers of Parquet
#: make groups of rows of which one or several are as many.
_QUERY = 1 << 20


class _TextColumn(NamedTuple):
    """A column of the result: its path, its values, and how to write a value that is not a text.

    `zoned` has the instants with a time zone as they are; None for other values.
    """

    path: str
    values: pl.Expr
    text: Callable[[Any], str] | None = None
    zoned: pl.Expr | None = None


class ParquetScan(NamedTuple):
    """A Parquet file, or a table in memory, as a frame, and its columns as texts.

    `content` is the file, of which a temporary copy lives as long; None for a table in memory.
    """

    name: str
    frame: pl.LazyFrame
    columns: list[_TextColumn]
    content: TicketBytes | None = None

    @property
    def file(self) -> TicketFile:
        """The file as rows of texts."""
        header = tuple(column.path for column in self.columns)
        return TicketFile(self.name, header, self.rows(), TicketReading("parquet"))

    def rows(self, line: int = 1, count: int | None = None) -> Iterator[RawRow | BadRow]:
        """Yield `count` rows from the row number `line` on; by default, all rows."""
        frame = self.frame if count is None else self.frame.slice(line - 1, count)
        return _rows(self.content, frame, self.columns, line)


def open_parquet(content: TicketBytes) -> TicketFile:
    """Return a Parquet file; raise EnvironmentFault if `polars` is not installed."""
    return scan_parquet(content).file


def scan_parquet(content: TicketBytes) -> ParquetScan:
    """Return a Parquet file; raise EnvironmentFault if `polars` is not installed."""
    try:
        import polars as pl
    except ImportError:
        raise EnvironmentFault(
            Message("missing package `polars`, required to read Parquet"),
            INSTALL,
        ) from None
    # Polars takes some names for addresses or for folders of users, and only opens names in UTF-8.
    path = os.path.abspath(content.name)
    if not content.is_plain_file or encodable(path) != path:
        path = _spooled(content)
    try:
        return scan_frame(content.name, pl.scan_parquet(path, glob=False))._replace(content=content)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise PolicyError(
            Message("{path}: not a Parquet file, or damaged", path=content.name),
            Message("export it again"),
        ) from None


def scan_frame(name: str, frame: pl.LazyFrame) -> ParquetScan:
    """Return a frame of Polars as a table with this name."""
    import polars as pl

    schema = frame.collect_schema()
    # Polars takes some names for patterns, so the columns are named by their positions.
    frame = frame.select(pl.nth(number).alias(f"c{number}") for number in range(len(schema)))
    columns = [
        column
        for number, (path, kind) in enumerate(schema.items())
        for column in _columns(path, pl.col(f"c{number}"), kind)
    ]
    check_limit(TICKET_COLUMNS, len(columns), name)
    return ParquetScan(name, frame, columns)


def batches_of(frame: pl.LazyFrame, size: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of a frame in batches. Raises the errors of Polars, and OSError."""
    first = count = 0
    while count == first:
        first += _QUERY
        query = frame.slice(count, _QUERY)
        for batch in query.collect_batches(chunk_size=size, lazy=True):
            count += len(batch)
            yield batch


def _columns(path: str, values: pl.Expr, kind: pl.DataType) -> Iterator[_TextColumn]:
    """Yield a column as texts. A column of structures has a column for each field."""
    import polars as pl

    if isinstance(kind, pl.Struct):
        for field in kind.fields:
            inside = values.struct.field(field.name)
            yield from _columns(f"{path}.{field.name}", inside, field.dtype)  # type: ignore[arg-type]
    elif isinstance(kind, pl.Datetime):
        if kind.time_zone is None:
            yield _TextColumn(path, values.dt.to_string("%Y-%m-%d %H:%M:%S%.f"))
        else:
            utc = values.dt.convert_time_zone("UTC")
            texts = utc.dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ")
            yield _TextColumn(path, texts, zoned=values)
    elif isinstance(kind, pl.Duration):
        yield _TextColumn(path, values.dt.to_string("iso"))
    elif isinstance(kind, pl.Binary):
        # Some programs write texts as bytes.
        yield _TextColumn(path, values, lambda data: data.decode("utf-8", "surrogateescape"))
    elif kind.is_nested():
        yield _TextColumn(path, values, _json)
    elif isinstance(kind, pl.Object):
        yield _TextColumn(path, values, str)
    else:
        yield _TextColumn(path, values.cast(pl.String))


def _json(value: Any) -> str:
    items = value.to_list() if hasattr(value, "to_list") else value
    return json.dumps(items, ensure_ascii=False, default=str)


def _rows(
    content: TicketBytes | None, frame: pl.LazyFrame, columns: list[_TextColumn], line: int
) -> Iterator[RawRow | BadRow]:
    """Yield the rows. The content has the temporary copy, if there is one, as long as it lives."""
    import polars as pl

    texts = [column.text for column in columns]
    is_plain = not any(texts)
    named = [column.values.alias(str(number)) for number, column in enumerate(columns)]
    try:
        for batch in batches_of(frame.select(named), _BATCH):
            for cells in batch.iter_rows():
                yield RawRow(line, cells) if is_plain else _row(line, cells, texts)
                line += 1
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        yield BadRow(line, DAMAGED, "")


def without_nul(
    rows: Iterable[RawRow | BadRow], places: Collection[int]
) -> Iterator[RawRow | BadRow]:
    """Yield rows; a row with a NUL character in one of these cells is bad, as in other formats."""
    for row in rows:
        if isinstance(row, RawRow) and any(NUL in (row.cells[place] or "") for place in places):
            text = "\t".join(filter(None, row.cells))
            yield BadRow(row.line, Message("NUL character"), shown_text(text))
        else:
            yield row


def _row(
    line: int, cells: tuple[Any, ...], texts: list[Callable[[Any], str] | None]
) -> RawRow | BadRow:
    """Return a row with the values that are not texts as texts."""
    written = [
        cell if text is None or cell is None else text(cell)
        for cell, text in zip(cells, texts, strict=True)
    ]
    all_texts = "\t".join(filter(None, written))
    if problem := damage_of(all_texts, "utf-8"):
        return BadRow(line, problem, shown_text(all_texts))
    return RawRow(line, written)


def _spooled(content: TicketBytes) -> str:
    """Return the path of a temporary copy: Parquet is read from its end."""
    try:
        with tempfile.NamedTemporaryFile(suffix=".parquet", delete=False) as file:
            weakref.finalize(content, os.unlink, file.name)  # also at the end of the program
            remove_before_signals(file.name)
            while data := content.read():
                file.write(data)
    except OSError as error:
        raise EnvironmentFault(
            Message(
                "{path}: no temporary copy: {problem}", path=content.name, problem=reason(error)
            )
        ) from None
    if content.ending.fault:
        raise PolicyError(
            Message("{path}: {problem}", path=content.name, problem=content.ending.fault)
        )
    return file.name
