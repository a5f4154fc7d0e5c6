"""ZS603: a target of zero hours or minutes."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.clock.target import is_zero
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each target of zero hours or minutes."""
    for position, metric, cell in subject.cells:
        target = cell.target
        zero = next(filter(is_zero, target.components), None)
        if zero is not None and not zero.is_immediate:
            yield Problem(
                subject.document.target(position, metric, cell),
                Message("zero target `{text}`: due as soon as its clock starts", text=target.text),
                label=Message("zero time"),
                hint=Message(
                    "write the shortest intended time, `immediately`, `none` for no promise, or"
                    " `not-stated`"
                ),
            )


RULE = Rule(
    code="ZS603",
    name="zero-target",
    severity="error",
    summary=Message("zero target"),
    check=check,
)
