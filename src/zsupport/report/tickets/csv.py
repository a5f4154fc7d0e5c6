"""CSV with a header and one row for each ticket and metric. Null is empty."""

from __future__ import annotations

import string
from itertools import repeat
from typing import TYPE_CHECKING

from zsupport.dates import UTC
from zsupport.report.csv import cell
from zsupport.report.text import is_plain
from zsupport.report.tickets import MAX_CACHED, InstantTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import IO, Self

    from polars import DataFrame, Series

    from zsupport.audit.ticket import Constants, VendorComparison
    from zsupport.audit.verdict_lists import VerdictLists
    from zsupport.report.tickets import RowSetting

#: The rows that Polars writes at once.
_ROWS = 1 << 14
#: What a text has that must be examined: a start that is not ordinary, or a rare character.
_ODD = '^[^A-Za-z0-9#]|[",]|[^ -~]'
#: The starts of texts that are no formulas.
_ORDINARY_STARTS = frozenset(["", *string.ascii_letters, *string.digits, "#"])

_TRUTH = {None: "", True: "true", False: "false"}


class CsvRows:
    """Writes verdicts as CSV, column by column for speed."""

    def __init__(self, stream: IO[bytes], setting: RowSetting) -> None:
        """Write the header."""
        self._stream = stream
        self._kept = setting.kept
        self._zone = setting.zone
        #: The texts of the seconds of a day.
        self._clock: Series | None = None
        self._cells = _CsvCells(raw=setting.raw_csv)
        self._instants = InstantTexts(setting.zone)
        header = ",".join(self._cells.text(name) for name in setting.columns)
        stream.write(f"{header}\n".encode())

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: each row is written."""

    def write_lists(
        self, verdicts: VerdictLists, compared: Sequence[VendorComparison] = ()
    ) -> None:
        """Write verdicts in lists, with their comparisons."""
        if not verdicts.line:
            return
        shared = verdicts.shared
        parts = {position: self._parts(shared[position]) for position in {*verdicts.constants}}
        kept = [self._varied(column) for column in zip(*verdicts.kept, strict=True)]
        columns = zip(
            [f"{','.join(cells)}," for cells in zip(*kept, strict=True)] if kept else repeat(""),
            map(self._cells.__getitem__, verdicts.file),
            verdicts.line,
            self._varied(verdicts.id),
            verdicts.cycle,
            [parts[position] for position in verdicts.constants],
            self._instants.texts(verdicts.opened),
            verdicts.state,
            self._instants.texts(verdicts.due),
            *map(_numbers, (verdicts.margin, verdicts.elapsed, verdicts.paused)),
            strict=False,
        )
        lines = [
            f"{kept}{file},{line},{id},{cycle}{case}{opened},{state}{target}{due},{margin},{elapsed}"
            f",{paused}{last}\n"
            for kept, file, line, id, cycle, (case, target, last), opened, state, due, margin,
            elapsed, paused in columns
        ]  # fmt: skip
        if compared:
            ends = self._ends(compared)
            lines = [f"{line[:-1]}{end}\n" for line, end in zip(lines, ends, strict=True)]
        self._stream.write("".join(lines).encode("utf-8", "backslashreplace"))
        if len(self._cells) > MAX_CACHED:
            self._cells.clear()

    def _ends(self, compared: Sequence[VendorComparison]) -> Iterable[str]:
        """Return the comparisons as ends of lines."""
        dues, breached, causes, details = zip(*compared, strict=True)
        columns = (
            self._instants.texts(dues), map(_TRUTH.__getitem__, breached), self._repeated(causes),
            self._repeated(details),
        )  # fmt: skip
        return (f",{','.join(cells)}" for cells in zip(*columns, strict=True))

    def _parts(self, constants: Constants) -> tuple[str, str, str]:
        """Return what constants have before the opening, between state and deadline, and last."""
        plan, role, channel, priority, metric, target, rule, revision, warnings = constants
        case, target, last = (
            ",".join(map(self._cells.__getitem__, cells))
            for cells in ((plan, role, channel, priority, metric), (target,), (rule, revision))
        )
        return f",{case},", f",{target},", f",{last},{' '.join(warnings)}"

    def write_frame(self, frame: DataFrame) -> None:
        """Write a frame of Polars with these columns.

        Its texts of the policy are as `text` returns them; `warnings` is a text.
        """
        import polars as pl

        columns = []
        for number, column in enumerate(frame.get_columns()):
            if column.dtype == pl.Datetime:
                columns.append(self._instant_texts(column))
            elif number < len(self._kept) or column.name == "id":
                columns.append(self._checked(column))
            else:
                columns.append(column)
        written = pl.DataFrame(columns)
        # All cells that need quotation marks have them.
        written.write_csv(self._stream, include_header=False, batch_size=_ROWS, quote_style="never")

    @property
    def text(self) -> Callable[[str], str]:
        """Return the cell of a text."""
        return self._cells.text

    def _instant_texts(self, column: Series) -> Series:
        """Return instants as texts; null stays null."""
        import polars as pl

        seconds = column.to_physical() // 1000
        if self._zone is not UTC:
            texts = InstantTexts(self._zone).texts(seconds.to_list())
            written = pl.Series(column.name, texts)
            return written.set(column.is_null(), None)
        if self._clock is None:
            midnight = pl.datetime(2000, 1, 1)
            times = pl.datetime_range(midnight, midnight + pl.duration(seconds=86_399), "1s")
            self._clock = pl.select(times.dt.strftime("%H:%M:%SZ")).to_series()
        days = seconds // 86_400
        known = days.drop_nulls()
        if not len(known):
            return column.cast(pl.String)
        first, last = int(known.to_numpy().min()), int(known.to_numpy().max())
        dates = pl.int_range(first, last + 1, dtype=pl.Int32, eager=True).cast(pl.Date)
        date = dates.dt.strftime("%Y-%m-%dT").gather(days - first)
        time = self._clock.gather(seconds - days * 86_400)
        return pl.select(pl.concat_str(date, time)).to_series().alias(column.name)

    def _checked(self, column: Series) -> Series:
        """Return a column of texts as the output has it."""
        import polars as pl

        odd = column.str.contains(_ODD).fill_null(False)
        if odd.any():
            places = odd.arg_true()
            shown = [self.text(text) for text in column.gather(places).to_list()]
            column = column.scatter(places, pl.Series(shown, dtype=pl.String))
        return column

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


def _numbers(column: Sequence[int | None]) -> Sequence[int | str | None]:
    """Return numbers with an empty text for None."""
    if None not in column:
        return column
    return ["" if number is None else number for number in column]


class _CsvCells(dict["str | None", str]):
    """The cells of texts, as they are in the file."""

    def __init__(self, *, raw: bool) -> None:
        super().__init__()
        self.raw = raw

    def __missing__(self, text: str | None) -> str:
        shown = self[text] = self.text(text)
        return shown

    def text(self, text: str | None) -> str:
        """Return the cell of a text, in quotation marks if it needs them."""
        shown = cell(text, raw=self.raw)
        if any(mark in shown for mark in ',"\n\r'):
            shown = '"' + shown.replace('"', '""') + '"'
        return shown


WRITER = CsvRows
