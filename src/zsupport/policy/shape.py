"""Shapes: the small words in which the policy format is defined.

A shape does three things from one definition: it reads a YAML node (and reports what does not
fit), it gives its JSON Schema, and it says in words what is expected. `zsupport.policy.format`
puts them together to the whole format.

Every scalar is read as text and then by its shape, so the JSON Schema of a text lets numbers,
booleans and null through: an editor's YAML reader has made `2020` a number before it looks.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from zsupport.clock.problem import BadText
from zsupport.errors import nearest
from zsupport.findings import CODES, Finding, Span
from zsupport.policy.yamltext import Mapping, Node, Scalar, Sequence

Path = tuple[str | int, ...]
Schema = dict[str, Any]

ANY_SCALAR: Schema = {"type": ["string", "number", "boolean", "null"]}


class Named(NamedTuple):
    """A text with its place: a name to be resolved, or a value whose problem may come later."""

    text: str
    span: Span
    path: Path


class Record(NamedTuple):
    """A mapping that was read: the values of its known keys, and where they stand."""

    values: dict[str, Any]
    keys: dict[str, Span]
    span: Span
    path: Path

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value read for `key`; `default` where it is absent or did not fit."""
        value = self.values.get(key)
        return default if value is None else value

    @property
    def line(self) -> int:
        """Line on which the mapping starts, from 1."""
        return self.span.line


class Reader:
    """Collects the findings about one file."""

    # Looking for the nearest name is the one slow step: a file with thousands of unknown
    # keys must still be answered within a second.
    SUGGESTIONS = 50

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.suggested = 0

    def may_suggest(self) -> bool:
        """Return whether there is still time to look for near names."""
        return self.suggested < self.SUGGESTIONS

    def report(
        self,
        code: str,
        span: Span,
        path: Path,
        message: str,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Add an error found at `span`, where `path` leads in the document."""
        self.findings.append(
            Finding(
                code, CODES[code].name, "error", message, self.file, span, path_text(path),
                expected, hint,
            )
        )  # fmt: skip

    def report_unknown(
        self, code: str, at: Named, what: str, known: "list[str] | tuple[str, ...]"
    ) -> None:
        """Add an error about a name that is not among `known`, with the nearest one."""
        close = nearest(at.text, known) if self.may_suggest() else None
        self.suggested += 1
        self.report(
            code,
            at.span,
            at.path,
            f"`{short(at.text)}` is no {what}",
            ", ".join(known[:40]) + (", ..." if len(known) > 40 else "") if known else "none",
            f"did you mean `{close}`?" if close else None,
        )


class Shape:
    """What a value of the format looks like."""

    #: What is expected, in words.
    words: str = "a value"

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return the value of `node`, or None after reporting why it does not fit."""
        raise NotImplementedError

    def schema(self) -> Schema:
        """Return the JSON Schema of the shape."""
        raise NotImplementedError

    def parts(self) -> "list[Shape]":
        """Return the shapes that this one is made of."""
        return []


def path_text(path: Path) -> str:
    """Return a path as text: keys joined by dots, list positions in brackets, from 0."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def short(text: str) -> str:
    """Return `text` cut to what fits in a message."""
    return text if len(text) <= 60 else text[:57] + "..."


def kind_of(node: Node) -> str:
    """Return what a node is, in words."""
    if isinstance(node, Scalar):
        return f"the text `{short(node.text)}`" if node.text or not node.plain else "nothing"
    return "a list" if isinstance(node, Sequence) else "a mapping"


def expect_text(node: Node, path: Path, reader: Reader, words: str) -> str | None:
    """Return the text of a scalar node; report another kind of node, or an empty value."""
    if not isinstance(node, Scalar):
        reader.report("ZS103", node.span, path, f"{kind_of(node)} stands here", words)
        return None
    if not node.text.strip():
        reader.report(
            "ZS003",
            node.span,
            path,
            f"`{path[-1] if path else ''}` has no value",
            words,
            "a comma inside { } ends a text unless the text is in quotes",
        )
        return None
    return node.text


class Text(Shape):
    """Any text for people: one string, or one for each language."""

    words = "a text, or texts by language ({en: ..., nb: ...})"
    _LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return a str, or a dict from language to str."""
        if not isinstance(node, Mapping):
            return expect_text(node, path, reader, self.words)
        texts: dict[str, str] = {}
        for key, value in node.entries:
            at = Named(key.text, key.span, (*path, key.text))
            # ISO 639 has too many codes to list; two or three letters are checked for form,
            # and a country is the mistake that is made.
            if not self._LANGUAGE.match(key.text):
                reader.report(
                    "ZS205",
                    key.span,
                    at.path,
                    f"`{short(key.text)}` is no language",
                    "a language code such as en, nb or pt-BR",
                )
            text = expect_text(value, at.path, reader, "a text")
            if text is not None:
                texts[key.text] = text
        if not node.entries:
            reader.report("ZS003", node.span, path, "no text in any language", self.words)
        return texts or None

    def schema(self) -> Schema:
        """Return the schema: a scalar, or an object by language."""
        return {"$ref": "#/definitions/text"}

    @classmethod
    def definition(cls) -> Schema:
        """Return what `#/definitions/text` stands for."""
        return {
            "anyOf": [
                ANY_SCALAR,
                {
                    "type": "object",
                    "minProperties": 1,
                    "patternProperties": {cls._LANGUAGE.pattern: ANY_SCALAR},
                    "additionalProperties": False,
                },
            ]
        }


class Leaf(Shape):
    """A scalar with a meaning: `parse` makes the value, or raises BadText."""

    def __init__(
        self,
        words: str,
        code: str,
        parse: Callable[[str], Any],
        parse_in_haste: Callable[[str], Any] | None = None,
    ) -> None:
        """`parse_in_haste` is taken when too many problems were found to look for near names."""
        self.words = words
        self.code = code
        self.parse = parse
        self.parse_in_haste = parse_in_haste or parse

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return what `parse` makes of the text."""
        text = expect_text(node, path, reader, self.words)
        if text is None:
            return None
        try:
            return self.parse(text) if reader.may_suggest() else self.parse_in_haste(text)
        except BadText as problem:
            reader.suggested += 1
            reader.report(
                self.code, node.span, path, problem.message, problem.expected or self.words,
                problem.hint,
            )  # fmt: skip
            return None

    def schema(self) -> Schema:
        """Return any scalar: what its text means, the loader knows."""
        return dict(ANY_SCALAR)


class Choice(Shape):
    """One word of a closed list."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices
        self.words = ", ".join(choices[:-1]) + f" or {choices[-1]}" if choices[1:] else choices[0]

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return the word."""
        text = expect_text(node, path, reader, self.words)
        if text is None:
            return None
        if text not in self.choices:
            at = Named(text, node.span, path)
            reader.report_unknown("ZS105", at, "value that can stand here", self.choices)
            return None
        return text

    def schema(self) -> Schema:
        """Return an enumeration; `true` and `1` also as the JSON values that YAML makes them."""
        values: list[Any] = list(self.choices)
        values += [
            {"true": True, "false": False}[c] for c in self.choices if c in ("true", "false")
        ]
        values += [int(c) for c in self.choices if c.isdigit()]
        return {"enum": values}


ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_ID = re.compile(ID_PATTERN + r"\Z")


class Id(Shape):
    """A new id: letters, digits, dots, hyphens and underscores."""

    words = "an id: letters, digits, `.`, `-` and `_`, a letter or digit first"

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return the id with its place."""
        text = expect_text(node, path, reader, self.words)
        if text is None:
            return None
        at = Named(text, node.span, path)
        return at if check_id(at, reader) else None

    def schema(self) -> Schema:
        """Return a scalar whose text fits the pattern."""
        return {**ANY_SCALAR, "pattern": ID_PATTERN}


def check_id(at: Named, reader: Reader) -> bool:
    """Return whether a text can be an id; report it when it cannot."""
    if _ID.match(at.text) and len(at.text) <= 100:
        return True
    reader.report("ZS106", at.span, at.path, f"`{short(at.text)}` cannot be an id", Id.words)
    return False


class Name(Shape):
    """The name of something defined elsewhere; it is resolved when the whole file is read."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.words = f"the id of a {kind}"

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return the name with its place."""
        text = expect_text(node, path, reader, self.words)
        return None if text is None else Named(text, node.span, path)

    def schema(self) -> Schema:
        """Return any scalar: whether the name is defined, the loader knows."""
        return dict(ANY_SCALAR)


class ListOf(Shape):
    """A list; with `or_one`, a single value may stand for a list of one."""

    def __init__(self, item: Shape, *, or_one: bool = False) -> None:
        self.item = item
        self.or_one = or_one
        self.words = f"{item.words}, or a list of them" if or_one else f"a list: {item.words}"

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return a list of what could be read."""
        if isinstance(node, Sequence):
            if not node.items:
                reader.report("ZS003", node.span, path, "the list is empty", self.words)
                return None
            read = [self.item.read(n, (*path, i), reader) for i, n in enumerate(node.items)]
            return [value for value in read if value is not None]
        if self.or_one:
            value = self.item.read(node, path, reader)
            return None if value is None else [value]
        reader.report("ZS103", node.span, path, f"{kind_of(node)} stands here", self.words)
        return None

    def schema(self) -> Schema:
        """Return an array, or one item."""
        array = {"type": "array", "items": self.item.schema(), "minItems": 1}
        return {"anyOf": [self.item.schema(), array]} if self.or_one else array

    def parts(self) -> list[Shape]:
        """Return the item's shape."""
        return [self.item]


class MapOf(Shape):
    """A mapping from ids (or other keys) to values of one shape."""

    def __init__(
        self,
        value: Shape,
        *,
        key: str = "an id",
        check: Callable[[Named, Reader], bool] = check_id,
        pattern: str = ID_PATTERN,
    ) -> None:
        self.value = value
        self.key = key
        self.check = check
        self.pattern = pattern
        self.words = f"a mapping from {key} to {value.words}"

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return a dict from key to value (None where it did not fit) with the keys' places."""
        if not isinstance(node, Mapping):
            reader.report("ZS103", node.span, path, f"{kind_of(node)} stands here", self.words)
            return None
        if not node.entries:
            reader.report("ZS003", node.span, path, "the mapping is empty", self.words)
            return None
        values: dict[str, Any] = {}
        keys: dict[str, Span] = {}
        for key, value in node.entries:
            at = Named(key.text, key.span, (*path, key.text))
            if self.check(at, reader):
                values[key.text] = self.value.read(value, at.path, reader)
                keys[key.text] = key.span
        return Record(values, keys, node.span, path)

    def schema(self) -> Schema:
        """Return an object whose keys fit the pattern."""
        return {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {self.pattern: self.value.schema()},
            "additionalProperties": False,
        }

    def parts(self) -> list[Shape]:
        """Return the values' shape."""
        return [self.value]


class OneOf(Shape):
    """One of several shapes, told apart by the kind of node: text, list or mapping."""

    def __init__(
        self,
        *,
        text: Shape | None = None,
        items: Shape | None = None,
        mapping: Shape | None = None,
    ) -> None:
        self.by_node: dict[type, Shape | None] = {
            Scalar: text, Sequence: items, Mapping: mapping,
        }  # fmt: skip
        self.words = "; or ".join(shape.words for shape in self.parts())

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return what the shape for this kind of node reads."""
        shape = self.by_node[type(node)]
        if shape is None:
            reader.report("ZS103", node.span, path, f"{kind_of(node)} stands here", self.words)
            return None
        return shape.read(node, path, reader)

    def schema(self) -> Schema:
        """Return the alternatives."""
        return {"anyOf": [shape.schema() for shape in self.parts()]}

    def parts(self) -> list[Shape]:
        """Return the alternatives."""
        return [shape for shape in self.by_node.values() if shape is not None]


class Field(NamedTuple):
    """A key of a mapping: its shape, whether it must be there, and what it says."""

    key: str
    shape: Shape
    says: str
    required: bool = False


class Fields(Shape):
    """A mapping with known keys.

    `others` is the shape of keys that the policy itself defines (metrics in a target rule,
    facts in a condition); their names are resolved later. `exactly_one` names keys of which
    one, and only one, must stand. Every such mapping may carry `note`, `unclear` and `source`.
    """

    def __init__(
        self,
        name: str,
        says: str,
        *fields: Field,
        others: Shape | None = None,
        others_say: str = "",
        exactly_one: tuple[str, ...] = (),
        alone: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.says = says
        self.fields = {field.key: field for field in (*fields, *REMARKS)}
        self.others = others
        self.others_say = others_say
        self.exactly_one = exactly_one
        self.alone = alone
        required = [field.key for field in fields if field.required]
        self.words = f"a {name}" + (f" (a mapping with {', '.join(required)})" if required else "")

    def read(self, node: Node, path: Path, reader: Reader) -> Any:
        """Return a Record of the keys that could be read."""
        if not isinstance(node, Mapping):
            reader.report("ZS103", node.span, path, f"{kind_of(node)} stands here", self.words)
            return None
        values: dict[str, Any] = {}
        keys: dict[str, Span] = {}
        for key, value in node.entries:
            at = Named(key.text, key.span, (*path, key.text))
            field = self.fields.get(key.text)
            shape = field.shape if field else self.others
            if shape is None:
                reader.report_unknown("ZS101", at, f"key of a {self.name}", list(self.fields))
                if isinstance(value, Scalar) and not value.text and node.flow:
                    self._comma(at, reader)
                continue
            if not field and not check_id(at, reader):
                continue
            values[key.text] = shape.read(value, at.path, reader)
            keys[key.text] = key.span
        self._check_keys(node, path, keys, reader)
        return Record(values, keys, node.span, path)

    def _comma(self, at: Named, reader: Reader) -> None:
        """Turn the finding about an unknown key into one about the comma that made it."""
        last = reader.findings[-1]
        reader.findings[-1] = last._replace(
            hint="if this belongs to the text before the comma, put that text in quotes"
        )

    def _check_keys(self, node: Mapping, path: Path, keys: dict[str, Span], reader: Reader) -> None:
        start = Span(node.span.line, node.span.column, node.span.line, node.span.column + 1)
        written = {key.text for key, _ in node.entries}
        for key, field in self.fields.items():
            if field.required and key not in written:
                reader.report(
                    "ZS102", start, path, f"the {self.name} has no `{key}`", field.shape.words
                )
        if self.exactly_one:
            present = [key for key in self.exactly_one if key in written]
            names = " or ".join(f"`{key}`" for key in self.exactly_one)
            if not present:
                reader.report("ZS102", start, path, f"the {self.name} has no {names}", names)
            elif len(present) > 1:
                reader.report(
                    "ZS101",
                    keys.get(present[1], start),
                    (*path, present[1]),
                    f"`{present[0]}` and `{present[1]}` stand together",
                    f"one of {names}",
                )
        for key in self.alone:
            if key in written:
                for other in keys:
                    if other != key and other not in ("when", *REMARK_KEYS):
                        reader.report(
                            "ZS101",
                            keys[other],
                            (*path, other),
                            f"`{other}` cannot stand beside `{key}`",
                            f"`{key}` alone",
                        )

    def schema(self) -> Schema:
        """Return a reference; `definition` is what it stands for."""
        return {"$ref": f"#/definitions/{self.name.replace(' ', '-')}"}

    def definition(self) -> Schema:
        """Return the object schema with every key."""
        schema: Schema = {
            "type": "object",
            "description": self.says,
            "properties": {
                key: {**field.shape.schema(), "description": field.says}
                for key, field in self.fields.items()
            },
            "additionalProperties": False,
        }
        required = [key for key, field in self.fields.items() if field.required]
        if required:
            schema["required"] = required
        if self.others:
            schema["patternProperties"] = {_other_keys(self.fields): self.others.schema()}
        if self.exactly_one:
            schema["oneOf"] = [{"required": [key]} for key in self.exactly_one]
        if self.alone:
            beside = [key for key in self.fields if key not in ("when", *self.alone, *REMARK_KEYS)]
            schema["dependencies"] = {
                key: {"properties": dict.fromkeys(beside, False)} for key in self.alone
            }
        return schema

    def parts(self) -> list[Shape]:
        """Return the shapes of the fields."""
        shapes = [field.shape for field in self.fields.values()]
        return [*shapes, self.others] if self.others else shapes


def _other_keys(known: dict[str, Field]) -> str:
    """Return the pattern of ids that are none of the known keys."""
    return f"^(?!({'|'.join(known)})$)" + ID_PATTERN[1:]


REMARKS = (
    Field("note", Text(), "What a person should know; it travels with the answer."),
    Field("unclear", Text(), "What is doubtful; every answer that rests on this says so."),
    Field("source", Name("source"), "The id of the source that says this."),
)
REMARK_KEYS = tuple(field.key for field in REMARKS)
