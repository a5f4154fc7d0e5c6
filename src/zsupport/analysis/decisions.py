"""The decisions of a policy over its cases: grants, priorities, calendars and targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import product
from math import prod

from zsupport.analysis.compare import EVERY_INSTANT, NEVER, CountedTime, counted_time
from zsupport.analysis.space import space_of_facts
from zsupport.answer.case import facts_decide
from zsupport.answer.space import Cases, Entry, Space, union
from zsupport.errors import check_limit
from zsupport.limits import CALENDAR_COMBINATIONS, CASE_COMBINATIONS, JOINED_CALENDARS
from zsupport.policy.model import (
    Alternative,
    Cell,
    Commitment,
    Metric,
    PolicyCalendar,
    Revision,
    Term,
    When,
)
from zsupport.typed import NamedTuple


class StatedCell(NamedTuple):
    """A cell of a target rule, and its cases.

    It `matches` the cases that can be opened, match the rule and have the priority of the cell.
    It `decides` the part of these cases that no earlier cell of the same metric matches.
    """

    rule: int  # its position in `targets`
    metric: str
    cell: Cell
    matches: Cases
    decides: Cases


class Targets(NamedTuple):
    """The cells of a metric in written order, and the cases without a cell."""

    stated: tuple[StatedCell, ...]
    unstated: Cases

    @property
    def promised(self) -> Cases:
        """The cases with a target."""
        return union(item.decides for item in self.stated if item.cell.target.promises)


class Decisions:
    """The decisions of a policy over the cases of a space.

    The space may have values that the policy does not define; no channel is allowed for them.
    """

    def __init__(
        self, revision: Revision, space: Space, own_names: Mapping[str, str] | None = None
    ) -> None:
        """`own_names` maps the names of hours in the space to their names in the policy."""
        self.revision = revision
        self.space = space
        self._own_names = own_names or {}
        self._moves = _moves(revision)
        #: The cases whose facts can lead to their priority, and those whose facts can lead to none,
        #: so that they have the priority that their channel sets. A case can be in both.
        self.led, self.unled = _led_and_unled(revision, space)
        #: The cases whose facts do not exclude their priority.
        self.existing: Cases = self.led | self.unled
        #: The cases that cannot be opened, because no opening time is possible; see `decisions_of`.
        self.without_opening_time: Cases = 0
        #: The cases that conditions match, if already computed, by the `id` of the condition.
        self._matches: Mapping[int, Cases] = {}
        self._whole: dict[tuple[str | None, bool], list[tuple[CountedTime, Cases]]] = {}
        self._parts_of: dict[tuple[str, bool], list[tuple[CountedTime, Cases]]] = {}
        self._covered: dict[tuple[str, bool], Cases] = {}
        self._existing_for_hours = self.existing
        self._decide()

    @classmethod
    def within(
        cls, cases: Cases, revision: Revision, whole: Decisions, matches: Mapping[int, Cases]
    ) -> Decisions:
        """Return the decisions of a revision in some cases; they share the hours of `whole`.

        The revision differs from the revision of `whole` only in grants and rules. `matches` has
        the cases that conditions match, by the `id` of the condition. The caller must keep these
        conditions alive.
        """
        result = cls.__new__(cls)
        result.revision, result.space, result._own_names = revision, whole.space, whole._own_names
        result._moves = whole._moves
        result.led, result.unled = whole.led & cases, whole.unled & cases
        result.existing, result.without_opening_time = (
            whole.existing & cases,
            whole.without_opening_time,
        )
        result._existing_for_hours = whole._existing_for_hours
        result._matches = matches
        result._whole, result._parts_of, result._covered = (
            whole._whole, whole._parts_of, whole._covered,
        )  # fmt: skip
        result._decide()
        result.entitled &= ~result.without_opening_time
        return result

    def _decide(self) -> None:
        revision, space = self.revision, self.space
        #: The cases that each grant allows, by its position in `entitlements`.
        self.grants: list[Cases] = [
            self.matches(grant.when) & space.among("channel", grant.allow) & self.existing
            if grant.allow
            else 0
            for grant in revision.grants
        ]
        #: The cases whose channel is allowed.
        self.allowed: Cases = union(self.grants)
        opening = [channel.id for channel in revision.channels if channel.opens_case]
        #: The cases that can be opened through their channel.
        self.entitled: Cases = self.allowed & space.among("channel", opening)
        self._by_metric: dict[str, Targets] = {}

    @cached_property
    def by_hours(self) -> dict[str | None, Cases]:
        """The cases that grants allow, by the hours of the grants; None if not stated."""
        result: dict[str | None, Cases] = {}
        for grant, cases in zip(self.revision.grants, self.grants, strict=True):
            if cases:
                result[grant.hours] = result.get(grant.hours, 0) | cases
        return result

    def matches(self, when: When) -> Cases:
        """Return the cases that a condition matches; all cases if it is empty.

        An alternative that names hours without a calendar for the case does not match.
        """
        known = self._matches.get(id(when))
        if known is not None:
            return known
        if not any(alternative.opened for alternative in when):
            return self.space.matches(when)
        return union(map(self.matches_alternative, when))

    def opened(self, cases: Cases) -> Cases:
        """Return the cases that are in a case set after they were opened.

        A channel can set the priority of a case when it is opened. All conditions except those of
        grants are about the opened case.
        """
        space, result = self.space, cases
        for channel, raised, priority in self._moves:
            own = space.of("channel", channel)
            result &= ~(own & space.of("priority", raised))
            moved = space.shift_to_first("priority", priority, cases & own)
            result |= space.shift_back("priority", raised, moved)
        return result

    def matches_opened(self, when: When) -> Cases:
        """Return the cases that a condition matches after they were opened."""
        return self.opened(self.matches(when))

    @cached_property
    def unchanged(self) -> Cases:
        """The cases whose priority their channel does not change."""
        moved = union(
            self.space.of("channel", channel) & self.space.of("priority", raised)
            for channel, raised, _ in self._moves
        )
        return self.space.every & ~moved

    def priorities_in(self, cases: Cases) -> tuple[str, ...]:
        """Return the priorities of a case set after its cases were opened."""
        if not cases & ~self.unchanged:
            return self.space.values_in("priority", cases)
        return tuple(
            priority
            for priority in self.space.values.get("priority", ())
            if cases & self.opened(self.space.of("priority", priority))
        )

    def deciding(self, entries: Iterable[Entry], left: Cases) -> list[tuple[Entry, Cases]]:
        """Return the entries of a list, each with the cases for which it is the first that matches.

        `left` is the set of cases to decide.
        """
        if not self._moves:
            return self.space.deciding(entries, left)
        return [(entry, self.opened(cases) & left) for entry, cases in self.space.deciding(entries)]

    def matches_alternative(self, alternative: Alternative) -> Cases:
        """Return the cases that one alternative of a condition matches."""
        result = self.space.matches_alternative(alternative)
        if alternative.opened is not None:
            inside, name = alternative.opened
            result &= self._with_calendar(self._own_names.get(name, name), every=not inside)
        return result

    def targets(self, metric: str) -> Targets:
        """Return the targets of a metric over the cases that can be opened."""
        if metric not in self._by_metric:
            self._by_metric[metric] = self._targets(metric)
        return self._by_metric[metric]

    def _targets(self, metric: str) -> Targets:
        space = self.space
        left = self.entitled
        result: list[StatedCell] = []
        for position, rule in enumerate(self.revision.rules):
            cells = rule.cells.get(metric)
            if not cells:
                continue
            matched = self.matches(rule.when)
            for cell, cases in _cells_with_cases(cells, space):
                matches = self.opened(matched & cases) & self.entitled
                result.append(StatedCell(position, metric, cell, matches, matches & left))
                left &= ~matches
        return Targets(tuple(result), left)

    def _with_calendar(self, hours: str, *, every: bool) -> Cases:
        """Return the cases for which hours have a calendar.

        For a union, `every` says whether every member must have a calendar, or any member.
        """
        if hours not in self.revision.hours:
            return self.space.every
        if (hours, every) in self._covered:
            return self._covered[hours, every]
        result = 0
        calendars = self.revision.hours[hours]
        # Not `self.calendars`: cases whose facts exclude their priority can have a calendar.
        for calendar, decides in self.space.deciding(calendars):
            members = [self._with_calendar(member, every=every) for member in calendar.any]
            covered = self.space.every if every or not members else 0
            for cases in members:
                covered = covered & cases if every else covered | cases
            result |= decides & covered
        self._covered[hours, every] = result
        return result

    def by_metric(self) -> list[tuple[Metric, Targets]]:
        """Return the targets of each metric."""
        return [(metric, self.targets(metric.id)) for metric in self.revision.metrics]

    def by_rule(self) -> dict[int, tuple[Cases, Cases]]:
        """Return the cases that each target rule matches and decides, by position of the rule."""
        result: dict[int, tuple[Cases, Cases]] = {}
        for _, targets in self.by_metric():
            for item in targets.stated:
                matches, decides = result.get(item.rule, (0, 0))
                result[item.rule] = matches | item.matches, decides | item.decides
        return dict(sorted(result.items()))

    def commitments(self) -> list[tuple[Commitment, Cases]]:
        """Return the cases of each commitment: those for which it is the first that matches."""
        return self.deciding(self.revision.commitments, self.existing)

    @cached_property
    def limits(self) -> dict[str, list[tuple[Term, Cases]]]:
        """The limits of each topic, each with the cases for which it is the first that matches."""
        limits = self.revision.limits()
        return {topic: self.deciding(limits[topic], self.existing) for topic in limits}

    def calendars(self, hours: str) -> list[tuple[PolicyCalendar, Cases]]:
        """Return the cases of each calendar: those for which it is the first that matches."""
        calendars = self.revision.hours.get(hours, ())
        return self.deciding(calendars, self._existing_for_hours)

    def counted(
        self, hours: str | None, cases: Cases | None = None
    ) -> list[tuple[CountedTime, Cases]]:
        """Return parts of a case set with their hours.

        `cases` is by default all cases. Unions are resolved into their members. `24x7` and None
        are every instant. Cases for which the hours have no calendar are omitted.
        """
        return self._counted(
            hours, self.space.every if cases is None else cases, skip_missing=False
        )

    def opening(self, hours: str) -> list[tuple[CountedTime, Cases]]:
        """Return when these hours are open, in parts that together cover every case.

        A union is open when a member with a calendar for the case is open. Hours without
        such a calendar are never open.
        """
        return self._everywhere(hours, skip_missing=True)

    def counting(self, hours: str | None) -> list[tuple[CountedTime, Cases]]:
        """Return the time that counts over these hours, in parts that together cover every case.

        None is every instant. A union never counts if a member has no calendar for the case.
        """
        return self._everywhere(hours, skip_missing=False)

    def _everywhere(
        self, hours: str | None, *, skip_missing: bool
    ) -> list[tuple[CountedTime, Cases]]:
        """Return the hours of all cases; NEVER for cases without a calendar."""
        whole = self._whole.get((hours, skip_missing))
        if whole is None:
            parts = self._counted(hours, self.space.every, skip_missing=skip_missing)
            rest = self.space.every
            for _, cases in parts:
                rest &= ~cases
            whole = self._whole[hours, skip_missing] = [*parts, (NEVER, rest)] if rest else parts
        return whole

    def _counted(
        self, hours: str | None, cases: Cases, *, skip_missing: bool
    ) -> list[tuple[CountedTime, Cases]]:
        """Return the hours of cases; see `_parts` for `skip_missing`."""
        if hours is None or hours not in self.revision.hours:
            return [(EVERY_INSTANT, cases)] if cases else []
        parts = (
            (counted, some & cases)
            for counted, some in self._parts(hours, skip_missing=skip_missing)
        )
        return [(counted, some) for counted, some in parts if some]

    def _parts(self, hours: str, *, skip_missing: bool) -> list[tuple[CountedTime, Cases]]:
        """Return the hours of all existing cases, computed once.

        With `skip_missing`, a union omits members without a calendar for the case. Raises
        LimitExceeded if a union has too many combinations of calendars.
        """
        kept = self._parts_of.get((hours, skip_missing))
        if kept is not None:
            return kept
        result: list[tuple[CountedTime, Cases]] = []
        for calendar, decides in self.calendars(hours):
            if not decides:
                continue
            parts = [
                (NEVER if calendar.any else counted_time(calendar, self.revision.timezone), decides)
            ]
            for member in calendar.any:
                members = self._counted(member, decides, skip_missing=skip_missing)
                parts = self.joined(hours, parts, members, skip_missing=skip_missing)
            result += parts
        self._parts_of[hours, skip_missing] = result
        return result

    def joined(
        self,
        hours: str,
        parts: list[tuple[CountedTime, Cases]],
        members: list[tuple[CountedTime, Cases]],
        *,
        skip_missing: bool = False,
    ) -> list[tuple[CountedTime, Cases]]:
        """Return parts of a union with another member added. Raises LimitExceeded.

        With `skip_missing`, cases without a calendar of the member are unchanged.
        """
        result: list[tuple[CountedTime, Cases]] = []
        for before, some in parts:
            for more, member in members:
                if both := some & member:
                    joined = before.joined(more)
                    check_limit(JOINED_CALENDARS, len(joined.calendars), f"`{hours}`", exact=False)
                    result.append((joined, both))
                    some &= ~both
            if some and skip_missing:
                result.append((before, some))
            check_limit(CALENDAR_COMBINATIONS, len(result), f"`{hours}`", exact=False)
        return result


def _moves(revision: Revision) -> list[tuple[str, str, str]]:
    """Return the channel, the priority before and the priority after, for each priority set."""
    return [
        (channel.id, item.id, priority)
        for channel in revision.channels
        if channel.priority is not None and channel.opens_case
        for item in revision.priorities
        if (priority := channel.priority.of(item.id, revision.urgency())) not in (None, item.id)
    ]


def _led_and_unled(revision: Revision, space: Space) -> tuple[Cases, Cases]:
    """Return the cases whose facts can lead to their priority, and those of facts without one.

    A case of facts without a priority has the priority that its channel sets for every case.
    Values that the policy does not define exclude no priority. Raises LimitExceeded.
    """
    led = space.every
    if not facts_decide(revision):
        return led, 0
    facts = space_of_facts(revision)
    shared = {name: values for name, values in facts.values.items() if name in space.values}
    combinations = prod(map(len, shared.values())) * len(revision.priorities)
    check_limit(CASE_COMBINATIONS, combinations * max(space.size, 10_000))
    unled = facts.every
    for priority, leading in facts.by_priority(revision).items():
        unled &= ~leading
        for combination in product(*shared.values()):
            stated, cases = leading, space.of("priority", priority)
            for name, value in zip(shared, combination, strict=True):
                stated &= facts.of(name, value)
                cases &= space.of(name, value)
            if not stated:
                led &= ~cases
    fixed = [c for c in revision.channels if c.priority is not None and not c.priority.at_most]
    if not fixed or not unled:
        return led, 0
    without = 0  # the cases whose facts can lead to no priority
    for combination in product(*shared.values()):
        stated, cases = unled, space.every
        for name, value in zip(shared, combination, strict=True):
            stated &= facts.of(name, value)
            cases &= space.of(name, value)
        without |= cases if stated else 0
    set_by_channel = 0
    for channel in fixed:
        assert channel.priority is not None
        own = space.of("channel", channel.id) & space.of("priority", channel.priority.priority)
        set_by_channel |= own & without
    return led, set_by_channel


def _cells_with_cases(cells: dict[str, Cell], space: Space) -> list[tuple[Cell, Cases]]:
    """Return each cell of the file once, with the cases of all of its priorities."""
    by_key: dict[str, tuple[Cell, Cases]] = {}
    for priority, cell in cells.items():
        cases = space.every if priority == "*" else space.of("priority", priority)
        before = by_key.get(cell.key, (cell, 0))
        by_key[cell.key] = before[0], before[1] | cases
    return list(by_key.values())
