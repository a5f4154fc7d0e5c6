"""What a rule is, what it looks at, and what it says."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import NamedTuple

from zsupport.analysis.decisions import Decisions
from zsupport.analysis.space import Cases, Space, shown, space_of
from zsupport.clock.holidays import PublicHolidays, public_holidays
from zsupport.findings import Code, Fix, Span
from zsupport.policy.document import Document
from zsupport.policy.model import Revision
from zsupport.policy.yamltext import Path


class Subject:
    """A policy file that the loader accepts, with what rules ask of it, worked out once."""

    def __init__(
        self, document: Document, today: date, public: PublicHolidays = public_holidays
    ) -> None:
        """`today` is the date as of which rules judge that depend on it.

        `public` gives the public holidays of countries.
        """
        assert document.revision is not None
        self.document = document
        self.revision: Revision = document.revision
        self.today = today
        self.public = public

    @cached_property
    def space(self) -> Space:
        """Every case of the policy. Raises TooManyCases."""
        return space_of(self.revision)

    @cached_property
    def decisions(self) -> Decisions:
        """What the policy decides in each case. Raises TooManyCases."""
        return Decisions(self.revision, self.space)

    def witness(self, cases: Cases) -> dict[str, str]:
        """Return the first case of a set that is not empty, as options name it."""
        return shown(self.space.first(cases))


class Problem(NamedTuple):
    """What a rule found at a path of the document; the span is the value's unless given."""

    path: Path
    message: str
    span: Span | None = None
    label: str | None = None  # what stands there, beside the marks
    expected: str | None = None
    hint: str | None = None
    case: Mapping[str, str] | None = None
    related: tuple[tuple[Path, str], ...] = ()  # other places, and what stands there
    fix: Fix | None = None
    severity: str | None = None  # where it is not the rule's


class Rule(NamedTuple):
    """One thing to look for; `bad` and `good` are whole policies that are also its tests."""

    code: str
    name: str
    severity: str  # error, warning or note
    summary: str  # what it finds, in a line without a full stop
    why: str  # what it looks for, why that hurts and what to do, in a few sentences
    bad: str
    good: str
    check: Callable[[Subject], Iterator[Problem]]

    @property
    def kind(self) -> Code:
        """The rule as a kind of finding."""
        return Code(self.code, self.name, self.summary)
