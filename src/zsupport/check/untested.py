"""ZS904 and ZS905: what the tests beside a policy name that is not there, and what they leave open.

Static checks miss half of the mistakes that people make in grants; only a test that states who may
not do something notices when they suddenly may.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zsupport.analysis.space import shown
from zsupport.answer.space import Cases, Space
from zsupport.check.about_tests import UNKNOWN_IN_TEST, UNTESTED_DENIAL
from zsupport.check.evaluate import identity_of
from zsupport.clock.holidays import PublicHolidays
from zsupport.errors import InvalidPolicy, TooMuch, UsageError
from zsupport.findings import Finding, Span
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.yamltext import Path, path_text
from zsupport.suite.coverage import Decision, asked_cases, decisions_of, uncovered
from zsupport.suite.example import Example, Invariant
from zsupport.suite.invariant import meant
from zsupport.suite.reading import bind, read_written
from zsupport.suite.subject import PolicyUnderTest, read_subject


def of_tests(
    files: Sequence[SourceFile], tests: Sequence[SourceFile], public: PublicHolidays
) -> Iterator[tuple[Document, list[Finding]]]:
    """Yield what is found in tests and in their policy: each file in which something is found.

    `files` are all revisions of the policy. What else is wrong with tests, `zsupport test` says.
    """
    try:
        subject = read_subject(tuple(files), public)
    except (InvalidPolicy, UsageError):
        return  # it has been said
    examples: list[Example] = []
    invariants: list[Invariant] = []
    whole = True
    for written in map(read_written, tests):
        bound = bind(written, subject, None)
        examples += bound.examples
        invariants += bound.invariants
        whole &= not bound.findings
        unknown = [_renamed(each) for each in bound.findings if each.code == "ZS201"]
        if unknown:
            yield Document(written.source, written.text, written.root, None, ()), unknown
    if whole:
        newest = len(subject.revisions) - 1
        found = list(_denials(subject, newest, examples, invariants))
        if found:
            yield subject.revisions[newest].document, found


def _renamed(finding: Finding) -> Finding:
    message = finding.message.replace(" of this policy", " of the policy")
    return finding._replace(code=UNKNOWN_IN_TEST.code, name=UNKNOWN_IN_TEST.name, message=message)


def _denials(
    subject: PolicyUnderTest, index: int, examples: list[Example], invariants: list[Invariant]
) -> Iterator[Finding]:
    """Yield what denies something and of which no test states it, in the newest revision."""
    document = subject.revisions[index].document
    try:
        denials = [each for each in decisions_of(subject, index) if each.kind == "denial"]
        denied = _excluded(subject, index, examples) | _forbidden(subject, index, invariants)
        untested = [
            each for each in uncovered(subject, denials, examples) if not each.cases & denied
        ]
    except TooMuch:
        return
    space = subject.revisions[index].space
    if denials and len(untested) == len(denials):
        yield _finding(
            document, ("entitlements",), "no test states that anything is denied", space, denials
        )
        return
    revision = subject.policy.revisions[index]
    for plan in revision.plans:
        mine = [each for each in denials if each.plan == plan.id]
        if mine and all(each in untested for each in mine):
            message = f"no test states that anything is denied to `{plan.id}`"
            yield _finding(document, ("plans", plan.id), message, space, mine)
    for channel in revision.channels:
        mine = [each for each in denials if each.about == channel.id]
        grant = next((i for i, g in enumerate(revision.grants) if channel.id in g.allow), None)
        if mine and grant is not None and all(each in untested for each in mine):
            message = f"no test states that `{channel.id}` is denied to anybody"
            yield _finding(document, ("entitlements", grant, "allow"), message, space, mine)


def _forbidden(subject: PolicyUnderTest, index: int, invariants: list[Invariant]) -> Cases:
    """Return the cases in which invariants forbid the channel of the case."""
    denied = 0
    for invariant in invariants:
        for claim in invariant.claims if invariant.revision == index else ():
            if claim.kind == "channel" and not claim.wanted:
                for name in claim.names:
                    denied |= meant(subject, invariant, claim, name)
    return denied


def _excluded(subject: PolicyUnderTest, index: int, examples: list[Example]) -> Cases:
    """Return the cases for which tests state by `exclude` that the channel is not allowed.

    It covers no decision, as it leaves other channels open, but notices when it is allowed.
    """
    denied = 0
    space = subject.revisions[index].space
    for example in examples:
        for expected in example.expects if example.question.revision == index else ():
            if expected.key == "exclude":
                cases = asked_cases(subject, example, space)
                denied |= cases & space.among("channel", expected.channels)
    return denied


def _finding(
    document: Document, path: Path, message: str, space: Space, denials: Sequence[Decision]
) -> Finding:
    cases: Cases = max((each.cases for each in denials), key=lambda cases: cases.bit_count())
    span: Span = document.value(path) if path[-1] == "allow" else document.key(path)
    case = shown(space.first(cases))
    asked = ", ".join(f"{name}: {value}" for name, value in case.items())
    return Finding(
        UNTESTED_DENIAL.code,
        UNTESTED_DENIAL.name,
        UNTESTED_DENIAL.severity,
        message,
        document.source.shown,
        span,
        path_text(path),
        hint=f"add a test: {{channels: {{{asked}}}, expect: {{allowed: false}}}}",
        case=case,
        identity=identity_of(document, path),
    )
