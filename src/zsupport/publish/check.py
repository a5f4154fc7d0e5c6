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
from zsupport.wording import Counted, Wording

_MARK = "zsupport-page"
_KEYS = ("policy", "date", "lang", "digest", "version")
#: The maximum number of lines of differences.
MAX_LINES = 40


class Stamp(NamedTuple):
    """What a page was made from."""

    format: str
    values: dict[str, str]


class PageComparison(NamedTuple):
    """How a page differs from a new one."""

    #: Whether all of the page is equal, apart from its stamp, its styles and its line ends.
    equal: bool
    same_policy: bool
    #: The names of the packages whose versions differ.
    other_versions: list[str]
    #: The different texts, if the pages are not equal.
    lines: list[str]


def comment(stamp: dict[str, str]) -> str:
    """Return the stamp as a comment; no text in it can end the comment."""
    text = json.dumps(stamp, separators=(", ", ": "))
    for mark, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("--", "-\\u002d")):
        text = text.replace(mark, escaped)
    return f"<!-- {_MARK} {text} -->"


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


def compare_pages(old: str, new: str, name: str, words: Wording) -> PageComparison:
    """Return how a page differs from a new one of the same date and language."""
    before, after = read_stamp(old), read_stamp(new)
    assert before is not None
    assert after is not None
    old = old.replace("\r\n", "\n")
    equal = _are_equal(old, new)
    keys = ("version", "tzdata", "holidays")
    return PageComparison(
        equal,
        before.values["digest"] == after.values["digest"],
        [key for key in keys if before.values.get(key) != after.values.get(key)],
        [] if equal else list(_differences(_lines(old), _lines(new), name, words)),
    )


def _are_equal(old: str, new: str) -> bool:
    """Return whether two pages are equal, apart from their stamps and their styles.

    The texts are compared, not parsed: browsers read some broken pages in another way than parsers.
    """
    old, new = _without_stamp(old), _without_stamp(new)
    before, style, rest = new.partition("<style>")
    if not style:
        return old == new
    after = rest[rest.index("</style>") :]
    styles = old[len(before) + len(style) : len(old) - len(after)]
    # Without `<` the styles cannot end before `after`.
    return old == f"{before}{style}{styles}{after}" and "<" not in styles


def _without_stamp(text: str) -> str:
    """Return a page without the stamp at its start."""
    start = text.index("<!-- ")
    return text[:start] + text[text.index("-->", start) :]


def _differences(old: list[str], new: list[str], name: str, words: Wording) -> Iterator[str]:
    """Yield the different lines below their headings, at most MAX_LINES."""
    yield from (f"--- {name}", words("+++ {name} (policy)", name=name))
    diff: list[str] = []
    heading = ""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, low, high, new_low, new_high in matcher.get_opcodes():
        if kind != "equal":
            above = [line for line in old[:low] if line.startswith("#")]
            if above and above[-1] != heading:
                heading = above[-1]
                diff.append(f"@@ {heading}")
            diff += [f"-{line}" for line in old[low:high]]
            diff += [f"+{line}" for line in new[new_low:new_high]]
    yield from diff[:MAX_LINES]
    if len(diff) > MAX_LINES:
        more = len(diff) - MAX_LINES
        yield words(Counted("... {count} more line", "... {count} more lines", more))
    if not diff:
        yield words("the texts are equal; the data, the script or the HTML differs")


def _lines(text: str) -> list[str]:
    """Return the texts of a page by block or row, with the addresses of links."""
    stamp = read_stamp(text)
    if stamp is not None and stamp.format == "markdown":
        return [line for line in _without_stamp(text).splitlines() if line]
    reader = _PageReader()
    reader.feed(text)
    reader.close()
    return reader.lines


class _PageReader(HTMLParser):
    """Reads the texts of a page."""

    _HEADINGS = ("h1", "h2", "h3", "h4", "h5")
    _BLOCKS = frozenset(
        [*_HEADINGS, "title", "p", "li", "dt", "dd", "caption", "section", "tr", "script", "style"]
    )

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._line = ""
        self._is_text = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line at a block, and add the address of a link."""
        values = dict(attrs)
        if tag in self._BLOCKS:
            self._end_line()
        if tag in self._HEADINGS:
            self._line = "#" * int(tag[1]) + " "
        elif tag in ("td", "th", "div") and self._line.strip():
            self._line += " | " if tag != "div" else " "
        elif tag in ("script", "style"):
            self._is_text = False
        for key in ("href", "src"):
            address = values.get(key) or ""
            if address and not address.startswith("#"):
                self._line += f"<{address}> "

    def handle_endtag(self, tag: str) -> None:
        """End the line of a block."""
        if tag in self._BLOCKS:
            self._end_line()
        if tag in ("script", "style"):
            self._is_text = True

    def handle_data(self, data: str) -> None:
        """Add a text."""
        if self._is_text:
            self._line += data

    def _end_line(self) -> None:
        if line := " ".join(self._line.split()):
            self.lines.append(line)
        self._line = ""
