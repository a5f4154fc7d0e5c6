"""Where who ranks higher gets less than who ranks below, in the same case: one after the other.

A set of pairs is shown by those that have no other such pair inside them: P1 slower than P2 says
that it is slower than P3 too.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from .asked import named
from .change import ALL_DAY, Open, compared
from .claims import Claims, Numbers
from .definition import MISSING, NO_CASE, Path, Target, listed

Pair = tuple[str, str]
#: The cases that exist and differ in one dimension only, by its values.
Group = dict[str, Numbers]


class Less(NamedTuple):
    """A cell that promises less to the higher value than another one does to the lower."""

    cell: Path
    its: Path
    high: str
    low: str


class Missing(NamedTuple):
    """A grant that allows the lower value a channel which the higher ones lack."""

    grant: int
    low: str


class Lack(NamedTuple):
    """What is missing beside one grant."""

    highs: set[str]
    channels: set[str]
    severities: set[str]
    cases: Numbers


class Ranks:
    """What is compared along `above`, and along the list of priorities."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.reference = claims.reference
        self.side = claims.side
        self._compared = cache(
            lambda was, now, hours: compared((self.side,) * 2, (was, now), hours)
        )
        parts = ("entitlements", "targets", "hours", "commitment")
        #: What conditions name, those of priorities and terms excepted.
        self.deciding = named([self.reference.document.get(part, []) for part in parts])
        #: Whether a channel is open in hours of the customer joined with others.
        self.mixed = False

    def direct(self, dimension: str) -> set[Pair]:
        """Return the pairs that are written down."""
        values = self.reference.values.get(dimension, [])
        if dimension == "priority":
            return set(pairwise(values))
        members = ((value, self.reference.at((f"{dimension}s", value))) for value in values)
        return {
            (high, low)
            for high, member in members
            if isinstance(member, dict)
            for low in listed(member.get("above", []))
        }

    def pairs(self, dimension: str) -> set[Pair]:
        """Return every pair of values of which the first ranks above the second."""
        found = self.direct(dimension)
        while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
            found |= more
        return found

    def groups(self, dimension: str) -> Iterator[Group]:
        """Yield the cases that differ in one dimension only.

        With the priority, the facts differ that decide about nothing else.
        """
        ignored = {dimension}
        if dimension == "priority":
            ignored |= {*self.reference.facts} - self.deciding
        found: dict[tuple[str, ...], Group] = {}
        for number in sorted(self.claims.existing):
            case = self.claims.cases[number]
            rest = tuple(value for name, value in case.items() if name not in ignored)
            group = found.setdefault(rest, {})
            group.setdefault(case.get(dimension, ""), set()).add(number)
        yield from found.values()

    def shown(
        self, dimension: str, worse: Callable[[int, int], bool]
    ) -> Iterator[tuple[Pair, Numbers, Numbers]]:
        """Yield the pairs of which the higher case is worse and that have none such inside."""
        pairs = self.pairs(dimension)
        for group in self.groups(dimension) if pairs else ():
            both = {(a, b) for a, b in pairs if a in group and b in group}
            found = {(a, b) for a, b in both if worse(min(group[a]), min(group[b]))}
            for a, b in found:
                above = {a, *(value for value in group if (a, value) in pairs)}
                below = {b, *(value for value in group if (value, b) in pairs)}
                if not any(x in above and y in below for x, y in found - {(a, b)}):
                    yield (a, b), group[a], group[b]

    # -- targets -----------------------------------------------------------------------------------

    def promised_less(self, dimension: str) -> dict[Less, Numbers]:
        """Return the cells that promise surely less, with the cases in which it shows."""
        found: dict[Less, Numbers] = {}
        for targets in self.claims.targets.values():

            def worse(high: int, low: int, targets: dict[int, Target] = targets) -> bool:
                both = high in targets and low in targets
                return both and self.is_less(targets[high], targets[low], high, low)

            for pair, high, low in self.shown(dimension, worse):
                mine, its = (targets[min(numbers)].cell for numbers in (high, low))
                assert mine is not None
                assert its is not None
                found.setdefault(Less(mine, its, *pair), set()).update(high)
        return found

    def is_less(self, mine: Target, its: Target, number: int, other: int) -> bool:
        """Return whether a target is surely less: due later at some moment, and earlier at none.

        What is promised on a condition is not surely better than what is promised without it;
        and nothing is compared where hours have no calendar.
        """
        states = mine.state, its.state
        moments = (self.claims.hours_of_day(self.claims.cases[n]) for n in (number, other))
        hours = tuple(sorted(set.intersection(*moments)))
        if "not-stated" in states or not hours or its.state == "no-target":
            return False
        if its.condition not in (None, mine.condition):
            return False
        if MISSING in (*mine.calendars, *its.calendars):
            return False
        return mine.state == "no-target" or self._compared(its, mine, hours) == "less"

    def sooner(self) -> dict[tuple[Path, Path], Numbers]:
        """Return the cells of later metrics that are due before the first one (ZS602)."""
        found: dict[tuple[Path, Path], Numbers] = {}
        first, *later = self.claims.targets.values()
        for targets in later:
            for number, end in targets.items():
                answer = first[number]
                texts = f"{end.target} {answer.target}"
                once = end.state == answer.state == "promised"
                once = once and "every" not in texts and " per " not in texts
                if once and self.is_less(answer, end, number, number):
                    assert end.cell is not None
                    assert answer.cell is not None
                    found.setdefault((end.cell, answer.cell), set()).add(number)
        return found

    # -- channels ----------------------------------------------------------------------------------

    def fewer_hours(self, dimension: str) -> dict[int, dict[Pair, Numbers]]:
        """Return the first grant of each case in which a channel is open in fewer hours."""
        found: dict[int, dict[Pair, Numbers]] = {}
        opening = {number: self.opening(number) for number in self.claims.allowed}

        def fewer(high: int, low: int) -> bool:
            mine, its = opening.get(high), opening.get(low)
            if mine is None or its is None:
                return False
            self.mixed |= all(mine) or all(its)
            return mine != its and (its == ALL_DAY or mine.joined(its) == its)

        for pair, high, _ in self.shown(dimension, fewer):
            grant = int(self.reference.grants(self.claims.cases[min(high)])[0][1])
            found.setdefault(grant, {}).setdefault(pair, set()).update(high)
        return found

    def opening(self, number: int) -> Open | None:
        """Return when the channel of a case is open; None: it is not known."""
        answer = self.reference.entitlement(self.claims.cases[number])
        if answer.hours is None or MISSING in answer.calendars:
            return None
        return self.side.open(answer.calendars)

    def missing(self, dimension: str) -> dict[Missing, Lack]:
        """Return the grants of channels that a higher value lacks in the same case.

        It is left alone where the higher one has another channel instead, which the lower one
        lacks, and the missing one in other cases.
        """
        allowed, cases = self.claims.allowed, self.claims.cases
        pairs = self.pairs(dimension)
        found: dict[Missing, Lack] = {}
        nearest = {
            (a, b)
            for a, b in pairs
            if not any((a, c) in pairs and (c, b) in pairs for _, c in pairs)
        }
        channels = [{n for ns in group.values() for n in ns} for group in self.groups("channel")]
        alike = {number: numbers for numbers in channels for number in numbers}
        for a, b in nearest:
            groups = [group for group in self.groups(dimension) if a in group]
            twins = {min(group[a]): min(group[b]) for group in groups}
            granted = {cases[high]["channel"] for high in twins if high in allowed}
            for high, low in twins.items():
                if high in allowed or low not in allowed:
                    continue
                channel = cases[high]["channel"]
                instead = any(n in allowed and twins[n] not in allowed for n in alike[high])
                if instead and channel in granted:
                    continue
                grant = int(self.reference.grants(cases[low])[0][1])
                lack = found.setdefault(Missing(grant, b), Lack(set(), set(), set(), set()))
                lack.highs.add(a)
                lack.channels.add(channel)
                lack.severities.add("warning" if instead else "error")
                lack.cases.add(high)
        return found

    def opens(self, channels: set[str]) -> bool:
        """Return whether a case can be opened through one of these channels."""
        return any(self.reference.at(("channels", c))["kind"] not in NO_CASE for c in channels)
