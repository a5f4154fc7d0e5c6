"""ZS406: two grants of one channel that hold in the same cases and ask for different things."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from zsupport.answer.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.rules.redundant_grant import adding_nothing


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each pair of grants that add to each other's prerequisites where they meet.

    A grant inside another one that asks for more is left alone: that is how one says that some
    cases need more.
    """
    grants, holds = subject.revision.grants, subject.decisions.grants
    if all(grant.prerequisites == grants[0].prerequisites for grant in grants):
        return
    subject.check_comparisons(len(grants) ** 2 // 2)
    idle: Collection[int] | None = None
    for later, grant in enumerate(grants):
        for earlier in range(later):
            other = grants[earlier]
            if grant.prerequisites == other.prerequisites or not holds[later] & holds[earlier]:
                continue
            shared = [channel for channel in grant.allow if channel in other.allow]
            both = next(
                (both for each in shared if (both := _adding_up(subject, later, earlier, each))), 0
            )
            if both:
                idle = adding_nothing(subject) if idle is None else idle
                if later not in idle and earlier not in idle:
                    yield _problem(subject, earlier, later, both)


def _adding_up(subject: Subject, one: int, other: int, channel: str) -> Cases:
    """Return the cases in which two grants of a channel ask for different things, if any.

    None where the one with the fewer cases asks for all that the other does.
    """
    here = subject.space.of("channel", channel)
    mine, its = subject.decisions.grants[one] & here, subject.decisions.grants[other] & here
    both = mine & its
    grants = subject.revision.grants
    always = next(c.prerequisites for c in subject.revision.channels if c.id == channel)
    my_own = [each for each in grants[one].prerequisites if each not in always]
    its_own = [each for each in grants[other].prerequisites if each not in always]
    more = all(each in my_own for each in its_own)
    less = all(each in its_own for each in my_own)
    if not both or (more and less) or (more and mine == both) or (less and its == both):
        return 0
    return both


def _problem(subject: Subject, earlier: int, later: int, both: Cases) -> Problem:
    grants = subject.revision.grants
    marked, beside = (later, earlier) if grants[later].prerequisites else (earlier, later)
    path = ("entitlements", marked, "prerequisites")
    return Problem(
        path,
        "in some cases these prerequisites are needed together with those of another grant",
        subject.document.key(path),
        hint="prerequisites of all grants that hold add up: if one of them is to be enough, write"
        " conditions that hold in different cases",
        case=subject.witness(both),
        related=((("entitlements", beside), "this grant holds there too"),),
    )


RULE = Rule(
    code="ZS406",
    name="combined-prerequisites",
    severity="warning",
    summary="two grants of one channel that hold in the same cases with different prerequisites",
    check=check,
)
