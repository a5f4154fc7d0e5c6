"""ZS904 and ZS905: unknown ids in the tests of a policy, and denials without a test.

A grant that allows too much is valid, so no other rule detects it. Only a test of a denial can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from zsupport.analysis.space import shown_case
from zsupport.answer.space import Cases, Space
from zsupport.check.evaluate import identity_of
from zsupport.check.suite_codes import UNKNOWN_IN_TEST, UNTESTED_DENIAL
from zsupport.clock.holidays import PublicHolidays
from zsupport.errors import InvalidPolicy, LimitExceeded, UsageError
from zsupport.findings import Finding, Span
from zsupport.policy.document import Document
from zsupport.policy.files import SourceFile
from zsupport.policy.yamltext import Path, path_text
from zsupport.suite.coverage import Decision, cases_of_question, decisions_of, uncovered
from zsupport.suite.example import Example, Invariant
from zsupport.suite.invariant import selected_cases
from zsupport.suite.reading import bind, read_tests_file
from zsupport.suite.subject import PolicyUnderTest, read_subject
from zsupport.wording import Message


def findings_in_tests(
    files: Sequence[SourceFile], tests: Sequence[SourceFile], public: PublicHolidays
) -> Iterator[tuple[Document, list[Finding]]]:
    """Yield the findings in tests and in their policy, file by file.

    `files` are all revisions of the policy. `zsupport test` reports other errors in tests.
    """
    try:
        subject = read_subject(tuple(files), public)
    except (InvalidPolicy, UsageError):
        return  # already reported
    examples: list[Example] = []
    invariants: list[Invariant] = []
    without_errors = True
    for file in map(read_tests_file, tests):
        bound = bind(file, subject, None)
        examples += bound.examples
        invariants += bound.invariants
        without_errors &= not bound.findings
        unknown = [
            _unknown_in_test(finding) for finding in bound.findings if finding.code == "ZS201"
        ]
        if unknown:
            yield Document(file.source, file.text, file.root, None, ()), unknown
    if without_errors:
        newest = len(subject.revisions) - 1
        findings = list(_denials(subject, newest, examples, invariants))
        if findings:
            yield subject.revisions[newest].document, findings


def _unknown_in_test(finding: Finding) -> Finding:
    return finding._replace(code=UNKNOWN_IN_TEST.code, name=UNKNOWN_IN_TEST.name)


def _denials(
    subject: PolicyUnderTest, index: int, examples: list[Example], invariants: list[Invariant]
) -> Iterator[Finding]:
    """Yield a finding for each plan and channel of a revision whose denials have no test."""
    document = subject.revisions[index].document
    try:
        denials = [item for item in decisions_of(subject, index) if item.kind == "denial"]
        denied = _excluded_cases(subject, index, examples) | _forbidden_cases(
            subject, index, invariants
        )
        untested = [
            denial for denial in uncovered(subject, denials, examples) if not denial.cases & denied
        ]
    except LimitExceeded:
        return
    space = subject.revisions[index].space
    if denials and len(untested) == len(denials):
        yield _finding(
            document,
            ("entitlements",),
            Message("no test expects that a channel is denied"),
            space,
            denials,
        )
        return
    revision = subject.policy.revisions[index]
    for plan in revision.plans:
        of_plan = [denial for denial in denials if denial.plan == plan.id]
        if of_plan and all(denial in untested for denial in of_plan):
            message = Message(
                "no test expects a denied channel for the plan `{plan}`", plan=plan.id
            )
            yield _finding(document, ("plans", plan.id), message, space, of_plan)
    for channel in revision.channels:
        of_channel = [denial for denial in denials if denial.name == channel.id]
        grant = next((i for i, g in enumerate(revision.grants) if channel.id in g.allow), None)
        if of_channel and grant is not None and all(d in untested for d in of_channel):
            message = Message(
                "no test expects that the channel `{channel}` is denied", channel=channel.id
            )
            yield _finding(document, ("entitlements", grant, "allow"), message, space, of_channel)


def _forbidden_cases(subject: PolicyUnderTest, index: int, invariants: list[Invariant]) -> Cases:
    """Return the cases in which invariants forbid the channel of the case."""
    denied = 0
    for invariant in invariants:
        for claim in invariant.claims if invariant.revision == index else ():
            if claim.kind == "channel" and not claim.required:
                for name in claim.names:
                    denied |= selected_cases(subject, invariant, claim, name)
    return denied


def _excluded_cases(subject: PolicyUnderTest, index: int, examples: list[Example]) -> Cases:
    """Return the cases for which `exclude` in a test states that the channel is not allowed.

    Coverage does not count `exclude`, because the question also has allowed channels. Here it
    counts as a test of the denial.
    """
    denied = 0
    space = subject.revisions[index].space
    for example in examples:
        for expected in example.expects if example.question.revision == index else ():
            if expected.key == "exclude":
                cases = cases_of_question(subject, example, space)
                denied |= cases & space.among("channel", expected.channels)
    return denied


def _finding(
    document: Document, path: Path, message: str, space: Space, denials: Sequence[Decision]
) -> Finding:
    cases: Cases = max((denial.cases for denial in denials), key=lambda cases: cases.bit_count())
    span: Span = document.value(path) if path[-1] == "allow" else document.key(path)
    case = shown_case(space.first(cases))
    return Finding(
        UNTESTED_DENIAL.code,
        UNTESTED_DENIAL.name,
        UNTESTED_DENIAL.severity,
        message,
        document.source.shown,
        span,
        path_text(path),
        hint=Message("add a test: {test}", test=_test_of_denial(case)),
        case=case,
        identity=identity_of(document, path),
    )


def _test_of_denial(case: Mapping[str, str]) -> str:
    """Return a test that expects that the channel of a case is denied."""
    question = ", ".join(f"{name}: {value}" for name, value in case.items())
    return f"{{channels: {{{question}}}, expect: {{allowed: false}}}}"
