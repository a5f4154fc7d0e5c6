"""The page as GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from itertools import groupby

from zsupport.publish.check import comment
from zsupport.publish.page import (
    Bullets,
    Definitions,
    Grid,
    Line,
    PageSection,
    Passage,
    Phrase,
    PublishedPage,
)
from zsupport.report.markdown import escaped_part

#: The characters by which GitHub recognises an address.
_IN_ADDRESS = r"(?i)(?<=[a-z]):(?=//)|www(?=\.)|(?<=[\w.+-])@(?=[\w-])"


def render_markdown(page: PublishedPage) -> str:
    """Return the page as Markdown. It has no picker."""
    parts = [] if page.stamp is None else [comment(page.stamp)]
    parts.append(f"# {_line(page.heading)}")
    parts += [_paragraph(line) for line in page.introduction]
    for section in page.sections:
        parts += _section(section, 2)
    parts.append(_paragraph(page.footer))
    return "\n\n".join(parts) + "\n"


def _phrase(phrase: Phrase) -> str:
    text = escaped_part(" ".join(phrase.text.split("\n")))
    bare = text.strip()
    if phrase.strong and bare:
        text = f"**{bare}**"
    return f"[{text}](<{phrase.link}>)" if _is_linked(phrase) else text


def _is_linked(phrase: Phrase) -> bool:
    """Return whether a phrase is a link; Markdown has no links within the page."""
    return phrase.link is not None and not phrase.link.startswith("#")


def _line(line: Line) -> str:
    """Return a line; addresses that are only text do not become links."""
    parts = []
    for linked, phrases in groupby(line, _is_linked):
        text = "".join(map(_phrase, phrases))
        parts.append(text if linked else _unlinked(text))
    return "".join(parts).strip()


def _unlinked(text: str) -> str:
    """Return a text with an empty comment in each address, so that GitHub makes no link of it."""
    return re.sub(_IN_ADDRESS, r"\g<0><!-- -->", text)


def _paragraph(line: Line) -> str:
    """Return a line that cannot start a list, a heading, a quote or a command of GitHub."""
    text = _line(line)
    first, _, rest = text.partition(" ")
    if first.rstrip(".)").isdigit() and first[-1:] in (".", ")") and rest:
        return f"{first[:-1]}\\{first[-1]} {rest}"
    return f"\\{text}" if text[:1] in ("-", "+", "=", ":") else text


def _cell(lines: tuple[Line, ...]) -> str:
    return "<br>".join(map(_line, lines))


def _section(section: PageSection, level: int) -> list[str]:
    parts = [f"{'#' * level} {_line(section.heading)}"]
    for part in section.parts:
        match part:
            case PageSection():
                parts += _section(part, level + 1)
            case Passage(line):
                parts.append(_paragraph(line))
            case Bullets(items, ordered):
                marks = [f"{n}." if ordered else "-" for n in range(1, len(items) + 1)]
                listed = zip(marks, items, strict=True)
                parts.append("\n".join(f"{mark} {_paragraph(item)}" for mark, item in listed))
            case Definitions(entries):
                parts.append("\n".join(_entry(term, values) for term, values in entries))
            case Grid():
                parts += _grid(part)
    return parts


def _entry(term: Line, values: tuple[Line, ...]) -> str:
    if len(values) == 1:
        return f"- **{_line(term)}**: {_line(values[0])}"
    return "\n".join([f"- **{_line(term)}**", *(f"  - {_paragraph(value)}" for value in values)])


def _grid(grid: Grid) -> list[str]:
    lines = [
        "| " + " | ".join(map(_line, grid.columns)) + " |",
        "|" + "---|" * len(grid.columns),
        *("| " + " | ".join(map(_cell, row)) + " |" for row in grid.rows),
    ]
    parts = [f"**{_line(grid.caption)}**", "\n".join(lines)]
    if grid.notes:
        # The notes are not a list, because Markdown can change the numbers of a list.
        notes = (f"\\[{number}\\] {_line(note)}" for number, note in enumerate(grid.notes, 1))
        parts.append("<br>\n".join(notes))
    return parts
