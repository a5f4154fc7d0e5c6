"""The value of a text without quotes in YAML 1.1.

zsupport reads policies as YAML 1.2 texts. Many tools read YAML 1.1, where `no` is false and
`17:00` is 1020. This module follows PyYAML, except for dates.
"""

from __future__ import annotations

import re
from collections.abc import Set

from zsupport.wording import Message

_EMPTY = Message("an empty value")
_WORDS = {
    spelled: (kind, value)
    for kind, value, words in (
        (_EMPTY, "null", "null"),
        (Message("a boolean"), "true", "true yes on"),
        (Message("a boolean"), "false", "false no off"),
    )
    for word in words.split()
    for spelled in (word, word.title(), word.upper())
} | {"~": (_EMPTY, "null")}
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
    )|(?P<bare_point>\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)|\.(?P<not_a_number>nan|NaN|NAN)""",
    re.VERBOSE,
)
#: The first characters of numbers.
_FIRST = frozenset("+-.0123456789")


def reading(text: str) -> tuple[Message, str] | None:
    """Return the kind and the value that a text without quotes has in YAML 1.1.

    The value is null, a boolean or a number, as PyYAML writes it. Return None if YAML 1.1 reads
    the text as a text, or cannot read it.
    """
    word = _WORDS.get(text)
    if word is not None or text[:1] not in _FIRST:
        return word
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    digits = match[match.lastgroup or 0].replace("_", "")
    if not digits:
        return None
    return Message("a number"), _number(match.lastgroup or "", match["sign"] or "", digits)


def different_reading(text: str) -> tuple[Message, str] | None:
    """Return the reading of a text in YAML 1.1 if it differs from the text."""
    read = reading(text)
    return None if read is None or read[1] == text else read


def any_different_reading(texts: Set[str]) -> bool:
    """Return whether YAML 1.1 reads any of these texts as another value."""
    words = texts & _WORDS.keys()
    numbers = [text for text in texts if text[:1] in _FIRST]
    return any(map(different_reading, words)) or any(map(different_reading, numbers))


def _number(kind: str, sign: str, digits: str) -> str:
    """Return a number as PyYAML writes it. `kind` is the name of a group of _NUMBER."""
    value: int | float
    if kind == "not_a_number":
        return ".nan"
    if kind == "infinite":
        return f"{sign.strip('+')}.inf"
    if kind in ("sixty", "sixty_point"):
        value = 0
        for part in digits.split(":"):
            value = value * 60 + (float(part) if "." in part else int(part))
    elif kind in ("point", "bare_point"):
        value = float(digits)
    else:
        value = int(digits, {"binary": 2, "hex": 16, "octal": 8, "whole": 10}[kind])
    return re.sub("inf", ".inf", str(-value if sign == "-" else value))
