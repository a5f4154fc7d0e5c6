"""Which changes of a policy its tests notice: those that are worth noticing, and those that slip.

A change that does not load, and one after which every answer is as before, is not counted.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from zsupport.analysis.answers import Answers, Difference, difference
from zsupport.analysis.space import Cases
from zsupport.answer.case import Case
from zsupport.errors import InvalidPolicy, TooMuch
from zsupport.limits import CHANGES
from zsupport.policy.loader import revision_of
from zsupport.suite.coverage import asked_cases
from zsupport.suite.example import Example, Invariant
from zsupport.suite.invariant import violations
from zsupport.suite.mutation import Change, changes_of
from zsupport.suite.reading import Tests, bind
from zsupport.suite.running import OF_THE_SET, combinations, passes
from zsupport.suite.subject import Subject
from zsupport.suite.suggestion import Suggested
from zsupport.suite.witness import Pair, witness

#: What answers say in words, or of the lines that decided: a change can show there alone.
_WORDS = ("note", "unclear", "because", "published", "condition", "name", "url", "steps", "meaning")

#: Of tests that ask more, the combinations are not told apart.
MOST_COMBINATIONS = 500


class Survivor(NamedTuple):
    """A change that no test noticed, of one of the revisions, and in how many cases it shows."""

    revision: int
    change: Change
    cases: int


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


def mutated(
    subject: Subject,
    tests: Sequence[Tests],
    examples: Sequence[Example],
    invariants: Sequence[Invariant],
) -> Mutation:
    """Return which changes of a policy its tests notice. Raises TooMuch.

    `examples` and `invariants` are those of the tests that pass: one that fails notices nothing.
    """
    tried = 0
    for index, document in enumerate(subject.documents):
        notice = [*(each.question.revision for each in examples), *(i.revision for i in invariants)]
        tried += sum(1 for _ in changes_of(document)) * (1 + notice.count(index))
    if tried > CHANGES.most:
        raise TooMuch(CHANGES, tried)
    counted = invalid = unchanged = 0
    survivors: list[Survivor] = []
    chosen = {id(each) for each in (*examples, *invariants)}
    for index, document in enumerate(subject.documents):
        mine = [each for each in examples if each.question.revision == index]
        rules = [each for each in invariants if each.revision == index]
        before = Answers(subject.revisions[index])
        reach = [_Reach(subject, example) for example in mine]
        for change in changes_of(document):
            pair = compared(subject, index, change, before)
            if pair is None:
                invalid += 1
                continue
            changed, where = pair.after, pair.where
            if not where.any:
                unchanged += 1
                continue
            counted += 1
            if change.path[0] == "groups":
                # Tests that name a group go along with it.
                if not _noticed_anew(changed, tests, chosen, index):
                    survivors.append(Survivor(index, change, where.cases))
                continue
            if any(not _holds(changed, each) for each in rules):
                continue
            # The tests that noticed the change before this one are likely to notice this too.
            for number, each in enumerate(reach):
                if not each.passes(changed, where):
                    reach.insert(0, reach.pop(number))
                    break
            else:
                survivors.append(Survivor(index, change, where.cases))
    survivors.sort(key=lambda survivor: -survivor.cases)
    return Mutation(counted, tuple(survivors), invalid, unchanged)


def compared(subject: Subject, index: int, change: Change, before: Answers) -> Pair | None:
    """Return a policy beside what a change makes of it, None where that is no policy.

    `before` are the answers of the revision that is changed.
    """
    try:
        revision = revision_of(change.root, subject.revisions[index].document.source)
    except InvalidPolicy:
        return None
    changed = subject.replaced(index, change.root, revision)
    after = Answers(changed.revisions[index])
    return Pair(subject, changed, index, difference(before, after))


class Noticing(NamedTuple):
    """What would notice a survivor: a test, and whether it was found for one before it."""

    test: Suggested | None
    known: bool


def noticing(
    subject: Subject, survivors: Sequence[Survivor], most: int
) -> Iterator[tuple[Survivor, Noticing]]:
    """Yield each survivor with a test that would notice it; new tests are made for so many."""
    before = {
        index: Answers(subject.revisions[index])
        for index in {survivor.revision for survivor in survivors}
    }
    made: list[Suggested] = []
    tried = 0
    for survivor in survivors:
        index = survivor.revision
        pair = compared(subject, index, survivor.change, before[index])
        assert pair is not None  # it was one before
        some = (
            each
            for each in made
            if each.example.question.revision == index and not passes(pair.after, each.example)
        )
        known = next(some, None)
        found = known
        if known is None and tried < most:
            tried += 1
            found = witness(pair)
            made += [found] if found else []
        yield survivor, Noticing(found, known is not None)


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
        for was, invariant in zip(before.invariants, bound.invariants, strict=True):
            counts = id(was) in chosen and was.revision == index
            if counts and not _holds(changed, invariant):
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
        by_facts = self.command == "priority"
        self.space = subject.revisions[index].facts if by_facts else subject.revisions[index].space
        self.cases = asked_cases(subject, example, self.space)
        # Channels are ranked among each other, and the first of them may speak for all.
        self.wide = not by_facts and ("recommended" in keys or not keys & set(OF_THE_SET))
        if self.wide:
            self.cases = self.space.for_some("channel", self.cases)

    def passes(self, changed: Subject, where: Difference) -> bool:
        """Return whether the test passes on a changed policy; what cannot differ is not asked."""
        if self.words or where.defaults:
            return passes(changed, self.example)
        cases = self.differing(where)
        if not cases:
            return True
        if self.command == "hours" or self.combinations > MOST_COMBINATIONS:
            return passes(changed, self.example)
        return passes(changed, self.example, (each for each, own in self.parts if own & cases))

    def differing(self, where: Difference) -> Cases:
        """Return the cases of the test in which the answers differ."""
        if self.command == "priority":
            return where.facts & self.cases
        if self.command == "channels":
            return where.channels & self.cases
        # When a channel is open depends on its grants, too.
        found = where.channels & self.cases if self.command == "hours" else 0
        for cases in (where.hours if self.command == "hours" else where.due).values():
            found |= cases
        # The hours of a union are its members', which may have changed.
        return found if self.command == "hours" else found & self.cases

    @cached_property
    def combinations(self) -> int:
        """How many combinations the test asks."""
        count = 1
        for values in self.example.question.values.values():
            count *= len(values)
        return count

    @cached_property
    def parts(self) -> list[tuple[Case, Cases]]:
        """Each combination that the test asks, with its cases."""
        found = []
        for combination in combinations(self.example.question):
            cases = self.cases
            for name, value in combination.items():
                if name in self.space.values and not (self.wide and name == "channel"):
                    cases &= self.space.of(name, value)
            found.append((combination, cases))
        return found
