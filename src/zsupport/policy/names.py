"""The names that a policy defines, and the resolution of names and conditions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, TypeVar

from zsupport.limits import CONDITION_VALUES
from zsupport.policy.format import ALWAYS, CELL, DIMENSIONS, POLICY
from zsupport.policy.model import NOUNS, Alternative, Remarks, Text, When
from zsupport.policy.quoting import flow_mapping
from zsupport.policy.shape import (
    REMARK_KEYS,
    DeferredValue,
    Fields,
    Id,
    Line,
    ListOf,
    Name,
    PlacedText,
    Reader,
    ReadItems,
    Record,
    Shape,
    is_misspelt,
    with_article,
)
from zsupport.policy.shape import (
    Text as TextShape,
)
from zsupport.policy.yamltext import Stop, short
from zsupport.wording import Counted, Message

#: The metric of a policy that declares none.
FIRST_RESPONSE = "first-response"
#: The section that defines each kind of name.
SECTIONS = {
    "plan": "plans",
    "role": "roles",
    "channel": "channels",
    "priority": "priorities",
    "hours": "hours",
    "source": "sources",
    "fact": "facts",
    "metric": "metrics",
}


#: The hint for a priority, or a group of priorities, with the name of a key of a cell.
KEY_OF_CELLS = Message("this word is a key of targets by priority")
#: The remarks of parts without remarks.
NO_REMARKS = Remarks()
#: The kinds of names, as words of messages.
_NOUNS = {
    **{dimension: noun for dimension, (noun, _) in NOUNS.items()},
    "fact": Message("fact"),
    "dimension": Message("dimension"),
    "value": Message("value"),
    "group": Message("group"),
    "hours": Message("hours"),
    "calendar": Message("calendar"),
    "union": Message("union"),
    "source": Message("source"),
    "metric": Message("metric"),
    "topic": Message("topic"),
    "term": Message("term"),
    "limit": Message("limit"),
    "key": Message("key"),
    "rank": Message("rank"),
}
#: Names and their positions in the order of definition.
Known = dict[str, int]
#: A class of the model.
Part = TypeVar("Part", bound=tuple[Any, ...])


@cache
def _fields(
    model_class: type[tuple[Any, ...]], kind: Fields
) -> list[tuple[str, str, Shape | None, Any]]:
    """Return the fields of a class of the model: name, key, shape (None: no key), default value."""
    fields = []
    for name in model_class.__annotations__:
        key = name.replace("_", "-")
        shape = kind.fields[key].shape if key in kind.fields else None
        fields.append((name, key, shape, () if isinstance(shape, ListOf) else None))
    return fields


def positions_by_name(names: Iterable[str]) -> Known:
    """Return names with their positions."""
    return {name: position for position, name in enumerate(names)}


class Names:
    """Resolves names that a policy defines, and reports undefined names.

    `known` has the ids of each kind, with their positions in the order of definition. A section
    with errors has None instead, so that its names are not reported as undefined at every use.
    """

    def __init__(self, record: Record, reader: Reader) -> None:
        self.record = record
        self.reader = reader
        self.languages: list[str] = []
        self.known = {kind: self._defined(section) for kind, section in SECTIONS.items()}
        if self.known["metric"] == {}:
            self.known["metric"] = {FIRST_RESPONSE: 0}
        #: The values of each valid fact, in the order of definition.
        self.facts: dict[str, Known] = {}
        #: Whether an undefined name may be a group, because `groups` could not be read.
        self._has_unread_groups = "groups" not in record and (
            not record.whole or is_misspelt(record, "groups", reader)
        )
        #: The dimension of each group, None if it is invalid; and the values of each valid group.
        self.group_dimensions: dict[str, str | None] = {}
        self.groups: dict[str, tuple[str, ...]] = {}
        self._aliases: dict[str, dict[str, str]] = {}
        self._known_values: dict[str, list[str]] = {}
        #: The number of values of all conditions that have been read so far.
        self.expanded = 0
        self._hint: str | None = None
        #: The positions of the findings about undefined names, to report each name once.
        self._undefined: dict[tuple[str | None, ...], int] = {}

    def _defined(self, section: str) -> Known | None:
        """Return the ids that a section defines, None if some of them could not be read."""
        if section not in self.record:
            lost = POLICY.fields[section].required or not self.record.whole
            lost = lost or is_misspelt(self.record, section, self.reader)
            return None if lost else {}
        read = self.record.get(section)
        if isinstance(read, Record):
            return positions_by_name(read.values) if read.whole else None
        if read is None or isinstance(read, ReadItems):
            return None
        ids = [entry.get("id") for entry in read]
        return None if None in ids else positions_by_name(at.text for at in ids)

    # -- texts and remarks ---------------------------------------------------------------

    def text(self, read: Any) -> Text | None:
        """Return a text unchanged, and record its languages."""
        if isinstance(read, dict):
            self.languages += [lang for lang in read if lang not in self.languages]
        return read  # type: ignore[no-any-return]

    def remarks(self, record: Record | None) -> Remarks:
        """Return the `note`, `unclear` and `source` of a record."""
        if record is None or record.values.keys().isdisjoint(REMARK_KEYS):
            return NO_REMARKS
        return Remarks(
            self.text(record.get("note")),
            self.text(record.get("unclear")),
            self.resolve("source", record.get("source")),
        )

    def part(
        self, model_class: type[Part], kind: Fields, record: Record | None, /, **own: Any
    ) -> Part:
        """Return a part of the model; its fields have the values of the keys of the same names.

        `own` has the values of the other fields, by name. A value can be a function that returns
        the value. Functions are called in the order of the fields. A value that reads texts must be
        a function, because the languages of a policy are in the order in which texts are read.
        """
        values = {} if record is None else record.values
        fields: list[Any] = []
        for name, key, shape, none in _fields(model_class, kind):
            if name in own:
                value = own[name]
                fields.append(value() if callable(value) else value)
            elif shape is not None:
                read = values.get(key)
                fields.append(none if read is None else self._value(shape, read))
            elif name == "remarks":
                fields.append(self.remarks(record))
            else:
                assert name == "place", f"no key of a {kind.name}: {name}"
                assert record is not None
                fields.append(record.place)
        return model_class(*fields)

    def _value(self, shape: Shape, read: Any) -> Any:
        """Return the value of the model for a value that a shape has read."""
        if isinstance(shape, ListOf):
            values = [self._value(shape.item, item) for item in read]
            return tuple(value for value in values if value is not None)
        if isinstance(shape, TextShape):
            return self.text(read)
        if isinstance(shape, Id | Line):
            return read.text
        return self.resolve(shape.kind, read) if isinstance(shape, Name) else read

    def report_to(self, reader: Reader, hint: str | None = None) -> None:
        """Report to another reader from now on, and forget which names have been reported.

        `hint` is for undefined names without a suggestion.
        """
        if reader is not self.reader:
            self.reader, self._hint = reader, hint
            self._undefined.clear()

    # -- single names --------------------------------------------------------------------

    def resolve(self, kind: str, at: PlacedText | None, before: str = "") -> str | None:
        """Return the id that a name refers to, or report it and return None.

        `before` is the text before the name in the same value, such as `inside `.
        """
        if at is None:
            return None
        known = self.known[kind]
        if known is None or at.text in known or (kind == "hours" and at.text == ALWAYS):
            return at.text
        self.report_undefined(kind, at, known, before=before)
        return None

    def report_undefined(
        self,
        kind: str,
        at: PlacedText,
        known: Collection[str],
        hint: str | None = None,
        *,
        fact: str | None = None,
        alternative: str | None = None,
        present: Collection[str] = (),
        before: str = "",
    ) -> None:
        """Report a name that is not defined; `hint` replaces the suggestion of a known name.

        A name of kind `value` is a value of `fact`. `alternative` is another kind that is allowed
        too. Names that are already `present` are not suggested. `before` is the text before the
        name in the same value.
        """
        if kind not in self._aliases:
            self._aliases[kind] = self._ids_by_alias(kind)
        meant = self._aliases[kind].get(at.text.casefold())
        hint = Message("write `{id}` instead of its alias", id=meant) if meant else hint
        name, noun = short(at.text), _NOUNS.get(kind, kind)
        if fact is not None:
            message = Message("unknown value `{name}` of `{fact}`", name=name, fact=short(fact))
        elif alternative is not None:
            message = Message(
                "unknown {kind} or {alternative} `{name}`",
                kind=noun,
                alternative=_NOUNS.get(alternative, alternative),
                name=name,
            )
        else:
            message = Message("unknown {kind} `{name}`", kind=noun, name=name)
        reader, key = self.reader, (kind, fact, alternative, before, hint, at.text)
        if key in self._undefined:
            # Report all uses of an undefined name in one finding.
            position = self._undefined[key]
            reader.repeat(position, at, Message("also used here"))
            if reader.findings[position].hint is None:
                reader.findings[position] = reader.findings[position]._replace(hint=_DEFINE)
            return
        candidates = [name for name in known if name not in present] if present else known
        if before and hint is None:
            close = reader.nearest(at.text, candidates)
            hint = Message("did you mean `{close}`?", close=before + close) if close else None
        reader.report_unknown("ZS201", at, message, known, hint, candidates)
        if reader.findings[-1].hint is None:
            reader.findings[-1] = reader.findings[-1]._replace(hint=self._hint)
        elif present:
            return  # the suggestion depends on what is present
        self._undefined[key] = len(reader.findings) - 1

    def _ids_by_alias(self, kind: str) -> dict[str, str]:
        read = self.record.get(SECTIONS.get(kind, ""))
        named: list[tuple[str, Record]] = []
        if isinstance(read, Record):
            named = [(id, entry) for id, entry in read.values.items() if isinstance(entry, Record)]
        elif read is not None:
            named = [(e.get("id").text, e) for e in read if e.get("id")]
        return {a.text.casefold(): id for id, entry in named for a in (entry.get("aliases") or ())}

    def lacks(self, dimension: str) -> bool:
        """Return whether the policy defines no values of a dimension."""
        return dimension in DIMENSIONS and self.known[dimension] == {}

    def has(self, dimension: str, at: PlacedText) -> bool:
        """Return whether the policy defines values of a dimension; report its use if not."""
        if not self.lacks(dimension):
            return True
        section = SECTIONS[dimension]
        message = Message("this policy has no {section}", section=section)
        self.reader.report(
            "ZS201", at.span, at.way, message, Message("a section `{section}`", section=section)
        )
        return False

    # -- values and groups ---------------------------------------------------------------

    def values_of(self, dimension: str) -> Known | None:
        """Return the values of a dimension or fact, None if they could not be read."""
        return (self.known if dimension in DIMENSIONS else self.facts).get(dimension)

    def expand_groups(self, dimension: str, names: Iterable[PlacedText]) -> list[str]:
        """Return the distinct values of names in the order of the file; report undefined names.

        The values of a group replace its name.
        """
        values = self.values_of(dimension)
        result: list[str] = []
        for at in names:
            if at.text in self.group_dimensions and self.group_dimensions[at.text] in (
                dimension,
                None,
            ):
                result += self.groups.get(at.text, ())
            elif values is None or at.text in values:
                result.append(at.text)
            elif self._has_unread_groups:
                continue
            elif at.text in self.group_dimensions:
                self.reader.report(
                    "ZS201",
                    at.span,
                    at.way,
                    Message(
                        "group `{group}` has values of `{own}`, not of `{dimension}`",
                        group=short(at.text),
                        own=self.group_dimensions[at.text],
                        dimension=dimension,
                    ),
                    self.reader.list_names(values),
                )
            else:
                known = self._values_and_groups(dimension, values)
                hint = _replacement_hint(at, dimension, known)
                if dimension in DIMENSIONS:
                    alternative = "group" if self.group_dimensions else None
                    self.report_undefined(dimension, at, known, hint, alternative=alternative)
                else:
                    self.report_undefined("value", at, known, hint, fact=dimension)
        return list(dict.fromkeys(result))

    def _values_and_groups(self, dimension: str, values: Known) -> list[str]:
        if dimension not in self._known_values:
            groups = [name for name, group in self.group_dimensions.items() if group == dimension]
            self._known_values[dimension] = [*values, *groups]
        return self._known_values[dimension]

    def expand(self, dimension: str, read: Any) -> tuple[str, ...]:
        """Return the values that `(negated, names)` selects, in the order of definition."""
        negated, names = read
        values = self.values_of(dimension)
        text = names[0].text if len(names) == 1 else None
        if values is not None and text in values and text not in self.group_dimensions:
            result = [text]
        else:
            result = self.expand_groups(dimension, names)
        if values is None:
            return tuple(result)
        self.expanded += len(values) - len(result) if negated else len(result)
        if self.expanded > CONDITION_VALUES.most:
            at = names[0]
            message = Message(
                "the conditions of this policy have too many values in total (limit {limit})",
                limit=Counted("{count}", "{count}", CONDITION_VALUES.most),
            )
            self.reader.report(
                "ZS009", at.span, at.way, message, Message("fewer values or conditions")
            )
            raise Stop
        if negated:
            excluded = set(result)
            return tuple(value for value in values if value not in excluded)
        return tuple(sorted(result, key=values.__getitem__) if len(result) > 1 else result)

    def read_groups(self) -> None:
        """Resolve `groups`; a group can contain other groups of its dimension."""
        section = self.record.get("groups")
        if section is None:
            self._has_unread_groups |= "groups" in self.record
            return
        self._has_unread_groups = not section.whole
        facts = self.known["fact"] or {}
        for id, group in section.values.items():
            self.group_dimensions[id] = None
            if group is None:
                continue
            at, _ = group
            if at.text in DIMENSIONS or self.known["fact"] is None or at.text in facts:
                if self.has(at.text, at):
                    self.group_dimensions[id] = at.text
                if at.text == "priority":
                    self.refuse_reserved("group", section.key(id), CELL.fields, KEY_OF_CELLS)
            else:
                self.report_undefined("dimension", at, [*DIMENSIONS, *facts], alternative="fact")
        self.check_distinct("group", section, [])
        read = {id: group for id, group in section.values.items() if self.group_dimensions[id]}
        edges: dict[str, list[PlacedText]] = {}
        for id, (dimension, (_, names)) in read.items():
            values = self.values_of(dimension.text) or {}
            self._check_group_name(section.key(id), dimension.text, values)
            edges[id] = [
                at
                for at in names
                if at.text not in values and self.group_dimensions.get(at.text) == dimension.text
            ]
        for id in self.sort_by_reference("group", edges):
            dimension, names = read[id]
            self.groups[id] = self.expand(dimension.text, names)

    def _check_group_name(self, at: PlacedText, dimension: str, values: Known) -> None:
        if at.text in values:
            message = Message(
                "group `{group}` has the same name as a value of `{dimension}`",
                group=at.text,
                dimension=dimension,
            )
            self.reader.report("ZS209", at.span, at.way, message, Message("a unique name"))
            return
        fold = at.text.casefold()
        same = next((value for value in values if value.casefold() == fold), None)
        if same is not None:
            message = Message(
                "group `{group}` differs from `{value}`, a value of `{dimension}`, only"
                " in letter case",
                group=at.text,
                value=same,
                dimension=dimension,
            )
            self.reader.report("ZS107", at.span, at.way, message, Message("a unique name"))

    def sort_by_reference(self, kind: str, edges: dict[str, list[PlacedText]]) -> list[str]:
        """Return the names so that each name follows the names that it refers to; report cycles.

        `edges` has the references of each name. `kind` is `rank`, `group` or `union`.
        """
        order: list[str] = []
        trail: list[str] = []
        place: dict[str, int] = {}
        done: set[str] = set()
        for start in edges:
            stack = [(start, 0)]
            while stack:
                name, position = stack.pop()
                if position == 0:
                    if name in done:
                        continue
                    place[name] = len(trail)
                    trail.append(name)
                for at in edges.get(name, [])[position:]:
                    position += 1
                    if at.text in place:
                        first = place[at.text]
                        more = ["..."] * (len(trail) - first > 10)
                        way = " > ".join([*trail[first : first + 10], *more, at.text])
                        message = Message("circular {kind}: {way}", kind=_NOUNS[kind], way=way)
                        expected = Message("a {kind} without a cycle", kind=_NOUNS[kind])
                        self.reader.report("ZS202", at.span, at.way, message, expected)
                    elif at.text not in done:
                        stack += [(name, position), (at.text, 0)]
                        break
                else:
                    del place[trail.pop()]
                    done.add(name)
                    order.append(name)
        return order

    # -- conditions ----------------------------------------------------------------------

    def when(self, read: Any, allowed: tuple[str, ...], where: str) -> When:
        """Return a condition; `allowed` are the dimensions that the section `where` can use."""
        if read is None:
            return ()
        alternatives = read if isinstance(read, list) else [read]
        return tuple(self._alternative(alternative, allowed, where) for alternative in alternatives)

    def _alternative(self, record: Record, allowed: tuple[str, ...], where: str) -> Alternative:
        values: dict[str, tuple[str, ...]] = {}
        opened = None
        for key, read in record.values.items():
            if key in REMARK_KEYS:
                continue
            if (key in DIMENSIONS or key == "opened") and key not in allowed:
                at = record.key(key)
                message = Message(
                    "conditions in `{where}` cannot use `{key}`", where=where, key=key
                )
                expected = Message("facts")
                if allowed:
                    expected = Message("{dimensions}, facts", dimensions=", ".join(allowed))
                self.reader.report("ZS210", at.span, at.way, message, expected)
            elif key == "opened":
                if read is not None:
                    inside, name = read
                    value = record.value(key)
                    before = "inside " if inside else "outside "
                    hours = self.resolve("hours", PlacedText(name, value.node, value.way), before)
                    opened = (inside, hours) if hours else None
            else:
                if isinstance(read, DeferredValue):
                    read = self._fact_values(read, record.key(key), allowed, record.node.by_key)
                if self.lacks(key):
                    self.has(key, record.key(key))
                elif read is not None:
                    values[key] = self.expand(key, read)
        return Alternative(values, opened, self.remarks(record), record.place)

    def _fact_values(
        self,
        deferred: DeferredValue,
        at: PlacedText,
        allowed: tuple[str, ...],
        present: Collection[str],
    ) -> Any:
        """Return the values of a fact in a condition, or report an unknown fact."""
        facts = self.known["fact"]
        if facts is None or at.text in facts:
            return deferred.read(self.reader)
        known = [*allowed, *facts, *REMARK_KEYS]
        self.report_undefined("dimension", at, known, alternative="fact", present=present)
        return None

    # -- ids -----------------------------------------------------------------------------

    def check_distinct(
        self, kind: str, ids: Record | list[PlacedText], aliases: list[PlacedText]
    ) -> None:
        """Report ids and aliases that are duplicate, or differ only in letter case."""
        texts = list(ids.values) if isinstance(ids, Record) else [at.text for at in ids]
        texts += [at.text for at in aliases]
        if len({text.casefold() for text in texts}) == len(texts):
            return
        named = [ids.key(key) for key in ids.values] if isinstance(ids, Record) else ids
        seen: dict[str, PlacedText] = {}
        for at in (*named, *aliases):
            other = seen.setdefault(at.text.casefold(), at)
            if other is at:
                continue
            line = other.span.line
            if other.text == at.text:
                code, message = (
                    "ZS209",
                    Message("duplicate {kind} `{id}`", kind=_NOUNS[kind], id=short(at.text)),
                )
                hint = Message("first defined on line {line}", line=line)
            else:
                code = "ZS107"
                message = Message(
                    "`{id}` differs from `{other}` only in letter case",
                    id=short(at.text),
                    other=short(other.text),
                )
                hint = Message(
                    "first defined on line {line}; ids are not case-sensitive", line=line
                )
            self.reader.report(code, at.span, at.way, message, Message("a unique name"), hint)

    def refuse_reserved(self, kind: str, at: PlacedText, words: Iterable[str], hint: str) -> None:
        """Report an id that is one of these words; `hint` says what the word means."""
        if at.text.casefold() in words:
            message = Message(
                "`{id}` cannot be the id of {kind}", id=at.text, kind=with_article(kind)
            )
            self.reader.report("ZS106", at.span, at.way, message, Message("another id"), hint)


#: The hint for a name that is used several times, but not defined.
_DEFINE = Message("define it, or correct it in every place")

_EVERY = frozenset({"*", "all", "any", "every", "everyone", "everything", "alle", "alt"})
_YES = frozenset({"yes", "y", "on", "1", "ja", "wahr"})
_NO = frozenset({"no", "n", "off", "0", "nei", "nein", "falsch"})


def _replacement_hint(at: PlacedText, dimension: str, known: Collection[str]) -> str | None:
    """Return the hint for a text that means several or all values, a negation, yes or no."""
    text, place = at.text, at.path[-1]
    in_list, is_key = isinstance(place, int), place == at.text
    small = text.casefold()
    key = next((step for step in reversed(at.path) if isinstance(step, str)), "")
    if key == "above" and small in _EVERY:
        return None
    if is_key and small in _EVERY:
        return Message(
            "write the target without a key; it then applies to every {dimension}",
            dimension=_NOUNS.get(dimension, dimension),
        )
    if small in _EVERY:
        if dimension == "channel":
            return Message("list every channel")
        return Message("omit `{dimension}` to match every value", dimension=dimension)
    if "true" in known and small in _YES | _NO:
        return Message("write `true`") if small in _YES else Message("write `false`")
    _, _, negated = text.partition("not ")
    negated = negated if text.startswith("not ") else text[1:] if text.startswith("!") else ""
    if negated.strip() in known:
        if is_key or key in ("not", "above", "allow", "recommend"):
            return None
        condition = flow_mapping({"not": negated.strip()})
        if in_list:
            return Message("use `{condition}` instead of a list", condition=condition)
        return Message("write `{text}`", text=condition)
    if len(text) > 200:
        return None
    both = Message("write a key for each value, or define a group") if is_key else None
    parts = [part.strip() for part in re.split(r"[,;/&+]| and | or ", text)]
    if len(parts) > 1 and all(part in known for part in parts):
        return both or _names_hint(parts, in_list=in_list)
    first, _, last = (part.strip() for part in text.partition("-"))
    if dimension == "priority" and first in known and last in known:
        ids = list(known)
        run = ids[ids.index(first) : ids.index(last) + 1]
        return (both or _names_hint(run, in_list=in_list)) if run else None
    return None


def _names_hint(names: list[str], *, in_list: bool) -> Message:
    """Return the hint to write several names; `in_list`: the text is already an item of a list."""
    text = ", ".join(names)
    return Message("write `{text}`", text=text if in_list else f"[{text}]")
