"""Cases in which a higher plan, role or priority has fewer channels, hours or slower targets.

A pair of values is reported only if no reported pair is between its values: P1 and P2, but not also
P1 and P3.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from .change import ALL_DAY, Open, compared, effect_of_limits
from .claims import Claims, Numbers
from .deciding_facts import names_in
from .definition import MISSING, NO_CASE, Path, Target, listed

Pair = tuple[str, str]
#: Cases that exist and differ only in one dimension, by its values.
Group = dict[str, Numbers]


class SlowerTarget(NamedTuple):
    """A cell of a higher value that is slower than the cell of a lower value."""

    cell: Path
    lower: Path
    high: str
    low: str


class Missing(NamedTuple):
    """A grant of a channel to a lower value; higher values have no such grant."""

    grant: int
    low: str


class LackingCases(NamedTuple):
    """The cases of higher values that lack a grant."""

    highs: set[str]
    channels: set[str]
    severities: set[str]
    cases: Numbers


class Ranks:
    """Comparison of values that rank above others, by `above` or by the list of priorities."""

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.reference = claims.reference
        self.side = claims.side
        self._compared = cache(
            lambda was, now, hours: compared((self.side,) * 2, (was, now), hours)
        )
        parts = ("entitlements", "targets", "hours", "commitment", "limits")
        #: Names in conditions, except conditions of priorities and terms.
        self.deciding = names_in([self.reference.document.get(part, []) for part in parts])
        #: Whether hours of a channel join hours in the customer's time zone with other hours.
        self.mixed = False

    def direct(self, dimension: str) -> set[Pair]:
        """Return the pairs that the policy states."""
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
        """Return all pairs whose first value ranks above the second."""
        pairs = self.direct(dimension)
        while more := {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs:
            pairs |= more
        return pairs

    def groups(self, dimension: str) -> Iterator[Group]:
        """Yield groups of cases that differ only in one dimension.

        Priorities may also differ in facts that decide nothing but the priority.
        """
        ignored = {dimension}
        if dimension == "priority":
            ignored |= {*self.reference.facts} - self.deciding
        groups: dict[tuple[str, ...], Group] = {}
        for number in sorted(self.claims.existing):
            case = self.claims.cases[number]
            rest = tuple(value for name, value in case.items() if name not in ignored)
            group = groups.setdefault(rest, {})
            group.setdefault(case.get(dimension, ""), set()).add(number)
        yield from groups.values()

    def nearest_pairs(
        self, dimension: str, worse: Callable[[int, int], bool]
    ) -> Iterator[tuple[Pair, Numbers, Numbers]]:
        """Yield the nearest pairs whose higher case is worse."""
        pairs = self.pairs(dimension)
        for group in self.groups(dimension) if pairs else ():
            both = {(a, b) for a, b in pairs if a in group and b in group}
            worse_pairs = {(a, b) for a, b in both if worse(min(group[a]), min(group[b]))}
            for a, b in worse_pairs:
                above = {a, *(value for value in group if (a, value) in pairs)}
                below = {b, *(value for value in group if (value, b) in pairs)}
                if not any(x in above and y in below for x, y in worse_pairs - {(a, b)}):
                    yield (a, b), group[a], group[b]

    # -- targets -----------------------------------------------------------------------------------

    def slower_targets(self, dimension: str) -> dict[SlowerTarget, Numbers]:
        """Return the slower cells of higher values, with their cases."""
        cells: dict[SlowerTarget, Numbers] = {}
        for targets in self.claims.targets.values():

            def worse(high: int, low: int, targets: dict[int, Target] = targets) -> bool:
                both = high in targets and low in targets
                return both and self.is_slower(targets[high], targets[low], high, low)

            for pair, high, low in self.nearest_pairs(dimension, worse):
                cell, lower = (targets[min(numbers)].cell for numbers in (high, low))
                assert cell is not None
                assert lower is not None
                cells.setdefault(SlowerTarget(cell, lower, *pair), set()).update(high)
        return cells

    def is_slower(self, target: Target, other: Target, case: int, other_case: int) -> bool:
        """Return whether a target is due later at some moment, and earlier at none.

        A target with a condition is never slower than one without it. A target without a calendar
        is not compared.
        """
        states = target.state, other.state
        moments = (self.claims.hours_of_day(self.claims.cases[n]) for n in (case, other_case))
        hours = tuple(sorted(set.intersection(*moments)))
        if "not-stated" in states or not hours or other.state == "no-target":
            return False
        if other.condition not in (None, target.condition):
            return False
        if MISSING in (*target.calendars, *other.calendars):
            return False
        return target.state == "no-target" or self._compared(other, target, hours) == "less"

    def earlier_metrics(self) -> dict[tuple[Path, Path], Numbers]:
        """Return the cells of later metrics that are due before the first metric (ZS602)."""
        cases: dict[tuple[Path, Path], Numbers] = {}
        first, *later = self.claims.targets.values()
        for targets in later:
            for number, end in targets.items():
                answer = first[number]
                texts = f"{end.target} {answer.target}"
                once = end.state == answer.state == "promised"
                once = once and "every" not in texts and " per " not in texts
                if once and self.is_slower(answer, end, number, number):
                    assert end.cell is not None
                    assert answer.cell is not None
                    cases.setdefault((end.cell, answer.cell), set()).add(number)
        return cases

    # -- limits ------------------------------------------------------------------------------------

    def lower_limits(self, dimension: str) -> dict[Path, Numbers]:
        """Return the limits that are lower than the limit for a lower value, with their cases."""
        limits: dict[Path, Numbers] = {}
        for topic in self.reference.document.get("limits", {}):

            def worse(high: int, low: int, topic: str = topic) -> bool:
                texts = [self.reference.limit(self.claims.cases[n], topic)[0] for n in (high, low)]
                stated = None not in texts
                return stated and effect_of_limits(texts[1], texts[0]) == "less"

            for _, high, _ in self.nearest_pairs(dimension, worse):
                case = self.claims.cases[min(high)]
                [path] = (p for p in self.reference.limit(case, topic)[1] if len(p) == 3)
                limits.setdefault(path, set()).update(high)
        return limits

    # -- channels ----------------------------------------------------------------------------------

    def fewer_hours(self, dimension: str) -> dict[int, dict[Pair, Numbers]]:
        """Return the first grants of cases whose channel is open in fewer hours."""
        grants: dict[int, dict[Pair, Numbers]] = {}
        opening = {number: self.opening(number) for number in self.claims.allowed}

        def fewer(high: int, low: int) -> bool:
            higher, lower = opening.get(high), opening.get(low)
            if higher is None or lower is None:
                return False
            self.mixed |= all(higher) or all(lower)
            return higher != lower and (lower == ALL_DAY or higher.joined(lower) == lower)

        for pair, high, _ in self.nearest_pairs(dimension, fewer):
            grant = int(self.reference.grants(self.claims.cases[min(high)])[0][1])
            grants.setdefault(grant, {}).setdefault(pair, set()).update(high)
        return grants

    def opening(self, number: int) -> Open | None:
        """Return the opening hours of the channel of a case; None if unknown."""
        answer = self.reference.entitlement(self.claims.cases[number])
        if answer.hours is None or MISSING in answer.calendars:
            return None
        return self.side.open(answer.calendars)

    def missing(self, dimension: str) -> dict[Missing, LackingCases]:
        """Return the grants of channels that a higher value lacks in the same case.

        A channel is not missing if the higher value has another channel that the lower value
        lacks, and has the missing channel in other cases.
        """
        allowed, cases = self.claims.allowed, self.claims.cases
        pairs = self.pairs(dimension)
        lacks: dict[Missing, LackingCases] = {}
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
                lack = lacks.setdefault(Missing(grant, b), LackingCases(set(), set(), set(), set()))
                lack.highs.add(a)
                lack.channels.add(channel)
                lack.severities.add("warning" if instead else "error")
                lack.cases.add(high)
        return lacks

    def opens(self, channels: set[str]) -> bool:
        """Return whether these channels include one that opens cases."""
        return any(self.reference.at(("channels", c))["kind"] not in NO_CASE for c in channels)
