"""ZS411: an alternative of a condition that never makes a difference."""

from collections.abc import Iterator

from zsupport.check.fixing import removal
from zsupport.check.rule import Condition, Problem, Rule, Subject
from zsupport.findings import Fix
from zsupport.policy.model import Alternative


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each alternative that holds nowhere, or only where another one does."""
    for condition in subject.conditions:
        if len(condition.when) == 1 and condition.path[0] != "terms":
            continue  # what hangs on it is found elsewhere
        for position, alternative in enumerate(condition.when):
            if not all(alternative.values.values()):
                yield _problem(subject, condition, position, None)
                continue
            for other, beside in enumerate(condition.when):
                if other != position and _idle(alternative, beside, first=position < other):
                    yield _problem(subject, condition, position, other)
                    break


def _idle(alternative: Alternative, beside: Alternative, *, first: bool) -> bool:
    """Return whether an alternative could be left out beside another one.

    The first that holds decides, and what is said of it belongs to the answer.
    """
    if first and (alternative.remarks != beside.remarks or _within(beside, alternative)):
        return False
    return _within(alternative, beside)


def _within(alternative: Alternative, beside: Alternative) -> bool:
    """Return whether another alternative holds wherever one does."""
    return beside.opened in (None, alternative.opened) and all(
        name in alternative.values and set(alternative.values[name]) <= set(values)
        for name, values in beside.values.items()
    )


def _problem(subject: Subject, condition: Condition, position: int, other: int | None) -> Problem:
    path = subject.alternative(condition, position)
    alone = len(condition.when) == 1
    edits = () if alone else removal(subject.document, path)
    fix = Fix("take the alternative out", edits) if edits else None
    span = subject.document.first(path)
    hint = "take it out, or mend it"
    if other is None:
        what = "condition" if alone else "alternative"
        return Problem(path, f"this {what} never holds", span, hint=hint, fix=fix)
    return Problem(
        path,
        "this alternative changes nothing: another one holds wherever it does",
        span,
        hint=hint + "; what must hold together stands in one mapping",
        related=((subject.alternative(condition, other), "this one holds there too"),),
        fix=fix,
    )


RULE = Rule(
    code="ZS411",
    name="idle-alternative",
    severity="warning",
    summary="an alternative of a condition that never makes a difference",
    why="""\
A list of conditions holds when any of them does. An alternative inside another one adds nothing:
most often its author meant that both must hold, which is written as one mapping, or forgot a key in
the wider one. Take it out, or mend it.""",
    bad="""\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
roles: {owner: Owner, user: User}
channels: {web: {name: Web, kind: web}}
entitlements: [{when: [{plan: pro}, {plan: pro, role: owner}], allow: web}]
""",
    good="""\
format: 1
policy: acme
plans: {free: Free, pro: Pro}
roles: {owner: Owner, user: User}
channels: {web: {name: Web, kind: web}}
entitlements: [{when: [{plan: pro}, {plan: free, role: owner}], allow: web}]
""",
    check=check,
)
