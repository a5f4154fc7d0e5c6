"""The text of ticket files: its encoding, and its lines.

A byte that is invalid in the encoding becomes a surrogate, which no valid text contains. So only
the row with this byte is bad.
"""

from __future__ import annotations

import codecs
import re
from io import StringIO

from zsupport.errors import UsageError, did_you_mean
from zsupport.limits import TICKET_RECORD
from zsupport.sources.tickets.content import ByteSource
from zsupport.sources.tickets.rows import EXCERPT, GREW
from zsupport.wording import Message

#: The marks at the start of a text that state its encoding. UTF-32 starts like UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Encodings of Python that are not encodings of files.
_NOT_OF_FILES = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"})
_COMMON = ("cp1250", "cp1251", "cp1252", "cp932", "gb18030", "iso-8859-1", "iso-8859-15", "utf-16")
#: The mark at the start of a text. In the middle of a file, it is the start of another file.
MARK = "\ufeff"
NUL = "\0"
_LINE_END = re.compile("[\n\r]")
_DAMAGE = re.compile("[\ud800-\udfff]")


class TicketText:
    """The text of a file, block by block. `encoding` is that of the file."""

    def __init__(self, content: ByteSource, declared: str | None, *, begun: bool = False) -> None:
        """Raise UsageError if the declared encoding is unknown.

        `begun` states whether the content starts in the middle of a file.
        """
        self.ending = content.ending
        self._read = content.read
        self.encoding = encoding_of(content.first, declared)
        # Only UTF-8 has a variant that omits the mark at the start; UTF-16 and UTF-32 always do.
        codec = "utf-8-sig" if self.encoding == "utf-8" and not begun else self.encoding
        self._decoder = codecs.getincrementaldecoder(codec)()
        self._wide = self.encoding.startswith(("utf-16", "utf-32"))
        self._ahead = ""
        self._final = False
        self.fault: Message | None = None
        #: Whether the text had invalid bytes up to now.
        self.damaged = False

    def read(self) -> str:
        """Return the next characters; none at the end."""
        text, self._ahead = self._ahead, ""
        while not text and not self._final:
            data = self._read()
            self._final = not data
            text = self._decoded(data)
        if not text and self.fault is None:
            self.fault = self.ending.fault
        return text

    def unread(self, text: str) -> None:
        """Put characters back, to be read again."""
        self._ahead = text + self._ahead

    def _decoded(self, data: bytes) -> str:
        before = self._decoder.getstate()
        try:
            return self._decoder.decode(data, self._final)
        except UnicodeDecodeError:
            self._decoder.setstate(before)
        self.damaged = True
        self._decoder.errors = "surrogatepass" if self._wide else "surrogateescape"
        try:
            return self._decoder.decode(data, self._final)
        except UnicodeDecodeError as error:
            # UTF-16 that ends within a character, or an encoding that other bytes switch.
            self.fault = Message(
                "invalid {encoding}: {bytes}",
                encoding=self.encoding.upper(),
                bytes=repr(error.object[error.start : error.end])[2:-1],
            )
            self._final = True
            self._decoder.setstate(before)
            return self._decoder.decode(data[: max(0, error.start - len(before[0]))])
        finally:
            self._decoder.errors = "strict"


class TicketLines:
    """The physical lines of a text, with their ends: LF, CR or CRLF."""

    def __init__(self, text: TicketText) -> None:
        self._text = text
        self._rest = ""
        #: Whether all lines were read.
        self.final = False
        #: Whether the rows of the last lines must be examined: they have an invalid byte, a NUL
        #: or a mark.
        self.suspect = False
        #: After the last block, a line that is too long, and None if there is none.
        self.long: str | None = None
        #: At the end, why the file ends early, and the unfinished line before it.
        self.fault: Message | None = None
        self.unfinished = ""

    def read(self, least: int = 1) -> list[str]:
        """Return the next lines: about `least` characters, or none if `long` is the next line."""
        parts = [self._rest]
        size, ended = len(self._rest), self._rest.endswith("\r")
        self.long = None
        while not self.final and not (len(parts) > 1 and ended and size >= least):
            text = self._text.read()
            self.final = not text
            parts.append(text)
            size += len(text)
            ended = ended or _LINE_END.search(text) is not None
            if size > TICKET_RECORD.most and not ended:
                self.long = "".join(parts)[:EXCERPT]
                self._skip_line()
                return []
        block = "".join(parts)
        damaged = self._text.damaged and _DAMAGE.search(block)
        self.suspect = bool(damaged) or NUL in block or MARK in block
        lines = lines_of(block)
        self._rest = ""
        if self.final:
            self.fault = self._text.fault
        unfinished = bool(lines) and not lines[-1].endswith("\n")
        if self.final and unfinished and not lines[-1].endswith("\r"):
            if self._text.ending.grew:
                self.fault = self.fault or GREW
            if self.fault:
                self.unfinished = lines.pop()
        elif not self.final and unfinished:
            self._rest = lines.pop()  # LF can follow CR
        return lines

    def _skip_line(self) -> None:
        """Skip the characters of a line, but not its end, so that it still counts as a line."""
        self._rest = ""
        while text := self._text.read():
            if end := _LINE_END.search(text):
                self._text.unread(text[end.start() :])
                return


def encoding_of(first: bytes, declared: str | None) -> str:
    """Return the name of the encoding of a file with these first bytes.

    A mark at the start counts more than the declared encoding: no other text starts with it.
    """
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding
    if declared is None:
        return "utf-8"
    try:
        name = codecs.lookup(declared).name
        b"text".decode(declared, "ignore")  # raises LookupError for base64, for example
    except (LookupError, UnicodeError, ValueError):
        name = "undefined"
    if name.replace("-", "_") in _NOT_OF_FILES:
        raise UsageError(
            Message("unknown encoding `{name}`", name=declared),
            did_you_mean(declared, _COMMON)
            or Message("write a name such as {names}", names=", ".join(_COMMON)),
        )
    return name


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends, which are LF, CR or CRLF."""
    return StringIO(text, newline="").readlines()  # str.splitlines splits at other characters too


def damage_of(text: str, encoding: str) -> Message | None:
    """Return what is damaged in a text, or None."""
    if NUL in text:
        return Message("NUL character")
    damage = _DAMAGE.search(text)
    if damage is None:
        return None
    return Message("invalid {encoding}: {bytes}", encoding=encoding.upper(), bytes=_escaped(damage))


def shown_text(text: str) -> str:
    r"""Return a text in which invalid bytes are shown as in Python: `caf\xe9`."""
    return _DAMAGE.sub(_escaped, text)


def _escaped(damage: re.Match[str]) -> str:
    code = ord(damage.group())
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
