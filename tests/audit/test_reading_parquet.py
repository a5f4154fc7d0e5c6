"""Parquet files of strangers as texts."""

import gzip
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from zsupport.sources.tickets import open_tickets

from .ticket_rows import read, refusal

OSLO = ZoneInfo("Europe/Oslo")
#: Columns by name: two values, and how they are written.
COLUMNS = {
    "id": ([12345678901, None], ["12345678901", None]),
    "float": ([1.5, 1e300], ["1.5", "1e+300"]),
    "flag": ([True, False], ["true", "false"]),
    "text": (["é\n", ""], ["é\n", ""]),
    "zoned": (
        [datetime(2025, 7, 1, 10, tzinfo=OSLO), datetime(2025, 1, 1, 10, 0, 0, 250_000, OSLO)],
        ["2025-07-01T08:00:00Z", "2025-01-01T09:00:00.250Z"],
    ),
    "utc": ([datetime(2025, 7, 1, 10, tzinfo=UTC), None], ["2025-07-01T10:00:00Z", None]),
    "local": (
        [datetime(2025, 7, 1, 10), datetime(1969, 12, 31, 23, 59, 59, 999_999)],
        ["2025-07-01 10:00:00", "1969-12-31 23:59:59.999999"],
    ),
    "date": ([date(2025, 7, 1), None], ["2025-07-01", None]),
    "time": ([time(9, 5), None], ["09:05:00", None]),
    "duration": ([timedelta(hours=1, minutes=30), None], ["PT1H30M", None]),
    "decimal": ([Decimal("1.50"), None], ["1.50", None]),
    "list": ([[1, 2], None], ["[1, 2]", None]),
    "bytes": ([b"caf\xc3\xa9", None], ["café", None]),
}  # fmt: skip


def parquet(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file, row_group_size=1_000)
    return file.getvalue()


FRAME = pl.DataFrame({name: values for name, (values, _) in COLUMNS.items()})
DATA = parquet(FRAME)


@pytest.mark.parametrize("name", ["tickets.parquet", "tickets"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_cells_are_texts(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:
    expected = [*zip(*(texts for _, texts in COLUMNS.values()), strict=True)]
    assert read(tmp_path, pack(DATA), name) == (
        tuple(COLUMNS),
        [(1, [*expected[0]]), (2, [*expected[1]])],
    )


@pytest.mark.parametrize(
    "name",
    ["~/t.parquet", "s3://b/t.parquet", "file:/t.parquet", "{a,b}*[c].parquet", "t%20.parquet"],
)
def test_names_of_files_are_not_read_as_addresses_or_patterns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(DATA)
    assert len([*open_tickets(name).rows]) == 2


def test_structures_are_columns_by_path(tmp_path: Path) -> None:
    frame = pl.DataFrame({
        "id": [1, 2],
        "stats": [{"closed": date(2025, 7, 1), "n": {"x": 1}}, None],
        "n": pl.Series(["a", "b"], dtype=pl.Categorical),
    })  # fmt: skip
    assert read(tmp_path, parquet(frame), "t.parquet") == (
        ("id", "stats.closed", "stats.n.x", "n"),
        [(1, ["1", "2025-07-01", "1", "a"]), (2, ["2", None, None, "b"])],
    )


def test_bytes_that_are_not_a_text_make_the_row_bad(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": ["1", "2"], "x": [b"\xff", b"y"]})
    assert read(tmp_path, parquet(frame), "t.parquet")[1] == [
        (1, "invalid UTF-8: \\xff", "1\t\\xff"),
        (2, ["2", "y"]),
    ]


def test_many_rows_keep_their_order(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": range(50_000)})
    rows = read(tmp_path, parquet(frame), "t.parquet")[1]
    assert rows == [(number + 1, [str(number)]) for number in range(50_000)]


def test_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, parquet(FRAME.clear()), "t.parquet") == (tuple(COLUMNS), [])


@pytest.mark.parametrize(
    "data",
    [b"", b"PAR1", DATA[:-20], b"id\n1\n", gzip.compress(DATA[:-9])],
    ids=["empty", "start", "early end", "CSV", "gzip"],
)
def test_a_file_that_is_not_parquet(tmp_path: Path, data: bytes) -> None:
    message = "3: not a Parquet file, or damaged (export it again)"
    assert refusal(tmp_path, data, "t.parquet") == message


def test_a_packed_file_that_ends_early(tmp_path: Path) -> None:
    data = gzip.compress(DATA)[:-20]
    assert refusal(tmp_path, data, "t.parquet") == "3: the gzip data end early"


def test_damaged_rows(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [str(number) for number in range(50_000)]})
    data = bytearray(parquet(frame))
    middle = len(data) // 2
    data[middle : middle + 5_000] = b"\xff" * 5_000
    *good, bad = read(tmp_path, bytes(data), "t.parquet")[1]
    assert good == [(number + 1, [str(number)]) for number in range(len(good))]
    reason = "the Parquet data are damaged; the rest of the file was not read"
    assert bad == (len(good) + 1, reason, "")


def test_the_temporary_copy_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    (tmp_path / "t.parquet").write_bytes(gzip.compress(DATA))
    file = open_tickets(str(tmp_path / "t.parquet"))
    assert len(os.listdir(tmp_path / "temporary")) == 1
    del file  # its rows were not read
    assert os.listdir(tmp_path / "temporary") == []


def test_without_polars(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(DATA)
    code = (
        "import sys; sys.modules['polars'] = None\n"
        "from zsupport.errors import EnvironmentFault\n"
        "from zsupport.sources.tickets import open_tickets\n"
        "try: open_tickets(sys.argv[1])\n"
        "except EnvironmentFault as error: print(error.exit_code, error, error.hint, sep='\\n')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "t.parquet")]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert output.splitlines() == [
        "4",
        "missing package `polars`, required to read Parquet",
        "install it: python -m pip install 'zsupport[tickets]'",
    ]
