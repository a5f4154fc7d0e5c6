"""ZS504: a role that gets less than one that ranks below it."""

from collections.abc import Iterator

from zsupport.check.rank import fewer_hours, ranked
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.check.rules import (
    channel_missing_above,
    fewer_hours_than_below,
    slower_than_below,
)


def check(subject: Subject) -> Iterator[Problem]:
    """Yield what a role lacks, is promised less, or has in fewer hours than one below."""
    pairs = ranked(subject.revision.roles)
    if not pairs:
        return
    yield from channel_missing_above.problems(subject, "role", pairs)
    yield from slower_than_below.problems(subject, "role", pairs)
    for fewer in fewer_hours(subject, "role", pairs):
        yield fewer_hours_than_below.problem(subject, fewer)


RULE = Rule(
    code="ZS504",
    name="role-with-less",
    severity="error",
    summary="a role that gets less than one that ranks below it",
    why="""\
`above` says that a role ranks above another: an owner may do all that a user may. In the same case
it has every channel that the other has, is promised no slower answer, and has no fewer hours. Where
it gets less, most often it was left out of a list of roles. What is milder for plans is milder here
too: see ZS503.""",
    bad="""\
format: 1
policy: acme
plans: {pro: Pro}
roles: {owner: {name: Owner, above: admin}, admin: Administrator}
channels: {web: {name: Web, kind: web}}
entitlements:
  - {when: {role: admin}, allow: web}
""",
    good="""\
format: 1
policy: acme
plans: {pro: Pro}
roles: {owner: {name: Owner, above: admin}, admin: Administrator}
channels: {web: {name: Web, kind: web}}
entitlements:
  - {when: {role: [owner, admin]}, allow: web}
""",
    check=check,
)
