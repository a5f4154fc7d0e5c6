"""Changes of the priority that facts lead to."""

from __future__ import annotations

from collections.abc import Sequence

from zsupport.analysis.answers import UNDECIDED, DecidedValue
from zsupport.answer.space import Cases
from zsupport.diff.cases import RevisionPair, ids_by_name
from zsupport.diff.changes import Change, Changes
from zsupport.policy.model import PriorityRule, Revision
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def find_changes(pair: RevisionPair, changes: Changes) -> Cases:
    """Add the changes of priorities; return the combinations of facts that both revisions know.

    If one of the revisions has no priorities, add no changes and return no combinations.
    """
    old, new = pair.old.document.revision, pair.new.document.revision
    assert old is not None
    assert new is not None
    if not old.priorities or not new.priorities:
        return 0
    sides = [{fact.id: fact.values for fact in side.revision.facts} for side in pair[:2]]
    rules = [side.revision.priority_rules() for side in pair[:2]]
    both = pair.old.facts.within(sides[0]) & pair.old.facts.within(sides[1])
    for before, after, cases in pair.difference.priorities():
        was, now, shared = before.value or None, after.value or None, cases & both
        if not shared or same_priority(was, now, old, new):
            continue
        effect = effect_of_priority(was, now, old, new)
        message = _message(was, now)
        if before == UNDECIDED:
            effect = "either"
            message = Message("priority changed from undecided to none")
            if now is not None:
                message = Message("priority changed from undecided to {after}", after=now)
        elif after == UNDECIDED:
            effect = "either"
            message = Message("priority changed from none to undecided")
            if was is not None:
                message = Message("priority changed from {before} to undecided", before=was)
        code = {"less": "ZD501", "more": "ZD502", "either": "ZD503"}[effect]
        paths = _path(before, rules[0]), _path(after, rules[1])
        changes.add(Change(code, effect, message, shared, *paths, was, now))
    return both


def _message(was: str | None, now: str | None) -> Message:
    """Return the message for a changed priority; None: the facts lead to no priority."""
    if was is None:
        return Message("priority changed from none to {after}", after=now)
    if now is None:
        return Message("priority changed from {before} to none", before=was)
    return Message("priority changed from {before} to {after}", before=was, after=now)


def same_priority(was: str | None, now: str | None, old: Revision, new: Revision) -> bool:
    """Return whether two ids name the same priority: equal ids, or an id and its alias."""
    if was is None or now is None:
        return False
    return (
        ids_by_name(new.priorities).get(was.casefold()) == now
        or ids_by_name(old.priorities).get(now.casefold()) == was
    )


def effect_of_priority(was: str | None, now: str | None, old: Revision, new: Revision) -> str:
    """Return the effect for the customer: `more` for a more urgent priority."""
    if was is None or now is None:
        return "more" if was is None else "less"
    verdicts = set()
    for revision in (old, new):
        order = [priority.id for priority in revision.priorities]
        if was in order and now in order:
            verdicts.add("more" if order.index(now) < order.index(was) else "less")
    return verdicts.pop() if len(verdicts) == 1 else "either"


def _path(decided: DecidedValue, rules: Sequence[PriorityRule]) -> Path:
    return ("priorities",) if decided.entry is None else rules[decided.entry].path
