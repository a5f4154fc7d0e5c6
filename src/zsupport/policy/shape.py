"""Shapes: the types from which the policy format is defined.

A shape reads a YAML node and reports errors, returns its JSON Schema, and describes what is
expected. `zsupport.policy.format` combines shapes into the whole format.

Every scalar is read as a text, which its shape then parses. The JSON Schema of a text also accepts
numbers, booleans and null, because an editor converts `2020` to a number before it validates.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache
from itertools import islice
from typing import Any

from zsupport.clock.problem import BadText
from zsupport.errors import comparisons, nearest
from zsupport.findings import Finding, Related, Span
from zsupport.limits import NAME_COMPARISONS
from zsupport.policy.languages import is_language, language_hint
from zsupport.policy.model import Place
from zsupport.policy.quoting import flow_mapping, scalar
from zsupport.policy.yamltext import (
    MAX_FINDINGS,
    MappingNode,
    Node,
    Path,
    ScalarNode,
    SequenceNode,
    Way,
    add_finding,
    path_of,
    path_text,
    short,
    way_key,
)
from zsupport.typed import NamedTuple
from zsupport.wording import Message, enumerated

Schema = dict[str, Any]

ANY_SCALAR: Schema = {"type": ["string", "number", "boolean", "null"]}


class _ReadValue:
    """A value that was read, with its place.

    A policy has thousands of these, so each keeps only its node and its `way` (the path as a linked
    list), and computes its range and its path on demand.
    """

    __slots__ = ("node", "way")

    node: Node
    way: Way

    @property
    def span(self) -> Span:
        """The range of the value in the file."""
        return self.node.span

    @property
    def path(self) -> Path:
        """The path of the value in the document."""
        return path_of(self.way)

    @property
    def place(self) -> Place:
        """The path of the value, and the line on which it starts."""
        return Place(way_key(self.way), self.node.line)


class PlacedText(_ReadValue):
    """A text with its place: a name to resolve, or a value that is checked later."""

    __slots__ = ("text",)

    def __init__(self, text: str, node: Node, way: Way) -> None:
        self.text = text
        self.node = node
        self.way = way


class PlacedValue(_ReadValue):
    """A parsed value with its place, for checks that compare it with other values."""

    __slots__ = ("value",)

    def __init__(self, value: Any, node: Node, way: Way) -> None:
        self.value = value
        self.node = node
        self.way = way


class Record(_ReadValue):
    """A mapping that was read.

    `values` has the value of every known key that is present, None if the value is invalid.
    `unknown` has the other keys. The node has the places of keys and values.
    """

    __slots__ = ("get", "unknown", "values")

    node: MappingNode
    #: Returns the value of a key, None if it is missing or invalid.
    get: Callable[[str], Any]

    def __init__(
        self, values: dict[str, Any], node: MappingNode, way: Way, unknown: tuple[str, ...] = ()
    ) -> None:
        self.values = values
        self.get = values.get
        self.node = node
        self.way = way
        self.unknown = unknown

    def __contains__(self, key: str) -> bool:
        """Return whether a known key is present, even if its value is invalid."""
        return key in self.values

    def key(self, key: str) -> PlacedText:
        """Return a key that is present, with its place."""
        return PlacedText(key, self.node.by_key[key][0], (self.way, key))

    def value(self, key: str) -> PlacedText:
        """Return a key that is present, with the place of its value."""
        return PlacedText(key, self.node.by_key[key][1], (self.way, key))

    def place_of(self, key: str) -> Place:
        """Return the place of a key, or of the mapping if the key is missing."""
        if key not in self.values:
            return self.place
        return Place(way_key((self.way, key)), self.node.by_key[key][0].line)

    def has_no_value(self, key: str) -> bool:
        """Return whether a key that is present has no value, which has been reported."""
        name, value = self.node.by_key[key]
        return name.span == value.span

    @property
    def whole(self) -> bool:
        """Whether all keys of the mapping are texts; other keys have been reported."""
        return self.node.whole

    @property
    def start(self) -> Span:
        """The first character of the mapping."""
        span = self.node.span
        return Span(span.line, span.column, span.line, span.column + 1)


class DeferredValue(_ReadValue):
    """A value under a key that the policy defines; it is read after the key has been checked."""

    __slots__ = ("shape",)

    def __init__(self, shape: Shape, node: Node, way: Way) -> None:
        self.shape = shape
        self.node = node
        self.way = way

    def read(self, reader: Reader) -> Any:
        """Return the value, or report an error and return None."""
        return self.shape.read(self.node, self.way, reader)


class ReadItems(list[Any]):
    """The valid items of a list that also has invalid items."""


class Reader:
    """Collects the findings about one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        #: The number of errors: of findings, and of further places with the error of a finding.
        self.errors = 0
        self._further: dict[int, dict[Span, Related]] = {}
        #: The number of names that have been compared for suggestions.
        self.compared = 0
        #: The first two steps of the path of every finding.
        self.wrong_paths: set[Path] = set()
        self._name_lists: dict[tuple[str, ...], str] = {}

    def nearest(self, name: str, known: Collection[str]) -> str | None:
        """Return the known name closest to `name`; None after too many comparisons."""
        if self.compared > NAME_COMPARISONS.most or not self.may_compare(comparisons(name, known)):
            return None
        return nearest(name, known)

    def may_compare(self, names: int) -> bool:
        """Count comparisons of names; return whether they are within the limit."""
        self.compared += names
        return self.compared <= NAME_COMPARISONS.most

    def report(
        self,
        code: str,
        span: Span,
        way: Way,
        message: str,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        """Add an error at `span`; `way` is the path of the value as a linked list."""
        path = path_of(way)
        self.errors += 1
        self.wrong_paths.add(path[:2])
        add_finding(self.findings, self.file, code, span, path, message, expected, hint)

    def repeat(self, position: int, at: PlacedText, message: str) -> None:
        """Add a further place with the error of the finding at a position; say why in `message`."""
        self.errors += 1
        self.wrong_paths.add(at.path[:2])
        place = Related(self.file, at.span, message, path_text(at.path))
        self._further.setdefault(position, {}).setdefault(at.span, place)

    def in_order(self) -> tuple[Finding, ...]:
        """Return the findings in the order of the file, with their further places.

        Findings repeated by YAML aliases are omitted. The finding about too many findings is last.
        """
        findings = list(self.findings)
        for position, further in self._further.items():
            finding = findings[position]
            places = [place for span, place in further.items() if span != finding.span]
            findings[position] = finding._replace(related=(*finding.related, *places))
        unique = {(f.span, f.code, f.message): f for f in reversed(findings[:MAX_FINDINGS])}
        return (*(unique[key] for key in sorted(unique)), *findings[MAX_FINDINGS:])

    def report_unknown(
        self,
        code: str,
        at: PlacedText,
        message: str,
        known: Collection[str],
        hint: str | None = None,
        candidates: Collection[str] | None = None,
    ) -> None:
        """Add an error about a name that is not in `known`, and suggest the nearest known name.

        `candidates` are the names that can replace it; by default all known names. `hint` replaces
        the suggestion.
        """
        if hint is None:
            close = self.nearest(at.text, known)
            if close and candidates is not None and close not in candidates:
                hint = Message("`{key}` is already present; keep one of the two", key=close)
                close = None
        if hint is None:
            hint = Message("did you mean `{close}`?", close=close) if close else None
        self.report(code, at.span, at.way, message, self.list_names(known), hint)

    def list_names(self, names: Collection[str]) -> str:
        """Return the first 40 names, separated by commas; cached, so findings share the text."""
        first = tuple(islice(names, 41))
        if first not in self._name_lists:
            texts = [*map(short, first[:40]), "..."] if len(first) > 40 else map(short, first)
            self._name_lists[first] = ", ".join(texts) or Message("none")
        return self._name_lists[first]


class Shape:
    """The type of a value of the format."""

    #: The description of what is expected, for messages.
    words: str = Message("a value")

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the value of `node`, or report an error and return None."""
        raise NotImplementedError

    def schema(self) -> Schema:
        """Return the JSON Schema of the shape."""
        raise NotImplementedError

    def scalar_schema(self) -> Schema:
        """Return the JSON Schema of the scalars that the shape accepts."""
        return self.schema()

    def parts(self) -> list[Shape]:
        """Return the shapes that this shape contains."""
        return []

    def mapping_hint(self, node: Node) -> str | None:
        """Return the hint to write a node as this mapping, or None."""
        return None

    def list_hint(self, node: Node) -> str | None:
        """Return the hint to write a node as the only entry of this list, or None."""
        return None

    def accepts_keys(self, node: MappingNode) -> bool:
        """Return whether this is a mapping with fixed keys, and has all keys of the node."""
        return False


#: The kinds of nodes, as words of messages.
A_TEXT, A_LIST, A_MAPPING = Message("a text"), Message("a list"), Message("a mapping")
#: The kinds of names and mappings with their articles, as words of messages.
_WITH_ARTICLE = {
    "plan": Message("a plan"),
    "role": Message("a role"),
    "channel": Message("a channel"),
    "priority": Message("a priority"),
    "fact": Message("a fact"),
    "value": Message("a value"),
    "group": Message("a group"),
    "calendar": Message("a calendar"),
    "source": Message("a source"),
    "metric": Message("a metric"),
    "topic": Message("a topic"),
    "term": Message("a term"),
    "limit": Message("a limit"),
    "condition": Message("a condition"),
    "grant": Message("a grant"),
    "commitment": Message("a commitment"),
    "cell": Message("a cell"),
    "target rule": Message("a target rule"),
    "resource": Message("a resource"),
    "policy": Message("a policy"),
}


def with_article(kind: str) -> Message:
    """Return a kind of names or mappings with its article, such as `a plan`."""
    return _WITH_ARTICLE.get(kind) or Message("a {kind}", kind=kind)


def report_wrong_kind(
    node: Node,
    way: Way,
    reader: Reader,
    kinds: Collection[str],
    expected: str,
    hint: str | None = None,
) -> None:
    """Report a node that is empty, or is of another kind than A_TEXT, A_LIST or A_MAPPING."""
    if isinstance(node, ScalarNode) and not node.text.strip():
        _report_no_value(node, way, reader, expected, hint)
        return
    message = Message(
        "expected {kinds}, found {kind}", kinds=enumerated(kinds, either=True), kind=_kind_of(node)
    )
    reader.report("ZS103", node.span, way, message, expected, hint)


def _kind_of(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return Message("the text `{text}`", text=short(node.text))
    return A_LIST if isinstance(node, SequenceNode) else A_MAPPING


def _report_no_value(
    node: ScalarNode, way: Way, reader: Reader, expected: str, hint: str | None = None
) -> None:
    name = way[1] if way else 0
    if isinstance(name, int):
        message = Message("this list item has no value")
    else:
        message = Message("`{name}` has no value", name=short(name))
    hint = QUOTE_COMMA if is_omitted(node) else hint
    reader.report("ZS003", node.span, way, message, expected, hint)


#: The hint for a text that was cut off at a comma inside { } or [ ].
QUOTE_COMMA = Message("quote the text if the comma is part of it; write several values in [ ]")


def is_omitted(node: Node) -> bool:
    """Return whether a value inside { } or [ ] is omitted, as after an unquoted comma."""
    return isinstance(node, ScalarNode) and node.flow and node.plain and not node.text


def expect_text(node: Node, way: Way, reader: Reader, expected: str) -> str | None:
    """Return the text of a scalar node; report another kind of node, or an empty value."""
    if not isinstance(node, ScalarNode) or not node.text.strip():
        report_wrong_kind(node, way, reader, [A_TEXT], expected)
        return None
    return node.text


class Text(Shape):
    """A text that answers show: one string, or one for each language."""

    words = Message("a text, or texts by language ({example})", example="{en: ..., nb: ...}")

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return a str, or a dict from language to str."""
        # Half of all values are such texts, so the common case comes first.
        if isinstance(node, ScalarNode) and node.text.strip():
            return node.text
        if not isinstance(node, MappingNode):
            return expect_text(node, way, reader, self.words)
        texts: dict[str, str] = {}
        for key, value in node.entries:
            inside = (way, key.text)
            text = expect_text(value, inside, reader, A_TEXT)
            if text is not None:
                texts[key.text] = text
            if not is_language(key.text) and not is_omitted(value):
                reader.report(
                    "ZS205",
                    key.span,
                    inside,
                    Message("unknown language `{code}`", code=short(key.text)),
                    Message("an ISO 639 code such as en, nb or pt-BR"),
                    self._language_hint(key.text, node),
                )
        if not node.entries and node.whole:
            reader.report("ZS003", node.span, way, Message("the mapping is empty"), self.words)
        return texts or None

    @staticmethod
    def _language_hint(text: str, node: MappingNode) -> str | None:
        hint = language_hint(text)
        present = next((key for key in node.by_key if hint and f"`{key}`" in hint), None)
        if present is None:
            return hint
        return Message("`{key}` is already present; keep one of the two", key=present)

    def schema(self) -> Schema:
        """Return the schema: a scalar, or an object by language."""
        return {"$ref": "#/definitions/text"}

    def scalar_schema(self) -> Schema:
        """Return any scalar."""
        return dict(ANY_SCALAR)

    @classmethod
    def definition(cls) -> Schema:
        """Return the schema of `#/definitions/text`; the loader checks the languages.

        A reader of YAML 1.1 reads the language `no` as false.
        """
        return {
            "anyOf": [
                ANY_SCALAR,
                {
                    "type": "object",
                    "minProperties": 1,
                    "patternProperties": {
                        "^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*|[Ff]alse)$": ANY_SCALAR
                    },
                    "additionalProperties": False,
                },
            ]
        }


class Leaf(Shape):
    """A scalar that `parse` converts to a value; `parse` raises BadText for an invalid text.

    `compares` is the number of names that `parse` compares for a suggestion. After too many
    comparisons, `parse_without_suggestion` replaces `parse`. With `with_place`, the value is a
    PlacedValue.
    """

    def __init__(
        self,
        words: str,
        code: str,
        parse: Callable[[str], Any],
        parse_without_suggestion: Callable[[str], Any] | None = None,
        *,
        compares: int = 10,
        with_place: bool = False,
    ) -> None:
        self.words = words
        self.code = code
        self.parse = parse
        # Policies repeat the same few short texts.
        self.parse_cached = lru_cache(maxsize=1_000)(parse)
        self.parse_without_suggestion = parse_without_suggestion or parse
        self.compares = compares
        self.with_place = with_place

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the parsed value."""
        text = expect_text(node, way, reader, self.words)
        if text is None:
            return None
        parse = self.parse_cached if len(text) <= 100 else self.parse
        if reader.compared > NAME_COMPARISONS.most:
            parse = self.parse_without_suggestion
        try:
            value = parse(text)
        except BadText as problem:
            reader.may_compare(self.compares)
            expected = problem.expected or self.words
            reader.report(self.code, node.span, way, problem.message, expected, problem.hint)
            return None
        return PlacedValue(value, node, way) if self.with_place else value

    def schema(self) -> Schema:
        """Return any scalar; the loader parses the text."""
        return dict(ANY_SCALAR)


class Choice(Shape):
    """A word from a fixed list."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices
        self.words = enumerated(choices, either=True)

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the word."""
        text = expect_text(node, way, reader, self.words)
        if text is None:
            return None
        if text not in self.choices:
            at = PlacedText(text, node, way)
            reader.report_unknown(
                "ZS105", at, Message("invalid value `{value}`", value=short(text)), self.choices
            )
            return None
        return text

    def schema(self) -> Schema:
        """Return an enumeration; it also contains the JSON values of `true`, `false` and numbers.

        Readers of YAML read these words as such values.
        """
        values: list[Any] = list(self.choices)
        values += [
            {"true": True, "false": False}[c] for c in self.choices if c in ("true", "false")
        ]
        values += [int(c) for c in self.choices if c.isdigit()]
        return {"enum": values}


ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
_ID = re.compile(ID_PATTERN + r"\Z")
#: The maximum number of characters of an id.
ID_LENGTH = 100


class Id(Shape):
    """A new id: letters, digits, dots, hyphens and underscores."""

    words = Message(
        "an id: letters from a to z, digits, `.`, `-` and `_`, starting with a letter or digit"
    )

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the id with its place, even if it is invalid, because other parts name it."""
        text = expect_text(node, way, reader, self.words)
        if text is None:
            return None
        check_id(text, node, way, reader)
        return PlacedText(text, node, way)

    def schema(self) -> Schema:
        """Return a scalar whose text matches the pattern."""
        return {**ANY_SCALAR, "pattern": ID_PATTERN}


def is_id(text: str) -> bool:
    """Return whether a text is a valid id."""
    return len(text) <= ID_LENGTH and _ID.match(text) is not None


def check_id(text: str, node: Node, way: Way, reader: Reader) -> None:
    """Report an invalid id."""
    if is_id(text):
        return
    message = Message("invalid id `{id}`", id=short(text))
    expected: str = Id.words
    if len(text) > ID_LENGTH:
        expected = Message("an id of at most {limit} characters", limit=ID_LENGTH)
    similar = _similar_id(text)
    hint = Message("write `{text}`", text=similar) if similar else None
    reader.report("ZS106", node.span, way, message, expected, hint)


#: Letters that Unicode does not decompose.
_PLAIN_LETTERS = str.maketrans({
    "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
})  # fmt: skip


def _similar_id(text: str) -> str | None:
    """Return a valid id that is similar to a text, such as `hoy` for `høy`; None if there is none.

    Letters lose their marks, and hyphens replace other characters.
    """
    from unicodedata import combining, normalize

    if len(text) > ID_LENGTH:
        return None
    decomposed = normalize("NFKD", text.translate(_PLAIN_LETTERS))
    plain = "".join(letter for letter in decomposed if not combining(letter))
    similar = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).lstrip("-._").rstrip("-")
    return similar if is_id(similar) else None


class Name(Shape):
    """A name that is defined elsewhere; it is resolved after the whole file has been read."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.words: str = Message("the id of hours")
        if kind != "hours":
            self.words = Message("the id of {kind}", kind=with_article(kind))

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the name with its place."""
        if isinstance(node, ScalarNode) and node.text.strip():
            return PlacedText(node.text, node, way)
        report_wrong_kind(node, way, reader, [A_TEXT], self.words)
        return None

    def schema(self) -> Schema:
        """Return any scalar; the loader checks whether the name is defined."""
        return dict(ANY_SCALAR)


class Line(Name):
    """A text without a language that is not a name, such as an address or a phone number."""

    def __init__(self, words: str) -> None:
        self.words = words


class ListOf(Shape):
    """A list; with `or_single`, also a single value, which is read as a list of one."""

    def __init__(self, item: Shape, *, or_single: bool = False) -> None:
        self.item = item
        self.or_single = or_single
        self.words = (
            Message("{item}, or a list of them", item=item.words)
            if or_single
            else Message("a list: {item}", item=item.words)
        )

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return a list; ReadItems if some items are invalid."""
        if isinstance(node, SequenceNode):
            if not node.items:
                reader.report("ZS003", node.span, way, Message("the list is empty"), self.words)
                return None
            read_item = self.item.read
            read = [read_item(item, (way, i), reader) for i, item in enumerate(node.items)]
        elif self.or_single:
            value = self.item.read(node, way, reader)
            return None if value is None else [value]
        else:
            report_wrong_kind(node, way, reader, [A_LIST], self.words, self.list_hint(node))
            return None
        items = ReadItems(value for value in read if value is not None)
        return items if len(items) < len(read) else read

    def list_hint(self, node: Node) -> str | None:
        """Return the hint for a mapping that is an entry of this list: `- is: ...`."""
        if isinstance(node, MappingNode) and node.by_key and self.item.accepts_keys(node):
            return Message("write a list: `{text}`", text=f"- {next(iter(node.by_key))}: ...")
        return None

    def schema(self) -> Schema:
        """Return an array, or one item."""
        array = {"type": "array", "items": self.item.schema(), "minItems": 1}
        return {"anyOf": [self.item.schema(), array]} if self.or_single else array

    def parts(self) -> list[Shape]:
        """Return the shape of the items."""
        return [self.item]


class MapOf(Shape):
    """A mapping from ids (or other keys) to values of one shape."""

    def __init__(
        self,
        value: Shape,
        *,
        key: str = Message("an id"),
        check: Callable[[str, Node, Way, Reader], None] | None = check_id,
        pattern: str = ID_PATTERN,
    ) -> None:
        self.value = value
        self.key = key
        self.check = check
        self.pattern = pattern
        self.words = Message("a mapping from {key} to {value}", key=key, value=value.words)

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return a Record of every key, including invalid keys."""
        if not isinstance(node, MappingNode):
            report_wrong_kind(node, way, reader, [A_MAPPING], self.words)
            return None
        if not node.entries:
            if node.whole:
                reader.report("ZS003", node.span, way, Message("the mapping is empty"), self.words)
            return None
        check = self.check
        values: dict[str, Any] = {}
        for text, (key, value) in node.by_key.items():
            inside = (way, text)
            if check and not is_omitted(value):
                check(text, key, inside, reader)
            values[text] = self.shape_of(text).read(value, inside, reader)
        return Record(values, node, way)

    def shape_of(self, key: str) -> Shape:
        """Return the shape of the value of a key."""
        return self.value

    def schema(self) -> Schema:
        """Return an object whose keys match the pattern."""
        return {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {self.pattern: self.value.schema()},
            "additionalProperties": False,
        }

    def parts(self) -> list[Shape]:
        """Return the shape of the values."""
        return [self.value]


_KINDS: dict[type, str] = {
    ScalarNode: A_TEXT, SequenceNode: A_LIST, MappingNode: A_MAPPING,
}  # fmt: skip


class ByNodeKind(Shape):
    """One of several shapes, chosen by the kind of node: text, list or mapping."""

    def __init__(
        self,
        *,
        text: Shape | None = None,
        items: Shape | None = None,
        mapping: Shape | None = None,
        words: str | None = None,
    ) -> None:
        self.by_node: dict[type, Shape | None] = {
            ScalarNode: text, SequenceNode: items, MappingNode: mapping,
        }  # fmt: skip
        self.words = words or _alternatives([shape.words for shape in self.parts()])

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the value that the shape for this kind of node reads."""
        shape = self.by_node[type(node)]
        if shape is None or (isinstance(node, ScalarNode) and not node.text.strip()):
            mapping, items = self.by_node[MappingNode], self.by_node[SequenceNode]
            hint = (
                mapping.mapping_hint(node) if mapping else items.list_hint(node) if items else None
            )
            kinds = [kind for node_type, kind in _KINDS.items() if self.by_node[node_type]]
            report_wrong_kind(node, way, reader, kinds, self.words, hint)
            return None
        return shape.read(node, way, reader)

    def accepts_keys(self, node: MappingNode) -> bool:
        """Return whether the shape of mappings has all keys of the node."""
        mapping = self.by_node[MappingNode]
        return mapping is not None and mapping.accepts_keys(node)

    def schema(self) -> Schema:
        """Return a schema that accepts what one of the alternatives accepts."""
        alternatives = [
            shape.scalar_schema() if kind is ScalarNode else shape.schema()
            for kind, shape in self.by_node.items()
            if shape is not None
        ]
        return {"anyOf": alternatives}

    def parts(self) -> list[Shape]:
        """Return the shapes of the alternatives."""
        return [shape for shape in self.by_node.values() if shape is not None]


def _alternatives(words: list[str]) -> str:
    """Return descriptions of what is expected as one description."""
    first = words[0]
    for other in words[1:]:
        first = Message("{first}; or {other}", first=first, other=other)
    return first


#: The effect of a change of a key. JUDGED: it can change an answer, such as an entitlement, a
#: deadline or a known name. WORDS: it changes only texts in answers. POSITION: it changes only
#: which revision is in force, or the version of the format.
JUDGED, WORDS, POSITION = "judged", "words", "position"


class Field(NamedTuple):
    """A key of a mapping: its shape, its meaning, and whether it is required.

    For every key of a policy, `effect` is JUDGED, WORDS or POSITION.
    """

    key: str
    shape: Shape
    description: str
    effect: str | None = None
    required: bool = False


class Fields(Shape):
    """A mapping with known keys.

    - `other_keys`: the shape of keys that the policy defines (metrics in a target rule, facts in
      a condition); each of their values is read as a DeferredValue
    - `exclusive`: keys of which exactly one is required
    - `required_any`: keys of which at least one is required
    - `alone`: keys that can be combined only with `when` and remarks
    - `needs`: for a key, the other key that it requires, and the required value or None
    - `hint_for`: returns a hint for some unknown keys
    - `key_for_text`: returns the key that gets the text, if the file has a text instead of the
      mapping
    - `example`: a mapping for the hint if `key_for_text` gives no valid mapping
    - `remarks`: whether `note`, `unclear` and `source` are allowed
    - `noun`: the name with an article, for messages
    """

    def __init__(
        self,
        name: str,
        description: str,
        *fields: Field,
        other_keys: Shape | None = None,
        other_keys_text: str = "",
        exclusive: tuple[str, ...] = (),
        required_any: tuple[str, ...] = (),
        alone: tuple[str, ...] = (),
        needs: dict[str, tuple[str, str | None]] | None = None,
        hint_for: Callable[[str], str | None] = lambda key: None,
        key_for_text: Callable[[str], str] | None = None,
        example: str | None = None,
        remarks: bool = True,
        noun: str | None = None,
    ) -> None:
        self.name = name
        self.noun = noun or with_article(name)
        self.description = description
        self.fields = {field.key: field for field in (*fields, *(REMARKS if remarks else ()))}
        self.readers = {key: field.shape.read for key, field in self.fields.items()}
        self.other_keys = other_keys
        self.other_keys_text = other_keys_text
        self.exclusive = exclusive
        self.required_any = required_any
        self.alone = alone
        self.needs = needs or {}
        self.hint_for = hint_for
        self.key_for_text = key_for_text
        self.example = example
        self.has_combination_rules = bool(exclusive or alone or needs)
        self.required = [field.key for field in fields if field.required]
        self.has_required_keys = bool(self.required or exclusive or required_any)
        self.words = self.noun
        if self.required:
            self.words = Message(
                "{noun} (a mapping with {keys})", noun=self.noun, keys=", ".join(self.required)
            )

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return a Record of the known keys."""
        if not isinstance(node, MappingNode):
            report_wrong_kind(node, way, reader, [A_MAPPING], self.words, self.mapping_hint(node))
            return None
        values: dict[str, Any] = {}
        unknown: list[str] = []
        for text, (key, value) in node.by_key.items():
            inside = (way, text)
            read = self.readers.get(text)
            if read:
                values[text] = read(value, inside, reader)
            elif self.other_keys is None:
                unknown.append(text)
                languages = self._languages_of_name(node)
                if text in languages[1:]:
                    continue  # reported with the first language
                hint = QUOTE_COMMA if is_omitted(value) else self.hint_for(text)
                if text in languages:
                    hint = _name_hint(node, languages)
                at = PlacedText(text, key, inside)
                # Do not suggest a key that is already present.
                candidates = [key for key in self.fields if key not in node.by_key]
                if hint and any(f"write `{key}`" in hint for key in node.by_key):
                    hint = Message("another key here has the same meaning; keep one of the two")
                message = Message("unknown key `{key}` in {noun}", key=short(text), noun=self.noun)
                reader.report_unknown("ZS101", at, message, self.fields, hint, candidates)
            elif is_omitted(value):
                values[text] = self.other_keys.read(value, inside, reader)
            else:
                values[text] = DeferredValue(self.other_keys, value, inside)
        record = Record(values, node, way, tuple(unknown))
        if self.has_required_keys and node.whole:
            self._check_presence(record, reader)
        if self.has_combination_rules:
            self._check_combinations(record, reader)
        return record

    def mapping_hint(self, node: Node) -> str | None:
        """Return the hint that proposes a mapping with this text, or the example, or None."""
        if isinstance(node, ScalarNode) and node.text.strip() and self.key_for_text is not None:
            key = self.key_for_text(node.text)
            probe = Reader("")
            self.fields[key].shape.read(node, (), probe)
            if not probe.findings:
                text = flow_mapping({key: scalar(node.text)})
                return Message("write `{text}`", text=text)
        return Message("write `{text}`", text=self.example) if self.example else None

    def accepts_keys(self, node: MappingNode) -> bool:
        """Return whether all keys of the node are fields, or other keys that are allowed."""
        return self.other_keys is not None or node.by_key.keys() <= self.fields.keys()

    def _languages_of_name(self, node: MappingNode) -> list[str]:
        """Return the keys of a name that is written without `name`: `{en: Owner, nb: Eier}`."""
        if "name" not in self.fields or "name" in node.by_key:
            return []
        keys = [key for key in node.by_key if key not in self.fields and is_language(key)]
        # A single key can also be another word, such as `id`.
        return keys if len(keys) > 1 else []

    def _check_presence(self, record: Record, reader: Reader) -> None:
        """Report each missing key, unless an unknown key is probably a misspelling of it."""
        for key in self.required:
            if key not in record.values and not is_misspelt(record, key, reader):
                message = Message("missing key `{key}`", key=key)
                words = self.fields[key].shape.words
                reader.report("ZS102", record.start, record.way, message, words)
        for keys in (self.exclusive, self.required_any):
            if keys and not any(key in record or is_misspelt(record, key, reader) for key in keys):
                names = _any_of(keys)
                message = Message("missing key {keys}", keys=names)
                reader.report("ZS102", record.start, record.way, message, names)

    def _check_combinations(self, record: Record, reader: Reader) -> None:
        """Report keys that cannot be combined, and keys that need another key."""
        present = [key for key in self.exclusive if key in record]
        for second in present[1:]:
            message = Message(
                "`{key}` and `{other}` cannot be combined", key=present[0], other=second
            )
            expected = Message("either {keys}", keys=_any_of(self.exclusive))
            self._report(record, second, message, expected, reader)
        for key in self.alone:
            for other in record.values if key in record else ():
                if other not in (key, "when", *REMARK_KEYS):
                    message = Message(
                        "`{key}` and `{other}` cannot be combined", key=key, other=other
                    )
                    self._report(record, other, message, Message("`{key}` alone", key=key), reader)
        for key, (other, value) in self.needs.items():
            if key not in record or any(alone in record for alone in self.alone):
                continue
            requirement = f"`{other}: {value}`" if value else f"`{other}`"
            if other in record:
                read = record.values[other]
                whole = read is not None and not isinstance(read, ReadItems)
                if value and whole and not _contains(record.node.by_key[other][1], value):
                    message = Message(
                        "`{key}` requires {requirement}", key=key, requirement=requirement
                    )
                    self._report(record, key, message, requirement, reader)
            elif other not in self.required_any and not is_misspelt(record, other, reader):
                message = Message(
                    "`{key}` requires {requirement}", key=key, requirement=requirement
                )
                reader.report("ZS102", record.key(key).span, record.way, message, requirement)

    @staticmethod
    def _report(record: Record, key: str, message: str, expected: str, reader: Reader) -> None:
        at = record.key(key)
        reader.report("ZS101", at.span, at.way, message, expected)

    def schema(self) -> Schema:
        """Return a reference to the schema that `definition` returns."""
        return {"$ref": f"#/definitions/{self.name.replace(' ', '-')}"}

    def definition(self) -> Schema:
        """Return the object schema with every key."""
        schema: Schema = {
            "type": "object",
            "description": self.description,
            "properties": {
                key: {**field.shape.schema(), "description": field.description}
                for key, field in self.fields.items()
            },
            "additionalProperties": False,
        }
        if self.required:
            schema["required"] = self.required
        if self.other_keys:
            schema["patternProperties"] = {
                _other_keys_pattern(self.fields): self.other_keys.schema()
            }
        if self.exclusive:
            schema["oneOf"] = [{"required": [key]} for key in self.exclusive]
        if self.required_any:
            schema["anyOf"] = [{"required": [key]} for key in self.required_any]
        dependencies: Schema = {}
        for key in self.alone:
            excluded = [k for k in self.fields if k not in (key, "when", *REMARK_KEYS)]
            dependencies[key] = {"properties": dict.fromkeys(excluded, False)}
        for key, (other, value) in self.needs.items():
            dependencies[key] = {"required": [other]}
            if value:
                dependencies[key]["properties"] = {other: {"enum": [value, [value]]}}
        if dependencies:
            schema["dependencies"] = dependencies
        return schema

    def parts(self) -> list[Shape]:
        """Return the shapes of the fields."""
        shapes = [field.shape for field in self.fields.values()]
        return [*shapes, self.other_keys] if self.other_keys else shapes


def _name_hint(node: MappingNode, languages: list[str]) -> Message:
    """Return the hint to write texts in several languages as the name."""
    texts = {language: _short_text(node.by_key[language][1]) for language in languages}
    name = flow_mapping(texts)
    return Message("write `name: {name}`", name=name)


def _short_text(node: Node) -> str:
    """Return a short text as YAML, or `...`."""
    return scalar(node.text) if isinstance(node, ScalarNode) and len(node.text) <= 30 else "..."


def is_misspelt(record: Record, key: str, reader: Reader) -> bool:
    """Return whether an unknown key of a record is probably a misspelling of `key`.

    Unknown keys have been reported. Only the first 20 are compared.
    """
    return any(reader.nearest(unknown, [key]) for unknown in record.unknown[:20])


def _any_of(keys: tuple[str, ...]) -> str:
    """Return keys as alternatives: `a` or `b` or `c`."""
    first, *rest = (f"`{key}`" for key in keys)
    for other in rest:
        first = Message("{names} or {last}", names=first, last=other)
    return first


def _contains(node: Node, value: str) -> bool:
    """Return whether a node is this text, or a list that contains it."""
    nodes = node.items if isinstance(node, SequenceNode) else [node]
    return any(isinstance(item, ScalarNode) and item.text == value for item in nodes)


def _other_keys_pattern(known: dict[str, Field]) -> str:
    """Return the pattern of ids that excludes the known keys."""
    return f"^(?!({'|'.join(known)})$)" + ID_PATTERN[1:]


REMARKS = (
    Field("note", Text(), "A remark that answers show.", WORDS),
    Field("unclear", Text(), "What is unclear; every answer that depends on it shows this.", WORDS),
    Field("source", Name("source"), "The id of the source that states this.", WORDS),
)
REMARK_KEYS = tuple(field.key for field in REMARKS)
