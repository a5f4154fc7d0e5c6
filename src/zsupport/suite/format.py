"""The format of a tests file: every key and value that it can contain.

The reader uses it, `zsupport schema tests` prints it as JSON Schema, and a test compares the
guide's reference of keys with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from zsupport.answer.case import Answers, Date, Positive, Words
from zsupport.answer.channels import ChannelAnswer, ChannelOptions
from zsupport.answer.due import DueAnswer
from zsupport.answer.opening import STATES as HOURS_STATES
from zsupport.answer.opening import HoursAnswer
from zsupport.answer.priority import PriorityAnswer
from zsupport.answer.terms import TermAnswer
from zsupport.clock.problem import BadText, shown
from zsupport.clock.warn import parse_warn
from zsupport.clock.zones import country_code
from zsupport.library import Policy
from zsupport.policy.format import COUNTRY, ZONE, Values
from zsupport.policy.quoting import scalar
from zsupport.policy.schema import schema_of
from zsupport.policy.shape import (
    ANY_SCALAR,
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
    Reader,
    Schema,
    Shape,
    Text,
    report_wrong_kind,
)
from zsupport.policy.yamltext import Node, ScalarNode, SequenceNode, Way, path_of
from zsupport.typed import NamedTuple, field_types
from zsupport.wording import Message, enumerated

#: The version of the format of tests.
VERSION = 1
#: The expected value of a field that does not apply. The JSON answer has null there.
NONE = "none"
#: The spellings of null in YAML. They are refused, so that no test passes without an assertion.
_NULLS = ("", "~", "null", "Null", "NULL")


#: A mapping with known keys only: unlike policies, tests have no remarks.
Keys = partial(Fields, remarks=False)


def key_of(field: str, *value: str) -> str:
    """Return a field in the notation of a tests file, with its value if given, in backquotes.

    Two values are a mapping: `fact: {impact: down}`.
    """
    values = ": ".join(map(scalar, value))
    key = field.replace("_", "-")
    return f"`{key}: {{{values}}}`" if len(value) == 2 else f"`{': '.join([key, *value])}`"


def is_null(node: Node) -> bool:
    """Return whether a value is null: omitted, `null` or `~`."""
    return isinstance(node, ScalarNode) and node.plain and node.text.strip() in _NULLS


class StatedValue(Shape):
    """An expected value. Null is refused, because tests write `none` instead."""

    def __init__(self, inner: Shape) -> None:
        self.inner = inner
        self.words = inner.words

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the value that the inner shape reads."""
        if is_null(node):
            reader.report(
                "ZS003",
                node.span,
                way,
                Message("`{key}` has no value", key=path_of(way)[-1]),
                self.words,
                Message("remove the key, or write `none` for a field that does not apply"),
            )
            return None
        return self.inner.read(node, way, reader)

    def schema(self) -> Schema:
        """Return the schema of the inner shape."""
        return self.inner.schema()

    def parts(self) -> list[Shape]:
        """Return the inner shape."""
        return [self.inner]


class Anything(Shape):
    """Any value: texts, lists and mappings as in the JSON answer."""

    words = Message("a text, a list or a mapping")

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the node."""
        return node

    def schema(self) -> Schema:
        """Return a schema that accepts every value."""
        return {}


class TextsOrEmpty(Shape):
    """A list of texts; an empty list expects that there are none."""

    words = Message("a list of texts")

    def __init__(self) -> None:
        self.texts = ListOf(Line(Message("a text")), or_single=True)

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the texts with their places."""
        if isinstance(node, SequenceNode) and not node.items:
            return []
        return self.texts.read(node, way, reader)

    def schema(self) -> Schema:
        """Return a scalar or an array."""
        return {"anyOf": [dict(ANY_SCALAR), {"type": "array", "items": dict(ANY_SCALAR)}]}


class ChannelSet(Shape):
    """The value of `exactly`: all allowed channels. An empty list expects that none is allowed."""

    words = Message("a list of channels; [] for none")

    def __init__(self) -> None:
        self.channels = Values("channel")

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return (negated, names)."""
        if isinstance(node, SequenceNode) and not node.items:
            return (False, [])
        return self.channels.read(node, way, reader)

    def schema(self) -> Schema:
        """Return a scalar, an array of scalars, or an object with `not`."""
        return {"anyOf": [self.channels.schema(), {"type": "array", "maxItems": 0}]}

    def parts(self) -> list[Shape]:
        """Return the shape of the values."""
        return [self.channels]


def _number(text: str) -> int | str:
    if text == NONE:
        return text
    if not re.fullmatch(r"-?[0-9]{1,12}", text):
        raise BadText(
            Message("{text} is not a whole number", text=shown(text)),
            Message("a whole number, or none"),
            None,
        )
    return int(text)


class Flag(Choice):
    """True or false."""

    def __init__(self) -> None:
        super().__init__("true", "false")


_FLAG = Flag()
_NUMBER = Leaf(Message("a whole number, or none"), "ZS105", _number)
_TEXT = Line(Message("a text, or none"))
_INSTANT = Line(Message("an instant such as 2026-11-23T10:00:00+01:00, or none"))
_MOMENT = Line(Message("an instant such as 2026-11-23T10:00:00+01:00"))
_ZONE = Leaf(
    Message("a time zone such as Europe/Oslo"),
    ZONE.code,
    ZONE.parse,
    ZONE.parse_without_suggestion,
    compares=ZONE.compares,
)
_COUNTRY = Leaf(Message("a country such as NO"), COUNTRY.code, country_code)
_AT_RISK = Leaf(Message("a ratio such as 3/4 or 75%, or `1h before`"), "ZS111", parse_warn)
_TEXTS = TextsOrEmpty()
_ANY = Anything()
_FLAG_OR_NONE = ByNodeKind(text=Choice("true", "false", NONE))

#: Fields of an answer that `_fields` omits: they repeat the question. `because` has its own shape.
_NOT_EXPECTED = ("plan", "role", "channel", "facts", "metric", "topic", "because", "legs")

BECAUSE = ByNodeKind(
    text=Line(Message("the path of a rule, such as entitlements[1]")),
    items=ListOf(Line(Message("the path of a rule, such as entitlements[1]"))),
    mapping=Keys(
        "reason",
        "The rule that must have decided, by its condition.",
        Field(
            "when",
            ByNodeKind(
                mapping=Fields(
                    "condition of a reason",
                    "The condition of the rule as in the policy.",
                    Field("plan", Values("plan"), "The plans."),
                    Field("role", Values("role"), "The roles."),
                    Field("channel", Values("channel"), "The channels."),
                    Field("priority", Values("priority"), "The priorities."),
                    Field(
                        "opened",
                        Line(Message("`inside HOURS` or `outside HOURS`")),
                        "Whether the case is opened inside or outside hours.",
                    ),
                    other_keys=Values("fact"),
                    other_keys_text="a fact: its values",
                    noun=Message("the condition of a reason"),
                ),
                text=Choice("always"),
                words=Message("a condition, or `always` for a rule without a condition"),
            ),
            "The condition; `always` for a rule without a condition.",
            required=True,
        ),
        noun=Message("a reason"),
    ),
    words=Message(
        "a path such as entitlements[1], a list of paths, or {condition}", condition="{when: ...}"
    ),
)
_BECAUSE = Field(
    "because", StatedValue(BECAUSE), "The rules that must have decided: their paths or condition."
)


def _shape_of(kind: Any) -> Shape:
    """Return the shape of the expected value for the type of a field."""
    parts, container = get_args(kind), get_origin(kind) or kind
    if NoneType in parts:
        return _FLAG_OR_NONE if parts[0] is bool else _shape_of(parts[0])
    if container is Annotated:
        return _shape_of(parts[0])
    if container is tuple and _shape_of(parts[0]) is _TEXT:
        return _TEXTS
    shapes = {bool: _FLAG, int: _NUMBER, Positive: _NUMBER, datetime: _INSTANT}
    return shapes.get(container, _TEXT if container in (str, Words, Date) else _ANY)


def _are_words(kind: Any) -> bool:
    return kind in (Words, Date) or any(map(_are_words, get_args(kind)))


def _fields(answer: Any) -> tuple[Field, ...]:
    """Return the fields of an answer that can be expected."""
    return tuple(
        Field(name, StatedValue(_shape_of(kind)), f"The field `{name}` of the answer.")
        for name, kind in field_types(answer).items()
        if name not in _NOT_EXPECTED and not (name == "priority" and answer is not PriorityAnswer)
    )  # fmt: skip


def _answer(answer: Any, name: str, words: str, text: Shape | None, *more: Field) -> ByNodeKind:
    """Return the shape of an expectation: fields of an answer, or a single text."""
    summary = "The expected answer; only the listed fields are compared."
    noun = Message("the expected answer")
    keys = Keys(f"{name} answer", summary, *more, *_fields(answer), _BECAUSE, noun=noun)
    return ByNodeKind(text=text, mapping=keys, words=words)


class Expectation(Shape):
    """The expected answer. Its shape depends on the command, so its content is read later."""

    words = Message("the expected answer")

    def read(self, node: Node, way: Way, reader: Reader) -> Any:
        """Return the node and its position in the file; refuse an empty expectation."""
        if is_null(node):
            reader.report(
                "ZS003", node.span, way, Message("`{key}` has no value", key="expect"), self.words,
                Message("add the expected answer"),
            )  # fmt: skip
            return None
        if isinstance(node, SequenceNode):
            report_wrong_kind(
                node, way, reader, [Message("a text"), Message("a mapping")], self.words
            )
            return None
        return (node, way)

    def schema(self) -> Schema:
        """Return the schemas of all commands."""
        return {
            "anyOf": [
                alternative
                for question in TESTED.values()
                for alternative in _alternatives(question.expected)
            ]
        }

    def parts(self) -> list[Shape]:
        """Return the expectations of the commands."""
        return [question.expected for question in TESTED.values()]


def _alternatives(shape: ByNodeKind) -> list[Schema]:
    alternatives: list[Schema] = shape.schema()["anyOf"]
    return alternatives


_PLAN = Field("plan", Values("plan"), "The plans; with a list, every plan is tested.")
_ROLE = Field("role", Values("role"), "The roles.")
_CHANNEL = Field("channel", Values("channel"), "The channels.")
_PRIORITY = Field("priority", Values("priority"), "The priorities.")
_FACT = Field(
    "fact",
    MapOf(Values("fact"), key=Message("a fact")),
    "Facts with the same name as another key of this mapping.",
)
_AT = Field("at", _MOMENT, "The moment of the question; it selects the revision.")
_TZ = Field("tz", Line(Message("a time zone such as Europe/Oslo")), "The time zone of local times.")
_LANG = Field("lang", Line(Message("a language such as nb")), "The language of the policy's texts.")
_CUSTOMER = (
    Field("customer-tz", _ZONE, "The customer's time zone."),
    Field("customer-country", _COUNTRY, "The customer's country."),
)
_A_FACT = "a fact: its value, or a list of values"

#: Other options of a question about channels. In a policy with a fact of this name, the key is the
#: fact.
CHANNEL_OPTIONS = tuple(name for name in field_types(ChannelOptions) if name != "lang")
OPTION = Line(Message("a text"))
CHANNELS = Keys(
    "question about channels",
    "The options of `zsupport channels`. With lists, every combination is tested.",
    _PLAN, _ROLE, _CHANNEL, _PRIORITY, _FACT, _AT, _TZ, _LANG,
    other_keys=Values("fact"), other_keys_text=_A_FACT,
    noun=Message("a question about channels"),
)  # fmt: skip
DUE = Keys(
    "question about deadlines",
    "The options of `zsupport due`. With lists, every combination is tested.",
    _PLAN, _ROLE, _CHANNEL, _PRIORITY, _FACT,
    Field("opened", _MOMENT, "When the case was opened; it selects the revision."),
    Field("metric", ListOf(Name("metric"), or_single=True), "The metrics; `all` for all metrics."),
    Field("answered", _MOMENT, "When the case was answered."),
    Field("updated", _MOMENT, "When the case was last updated."),
    Field("resolved", _MOMENT, "When the case was resolved."),
    Field(
        "start", MapOf(_MOMENT, key=Message("a metric")),
        "When the clock of a metric started, if the policy states the start in words.",
    ),
    Field(
        "pause",
        ListOf(Line(Message("FROM/TO, or FROM/ for a pause without an end")), or_single=True),
        "When the clock was paused.",
    ),
    Field(
        "event",
        ListOf(Line(Message("INSTANT,NAME=VALUE")), or_single=True),
        "The changes of the case: from an instant, it has another plan, role, priority or fact.",
    ),
    Field(
        "at-risk",
        _AT_RISK,
        "The share of a target's time, or the time before it is due, after which it is at risk.",
    ),
    *_CUSTOMER,
    Field("at", _MOMENT, "The moment of the question; if omitted, the last event."),
    _TZ, _LANG,
    other_keys=Values("fact"), other_keys_text=_A_FACT,
    noun=Message("a question about deadlines"),
)  # fmt: skip
HOURS = Keys(
    "question about hours",
    "The options of `zsupport hours`. With lists, every combination is tested.",
    Field("name", Name("hours"), "The name of the hours; if omitted, the hours of channels."),
    _PLAN, _ROLE, _CHANNEL, _PRIORITY, _FACT, *_CUSTOMER, _AT, _TZ, _LANG,
    other_keys=Values("fact"), other_keys_text=_A_FACT,
    noun=Message("a question about hours"),
)  # fmt: skip
PRIORITY = Keys(
    "question about priorities",
    "The facts, as for `zsupport priority`. With lists, every combination is tested.",
    _FACT, _AT, _TZ, _LANG,
    other_keys=Values("fact"), other_keys_text=_A_FACT,
    noun=Message("a question about priorities"),
)  # fmt: skip

TERMS = Keys(
    "question about terms",
    "The options of `zsupport terms`. With lists, every combination is tested.",
    Field("topic", Id(), "The topic of a limit or of terms.", required=True),
    _PLAN, _ROLE, _CHANNEL, _PRIORITY, _FACT, _AT, _TZ, _LANG,
    other_keys=Values("fact"), other_keys_text=_A_FACT,
    noun=Message("a question about terms"),
)  # fmt: skip

TestedAnswer = ChannelAnswer | DueAnswer | HoursAnswer | PriorityAnswer | TermAnswer


class TestedQuestion(NamedTuple):
    """A question that tests can ask: its keys, method, type of answer, and expectations."""

    keys: Fields
    ask: Callable[..., Answers[TestedAnswer, object]]
    answer: type[TestedAnswer]
    expected: ByNodeKind  # a single text is the value that the command prints


TESTED = {
    "channels": TestedQuestion(
        CHANNELS, Policy.channels, ChannelAnswer,
        _answer(
            ChannelAnswer, "channels",
            Message(
                "a mapping such as {channels} or {flag}",
                channels="{exactly: [web]}", flag="{allowed: true}",
            ),
            None,
            Field(
                "exactly", StatedValue(ChannelSet()), "These channels are allowed, and no others."
            ),
            Field("include", StatedValue(Values("channel")), "These channels are allowed."),
            Field("exclude", StatedValue(Values("channel")), "These channels are not allowed."),
        ),
    ),
    "due": TestedQuestion(
        DUE, Policy.due, DueAnswer,
        _answer(
            DueAnswer, "due",
            Message("an instant, a state, or a mapping with fields of the answer"),
            Line(Message("an instant or a state")),
        ),
    ),
    "hours": TestedQuestion(
        HOURS, Policy.hours, HoursAnswer,
        _answer(
            HoursAnswer, "hours",
            Message(
                "{states}, or a mapping with fields of the answer",
                states=enumerated(HOURS_STATES, either=True),
            ),
            Choice(*HOURS_STATES),
        ),
    ),
    "priority": TestedQuestion(
        PRIORITY, Policy.priority, PriorityAnswer,
        _answer(
            PriorityAnswer, "priority",
            Message("the id of a priority, or a mapping with fields of the answer"),
            Line(Message("the id of a priority, or none")),
        ),
    ),
    "terms": TestedQuestion(
        TERMS, Policy.terms, TermAnswer,
        _answer(
            TermAnswer, "terms",
            Message("the text or the limit, or a mapping with fields of the answer"),
            Line(Message("the text or the limit, or none")),
        ),
    ),
}  # fmt: skip


def _fields_of_type(matches: Callable[[Any], bool]) -> set[str]:
    """Return the fields of answers whose types match."""
    return {
        name
        for question in TESTED.values()
        for name, kind in field_types(question.answer).items()
        if matches(kind)
    }


#: Fields of wording: answers that differ only in these fields are equal.
WORDS = {"because"} | _fields_of_type(_are_words)
#: Fields that contain an instant.
INSTANTS = _fields_of_type(lambda kind: _shape_of(kind) is _INSTANT)
#: Fields whose value depends on the moment: instants and seconds. A state can depend on it too.
OF_THE_MOMENT = INSTANTS | _fields_of_type(lambda kind: int in (kind, *get_args(kind)))

CASE = Keys(
    "case",
    "A question as on the command line, with its expected answer.",
    Field("name", Line(Message("a name")), "The name of the test; if omitted, the question."),
    Field("note", Text(), "A note for readers of the test."),
    Field("channels", CHANNELS, "The options of `zsupport channels`."),
    Field("due", DUE, "The options of `zsupport due`."),
    Field("hours", HOURS, "The options of `zsupport hours`."),
    Field("priority", PRIORITY, "The facts of `zsupport priority`."),
    Field("terms", TERMS, "The options of `zsupport terms`."),
    Field("expect", Expectation(), "The expected answer.", required=True),
    exclusive=tuple(TESTED),
    noun=Message("a case"),
)

CASES_WHERE = Keys(
    "case set",
    "A selection of cases; an omitted dimension matches all values.",
    Field("plan", Values("plan"), "The plans."),
    Field("role", Values("role"), "The roles."),
    Field("channel", Values("channel"), "The channels; only with `promised`."),
    Field("priority", Values("priority"), "The priorities."),
    other_keys=Values("fact"),
    other_keys_text="a fact: its values",
    noun=Message("a case set"),
)
CLAIM = Keys(
    "claim",
    "A statement that is true, or false, in every selected case.",
    Field("channel", Values("channel"), "These channels are allowed."),
    Field(
        "promised",
        ListOf(Name("metric"), or_single=True),
        "These metrics have a target in every case that can be opened.",
    ),
    required_any=("channel", "promised"),
    noun=Message("a claim"),
)
INVARIANT = Keys(
    "invariant",
    "A rule for every case of the policy, or for a selection of cases.",
    Field("name", Line(Message("a name")), "The name of the invariant; if omitted, its claims."),
    Field("note", Text(), "A note for readers of the test."),
    Field("for", CASES_WHERE, "The selected cases; if omitted, all cases."),
    Field("require", CLAIM, "A claim that is true in all selected cases."),
    Field("forbid", CLAIM, "A claim that is false in all selected cases."),
    Field("at", _MOMENT, "A moment at which the tested revision is in force."),
    required_any=("require", "forbid"),
    noun=Message("an invariant"),
)

TESTS = Keys(
    "tests file",
    "The tests of a policy, in a file whose name ends in _test.yaml.",
    Field("tests", Choice(str(VERSION)), "The version of this format.", required=True),
    Field("policy", Id(), "The id of the tested policy.", required=True),
    Field("note", Text(), "A note for readers of the tests."),
    Field(
        "at",
        _MOMENT,
        "The moment of tests that state no moment; if omitted, the newest revision answers.",
    ),
    Field("cases", ListOf(CASE), "Questions with their expected answers."),
    Field("invariants", ListOf(INVARIANT), "Rules for all cases of the policy."),
    required_any=("cases", "invariants"),
    noun=Message("a tests file"),
)


def tests_schema() -> Schema:
    """Return the JSON Schema (draft 7) of a tests file; it does not check names of the policy."""
    return schema_of(TESTS, "zsupport tests")
