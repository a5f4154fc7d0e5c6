"""Rejected rows as CSV: their place, the reason, and the row itself."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from zsupport.report.csv import cell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

    from zsupport.audit.ticket import Reject

_COLUMNS = ("file", "line", "column", "reason", "row")


def open_rejects(stream: IO[bytes], *, raw: bool) -> Callable[[Reject], None]:
    """Write the header, and return a function that writes a reject.

    `row` has the text of the row, or its cells as a row of CSV. Unless `raw`, texts that start like
    a formula get an apostrophe.
    """
    stream.write(_line(_COLUMNS))

    def write(reject: Reject) -> None:
        cells = reject.cells
        row = cells[0] if len(cells) == 1 else _line(cells).decode().rstrip("\n")
        values = (reject.file, str(reject.line), reject.column, reject.reason, row)
        stream.write(_line([cell(value, raw=raw) for value in values]))

    return write


def _line(cells: Sequence[str | None]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode("utf-8", "backslashreplace")
