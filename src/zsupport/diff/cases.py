"""Two revisions over one set of cases, so that their answers can be compared case by case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from zsupport.analysis.answers import Difference
from zsupport.analysis.compare import Inclusions
from zsupport.analysis.deadlines import period_of
from zsupport.analysis.moments import momentless
from zsupport.analysis.revision import AnalysedRevision
from zsupport.analysis.space import crossed, space_of, space_of_facts
from zsupport.answer.space import Cases, Space
from zsupport.clock.holidays import PublicHolidays
from zsupport.policy.document import Document
from zsupport.policy.model import Alternative, Cell, Channel, Member, Priority, Revision, When
from zsupport.typed import NamedTuple

#: What a condition says: the values of each dimension.
Values = dict[str, tuple[str, ...]]
_SECTIONS = {"plan": "plans", "role": "roles", "channel": "channels", "priority": "priorities"}


class RevisionPair(NamedTuple):
    """Two revisions over the same cases; `both`: those that both know and that can come about."""

    old: AnalysedRevision
    new: AnalysedRevision
    space: Space
    both: Cases
    where: Difference
    #: For each name of an `opened` in the space: the revision and the name of its hours.
    opened: dict[str, tuple[AnalysedRevision, str]]


def pair_of(old: Document, new: Document, public: PublicHolidays) -> RevisionPair:
    """Return two files that hold a revision over the cases of both; raise TooMuch.

    An id that the other one knows as an alias is a value of both: a question with it is answered
    by both. Hours of an `opened` that differ are two dimensions: a case is opened inside or
    outside of the old ones, and of the new ones.
    """
    assert old.revision is not None
    assert new.revision is not None
    spelled = spelled_as(old.revision, new.revision)
    before = answering_to(spelled, new.revision)
    after = answering_to(new.revision, spelled)
    facts = space_of_facts(before, after)
    period = period_of(before, after)
    inclusions = Inclusions(period, public)
    bare = space_of(*(_renamed(each, lambda _: None) for each in (before, after)))
    one = AnalysedRevision.over(old, before, bare, facts, public)
    other = AnalysedRevision.over(new, after, bare, facts, public)
    both = one.known & other.known
    if not (_opened(before) or _opened(after)):
        where = Difference(one.answers, other.answers, inclusions)
        return RevisionPair(one, other, bare, both, where, {})

    def same_hours(mine: str, its: str) -> bool:
        """Return whether hours of two revisions are open at the same instants in every case."""
        pairs = crossed(one.decisions.opening(mine), other.decisions.opening(its))
        return all(inclusions.same(was, now) for was, now, cases in pairs if cases & both)

    shown_old: dict[str, str] = {name: name for name in _opened(before)}
    shown_new: dict[str, str] = {}
    for name in _opened(after):
        # Hours of the same name come first: that is what most will have meant.
        candidates = sorted(shown_old, key=lambda known: known != name)
        found = next((each for each in candidates if same_hours(each, name)), None)
        if found is not None:
            shown_new[name] = found
        elif name in shown_old:
            shown_old[name], shown_new[name] = f"{name} (before)", f"{name} (now)"
        else:
            shown_new[name] = name
    # What was found to be the same as hours that have got another name since has it too.
    shown_new = {name: shown_old.get(shown, shown) for name, shown in shown_new.items()}
    before, after = _renamed(before, shown_old.get), _renamed(after, shown_new.get)
    space = space_of(before, after)
    names_old = {shown: name for name, shown in shown_old.items()}
    names_new = {shown: name for name, shown in shown_new.items()}
    first = AnalysedRevision.over(old, before, space, facts, public, names_old)
    second = AnalysedRevision.over(new, after, space, facts, public, names_new)
    named = {shown: (second, name) for name, shown in shown_new.items()}
    named |= {shown: (first, name) for name, shown in shown_old.items()}
    opening = {shown: side.decisions.opening(name) for shown, (side, name) in named.items()}
    both = first.known & second.known & ~momentless(space, opening, period, public)
    where = Difference(first.answers, second.answers, inclusions)
    return RevisionPair(first, second, space, both, where, named)


def _opened(revision: Revision) -> list[str]:
    """Return the hours that an `opened` names."""
    found = [each.opened[1] for rule in revision.rules for each in rule.when if each.opened]
    return list(dict.fromkeys(found))


def _renamed(revision: Revision, name: Callable[[str], str | None]) -> Revision:
    """Return a revision whose `opened` calls hours by another name, None: names none at all."""

    def each(alternative: Alternative) -> Alternative:
        if alternative.opened is None:
            return alternative
        called = name(alternative.opened[1])
        return alternative._replace(opened=(alternative.opened[0], called) if called else None)

    return revision._replace(
        rules=tuple(rule._replace(when=tuple(map(each, rule.when))) for rule in revision.rules)
    )


# -- names that both know ------------------------------------------------------------------------


def resolved(members: Sequence[Member | Channel | Priority]) -> dict[str, str]:
    """Return the id for which each id and alias stands, without regard to case."""
    found = {alias.casefold(): each.id for each in members for alias in each.aliases}
    return {**found, **{each.id.casefold(): each.id for each in members}}


def answering_to(revision: Revision, other: Revision) -> Revision:
    """Return a revision in which the ids of another one that are aliases here are ids too."""
    more: dict[str, dict[str, list[str]]] = {}
    for name, section in _SECTIONS.items():
        members, others = getattr(revision, section), getattr(other, section)
        own = {each.id for each in members}
        ids = resolved(members)
        for each in others:
            if each.id not in own and (known := ids.get(each.id.casefold())):
                more.setdefault(name, {}).setdefault(known, []).append(each.id)
    if not more:
        return revision

    def wider(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
        added = [also for value in values for also in more.get(name, {}).get(value, ())]
        return (*values, *added)

    def conditions(values: Values) -> Values:
        return {name: wider(name, each) for name, each in values.items()}

    def members_of(name: str) -> Any:
        members = getattr(revision, _SECTIONS[name])
        copies = [
            member._replace(id=also)
            for member in members
            for also in more.get(name, {}).get(member.id, ())
        ]
        return (*members, *copies)

    def cells_of(cells: dict[str, Cell]) -> dict[str, Cell]:
        return {also: cell for id, cell in cells.items() for also in wider("priority", (id,))}

    wide = revision._replace(
        plans=members_of("plan"),
        roles=members_of("role"),
        channels=members_of("channel"),
        priorities=members_of("priority"),
        grants=tuple(each._replace(allow=wider("channel", each.allow)) for each in revision.grants),
        rules=tuple(
            each._replace(cells={metric: cells_of(cells) for metric, cells in each.cells.items()})
            for each in revision.rules
        ),
    )
    return _with_conditions(wide, conditions)


def spelled_as(revision: Revision, other: Revision) -> Revision:
    """Return a revision whose facts and their values are spelled as another one has them.

    Names match without regard to case, so these are the same facts.
    """
    theirs = {fact.id.casefold(): fact for fact in other.facts}
    names: dict[str, str] = {}
    spelled: dict[str, dict[str, str]] = {}
    for fact in revision.facts:
        same = theirs.get(fact.id.casefold())
        if same is not None:
            values = {value.casefold(): value for value in same.values}
            names[fact.id] = same.id
            spelled[fact.id] = {value: values.get(value.casefold(), value) for value in fact.values}
    if all(old == new for words in (names, *spelled.values()) for old, new in words.items()):
        return revision

    def conditions(values: Values) -> Values:
        return {
            names.get(name, name): tuple(spelled.get(name, {}).get(v, v) for v in each)
            for name, each in values.items()
        }

    facts = tuple(
        fact._replace(
            id=names.get(fact.id, fact.id),
            values={spelled.get(fact.id, {}).get(v, v): text for v, text in fact.values.items()},
        )
        for fact in revision.facts
    )
    return _with_conditions(revision._replace(facts=facts), conditions)


def _with_conditions(revision: Revision, change: Callable[[Values], Values]) -> Revision:
    """Return a revision in which every condition names other values."""

    def when(alternatives: When) -> When:
        return tuple(each._replace(values=change(each.values)) for each in alternatives)

    return revision._replace(
        grants=tuple(each._replace(when=when(each.when)) for each in revision.grants),
        rules=tuple(each._replace(when=when(each.when)) for each in revision.rules),
        priorities=tuple(each._replace(when=when(each.when)) for each in revision.priorities),
        commitments=tuple(each._replace(when=when(each.when)) for each in revision.commitments),
        hours={
            name: tuple(each._replace(when=when(each.when)) for each in calendars)
            for name, calendars in revision.hours.items()
        },
    )
