"""Judges the rows of a ticket file in batches, with a list for each column.

`RowJudge` defines the results: it reads a row as a ticket, and asks the plain engine. `ListJudge`
gives the same results faster: it reads whole columns, looks up the case of each row, and leaves to
`RowJudge` only the rows that are not common.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from zsupport.audit.mapping.model import EVENT_FIELDS
from zsupport.audit.reading.rows import RowFields, kept_reader, ticket_reader
from zsupport.audit.ticket import Reject
from zsupport.audit.verdict_lists import SharedConstants, VerdictLists, constants_of, lists_of
from zsupport.clock.problem import BadText
from zsupport.sources.tickets.rows import BadRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TypeAlias

    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.audit.plain.judge import Judge
    from zsupport.audit.plain.outcomes import Outcome, OutcomeOf
    from zsupport.audit.reading.rows import Cells
    from zsupport.audit.ticket import Ticket, TicketVerdict
    from zsupport.sources.tickets.rows import RawRow

    #: The position of the constants, and the outcomes, of each metric of a case. It is empty for a
    #: case whose tickets are judged one by one.
    KnownCase: TypeAlias = tuple[tuple[int, OutcomeOf], ...]

#: The largest number of cases that are kept.
_MAX_CASES = 100_000


class JudgedLists(NamedTuple):
    """The verdicts on the rows of a batch, and the rejects, both in the order of the rows.

    `tickets` has the tickets of the verdicts, or is empty if they were not read one by one.
    """

    verdicts: VerdictLists
    rejects: list[Reject]
    tickets: Sequence[tuple[Ticket, TicketVerdict]] = ()


def judged_lists(results: Iterable[tuple[Ticket, TicketVerdict] | Reject]) -> JudgedLists:
    """Return verdicts and rejects in lists."""
    tickets, rejects = [], []
    for result in results:
        if isinstance(result, Reject):
            rejects.append(result)
        else:
            tickets.append(result)
    rows = lists_of((ticket.kept, verdict) for ticket, verdict in tickets)
    return JudgedLists(rows, rejects, tickets)


def damaged(row: BadRow, file: str) -> Reject:
    """Return the reject for a part of a file that is not a row."""
    return Reject(file, row.line, None, row.reason, (row.text,))


class RowJudge:
    """Reads the rows of a file as tickets, and judges them."""

    def __init__(self, columns: TicketColumns, judge: Judge, file: str) -> None:
        """`file` is the name of the file in the verdicts."""
        self._columns = columns
        self._file = file
        self._verdicts_on = judge.verdicts
        self.read = ticket_reader(columns, file)

    def judge(self, row: RawRow | BadRow) -> tuple[Ticket, Sequence[TicketVerdict]] | Reject:
        """Return the ticket of a row with its verdicts. A reject has the cells of the row."""
        if isinstance(row, BadRow):
            return damaged(row, self._file)
        ticket = self.read(row)
        if isinstance(ticket, Reject):
            return ticket
        verdicts = self._verdicts_on(ticket)
        if isinstance(verdicts, Reject):
            column = verdicts.column and self._columns.column_of(verdicts.column)
            return verdicts._replace(column=column or verdicts.column, cells=tuple(row.cells))
        return ticket, verdicts


class ListJudge:
    """Judges batches of rows of a file that has no verdicts of a help desk."""

    def __init__(self, columns: TicketColumns, judge: Judge, file: str) -> None:
        """`file` is the name of the file in the verdicts."""
        self._fields = fields = RowFields(columns)
        self._file = file
        self._judge = judge
        self._rows = RowJudge(columns, judge, file)
        self._kept = kept_reader(columns)
        #: The places and readers of EVENT_FIELDS; None for an event without a column.
        self._events = [
            (fields.place(name), fields.readers[name]) if name in columns.fields else None
            for name in EVENT_FIELDS
        ]
        #: The places of the columns that are empty in common rows.
        self._rare = [
            fields.place(name) for name in columns.fields if name.startswith(("start.", "pause"))
        ]
        self._shared = SharedConstants()
        #: The cases by their cells, for each piece between the changes of the policy.
        self._known: dict[int, dict[Cells, KnownCase]] = {}

    def judge(self, rows: Sequence[RawRow | BadRow]) -> JudgedLists:
        """Return the results of a batch of rows."""
        whole = [row for row in rows if not isinstance(row, BadRow)]
        verdicts, rejects = self._judge_whole(whole) if whole else (lists_of(()), [])
        if len(whole) < len(rows):
            rejects += [damaged(row, self._file) for row in rows if isinstance(row, BadRow)]
            rejects.sort(key=attrgetter("line"))
        return JudgedLists(verdicts, rejects)

    def _judge_whole(self, rows: list[RawRow]) -> tuple[VerdictLists, list[Reject]]:
        lines, stated = zip(*rows, strict=True)
        complete = self._fields.complete
        columns = [*zip(*(map(complete, stated) if complete else stated), strict=True)]
        opened, answered, updated, resolved = self._instants(columns, len(rows))
        cases = self._cases(columns, len(rows))
        known_to_all = self._known_to_all(opened)
        rejects: list[Reject] = []
        places: list[int] = []  # the row of each verdict
        constants: list[int] = []
        outcomes: list[Outcome] = []
        events = zip(opened, answered, updated, resolved, cases, strict=True)
        for place, (at, answer, update, resolution, case) in enumerate(events):
            if at is not None:
                known = self._known_at(at) if known_to_all is None else known_to_all
                metrics = known.get(case)
                if metrics is None:
                    metrics = self._learn(rows[place], known, case)
                for position, outcome_of in metrics:
                    outcome = outcome_of(at, answer, update, resolution)
                    if outcome is None:
                        break
                    places.append(place)
                    constants.append(position)
                    outcomes.append(outcome)
                else:
                    if metrics:
                        continue
                while places and places[-1] == place:  # metrics before one that is not common
                    del places[-1], constants[-1], outcomes[-1]
            result = self._rows.judge(rows[place])
            if isinstance(result, Reject):
                rejects.append(result)
                continue
            ticket, verdicts = result
            opened[place] = ticket.events.opened
            for verdict in verdicts:
                places.append(place)
                constants.append(self._shared.position(constants_of(verdict)))
                outcomes.append(
                    (
                        verdict.state, verdict.due, verdict.margin_seconds, verdict.elapsed_seconds,
                        verdict.paused_seconds,
                    )
                )  # fmt: skip
        count = len(places)
        by_row = [[*map(self._kept, stated)], lines, self._ids(columns, len(rows)), opened]
        if places != [*range(len(rows))]:
            by_row = [[column[place] for place in places] for column in by_row]
        kept, numbers, ids, instants = by_row
        states = zip(*outcomes, strict=True) if outcomes else ((),) * 5
        verdict_lists = VerdictLists(
            self._shared.all, kept, [self._file] * count, numbers, ids, [1] * count, constants,
            instants, *states,
        )  # fmt: skip
        return verdict_lists, rejects

    def _instants(
        self, columns: list[tuple[str | None, ...]], count: int
    ) -> list[list[int | None]]:
        """Return the instants of EVENT_FIELDS. A row that is not common has no opening."""
        nulls = self._fields.nulls
        rare: list[int] = []
        instants = []
        for event in self._events:
            column: list[int | None] = [None] * count
            if event is not None:
                place, parse = event
                texts = columns[place]
                try:
                    column = [parse(text) if text and text not in nulls else None for text in texts]
                except BadText:
                    for number, text in enumerate(texts):
                        try:
                            column[number] = parse(text) if text and text not in nulls else None
                        except BadText:
                            rare.append(number)
            instants.append(column)
        for place in self._rare:
            rare += [number for number, text in enumerate(columns[place]) if text]
        for number in rare:
            instants[0][number] = None
        return instants

    def _cases(self, columns: list[tuple[str | None, ...]], count: int) -> Sequence[Cells]:
        """Return the cells of the case of each row."""
        places = self._fields.places_of_case
        return [*zip(*(columns[place] for place in places), strict=True)] or [()] * count

    def _ids(self, columns: list[tuple[str | None, ...]], count: int) -> Sequence[str | None]:
        """Return the id of each row."""
        read, nulls = self._fields.cell_text("id"), self._fields.nulls
        if "id" not in self._fields.columns.fields:
            return [read(None)] * count
        column = columns[self._fields.place("id")]
        if "id" not in self._fields.columns.mapping.values:
            ids = [text.strip() for text in column if text is not None]
            if len(ids) == count and nulls.isdisjoint(ids) and nulls.isdisjoint(column):
                return ids
        return [*map(read, column)]

    def _known_to_all(self, opened: list[int | None]) -> dict[Cells, KnownCase] | None:
        """Return the known cases if one revision answers for all openings; else None."""
        instants = [instant for instant in opened if instant is not None]
        if not instants:
            return {}
        known = self._known_at(min(instants))
        return known if known is self._known_at(max(instants)) else None

    def _known_at(self, opened: int) -> dict[Cells, KnownCase]:
        """Return the known cases of the piece between changes of the policy."""
        piece = bisect_right(self._judge.policy.changes, opened)
        return self._known.setdefault(piece, {})

    def _learn(self, row: RawRow, known: dict[Cells, KnownCase], case: Cells) -> KnownCase:
        """Return what is known about the case of a row, and keep it."""
        metrics: KnownCase = ()
        ticket = self._rows.read(row)
        if not isinstance(ticket, Reject):
            quick = self._judge.quick_cases(ticket)
            if not isinstance(quick, Reject) and None not in quick:
                metrics = tuple(
                    (self._shared.position(item.constants), item.outcome_of)
                    for item in quick
                    if item is not None
                )
            if sum(map(len, self._known.values())) < _MAX_CASES:
                known[case] = metrics
        return metrics
