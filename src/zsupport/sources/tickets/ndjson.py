"""JSON of strangers: one object per line, arrays of objects, and pages of an API with a list.

The cells are the values by their dotted path. All of them are texts, as JSON writes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from zsupport.errors import LimitExceeded, PolicyError, check_limit
from zsupport.limits import TICKET_COLUMNS, TICKET_RECORD
from zsupport.sources.tickets.content import TicketBytes
from zsupport.sources.tickets.rows import (
    EMPTY,
    EXCERPT,
    BadRow,
    RawRow,
    TicketFile,
    TicketReading,
)
from zsupport.sources.tickets.text import MARK, TicketLines, TicketText, damage_of, shown_text
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: The header has the keys of the first objects, up to these numbers of objects and characters.
HEADER_OBJECTS, HEADER_CHARACTERS = 1_000, 2**25
#: An object is a page of an API, not a ticket, if it has one list of objects and no key but these.
_OF_PAGES = frozenset(
    {
        "count", "end_of_stream", "end_time", "start_time", "next_page", "previous_page",
        "after_url", "before_url", "after_cursor", "before_cursor", "meta", "links",
        "expand", "startAt", "maxResults", "total", "isLast", "nextPageToken", "self",
        "page", "per_page", "total_pages", "total_count", "offset", "limit", "start", "size",
        "isLastPage", "has_more", "incomplete_results",
    }
)  # fmt: skip
_BLANK_CHARACTERS = " \t\r\n"
_BLANKS = re.compile(f"[{_BLANK_CHARACTERS}]*")
#: The cells of values that state nothing.
_NOTHING = (None, "", "[]", "{}")
_TOO_LONG = LimitExceeded(TICKET_RECORD, None).message
_TOO_DEEP = Message("invalid JSON: nested too deeply")


class _WrittenNumber(str):
    """A number as it is written. Python would round it, or refuse it if it is long."""

    __slots__ = ()


class _JsonValue(NamedTuple):
    """A JSON value with its text and the line on which it begins."""

    line: int
    text: str
    value: Any
    problem: Message | None  # why it is not a valid value


class _ObjectCells(NamedTuple):
    """The cells of an object, and the objects in it, by their path.

    `size` is the number of its characters.
    """

    line: int
    cells: dict[str, str | None]
    objects: dict[str, Any]
    size: int


class _StrictDecoder:
    """Decodes JSON values, strictly."""

    def __init__(self) -> None:
        self._problem: Message | None = None
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_float=_WrittenNumber,
            parse_int=_WrittenNumber,
            parse_constant=self._constant,
        )

    def value_at(self, text: str, start: int) -> tuple[Any, int, Message | None]:
        """Return the value at a place of a text, where it ends, and its problem or None.

        Raises JSONDecodeError, and RecursionError if it is nested too deeply.
        """
        self._problem = None
        value, end = self._decoder.raw_decode(text, start)
        if self._problem is None and text.find("\\u", start, end) >= 0:
            try:
                json.dumps(value, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                self._problem = Message("invalid JSON: half of a surrogate pair")
        return value, end, self._problem

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated = next(key for key in keys if keys.count(key) > 1)
            self._problem = Message("invalid JSON: repeated key `{key}`", key=repeated)
        return result

    def _constant(self, name: str) -> None:
        self._problem = Message("invalid JSON: `{value}` is not a value", value=name)


class _JsonStream:
    """A JSON text of many lines, which is decoded value by value while it is read."""

    def __init__(self, read: Callable[[], str], line: int = 1) -> None:
        self._read = read
        self._decoder = _StrictDecoder()
        self.text = ""
        self.at = 0
        self.line = line

    def next_character(self) -> str:
        """Skip blanks and return the next character, or none at the end."""
        while True:
            start = self.at
            self.at = _BLANKS.match(self.text, start).end()  # type: ignore[union-attr]
            self.line += self.text.count("\n", start, self.at)
            if self.at < len(self.text) or not self._read_more():
                return self.text[self.at : self.at + 1]

    def skip(self, expected: str) -> str:
        """Skip the next character, which must be one of the expected, and return it."""
        character = self.next_character()
        if not character or character not in expected:
            raise json.JSONDecodeError("", self.text, self.at)
        self.at += 1
        return character

    def value(self) -> _JsonValue:
        """Return the next value; raise JSONDecodeError or RecursionError."""
        self.next_character()
        while True:
            if len(self.text) - self.at > TICKET_RECORD.most:
                raise _LongValue
            try:
                value, end, problem = self._decoder.value_at(self.text, self.at)
            except json.JSONDecodeError as error:
                if _is_final(error) or not self._read_more():
                    raise
                continue
            if end < len(self.text) or not self._read_more():
                break
        text = self.text[self.at : end]
        result = _JsonValue(self.line, text, value, problem)
        self.line += text.count("\n")
        self.at = end
        return result

    def elements(self) -> Iterator[_JsonValue]:
        """Yield the values of the next array."""
        self.skip("[")
        if self.next_character() == "]":
            self.skip("]")
            return
        while True:
            yield self.value()
            if self.skip(",]") == "]":
                return

    def _read_more(self) -> bool:
        """Read about as much again as the text that was not decoded."""
        parts = [self.text[self.at :]]
        size = 0
        while size <= len(parts[0]) and (more := self._read()):
            parts.append(more)
            size += len(more)
        self.text, self.at = "".join(parts), 0
        return size > 0


class _LongValue(Exception):
    """A value has more characters than the limit."""


def open_ndjson(content: TicketBytes, reading: TicketReading, columns: Iterable[str]) -> TicketFile:
    """Return a file of JSON objects; its header has the keys of the first objects.

    Keys that only later objects have are ignored, unless they are in `columns`.
    """
    columns = tuple(columns)
    text = TicketText(content, reading.encoding)
    if _is_blank(text):
        raise PolicyError(
            Message("{path}: {problem}", path=content.name, problem=text.fault or EMPTY),
            Message("a JSON file without tickets is `[]`"),
        )
    objects = _objects(text)
    first: list[_ObjectCells | BadRow] = []
    known: dict[str, None] = {}
    size = 0
    for item in objects:
        first.append(item)
        if not isinstance(item, BadRow):
            known |= dict.fromkeys(item.cells)
            check_limit(TICKET_COLUMNS, len(known), content.name)
            size += item.size
        if len(first) >= HEADER_OBJECTS or size > HEADER_CHARACTERS:
            break
    folded = {name.strip().casefold() for name in known}
    awaited = tuple(
        name for name in dict.fromkeys(columns) if name.strip().casefold() not in folded
    )
    header = (*known, *awaited)
    cells = (item.cells.items() for item in first if not isinstance(item, BadRow))
    texts = {path for path, text in chain.from_iterable(cells) if text not in _NOTHING}
    rows = _rows(chain(first, objects), header, texts.union(columns))
    actual = TicketReading("ndjson", None, text.encoding)
    return TicketFile(content.name, header, rows, actual, awaited)


def _rows(
    objects: Iterable[_ObjectCells | BadRow], header: tuple[str, ...], texts: set[str]
) -> Iterator[RawRow | BadRow]:
    """Yield the objects as rows; `texts` are the columns that have a text.

    If such a column is an object in a row, or the other way round, its cell is a JSON text, so that
    it does not seem to be missing.
    """
    columns = texts.intersection(header)
    #: The columns of the values in an object, by the path of the object.
    inside: dict[str, list[str]] = {}
    for name in header:
        for dot in re.finditer(r"\.", name):
            inside.setdefault(name[: dot.start()], []).append(name)
    for item in objects:
        if isinstance(item, BadRow):
            yield item
            continue
        line, cells, within, _ = item
        try:
            for path in columns.intersection(within):
                if not cells.get(path):
                    cells[path] = _json(within[path])
        except RecursionError:
            yield BadRow(line, _TOO_DEEP, "")
            continue
        for path in inside.keys() & cells.keys():
            text = cells[path]
            if text not in _NOTHING and path not in within:
                for name in inside[path]:
                    cells.setdefault(name, _json(text))
        yield RawRow(line, [*map(cells.get, header)])


def _is_blank(text: TicketText) -> bool:
    """Return whether a text has only blanks."""
    parts = []
    while part := text.read():
        parts.append(part)
        if part.strip(_BLANK_CHARACTERS + MARK):
            break
    text.unread("".join(parts))
    return not part


def _objects(text: TicketText) -> Iterator[_ObjectCells | BadRow]:
    """Yield the objects of a text, and the parts that are not objects."""
    values = _document(text) if _is_document(text) else _lines(text)
    first: list[_JsonValue | BadRow] = []
    of_pages = True
    for value in values:
        first.append(value)
        is_clear = isinstance(value, _JsonValue) and not _is_empty_list(value.value)
        if is_clear or len(first) == HEADER_OBJECTS:
            of_pages = isinstance(value, _JsonValue) and is_clear and _is_page(value.value)
            break
    for value in chain(first, values):
        if isinstance(value, BadRow):
            yield value
        elif _is_page(value.value) and (of_pages or not _is_empty_list(value.value)):
            try:
                elements = list(_elements_of_page(value))
            except json.JSONDecodeError:  # a repeated key, once with a list
                elements = [value]
            for element in elements:
                yield _row(element, text.encoding)
        else:
            yield _row(value, text.encoding)


def _is_document(text: TicketText) -> bool:
    """Return whether a text starts with an array, or with an object of several lines."""
    parts = []

    def read() -> str:
        parts.append(text.read())
        return parts[-1]

    document = _JsonStream(read)
    try:
        return document.next_character() == "[" or "\n" in document.value().text
    except json.JSONDecodeError as error:
        # Otherwise the error is one of a bad line.
        return not _is_final(error) and "\n" in error.doc[: error.pos].lstrip()
    except _LongValue:
        return "\n" in document.text[document.at :]
    except RecursionError:
        return False
    finally:
        text.unread("".join(parts))


def _lines(text: TicketText) -> Iterator[_JsonValue | BadRow]:
    """Yield the values of a text with one value per line."""
    decoder = _StrictDecoder()
    lines = TicketLines(text)
    line = 0
    while not lines.final:
        for item in lines.read():
            line += 1
            written = item.strip(_BLANK_CHARACTERS)
            if lines.suspect:
                written = written.removeprefix(MARK)
            if not written:
                continue
            try:
                value, end, problem = decoder.value_at(written, 0)
                if end < len(written):
                    raise json.JSONDecodeError("", written, end)
            except json.JSONDecodeError as error:
                reason = damage_of(written, text.encoding) or _invalid(error)
                yield BadRow(line, reason, shown_text(written))
            except RecursionError:
                yield BadRow(line, _TOO_DEEP, shown_text(written))
            else:
                yield _JsonValue(line, written, value, problem)
        if lines.long is not None:
            yield BadRow(line + 1, _TOO_LONG, shown_text(lines.long))
    if lines.fault:
        yield BadRow(line + 1, lines.fault, shown_text(lines.unfinished))


def _document(text: TicketText) -> Iterator[_JsonValue | BadRow]:
    """Yield the objects of a text, and the elements of its arrays, up to the first error."""
    document = _JsonStream(text.read)
    problem = None
    try:
        while character := document.next_character():
            if character == "[":
                yield from document.elements()
            else:
                yield document.value()
    except _LongValue:
        problem = _TOO_LONG
    except RecursionError:
        problem = _TOO_DEEP
    except json.JSONDecodeError as error:
        problem = text.fault or _invalid(error)
    rest = shown_text(document.text[document.at :][:EXCERPT])
    if problem:
        reason = Message("{problem}; the rest of the file was not read", problem=problem)
        yield BadRow(document.line, reason, rest)
    elif text.fault:
        yield BadRow(document.line, text.fault, rest)


def _is_final(error: json.JSONDecodeError) -> bool:
    """Return whether more text cannot correct an error.

    Only at the end of a text is a text or a number incomplete; neither has an end of a line.
    """
    rest = error.doc[error.pos :]
    return "\n" in rest or rest.startswith(tuple("{}[]:,"))


def _invalid(error: json.JSONDecodeError) -> Message:
    if not error.doc[error.pos :].strip():
        return Message("the JSON text ends early")
    return Message("invalid JSON at character {column} of the line", column=error.colno)


def _is_page(value: Any) -> bool:
    """Return whether a value is a page of an API: a list of objects, and keys that describe it."""
    if not isinstance(value, dict):
        return False
    content = value.keys() - _OF_PAGES
    if len(content) != 1:
        return False
    (items,) = map(value.get, content)
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)


def _is_empty_list(value: Any) -> bool:
    """Return whether a value is an object with nothing but an empty list.

    It is a page if the file has pages, or only such objects. Otherwise it is a ticket.
    """
    return isinstance(value, dict) and [*value.values()] == [[]]


def _elements_of_page(page: _JsonValue) -> Iterator[_JsonValue]:
    """Yield the objects of the list of a page."""
    document = _JsonStream(iter([page.text, ""]).__next__, page.line)
    document.skip("{")
    while document.next_character() != "}":
        key = document.value().value
        document.skip(":")
        if key not in _OF_PAGES:
            yield from document.elements()
        else:
            document.value()
        if document.next_character() == ",":
            document.skip(",")


def _row(value: _JsonValue, encoding: str) -> _ObjectCells | BadRow:
    problem = value.problem
    if problem is None and not value.text.isascii():
        problem = damage_of(value.text, encoding)
    cells: dict[str, str | None] = {}
    objects: dict[str, Any] = {}
    if problem is None and not isinstance(value.value, dict):
        problem = Message("not a JSON object")
    elif problem is None:
        try:
            _add_cells(cells, objects, "", value.value)
        except RecursionError:
            problem = _TOO_DEEP
        if "\\u0000" in value.text:
            problem = damage_of("".join(filter(None, [*cells, *cells.values()])), encoding)
    if problem:
        return BadRow(value.line, problem, shown_text(value.text))
    return _ObjectCells(value.line, cells, objects, len(value.text))


def _add_cells(
    cells: dict[str, str | None], objects: dict[str, Any], prefix: str, value: dict[str, Any]
) -> None:
    """Add the values of an object, and the objects in it.

    If two have the same path, the first that has a text counts.
    """
    for key, item in value.items():
        path = prefix + key
        kind = type(item)
        if kind is dict and item:
            objects[path] = item
            _add_cells(cells, objects, path + ".", item)
        elif path not in cells or not cells[path]:
            cells[path] = item if kind is str or item is None else _text_of(item)


def _text_of(value: Any) -> str:
    """Return a value as a cell: a text as it is, others as JSON."""
    return str(value) if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    if isinstance(value, _WrittenNumber):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        items = (f"{_json(key)}: {_json(item)}" for key, item in value.items())
        return f"{{{', '.join(items)}}}"
    return json.dumps(value, ensure_ascii=False)
