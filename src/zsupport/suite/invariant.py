"""Check invariants for all cases of a policy at once."""

from __future__ import annotations

from zsupport.analysis.space import shown_case
from zsupport.answer.case import Case
from zsupport.answer.space import Cases
from zsupport.suite.example import Claim, Invariant
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import NamedTuple


class Violation(NamedTuple):
    """A violated claim, with the number of violating cases and the first violating case."""

    claim: Claim
    name: str  # of the channel or metric
    cases: int
    case: Case


def find_violations(subject: PolicyUnderTest, invariant: Invariant) -> list[Violation]:
    """Return the violations: at most one for each claim and name. Raises LimitExceeded."""
    space = subject.revisions[invariant.revision].space
    violations = []
    for claim in invariant.claims:
        for name in claim.names:
            cases = violating_cases(subject, invariant, claim, name)
            if cases:
                violations.append(
                    Violation(claim, name, cases.bit_count(), shown_case(space.first(cases)))
                )
    return violations


def violating_cases(
    subject: PolicyUnderTest, invariant: Invariant, claim: Claim, name: str
) -> Cases:
    """Return the cases that violate a claim for one channel or metric."""
    cases = selected_cases(subject, invariant, claim, name)
    decisions = subject.revisions[invariant.revision].decisions
    if claim.kind == "channel":
        return cases & ~decisions.allowed if claim.required else cases & decisions.allowed
    promised = decisions.targets(name).promised
    return cases & ~promised if claim.required else cases & promised


def selected_cases(
    subject: PolicyUnderTest, invariant: Invariant, claim: Claim, name: str
) -> Cases:
    """Return the cases that a claim selects for one channel or metric.

    A claim about targets selects only cases that can be opened.
    """
    space = subject.revisions[invariant.revision].space
    # A fact that no rule names changes no answer and is not a dimension: `within` ignores it.
    cases = space.within(invariant.where)
    cases &= subject.revisions[invariant.revision].decisions.existing
    if claim.kind == "channel":
        return cases & space.of("channel", name)
    return cases & subject.revisions[invariant.revision].decisions.entitled


def vacuous_claims(subject: PolicyUnderTest, invariant: Invariant) -> list[Claim]:
    """Return the claims that select no case. Raises LimitExceeded."""
    return [
        claim
        for claim in invariant.claims
        if not any(selected_cases(subject, invariant, claim, name) for name in claim.names)
    ]
