"""The only definition of the policy format: every section, key and value of a policy.

The loader reads policies with it, `zsupport schema` prints it as JSON Schema, and `zsupport help
reference` prints it as a reference. To add a key, add a Field to this module, and a field of the
same name to the class in `zsupport.policy.model` that represents the mapping.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from zsupport.clock import warn
from zsupport.clock.day_text import EXPECTED_DAY, canonical_day, parse_day, parse_day_or_range
from zsupport.clock.days import is_range
from zsupport.clock.problem import BadText, shown
from zsupport.clock.target_text import parse_target
from zsupport.clock.window_text import (
    parse_date,
    parse_day_windows,
    parse_days,
    parse_open,
    parse_range_windows,
    parse_years,
)
from zsupport.clock.windows import DAYS, Window
from zsupport.clock.zones import country_codes, zone
from zsupport.errors import nearest
from zsupport.policy.languages import canonical_language, is_language, language_hint
from zsupport.policy.model import BEST_EFFORT, BINDINGS, CHANNEL_KINDS
from zsupport.policy.quota import EXPECTED as EXPECTED_QUOTA
from zsupport.policy.quota import parse_quota
from zsupport.policy.quoting import flow_mapping, scalar
from zsupport.policy.shape import (
    A_MAPPING,
    A_TEXT,
    ANY_SCALAR,
    ID_PATTERN,
    JUDGED,
    POSITION,
    QUOTE_COMMA,
    WORDS,
    ByNodeKind,
    Choice,
    Field,
    Fields,
    Id,
    Leaf,
    Line,
    ListOf,
    MapOf,
    Name,
    PlacedText,
    Reader,
    Record,
    Schema,
    Shape,
    Text,
    is_omitted,
    report_wrong_kind,
    with_article,
)
from zsupport.policy.yamltext import MappingNode, Node, ScalarNode, SequenceNode, Way, short
from zsupport.typed import NamedTuple
from zsupport.version import FORMAT
from zsupport.wording import Message

#: Dimensions that every policy can have; a policy adds its facts.
DIMENSIONS = ("plan", "role", "channel", "priority")
#: Words that cannot be the id of a fact, because they are keys of conditions.
RESERVED = (*DIMENSIONS, "opened", "note", "unclear", "source")
#: The hours that are predefined in every policy.
ALWAYS = "24x7"
#: The key that distinguishes a cell from targets by priority; no priority can have this id.
TARGET_KEY = "target"
#: The word for a cell of the priority table without a priority; no priority can have this id then.
REFUSED = "refused"


def _zone_name(text: str, *, suggest: bool = True) -> str:
    return str(zone(text, suggest=suggest))


def _calendar_zone(text: str, *, suggest: bool = True) -> str:
    return text if text == "customer" else _zone_name(text, suggest=suggest)


def _date(text: str) -> str:
    return parse_date(text).isoformat()


def _open(text: str) -> tuple[Window, ...] | str:
    """Return the windows of the week, or the text `24x7`."""
    return parse_open(text) or "24x7"


def _breaks(text: str) -> tuple[Window, ...]:
    if text == "closed":
        raise BadText(
            Message("invalid break `closed`"),
            Message("times such as `12:00-14:00`"),
            Message("to close a whole day, write it in `dates`"),
        )
    return parse_day_windows(text)


def _day_of_breaks(text: str) -> str:
    if is_range(text):
        raise BadText(
            Message("{text} is a range", text=shown(text)),
            EXPECTED_DAY,
            Message(
                "write the hours around the break in `dates`, as in `{example}`",
                example="{06-15..09-15: [09:00-12:00, 13:00-17:00]}",
            ),
        )
    return parse_day(text)


def _country(text: str) -> str:
    if text not in country_codes():
        raise BadText(
            Message("unknown country {text}", text=shown(text)), _COUNTRY, _country_hint(text)
        )
    return text


def _country_hint(text: str) -> str | None:
    """Return the hint for the name of a country, or a code in lower case."""
    code = _similar_country(text)
    return Message("write `{text}`", text=code) if code else None


def _similar_country(text: str) -> str | None:
    """Return the code of the country whose code or name resembles a text, or None."""
    codes = country_codes()
    if text.upper() in codes:
        return text.upper()
    names = {"uk": "GB", "usa": "US", "united kingdom": "GB", "england": "GB", "norge": "NO"}
    names |= {name.casefold(): code for code, name in codes.items()}
    close = nearest(text, names) if text.casefold() not in names else text.casefold()
    # Two or three letters resemble too many names.
    exact = text.casefold() in names
    return names[close] if close and (exact or len(text) > 3) else None


def _opened(text: str) -> tuple[bool, str]:
    match = re.fullmatch(r"(inside|outside) (\S+)", text)
    if not match:
        raise BadText(
            Message("invalid value {text}", text=shown(text)),
            Message("`inside HOURS` or `outside HOURS`"),
        )
    return match[1] == "inside", match[2]


def _country_or_any(text: str, node: Node, way: Way, reader: Reader) -> None:
    if text != "any" and text not in country_codes():
        hint = _country_hint(text) if reader.may_compare(_ALL_COUNTRIES) else None
        message = Message("unknown country {text}", text=shown(text))
        reader.report("ZS204", node.span, way, message, _COUNTRY_OR_ANY, hint)


def _key_check(parse: Callable[[str], Any]) -> Callable[[str, Node, Way, Reader], None]:
    """Return a function that reports a key that `parse` rejects."""

    def check(text: str, node: Node, way: Way, reader: Reader) -> None:
        try:
            parse(text)
        except BadText as problem:
            reader.report("ZS109", node.span, way, problem.message, problem.expected, problem.hint)

    return check


_day_key = _key_check(parse_day)
_break_key = _key_check(_day_of_breaks)


def _any_case(word: str) -> str:
    """Return a pattern for a word in any letter case; JSON Schema has no flag for it."""
    return "".join(f"[{letter}{letter.upper()}]" for letter in word)


#: The schema checks the form of days that move. The loader also checks their words.
_MOVING_PATTERN = (
    rf"({_any_case('orthodox')} )?{_any_case('easter')}([+-][0-9]+)?"
    rf"|([A-Za-z0-9]+ )+({_any_case('of')}|{_any_case('before')}|{_any_case('after')})"
    r" [A-Za-z0-9 +-]+"
)
_DATE_PATTERN = r"([0-9]{4}-)?[0-9]{2}-[0-9]{2}"
_DAY_PATTERN = rf"^({_DATE_PATTERN}|{_MOVING_PATTERN})$"
_DAY_OR_RANGE_PATTERN = rf"^({_DATE_PATTERN}(\.\.{_DATE_PATTERN})?|{_MOVING_PATTERN})$"
_COUNTRY = Message("an ISO 3166 code such as US or DE")
_COUNTRY_OR_ANY = Message("an ISO 3166 code such as US or DE, or `any`")
# The number of names that are compared with an unknown time zone or country.
_ALL_ZONES = 1200
_ALL_COUNTRIES = 250

DATE = Leaf(Message("a date as YYYY-MM-DD"), "ZS109", _date)
DAY_OFF = Leaf(Message("a date as YYYY-MM-DD"), "ZS109", _date, with_place=True)


class _Day(Leaf):
    """A day of a list. The error for a day with a name has a hint."""

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the parsed day."""
        if isinstance(node, MappingNode):
            report_wrong_kind(node, way, reader, [A_TEXT], self.words, _NAMED_DATES)
            return None
        return super().read(node, way, reader)


_NAMED_DATES = Message("write dates with names as `{text}`", text="add: {12-24: Christmas Eve}")
HOLIDAY = _Day(
    Message("a date such as 2026-12-24, 12-24 or `easter+1`"), "ZS109", parse_day, with_place=True
)
ZONE = Leaf(
    Message("a time zone such as Europe/Oslo or UTC+01:00"),
    "ZS203",
    _zone_name,
    partial(_zone_name, suggest=False),
    compares=_ALL_ZONES,
)
TARGET = Leaf(
    Message(
        "a target such as 30m, 4h 24x7, 4 business hours, next business day, none or not-stated"
    ),
    "ZS104",
    parse_target,
)
FLAG = Choice("true", "false")
ADDRESS = Line(Message("an address"))
PHONE_NUMBER = Line(Message("a phone number"))
COUNTRY = Leaf(Message("an ISO 3166 country code"), "ZS204", _country, compares=_ALL_COUNTRIES)


class _OpeningTimes(Leaf):
    """Opening times of a week, as one text."""

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the windows of the text; report a mapping from days to times with a hint."""
        if isinstance(node, MappingNode) and node.entries:
            report_wrong_kind(node, way, reader, [A_TEXT], self.words, _as_texts(node))
            return None
        return super().read(node, way, reader)


def _as_texts(node: MappingNode) -> str:
    """Return the hint for a mapping from days to times."""
    texts = [
        f"{key.text} {value.text}"
        for key, value in list(node.entries)[:7]
        if isinstance(value, ScalarNode)
    ]
    try:
        for text in texts:
            parse_open(text)
    except BadText:
        texts = []
    if len(texts) < len(node.entries):
        return Message("write days and times as one text, such as `mon-fri 09:00-18:00`")
    text = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    return Message("write `{text}`", text=text)


#: Words that mean that the clock never pauses.
_NO_PAUSES = frozenset((
    "-", "0", "aldri", "false", "ingen", "keine", "n/a", "nei", "nein", "never", "nie", "no",
    "none", "not", "nothing", "null", "off", "~",
))  # fmt: skip
#: Words that mean that the clock pauses, but do not state when.
_ANY_PAUSES = frozenset(("1", "ja", "on", "true", "y", "yes"))


class Pauses(Text):
    """A text that states when a clock pauses; a word such as `never` or `yes` is an error."""

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return a str, or a dict from language to str."""
        text = super().read(node, way, reader)
        for words in text.values() if isinstance(text, dict) else [text]:
            word = (words or "").strip(" .").casefold()
            if word in _NO_PAUSES:
                hint = Message("omit `pauses` if the clock never pauses")
            elif word in _ANY_PAUSES:
                hint = Message("state when, such as `while we wait for the customer`")
            else:
                continue
            message = Message("`{text}` does not state when the clock pauses", text=short(words))
            expected = Message("a text that states when")
            reader.report("ZS105", node.span, way, message, expected, hint)
            return None
        return text


class Values(Shape):
    """Values of a dimension: an id or a group, a list of them, or `{not: ...}`."""

    words = Message("an id or a group, a list of them, or {negation}", negation="{not: ...}")

    def __init__(self, kind: str) -> None:
        self.names = ListOf(Name(kind), or_single=True)

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return (negated, names): whether the values are excluded, and a PlacedText for each."""
        if not isinstance(node, MappingNode):
            names = self.names.read(node, way, reader)
            return None if names is None else (False, names)
        names = None
        for key, value in node.entries:
            inside = (way, key.text)
            if key.text == "not":
                names = self.names.read(value, inside, reader)
            elif not is_omitted(value):
                message = Message("unknown key `{key}`", key=short(key.text))
                reader.report_unknown("ZS101", PlacedText(key.text, key, inside), message, ["not"])
            else:
                message = Message("`{name}` has no value", name=short(key.text))
                reader.report("ZS003", key.span, inside, message, self.words, QUOTE_COMMA)
        if not node.entries and node.whole:
            reader.report("ZS003", node.span, way, Message("the mapping is empty"), self.words)
        return None if names is None else (True, names)

    def schema(self) -> Schema:
        """Return a scalar, an array of scalars, or an object with `not`."""
        return {"$ref": "#/definitions/values"}

    @classmethod
    def definition(cls) -> Schema:
        """Return the schema of `#/definitions/values`."""
        scalars: Schema = {
            "anyOf": [ANY_SCALAR, {"type": "array", "items": ANY_SCALAR, "minItems": 1}]
        }
        return {
            "anyOf": [
                *scalars["anyOf"],
                {
                    "type": "object",
                    "properties": {"not": scalars},
                    "required": ["not"],
                    "additionalProperties": False,
                },
            ]
        }


CONDITION = Fields(
    "condition",
    "Which cases match. Every key must match; an omitted dimension matches every value.",
    Field("plan", Values("plan"), "Plans that match.", JUDGED),
    Field("role", Values("role"), "Roles that match.", JUDGED),
    Field("channel", Values("channel"), "Channels that match (not in `entitlements`).", JUDGED),
    Field("priority", Values("priority"), "Priorities that match.", JUDGED),
    Field(
        "opened",
        Leaf(Message("`inside HOURS` or `outside HOURS`"), "ZS105", _opened),
        "In `targets` only: whether the case was opened inside or outside these hours.",
        JUDGED,
    ),
    other_keys=Values("fact"),
    other_keys_text="a fact: its values that match",
)


WHEN = ByNodeKind(
    mapping=CONDITION,
    items=ListOf(CONDITION),
    words=Message("a condition (a mapping), or a list of conditions"),
)
WHEN_TEXT = "The cases that the entry applies to. Default: all cases."

SOURCE = Fields(
    "source",
    "A document that the policy is based on.",
    Field("title", Text(), "The title of the document.", WORDS),
    Field("url", ADDRESS, "The address of the document.", WORDS),
    Field("retrieved", DATE, "The date on which the document was read.", WORDS),
    key_for_text=lambda text: "url" if "://" in text else "title",
)

PLAN = Fields(
    "plan",
    "What a customer has bought.",
    Field("name", Text(), "The display name. Default: the id.", WORDS),
    Field("above", ListOf(Name("plan"), or_single=True), "Plans that rank below this plan.", WORDS),
    Field("aliases", ListOf(Id(), or_single=True), "Other ids that questions can use.", JUDGED),
    Field(
        "retired",
        DATE,
        "The date from which the plan is no longer sold. Questions still accept it.",
        WORDS,
    ),
)

ROLE = Fields(
    "role",
    "The role of a person in the customer's account.",
    Field("name", Text(), "The display name. Default: the id.", WORDS),
    Field("above", ListOf(Name("role"), or_single=True), "Roles that rank below this role.", WORDS),
    Field("aliases", ListOf(Id(), or_single=True), "Other ids that questions can use.", JUDGED),
)

FACT = Fields(
    "fact",
    "Another property of a case that changes answers. A question states its value.",
    Field("ask", Text(), "The question that asks the customer for the value.", WORDS),
    Field(
        "values", MapOf(Text()), "The values with their meaning. Default: false and true.", JUDGED
    ),
    Field(
        "default",
        Name("value"),
        "The value that is assumed if a question states none. Default without `values`: false.",
        JUDGED,
    ),
    key_for_text=lambda text: "ask",
    example='{ask: "The question?"}',
)


class Group(Shape):
    """A name for values of one dimension."""

    words = Message("a mapping from one dimension or fact to its values")

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return (the dimension's name, (negated, names))."""
        if not isinstance(node, MappingNode):
            report_wrong_kind(node, way, reader, [A_MAPPING], self.words)
            return None
        if len(node.entries) != 1 and not (node.whole or node.entries):
            return None
        if len(node.entries) != 1:
            names = ", ".join(f"`{short(key.text)}`" for key, _ in list(node.entries)[:10])
            message = Message("the group is empty")
            if names:
                message = Message(
                    "a group has values of only one dimension or fact, found {names}", names=names
                )
            reader.report("ZS103", node.span, way, message, self.words)
            return None
        key, value = next(iter(node.entries))
        inside = (way, key.text)
        values = Values(key.text).read(value, inside, reader)
        return None if values is None else (PlacedText(key.text, key, inside), values)

    def schema(self) -> Schema:
        """Return an object with one key."""
        return {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"$ref": "#/definitions/values"},
        }

    def parts(self) -> list[Shape]:
        """Return the shape of the values."""
        return [Values("value")]


class Languages(Shape):
    """The languages in which cases are handled: codes, each guaranteed or with best effort."""

    words = Message(
        "a language such as en, or a list such as {example}", example="[en, {ja: best-effort}]"
    )

    def __init__(self) -> None:
        self.handling = Choice(BEST_EFFORT)

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return pairs of a language and its handling, `yes` or `best-effort`."""
        items = node.items if isinstance(node, SequenceNode) else [node]
        languages: dict[str, str] = {}
        for place, item in enumerate(items):
            inside = (way, place) if isinstance(node, SequenceNode) else way
            entries: list[tuple[Node, str, str | None, Way]] = []
            if isinstance(item, MappingNode):
                for key, value in item.entries:
                    within: Way = (inside, key.text)
                    entries.append(
                        (key, key.text, self.handling.read(value, within, reader), within)
                    )
            elif isinstance(item, ScalarNode) and item.text.strip():
                entries.append((item, item.text.strip(), "yes", inside))
            if not entries and (not isinstance(item, MappingNode) or item.whole):
                report_wrong_kind(item, inside, reader, [A_TEXT, A_MAPPING], self.words)
            for at, code, handling, there in entries:
                if not is_language(code):
                    message = Message("unknown language `{code}`", code=short(code))
                    expected = Message("an ISO 639 code such as en, nb or pt-BR")
                    reader.report("ZS205", at.span, there, message, expected, language_hint(code))
                elif canonical_language(code) in languages:
                    message = Message("duplicate language `{code}`", code=code)
                    reader.report("ZS209", at.span, there, message, Message("each language once"))
                elif handling is not None:
                    languages[canonical_language(code)] = handling
        if not items:
            reader.report("ZS003", node.span, way, Message("the list is empty"), self.words)
        return tuple(languages.items()) or None

    def schema(self) -> Schema:
        """Return a scalar, an object with one or more languages, or an array of both."""
        best_effort: Schema = {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"enum": [BEST_EFFORT]},
        }
        both: Schema = {"anyOf": [dict(ANY_SCALAR), best_effort]}
        return {"anyOf": [*both["anyOf"], {"type": "array", "items": both, "minItems": 1}]}


NUMBER = Fields(
    "number",
    "A phone number with remarks.",
    Field("number", PHONE_NUMBER, "The number as people dial it.", JUDGED, required=True),
    noun=Message("an entry of `numbers`"),
)

CHANNEL_PRIORITY = Fields(
    "channel priority",
    "The priority that a channel sets for the cases that are opened in it.",
    Field("is", Name("priority"), "The priority of every case of the channel.", JUDGED),
    Field(
        "at-most",
        Name("priority"),
        "The most urgent priority of a case of the channel. A more urgent case is lowered to it.",
        JUDGED,
    ),
    exclusive=("is", "at-most"),
    noun=Message("the priority of a channel"),
)

#: The hints for other names of the keys of a channel.
_CHANNEL_KEYS = {
    **dict.fromkeys(
        ("address", "adress", "adresse", "email", "e-mail", "epost", "e-post", "link", "mail"),
        Message('write `url`: an address such as "mailto:support@example.com"'),
    ),
    **dict.fromkeys(
        ("number", "nummer", "phone", "telefon", "telephone"),
        Message("write `numbers`, such as {mapping}", mapping="{any: +47 22 55 01 00}"),
    ),
}

CHANNEL = Fields(
    "channel",
    "A way to get help.",
    Field("name", Text(), "The display name.", WORDS, required=True),
    Field(
        "kind",
        Choice(*CHANNEL_KINDS),
        "The kind; `self-service` and `community` open no cases and have no targets.",
        JUDGED,
        required=True,
    ),
    Field("url", ADDRESS, "The address of the channel.", JUDGED),
    Field("steps", ListOf(Text(), or_single=True), "How to use the channel, in order.", WORDS),
    Field(
        "prerequisites",
        ListOf(Text(), or_single=True),
        "What customers must always have ready.",
        JUDGED,
    ),
    Field(
        "numbers",
        MapOf(
            ListOf(ByNodeKind(text=PHONE_NUMBER, mapping=NUMBER), or_single=True),
            key=Message("a country code or `any`"),
            check=_country_or_any,
            # A reader of YAML 1.1 reads NO (Norway) as false.
            pattern="^([A-Z]{2}|any|[Ff]alse)$",
        ),
        "Phone numbers by country.",
        JUDGED,
    ),
    Field(
        "priority",
        ByNodeKind(text=Name("priority"), mapping=CHANNEL_PRIORITY),
        "The priority that the channel sets for the cases that are opened in it.",
        JUDGED,
    ),
    Field("languages", Languages(), "The languages in which cases are handled.", JUDGED),
    Field("aliases", ListOf(Id(), or_single=True), "Other ids that questions can use.", JUDGED),
    hint_for=lambda key: _CHANNEL_KEYS.get(key.casefold()),
)

GRANT = Fields(
    "grant",
    "Channels that are allowed in some cases. A channel without a grant is not allowed.",
    Field("when", WHEN, WHEN_TEXT, JUDGED),
    Field("allow", ListOf(Name("channel"), or_single=True), "The allowed channels.", JUDGED),
    Field(
        "recommend",
        ListOf(Name("channel"), or_single=True),
        "The order in which to try the allowed channels. It does not allow any channel.",
        WORDS,
    ),
    Field("hours", Name("hours"), "When the channels are open under this grant.", JUDGED),
    Field(
        "prerequisites",
        ListOf(Text(), or_single=True),
        "What customers must have ready under this grant.",
        JUDGED,
    ),
    Field(
        "languages",
        Languages(),
        "The languages in which cases are handled under this grant, instead of those of the"
        " channel.",
        JUDGED,
    ),
    exclusive=("allow", "recommend"),
)

_A_VALUE = Message("a value of the fact")

PRIORITY = Fields(
    "priority",
    "How urgent a case is. A case has the first priority whose `when` matches its facts.",
    Field("id", Id(), "The id.", JUDGED, required=True),
    Field("name", Text(), "The display name. Default: the id.", WORDS),
    Field("meaning", Text(), "What the priority means.", WORDS),
    Field(
        "when",
        WHEN,
        "The facts of the cases. Default: all remaining cases; with `priority-table`, none.",
        JUDGED,
    ),
    Field("aliases", ListOf(Id(), or_single=True), "Other ids that questions can use.", JUDGED),
    key_for_text=lambda text: "id",
)

TABLE_CELL = Fields(
    "table cell",
    "The priority of two values of facts, with remarks.",
    Field(
        "priority",
        Name("priority"),
        f"The id of a priority, or `{REFUSED}`: the policy gives these cases no priority.",
        JUDGED,
        required=True,
    ),
    key_for_text=lambda text: "priority",
    noun=Message("a cell of the table"),
)

TABLE = Fields(
    "priority table",
    "The priorities by two facts. A priority with a `when` that matches excepts from the table.",
    Field("rows", Name("fact"), "The fact whose values are the rows.", JUDGED, required=True),
    Field("columns", Name("fact"), "The fact whose values are the columns.", JUDGED, required=True),
    Field(
        "cells",
        MapOf(
            MapOf(
                ByNodeKind(
                    text=Name("priority"),
                    mapping=TABLE_CELL,
                    words=Message("the id of a priority, or `{word}`", word=REFUSED),
                ),
                key=_A_VALUE,
                check=None,  # the loader checks whether it is defined
            ),
            key=_A_VALUE,
            check=None,
        ),
        "For each row, the priority of each column. Every cell is required.",
        JUDGED,
        required=True,
    ),
    noun=Message("a priority table"),
)

METRIC = Fields(
    "metric",
    "What is promised, such as a first response, an update or a solution.",
    Field("id", Id(), "The id.", JUDGED, required=True),
    Field("name", Text(), "The display name. Default: the id.", WORDS),
    Field(
        "starts",
        Text(),
        "What starts the clock: `opened` (default), `answered`, `updated` (the last update), or a"
        " text (a question then states the instant).",
        JUDGED,
    ),
    Field("pauses", Pauses(), "When the clock is paused, as a text. Default: never.", JUDGED),
    Field(
        "warn",
        Leaf(warn.EXPECTED, "ZS111", warn.parse_warn),
        "The share of the time of a target, or the time before it is due, after which it is at"
        " risk.",
        WORDS,
    ),
    Field(
        "on-change",
        Choice("restart", "carry", "keep"),
        "Which target applies after a change of plan, role, priority or facts during a case:"
        " `restart` (the new one, from the change), `carry` (the new one, from the start) or `keep`"
        " (the one at the start).",
        JUDGED,
    ),
    key_for_text=lambda text: "id",
)

WINDOWS = Leaf(Message("`HH:MM-HH:MM`, or `closed`"), "ZS110", parse_day_windows, with_place=True)
RANGE_WINDOWS = Leaf(
    Message("`HH:MM-HH:MM`, `mon-sat HH:MM-HH:MM`, or `closed`"),
    "ZS110",
    parse_range_windows,
    with_place=True,
)
_A_DATE = Message("a date")
_DATES_IN_ADD = Message("write dates with names in `add`")
BREAKS = Leaf("`HH:MM-HH:MM`", "ZS110", _breaks, with_place=True)


class _Dates(MapOf):
    """Windows by date, and the windows of a week by range of dates."""

    week = ListOf(RANGE_WINDOWS, or_single=True)

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the hours by date or range. The error for a list has a hint."""
        if isinstance(node, SequenceNode):
            hint = Message("write a mapping such as `{text}`", text="{12-24: 08:00-12:00}")
            report_wrong_kind(node, way, reader, [A_MAPPING], self.words, hint)
            return None
        return super().read(node, way, reader)

    def shape_of(self, key: str) -> Shape:
        """Return the shape of the hours of a date or a range."""
        return self.week if is_range(key) else self.value


HOLIDAYS = Fields(
    "holidays",
    "Days off: dates, and the public holidays of a country.",
    Field("country", COUNTRY, "The country whose public holidays are days off.", JUDGED),
    Field(
        "subdivision",
        Line(Message("a code such as BY")),
        "A part of the country, such as BY for Bavaria.",
        JUDGED,
    ),
    Field(
        "add",
        ByNodeKind(
            text=HOLIDAY,
            items=ListOf(HOLIDAY),
            mapping=MapOf(Text(), key=_A_DATE, check=_day_key, pattern=_DAY_PATTERN),
            words=Message(
                "a date such as 2026-12-24, 12-24 or `easter+1`; a list of dates, or a mapping from"
                " dates to names"
            ),
        ),
        "More days off.",
        JUDGED,
    ),
    Field(
        "remove", ListOf(HOLIDAY, or_single=True), "Public holidays that are working days.", JUDGED
    ),
    Field(
        "covers",
        Leaf(Message("a year, or a range of years such as 2026-2027"), "ZS109", parse_years),
        "The years that the list is complete for; answers about other years have a warning.",
        JUDGED,
    ),
    Field(
        "frozen",
        ByNodeKind(
            items=ListOf(HOLIDAY),
            mapping=MapOf(Text(), key=_A_DATE, check=_day_key, pattern=_DAY_PATTERN),
            words=Message("a list of dates, or a mapping from dates to names"),
        ),
        "The country's public holidays, written out so that they do not change.",
        JUDGED,
    ),
    Field(
        "exchanged",
        Choice(*DAYS, "ignore"),
        "The weekday whose hours apply on weekend days that the country works in exchange for a"
        " day off; `ignore`: these days keep their own hours.",
        JUDGED,
    ),
    Field(
        "frozen-exchanged",
        ListOf(DAY_OFF),
        "The weekend days that the country works, written out so that they do not change.",
        JUDGED,
    ),
    needs={
        "subdivision": ("country", None),
        "exchanged": ("country", None),
        "frozen-exchanged": ("frozen", None),
    },
    hint_for=lambda key: _DATES_IN_ADD if key[:1].isdigit() or canonical_day(key) else None,
    noun=Message("the holidays"),
)


class _CustomersHolidays(Choice):
    """The word `customer`. The error for a country, a date or a word such as `none` has a hint."""

    def __init__(self) -> None:
        super().__init__("customer")

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the word."""
        text = node.text.strip() if isinstance(node, ScalarNode) else "customer"
        # Comparing with the names of all countries takes longer than reading the policy.
        hint = None if text == "customer" else _holidays_hint(text)
        if hint is None:
            return super().read(node, way, reader)
        assert isinstance(node, ScalarNode)
        message = Message("invalid holidays `{text}`", text=short(node.text))
        expected = Message(
            "`customer`, a list of dates, or a mapping such as {example}", example="{country: US}"
        )
        reader.report("ZS105", node.span, way, message, expected, hint)
        return None


def _holidays_hint(text: str) -> str | None:
    """Return the hint for a text that probably means a country, a date or no holidays."""
    if text != "NO" and text.casefold() in ("no", "none", "false", "never", "-", "null", "~"):
        return Message("omit `holidays` if there are none")
    country, hyphen, part = text.partition("-")
    if hyphen and country in country_codes() and re.fullmatch(r"[A-Z0-9]{1,3}", part):
        text = flow_mapping({"country": scalar(country), "subdivision": scalar(part)})
        return Message("write `{text}`", text=text)
    if text not in country_codes():
        try:
            return Message("write `{text}`", text=f"[{parse_day(text)}]")
        except BadText:
            pass
    code = _similar_country(text)
    if code is None:
        return None
    return Message("write `{text}`", text=flow_mapping({"country": scalar(code)}))


CALENDAR = Fields(
    "calendar",
    "Opening hours.",
    Field("when", WHEN, "In a list of calendars: the cases that use this calendar.", JUDGED),
    Field(
        "timezone",
        Leaf(
            Message("a time zone such as Europe/Oslo, `UTC+01:00` or `customer`"),
            "ZS203",
            _calendar_zone,
            partial(_calendar_zone, suggest=False),
            compares=_ALL_ZONES,
        ),
        "The time zone of the times. Default: that of the policy. `customer`: a question states"
        " it.",
        JUDGED,
    ),
    Field("ask", Text(), "The question that asks for the `customer` time zone.", WORDS),
    Field(
        "open",
        ListOf(
            _OpeningTimes(
                Message("`mon-fri 09:00-17:00`, `fri 17:00 - mon 09:00` or `24x7`"),
                "ZS110",
                _open,
                with_place=True,
            ),
            or_single=True,
        ),
        "The windows.",
        JUDGED,
    ),
    Field(
        "holidays",
        ByNodeKind(text=_CustomersHolidays(), items=ListOf(HOLIDAY), mapping=HOLIDAYS),
        "The days off; `customer`: the public holidays of the customer's country.",
        JUDGED,
    ),
    Field(
        "holidays-apply-to",
        Choice("date", "start-date"),
        "Whether a holiday closes its date, or the windows that start on it.",
        JUDGED,
    ),
    Field(
        "apply-holidays",
        Choice("true"),
        "With `open: 24x7` only: closed on holidays too.",
        JUDGED,
    ),
    Field(
        "dates",
        _Dates(
            ListOf(WINDOWS, or_single=True),
            key=Message("a date or range of dates"),
            check=_key_check(parse_day_or_range),
            pattern=_DAY_OR_RANGE_PATTERN,
        ),
        "Windows of single dates, which replace those of the weekday, and of ranges of dates, which"
        " replace the week.",
        JUDGED,
    ),
    Field(
        "breaks",
        MapOf(ListOf(BREAKS, or_single=True), key=_A_DATE, check=_break_key, pattern=_DAY_PATTERN),
        "Breaks on single dates: times when the calendar is closed.",
        JUDGED,
    ),
    Field(
        "business-days",
        Leaf(Message("weekdays such as mon-fri"), "ZS110", parse_days),
        "The weekdays that count as business days.",
        JUDGED,
    ),
    Field("any", ListOf(Name("hours")), "Hours to join: open when any of them is open.", JUDGED),
    required_any=("open", "any"),
    alone=("any",),
    needs={"apply-holidays": ("open", "24x7")},
    key_for_text=lambda text: "open",
)

COMMITMENT = Fields(
    "commitment",
    "How binding the targets are.",
    Field("when", WHEN, WHEN_TEXT, JUDGED),
    Field(
        "is",
        Choice(*BINDINGS),
        "How binding the targets are in these cases.",
        JUDGED,
        required=True,
    ),
    key_for_text=lambda text: "is",
)

CELL = Fields(
    "cell",
    "A target with details.",
    Field("target", TARGET, "The target.", JUDGED, required=True),
    Field("text", Text(), "The published wording.", WORDS),
    Field("hours", Name("hours"), "The hours of a business target.", JUDGED),
    Field("condition", Text(), "What the customer must do for this target.", JUDGED),
)


class ByPriority(NamedTuple):
    """The targets of one metric by priority."""

    record: Record


class Cells(Shape):
    """The targets of one metric: one target for all priorities, or targets by priority."""

    words = Message("a target, or a mapping from priorities to targets")

    def __init__(self) -> None:
        self.cell = ByNodeKind(text=TARGET, mapping=CELL)
        self.by_priority = MapOf(
            self.cell,
            key=with_article("priority"),
            check=None,  # the loader checks whether it is defined
            pattern=rf"^(?!{TARGET_KEY}$)" + ID_PATTERN[1:],
        )

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return a Target, the Record of a cell, or ByPriority with either for each priority."""
        if isinstance(node, ScalarNode):
            return TARGET.read(node, way, reader)
        if not isinstance(node, MappingNode):
            report_wrong_kind(node, way, reader, [A_TEXT, A_MAPPING], self.words)
            return None
        keys = node.by_key
        # A mapping with only keys of a cell, some of them misspelt, is a cell without a target.
        cell = TARGET_KEY in keys or (
            len(keys) <= 10
            and any(key in CELL.fields for key in keys)
            and all(key in CELL.fields or reader.nearest(key, [TARGET_KEY]) for key in keys)
        )
        if cell:
            return CELL.read(node, way, reader)
        record = self.by_priority.read(node, way, reader)
        return None if record is None else ByPriority(record)

    def schema(self) -> Schema:
        """Return the schemas of a target, a cell and targets by priority."""
        no_cell = {"not": {"propertyNames": {"enum": list(CELL.fields)}}}
        return {"anyOf": [*self.cell.schema()["anyOf"], {**self.by_priority.schema(), **no_cell}]}

    def parts(self) -> list[Shape]:
        """Return the shape of a cell."""
        return [CELL]


RULE = Fields(
    "target rule",
    "Targets by metric and priority. The first rule that matches and has the target decides.",
    Field("when", WHEN, WHEN_TEXT, JUDGED),
    Field("hours", Name("hours"), "The hours of all business targets of the rule.", JUDGED),
    Field("condition", Text(), "What the customer must do for these targets.", JUDGED),
    other_keys=Cells(),
    other_keys_text=(
        "a metric: one target for all priorities, or a mapping from priorities to targets"
    ),
)

TERM = Fields(
    "term",
    "A statement of the policy.",
    Field("when", WHEN, WHEN_TEXT, WORDS),
    Field("say", Text(), "The statement.", WORDS, required=True),
    key_for_text=lambda text: "say",
)

QUOTA = Leaf(EXPECTED_QUOTA, "ZS105", parse_quota)
LIMIT = Fields(
    "limit",
    "How many of something are allowed.",
    Field("when", WHEN, WHEN_TEXT, JUDGED),
    Field("is", QUOTA, "The largest allowed number.", JUDGED, required=True),
    key_for_text=lambda text: "is",
)

TOPIC = Fields(
    "topic",
    "A topic of self-help.",
    Field("name", Text(), "The display name. Default: the id.", WORDS),
    Field("url", ADDRESS, "The address of the topic.", WORDS),
)

RESOURCE = Fields(
    "resource",
    "Something to read or watch.",
    Field("name", Text(), "The display name.", WORDS, required=True),
    Field(
        "kind",
        Choice("guide", "training", "questions", "video", "notes", "list", "other"),
        "The kind.",
        WORDS,
        required=True,
    ),
    Field(
        "topic",
        ListOf(Name("topic"), or_single=True),
        "The topics, or `each` for every topic. Default: none.",
        WORDS,
    ),
    Field(
        "audience", Values("role"), "The roles that the resource is for. Default: everyone.", WORDS
    ),
    Field("url", ADDRESS, "The address of the resource.", WORDS),
)

SELF_HELP = Fields(
    "self-help",
    "Help that customers find without opening a case.",
    Field("channel", Name("channel"), "The channel of the self-help.", WORDS),
    Field("complete", FLAG, "`false`: there are more topics than these.", WORDS),
    Field("topics", MapOf(ByNodeKind(text=Text(), mapping=TOPIC)), "The topics.", JUDGED),
    Field("resources", ListOf(RESOURCE), "The resources.", WORDS),
    noun=Message("the self-help"),
)

#: Hints for keys that people write instead of the keys of `effective`.
_VALIDITY_KEYS = {
    **dict.fromkeys(
        ("until", "till", "to", "end", "ends", "through", "thru", "expires", "expiry", "last",
         "valid-to", "valid-until", "end-date", "bis", "til"),
        Message("write `last_day`: the last day in force"),
    ),
    **dict.fromkeys(
        ("start", "starts", "since", "begin", "begins", "valid-from", "start-date", "on", "ab",
         "fra"),
        Message("write `from`: the first day in force"),
    ),
}  # fmt: skip

EFFECTIVE = Fields(
    "validity",
    "When this revision of the policy is in force.",
    Field("from", DATE, "The first day, in the policy's time zone. Default: none.", POSITION),
    Field("last_day", DATE, "The last day. Default: none.", POSITION),
    hint_for=lambda key: _VALIDITY_KEYS.get(key.casefold().replace("_", "-")),
    key_for_text=lambda text: "from",
    noun=Message("a validity period"),
)

POLICY = Fields(
    "policy",
    "A support policy.",
    Field("format", Choice(str(FORMAT)), "The version of the format.", POSITION, required=True),
    Field("policy", Id(), "The id.", JUDGED, required=True),
    Field("title", Text(), "The display name.", WORDS),
    Field(
        "timezone",
        ZONE,
        "The time zone of `effective`, and of calendars without one. Default: UTC.",
        JUDGED,
    ),
    Field("effective", EFFECTIVE, "When the revision is in force. Default: always.", POSITION),
    Field("sources", MapOf(SOURCE), "The documents that the policy is based on.", WORDS),
    Field(
        "plans", MapOf(ByNodeKind(text=Text(), mapping=PLAN)), "The plans.", JUDGED, required=True
    ),
    Field("roles", MapOf(ByNodeKind(text=Text(), mapping=ROLE)), "The roles.", JUDGED),
    Field("facts", MapOf(FACT), "Other properties of a case that change answers.", JUDGED),
    Field("groups", MapOf(Group()), "Names for several values of one dimension.", JUDGED),
    Field("channels", MapOf(CHANNEL), "The ways to get help.", JUDGED, required=True),
    Field("entitlements", ListOf(GRANT), "Who may use which channel.", JUDGED, required=True),
    Field("priorities", ListOf(PRIORITY), "The priorities, the most urgent first.", JUDGED),
    Field("priority-table", TABLE, "The priorities by two facts, as a table.", JUDGED),
    Field("metrics", ListOf(METRIC), "What is promised. Default: first-response.", JUDGED),
    Field(
        "business-day",
        Choice("close", "same-time", "opening"),
        "The time of the last day at which a target in business days is due. Default: close.",
        JUDGED,
    ),
    Field(
        "hours",
        MapOf(ByNodeKind(mapping=CALENDAR, items=ListOf(CALENDAR))),
        "The calendars.",
        JUDGED,
    ),
    Field(
        "commitment",
        ByNodeKind(text=Choice(*BINDINGS), items=ListOf(COMMITMENT)),
        "How binding the targets are.",
        JUDGED,
    ),
    Field("targets", ListOf(RULE), "The target rules.", JUDGED),
    Field(
        "limits",
        MapOf(ByNodeKind(text=QUOTA, items=ListOf(LIMIT))),
        "How many of something are allowed, such as contacts or cases, by topic.",
        JUDGED,
    ),
    Field("terms", MapOf(ListOf(TERM)), "Other statements of the policy, by topic.", WORDS),
    Field("self-help", SELF_HELP, "Help that customers find without opening a case.", JUDGED),
)
