"""ZS601: a more urgent priority with a slower target than a less urgent priority."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import RankedValues, SlowerCell, pairs_in_order, slower_cells
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell of a priority with a slower target than a later priority.

    The problem is a warning if the more urgent priority has no promise. If all rules have two
    priorities in the opposite order, yield one problem for the list of priorities.
    """
    pairs = pairs_in_order(tuple(priority.id for priority in subject.revision.priorities))
    by_pair: dict[RankedValues, list[SlowerCell]] = {}
    for slower in slower_cells(subject, "priority", pairs):
        by_pair.setdefault(slower.pair, []).append(slower)
    for pair, cells in by_pair.items():
        if _is_reversed(subject, pair, cells):
            yield _reversed_priorities(subject, pair, cells)
        else:
            yield from _of_cells(subject, cells)


def _is_reversed(subject: Subject, pair: RankedValues, cells: list[SlowerCell]) -> bool:
    """Return whether several rules distinguish two priorities, all in the opposite order."""
    rules = {slower.high_cell.rule for slower in cells}
    if len(rules) < 2 or any(
        slower.high_cell.rule != slower.low_cell.rule or slower.high_cell.cell.target.kind == "none"
        for slower in cells
    ):
        return False
    return not any(
        pair.high in targets
        and pair.low in targets
        and targets[pair.high].target.text != targets[pair.low].target.text
        for position, rule in enumerate(subject.revision.rules)
        if position not in rules
        for targets in rule.cells.values()
    )


def _reversed_priorities(subject: Subject, pair: RankedValues, cells: list[SlowerCell]) -> Problem:
    ids = [priority.id for priority in subject.revision.priorities]
    return Problem(
        ("priorities", ids.index(pair.high), "id"),
        Message(
            "every rule has slower targets for `{high}` than for `{low}`",
            high=pair.high,
            low=pair.low,
        ),
        label=Message("more urgent than `{low}`", low=pair.low),
        hint=Message("list the most urgent priority first"),
        case=subject.witness(cells[0].cases),
        related=tuple(
            (
                subject.target(high_cell),
                Message(
                    "`{target}`, but `{other_target}` for `{low}`",
                    target=slower.text,
                    other_target=faster.text,
                    low=pair.low,
                ),
            )
            for _, high_cell, low_cell, _ in cells
            for slower, faster in [(high_cell.cell.target, low_cell.cell.target)]
        ),
    )


def _of_cells(subject: Subject, cells: list[SlowerCell]) -> Iterator[Problem]:
    for pair, high_cell, low_cell, cases in cells:
        target, other = high_cell.cell.target, low_cell.cell.target
        yield Problem(
            subject.target(high_cell),
            Message(
                "no promise for `{high}`, but a target for `{low}`, which is less urgent",
                high=pair.high,
                low=pair.low,
            )
            if target.kind == "none"
            else Message(
                "target for `{high}` is slower than for `{low}`, which is less urgent",
                high=pair.high,
                low=pair.low,
            ),
            label=target.text,
            hint=Message(
                "write `{target}` or a faster target, or change the target for `{low}`",
                target=other.text,
                low=pair.low,
            ),
            case=subject.witness(cases),
            related=(subject.related_target(pair.low, low_cell),),
            severity="warning" if target.kind == "none" else None,
        )


RULE = Rule(
    code="ZS601",
    name="urgent-is-slower",
    severity="error",
    summary=Message("slower target for a more urgent priority"),
    check=check,
)
