"""ZS411: an alternative of a condition that never makes a difference."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.edits import removal
from zsupport.check.rule import Condition, Problem, Rule, Subject
from zsupport.findings import Fix
from zsupport.policy.model import Alternative, Remarks, Revision, When


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each alternative that holds nowhere, or only where another one does."""
    for condition in subject.conditions:
        if len(condition.when) == 1 and all(condition.when[0].values.values()):
            continue
        never = [not all(alternative.values.values()) for alternative in condition.when]
        if all(never):
            if condition.path[0] == "terms":  # else what hangs on it is found
                yield _never(subject, condition)
            continue
        for position in range(len(condition.when)):
            if never[position]:
                message = "this alternative never holds"
                yield _problem(subject, condition, position, message, _HINT)
                continue
            for other in range(len(condition.when)):
                if other != position and _idle(subject.revision, condition.when, position, other):
                    message = "this alternative changes nothing: another one holds wherever it does"
                    hint = _HINT + "; what must hold together stands in one mapping"
                    beside = subject.alternative(condition, other), "this one holds there too"
                    found = _problem(subject, condition, position, message, hint)
                    yield found._replace(related=(beside,))
                    break


def _idle(revision: Revision, when: When, position: int, other: int) -> bool:
    """Return whether an alternative could be left out beside another one.

    Of two that say the same it is the later one.
    """
    alternative, beside = when[position], when[other]
    return _adds_nothing(revision, alternative, beside) and (
        other < position or not _adds_nothing(revision, beside, alternative)
    )


def _adds_nothing(revision: Revision, alternative: Alternative, beside: Alternative) -> bool:
    """Return whether another alternative matches wherever one does, and has its remarks.

    The remarks of all alternatives that match belong to the answer, and those of the hours that
    they name (the clock definition, rule 21).
    """
    if not _within(alternative, beside) or alternative.remarks not in (Remarks(), beside.remarks):
        return False
    return alternative.opened in (None, beside.opened) or not _has_remarks(
        revision, alternative.opened[1]
    )


def _has_remarks(revision: Revision, hours: str) -> bool:
    """Return whether a remark belongs to what rests on these hours."""
    return any(
        calendar.remarks != Remarks()
        or (calendar.holidays is not None and calendar.holidays.remarks != Remarks())
        or any(alternative.remarks != Remarks() for alternative in calendar.when)
        or any(_has_remarks(revision, member) for member in calendar.any)
        for calendar in revision.hours.get(hours, ())
    )


def _within(alternative: Alternative, beside: Alternative) -> bool:
    """Return whether another alternative holds wherever one does."""
    return beside.opened in (None, alternative.opened) and all(
        name in alternative.values and set(alternative.values[name]) <= set(values)
        for name, values in beside.values.items()
    )


def _never(subject: Subject, condition: Condition) -> Problem:
    span = subject.document.first(condition.path)
    return Problem(condition.path, "this condition never holds", span, hint=_HINT)


def _problem(
    subject: Subject, condition: Condition, position: int, message: str, hint: str
) -> Problem:
    path = subject.alternative(condition, position)
    edits = removal(subject.document, path)
    fix = Fix("take the alternative out", edits) if edits else None
    return Problem(path, message, subject.document.first(path), hint=hint, fix=fix)


_HINT = "take it out, or mend it"

RULE = Rule(
    code="ZS411",
    name="redundant-alternative",
    severity="warning",
    summary="an alternative of a condition that never makes a difference",
    check=check,
)
