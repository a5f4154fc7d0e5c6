"""The JSON document, as the published schemas say."""

import json

from zsupport.report import Report, Terminal
from zsupport.report.text import UNSAFE


def dumps(document: object, terminal: Terminal) -> str:
    """Return a document as indented JSON that carries no control characters."""
    text = json.dumps(document, ensure_ascii=not terminal.unicode, indent=2)
    # JSON escapes C0 itself; whatever else could steer a terminal stands inside texts only.
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def render(report: Report, terminal: Terminal) -> str:
    """Return the document."""
    return dumps(report.document, terminal) + "\n"
