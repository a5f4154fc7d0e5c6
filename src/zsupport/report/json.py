"""The JSON document, as the published schemas say."""

from __future__ import annotations

import json
import re

from zsupport.report import Report, Terminal
from zsupport.report.text import is_plain, unsafe


def dumps(document: object, terminal: Terminal) -> str:
    """Return a document as indented JSON that carries no control characters."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    if not is_plain(text) or not (terminal.unicode or text.isascii()):
        # JSON escapes C0 itself; other characters that could steer a terminal are in texts only.
        # Lone surrogates, escaped or not, are refused by those who read JSON strictly.
        text = re.sub("[\ud800-\udfff]", "\ufffd", text)
        unwanted = unsafe(json=True) if terminal.unicode else re.compile("[^\x00-\x7e]")
        text = unwanted.sub(_escape, text)
    # Anywhere in a log `##[` is a command to the runner of GitHub Actions.
    return text.replace("##[", "#\\u0023[")


def _escape(found: re.Match[str]) -> str:
    """Return a character as JSON escapes it: one unit of UTF-16, or two."""
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def render(report: Report, terminal: Terminal) -> str:
    """Return the document."""
    return dumps(report.document, terminal) + "\n"
