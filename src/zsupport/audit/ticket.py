"""Tickets, rejected rows and verdicts. Instants are in seconds since 1970."""

from __future__ import annotations

from zsupport.answer.case import Query
from zsupport.answer.case_change import CaseChange
from zsupport.clock.deadline import Events
from zsupport.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class VendorVerdict(NamedTuple):
    """What the help desk states about a ticket: the deadline, and whether it was breached."""

    due: int | None = None
    breached: bool | None = None

    def agrees(self, due: int | None, breached: bool) -> bool:
        """Return whether a deadline and a verdict are those of the help desk."""
        return (self.due is None or self.due == due) and self.breached in (None, breached)


class Ticket(NamedTuple):
    """A ticket of a help desk: its case and its events.

    `line` is the line of the file on which the ticket begins, from 1; in Parquet it is the number
    of the row. The names of `query` and `changes` are those of the policy, or aliases; None is a
    value that the file does not state. A reopened ticket is several tickets with the cycles 1, 2,
    and so on. `kept` has the cells of the input columns that the output repeats, as read. `vendor`
    is the verdict of the help desk; None if the file has no columns for it. `rows` has
    the rows of a ticket of an event log, for its rejects. `warnings` are codes of warnings
    about its rows.
    """

    file: str
    line: int
    id: str | None
    query: Query
    events: Events
    starts: Mapping[str, int] = {}
    changes: tuple[CaseChange, ...] = ()
    cycle: int = 1
    kept: tuple[str | None, ...] = ()
    vendor: VendorVerdict | None = None
    rows: tuple[EventRow, ...] = ()
    warnings: tuple[str, ...] = ()


class EventRow(NamedTuple):
    """A row of an event log: something that happened to a ticket at an instant.

    `event` is a value of EVENTS or `start.METRIC`, or None if the row only states values. `values`
    are the plan, role, channel, priority and facts that the row states, by dimension or fact.
    `vendor` is what the row states of the verdict of the help desk; None if the file has no columns
    for it.
    """

    file: str
    line: int
    id: str
    time: int
    event: str | None
    values: Mapping[str, str]
    kept: tuple[str | None, ...] = ()
    cells: tuple[str | None, ...] = ()
    vendor: VendorVerdict | None = None


#: The events of a log. `ignored` is for events of a help desk that change no deadline.
EVENTS = (
    "opened", "answered", "updated", "resolved", "reopened", "paused", "resumed", "ignored",
)  # fmt: skip


#: The warning of a ticket with rejected rows in an event log.
REJECTED_EVENTS = "rejected-events"


class Reject(NamedTuple):
    """A row that is not a ticket, or a ticket that the policy cannot judge.

    `column` is the column of the input that is wrong, if it is one column. `cells` are the cells of
    the row, or its text as the only item if the row has no cells. `ticket` is the id of the ticket
    of a row of an event log, if it is known.
    """

    file: str
    line: int
    column: str | None
    reason: str
    cells: tuple[str | None, ...] = ()
    ticket: str | None = None


class TicketVerdict(NamedTuple):
    """The judgement on one metric of a ticket: a row of the output.

    The fields have the meaning of the answers of `due`; `margin_seconds` is `remaining_seconds`
    there. `rule` is the place of the policy that decided, as file:line. `revision` is the first day
    of the revision. `warnings` are the codes of the warnings.
    """

    file: str
    line: int
    id: str | None
    cycle: int
    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    metric: str
    opened: int
    state: str
    target: str | None
    due: int | None
    margin_seconds: int | None
    elapsed_seconds: int | None
    paused_seconds: int | None
    rule: str | None
    revision: str | None
    warnings: tuple[str, ...] = ()


class Constants(NamedTuple):
    """What the verdicts on many tickets have in common; the fields are those of TicketVerdict."""

    plan: str | None
    role: str | None
    channel: str | None
    priority: str | None
    metric: str
    target: str | None
    rule: str | None
    revision: str | None
    warnings: tuple[str, ...]


class VendorComparison(NamedTuple):
    """What the comparison with the help desk adds to a row: its verdict, and the cause.

    The cause is None if both agree; `cause_detail` has its values, such as the other time zone.
    """

    vendor_due: int | None
    vendor_breached: bool | None
    cause: str | None
    cause_detail: str | None


def row_fields(*, compared: bool = False) -> tuple[str, ...]:
    """Return the fields of a row; a `compared` row also has those of the comparison."""
    return TicketVerdict._fields + (VendorComparison._fields if compared else ())


def row_columns(kept: Sequence[str], *, compared: bool = False) -> tuple[str, ...]:
    """Return the columns of the output: the kept input columns, then the fields of a row.

    A kept column with the name of another column has the prefix `input.`.
    """
    fields = row_fields(compared=compared)
    return (*unused_names(kept, fields), *fields)


def unused_names(
    names: Sequence[str], taken: Sequence[str], key: Callable[[str], str] = str
) -> tuple[str, ...]:
    """Return names with the prefix `input.` where their key is that of another name."""
    keys = set(map(key, taken))
    result = []
    for name in names:
        while key(name) in keys:
            name = f"input.{name}"
        keys.add(key(name))
        result.append(name)
    return tuple(result)
