"""Random files, whole and damaged, read in blocks of any size, against a slow, plain definition."""

import csv
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zsupport.sources.tickets import BadRow, TicketReading, open_tickets

#: A row as (line, cells), a bad row as (line, text).
Rows = list[tuple[int, list[str] | str]]

HEADER = ["id", "plan name", "é"]


#: The time that a busy machine takes says nothing about the reader.
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Pipe(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._stream = io.BytesIO(data)
        self._size = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        data = self._stream.read(min(self._size, len(buffer)))  # type: ignore[arg-type]
        buffer[: len(data)] = data  # type: ignore[index]
        return len(data)


@contextmanager
def standard_input(data: bytes, size: int) -> Iterator[None]:
    stream = sys.stdin
    sys.stdin = SimpleNamespace(buffer=Pipe(data, size))
    try:
        yield
    finally:
        sys.stdin = stream


def read(data: bytes, size: int, reading: TicketReading) -> Rows:
    with standard_input(data, size):
        return [
            (row.line, row.text) if isinstance(row, BadRow) else (row.line, [*map(str, row.cells)])
            for row in open_tickets("-", reading).rows
        ]


def plain_record(text: str, start: int, delimiter: str) -> tuple[list[str], int] | None:
    """Return the cells of the record at a place of a text and where it ends, or None if invalid."""
    cells = [""]
    quoted = at_start = True
    quoted = False
    while start < len(text):
        char = text[start]
        start += 1
        if quoted:
            if char != '"':
                cells[-1] += char
            elif text[start : start + 1] == '"':
                cells[-1] += char
                start += 1
            elif text[start : start + 1] in ("", "\r", "\n", delimiter):
                quoted = False
            else:
                return None
        elif char == '"' and at_start:
            quoted = True
        elif char == delimiter:
            cells.append("")
            at_start = True
            continue
        elif char in "\r\n":
            return cells, start + (text[start - 1 : start + 1] == "\r\n")
        else:
            cells[-1] += char
        at_start = False
    return None if quoted else (cells, start)


def plain_rows(data: bytes, delimiter: str) -> Rows:
    """Return the rows after the header, by the definition."""
    text = data.decode("utf-8", "surrogateescape")
    ends = [match.end() for match in re.finditer(r"\r\n|\r|\n|\Z", text)]
    rows: Rows = []
    start = ends[0]
    while start < len(text):
        line = sum(end <= start for end in ends) + 1
        end = next(end for end in ends if end > start)
        record = plain_record(text, start, delimiter)
        if record:
            cells, end = record
        raw = text[start:end]
        start = end
        if record and not raw.strip("\r\n"):
            continue
        shown = re.sub("[\udc80-\udcff]", lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", raw)
        if (
            not record
            or len(cells) != len(HEADER)
            or cells == HEADER
            or "\0" in raw
            or shown != raw
        ):
            rows.append((line, re.sub(r"(\r\n|\r|\n)\Z", "", shown)))
        else:
            rows.append((line, cells))
    return rows


def written(rows: list[list[str]], delimiter: str, quoting: int) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([HEADER, *rows])
    return file.getvalue().encode()


def is_character(char: str) -> bool:
    return not "\ud800" <= char <= "\udfff" and char != "\ufeff"


texts = st.text(st.sampled_from('ab ,;\t"\r\n\u2028\x85é😀')) | st.text(
    st.integers(1, 0x10FFFF).map(chr).filter(is_character), max_size=5
)
tables = st.lists(st.lists(texts, min_size=3, max_size=3), max_size=6)
delimiters = st.sampled_from(",;\t")
quotings = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
sizes = st.integers(1, 12) | st.just(2**16)


@steady
@given(tables, delimiters, quotings, sizes)
def test_rows_that_a_program_wrote_are_read_as_written(
    rows: list[list[str]], delimiter: str, quoting: int, size: int
) -> None:
    data = written(rows, delimiter, quoting)
    actual = read(data, size, TicketReading())
    assert [cells for _, cells in actual] == rows
    assert actual == plain_rows(data, delimiter)


@steady
@given(tables, delimiters, quotings, sizes, st.data())
def test_damage_loses_no_line_and_no_row_before_it(
    rows: list[list[str]], delimiter: str, quoting: int, size: int, data: st.DataObject
) -> None:
    whole = written(rows, delimiter, quoting)
    header = whole.index(b"\n") + 1
    place = data.draw(st.integers(header, len(whole)))
    removed = data.draw(st.integers(0, 10))
    inserted = data.draw(
        st.binary(max_size=3) | st.sampled_from([b'"', b'""', b"\n", b"\r", b"\0", b",", b"\xe9"])
    )
    damaged = whole[:place] + inserted + whole[place + removed :]
    actual = read(damaged, size, TicketReading("csv", delimiter))
    assert actual == plain_rows(damaged, delimiter)
    before = sum(
        len(written(rows[:count], delimiter, quoting)) <= place for count in range(1, len(rows) + 1)
    )
    assert [cells for _, cells in actual[:before]] == rows[:before]


hostile = st.text(st.sampled_from('a,"\r\n\0é')).map(str.encode)


@steady
@given(hostile, sizes)
def test_any_text_is_read_as_defined(text: bytes, size: int) -> None:
    data = ",".join(HEADER).encode() + b"\r\n" + text
    assert read(data, size, TicketReading("csv", ",")) == plain_rows(data, ",")


values = st.none() | st.booleans() | texts | st.integers()
objects = st.lists(
    st.dictionaries(st.sampled_from(["a", "b", "c d"]), values, min_size=1), max_size=5
)


@steady
@given(objects, st.sampled_from(["lines", "array", "indented", "page"]), sizes, st.booleans())
def test_objects_are_read_as_written(
    items: list[dict[str, object]], shape: str, size: int, ascii: bool
) -> None:
    if shape == "lines" and items:
        text = "".join(json.dumps(item, ensure_ascii=ascii) + "\n" for item in items)
    elif shape == "page":
        text = json.dumps({"count": len(items), "tickets": items}, ensure_ascii=ascii)
    else:
        text = json.dumps(items, ensure_ascii=ascii, indent=1 if shape == "indented" else None)
    with standard_input(text.encode(), size):
        file = open_tickets("-", TicketReading("ndjson"))
        rows = [*file.rows]
    assert set(file.header) == {key for item in items for key in item}
    for row, item in zip(rows, items, strict=True):
        assert not isinstance(row, BadRow)
        cells = dict(zip(file.header, row.cells, strict=True))
        for key in file.header:
            value = item.get(key)
            expected = value if isinstance(value, str | None) else json.dumps(value)
            assert cells[key] == expected
