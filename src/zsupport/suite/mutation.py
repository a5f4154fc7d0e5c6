"""Changed policies: each differs from the policy in one small way that a hand could slip into.

They are made of the nodes of the file, so that whatever the format can say can be changed.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from zsupport.analysis.space import values_of
from zsupport.clock.problem import BadText
from zsupport.clock.target import parse_target
from zsupport.policy.document import Document
from zsupport.policy.model import Revision
from zsupport.policy.yamltext import (
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
    node_at,
    path_text,
    short,
)
from zsupport.suite.nodes import replaced, with_entries, with_items, with_text

#: What a cell, a condition or a grant says for people, and no answer depends on.
_REMARKS = ("note", "unclear", "source")
_DIMENSIONS = ("plan", "role", "channel", "priority")


class Change(NamedTuple):
    """A change of one file: where, what was done, and the file after it."""

    kind: str
    path: Path
    says: str
    root: Node


def changes_of(document: Document) -> Iterator[Change]:
    """Yield every small change of a policy; some of them do not load, some change no answer."""
    assert document.root is not None
    assert document.revision is not None
    made = _Changes(document.root, document.revision)
    yield from made.of_groups()
    yield from made.of_grants()
    yield from made.of_targets()
    yield from made.of_lists()
    yield from made.of_hours()
    yield from made.of_channels()
    yield from made.of_facts()
    yield from made.of_metrics()


class _Changes:
    def __init__(self, root: Node, revision: Revision) -> None:
        self.root = root
        self.revision = revision
        self.hours = [*revision.hours, "24x7"]
        self.values = values_of(revision)

    def node(self, path: Path) -> Node | None:
        return node_at(self.root, path)

    def items(self, path: Path) -> list[Node]:
        node = self.node(path)
        return list(node.items) if isinstance(node, Sequence) else []

    def drop(self, kind: str, path: Path, says: str) -> Change:
        """Return the file without what is at the end of a path."""
        return Change(kind, path, says, replaced(self.root, path, None))

    def put(self, kind: str, path: Path, says: str, node: Node) -> Change:
        """Return the file with another node at the end of a path."""
        return Change(kind, path, says, replaced(self.root, path, node))

    # -- conditions and lists --------------------------------------------------------------

    def of_condition(self, path: Path) -> Iterator[Change]:
        """Yield changes of a `when`: a key, an alternative or a value less, a `not` flipped."""
        when = self.node(path)
        if when is None:
            return
        if isinstance(when, Sequence):
            for number in range(len(when.items)):
                here = (*path, number)
                if len(when.items) > 1:
                    yield self.drop("drop-alternative", here, f"dropped {path_text(here)}")
                yield from self.of_alternative(here, alone=False)
            return
        yield from self.of_alternative(path, alone=True)

    def of_alternative(self, path: Path, *, alone: bool) -> Iterator[Change]:
        node = self.node(path)
        entries = list(node.entries) if isinstance(node, Mapping) else []
        told = [(key, value) for key, value in entries if key.text not in _REMARKS]
        for key, value in told:
            here = (*path, key.text)
            if len(told) > 1:
                yield self.drop("drop-key", here, f"dropped `{key.text}` from the condition")
            elif alone:
                yield self.drop("drop-condition", path, f"dropped the condition on `{key.text}`")
            if key.text == "opened" and isinstance(value, Scalar):
                side, _, hours = value.text.partition(" ")
                other = "outside" if side == "inside" else "inside"
                text = with_text(value, f"{other} {hours}")
                yield self.put("flip-opened", here, f"`{value.text}` became `{text.text}`", text)
            elif key.text != "opened":
                yield from self.of_values(here, key.text)

    def of_values(self, path: Path, dimension: str) -> Iterator[Change]:
        """Yield changes of the values of a dimension: one less, a `not` flipped."""
        node = self.node(path)
        if isinstance(node, Mapping):
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

    def more(self, path: Path, dimension: str) -> Iterator[Change]:
        """Yield a list of values, or a single one, with each value more that it does not have."""
        node = self.node(path)
        assert node is not None
        items = list(node.items) if isinstance(node, Sequence) else [node]
        written = {item.text for item in items if isinstance(item, Scalar)}
        for value in self.values.get(dimension, ()):
            if value not in written:
                longer = with_items(node, [*items, _key(node, value)])
                yield self.put("add-value", path, f"added `{value}` to `{path[-1]}`", longer)

    def of_members(self, path: Path, what: str) -> Iterator[Change]:
        items = self.items(path)
        for number, item in enumerate(items):
            if len(items) > 1 and isinstance(item, Scalar):
                says = f"dropped `{short(item.text)}` from `{what}`"
                yield self.drop("drop-value", (*path, number), says)

    # -- sections --------------------------------------------------------------------------

    def of_groups(self) -> Iterator[Change]:
        groups = self.node(("groups",))
        for key, value in groups.entries if isinstance(groups, Mapping) else ():
            for dimension, _ in value.entries if isinstance(value, Mapping) else ():
                yield from self.of_values(("groups", key.text, dimension.text), dimension.text)

    def of_grants(self) -> Iterator[Change]:
        path: Path = ("entitlements",)
        items = self.items(path)
        for number, item in enumerate(items):
            here = (*path, number)
            grant = item.by_key if isinstance(item, Mapping) else {}
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

    def of_texts(self, path: Path, what: str) -> Iterator[Change]:
        node = self.node(path)
        items = self.items(path)
        for number in range(len(items)):
            if len(items) > 1:
                yield self.drop(f"drop-{what}", (*path, number), f"dropped a {what}")
        if node is not None and len(items) < 2:
            yield self.drop(f"drop-{what}", path, f"dropped the {what}")

    def of_reference(self, path: Path) -> Iterator[Change]:
        """Yield changes of which hours are named: others, or none."""
        node = self.node(path)
        if not isinstance(node, Scalar):
            return
        for other in self.hours:
            if other != node.text:
                says = f"the hours `{node.text}` became `{other}`"
                yield self.put("swap-hours", path, says, with_text(node, other))
        yield self.drop("drop-hours", path, f"dropped the hours `{node.text}`")

    def of_targets(self) -> Iterator[Change]:
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
            for key, _ in item.entries if isinstance(item, Mapping) else ():
                if key.text in metrics:
                    yield from self.of_metric((*here, key.text))

    def of_metric(self, path: Path) -> Iterator[Change]:
        node = self.node(path)
        if isinstance(node, Mapping) and "target" not in node.by_key:
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
                yield Change(
                    "swap-targets", (*path, one.text), says, replaced(self.root, path, made)
                )
            return
        yield self.drop("drop-target", path, f"dropped the target of `{path[-1]}`")
        yield from self.of_cell(path)

    def of_cell(self, path: Path) -> Iterator[Change]:
        node = self.node(path)
        if isinstance(node, Mapping):
            yield from self.of_reference((*path, "hours"))
            path = (*path, "target")
            node = self.node(path)
        assert isinstance(node, Scalar)
        for text in other_targets(node.text):
            says = f"`{node.text}` became `{text}`"
            yield self.put("change-target", path, says, with_text(node, text))

    def of_lists(self) -> Iterator[Change]:
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
        if isinstance(node, Scalar):
            yield self.put(
                "change-commitment", ("commitment",), f"`{node.text}` became another",
                with_text(node, _other_commitment(node.text)),
            )  # fmt: skip
        for number, item in enumerate(self.items(("commitment",))):
            word = item.by_key.get("is") if isinstance(item, Mapping) else None
            if word is not None and isinstance(word[1], Scalar):
                other = _other_commitment(word[1].text)
                yield self.put(
                    "change-commitment", ("commitment", number, "is"),
                    f"`{word[1].text}` became `{other}`", with_text(word[1], other),
                )  # fmt: skip

    def swaps(self, path: Path, kind: str) -> Iterator[Change]:
        """Yield the list with two neighbours swapped."""
        node, items = self.node(path), self.items(path)
        for number in range(len(items) - 1):
            moved = [*items]
            moved[number], moved[number + 1] = moved[number + 1], moved[number]
            assert node is not None
            here = (*path, number)
            says = f"swapped {path_text(here)} and the next"
            yield Change(kind, here, says, replaced(self.root, path, with_items(node, moved)))

    def of_hours(self) -> Iterator[Change]:
        """Yield changes of calendars: two swapped, one of a list less, its windows, its zone."""
        node = self.node(("hours",))
        entries = list(node.entries) if isinstance(node, Mapping) else []
        for (one, first), (other, second) in pairwise(entries):
            assert node is not None
            made = with_entries(
                node, [(k, second if k is one else first if k is other else v) for k, v in entries]
            )
            says = f"swapped the hours `{one.text}` and `{other.text}`"
            yield Change(
                "swap-hours", ("hours", one.text), says, replaced(self.root, ("hours",), made)
            )
        for key, value in entries:
            path: Path = ("hours", key.text)
            if isinstance(value, Sequence):
                yield from self.swaps(path, "swap-calendars")
                for number in range(len(value.items)):
                    here = (*path, number)
                    yield from self.of_condition((*here, "when"))
                    if len(value.items) > 1:
                        yield self.drop("drop-calendar", here, f"dropped {path_text(here)}")
                    yield from self.of_calendar(here)
            else:
                yield from self.of_calendar(path)

    def of_calendar(self, path: Path) -> Iterator[Change]:
        node = self.node(path)
        keys = [key.text for key, _ in node.entries] if isinstance(node, Mapping) else []
        if "holidays" in keys:
            yield self.drop("drop-holidays", (*path, "holidays"), "dropped the holidays")
        if "open" in keys:
            yield from self.of_members((*path, "open"), "open")
        yield from self.of_members((*path, "any"), "any")

    def of_channels(self) -> Iterator[Change]:
        node = self.node(("channels",))
        for key, _ in node.entries if isinstance(node, Mapping) else ():
            yield from self.of_texts(("channels", key.text, "prerequisites"), "prerequisite")

    def of_facts(self) -> Iterator[Change]:
        """Yield the default of a fact gone over to another value."""
        for fact in self.revision.facts:
            path: Path = ("facts", fact.id, "default")
            node = self.node(path)
            others = [value for value in fact.values if value != fact.default]
            if isinstance(node, Scalar) and others:
                says = f"the default of `{fact.id}` became `{others[0]}`"
                yield self.put("change-default", path, says, with_text(node, others[0]))

    def of_metrics(self) -> Iterator[Change]:
        """Yield the clock of a metric started when a case is opened."""
        for number, metric in enumerate(self.revision.metrics):
            path: Path = ("metrics", number, "starts")
            if self.node(path) is not None:
                says = f"dropped `starts` of `{metric.id}`"
                yield self.drop("drop-starts", path, says)


def _key(node: Node, text: str) -> Scalar:
    """Return a key in the place of a node."""
    made = Scalar()
    made.text, made.plain, made.flow = text, True, False
    made.start = made.end = node.start
    return made


def _other_commitment(word: str) -> str:
    order = ("none", "target", "objective", "agreement")
    return order[(order.index(word) + 1) % len(order)] if word in order else "target"


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
