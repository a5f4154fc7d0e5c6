"""Read a tests file: resolve names against the policy and report errors."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, tzinfo
from typing import Any, Literal

from zsupport.answer.case_change import CaseChange
from zsupport.answer.changes import change_parts, in_order, settle_values
from zsupport.answer.due import STATES, STATES_OF_THE_MOMENT
from zsupport.answer.hours import ALWAYS_OPEN
from zsupport.answer.opening import STATES as HOURS_STATES
from zsupport.clock.instants import at_local, from_datetime, parse_instant, pause_parts, to_datetime
from zsupport.clock.problem import BadText
from zsupport.clock.target_text import parse_target
from zsupport.clock.zones import zone
from zsupport.errors import UsageError
from zsupport.findings import Finding, Span
from zsupport.limits import TEST_QUESTIONS
from zsupport.policy.files import SourceFile
from zsupport.policy.format import DIMENSIONS
from zsupport.policy.model import (
    Alternative,
    Commitment,
    Grant,
    PolicyCalendar,
    Priority,
    PriorityRule,
    TargetRule,
    Term,
    When,
)
from zsupport.policy.names import Names
from zsupport.policy.shape import DeferredValue, Fields, PlacedText, Reader, Record
from zsupport.policy.yamltext import (
    MappingNode,
    Node,
    ScalarNode,
    Stop,
    Way,
    node_at,
    parse_path,
    path_of,
    read_yaml,
    short,
)
from zsupport.suite.example import Arguments, Claim, Example, Expected, Invariant, Question, Reason
from zsupport.suite.format import (
    CASE,
    CHANNEL_OPTIONS,
    CLAIM,
    INSTANTS,
    INVARIANT,
    NONE,
    OF_THE_MOMENT,
    OPTION,
    TESTED,
    TESTS,
    VERSION,
    key_of,
)
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import Mapping, NamedTuple
from zsupport.wording import Message

#: The states of a deadline, in the order in which messages name them.
_STATES = sorted(STATES, key=lambda state: state not in STATES_OF_THE_MOMENT)
#: The events of a deadline: keys of tests and arguments of the library.
_EVENTS: tuple[Literal["answered", "updated", "resolved"], ...] = (
    "answered", "updated", "resolved",
)  # fmt: skip
#: The hint for a name that the policy does not define.
_HINT = Message("write its new name, or remove the tests that use it")
#: The default moment of questions to a revision without a first day.
_ANY_MOMENT = datetime.fromisoformat("2000-01-03T12:00:00+00:00")


class TestsFile(NamedTuple):
    """A tests file before its names are resolved against the policy."""

    source: SourceFile
    text: str
    root: Node | None
    policy: str | None  # the id of the tested policy
    record: Record | None
    findings: tuple[Finding, ...]


class Tests(NamedTuple):
    """The tests of one file; empty if there are findings."""

    file: TestsFile
    examples: tuple[Example, ...]
    invariants: tuple[Invariant, ...]
    findings: tuple[Finding, ...]
    at: datetime | None = None  # the caller's moment for tests that state no moment


def read_tests_file(source: SourceFile) -> TestsFile:
    """Read a tests file as far as possible without its policy."""
    node, text, findings = read_yaml(source.data, source.shown)
    reader = Reader(source.shown)
    reader.findings = findings
    record = None
    with suppress(Stop):
        if node is None or (isinstance(node, ScalarNode) and not node.text):
            if not findings:
                message = Message("the file is empty")
                reader.report("ZS103", Span(1, 1, 1, 1), (), message, TESTS.words,
                              Message("see `zsupport help test`"))  # fmt: skip
        elif not _is_newer_version(node, reader):
            record = TESTS.read(node, (), reader)
    policy = record.get("policy").text if record is not None and record.get("policy") else None
    return TestsFile(source, text, node, policy, record, tuple(findings))


def _is_newer_version(node: Node, reader: Reader) -> bool:
    """Return whether the format is newer than this program, and report it."""
    value = node_at(node, ("tests",))
    if not isinstance(value, ScalarNode) or not re.fullmatch("[0-9]{1,9}", value.text):
        return False
    if int(value.text) <= VERSION:
        return False
    reader.report(
        "ZS108",
        value.span,
        ((), "tests"),
        Message("this format is newer than this version of zsupport"),
        str(VERSION),
        Message("upgrade zsupport"),
    )
    return True


def bind(file: TestsFile, subject: PolicyUnderTest, at: datetime | None) -> Tests:
    """Return the tests of a file with its names resolved against the policy.

    `at` is the moment of tests that state no moment; it takes precedence over `at` of the file.
    """
    if file.record is None:
        return Tests(file, (), (), file.findings)
    reader = Reader(file.source.shown)
    # Report the findings of the file together with the findings of its names.
    reader.findings += file.findings
    binder = _Binder(file.record, reader, subject, at)
    examples: list[Example] = []
    invariants: list[Invariant] = []
    with suppress(Stop):
        binder.read_default()
        for number, record in enumerate(file.record.get("cases") or ()):
            example = binder.example(record, number, file.root)
            examples += [example] if example else []
        for record in file.record.get("invariants") or ():
            invariant = binder.invariant(record)
            invariants += [invariant] if invariant else []
    if reader.findings:
        return Tests(file, (), (), reader.in_order())
    return Tests(file, tuple(examples), tuple(invariants), (), at)


def _content(when: When) -> object:
    """Return the content of a condition, for comparing conditions."""
    return [(alternative.values, alternative.opened) for alternative in when]


class _BoundQuestion(NamedTuple):
    """A question with its revision and time zone. `question` is None if it has an error."""

    revision: int
    zone: tzinfo
    question: Question | None


class _Binder:
    """Resolves the names of one tests file and reports names that the policy does not have."""

    def __init__(
        self, record: Record, reader: Reader, subject: PolicyUnderTest, at: datetime | None
    ) -> None:
        self.record = record
        self.reader = reader
        self.subject = subject
        self.default: datetime | None = at
        self.question_count = 0  # the number of questions of all tests so far

    def report(
        self, code: str, at: PlacedText, message: str, expected: str | None = None,
        hint: str | None = None,
    ) -> None:  # fmt: skip
        """Report an error at a place."""
        self.reader.report(code, at.span, at.way, message, expected, hint)

    def names(self, revision: int) -> Names:
        """Return the names of a revision; undefined names are reported for this file."""
        names = self.subject.revisions[revision].names
        names.report_to(self.reader, _HINT)
        return names

    # -- moments ---------------------------------------------------------------------------

    def read_default(self) -> None:
        """Read `at` of the file: the default moment of its tests if the caller gave no moment."""
        stated = self.moment(self.record.get("at"), None)
        if self.default is None:
            self.default = stated

    def moment(self, at: PlacedText | None, where: tzinfo | None) -> datetime | None:
        """Return the instant of a text, or None without a valid text.

        `where` is the time zone of local times. `now` is refused.
        """
        return None if at is None else self.instant(at.text, at, where)

    def instant(self, text: str, at: PlacedText, where: tzinfo | None) -> datetime | None:
        if text.casefold() == "now":
            message = Message("`now` is not allowed: the result would depend on the day of the run")
            self.report(
                "ZS109", at, message, Message("an instant such as 2026-11-23T10:00:00+01:00")
            )
            return None
        try:
            return to_datetime(parse_instant(text, now=0, zone=where, tz=key_of("tz"))[0])
        except BadText as problem:
            expected = Message(
                "an instant with an offset, or a local time together with {key}",
                key=key_of("tz"),
            )
            self.report("ZS109", at, problem.message, expected, problem.hint)
            return None

    def stated_zone(self, text: str | None) -> tzinfo | None:
        """Return the time zone that the text of an instant states, or None."""
        try:
            return None if text is None else parse_instant(text, now=0, zone=None)[1]
        except BadText:
            return None

    def revision_at(self, moment: datetime | None) -> int:
        """Return the position of the revision that answers at a moment; the newest if None."""
        revisions = self.subject.policy.revisions
        if moment is None:
            return len(revisions) - 1
        return revisions.index(self.subject.policy.revision_at(moment)[0])

    # -- cases -----------------------------------------------------------------------------

    def example(self, record: Record, number: int, root: Node | None) -> Example | None:
        before = self.reader.errors
        expect = self.part(CASE, record, "expect")
        node, way = expect or (None, record.way)
        records = [(command, self.part(CASE, record, command)) for command in TESTED]
        questions = [
            (command, self.question(command, read, node)) for command, read in records if read
        ]
        if len(questions) != 1 or node is None:
            return None  # `expect` is missing, or there is not exactly one question
        [(command, bound)] = questions
        if bound is None:
            # The expectation can be invalid too; report all errors in one run.
            TESTED[command].expected.read(node, way, self.reader)
            return None
        expects = self.expects(command, bound, node, way)
        question = bound.question
        if question is None or self.reader.errors > before:
            return None
        name = record.get("name")
        whole = node_at(root, ("cases", number))
        assert isinstance(whole, MappingNode)
        return Example(
            name.text if name else "", record.start, path_of(record.way), whole, question,
            isinstance(node, ScalarNode), tuple(expects),
        )  # fmt: skip

    def part(self, fields: Fields, record: Record, key: str) -> Any:
        """Return the value of a key, or of a misspelling of this key.

        The misspelling was already reported, but its value can be invalid too. None if the key is
        missing.
        """
        if key in record:
            return record.get(key)
        for text in record.unknown:
            if self.reader.nearest(text, fields.fields) == key:
                node = record.node.by_key[text][1]
                return fields.fields[key].shape.read(node, (record.way, text), self.reader)
        return None

    def question(self, command: str, record: Record, expect: Node | None) -> _BoundQuestion | None:
        """Return the question; None if the revision that answers is unknown."""
        before = self.reader.errors
        # All other keys are facts, even if they are keys of another command. `values` reads them.
        own = {
            key: read for key, read in record.values.items() if not isinstance(read, DeferredValue)
        }
        keys = Record(own, record.node, record.way)
        where = None
        if tz := keys.get("tz"):
            where = self.zone(tz)
        moments = {
            key: self.moment(keys.get(key), where)
            for key in ("at", "opened", *_EVENTS)
            if key in keys.values
        }
        stated_moment = moments.get("opened") or moments.get("at")
        moment = stated_moment or self.default
        if self.reader.errors > before and len(self.subject.revisions) > 1:
            return None
        revision = self.revision_at(moment)
        options: Arguments = {}
        stated = self.channel_options(command, record, revision)
        cases = {key: read for key, read in record.values.items() if key not in stated}
        values, facts = self.values(Record(cases, record.node, record.way), revision)
        if command == "hours":
            if (name := keys.get("name")) is not None:
                options["name"] = self.hours(name, revision)
            elif not any(
                key in (*DIMENSIONS, "fact") or isinstance(read, DeferredValue)
                for key, read in record.values.items()
            ):
                self.reader.report(
                    "ZS102", keys.start, keys.way,
                    Message("the question has neither a `name` nor a case"),
                    Message("`name`, or at least one of plan, role, channel, priority or a fact"),
                )  # fmt: skip
        options |= self.arguments(keys, revision)
        options |= stated  # type: ignore[typeddict-item]
        timed = moment is not None
        if not timed and not {"at", "opened"} & set(keys.values):
            self.require_moment(command, keys, revision, expect)
        if moment is None:
            moment = moment_in_force(self.subject, revision)
        in_force = self.subject.policy.revision_at(moment)[1]
        if command == "due":
            starts = self.starts(keys, revision, where)
            options |= self.events(keys, moments, moment, where, starts, revision)
        else:
            options["at"] = moment
        stated = keys.get("opened") or keys.get("at")
        shown_zone = where or self.stated_zone(stated.text if stated else None) or zone("UTC")
        if self.reader.errors > before:
            return _BoundQuestion(revision, shown_zone, None)
        count = 1
        for members in values.values():
            count *= len(members)
        self.question_count += count
        if self.question_count > TEST_QUESTIONS.most:
            limit = f"{TEST_QUESTIONS.most:,}"
            message = Message(
                "too many questions: {number} (limit {limit})", number=f"{count:,}", limit=limit
            )
            if self.question_count > count:
                message = Message(
                    "too many questions: {number}, or {total} with the previous tests"
                    " (limit {limit})",
                    number=f"{count:,}",
                    total=f"{self.question_count:,}",
                    limit=limit,
                )
            self.reader.report(
                "ZS009",
                keys.start,
                keys.way,
                message,
                Message("at most {limit}", limit=limit),
                TEST_QUESTIONS.hint,
            )
            return _BoundQuestion(revision, shown_zone, None)
        question = Question(command, revision, values, facts, options, shown_zone, timed, in_force)
        return _BoundQuestion(revision, shown_zone, question)

    def hours(self, at: PlacedText, revision: int) -> str | None:
        """Return the name of defined hours, or of `24x7`."""
        if at.text == ALWAYS_OPEN:
            return ALWAYS_OPEN
        return self.names(revision).resolve("hours", at)

    def zone(self, at: PlacedText) -> tzinfo | None:
        try:
            return zone(at.text)
        except BadText as problem:
            self.report("ZS203", at, problem.message, problem.expected, problem.hint)
            return None

    def channel_options(self, command: str, record: Record, revision: int) -> dict[str, str]:
        """Return the options of a question about channels, without the facts of the policy."""
        facts = self.names(revision).known["fact"] or {}
        names = CHANNEL_OPTIONS if command == "channels" else ()
        options = {}
        for name in names:
            read = record.values.get(name)
            if isinstance(read, DeferredValue) and name not in facts:
                at = OPTION.read(read.node, read.way, self.reader)
                options[name] = at.text if at else ""
        return options

    def values(
        self, record: Record, revision: int
    ) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
        """Return the values of a question by dimension or fact, and the names of its facts."""
        names = self.names(revision)
        known = names.known["fact"] or {}
        values: dict[str, tuple[str, ...]] = {}
        facts: set[str] = set()
        for dimension in DIMENSIONS:
            read = record.get(dimension)
            if read is None or isinstance(read, DeferredValue):
                continue
            at = record.key(dimension)
            if names.has(dimension, at):
                values[dimension] = self.selected(names, dimension, read, at)
        facts_read = [
            (record.key(key), read)
            for key, read in record.values.items()
            if isinstance(read, DeferredValue)
        ]
        if isinstance(more := record.get("fact"), Record):
            facts_read += [(more.key(key), read) for key, read in more.values.items()]
        for at, read in facts_read:
            if at.text not in known:
                keys = [key for key in _fields_of(record) if key != "fact"]
                names.report_undefined("key", at, [*keys, *known], alternative="fact")
                continue
            read = read.read(self.reader) if isinstance(read, DeferredValue) else read
            if at.text in facts:
                self.report(
                    "ZS209",
                    at,
                    Message("duplicate fact `{fact}`", fact=at.text),
                    Message("one key for each fact"),
                )
            if read is not None:
                values[at.text] = self.selected(names, at.text, read, at)
                facts.add(at.text)
        return values, frozenset(facts)

    def selected(self, names: Names, dimension: str, read: Any, at: PlacedText) -> tuple[str, ...]:
        """Return the selected values; refuse an empty selection."""
        before = self.reader.errors
        chosen = names.expand(dimension, read)
        if not chosen and self.reader.errors == before:
            self.report(
                "ZS003",
                at,
                Message("these values select no {dimension}", dimension=dimension),
                Message("at least one"),
            )
        return chosen

    def arguments(self, record: Record, revision: int) -> Arguments:
        """Return the arguments of the library except the dimensions and the moment."""
        arguments: Arguments = {}
        if metrics := record.get("metric"):
            names = self.names(revision)
            resolved = [m.text if m.text == "all" else names.resolve("metric", m) for m in metrics]
            arguments["metric"] = tuple(metric for metric in resolved if metric)
        if topic := record.get("topic"):
            arguments["topic"] = topic.text
            terms = self.subject.policy.revisions[revision].terms
            known = {term.topic.casefold(): term.topic for term in terms}
            if topic.text.casefold() not in known:
                self.names(revision).report_undefined("topic", topic, list(known.values()))
        if risk := record.get("at-risk"):
            arguments["at_risk"] = risk
        if customer := record.get("customer-tz"):
            arguments["customer_tz"] = customer
        if country := record.get("customer-country"):
            arguments["customer_country"] = country
        if lang := record.get("lang"):
            arguments["lang"] = lang.text
        return arguments

    def events(
        self,
        record: Record,
        moments: dict[str, datetime | None],
        moment: datetime,
        where: tzinfo | None,
        starts: dict[str, datetime],
        revision: int,
    ) -> Arguments:
        """Return the events of a case, and `at`: the stated moment, or the last event."""
        events: Arguments = {"opened": moments.get("opened") or moment}
        changes = [self.change(at, where, revision) for at in record.get("event") or ()]
        pauses = [self.pause(at, where) for at in record.get("pause") or ()]
        happened = [events["opened"], *starts.values()]
        happened += [end for pause in pauses if pause for end in pause if end]
        for event in _EVENTS:
            if at := moments.get(event):
                events[event] = at
                happened.append(at)
        if changes:
            events["event"] = tuple(change for change in changes if change)
            happened += [change_at for change_at, _ in events["event"]]
        if pauses:
            events["pause"] = tuple(pause for pause in pauses if pause)
        if starts:
            events["start"] = starts
        events["at"] = moments.get("at") or max(happened)
        return events

    def starts(self, record: Record, revision: int, where: tzinfo | None) -> dict[str, datetime]:
        """Return the moments at which the clocks of metrics started, by metric."""
        metrics: Record | None = record.get("start")
        starts: dict[str, datetime] = {}
        if metrics is not None:
            names = self.names(revision)
            for text, at in metrics.values.items():
                metric = names.resolve("metric", metrics.key(text))
                moment = self.moment(at, where)
                if metric and moment:
                    starts[metric] = moment
        return starts

    def change(
        self, at: PlacedText, where: tzinfo | None, revision: int
    ) -> tuple[datetime, Mapping[str, str]] | None:
        """Return the instant and the new values of a change of the case."""
        try:
            text, stated = change_parts(at.text)
        except BadText as problem:
            self.report("ZS109", at, problem.message, problem.expected)
            return None
        instant = self.instant(text, at, where)
        if instant is None:
            return None
        policy = self.subject.policy
        try:
            in_order([CaseChange(from_datetime(instant), stated)])
            settle_values(policy.revisions[revision], stated, policy.revisions)
        except UsageError as error:
            self.report("ZS201", at, error.message, None, error.hint)
            return None
        return instant, stated

    def pause(
        self, at: PlacedText, where: tzinfo | None
    ) -> tuple[datetime, datetime | None] | None:
        try:
            begin, end = pause_parts(at.text)
        except BadText as problem:
            self.report("ZS109", at, problem.message, problem.expected)
            return None
        start = self.instant(begin, at, where)
        until = self.instant(end, at, where) if end else None
        if start is not None and until is not None and until < start:
            self.report("ZS109", at, Message("the pause ends before it starts"), Message("FROM/TO"))
        return None if start is None or (end and until is None) else (start, until)

    def require_moment(
        self, command: str, record: Record, revision: int, expect: Node | None
    ) -> None:
        """Refuse a test without a moment if its outcome depends on the moment."""
        key = {"due": "opened"}.get(command, "at")
        message = None
        dependent = self.dependent_on_moment(command, expect)
        if dependent is not None:
            message = Message(
                "missing key `{key}`: `{name}` depends on the moment", key=key, name=dependent
            )
        elif command == "due":
            rules = self.subject.policy.revisions[revision].rules
            events = [
                event for event in (*_EVENTS, "start", "pause", "event") if event in record.values
            ]
            if any(alternative.opened for rule in rules for alternative in rule.when):
                message = Message(
                    "missing key `{key}`: a rule of the policy has the condition `opened`", key=key
                )
            elif events:
                message = Message(
                    "missing key `{key}`: `{name}` depends on the moment", key=key, name=events[0]
                )
        if message:
            self.reader.report(
                "ZS102",
                record.start,
                record.way,
                message,
                Message("`{key}`, or `at` for the whole file", key=key),
                Message("add `{key}`, so that the result does not change from day to day", key=key),
            )

    def dependent_on_moment(self, command: str, expect: Node | None) -> str | None:
        """Return an expected field or value that depends on the moment, or None."""
        if command == "hours":
            return command
        if command != "due":
            return None
        if isinstance(expect, ScalarNode):
            text = expect.text
            if text in STATES_OF_THE_MOMENT or not (_like_a_state(text) or _is_target(text)):
                return short(text)
            return None
        keys = [key.text for key, _ in expect.entries] if isinstance(expect, MappingNode) else []
        state = node_at(expect, ("state",))
        dependent = None
        if isinstance(state, ScalarNode) and state.text in STATES_OF_THE_MOMENT:
            dependent = state.text
        return next((key for key in keys if key in OF_THE_MOMENT), dependent)

    # -- expectations ----------------------------------------------------------------------

    def expects(
        self, command: str, question: _BoundQuestion, node: Node, way: Way
    ) -> list[Expected]:
        """Return the expected values of the answers to a question."""
        if isinstance(node, ScalarNode):
            return self.shorthand(command, question, node, way)
        read = TESTED[command].expected.read(node, way, self.reader)
        if read is None:
            return []
        if not read.values and not read.unknown:
            message = Message("`expect` is empty")
            hint = Message("add at least one field of the answer")
            self.reader.report("ZS003", node.span, way, message, None, hint)
            return []
        expects = []
        fields = TESTED[command].expected.by_node[MappingNode]
        assert isinstance(fields, Fields)
        for text in read.unknown:
            # The value of a misspelled key can be invalid too.
            key = self.reader.nearest(text, fields.fields)
            value = self.part(fields, read, key) if key else None
            if key and value is not None:
                at = read.value(text)
                self.expected(command, question, key, value, at.node, at)
        for key, value in read.values.items():
            if value is None:
                continue
            at = read.value(key)
            expected_value = self.expected(command, question, key, value, node_at(node, (key,)), at)
            if expected_value is not None:
                expects.append(Expected(key, expected_value, at.span, path_of(at.way)))
        return expects

    def expected(
        self,
        command: str,
        question: _BoundQuestion,
        key: str,
        value: Any,
        node: Node | None,
        at: PlacedText,
    ) -> tuple[str, ...] | Reason | Node | None:
        """Return the expected value of a field: channels, a reason, or a node."""
        if command == "channels" and key in ("exactly", "include", "exclude"):
            before = self.reader.errors
            chosen = self.names(question.revision).expand("channel", value) if value[1] else ()
            if not chosen and key != "exactly" and self.reader.errors == before:
                self.report(
                    "ZS003", at, Message("these values select no channel"), Message("at least one")
                )
            return chosen
        if key == "because":
            return self.reason(value, question.revision)
        states = HOURS_STATES if command == "hours" else _STATES
        if key == "state" and value.text not in states:
            self.reader.report_unknown(
                "ZS105", value, Message("unknown state `{state}`", state=short(value.text)), states
            )
        if key == "priority":
            return self.priority(value, question.revision, node)
        if key in INSTANTS and value.text != NONE:
            self.instant(value.text, at, question.zone)
        return node

    def priority(self, value: PlacedText, revision: int, node: Node | None) -> Node | None:
        if value.text != NONE and self.names(revision).resolve("priority", value) is None:
            return None
        return node

    def shorthand(
        self, command: str, question: _BoundQuestion, node: ScalarNode, way: Way
    ) -> list[Expected]:
        """Return the expected value of a single text: the value that the command prints."""
        if command == "channels":
            self.report(
                "ZS103", PlacedText(node.text, node, way),
                Message("expected a mapping, found the text `{text}`", text=short(node.text)),
                TESTED[command].expected.words,
                Message(
                    "write {example} for exactly these channels", example="{exactly: [...]}"
                ),
            )  # fmt: skip
            return []
        read = TESTED[command].expected.read(node, way, self.reader)
        if read is None:
            return []
        if command == "priority":
            self.priority(read, question.revision, node)
            return [Expected("priority", node, node.span, path_of(way))]
        if command == "hours":
            return [Expected("state", node, node.span, path_of(way))]
        if command == "terms":
            return [Expected("text", node, node.span, path_of(way))]
        if node.text in _STATES:
            return [Expected("state", node, node.span, path_of(way))]
        at = PlacedText(node.text, node, way)
        if _like_a_state(node.text):
            close = self.reader.nearest(node.text, _STATES)
            self.report(
                "ZS105",
                at,
                Message("`{text}` is neither a state nor an instant", text=short(node.text)),
                Message("an instant, or {states}", states=", ".join(_STATES)),
                close and Message("did you mean `{name}`?", name=close),
            )
            return []
        if _is_target(node.text):
            self.report(
                "ZS109", at, Message("`{text}` is a target, not an instant", text=short(node.text)),
                Message("an instant or a state"),
                Message("write {mapping}", mapping=_mapping("target", node.text)),
            )  # fmt: skip
            return []
        self.instant(node.text, at, question.zone)
        return [Expected("due", node, node.span, path_of(way))]

    def reason(self, read: Any, revision: int) -> Reason | None:
        """Return the entries that must have decided; report a path that is not found."""
        if isinstance(read, Record):
            return self.condition(read, revision)
        paths = []
        for at in [read] if isinstance(read, PlacedText) else read:
            path = parse_path(at.text)
            document = self.subject.revisions[revision].document
            if path is None or document.node(path) is None:
                root = document.root
                entries = root.entries if isinstance(root, MappingNode) else ()
                sections = [key.text for key, _ in entries]
                self.report(
                    "ZS201",
                    at,
                    Message(
                        "path `{path}` not found in `{file}`",
                        path=short(at.text),
                        file=document.source.name,
                    ),
                    Message("a path such as entitlements[1] or targets[0].first-response.P1"),
                    Message(
                        "the sections are {sections}; positions start at 0",
                        sections=", ".join(sections),
                    ),
                )
            else:
                paths.append((at.text, path))
        return Reason(tuple(paths)) if paths else None

    def condition(self, read: Record, revision: int) -> Reason | None:
        """Return the reason for a condition; report a condition that no rule has."""
        condition = read.get("when")
        if condition is None:
            return None
        when: tuple[Alternative, ...] = ()
        if isinstance(condition, Record):
            before = self.reader.errors
            opened = condition.get("opened")
            values = {key: value for key, value in condition.values.items() if key != "opened"}
            condition = Record(values, condition.node, condition.way)
            when = self.names(revision).when(condition, DIMENSIONS, "rules")
            if opened is not None:
                side, _, hours = opened.text.partition(" ")
                when = (when[0]._replace(opened=(side == "inside", hours)),)
            if self.reader.errors > before:
                return None
        if not paths_with(self.subject, revision, when):
            self.report(
                "ZS201", read.value("when"), Message("no rule has this condition"),
                Message(
                    "the condition of a grant, a target rule, a priority, a commitment, a"
                    " calendar, a limit or a term"
                ),
            )  # fmt: skip
            return None
        return Reason((), when)

    # -- invariants ------------------------------------------------------------------------

    def invariant(self, record: Record) -> Invariant | None:
        """Return an invariant; None if it has an error."""
        before = self.reader.errors
        revision = self.revision_at(self.moment(record.get("at"), None) or self.default)
        names = self.names(revision)
        where: dict[str, tuple[str, ...]] = {}
        selection = self.part(INVARIANT, record, "for")
        if selection is not None:
            where, _ = self.values(selection, revision)
        claims = []
        for word in ("require", "forbid"):
            claim = self.part(INVARIANT, record, word)
            for kind in ("channel", "promised") if claim is not None else ():
                read = self.part(CLAIM, claim, kind)
                if read is None:
                    continue
                if kind == "channel":
                    chosen = names.expand("channel", read)
                    if "channel" in where and kind in claim:
                        self.report(
                            "ZS101",
                            claim.key(kind),
                            Message("`for` already has the key `channel`"),
                            Message("`channel` in `for` or in `{word}`, not in both", word=word),
                        )
                else:
                    resolved = [names.resolve("metric", at) for at in read]
                    chosen = tuple(metric for metric in resolved if metric)
                if kind not in claim:
                    continue  # the key is misspelled
                place = claim.value(kind)
                path = path_of(place.way)
                claims.append(Claim(word == "require", kind, chosen, place.span, path))
        if self.reader.errors > before:
            return None
        name = record.get("name")
        return Invariant(
            name.text if name else "",
            record.start,
            path_of(record.way),
            revision,
            where,
            tuple(claims),
        )


def _fields_of(record: Record) -> list[str]:
    """Return the keys, other than facts, that a question or a case set can have."""
    key = record.way[1] if record.way else ""
    if isinstance(key, str) and key in TESTED:
        return [*TESTED[key].keys.fields, *(CHANNEL_OPTIONS if key == "channels" else ())]
    return list(DIMENSIONS)


def _like_a_state(text: str) -> bool:
    """Return whether a text can be a state: instants and most targets start with a digit."""
    return not text[:1].isdigit()


def _mapping(key: str, value: str) -> str:
    """Return a mapping with one key as YAML on one line."""
    return f"{{{key}: {value}}}"


def _is_target(text: str) -> bool:
    """Return whether a text is a target."""
    try:
        return bool(parse_target(text))
    except BadText:
        return False


def moment_in_force(subject: PolicyUnderTest, revision: int) -> datetime:
    """Return a moment at which a revision is in force: its first instant, or a fixed moment."""
    answering = subject.policy.revisions[revision]
    if answering.start is None:
        return _ANY_MOMENT
    return to_datetime(at_local(date.fromisoformat(answering.start), 0, zone(answering.timezone)))


def paths_with(subject: PolicyUnderTest, revision: int, when: When) -> list[str]:
    """Return the paths of the rules of a revision whose condition is equal to `when`."""
    policy = subject.policy.revisions[revision]
    rules: list[Grant | TargetRule | Priority | PriorityRule | Commitment | PolicyCalendar | Term]
    rules = [*policy.grants, *policy.rules, *policy.priorities, *policy.commitments]
    rules += [rule for rule in policy.priority_rules() if rule.of_table]
    rules += [calendar for calendars in policy.hours.values() for calendar in calendars]
    rules += policy.terms
    content = _content(when)
    return [rule.place.path for rule in rules if _content(rule.when) == content]
