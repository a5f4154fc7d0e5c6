"""The files that `zsupport audit` writes: rows, rejected rows and a report."""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache
from typing import IO, TYPE_CHECKING, cast

from zsupport.cli.output import emit_exactly, is_terminal, wording
from zsupport.clock.problem import shown as quoted
from zsupport.errors import UsageError
from zsupport.report.text import single_line
from zsupport.report.tickets import FORMATS, RowSetting, open_rows
from zsupport.report.tickets.rejects import open_rejects
from zsupport.sources.rewrite import is_file_of, is_same_file, replacement_of
from zsupport.typed import NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from zsupport.audit.ticket import Reject
    from zsupport.report.tickets import RowWriter
    from zsupport.sources.find import LocatedPolicy


_BY_ENDING = {"csv": "csv", "ndjson": "ndjson", "jsonl": "ndjson", "parquet": "parquet"}


class AuditOutputs(NamedTuple):
    """The files that an audit writes; None for a file that is not written.

    `format` is the format of the rows, or None without rows. Without the file `rows`, they go to
    standard output.
    """

    format: str | None
    rows: str | None
    rejects: str | None
    report: str | None
    raw_csv: bool

    @property
    def leaves_summary(self) -> bool:
        """Whether standard output is left for the summary."""
        return self.format is None or self.rows is not None

    def check(self, inputs: tuple[str, ...], located: LocatedPolicy) -> None:
        """Raise UsageError for a file that is an input, or that is named twice."""
        outputs = {"--output": self.rows, "--rejects": self.rejects, "--report": self.report}
        _check_outputs(outputs, inputs, located)

    @contextmanager
    def open_rows(self, setting: RowSetting) -> Iterator[RowWriter | None]:
        """Yield a writer of rows, or None without rows. A file is replaced at the end."""
        if self.format is None:
            yield None
        elif self.rows is None:
            with open_rows(self.format, cast("IO[bytes]", _Output()), setting) as writer:
                yield writer
        else:
            with (
                replacement_of(self.rows) as stream,
                open_rows(self.format, stream, setting) as writer,
            ):
                yield writer

    @contextmanager
    def open_rejects(self, delimiters: Mapping[str, str]) -> Iterator[Callable[[Reject], None]]:
        """Yield a function that writes a reject; without a file, it does nothing.

        `delimiters` has the delimiter of each ticket file, at the latest with its first reject.
        """
        if self.rejects is None:
            yield lambda reject: None
            return
        shown = lru_cache(1_000)(wording("en").message)
        with replacement_of(self.rejects) as stream:
            write = open_rejects(stream, delimiters, raw=self.raw_csv)
            yield lambda reject: write(reject._replace(reason=shown(reject.reason)))


def row_format(format: str, output: str | None) -> str | None:
    """Return the format of the rows, or None if only the summary is written."""
    by_name = None
    if output is not None:
        by_name = _BY_ENDING.get(output.lower().rpartition(".")[2])
    if format in FORMATS:
        if output is None and is_terminal() and format == "parquet":
            raise UsageError(
                Message("Parquet is not written to a terminal"),
                Message("name a file with --output verdicts.parquet"),
            )
        if by_name not in (None, format):
            raise UsageError(
                Message(
                    "--output: the name {path} contradicts --format {format}",
                    path=quoted(output or ""), format=format,
                ),
                Message("omit --format, or change the name"),
            )  # fmt: skip
        return format
    if output is not None and by_name is None:
        raise UsageError(
            Message("--output: the name {path} does not say the format", path=quoted(output)),
            Message("end it with .csv, .ndjson or .parquet, or add --format"),
        )
    return by_name


def _check_outputs(
    outputs: dict[str, str | None], files: tuple[str, ...], located: LocatedPolicy
) -> None:
    """Raise UsageError for an output file that is an input file, or that is named twice.

    `outputs` has the name of each output file, by its option.
    """
    earlier: dict[str, str] = {}
    for option, path in outputs.items():
        if path is None:
            continue
        if not path:
            raise UsageError(Message("{option}: empty name", option=option))
        same = (other for other, written in earlier.items() if is_same_file(path, written))
        what = None
        if any(is_same_file(path, name) for name in files):
            what = Message("an input file")
        elif is_file_of(path, located):
            what = Message("a file of the policy")
        elif other := next(same, None):
            what = Message("also the file of {other}", other=other)
        if what is not None:
            raise UsageError(
                Message(
                    "{option}: {path} is {what} (not replaced)",
                    option=option, path=single_line(path), what=what,
                ),
                Message("name another file"),
            )  # fmt: skip
        earlier[option] = path


class _Output:
    """Standard output as a stream of bytes."""

    def write(self, data: bytes) -> int:
        """Write bytes."""
        emit_exactly(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: `write` writes all bytes."""
