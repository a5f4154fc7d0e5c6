"""What a project says in its pyproject.toml, under [tool.zsupport]."""

from __future__ import annotations

import os

from zsupport.errors import UsageError, did_you_mean
from zsupport.limits import CONFIG_BYTES, CONFIG_PARTS
from zsupport.policy.files import MAX_BYTES
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

#: The keys of [tool.zsupport].
KEYS = ("policy", "exclude", "check")


class Project(NamedTuple):
    """A folder with a pyproject.toml that has a table for this program."""

    folder: str
    path: str  # of the file
    table: dict[str, Any]


def projects(folder: str | None, otherwise: str) -> Iterator[Project]:
    """Yield the projects at or above a folder, the nearest first.

    Raises UsageError where one cannot be read or has a key that means nothing, and says what can
    be done `otherwise`: a slip in `policy` must not have another policy answer. A file that we
    may not look into configures nothing.
    """
    while folder is not None:
        project = project_in(folder, otherwise)
        if project is not None:
            yield project
        above = os.path.dirname(folder)
        folder = None if above == folder else above


def project_in(folder: str, otherwise: str) -> Project | None:
    """Return the project that a folder itself is, as `projects` does."""
    path = os.path.join(folder, "pyproject.toml")
    return project_of(path, otherwise) if os.path.isfile(path) else None


def project_of(path: str, otherwise: str) -> Project | None:
    """Return the project that a file configures, None where it has no table for this program."""
    text = b""
    try:
        with open(path, "rb") as stream:
            text = stream.read(MAX_BYTES)
    except OSError:
        pass
    return project_from(text, path, otherwise)


def project_from(text: bytes, path: str, otherwise: str) -> Project | None:
    """Return the project that the content of a file configures, as `project_of` does."""
    table = _table(text, path, otherwise) if b"zsupport" in text else None
    if table is None:
        return None
    known(path, "tool.zsupport", table, KEYS)
    if not isinstance(table.get("check", {}), dict):
        raise UsageError(f"{path}: `tool.zsupport.check` is not a table", "[tool.zsupport.check]")
    return Project(os.path.dirname(path), path, table)


def _table(text: bytes, path: str, otherwise: str) -> dict[str, Any] | None:
    import tomllib

    if len(text) > CONFIG_BYTES.most:
        says = f"the file has more than {CONFIG_BYTES.most // 1024} KiB"
        raise UsageError(
            f"{path}: {says}",
            Message("name another with {config}, or {otherwise}", otherwise=otherwise),
        )
    try:
        decoded = text.decode("utf-8")
        if (parts := _longest_key(decoded)) > CONFIG_PARTS.most:
            says = f"a key has {parts:,} parts; at most {CONFIG_PARTS.most}"
            raise UsageError(
                f"{path}: {says}", Message("shorten it, or {otherwise}", otherwise=otherwise)
            )
        found: object = tomllib.loads(decoded)
    except (ValueError, RecursionError) as error:  # ValueError also for an integer of many digits
        raise UsageError(
            f"{path}: {error}", Message("mend it, or {otherwise}", otherwise=otherwise)
        ) from None
    for key in ("tool", "zsupport"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


#: What ends a key, or holds no part of it. A text that is not closed ends with its line.
_TOKENS = r"""\"{3,}|'{3,}|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[=,{}\[\]#\n]|\."""


def _longest_key(text: str) -> int:
    """Return of how many parts the longest key of a TOML file can be made.

    Reading a key takes time and memory by the square of its parts.
    """
    import re

    longest = parts = 1
    for token in re.findall(_TOKENS, text):
        if token == ".":
            parts += 1
            longest = max(longest, parts)
        elif token in "=,{}[]#\n":
            parts = 1
    return longest


def known(path: str, where: str, table: Mapping[str, Any], keys: Collection[str]) -> None:
    """Raise UsageError where a table of a pyproject.toml has another key than these."""
    for key in table:
        if key not in keys:
            hint = did_you_mean(key, keys) or f"known: {', '.join(keys)}"
            raise UsageError(f"{path}: [{where}] has no key `{key}`", hint)
