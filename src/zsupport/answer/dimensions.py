"""Dimensions of a query: the cases that it covers, and the columns that its answers need."""

from __future__ import annotations

from itertools import product

from zsupport.answer.case import (
    MAX_COMBINED_FACTS,
    Case,
    Query,
    Warning,
    absent_members,
    facts_decide,
)
from zsupport.errors import check_limit
from zsupport.limits import ROWS, STEPS
from zsupport.policy.model import Revision
from zsupport.typed import TYPE_CHECKING, NamedTuple, TypeVar
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from zsupport.answer.facts import PrioritiesByFacts

#: The steps to make a row, without the steps to find the grants or rules that decide it.
STEPS_OF_ROW = 300


class Dimensions(NamedTuple):
    """The values that a query covers, by dimension in display order.

    If the priority is neither stated nor open, a case stands for at least one of the priorities
    that its facts allow. With `of_all_priorities`, it stands for all of these priorities together.
    """

    members: dict[str, tuple[str | None, ...]]  # of plan, role …; (None,): not stated, not open
    facts: dict[str, tuple[str, ...]]  # the values of stated facts and of open facts
    assumed: dict[str, str]  # the defaults of the other facts
    values: dict[str, tuple[str, ...]]  # all values of all these facts
    priorities: tuple[str, ...]  # the open priorities, or the priority that the query states
    by_facts: PrioritiesByFacts | None
    open: tuple[str, ...] = ()
    warnings: tuple[Warning, ...] = ()
    absent: bool = False  # whether the query has a value that only another revision defines
    of_all_priorities: bool = False

    @property
    def combinations(self) -> int:
        """The number of combinations of members and of facts that are not assumed."""
        return _combinations(self.members) * _combinations(self.facts)

    def check_work(self, rows: int, steps: int, revisions: int = 1) -> int:
        """Return the number of steps. Raise LimitExceeded for too many rows or too many steps.

        `rows` is the number of rows per case, `steps` the number of steps per row: each grant or
        rule is one step. `revisions` is the number of revisions that answer the query.
        """
        count = rows * self.combinations
        check_limit(ROWS, count)
        # Warnings about assumed facts need an answer for every value of each assumed fact.
        times = 1 + sum(len(self.values[name]) for name in self.assumed)
        # The search for facts that exclude a priority tries every combination of assumed facts.
        combined = 2 ** min(len(self.assumed), MAX_COMBINED_FACTS) if self.by_facts else 0
        work = count * times * revisions * (steps + combined)
        check_limit(STEPS, work)
        return work

    def cases(self) -> Iterator[Case]:
        """Yield every case of the query."""
        for members in product(*self.members.values()):
            who = {
                name: value
                for name, value in zip(self.members, members, strict=True)
                if value is not None
            }
            for fixed in _choices(self.facts):
                for row in self._rows(who.get("priority"), fixed):
                    yield {**who, **row}

    @property
    def without_priority(self) -> bool:
        """Whether the stated facts lead to no priority."""
        return self.by_facts is not None and not self.priorities

    def defaults(self, priority: str | None) -> Iterator[Mapping[str, str]]:
        """Yield the defaults that the rows of a priority use, for each choice of open facts.

        A default that excludes the priority is not used: its fact is open in the rows of this
        priority.
        """
        # A fact that no priority names cannot exclude a priority.
        named = self.by_facts.facts if self.by_facts else frozenset()
        for fixed in _choices({name: self.facts[name] for name in self.facts if name in named}):
            defaults = self._usable_defaults(priority, fixed)
            if defaults is not None:
                yield defaults

    def _usable_defaults(self, priority: str | None, fixed: Case) -> Mapping[str, str] | None:
        """Return the defaults that the rows of a priority use; None if the priority has no row."""
        any_of_all = priority is None and (self.of_all_priorities or self.without_priority)
        if self.by_facts is None or any_of_all:
            return self.assumed
        if self.by_facts.excludes(priority, fixed):
            return None
        return self.by_facts.usable_defaults(priority, fixed, self.assumed)

    def _rows(self, priority: str | None, fixed: Case) -> Iterator[Case]:
        """Yield the facts of each row of a priority, in the order of their declaration.

        A value that excludes the priority gets no row. Raises LimitExceeded.
        """
        defaults = self._usable_defaults(priority, fixed)
        if defaults is None:
            return
        open_facts = {name: self.values[name] for name in self.assumed if name not in defaults}
        check_limit(ROWS, _combinations(open_facts))
        for chosen in _choices(open_facts):
            row = {**fixed, **defaults, **chosen}
            if not (open_facts and self.by_facts and self.by_facts.excludes(priority, row)):
                yield {name: row[name] for name in self.values}

    def by_priority(self, case: Case) -> Iterator[Case]:
        """Yield a case for each priority that a case leaves open.

        If the case has a priority, or the policy has no priorities, yield the case itself.
        """
        if "priority" in case or not (self.priorities or self.by_facts):
            yield case
            return
        fixed = {name: case[name] for name in self.facts}
        for priority in self.priorities:
            for row in self._rows(priority, fixed):
                yield {**case, **row, "priority": priority}

    def cases_without_priority(self) -> Iterator[Case]:
        """Yield a case without a priority for each choice of facts that lead to no priority.

        There is none if the query states a priority. If the priority changes no answer, the facts
        of a case can also lead to a priority, with other facts that change no answer.
        """
        stated = "priority" not in self.open and self.members["priority"] != (None,)
        if self.by_facts is None or stated:
            return
        names = [name for name in self.members if name != "priority"]
        for members in product(*(self.members[name] for name in names)):
            who = {n: value for n, value in zip(names, members, strict=True) if value is not None}
            for fixed in _choices(self.facts):
                yield from self.unled({**who, **fixed})

    def unled(self, case: Case) -> Iterator[Case]:
        """Yield a case without a priority for facts of this case that lead to no priority."""
        from zsupport.answer.facts import NO_PRIORITY

        fixed = {name: case[name] for name in self.facts}
        if self.by_facts is not None and not self.by_facts.excludes(NO_PRIORITY, fixed):
            for row in self._rows(NO_PRIORITY, fixed):
                yield {**{n: value for n, value in case.items() if n not in row}, **row}

    def varied(self, fact: str) -> Dimensions:
        """Return these dimensions with an assumed fact open."""
        assumed = {name: value for name, value in self.assumed.items() if name != fact}
        return self._replace(facts={**self.facts, fact: self.values[fact]}, assumed=assumed)


def _combinations(values: Mapping[str, Sequence[object]]) -> int:
    """Return the number of combinations of values."""
    count = 1
    for value in values.values():
        count *= len(value)
    return count


def _choices(facts: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """Yield every choice of a value for each fact."""
    for chosen in product(*facts.values()):
        yield dict(zip(facts, chosen, strict=True))


def dimensions(
    revision: Revision, query: Query, relevant: set[str], *, of_all_priorities: bool = False
) -> Dimensions:
    """Return the dimensions of a query: `relevant` names are open unless the query states them.

    Relevant facts with a default are assumed instead. A fact that the query states is kept even if
    it is not relevant. Stated facts restrict the open priorities. If the query also states a
    priority that these facts exclude, this priority is used, with a warning.
    """
    members: dict[str, tuple[str | None, ...]] = {}
    open_names: list[str] = []
    warnings: list[Warning] = []
    by_facts = priorities_by_facts(revision, query)
    defined = tuple(priority.id for priority in revision.priorities)
    known = defined if by_facts is None else by_facts.open
    # If the stated facts lead to no priority, the answer has one row.
    open_priorities: tuple[str | None, ...] = known or ((None,) if by_facts else ())
    if by_facts is not None and query.priority is not None and query.priority not in known:
        by_facts = None
        if query.priority in defined:
            from zsupport.wording import enumerated

            message = (
                Message(
                    "the facts lead to {priorities}, not {priority}; the stated priority is used",
                    priorities=enumerated(known, either=True),
                    priority=query.priority,
                )
                if known
                else Message(
                    "the facts lead to no priority; the stated priority {priority} is used",
                    priority=query.priority,
                )
            )
            warnings.append(Warning("priority-of-facts", message))
    dimension_values: tuple[tuple[str, str | None, tuple[str | None, ...]], ...] = (
        ("plan", query.plan, tuple(plan.id for plan in revision.plans)),
        ("role", query.role, tuple(role.id for role in revision.roles)),
        ("priority", query.priority, open_priorities),
    )
    for name, value, ids in dimension_values:
        if value is not None:
            members[name] = (value,)
        elif name in relevant and ids:
            members[name] = ids
            open_names.append(name)
        else:
            members[name] = (None,)
    facts: dict[str, tuple[str, ...]] = {}
    assumed: dict[str, str] = {}
    values: dict[str, tuple[str, ...]] = {}
    for fact in revision.facts:
        if fact.id in query.facts:
            facts[fact.id] = (query.facts[fact.id],)
        elif fact.id not in relevant:
            continue
        elif fact.default is not None:
            assumed[fact.id] = fact.default
        else:
            facts[fact.id] = tuple(fact.values)
        values[fact.id] = tuple(fact.values)
    space = Dimensions(
        members, facts, assumed, values, (query.priority,) if query.priority else known,
        by_facts, (), tuple(warnings), _absent(revision, query), of_all_priorities,
    )  # fmt: skip
    open_names += _open_facts(space, query)
    return space._replace(open=tuple(open_names))


def _absent(revision: Revision, query: Query) -> bool:
    """Return whether a query names a member that only another revision defines."""
    return bool(absent_members(revision, query._asdict()))


def priorities_by_facts(revision: Revision, query: Query) -> PrioritiesByFacts | None:
    """Return the priorities that facts leave open; None if facts do not decide the priority."""
    if not facts_decide(revision):
        return None
    from zsupport.answer.facts import PrioritiesByFacts

    return PrioritiesByFacts(revision, query.facts)


def _open_facts(space: Dimensions, query: Query) -> list[str]:
    """Return the facts with more than one value in the rows, in the order of declaration."""
    result = {name for name in space.facts if name not in query.facts}
    if space.by_facts is not None and space.assumed:
        for priority in space.members["priority"]:
            for defaults in space.defaults(priority):
                result |= space.assumed.keys() - defaults.keys()
    return [name for name in space.values if name in result]


def with_channel(space: Dimensions, revision: Revision, query: Query) -> Dimensions:
    """Return the dimensions with the channel added; it is open if the query does not state it."""
    channels = [channel.id for channel in revision.channels]
    before = {name: space.members[name] for name in ("plan", "role")}
    return space._replace(
        members={
            **before,
            "channel": tuple(channels) if query.channel is None else (query.channel,),
            **space.members,
        },
        open=(
            *(name for name in space.open if name in before),
            *(("channel",) if query.channel is None else ()),
            *(name for name in space.open if name not in before),
        ),
    )


Row = TypeVar("Row", bound="Any")


def _without_reasons(row: Any) -> object:
    return row._replace(because=())


def collapse(
    rows: list[Row],
    names: Iterable[str],
    identity: tuple[str, ...],
    like: Callable[[Row], object] = _without_reasons,
) -> tuple[list[Row], list[str]]:
    """Merge rows that differ only in a dimension that changes no answer.

    Returns the rows and the names of the dimensions that are kept. Merged rows may have different
    reasons (`because`). `like` returns the part of a row that must be equal; it must not depend on
    the time of the answer. `identity` lists the fields that identify the case of a row. Each of the
    `names` is a fact or one of these fields. Merged rows omit the fact, or have None in the field.
    """
    kept = []
    for name in names:
        merged = _merged(rows, name, identity, like)
        if merged is None:
            kept.append(name)
        else:
            rows = merged
    return rows, kept


def _merged(
    rows: Iterable[Row], name: str, identity: tuple[str, ...], like: Callable[[Row], object]
) -> list[Row] | None:
    """Return the rows without a dimension; None if this dimension changes an answer."""
    merged: dict[tuple[object, ...], tuple[Row, object]] = {}
    for row in rows:
        rest = {fact: value for fact, value in row.facts.items() if fact != name}
        # A fact can have the name of a field, such as the topic of a term.
        of_field = name in identity and name not in row.facts
        row = row._replace(facts=rest, **({name: None} if of_field else {}))
        case = (*(getattr(row, field) for field in identity), *rest.items())
        first = merged.get(case)
        if first is None:
            merged[case] = row, like(row)
        elif like(row) != first[1]:
            return None
    return [row for row, _ in merged.values()]


def assumed_fact_warnings(
    space: Dimensions,
    rows_of: Callable[[Dimensions], Iterable[Row]],
    identity: tuple[str, ...],
    like: Callable[[Row], object] = _without_reasons,
    surely_changes: Callable[[Dimensions, str], bool] = lambda space, name: False,
    priorities: Sequence[str | None] | None = None,
) -> list[Warning]:
    """Return a warning for each assumed fact of which another value would change an answer.

    `surely_changes` is a quick check that may return False for a fact that changes an answer. There
    is no warning if no row of the `priorities` (default: those of the space) uses the default of
    the fact.
    """
    result = []
    every = space.members["priority"] if priorities is None else priorities
    used: set[str] = set()
    for priority in every if space.assumed else ():
        used.update(*space.defaults(priority))
    for name, value in space.assumed.items():
        if name not in used:
            continue
        varied = space.varied(name)
        if surely_changes(varied, name) or _merged(rows_of(varied), name, identity, like) is None:
            message = Message(
                "{name}={value} is assumed, the default of this fact", name=name, value=value
            )
            result.append(Warning("default-fact", message))
    return result
