"""The policy format, once: every section, key and value that a policy may hold.

The loader reads by it, `zsupport schema` prints it as JSON Schema and `zsupport help reference`
as a reference. To add a key, add a Field here, and a field of the same name to the class of
`zsupport.policy.model` that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from zsupport.clock import ratio
from zsupport.clock.problem import BadText, shown
from zsupport.clock.target_text import parse_target
from zsupport.clock.window_text import (
    EXPECTED_DATE,
    parse_date,
    parse_day_windows,
    parse_days,
    parse_month_day,
    parse_open,
    parse_years,
)
from zsupport.clock.windows import DAYS, Window
from zsupport.clock.zones import country_codes, zone
from zsupport.errors import nearest
from zsupport.policy.model import BINDINGS, CHANNEL_KINDS
from zsupport.policy.shape import (
    ANY_SCALAR,
    COMMA,
    ID_PATTERN,
    JUDGED,
    POSITION,
    WORDS,
    Choice,
    Field,
    Fields,
    Id,
    Leaf,
    Line,
    ListOf,
    MapOf,
    Name,
    Named,
    OneOf,
    Reader,
    Record,
    Schema,
    Shape,
    Text,
    left_out,
    wrong_kind,
)
from zsupport.policy.yamltext import MappingNode, Node, ScalarNode, Way, short
from zsupport.typed import NamedTuple
from zsupport.version import FORMAT

#: Dimensions of a case that every policy may have; facts are added by the policy.
DIMENSIONS = ("plan", "role", "channel", "priority")
#: Words that a fact cannot be called, because they stand beside facts in a condition.
RESERVED = (*DIMENSIONS, "opened", "note", "unclear", "source")
#: The hours that every policy has without defining them.
ALWAYS = "24x7"
#: What a priority cannot be called: the key by which a cell is told from targets by priority.
TARGET_KEY = "target"


def _zone_name(text: str, *, suggest: bool = True) -> str:
    return str(zone(text, suggest=suggest))


def _calendar_zone(text: str, *, suggest: bool = True) -> str:
    return text if text == "customer" else _zone_name(text, suggest=suggest)


def _date(text: str) -> str:
    return parse_date(text).isoformat()


def _holiday(text: str) -> str:
    """Return a date as YYYY-MM-DD, or a recurring day as MM-DD."""
    if re.fullmatch(r"[0-9]{2}-[0-9]{2}", text):
        parse_month_day(text)
        return text
    try:
        return _date(text)
    except BadText as problem:
        hint = problem.hint or _holiday_hint(text)
        raise BadText(problem.message, f"{EXPECTED_DATE}, or every year as MM-DD", hint) from None


def _holiday_hint(text: str) -> str | None:
    """Return how a day and a month in another spelling are written, where they cannot swap."""
    parts = re.fullmatch(r"([0-9]{1,2})([./ -])([0-9]{1,2})\.?", text)
    if parts is None:
        return None
    one, two = int(parts[1]), int(parts[3])
    month, day = (two, one) if one > 12 else (one, two)
    if day > 12 >= month:
        try:
            parse_month_day(f"{month:02d}-{day:02d}")
        except BadText:
            return None
        return f"write `{month:02d}-{day:02d}`"
    return "write the month, then the day: MM-DD"


def _open(text: str) -> tuple[Window, ...] | str:
    """Return the week's windows, or `24x7`, which is no window but every instant."""
    return parse_open(text) or "24x7"


def _breaks(text: str) -> tuple[Window, ...]:
    if text == "closed":
        raise BadText(
            "`closed` is no break", "times such as `12:00-14:00`", "a whole day stands in `dates`"
        )
    return parse_day_windows(text)


def _country(text: str) -> str:
    if text not in country_codes():
        raise BadText(f"{shown(text)} is no country", _COUNTRY, _country_hint(text))
    return text


def _country_hint(text: str) -> str | None:
    """Return the code of a country that is named or written in another way."""
    codes = country_codes()
    if text.upper() in codes:
        return f"write `{text.upper()}`"
    names = {"uk": "GB", "usa": "US", "united kingdom": "GB", "england": "GB", "norge": "NO"}
    names |= {name.casefold(): code for code, name in codes.items()}
    close = nearest(text, names) if text.casefold() not in names else text.casefold()
    # Two or three letters are near too much to guess by.
    exact = text.casefold() in names
    return f"write `{names[close]}`" if close and (exact or len(text) > 3) else None


def _opened(text: str) -> tuple[bool, str]:
    found = re.fullmatch(r"(inside|outside) (\S+)", text)
    if not found:
        raise BadText(f"{shown(text)} names no hours", "`inside HOURS` or `outside HOURS`", None)
    return found[1] == "inside", found[2]


def _country_or_any(text: str, node: Node, way: Way, reader: Reader) -> None:
    if text != "any" and text not in country_codes():
        hint = _country_hint(text) if reader.may_compare(_ALL_COUNTRIES) else None
        message = f"{shown(text)} is no country"
        reader.report("ZS204", node.span, way, message, f"{_COUNTRY}, or `any`", hint)


def _key_by(parse: Callable[[str], Any]) -> Callable[[str, Node, Way, Reader], None]:
    """Return the check of a key that is a date, or whatever else `parse` takes."""

    def check(text: str, node: Node, way: Way, reader: Reader) -> None:
        try:
            parse(text)
        except BadText as problem:
            reader.report("ZS109", node.span, way, problem.message, problem.expected, problem.hint)

    return check


_date_key = _key_by(_date)
_DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_HOLIDAY_PATTERN = r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"
_COUNTRY = "an ISO 3166 code such as US or DE"
# How many names are compared where a zone or a country is not known.
_ALL_ZONES = 1200
_ALL_COUNTRIES = 250

DATE = Leaf("a date, YYYY-MM-DD", "ZS109", _date)
DAY_OFF = Leaf("a date, YYYY-MM-DD", "ZS109", _date, placed=True)
HOLIDAY = Leaf("a date, YYYY-MM-DD or every year MM-DD", "ZS109", _holiday, placed=True)
ZONE = Leaf(
    "an IANA zone such as Europe/Oslo, or UTC+01:00",
    "ZS203",
    _zone_name,
    partial(_zone_name, suggest=False),
    compares=_ALL_ZONES,
)
TARGET = Leaf(
    "a target such as 30m, 4h 24x7, 4 business hours, next business day, none or not-stated",
    "ZS104",
    parse_target,
)
FLAG = Choice("true", "false")
ADDRESS = Line("an address")
DIALLED = Line("a number to call")
COUNTRY = Leaf("an ISO 3166 country code", "ZS204", _country, compares=_ALL_COUNTRIES)


class _OpeningTimes(Leaf):
    """Opening times of a week, as one text."""

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return what `parse` makes of the text; a mapping from days to times is told so."""
        if isinstance(node, MappingNode) and node.entries:
            message = "a mapping stands here"
            reader.report("ZS103", node.span, way, message, self.words, _as_texts(node))
            return None
        return super().read(node, way, reader)


def _as_texts(node: MappingNode) -> str:
    """Return how a mapping from days to times is written."""
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
        return "write days and times as one text: `mon-fri 09:00-18:00`"
    return f"write `{texts[0]}`" if len(texts) == 1 else f"write `[{', '.join(texts)}]`"


#: Words for a clock that never pauses, which leaving the key out says.
_NO_PAUSES = frozenset((
    "-", "0", "aldri", "false", "ingen", "keine", "n/a", "nei", "nein", "never", "nie", "no",
    "none", "not", "nothing", "null", "off", "~",
))  # fmt: skip
#: Words for a clock that pauses at some time, and not for when.
_ANY_PAUSES = frozenset(("1", "ja", "on", "true", "y", "yes"))


class Pauses(Text):
    """Words that say when a clock pauses; a word for never or for yes says no moment."""

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the text, one string or one by language."""
        text = super().read(node, way, reader)
        for words in text.values() if isinstance(text, dict) else [text]:
            word = (words or "").strip(" .").casefold()
            if word in _NO_PAUSES:
                hint = "leave `pauses` out: then the clock never pauses"
            elif word in _ANY_PAUSES:
                hint = "say when in words, such as `while we wait for the customer`"
            else:
                continue
            message = f"`{short(words)}` does not say when the clock pauses"
            reader.report("ZS105", node.span, way, message, "words that say when", hint)
            return None
        return text


class Values(Shape):
    """Which values of a dimension: an id or group, a list of them, or `{not: ...}`."""

    words = "an id or a group, a list of them, or {not: ...}"

    def __init__(self, kind: str) -> None:
        self.names = ListOf(Name(kind), or_one=True)

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return (negated, names)."""
        if not isinstance(node, MappingNode):
            names = self.names.read(node, way, reader)
            return None if names is None else (False, names)
        names = None
        for key, value in node.entries:
            inside = (way, key.text)
            if key.text == "not":
                names = self.names.read(value, inside, reader)
            elif not left_out(value):
                reader.report_unknown("ZS101", Named(key.text, key, inside), "key here", ["not"])
            else:
                reader.report("ZS003", key.span, inside, f"`{short(key.text)}` has no value",
                              self.words, COMMA)  # fmt: skip
        if not node.entries and node.whole:
            reader.report("ZS003", node.span, way, "the mapping is empty", self.words)
        return None if names is None else (True, names)

    def schema(self) -> Schema:
        """Return a scalar, an array of scalars, or an object with `not`."""
        return {"$ref": "#/definitions/values"}

    @classmethod
    def definition(cls) -> Schema:
        """Return what `#/definitions/values` stands for."""
        some: Schema = {
            "anyOf": [ANY_SCALAR, {"type": "array", "items": ANY_SCALAR, "minItems": 1}]
        }
        return {
            "anyOf": [
                *some["anyOf"],
                {
                    "type": "object",
                    "properties": {"not": some},
                    "required": ["not"],
                    "additionalProperties": False,
                },
            ]
        }


CONDITION = Fields(
    "condition",
    "What must hold, all parts together; a dimension left out matches every value.",
    Field("plan", Values("plan"), "Plans for which it holds.", JUDGED),
    Field("role", Values("role"), "Roles for which it holds.", JUDGED),
    Field(
        "channel", Values("channel"), "Channels for which it holds (not in entitlements).", JUDGED
    ),
    Field("priority", Values("priority"), "Priorities for which it holds.", JUDGED),
    Field(
        "opened",
        Leaf("`inside HOURS` or `outside HOURS`", "ZS105", _opened),
        "In targets only: whether the case was opened inside or outside those hours.",
        JUDGED,
    ),
    others=Values("fact"),
    others_say="a fact: the values of it for which it holds",
)


WHEN = OneOf(
    mapping=CONDITION,
    items=ListOf(CONDITION),
    words="a condition (a mapping), or a list of them, any of which",
)
WHEN_SAYS = "When it holds; left out: always."

SOURCE = Fields(
    "source",
    "Where statements of the policy come from.",
    Field("title", Text(), "What the source is called.", WORDS),
    Field("url", ADDRESS, "Where it is found.", WORDS),
    Field("retrieved", DATE, "The day on which it was read.", WORDS),
    meant=lambda text: "url" if "://" in text else "title",
)

PLAN = Fields(
    "plan",
    "What a customer has bought.",
    Field("name", Text(), "Its name for people; left out: the id.", WORDS),
    Field("above", ListOf(Name("plan"), or_one=True), "Plans that this one ranks above.", WORDS),
    Field("aliases", ListOf(Id(), or_one=True), "Other ids by which it may be asked for.", JUDGED),
    Field("retired", DATE, "Not sold since then; still answered.", WORDS),
)

ROLE = Fields(
    "role",
    "What a person is in the customer's account.",
    Field("name", Text(), "Its name for people; left out: the id.", WORDS),
    Field("above", ListOf(Name("role"), or_one=True), "Roles that this one ranks above.", WORDS),
    Field("aliases", ListOf(Id(), or_one=True), "Other ids by which it may be asked for.", JUDGED),
)

FACT = Fields(
    "fact",
    "Something else that an answer depends on and that a question states.",
    Field("ask", Text(), "The question that a person is asked.", WORDS),
    Field(
        "values", MapOf(Text()), "The values with their meaning; left out: false and true.", JUDGED
    ),
    Field(
        "default",
        Name("value"),
        "The value taken when none is given; without `values`: false.",
        JUDGED,
    ),
    meant=lambda text: "ask",
    example='{ask: "The question?"}',
)


class Group(Shape):
    """A name for values of one dimension."""

    words = "a mapping with one dimension or fact: its values"

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return (the dimension's name, (negated, names))."""
        if not isinstance(node, MappingNode):
            wrong_kind(node, way, reader, self.words)
            return None
        if len(node.entries) != 1 and not (node.whole or node.entries):
            return None
        if len(node.entries) != 1:
            names = ", ".join(f"`{short(key.text)}`" for key, _ in list(node.entries)[:10])
            message = f"a group is about one dimension, not {names}" if names else "it is empty"
            reader.report("ZS103", node.span, way, message, self.words)
            return None
        key, value = next(iter(node.entries))
        inside = (way, key.text)
        values = Values(key.text).read(value, inside, reader)
        return None if values is None else (Named(key.text, key, inside), values)

    def schema(self) -> Schema:
        """Return an object with one key."""
        return {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": {"$ref": "#/definitions/values"},
        }

    def parts(self) -> list[Shape]:
        """Return the values' shape."""
        return [Values("value")]


NUMBER = Fields(
    "number",
    "A number with a remark.",
    Field("number", DIALLED, "The number as people dial it.", JUDGED, required=True),
)

CHANNEL = Fields(
    "channel",
    "A way to get help.",
    Field("name", Text(), "Its name for people.", WORDS, required=True),
    Field(
        "kind",
        Choice(*CHANNEL_KINDS),
        "What it is; `self-service` and `community` open no case and have no targets.",
        JUDGED,
        required=True,
    ),
    Field("url", ADDRESS, "Where it is found.", JUDGED),
    Field("steps", ListOf(Text(), or_one=True), "How to use it, in order.", WORDS),
    Field(
        "prerequisites", ListOf(Text(), or_one=True), "What one must have ready, always.", JUDGED
    ),
    Field(
        "numbers",
        MapOf(
            ListOf(OneOf(text=DIALLED, mapping=NUMBER), or_one=True),
            key="a country code or `any`",
            check=_country_or_any,
            # NO, a country, is false to a reader of YAML 1.1.
            pattern="^([A-Z]{2}|any|[Ff]alse)$",
        ),
        "Numbers to call by country.",
        JUDGED,
    ),
    Field("aliases", ListOf(Id(), or_one=True), "Other ids by which it may be asked for.", JUDGED),
)

GRANT = Fields(
    "grant",
    "An entitlement: channels that are allowed when the condition holds. Nothing else is.",
    Field("when", WHEN, WHEN_SAYS, JUDGED),
    Field("allow", ListOf(Name("channel"), or_one=True), "The channels that are allowed.", JUDGED),
    Field(
        "recommend",
        ListOf(Name("channel"), or_one=True),
        "Grants nothing; the order in which to try what is allowed.",
        WORDS,
    ),
    Field("hours", Name("hours"), "When the channel is open for this grant.", JUDGED),
    Field("prerequisites", ListOf(Text(), or_one=True), "What one must have ready for it.", JUDGED),
    exactly_one=("allow", "recommend"),
)

PRIORITY = Fields(
    "priority",
    "How urgent a case is; the first in the list whose condition on facts holds.",
    Field("id", Id(), "Its id.", JUDGED, required=True),
    Field("name", Text(), "Its name for people; left out: the id.", WORDS),
    Field("meaning", Text(), "What it means.", WORDS),
    Field("when", WHEN, "The facts for which it holds; left out: all that is left.", JUDGED),
    Field("aliases", ListOf(Id(), or_one=True), "Other ids by which it may be asked for.", JUDGED),
    meant=lambda text: "id",
)

METRIC = Fields(
    "metric",
    "What is promised: a first response, an update, a solution.",
    Field("id", Id(), "Its id.", JUDGED, required=True),
    Field("name", Text(), "Its name for people; left out: the id.", WORDS),
    Field(
        "starts",
        Text(),
        "What starts its clock: `opened` (where it is left out), `answered`, `updated` (the last"
        " update), or words (a question gives the moment as a start).",
        JUDGED,
    ),
    Field("pauses", Pauses(), "When its clock stands still, in words; left out: never.", JUDGED),
    Field("warn", Leaf(ratio.EXPECTED, "ZS111", ratio.parse_ratio), "When it is at risk.", WORDS),
    meant=lambda text: "id",
)

WINDOWS = Leaf("`HH:MM-HH:MM`, or `closed`", "ZS110", parse_day_windows, placed=True)
BREAKS = Leaf("`HH:MM-HH:MM`", "ZS110", _breaks, placed=True)

HOLIDAYS = Fields(
    "holidays",
    "Days off: dates, and the public holidays of a country.",
    Field("country", COUNTRY, "Its public holidays.", JUDGED),
    Field(
        "subdivision", Line("its code"), "A part of the country, such as BY for Bavaria.", JUDGED
    ),
    Field(
        "add",
        OneOf(
            text=HOLIDAY,
            items=ListOf(HOLIDAY),
            mapping=MapOf(Text(), key="a date", check=_key_by(_holiday), pattern=_HOLIDAY_PATTERN),
            words="a date, YYYY-MM-DD or every year MM-DD, a list of them, or a mapping to names",
        ),
        "Days off beside them.",
        JUDGED,
    ),
    Field("remove", ListOf(HOLIDAY, or_one=True), "Holidays that are worked.", JUDGED),
    Field(
        "covers",
        Leaf("a year, or a run of years such as 2026-2027", "ZS109", parse_years),
        "The years for which the list is known; an answer beyond them carries a warning.",
        JUDGED,
    ),
    Field(
        "frozen",
        OneOf(
            items=ListOf(DAY_OFF),
            mapping=MapOf(Text(), key="a date", check=_date_key, pattern=_DATE_PATTERN),
            words="a list of dates, YYYY-MM-DD, or a mapping from them to names",
        ),
        "What the country's calendar gave, pinned.",
        JUDGED,
    ),
    Field(
        "exchanged",
        Choice(*DAYS, "ignore"),
        "The weekday whose hours a day of the weekend has that the country works in exchange for a"
        " day off; `ignore`: it has its own.",
        JUDGED,
    ),
    Field(
        "frozen-exchanged",
        ListOf(DAY_OFF),
        "The days of the weekend that the country's calendar gave as worked, pinned.",
        JUDGED,
    ),
    needs={
        "subdivision": ("country", None),
        "exchanged": ("country", None),
        "frozen-exchanged": ("frozen", None),
    },
    hint_for=lambda key: "dates with names stand in `add`" if key[:1].isdigit() else None,
)


class _CustomersHolidays(Choice):
    """The word `customer`; a hint says how a country, a date or no holidays are written."""

    def __init__(self) -> None:
        super().__init__("customer")

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the word."""
        text = node.text.strip() if isinstance(node, ScalarNode) else "customer"
        # Comparing with the names of all countries takes longer than the rest of a policy.
        hint = None if text == "customer" else _holidays_hint(text)
        if hint is None:
            return super().read(node, way, reader)
        assert isinstance(node, ScalarNode)
        message = f"`{short(node.text)}` cannot stand here"
        words = "`customer`, a list of dates, or a mapping such as {country: US}"
        reader.report("ZS105", node.span, way, message, words, hint)
        return None


def _holidays_hint(text: str) -> str | None:
    """Return how the holidays that a text may mean are written."""
    if text.casefold() in ("no", "none", "false", "never", "-", "null", "~"):
        return "leave `holidays` out: then no day is one"
    country, hyphen, part = text.partition("-")
    if hyphen and country in country_codes() and re.fullmatch(r"[A-Z0-9]{1,3}", part):
        return f"write `{{country: {country}, subdivision: {part}}}`"
    if text in country_codes():
        return f"write `{{country: {text}}}`"
    try:
        return f"write `[{_holiday(text)}]`"
    except BadText:
        pass
    country_hint = _country_hint(text)
    return country_hint and re.sub(r"`([A-Z]{2})`", r"`{country: \1}`", country_hint)


CALENDAR = Fields(
    "calendar",
    "Opening hours.",
    Field("when", WHEN, "In a list of calendars: when this one holds.", JUDGED),
    Field(
        "timezone",
        Leaf(
            "an IANA zone, `UTC+01:00` or `customer`",
            "ZS203",
            _calendar_zone,
            partial(_calendar_zone, suggest=False),
            compares=_ALL_ZONES,
        ),
        "The zone of its times; left out: the policy's. `customer`: asked for.",
        JUDGED,
    ),
    Field("ask", Text(), "What the customer is asked for where the zone is theirs.", WORDS),
    Field(
        "open",
        ListOf(
            _OpeningTimes(
                "`mon-fri 09:00-17:00`, `fri 17:00 - mon 09:00` or `24x7`",
                "ZS110",
                _open,
                placed=True,
            ),
            or_one=True,
        ),
        "Its windows.",
        JUDGED,
    ),
    Field(
        "holidays",
        OneOf(text=_CustomersHolidays(), items=ListOf(HOLIDAY), mapping=HOLIDAYS),
        "Its days off; `customer`: the public holidays of the customer's country.",
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
        "With `24x7` only: holidays close it all the same.",
        JUDGED,
    ),
    Field(
        "dates",
        MapOf(ListOf(WINDOWS, or_one=True), key="a date", check=_date_key, pattern=_DATE_PATTERN),
        "Windows of single dates, instead of those of the weekday.",
        JUDGED,
    ),
    Field(
        "breaks",
        MapOf(ListOf(BREAKS, or_one=True), key="a date", check=_date_key, pattern=_DATE_PATTERN),
        "Closed then, on those dates.",
        JUDGED,
    ),
    Field(
        "business-days",
        Leaf("weekdays such as mon-fri", "ZS110", parse_days),
        "The weekdays that count as business days.",
        JUDGED,
    ),
    Field("any", ListOf(Name("hours")), "Open when one of these is.", JUDGED),
    at_least_one=("open", "any"),
    alone=("any",),
    needs={"apply-holidays": ("open", "24x7")},
    meant=lambda text: "open",
)

COMMITMENT = Fields(
    "commitment",
    "How binding the targets are.",
    Field("when", WHEN, WHEN_SAYS, JUDGED),
    Field("is", Choice(*BINDINGS), "How binding.", JUDGED, required=True),
    meant=lambda text: "is",
)

CELL = Fields(
    "cell",
    "A target with more to say.",
    Field("target", TARGET, "The target.", JUDGED, required=True),
    Field("text", Text(), "The words in which it was published.", WORDS),
    Field("hours", Name("hours"), "The calendar of a value that says business.", JUDGED),
    Field("condition", Text(), "What the customer must do for it.", JUDGED),
)


class ByPriority(NamedTuple):
    """The targets of one metric, where each priority has its own."""

    record: Record


class Cells(Shape):
    """The targets of one metric: one for all priorities, or one for each."""

    words = "a target, or a mapping from priorities to targets"

    def __init__(self) -> None:
        self.cell = OneOf(text=TARGET, mapping=CELL)
        self.by_priority = MapOf(
            self.cell,
            key="a priority",
            check=None,  # whether it is defined, the loader knows
            pattern=rf"^(?!{TARGET_KEY}$)" + ID_PATTERN[1:],
        )

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return a Target, the Record of a cell, or ByPriority with either for each."""
        if isinstance(node, ScalarNode):
            return TARGET.read(node, way, reader)
        if not isinstance(node, MappingNode):
            wrong_kind(node, way, reader, self.words)
            return None
        keys = node.by_key
        # What has the keys of a cell only, but for a slip, is a cell without a target.
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
        """Return the three ways of writing; what has the keys of a cell only is a cell."""
        others = {"not": {"propertyNames": {"enum": list(CELL.fields)}}}
        return {"anyOf": [*self.cell.schema()["anyOf"], {**self.by_priority.schema(), **others}]}

    def parts(self) -> list[Shape]:
        """Return the cell."""
        return [CELL]


RULE = Fields(
    "target rule",
    "Targets by metric and priority; read downwards, the first that matches and states it.",
    Field("when", WHEN, WHEN_SAYS, JUDGED),
    Field("hours", Name("hours"), "The calendar of every value that says business.", JUDGED),
    Field("condition", Text(), "What the customer must do for it.", JUDGED),
    others=Cells(),
    others_say="a metric: one target for all priorities, or a mapping from priorities to targets",
)

TERM = Fields(
    "term",
    "What is said in words.",
    Field("when", WHEN, WHEN_SAYS, WORDS),
    Field("say", Text(), "What is said.", WORDS, required=True),
    meant=lambda text: "say",
)

TOPIC = Fields(
    "topic",
    "A subject of the self-help.",
    Field("name", Text(), "Its name for people; left out: the id.", WORDS),
    Field("url", ADDRESS, "Where it is found.", WORDS),
)

RESOURCE = Fields(
    "resource",
    "Something to read or watch.",
    Field("name", Text(), "Its name for people.", WORDS, required=True),
    Field(
        "kind",
        Choice("guide", "training", "questions", "video", "notes", "list", "other"),
        "What it is.",
        WORDS,
        required=True,
    ),
    Field(
        "topic",
        ListOf(Name("topic"), or_one=True),
        "Its topics, or `each`; left out: it belongs to none.",
        WORDS,
    ),
    Field("audience", Values("role"), "The roles that it is for; left out: everyone.", WORDS),
    Field("url", ADDRESS, "Where it is found.", WORDS),
)

SELF_HELP = Fields(
    "self-help",
    "What people find without opening a case.",
    Field("channel", Name("channel"), "The channel by which it is reached.", WORDS),
    Field("complete", FLAG, "false: there are more topics than are listed.", WORDS),
    Field("topics", MapOf(OneOf(text=Text(), mapping=TOPIC)), "Its subjects.", JUDGED),
    Field("resources", ListOf(RESOURCE), "What is there.", WORDS),
)

#: What is written in place of the keys of `effective`.
_VALIDITY_KEYS = {
    **dict.fromkeys(
        ("until", "till", "to", "end", "ends", "through", "thru", "expires", "expiry", "last",
         "valid-to", "valid-until", "end-date", "bis", "til"),
        "write `last_day`: the last day in force, itself included",
    ),
    **dict.fromkeys(
        ("start", "starts", "since", "begin", "begins", "valid-from", "start-date", "on", "ab",
         "fra"),
        "write `from`: the first day in force",
    ),
}  # fmt: skip

EFFECTIVE = Fields(
    "validity",
    "When this revision of the policy is in force.",
    Field("from", DATE, "Its first day, in the policy's zone; left out: always.", POSITION),
    Field("last_day", DATE, "Its last day.", POSITION),
    hint_for=lambda key: _VALIDITY_KEYS.get(key.casefold().replace("_", "-")),
    meant=lambda text: "from",
)

POLICY = Fields(
    "policy",
    "A support policy.",
    Field("format", Choice(str(FORMAT)), "The version of this format.", POSITION, required=True),
    Field("policy", Id(), "The policy's id.", JUDGED, required=True),
    Field("title", Text(), "Its name for people.", WORDS),
    Field(
        "timezone",
        ZONE,
        "The zone of `effective`, and of calendars that name none; left out: UTC.",
        JUDGED,
    ),
    Field("effective", EFFECTIVE, "When it is in force; left out: always.", POSITION),
    Field("sources", MapOf(SOURCE), "Where its statements come from.", WORDS),
    Field("plans", MapOf(OneOf(text=Text(), mapping=PLAN)), "The plans.", JUDGED, required=True),
    Field("roles", MapOf(OneOf(text=Text(), mapping=ROLE)), "The roles.", JUDGED),
    Field("facts", MapOf(FACT), "Whatever else an answer depends on.", JUDGED),
    Field("groups", MapOf(Group()), "Names for values of one dimension.", JUDGED),
    Field("channels", MapOf(CHANNEL), "The ways to get help.", JUDGED, required=True),
    Field("entitlements", ListOf(GRANT), "Who may use which channel.", JUDGED, required=True),
    Field("priorities", ListOf(PRIORITY), "The priorities, the most urgent first.", JUDGED),
    Field("metrics", ListOf(METRIC), "What is promised; left out: first-response.", JUDGED),
    Field(
        "business-day",
        Choice("close", "same-time", "opening"),
        "How a target in business days reads; left out: close.",
        JUDGED,
    ),
    Field(
        "hours", MapOf(OneOf(mapping=CALENDAR, items=ListOf(CALENDAR))), "The calendars.", JUDGED
    ),
    Field(
        "commitment",
        OneOf(text=Choice(*BINDINGS), items=ListOf(COMMITMENT)),
        "How binding the targets are.",
        JUDGED,
    ),
    Field("targets", ListOf(RULE), "What is promised, by rule.", JUDGED),
    Field("terms", MapOf(ListOf(TERM)), "Everything else that is said in words.", WORDS),
    Field("self-help", SELF_HELP, "What people find without opening a case.", JUDGED),
)
