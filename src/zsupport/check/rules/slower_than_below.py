"""ZS501: a plan that is answered slower than one that ranks below it."""

from collections.abc import Iterator

from zsupport.check.rank import Less, promised_less, ranked
from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell that is surely worse than what a plan below is promised in the same case."""
    for less in promised_less(subject, "plan", ranked(subject.revision.plans)):
        yield problem(subject, less)


def problem(subject: Subject, less: Less) -> Problem:
    """Return the problem at the target of the higher plan or role."""
    (high, low, _), mine, its, cases = less
    case = subject.witness(cases)
    what = f" {case['priority']}" if "priority" in case else ""
    document = subject.document
    return Problem(
        document.target(mine.rule, mine.metric, mine.cell),
        f"`{high}` is promised{what} less than `{low}`, which ranks below it",
        label=mine.cell.target.text,
        hint=f"promise `{its.cell.target.text}` or better",
        case=case,
        related=(
            (
                document.target(its.rule, its.metric, its.cell),
                f"`{low}` is promised `{its.cell.target.text}`",
            ),
        ),
    )


RULE = Rule(
    code="ZS501",
    name="slower-than-plan-below",
    severity="error",
    summary="a plan that is promised less than one that ranks below it",
    why="""\
`above` says that a plan ranks above another, and above all that the other ranks above. Whoever pays
for the higher one expects no slower answer in any case; where it is slower, most often a cell was
changed in one rule and not in the other. Times that cannot be compared, such as 8 business hours
and 1 business day, are left alone, and so is what the lower plan is promised on a condition.""",
    bad="""\
format: 1
policy: acme
plans: {pro: Pro, business: {name: Business, above: pro}}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}]
targets:
  - {when: {plan: pro}, first-response: {P1: 2h, P2: 8h}}
  - {when: {plan: business}, first-response: {P1: 4h, P2: 8h}}
""",
    good="""\
format: 1
policy: acme
plans: {pro: Pro, business: {name: Business, above: pro}}
channels: {web: {name: Web, kind: web}}
entitlements: [{allow: web}]
priorities: [{id: P1}, {id: P2}]
targets:
  - {when: {plan: pro}, first-response: {P1: 2h, P2: 8h}}
  - {when: {plan: business}, first-response: {P1: 1h, P2: 8h}}
""",
    check=check,
)
