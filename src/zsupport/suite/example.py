"""Tests as values: questions with what must be answered, and what must hold in every case.

The codes of what a run of them can find are at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TypedDict

from zsupport.findings import CODES as LOADER_CODES
from zsupport.findings import Code, Span
from zsupport.policy.model import When
from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode
from zsupport.typed import NamedTuple


class Reason(NamedTuple):
    """What must have decided: nodes of the policy by path, or rules by their condition."""

    paths: tuple[tuple[str, Path], ...]  # as written, and taken apart
    when: When | None = None


class Expected(NamedTuple):
    """One field of an answer, and what it must be; the spans are those of the value."""

    key: str
    value: tuple[str, ...] | Reason | Node  # the channels of a set; the value of `because`; others
    span: Span
    path: Path

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of `exactly`, `include` or `exclude`; none for another key."""
        value = self.value
        return value if isinstance(value, tuple) and not isinstance(value, Reason) else ()

    @property
    def text(self) -> str | None:
        """The value where it is a single text."""
        return self.value.text if isinstance(self.value, ScalarNode) else None


class Arguments(TypedDict, total=False):
    """The arguments of the library beside the case; only those that the question states."""

    name: str | None
    metric: tuple[str, ...]
    at: datetime
    opened: datetime
    answered: datetime
    updated: datetime
    resolved: datetime
    start: dict[str, datetime]
    pause: tuple[tuple[datetime, datetime | None], ...]
    at_risk: str
    customer_tz: str
    customer_country: str
    lang: str


class Question(NamedTuple):
    """A question as the command line puts it; several values are asked in every combination."""

    command: str  # channels, due, hours or priority
    revision: int  # the position of the revision that answers
    values: Mapping[str, tuple[str, ...]]  # of dimensions and facts
    facts: frozenset[str]  # which of them are facts
    options: Arguments
    zone: tzinfo  # in which instants are shown and local times are read
    timed: bool  # whether it names its moment: then the answer may depend on it
    in_force: bool  # whether a revision is in force at that moment


class Example(NamedTuple):
    """A question, and what must be answered to each combination that it asks."""

    name: str
    span: Span
    path: Path
    node: MappingNode  # as it is written
    question: Question
    shorthand: bool  # whether a text stands for all that is expected
    expects: tuple[Expected, ...]


class Claim(NamedTuple):
    """What must hold, or must not, in every case that an invariant is about."""

    wanted: bool
    kind: str  # channel or promised
    names: tuple[str, ...]  # channels or metrics
    span: Span
    path: Path


class Invariant(NamedTuple):
    """Claims about a set of cases."""

    name: str
    span: Span
    path: Path
    revision: int
    where: Mapping[str, tuple[str, ...]]
    claims: tuple[Claim, ...]


FAILED_CASE = Code("ZT101", "failed-case", "the policy answers otherwise than a test expects")
BROKEN_INVARIANT = Code("ZT102", "broken-invariant", "a case in which an invariant does not hold")
NO_TESTS = Code("ZT103", "no-tests", "a policy that no tests file is about")
NO_ANSWER = Code("ZT104", "no-answer", "a test that asks what the policy cannot answer")
NO_POLICY = Code("ZT105", "no-policy", "a tests file whose policy is not beside it")
TOO_MANY = Code("ZT106", "too-many-cases", "a policy with more than is worked on")
NO_CASE = Code("ZT107", "no-case", "an invariant that holds because no case is meant")
EXCLUDED = Code(
    "ZT108", "excluded-case", "a test of a case whose facts exclude its priority", "warning"
)
UNCOVERED = Code(
    "ZT201", "uncovered-decision", "a decision of the policy that no test states", "note"
)
COVERAGE_LOW = Code("ZT202", "coverage-too-low", "the tests cover less than was asked for")
UNNOTICED = Code("ZT301", "unnoticed-change", "a change of the policy that no test notices", "note")
MUTATION_LOW = Code(
    "ZT302", "mutation-too-low", "the tests notice fewer changes than was asked for"
)

SUITE_CODES = (
    FAILED_CASE,
    BROKEN_INVARIANT,
    NO_TESTS,
    NO_ANSWER,
    NO_POLICY,
    TOO_MANY,
    NO_CASE,
    EXCLUDED,
    UNCOVERED,
    COVERAGE_LOW,
    UNNOTICED,
    MUTATION_LOW,
)
#: Every kind of finding that a run can make: these, and those about a file that cannot be read.
CODES: dict[str, Code] = {**LOADER_CODES, **{code.code: code for code in SUITE_CODES}}
