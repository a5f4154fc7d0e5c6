"""Mappings of exports in TOML files."""

from __future__ import annotations

from contextlib import suppress

from zsupport.audit.mapping.mistakes import KeyPlace, Mistakes
from zsupport.audit.mapping.model import (
    BREACHED,
    CASE_FIELDS,
    EVENT_FIELDS,
    FACT,
    TABLES,
    UNITS,
    FieldColumn,
    TicketMapping,
    check_field,
    event_problem,
    is_instant,
    place_in,
)
from zsupport.audit.reading.calendar_names import language_of_locale
from zsupport.audit.reading.instant_formats import read_format
from zsupport.clock.problem import BadText, what_to_write
from zsupport.clock.zones import zone
from zsupport.errors import UsageError, did_you_mean
from zsupport.limits import CONFIG_BYTES, CONFIG_PARTS
from zsupport.sources.project import longest_key
from zsupport.sources.toml_keys import place_of_error, places_of_keys
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

_TEXT_KEYS = ("format", "delimiter", "encoding", "locale", "timezone")
_LIST_KEYS = ("instant", "nulls", "keep")
_COLUMN_KEYS = ("column", "instant", "timezone", "locale", "optional", "after", "unit")


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
        places = {
            path: KeyPlace(name, path, *place) for path, place in places_of_keys(text).items()
        }
    except (ValueError, RecursionError) as error:
        problem, place = place_of_error(text, error)
        path = name if place is None else f"{name}:{place[0]}:{place[1]}"
        raise UsageError(
            Message("{path}: {problem}", path=path, problem=problem), Message("fix the file")
        ) from None
    return _read_mapping(table, places)


def read_mapping_table(table: Mapping[str, object], name: str) -> TicketMapping:
    """Return the mapping of a table, as a TOML file has it. Raises UsageError with every mistake.

    `name` is the name of the mapping in messages.
    """
    return _read_mapping(table, {path: KeyPlace(name, path) for path in _paths(table)})


def _paths(value: object, path: str = "") -> Iterator[str]:
    """Yield the paths of all keys of a table."""
    if path:
        yield path
    items: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    for key, inner in items:
        yield from _paths(inner, f"{path}.{key}" if path else str(key))


class _FileMistakes(Mistakes):
    """The mistakes of a mapping file, with the places of its keys."""

    def __init__(self, places: Mapping[str, KeyPlace]) -> None:
        super().__init__()
        self._places = places

    def add_at(self, path: tuple[str, ...], message: str, hint: str | None = None) -> None:
        """Add a mistake at a path of keys."""
        self.add(message, hint, place_in(self._places, path))


def _read_mapping(table: Mapping[str, object], places: Mapping[str, KeyPlace]) -> TicketMapping:
    mistakes = _FileMistakes(places)
    keys = (*_TEXT_KEYS, *_LIST_KEYS, *TABLES)
    for key in table:
        if key not in keys:
            mistakes.add_at((key,), *_unknown_key(key, keys))
    texts = {key: _text(table, (key,), mistakes) for key in _TEXT_KEYS if key in table}
    lists = {key: _texts(table[key], (key,), mistakes) for key in _LIST_KEYS if key in table}
    columns = {
        field: column
        for field, value in _table(table, ("columns",), mistakes).items()
        if _check_field(field, ("columns", field), mistakes)
        and (column := _field_column(value, ("columns", field), mistakes))
    }
    constants = {}
    for field, value in _table(table, ("constants",), mistakes).items():
        path = ("constants", field)
        if _check_has_ids(field, path, mistakes) and (text := _as_text(value, path, mistakes)):
            constants[field] = text
        if field in columns:
            mistakes.add_at(
                path,
                Message("`{field}` has a column and a constant", field=field),
                Message("remove one of them"),
            )
    values: dict[str, dict[str, str]] = {}
    for field, texts_of_field in _table(table, ("values",), mistakes).items():
        path = ("values", field)
        if field not in ("event", BREACHED) and not _check_has_ids(field, path, mistakes):
            continue
        if not isinstance(texts_of_field, dict):
            mistakes.add_at(path, Message("expected a table of texts and ids"))
            continue
        ids = {
            text: id
            for text, value in texts_of_field.items()
            if (id := _as_text(value, (*path, text), mistakes))
        }
        for text, event in ids.items() if field == "event" else ():
            if problem := event_problem(event):
                mistakes.add_at((*path, text), *problem)
        values[field] = ids
    skip, only = (_conditions(table, name, mistakes) for name in ("skip", "only"))
    mapping = TicketMapping(
        columns, values, constants, lists.get("instant", ()), texts.get("locale"),
        texts.get("timezone"), lists.get("nulls", ()), lists.get("keep", ()),
        texts.get("format"), texts.get("delimiter"), texts.get("encoding"),
        automatic=False, skip=skip, only=only, places=places,
    )  # fmt: skip
    _check_instants(mapping, mistakes)
    mistakes.report()
    return mapping


def _conditions(
    table: Mapping[str, object], name: str, mistakes: _FileMistakes
) -> dict[str, tuple[str, ...]]:
    """Return the texts of each column of a table of conditions; `true` stands for any text."""
    conditions: dict[str, tuple[str, ...]] = {}

    def add(column: str, value: object) -> None:
        texts = value if isinstance(value, list | tuple) else [value]
        if value is True:
            conditions[column] = ()
        elif isinstance(value, dict):
            for key, inner in value.items():
                add(f"{column}.{key}", inner)
        elif texts and all(isinstance(text, str) and text.strip() for text in texts):
            conditions[column] = tuple(map(str, texts))
        else:
            mistakes.add_at(
                (name, column), Message("expected a text, a list of texts, or `true` for any text")
            )

    stated = table.get(name, {})
    if not isinstance(stated, dict):
        mistakes.add_at((name,), Message("expected a table"))
        return conditions
    for column, value in stated.items():
        add(column, value)
    return conditions


def _unknown_key(key: str, keys: Collection[str]) -> tuple[str, str]:
    hint = did_you_mean(key, keys) or Message("keys: {keys}", keys=", ".join(keys))
    return Message("unknown key `{key}`", key=key), hint


def _check_field(field: str, path: tuple[str, ...], mistakes: _FileMistakes) -> bool:
    try:
        check_field(field)
    except BadText as problem:
        mistakes.add_at(path, problem.message, problem.hint)
        return False
    return True


def _check_has_ids(field: str, path: tuple[str, ...], mistakes: _FileMistakes) -> bool:
    """Report a field that has no ids, and return whether it has ids."""
    if not _check_field(field, path, mistakes):
        return False
    if field in CASE_FIELDS or field.startswith(FACT):
        return True
    mistakes.add_at(
        path,
        Message("`{field}` has no ids", field=field),
        Message("fields with ids: {fields}", fields=", ".join((*CASE_FIELDS, "fact.NAME"))),
    )
    return False


def _field_column(
    value: object, path: tuple[str, ...], mistakes: _FileMistakes
) -> FieldColumn | None:
    if isinstance(value, str):
        return FieldColumn(value)
    if not isinstance(value, dict):
        mistakes.add_at(path, Message("expected the name of a column, or a table with `column`"))
        return None
    for key in value:
        if key not in _COLUMN_KEYS:
            mistakes.add_at((*path, key), *_unknown_key(key, _COLUMN_KEYS))
    if "column" not in value:
        mistakes.add_at(path, Message("`column` is missing"))
        return None
    optional = value.get("optional", False)
    if not isinstance(optional, bool):
        mistakes.add_at((*path, "optional"), Message("expected `true` or `false`"))
    for key in ("instant", "timezone", "locale"):
        if key in value and not is_instant(path[-1]):
            mistakes.add_at((*path, key), Message("`{field}` is not an instant", field=path[-1]))
    names = _texts(value["column"], (*path, "column"), mistakes)
    if not names or not all(names):
        mistakes.add_at((*path, "column"), Message("expected a text or a list of texts"))
        return None
    formats = _texts(value.get("instant", ()), (*path, "instant"), mistakes)
    zone_name = _text(value, (*path, "timezone"), mistakes) if "timezone" in value else None
    locale = _text(value, (*path, "locale"), mistakes) if "locale" in value else None
    after, unit = _duration(value, path, mistakes)
    return FieldColumn(
        names[0], formats, zone_name, locale, optional is True, names[1:], after, unit
    )


def _duration(
    value: Mapping[str, object], path: tuple[str, ...], mistakes: _FileMistakes
) -> tuple[str | None, str]:
    """Return the field from which the duration of a column counts, and its unit."""
    if "after" not in value and "unit" not in value:
        return None, ""
    after, unit = value.get("after"), value.get("unit")
    hint = Message('write `after = "opened", unit = "minutes"`')
    if "after" not in value or "unit" not in value:
        mistakes.add_at(path, Message("`after` and `unit` require each other"), hint)
    for key in ("instant", "timezone", "locale"):
        if key in value:
            problem = Message("`after` and `{key}` contradict each other", key=key)
            mistakes.add_at((*path, key), problem)
    if not is_instant(path[-1]) or path[-1] in ("time", "pauses"):
        problem = Message("`{field}` cannot be stated by a duration", field=path[-1])
        mistakes.add_at((*path, "after"), problem)
    if "after" in value and (after == path[-1] or after not in EVENT_FIELDS):
        known = ", ".join(field for field in EVENT_FIELDS if field != path[-1])
        problem = Message("expected another event of the ticket: {fields}", fields=known)
        mistakes.add_at((*path, "after"), problem)
    if "unit" in value and unit not in UNITS:
        units = Message("units: {units}", units=", ".join(UNITS))
        close = did_you_mean(unit, UNITS) if isinstance(unit, str) else None
        mistakes.add_at((*path, "unit"), Message("unknown unit"), close or units)
    return str(after), str(unit)


def _table(
    table: Mapping[str, object], path: tuple[str, ...], mistakes: _FileMistakes
) -> Mapping[str, object]:
    """Return a table of a mapping, with the names of fields in full: `fact.impact`."""
    value = table.get(path[0], {})
    if not isinstance(value, dict):
        mistakes.add_at(path, Message("expected a table"))
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
    table: Mapping[str, object], path: tuple[str, ...], mistakes: _FileMistakes
) -> str | None:
    value = table[path[-1]]
    if isinstance(value, str) and value:
        return value
    mistakes.add_at(path, Message("expected a text"))
    return None


def _as_text(value: object, path: tuple[str, ...], mistakes: _FileMistakes) -> str | None:
    """Return the text of an id: a text, a number or a boolean."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        with suppress(ValueError):  # too many digits
            return str(value)
    if isinstance(value, str) and value:
        return value
    mistakes.add_at(path, Message("expected a text"))
    return None


def _texts(value: object, path: tuple[str, ...], mistakes: _FileMistakes) -> tuple[str, ...]:
    """Return a text or a list of texts as a tuple."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    mistakes.add_at(path, Message("expected a text or a list of texts"))
    return ()


def _check_instants(mapping: TicketMapping, mistakes: _FileMistakes) -> None:
    """Report the formats, time zones and locales that are invalid."""
    _check_settings(mapping.formats, mapping.timezone, mapping.locale, mapping.locale, (), mistakes)
    for field, column in mapping.columns.items():
        _check_settings(
            column.formats, column.timezone, column.locale, column.locale or mapping.locale,
            ("columns", field), mistakes,
        )  # fmt: skip


def _check_settings(
    formats: tuple[str, ...],
    timezone: str | None,
    locale: str | None,
    language: str | None,
    path: tuple[str, ...],
    mistakes: _FileMistakes,
) -> None:
    try:
        language_of_locale(language or "en")
    except BadText as problem:
        language = None
        if locale:
            mistakes.add_at((*path, "locale"), problem.message, what_to_write(problem))
    for number, format in enumerate(formats):
        try:
            read_format(format, language)
        except BadText as problem:
            place = (*path, "instant", str(number))
            mistakes.add_at(place, problem.message, what_to_write(problem))
    if timezone is not None:
        try:
            zone(timezone)
        except BadText as problem:
            mistakes.add_at((*path, "timezone"), problem.message, what_to_write(problem))
