"""The bytes of ticket files: of a file, a pipe or standard input, unpacked if they are gzip."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from typing import IO, Protocol

from zsupport.errors import EnvironmentFault, PolicyError
from zsupport.sources.find import reason, unreadable
from zsupport.sources.tickets.files import ENDINGS
from zsupport.wording import Message


class GzipDecompressor(Protocol):
    """A decompressor of zlib."""

    def decompress(self, data: bytes, /) -> bytes:
        """Return what the data stand for."""


#: The number of bytes that are read at once. Larger blocks are slower, because they do not fit in
#: the caches of a processor.
BLOCK = 2**16
_GZIP = b"\x1f\x8b"
#: The first bytes of other packed files, with the name of their format.
_PACKED = {
    b"PK\x03\x04": "ZIP",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"7z\xbc\xaf\x27\x1c": "7z",
}


class TicketEnding:
    """How the bytes of a file end. Valid at the end."""

    def __init__(self) -> None:
        #: Why the bytes end early, or what follows them.
        self.fault: Message | None = None
        #: Whether bytes were added to the file after it was opened.
        self.grew = False

    def state(self, fault: Message) -> None:
        """State why the bytes end early; the first reason counts."""
        self.fault = self.fault or fault


class ByteSource(Protocol):
    """The bytes of a file, or of a part of it; see TicketBytes."""

    name: str
    first: bytes
    ending: TicketEnding

    def read(self) -> bytes:
        """Return the next bytes; none at the end."""


class TicketBytes:
    """The bytes of a file, block by block.

    An ordinary file is read up to the size that it has now: a program can still write to it. A
    fault ends the bytes, so that what is before it is not lost.
    """

    def __init__(self, name: str) -> None:
        """`name` is a path, or `-` for standard input. Raises PolicyError if it is unreadable."""
        self.name = name
        self.ending = TicketEnding()
        stream = _stdin() if name == "-" else _open(name)
        size = _size(stream)
        # Standard input is not closed.
        self._closing = nullcontext() if name == "-" else stream
        first, self._rest = _started(_blocks(stream, size, self.ending, self._closing))
        is_packed = first.startswith(_GZIP)
        if is_packed:
            first, self._rest = _started(_unpacked(self._rest, self.ending))
        #: Whether the bytes are those of an ordinary file at the path `name`.
        self.is_plain_file = size is not None and name != "-" and not is_packed
        #: The first bytes, at least eight if there are as many.
        self.first = first

    def check(self) -> None:
        """Raise PolicyError if nothing can be read, or if the file is packed in another way."""
        if self.ending.fault and not self.first:
            raise PolicyError(
                Message("{path}: {problem}", path=self.name, problem=self.ending.fault)
            )
        for magic, packed in _PACKED.items():
            if self.first.startswith(magic):
                raise PolicyError(
                    Message("{path}: packed as {format} (not read)", path=self.name, format=packed),
                    Message("unpack it, or pack it as gzip; export a workbook as CSV"),
                )

    def close(self) -> None:
        """Close the file. It is also closed at its end."""
        self._closing.__exit__(None, None, None)

    def read(self) -> bytes:
        """Return the next bytes; none at the end."""
        return next(self._rest, b"")


def _blocks(
    stream: IO[bytes],
    size: int | None,
    ending: TicketEnding,
    closing: AbstractContextManager[object],
) -> Iterator[bytes]:
    """Yield the bytes of a stream: `size` bytes, or all of a pipe."""
    with closing:
        try:
            left = BLOCK if size is None else size
            while left and (data := stream.read(min(left, BLOCK))):
                if size is not None:
                    left -= len(data)
                yield data
            if size is not None and left:
                ending.state(Message("the file became shorter while it was read"))
            ending.grew = size is not None and stream.read(1) != b""
        except OSError as error:
            ending.state(Message("reading stopped: {problem}", problem=reason(error)))


def _unpacked(blocks: Iterator[bytes], ending: TicketEnding) -> Iterator[bytes]:
    """Yield the bytes of gzip data, which can have several members."""
    import zlib

    member = zlib.decompressobj(wbits=31)
    data = b""
    between = False  # two members
    while data or (data := next(blocks, b"")):
        if between:
            # Some programs fill the end of a file with zeros.
            data = data.lstrip(b"\0")
            if not data:
                continue
            if not data.startswith(_GZIP[: len(data)]):
                ending.state(Message("other bytes follow the gzip data"))
                return
        start = member.copy()
        try:
            # The result is limited, because one byte can unpack to a thousand.
            unpacked = member.decompress(data, BLOCK)
        except zlib.error:
            ending.state(Message("the gzip data are damaged"))
            yield from _before_damage(start, data)
            return
        if unpacked:
            yield unpacked
        data = member.unconsumed_tail
        between = member.eof
        if between:
            data = member.unused_data
            member = zlib.decompressobj(wbits=31)
    ending.grew = False
    if not between:
        if unpacked := member.flush():
            yield unpacked
        ending.state(Message("the gzip data end early"))


def _before_damage(member: GzipDecompressor, data: bytes) -> Iterator[bytes]:
    """Yield what can be unpacked of damaged data."""
    import zlib

    try:
        for number in range(len(data)):
            if unpacked := member.decompress(data[number : number + 1]):
                yield unpacked
    except zlib.error:
        return


def _started(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes, at least eight if there are as many, and all blocks with them.

    The generator of the blocks has then started, so that it closes its file however it ends.
    """
    first = b""
    while len(first) < 8 and (more := next(blocks, b"")):
        first += more
    return first, chain([first] if first else [], blocks)


def _open(path: str) -> IO[bytes]:
    try:
        return open(path, "rb", buffering=0)
    except (OSError, ValueError) as error:
        raise unreadable(path, error, ENDINGS) from None


def _stdin() -> IO[bytes]:
    stream = getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise EnvironmentFault(Message("no standard input to read tickets from"))
    return stream  # type: ignore[no-any-return]


def _size(stream: IO[bytes]) -> int | None:
    """Return the number of bytes up to the end of a file; None for a pipe or a device."""
    try:
        status = os.fstat(stream.fileno())
    except OSError:  # a stream of Python
        return None
    return status.st_size - stream.tell() if stat.S_ISREG(status.st_mode) else None
