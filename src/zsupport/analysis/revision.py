"""One revision of a policy as it is analysed: what is asked of it is worked out once and kept."""

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
from zsupport.policy.names import Names, numbered
from zsupport.policy.shape import Reader
from zsupport.policy.variants import Variants


class AnalysedRevision:
    """A file that the loader accepts, with its names, its cases and what it decides in each.

    Nothing in it leads back to it, so that it goes with all that it holds when its file is done:
    a run over many files would else keep them until Python looks for cycles.
    """

    def __init__(
        self,
        document: Document,
        public: PublicHolidays,
        like: AnalysedRevision | None = None,
    ) -> None:
        """`public` gives the public holidays of countries.

        Its cases are those of the revision that it is `like`, which names the same or more.
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
        """Return a revision over the cases of two, to be compared with the other one.

        `revision` is the document's, made to answer to the names of the other. `own_names`: the
        hours of the document, by the names that an `opened` has in the space. Cases that no
        moment belongs to are those of both, and are not looked for.
        """
        result = cls(document, public)
        result.revision, result.space, result.facts = revision, space, facts
        result.decisions = Decisions(revision, space, own_names)
        return result

    @cached_property
    def known(self) -> Cases:
        """The cases that exist and whose every value it knows, where its space has others too."""
        values = {name: item for name, item in values_of(self.revision).items() if item}
        return self.decisions.existing & self.space.within(values)

    @cached_property
    def names(self) -> Names:
        """The names that it defines, groups among them."""
        assert self.document.root is not None
        reader = Reader(self.revision.file)
        names = Names(POLICY.read(self.document.root, (), reader), reader)
        names.facts = {fact.id: numbered(fact.values) for fact in self.revision.facts}
        names.read_groups()
        return names

    @cached_property
    def entries(self) -> EntriesByCase:
        """Its grants and rules, to find where a revision with others answers differently."""
        assert self.document.root is not None
        return EntriesByCase(self.document.root, self.answers, self.public)

    @cached_property
    def variants(self) -> Variants:
        """What reads the file with other entries."""
        return Variants(self.document)

    @cached_property
    def space(self) -> Space:
        """Every case of it. Raises TooMuch."""
        return space_of(self.revision)

    @cached_property
    def facts(self) -> Space:
        """The combinations of facts that lead to a priority. Raises TooMuch."""
        return space_of_facts(self.revision)

    @cached_property
    def decisions(self) -> Decisions:
        """What it decides in each of its cases. Raises TooMuch."""
        return decisions_of(self.revision, self.space, self.public)

    @cached_property
    def answers(self) -> AnswersByCase:
        """The answers of the revision in each of its cases. Raises TooMuch."""
        return AnswersByCase(self.revision, self.decisions, self.facts)
