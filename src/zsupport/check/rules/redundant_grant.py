"""ZS403: a redundant grant: without it every answer stays the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import DETAILS, Grant, Remarks
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each grant if other grants give all of its channels, hours, prerequisites and remarks.

    Of two equal grants, the later grant is reported.
    """
    for position, grant in enumerate(subject.revision.grants):
        if not grant.allow and not grant.recommend:
            yield _of_an_empty_group(subject, position)
    for position, covering in sorted(redundant_grants(subject).items()):
        if subject.excluded(subject.space.matches(subject.revision.grants[position].when)):
            continue
        yield _problem(subject, position, covering)


def redundant_grants(subject: Subject) -> dict[int, list[int]]:
    """Return the grants that can all be removed together, by position.

    The values are the positions of the grants that cover the cases of the removed grant. Raises
    LimitExceeded.
    """
    grants, cases_of = subject.revision.grants, subject.decisions.grants
    #: The positions of grants with the same cases, hours, prerequisites and remarks.
    equal: dict[tuple[Cases, str | None, str], list[int]] = {}
    for position, grant in enumerate(grants):
        gives = repr(([getattr(grant, key) for key in DETAILS], grant.remarks))
        equal.setdefault((cases_of[position], grant.hours, gives), []).append(position)
    subject.check_comparisons(len(grants) * len(equal))
    groups = [(other_cases, same) for (other_cases, _, _), same in equal.items() if other_cases]
    group_of = {position: same for same in equal.values() for position in same}
    granted = granted_twice = 0
    for other_cases in cases_of:
        granted_twice |= granted & other_cases
        granted |= other_cases
    result: dict[int, list[int]] = {}
    for position in reversed(range(len(grants))):
        grant, cases, own = grants[position], cases_of[position], group_of[position]
        # A grant with a case that no other grant has is never redundant.
        if not grant.allow or cases & ~granted_twice:
            continue
        # The first of several equal grants represents all of them.
        covering = [
            same[0]
            for other_cases, same in groups
            if other_cases & cases and same and same is not own
        ]
        covering = sorted([*covering, *[number for number in own if number != position][:1]])
        if not cases or (covering and _is_covered(subject, grant, cases, covering)):
            result[position] = _first_covering(subject, cases, covering)
            own.remove(position)
    return result


def _first_covering(subject: Subject, cases: Cases, candidates: list[int]) -> list[int]:
    """Return the first grants that together cover all cases of a grant."""
    enough = []
    for other in candidates:
        if not cases:
            break
        if subject.decisions.grants[other] & cases:
            enough.append(other)
            cases &= ~subject.decisions.grants[other]
    return enough


def _is_covered(subject: Subject, grant: Grant, cases: Cases, candidates: list[int]) -> bool:
    """Return whether other grants give everything that a grant gives, in all of its cases."""
    grants, cases_of = subject.revision.grants, subject.decisions.grants

    def covered(giving: Iterable[int], already: Cases = 0) -> bool:
        left = cases & ~already
        for other in giving:
            left &= ~cases_of[other]
        return not left

    if not covered(candidates):
        return False
    # Answers list the hours of every grant, so longer hours, such as 24x7, do not replace these.
    # A grant without hours does not replace them either: its opening times are unknown.
    if not covered(other for other in candidates if grants[other].hours == grant.hours):
        return False
    # Lists are compared as a whole, except prerequisites: other grants can require parts of them.
    for key in DETAILS.keys() - {"prerequisites"}:
        own = getattr(grant, key)
        if not covered(other for other in candidates if getattr(grants[other], key) == own):
            return False
    for needed in grant.prerequisites:
        always = [
            channel.id for channel in subject.revision.channels if needed in channel.prerequisites
        ]
        also = (other for other in candidates if needed in grants[other].prerequisites)
        if not covered(also, subject.space.among("channel", always)):
            return False
    # Answers include remarks.
    if any(alternative.remarks != Remarks() for alternative in grant.when):
        return False
    return grant.remarks == Remarks() or covered(
        other for other in candidates if grants[other].remarks == grant.remarks
    )


def _of_an_empty_group(subject: Subject, position: int) -> Problem:
    path = ("entitlements", position)
    return Problem(
        path,
        Message("grant without channels: its group is empty"),
        subject.document.first(path),
        hint=Message("change the group, or remove the grant"),
    )


def _problem(subject: Subject, position: int, covering: list[int]) -> Problem:
    path = ("entitlements", position)
    cases = subject.decisions.grants[position]
    span = subject.document.first(path)
    if not cases:
        return Problem(
            path,
            Message("redundant grant: its `when` matches no case"),
            span,
            hint=Message("change its `when`"),
        )
    return Problem(
        path,
        Message("redundant grant: other grants allow the same in all of its cases"),
        span,
        hint=Message("remove it, or change its `when`"),
        case=subject.witness(cases),
        related=tuple(
            (("entitlements", other), Message("this grant applies too")) for other in covering
        ),
    )


RULE = Rule(
    code="ZS403",
    name="redundant-grant",
    severity="warning",
    summary=Message("redundant grant"),
    check=check,
)
