"""Writing files: new ones, and a policy file anew, whole or not at all."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from zsupport.errors import EnvironmentFault, UsageError
from zsupport.sources.find import reason
from zsupport.sources.links import leads_out
from zsupport.wording import Message

#: Signals that end the run.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def write_new(folder: str, texts: Mapping[str, str]) -> None:
    """Write new files, by their paths, into a folder that is made where it is missing.

    Raises UsageError where one of the paths exists, and EnvironmentFault where they cannot be
    written.
    """
    existing = [path for path in texts if os.path.lexists(path)]
    if existing:
        raise UsageError(
            f"{', '.join(existing)}: there already", Message("choose another folder or {id}")
        )
    try:
        os.makedirs(folder, exist_ok=True)
        for path, text in texts.items():
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"{folder}: cannot be written: {reason(error)}") from None


def write_output(path: str, text: str) -> None:
    """Write a text to a file, in place of what it holds.

    Below the working folder, which strangers may have filled, no link is followed: not at the
    path itself, and not out of the folder. Raises EnvironmentFault where it cannot be written.
    """
    try:
        folder = os.getcwd()
        below = os.path.abspath(path).startswith(os.path.join(folder, ""))
        if below and (os.path.islink(path) or leads_out(path, os.path.realpath(folder))):
            raise EnvironmentFault(
                f"{path}: this is a link, or behind one, and is not written", "name another file"
            )
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"{path}: the file cannot be written: {reason(error)}") from None


def rewrite(path: str, shown: str, before: bytes, after: bytes) -> None:
    """Put new bytes in the place of those that were read from a file.

    The new file is written beside the old one. Then the old one is renamed, compared with what was
    read, and the new one gets its name, which never replaces a file: another program's save in
    between stays, and the fix is not made. A link stays a link, and the file keeps its mode; root
    keeps its owner too. Signals that end the run wait until the file has its name.

    What remains: for a moment the name has no file. A program that opened the old file
    before and writes into it after the comparison loses what it writes. On a file system without
    hard links, so does one that makes a file just before the new one gets its name. After a kill
    in that moment the old file lies beside, as `.NAME.….old`.

    Raises EnvironmentFault, which calls the file as it is `shown`, where it may not be written, has
    several names (hard links), or has changed since it was read.
    """
    # What the link leads to is written, not the link.
    real = os.path.realpath(path)
    try:
        status = os.stat(real)
        if not stat.S_ISREG(status.st_mode):
            raise EnvironmentFault(f"{shown}: this is no ordinary file, and is not changed")
        # Root may write everything; a file that nobody may write is protected all the same.
        if not status.st_mode & 0o222 or not os.access(real, os.W_OK):
            raise EnvironmentFault(f"{shown}: the file is read-only", "make it writable: chmod u+w")
        if status.st_nlink > 1:
            raise EnvironmentFault(
                f"{shown}: the file has {status.st_nlink} names (hard links), which a fix would"
                " make different files",
                "remove the other names, or fix a copy",
            )
        if not _is_unchanged(real, before, status):
            raise _changed(shown)
        with _signals_held():
            _exchange(real, shown, before, after, status)
    except OSError as error:
        raise EnvironmentFault(f"{shown}: the file cannot be written: {reason(error)}") from None


def _exchange(path: str, shown: str, before: bytes, after: bytes, status: os.stat_result) -> None:
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name[:50]}.{os.urandom(8).hex()}")
    new, old = f"{beside}.new", f"{beside}.old"
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
            raise _changed(shown)
        os.unlink(old)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(new)


def _write(path: str, data: bytes, status: os.stat_result) -> None:
    """Write a new file with the mode, and where root does it the owner, of another one."""
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


def _changed(shown: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"{shown}: the file has changed since it was read, and the fix was not made", "run it again"
    )


def _rename_if_free(old: str, new: str) -> bool:
    """Rename a file unless there is one of the new name; return whether it was renamed."""
    try:
        # Never replaces a file, as a mere renaming does.
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError:
        # No hard links on this file system, or not to this file: look and rename.
        if os.path.lexists(new):
            return False
        os.rename(old, new)
    else:
        os.unlink(old)
    return True


def _restore(old: str, path: str, shown: str, *, needed: bool) -> None:
    """Give the old file its name back, unless another program has saved a file of this name.

    Then the old one is removed or, where it is `needed` as it holds a save too, stays beside;
    raises EnvironmentFault that says so.
    """
    if _rename_if_free(old, path):
        return
    if needed:
        raise EnvironmentFault(
            f"{shown}: the file has changed twice since it was read, and the fix was not made",
            f"the first change is in {old}",
        )
    os.unlink(old)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let signals that end the run wait until the block has ended."""
    waiting: list[int] = []
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    try:
        for number in handlers:
            signal.signal(number, lambda number, _: waiting.append(number))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for held in waiting:
            signal.raise_signal(held)


def patch(name: str, before: bytes, after: bytes) -> str:
    """Return what changes in a file as a unified diff, which `patch` and `git apply` read."""
    from difflib import unified_diff

    lines = unified_diff(_lines(before), _lines(after), name, name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(data: bytes) -> list[str]:
    """Return the lines as `patch` sees them: only a line feed ends one."""
    *lines, rest = data.decode("utf-8").split("\n")
    return [*(f"{line}\n" for line in lines), *([rest] if rest else [])]
