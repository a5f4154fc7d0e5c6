"""Tests as values: questions with what must be answered, and what must hold in every case."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from zsupport.findings import Span
from zsupport.policy.yamltext import Node, Path


class Reason(NamedTuple):
    """What must have decided: nodes of the policy by path, or rules by their condition."""

    paths: tuple[tuple[str, Path], ...]  # as written, and taken apart
    when: tuple[Any, ...] | None = None  # the condition, as `condition_key` gives it


class Expected(NamedTuple):
    """One field of an answer, and what it must be; the spans are those of the value."""

    key: str
    value: Any  # a tuple of channels, a Reason, or a node
    span: Span
    path: Path


class Question(NamedTuple):
    """A question as the command line puts it; several values are asked in every combination."""

    command: str  # channels, due, hours or priority
    revision: int  # the position of the revision that answers
    values: Mapping[str, tuple[str, ...]]  # of dimensions and facts
    facts: frozenset[str]  # which of them are facts
    options: Mapping[str, Any]  # the other arguments of the library
    zone: tzinfo  # in which instants are shown and local times are read
    timed: bool  # whether it names its moment: then the answer may depend on it
    in_force: bool  # whether a revision is in force at that moment


class Example(NamedTuple):
    """A question, and what must be answered to each combination that it asks."""

    name: str
    span: Span
    path: Path
    node: Node  # as it is written
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
