"""`Policy.batch_audit` on record batches: the rows are those of `Policy.audit`."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pytest

import zsupport
from audit.audited import POLICY
from audit.test_tables import CASE, frame
from zsupport.errors import EnvironmentFault

LOG = polars.DataFrame(
    {
        "id": ["A", "A", "A", "B", "B", "C"],
        "time": [f"2026-06-01T{hour}:00:00Z" for hour in ("08", "10", "12", "08", "09", "10")],
        "event": ["opened", "paused", "answered", "opened", "opened", "opened"],
        "priority": ["P1", None, None, "P2", None, "P9"],
    }
)


def arrow(table: polars.DataFrame) -> pyarrow.Table:
    return table.to_arrow(compat_level=polars.CompatLevel.oldest())


def batches(table: polars.DataFrame, size: int) -> list[pyarrow.RecordBatch]:
    """Return the rows of a table in batches of `size` rows."""
    return arrow(table).to_batches(max_chunksize=size)  # type: ignore[no-any-return]


def rows_of(results: Sequence[Any]) -> list[dict[str, Any]]:
    return [row for batch in results for row in batch.to_pylist()]


def expected(policy: zsupport.Policy, table: polars.DataFrame, **options: Any) -> list[Any]:
    """Return the rows of `audit`, without their place, and the rejects."""
    verdicts, rejects = policy.audit(table, **options)
    rows = [*verdicts.drop("file", "line").iter_rows(named=True)]
    return [rows, [(r.column, r.reason, [*r.cells]) for r in rejects]]


def judged(rows: list[dict[str, Any]]) -> list[Any]:
    """Return rows as `expected` does."""
    rejects = [tuple(row[f"reject_{n}"] for n in ("column", "reason", "cells")) for row in rows]
    verdicts = [
        {name: value for name, value in row.items() if not name.startswith("reject_")}
        for row in rows
        if row["reject_reason"] is None
    ]
    assert all((row["state"] is None) is bool(row["reject_reason"]) for row in rows)
    return [verdicts, [reject for reject in rejects if reject[1]]]


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("metric", ["first-response", "all"])
def test_rows_do_not_depend_on_the_batches(policy: zsupport.Policy, size: int, metric: str) -> None:
    options = {**CASE, "metric": metric, "mapping": {
        "keep": ["team"], "columns": {n: n for n in ("id", "opened", "answered", "priority")}},
    }  # fmt: skip
    audit = policy.batch_audit(arrow(frame().head(2)), **options)
    results = [*audit.batches(iter(batches(frame(), size)))]
    assert {batch.schema for batch in results} == {audit.schema}
    rows = rows_of(results)
    assert judged(rows) == expected(policy, frame(), **options)
    # The id and the kept columns also name the rejected rows.
    rejected = [(row["id"], row["team"]) for row in rows if row["reject_reason"]]
    assert rejected == [("6", "red"), ("7", "red"), ("8", "red")]


def test_no_rows(policy: zsupport.Policy) -> None:
    audit = policy.batch_audit(arrow(frame().head(0)), **CASE)
    assert rows_of([*audit.batches(iter([]))]) == []
    assert rows_of([*audit.batches(iter(arrow(frame().head(0)).to_batches()))]) == []


def test_a_pickled_audit_needs_no_file(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(
        POLICY.replace("holidays: {add: [12-25, 12-26, 01-01], covers: 2025-2027}",
                       "holidays: {country: NO}")
    )  # fmt: skip
    policy = zsupport.load(path, cache=False)
    # The 17th of May is a holiday of Norway.
    tickets = frame().with_columns(opened=polars.lit("2027-05-14T13:00:00Z"), answered=None)
    before = expected(policy, tickets, **{**CASE, "at": "2027-06-01T08:00:00Z"})
    assert {row["due"].isoformat() for row in before[0] if row["priority"] == "P1"} == {
        "2027-05-18T10:30:00+00:00"
    }
    audit = policy.batch_audit(arrow(tickets), **{**CASE, "at": "2027-06-01T08:00:00Z"})
    data = pickle.dumps(audit)
    path.unlink()
    copy = pickle.loads(data)
    assert judged(rows_of([*copy.batches(iter(batches(tickets, 2)))])) == before
    assert (copy.ddl, copy.schema) == (audit.ddl, audit.schema)


def test_a_policy_of_other_versions_is_refused(policy: zsupport.Policy) -> None:
    assert pickle.loads(pickle.dumps(policy)) == policy
    reduced: Any = policy.__reduce__()
    restore, (versions, *rest) = reduced
    assert set(versions) == {"zsupport", "tzdata", "holidays"}
    assert restore(versions, *rest) == policy
    with pytest.raises(EnvironmentFault, match=r"pickled with tzdata 2020\.1, but here is 20"):
        restore({**versions, "tzdata": "2020.1"}, *rest)


@pytest.mark.parametrize("size", [1, 2, 4, 6])
def test_a_grouped_event_log(policy: zsupport.Policy, size: int) -> None:
    audit = policy.batch_audit(arrow(LOG), grouped=True, metric="all", **CASE)
    rows = rows_of([*audit.batches(iter(batches(LOG, size)))])
    assert judged(rows) == expected(policy, LOG, metric="all", **CASE)
    # The pause of two hours moves the deadline of A from 12:00Z; C has an unknown priority.
    first = {row["id"]: row for row in rows if row["metric"] in ("first-response", None)}
    assert (first["A"]["state"], first["A"]["paused_seconds"]) == ("met", 7200)
    assert "P9" in first["C"]["reject_reason"]


#: A reopening in the second of the resolution, an unknown priority, and rows that are wrong.
TIES = polars.DataFrame(
    {
        "id": ["A", "A", "A", "A", "B", "B", "C", "C", "C"],
        "time": [
            f"2026-06-01T{hour}:00:00Z"
            for hour in ("08", "09", "09", "10", "08", "09", "08", "08", "x")
        ],
        "event": [
            "opened", "resolved", "reopened", "resolved", "opened", "answered", "opened", "opened",
            "answered",
        ],
        "priority": ["P1", None, None, None, "P2", "P9", "P1", None, None],
    }
)  # fmt: skip


@pytest.mark.parametrize("cut", range(1, len(TIES)))
def test_an_event_log_is_the_same_wherever_batches_are_cut(
    policy: zsupport.Policy, cut: int
) -> None:
    audit = policy.batch_audit(arrow(TIES), grouped=True, metric="fix", **CASE)
    whole = rows_of([*audit.batches(iter(batches(TIES, len(TIES))))])
    parts = [*batches(TIES[:cut], cut), *batches(TIES[cut:], len(TIES))]
    assert rows_of([*audit.batches(iter(parts))]) == whole
    assert [(row["id"], row["cycle"], row["state"]) for row in whole if row["state"]] == [
        ("A", 1, "met"), ("A", 2, "met"), ("C", 1, "running"),
    ]  # fmt: skip
    assert sorted((row["id"], row["reject_reason"][:30]) for row in whole if not row["state"]) == [
        ("B", "the ticket is rejected because"),
        ("B", "unknown priority `P9`; priorit"),
        ("C", "invalid instant `2026-06-01Tx:"),
        ("C", "the ticket is opened twice"),
    ]


def test_an_event_log_that_is_not_grouped(policy: zsupport.Policy) -> None:
    with pytest.raises(zsupport.UsageError, match="event log in batches requires `grouped`") as e:
        policy.batch_audit(arrow(LOG), **CASE)
    assert e.value.hint is not None


def test_names_that_spark_takes_for_the_same(policy: zsupport.Policy) -> None:
    table = (
        frame()
        .head(1)
        .select("id", "opened", Priority="priority", Reject_Reason=polars.lit("x"))
        .with_columns(polars.lit("y").alias("a`b"))
    )
    mapping = {"keep": ["Priority", "Reject_Reason", "a`b"], "columns": {
        "id": "id", "opened": "opened", "priority": "Priority"}}  # fmt: skip
    audit = policy.batch_audit(arrow(table), mapping=mapping, **CASE)
    assert audit.ddl == (
        "`input.Priority` STRING, `input.Reject_Reason` STRING, `a``b` STRING, `id` STRING,"
        " `cycle` BIGINT, `plan` STRING, `role` STRING, `channel` STRING, `priority` STRING,"
        " `metric` STRING, `opened` TIMESTAMP, `state` STRING, `target` STRING, `due` TIMESTAMP,"
        " `margin_seconds` BIGINT, `elapsed_seconds` BIGINT, `paused_seconds` BIGINT,"
        " `rule` STRING, `revision` STRING, `warnings` ARRAY<STRING>, `reject_column` STRING,"
        " `reject_reason` STRING, `reject_cells` ARRAY<STRING>"
    )
    (row,) = rows_of([*audit.batches(iter(batches(table, 9)))])
    assert [row["input.Priority"], row["input.Reject_Reason"], row["a`b"]] == ["P1", "x", "y"]
    assert row["reject_reason"] is None


def test_mistakes_are_found_before_the_batches(policy: zsupport.Policy) -> None:
    for arguments, message in (
        ({"plan": "gold"}, "unknown plan `gold`"),
        ({"metric": "repare"}, "unknown metric `repare`"),
        ({"mapping": {"columns": {"opened": "created"}}}, "unknown column `created`"),
    ):
        with pytest.raises(zsupport.UsageError, match=message):
            policy.batch_audit(arrow(frame()), **arguments)
    dates = frame().with_columns(opened=polars.lit("03/04/2026 10:00"))
    with pytest.raises(zsupport.UsageError, match="03/04/2026"):
        policy.batch_audit(arrow(dates), **CASE)
    with pytest.raises(TypeError, match="a table of Polars, pandas or PyArrow is required"):
        policy.batch_audit(["id", "opened"])


def test_batches_with_other_columns(policy: zsupport.Policy) -> None:
    audit = policy.batch_audit(arrow(frame()), **CASE)
    other = frame().select("opened", "id", "answered", "priority", "team")
    with pytest.raises(zsupport.UsageError, match="not those of the sample"):
        list(audit.batches(iter(batches(other, 9))))


def test_a_batch_whose_first_rows_are_odd(policy: zsupport.Policy) -> None:
    # `audit` refuses such a table, because its mapping is wrong. A batch is only some rows.
    audit = policy.batch_audit(arrow(frame().head(1)), **CASE)
    odd = frame().head(1).with_columns(opened=polars.lit("03/04/2026 10:00"))
    (row,) = rows_of([*audit.batches(iter(batches(odd, 9)))])
    assert (row["id"], row["state"], row["reject_column"]) == ("1", None, "opened")


def test_rows_that_the_mapping_skips(policy: zsupport.Policy) -> None:
    columns = {name: name for name in ("id", "opened", "answered", "priority")}
    mapping = {"columns": columns, "skip": {"team": ["red"]}}
    audit = policy.batch_audit(arrow(frame()), mapping=mapping, **CASE)
    rows = rows_of([*audit.batches(iter(batches(frame(), 3)))])
    assert [row["id"] for row in rows] == ["2", "4", "5"]


def test_an_unknown_argument_is_refused(policy: zsupport.Policy) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'metrik'"):
        policy.batch_audit(arrow(frame()), metrik="fix", **CASE)  # type: ignore[call-arg]
