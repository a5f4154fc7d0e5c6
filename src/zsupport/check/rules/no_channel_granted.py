"""ZS301: a plan or role to which no channel is granted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from zsupport.answer.space import Cases
from zsupport.check.rank import ranked_pairs
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import Member
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each plan and role without channels, and each plan without channels for some roles."""
    space, allowed = subject.space, subject.decisions.allowed
    if not allowed:
        return  # other rules report errors in the grants
    revision, document = subject.revision, subject.document
    cases_of_plan = {plan.id: allowed & space.of("plan", plan.id) for plan in revision.plans}
    roles = [role.id for role in revision.roles]
    cases_of_role = {id: allowed & space.of("role", id) for id in roles}
    denied = [role for role in roles if not cases_of_role[role]]
    reported_by_rank = (
        _above_members_with_channels(revision.roles, cases_of_role) if denied else set()
    )
    for role in denied:
        if role in reported_by_rank:
            continue
        path = ("roles", role)
        message = Message("no channel granted to the role `{role}` with any plan", role=role)
        yield Problem(path, message, document.key(path), hint=_HINT)
    granted = [role for role in roles if role not in denied]
    reported_by_rank = (
        set()
        if all(cases_of_plan.values())
        else _above_members_with_channels(revision.plans, cases_of_plan)
    )
    for plan, cases in cases_of_plan.items():
        path = ("plans", plan)
        if not cases:
            if plan in reported_by_rank:
                continue
            message = Message("no channel granted to the plan `{plan}`", plan=plan)
            yield Problem(path, message, document.key(path), hint=_HINT, severity="warning")
            continue
        without = [role for role in granted if not cases & space.of("role", role)]
        if without:
            names = ", ".join(f"`{role}`" for role in without)
            message = Message(
                "no channel granted to {roles} with the plan `{plan}`", roles=names, plan=plan
            )
            case = subject.witness(space.of("plan", plan) & space.of("role", without[0]))
            case = {name: case[name] for name in ("plan", "role")}
            yield Problem(path, message, document.key(path), hint=_HINT, case=case)


def _above_members_with_channels(
    members: Iterable[Member], cases_of: Mapping[str, Cases]
) -> set[str]:
    """Return the members directly above a member with channels: other rules report these."""
    return {pair.high for pair in ranked_pairs(members) if pair.adjacent and cases_of[pair.low]}


_HINT = Message("add a grant, or suppress this finding with a comment if the denial is intended")

RULE = Rule(
    code="ZS301",
    name="no-channel-granted",
    severity="note",
    summary=Message("plan or role without any channel"),
    check=check,
)
