"""The verdicts on tickets as rows of a file: CSV, NDJSON or Parquet.

To add a format, write a module in this package with WRITER, a class like RowWriter, and add its
name to FORMATS. The memory that a writer needs does not grow with the number of rows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from zsupport.audit.ticket import TicketVerdict
from zsupport.clock.instants import format_instant, from_datetime
from zsupport.clock.zonefile import offset_pieces
from zsupport.dates import UTC, tzinfo
from zsupport.typed import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO, Self

    from polars import DataFrame

#: The cells of the input columns that the output repeats, and the verdict.
VerdictRow: TypeAlias = tuple[Sequence[str | None], TicketVerdict]
#: The formats of rows. Each one is a module of this package.
FORMATS = ("csv", "ndjson", "parquet")
_DAY = 86_400
#: The number of texts that a cache keeps.
MAX_CACHED = 100_000


class RowSetting(NamedTuple):
    """What the rows of a file have in common.

    `kept` are the names of the input columns that the output repeats. Instants are in `zone`. With
    `raw_csv`, texts in CSV that start like a formula are not escaped.
    """

    kept: tuple[str, ...] = ()
    zone: tzinfo = UTC
    raw_csv: bool = False


class RowWriter(Protocol):
    """Writes rows to a stream. The file is complete after the block of `with`."""

    def __init__(self, stream: IO[bytes], setting: RowSetting) -> None:
        """Start a file, with its header."""

    def __enter__(self) -> Self:
        """Return the writer."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Finish the file, unless the block raised an error."""

    def write(self, rows: Iterable[VerdictRow]) -> None:
        """Write rows in their order. Raises OSError if the stream cannot be written."""

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
        self._times: dict[int, str] = {}

    def texts(self, instants: Iterable[int | None]) -> list[str]:
        """Return instants as RFC 3339. None is an empty text."""
        days, dates, times = self._days, self._dates, self._times
        texts = []
        for instant in instants:
            if instant is None:
                texts.append("")
                continue
            try:
                offset = days[instant // _DAY]
                if offset is None:
                    texts.append(format_instant(instant, self._zone))
                    continue
                shift, suffix = offset
                local = instant + shift
                texts.append(dates[local // _DAY] + times[local % _DAY] + suffix)
            except KeyError:
                texts.append(self._added(instant))
        return texts

    def _added(self, instant: int) -> str:
        """Return the text of an instant and keep its parts."""
        day = instant // _DAY
        text = format_instant(instant, self._zone)
        first, *further = offset_pieces(self._zone, day * _DAY, (day + 1) * _DAY)
        if any(offset != first[2] for _, _, offset in further):
            self._days[day] = None
            return text
        self._days[day] = first[2], text[19:]
        local_day, second = divmod(instant + first[2], _DAY)
        self._dates[local_day], self._times[second] = text[:11], text[11:19]
        return text
