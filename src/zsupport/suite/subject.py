"""A tested policy: the library object that answers questions, and its analysed revisions."""

from __future__ import annotations

from functools import cache

from zsupport.analysis.revision import AnalysedRevision
from zsupport.clock.holidays import PublicHolidays
from zsupport.library import Policy
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.loader import read_policy
from zsupport.policy.model import Revision
from zsupport.policy.yamltext import Node
from zsupport.typed import NamedTuple


class PolicyUnderTest(NamedTuple):
    """One policy with its revisions in the order of their first day."""

    policy: Policy
    revisions: tuple[AnalysedRevision, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """The document of each revision."""
        return tuple(revision.document for revision in self.revisions)

    def with_revision(self, index: int, root: Node, revision: Revision) -> PolicyUnderTest:
        """Return the policy with one revision replaced by a changed revision.

        The cases stay the same, because a mutant adds no dimension.
        """
        before = self.revisions[index]
        document = before.document._replace(root=root, revision=revision)
        changed = AnalysedRevision(document, before.public, like=before)
        revisions = (*self.revisions[:index], changed, *self.revisions[index + 1 :])
        policy = Policy(tuple(analysed.revision for analysed in revisions), before.public)
        return PolicyUnderTest(policy, revisions)


def read_subject(files: tuple[SourceFile, ...], public: PublicHolidays) -> PolicyUnderTest:
    """Return the policy of these files. Each file is a revision; the order does not matter.

    `public` returns the public holidays of a country. Raises InvalidPolicy with every finding, and
    UsageError if the files contain several policies.
    """
    # Every mutant needs the same holidays.
    cached = cache(public)
    revisions = tuple(AnalysedRevision(document, cached) for document in read_policy(files))
    policy = Policy(tuple(analysed.revision for analysed in revisions), cached)
    return PolicyUnderTest(policy, revisions)
