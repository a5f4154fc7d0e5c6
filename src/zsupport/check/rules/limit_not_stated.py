"""ZS832: cases without a stated limit, although other cases have a limit of the same topic."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.space import union
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Counted, Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each topic without a limit for some cases that can be opened."""
    entitled = subject.decisions.entitled
    for topic, decided in subject.decisions.limits.items():
        stated = union(cases for _, cases in decided)
        gap = entitled & ~stated
        if not gap or not stated:
            continue
        path = ("limits", topic)
        yield Problem(
            path,
            Counted(
                "no limit of {topic} is stated for {count} case that can be opened",
                "no limit of {topic} is stated for {count} cases that can be opened",
                gap.bit_count(),
                topic=topic,
            ),
            subject.document.key(path),
            hint=Message("add an entry for these cases; `unlimited` means that there is no limit"),
            case=subject.witness(gap),
        )


RULE = Rule(
    code="ZS832",
    name="limit-not-stated",
    severity="note",
    summary=Message("cases without a stated limit, although other cases have one"),
    check=check,
)
