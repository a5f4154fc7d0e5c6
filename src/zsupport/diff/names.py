"""Changes in the names that questions may use, and in what is assumed where they leave one out."""

from __future__ import annotations

from collections.abc import Sequence

from zsupport.diff.cases import RevisionPair
from zsupport.diff.changes import Change, Changes
from zsupport.policy.format import DIMENSIONS
from zsupport.policy.model import Channel, Member, Priority, Revision
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple


class _Kind(NamedTuple):
    """The names of one kind: the id for which each stands, and where each id is defined."""

    names: dict[str, str]
    spelled: dict[str, str]
    paths: dict[str, Path]


def find_changes(pair: RevisionPair, found: Changes) -> None:
    """Add names that are gone, new, or stand for something else, and other defaults."""
    documents = pair.old.document, pair.new.document
    assert documents[0].revision is not None
    assert documents[1].revision is not None
    before, after = _kinds(documents[0].revision), _kinds(documents[1].revision)
    for kind, old in before.items():
        new = after.get(kind)
        if new is None:
            # The fact itself is gone, which says it all of its values.
            continue
        if bool(old.names) is not bool(new.names) and kind in ("role", "priority"):
            _section(kind, old, new, found)
            continue
        for name, id in old.names.items():
            if name not in new.names:
                _gone_or_new(pair, kind, name, old, new, found, gone=True)
            elif new.names[name] != id:
                _moved(pair, kind, name, old, new, found)
        for name in new.names:
            if name not in old.names:
                _gone_or_new(pair, kind, name, new, old, found, gone=False)
    _defaults(pair, documents[0].revision, documents[1].revision, found)


def _kinds(revision: Revision) -> dict[str, _Kind]:
    """Return the names of a revision by kind; those of a fact's values by `fact NAME`."""
    found: dict[str, _Kind] = {}

    def add(kind: str, names: dict[str, str], paths: dict[str, Path]) -> None:
        folded = {name.casefold(): id for name, id in names.items()}
        found[kind] = _Kind(folded, {name.casefold(): name for name in names}, paths)

    sections: list[tuple[str, str, Sequence[Member | Channel | Priority]]] = [
        ("plan", "plans", revision.plans),
        ("role", "roles", revision.roles),
        ("channel", "channels", revision.channels),
        ("priority", "priorities", revision.priorities),
    ]
    for kind, section, members in sections:
        spelled = {n: each.id for each in members for n in (*each.aliases, each.id)}
        paths: dict[str, Path] = {
            each.id: (section, number if kind == "priority" else each.id)
            for number, each in enumerate(members)
        }
        add(kind, spelled, paths)
    for kind, known in (("fact", [each.id for each in revision.facts]), ("hours", revision.hours)):
        section = "facts" if kind == "fact" else "hours"
        add(kind, {id: id for id in known}, {id: (section, id) for id in known})
    topics = revision.self_help.topics if revision.self_help else ()
    add("topic", {each.id: each.id for each in topics},
        {each.id: ("self-help", "topics", each.id) for each in topics})  # fmt: skip
    add("metric", {each.id: each.id for each in revision.metrics},
        {each.id: ("metrics", n) for n, each in enumerate(revision.metrics)})  # fmt: skip
    for fact in revision.facts:
        add(f"value of {fact.id.casefold()}", {value: value for value in fact.values},
            {value: ("facts", fact.id, "values", value) for value in fact.values})  # fmt: skip
    return found


def _section(kind: str, old: _Kind, new: _Kind, found: Changes) -> None:
    """Add that a policy has no roles or priorities any more, or has some now."""
    section = {"role": "roles", "priority": "priorities"}[kind]
    names = ", ".join(f"`{id}`" for id in (old.paths or new.paths))
    path: Path = (section,)
    change = Change(
        "ZD101", "name-gone", f"there are no {section} any more: {names}", 0, path, path
    )
    if new.names:
        says = f"there are {section} now: {names}"
        change = change._replace(code="ZD102", effect="name-new", says=says)
    found.add(change)


def _gone_or_new(
    pair: RevisionPair,
    kind: str,
    name: str,
    here: _Kind,
    there: _Kind,
    found: Changes,
    *,
    gone: bool,
) -> None:
    """Add a name that one side knows only; `here` is that side."""
    id = here.names[name]
    spelled = here.spelled[name]
    code = "ZD101" if gone else "ZD102"
    effect = "name-gone" if gone else "name-new"
    alias = spelled != id
    cases = 0
    if not alias:
        side, other = (pair.old, pair.new) if gone else (pair.new, pair.old)
        facts = {fact.id.casefold(): fact.id for fact in side.revision.facts}
        dimension = facts.get(kind.removeprefix("value of "), kind)
        if kind.startswith("value of ") or kind in DIMENSIONS:
            cases = side.decisions.allowed & side.known & ~other.known
            cases &= pair.space.of(dimension, id)
        elif kind == "metric":
            cases = side.decisions.targets(id).promised & pair.both
        # A new id allows something new, unless it keeps the old id as its alias.
        renamed = any(known in there.names for known, its in here.names.items() if its == id)
        if cases and not renamed:
            effect = "less" if gone else "more"
    word = "alias" if alias else kind
    says = f"the {word} `{spelled}` is {'gone' if gone else 'new'}"
    if alias:
        says += f", which stood for `{id}`" if gone else f" and stands for `{id}`"
    path = here.paths[id]
    section: Path = path[:-1] if id not in there.paths else there.paths[id]
    paths = (path, section) if gone else (section, path)
    words = (spelled, None) if gone else (None, spelled)
    found.add(Change(code, effect, says, cases, *paths, *words))


def _moved(
    pair: RevisionPair, kind: str, name: str, old: _Kind, new: _Kind, found: Changes
) -> None:
    """Add a name that stands for another id; a new spelling of an id counts too."""
    before, after = old.names[name], new.names[name]
    says = f"the {kind} `{old.spelled[name]}` is `{after}` now, it was `{before}`"
    if after.casefold() == before.casefold():
        says = f"the {kind} `{before}` is spelled `{after}`"
    elif name == before.casefold():
        says = f"the {kind} `{before}` is an alias of `{after}` now"
    elif name == after.casefold():
        says = f"the {kind} `{after}` is an id now, it was an alias of `{before}`"
    found.add(
        Change("ZD103", "either", says, 0, old.paths[before], new.paths[after], before, after)
    )


def _defaults(pair: RevisionPair, old: Revision, new: Revision, found: Changes) -> None:
    """Add facts of which something else is assumed, where an answer can depend on them."""
    named = {name.casefold() for name in pair.space.values}
    for revision in (old, new):
        asked = [name for each in revision.priorities for alt in each.when for name in alt.values]
        named |= set(map(str.casefold, asked))
    after = {fact.id.casefold(): fact for fact in new.facts}
    for fact in old.facts:
        now = after.get(fact.id.casefold())
        if now is None or fact.id.casefold() not in named:
            continue
        if (now.default or "").casefold() == (fact.default or "").casefold():
            continue
        words = (fact.default, now.default)
        says = f"{fact.id} is taken to be `{now.default}`, not `{fact.default}`, when left out"
        if now.default is None:
            says = f"{fact.id} is open when left out, and no longer `{fact.default}`"
        elif fact.default is None:
            says = f"{fact.id} is taken to be `{now.default}` when left out, and was open"
        places: list[Path] = [("facts", each.id, "default") for each in (fact, now)]
        found.add(Change("ZD104", "either", says, 0, places[0], places[1], *words))
