"""The user's cache folder: compiled policies and public holidays.

With a cached policy, a second call parses no YAML.

An entry holds a value and everything that the value depends on: for a policy, the names and
contents of all files, and the versions of the program, the format, tzdata and Python. It is used
only if all of these are equal. `ZSUPPORT_CACHE=off` disables the cache.

`marshal` reads entries. It is fast, but trusts its input, so a 64-bit checksum is compared first.
An entry that is damaged, too large or writable by another user is replaced. Write errors are
ignored.

Anyone who can write to the folder controls the answers. So the folder is used only if this user
owns it, no other user can enter it, and it is not in the repository of an examined file. The folder
is opened once, checked, and used through the same descriptor. So it cannot be replaced between the
check and the use.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
import time

from zsupport.clock.zones import tzdata_version
from zsupport.policy.compiled import LAYOUT, compiled_form, revisions_of
from zsupport.typed import TYPE_CHECKING
from zsupport.version import FORMAT, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from zsupport.clock.model import Year
    from zsupport.policy.files import SourceFile
    from zsupport.policy.model import Revision

MAX_ENTRY_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 64
MAX_FOLDER_BYTES = 64 * 1024 * 1024
#: The ending of the file names of entries, and the ending in earlier releases.
ENDING = ".kept"
_OLD_ENDING = ".json"
_CHECKSUM_BYTES = 8
# Temporary files of killed runs are removed after an hour. Clocks may differ by an hour too.
_STALE_SECONDS = 3600
#: Entries are valid only for the same Python.
_PYTHON = (sys.implementation.name, sys.hexversion, marshal.version)


#: The folders and names of the entries that this process has read.
_read: set[tuple[str, str]] = set()


def cache_folder(environment: Mapping[str, str], examined: Iterable[str] = ()) -> str | None:
    """Return the cache folder, or None if the cache is disabled or not available.

    A folder in the repository of an examined file or folder is not used, because the authors of
    that repository may have created it.
    """
    if environment.get("ZSUPPORT_CACHE", "").lower() in ("off", "0", "false", "no"):
        return None
    base = environment.get("XDG_CACHE_HOME", "")
    # The XDG specification requires that a relative path is ignored.
    if not os.path.isabs(base):
        if sys.platform == "win32":
            base = environment.get("LOCALAPPDATA", "")
        elif environment.get("HOME"):
            inside = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
            base = os.path.join(environment["HOME"], *inside)
    if not os.path.isabs(base):
        return None
    folder = os.path.join(base, "zsupport")
    for path in examined:
        from zsupport.sources.links import lies_in_repository_of

        if lies_in_repository_of(folder, path):
            return None
    return folder


def policy_identity(files: tuple[SourceFile, ...], kind: str = "policy") -> bytes:
    """Return the identity of a value that is computed from these files.

    `kind` distinguishes the values that are computed from the same files.
    """
    versions = (VERSION, FORMAT, tzdata_version(), _PYTHON, LAYOUT)
    head = repr((kind, versions, [(file.name, len(file.data)) for file in files]))
    return b"".join([head.encode("utf-8", "surrogatepass"), *[file.data for file in files]])


def cached_policy(folder: str | None, identity: bytes) -> tuple[Revision, ...] | None:
    """Return the cached policy for an identity, or None."""
    form = read_entry(folder, identity)
    return None if form is None else revisions_of(form)


def cache_policy(folder: str | None, identity: bytes, revisions: tuple[Revision, ...]) -> None:
    """Cache a policy for an identity. Errors are ignored."""
    if folder is not None:
        write_entry(folder, identity, compiled_form(revisions))


def read_entry(folder: str | None, identity: bytes) -> Any:
    """Return the cached value for an identity, or None if it is missing or not trusted."""
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


def remove_read_entries() -> bool:
    """Remove the entries that this process has read. Return whether it has read any.

    A checksum does not prove that an entry is correct. So a run that fails after reading an entry
    is repeated without the entry.
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


def write_entry(folder: str | None, identity: bytes, value: Any) -> None:
    """Cache a value for an identity. Errors are ignored.

    The value consists of types that `marshal` supports: texts, numbers, lists, tuples, mappings.
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


class CachedHolidays:
    """Returns public holidays, from the cache folder if possible. Each year is read once.

    An entry has the holidays of one decade, from one version of the package `holidays`. A pickled
    copy uses no cache folder, because it can be on another machine.
    """

    __slots__ = ("_folder", "_known")

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self._known: dict[tuple[str, str | None, int], Year] = {}

    def __call__(self, country: str, subdivision: str | None, year: int) -> Year:
        """Return the public holidays of a country or subdivision in a year."""
        known = self._known
        if (country, subdivision, year) not in known:
            decade = year - year % 10
            for number, rows in _decade(self._folder, country, subdivision, decade).items():
                known[country, subdivision, number] = rows
        return known[country, subdivision, year]

    def __reduce__(self) -> tuple[object, ...]:
        return CachedHolidays, ()


def _decade(
    folder: str | None, country: str, subdivision: str | None, first: int
) -> dict[int, Year]:
    """Return the public holidays of ten years, by year."""
    from zsupport.clock.holidays import holidays_version, public_holidays
    from zsupport.clock.model import Year

    parts = ("public holidays", holidays_version(), country, subdivision, first)
    identity = repr(parts).encode("utf-8", "surrogatepass")
    rows = read_entry(folder, identity)
    if rows is None:
        years = range(first, first + 10)
        rows = {year: tuple(public_holidays(country, subdivision, year)) for year in years}
        write_entry(folder, identity, rows)
    return {year: Year(*row) for year, row in rows.items()}


def _name(identity: bytes) -> str:
    """Return the file name of an entry. A new entry replaces an entry with the same name."""
    return f"{checksum(identity)[:4].hex()}-{len(identity):x}{ENDING}"


def checksum(data: bytes) -> bytes:
    """Return the 64-bit hash that Python uses to detect changed sources.

    This hash is built in. The hashes of `zlib` and `binascii` would load a shared library.
    """
    try:
        from _imp import source_hash
    except ImportError:  # other implementations of Python
        from importlib import util

        return util.source_hash(data)
    return source_hash(0, data)


def _make(folder: str) -> None:
    """Create a folder, and its parents, for this user only.

    Raises PermissionError if root would create it in the HOME of another user, who could not enter
    a folder of root.
    """
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
    if missing and hasattr(os, "geteuid") and os.geteuid() == 0 and os.stat(folder).st_uid != 0:
        raise PermissionError(f"{folder}: belongs to another user")
    for path in reversed(missing):
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:  # another run created it
            continue


class _Folder:
    """The open cache folder. Opening raises OSError if other users can enter it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.descriptor: int | None = None

    def __enter__(self) -> _Folder:
        if hasattr(os, "geteuid"):
            self.descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            status = os.fstat(self.descriptor)
            if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
                os.close(self.descriptor)
                raise PermissionError(f"{self.path}: other users can enter it")
        return self

    def __exit__(self, *error: object) -> None:
        if self.descriptor is not None:
            os.close(self.descriptor)

    def _name(self, name: str) -> str:
        """Return the name of a file for the descriptor, or its path without a descriptor."""
        return name if self.descriptor is not None else os.path.join(self.path, name)

    def content(self, name: str) -> bytes:
        """Return the content of a file that this user wrote."""
        # Opening a pipe must not wait for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        flags |= getattr(os, "O_BINARY", 0)
        with open(os.open(self._name(name), flags, dir_fd=self.descriptor), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_ENTRY_BYTES:
                raise ValueError("not an entry")
            if self.descriptor is not None and (
                status.st_uid != os.geteuid() or status.st_mode & 0o022
            ):
                raise PermissionError("other users can write it")
            return stream.read(MAX_ENTRY_BYTES)

    def put(self, name: str, data: bytes) -> None:
        """Write a file atomically."""
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
            self.remove(temporary)  # even an interruption leaves no temporary file
            raise

    def make_room(self, own: str) -> None:
        """Remove the oldest entries beyond the limits, and temporary files of interrupted runs.

        The entry `own`, which this run has just written, stays. Each run does this after writing,
        so the last of several concurrent runs sees all entries. A file with a date in the future
        counts as the oldest, because otherwise it would never be removed.
        """
        files = []
        now = time.time()
        for name in os.listdir(self.path if self.descriptor is None else self.descriptor):
            if not name.endswith((ENDING, _OLD_ENDING, ".tmp")):
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
        """Remove a file. Errors are ignored."""
        try:
            os.unlink(self._name(name), dir_fd=self.descriptor)
        except OSError:
            return  # another run removed it
