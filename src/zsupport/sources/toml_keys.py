"""The places of keys in a TOML file, which the parser of Python does not state."""

from __future__ import annotations

import re
from bisect import bisect_right

from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Message

if TYPE_CHECKING:
    from typing import TypeAlias

#: A line and a column in characters, from 1.
LineAndColumn: TypeAlias = "tuple[int, int]"

#: A text, a mark, or a word: a bare key, a number, a date or a boolean.
_TOKENS = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*|[=,{}\[\].\n]|[^\s=,{}\[\].\#\"']+",
    re.DOTALL,
)
#: The place of a mistake at the end of a message of the parser.
_AT = re.compile(r" \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$")


def places_of_keys(text: str) -> dict[str, LineAndColumn]:
    """Return the place of each key of a valid TOML file, by its path with dots.

    The items of an array are keys too: their numbers, from 0. A key that is stated several times
    has its first place.
    """
    scanner = _Scanner(text)
    scanner.read_document()
    return scanner.places


def place_of_error(text: str, error: Exception) -> tuple[str, LineAndColumn | None]:
    """Return why a text is not TOML, and the place or None.

    The message is that of the parser without the place, unless it is about a limit of Python.
    """
    from tomllib import TOMLDecodeError

    if isinstance(error, RecursionError):
        return Message("nested too deeply"), None
    if not isinstance(error, TOMLDecodeError):
        return Message("a number has too many digits"), None
    message = str(error)
    match = _AT.search(message)
    if match is None:
        return message, None
    if match[1]:
        place = int(match[1]), int(match[2])
    else:
        lines = text.split("\n")
        place = len(lines), len(lines[-1]) + 1
    return message[: match.start()], place


class _Scanner:
    """Reads the keys of a valid TOML file."""

    def __init__(self, text: str) -> None:
        self.places: dict[str, LineAndColumn] = {}
        self._tokens = [
            (match[0], match.start())
            for match in _TOKENS.finditer(text)
            if not match[0].startswith("#")
        ]
        self._next = 0
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def read_document(self) -> None:
        """Read the keys of all tables."""
        table: tuple[str, ...] = ()
        while token := self._peek():
            if token == "\n":
                self._next += 1
            elif token == "[":
                while self._peek() == "[":
                    self._next += 1
                table = self._read_key(())
                while self._peek() == "]":
                    self._next += 1
            else:
                self._read_pair(table)

    def _peek(self) -> str:
        """Return the next token, or an empty text at the end."""
        return self._tokens[self._next][0] if self._next < len(self._tokens) else ""

    def _read_pair(self, table: tuple[str, ...]) -> None:
        path = self._read_key(table)
        self._next += 1  # the equals sign
        self._read_value(path)

    def _read_key(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Read a key of several parts, and return its path in the document."""
        while True:
            part, start = self._tokens[self._next]
            path = (*path, _key_of(part))
            self._add(path, start)
            self._next += 1
            if self._peek() != ".":
                return path
            self._next += 1

    def _add(self, path: tuple[str, ...], start: int) -> None:
        line = bisect_right(self._lines, start)
        self.places.setdefault(".".join(path), (line, start - self._lines[line - 1] + 1))

    def _read_value(self, path: tuple[str, ...]) -> None:
        opening = self._peek()
        if opening not in ("[", "{"):
            while self._peek() not in ("", ",", "]", "}", "\n"):
                self._next += 1
            return
        self._next += 1
        count = 0
        while (token := self._peek()) not in ("", "]", "}"):
            if token in (",", "\n"):
                self._next += 1
            elif opening == "{":
                self._read_pair(path)
            else:
                item = (*path, str(count))
                count += 1
                self._add(item, self._tokens[self._next][1])
                self._read_value(item)
        self._next += 1


def _key_of(part: str) -> str:
    """Return a part of a key without quotes."""
    if part[0] not in "\"'":
        return part
    import tomllib

    key: str = tomllib.loads(f"key = {part}")["key"]
    return key
