"""What a rule is, what it looks at, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property

from zsupport.analysis.compare import Counted, Period
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
from zsupport.analysis.space import shown, values_of
from zsupport.answer.space import Cases
from zsupport.check.offers import Offer, better, offers_of
from zsupport.check.suppressions import Comment, Suppressions
from zsupport.check.translations import Translated, translated
from zsupport.errors import check_limit
from zsupport.findings import Code, Fix, Span
from zsupport.limits import COMPARISONS, PARTS
from zsupport.policy.document import Document
from zsupport.policy.model import Cell, PolicyCalendar, When
from zsupport.policy.shape import REMARK_KEYS
from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode, SequenceNode
from zsupport.typed import NamedTuple


class Condition(NamedTuple):
    """A condition that is written, and the path of its `when`."""

    path: Path
    when: When


class Subject(AnalysedRevision):
    """A policy file that the loader accepts, with what rules ask of it, worked out once."""

    def __init__(self, document: Document, today: date, clocks: Clocks | None = None) -> None:
        """`today` is the date as of which rules judge that depend on it.

        `clocks` are those of the run; they give the public holidays of countries.
        """
        self.clocks = clocks or Clocks()
        super().__init__(document, self.clocks.public)
        self.today = today
        self._hours_by: dict[str, frozenset[str]] = {}
        self._better: dict[tuple[int, frozenset[str]], list[list[int]]] = {}
        #: What the last rules look at: the comments that allow something; those that did, each
        #: with a code; and the codes of the rules that looked at the whole policy.
        self.suppressions = Suppressions()
        self.used: frozenset[tuple[Comment, str]] = frozenset()
        self.ran: frozenset[str] = frozenset()

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition that is written, section by section."""
        revision = self.revision
        sections: tuple[tuple[str, list[When]], ...] = (
            ("entitlements", [each.when for each in revision.grants]),
            ("priorities", [each.when for each in revision.priorities]),
            ("commitment", [each.when for each in revision.commitments]),
            ("targets", [each.when for each in revision.rules]),
        )
        found: list[tuple[Path, When]] = [
            ((section, place, "when"), when)
            for section, written in sections
            for place, when in enumerate(written)
        ]
        for hours, calendars in revision.hours.items():
            for place, calendar in enumerate(calendars):
                if calendar.when:
                    path = (*self.document.calendar(hours, place), "when")
                    found.append((path, calendar.when))
        places: dict[str, int] = {}
        for term in revision.terms:
            place = places[term.topic] = places.get(term.topic, -1) + 1
            found.append((("terms", term.topic, place, "when"), term.when))
        return tuple(Condition(path, when) for path, when in found if when)

    @cached_property
    def groups(self) -> dict[str, tuple[str, frozenset[str]]]:
        """What each group is about, and its values; the loader has checked that they exist."""
        node = self.document.node(("groups",))
        written: dict[str, tuple[str, Node]] = {}
        for key, group in node.entries if isinstance(node, MappingNode) else ():
            if isinstance(group, MappingNode):
                about, values = next(iter(group.entries))
                written[key.text] = about.text, values
        if not written:
            return {}
        known = values_of(self.revision)
        found: dict[str, tuple[str, frozenset[str]]] = {}
        for id in written:
            _resolve(id, written, known, found)
        return found

    @cached_property
    def names_written(self) -> dict[str, set[str]]:
        """The names of values and groups that are written, by plan, role, channel or fact.

        In conditions, groups, `allow`, `recommend`, `above`, `audience` and the keys of targets.
        """
        found: dict[str, set[str]] = {}
        for section in ("entitlements", "priorities", "hours", "commitment", "targets", "terms"):
            for entry in self.document.items((section,)):
                for name, values in _conditions(entry):
                    found.setdefault(name, set()).update(texts_of(values))
        for group in self.document.items(("groups",)):
            for about, values in group.entries if isinstance(group, MappingNode) else ():
                found.setdefault(about.text, set()).update(texts_of(values))
        for name, path, keys in (
            ("plan", ("plans",), ("above",)),
            ("role", ("roles",), ("above",)),
            ("role", ("self-help", "resources"), ("audience",)),
            ("channel", ("entitlements",), ("allow", "recommend")),
        ):
            for entry in self.document.items(path):
                for key in keys:
                    if isinstance(entry, MappingNode) and key in entry.by_key:
                        found.setdefault(name, set()).update(texts_of(entry.by_key[key][1]))
        keys_of_targets = found.setdefault("priority", set())
        for rule in self.revision.rules:
            for cells in rule.cells.values():
                keys_of_targets.update(cell.key for cell in cells.values())
        return found

    @cached_property
    def _walked(self) -> tuple[set[str], set[str]]:
        # This is all that every file is walked through for: so in the quickest way there is.
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
        """Every text that stands without quotes anywhere in the file, as key or value."""
        return self._walked[0]

    @property
    def sources_written(self) -> set[str]:
        """What stands as `source` anywhere in the file."""
        return self._walked[1]

    @cached_property
    def translated(self) -> tuple[Translated, ...]:
        """The texts that are given by language."""
        return translated(self.document) if self.revision.languages else ()

    def alternative(self, condition: Condition, position: int) -> Path:
        """Return the path of one alternative of a condition."""
        listed = isinstance(self.document.node(condition.path), SequenceNode)
        return (*condition.path, position) if listed else condition.path

    @cached_property
    def named_by_rule(self) -> list[dict[str, frozenset[str]]]:
        """For each target rule: the values that it can hold for, of the dimensions it names."""
        return [named(rule.when) for rule in self.revision.rules]

    @cached_property
    def offers(self) -> tuple[tuple[Offer, ...], ...]:
        """The promises of each metric, in the order of the metrics."""
        return tuple(
            offers_of(targets.stated, self.revision.rules)
            for _, targets in self.decisions.by_metric()
        )

    @cached_property
    def cells(self) -> list[tuple[int, str, Cell]]:
        """Every cell as it is written, with the position of its rule and its metric."""
        return [
            (position, metric, cell)
            for position, rule in enumerate(self.revision.rules)
            for metric, cells in rule.cells.items()
            for cell in {cell.key: cell for cell in cells.values()}.values()
        ]

    @cached_property
    def openings(self) -> list[tuple[frozenset[str], Cases]]:
        """The hours by which channels are open, joined, with the cases of each combination.

        Cases in which a grant states no hours are left out.
        """
        by_hours = self.decisions.by_hours
        none: frozenset[str] = frozenset()
        found = [(none, self.decisions.allowed & ~by_hours.get(None, 0))]
        for hours, cases in by_hours.items():
            if hours is None:
                continue
            more = [(names | {hours}, some & cases) for names, some in found]
            less = [(names, some & ~cases) for names, some in found]
            found = [(names, some) for names, some in more + less if some]
            check_limit(PARTS, len(found), "the hours of the grants", told=False)
        return [(names, some) for names, some in found if names]

    def check_comparisons(self, count: int) -> None:
        """Raise TooMuch where this number of comparisons of sets of cases takes too long."""
        # A small set takes as long as a set of 10,000 cases.
        check_limit(COMPARISONS, count * max(self.space.size, 10_000))

    def excluded(self, cases: Cases) -> bool:
        """Return whether there are cases, and the facts of all of them exclude their priority."""
        return bool(cases) and not cases & self.decisions.existing

    def cases_of(self, rule: int, metric: str, cell: Cell) -> Cases:
        """Return the cases with a priority for which a cell is written."""
        cells = self.revision.rules[rule].cells[metric]
        if cell.key == "*":
            return self.space.every
        return self.space.among(
            "priority", (id for id, each in cells.items() if each.key == cell.key)
        )

    def target(self, stated: StatedCell) -> Path:
        """Return the path of the target that a cell states."""
        return self.document.target(stated.rule, stated.metric, stated.cell)

    def promised(self, name: str, stated: StatedCell) -> tuple[Path, str]:
        """Return the target of a value or metric as a related place."""
        return self.target(stated), f"`{stated.cell.target.text}` for `{name}`"

    def clock(self, offer: Offer, counted: Counted) -> TargetClock:
        """Return what an offer promises over hours, with all that its deadline depends on."""
        revision = self.revision
        return TargetClock(offer.target, counted, revision.business_day, revision.timezone)

    @cached_property
    def deadlines(self) -> Deadlines:
        """The comparison of targets while this revision is in force."""
        return Deadlines(self.period, self.clocks)

    @cached_property
    def period(self) -> Period:
        """The moments over which targets and hours are compared."""
        return period_of(self.revision)

    @cached_property
    def moments(self) -> list[tuple[Conditions, Cases]]:
        """All cases, in parts with the same moments opened."""
        return moments_of(self.space, self.space.every, self.decisions.opening)

    def better(self, offers: tuple[Offer, ...], varying: frozenset[str]) -> list[list[int]]:
        """Return for each promise of a metric those than which it may be worse.

        It is the same for plans, roles and priorities where no hours depend on them.
        """
        key = id(offers), varying
        if key not in self._better:
            self._better[key] = better(offers, varying)
        return self._better[key]

    @cached_property
    def calendars(self) -> list[tuple[Path, PolicyCalendar]]:
        """Every calendar of the policy, with where it stands."""
        return [
            (self.document.calendar(name, position), calendar)
            for name, calendars in self.revision.hours.items()
            for position, calendar in enumerate(calendars)
        ]

    def hours_by(self, dimension: str) -> frozenset[str]:
        """Return the hours of which it depends on a dimension what calendar holds."""
        if dimension not in self._hours_by:
            self._hours_by[dimension] = _hours_by(self.revision.hours, dimension)
        return self._hours_by[dimension]

    def witness(self, cases: Cases) -> dict[str, str]:
        """Return the first case of a set that is not empty, as options name it."""
        return shown(self.space.first(cases))


def _conditions(entry: Node) -> Iterator[tuple[str, Node]]:
    """Yield the parts of the conditions in an entry: what they are about, and the values."""
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
    found: dict[str, tuple[str, frozenset[str]]],
) -> frozenset[str]:
    """Return the values of a group, and add it and the groups in it to those found."""
    if group not in found:
        name, values = written[group]
        negated = isinstance(values, MappingNode)
        chosen: set[str] = set()
        for text in texts_of(values):
            if text not in known[name] and written[text][0] == name:
                chosen |= _resolve(text, written, known, found)
            else:
                chosen.add(text)
        whole = set(known[name]) - chosen if negated else chosen
        found[group] = name, frozenset(whole)
    return found[group][1]


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


def named(when: When) -> dict[str, frozenset[str]]:
    """Return the values that a condition can hold for, of each dimension that it restricts."""
    if not when:
        return {}
    if len(when) == 1:
        return {name: frozenset(values) for name, values in when[0].values.items()}
    first, *others = (alternative.values for alternative in when)
    return {
        name: frozenset(values).union(*(each[name] for each in others))
        for name, values in first.items()
        if all(name in each for each in others)
    }


class Problem(NamedTuple):
    """What a rule found at a path of the document; the span is the value's unless given."""

    path: Path
    message: str
    span: Span | None = None
    label: str | None = None  # what stands there, beside the marks
    expected: str | None = None
    hint: str | None = None
    case: Mapping[str, str] | None = None
    related: tuple[tuple[Path, str], ...] = ()  # other places, and what stands there
    fix: Fix | None = None
    severity: str | None = None  # where it is not the rule's


class Rule(NamedTuple):
    """One thing to look for; the page with its code explains it, with examples."""

    code: str
    name: str
    severity: str  # error, warning or note
    summary: str  # what it finds, in a line without a full stop
    check: Callable[[Subject], Iterator[Problem]]
    last: bool = False  # it is about what others found, and about comments that allow that

    @property
    def kind(self) -> Code:
        """The rule as a kind of finding."""
        return Code(self.code, self.name, self.summary, self.severity)
