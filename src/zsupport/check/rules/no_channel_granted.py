"""ZS301: a plan or a role with no channel at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from zsupport.answer.space import Cases
from zsupport.check.rank import ranked
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import Member


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each plan and each role without a channel, and plans without one for some roles."""
    space, allowed = subject.space, subject.decisions.allowed
    if not allowed:
        return  # whatever is wrong with the grants is found there
    revision, document = subject.revision, subject.document
    having = {plan.id: allowed & space.of("plan", plan.id) for plan in revision.plans}
    roles = [role.id for role in revision.roles]
    having_role = {id: allowed & space.of("role", id) for id in roles}
    denied = [role for role in roles if not having_role[role]]
    missed = _missed(revision.roles, having_role) if denied else set()
    for role in denied:
        if role in missed:
            continue
        path = ("roles", role)
        message = f"nobody with the role `{role}` has a channel, with any plan"
        yield Problem(path, message, document.key(path), hint=_HINT)
    others = [role for role in roles if role not in denied]
    missed = set() if all(having.values()) else _missed(revision.plans, having)
    for plan, cases in having.items():
        path = ("plans", plan)
        if not cases:
            if plan in missed:
                continue
            message = f"the plan `{plan}` has no channel"
            yield Problem(path, message, document.key(path), hint=_HINT, severity="warning")
            continue
        without = [role for role in others if not cases & space.of("role", role)]
        if without:
            names = ", ".join(f"`{role}`" for role in without)
            message = f"with the plan `{plan}` no channel is open to {names}"
            case = subject.witness(space.of("plan", plan) & space.of("role", without[0]))
            case = {name: case[name] for name in ("plan", "role")}
            yield Problem(path, message, document.key(path), hint=_HINT, case=case)


def _missed(members: Iterable[Member], having: Mapping[str, Cases]) -> set[str]:
    """Return those who rank right above one with a channel: who lacks it is found there."""
    return {pair.high for pair in ranked(members) if pair.adjacent and having[pair.low]}


_HINT = "write a grant if that is not meant"

RULE = Rule(
    code="ZS301",
    name="no-channel-granted",
    severity="note",
    summary="a plan or a role with no channel at all",
    check=check,
)
