"""ZS601: a more urgent priority that is promised less than a less urgent one."""

from collections.abc import Iterator

from zsupport.check.rank import in_order, promised_less
from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell of a priority that is worse than that of one that comes after it.

    To be promised nothing can be meant, where the less urgent has a target: a warning.
    """
    document = subject.document
    pairs = in_order(tuple(each.id for each in subject.revision.priorities))
    for pair, mine, its, cases in promised_less(subject, "priority", pairs):
        target, other = mine.cell.target, its.cell.target
        yield Problem(
            document.target(mine.rule, mine.metric, mine.cell),
            f"`{pair.high}` is promised less than `{pair.low}`, which is less urgent",
            label=target.text,
            hint=f"promise `{pair.high}` `{other.text}` or better, or `{pair.low}` less",
            case=subject.witness(cases),
            related=(
                (
                    document.target(its.rule, its.metric, its.cell),
                    f"`{pair.low}` is promised `{other.text}`",
                ),
            ),
            severity="warning" if target.kind == "none" else None,
        )


RULE = Rule(
    code="ZS601",
    name="urgent-is-slower",
    severity="error",
    summary="a more urgent priority that is promised less than a less urgent one",
    why="""\
Priorities are listed from the most urgent. In one and the same case a more urgent one is promised
no slower answer than one that comes after it; where it is, two cells were exchanged, a unit was
mistaken, or the list of priorities stands the wrong way round. Times that cannot be compared, such
as 8 business hours and 1 business day, are left alone, and so is what is promised on a condition.
A warning where the more urgent one is promised nothing.""",
    bad="""\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}, {id: P3}]
targets:
  - {first-response: {P1: 1h, P2: 8h, P3: 4h}}
""",
    good="""\
format: 1
policy: acme
plans: {pro: Pro}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}, {id: P3}]
targets:
  - {first-response: {P1: 1h, P2: 4h, P3: 8h}}
""",
    check=check,
)
