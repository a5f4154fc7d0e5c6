"""What a policy decides in which of its cases: grants, priorities, calendars and targets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product
from math import prod

from zsupport.analysis.compare import EVERY_INSTANT, NEVER, Counted, one
from zsupport.analysis.space import space_of_facts
from zsupport.answer.case import facts_decide
from zsupport.answer.space import Cases, Space, union
from zsupport.errors import check_limit
from zsupport.limits import EXCLUDING, MEMBERS, PARTS
from zsupport.policy.model import (
    Alternative,
    Cell,
    Commitment,
    Metric,
    PolicyCalendar,
    Revision,
    When,
)
from zsupport.typed import NamedTuple


class StatedCell(NamedTuple):
    """A cell as it is written, and where it counts.

    It `matches` where its rule holds for a case that can be opened and states the priority; it
    `decides` where no rule above it does.
    """

    rule: int  # its position in `targets`
    metric: str
    cell: Cell
    matches: Cases
    decides: Cases


class Targets(NamedTuple):
    """What is promised by one metric: the cells in written order, and where none states it."""

    stated: tuple[StatedCell, ...]
    unstated: Cases

    @property
    def promised(self) -> Cases:
        """The cases in which something is promised."""
        return union(item.decides for item in self.stated if item.cell.target.promises)


class Decisions:
    """Everything that one policy decides over the cases of a space.

    The space may have values that the policy does not know; nothing is allowed there.
    """

    def __init__(
        self, revision: Revision, space: Space, own_names: Mapping[str, str] | None = None
    ) -> None:
        """`own_names`: the hours that an `opened` names, by another name that it has here."""
        self.revision = revision
        self.space = space
        self._own_names = own_names or {}
        #: The cases whose facts do not exclude their priority (the clock definition, rule 19).
        self.existing: Cases = _existing(revision, space)
        #: The cases that no moment belongs to, as far as they are known; none of them is opened.
        self.momentless: Cases = 0
        #: Where conditions match, as far as that is known, by the identity of the condition.
        self._matches: Mapping[int, Cases] = {}
        self._whole: dict[tuple[str | None, bool], list[tuple[Counted, Cases]]] = {}
        self._parts_of: dict[tuple[str, bool], list[tuple[Counted, Cases]]] = {}
        self._covered: dict[tuple[str, bool], Cases] = {}
        self._existing_for_hours = self.existing
        self._decide()

    @classmethod
    def within(
        cls, cases: Cases, revision: Revision, whole: Decisions, matches: Mapping[int, Cases]
    ) -> Decisions:
        """Return what a revision decides in some cases; what its hours are is kept with `whole`.

        It differs from the revision of `whole` in its grants and rules alone. `matches` says
        where conditions match, by their identities; they are those of objects that are kept.
        """
        result = cls.__new__(cls)
        result.revision, result.space, result._own_names = revision, whole.space, whole._own_names
        result.existing, result.momentless = whole.existing & cases, whole.momentless
        result._existing_for_hours = whole._existing_for_hours
        result._matches = matches
        result._whole, result._parts_of, result._covered = (
            whole._whole, whole._parts_of, whole._covered,
        )  # fmt: skip
        result._decide()
        result.entitled &= ~result.momentless
        return result

    def _decide(self) -> None:
        revision, space = self.revision, self.space
        #: Where each grant allows a channel, by its position in `entitlements`.
        self.grants: list[Cases] = [
            self.matches(grant.when) & space.among("channel", grant.allow) & self.existing
            if grant.allow
            else 0
            for grant in revision.grants
        ]
        #: The cases whose channel is allowed.
        self.allowed: Cases = union(self.grants)
        opening = [channel.id for channel in revision.channels if channel.opens_case]
        #: Where a case can be opened by its channel.
        self.entitled: Cases = self.allowed & space.among("channel", opening)
        self._by_metric: dict[str, Targets] = {}

    @cached_property
    def by_hours(self) -> dict[str | None, Cases]:
        """By hours: the cases in which a grant opens a channel during them; None: not stated."""
        result: dict[str | None, Cases] = {}
        for grant, cases in zip(self.revision.grants, self.grants, strict=True):
            if cases:
                result[grant.hours] = result.get(grant.hours, 0) | cases
        return result

    def matches(self, when: When) -> Cases:
        """Return the cases in which a condition matches: any of its alternatives, or none at all.

        An alternative that names hours without a calendar for the case does not match (the clock
        definition, rule 21).
        """
        known = self._matches.get(id(when))
        if known is not None:
            return known
        if not any(alternative.opened for alternative in when):
            return self.space.holds(when)
        return union(map(self.meets, when))

    def meets(self, alternative: Alternative) -> Cases:
        """Return the cases in which one alternative of a condition matches."""
        result = self.space.meets(alternative)
        if alternative.opened is not None:
            inside, name = alternative.opened
            result &= self._with_calendar(self._own_names.get(name, name), every=not inside)
        return result

    def targets(self, metric: str) -> Targets:
        """Return what a metric promises, over the cases that can be opened."""
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
            holds = self.matches(rule.when) & self.entitled
            for cell, cases in _written(cells, space):
                matches = holds & cases
                result.append(StatedCell(position, metric, cell, matches, matches & left))
                # The cells of one rule are for different priorities.
                left &= ~matches
        return Targets(tuple(result), left)

    def _with_calendar(self, hours: str, *, every: bool) -> Cases:
        """Return the cases for which hours have a calendar; of a union any member, or every."""
        if hours not in self.revision.hours:
            return self.space.every
        if (hours, every) in self._covered:
            return self._covered[hours, every]
        result = 0
        calendars = self.revision.hours[hours]
        # Cases whose facts exclude their priority are distinct from those without a calendar.
        for calendar, decides in self.space.deciding(calendars):
            members = [self._with_calendar(member, every=every) for member in calendar.any]
            covered = self.space.every if every or not members else 0
            for cases in members:
                covered = covered & cases if every else covered | cases
            result |= decides & covered
        self._covered[hours, every] = result
        return result

    def by_metric(self) -> list[tuple[Metric, Targets]]:
        """Return what each metric promises."""
        return [(metric, self.targets(metric.id)) for metric in self.revision.metrics]

    def by_rule(self) -> dict[int, tuple[Cases, Cases]]:
        """Return by target rule where its cells match, and where they decide."""
        result: dict[int, tuple[Cases, Cases]] = {}
        for _, targets in self.by_metric():
            for item in targets.stated:
                matches, decides = result.get(item.rule, (0, 0))
                result[item.rule] = matches | item.matches, decides | item.decides
        return dict(sorted(result.items()))

    def commitments(self) -> list[tuple[Commitment, Cases]]:
        """Return where each commitment decides: the first that holds does."""
        return self.space.deciding(self.revision.commitments, self.existing)

    def calendars(self, hours: str) -> list[tuple[PolicyCalendar, Cases]]:
        """Return where each calendar of these hours decides: the first that holds does."""
        calendars = self.revision.hours.get(hours, ())
        return self.space.deciding(calendars, self._existing_for_hours)

    def counted(self, hours: str | None, cases: Cases | None = None) -> list[tuple[Counted, Cases]]:
        """Return what these hours are over a set of cases: parts of it, with the hours of each.

        Without `cases` all cases are used. Unions are split into their members. `24x7`, and no
        hours at all, are every instant. Cases for which a list has no calendar are left out.
        """
        return self._counted(hours, self.space.every if cases is None else cases, known=False)

    def opening(self, hours: str) -> list[tuple[Counted, Cases]]:
        """Return when these hours are open, in parts that hold every case between them.

        A union is open when a member is that has a calendar for the case (the clock definition,
        rule 21). Hours without any are never open.
        """
        return self._everywhere(hours, known=True)

    def counting(self, hours: str | None) -> list[tuple[Counted, Cases]]:
        """Return what counts over these hours, in parts that hold every case between them.

        No hours at all are every instant. A union counts never where a member has no calendar
        for the case.
        """
        return self._everywhere(hours, known=False)

    def _everywhere(self, hours: str | None, *, known: bool) -> list[tuple[Counted, Cases]]:
        """Return what hours are over all cases, NEVER where nothing is known of them."""
        whole = self._whole.get((hours, known))
        if whole is None:
            parts = self._counted(hours, self.space.every, known=known)
            rest = self.space.every
            for _, cases in parts:
                rest &= ~cases
            whole = self._whole[hours, known] = [*parts, (NEVER, rest)] if rest else parts
        return whole

    def _counted(
        self, hours: str | None, cases: Cases, *, known: bool
    ) -> list[tuple[Counted, Cases]]:
        """Return what hours are over cases; `known`: of a union what has a calendar is enough."""
        if hours is None or hours not in self.revision.hours:
            return [(EVERY_INSTANT, cases)] if cases else []
        parts = ((counted, some & cases) for counted, some in self._parts(hours, known=known))
        return [(counted, some) for counted, some in parts if some]

    def _parts(self, hours: str, *, known: bool) -> list[tuple[Counted, Cases]]:
        """Return what these hours are over all cases that exist; each hours are worked out once.

        Raises TooMuch where the calendars by case of a union multiply.
        """
        kept = self._parts_of.get((hours, known))
        if kept is not None:
            return kept
        result: list[tuple[Counted, Cases]] = []
        for calendar, decides in self.calendars(hours):
            if not decides:
                continue
            parts = [(NEVER if calendar.any else one(calendar, self.revision.timezone), decides)]
            for member in calendar.any:
                members = self._counted(member, decides, known=known)
                parts = self.joined(hours, parts, members, known=known)
            result += parts
        self._parts_of[hours, known] = result
        return result

    def joined(
        self,
        hours: str,
        parts: list[tuple[Counted, Cases]],
        members: list[tuple[Counted, Cases]],
        *,
        known: bool = False,
    ) -> list[tuple[Counted, Cases]]:
        """Return parts of a union with one more of its members, within the limits.

        `known`: cases without a calendar of the member stay as they are.
        """
        result: list[tuple[Counted, Cases]] = []
        for before, some in parts:
            for more, member in members:
                if both := some & member:
                    joined = before.joined(more)
                    check_limit(MEMBERS, len(joined.calendars), f"`{hours}`", exact=False)
                    result.append((joined, both))
                    some &= ~both
            if some and known:
                result.append((before, some))
            check_limit(PARTS, len(result), f"`{hours}`", exact=False)
        return result


def _existing(revision: Revision, space: Space) -> Cases:
    """Return the cases whose priority some completion of their facts leads to.

    Values that the policy does not know exclude nothing. Raises TooMuch.
    """
    existing = space.every
    if not facts_decide(revision):
        return existing
    facts = space_of_facts(revision)
    shared = {name: values for name, values in facts.values.items() if name in space.values}
    combinations = prod(map(len, shared.values())) * len(revision.priorities)
    check_limit(EXCLUDING, combinations * max(space.size, 10_000))
    for priority, leading in facts.deciding(revision.priorities):
        for combination in product(*shared.values()):
            stated, cases = leading, space.of("priority", priority.id)
            for name, value in zip(shared, combination, strict=True):
                stated &= facts.of(name, value)
                cases &= space.of(name, value)
            if not stated:
                existing &= ~cases
    return existing


def _written(cells: dict[str, Cell], space: Space) -> list[tuple[Cell, Cases]]:
    """Return each cell as it is written, once, with the cases of its priorities."""
    by_key: dict[str, tuple[Cell, Cases]] = {}
    for priority, cell in cells.items():
        cases = space.every if priority == "*" else space.of("priority", priority)
        before = by_key.get(cell.key, (cell, 0))
        by_key[cell.key] = before[0], before[1] | cases
    return list(by_key.values())
