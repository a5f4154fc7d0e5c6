"""A policy that is tested: its revisions with their files, and the names that tests may use."""

from functools import cache

from zsupport.analysis.decisions import Decisions
from zsupport.analysis.moments import decisions_of
from zsupport.analysis.space import Space, space_of, space_of_facts
from zsupport.clock.holidays import PublicHolidays
from zsupport.library import Policy
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.format import POLICY
from zsupport.policy.loader import read_policy
from zsupport.policy.model import Revision
from zsupport.policy.names import Names, numbered
from zsupport.policy.shape import Reader
from zsupport.policy.yamltext import Node


class Subject:
    """The revisions of one policy in the order of their first day, each with its document."""

    def __init__(
        self, policy: Policy, documents: tuple[Document, ...], public: PublicHolidays
    ) -> None:
        """`public` is what the policy was made with."""
        self.policy = policy
        self.documents = documents
        self.public = public
        self._names: dict[int, Names] = {}
        self._spaces: dict[int, Space] = {}
        self._decisions: dict[int, Decisions] = {}
        self._facts: dict[int, Space] = {}

    def revision(self, index: int) -> Revision:
        """Return the revision at a position."""
        return self.policy.revisions[index]

    def names(self, index: int) -> Names:
        """Return the names that a revision defines, groups among them."""
        if index not in self._names:
            self._names[index] = names_of(self.documents[index].root, self.revision(index))
        return self._names[index]

    def space(self, index: int) -> Space:
        """Return every case of a revision. Raises TooMuch."""
        if index not in self._spaces:
            self._spaces[index] = space_of(self.revision(index))
        return self._spaces[index]

    def decisions(self, index: int) -> Decisions:
        """Return what a revision decides in each of its cases. Raises TooMuch."""
        if index not in self._decisions:
            revision, space = self.revision(index), self.space(index)
            self._decisions[index] = decisions_of(revision, space, self.public)
        return self._decisions[index]

    def facts(self, index: int) -> Space:
        """Return the combinations of facts that lead to a priority. Raises TooMuch."""
        if index not in self._facts:
            self._facts[index] = space_of_facts(self.revision(index))
        return self._facts[index]

    def replaced(self, index: int, root: Node, revision: Revision) -> "Subject":
        """Return the policy with a changed revision in one's place.

        Its cases are those of the revision before: a change names no dimension that was not named.
        """
        documents = list(self.documents)
        documents[index] = documents[index]._replace(root=root, revision=revision)
        revisions = list(self.policy.revisions)
        revisions[index] = revision
        changed = Subject(Policy(tuple(revisions), self.public), tuple(documents), self.public)
        for other in range(len(revisions)):
            if other != index:
                changed._names[other] = self.names(other)
        changed._spaces[index] = self.space(index)
        changed._facts[index] = self.facts(index)
        changed._decisions[index] = decisions_of(revision, self.space(index), self.public)
        return changed


def read_subject(files: tuple[SourceFile, ...], public: PublicHolidays) -> Subject:
    """Return the policy that these files hold, its revisions in order.

    `public` gives the public holidays of countries. Raises InvalidPolicy with every finding, and
    UsageError where the files hold several policies.
    """
    documents = read_policy(files)
    # Every changed policy asks for the same holidays again.
    kept = cache(public)
    revisions = tuple(each.revision for each in documents if each.revision is not None)
    return Subject(Policy(revisions, kept), documents, kept)


def names_of(root: Node | None, revision: Revision) -> Names:
    """Return the names that a policy which the loader accepts defines."""
    assert root is not None
    reader = Reader(revision.file)
    names = Names(POLICY.read(root, (), reader), reader)
    names.facts = {fact.id: numbered(fact.values) for fact in revision.facts}
    names.read_groups()
    return names
