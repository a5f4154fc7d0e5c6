"""Correct a failed test: build the test that expects the answers of the policy.

If the questions of a test have several answers, the correction has one test for each answer. Every
corrected test is read and run, and is only shown if it passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from zsupport.answer.case import Case
from zsupport.answer.channels import ChannelAnswer
from zsupport.answer.due import STATES_OF_THE_MOMENT, DueAnswer
from zsupport.answer.facts import NO_PRIORITY, PrioritiesByFacts
from zsupport.errors import ZsupportError
from zsupport.policy.files import SourceFile
from zsupport.policy.model import Revision
from zsupport.policy.quoting import scalar
from zsupport.policy.yamltext import MappingNode, Plain, node_at, to_plain
from zsupport.suite.example import Example, Expected, Question, Reason
from zsupport.suite.format import TESTED, VERSION, TestedAnswer
from zsupport.suite.reading import bind, read_tests_file
from zsupport.suite.running import (
    CHANNEL_SET_KEYS,
    Reply,
    ask,
    combinations,
    has_decided,
    plain,
    rules_of,
    run,
)
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import NamedTuple

#: A test with more answers has no correction, because the correction would be too long to paste.
MAX_ANSWERS = 5_000

# The key that distinguishes items of several metrics; no dimension or fact can have this name.
_METRIC = "*metric"


class _Item(NamedTuple):
    """The answer in one case as an expectation."""

    case: Case
    expect: Plain
    key: str  # equal for equal expectations


def correct_test(subject: PolicyUnderTest, example: Example) -> str | None:
    """Return the corrected test as text.

    None if the policy does not answer, there are too many answers, or the correction does not pass.
    """
    try:
        replies = list(_replies(subject, example.question))
    except (ZsupportError, ValueError):
        return None
    if sum(len(reply.rows) for reply in replies) > MAX_ANSWERS:
        return None
    in_groups = _cases(subject, example, replies, _groups)
    if passes_as_written(subject, example, in_groups):
        return in_groups
    singles = _cases(subject, example, replies, _singles)
    return singles if passes_as_written(subject, example, singles) else None


def _replies(subject: PolicyUnderTest, question: Question) -> Iterator[Reply]:
    """Yield the replies to a question, each with the case that a correction must state.

    The answer about a deadline has the priority that its channel sets, which is not always the one
    that the question must state. So ask about each priority, unless the facts of the question lead
    to one priority or to none.
    """
    revision = subject.policy.revisions[question.revision]
    sets = [channel.priority for channel in revision.channels if channel.priority]
    for combination in combinations(question):
        if question.command != "due" or not sets or "priority" in combination:
            yield from ask(subject, question, combination)
            continue
        facts = {name: value for name, value in combination.items() if name in question.facts}
        by_facts = PrioritiesByFacts(revision, facts)
        without = by_facts.decides and not by_facts.excludes(NO_PRIORITY, {})
        if by_facts.open and without and not all(own.at_most for own in sets):
            # Cases without a priority cannot be asked with a priority.
            yield from ask(subject, question, combination)
        elif len(by_facts.open) > 1:
            for priority in by_facts.open:
                yield from ask(subject, question, {**combination, "priority": priority})
        else:
            for reply in ask(subject, question, combination):
                case = {name: value for name, value in reply.case.items() if name != "priority"}
                yield reply._replace(case=case)


def passes_as_written(subject: PolicyUnderTest, example: Example, text: str) -> bool:
    """Return whether the tests in `text` are valid, ask the revision of `example`, and pass."""
    options = example.question.options
    at = options.get("opened", options["at"]) if example.question.timed else None
    examples = parse_tests(subject, text, at)
    return bool(examples) and all(
        example_read.question.revision == example.question.revision
        and not run(subject, example_read).failures
        for example_read in examples
    )


def parse_tests(
    subject: PolicyUnderTest, text: str, at: datetime | None = None
) -> tuple[Example, ...]:
    """Return the tests of a text, the YAML list of `cases`; empty if the text is invalid.

    `at` is the moment of tests that state no moment.
    """
    head = f"tests: {VERSION}\npolicy: {subject.policy.id}\ncases:\n"
    source = SourceFile("", (head + text).encode("utf-8", "surrogatepass"), "", "")
    return bind(read_tests_file(source), subject, at).examples


#: A function that yields groups of the items in the first list. The second list has all items.
Split = Callable[[list[_Item], list[_Item]], Iterator[list[_Item]]]


def _cases(subject: PolicyUnderTest, example: Example, replies: list[Reply], split: Split) -> str:
    """Return the text of tests that expect the answers of the policy.

    Each group of answers that `split` yields becomes one test.
    """
    revision = subject.policy.revisions[example.question.revision]
    of_set = [expected for expected in example.expects if expected.key in CHANNEL_SET_KEYS]
    reasons = [expected for expected in example.expects if expected.key == "because"]
    of_row = [
        expected
        for expected in example.expects
        if expected.key not in (*CHANNEL_SET_KEYS, "because")
    ]
    families = [items for items in (
        _items_of_sets(subject, example, replies, [*of_set, *reasons]) if of_set else [],
        _items_of_rows(subject, example, replies, [*of_row, *([] if of_set else reasons)])
        if of_row or not of_set else [],
    ) if items]  # fmt: skip
    text = ""
    for items in families:
        for group in split(items, items):
            text += case_text(_case(revision, example, group, items))
    return text


def _items_of_sets(
    subject: PolicyUnderTest, example: Example, replies: list[Reply], expects: list[Expected]
) -> list[_Item]:
    items = []
    for reply in replies:
        expect: dict[str, Plain] = {}
        named = [c for e in expects if e.key in ("include", "exclude") for c in e.channels]
        for expected in expects:
            if expected.key == "exactly":
                expect["exactly"] = list(reply.allowed)
            elif expected.key == "because":
                expect["because"] = _reason(subject, example, expected, reply.together)
        for key, allowed in (("include", True), ("exclude", False)):
            channels = [c for c in dict.fromkeys(named) if (c in reply.allowed) is allowed]
            if channels:
                expect[key] = channels
        items.append(_Item(reply.case, expect, repr(expect)))
    return items


def _items_of_rows(
    subject: PolicyUnderTest, example: Example, replies: list[Reply], expects: list[Expected]
) -> list[_Item]:
    items = []
    question = example.question
    for reply in replies:
        for row in reply.rows:
            expect: dict[str, Plain] = {}
            for expected in expects:
                if expected.key == "because":
                    expect["because"] = _reason(subject, example, expected, (row,))
                else:
                    expect[expected.key] = plain(getattr(row, expected.key), question.zone)
            if isinstance(row, DueAnswer):
                expect = _of_due(row, expect, example)
            case = reply.case
            if isinstance(row, ChannelAnswer):
                case = {**case, "channel": row.channel}
            elif isinstance(row, DueAnswer) and question.options.get("metric"):
                case = {**case, _METRIC: row.metric}
            shown = _short(expect) if example.shorthand else expect
            items.append(_Item(case, shown, repr(shown)))
    return items


def _of_due(row: DueAnswer, expect: dict[str, Plain], example: Example) -> dict[str, Plain]:
    """Remove or replace the fields that a test cannot expect, and return the expectation."""
    question = example.question
    if "state" in expect and not question.timed and row.state in STATES_OF_THE_MOMENT:
        del expect["state"]
        expect = {"target": plain(row.target, question.zone), **expect}
    elif example.shorthand and row.state not in ("not-started", "running", "at-risk", "met",
                                                 "breached"):  # fmt: skip
        return {"state": row.state}
    elif example.shorthand:
        return {"due": plain(row.due, question.zone)} if row.due else {"state": row.state}
    if expect.get("target") == "none" and row.target is None:
        # Without a target the state gives the reason.
        del expect["target"]
        expect["state"] = row.state
    if expect.get("commitment") == "none" and row.commitment is None:
        del expect["commitment"]
        if question.timed or row.state not in STATES_OF_THE_MOMENT:
            expect.setdefault("state", row.state)
        else:
            expect.setdefault("target", plain(row.target, question.zone))
    return expect


def _short(expect: dict[str, Plain]) -> Plain:
    if len(expect) == 1 and not set(expect) & {"target"}:
        return next(iter(expect.values()))
    return expect


def _reason(
    subject: PolicyUnderTest, example: Example, expected: Expected, rows: Iterable[TestedAnswer]
) -> Plain:
    """Return the reason from the test if it is correct, otherwise the deciding paths."""
    because = tuple(dict.fromkeys(line for row in rows for line in row.because))
    revision = example.question.revision
    assert isinstance(expected.value, Reason)
    if has_decided(subject, revision, expected.value, because):
        return to_plain(node_at(example.node, ("expect", "because")))
    return scalar_or_list(tuple(rules_of(because)))


def _case(
    revision: Revision, example: Example, group: list[_Item], all_items: list[_Item]
) -> dict[str, Plain]:
    """Return the test for a group of items: its name, question and expectation."""
    question = example.question
    question_node = example.node.by_key[question.command][1]
    assert isinstance(question_node, MappingNode)
    keys: dict[str, Plain] = {}
    facts: dict[str, Plain] = {}
    known = {fact.id for fact in revision.facts}
    for name in _dimensions(all_items):
        values = _values(group, name)
        if name == _METRIC:
            continue
        if name not in question.values and values == _values(all_items, name):
            continue
        if not values:
            continue
        if name in TESTED[question.command].keys.fields and name in known:
            facts[name] = scalar_or_list(values)
            keys["fact"] = facts
        else:
            keys[name] = scalar_or_list(values)
    options = {
        key: value
        for key, value in to_plain(question_node).items()
        if key in TESTED[question.command].keys.fields
        and key not in ("plan", "role", "channel", "priority", "fact")
    }
    if _values(group, _METRIC) != _values(all_items, _METRIC):
        options["metric"] = scalar_or_list(_values(group, _METRIC))
    case: dict[str, Plain] = {}
    if example.name:
        case["name"] = example.name
    return {**case, question.command: {**keys, **options}, "expect": group[0].expect}


def _dimensions(items: list[_Item]) -> list[str]:
    return list(dict.fromkeys(name for item in items for name in item.case))


def _values(items: list[_Item], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.case[name] for item in items if name in item.case))


def _singles(items: list[_Item], all_items: list[_Item]) -> Iterator[list[_Item]]:
    """Yield each item as a group of its own."""
    for item in items:
        yield [item]


def _groups(items: list[_Item], all_items: list[_Item]) -> Iterator[list[_Item]]:
    """Yield groups of items with equal answers; a group has every combination of its values.

    The items are split by the dimension that gives the fewest parts. Values of this dimension with
    the same answers are in the same part.
    """
    if len({item.key for item in items}) <= 1:
        yield items
        return
    best: list[list[_Item]] = []
    for name in _dimensions(items):
        slices: dict[object, list[_Item]] = {}
        for value in (*_values(items, name), None):
            part = [item for item in items if item.case.get(name) == value]
            answers = frozenset(
                (tuple((n, v) for n, v in item.case.items() if n != name), item.key)
                for item in part
            )
            if part:
                slices.setdefault(answers, []).extend(part)
        if len(slices) > 1 and (not best or len(slices) < len(best)):
            best = list(slices.values())
    if not best:
        yield from _singles(items, all_items)
        return
    for part in best:
        yield from _groups(part, all_items)


# -- as text -----------------------------------------------------------------------------------


_WIDTH = 100


def flow(value: Plain) -> str:
    """Return a text, a list or a mapping as YAML on one line."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def case_text(case: Mapping[str, Plain]) -> str:
    """Return a case as YAML: an item of a list, with a line end after every line."""
    lines: list[str] = []
    for key, value in case.items():
        line = f"{key}: {flow(value)}"
        if len(line) + 2 > _WIDTH and isinstance(value, Mapping):
            lines += [f"{key}:", *(f"  {scalar(k)}: {flow(item)}" for k, item in value.items())]
        else:
            lines.append(line)
    return "".join(f"{'  ' if i else '- '}{line}\n" for i, line in enumerate(lines))


def scalar_or_list(values: tuple[str, ...]) -> Plain:
    """Return a single value as a scalar, several as a list."""
    return values[0] if len(values) == 1 else list(values)
