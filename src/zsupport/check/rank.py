"""Who ranks above whom, and where the higher one gets less: what several rules ask for.

A plan or a role ranks above others by `above`, a priority above those that come after it. All is
compared case by case: the same role, channel, priority and facts, the plan exchanged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter

from zsupport.analysis.compare import NEVER, Counted, includes
from zsupport.analysis.deadlines import Conditions, TargetClock
from zsupport.analysis.decisions import StatedCell
from zsupport.answer.space import Cases, union
from zsupport.check.offers import Offer, values_of
from zsupport.check.rule import Subject
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault, check_limit
from zsupport.limits import PAIRS, SETS
from zsupport.policy.format import ALWAYS
from zsupport.policy.model import Member
from zsupport.typed import NamedTuple


class RankedValues(NamedTuple):
    """Two values of a dimension of which the first ranks above the second."""

    high: str
    low: str
    adjacent: bool = True  # whether nothing ranks between the two
    below_high: tuple[str, ...] = ()  # what is written right below the high one
    above_low: tuple[str, ...] = ()  # and right above the low one


class Less(NamedTuple):
    """A cell that promises surely less than another does in the same case one rank below."""

    pair: RankedValues
    mine: StatedCell
    its: StatedCell
    cases: Cases  # in which it shows, with the higher value


def ranked(members: Iterable[Member]) -> list[RankedValues]:
    """Return every pair of members by `above`, neighbours or not, the nearest first.

    Raises TooMuch.
    """
    direct = {member.id: member.above for member in members}
    if not any(direct.values()):
        return []
    # After all that rank below them; nothing ranks above itself.
    order = list(TopologicalSorter(direct).static_order())
    #: What ranks below and above each member, with a bit for each.
    lows_of, highs = dict.fromkeys(direct, 0), dict.fromkeys(direct, 0)
    place_of = {id: 1 << place for place, id in enumerate(order)}
    for high in order:
        for each in direct[high]:
            lows_of[high] |= lows_of[each] | place_of[each]
    check_limit(PAIRS, sum(lows.bit_count() for lows in lows_of.values()))
    below: dict[str, dict[str, None]] = {}
    right_above: dict[str, list[str]] = {id: [] for id in direct}
    for high in order:
        lows = below[high] = dict.fromkeys(direct[high])
        for each in direct[high]:
            lows |= below[each]
            right_above[each].append(high)
        for each in lows:
            highs[each] |= place_of[high]
    written_above = {low: tuple(some) for low, some in right_above.items()}
    pairs = []
    for high, right_below in direct.items():
        for low in below[high]:
            between = (lows_of[high] & highs[low]).bit_count()
            pair = RankedValues(high, low, not between, right_below, written_above[low])
            pairs.append((between, pair))
    pairs.sort(key=lambda pair: pair[0])
    return [pair for _, pair in pairs]


def in_order(ids: tuple[str, ...]) -> list[RankedValues]:
    """Return every pair of ids in their order, the nearest first.

    Raises TooMuch.
    """
    check_limit(PAIRS, len(ids) * (len(ids) - 1) // 2)
    return [
        RankedValues(
            ids[at], ids[at + step], step == 1, ids[at + 1 : at + 2], ids[at + step - 1 : at + step]
        )
        for step in range(1, len(ids))
        for at in range(len(ids) - step)
    ]


def promised_less(subject: Subject, dimension: str, pairs: list[RankedValues]) -> Iterator[Less]:
    """Yield, for each metric, the cells that promise less than is promised one rank below.

    A cell is named once, against the nearest below. Where a pair shows only what a pair inside
    it shows already, it is left out: P1 slower than P2 says that it is slower than P3 too.
    """
    for offers in subject.offers if pairs and may_differ(subject, dimension) else ():
        yield from _RankComparison(subject, dimension, offers).less(pairs)


def may_differ(subject: Subject, dimension: str) -> bool:
    """Return whether what is promised can depend on a dimension at all."""
    return (
        dimension == "priority"
        or bool(subject.hours_by(dimension))
        or any(
            dimension in alternative.values
            for rule in subject.revision.rules
            for alternative in rule.when
        )
    )


def _inside(pair: RankedValues, found: dict[tuple[str, str], Cases]) -> Cases:
    """Return where a pair inside of this one is found, seen from any of their values.

    The cases of a pair include those of the pairs inside of it. So it is enough to look at the
    pairs that leave out a value right below the high one or right above the low one.
    """
    if pair.adjacent:
        return 0
    high = union(found.get((pair.high, each), 0) for each in pair.above_low)
    return high | union(found.get((each, pair.low), 0) for each in pair.below_high)


class _RankComparison:
    """The promises of one metric, compared between the values of a dimension."""

    def __init__(self, subject: Subject, dimension: str, offers: tuple[Offer, ...]) -> None:
        self.subject = subject
        self.dimension = dimension
        self.space = subject.space
        self.offers = offers
        self.seen: dict[tuple[int, str], Cases] = {}
        self.refuted: dict[tuple[int, int], bool] = {}
        self.values = [
            values_of(each, dimension, subject.named_by_rule, subject.revision.rules)
            for each in offers
        ]
        #: For each promise those than which it may be worse.
        self.better = subject.better(offers, subject.hours_by(dimension))

    def less(self, pairs: list[RankedValues]) -> Iterator[Less]:
        """Yield the cells that promise less, pair by pair."""
        named: set[tuple[int, str]] = set()
        #: Where a pair, or a pair inside it, is found.
        found: dict[tuple[str, str], Cases] = {}
        cases_of = self.cases_of
        held = [set(each) for each in self.better]
        #: The promises that can be made for each value.
        values = {value for pair in pairs for value in (pair.high, pair.low)}
        offered = {value: self.offered(value) for value in values}
        worse_ones = {value: [one for one in some if held[one]] for value, some in offered.items()}
        self.subject.check_comparisons(
            sum(len(worse_ones[pair.high]) * len(offered[pair.low]) for pair in pairs)
        )
        for pair in pairs:
            high, low = pair.high, pair.low
            inside = found[high, low] = _inside(pair, found)
            for one in worse_ones[high]:
                better = held[one]
                here = 0
                for other in offered[low]:
                    if other not in better:
                        continue
                    here = here or cases_of(one, high)
                    both = here & cases_of(other, low)
                    if not both:
                        continue
                    both &= ~inside
                    worse = both and self.worse(self.offers[one], self.offers[other], pair, both)
                    if worse:
                        found[high, low] |= worse
                        yield from self.named_once(one, other, pair, worse, named)

    def offered(self, value: str) -> list[int]:
        """Return the promises that can be made for a value, in their order."""
        return [
            offer for offer, values in enumerate(self.values) if values is None or value in values
        ]

    def cases_of(self, offer: int, value: str) -> Cases:
        """Return where a promise is made, seen from a value."""
        key = offer, value
        found = self.seen.get(key)
        if found is None:
            if len(self.seen) * self.space.size > SETS.most:
                self.seen.clear()
            cases = self.offers[offer].cases
            found = self.seen[key] = self.space.seen_from(self.dimension, value, cases)
        return found

    def worse(self, mine: Offer, its: Offer, pair: RankedValues, both: Cases) -> Cases:
        """Return in which of some cases, seen from either value, the first is surely worse."""
        subject, space, dimension = self.subject, self.space, self.dimension
        found = 0
        if self.never_worse(mine, its):
            return 0
        for its_hours, its_cases in subject.decisions.counted(its.hours):
            low = space.seen_from(dimension, pair.low, its_cases) & both
            for my_hours, my_cases in subject.decisions.counted(mine.hours) if low else ():
                same = space.seen_from(dimension, pair.high, my_cases) & low
                one, other = subject.clock(mine, my_hours), subject.clock(its, its_hours)
                for conditions, cases in self.moments(pair, same):
                    if surely_worse(subject, one, other, conditions):
                        found |= cases
        return found

    def never_worse(self, mine: Offer, its: Offer) -> bool:
        """Return whether a promise is surely worse in no case, where moments are not told apart."""
        if any(conditions for conditions, _ in self.subject.moments):
            return False
        key = id(mine), id(its)
        if key not in self.refuted:
            self.refuted[key] = not any(
                surely_worse(
                    self.subject, self.subject.clock(mine, one), self.subject.clock(its, other)
                )
                for one, _ in self.subject.decisions.counted(mine.hours)
                for other, _ in self.subject.decisions.counted(its.hours)
            )
        return self.refuted[key]

    def moments(self, pair: RankedValues, cases: Cases) -> Iterator[tuple[Conditions, Cases]]:
        """Yield parts of cases seen from either value: their moments belong to both."""
        space, dimension, parts = self.space, self.dimension, self.subject.moments
        for mine, high in parts if cases else ():
            here = space.seen_from(dimension, pair.high, high) & cases
            for its, low in parts if here else ():
                if both := here & space.seen_from(dimension, pair.low, low):
                    more = tuple(each for each in its if each not in mine)
                    yield (*mine, *more), both

    def named_once(
        self, one: int, other: int, pair: RankedValues, cases: Cases, named: set[tuple[int, str]]
    ) -> Iterator[Less]:
        """Yield each cell of a promise that was not named yet, in cases seen from the pair."""
        space, dimension = self.space, self.dimension
        for mine in self.offers[one].cells:
            here = cases & space.seen_from(dimension, pair.high, mine.decides)
            if not here or (mine.rule, mine.cell.key) in named:
                continue
            for its in self.offers[other].cells:
                both = here & space.seen_from(dimension, pair.low, its.decides)
                if both:
                    named.add((mine.rule, mine.cell.key))
                    yield Less(pair, mine, its, space.back_to(dimension, pair.high, both))
                    break


def surely_worse(
    subject: Subject, one: TargetClock, other: TargetClock, conditions: Conditions = ()
) -> bool:
    """Return whether `one` is due later at some moment of a case and earlier at none.

    What needs the holidays of a country that are not to be had is not sure.
    """
    try:
        return subject.deadlines.is_worse(one, other, conditions)
    except (EnvironmentFault, BadText):
        return False


class Missing(NamedTuple):
    """A grant that gives a lower value channels that a higher one lacks in the same case."""

    grant: int
    pairs: tuple[RankedValues, ...]
    channels: tuple[str, ...]
    cases: Cases  # in which it shows, with the higher value of the first pair
    instead: bool  # whether the higher one has another channel there


def missing_channels(subject: Subject, dimension: str, pairs: list[RankedValues]) -> list[Missing]:
    """Return what a higher value may not use although one right below may, in the same case.

    Who has another channel instead, and the missing one in other cases, was given it on
    purpose: a ticket for most priorities, a hotline for the most urgent. The grant that gives
    the lower one the channel is named, once for all pairs that it shows between.
    """
    space, decisions = subject.space, subject.decisions
    found: dict[tuple[int, str], Missing] = {}
    direct = sum(pair.adjacent for pair in pairs)
    if direct:
        subject.check_comparisons(direct * len(decisions.grants))
    for pair in pairs:
        if not pair.adjacent:
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


class Fewer(NamedTuple):
    """A grant that opens a channel in fewer hours than a grant does for a value below."""

    pair: RankedValues
    mine: int
    its: int
    channel: str
    cases: Cases  # in which it shows, with the higher value


def fewer_hours(subject: Subject, dimension: str, pairs: list[RankedValues]) -> Iterator[Fewer]:
    """Yield what opens a channel in surely fewer hours than it is open one rank below.

    Several grants of a channel join their hours; a grant that states none opens it at hours
    that are not known. The first grant of each case is named, once.
    """
    space = subject.space
    openings = subject.openings
    varying = subject.hours_by(dimension)
    if len(openings) < 2 and not any(varying.intersection(names) for names, _ in openings):
        return
    if pairs:
        subject.check_comparisons(len(pairs) * len(openings) ** 2)
    found: dict[tuple[str, str], Cases] = {}
    named: set[int] = set()
    for pair in pairs:
        inside = found[pair.high, pair.low] = _inside(pair, found)
        below = [(names, space.seen_from(dimension, pair.low, c)) for names, c in openings]
        below = [(names, cases) for names, cases in below if cases]
        for mine, cases in openings:
            here = space.seen_from(dimension, pair.high, cases) if below else 0
            for its, there in below if here else ():
                if ALWAYS in mine or (mine.issuperset(its) and varying.isdisjoint(its)):
                    continue
                both = here & there & ~inside
                fewer = _fewer(subject, dimension, pair, mine, its, both) if both else 0
                if not fewer:
                    continue
                found[pair.high, pair.low] |= fewer
                yield from _first_grants(subject, dimension, pair, fewer, named)


def _first_grants(
    subject: Subject, dimension: str, pair: RankedValues, cases: Cases, named: set[int]
) -> Iterator[Fewer]:
    """Yield the first grant of each case seen from either value, unless it was named."""
    space, grants = subject.space, subject.decisions.grants
    left = space.back_to(dimension, pair.high, cases)
    for one, granted in enumerate(grants):
        high = left & granted
        left &= ~granted
        if high and one not in named:
            named.add(one)
            seen = space.seen_from(dimension, pair.high, high)
            low = space.back_to(dimension, pair.low, seen)
            other = next(at for at, its in enumerate(grants) if its & low)
            (channel, *_) = space.met("channel", high)
            yield Fewer(pair, one, other, channel, high)


def _fewer(
    subject: Subject,
    dimension: str,
    pair: RankedValues,
    mine: frozenset[str],
    its: frozenset[str],
    both: Cases,
) -> Cases:
    """Return in which of some cases, seen from either value, the first hours are fewer."""
    space = subject.space
    found = 0
    for its_hours, its_cases in _joined(subject, its, space.back_to(dimension, pair.low, both)):
        same = space.seen_from(dimension, pair.low, its_cases)
        back = space.back_to(dimension, pair.high, same)
        for my_hours, my_cases in _joined(subject, mine, back):
            try:
                if not includes(my_hours, its_hours, subject.period, subject.public) and includes(
                    its_hours, my_hours, subject.period, subject.public
                ):
                    found |= space.seen_from(dimension, pair.high, my_cases)
            except (EnvironmentFault, BadText):
                continue
    return found


def _joined(subject: Subject, names: frozenset[str], cases: Cases) -> list[tuple[Counted, Cases]]:
    """Return what is open when one of several hours is, over a set of cases."""
    parts = [(NEVER, cases)]
    for name in sorted(names):
        parts = subject.decisions.joined(name, parts, subject.decisions.counted(name, cases))
    return parts
