"""Every key at every place of a tests file is read or refused, and never causes a crash."""

import inspect
import json
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import jsonschema_rs
import pytest
from subjects import SHOP, read_tests, subject_of

from zsupport.answer.channels import ChannelAnswer, ChannelOptions
from zsupport.answer.due import DueAnswer
from zsupport.answer.opening import HoursAnswer
from zsupport.answer.priority import PriorityAnswer
from zsupport.policy.format import DIMENSIONS
from zsupport.policy.schema import records
from zsupport.suite import format as tests_format
from zsupport.suite.example import Arguments
from zsupport.suite.format import TESTS
from zsupport.suite.outcome import run_tests

SUBJECT = subject_of(SHOP)
VALIDATOR = jsonschema_rs.Draft7Validator(tests_format.tests_schema())
MOMENT = "2026-11-23T10:00:00Z"
#: A tests file with every kind of mapping.
FILE: dict[str, Any] = {
    "tests": 1,
    "policy": "shop",
    "cases": [
        {
            "channels": {"plan": "pro", "fact": {"premier": "true"}},
            "expect": {"include": {"not": "phone"}, "because": {"when": {"plan": {"not": "free"}}}},
        },
        {"channels": {"plan": "max", "channel": "web"}, "expect": {"allowed": "true"}},
        {
            "due": {"plan": "max", "priority": "P1", "opened": MOMENT},
            "expect": {"target": "1h 24x7"},
        },
        {"hours": {"name": "office", "region": "eu", "at": MOMENT}, "expect": {"open": "true"}},
        {"priority": {"impact": "down"}, "expect": {"priority": "P1"}},
    ],
    "invariants": [
        {"for": {"plan": "free"}, "require": {"channel": "forum"}, "forbid": {"channel": "phone"}},
        {"for": {"plan": "max", "role": "owner"}, "require": {"promised": "first-response"}},
    ],
}  # fmt: skip
KEYS = sorted(
    {key for fields in records(TESTS) for key in fields.fields}
    | {"note", "unclear", "source", "premier", "nonsense"}
)
VALUES: list[Any] = [
    "x", "none", "true", "web", "P1", "17", MOMENT, None, [], ["web"], ["x", "none"], {},
    {"a": "b"}, {"not": "web"}, {"en": "x"}, [{"a": "b"}], {"when": "always"},
]  # fmt: skip


def mappings(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(tree, dict):
        yield path
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        if isinstance(value, dict | list):
            yield from mappings(value, (*path, key))


def with_key(path: tuple[Any, ...], key: str, value: Any) -> dict[str, Any]:
    """Return a copy of the file with a key at a place."""
    tree: dict[str, Any] = json.loads(json.dumps(FILE))
    place: Any = tree
    for step in path:
        place = place[step]
    place[key] = value
    return tree


def read_and_run(tree: dict[str, Any]) -> bool:
    """Return whether a file is valid; a valid file is also run."""
    tests = read_tests(json.dumps(tree), SUBJECT)
    run_tests(SUBJECT, tests)
    return not tests.findings


def test_file_has_every_kind_of_mapping() -> None:
    assert read_and_run(FILE)
    named = {key for path in mappings(FILE) for key in path if isinstance(key, str)}
    assert {"channels", "due", "hours", "priority", "expect", "because", "when"} <= named
    assert {"for", "require", "forbid", "fact"} <= named


@pytest.mark.parametrize("question", tests_format.TESTED.values(), ids=tests_format.TESTED)
def test_keys_of_questions_are_the_arguments_of_the_library(
    question: tests_format.TestedQuestion,
) -> None:
    keys = {key.replace("-", "_") for key in question.keys.fields}
    arguments = set(inspect.signature(question.ask).parameters) - {"self"}
    if "options" in arguments:
        arguments = arguments - {"options"} | {*ChannelOptions.__annotations__}
        keys |= {*tests_format.CHANNEL_OPTIONS}
    assert keys == {*arguments, "tz"}
    not_of_every_question = {*DIMENSIONS, "fact", *tests_format.CHANNEL_OPTIONS}
    assert arguments - {*Arguments.__annotations__} <= not_of_every_question


def test_fields_that_depend_on_the_moment() -> None:
    due = partial(SUBJECT.policy.due, metric="all", at_risk="1/2")
    monday = due(opened="2026-11-23T10:00:00Z", at="2026-11-23T10:10:00Z")
    pause = ("2026-11-28T10:00:00Z", "2026-11-28T10:20:00Z")
    saturday = due(opened=pause[0], at="2026-11-28T12:00:00Z", pause=[pause])
    differing = {
        field
        for before, after in zip(monday, saturday, strict=True)
        for field in DueAnswer._fields
        if getattr(before, field) != getattr(after, field)
    }
    assert differing == {"state", *tests_format.OF_THE_MOMENT.intersection(DueAnswer._fields)}


@pytest.mark.parametrize("path", list(mappings(FILE)), ids=lambda path: ".".join(map(str, path)))
def test_every_key_is_read_or_refused(path: tuple[Any, ...]) -> None:
    chosen = random.Random(str(path))
    for key in KEYS:
        for value in chosen.sample(VALUES, 4):  # all values would take minutes
            tree = with_key(path, key, value)
            if read_and_run(tree):
                # The schema accepts every valid key and rejects all other keys.
                assert VALIDATOR.is_valid(tree), (key, value)


@pytest.mark.parametrize("key", ["note", "unclear", "source"])
@pytest.mark.parametrize(
    ("path", "own"),
    [
        ((), ("note",)),
        (("cases", 0), ("note",)),
        (("cases", 0, "channels"), ()),
        (("cases", 0, "expect"), ChannelAnswer._fields),
        (("cases", 0, "expect", "because"), ()),
        (("cases", 2, "due"), ()),
        (("cases", 2, "expect"), DueAnswer._fields),
        (("cases", 3, "hours"), ()),
        (("cases", 3, "expect"), HoursAnswer._fields),
        (("cases", 4, "priority"), ()),
        (("cases", 4, "expect"), PriorityAnswer._fields),
        (("invariants", 0), ("note",)),
        (("invariants", 0, "for"), ()),
        (("invariants", 0, "require"), ()),
        (("invariants", 0, "forbid"), ()),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else value,
)
def test_notes_are_keys_of_tests_and_files_only(
    path: tuple[Any, ...], own: tuple[str, ...], key: str
) -> None:
    tests = read_tests(json.dumps(with_key(path, key, "x")), SUBJECT)
    codes = [
        (finding.code, finding.path.rpartition(".")[2] or finding.path)
        for finding in tests.findings
    ]
    # In a question an unknown key can also be an unknown fact.
    question = path and path[-1] in ("channels", "due", "hours", "priority", "for")
    unknown = "ZS201" if question else "ZS101"
    assert codes == ([] if key in own else [(unknown, key)])
