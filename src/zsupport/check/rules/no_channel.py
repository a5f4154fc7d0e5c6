"""ZS301: a plan or a role with no channel at all."""

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each plan and each role without a channel, and plans without one for some roles."""
    space, allowed = subject.space, subject.decisions.allowed
    if not allowed:
        return  # whatever is wrong with the grants is found there
    revision, document = subject.revision, subject.document
    having = {plan.id: allowed & space.of("plan", plan.id) for plan in revision.plans}
    roles = [role.id for role in revision.roles]
    denied = [role for role in roles if not allowed & space.of("role", role)]
    for role in denied:
        path = ("roles", role)
        message = f"nobody with the role `{role}` has a channel, with any plan"
        yield Problem(path, message, document.key(path), hint=_HINT)
    others = [role for role in roles if role not in denied]
    for plan, cases in having.items():
        path = ("plans", plan)
        if not cases:
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


_HINT = "write a grant if that is not meant"

RULE = Rule(
    code="ZS301",
    name="no-channel",
    severity="note",
    summary="a plan or a role with no channel at all",
    why="""\
Nothing is allowed that no grant allows, so a plan that was added without one has no way to get
help, not even to read. For a whole plan that is a warning. For a role, or for a role with one of
the plans, it is a note: to deny is often what is meant.""",
    bad="""\
format: 1
policy: acme
plans: {free: Free, pro: Pro, business: Business}
channels: {web: {name: Web, kind: web}}
entitlements: [{when: {plan: [free, pro]}, allow: web}]
""",
    good="""\
format: 1
policy: acme
plans: {free: Free, pro: Pro, business: Business}
channels: {web: {name: Web, kind: web}}
entitlements: [{when: {plan: [pro, business]}, allow: web}, {when: {plan: free}, allow: web}]
""",
    check=check,
)
