"""Tables of tickets in the memory of a program: frames of Polars and pandas, tables of Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from zsupport.answer.promise import settle_metrics
from zsupport.audit.columns.frames import JudgedFrame
from zsupport.audit.columns.schema import verdict_schema, without_instants
from zsupport.audit.compare import comparison_of
from zsupport.audit.plain.judge import Judge
from zsupport.audit.run import judge_in_batches, open_mapped
from zsupport.audit.ticket import Reject
from zsupport.errors import UsageError
from zsupport.sources.tickets.batches import ParquetBatches
from zsupport.sources.tickets.parquet import scan_frame
from zsupport.wording import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zsupport.audit.compare import Comparison
    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.audit.mapping.model import TicketMapping
    from zsupport.audit.plain.judge import AuditedPolicy, AuditOptions
    from zsupport.audit.plain.lists import JudgedLists
    from zsupport.audit.run import OpenedFile

#: The name of a table in verdicts and rejects.
_NAME = "table"


class AuditedTable(NamedTuple):
    """The verdicts on the tickets of a table, and the rows that are not tickets.

    `verdicts` is a table of the kind that was given, with the columns of the output of `audit`:
    the kept columns, then the fields of a verdict, and of the comparison with the help desk if the
    table has its verdicts and there is one metric. `line` is the number of the row, from 1.
    """

    verdicts: Any
    rejects: tuple[Reject, ...]


def audit_table(
    table: Any, policy: AuditedPolicy, options: AuditOptions, mapping: TicketMapping
) -> AuditedTable:
    """Judge the tickets of a table. Raises TypeError for another kind of table.

    Raises UsageError if the mapping does not fit the columns.
    """
    frame, build = frame_of(table)
    opened = open_table(frame, policy, options, mapping)
    columns = opened.columns
    judge = Judge(policy, options)
    comparison = comparison_of(judge, columns)
    schema = table_schema(columns.kept_names, compared=comparison is not None)
    frames = [pl.DataFrame(schema=schema)]
    rejects: list[Reject] = []
    for verdicts, rejected in judge_tables([opened], columns, judge, comparison):
        frames.append(verdicts)
        rejects += rejected
    return AuditedTable(build(pl.concat(frames)), tuple(rejects))


def open_table(
    frame: pl.DataFrame, policy: AuditedPolicy, options: AuditOptions, mapping: TicketMapping
) -> OpenedFile:
    """Return a table with its columns. Raises UsageError for mistakes of the arguments.

    A traceback shows only the message of the error, so the message has the hint too.
    """
    settle_metrics(policy.revisions[-1], options.metrics, policy.revisions)
    try:
        (opened,) = open_mapped([source_of(frame)], mapping, policy)
    except UsageError as error:
        if error.hint is None:
            raise
        raise UsageError(joined((error.message, error.hint), "; ")) from None
    return opened


def source_of(frame: pl.DataFrame) -> ParquetBatches:
    """Return a frame as a source of rows."""
    return ParquetBatches(scan_frame(_NAME, frame.lazy()))


def table_schema(kept: Sequence[str], *, compared: bool) -> pl.Schema:
    """Return the types of the columns of verdicts; `compared` ones have a VendorComparison."""
    return verdict_schema(kept, compared=compared, repeated=pl.String())


def judge_tables(
    tables: Iterable[OpenedFile],
    columns: TicketColumns,
    judge: Judge,
    comparison: Comparison | None,
    *,
    grouped: bool = False,
) -> Iterator[tuple[pl.DataFrame, Sequence[Reject]]]:
    """Yield the verdicts on tables with these columns as frames, in order, with the rejects.

    If the tables are an event log that is `grouped`, the rows of each ticket are adjacent.
    `comparison` is None if no verdicts of a help desk are compared.
    """
    schema = table_schema(columns.kept_names, compared=comparison is not None)
    for batch in judge_in_batches(tables, judge, grouped=grouped):
        if isinstance(batch, JudgedFrame):
            yield batch.frame.cast(schema), batch.rejects
        else:
            yield _frame_of(batch, schema, comparison), batch.rejects


def _frame_of(lists: JudgedLists, schema: pl.Schema, comparison: Comparison | None) -> pl.DataFrame:
    """Return verdicts of the plain engine as a frame."""
    rows = []
    compared = comparison and [comparison.add(*pair) for pair in lists.tickets]
    for place, (cells, verdict) in enumerate(lists.verdicts.rows()):
        due = _milliseconds(verdict.due)
        *values, warnings = verdict._replace(opened=verdict.opened * 1000, due=due)
        row: list[object] = [*cells, *values, [*warnings]]
        if compared:
            vendor_due, *rest = compared[place]
            row += [_milliseconds(vendor_due), *rest]
        rows.append(row)
    return pl.DataFrame(rows, schema=without_instants(schema), orient="row").cast(schema)


def _milliseconds(instant: int | None) -> int | None:
    return None if instant is None else instant * 1000


def frame_of(table: Any) -> tuple[pl.DataFrame, Callable[[pl.DataFrame], Any]]:
    """Return a table as a frame of Polars, and a function that returns a frame in its kind."""
    package = type(table).__module__.partition(".")[0]
    if isinstance(table, pl.LazyFrame):
        return table.collect(), pl.DataFrame.lazy
    if isinstance(table, pl.DataFrame):
        return table, lambda frame: frame
    if package == "pandas" and hasattr(table, "columns"):
        return pl.from_pandas(table), pl.DataFrame.to_pandas
    if package == "pyarrow" and hasattr(table, "schema"):
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)
        is_batch = type(table).__name__ == "RecordBatch"
        return frame, _batch_builder(type(table)) if is_batch else pl.DataFrame.to_arrow
    raise TypeError(
        f"a table of Polars, pandas or PyArrow is required, not {type(table).__qualname__}"
    )


def _batch_builder(kind: Any) -> Callable[[pl.DataFrame], Any]:
    """Return a function that returns a frame as a record batch of PyArrow, the class `kind`."""

    def build(frame: pl.DataFrame) -> Any:
        table = frame.to_arrow().combine_chunks()
        batches = table.to_batches()
        return batches[0] if batches else kind.from_pylist([], schema=table.schema)

    return build
