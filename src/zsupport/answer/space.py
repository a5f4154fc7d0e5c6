"""Case sets: the cases are numbered, and a case set is an integer with a bit for each case.

A condition is evaluated with a few `&` and `|` of such integers. For a million cases, a set takes
125 KB, and an operation takes microseconds. The last dimension varies fastest, so the lowest bit of
a set is its first case in the order of the policy.
"""

from __future__ import annotations

from zsupport.errors import check_limit
from zsupport.limits import CASES
from zsupport.policy.model import (
    Alternative,
    Commitment,
    PolicyCalendar,
    PriorityRule,
    Revision,
    Term,
    When,
)
from zsupport.typed import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zsupport.answer.case import Case

#: A set of cases: bit n stands for case n.
Cases = int

Entry = TypeVar("Entry", PolicyCalendar, Commitment, PriorityRule, Term)


def union(sets: Iterable[Cases]) -> Cases:
    """Return the union of case sets."""
    joined = 0
    for item in sets:
        joined |= item
    return joined


class Space:
    """All combinations of the values of some dimensions.

    A dimension is plan, role, channel, priority, a fact, or `opened HOURS` with the values
    `inside` and `outside`. Raises LimitExceeded for too many cases.
    """

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self.values = {name: entry for name, entry in values.items() if entry}
        self.size = 1
        for value in self.values.values():
            self.size *= len(value)
        check_limit(CASES, self.size)
        self.every: Cases = (1 << self.size) - 1
        self._strides: dict[str, int] = {}
        stride = self.size
        for name, item in self.values.items():
            stride //= len(item)
            self._strides[name] = stride
        self._of: dict[tuple[str, str], Cases] = {}

    def of(self, name: str, value: str) -> Cases:
        """Return the cases with this value; the empty set if the dimension has no such value."""
        result = self._of.get((name, value))
        if result is None:
            result = self._of[name, value] = self._repeated(name, value)
        return result

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
        """Return the cases whose value of each dimension in `values` is listed there.

        Dimensions that the space does not have are ignored.
        """
        result = self.every
        for name, value in values.items():
            if name in self.values:
                result &= self.among(name, value)
        return result

    def matches_alternative(self, alternative: Alternative) -> Cases:
        """Return the cases that one alternative of a condition matches."""
        result = self.every
        for name, values in alternative.values.items():
            if values != self.values.get(name):
                result &= self.among(name, values)
        if alternative.opened is not None:
            inside, hours = alternative.opened
            result &= self.of(opened_dimension(hours), "inside" if inside else "outside")
        return result

    def matches(self, when: When) -> Cases:
        """Return the cases that a condition matches; all cases if it is empty."""
        if not when:
            return self.every
        return union(map(self.matches_alternative, when))

    def deciding(
        self, entries: Iterable[Entry], left: Cases | None = None
    ) -> list[tuple[Entry, Cases]]:
        """Return the entries of a list, each with the cases for which it is the first that matches.

        `left` is the set of cases to decide, by default all cases.
        """
        result = []
        rest = self.every if left is None else left
        for entry in entries:
            cases = self.matches(entry.when) & rest
            rest &= ~cases
            result.append((entry, cases))
        return result

    def by_priority(self, revision: Revision) -> dict[str, Cases]:
        """Return the cases whose facts lead to each priority of a revision."""
        result = {priority.id: 0 for priority in revision.priorities}
        for rule, cases in self.deciding(revision.priority_rules()):
            if rule.priority is not None:
                result[rule.priority] |= cases
        return result

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

    def values_in(self, name: str, cases: Cases) -> tuple[str, ...]:
        """Return the values of a dimension that occur in a case set."""
        return tuple(value for value in self.values.get(name, ()) if cases & self.of(name, value))

    def shift_to_first(self, name: str, value: str, cases: Cases) -> Cases:
        """Return the cases with this value, shifted to the first value of its dimension.

        After the shift, case sets of different values can be compared. `shift_back` undoes it.
        """
        return (cases & self.of(name, value)) >> self._shift(name, value)

    def shift_back(self, name: str, value: str, cases: Cases) -> Cases:
        """Return cases with their original numbers, after `shift_to_first` from this value."""
        return cases << self._shift(name, value)

    def _shift(self, name: str, value: str) -> int:
        return self.values[name].index(value) * self._strides[name]

    def all_values_in(self, cases: Cases) -> dict[str, tuple[str, ...]]:
        """Return the values of each dimension that occur in a case set.

        It is faster than a call of `values_in` for each dimension, because the set shrinks with
        every dimension.
        """
        result: dict[str, tuple[str, ...]] = {}
        for name, values in self.values.items():
            stride = self._strides[name]
            block = (1 << stride) - 1
            place = ((cases & -cases).bit_length() - 1) // stride if cases else 0
            rest, union = cases >> (place * stride), 0
            occurring = []
            while rest:
                if part := rest & block:
                    occurring.append(values[place])
                    union |= part
                rest >>= stride
                place += 1
            result[name] = tuple(occurring)
            cases = union
        return result

    def for_some(self, name: str, cases: Cases) -> Cases:
        """Return the cases of a set, and all cases that differ from one of them only in `name`."""
        values = self.values.get(name)
        if values is None:
            return cases
        stride = self._strides[name]
        first = 0
        for place, value in enumerate(values):
            first |= (cases & self.of(name, value)) >> (place * stride)
        result = 0
        for place in range(len(values)):
            result |= first << (place * stride)
        return result


def opened_dimension(hours: str) -> str:
    """Return the name of the dimension for cases opened inside or outside some hours."""
    return f"opened {hours}"
