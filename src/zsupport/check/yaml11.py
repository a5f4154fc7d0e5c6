"""What a reader of YAML 1.1 makes of a text without quotes.

A policy is read as text. Many tools read YAML as version 1.1 has it, where `no` is false and
`17:00` is 1020; this is their reading, as PyYAML has it, but for dates.
"""

from __future__ import annotations

import re
from collections.abc import Set

_WORDS = {
    spelled: (what, means)
    for what, means, words in (
        ("empty", "null", "null"),
        ("a boolean", "true", "true yes on"),
        ("a boolean", "false", "false no off"),
    )
    for word in words.split()
    for spelled in (word, word.title(), word.upper())
} | {"~": ("empty", "null")}
_NUMBER = re.compile(
    r"""(?P<sign>[-+]?)(?:
      0b(?P<binary>[0-1_]+)
    | 0x(?P<hex>[0-9a-fA-F_]+)
    | (?P<octal>0[0-7_]+)
    | (?P<whole>0|[1-9][0-9_]*)
    | (?P<sixty>[1-9][0-9_]*(?::[0-5]?[0-9])+)
    | (?P<sixty_point>[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)
    | (?P<point>[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?)
    | \.(?P<infinite>inf|Inf|INF)
    )|(?P<bare_point>\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)|\.(?P<none>nan|NaN|NAN)""",
    re.VERBOSE,
)
#: How a number begins.
_FIRST = frozenset("+-.0123456789")


def reading(text: str) -> tuple[str, str] | None:
    """Return how a text that stands without quotes is read by YAML 1.1, and as what.

    That is null, a boolean or a number, as such a tool writes it; None where it is read as the
    text that it is, or cannot be read at all.
    """
    word = _WORDS.get(text)
    if word is not None or text[:1] not in _FIRST:
        return word
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    digits = found[found.lastgroup or 0].replace("_", "")
    if not digits:
        return None
    return "a number", _number(found.lastgroup or "", found["sign"] or "", digits)


def other(text: str) -> tuple[str, str] | None:
    """Return how a text is read where it is shown as another one."""
    read = reading(text)
    return None if read is None or read[1] == text else read


def any_other(texts: Set[str]) -> bool:
    """Return whether one of some texts is shown as another one; quick where none is."""
    words = texts & _WORDS.keys()
    numbers = [text for text in texts if text[:1] in _FIRST]
    return any(map(other, words)) or any(map(other, numbers))


def _number(kind: str, sign: str, digits: str) -> str:
    value: int | float
    if kind in ("infinite", "none"):
        return ".nan" if kind == "none" else f"{sign.strip('+')}.inf"
    if kind in ("sixty", "sixty_point"):
        value = 0
        for part in digits.split(":"):
            value = value * 60 + (float(part) if "." in part else int(part))
    elif kind in ("point", "bare_point"):
        value = float(digits)
    else:
        value = int(digits, {"binary": 2, "hex": 16, "octal": 8, "whole": 10}[kind])
    return re.sub("inf", ".inf", str(-value if sign == "-" else value))
