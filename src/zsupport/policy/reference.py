"""The reference of the policy format, as Markdown, generated from the definition of the format."""

from __future__ import annotations

from zsupport.findings import CODES
from zsupport.policy.format import POLICY, TARGET, Cells, Group, Values
from zsupport.policy.shape import (
    REMARK_KEYS,
    ByNodeKind,
    Choice,
    Field,
    Fields,
    Id,
    ListOf,
    MapOf,
    Shape,
    Text,
)

#: Descriptions in the reference, by the description that messages use.
_WORDS = {
    "the id of hours": "the id of hours, or `24x7`",
    "the id of a value": "one of the values",
    TARGET.words: "target",
}


def reference() -> str:
    """Return a section for each kind of mapping, with a line for each key; then the error codes."""
    sections = [_section(path, fields) for path, fields in _places().items()]
    return "\n".join([_remarks(), *sections, _codes()])


def _remarks() -> str:
    lines = ["## Every mapping\n", "Every mapping with fixed keys can also have these keys:\n"]
    lines += [_line(POLICY.fields[key]) for key in REMARK_KEYS]
    return "\n".join(lines) + "\n"


def _places() -> dict[str, Fields]:
    """Return each kind of mapping, keyed by the first path at which the format allows it."""
    places: dict[str, Fields] = {}
    known: set[str] = set()

    def visit(shape: Shape, path: str) -> None:
        if isinstance(shape, Fields):
            if shape.name in known:
                return
            known.add(shape.name)
            places[path] = shape
            for key, field in shape.fields.items():
                visit(field.shape, f"{path}.{key}".removeprefix("."))
            if shape.other_keys:
                # The text about other keys begins with their kind: `a metric: ...`.
                visit(
                    shape.other_keys,
                    f"{path}.{shape.other_keys_text.split()[1].strip(':').upper()}",
                )
        elif isinstance(shape, ListOf):
            visit(shape.item, path if shape.or_single else f"{path}[]")
        elif isinstance(shape, MapOf):
            visit(shape.value, f"{path}.{'COUNTRY' if 'country' in shape.key else 'ID'}")
        else:
            for part in sorted(shape.parts(), key=_is_list):
                visit(part, path)

    visit(POLICY, "")
    return places


def _section(path: str, fields: Fields) -> str:
    lines = [f"## {_title(path, fields)}\n", f"{fields.description}\n"]
    own = [field for key, field in fields.fields.items() if key not in REMARK_KEYS]
    lines += [_line(field) for field in own]
    if fields.other_keys:
        lines.append(f"- any other key is {fields.other_keys_text}")
    rules = _rules(fields)
    return "\n".join(lines + ([f"\n{' '.join(rules)}"] if rules else [])) + "\n"


def _title(path: str, fields: Fields) -> str:
    if not path:
        return "Top level"
    if fields.name == "condition":
        return "`when` in every section"
    return f"`{path}`"


def _rules(fields: Fields) -> list[str]:
    """Return sentences about keys that require or exclude other keys."""
    rules = []
    if fields.exclusive:
        rules.append(f"Exactly one of {_joined(fields.exclusive)} is required.")
    if fields.required_any:
        rules.append(f"At least one of {_joined(fields.required_any)} is required.")
    for key in fields.alone:
        rules.append(f"With `{key}`, only `when`, `note`, `unclear` and `source` are allowed.")
    for key, (other, value) in fields.needs.items():
        rules.append(f"`{key}` requires `{other}{f': {value}' if value else ''}`.")
    return rules


def _joined(keys: tuple[str, ...]) -> str:
    return " and ".join(f"`{key}`" for key in keys)


def _line(field: Field) -> str:
    required = "required, " if field.required else ""
    return f"- `{field.key}` ({required}{_kind(field.shape)}): {field.description}"


def _kind(shape: Shape) -> str:
    """Return the type of a value, in the terms that `reference.md` explains."""
    if isinstance(shape, Text):
        return "text"
    if isinstance(shape, Id):
        return "id"
    if isinstance(shape, Values):
        return "values"
    if isinstance(shape, Choice):
        return _choice_text(shape)
    if isinstance(shape, ListOf):
        return f"{_kind(shape.item)}, or a list" if shape.or_single else _list(shape)
    if isinstance(shape, MapOf):
        return f"for each {shape.key.removeprefix('an ').removeprefix('a ')}: {_kind(shape.value)}"
    if isinstance(shape, ByNodeKind):
        # Sort lists last.
        return ", or ".join(_kind(part) for part in sorted(shape.parts(), key=_is_list))
    if isinstance(shape, Group):
        return "values of one dimension or fact"
    if isinstance(shape, Fields):
        return "a mapping"
    if isinstance(shape, Cells):
        return "a target, or for each priority: a target"
    return _WORDS.get(shape.words, shape.words)


def _is_list(shape: Shape) -> bool:
    return isinstance(shape, ListOf)


def _choice_text(shape: Choice) -> str:
    choices = [f"`{choice}`" for choice in shape.choices]
    return f"one of {', '.join(choices)}" if len(choices) > 2 else " or ".join(choices)


def _list(shape: ListOf) -> str:
    return (
        "a list of mappings" if isinstance(shape.item, Fields) else f"a list: {_kind(shape.item)}"
    )


def _codes() -> str:
    lines = ["## Codes\n", "Codes of an invalid policy. A code never changes its meaning.\n"]
    lines += [f"- `{code.code}` {code.name}: {code.summary}" for code in CODES.values()]
    return "\n".join(lines) + "\n"
