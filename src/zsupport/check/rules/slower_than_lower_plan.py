"""ZS501: a plan with a slower target than on a plan that ranks below it."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import RankedValues, SlowerCell, ranked_pairs, slower_cells
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each target that is certainly slower than that of a lower plan in the same case."""
    yield from problems(subject, "plan", ranked_pairs(subject.revision.plans))


def problems(subject: Subject, dimension: str, pairs: list[RankedValues]) -> Iterator[Problem]:
    """Yield a problem for each slower target of the higher plan or role.

    If every target of a rule is slower than in another rule, yield one problem for the rule, or
    for its hours if only the hours differ.
    """
    by_rules: dict[tuple[str, str, int, int], list[SlowerCell]] = {}
    for slower in slower_cells(subject, dimension, pairs):
        key = slower.pair.high, slower.pair.low, slower.high_cell.rule, slower.low_cell.rule
        by_rules.setdefault(key, []).append(slower)
    for (_, _, rule, _), cells in by_rules.items():
        if 1 < len(cells) == sum(1 for cell in subject.cells if cell[0] == rule):
            yield of_rule(subject, cells)
        else:
            yield from (of_cell(subject, slower) for slower in cells)


def of_rule(subject: Subject, cells: list[SlowerCell]) -> Problem:
    """Return the problem of a rule whose targets are all slower than in another rule."""
    document, rules = subject.document, subject.revision.rules
    pair, high_cell, low_cell, cases = cells[0]
    high, low = pair.high, pair.low
    path: Path = ("targets", high_cell.rule)
    hours = rules[high_cell.rule].hours
    by_hours = hours is not None and all(
        cell.high_cell.cell.target.text == cell.low_cell.cell.target.text
        and cell.high_cell.cell.hours == hours
        and cell.low_cell.cell.hours == rules[low_cell.rule].hours
        for cell in cells
    )
    if by_hours:
        hint = Message(
            "use `{hours}` too, or hours that include it", hours=rules[low_cell.rule].hours
        )
    else:
        hint = Message("check whether the conditions of the two rules are swapped")
    return Problem(
        (*path, "hours") if by_hours else path,
        Message(
            "every target for `{high}` is slower than for `{low}`, which ranks"
            " below it: fewer hours",
            high=high,
            low=low,
        )
        if by_hours
        else Message(
            "every target for `{high}` is slower than for `{low}`, which ranks below it",
            high=high,
            low=low,
        ),
        document.value((*path, "hours")) if by_hours else document.first(path),
        hint=hint,
        case=subject.witness(cases),
        related=(
            (
                ("targets", low_cell.rule, "hours") if by_hours else ("targets", low_cell.rule),
                Message("targets for `{name}`", name=low),
            ),
        ),
    )


def of_cell(subject: Subject, slower: SlowerCell) -> Problem:
    """Return the problem at the target of the higher plan or role."""
    pair, high_cell, low_cell, cases = slower
    high, low = pair.high, pair.low
    case = subject.witness(cases)
    priority = case.get("priority")
    if high_cell.cell.target.kind == "none":
        message = (
            Message(
                "no {priority} promise for `{high}`, but a target for `{low}`, which"
                " ranks below it",
                priority=priority,
                high=high,
                low=low,
            )
            if priority
            else Message(
                "no promise for `{high}`, but a target for `{low}`, which ranks below it",
                high=high,
                low=low,
            )
        )
    else:
        message = (
            Message(
                "{priority} target for `{high}` is slower than for `{low}`, which ranks below it",
                priority=priority,
                high=high,
                low=low,
            )
            if priority
            else Message(
                "target for `{high}` is slower than for `{low}`, which ranks below it",
                high=high,
                low=low,
            )
        )
    return Problem(
        subject.target(high_cell),
        message,
        label=high_cell.cell.target.text,
        hint=Message("write `{target}` or a faster target", target=low_cell.cell.target.text),
        case=case,
        related=(subject.related_target(low, low_cell),),
    )


RULE = Rule(
    code="ZS501",
    name="slower-than-lower-plan",
    severity="error",
    summary=Message("slower target than on a plan that ranks below"),
    check=check,
)
