"""Changes of the names that questions can use, and of the defaults of facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zsupport.answer.case import deciding_facts
from zsupport.diff.cases import RevisionPair
from zsupport.diff.changes import Change, Changes
from zsupport.policy.format import DIMENSIONS
from zsupport.policy.model import Channel, Member, Priority, Revision
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: The kind of the values of a fact: this prefix, then the id of the fact.
_VALUE_OF = "value of "


class _Kind(NamedTuple):
    """The names of one kind, such as plan: ids and spellings by case-folded name, paths by id."""

    names: dict[str, str]
    spellings: dict[str, str]
    paths: dict[str, Path]


def find_changes(pair: RevisionPair, changes: Changes) -> None:
    """Add removed names, added names, names with a different id, and changed defaults."""
    documents = pair.old.document, pair.new.document
    assert documents[0].revision is not None
    assert documents[1].revision is not None
    before, after = _kinds(documents[0].revision), _kinds(documents[1].revision)
    for kind, old in before.items():
        new = after.get(kind)
        if new is None:
            # The fact itself was removed, so its removed values are not reported.
            continue
        if bool(old.names) is not bool(new.names) and kind in ("role", "priority"):
            _add_section(kind, old, new, changes)
            continue
        for name, id in old.names.items():
            if name not in new.names:
                _add_name(pair, kind, name, old, new, changes, removed=True)
            elif new.names[name] != id:
                _add_changed_name(kind, name, old, new, changes)
        for name in new.names:
            if name not in old.names:
                _add_name(pair, kind, name, new, old, changes, removed=False)
    _add_defaults(pair, documents[0].revision, documents[1].revision, changes)


def _kinds(revision: Revision) -> dict[str, _Kind]:
    """Return the names of a revision by kind. The kind of the values of a fact is `value of ID`."""
    kinds: dict[str, _Kind] = {}

    def add(kind: str, names: dict[str, str], paths: dict[str, Path]) -> None:
        folded = {name.casefold(): id for name, id in names.items()}
        kinds[kind] = _Kind(folded, {name.casefold(): name for name in names}, paths)

    sections: list[tuple[str, str, Sequence[Member | Channel | Priority]]] = [
        ("plan", "plans", revision.plans),
        ("role", "roles", revision.roles),
        ("channel", "channels", revision.channels),
        ("priority", "priorities", revision.priorities),
    ]
    for kind, section, members in sections:
        ids = {name: member.id for member in members for name in (*member.aliases, member.id)}
        paths: dict[str, Path] = {
            member.id: (section, number if kind == "priority" else member.id)
            for number, member in enumerate(members)
        }
        add(kind, ids, paths)
    for kind, known in (("fact", [fact.id for fact in revision.facts]), ("hours", revision.hours)):
        section = "facts" if kind == "fact" else "hours"
        add(kind, {id: id for id in known}, {id: (section, id) for id in known})
    topics = revision.self_help.topics if revision.self_help else ()
    add("topic", {topic.id: topic.id for topic in topics},
        {topic.id: ("self-help", "topics", topic.id) for topic in topics})  # fmt: skip
    add("metric", {metric.id: metric.id for metric in revision.metrics},
        {metric.id: ("metrics", n) for n, metric in enumerate(revision.metrics)})  # fmt: skip
    for fact in revision.facts:
        add(f"{_VALUE_OF}{fact.id.casefold()}", {value: value for value in fact.values},
            {value: ("facts", fact.id, "values", value) for value in fact.values})  # fmt: skip
    return kinds


#: A name with its kind, such as "plan `free`".
_NAMES_WITH_KIND: dict[str, Callable[[str], Message]] = {
    "plan": lambda name: Message("plan `{name}`", name=name),
    "role": lambda name: Message("role `{name}`", name=name),
    "channel": lambda name: Message("channel `{name}`", name=name),
    "priority": lambda name: Message("priority `{name}`", name=name),
    "fact": lambda name: Message("fact `{name}`", name=name),
    "hours": lambda name: Message("hours `{name}`", name=name),
    "topic": lambda name: Message("topic `{name}`", name=name),
    "metric": lambda name: Message("metric `{name}`", name=name),
}


def _name_with_kind(kind: str, name: str) -> Message:
    """Return a name with its kind: "plan `free`", "value `north` of fact `region`"."""
    if kind.startswith(_VALUE_OF):
        fact = kind.removeprefix(_VALUE_OF)
        return Message("value `{value}` of fact `{fact}`", value=name, fact=fact)
    return _NAMES_WITH_KIND[kind](name)


def _add_section(kind: str, old: _Kind, new: _Kind, changes: Changes) -> None:
    """Add one change if all roles or all priorities of a policy were removed or added."""
    section = {"role": "roles", "priority": "priorities"}[kind]
    ids = ", ".join(f"`{id}`" for id in (old.paths or new.paths))
    path: Path = (section,)
    if new.names:
        message = Message("priorities added: {ids}", ids=ids)
        if kind == "role":
            message = Message("roles added: {ids}", ids=ids)
        change = Change("ZD102", "name-new", message, 0, path, path)
    else:
        message = Message("all priorities removed: {ids}", ids=ids)
        if kind == "role":
            message = Message("all roles removed: {ids}", ids=ids)
        change = Change("ZD101", "name-removed", message, 0, path, path)
    changes.add(change)


def _add_name(
    pair: RevisionPair,
    kind: str,
    name: str,
    known: _Kind,
    other: _Kind,
    changes: Changes,
    *,
    removed: bool,
) -> None:
    """Add a name that only one side has: `known` contains the names of that side."""
    id = known.names[name]
    spelling = known.spellings[name]
    code = "ZD101" if removed else "ZD102"
    effect = "name-removed" if removed else "name-new"
    alias = spelling != id
    cases = 0
    if not alias:
        side, other_side = (pair.old, pair.new) if removed else (pair.new, pair.old)
        facts = {fact.id.casefold(): fact.id for fact in side.revision.facts}
        dimension = facts.get(kind.removeprefix(_VALUE_OF), kind)
        if kind.startswith(_VALUE_OF) or kind in DIMENSIONS:
            cases = side.decisions.allowed & side.known_cases & ~other_side.known_cases
            cases &= pair.space.of(dimension, id)
        elif kind == "metric":
            cases = side.decisions.targets(id).promised & pair.both
        # If the other side has an alias of the id, the answers stay the same.
        renamed = any(
            alias in other.names for alias, alias_id in known.names.items() if alias_id == id
        )
        if cases and not renamed:
            effect = "less" if removed else "more"
    message = _name_message(kind, id, spelling, removed=removed)
    path = known.paths[id]
    section: Path = path[:-1] if id not in other.paths else other.paths[id]
    paths = (path, section) if removed else (section, path)
    values = (spelling, None) if removed else (None, spelling)
    changes.add(Change(code, effect, message, cases, *paths, *values))


def _name_message(kind: str, id: str, name: str, *, removed: bool) -> Message:
    """Return the message for a removed or added name: an id, or an alias of it."""
    id_with_kind = _name_with_kind(kind, id)
    if name == id:
        if removed:
            return Message("{name} removed", name=id_with_kind)
        return Message("{name} added", name=id_with_kind)
    if removed:
        return Message("alias `{alias}` of {name} removed", alias=name, name=id_with_kind)
    return Message("alias `{alias}` of {name} added", alias=name, name=id_with_kind)


def _add_changed_name(kind: str, name: str, old: _Kind, new: _Kind, changes: Changes) -> None:
    """Add a name with a different id, or an id with a different spelling."""
    before, after = old.names[name], new.names[name]
    message = Message(
        "{name} now means `{after}` instead of `{before}`",
        name=_name_with_kind(kind, old.spellings[name]),
        after=after,
        before=before,
    )
    if after.casefold() == before.casefold():
        message = Message(
            "{name} is now spelled `{after}`", name=_name_with_kind(kind, before), after=after
        )
    elif name == before.casefold():
        message = Message(
            "{name} is now an alias of `{after}`", name=_name_with_kind(kind, before), after=after
        )
    elif name == after.casefold():
        message = Message(
            "{name} is now an id instead of an alias of `{before}`",
            name=_name_with_kind(kind, after),
            before=before,
        )
    paths = old.paths[before], new.paths[after]
    changes.add(Change("ZD103", "either", message, 0, *paths, before, after))


def _add_defaults(pair: RevisionPair, old: Revision, new: Revision, changes: Changes) -> None:
    """Add the changed defaults of facts. Facts that no answer can depend on are ignored."""
    relevant_names = {name.casefold() for name in pair.space.values}
    for revision in (old, new):
        relevant_names |= {name.casefold() for name in deciding_facts(revision)}
    after = {fact.id.casefold(): fact for fact in new.facts}
    for fact in old.facts:
        now = after.get(fact.id.casefold())
        if now is None or fact.id.casefold() not in relevant_names:
            continue
        if (now.default or "").casefold() == (fact.default or "").casefold():
            continue
        message = Message(
            "default of fact `{fact}` changed from `{before}` to `{after}`",
            fact=fact.id,
            before=fact.default,
            after=now.default,
        )
        if now.default is None:
            message = Message(
                "fact `{fact}` no longer has the default `{default}`",
                fact=fact.id,
                default=fact.default,
            )
        elif fact.default is None:
            message = Message(
                "fact `{fact}` now has the default `{default}`", fact=fact.id, default=now.default
            )
        old_path: Path = ("facts", fact.id, "default")
        new_path: Path = ("facts", now.id, "default")
        values = (fact.default, now.default)
        changes.add(Change("ZD104", "either", message, 0, old_path, new_path, *values))
