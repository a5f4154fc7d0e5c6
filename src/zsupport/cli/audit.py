"""`zsupport audit`: the verdicts on a file of tickets, and their summary."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from csv import Error as CsvError
from csv import reader as csv_reader
from itertools import chain
from typing import TYPE_CHECKING

from zsupport.answer.promise import settle_metrics
from zsupport.audit.compare import comparison_of
from zsupport.audit.mapping.file import load_mapping
from zsupport.audit.mapping.model import ALL, TicketMapping, columns_needed, merged
from zsupport.audit.mapping.options import constants_of, mapping_of_options
from zsupport.audit.mapping.text import mapping_text
from zsupport.audit.plain.judge import AuditOptions, Judge
from zsupport.audit.reading.cells import unseen_texts
from zsupport.audit.reject_limit import parse_reject_limit
from zsupport.audit.run import check_files, judge_in_batches, name_mistakes, open_mapped
from zsupport.audit.share import parse_share, required_share
from zsupport.audit.summary import DIMENSIONS, SummaryBuilder, SummaryOptions
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
from zsupport.cli.output import emit, note, output_is_closed, shows_screen
from zsupport.cli.progress import show_progress
from zsupport.cli.question import named_zone, read, read_facts, read_moments, read_question
from zsupport.cli.ticket_outputs import AuditOutputs, row_format
from zsupport.cli.ticket_results import AuditResults
from zsupport.cli.ticket_summary import AuditSummary, show_head, value_orders
from zsupport.clock.instants import from_datetime
from zsupport.clock.problem import BadText
from zsupport.clock.problem import shown as quoted
from zsupport.clock.warn import parse_warn
from zsupport.clock.zones import zone
from zsupport.dates import UTC
from zsupport.errors import EnvironmentFault, UsageError, unknown_name
from zsupport.garbage import rare_garbage_collection
from zsupport.report.tickets import FORMATS as ROW_FORMATS
from zsupport.report.tickets import RowSetting
from zsupport.sources.find import is_ordinary
from zsupport.sources.mappings import read_mapping, shipped_mappings, title_of
from zsupport.sources.tickets import TicketReading, open_columns, open_tickets, ticket_files
from zsupport.sources.tickets.files import size_of_files
from zsupport.view.comparison import ComparedVerdicts
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from zsupport.audit.compare import Comparison
    from zsupport.audit.reading.cells import RowFilter, UnseenText
    from zsupport.audit.run import OpenedFile, OpenFile
    from zsupport.library import Policy

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
    "fact.NAME, start.METRIC, pause.from, pause.to, pauses, vendor.due, vendor.breached, time or\n"
    "event: see `zsupport help tickets`.\n"
    "Exit codes: 0 success, 1 --fail-under is not reached or not certain, 2 invalid option, name\n"
    "or mapping, 3 file cannot be read or rows were rejected, 4 file cannot be written or package\n"
    "missing"
)

_FILES = Option(
    "files", (), "arguments", "FILE...",
    Message("Ticket files: CSV, JSON, NDJSON or Parquet, also as gzip; - is standard input"),
    completes="file",
)  # fmt: skip
_MAP = Option(
    "map", ("--map",), "text", "NAME|FILE",
    Message("Mapping of an export, such as zendesk-csv, or a TOML file"), completes="mapping",
)  # fmt: skip
_SHOW_MAP = Option(
    "show_map", ("--show-map",), "flag", "",
    Message("Print the mapping of --map and of other options, or list the shipped mappings"),
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
_SKIP = Option(
    "skip", ("--skip",), "texts", "COLUMN[=TEXT]",
    Message("Skip the rows with a text in a column, or with any text (repeatable)"),
)  # fmt: skip
_ONLY = Option(
    "only", ("--only",), "texts", "COLUMN[=TEXT]",
    Message("Skip the rows without a text in a column, or without any text (repeatable)"),
)  # fmt: skip
_ENCODING = Option(
    "encoding", ("--encoding",), "text", "NAME", Message("Encoding of the file [default: UTF-8]")
)
_DELIMITER = Option(
    "delimiter", ("--delimiter",), "text", "CHARACTER",
    Message("Delimiter of CSV [default: that of the header]"),
)  # fmt: skip
_INPUT = Option(
    "input", ("--input",), "text", "",
    Message("Format of the files; ndjson is also JSON [default: by their names]"),
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
    "COLUMN,...|all",
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
    "max_rejects", ("--max-rejects",), "text", "N|PERCENT",
    Message("Rejected rows that do not fail the run: a number, or a share such as 2%"), "0",
)  # fmt: skip
_BY = Option(
    "by", ("--by",), "texts", "NAME,...",
    Message(
        "Group the summary by plan, role, channel, priority, revision, month or columns"
        " (repeatable)"
    ),
)  # fmt: skip
_FAIL_UNDER = Option(
    "fail_under", ("--fail-under",), "text", "PERCENT",
    Message("Exit with 1 if a metric is, or can be, met less often: a percentage such as 95"),
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
    Message("How to compute: plain needs no package, columns is faster, auto selects by the size"),
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
#: What follows from an event log without the column of events.
_ONLY_VALUES = Message(
    "no column is `event`, so the rows only state values, and all tickets count as unanswered and"
    " unresolved"
)


def audit(
    files: list[str] | None,
    policy: str | None,
    map: str | None,
    show_map: bool,
    column: list[str] | None,
    value: list[str] | None,
    instant: list[str] | None,
    locale: str | None,
    null: list[str] | None,
    skip: list[str] | None,
    only: list[str] | None,
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
    tz = named_zone(tz)
    mapping = mapping_of_options(
        columns=[*(column or ()), *_vendor_columns(compare)],
        values=value or (),
        constants=constants_of(plan, role, channel, priority, read_facts(fact)),
        instants=instant or (),
        locale=locale,
        timezone=tz,
        nulls=null or (),
        kept=_names(keep),
        skip=skip or (),
        only=only or (),
        format=input,
        delimiter=delimiter,
        encoding=encoding,
    )
    if show_map:
        _show_mapping(map, mapping)
        return 0
    common = Common(policy, at, tz, lang, format, csv, None, False, quiet, exit_zero, color, debug)
    moments = read_moments(common)
    if fail_under is not None:
        read("--fail-under", fail_under, parse_share)
    limit = read("--max-rejects", max_rejects, parse_reject_limit)
    rows_of_head = None if head is None else read("--head", head, _number)
    risk = None if at_risk is None else read("--at-risk", at_risk, parse_warn)
    if customer_tz is not None:
        read("--customer-tz", customer_tz, zone)
    outputs = AuditOutputs(row_format(format, output), output, rejects, report, csv == "raw")
    if quiet and output is None:
        outputs = outputs._replace(format=None)
    if not files:
        raise UsageError(Message("no ticket file"), Message("name a file, or - for standard input"))
    own = mapping
    if map is not None:
        mapping = merged(load_mapping(read_mapping(map), map), mapping)
        if map not in shipped_mappings():
            own = mapping
    groups = tuple(_names(by))
    mapping = mapping._replace(groups=tuple(name for name in groups if name not in DIMENSIONS))
    question = read_question(common, moments)
    metrics, revisions = tuple(metric or ()), question.policy.revisions
    with question:
        settle_metrics(revisions[-1], metrics, revisions)
    names = ticket_files(files)
    outputs.check(names if map is None else (*names, map), question.located)
    by_columns = _has_columns_engine(engine, names) and head is None and not compare
    skipped: Counter[str] = Counter()
    delimiters: dict[str, str] = {}
    filters: list[tuple[RowFilter, ...]] = []
    opened = _opened(
        names, mapping, question.policy, skipped, delimiters, filters, by_columns=by_columns
    )
    moment = from_datetime(question.at)
    judge = Judge(
        question.policy,
        AuditOptions(moment, metrics, risk, customer_tz, customer_country, mapping.zone_of_reasons),
    )
    if rows_of_head is not None:
        return show_head(opened, rows_of_head, judge)
    try:
        first = next(opened)
    except UsageError as error:
        if not name_mistakes(mapping, question.policy):
            raise
        raise question.explained(unknown_name(error.message, error.hint)) from None
    if map is not None or first.columns.is_log:
        _note_unstated(judge, first)
    shown = first.columns.header if mapping.kept == (ALL,) else mapping.kept
    summary = SummaryBuilder(
        SummaryOptions(
            moment, groups, (*shown, *mapping.groups), zone(revisions[-1].timezone),
            pictures=report is not None, is_log=first.columns.is_log,
        )
    )  # fmt: skip
    comparison = _comparison(judge, first, required=bool(compare))
    shows = not quiet and outputs.leaves_summary
    with ExitStack() as stack:
        stack.enter_context(rare_garbage_collection())
        advance = stack.enter_context(show_progress(Message("judging tickets"), quiet=quiet))
        # The offset of `--at` does not change the rows.
        setting = RowSetting(
            shown, moments.tz or UTC, outputs.raw_csv, compared=comparison is not None
        )
        writer = stack.enter_context(outputs.open_rows(setting))
        results = AuditResults(
            summary, comparison, writer, stack.enter_context(outputs.open_rejects(delimiters)),
            hidden=len(mapping.groups),
            counts=shows or any(item is not None for item in (fail_under, report, limit.share)),
        )  # fmt: skip
        batches = judge_in_batches(
            chain([first], opened), judge, grouped=grouped, text=writer.text if writer else None
        )
        done = 0
        for batch in batches:
            if output_is_closed():
                return 0
            done += results.add(batch)
            advance(Message("judging tickets: {count}", count=done), 0, 0)
    results.finish()
    unseen = tuple(_unseen_of(filters, mapping, own))
    total = summary.finish(value_orders(question.policy)).with_skipped(skipped)
    total = total._replace(unseen=unseen)
    share = None if fail_under is None else required_share(total, fail_under)
    compared = None
    if comparison is not None:
        compared = ComparedVerdicts(comparison.agreed, tuple(comparison.causes()))
    revision, _ = question.policy.revision_at(question.at)
    shown_zone = moments.tz or zone(mapping.timezone or revision.timezone)
    audited = AuditSummary(total, question, tuple(files), share, compared, shown_zone)
    common = common._replace(format="auto" if format in ROW_FORMATS else format)
    on_screen = shows and shows_screen(common)
    audited.note_remarks(results.needs_input)
    if not on_screen:
        audited.note_input()
    if report is not None:
        audited.write_page(report, names, common)
    if shows:
        audited.show(common)
    elif not quiet:
        audited.note_skipped()
    # The screen has the reasons.
    has_reasons = rejects is not None or on_screen
    # Each row of an event log is a part of a ticket or a reject, other rows are tickets.
    rows = total.rejects + (results.event_rows if first.columns.is_log else total.tickets)
    is_allowed = limit.allows(total.rejects, rows)
    if not is_allowed or (total.rejects and not quiet and not has_reasons):
        audited.note_rejects(rows, limit, () if has_reasons else results.first_rejects)
    if rejects is None and not quiet:
        audited.note_unknown_texts(first.columns)
    return audited.exit_code(allows_rejects=is_allowed, exit_zero=exit_zero)


def _names(options: list[str] | None) -> list[str]:
    """Return the names in options such as `plan,role`; a name with a comma is quoted as in CSV."""
    names: list[str] = []
    for option in options or ():
        try:
            names += next(csv_reader([option]), [])
        except CsvError:  # a name with a line break
            names.append(option)
    return [name for name in names if name]


def _show_mapping(name: str | None, options: TicketMapping) -> None:
    """Print a mapping with the changes of options, or the name and title of each shipped mapping.

    A mapping without changes is printed as it is, with its comments.
    """
    changed = options != TicketMapping()
    if name is not None:
        text = read_mapping(name)
        if changed:
            text = mapping_text(merged(load_mapping(text, name), options))
        emit(text)
    elif changed:
        emit(mapping_text(options))
        note(Message("a mapping file states all columns, also those with the name of a field"))
    else:
        for shipped in shipped_mappings():
            emit(f"{shipped}\t{title_of(read_mapping(shipped))}\n")


def _opened(
    names: Sequence[str],
    mapping: TicketMapping,
    policy: Policy,
    skipped: Counter[str],
    delimiters: dict[str, str],
    filters: list[tuple[RowFilter, ...]],
    *,
    by_columns: bool,
) -> Iterator[OpenedFile]:
    """Yield the files, opened for the columns engine or for the plain engine.

    The rows that are skipped later are added to `skipped`, the delimiter of each file to
    `delimiters`, and its conditions on rows to `filters`. Several files are checked before the
    first one is opened, except pipes.
    """
    reading = TicketReading(mapping.format, mapping.delimiter, mapping.encoding)
    needed = columns_needed(mapping)
    open_file = open_columns if by_columns else open_tickets

    def open_named(name: str) -> OpenFile:
        return open_file(name, reading, needed)

    if len(names) > 1:
        rereadable = (name for name in names if name != "-" and is_ordinary(name))
        check_files(rereadable, open_named, mapping, policy)
    for file in open_mapped((open_named(name) for name in names), mapping, policy, skipped):
        delimiters[file.name] = file.delimiter
        filters.append(file.columns.filters)
        yield file


def _unseen_of(
    filters: Sequence[tuple[RowFilter, ...]], mapping: TicketMapping, own: TicketMapping
) -> Iterator[UnseenText]:
    """Yield the texts of `--skip` and `--only` that no row has.

    `filters` are those of `mapping` in each file. Texts that are not in `own` are left out.
    """
    of_own = [
        *(name in own.skip for name in mapping.skip), *(name in own.only for name in mapping.only)
    ]  # fmt: skip
    for of_files, is_own in zip(zip(*filters, strict=True), of_own, strict=True):
        if is_own:
            yield from unseen_texts(of_files)


def _note_unstated(judge: Judge, file: OpenedFile) -> None:
    """Say on standard error which events of the metrics a file does not state."""
    if file.columns.is_log:
        if file.columns.column_of("event") is None:
            note(_ONLY_VALUES)
        return
    for event in judge.ends_at(judge.options.at):
        name = file.columns.column_of(event)
        if name is None or name in file.awaited:
            note(_UNSTATED[event])


def _comparison(judge: Judge, file: OpenedFile, *, required: bool) -> Comparison | None:
    """Return the comparison with the help desk; None without its verdicts.

    Raises UsageError if it is required for several metrics.
    """
    comparison = comparison_of(judge, file.columns)
    if comparison is not None:
        return comparison
    if required:
        raise UsageError(
            Message("the verdict of the help desk is compared with one metric"),
            Message("select it with {metric}"),
        )
    if file.columns.has_vendor:
        note(
            Message("the verdict of the help desk is only compared if {metric} selects one metric")
        )
    return None


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


def _number(text: str) -> int:
    """Return a whole number from 0. Raises BadText."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadText(Message("{text} is not a whole number", text=quoted(text)))
    return int(text)


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


COMMAND = Command(
    audit,
    (
        _FILES, _MAP, _SHOW_MAP, _COLUMN, _VALUE, _INSTANT, _LOCALE, _NULL, _SKIP, _ONLY, _INPUT,
        _DELIMITER, _ENCODING, _GROUPED, PLAN, ROLE, CHANNEL, PRIORITY, FACT, _HEAD, METRIC,
        AT_RISK, CUSTOMER_TZ, CUSTOMER_COUNTRY, _KEEP, _OUTPUT, _REJECTS, _MAX_REJECTS, _BY,
        _FAIL_UNDER, _REPORT, _COMPARE, _ENGINE,
        *(option for option in COMMON if option.name in ("policy", "at", "tz", "lang")),
        _FORMAT, CSV, QUIET, EXIT_ZERO, COLOR, DEBUG,
    ),
    _HELP, _EXAMPLES, _NOTES, common=False,
)  # fmt: skip
