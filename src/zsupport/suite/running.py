"""Run tests: ask the library and compare its answers with the expected answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, tzinfo
from itertools import product

from zsupport.answer.case import Because, Case
from zsupport.answer.channels import ChannelAnswer
from zsupport.answer.facts import PrioritiesByFacts
from zsupport.answer.priority import PriorityAnswer
from zsupport.clock.instants import format_instant, from_datetime, parse_instant
from zsupport.clock.problem import BadText
from zsupport.errors import EnvironmentFault, ZsupportError
from zsupport.policy.format import DIMENSIONS
from zsupport.policy.yamltext import (
    MappingNode,
    Node,
    Path,
    Plain,
    ScalarNode,
    SequenceNode,
    path_key,
)
from zsupport.suite.example import Example, Expected, Question, Reason
from zsupport.suite.format import NONE, TESTED, TestedAnswer, key_of
from zsupport.suite.reading import paths_with
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import NamedTuple
from zsupport.wording import Message, Wording, joined

#: The keys that are compared with all channels of a case together, not with each answer.
CHANNEL_SET_KEYS = ("exactly", "include", "exclude")
#: Fields in which `none` is a value of its own, and does not mean null.
_FIELDS_WITH_NONE = ("target", "commitment")


class _ErrorInTests(Message):
    """The message of an error, on one line and with fields in the notation of tests."""

    __slots__ = ()

    def worded(self, wording: Wording) -> str:
        """Return the message in the language of the reader."""
        return " ".join(super().worded(Wording(wording.language, key_of)).split())


class Reply(NamedTuple):
    """The answers in one case."""

    case: Case
    rows: tuple[TestedAnswer, ...]

    @property
    def allowed(self) -> tuple[str, ...]:
        """The allowed channels in the order of the policy."""
        return tuple(row.channel for row in self.channels if row.allowed)

    @property
    def channels(self) -> tuple[ChannelAnswer, ...]:
        """The answers about channels."""
        return tuple(row for row in self.rows if isinstance(row, ChannelAnswer))

    @property
    def together(self) -> tuple[TestedAnswer, ...]:
        """The answers for allowed channels, or all answers if no channel is allowed."""
        return tuple(row for row in self.channels if row.allowed) or self.rows


class Failure(NamedTuple):
    """A difference from the expected answer.

    If `expected` is None, the question had no answer.
    """

    expected: Expected | None
    case: Case
    actual: object  # the value of the field; for an error, its message
    because: tuple[Because, ...]
    state: str | None = None  # of a deadline
    metric: str | None = None  # of a deadline
    missing: tuple[str, ...] = ()  # expected channels that are not allowed
    surplus: tuple[str, ...] = ()  # allowed channels that are not expected


class ExampleResult(NamedTuple):
    """The result of one test: all differences from the expected answers."""

    example: Example
    failures: tuple[Failure, ...]


def run(subject: PolicyUnderTest, example: Example) -> ExampleResult:
    """Run a test; its failures are in the order of its combinations."""
    failures: list[Failure] = []
    for combination in combinations(example.question):
        replies, problem = _replies_or_error(subject, example.question, combination)
        if problem is not None:
            failures.append(Failure(None, combination, problem, ()))
        for reply in replies:
            failures += failures_of(subject, example, reply)
    return ExampleResult(example, tuple(failures))


def passes(
    subject: PolicyUnderTest, example: Example, selection: Iterable[Case] | None = None
) -> bool:
    """Return whether a test passes; stop at the first failure.

    `selection`: the combinations to ask; None: all of them.
    """
    for combination in combinations(example.question) if selection is None else selection:
        replies, problem = _replies_or_error(subject, example.question, combination)
        if problem is not None:
            return False
        for reply in replies:
            if next(failures_of(subject, example, reply), None) is not None:
                return False
    return True


def combinations(question: Question) -> Iterator[Case]:
    """Yield each combination of values of a question.

    In a question about channels, several channels are one combination.
    """
    values = {
        name: members
        for name, members in question.values.items()
        if name != "channel" or question.command != "channels" or len(members) == 1
    }
    for combination in product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def excluded(subject: PolicyUnderTest, question: Question, combination: Case) -> bool:
    """Return whether the facts of a combination exclude its priority."""
    facts = {name: value for name, value in combination.items() if name in question.facts}
    if "priority" not in combination or not facts:
        return False
    revision = subject.policy.revisions[question.revision]
    return PrioritiesByFacts(revision, facts).excludes(combination["priority"], {})


def _replies_or_error(
    subject: PolicyUnderTest, question: Question, combination: Case
) -> tuple[list[Reply], str | None]:
    """Return the replies to one combination, or the error message."""
    try:
        replies = ask(subject, question, combination)
    except EnvironmentFault:
        raise  # an environment error is not an error of the policy
    except (ZsupportError, BadText) as error:
        return [], joined([_ErrorInTests("{error}", error=error.message)], "")
    if not replies:
        return [], Message("the question has no answer")
    return replies, None


def ask(subject: PolicyUnderTest, question: Question, combination: Case) -> list[Reply]:
    """Return the replies to one combination: one for each case that matches it.

    Raises the errors of the library.
    """
    facts = {name: value for name, value in combination.items() if name in question.facts}
    case: dict[str, object] = {n: value for n, value in combination.items() if n not in facts}
    if facts:
        case["fact"] = facts
    answers = TESTED[question.command].ask(subject.policy, **case, **question.options)
    replies: dict[frozenset[tuple[str, str]], list[TestedAnswer]] = {}
    cases: dict[frozenset[tuple[str, str]], Case] = {}
    channels = question.values.get("channel") if question.command == "channels" else None
    for row in answers.answers:
        if channels is not None and isinstance(row, ChannelAnswer) and row.channel not in channels:
            continue
        row_case = case_of(row, combination)
        # A fact that is not a column has its default, but not in the answers of each channel.
        assumed = row.facts.keys() - {*answers.columns, *facts}
        key = frozenset(item for item in row_case.items() if item[0] not in assumed)
        known = cases.get(key, row_case)
        cases[key] = {name: value for name, value in known.items() if row_case.get(name) == value}
        replies.setdefault(key, []).append(row)
    return [Reply(cases[key], tuple(rows)) for key, rows in replies.items()]


def case_of(row: TestedAnswer, combination: Case) -> Case:
    """Return the case of an answer: the values of the answer and of the combination.

    The case of an answer about channels has no channel, because one reply is about all channels.
    """
    own: dict[str, str | None] = {}
    if not isinstance(row, PriorityAnswer):
        channel = None if isinstance(row, ChannelAnswer) else row.channel
        own = {"plan": row.plan, "role": row.role, "channel": channel, "priority": row.priority}
    stated = {name: own.get(name) or combination.get(name) for name in DIMENSIONS}
    # A channel can change the stated priority.
    stated["priority"] = combination.get("priority") or own.get("priority")
    case: Case = {name: value for name, value in stated.items() if value is not None}
    return {**case, **{name: value for name, value in combination.items() if name not in case},
            **row.facts}  # fmt: skip


def failures_of(subject: PolicyUnderTest, example: Example, reply: Reply) -> Iterator[Failure]:
    """Yield the differences from the expected answers in one case."""
    question = example.question
    for expected in example.expects:
        value = expected.value
        if isinstance(value, Reason):
            yield from _reason_failures(subject, question, expected, value, reply)
        elif not isinstance(value, Node):
            yield from _channel_failures(expected, reply)
        else:
            for row in reply.rows:
                actual = getattr(row, expected.key)
                if not matches(value, actual, question.zone, expected.key):
                    case = reply.case
                    if isinstance(row, ChannelAnswer):
                        case = {**case, "channel": row.channel}
                    fields = row._asdict()
                    state, metric = fields.get("state"), fields.get("metric")
                    yield Failure(expected, case, actual, row.because, state, metric)


def _channel_failures(expected: Expected, reply: Reply) -> Iterator[Failure]:
    """Yield a failure if the allowed channels are not as expected, with the deciding lines."""
    key, expected_channels, allowed = expected.key, expected.channels, reply.allowed
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    if key == "exclude":
        surplus = tuple(channel for channel in expected_channels if channel in allowed)
    else:
        missing = tuple(channel for channel in expected_channels if channel not in allowed)
    if key == "exactly":
        surplus = tuple(channel for channel in allowed if channel not in expected_channels)
    if missing or surplus:
        wrong = (*missing, *surplus)
        lines = [line for row in reply.channels if row.channel in wrong for line in row.because]
        because = tuple(dict.fromkeys(lines))
        yield Failure(expected, reply.case, allowed, because, None, None, missing, surplus)


def _reason_failures(
    subject: PolicyUnderTest, question: Question, expected: Expected, reason: Reason, reply: Reply
) -> Iterator[Failure]:
    """Yield a failure if the expected entries did not decide.

    For channels, the reasons of all allowed channels count together. Without allowed channels, the
    reasons of all channels count.
    """
    groups: list[tuple[TestedAnswer, ...]] = [(row,) for row in reply.rows]
    if question.command == "channels":
        groups = [reply.together]
    for rows in groups:
        because = tuple(dict.fromkeys(line for row in rows for line in row.because))
        if not has_decided(subject, question.revision, reason, because):
            yield Failure(expected, reply.case, because, because)


def has_decided(
    subject: PolicyUnderTest, revision: int, reason: Reason, because: tuple[Because, ...]
) -> bool:
    """Return whether the expected entries are among the deciding entries."""
    parts = {line.path for line in because}
    if reason.when is not None:
        return bool(parts.intersection(paths_with(subject, revision, reason.when)))
    return all(any(_contains(path, part) for part in parts) for _, path in reason.paths)


def _contains(path: Path, part: str) -> bool:
    """Return whether a path names a part of a policy, or the rule that contains the part.

    The path of a section matches only the section, because every section contains its rules.
    """
    key = path_key(path)
    return part == key or (len(path) > 1 and part.startswith((f"{key}.", f"{key}[")))


def rules_of(because: tuple[Because, ...]) -> list[str]:
    """Return the paths of the deciding rules and sections.

    A path inside another of these paths, such as the path of a cell, is omitted.
    """
    paths = [line.path for line in because]
    return [
        path
        for path in dict.fromkeys(paths)
        if not any(path.startswith((f"{rule}.", f"{rule}[")) for rule in paths)
    ]


def matches(node: Node, actual: object, zone: tzinfo, key: str = "") -> bool:
    """Return whether a value of an answer matches an expected node.

    Texts are compared as text, instants as instants. In a mapping only the expected keys count.
    """
    if isinstance(node, ScalarNode):
        return _matches_text(node, actual, zone, key)
    if isinstance(node, SequenceNode):
        values = (
            list(actual) if isinstance(actual, tuple | list) else [] if actual is None else [actual]
        )
        return len(values) == len(node.items) and all(
            matches(item, value, zone) for item, value in zip(node.items, values, strict=True)
        )
    if isinstance(node, MappingNode) and isinstance(actual, Mapping):
        return all(
            name.text in actual and matches(value, actual[name.text], zone)
            for name, value in node.entries
        )
    return False


def _matches_text(node: ScalarNode, actual: object, zone: tzinfo, key: str) -> bool:
    text = node.text
    if actual is None:
        return text == NONE and key not in _FIELDS_WITH_NONE
    if isinstance(actual, bool):
        return text == ("true" if actual else "false")
    if isinstance(actual, datetime):
        try:
            return parse_instant(text, now=0, zone=zone)[0] == from_datetime(actual)
        except BadText:
            return False
    if isinstance(actual, tuple | list):
        # A single text means a list with this text.
        return len(actual) == 1 and _matches_text(node, actual[0], zone, "")
    return text == str(actual)


def plain(value: object, zone: tzinfo) -> Plain:
    """Return a value of an answer as in a test: texts, lists and mappings; None is `none`."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return format_instant(from_datetime(value), zone)
    if isinstance(value, Mapping):
        return {name: plain(field, zone) for name, field in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item, zone) for item in value]
    return str(value)


def as_text(node: Node | None) -> str:
    """Return a node as text on one line."""
    if isinstance(node, ScalarNode):
        return node.text
    if isinstance(node, SequenceNode):
        return "[" + ", ".join(map(as_text, node.items)) + "]"
    if isinstance(node, MappingNode):
        return "{" + ", ".join(f"{key.text}: {as_text(v)}" for key, v in node.entries) + "}"
    return ""
