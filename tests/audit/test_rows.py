"""The files with verdicts: CSV, NDJSON and Parquet."""

import csv
import io
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from audit.verdicts import (
    VERDICT,
    columns,
    read_csv,
    read_ndjson,
    read_parquet,
    verdict,
    write_many,
    written,
)
from zsupport.audit.ticket import TicketVerdict
from zsupport.audit.verdict_lists import lists_of
from zsupport.clock.instants import END, FIRST, format_instant
from zsupport.clock.zones import zone
from zsupport.errors import EnvironmentFault
from zsupport.report.csv import cell
from zsupport.report.tickets import FORMATS, InstantTexts, RowSetting, RowWriter, open_rows
from zsupport.sources.rewrite import replacement_of

OSLO = zone("Europe/Oslo")
TESTS = Path(__file__).parent.parent


def test_csv_has_the_fields_of_a_verdict() -> None:
    assert written("csv", [((), VERDICT)]).decode() == (
        "file,line,id,cycle,plan,role,channel,priority,metric,opened,state,target,due,"
        "margin_seconds,elapsed_seconds,paused_seconds,rule,revision,warnings\n"
        "tickets.csv,2,A-1,1,pro,owner,,P2,first-response,2025-11-24T16:00:00Z,breached,"
        "4 business hours,2025-11-24T20:00:00Z,-600,15000,0,acme.yaml:74,,\n"
    )


def test_ndjson_has_nulls_and_lists() -> None:
    row = verdict(due=None, margin_seconds=None, warnings=("a", "b"))
    (line,) = read_ndjson(written("ndjson", [((), row)], RowSetting(zone=OSLO)))
    assert line == {
        **dict(zip(TicketVerdict._fields, row, strict=True)),
        "opened": "2025-11-24T17:00:00+01:00",
        "warnings": ["a", "b"],
    }
    assert list(line) == columns()


def test_parquet_has_types() -> None:
    row = verdict(due=None, margin_seconds=None, warnings=("a", "b"))
    (record,) = read_parquet(written("parquet", [(("x", None), row)], RowSetting(("k", "id"))))
    assert record == {
        "k": "x",
        "input.id": None,
        **dict(zip(TicketVerdict._fields, row, strict=True)),
        "opened": datetime(2025, 11, 24, 16, tzinfo=UTC),
        "warnings": ["a", "b"],
    }


def test_texts_in_parquet_have_one_type_for_all_readers() -> None:
    # The writer knows more about texts that many rows have in common; readers need not.
    types = dict.fromkeys(columns(), "string")
    types |= dict.fromkeys(("line", "cycle"), "int64")
    types |= dict.fromkeys(("margin_seconds", "elapsed_seconds", "paused_seconds"), "int64")
    types |= dict.fromkeys(("opened", "due"), "timestamp[ms, tz=UTC]")
    types["warnings"] = "list<element: string>"
    for count in (0, 1):
        data = written("parquet", [((), VERDICT)] * count)
        schema = parquet.read_schema(io.BytesIO(data))
        assert types == {field.name: str(field.type).replace("large_", "") for field in schema}
        assert polars.read_parquet(data).schema["plan"] == polars.String


@pytest.mark.parametrize("format", FORMATS)
def test_kept_columns_come_first_with_different_names(format: str) -> None:
    setting = RowSetting(("Subject", "id", "input.id", "Subject"))
    data = written(format, [(("a", "b", None, "d"), VERDICT)], setting)
    if format == "csv":
        header, first = csv.reader(io.StringIO(data.decode()))
        row: dict[str, Any] = dict(zip(header, first, strict=True))
        assert row["input.input.id"] == ""
    else:
        (row,) = (read_ndjson if format == "ndjson" else read_parquet)(data)
        assert row["input.input.id"] is None
    assert list(row)[:4] == ["Subject", "input.id", "input.input.id", "input.Subject"]
    assert list(row)[4:] == list(TicketVerdict._fields)
    assert (row["Subject"], row["input.id"], row["input.Subject"]) == ("a", "b", "d")


@pytest.mark.parametrize("format", FORMATS)
def test_no_rows_are_a_valid_file(format: str) -> None:
    data = written(format, [])
    if format == "csv":
        assert data.decode() == ",".join(columns()) + "\n"
    elif format == "ndjson":
        assert data == b""
    else:
        assert read_parquet(data) == []


TEXTS = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.text(alphabet="=+-@\t\r\n\"',;1aø\uff1d\u200b\u2028\ud800", max_size=4),
)
ROWS = st.lists(
    st.tuples(
        st.tuples(TEXTS, TEXTS),
        st.builds(
            verdict,
            file=st.sampled_from(["a.csv", "=b.csv", "c,d.csv"]),
            line=st.integers(1, 9),
            id=TEXTS,
            plan=TEXTS,
            priority=TEXTS,
            opened=st.integers(FIRST, END - 1),
            due=st.none() | st.integers(FIRST, END - 1),
            margin_seconds=st.none() | st.integers(-(10**9), 10**9),
            warnings=st.sampled_from([(), ("a",), ("a", "b")]),
        ),
    ),
    max_size=5,
)


def plain(setting: RowSetting, value: object, field: str) -> object:
    """Return what a cell of CSV must have, from the value of one row."""
    if field in ("opened", "due") and isinstance(value, int):
        return format_instant(value, setting.zone)
    if isinstance(value, tuple):
        return " ".join(value)
    return cell(value, raw=setting.raw_csv)


@given(ROWS, st.booleans(), st.sampled_from([UTC, OSLO, zone("America/St_Johns")]))
def test_csv_equals_the_cells_written_one_by_one(rows: Any, raw: bool, tz: Any) -> None:
    setting = RowSetting(("x", "y"), tz, raw)
    stream = io.BytesIO()
    with open_rows("csv", stream, setting) as writer:
        writer.write_lists(lists_of(rows))
    expected = io.StringIO()
    out = csv.writer(expected, lineterminator="\n")
    out.writerow(columns(setting))
    for kept, row in rows:
        cells = zip(columns(setting), (*kept, *row), strict=True)
        out.writerow([plain(setting, value, field) for field, value in cells])
    text = expected.getvalue().encode("utf-8", "backslashreplace")
    assert list(csv.reader(io.StringIO(stream.getvalue().decode(), newline=""))) == list(
        csv.reader(io.StringIO(text.decode(), newline=""))
    )


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_formats_have_the_same_rows(rows: Any) -> None:
    setting = RowSetting(("x", "y"))
    lines = read_ndjson(written("ndjson", rows, setting))
    records = read_parquet(written("parquet", rows, setting))
    assert len(lines) == len(records) == len(rows)
    for line, record, (kept, row) in zip(lines, records, rows, strict=True):
        assert line["margin_seconds"] == record["margin_seconds"] == row.margin_seconds
        assert line["warnings"] == record["warnings"] == list(row.warnings)
        for name in ("opened", "due"):
            text = None if record[name] is None else record[name].strftime("%Y-%m-%dT%H:%M:%SZ")
            assert line[name] == text
        for text, read in zip(
            (*kept, row.id), (record["x"], record["y"], record["id"]), strict=True
        ):
            if text is None or "\ud800" not in text:
                assert read == text


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\uff1d1"])
def test_formula_gets_an_apostrophe_unless_raw(text: str) -> None:
    row = verdict(id=text, plan=text)
    (safe,) = read_csv(written("csv", [((text,), row)], RowSetting(("x",))))
    assert safe["x"][0] == safe["id"][0] == safe["plan"][0] == "'"
    (raw,) = read_csv(written("csv", [((text,), row)], RowSetting(("x",), raw_csv=True)))
    assert "'" not in raw["x"] + raw["id"] + raw["plan"]


@given(st.lists(st.integers(FIRST, END - 1), max_size=20), st.sampled_from(["UTC", "Europe/Oslo"]))
def test_instants_are_those_of_format_instant(instants: list[int], name: str) -> None:
    tz = UTC if name == "UTC" else zone(name)
    assert InstantTexts(tz).texts(instants * 2) == [format_instant(t, tz) for t in instants * 2]


@pytest.mark.parametrize("name", ["Europe/Oslo", "America/St_Johns", "Africa/Monrovia"])
def test_instants_around_transitions(name: str) -> None:
    tz = zone(name)
    # The last Sunday of October 2026, and the start of 1973.
    for start in (1_792_800_000, FIRST):
        instants = list(range(start, start + 3 * 86_400, 599))
        assert InstantTexts(tz).texts(instants) == [format_instant(t, tz) for t in instants]


def test_memory_of_csv_does_not_grow_with_different_texts() -> None:
    with open(os.devnull, "wb") as stream, open_rows("csv", stream, RowSetting(("k",))) as writer:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for start in range(0, 400_000, 2000):
            writer.write_lists(
                lists_of(
                    [((f"={n}" * 20,), verdict(id=f"-{n}-")) for n in range(start, start + 2000)]
                )
            )
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB


# Files.


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("format", FORMATS)
def test_file_is_replaced_at_the_end_and_keeps_its_mode(tmp_path: Path, format: str) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    path.chmod(0o640)
    with replacement_of(str(path)) as stream, open_rows(format, stream, RowSetting()) as writer:
        writer.write_lists(lists_of([((), VERDICT)]))
        assert path.read_text() == "old"
    assert path.read_bytes() == written(format, [((), VERDICT)])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["out"]


def fail(writer: RowWriter, error: type[BaseException]) -> None:
    writer.write_lists(lists_of([((), VERDICT)] * 150_000))
    raise error


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_error_keeps_the_old_file(tmp_path: Path, format: str, error: type[BaseException]) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    with (
        pytest.raises(error),
        replacement_of(str(path)) as stream,
        open_rows(format, stream, RowSetting()) as writer,
    ):
        fail(writer, error)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["out"]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from audit.verdicts import write_many
from zsupport.errors import EnvironmentFault
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    write_many(Path(sys.argv[1]), sys.argv[2])
except EnvironmentFault as fault:
    print(fault.exit_code, fault.message)
"""


@pytest.mark.parametrize("format", FORMATS)
def test_full_disk_is_a_fault_and_keeps_the_old_file(tmp_path: Path, format: str) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), format],
        capture_output=True, text=True, cwd=TESTS,
    )  # fmt: skip
    assert done.stdout == f"4 cannot write {path}: file too large\n", done.stderr
    assert done.stderr == ""
    assert path.read_text() == "old"
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize("format", FORMATS)
def test_device_without_room_is_a_fault(format: str) -> None:
    with pytest.raises(EnvironmentFault) as raised:
        write_many(Path("/dev/full"), format, 10_000)
    assert raised.value.exit_code == 4
    assert raised.value.message == "cannot write /dev/full: no space left on device"


INTERRUPTED = """
import sys
from pathlib import Path
from audit.verdicts import write_many
print(flush=True)
try:
    write_many(Path(sys.argv[1]), sys.argv[2], 10**9)
except KeyboardInterrupt:
    print("interrupted")
"""


def restore_signals() -> None:
    """Restore the default actions, which `nohup` and scripts change."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def has_temporary_data(folder: Path) -> bool:
    """Return whether a file other than `out` has data; it can vanish at any moment."""
    for name in os.listdir(folder):
        with suppress(FileNotFoundError):
            if name != "out" and os.stat(folder / name).st_size:
                return True
    return False


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_run_keeps_the_old_file(
    tmp_path: Path, format: str, number: signal.Signals
) -> None:
    path = tmp_path / "out"
    path.write_text("old")
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(path), format],
        stdout=subprocess.PIPE, text=True, cwd=TESTS,
        preexec_fn=restore_signals,
    )  # fmt: skip
    assert process.stdout
    process.stdout.readline()
    while not has_temporary_data(tmp_path):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    output = process.communicate()[0]
    if number == signal.SIGINT:
        assert (output, process.returncode) == ("interrupted\n", 0)
    else:
        assert (output, process.returncode) == ("", -number)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_link_in_the_working_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").write_text("mine")
    work = tmp_path / "work"
    work.mkdir()
    (work / "link").symlink_to(tmp_path / "mine")
    monkeypatch.chdir(work)
    with pytest.raises(EnvironmentFault, match="the path contains a link"):
        write_many(Path("link"), "csv", 10_000)
    assert (tmp_path / "mine").read_text() == "mine"


def test_file_of_a_missing_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"cannot write .*gone/x: "):
        write_many(tmp_path / "gone" / "x", "csv", 10_000)


WITHOUT_POLARS = """
import sys
sys.modules["polars"] = None
import io
from zsupport.errors import EnvironmentFault
from zsupport.report.tickets import RowSetting, open_rows
try:
    open_rows("parquet", io.BytesIO(), RowSetting())
except EnvironmentFault as fault:
    print(fault.exit_code, fault.message, fault.hint, sep="|")
"""


def test_parquet_without_polars_names_the_extra() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POLARS], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "4|missing package `polars`, required to write Parquet|"
        "install it: python -m pip install 'zsupport[tickets]'\n"
    )
