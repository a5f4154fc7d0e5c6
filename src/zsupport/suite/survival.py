"""Which changes of a policy its tests notice: those that are worth noticing, and those that slip.

A change that does not load, and one after which every answer is as before, is not counted.
"""

from collections.abc import Sequence
from typing import NamedTuple

from zsupport.errors import InvalidPolicy
from zsupport.policy.loader import revision_of
from zsupport.suite.answers import Answers, Difference, difference
from zsupport.suite.coverage import asked_cases
from zsupport.suite.example import Example, Invariant
from zsupport.suite.invariant import violations
from zsupport.suite.mutation import Change, changes_of
from zsupport.suite.reading import Tests, bind
from zsupport.suite.running import OF_THE_SET, passes
from zsupport.suite.subject import Subject

#: What answers say in words, or of the lines that decided: a change can show there alone.
_WORDS = ("note", "unclear", "because", "published", "condition", "name", "url", "steps", "meaning")


class Survivor(NamedTuple):
    """A change that no test noticed, of one of the revisions."""

    revision: int
    change: Change


class Mutation(NamedTuple):
    """What came of all changes of a policy."""

    changes: int  # how many were counted
    survivors: tuple[Survivor, ...]
    invalid: int  # how many did not load
    unchanged: int  # after how many every answer was as before

    @property
    def noticed(self) -> int:
        """How many changes a test noticed."""
        return self.changes - len(self.survivors)


def mutated(subject: Subject, tests: Sequence[Tests], examples: Sequence[Example]) -> Mutation:
    """Return which changes of a policy its tests notice. Raises TooManyCases.

    `examples` are the cases among the tests that pass; a test that fails notices nothing.
    """
    counted = invalid = unchanged = 0
    survivors: list[Survivor] = []
    chosen = {id(example) for example in examples}
    for index, document in enumerate(subject.documents):
        mine = [each for each in examples if each.question.revision == index]
        invariants = [
            each
            for some in tests
            for each in some.invariants
            if each.revision == index and _holds(subject, each)
        ]
        before = Answers(subject.decisions(index), subject.facts(index))
        reach = [_Reach(subject, example) for example in mine]
        for change in changes_of(document):
            try:
                revision = revision_of(change.root, document.source)
            except InvalidPolicy:
                invalid += 1
                continue
            changed = subject.replaced(index, change.root, revision)
            after = Answers(changed.decisions(index), changed.facts(index))
            where = difference(before, after, subject.public)
            if not where.any:
                unchanged += 1
                continue
            counted += 1
            if change.path[0] == "groups":
                # Tests that name a group go along with it.
                if not _noticed_anew(changed, tests, chosen, index):
                    survivors.append(Survivor(index, change))
                continue
            if any(not _holds(changed, each) for each in invariants):
                continue
            # The tests that noticed the change before this one are likely to notice this too.
            for number, each in enumerate(reach):
                if each.concerned(where) and not passes(changed, each.example):
                    reach.insert(0, reach.pop(number))
                    break
            else:
                survivors.append(Survivor(index, change))
    return Mutation(counted, tuple(survivors), invalid, unchanged)


def _holds(subject: Subject, invariant: Invariant) -> bool:
    return not any(
        violations(subject, invariant, claim, name)
        for claim in invariant.claims
        for name in claim.names
    )


def _noticed_anew(changed: Subject, tests: Sequence[Tests], chosen: set[int], index: int) -> bool:
    """Return whether a test notices a change of the names that tests may use themselves."""
    for before in tests:
        bound = bind(before.written, changed, before.at)
        if bound.findings:
            return True
        for old, new in zip(before.examples, bound.examples, strict=True):
            counts = id(old) in chosen and old.question.revision == index
            if counts and not passes(changed, new):
                return True
        for invariant in bound.invariants:
            if invariant.revision == index and not _holds(changed, invariant):
                return True
    return False


class _Reach:
    """A test with the cases that its answers rest on: what changes elsewhere cannot concern it."""

    def __init__(self, subject: Subject, example: Example) -> None:
        self.example = example
        self.command = example.question.command
        keys = {each.key for each in example.expects}
        self.words = bool(keys & set(_WORDS)) or not keys
        index = example.question.revision
        if self.command == "priority":
            self.cases = asked_cases(subject, example, subject.facts(index))
        else:
            space = subject.space(index)
            self.cases = asked_cases(subject, example, space)
            if "recommended" in keys or not keys & set(OF_THE_SET):
                # Channels are ranked among each other, and the first of them may speak for all.
                self.cases = space.for_some("channel", self.cases)

    def concerned(self, where: Difference) -> bool:
        """Return whether a test can notice a difference."""
        if self.words or where.defaults:
            return True
        options = self.example.question.options
        if self.command == "priority":
            return bool(where.facts & self.cases)
        if self.command == "channels":
            return bool(where.channels & self.cases)
        if self.command == "hours":
            # The hours of a union are its members', which may have changed.
            return any(where.hours.values()) or options["name"] not in where.hours
        return any(cases & self.cases for cases in where.due.values())
