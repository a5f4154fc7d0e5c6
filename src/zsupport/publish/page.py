"""The page as a value: its texts, tables and sections, without any markup."""

from __future__ import annotations

from typing import Any

from zsupport.typed import NamedTuple
from zsupport.wording import Wording


class Phrase(NamedTuple):
    """A part of a text in one style."""

    text: str
    language: str | None = None  # None: the language of the page
    #: A checked address (https, mailto or tel), or `#ID` of a place on the page.
    link: str | None = None
    strong: bool = False


#: A text of the page in one line.
Line = tuple[Phrase, ...]


class Passage(NamedTuple):
    """A paragraph; an aside is less important than the text around it."""

    line: Line
    aside: bool = False


class Bullets(NamedTuple):
    """A list."""

    items: tuple[Line, ...]
    ordered: bool = False


class Definitions(NamedTuple):
    """A list of terms, each with its values."""

    entries: tuple[tuple[Line, tuple[Line, ...]], ...]


class Grid(NamedTuple):
    """A table: its first `heads` columns name the row.

    A cell is a list of lines. `notes` are numbered from 1; the cells refer to them by `#ID-note-N`.
    """

    id: str
    caption: Line
    columns: tuple[Line, ...]
    heads: int
    rows: tuple[tuple[tuple[Line, ...], ...], ...]
    notes: tuple[Line, ...] = ()


class Figure(NamedTuple):
    """A picture, and a table with its numbers. `svg` is markup with escaped texts."""

    svg: str
    grid: Grid


class PageSection(NamedTuple):
    """A section with its parts; `id` is its anchor."""

    id: str
    heading: Line
    parts: tuple[Passage | Bullets | Definitions | Grid | Figure | PageSection, ...]


class PublishedPage(NamedTuple):
    """A page in one language: the customer's page of one revision of a policy, or a report."""

    words: Wording  # the texts of the program in the language of the page
    #: What the customer's page was made from: see `zsupport.publish.check`. None for a report.
    stamp: dict[str, str] | None
    heading: Line
    introduction: tuple[Line, ...]
    sections: tuple[PageSection, ...]
    footer: Line
    contacts: dict[str, Any] | None = None  # JSON-LD
    picker: dict[str, Any] | None = None  # the table of the picker; None if it is too large


def plain(line: Line) -> str:
    """Return a line as text."""
    return "".join(phrase.text for phrase in line)


def joined(lines: tuple[Line, ...] | list[Line], between: str = ", ") -> Line:
    """Return lines joined to one line, with a text between them."""
    result: Line = ()
    for line in lines:
        result += ((Phrase(between),) if result else ()) + line
    return result
