"""ZS601: a more urgent priority with a slower target than a less urgent priority."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import Less, RankedValues, in_order, promised_less
from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell of a priority with a slower target than a later priority.

    It is a warning if the more urgent priority has no promise. If all rules have two priorities
    in the opposite order, yield one problem for the list of priorities.
    """
    pairs = in_order(tuple(each.id for each in subject.revision.priorities))
    by_pair: dict[RankedValues, list[Less]] = {}
    for less in promised_less(subject, "priority", pairs):
        by_pair.setdefault(less.pair, []).append(less)
    for pair, found in by_pair.items():
        if _agree(subject, pair, found):
            yield _exchanged(subject, pair, found)
        else:
            yield from _of_cells(subject, found)


def _agree(subject: Subject, pair: RankedValues, found: list[Less]) -> bool:
    """Return whether several rules distinguish two priorities, all in the opposite order."""
    rules = {less.mine.rule for less in found}
    if len(rules) < 2 or any(
        less.mine.rule != less.its.rule or less.mine.cell.target.kind == "none" for less in found
    ):
        return False
    return not any(
        pair.high in cells
        and pair.low in cells
        and cells[pair.high].target.text != cells[pair.low].target.text
        for position, rule in enumerate(subject.revision.rules)
        if position not in rules
        for cells in rule.cells.values()
    )


def _exchanged(subject: Subject, pair: RankedValues, found: list[Less]) -> Problem:
    ids = [each.id for each in subject.revision.priorities]
    return Problem(
        ("priorities", ids.index(pair.high), "id"),
        f"`{pair.high}` precedes `{pair.low}`, but every rule has slower targets for it",
        label=f"more urgent than `{pair.low}`",
        hint="list the most urgent priority first",
        case=subject.witness(found[0].cases),
        related=tuple(
            (
                subject.target(mine),
                f"`{mine.cell.target.text}`, but `{its.cell.target.text}` for `{pair.low}`",
            )
            for _, mine, its, _ in found
        ),
    )


def _of_cells(subject: Subject, found: list[Less]) -> Iterator[Problem]:
    for pair, mine, its, cases in found:
        target, other = mine.cell.target, its.cell.target
        yield Problem(
            subject.target(mine),
            f"no promise for `{pair.high}`, but a target for `{pair.low}`, which is less urgent"
            if target.kind == "none"
            else f"target for `{pair.high}` is slower than for `{pair.low}`, which is less urgent",
            label=target.text,
            hint=f"write `{other.text}` or a faster target, or change the target for `{pair.low}`",
            case=subject.witness(cases),
            related=(subject.promised(pair.low, its),),
            severity="warning" if target.kind == "none" else None,
        )


RULE = Rule(
    code="ZS601",
    name="urgent-is-slower",
    severity="error",
    summary="slower target for a more urgent priority",
    check=check,
)
