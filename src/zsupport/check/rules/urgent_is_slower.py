"""ZS601: a more urgent priority that is promised less than a less urgent one."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import Less, RankedValues, in_order, promised_less
from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell of a priority that is worse than that of one that comes after it.

    To be promised nothing can be meant, where the less urgent has a target: a warning. Where
    rules agree that two priorities are the other way round, it is one problem of their list.
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
    """Return whether each of several rules that tell two priorities apart exchanges them."""
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
        f"`{pair.high}` stands before `{pair.low}`, which every rule promises more",
        label=f"more urgent than `{pair.low}`",
        hint="list the most urgent priority first: are the two exchanged?",
        case=subject.witness(found[0].cases),
        related=tuple(
            (
                subject.target(mine),
                f"`{mine.cell.target.text}`, and `{its.cell.target.text}` for `{pair.low}`",
            )
            for _, mine, its, _ in found
        ),
    )


def _of_cells(subject: Subject, found: list[Less]) -> Iterator[Problem]:
    for pair, mine, its, cases in found:
        target, other = mine.cell.target, its.cell.target
        yield Problem(
            subject.target(mine),
            f"`{pair.high}` is promised less than `{pair.low}`, which is less urgent",
            label=target.text,
            hint=f"promise `{pair.high}` `{other.text}` or better, or `{pair.low}` less",
            case=subject.witness(cases),
            related=(subject.promised(pair.low, its),),
            severity="warning" if target.kind == "none" else None,
        )


RULE = Rule(
    code="ZS601",
    name="urgent-is-slower",
    severity="error",
    summary="a more urgent priority that is promised less than a less urgent one",
    check=check,
)
