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
    """How a page differs from a new one; `lines` is empty if it does not differ."""

    lines: list[str]
    same_policy: bool
    #: Whether the scripts, and attributes that can run or load something, are equal.
    same_code: bool
    #: The names of the packages whose versions differ.
    other_versions: list[str]


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
    """Return how a page differs from a new one in what it says and in its code.

    Styles and layout are not compared.
    """
    before, after = read_stamp(old), read_stamp(new)
    assert before is not None
    assert after is not None
    contents, new_contents = _contents(old), _contents(new)
    keys = ("version", "tzdata", "holidays")
    return PageComparison(
        list(_differences(contents, new_contents, name, words)),
        before.values["digest"] == after.values["digest"],
        contents.code == new_contents.code,
        [key for key in keys if before.values.get(key) != after.values.get(key)],
    )


class _Contents(NamedTuple):
    """What a page says and what it can run."""

    #: The texts by block or row, with the addresses of links.
    lines: list[str]
    #: The data for the form and for search engines.
    data: list[str]
    #: Scripts, and attributes that can run or load something.
    code: list[str]


def _differences(old: _Contents, new: _Contents, name: str, words: Wording) -> Iterator[str]:
    """Yield the different lines below their headings, at most MAX_LINES.

    Differences of data and code are only mentioned.
    """
    if old == new:
        return
    yield from (f"--- {name}", words("+++ {name} (policy)", name=name))
    diff: list[str] = []
    heading = ""
    matcher = SequenceMatcher(None, old.lines, new.lines, autojunk=False)
    for kind, low, high, new_low, new_high in matcher.get_opcodes():
        if kind != "equal":
            above = [line for line in old.lines[:low] if line.startswith("#")]
            if above and above[-1] != heading:
                heading = above[-1]
                diff.append(f"@@ {heading}")
            diff += [f"-{line}" for line in old.lines[low:high]]
            diff += [f"+{line}" for line in new.lines[new_low:new_high]]
    yield from diff[:MAX_LINES]
    if len(diff) > MAX_LINES:
        more = len(diff) - MAX_LINES
        yield words(Counted("... {count} more line", "... {count} more lines", more))
    if old.data != new.data and not diff:
        yield words("the data for the form or for search engines differs")
    if old.code != new.code:
        yield words("the script, or an attribute that runs or loads something, differs")


def _contents(text: str) -> _Contents:
    """Return what a page says and what it can run, without its stamp."""
    stamp = read_stamp(text)
    if stamp is not None and stamp.format == "markdown":
        lines = text.splitlines()
        kept = [line for line in lines if line and not line.startswith(f"<!-- {_MARK} ")]
        return _Contents(kept, [], [])
    reader = _PageReader()
    reader.feed(text.replace("\r\n", "\n"))
    reader.close()
    return reader.contents


#: Attributes that only describe or lay out an element.
_DESCRIBING = frozenset(
    (
        "alt", "autocomplete", "charset", "class", "colspan", "content", "dir", "headers", "height",
        "hidden", "href", "id", "lang", "media", "name", "rel", "role", "rowspan", "scope", "sizes",
        "src", "style", "tabindex", "title", "type", "width",
    )
)  # fmt: skip


class _PageReader(HTMLParser):
    """Reads the contents of a page."""

    _HEADINGS = ("h1", "h2", "h3", "h4", "h5")
    _BLOCKS = frozenset(
        [*_HEADINGS, "title", "p", "li", "dt", "dd", "caption", "section", "tr", "script", "style"]
    )

    def __init__(self) -> None:
        super().__init__()
        self.contents = _Contents([], [], [])
        self._line = ""
        #: The type of the script element that is open, `script` without a type, or `style`.
        self._script: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line at a block; add the address of a link, and attributes that are code."""
        values = dict(attrs)
        code = {
            name: value
            for name, value in attrs
            if name not in _DESCRIBING and not name.startswith(("aria-", "data-"))
        }
        if code:
            self.contents.code.append(f"{tag} {code} {values.get('content')}")
        if tag in self._BLOCKS:
            self._end_line()
        if tag in self._HEADINGS:
            self._line = "#" * int(tag[1]) + " "
        elif tag in ("td", "th", "div") and self._line.strip():
            self._line += " | " if tag != "div" else " "
        elif tag in ("script", "style"):
            self._script = (tag == "script" and values.get("type")) or tag
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
        """Add a text, data or code; styles are ignored."""
        if self._script is None:
            self._line += data
        elif "json" in self._script:
            self.contents.data.append(data)
        elif self._script != "style":
            self.contents.code.append(data)

    def _end_line(self) -> None:
        if line := " ".join(self._line.split()):
            self.contents.lines.append(line)
        self._line = ""
