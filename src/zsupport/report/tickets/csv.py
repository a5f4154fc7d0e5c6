"""CSV with a header and one row for each ticket and metric. Null is empty."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from zsupport.audit.ticket import TicketVerdict, row_columns
from zsupport.report.csv import cell
from zsupport.report.text import is_plain
from zsupport.report.tickets import MAX_CACHED, InstantTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import IO, Any, Self

    from zsupport.report.tickets import RowSetting, VerdictRow

#: The starts of texts that are no formulas.
_ORDINARY_STARTS = frozenset(["", *string.ascii_letters, *string.digits, "#"])


class CsvRows:
    """Writes verdicts as CSV, column by column for speed."""

    def __init__(self, stream: IO[bytes], setting: RowSetting) -> None:
        """Write the header."""
        self._stream = stream
        self._cells = _CsvCells(raw=setting.raw_csv)
        self._writers = self._by_field(InstantTexts(setting.zone))
        header = ",".join(self._cells.text(name) for name in row_columns(setting.kept))
        stream.write(f"{header}\n".encode())

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: each row is written."""

    def write(self, rows: Iterable[VerdictRow]) -> None:
        """Write rows."""
        rows = list(rows)
        if not rows:
            return
        kept, verdicts = zip(*rows, strict=True)
        columns = [self._varied(column) for column in zip(*kept, strict=True)]
        columns += [
            write(column)
            for write, column in zip(self._writers, zip(*verdicts, strict=True), strict=True)
        ]
        lines = "\n".join(map(",".join, zip(*columns, strict=True)))
        self._stream.write(f"{lines}\n".encode("utf-8", "backslashreplace"))
        if len(self._cells) > MAX_CACHED:
            self._cells.clear()

    def _by_field(self, instants: InstantTexts) -> list[Callable[[Any], Iterable[str]]]:
        """Return the function that writes a column, for each field of a verdict."""
        writers: dict[str, Callable[[Any], Iterable[str]]] = dict.fromkeys(
            TicketVerdict._fields, self._repeated
        )
        writers |= {"id": self._varied, "opened": instants.texts, "due": instants.texts}
        numbers = "line", "cycle", "margin_seconds", "elapsed_seconds", "paused_seconds"
        writers |= dict.fromkeys(numbers, _numbers)
        writers["warnings"] = lambda column: map(" ".join, column)
        return list(writers.values())

    def _repeated(self, column: Sequence[str | None]) -> Iterable[str]:
        """Return the cells of a column with few different texts."""
        return map(self._cells.__getitem__, column)

    def _varied(self, column: Sequence[str | None]) -> Iterable[str]:
        """Return the cells of a column whose texts can all be different."""
        try:
            texts = "".join(column)  # type: ignore[arg-type] # None raises a TypeError
        except TypeError:
            return self._repeated(column)
        if any(mark in texts for mark in ',"\n') or not is_plain(texts):
            return self._repeated(column)
        if not _ORDINARY_STARTS.issuperset(text[:1] for text in column):  # type: ignore[index]
            return self._repeated(column)
        return column  # type: ignore[return-value]


def _numbers(column: Sequence[int | None]) -> list[str]:
    return ["" if number is None else str(number) for number in column]


class _CsvCells(dict["str | None", str]):
    """The cells of texts, as they are in the file."""

    def __init__(self, *, raw: bool) -> None:
        super().__init__()
        self._raw = raw

    def __missing__(self, text: str | None) -> str:
        shown = self[text] = self.text(text)
        return shown

    def text(self, text: str | None) -> str:
        """Return the cell of a text, in quotation marks if it needs them."""
        shown = cell(text, raw=self._raw)
        if any(mark in shown for mark in ',"\n\r'):
            shown = '"' + shown.replace('"', '""') + '"'
        return shown


WRITER = CsvRows
