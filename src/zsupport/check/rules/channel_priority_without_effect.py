"""Find channels that set a priority and change the priority of no case."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.case import facts_decide
from zsupport.answer.space import union
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield the priority of each channel in which no case can be raised with another priority."""
    decisions, space = subject.decisions, subject.space
    for channel in subject.revision.channels:
        if channel.priority is None or not channel.opens_case:
            continue
        cases = decisions.entitled & space.of("channel", channel.id)
        # A channel without a grant is reported by ZS311.
        if not cases or cases & ~decisions.unchanged:
            continue
        if not channel.priority.at_most and _leads_to_none(subject):
            continue
        path = ("channels", channel.id, "priority")
        yield Problem(
            path,
            Message(
                "`{channel}` changes the priority of no case: no grant allows it for a more"
                " urgent priority than `{priority}`",
                channel=channel.id,
                priority=channel.priority.priority,
            )
            if channel.priority.at_most
            else Message(
                "`{channel}` changes the priority of no case: its grants allow it only for"
                " `{priority}`",
                channel=channel.id,
                priority=channel.priority.priority,
            ),
            subject.document.key(path),
            hint=Message("remove it, or allow the channel for other priorities"),
        )


def _leads_to_none(subject: Subject) -> bool:
    """Return whether some facts lead to no priority."""
    decided = union(subject.facts.by_priority(subject.revision).values())
    return facts_decide(subject.revision) and decided != subject.facts.every


RULE = Rule(
    code="ZS431",
    name="channel-priority-without-effect",
    severity="note",
    summary=Message("channel that sets a priority and changes that of no case"),
    check=check,
)
