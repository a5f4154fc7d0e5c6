"""The smallest change of a case that makes a channel allowed, by a search over all cases."""

from __future__ import annotations

from functools import cached_property

from zsupport.answer.case import Case, absent_members, deciding_facts, facts_decide, names_in
from zsupport.answer.channels import handling_of
from zsupport.answer.space import Cases, Space, union
from zsupport.policy.model import Alternative, Revision, When, ranked_above
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The value of a dimension that the case does not state.
_UNSTATED = ""


def smallest_change(
    revision: Revision,
    case: Case,
    channels: Iterable[str],
    *,
    by_facts: bool,
    language: str | None = None,
) -> dict[str, str] | None:
    """Return the fewest new values with which a case may use one of the channels.

    The result is empty if the case may use one already, and None if no change helps. After the
    change, `channels` allows the channel for every value of the dimensions that the case omits. For
    the priority, one possible priority is enough. `by_facts` states that the facts of the case
    decide its priority.

    If several changes have the fewest values, the order is: a change of the priority or of a fact
    that decides it, of the plan, of the role, of another fact. Among plans and roles, those above
    the current value come first, the nearest one before the others; the nearest priority comes
    first. No change leads to a plan that is no longer sold. If the revision does not define the
    plan, role or priority of the case, it must be changed. With a `language`, a channel that
    handles other languages only is not allowed. Raises LimitExceeded.
    """
    changes = smallest_changes(revision, case, channels, by_facts=by_facts, language=language)
    return next(iter(changes), None)


def smallest_changes(
    revision: Revision,
    case: Case,
    channels: Iterable[str],
    *,
    by_facts: bool,
    language: str | None = None,
) -> list[dict[str, str]]:
    """Return equally small changes: the result of `smallest_change`, then the alternatives.

    An alternative is the preferred change among those that change a certain dimension. The list is
    empty if no change helps. Raises LimitExceeded.
    """
    search = ChangeSearch(revision, case, channels, by_facts=by_facts, language=language)
    return search.nearest(case)


class ChangeSearch:
    """The cases of a policy, and the cases in which a channel is allowed.

    It finds changes for all cases that state the same dimensions as `case`. If the revision does
    not define some values of `case`, the other cases must have the same undefined values.
    """

    def __init__(
        self,
        revision: Revision,
        case: Case,
        channels: Iterable[str],
        *,
        by_facts: bool,
        language: str | None = None,
    ) -> None:
        self.revision = revision
        self.stated = frozenset(case)
        absent = absent_members(revision, case)
        self.by_facts = by_facts = by_facts and facts_decide(revision)
        own = {item.id: item.languages for item in revision.channels if item.id in {*channels}}
        # A case handles the languages of all of its grants, so each grant counts on its own.
        self.grants = [
            grant
            for grant in revision.grants
            if any(
                language is None or handling_of(language, grant.languages or own[id]) != "no"
                for id in own.keys() & {*grant.allow}
            )
        ]
        named = names_in(grant.when for grant in self.grants)
        facts = {fact.id: tuple(fact.values) for fact in revision.facts}
        deciding = deciding_facts(revision) if by_facts else set()
        if by_facts:
            named = (named | deciding) - {"priority"}
        named |= {*absent}
        values = {
            "priority": tuple(priority.id for priority in revision.priorities),
            **{name: known for name, known in facts.items() if name in deciding},
            "plan": tuple(plan.id for plan in revision.plans),
            "role": tuple(role.id for role in revision.roles),
            **{name: known for name, known in facts.items() if name not in deciding},
        }
        #: The dimensions that can change, in the order of preference, with their known values.
        self.known = {name: known for name, known in values.items() if name in named and known}
        self.space = Space({
            name: known if case.get(name) in known else (*known, case.get(name, _UNSTATED))
            for name, known in self.known.items()
        })  # fmt: skip
        #: The cases with a plan, role or priority that only another revision defines.
        self._absent = union(self.space.of(name, value) for name, value in absent.items())

    def nearest(self, case: Case) -> list[dict[str, str]]:
        """Return the values of the nearest allowed cases that differ from the case."""
        space, excluded = self.space, self._absent | self._with_retired_plan(case)
        allowed = self._allowed & ~excluded
        reached = space.every
        for name in space.values:
            reached &= space.of(name, case.get(name, _UNSTATED))
        while not reached & allowed:
            # The cases with one more changed value.
            wider = union([reached, *(space.for_some(name, reached) for name in space.values)])
            if wider == reached:
                return []
            reached = wider
        nearest = reached & allowed
        changes = [self._preferred(nearest, case)]
        for name in space.values:
            if changed := nearest & ~space.of(name, case.get(name, _UNSTATED)):
                change = self._preferred(changed, case)
                changes += [change] if change not in changes else []
        return changes

    def _preferred(self, cases: Cases, case: Case) -> dict[str, str]:
        """Return the changed values of the preferred case of a set."""
        space, changes = self.space, {}
        for name in space.values:
            current = case.get(name, _UNSTATED)
            changed = cases & ~space.of(name, current)
            if not changed:
                continue
            for value in self._by_distance(name, case.get(name)):
                if some := changed & space.of(name, value):
                    changes[name], cases = value, some
                    break
        return changes

    def _by_distance(self, name: str, current: str | None) -> Sequence[str]:
        """Return the values of a dimension, those nearest to the current one first."""
        known = self.known[name]
        if name == "priority" and current in known:
            place = known.index(current)
            return sorted(known, key=lambda value: abs(known.index(value) - place))
        members = {"plan": self.revision.plans, "role": self.revision.roles}.get(name)
        if members is None:
            return known
        return ranked_above(members, current)

    def _with_retired_plan(self, case: Case) -> Cases:
        """Return the cases with a plan that nobody can change to, because it is retired."""
        retired = (plan.id for plan in self.revision.plans if plan.retired)
        return self.space.among("plan", (id for id in retired if id != case.get("plan")))

    @cached_property
    def _allowed(self) -> Cases:
        """The cases in which a channel is allowed, also those with unstated dimensions."""
        allowed = union(self._cases_of(grant.when) for grant in self.grants)
        space = self.space
        rows = names_in(grant.when for grant in self.revision.grants) - {"priority"}
        unstated = [name for name in self.known if name not in self.stated]
        # A row states the dimensions that grants name. It is allowed if any priority allows it.
        for name in sorted(unstated, key=lambda name: name in rows):
            allowed &= ~space.of(name, _UNSTATED)
            by_value = [space.shift_to_first(name, v, allowed) for v in self.known[name]]
            cases = by_value[0]
            for other in by_value[1:]:
                cases = cases & other if name in rows else cases | other
            allowed |= space.shift_back(name, _UNSTATED, cases)
        return allowed

    def _cases_of(self, when: When) -> Cases:
        """Return the cases that a condition matches; the opening time has no effect on grants."""
        if not when:
            return self._with_priority
        return union(map(self._cases_of_alternative, when)) & self._with_priority

    def _cases_of_alternative(self, alternative: Alternative) -> Cases:
        cases = self.space.every
        for name, values in alternative.values.items():
            if name == "priority" and self.by_facts:
                cases &= union(self._by_priority.get(value, 0) for value in values)
            else:
                cases &= self.space.among(name, values)
        return cases

    @cached_property
    def _by_priority(self) -> dict[str, Cases]:
        """The cases whose facts lead to each priority."""
        return self.space.by_priority(self.revision)

    @property
    def _with_priority(self) -> Cases:
        """The cases that have a priority, if facts decide it; otherwise all cases."""
        return union(self._by_priority.values()) if self.by_facts else self.space.every
