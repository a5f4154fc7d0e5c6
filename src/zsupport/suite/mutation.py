"""Mutants of a policy, and which of them its tests notice.

Each differs from the policy by one small mistake that an author could make. They are made of the
nodes of the file, so that everything the format can say can be changed. One that does not load, and
one that answers everything as before, is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from zsupport.analysis.answers import Difference
from zsupport.analysis.compare import Inclusions
from zsupport.analysis.deadlines import period_of
from zsupport.analysis.revision import AnalysedRevision
from zsupport.analysis.space import values_of
from zsupport.answer.case import Case
from zsupport.answer.space import Cases
from zsupport.clock.problem import BadText
from zsupport.clock.target_text import parse_target
from zsupport.errors import InvalidPolicy, check_limit
from zsupport.limits import CHANGES
from zsupport.policy.document import Document
from zsupport.policy.model import BINDINGS, Revision
from zsupport.policy.yamltext import (
    MappingNode,
    Node,
    Path,
    ScalarNode,
    SequenceNode,
    node_at,
    path_text,
    short,
)
from zsupport.suite.coverage import asked_cases
from zsupport.suite.example import Example, Invariant
from zsupport.suite.format import WORDS
from zsupport.suite.invariant import violations
from zsupport.suite.nodes import replaced, with_entries, with_items, with_text
from zsupport.suite.reading import Tests, bind
from zsupport.suite.running import OF_THE_SET, combinations, passes
from zsupport.suite.subject import PolicyUnderTest
from zsupport.suite.suggestion import MutantPair, Suggested, witness
from zsupport.typed import NamedTuple

#: What a cell, a condition or a grant says for people, and no answer depends on.
_REMARKS = ("note", "unclear", "source")
_DIMENSIONS = ("plan", "role", "channel", "priority")


class Mutant(NamedTuple):
    """A change of one file: where, what was done, and how the file is after it."""

    kind: str
    path: Path
    says: str
    before: Node
    place: Path
    node: Node | None  # what is at the place afterwards; None: nothing

    def root(self) -> Node:
        """Return the file after the change."""
        return replaced(self.before, self.place, self.node)


def changes_of(document: Document) -> Iterator[Mutant]:
    """Yield every small change of a policy; some of them do not load, some change no answer."""
    assert document.root is not None
    assert document.revision is not None
    made = _Mutants(document.root, document.revision)
    yield from made.of_groups()
    yield from made.of_grants()
    yield from made.of_targets()
    yield from made.of_lists()
    yield from made.of_hours()
    yield from made.of_channels()
    yield from made.of_facts()
    yield from made.of_metrics()


class _Mutants:
    def __init__(self, root: Node, revision: Revision) -> None:
        self.root = root
        self.revision = revision
        self.hours = [*revision.hours, "24x7"]
        self.values = values_of(revision)

    def node(self, path: Path) -> Node | None:
        return node_at(self.root, path)

    def items(self, path: Path) -> list[Node]:
        node = self.node(path)
        return list(node.items) if isinstance(node, SequenceNode) else []

    def drop(self, kind: str, path: Path, says: str) -> Mutant:
        """Return the file without what is at the end of a path."""
        return Mutant(kind, path, says, self.root, path, None)

    def put(self, kind: str, path: Path, says: str, node: Node) -> Mutant:
        """Return the file with another node at the end of a path."""
        return Mutant(kind, path, says, self.root, path, node)

    # -- conditions and lists --------------------------------------------------------------

    def of_condition(self, path: Path) -> Iterator[Mutant]:
        """Yield changes of a `when`: a key, an alternative or a value less, a `not` flipped."""
        when = self.node(path)
        if when is None:
            return
        if isinstance(when, SequenceNode):
            for number in range(len(when.items)):
                here = (*path, number)
                if len(when.items) > 1:
                    yield self.drop("drop-alternative", here, f"dropped {path_text(here)}")
                yield from self.of_alternative(here, alone=False)
            return
        yield from self.of_alternative(path, alone=True)

    def of_alternative(self, path: Path, *, alone: bool) -> Iterator[Mutant]:
        node = self.node(path)
        entries = list(node.entries) if isinstance(node, MappingNode) else []
        told = [(key, value) for key, value in entries if key.text not in _REMARKS]
        for key, value in told:
            here = (*path, key.text)
            if len(told) > 1:
                yield self.drop("drop-key", here, f"dropped `{key.text}` from the condition")
            elif alone:
                yield self.drop("drop-condition", path, f"dropped the condition on `{key.text}`")
            if key.text == "opened" and isinstance(value, ScalarNode):
                side, _, hours = value.text.partition(" ")
                other = "outside" if side == "inside" else "inside"
                text = with_text(value, f"{other} {hours}")
                yield self.put("flip-opened", here, f"`{value.text}` became `{text.text}`", text)
            elif key.text != "opened":
                yield from self.of_values(here, key.text)

    def of_values(self, path: Path, dimension: str) -> Iterator[Mutant]:
        """Yield changes of the values of a dimension: one less, a `not` flipped."""
        node = self.node(path)
        if isinstance(node, MappingNode):
            inner = node.by_key["not"][1] if "not" in node.by_key else None
            if inner is not None:
                says = f"flipped `not` of `{dimension}`"
                yield self.put("flip-not", path, says, inner)
                yield from self.of_members((*path, "not"), dimension)
            return
        assert node is not None
        yield from self.of_members(path, dimension)
        yield from self.more(path, dimension)
        flipped = with_entries(node, [(_key(node, "not"), node)])
        yield self.put("flip-not", path, f"`{dimension}` became `not`", flipped)

    def more(self, path: Path, dimension: str) -> Iterator[Mutant]:
        """Yield a list of values, or a single one, with each value more that it does not have."""
        node = self.node(path)
        assert node is not None
        items = list(node.items) if isinstance(node, SequenceNode) else [node]
        written = {item.text for item in items if isinstance(item, ScalarNode)}
        for value in self.values.get(dimension, ()):
            if value not in written:
                longer = with_items(node, [*items, _key(node, value)])
                yield self.put("add-value", path, f"added `{value}` to `{path[-1]}`", longer)

    def of_members(self, path: Path, what: str) -> Iterator[Mutant]:
        items = self.items(path)
        for number, item in enumerate(items):
            if len(items) > 1 and isinstance(item, ScalarNode):
                says = f"dropped `{short(item.text)}` from `{what}`"
                yield self.drop("drop-value", (*path, number), says)

    # -- sections --------------------------------------------------------------------------

    def of_groups(self) -> Iterator[Mutant]:
        groups = self.node(("groups",))
        for key, value in groups.entries if isinstance(groups, MappingNode) else ():
            for dimension, _ in value.entries if isinstance(value, MappingNode) else ():
                yield from self.of_values(("groups", key.text, dimension.text), dimension.text)

    def of_grants(self) -> Iterator[Mutant]:
        path: Path = ("entitlements",)
        items = self.items(path)
        for number, item in enumerate(items):
            here = (*path, number)
            grant = item.by_key if isinstance(item, MappingNode) else {}
            if len(items) > 1:
                word = "recommendation" if "recommend" in grant else "grant"
                yield self.drop("drop-grant", here, f"dropped the {word} {path_text(here)}")
            for key in ("allow", "recommend"):
                yield from self.of_members((*here, key), key)
            if "allow" in grant:
                yield from self.more((*here, "allow"), "channel")
            if "recommend" in grant:
                yield from self.swaps((*here, "recommend"), "swap-recommended")
            yield from self.of_condition((*here, "when"))
            yield from self.of_reference((*here, "hours"))
            yield from self.of_texts((*here, "prerequisites"), "prerequisite")

    def of_texts(self, path: Path, what: str) -> Iterator[Mutant]:
        node = self.node(path)
        items = self.items(path)
        for number in range(len(items)):
            if len(items) > 1:
                yield self.drop(f"drop-{what}", (*path, number), f"dropped a {what}")
        if node is not None and len(items) < 2:
            yield self.drop(f"drop-{what}", path, f"dropped the {what}")

    def of_reference(self, path: Path) -> Iterator[Mutant]:
        """Yield changes of which hours are named: others, or none."""
        node = self.node(path)
        if not isinstance(node, ScalarNode):
            return
        for other in self.hours:
            if other != node.text:
                says = f"the hours `{node.text}` became `{other}`"
                yield self.put("swap-hours", path, says, with_text(node, other))
        yield self.drop("drop-hours", path, f"dropped the hours `{node.text}`")

    def of_targets(self) -> Iterator[Mutant]:
        path: Path = ("targets",)
        items = self.items(path)
        yield from self.swaps(path, "swap-rules")
        metrics = {metric.id for metric in self.revision.metrics}
        for number, item in enumerate(items):
            here = (*path, number)
            if len(items) > 1:
                yield self.drop("drop-rule", here, f"dropped the rule {path_text(here)}")
            yield from self.of_condition((*here, "when"))
            yield from self.of_reference((*here, "hours"))
            for key, _ in item.entries if isinstance(item, MappingNode) else ():
                if key.text in metrics:
                    yield from self.of_metric((*here, key.text))

    def of_metric(self, path: Path) -> Iterator[Mutant]:
        node = self.node(path)
        if isinstance(node, MappingNode) and "target" not in node.by_key:
            cells = list(node.entries)
            for key, _ in cells:
                here = (*path, key.text)
                if len(cells) > 1:
                    says = f"dropped the target of {key.text}"
                    yield self.drop("drop-target", here, says)
                yield from self.of_cell(here)
            for (one, first), (other, second) in pairwise(cells):
                entries = [
                    (k, second if k is one else first if k is other else v) for k, v in cells
                ]
                says = f"swapped the targets of {one.text} and {other.text}"
                made = with_entries(node, entries)
                yield Mutant("swap-targets", (*path, one.text), says, self.root, path, made)
            return
        yield self.drop("drop-target", path, f"dropped the target of `{path[-1]}`")
        yield from self.of_cell(path)

    def of_cell(self, path: Path) -> Iterator[Mutant]:
        node = self.node(path)
        if isinstance(node, MappingNode):
            yield from self.of_reference((*path, "hours"))
            path = (*path, "target")
            node = self.node(path)
        assert isinstance(node, ScalarNode)
        for text in other_targets(node.text):
            says = f"`{node.text}` became `{text}`"
            yield self.put("change-target", path, says, with_text(node, text))

    def of_lists(self) -> Iterator[Mutant]:
        """Yield changes of priorities and commitments, whose order decides."""
        for section in ("priorities", "commitment"):
            path: Path = (section,)
            items = self.items(path)
            yield from self.swaps(path, f"swap-{section}")
            for number, _ in enumerate(items):
                here = (*path, number)
                yield from self.of_condition((*here, "when"))
                if section == "commitment" and len(items) > 1:
                    yield self.drop("drop-commitment", here, f"dropped {path_text(here)}")
        node = self.node(("commitment",))
        if isinstance(node, ScalarNode):
            yield self.put(
                "change-commitment", ("commitment",), f"`{node.text}` became another",
                with_text(node, _other_commitment(node.text)),
            )  # fmt: skip
        for number, item in enumerate(self.items(("commitment",))):
            word = item.by_key.get("is") if isinstance(item, MappingNode) else None
            if word is not None and isinstance(word[1], ScalarNode):
                other = _other_commitment(word[1].text)
                yield self.put(
                    "change-commitment", ("commitment", number, "is"),
                    f"`{word[1].text}` became `{other}`", with_text(word[1], other),
                )  # fmt: skip

    def swaps(self, path: Path, kind: str) -> Iterator[Mutant]:
        """Yield the list with two neighbours swapped."""
        node, items = self.node(path), self.items(path)
        for number in range(len(items) - 1):
            moved = [*items]
            moved[number], moved[number + 1] = moved[number + 1], moved[number]
            assert node is not None
            here = (*path, number)
            says = f"swapped {path_text(here)} and the next"
            yield Mutant(kind, here, says, self.root, path, with_items(node, moved))

    def of_hours(self) -> Iterator[Mutant]:
        """Yield changes of calendars: two swapped, one of a list less, its windows, its zone."""
        node = self.node(("hours",))
        entries = list(node.entries) if isinstance(node, MappingNode) else []
        for (one, first), (other, second) in pairwise(entries):
            assert node is not None
            made = with_entries(
                node, [(k, second if k is one else first if k is other else v) for k, v in entries]
            )
            says = f"swapped the hours `{one.text}` and `{other.text}`"
            yield Mutant("swap-hours", ("hours", one.text), says, self.root, ("hours",), made)
        for key, value in entries:
            path: Path = ("hours", key.text)
            if isinstance(value, SequenceNode):
                yield from self.swaps(path, "swap-calendars")
                for number in range(len(value.items)):
                    here = (*path, number)
                    yield from self.of_condition((*here, "when"))
                    if len(value.items) > 1:
                        yield self.drop("drop-calendar", here, f"dropped {path_text(here)}")
                    yield from self.of_calendar(here)
            else:
                yield from self.of_calendar(path)

    def of_calendar(self, path: Path) -> Iterator[Mutant]:
        node = self.node(path)
        keys = [key.text for key, _ in node.entries] if isinstance(node, MappingNode) else []
        if "holidays" in keys:
            yield self.drop("drop-holidays", (*path, "holidays"), "dropped the holidays")
        if "open" in keys:
            yield from self.of_members((*path, "open"), "open")
        yield from self.of_members((*path, "any"), "any")

    def of_channels(self) -> Iterator[Mutant]:
        node = self.node(("channels",))
        for key, _ in node.entries if isinstance(node, MappingNode) else ():
            yield from self.of_texts(("channels", key.text, "prerequisites"), "prerequisite")

    def of_facts(self) -> Iterator[Mutant]:
        """Yield the default of a fact gone over to another value."""
        for fact in self.revision.facts:
            path: Path = ("facts", fact.id, "default")
            node = self.node(path)
            others = [value for value in fact.values if value != fact.default]
            if isinstance(node, ScalarNode) and others:
                says = f"the default of `{fact.id}` became `{others[0]}`"
                yield self.put("change-default", path, says, with_text(node, others[0]))

    def of_metrics(self) -> Iterator[Mutant]:
        """Yield the clock of a metric started when a case is opened."""
        for number, metric in enumerate(self.revision.metrics):
            path: Path = ("metrics", number, "starts")
            if self.node(path) is not None:
                says = f"dropped `starts` of `{metric.id}`"
                yield self.drop("drop-starts", path, says)


def _key(node: Node, text: str) -> ScalarNode:
    """Return a key in the place of a node."""
    made = ScalarNode()
    made.text, made.plain, made.flow = text, True, False
    made.start = made.end = node.start
    return made


def _other_commitment(word: str) -> str:
    if word not in BINDINGS:
        return "target"
    return BINDINGS[(BINDINGS.index(word) + 1) % len(BINDINGS)]


def other_targets(text: str) -> list[str]:
    """Return the targets that a target becomes: twice as long, and nothing promised."""
    try:
        target = parse_target(text)
    except BadText:
        return []
    if target.kind == "none":
        return ["not-stated"]
    if target.kind == "not-stated":
        return ["none"]
    doubled = _doubled(text)
    found = [doubled] if doubled is not None else []
    if target.kind == "next-business-day":
        found.append("2 business days")
    return [*found, "none"]


def _doubled(text: str) -> str | None:
    """Return a target with its first number twice as large, in the plural where it was one."""
    number = re.search(r"[0-9]+(\.[0-9]+)?", text)
    if number is None or ":" in text:
        return None
    value = float(number[0]) * 2
    shown = f"{value:g}"
    made = text[: number.start()] + shown + text[number.end() :]
    return re.sub(r"\b(hour|minute|day)\b", r"\1s", made) if number[0] == "1" else made


# -- which of them the tests notice ------------------------------------------------------------


#: Of tests that ask more, the combinations are not told apart.
MOST_COMBINATIONS = 500


class Survivor(NamedTuple):
    """A change that no test noticed, of one of the revisions, and in how many cases it shows."""

    revision: int
    change: Mutant
    cases: int


class Mutation(NamedTuple):
    """What came of all changes of a policy."""

    changes: int  # how many were counted
    survivors: tuple[Survivor, ...]
    invalid: int  # how many did not load
    unchanged: int  # after how many every answer was as before

    @property
    def noticed(self) -> int:
        """How many changes a test noticed."""
        return self.changes - len(self.survivors)


def mutated(
    subject: PolicyUnderTest,
    tests: Sequence[Tests],
    examples: Sequence[Example],
    invariants: Sequence[Invariant],
) -> Mutation:
    """Return which changes of a policy its tests notice. Raises TooMuch.

    `examples` and `invariants` are those of the tests that pass: one that fails notices nothing.
    """
    tried = 0
    for index, document in enumerate(subject.documents):
        notice = [*(each.question.revision for each in examples), *(i.revision for i in invariants)]
        tried += sum(1 for _ in changes_of(document)) * (1 + notice.count(index))
    check_limit(CHANGES, tried)
    counted = invalid = unchanged = 0
    survivors: list[Survivor] = []
    chosen = {id(each) for each in (*examples, *invariants)}
    for index, document in enumerate(subject.documents):
        mine = [each for each in examples if each.question.revision == index]
        rules = [each for each in invariants if each.revision == index]
        reach = [_Reach(subject, example) for example in mine]
        for change in changes_of(document):
            pair = compared(subject, index, change)
            if pair is None:
                invalid += 1
                continue
            changed, where = pair.after, pair.where
            if not where.any:
                unchanged += 1
                continue
            counted += 1
            if change.path[0] == "groups":
                # Tests that name a group go along with it.
                if not _noticed_anew(changed, tests, chosen, index):
                    survivors.append(Survivor(index, change, where.cases))
                continue
            if any(not _holds(changed, each) for each in rules):
                continue
            # The tests that noticed the change before this one are likely to notice this too.
            for number, each in enumerate(reach):
                if not each.passes(changed, where):
                    reach.insert(0, reach.pop(number))
                    break
            else:
                survivors.append(Survivor(index, change, where.cases))
    survivors.sort(key=lambda survivor: -survivor.cases)
    return Mutation(counted, tuple(survivors), invalid, unchanged)


def compared(subject: PolicyUnderTest, index: int, change: Mutant) -> MutantPair | None:
    """Return a policy with its mutant; None if the change makes the policy invalid."""
    before, root = subject.revisions[index], change.root()
    try:
        revision = before.variants.revision_of(root)
    except InvalidPolicy:
        return None
    changed = subject.replaced(index, root, revision)
    where = before.entries.difference(root, revision)
    return MutantPair(
        subject, changed, index, where or difference(before, changed.revisions[index])
    )


def difference(before: AnalysedRevision, after: AnalysedRevision) -> Difference:
    """Return where two revisions over the same cases answer differently."""
    inclusions = Inclusions(period_of(before.revision, after.revision), before.public)
    return Difference(before.answers, after.answers, inclusions)


class Noticing(NamedTuple):
    """What would notice a survivor: a test, and whether it was found for one before it."""

    test: Suggested | None
    known: bool


def noticing(
    subject: PolicyUnderTest, survivors: Sequence[Survivor], most: int
) -> Iterator[tuple[Survivor, Noticing]]:
    """Yield each survivor with a test that would notice it; new tests are made for so many."""
    made: list[tuple[Suggested, _Reach]] = []
    tried = 0
    for survivor in survivors:
        index = survivor.revision
        pair = compared(subject, index, survivor.change)
        assert pair is not None  # it was one before
        some = (
            each
            for each, reach in made
            if each.example.question.revision == index and not reach.passes(pair.after, pair.where)
        )
        known = next(some, None)
        found = known
        if known is None and tried < most:
            tried += 1
            found = witness(pair)
            made += [(found, _Reach(subject, found.example))] if found else []
        yield survivor, Noticing(found, known is not None)


def _holds(subject: PolicyUnderTest, invariant: Invariant) -> bool:
    return not any(
        violations(subject, invariant, claim, name)
        for claim in invariant.claims
        for name in claim.names
    )


def _noticed_anew(
    changed: PolicyUnderTest, tests: Sequence[Tests], chosen: set[int], index: int
) -> bool:
    """Return whether a test notices a change of the names that tests may use themselves."""
    for before in tests:
        bound = bind(before.written, changed, before.at)
        if bound.findings:
            return True
        for old, new in zip(before.examples, bound.examples, strict=True):
            counts = id(old) in chosen and old.question.revision == index
            if counts and not passes(changed, new):
                return True
        for was, invariant in zip(before.invariants, bound.invariants, strict=True):
            counts = id(was) in chosen and was.revision == index
            if counts and not _holds(changed, invariant):
                return True
    return False


class _Reach:
    """A test with the cases that its answers rest on: what changes elsewhere cannot concern it."""

    def __init__(self, subject: PolicyUnderTest, example: Example) -> None:
        self.example = example
        self.command = example.question.command
        keys = {each.key for each in example.expects}
        self.words = bool(keys & WORDS) or not keys  # a change of words alone can be visible
        index = example.question.revision
        by_facts = self.command == "priority"
        self.space = subject.revisions[index].facts if by_facts else subject.revisions[index].space
        self.cases = asked_cases(subject, example, self.space)
        # Channels are ranked among each other, and the first of them may speak for all.
        self.wide = not by_facts and ("recommended" in keys or not keys & set(OF_THE_SET))
        if self.wide:
            self.cases = self.space.for_some("channel", self.cases)

    def passes(self, changed: PolicyUnderTest, where: Difference) -> bool:
        """Return whether the test passes on a changed policy; what cannot differ is not asked."""
        if self.words or where.defaults:
            return passes(changed, self.example)
        cases = self.differing(where)
        if not cases:
            return True
        if self.command == "hours" or self.combinations > MOST_COMBINATIONS:
            return passes(changed, self.example)
        return passes(changed, self.example, (each for each, own in self.parts if own & cases))

    def differing(self, where: Difference) -> Cases:
        """Return the cases of the test in which the answers differ."""
        if self.command == "priority":
            return where.facts & self.cases
        if self.command == "channels":
            return where.channels & self.cases
        # When a channel is open depends on its grants, too.
        found = where.channels & self.cases if self.command == "hours" else 0
        for cases in (where.hours if self.command == "hours" else where.due).values():
            found |= cases
        # The hours of a union are its members', which may have changed.
        return found if self.command == "hours" else found & self.cases

    @cached_property
    def combinations(self) -> int:
        """How many combinations the test asks."""
        count = 1
        for values in self.example.question.values.values():
            count *= len(values)
        return count

    @cached_property
    def parts(self) -> list[tuple[Case, Cases]]:
        """Each combination that the test asks, with its cases."""
        found = []
        for combination in combinations(self.example.question):
            told = {name: [value] for name, value in combination.items()}
            if self.wide:
                told.pop("channel", None)
            found.append((combination, self.cases & self.space.within(told)))
        return found
