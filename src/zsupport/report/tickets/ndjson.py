"""JSON Lines: one object for each ticket and metric, with null for missing values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zsupport.audit.ticket import TicketVerdict, row_columns
from zsupport.report import Terminal
from zsupport.report.json import safe
from zsupport.report.tickets import InstantTexts, rows_of_frame

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import IO, Self

    from polars import DataFrame

    from zsupport.audit.verdict_lists import VerdictLists, VerdictRow
    from zsupport.report.tickets import RowSetting

#: The positions of instants, from the end of a row.
_OPENED = TicketVerdict._fields.index("opened") - len(TicketVerdict._fields)
_DUE = TicketVerdict._fields.index("due") - len(TicketVerdict._fields)
_UTF_8 = Terminal()


class NdjsonRows:
    """Writes verdicts as lines of JSON."""

    def __init__(self, stream: IO[bytes], setting: RowSetting) -> None:
        """Start a file; it has no header."""
        self._stream = stream
        self._columns = row_columns(setting.kept)
        self._instants = InstantTexts(setting.zone)
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: each row is written."""

    def write(self, rows: Iterable[VerdictRow]) -> None:
        """Write rows."""
        rows = list(rows)
        opened = self._instants.texts(verdict.opened for _, verdict in rows)
        due = self._instants.texts(verdict.due for _, verdict in rows)
        columns, encode = self._columns, self._encode
        lines = []
        for (kept, verdict), opened_text, due_text in zip(rows, opened, due, strict=True):
            values = [*kept, *verdict]
            values[_OPENED] = opened_text
            values[_DUE] = due_text or None
            lines.append(encode(dict(zip(columns, values, strict=True))))
        if lines:
            text = safe("\n".join(lines), _UTF_8)
            self._stream.write(f"{text}\n".encode())

    def write_lists(self, verdicts: VerdictLists) -> None:
        """Write verdicts in lists."""
        self.write(verdicts.rows())

    text = None

    def write_frame(self, frame: DataFrame) -> None:
        """Write a frame."""
        self.write(rows_of_frame(frame))


WRITER = NdjsonRows
