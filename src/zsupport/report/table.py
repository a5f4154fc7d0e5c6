"""Tables for people, rendered with Rich."""

from __future__ import annotations

import io
import re

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from zsupport.report import Report, Table, Terminal
from zsupport.report.text import encodable

#: The places where a long word may be broken: after a hyphen between letters; in an instant, after
#: the date and before the offset.
_BREAKS = re.compile(r"(?<=[^\W\d]-)(?=[^\W\d])|(?<=\dT)(?=\d\d:)|(?<=:\d\d)(?=[+-]\d\d:)")


def render(report: Report, terminal: Terminal) -> str:
    """Return the tables and notes for a terminal."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=terminal.width,
        force_terminal=terminal.color,
        color_system="standard" if terminal.color else None,
        no_color=not terminal.color,
        legacy_windows=False,
        emoji=False,
        markup=False,
        highlight=False,
    )
    for table in report.tables:
        if table.rows:
            console.print(_rich_table(_escaped(table, terminal.encoding), terminal))
    for note in report.notes:
        console.print(Text(encodable(note, terminal.encoding), style="dim"))
    # Rich pads cells to the width of their column. Remove these spaces from the ends of lines.
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())


def _escaped(table: Table, encoding: str) -> Table:
    """Return a table with escaped texts, so that the computed widths are correct."""
    return Table(
        tuple(encodable(name, encoding) for name in table.columns),
        tuple(tuple(encodable(text, encoding) for text in row) for row in table.rows),
        None if table.title is None else encodable(table.title, encoding),
    )


def _rich_table(table: Table, terminal: Terminal) -> RichTable:
    rich_table = RichTable(
        box=box.SIMPLE_HEAD if terminal.unicode else box.ASCII_DOUBLE_HEAD,
        title=table.title,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        safe_box=not terminal.unicode,
    )
    # Omit empty columns.
    filled = [i for i in range(len(table.columns)) if any(row[i] for row in table.rows)]
    widths = _widths(table, filled, terminal.width)
    for i, width in zip(filled, widths, strict=True):
        rich_table.add_column(_break_words(table.columns[i], width), overflow="fold", width=width)
    for row in table.rows:
        cells = [row[i] for i in filled]
        # Text, not str: square brackets in a policy are not markup.
        rich_table.add_row(
            *(Text(_break_words(cell, width)) for cell, width in zip(cells, widths, strict=True))
        )
    return rich_table


def _break_words(text: str, width: int) -> str:
    """Return a text with line breaks in words that are wider than `width`, at _BREAKS."""

    def lines(word: re.Match[str]) -> str:
        if len(word[0]) <= width:
            return word[0]
        first, *rest = _BREAKS.split(word[0])
        pieces = [first]
        for piece in rest:
            if len(pieces[-1]) + len(piece) <= width:
                pieces[-1] += piece
            else:
                pieces.append(piece)
        return "\n".join(pieces)

    return re.sub(r"\S+", lines, text)


def _widths(table: Table, columns: list[int], width: int) -> list[int]:
    """Return the width of each column. Words are broken only if the table is too narrow.

    Rich would narrow all columns equally and break ids. If the longest words of the columns do not
    fit, the widest words are broken first, at _BREAKS. If this is not enough, columns with
    sentences become narrower, from the right.
    """
    texts = [[table.columns[i], *(row[i] for row in table.rows)] for i in columns]
    full_widths = [
        max(len(line) for text in column for line in text.split("\n")) for column in texts
    ]
    widths = [
        max(len(word) for text in column for word in text.split() or [""]) for column in texts
    ]
    room = width - 3 * len(columns) + 1
    pieces = [
        max(len(piece) for text in column for word in text.split() or [""]
            for piece in _BREAKS.split(word))
        for column in texts
    ]  # fmt: skip
    for place in sorted(range(len(widths)), key=lambda place: -widths[place]):
        excess = sum(widths) - room
        if excess > 0:
            widths[place] = max(widths[place] - excess, pieces[place])
    sentences = [place for place, column in enumerate(texts) if any(" " in text for text in column)]
    for place in [*reversed(sentences), *reversed(range(len(widths)))]:
        excess = sum(widths) - room
        if excess > 0:
            widths[place] = max(widths[place] - excess, min(9, widths[place]))
    while sum(widths) < min(room, sum(full_widths)):
        # Widen the column that lacks the least, so that columns with sentences come last.
        lacking = [place for place in range(len(widths)) if widths[place] < full_widths[place]]
        widths[min(lacking, key=lambda place: full_widths[place] - widths[place])] += 1
    return widths
