"""The differences between two revisions that differ in a few grants or target rules.

A mutant changes a single entry. Its answers differ only in cases that the condition of this entry
matches, before or after the change. So only these cases are compared, with the entries that match
any of them. The result must be equal to the `Difference` of both revisions in every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from zsupport.analysis.answers import AnswersByCase, Difference
from zsupport.analysis.compare import Inclusions
from zsupport.analysis.deadlines import period_of
from zsupport.analysis.decisions import Decisions
from zsupport.answer.space import Cases, union
from zsupport.clock.holidays import PublicHolidays
from zsupport.policy.model import Grant, Revision, TargetRule
from zsupport.policy.variants import ReplacedPart, differ_in_entries, entries_of, replaced_part
from zsupport.policy.yamltext import Node
from zsupport.typed import NamedTuple

_Entry = TypeVar("_Entry", Grant, TargetRule)


class _EntryCases(NamedTuple):
    """The cases that the condition of an entry matches; their numbers are in `[low, high)`."""

    cases: Cases
    low: int
    high: int


class EntriesByCase:
    """The grants and target rules of a revision with the cases that they match."""

    def __init__(self, root: Node, answers: AnswersByCase, public: PublicHolidays) -> None:
        """`root` is the file of the revision."""
        self.answers = answers
        self.revision = revision = answers.revision
        self.inclusions = Inclusions(period_of(revision), public)
        self._root = root
        matches = answers.decisions.matches
        self._grants = [_entry_cases(matches(grant.when)) for grant in revision.grants]
        self._rules = [_entry_cases(matches(rule.when)) for rule in revision.rules]
        #: The cases that a condition matches, by the identity of the condition.
        self._matches = {
            **{id(e.when): k.cases for e, k in zip(revision.grants, self._grants, strict=True)},
            **{id(e.when): k.cases for e, k in zip(revision.rules, self._rules, strict=True)},
        }

    def difference(self, root: Node, revision: Revision) -> Difference | None:
        """Return the difference to another revision; None if they differ in more than entries.

        `root` is the file of the other revision. It reuses the nodes of the file of this revision.
        """
        unchanged = self.revision
        if not differ_in_entries(self._root, root):
            return None
        grants, rules = (
            replaced_part(entries_of(self._root, section), entries_of(root, section))
            for section in ("entitlements", "targets")
        )
        matches = self.answers.decisions.matches
        cases = union(known.cases for known in self._grants[grants.first : grants.last])
        changed = revision.grants[grants.first : grants.other_last]
        cases |= union(matches(grant.when) for grant in changed)
        # The rank of a channel depends on all channels of the case.
        cases = self.answers.space.for_some("channel", cases)
        cases |= union(known.cases for known in self._rules[rules.first : rules.last])
        changed_rules = revision.rules[rules.first : rules.other_last]
        cases |= union(matches(rule.when) for rule in changed_rules)
        near_grants = _near(cases, unchanged.grants, self._grants)
        near_rules = _near(cases, unchanged.rules, self._rules)
        before = self._within(cases, near_grants.values(), near_rules.values())
        after = self._within(
            cases, _with(changed, near_grants, grants), _with(changed_rules, near_rules, rules)
        )
        return Difference(before, after, self.inclusions)

    def _within(
        self, cases: Cases, grants: Iterable[Grant], rules: Iterable[TargetRule]
    ) -> AnswersByCase:
        """Return the answers of a revision with these entries in some cases."""
        revision = self.revision._replace(grants=tuple(grants), rules=tuple(rules))
        decisions = Decisions.within(cases, revision, self.answers.decisions, self._matches)
        return AnswersByCase(revision, decisions, self.answers.facts, self.answers)


def _entry_cases(cases: Cases) -> _EntryCases:
    return _EntryCases(cases, _first(cases), cases.bit_length())


def _first(cases: Cases) -> int:
    return (cases & -cases).bit_length() - 1


def _near(
    cases: Cases, entries: tuple[_Entry, ...], entry_cases: list[_EntryCases]
) -> dict[int, _Entry]:
    """Return the entries that match some of the cases, by their positions."""
    first, last = _first(cases), cases.bit_length()
    return {
        number: entries[number]
        for number, (own, low, high) in enumerate(entry_cases)
        # The ranges of most sets of other plans do not overlap.
        if low < last and high > first and own & cases
    }


def _with(
    replacements: Sequence[_Entry], near: Mapping[int, _Entry], part: ReplacedPart
) -> Iterator[_Entry]:
    """Yield entries in order of position, with a part of them replaced."""
    yield from (entry for number, entry in near.items() if number < part.first)
    yield from replacements
    yield from (entry for number, entry in near.items() if number >= part.last)
