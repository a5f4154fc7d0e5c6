"""Answers of a policy for a case: a simple implementation of what the guides define.

A document is a YAML tree whose scalars are all text. A case has a value for every dimension and
fact. The caller gives the state of calendars at the time of opening, and the local date for the
revision.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, product
from typing import Any, NamedTuple

import yaml

Tree = Any
Path = tuple[str | int, ...]
Case = Mapping[str, Any]
Clock = Callable[[Path], bool | None]  # whether a calendar is open; None: the customer must say

NAMED = ("plan", "role", "channel")
REMARKS = ("note", "unclear", "source")
NO_CASE = ("self-service", "community")  # kinds of channels that open no case
ALWAYS, MISSING = ("24x7",), ("missing",)  # the calendar of `24x7`, and a missing calendar


class Match(NamedTuple):
    """Whether a condition matches (None: undecided), and its matching alternatives."""

    matches: bool | None
    alternatives: tuple[Path, ...] = ()


class Hours(NamedTuple):
    """The hours of a case: its calendars, and all entries that they depend on."""

    calendars: tuple[Path, ...] = ()
    rests: tuple[Path, ...] = ()


class Entitlement(NamedTuple):
    """Whether a channel is granted, with prerequisites and hours (None: a grant states none)."""

    allowed: bool
    rests: frozenset[Path]
    grants: tuple[Path, ...] = ()
    prerequisites: frozenset[str | None] = frozenset()
    hours: frozenset[str] | None = frozenset()
    calendars: tuple[Path, ...] = ()
    recommended: int | None = None
    #: By language: `yes` or `best-effort`; `*` for a grant that states no languages.
    languages: frozenset[tuple[str, str]] = frozenset()


def depends_on_hours(text: str) -> bool:
    """Return whether hours, or their time zone, affect a target."""
    return any(word in text for word in ("business", "calendar", "opening", "every week"))


class Target(NamedTuple):
    """The state of a target, and the contents of the cell that decides it."""

    state: str  # not-entitled, needs-input, not-stated, no-target or promised
    rests: frozenset[Path]
    cell: Path | None = None
    target: str | None = None
    published: str | None = None
    condition: str | None = None
    commitment: str | None = None
    hours: str | None = None
    calendars: tuple[Path, ...] = ()


def read(text: str) -> Tree:
    """Return the document with all scalars as text."""
    return yaml.load(text, Loader=yaml.CBaseLoader)


def path_text(path: Path) -> str:
    """Return the text of a path, as in findings and reasons: `targets[0].first-response`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def listed(value: Tree) -> list[Tree]:
    """Return the value if it is a list, or else a list with the value."""
    return value if isinstance(value, list) else [value]


def words(text: Tree) -> Any:
    """Return a text in English, or in its first language."""
    return text.get("en", next(iter(text.values()))) if isinstance(text, dict) else text


def in_force(documents: Sequence[Tree], date: str) -> Tree | None:
    """Return the revision in force on a local date, or None."""
    days = [document.get("effective", {}) for document in documents]
    started = [number for number, day in enumerate(days) if day.get("from", "") <= date]
    if not started:
        return None
    latest = max(started, key=lambda number: days[number].get("from", ""))
    return documents[latest] if date <= days[latest].get("last_day", "9999") else None


def opening(calendars: Sequence[Path], clock: Clock) -> bool | None:
    """Return whether a union is open: one open calendar is enough."""
    states = [clock(path) for path in calendars]
    return True if True in states else None if None in states else False


class Reference:
    """A revision of a policy, with its answers for cases."""

    def __init__(self, document: Tree) -> None:
        self.document = document
        self.priorities: list[Tree] = document.get("priorities", [])
        self.table: Tree = document.get("priority-table")
        self.facts_decide = bool(self.table) or any("when" in item for item in self.priorities)
        self.facts: list[str] = list(document.get("facts", {}))
        self.metrics = [
            metric["id"] for metric in document.get("metrics", [{"id": "first-response"}])
        ]
        names = [*NAMED, "priority", *self.facts]
        self.values = {name: self._values(name) for name in names if self._values(name)}

    def _values(self, dimension: str) -> list[str]:
        if dimension in NAMED:
            return list(self.document.get(f"{dimension}s", {}))
        if dimension == "priority":
            return [priority["id"] for priority in self.priorities]
        return list(self.at(("facts", dimension)).get("values", ("false", "true")))

    def at(self, path: Path) -> Tree:
        """Return the value at a path of the document."""
        node = self.document
        for key in path:
            node = node[key]
        return node

    def entries(self, section: str) -> list[Path]:
        """Return the paths of the entries of a list."""
        return [(section, number) for number in range(len(self.document.get(section, [])))]

    def meaning(self, dimension: str, choice: Tree) -> set[str]:
        """Return the values that a condition accepts, with groups and `not` resolved."""
        if isinstance(choice, dict):
            return set(self.values.get(dimension, ())) - self.meaning(dimension, choice["not"])
        chosen: set[str] = set()
        for name in listed(choice):
            group = self.document.get("groups", {}).get(name, {})
            chosen |= self.meaning(dimension, group[dimension]) if dimension in group else {name}
        return chosen

    def match(self, path: Path, case: Case, clock: Clock | None = None) -> Match:
        """Return whether the `when` of the entry at a path matches a case.

        An undecided alternative counts only if no alternative matches.
        """
        when = self.at(path).get("when")
        if when is None:
            return Match(True)
        single = isinstance(when, dict)
        places = [(*path, "when", *([] if single else [n])) for n in range(len(listed(when)))]
        verdicts = [self._alternative(self.at(place), case, clock) for place in places]
        if True in verdicts:
            return Match(
                True, tuple(p for p, matches in zip(places, verdicts, strict=True) if matches)
            )
        return Match(None if None in verdicts else False)

    def _alternative(self, parts: Tree, case: Case, clock: Clock | None) -> bool | None:
        dimensions = [name for name in parts if name not in (*REMARKS, "opened")]
        if not all(case.get(name) in self.meaning(name, parts[name]) for name in dimensions):
            return False
        if "opened" not in parts:
            return True
        assert clock is not None, "`opened` is only valid in targets"
        side, name = parts["opened"].split()
        inside = self.inside(name, case, clock)
        stated = inside or MISSING not in self.hours(name, case).calendars
        return None if inside is None else stated and inside is (side == "inside")

    def inside(self, name: str, case: Case, clock: Clock) -> bool | None:
        """Return whether a case was opened inside its hours."""
        return opening(self.hours(name, case).calendars, clock)

    def hours(self, name: str, case: Case) -> Hours:
        """Return the calendars of hours in a case; `MISSING` if no entry matches."""
        if name == "24x7":
            return Hours((ALWAYS,))
        entries = self.at(("hours", name))
        for number in range(len(listed(entries))):
            path: Path = ("hours", name, number) if isinstance(entries, list) else ("hours", name)
            match = self.match(path, case)
            if not match.matches:
                continue
            members = [self.hours(name, case) for name in self.at(path).get("any", [])]
            calendars = [*chain(*(member.calendars for member in members))] if members else [path]
            rests = chain(*(member.rests for member in members))
            return Hours(tuple(calendars), (path, *match.alternatives, *rests))
        return Hours((MISSING,))

    def priority(self, facts: Case) -> str | None:
        """Return the priority that a complete set of facts leads to, or None."""
        path = self.leading(facts)
        if path is None:
            return None
        part = self.at(path)
        if path[0] == "priorities":
            return str(part["id"])
        id = part["priority"] if isinstance(part, dict) else part
        return None if id == "refused" else str(id)

    def leading(self, facts: Case) -> Path | None:
        """Return the entry or the cell that decides the priority of a set of facts, or None.

        A cell decides if no entry with a condition matches. With a table, an entry without a
        condition decides nothing.
        """
        for path in self.entries("priorities"):
            if ("when" in self.at(path) or not self.table) and self.match(path, facts).matches:
                return path
        if self.table and {self.table["rows"], self.table["columns"]} <= {*facts}:
            row, column = facts[self.table["rows"]], facts[self.table["columns"]]
            return "priority-table", "cells", row, column
        return None

    def opened(self, case: Case) -> Case:
        """Return a case with the priority that it has after it was opened in its channel."""
        own = self.at(("channels", str(case["channel"]))).get("priority")
        if own is None:
            return case
        order = self.values["priority"]
        always = own.get("is") if isinstance(own, dict) else own
        if always is not None:
            return {**case, "priority": always}
        most = own["at-most"]
        urgent = case["priority"] is not None and order.index(case["priority"]) < order.index(most)
        return {**case, "priority": most} if urgent else case

    def raised(self, case: Case) -> Case:
        """Return a case as it is raised: without a priority, with one that its channel gives."""
        if not self.priorities or case.get("priority") is not None:
            return case
        opened = self.opened(case)
        return opened if opened.get("priority") is not None else case

    def set_by(self, case: Case) -> set[Path]:
        """Return the part of the channel of a case that sets a priority, if there is one."""
        path: Path = ("channels", str(case["channel"]), "priority")
        return {path} if "priority" in self.at(path[:2]) else set()

    def led_to(self, facts: Case) -> set[str | None]:
        """Return the priorities that these facts can lead to when completed."""
        if not self.facts_decide:
            return set(self.values.get("priority", [None]))
        return {self.priority(completed) for completed in self.completions(facts)}

    def completions(self, facts: Case, names: Sequence[str] | None = None) -> Iterator[Case]:
        """Yield facts with all values of the named facts; by default, of all missing facts."""
        free = names if names is not None else [name for name in self.facts if name not in facts]
        for values in product(*(self.values[name] for name in free)):
            yield {**facts, **dict(zip(free, values, strict=True))}

    def default(self, fact: str) -> Any:
        """Return the default of a fact, or None."""
        entry = self.at(("facts", fact))
        return entry.get("default", None if "values" in entry else "false")

    def cases(
        self, question: Case, part_of: Collection[str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the cases of a question; omitted dimensions have all values.

        An omitted fact has its default, unless that excludes the priority of the row. A fact
        outside `part_of` (default: all facts) has all values that lead to the priority.
        """
        stated = {name: question[name] for name in self.facts if name in question}
        reached = self.led_to(stated)
        ids = self.values.get("priority", [])
        asked = [question["priority"]] if "priority" in question else []
        priorities = asked or [id for id in ids if id in reached]
        facts = [n for n in self.facts if part_of is None or n in part_of or n in stated]
        rest = [name for name in self.facts if name not in facts]
        defaults = {name: self.default(name) for name in facts if name not in stated}
        assumed = {name: value for name, value in defaults.items() if value is not None}
        free = [name for name in defaults if name not in assumed]
        dimensions = [name for name in NAMED if name in self.values]
        choices = [[question[n]] if n in question else self.values[n] for n in dimensions]
        # Facts that lead to no priority have a case only in channels that always set one.
        without = [None] if None in reached and priorities and not asked and ids else []
        for *values, priority in product(*choices, [*priorities, *without] or [None]):
            case = dict(zip(dimensions, values, strict=True))
            case |= {"priority": priority} if ids else {}
            decided = priority in reached and self.facts_decide
            decided = decided and (priority is not None or bool(without))
            if priority is None and without:
                case = dict(self.raised(case))
                if case["priority"] is None:
                    continue
            for given in self.completions(stated, free):
                if not decided:
                    every: Iterable[Case] = [{**given, **assumed}]
                elif priority in self.led_to(given):
                    every = self._assuming(given, assumed, priority)
                else:
                    continue
                for row in every:
                    for known in self.completions(row, rest):
                        if not decided or priority in self.led_to(known):
                            yield {**case, **known}

    def _assuming(self, given: Case, assumed: Case, priority: str | None) -> Iterator[Case]:
        """Yield facts completed by defaults; defaults that exclude the priority are not used."""
        excluding: list[set[str]] = []
        for size in range(1, len(assumed) + 1):
            for names in map(set, combinations(assumed, size)):
                # Only minimal sets of defaults that exclude the priority.
                together = {**given, **{name: assumed[name] for name in names}}
                if not any(fewer < names for fewer in excluding):
                    excluding += [] if priority in self.led_to(together) else [names]
        opened = [name for name in assumed if any(name in names for names in excluding)]
        rest = {name: value for name, value in assumed.items() if name not in opened}
        if not opened:
            yield {**given, **rest}
        for wider in self.completions(given, opened) if opened else ():
            if priority in self.led_to(wider):
                yield from self._assuming(wider, rest, priority)

    def entitlement(self, case: Case) -> Entitlement:
        """Return the entitlement for the channel of a case."""
        channel = str(case["channel"])
        case = self.raised(case)
        grants = self._grants(case, channel)
        rests: set[Path] = {("channels", channel)}
        if not grants:
            return Entitlement(False, frozenset(rests))
        needed = [self.at(path) for path in (("channels", channel), *grants)]
        names = [grant.get("hours") for grant in needed[1:]]
        hours = [self.hours(name, self.opened(case)) for name in names if name is not None]
        order, recommending = self._recommended(case)
        rests |= self.set_by(case)
        rests |= recommending.union(*(joined.rests for joined in hours))
        rests |= {place for path in grants for place in self._matching(path, case)}
        needs = frozenset(words(t) for e in needed for t in listed(e.get("prerequisites", [])))
        return Entitlement(
            True, frozenset(rests), tuple(grants), needs,
            None if None in names else frozenset(names),
            tuple(chain(*(joined.calendars for joined in hours))),
            order.index(channel) + 1 if channel in order else None,
            self._languages(needed[0], needed[1:]),
        )  # fmt: skip

    def _languages(self, channel: Tree, grants: list[Tree]) -> frozenset[tuple[str, str]]:
        """Return the languages of all grants; a grant without languages has the channel's."""
        handling: dict[str, str] = {}
        for grant in grants:
            written = listed(grant.get("languages", channel.get("languages", "*")))
            for language in written:
                known = language if isinstance(language, dict) else {language: "yes"}
                for code, how in known.items():
                    if handling.get(code) != "yes":
                        handling[code] = how
        return frozenset(handling.items())

    def opening(self, case: Case, clock: Clock) -> str:
        """Return the state of the hours of the grants for the channel of a case."""
        entitlement = self.entitlement(case)
        is_open = opening(entitlement.calendars, clock)
        if not entitlement.allowed or is_open:
            return "open" if is_open else "not-entitled"
        if not entitlement.hours or MISSING in entitlement.calendars:
            return "not-stated"
        return "needs-input" if is_open is None else "closed"

    def _grants(self, case: Case, channel: str) -> list[Path]:
        """Return the matching grants of a channel."""
        if self.priorities and case["priority"] is None:
            return []
        paths = self.entries("entitlements")
        allowing = [path for path in paths if channel in listed(self.at(path).get("allow", []))]
        return [path for path in allowing if self.match(path, case).matches]

    def _matching(self, path: Path, case: Case) -> set[Path]:
        """Return an entry and the matching alternatives of its condition."""
        return {path, *self.match(path, case).alternatives}

    def _recommended(self, case: Case) -> tuple[list[str], set[Path]]:
        """Return the recommended channels in order, and the entries that recommend them."""
        order: list[str] = []
        rests: set[Path] = set()
        for path in self.entries("entitlements"):
            names = listed(self.at(path).get("recommend", []))
            if names and self.match(path, case).matches:
                order += [name for name in names if name not in order]
                rests |= self._matching(path, case) if case["channel"] in names else set()
        return [name for name in order if self._grants(case, name)], rests

    def target(self, case: Case, metric: str, clock: Clock) -> Target:
        """Return the target of a case, from the first matching rule that states the metric."""
        channel, number = str(case["channel"]), self.metrics.index(metric)
        declared = "metrics" in self.document
        rests: set[Path] = {("channels", channel), *([("metrics", number)] if declared else ())}
        case = self.raised(case)
        if not self.opens_case(case):
            return Target("not-entitled", frozenset(rests))
        rests |= {e for path in self._grants(case, channel) for e in self._matching(path, case)}
        rests |= self.set_by(case)
        case = self.opened(case)
        rules = self.entries("targets") if not self.priorities or case["priority"] else []
        for path in rules:
            cell = self._cell(path, metric, case)
            match = self.match(path, case, clock) if cell else Match(False)
            if cell is None or match.matches is False:
                continue
            if match.matches is None:
                return Target("needs-input", frozenset(rests))
            opened = [self.at(place).get("opened", "in 24x7") for place in match.alternatives]
            rests |= {p for text in opened for p in self.hours(text.split()[1], case).rests}
            return self._promise(cell, case, clock, {*rests, path, cell, *match.alternatives})
        return Target("not-stated", frozenset(rests))

    def opens_case(self, case: Case) -> bool:
        """Return whether a case can be opened; without a priority: with at least one priority."""
        channel = str(case["channel"])
        if self.at(("channels", channel))["kind"] in NO_CASE:
            return False
        if not self.priorities or case["priority"] is not None:
            return bool(self._grants(case, channel))
        return any(self._grants({**case, "priority": p}, channel) for p in self.values["priority"])

    def _cell(self, path: Path, metric: str, case: Case) -> Path | None:
        """Return the path of the cell of a metric for the priority of a case, or None."""
        stated = self.at(path).get(metric)
        if not isinstance(stated, dict) or "target" in stated:
            return None if stated is None else (*path, metric)
        names = (n for n in stated if case.get("priority") in self.meaning("priority", n))
        return next(((*path, metric, name) for name in names), None)

    def _promise(self, place: Path, case: Case, clock: Clock, rests: set[Path]) -> Target:
        """Return the target in the cell at a path."""
        rule, stated = self.at(place[:2]), self.at(place)
        cell = stated if isinstance(stated, dict) else {"target": stated}
        text, name = cell["target"], cell.get("hours", rule.get("hours"))
        state = {"none": "no-target", "not-stated": "not-stated"}.get(text, "promised")
        commitment, binding = self.commitment(case) if state == "promised" else (None, set())
        counts = name is not None and depends_on_hours(text)
        hours = self.hours(name, case) if counts else Hours()
        unknown = None in map(clock, hours.calendars)
        rests = {*rests, *binding, *hours.rests}
        condition = words(cell.get("condition", rule.get("condition")))
        return Target(
            "needs-input" if unknown else state, frozenset(rests), place, text,
            words(cell.get("text")), condition, commitment, name if counts else None,
            hours.calendars,
        )  # fmt: skip

    def commitment(self, case: Case) -> tuple[str | None, set[Path]]:
        """Return the commitment of a case, and the entries that it depends on."""
        if isinstance(self.document.get("commitment", ""), str):
            return self.document.get("commitment"), set()
        path = next((p for p in self.entries("commitment") if self.match(p, case).matches), None)
        return (None, set()) if path is None else (self.at(path)["is"], self._matching(path, case))

    def limit(self, case: Case, topic: str) -> tuple[str | None, set[Path]]:
        """Return the limit of a topic in a case, and the entries that it depends on."""
        path: Path = ("limits", topic)
        if isinstance(self.at(path), str):
            return self.at(path), set()
        paths = [(*path, number) for number in range(len(self.at(path)))]
        first = next((p for p in paths if self.match(p, case).matches), None)
        if first is None:
            return None, set()
        return self.at(first)["is"], self._matching(first, case)

    def who(self, case: Case, facts: set[str]) -> set[Path]:
        """Return the entries that every answer for a case depends on, also a negative answer."""
        places: set[Path] = {(f"{name}s", case[name]) for name in NAMED[:2] if case.get(name)}
        places |= {(), *(("facts", name) for name in facts)}
        places |= {("effective",)} if "effective" in self.document else set()
        case = {name: case[name] for name in case if name not in self.facts or name in facts}
        raised = (p for p in self.entries("priorities") if self.at(p)["id"] == case["priority"])
        cell = self.leading(case) if self.table else None
        if cell and cell[0] == "priority-table" and self.priority(case) == case["priority"]:
            places |= {cell[:1], cell}
        return places.union(*(self._matching(path, case) for path in raised))

    def remarks(self, rests: frozenset[Path]) -> set[tuple[str, str, str]]:
        """Return the remarks at these paths, as (path, kind, text)."""
        nodes = [
            (path_text(path), node) for path in rests if isinstance(node := self.at(path), dict)
        ]
        return {(p, kind, words(n[kind])) for p, n in nodes for kind in REMARKS if kind in n}
