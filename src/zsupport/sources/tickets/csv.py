"""CSV (RFC 4180) of strangers: rows, and bad rows with their text.

Python's module reads the records, strictly. If it refuses a record, only the first line of the
record is bad, and reading continues on the next line. So a stray quote does not hide the rows after
it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NoReturn

from zsupport.errors import LimitExceeded, PolicyError, UsageError, check_limit
from zsupport.limits import TICKET_COLUMNS, TICKET_RECORD
from zsupport.sources.tickets.content import ByteSource
from zsupport.sources.tickets.rows import EMPTY, BadRow, RawRow, TicketFile, TicketReading
from zsupport.sources.tickets.text import (
    MARK,
    TicketLines,
    TicketText,
    damage_of,
    lines_of,
    shown_text,
)
from zsupport.typed import NamedTuple
from zsupport.wording import Message

DELIMITERS = (",", ";", "\t")
#: The first line with which a spreadsheet states the delimiter, such as `sep=;`.
_STATED = "sep="
_OPEN = Message("a quote at the start of a cell has no closing quote")
_AFTER = Message("text after the closing quote of a cell")
_QUOTES = Message("a quote without a closing quote, or text after a closing quote")
_REPEATED = Message("the row repeats the header")
_TOO_LONG = LimitExceeded(TICKET_RECORD, None).message


class _HeaderRecord(NamedTuple):
    """The first record of a file, and how many lines it has."""

    cells: list[str]
    lines: int


def open_csv(content: ByteSource, reading: TicketReading) -> TicketFile:
    """Return a CSV file after its header was read; raise PolicyError if the header is invalid."""
    # The limit is one for the whole process, so it is only ever raised. Programs that import the
    # package read no CSV files with it.
    csv.field_size_limit(max(csv.field_size_limit(), TICKET_RECORD.most))
    text = TicketText(content, reading.encoding)
    lines = TicketLines(text)
    ahead: list[str] = []
    line = 1
    delimiters = (reading.delimiter,) if reading.delimiter else DELIMITERS
    headers: dict[str, _HeaderRecord] = {}
    while not headers and not lines.final and lines.long is None:
        ahead += lines.read(sum(map(len, ahead)))
        start = 0
        while start < len(ahead) and not ahead[start].strip("\r\n"):
            start += 1
        if start < len(ahead) and (stated := _stated(ahead[start])):
            delimiters = (reading.delimiter or stated,)
            start += 1
        line += start
        del ahead[:start]
        headers = {
            delimiter: header
            for delimiter in delimiters
            if (header := _first_record(ahead, delimiter))
        }
    if not headers:
        _refuse_header(content.name, lines, ahead)
    delimiter = _widest(content.name, headers)
    header = headers[delimiter]
    check_limit(TICKET_COLUMNS, len(header.cells), content.name)
    if problem := damage_of("".join(header.cells), text.encoding):
        raise PolicyError(
            Message(
                "{path}: invalid header: {problem}",
                path=content.name,
                problem=problem,
            ),
            Message(
                "export the file as text, or state its encoding, such as {encoding name} or utf-16",
                name="cp1252",
            ),
        )
    del ahead[: header.lines]
    line += header.lines
    rows = _rows(lines, ahead, line, header.cells, delimiter, text.encoding)
    actual = TicketReading("csv", delimiter, text.encoding)
    return TicketFile(content.name, tuple(header.cells), rows, actual)


def rows_after(
    content: ByteSource, line: int, header: Sequence[str], delimiter: str
) -> Iterator[RawRow | BadRow]:
    """Yield the rows of a part of a UTF-8 file; `line` is the line on which the part starts."""
    text = TicketText(content, "utf-8", begun=True)
    return _rows(TicketLines(text), [], line, [*header], delimiter, text.encoding)


def _stated(line: str) -> str | None:
    """Return the delimiter that a line before the header states, or None."""
    stated = line.rstrip("\r\n")
    return stated[-1] if stated.startswith(_STATED) and len(stated) == len(_STATED) + 1 else None


def _first_record(lines: list[str], delimiter: str) -> _HeaderRecord | None:
    """Return the first record of lines, or None if it is incomplete or invalid."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        return _HeaderRecord(next(reader), reader.line_num)
    except (StopIteration, csv.Error):
        return None


def _widest(name: str, headers: dict[str, _HeaderRecord]) -> str:
    """Return the delimiter that gives the most columns."""
    most = max(len(header.cells) for header in headers.values())
    widest = [delimiter for delimiter, header in headers.items() if len(header.cells) == most]
    if most > 1 and len(widest) > 1:
        raise UsageError(
            Message(
                "{path}: the delimiter is not clear: the header has {count} columns with each of"
                " {delimiters}",
                path=name,
                count=most,
                delimiters=" ".join(map(repr, widest)),
            ),
            Message("state the `delimiter` of the file"),
        )
    return widest[0]


def _refuse_header(name: str, lines: TicketLines, ahead: list[str]) -> NoReturn:
    problem: str = _QUOTES
    if lines.long is not None:
        problem = _TOO_LONG
    elif lines.fault:
        problem = lines.fault
    elif not ahead:
        raise PolicyError(
            Message("{path}: {problem}", path=name, problem=EMPTY),
            Message("a CSV file starts with the names of its columns"),
        )
    raise PolicyError(Message("{path}: invalid header: {problem}", path=name, problem=problem))


def _rows(
    lines: TicketLines,
    ahead: list[str],
    line: int,
    header: list[str],
    delimiter: str,
    encoding: str,
) -> Iterator[RawRow | BadRow]:
    """Yield the rows. `ahead` are the lines that were already read; `line` is their number."""
    width = len(header)
    row = tuple.__new__  # the constructor of RawRow takes as long as reading three cells
    suspect = lines.suspect
    while True:
        ends = lines.long is not None or (lines.final and lines.fault is None)
        start = 0
        while start < len(ahead):
            reader = csv.reader(_lines_from(ahead, start), delimiter=delimiter, strict=True)
            first = start
            try:
                for cells in reader:
                    end = first + reader.line_num
                    if len(cells) == width and cells != header and not suspect:
                        yield row(RawRow, (line + start, cells))
                    elif cells:
                        text = "".join(ahead[start:end])
                        yield _examined(line + start, text, cells, header, delimiter, encoding)
                    start = end
            except csv.Error as error:
                at_end = first + reader.line_num == len(ahead)
                if at_end and not ends and _size(ahead, start) <= TICKET_RECORD.most:
                    break  # the record continues on the next lines
                reason = damage_of(ahead[start], encoding) or _reason(error)
                yield BadRow(line + start, reason, _text(ahead[start]))
                start += 1
        line += start
        del ahead[:start]
        if lines.long is not None:
            yield BadRow(line, _TOO_LONG, shown_text(lines.long))
        if lines.final:
            break
        suspect = suspect and bool(ahead)
        ahead += lines.read(_size(ahead, 0))
        suspect = suspect or lines.suspect
    if lines.fault:
        yield BadRow(line, lines.fault, _text("".join([*ahead, lines.unfinished])))


@lru_cache(100)  # all rows of a file can be wrong
def _wrong_number(cells: int, columns: int) -> Message:
    return Message(
        "number of cells: {cells}; number of columns: {columns}", cells=cells, columns=columns
    )


def _lines_from(lines: list[str], start: int) -> Iterator[str]:
    """Return an iterator that does not have to skip the lines before `start` one by one."""
    iterator = iter(lines)
    iterator.__setstate__(start)  # type: ignore[attr-defined]
    return iterator


def _reason(error: csv.Error) -> Message:
    # The module states the reason only in its text.
    is_open = str(error).startswith(("unexpected end", "field larger"))
    return _OPEN if is_open else _AFTER


def _size(lines: list[str], start: int) -> int:
    return sum(map(len, islice(lines, start, None)))


def _text(text: str) -> str:
    """Return the text of a record without the end of its last line."""
    return shown_text(text.removesuffix("\n").removesuffix("\r"))


def _examined(
    line: int, text: str, cells: list[str], header: list[str], delimiter: str, encoding: str
) -> RawRow | BadRow:
    """Return a record as a row, or as a bad row with the reason."""
    reason: str | None = damage_of(text, encoding)
    if text.startswith(MARK):  # another file was appended to this file
        again = _first_record(lines_of(text[1:]), delimiter)
        cells = again.cells if again else cells
    if reason is None and cells == header:
        reason = _REPEATED
    if reason is None and len(cells) != len(header):
        reason = _wrong_number(len(cells), len(header))
    return BadRow(line, reason, _text(text)) if reason else RawRow(line, cells)
