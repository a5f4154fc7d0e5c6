"""Text that may come from anyone, made safe to show."""

import re

# C0 and C1 controls but tab and line feed, and what turns the direction of writing: a policy's
# text must not move the cursor, set a title or hide another text. And lone surrogates, which are
# no characters: names of files that are no UTF-8 have them.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
    "\ud800-\udfff]"
)


def printable(text: str) -> str:
    """Return `text` with control characters written as escapes; tab and line feed stay."""
    return UNSAFE.sub(_escape, text)


def encodable(text: str, encoding: str) -> str:
    """Return a printable text as an output in this encoding shows it: other letters as escapes.

    Measure columns after that.
    """
    shown = printable(text)
    return shown if shown.isascii() else shown.encode(encoding, "backslashreplace").decode(encoding)


def one_line(text: str) -> str:
    """Return `text` as one printable line: white space is folded, so that tabs separate."""
    return printable(" ".join(text.split()))


def _escape(found: "re.Match[str]") -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
