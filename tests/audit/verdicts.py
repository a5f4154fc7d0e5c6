"""Made verdicts, and the readers of the files that have them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars

from zsupport.audit.ticket import TicketVerdict
from zsupport.audit.verdict_lists import VerdictRow, lists_of
from zsupport.report.tickets import RowSetting, open_rows
from zsupport.sources.rewrite import replacement_of

VERDICT = TicketVerdict(
    "tickets.csv", 2, "A-1", 1, "pro", "owner", None, "P2", "first-response", 1_764_000_000,
    "breached", "4 business hours", 1_764_014_400, -600, 15_000, 0, "acme.yaml:74", None,
)  # fmt: skip
PLAIN = RowSetting()


def verdict(**fields: Any) -> TicketVerdict:
    return VERDICT._replace(**fields)


def written(format: str, rows: list[VerdictRow], setting: RowSetting = PLAIN) -> bytes:
    """Return a file with rows, of which each is written by itself."""
    stream = io.BytesIO()
    with open_rows(format, stream, setting) as writer:
        for row in rows:
            writer.write_lists(lists_of([row]))
    return stream.getvalue()


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def read_ndjson(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def read_parquet(data: bytes) -> list[dict[str, Any]]:
    return polars.read_parquet(data).to_dicts()


def columns(setting: RowSetting = PLAIN) -> list[str]:
    return list(setting.columns)


def write_many(path: Path, format: str, rows: int = 300_000) -> None:
    with (
        replacement_of(str(path)) as stream,
        open_rows(format, stream, RowSetting()) as writer,
    ):
        for start in range(0, rows, 10_000):
            writer.write_lists(
                lists_of(
                    [((), verdict(id=f"{n}-{n * 7919}")) for n in range(start, start + 10_000)]
                )
            )
