"""Rules, the policy that they check, and the problems that they yield."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property

from zsupport.analysis.compare import CountedTime, Period
from zsupport.analysis.deadlines import (
    Clocks,
    Conditions,
    Deadlines,
    TargetClock,
    moments_of,
    period_of,
)
from zsupport.analysis.decisions import StatedCell
from zsupport.analysis.revision import AnalysedRevision
from zsupport.analysis.space import shown_case, values_of
from zsupport.answer.space import Cases
from zsupport.check.suppressions import Comment, Suppressions
from zsupport.check.target_groups import TargetGroup, faster_groups, target_groups_of
from zsupport.check.translations import TranslatedText, translated_texts
from zsupport.clock.days import has_year, in_year
from zsupport.errors import check_limit
from zsupport.findings import Code, Fix, Span
from zsupport.limits import CALENDAR_COMBINATIONS, COMPARISONS
from zsupport.policy.document import Document
from zsupport.policy.model import Cell, PolicyCalendar, When
from zsupport.policy.shape import REMARK_KEYS
from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode, SequenceNode
from zsupport.typed import NamedTuple
from zsupport.wording import Message


class Condition(NamedTuple):
    """A condition of the policy, with the path of its `when`."""

    path: Path
    when: When


class Subject(AnalysedRevision):
    """A policy file that the loader accepts, with cached analyses for rules."""

    def __init__(self, document: Document, today: date, clocks: Clocks | None = None) -> None:
        """Create from a document that contains a revision. Some rules depend on the date `today`.

        `clocks` contain the public holidays. The files of a run share them.
        """
        self.clocks = clocks or Clocks()
        super().__init__(document, self.clocks.public)
        self.today = today
        self._hours_by: dict[str, frozenset[str]] = {}
        self._faster_groups: dict[tuple[int, frozenset[str]], list[list[int]]] = {}
        #: For the rules about comments: all suppressions, each used suppression with its code, and
        #: the codes of the rules that ran.
        self.suppressions = Suppressions()
        self.used_suppressions: frozenset[tuple[Comment, str]] = frozenset()
        self.ran_codes: frozenset[str] = frozenset()

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """All conditions of the policy that are not empty, section by section."""
        revision = self.revision
        sections: tuple[tuple[str, list[When]], ...] = (
            ("entitlements", [grant.when for grant in revision.grants]),
            ("priorities", [priority.when for priority in revision.priorities]),
            ("commitment", [entry.when for entry in revision.commitments]),
            ("targets", [rule.when for rule in revision.rules]),
        )
        conditions: list[tuple[Path, When]] = [
            ((section, place, "when"), when)
            for section, written in sections
            for place, when in enumerate(written)
        ]
        for hours, calendars in revision.hours.items():
            for place, calendar in enumerate(calendars):
                if calendar.when:
                    path = (*self.document.calendar(hours, place), "when")
                    conditions.append((path, calendar.when))
        places: dict[str, int] = {}
        for term in revision.terms:
            place = places[term.topic] = places.get(term.topic, -1) + 1
            section = "terms" if term.quota is None else "limits"
            conditions.append(((section, term.topic, place, "when"), term.when))
        return tuple(Condition(path, when) for path, when in conditions if when)

    @cached_property
    def groups(self) -> dict[str, tuple[str, frozenset[str]]]:
        """The dimension and the values of each group, by the id of the group."""
        node = self.document.node(("groups",))
        written: dict[str, tuple[str, Node]] = {}
        for key, group in node.entries if isinstance(node, MappingNode) else ():
            if isinstance(group, MappingNode):
                dimension, values = next(iter(group.entries))
                written[key.text] = dimension.text, values
        if not written:
            return {}
        known = values_of(self.revision)
        groups: dict[str, tuple[str, frozenset[str]]] = {}
        for id in written:
            _resolve(id, written, known, groups)
        return groups

    @cached_property
    def used_names(self) -> dict[str, set[str]]:
        """The names of values and groups that the policy uses, by dimension.

        They are used in conditions, groups, `allow`, `recommend`, `above`, `audience` and the keys
        of targets.
        """
        names: dict[str, set[str]] = {}
        for section in (
            "entitlements", "priorities", "hours", "commitment", "targets", "limits", "terms"
        ):  # fmt: skip
            for entry in self.document.items((section,)):
                for name, values in _conditions(entry):
                    names.setdefault(name, set()).update(texts_of(values))
        for group in self.document.items(("groups",)):
            for dimension, values in group.entries if isinstance(group, MappingNode) else ():
                names.setdefault(dimension.text, set()).update(texts_of(values))
        for name, path, keys in (
            ("plan", ("plans",), ("above",)),
            ("role", ("roles",), ("above",)),
            ("role", ("self-help", "resources"), ("audience",)),
            ("channel", ("entitlements",), ("allow", "recommend")),
            ("priority", ("channels",), ("priority",)),
        ):
            for entry in self.document.items(path):
                for key in keys:
                    if isinstance(entry, MappingNode) and key in entry.by_key:
                        names.setdefault(name, set()).update(texts_of(entry.by_key[key][1]))
        keys_of_targets = names.setdefault("priority", set())
        for rule in self.revision.rules:
            for cells in rule.cells.values():
                keys_of_targets.update(cell.key for cell in cells.values())
        return names

    @cached_property
    def _texts_and_sources(self) -> tuple[set[str], set[str]]:
        # This loop visits every node of every file, so it is written for speed.
        plain: list[str] = []
        sources: set[str] = set()
        waiting = [self.document.root]
        while waiting:
            node = waiting.pop()
            if node.__class__ is MappingNode:
                by_key = node.by_key
                for key, value in by_key.values():
                    if key.plain:
                        plain.append(key.text)
                    if value.__class__ is not ScalarNode:
                        waiting.append(value)
                    elif value.plain:
                        plain.append(value.text)
                if "source" in by_key:
                    sources.update(texts_of(by_key["source"][1]))
            elif node.__class__ is SequenceNode:
                waiting += node.items
            elif isinstance(node, ScalarNode) and node.plain:
                plain.append(node.text)
        return set(plain), sources

    @property
    def plain_texts(self) -> set[str]:
        """All keys and values without quotes in the file."""
        return self._texts_and_sources[0]

    @property
    def used_sources(self) -> set[str]:
        """All values of `source` in the file."""
        return self._texts_and_sources[1]

    @cached_property
    def translated_texts(self) -> tuple[TranslatedText, ...]:
        """The translated texts of the policy."""
        return translated_texts(self.document) if self.revision.languages else ()

    def alternative(self, condition: Condition, position: int) -> Path:
        """Return the path of the alternative at a position of a condition."""
        listed = isinstance(self.document.node(condition.path), SequenceNode)
        return (*condition.path, position) if listed else condition.path

    @cached_property
    def values_by_rule(self) -> list[dict[str, frozenset[str]]]:
        """For each target rule, the values that it can match, by each dimension it restricts."""
        return [restricted_values(rule.when) for rule in self.revision.rules]

    @cached_property
    def target_groups(self) -> tuple[tuple[TargetGroup, ...], ...]:
        """The target groups of each metric, in the order of the metrics."""
        return tuple(
            target_groups_of(targets.stated, self.revision.rules)
            for _, targets in self.decisions.by_metric()
        )

    @cached_property
    def cells(self) -> list[tuple[int, str, Cell]]:
        """All cells as the file states them, each with the position of its rule and its metric."""
        return [
            (position, metric, cell)
            for position, rule in enumerate(self.revision.rules)
            for metric, cells in rule.cells.items()
            for cell in {cell.key: cell for cell in cells.values()}.values()
        ]

    @cached_property
    def openings(self) -> list[tuple[frozenset[str], Cases]]:
        """The hours that the grants of a case state together, with the cases that have these hours.

        Cases with a grant without `hours` are omitted.
        """
        by_hours = self.decisions.by_hours
        none: frozenset[str] = frozenset()
        parts = [(none, self.decisions.allowed & ~by_hours.get(None, 0))]
        for hours, cases in by_hours.items():
            if hours is None:
                continue
            inside = [(names | {hours}, part & cases) for names, part in parts]
            outside = [(names, part & ~cases) for names, part in parts]
            parts = [(names, part) for names, part in inside + outside if part]
            check_limit(
                CALENDAR_COMBINATIONS, len(parts), Message("the hours of the grants"), exact=False
            )
        return [(names, part) for names, part in parts if names]

    def check_comparisons(self, count: int) -> None:
        """Raise LimitExceeded if this number of comparisons of case sets exceeds the limit."""
        # A small set takes as long as a set of 10,000 cases.
        check_limit(COMPARISONS, count * max(self.space.size, 10_000))

    def excluded(self, cases: Cases) -> bool:
        """Return whether a set is not empty, and the facts of every case exclude its priority."""
        return bool(cases) and not cases & self.decisions.existing

    def cases_of(self, rule: int, metric: str, cell: Cell) -> Cases:
        """Return the cases with a priority of the cell, regardless of the `when` of its rule."""
        cells = self.revision.rules[rule].cells[metric]
        if cell.key == "*":
            return self.space.every
        return self.decisions.opened(
            self.space.among(
                "priority", (id for id, other in cells.items() if other.key == cell.key)
            )
        )

    def cases_with_priority(self, priority: str) -> Cases:
        """Return the cases that have a priority before or after they were opened."""
        cases = self.space.of("priority", priority)
        return cases | self.decisions.opened(cases)

    def target(self, stated: StatedCell) -> Path:
        """Return the path of the target of a cell."""
        return self.document.target(stated.rule, stated.metric, stated.cell)

    def related_target(self, name: str, stated: StatedCell) -> tuple[Path, str]:
        """Return the path of a target, and the note that it is the target for `name`."""
        text = Message("`{target}` for `{name}`", target=stated.cell.target.text, name=name)
        return self.target(stated), text

    def clock(self, group: TargetGroup, counted: CountedTime) -> TargetClock:
        """Return the target of a group, with everything on which its deadline depends."""
        revision = self.revision
        return TargetClock(group.target, counted, revision.business_day, revision.timezone)

    @cached_property
    def deadlines(self) -> Deadlines:
        """Compares the deadlines of targets while this revision is in force."""
        return Deadlines(self.period, self.clocks)

    @cached_property
    def period(self) -> Period:
        """The period in which targets and hours are compared."""
        return period_of(self.revision)

    @cached_property
    def moments(self) -> list[tuple[Conditions, Cases]]:
        """All cases, split into parts: the cases of a part can be opened at the same moments."""
        return moments_of(self.space, self.space.every, self.decisions.opening)

    def faster_groups(
        self, groups: tuple[TargetGroup, ...], varying: frozenset[str]
    ) -> list[list[int]]:
        """Return `faster_groups` of the target groups of a metric; cached.

        Plans, roles and priorities share the result if no hours depend on them.
        """
        key = id(groups), varying
        if key not in self._faster_groups:
            self._faster_groups[key] = faster_groups(groups, varying)
        return self._faster_groups[key]

    @cached_property
    def calendars(self) -> list[tuple[Path, PolicyCalendar]]:
        """All calendars of the policy, with their paths."""
        return [
            (self.document.calendar(name, position), calendar)
            for name, calendars in self.revision.hours.items()
            for position, calendar in enumerate(calendars)
        ]

    def hours_by(self, dimension: str) -> frozenset[str]:
        """Return the names of the hours whose calendar depends on a dimension."""
        if dimension not in self._hours_by:
            self._hours_by[dimension] = _hours_by(self.revision.hours, dimension)
        return self._hours_by[dimension]

    def witness(self, cases: Cases) -> dict[str, str]:
        """Return the first case of a non-empty set, as findings show it."""
        return shown_case(self.space.first(cases))


def dates_near(day: str, year: int) -> list[int]:
    """Return the dates of a day as ordinals: its own date, or those from the last year on.

    A day without a year has those of four years. If these have none, as for `5th mon of feb`, the
    next one is found.
    """
    if has_year(day):
        return [*in_year(day, int(day[:4]))]
    dates: list[int] = []
    for number in range(year - 1, year + 40):
        dates += in_year(day, number)
        if dates and number >= year + 2:
            break
    return dates


def _conditions(entry: Node) -> Iterator[tuple[str, Node]]:
    """Yield each dimension in the `when` of an entry or of a list of entries, with its values."""
    if isinstance(entry, SequenceNode):
        for item in entry.items:
            yield from _conditions(item)
    elif isinstance(entry, MappingNode) and "when" in entry.by_key:
        when = entry.by_key["when"][1]
        for part in when.items if isinstance(when, SequenceNode) else [when]:
            for key, values in part.entries if isinstance(part, MappingNode) else ():
                if key.text not in REMARK_KEYS:
                    yield key.text, values


def _hours_by(hours: Mapping[str, tuple[PolicyCalendar, ...]], dimension: str) -> frozenset[str]:
    """Return the hours with a condition on a dimension, and the unions that contain them."""
    depend = {
        name
        for name, calendars in hours.items()
        if any(dimension in alternative.values for c in calendars for alternative in c.when)
    }
    more = depend
    while more:
        more = {
            name
            for name, calendars in hours.items()
            if name not in depend and any(not depend.isdisjoint(c.any) for c in calendars)
        }
        depend |= more
    return frozenset(depend)


def _resolve(
    group: str,
    written: Mapping[str, tuple[str, Node]],
    known: Mapping[str, tuple[str, ...]],
    groups: dict[str, tuple[str, frozenset[str]]],
) -> frozenset[str]:
    """Return the values of a group, and add it and the groups that it names to `groups`.

    `written` contains the dimension and the values of each group as the file states them, and
    `known` all values of each dimension.
    """
    if group not in groups:
        name, values = written[group]
        negated = isinstance(values, MappingNode)
        chosen: set[str] = set()
        for text in texts_of(values):
            if text not in known[name] and written[text][0] == name:
                chosen |= _resolve(text, written, known, groups)
            else:
                chosen.add(text)
        members = set(known[name]) - chosen if negated else chosen
        groups[group] = name, frozenset(members)
    return groups[group][1]


def scalars(
    node: Node | None, path: Path, *, keys: bool = False
) -> Iterator[tuple[Path, ScalarNode]]:
    """Yield the texts inside a node with their paths; with `keys` also the keys of mappings."""
    if isinstance(node, ScalarNode):
        yield path, node
    elif isinstance(node, SequenceNode):
        for position, item in enumerate(node.items):
            yield from scalars(item, (*path, position), keys=keys)
    elif isinstance(node, MappingNode):
        for key, value in node.entries:
            if keys:
                yield (*path, key.text), key
            yield from scalars(value, (*path, key.text), keys=keys)


def texts_of(node: Node) -> Iterator[str]:
    """Yield the texts of the values inside a node, without keys."""
    return (scalar.text for _, scalar in scalars(node, ()))


def restricted_values(when: When) -> dict[str, frozenset[str]]:
    """Return the values that a condition can match, by each dimension that it restricts.

    It restricts a dimension if every alternative names it.
    """
    if not when:
        return {}
    if len(when) == 1:
        return {name: frozenset(values) for name, values in when[0].values.items()}
    first, *rest = (alternative.values for alternative in when)
    return {
        name: frozenset(values).union(*(other[name] for other in rest))
        for name, values in first.items()
        if all(name in other for other in rest)
    }


class Problem(NamedTuple):
    """A problem at a path of the document; the default span is that of the value."""

    path: Path
    message: str
    span: Span | None = None
    label: str | None = None  # a note at the marked text
    expected: str | None = None
    hint: str | None = None
    case: Mapping[str, str] | None = None
    related: tuple[tuple[Path, str], ...] = ()  # other places, with notes
    fix: Fix | None = None
    severity: str | None = None  # None for the severity of the rule


class Rule(NamedTuple):
    """A rule of `check`; the page CODE.md explains it."""

    code: str
    name: str
    severity: str  # error, warning or note
    summary: str  # a noun phrase without a full stop
    check: Callable[[Subject], Iterator[Problem]]
    last: bool = False  # runs after the other rules, because it checks suppressions

    @property
    def kind(self) -> Code:
        """The `Code` of the findings of the rule."""
        return Code(self.code, self.name, self.summary, self.severity)
