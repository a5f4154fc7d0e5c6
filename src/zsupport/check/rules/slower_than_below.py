"""ZS501: a plan that is answered slower than one that ranks below it."""

from collections.abc import Iterator

from zsupport.analysis.compare import Promised, no_worse
from zsupport.analysis.decisions import Stated
from zsupport.analysis.space import Cases
from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each cell that is surely worse than what a plan below is promised in the same case.

    One problem for each pair of cells and of plans, with the first such case as its witness.
    """
    space = subject.space
    pairs = [(plan.id, below) for plan in subject.revision.plans for below in plan.above]
    for _, targets in subject.decisions.by_metric() if pairs else ():
        for high, low in pairs:
            below = [(each, space.seen_from("plan", low, each.decides)) for each in targets.stated]
            below = [(each, cases) for each, cases in below if cases]
            for mine in targets.stated:
                here = space.seen_from("plan", high, mine.decides)
                for its, there in below if here else ():
                    if here & there and mine.cell != its.cell:
                        yield from compare(subject, high, low, mine, its, here & there)


def compare(
    subject: Subject, high: str, low: str, mine: Stated, its: Stated, both: Cases
) -> Iterator[Problem]:
    """Yield a problem where the higher plan's cell is worse in cases seen from either plan."""
    space, counted = subject.space, subject.decisions.counted
    reading = subject.revision.business_day
    for my_hours, my_cases in counted(mine.cell.hours, space.back_to("plan", high, both)):
        for its_hours, its_cases in counted(its.cell.hours, space.back_to("plan", low, both)):
            same = space.seen_from("plan", high, my_cases)
            same &= space.seen_from("plan", low, its_cases)
            worse = Promised(mine.cell.target, my_hours, reading)
            better = Promised(its.cell.target, its_hours, reading)
            if (
                same
                and not no_worse(worse, better, subject.public)
                and no_worse(better, worse, subject.public)
            ):
                case = subject.witness(space.back_to("plan", high, same))
                yield problem(subject, high, low, mine, its, case)
                return


def problem(
    subject: Subject, high: str, low: str, mine: Stated, its: Stated, case: dict[str, str]
) -> Problem:
    """Return the problem at the higher plan's target."""
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
`above` says that a plan ranks above another. Whoever pays for the higher one expects no slower
answer in any case; where it is slower, most often a cell was changed in one rule and not in the
other. Times that cannot be compared, such as 8 business hours and 1 business day, are left
alone.""",
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
