"""JSON Lines: one object for each ticket and metric, with null for missing values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zsupport.audit.verdict_lists import compared_rows
from zsupport.report import Terminal
from zsupport.report.json import safe
from zsupport.report.tickets import InstantTexts, rows_of_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import IO, Self

    from polars import DataFrame

    from zsupport.audit.ticket import VendorComparison
    from zsupport.audit.verdict_lists import VerdictLists
    from zsupport.report.tickets import RowSetting

_INSTANTS = ("opened", "due", "vendor_due")
_UTF_8 = Terminal()


class NdjsonRows:
    """Writes verdicts as lines of JSON."""

    def __init__(self, stream: IO[bytes], setting: RowSetting) -> None:
        """Start a file; it has no header."""
        self._stream = stream
        self._columns = setting.columns
        #: The positions of instants in the fields of a row.
        self._places = [place for place, field in enumerate(setting.fields) if field in _INSTANTS]
        self._instants = InstantTexts(setting.zone)
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: each row is written."""

    def write_lists(
        self, verdicts: VerdictLists, compared: Sequence[VendorComparison] = ()
    ) -> None:
        """Write verdicts in lists, with their comparisons."""
        vendor = ([comparison.vendor_due for comparison in compared],) if compared else ()
        instants = (verdicts.opened, verdicts.due, *vendor)
        self._write(compared_rows(verdicts, compared), instants)

    def _write(
        self,
        rows: Iterable[tuple[Sequence[str | None], tuple[object, ...]]],
        instants: Sequence[Sequence[int | None]],
    ) -> None:
        """Write rows whose instants are in lists, in the order of the fields."""
        columns, places, encode = self._columns, self._places, self._encode
        lines = []
        for (kept, fields), *texts in zip(rows, *map(self._instants.texts, instants), strict=True):
            values = [*fields]
            for place, text in zip(places, texts, strict=True):
                values[place] = text or None
            lines.append(encode(dict(zip(columns, (*kept, *values), strict=True))))
        if lines:
            text = safe("\n".join(lines), _UTF_8)
            self._stream.write(f"{text}\n".encode())

    text = None

    def write_frame(self, frame: DataFrame) -> None:
        """Write a frame."""
        rows = list(rows_of_frame(frame))
        opened = [verdict.opened for _, verdict in rows]
        self._write(rows, (opened, [verdict.due for _, verdict in rows]))


WRITER = NdjsonRows
