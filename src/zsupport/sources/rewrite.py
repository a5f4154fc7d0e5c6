"""Writing files: new ones, and a policy file anew, whole or not at all."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress

from zsupport.errors import EnvironmentFault, UsageError
from zsupport.sources.find import reason


def write_new(folder: str, texts: Mapping[str, str]) -> None:
    """Write new files, by their paths, into a folder that is made where it is missing.

    Raises UsageError where one of the paths exists, and EnvironmentFault where they cannot be
    written.
    """
    existing = [path for path in texts if os.path.lexists(path)]
    if existing:
        raise UsageError(f"{', '.join(existing)}: there already", "choose another folder or --id")
    try:
        os.makedirs(folder, exist_ok=True)
        for path, text in texts.items():
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"{folder}: cannot be written: {reason(error)}") from None


def rewrite(path: str, shown: str, before: bytes, after: bytes) -> None:
    """Put new bytes in the place of those that were read from a file.

    They are written beside it and then put in its place, so that nobody ever sees half a file. A
    link stays a link, and the file keeps its mode. Raises EnvironmentFault, which calls the file
    as it is `shown`, where it may not be written or has become another one since it was read.
    """
    # What the link leads to is written, not the link.
    real = os.path.realpath(path)
    try:
        found = os.stat(real)
        if not stat.S_ISREG(found.st_mode):
            raise EnvironmentFault(f"{shown}: this is no ordinary file, and is not changed")
        # Root may write everything; a file that nobody may write is protected all the same.
        if not found.st_mode & 0o222 or not os.access(real, os.W_OK):
            raise EnvironmentFault(f"{shown}: the file is read-only", "make it writable: chmod u+w")
        with open(real, "rb") as stream:
            if stream.read() != before:
                raise EnvironmentFault(
                    f"{shown}: the file has changed since it was read", "run it again"
                )
        _replace(real, after, found)
    except OSError as error:
        raise EnvironmentFault(f"{shown}: the file cannot be written: {reason(error)}") from None


def _replace(path: str, data: bytes, found: os.stat_result) -> None:
    folder, name = os.path.split(path)
    beside = os.path.join(folder, f".{name[:50]}.{os.urandom(8).hex()}.tmp")
    try:
        # Named before it is made, so that an interruption at any moment can be cleaned up after.
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            if os.geteuid() == 0:
                os.fchown(stream.fileno(), found.st_uid, found.st_gid)
            os.fchmod(stream.fileno(), stat.S_IMODE(found.st_mode))
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise


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
