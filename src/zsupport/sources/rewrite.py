"""Write new files and output files, and replace files atomically."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress

from zsupport.errors import EnvironmentFault, UsageError
from zsupport.sources.find import LocatedPolicy, reason, shipped_root
from zsupport.sources.links import is_outside
from zsupport.sources.signals import removed_at_end
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Counted, Message

if TYPE_CHECKING:
    from typing import BinaryIO

#: Signals that end the run.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: More than the comment at the start of a published page, which `read_stamp` reads.
_START_BYTES = 8192


def write_new(folder: str, texts: Mapping[str, str]) -> None:
    """Write new files. `texts` has the text of each file, by its path, which includes `folder`.

    Creates the folder if it is missing. Raises UsageError if a path exists, and EnvironmentFault if
    a file cannot be written.
    """
    existing = [path for path in texts if os.path.lexists(path)]
    if existing:
        raise UsageError(
            Counted(
                "{files}: file exists",
                "{files}: files exist",
                len(existing),
                files=", ".join(existing),
            ),
            Message("choose another folder or {id}"),
        )
    try:
        os.makedirs(folder, exist_ok=True)
        for path, text in texts.items():
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except (OSError, ValueError) as error:
        raise EnvironmentFault(
            Message("cannot write {path}: {reason}", path=folder, reason=reason(error))
        ) from None


def write_output(path: str, text: str, shown: str | None = None) -> None:
    """Write a text to a file, replacing its content. `shown` is its name in errors.

    Files in the working folder are not trusted. A path in this folder must not be a link or lead
    out of the folder by a link. Raises EnvironmentFault if the file cannot be written.
    """
    shown = path if shown is None else shown
    try:
        with _open_output(path, shown) as stream:
            stream.write(_encoded(text))
    except OSError as error:
        raise _unwritable(shown, error) from None


def replace_output(path: str, text: str) -> None:
    """Write a text to a file, so that a reader sees the old or the new content, never a part.

    Raises EnvironmentFault if the file cannot be written.
    """
    with replacement_of(path) as stream:
        stream.write(_encoded(text))


@contextmanager
def replacement_of(path: str) -> Iterator[BinaryIO]:
    """Yield a stream for the new content of a file, which replaces the file at the end.

    The stream is a temporary file in the same folder. It replaces the file if the block ends
    without an error, so that a reader sees the old or the new content, never a part. The file keeps
    its mode. A pipe or a device is written directly. The rules of `write_output` for links apply.
    Signals that end the run remove the temporary file. After SIGKILL, it stays as `.NAME.….new`.

    Raises EnvironmentFault if the file cannot be written. An OSError of the block counts as such an
    error.
    """
    temporary = None
    try:
        if _is_replaceable(path):
            real = os.path.realpath(path)
            folder, name = os.path.split(real)
            temporary = os.path.join(folder, f".{name[:50]}.{os.urandom(8).hex()}.new")
            mode = stat.S_IMODE(os.stat(real).st_mode) if os.path.lexists(real) else None
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from None
    with removed_at_end(temporary) if temporary is not None else nullcontext():
        stream = _open_output(temporary or path, path)
        try:
            with stream:
                yield stream
                if temporary is not None:
                    stream.flush()
                    if mode is not None:
                        os.fchmod(stream.fileno(), mode)
                    os.fsync(stream.fileno())
            if temporary is not None:
                os.replace(temporary, real)
        except OSError as error:
            raise _unwritable(path, error) from None


def _open_output(path: str, shown: str) -> BinaryIO:
    """Open a file for writing by the rules of `write_output`."""
    try:
        folder = os.getcwd()
        below = os.path.abspath(path).startswith(os.path.join(folder, ""))
        if below and (os.path.islink(path) or is_outside(path, os.path.realpath(folder))):
            raise EnvironmentFault(
                Message("cannot write {path}: the path contains a link", path=shown),
                Message("name another file"),
            )
        return open(path, "wb")
    except (OSError, ValueError) as error:
        raise _unwritable(shown, error) from None


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _unwritable(shown: str, error: OSError | ValueError) -> EnvironmentFault:
    return EnvironmentFault(
        Message("cannot write {path}: {reason}", path=shown, reason=reason(error))
    )


def _is_replaceable(path: str) -> bool:
    """Return whether a path is free, or is an ordinary file without a link in the working folder.

    `write_output` refuses links in the working folder, and writes to all other files.
    """
    folder = os.getcwd()
    if os.path.abspath(path).startswith(os.path.join(folder, "")) and (
        os.path.islink(path) or is_outside(path, os.path.realpath(folder))
    ):
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return True


def is_same_file(path: str, other: str) -> bool:
    """Return whether two paths lead to the same file, which need not exist.

    A pipe or a device is not a file: it has no content to replace. The path `other` can be `-`,
    standard input.
    """
    where: str | int = 0 if other == "-" else other
    try:
        status = os.stat(path)
    except OSError:
        return other != "-" and os.path.realpath(path) == os.path.realpath(other)
    except ValueError:  # a NUL character
        return False
    with suppress(OSError, ValueError):
        return stat.S_ISREG(status.st_mode) and os.path.samestat(status, os.stat(where))
    return False


def is_file_of(path: str, located: LocatedPolicy) -> bool:
    """Return whether a path leads to a file of a policy, also by a link or by another spelling.

    For a policy from standard input, this is the file that the shell opened.
    """
    try:
        own = os.stat(path)
    except (OSError, ValueError):
        return False
    return any(os.path.samestat(own, status) for status in _statuses(located))


def _statuses(located: LocatedPolicy) -> Iterator[os.stat_result]:
    """Yield the status of each file of a policy."""
    folder = shipped_root() if located.examined is None else located.folder
    for file in located.files:
        with suppress(OSError, ValueError, AttributeError):
            if file.shown == "-":
                yield os.fstat(sys.stdin.fileno())
            else:
                yield os.stat(os.path.join(folder, file.name))


def start_of_file(path: str) -> bytes:
    """Return the first bytes of an ordinary file; empty if there is none.

    Raises EnvironmentFault if the file cannot be read.
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""
        with open(path, "rb") as stream:
            return stream.read(_START_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except (OSError, ValueError) as error:
        raise EnvironmentFault(
            Message("cannot write {path}: {reason}", path=path, reason=reason(error))
        ) from None


def rewrite(path: str, shown: str, before: bytes, after: bytes) -> None:
    """Replace the content of a file, if it still has the content that was read.

    The new content is written to a temporary file. Then the old file is renamed and compared with
    the content that was read, and the temporary file gets the name. If another program has saved
    the file meanwhile, the file is not overwritten and the fix is not applied. Links stay links.
    The file keeps its mode and, if root runs this, its owner. Signals that end the run are delayed
    until the file is replaced.

    Known limits: for a moment the file does not exist. If the run is killed in this moment, the old
    file stays as `.NAME.….old`. A program that opened the old file before, and writes to it after
    the comparison, loses its data. On a file system without hard links, a program that creates the
    file just before the rename loses its data too.

    Raises EnvironmentFault, with the name `shown`, if the file is read-only, has several names
    (hard links), or was changed since it was read.
    """
    # Write the target of a link, not the link.
    real = os.path.realpath(path)
    try:
        status = os.stat(real)
        if not stat.S_ISREG(status.st_mode):
            raise EnvironmentFault(Message("cannot fix {path}: not an ordinary file", path=shown))
        # Root can write every file, but must respect a read-only file.
        if not status.st_mode & 0o222 or not os.access(real, os.W_OK):
            raise EnvironmentFault(
                Message("cannot fix {path}: the file is read-only", path=shown),
                Message("make it writable: chmod u+w"),
            )
        if status.st_nlink > 1:
            raise EnvironmentFault(
                Message(
                    "cannot fix {path}: the file has {number} names (hard links)",
                    path=shown,
                    number=status.st_nlink,
                ),
                Message("remove the other names, or fix a copy"),
            )
        if not _is_unchanged(real, before, status):
            raise _changed_error(shown)
        with _delayed_signals():
            _exchange(real, shown, before, after, status)
    except OSError as error:
        raise EnvironmentFault(
            Message("cannot write {path}: {reason}", path=shown, reason=reason(error))
        ) from None


def _exchange(path: str, shown: str, before: bytes, after: bytes, status: os.stat_result) -> None:
    folder, name = os.path.split(path)
    stem = os.path.join(folder, f".{name[:50]}.{os.urandom(8).hex()}")
    new, old = f"{stem}.new", f"{stem}.old"
    try:
        _write(new, after, status)
        os.rename(path, old)
        unchanged = fixed = False
        try:
            unchanged = _is_unchanged(old, before, status)
            fixed = unchanged and _rename_if_free(new, path)
        finally:
            if not fixed:
                _restore(old, path, shown, needed=not unchanged)
        if not fixed:
            raise _changed_error(shown)
        os.unlink(old)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(new)


def _write(path: str, data: bytes, status: os.stat_result) -> None:
    """Write a new file with the mode of a status and, if root runs this, its owner."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
        if os.geteuid() == 0:
            os.fchown(stream.fileno(), status.st_uid, status.st_gid)
        os.fchmod(stream.fileno(), stat.S_IMODE(status.st_mode))


def _is_unchanged(path: str, data: bytes, status: os.stat_result) -> bool:
    """Return whether a file has this content, and the mode and owner of this status."""
    now = os.lstat(path)
    if not stat.S_ISREG(now.st_mode):
        return False
    with open(path, "rb") as stream:
        content = stream.read(len(data) + 1)
    same = (now.st_mode, now.st_uid, now.st_gid) == (status.st_mode, status.st_uid, status.st_gid)
    return same and content == data


def _changed_error(shown: str) -> EnvironmentFault:
    return EnvironmentFault(
        Message("cannot fix {path}: the file has changed since it was read", path=shown),
        Message("run the command again"),
    )


def _rename_if_free(old: str, new: str) -> bool:
    """Rename a file unless the new name exists; return whether it was renamed."""
    try:
        # Unlike `rename`, `link` never replaces a file.
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError:
        # No hard links on this file system, or not to this file: check, then rename.
        if os.path.lexists(new):
            return False
        os.rename(old, new)
    else:
        os.unlink(old)
    return True


def _restore(old: str, path: str, shown: str, *, needed: bool) -> None:
    """Rename the old file back, unless another program has saved a file with this name.

    In that case, remove the old file. If the old file is `needed`, because another program has
    changed it too, keep it and raise EnvironmentFault.
    """
    if _rename_if_free(old, path):
        return
    if needed:
        raise EnvironmentFault(
            Message("cannot fix {path}: the file has changed twice since it was read", path=shown),
            Message("the first change is in {path}", path=old),
        )
    os.unlink(old)


@contextmanager
def _delayed_signals() -> Iterator[None]:
    """Delay signals that end the run until the end of the block."""
    waiting: list[int] = []
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    try:
        for number in handlers:
            signal.signal(number, lambda number, _: waiting.append(number))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for pending in waiting:
            signal.raise_signal(pending)


def patch(name: str, before: bytes, after: bytes) -> str:
    """Return a unified diff for `patch` and `git apply`."""
    from difflib import unified_diff

    lines = unified_diff(_lines(before), _lines(after), name, name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(data: bytes) -> list[str]:
    """Return the lines as `patch` reads them: only a line feed ends a line."""
    *lines, rest = data.decode("utf-8").split("\n")
    return [*(f"{line}\n" for line in lines), *([rest] if rest else [])]
