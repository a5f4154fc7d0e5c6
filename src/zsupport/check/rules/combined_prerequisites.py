"""ZS406: overlapping grants of a channel with different prerequisites."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.rules.redundant_grant import redundant_grants
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each pair of grants whose prerequisites are combined in the same case.

    A grant that adds prerequisites for some of the cases of another grant is not reported: this is
    intended.
    """
    grants, cases_of = subject.revision.grants, subject.decisions.grants
    if all(grant.prerequisites == grants[0].prerequisites for grant in grants):
        return
    subject.check_comparisons(len(grants) ** 2 // 2)
    redundant: Collection[int] | None = None
    for later, grant in enumerate(grants):
        for earlier in range(later):
            other = grants[earlier]
            if (
                grant.prerequisites == other.prerequisites
                or not cases_of[later] & cases_of[earlier]
            ):
                continue
            shared = [channel for channel in grant.allow if channel in other.allow]
            both = next(
                (
                    both
                    for channel in shared
                    if (both := _combined_cases(subject, later, earlier, channel))
                ),
                0,
            )
            if both:
                redundant = redundant_grants(subject) if redundant is None else redundant
                if later not in redundant and earlier not in redundant:
                    yield _problem(subject, earlier, later, both)


def _combined_cases(subject: Subject, first: int, second: int, channel: str) -> Cases:
    """Return the cases in which two grants of a channel have different prerequisites.

    Return no cases if one grant only adds prerequisites for some of the cases of the other.
    """
    of_channel = subject.space.of("channel", channel)
    first_cases, second_cases = (
        subject.decisions.grants[first] & of_channel,
        subject.decisions.grants[second] & of_channel,
    )
    both = first_cases & second_cases
    grants = subject.revision.grants
    always = next(c.prerequisites for c in subject.revision.channels if c.id == channel)
    first_own = [text for text in grants[first].prerequisites if text not in always]
    second_own = [text for text in grants[second].prerequisites if text not in always]
    more = all(text in first_own for text in second_own)
    less = all(text in second_own for text in first_own)
    if (
        not both
        or (more and less)
        or (more and first_cases == both)
        or (less and second_cases == both)
    ):
        return 0
    return both


def _problem(subject: Subject, earlier: int, later: int, both: Cases) -> Problem:
    grants = subject.revision.grants
    marked, other = (later, earlier) if grants[later].prerequisites else (earlier, later)
    path = ("entitlements", marked, "prerequisites")
    return Problem(
        path,
        Message(
            "these prerequisites are combined with those of another grant that"
            " applies to the same cases"
        ),
        subject.document.key(path),
        hint=Message(
            "write conditions that do not overlap, unless both sets of prerequisites are required"
        ),
        case=subject.witness(both),
        related=((("entitlements", other), Message("this grant applies too")),),
    )


RULE = Rule(
    code="ZS406",
    name="combined-prerequisites",
    severity="warning",
    summary=Message("overlapping grants of a channel with different prerequisites"),
    check=check,
)
