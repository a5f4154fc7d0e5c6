"""Reports: the answers of commands as data, and the output formats.

To add a format for answers, write a module in this package with `render(report, terminal) -> str`
and add its name to FORMATS. For findings, use the package `findings` and FINDING_FORMATS.
"""

from __future__ import annotations

import sys

from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


class Table(NamedTuple):
    """Columns and rows of texts, with a title if there are several tables."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str | None = None


class Remark(NamedTuple):
    """A note, a doubt or a similar remark about answers, in one line.

    The kind is `only`, `retired`, `starts`, `condition`, `language`, `note`, `unclear` or `source`.
    """

    kind: str
    text: str


class RowRemarks(NamedTuple):
    """The remarks of a report. Each one names its rows, unless it is about all shown rows."""

    listed: tuple[Remark, ...] = ()  # if only listed answers are shown: plain lines and tables
    every: tuple[Remark, ...] = ()  # if all answers are shown, including negative ones


class Report(NamedTuple):
    """The answers of a command in the forms that the output formats need."""

    document: dict[str, Any]  # the JSON document
    records: tuple[dict[str, Any], ...]  # the answers of the document: csv and `--field`
    lines: tuple[tuple[str, ...], ...]  # plain: the dimensions that vary, then the value
    tables: tuple[Table, ...]  # table and markdown
    notes: tuple[str, ...] = ()  # under the tables
    fields: tuple[str, ...] = ()  # of each record; known even without records
    remarks: RowRemarks = RowRemarks()  # the caller selects kinds and places them
    answer: type | None = None  # the type of an answer, with the types of its fields
    facts: tuple[str, ...] = ()  # all facts of the policy


class Terminal(NamedTuple):
    """The capabilities of the output: width in characters, colors and encoding.

    With `raw_csv`, texts in CSV that start like a formula are not escaped.
    """

    width: int = 80
    color: bool = False
    encoding: str = "utf-8"
    raw_csv: bool = False

    @property
    def unicode(self) -> bool:
        """Whether the encoding can represent all characters."""
        return self.encoding.lower().startswith("utf")


class ReportFormat(NamedTuple):
    """What a format shows."""

    notes: bool = False  # the notes of the report
    every: bool = False  # all answers, including negative ones; otherwise only the listed answers


#: The formats of answers. Each one is a module of this package.
FORMATS = {
    "plain": ReportFormat(),
    "table": ReportFormat(notes=True),
    "json": ReportFormat(every=True),
    "csv": ReportFormat(every=True),
    "markdown": ReportFormat(notes=True),
}
#: The formats of findings of `check`, `test` and `diff`. Each one is a module in `findings`.
FINDING_FORMATS = (
    "text", "plain", "json", "csv", "markdown", "github", "sarif", "junit", "gitlab",
)  # fmt: skip


def render(report: Report, format: str, terminal: Terminal) -> str:
    """Return the report in a format of FORMATS. It is empty or ends with a line feed."""
    module = f"zsupport.report.{format}"
    __import__(module)
    rendered: str = sys.modules[module].render(report, terminal)
    return rendered
