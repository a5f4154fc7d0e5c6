"""The verdicts on tickets as rows of a file: CSV, NDJSON or Parquet.

To add a format, write a module in this package with WRITER, a class like RowWriter, and add its
name to FORMATS. The memory that a writer needs does not grow with the number of rows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from zsupport.audit.ticket import TicketVerdict, row_columns, row_fields
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.clock.zonefile import offset_pieces
from zsupport.dates import UTC, tzinfo
from zsupport.typed import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO, Self

    from polars import DataFrame

    from zsupport.audit.ticket import VendorComparison
    from zsupport.audit.verdict_lists import VerdictLists, VerdictRow

#: The formats of rows. Each one is a module of this package.
FORMATS = ("csv", "ndjson", "parquet")
_DAY = 86_400
#: The number of texts that a cache keeps.
MAX_CACHED = 100_000


class RowSetting(NamedTuple):
    """What the rows of a file have in common.

    `kept` are the names of the input columns that the output repeats. Instants are in `zone`. With
    `raw_csv`, texts in CSV that start like a formula are not escaped. `compared` rows also have the
    fields of a VendorComparison.
    """

    kept: tuple[str, ...] = ()
    zone: tzinfo = UTC
    raw_csv: bool = False
    compared: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns after the kept ones."""
        return row_fields(compared=self.compared)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a row."""
        return row_columns(self.kept, compared=self.compared)


class RowWriter(Protocol):
    """Writes rows to a stream. The file is complete after the block of `with`."""

    def __init__(self, stream: IO[bytes], setting: RowSetting) -> None:
        """Start a file, with its header."""

    def __enter__(self) -> Self:
        """Return the writer."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish the file, unless the block raised an error."""

    def write_lists(
        self, verdicts: VerdictLists, compared: Sequence[VendorComparison] = ()
    ) -> None:
        """Write rows as lists, in their order. `compared` rows have a comparison each.

        Raises OSError if the stream cannot be written.
        """

    def write_frame(self, frame: DataFrame) -> None:
        """Write rows as a frame of Polars with these columns, with the warnings of `text`."""

    @property
    def text(self) -> Callable[[str], str] | None:
        """How texts of the policy are written in a frame; then its warnings are a text, too."""


def open_rows(format: str, stream: IO[bytes], setting: RowSetting) -> RowWriter:
    """Return a writer of rows in a format of FORMATS.

    Raises EnvironmentFault if the format needs a package that is not installed.
    """
    module = f"zsupport.report.tickets.{format}"
    __import__(module)
    writer: RowWriter = sys.modules[module].WRITER(stream, setting)
    return writer


def rows_of_frame(frame: DataFrame) -> Iterator[VerdictRow]:
    """Yield the rows of a frame whose warnings are lists."""
    places = [TicketVerdict._fields.index(name) for name in ("opened", "due")]
    for row in frame.iter_rows():
        kept, values = row[: -len(TicketVerdict._fields)], [*row[-len(TicketVerdict._fields) :]]
        for place in places:
            if values[place] is not None:
                values[place] = from_datetime(values[place])
        yield kept, TicketVerdict._make((*values[:-1], tuple(values[-1])))


class InstantTexts:
    """Writes instants in a time zone as `format_instant` does, but faster for many instants."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        #: The offset and its text on each day of UTC; None on a day with two offsets.
        self._days: dict[int, tuple[int, str] | None] = {}
        self._dates: dict[int, str] = {}
        self._minutes = [f"{hour:02}:{minute:02}:" for hour in range(24) for minute in range(60)]
        self._seconds = [f"{second:02}" for second in range(60)]

    def texts(self, instants: Iterable[int | None]) -> list[str]:
        """Return instants as RFC 3339. None is an empty text."""
        days, dates, minutes, seconds = self._days, self._dates, self._minutes, self._seconds
        texts = []
        for instant in instants:
            if instant is None:
                texts.append("")
                continue
            try:
                shift, suffix = days[instant // _DAY]  # type: ignore[misc] # None: a TypeError
                local = instant + shift
                date, minute = dates[local // _DAY], minutes[local % _DAY // 60]
                texts.append(f"{date}{minute}{seconds[local % 60]}{suffix}")
            except (KeyError, TypeError):
                texts.append(self._added(instant))
        return texts

    def _added(self, instant: int) -> str:
        """Return the text of an instant and keep its parts."""
        day = instant // _DAY
        text = format_instant(instant, self._zone)
        if day in self._days:
            return text
        first, *further = offset_pieces(self._zone, day * _DAY, (day + 1) * _DAY)
        if any(offset != first[2] for _, _, offset in further):
            self._days[day] = None
            return text
        self._days[day] = first[2], text[19:]
        self._dates[(instant + first[2]) // _DAY] = text[:11]
        return text
