"""The mapping of an export: which columns are which fields of a ticket, and what their texts mean.

A mapping is a TOML file, or options, or both: options override the file. Without any, a column
whose name is the name of a field is this field.
"""

from __future__ import annotations

from zsupport.audit.ticket import EVENTS
from zsupport.clock.problem import BadText, shown
from zsupport.errors import did_you_mean
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zsupport.audit.mapping.mistakes import KeyPlace

#: The fields of the case. Their texts can be mapped to ids, and they can be constants.
CASE_FIELDS = ("plan", "role", "channel", "priority")
#: The events of a ticket.
EVENT_FIELDS = ("opened", "answered", "updated", "resolved")
#: The instants of a ticket. `pauses` has several pauses FROM/TO in one cell, with `;` between them.
INSTANT_FIELDS = (*EVENT_FIELDS, "pause.from", "pause.to", "pauses", "vendor.due")
#: Whether the help desk states that the ticket was breached: true or false.
BREACHED = "vendor.breached"
#: The fields of a row of an event log. A file with the column of `time` is a log.
LOG_FIELDS = ("time", "event")
#: All fields without a name of the policy.
FIELDS = ("id", *INSTANT_FIELDS, *CASE_FIELDS, BREACHED, *LOG_FIELDS)
#: The fields with a name of the policy after the dot.
FACT, START = "fact.", "start."
#: The seconds of the units of a duration.
UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
#: The tables of a mapping file.
TABLES = ("columns", "values", "constants", "skip", "only")
#: The number of keys in the path of a statement that an option can replace, by its table.
_STATED_BY = {"columns": 2, "values": 3, "constants": 2, "skip": 2, "only": 2}
#: Keeps every column in the output.
ALL = "all"


class FieldColumn(NamedTuple):
    """The column of a field. An instant can have its own formats, time zone and locale.

    An optional column can be missing in a file: its field is then not stated. The cells of `joined`
    columns follow that of the column, with a space before each. With `after`, the cell is the time
    from the instant of this field, in the unit.
    """

    column: str
    formats: tuple[str, ...] = ()
    timezone: str | None = None
    locale: str | None = None
    optional: bool = False
    joined: tuple[str, ...] = ()
    after: str | None = None
    unit: str = ""


class TicketMapping(NamedTuple):
    """What the columns and texts of an export mean.

    `values` has the ids of texts for each field, and the events of texts for `event`. `formats` are
    the formats of instants without their own. `nulls` are texts that state nothing, besides blank
    cells. `kept` are the columns that the output repeats, or `all` as the only one. `format`,
    `delimiter` and `encoding` say how to read the file. With `automatic`, a column with the name of
    a field is this field. `skip` and `only` have texts of columns; no text stands for any text. A
    row is skipped if a column of `skip` has one of its texts, or if a column of `only` has none of
    them. `places` are those of the keys of a mapping file, by their paths. `groups` are the columns
    that group a summary.
    """

    columns: Mapping[str, FieldColumn] = {}
    values: Mapping[str, Mapping[str, str]] = {}
    constants: Mapping[str, str] = {}
    formats: tuple[str, ...] = ()
    locale: str | None = None
    timezone: str | None = None
    nulls: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    automatic: bool = True
    skip: Mapping[str, tuple[str, ...]] = {}
    only: Mapping[str, tuple[str, ...]] = {}
    places: Mapping[str, KeyPlace] = {}
    groups: tuple[str, ...] = ()

    @property
    def zone_of_reasons(self) -> str | None:
        """The time zone of instants in reasons: of the mapping, else of the openings, else None."""
        columns = (self.columns.get(name) for name in ("opened", "time"))
        stated = (self.timezone, *(column and column.timezone for column in columns))
        return next(filter(None, stated), None)

    def instant_source(self, field: str) -> FieldColumn:
        """Return the column of an instant with the formats, time zone and locale that apply."""
        column = self.columns[field]
        return column._replace(
            formats=column.formats or self.formats,
            timezone=column.timezone or self.timezone,
            locale=column.locale or self.locale,
        )

    def place(self, *path: str) -> KeyPlace | None:
        """Return the place of a key of a mapping file; None if an option states it."""
        return place_in(self.places, path, _STATED_BY.get(path[0], 1))


def columns_needed(mapping: TicketMapping) -> tuple[str, ...]:
    """Return the names of the columns that a mapping names, apart from optional ones."""
    names = [
        name
        for field, column in mapping.columns.items()
        if not column.optional
        for name in (column.column or field, *column.joined)
    ]
    kept = () if mapping.kept == (ALL,) else mapping.kept
    return tuple(dict.fromkeys((*names, *kept, *mapping.groups, *mapping.skip, *mapping.only)))


def place_in(
    places: Mapping[str, KeyPlace], path: tuple[str, ...], shortest: int = 1
) -> KeyPlace | None:
    """Return the place of a path of keys, or of its beginning with at least `shortest` keys."""
    paths = (".".join(path[:end]) for end in range(len(path), shortest - 1, -1))
    return next((places[path] for path in paths if path in places), None)


def merged(mapping: TicketMapping, options: TicketMapping) -> TicketMapping:
    """Return a mapping with the statements of options instead of its own.

    A constant of the options removes the column of its field, and a column the constant.
    """
    columns = {
        field: column for field, column in mapping.columns.items() if field not in options.constants
    }
    for field, column in options.columns.items():
        base = columns.get(field, FieldColumn(""))
        of_file = not column.column
        after = base.after if of_file and not column.formats else None
        columns[field] = FieldColumn(
            column.column or base.column, column.formats or base.formats,
            column.timezone or base.timezone, column.locale or base.locale,
            base.optional and of_file, base.joined if of_file else (),
            after, base.unit if after else "",
        )  # fmt: skip
    constants = {
        field: text for field, text in mapping.constants.items() if field not in options.columns
    }
    fields = {**mapping.values, **options.values}
    return TicketMapping(
        columns,
        {name: {**mapping.values.get(name, {}), **options.values.get(name, {})} for name in fields},
        {**constants, **options.constants},
        options.formats or mapping.formats,
        options.locale or mapping.locale,
        options.timezone or mapping.timezone,
        (*mapping.nulls, *options.nulls),
        options.kept or mapping.kept,
        options.format or mapping.format,
        options.delimiter or mapping.delimiter,
        options.encoding or mapping.encoding,
        mapping.automatic and options.automatic,
        {**mapping.skip, **options.skip},
        {**mapping.only, **options.only},
        {key: place for key, place in mapping.places.items() if not _is_replaced(key, options)},
    )


def _is_replaced(path: str, options: TicketMapping) -> bool:
    """Return whether options state a key of a mapping file, by its path."""
    replaced = [f"columns.{field}" for field, column in options.columns.items() if column.column]
    replaced += [
        f"columns.{field}.instant" for field, column in options.columns.items() if column.formats
    ]
    replaced += [f"constants.{field}" for field in (*options.constants, *options.columns)]
    replaced += [f"columns.{field}" for field in options.constants]
    replaced += [f"values.{field}.{text}" for field, ids in options.values.items() for text in ids]
    replaced += [f"skip.{column}" for column in options.skip]
    replaced += [f"only.{column}" for column in options.only]
    lists = {"instant": options.formats, "keep": options.kept}
    replaced += [name for name, texts in lists.items() if texts]
    return any(path == key or path.startswith(f"{key}.") for key in replaced)


def is_instant(field: str) -> bool:
    """Return whether a field is an instant."""
    return field in INSTANT_FIELDS or field == "time" or field.startswith(START)


def check_field(field: str) -> None:
    """Raise BadText if a text is not the name of a field."""
    if field in FIELDS:
        return
    for prefix in (FACT, START):
        if field.startswith(prefix) and field != prefix:
            return
    raise BadText(
        Message("unknown field `{field}`", field=field),
        None,
        did_you_mean(field, FIELDS)
        or Message("fields: {fields}", fields=", ".join((*FIELDS, "fact.NAME", "start.METRIC"))),
    )


def event_problem(event: str) -> tuple[str, str] | None:
    """Return the message and the hint for a text that is not an event of a log, else None."""
    if event in EVENTS or (event.startswith(START) and event != START):
        return None
    known = (*EVENTS, "start.METRIC")
    hint = did_you_mean(event, EVENTS) or Message("events: {events}", events=", ".join(known))
    return Message("unknown event {event}", event=shown(event)), hint
