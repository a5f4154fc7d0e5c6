"""Promises by channels that set a priority: a case is raised with one, and opened with another."""

from __future__ import annotations

from zsupport.answer.case import Warning, opened_case, sets_priority
from zsupport.typed import TYPE_CHECKING, TypeVar
from zsupport.wording import Message, enumerated

#: A promise.
Row = TypeVar("Row", bound="Any")
AnyRow = TypeVar("AnyRow", bound="Any", covariant=True)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Protocol

    from zsupport.answer.case import Case, Query
    from zsupport.answer.dimensions import Dimensions
    from zsupport.policy.model import ChannelPriority, Metric, Revision

    class ReaderOfPromises(Protocol[AnyRow]):
        """Reads the promises of single cases."""

        revision: Revision
        opening: tuple[str, ...]
        sets: dict[str, ChannelPriority]
        warnings: list[Warning]

        def entitled(self, case: Case) -> tuple[str, ...]:
            """Return the channels by which a case can be opened."""

        def promise(self, case: Case, channel: str | None, metric: Metric) -> AnyRow:
            """Return the promise of one case, channel and metric."""

        def without_priority(self, case: Case, channel: str | None, metric: Metric) -> AnyRow:
            """Return the answer for facts that lead to no priority."""


#: The code of the warning about a priority that a channel sets.
CODE = "channel-priority"


def rows_by_channel(
    reader: ReaderOfPromises[Row],
    space: Dimensions,
    query: Query,
    metrics: tuple[Metric, ...],
    *,
    by_channel: bool,
) -> list[Row] | None:
    """Return a row for each case and metric, with the priority that its channel sets.

    Cases with different priorities can have the same priority in a channel: they have one row. If
    the query states no channel, and no case can be opened with another priority, return None,
    unless `by_channel` requires a row for each channel. The warnings of the reader state each
    change.
    """
    channels = reader.opening if query.channel is None else (query.channel,)
    raised = list(space.cases())
    cases = {channel: _cases(reader, space, raised, channel) for channel in channels}
    changes = [
        (channel, case)
        for channel in channels
        for case in cases[channel]
        if channel in reader.entitled(case) and is_changed(reader.revision, space, case, channel)
    ]
    unled = any(
        channel in reader.entitled(case)
        for channel in cases
        for case in cases[channel][len(raised) :]
    )
    if query.channel is None and not (changes or unled or by_channel):
        return None
    rows: dict[tuple[object, ...], Row] = {}
    for channel in channels:
        own = reader.sets.get(channel)
        without = space.without_priority and (own is None or own.at_most)
        for case in cases[channel]:
            for metric in metrics:
                row = (reader.without_priority if without else reader.promise)(
                    case, channel, metric
                )
                _add(rows, row, case)
    reader.warnings += change_warnings(reader.revision, changes, space)
    reader.warnings += _denials(reader, cases)
    order = {name: [m.id for m in members] for name, members in reader.revision.members().items()}
    return sorted(rows.values(), key=lambda row: _position(order, space, row, metrics))


def _cases(
    reader: ReaderOfPromises[Row], space: Dimensions, raised: list[Case], channel: str
) -> list[Case]:
    """Return the cases that can be raised in a channel; the same list if it adds no case.

    A case whose facts lead to no priority has the priority that the channel sets for all cases.
    If the priority changes no answer, no case has one.
    """
    own = reader.sets.get(channel)
    if own is None or own.at_most:
        return raised
    if space.without_priority:
        return [{**case, "priority": own.priority} for case in raised]
    unled = list(space.cases_without_priority())
    if "priority" in space.open:
        unled = [{**case, "priority": own.priority} for case in unled]
    else:
        known = {tuple(case.items()) for case in raised}
        unled = [case for case in unled if tuple(case.items()) not in known]
    return [*raised, *unled] if unled else raised


def is_changed(revision: Revision, space: Dimensions, case: Case, channel: str) -> bool:
    """Return whether a channel changes the priority of a case, or sets a missing priority."""
    own = sets_priority(revision, channel)
    if own is None or "priority" not in case:
        return False
    opened = opened_case(revision, {**case, "channel": channel})
    return opened["priority"] != case["priority"] or _is_without(space, case)


def changes_in(revision: Revision, space: Dimensions) -> list[tuple[str, Case]]:
    """Return the cases of a query whose priority their channel changes, each with the channel."""
    return [
        (case["channel"], case)
        for case in _with_unraised(revision, space)
        if is_changed(revision, space, case, case["channel"])
        or ("priority" not in case and "priority" in opened_case(revision, case))
    ]


def opened_cases(revision: Revision, space: Dimensions) -> list[Case]:
    """Return the cases of a query, which has a channel, as they are after they were opened."""
    opened = (opened_case(revision, case) for case in _with_unraised(revision, space))
    return [*{tuple(case.items()): case for case in opened}.values()]


def _with_unraised(revision: Revision, space: Dimensions) -> Iterator[Case]:
    """Yield the cases of a query, and cases that have a priority only because of their channel."""
    yield from space.cases()
    for case in space.cases_without_priority():
        own = sets_priority(revision, case["channel"])
        if own is not None and not own.at_most:
            yield {**case, "priority": own.priority}


def _is_without(space: Dimensions, case: Case) -> bool:
    """Return whether the facts of a case lead to no priority."""
    return space.by_facts is not None and space.by_facts.excludes(None, case)


def _add(rows: dict[tuple[object, ...], Row], row: Row, case: Case) -> None:
    """Add a row of a case. A case that cannot be opened has no row if another one can."""
    key = (
        row.plan, row.role, row.channel, row.priority, *row.facts.items(), row.metric.id,
    )  # fmt: skip
    before = rows.setdefault(key, row)
    own = row.state != "not-entitled" and row.priority == case.get("priority")
    if before.state == "not-entitled" or own:
        rows[key] = row


def _position(
    order: Mapping[str, list[str]], space: Dimensions, row: Row, metrics: tuple[Metric, ...]
) -> tuple[int, ...]:
    """Return the position of a row in the order of the policy."""
    values = (
        (order["plan"], row.plan),
        (order["role"], row.role),
        (order["priority"], row.priority),
        *((space.values[name], value) for name, value in row.facts.items()),
        (metrics, row.metric),
        (order["channel"], row.channel),
    )
    return tuple(ids.index(value) if value in ids else -1 for ids, value in values)


def changed_priorities(
    revision: Revision, space: Dimensions, led_to: Mapping[str | None, Case]
) -> list[Warning]:
    """Return warnings about the channels that change priorities to which facts lead.

    `led_to` has the facts of each priority; None: of no priority.
    """
    cases = [
        {**facts, **({"priority": priority} if priority else {})}
        for priority, facts in led_to.items()
    ]
    changes = [
        (channel.id, case)
        for channel in revision.channels
        if channel.priority is not None and channel.opens_case
        for case in cases
        if opened_case(revision, {**case, "channel": channel.id}).get("priority")
        != case.get("priority")
    ]
    return change_warnings(revision, changes, space)


def change_warnings(
    revision: Revision, changes: Iterable[tuple[str, Case]], space: Dimensions
) -> list[Warning]:
    """Return a warning for each priority that a channel sets: what it was, and what it is.

    `changes` are the cases whose priority a channel changes, each with the channel.
    """
    ids = revision.urgency()
    without: set[tuple[str, str]] = set()
    raised: dict[tuple[str, str, bool], list[str]] = {}
    for channel, case in changes:
        priority = opened_case(revision, {**case, "channel": channel})["priority"]
        if case.get("priority", priority) not in ids:
            continue  # only another revision defines it
        if "priority" not in case or _is_without(space, case):
            without.add((channel, priority))
        else:
            lowers = ids.index(priority) > ids.index(case["priority"])
            before = raised.setdefault((channel, priority, lowers), [])
            before += [] if case["priority"] in before else [case["priority"]]
    messages = [
        change_in_words(
            channel, enumerated(sorted(before, key=ids.index), either=True), priority, lowers=lowers
        )
        for (channel, priority, lowers), before in raised.items()
    ]
    messages += [
        Message(
            "the facts lead to no priority; the channel `{channel}` sets {priority}",
            channel=channel,
            priority=priority,
        )
        for channel, priority in sorted(without)
    ]
    return [Warning(CODE, message) for message in messages]


def change_in_words(channel: str, raised: str, priority: str, *, lowers: bool) -> Message:
    """Return that a channel lowers or raises a priority to another one."""
    if lowers:
        return Message(
            "the channel `{channel}` lowers the priority from {raised} to {priority}",
            channel=channel, raised=raised, priority=priority,
        )  # fmt: skip
    return Message(
        "the channel `{channel}` raises the priority from {raised} to {priority}",
        channel=channel, raised=raised, priority=priority,
    )  # fmt: skip


def _denials(reader: ReaderOfPromises[Row], cases: dict[str, list[Case]]) -> list[Warning]:
    """Return a warning for each priority with which a case cannot be opened, although others can.

    Those others have this priority after they were opened.
    """
    ids = reader.revision.urgency()
    result: dict[Warning, None] = {}
    for channel in (name for name in cases if name in reader.sets):
        raised: dict[tuple[tuple[str, str], ...], dict[str, bool]] = {}
        for case in cases[channel]:
            if "priority" not in case:
                continue
            opened = opened_case(reader.revision, {**case, "channel": channel})
            by_priority = raised.setdefault(tuple(opened.items()), {})
            by_priority[case["priority"]] = channel in reader.entitled(case)
        for opened_items, by_priority in raised.items():
            priority = dict(opened_items)["priority"]
            allowed = sorted(
                (p for p, is_entitled in by_priority.items() if is_entitled), key=ids.index
            )
            if allowed and not by_priority.get(priority, True):
                message = Message(
                    "{channel}: {priority} only for cases with the priority {raised}",
                    channel=channel, priority=priority, raised=enumerated(allowed, either=True),
                )  # fmt: skip
                result[Warning(CODE, message)] = None
    return list(result)
