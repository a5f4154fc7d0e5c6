"""ZS412: an unreachable calendar of a list, or an unreachable commitment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import Commitment, PolicyCalendar
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry whose cases are all decided by earlier entries."""
    revision, document = subject.revision, subject.document
    for hours, calendars in revision.hours.items():
        if len(calendars) > 1:
            paths = [document.calendar(hours, place) for place in range(len(calendars))]
            yield from _unreachable(subject, "calendar", paths, subject.decisions.calendars(hours))
    if len(revision.commitments) > 1:
        paths = [("commitment", place) for place in range(len(revision.commitments))]
        yield from _unreachable(subject, "commitment", paths, subject.decisions.commitments())


def _unreachable(
    subject: Subject,
    kind: str,
    paths: list[Path],
    decided: Sequence[tuple[PolicyCalendar | Commitment, Cases]],
) -> Iterator[Problem]:
    all_matched = [subject.space.matches(entry.when) for entry, _ in decided]
    for position, matched in enumerate(all_matched):
        if not decided[position][1] and not subject.excluded(matched):
            path = paths[position]
            yield Problem(
                path,
                Message("unreachable {kind}: earlier entries decide all of its cases", kind=kind)
                if matched
                else Message("unreachable {kind}: its `when` matches no case", kind=kind),
                subject.document.first(path),
                hint=Message("move it before them, or change a `when`")
                if matched
                else Message("change its `when`"),
                case=subject.witness(matched) if matched else None,
                related=tuple(
                    (paths[above], "this entry decides first")
                    for above in range(position)
                    if all_matched[above] & matched
                ),
            )


RULE = Rule(
    code="ZS412",
    name="unreachable-entry",
    severity="error",
    summary=Message("unreachable calendar or commitment in a list"),
    check=check,
)
