"""Screens for people: blocks of text, rendered for the width of a terminal.

A line is broken only between words. A word that is wider than the screen has a line of its own, so
an address or an id can be copied. A no-break space keeps words together, and is shown as a space.
"""

from __future__ import annotations

import io
import itertools

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from zsupport.report import Terminal
from zsupport.report.text import encodable
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import NO_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

#: The left margin of a screen, and the space between columns.
_MARGIN = 2
_GAP = 3
#: A table with higher rows is shown as a list. In a narrow column, each line has only one word.
_MAX_LINES = 4
_MAX_LINES_OF_NARROW_COLUMN = 2
#: Sentences are not wider than this. The aside of a heading ends here.
_READING_WIDTH = 100
_HEADING_WIDTH = 80
#: The preferred width of a column whose texts are longer.
_COLUMN_WIDTH = 12
#: If there is less room beside a bar, the bars are omitted.
_MIN_BAR_TEXT = 12
#: If the texts beside labels have less room, each text starts on its own line.
_MIN_TEXT_WIDTH = 24
#: The width of a screen in characters. A wider screen is not easier to read, and takes long.
_MIN_WIDTH = 20
_MAX_WIDTH = 1000
#: Characters of the program, with their forms for terminals without Unicode.
_ASCII = str.maketrans({
    "\N{BOX DRAWINGS LIGHT HORIZONTAL}": "-", "\N{EN DASH}": "-", "\N{FULL BLOCK}": "#",
    "\N{LEFT HALF BLOCK}": "#", "\N{RIGHT HALF BLOCK}": "#",
    "\N{MIDDLE DOT}": ".", "\N{LEFTWARDS ARROW}": "<-", "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"', "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
})  # fmt: skip
#: The cell of a case that is not entitled.
NONE = "\N{EN DASH}"
#: The color of texts that need attention. Yellow cannot be read on a white background.
ATTENTION = "magenta"


class Heading(NamedTuple):
    """A bold line, with an `aside` at the right end of the line."""

    text: str
    aside: str = ""
    indent: int = 0
    color: str = ""  # of the text


class Paragraph(NamedTuple):
    """A text. With a `marker`, such as `1.` or `[1]`, further lines are indented behind it."""

    text: str
    style: str = ""  # `dim`, `bold`, or a color
    indent: int = 0
    marker: str = ""


class LabelledTexts(NamedTuple):
    """Labels with texts: the texts start in the same column."""

    rows: tuple[tuple[str, str], ...]
    indent: int = 0


class Matrix(NamedTuple):
    """A table. If it is too wide or its rows are too high, each row becomes a list.

    The columns before the position `values` name the row. The other columns have its values.
    `narrow` is the table to show instead if this one is too wide or too high.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    values: int = 1
    narrow: Matrix | None = None


class Bars(NamedTuple):
    """Labels with bars of equal width and texts. In a narrow terminal the bars are omitted.

    The `scale` is above the bars.
    """

    scale: str
    rows: tuple[tuple[str, str, str], ...]  # label, bar, text


class Columns(NamedTuple):
    """Rows of short texts in aligned columns, then a text that is wrapped in its column.

    The columns in `right` are aligned to the right. With `labels`, the first column has labels.
    """

    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    labels: bool = False


class Preformatted(NamedTuple):
    """Lines that are not wrapped."""

    lines: tuple[str, ...]


Block: TypeAlias = "Heading | Paragraph | LabelledTexts | Matrix | Bars | Columns | Preformatted"


class Section(NamedTuple):
    """Blocks without empty lines between them. An empty line precedes the section."""

    blocks: tuple[Block, ...]


Screen: TypeAlias = "tuple[Section, ...]"


def section(*blocks: Block) -> Section:
    """Return a section of these blocks."""
    return Section(blocks)


def render_screen(screen: Iterable[Section], terminal: Terminal) -> str:
    """Return the screen as text that ends with a line feed; empty if it has no blocks."""
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
        _environ={},  # Rich would read COLUMNS again, which may not be a number
    )
    renderer = _Renderer(terminal)
    for part in screen:
        lines = [line for block in part.blocks for line in renderer.lines(block)]
        if lines:
            console.print()
        for line in lines:
            # Rich would break a line that is too long.
            console.print(line, soft_wrap=True)
    text = "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
    return text + "\n" if text else ""


class _Renderer:
    """Makes the lines of blocks for a terminal."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.width = min(max(terminal.width, _MIN_WIDTH), _MAX_WIDTH)
        self.reading_width = min(self.width, _READING_WIDTH)

    def lines(self, block: Block) -> Iterator[Text]:
        """Yield the lines of a block, with its margin."""
        if isinstance(block, Heading):
            yield from self._heading(block)
        elif isinstance(block, Paragraph):
            yield from self._paragraph(block)
        elif isinstance(block, LabelledTexts):
            yield from self._labelled_texts(block)
        elif isinstance(block, Matrix):
            yield from self._matrix(block)
        elif isinstance(block, Bars):
            yield from self._bars(block)
        elif isinstance(block, Columns):
            yield from self._columns(block)
        else:
            for line in block.lines:
                yield Text(" " * _MARGIN + self._shown(line))

    def _shown(self, text: str) -> str:
        """Return a text as the terminal can show it, with its own no-break spaces."""
        text = text.replace("\t", " ")
        if not self.terminal.unicode:
            text = text.translate(_ASCII)
        parts = (encodable(part, self.terminal.encoding) for part in text.split(NO_BREAK))
        return NO_BREAK.join(parts)

    def _heading(self, block: Heading) -> Iterator[Text]:
        margin = _MARGIN + block.indent
        text, aside = _plain(self._shown(block.text)), _plain(self._shown(block.aside))
        style = f"bold {block.color}".strip()
        # A line that fills the screen would move the cursor of some terminals.
        room = self.width - margin - 1
        least = cell_len(text) + _GAP + cell_len(aside)
        if aside and least <= room:
            room = max(min(room, _HEADING_WIDTH - margin - 1), least)
            gap = room - cell_len(text) - cell_len(aside)
            yield Text.assemble(" " * margin, (text, style), " " * gap, (aside, "dim"))
            return
        for line in wrap(self._shown(block.text), min(room, self.reading_width)):
            yield Text.assemble(" " * margin, (line, style))
        for line in wrap(self._shown(block.aside), room - 2) if aside else ():
            yield Text.assemble(" " * (margin + 2), (line, "dim"))

    def _paragraph(self, block: Paragraph) -> Iterator[Text]:
        margin = " " * (_MARGIN + block.indent)
        marker = f"{self._shown(block.marker)} " if block.marker else ""
        width = self.reading_width - cell_len(margin) - cell_len(marker)
        lines = wrap(self._shown(block.text), width)
        yield from self._beside(Text.assemble(margin, (marker, block.style)), lines, block.style)

    def _labelled_texts(self, block: LabelledTexts) -> Iterator[Text]:
        margin = " " * (_MARGIN + block.indent)
        rows = [(_plain(self._shown(label)), self._shown(text)) for label, text in block.rows]
        column = max((cell_len(label) for label, _ in rows), default=0)
        width = self.reading_width - cell_len(margin) - column - _GAP
        beside = width >= _MIN_TEXT_WIDTH
        if not beside:
            width = self.reading_width - cell_len(margin) - _MARGIN
        for label, text in rows:
            lines = wrap(text, width)
            head = Text.assemble(margin, (label, "dim"))
            if beside:
                head.append(" " * (column + _GAP - cell_len(label)))
            else:
                yield head
                head = Text(margin + " " * _MARGIN)
            yield from self._beside(head, lines)

    def _matrix(self, block: Matrix) -> Iterator[Text]:
        rows = [block.columns, *block.rows]
        cells = [[self._shown(cell) for cell in row] for row in rows]
        # Omit empty columns.
        shown = [i for i in range(len(block.columns)) if any(row[i] for row in cells[1:])]
        if not shown:
            return
        columns = [[row[i] for row in cells] for i in shown]
        widths = _column_widths(columns, self.width - _MARGIN - 1)
        wrapped = [
            [wrap(row[i], width) for i, width in zip(shown, widths, strict=True)] for row in cells
        ] if widths else []  # fmt: skip
        if widths is None or any(
            len(lines) > (_MAX_LINES if width >= _COLUMN_WIDTH else _MAX_LINES_OF_NARROW_COLUMN)
            for row in wrapped
            for lines, width in zip(row, widths, strict=True)
        ):
            if block.narrow is not None:
                yield from self._matrix(block.narrow)
            else:
                yield from self._list(block, cells, shown)
            return
        for number, row in enumerate(wrapped):
            for line in itertools.zip_longest(*row, fillvalue=""):
                padded = [
                    part + " " * (width - cell_len(part))
                    for part, width in zip(line, widths, strict=True)
                ]
                style = "" if number else "bold"
                yield Text.assemble(" " * _MARGIN, ((" " * _GAP).join(padded), style))
            if not number:
                rule = "─" if self.terminal.unicode else "-"
                length = sum(widths) + _GAP * (len(widths) - 1)
                yield Text.assemble(" " * _MARGIN, (rule * length, "dim"))

    def _bars(self, block: Bars) -> Iterator[Text]:
        rows = [
            (_plain(self._shown(label)), self._shown(bar), self._shown(text))
            for label, bar, text in block.rows
        ]
        column = max((cell_len(label) for label, _, _ in rows), default=0)
        length = max((cell_len(bar) for _, bar, _ in rows), default=0)
        start = _MARGIN + column + _GAP
        width = self.reading_width - start - length - _GAP
        shown = bool(length) and width >= _MIN_BAR_TEXT
        if shown:
            yield Text.assemble(" " * start, (self._shown(block.scale), "dim"))
        else:
            width = self.reading_width - start
        for label, bar, text in rows:
            head = " " * _MARGIN + label + " " * (column + _GAP - cell_len(label))
            head += f"{bar}{' ' * _GAP}" if shown else ""
            yield from self._beside(Text(head), wrap(text, width))

    def _columns(self, block: Columns) -> Iterator[Text]:
        if not block.rows:
            return
        rows = [
            [*(_plain(self._shown(text)) for text in row[:-1]), self._shown(row[-1])]
            for row in block.rows
        ]
        last = len(rows[0]) - 1
        widths = [max(cell_len(row[i]) for row in rows) for i in range(last)]
        used = [i for i in range(last) if widths[i]]
        start = _MARGIN + sum(widths[i] + _GAP for i in used)
        width = self.reading_width - start
        beside = width >= _MIN_TEXT_WIDTH or all(cell_len(row[last]) <= width for row in rows)
        if not beside:
            start, width = _MARGIN * 2, self.reading_width - _MARGIN * 2
        for row in rows:
            label = row[0] if block.labels else ""
            cells = []
            for i in used:
                space = " " * (widths[i] - cell_len(row[i]))
                cells.append(space + row[i] if i in block.right else row[i] + space)
            head = (" " * _MARGIN + (" " * _GAP).join(cells)).rstrip()
            if beside:
                head += " " * (start - cell_len(head))
            elif cell_len(head) < self.width:
                yield _labelled(head, label)
                head, label = " " * start, ""
            else:
                for cell in filter(None, cells):
                    yield Text(" " * _MARGIN + cell.strip())
                head, label = " " * start, ""
            if not beside and not row[last]:
                continue
            yield from self._beside(
                _labelled(head, label), wrap(row[last], width) if row[last] else []
            )

    def _beside(self, head: Text, lines: list[str], style: str = "") -> Iterator[Text]:
        """Yield lines that start behind `head`; further lines are indented.

        A word that is too wide for this place has a line of its own, further to the left. If it is
        wider than the screen, it keeps an indent.
        """
        start = cell_len(head.plain)
        first = head.copy()
        if not lines:
            yield head
        for line in lines:
            length = cell_len(line)
            if start + length <= self.width or not head.plain:
                yield Text.assemble(first, (line, style))
            else:
                if first.plain.strip():
                    yield first
                most = min(start, _MARGIN * 2)
                indent = next((n for n in (most, _MARGIN, 0) if n + length <= self.width), most)
                yield Text.assemble(" " * indent, (line, style))
            first = Text(" " * start)

    def _list(self, block: Matrix, cells: list[list[str]], shown: list[int]) -> Iterator[Text]:
        """Yield each row as a heading with its names, and a label and a text for each value."""
        heads = [i for i in shown if i < block.values]
        values = [i for i in shown if i >= block.values]
        for number, row in enumerate(cells[1:]):
            if number and heads:
                yield Text()
            if heads:
                names = " · ".join(row[i] for i in heads if row[i])
                names = names if self.terminal.unicode else names.replace(" · ", " / ")
                for line in wrap(names, self.width - _MARGIN):
                    yield Text.assemble(" " * _MARGIN, (line, "bold"))
            pairs = tuple((cells[0][i], row[i]) for i in values if row[i])
            yield from self._labelled_texts(LabelledTexts(pairs, indent=_MARGIN if heads else 0))


def _labelled(line: str, label: str) -> Text:
    """Return a line that starts with a label, or with no label if this is empty."""
    text = Text(line)
    text.stylize("dim", _MARGIN, _MARGIN + len(label))
    return text


def _plain(text: str) -> str:
    return " ".join(text.replace(NO_BREAK, " ").split())


def cells_of(text: str) -> int:
    """Return the width of a printable text in a terminal."""
    return cell_len(text)


def wrap(text: str, width: int) -> list[str]:
    """Return the lines of a text: broken between words, and at its own line feeds.

    A word that is wider than `width` cells has a line of its own.
    """
    lines = []
    for part in text.rstrip("\n").split("\n"):
        words: list[str] = []
        length = -1  # of these words with the spaces between them
        for word in filter(None, part.split(" ")):
            size = cell_len(word)
            if words and length + 1 + size > width:
                lines.append(" ".join(words))
                words, length = [], -1
            words.append(word)
            length += 1 + size
        lines.append(" ".join(words))
    return [line.replace(NO_BREAK, " ") for line in lines]


def _column_widths(columns: list[list[str]], room: int) -> list[int] | None:
    """Return the width of each column, or None if the longest words do not fit.

    Columns get the width of their longest word, then the rest of the room: first the columns that
    lack the least, so that columns with sentences come last.
    """
    full = [max(cell_len(line) for text in column for line in text.split("\n"))
            for column in columns]  # fmt: skip
    widths = [
        max(
            cell_len(word)
            for text in column
            for word in text.split(" ")
            for word in word.split("\n")
        )
        for column in columns
    ]
    room -= _GAP * (len(columns) - 1)
    preferred = [
        max(width, min(_COLUMN_WIDTH, whole)) for width, whole in zip(widths, full, strict=True)
    ]
    if sum(preferred) <= room:
        widths = preferred
    if sum(widths) > room:
        return None
    while sum(widths) < min(room, sum(full)):
        lacking = [place for place in range(len(widths)) if widths[place] < full[place]]
        widths[min(lacking, key=lambda place: full[place] - widths[place])] += 1
    return widths
