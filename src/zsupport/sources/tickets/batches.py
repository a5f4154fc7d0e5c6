"""Parquet in batches of frames, for readers that read whole columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import polars as pl

from zsupport.sources.tickets.parquet import DAMAGED, ParquetScan, batches_of
from zsupport.sources.tickets.rows import BadRow, RawRow
from zsupport.sources.tickets.text import NUL

#: The rows of a batch.
_BATCH = 1 << 17


class ParquetBatches:
    """A Parquet file or a table as batches. Their columns are named by their positions."""

    def __init__(self, scan: ParquetScan) -> None:
        self._scan = scan
        self.file = scan.file
        #: The end of a damaged file, after all batches.
        self.damage: BadRow | None = None

    def can_read(self, places: Sequence[int]) -> bool:
        """Return whether the columns at these places can be read as columns."""
        return all(self._scan.columns[place].text is None for place in places)

    def first_rows(self, count: int) -> list[RawRow | BadRow]:
        """Return the first rows."""
        return self.rows(1, count)

    def batches(
        self, places: Sequence[int], instants: Collection[int]
    ) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield the number of the first row of each batch, and the columns at these places.

        At the places in `instants`, instants with a time zone are not written as texts.
        """
        line = 1
        selected = []
        for place in places:
            column = self._scan.columns[place]
            as_they_are = column.zoned is not None and place in instants
            values = column.zoned if as_they_are else column.values
            assert values is not None
            selected.append(values.alias(str(place)))
        try:
            for batch in batches_of(self._scan.frame.select(selected), _BATCH):
                yield line, batch
                line += len(batch)
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
            self.damage = BadRow(line, DAMAGED, "")

    @staticmethod
    def has_nul(batch: pl.DataFrame, places: Collection[int]) -> bool:
        """Return whether a text of a batch has a NUL character; see `without_nul`."""
        texts = (batch[str(place)] for place in places)
        return any(
            column.dtype == pl.String and column.str.contains(NUL, literal=True).any()
            for column in texts
        )

    def rows(self, line: int, count: int) -> list[RawRow | BadRow]:
        """Return `count` rows from the row number `line` on."""
        return list(self._scan.rows(line, count))
