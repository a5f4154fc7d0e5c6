"""Two revisions over the same cases, so that their answers can be compared case by case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from zsupport.analysis.answers import Difference
from zsupport.analysis.compare import Inclusions
from zsupport.analysis.deadlines import period_of
from zsupport.analysis.moments import cases_without_opening_time
from zsupport.analysis.revision import AnalysedRevision
from zsupport.analysis.space import crossed, space_of, space_of_facts
from zsupport.answer.space import Cases, Space
from zsupport.clock.holidays import PublicHolidays
from zsupport.policy.document import Document
from zsupport.policy.model import (
    Alternative,
    Cell,
    Channel,
    Member,
    Priority,
    PriorityTable,
    Revision,
    When,
)
from zsupport.typed import NamedTuple, TypeVar

#: The values of each dimension in a condition.
Values = dict[str, tuple[str, ...]]
Part = TypeVar("Part")
_SECTIONS = {"plan": "plans", "role": "roles", "channel": "channels", "priority": "priorities"}


class RevisionPair(NamedTuple):
    """Two revisions over the same cases; `both`: the possible cases that both know."""

    old: AnalysedRevision
    new: AnalysedRevision
    space: Space
    both: Cases
    difference: Difference
    #: For each name of hours in an `opened` of the space: the revision that defines the hours, and
    #: their name in this revision.
    opened: dict[str, tuple[AnalysedRevision, str]]


def pair_of(old: Document, new: Document, public: PublicHolidays) -> RevisionPair:
    """Return the revisions of two files over the cases of both. Raises LimitExceeded.

    An id of one revision that is an alias in the other revision is a value in both, because both
    accept it in questions. If the hours of an `opened` differ, they are two dimensions: a case
    is opened inside or outside the old hours, and inside or outside the new hours.
    """
    assert old.revision is not None
    assert new.revision is not None
    old_revision = with_spelling_of(new.revision, old.revision)
    before = with_ids_of(new.revision, old_revision)
    after = with_ids_of(old_revision, new.revision)
    facts = space_of_facts(before, after)
    period = period_of(before, after)
    inclusions = Inclusions(period, public)
    space_without_opened = space_of(
        *(_with_hours_renamed(revision, lambda _: None) for revision in (before, after))
    )
    old_without_opened = AnalysedRevision.over(old, before, space_without_opened, facts, public)
    new_without_opened = AnalysedRevision.over(new, after, space_without_opened, facts, public)
    both = old_without_opened.known_cases & new_without_opened.known_cases
    if not (_hours_in_opened(before) or _hours_in_opened(after)):
        difference = Difference(old_without_opened.answers, new_without_opened.answers, inclusions)
        return RevisionPair(
            old_without_opened, new_without_opened, space_without_opened, both, difference, {}
        )

    def same_hours(old_name: str, new_name: str) -> bool:
        """Return whether hours of two revisions are open at the same instants in every case."""
        pairs = crossed(
            old_without_opened.decisions.opening(old_name),
            new_without_opened.decisions.opening(new_name),
        )
        return all(inclusions.same(was, now) for was, now, cases in pairs if cases & both)

    shown_old: dict[str, str] = {name: name for name in _hours_in_opened(before)}
    shown_new: dict[str, str] = {}
    for name in _hours_in_opened(after):
        # Try hours of the same name first: they are the most likely to be the same.
        candidates = sorted(shown_old, key=lambda known: known != name)
        same = next((known for known in candidates if same_hours(known, name)), None)
        if same is not None:
            shown_new[name] = same
        elif name in shown_old:
            shown_old[name], shown_new[name] = f"{name} (before)", f"{name} (now)"
        else:
            shown_new[name] = name
    # Equal hours get the same name, even if the loop renamed the old hours.
    shown_new = {name: shown_old.get(shown, shown) for name, shown in shown_new.items()}
    before, after = (
        _with_hours_renamed(before, shown_old.get),
        _with_hours_renamed(after, shown_new.get),
    )
    space = space_of(before, after)
    names_old = {shown: name for name, shown in shown_old.items()}
    names_new = {shown: name for name, shown in shown_new.items()}
    first = AnalysedRevision.over(old, before, space, facts, public, names_old)
    second = AnalysedRevision.over(new, after, space, facts, public, names_new)
    hours_in_space = {shown: (second, name) for name, shown in shown_new.items()}
    hours_in_space |= {shown: (first, name) for name, shown in shown_old.items()}
    opening = {
        shown: side.decisions.opening(name) for shown, (side, name) in hours_in_space.items()
    }
    both = (
        first.known_cases
        & second.known_cases
        & ~cases_without_opening_time(space, opening, period, public)
    )
    difference = Difference(first.answers, second.answers, inclusions)
    return RevisionPair(first, second, space, both, difference, hours_in_space)


def _hours_in_opened(revision: Revision) -> list[str]:
    """Return the names of hours in the `opened` of target rules."""
    conditions = [condition for rule in revision.rules for condition in rule.when]
    return list(dict.fromkeys(when.opened[1] for when in conditions if when.opened))


def _with_hours_renamed(revision: Revision, name: Callable[[str], str | None]) -> Revision:
    """Return a revision with renamed hours in each `opened`. The name None removes the `opened`."""

    def renamed(alternative: Alternative) -> Alternative:
        if alternative.opened is None:
            return alternative
        new_name = name(alternative.opened[1])
        return alternative._replace(opened=(alternative.opened[0], new_name) if new_name else None)

    return revision._replace(
        rules=tuple(rule._replace(when=tuple(map(renamed, rule.when))) for rule in revision.rules)
    )


# -- names that both revisions know ---------------------------------------------------------------


def ids_by_name(members: Sequence[Member | Channel | Priority]) -> dict[str, str]:
    """Return the id for each case-folded id and alias."""
    ids = {alias.casefold(): member.id for member in members for alias in member.aliases}
    return {**ids, **{member.id.casefold(): member.id for member in members}}


def with_ids_of(other: Revision, revision: Revision) -> Revision:
    """Return a copy of `revision` in which each alias that is an id in `other` is also an id."""
    new_ids: dict[str, dict[str, list[str]]] = {}
    for name, section in _SECTIONS.items():
        members = getattr(revision, section)
        own = {member.id for member in members}
        ids = ids_by_name(members)
        for member in getattr(other, section):
            if member.id not in own and (known := ids.get(member.id.casefold())):
                new_ids.setdefault(name, {}).setdefault(known, []).append(member.id)
    if not new_ids:
        return revision

    def with_new_ids(name: str, values: tuple[str, ...]) -> tuple[str, ...]:
        added = [new_id for value in values for new_id in new_ids.get(name, {}).get(value, ())]
        return (*values, *added)

    def conditions(values: Values) -> Values:
        return {name: with_new_ids(name, members) for name, members in values.items()}

    def members_of(name: str) -> Any:
        members = getattr(revision, _SECTIONS[name])
        copies = [
            member._replace(id=new_id)
            for member in members
            for new_id in new_ids.get(name, {}).get(member.id, ())
        ]
        return (*members, *copies)

    def cells_of(cells: dict[str, Cell]) -> dict[str, Cell]:
        return {key: cell for id, cell in cells.items() for key in with_new_ids("priority", (id,))}

    # A new id is as urgent as the id that it is an alias of.
    priorities = tuple(
        priority._replace(id=id)
        for priority in revision.priorities
        for id in with_new_ids("priority", (priority.id,))
    )
    wide = revision._replace(
        plans=members_of("plan"),
        roles=members_of("role"),
        channels=members_of("channel"),
        priorities=priorities,
        grants=tuple(
            grant._replace(allow=with_new_ids("channel", grant.allow)) for grant in revision.grants
        ),
        rules=tuple(
            rule._replace(cells={metric: cells_of(cells) for metric, cells in rule.cells.items()})
            for rule in revision.rules
        ),
    )
    return _with_conditions(wide, conditions)


def with_spelling_of(other: Revision, revision: Revision) -> Revision:
    """Return a copy of `revision` that spells facts and their values as `other` does.

    Names that differ only in upper and lower case are the same name.
    """
    other_facts = {fact.id.casefold(): fact for fact in other.facts}
    names: dict[str, str] = {}
    spelled: dict[str, dict[str, str]] = {}
    for fact in revision.facts:
        same = other_facts.get(fact.id.casefold())
        if same is not None:
            values = {value.casefold(): value for value in same.values}
            names[fact.id] = same.id
            spelled[fact.id] = {value: values.get(value.casefold(), value) for value in fact.values}
    if all(old == new for words in (names, *spelled.values()) for old, new in words.items()):
        return revision

    def conditions(values: Values) -> Values:
        return {
            names.get(name, name): tuple(spelled.get(name, {}).get(v, v) for v in members)
            for name, members in values.items()
        }

    facts = tuple(
        fact._replace(
            id=names.get(fact.id, fact.id),
            values={spelled.get(fact.id, {}).get(v, v): text for v, text in fact.values.items()},
        )
        for fact in revision.facts
    )
    return _with_conditions(revision._replace(facts=facts), conditions)


def _table(table: PriorityTable, change: Callable[[Values], Values]) -> PriorityTable:
    """Return the priority table with changed facts and values."""

    def changed(fact: str, cells: dict[str, Part]) -> tuple[str, dict[str, Part]]:
        ((name, values),) = change({fact: tuple(cells)}).items()
        return name, dict(zip(values, cells.values(), strict=True))

    rows, lines = changed(table.rows, table.cells)
    columns = {row: changed(table.columns, cells) for row, cells in lines.items()}
    return table._replace(
        rows=rows,
        columns=next(iter(columns.values()))[0],
        cells={row: cells for row, (_, cells) in columns.items()},
    )


def _with_conditions(revision: Revision, change: Callable[[Values], Values]) -> Revision:
    """Return a revision with changed values in every condition."""

    def when(alternatives: When) -> When:
        return tuple(
            alternative._replace(values=change(alternative.values)) for alternative in alternatives
        )

    return revision._replace(
        grants=tuple(grant._replace(when=when(grant.when)) for grant in revision.grants),
        rules=tuple(rule._replace(when=when(rule.when)) for rule in revision.rules),
        priorities=tuple(
            priority._replace(when=when(priority.when)) for priority in revision.priorities
        ),
        priority_table=revision.priority_table and _table(revision.priority_table, change),
        commitments=tuple(entry._replace(when=when(entry.when)) for entry in revision.commitments),
        terms=tuple(term._replace(when=when(term.when)) for term in revision.terms),
        hours={
            name: tuple(calendar._replace(when=when(calendar.when)) for calendar in calendars)
            for name, calendars in revision.hours.items()
        },
    )
