"""The mapping of an export: which columns are which fields of a ticket, and what their texts mean.

A mapping is a TOML file, or options, or both: options override the file. Without any, a column
whose name is the name of a field is this field.
"""

from __future__ import annotations

from zsupport.audit.calendar_names import language_of_locale
from zsupport.audit.instants import (
    Proposal,
    instant_reader,
    needs_zone,
    proposals,
    read_format,
    reads_without_format,
)
from zsupport.audit.ticket import EVENTS
from zsupport.clock.problem import BadText, shown, what_to_write
from zsupport.clock.zones import zone
from zsupport.errors import UsageError, did_you_mean
from zsupport.limits import CONFIG_BYTES, CONFIG_PARTS
from zsupport.sources.project import longest_key
from zsupport.typed import TYPE_CHECKING, NamedTuple
from zsupport.wording import Message, enumerated, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence

    from zsupport.audit.instants import InstantReader

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
_FACT, _START = "fact.", "start."
#: The number of cells that a message shows.
_MAX_EXAMPLES = 3
#: The number of texts for which formats are searched, if no format reads all of them.
_MAX_TRIED = 20
#: The number of formats that a message proposes.
_MAX_OPTIONS = 6
#: Keeps every column in the output.
ALL = "all"

_TEXT_KEYS = ("format", "delimiter", "encoding", "locale", "timezone")
_LIST_KEYS = ("instant", "nulls", "keep")
_TABLES = ("columns", "values", "constants")
_COLUMN_KEYS = ("column", "instant", "timezone", "locale", "optional")


class FieldColumn(NamedTuple):
    """The column of a field. An instant can have its own formats, time zone and locale.

    An optional column can be missing in a file: its field is then not stated. The cells of `joined`
    columns follow that of the column, with a space before each.
    """

    column: str
    formats: tuple[str, ...] = ()
    timezone: str | None = None
    locale: str | None = None
    optional: bool = False
    joined: tuple[str, ...] = ()


class TicketMapping(NamedTuple):
    """What the columns and texts of an export mean.

    `values` has the ids of texts for each field, and the events of texts for `event`. `formats` are
    the formats of instants without their own. `nulls` are texts that state nothing, besides blank
    cells. `kept` are the columns that the output repeats, or `all` as the only one. `format`,
    `delimiter` and `encoding` say how to read the file. With `automatic`, a column with the name of
    a field is this field.
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

    def instant_source(self, field: str) -> FieldColumn:
        """Return the column of an instant with the formats, time zone and locale that apply."""
        column = self.columns[field]
        return column._replace(
            formats=column.formats or self.formats,
            timezone=column.timezone or self.timezone,
            locale=column.locale or self.locale,
        )


class TicketColumns(NamedTuple):
    """A mapping that is resolved for the header of a file: positions instead of names.

    `fields` has the positions of the columns of each field: several if their name is repeated.
    `kept` are the positions of the columns that the output repeats. `joined` has the positions of
    the further columns of fields whose cells are joined.
    """

    mapping: TicketMapping
    header: tuple[str, ...]
    fields: Mapping[str, tuple[int, ...]]
    kept: tuple[int, ...]
    joined: Mapping[str, tuple[tuple[int, ...], ...]] = {}

    @property
    def is_log(self) -> bool:
        """Whether each row is an event."""
        return "time" in self.fields

    def column_of(self, field: str) -> str | None:
        """Return the name of the column of a field, or None if it has none."""
        columns = (self.fields.get(field, ()), *self.joined.get(field, ()))
        return " ".join(self.header[places[0]] for places in columns if places) or None

    def cell_of(self, field: str, cells: Sequence[str | None], nulls: Container[str]) -> str | None:
        """Return the cell of a field: the first of its columns that states something.

        `nulls` are the texts that state nothing. The cells of joined columns have a space between.
        """
        columns = (self.fields[field], *self.joined.get(field, ()))
        stated = (_first_stated(cells, places, nulls) for places in columns)
        return " ".join(text for text in stated if text is not None) or None


def _first_stated(
    cells: Sequence[str | None], places: Sequence[int], nulls: Container[str]
) -> str | None:
    return next((cells[at] for at in places if not is_null(cells[at], nulls)), None)


def is_null(text: str | None, nulls: Container[str]) -> bool:
    """Return whether a cell states nothing: it is blank or one of the `nulls`."""
    return text is None or not (plain := text.strip()) or plain in nulls or text in nulls


# -- reading ---------------------------------------------------------------------------------------


def load_mapping(text: str, name: str) -> TicketMapping:
    """Return the mapping of a TOML file. Raises UsageError with every mistake and its place.

    `name` is the name of the file.
    """
    import tomllib

    if len(text) > CONFIG_BYTES.most or longest_key(text) > CONFIG_PARTS.most:
        raise UsageError(
            Message("{path}: the file is too large or too complex for a mapping", path=name),
            Message("name another file"),
        )
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            Message("{path}: {problem}", path=name, problem=error), Message("fix the file")
        ) from None
    problems = _FileProblems(text, name)
    mapping = _read_mapping(table, problems)
    problems.report()
    return mapping


def read_mapping_table(table: Mapping[str, object], name: str) -> TicketMapping:
    """Return the mapping of a table, as a TOML file has it. Raises UsageError with every mistake.

    `name` is the name of the mapping in messages.
    """
    problems = _FileProblems("", name)
    mapping = _read_mapping(table, problems)
    problems.report()
    return mapping


class _Problems:
    """The mistakes of a mapping."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def __bool__(self) -> bool:
        """Return whether there are mistakes."""
        return bool(self._lines)

    def add(self, message: str, hint: str | None = None) -> None:
        """Add a mistake."""
        self._lines.append(joined((message, hint), "; ") if hint else message)

    def check(self, field: str, parse: Callable[[str], object], text: str | None) -> bool:
        """Return whether a text of an option can be parsed, and add its mistake."""
        if text is not None:
            try:
                parse(text)
            except BadText as problem:
                message = joined((_NAMED[field], problem.message), ": ")
                self.add(message, what_to_write(problem))
                return False
        return True

    def report(self) -> None:
        """Raise UsageError if there are mistakes."""
        if self._lines:
            raise UsageError(joined(self._lines, "\n"))


class _FileProblems(_Problems):
    """The mistakes of a mapping file, with their places."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__()
        self._text, self._name = text, name
        self._placed: list[tuple[tuple[int, int], str]] = []

    def add_at(self, path: tuple[str, ...], message: str, hint: str | None = None) -> None:
        """Add a mistake at a path of keys."""
        line, column = _place_of(self._text, path)
        place = f"{self._name}:{line}:{column}" if line else f"{self._name}: {'.'.join(path)}"
        problem = joined((place, message), ": ")
        text = joined((problem, hint), "; ") if hint else problem
        self._placed.append(((line, column), text))

    def report(self) -> None:
        """Raise UsageError if there are mistakes, in the order of their places."""
        self._lines += [text for _, text in sorted(self._placed, key=lambda placed: placed[0])]
        super().report()


def _place_of(text: str, path: tuple[str, ...]) -> tuple[int, int]:
    """Return the line and column of a key; zeros if the file is not laid out as usual."""
    import re

    table: tuple[str, ...] = ()
    token = r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*"""
    best = (0, 0)
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(rf"\s*\[({token}(?:\.{token})*)\]", line)
        source = head[1] if head else line
        keys: list[str] = []
        end = 0
        while match := re.compile(token).match(source, end):
            key = match[1]
            keys.append(key[1:-1] if key[:1] in "\"'" else key)
            end = match.end()
            if source[end : end + 1] != ".":
                break
            end += 1
        if head:
            table = tuple(keys)
            full = table
        elif keys and source[end : end + 1] == "=":
            full = (*table, *keys)
        else:
            continue
        length = next((i for i, (a, b) in enumerate(zip(full, path, strict=False)) if a != b), None)
        if length is None and len(full) <= len(path) and len(full) > depth:
            best = (number, len(line) - len(line.lstrip()) + 1)
            depth = len(full)
    return best


def _read_mapping(table: Mapping[str, object], problems: _FileProblems) -> TicketMapping:
    keys = (*_TEXT_KEYS, *_LIST_KEYS, *_TABLES)
    for key in table:
        if key not in keys:
            problems.add_at((key,), *_unknown_key(key, keys))
    texts = {key: _text(table, (key,), problems) for key in _TEXT_KEYS if key in table}
    lists = {key: _texts(table[key], (key,), problems) for key in _LIST_KEYS if key in table}
    columns = {
        field: column
        for field, value in _table(table, ("columns",), problems).items()
        if _check_field(field, ("columns", field), problems)
        and (column := _field_column(value, ("columns", field), problems))
    }
    constants = {}
    for field, value in _table(table, ("constants",), problems).items():
        path = ("constants", field)
        if _check_has_ids(field, path, problems) and (text := _as_text(value, path, problems)):
            constants[field] = text
        if field in columns:
            problems.add_at(
                path,
                Message("`{field}` has a column and a constant", field=field),
                Message("remove one of them"),
            )
    values: dict[str, dict[str, str]] = {}
    for field, texts_of_field in _table(table, ("values",), problems).items():
        path = ("values", field)
        if field not in ("event", BREACHED) and not _check_has_ids(field, path, problems):
            continue
        if not isinstance(texts_of_field, dict):
            problems.add_at(path, Message("expected a table of texts and ids"))
            continue
        ids = {
            text: id
            for text, value in texts_of_field.items()
            if (id := _as_text(value, (*path, text), problems))
        }
        for text, event in ids.items() if field == "event" else ():
            if problem := event_problem(event):
                problems.add_at((*path, text), *problem)
        values[field] = ids
    mapping = TicketMapping(
        columns, values, constants, lists.get("instant", ()), texts.get("locale"),
        texts.get("timezone"), lists.get("nulls", ()), lists.get("keep", ()),
        texts.get("format"), texts.get("delimiter"), texts.get("encoding"), automatic=False,
    )  # fmt: skip
    _check_instants(mapping, problems)
    return mapping


def _unknown_key(key: str, keys: Collection[str]) -> tuple[str, str]:
    hint = did_you_mean(key, keys) or Message("keys: {keys}", keys=", ".join(keys))
    return Message("unknown key `{key}`", key=key), hint


def _check_field(field: str, path: tuple[str, ...], problems: _FileProblems) -> bool:
    try:
        check_field(field)
    except BadText as problem:
        problems.add_at(path, problem.message, problem.hint)
        return False
    return True


def _check_has_ids(field: str, path: tuple[str, ...], problems: _FileProblems) -> bool:
    """Report a field that has no ids, and return whether it has ids."""
    if not _check_field(field, path, problems):
        return False
    if field in CASE_FIELDS or field.startswith(_FACT):
        return True
    problems.add_at(
        path,
        Message("`{field}` has no ids", field=field),
        Message("fields with ids: {fields}", fields=", ".join((*CASE_FIELDS, "fact.NAME"))),
    )
    return False


def is_instant(field: str) -> bool:
    """Return whether a field is an instant."""
    return field in INSTANT_FIELDS or field == "time" or field.startswith(_START)


def check_field(field: str) -> None:
    """Raise BadText if a text is not the name of a field."""
    if field in FIELDS:
        return
    for prefix in (_FACT, _START):
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
    if event in EVENTS or (event.startswith(_START) and event != _START):
        return None
    known = (*EVENTS, "start.METRIC")
    hint = did_you_mean(event, EVENTS) or Message("events: {events}", events=", ".join(known))
    return Message("unknown event {event}", event=shown(event)), hint


def _field_column(
    value: object, path: tuple[str, ...], problems: _FileProblems
) -> FieldColumn | None:
    if isinstance(value, str):
        return FieldColumn(value)
    if not isinstance(value, dict):
        problems.add_at(path, Message("expected the name of a column, or a table with `column`"))
        return None
    for key in value:
        if key not in _COLUMN_KEYS:
            problems.add_at((*path, key), *_unknown_key(key, _COLUMN_KEYS))
    if "column" not in value:
        problems.add_at(path, Message("`column` is missing"))
        return None
    optional = value.get("optional", False)
    if not isinstance(optional, bool):
        problems.add_at((*path, "optional"), Message("expected `true` or `false`"))
    for key in ("instant", "timezone", "locale"):
        if key in value and not is_instant(path[-1]):
            problems.add_at((*path, key), Message("`{field}` is not an instant", field=path[-1]))
    names = _texts(value["column"], (*path, "column"), problems)
    if not names or not all(names):
        problems.add_at((*path, "column"), Message("expected a text or a list of texts"))
        return None
    formats = _texts(value.get("instant", ()), (*path, "instant"), problems)
    zone_name = _text(value, (*path, "timezone"), problems) if "timezone" in value else None
    locale = _text(value, (*path, "locale"), problems) if "locale" in value else None
    return FieldColumn(names[0], formats, zone_name, locale, optional is True, names[1:])


def _table(
    table: Mapping[str, object], path: tuple[str, ...], problems: _FileProblems
) -> Mapping[str, object]:
    """Return a table of a mapping, with the names of fields in full: `fact.impact`."""
    value = table.get(path[0], {})
    if not isinstance(value, dict):
        problems.add_at(path, Message("expected a table"))
        return {}
    result: dict[str, object] = {}
    for key, entry in value.items():
        dotted = key in ("fact", "start", "pause", "vendor") and isinstance(entry, dict)
        if dotted and "column" not in entry:
            result |= {f"{key}.{name}": inner for name, inner in entry.items()}
        else:
            result[key] = entry
    return result


def _text(
    table: Mapping[str, object], path: tuple[str, ...], problems: _FileProblems
) -> str | None:
    value = table[path[-1]]
    if isinstance(value, str) and value:
        return value
    problems.add_at(path, Message("expected a text"))
    return None


def _as_text(value: object, path: tuple[str, ...], problems: _FileProblems) -> str | None:
    """Return the text of an id: a text, a number or a boolean."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str) and value:
        return value
    problems.add_at(path, Message("expected a text"))
    return None


def _texts(value: object, path: tuple[str, ...], problems: _FileProblems) -> tuple[str, ...]:
    """Return a text or a list of texts as a tuple."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    problems.add_at(path, Message("expected a text or a list of texts"))
    return ()


def _check_instants(mapping: TicketMapping, problems: _FileProblems) -> None:
    """Report the formats, time zones and locales that are invalid."""
    _check_settings(mapping.formats, mapping.timezone, mapping.locale, mapping.locale, (), problems)
    for field, column in mapping.columns.items():
        _check_settings(
            column.formats, column.timezone, column.locale, column.locale or mapping.locale,
            ("columns", field), problems,
        )  # fmt: skip


def _check_settings(
    formats: tuple[str, ...],
    timezone: str | None,
    locale: str | None,
    language: str | None,
    path: tuple[str, ...],
    problems: _FileProblems,
) -> None:
    try:
        language_of_locale(language or "en")
    except BadText as problem:
        language = None
        if locale:
            problems.add_at((*path, "locale"), problem.message, what_to_write(problem))
    for format in formats:
        try:
            read_format(format, language)
        except BadText as problem:
            problems.add_at((*path, "instant"), problem.message, what_to_write(problem))
    if timezone is not None:
        try:
            zone(timezone)
        except BadText as problem:
            problems.add_at((*path, "timezone"), problem.message, what_to_write(problem))


# -- options ---------------------------------------------------------------------------------------


def mapping_of_options(
    *,
    columns: Sequence[str] = (),
    values: Sequence[str] = (),
    constants: Mapping[str, str] | None = None,
    instants: Sequence[str] = (),
    locale: str | None = None,
    timezone: str | None = None,
    nulls: Sequence[str] = (),
    kept: Sequence[str] = (),
    format: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> TicketMapping:
    """Return the mapping of options. Raises UsageError with every mistake.

    `columns` are texts FIELD=COLUMN, `values` FIELD.TEXT=ID, `instants` FORMAT or FIELD=FORMAT.
    """
    problems = _Problems()
    by_field: dict[str, FieldColumn] = {}
    for text in columns:
        field, equals, column = text.partition("=")
        if not equals or not column:
            problems.add(Message("{column}: {text} is not FIELD=COLUMN", text=shown(text)))
        elif problems.check("column", check_field, field):
            if field in by_field:
                problems.add(Message("{column}: duplicate field `{field}`", field=field))
            by_field[field] = FieldColumn(column)
    default_formats: list[str] = []
    for text in instants:
        field, equals, format_text = text.partition("=")
        if "%" in field or not equals:
            default_formats.append(text)
        elif problems.check("instant", _check_instant_field, field):
            source = by_field.get(field, FieldColumn(""))
            by_field[field] = source._replace(formats=(*source.formats, format_text))
    ids: dict[str, dict[str, str]] = {}
    for text in values:
        target, equals, id = text.rpartition("=")
        field, value = _field_and_text(target)
        if not equals or not id or not value:
            problems.add(Message("{value}: {text} is not FIELD.TEXT=ID", text=shown(text)))
        elif problems.check("value", _check_value_field, field):
            if field == "event" and (problem := event_problem(id)):
                problems.add(*problem)
            if ids.setdefault(field, {}).setdefault(value, id) != id:
                problems.add(
                    Message(
                        "{value}: two ids for {text} of `{field}`", text=shown(value), field=field
                    )
                )
    for field in constants or ():
        if field in by_field and by_field[field].column:
            problems.add(
                Message("`{field}` has a column and a constant", field=field),
                Message("remove one of them"),
            )
    problems.check("tz", zone, timezone)
    language = locale if problems.check("locale", language_of_locale, locale) else None
    for formats in (default_formats, *(column.formats for column in by_field.values())):
        for format_text in formats:
            problems.check("instant", lambda text: read_format(text, language), format_text)
    problems.report()
    return TicketMapping(
        by_field, ids, constants or {}, tuple(default_formats), locale, timezone, tuple(nulls),
        tuple(kept), format, delimiter, encoding,
    )  # fmt: skip


_NAMED = {
    "column": Message("{column}"), "instant": Message("{instant}"), "value": Message("{value}"),
    "tz": Message("{tz}"), "locale": Message("{locale}"),
}  # fmt: skip


def _field_and_text(target: str) -> tuple[str, str]:
    """Return the field and the text of FIELD.TEXT; some fields have a dot themselves."""
    field, _, text = target.partition(".")
    if field in ("fact", "vendor"):
        name, _, text = text.partition(".")
        field = f"{field}.{name}"
    return field, text


def _check_value_field(field: str) -> None:
    check_field(field)
    if field not in (*CASE_FIELDS, "event", BREACHED) and not field.startswith(_FACT):
        raise BadText(Message("`{field}` has no ids", field=field))


def _check_instant_field(field: str) -> None:
    check_field(field)
    if not is_instant(field):
        raise BadText(Message("`{field}` is not an instant", field=field))


def constants_of(
    plan: str | None,
    role: str | None,
    channel: str | None,
    priority: str | None,
    facts: Mapping[str, str],
) -> dict[str, str]:
    """Return the stated values of a case, by field: the constants of a mapping."""
    stated = dict(zip(CASE_FIELDS, (plan, role, channel, priority), strict=True))
    stated |= {f"{_FACT}{name}": value for name, value in facts.items()}
    return {field: value for field, value in stated.items() if value is not None}


def merged(mapping: TicketMapping, options: TicketMapping) -> TicketMapping:
    """Return a mapping with the statements of options instead of its own.

    A constant of the options removes the column of its field, and a column the constant.
    """
    columns = {
        field: column for field, column in mapping.columns.items() if field not in options.constants
    }
    for field, column in options.columns.items():
        base = columns.get(field, FieldColumn(""))
        columns[field] = FieldColumn(
            column.column or base.column, column.formats or base.formats,
            column.timezone or base.timezone, column.locale or base.locale,
            base.optional and not column.column, () if column.column else base.joined,
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
    )


# -- a header --------------------------------------------------------------------------------------


def columns_needed(mapping: TicketMapping) -> tuple[str, ...]:
    """Return the names of the columns that a mapping names, apart from optional ones."""
    names = [
        name
        for field, column in mapping.columns.items()
        if not column.optional
        for name in (column.column or field, *column.joined)
    ]
    kept = () if mapping.kept == (ALL,) else mapping.kept
    return tuple(dict.fromkeys((*names, *kept)))


def resolve(
    mapping: TicketMapping,
    header: Sequence[str],
    facts: Collection[str] = (),
    metrics: Collection[str] = (),
) -> TicketColumns:
    """Return the columns of a mapping in a header.

    `facts` and `metrics` are those of all revisions of the policy. Raises UsageError with every
    column, fact and metric that does not exist, and for fields that contradict each other.
    """
    problems = _Problems()
    names = {"fact": facts, "start": metrics}
    positions = _positions(header)
    columns: dict[str, FieldColumn] = {}
    fields: dict[str, tuple[int, ...]] = {}
    joined_places: dict[str, tuple[tuple[int, ...], ...]] = {}
    for field, column in mapping.columns.items():
        known = _known_field(field, names, problems)
        if known is None:
            continue
        places, *further = (
            _find_column(name, positions, header, problems, column.optional)
            for name in (column.column or field, *column.joined)
        )
        if places and all(further):
            columns[known], fields[known] = column, places
            if further:
                joined_places[known] = tuple(further)
    constants = {
        known: text
        for field, text in mapping.constants.items()
        if (known := _known_field(field, names, problems))
    }
    if mapping.automatic:
        named = [f"{kind}.{name}" for kind, known_names in names.items() for name in known_names]
        for field in (*FIELDS, *named):
            if field in positions and field not in columns and field not in constants:
                columns[field], fields[field] = FieldColumn(field), positions[field]
    kept = tuple(range(len(header)))
    if mapping.kept != (ALL,):
        kept_places = (_find_column(name, positions, header, problems) for name in mapping.kept)
        kept = tuple(places[0] for places in kept_places if places)
    mapping = mapping._replace(columns=columns, constants=constants)
    if not problems:
        _check_fields(fields, header, problems)
        _check_zones(mapping, problems)
    problems.report()
    return TicketColumns(mapping, tuple(header), fields, kept, joined_places)


def _positions(header: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the positions of each name."""
    positions: dict[str, tuple[int, ...]] = {}
    for position, name in enumerate(header):
        positions[name] = (*positions.get(name, ()), position)
    return positions


def _known_field(
    field: str, names: Mapping[str, Collection[str]], problems: _Problems
) -> str | None:
    """Return a field with the id of its fact or metric; add an unknown fact or metric."""
    kind, dot, name = field.partition(".")
    if not dot or kind not in names:
        return field
    for known in names[kind]:
        if known.casefold() == name.casefold():
            return f"{kind}.{known}"
    hint = did_you_mean(name, names[kind])
    if kind == "fact":
        problems.add(Message("unknown fact `{name}`", name=name), hint)
    else:
        problems.add(Message("unknown metric `{name}`", name=name), hint)
    return None


def _find_column(
    name: str,
    positions: Mapping[str, tuple[int, ...]],
    header: Sequence[str],
    problems: _Problems,
    optional: bool = False,
) -> tuple[int, ...]:
    """Return the positions of a column; letter case and outer spaces count only if they must."""
    if name in positions:
        return positions[name]
    close = [column for column in positions if column.strip().casefold() == name.strip().casefold()]
    if len(close) == 1:
        return positions[close[0]]
    if close:
        problems.add(
            Message(
                "ambiguous column {column}: the header has {columns}",
                column=shown(name),
                columns=enumerated([shown(column) for column in close]),
            )
        )
    elif not optional:
        listed = ", ".join(shown(column) for column in positions if column)
        problems.add(
            Message(
                "unknown column {column}; columns: {columns}", column=shown(name), columns=listed
            ),
            did_you_mean(name, positions),
        )
    return ()


def _check_fields(fields: Collection[str], header: Sequence[str], problems: _Problems) -> None:
    """Add a mistake for fields that are missing, or contradict each other."""
    if "time" in fields:
        for field in fields:
            if field in INSTANT_FIELDS or field.startswith(_START):
                problems.add(
                    Message(
                        "`time` and `{field}` contradict each other: a row is an event or a ticket",
                        field=field,
                    )
                )
        if "id" not in fields:
            problems.add(Message("`id` is required: it groups the events of a ticket"))
        return
    if "event" in fields:
        problems.add(Message("`event` requires `time`, the instant of the event"))
    elif "opened" not in fields:
        problems.add(
            Message(
                "no column is the instant at which a ticket was opened; columns: {columns}",
                columns=", ".join(shown(name) for name in dict.fromkeys(header) if name),
            ),
            Message("state it with {column id=name}", id="opened", name="COLUMN"),
        )
    if ("pause.from" in fields) != ("pause.to" in fields):
        problems.add(Message("`pause.from` and `pause.to` require each other"))
    elif "pause.from" in fields and "pauses" in fields:
        problems.add(Message("`pauses` and `pause.from` contradict each other"))


def _check_zones(mapping: TicketMapping, problems: _Problems) -> None:
    """Add a mistake for each format without an offset and without a time zone."""
    for field in filter(is_instant, mapping.columns):
        source = mapping.instant_source(field)
        for text in source.formats:
            if source.timezone is None and read_format(text, source.locale).local:
                problems.add(
                    Message(
                        "`{field}`: the format `{format}` has no offset", field=field, format=text
                    ),
                    Message("state the time zone with {tz}"),
                )


def instant_readers(mapping: TicketMapping) -> dict[str, InstantReader]:
    """Return the reader of each instant. Fields with equal settings share a reader."""
    readers: dict[FieldColumn, InstantReader] = {}
    result = {}
    for field in filter(is_instant, mapping.columns):
        source = mapping.instant_source(field)._replace(column="", optional=False, joined=())
        if source not in readers:
            formats = [read_format(text, source.locale) for text in source.formats]
            in_zone = None if source.timezone is None else zone(source.timezone)
            readers[source] = instant_reader(formats, in_zone)
        result[field] = readers[source]
    return result


# -- columns without a format ----------------------------------------------------------------------


def check_instants(columns: TicketColumns, rows: Iterable[Sequence[str | None]]) -> None:
    """Raise UsageError if instants without a declared format are not RFC 3339.

    `rows` are the first rows of a file. A cell that no usual format reads is not a mistake of the
    mapping: its row is rejected.
    """
    mapping = columns.mapping
    texts: dict[str, dict[str, None]] = {
        field: {}
        for field in mapping.columns
        if is_instant(field) and field != "pauses" and not mapping.instant_source(field).formats
    }
    nulls = {*mapping.nulls}
    for cells in rows:
        for field, examples in texts.items():
            if text := columns.cell_of(field, cells, nulls):
                examples[text.strip()] = None
    problems = _Problems()
    for field, examples in texts.items():
        if examples:
            _check_examples(field, columns, [*examples], problems)
    problems.report()


def _check_examples(
    field: str, columns: TicketColumns, texts: list[str], problems: _Problems
) -> None:
    """Add a mistake if half of the texts of an instant without a format cannot be read.

    If most can be read, the others are mistakes of their rows.
    """
    source = columns.mapping.instant_source(field)
    column = shown(columns.column_of(field) or field)
    read = [
        text
        for text in texts
        if reads_without_format(text) and (source.timezone or not needs_zone(text))
    ]
    if 2 * len(read) > len(texts):
        return
    unread = [text for text in texts if not reads_without_format(text)]
    if not unread:
        local = [text for text in texts if source.timezone is None and needs_zone(text)]
        if local:
            problems.add(
                Message(
                    "column {column}: no offset in {examples}",
                    column=column,
                    examples=_examples(local),
                ),
                Message("state the time zone with {tz}"),
            )
        return
    language = source.locale and language_of_locale(source.locale)
    fitting = proposals(unread, language)
    if not fitting:
        # Several formats in one column: propose those of the first text.
        first = next((text for text in unread[:_MAX_TRIED] if proposals([text], language)), None)
        if first is None:
            return
        fitting = proposals([first], language)
        unread = [first]
    message = Message(
        "column {column}: the format of {examples} is not declared",
        column=column, examples=_examples(unread),
    )  # fmt: skip
    options = [_option(field, proposal) for proposal in fitting[:_MAX_OPTIONS]]
    if len(options) > 1:
        hint = Message(
            "several formats fit: state one with {instant}: {options}",
            options=enumerated(options, either=True),
        )  # fmt: skip
    else:
        hint = Message("one format fits: state it with {instant}: {option}", option=options[0])
    problems.add(message, hint)


def _option(field: str, proposal: Proposal) -> str:
    """Return the value of the option for a proposed format."""
    text = f"`{field}={proposal.format}`"
    if proposal.language is None:
        return text
    return Message("{format} with {locale id}", format=text, id=proposal.language)


def _examples(texts: Sequence[str]) -> str:
    return enumerated([shown(text) for text in texts[:_MAX_EXAMPLES]])
