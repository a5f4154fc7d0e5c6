"""The tables for databases, and the query of the guide `sql`, for any policy."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import polars
from documents import walk

from zsupport import Policy
from zsupport.answer.target_rows import TargetRow
from zsupport.answer.working_spans import WorkingSpan
from zsupport.report import Report
from zsupport.report.parquet import render_parquet
from zsupport.view.tables import table_report

#: The files of SQL in the guide, by name.
FILES = {
    block.sql_file: block.text.partition("\n")[2]
    for block, _ in walk("sql.md")
    if block.language == "sql"
}
#: The conditions of the query that name the case. They depend on the policy.
_CASE = "p.plan = t.plan AND p.priority = t.priority AND p.channel IS NULL"


def query_of(frame: polars.DataFrame) -> str:
    """Return the query of the guide, with the conditions for the columns of a table of targets."""
    conditions = ["p.channel IS NOT DISTINCT FROM t.channel"]
    for name in frame.columns:
        known = frame[name].null_count() < len(frame)
        if known and (name in ("plan", "role", "priority") or name.startswith("fact.")):
            conditions.append(f'p."{name}" = t."{name}"')
    query = FILES["due.sql"]
    assert query.count(_CASE) == 1
    return query.replace(_CASE, " AND ".join(conditions))


def frame_of(report: Report) -> polars.DataFrame:
    """Return a table as it is written to Parquet."""
    return polars.read_parquet(BytesIO(render_parquet(report)))


def tables_of(
    policy: Policy, spans: Sequence[WorkingSpan], **customer: Any
) -> tuple[polars.DataFrame, polars.DataFrame]:
    """Return the table of targets, and the table of these spans."""
    rows = policy.targets(**customer)
    targets = table_report("targets", rows, TargetRow, {}, policy.facts)
    return frame_of(targets), frame_of(table_report("windows", spans, WorkingSpan, {}))


def tickets_of(tickets: Sequence[dict[str, Any]]) -> polars.DataFrame:
    """Return the table of tickets; the position of a ticket is its id."""
    names = dict.fromkeys(name for ticket in tickets for name in ticket if name != "opened")
    return polars.DataFrame(
        {
            "id": range(len(tickets)),
            "opened": polars.Series([t["opened"] for t in tickets], dtype=INSTANT),
            **{
                name: polars.Series([t.get(name) for t in tickets], dtype=polars.String)
                for name in names
            },
        }
    )


def verdicts_of(
    policy: Policy, tickets: polars.DataFrame, **options: Any
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the verdicts of `audit` on tickets, by id and metric; a rejected ticket has none."""
    verdicts, rejects = policy.audit(tickets, **options)
    rows = {(row["id"], row["metric"]): row for row in verdicts.iter_rows(named=True)}
    assert len(rows) == len(verdicts), "a ticket has several verdicts for a metric"
    assert len({id for id, _ in rows}) + len(rejects) == len(tickets)
    return rows


def state_of(verdict: dict[str, Any]) -> str:
    """Return the state that the table of targets has for a verdict."""
    state: str = verdict["state"]
    return state if state in NEGATIVE else "target"


#: The states without a target.
NEGATIVE = ("not-entitled", "no-target", "not-stated")
INSTANT = polars.Datetime("us", "UTC")
