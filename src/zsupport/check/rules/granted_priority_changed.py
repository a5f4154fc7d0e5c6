"""Find grants for priorities that no case of their channel keeps."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message, enumerated


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each grant for some priorities, all of which its channel changes."""
    decisions, space = subject.decisions, subject.space
    for channel in subject.revision.channels:
        if channel.priority is None or not channel.opens_case:
            continue
        for position, grant in enumerate(subject.revision.grants):
            if not any("priority" in alternative.values for alternative in grant.when):
                continue
            cases = decisions.grants[position] & space.of("channel", channel.id)
            if not cases or cases & decisions.unchanged:
                continue
            path = ("entitlements", position)
            priorities = [f"`{id}`" for id in space.values_in("priority", cases)]
            yield Problem(
                path,
                Message(
                    "this grant allows `{channel}` for {priorities}, but a case that is opened"
                    " there has the priority `{priority}`",
                    channel=channel.id,
                    priorities=enumerated(priorities),
                    priority=channel.priority.priority,
                ),
                subject.document.first(path),
                hint=Message("change the priority of the channel, or that of the grant"),
                case=subject.witness(cases),
                related=((("channels", channel.id, "priority"), Message("set here")),),
            )


RULE = Rule(
    code="ZS432",
    name="granted-priority-changed",
    severity="note",
    summary=Message("grant for a priority that no case of its channel keeps"),
    check=check,
)
