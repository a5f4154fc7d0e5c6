"""Rows of a file, read as tickets or as events by the columns of a mapping."""

from __future__ import annotations

import re
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from zsupport.answer.case import Query
from zsupport.audit.mapping.header import instant_readers
from zsupport.audit.mapping.model import (
    BREACHED,
    CASE_FIELDS,
    EVENT_FIELDS,
    UNITS,
    event_problem,
    is_instant,
)
from zsupport.audit.reading.cells import is_null
from zsupport.audit.ticket import EventRow, Reject, Ticket, VendorVerdict
from zsupport.clock.deadline import Events
from zsupport.clock.instants import END, format_instant
from zsupport.clock.problem import BadText, shown, what_to_write
from zsupport.clock.zones import zone
from zsupport.dates import UTC
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias, TypeVar

    from zsupport.audit.mapping.header import TicketColumns
    from zsupport.audit.reading.instants import InstantReader
    from zsupport.clock.deadline import Pause

    Cells: TypeAlias = Sequence[str | None]
    #: A row: its line in the file, and its cells.
    Row: TypeAlias = tuple[int, Cells]
    Result = TypeVar("Result")

# At most so many cases are kept.
_MAX_CASES = 100_000


#: The texts of the field `vendor.breached`.
_BOOLEANS = {
    "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False,
}  # fmt: skip


def _likely_id(text: str) -> str:
    """Return the id of `vendor.breached` that a text such as `nein` likely means."""
    return "false" if text[:1].casefold() in ("n", "0", "-") else "true"


class _Wrong(Exception):
    """A cell that is not valid, with its field."""

    def __init__(self, field: str, reason: str, hint: str | None = None) -> None:
        super().__init__(field, reason, hint)
        self.field = field
        self.reason = joined((reason, hint), "; ") if hint else reason


class HeadCell(NamedTuple):
    """A field of a row as the mapping reads it: the text of its column, and its value.

    `problem` says why the text has no value. A field that is constant has no column and no text.
    """

    field: str
    column: str | None
    text: str | None
    value: str | None
    problem: str | None = None


def ticket_reader(columns: TicketColumns, file: str) -> Callable[[Row], Ticket | Reject]:
    """Return a function that reads a row as a ticket; `file` is the name of the file."""
    fields = RowFields(columns)
    read_carefully = careful_reader(columns, file)
    if columns.has_durations:
        return read_carefully
    case, complete, kept = _case_reader(fields, _query_of), fields.complete, kept_reader(columns)
    pauses = fields.pauses()
    events = [
        (position, fields.place(field), fields.readers[field])
        for position, field in enumerate(EVENT_FIELDS)
        if field in columns.fields
    ]
    starts = _starts(columns)
    metrics = [
        (metric, fields.place(field), fields.readers[field]) for metric, field in starts.items()
    ]
    id_of, nulls = fields.text("id"), columns.mapping.nulls and fields.nulls
    new, none = tuple.__new__, (None,) * len(EVENT_FIELDS)

    vendor = fields.vendor()

    # Most cells are blank or an instant. A row with another cell is read carefully from its start.
    def read(row: Row) -> Ticket | Reject:
        line, stated = row
        cells = complete(stated) if complete else stated
        instants: list[int | None] = [*none]
        starts_of_row = {}
        try:
            for position, place, parse in events:
                text = cells[place]
                if text and text not in nulls:
                    instants[position] = parse(text)
            for metric, place, parse in metrics:
                text = cells[place]
                if text and text not in nulls:
                    starts_of_row[metric] = parse(text)
            if instants[0] is None:
                return read_carefully(row)
            of_ticket = new(Events, (*instants, pauses(cells) if pauses else ()))
            vendor_of_row = vendor(cells) if vendor else None
        except (BadText, _Wrong):
            return read_carefully(row)
        return new(
            Ticket,
            (
                file, line, id_of(cells), case(cells), of_ticket, starts_of_row, (), 1,
                kept(stated), vendor_of_row, (), (),
            ),
        )  # fmt: skip

    return read


def _starts(columns: TicketColumns) -> dict[str, str]:
    """Return the fields of the starts of metrics, by metric."""
    return {
        field.partition(".")[2]: field for field in columns.fields if field.startswith("start.")
    }


def careful_reader(columns: TicketColumns, file: str) -> Callable[[Row], Ticket | Reject]:
    """Return a function that reads any row as `ticket_reader` does, more slowly."""
    fields = RowFields(columns)
    case, complete, kept = _case_reader(fields, _query_of), fields.complete, kept_reader(columns)
    events = [fields.instant(field) for field in EVENT_FIELDS]
    starts = {metric: fields.instant(field) for metric, field in _starts(columns).items()}
    pauses, id_of, vendor = fields.pauses(), fields.text("id"), fields.vendor()

    def read(row: Row) -> Ticket | Reject:
        line, stated = row
        cells = complete(stated) if complete else stated
        try:
            opened, answered, updated, resolved = (read(cells) for read in events)
            if opened is None:
                raise _Wrong("opened", Message("the instant of the opening is missing"))
            by_metric = {metric: read(cells) for metric, read in starts.items()}
            return Ticket(
                file, line, id_of(cells), case(cells),
                Events(opened, answered, updated, resolved, pauses(cells) if pauses else ()),
                {metric: start for metric, start in by_metric.items() if start is not None},
                kept=kept(stated), vendor=vendor(cells) if vendor else None,
            )  # fmt: skip
        except _Wrong as wrong:
            return _reject(columns, file, line, wrong, stated)

    return read


def query_reader(columns: TicketColumns) -> Callable[[Cells], Query]:
    """Return a function that reads the case of the cells of a row."""
    fields = RowFields(columns)
    case, complete = _case_reader(fields, _query_of), fields.complete
    return lambda cells: case(complete(cells) if complete else cells)


def event_reader(columns: TicketColumns, file: str) -> Callable[[Row], EventRow | Reject]:
    """Return a function that reads a row of an event log; `file` is the name of the file."""
    fields = RowFields(columns)
    case = _case_reader(fields, _values_of)
    read_time, id_of = fields.instant("time"), fields.text("id")
    event_of, kept, complete = fields.text("event"), kept_reader(columns), fields.complete
    vendor = fields.vendor()

    def read(row: Row) -> EventRow | Reject:
        line, stated = row
        cells = complete(stated) if complete else stated
        id = id_of(cells)
        try:
            time, event = read_time(cells), event_of(cells)
            if id is None:
                raise _Wrong("id", Message("the id of the ticket is missing"))
            if time is None:
                raise _Wrong("time", Message("the instant of the event is missing"))
            if event is not None and (problem := event_problem(event)):
                raise _Wrong("event", *problem)
            return EventRow(
                file, line, id, time, event, case(cells), kept(stated), tuple(stated),
                vendor(cells) if vendor else None,
            )  # fmt: skip
        except _Wrong as wrong:
            return _reject(columns, file, line, wrong, stated)._replace(ticket=id)

    return read


def head(columns: TicketColumns, row: Row) -> list[HeadCell]:
    """Return each field of a row as the mapping reads it, to show the mapping before a run."""
    fields = RowFields(columns)
    stated = row[1]
    cells = fields.complete(stated) if fields.complete else stated
    shown_cells = []
    for field in columns.fields:
        text, value, problem = fields.cell(cells, field), None, None
        try:
            value = fields.value(cells, field)
        except _Wrong as wrong:
            value, problem = None, wrong.reason
        shown_cells.append(HeadCell(field, columns.column_of(field), text, value, problem))
    constants = columns.mapping.constants.items()
    return [*shown_cells, *(HeadCell(field, None, None, value) for field, value in constants)]


class RowFields:
    """Functions that read the fields of the cells of a row."""

    def __init__(self, columns: TicketColumns) -> None:
        self.columns = columns
        #: The texts that state nothing, alone or with outer spaces.
        self.nulls = frozenset({"", *columns.mapping.nulls})
        #: The readers of instants by field.
        self.readers = instant_readers(columns.mapping)
        self._places: dict[str, int] = {}
        composed: list[str] = []
        for field, places in columns.fields.items():
            self._places[field] = places[0]
            if len(places) > 1 or field in columns.joined:
                self._places[field] = len(columns.header) + len(composed)
                composed.append(field)
        #: The fields of the case that are columns or constants.
        self.of_case = [
            *CASE_FIELDS,
            *(name for name in columns.fields if name.startswith("fact.")),
        ]
        self.of_case += [name for name in columns.mapping.constants if name not in self.of_case]
        #: Adds the cells of fields that have several columns.
        self.complete: Callable[[Cells], Cells] | None = None
        if composed:
            nulls, cell_of = self.nulls, columns.cell_of
            self.complete = lambda cells: [
                *cells, *(cell_of(field, cells, nulls) for field in composed)
            ]  # fmt: skip

    @property
    def places_of_case(self) -> list[int]:
        """The positions of the columns of the case."""
        return [self._places[name] for name in self.of_case if name in self._places]

    def cell(self, cells: Cells, field: str) -> str | None:
        """Return the cell of a field as written."""
        return cells[self._places[field]]

    def place(self, field: str) -> int:
        """Return the position of a field in the cells of a row."""
        return self._places[field]

    def text(self, field: str) -> Callable[[Cells], str | None]:
        """Return a function that reads the text of a field, after the mapping of its values."""
        place, read = self._places.get(field), self.cell_text(field)
        if place is None:
            constant = read(None)
            return lambda cells: constant
        return lambda cells: read(cells[place])

    def cell_text(self, field: str) -> Callable[[str | None], str | None]:
        """Return a function that reads the cell of a field, as `text`.

        For a field without a column, the function returns its constant.
        """
        if field not in self._places:
            constant = self.columns.mapping.constants.get(field)
            return lambda text: constant
        nulls, ids = self.nulls, self.columns.mapping.values.get(field, {})
        by_fold: dict[str, str | None] = {}
        for text, id in ids.items():
            fold = text.strip().casefold()
            by_fold[fold] = None if by_fold.get(fold, id) != id else id

        def read(text: str | None) -> str | None:
            if text is None or (plain := text.strip()) in nulls or text in nulls:
                return None
            if not ids:
                return plain
            return ids.get(text) or by_fold.get(plain.casefold()) or plain

        return read

    def instant(self, field: str) -> Callable[[Cells], int | None]:
        """Return a function that reads an instant."""
        place = self._places.get(field)
        if place is None:
            return lambda cells: None
        if self.columns.mapping.columns[field].after is not None:
            return self._instant_after(field)
        parse, nulls = self.readers[field], self.nulls

        def read(cells: Cells) -> int | None:
            text = cells[place]
            if text is None or is_null(text, nulls):
                return None
            try:
                return parse(text)
            except BadText as problem:
                raise _Wrong(field, problem.message, what_to_write(problem)) from None

        return read

    def _instant_after(self, field: str) -> Callable[[Cells], int | None]:
        """Return a function that reads an instant that is stated as the time after another one."""
        place, source = self._places[field], self.columns.mapping.columns[field]
        start, nulls = str(source.after), self.nulls
        read_start, seconds = self.instant(start), UNITS[source.unit]

        def read(cells: Cells) -> int | None:
            text = cells[place]
            if text is None or is_null(text, nulls):
                return None
            if not re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,9})?", text.strip(), re.ASCII):
                raise _Wrong(
                    field,
                    Message("{text} is not a number of {unit}", text=shown(text), unit=source.unit),
                )
            begin = read_start(cells)
            if begin is None:
                raise _Wrong(
                    start,
                    Message(
                        "`{start}` is missing, and `{field}` counts from it",
                        field=field,
                        start=start,
                    ),
                )
            instant = begin + int(Decimal(text.strip()) * seconds)
            if instant >= END:
                raise _Wrong(field, Message("{text} is out of range", text=shown(text)))
            return instant

        return read

    def value(self, cells: Cells, field: str) -> str | None:
        """Return the value of a field as text; an instant is in RFC 3339."""
        if field == "pauses":
            pauses = self.pauses()
            instants = [instant for pause in pauses(cells) for instant in pause] if pauses else []
        elif is_instant(field):
            instants = [self.instant(field)(cells)]
        else:
            text = self.text(field)(cells)
            if field == "event" and text and (problem := event_problem(text)):
                raise _Wrong("event", *problem)
            if field == BREACHED:
                self.breached()(cells)
            return text
        source = self.columns.mapping.instant_source(field)
        in_zone = zone(source.timezone) if source.timezone else UTC
        texts = ["" if at is None else format_instant(at, in_zone) for at in instants]
        if field == "pauses":
            texts = [f"{begin}/{end}" for begin, end in zip(texts[::2], texts[1::2], strict=True)]
        return "; ".join(texts) or None

    def vendor(self) -> Callable[[Cells], VendorVerdict] | None:
        """Return a function that reads the verdict of the help desk; None if the file has none."""
        if not {"vendor.due", BREACHED} & self._places.keys():
            return None
        read_due, read_breached = self.instant("vendor.due"), self.breached()
        return lambda cells: VendorVerdict(read_due(cells), read_breached(cells))

    def breached(self) -> Callable[[Cells], bool | None]:
        """Return a function that reads whether the help desk states a breach."""
        text_of = self.text(BREACHED)

        def read(cells: Cells) -> bool | None:
            text = text_of(cells)
            breached = None if text is None else _BOOLEANS.get(text.casefold())
            if text is not None and breached is None:
                raise _Wrong(
                    BREACHED,
                    Message("{text} is neither true nor false", text=shown(text)),
                    Message(
                        "map it, such as with {value field=id}",
                        field=f"{BREACHED}.{text}",
                        id=_likely_id(text),
                    ),
                )
            return breached

        return read

    def pauses(self) -> Callable[[Cells], tuple[Pause, ...]] | None:
        """Return a function that reads the pauses; None if the file has none."""
        if "pauses" in self._places:
            place, parse = self._places["pauses"], self.readers["pauses"]

            def read_list(cells: Cells) -> tuple[Pause, ...]:
                text = cells[place]
                if text is None or is_null(text, self.nulls):
                    return ()
                try:
                    return tuple(
                        _pause(part.strip(), parse) for part in text.split(";") if part.strip()
                    )
                except BadText as problem:
                    raise _Wrong("pauses", problem.message, what_to_write(problem)) from None

            return read_list
        if "pause.from" not in self._places:
            return None
        read_begin, read_end = self.instant("pause.from"), self.instant("pause.to")

        def read_pair(cells: Cells) -> tuple[Pause, ...]:
            begin, end = read_begin(cells), read_end(cells)
            if begin is None:
                if end is not None:
                    raise _Wrong("pause.from", Message("the pause has an end, but no start"))
                return ()
            return ((begin, end),)

        return read_pair


def _pause(text: str, parse: InstantReader) -> Pause:
    """Return the pause of FROM/TO. A date can contain slashes itself."""
    pauses: set[Pause] = set()
    problem = None
    slashes = [position for position, letter in enumerate(text) if letter == "/"]
    for position in slashes:
        begin, end = text[:position].strip(), text[position + 1 :].strip()
        try:
            pauses.add((parse(begin), parse(end) if end else None))
        except BadText as bad:
            problem = bad
    if len(pauses) == 1:
        return pauses.pop()
    if problem and len(slashes) == 1:
        raise problem
    raise BadText(
        Message("invalid pause {text}", text=shown(text)),
        Message("FROM/TO, or FROM/ for a pause without an end"),
    )


def _case_reader(
    fields: RowFields, make: Callable[[Mapping[str, str]], Result]
) -> Callable[[Cells], Result]:
    """Return a function that reads the case of a row; equal rows share one value."""
    readers = [(name.removeprefix("fact."), fields.text(name)) for name in fields.of_case]
    places = fields.places_of_case
    cases: dict[object, Result] = {}

    def read(cells: Cells) -> Result:
        values = {name: text for name, read in readers if (text := read(cells)) is not None}
        return make(values)

    if not places:
        constant = read(())
        return lambda cells: constant
    key_of = itemgetter(*places)

    def read_kept(cells: Cells) -> Result:
        key = key_of(cells)
        try:
            return cases[key]
        except KeyError:
            case = read(cells)
            if len(cases) < _MAX_CASES:
                cases[key] = case
            return case

    return read_kept


def _query_of(values: Mapping[str, str]) -> Query:
    facts = {name: text for name, text in values.items() if name not in CASE_FIELDS}
    plan, role, channel, priority = map(values.get, CASE_FIELDS)
    return Query(plan, role, channel, priority, facts)


def _values_of(values: Mapping[str, str]) -> Mapping[str, str]:
    return values


def kept_reader(columns: TicketColumns) -> Callable[[Cells], tuple[str | None, ...]]:
    """Return a function that returns the kept cells of a row."""
    places = columns.kept
    if len(places) == 1:
        (place,) = places
        return lambda cells: (cells[place],)
    if places == tuple(range(len(columns.header))):
        return tuple
    if not places:
        return lambda cells: ()
    return itemgetter(*places)


def _reject(columns: TicketColumns, file: str, line: int, wrong: _Wrong, cells: Cells) -> Reject:
    column = columns.column_of(wrong.field)
    return Reject(file, line, column, wrong.reason, tuple(cells))
