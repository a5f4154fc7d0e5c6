"""`hours --windows`: the working spans of hours as a table for databases."""

from __future__ import annotations

from zsupport.answer.opening import HoursAnswers
from zsupport.answer.target_rows import calendar_id
from zsupport.answer.working_spans import (
    DateRange,
    SpanTable,
    WorkingSpan,
    read_range,
    span_table,
)
from zsupport.cli.options import Common
from zsupport.cli.question import PolicyQuestion, read
from zsupport.cli.tables import refuse, table_format, write_table
from zsupport.errors import UsageError
from zsupport.typed import TYPE_CHECKING
from zsupport.view.tables import table_report
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPTION = "--windows"


def read_options(
    common: Common,
    windows: str,
    output: str | None,
    name: str | None,
    case: Sequence[object],
    other: Mapping[str, bool],
) -> tuple[DateRange, str]:
    """Return the range of dates and the format of the table.

    `case` has the options that describe a case, and `other` the options that cannot be combined
    with `--windows`. Raises UsageError for an invalid combination.
    """
    format = table_format(_OPTION, common, output, ("csv", "parquet"))
    for option, given in other.items():
        if given:
            refuse(_OPTION, option)
    if name is None and any(value is not None for value in case):
        raise UsageError(
            Message("`--windows` for a case requires the name of the hours"),
            Message("name the hours, or omit the case to write the spans of all hours"),
        )
    return read(_OPTION, windows, read_range), format


def write_all(
    question: PolicyQuestion,
    customer_tz: str | None,
    customer_country: str | None,
    dates: DateRange,
    format: str,
    common: Common,
    output: str | None,
) -> int:
    """Write the spans of all hours that targets count; return the exit code."""
    table = question.policy.windows(
        *dates, customer_tz=customer_tz, customer_country=customer_country
    )
    return _write(table, format, common, output)


def write_named(
    answers: HoursAnswers,
    question: PolicyQuestion,
    dates: DateRange,
    format: str,
    common: Common,
    output: str | None,
) -> int:
    """Write the spans of the hours of an answer; return the exit code."""
    now = answers.details[0].now
    assert now.settled_hours is not None
    several = len(question.policy.revisions) > 1
    id = calendar_id(now.settled_hours, answers.revision, several=several)
    return _write(span_table({id: (now.hours, now.settled_hours)}, dates), format, common, output)


def _write(table: SpanTable, format: str, common: Common, output: str | None) -> int:
    report = table_report("windows", table.rows, WorkingSpan, {})
    write_table(report, format, common, output, table.warnings)
    return 0
