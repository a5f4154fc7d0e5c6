"""ZS401: a target rule that decides in no case."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each rule none of whose cells decides anywhere."""
    decides: dict[int, int] = {}
    matches: dict[int, int] = {}
    for _, targets in subject.decisions.by_metric():
        for each in targets.stated:
            decides[each.rule] = decides.get(each.rule, 0) | each.decides
            matches[each.rule] = matches.get(each.rule, 0) | each.matches
    for rule, cases in decides.items():
        if cases or _excluded(subject, rule):
            continue
        if not matches[rule]:
            timeless = subject.decisions.matches(subject.revision.rules[rule].when)
            timeless &= subject.decisions.momentless & subject.decisions.allowed
            yield Problem(
                ("targets", rule),
                "this rule holds for no case that can be opened",
                subject.document.first(("targets", rule)),
                hint="no moment belongs to it: these hours are always open, change `opened`"
                if timeless
                else "does a grant allow a channel that opens a case there?",
            )
            continue
        above = tuple(
            (("targets", other), "a rule above decides first")
            for other in range(rule)
            if decides.get(other, 0) & matches[rule]
        )
        yield Problem(
            ("targets", rule),
            "this rule never decides: rules above it decide in all of its cases",
            subject.document.first(("targets", rule)),
            hint="put it above them, or take it out",
            case=subject.witness(matches[rule]),
            related=above,
        )


def _excluded(subject: Subject, rule: int) -> bool:
    """Return whether the facts of a rule exclude its priorities, which is a finding of its own."""
    holds = subject.decisions.matches(subject.revision.rules[rule].when)
    return subject.excluded(holds) or all(
        subject.excluded(holds & subject.cases_of(rule, metric, cell))
        for position, metric, cell in subject.cells
        if position == rule
    )


RULE = Rule(
    code="ZS401",
    name="dead-rule",
    severity="error",
    summary="a target rule that decides in no case",
    check=check,
)
