"""ZS401: a target rule that decides in no case."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each rule none of whose cells decides anywhere."""
    by_rule = subject.decisions.by_rule()
    for rule, (matches, decides) in by_rule.items():
        if decides or _excluded(subject, rule):
            continue
        if not matches:
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
            for other, (_, first) in by_rule.items()
            if other < rule and first & matches
        )
        yield Problem(
            ("targets", rule),
            "this rule never decides: rules above it decide in all of its cases",
            subject.document.first(("targets", rule)),
            hint="put it above them, or take it out",
            case=subject.witness(matches),
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
    name="unreachable-rule",
    severity="error",
    summary="a target rule that decides in no case",
    check=check,
)
