"""Files, folders, pipes and packed files, and the faults of reading them."""

import gzip
import io
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from zsupport.errors import PolicyError, UsageError
from zsupport.limits import TICKET_RECORD
from zsupport.sources.tickets import BadRow, TicketReading, open_tickets, ticket_files

from .ticket_rows import read, refusal

LINES = [b"id,plan\n", *(f"{number},pro\n".encode() for number in range(2, 30_000))]
DATA = b"".join(LINES)
ROWS = [(number, [str(number), "pro"]) for number in range(2, 30_000)]


def rows_of(path: str) -> list[tuple[object, ...]]:
    return [
        (row.line, row.reason, row.text) if isinstance(row, BadRow) else (row.line, [*row.cells])
        for row in open_tickets(path).rows
    ]


# -- gzip ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["tickets.csv", "tickets.csv.gz", "tickets"])
def test_gzip_is_recognized_by_its_bytes(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, gzip.compress(DATA), name)[1] == ROWS
    assert read(tmp_path, DATA, name)[1] == ROWS


def test_gzip_of_several_members(tmp_path: Path) -> None:
    middle = len(DATA) // 2
    packed = b"".join(gzip.compress(part) for part in (DATA[:middle], b"", DATA[middle:]))
    assert read(tmp_path, packed)[1] == ROWS
    assert read(tmp_path, packed + b"\0" * 100_000)[1] == ROWS


@pytest.mark.parametrize("lost", [1, 8, 9, 1_000, 20_000])
def test_gzip_that_ends_early(tmp_path: Path, lost: int) -> None:
    packed = gzip.compress(DATA, 1)
    rows = read(tmp_path, packed[:-lost])[1]
    *good, bad = rows
    assert good == ROWS[: len(good)]
    assert bad[1] == "the gzip data end early"
    # The row after the good ones, as far as it is known.
    assert bad[0] == len(good) + 2
    assert b"".join(LINES[1 + len(good) :])[:12].startswith(str(bad[2]).encode())
    assert len(good) > (25_000 if lost < 10 else 10)


def test_gzip_with_other_bytes_after_it(tmp_path: Path) -> None:
    rows = read(tmp_path, gzip.compress(DATA) + b"-- end of backup --")[1]
    assert rows == [*ROWS, (30_000, "other bytes follow the gzip data", "")]


def test_damaged_gzip(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(DATA, 1))
    packed[-5] ^= 1  # of the checksum
    assert read(tmp_path, bytes(packed))[1] == [*ROWS, (30_000, "the gzip data are damaged", "")]
    packed[60_000] ^= 0xFF
    *good, bad = read(tmp_path, bytes(packed))[1]
    assert len(good) > 10_000
    assert bad[1] == "the gzip data are damaged"


def test_gzip_without_a_header(tmp_path: Path) -> None:
    packed = gzip.compress(DATA)
    assert refusal(tmp_path, packed[:10]) == "3: the gzip data end early"
    assert refusal(tmp_path, gzip.compress(b"")) == (
        "3: the file is empty (a CSV file starts with the names of its columns)"
    )


def test_a_line_over_the_limit_is_not_kept(tmp_path: Path) -> None:
    # A kilobyte of gzip can stand for a megabyte.
    long = b"x" * (3 * TICKET_RECORD.most)
    data = gzip.compress(b"id\n1\n" + long + b"\r\n2\n", 1)
    reason = f"too many characters in a row of a ticket file (limit {TICKET_RECORD.most:,})"
    assert read(tmp_path, data)[1] == [(2, ["1"]), (3, reason, "x" * 1_000), (4, ["2"])]
    data = gzip.compress(b'{"id": 1}\n' + long + b'\n{"id": 2}', 1)
    assert read(tmp_path, data, "t.json")[1] == [(1, ["1"]), (2, reason, "x" * 1_000), (3, ["2"])]


def test_a_quoted_cell_over_the_limit(tmp_path: Path) -> None:
    line = "x" * 999_999 + "\n"
    lines = TICKET_RECORD.most // len(line) + 2
    data = ('id\n1\n"' + line * lines + "2\n").encode()
    rows = read(tmp_path, data)[1]
    assert rows[0] == (2, ["1"])
    assert rows[1][1] == "a quote at the start of a cell has no closing quote"
    assert [row[0] for row in rows] == list(range(2, 4 + lines))
    assert rows[-1] == (3 + lines, ["2"])


# -- files that change ---------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file_that_grows_is_read_up_to_its_first_size(tmp_path: Path, end: str) -> None:
    path = tmp_path / "tickets.csv"
    path.write_bytes(DATA + b"30000,p" + end.encode())
    rows = open_tickets(str(path)).rows
    first = next(rows)
    with path.open("ab") as file:
        file.write(b"ro\n30001,pro\n")
    rest = [*rows]
    assert first[:2] == ROWS[0]
    if end:
        assert [tuple(row) for row in rest] == [*ROWS[1:], (30_000, ["30000", "p"])]
    else:
        reason = "the file grew while it was read, and its last line is not complete"
        assert [tuple(row) for row in rest] == [*ROWS[1:], (30_000, reason, "30000,p")]


def test_a_file_that_becomes_shorter(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_bytes(DATA)
    rows = open_tickets(str(path)).rows
    first = next(rows)
    os.truncate(path, 200_000)
    *good, bad = [tuple(row) for row in (first, *rows)]
    assert good == ROWS[: len(good)]
    assert bad[:2] == (len(good) + 2, "the file became shorter while it was read")


def test_a_file_that_is_removed_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_bytes(DATA)
    rows = open_tickets(str(path)).rows
    path.unlink()
    assert [tuple(row) for row in rows] == ROWS


# -- pipes and standard input --------------------------------------------------------------------


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Return a named pipe, and the blocks that a thread writes into it."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    blocks: list[bytes] = []

    def write() -> None:
        with path.open("wb", buffering=0) as file:
            for block in blocks:
                file.write(block)

    thread = threading.Thread(target=write)
    thread.start()
    yield str(path), blocks
    thread.join()


def test_a_pipe(pipe: tuple[str, list[bytes]]) -> None:
    path, blocks = pipe
    blocks += [b"i", b"d,plan\n2", b",pro\n", *LINES[2:]]
    assert rows_of(path) == ROWS


def test_a_pipe_that_closes_within_a_row(pipe: tuple[str, list[bytes]]) -> None:
    path, blocks = pipe
    blocks += [b"id,plan\n", b"2,pro\n3,"]
    # A pipe does not state how it ends.
    assert rows_of(path) == [(2, ["2", "pro"]), (3, ["3", ""])]


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"id\n1\n", "csv"),
        (b' {"id": 1}', "ndjson"),
        (b'\xef\xbb\xbf[{"id": 1}]', "ndjson"),
        ('{"id": 1}'.encode("utf-16"), "ndjson"),
        (gzip.compress(b'{"id": 1}', mtime=0), "ndjson"),
        (b'"id"\n1\n', "csv"),
    ],
)
def test_standard_input(data: bytes, format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(data))
    monkeypatch.setattr(sys, "stdin", stream)
    file = open_tickets("-")
    assert (file.name, file.header, file.reading.format) == ("-", ("id",), format)
    assert [[*row[1]] for row in file.rows] == [["1"]]
    assert not stream.closed


def test_standard_input_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tickets"
    path.write_bytes(b"skipped\n" + DATA)
    with path.open() as stream:
        assert stream.buffer.read(8) == b"skipped\n"
        monkeypatch.setattr(sys, "stdin", stream)
        assert [tuple(row) for row in open_tickets("-").rows] == ROWS


# -- files that cannot be read -------------------------------------------------------------------


def test_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "tickets-2025.csv.gz").touch()
    with pytest.raises(PolicyError) as caught:
        ticket_files([str(tmp_path / "ticket-2025.csv")])
    assert str(caught.value) == f"{tmp_path}/ticket-2025.csv: file not found"
    assert caught.value.hint == f"did you mean `{tmp_path}/tickets-2025.csv.gz`?"
    with pytest.raises(PolicyError, match="file not found"):
        open_tickets(str(tmp_path / "ticket-2025.csv"))


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r": is a directory$"):
        open_tickets(str(tmp_path))


def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_bytes(DATA)
    path.chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)  # root can read all files
    try:
        with pytest.raises(PolicyError, match=r": permission denied$"):
            open_tickets(str(path))
    finally:
        os.seteuid(user)


def test_a_file_whose_start_cannot_be_read() -> None:
    with pytest.raises(PolicyError, match=r": reading stopped: input/output error$"):
        open_tickets("/proc/self/mem")


@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 10, b"\x7fELF\x02\x01\x01" + b"\0" * 99], ids=["all", "ELF"]
)
def test_a_binary_file(tmp_path: Path, data: bytes) -> None:
    assert refusal(tmp_path, data).startswith("3: invalid header: ")


# -- arguments -----------------------------------------------------------------------------------


def test_files_keep_their_order_and_are_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a.csv", "c.txt", "[x].csv", ".hidden.csv"):
        Path(name).touch()
    Path("link.csv").symlink_to("a.csv")
    (tmp_path / "below" / "deep").mkdir(parents=True)
    Path("below/deep/d.json").touch()
    assert ticket_files(["c.txt", "*.csv", "./b.csv", "-", "a.csv", "-"]) == (
        "c.txt", "[x].csv", "a.csv", "b.csv", "-",
    )  # fmt: skip
    assert ticket_files(["[x].csv", "**/*.json"]) == ("[x].csv", "below/deep/d.json")


def test_a_folder_means_its_ticket_files(tmp_path: Path) -> None:
    for name in (
        "part-1.csv",
        "part-0.csv.gz",
        "_SUCCESS.csv",
        ".part-1.csv.crc",
        "x.yaml",
        "N.JSON",
    ):
        (tmp_path / name).touch()
    (tmp_path / "folder.csv").mkdir()
    files = ticket_files([str(tmp_path)])
    assert [Path(file).name for file in files] == ["N.JSON", "part-0.csv.gz", "part-1.csv"]


def test_arguments_without_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").touch()
    for argument, message, hint in [
        (tmp_path, "no ticket file in this folder", "a ticket file has one of the endings .csv, "),
        (tmp_path / "*.csv", "no file matches this pattern", ""),
        (tmp_path / "no" / "a.csv", "file not found", f"folder not found: {tmp_path}/no"),
    ]:
        with pytest.raises(PolicyError) as caught:
            ticket_files([str(argument)])
        assert caught.value.message == f"{argument}: {message}"
        assert (caught.value.hint or "").startswith(hint)


def test_an_unknown_format_is_refused_before_the_file_is_opened() -> None:
    with pytest.raises(UsageError, match="unknown format of tickets `xml`"):
        open_tickets("missing.xml", TicketReading("xml"))
