"""What rules of rank find, held to a comparison of one case after another."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import NamedTuple

import pytest

from zsupport.analysis.compare import Counted, includes
from zsupport.analysis.deadlines import TargetClock
from zsupport.analysis.decisions import Stated
from zsupport.answer.case import Case
from zsupport.check.rank import (
    Pair,
    fewer_hours,
    in_order,
    missing_channels,
    promised_less,
    ranked,
)
from zsupport.check.rule import Subject
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_document

HEAD = """\
format: 1
policy: acme
timezone: Europe/Oslo
plans: {p0: A, p1: {name: B, above: p0}, p2: {name: C, above: p1}, p3: {name: D, above: p0}}
roles: {r0: A, r1: {name: B, above: r0}}
facts: {f: {values: {x: X, y: Y}}}
channels:
  {web: {name: W, kind: web}, chat: {name: C, kind: chat}, forum: {name: F, kind: community}}
priorities: [{id: P1}, {id: P2}, {id: P3}]
groups: {serious: {priority: [P1, P2]}}
metrics: [{id: first-response}, {id: update}]
hours:
  day: {open: mon-fri 09:00-17:00}
  long: {open: mon-sat 08:00-20:00}
  late: {open: mon-fri 12:00-22:00}
  both: {any: [day, late]}
  own: [{when: {plan: [p1, p2]}, open: mon-fri 10:00-16:00}, {open: mon-sun 08:00-18:00}]
"""
WHENS = (
    "{}", "{plan: p0}", "{plan: [p1, p2]}", "{plan: p2}", "{plan: p3, f: x}", "{plan: {not: p0}}",
    "{role: r1}", "{role: r0}", "{f: y}", "[{plan: p1}, {f: x}]", "{priority: P1}",
)  # fmt: skip
TARGETS = (
    "1h 24x7", "2h 24x7", "4h 24x7", "2 business hours", "4 business hours", "8 business hours",
    "1 business day", "2 business days", "next business day", "none", "not-stated",
    "every 2h 24x7", "every 4 business hours", "2 per week", "3 per week",
    "{target: 1h 24x7, condition: Call us.}",
)  # fmt: skip
HOURS = ("day", "long", "late", "both", "own", "24x7")


def policy(seed: int) -> str:
    random = Random(seed)
    lines = [HEAD, "entitlements:"]
    for _ in range(random.randint(2, 5)):
        hours = random.choice((None, *HOURS))
        more = f", hours: {hours}" if hours else ""
        when = random.choice([each for each in WHENS if each != "{}"] if _ else WHENS)
        condition = "" if when == "{}" else f"when: {when}, "
        allow = random.choice(("web", "chat", "[web, chat]", "forum"))
        lines.append(f"  - {{{condition}allow: {allow}{more}}}")
    lines.append("targets:")
    for _ in range(random.randint(2, 6)):
        when = random.choice(WHENS)
        lines.append(f"  - hours: {random.choice(HOURS[:-1])}")
        if when != "{}":
            lines.append(f"    when: {when}")
        one, two, three = (random.choice(TARGETS) for _ in range(3))
        keys = random.choice((("P1", "P2", "P3"), ("serious", "P3"), ("P2", "P3"), ("P3", "P1")))
        cells = ", ".join(f"{key}: {t}" for key, t in zip(keys, (one, two, three), strict=False))
        first = random.choice((f"{{{cells}}}", random.choice(TARGETS)))
        lines.append(f"    first-response: {first}")
    return "\n".join(lines) + "\n"


def subject_of(text: str) -> Subject:
    document = read_document(SourceFile("p.yaml", text.encode(), "sha256:0", "p.yaml"))
    assert not document.findings, document.findings[0]
    return Subject(document, date(2026, 11, 26))


class Each(NamedTuple):
    """A policy, one case after another."""

    subject: Subject

    def number(self, case: Case) -> int:
        values = self.subject.space.values
        number = 0
        for name, each in values.items():
            number = number * len(each) + each.index(case[name])
        return number

    def cell(self, metric: str, case: Case) -> Stated | None:
        bit = 1 << self.number(case)
        stated = self.subject.decisions.targets(metric).stated
        return next((each for each in stated if each.decides & bit), None)

    def counted(self, hours: str | None, case: Case) -> Counted:
        bit = 1 << self.number(case)
        [(counted, _)] = self.subject.decisions.counted(hours, bit)
        return counted

    def is_worse(self, one: Stated | None, other: Stated | None, case: Case, its: Case) -> bool:
        """Return whether a cell promises surely less: by the definition, case by case."""
        if one is None or other is None:
            return False
        if "not-stated" in (one.cell.target.kind, other.cell.target.kind):
            return False
        rules = self.subject.revision.rules
        asked = other.cell.condition, rules[other.rule].condition
        if any(asked) and asked != (one.cell.condition, rules[one.rule].condition):
            return False
        zone = self.subject.revision.timezone
        mine = TargetClock(one.cell.target, self.counted(one.cell.hours, case), zone=zone)
        below = TargetClock(other.cell.target, self.counted(other.cell.hours, its), zone=zone)
        return self.subject.deadlines.compare(mine, below).word == "worse"

    def opened(self, case: Case) -> Counted | None:
        """Return when the channel is open, None where it is not allowed or not known."""
        bit = 1 << self.number(case)
        grants = zip(self.subject.revision.grants, self.subject.decisions.grants, strict=True)
        hours = [grant.hours for grant, cases in grants if cases & bit]
        if not hours or None in hours:
            return None
        found = Counted((), open=False)
        for each in hours:
            found = found.joined(self.counted(each, case))
        return found

    def allowed(self, case: Case) -> bool:
        return bool(self.subject.decisions.allowed >> self.number(case) & 1)


def exchanged(each: Each, dimension: str, pair: Pair) -> Iterator[tuple[Case, Case]]:
    space = each.subject.space
    for case in space.cases(space.of(dimension, pair.high)):
        yield case, {**case, dimension: pair.low}


@pytest.mark.parametrize("dimension", ["plan", "role", "priority"])
@pytest.mark.parametrize("seed", range(24))
def test_less_is_found_exactly_where_it_is_promised(seed: int, dimension: str) -> None:
    subject = subject_of(policy(seed))
    each = Each(subject)
    revision = subject.revision
    pairs = {
        "plan": lambda: ranked(revision.plans),
        "role": lambda: ranked(revision.roles),
        "priority": lambda: in_order(("P1", "P2", "P3")),
    }[dimension]()
    found = list(promised_less(subject, dimension, pairs))
    named = {(less.mine.metric, less.mine.rule, less.mine.cell.key) for less in found}
    assert len(named) == len(found), "a cell is named once"
    for less in found:
        for case in list(subject.space.cases(less.cases))[:5]:
            its = {**case, dimension: less.pair.low}
            assert case[dimension] == less.pair.high
            assert each.cell(less.mine.metric, case) == less.mine
            assert each.cell(less.mine.metric, its) == less.its
            assert each.is_worse(less.mine, less.its, case, its)
    for metric in revision.metrics:
        for pair in pairs:
            for case, its in exchanged(each, dimension, pair):
                mine, below = each.cell(metric.id, case), each.cell(metric.id, its)
                if not each.is_worse(mine, below, case, its):
                    continue
                assert mine is not None
                inside = [
                    (one, other)
                    for middle in pair.between
                    for one, other in (
                        (case, {**case, dimension: middle}),
                        ({**case, dimension: middle}, its),
                    )
                    if each.is_worse(
                        each.cell(metric.id, one), each.cell(metric.id, other), one, other
                    )
                ]
                assert inside or (metric.id, mine.rule, mine.cell.key) in named


@pytest.mark.parametrize("seed", range(24))
def test_a_missing_channel_is_found_exactly_where_it_is_missing(seed: int) -> None:
    subject = subject_of(policy(seed))
    each = Each(subject)
    pairs = ranked(subject.revision.plans)
    found = missing_channels(subject, "plan", pairs)
    for missing in found:
        high, low = missing.pairs[0].high, missing.pairs[0].low
        for case in list(subject.space.cases(missing.cases))[:5]:
            its = {**case, "plan": low}
            assert case["plan"] == high
            assert not each.allowed(case)
            assert each.allowed(its)
            assert case["channel"] in missing.channels
            assert subject.decisions.grants[missing.grant] >> each.number(its) & 1
    named = {(pair, channel) for each in found for pair in each.pairs for channel in each.channels}
    channels = ("web", "chat", "forum")
    for pair in pairs:
        for case, its in exchanged(each, "plan", pair) if not pair.between else ():
            mine = {c for c in channels if each.allowed({**case, "channel": c})}
            below = {c for c in channels if each.allowed({**its, "channel": c})}
            for channel in below - mine if mine <= below else ():
                assert (pair, channel) in named


@pytest.mark.parametrize("dimension", ["plan", "role"])
@pytest.mark.parametrize("seed", range(24))
def test_fewer_hours_are_found_exactly_where_they_are(seed: int, dimension: str) -> None:
    subject = subject_of(policy(seed))
    each = Each(subject)
    members = subject.revision.plans if dimension == "plan" else subject.revision.roles
    pairs = ranked(members)
    found = list(fewer_hours(subject, dimension, pairs))

    def fewer(case: Case, its: Case) -> bool:
        mine, below = each.opened(case), each.opened(its)
        if mine is None or below is None:
            return False
        period = subject.period
        return not includes(mine, below, period) and includes(below, mine, period)

    for one in found:
        for case in list(subject.space.cases(one.cases))[:5]:
            assert case[dimension] == one.pair.high
            assert fewer(case, {**case, dimension: one.pair.low})
    shown = any(
        fewer(case, its) for pair in pairs for case, its in exchanged(each, dimension, pair)
    )
    assert bool(found) is shown
