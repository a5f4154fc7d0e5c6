"""Time and memory of an audit of many tickets, compared with Polars.

    python tests/bench/tickets.py [MILLIONS] [ROUNDS] [--memory [MILLIONS]]

`zsupport audit` judges a file of 5 million tickets with two calendars, three plans and four
priorities by one metric, and writes the verdicts to a file, without and with a summary. It is
compared with a process that reads the same file with Polars, parses its instants, and writes result
columns of the same types, from a cycle of 10,000 real results. Each round runs all. The figures are
the medians of the ratios of the CPU times and of the wall-clock times; the CPU time without a
summary has a limit. The plain engine judges a file of 1 million tickets without a summary, and is
compared with a copy by the module `csv`. Then the peak memory of audits of 10 million tickets and 1
million is compared; with `--memory` also that of 50 million, and with `--memory 100` that of 100
million. A limit that is exceeded is marked.
Requires the extra `tickets`.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
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
#: The highest ratios of CPU times by format.
MOST = {"csv": 1.25, "parquet": 1.4}
#: The highest ratio of the peak memory to that of 1 million tickets, by millions of tickets. None
#: stands for MOST_MEGABYTES.
MOST_MEMORY = {10: 1.2, 50: 1.2, 100: None}
MOST_MEGABYTES = 2048
MOST_PLAIN = 2.5
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


def generate(path: Path, millions: int) -> None:
    """Write a file of some million tickets."""
    if path.suffix == ".csv":
        with path.open("wb") as stream:
            for number in range(millions):
                part(number).write_csv(stream, include_header=not number, datetime_format=FORM)
        return
    from polars.io.plugins import register_io_source

    parts = register_io_source(lambda *_: map(part, range(millions)), schema=part(0).schema)
    parts.sink_parquet(path, row_group_size=100_000)


def copy(tickets: Path, cycle: Path, output: Path) -> None:
    """Read a file, parse its instants, and write other columns; this process is the measure."""
    results = pl.read_parquet(cycle)
    if tickets.suffix == ".csv":
        frame = pl.read_csv(tickets, infer_schema=False)
        parsed = pl.col(*INSTANTS).str.to_datetime(FORM, time_unit="ms", time_zone="UTC")
        frame = frame.with_columns(parsed)
    else:
        frame = pl.read_parquet(tickets)
    results = results[np.arange(len(frame)) % len(results)]
    results = results.with_columns(frame["id"], frame["opened"])
    if output.suffix == ".csv":
        joined = pl.col("warnings").list.join(" ")
        results = results.with_columns(joined.replace("", None))
        results.write_csv(output, datetime_format=FORM)
    else:
        results.write_parquet(output)


def copy_plainly(tickets: Path, cycle: Path, output: Path) -> None:
    """Read a CSV file and write other columns, both with the module `csv`."""
    with cycle.open(newline="") as stream:
        header, *results = csv.reader(stream)
    with tickets.open(newline="") as stream, output.open("w", newline="") as written:
        rows, writer = csv.reader(stream), csv.writer(written)
        next(rows)
        writer.writerow(header)
        writer.writerows(result for _, result in zip(rows, itertools.cycle(results), strict=False))


def cost(*command: str | Path) -> Cost:
    """Return what a Python process costs."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def main(millions: int, rounds: int, memory: int) -> None:
    """Print the ratios and the memory."""

    def show(format: str, text: str, *, within: bool) -> None:
        print(f"{format:8}{text}{'' if within else ': EXCEEDED'}", flush=True)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        policy, cycle = folder / "bench.yaml", folder / "cycle.parquet"
        policy.write_text(POLICY)

        def tickets_of(number: int, format: str) -> Path:
            path = folder / f"tickets-{number}.{format}"
            # The peak memory of a process includes that of its parent, so this one stays small.
            cost(__file__, "generate", path, str(number))
            return path

        def audit(tickets: Path, output: Path, *more: str) -> Cost:
            command: list[str | Path] = ["-m", "zsupport", "audit", tickets, "--policy", policy]
            return cost(*command, "--at", "@2000000000", "--output", output, *more)

        tickets, output, results = tickets_of(1, "csv"), folder / "out.csv", folder / "cycle.csv"
        audit(tickets, output)
        results.write_text("".join(output.open().readlines()[:10_001]))
        rows_only = ("--engine", "plain", "--quiet")
        pairs = [
            (audit(tickets, output, *rows_only), cost(__file__, "plain", tickets, results, output))
            for _ in range(rounds)
        ]
        ratio = statistics.median(own.cpu / other.cpu for own, other in pairs)
        show(
            "plain",
            f"{ratio:6.2f} times the cpu time of a copy by the module csv, at most {MOST_PLAIN}",
            within=ratio <= MOST_PLAIN,
        )
        for format, most in MOST.items():
            output = folder / f"out.{format}"
            small = tickets_of(1, format)
            if not cycle.exists():
                audit(small, cycle)
                pl.scan_parquet(cycle).head(10_000).collect().write_parquet(cycle)
            first = audit(small, output).memory
            small.unlink()
            tickets = tickets_of(millions, format)
            runs = [
                (
                    audit(tickets, output, "--quiet"), audit(tickets, output),
                    cost(__file__, "copy", tickets, cycle, output),
                )
                for _ in range(rounds)
            ]  # fmt: skip
            tickets.unlink()
            for place, what in enumerate(("rows", "rows and summary")):
                for measure in ("cpu", "wall"):
                    own, other = ([getattr(run[n], measure) for run in runs] for n in (place, 2))
                    ratio = statistics.median(a / b for a, b in zip(own, other, strict=True))
                    limited = (place, measure) == (0, "cpu")
                    show(
                        format,
                        f"{ratio:6.2f} times the {measure} time of a copy by Polars, {what}"
                        f" ({statistics.median(own):.1f} s for {millions} million tickets)"
                        + (f", at most {most}" if limited else ""),
                        within=not limited or ratio <= most,
                    )
            for number, most_memory in MOST_MEMORY.items():
                if number > memory:
                    break
                tickets = tickets_of(number, format)
                peak = audit(tickets, output).memory
                tickets.unlink()
                limit = first * most_memory if most_memory else MOST_MEGABYTES
                show(
                    format,
                    f"{peak / first:6.2f} times the memory of 1 million for {number} million"
                    f" tickets: {peak:.0f} MB, at most {limit:.0f} MB",
                    within=peak <= limit,
                )
            output.unlink()


if __name__ == "__main__":
    if sys.argv[1:2] == ["generate"]:
        generate(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1:2] == ["copy"]:
        copy(*map(Path, sys.argv[2:5]))
    elif sys.argv[1:2] == ["plain"]:
        copy_plainly(*map(Path, sys.argv[2:5]))
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("millions", nargs="?", type=int, default=5)
        parser.add_argument("rounds", nargs="?", type=int, default=3)
        parser.add_argument("--memory", nargs="?", type=int, const=50, default=10)
        options = parser.parse_args()
        main(options.millions, options.rounds, options.memory)
