"""Invariants put to every case of a policy at once."""

from typing import NamedTuple

from zsupport.analysis.space import Cases, shown
from zsupport.answer.case import Case
from zsupport.suite.example import Claim, Invariant
from zsupport.suite.subject import Subject

#: Targets of these kinds promise nothing.
UNPROMISED = ("none", "not-stated")


class Broken(NamedTuple):
    """A claim that does not hold, in how many cases, and the first of them."""

    claim: Claim
    name: str  # the channel that is allowed or not, or the metric
    cases: int
    case: Case  # as options name it


def broken(subject: Subject, invariant: Invariant) -> list[Broken]:
    """Return what does not hold, one for each channel or metric. Raises TooManyCases."""
    space = subject.space(invariant.revision)
    found = []
    for claim in invariant.claims:
        for name in claim.names:
            cases = violations(subject, invariant, claim, name)
            if cases:
                found.append(Broken(claim, name, cases.bit_count(), shown(space.first(cases))))
    return found


def violations(subject: Subject, invariant: Invariant, claim: Claim, name: str) -> Cases:
    """Return the cases in which a claim about one channel or metric does not hold."""
    space = subject.space(invariant.revision)
    decisions = subject.decisions(invariant.revision)
    about = space.every
    for dimension, values in invariant.where.items():
        # What no rule names makes no difference, and is no part of a case.
        if dimension in space.values:
            about &= space.among(dimension, values)
    if claim.kind == "channel":
        about &= space.of("channel", name)
        return about & ~decisions.allowed if claim.wanted else about & decisions.allowed
    promised = 0
    for stated in decisions.targets(name).stated:
        if stated.cell.target.kind not in UNPROMISED:
            promised |= stated.decides
    about &= decisions.entitled
    return about & ~promised if claim.wanted else about & promised
