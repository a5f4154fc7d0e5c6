"""ZS401: an unreachable target rule."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each rule whose cells decide no case."""
    by_rule = subject.decisions.by_rule()
    for rule, (matches, decides) in by_rule.items():
        if decides or _excluded(subject, rule):
            continue
        if not matches:
            without_moment = subject.decisions.matches_opened(subject.revision.rules[rule].when)
            without_moment &= subject.decisions.without_opening_time & subject.decisions.allowed
            yield Problem(
                ("targets", rule),
                Message("unreachable target rule: it matches no case that can be opened"),
                subject.document.first(("targets", rule)),
                hint=Message("change `opened`: these hours are always open")
                if without_moment
                else Message(
                    "change its `when`, or add a grant that allows a channel in these cases"
                ),
            )
            continue
        above = tuple(
            (("targets", other), Message("this rule decides first"))
            for other, (_, first) in by_rule.items()
            if other < rule and first & matches
        )
        yield Problem(
            ("targets", rule),
            Message("unreachable target rule: earlier rules decide all of its cases"),
            subject.document.first(("targets", rule)),
            hint=Message("move it before them, or remove it"),
            case=subject.witness(matches),
            related=above,
        )


def _excluded(subject: Subject, rule: int) -> bool:
    """Return whether the facts of a rule exclude its priorities, which ZS414 reports."""
    matched = subject.decisions.matches_opened(subject.revision.rules[rule].when)
    return subject.excluded(matched) or all(
        subject.excluded(matched & subject.cases_of(rule, metric, cell))
        for position, metric, cell in subject.cells
        if position == rule
    )


RULE = Rule(
    code="ZS401",
    name="unreachable-rule",
    severity="error",
    summary=Message("unreachable target rule"),
    check=check,
)
