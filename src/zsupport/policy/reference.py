"""The reference of the policy format, as Markdown, made from its one definition."""

from __future__ import annotations

from zsupport.findings import CODES
from zsupport.policy.format import POLICY, TARGET, Cells, Group, Values
from zsupport.policy.shape import (
    REMARK_KEYS,
    Choice,
    Field,
    Fields,
    Id,
    ListOf,
    MapOf,
    OneOf,
    Shape,
    Text,
)

_HEAD = """
## Reference

Every key of the format: what it takes, and what it means. Any other key is an error. In the
headings `ID` is a name that the policy chooses, and `[]` stands for each item of a list.

- *text* is any text for people, or a text for each language: `{en: ..., nb: ...}`
- *id* is letters, digits, `.`, `-` and `_`, at most 100 of them, a letter or digit first
- *values* are an id or a group, a list of them, or `{not: ...}`

Every mapping with keys of its own may also carry:

"""

#: Better words than those of a shape, which are made for the messages about a mistake.
_WORDS = {
    "the id of hours": "the id of hours, or `24x7`",
    "the id of a value": "one of the values",
    TARGET.words: "a target: see above",
}


def reference() -> str:
    """Return a section for each kind of mapping, with a line for each key, then the codes."""
    remarks = "\n".join(_line(POLICY.fields[key]) for key in REMARK_KEYS) + "\n"
    sections = [_section(path, fields) for path, fields in _places().items()]
    return _HEAD + "\n".join([remarks, *sections, _codes()])


def _places() -> dict[str, Fields]:
    """Return each kind of mapping under the first place where it may stand, in written order."""
    found: dict[str, Fields] = {}
    known: set[str] = set()

    def visit(shape: Shape, path: str) -> None:
        if isinstance(shape, Fields):
            if shape.name in known:
                return
            known.add(shape.name)
            found[path] = shape
            for key, field in shape.fields.items():
                visit(field.shape, f"{path}.{key}".removeprefix("."))
            if shape.others:
                # What the other keys are is the first thing said of them: `a metric: ...`.
                visit(shape.others, f"{path}.{shape.others_say.split()[1].strip(':').upper()}")
        elif isinstance(shape, ListOf):
            visit(shape.item, path if shape.or_one else f"{path}[]")
        elif isinstance(shape, MapOf):
            visit(shape.value, f"{path}.{'COUNTRY' if 'country' in shape.key else 'ID'}")
        else:
            for part in sorted(shape.parts(), key=_is_list):
                visit(part, path)

    visit(POLICY, "")
    return found


def _section(path: str, fields: Fields) -> str:
    lines = [f"### {_title(path, fields)}\n", f"{fields.says}\n"]
    own = [field for key, field in fields.fields.items() if key not in REMARK_KEYS]
    lines += [_line(field) for field in own]
    if fields.others:
        lines.append(f"- any other key is {fields.others_say}")
    rules = _rules(fields)
    return "\n".join(lines + ([f"\n{' '.join(rules)}"] if rules else [])) + "\n"


def _title(path: str, fields: Fields) -> str:
    if not path:
        return "The policy itself"
    if fields.name == "condition":
        return "`when`, wherever it stands"
    return f"`{path}`"


def _rules(fields: Fields) -> list[str]:
    """Return which keys go together and which do not."""
    rules = []
    if fields.exactly_one:
        rules.append(f"Exactly one of {_and(fields.exactly_one)} must be there.")
    if fields.at_least_one:
        rules.append(f"{_and(fields.at_least_one, 'or')} must be there.")
    for key in fields.alone:
        rules.append(f"Beside `{key}` only `when` and remarks may stand.")
    for key, (other, value) in fields.needs.items():
        rules.append(f"`{key}` needs `{other}{f': {value}' if value else ''}`.")
    return rules


def _and(keys: tuple[str, ...], word: str = "and") -> str:
    return f" {word} ".join(f"`{key}`" for key in keys)


def _line(field: Field) -> str:
    required = "required, " if field.required else ""
    return f"- `{field.key}` ({required}{_kind(field.shape)}): {field.says}"


def _kind(shape: Shape) -> str:
    """Return what a value may be, in the words that the head of the reference explains."""
    if isinstance(shape, Text):
        return "text"
    if isinstance(shape, Id):
        return "id"
    if isinstance(shape, Values):
        return "values"
    if isinstance(shape, Choice):
        return _one_of(shape)
    if isinstance(shape, ListOf):
        return f"{_kind(shape.item)}, or a list" if shape.or_one else _list(shape)
    if isinstance(shape, MapOf):
        return f"for each {shape.key.removeprefix('an ').removeprefix('a ')}: {_kind(shape.value)}"
    if isinstance(shape, OneOf):
        # A text comes first, a list last, as one would write them.
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


def _one_of(shape: Choice) -> str:
    choices = [f"`{choice}`" for choice in shape.choices]
    return f"one of {', '.join(choices)}" if len(choices) > 2 else " or ".join(choices)


def _list(shape: ListOf) -> str:
    return (
        "a list of mappings" if isinstance(shape.item, Fields) else f"a list: {_kind(shape.item)}"
    )


def _codes() -> str:
    lines = ["### Codes of problems\n"]
    lines += [f"- `{code.code}` {code.name}: {code.summary}" for code in CODES.values()]
    return "\n".join(lines) + "\n"
