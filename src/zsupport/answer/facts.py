"""The priority of a case, as far as facts decide it (the clock definition, rule 19)."""

from __future__ import annotations

from itertools import combinations

from zsupport.answer.case import MOST_TOGETHER, Case, facts_decide
from zsupport.errors import check_limit
from zsupport.limits import COMBINATIONS
from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class PrioritiesByFacts:
    """Which priorities facts leave open in a policy.

    A set of combinations of the facts that priorities name is one integer with a bit for each.
    """

    def __init__(self, revision: Revision, stated: Mapping[str, str]) -> None:
        """`stated` are the facts of the question. Raises TooMuch."""
        self.ids = tuple(priority.id for priority in revision.priorities)
        named = {name for each in revision.priorities for alt in each.when for name in alt.values}
        #: Whether the policy decides the priority from facts at all.
        self.decides = facts_decide(revision)
        self._of: dict[tuple[str, str], int] = {}
        size = 1
        for fact in revision.facts:
            if fact.id not in named:
                continue
            values = (stated[fact.id],) if fact.id in stated else tuple(fact.values)
            check_limit(COMBINATIONS, size * len(values), f"`{revision.policy}`")
            # Repeat each combination so far for each value of this fact.
            block = (1 << size) - 1
            repeated = ((1 << size * len(values)) - 1) // block
            self._of = {key: bits * repeated for key, bits in self._of.items()}
            for place, value in enumerate(values):
                self._of[fact.id, value] = block << place * size
            size *= len(values)
        self._every = (1 << size) - 1
        #: The facts that priorities name.
        self.facts = frozenset(name for name, _ in self._of)
        #: The combinations by priority; under None those that lead to any priority.
        self._leading = self._combinations(revision)
        self._leading[None] = sum(self._leading.values())
        #: The priorities that the stated facts leave open, most urgent first.
        self.open = tuple(id for id in self.ids if not self.excludes(id, {}))

    def _combinations(self, revision: Revision) -> dict[str | None, int]:
        """Return the combinations of facts that lead to each priority: the first that matches."""
        if not self.decides:
            return {}
        found: dict[str | None, int] = {}
        left = self._every
        for priority in revision.priorities:
            matches = 0 if priority.when else self._every
            for alternative in priority.when:
                some = self._every
                for name, values in alternative.values.items():
                    some &= sum(self._of.get((name, value), 0) for value in values)
                matches |= some
            found[priority.id] = matches & left
            left &= ~matches
        return found

    def knows(self, fact: str, value: str) -> bool:
        """Return whether a priority depends on a fact, and the fact can have this value."""
        return (fact, value) in self._of

    def excludes(self, priority: str | None, facts: Mapping[str, str]) -> bool:
        """Return whether no completion of the stated facts and these leads to a priority.

        None stands for any priority.
        """
        if not self.decides:
            return False
        left = self._leading[priority]
        for name in self.facts.intersection(facts):
            left &= self._of.get((name, facts[name]), 0)
        return not left

    def taken(
        self, priority: str | None, fixed: Case, assumed: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the defaults that do not exclude a priority: those that its rows use.

        A default is assumed unless it excludes the priority; then the fact is open there.
        """
        opened = self._opened(priority, fixed, assumed)
        return {name: value for name, value in assumed.items() if name not in opened}

    def _opened(self, priority: str | None, fixed: Case, assumed: Mapping[str, str]) -> list[str]:
        """Return the assumed facts that exclude a priority, alone or only together."""
        alone = [
            name
            for name, value in assumed.items()
            if self.excludes(priority, {**fixed, name: value})
        ]
        rest = {n: v for n, v in assumed.items() if n not in alone and n in self.facts}
        if not self.excludes(priority, {**fixed, **rest}):
            return alone
        if len(rest) > MOST_TOGETHER:
            return [*alone, *rest]
        least: list[frozenset[str]] = []
        for size in range(2, len(rest) + 1):
            for names in map(frozenset, combinations(rest, size)):
                if not any(fewer <= names for fewer in least) and self.excludes(
                    priority, {**fixed, **{name: rest[name] for name in names}}
                ):
                    least.append(names)
        together = frozenset().union(*least)
        return [name for name in assumed if name in alone or name in together]
