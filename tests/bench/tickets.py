"""Time and memory of an audit of many tickets, compared with Polars and with workclock.

    python tests/bench/tickets.py [MILLIONS] [ROUNDS]

An audit judges a file of 5 million tickets with two calendars, three plans and four priorities by
one metric. It is compared with a process that reads the same file with Polars, parses its instants,
and writes result columns of the same types, from a cycle of 10,000 real results. Each round runs
both. The figures are the medians of the ratios of the CPU times and of the wall-clock times. Then
the peak memory of audits of 1 and 10 million tickets is compared, and with `--memory` also that of
50 million. Requires the extra `tickets`.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

POLICY = """\
format: 1
policy: bench
plans: {pro: Pro, business: Business, free: Free}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}, {id: P3}, {id: P4}]
hours:
  oslo: {timezone: Europe/Oslo, open: "mon-fri 09:00-17:00", holidays: ["2026-05-01"]}
  york: {timezone: America/New_York, open: ["mon-fri 08:00-20:00", "sat 10:00-14:00"]}
targets:
  - when: {plan: pro}
    hours: oslo
    first-response: {P1: 1h 24x7, P2: 4 business hours, P3: 8 business hours, P4: 2 business days}
  - when: {plan: business}
    hours: york
    first-response: {P1: 30m 24x7, P2: 2 business hours, P3: 4 business hours, P4: 1 business day}
  - hours: oslo
    first-response: {P1: 8 business hours, P2: 16 business hours, P3: 3 business days, P4: none}
"""
#: The highest ratios by format, and of the peak memory of 10 million tickets and 1 million.
MOST = {"csv": 1.25, "parquet": 1.4}
MOST_MEMORY = 1.2
INSTANTS = ("opened", "answered", "resolved")
FORM = "%Y-%m-%dT%H:%M:%SZ"
#: The rows of a part of a generated file.
PART = 1_000_000


class Cost(NamedTuple):
    """The CPU seconds, wall-clock seconds and peak megabytes of a process."""

    cpu: float
    wall: float
    memory: float


def part(number: int) -> pl.DataFrame:
    """Return a million tickets."""
    random = np.random.default_rng(number)
    opened = np.sort(random.integers(0, 4_000_000, PART)) + 1_735_689_600 + number * 4_000_000 // 60
    answered = opened + random.integers(60, 6 * 86_400, PART)
    resolved = answered + random.integers(60, 20 * 86_400, PART)

    def instants(seconds: np.ndarray, share: float) -> pl.Series:
        series = pl.Series(seconds * 1000).cast(pl.Datetime("ms", "UTC"))
        return series.set(pl.Series(random.random(PART) >= share), None)

    return pl.DataFrame(
        {
            "id": pl.Series(np.arange(PART) + number * PART + 1_000_000).cast(pl.String),
            "opened": instants(opened, 1),
            "answered": instants(answered, 0.9),
            "resolved": instants(resolved, 0.8),
            "plan": random.choice(["pro", "business", "free"], PART),
            "priority": random.choice(["P1", "P2", "P3", "P4"], PART),
            "assignee": pl.Series(random.integers(0, 500, PART)).cast(pl.String) + "@example.com",
        }
    )


def generate(folder: Path, millions: int, format: str) -> Path:
    """Write a file of so many million tickets, and return its path."""
    path = folder / f"tickets-{millions}.{format}"
    if format == "csv":
        with path.open("wb") as stream:
            for number in range(millions):
                part(number).write_csv(stream, include_header=not number, datetime_format=FORM)
        return path
    from polars.io.plugins import register_io_source

    schema = part(0).schema
    parts = register_io_source(lambda *_: map(part, range(millions)), schema=schema)
    parts.sink_parquet(path, row_group_size=100_000)
    return path


def audit(folder: Path, tickets: Path, output: Path) -> None:
    """Judge a file; this is the process that is measured."""
    import zsupport
    from zsupport.audit.frames import judged_frames
    from zsupport.audit.header import resolve
    from zsupport.audit.judge import AuditOptions, Judge
    from zsupport.audit.mapping import TicketMapping
    from zsupport.report.tickets import RowSetting, open_rows
    from zsupport.sources.tickets import open_columns
    from zsupport.sources.tickets.rows import TicketFile

    policy = zsupport.load(str(folder / "bench.yaml"), cache=False)
    source = open_columns(str(tickets))
    assert not isinstance(source, TicketFile)
    columns = resolve(TicketMapping(), source.file.header, policy.facts, policy.metrics)
    judge = Judge(policy, AuditOptions(2_000_000_000))
    format = output.suffix[1:]
    with output.open("wb") as stream, open_rows(format, stream, RowSetting()) as writer:
        frames = judged_frames(source, columns, judge, str(tickets), writer.text)
        assert frames is not None
        for frame in frames:
            writer.write_frame(frame.frame)


def copy(folder: Path, tickets: Path, output: Path) -> None:
    """Read a file, parse its instants, and write other columns; this process is the measure."""
    cycle = pl.read_parquet(folder / "cycle.parquet")
    if tickets.suffix == ".csv":
        frame = pl.read_csv(tickets, infer_schema=False)
        parsed = pl.col(*INSTANTS).str.to_datetime(FORM, time_unit="ms", time_zone="UTC")
        frame = frame.with_columns(parsed)
    else:
        frame = pl.read_parquet(tickets)
    results = cycle[np.arange(len(frame)) % len(cycle)]
    results = results.with_columns(frame["id"], frame["opened"])
    if output.suffix == ".csv":
        joined = pl.col("warnings").list.join(" ")
        results = results.with_columns(joined.replace("", None))
        results.write_csv(output, datetime_format=FORM)
    else:
        results.write_parquet(output)


def cost(action: str, folder: Path, tickets: Path, output: Path) -> Cost:
    """Return what a process costs."""
    before = os.times()
    start = time.perf_counter()
    command: list[str | Path] = [sys.executable, __file__, action, folder, tickets, output]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system
    return Cost(cpu - before.children_user - before.children_system, wall, float(done.stdout))


def main(millions: int, rounds: int, *, more: bool) -> None:
    """Print the ratios and the memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.yaml").write_text(POLICY)
        for format, most in MOST.items():
            small = generate(folder, 1, format)
            output = folder / f"out.{format}"
            if format == "csv":
                audit(folder, small, folder / "cycle.parquet")
                cycle = pl.read_parquet(folder / "cycle.parquet").head(10_000)
                cycle.write_parquet(folder / "cycle.parquet")
            tickets = generate(folder, millions, format)
            pairs = [
                (cost("audit", folder, tickets, output), cost("copy", folder, tickets, output))
                for _ in range(rounds)
            ]
            for measure in ("cpu", "wall"):
                own, other = ([getattr(p[n], measure) for p in pairs] for n in (0, 1))
                ratio = statistics.median(a / b for a, b in zip(own, other, strict=True))
                print(
                    f"{format:8}{ratio:6.2f} times the {measure} time of a copy by Polars"
                    f" (at most {most}), {millions} million tickets in"
                    f" {statistics.median(own):.1f} s"
                )
            first = cost("audit", folder, small, output).memory
            for number in (10, 50) if more else (10,):
                tickets.unlink(missing_ok=True)
                tickets = generate(folder, number, format)
                peak = cost("audit", folder, tickets, output).memory
                print(
                    f"{format:8}{peak / first:6.2f} times the memory of 1 million for {number}"
                    f" million tickets (at most {MOST_MEMORY}): {peak:.0f} MB"
                )
            tickets.unlink()


if __name__ == "__main__":
    if sys.argv[1:2] in (["audit"], ["copy"]):
        action = audit if sys.argv[1] == "audit" else copy
        action(*map(Path, sys.argv[2:5]))
        # The peak in `getrusage` includes that of the process that started this one.
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        print(int(peak) / 1024)
    else:
        numbers = [int(text) for text in sys.argv[1:] if text.isdigit()]
        main(*(numbers + [5, 3][len(numbers) :]), more="--memory" in sys.argv)
