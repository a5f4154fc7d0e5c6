"""`zsupport audit`: the verdicts on a file of tickets, and their summary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import IO, TYPE_CHECKING, cast

from zsupport.answer.promise import settle_metrics
from zsupport.audit.compare import Comparer, Comparison
from zsupport.audit.judge import AuditOptions, Judge
from zsupport.audit.mapping import (
    ALL,
    columns_needed,
    constants_of,
    load_mapping,
    mapping_of_options,
    merged,
)
from zsupport.audit.run import check_names, head_of, judge_in_batches, open_mapped
from zsupport.audit.summary import DIMENSIONS, SummaryBuilder, SummaryOptions, below, parse_share
from zsupport.audit.ticket import Reject, TicketVerdict
from zsupport.cli.options import (
    AT_RISK,
    CHANNEL,
    COLOR,
    COMMON,
    CSV,
    CUSTOMER_COUNTRY,
    CUSTOMER_TZ,
    DEBUG,
    EXIT_ZERO,
    FACT,
    METRIC,
    PLAN,
    PRIORITY,
    QUIET,
    ROLE,
    Command,
    Common,
    Option,
)
from zsupport.cli.output import (
    chosen_format,
    chosen_language,
    emit,
    emit_exactly,
    is_terminal,
    note,
    output_is_closed,
    shows_screen,
    stderr_wording,
    terminal_of,
    wording,
    write_report,
)
from zsupport.cli.progress import show_progress
from zsupport.cli.question import (
    language_of,
    read,
    read_facts,
    read_moments,
    read_question,
)
from zsupport.clock.instants import from_datetime
from zsupport.clock.problem import BadText
from zsupport.clock.problem import shown as quoted
from zsupport.clock.warn import parse_warn
from zsupport.clock.zones import zone
from zsupport.dates import UTC
from zsupport.errors import EnvironmentFault, PolicyError, UsageError
from zsupport.report.text import guarded, single_line
from zsupport.report.tickets import FORMATS as ROW_FORMATS
from zsupport.report.tickets import RowSetting, open_rows
from zsupport.report.tickets.rejects import open_rejects
from zsupport.sources.mappings import read_mapping
from zsupport.sources.rewrite import (
    is_file_of,
    is_same_file,
    replace_output,
    replacement_of,
)
from zsupport.sources.tickets import TicketReading, open_columns, open_tickets, ticket_files
from zsupport.sources.tickets.files import size_of_files
from zsupport.view.audit import below_text, show_audit
from zsupport.view.comparison import ComparedVerdicts, comparison_lines
from zsupport.wording import Counted, Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zsupport.audit.frames import JudgedFrame
    from zsupport.audit.run import OpenedFile
    from zsupport.audit.summary import GroupSummary, Summary
    from zsupport.audit.ticket import Ticket
    from zsupport.cli.question import PolicyQuestion
    from zsupport.library import Policy
    from zsupport.report.tickets import RowWriter
    from zsupport.sources.find import LocatedPolicy

_HELP = Message(
    "Judge a file of tickets: the deadline of each ticket, and whether it was met.\n\n"
    "Standard output shows a summary, or the verdict on each ticket with --format csv, ndjson or"
    " parquet. A row that is not a valid ticket is rejected, and the others are judged."
)
_EXAMPLES = """\
  zsupport audit tickets.csv --plan pro --role owner
  zsupport audit tickets.csv --plan pro --role owner --head 3
  zsupport audit tickets.csv --plan pro --role owner --output verdicts.csv --rejects rejects.csv
  zsupport audit - --plan pro --role owner --format csv < tickets.csv
"""
_NOTES = Message(
    "A FIELD is id, opened, answered, updated, resolved, plan, role, channel, priority,\n"
    "fact.NAME, start.METRIC, pause.from, pause.to, pauses, time or event: see\n"
    "`zsupport help tickets`.\n"
    "Exit codes: 0 success, 1 --fail-under is not reached, 2 invalid option, name or mapping,"
    " 3 file\n"
    "cannot be read or rows were rejected, 4 file cannot be written or package missing"
)

_FILES = Option(
    "files", (), "arguments", "FILE...",
    Message("Ticket files: CSV, NDJSON or Parquet, also as gzip; - is standard input"),
    completes="file",
)  # fmt: skip
_MAP = Option(
    "map", ("--map",), "text", "NAME|FILE",
    Message("Mapping of an export, such as zendesk-csv, or a TOML file"), completes="mapping",
)  # fmt: skip
_COLUMN = Option(
    "column", ("--column",), "texts", "FIELD=COLUMN", Message("Column of a field (repeatable)")
)
_VALUE = Option(
    "value", ("--value",), "texts", "FIELD.TEXT=ID",
    Message("Id for a text of the file, such as priority.Urgent=P1 (repeatable)"),
)  # fmt: skip
_INSTANT = Option(
    "instant", ("--instant",), "texts", "[FIELD=]FORMAT",
    Message("Format of instants, such as %d/%m/%Y %H:%M (repeatable) [default: RFC 3339]"),
)  # fmt: skip
_LOCALE = Option(
    "locale", ("--locale",), "text", "CODE", Message("Language of the names of months")
)
_NULL = Option(
    "null",
    ("--null",),
    "texts",
    "TEXT",
    Message("Text that states nothing, such as NA (repeatable)"),
)
_ENCODING = Option(
    "encoding", ("--encoding",), "text", "NAME", Message("Encoding of the file [default: UTF-8]")
)
_DELIMITER = Option(
    "delimiter", ("--delimiter",), "text", "CHARACTER",
    Message("Delimiter of CSV [default: that of the header]"),
)  # fmt: skip
_INPUT = Option(
    "input", ("--input",), "text", "", Message("Format of the files [default: by their names]"),
    None, ("csv", "ndjson", "parquet"),
)  # fmt: skip
_GROUPED = Option(
    "grouped", ("--grouped",), "flag", "",
    Message("The rows of each ticket in an event log are together, so do not sort them"),
)  # fmt: skip
_HEAD = Option(
    "head", ("--head",), "text", "N", Message("Show the first rows as the mapping reads them")
)
_KEEP = Option(
    "keep",
    ("--keep",),
    "texts",
    "COLUMN|all",
    Message("Repeat input columns in the rows (repeatable)"),
)
_OUTPUT = Option(
    "output", ("--output",), "text", "FILE",
    Message("Write the rows to a file: CSV, NDJSON or Parquet by its name"), completes="file",
)  # fmt: skip
_REJECTS = Option(
    "rejects", ("--rejects",), "text", "FILE", Message("Write rejected rows to a CSV file"),
    completes="file",
)  # fmt: skip
_MAX_REJECTS = Option(
    "max_rejects", ("--max-rejects",), "text", "N",
    Message("Number of rejected rows that does not fail the run"), "0",
)  # fmt: skip
_BY = Option(
    "by", ("--by",), "texts", "NAME",
    Message(
        "Group the summary by plan, role, channel, priority, revision, month or a column"
        " (repeatable)"
    ),
)  # fmt: skip
_FAIL_UNDER = Option(
    "fail_under", ("--fail-under",), "text", "SHARE",
    Message("Exit with 1 if a metric is met less often, such as 95%"),
)  # fmt: skip
_REPORT = Option(
    "report", ("--report",), "text", "FILE.html", Message("Write a report with pictures"),
    completes="file",
)  # fmt: skip
_COMPARE = Option(
    "compare", ("--compare",), "texts", "FIELD=COLUMN,...",
    Message("Compare with the verdict of the help desk, and find the causes of differences"),
)  # fmt: skip
_FORMAT = Option(
    "format", ("--format",), "text", "",
    Message("Summary: table, plain, json, markdown; rows: csv, ndjson, parquet"),
    "auto", ("auto", "table", "plain", "json", "markdown", *ROW_FORMATS),
)  # fmt: skip

_ENGINE = Option(
    "engine", ("--engine",), "text", "",
    Message("How to compute: plain needs no package, columns is faster [default: by the size]"),
    "auto", ("auto", "plain", "columns"),
)  # fmt: skip
#: Larger files are read by the columns engine: its packages take time to load.
_LARGE = 2_000_000
#: What follows from a mapping without the column of an event.
_UNSTATED = {
    "answered": Message(
        "no column is `answered`, so all tickets count as unanswered; --metric selects metrics"
    ),
    "resolved": Message(
        "no column is `resolved`, so all tickets count as unresolved; --metric selects metrics"
    ),
}


def audit(
    files: list[str] | None,
    policy: str | None,
    map: str | None,
    column: list[str] | None,
    value: list[str] | None,
    instant: list[str] | None,
    locale: str | None,
    null: list[str] | None,
    input: str | None,
    delimiter: str | None,
    encoding: str | None,
    grouped: bool,
    plan: str | None,
    role: str | None,
    channel: str | None,
    priority: str | None,
    fact: list[str] | None,
    head: str | None,
    metric: list[str] | None,
    at_risk: str | None,
    customer_tz: str | None,
    customer_country: str | None,
    keep: list[str] | None,
    output: str | None,
    rejects: str | None,
    max_rejects: str,
    by: list[str] | None,
    fail_under: str | None,
    report: str | None,
    compare: list[str] | None,
    engine: str,
    at: str | None,
    tz: str | None,
    lang: str | None,
    format: str,
    csv: str,
    quiet: bool,
    exit_zero: bool,
    color: str,
    debug: bool,
) -> int:
    """Run `zsupport audit` and return its exit code."""
    common = Common(policy, at, tz, lang, format, csv, None, False, quiet, exit_zero, color, debug)
    moments = read_moments(common)
    share = None if fail_under is None else read("--fail-under", fail_under, parse_share)
    allowed = read("--max-rejects", max_rejects, _number)
    rows_of_head = None if head is None else read("--head", head, _number)
    risk = None if at_risk is None else read("--at-risk", at_risk, parse_warn)
    if customer_tz is not None:
        read("--customer-tz", customer_tz, zone)
    row_format = _row_format(format, output)
    if quiet and output is None:
        row_format = None
    if not files:
        raise UsageError(Message("no ticket file"), Message("name a file, or - for standard input"))
    mapping = mapping_of_options(
        columns=[*(column or ()), *_vendor_columns(compare)],
        values=value or (),
        constants=constants_of(plan, role, channel, priority, read_facts(fact)),
        instants=instant or (),
        locale=locale,
        timezone=tz,
        nulls=null or (),
        kept=keep or (),
        format=input,
        delimiter=delimiter,
        encoding=encoding,
    )
    if map is not None:
        mapping = merged(load_mapping(read_mapping(map), map), mapping)
    by_columns = [name for name in by or () if name not in DIMENSIONS]
    shown = mapping.kept
    if by_columns and shown != (ALL,):
        mapping = mapping._replace(kept=(*shown, *by_columns))
    question = read_question(common, moments)
    check_names(mapping, question.policy)
    revisions = question.policy.revisions
    settle_metrics(revisions[-1], tuple(metric or ()), revisions)
    reading = TicketReading(mapping.format, mapping.delimiter, mapping.encoding)
    needed = columns_needed(mapping)
    names = ticket_files(files)
    outputs = {"--output": output, "--rejects": rejects, "--report": report}
    inputs = names if map is None else (*names, map)
    _check_outputs(outputs, inputs, question.located)
    by_columns_engine = _has_columns_engine(engine, names) and head is None and not compare
    open_file = open_columns if by_columns_engine else open_tickets
    opened = open_mapped(
        (open_file(name, reading, needed) for name in names), mapping, question.policy
    )
    if rows_of_head is not None:
        return _show_head(opened, rows_of_head, common)
    first = next(opened)
    kept = first.columns.header if shown == (ALL,) else mapping.kept
    judge = Judge(
        question.policy,
        AuditOptions(
            from_datetime(question.at), tuple(metric or ()), risk, customer_tz, customer_country
        ),
    )
    if map is not None and not first.columns.is_log:
        for event in judge.ends_at(from_datetime(question.at)):
            name = first.columns.column_of(event)
            if name is None or name in first.awaited:
                note(_UNSTATED[event])
    summary = SummaryBuilder(
        SummaryOptions(
            from_datetime(question.at), tuple(by or ()), kept,
            zone(revisions[-1].timezone), pictures=report is not None,
        )
    )  # fmt: skip
    has_vendor = any(field.startswith("vendor.") for field in first.columns.fields)
    several = len(metric or ()) > 1 or "all" in (metric or ())
    if compare and several:
        raise UsageError(
            Message("the verdict of the help desk is compared with one metric"),
            Message("select it with {metric}"),
        )
    comparison = Comparison(Comparer(judge.answers)) if has_vendor and not several else None
    # The offset of `--at` does not change the rows.
    setting = RowSetting(kept if shown == (ALL,) else shown, moments.tz or UTC, csv == "raw")
    hidden = len(kept) - len(setting.kept)
    shows = not quiet and (row_format is None or output is not None)
    counts = shows or share is not None or report is not None
    with ExitStack() as stack:
        advance = stack.enter_context(show_progress(Message("judging tickets"), quiet=quiet))
        writer = stack.enter_context(_rows_to(output, row_format, setting)) if row_format else None
        reject = stack.enter_context(_rejects_to(rejects, raw=csv == "raw"))
        if shown == (ALL,):
            opened = _with_header(opened, first.columns.header)
        batches = judge_in_batches(
            chain([first], opened), judge, grouped=grouped, text=writer.text if writer else None
        )
        done = 0
        for batch in batches:
            if output_is_closed():
                return 0
            if isinstance(batch, list):
                done += _add_results(batch, summary, reject, writer, hidden, comparison)
            else:
                done += _add_frame(batch, summary, reject, writer, hidden, counts=counts)
            advance(Message("judging tickets: {count}", count=done), 0, 0)
    total = summary.finish(_orders(question.policy))
    if question.fallback:
        note(Message("judged by {policy}, the shipped example", policy=question.policy.id))
        note(Message("select your policy with {policy}"))
    if incomplete := sum(group.needs_input for group in total.totals):
        note(
            Counted(
                "{count} verdict needs input; `warnings` of its row names what is missing",
                "{count} verdicts need input; `warnings` of their rows names what is missing",
                incomplete,
            )
        )
    missed = None if share is None else (fail_under or "", below(total, share))
    if report is not None:
        _write_page(report, question, total, names, common)
    if format in ROW_FORMATS:
        common = common._replace(format="auto")
    if shows:
        compared = None
        if comparison is not None:
            compared = ComparedVerdicts(comparison.agreed, tuple(comparison.causes()))
        _show(common, question, total, tuple(files), missed, compared)
    return _exit_code(total, missed, allowed, rejects, exit_zero=exit_zero)


def _with_header(files: Iterator[OpenedFile], header: tuple[str, ...]) -> Iterator[OpenedFile]:
    """Yield files with a header. Raises UsageError for a file with another header."""
    for file in files:
        if file.columns.header != header:
            raise UsageError(
                Message("{path}: the header differs from that of the first file", path=file.name),
                Message("name the columns with {keep}"),
            )
        yield file


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
        what = None
        if any(is_same_file(path, name) for name in files):
            what = Message("an input file")
        elif is_file_of(path, located):
            what = Message("a file of the policy")
        if what is not None:
            raise UsageError(
                Message(
                    "{option}: {path} is {what} (not replaced)",
                    option=option, path=single_line(path), what=what,
                ),
                Message("name another file"),
            )  # fmt: skip
        for other, written in earlier.items():
            if is_same_file(path, written):
                raise UsageError(
                    Message(
                        "{option}: {path} is also the file of {other}",
                        option=option, path=single_line(path), other=other,
                    ),
                    Message("name another file"),
                )  # fmt: skip
        earlier[option] = path


def _write_page(
    path: str, question: PolicyQuestion, summary: Summary, files: tuple[str, ...], common: Common
) -> None:
    """Write the report with pictures, in the language that the options state, or in English."""
    from zsupport.publish.report import audit_page

    revision, _ = question.policy.revision_at(question.at)
    lang = chosen_language(screen=False, stated=common.lang)
    shown_zone = question.zone if question.zone_stated else zone(revision.timezone)
    page = audit_page(summary, revision, files, shown_zone, lang, wording(lang))
    replace_output(path, page)


def _has_columns_engine(engine: str, names: Iterable[str]) -> bool:
    """Return whether the columns engine judges files of these names.

    Raises EnvironmentFault if it is required and its packages are missing.
    """
    if engine == "plain" or (engine == "auto" and size_of_files(names) < _LARGE):
        return False
    from importlib.util import find_spec

    missing = [package for package in ("numpy", "polars") if find_spec(package) is None]
    if missing and engine == "columns":
        raise EnvironmentFault(
            Message(
                "missing package `{package}`, required by --engine columns", package=missing[0]
            ),
            Message("install it: python -m pip install 'zsupport[tickets]'"),
        )
    return not missing


def _add_results(
    results: list[tuple[Ticket, TicketVerdict] | Reject],
    summary: SummaryBuilder,
    reject: Callable[[Reject], None],
    writer: RowWriter | None,
    hidden: int,
    comparison: Comparison | None,
) -> int:
    """Add verdicts and rejects to the summary, the rows and the comparison; return their number.

    The last `hidden` kept columns are only for the summary.
    """
    rows = []
    for result in results:
        if isinstance(result, Reject):
            summary.reject(result)
            reject(result)
            continue
        ticket, verdict = result
        rows.append((ticket.kept, verdict))
        if comparison is not None:
            comparison.add(ticket, verdict)
    summary.add(rows)
    if writer is not None:
        shown = [(kept[:-hidden], verdict) for kept, verdict in rows] if hidden else rows
        writer.write(shown)
    return len(results)


def _add_frame(
    judged: JudgedFrame,
    summary: SummaryBuilder,
    reject: Callable[[Reject], None],
    writer: RowWriter | None,
    hidden: int,
    *,
    counts: bool,
) -> int:
    """Add the verdicts of a frame to the summary and to the rows; return how many rows were read.

    The last `hidden` kept columns are only for the summary. Without `counts`, the summary is not
    used, except for the rejects.
    """
    from zsupport.audit.frame_summary import add_frame

    for item in judged.rejects:
        summary.reject(item)
        reject(item)
    if counts:
        add_frame(summary, judged)
    if writer is not None:
        frame = judged.frame
        kept = len(frame.columns) - len(TicketVerdict._fields)
        writer.write_frame(frame.drop(frame.columns[kept - hidden : kept]))
    return len(judged.frame) + len(judged.rejects)


def _exit_code(
    summary: Summary,
    missed: tuple[str, tuple[GroupSummary, ...]] | None,
    allowed: int,
    rejects: str | None,
    *,
    exit_zero: bool,
) -> int:
    """Return the exit code; say on standard error why it is not 0."""
    if summary.rejects > allowed:
        note(Counted("{count} row was rejected", "{count} rows were rejected", summary.rejects))
        if rejects is None:
            note(Message("{rejects} writes the rejected rows to a file, with the reasons"))
        return PolicyError.exit_code
    if missed is None:
        return 0
    share, groups = missed
    if not summary.totals:
        note(Message("no ticket was judged, so {share} is not reached", share=share))
    for group in groups:
        note(below_text(group, share, stderr_wording()))
    fails = bool(groups) or not summary.totals
    return 1 if fails and not exit_zero else 0


def _number(text: str) -> int:
    """Return a whole number from 0. Raises BadText."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadText(Message("{text} is not a whole number", text=quoted(text)))
    return int(text)


def _row_format(format: str, output: str | None) -> str | None:
    """Return the format of the rows, or None if only the summary is written."""
    if format in ROW_FORMATS:
        if output is None and is_terminal() and format == "parquet":
            raise UsageError(
                Message("Parquet is not written to a terminal"),
                Message("name a file with --output verdicts.parquet"),
            )
        return format
    if output is None:
        return None
    ending = output.lower().rpartition(".")[2]
    by_ending = {"csv": "csv", "ndjson": "ndjson", "jsonl": "ndjson", "parquet": "parquet"}
    if ending not in by_ending:
        raise UsageError(
            Message("--output: the name {path} does not say the format", path=quoted(output)),
            Message("end it with .csv, .ndjson or .parquet, or add --format"),
        )
    return by_ending[ending]


def _vendor_columns(options: list[str] | None) -> list[str]:
    """Return the options `--compare` as columns of fields."""
    columns = []
    for text in options or ():
        for part in text.split(","):
            field, equals, name = part.partition("=")
            if field not in ("due", "breached") or not equals or not name:
                raise UsageError(
                    Message(
                        "--compare: {text} is not due=COLUMN or breached=COLUMN", text=quoted(part)
                    ),
                    Message("write --compare due=COLUMN,breached=COLUMN"),
                )
            columns.append(f"vendor.{field}={name}")
    return columns


def _orders(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Return the order of the values of dimensions in the summary: that of the policy."""
    return {
        "plan": policy.plans,
        "role": policy.roles,
        "channel": policy.channel_ids,
        "priority": policy.priorities,
    }


class _Output:
    """Standard output as a stream of bytes."""

    def write(self, data: bytes) -> int:
        """Write bytes."""
        emit_exactly(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: `write` writes all bytes."""


@contextmanager
def _rows_to(output: str | None, format: str, setting: RowSetting) -> Iterator[RowWriter]:
    """Yield a writer of rows to a file, which replaces the file at the end, or to the output."""
    if output is None:
        with open_rows(format, cast("IO[bytes]", _Output()), setting) as writer:
            yield writer
        return
    with replacement_of(output) as stream, open_rows(format, stream, setting) as writer:
        yield writer


@contextmanager
def _rejects_to(path: str | None, *, raw: bool) -> Iterator[Callable[[Reject], None]]:
    """Yield a function that writes a reject; without a path, it does nothing."""
    if path is None:
        yield lambda reject: None
        return
    words = wording("en")
    with replacement_of(path) as stream:
        write = open_rejects(stream, raw=raw)
        yield lambda reject: write(reject._replace(reason=words.message(reject.reason)))


def _show_head(files: Iterator[OpenedFile], count: int, common: Common) -> int:
    """Show the first rows of each file as the mapping reads them."""
    for file in files:
        for line, cells in head_of(file, count):
            emit(f"{single_line(file.name)}:{line}\n")
            if isinstance(cells, Reject):
                emit(f"  {guarded(single_line(cells.reason))}\n")
                continue
            for cell in cells:
                parts = [cell.field, cell.problem or cell.value or ""]
                if cell.column is not None:
                    parts.append(f"{cell.column}: {cell.text or ''}")
                emit("  " + "\t".join(map(single_line, parts)) + "\n")
    return 0


def _show(
    common: Common,
    question: PolicyQuestion,
    summary: Summary,
    files: tuple[str, ...],
    missed: tuple[str, tuple[GroupSummary, ...]] | None,
    compared: ComparedVerdicts | None,
) -> None:
    """Write the summary, and the causes of differences from the help desk."""
    revision, _ = question.policy.revision_at(question.at)
    if shows_screen(common):
        from zsupport.report.screen import render_screen
        from zsupport.view.screens import Setting
        from zsupport.view.screens.audit import comparison_section, screen
        from zsupport.view.times import Times

        lang = language_of(common)
        words = wording(lang)
        times = Times(question.zone, question.at, words=words)
        blocks = screen(summary, revision, Setting(times, lang, words=words), fail_under=missed)
        if compared is not None:
            blocks = (*blocks, comparison_section(compared, words))
        emit(render_screen(blocks, terminal_of(common.color)))
        return
    report = show_audit(
        summary, revision, files, question.zone, fail_under=missed, compared=compared
    )
    write_report(report, common)
    if compared is not None and chosen_format(common.format) == "plain":
        for line in comparison_lines(compared):
            note(line)


COMMAND = Command(
    audit,
    (
        _FILES, _MAP, _COLUMN, _VALUE, _INSTANT, _LOCALE, _NULL, _INPUT, _DELIMITER, _ENCODING,
        _GROUPED, PLAN, ROLE, CHANNEL, PRIORITY, FACT, _HEAD, METRIC, AT_RISK, CUSTOMER_TZ,
        CUSTOMER_COUNTRY, _KEEP, _OUTPUT, _REJECTS, _MAX_REJECTS, _BY, _FAIL_UNDER, _REPORT,
        _COMPARE, _ENGINE,
        *(option for option in COMMON if option.name in ("policy", "at", "tz", "lang")),
        _FORMAT, CSV, QUIET, EXIT_ZERO, COLOR, DEBUG,
    ),
    _HELP, _EXAMPLES, _NOTES, common=False,
)  # fmt: skip
