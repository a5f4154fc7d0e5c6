"""Remarks: the notes, doubts and sources of the parts of a policy on which an answer is based."""

from __future__ import annotations

from zsupport.answer.case import Case, join, matching, rule_of_priority, say, sets_priority
from zsupport.policy.model import Alternative, PriorityRule, Remarks, Revision, Text
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CASE = ("channels", "due", "hours", "terms")
_ANY = (*_CASE, "priority", "topics")

#: The questions whose answers show the remarks of a part, by the kind of the part.
#: An answer is based on the parts that its case names or that decide it, and on the parts to which
#: these refer.
QUESTIONS_BY_PART: dict[str, tuple[str, ...]] = {
    "policy": _ANY,
    "validity": _ANY,
    "source": _ANY,
    "plan": _CASE,
    "role": (*_CASE, "topics"),
    "channel": _CASE,
    "channel priority": ("channels", "due", "hours"),
    "number": ("channels",),
    "priority": (*_CASE, "priority"),
    "priority table": (*_CASE, "priority"),
    "table cell": (*_CASE, "priority"),
    "fact": (*_CASE, "priority"),
    "metric": ("due",),
    "condition": (*_CASE, "priority"),
    "grant": ("channels", "due", "hours"),
    "recommendation": ("channels",),  # also an entry of `entitlements`
    "calendar": ("channels", "due", "hours"),
    "holidays": ("channels", "due", "hours"),
    "commitment": ("due",),
    "target rule": ("due",),
    "cell": ("due",),
    "limit": ("terms",),
    "term": ("terms",),
    "self-help": ("topics",),
    "topic": ("topics",),
    "resource": ("topics",),
}

NO_REMARKS = Remarks()


def remarks_of_case(
    revision: Revision, question: str, case: Case, *, raised: bool = False
) -> list[Remarks]:
    """Return the remarks of the values of a case, as far as answers to this question show them.

    A refused cell has no effect on a case in a channel that sets the priority of every case, and
    on a case that is `raised` with any priority, because no answer depends on it.
    """
    result: list[Remarks] = []
    members = (
        ("channel", revision.channels),
        ("plan", revision.plans),
        ("role", revision.roles),
        ("priority", revision.priorities),
    )
    for name, known in members:
        if name in case and question in QUESTIONS_BY_PART[name]:
            result += next(([item.remarks] for item in known if item.id == case[name]), [])
    if "priority" in case and question in QUESTIONS_BY_PART["condition"]:
        for priority in revision.priorities:
            if priority.id == case["priority"] and priority.when:
                result += remarks_of_alternatives(matching(priority.when, case))
    if revision.priority_table and question in _CASE:
        decided = rule_of_priority(revision, case)
        own = sets_priority(revision, case.get("channel"))
        raised = raised or (own is not None and not own.at_most)
        if (
            decided
            and decided[0].of_table
            and decided[0].priority == case.get("priority")
            and not (raised and decided[0].priority is None)
        ):
            result += remarks_of_rule(revision, decided)
    if question in QUESTIONS_BY_PART["fact"]:
        result += [fact.remarks for fact in revision.facts if fact.id in case]
    return result


def remarks_of_rule(
    revision: Revision, decided: tuple[PriorityRule, tuple[Alternative, ...]] | None
) -> list[Remarks]:
    """Return the remarks of the rule that decided a priority: of its alternatives or its cell.

    For a cell, the remarks of its table follow.
    """
    if decided is None:
        return []
    rule, matched = decided
    table = revision.priority_table if rule.of_table else None
    return [*remarks_of_alternatives(matched), *([table.remarks] if table else [])]


def remarks_of_alternatives(matched: Iterable[Alternative]) -> list[Remarks]:
    """Return the remarks of the alternatives of a condition that match."""
    return [alternative.remarks for alternative in matched]


def remarks_of_hours(revision: Revision, names: Iterable[str], case: Case) -> list[Remarks]:
    """Return the remarks of the calendars of hours in a case, including members of a union.

    If the case has no value for a dimension of a condition, the result includes the calendars and
    alternatives that may match.
    """
    result: list[Remarks] = []
    waiting = list(dict.fromkeys(names))
    for name in waiting:
        for calendar in revision.hours.get(name, ()):
            possible = [
                alternative for alternative in calendar.when if _may_match(alternative, case)
            ]
            if calendar.when and not possible:
                continue
            result += [calendar.remarks, *remarks_of_alternatives(possible)]
            result += [calendar.holidays.remarks] if calendar.holidays else []
            waiting += [member for member in calendar.any if member not in waiting]
            if matching(calendar.when, case):
                break
    return result


def _may_match(alternative: Alternative, case: Case) -> bool:
    return all(
        values and (name not in case or case[name] in values)
        for name, values in alternative.values.items()
    )


def remark_texts(
    revision: Revision, remarks: Iterable[Remarks], lang: str
) -> tuple[str | None, str | None, str | None]:
    """Return the notes, the doubts and the sources of remarks, each on its own line.

    A result is None if the remarks have no such text. The texts about the validity, the policy
    itself and its sources come last.
    """
    parts = [item for item in (*remarks, revision.validity, revision.remarks) if any(item)]
    if not parts:
        return None, None, None
    sources = {source.id: source.remarks for source in revision.sources}
    for part in parts:
        if part.source and (of_source := sources.pop(part.source, None)):
            parts.append(of_source)
    return (
        join(joined_lines(part.note, lang) for part in parts),
        join(joined_lines(part.unclear, lang) for part in parts),
        join(part.source for part in parts),
    )


def joined_lines(text: Text | None, lang: str) -> str | None:
    """Return a text in a language as one line."""
    stated = say(text, lang)
    return " ".join(stated.split()) if stated and "\n" in stated else stated


def retired_of(revision: Revision, plan: str | None) -> str | None:
    """Return the date from which a plan is retired; None without a plan or if it is still sold."""
    return next((member.retired for member in revision.plans if member.id == plan), None)
