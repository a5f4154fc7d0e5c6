"""What one metric promises, told apart by what it says and not by where it is written.

A policy has many cells and few different promises. Whether one of them can be worse than another
is found out once for each two promises; only then are cases looked at.
"""

from __future__ import annotations

from zsupport.analysis.deadlines import times_per_400_years
from zsupport.analysis.decisions import StatedCell
from zsupport.answer.space import Cases, union
from zsupport.clock.target import Target
from zsupport.policy.model import TargetRule, Text
from zsupport.typed import NamedTuple

#: What a target stands under that a rule states for all priorities.
EVERY = "*"


class Offer(NamedTuple):
    """A promise: a target over some hours, on some conditions, and the cells that make it."""

    target: Target
    hours: str | None
    conditions: tuple[Text | None, Text | None]
    cells: tuple[StatedCell, ...]
    cases: Cases  # in which one of the cells decides


def offers_of(stated: tuple[StatedCell, ...], rules: tuple[TargetRule, ...]) -> tuple[Offer, ...]:
    """Return the promises of the cells that decide somewhere and can be compared at all.

    No time at all is a mistake of its own, and not that of whoever is promised more.
    """
    found: dict[object, list[StatedCell]] = {}
    for each in stated:
        cell = each.cell
        kind = cell.target.kind
        zero = kind in ("clock", "business") and not cell.target.amount
        if each.decides and not zero and kind != "not-stated":
            conditions = cell.condition, rules[each.rule].condition
            key = cell.target.text, cell.hours, repr(conditions) if any(conditions) else None
            found.setdefault(key, []).append(each)
    offers = []
    for cells in found.values():
        first = cells[0]
        cases = union(each.decides for each in cells)
        conditions = first.cell.condition, rules[first.rule].condition
        offers.append(Offer(first.cell.target, first.cell.hours, conditions, tuple(cells), cases))
    return tuple(offers)


def better(offers: tuple[Offer, ...], varying: frozenset[str]) -> list[list[int]]:
    """Return for each promise those than which it may be surely less: no cases are looked at.

    `varying` are the hours that can be others for the one than for the other. What is promised
    on a condition is not surely better than what is promised without it.
    """
    return [
        [
            at
            for at, than in enumerate(offers)
            if than.conditions in ((None, None), offer.conditions)
            and _may_be_less(
                offer, than, same_hours=offer.hours == than.hours and than.hours not in varying
            )
        ]
        for offer in offers
    ]


def _may_be_less(offer: Offer, than: Offer, *, same_hours: bool) -> bool:
    """Return whether a promise may be less than another, by a glance at the two targets."""
    mine, its = offer.target, than.target
    if "none" in (mine.kind, its.kind):
        return its.kind != "none"
    if "rate" in (mine.kind, its.kind):
        return mine.kind == its.kind and times_per_400_years(mine) < times_per_400_years(its)
    if mine.every and not its.every:
        return False
    if mine.kind == "clock" and its.kind in ("clock", "business"):
        # Where the amounts are the same, only recurrence can make a difference.
        return its.amount < mine.amount + (mine.every is not its.every)
    if mine.kind == its.kind and same_hours and mine.every is its.every:
        # Of `by 10:00` and `by 12:00` either can be due a day before the other.
        return its.amount < mine.amount or its.at != mine.at
    return True


def values_of(
    offer: Offer,
    dimension: str,
    named: list[dict[str, frozenset[str]]],
    rules: tuple[TargetRule, ...],
) -> frozenset[str] | None:
    """Return the values of a dimension for which a promise can be made, None for any.

    `named` has for each rule the values of the dimensions that its condition restricts.
    """
    found: frozenset[str] | None = None
    for each in offer.cells:
        values = named[each.rule].get(dimension)
        if dimension == "priority" and each.cell.key != EVERY:
            stated = _priorities(each, rules[each.rule])
            values = stated if values is None else values & stated
        if values is None:
            return None
        found = values if found is None else found | values
    return found


def _priorities(stated: StatedCell, rule: TargetRule) -> frozenset[str]:
    """Return the priorities for which a cell stands: its own, or those of its group."""
    key, cells = stated.cell.key, rule.cells[stated.metric]
    if key in cells and cells[key].key == key:
        return frozenset((key,))
    return frozenset(id for id, cell in cells.items() if cell.key == key)
