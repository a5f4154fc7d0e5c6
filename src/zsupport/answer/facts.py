"""The priorities that facts lead to. The guide `priorities` explains them."""

from __future__ import annotations

from itertools import accumulate, combinations

from zsupport.answer.case import MAX_COMBINED_FACTS, Case, deciding_facts, facts_decide
from zsupport.answer.space import Cases, Space, union
from zsupport.errors import check_limit
from zsupport.limits import COMBINATIONS
from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


#: Stands for facts that lead to no priority; no priority has this id.
NO_PRIORITY = ""


class PrioritiesByFacts:
    """The priorities of a policy that the facts of a query leave open."""

    def __init__(self, revision: Revision, stated: Mapping[str, str]) -> None:
        """`stated` has the facts of the query. Raises LimitExceeded for too many combinations."""
        self.ids = tuple(priority.id for priority in revision.priorities)
        named = deciding_facts(revision)
        values = {
            fact.id: (stated[fact.id],) if fact.id in stated else tuple(fact.values)
            for fact in revision.facts
            if fact.id in named
        }
        for size in accumulate(map(len, values.values()), int.__mul__):
            check_limit(COMBINATIONS, size, f"`{revision.policy}`")
        #: Whether the policy decides the priority from facts.
        self.decides = facts_decide(revision)
        self._space = Space(values)
        #: The facts that priorities name.
        self.facts = frozenset(values)
        #: The combinations of facts that lead to each priority; None stands for any priority, and
        #: NO_PRIORITY for none.
        by_priority: dict[str | None, Cases] = {}
        by_priority.update(self._space.by_priority(revision).items())
        led = by_priority[None] = union(by_priority.values())
        by_priority[NO_PRIORITY] = self._space.every & ~led
        self._cases_by_priority = by_priority
        #: The priorities that the stated facts leave open, most urgent first.
        self.open = tuple(id for id in self.ids if not self.excludes(id, {}))

    def knows(self, fact: str, value: str) -> bool:
        """Return whether a priority depends on a fact, and the query allows this value of it."""
        return value in self._space.values.get(fact, ())

    def excludes(self, priority: str | None, facts: Mapping[str, str]) -> bool:
        """Return whether the stated facts, together with `facts`, cannot lead to a priority.

        For None, return whether they cannot lead to any priority.
        """
        if not self.decides:
            return False
        left = self._cases_by_priority[priority]
        for name in self.facts.intersection(facts):
            left &= self._space.of(name, facts[name])
        return not left

    def usable_defaults(
        self, priority: str | None, fixed: Case, assumed: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the assumed facts that do not exclude a priority, with their defaults.

        `fixed` has the values of the other facts. The rows of the priority use these defaults. The
        remaining assumed facts are open in its rows.
        """
        excluding = self._excluding(priority, fixed, assumed)
        return {name: value for name, value in assumed.items() if name not in excluding}

    def _excluding(
        self, priority: str | None, fixed: Case, assumed: Mapping[str, str]
    ) -> list[str]:
        """Return the assumed facts that exclude a priority, alone or in combination.

        If too many facts exclude it in combination, return all assumed facts on which it depends.
        """
        alone = [
            name
            for name, value in assumed.items()
            if self.excludes(priority, {**fixed, name: value})
        ]
        rest = {n: v for n, v in assumed.items() if n not in alone and n in self.facts}
        if not self.excludes(priority, {**fixed, **rest}):
            return alone
        if len(rest) > MAX_COMBINED_FACTS:
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
