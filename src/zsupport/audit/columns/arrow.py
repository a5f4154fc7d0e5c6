"""Tickets in record batches of Arrow, as Spark's `mapInArrow` passes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from zsupport.audit.columns.tables import (
    frame_of,
    judge_tables,
    open_table,
    source_of,
    table_schema,
)
from zsupport.audit.compare import comparison_of
from zsupport.audit.plain.judge import Judge
from zsupport.audit.run import OpenedFile
from zsupport.audit.ticket import row_fields, unused_names
from zsupport.errors import UsageError
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.audit.mapping.model import TicketMapping
    from zsupport.audit.plain.judge import AuditedPolicy, AuditOptions
    from zsupport.audit.ticket import Reject
    from zsupport.sources.tickets.rows import BadRow, RawRow

#: The place of a row in a file: a row of a batch has none.
_PLACE = ("file", "line")
#: The columns of rejected rows: the fields of Reject without its place.
_REJECTED = ("reject_column", "reject_reason", "reject_cells")
#: The types of the result.
_ARROW = {
    pl.String(): pa.string(),
    pl.Int64(): pa.int64(),
    pl.Datetime("ms", "UTC"): pa.timestamp("us", "UTC"),
    pl.List(pl.String()): pa.list_(pa.string()),
    pl.Boolean(): pa.bool_(),
}
#: The types of the result as Spark writes them.
_SPARK = dict(
    zip(_ARROW, ("STRING", "BIGINT", "TIMESTAMP", "ARRAY<STRING>", "BOOLEAN"), strict=True)
)


class BatchAudit:
    """Judges the tickets of record batches. It can be pickled, and a copy needs no other file.

    `batches` is a function for Spark's `mapInArrow`. Its result has the columns of `schema`: those
    of `Policy.audit` without `file` and `line`, then `reject_column`, `reject_reason` and
    `reject_cells` of rejected rows. `ddl` is the schema as a text for Spark.
    """

    __slots__ = ("_arguments", "_comparison", "_judge", "ddl", "schema")

    def __init__(
        self, policy: AuditedPolicy, options: AuditOptions, columns: TicketColumns, grouped: bool
    ) -> None:
        self._arguments = policy, options, columns, grouped
        self._judge = Judge(policy, options)
        self._comparison = comparison_of(self._judge, columns)
        compared = self._comparison is not None
        verdict = row_fields(compared=compared)[len(_PLACE) :]
        # Spark ignores the case of names.
        kept = unused_names(columns.kept_names, (*verdict, *_REJECTED), str.casefold)
        types = [*table_schema((), compared=compared).values()][len(_PLACE) :]
        types = [*[pl.String()] * len(kept), *types, pl.String(), pl.String(), pl.List(pl.String())]
        names = (*kept, *verdict, *_REJECTED)
        #: The schema of the result, of PyArrow.
        self.schema = pa.schema(
            [(name, _ARROW[kind]) for name, kind in zip(names, types, strict=True)]
        )
        #: The schema of the result as a text for Spark.
        self.ddl = ", ".join(
            "`{}` {}".format(name.replace("`", "``"), _SPARK[kind])
            for name, kind in zip(names, types, strict=True)
        )

    def __reduce__(self) -> tuple[object, ...]:
        return BatchAudit, self._arguments

    def batches(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield the verdicts on the tickets of record batches, and the rejected rows, as batches.

        Each ticket has a row for each metric, and each rejected row has one row, without a state.
        Raises UsageError for a batch whose columns are not those of the sample.
        """
        _, _, columns, grouped = self._arguments
        tables = _open_batches(batches, columns)
        for verdicts, rejects in judge_tables(
            tables, columns, self._judge, self._comparison, grouped=grouped
        ):
            yield from self._written(verdicts, rejects, columns)

    def _written(
        self, verdicts: pl.DataFrame, rejects: Iterable[Reject], columns: TicketColumns
    ) -> Iterator[Any]:
        """Yield verdicts and rejects as record batches."""
        names = self.schema.names
        frame = verdicts.drop(_PLACE)
        frame.columns = names[: len(frame.columns)]
        known = names[: names.index("id") + 1]  # the kept columns and the id
        rows = []
        for reject in rejects:
            cells = reject.cells
            # A damaged row is a single text.
            is_row = len(cells) == len(columns.header)
            values = _known_cells(columns, cells) if is_row else [None] * len(known)
            rows.append([*values, reject.column, str(reject.reason), list(cells)])
        schema: dict[str, pl.DataType] = dict.fromkeys([*known, *_REJECTED], pl.String())
        schema["reject_cells"] = pl.List(pl.String())
        rejected = pl.DataFrame(rows, schema=schema, orient="row")
        both = pl.concat([frame, rejected], how="diagonal").select(names)
        # The default types of texts differ between releases of Polars.
        table = both.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self.schema)
        yield from table.combine_chunks().to_batches()


def _known_cells(columns: TicketColumns, cells: Sequence[str | None]) -> list[str | None]:
    """Return the kept cells of a row and its id."""
    kept = [cells[place] for place in columns.kept]
    if "id" not in columns.fields:
        return [*kept, None]
    id = columns.cell_of("id", cells, columns.mapping.nulls)
    return [*kept, id and id.strip()]


def _open_batches(batches: Iterable[Any], columns: TicketColumns) -> Iterator[OpenedFile]:
    """Yield the batches as parts of one table: the rows of an event log are numbered throughout."""
    before = 0
    for batch in batches:
        file = _open_batch(batch, columns)
        if columns.is_log:
            rows = file.every_row
            file = file._replace(every_row=_rows_after(before, rows))
            before += batch.num_rows
        yield file


def _rows_after(before: int, rows: Iterable[RawRow | BadRow]) -> Iterator[RawRow | BadRow]:
    """Yield the rows of a batch that has a number of rows before it."""
    return (row._replace(line=before + row.line) for row in rows)


def _open_batch(batch: Any, columns: TicketColumns) -> OpenedFile:
    frame, _ = frame_of(batch)
    source = source_of(frame)
    file = source.file
    if file.header != columns.header:
        raise UsageError(
            Message("the columns of a batch are not those of the sample"),
            Message("columns of the sample: {names}", names=", ".join(columns.header)),
        )
    # The formats of its first rows are not checked: no row is judged by the others of its batch.
    return OpenedFile(file.name, columns, file.rows, source)


def batch_audit(
    sample: Any,
    policy: AuditedPolicy,
    options: AuditOptions,
    mapping: TicketMapping,
    grouped: bool,
) -> BatchAudit:
    """Return the audit of batches with the columns of a sample.

    Raises UsageError for mistakes of the arguments, and for an event log that is not `grouped`.
    """
    frame, _ = frame_of(sample)
    columns = open_table(frame, policy, options, mapping).columns
    if columns.is_log and not grouped:
        raise UsageError(
            Message("an event log in batches requires `{name}`", name="grouped"),
            Message("sort the rows by ticket, so that a task gets all rows of a ticket together"),
        )
    return BatchAudit(policy, options, columns, grouped)
