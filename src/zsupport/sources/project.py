"""The configuration of a project: the table [tool.zsupport] in its pyproject.toml."""

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
    """A folder with a pyproject.toml that has a table [tool.zsupport]."""

    folder: str
    path: str  # of the pyproject.toml
    table: dict[str, Any]


def projects(folder: str | None, otherwise: str) -> Iterator[Project]:
    """Yield the projects at or above a folder, nearest first.

    Raises UsageError if a file is invalid or has an unknown key, because a misspelled `policy` must
    not select another policy. The hint ends with `otherwise`, an alternative to fixing the file. A
    file without read permission is ignored.
    """
    while folder is not None:
        project = project_in(folder, otherwise)
        if project is not None:
            yield project
        above = os.path.dirname(folder)
        folder = None if above == folder else above


def project_in(folder: str, otherwise: str) -> Project | None:
    """Return the project in a folder itself. Raises the errors of `projects`."""
    path = os.path.join(folder, "pyproject.toml")
    return project_of(path, otherwise) if os.path.isfile(path) else None


def project_of(path: str, otherwise: str) -> Project | None:
    """Return the project of a file; None if it is unreadable or has no table [tool.zsupport]."""
    text = b""
    try:
        with open(path, "rb") as stream:
            text = stream.read(MAX_BYTES)
    except OSError:
        pass
    return project_from(text, path, otherwise)


def project_from(text: bytes, path: str, otherwise: str) -> Project | None:
    """Return the project of a pyproject.toml with this content; None without [tool.zsupport]."""
    table = _table(text, path, otherwise) if b"zsupport" in text else None
    if table is None:
        return None
    check_keys(path, "tool.zsupport", table, KEYS)
    if not isinstance(table.get("check", {}), dict):
        raise UsageError(
            Message("{path}: `tool.zsupport.check` is not a table", path=path),
            Message("write [tool.zsupport.check]"),
        )
    return Project(os.path.dirname(path), path, table)


def _table(text: bytes, path: str, otherwise: str) -> dict[str, Any] | None:
    import tomllib

    if len(text) > CONFIG_BYTES.most:
        raise UsageError(
            Message(
                "{path}: file too large (limit {limit} KiB)",
                path=path,
                limit=CONFIG_BYTES.most // 1024,
            ),
            Message("name another file with {config}, or {otherwise}", otherwise=otherwise),
        )
    try:
        decoded = text.decode("utf-8")
        if (parts := longest_key(decoded)) > CONFIG_PARTS.most:
            raise UsageError(
                Message(
                    "{path}: too many parts in a key: {count} (limit {limit})",
                    path=path,
                    count=f"{parts:,}",
                    limit=CONFIG_PARTS.most,
                ),
                Message("shorten the key, or {otherwise}", otherwise=otherwise),
            )
        table: object = tomllib.loads(decoded)
    # A ValueError means invalid UTF-8, invalid TOML or a number with too many digits.
    except (ValueError, RecursionError) as error:
        raise UsageError(
            Message("{path}: {problem}", path=path, problem=error),
            Message("fix the file, or {otherwise}", otherwise=otherwise),
        ) from None
    for key in ("tool", "zsupport"):
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else None


#: Quotes, texts, separators and dots. The dots in texts do not separate parts of a key. A text
#: without a closing quote ends with its line.
_TOKENS = r"""\"{3,}|'{3,}|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[=,{}\[\]#\n]|\."""


def longest_key(text: str) -> int:
    """Return an upper bound for the number of parts in a key of a TOML file.

    Parsing a key takes time and memory proportional to the square of the number of its parts.
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


def check_keys(path: str, where: str, table: Mapping[str, Any], keys: Collection[str]) -> None:
    """Raise UsageError if a table of a pyproject.toml has an unknown key."""
    for key in table:
        if key not in keys:
            hint = did_you_mean(key, keys) or Message("keys: {keys}", keys=", ".join(keys))
            raise UsageError(
                Message(
                    "{path}: unknown key `{key}` in [{table}]", path=path, key=key, table=where
                ),
                hint,
            )
