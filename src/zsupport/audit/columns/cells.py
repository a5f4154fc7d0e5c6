"""Whole columns of cells: the instants and cases of the rows of a frame.

The values are those that `zsupport.audit.reading.rows` reads from the cells of each row. Cells that
this module cannot read with certainty are left to it.
"""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from zsupport.audit.columns.judge import MISSING
from zsupport.audit.reading.instant_formats import read_format
from zsupport.audit.reading.instants import instant_reader
from zsupport.audit.reading.rows import query_reader
from zsupport.clock.instants import END, FIRST
from zsupport.clock.problem import BadText
from zsupport.clock.zonefile import offset_pieces
from zsupport.clock.zones import zone

if TYPE_CHECKING:
    from zsupport.answer.case import Query
    from zsupport.audit.columns.judge import Mask
    from zsupport.audit.columns.spans import Integers
    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.dates import tzinfo

_DAY = 86_400
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
#: The largest number of combinations of values in a chunk.
_MAX_CASES = 1 << 22
#: The largest number that an array of positions can have.
_MAX_POSITIONS = 1 << 62


class Unproven(Exception):
    """A chunk with cells that could be read in another way."""


class EventColumn:
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
        """Return the instants, with MISSING for null, and which texts are not instants."""
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
                    raise Unproven from None  # perhaps the header again
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
    """Return the pattern of the usual texts of a format; None if Polars may read it otherwise."""
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


class CaseColumns:
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
            raise Unproven
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
                raise Unproven
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
