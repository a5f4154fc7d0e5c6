"""Sets of cases: the cases are numbered, and a set of them is one integer with a bit for each.

A condition is a few `&` and `|` over such integers, whatever the number of cases: a million of
them take 125 KB and microseconds. The last dimension varies quickest, so that the first case of
a set is the one that comes first in the order of the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_
from typing import TypeVar

from zsupport import limits
from zsupport.answer.case import Case
from zsupport.errors import check_limit
from zsupport.limits import CASES, SETS
from zsupport.policy.format import ALWAYS, DIMENSIONS
from zsupport.policy.model import Alternative, Revision, When

#: A set of cases: bit n stands for case n.
Cases = int

_One = TypeVar("_One")
_Other = TypeVar("_Other")


def union(sets: Iterable[Cases]) -> Cases:
    """Return the cases that are in some of these sets."""
    return reduce(or_, sets, 0)


def crossed(
    one: Iterable[tuple[_One, Cases]], other: Iterable[tuple[_Other, Cases]]
) -> Iterator[tuple[_One, _Other, Cases]]:
    """Yield each pair of entries of two lists that share cases, with these cases."""
    listed = list(other)
    for mine, some in one:
        for its, cases in listed:
            if shared := some & cases:
                yield mine, its, shared


class Space:
    """All combinations of the values of some dimensions.

    A dimension is plan, role, channel, priority, a fact, or `opened HOURS` with the values
    inside and outside. Raises TooMuch.
    """

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self.values = {name: each for name, each in values.items() if each}
        self.size = 1
        for each in self.values.values():
            self.size *= len(each)
        check_limit(CASES, self.size)
        self.every: Cases = (1 << self.size) - 1
        self._strides: dict[str, int] = {}
        stride = self.size
        for name, each in self.values.items():
            stride //= len(each)
            self._strides[name] = stride
        self._of: dict[tuple[str, str], Cases] = {}

    def of(self, name: str, value: str) -> Cases:
        """Return the cases with this value; none where the dimension has no such value."""
        found = self._of.get((name, value))
        if found is None:
            found = self._of[name, value] = self._repeated(name, value)
        return found

    def _repeated(self, name: str, value: str) -> Cases:
        values = self.values.get(name, ())
        if value not in values:
            return 0
        stride = self._strides[name]
        cases = ((1 << stride) - 1) << (values.index(value) * stride)
        width = stride * len(values)
        while width < self.size:
            cases |= cases << width
            width *= 2
        return cases & self.every

    def among(self, name: str, values: Iterable[str]) -> Cases:
        """Return the cases with one of these values."""
        return union(self.of(name, value) for value in values)

    def within(self, values: Mapping[str, Iterable[str]]) -> Cases:
        """Return the cases with one of the values of each dimension; the rest is not restricted."""
        found = self.every
        for name, each in values.items():
            if name in self.values:
                found &= self.among(name, each)
        return found

    def meets(self, alternative: Alternative) -> Cases:
        """Return the cases in which one alternative of a condition holds."""
        found = self.every
        for name, values in alternative.values.items():
            if values != self.values.get(name):
                found &= self.among(name, values)
        if alternative.opened is not None:
            inside, hours = alternative.opened
            found &= self.of(opened(hours), "inside" if inside else "outside")
        return found

    def holds(self, when: When) -> Cases:
        """Return the cases in which a condition holds: any of its alternatives, or no condition."""
        if not when:
            return self.every
        return union(map(self.meets, when))

    def case(self, number: int) -> Case:
        """Return the case with this number."""
        return {
            name: values[number // self._strides[name] % len(values)]
            for name, values in self.values.items()
        }

    def first(self, cases: Cases) -> Case:
        """Return the first case of a set that is not empty."""
        return self.case((cases & -cases).bit_length() - 1)

    def cases(self, cases: Cases) -> Iterator[Case]:
        """Yield the cases of a set in order."""
        bits = f"{cases:b}"[::-1]
        at = bits.find("1")
        while at >= 0:
            yield self.case(at)
            at = bits.find("1", at + 1)

    def met(self, name: str, cases: Cases) -> tuple[str, ...]:
        """Return the values of a dimension that stand in some case of a set."""
        return tuple(value for value in self.values.get(name, ()) if cases & self.of(name, value))

    def seen_from(self, name: str, value: str, cases: Cases) -> Cases:
        """Return the cases with this value, as if it were the first of its dimension.

        So sets of cases with different values can be compared case by case; `back_to` undoes it.
        """
        return (cases & self.of(name, value)) >> self._shift(name, value)

    def back_to(self, name: str, value: str, cases: Cases) -> Cases:
        """Return cases seen from a value as those that they are."""
        return cases << self._shift(name, value)

    def _shift(self, name: str, value: str) -> int:
        return self.values[name].index(value) * self._strides[name]

    def every_met(self, cases: Cases) -> dict[str, tuple[str, ...]]:
        """Return the values of each dimension that stand in some case of a set.

        Quicker than asking for each dimension: what is left of the set after a dimension is as
        large as the dimensions after it.
        """
        found: dict[str, tuple[str, ...]] = {}
        for name, values in self.values.items():
            stride = self._strides[name]
            block = (1 << stride) - 1
            place = ((cases & -cases).bit_length() - 1) // stride if cases else 0
            rest, union = cases >> (place * stride), 0
            met = []
            while rest:
                if here := rest & block:
                    met.append(values[place])
                    union |= here
                rest >>= stride
                place += 1
            found[name] = tuple(met)
            cases = union
        return found

    def for_some(self, name: str, cases: Cases) -> Cases:
        """Return the cases that are in a set with some value of a dimension, their own or not."""
        values = self.values.get(name)
        if values is None:
            return cases
        stride = self._strides[name]
        first = 0
        for place, value in enumerate(values):
            first |= (cases & self.of(name, value)) >> (place * stride)
        found = 0
        for place in range(len(values)):
            found |= first << (place * stride)
        return found


def opened(hours: str) -> str:
    """Return the name of the dimension that says whether a case was opened inside some hours."""
    return f"opened {hours}"


def opened_in(space: Space) -> list[str]:
    """Return the hours that have such a dimension."""
    before = opened("")
    return [name.removeprefix(before) for name in space.values if name.startswith(before)]


def shown(case: Case) -> dict[str, str]:
    """Return a case as options name it; what `opened` says comes last."""
    before = opened("")
    named = {name: value for name, value in case.items() if not name.startswith(before)}
    times = [
        f"{value} {name.removeprefix(before)}"
        for name, value in case.items()
        if name.startswith(before)
    ]
    return {**named, "opened": " and ".join(times)} if times else named


def space_of(*revisions: Revision) -> Space:
    """Return the cases that policies distinguish: every value that one of them has.

    Plan, role, channel, priority, each fact that a rule names, and inside or outside for each
    calendar that an `opened` names; not the facts that only priorities or terms name. Raises
    TooMuch, also for a policy of more entries than are compared with each other.
    """
    for revision in revisions:
        _check_entries(revision)
    values: dict[str, dict[str, None]] = {name: {} for name in DIMENSIONS}
    for revision in revisions:
        named, hours = _named(revision)
        for name, each in values_of(revision).items():
            if name in DIMENSIONS or name in named:
                values.setdefault(name, {}).update(dict.fromkeys(each))
        for name in hours:
            # Nothing is opened outside of all time.
            moments = ("inside",) if name == ALWAYS else ("inside", "outside")
            values[opened(name)] = dict.fromkeys(moments)
    space = Space({name: tuple(each) for name, each in values.items()})
    for revision in revisions:
        cells = sum(len(cells) for rule in revision.rules for cells in rule.cells.values())
        check_limit(SETS, space.size * (len(revision.grants) + cells))
    return space


def values_of(revision: Revision) -> dict[str, tuple[str, ...]]:
    """Return the values of each dimension and fact of a policy, in the order of declaration."""
    return {
        "plan": tuple(each.id for each in revision.plans),
        "role": tuple(each.id for each in revision.roles),
        "channel": tuple(each.id for each in revision.channels),
        "priority": tuple(each.id for each in revision.priorities),
        **{fact.id: tuple(fact.values) for fact in revision.facts},
    }


def _check_entries(revision: Revision) -> None:
    """Raise TooMuch for a policy with too many entries in one of its sections."""
    for limit, entries in (
        (limits.PLANS, revision.plans),
        (limits.ROLES, revision.roles),
        (limits.CHANNELS, revision.channels),
        (limits.PRIORITIES, revision.priorities),
        (limits.FACTS, revision.facts),
        (limits.METRICS, revision.metrics),
        (limits.CALENDARS, revision.hours),
        (limits.GRANTS, revision.grants),
        (limits.RULES, revision.rules),
    ):
        check_limit(limit, len(entries))


def _named(revision: Revision) -> tuple[set[str], list[str]]:
    """Return the dimensions and facts that rules name, and the hours that an `opened` names."""
    conditions = [grant.when for grant in revision.grants]
    conditions += [rule.when for rule in revision.rules]
    conditions += [commitment.when for commitment in revision.commitments]
    conditions += [calendar.when for each in revision.hours.values() for calendar in each]
    names: set[str] = set()
    hours: dict[str, None] = {}
    for when in conditions:
        for alternative in when:
            names.update(alternative.values)
            if alternative.opened is not None:
                hours[alternative.opened[1]] = None
    return names, list(hours)


def space_of_facts(*revisions: Revision) -> Space:
    """Return the combinations of the facts that the priorities of any of the policies name."""
    values: dict[str, dict[str, None]] = {}
    for revision in revisions:
        named = {name for each in revision.priorities for alt in each.when for name in alt.values}
        for fact in revision.facts:
            if fact.id in named:
                values.setdefault(fact.id, {})
    for fact in (fact for revision in revisions for fact in revision.facts):
        if fact.id in values:
            values[fact.id].update(dict.fromkeys(fact.values))
    return Space({name: tuple(each) for name, each in values.items()})
