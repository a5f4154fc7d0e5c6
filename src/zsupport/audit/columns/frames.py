"""The columns engine on files: cells as frames of Polars, and verdicts as frames.

The values of a frame are those that `zsupport.audit.reading.rows` and the plain engine give for
each row. A row that this module cannot read with certainty goes through them.
"""

from __future__ import annotations

import csv
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from zsupport.answer.due import STATES
from zsupport.audit.columns.cells import CaseColumns, EventColumn, Unproven
from zsupport.audit.columns.judge import MISSING, ColumnJudge, TicketArrays, VerdictArrays
from zsupport.audit.columns.schema import REPEATED, verdict_schema, without_instants
from zsupport.audit.mapping.model import EVENT_FIELDS, is_instant
from zsupport.audit.plain.lists import RowJudge
from zsupport.audit.reading.cells import selected_rows
from zsupport.audit.ticket import Constants, Reject
from zsupport.audit.verdict_lists import constants_of
from zsupport.sources.tickets.chunks import CsvChunk, CsvChunks
from zsupport.sources.tickets.parquet import without_nul
from zsupport.sources.tickets.rows import BadRow, RawRow
from zsupport.wording import encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zsupport.audit.columns.judge import Mask
    from zsupport.audit.columns.spans import Integers
    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.audit.plain.judge import Judge
    from zsupport.audit.reading.cells import SkippedRows
    from zsupport.sources.tickets.batches import ParquetBatches

    Cells = Sequence[str | None]

#: The warnings as a text; null if there are none.
_JOINED = pl.when(pl.col("warnings").list.len() > 0).then(pl.col("warnings").list.join(" "))
#: The characters that Python removes at the ends of a text; Polars would remove others.
_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
#: Columns of a frame that the output does not have: see JudgedFrame.
_HIDDEN = ("_metric", "_state", "_constants")
#: The number of chunks that are read before they are judged.
_AHEAD = 2


class JudgedFrame(NamedTuple):
    """The verdicts on some rows of a file, in their order, and the rejected rows.

    The columns of the frame are those of `row_columns`. `file` is the name of the file. For each
    row, `states` has the position of its state in STATES, and `positions` that of its other
    constants in `constants`, which can grow.
    """

    frame: pl.DataFrame
    rejects: list[Reject]
    file: str
    states: Integers
    constants: Sequence[Constants]
    positions: Integers


class TicketFrame(NamedTuple):
    """Rows of a file as a frame, and the events of their tickets.

    `plain` marks the rows that the plain engine must read; `cells_of` returns all of their cells.
    `filter` has the position of the filter that skips a row, or -1.
    """

    frame: pl.DataFrame
    line: int
    cells_of: Callable[[int], Cells]
    events: dict[str, Integers]
    plain: Mask
    filter: Integers


class FrameJudge:
    """Judges the rows of a file in frames."""

    def __init__(
        self,
        judge: Judge,
        columns: TicketColumns,
        file: str,
        delimiter: str | None = None,
        text: Callable[[str], str] | None = None,
        skipped: SkippedRows | None = None,
    ) -> None:
        """Judge a file with these columns; see `can_judge`. `delimiter` is that of a CSV file.

        The rows that the mapping skips are added to `skipped`.

        `text` is for output as CSV: it returns a text of the policy, or the name of the file, as
        the output has it. The warnings are then a text, too.
        """
        self._text = text or encodable
        self._joined = text is not None
        self._skipped = skipped
        self._delimiter = delimiter or ","
        #: Whether an empty cell is an empty text; otherwise it is null.
        self._blank = delimiter is not None
        self._columns = columns
        self._file = file
        self._rows = RowJudge(columns, judge, file)
        self._column_judge = ColumnJudge(judge)
        self._cases = CaseColumns(columns)
        fields = columns.fields
        self._instants = {
            field: (fields[field][0], EventColumn(columns, field))
            for field in EVENT_FIELDS
            if field in fields
        }
        nulls = columns.mapping.nulls
        #: The columns whose instants need not be texts.
        self.instant_places = {
            place
            for field, (place, _) in self._instants.items()
            if not columns.mapping.instant_source(field).formats
            and not any(text[:1].isdigit() for text in nulls)
            and place not in columns.kept
            and not any(place in item.places for item in columns.filters)
        }
        #: Fields that only the plain engine reads; they are mostly empty.
        self._rare = [
            fields[name][0] for name in fields if is_instant(name) and name not in EVENT_FIELDS
        ]
        self._id = fields["id"][0] if "id" in fields else None
        used = [place for place, _ in self._instants.values()]
        used += [*self._rare, *self._cases.places, *columns.kept]
        used += [item.places[0] for item in columns.filters]
        self.places = sorted({*used, *([] if self._id is None else [self._id])})
        self.copied = columns.copied
        self.kept = columns.kept_names
        self._schema = verdict_schema(self.kept, joined=self._joined)
        self._table: tuple[int, pl.DataFrame] = (-1, pl.DataFrame())
        self._shown_file = pl.Series([self._text(file)], dtype=REPEATED)
        self._states = pl.Series(STATES, dtype=REPEATED)

    @staticmethod
    def can_judge(columns: TicketColumns) -> bool:
        """Return whether rows are tickets without repeated columns and without other verdicts."""
        if columns.is_log or columns.has_vendor or columns.has_durations:
            return False
        places = (*columns.fields.values(), *(item.places for item in columns.filters))
        single = all(len(of_column) == 1 for of_column in places)
        return single and not columns.joined

    def read_csv(self, chunk: CsvChunk) -> TicketFrame | None:
        """Return the rows of a chunk; None if it must be read row by row."""
        names = [f"column_{place + 1}" for place in range(len(self._columns.header))]
        try:
            frame = pl.read_csv(
                chunk.data,
                has_header=False,
                schema=dict.fromkeys(names, pl.String),
                columns=[names[place] for place in self.places],
                separator=self._delimiter,
                quote_char='"' if chunk.quotes else None,
            )
        except pl.exceptions.PolarsError:
            return None
        if len(frame) != chunk.rows:
            return None
        frame = frame.rename({names[place]: str(place) for place in self.places})
        lines: list[bytes] = []

        def cells_of(row: int) -> list[str | None]:
            if not lines:
                lines.extend(chunk.data.split(b"\n"))
            text = [lines[row].decode()]
            (cells,) = csv.reader(text, delimiter=self._delimiter, strict=True)
            return list(cells)

        return self.read(frame, chunk.line, cells_of)

    def read(
        self, frame: pl.DataFrame, line: int, cells_of: Callable[[int], Cells]
    ) -> TicketFrame | None:
        """Return rows whose columns are positions in the header, with their events.

        `line` is the line of the first row. `cells_of` returns all cells of a row. The result is
        None if the rows must be read one by one. This method does not change the judge.
        """
        count = len(frame)
        none = np.full(count, MISSING, np.int64)
        events = dict.fromkeys(EVENT_FIELDS, none)
        plain = np.zeros(count, np.bool_)
        for field, (place, column) in self._instants.items():
            try:
                events[field], bad = column.read(frame[str(place)])
            except Unproven:
                return None
            plain |= bad
        plain |= events["opened"] == MISSING
        for place in self._rare:
            cells = frame[str(place)]
            stated = cells.is_not_null()
            if cells.dtype == pl.String:
                stated &= (cells != "").fill_null(False)
            plain |= stated.to_numpy()
        return TicketFrame(frame, line, cells_of, events, plain, self._filter_of(frame))

    def _filter_of(self, frame: pl.DataFrame) -> Integers:
        """Return the position of the first filter that skips each row; -1 without one."""
        result = np.full(len(frame), -1, np.int64)
        for number, item in reversed([*enumerate(self._columns.filters)]):
            texts = frame[str(item.places[0])].cast(pl.String)
            skipped = [text for text in texts.unique().to_list() if item.skips_text(text)]
            known = pl.Series([text for text in skipped if text is not None], dtype=pl.String)
            mask = texts.is_in(known.implode()).fill_null(None in skipped)
            result[mask.to_numpy()] = number
        return result

    def judge(self, rows: TicketFrame) -> JudgedFrame | None:
        """Return the verdicts on rows; None if they must be read one by one."""
        frame, line, cells_of, events, plain, filters = rows
        skipped = filters >= 0
        try:
            case, cases = self._cases.read(frame)
        except Unproven:
            return None
        opened, answered, updated, resolved = (events[field] for field in EVENT_FIELDS)
        tickets = TicketArrays(cases, case, opened, answered, updated, resolved, plain | skipped)
        verdicts, plain = self._column_judge.judge(tickets)
        selected = np.flatnonzero(~plain) if plain.any() else None
        shared = self._shared(frame, line, opened, selected)
        parts = [
            self._frame(shared, metric, selected, number) for number, metric in enumerate(verdicts)
        ]
        rejects: list[Reject] = []
        if selected is not None or not parts:
            odd = np.flatnonzero(plain & ~skipped).tolist()
            rejects, more = self._row_by_row(RawRow(line + row, cells_of(row)) for row in odd)
            parts.append(more)
        if self._skipped is not None:
            for number, count in Counter(filters[skipped].tolist()).items():
                self._skipped[self._columns.filters[number].column] += count
        result = parts[0]
        if parts[1:]:
            result = pl.concat(parts).sort("line", "_metric", maintain_order=True)
        return self._judged(result, rejects)

    def _judged(self, frame: pl.DataFrame, rejects: list[Reject]) -> JudgedFrame:
        states, positions = (frame[name].to_numpy() for name in ("_state", "_constants"))
        known = self._column_judge.constants
        return JudgedFrame(frame.drop(_HIDDEN), rejects, self._file, states, known, positions)

    def _shared(
        self, frame: pl.DataFrame, line: int, opened: Integers, rows: Integers | None
    ) -> dict[str, pl.Series]:
        """Return the columns that do not depend on the metric."""
        if rows is not None:
            frame = frame[rows]
            opened = opened[rows]
        numbers = np.arange(line, line + len(frame)) if rows is None else rows + line
        names = [*self._schema]
        result = {}
        for name, place in zip(names, self._columns.kept, strict=False):
            kept = frame[str(place)].cast(pl.String)
            result[name] = kept.fill_null("") if self._blank else kept
        result["file"] = self._shown_file.new_from_index(0, len(frame))
        result["line"] = pl.Series(numbers)
        result["id"] = self._ids(frame)
        result["cycle"] = pl.Series([1]).new_from_index(0, len(frame))
        result["opened"] = _instants(opened, None)
        return result

    def _ids(self, frame: pl.DataFrame) -> pl.Series:
        if self._id is None:
            constant = self._columns.mapping.constants.get("id")
            return pl.Series([constant], dtype=pl.String).new_from_index(0, len(frame))
        texts = frame[str(self._id)].cast(pl.String)
        ids = texts.str.strip_chars(_SPACES)
        nulls = pl.Series(["", *self._columns.mapping.nulls])
        missing = texts.is_in(nulls.implode()) | ids.is_in(nulls.implode())
        return ids.zip_with(~missing.fill_null(True), pl.Series([None], dtype=pl.String))

    def _frame(
        self,
        shared: dict[str, pl.Series],
        metric: VerdictArrays,
        rows: Integers | None,
        number: int,
    ) -> pl.DataFrame:
        """Return the verdicts on one metric."""
        selected = slice(None) if rows is None else rows
        constants, state = metric.constants[selected], metric.state[selected]
        clocked: Mask = metric.clocked[selected]
        due, margin, elapsed = (column[selected] for column in metric[3:])
        table = self._constants()
        common = table[pl.Series(np.maximum(constants, 0)).cast(pl.UInt32)]
        empty = None if clocked.all() else ~clocked
        columns = {
            **shared,
            **{name: common[name] for name in common.columns},
            "state": self._states.gather(pl.Series(np.maximum(state, 0).astype(np.uint32))),
            "due": _instants(due, empty),
            "margin_seconds": _numbers(margin, empty),
            "elapsed_seconds": _numbers(elapsed, empty),
            "paused_seconds": _numbers(np.zeros(len(due), np.int64), empty),
        }
        frame = pl.DataFrame({name: columns[name] for name in self._schema})
        frame = frame.with_columns(
            pl.lit(number, pl.Int64).alias("_metric"),
            pl.Series("_state", state).cast(pl.Int64),
            pl.Series("_constants", constants).cast(pl.Int64),
        )
        return frame.filter(pl.Series(constants >= 0)) if (constants < 0).any() else frame

    def _constants(self) -> pl.DataFrame:
        """Return the constants of verdicts as a table."""
        known = self._column_judge.constants
        if self._table[0] != len(known):
            types = verdict_schema(())
            schema = pl.Schema((name, types[name]) for name in Constants._fields)
            rows = [self._written(item) for item in known]
            table = pl.DataFrame(rows, schema=without_instants(schema), orient="row")
            self._table = len(known), self._typed(table)
        return self._table[1]

    def _written(self, fields: Sequence[object]) -> tuple[object, ...]:
        """Return the fields of a verdict as the output has them; the warnings are the last."""
        *values, warnings = fields
        values = [self._text(value) if isinstance(value, str) else value for value in values]
        return (*values, [*warnings])  # type: ignore[misc]

    def _row_by_row(self, rows: Iterable[RawRow | BadRow]) -> tuple[list[Reject], pl.DataFrame]:
        """Judge rows one by one with the plain engine."""
        rejects: list[Reject] = []
        records = []
        for row in rows:
            result = self._rows.judge(row)
            if isinstance(result, Reject):
                rejects.append(result)
                continue
            ticket, verdicts = result
            for number, verdict in enumerate(verdicts):
                due = None if verdict.due is None else verdict.due * 1000
                written = self._written(verdict._replace(opened=verdict.opened * 1000, due=due))
                # The writer of the output examines the id and the kept cells.
                hidden = (
                    number,
                    STATES.index(verdict.state),
                    self._column_judge.shared.position(constants_of(verdict)),
                )
                records.append((*ticket.kept, *written[:2], verdict.id, *written[3:], *hidden))
        schema = without_instants(verdict_schema(self.kept))
        schema.update(dict.fromkeys(_HIDDEN, pl.Int64()))
        frame = pl.DataFrame(records, schema=schema, orient="row")
        return rejects, self._typed(frame)

    def _typed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a frame built with the types of `without_instants` as the output has it."""
        if self._joined:
            frame = frame.with_columns(_JOINED)
        return frame.cast(
            {name: kind for name, kind in self._schema.items() if name in frame.columns}
        )

    def judge_rows(self, rows: Iterable[RawRow | BadRow]) -> JudgedFrame:
        """Return the verdicts on rows that were read one by one."""
        selected = selected_rows(rows, self._columns.skipped_by, self._skipped)
        rejects, frame = self._row_by_row(selected)
        return self._judged(frame, rejects)


def judged_frames(
    source: CsvChunks | ParquetBatches,
    columns: TicketColumns,
    judge: Judge,
    name: str,
    text: Callable[[str], str] | None = None,
    skipped: SkippedRows | None = None,
) -> Iterator[JudgedFrame] | None:
    """Return the verdicts on a file, in order; None if it must be read row by row.

    `columns` are those of the file, and `name` is its name. For `text` and `skipped` see
    FrameJudge.
    """
    if not FrameJudge.can_judge(columns):
        return None
    file = source.file
    frame_judge = FrameJudge(judge, columns, name, file.reading.delimiter, text, skipped)
    if isinstance(source, CsvChunks):
        return _judged_chunks(source, frame_judge)
    return _judged_batches(source, frame_judge) if source.can_read(frame_judge.places) else None


def _judged_batches(file: ParquetBatches, judge: FrameJudge) -> Iterator[JudgedFrame]:
    """Yield the verdicts on the batches of a Parquet file, in order."""
    for line, frame in file.batches(judge.places, judge.instant_places):
        cells: list[RawRow | BadRow] = []

        def rows_of(line: int = line, count: int = len(frame)) -> list[RawRow | BadRow]:
            return list(without_nul(file.rows(line, count), judge.copied))

        def cells_of(
            row: int,
            cells: list[RawRow | BadRow] = cells,
            rows_of: Callable[[], list[RawRow | BadRow]] = rows_of,
        ) -> Cells:
            if not cells:
                cells.extend(rows_of())
            raw = cells[row]
            assert isinstance(raw, RawRow)
            return raw.cells

        has_nul = file.has_nul(frame, judge.copied)
        rows = None if has_nul else judge.read(frame, line, cells_of)
        yield (rows and judge.judge(rows)) or judge.judge_rows(rows_of())
    if file.damage is not None:
        yield judge.judge_rows([file.damage])


def _judged_chunks(chunks: CsvChunks, judge: FrameJudge) -> Iterator[JudgedFrame]:
    """Yield the verdicts on the chunks of a file, in order.

    A thread reads the next chunks, while the caller uses the verdicts.
    """
    for part, rows in _ahead(chunks, judge.read_csv):
        if isinstance(part, CsvChunk):
            judged = rows and judge.judge(rows)
            yield judged or judge.judge_rows(chunks.rows_of(part))
        else:
            yield judge.judge_rows(part)


def _ahead(
    chunks: CsvChunks, read: Callable[[CsvChunk], TicketFrame | None]
) -> Iterator[tuple[CsvChunk | list[RawRow | BadRow], TicketFrame | None]]:
    """Yield the parts of a file, and their rows if they are proven; read some parts ahead."""
    parts = iter(chunks)

    def next_part() -> tuple[CsvChunk | list[RawRow | BadRow], TicketFrame | None] | None:
        part = next(parts, None)
        if part is None:
            return None
        return part, read(part) if isinstance(part, CsvChunk) else None

    with ThreadPoolExecutor(1) as executor:
        waiting = [executor.submit(next_part) for _ in range(_AHEAD)]
        while item := waiting.pop(0).result():
            waiting.append(executor.submit(next_part))
            yield item


def _instants(seconds: Integers, empty: Mask | None) -> pl.Series:
    return _numbers(seconds * 1000, empty).cast(pl.Datetime("ms", "UTC"))


def _numbers(numbers: Integers, empty: Mask | None) -> pl.Series:
    series = pl.Series(numbers)
    return series if empty is None else series.set(pl.Series(empty), None)
