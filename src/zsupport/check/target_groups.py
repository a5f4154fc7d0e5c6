"""Groups of cells of a metric with equal targets.

A policy has many cells and few different targets. Comparing the groups first avoids comparing the
cases of every pair of cells.
"""

from __future__ import annotations

from zsupport.analysis.deadlines import times_per_400_years
from zsupport.analysis.decisions import StatedCell
from zsupport.answer.space import Cases, union
from zsupport.clock.target import Target, is_zero
from zsupport.policy.model import TargetRule, Text
from zsupport.typed import NamedTuple

#: The key of a target for all priorities.
EVERY = "*"


class TargetGroup(NamedTuple):
    """Cells with the same target, the same hours and the same conditions."""

    target: Target
    hours: str | None
    conditions: tuple[Text | None, Text | None]  # of the cell, and of its rule
    cells: tuple[StatedCell, ...]
    cases: Cases  # the cases that the cells decide


def target_groups_of(
    stated: tuple[StatedCell, ...], rules: tuple[TargetRule, ...]
) -> tuple[TargetGroup, ...]:
    """Return the groups of the cells that decide cases and whose targets can be compared.

    `not-stated` and zero targets are omitted. ZS603 reports zero targets.
    """
    cells_by_key: dict[object, list[StatedCell]] = {}
    for item in stated:
        cell = item.cell
        target = cell.target
        zero = is_zero(target) and not target.is_immediate
        if item.decides and not zero and target.kind != "not-stated":
            conditions = cell.condition, rules[item.rule].condition
            key = cell.target.text, cell.hours, repr(conditions) if any(conditions) else None
            cells_by_key.setdefault(key, []).append(item)
    groups = []
    for cells in cells_by_key.values():
        first = cells[0]
        cases = union(item.decides for item in cells)
        conditions = first.cell.condition, rules[first.rule].condition
        target, hours = first.cell.target, first.cell.hours
        groups.append(TargetGroup(target, hours, conditions, tuple(cells), cases))
    return tuple(groups)


def faster_groups(groups: tuple[TargetGroup, ...], varying: frozenset[str]) -> list[list[int]]:
    """Return for each group the positions of groups whose target may be faster in some case.

    `varying` are the hours that can have different calendars in the two compared cases. A
    conditional target is not faster than an unconditional one.
    """
    return [
        [
            position
            for position, other in enumerate(groups)
            if other.conditions in ((None, None), group.conditions)
            and _may_be_slower(
                group.target,
                other.target,
                same_hours=group.hours == other.hours and other.hours not in varying,
            )
        ]
        for group in groups
    ]


def _may_be_slower(target: Target, other: Target, *, same_hours: bool) -> bool:
    """Return whether a target may be slower than another in some case."""
    if "none" in (target.kind, other.kind):
        return other.kind != "none"
    if "rate" in (target.kind, other.kind):
        return target.kind == other.kind and (
            times_per_400_years(target) < times_per_400_years(other)
        )
    if target.every and not other.every:
        return False
    if target.kind == "clock" and other.kind in ("clock", "business"):
        # With equal amounts, only recurrence can make a difference.
        return other.amount < target.amount + (target.every is not other.every)
    if target.parts or other.parts:
        return True
    if target.kind == other.kind and same_hours and target.every is other.every:
        # `by 10:00` and `by 12:00` can each be due a day before the other.
        return other.amount < target.amount or other.at != target.at
    return True


def values_of_group(
    group: TargetGroup,
    dimension: str,
    values_by_rule: list[dict[str, frozenset[str]]],
    rules: tuple[TargetRule, ...],
) -> frozenset[str] | None:
    """Return the values of a dimension to which a group can apply; None for every value.

    `values_by_rule` contains for each rule the values that it can match, by each dimension that it
    restricts.
    """
    result: frozenset[str] | None = None
    for item in group.cells:
        values = values_by_rule[item.rule].get(dimension)
        if dimension == "priority" and item.cell.key != EVERY:
            stated = _priorities(item, rules[item.rule])
            values = stated if values is None else values & stated
        if values is None:
            return None
        result = values if result is None else result | values
    return result


def _priorities(stated: StatedCell, rule: TargetRule) -> frozenset[str]:
    """Return the priorities of a cell: its own, or those of its group of priorities."""
    key, cells = stated.cell.key, rule.cells[stated.metric]
    if key in cells and cells[key].key == key:
        return frozenset((key,))
    return frozenset(id for id, cell in cells.items() if cell.key == key)
