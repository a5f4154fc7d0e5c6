"""ZS411: a redundant alternative of a condition."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.edits import removal
from zsupport.check.rule import Condition, Problem, Rule, Subject
from zsupport.findings import Fix
from zsupport.policy.model import Alternative, Remarks, Revision, When
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each alternative that matches no case, or only cases of another alternative."""
    for condition in subject.conditions:
        if len(condition.when) == 1 and all(condition.when[0].values.values()):
            continue
        never = [not all(alternative.values.values()) for alternative in condition.when]
        if all(never):
            if condition.path[0] == "terms":  # other rules report the other sections
                yield _condition_problem(subject, condition)
            continue
        for position in range(len(condition.when)):
            if never[position]:
                message = Message("redundant alternative: it matches no case")
                yield _problem(subject, condition, position, message, _HINT)
                continue
            for other in range(len(condition.when)):
                if other != position and _is_redundant(
                    subject.revision, condition.when, position, other
                ):
                    message = Message(
                        "redundant alternative: another alternative matches all of its cases"
                    )
                    hint = Message(
                        "remove it, or write conditions that must all match in one mapping"
                    )
                    place = subject.alternative(condition, other)
                    related = place, Message("this alternative matches too")
                    problem = _problem(subject, condition, position, message, hint)
                    yield problem._replace(related=(related,))
                    break


def _is_redundant(revision: Revision, when: When, position: int, other: int) -> bool:
    """Return whether the alternative at `other` makes the alternative at `position` redundant.

    Of two equal alternatives the later is redundant.
    """
    alternative, other_alternative = when[position], when[other]
    return _is_covered_by(revision, alternative, other_alternative) and (
        other < position or not _is_covered_by(revision, other_alternative, alternative)
    )


def _is_covered_by(
    revision: Revision, alternative: Alternative, other_alternative: Alternative
) -> bool:
    """Return whether another alternative matches all cases of the first, with the same remarks.

    Answers contain the remarks of all alternatives that match and of the hours that they
    name.
    """
    if not _within(alternative, other_alternative) or alternative.remarks not in (
        Remarks(),
        other_alternative.remarks,
    ):
        return False
    return alternative.opened in (None, other_alternative.opened) or not _has_remarks(
        revision, alternative.opened[1]
    )


def _has_remarks(revision: Revision, hours: str) -> bool:
    """Return whether these hours add a remark to answers."""
    return any(
        calendar.remarks != Remarks()
        or (calendar.holidays is not None and calendar.holidays.remarks != Remarks())
        or any(alternative.remarks != Remarks() for alternative in calendar.when)
        or any(_has_remarks(revision, member) for member in calendar.any)
        for calendar in revision.hours.get(hours, ())
    )


def _within(alternative: Alternative, other_alternative: Alternative) -> bool:
    """Return whether another alternative matches all cases of the first."""
    return other_alternative.opened in (None, alternative.opened) and all(
        name in alternative.values and set(alternative.values[name]) <= set(values)
        for name, values in other_alternative.values.items()
    )


def _condition_problem(subject: Subject, condition: Condition) -> Problem:
    span = subject.document.first(condition.path)
    return Problem(condition.path, Message("condition that matches no case"), span, hint=_HINT)


def _problem(
    subject: Subject, condition: Condition, position: int, message: str, hint: str
) -> Problem:
    path = subject.alternative(condition, position)
    edits = removal(subject.document, path)
    fix = Fix(Message("remove the alternative"), edits) if edits else None
    return Problem(path, message, subject.document.first(path), hint=hint, fix=fix)


_HINT = Message("remove it, or change it")

RULE = Rule(
    code="ZS411",
    name="redundant-alternative",
    severity="warning",
    summary=Message("redundant alternative of a condition"),
    check=check,
)
