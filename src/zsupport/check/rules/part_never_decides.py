"""ZS631: a part of a combined target that never decides."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.analysis.deadlines import TargetClock
from zsupport.analysis.decisions import StatedCell
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.target import Target, combined
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each combined target with a part that has no effect in any case.

    A part has no effect if the target without it has the same deadline for every moment opened. If
    the metric pauses, a pause can move the parts by different times, unless all of them count
    elapsed time or none of them does.
    """
    reported: set[tuple[object, ...]] = set()
    for metric, targets in subject.decisions.by_metric():
        for item in targets.stated:
            target = item.cell.target
            place = subject.target(item)
            if not target.parts or not item.decides or place in reported:
                continue
            if (
                metric.pauses is not None
                and len({part.kind == "clock" for part in target.parts}) > 1
            ):
                continue
            part = next((part for part in target.parts if _is_unused(subject, item, part)), None)
            if part is None:
                continue
            reported.add(place)
            yield Problem(
                place,
                Message("`{part}` never decides in `{target}`", part=part.text, target=target.text),
                label=Message("`{part}` has no effect", part=part.text),
                hint=Message("write `{text}`", text=without(target, part).text),
                case=subject.witness(item.decides),
            )


def without(target: Target, part: Target) -> Target:
    """Return a combined target without one of its parts."""
    position = target.parts.index(part)
    return combined(target.kind, target.parts[:position] + target.parts[position + 1 :])


def _is_unused(subject: Subject, item: StatedCell, part: Target) -> bool:
    """Return whether a part has no effect on the deadline in any case of a cell."""
    revision, other = subject.revision, without(item.cell.target, part)
    for counted, _ in subject.decisions.counted(item.cell.hours, item.decides):
        clock, without_part = (
            TargetClock(target, counted, revision.business_day, revision.timezone)
            for target in (item.cell.target, other)
        )
        if subject.deadlines.compare(clock, without_part).word != "equal":
            return False
    return True


RULE = Rule(
    code="ZS631",
    name="part-never-decides",
    severity="warning",
    summary=Message("part of a combined target that never decides"),
    check=check,
)
