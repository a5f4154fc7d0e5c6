"""A revision of a policy with the results of its analysis, each computed once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from zsupport.analysis.answers import AnswersByCase
from zsupport.analysis.decisions import Decisions
from zsupport.analysis.entries import EntriesByCase
from zsupport.analysis.moments import decisions_of
from zsupport.analysis.space import space_of, space_of_facts, values_of
from zsupport.answer.space import Cases, Space
from zsupport.clock.holidays import PublicHolidays
from zsupport.policy.document import Document
from zsupport.policy.format import POLICY
from zsupport.policy.model import Revision
from zsupport.policy.names import Names, positions_by_name
from zsupport.policy.shape import Reader
from zsupport.policy.variants import Variants


class AnalysedRevision:
    """A valid policy file with its names, its cases and its decisions.

    It has no reference cycles, so it is freed as soon as its file is done.
    """

    def __init__(
        self,
        document: Document,
        public: PublicHolidays,
        like: AnalysedRevision | None = None,
    ) -> None:
        """`public` returns the public holidays of countries.

        If `like` is given, its cases are used. `like` must define all values that the document
        names.
        """
        assert document.revision is not None
        self.document = document
        self.revision: Revision = document.revision
        self.public = public
        if like is not None:
            self.space, self.facts = like.space, like.facts

    @classmethod
    def over(
        cls,
        document: Document,
        revision: Revision,
        space: Space,
        facts: Space,
        public: PublicHolidays,
        own_names: Mapping[str, str] | None = None,
    ) -> AnalysedRevision:
        """Return a revision over the cases of two revisions, for a comparison of both.

        `revision` is the revision of the document with the names of both revisions. `own_names`
        maps the names of hours in the space to the names in the document. Cases without an opening
        time are included: the caller must exclude them.
        """
        result = cls(document, public)
        result.revision, result.space, result.facts = revision, space, facts
        result.decisions = Decisions(revision, space, own_names)
        return result

    @cached_property
    def known_cases(self) -> Cases:
        """The existing cases whose values are all defined by the revision."""
        values = {name: item for name, item in values_of(self.revision).items() if item}
        return self.decisions.existing & self.space.within(values)

    @cached_property
    def names(self) -> Names:
        """The names that the revision defines, including groups."""
        assert self.document.root is not None
        reader = Reader(self.revision.file)
        names = Names(POLICY.read(self.document.root, (), reader), reader)
        names.facts = {fact.id: positions_by_name(fact.values) for fact in self.revision.facts}
        names.read_groups()
        return names

    @cached_property
    def entries(self) -> EntriesByCase:
        """The grants and rules, for comparisons with revisions that differ in them."""
        assert self.document.root is not None
        return EntriesByCase(self.document.root, self.answers, self.public)

    @cached_property
    def variants(self) -> Variants:
        """Reads variants of the file in which entries are changed."""
        return Variants(self.document)

    @cached_property
    def space(self) -> Space:
        """The cases of the revision. Raises LimitExceeded."""
        return space_of(self.revision)

    @cached_property
    def facts(self) -> Space:
        """The combinations of the facts that the priorities name. Raises LimitExceeded."""
        return space_of_facts(self.revision)

    @cached_property
    def decisions(self) -> Decisions:
        """The decisions of the revision in each case. Raises LimitExceeded."""
        return decisions_of(self.revision, self.space, self.public)

    @cached_property
    def answers(self) -> AnswersByCase:
        """The answers of the revision in each case. Raises LimitExceeded."""
        return AnswersByCase(self.revision, self.decisions, self.facts)
