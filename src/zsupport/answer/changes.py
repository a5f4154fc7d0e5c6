"""Changes of a case: another plan, role, priority or fact, and what this does to a clock.

The guide `on-change` defines them.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise, takewhile

from zsupport.answer.case import (
    NEEDS_INPUT,
    Case,
    Query,
    absent_members,
    deciding_facts,
    facts_decide,
    rule_of_priority,
    settle,
)
from zsupport.answer.case_change import CaseChange
from zsupport.answer.promise import Promise, PromiseReader, Reading
from zsupport.clock.deadline import ending_event
from zsupport.clock.problem import BadText, shown
from zsupport.errors import UsageError, did_you_mean
from zsupport.policy.model import Metric, Remarks, Revision
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zsupport.answer.hours import PolicyHours
    from zsupport.clock.deadline import Events
    from zsupport.clock.target import Target

#: The dimensions that can change. The names of all other values are facts.
CHANGING = ("plan", "role", "priority")
#: What can precede the name of a fact.
_FACT = "fact."


def change_parts(text: str) -> tuple[str, dict[str, str]]:
    """Return the instant and the values of `INSTANT,NAME=VALUE,…`, as texts; raise BadText.

    The instant can contain commas, as that of an email does, but no equals sign.
    """
    parts = text.split(",")
    instant = ",".join(takewhile(lambda part: "=" not in part, parts))
    values: dict[str, str] = {}
    for part in parts[instant.count(",") + 1 :]:
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (name and equals and value) or values.setdefault(name, value) != value:
            values.clear()
            break
    if not instant.strip() or not values:
        raise BadText(
            Message("invalid change {text}", text=shown(text)),
            Message("INSTANT,NAME=VALUE, such as `INSTANT,priority=P1`"),
        )
    return instant, values


def in_order(changes: Iterable[CaseChange]) -> tuple[CaseChange, ...]:
    """Return changes in order of their instants; those at one instant become one.

    Raises UsageError for a change without values, a change of the channel, or two values of one
    name at one instant.
    """
    by_instant: dict[int, dict[str, str]] = {}
    for at, stated in changes:
        values = by_instant.setdefault(at, {})
        if not stated:
            raise UsageError(
                Message("`event`: the change has no values"),
                Message("state a plan, a role, a priority or a fact"),
            )
        for text, value in stated.items():
            folded = text.casefold()
            if folded == "channel":
                raise UsageError(
                    Message("`event`: the channel of a case does not change"),
                    Message("omit `channel`; `plan`, `role`, `priority` and facts can change"),
                )
            name = folded if folded in CHANGING else text
            fact = text.removeprefix(_FACT)
            if fact.casefold() not in CHANGING:  # `fact.plan` is not the plan
                name = fact
            if values.setdefault(name, value) != value:
                raise UsageError(
                    Message(
                        "`event`: `{name}` changes to {first} and to {second} at the same instant",
                        name=name, first=values[name], second=value,
                    )
                )  # fmt: skip
    return tuple(CaseChange(at, by_instant[at]) for at in sorted(by_instant))


def settle_values(
    revision: Revision, values: Mapping[str, str], other_revisions: Sequence[Revision] = ()
) -> Mapping[str, str]:
    """Return the values of a change in canonical ids; `settle` explains other revisions.

    Raises UsageError for an unknown name or value.
    """
    facts = {name: value for name, value in values.items() if name not in CHANGING}
    ids = [*CHANGING, *(fact.id for fact in revision.facts)]
    known = {fact.id.casefold() for other in (revision, *other_revisions) for fact in other.facts}
    for name in facts:
        if name.casefold() not in known:
            message = Message(
                "`event`: `{name}` is not a dimension or a fact; names: {ids}",
                name=name,
                ids=", ".join(ids),
            )
            raise UsageError(message, did_you_mean(name, ids))
    stated = Query(
        values.get("plan"), values.get("role"), priority=values.get("priority"), facts=facts
    )
    settled = settle(revision, stated, other_revisions)
    changed = {name: getattr(settled, name) for name in CHANGING}
    return {n: v for n, v in (changed | {**settled.facts}).items() if v is not None}


# --- Promises -------------------------------------------------------------------------------------


def reading_of(revision: Revision, query: Query, changes: Sequence[Mapping[str, str]]) -> Reading:
    """Return how the promises of a query are read, for a case with changes."""
    relevant: set[str] = set()
    if facts_decide(revision) and query.priority is None:
        deciding = deciding_facts(revision)
        # One fact changes the priority, and the other facts decide to which one.
        relevant = deciding if any(deciding & values.keys() for values in changes) else relevant

    def reader(
        revision: Revision,
        opened: int,
        hours: PolicyHours,
        lang: str,
        *,
        absent: bool,
        in_force: bool,
    ) -> ReaderOfChanges:
        result = ReaderOfChanges(revision, opened, hours, lang, absent=absent, in_force=in_force)
        result.changes, result.priority_stated = changes, query.priority is not None
        return result

    return Reading(reader, frozenset(relevant), len(changes))


class ReaderOfChanges(PromiseReader):
    """Reads the promises of single cases, with those after each change of the case."""

    changes: Sequence[Mapping[str, str]] = ()
    priority_stated = False  # a stated priority stays, even if facts lead to another one

    def promise(
        self,
        case: Case,
        channel: str | None,
        metric: Metric,
        entitling_remarks: Sequence[Remarks] | None = None,
    ) -> Promise:
        """Return the promise of one case, channel and metric, and the later ones."""
        first = super().promise(case, channel, metric, entitling_remarks)
        later = (
            # Channels are compared without their remarks.
            self._later(changed, channel, metric, entitling_remarks, led=led)
            for changed, led in self._changed(case, led=True)
        )
        return _with_later(first, later)

    def over_channels(self, case: Case, channels: tuple[str, ...], metric: Metric) -> Promise:
        """Return one promise for all entitled channels of a case, and the later ones."""
        first = self._after(case).over_channels(case, channels, metric)
        later = (
            self._later(changed, None, metric, led=led)
            for changed, led in self._changed(case, led=True)
        )
        return _with_later(first, later)

    def without_priority(self, case: Case, channel: str | None, metric: Metric) -> Promise:
        """Return the answer for facts that lead to no priority, and the later promises."""
        first = super().without_priority(case, channel, metric)
        later = (
            self._later(changed, channel, metric, led=led)
            for changed, led in self._changed(case, led=False)
        )
        return _with_later(first, later)

    def targets_differ(self, case: Case, channels: tuple[str, ...], metric: Metric) -> bool:
        """Return whether channels have different targets in one case, now or after a change."""
        if super().targets_differ(case, channels, metric):
            return True
        for changed, _ in self._changed(case, led=True):
            entitled = self._after(changed).entitled(changed)
            # A case that no channel opens can be entitled later, by any channel.
            if channels and entitled and entitled != channels:
                return True
            if not channels and self._after(changed).targets_differ(changed, entitled, metric):
                return True
        return False

    def _later(
        self,
        case: Case,
        channel: str | None,
        metric: Metric,
        entitling_remarks: Sequence[Remarks] | None = None,
        *,
        led: bool,
    ) -> Promise:
        """Return the promise after a change; `led` is whether the facts lead to a priority."""
        reader = self._after(case)
        own = reader.sets.get(channel or "")
        if not led and own is not None and not own.at_most:
            case, led = {**case, "priority": own.priority}, True
        if not led:
            return reader.without_priority(case, channel, metric)
        if channel is None:
            return reader.over_channels(case, reader.entitled(case), metric)
        return reader.promise(case, channel, metric, entitling_remarks)

    def _after(self, case: Case) -> PromiseReader:
        """Return the reader of the promises of a case after a change."""
        absent = bool(absent_members(self.revision, case))
        reader = self._readers.get(absent)
        if reader is None:
            reader = self._readers[absent] = PromiseReader(
                self.revision, self.opened, self.hours, self.lang,
                absent=absent, in_force=self.in_force,
            )  # fmt: skip
            reader.warnings = self.warnings
        return reader

    @cached_property
    def _readers(self) -> dict[bool, PromiseReader]:
        """The readers by whether the case has a value that only another revision defines."""
        return {}

    def _changed(self, case: Case, *, led: bool) -> Iterator[tuple[Case, bool]]:
        """Yield the case after each change, and whether its facts lead to a priority.

        A stated priority stays until the next one. Otherwise, the priority follows the facts.
        """
        stated = self.priority_stated
        decides = facts_decide(self.revision)
        deciding = deciding_facts(self.revision) if decides else set()
        for values in self.changes:
            case = {**case, **values}
            if "priority" in values:
                stated = led = True
            elif not stated and deciding & values.keys():
                rule = rule_of_priority(self.revision, case)
                priority = rule and rule[0].priority
                led = priority is not None
                case = {name: value for name, value in case.items() if name != "priority"}
                if priority is not None:
                    case["priority"] = priority
            yield case, led


def _with_later(first: Promise, later: Iterable[Promise]) -> Promise:
    """Return a promise with the later ones; it is like another one if all of them are."""
    promises = tuple(later)
    likeness = (first.likeness, *(promise.likeness for promise in promises))
    return first._replace(later=promises, likeness=likeness)


# --- Legs -----------------------------------------------------------------------------------------


class CaseLeg(NamedTuple):
    """A part of a case with one promise.

    `since` is the instant of the change with which it begins, None for the start of the clock.
    """

    since: int | None
    values: Mapping[str, str]
    promise: Promise


def legs_of(
    row: Promise,
    changes: Sequence[CaseChange],
    events: Events,
    start: int | None,
    *,
    first_metric: bool,
) -> list[CaseLeg]:
    """Return the legs of a metric: only a change to another promise begins a new one.

    A change up to the start of the clock, or at or after its end, begins none. `start` is None
    before the start. With `on-change: restart`, the clock of each leg begins with the leg. Each
    promise has the case of `row`, so that the answer is about this case.
    """

    def of_row(promise: Promise, since: int | None = None) -> Promise:
        return promise._replace(
            plan=row.plan, role=row.role, channel=row.channel, priority=row.priority,
            facts=row.facts, later=(), since=since,
        )  # fmt: skip

    before = len(changes)
    if start is not None:
        before = sum(change.at <= start for change in changes)
    legs = [CaseLeg(None, {}, of_row((row, *row.later)[before]))]
    restarts = row.metric.on_change == "restart"
    for (at, values), promise in zip(changes[before:], row.later[before:], strict=True):
        last = legs[-1].promise
        end = _end(last, events, first_metric=first_metric)
        if end is not None and end <= at:
            break
        if _promised(promise) != _promised(last):
            legs.append(CaseLeg(at, values, of_row(promise, at if restarts else None)))
    return legs


def decide_leg(on_change: str | None, legs: Sequence[CaseLeg], dues: Sequence[int | None]) -> int:
    """Return the position of the leg that decides.

    `dues` are the deadlines of the legs. With `restart`, it is the first leg whose deadline passed
    before the next change, or that needs input: its deadline can have passed.
    """
    if on_change == "keep":
        return 0
    if on_change == "restart":
        for i, (_, following) in enumerate(pairwise(legs)):
            due = dues[i]
            assert following.since is not None
            if due is not None and due < following.since:
                return i
            if legs[i].promise.state == NEEDS_INPUT:
                return i
    return len(legs) - 1


def _end(promise: Promise, events: Events, *, first_metric: bool) -> int | None:
    """Return the event that ends a metric. Without a target, it is the answer for the first one."""
    target = promise.cell.target if promise.cell and promise.state is None else None
    if target is None:
        return events.answered if first_metric else events.resolved
    return ending_event(target, events, first_metric=first_metric)


def _promised(promise: Promise) -> tuple[object, ...]:
    """Return what makes a promise another one: its state, its target and its calendars."""
    settled, cell = promise.settled_hours, promise.cell
    hours: object = settled and tuple(calendar.place for calendar in settled.calendars)
    if cell is None or promise.state not in (None, NEEDS_INPUT):
        return (promise.state,)
    return (
        promise.state,
        _without_text(cell.target),
        cell.hours if promise.state == NEEDS_INPUT else hours,
    )


def _without_text(target: Target) -> Target:
    """Return a target without its spelling: `4h` without hours is `4h 24x7`."""
    around_the_clock = target.around_the_clock and target.kind != "clock"
    parts = tuple(map(_without_text, target.parts))
    return target._replace(text="", around_the_clock=around_the_clock, parts=parts)
