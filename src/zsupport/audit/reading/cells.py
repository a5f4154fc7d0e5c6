"""The cells of rows: whether they state something, and whether a mapping skips their row."""

from __future__ import annotations

from zsupport.errors import nearest
from zsupport.sources.tickets.rows import RawRow
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from zsupport.sources.tickets.rows import BadRow

    #: The numbers of skipped rows by the column that skips them.
    SkippedRows: TypeAlias = Counter[str]


def is_null(text: str | None, nulls: Container[str]) -> bool:
    """Return whether a cell states nothing: it is blank or one of the `nulls`."""
    return text is None or not (plain := text.strip()) or plain in nulls or text in nulls


def first_stated(
    cells: Sequence[str | None], places: Sequence[int], nulls: Container[str]
) -> str | None:
    """Return the first cell at some positions that states something, or None."""
    return next((cells[at] for at in places if not is_null(cells[at], nulls)), None)


#: The largest number of texts of rows that are remembered to find one that is similar.
MAX_SEEN = 1000


class RowFilter(NamedTuple):
    """A condition on a column by which rows are skipped.

    `places` are the positions of the column. `texts` are its texts as written, by their form in
    lower case without outer spaces; none stand for any text. A row is skipped if it has one of
    them, or if `is_only`, if it has none. `seen` has the forms of `texts` that rows have, and the
    first other texts.
    """

    column: str
    places: tuple[int, ...]
    texts: Mapping[str, str]
    is_only: bool
    nulls: frozenset[str]
    seen: set[str]

    def skips(self, cells: Sequence[str | None]) -> bool:
        """Return whether the cells of a row are skipped."""
        return self.skips_text(first_stated(cells, self.places, self.nulls))

    def skips_text(self, text: str | None) -> bool:
        """Return whether a row with a text in the column is skipped."""
        if text is None or is_null(text, self.nulls):
            return self.is_only
        if not self.texts:
            return not self.is_only
        stated = text.strip()
        form = stated.casefold()
        if form in self.texts:
            self.seen.add(form)
            return not self.is_only
        if len(self.seen) < MAX_SEEN:
            self.seen.add(stated)
        return self.is_only


class UnseenText(NamedTuple):
    """A text of a condition on a column that no row has, and the text of a row that is similar.

    `condition` is `skip` or `only`.
    """

    condition: str
    column: str
    text: str
    similar: str | None


def unseen_texts(filters: Sequence[RowFilter]) -> Iterator[UnseenText]:
    """Yield each text of a condition that no row has. `filters` are the condition in each file."""
    seen = {text for item in filters for text in item.seen}
    first = filters[0]
    condition = "only" if first.is_only else "skip"
    rows_have = [] if len(seen) >= MAX_SEEN else sorted(seen)
    for form, text in first.texts.items():
        if form not in seen:
            yield UnseenText(condition, first.column, text, nearest(text, rows_have))


def selected_rows(
    rows: Iterable[RawRow | BadRow],
    skipped_by: Callable[[Sequence[str | None]], str | None],
    skipped: SkippedRows | None = None,
) -> Iterator[RawRow | BadRow]:
    """Yield the rows that are not skipped, and add the others to `skipped`.

    `skipped_by` returns the column that skips a row because of its cells, or None.
    """
    for row in rows:
        column = skipped_by(row.cells) if isinstance(row, RawRow) else None
        if column is None:
            yield row
        elif skipped is not None:
            skipped[column] += 1
