"""Who ranks above whom, and where the higher one gets less: what several rules ask for.

A plan or a role ranks above others by `above`, a priority above those that come after it. All is
compared case by case: the same role, channel, priority and facts, the plan exchanged.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from zsupport.analysis.compare import Promised, no_worse
from zsupport.analysis.decisions import Stated
from zsupport.analysis.space import Cases
from zsupport.check.rule import Subject
from zsupport.clock.problem import BadText
from zsupport.clock.target import Target
from zsupport.errors import EnvironmentFault
from zsupport.policy.model import Member

#: What a priority stands under in a rule that states one target for all of them.
EVERY = "*"
_LENGTHS = ("clock", "business")


class Pair(NamedTuple):
    """Two values of a dimension of which the first ranks above the second."""

    high: str
    low: str
    between: tuple[str, ...]  # those that rank above the low one and below the high one


class Less(NamedTuple):
    """A cell that promises surely less than another does in the same case one rank below."""

    pair: Pair
    mine: Stated
    its: Stated
    cases: Cases  # in which it shows, with the higher value


def ranked(members: Iterable[Member]) -> list[Pair]:
    """Return every pair of members by `above`, whatever stands between them, the nearest first."""
    above = {member.id: member.above for member in members}
    if not any(above.values()):
        return []
    below: dict[str, dict[str, None]] = {}

    def all_below(id: str) -> dict[str, None]:
        if id not in below:
            below[id] = {}
            for each in above[id]:
                below[id] |= {each: None} | all_below(each)
        return below[id]

    pairs = [
        Pair(high, low, tuple(each for each in all_below(high) if low in all_below(each)))
        for high in above
        for low in all_below(high)
    ]
    return sorted(pairs, key=lambda pair: len(pair.between))


def in_order(ids: tuple[str, ...]) -> list[Pair]:
    """Return every pair of ids of which the first stands before the second, the nearest first."""
    return [
        Pair(ids[at], ids[at + step], ids[at + 1 : at + step])
        for step in range(1, len(ids))
        for at in range(len(ids) - step)
    ]


def promised_less(subject: Subject, dimension: str, pairs: list[Pair]) -> Iterator[Less]:
    """Yield, for each metric, the cells that promise less than is promised one rank below.

    A cell is named once, against the nearest below. Where a pair shows only what a pair inside
    it shows already, it is left out: P1 slower than P2 says that it is slower than P3 too.
    """
    for metric, targets in subject.decisions.by_metric() if pairs else ():
        del metric
        yield from _Comparison(subject, dimension, targets.stated).less(pairs)


class _Comparison:
    """The cells of one metric, compared between the values of a dimension."""

    def __init__(self, subject: Subject, dimension: str, stated: tuple[Stated, ...]) -> None:
        self.subject = subject
        self.dimension = dimension
        self.space = subject.space
        #: By rule and priority: the cell that decides somewhere.
        self.cells: dict[int, dict[str, Stated]] = {}
        rules = subject.revision.rules
        for each in stated:
            if each.decides and each.cell.target.kind not in ("not-stated", "week"):
                found = self.cells.setdefault(each.rule, {})
                for priority, cell in rules[each.rule].cells[each.metric].items():
                    if cell.key == each.cell.key:
                        found[priority] = each
        self.seen: dict[tuple[int, str, str], Cases] = {}

    def less(self, pairs: list[Pair]) -> Iterator[Less]:
        named: set[tuple[int, str]] = set()
        found: dict[tuple[str, str], Cases] = {}
        for pair in pairs:
            for mine, its in self.candidates(pair):
                if mine.cell is its.cell and self.dimension == "priority":
                    continue
                both = self.from_(mine, pair.high) & self.from_(its, pair.low)
                for each in pair.between:
                    both &= ~found.get((pair.high, each), 0)
                    both &= ~found.get((each, pair.low), 0)
                if not both:
                    continue
                cases = self.worse(mine, its, pair, both)
                if not cases:
                    continue
                here = (pair.high, pair.low)
                found[here] = found.get(here, 0) | cases
                if (mine.rule, mine.cell.key) not in named:
                    named.add((mine.rule, mine.cell.key))
                    back = self.space.back_to(self.dimension, pair.high, cases)
                    yield Less(pair, mine, its, back)

    def candidates(self, pair: Pair) -> Iterator[tuple[Stated, Stated]]:
        """Yield the pairs of cells that are not worth discarding by a glance at them."""
        by_priority = self.dimension == "priority"
        for high, mine in self.cells.items():
            if not by_priority and not self.may_hold(high, pair.high):
                continue
            for low, its in self.cells.items():
                if high != low and self.subject.apart(high, low, self.dimension):
                    continue
                if by_priority:
                    one = mine.get(pair.high) or mine.get(EVERY)
                    other = its.get(pair.low) or its.get(EVERY)
                    if one and other and self.may_be_worse(one, other):
                        yield one, other
                elif self.may_hold(low, pair.low):
                    seen = set()
                    for priority, one in mine.items():
                        beside = [its.get(priority) or its.get(EVERY)]
                        for other in its.values() if priority == EVERY else beside:
                            key = one.cell.key, other.cell.key if other else ""
                            if other and key not in seen and self.may_be_worse(one, other):
                                seen.add(key)
                                yield one, other

    def may_hold(self, rule: int, value: str) -> bool:
        named = self.subject.named_by_rule[rule].get(self.dimension)
        return named is None or value in named

    def may_be_worse(self, mine: Stated, its: Stated) -> bool:
        one, other = mine.cell.target, its.cell.target
        if other.kind == "none":
            return False
        if one.kind in _LENGTHS and other.kind in _LENGTHS:
            if one.amount <= other.amount and (
                one.amount < other.amount
                or one.kind == "clock"
                or (other.kind == "business" and self.same_hours(mine, its))
            ):
                return False
        elif one.kind != "none" and (
            one.kind != other.kind or (one.text == other.text and self.same_hours(mine, its))
        ):
            return False
        if one.every is not other.every and one.kind != "none":
            return False
        # What holds on a condition is not surely better.
        return not self.on_condition(mine, its)

    def same_hours(self, mine: Stated, its: Stated) -> bool:
        hours = mine.cell.hours
        return hours == its.cell.hours and hours not in self.subject.hours_by(self.dimension)

    def on_condition(self, mine: Stated, its: Stated) -> bool:
        rules = self.subject.revision.rules
        asked = its.cell.condition, rules[its.rule].condition
        return asked != (None, None) and asked != (mine.cell.condition, rules[mine.rule].condition)

    def from_(self, stated: Stated, value: str) -> Cases:
        key = stated.rule, stated.cell.key, value
        cases = self.seen.get(key)
        if cases is None:
            cases = self.space.seen_from(self.dimension, value, stated.decides)
            self.seen[key] = cases
        return cases

    def worse(self, mine: Stated, its: Stated, pair: Pair, both: Cases) -> Cases:
        """Return in which of some cases, seen from either value, the first is surely worse."""
        subject, space, dimension = self.subject, self.space, self.dimension
        counted = subject.decisions.counted
        found = 0
        reading = subject.revision.business_day
        for its_hours, its_cases in counted(
            its.cell.hours, space.back_to(dimension, pair.low, both)
        ):
            low = space.seen_from(dimension, pair.low, its_cases)
            for my_hours, my_cases in counted(
                mine.cell.hours, space.back_to(dimension, pair.high, low)
            ):
                one = Promised(mine.cell.target, my_hours, reading)
                other = Promised(its.cell.target, its_hours, reading)
                if surely_worse(subject, one, other):
                    found |= space.seen_from(dimension, pair.high, my_cases)
        return found


def surely_worse(subject: Subject, one: Promised, other: Promised) -> bool:
    """Return whether a customer surely has less with `one` than with `other`.

    What needs the holidays of a country that are not to be had is not sure.
    """
    try:
        return not no_worse(one, other, subject.public) and no_worse(other, one, subject.public)
    except (EnvironmentFault, BadText):
        return False


def length(target: Target) -> bool:
    """Return whether a target is a length of time, once."""
    return target.kind in _LENGTHS and not target.every


class Missing(NamedTuple):
    """A grant that gives a lower value channels that a higher one lacks in the same case."""

    grant: int
    pairs: tuple[Pair, ...]
    channels: tuple[str, ...]
    cases: Cases  # in which it shows, with the higher value of the first pair
    instead: bool  # whether the higher one has another channel there


def missing_channels(subject: Subject, dimension: str, pairs: list[Pair]) -> list[Missing]:
    """Return what a higher value may not use although one right below may, in the same case.

    Who has another channel instead, and the missing one in other cases, was given it on
    purpose: a ticket for most priorities, a hotline for the most urgent. The grant that gives
    the lower one the channel is named, once for all pairs that it shows between.
    """
    space, decisions = subject.space, subject.decisions
    found: dict[tuple[int, str], Missing] = {}
    for pair in pairs:
        if pair.between:
            continue  # what a pair lacks shows in a pair inside it
        mine = space.seen_from(dimension, pair.high, decisions.allowed)
        its = space.seen_from(dimension, pair.low, decisions.allowed)
        missing = its & ~mine
        if not missing:
            continue
        instead = missing & space.for_some("channel", mine & ~its)
        never = [c for c in space.met("channel", instead) if not mine & space.of("channel", c)]
        for cases, replaced in (
            (missing & ~instead, False),
            (instead & space.among("channel", never), True),
        ):
            for position, granted in enumerate(decisions.grants):
                here = space.seen_from(dimension, pair.low, granted) & cases if cases else 0
                if not here:
                    continue
                cases &= ~here
                each = Missing(
                    position,
                    (pair,),
                    space.met("channel", here),
                    space.back_to(dimension, pair.high, here),
                    replaced,
                )
                key = position, pair.low
                before = found.setdefault(key, each)
                if before is not each:
                    found[key] = _both(before, each)
    return list(found.values())


def _both(one: Missing, other: Missing) -> Missing:
    """Return what one grant shows in two ways: the graver comes first."""
    first, second = (other, one) if one.instead and not other.instead else (one, other)
    return first._replace(
        pairs=tuple(dict.fromkeys((*first.pairs, *second.pairs))),
        channels=tuple(dict.fromkeys((*first.channels, *second.channels))),
    )
