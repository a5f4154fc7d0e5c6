"""A whole audit: rows of files in, tickets with their verdicts and rejects out, in order."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from zsupport.answer.case import Query, settle
from zsupport.audit.fold import fold, fold_grouped
from zsupport.audit.mapping.header import resolve
from zsupport.audit.mapping.mistakes import Mistakes
from zsupport.audit.mapping.model import ALL, CASE_FIELDS, FACT
from zsupport.audit.mapping.undeclared import check_instants
from zsupport.audit.plain.lists import ListJudge, RowJudge, damaged, judged_lists
from zsupport.audit.reading.cells import selected_rows
from zsupport.audit.reading.rows import event_reader, head
from zsupport.audit.ticket import EventRow, Reject
from zsupport.errors import PolicyError, UsageError
from zsupport.sources.tickets.rows import BadRow, RawRow, TicketFile
from zsupport.wording import Counted, Message, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from zsupport.audit.columns.frames import JudgedFrame
    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.audit.mapping.model import TicketMapping
    from zsupport.audit.plain.judge import AuditedPolicy, Judge
    from zsupport.audit.plain.lists import JudgedLists
    from zsupport.audit.reading.cells import SkippedRows
    from zsupport.audit.reading.rows import HeadCell
    from zsupport.audit.ticket import Ticket, TicketVerdict
    from zsupport.sources.tickets.batches import ParquetBatches
    from zsupport.sources.tickets.chunks import CsvChunks

    OpenFile: TypeAlias = TicketFile | CsvChunks | ParquetBatches

#: The number of verdicts of a batch.
_BATCH = 10_000
#: The number of values that are kept.
_MAX_VALUES = 100_000
#: Before the run, the formats of instants are checked in this number of rows.
_FIRST_ROWS = 1000
#: The number of files whose problems are listed.
_MAX_ERRORS = 20
#: The name of standard input in verdicts. In CSV, `-` would look like a formula.
STDIN = "stdin"
#: The names of files in verdicts that differ from their names on the command line.
_NAMES = {"-": STDIN, STDIN: f"./{STDIN}"}


class OpenedFile(NamedTuple):
    """A ticket file whose columns are known. `every_row` has all rows.

    `rows` leaves out the rows that the mapping skips, and counts them in `skipped` by column. Only
    one of both can be used. The columns engine reads the rows from `source` instead; None if it
    cannot. `awaited` are mapped columns that the file did not have so far; see TicketFile.
    `delimiter` is that of CSV.
    """

    name: str
    columns: TicketColumns
    every_row: Iterator[RawRow | BadRow]
    source: CsvChunks | ParquetBatches | None = None
    awaited: tuple[str, ...] = ()
    skipped: SkippedRows | None = None
    delimiter: str = ","

    @property
    def rows(self) -> Iterator[RawRow | BadRow]:
        """The rows that the mapping does not skip."""
        if not self.columns.filters:
            return self.every_row
        return selected_rows(self.every_row, self.columns.skipped_by, self.skipped)


def open_mapped(
    files: Iterable[OpenFile],
    mapping: TicketMapping,
    policy: AuditedPolicy,
    skipped: SkippedRows | None = None,
) -> Iterator[OpenedFile]:
    """Yield each file with its columns. The rows that are skipped later are added to `skipped`.

    Raises UsageError if the mapping does not fit the policy or a file, if instants in its first
    rows have a format that is not declared, or if a file does not fit the first file.
    """
    mistakes, first = name_mistakes(mapping, policy), None
    for file in files:
        opened = _mapped(file, mapping, policy, mistakes, first)._replace(skipped=skipped)
        first = first or opened.columns
        yield opened


def check_files(
    names: Iterable[str],
    open_file: Callable[[str], OpenFile],
    mapping: TicketMapping,
    policy: AuditedPolicy,
) -> None:
    """Open and close each file. Raises the errors of `open_mapped` for all files together.

    The error has the class of the first one.
    """
    mistakes, first = name_mistakes(mapping, policy), None
    errors: list[UsageError | PolicyError] = []
    for name in names:
        try:
            columns = _mapped(open_file(name), mapping, policy, mistakes, first).columns
        except (UsageError, PolicyError) as error:
            errors.append(error)
            mistakes = Mistakes()
        else:
            first = first or columns
    if len(errors) == 1:
        raise errors[0]
    if errors:
        lines: list[str] = [
            joined(filter(None, (error.message, error.hint)), "; ")
            for error in errors[:_MAX_ERRORS]
        ]
        if more := len(errors[_MAX_ERRORS:]):
            lines.append(Counted("and {count} more file", "and {count} more files", more))
        raise (UsageError if isinstance(errors[0], UsageError) else PolicyError)(
            joined(lines, "\n")
        )


def _mapped(
    opened: OpenFile,
    mapping: TicketMapping,
    policy: AuditedPolicy,
    mistakes: Mistakes,
    first: TicketColumns | None,
) -> OpenedFile:
    """Return a file with its columns; `first` are those of the first file."""
    facts = {fact.id for revision in policy.revisions for fact in revision.facts}
    metrics = {metric.id for revision in policy.revisions for metric in revision.metrics}
    source = None if isinstance(opened, TicketFile) else opened
    file = opened if isinstance(opened, TicketFile) else opened.file
    mistakes.file = file.name
    header = file.header
    if header == file.awaited and "time" not in mapping.columns:
        header = (*header, "opened")  # no object of the file says which columns it has
    columns = resolve(mapping, header, facts, metrics, mistakes)
    if first is not None:
        _check_first(file.name, columns, first)
    rows = file.rows
    if file.reading.format == "parquet":
        from zsupport.sources.tickets.parquet import without_nul

        rows = without_nul(rows, columns.copied)
    first_rows = source.first_rows(_FIRST_ROWS) if source else []
    if not first_rows:
        source = None
        first_rows = list(islice(rows, _FIRST_ROWS))
        rows = chain(first_rows, rows)
    selected = selected_rows(first_rows, columns.skipped_by)
    cells = [row.cells for row in selected if isinstance(row, RawRow)]
    check_instants(columns, cells, file.name)
    name = _NAMES.get(file.name, file.name)
    delimiter = file.reading.delimiter or ","
    return OpenedFile(name, columns, rows, source, file.awaited, delimiter=delimiter)


def _check_first(file: str, columns: TicketColumns, first: TicketColumns) -> None:
    """Raise UsageError if a file with these columns cannot follow the first file."""
    if columns.is_log is not first.is_log:
        raise UsageError(
            Message("{path}: a row is a ticket in one file and an event in another", path=file),
            Message("audit tickets and event logs separately"),
        )
    if columns.mapping.kept == (ALL,) and columns.header != first.header:
        raise UsageError(
            Message("{path}: the header differs from that of the first file", path=file),
            Message("name the columns with {keep}"),
        )


def _unknown_value(policy: AuditedPolicy, field: str, value: str) -> UsageError | None:
    """Return the error for a value of a field that no revision of the policy knows, or None."""
    facts = {field.removeprefix(FACT): value} if field.startswith(FACT) else {}
    plan, role, channel, priority = (value if field == name else None for name in CASE_FIELDS)
    try:
        settle(policy.revisions[-1], Query(plan, role, channel, priority, facts), policy.revisions)
    except UsageError as error:
        return error
    return None


def name_mistakes(mapping: TicketMapping, policy: AuditedPolicy) -> Mistakes:
    """Return the constants, and the ids of values, that the policy does not define."""
    stated = [
        (field, text, mapping.place("constants", field))
        for field, text in mapping.constants.items()
    ]
    stated += [
        (field, id, mapping.place("values", field, text))
        for field, ids in mapping.values.items()
        if field in CASE_FIELDS or field.startswith(FACT)
        for text, id in ids.items()
    ]
    mistakes = Mistakes()
    for field, id, place in stated:
        problem = _unknown_value(policy, field, id)
        if problem is not None:
            mistakes.add(problem.message, problem.hint, place)
    return mistakes


def judge_in_batches(
    files: Iterable[OpenedFile],
    judge: Judge,
    *,
    grouped: bool = False,
    text: Callable[[str], str] | None = None,
) -> Iterator[JudgedLists | JudgedFrame]:
    """Yield the results of `judge_files` in batches: as lists, or as frames of the columns engine.

    The lists of files with durations or with verdicts of the help desk have the tickets. For `text`
    see FrameJudge.
    """
    rest = iter(files)
    for file in rest:
        frames = None
        if file.source is not None and not file.columns.is_log:
            from zsupport.audit.columns.frames import judged_frames

            frames = judged_frames(file.source, file.columns, judge, file.name, text, file.skipped)
        if frames is not None:
            yield from frames
        elif file.columns.is_log or file.columns.has_vendor or file.columns.has_durations:
            # The files of an event log are folded together.
            several = chain([file], rest) if file.columns.is_log else [file]
            results = judge_files(several, judge, grouped=grouped)
            while batch := list(islice(results, _BATCH)):
                yield judged_lists(batch)
        else:
            lists = ListJudge(file.columns, judge, file.name)
            rows = file.rows
            while batch_of_rows := list(islice(rows, _BATCH)):
                yield lists.judge(batch_of_rows)


def judge_files(
    files: Iterable[OpenedFile], judge: Judge, *, grouped: bool = False
) -> Iterator[tuple[Ticket, TicketVerdict] | Reject]:
    """Yield the tickets of files with their verdicts, and a reject for each other row, in order.

    The files of an event log are folded together. If they are `grouped`, the rows of each ticket
    are adjacent.
    """
    files = iter(files)
    first = next(files, None)
    if first is None:
        return
    files = chain([first], files)
    if not first.columns.is_log:
        for file in files:
            yield from _judge_rows(file, judge)
        return
    columns: dict[str, TicketColumns] = {}
    rows = (row for file in files for row in _event_rows(file, columns))
    at, check = judge.options.at, _check_of_values(judge, columns)
    folded = fold_grouped(rows, at, check) if grouped else fold(rows, at, check=check)
    yield from judge.judge(folded)


def _judge_rows(file: OpenedFile, judge: Judge) -> Iterator[tuple[Ticket, TicketVerdict] | Reject]:
    """Yield the verdicts on the tickets of a file, and the rejects."""
    rows = RowJudge(file.columns, judge, file.name)
    for row in file.rows:
        result = rows.judge(row)
        if isinstance(result, Reject):
            yield result
            continue
        ticket, verdicts = result
        for verdict in verdicts:
            yield ticket, verdict


def _check_of_values(
    judge: Judge, columns: Mapping[str, TicketColumns]
) -> Callable[[EventRow], Reject | None]:
    """Return a function that returns the reject for a row with a value that is unknown.

    `columns` are those of the files by name.
    """
    known: dict[tuple[str, str], UsageError | None] = {}

    def check(row: EventRow) -> Reject | None:
        for name, value in row.values.items():
            field = name if name in CASE_FIELDS else f"{FACT}{name}"
            if (field, value) in known:
                error = known[field, value]
            else:
                error = _unknown_value(judge.policy, field, value)
                if len(known) < _MAX_VALUES:
                    known[field, value] = error
            if error is not None:
                column = columns[row.file].column_of(field) or field
                reason = joined(filter(None, (error.message, error.hint)), "; ")
                return Reject(row.file, row.line, column, reason, row.cells, row.id)
        return None

    return check


def _event_rows(file: OpenedFile, columns: dict[str, TicketColumns]) -> Iterator[EventRow | Reject]:
    """Yield the rows of an event log, and add its columns to `columns` by the name of the file."""
    columns[file.name] = file.columns
    read = event_reader(file.columns, file.name)
    for row in file.rows:
        yield damaged(row, file.name) if isinstance(row, BadRow) else read(row)


class HeadRow(NamedTuple):
    """A row as the run will judge it: its fields, and why it will be rejected or skipped.

    `skipped_by` is the column whose text skips the row. A part of the file that is not a row has
    no cells.
    """

    line: int
    cells: Sequence[HeadCell]
    reject: Reject | None
    skipped_by: str | None


def head_of(file: OpenedFile, count: int, judge: Judge) -> Iterator[HeadRow]:
    """Yield the first rows as the run will judge them. Each row of an event log is an event."""
    read_event = event_reader(file.columns, file.name) if file.columns.is_log else None
    check = _check_of_values(judge, {file.name: file.columns})
    rows = RowJudge(file.columns, judge, file.name)
    for row in islice(file.every_row, count):
        if isinstance(row, BadRow):
            yield HeadRow(row.line, (), damaged(row, file.name), None)
            continue
        skipped = file.columns.skipped_by(row.cells)
        result: object = None
        if skipped is None:
            result = read_event(row) if read_event else rows.judge(row)
            if isinstance(result, EventRow):
                result = check(result)
        reject = result if isinstance(result, Reject) else None
        yield HeadRow(row.line, head(file.columns, row), reject, skipped)
