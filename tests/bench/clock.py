"""Deadlines per second of zsupport and of three other libraries, for the same 2,000 tickets.

    python tests/bench/clock.py [ROUNDS]

The target is four working hours, Monday to Friday 09:00 to 17:00 in Oslo, with ten holidays. Each
round runs all libraries. A figure is the ratio of the CPU times of another library and zsupport:
the median over the rounds. The output also has the time per ticket, and the number of tickets with
a different deadline. `due_many` on an array of NumPy is
compared with `add_many` of workclock, also for 1,000,000 tickets. Requires the extra `bench`.
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
import numpy
import pandas
import pytz
import workclock

import zsupport
from zsupport.clock import spans

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
#: The minimum ratios by library; 0: no minimum.
MINIMUM: dict[str, dict[str, float]] = {
    "Calendar.due": {"businesstimedelta": 60, "pandas": 40, "workclock": 0},
    "policy.due": {"businesstimedelta": 30, "pandas": 0, "workclock": 1.2},
    "integers": {"businesstimedelta": 150, "pandas": 0, "workclock": 0},
}
# The other libraries handle starts outside the hours differently.
TICKETS = [datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(minutes=257 * i) for i in range(2000)]


def businesstimedelta_run() -> Callable[[], list[datetime]]:
    """Return a function that computes the deadlines with businesstimedelta."""
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
    """Return a function that computes the deadlines with pandas, in local time."""
    offset = pandas.offsets.CustomBusinessHour(4, start="09:00", end="17:00", holidays=HOLIDAYS)

    def due_of(ticket: datetime) -> datetime:
        local = pandas.Timestamp(ticket).tz_convert("Europe/Oslo")
        due: datetime = (local + offset).to_pydatetime()
        return due

    return lambda: [due_of(ticket) for ticket in TICKETS]


def workclock_schedule() -> Any:
    """Return the hours as a schedule of workclock."""
    off = workclock.Holidays([date.fromisoformat(day) for day in HOLIDAYS])
    return workclock.Schedule([workclock.WorkDay(clock(9), clock(17)), off], time_zone=OSLO)


def workclock_run() -> Callable[[], list[datetime]]:
    """Return a function that computes the deadlines with workclock, one ticket at a time."""
    office = workclock_schedule()
    return lambda: [office.add(ticket, TARGET) for ticket in TICKETS]


def main(rounds: int) -> None:
    """Print the table of ratios."""
    calendar = zsupport.Calendar.from_dict(HOURS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bench.yaml")
        path.write_text(POLICY)
        policy = zsupport.load(path, cache=False)
    working = calendar.working_time
    instants = [int(ticket.timestamp()) for ticket in TICKETS]
    runs: dict[str, Callable[[], list[Any]]] = {
        "businesstimedelta": businesstimedelta_run(),
        "pandas": pandas_run(),
        "workclock": workclock_run(),
        "Calendar.due": lambda: [calendar.due(ticket, TARGET) for ticket in TICKETS],
        "policy.due": lambda: [
            policy.due(plan="pro", role="admin", priority="P1", opened=t, at=t) for t in TICKETS
        ],
        "integers": lambda: [working.due(t, 14_400) for t in instants],
    }
    deadlines = runs["Calendar.due"]()
    assert [answers[0].due for answers in runs["policy.due"]()] == deadlines
    assert [datetime.fromtimestamp(due, UTC) for due in runs["integers"]()] == deadlines
    times: dict[str, list[float]] = {name: [] for name in runs}
    for round_ in range(rounds + 1):
        for name, run in runs.items():
            start = time.process_time()
            run()
            if round_:
                times[name].append(time.process_time() - start)
    print(f"Python {sys.version.split()[0]}, {rounds} rounds of {len(TICKETS)} tickets")
    for name, minimums in MINIMUM.items():
        for other, limit in minimums.items():
            pairs = zip(times[other], times[name], strict=True)
            ratio = statistics.median(theirs / own for theirs, own in pairs)
            requirement = f" (at minimums {limit:g})" if limit else ""
            print(f"{name:14}{ratio:8.1f} times as many as {other}{requirement}")
    for name, run in runs.items():
        cost = statistics.median(times[name]) / len(TICKETS) * 1e6
        line = f"{name:17}{cost:8.2f} microseconds each"
        if name in MINIMUM["policy.due"]:
            pairs = zip(run(), deadlines, strict=True)
            line += f", {sum(theirs != own for theirs, own in pairs)} disagreements"
        print(line)
    for repeats in (1, 500):
        print(_many_line(policy, repeats, rounds))
    print(f"ten years compiled in {_compile_seconds() * 1000:.1f} ms of CPU (at most 20)")


def _many_line(policy: zsupport.Policy, repeats: int, rounds: int) -> str:
    """Return a line with the ratio of `add_many` of workclock and `due_many`, on an array."""
    naive = [ticket.replace(tzinfo=None) for ticket in TICKETS]
    tickets = numpy.tile(numpy.array(naive, "datetime64[s]"), repeats)
    office = workclock_schedule()
    ratios = []
    for _ in range(rounds):
        start = time.process_time()
        own = policy.due_many(tickets, plan="pro", role="admin", priority="P1")
        middle = time.process_time()
        theirs = office.add_many(tickets, TARGET)
        ratios.append((time.process_time() - middle) / (middle - start))
        assert (own == theirs).all()
    ratio = statistics.median(ratios)
    return (
        f"due_many      {ratio:8.1f} times as many as add_many, {len(tickets)} tickets (minimum 1)"
    )


def _compile_seconds() -> float:
    """Return the median CPU seconds for compiling ten years of the calendar."""
    seconds = []
    for _ in range(9):
        fresh = zsupport.Calendar.from_dict(HOURS).working_time
        first = int(TICKETS[0].timestamp())
        spans._cache.clear()  # otherwise the compiled spans are cached
        start = time.process_time()
        spans.WorkingTime(*fresh.hours).spans(first, first + 8 * 366 * 86_400)
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
