"""ZS501: a plan with a slower target than a plan that ranks below it."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rank import Less, RankedValues, promised_less, ranked
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.yamltext import Path


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each target that is certainly slower than that of a lower plan in the same case."""
    yield from problems(subject, "plan", ranked(subject.revision.plans))


def problems(subject: Subject, dimension: str, pairs: list[RankedValues]) -> Iterator[Problem]:
    """Yield a problem for each slower target of the higher plan or role.

    If every target of a rule is slower than in another rule, yield one problem for the rule, or
    for its hours if only the hours differ.
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
    """Return the problem of a rule whose targets are all slower than those of another rule."""
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
        hint = f"use `{rules[its.rule].hours}` too, or hours that include it"
    else:
        hint = "check whether the conditions of the two rules are exchanged"
    return Problem(
        (*path, "hours") if by_hours else path,
        f"every target for `{high}` is slower than for `{low}`, which ranks below it: fewer hours"
        if by_hours
        else f"every target for `{high}` is slower than for `{low}`, which ranks below it",
        document.value((*path, "hours")) if by_hours else document.first(path),
        hint=hint,
        case=subject.witness(cases),
        related=(
            (
                ("targets", its.rule, "hours") if by_hours else ("targets", its.rule),
                f"targets for `{low}`",
            ),
        ),
    )


def of_cell(subject: Subject, less: Less) -> Problem:
    """Return the problem at the target of the higher plan or role."""
    pair, mine, its, cases = less
    high, low = pair.high, pair.low
    case = subject.witness(cases)
    priority = case.get("priority")
    if mine.cell.target.kind == "none":
        message = (
            f"no {priority} promise for `{high}`, but a target for `{low}`, which ranks below it"
            if priority
            else f"no promise for `{high}`, but a target for `{low}`, which ranks below it"
        )
    else:
        message = (
            f"{priority} target for `{high}` is slower than for `{low}`, which ranks below it"
            if priority
            else f"target for `{high}` is slower than for `{low}`, which ranks below it"
        )
    return Problem(
        subject.target(mine),
        message,
        label=mine.cell.target.text,
        hint=f"write `{its.cell.target.text}` or a faster target",
        case=case,
        related=(subject.promised(low, its),),
    )


RULE = Rule(
    code="ZS501",
    name="slower-than-lower-plan",
    severity="error",
    summary="slower target than a plan that ranks below",
    check=check,
)
