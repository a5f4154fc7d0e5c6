"""ZS408: a rule without `when` that decides for plans that no other rule names."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.decisions import Targets
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each catch-all rule once, with the plans and priorities that only it decides."""
    reported: set[int] = set()
    for _, targets in subject.decisions.by_metric():
        for position in dict.fromkeys(item.rule for item in targets.stated):
            if position in reported or subject.revision.rules[position].when:
                continue
            unnamed = _unnamed(subject, targets, position)
            if unnamed:
                reported.add(position)
                path = ("targets", position)
                yield Problem(
                    path,
                    Message(
                        "only this catch-all rule decides for {plans}", plans="; ".join(unnamed)
                    ),
                    subject.document.first(path),
                    hint=Message("add rules for these plans if other targets are intended"),
                )


def _unnamed(subject: Subject, targets: Targets, position: int) -> list[str]:
    """Return the plans that only a catch-all rule decides, as texts with their priorities.

    Return nothing if no other rule names a plan. Priorities that the rule names itself are
    omitted, and so is a single plan that no other rule names: both are intended.
    """
    space, rules = subject.space, subject.revision.rules
    named = decides = 0
    for item in targets.stated:
        if any("plan" in alternative.values for alternative in rules[item.rule].when):
            named |= item.matches
        elif item.rule == position and item.cell.key == "*":
            decides |= item.decides
    if not named:
        return []
    # A plan with a priority counts as named if another rule matches any of its cases.
    for dimension in space.values:
        if dimension not in ("plan", "priority"):
            named = space.for_some(dimension, named)
    entitled = subject.decisions.entitled
    unnamed, whole = [], []
    for plan in space.values["plan"]:
        if cases := decides & ~named & space.of("plan", plan):
            priorities = subject.decisions.priorities_in(cases)
            if priorities == subject.decisions.priorities_in(entitled & space.of("plan", plan)):
                whole.append(plan)
                unnamed.append(f"`{plan}`")
            else:
                unnamed.append(f"`{plan}` {', '.join(priorities)}")
    if len(whole) == 1:
        unnamed.remove(f"`{whole[0]}`")
    return unnamed


RULE = Rule(
    code="ZS408",
    name="catch-all",
    severity="note",
    summary=Message("catch-all rule that decides for plans that no other rule names"),
    check=check,
)
