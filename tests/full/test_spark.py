"""Spark gives the rows of DuckDB, `due` and `audit`, by the query of the guide `sql` as written."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import duckdb
import polars
import pytest
from documents import walk
from sql_tables import FILES, state_of, verdicts_of

import zsupport

if TYPE_CHECKING:
    from conftest import Cli

Row = tuple[str, str | None, str | None, bool | None, int | None]

#: The policy of the guide.
POLICY = next(files["acme.yaml"] for _, files in walk("sql.md") if "acme.yaml" in files)
TICKETS = 2_000


def write_tickets(folder: Path) -> list[dict[str, str]]:
    """Write random tickets of two years as CSV, some of them outside of the tables.

    The file omits the offset of some opening times, which are in UTC then.
    """
    random = Random(2026)
    tickets = []
    for number in range(TICKETS):
        opened = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=random.randrange(1_052_000))
        tickets.append({
            "id": f"T-{number:04}",
            "plan": random.choice(["free", "pro", "pro"]),
            "priority": random.choice(["P1", "P2", "P2", "P3"]),
            "opened": opened.strftime("%Y-%m-%dT%H:%M:%SZ"),
        })  # fmt: skip
    lines = [",".join(tickets[0]), *(",".join(ticket.values()) for ticket in tickets)]
    lines[5::5] = [line.removesuffix("Z") for line in lines[5::5]]
    (folder / "tickets.csv").write_text("".join(f"{line}\n" for line in lines))
    return tickets


def of_spark() -> list[Row]:
    """Return the rows of the query in Spark; the files are in the working folder."""
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "America/New_York")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    try:
        for statement in FILES["spark.sql"].split(";"):
            if statement.strip():
                spark.sql(statement)
        spark.sql(FILES["due.sql"]).createOrReplaceTempView("dues")
        rows = spark.sql("SELECT id, metric, state, computable, unix_seconds(due) FROM dues")
        return [tuple(row) for row in rows.collect()]
    finally:
        spark.stop()


def of_duckdb() -> list[Row]:
    """Return the rows of the query in DuckDB; the files are in the working folder."""
    with duckdb.connect() as database:
        database.execute(FILES["duckdb.sql"])
        return database.execute(
            "SELECT id, metric, state, computable, unix_seconds(due) FROM ("
            + FILES["due.sql"]
            + ")"
        ).fetchall()


# pyspark opens sockets and files that it does not close, and warns about newer packages.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_spark_gives_the_deadlines_of_due_and_audit(
    cli: "Cli", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("acme.yaml").write_text(POLICY, encoding="utf-8")
    cli("policies", "acme.yaml", "--targets", "--output", "targets.parquet", cwd=tmp_path)
    cli("hours", "--policy", "acme.yaml", "--windows", "2026..2027", "--output", "windows.parquet",
        cwd=tmp_path)  # fmt: skip
    tickets = write_tickets(tmp_path)
    rows = of_spark()
    assert rows == of_duckdb()
    assert len(rows) == TICKETS
    policy = zsupport.load("./acme.yaml", cache=False)
    verdicts = verdicts_of(policy, polars.DataFrame(tickets))
    compared: Counter[str] = Counter()
    for ticket, (id, metric, state, computable, due) in zip(tickets, rows, strict=True):
        query: dict[str, Any] = {name: ticket[name] for name in ("plan", "priority", "opened")}
        (answer,) = policy.due(**query, at=ticket["opened"])
        assert (id, metric) == (ticket["id"], answer.metric)
        assert state == ("not-entitled" if ticket["plan"] == "free" else "target")
        assert computable is (ticket["plan"] == "free" or ticket["priority"] != "P3")
        verdict = verdicts[id, answer.metric]
        assert (state, answer.due) == (state_of(verdict), verdict["due"])
        expected = answer.due if computable else None
        # The last span of the table ends on 2027-12-31 at 16:00Z.
        if answer.hours and expected and expected > datetime(2027, 12, 31, 16, tzinfo=UTC):
            expected = None
        assert due == (expected and int(expected.timestamp()))
        compared[ticket["priority"] if due else "none"] += 1
    assert min(compared["P1"], compared["P2"], compared["none"]) > 200
