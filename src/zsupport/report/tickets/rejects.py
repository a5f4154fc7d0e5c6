"""Rejected rows as CSV: their place, the reason, and the row itself."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from zsupport.report.csv import cell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import IO

    from zsupport.audit.ticket import Reject

_COLUMNS = ("file", "line", "column", "reason", "row")


def open_rejects(
    stream: IO[bytes], delimiters: Mapping[str, str], *, raw: bool
) -> Callable[[Reject], None]:
    """Write the header, and return a function that writes a reject.

    `row` has the text of the row, or its cells as a row of CSV with the delimiter of the file that
    `delimiters` has. Unless `raw`, texts that start like a formula get an apostrophe.
    """
    out = io.StringIO()
    writers = {}

    def line(cells: Sequence[str | None], delimiter: str = ",") -> str:
        if delimiter not in writers:
            writers[delimiter] = csv.writer(out, delimiter=delimiter, lineterminator="\n")
        writers[delimiter].writerow(cells)
        text = out.getvalue()
        out.seek(0)
        out.truncate()
        return text

    def write(reject: Reject) -> None:
        cells = reject.cells
        row = cells[0] if len(cells) == 1 else line(cells, delimiters[reject.file]).rstrip("\n")
        values = (reject.file, str(reject.line), reject.column, reject.reason, row)
        text = line([cell(value, raw=raw) for value in values])
        stream.write(text.encode("utf-8", "backslashreplace"))

    stream.write(line(_COLUMNS).encode())
    return write
