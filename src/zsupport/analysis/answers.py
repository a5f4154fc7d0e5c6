"""All answers of a policy as values, over every case; and where those of two policies differ.

The values are what somebody gets: whether a channel is allowed, what is needed for it, when it is
open and in which order it is recommended; the target of each metric, the hours it counts over, what
starts its clock and how binding it is; the priority of facts; when hours are open. Words (notes,
doubts, conditions in words, texts as published) and the lines that decided are none.
"""

from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Any, NamedTuple

from zsupport.analysis.compare import Counted, Period, includes
from zsupport.analysis.deadlines import period_of
from zsupport.analysis.revision import AnalysedRevision
from zsupport.analysis.space import Cases, Space, opened
from zsupport.clock.holidays import PublicHolidays
from zsupport.clock.problem import BadText
from zsupport.policy.model import Metric, Revision, Text

#: The cases in which each value is answered.
Partition = dict[Hashable, Cases]

#: What hours are, and in which cases.
Hours = list[tuple[Counted, Cases]]


class Difference(NamedTuple):
    """Where the answers of two policies differ, as cases of their space."""

    channels: Cases
    due: dict[str, Cases]  # by metric
    hours: dict[str, Cases]
    facts: Cases  # combinations of facts that lead to another priority
    defaults: bool  # whether a fact that is left out is taken for another

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(
            self.channels
            or any(self.due.values())
            or any(self.hours.values())
            or self.facts
            or self.defaults
        )

    @property
    def cases(self) -> int:
        """In how many cases they do; where only priorities differ, combinations of facts."""
        found = self.channels | _all(self.due.values()) | _all(self.hours.values())
        return (found or self.facts).bit_count()


class AnswersByCase:
    """The answers of one revision over its cases, and over its combinations of facts."""

    def __init__(self, analysed: AnalysedRevision) -> None:
        self.decisions = analysed.decisions
        self.space = analysed.space
        self.revision: Revision = analysed.revision
        self.public = analysed.public
        self.prerequisites = self._prerequisites()
        self.hours_of_channels = self._hours_of_channels()
        self.recommended = self._recommended()
        self.targets = {metric.id: self._targets(metric) for metric in self.revision.metrics}
        self.commitments = self._commitments()
        self.counted: dict[str, Hours] = {name: self._counted(name) for name in self.revision.hours}
        self.priorities = self._priorities(analysed.facts)
        self.defaults = {
            fact.id: fact.default
            for fact in self.revision.facts
            if fact.id in self.space.values or fact.id in analysed.facts.values
        }

    def _prerequisites(self) -> Partition:
        space, allowed = self.space, self.decisions.allowed
        parts: dict[tuple[Hashable, ...], Cases] = {}
        for channel in self.revision.channels:
            cases = allowed & space.of("channel", channel.id)
            _add(parts, _texts(channel.prerequisites), cases)
        for grant, cases in zip(self.revision.grants, self.decisions.grants, strict=True):
            if grant.prerequisites and cases:
                needed = _texts(grant.prerequisites)
                parts = _split(parts, cases, needed)
        return {key: cases for key, cases in parts.items() if cases}

    def _hours_of_channels(self) -> Partition:
        parts: dict[tuple[Hashable, ...], Cases] = {(): self.decisions.allowed}
        for grant, cases in zip(self.revision.grants, self.decisions.grants, strict=True):
            if cases:
                parts = _split(parts, cases, (grant.hours,))
        found: Partition = {}
        for names, cases in parts.items():
            # A grant without hours opens the channel whenever the vendor does.
            _add(found, None if None in names else names, cases)
        return found

    def _recommended(self) -> Partition:
        """Return where each rank is given: among what is allowed, in written order."""
        space, allowed = self.space, self.decisions.allowed
        placed: dict[str, dict[tuple[int, int], Cases]] = {}
        for channel in (each.id for each in self.revision.channels):
            left = allowed & space.of("channel", channel)
            ways = [
                ((position, grant.recommend.index(channel)), space.holds(grant.when))
                for position, grant in enumerate(self.revision.grants)
                if channel in grant.recommend
            ]
            for place, cases in ways:
                if left & cases:
                    _add(placed.setdefault(channel, {}), place, left & cases)
                left &= ~cases
        # For each channel and place the cases, whatever their own channel is.
        wide = {
            (channel, place): space.for_some("channel", cases)
            for channel, places in placed.items()
            for place, cases in places.items()
        }
        found: Partition = {}
        for channel, places in placed.items():
            for place, cases in places.items():
                parts: dict[tuple[Hashable, ...], Cases] = {(): cases}
                for (other, its), where in wide.items():
                    if other != channel and its < place:
                        parts = _split(parts, where, (1,), again=True)
                for ranks, some in parts.items():
                    _add(found, len(ranks) + 1, some)
        return found

    def _targets(self, metric: Metric) -> Partition:
        found: Partition = {}
        targets = self.decisions.targets(metric.id)
        starts = _texts((metric.starts,))
        for stated in targets.stated:
            cell = stated.cell
            hours = cell.hours if cell.target.uses_hours else None
            reading = self.revision.business_day if cell.target.kind == "business-days" else None
            # Where nothing is promised, no clock starts.
            start = starts if cell.target.promises else None
            _add(found, (cell.target.text, hours, reading, start), stated.decides)
        _add(found, ("not-stated", None, None, None), targets.unstated)
        return found

    def _commitments(self) -> Partition:
        found: Partition = {}
        for commitment, cases in self.decisions.commitments():
            _add(found, commitment.binding, cases)
        return found

    def _counted(self, hours: str) -> Hours:
        return self.decisions.counted(hours, self.space.every)

    def _priorities(self, facts: Space) -> Partition:
        found: Partition = {}
        if not facts.values:
            return found  # no facts lead to any
        left = facts.every
        for priority in self.revision.priorities:
            cases = facts.holds(priority.when) & left
            left &= ~cases
            _add(found, priority.id, cases)
        _add(found, None, left)
        return found


def difference(one: AnswersByCase, other: AnswersByCase) -> Difference:
    """Return where two policies of one space answer differently."""
    before, after = one.decisions, other.decisions
    same = partial(_same, period=period_of(one.revision, other.revision), public=one.public)
    # A case that exists in one of them only is another priority of its facts.
    both = before.existing & after.existing
    channels = before.allowed ^ after.allowed
    channels |= _unlike(one.prerequisites, other.prerequisites)
    channels |= _unlike(one.hours_of_channels, other.hours_of_channels)
    channels |= _unlike(one.recommended, other.recommended)
    hours = {
        name: _unlike_hours(one.counted.get(name, []), other.counted.get(name, []), same)
        for name in {**one.counted, **other.counted}
    }
    due: dict[str, Cases] = {}
    timed = 0
    for name, cases in hours.items():
        # Which rule holds goes by these hours.
        if opened(name) in one.space.values:
            timed |= cases
    committed = _unlike(one.commitments, other.commitments)
    for metric in {**one.targets, **other.targets}:
        mine, its = one.targets.get(metric, {}), other.targets.get(metric, {})
        cases = (before.entitled ^ after.entitled) | _unlike(mine, its) | timed
        promised = 0
        for key, some in mine.items():
            assert isinstance(key, tuple)
            if key[3] is not None:
                promised |= some
            if key[1] is not None and key[1] in hours:
                cases |= some & hours[key[1]]
        due[metric] = cases | (committed & promised)
    return Difference(
        channels & both,
        {metric: cases & both for metric, cases in due.items()},
        {name: cases & both for name, cases in hours.items()},
        _unlike(one.priorities, other.priorities),
        one.defaults != other.defaults,
    )


def _unlike(one: Partition, other: Partition) -> Cases:
    """Return the cases in which two partitions have other values, or only one has any."""
    every = same = 0
    for key, cases in one.items():
        every |= cases
        same |= cases & other.get(key, 0)
    for cases in other.values():
        every |= cases
    return every & ~same


def _unlike_hours(one: Hours, other: Hours, same: Callable[[Counted, Counted], bool]) -> Cases:
    found = 0
    for mine, some in one:
        for its, cases in other:
            if some & cases and mine != its and not same(mine, its):
                found |= some & cases
    return found | (_all(cases for _, cases in one) ^ _all(cases for _, cases in other))


def _same(one: Counted, other: Counted, period: Period, public: PublicHolidays) -> bool:
    """Return whether two calendars are open at the same instants and count the same days."""
    days = [{c.business_days for c in each.calendars} for each in (one, other)]
    zones = [{c.timezone for c in each.calendars} for each in (one, other)]
    if days[0] != days[1] or zones[0] != zones[1]:
        return False
    try:
        return includes(one, other, period, public) and includes(other, one, period, public)
    except BadText:
        return False  # whose holidays are not known, they cannot be told to be the same


def _all(sets: Iterable[Cases]) -> Cases:
    found = 0
    for cases in sets:
        found |= cases
    return found


def _add(parts: dict[Any, Cases], key: Hashable, cases: Cases) -> None:
    if cases:
        parts[key] = parts.get(key, 0) | cases


def _split(
    parts: dict[tuple[Hashable, ...], Cases],
    cases: Cases,
    more: tuple[Hashable, ...],
    *,
    again: bool = False,
) -> dict[tuple[Hashable, ...], Cases]:
    """Return parts with more in their keys where some cases are; what is there already once.

    `again`: what is there already is put there a second time.
    """
    found: dict[tuple[Hashable, ...], Cases] = {}
    for key, some in parts.items():
        longer = (*key, *(each for each in more if again or each not in key))
        for name, part in ((longer, some & cases), (key, some & ~cases)):
            if part:
                found[name] = found.get(name, 0) | part
    return found


def _texts(texts: Iterable[Text]) -> tuple[Hashable, ...]:
    return tuple(
        dict.fromkeys(tuple(text.items()) if isinstance(text, dict) else text for text in texts)
    )
