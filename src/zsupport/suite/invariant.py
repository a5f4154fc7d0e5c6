"""Invariants put to every case of a policy at once."""

from __future__ import annotations

from zsupport.analysis.space import shown
from zsupport.answer.case import Case
from zsupport.answer.space import Cases
from zsupport.suite.example import Claim, Invariant
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import NamedTuple


class Broken(NamedTuple):
    """A claim that does not hold, in how many cases, and the first of them."""

    claim: Claim
    name: str  # the channel that is allowed or not, or the metric
    cases: int
    case: Case  # as options name it


def broken(subject: PolicyUnderTest, invariant: Invariant) -> list[Broken]:
    """Return what does not hold, one for each channel or metric. Raises TooMuch."""
    space = subject.revisions[invariant.revision].space
    found = []
    for claim in invariant.claims:
        for name in claim.names:
            cases = violations(subject, invariant, claim, name)
            if cases:
                found.append(Broken(claim, name, cases.bit_count(), shown(space.first(cases))))
    return found


def violations(subject: PolicyUnderTest, invariant: Invariant, claim: Claim, name: str) -> Cases:
    """Return the cases in which a claim about one channel or metric does not hold."""
    about = meant(subject, invariant, claim, name)
    decisions = subject.revisions[invariant.revision].decisions
    if claim.kind == "channel":
        return about & ~decisions.allowed if claim.wanted else about & decisions.allowed
    promised = decisions.targets(name).promised
    return about & ~promised if claim.wanted else about & promised


def meant(subject: PolicyUnderTest, invariant: Invariant, claim: Claim, name: str) -> Cases:
    """Return the cases that a claim about one channel or metric looks at.

    What is promised is looked at wherever a case can be opened, and nowhere else.
    """
    space = subject.revisions[invariant.revision].space
    # Values that no rule names change no answer, so they are not part of a case.
    about = space.within(invariant.where)
    about &= subject.revisions[invariant.revision].decisions.existing
    if claim.kind == "channel":
        return about & space.of("channel", name)
    return about & subject.revisions[invariant.revision].decisions.entitled


def vacuous(subject: PolicyUnderTest, invariant: Invariant) -> list[Claim]:
    """Return the claims that hold because they look at no case. Raises TooMuch."""
    return [
        claim
        for claim in invariant.claims
        if not any(meant(subject, invariant, claim, name) for name in claim.names)
    ]
