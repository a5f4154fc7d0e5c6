"""The user's cache folder: compiled policies, so that a second call parses no YAML, and holidays.

A value is kept beside all that it was made from: of a policy the content and name of every file,
and the versions of program, format, zones and Python. It is read only where all of that is equal.
`ZSUPPORT_CACHE=off` turns the folder off.

An entry is read by `marshal`, which is quick and trusts what it reads. So a checksum of 64 bits is
compared first. An entry that is foreign, damaged or too large is made anew, and one that cannot be
written is not kept. Whoever can write into the folder decides what zsupport answers. So a folder
counts only if it belongs to this user and no other user may enter it, and for what is examined by
its path a folder in the same repository is not used. The folder is checked and used through one
descriptor: a folder that replaces it in between changes nothing.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
import time

from zsupport.clock.zones import tzdata_version
from zsupport.policy.compiled import LAYOUT, compiled, revisions_of
from zsupport.typed import TYPE_CHECKING
from zsupport.version import FORMAT, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from zsupport.clock.holidays import PublicHolidays
    from zsupport.clock.model import Year
    from zsupport.policy.files import SourceFile
    from zsupport.policy.model import Revision

MAX_ENTRY_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 64
MAX_FOLDER_BYTES = 64 * 1024 * 1024
#: How the names of entries end, and those that earlier releases have left.
ENDING = ".kept"
_OF_BEFORE = ".json"
_CHECKSUM_BYTES = 8
# Files that a killed run has left behind are removed after an hour; so far ahead may a clock be.
_STALE_SECONDS = 3600
#: What is kept holds only for the very same Python.
_PYTHON = (sys.implementation.name, sys.hexversion, marshal.version)


#: The folders and names of the entries that this process has read.
_read: set[tuple[str, str]] = set()


def cache_folder(environment: Mapping[str, str], examined: Iterable[str] = ()) -> str | None:
    """Return the folder of the compiled policies, None where there is to be none.

    A folder in the repository of a file or folder that is examined is not used: whoever wrote what
    is examined may have put it there.
    """
    if environment.get("ZSUPPORT_CACHE", "").lower() in ("off", "0", "false", "no"):
        return None
    base = environment.get("XDG_CACHE_HOME", "")
    # The XDG specification: a relative path there is to be ignored.
    if not os.path.isabs(base):
        if sys.platform == "win32":
            base = environment.get("LOCALAPPDATA", "")
        elif environment.get("HOME"):
            inside = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
            base = os.path.join(environment["HOME"], *inside)
    if not os.path.isabs(base):
        return None
    folder = os.path.join(base, "zsupport")
    for each in examined:
        from zsupport.sources.links import lies_in_repository_of

        if lies_in_repository_of(folder, each):
            return None
    return folder


def policy_identity(files: tuple[SourceFile, ...], kind: str = "policy") -> bytes:
    """Return all that the policy made of these files, or another kind of value, depends on."""
    versions = (VERSION, FORMAT, tzdata_version(), _PYTHON, LAYOUT)
    head = repr((kind, versions, [(file.name, len(file.data)) for file in files]))
    return b"".join([head.encode("utf-8", "surrogatepass"), *[file.data for file in files]])


def kept_policy(folder: str | None, identity: bytes) -> tuple[Revision, ...] | None:
    """Return the policy kept for an identity, None where it has to be made anew."""
    form = kept(folder, identity)
    return None if form is None else revisions_of(form)


def keep_policy(folder: str | None, identity: bytes, revisions: tuple[Revision, ...]) -> None:
    """Keep a policy for an identity; where that cannot be done, nothing happens."""
    if folder is not None:
        keep(folder, identity, compiled(revisions))


def kept(folder: str | None, identity: bytes) -> Any:
    """Return the value kept for an identity; None if there is none, or if it is not trusted."""
    if folder is None:
        return None
    name = _name(identity)
    try:
        with _Folder(folder) as private:
            data = private.content(name)
    except (OSError, ValueError):
        return None
    body = data[_CHECKSUM_BYTES:]
    if data[:_CHECKSUM_BYTES] != checksum(body) or not body.startswith(identity):
        return None
    _read.add((folder, name))
    try:
        return marshal.loads(memoryview(body)[len(identity) :])
    except (ValueError, TypeError, EOFError):
        return None


def forget_read() -> bool:
    """Remove the entries that this process has read; return whether there were any.

    A checksum says that an entry is whole, not that it is right: a run that fails after reading one
    can be repeated without it.
    """
    read = [*_read]
    _read.clear()
    for folder, name in read:
        try:
            with _Folder(folder) as private:
                private.remove(name)
        except OSError:
            continue
    return bool(read)


def keep(folder: str | None, identity: bytes, value: Any) -> None:
    """Keep a value for an identity; where that cannot be done, nothing happens.

    The value is made of what `marshal` writes: texts, numbers, lists, tuples and mappings of them.
    """
    if folder is None:
        return
    body = identity + marshal.dumps(value)
    data = checksum(body) + body
    if len(data) > MAX_ENTRY_BYTES:
        return
    name = _name(identity)
    try:
        _make(folder)
        with _Folder(folder) as private:
            private.put(name, data)
            private.make_room(name)
    except (OSError, ValueError):
        return


def kept_holidays(folder: str | None) -> PublicHolidays:
    """Return the public holidays of countries, kept by decade and by the library's version.

    A year is read once, however many policies and calendars ask for it.
    """
    known: dict[tuple[str, str | None, int], Year] = {}

    def of_year(country: str, subdivision: str | None, year: int) -> Year:
        if (country, subdivision, year) not in known:
            decade = year - year % 10
            for each, rows in _decade(folder, country, subdivision, decade).items():
                known[country, subdivision, each] = rows
        return known[country, subdivision, year]

    return of_year


def _decade(
    folder: str | None, country: str, subdivision: str | None, first: int
) -> dict[int, Year]:
    """Return the public holidays of ten years from the first on, by year."""
    from zsupport.clock.holidays import holidays_version, public_holidays
    from zsupport.clock.model import Year

    parts = ("public holidays", holidays_version(), country, subdivision, first)
    identity = repr(parts).encode("utf-8", "surrogatepass")
    rows = kept(folder, identity)
    if rows is None:
        years = range(first, first + 10)
        rows = {year: tuple(public_holidays(country, subdivision, year)) for year in years}
        keep(folder, identity, rows)
    return {year: Year(*row) for year, row in rows.items()}


def _name(identity: bytes) -> str:
    """Return the name of the file of an entry; two that share it replace each other."""
    return f"{checksum(identity)[:4].hex()}-{len(identity):x}{ENDING}"


def checksum(data: bytes) -> bytes:
    """Return a hash of 64 bits: the one with which Python tells whether a source has changed.

    It is built in, while `zlib` and `binascii` open a shared library.
    """
    try:
        from _imp import source_hash
    except ImportError:  # a Python that has it elsewhere
        from importlib import util

        return util.source_hash(data)
    return source_hash(0, data)


def _make(folder: str) -> None:
    """Make a folder, and those above it, for this user alone.

    Raises PermissionError where root would make it for another user, whose HOME it kept: that user
    could not enter a folder of root's.
    """
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    if missing and hasattr(os, "geteuid") and os.geteuid() == 0 and os.stat(folder).st_uid != 0:
        raise PermissionError(f"{folder}: another user's")
    for each in reversed(missing):
        try:
            os.mkdir(each, 0o700)
        except FileExistsError:  # another run was quicker
            continue


class _Folder:
    """The folder in which things are kept, open; raises OSError where others may enter it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.descriptor: int | None = None

    def __enter__(self) -> _Folder:
        if hasattr(os, "geteuid"):
            self.descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            status = os.fstat(self.descriptor)
            if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
                os.close(self.descriptor)
                raise PermissionError(f"{self.path}: not this user's alone")
        return self

    def __exit__(self, *error: object) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)

    def _name(self, name: str) -> str:
        """Return what to call a file: its name beside a descriptor, a path without one."""
        return name if self.descriptor is not None else os.path.join(self.path, name)

    def content(self, name: str) -> bytes:
        """Return the content of a file that this user wrote."""
        # A pipe in the place of a file must not make us wait.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        flags |= getattr(os, "O_BINARY", 0)
        with open(os.open(self._name(name), flags, dir_fd=self.descriptor), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_ENTRY_BYTES:
                raise ValueError("no entry")
            if self.descriptor is not None and (
                status.st_uid != os.geteuid() or status.st_mode & 0o022
            ):
                raise PermissionError("others may write it")
            return stream.read(MAX_ENTRY_BYTES)

    def put(self, name: str, data: bytes) -> None:
        """Write a file so that nobody ever sees a part of it."""
        temporary = f".{name}.{os.getpid()}.{os.urandom(4).hex()}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            descriptor = os.open(self._name(temporary), flags, 0o600, dir_fd=self.descriptor)
            with open(descriptor, "wb") as stream:
                stream.write(data)
            os.replace(
                self._name(temporary), self._name(name),
                src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor,
            )  # fmt: skip
        except BaseException:
            self.remove(temporary)  # an interruption, too, leaves nothing behind
            raise

    def make_room(self, own: str) -> None:
        """Remove the oldest files beyond the limits, and what interrupted runs have left.

        What this run has just written, as `own`, stays. As every run does this after it has
        written, the last of several runs at once sees what all of them wrote. A date in the future
        counts as old, or such a file would stay for ever.
        """
        files = []
        now = time.time()
        for name in os.listdir(self.path if self.descriptor is None else self.descriptor):
            if not name.endswith((ENDING, _OF_BEFORE, ".tmp")):
                continue
            try:
                status = os.stat(self._name(name), dir_fd=self.descriptor, follow_symlinks=False)
            except OSError:
                continue
            date = status.st_mtime if status.st_mtime < now + _STALE_SECONDS else 0.0
            if name.endswith(".tmp") and date < now - _STALE_SECONDS:
                self.remove(name)
            else:
                files.append((name == own, date, status.st_size, name))
        size = 0
        for count, (_, _, file_size, name) in enumerate(sorted(files, reverse=True), 1):
            size += file_size
            if count > MAX_ENTRIES or size > MAX_FOLDER_BYTES:
                self.remove(name)

    def remove(self, name: str) -> None:
        """Remove a file; where that cannot be done, nothing happens."""
        try:
            os.unlink(self._name(name), dir_fd=self.descriptor)
        except OSError:
            return  # another run was quicker
