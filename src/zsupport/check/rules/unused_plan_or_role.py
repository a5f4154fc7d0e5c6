"""ZS305: plans or roles that the policy does not distinguish."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Counted, Message

#: The maximum number of plans or roles that a finding lists.
_MAX_NAMES = 30


def check(subject: Subject) -> Iterator[Problem]:
    """Yield a problem if conditions name some plans or roles and omit two or more.

    A single omitted plan or role is usually intended.
    """
    revision = subject.revision
    for dimension, section, members in (
        ("plan", "plans", revision.plans),
        ("role", "roles", revision.roles),
    ):
        if len(members) < 3:
            continue
        written = subject.used_names.get(dimension, ())
        ranked = {below for member in members for below in member.above}
        unnamed = [
            member.id
            for member in members
            if member.id not in written and member.id not in ranked and not member.above
        ]
        if 1 < len(unnamed) < len(members):
            listed = [f"`{name}`" for name in unnamed[:_MAX_NAMES]]
            names: str = ", ".join(listed)
            if more := len(unnamed) - len(listed):
                names = Counted("{names} and {count} more", "{names} and {count} more", more,
                                names=names)  # fmt: skip
            path = (section, unnamed[0])
            yield Problem(
                path,
                Message("policy does not distinguish these plans: {plans}", plans=names)
                if dimension == "plan"
                else Message("policy does not distinguish these roles: {roles}", roles=names),
                subject.document.key(path),
                hint=Message("merge these plans, or name them in conditions if they differ")
                if dimension == "plan"
                else Message("merge these roles, or name them in conditions if they differ"),
                related=tuple(
                    ((section, name), Message("not named in any condition either"))
                    for name in unnamed[1:_MAX_NAMES]
                ),
            )


RULE = Rule(
    code="ZS305",
    name="unused-plan-or-role",
    severity="note",
    summary=Message("plans or roles that the policy does not distinguish"),
    check=check,
)
