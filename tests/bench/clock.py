"""Deadlines a second, beside two well-known libraries, on the same 2,000 tickets.

    python tests/bench/clock.py [ROUNDS]

Four working hours, Monday to Friday 09:00 to 17:00 in Oslo with ten holidays. In every round each
takes its turn; a figure is the median over the rounds of the ratio to businesstimedelta (and to
pandas) in the same round. Needs the extra `bench`.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import businesstimedelta
import pandas
import pytz

import zsupport
from zsupport.clock.spans import WorkingTime

OSLO = ZoneInfo("Europe/Oslo")
HOLIDAYS = [
    *("2026-01-01", "2026-04-02", "2026-04-03", "2026-04-06", "2026-05-01"),
    *("2026-05-14", "2026-05-25", "2026-12-25", "2026-12-26", "2027-01-01"),
]
HOURS = {"timezone": "Europe/Oslo", "open": "mon-fri 09:00-17:00", "holidays": HOLIDAYS}
POLICY = f"""\
format: 1
policy: bench
plans: {{pro: Pro}}
roles: {{admin: Administrator}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web, when: {{plan: pro, role: admin}}}}]
priorities: [{{id: P1}}]
hours: {{office: {{timezone: Europe/Oslo, open: "mon-fri 09:00-17:00", holidays: {HOLIDAYS}}}}}
targets: [{{hours: office, first-response: {{P1: 4 business hours}}}}]
"""
TARGET = timedelta(hours=4)
# Working days only for the others: each has its own way with a start outside the hours.
TICKETS = [datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(minutes=257 * i) for i in range(2000)]


def theirs() -> Callable[[], list[datetime]]:
    """Return the run of businesstimedelta."""
    workday = businesstimedelta.WorkDayRule(
        start_time=clock(9),
        end_time=clock(17),
        working_days=[0, 1, 2, 3, 4],
        tz=pytz.timezone("Europe/Oslo"),
    )
    off = businesstimedelta.HolidayRule(
        {date.fromisoformat(day) for day in HOLIDAYS}, tz=pytz.timezone("Europe/Oslo")
    )
    rules = businesstimedelta.Rules([workday, off])
    target = businesstimedelta.BusinessTimeDelta(rules, hours=4)
    return lambda: [ticket + target for ticket in TICKETS]


def pandas_run() -> Callable[[], list[datetime]]:
    """Return the run of pandas' CustomBusinessHour, in the local time that its hours are in."""
    offset = pandas.offsets.CustomBusinessHour(4, start="09:00", end="17:00", holidays=HOLIDAYS)

    def one(ticket: datetime) -> datetime:
        local = pandas.Timestamp(ticket).tz_convert("Europe/Oslo")
        due: datetime = (local + offset).to_pydatetime()
        return due

    return lambda: [one(ticket) for ticket in TICKETS]


def main(rounds: int) -> None:
    """Print the table of ratios."""
    calendar = zsupport.Calendar.from_dict(HOURS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.yaml")
        path.write_text(POLICY)
        policy = zsupport.load(path, cache=False)
    working = calendar.working_time
    instants = [int(ticket.timestamp()) for ticket in TICKETS]
    ask: dict[str, Any] = {"plan": "pro", "role": "admin", "priority": "P1"}
    runs: dict[str, Callable[[], object]] = {
        "businesstimedelta": theirs(),
        "pandas CustomBusinessHour": pandas_run(),
        "Calendar.due": lambda: [calendar.due(ticket, TARGET) for ticket in TICKETS],
        "policy.due": lambda: [policy.due(**ask, opened=t, at=t) for t in TICKETS],
        "integers": lambda: [working.due(t, 14_400) for t in instants],
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for round_ in range(rounds + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if round_:
                times[name].append(time.perf_counter() - start)
    print(f"Python {sys.version.split()[0]}, {rounds} rounds of {len(TICKETS)} tickets")
    limits = {"Calendar.due": (60, 40), "policy.due": (30, 0), "integers": (150, 0)}
    for name, (least, least_pandas) in limits.items():
        line = f"{name:14}"
        others = (("businesstimedelta", least), ("pandas CustomBusinessHour", least_pandas))
        for other, limit in others:
            pairs = zip(times[other], times[name], strict=True)
            ratio = statistics.median(base / own for base, own in pairs)
            asked = f" (at least {limit})" if limit else ""
            line += f"  {ratio:6.0f} times {other}{asked}"
        print(line)
    print(f"ten years compiled in {_compiling() * 1000:.1f} ms of CPU (at most 20)")


def _compiling() -> float:
    """Return the seconds of CPU that ten years of the calendar take to compile, the median."""
    found = []
    for _ in range(9):
        fresh = zsupport.Calendar.from_dict(HOURS).working_time
        first = int(TICKETS[0].timestamp())
        start = time.process_time()
        WorkingTime(*fresh.hours).spans(first, first + 8 * 366 * 86_400)
        found.append(time.process_time() - start)
    return statistics.median(found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
