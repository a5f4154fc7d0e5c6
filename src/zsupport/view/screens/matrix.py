"""Rows of answers with labels: rows with equal cells are merged, and labels are short."""

from __future__ import annotations

import itertools

from zsupport.answer.case import Row
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.view.boxes import merged_boxes
from zsupport.view.notes import dimension_in_words, values_of
from zsupport.wording import Counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from zsupport.answer.case import Answer
    from zsupport.wording import Wording

#: The values of each dimension that a row stands for.
Labels: TypeAlias = "tuple[tuple[str, ...], ...]"
#: The maximum number of values in a label, and of groups of rows in a closing line.
_MAX_VALUES = 12
_MAX_GROUPS = 8
#: The columns whose values are understood without the name of the column.
_SELF_EXPLANATORY = ("plan", "role", "channel", "priority", "metric", "hours")


class MatrixRow(NamedTuple):
    """The cells of a row, and for each dimension the values that the row stands for."""

    labels: Labels
    cells: tuple[str, ...]


def merged(rows: Sequence[MatrixRow]) -> list[MatrixRow]:
    """Merge rows that have equal cells and differ in only one dimension.

    Every case of `rows` is in exactly one merged row.
    """
    return list(itertools.starmap(MatrixRow, merged_boxes(rows, lambda _, values: tuple(values))))


def values_key(names: Sequence[str], row: Answer) -> tuple[str, ...]:
    """Return a key for grouping rows by some columns: their names, then the values of the row."""
    return (*names, *values_of(row, names))


def column_titles(names: Iterable[str], words: Wording) -> tuple[str, ...]:
    """Return the titles of columns with the values of dimensions."""
    return tuple(words.message(dimension_in_words(name)).capitalize() for name in names)


def distinguishing(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    """Return the columns in which the rows have different values; at least the first column."""
    open_names = [name for name in names if len({values_of(row, [name]) for row in rows}) > 1]
    return open_names or list(names[:1])


def effective_places(rows: Sequence[MatrixRow]) -> list[int]:
    """Return the positions of the dimensions that determine the cells of rows; at least one.

    The other dimensions can be omitted without changing which cells a row has.
    """
    places = list(range(len(rows[0].labels))) if rows else []
    for place in reversed(places.copy()):
        fewer = [other for other in places if other != place]
        cells: dict[Labels, tuple[str, ...]] = {}
        if fewer and all(
            cells.setdefault(_labels_at(fewer, row), row.cells) == row.cells for row in rows
        ):
            places = fewer
    return places


def with_places(rows: Sequence[MatrixRow], places: Sequence[int]) -> list[MatrixRow]:
    """Return rows with the labels of some dimensions only, without duplicates."""
    return list(dict.fromkeys(row._replace(labels=_labels_at(places, row)) for row in rows))


def _labels_at(places: Sequence[int], row: MatrixRow) -> Labels:
    return tuple(row.labels[place] for place in places)


class Labeller:
    """Names the values of dimensions. A row with all values of a dimension has the label `any`.

    `words` writes the texts for the reader.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[MatrixRow], words: Wording) -> None:
        self.words = words
        self._columns = columns
        self._every = [
            {value for row in rows for value in row.labels[place]} for place in range(len(columns))
        ]

    def labels(
        self, row: MatrixRow, marks: Callable[[str, str], str] | None = None
    ) -> tuple[str, ...]:
        """Return the label of each dimension: `premium, ultimate`, `any`.

        `marks` returns the marks of a column and a value. Each value has its own marks, unless
        those of all values are equal.
        """
        texts = []
        for place, values in enumerate(row.labels):
            column = self._columns[place]
            own = [marks(column, value) if marks else "" for value in values]
            if len(set(own)) == 1:
                texts.append(self._label(values, place, row.labels) + own[0])
                continue
            named = (value or self._without(column) for value in values)
            texts.append(", ".join(map("".join, zip(named, own, strict=True))))
        return tuple(texts)

    def _label(self, values: tuple[str, ...], place: int, labels: Labels) -> str:
        if len(values) > 1 and set(values) == self._every[place] and len(labels) > 1:
            return self.words("any")
        shown = [value or self._without(self._columns[place]) for value in values]
        if len(shown) > _MAX_VALUES:
            rest = Counted("{count} more", "{count} more", len(shown) - _MAX_VALUES + 1)
            shown = [*shown[: _MAX_VALUES - 1], self.words(rest)]
        return ", ".join(shown)

    def _without(self, column: str) -> str:
        return self.words("no {dimension}", dimension=dimension_in_words(column))

    def naming(self, rows: Sequence[MatrixRow]) -> str:
        """Return a text that names rows: `trial, free`, or `free with user; pro with topic bill`.

        The values of facts need the name of the fact.
        """
        texts = []
        for row in rows:
            labels = [
                label if column in _SELF_EXPLANATORY else f"{column} {label}"
                for column, label, values, every in zip(
                    self._columns, self.labels(row), row.labels, self._every, strict=True
                )
                if set(values) != every
            ]
            texts.append(self._case(labels))
        if len(texts) > _MAX_GROUPS:
            left_out = len(texts) - _MAX_GROUPS + 1
            more = Counted("{count} more group of cases", "{count} more groups of cases", left_out)
            texts[_MAX_GROUPS - 1 :] = [self.words(more)]
        return "; ".join(texts)

    def _case(self, labels: Sequence[str]) -> str:
        """Return the labels of a row as one text: `free with user`."""
        if not labels:
            return self.words("every case")
        text = labels[0]
        for label in labels[1:]:
            text = self.words("{case} with {value}", case=text, value=label)
        return text
