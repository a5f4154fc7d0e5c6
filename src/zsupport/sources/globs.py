"""Glob patterns. The time to match grows with the length of the pattern times that of the path.

`*` and `?` match within a name, `[a-z]` and `[!a-z]` match one character, and a name `**` matches
any number of folders.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from zsupport.errors import UsageError
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: Longer patterns are invalid. No path is this long.
MAX_LENGTH = 1_000

_Part = TypeVar("_Part")
_Item = TypeVar("_Item")


class _Class(NamedTuple):
    """A character in these ranges, or with `negated` a character outside of them."""

    negated: bool
    ranges: tuple[tuple[str, str], ...]


#: The token of `*`. The name `**` consists of two such tokens.
_ANY_LENGTH = "**"
#: A token of a pattern: a character, _ANY_LENGTH, or a class. `?` is the class of all characters.
_Token = str | _Class
_WILDCARDS: dict[str, _Token] = {"*": _ANY_LENGTH, "?": _Class(negated=True, ranges=())}


def has_wildcards(text: str) -> bool:
    """Return whether a text is a pattern, not a plain path."""
    return any(char in text for char in "*?[")


def matches(pattern: str, path: str) -> bool:
    """Return whether a pattern matches a path with `/`; raise UsageError if it is invalid."""
    return _matches_items(_names(pattern), path.split("/"), _is_deep, _name_matches)


def matches_below(pattern: str, path: str, folder: str | None) -> bool:
    """Return whether a pattern of the project in `folder` matches a path.

    A pattern without a slash is compared with the name of the file. Any other pattern is compared
    with the path relative to `folder`.
    """
    if "/" not in pattern.rstrip("/"):
        return matches(pattern.rstrip("/"), os.path.basename(path))
    return matches(pattern.strip("/"), os.path.relpath(path, folder).replace(os.sep, "/"))


def _matches_items(
    pattern: Sequence[_Part],
    items: Sequence[_Item],
    any_length: Callable[[_Part], bool],
    item_matches: Callable[[_Part, _Item], bool],
) -> bool:
    """Return whether a pattern matches items. Parts with `any_length` match any number of items.

    If a later part does not match, only the last of these parts is extended by an item. Extending
    an earlier part cannot help, because the last part can match the same items.
    """
    at = number = 0
    retry: tuple[int, int] | None = None
    while number < len(items):
        if at < len(pattern) and any_length(pattern[at]):
            at += 1
            retry = at, number
        elif at < len(pattern) and item_matches(pattern[at], items[number]):
            at, number = at + 1, number + 1
        elif retry is not None:
            at, number = retry[0], retry[1] + 1
            retry = at, number
        else:
            return False
    return all(map(any_length, pattern[at:]))


def _is_deep(name: tuple[_Token, ...]) -> bool:
    return name == (_ANY_LENGTH, _ANY_LENGTH)


def _name_matches(pattern: tuple[_Token, ...], name: str) -> bool:
    return _matches_items(pattern, name, lambda token: token == _ANY_LENGTH, _character_matches)


def _character_matches(token: _Token, character: str) -> bool:
    if isinstance(token, str):
        return token == character
    return any(first <= character <= last for first, last in token.ranges) is not token.negated


@lru_cache(maxsize=256)
def _names(pattern: str) -> tuple[tuple[_Token, ...], ...]:
    """Return the tokens of each name in a pattern; raise UsageError if the pattern is invalid."""
    if len(pattern) > MAX_LENGTH:
        raise UsageError(
            Message(
                "pattern too long: `{start}…` (limit {limit} characters)",
                start=pattern[:40],
                limit=MAX_LENGTH,
            ),
            Message("shorten it: `**` matches any number of folders"),
        )
    return tuple(_tokens(name, pattern) for name in pattern.split("/"))


def _tokens(name: str, pattern: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    at = 0
    while at < len(name):
        # A `]` at the start of a class is one of its characters.
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
                Message(
                    "invalid pattern `{pattern}`: the range `{range}` is reversed",
                    pattern=pattern,
                    range=rest[:3],
                ),
                Message("write [{last}-{first}], or [[] for a `[`", last=last, first=first),
            )
        ranges.append((first, last))
        rest = rest[3 if is_range else 1 :]
    return _Class(negated, tuple(ranges))
