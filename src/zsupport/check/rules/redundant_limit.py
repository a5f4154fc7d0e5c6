"""ZS831: a redundant limit of a list: without it every answer stays the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zsupport.answer.space import Cases
from zsupport.check.edits import removal
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.findings import Fix
from zsupport.policy.model import Remarks, Term
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each limit whose cases later entries give the same limit and remarks."""
    for topic, decided in subject.decisions.limits.items():
        subject.check_comparisons(len(decided) ** 2)
        matched = [subject.space.matches(limit.when) for limit, _ in decided]
        for position, (_, cases) in enumerate(decided):
            same = _same_later(decided, matched, position) if cases else ()
            if not same:
                continue
            path = subject.document.limit(topic, position)
            edits = removal(subject.document, path)
            yield Problem(
                path,
                Message("redundant limit: later entries state the same limit for all of its cases"),
                subject.document.first(path),
                hint=Message("remove it, or change it"),
                related=tuple(
                    (subject.document.limit(topic, place), Message("this entry states it too"))
                    for place in same
                ),
                fix=Fix(Message("remove the limit"), edits) if edits else None,
            )


def _same_later(
    decided: Sequence[tuple[Term, Cases]], matched: Sequence[Cases], position: int
) -> tuple[int, ...]:
    """Return the positions of the later entries that would decide; () if an answer would change.

    `matched` has the cases that the condition of each entry matches.
    """
    limit, left = decided[position]
    if _has_remark(limit):
        return ()
    places = []
    for place in range(position + 1, len(decided)):
        if not matched[place] & left:
            continue
        other, cases = decided[place]
        if not cases:
            return ()  # ZS412 reports the other entry
        if (other.quota, other.remarks) != (limit.quota, limit.remarks) or _has_remark(other):
            return ()
        places.append(place)
        left &= ~matched[place]
    return () if left else tuple(places)


def _has_remark(limit: Term) -> bool:
    """Return whether an alternative of the condition adds a remark to answers."""
    return any(alternative.remarks != Remarks() for alternative in limit.when)


RULE = Rule(
    code="ZS831",
    name="redundant-limit",
    severity="warning",
    summary=Message("redundant limit in a list"),
    check=check,
)
