"""Ticket files as rows of texts: CSV, NDJSON and Parquet, plain or packed as gzip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zsupport.errors import UsageError, did_you_mean
from zsupport.sources.tickets.content import TicketBytes
from zsupport.sources.tickets.files import format_by_name
from zsupport.sources.tickets.files import ticket_files as ticket_files
from zsupport.sources.tickets.rows import AUTOMATIC, FORMATS
from zsupport.sources.tickets.rows import BadRow as BadRow
from zsupport.sources.tickets.rows import RawRow as RawRow
from zsupport.sources.tickets.rows import TicketFile as TicketFile
from zsupport.sources.tickets.rows import TicketReading as TicketReading
from zsupport.sources.tickets.text import MARK, encoding_of
from zsupport.wording import Message

if TYPE_CHECKING:
    from zsupport.sources.tickets.batches import ParquetBatches
    from zsupport.sources.tickets.chunks import CsvChunks


def open_tickets(
    name: str, reading: TicketReading = AUTOMATIC, columns: Iterable[str] = ()
) -> TicketFile:
    """Open a ticket file at a path, or standard input (`-`), and read its header.

    `columns` are columns that the caller needs: an NDJSON file has them even if its first objects
    do not. Raises PolicyError if the file cannot be read or has no header, UsageError if `reading`
    is invalid or not clear, and EnvironmentFault if a package that reads the format is missing. An
    error after the header does not end the rows: it is a BadRow.
    """
    _check(reading)
    content = TicketBytes(name)
    try:
        content.check()
        return _open(content, reading, columns)
    except BaseException:
        content.close()
        raise


def open_columns(
    name: str, reading: TicketReading = AUTOMATIC, columns: Iterable[str] = ()
) -> CsvChunks | ParquetBatches | TicketFile:
    """Open a ticket file whose columns can be read as a whole; see `open_tickets`.

    A file of another format is returned as rows. Requires the packages `numpy` and `polars`.
    """
    from zsupport.sources.tickets.batches import ParquetBatches
    from zsupport.sources.tickets.chunks import CsvChunks
    from zsupport.sources.tickets.parquet import scan_parquet

    _check(reading)
    content = TicketBytes(name)
    try:
        content.check()
        format = _format(content, reading)
        if format == "csv":
            return CsvChunks(content, reading)
        if format == "parquet":
            return ParquetBatches(scan_parquet(content))
        return _open(content, reading, columns)
    except BaseException:
        content.close()
        raise


def _format(content: TicketBytes, reading: TicketReading) -> str:
    return reading.format or format_by_name(content.name) or _format_of(content.first)


def _open(content: TicketBytes, reading: TicketReading, columns: Iterable[str]) -> TicketFile:
    format = _format(content, reading)
    # Each format imports what only it needs.
    if format == "parquet":
        from zsupport.sources.tickets.parquet import open_parquet

        return open_parquet(content)
    if format == "ndjson":
        from zsupport.sources.tickets.ndjson import open_ndjson

        return open_ndjson(content, reading, columns)
    from zsupport.sources.tickets.csv import open_csv

    return open_csv(content, reading)


def _check(reading: TicketReading) -> None:
    """Raise UsageError if a field is invalid. The encoding is checked with the file."""
    if reading.format not in (None, *FORMATS):
        raise UsageError(
            Message("unknown format of tickets `{name}`", name=reading.format),
            did_you_mean(reading.format, FORMATS)
            or Message("formats: {formats}", formats=", ".join(FORMATS)),
        )
    if reading.delimiter is not None and (
        len(reading.delimiter) != 1 or reading.delimiter in '"\r\n\0 '
    ):
        raise UsageError(
            Message("invalid delimiter `{text}`", text=reading.delimiter),
            Message("write one character, such as `;`"),
        )


def _format_of(first: bytes) -> str:
    """Return the format of a file with these first bytes."""
    if first.startswith(b"PAR1"):
        return "parquet"
    text = first.decode(encoding_of(first, None), "ignore").lstrip(MARK).lstrip()
    return "ndjson" if text.startswith(("{", "[")) else "csv"
