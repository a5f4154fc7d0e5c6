"""Reports: what a command has to say, and the formats that write it.

A report is data. To add a format, write a module here with `render(report, terminal) -> str`
and name it in FORMATS; one of findings, in the folder `findings` and in FINDING_FORMATS.
"""

from __future__ import annotations

import sys

from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


class Table(NamedTuple):
    """Columns and rows of texts, with a title where there are several tables."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str | None = None


class Remark(NamedTuple):
    """A note, a doubt or the like about answers: one line, with the rows that it concerns.

    The kind is `only`, `retired`, `starts`, `condition`, `note`, `unclear` or `source`.
    """

    kind: str
    text: str


class Beside(NamedTuple):
    """The remarks of a report; the rows that one concerns are named among those that are shown."""

    listed: tuple[Remark, ...] = ()  # beside plain lines and tables
    every: tuple[Remark, ...] = ()  # beside all answers, noes included


class Report(NamedTuple):
    """One answer in all the ways in which it can be shown."""

    document: dict[str, Any]  # the JSON document
    records: tuple[dict[str, Any], ...]  # its answers: csv and single fields
    lines: tuple[tuple[str, ...], ...]  # plain: the open columns, then the value
    tables: tuple[Table, ...]  # table and markdown
    notes: tuple[str, ...] = ()  # under the tables
    fields: tuple[str, ...] = ()  # of each record, where there may be none
    beside: Beside = Beside()  # the caller chooses kinds and place


class Terminal(NamedTuple):
    """The width of the output in characters, its colours, and what it can show.

    `raw_csv`: a program reads the CSV, in which text may begin like a formula.
    """

    width: int = 80
    color: bool = False
    encoding: str = "utf-8"
    raw_csv: bool = False

    @property
    def unicode(self) -> bool:
        """Whether it shows every character."""
        return self.encoding.lower().startswith("utf")


class ReportFormat(NamedTuple):
    """What a format shows: whether the notes, and whether every answer or only the listed ones."""

    notes: bool = False
    every: bool = False


#: The formats of answers: each is a module of this package.
FORMATS = {
    "plain": ReportFormat(),
    "table": ReportFormat(notes=True),
    "json": ReportFormat(every=True),
    "csv": ReportFormat(every=True),
    "markdown": ReportFormat(notes=True),
}
#: The formats of findings of `check`, `test` and `diff`: each is a module in `findings`.
FINDING_FORMATS = (
    "text", "plain", "json", "csv", "markdown", "github", "sarif", "junit", "gitlab",
)  # fmt: skip


def render(report: Report, format: str, terminal: Terminal) -> str:
    """Return the report in a format of FORMATS, ending with a line end unless it is empty."""
    module = f"zsupport.report.{format}"
    __import__(module)
    rendered: str = sys.modules[module].render(report, terminal)
    return rendered
