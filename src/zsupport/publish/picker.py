"""The table of the picker: the answers to all cases, in which equal answers are stored once.

The cases of a table are a decision diagram. A node is a list: the number of a dimension, and a
child for each of its values. A child is the number of a node, or -1 - n for the answer n. A
dimension that changes no answer has no node. `picker.js` reads the table.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import product
from math import prod
from typing import Any

from zsupport.answer.case import deciding_facts, facts_decide, names_in
from zsupport.policy.model import Metric, Revision
from zsupport.publish.cells import AnswerReader, ChannelCell, TargetCell, opened_hours
from zsupport.publish.grids import TableWriter
from zsupport.publish.page import Line, Phrase, plain
from zsupport.publish.texts import PageTexts
from zsupport.publish.words import PageWords
from zsupport.typed import NamedTuple, TypeVar

#: Larger tables take too long to compute: a case takes about a millisecond.
MAX_CASES = 10_000
MAX_QUESTIONS = 1_000

#: A plan and a role.
_Member = tuple[str | None, str | None]
_ChannelRow = tuple[str, ChannelCell]
PickerRow = TypeVar("PickerRow")
#: The start of the name of a dimension for the opening time of a case.
_OPENED = "opened "


class Diagram:
    """The nodes and answers of decision diagrams, each stored once."""

    def __init__(self, names: list[str]) -> None:
        """`names` are the dimensions. The number of a dimension is its position in this list."""
        self.nodes: list[list[int]] = []
        self.leaves: list[Hashable] = []
        self._dimension_numbers = {name: number for number, name in enumerate(names)}
        self._node_numbers: dict[tuple[int, ...], int] = {}
        self._leaf_numbers: dict[Hashable, int] = {}

    def add(
        self, dimensions: PickerDimensions, names: list[str], answers: Sequence[Hashable]
    ) -> int:
        """Add a diagram with the answers to all cases of dimensions; return its root.

        The last dimension varies fastest.
        """
        level = [self._leaf(answer) for answer in answers]
        for name in reversed(names):
            size = len(dimensions.values[name])
            level = [
                self._node(self._dimension_numbers[name], tuple(level[start : start + size]))
                for start in range(0, len(level), size)
            ]
        [root] = level
        return root

    def _leaf(self, answer: Hashable) -> int:
        number = self._leaf_numbers.setdefault(answer, len(self._leaf_numbers))
        if number == len(self.leaves):
            self.leaves.append(answer)
        return -1 - number

    def _node(self, dimension: int, children: tuple[int, ...]) -> int:
        if len(set(children)) == 1:
            return children[0]
        key = (dimension, *children)
        number = self._node_numbers.setdefault(key, len(self._node_numbers))
        if number == len(self.nodes):
            self.nodes.append(list(key))
        return number


class PickerDimensions(NamedTuple):
    """What the picker asks: the values of each dimension, by name.

    `answering` are the dimensions that decide channels and targets, plan and role first.
    `leading` are the facts that decide the priority. `fixed` has a value of every other fact: no
    answer of the picker depends on these facts, but a question needs them.
    """

    values: dict[str, tuple[str, ...]]
    answering: list[str]
    leading: list[str]
    fixed: dict[str, str]

    @property
    def members(self) -> list[str]:
        """The dimensions that a question leaves open: its answer has a row for each value."""
        return [name for name in self.answering if name in ("plan", "role")]

    @property
    def asked(self) -> list[str]:
        """The dimensions of which each question states a value."""
        return [name for name in self.answering if name not in ("plan", "role")]

    def size(self, names: list[str]) -> int:
        """Return the number of combinations of the values of dimensions."""
        return prod(len(self.values[name]) for name in names)

    def cases(self, names: list[str]) -> Iterator[dict[str, str]]:
        """Yield every combination of the values of dimensions; the last varies fastest."""
        for case in product(*(self.values[name] for name in names)):
            yield dict(zip(names, case, strict=True))


def _dimensions(revision: Revision, opened: list[str]) -> PickerDimensions:
    """Return what the picker asks; `opened` are the hours that decide by the opening time."""
    conditions = [grant.when for grant in revision.grants]
    conditions += [rule.when for rule in revision.rules]
    deciding = names_in(conditions)
    leading: set[str] = set()
    if facts_decide(revision):
        leading = deciding_facts(revision)
    facts = {fact.id: tuple(fact.values) for fact in revision.facts}
    values: dict[str, tuple[str, ...]] = {
        "plan": tuple(plan.id for plan in revision.plans),
        "role": tuple(role.id for role in revision.roles),
        **{name: ids for name, ids in facts.items() if name in deciding | leading},
        **{_OPENED + name: ("inside", "outside") for name in opened},
        "priority": tuple(priority.id for priority in revision.priorities),
    }
    values = {name: ids for name, ids in values.items() if ids}
    return PickerDimensions(
        values,
        [name for name in values if name not in facts or name in deciding],
        [name for name in facts if name in leading],
        {
            fact.id: fact.default or next(iter(fact.values))
            for fact in revision.facts
            if fact.id not in deciding and fact.values
        },
    )


def picker_table(
    reader: AnswerReader,
    writer: TableWriter,
    texts: PageTexts,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any] | None:
    """Return the table of the picker, or None if it has too many cases.

    `progress` gets the number of answered questions and of all questions.
    """
    revision = reader.revision
    opened = opened_hours(revision, revision.metrics)
    dimensions = _dimensions(revision, opened)
    questions = dimensions.size(dimensions.asked)
    most = max(questions, dimensions.size(dimensions.leading))
    if most > MAX_QUESTIONS or dimensions.size(dimensions.answering) > MAX_CASES:
        return None
    diagram = Diagram([*dimensions.values])
    read = _PickerReader(reader, writer, texts, dimensions.fixed)
    answers: dict[tuple[str, ...], dict[str, Hashable]] = {}
    for number, case in enumerate(dimensions.cases(dimensions.asked)):
        progress(number, questions)
        answer = read.answers(case, revision.metrics, opened)
        for member in dimensions.cases(dimensions.members):
            answers[(*member.values(), *case.values())] = answer(member)
    tables = [
        diagram.add(
            dimensions, dimensions.answering, [row[name] for row in _in_order(dimensions, answers)]
        )
        for name in ("channels", *(f"metric {metric.id}" for metric in revision.metrics))
    ]
    lead = None
    if dimensions.leading:
        ids = dimensions.values["priority"]
        leads = [reader.priority(case) for case in dimensions.cases(dimensions.leading)]
        places = [None if priority is None else ids.index(priority) for priority in leads]
        lead = diagram.add(dimensions, dimensions.leading, places)
    return {
        "dimensions": _shown_dimensions(dimensions, revision, texts),
        "texts": list(read.texts_shown),
        "channels": [[c.id, plain(texts.value("channel", c.id))] for c in revision.channels],
        "metrics": [[metric.id, texts.policy(metric.name).text] for metric in revision.metrics],
        "nodes": diagram.nodes,
        "answers": diagram.leaves,
        "tables": tables,
        "lead": lead,
        "words": {key: plain(line) for key, line in _words(texts.words).items()},
    }


def _words(words: PageWords) -> dict[str, Line]:
    """Return the program's texts that `picker.js` shows. It replaces the marks in braces."""
    return {
        "choose": words("Choose …"),
        "automatic": words("From my answers"),
        "answers-lead-to": words("Your answers lead to {priority}.", priority="{}"),
        "no-priority": words("Your answers lead to no priority. Choose one."),
        "need": words("Please answer: {questions}", questions="{}"),
        "you-can-use": words("Channels"),
        "nothing": words("No channel is included."),
        "by-channel": (Phrase("{1}: {2}"),),
    }


def _in_order(
    dimensions: PickerDimensions, answers: dict[tuple[str, ...], dict[str, Hashable]]
) -> Iterator[dict[str, Hashable]]:
    """Yield the answers of all cases; the last dimension varies fastest."""
    order = [*dimensions.members, *dimensions.asked]
    for case in dimensions.cases(dimensions.answering):
        yield answers[tuple(case[name] for name in order)]


def _shown_dimensions(
    dimensions: PickerDimensions, revision: Revision, texts: PageTexts
) -> list[dict[str, Any]]:
    """Return the dimensions with their names; the default is the place of a value, or -1."""
    defaults = {fact.id: fact.default for fact in revision.facts}

    def named(name: str) -> Line:
        opened = name.startswith(_OPENED)
        return texts.words("Case opened") if opened else texts.dimension(name)

    def value(name: str, id: str) -> Line:
        if name.startswith(_OPENED):
            return texts.opened(name.removeprefix(_OPENED), id)
        return texts.value(name, id)

    return [
        {
            "id": name,
            "name": plain(named(name)),
            "values": [[id, plain(value(name, id))] for id in ids],
            "default": ids.index(default) if (default := defaults.get(name)) in ids else -1,
        }
        for name, ids in dimensions.values.items()
    ]


class _PickerReader:
    """Reads the answers to cases, as tuples of numbers of texts."""

    def __init__(
        self,
        reader: AnswerReader,
        writer: TableWriter,
        texts: PageTexts,
        fixed: dict[str, str],
    ) -> None:
        """Read answers; `fixed` has a value for each fact that changes no answer."""
        self.reader = reader
        self.fixed = fixed
        self._channels: dict[tuple[tuple[str, str], ...], dict[_Member, list[_ChannelRow]]] = {}
        self.writer = writer
        self.texts = texts
        #: The texts of the answers by their numbers.
        self.texts_shown: dict[str, int] = {}
        self.channel_numbers = {
            channel.id: number for number, channel in enumerate(reader.revision.channels)
        }

    def number_of(self, text: str) -> int:
        """Return the number of a text; each text is stored once."""
        return self.texts_shown.setdefault(text, len(self.texts_shown))

    def answers(
        self, case: dict[str, str], metrics: tuple[Metric, ...], opened: list[str]
    ) -> Callable[[dict[str, str]], dict[str, Hashable]]:
        """Return the answers to a case, as a function of its plan and role."""
        facts = {
            **self.fixed,
            **{n: v for n, v in case.items() if n != "priority" and not n.startswith(_OPENED)},
        }
        inside = {name: case[_OPENED + name] == "inside" for name in opened}
        priority = case.get("priority")
        by_member = self._channels_of(priority, facts)
        targets: dict[_Member, list[tuple[str, str | None, TargetCell]]] = {}
        for row in self.reader.promises(metrics, inside, priority, facts).rows:
            target = (row.metric.id, row.channel, self.reader.target_cell(row))
            targets.setdefault((row.plan, row.role), []).append(target)

        def of_member(member: dict[str, str]) -> dict[str, Hashable]:
            plan, role = member.get("plan"), member.get("role")
            result: dict[str, Hashable] = {
                "channels": self.channels(_of_member(by_member, plan, role))
            }
            promised = _of_member(targets, plan, role)
            for metric in metrics:
                result[f"metric {metric.id}"] = self.targets(
                    [t for t in promised if t[0] == metric.id]
                )
            return result

        return of_member

    def _channels_of(
        self, priority: str | None, facts: dict[str, str]
    ) -> dict[_Member, list[_ChannelRow]]:
        """Return the channels by plan and role; they do not depend on the opening time."""
        key = (*facts.items(), ("priority", priority or ""))
        if key not in self._channels:
            by_member: dict[_Member, list[_ChannelRow]] = {}
            for answer in self.reader.channels(priority, facts)[0]:
                cell = self.reader.channel_cell(answer)
                by_member.setdefault((answer.plan, answer.role), []).append((answer.channel, cell))
            self._channels[key] = by_member
        return self._channels[key]

    def channels(self, cells: list[_ChannelRow]) -> Hashable:
        """Return the allowed channels, recommended channels first, each with its details."""
        allowed = [(channel, cell) for channel, cell in cells if cell.allowed]
        allowed.sort(key=lambda item: item[1].recommended or len(cells) + 1)
        result = []
        for channel, cell in allowed:
            details = map(
                plain, [*self.writer.channel_details(cell), *self.writer.prerequisites(cell)]
            )
            result.append((self.channel_numbers[channel], *map(self.number_of, details)))
        return tuple(result)

    def targets(self, rows: list[tuple[str, str | None, TargetCell]]) -> Hashable:
        """Return the target, or a target for each channel (-1 stands for every channel)."""
        result = []
        for _, channel, cell in rows:
            lines, _ = self.writer.target_lines(cell)
            shown = [plain(line) for line in lines]
            if cell.condition:
                shown.append(plain(self.writer.condition(cell.condition)))
            number = -1 if channel is None else self.channel_numbers[channel]
            result.append((number, *map(self.number_of, shown)))
        # Channels that cannot be used are not listed, unless no channel can be used.
        refusal = self.number_of(plain(self.writer.not_included()))
        included = [row for row in result if row[1] != refusal]
        if not included:
            return ((-1, refusal),)
        first = included[0][1:]
        if len(included) == len({row[0] for row in included}) and all(
            row[1:] == first for row in included
        ):
            return ((-1, *first),)
        return tuple(included)


def _of_member(
    by_member: dict[_Member, list[PickerRow]], plan: str | None, role: str | None
) -> list[PickerRow]:
    """Return the rows of a plan and a role; a row without a plan or role is for all of them."""
    for key in ((plan, role), (plan, None), (None, role), (None, None)):
        if key in by_member:
            return by_member[key]
    return []
