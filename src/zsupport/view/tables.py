"""Reports about tables for databases: the targets of a policy, and the spans of its hours."""

from __future__ import annotations

from zsupport.answer.case import plain_value
from zsupport.dates import UTC
from zsupport.report import Report
from zsupport.typed import TYPE_CHECKING, field_types
from zsupport.view.questions import versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from zsupport.answer.target_rows import TargetRow
    from zsupport.answer.working_spans import WorkingSpan


def table_report(
    name: str,
    rows: Sequence[TargetRow] | Sequence[WorkingSpan],
    kind: type,
    query: Mapping[str, Any],
    facts: Iterable[str] = (),
) -> Report:
    """Return a report with a record for each row of a class. `facts` are those of the policy."""
    records = tuple(
        {field: plain_value(value, UTC) for field, value in row._asdict().items()} for row in rows
    )
    document = {
        "schema": f"zsupport.{name}/1",
        "query": dict(query),
        "answers": list(records),
        "warnings": [],
        "versions": versions(),
    }
    return Report(
        document, records, (), (), fields=tuple(field_types(kind)), answer=kind, facts=tuple(facts)
    )
