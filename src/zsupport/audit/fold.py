"""Event logs: rows that each state an event, folded into tickets.

The guide `tickets` defines this under "One row for each event". Each row becomes a part of a ticket
or a reject.
"""

from __future__ import annotations

import heapq
import pickle
from itertools import groupby
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, TypeVar

from zsupport.answer.case import Query
from zsupport.answer.case_change import CaseChange
from zsupport.audit.ticket import REJECTED_EVENTS, EventRow, Reject, Ticket, VendorVerdict
from zsupport.clock.deadline import Events
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from zsupport.clock.deadline import Pause

    #: Returns the reject for a row with an unknown value, or None.
    Check: TypeAlias = Callable[[EventRow], Reject | None]

Item = TypeVar("Item")

_DIMENSIONS = ("plan", "role", "channel", "priority")
#: Events that reopen a resolved ticket. An answer or an update after the resolution does not.
_REOPENING = ("reopened", "paused", "resumed")
#: The number of rows that are sorted in memory, before they are written to a temporary file.
ROWS_IN_MEMORY = 200_000


def fold(
    rows: Iterable[EventRow | Reject],
    at: int,
    rows_in_memory: int = ROWS_IN_MEMORY,
    check: Check | None = None,
) -> Iterator[Ticket | Reject]:
    """Yield the tickets of an event log in the order of their first rows, and all rejects.

    The rows of a ticket can be in any order and apart from each other; more than `rows_in_memory`
    rows are sorted on disk. Rows of the same second keep their order. `at` is the moment of the
    audit: of the updates of a ticket, the last one up to this moment counts. `check` returns the
    reject for a row with an unknown value: it rejects all rows of the ticket.
    """
    files: dict[str, int] = {}

    def numbered(rows: Iterable[EventRow | Reject]) -> Iterator[EventRow | Reject]:
        for row in rows:
            files.setdefault(row.file, len(files))
            yield row

    def place(result: Ticket | Reject) -> tuple[int, int]:
        return files[result.file], result.line

    sorted_rows = sort_on_disk(numbered(rows), _by_ticket, rows_in_memory)
    folded = (
        result
        for _, group in groupby(sorted_rows, _group)
        for result in _results([*group], at, check)
    )
    yield from sort_on_disk(folded, place, rows_in_memory)


def fold_grouped(
    rows: Iterable[EventRow | Reject], at: int, check: Check | None = None
) -> Iterator[Ticket | Reject]:
    """Yield the tickets of a log in which the rows of each ticket are together, and all rejects.

    This needs memory for the rows of one ticket only. Rows of a ticket that are apart from its
    other rows become another ticket with the same id. For `check` see `fold`.
    """
    group: list[EventRow | Reject] = []
    for row in rows:
        if _group(row) is None:
            yield from _results([row], at, check)
            continue
        if group and _group(row) != _group(group[0]):
            yield from _results(sorted(group, key=_by_ticket), at, check)
            group = []
        group.append(row)
    yield from _results(sorted(group, key=_by_ticket), at, check)


def sort_on_disk(
    items: Iterable[Item], key: Callable[[Item], tuple[object, ...]], in_memory: int
) -> Iterator[Item]:
    """Yield the items in the order of their keys; equal keys keep their order.

    More than `in_memory` items are sorted in pieces that are written to temporary files.
    """
    with_files: list[Iterator[Item]] = []
    files = []
    piece: list[Item] = []
    for item in items:
        piece.append(item)
        if len(piece) == in_memory:
            piece.sort(key=key)
            file = TemporaryFile()  # noqa: SIM115 - closed below
            files.append(file)
            for entry in piece:
                pickle.dump(entry, file, pickle.HIGHEST_PROTOCOL)
            file.seek(0)
            with_files.append(_read(file, len(piece)))
            piece = []
    piece.sort(key=key)
    try:
        yield from heapq.merge(*with_files, piece, key=key) if files else piece
    finally:
        for file in files:
            file.close()


def _read(file: IO[bytes], count: int) -> Iterator[Item]:
    # Only this process has written the file, and it has no name that another process could open.
    for _ in range(count):
        yield pickle.load(file)


def _group(row: EventRow | Reject) -> str | None:
    """Return the id of the ticket of a row, or None if it is unknown."""
    return row.id if isinstance(row, EventRow) else row.ticket


def _by_ticket(row: EventRow | Reject) -> tuple[object, ...]:
    if isinstance(row, Reject):
        return (row.ticket or "", 0, False)
    # The opening comes before other events of the same second, which keep the order of their rows.
    return (row.id, row.time, row.event != "opened")


def _results(
    rows: list[EventRow | Reject], at: int, check: Check | None
) -> Iterator[Ticket | Reject]:
    """Yield the tickets and the rejects of rows that all belong to one ticket."""
    events = [row for row in rows if isinstance(row, EventRow)]
    results: list[Ticket | Reject] = [row for row in rows if isinstance(row, Reject)]
    problems = [problem for row in events if check and (problem := check(row))]
    if problems:
        results += rejects_of_rows(events, problems)
    elif events:
        results += fold_ticket(events, at)
    is_incomplete = any(isinstance(result, Reject) for result in results)
    for result in results:
        if is_incomplete and isinstance(result, Ticket):
            yield result._replace(warnings=(REJECTED_EVENTS,))
        else:
            yield result


def rejects_of_rows(rows: Sequence[EventRow], problems: Sequence[Reject]) -> list[Reject]:
    """Return a reject for each row of a ticket: its own problem, or the place of the first one."""
    own = {(problem.file, problem.line): problem for problem in problems}
    first = f"{problems[0].file}:{problems[0].line}"
    reason = Message("the ticket is rejected because of {place}", place=first)
    return [own.get((row.file, row.line)) or _reject(row, reason) for row in rows]


def fold_ticket(rows: list[EventRow], at: int) -> Iterator[Ticket | Reject]:
    """Yield a ticket for each cycle of a ticket, from its rows in the order of time.

    Also yield a reject for each row that contradicts the others.
    """
    first = next((row for row in rows if row.event == "opened"), None)
    cycle: _Cycle | None = None
    number = 1
    values: dict[str, str] = {}
    for row in rows:
        if first is not None and row.time < first.time:
            yield _reject(row, Message("the event is before the opening of the ticket"))
            continue
        if row.event == "opened" and row is not first:
            yield _reject(row, Message("the ticket is opened twice"))
            continue
        if cycle is None:
            values.update(row.values)
            cycle = _Cycle(row, number, dict(values), row)
            if row.event != "opened":
                cycle.add(row)
            continue
        changed = {name: new for name, new in row.values.items() if values.get(name) != new}
        if "channel" in changed and "channel" in values:
            yield _reject(row, Message("the channel of a ticket cannot change"))
            continue
        values.update(changed)
        if cycle.resolved is not None and row.event in _REOPENING:
            yield cycle.ticket(at)
            number += 1
            cycle = _Cycle(row, number, dict(values), cycle.first)
            cycle.add(row)
            continue
        if changed and cycle.resolved is None:
            cycle.change(row.time, changed)
        cycle.add(row)
    if cycle is not None:
        yield cycle.ticket(at)


def _reject(row: EventRow, reason: str) -> Reject:
    return Reject(row.file, row.line, None, reason, row.cells, row.id)


class _Cycle:
    """The events of a ticket from its opening or reopening to its resolution."""

    def __init__(self, row: EventRow, number: int, values: dict[str, str], first: EventRow) -> None:
        """`first` is the first row of the ticket, at which the result has its place."""
        self.row, self.number, self.first = row, number, first
        self.rows = [row]
        self.opened = row.time
        self.values = values
        self.answered: int | None = None
        self.updates: list[int] = []
        self.resolved: int | None = None
        self.paused_since: int | None = None
        self.pauses: list[Pause] = []
        self.changes: list[CaseChange] = []
        self.starts: dict[str, int] = {}
        self.vendor = row.vendor

    def change(self, time: int, values: dict[str, str]) -> None:
        """Add new values of the case.

        A value that no earlier row states was unknown, so it counts from the opening.
        """
        changed = {}
        for name, value in values.items():
            if time == self.opened or name not in self.values:
                self.values[name] = value
            else:
                changed[name] = value
        if changed:
            self.changes.append(CaseChange(time, changed))

    def add(self, row: EventRow) -> None:
        """Add the event of a row."""
        event, time = row.event, row.time
        if row is not self.row:
            self.rows.append(row)
            self._state_vendor(row)
        if event == "answered":
            self.answered = time if self.answered is None else self.answered
        elif event == "updated":
            self.updates.append(time)
        elif event == "resolved":
            self.resolved = time if self.resolved is None else self.resolved
            self._end_pause(time)
        elif event == "paused":
            if self.paused_since is None and self.resolved is None:
                self.paused_since = time
        elif event == "resumed":
            self._end_pause(time)
        elif event is not None and event.startswith("start."):
            self.starts.setdefault(event.removeprefix("start."), time)

    def _state_vendor(self, row: EventRow) -> None:
        """Keep the verdict of the help desk that a row states: the last statement counts."""
        if self.vendor is not None and row.vendor is not None:
            due, breached = row.vendor
            self.vendor = VendorVerdict(
                self.vendor.due if due is None else due,
                self.vendor.breached if breached is None else breached,
            )

    def _end_pause(self, time: int) -> None:
        if self.paused_since is not None:
            self.pauses.append((self.paused_since, time))
            self.paused_since = None

    def ticket(self, at: int) -> Ticket:
        """Return the ticket of the cycle."""
        pauses = list(self.pauses)
        if self.paused_since is not None:
            pauses.append((self.paused_since, None))
        known = [update for update in self.updates if update <= at] or self.updates[:1]
        case = {name: self.values.get(name) for name in _DIMENSIONS}
        facts = {name: text for name, text in self.values.items() if name not in _DIMENSIONS}
        return Ticket(
            self.first.file, self.first.line, self.row.id, Query(**case, facts=facts),
            Events(
                self.opened, self.answered, known[-1] if known else None, self.resolved,
                tuple(pauses),
            ),
            self.starts, tuple(self.changes), self.number, self.row.kept, self.vendor,
            tuple(self.rows),
        )  # fmt: skip
