"""The compiled form of a policy, so that a second call parses no YAML.

A policy is kept as JSON under a name made of everything that it was made from: the content and
name of every file, and the versions of program, format and zones. Nothing found there is
trusted: an entry that is foreign, broken or too large is made anew, and one that cannot be
written is done without. `ZSUPPORT_CACHE=off` turns it off.

Whoever can write into the folder decides what zsupport answers. So a folder counts only if it is
this user's and nobody else may enter it, and it is looked at and used through one descriptor: a
folder that is put in its place in between changes nothing.
"""

import json
import os
import stat
import sys
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from zsupport.clock.target import Target
from zsupport.clock.windows import Window
from zsupport.clock.zones import tzdata_version
from zsupport.policy.files import SourceFile
from zsupport.policy.model import (
    Alternative,
    Calendar,
    Cell,
    Channel,
    Commitment,
    Fact,
    Grant,
    Holidays,
    Member,
    Metric,
    Number,
    Place,
    Priority,
    Remarks,
    Resource,
    Revision,
    Rule,
    SelfHelp,
    Source,
    Term,
    Topic,
)
from zsupport.version import FORMAT, VERSION

MAX_ENTRY_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 64
MAX_FOLDER_BYTES = 64 * 1024 * 1024
# What a run that was killed has left behind is removed after an hour.
_STALE_SECONDS = 3600


def cache_folder(environment: Mapping[str, str]) -> str | None:
    """Return the folder of the compiled policies, None where there is to be none."""
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
    return os.path.join(base, "zsupport") if os.path.isabs(base) else None


def key_of(files: tuple[SourceFile, ...]) -> str:
    """Return the name under which the policy made of these files is kept."""
    parts = [VERSION, str(FORMAT), tzdata_version(), sys.implementation.cache_tag or ""]
    for file in files:
        parts += [file.name, file.digest]
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def read(folder: str | None, key: str) -> tuple[Revision, ...] | None:
    """Return the policy kept under `key`, None where it has to be made anew."""
    try:
        revisions: tuple[Revision, ...] = _list(_revision)(json.loads(content(folder, key)))
    except (ValueError, RecursionError):
        return None
    return revisions or None


def write(folder: str | None, key: str, revisions: tuple[Revision, ...]) -> None:
    """Keep a policy under `key`; where that cannot be done, nothing happens."""
    keep(folder, key, revisions)


def content(folder: str | None, key: str) -> bytes:
    """Return the JSON kept under `key`; nothing where it is not there or not to be trusted."""
    if folder is None:
        return b""
    try:
        with _Folder(folder) as private:
            data = private.content(key + ".json")
    except (OSError, ValueError):
        return b""
    checksum, _, body = data.partition(b"\n")
    return body if checksum.decode("ascii", "replace") == _checksum(key, body) else b""


def keep(folder: str | None, key: str, value: Any) -> None:
    """Keep a value as JSON under `key`; where that cannot be done, nothing happens."""
    if folder is None:
        return
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    body = text.encode("utf-8", "surrogatepass")
    data = _checksum(key, body).encode() + b"\n" + body
    if len(data) > MAX_ENTRY_BYTES:
        return
    try:
        _make(folder)
        with _Folder(folder) as private:
            private.make_room(len(data))
            private.put(key + ".json", data)
    except (OSError, ValueError):
        return


def _checksum(key: str, body: bytes) -> str:
    # With the key, so that an entry under another name is foreign.
    return sha256(key.encode() + b"\n" + body).hexdigest()


def _make(folder: str) -> None:
    """Make a folder, and those above it, for this user alone."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        above = os.path.dirname(folder)
        if above == folder:
            break
        folder = above
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

    def __enter__(self) -> "_Folder":
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
        descriptor = os.open(self._name(temporary), flags, 0o600, dir_fd=self.descriptor)
        try:
            with open(descriptor, "wb") as stream:
                stream.write(data)
            os.replace(
                self._name(temporary), self._name(name),
                src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor,
            )  # fmt: skip
        except BaseException:
            os.unlink(self._name(temporary), dir_fd=self.descriptor)
            raise

    def make_room(self, size: int) -> None:
        """Remove the oldest entries beyond the limits, and what interrupted runs have left."""
        entries = []
        for name in os.listdir(self.path if self.descriptor is None else self.descriptor):
            if not name.endswith((".json", ".tmp")):
                continue
            try:
                status = os.stat(self._name(name), dir_fd=self.descriptor, follow_symlinks=False)
            except OSError:
                continue
            if name.endswith(".json"):
                entries.append((status.st_mtime, status.st_size, name))
            elif status.st_mtime < time.time() - _STALE_SECONDS:
                self._remove(name)
        count = 1
        for _, entry_size, name in sorted(entries, reverse=True):
            count, size = count + 1, size + entry_size
            if count > MAX_ENTRIES or size > MAX_FOLDER_BYTES:
                self._remove(name)

    def _remove(self, name: str) -> None:
        try:
            os.unlink(self._name(name), dir_fd=self.descriptor)
        except OSError:
            return  # another run was quicker


# -- from JSON to the model ------------------------------------------------------------------
#
# One reader for each field of each class, in the order of the fields: whatever is not of the
# type that the model says raises ValueError, and the policy is made anew.

Reader = Callable[[Any], Any]


def _is(kind: type) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError(f"no {kind.__name__}")
        return value

    return read


def _or_none(reader: Reader) -> Reader:
    return lambda value: None if value is None else reader(value)


def _list(reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise ValueError("no list")
        return tuple([reader(each) for each in value])

    return read


def _mapping(reader: Reader) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise ValueError("no mapping")
        return {key: reader(each) for key, each in value.items()}

    return read


def _row(made: Callable[[Any], Any], *readers: Reader) -> Reader:
    def read(value: Any) -> Any:
        if type(value) is not list or len(value) != len(readers):
            raise ValueError("no row of this length")
        return made([reader(each) for reader, each in zip(readers, value, strict=True)])

    return read


def _text(value: Any) -> Any:
    return value if type(value) is str else _by_language(value)


_str, _int, _bool = _is(str), _is(int), _is(bool)
_by_language = _mapping(_str)
_strs, _texts = _list(_str), _list(_text)
_str_, _text_ = _or_none(_str), _or_none(_text)
_place = _row(Place._make, _str, _int)
_remarks = _row(Remarks._make, _text_, _text_, _str_)
_when = _list(
    _row(
        Alternative._make,
        _mapping(_strs), _or_none(_row(tuple, _bool, _str)), _remarks, _place,
    )
)  # fmt: skip
_windows = _list(_row(Window._make, _int, _int))
_source = _row(Source._make, _str, _text_, _str_, _str_, _remarks)
_member = _row(Member._make, _str, _text, _strs, _strs, _str_, _remarks, _place)
_fact = _row(Fact._make, _str, _text_, _mapping(_text), _str_, _remarks, _place)
_number = _row(Number._make, _str, _str, _remarks)
_channel = _row(
    Channel._make,
    _str, _text, _str, _str_, _texts, _texts, _list(_number), _strs, _remarks, _place,
)  # fmt: skip
_grant = _row(Grant._make, _when, _strs, _strs, _str_, _texts, _remarks, _place)
_priority = _row(Priority._make, _str, _text, _text_, _when, _strs, _remarks, _place)
_metric = _row(Metric._make, _str, _text, _text, _text_, _str_, _remarks, _place)
_holidays = _row(
    Holidays._make,
    _bool, _str_, _str_, _strs, _strs, _or_none(_row(tuple, _int, _int)), _or_none(_strs), _remarks,
    _mapping(_text), _str_, _strs,
)  # fmt: skip
_calendar = _row(
    Calendar._make,
    _when, _str_, _text_, _or_none(_windows), _or_none(_holidays), _bool, _bool,
    _mapping(_windows), _mapping(_windows), _or_none(_list(_int)), _strs, _remarks, _place,
)  # fmt: skip
_commitment = _row(Commitment._make, _when, _str, _remarks, _place)
_target = _row(Target._make, _str, _int, _int, _bool, _bool, _str)
_cell = _row(Cell._make, _target, _text_, _str_, _text_, _remarks, _place, _str)
_rule = _row(Rule._make, _when, _str_, _text_, _mapping(_mapping(_cell)), _remarks, _place)
_term = _row(Term._make, _str, _when, _text, _remarks, _place)
_topic = _row(Topic._make, _str, _text, _str_, _remarks, _place)
_resource = _row(Resource._make, _text, _str, _strs, _strs, _str_, _remarks, _place)
_self_help = _row(SelfHelp._make, _str_, _bool, _list(_topic), _list(_resource), _remarks, _place)
_revision = _row(
    Revision._make,
    _str, _text, _str, _str, _str, _str_, _str_, _remarks, _place, _list(_source), _list(_member),
    _list(_member), _list(_fact), _list(_channel), _list(_grant), _place, _list(_priority),
    _list(_metric), _str, _mapping(_list(_calendar)), _list(_commitment), _list(_rule),
    _or_none(_place), _list(_term), _or_none(_self_help), _strs, _remarks,
)  # fmt: skip
