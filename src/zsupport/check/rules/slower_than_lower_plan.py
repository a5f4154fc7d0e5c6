"""ZS501: a plan that is answered slower than one that ranks below it."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import Less, RankedValues, promised_less, ranked
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path


def check(subject: Subject) -> Iterator[Problem]:
    """Yield what is surely worse than what a plan below is promised in the same case."""
    yield from problems(subject, "plan", ranked(subject.revision.plans))


def problems(subject: Subject, dimension: str, pairs: list[RankedValues]) -> Iterator[Problem]:
    """Yield a problem at each cell of the higher plan or role that promises less.

    Where that is so for every cell of a rule against one other rule, it is one problem of the
    rule: of its hours, where only they make the difference.
    """
    by_rules: dict[tuple[str, str, int, int], list[Less]] = {}
    for less in promised_less(subject, dimension, pairs):
        key = less.pair.high, less.pair.low, less.mine.rule, less.its.rule
        by_rules.setdefault(key, []).append(less)
    for (_, _, rule, _), found in by_rules.items():
        if 1 < len(found) == sum(1 for each in subject.cells if each[0] == rule):
            yield of_rule(subject, found)
        else:
            yield from (of_cell(subject, less) for less in found)


def of_rule(subject: Subject, found: list[Less]) -> Problem:
    """Return the problem of a rule every cell of which promises less than another rule does."""
    document, rules = subject.document, subject.revision.rules
    pair, mine, its, cases = found[0]
    high, low = pair.high, pair.low
    path: Path = ("targets", mine.rule)
    hours = rules[mine.rule].hours
    by_hours = hours is not None and all(
        each.mine.cell.target.text == each.its.cell.target.text
        and each.mine.cell.hours == hours
        and each.its.cell.hours == rules[its.rule].hours
        for each in found
    )
    if by_hours:
        hint = f"count over `{rules[its.rule].hours}` too, or over hours that hold all of them"
    else:
        hint = "are the conditions of the two rules exchanged?"
    return Problem(
        (*path, "hours") if by_hours else path,
        f"`{high}` is promised less than `{low}`, which ranks below it, in every target of this"
        " rule" + (": it counts over fewer hours" if by_hours else ""),
        document.value((*path, "hours")) if by_hours else document.first(path),
        hint=hint,
        case=subject.witness(cases),
        related=(
            (
                ("targets", its.rule, "hours") if by_hours else ("targets", its.rule),
                f"`{low}` is promised more",
            ),
        ),
    )


def of_cell(subject: Subject, less: Less) -> Problem:
    """Return the problem at the target of the higher plan or role."""
    pair, mine, its, cases = less
    high, low = pair.high, pair.low
    case = subject.witness(cases)
    what = f" {case['priority']}" if "priority" in case else ""
    return Problem(
        subject.target(mine),
        f"`{high}` is promised{what} less than `{low}`, which ranks below it",
        label=mine.cell.target.text,
        hint=f"promise `{its.cell.target.text}` or better",
        case=case,
        related=(subject.promised(low, its),),
    )


RULE = Rule(
    code="ZS501",
    name="slower-than-lower-plan",
    severity="error",
    summary="a plan that is promised less than one that ranks below it",
    check=check,
)
