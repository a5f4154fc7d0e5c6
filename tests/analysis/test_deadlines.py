"""Comparison of targets: examples, and the quick comparison against every minute of a month."""

from datetime import date
from random import Random

import pytest
from minutes import TARGETS, ZONES, calendar, check, deadlines, revision_of
from test_compare import OFFICE, counted, public

from zsupport.analysis.compare import EVERY_INSTANT, CountedTime, counted_time
from zsupport.analysis.deadlines import (
    Clocks,
    Conditions,
    Deadlines,
    DeadlinesAtMoment,
    TargetClock,
    Verdict,
    _ends_before_close,
    period_of,
)
from zsupport.clock.instants import parse_instant
from zsupport.clock.target_text import parse_target
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import load_revision
from zsupport.policy.model import Revision


def at(text: str) -> int:
    return parse_instant(text, now=0, zone=None)[0]


PERIOD = at("2025-01-01T00:00:00Z"), at("2035-01-01T00:00:00Z")
TO_SIX = "{open: mon-fri 09:00-18:00}"
NIGHT = "{open: mon-fri 22:00-08:00}"
NEVER = CountedTime((), open=False)
SHORT_SUMMER = "{open: mon-fri 09:00-17:00, dates: {06-15..09-15: 09:00-15:00}}"
#: Easter Monday of the period, as dates and as a day that moves.
EASTER_MONDAYS = (
    "2025-04-21", "2026-04-06", "2027-03-29", "2028-04-17", "2029-04-02", "2030-04-22",
    "2031-04-14", "2032-03-29", "2033-04-18", "2034-04-10", "2035-03-26",
)  # fmt: skip
ABROAD = "{open: mon-fri 09:00-17:00, timezone: customer}"
ON_DAYS_OFF = "{open: mon-fri 09:00-17:00, business-days: sat-sun}"


def target(text: str, calendar: str | None = OFFICE, reading: str = "close") -> TargetClock:
    return TargetClock(
        parse_target(text), counted(calendar) if calendar else EVERY_INSTANT, reading
    )


def compared(clock: TargetClock, other: TargetClock, conditions: Conditions = ()) -> Verdict:
    return Deadlines(PERIOD, Clocks(public)).compare(clock, other, conditions)


TWO_ZONES = CountedTime((
    *counted(OFFICE).calendars,
    *counted("{open: mon-fri 09:00-17:00, timezone: Asia/Tokyo}").calendars,
))  # fmt: skip

# The first target is better for the customer.
BETTER = [
    (target("immediately"), target("1h")),
    (target("13 calendar days"), target("2 calendar weeks")),
    (target("by 10:00 next opening day"), target("by 10:00 next business day")),
    (
        target("4 business hours"),
        target("the later of 4 business hours and by 10:00 next business day"),
    ),
    (
        target("the earlier of 4 business hours and by 10:00 next business day"),
        target("by 10:00 next business day"),
    ),
    (target("the earlier of 4h and 8 business hours"), target("the later of 4h and 5h")),
    (target("1h"), target("2h")),
    (target("4h"), target("4 business hours")),
    (target("4h 24x7"), target("5 business days")),
    (target("4 business hours"), target("8 business hours")),
    (
        target("4 business hours", "{open: mon-sun 09:00-17:00}"),
        target("4 business hours"),
    ),
    (target("1 business day"), target("2 business days")),
    (target("next business day"), target("10 business days")),
    # For a case opened after closing, a full business day is one day more.
    (target("next business day"), target("1 business day")),
    (target("8 business hours"), target("1 business day")),
    (target("2 business hours"), target("1 business day")),
    (target("1 business day", reading="opening"), target("1 business day")),
    (target("next business day", reading="same-time"), target("next business day")),
    (target("by 10:00 next business day"), target("by 12:00 next business day")),
    (target("the later of 4 business hours and 24h 24x7"), target("1 business day")),
    (target("by 10:00 next business day"), target("next business day")),
    # A longer day ends later.
    (target("next business day"), target("next business day", TO_SIX)),
    # Fewer hours in a season.
    (target("4 business hours"), target("4 business hours", SHORT_SUMMER)),
    (target("next business day", SHORT_SUMMER), target("next business day")),
    (
        target("2 business days"),
        target("2 business days", "{open: mon-fri 09:00-17:00, holidays: [easter+1]}"),
    ),
    (target("every 1h"), target("every 2h")),
    (target("every 1h"), target("every week")),
    (target("every 4h"), target("4h")),
    (target("every 4h"), target("4 business hours")),
    (target("1 per day"), target("1 per week")),
    (target("1 per day"), target("2 per week")),
    (target("3 per week"), target("2 per week")),
    # 9 in 30.436875 days are more than 2 in 7.
    (target("9 per month"), target("2 per week")),
    (target("2 per week"), target("8 per month")),
    (target("1h"), target("none")),
    (target("2 per week"), target("none")),
    (target("8760h"), target("not-stated")),
    (target("8760h"), target("1 business hour")._replace(counted=NEVER)),
    (target("4 business hours", ABROAD), target("1 business day", ABROAD)),
]
INCOMPARABLE = [
    (target("48h"), target("2 calendar days", None)._replace(zone="Europe/Berlin")),
    (target("4 business hours"), target("by 10:00 next opening day")),
    (target("5h"), target("4 business hours")),
    (target("4 business hours", "{open: sat 09:00-17:00}"), target("4 business hours")),
    (target("every 4h"), target("1h")),
    (target("1 per day"), target("24h")),
    (target("1 per day"), target("every 24h")),
    (target("4 business hours", ABROAD), target("4 business hours")),
    (target("4 business hours", ABROAD), target("8 business hours", TO_SIX)),
    (target("1h"), target("2h")._replace(starts="The first answer")),
    # In two time zones, business days are ambiguous.
    (target("1 business day")._replace(counted=TWO_ZONES), target("next business day")),
]
EQUAL = [
    *(
        (
            target(text, f"{{open: mon-fri 09:00-17:00, holidays: [{', '.join(EASTER_MONDAYS)}]}}"),
            target(text, "{open: mon-fri 09:00-17:00, holidays: [easter+1]}"),
        )
        for text in ("12 business hours", "2 business days")
    ),
    *((target(text), target(text)) for text in ("1h", "2 per week", "every week", "none")),
    (target("14 calendar days"), target("2 calendar weeks")),
    (target("every week"), target("every 1 calendar week")),
    (target("immediately"), target("0h 24x7")),
    (target("the later of 1h and 2h"), target("2h")),
    (
        target("the later of 4 business hours and next business day"),
        target("the later of next business day and 4 business hours"),
    ),
    (target("the earlier of 1 business hour and 30 business days"), target("1 business hour")),
    # A part that is never reached does not decide the earlier one.
    (
        target("the earlier of 2 business hours and 5h 24x7")._replace(counted=NEVER),
        target("5h 24x7"),
    ),
    (target("none"), target("not-stated")),
    (target("next business day", TO_SIX), target("by 18:00 next business day", TO_SIX)),
    (target("7 per week"), target("1 per day")),
    (target("4h", TO_SIX), target("4h 24x7")),
    (
        target("1 business day", "{open: mon-fri 09:00-17:00, business-days: mon-thu}"),
        target("1 business day", "{open: mon-thu 09:00-17:00, business-days: mon-fri}"),
    ),
    # If the hours never open, no target is ever due.
    (
        target("1 business hour")._replace(counted=NEVER),
        target("2 business hours")._replace(counted=NEVER),
    ),
    (target("1 business day", ON_DAYS_OFF), target("2 business days", ON_DAYS_OFF)),
]


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_the_better_target(better: TargetClock, worse: TargetClock) -> None:
    assert compared(better, worse).word == "better"
    assert compared(worse, better).word == "worse"
    deadlines = Deadlines(PERIOD, Clocks(public))
    assert deadlines.is_worse(worse, better)
    assert not deadlines.is_worse(better, worse)


@pytest.mark.parametrize(("left", "right"), INCOMPARABLE)
def test_incomparable_targets(left: TargetClock, right: TargetClock) -> None:
    assert compared(left, right).word == compared(right, left).word == "incomparable"
    assert not Deadlines(PERIOD, Clocks(public)).is_worse(left, right)
    assert not Deadlines(PERIOD, Clocks(public)).is_worse(right, left)


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_equal_targets(left: TargetClock, right: TargetClock) -> None:
    assert compared(left, right).word == compared(right, left).word == "equal"


def test_a_verdict_has_an_example_of_each_kind() -> None:
    verdict = compared(target("5h"), target("4 business hours"))
    assert verdict == Verdict(
        "incomparable",
        # A Thursday, four hours before the closing; and a Wednesday, nine hours before the opening.
        DeadlinesAtMoment(
            at("2025-01-02T13:00:00Z"), at("2025-01-02T18:00:00Z"), at("2025-01-02T17:00:00Z")
        ),
        DeadlinesAtMoment(
            at("2025-01-01T00:00:00Z"), at("2025-01-01T05:00:00Z"), at("2025-01-01T13:00:00Z")
        ),
    )
    assert compared(target("4 business hours"), target("5h")) == verdict.reversed


def test_a_week_is_shorter_before_a_dst_gap() -> None:
    # The gap is on Saturday 29 March 2025 at 22:00Z in Beirut, and three hours later in Berlin.
    period = at("2025-03-17T00:00:00Z"), at("2025-03-25T00:00:00Z")
    berlin, beirut = (
        target("every week", None)._replace(zone=name) for name in ("Europe/Berlin", "Asia/Beirut")
    )
    verdict = Deadlines(period, Clocks(public)).compare(berlin, beirut)
    assert verdict.word == "worse"
    assert verdict.later is not None
    assert at("2025-03-22T22:00:00Z") <= verdict.later.opened < at("2025-03-23T01:00:00Z")


def test_only_opening_times_of_the_case_are_compared() -> None:
    inside, outside = ((True, counted(OFFICE)),), ((False, counted(OFFICE)),)
    clock, other = target("8h"), target("4 business hours")
    # Outside the hours, `8h` ends before the next opening, except for cases opened just before it.
    assert compared(clock, other).word == "incomparable"
    assert compared(clock, other, inside).word == "incomparable"
    early = (True, counted("{open: mon-fri 00:00-01:00}"))
    assert compared(clock, other, (early,)).word == "better"
    assert compared(clock, other, (*outside, early)).word == "better"
    # No moment is both inside and outside, so the targets do not differ.
    assert compared(clock, other, (*inside, *outside)).word == "equal"
    assert compared(target("1 business day"), target("next business day"), inside).word == "equal"
    assert compared(target("1 business day"), target("next business day"), outside).word == "worse"


POLICY = """\
format: 1
policy: acme
timezone: Europe/Oslo
plans: {free: Free}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
"""


def revision(effective: str = "") -> Revision:
    text = POLICY + (f"effective: {effective}\n" if effective else "")
    return load_revision(SourceFile("p.yaml", text.encode(), "", "p.yaml"))


@pytest.mark.parametrize(
    ("revisions", "first", "last"),
    [
        ([""], "2025-01-01T00:00:00+01:00", "2035-01-02T00:00:00+01:00"),
        (
            ["{from: 2026-06-01, last_day: 2026-06-30}"],
            "2026-06-01T00:00:00+02:00", "2026-07-01T00:00:00+02:00",
        ),
        (
            ["{from: 2026-06-01}", "{last_day: 2027-01-31}"],
            "2026-06-01T00:00:00+02:00", "2027-02-01T00:00:00+01:00",
        ),
        # If one revision ends before the other starts, only the days of the other are compared.
        (
            ["{from: 2026-01-01, last_day: 2026-12-31}", "{from: 2027-01-01}"],
            "2027-01-01T00:00:00+01:00", "2037-01-01T00:00:00+01:00",
        ),
    ],
)  # fmt: skip
def test_the_period_of_revisions(revisions: list[str], first: str, last: str) -> None:
    assert period_of(*map(revision, revisions)) == (at(first), at(last))


def test_deadlines_outside_of_the_period_are_ignored() -> None:
    closed = target(
        "4 business hours", '{open: mon-fri 09:00-17:00, dates: {"2026-06-30": closed}}'
    )
    may = at("2026-05-01T00:00:00Z"), at("2026-06-01T00:00:00Z")
    june = at("2026-06-01T00:00:00Z"), at("2026-07-01T00:00:00Z")
    assert (
        Deadlines(may, Clocks(public)).compare(closed, target("4 business hours")).word == "equal"
    )
    assert (
        Deadlines(june, Clocks(public)).compare(closed, target("4 business hours")).word == "worse"
    )


@pytest.mark.parametrize("seed", range(3))
def test_verdicts_agree_with_every_minute_of_a_month(seed: int) -> None:
    assert sum(check(seed).values()) == 6 * 6 * 3


@pytest.mark.parametrize("seed", range(4))
def test_verdicts_without_deadlines_are_right_at_every_moment(seed: int) -> None:
    random, start = Random(seed), date(2026, 3, 10)
    where = random.choice(ZONES)
    office = "{open: mon-fri 09:00-17:00, holidays: [03-25, 03-30]}"
    result = revision_of([office, calendar(random, where, start)], where=where, start=start)
    targets = [
        TargetClock(parse_target(text), counted_time(hours[0], where), reading, where)
        for hours in result.hours.values()
        for reading in ("close", "opening")
        for text in TARGETS
    ]
    first, last = period_of(result)
    due = {id(item): deadlines(item, range(first, last, 3600)) for item in targets}
    never_later = [(a, b) for a in targets for b in targets if _ends_before_close(a, b)]
    assert never_later
    shared_clocks, samples = Clocks(), random.sample(never_later, 8)
    for left, right in never_later:
        assert all(a <= b for a, b in zip(due[id(left)], due[id(right)], strict=True))
    for left, right in [*samples, *((b, a) for a, b in samples)]:
        alone = Deadlines((first, last), Clocks()).compare(left, right)
        assert Deadlines((first, last), shared_clocks).compare(left, right) == alone
