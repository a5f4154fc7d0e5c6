"""Rank plans, roles and priorities, and find where a higher value is worse than a lower value.

Plans and roles rank by `above`, priorities by their order. Two cases are compared if they differ
only in the plan, the role or the priority. To compare them, the cases of both values are shifted to
the first value of the dimension (`Space.shift_to_first`): these are the shifted cases.

A pair of values is narrower than another pair if both of its values are values of the other pair or
rank between them: P1 and P2 are narrower than P1 and P3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter

from zsupport.analysis.compare import NEVER, CountedTime, includes
from zsupport.analysis.deadlines import Conditions, TargetClock
from zsupport.analysis.decisions import StatedCell
from zsupport.analysis.quotas import allows_no_less
from zsupport.answer.space import Cases, union
from zsupport.check.rule import Subject
from zsupport.check.target_groups import TargetGroup, values_of_group
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault, check_limit
from zsupport.limits import PAIRS, SETS
from zsupport.policy.format import ALWAYS
from zsupport.policy.model import Member
from zsupport.typed import NamedTuple


class RankedValues(NamedTuple):
    """Two values of a dimension; the first ranks above the second."""

    high: str
    low: str
    adjacent: bool = True  # whether no value ranks between them
    below_high: tuple[str, ...] = ()  # the values directly below the high value
    above_low: tuple[str, ...] = ()  # the values directly above the low value


class SlowerCell(NamedTuple):
    """A cell whose target is certainly slower than that of another cell for a lower value."""

    pair: RankedValues
    high_cell: StatedCell
    low_cell: StatedCell
    cases: Cases  # with the higher value


def ranked_pairs(members: Iterable[Member]) -> list[RankedValues]:
    """Return all pairs of members that rank by `above`, directly or indirectly.

    The nearest pairs come first. Raises LimitExceeded.
    """
    direct = {member.id: member.above for member in members}
    if not any(direct.values()):
        return []
    # Lower members come first. Such an order exists, because a policy with cycles is invalid.
    order = list(TopologicalSorter(direct).static_order())
    #: The members that rank below and above each member, as bit sets.
    lows_of, highs = dict.fromkeys(direct, 0), dict.fromkeys(direct, 0)
    place_of = {id: 1 << place for place, id in enumerate(order)}
    for high in order:
        for low in direct[high]:
            lows_of[high] |= lows_of[low] | place_of[low]
    check_limit(PAIRS, sum(lows.bit_count() for lows in lows_of.values()))
    below: dict[str, dict[str, None]] = {}
    directly_above: dict[str, list[str]] = {id: [] for id in direct}
    for high in order:
        lows = below[high] = dict.fromkeys(direct[high])
        for low in direct[high]:
            lows |= below[low]
            directly_above[low].append(high)
        for low in lows:
            highs[low] |= place_of[high]
    above_low = {low: tuple(above) for low, above in directly_above.items()}
    pairs = []
    for high, directly_below in direct.items():
        for low in below[high]:
            between = (lows_of[high] & highs[low]).bit_count()
            pair = RankedValues(high, low, not between, directly_below, above_low[low])
            pairs.append((between, pair))
    pairs.sort(key=lambda pair: pair[0])
    return [pair for _, pair in pairs]


def pairs_in_order(ids: tuple[str, ...]) -> list[RankedValues]:
    """Return all pairs of ids. Each id ranks above the ids after it.

    The nearest pairs come first. Raises LimitExceeded.
    """
    check_limit(PAIRS, len(ids) * (len(ids) - 1) // 2)
    return [
        RankedValues(
            ids[at], ids[at + step], step == 1, ids[at + 1 : at + 2], ids[at + step - 1 : at + step]
        )
        for step in range(1, len(ids))
        for at in range(len(ids) - step)
    ]


def slower_cells(
    subject: Subject, dimension: str, pairs: list[RankedValues]
) -> Iterator[SlowerCell]:
    """Yield for each metric the cells whose target is slower than the target for a lower value.

    Each cell is yielded once, with the nearest lower value. If the target of a case is slower in a
    narrower pair, the wider pairs omit this case.
    """
    for groups in subject.target_groups if pairs and may_differ(subject, dimension) else ():
        yield from _RankComparison(subject, dimension, groups).slower(pairs)


def may_differ(subject: Subject, dimension: str) -> bool:
    """Return whether targets can depend on a dimension."""
    return (
        dimension == "priority"
        or bool(subject.hours_by(dimension))
        or any(
            dimension in alternative.values
            for rule in subject.revision.rules
            for alternative in rule.when
        )
    )


def _worse_in_narrower_pairs(pair: RankedValues, worse: dict[tuple[str, str], Cases]) -> Cases:
    """Return the shifted cases in which a narrower pair is worse for its higher value.

    `worse` contains these cases for each narrower pair, with those of its own narrower pairs. So
    only the widest narrower pairs are combined.
    """
    if pair.adjacent:
        return 0
    same_high = union(worse.get((pair.high, low), 0) for low in pair.above_low)
    same_low = union(worse.get((high, pair.low), 0) for high in pair.below_high)
    return same_high | same_low


class _RankComparison:
    """Compares the targets of a metric between the values of a dimension."""

    def __init__(self, subject: Subject, dimension: str, groups: tuple[TargetGroup, ...]) -> None:
        self.subject = subject
        self.dimension = dimension
        self.space = subject.space
        self.groups = groups
        self._shifted: dict[tuple[int, str], Cases] = {}
        self._never_slower: dict[tuple[int, int], bool] = {}
        #: For each group, the values to which it can apply; None for every value.
        self.values = [
            values_of_group(group, dimension, subject.values_by_rule, subject.revision.rules)
            for group in groups
        ]
        #: For each group, the groups that may be faster.
        self.faster = [
            set(positions)
            for positions in subject.faster_groups(groups, subject.hours_by(dimension))
        ]

    def slower(self, pairs: list[RankedValues]) -> Iterator[SlowerCell]:
        """Yield the cells with slower targets, pair by pair."""
        reported: set[tuple[int, str]] = set()
        #: For each pair, the shifted cases with a slower target in this pair or a narrower pair.
        worse: dict[tuple[str, str], Cases] = {}
        shifted_cases = self.shifted_cases
        #: The groups that can apply to each value.
        values = {value for pair in pairs for value in (pair.high, pair.low)}
        applying = {value: self.applying(value) for value in values}
        slower_groups = {
            value: [group for group in groups if self.faster[group]]
            for value, groups in applying.items()
        }
        self.subject.check_comparisons(
            sum(len(slower_groups[pair.high]) * len(applying[pair.low]) for pair in pairs)
        )
        for pair in pairs:
            high, low = pair.high, pair.low
            in_narrower = worse[high, low] = _worse_in_narrower_pairs(pair, worse)
            for group in slower_groups[high]:
                faster = self.faster[group]
                cases = 0
                for other in applying[low]:
                    if other not in faster:
                        continue
                    cases = cases or shifted_cases(group, high)
                    both = cases & shifted_cases(other, low)
                    if not both:
                        continue
                    both &= ~in_narrower
                    slower = both and self.slower_cases(
                        self.groups[group], self.groups[other], pair, both
                    )
                    if slower:
                        worse[high, low] |= slower
                        yield from self.unreported(group, other, pair, slower, reported)

    def applying(self, value: str) -> list[int]:
        """Return the positions of the groups that can apply to a value."""
        return [
            group for group, values in enumerate(self.values) if values is None or value in values
        ]

    def shifted_cases(self, group: int, value: str) -> Cases:
        """Return the shifted cases of a group with a value; cached."""
        key = group, value
        shifted = self._shifted.get(key)
        if shifted is None:
            if len(self._shifted) * self.space.size > SETS.most:
                self._shifted.clear()
            cases = self.groups[group].cases
            shifted = self._shifted[key] = self.space.shift_to_first(self.dimension, value, cases)
        return shifted

    def slower_cases(
        self, group: TargetGroup, other: TargetGroup, pair: RankedValues, both: Cases
    ) -> Cases:
        """Return the shifted cases of `both` in which `group` is certainly slower than `other`."""
        subject, space, dimension = self.subject, self.space, self.dimension
        result = 0
        if self.never_slower(group, other):
            return 0
        for low_hours, low_cases in subject.decisions.counted(other.hours):
            low = space.shift_to_first(dimension, pair.low, low_cases) & both
            for high_hours, high_cases in subject.decisions.counted(group.hours) if low else ():
                same = space.shift_to_first(dimension, pair.high, high_cases) & low
                clock = subject.clock(group, high_hours)
                other_clock = subject.clock(other, low_hours)
                for conditions, cases in self.moments(pair, same):
                    if is_surely_slower(subject, clock, other_clock, conditions):
                        result |= cases
        return result

    def never_slower(self, group: TargetGroup, other: TargetGroup) -> bool:
        """Return whether `group` is certainly slower than `other` in no case; cached.

        Return false if this is unknown, because a condition restricts the moments of some cases.
        """
        if any(conditions for conditions, _ in self.subject.moments):
            return False
        key = id(group), id(other)
        if key not in self._never_slower:
            self._never_slower[key] = not any(
                is_surely_slower(
                    self.subject,
                    self.subject.clock(group, high_hours),
                    self.subject.clock(other, low_hours),
                )
                for high_hours, _ in self.subject.decisions.counted(group.hours)
                for low_hours, _ in self.subject.decisions.counted(other.hours)
            )
        return self._never_slower[key]

    def moments(self, pair: RankedValues, cases: Cases) -> Iterator[tuple[Conditions, Cases]]:
        """Yield the parts of shifted cases, with the conditions on the moments of both values."""
        space, dimension, parts = self.space, self.dimension, self.subject.moments
        for high_conditions, high in parts if cases else ():
            part = space.shift_to_first(dimension, pair.high, high) & cases
            for low_conditions, low in parts if part else ():
                if both := part & space.shift_to_first(dimension, pair.low, low):
                    more = tuple(c for c in low_conditions if c not in high_conditions)
                    yield (*high_conditions, *more), both

    def unreported(
        self,
        group: int,
        other: int,
        pair: RankedValues,
        cases: Cases,
        reported: set[tuple[int, str]],
    ) -> Iterator[SlowerCell]:
        """Yield each cell of a group that decides some shifted case and was not reported yet."""
        space, dimension = self.space, self.dimension
        for high_cell in self.groups[group].cells:
            part = cases & space.shift_to_first(dimension, pair.high, high_cell.decides)
            if not part or (high_cell.rule, high_cell.cell.key) in reported:
                continue
            for low_cell in self.groups[other].cells:
                both = part & space.shift_to_first(dimension, pair.low, low_cell.decides)
                if both:
                    reported.add((high_cell.rule, high_cell.cell.key))
                    back = space.shift_back(dimension, pair.high, both)
                    yield SlowerCell(pair, high_cell, low_cell, back)
                    break


def is_surely_slower(
    subject: Subject, target: TargetClock, other: TargetClock, conditions: Conditions = ()
) -> bool:
    """Return whether `target` is due later than `other` at some moment, and earlier at none.

    `conditions` restrict the moments. Return false if the comparison requires public holidays that
    are not available.
    """
    try:
        return subject.deadlines.is_worse(target, other, conditions)
    except (EnvironmentFault, BadText):
        return False


class MissingChannels(NamedTuple):
    """The channels of a grant that a lower value has and a higher value lacks in the same case."""

    grant: int  # the position of the grant
    pairs: tuple[RankedValues, ...]
    channels: tuple[str, ...]
    cases: Cases  # with the higher value of the first pair
    has_other_channel: bool  # whether the higher value has another channel in these cases


def missing_channels(
    subject: Subject, dimension: str, pairs: list[RankedValues]
) -> list[MissingChannels]:
    """Return the channels that a higher value lacks and the value directly below has.

    A channel is not missing if the higher value has it in other cases, and has another channel in
    these cases. This is often intended: tickets for most priorities, and a hotline for the most
    urgent. Each grant of the lower value is returned once for all of its pairs.
    """
    space, decisions = subject.space, subject.decisions
    result: dict[tuple[int, str], MissingChannels] = {}
    direct = sum(pair.adjacent for pair in pairs)
    if direct:
        subject.check_comparisons(direct * len(decisions.grants))
    for pair in pairs:
        if not pair.adjacent:
            continue  # the higher value of some narrower pair lacks the channel too
        high = space.shift_to_first(dimension, pair.high, decisions.allowed)
        low = space.shift_to_first(dimension, pair.low, decisions.allowed)
        missing = low & ~high
        if not missing:
            continue
        instead = missing & space.for_some("channel", high & ~low)
        never = [
            c for c in space.values_in("channel", instead) if not high & space.of("channel", c)
        ]
        for cases, replaced in (
            (missing & ~instead, False),
            (instead & space.among("channel", never), True),
        ):
            for position, granted in enumerate(decisions.grants):
                part = space.shift_to_first(dimension, pair.low, granted) & cases if cases else 0
                if not part:
                    continue
                cases &= ~part
                item = MissingChannels(
                    position,
                    (pair,),
                    space.values_in("channel", part),
                    space.shift_back(dimension, pair.high, part),
                    replaced,
                )
                key = position, pair.low
                before = result.setdefault(key, item)
                if before is not item:
                    result[key] = _merged(before, item)
    return list(result.values())


def _merged(item: MissingChannels, other: MissingChannels) -> MissingChannels:
    """Return two items of the same grant as a single item; the more severe comes first."""
    first, second = (
        (other, item) if item.has_other_channel and not other.has_other_channel else (item, other)
    )
    return first._replace(
        pairs=tuple(dict.fromkeys((*first.pairs, *second.pairs))),
        channels=tuple(dict.fromkeys((*first.channels, *second.channels))),
    )


class FewerHours(NamedTuple):
    """A grant with fewer hours for a channel than a grant for a lower value."""

    pair: RankedValues
    high_grant: int
    low_grant: int
    channel: str
    cases: Cases  # with the higher value


def fewer_hours(
    subject: Subject, dimension: str, pairs: list[RankedValues]
) -> Iterator[FewerHours]:
    """Yield each grant with certainly fewer hours for a channel than a lower value has.

    The hours of several grants of a channel are combined. Grants without `hours` are not compared:
    their opening times are unknown. The first grant of each case is yielded, but no grant twice.
    """
    space = subject.space
    openings = subject.openings
    varying = subject.hours_by(dimension)
    if len(openings) < 2 and not any(varying.intersection(names) for names, _ in openings):
        return
    if pairs:
        subject.check_comparisons(len(pairs) * len(openings) ** 2)
    #: For each pair, the shifted cases with fewer hours in this pair or a narrower pair.
    worse: dict[tuple[str, str], Cases] = {}
    reported: set[int] = set()
    for pair in pairs:
        in_narrower = worse[pair.high, pair.low] = _worse_in_narrower_pairs(pair, worse)
        below = [(names, space.shift_to_first(dimension, pair.low, c)) for names, c in openings]
        below = [(names, cases) for names, cases in below if cases]
        for high_hours, cases in openings:
            high = space.shift_to_first(dimension, pair.high, cases) if below else 0
            for low_hours, low in below if high else ():
                if ALWAYS in high_hours or (
                    high_hours.issuperset(low_hours) and varying.isdisjoint(low_hours)
                ):
                    continue
                both = high & low & ~in_narrower
                fewer = 0
                if both:
                    fewer = _cases_with_fewer_hours(
                        subject, dimension, pair, high_hours, low_hours, both
                    )
                if not fewer:
                    continue
                worse[pair.high, pair.low] |= fewer
                yield from _first_grants(subject, dimension, pair, fewer, reported)


def _first_grants(
    subject: Subject, dimension: str, pair: RankedValues, cases: Cases, reported: set[int]
) -> Iterator[FewerHours]:
    """Yield the first grant of each of these shifted cases, except grants in `reported`."""
    space, grants = subject.space, subject.decisions.grants
    left = space.shift_back(dimension, pair.high, cases)
    for position, granted in enumerate(grants):
        high = left & granted
        left &= ~granted
        if high and position not in reported:
            reported.add(position)
            shifted = space.shift_to_first(dimension, pair.high, high)
            low = space.shift_back(dimension, pair.low, shifted)
            low_grant = next(number for number, cases in enumerate(grants) if cases & low)
            (channel, *_) = space.values_in("channel", high)
            yield FewerHours(pair, position, low_grant, channel, high)


def _cases_with_fewer_hours(
    subject: Subject,
    dimension: str,
    pair: RankedValues,
    high_names: frozenset[str],
    low_names: frozenset[str],
    both: Cases,
) -> Cases:
    """Return the shifted cases of `both` with fewer hours for the higher value."""
    space = subject.space
    result = 0
    back = space.shift_back(dimension, pair.low, both)
    for low_hours, low_cases in _joined_hours(subject, low_names, back):
        same = space.shift_to_first(dimension, pair.low, low_cases)
        back = space.shift_back(dimension, pair.high, same)
        for high_hours, high_cases in _joined_hours(subject, high_names, back):
            try:
                if not includes(high_hours, low_hours, subject.period, subject.public) and includes(
                    low_hours, high_hours, subject.period, subject.public
                ):
                    result |= space.shift_to_first(dimension, pair.high, high_cases)
            except (EnvironmentFault, BadText):
                continue
    return result


def _joined_hours(
    subject: Subject, names: frozenset[str], cases: Cases
) -> list[tuple[CountedTime, Cases]]:
    """Return the union of several hours, with the parts of a case set that have the same union."""
    parts = [(NEVER, cases)]
    for name in sorted(names):
        parts = subject.decisions.joined(name, parts, subject.decisions.counted(name, cases))
    return parts


class LowerLimit(NamedTuple):
    """A limit that is certainly lower than the limit of the same topic for a lower value."""

    pair: RankedValues
    topic: str
    high_limit: int
    low_limit: int
    cases: Cases  # with the higher value


def lower_limits(
    subject: Subject, dimension: str, pairs: list[RankedValues]
) -> Iterator[LowerLimit]:
    """Yield each limit that is certainly lower than for a lower value.

    Each limit is yielded once, with the nearest lower value.
    """
    space = subject.space
    if not pairs:
        return
    for topic, limits in subject.decisions.limits.items():
        subject.check_comparisons(len(pairs) * len(limits) ** 2)
        lower = [
            {
                place
                for place, (other, _) in enumerate(limits)
                if limit.quota
                and other.quota
                and not allows_no_less(limit.quota, other.quota)
                and allows_no_less(other.quota, limit.quota)
            }
            for limit, _ in limits
        ]
        #: For each pair, the shifted cases with a lower limit in this pair or a narrower pair.
        worse: dict[tuple[str, str], Cases] = {}
        reported: set[int] = set()
        for pair in pairs if any(lower) else ():
            in_narrower = worse[pair.high, pair.low] = _worse_in_narrower_pairs(pair, worse)
            for high_limit, low_limits in enumerate(lower):
                high = 0
                if low_limits:
                    high = space.shift_to_first(dimension, pair.high, limits[high_limit][1])
                for low_limit in sorted(low_limits) if high else ():
                    low = space.shift_to_first(dimension, pair.low, limits[low_limit][1])
                    if not (both := high & low & ~in_narrower):
                        continue
                    worse[pair.high, pair.low] |= both
                    if high_limit not in reported:
                        reported.add(high_limit)
                        cases = space.shift_back(dimension, pair.high, both)
                        yield LowerLimit(pair, topic, high_limit, low_limit, cases)
