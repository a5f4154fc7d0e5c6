"""The differences between two revisions that differ in a few grants or target rules.

A mutant changes a single entry. Its answers differ only in cases that the condition of this entry
matches, before or after the change. So only these cases are compared, with the entries that match
any of them. The result is equal to the `Difference` of the complete revisions.
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
        """`root` is the root node of the file of the revision."""
        self.answers = answers
        self.revision = revision = answers.revision
        self.inclusions = Inclusions(period_of(revision), public)
        self._root = root
        matches, opened = answers.decisions.matches, answers.decisions.opened
        of_rules = [matches(rule.when) for rule in revision.rules]
        self._grants = [_entry_cases(matches(grant.when)) for grant in revision.grants]
        self._rules = [_entry_cases(opened(cases)) for cases in of_rules]
        #: The cases that a condition matches, by the `id` of the condition.
        self._matches = {
            **{id(e.when): k.cases for e, k in zip(revision.grants, self._grants, strict=True)},
            **{id(e.when): cases for e, cases in zip(revision.rules, of_rules, strict=True)},
        }

    def difference(self, root: Node, revision: Revision) -> Difference | None:
        """Return the difference from another revision; None if they differ in more than entries.

        `root` is the root node of the file of the other revision. Both files must share the nodes
        that are equal.
        """
        if not differ_in_entries(self._root, root):
            return None
        grants_part, rules_part = (
            replaced_part(entries_of(self._root, section), entries_of(root, section))
            for section in ("entitlements", "targets")
        )
        decisions = self.answers.decisions
        matches = decisions.matches
        new_grants = revision.grants[grants_part.first : grants_part.other_last]
        new_rules = revision.rules[rules_part.first : rules_part.other_last]
        cases = union(item.cases for item in self._grants[grants_part.first : grants_part.last])
        cases |= union(matches(grant.when) for grant in new_grants)
        # The rank of a channel depends on the other channels, so all channels are compared.
        cases = self.answers.space.for_some("channel", cases)
        cases |= union(item.cases for item in self._rules[rules_part.first : rules_part.last])
        cases |= union(decisions.opened(matches(rule.when)) for rule in new_rules)
        grants = _matching_entries(cases, self.revision.grants, self._grants)
        rules = _matching_entries(cases, self.revision.rules, self._rules)
        before = self._answers_in(cases, grants.values(), rules.values())
        after = self._answers_in(
            cases,
            _replace_part(grants, grants_part, new_grants),
            _replace_part(rules, rules_part, new_rules),
        )
        return Difference(before, after, self.inclusions)

    def _answers_in(
        self, cases: Cases, grants: Iterable[Grant], rules: Iterable[TargetRule]
    ) -> AnswersByCase:
        """Return the answers in `cases` of the revision with only these grants and rules."""
        revision = self.revision._replace(grants=tuple(grants), rules=tuple(rules))
        decisions = Decisions.within(cases, revision, self.answers.decisions, self._matches)
        return AnswersByCase(revision, decisions, self.answers.facts, self.answers)


def _entry_cases(cases: Cases) -> _EntryCases:
    return _EntryCases(cases, _first(cases), cases.bit_length())


def _first(cases: Cases) -> int:
    return (cases & -cases).bit_length() - 1


def _matching_entries(
    cases: Cases, entries: tuple[_Entry, ...], entry_cases: list[_EntryCases]
) -> dict[int, _Entry]:
    """Return the entries whose conditions match any of the cases, by position.

    `entry_cases` has the cases of each entry.
    """
    first, last = _first(cases), cases.bit_length()
    return {
        number: entries[number]
        for number, (own, low, high) in enumerate(entry_cases)
        # Compare the ranges first: it is faster than `&` of large case sets, and it excludes most
        # entries for other plans.
        if low < last and high > first and own & cases
    }


def _replace_part(
    entries: Mapping[int, _Entry], part: ReplacedPart, replacements: Sequence[_Entry]
) -> Iterator[_Entry]:
    """Yield entries in order of position, with a part of them replaced."""
    yield from (entry for number, entry in entries.items() if number < part.first)
    yield from replacements
    yield from (entry for number, entry in entries.items() if number >= part.last)
