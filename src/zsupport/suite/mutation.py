"""Build mutants of a policy and find those that its tests do not kill.

A mutant differs from the policy by one small error that an author could make. Mutants are built
from the nodes of the file, so that every part of the format can change. Invalid mutants, and
mutants with the same answers as the policy, are not counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import count, pairwise

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
from zsupport.limits import MUTANT_RUNS
from zsupport.policy.document import Document
from zsupport.policy.model import BINDINGS, DETAILS, ChannelPriority, Revision
from zsupport.policy.quota import parse_quota
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
from zsupport.suite.coverage import cases_of_question
from zsupport.suite.example import Example, Invariant
from zsupport.suite.format import WORDS
from zsupport.suite.invariant import violating_cases
from zsupport.suite.nodes import with_entries, with_items, with_node, with_text
from zsupport.suite.reading import Tests, bind
from zsupport.suite.running import CHANNEL_SET_KEYS, combinations, passes
from zsupport.suite.subject import PolicyUnderTest
from zsupport.suite.suggestion import MutantPair, SuggestedTest, suggest_killing_test
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: Keys of cells, conditions and grants that change no answer.
_REMARKS = ("note", "unclear", "source")
_DIMENSIONS = ("plan", "role", "channel", "priority")


class Mutant(NamedTuple):
    """A change of one file. `path` and `message` describe it in a finding."""

    kind: str
    path: Path
    message: Message
    before: Node  # the root of the unchanged file
    place: Path
    node: Node | None  # the new node at the place; None: the node is removed

    def root(self) -> Node:
        """Return the root of the changed file."""
        return with_node(self.before, self.place, self.node)


def mutants_of(document: Document) -> Iterator[Mutant]:
    """Yield all mutants of a file, also invalid mutants and mutants with the same answers."""
    assert document.root is not None
    assert document.revision is not None
    mutants = _Mutants(document.root, document.revision)
    yield from mutants.of_groups()
    yield from mutants.of_grants()
    yield from mutants.of_targets()
    yield from mutants.of_lists()
    yield from mutants.of_priority_table()
    yield from mutants.of_limits()
    yield from mutants.of_hours()
    yield from mutants.of_channels()
    yield from mutants.of_facts()
    yield from mutants.of_metrics()


class _Mutants:
    """Builds the mutants of one file."""

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

    def drop(self, kind: str, path: Path, message: Message) -> Mutant:
        """Return the mutant without the node at a path."""
        return Mutant(kind, path, message, self.root, path, None)

    def put(self, kind: str, path: Path, message: Message, node: Node) -> Mutant:
        """Return the mutant with a new node at a path."""
        return Mutant(kind, path, message, self.root, path, node)

    # -- conditions and lists --------------------------------------------------------------

    def of_condition(self, path: Path) -> Iterator[Mutant]:
        """Yield mutants of a `when`: without a key, an alternative or a value, or with `not`."""
        when = self.node(path)
        if when is None:
            return
        if isinstance(when, SequenceNode):
            for number in range(len(when.items)):
                entry_path = (*path, number)
                if len(when.items) > 1:
                    yield self.drop(
                        "drop-alternative",
                        entry_path,
                        Message("removed {path}", path=path_text(entry_path)),
                    )
                yield from self.of_alternative(entry_path, alone=False)
            return
        yield from self.of_alternative(path, alone=True)

    def of_alternative(self, path: Path, *, alone: bool) -> Iterator[Mutant]:
        """Yield mutants of an alternative; `alone` says whether it is the whole condition."""
        node = self.node(path)
        entries = list(node.entries) if isinstance(node, MappingNode) else []
        keys = [(key, value) for key, value in entries if key.text not in _REMARKS]
        for key, value in keys:
            entry_path = (*path, key.text)
            if len(keys) > 1:
                yield self.drop(
                    "drop-key",
                    entry_path,
                    Message("removed `{key}` from the condition", key=key.text),
                )
            elif alone:
                yield self.drop(
                    "drop-condition", path, Message("removed the condition `{key}`", key=key.text)
                )
            if key.text == "opened" and isinstance(value, ScalarNode):
                side, _, hours = value.text.partition(" ")
                other = "outside" if side == "inside" else "inside"
                text = with_text(value, f"{other} {hours}")
                yield self.put(
                    "flip-opened",
                    entry_path,
                    Message(
                        "replaced `{before}` with `{after}`", before=value.text, after=text.text
                    ),
                    text,
                )
            elif key.text != "opened":
                yield from self.of_values(entry_path, key.text)

    def of_values(self, path: Path, dimension: str) -> Iterator[Mutant]:
        """Yield mutants of the values of a dimension: one value less or more, or `not` inverted."""
        node = self.node(path)
        if isinstance(node, MappingNode):
            inner = node.by_key["not"][1] if "not" in node.by_key else None
            if inner is not None:
                message = Message("removed `not` from `{dimension}`", dimension=dimension)
                yield self.put("flip-not", path, message, inner)
                yield from self.of_members((*path, "not"), dimension)
            return
        assert node is not None
        yield from self.of_members(path, dimension)
        yield from self.additions(path, dimension)
        flipped = with_entries(node, [(_scalar_at(node, "not"), node)])
        yield self.put(
            "flip-not", path, Message("added `not` to `{dimension}`", dimension=dimension), flipped
        )

    def additions(self, path: Path, dimension: str) -> Iterator[Mutant]:
        """Yield mutants with one more value of a dimension."""
        node = self.node(path)
        assert node is not None
        items = list(node.items) if isinstance(node, SequenceNode) else [node]
        values = {item.text for item in items if isinstance(item, ScalarNode)}
        for value in self.values.get(dimension, ()):
            if value not in values:
                longer = with_items(node, [*items, _scalar_at(node, value)])
                yield self.put(
                    "add-value",
                    path,
                    Message("added `{value}` to `{key}`", value=value, key=path[-1]),
                    longer,
                )

    def of_members(self, path: Path, key: str) -> Iterator[Mutant]:
        """Yield mutants without one item of a list; `key` names the list in messages."""
        items = self.items(path)
        for number, item in enumerate(items):
            if len(items) > 1 and isinstance(item, ScalarNode):
                message = Message("removed `{value}` from `{key}`", value=short(item.text), key=key)
                yield self.drop("drop-value", (*path, number), message)

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
            entry_path = (*path, number)
            grant = item.by_key if isinstance(item, MappingNode) else {}
            if len(items) > 1:
                message = Message("removed the grant {path}", path=path_text(entry_path))
                if "recommend" in grant:
                    message = Message(
                        "removed the recommendation {path}", path=path_text(entry_path)
                    )
                yield self.drop("drop-grant", entry_path, message)
            for key in ("allow", "recommend"):
                yield from self.of_members((*entry_path, key), key)
            if "allow" in grant:
                yield from self.additions((*entry_path, "allow"), "channel")
            if "recommend" in grant:
                yield from self.swaps((*entry_path, "recommend"), "swap-recommended")
            yield from self.of_condition((*entry_path, "when"))
            yield from self.of_reference((*entry_path, "hours"))
            yield from self.of_details(entry_path)

    def of_details(self, path: Path) -> Iterator[Mutant]:
        """Yield mutants without an item of a list of a channel or grant."""
        for key in DETAILS:
            if key == "prerequisites":
                yield from self.of_prerequisites((*path, key))
            elif self.node((*path, key)) is not None:
                yield from self.of_members((*path, key), key)
                message = Message("removed {path}", path=path_text((*path, key)))
                yield self.drop("drop-detail", (*path, key), message)

    def of_prerequisites(self, path: Path) -> Iterator[Mutant]:
        """Yield mutants without a prerequisite."""
        node = self.node(path)
        items = self.items(path)
        for number in range(len(items)):
            if len(items) > 1:
                message = Message("removed a prerequisite")
                yield self.drop("drop-prerequisite", (*path, number), message)
        if node is not None and len(items) < 2:
            yield self.drop("drop-prerequisite", path, Message("removed the prerequisite"))

    def of_reference(self, path: Path) -> Iterator[Mutant]:
        """Yield mutants with different hours, or without hours."""
        node = self.node(path)
        if not isinstance(node, ScalarNode):
            return
        for other in self.hours:
            if other != node.text:
                message = Message(
                    "replaced hours `{before}` with `{after}`", before=node.text, after=other
                )
                yield self.put("swap-hours", path, message, with_text(node, other))
        yield self.drop("drop-hours", path, Message("removed hours `{hours}`", hours=node.text))

    def of_targets(self) -> Iterator[Mutant]:
        path: Path = ("targets",)
        items = self.items(path)
        yield from self.swaps(path, "swap-rules")
        metrics = {metric.id for metric in self.revision.metrics}
        for number, item in enumerate(items):
            entry_path = (*path, number)
            if len(items) > 1:
                yield self.drop(
                    "drop-rule",
                    entry_path,
                    Message("removed the rule {path}", path=path_text(entry_path)),
                )
            yield from self.of_condition((*entry_path, "when"))
            yield from self.of_reference((*entry_path, "hours"))
            for key, _ in item.entries if isinstance(item, MappingNode) else ():
                if key.text in metrics:
                    yield from self.of_metric((*entry_path, key.text))

    def of_metric(self, path: Path) -> Iterator[Mutant]:
        node = self.node(path)
        if isinstance(node, MappingNode) and "target" not in node.by_key:
            cells = list(node.entries)
            for key, _ in cells:
                entry_path = (*path, key.text)
                if len(cells) > 1:
                    message = Message("removed the target for {priority}", priority=key.text)
                    yield self.drop("drop-target", entry_path, message)
                yield from self.of_cell(entry_path)
            for (first, value), (second, next_value) in pairwise(cells):
                entries = [
                    (k, next_value if k is first else value if k is second else v) for k, v in cells
                ]
                message = Message(
                    "swapped the targets for {first} and {second}",
                    first=first.text,
                    second=second.text,
                )
                swapped = with_entries(node, entries)
                yield Mutant("swap-targets", (*path, first.text), message, self.root, path, swapped)
            return
        yield self.drop(
            "drop-target", path, Message("removed the target for `{metric}`", metric=path[-1])
        )
        yield from self.of_cell(path)

    def of_cell(self, path: Path) -> Iterator[Mutant]:
        node = self.node(path)
        if isinstance(node, MappingNode):
            yield from self.of_reference((*path, "hours"))
            path = (*path, "target")
            node = self.node(path)
        assert isinstance(node, ScalarNode)
        for text in other_targets(node.text):
            message = Message("replaced `{before}` with `{after}`", before=node.text, after=text)
            yield self.put("change-target", path, message, with_text(node, text))

    def of_lists(self) -> Iterator[Mutant]:
        """Yield mutants of priorities and commitments, whose order decides."""
        for section in ("priorities", "commitment"):
            path: Path = (section,)
            items = self.items(path)
            yield from self.swaps(path, f"swap-{section}")
            for number, _ in enumerate(items):
                entry_path = (*path, number)
                yield from self.of_condition((*entry_path, "when"))
                if section == "commitment" and len(items) > 1:
                    yield self.drop(
                        "drop-commitment",
                        entry_path,
                        Message("removed {path}", path=path_text(entry_path)),
                    )
        node = self.node(("commitment",))
        if isinstance(node, ScalarNode):
            other = _other_commitment(node.text)
            yield self.put(
                "change-commitment",
                ("commitment",),
                Message("replaced `{before}` with `{after}`", before=node.text, after=other),
                with_text(node, other),
            )
        for number, item in enumerate(self.items(("commitment",))):
            word = item.by_key.get("is") if isinstance(item, MappingNode) else None
            if word is not None and isinstance(word[1], ScalarNode):
                other = _other_commitment(word[1].text)
                yield self.put(
                    "change-commitment",
                    ("commitment", number, "is"),
                    Message("replaced `{before}` with `{after}`", before=word[1].text, after=other),
                    with_text(word[1], other),
                )

    def of_priority_table(self) -> Iterator[Mutant]:
        """Yield mutants in which one cell has another priority: the next less urgent one.

        Instead of the least urgent priority, the cell has the next more urgent one.
        """
        ids = [priority.id for priority in self.revision.priorities]
        for rule in self.revision.priority_rules():
            if not rule.of_table:
                continue
            path, node = rule.path, self.node(rule.path)
            if isinstance(node, MappingNode):
                path = (*path, "priority")
                node = self.node(path)
            if isinstance(node, ScalarNode) and (other := _next_to(rule.priority, ids)):
                message = Message(
                    "replaced `{before}` with `{after}`", before=node.text, after=other
                )
                yield self.put("change-cell", path, message, with_text(node, other))

    def of_limits(self) -> Iterator[Mutant]:
        for topic in self.revision.limits():
            path: Path = ("limits", topic)
            node, items = self.node(path), self.items(path)
            if isinstance(node, ScalarNode):
                message = Message("removed {path}", path=path_text(path))
                yield self.drop("drop-limit", path, message)
                yield from self.of_quota(path)
            yield from self.swaps(path, "swap-limits")
            for number in range(len(items)):
                entry_path = (*path, number)
                if len(items) > 1:
                    message = Message("removed {path}", path=path_text(entry_path))
                    yield self.drop("drop-limit", entry_path, message)
                yield from self.of_condition((*entry_path, "when"))
                yield from self.of_quota((*entry_path, "is"))

    def of_quota(self, path: Path) -> Iterator[Mutant]:
        """Yield the mutant with another limit."""
        node = self.node(path)
        assert isinstance(node, ScalarNode)
        other = other_quota(node.text)
        message = Message("replaced `{before}` with `{after}`", before=node.text, after=other)
        yield self.put("change-limit", path, message, with_text(node, other))

    def swaps(self, path: Path, kind: str) -> Iterator[Mutant]:
        """Yield mutants with two adjacent items swapped."""
        node, items = self.node(path), self.items(path)
        for number in range(len(items) - 1):
            moved = [*items]
            moved[number], moved[number + 1] = moved[number + 1], moved[number]
            assert node is not None
            entry_path = (*path, number)
            message = Message(
                "swapped {first} and {second}",
                first=path_text(entry_path),
                second=path_text((*path, number + 1)),
            )
            yield Mutant(kind, entry_path, message, self.root, path, with_items(node, moved))

    def of_hours(self) -> Iterator[Mutant]:
        """Yield mutants of hours: swapped hours, a removed calendar, or removed windows."""
        node = self.node(("hours",))
        entries = list(node.entries) if isinstance(node, MappingNode) else []
        for (first, value), (second, next_value) in pairwise(entries):
            assert node is not None
            swapped = with_entries(
                node,
                [
                    (k, next_value if k is first else value if k is second else v)
                    for k, v in entries
                ],
            )
            message = Message(
                "swapped hours `{first}` and `{second}`", first=first.text, second=second.text
            )
            yield Mutant(
                "swap-hours", ("hours", first.text), message, self.root, ("hours",), swapped
            )
        for key, value in entries:
            path: Path = ("hours", key.text)
            if isinstance(value, SequenceNode):
                yield from self.swaps(path, "swap-calendars")
                for number in range(len(value.items)):
                    entry_path = (*path, number)
                    yield from self.of_condition((*entry_path, "when"))
                    if len(value.items) > 1:
                        yield self.drop(
                            "drop-calendar",
                            entry_path,
                            Message("removed {path}", path=path_text(entry_path)),
                        )
                    yield from self.of_calendar(entry_path)
            else:
                yield from self.of_calendar(path)

    def of_calendar(self, path: Path) -> Iterator[Mutant]:
        node = self.node(path)
        keys = [key.text for key, _ in node.entries] if isinstance(node, MappingNode) else []
        if "holidays" in keys:
            yield self.drop("drop-holidays", (*path, "holidays"), Message("removed the holidays"))
        if "open" in keys:
            yield from self.of_members((*path, "open"), "open")
        yield from self.of_members((*path, "any"), "any")

    def of_channels(self) -> Iterator[Mutant]:
        node = self.node(("channels",))
        for key, _ in node.entries if isinstance(node, MappingNode) else ():
            yield from self.of_details(("channels", key.text))
        for channel in self.revision.channels:
            if channel.priority is not None:
                yield from self.of_channel_priority(channel.id, channel.priority)

    def of_channel_priority(self, channel: str, own: ChannelPriority) -> Iterator[Mutant]:
        """Yield mutants in which a channel sets no priority, or another one."""
        path: Path = ("channels", channel, "priority")
        message = Message("removed the priority of `{channel}`", channel=channel)
        yield self.drop("drop-channel-priority", path, message)
        if isinstance(self.node(path), MappingNode):
            path = (*path, "at-most" if own.at_most else "is")
        node = self.node(path)
        ids = [priority.id for priority in self.revision.priorities if priority.id != own.priority]
        if ids and isinstance(node, ScalarNode):
            message = Message(
                "replaced the priority of `{channel}` with `{priority}`",
                channel=channel,
                priority=ids[0],
            )
            yield self.put("swap-channel-priority", path, message, with_text(node, ids[0]))

    def of_facts(self) -> Iterator[Mutant]:
        """Yield mutants with a different default of a fact."""
        for fact in self.revision.facts:
            path: Path = ("facts", fact.id, "default")
            node = self.node(path)
            values = [value for value in fact.values if value != fact.default]
            if isinstance(node, ScalarNode) and values:
                message = Message(
                    "replaced the default of `{fact}` with `{value}`", fact=fact.id, value=values[0]
                )
                yield self.put("change-default", path, message, with_text(node, values[0]))

    def of_metrics(self) -> Iterator[Mutant]:
        """Yield mutants without the `starts` of a metric."""
        for number, metric in enumerate(self.revision.metrics):
            path: Path = ("metrics", number, "starts")
            if self.node(path) is not None:
                message = Message("removed `starts` of `{metric}`", metric=metric.id)
                yield self.drop("drop-starts", path, message)


def _scalar_at(node: Node, text: str) -> ScalarNode:
    """Return a scalar at the position of a node."""
    scalar = ScalarNode()
    scalar.text, scalar.plain, scalar.flow = text, True, False
    scalar.start = scalar.end = node.start
    return scalar


def _next_to(priority: str | None, ids: Sequence[str]) -> str | None:
    """Return the priority after another one, or else before it; the last one for a refused cell."""
    if priority is None or len(ids) < 2:
        return ids[-1] if priority is None else None
    place = ids.index(priority)
    return ids[place + 1] if place + 1 < len(ids) else ids[place - 1]


def _other_commitment(word: str) -> str:
    if word not in BINDINGS:
        return "target"
    return BINDINGS[(BINDINGS.index(word) + 1) % len(BINDINGS)]


def other_quota(text: str) -> str:
    """Return the text that replaces the text of a limit in mutants: a limit twice as high.

    `unlimited` is replaced with 0, and 0 with 1.
    """
    quota = parse_quota(text)
    if quota.number is None:
        return "0"
    count = quota.number * 2 or 1
    return str(count) if quota.per is None else f"{count} per {quota.per}"


def other_targets(text: str) -> list[str]:
    """Return the texts that replace the text of a target in mutants.

    These are a longer target, if there is one, or the other of `later` and `earlier`, and `none`.
    The target `none` is replaced with `not-stated`, and `not-stated` with `none`. An invalid target
    has no replacement.
    """
    try:
        target = parse_target(text)
    except BadText:
        return []
    if target.kind == "none":
        return ["not-stated"]
    if target.kind == "not-stated":
        return ["none"]
    if target.parts:
        other = "earlier" if target.kind == "later" else "later"
        return [target.text.replace(target.kind, other, 1), "none"]
    doubled = _doubled(text)
    targets = [doubled] if doubled is not None else []
    if target.kind == "next-business-day":
        targets.append("2 business days")
    if target.kind == "by-opening":
        targets.append(target.text.replace("opening", "business"))
    return [*targets, "none"]


def _doubled(text: str) -> str | None:
    """Return the text of a target with its number doubled.

    None if it has no number, or has a time of day.
    """
    number = re.search(r"[0-9]+(\.[0-9]+)?", text)
    if number is None or ":" in text:
        return None
    value = float(number[0]) * 2
    shown = f"{value:g}"
    changed = text[: number.start()] + shown + text[number.end() :]
    return re.sub(r"\b(hour|minute|day|week)\b", r"\1s", changed) if number[0] == "1" else changed


# -- killed and surviving mutants --------------------------------------------------------------


#: A test with more combinations is run for all of them, not only for those that can differ.
MAX_COMBINATIONS = 500


class Survivor(NamedTuple):
    """A mutant that survived, its revision, and the number of cases with different answers."""

    revision: int
    mutant: Mutant
    cases: int


class Mutation(NamedTuple):
    """The result of all mutants of a policy."""

    mutants: int  # the number of counted mutants
    survivors: tuple[Survivor, ...]
    invalid: int  # the number of invalid mutants
    unchanged: int  # the number of mutants with the same answers

    @property
    def killed(self) -> int:
        """The number of killed mutants."""
        return self.mutants - len(self.survivors)


def run_mutants(
    subject: PolicyUnderTest,
    tests: Sequence[Tests],
    examples: Sequence[Example],
    invariants: Sequence[Invariant],
    before_mutant: Callable[[int, int], None] = lambda done, total: None,
) -> Mutation:
    """Run the tests for all mutants of a policy. Raises LimitExceeded.

    `examples` and `invariants` are the passing tests. A failing test kills no mutant.
    `before_mutant` is called with the number of tried mutants, and with the number of all mutants.
    """
    tried = total = 0
    for index, document in enumerate(subject.documents):
        revisions = [example.question.revision for example in examples]
        revisions += [invariant.revision for invariant in invariants]
        mutants = sum(1 for _ in mutants_of(document))
        total += mutants
        tried += mutants * (1 + revisions.count(index))
    check_limit(MUTANT_RUNS, tried)
    numbers = count()
    counted = invalid = unchanged = 0
    survivors: list[Survivor] = []
    selected = {id(test) for test in (*examples, *invariants)}
    for index, document in enumerate(subject.documents):
        example_cases = [
            _ExampleCases(subject, example)
            for example in examples
            if example.question.revision == index
        ]
        revision_invariants = [invariant for invariant in invariants if invariant.revision == index]
        for mutant in mutants_of(document):
            before_mutant(next(numbers), total)
            pair = compare_mutant(subject, index, mutant)
            if pair is None:
                invalid += 1
                continue
            changed, difference = pair.after, pair.difference
            if not difference.any:
                unchanged += 1
                continue
            counted += 1
            if mutant.path[0] == "groups":
                # The names in tests are resolved again, because tests can name groups.
                if not _killed_with_new_names(changed, tests, selected, index):
                    survivors.append(Survivor(index, mutant, difference.cases))
                continue
            if any(not _is_satisfied(changed, invariant) for invariant in revision_invariants):
                continue
            # Try the test that killed the previous mutant first: it often kills the next one.
            for number, test in enumerate(example_cases):
                if not test.passes(changed, difference):
                    example_cases.insert(0, example_cases.pop(number))
                    break
            else:
                survivors.append(Survivor(index, mutant, difference.cases))
    survivors.sort(key=lambda survivor: -survivor.cases)
    return Mutation(counted, tuple(survivors), invalid, unchanged)


def compare_mutant(subject: PolicyUnderTest, index: int, mutant: Mutant) -> MutantPair | None:
    """Return a policy with its mutant and their differences; None if the mutant is invalid."""
    before, root = subject.revisions[index], mutant.root()
    try:
        revision = before.variants.revision_of(root)
    except InvalidPolicy:
        return None
    changed = subject.with_revision(index, root, revision)
    difference = before.entries.difference(root, revision)
    return MutantPair(
        subject, changed, index, difference or compare_answers(before, changed.revisions[index])
    )


def compare_answers(before: AnalysedRevision, after: AnalysedRevision) -> Difference:
    """Return the cases in which two revisions over the same cases answer differently."""
    inclusions = Inclusions(period_of(before.revision, after.revision), before.public)
    return Difference(before.answers, after.answers, inclusions)


class KillingTest(NamedTuple):
    """A test that kills a survivor, or None if none was found.

    `known`: the test was suggested for a previous survivor.
    """

    test: SuggestedTest | None
    known: bool


def killing_tests(
    subject: PolicyUnderTest, survivors: Sequence[Survivor], most: int
) -> Iterator[tuple[Survivor, KillingTest]]:
    """Yield every survivor with a test that kills it.

    For at most `most` survivors, it searches for a new test.
    """
    suggested: list[tuple[SuggestedTest, _ExampleCases]] = []
    tried = 0
    for survivor in survivors:
        index = survivor.revision
        pair = compare_mutant(subject, index, survivor.mutant)
        assert pair is not None  # a survivor is a valid mutant
        killing = (
            test
            for test, example_cases in suggested
            if test.example.question.revision == index
            and not example_cases.passes(pair.after, pair.difference)
        )
        known = next(killing, None)
        test = known
        if known is None and tried < most:
            tried += 1
            test = suggest_killing_test(pair)
            suggested += [(test, _ExampleCases(subject, test.example))] if test else []
        yield survivor, KillingTest(test, known is not None)


def _is_satisfied(subject: PolicyUnderTest, invariant: Invariant) -> bool:
    return not any(
        violating_cases(subject, invariant, claim, name)
        for claim in invariant.claims
        for name in claim.names
    )


def _killed_with_new_names(
    changed: PolicyUnderTest, tests: Sequence[Tests], selected: set[int], index: int
) -> bool:
    """Return whether a test kills a mutant that changes a group, which tests can name."""
    for before in tests:
        bound = bind(before.file, changed, before.at)
        if bound.findings:
            return True
        for old, new in zip(before.examples, bound.examples, strict=True):
            counts = id(old) in selected and old.question.revision == index
            if counts and not passes(changed, new):
                return True
        for was, invariant in zip(before.invariants, bound.invariants, strict=True):
            counts = id(was) in selected and was.revision == index
            if counts and not _is_satisfied(changed, invariant):
                return True
    return False


class _ExampleCases:
    """A test with the cases that its answers depend on; differences in other cases are ignored."""

    def __init__(self, subject: PolicyUnderTest, example: Example) -> None:
        self.example = example
        self.command = example.question.command
        keys = {expected.key for expected in example.expects}
        # A change of wording can change the result, or of a case to which this case changes.
        self.whole = bool(keys & WORDS) or not keys or "event" in example.question.options
        index = example.question.revision
        by_facts = self.command == "priority"
        self.space = subject.revisions[index].facts if by_facts else subject.revisions[index].space
        self.cases = cases_of_question(subject, example, self.space)
        # The rank of a channel depends on all channels, so the cases of all channels count.
        self.wide = not by_facts and ("recommended" in keys or not keys & set(CHANNEL_SET_KEYS))
        if self.wide:
            self.cases = self.space.for_some("channel", self.cases)

    def passes(self, changed: PolicyUnderTest, difference: Difference) -> bool:
        """Return whether the test passes for a mutant. Only cases that can differ are asked."""
        if self.whole or difference.defaults:
            return passes(changed, self.example)
        cases = self.differing(difference)
        if not cases:
            return True
        if self.command == "hours" or self.combinations > MAX_COMBINATIONS:
            return passes(changed, self.example)
        return passes(
            changed, self.example, (combination for combination, own in self.parts if own & cases)
        )

    def differing(self, difference: Difference) -> Cases:
        """Return the cases of the test with different answers."""
        if self.command == "priority":
            return difference.facts & self.cases
        if self.command == "channels":
            return difference.channels & self.cases
        if self.command == "terms":
            return difference.limited & self.cases
        # The hours of a channel depend on its grants too.
        differing = difference.channels & self.cases if self.command == "hours" else 0
        for cases in (difference.hours if self.command == "hours" else difference.due).values():
            differing |= cases
        # The hours of a union depend on its members, so the cases of all hours count.
        return differing if self.command == "hours" else differing & self.cases

    @cached_property
    def combinations(self) -> int:
        """The number of combinations that the test asks."""
        count = 1
        for values in self.example.question.values.values():
            count *= len(values)
        return count

    @cached_property
    def parts(self) -> list[tuple[Case, Cases]]:
        """The combinations that the test asks, with their cases."""
        parts = []
        for combination in combinations(self.example.question):
            values = {name: [value] for name, value in combination.items()}
            if self.wide:
                values.pop("channel", None)
            parts.append((combination, self.cases & self.space.within(values)))
        return parts
