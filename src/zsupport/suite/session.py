"""One run of `zsupport test`: read policies and tests, run them, and collect the outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from zsupport.clock.holidays import PublicHolidays
from zsupport.errors import InvalidPolicy, LimitExceeded, PolicyError, UsageError, did_you_mean
from zsupport.findings import Finding, Outcome, Unit
from zsupport.sources.policies import PolicyFiles, no_policy, policies_at
from zsupport.sources.select import Excluded
from zsupport.suite.coverage import (
    Decision,
    StatedCases,
    covers,
    decisions_of,
    stated_by,
    uncovered,
)
from zsupport.suite.example import COVERAGE_LOW, MUTATION_LOW, NO_POLICY, Example, Invariant
from zsupport.suite.mutation import killing_tests, run_mutants
from zsupport.suite.outcome import (
    has_failed,
    names_of,
    no_tests,
    outcome_of,
    percent,
    record_of,
    record_of_survivor,
    run_tests,
    survivor_finding,
    too_low,
    too_many,
    uncovered_finding,
)
from zsupport.suite.reading import Tests, TestsFile, bind, read_tests_file
from zsupport.suite.subject import PolicyUnderTest, read_subject
from zsupport.suite.suggestion import suggest_test
from zsupport.typed import NamedTuple
from zsupport.wording import Counted, Message

#: Shows progress. The arguments: the current work, the number of finished items, and of all items.
Progress = Callable[[str, int, int], None]

#: The number of uncovered decisions, and of survivors, that are shown as text for one policy.
MAX_SHOWN = 10
#: The number of uncovered decisions for which a test is suggested.
MAX_SUGGESTED = 500


class RunOptions(NamedTuple):
    """The options of a run; percentages are from 0 to 100.

    `listed`: list every uncovered decision with a test, as in JSON; otherwise suggest tests only
    for the decisions that become findings.
    """

    only: str | None = None
    at: datetime | None = None
    coverage: bool = False
    fail_under: float | None = None
    mutation: bool = False
    fail_under_mutation: float | None = None
    listed: bool = True


class Session(NamedTuple):
    """The outcome of a run. `unreadable`: an invalid file was omitted."""

    outcome: Outcome
    unreadable: bool


class _PolicyWithTests(NamedTuple):
    """A policy with its tests. `whole`: all of its tests files are valid."""

    subject: PolicyUnderTest
    tests: tuple[Tests, ...]
    whole: bool


def run_session(
    paths: list[str],
    options: RunOptions,
    public: PublicHolidays,
    excluded: Excluded,
    progress: Progress = lambda doing, done, total: None,
) -> Session:
    """Run the tests at these paths, by default in the current folder.

    An invalid policy or tests file is reported and omitted, and all other tests run. `public`
    returns the public holidays of a country. `excluded` returns whether a path in a folder is
    ignored. Raises PolicyError if no policy is found, and UsageError if `options.only` selects
    no test.
    """
    ready: list[_PolicyWithTests] = []
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    groups, faults = policies_at(paths, excluded)
    if not groups and not faults:
        raise no_policy(paths)
    if not groups:
        fault = faults[0]
        message = Message("{path}: {problem}", path=fault.file, problem=fault.message)
        raise PolicyError(message, fault.hint)
    findings += [fault.finding() for fault in faults]
    for number, group in enumerate(groups):
        sources = (*group.policy, *group.tests)
        progress(sources[0].shown if sources else "", number, len(groups))
        files = [read_tests_file(source) for source in group.tests]
        texts |= {file.source.shown: file.text for file in files}
        subject = _subject(group, files, public, findings, texts)
        if subject is None:
            findings += [finding for file in files for finding in file.findings]
            continue
        texts |= {document.source.shown: document.text for document in subject.documents}
        tests = tuple(bind(file, subject, options.at) for file in files)
        findings += [finding for bound in tests for finding in bound.findings]
        ready.append(_PolicyWithTests(subject, tests, not any(bound.findings for bound in tests)))
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        by_file.setdefault(finding.file, []).append(finding)
    omitted = [Unit(file, file, 1, tuple(in_file)) for file, in_file in by_file.items()]
    return Session(_run(ready, omitted, options, texts, progress), unreadable=bool(findings))


def _subject(
    group: PolicyFiles,
    files: list[TestsFile],
    public: PublicHolidays,
    findings: list[Finding],
    texts: dict[str, str],
) -> PolicyUnderTest | None:
    """Return the policy of a group, or None; add its errors to the findings."""
    if not group.policy:
        for file in files:
            if file.policy is not None and not file.findings and file.record is not None:
                at = file.record.get("policy")
                findings.append(
                    Finding(
                        NO_POLICY.code,
                        NO_POLICY.name,
                        "error",
                        Message(
                            "policy `{policy}` not found in the folder of this file",
                            policy=file.policy,
                        ),
                        file.source.shown,
                        at.span,
                        "policy",
                        hint=Message(
                            "add the file of the policy, or a folder `{policy}` with its revisions",
                            policy=file.policy,
                        ),
                    )
                )
        return None
    try:
        return read_subject(group.policy, public)
    except InvalidPolicy as invalid:
        findings += invalid.findings
        texts |= invalid.texts
        return None


class _TestedPolicy(NamedTuple):
    """A policy whose tests files are all valid, with its tests and the passing selected tests."""

    subject: PolicyUnderTest
    tests: tuple[Tests, ...]
    passing: tuple[Example, ...]
    passing_invariants: tuple[Invariant, ...]


class _Measurement(NamedTuple):
    """The coverage, or the result of mutation, of all policies of a run."""

    units: tuple[Unit, ...]
    closing: tuple[Message, ...]  # lines that end the text
    extra: dict[str, object]  # fields of the JSON document


def _run(
    ready: list[_PolicyWithTests],
    omitted: list[Unit],
    options: RunOptions,
    texts: dict[str, str],
    progress: Progress,
) -> Outcome:
    units: list[Unit] = []
    untested: list[Unit] = []
    tested: list[_TestedPolicy] = []
    policies = 0
    for number, policy in enumerate(ready):
        id = policy.subject.policy.id
        progress(Message("tests of {policy}", policy=id), number, len(ready))
        if not policy.tests:
            untested.append(no_tests(policy.subject.revisions[0].document))
        passing: list[Example] = []
        passing_invariants: list[Invariant] = []
        before = len(units)
        for tests in policy.tests:
            ran = run_tests(policy.subject, tests, options.only)
            units += ran.units
            passing += ran.passing
            passing_invariants += ran.passing_invariants
        policies += len(units) > before
        if policy.whole:
            tested.append(
                _TestedPolicy(
                    policy.subject, policy.tests, tuple(passing), tuple(passing_invariants)
                )
            )
    run = list(units)
    if not run and options.only is not None and tested and not omitted:
        names = [name for policy in tested for tests in policy.tests for name in names_of(tests)]
        raise UsageError(
            Message("{only}: no name or question of a test contains `{part}`", part=options.only),
            did_you_mean(options.only, names),
        )
    closing = _count(run, policies, untested, omitted)
    units = [*omitted, *untested, *units]
    coverage = None
    if options.coverage and tested:
        measured = _measure_coverage(tested, options, progress)
        units += measured.units
        closing += measured.closing
        coverage = measured.extra
    mutation = None
    if options.mutation and tested:
        measured = _measure_mutation(tested, options, progress)
        units += measured.units
        closing += measured.closing
        mutation = measured.extra
    return outcome_of(units, texts, closing, _extra(run, coverage, mutation))


def _measure_coverage(
    tested: list[_TestedPolicy], options: RunOptions, progress: Progress
) -> _Measurement:
    """Return the coverage of the policies, with the uncovered decisions."""
    units: list[Unit] = []
    total = covered = 0
    listed: list[dict[str, object]] = []
    shown_of_all = 0
    uncovered_count = 0
    for policy in tested:
        subject = policy.subject
        findings: list[Finding] = []
        uncovered_decisions: list[Decision] = []
        for index in range(len(subject.revisions)):
            try:
                decisions = decisions_of(subject, index)
            except LimitExceeded as error:
                findings.append(too_many(subject, index, error))
                continue
            missing = uncovered(subject, decisions, policy.passing)
            total += len(decisions)
            covered += len(decisions) - len(missing)
            uncovered_decisions += missing
        uncovered_decisions.sort(key=lambda decision: -decision.cases.bit_count())
        uncovered_count += len(uncovered_decisions)
        stated: list[tuple[int, StatedCases]] = []
        for number, decision in enumerate(uncovered_decisions):
            if len(findings) >= MAX_SHOWN and not options.listed:
                break
            doing = Message("coverage of {policy}", policy=subject.policy.id)
            progress(doing, number, len(uncovered_decisions))
            seen = any(
                index == decision.revision and covers(subject, cases, decision)
                for index, cases in stated
            )
            shown = len(findings) < MAX_SHOWN and not seen
            test = None
            if number < MAX_SUGGESTED and (shown or options.listed):
                test = suggest_test(subject, decision)
            if options.listed:
                listed.append(record_of(subject, decision, test))
            if shown:
                findings.append(uncovered_finding(subject, decision, test))
                if test is not None:
                    stated.append((decision.revision, stated_by(subject, test.example)))
        shown_of_all += len(findings)
        if findings:
            document = subject.revisions[-1].document
            name = f"coverage of {subject.policy.id}"
            units.append(Unit(name, document.source.shown, 1, tuple(findings)))
    share = percent(covered, total)
    closing = Message(
        "coverage: {covered} of {total} decisions, {percent} %",
        covered=covered,
        total=total,
        percent=f"{share:g}",
    )
    if shown_of_all < uncovered_count:
        closing = Message(
            "coverage: {covered} of {total} decisions, {percent} %; only the largest of the"
            " {uncovered} uncovered decisions are shown",
            covered=covered,
            total=total,
            percent=f"{share:g}",
            uncovered=uncovered_count,
        )
    if options.fail_under is not None and share < options.fail_under and tested:
        units.append(too_low(tested[0].subject, COVERAGE_LOW, share, options.fail_under))
    extra = {
        "decisions": total, "covered": covered, "percent": share, "uncovered": listed,
    }  # fmt: skip
    return _Measurement(tuple(units), (closing,), extra)


def _measure_mutation(
    tested: list[_TestedPolicy], options: RunOptions, progress: Progress
) -> _Measurement:
    """Return the share of killed mutants of the policies, with the survivors."""
    units: list[Unit] = []
    listed: list[dict[str, object]] = []
    total = killed = shown = 0
    for policy in tested:
        subject = policy.subject
        doing = Message("mutants of {policy}", policy=subject.policy.id)
        try:
            mutation = run_mutants(
                subject,
                policy.tests,
                policy.passing,
                policy.passing_invariants,
                partial(progress, doing),
            )
        except LimitExceeded as error:
            finding = too_many(subject, len(subject.revisions) - 1, error)
            units.append(Unit(f"mutants of {subject.policy.id}", finding.file, 1, (finding,)))
            continue
        total += mutation.mutants
        killed += mutation.killed
        findings: list[Finding] = []
        killing = killing_tests(subject, mutation.survivors, MAX_SHOWN)
        for number, (survivor, (test, known)) in enumerate(killing, 1):
            doing = Message("tests for mutants of {policy}", policy=subject.policy.id)
            progress(doing, number, len(mutation.survivors))
            listed.append(record_of_survivor(subject, survivor, test))
            # Do not show a mutant that a test of a previous survivor kills.
            if len(findings) < MAX_SHOWN and not known:
                findings.append(survivor_finding(subject, survivor, test))
        shown += len(findings)
        if findings:
            name = f"mutants of {subject.policy.id}"
            units.append(
                Unit(name, subject.revisions[-1].document.source.shown, 1, tuple(findings))
            )
    share = percent(killed, total)
    if options.fail_under_mutation is not None and share < options.fail_under_mutation and tested:
        least = options.fail_under_mutation
        units.append(too_low(tested[0].subject, MUTATION_LOW, share, least))
    closing = Message(
        "mutation: {killed} of {total} mutants killed, {percent} %",
        killed=killed,
        total=total,
        percent=f"{share:g}",
    )
    if listed:
        kills = sum(survivor["test"] is not None for survivor in listed)
        values: dict[str, object] = {
            "killed": killed, "total": total, "percent": f"{share:g}", "kills": kills,
            "survivors": Counted("{count} survivor", "{count} survivors", len(listed)),
        }  # fmt: skip
        closing = Message(
            "mutation: {killed} of {total} mutants killed, {percent} %;"
            " the suggested tests kill {kills} of {survivors}",
            **values,
        )
        if shown < len(listed) and kills < len(listed):
            closing = Message(
                "mutation: {killed} of {total} mutants killed, {percent} %;"
                " the suggested tests kill {kills} of {survivors}; see {format json} for all",
                **values, json="json",
            )  # fmt: skip
    extra = {"changes": total, "noticed": killed, "percent": share, "unnoticed": listed}
    return _Measurement(tuple(units), (closing,), extra)


def _count(
    run: list[Unit], policies: int, untested: list[Unit], omitted: list[Unit]
) -> list[Message]:
    """Return the numbers of tests, failures and omitted files as lines of text."""
    lines: list[Message] = []
    if run:
        lines.append(_count_tests(run, policies))
    if untested:
        lines.append(
            Counted("{count} policy without tests", "{count} policies without tests", len(untested))
        )
    if omitted:
        count = sum(len(unit.findings) for unit in omitted)
        if run:
            findings = Counted("{count} finding", "{count} findings", count)
            files = Counted("{count} omitted file", "{count} omitted files", len(omitted))
            lines.append(Message("{findings} in {files}", findings=findings, files=files))
        else:
            lines.append(
                Counted(
                    "{count} finding; no test was run", "{count} findings; no test was run", count
                )
            )
    return lines


def _count_tests(run: list[Unit], policies: int) -> Message:
    """Return the number of tests, and that of failed tests if there are any."""
    tests = Counted("{count} test", "{count} tests", len(run))
    failures = Counted("{count} failed", "{count} failed", sum(has_failed(unit) for unit in run))
    if policies > 1:
        if failures.number:
            return Message(
                "{tests} of {policies} policies: {failures}",
                tests=tests,
                policies=policies,
                failures=failures,
            )
        return Message("{tests} of {policies} policies: all passed", tests=tests, policies=policies)
    if failures.number:
        return Message("{tests}: {failures}", tests=tests, failures=failures)
    return Message("{tests}: all passed", tests=tests)


def _extra(run: list[Unit], coverage: object, mutation: object) -> dict[str, object]:
    failures = sum(has_failed(unit) for unit in run)
    return {
        "summary": {"passed": len(run) - failures, "failed": failures},
        "tests": [
            {
                "name": unit.name,
                "file": unit.file,
                "line": unit.line,
                "passed": not has_failed(unit),
            }
            for unit in run
        ],
        "coverage": coverage,
        "mutation": mutation,
    }
