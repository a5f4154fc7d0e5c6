"""`Policy.audit` on tables in memory: the verdicts are those of the command."""

import io
import pickle
from typing import Any

import pandas
import polars
import pyarrow
import pytest

import zsupport
from audit.test_audit_command import AT, EXPECTED, PLANTED, TICKETS

#: The tickets without the row that is not a row of CSV.
TEXT = TICKETS.rpartition("9,")[0]
CASE: dict[str, Any] = {"plan": "pro", "role": "admin", "at": AT}
KINDS: dict[str, Any] = {
    "polars": lambda frame: frame,
    "lazy": polars.DataFrame.lazy,
    "pandas": lambda frame: frame.to_pandas(),
    "table": polars.DataFrame.to_arrow,
    "batch": lambda frame: frame.to_arrow().combine_chunks().to_batches()[0],
}
TYPES = {
    "polars": polars.DataFrame, "lazy": polars.LazyFrame, "pandas": pandas.DataFrame,
    "table": pyarrow.Table, "batch": pyarrow.RecordBatch,
}  # fmt: skip


def frame() -> polars.DataFrame:
    return polars.read_csv(io.StringIO(TEXT), infer_schema=False)


def rows(table: Any) -> list[tuple[Any, ...]]:
    """Return the id, the state, the deadline and the margin of each verdict."""
    if isinstance(table, polars.LazyFrame):
        table = table.collect()
    if isinstance(table, pandas.DataFrame):
        table = polars.from_pandas(table)
    elif not isinstance(table, polars.DataFrame):
        table = polars.from_arrow(table)
    columns = table.select(
        "id", "state", polars.col("due").dt.strftime("%Y-%m-%dT%H:%M:%SZ").fill_null(""),
        polars.col("margin_seconds").cast(polars.Int64).cast(polars.String).fill_null(""),
    )  # fmt: skip
    return columns.rows()  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_table(policy: zsupport.Policy, kind: str) -> None:
    verdicts, rejects = policy.audit(KINDS[kind](frame()), **CASE)
    assert isinstance(verdicts, TYPES[kind])
    assert rows(verdicts) == EXPECTED
    assert [(reject.line, reject.column) for reject in rejects] == [
        (6, "answered"),
        (7, "priority"),
        (8, "opened"),
    ]


def test_instants_of_the_table(policy: zsupport.Policy) -> None:
    times = (
        frame()
        .head(5)
        .with_columns(
            polars.col("opened", "answered").str.to_datetime(
                "%Y-%m-%dT%H:%M:%S%#z", time_zone="UTC"
            )
        )
    )
    assert rows(policy.audit(times, **CASE).verdicts) == EXPECTED
    # A time without a zone needs one.
    local = times.with_columns(polars.col("opened").dt.replace_time_zone(None))
    hint = "no offset in .*; state the time zone with `timezone` in `mapping`"
    with pytest.raises(zsupport.UsageError, match=hint):
        policy.audit(local, **CASE)
    mapping = {
        "timezone": "UTC",
        "columns": {n: n for n in ("id", "opened", "answered", "priority")},
    }
    assert rows(policy.audit(local, mapping=mapping, **CASE).verdicts) == EXPECTED


def test_a_mapping_as_a_text_and_as_a_mapping(policy: zsupport.Policy) -> None:
    renamed = frame().rename({"id": "Ticket", "opened": "Created", "priority": "Level"})
    renamed = renamed.with_columns(polars.col("Level").replace("P1", "Urgent"))
    text = """
        keep = ["Team"]
        [columns]
        id = "Ticket"
        opened = "Created"
        answered = "answered"
        priority = "Level"
        [values.priority]
        Urgent = "P1"
    """
    verdicts, _ = policy.audit(renamed.rename({"team": "Team"}), mapping=text, **CASE)
    assert rows(verdicts) == EXPECTED
    assert verdicts["Team"].to_list() == ["red", "blue", "red", "blue", None]
    with pytest.raises(zsupport.UsageError, match="unknown column `Ticket`"):
        policy.audit(frame(), mapping={"columns": {"opened": "opened", "id": "Ticket"}})


def test_a_mapping_by_its_name(policy: zsupport.Policy) -> None:
    table = polars.DataFrame(
        {"number": [1], "createdAt": ["2026-06-01T08:00:00Z"], "closedAt": [""], "priority": ["P1"]}
    )
    verdicts = policy.audit(table, mapping="github-issues", **CASE).verdicts
    assert verdicts["id"].to_list() == ["1"]
    with pytest.raises(zsupport.UsageError, match="add mapping='github-issues'"):
        policy.audit(table, **CASE)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        (
            "./de.toml",
            r"`./de.toml` is not the text .*; pass a `dict`, .*'acme.toml'.* zendesk-csv",
        ),
        ("zendsk-csv", "is not the text of a mapping .*; did you mean `zendesk-csv`?"),
        ("format", "is not the text of a mapping"),
    ],
)
def test_what_is_not_the_text_of_a_mapping(
    policy: zsupport.Policy, mapping: str, message: str
) -> None:
    with pytest.raises(zsupport.UsageError, match=message):
        policy.audit(frame(), mapping=mapping, **CASE)


def test_several_metrics_and_an_empty_table(policy: zsupport.Policy) -> None:
    verdicts, _ = policy.audit(frame().head(1), metric="all", **CASE)
    assert verdicts["metric"].to_list() == list(policy.metrics)
    verdicts, rejects = policy.audit(frame().head(0), **CASE)
    assert (len(verdicts), rejects) == (0, ())


def test_an_event_log(policy: zsupport.Policy) -> None:
    log = polars.DataFrame(
        {
            "id": ["A", "B", "A"],
            "time": ["2026-06-01T08:00:00Z", "2026-06-01T08:00:00Z", "2026-06-01T09:00:00Z"],
            "event": ["opened", "opened", "answered"],
            "priority": ["P1", "P2", None],
        }
    )
    verdicts, _ = policy.audit(log, **CASE)
    assert rows(verdicts) == [
        ("A", "met", "2026-06-01T12:00:00Z", "10800"),
        ("B", "breached", "2026-06-01T08:30:00Z", "-84600"),
    ]


def test_what_is_no_table(policy: zsupport.Policy) -> None:
    with pytest.raises(
        TypeError, match="a table of Polars, pandas or PyArrow is required, not list"
    ):
        policy.audit([1, 2])
    with pytest.raises(zsupport.UsageError, match="unknown metric `repare`"):
        policy.audit(frame(), metric="repare", **CASE)


def test_rows_that_the_mapping_skips_have_no_verdict(policy: zsupport.Policy) -> None:
    table = polars.DataFrame(
        {
            "opened": ["2026-06-01T08:00:00Z", "2026-06-01T08:00:00Z", "bad"],
            "state": ["open", "Deleted", "deleted"],
        }
    )
    mapping = {"columns": {"opened": "opened"}, "skip": {"state": "deleted"}}
    verdicts, rejects = policy.audit(table, mapping=mapping, plan="pro", role="admin")
    assert verdicts["line"].unique().to_list() == [1]
    assert rejects == ()


def test_the_verdicts_of_a_help_desk_are_compared(policy: zsupport.Policy) -> None:
    table = polars.read_csv(io.StringIO(PLANTED), infer_schema=False)
    fields = {"due": "vendor.due", "late": "vendor.breached"}
    mapping = {
        "columns": {fields.get(name, name): name for name in table.columns},
        "keep": ["id", "due"],
    }
    moment = {**CASE, "at": "2027-01-30T12:00:00Z"}
    verdicts, rejects = policy.audit(table, mapping=mapping, **moment)
    assert not rejects
    assert verdicts.columns[:2] == ["input.id", "input.due"]
    assert verdicts.columns[-4:] == ["vendor_due", "vendor_breached", "cause", "cause_detail"]
    causes = [None if id == "agrees" else id for id in table["id"]]
    assert verdicts["cause"].to_list() == causes
    assert verdicts["vendor_breached"].to_list() == [False, *[None] * 10]
    assert verdicts["vendor_due"][0] == verdicts["due"][0]
    assert verdicts["vendor_due"][-1] is None
    assert dict(zip(causes, verdicts["cause_detail"], strict=True))["time-zone"] == "UTC"
    empty = policy.audit(table.head(0), mapping=mapping, **moment).verdicts
    assert empty.schema == verdicts.schema
    # One metric is compared.
    several = policy.audit(table, mapping=mapping, metric="all", **moment).verdicts
    assert "cause" not in several.columns


def test_batches_have_the_comparison(policy: zsupport.Policy) -> None:
    table = polars.read_csv(io.StringIO(PLANTED), infer_schema=False).to_arrow()
    columns = ("id", "opened", "answered", "priority", "pauses")
    mapping = {"columns": {**{name: name for name in columns}, "vendor.due": "due"}}
    judge = policy.batch_audit(
        table, mapping=mapping, plan="pro", role="admin", at="2027-01-30T12:00:00Z"
    )
    judge = pickle.loads(pickle.dumps(judge))
    assert "`vendor_due` TIMESTAMP, `vendor_breached` BOOLEAN, `cause` STRING" in judge.ddl
    rows = [row for batch in judge.batches(table.to_batches()) for row in batch.to_pylist()]
    assert [row["cause"] or "agrees" for row in rows] == [row["id"] for row in rows]
    assert rows[0]["vendor_due"] == rows[0]["due"]


def test_reasons_show_the_time_zone_of_the_mapping(policy: zsupport.Policy) -> None:
    # Ticket 6 is answered one hour before 10:00 in Oslo.
    columns = {"columns": {name: name for name in ("opened", "answered", "priority")}}
    reasons = [
        policy.audit(frame(), mapping={**columns, **more}, **CASE).rejects[0].reason
        for more in ({}, {"timezone": "Europe/Oslo"})
    ]
    assert reasons == [
        "`answered` (2026-06-01T07:00:00Z) is before `opened` (2026-06-01T08:00:00Z)",
        "`answered` (2026-06-01T09:00:00+02:00) is before `opened` (2026-06-01T10:00:00+02:00)",
    ]
