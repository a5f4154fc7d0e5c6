"""The cases that policies distinguish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from zsupport import limits
from zsupport.answer.case import Case, deciding_facts
from zsupport.answer.space import Cases, Space, opened_dimension
from zsupport.errors import check_limit
from zsupport.limits import SETS
from zsupport.policy.format import ALWAYS, DIMENSIONS
from zsupport.policy.model import Revision

_First = TypeVar("_First")
_Second = TypeVar("_Second")


def crossed(
    left: Iterable[tuple[_First, Cases]], right: Iterable[tuple[_Second, Cases]]
) -> Iterator[tuple[_First, _Second, Cases]]:
    """Yield each pair of entries of two lists that have common cases, with these cases."""
    listed = list(right)
    for key, some in left:
        for other, cases in listed:
            if shared := some & cases:
                yield key, other, shared


def opened_in(space: Space) -> list[str]:
    """Return the names of the hours that have an `opened` dimension."""
    before = opened_dimension("")
    return [name.removeprefix(before) for name in space.values if name.startswith(before)]


def shown_case(case: Case) -> dict[str, str]:
    """Return a case for display: its `opened` values become a single text, placed last."""
    before = opened_dimension("")
    named = {name: value for name, value in case.items() if not name.startswith(before)}
    times = [
        f"{value} {name.removeprefix(before)}"
        for name, value in case.items()
        if name.startswith(before)
    ]
    return {**named, "opened": " and ".join(times)} if times else named


def space_of(*revisions: Revision) -> Space:
    """Return the cases that policies distinguish, with the values of all of these policies.

    The dimensions are plan, role, channel, priority, and each fact in a condition of a grant,
    target rule, commitment, limit or calendar. Hours that `opened` names in one of these entries
    are a dimension too, with the values `inside` and `outside`. Facts that only priorities or terms
    name are not dimensions. Raises LimitExceeded, also for a policy with too many entries.
    """
    for revision in revisions:
        _check_entries(revision)
    values: dict[str, dict[str, None]] = {name: {} for name in DIMENSIONS}
    for revision in revisions:
        named, hours = _named(revision)
        for name, item in values_of(revision).items():
            if name in DIMENSIONS or name in named:
                values.setdefault(name, {}).update(dict.fromkeys(item))
        for name in hours:
            # No case can be opened outside of `24x7`.
            moments = ("inside",) if name == ALWAYS else ("inside", "outside")
            values[opened_dimension(name)] = dict.fromkeys(moments)
    space = Space({name: tuple(value) for name, value in values.items()})
    for revision in revisions:
        cells = sum(len(cells) for rule in revision.rules for cells in rule.cells.values())
        limits = sum(term.quota is not None for term in revision.terms)
        check_limit(SETS, space.size * (len(revision.grants) + cells + limits))
    return space


def values_of(revision: Revision) -> dict[str, tuple[str, ...]]:
    """Return the values of each dimension and fact of a policy, in the order of declaration."""
    return {
        **{
            dimension: tuple(member.id for member in members)
            for dimension, members in revision.members().items()
        },
        **{fact.id: tuple(fact.values) for fact in revision.facts},
    }


def _check_entries(revision: Revision) -> None:
    """Raise LimitExceeded for a policy with too many entries in one of its sections."""
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
    """Return the dimensions and facts that conditions name, and the hours in their `opened`.

    The conditions are those of grants, target rules, commitments, limits and calendars.
    """
    conditions = [grant.when for grant in revision.grants]
    conditions += [rule.when for rule in revision.rules]
    conditions += [commitment.when for commitment in revision.commitments]
    conditions += [term.when for term in revision.terms if term.quota is not None]
    conditions += [calendar.when for calendars in revision.hours.values() for calendar in calendars]
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
        named = deciding_facts(revision)
        for fact in revision.facts:
            if fact.id in named:
                values.setdefault(fact.id, {})
    for fact in (fact for revision in revisions for fact in revision.facts):
        if fact.id in values:
            values[fact.id].update(dict.fromkeys(fact.values))
    return Space({name: tuple(value) for name, value in values.items()})
