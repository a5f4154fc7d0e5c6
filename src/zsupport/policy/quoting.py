"""A text as YAML reads it back, for what is written to be pasted."""

from __future__ import annotations

import re

# What YAML takes for a text as it stands, inside brackets too; everything else is quoted.
_PLAIN = re.compile(
    r"[A-Za-z0-9+@/_.][A-Za-z0-9+@/_. ();'-]*"
    # A colon is followed by something, and no space stands after the first of them.
    r"(:(?=[^:])(?:[A-Za-z0-9+@/_.();'-]|:(?=[^:]))*)?"
)
_NULLS = ("~", "null", "Null", "NULL")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(text: str) -> str:
    """Return a text as YAML reads it back, in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and text not in _NULLS and not text.endswith(" "):
        return text
    return _escaping(text)


def quoted(text: str) -> str:
    """Return a text as YAML in quotes, on one line; in single ones where that escapes nothing."""
    if text.isprintable() and ('"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return _escaping(text)


def _escaping(text: str) -> str:
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )
