"""A column that changes its type after a million rows."""

import csv
import json
import subprocess
from collections import deque
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from audit.audited import POLICY

if TYPE_CHECKING:
    from conftest import Cli

COUNT = 1_000_000
HEADER = ["id", "opened", "priority"]
OPENED = "2026-06-01T08:00:00Z"
USUAL: list[list[object]] = [[number, OPENED, "P1"] for number in range(COUNT)]
LAST: list[list[object]] = [
    ["x", OPENED, "P1"], ["y", 17, "P1"], ["z", OPENED, 2], [None, OPENED, "P2"],
]  # fmt: skip


def write_csv(folder: Path) -> list[str]:
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(chain([HEADER], USUAL, LAST))
    return ["t.csv"]


def write_ndjson(folder: Path) -> list[str]:
    with (folder / "t.ndjson").open("w", encoding="utf-8") as file:
        for row in chain(USUAL, LAST):
            file.write(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n")
    return ["t.ndjson"]


def write_parquet(folder: Path) -> list[str]:
    """Write two files: within a file, a column has one type."""
    pl.DataFrame(USUAL, schema=HEADER, orient="row").write_parquet(folder / "a.parquet")
    columns = {name: [str(row[place] or "") for row in LAST] for place, name in enumerate(HEADER)}
    pl.DataFrame(columns).write_parquet(folder / "b.parquet")
    return ["a.parquet", "b.parquet"]


@pytest.mark.parametrize("write", [write_csv, write_ndjson, write_parquet])
@pytest.mark.parametrize("engine", ["plain", "columns"])
def test_only_the_cells_that_cannot_be_read_are_rejected(
    cli: "Cli", tmp_path: Path, write: Callable[[Path], list[str]], engine: str
) -> None:
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    names = write(tmp_path)
    run = subprocess.run(
        cli.command(
            "audit", *names, "--policy", "./p.yaml", "--plan", "pro", "--role", "admin", "--at",
            "2026-06-02T08:00:00Z", "--engine", engine, "--output", "v.csv", "--rejects", "r.csv",
            "--max-rejects", "2",
        ),
        cwd=tmp_path, env=cli.environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    with (tmp_path / "v.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
        rows = deque(enumerate(csv.reader(file), 1), 3)
    assert rows[-1][0] == COUNT + 2
    cells = [dict(zip(header, row, strict=True)) for _, row in rows]
    assert [(row["id"], row["priority"]) for row in cells] == [
        (str(COUNT - 1), "P1"), ("x", "P1"), ("", "P2"),
    ]  # fmt: skip
    with (tmp_path / "r.csv").open(encoding="utf-8", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [row["column"] for row in rejects] == ["opened", "priority"]
