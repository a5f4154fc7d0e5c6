"""ZS603: a target of no time at all."""

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each target of zero hours or minutes."""
    for position, metric, cell in subject.cells:
        target = cell.target
        if not target.amount and target.kind in ("clock", "business"):
            yield Problem(
                subject.document.target(position, metric, cell),
                f"`{target.text}` is due at the moment it starts, and breached a second later",
                label="no time at all",
                hint="write the shortest time that is meant, `none` where nothing is promised, or"
                " `not-stated`",
            )


RULE = Rule(
    code="ZS603",
    name="zero-target",
    severity="error",
    summary="a target of no time at all",
    why="""\
A target of zero is due at the very moment at which its clock starts, so that every case breaches
it. It is written where a table has an empty cell, a dash or the word immediately: `none` says that
nothing is promised, `not-stated` that the policy does not say, and for immediately the shortest
time that is meant is written, such as `5m`, with the word itself as `text`.""",
    bad="""\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
targets:
  - {first-response: 0h}
""",
    good="""\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
targets:
  - {first-response: {target: 5m, text: immediately}}
""",
    check=check,
)
