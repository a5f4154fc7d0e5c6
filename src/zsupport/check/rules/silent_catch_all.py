"""ZS408: a rule for all that is left, and what it answers that no other rule names."""

from collections.abc import Iterator

from zsupport.analysis.decisions import StatedCell, Targets
from zsupport.analysis.space import Cases
from zsupport.check.rule import Problem, Rule, Subject
from zsupport.policy.model import When


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each catch-all with the plans and priorities that only it answers, once a rule."""
    said: set[int] = set()
    for _, targets in subject.decisions.by_metric():
        for position in _catch_alls(subject, targets):
            if position not in said:
                silent = _silent(subject, targets, position)
                if silent:
                    said.add(position)
                    yield _problem(subject, position, silent)


def _catch_alls(subject: Subject, targets: Targets) -> list[int]:
    """Return rules without a condition, and a last one that names neither plan nor priority.

    Only where another rule states the metric too.
    """
    stating = list(dict.fromkeys(each.rule for each in targets.stated))
    if len(stating) < 2:
        return []
    rules = subject.revision.rules
    return [
        position
        for position in stating
        if not rules[position].when
        or (
            position == stating[-1]
            and not any(
                name in alternative.values
                for alternative in rules[position].when
                for name in ("plan", "priority")
            )
        )
    ]


def _silent(subject: Subject, targets: Targets, position: int) -> dict[str, tuple[str, ...]]:
    """Return the plans, with their priorities, that a rule decides and no other one names."""
    space, rules = subject.space, subject.revision.rules
    others = [each for each in targets.stated if each.rule != position]
    by_plan = [each for each in others if any("plan" in a.values for a in rules[each.rule].when)]
    # What is said only where a fact is not as it is by default excepts a case, and names no plan.
    usual = _usual(subject, rules[position].when)
    by_plan = [each for each in by_plan if each.matches & usual] or by_plan
    named: Cases = 0
    of_plans = space.among("plan", _plans(subject, by_plan)) if by_plan else space.every
    of_plans &= ~_left_out_of_rows(subject, position, by_plan)
    for each in by_plan or others:
        named |= each.matches & usual
    decides: Cases = 0
    for each in targets.stated:
        if each.rule == position:
            # A priority that is written out is not filled silently, but for a plan that is.
            silent = each.cell.key == "*"
            decides |= each.decides if silent else each.decides & ~of_plans
    found: dict[str, tuple[str, ...]] = {}
    whole = []
    # A cell is named where another rule states it for some case of that plan and priority.
    for name in (name for name in space.values if name not in ("plan", "priority")):
        named = space.for_some(name, named)
    for plan in space.values["plan"]:
        cells = decides & ~named & space.of("plan", plan)
        if cells:
            found[plan] = space.met("priority", cells)
            opened = subject.decisions.entitled & space.of("plan", plan)
            if space.met("priority", opened) == found[plan]:
                whole.append(plan)
    if len(whole) == 1:
        del found[whole[0]]  # one plan alone is the rest
    return found


def _usual(subject: Subject, when: When) -> Cases:
    """Return the cases in which each fact has its default, but for facts that a `when` names."""
    space = subject.space
    named = {name for alternative in when for name in alternative.values}
    cases = space.every
    for fact in subject.revision.facts:
        if fact.default is not None and fact.id in space.values and fact.id not in named:
            cases &= space.of(fact.id, fact.default)
    return cases


def _left_out_of_rows(subject: Subject, position: int, by_plan: list[StatedCell]) -> Cases:
    """Return the cases of priorities that the row of a plan leaves out, and that of another has.

    Only where a catch-all states all that the row does, and more: then it is a row for other
    plans. One that states just what rows leave out was written to complete them.
    """
    space, rules = subject.space, subject.revision.rules
    rows: dict[int, set[str]] = {}
    for each in by_plan:
        if all(
            alternative.opened is None and alternative.values.keys() == {"plan"}
            for alternative in rules[each.rule].when
        ):
            rows[each.rule] = set(rules[each.rule].cells[each.metric])
    if not rows:
        return 0
    mine = set(rules[position].cells[by_plan[0].metric])
    of_rows = set[str]().union(*rows.values())
    left_out: Cases = 0
    for rule, row in rows.items():
        if row < mine:
            missing = space.among("priority", (mine - row) & of_rows)
            left_out |= missing & space.holds(rules[rule].when)
    return left_out


def _plans(subject: Subject, stated: list[StatedCell]) -> set[str]:
    """Return the plans that the conditions of rules name."""
    return {
        plan
        for each in stated
        for alternative in subject.revision.rules[each.rule].when
        for plan in alternative.values.get("plan", ())
    }


def _problem(subject: Subject, position: int, silent: dict[str, tuple[str, ...]]) -> Problem:
    space, entitled = subject.space, subject.decisions.entitled
    cells = []
    for plan, priorities in silent.items():
        whole = space.met("priority", entitled & space.of("plan", plan)) == priorities
        cells.append(f"`{plan}`" if whole else f"`{plan}` {', '.join(priorities)}")
    path = ("targets", position)
    return Problem(
        path,
        f"this rule alone answers {'; '.join(cells)}: no other rule names them",
        subject.document.first(path),
        hint="if that is not meant for each of them, write rules that name them",
    )


RULE = Rule(
    code="ZS408",
    name="silent-catch-all",
    severity="note",
    summary="a rule for all that is left answers what no other rule names",
    check=check,
)
