"""Glob patterns, matched in time that grows with pattern times path, for every pattern.

`*` and `?` stay within a name, `[a-z]` and `[!a-z]` are one character, and a name `**` is any
number of folders.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from zsupport.errors import UsageError
from zsupport.typed import NamedTuple

#: Longer patterns are refused: no path is as long.
MAX_LENGTH = 1_000

_Part = TypeVar("_Part")
_Item = TypeVar("_Item")


class _Class(NamedTuple):
    """One character of these ranges, or with `negated` of no other."""

    negated: bool
    ranges: tuple[tuple[str, str], ...]


#: A character, `*`, `?` as a class of all, or a class.
_ANY_LENGTH = "**"
_Token = str | _Class
_WILDCARDS: dict[str, _Token] = {"*": _ANY_LENGTH, "?": _Class(negated=True, ranges=())}


def has_wildcards(text: str) -> bool:
    """Return whether a text is a pattern and not a plain path."""
    return any(char in text for char in "*?[")


def fits(pattern: str, path: str) -> bool:
    """Return whether a path with `/` fits a pattern. Raises UsageError for an invalid pattern."""
    return _fits(_names(pattern), path.split("/"), _is_deep, _name_fits)


def fits_below(pattern: str, path: str, folder: str | None) -> bool:
    """Return whether a path fits a pattern of a project in a folder.

    A pattern without a slash fits the name, any other the path from the folder.
    """
    if "/" not in pattern.rstrip("/"):
        return fits(pattern.rstrip("/"), os.path.basename(path))
    return fits(pattern.strip("/"), os.path.relpath(path, folder).replace(os.sep, "/"))


def _fits(
    pattern: Sequence[_Part],
    items: Sequence[_Item],
    any_length: Callable[[_Part], bool],
    one_fits: Callable[[_Part, _Item], bool],
) -> bool:
    """Return whether items fit a pattern, some of whose parts stand for any number of them.

    Only the last such part is ever tried again: what an earlier one could take, it can take too.
    """
    at = number = 0
    again: tuple[int, int] | None = None
    while number < len(items):
        if at < len(pattern) and any_length(pattern[at]):
            at += 1
            again = at, number
        elif at < len(pattern) and one_fits(pattern[at], items[number]):
            at, number = at + 1, number + 1
        elif again is not None:
            at, number = again[0], again[1] + 1
            again = at, number
        else:
            return False
    return all(map(any_length, pattern[at:]))


def _is_deep(name: tuple[_Token, ...]) -> bool:
    return name == (_ANY_LENGTH, _ANY_LENGTH)


def _name_fits(pattern: tuple[_Token, ...], name: str) -> bool:
    return _fits(pattern, name, lambda token: token == _ANY_LENGTH, _character_fits)


def _character_fits(token: _Token, character: str) -> bool:
    if isinstance(token, str):
        return token == character
    return any(first <= character <= last for first, last in token.ranges) is not token.negated


@lru_cache(maxsize=256)
def _names(pattern: str) -> tuple[tuple[_Token, ...], ...]:
    """Return the tokens of each name of a pattern."""
    if len(pattern) > MAX_LENGTH:
        raise UsageError(
            f"the pattern `{pattern[:40]}…` has more than {MAX_LENGTH} characters",
            "shorten it: `**` is any number of folders",
        )
    return tuple(_tokens(name, pattern) for name in pattern.split("/"))


def _tokens(name: str, pattern: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    at = 0
    while at < len(name):
        # A `]` that comes first is part of the class.
        end = name.find("]", at + (3 if name[at + 1 : at + 2] == "!" else 2))
        if name[at] == "[" and end > 0:
            tokens.append(_class(name[at + 1 : end], pattern))
            at = end
        else:
            tokens.append(_WILDCARDS.get(name[at], name[at]))
        at += 1
    return tuple(tokens)


def _class(text: str, pattern: str) -> _Class:
    negated = text[0] in "!^"
    rest = text[1:] if negated else text
    ranges = []
    while rest:
        is_range = len(rest) > 2 and rest[1] == "-"
        first, last = rest[0], rest[2] if is_range else rest[0]
        if first > last:
            raise UsageError(
                f"invalid pattern `{pattern}`: the range `{rest[:3]}` is reversed",
                f"write [{last}-{first}]; a `[` itself is written [[]",
            )
        ranges.append((first, last))
        rest = rest[3 if is_range else 1 :]
    return _Class(negated, tuple(ranges))
