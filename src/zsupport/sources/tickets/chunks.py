"""CSV in chunks of bytes that are proven to be whole rows, for readers that read chunks quickly.

A quick reader of CSV loses malformed rows silently. So each chunk is examined here: how many cells
it has, where its quotes are, and whether it is text. What is not proven is read row by row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from zsupport.sources.tickets.content import TicketBytes, TicketEnding
from zsupport.sources.tickets.csv import open_csv, rows_after
from zsupport.sources.tickets.rows import BadRow, RawRow, TicketFile, TicketReading
from zsupport.typed import NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]

#: The size of a chunk, apart from its last row.
CHUNK = 1 << 23
#: The bytes that are counted at once, and the rows of a list.
_BLOCK, _BATCH = 1 << 18, 10_000
_LF, _QUOTE = 10, 34
_MARK = b"\xef\xbb\xbf"


class CsvChunk(NamedTuple):
    """Whole rows, each on a line of its own with as many cells as the header.

    `line` is the line of the first row, and `rows` is the number of rows. The lines end with LF.
    Without `quotes`, no cell is in quotes; otherwise the quotes are as RFC 4180 defines them.
    """

    line: int
    rows: int
    data: bytes
    quotes: bool


class CsvChunks:
    """A CSV file as chunks. What is not proven is rows."""

    def __init__(self, content: TicketBytes, reading: TicketReading, size: int = CHUNK) -> None:
        """Read the header; `size` is the size of a chunk. Raises the errors of `open_csv`."""
        self._size = size
        self._content = _Recorded(content)
        self.file: TicketFile = open_csv(self._content, reading)

    def first_rows(self, count: int) -> list[RawRow | BadRow]:
        """Return the first rows. They are read again later."""
        content, is_whole = self._content, False
        while content.size < self._size and not is_whole:
            is_whole = not content.peek()
        start = _after_header(b"".join([*(content.seen or ()), *content.ahead]), self.file)
        if start is None:
            return []
        line, rest = start
        if not is_whole:
            rest = rest[: rest.rfind(b"\n") + 1]
        return list(islice(self._rows(rest, line), count))

    def __iter__(self) -> Iterator[CsvChunk | list[RawRow | BadRow]]:
        """Yield the chunks and the other rows in their order."""
        start = None
        if self.file.reading.encoding == "utf-8" and self._content.seen is not None:
            start = _after_header(b"".join(self._content.seen), self.file)
        if start is None:
            yield from _batches(self.file.rows)
            return
        line, rest = start
        self._content.seen = None
        parts, size = [rest], len(rest)
        while data := self._content.read():
            parts.append(data)
            size += len(data)
            if size < self._size:
                continue
            part, line_end, rest = b"".join(parts).rpartition(b"\n")
            proof = self._proof(part + line_end, line) if line_end else None
            if proof is None:
                yield from _batches(self._rows(part + line_end + rest, line, more=True))
                return
            parts, size = [rest], len(rest)
            if isinstance(proof, CsvChunk):
                yield proof
                line += proof.rows
            else:
                yield list(self._rows(part + line_end, line))
                line += proof
        last = b"".join(parts)
        ending = self._content.ending
        whole = last.endswith(b"\n") and not ending.fault and not ending.grew
        proof = self._proof(last, line) if whole else None
        if isinstance(proof, CsvChunk):
            yield proof
        else:
            yield from _batches(self._rows(last, line, more=True))

    def rows_of(self, chunk: CsvChunk) -> list[RawRow | BadRow]:
        """Return the rows of a chunk."""
        return list(self._rows(chunk.data, chunk.line))

    def _rows(self, data: bytes, line: int, *, more: bool = False) -> Iterator[RawRow | BadRow]:
        """Read bytes that start on a line of their own, row by row; also what follows if `more`."""
        part = _ByteRange(data, self._content, more=more)
        return rows_after(part, line, self.file.header, self.file.reading.delimiter or ",")

    def _proof(self, data: bytes, line: int) -> CsvChunk | int | None:
        """Return the chunk if it is proven.

        Otherwise return the number of its lines, if it certainly ends with a whole row. Return None
        if that is not certain.
        """
        plain = data.replace(b"\r\n", b"\n") if b"\r" in data else data
        if b"\r" in plain:
            return None
        array = np.frombuffer(plain, np.uint8)
        delimiter = ord(self.file.reading.delimiter or ",")
        if delimiter > 127:
            return None
        lines = _count(array, _LF)
        quotes = b'"' in plain
        cells = _count(array, delimiter)
        if quotes:
            places = _inside_quotes(array, delimiter)
            if places is None:
                return None
            inside_lines, inside_cells = places
            if inside_lines:
                return lines
            cells -= inside_cells
        width = len(self.file.header)
        if cells != lines * (width - 1) or width < 2 or not _is_text(plain):
            return lines
        return CsvChunk(line, lines, plain, quotes)


class _Recorded:
    """A content that keeps what was read of it, while the header is read.

    `ahead` are bytes that were peeked at, and that are read next.
    """

    def __init__(self, content: TicketBytes) -> None:
        self._read = content.read
        self.name, self.first, self.ending = content.name, content.first, content.ending
        self.seen: list[bytes] | None = []
        self.ahead: deque[bytes] = deque()

    @property
    def size(self) -> int:
        """The number of bytes that were read and kept."""
        return sum(map(len, [*(self.seen or ()), *self.ahead]))

    def peek(self) -> bytes:
        """Return the bytes after those that were read or peeked at; none at the end."""
        if data := self._read():
            self.ahead.append(data)
        return data

    def read(self) -> bytes:
        """Return the next bytes; none at the end."""
        data = self.ahead.popleft() if self.ahead else self._read()
        if self.seen is not None:
            self.seen.append(data)
        return data


class _ByteRange:
    """Bytes of a content as a content of their own, and the rest of the content if `more`."""

    def __init__(self, data: bytes, content: _Recorded, *, more: bool) -> None:
        self.name, self.first = content.name, b""
        self.ending = content.ending if more else TicketEnding()
        self._data = data
        self._more = content.read if more else bytes

    def read(self) -> bytes:
        """Return the next bytes; none at the end."""
        data, self._data = self._data, b""
        return data or self._more()


def _batches(rows: Iterator[RawRow | BadRow]) -> Iterator[list[RawRow | BadRow]]:
    """Yield rows in lists."""
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _after_header(data: bytes, file: TicketFile) -> tuple[int, bytes] | None:
    """Return the line after the header, and the bytes from there on; None if they are unknown."""
    lines = data.removeprefix(_MARK).splitlines(keepends=True)
    if b"\r" in data.replace(b"\r\n", b"") or not all(line.endswith(b"\n") for line in lines[:1]):
        return None
    start = 0
    while start < len(lines) and not lines[start].strip(b"\r\n"):
        start += 1
    if start < len(lines) and lines[start].startswith(b"sep="):
        start += 1
    try:
        texts = [line.decode() for line in lines[start : start + 1]]
        header = next(csv.reader(texts, delimiter=file.reading.delimiter or ",", strict=True))
    except (UnicodeDecodeError, StopIteration, csv.Error):
        return None  # a header of several lines
    if tuple(header) != file.header or not texts[0].endswith("\n"):
        return None
    return start + 2, b"".join(lines[start + 1 :])


def _count(array: Bytes, byte: int) -> int:
    """Return how often a byte occurs. Blocks that fit in the caches of a processor are faster."""
    blocks = range(0, len(array), _BLOCK)
    return sum(int(np.count_nonzero(array[at : at + _BLOCK] == byte)) for at in blocks)


def _is_text(data: bytes) -> bool:
    """Return whether bytes are UTF-8 without the characters that make a row suspect."""
    if b"\0" in data:
        return False
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return _MARK not in data


def _inside_quotes(array: Bytes, delimiter: int) -> tuple[int, int] | None:
    """Return how many line ends and delimiters are in quotes; None if the quotes are malformed.

    They are well-formed if each cell in quotes begins and ends with a quote, and has only pairs of
    quotes inside.
    """
    places = np.flatnonzero(array == _QUOTE)
    if len(places) % 2:
        return None
    opens, closes = places[::2], places[1::2]
    before = array[np.maximum(opens - 1, 0)]
    after = array[np.minimum(closes + 1, len(array) - 1)]
    # In a pair, a quote seems to close the cell, and the next seems to open it again.
    again = np.zeros(len(opens), np.bool_)
    again[1:] = opens[1:] == closes[:-1] + 1
    starts = (opens == 0) | (before == delimiter) | (before == _LF) | again
    ends = np.zeros(len(opens), np.bool_)
    ends[:-1] = again[1:]
    ends |= (closes == len(array) - 1) | (after == delimiter) | (after == _LF)
    if not (starts & ends).all():
        return None
    inside = []
    for byte in (_LF, delimiter):
        marks = np.flatnonzero(array == byte)
        inside.append(int((np.searchsorted(places, marks) % 2).sum()))
    return inside[0], inside[1]
