"""The rows of ticket files, before their columns have a meaning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: The formats of ticket files.
FORMATS = ("csv", "ndjson", "parquet")


class TicketReading(NamedTuple):
    """How to read a ticket file. None: found out from its name and its first bytes."""

    format: str | None = None  # one of FORMATS
    delimiter: str | None = None  # of CSV
    encoding: str | None = None  # a name that Python knows, such as cp1252


#: All is found out from the name and the first bytes of a file.
AUTOMATIC = TicketReading()


class RawRow(NamedTuple):
    """A row with as many cells as the header. None is a value that the file states as null."""

    line: int  # the line of the file on which the row begins, from 1; in Parquet, the row number
    cells: Sequence[str | None]


class BadRow(NamedTuple):
    """A part of the file that is not a row, with its text as written."""

    line: int
    reason: str
    text: str


class TicketFile(NamedTuple):
    """An open ticket file. `rows` reads it while it is iterated.

    `header` has the names of the columns as written; names can be empty or repeated. `reading` is
    how the file is read: no field is None, except `delimiter` of a format other than CSV, and
    `encoding` of Parquet. `awaited` are the columns that the caller needs and that the file did
    not have up to now. They are the last columns of the header.
    """

    name: str
    header: tuple[str, ...]
    rows: Iterator[RawRow | BadRow]
    reading: TicketReading = AUTOMATIC
    awaited: tuple[str, ...] = ()


#: The most characters of a text in a BadRow that is not read in full.
EXCERPT = 1_000

EMPTY = Message("the file is empty")
GREW = Message("the file grew while it was read, and its last line is not complete")
