"""All answers of two policies, one case after the other, and where they differ."""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from zsupport.analysis.compare import EVERY_INSTANT, Counted, includes, one
from zsupport.analysis.deadlines import Deadlines, TargetClock, period_of
from zsupport.answer.case import Case, matching, say
from zsupport.answer.channels import holding
from zsupport.answer.promise import decide
from zsupport.clock.target import needs_hours
from zsupport.policy.model import Revision

#: A case as something to count by.
Key = frozenset[tuple[str, str]]
SILENT = ("none", "not-stated")


class Answer(NamedTuple):
    """What one policy answers in one case."""

    allowed: bool
    needs: frozenset[str]
    hours: tuple[bool, Counted]  # whether hours are stated
    promises: dict[str, tuple[str, TargetClock | None, str | None]]  # state, target, condition
    commitment: str | None


def key_of(case: Case) -> Key:
    return frozenset(case.items())


def dimensions(revision: Revision) -> dict[str, tuple[str, ...]]:
    found = {
        "plan": tuple(each.id for each in revision.plans),
        "role": tuple(each.id for each in revision.roles),
        "channel": tuple(each.id for each in revision.channels),
        "priority": tuple(each.id for each in revision.priorities),
    }
    return found | {fact.id: tuple(fact.values) for fact in revision.facts}


def named(revision: Revision) -> set[str]:
    conditions = [each.when for each in revision.grants]
    conditions += [each.when for each in revision.rules]
    conditions += [each.when for each in revision.commitments]
    return {name for when in conditions for alternative in when for name in alternative.values}


def cases_of(old: Revision, new: Revision) -> Iterator[Case]:
    """Yield the cases that both policies know."""
    mine, its = dimensions(old), dimensions(new)
    facts = [
        name for name in {**mine, **its} if name not in ("plan", "role", "channel", "priority")
    ]
    dims: dict[str, list[str]] = {}
    for name in ("plan", "role", "channel", "priority", *facts):
        if name in facts and name not in named(old) | named(new):
            continue
        one, other = mine.get(name, ()), its.get(name, ())
        # What only one of them has, the other does not ask about.
        known = [value for value in one if value in other] if one and other else [*one, *other]
        if one or other:
            dims[name] = known
    for values in product(*dims.values()):
        yield dict(zip(dims, values, strict=True))


def counted_of(revision: Revision, names: list[str]) -> Counted:
    found = Counted((), open=False)
    for name in names:
        calendars = revision.hours.get(name)
        found = found.joined(one(calendars[0], revision.timezone) if calendars else EVERY_INSTANT)
    return found


def answer(revision: Revision, case: Case) -> Answer:
    who = {name: value for name, value in case.items() if name != "channel"}
    held = [each.grant for each in holding(revision, who, case["channel"])]
    channel = next(each for each in revision.channels if each.id == case["channel"])
    needs = [*channel.prerequisites, *(text for each in held for text in each.prerequisites)]
    hours = [each.hours for each in held]
    promises: dict[str, Any] = {}
    commitment = None
    if held and channel.opens_case:
        for metric in revision.metrics:
            deciding = decide(revision, case, metric.id)
            if deciding is None or deciding.cell.target.kind in SILENT:
                state = deciding.cell.target.kind if deciding else "not-stated"
                promises[metric.id] = (state, None, None)
                continue
            cell = deciding.cell
            counted = EVERY_INSTANT
            if cell.hours and (needs_hours(cell.target) or cell.target.kind == "week"):
                counted = counted_of(revision, [cell.hours])
            promised = TargetClock(cell.target, counted, revision.business_day, revision.timezone)
            condition = say(cell.condition or deciding.rule.condition, "en")
            promises[metric.id] = ("promised", promised, condition)
        if any(state == "promised" for state, _, _ in promises.values()):
            commitment = next(
                (each.binding for each in revision.commitments if matching(each.when, case)), None
            )
    return Answer(
        bool(held),
        frozenset(say(text, "en") or "" for text in needs) if held else frozenset(),
        (None not in hours, counted_of(revision, [each for each in hours if each])),
        promises,
        commitment,
    )


KNOWN: dict[str, bool] = {}


def same_target(one: TargetClock | None, other: TargetClock | None, deadlines: Deadlines) -> bool:
    if one is None or other is None:
        return one is other
    return deadlines.compare(one, other).word == "equal"


def same_hours(
    one: tuple[bool, Counted], other: tuple[bool, Counted], period: tuple[int, int]
) -> bool:
    if one[0] is not other[0]:
        return False
    return not one[0] or same_counted(one[1], other[1], period)


def same_counted(one: Counted, other: Counted, period: tuple[int, int]) -> bool:
    key = repr((one, other, period))
    if key not in KNOWN:
        KNOWN[key] = includes(one, other, period) and includes(other, one, period)
    return KNOWN[key]


def differences(old: Revision, new: Revision) -> dict[str, set[Key]]:
    """Return the cases in which the answers of two policies differ, by what differs."""
    found: dict[str, set[Key]] = {}

    def add(what: str, case: Case) -> None:
        found.setdefault(what, set()).add(key_of(case))

    period = period_of(old, new)
    deadlines = Deadlines(period)
    metrics = [each.id for each in old.metrics if each.id in {n.id for n in new.metrics}]
    opens = (
        {each.id: each.opens_case for each in old.channels},
        {each.id: each.opens_case for each in new.channels},
    )
    for case in cases_of(old, new):
        before, after = answer(old, case), answer(new, case)
        if before.allowed is not after.allowed:
            add("gone" if before.allowed else "added", case)
            continue
        if not before.allowed:
            continue
        if before.needs != after.needs:
            add("needs", case)
        if not same_hours(before.hours, after.hours, period):
            add("hours", case)
        if not (opens[0][case["channel"]] and opens[1][case["channel"]]):
            continue
        both = False
        for metric in metrics:
            one, other = before.promises[metric], after.promises[metric]
            both = both or one[0] == other[0] == "promised"
            if one[0] != other[0]:
                add(f"state {metric}", case)
                continue
            if not same_target(one[1], other[1], deadlines):
                add(f"target {metric}", case)
            if one[2] != other[2]:
                add(f"condition {metric}", case)
        if both and before.commitment != after.commitment:
            add("commitment", case)
    return found
