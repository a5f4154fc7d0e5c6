"""A test that failed as the policy answers it: to paste, if the policy is right.

What was asked in one test can have several answers; then there is a test for each. Whatever is
offered has been read and run again, and passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from zsupport.answer.case import Case
from zsupport.answer.channels import ChannelAnswer
from zsupport.answer.due import STATES_OF_THE_MOMENT, DueAnswer
from zsupport.errors import ZsupportError
from zsupport.policy.files import SourceFile
from zsupport.policy.model import Revision
from zsupport.policy.quoting import scalar
from zsupport.policy.yamltext import MappingNode, Plain, node_at, unwrapped
from zsupport.suite.example import Example, Expected, Reason
from zsupport.suite.format import TESTED, VERSION, TestedAnswer
from zsupport.suite.reading import bind, read_written
from zsupport.suite.running import (
    OF_THE_SET,
    Reply,
    ask,
    combinations,
    decided,
    plain,
    rules_of,
    run,
)
from zsupport.suite.subject import PolicyUnderTest
from zsupport.typed import NamedTuple

#: With more answers than this nobody would paste what comes of it.
MAX_ANSWERS = 5_000

# The key that distinguishes items of several metrics; no dimension or fact can have this name.
_METRIC = "*metric"


class _Item(NamedTuple):
    """The answer in one case, as what is expected would state it."""

    case: Case
    expect: Plain
    key: str  # equal where the expectations are


def corrected(subject: PolicyUnderTest, example: Example) -> str | None:
    """Return the test as the policy answers it, None where the policy does not answer."""
    try:
        replies = [
            reply
            for combination in combinations(example.question)
            for reply in ask(subject, example.question, combination)
        ]
    except (ZsupportError, ValueError):
        return None
    if sum(len(reply.rows) for reply in replies) > MAX_ANSWERS:
        return None
    in_groups = _cases(subject, example, replies, _groups)
    if passes_as_written(subject, example, in_groups):
        return in_groups
    one_by_one = _cases(subject, example, replies, _singles)
    return one_by_one if passes_as_written(subject, example, one_by_one) else None


def passes_as_written(subject: PolicyUnderTest, example: Example, text: str) -> bool:
    """Return whether tests as text can be read, ask the same revision and pass."""
    options = example.question.options
    at = options.get("opened", options["at"]) if example.question.timed else None
    examples = parsed(subject, text, at)
    return bool(examples) and all(
        each.question.revision == example.question.revision and not run(subject, each).failures
        for each in examples
    )


def parsed(subject: PolicyUnderTest, text: str, at: datetime | None = None) -> tuple[Example, ...]:
    """Return the tests that a text holds; none where it cannot be read.

    `at` is the moment of those that name none.
    """
    head = f"tests: {VERSION}\npolicy: {subject.policy.id}\ncases:\n"
    source = SourceFile("", (head + text).encode("utf-8", "surrogatepass"), "", "")
    return bind(read_written(source), subject, at).examples


Split = Callable[[list[_Item], list[_Item]], Iterator[list[_Item]]]


def _cases(subject: PolicyUnderTest, example: Example, replies: list[Reply], split: Split) -> str:
    """Return the cases that say what was answered."""
    revision = subject.policy.revisions[example.question.revision]
    of_set = [each for each in example.expects if each.key in OF_THE_SET]
    of_row = [each for each in example.expects if each.key not in (*OF_THE_SET, "because")]
    reasons = [each for each in example.expects if each.key == "because"]
    families = [items for items in (
        _of_sets(subject, example, replies, [*of_set, *reasons]) if of_set else [],
        _of_rows(subject, example, replies, [*of_row, *([] if of_set else reasons)])
        if of_row or not of_set else [],
    ) if items]  # fmt: skip
    text = ""
    for items in families:
        for group in split(items, items):
            text += case_text(_case(revision, example, group, items))
    return text


def _of_sets(
    subject: PolicyUnderTest, example: Example, replies: list[Reply], expects: list[Expected]
) -> list[_Item]:
    items = []
    for reply in replies:
        expect: dict[str, Plain] = {}
        told = [c for e in expects if e.key in ("include", "exclude") for c in e.channels]
        for each in expects:
            if each.key == "exactly":
                expect["exactly"] = list(reply.allowed)
            elif each.key == "because":
                expect["because"] = _reason(subject, example, each, reply.together)
        for key, allowed in (("include", True), ("exclude", False)):
            channels = [c for c in dict.fromkeys(told) if (c in reply.allowed) is allowed]
            if channels:
                expect[key] = channels
        items.append(_Item(reply.case, expect, repr(expect)))
    return items


def _of_rows(
    subject: PolicyUnderTest, example: Example, replies: list[Reply], expects: list[Expected]
) -> list[_Item]:
    items = []
    question = example.question
    for reply in replies:
        for row in reply.rows:
            expect: dict[str, Plain] = {}
            for each in expects:
                if each.key == "because":
                    expect["because"] = _reason(subject, example, each, (row,))
                else:
                    expect[each.key] = plain(getattr(row, each.key), question.zone)
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
    """Return what is expected of a deadline without what a test cannot say of this one."""
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
        # Without a target there is a state that says why.
        del expect["target"]
        expect["state"] = row.state
    if expect.get("commitment") == "none" and row.commitment is None:
        del expect["commitment"]
        expect.setdefault("state", row.state)
    return expect


def _short(expect: dict[str, Plain]) -> Plain:
    if len(expect) == 1 and not set(expect) & {"target"}:
        return next(iter(expect.values()))
    return expect


def _reason(
    subject: PolicyUnderTest, example: Example, each: Expected, rows: Iterable[TestedAnswer]
) -> Plain:
    """Return the reason as it is written where it holds, else the paths of what decided."""
    because = tuple(dict.fromkeys(line for row in rows for line in row.because))
    revision = example.question.revision
    assert isinstance(each.value, Reason)
    if decided(subject, revision, each.value, because):
        return unwrapped(node_at(example.node, ("expect", "because")))
    return one_or_list(tuple(rules_of(because)))


def _case(
    revision: Revision, example: Example, group: list[_Item], every: list[_Item]
) -> dict[str, Plain]:
    """Return the case that asks what a group of items answers."""
    question = example.question
    written = example.node.by_key[question.command][1]
    assert isinstance(written, MappingNode)
    asked: dict[str, Plain] = {}
    facts: dict[str, Plain] = {}
    known = {fact.id for fact in revision.facts}
    for name in _dimensions(every):
        values = _values(group, name)
        if name == _METRIC:
            continue
        if name not in question.values and values == _values(every, name):
            continue
        if not values:
            continue
        if name in TESTED[question.command].keys.fields and name in known:
            facts[name] = one_or_list(values)
            asked["fact"] = facts
        else:
            asked[name] = one_or_list(values)
    options = {
        key: value
        for key, value in unwrapped(written).items()
        if key in TESTED[question.command].keys.fields
        and key not in ("plan", "role", "channel", "priority", "fact")
    }
    if _values(group, _METRIC) != _values(every, _METRIC):
        options["metric"] = one_or_list(_values(group, _METRIC))
    case: dict[str, Plain] = {}
    if example.name:
        case["name"] = example.name
    return {**case, question.command: {**asked, **options}, "expect": group[0].expect}


def _dimensions(items: list[_Item]) -> list[str]:
    return list(dict.fromkeys(name for item in items for name in item.case))


def _values(items: list[_Item], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.case[name] for item in items if name in item.case))


def _singles(items: list[_Item], every: list[_Item]) -> Iterator[list[_Item]]:
    """Yield each item alone."""
    for item in items:
        yield [item]


def _groups(items: list[_Item], every: list[_Item]) -> Iterator[list[_Item]]:
    """Yield groups of items that say the same, each all combinations of some values.

    A dimension is taken apart into the values that answer alike whatever the others are.
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
        yield from _singles(items, every)
        return
    for part in best:
        yield from _groups(part, every)


# -- as text -----------------------------------------------------------------------------------


_WIDTH = 100


def flow(value: Plain) -> str:
    """Return texts, lists and mappings on one line."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def case_text(case: Mapping[str, Plain]) -> str:
    """Return a case as an item of a list, its lines ended."""
    lines: list[str] = []
    for key, value in case.items():
        line = f"{key}: {flow(value)}"
        if len(line) + 2 > _WIDTH and isinstance(value, Mapping):
            lines += [f"{key}:", *(f"  {scalar(k)}: {flow(each)}" for k, each in value.items())]
        else:
            lines.append(line)
    return "".join(f"{'  ' if i else '- '}{line}\n" for i, line in enumerate(lines))


def one_or_list(values: tuple[str, ...]) -> Plain:
    """Return a value alone where there is one, else the list."""
    return values[0] if len(values) == 1 else list(values)
