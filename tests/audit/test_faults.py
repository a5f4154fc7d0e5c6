"""Faults of a run of `zsupport audit`: no row is lost, and no file is half-written."""

import csv
import gzip
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from conftest import Cli, Run, interruptible

from audit.audited import POLICY
from zsupport.sources.tickets import BadRow, RawRow, open_tickets
from zsupport.sources.tickets.chunks import CsvChunk, CsvChunks
from zsupport.sources.tickets.content import TicketBytes
from zsupport.sources.tickets.rows import AUTOMATIC

CASE = (
    "--policy", "./p.yaml", "--plan", "pro", "--role", "admin", "--at", "2026-06-02T08:00:00Z",
)  # fmt: skip
HEADER = "id,opened,answered,priority\n"
LINES = [f"{n},2026-06-01T08:00:00Z,2026-06-01T09:00:00Z,P1\n" for n in range(2, 2002)]
TICKETS = HEADER + "".join(LINES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "t.csv").write_text(TICKETS, encoding="utf-8")
    return tmp_path


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


Rows = list[dict[str, str]]


def both(
    cli: Cli, folder: Path, *arguments: str, case: tuple[str, ...] = CASE
) -> tuple[Rows, Rows]:
    """Return the verdicts and the rejects of a run, which must be the same in both engines."""
    outputs = []
    for engine in ("plain", "columns"):
        run = cli(
            "audit", *arguments, *case, "--engine", engine, "--output", "v.csv",
            "--rejects", "r.csv", "--max-rejects", "9999", cwd=folder,
        )  # fmt: skip
        assert run.code == 0, run.stderr
        outputs.append((run, *((folder / name).read_bytes() for name in ("v.csv", "r.csv"))))
    assert outputs[0] == outputs[1]
    return read_rows(folder / "v.csv"), read_rows(folder / "r.csv")


def test_gzip_that_ends_early(cli: Cli, folder: Path) -> None:
    packed = gzip.compress(TICKETS.encode(), 1)
    (folder / "t.csv.gz").write_bytes(packed[:-2_000])
    verdicts, (reject,) = both(cli, folder, "t.csv.gz")
    assert reject["reason"] == "the gzip data end early"
    assert [int(row["line"]) for row in [*verdicts, reject]] == list(range(2, len(verdicts) + 3))
    assert LINES[len(verdicts)].startswith(reject["row"])


def test_files_and_lines_of_different_encodings(cli: Cli, folder: Path) -> None:
    utf8, cp1252 = (LINES[0].replace("2,", "é,", 1).encode(name) for name in ("utf-8", "cp1252"))
    (folder / "a.csv").write_bytes(HEADER.encode() + utf8 + cp1252 + utf8)
    (folder / "b.csv").write_bytes((HEADER + LINES[0].replace("2,", "é,", 1)).encode("utf-16"))
    verdicts, (reject,) = both(cli, folder, "a.csv", "b.csv")
    assert [row["id"] for row in verdicts] == ["é", "é", "é"]
    assert (reject["line"], reject["reason"]) == ("3", r"invalid UTF-8: \xe9")
    assert reject["row"].startswith(r"\xe9,2026-06-01")


def test_tickets_of_the_future_of_unknown_plans_and_answered_too_early(
    cli: Cli, folder: Path
) -> None:
    (folder / "t.csv").write_text(
        "id,plan,opened,answered\n"
        "1,pro,2030-01-01T00:00:00Z,\n"
        "2,nope,2026-06-01T08:00:00Z,\n"
        "3,pro,2026-06-01T08:00:00Z,2026-06-01T07:59:59Z\n"
        "4,pro,2026-06-01T08:00:00Z,2026-06-01T08:00:00Z\n",
        encoding="utf-8",
    )
    case = ("--policy", "./p.yaml", "--role", "admin", "--priority", "P1", *CASE[-2:])
    verdicts, rejects = both(cli, folder, "t.csv", case=case)
    assert [(row["id"], row["state"]) for row in verdicts] == [("1", "not-started"), ("4", "met")]
    assert [(row["line"], row["column"]) for row in rejects] == [("3", "plan"), ("4", "answered")]
    assert rejects[0]["reason"].startswith("unknown plan `nope`")
    assert "is before `opened`" in rejects[1]["reason"]


def test_formulas_and_markup_of_a_ticket(cli: Cli, folder: Path) -> None:
    hostile = ["=1+1", "@SUM(A1)", "+1+1", "<img src=x onerror=alert(1)>"]
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["id", "opened", "priority", "team"]])
        writer.writerows([[text, "2026-06-01T08:00:00Z", "P1", text] for text in hostile])
        writer.writerow(["=2+2", "2026-06-01T08:00:00Z", "=nope", "x"])
    verdicts, (reject,) = both(
        cli, folder, "t.csv", "--keep", "team", "--by", "team", "--report", "r.html"
    )
    expected = [*(f"'{text}" for text in hostile[:3]), hostile[3]]
    assert [row["id"] for row in verdicts] == [row["team"] for row in verdicts] == expected
    assert reject["row"] == "'=2+2,2026-06-01T08:00:00Z,=nope,x"
    page = (folder / "r.html").read_text(encoding="utf-8")
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in page


def test_a_column_that_changes_its_type(cli: Cli, folder: Path) -> None:
    frames: dict[str, dict[str, list[Any]]] = {
        "a.parquet": {"id": [1], "opened": ["2026-06-01T08:00:00Z"], "priority": ["P1"]},
        "b.parquet": {"id": ["x"], "opened": [1.5], "priority": [1.5]},
        "c.parquet": {"id": [None], "opened": [None], "priority": [None]},
    }
    for name, columns in frames.items():
        pl.DataFrame(columns).write_parquet(folder / name)
    verdicts, rejects = both(cli, folder, "a.parquet", "b.parquet", "c.parquet")
    assert [row["id"] for row in verdicts] == ["1"]
    assert [(row["file"], row["column"]) for row in rejects] == [
        ("b.parquet", "opened"),
        ("c.parquet", "opened"),
    ]
    lines = [
        '{"id": 1, "opened": "2026-06-01T08:00:00Z", "priority": "P1"}',
        '{"id": "x", "opened": 1.5, "priority": "P1"}',
        '{"id": true, "opened": "2026-06-01T08:00:00Z", "priority": {"name": "P2"}}',
        '{"id": ["a"], "opened": "2026-06-01T08:00:00Z", "priority": "P2"}',
    ]
    (folder / "t.ndjson").write_text("\n".join(lines), encoding="utf-8")
    verdicts, rejects = both(cli, folder, "t.ndjson")
    assert [(row["id"], row["priority"]) for row in verdicts] == [("1", "P1"), ('["a"]', "P2")]
    assert [(row["line"], row["column"]) for row in rejects] == [("2", "opened"), ("3", "priority")]
    assert rejects[1]["reason"].startswith('unknown priority `{"name": "P2"}`')


def test_a_nul_in_an_id_or_in_a_kept_cell(cli: Cli, folder: Path) -> None:
    ids = ["1", "2\0", "3", "4"]
    teams = ["a", "b", "c\0", "d"]
    other = ["x", "x", "x", "x\0"]
    opened = ["2026-06-01T08:00:00Z"] * 4
    frame = pl.DataFrame({"id": ids, "opened": opened, "priority": "P1", "team": teams, "o": other})
    frame.write_parquet(folder / "t.parquet")
    frame.drop("o").write_ndjson(folder / "t.ndjson")
    for name in ("t.parquet", "t.ndjson"):
        verdicts, rejects = both(cli, folder, name, "--keep", "team")
        assert [row["id"] for row in verdicts] == ["1", "4"]
        assert [(row["line"], row["reason"]) for row in rejects] == [
            ("2", "NUL character"),
            ("3", "NUL character"),
        ]


# -- files that change -----------------------------------------------------------------------------


Read = Callable[[Path], Iterator[RawRow | BadRow]]


def chunks_as_rows(path: Path) -> Iterator[RawRow | BadRow]:
    """Yield the rows of the columns engine. The first part is read before the second is."""
    file = CsvChunks(TicketBytes(str(path)), AUTOMATIC, 100_000)
    for part in file:
        yield from file.rows_of(part) if isinstance(part, CsvChunk) else part


def plain_rows(path: Path) -> Iterator[RawRow | BadRow]:
    return open_tickets(str(path)).rows


@pytest.mark.parametrize("read", [plain_rows, chunks_as_rows])
@pytest.mark.parametrize("size", ["grows", "grows within a line", "shrinks"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, size: str, read: Read) -> None:
    path = tmp_path / "t.csv"
    lines = LINES * 5  # of several blocks and chunks
    data = "".join([HEADER, *lines]).encode()
    path.write_bytes(data[:-4] if size == "grows within a line" else data)
    rows = read(path)
    first = next(rows)
    if size == "shrinks":
        os.truncate(path, len(data) - 90_000)
    else:
        with path.open("ab") as file:
            file.write(b",P1\nmore,2026-06-01T08:00:00Z,,P1\n")
    *good, last = first, *rows
    reason = {
        "grows": None,
        "grows within a line": "the file grew while it was read, and its last line is not complete",
        "shrinks": "the file became shorter while it was read",
    }[size]
    if reason is None:
        good.append(last)
        assert len(good) == len(lines)
    else:
        assert isinstance(last, BadRow)
        assert (last.line, last.reason) == (len(good) + 2, reason)
        assert lines[len(good)].startswith(last.text)
    assert not any(isinstance(row, BadRow) for row in good)


# -- quotes without an end -------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["x", '1,"a', '1,""x', '"', '1,"\n""'])
def test_quotes_without_an_end_take_linear_time(tmp_path: Path, line: str) -> None:
    path = tmp_path / "t.csv"
    times = []
    for count in (4_000, 32_000):
        path.write_text('a,b\n1,"' + f"{line}\n" * count, encoding="utf-8")
        start = time.process_time()
        rows = [*plain_rows(path)]
        times.append(time.process_time() - start)
        # No line is lost.
        lines = [row.line for row in rows]
        assert (lines[0], lines == sorted({*lines})) == (2, True)
    assert times[1] < 8 * 4 * times[0]
    assert [tuple(row) for row in chunks_as_rows(path)] == [tuple(row) for row in rows]


# -- several files, and files without tickets ------------------------------------------------------


def audit(cli: Cli, folder: Path, *arguments: str) -> Run:
    return cli("audit", *arguments, *CASE, cwd=folder)


def test_problems_of_all_files_are_found_before_a_row_is_judged(cli: Cli, folder: Path) -> None:
    (folder / "a.csv").write_text("id,when\n1,x\n", encoding="utf-8")
    (folder / "b.csv").write_text("", encoding="utf-8")
    (folder / "c.csv").write_text("id,opened\n1,23/11/2026\n", encoding="utf-8")
    (folder / "d.csv").write_text("id,time,event\n1,2026-06-01T08:00:00Z,opened\n")
    run = audit(cli, folder, "t.csv", "a.csv", "b.csv", "c.csv", "d.csv", "--format", "csv")
    assert (run.stdout, run.code) == ("", 2)
    starts = [
        "a.csv: no column is the instant at which a ticket was opened",
        "b.csv: the file is empty; a CSV file starts with the names of its columns",
        "c.csv: column `opened`: the format of `23/11/2026` is not declared",
        "d.csv: a row is a ticket in one file and an event in another",
    ]
    lines = run.stderr.splitlines()
    assert len(lines) == len(starts)
    for line, start in zip(lines, starts, strict=True):
        assert line.removeprefix("zsupport: ").startswith(start)


def test_many_files_with_problems_are_counted(cli: Cli, folder: Path) -> None:
    for number in range(25):
        (folder / f"{number:02}.csv").write_text("id,when\n1,x\n", encoding="utf-8")
    run = audit(cli, folder, "??.csv")
    assert run.code == 2
    assert len(run.stderr.splitlines()) == 21
    assert run.stderr.endswith("and 5 more files\n")


def test_a_pipe_among_several_files_is_read_once(cli: Cli, folder: Path) -> None:
    done = subprocess.run(
        cli.command("audit", "t.csv", "/dev/stdin", *CASE, "--format", "csv"),
        input=TICKETS.encode(), cwd=folder, env=cli.environment(), capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout.splitlines()) == 1 + 2 * len(LINES)


@pytest.mark.parametrize("name", ["t.csv", "t.ndjson", "t.json", "t.csv.gz", "t.json.gz"])
def test_an_empty_file_is_refused(cli: Cli, folder: Path, name: str) -> None:
    (folder / name).write_bytes(gzip.compress(b"") if name.endswith(".gz") else b"")
    run = audit(cli, folder, name)
    assert (run.stdout, run.code) == ("", 3)
    assert run.stderr.startswith(f"zsupport: {name}: the file is empty\n")


def test_a_file_that_states_no_tickets_has_no_rows(cli: Cli, folder: Path) -> None:
    texts = {"a.csv": HEADER, "b.json": "[]", "c.json": '{"tickets": [], "count": 0}'}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    pl.DataFrame({"id": [], "opened": [], "priority": []}).write_parquet(folder / "d.parquet")
    for name in (*texts, "d.parquet"):
        assert both(cli, folder, name) == ([], []), name
    assert both(cli, folder, "b.json", "--column", "opened=created") == ([], [])


def test_a_json_file_of_damaged_lines_has_only_rejects(cli: Cli, folder: Path) -> None:
    (folder / "t.ndjson").write_text("no json\n5\n", encoding="utf-8")
    verdicts, rejects = both(cli, folder, "t.ndjson")
    assert (verdicts, [row["row"] for row in rejects]) == ([], ["no json", "5"])


# -- outputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_corrected_rejects_can_be_audited(cli: Cli, folder: Path, delimiter: str) -> None:
    header = delimiter.join(["id", "opened", "priority"])
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(
            [
                ["id", "opened", "priority"],
                [f"a{delimiter}b", "2026-06-01T08:00:00Z", "P9"],
                ["c,d", "2026-06-01T08:00:00Z", "P9"],
                ["e", "2026-06-01T08:00:00Z"],
            ]
        )
    _, rejects = both(cli, folder, "t.csv")
    rows = "\n".join(row["row"] for row in rejects)
    corrected = rows.replace("P9", "P1") + f"{delimiter}P1\n"
    (folder / "again.csv").write_text(f"{header}\n{corrected}", encoding="utf-8")
    verdicts, rejects = both(cli, folder, "again.csv")
    assert ([row["id"] for row in verdicts], rejects) == ([f"a{delimiter}b", "c,d", "e"], [])


def test_the_name_of_the_output_and_the_format_agree(cli: Cli, folder: Path) -> None:
    run = audit(cli, folder, "t.csv", "--output", "v.parquet", "--format", "csv")
    assert (run.stdout, run.code) == ("", 2)
    assert run.stderr == (
        "zsupport: --output: the name `v.parquet` contradicts --format csv\n"
        "  omit --format, or change the name\n"
    )
    assert not (folder / "v.parquet").exists()
    for name, format in (("v.csv", "csv"), ("v.txt", "csv"), ("v.jsonl", "ndjson")):
        assert audit(cli, folder, "t.csv", "--output", name, "--format", format).code == 0


def limited() -> None:
    """Limit the size of files that the process writes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))


@pytest.mark.parametrize("option", ["--output", "--rejects", "--report"])
@pytest.mark.parametrize("format", ["csv", "ndjson", "parquet"])
def test_a_full_disk_keeps_the_old_file(cli: Cli, folder: Path, option: str, format: str) -> None:
    (folder / "t.csv").write_text(TICKETS.replace("P1\n", "P9\n", 1_000), encoding="utf-8")
    name = f"o.{format}" if option == "--output" else "o"
    (folder / name).write_text("old", encoding="utf-8")
    done = subprocess.run(
        cli.command("audit", "t.csv", *CASE, option, name, "--max-rejects", "9999"),
        cwd=folder, env=cli.environment({"PYTHONDONTWRITEBYTECODE": "1"}), preexec_fn=limited,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (4, ""), done.stderr
    assert done.stderr == f"zsupport: cannot write {name}: file too large\n"
    assert (folder / name).read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir(folder)) == sorted(["p.yaml", "t.csv", name])


@pytest.mark.parametrize("format", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("engine", ["plain", "columns"])
def test_a_device_without_room(cli: Cli, folder: Path, format: str, engine: str) -> None:
    options = ("--format", format, "--engine", engine)
    run = audit(cli, folder, "t.csv", *options, "--output", "/dev/full")
    assert (run.stdout, run.code) == ("", 4), run.stderr
    assert run.stderr == "zsupport: cannot write /dev/full: no space left on device\n"
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            cli.command("audit", "t.csv", *CASE, *options), stdout=full, stderr=subprocess.PIPE,
            cwd=folder, env=cli.environment(), check=False, text=True,
        )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr == "zsupport: cannot write the output: No space left on device\n"


# -- signals ---------------------------------------------------------------------------------------


class Waiting:
    """A run that waits for the rest of standard input, after it has opened its outputs."""

    def __init__(self, cli: Cli, folder: Path, *options: str, ignored: int = 0) -> None:
        def prepare() -> None:
            interruptible()
            signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)

        self.folder = folder
        self.process = subprocess.Popen(
            cli.command("audit", "-", *CASE, "--engine", "plain", *options),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder,
            env=cli.environment({"TMPDIR": str(folder)}), preexec_fn=prepare,
        )  # fmt: skip
        assert self.process.stdin
        self.process.stdin.write(TICKETS.encode())
        self.process.stdin.flush()

    def wait_for(self, count: int) -> None:
        """Wait until there are `count` temporary files."""
        end = time.monotonic() + 60
        while len(self.temporary()) < count:
            assert self.process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)

    def temporary(self) -> list[str]:
        """Return the names of the temporary files."""
        return [name for name in os.listdir(self.folder) if name.endswith(".new")]

    def end(self, number: int) -> tuple[int, bytes]:
        """Send a signal, and return the exit code and the output."""
        self.process.send_signal(number)
        stdout, stderr = self.process.communicate(timeout=60)
        return self.process.returncode, stdout + stderr


@pytest.mark.parametrize("format", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, -signal.SIGTERM),
        (signal.SIGHUP, -signal.SIGHUP),
    ],
)
def test_a_signal_leaves_no_temporary_file(
    cli: Cli, folder: Path, format: str, number: int, code: int
) -> None:
    names = (f"v.{format}", "r.csv")
    for name in names:
        (folder / name).write_text("old", encoding="utf-8")
    run = Waiting(cli, folder, "--output", names[0], "--rejects", names[1])
    run.wait_for(2)
    assert run.end(number) == (code, b"")
    assert sorted(os.listdir(folder)) == sorted(["p.yaml", "t.csv", *names])
    assert {(folder / name).read_text(encoding="utf-8") for name in names} == {"old"}


def test_a_killed_run_leaves_temporary_files_that_the_next_run_ignores(
    cli: Cli, folder: Path
) -> None:
    (folder / "v.csv").write_text("old", encoding="utf-8")
    run = Waiting(cli, folder, "--output", "v.csv")
    run.wait_for(1)
    assert run.end(signal.SIGKILL)[0] == -signal.SIGKILL
    assert (folder / "v.csv").read_text(encoding="utf-8") == "old"
    (left,) = run.temporary()
    assert left.startswith(".v.csv.")
    assert audit(cli, folder, "t.csv", "--output", "v.csv").code == 0
    assert len(read_rows(folder / "v.csv")) == len(LINES)
    assert run.temporary() == [left]


def test_an_ignored_signal_stays_ignored(cli: Cli, folder: Path) -> None:
    run = Waiting(cli, folder, "--output", "v.csv", "--quiet", ignored=True)
    run.wait_for(1)
    assert run.end(signal.SIGHUP) == (0, b"")
    assert len(read_rows(folder / "v.csv")) == len(LINES)


def test_a_signal_removes_the_copy_of_a_pipe(cli: Cli, folder: Path) -> None:
    process = subprocess.Popen(
        cli.command("audit", "-", *CASE, "--input", "parquet"), stdin=subprocess.PIPE, cwd=folder,
        env=cli.environment({"TMPDIR": str(folder)}),
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(b"PAR1" * 50_000)
    process.stdin.flush()
    end = time.monotonic() + 60
    while not any(name.endswith(".parquet") for name in os.listdir(folder)):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.stdin.close()
    assert process.wait(timeout=60) == -signal.SIGTERM
    assert sorted(os.listdir(folder)) == ["p.yaml", "t.csv"]


# -- mapping files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nulls = " + "[" * 5_000 + "]" * 5_000, "nested too deeply"),
        ("constants = {plan = " + "1" * 5_000 + "}", "a number has too many digits"),
        ("constants = {plan = 0x" + "f" * 5_000 + "}", "expected a text"),
        ("nulls = ", "Invalid value"),
    ],
    ids=["deep", "digits", "hexadecimal digits", "syntax"],
)
def test_a_mapping_that_python_cannot_read(cli: Cli, folder: Path, text: str, problem: str) -> None:
    (folder / "m.toml").write_text(text, encoding="utf-8")
    run = audit(cli, folder, "t.csv", "--map", "./m.toml")
    assert (run.stdout, run.code) == ("", 2)
    assert problem in run.stderr


@pytest.mark.parametrize("output", ["csv", "ndjson", "parquet"])
@pytest.mark.parametrize("source", ["csv", "csv.gz", "ndjson", "parquet"])
def test_names_of_files_that_are_not_utf_8(
    cli: Cli, folder: Path, source: str, output: str
) -> None:
    name = os.fsdecode(b"t\xff.") + source
    # The rule in the second row that is read one by one is a place in the policy.
    text = HEADER + LINES[0] + "3,2026-06-01 08:00:00Z,,P1\n"
    frame = pl.read_csv(text.encode(), infer_schema=False)
    if source == "parquet":
        with (folder / name).open("wb") as file:
            frame.write_parquet(file)
    elif source == "ndjson":
        (folder / name).write_bytes(frame.write_ndjson().encode())
    else:
        data = text.encode()
        (folder / name).write_bytes(gzip.compress(data) if source == "csv.gz" else data)
    policy = os.fsdecode(b"./p\xff.yaml")
    (folder / "p.yaml").rename(folder / policy)
    written: list[Any] = []
    for engine in ("plain", "columns"):
        run = cli(
            "audit", name, "--policy", policy, *CASE[2:], "--engine", engine,
            "--output", f"v.{output}", cwd=folder,
        )  # fmt: skip
        assert run.code == 0, run.stderr
        data = (folder / f"v.{output}").read_bytes()
        written.append(pl.read_parquet(data) if output == "parquet" else data.decode())
    first, second = written
    if isinstance(first, pl.DataFrame):
        assert first.equals(second)
        assert first["file"].to_list() == [f"t\ufffd.{source}"] * 2
        assert {rule.partition(":")[0] for rule in first["rule"]} == {"p\ufffd.yaml"}
    else:
        assert first == second
        mark = "\\udcff" if output == "csv" else "\ufffd"
        assert first.count(f"t{mark}.{source}") == 2
        assert first.count(f"p{mark}.yaml:") == 2
