"""All answers of a policy as values over every case, and the differences between two policies.

The values are:

- whether a channel is allowed, its prerequisites, its hours, and its rank among the recommended
  channels
- the target of each metric, its hours, the start of its clock, and its commitment
- the limits
- the priority that facts lead to
- when hours are open

Texts (notes, doubts, conditions in words, published texts) and places in the policy are not
compared.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from zsupport.analysis.compare import NEVER, CountedTime, Inclusions
from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import crossed
from zsupport.answer.case import facts_decide
from zsupport.answer.space import Cases, Space, opened_dimension, union
from zsupport.clock.problem import BadText
from zsupport.policy.model import DETAILS, Metric, Revision, Text
from zsupport.typed import NamedTuple

#: Case sets by the values of the answer in these cases.
Partition = dict[tuple[Hashable, ...], Cases]
Key = TypeVar("Key", bound=Hashable)


class DecidedValue(NamedTuple):
    """The value of an answer and the position of the entry that decides it; each can be None."""

    value: str | None
    entry: int | None


#: The priority if facts do not decide the priority in this policy.
UNDECIDED = DecidedValue("", None)


class AnswersByCase:
    """The answers of one revision over its cases, and over its combinations of facts."""

    def __init__(
        self,
        revision: Revision,
        decisions: Decisions,
        facts: Space,
        like: AnswersByCase | None = None,
    ) -> None:
        """`facts` has the combinations of the facts that the priorities name.

        Priorities and defaults are copied from the answers `like`, if given.
        """
        self.revision = revision
        self.decisions = decisions
        self.space = decisions.space
        self.facts = facts
        self._targets: dict[str, Partition] = {}
        if like is not None:
            self.priorities, self.defaults = like.priorities, like.defaults

    @cached_property
    def prerequisite_parts(self) -> list[tuple[str | int, tuple[Text, ...], Cases]]:
        """Prerequisites of channels (by id) and grants (by position), with their allowed cases."""
        allowed, grants = self.decisions.allowed, self.revision.grants
        result: list[tuple[str | int, tuple[Text, ...], Cases]] = [
            (channel.id, channel.prerequisites, allowed & self.space.of("channel", channel.id))
            for channel in self.revision.channels
            if channel.prerequisites
        ]
        for number, (grant, cases) in enumerate(zip(grants, self.decisions.grants, strict=True)):
            if grant.prerequisites and cases:
                result.append((number, grant.prerequisites, cases))
        return result

    @cached_property
    def prerequisites(self) -> Partition:
        """The allowed cases by their prerequisites, which are in the order of the answer."""
        parts: Partition = {(): self.decisions.allowed}
        for _, texts, cases in self.prerequisite_parts:
            parts = _split(parts, cases, _texts(texts))
        return parts

    @cached_property
    def details(self) -> dict[str, dict[Any, Cases]]:
        """By key of a detail that `diff` compares: the allowed cases by the value of the detail.

        Details that the policy does not state are omitted.
        """
        result: dict[str, dict[Any, Cases]] = {}
        revision, allowed = self.revision, self.decisions.allowed
        parts = (*revision.channels, *revision.grants)
        for key, detail in DETAILS.items():
            if detail.no_worse is None or not any(getattr(part, key) for part in parts):
                continue
            # The values of the grants that apply; equal values once.
            of_grants: Partition = {(): allowed}
            for grant, cases in zip(revision.grants, self.decisions.grants, strict=True):
                if cases:
                    of_grants = _split(of_grants, cases, (getattr(grant, key),))
            result[key] = {}
            for channel in revision.channels:
                cases_of_channel = self.space.of("channel", channel.id)
                for values, cases in of_grants.items():
                    value = detail.combined(getattr(channel, key), values)
                    _add(result[key], value, cases & cases_of_channel)
        return result

    @cached_property
    def hours_of_channels(self) -> Partition:
        """The allowed cases by the names of their hours, which are in the order of the grants.

        The key is `(None,)` if one of the grants has no hours.
        """
        parts: Partition = {(): self.decisions.allowed}
        for grant, cases in zip(self.revision.grants, self.decisions.grants, strict=True):
            if cases:
                parts = _split(parts, cases, (grant.hours,))
        result: Partition = {}
        for names, cases in parts.items():
            # A grant without hours does not restrict when the channel is open.
            _add(result, (None,) if None in names else names, cases)
        return result

    @cached_property
    def recommended(self) -> Partition:
        """The cases whose channel is allowed and recommended, by the rank of the channel.

        Ranks count from 1 and follow the order of recommendations in the grants.
        """
        space, allowed = self.space, self.decisions.allowed
        placed: dict[str, dict[tuple[int, int], Cases]] = {}
        for channel in (item.id for item in self.revision.channels):
            left = allowed & space.of("channel", channel)
            ways = [
                ((position, grant.recommend.index(channel)), space.matches(grant.when))
                for position, grant in enumerate(self.revision.grants)
                if channel in grant.recommend
            ]
            for place, cases in ways:
                if left & cases:
                    _add(placed.setdefault(channel, {}), place, left & cases)
                left &= ~cases
        # For each channel and place: the cases, extended to all values of the channel.
        wide = {
            (channel, place): space.for_some("channel", cases)
            for channel, places in placed.items()
            for place, cases in places.items()
        }
        result: Partition = {}
        for channel, places in placed.items():
            for place, cases in places.items():
                parts: Partition = {(): cases}
                for (other, other_place), where in wide.items():
                    if other != channel and other_place < place:
                        parts = _split(parts, where, (1,), again=True)
                for ranks, some in parts.items():
                    _add(result, (len(ranks) + 1,), some)
        return result

    def targets(self, metric: Metric) -> Partition:
        """Return the cases that can be opened, by the target of a metric.

        A key has the text of the target, its hours, `business-day` of the policy, and the start of
        its clock. A value is None if it has no effect on the target.
        """
        if metric.id not in self._targets:
            result: Partition = {}
            targets = self.decisions.targets(metric.id)
            starts = _texts((metric.starts,))
            for stated in targets.stated:
                cell = stated.cell
                hours = cell.hours if cell.target.uses_hours else None
                dated = any(part.kind == "business-days" for part in cell.target.components)
                reading = self.revision.business_day if dated else None
                # Without a target no clock starts.
                start = starts if cell.target.promises else None
                _add(result, (cell.target.text, hours, reading, start), stated.decides)
            _add(result, ("not-stated", None, None, None), targets.unstated)
            self._targets[metric.id] = result
        return self._targets[metric.id]

    @cached_property
    def commitments(self) -> list[tuple[DecidedValue, Cases]]:
        """The commitments to the targets, each with its cases; together they cover every case.

        The value is None for cases without a commitment.
        """
        result = [
            (DecidedValue(commitment.binding, number), cases)
            for number, (commitment, cases) in enumerate(self.decisions.commitments())
        ]
        rest = self.space.every & ~union(cases for _, cases in result)
        return [*result, (DecidedValue(None, None), rest)]

    @cached_property
    def limits(self) -> dict[str, list[tuple[DecidedValue, Cases]]]:
        """The limits of each topic in lower case, each with its cases.

        Together they cover every case. The value is None for cases without a limit.
        """
        result: dict[str, list[tuple[DecidedValue, Cases]]] = {}
        for topic, decided in self.decisions.limits.items():
            stated = [
                (DecidedValue(term.quota.text, number), cases)
                for number, (term, cases) in enumerate(decided)
                if term.quota is not None
            ]
            rest = self.space.every & ~union(cases for _, cases in stated)
            result[topic.casefold()] = [*stated, (DecidedValue(None, None), rest)]
        return result

    @cached_property
    def priorities(self) -> list[tuple[DecidedValue, Cases]]:
        """The priorities, with the combinations of facts that lead to them.

        The value is None for facts that lead to no priority. It is empty if facts do not decide
        the priority in this policy.
        """
        if not facts_decide(self.revision):
            return [(UNDECIDED, self.facts.every)]
        result = [
            (DecidedValue(rule.priority, number), cases)
            for number, (rule, cases) in enumerate(
                self.facts.deciding(self.revision.priority_rules())
            )
        ]
        rest = self.facts.every & ~union(cases for _, cases in result)
        return [*result, (DecidedValue(None, None), rest)]

    @cached_property
    def defaults(self) -> dict[str, str | None]:
        """The default of each fact on which answers depend; None if it has no default."""
        return {
            fact.id: fact.default
            for fact in self.revision.facts
            if fact.id in self.space.values or fact.id in self.facts.values
        }


class Difference:
    """The cases in which two policies over one space give different answers, computed lazily."""

    def __init__(self, old: AnswersByCase, new: AnswersByCase, inclusions: Inclusions) -> None:
        self.old = old
        self.new = new
        self.inclusions = inclusions
        # A case that exists in only one policy is not compared: its facts exclude its priority in
        # the other policy.
        self._both = old.decisions.existing & new.decisions.existing

    @cached_property
    def channels(self) -> Cases:
        """The cases in which answers about channels differ."""
        # Tests of policies check the order of lists, so another order is a difference. `diff`
        # compares prerequisites and hours of channels without their order.
        old, new = self.old, self.new
        result = old.decisions.allowed ^ new.decisions.allowed
        result |= _differing_cases(old.prerequisites, new.prerequisites)
        result |= _differing_cases(old.hours_of_channels, new.hours_of_channels)
        result |= _differing_cases(old.recommended, new.recommended)
        for pairs in self.details().values():
            result |= union(cases for _, _, cases in pairs)
        return result & self._both

    def details(self) -> dict[str, list[tuple[Any, Any, Cases]]]:
        """Return by key of a detail: the old and new values that differ, with their cases.

        The value is None for a detail that one of the policies does not state.
        """
        old, new = self.old.details, self.new.details
        both = self.old.decisions.allowed & self.new.decisions.allowed & self._both
        result = {}
        for key in {**old, **new}:
            sides = [side[key].items() if key in side else [(None, both)] for side in (old, new)]
            result[key] = [
                (was, now, cases & both)
                for was, now, cases in crossed(*sides)
                if was != now and cases & both
            ]
        return result

    @cached_property
    def due(self) -> dict[str, Cases]:
        """The cases in which the target, its hours, start or commitment differ, by metric."""
        old, new = self.old, self.new
        metrics = [
            {metric.id: metric for metric in answers.revision.metrics} for answers in (old, new)
        ]
        # The hours in `opened` conditions decide which rule applies.
        timed = union(
            cases
            for name, cases in self.hours.items()
            if opened_dimension(name) in old.space.values
        )
        timed |= old.decisions.entitled ^ new.decisions.entitled
        committed = union(cases for _, _, cases in self.commitments())
        result: dict[str, Cases] = {}
        for metric in {**metrics[0], **metrics[1]}:
            old_targets, new_targets = (
                entry.targets(known[metric]) if metric in known else {}
                for entry, known in zip((old, new), metrics, strict=True)
            )
            cases = timed | _differing_cases(old_targets, new_targets)
            cases |= committed & old.decisions.targets(metric).promised
            for key, some in old_targets.items():
                if key[1] is not None and key[1] in self.hours:
                    cases |= some & self.hours[key[1]]
            result[metric] = cases & self._both
        return result

    @cached_property
    def hours(self) -> dict[str, Cases]:
        """By name of hours: the cases in which these hours differ between the two policies.

        Hours differ if they are open at different instants or count different days.
        """
        result: dict[str, Cases] = {}
        for name in {**self.old.revision.hours, **self.new.revision.hours}:
            parts = [
                answers.decisions.counting(name)
                if name in answers.revision.hours
                else [(NEVER, answers.space.every)]
                for answers in (self.old, self.new)
            ]
            # If only grants or rules differ, both revisions have the same list of parts.
            result[name] = (
                0
                if parts[0] is parts[1]
                else self._both
                & union(
                    cases
                    for first, second, cases in crossed(*parts)
                    if not self._count_alike(first, second)
                )
            )
        return result

    def _count_alike(self, old: CountedTime, new: CountedTime) -> bool:
        """Return whether `old` and `new` have the same open instants and business days."""
        if old == new:
            return True
        days = [{c.business_days for c in item.calendars} for item in (old, new)]
        zones = [{c.timezone for c in entry.calendars} for entry in (old, new)]
        try:
            return days[0] == days[1] and zones[0] == zones[1] and self.inclusions.same(old, new)
        except BadText:
            return False  # unknown holidays: equality cannot be proved

    def commitments(self) -> Iterator[tuple[DecidedValue, DecidedValue, Cases]]:
        """Yield each old and new commitment that differ, with the cases to which both apply."""
        return _differing_pairs(self.old.commitments, self.new.commitments)

    def limits(self) -> Iterator[tuple[str, DecidedValue, DecidedValue, Cases]]:
        """Yield the old and new limits that differ: the topic in lower case, both, their cases."""
        if self.old.revision.terms is self.new.revision.terms:
            return
        old, new = self.old.limits, self.new.limits
        nothing = [(DecidedValue(None, None), self.old.space.every)]
        for topic in {**old, **new}:
            pairs = _differing_pairs(old.get(topic, nothing), new.get(topic, nothing))
            for before, after, cases in pairs:
                yield topic, before, after, cases & self._both

    @cached_property
    def limited(self) -> Cases:
        """The cases in which a limit differs."""
        return union(cases for _, _, _, cases in self.limits())

    def priorities(self) -> Iterator[tuple[DecidedValue, DecidedValue, Cases]]:
        """Yield each old and new priority that differ, with the facts that lead to both."""
        return _differing_pairs(self.old.priorities, self.new.priorities)

    @cached_property
    def facts(self) -> Cases:
        """The combinations of facts that lead to different priorities in the two policies."""
        return union(cases for _, _, cases in self.priorities())

    @cached_property
    def defaults(self) -> bool:
        """Whether the default of a fact differs."""
        return self.old.defaults != self.new.defaults

    @property
    def any(self) -> bool:
        """Whether there is any difference."""
        result = self.channels or any(self.due.values()) or any(self.hours.values())
        return bool(result or self.limited or self.facts or self.defaults)

    @property
    def cases(self) -> int:
        """The number of cases that differ.

        If there are none, the number of combinations of facts that differ.
        """
        result = self.channels | union(self.due.values()) | union(self.hours.values())
        return (result | self.limited or self.facts).bit_count()


def _differing_pairs(
    old: list[tuple[DecidedValue, Cases]], new: list[tuple[DecidedValue, Cases]]
) -> Iterator[tuple[DecidedValue, DecidedValue, Cases]]:
    if old is new:
        return iter(())
    return (
        (first, second, cases)
        for first, second, cases in crossed(old, new)
        if first.value != second.value
    )


def _differing_cases(old: Partition, new: Partition) -> Cases:
    """Return the cases in which two partitions have different values, or only one has a value."""
    same = union(cases & new.get(key, 0) for key, cases in old.items())
    return (union(old.values()) | union(new.values())) & ~same


def _add(parts: dict[Key, Cases], key: Key, cases: Cases) -> None:
    if cases:
        parts[key] = parts.get(key, 0) | cases


def _split(
    parts: Partition, cases: Cases, more: tuple[Hashable, ...], *, again: bool = False
) -> Partition:
    """Return a partition with the values `more` appended to the keys of some cases.

    A value that a key already contains is appended only with `again`.
    """
    result: Partition = {}
    for key, some in parts.items():
        longer = (*key, *(item for item in more if again or item not in key))
        for name, part in ((longer, some & cases), (key, some & ~cases)):
            if part:
                result[name] = result.get(name, 0) | part
    return result


def _texts(texts: Iterable[Text]) -> tuple[Hashable, ...]:
    return tuple(
        dict.fromkeys(tuple(text.items()) if isinstance(text, dict) else text for text in texts)
    )
