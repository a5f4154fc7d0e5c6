"""Tests as values: questions with expected answers, invariants, and the codes of findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TypedDict

from zsupport.findings import CODES as LOADER_CODES
from zsupport.findings import Code, Span
from zsupport.policy.model import When
from zsupport.policy.yamltext import MappingNode, Node, Path, ScalarNode
from zsupport.typed import NamedTuple
from zsupport.wording import Message


class Reason(NamedTuple):
    """The entries that must have decided: nodes of the policy by path, or rules by condition."""

    paths: tuple[tuple[str, Path], ...]  # the text and the parsed path
    when: When | None = None


class Expected(NamedTuple):
    """One field of an answer with its expected value, and the span and path of this value."""

    key: str
    value: tuple[str, ...] | Reason | Node  # channels for a set, a reason for `because`
    span: Span
    path: Path

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of `exactly`, `include` or `exclude`; empty for all other keys."""
        value = self.value
        return value if isinstance(value, tuple) and not isinstance(value, Reason) else ()

    @property
    def text(self) -> str | None:
        """The text of the value if it is a scalar, otherwise None."""
        return self.value.text if isinstance(self.value, ScalarNode) else None


class Arguments(TypedDict, total=False):
    """The arguments of the library that a question states, without its case."""

    name: str | None
    topic: str | None
    metric: tuple[str, ...]
    at: datetime
    opened: datetime
    answered: datetime
    updated: datetime
    resolved: datetime
    start: dict[str, datetime]
    pause: tuple[tuple[datetime, datetime | None], ...]
    event: tuple[tuple[datetime, Mapping[str, str]], ...]
    at_risk: str
    customer_tz: str
    customer_country: str
    lang: str


class Question(NamedTuple):
    """A question as on the command line. Each combination of its values is asked."""

    command: str  # channels, due, hours, priority or terms
    revision: int  # the position of the revision that answers
    values: Mapping[str, tuple[str, ...]]  # of dimensions and facts
    facts: frozenset[str]  # the names of the facts in `values`
    options: Arguments
    zone: tzinfo  # for shown instants and local times
    timed: bool  # whether the test, its file or the caller states a moment
    in_force: bool  # whether a revision is in force at that moment


class Example(NamedTuple):
    """A question with the expected answer to each of its combinations."""

    name: str
    span: Span
    path: Path
    node: MappingNode  # the node in the tests file
    question: Question
    shorthand: bool  # whether `expect` is a single text
    expects: tuple[Expected, ...]


class Claim(NamedTuple):
    """A statement that an invariant requires, or forbids, in every selected case."""

    required: bool  # otherwise forbidden
    kind: str  # channel or promised
    names: tuple[str, ...]  # channels or metrics
    span: Span
    path: Path


class Invariant(NamedTuple):
    """Claims about a case set."""

    name: str
    span: Span
    path: Path
    revision: int
    where: Mapping[str, tuple[str, ...]]
    claims: tuple[Claim, ...]


FAILED_CASE = Code("ZT101", "failed-case", Message("answer that differs from the expected answer"))
BROKEN_INVARIANT = Code("ZT102", "broken-invariant", Message("invariant that some cases violate"))
NO_TESTS = Code("ZT103", "no-tests", Message("policy without tests"))
NO_ANSWER = Code(
    "ZT104", "no-answer", Message("test with a question that the policy cannot answer")
)
NO_POLICY = Code("ZT105", "no-policy", Message("tests file without its policy in the same folder"))
TOO_MANY = Code("ZT106", "too-many-cases", Message("policy that exceeds a limit"))
NO_CASE = Code("ZT107", "no-case", Message("invariant that matches no case"))
EXCLUDED = Code(
    "ZT108", "excluded-case", Message("test of a case whose facts exclude its priority"), "warning"
)
UNCOVERED = Code("ZT201", "uncovered-decision", Message("decision that no test covers"), "note")
COVERAGE_LOW = Code("ZT202", "coverage-too-low", Message("coverage below the required share"))
SURVIVING_MUTANT = Code(
    "ZT301", "surviving-mutant", Message("mutant that survived all tests"), "note"
)
MUTATION_LOW = Code(
    "ZT302", "mutation-too-low", Message("share of killed mutants below the required share")
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
    SURVIVING_MUTANT,
    MUTATION_LOW,
)
#: Every kind of finding of a run, also for a file that cannot be read.
CODES: dict[str, Code] = {**LOADER_CODES, **{code.code: code for code in SUITE_CODES}}
