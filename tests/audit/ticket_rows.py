"""Ticket files on disk, and what is read from them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from zsupport.errors import ZsupportError
from zsupport.sources.tickets import BadRow, TicketReading, open_tickets

CELLS = tuple[int, list[str | None]]
BAD = tuple[int, str, str]


def read(
    tmp_path: Path,
    data: bytes,
    name: str = "tickets.csv",
    columns: Iterable[str] = (),
    **reading: Any,
) -> tuple[tuple[str, ...], list[CELLS | BAD]]:
    """Return the header and the rows of a file: (line, cells), or (line, reason, text) if bad."""
    path = tmp_path / name
    path.write_bytes(data)
    file = open_tickets(str(path), TicketReading(**reading), columns)
    return file.header, [
        (row.line, row.reason, row.text) if isinstance(row, BadRow) else (row.line, list(row.cells))
        for row in file.rows
    ]


def refusal(tmp_path: Path, data: bytes, name: str = "tickets.csv", **reading: Any) -> str:
    """Return the message and the hint for a file that cannot be read, with the exit code."""
    with pytest.raises(ZsupportError) as caught:
        read(tmp_path, data, name, **reading)
    error = caught.value
    message = error.message.removeprefix(f"{tmp_path / name}: ")
    return f"{error.exit_code}: {message}" + (f" ({error.hint})" if error.hint else "")
