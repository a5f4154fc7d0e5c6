"""ZS632: a warning from a time before the deadline that is not shorter than a target."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.target import Target
from zsupport.clock.warn import LengthBefore, length_before
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each `warn` from which a target of its metric is at risk from the start."""
    for position, metric in enumerate(subject.revision.metrics):
        if metric.warn is None or "/" in metric.warn:
            continue
        length = length_before(metric.warn)
        for rule, name, cell in subject.cells:
            if name == metric.id and _is_covered(cell.target, length):
                yield Problem(
                    ("metrics", position, "warn"),
                    Message(
                        "`{target}` is at risk from the start, because `{warn}` is not shorter",
                        target=cell.target.text,
                        warn=metric.warn,
                    ),
                    hint=Message("write a shorter time, or a ratio such as `3/4`"),
                    related=(
                        (
                            subject.document.target(rule, name, cell),
                            Message("at risk from the start"),
                        ),
                    ),
                )
                break


def _is_covered(target: Target, length: LengthBefore) -> bool:
    """Return whether a length is certainly at least as long as a target."""
    if target.parts:
        covered = [_is_covered(part, length) for part in target.parts]
        return all(covered) if target.kind == "later" else any(covered)
    if not target.amount or target.kind not in ("clock", "business"):
        return False
    if target.kind == "business" and not length.business:
        return False  # working time of this length can take longer
    return length.seconds >= target.amount


RULE = Rule(
    code="ZS632",
    name="warn-not-shorter",
    severity="note",
    summary=Message("`warn` that is not shorter than a target"),
    check=check,
)
