"""Targets compared minute by minute: the reference for the quick comparison.

    python tests/analysis/minutes.py FIRST LAST

compares the random targets of the seeds from FIRST to LAST and prints the number of verdicts.
"""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from zsupport.analysis.compare import CountedTime, counted_time
from zsupport.analysis.deadlines import Conditions, Deadlines, TargetClock, Verdict, period_of
from zsupport.answer.hours import hours_of, years_of
from zsupport.clock import deadline as clock
from zsupport.clock.business import BusinessDays
from zsupport.clock.deadline import Basis, due_without_pauses
from zsupport.clock.model import Year
from zsupport.clock.problem import Never
from zsupport.clock.spans import WorkingTime
from zsupport.clock.target import needs_hours
from zsupport.clock.target_text import parse_target
from zsupport.clock.zones import zone
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import Revision

#: Later than any deadline.
NEVER = 1 << 62
DAYS = 31
ZONES = (
    "UTC", "Europe/Oslo", "Europe/Oslo", "America/New_York", "Australia/Lord_Howe",
    "Africa/Casablanca", "America/Santiago",
)  # fmt: skip
WINDOWS = (
    "mon-fri 09:00-17:00", "mon-fri 09:00-18:00", "[mon-fri 08:00-12:00, mon-fri 13:00-17:00]",
    "mon-fri 22:00-06:00", "mon-sun 00:00-24:00", "fri 17:00 - mon 09:00", "sat-sun 10:00-14:00",
    "mon-thu 00:00-04:00", "mon-fri 16:00-01:00", "sun 14:00 - fri 17:00", "tue 11:00-12:00",
)  # fmt: skip
TARGETS = (
    "1h", "4h", "24h", "72h", "200h",
    "90 business minutes", "4 business hours", "8 business hours", "20 business hours",
    "8 business hours", "1 business day", "2 business days", "5 business days",
    "next business day", "next business day", "by 10:00 next business day",
    "by 17:00 next business day", "by 24:00 next business day", "by 02:30 next business day",
    "every 4h", "every 8 business hours", "every 2 business days", "every week",
    "immediately", "3 calendar days", "1 calendar week", "by 10:00 next opening day",
    "by 02:30 next opening day", "the later of 24h 24x7 and 1 calendar day",
    "the later of 4 business hours and by 10:00 next business day",
    "the earlier of 20 business hours, 72h 24x7 and 2 business days",
)  # fmt: skip


def calendar(random: Random, where: str, start: date) -> str:
    """Return a calendar with exceptions within a few weeks."""

    def day() -> date:
        return start + timedelta(random.randrange(-2, DAYS + 7))

    windows = random.choice(WINDOWS)
    parts = [f"open: {windows}", f"timezone: {where}"]
    if random.random() < 0.4:
        parts.append(f"holidays: [{', '.join(sorted({str(day()), str(day())}))}]")
        if random.random() < 0.4:
            parts.append("holidays-apply-to: start-date")
    if random.random() < 0.3:
        own = random.choice(("closed", "10:00-11:00", "00:00-24:00"))
        parts.append(f'dates: {{"{day()}": {own}}}')
    if random.random() < 0.3:
        off = random.choice(("12:00-13:00", "00:00-09:30", "00:00-02:30"))
        parts.append(f'breaks: {{"{day()}": {off}}}')
    if random.random() < 0.15 and "mon-" in windows:
        parts.append("business-days: mon-thu")
    return "{" + ", ".join(parts) + "}"


def revision_of(calendars: Sequence[str], *, where: str, start: date) -> Revision:
    """Return a policy that is in force for a month and has these calendars."""
    last = start + timedelta(DAYS - 1)
    text = f"""\
format: 1
policy: acme
timezone: {where}
effective: {{from: {start}, last_day: {last}}}
plans: {{free: Free}}
channels: {{web: {{name: Web, kind: web}}}}
entitlements: [{{allow: web}}]
hours:
""" + "".join(f"  h{number}: {item}\n" for number, item in enumerate(calendars))  # fmt: skip
    return load_revision(SourceFile("p.yaml", text.encode(), "", "p.yaml"))


def working_time(counted: CountedTime) -> WorkingTime:
    """Return the working time of calendars that name no country."""
    result = []
    for item in counted.calendars:
        off = item.holidays
        years = years_of(off, None, None, lambda *_: Year({})) if off else None
        result.append(hours_of(item, item.timezone or "UTC", years))
    return WorkingTime(*result)


def deadlines(target: TargetClock, moments: Sequence[int]) -> list[int]:
    """Return the deadline of a target for a case that is opened at each of the moments."""
    time = working_time(target.counted)
    where = zone(str(time.hours[0].zone) if time.hours else target.zone)
    if needs_hours(target.target):
        days = None if target.target.kind == "business" else BusinessDays(time)
        basis = Basis(time, days, target.reading, where)
    else:
        basis = Basis(clock.EVERY_INSTANT, zone=where)
    result = []
    for opened in moments:
        try:
            result.append(due_without_pauses(target.target, opened, basis))
        except Never:
            result.append(NEVER)
    return result


class TargetPair(NamedTuple):
    """Two targets over the moments of a case: the quick verdict, and the verdict by minutes."""

    target: TargetClock
    other: TargetClock
    conditions: Conditions
    quick: Verdict
    is_worse: bool
    plain: str


def compare_pairs(seed: int, count: int = 6) -> list[TargetPair]:
    """Compare all pairs of `count` random targets of a policy."""
    random = Random(seed)
    start = date(2026, 1, 1) + timedelta(random.randrange(365))
    where = random.choice(ZONES)
    calendars = [calendar(random, where, start) for _ in range(4)]
    revision = revision_of(calendars, where=where, start=start)
    single = [counted_time(revision.hours[name][0], where) for name in revision.hours]
    hours = [*single[:3], single[2].joined(single[3])]
    reading = random.choice(("close", "opening", "same-time"))
    targets = [
        TargetClock(parse_target(random.choice(TARGETS)), random.choice(hours), reading, where)
        for _ in range(count)
    ]
    first, last = period_of(revision)
    moments = [
        moment
        for minute in range(first, last + 60, 60)
        for moment in (minute - 1, minute)
        if first <= moment < last
    ]
    due = [deadlines(target, moments) for target in targets]
    cases: list[tuple[Conditions, list[bool]]] = [((), [True] * len(moments))]
    for inside in (True, False):
        counted = random.choice(hours)
        time = working_time(counted)
        cases.append((((inside, counted),), [time.is_open(value) is inside for value in moments]))
    index = {moment: place for place, moment in enumerate(moments)}
    # Cached results of a pair must not change the verdict on the next pair.
    quick = Deadlines((first, last))
    result = []
    for item, left in zip(targets, due, strict=True):
        for entry, right in zip(targets, due, strict=True):
            for conditions, belongs in cases:
                pairs = zip(left, right, belongs, strict=True)
                signs = {(a > b) - (a < b) for a, b, belonging in pairs if belonging}
                verdict = quick.compare(item, entry, conditions)
                worse = quick.is_worse(item, entry, conditions)
                plain = _word(signs, item.target.every, entry.target.every)
                result.append(TargetPair(item, entry, conditions, verdict, worse, plain))
                for moment, sign in ((verdict.later, 1), (verdict.earlier, -1)):
                    if moment is not None and (place := index.get(moment.opened)) is not None:
                        a, b = (NEVER if due is None else due for due in moment[1:])
                        assert belongs[place]
                        assert (a, b) == (left[place], right[place])
                        assert (a > b) - (a < b) == sign
    return result


def _word(signs: set[int], every: bool, other: bool) -> str:
    """Return the verdict; a recurring target is never worse than one deadline."""
    if every and not other:
        return "incomparable" if 1 in signs else "better"
    if other and not every:
        return "incomparable" if -1 in signs else "worse"
    if {1, -1} <= signs:
        return "incomparable"
    return "worse" if 1 in signs else "better" if -1 in signs else "equal"


def check(seed: int) -> Counter[str]:
    """Compare the targets of a seed; return the number of pairs by verdict."""
    result = compare_pairs(seed)
    for item in result:
        assert item.quick.word == item.plain, (seed, item)
        assert item.is_worse is (item.plain == "worse"), (seed, item)
    return Counter(entry.plain for entry in result)


if __name__ == "__main__":
    total: Counter[str] = Counter()
    for number in range(int(sys.argv[1]), int(sys.argv[2]) + 1):
        total += check(number)
        print(f"seed {number}: {dict(total)}", flush=True)
