"""Mappings as the text of a TOML file."""

from __future__ import annotations

import json

from zsupport.audit.mapping.model import ALL
from zsupport.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zsupport.audit.mapping.model import FieldColumn, TicketMapping


def mapping_text(mapping: TicketMapping) -> str:
    """Return the TOML file that states a mapping. Its columns are all that the file states."""
    kept = ALL if mapping.kept == (ALL,) else mapping.kept
    settings = {
        "format": mapping.format,
        "delimiter": mapping.delimiter,
        "encoding": mapping.encoding,
        "instant": _text_or_list(mapping.formats),
        "locale": mapping.locale,
        "timezone": mapping.timezone,
        "nulls": mapping.nulls,
        "keep": kept,
    }
    columns = {field: _column(field, column) for field, column in mapping.columns.items()}
    skip, only = (
        {column: _text_or_list(texts) or True for column, texts in conditions.items()}
        for conditions in (mapping.skip, mapping.only)
    )
    tables: list[tuple[str, Mapping[str, object]]] = [
        ("columns", columns),
        *((f"values.{_key(field)}", ids) for field, ids in mapping.values.items()),
        ("constants", mapping.constants),
        ("skip", skip),
        ("only", only),
    ]
    parts = ["".join(_lines(settings))]
    parts += [
        f"[{name}]\n" + "".join(_lines(table))
        for name, table in tables
        if table or name.startswith("values.")
    ]
    return "\n".join(part for part in parts if part)


def _column(field: str, column: FieldColumn) -> object:
    """Return the value of a field: the name of its column, or a table."""
    name = column.column or field
    table = {
        "column": [name, *column.joined] if column.joined else name,
        "instant": _text_or_list(column.formats),
        "timezone": column.timezone,
        "locale": column.locale,
        "after": column.after,
        "unit": column.unit if column.after else None,
        "optional": column.optional or None,
    }
    stated = {key: value for key, value in table.items() if value}
    return name if stated == {"column": name} else stated


def _text_or_list(texts: Sequence[str]) -> str | Sequence[str]:
    return texts[0] if len(texts) == 1 else texts


def _lines(table: Mapping[str, object]) -> Iterable[str]:
    """Yield the lines of a table, without keys that state nothing."""
    for key, value in table.items():
        if value:
            yield f"{_key(key)} = {_value(value)}\n"


def _value(value: object) -> str:
    if value is True:
        return "true"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        entries = (f"{key} = {_value(inner)}" for key, inner in value.items())
        return f"{{{', '.join(entries)}}}"
    assert isinstance(value, list | tuple)
    return f"[{', '.join(map(_value, value))}]"


def _key(key: str) -> str:
    """Return a key. A key with a dot is quoted: it is a single key."""
    bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
    return key if bare else _quoted(key)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
