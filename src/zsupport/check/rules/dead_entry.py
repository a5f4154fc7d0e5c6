"""ZS412: a calendar of a list, or a commitment, that decides in no case."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import When
from zsupport.policy.yamltext import Path


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry that those above it leave no case to."""
    revision, document = subject.revision, subject.document
    for hours, calendars in revision.hours.items():
        if len(calendars) > 1:
            paths = [document.calendar(hours, place) for place in range(len(calendars))]
            yield from _dead(subject, "calendar", paths, [each.when for each in calendars])
    if len(revision.commitments) > 1:
        paths = [("commitment", place) for place in range(len(revision.commitments))]
        conditions = [each.when for each in revision.commitments]
        yield from _dead(subject, "commitment", paths, conditions)


def _dead(
    subject: Subject, what: str, paths: list[Path], conditions: list[When]
) -> Iterator[Problem]:
    left: Cases = subject.decisions.existing
    holding = [subject.space.holds(when) for when in conditions]
    for position, holds in enumerate(holding):
        if not holds & left and not subject.excluded(holds):
            path = paths[position]
            yield Problem(
                path,
                f"this {what} is never the one: "
                + ("those above hold first" if holds else "its `when` never holds"),
                subject.document.first(path),
                hint="move it above them, or mend the `when` of one of them",
                case=subject.witness(holds) if holds else None,
                related=tuple(
                    (paths[above], "this one holds first")
                    for above in range(position)
                    if holding[above] & holds
                ),
            )
        left &= ~holds


RULE = Rule(
    code="ZS412",
    name="dead-entry",
    severity="error",
    summary="a calendar of a list, or a commitment, that decides in no case",
    check=check,
)
