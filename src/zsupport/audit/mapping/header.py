"""Finding the columns of a mapping in the header of a file."""

from __future__ import annotations

from zsupport.audit.mapping.mistakes import Mistakes
from zsupport.audit.mapping.model import (
    ALL,
    CASE_FIELDS,
    FACT,
    FIELDS,
    INSTANT_FIELDS,
    START,
    FieldColumn,
    TicketMapping,
    is_instant,
)
from zsupport.audit.reading.cells import RowFilter, first_stated
from zsupport.audit.reading.instant_formats import read_format
from zsupport.audit.reading.instants import instant_reader
from zsupport.audit.summary import DIMENSIONS
from zsupport.clock.problem import shown
from zsupport.clock.zones import zone
from zsupport.errors import did_you_mean
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message, enumerated

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping, Sequence

    from zsupport.audit.mapping.mistakes import KeyPlace
    from zsupport.audit.reading.instants import InstantReader


class TicketColumns(NamedTuple):
    """A mapping that is resolved for the header of a file: positions instead of names.

    `fields` has the positions of the columns of each field: several if their name is repeated.
    `kept` are the positions of the columns that the output repeats, and after them those of the
    columns that group the summary. `joined` has the positions of the further columns of fields
    whose cells are joined. `filters` say which rows are skipped.
    """

    mapping: TicketMapping
    header: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    kept: tuple[int, ...]
    joined: Mapping[str, tuple[tuple[int, ...], ...]] = {}
    filters: tuple[RowFilter, ...] = ()

    @property
    def kept_names(self) -> tuple[str, ...]:
        """The names of the kept columns."""
        return tuple([self.header[place] for place in self.kept])

    @property
    def is_log(self) -> bool:
        """Whether each row is an event."""
        return "time" in self.fields

    @property
    def has_vendor(self) -> bool:
        """Whether the file has verdicts of the help desk."""
        return any(field.startswith("vendor.") for field in self.fields)

    @property
    def has_durations(self) -> bool:
        """Whether an instant is stated as the time after another one."""
        return any(column.after is not None for column in self.mapping.columns.values())

    def skipped_by(self, cells: Sequence[str | None]) -> str | None:
        """Return the column by which a row is skipped, or None."""
        # Each filter remembers the texts of all rows.
        skipping = [item.column for item in self.filters if item.skips(cells)]
        return skipping[0] if skipping else None

    def column_of(self, field: str) -> str | None:
        """Return the name of the column of a field, or None if it has none."""
        columns = (self.fields.get(field, ()), *self.joined.get(field, ()))
        return " ".join(self.header[places[0]] for places in columns if places) or None

    @property
    def copied(self) -> tuple[int, ...]:
        """The positions of the cells that the output repeats: the ids and the kept columns."""
        return (*self.fields.get("id", ()), *self.kept)

    def cell_of(self, field: str, cells: Sequence[str | None], nulls: Container[str]) -> str | None:
        """Return the cell of a field: the first of its columns that states something.

        `nulls` are the texts that state nothing. The cells of joined columns have a space between.
        """
        columns = (self.fields[field], *self.joined.get(field, ()))
        stated = (first_stated(cells, places, nulls) for places in columns)
        return " ".join(text for text in stated if text is not None) or None


def resolve(
    mapping: TicketMapping,
    header: Sequence[str],
    facts: Collection[str] = (),
    metrics: Collection[str] = (),
    mistakes: Mistakes | None = None,
) -> TicketColumns:
    """Return the columns of a mapping in a header.

    `facts` and `metrics` are those of all revisions of the policy. Constants of other facts are
    left out. Raises UsageError with every column, and fact or metric of a column, that does not
    exist, for fields that contradict each other, and with the earlier `mistakes`.
    """
    mistakes = Mistakes() if mistakes is None else mistakes
    earlier = len(mistakes)
    names = {"fact": facts, "start": metrics}
    positions = _positions(header)
    columns: dict[str, FieldColumn] = {}
    fields: dict[str, tuple[int, ...]] = {}
    joined_places: dict[str, tuple[tuple[int, ...], ...]] = {}
    for field, column in mapping.columns.items():
        known = _known_field(field, names)
        if known is None:
            mistakes.add(*_unknown_field(field, names), mapping.place("columns", field))
            continue
        places, *further = (
            _find_column(
                name, positions, mapping.place("columns", field, "column", str(number)), mistakes,
                optional=column.optional,
            )
            for number, name in enumerate((column.column or field, *column.joined))
        )  # fmt: skip
        if places and all(further):
            columns[known], fields[known] = column, places
            if further:
                joined_places[known] = tuple(further)
    constants = {
        known: text
        for field, text in mapping.constants.items()
        if (known := _known_field(field, names))
    }
    stated = {field for field, column in columns.items() if column.column}
    if mapping.automatic:
        named = [f"{kind}.{name}" for kind, known_names in names.items() for name in known_names]
        for field in (*FIELDS, *named):
            if field in positions and field not in columns and field not in constants:
                columns[field], fields[field] = FieldColumn(field), positions[field]
    kept = tuple(range(len(header)))
    if mapping.kept != (ALL,):
        kept_places = (
            _find_column(name, positions, mapping.place("keep", str(number)), mistakes)
            for number, name in enumerate(mapping.kept)
        )
        kept = tuple(places[0] for places in kept_places if places)
    group_places = (
        _find_column(name, positions, None, mistakes, is_group=True) for name in mapping.groups
    )
    kept += tuple(places[0] for places in group_places if places)
    filters = _row_filters(mapping, header, positions, mistakes)
    mapping = mapping._replace(columns=columns, constants=constants)
    if len(mistakes) == earlier:
        _check_fields(mapping, fields, header, mistakes)
        if "time" in fields and len(mistakes) == earlier:
            _check_log(mapping, stated, fields, header, mistakes)
        _check_zones(mapping, mistakes)
    mistakes.report()
    return TicketColumns(mapping, tuple(header), fields, kept, joined_places, filters)


def _row_filters(
    mapping: TicketMapping,
    header: Sequence[str],
    positions: Mapping[str, tuple[int, ...]],
    mistakes: Mistakes,
) -> tuple[RowFilter, ...]:
    """Return the conditions by which rows are skipped."""
    nulls = frozenset(mapping.nulls)
    filters = []
    for table, conditions in (("skip", mapping.skip), ("only", mapping.only)):
        for name, texts in conditions.items():
            places = _find_column(name, positions, mapping.place(table, name), mistakes)
            if places:
                forms = {text.strip().casefold(): text.strip() for text in texts}
                column = header[places[0]]
                filters.append(RowFilter(column, places, forms, table == "only", nulls, set()))
    return tuple(filters)


def _positions(header: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the positions of each name."""
    positions: dict[str, tuple[int, ...]] = {}
    for position, name in enumerate(header):
        positions[name] = (*positions.get(name, ()), position)
    return positions


def _known_field(field: str, names: Mapping[str, Collection[str]]) -> str | None:
    """Return a field with the id of its fact or metric; None if it is unknown."""
    kind, dot, name = field.partition(".")
    if not dot or kind not in names:
        return field
    for known in names[kind]:
        if known.casefold() == name.casefold():
            return f"{kind}.{known}"
    return None


def _unknown_field(field: str, names: Mapping[str, Collection[str]]) -> tuple[str, str | None]:
    """Return the message and the hint for an unknown fact or metric."""
    kind, _, name = field.partition(".")
    hint = did_you_mean(name, names[kind])
    if kind == "fact":
        return Message("unknown fact `{name}`", name=name), hint
    return Message("unknown metric `{name}`", name=name), hint


def _find_column(
    name: str,
    positions: Mapping[str, tuple[int, ...]],
    place: KeyPlace | None,
    mistakes: Mistakes,
    *,
    optional: bool = False,
    is_group: bool = False,
) -> tuple[int, ...]:
    """Return the positions of a column; letter case and outer spaces count only if they must.

    If it `is_group`, the name could also be one of DIMENSIONS.
    """
    if name in positions:
        return positions[name]
    close = [column for column in positions if column.strip().casefold() == name.strip().casefold()]
    if len(close) == 1:
        return positions[close[0]]
    if close:
        mistakes.add_of_file(
            Message(
                "ambiguous column {column}: the header has {columns}",
                column=shown(name),
                columns=enumerated([shown(column) for column in close]),
            ),
            place=place,
        )
    elif not optional:
        listed = ", ".join(shown(column) for column in positions if column)
        message = Message(
            "unknown column {column}; columns: {columns}", column=shown(name), columns=listed
        )
        known = [*positions]
        if is_group:
            message = Message(
                "{by}: unknown name {name}; names: {names}; columns: {columns}",
                name=shown(name), names=", ".join(DIMENSIONS), columns=listed,
            )  # fmt: skip
            known = [*DIMENSIONS, *positions]
        mistakes.add_of_file(message, did_you_mean(name, known), place)
    return ()


def _check_fields(
    mapping: TicketMapping, fields: Collection[str], header: Sequence[str], mistakes: Mistakes
) -> None:
    """Add a mistake for fields that are missing, or contradict each other."""
    if "time" in fields:
        for field in fields:
            if field.startswith(START) or (field in INSTANT_FIELDS and field != "vendor.due"):
                mistakes.add_of_file(
                    Message(
                        "`time` and `{field}` contradict each other: a row is an event or a ticket",
                        field=field,
                    ),
                    place=mapping.place("columns", field),
                )
        if "id" not in fields:
            mistakes.add_of_file(
                Message("`id` is required: it groups the events of a ticket"),
                _hint_for("id", mapping, header),
                mapping.place("columns", "time"),
            )
        return
    if "event" in fields:
        mistakes.add_of_file(
            Message("`event` requires `time`, the instant of the event"),
            _hint_for("time", mapping, header),
            mapping.place("columns", "event"),
        )
    elif "opened" not in fields:
        mistakes.add_of_file(
            Message(
                "no column is the instant at which a ticket was opened; columns: {columns}",
                columns=", ".join(shown(name) for name in dict.fromkeys(header) if name),
            ),
            _hint_for("opened", mapping, header),
            mapping.places.get("columns"),
        )
    for field, column in mapping.columns.items():
        if column.after is not None and column.after not in fields:
            mistakes.add_of_file(
                Message(
                    "no column is `{after}`, from which the time in `{field}` counts",
                    after=column.after, field=field,
                ),
                place=mapping.place("columns", field, "after"),
            )  # fmt: skip
        elif column.after is not None and mapping.columns[column.after].after is not None:
            mistakes.add(
                Message("`{after}` is a duration itself", after=column.after),
                place=mapping.place("columns", field, "after"),
            )
    if ("pause.from" in fields) != ("pause.to" in fields):
        stated = "pause.from" if "pause.from" in fields else "pause.to"
        mistakes.add_of_file(
            Message("`pause.from` and `pause.to` require each other"),
            place=mapping.place("columns", stated),
        )
    elif "pause.from" in fields and "pauses" in fields:
        mistakes.add_of_file(
            Message("`pauses` and `pause.from` contradict each other"),
            place=mapping.place("columns", "pauses"),
        )


def _check_log(
    mapping: TicketMapping,
    stated: Container[str],
    fields: Collection[str],
    header: Sequence[str],
    mistakes: Mistakes,
) -> None:
    """Add a mistake for an event log whose rows are probably read wrongly.

    Its columns fit a shipped mapping that reads ids or events from columns with other names, or its
    rows state neither an event nor a value. The columns of `stated` fields are named on purpose.
    """
    shipped = None
    if mapping.automatic:
        from zsupport.audit.mapping.fitting import fitting_mapping

        shipped = fitting_mapping(header)
    for field in ("id", "event"):
        if shipped is None or field in stated or (field == "event" and "event" in fields):
            continue
        column = shipped.columns.get(field)
        if column is not None and column.column.casefold() != field:
            mistakes.add_of_file(
                Message(
                    "the columns fit the mapping `{name}`, in which {column} is `{field}`",
                    name=shipped.name, column=shown(" ".join((column.column, *column.joined))),
                    field=field,
                ),
                Message(
                    "add {map name}, or name the column with {column id=text}",
                    name=shipped.name, id=field, text="COLUMN",
                ),
            )  # fmt: skip
            return
    if "event" not in fields and not any(
        field in CASE_FIELDS or field.startswith(FACT) for field in fields
    ):
        mistakes.add_of_file(
            Message("no column is `event`, which says what happened at `time`"),
            _hint_for("event", mapping, header),
            mapping.place("columns", "time"),
        )


def _hint_for(field: str, mapping: TicketMapping, header: Sequence[str]) -> Message:
    """Return what to do if a required field has no column."""
    if not mapping.automatic:
        return Message("state it with {column id=name}", id=field, name="COLUMN")
    from zsupport.audit.mapping.fitting import fitting_mapping

    shipped = fitting_mapping(header)
    if shipped is not None:
        return Message("the columns fit the mapping `{name}`: add {map name}", name=shipped.name)
    return Message(
        "state it with {column id=name}, or a mapping with {map}: see `zsupport help mappings`",
        id=field, name="COLUMN",
    )  # fmt: skip


def _check_zones(mapping: TicketMapping, mistakes: Mistakes) -> None:
    """Add a mistake for each format without an offset and without a time zone."""
    for field, column in mapping.columns.items():
        if not is_instant(field) or column.after is not None:
            continue
        source = mapping.instant_source(field)
        table = ("columns", field) if mapping.columns[field].formats else ()
        for number, text in enumerate(source.formats):
            if source.timezone is None and read_format(text, source.locale).local:
                mistakes.add(
                    Message(
                        "`{field}`: the format `{format}` has no offset", field=field, format=text
                    ),
                    Message("state the time zone with {tz}"),
                    mapping.place(*table, "instant", str(number)),
                )


def instant_readers(mapping: TicketMapping) -> dict[str, InstantReader]:
    """Return the readers of instants, without durations. Equal settings share a reader."""
    readers: dict[FieldColumn, InstantReader] = {}
    result = {}
    for field, column in mapping.columns.items():
        if not is_instant(field) or column.after is not None:
            continue
        source = mapping.instant_source(field)._replace(column="", optional=False, joined=())
        if source not in readers:
            formats = [read_format(text, source.locale) for text in source.formats]
            in_zone = None if source.timezone is None else zone(source.timezone)
            readers[source] = instant_reader(formats, in_zone)
        result[field] = readers[source]
    return result
