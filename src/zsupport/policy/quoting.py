"""Quotes texts as YAML scalars, for output that people paste into policies."""

from __future__ import annotations

import re

from zsupport.policy.yaml11 import different_reading

# Texts that YAML reads unchanged without quotes, also inside brackets.
_PLAIN = re.compile(
    r"[A-Za-z0-9+/_.][A-Za-z0-9+@/_. ();'-]*"
    # A colon must be followed by another character; no spaces after the first colon.
    r"(:(?=[^:])(?:[A-Za-z0-9+@/_.();'-]|:(?=[^:]))*)?"
)
_NULLS = ("null", "Null", "NULL")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(text: str) -> str:
    """Return a text as a YAML scalar, quoted if necessary.

    It is also quoted if YAML 1.1 reads it as another value, because many tools read YAML 1.1.
    """
    plain = _PLAIN.fullmatch(text) and text not in _NULLS and not text.endswith(" ")
    return text if plain and different_reading(text) is None else _escaping(text)


def flow_mapping(entries: dict[str, str]) -> str:
    """Return a mapping on one line, such as `{country: DE}`, from keys, and values in YAML."""
    inside = ", ".join(f"{scalar(key)}: {value}" for key, value in entries.items())
    return f"{{{inside}}}"


def quoted(text: str) -> str:
    """Return a text as a quoted YAML scalar on one line, in single quotes if this saves escapes."""
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
