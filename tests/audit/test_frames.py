"""The columns engine gives the rows of the plain engine for every file, also for hostile ones."""

import gzip
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple

import numpy as np
import polars as pl
import pytest

import zsupport
import zsupport.audit.columns.summary as frame_module
import zsupport.audit.summary as summary_module
from audit.audited import MONDAY, POLICY
from zsupport.audit.columns.frames import judged_frames
from zsupport.audit.columns.summary import FrameSummary, count_keys
from zsupport.audit.mapping.header import resolve
from zsupport.audit.mapping.model import FieldColumn, TicketMapping
from zsupport.audit.plain.judge import AuditOptions, Judge
from zsupport.audit.reading.instants import instant_reader
from zsupport.audit.reading.rows import ticket_reader
from zsupport.audit.run import judge_files, open_mapped
from zsupport.audit.summary import SummaryBuilder, SummaryOptions
from zsupport.audit.ticket import Reject
from zsupport.audit.verdict_lists import lists_of
from zsupport.clock.zones import zone
from zsupport.report.tickets import RowSetting, open_rows, rows_of_frame
from zsupport.sources.tickets import open_columns, open_tickets
from zsupport.sources.tickets.batches import ParquetBatches
from zsupport.sources.tickets.chunks import CsvChunk, CsvChunks
from zsupport.sources.tickets.content import TicketBytes
from zsupport.sources.tickets.parquet import without_nul
from zsupport.sources.tickets.rows import BadRow, TicketReading

OPTIONS = AuditOptions(MONDAY + 86_400 * 400, ("all",))
HEADER = ["id", "opened", "answered", "resolved", "plan", "role", "priority", "subject", "paused"]
MAPPING = TicketMapping(
    {
        **{name: FieldColumn(name) for name in HEADER[:7]},
        "pauses": FieldColumn("paused"),
        "updated": FieldColumn("touched", optional=True),
    },
    values={"priority": {"Urgent": "P1", "high": "P2"}},
    nulls=("NA", "?"),
    kept=("subject", "plan"),
    automatic=False,
)  # fmt: skip
#: Cells that Polars could read in another way than the plain engine.
HOSTILE = (
    "", " ", "NA", "?", " NA ", "+2026-1-05T10:00:00Z", "2026-01- 5T10:00:00Z",
    "2026-06-01T10:00:60Z", "2026-06-01T10:00:00z", "2026-06-01 10:00:00Z",
    "2026-06-01T10:00:00+02:00", "2026-02-30T10:00:00Z", "2026-06-01T24:00:00Z",
    "2026-06-01T10:00:00.5Z", "2026-06-01T10:00:00", "2026-06-01", "@1780300800",
    "1960-01-01T00:00:00Z", "2300-01-01T00:00:00Z", " 2026-06-01T10:00:00Z",
    "2026-06-01T10:00:00Z ", "99999-01-01T00:00:00Z", "-2026-06-01T10:00:00Z",
    "\uff12026-06-01T10:00:00Z", "now", "opened", "null", "\x1c", "\u00a0", "pro\u00a0", "é",
    "=1+1", "-5", "it's", "\x85x",
)  # fmt: skip
WHOLE_LINES = (
    "", "1,2", "1,2,3,4,5,6,7,8,9,10", '"', 'a"b,c', '"a"b,,,,,,,,', ",,,,,,,,", ",".join(HEADER),
    "\ufeff",
    '"x', "\0,,,,,,,,", "a\rb,,,,,,,,",
    '"two\nlines",2026-06-01T08:00:00Z,,,pro,admin,P1,s,',
    '"a ""pair""",2026-06-01T08:00:00Z,,,pro,admin,P1,"a, b",',
    '5,"2026-06-01T08:00:00Z",,,"pro",admin,P1,,',
)  # fmt: skip


def some_lines(random: Random, count: int, hostile: float) -> list[str]:
    """Return random lines of CSV."""
    lines = []
    for number in range(count):
        if random.random() < hostile / 2:
            lines.append(random.choice(WHOLE_LINES))
            continue
        opened = datetime.fromtimestamp(MONDAY, UTC) + timedelta(
            hours=random.randrange(-9000, 9000)
        )
        answered = opened + timedelta(minutes=random.randrange(0, 9000))
        resolved = answered + timedelta(minutes=random.randrange(0, 9000))
        cells = [
            str(number), f"{opened:%Y-%m-%dT%H:%M:%SZ}", f"{answered:%Y-%m-%dT%H:%M:%SZ}",
            f"{resolved:%Y-%m-%dT%H:%M:%SZ}", random.choice(["pro", "Pro", "free"]),
            random.choice(["admin", "user", ""]), random.choice(["P1", "Urgent", "p2", "P3", "P4"]),
            random.choice(["Help", "I can't log in", ""]), "",
        ]  # fmt: skip
        for place in (2, 3):
            if random.random() < 0.2:
                cells[place] = ""
        if random.random() < hostile:
            cells[random.randrange(len(cells))] = random.choice(HOSTILE)
        if random.random() < 0.02:
            cells[8] = f"{cells[1]}/{cells[2]}"
        lines.append(",".join(cells))
        if random.random() < hostile / 9:  # as many cells as in two rows
            lines += [",".join([*cells, "x"]), ",".join(cells[:-1])]
    return lines


def some_filters(random: Random) -> TicketMapping:
    """Return a mapping that skips some rows; its columns and texts are in random letter case."""
    skip: dict[str, tuple[str, ...]] = {}
    only: dict[str, tuple[str, ...]] = {}
    for conditions in (skip, only):
        if random.random() < 0.3:
            column = random.choice(["priority", "Role ", "resolved", "subject", "id", "opened"])
            texts = ("p1", " URGENT", "admin", "USER", "help", "P4", "7", "\u00a0PRO")
            conditions[column] = tuple(random.sample(texts, random.randrange(4)))
    return MAPPING._replace(skip=skip, only=only)


def skipping_column(mapping: TicketMapping, cells: Sequence[str | None]) -> str | None:
    """Return the column by which a row is skipped, by the definition of the guide."""
    by_name = dict(zip(HEADER, cells, strict=True))
    for conditions, if_met in ((mapping.skip, True), (mapping.only, False)):
        for column, texts in conditions.items():
            name = column.strip().lower()
            cell = (by_name[name] or "").strip()
            if cell in mapping.nulls:
                cell = ""
            met = cell != "" and (
                texts == () or cell.casefold() in [text.strip().casefold() for text in texts]
            )
            if met is if_met:
                return name
    return None


class Judged(NamedTuple):
    """The results of an engine."""

    rows: list[tuple[object, ...]]
    rejects: list[Reject]
    skipped: Counter[str]


def plain_rows(policy: zsupport.Policy, path: Path, mapping: TicketMapping) -> Judged:
    """Return the rows and the rejects of the plain engine."""
    skipped: Counter[str] = Counter()
    file = open_tickets(str(path))
    columns = resolve(mapping, file.header, policy.facts, policy.metrics)
    read, judge = ticket_reader(columns, file.name), Judge(policy, OPTIONS)
    rows: list[tuple[object, ...]] = []
    rejects = []
    is_parquet = file.reading.format == "parquet"
    for row in without_nul(file.rows, columns.copied) if is_parquet else file.rows:
        if isinstance(row, BadRow):
            rejects.append(Reject(file.name, row.line, None, row.reason, (row.text,)))
            continue
        if column := skipping_column(mapping, row.cells):
            skipped[column] += 1
            continue
        for item in judge.judge([read(row)]):
            if isinstance(item, Reject):
                column = columns.column_of(item.column or "") or item.column
                rejects.append(item._replace(column=column, cells=tuple(row.cells)))
            else:
                rows.append((*item[0].kept, *item[1]))
    return Judged(rows, rejects, skipped)


def rows_of(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    """Return a frame as the rows of the plain engine."""
    return [(*kept, *verdict) for kept, verdict in rows_of_frame(frame)]


def column_rows(
    policy: zsupport.Policy, source: CsvChunks | ParquetBatches, mapping: TicketMapping
) -> Judged:
    """Return the rows and the rejects of the columns engine."""
    columns = resolve(mapping, source.file.header, policy.facts, policy.metrics)
    skipped: Counter[str] = Counter()
    judge = Judge(policy, OPTIONS)
    frames = judged_frames(source, columns, judge, source.file.name, skipped=skipped)
    assert frames is not None
    parts = [*frames]
    rows = [row for part in parts for row in rows_of(part.frame)]
    return Judged(rows, [reject for part in parts for reject in part.rejects], skipped)


def same(policy: zsupport.Policy, path: Path, mapping: TicketMapping, size: int) -> int:
    """Compare both engines; return the number of rows."""
    expected = plain_rows(policy, path, mapping)
    source = CsvChunks(TicketBytes(str(path)), TicketReading(), size)
    first = [row.cells for row in open_tickets(str(path)).rows if not isinstance(row, BadRow)][:5]
    peeked = [row.cells for row in source.first_rows(5) if not isinstance(row, BadRow)]
    assert peeked == first[: len(peeked)]
    judged = column_rows(policy, source, mapping)
    assert judged.rows == expected.rows
    assert judged.rejects == expected.rejects
    assert dict(judged.skipped) == dict(expected.skipped)  # a Counter ignores zeros
    return len(judged.rows)


@pytest.mark.parametrize("number", range(60))
def test_random_and_hostile_rows(policy: zsupport.Policy, tmp_path: Path, number: int) -> None:
    random = Random(number)
    lines = [",".join(HEADER), *some_lines(random, 150, random.choice([0, 0.02, 0.2]))]
    end = random.choice(["\n", "\r\n"])
    data = end.join([*lines, ""] if random.random() < 0.7 else lines).encode()
    if random.random() < 0.1:
        data = b"\xef\xbb\xbf" + data
    if random.random() < 0.1:
        at = random.randrange(len(data))
        data = data[:at] + b"\xff" + data[at:]
    path = tmp_path / "tickets.csv"
    path.write_bytes(gzip.compress(data) if random.random() < 0.1 else data)
    same(policy, path, some_filters(random), random.choice([200, 1000, 10**6]))


def test_the_run_skips_the_same_rows(policy: zsupport.Policy, tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    for number in range(40):
        random = Random(number)
        lines = [",".join(HEADER), *some_lines(random, 60, 0.05), ""]
        path.write_text("\n".join(lines), encoding="utf-8")
        mapping = some_filters(random)
        expected = plain_rows(policy, path, mapping)
        skipped: Counter[str] = Counter()
        opened = [*open_mapped([open_tickets(str(path))], mapping, policy, skipped)]
        judged = [*judge_files(opened, Judge(policy, OPTIONS))]
        assert [item for item in judged if isinstance(item, Reject)] == expected.rejects
        rows = [(*item[0].kept, *item[1]) for item in judged if not isinstance(item, Reject)]
        assert rows == expected.rows
        assert skipped == expected.skipped
        tickets = {row[2:5] for row in rows}
        read = sum(1 for _ in open_tickets(str(path)).rows)
        assert read == len(tickets) + len(expected.rejects) + skipped.total()


@pytest.mark.parametrize(
    ("format", "timezone"),
    [
        ("%d/%m/%Y %H:%M", "Europe/Oslo"),
        ("%Y-%m-%d %H:%M:%S", "Australia/Lord_Howe"),
        ("%Y-%m-%d %H:%M:%S", "UTC"),
        (None, "Europe/Oslo"),
        ("%d. %B %Y %H:%M", "UTC"),
        ("%Y-%m-%dT%H:%M:%S%z", None),
        ("%s", None),
    ],
)
def test_other_instants(
    policy: zsupport.Policy, tmp_path: Path, format: str | None, timezone: str | None
) -> None:
    random = Random(4)
    formats = () if format is None else (format,)
    mapping = MAPPING._replace(formats=formats, timezone=timezone)
    written = format or "%Y-%m-%d %H:%M"
    lines = []
    for number in range(600):
        # Near the changes of the offset in March and October, and on other days.
        opened = datetime(2026, random.choice([3, 4, 10]), 24, tzinfo=UTC) + timedelta(
            minutes=random.randrange(20_000)
        )
        cells = [str(number), opened.strftime(written), "", "", "pro", "admin", "P1", "", ""]
        lines.append(",".join(cells))
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join([",".join(HEADER), *lines, ""]), encoding="utf-8")
    assert same(policy, path, mapping, 5000) > 2000


@pytest.mark.parametrize("format", [None, "%Y-%m-%dT%H:%M:%S%z"])
@pytest.mark.parametrize("hostile", [0, 0.1])
def test_offsets_and_fractions(
    policy: zsupport.Policy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    format: str | None,
    hostile: float,
) -> None:
    random = Random(6)
    usual = ["Z", "+02:00", "-0530", "+00:00", "-00:00", "+14:00"]
    odd = ["z", "+2:00", "+24:00", "+02:60", "+02", "", " +02:00", "Z ", "+02:00:00"]
    fractions = [""] if format else ["", ".5", ".999999", ".1234567890123"]
    lines = [",".join(HEADER)]
    for number in range(2000):
        cells = some_lines(random, 1, 0)[0].split(",")
        ends = odd if random.random() < hostile else usual
        tails = [random.choice(fractions) + random.choice(ends) for _ in range(3)]
        cells[0] = str(number)
        cells[1:4] = [
            cell and cell[:-1] + tail for cell, tail in zip(cells[1:4], tails, strict=True)
        ]
        if random.random() < hostile:
            cells[1] = random.choice([*HOSTILE, "2026-06-01T10:00:00.+02:00"])
        lines.append(",".join(cells))
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    read: list[str] = []

    def counted(*arguments: Any) -> Callable[[str], int]:
        reader = instant_reader(*arguments)

        def read_text(text: str) -> int:
            read.append(text)
            return reader(text)

        return read_text

    monkeypatch.setattr("zsupport.audit.columns.cells.instant_reader", counted)
    mapping = MAPPING._replace(formats=() if format is None else (format,))
    assert same(policy, path, mapping, 10**6) > 1000
    # Only one text of each offset is read by the reader of the plain engine.
    assert hostile or len(read) == 3 * len(usual)


@pytest.mark.parametrize("size", [2_000, 10**6])
def test_columns_that_change_their_type(policy: zsupport.Policy, tmp_path: Path, size: int) -> None:
    usual = ["{n}", "2026-06-01T08:00:00Z", "", "", "pro", "admin", "P1", "{n}", ""]
    other = {
        0: ("x{n}", "{n}.5", "true", ""),
        1: ("2026-06-01T10:00:00+02:00", "@1780300800", "46174", "true", ""),
        2: ("2026-06-01", "17"),
        4: ("1", "1.5"),
        6: ("high", "2", "null"),
        7: ("text", "1e400"),
    }  # fmt: skip
    lines = [",".join(usual)] * 600
    for place, texts in other.items():
        for text in texts:
            changed = ",".join([*usual[:place], text, *usual[place + 1 :]])
            lines += [changed] * 30 + [",".join(usual)] * 30
    path = tmp_path / "tickets.csv"
    numbered = (line.replace("{n}", str(number)) for number, line in enumerate(lines))
    path.write_text("\n".join([",".join(HEADER), *numbered, ""]), encoding="utf-8")
    assert same(policy, path, MAPPING, size) > 3_000


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_parquet(policy: zsupport.Policy, tmp_path: Path, unit: Literal["ms", "us", "ns"]) -> None:
    random = Random(5)
    rows = [line.split(",") for line in some_lines(random, 3000, 0.05) if line.count(",") == 8]
    frame = pl.DataFrame(rows, schema=HEADER, orient="row")
    frame = frame.with_columns(pl.when(pl.col("role") != "").then(pl.col("role")).alias("role"))
    utc = pl.col("opened", "answered").str.to_datetime(
        "%Y-%m-%dT%H:%M:%SZ", strict=False, time_unit=unit, time_zone="UTC"
    )
    fractions = pl.duration(milliseconds=pl.int_range(pl.len()) % 3 * 499)
    path = tmp_path / "tickets.parquet"
    for columns in (frame, frame.with_columns(utc + fractions)):
        columns.write_parquet(path, row_group_size=700)
        for mapping in (MAPPING, some_filters(Random(7)), some_filters(Random(unit))):
            expected = plain_rows(policy, path, mapping)
            source = open_columns(str(path))
            assert isinstance(source, ParquetBatches)
            assert column_rows(policy, source, mapping) == expected
            assert len(expected.rows) > 5000 or expected.skipped


@pytest.mark.parametrize("where", ["UTC", "Europe/Oslo"])
@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("format", ["csv", "ndjson", "parquet"])
def test_the_output_is_that_of_rows(
    policy: zsupport.Policy, tmp_path: Path, format: str, raw: bool, where: str
) -> None:
    setting = RowSetting(("subject", "plan"), UTC if where == "UTC" else zone(where), raw)
    path = tmp_path / "=tickets, all.csv"
    for number in range(6):
        random = Random(number)
        lines = [",".join(HEADER)]
        for line in some_lines(random, 60, 0.1 * (number % 2)):
            cells = line.split(",")
            if len(cells) == 9 and random.random() < 0.3:
                cells[7] = random.choice(["=1+1", "-5", "+47 22", '"a ""b"""', "\u202ex", "é", ""])
                cells[0] = random.choice(["@x", "#5", "a b", "=2", ""])
            lines.append(",".join(cells))
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        output = BytesIO()
        columns = resolve(MAPPING, tuple(HEADER), policy.facts, policy.metrics)
        source = CsvChunks(TicketBytes(str(path)), TicketReading(), 3000)
        with open_rows(format, output, setting) as writer:
            judge = Judge(policy, OPTIONS)
            for part in judged_frames(source, columns, judge, str(path), writer.text) or ():
                writer.write_frame(part.frame)
        file, read = open_tickets(str(path)), ticket_reader(columns, str(path))
        expected = BytesIO()
        with open_rows(format, expected, setting) as writer:
            for row in file.rows:
                if not isinstance(row, BadRow):
                    items = Judge(policy, OPTIONS).judge([read(row)])
                    pairs = [item for item in items if not isinstance(item, Reject)]
                    writer.write_lists(
                        lists_of([(ticket.kept, verdict) for ticket, verdict in pairs])
                    )
        if format != "parquet":
            assert output.getvalue().decode() == expected.getvalue().decode()
        else:
            frames = [pl.read_parquet(stream.getvalue()) for stream in (output, expected)]
            assert frames[0].equals(frames[1])
            assert frames[0].schema == frames[1].schema


@pytest.mark.parametrize("where", ["Europe/Oslo", "America/St_Johns"])
@pytest.mark.parametrize(
    "by", [(), ("plan", "priority"), ("month",), ("subject", "revision"), ("role", "month")]
)
def test_the_summary_is_that_of_rows(
    policy: zsupport.Policy, tmp_path: Path, by: tuple[str, ...], where: str
) -> None:
    path = tmp_path / "tickets.csv"
    lines = [",".join(HEADER), *some_lines(Random(len(by)), 900, 0.02), ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    options = SummaryOptions(OPTIONS.at, by, MAPPING.kept, zone(where), pictures=True)
    summaries = SummaryBuilder(options), SummaryBuilder(options)
    columns = resolve(MAPPING, tuple(HEADER), policy.facts, policy.metrics)
    source = CsvChunks(TicketBytes(str(path)), TicketReading(), 20_000)
    frames = FrameSummary(summaries[0])
    for part in judged_frames(source, columns, Judge(policy, OPTIONS), source.file.name) or ():
        frames.add(part)
        summaries[1].add_lists(lists_of(rows_of_frame(part.frame)))
    frames.finish()
    first, second = (summary.finish() for summary in summaries)
    assert first._replace(pictures={}) == second._replace(pictures={})
    assert first.pictures == second.pictures
    assert first.totals[0].tickets > 500


@pytest.mark.parametrize("number", range(30))
def test_margins_are_counted_as_by_sorting(number: int) -> None:
    random = np.random.default_rng(number)
    size = int(random.integers(1, 2_000))
    groups = random.integers(0, random.integers(1, 20), size) + random.integers(0, 10_000)
    spread = int(10 ** random.uniform(0, 9))
    near = random.integers(-spread, spread, size)
    margins = np.where(random.random(size) < 0.3, near - 10**9, near)
    keys = (groups << 42) + margins
    expected = np.unique(keys, return_counts=True)
    for result, sorted_result in zip(count_keys(keys), expected, strict=True):
        assert result.tolist() == sorted_result.tolist()


@pytest.mark.parametrize("number", range(8))
def test_the_summary_has_the_limits_of_rows(
    policy: zsupport.Policy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    random = Random(number)
    limits = {"MAX_IDS": random.choice([1, 20, 200]), "MAX_GROUPS": random.choice([2, 5])}
    limits["MAX_MARGINS"] = random.choice([5, 100, 400])
    for name, limit in limits.items():
        for module in (summary_module, frame_module):
            monkeypatch.setattr(module, name, limit, raising=False)
    if number % 2:
        # Different ids have one of two hashes.
        monkeypatch.setattr(
            frame_module,
            "_hashes_of",
            lambda texts: (texts.str.len_chars().to_numpy() % 2, np.zeros(len(texts), np.int64)),
        )
    lines = [",".join(HEADER)]
    for line in some_lines(random, 500, 0.02):
        cells = line.split(",")
        lines.append(",".join([random.choice(["", str(random.randrange(90))]), *cells[1:]]))
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    options = SummaryOptions(OPTIONS.at, ("plan", "priority"), MAPPING.kept)
    summaries = SummaryBuilder(options), SummaryBuilder(options)
    columns = resolve(MAPPING, tuple(HEADER), policy.facts, policy.metrics)
    source = CsvChunks(TicketBytes(str(path)), TicketReading(), 10_000)
    frames = FrameSummary(summaries[0])
    for place, part in enumerate(
        judged_frames(source, columns, Judge(policy, OPTIONS), source.file.name) or ()
    ):
        rows = [*rows_of_frame(part.frame)]
        summaries[1].add_lists(lists_of(rows))
        if place == 1:  # another engine
            summaries[0].add_lists(lists_of(rows))
        else:
            frames.add(part)
    frames.finish()
    first, second = (summary.finish() for summary in summaries)
    assert first == second
    assert first.duplicates
    assert first.rest


def test_a_summary_without_finished_tickets(policy: zsupport.Policy, tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(f"{','.join(HEADER)}\n1,2026-06-01T10:00:00Z,,,pro,admin,P1,,\n")
    summary = SummaryBuilder(SummaryOptions(OPTIONS.at))
    columns = resolve(MAPPING, tuple(HEADER), policy.facts, policy.metrics)
    options = AuditOptions(MONDAY - 86_400 * 400)
    frames = FrameSummary(summary)
    source = CsvChunks(TicketBytes(str(path)), TicketReading())
    for part in judged_frames(source, columns, Judge(policy, options), source.file.name) or ():
        frames.add(part)
    frames.finish()
    (total,) = summary.finish().totals
    assert (total.not_started, total.median_margin_seconds) == (1, None)


def test_finished_tickets_without_a_deadline_have_no_margin(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(POLICY.replace("P3: 2h 24x7", "P3: 2 per week"))
    policy = zsupport.load(tmp_path / "p.yaml", cache=False)
    path = tmp_path / "tickets.csv"
    lines = [
        f"{number},2026-06-01T08:00:00Z,,2026-06-01T0{number}:00:00Z,pro,admin,P{number % 2 + 2},,"
        for number in (8, 9)
    ]
    path.write_text("\n".join([",".join(HEADER), *lines, ""]), encoding="utf-8")
    options = AuditOptions(OPTIONS.at, ("fix",))
    source = CsvChunks(TicketBytes(str(path)), TicketReading(), 20_000)
    columns = resolve(MAPPING, tuple(HEADER), policy.facts, policy.metrics)
    summary = SummaryBuilder(SummaryOptions(OPTIONS.at, (), MAPPING.kept))
    frames = FrameSummary(summary)
    for part in judged_frames(source, columns, Judge(policy, options), source.file.name) or ():
        assert part.frame["state"].to_list() == ["met", "met"]
        frames.add(part)
    frames.finish()
    (total,) = summary.finish().totals
    # P2 is resolved at once, with 4 business hours left. P3 has no deadline.
    assert (total.met, total.median_margin_seconds, total.margin_95_seconds) == (
        2,
        4 * 3600,
        4 * 3600,
    )


def test_kept_instants_of_parquet_are_those_of_rows(
    policy: zsupport.Policy, tmp_path: Path
) -> None:
    path = tmp_path / "tickets.parquet"
    opened = pl.Series([datetime(2026, 6, 1, 8, tzinfo=UTC)] * 2).dt.convert_time_zone("Asia/Tokyo")
    paused = pl.Series(["", "2026-06-01T08:00:00Z/2026-06-01T08:30:00Z"])
    texts = {name: ["", ""] for name in ("answered", "resolved", "role", "subject")}
    frame = pl.DataFrame({"id": ["a", "b"], "plan": "pro", "priority": "P1", **texts})
    frame.with_columns(opened=opened, paused=paused).write_parquet(path)
    mapping = MAPPING._replace(kept=("opened",))
    source = open_columns(str(path))
    assert isinstance(source, ParquetBatches)
    judged = column_rows(policy, source, mapping)
    assert judged == plain_rows(policy, path, mapping)
    assert {row[0] for row in judged.rows} == {"2026-06-01T08:00:00Z"}


def test_the_last_line_of_a_small_file_is_among_its_first_rows(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("id,opened\n1,2026-06-01T08:00:00Z\n2,nonsense")
    source = CsvChunks(TicketBytes(str(path)), TicketReading(), 1000)
    assert [row.line for row in source.first_rows(5)] == [2, 3]


def test_proven_chunks_are_used(tmp_path: Path) -> None:
    # The properties would also hold if every row were read one by one.
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join([",".join(HEADER), *some_lines(Random(1), 500, 0), ""]))
    parts = [*CsvChunks(TicketBytes(str(path)), TicketReading(), 1000)]
    assert all(isinstance(part, CsvChunk) for part in parts)
    assert sum(part.rows for part in parts if isinstance(part, CsvChunk)) == 500


@pytest.mark.parametrize(
    "lines",
    [
        ["1,2,3", "4,5"], ["1,2,3", "4,5,6,7", "8,9"], ["1,2,3", "", "4,5,6"], ['1,2"3,4'],
        ['1,"2\n3",4'], ["1,\ufeff2,3"], ["1,2\0,3"],
    ],
)  # fmt: skip
def test_what_is_not_whole_is_not_a_chunk(tmp_path: Path, lines: Sequence[str]) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join(["a,b,c", *lines, ""]), encoding="utf-8")
    parts = [*CsvChunks(TicketBytes(str(path)), TicketReading())]
    for part in parts:
        if isinstance(part, CsvChunk):
            # Polars itself refuses rows that are too long.
            schema = dict.fromkeys(["a", "b", "c"], pl.String)
            with pytest.raises(pl.exceptions.ComputeError):
                pl.read_csv(part.data, has_header=False, schema=schema, quote_char=None)
