"""Changes in which priority facts lead to."""

from zsupport.analysis.space import Cases, Space, space_of_facts
from zsupport.answer.case import facts_decide
from zsupport.diff.cases import resolved
from zsupport.diff.changes import Change, Changes
from zsupport.policy.model import Revision
from zsupport.policy.yamltext import Path


def space_of_both(old: Revision, new: Revision) -> Space:
    """Return the combinations of the facts that the priorities of one of them name."""
    values: dict[str, dict[str, None]] = {}
    spaces = (space_of_facts(old), space_of_facts(new))
    for name in {name: None for space in spaces for name in space.values}:
        for revision in (old, new):
            for fact in revision.facts:
                if fact.id == name:
                    values.setdefault(name, {}).update(dict.fromkeys(fact.values))
    return Space({name: tuple(each) for name, each in values.items()})


def find_changes(old: Revision, new: Revision, space: Space, found: Changes) -> Cases:
    """Add where the same facts lead to another priority; return the cases that both know.

    Where one of them has no priorities there is nothing to compare.
    """
    if not old.priorities or not new.priorities:
        return 0
    both = space.every
    for revision in (old, new):
        for fact in revision.facts:
            if fact.id in space.values:
                both &= space.among(fact.id, fact.values)
    decide = facts_decide(old), facts_decide(new)
    after = _leading(new, space, both)
    for number, some in _leading(old, space, both):
        for place, cases in after:
            here = some & cases
            was = None if number is None else old.priorities[number].id
            now = None if place is None else new.priorities[place].id
            if not here or (all(decide) and (was == now or _same(was, now, old, new))):
                continue
            effect = _effect(was, now, old, new) if all(decide) else "either"
            code = {"less": "ZD501", "more": "ZD502", "either": "ZD503"}[effect]
            says = f"these facts make it {now or 'no priority'} instead of {was or 'none'}"
            if not decide[0]:
                says = f"these facts make it {now or 'no priority'}, and decided none before"
            elif not decide[1]:
                says = f"these facts decide no priority any more, and made it {was or 'none'}"
            paths = _path(number), _path(place)
            found.add(Change(code, effect, says, here, *paths, was, now))
    return both


def _same(was: str | None, now: str | None, old: Revision, new: Revision) -> bool:
    """Return whether two ids are names of one priority, which a change of names tells."""
    if was is None or now is None:
        return False
    return (
        resolved(new.priorities).get(was.casefold()) == now
        or resolved(old.priorities).get(now.casefold()) == was
    )


def _leading(revision: Revision, space: Space, cases: Cases) -> list[tuple[int | None, Cases]]:
    """Return where each priority is the first that fits, None for where none does.

    Where no priority has a condition, facts lead to none (the clock definition, rule 19).
    """
    if not facts_decide(revision):
        return [(None, cases)]
    found: list[tuple[int | None, Cases]] = []
    for number, priority in enumerate(revision.priorities):
        if here := space.holds(priority.when) & cases:
            found.append((number, here))
            cases &= ~here
    return [*found, (None, cases)] if cases else found


def _effect(was: str | None, now: str | None, old: Revision, new: Revision) -> str:
    """Return the effect for the customer: a more urgent priority is more."""
    if was is None or now is None:
        return "more" if was is None else "less"
    verdicts = set()
    for revision in (old, new):
        order = [each.id for each in revision.priorities]
        if was in order and now in order:
            verdicts.add("more" if order.index(now) < order.index(was) else "less")
    return verdicts.pop() if len(verdicts) == 1 else "either"


def _path(number: int | None) -> Path:
    return ("priorities",) if number is None else ("priorities", number)
