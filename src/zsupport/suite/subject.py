"""A policy that is tested: what answers questions to it, and its revisions as they are analysed."""

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
    """One policy and its revisions, in the order of their first day."""

    policy: Policy
    revisions: tuple[AnalysedRevision, ...]

    @property
    def documents(self) -> tuple[Document, ...]:
        """The document of each revision."""
        return tuple(each.document for each in self.revisions)

    def replaced(self, index: int, root: Node, revision: Revision) -> PolicyUnderTest:
        """Return the policy with a changed revision in one's place.

        Its cases are those of the revision before: a change names no dimension that was not named.
        """
        before = self.revisions[index]
        document = before.document._replace(root=root, revision=revision)
        changed = AnalysedRevision(document, before.public, like=before)
        revisions = (*self.revisions[:index], changed, *self.revisions[index + 1 :])
        policy = Policy(tuple(each.revision for each in revisions), before.public)
        return PolicyUnderTest(policy, revisions)


def read_subject(files: tuple[SourceFile, ...], public: PublicHolidays) -> PolicyUnderTest:
    """Return the policy that these files hold, its revisions in order.

    `public` gives the public holidays of countries. Raises InvalidPolicy with every finding, and
    UsageError where the files hold several policies.
    """
    # Every changed policy asks for the same holidays again.
    kept = cache(public)
    revisions = tuple(AnalysedRevision(document, kept) for document in read_policy(files))
    return PolicyUnderTest(Policy(tuple(each.revision for each in revisions), kept), revisions)
