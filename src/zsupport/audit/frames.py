"""The columns engine on files: cells as frames of Polars, and verdicts as frames.

The values of a frame are those that `zsupport.audit.reader` and the plain engine give for each row.
A row that this module cannot read with certainty goes through them.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from zsupport.answer.due import STATES
from zsupport.audit.cells import selected_rows
from zsupport.audit.columns import MISSING, ColumnJudge, TicketArrays, VerdictArrays
from zsupport.audit.instants import instant_reader, read_format
from zsupport.audit.list_judge import RowJudge
from zsupport.audit.mapping import EVENT_FIELDS, is_instant
from zsupport.audit.reader import query_reader
from zsupport.audit.ticket import Constants, Reject
from zsupport.audit.verdict_lists import constants_of
from zsupport.audit.verdict_schema import REPEATED, verdict_schema, without_instants
from zsupport.clock.instants import END, FIRST
from zsupport.clock.problem import BadText
from zsupport.clock.zonefile import offset_pieces
from zsupport.clock.zones import zone
from zsupport.sources.tickets.chunks import CsvChunk, CsvChunks
from zsupport.sources.tickets.parquet import without_nul
from zsupport.sources.tickets.rows import BadRow, RawRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from zsupport.answer.case import Query
    from zsupport.audit.cells import SkippedRows
    from zsupport.audit.columns import Mask
    from zsupport.audit.header import TicketColumns
    from zsupport.audit.judge import Judge
    from zsupport.audit.spans import Integers
    from zsupport.dates import tzinfo
    from zsupport.sources.tickets.batches import ParquetBatches

    Cells = Sequence[str | None]

_DAY = 86_400
#: The warnings as a text; null if there are none.
_JOINED = pl.when(pl.col("warnings").list.len() > 0).then(pl.col("warnings").list.join(" "))
#: The characters that Python removes at the ends of a text; Polars would remove others.
_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
#: The directives of formats that Polars reads in the same way, with their patterns.
_NUMERIC = {
    "%Y": "[0-9]{4}", "%m": "[0-9]{2}", "%d": "[0-9]{2}", "%H": "[0-9]{2}", "%M": "[0-9]{2}",
    "%S": "[0-5][0-9]",
}  # fmt: skip
#: RFC 3339 in whole seconds: with Z, and as a local time.
_WITH_Z, _LOCAL = "%Y-%m-%dT%H:%M:%SZ", ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
#: RFC 3339 with any offset, and with fractions of a second.
_WITH_OFFSET = tuple(f"{format}.%f%z" for format in _LOCAL)
_FRACTION, _OFFSET = r"(?:\.[0-9]+)?", "(?:Z|[+-][0-9]{2}:?[0-9]{2})"
#: The largest number of different offsets in a column.
_MAX_OFFSETS = 200
#: A column with more different values is not one of plans, roles or priorities.
_MAX_VALUES = 4_096
#: Columns of a frame that the output does not have: see JudgedFrame.
_HIDDEN = ("_metric", "_state", "_constants")
#: The number of chunks that are read before they are judged.
_AHEAD = 2
#: The largest number of combinations of values in a chunk.
_MAX_CASES = 1 << 22
#: The largest number that an array of positions can have.
_MAX_POSITIONS = 1 << 62


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


class _Unproven(Exception):
    """A chunk with cells that could be read in another way."""


class _EventColumn:
    """Reads a column of instants. Texts in the usual form are read by Polars, others one by one."""

    def __init__(self, columns: TicketColumns, field: str) -> None:
        self._name = columns.column_of(field)
        source = columns.mapping.instant_source(field)
        self._nulls = {"", *columns.mapping.nulls}
        self._zone = None if source.timezone is None else zone(source.timezone)
        formats = [read_format(text, source.locale) for text in source.formats]
        self._read = instant_reader(formats, self._zone)
        self._shapes = [_WITH_Z, *(_LOCAL if self._zone is not None else ()), *_WITH_OFFSET]
        if formats:
            # Two formats can read a text as different instants.
            only = source.formats[0] if len(formats) == 1 else ""
            self._shapes = [only] if _pattern(only) else []
        self._shapes = [
            shape for shape in self._shapes
            if not any(re.fullmatch(_pattern(shape) or "", text) for text in self._nulls)
        ]  # fmt: skip

    def read(self, texts: pl.Series) -> tuple[Integers, Mask]:
        """Return the instants, with MISSING for null, and which texts are no instants."""
        count = len(texts)
        if texts.dtype != pl.String:
            return _of_datetimes(texts)
        present = (texts.is_not_null() & (texts != "")).fill_null(False)
        instants = np.full(count, MISSING, np.int64)
        bad = np.zeros(count, np.bool_)
        first = present.arg_max() if count else None
        if first is None or not present[first]:
            return instants, bad
        example = texts[first]
        shape = next((s for s in self._shapes if re.fullmatch(_pattern(s) or "", example)), None)
        odd = present.to_numpy()
        if shape is not None:
            fits = texts.str.contains(f"^(?:{_pattern(shape)})$").fill_null(False)
            local = shape.removesuffix("%z").removesuffix(".%f")
            # All directives have two digits, except for the year.
            width = len(local) + 2 if local != shape else None
            # Most instants are different, so a cache of them takes more time than it saves.
            moments = texts.str.slice(0, width).str.to_datetime(
                local, strict=False, time_unit="ms", cache=False
            )
            usual: Mask = (fits & moments.is_not_null()).to_numpy()
            read = moments.to_physical().fill_null(0).to_numpy() // 1000
            if width is not None:
                read, usual = self._without_offsets(read, usual, texts, width)
            elif not shape.endswith("Z") and self._zone is not None:
                read, sure = _from_local(read, usual, self._zone)
                usual &= sure
            usual &= (read >= FIRST) & (read < END)
            instants = np.where(usual, read, instants)
            odd = odd & ~usual
        for row in np.flatnonzero(odd).tolist():
            text = texts[row]
            if text in self._nulls:
                continue
            try:
                instants[row] = self._read(text)
            except BadText:
                if text.strip() in self._nulls:
                    continue
                if text == self._name:
                    raise _Unproven from None  # perhaps the header again
                bad[row] = True
        return instants, bad

    def _without_offsets(
        self, local: Integers, usual: Mask, texts: pl.Series, width: int
    ) -> tuple[Integers, Mask]:
        """Return the instants of local times, and which of them are certain.

        The offset is in the text after `width` characters, perhaps after a fraction.
        """
        tails = texts.str.slice(width).str.replace(f"^{_FRACTION}", "")
        offsets = tails.filter(pl.Series(usual)).unique().to_list()
        if len(offsets) > _MAX_OFFSETS:
            return local, np.zeros(len(local), np.bool_)
        number = tails.cast(pl.Enum(offsets), strict=False).to_physical().cast(pl.Int64)
        numbers = number.fill_null(len(offsets)).to_numpy()
        shifts = np.zeros(len(offsets) + 1, np.int64)
        known = np.zeros(len(offsets) + 1, np.bool_)
        for number_of_offset in range(len(offsets)):
            row = int(np.argmax(usual & (numbers == number_of_offset)))
            try:
                shifts[number_of_offset] = local[row] - self._read(texts[row])
            except BadText:
                continue
            known[number_of_offset] = True
        return local - shifts[numbers], usual & known[numbers]


def _pattern(format: str) -> str | None:
    """Return the pattern of the usual texts of a format; None if Polars does not read it surely."""
    pattern, end = "", ""
    if format.endswith("%z"):
        # A declared format with a fraction can be read in another way than RFC 3339.
        end = _FRACTION + _OFFSET if format in _WITH_OFFSET else _OFFSET
        format = format.removesuffix("%z").removesuffix(".%f" if format in _WITH_OFFSET else "")
    for part in re.findall("%.?|[^%]+", format):
        if part[0] != "%":
            pattern += re.escape(part)
        elif part in _NUMERIC:
            pattern += _NUMERIC[part]
        else:
            return None
    directives = re.findall("%.", format)
    touching = re.search("%[A-Za-z]%|[0-9]%|%[A-Za-z][0-9]", format)
    date = {"%Y", "%m", "%d", "%H", "%M"}
    if not date <= {*directives} or len({*directives}) < len(directives) or touching:
        return None
    return pattern + end


def _from_local(local: Integers, usual: Mask, where: tzinfo) -> tuple[Integers, Mask]:
    """Return the instants of local times, and which of them are certain.

    Those near a change of the offset are not.
    """
    if not usual.any():
        return local, usual
    known = local[usual]
    low, high = int(known.min()), int(known.max())
    if low < FIRST + _DAY or high > END - _DAY:
        return local, np.zeros(len(local), np.bool_)
    pieces = np.array([*offset_pieces(where, low - 2 * _DAY, high + 2 * _DAY)], np.int64)
    # As if the local time were UTC: the offset is certain a day before and after the changes.
    piece = np.searchsorted(pieces[:, 0], local, "right") - 1
    piece = np.clip(piece, 0, len(pieces) - 1)
    begin, end, offset = pieces[piece].T
    sure = (local >= begin + _DAY) & (local < end - _DAY)
    return local - offset, sure


def _of_datetimes(moments: pl.Series) -> tuple[Integers, Mask]:
    """Return the instants of a column with a time zone."""
    per_second = {"ms": 10**3, "us": 10**6, "ns": 10**9}[moments.dtype.time_unit]  # type: ignore[attr-defined]
    missing = moments.is_null().to_numpy()
    instants = moments.to_physical().fill_null(0).to_numpy() // per_second
    return np.where(missing, MISSING, instants), np.zeros(len(moments), np.bool_)


class _CaseColumns:
    """Reads the case of each row: equal cells are read once."""

    def __init__(self, columns: TicketColumns) -> None:
        self._query = query_reader(columns)
        self._width = len(columns.header)
        names = [*columns.fields]
        self.places = [
            columns.fields[name][0]
            for name in names
            if name in ("plan", "role", "channel", "priority") or name.startswith("fact.")
        ]
        self._values: dict[int, list[str]] = {place: [] for place in self.places}
        self._queries: dict[tuple[str | None, ...], Query] = {}

    def read(self, frame: pl.DataFrame) -> tuple[Integers, list[Query]]:
        """Return the position of the case of each row, and the cases."""
        count = len(frame)
        position = np.zeros(count, np.int64)
        sizes = []
        for place in self.places:
            codes = self._codes(frame[str(place)], place)
            sizes.append(len(self._values[place]) + 1)
            position = position * sizes[-1] + codes
        total = prod(sizes)
        if total > _MAX_POSITIONS:
            raise _Unproven
        if total > _MAX_CASES:
            present, position = np.unique(position, return_inverse=True)
        else:
            present = np.flatnonzero(np.bincount(position, minlength=total))
            renumbered = np.zeros(total, np.int64)
            renumbered[present] = np.arange(len(present))
            position = renumbered[position]
        return position, [self._query_at(number, sizes) for number in present.tolist()]

    def _codes(self, texts: pl.Series, place: int) -> Integers:
        """Return a number for each text; 0 stands for null."""
        values = self._values[place]
        texts = texts.cast(pl.String)
        codes = texts.cast(pl.Enum(values), strict=False)
        if codes.null_count() > texts.null_count():
            unknown = texts.filter(codes.is_null()).drop_nulls().unique(maintain_order=True)
            values += unknown.to_list()
            if len(values) > _MAX_VALUES:
                self._values[place] = []
                raise _Unproven
            codes = texts.cast(pl.Enum(values), strict=False)
        return codes.to_physical().cast(pl.Int64).fill_null(-1).to_numpy() + 1

    def _query_at(self, number: int, sizes: list[int]) -> Query:
        cells: list[str | None] = [None] * self._width
        for place, size in zip(reversed(self.places), reversed(sizes), strict=True):
            number, code = divmod(number, size)
            cells[place] = self._values[place][code - 1] if code else None
        key = tuple(cells[place] for place in self.places)
        query = self._queries.get(key)
        if query is None:
            query = self._query(cells)
            if len(self._queries) < _MAX_VALUES:
                self._queries[key] = query
        return query


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
        self._text = text
        self._skipped = skipped
        self._delimiter = delimiter or ","
        #: Whether an empty cell is an empty text; otherwise it is null.
        self._blank = delimiter is not None
        self._columns = columns
        self._file = file
        self._rows = RowJudge(columns, judge, file)
        self._column_judge = ColumnJudge(judge)
        self._cases = _CaseColumns(columns)
        fields = columns.fields
        self._instants = {
            field: (fields[field][0], _EventColumn(columns, field))
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
        self._schema = verdict_schema(self.kept, joined=text is not None)
        self._table: tuple[int, pl.DataFrame] = (-1, pl.DataFrame())
        self._shown_file = pl.Series([text(file) if text else file], dtype=REPEATED)
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
            except _Unproven:
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
        except _Unproven:
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
        text = self._text
        *values, warnings = fields
        if text:
            values = [text(value) if isinstance(value, str) else value for value in values]
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
        if self._text:
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
