"""Mappings of exports in options of the command line."""

from __future__ import annotations

from zsupport.audit.mapping.mistakes import Mistakes
from zsupport.audit.mapping.model import (
    BREACHED,
    CASE_FIELDS,
    FACT,
    FieldColumn,
    TicketMapping,
    check_field,
    event_problem,
    is_instant,
)
from zsupport.audit.reading.calendar_names import language_of_locale
from zsupport.audit.reading.instant_formats import read_format
from zsupport.clock.problem import BadText, shown, what_to_write
from zsupport.clock.zones import zone
from zsupport.typed import TYPE_CHECKING
from zsupport.wording import Message, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NAMED = {
    "column": Message("{column}"), "instant": Message("{instant}"), "value": Message("{value}"),
    "tz": Message("{tz}"), "locale": Message("{locale}"),
}  # fmt: skip


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
    skip: Sequence[str] = (),
    only: Sequence[str] = (),
    format: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> TicketMapping:
    """Return the mapping of options. Raises UsageError with every mistake.

    `columns` are texts FIELD=COLUMN, `values` FIELD.TEXT=ID, `instants` FORMAT or FIELD=FORMAT,
    `skip` and `only` COLUMN or COLUMN=TEXT.
    """
    mistakes = Mistakes()
    by_field: dict[str, FieldColumn] = {}
    for text in columns:
        field, equals, column = text.partition("=")
        if not equals or not column:
            mistakes.add(Message("{column}: {text} is not FIELD=COLUMN", text=shown(text)))
        elif _check(mistakes, "column", check_field, field):
            if field in by_field:
                mistakes.add(Message("{column}: duplicate field `{field}`", field=field))
            by_field[field] = FieldColumn(column)
    default_formats: list[str] = []
    for text in instants:
        field, equals, format_text = text.partition("=")
        if "%" in field or not equals:
            default_formats.append(text)
        elif _check(mistakes, "instant", _check_instant_field, field):
            source = by_field.get(field, FieldColumn(""))
            by_field[field] = source._replace(formats=(*source.formats, format_text))
    ids: dict[str, dict[str, str]] = {}
    for text in values:
        target, equals, id = text.rpartition("=")
        field, value = _field_and_text(target)
        if not equals or not id or not value:
            mistakes.add(Message("{value}: {text} is not FIELD.TEXT=ID", text=shown(text)))
        elif _check(mistakes, "value", _check_value_field, field):
            if field == "event" and (problem := event_problem(id)):
                mistakes.add(*problem)
            if ids.setdefault(field, {}).setdefault(value, id) != id:
                mistakes.add(
                    Message(
                        "{value}: two ids for {text} of `{field}`", text=shown(value), field=field
                    )
                )
    for field in constants or ():
        if field in by_field and by_field[field].column:
            mistakes.add(
                Message("`{field}` has a column and a constant", field=field),
                Message("remove one of them"),
            )
    _check(mistakes, "tz", zone, timezone)
    language = locale if _check(mistakes, "locale", language_of_locale, locale) else None
    for formats in (default_formats, *(column.formats for column in by_field.values())):
        for format_text in formats:
            _check(mistakes, "instant", lambda text: read_format(text, language), format_text)
    mistakes.report()
    return TicketMapping(
        by_field, ids, constants or {}, tuple(default_formats), locale, timezone, tuple(nulls),
        tuple(kept), format, delimiter, encoding,
        skip=_conditions(skip), only=_conditions(only),
    )  # fmt: skip


def _conditions(options: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the texts of each column of COLUMN or COLUMN=TEXT; none stand for any text."""
    conditions: dict[str, tuple[str, ...]] = {}
    for option in options:
        column, _, text = option.partition("=")
        earlier = conditions.get(column)
        any_text = not text.strip() or earlier == ()
        conditions[column] = () if any_text else (*(earlier or ()), text)
    return conditions


def _check(
    mistakes: Mistakes, option: str, parse: Callable[[str], object], text: str | None
) -> bool:
    """Return whether a text of an option can be parsed, and add its mistake."""
    if text is not None:
        try:
            parse(text)
        except BadText as problem:
            mistakes.add(joined((_NAMED[option], problem.message), ": "), what_to_write(problem))
            return False
    return True


def _field_and_text(target: str) -> tuple[str, str]:
    """Return the field and the text of FIELD.TEXT; some fields have a dot themselves."""
    field, _, text = target.partition(".")
    if field in ("fact", "vendor"):
        name, _, text = text.partition(".")
        field = f"{field}.{name}"
    return field, text


def _check_value_field(field: str) -> None:
    check_field(field)
    if field not in (*CASE_FIELDS, "event", BREACHED) and not field.startswith(FACT):
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
    stated |= {f"{FACT}{name}": value for name, value in facts.items()}
    return {field: value for field, value in stated.items() if value is not None}
