"""The JSON document, valid for the published schemas."""

from __future__ import annotations

import json
import re

from zsupport.report import Report, Terminal
from zsupport.report.text import is_plain, unsafe
from zsupport.wording import encodable


def dumps(document: object, terminal: Terminal) -> str:
    """Return a document as indented JSON without control characters."""
    return safe(json.dumps(document, ensure_ascii=False, indent=2), terminal)


def safe(text: str, terminal: Terminal) -> str:
    """Return JSON of `json.dumps` without control characters."""
    if not is_plain(text) or not (terminal.unicode or text.isascii()):
        # `json.dumps` has escaped the C0 controls. All other control characters are in strings.
        # Strict JSON parsers reject lone surrogates, even escaped ones.
        text = encodable(text)
        unwanted = unsafe(json=True) if terminal.unicode else re.compile("[^\x00-\x7e]")
        text = unwanted.sub(_escape, text)
    # The runner of GitHub Actions executes `##[` anywhere in a log.
    return text.replace("##[", "#\\u0023[")


def _escape(match: re.Match[str]) -> str:
    """Return the JSON escape of a character: one or two UTF-16 units."""
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def render(report: Report, terminal: Terminal) -> str:
    """Return the document."""
    return dumps(report.document, terminal) + "\n"
