"""The stamp of a page, and the comparison of a page with a new one of the same date.

The stamp is a comment at the start of the page. It states the date, the language and the policy
from which the page was made, so that the page can be made again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html.parser import HTMLParser

from zsupport.typed import NamedTuple

_MARK = "zsupport-page"
_KEYS = ("policy", "date", "lang", "digest", "version")
#: The maximum number of lines of differences.
MAX_LINES = 40


class Stamp(NamedTuple):
    """What a page was made from."""

    format: str
    values: dict[str, str]


class PageComparison(NamedTuple):
    """How a page differs from a new one; `lines` is empty if it says the same."""

    lines: list[str]
    same_policy: bool
    #: The names of the packages whose versions differ.
    other_versions: list[str]


def comment(stamp: dict[str, str]) -> str:
    """Return the stamp as a comment; no text in it can end the comment."""
    text = json.dumps(stamp, separators=(", ", ": ")).replace("<", "\\u003c")
    return f"<!-- {_MARK} {text.replace('>', chr(92) + 'u003e').replace('--', '-' + _DASH)} -->"


_DASH = "\\u002d"


def read_stamp(text: str) -> Stamp | None:
    """Return the stamp of a page, or None if the text is not a page of this program."""
    match = re.match(rf"\s*(<!doctype html>\s*)?<!-- {_MARK} (.{{1,2000}}?) -->", text, re.I)
    if match is None:
        return None
    try:
        values = json.loads(match[2])
    except ValueError:
        return None
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        return None
    if not all(key in values for key in _KEYS):
        return None
    return Stamp("html" if match[1] else "markdown", values)


def compare_pages(old: str, new: str, name: str) -> PageComparison:
    """Return how a page differs from a new one in what it says; the layout is not compared."""
    before, after = read_stamp(old), read_stamp(new)
    assert before is not None
    assert after is not None
    lines = list(_differences(list(_statements(old)), list(_statements(new)), name))
    keys = ("version", "tzdata", "holidays")
    return PageComparison(
        lines,
        before.values["digest"] == after.values["digest"],
        [key for key in keys if before.values.get(key) != after.values.get(key)],
    )


def _differences(old: list[str], new: list[str], name: str) -> Iterator[str]:
    """Yield the differences below the headings where they are, at most MAX_LINES.

    Differences of data are only mentioned.
    """
    if old == new:
        return
    before, after = ([line for line in lines if not line.startswith(_DATA)] for lines in (old, new))
    yield from (f"--- {name}", f"+++ {name} (policy)")
    diff: list[str] = []
    heading = ""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, low, high, new_low, new_high in matcher.get_opcodes():
        if kind != "equal":
            above = [line for line in before[:low] if line.startswith("#")]
            if above and above[-1] != heading:
                heading = above[-1]
                diff.append(f"@@ {heading}")
            diff += [f"-{line}" for line in before[low:high]]
            diff += [f"+{line}" for line in after[new_low:new_high]]
    yield from diff[:MAX_LINES] or ["the data for the form or for search engines differs"]
    if len(diff) > MAX_LINES:
        yield f"... {len(diff) - MAX_LINES} more lines"


_DATA = "\0"


def _statements(text: str) -> Iterator[str]:
    """Yield the texts, addresses and data of a page, without its stamp."""
    stamp = read_stamp(text)
    if stamp is not None and stamp.format == "markdown":
        lines = text.splitlines()
        yield from (line for line in lines if line and not line.startswith(f"<!-- {_MARK} "))
        return
    reader = _PageReader()
    reader.feed(text)
    reader.close()
    yield from reader.lines


class _PageReader(HTMLParser):
    """Reads what a page says: its texts by block or row, its addresses and its data."""

    _HEADINGS = ("h1", "h2", "h3", "h4", "h5")
    _BLOCKS = frozenset(
        [*_HEADINGS, "title", "p", "li", "dt", "dd", "caption", "section", "tr", "script", "style"]
    )

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._line = ""
        self._script: str | None = None  # the type of the script element, or `style`

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line at a block; add the address of a link."""
        values = dict(attrs)
        if tag in self._BLOCKS:
            self._end_line()
        if tag in self._HEADINGS:
            self._line = "#" * int(tag[1]) + " "
        elif tag in ("td", "th", "div") and self._line.strip():
            self._line += " | " if tag != "div" else " "
        elif tag in ("script", "style"):
            self._script = values.get("type") or tag
        for key in ("href", "src"):
            address = values.get(key) or ""
            if address and not address.startswith("#"):
                self._line += f"<{address}> "

    def handle_endtag(self, tag: str) -> None:
        """End the line of a block."""
        if tag in self._BLOCKS:
            self._end_line()
        if tag in ("script", "style"):
            self._script = None

    def handle_data(self, data: str) -> None:
        """Add a text; code and styles are ignored."""
        if self._script is None:
            self._line += data
        elif "json" in self._script:
            self.lines.append(_DATA + data)

    def _end_line(self) -> None:
        if line := " ".join(self._line.split()):
            self.lines.append(line)
        self._line = ""
