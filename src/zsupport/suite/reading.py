"""From the text of a tests file to tests: names resolved against the policy, problems reported."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, tzinfo
from typing import Any, Literal

from zsupport.answer.due import STATES, STATES_OF_THE_MOMENT
from zsupport.answer.hours import ALWAYS_OPEN
from zsupport.answer.opening import STATES as HOURS_STATES
from zsupport.clock.instants import at_local, parse_instant, pause_parts, to_datetime
from zsupport.clock.problem import BadText
from zsupport.clock.target_text import parse_target
from zsupport.clock.zones import zone
from zsupport.findings import Finding, Span
from zsupport.limits import ASKED
from zsupport.policy.files import SourceFile
from zsupport.policy.format import DIMENSIONS
from zsupport.policy.model import (
    Alternative,
    Commitment,
    Grant,
    PolicyCalendar,
    Priority,
    TargetRule,
    When,
)
from zsupport.policy.names import Names
from zsupport.policy.shape import Fields, Later, Named, Reader, Record
from zsupport.policy.yamltext import (
    MAX_FINDINGS,
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
    CLAIM,
    INSTANTS,
    INVARIANT,
    NONE,
    OF_THE_MOMENT,
    TESTED,
    TESTS,
    VERSION,
    key_of,
)
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import NamedTuple

#: The states of a deadline, in the order in which messages name them.
_STATES = sorted(STATES, key=lambda state: state not in STATES_OF_THE_MOMENT)
#: The events of a deadline: the key, and the argument of the library.
_EVENTS: tuple[Literal["answered", "updated", "resolved"], ...] = (
    "answered", "updated", "resolved",
)  # fmt: skip
#: Where nothing says when a question is asked and the revision has no first day.
_ANY_MOMENT = datetime.fromisoformat("2000-01-03T12:00:00+00:00")


class WrittenTests(NamedTuple):
    """A tests file as it was read, before its names are looked up in the policy."""

    source: SourceFile
    text: str
    root: Node | None
    policy: str | None  # the id of the policy that it is about
    record: Record | None
    findings: tuple[Finding, ...]


class Tests(NamedTuple):
    """The tests of one file; there are none where there are findings."""

    written: WrittenTests
    examples: tuple[Example, ...]
    invariants: tuple[Invariant, ...]
    findings: tuple[Finding, ...]
    at: datetime | None = None  # the moment that was given for tests that name none


def read_written(source: SourceFile) -> WrittenTests:
    """Return a tests file as far as it can be read without its policy."""
    node, text, findings = read_yaml(source.data, source.shown)
    reader = Reader(source.shown)
    reader.findings = findings
    record = None
    with suppress(Stop):
        if node is None or (isinstance(node, ScalarNode) and not node.text):
            if not findings:
                message = "the file is empty"
                reader.report("ZS103", Span(1, 1, 1, 1), (), message, TESTS.words,
                              "see `zsupport help test`")  # fmt: skip
        elif not _other_version(node, reader):
            record = TESTS.read(node, (), reader)
    policy = record.get("policy").text if record is not None and record.get("policy") else None
    return WrittenTests(source, text, node, policy, record, tuple(findings))


def _other_version(node: Node, reader: Reader) -> bool:
    """Report a version that is not this program's: nothing else is certain then."""
    value = node_at(node, ("tests",))
    if not isinstance(value, ScalarNode) or not re.fullmatch("[0-9]{1,9}", value.text):
        return False
    if int(value.text) <= VERSION:
        return False
    reader.report(
        "ZS108", value.span, ((), "tests"), "this format is newer than this program", str(VERSION),
        "install a newer zsupport",
    )  # fmt: skip
    return True


def bind(written: WrittenTests, subject: PolicyUnderTest, at: datetime | None) -> Tests:
    """Return the tests of a file, its names resolved against the policy.

    `at` is the moment of tests that name none, before what the file says.
    """
    if written.record is None:
        return Tests(written, (), (), written.findings)
    reader = Reader(written.source.shown)
    # What was found before the names were looked up is told beside what is found then.
    reader.findings += written.findings
    binder = _Binder(written.record, reader, subject, at)
    examples: list[Example] = []
    invariants: list[Invariant] = []
    with suppress(Stop):
        binder.read_default()
        for number, record in enumerate(written.record.get("cases") or ()):
            example = binder.example(record, number, written.root)
            examples += [example] if example else []
        for record in written.record.get("invariants") or ():
            invariant = binder.invariant(record)
            invariants += [invariant] if invariant else []
    if reader.findings:
        ordered = sorted(reader.findings[:MAX_FINDINGS], key=lambda finding: finding.span)
        return Tests(written, (), (), (*ordered, *reader.findings[MAX_FINDINGS:]))
    return Tests(written, tuple(examples), tuple(invariants), (), at)


def _told(when: When) -> object:
    """Return what the alternatives of a condition say: equal where conditions say the same."""
    return [(alternative.values, alternative.opened) for alternative in when]


class _Understood(NamedTuple):
    """A question as far as it is understood: without one, something in it was reported."""

    revision: int
    zone: tzinfo
    question: Question | None


class _Binder:
    """Resolves the names of one tests file, and reports what the policy does not have."""

    def __init__(
        self, record: Record, reader: Reader, subject: PolicyUnderTest, at: datetime | None
    ) -> None:
        self.record = record
        self.reader = reader
        self.subject = subject
        self.given = at
        self.default: datetime | None = at
        self.asked = 0  # questions, by all tests so far

    def report(
        self, code: str, at: Named, message: str, expected: str | None = None,
        hint: str | None = None,
    ) -> None:  # fmt: skip
        """Report what stands at a place."""
        self.reader.report(code, at.span, at.way, message, expected, hint)

    def names(self, revision: int) -> Names:
        """Return the names of a revision; what is undefined is reported about this file."""
        names = self.subject.revisions[revision].names
        names.report_to(self.reader)
        return names

    # -- moments ---------------------------------------------------------------------------

    def read_default(self) -> None:
        """Read the moment of tests that name none."""
        stated = self.moment(self.record.get("at"), None)
        if self.default is None:
            self.default = stated

    def moment(self, at: Named | None, where: tzinfo | None) -> datetime | None:
        """Return the instant that a text says; a test never asks as of now."""
        return None if at is None else self.instant(at.text, at, where)

    def instant(self, text: str, at: Named, where: tzinfo | None) -> datetime | None:
        if text.casefold() == "now":
            message = "`now` would make the test depend on the day on which it runs"
            self.report("ZS109", at, message, "an instant such as 2026-11-23T10:00:00+01:00")
            return None
        try:
            return to_datetime(parse_instant(text, now=0, zone=where, tz=key_of("tz"))[0])
        except BadText as problem:
            expected = f"an instant with an offset, or a local time together with {key_of('tz')}"
            self.report("ZS109", at, problem.message, expected, problem.hint)
            return None

    def stated_zone(self, text: str | None) -> tzinfo | None:
        """Return the zone that an instant itself states."""
        try:
            return None if text is None else parse_instant(text, now=0, zone=None)[1]
        except BadText:
            return None

    def revision_at(self, moment: datetime | None) -> int:
        """Return which revision answers; the newest where no moment is named."""
        revisions = self.subject.policy.revisions
        if moment is None:
            return len(revisions) - 1
        return revisions.index(self.subject.policy.revision_at(moment)[0])

    # -- cases -----------------------------------------------------------------------------

    def example(self, record: Record, number: int, root: Node | None) -> Example | None:
        before = len(self.reader.findings)
        expect = self.part(CASE, record, "expect")
        node, way = expect or (None, record.way)
        asked = [(each, self.part(CASE, record, each)) for each in TESTED]
        understood = [
            (command, self.question(command, read, node)) for command, read in asked if read
        ]
        if len(understood) != 1 or node is None:
            return None  # there is no telling what is expected of which answer
        [(command, found)] = understood
        if found is None:
            # The expectation can be invalid too; report all problems in one run.
            TESTED[command].expected.read(node, way, self.reader)
            return None
        expects = self.expects(command, found, node, way)
        question = found.question
        if question is None or len(self.reader.findings) > before:
            return None
        name = record.get("name")
        whole = node_at(root, ("cases", number))
        assert isinstance(whole, MappingNode)
        return Example(
            name.text if name else "", record.start, path_of(record.way), whole, question,
            isinstance(node, ScalarNode), tuple(expects),
        )  # fmt: skip

    def part(self, fields: Fields, record: Record, key: str) -> Any:
        """Return what was read for a key, or stands under a misspelt one that must mean it.

        The slip has been reported; what stands under it can be wrong too.
        """
        if key in record:
            return record.get(key)
        for text in record.unknown:
            if self.reader.nearest(text, fields.fields) == key:
                node = record.node.by_key[text][1]
                return fields.fields[key].shape.read(node, (record.way, text), self.reader)
        return None

    def question(self, command: str, written: Record, expect: Node | None) -> _Understood | None:
        """Return what is asked; None where not even the revision that answers is known."""
        before = len(self.reader.findings)
        # A key of another command can only be a fact of this one.
        own = {key: read for key, read in written.values.items() if not isinstance(read, Later)}
        asked = Record(own, written.node, written.way)
        where = None
        if tz := asked.get("tz"):
            where = self.zone(tz)
        moments = {
            key: self.moment(asked.get(key), where)
            for key in ("at", "opened", *_EVENTS)
            if key in asked.values
        }
        named = moments.get("opened") or moments.get("at")
        moment = named or self.default
        if len(self.reader.findings) > before and len(self.subject.revisions) > 1:
            return None
        revision = self.revision_at(moment)
        options: Arguments = {}
        values, facts = self.values(written, revision)
        if command == "hours":
            if (name := asked.get("name")) is not None:
                options["name"] = self.hours(name, revision)
            elif not any(
                key in (*DIMENSIONS, "fact") or isinstance(read, Later)
                for key, read in written.values.items()
            ):
                self.reader.report(
                    "ZS102", asked.start, asked.way,
                    "the question has neither a `name` nor a case",
                    "`name`, or what the case is: plan, role, channel, priority or a fact",
                )  # fmt: skip
        options |= self.others(asked, revision)
        timed = moment is not None
        if not timed and not {"at", "opened"} & set(asked.values):
            self.needs_no_moment(command, asked, revision, expect)
        if moment is None:
            moment = reference_of(self.subject, revision)
        in_force = self.subject.policy.revision_at(moment)[1]
        if command == "due":
            starts = self.starts(asked, revision, where)
            options |= self.events(asked, moments, moment, where, starts)
        else:
            options["at"] = moment
        stated = asked.get("opened") or asked.get("at")
        shown = where or self.stated_zone(stated.text if stated else None) or zone("UTC")
        if len(self.reader.findings) > before:
            return _Understood(revision, shown, None)
        count = 1
        for each in values.values():
            count *= len(each)
        self.asked += count
        if self.asked > ASKED.most:
            all_tests = f", and with the tests before it {self.asked:,}"
            more = all_tests if self.asked > count else ""
            self.reader.report(
                "ZS009", asked.start, asked.way, f"this asks {count:,} questions{more}",
                f"at most {ASKED.most:,}", ASKED.way_out,
            )  # fmt: skip
            return _Understood(revision, shown, None)
        question = Question(command, revision, values, facts, options, shown, timed, in_force)
        return _Understood(revision, shown, question)

    def hours(self, at: Named, revision: int) -> str | None:
        """Return the name of hours that are defined, or of those that need no definition."""
        if at.text == ALWAYS_OPEN:
            return ALWAYS_OPEN
        return self.names(revision).resolve("hours", at)

    def zone(self, at: Named) -> tzinfo | None:
        try:
            return zone(at.text)
        except BadText as problem:
            self.report("ZS203", at, problem.message, problem.expected, problem.hint)
            return None

    def values(
        self, asked: Record, revision: int
    ) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
        """Return the values of each dimension and fact that a question names, and the facts."""
        names = self.names(revision)
        known = names.known["fact"] or {}
        found: dict[str, tuple[str, ...]] = {}
        facts: set[str] = set()
        for dimension in DIMENSIONS:
            read = asked.get(dimension)
            if read is None or isinstance(read, Later):
                continue
            at = asked.key(dimension)
            if names.has(dimension, at):
                found[dimension] = self.some(names, dimension, read, at)
        written = [
            (asked.key(key), read) for key, read in asked.values.items() if isinstance(read, Later)
        ]
        if isinstance(more := asked.get("fact"), Record):
            written += [(more.key(key), read) for key, read in more.values.items()]
        for at, read in written:
            if at.text not in known:
                keys = [key for key in _fields_of(asked) if key != "fact"]
                names.undefined("key", at, [*keys, *known], alternative="fact")
                continue
            read = read.read(self.reader) if isinstance(read, Later) else read
            if at.text in facts:
                self.report("ZS209", at, f"the fact `{at.text}` is given twice", "each fact once")
            if read is not None:
                found[at.text] = self.some(names, at.text, read, at)
                facts.add(at.text)
        return found, frozenset(facts)

    def some(self, names: Names, dimension: str, read: Any, at: Named) -> tuple[str, ...]:
        """Return the values that are meant; refuse a choice that leaves none."""
        before = len(self.reader.findings)
        chosen = names.expand(dimension, read)
        if not chosen and len(self.reader.findings) == before:
            self.report("ZS003", at, f"no {dimension} is left here", "at least one")
        return chosen

    def others(self, asked: Record, revision: int) -> Arguments:
        """Return the arguments of the library other than the dimensions and the moment."""
        found: Arguments = {}
        if metrics := asked.get("metric"):
            names = self.names(revision)
            resolved = [m.text if m.text == "all" else names.resolve("metric", m) for m in metrics]
            found["metric"] = tuple(metric for metric in resolved if metric)
        if risk := asked.get("at-risk"):
            found["at_risk"] = risk
        if customer := asked.get("customer-tz"):
            found["customer_tz"] = customer
        if country := asked.get("customer-country"):
            found["customer_country"] = country
        if lang := asked.get("lang"):
            found["lang"] = lang.text
        return found

    def events(
        self,
        asked: Record,
        moments: dict[str, datetime | None],
        moment: datetime,
        where: tzinfo | None,
        starts: dict[str, datetime],
    ) -> Arguments:
        """Return what happened to a case, and the moment as of which it is looked at."""
        found: Arguments = {"opened": moments.get("opened") or moment}
        pauses = [self.pause(at, where) for at in asked.get("pause") or ()]
        happened = [found["opened"], *starts.values()]
        happened += [end for pause in pauses if pause for end in pause if end]
        for event in _EVENTS:
            if at := moments.get(event):
                found[event] = at
                happened.append(at)
        if pauses:
            found["pause"] = tuple(pause for pause in pauses if pause)
        if starts:
            found["start"] = starts
        found["at"] = moments.get("at") or max(happened)
        return found

    def starts(self, asked: Record, revision: int, where: tzinfo | None) -> dict[str, datetime]:
        """Return when the clocks of metrics started, by their ids."""
        given: Record | None = asked.get("start")
        found: dict[str, datetime] = {}
        if given is not None:
            names = self.names(revision)
            for text, at in given.values.items():
                metric = names.resolve("metric", given.key(text))
                moment = self.moment(at, where)
                if metric and moment:
                    found[metric] = moment
        return found

    def pause(self, at: Named, where: tzinfo | None) -> tuple[datetime, datetime | None] | None:
        try:
            begin, end = pause_parts(at.text)
        except BadText as problem:
            self.report("ZS109", at, problem.message, problem.expected)
            return None
        start = self.instant(begin, at, where)
        until = self.instant(end, at, where) if end else None
        if start is not None and until is not None and until < start:
            self.report("ZS109", at, "the pause ends before it starts", "FROM/TO")
        return None if start is None or (end and until is None) else (start, until)

    def needs_no_moment(
        self, command: str, asked: Record, revision: int, expect: Node | None
    ) -> None:
        """Refuse a test without a moment whose outcome would depend on it."""
        key = "opened" if command == "due" else "at"
        why = None
        told = (
            [entry[0].text for entry in expect.entries] if isinstance(expect, MappingNode) else []
        )
        if command == "hours":
            why = "whether hours are open"
        elif command == "due" and isinstance(expect, ScalarNode):
            text = expect.text
            if text in STATES_OF_THE_MOMENT or not (_like_a_state(text) or _is_target(text)):
                why = f"`{short(expect.text)}`"
        elif command == "due":
            state = node_at(expect, ("state",))
            if isinstance(state, ScalarNode) and state.text in STATES_OF_THE_MOMENT:
                why = f"the state `{state.text}`"
            why = next((f"`{field}`" for field in told if field in OF_THE_MOMENT), why)
        if why is None and command == "due":
            rules = self.subject.policy.revisions[revision].rules
            events = [each for each in (*_EVENTS, "start", "pause") if each in asked.values]
            if any(alternative.opened for rule in rules for alternative in rule.when):
                why = "which rule holds, by the policy's `opened`,"
            elif events:
                why = f"`{events[0]}`"
        if why:
            # Told as a key that is missing: the test could be read in no other way.
            self.reader.report(
                "ZS102", asked.start, asked.way,
                f"the question has no `{key}`, and {why} depends on it",
                f"`{key}`, or `at` for the whole file",
                "without it the test would say something else tomorrow",
            )  # fmt: skip

    # -- expectations ----------------------------------------------------------------------

    def expects(self, command: str, about: _Understood, node: Node, way: Way) -> list[Expected]:
        """Return what is expected of the answers to a question."""
        if isinstance(node, ScalarNode):
            return self.shorthand(command, about, node, way)
        read = TESTED[command].expected.read(node, way, self.reader)
        if read is None:
            return []
        if not read.values and not read.unknown:
            message = "nothing is expected"
            hint = "say what the answer must be: a test that expects nothing tests nothing"
            self.reader.report("ZS003", node.span, way, message, None, hint)
            return []
        found = []
        fields = TESTED[command].expected.by_node[MappingNode]
        assert isinstance(fields, Fields)
        for text in read.unknown:
            # What stands under a misspelt key can be wrong too.
            key = self.reader.nearest(text, fields.fields)
            value = self.part(fields, read, key) if key else None
            if key and value is not None:
                here = read.value(text)
                self.expected(command, about, key, value, here.node, here)
        for key, value in read.values.items():
            if value is None:
                continue
            at = read.value(key)
            wanted = self.expected(command, about, key, value, node_at(node, (key,)), at)
            if wanted is not None:
                found.append(Expected(key, wanted, at.span, path_of(at.way)))
        return found

    def expected(
        self, command: str, about: _Understood, key: str, value: Any, node: Node | None, at: Named
    ) -> tuple[str, ...] | Reason | Node | None:
        """Return what a field must be: channels, a reason, or the node that says it."""
        if command == "channels" and key in ("exactly", "include", "exclude"):
            before = len(self.reader.findings)
            chosen = self.names(about.revision).expand("channel", value) if value[1] else ()
            if not chosen and key != "exactly" and len(self.reader.findings) == before:
                self.report("ZS003", at, "no channel is left here", "at least one")
            return chosen
        if key == "because":
            return self.reason(value, about.revision)
        states = HOURS_STATES if command == "hours" else _STATES
        if key == "state" and value.text not in states:
            self.reader.report_unknown(
                "ZS105", value, f"unknown state `{short(value.text)}`", states
            )
        if key == "priority":
            return self.priority(value, about.revision, node)
        if key in INSTANTS and value.text != NONE:
            self.instant(value.text, at, about.zone)
        return node

    def priority(self, value: Named, revision: int, node: Node | None) -> Node | None:
        if value.text != NONE and self.names(revision).resolve("priority", value) is None:
            return None
        return node

    def shorthand(
        self, command: str, about: _Understood, node: ScalarNode, way: Way
    ) -> list[Expected]:
        """Return what a text alone stands for: what the command would print."""
        if command == "channels":
            self.report(
                "ZS103", Named(node.text, node, way), f"the text `{short(node.text)}` stands here",
                TESTED[command].expected.words, "for these channels and no other: {exactly: [...]}",
            )  # fmt: skip
            return []
        read = TESTED[command].expected.read(node, way, self.reader)
        if read is None:
            return []
        if command == "priority":
            self.priority(read, about.revision, node)
            return [Expected("priority", node, node.span, path_of(way))]
        if command == "hours":
            return [Expected("state", node, node.span, path_of(way))]
        if node.text in _STATES:
            return [Expected("state", node, node.span, path_of(way))]
        at = Named(node.text, node, way)
        if _like_a_state(node.text):
            close = self.reader.nearest(node.text, _STATES)
            self.report(
                "ZS105", at, f"`{short(node.text)}` is no state and no instant",
                f"an instant, or {', '.join(_STATES)}", close and f"did you mean `{close}`?",
            )  # fmt: skip
            return []
        if _is_target(node.text):
            self.report(
                "ZS109", at, f"`{short(node.text)}` is a target, and no instant",
                "an instant or a state", f"write {{target: {node.text}}}",
            )  # fmt: skip
            return []
        self.instant(node.text, at, about.zone)
        return [Expected("due", node, node.span, path_of(way))]

    def reason(self, read: Any, revision: int) -> Reason | None:
        """Return what must have decided; report a path that leads nowhere."""
        if isinstance(read, Record):
            return self.condition(read, revision)
        found = []
        for at in [read] if isinstance(read, Named) else read:
            path = parse_path(at.text)
            document = self.subject.revisions[revision].document
            if path is None or document.node(path) is None:
                root = document.root
                entries = root.entries if isinstance(root, MappingNode) else ()
                sections = [key.text for key, _ in entries]
                self.report(
                    "ZS201", at, f"`{short(at.text)}` leads nowhere in `{document.source.name}`",
                    "a path such as entitlements[1] or targets[0].first-response.P1",
                    f"its sections are {', '.join(sections)}; positions count from 0",
                )  # fmt: skip
            else:
                found.append((at.text, path))
        return Reason(tuple(found)) if found else None

    def condition(self, read: Record, revision: int) -> Reason | None:
        """Return a rule told by its condition; report one that no rule has."""
        written = read.get("when")
        if written is None:
            return None
        when: tuple[Alternative, ...] = ()
        if isinstance(written, Record):
            before = len(self.reader.findings)
            opened = written.get("opened")
            others = {key: value for key, value in written.values.items() if key != "opened"}
            written = Record(others, written.node, written.way)
            when = self.names(revision).when(written, DIMENSIONS, "rules")
            if opened is not None:
                side, _, hours = opened.text.partition(" ")
                when = (when[0]._replace(opened=(side == "inside", hours)),)
            if len(self.reader.findings) > before:
                return None
        if not paths_with(self.subject, revision, when):
            self.report(
                "ZS201", read.value("when"), "no rule has this condition",
                "the condition of a grant, a target rule, a priority or a calendar, in full",
            )  # fmt: skip
            return None
        return Reason((), when)

    # -- invariants ------------------------------------------------------------------------

    def invariant(self, record: Record) -> Invariant | None:
        """Return what must hold in every case."""
        before = len(self.reader.findings)
        revision = self.revision_at(self.moment(record.get("at"), None) or self.default)
        names = self.names(revision)
        where: dict[str, tuple[str, ...]] = {}
        meant = self.part(INVARIANT, record, "for")
        if meant is not None:
            where, _ = self.values(meant, revision)
        claims = []
        for word in ("require", "forbid"):
            said = self.part(INVARIANT, record, word)
            for kind in ("channel", "promised") if said is not None else ():
                read = self.part(CLAIM, said, kind)
                if read is None:
                    continue
                if kind == "channel":
                    chosen = names.expand("channel", read)
                    if "channel" in where and kind in said:
                        self.report(
                            "ZS101", said.key(kind), "the set of cases names channels already",
                            "`channel` in one of the two places",
                        )  # fmt: skip
                else:
                    resolved = [names.resolve("metric", at) for at in read]
                    chosen = tuple(metric for metric in resolved if metric)
                if kind not in said:
                    continue  # it is misspelt
                place = said.value(kind)
                path = path_of(place.way)
                claims.append(Claim(word == "require", kind, chosen, place.span, path))
        if len(self.reader.findings) > before:
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


def _fields_of(asked: Record) -> list[str]:
    """Return the keys that may stand beside the ones of a mapping."""
    key = asked.way[1] if asked.way else ""
    if isinstance(key, str) and key in TESTED:
        return list(TESTED[key].keys.fields)
    return list(DIMENSIONS)


def _like_a_state(text: str) -> bool:
    """Return whether a text is a word, and so no instant."""
    return not text[:1].isdigit()


def _is_target(text: str) -> bool:
    """Return whether a text says how long something may take, and so is no instant."""
    try:
        return bool(parse_target(text))
    except BadText:
        return False


def reference_of(subject: PolicyUnderTest, revision: int) -> datetime:
    """Return a moment at which a revision is in force: its first instant, or any."""
    answering = subject.policy.revisions[revision]
    if answering.start is None:
        return _ANY_MOMENT
    return to_datetime(at_local(date.fromisoformat(answering.start), 0, zone(answering.timezone)))


def paths_with(subject: PolicyUnderTest, revision: int, when: When) -> list[str]:
    """Return the paths of the rules of a revision that have a condition."""
    policy = subject.policy.revisions[revision]
    rules: list[Grant | TargetRule | Priority | Commitment | PolicyCalendar]
    rules = [*policy.grants, *policy.rules, *policy.priorities, *policy.commitments]
    rules += [calendar for each in policy.hours.values() for calendar in each]
    told = _told(when)
    return [rule.place.path for rule in rules if _told(rule.when) == told]
