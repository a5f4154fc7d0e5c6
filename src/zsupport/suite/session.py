"""One run of `zsupport test`: the policies and tests at some paths, and all that is to be said."""

from __future__ import annotations

from datetime import datetime

from zsupport.clock.holidays import PublicHolidays
from zsupport.errors import InvalidPolicy, PolicyError, TooMuch, UsageError, did_you_mean
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
from zsupport.suite.mutation import mutated, noticing
from zsupport.suite.outcome import (
    failed,
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
from zsupport.suite.reading import Tests, WrittenTests, bind, read_written
from zsupport.suite.subject import PolicyUnderTest, read_subject
from zsupport.suite.suggestion import suggestion
from zsupport.typed import NamedTuple
from zsupport.wording import Message

#: So many of the uncovered decisions of a policy are shown as text, and so many survivors.
MOST_SHOWN = 10
#: For so many of them a test is worked out.
MOST_SUGGESTED = 500


class RunOptions(NamedTuple):
    """The options of a run; percentages are from 0 to 100.

    `listed`: every uncovered decision is listed with a test, as JSON shows them; else tests are
    worked out only for those that become findings.
    """

    only: str | None = None
    at: datetime | None = None
    coverage: bool = False
    fail_under: float | None = None
    mutation: bool = False
    fail_under_mutation: float | None = None
    listed: bool = True


class Session(NamedTuple):
    """What a run has to say; `unreadable` where a file could not be read and was left out."""

    outcome: Outcome
    unreadable: bool


class _Ready(NamedTuple):
    """A policy with its tests; `whole` where all of their files could be read."""

    subject: PolicyUnderTest
    tests: tuple[Tests, ...]
    whole: bool


def run_session(
    paths: list[str], wanted: RunOptions, public: PublicHolidays, excluded: Excluded
) -> Session:
    """Return what the tests at these paths, by default in the current folder, come to.

    A policy and a tests file that cannot be read are left out with what is wrong with them, and
    the others are run. `public` gives the public holidays of countries, and `excluded` says what
    is left out of folders. Raises PolicyError where there is nothing to read, and UsageError for
    an unknown name.
    """
    ready: list[_Ready] = []
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    groups, faults = policies_at(paths, excluded)
    if not groups and not faults:
        raise no_policy(paths)
    if not groups:
        raise PolicyError(f"{faults[0].file}: {faults[0].message}", faults[0].hint)
    findings += [fault.finding() for fault in faults]
    for group in groups:
        written = [read_written(source) for source in group.tests]
        texts |= {each.source.shown: each.text for each in written}
        subject = _subject(group, written, public, findings, texts)
        if subject is None:
            findings += [finding for each in written for finding in each.findings]
            continue
        texts |= {each.source.shown: each.text for each in subject.documents}
        tests = tuple(bind(each, subject, wanted.at) for each in written)
        findings += [finding for each in tests for finding in each.findings]
        ready.append(_Ready(subject, tests, not any(each.findings for each in tests)))
    by_file: dict[str, list[Finding]] = {}
    for finding in findings:
        by_file.setdefault(finding.file, []).append(finding)
    left_out = [Unit(file, file, 1, tuple(found)) for file, found in by_file.items()]
    return Session(_run(ready, left_out, wanted, texts), unreadable=bool(findings))


def _subject(
    group: PolicyFiles,
    written: list[WrittenTests],
    public: PublicHolidays,
    findings: list[Finding],
    texts: dict[str, str],
) -> PolicyUnderTest | None:
    """Return the policy of a group; what is wrong with it is added to the findings."""
    if not group.policy:
        for each in written:
            if each.policy is not None and not each.findings and each.record is not None:
                at = each.record.get("policy")
                findings.append(
                    Finding(
                        NO_POLICY.code, NO_POLICY.name, "error",
                        f"the policy `{each.policy}` is not beside this file",
                        each.source.shown, at.span, "policy",
                        hint=f"its file, or a folder `{each.policy}` with its revisions, belongs"
                        " in the same folder",
                    )
                )  # fmt: skip
        return None
    try:
        return read_subject(group.policy, public)
    except InvalidPolicy as invalid:
        findings += invalid.findings
        texts |= invalid.texts
        return None


class _Tested(NamedTuple):
    """A policy with its tests, and the ones of those asked for that pass.

    Where a file of tests was left out, what the others cover and notice is not the whole of it.
    """

    subject: PolicyUnderTest
    tests: tuple[Tests, ...]
    passing: tuple[Example, ...]
    holding: tuple[Invariant, ...]


class _Measured(NamedTuple):
    """What was measured over all policies of a run."""

    units: tuple[Unit, ...]
    closing: tuple[str, ...]
    extra: dict[str, object]


def _run(
    ready: list[_Ready], left_out: list[Unit], wanted: RunOptions, texts: dict[str, str]
) -> Outcome:
    units: list[Unit] = []
    untested: list[Unit] = []
    tested: list[_Tested] = []
    policies = 0
    for each in ready:
        if not each.tests:
            untested.append(no_tests(each.subject.revisions[0].document))
        passing: list[Example] = []
        holding: list[Invariant] = []
        before = len(units)
        for tests in each.tests:
            ran = run_tests(each.subject, tests, wanted.only)
            units += ran.units
            passing += ran.passing
            holding += ran.holding
        policies += len(units) > before
        if each.whole:
            tested.append(_Tested(each.subject, each.tests, tuple(passing), tuple(holding)))
    run = list(units)
    if not run and wanted.only is not None and tested and not left_out:
        names = [name for each in tested for tests in each.tests for name in names_of(tests)]
        raise UsageError(
            Message("{only}: no test's name or question holds `{text}`", text=wanted.only),
            did_you_mean(wanted.only, names),
        )
    closing = _count(run, policies, untested, left_out)
    units = [*left_out, *untested, *units]
    coverage = None
    if wanted.coverage and tested:
        measured = _covered(tested, wanted)
        units += measured.units
        closing += measured.closing
        coverage = measured.extra
    mutation = None
    if wanted.mutation and tested:
        measured = _mutated(tested, wanted)
        units += measured.units
        closing += measured.closing
        mutation = measured.extra
    return outcome_of(units, texts, closing, _extra(run, coverage, mutation))


def _covered(tested: list[_Tested], wanted: RunOptions) -> _Measured:
    """Return how many of the decisions the tests cover, and the ones that they do not."""
    units: list[Unit] = []
    total = covered = 0
    listed: list[dict[str, object]] = []
    shown_of_all = 0
    missed = 0
    for each in tested:
        subject = each.subject
        findings: list[Finding] = []
        left: list[Decision] = []
        for index in range(len(subject.revisions)):
            try:
                decisions = decisions_of(subject, index)
            except TooMuch as error:
                findings.append(too_many(subject, index, error))
                continue
            missing = uncovered(subject, decisions, each.passing)
            total += len(decisions)
            covered += len(decisions) - len(missing)
            left += missing
        left.sort(key=lambda decision: -decision.cases.bit_count())
        missed += len(left)
        stated: list[tuple[int, StatedCases]] = []
        for number, decision in enumerate(left):
            if len(findings) >= MOST_SHOWN and not wanted.listed:
                break
            seen = any(
                index == decision.revision and covers(subject, some, decision)
                for index, some in stated
            )
            shown = len(findings) < MOST_SHOWN and not seen
            found = None
            if number < MOST_SUGGESTED and (shown or wanted.listed):
                found = suggestion(subject, decision)
            if wanted.listed:
                listed.append(record_of(subject, decision, found))
            if shown:
                findings.append(uncovered_finding(subject, decision, found))
                if found is not None:
                    stated.append((decision.revision, stated_by(subject, found.example)))
        shown_of_all += len(findings)
        if findings:
            document = subject.revisions[-1].document
            name = f"coverage of {subject.policy.id}"
            units.append(Unit(name, document.source.shown, 1, tuple(findings)))
    share = percent(covered, total)
    closing = [f"coverage: {covered} of {total} decisions, {share:g} %"]
    if shown_of_all < missed:
        closing[0] += f"; the largest of the {missed} uncovered are shown"
    if wanted.fail_under is not None and share < wanted.fail_under and tested:
        units.append(too_low(tested[0].subject, COVERAGE_LOW, share, wanted.fail_under))
    extra = {
        "decisions": total, "covered": covered, "percent": share, "uncovered": listed,
    }  # fmt: skip
    return _Measured(tuple(units), tuple(closing), extra)


def _mutated(tested: list[_Tested], wanted: RunOptions) -> _Measured:
    """Return how many changes of the policies their tests notice, and those that they do not."""
    units: list[Unit] = []
    listed: list[dict[str, object]] = []
    total = noticed = shown = 0
    for each in tested:
        subject = each.subject
        try:
            found = mutated(subject, each.tests, each.passing, each.holding)
        except TooMuch as error:
            finding = too_many(subject, len(subject.revisions) - 1, error)
            units.append(Unit(f"changes of {subject.policy.id}", finding.file, 1, (finding,)))
            continue
        total += found.changes
        noticed += found.noticed
        findings: list[Finding] = []
        for survivor, (test, known) in noticing(subject, found.survivors, MOST_SHOWN):
            listed.append(record_of_survivor(subject, survivor, test))
            # One that a test shown before notices is no news.
            if len(findings) < MOST_SHOWN and not known:
                findings.append(survivor_finding(subject, survivor, test))
        shown += len(findings)
        if findings:
            name = f"changes of {subject.policy.id}"
            units.append(
                Unit(name, subject.revisions[-1].document.source.shown, 1, tuple(findings))
            )
    share = percent(noticed, total)
    if wanted.fail_under_mutation is not None and share < wanted.fail_under_mutation and tested:
        least = wanted.fail_under_mutation
        units.append(too_low(tested[0].subject, MUTATION_LOW, share, least))
    closing = f"changes: {noticed} of {total} noticed, {share:g} %"
    if listed:
        more = sum(each["test"] is not None for each in listed)
        closing += f"; the tests shown notice {more} of the other {len(listed)}"
        if shown < len(listed) and more < len(listed):
            closing = Message(
                "{closing}, all of which {format json} lists", closing=closing, json="json"
            )
    extra = {"changes": total, "noticed": noticed, "percent": share, "unnoticed": listed}
    return _Measured(tuple(units), (closing,), extra)


def _count(run: list[Unit], policies: int, untested: list[Unit], left_out: list[Unit]) -> list[str]:
    """Return in words how many tests there were, how many failed, and what was left out."""
    found = []
    failures = sum(failed(unit) for unit in run)
    if run:
        said = _some(len(run), "test") + (f" of {policies} policies" if policies > 1 else "")
        found.append(f"{said}: {f'{failures} failed' if failures else 'all passed'}")
    if untested:
        found.append(f"{_some(len(untested), 'policy')} without tests")
    if left_out:
        problems = _some(sum(len(unit.findings) for unit in left_out), "problem")
        files = f"{_some(len(left_out), 'file')}, which {'was' if len(left_out) == 1 else 'were'}"
        found.append(f"{problems} in {files} left out" if run else f"{problems}; no test was run")
    return found


def _some(number: int, what: str) -> str:
    """Return a number of things: `1 policy`, `2 policies`."""
    if number != 1:
        what = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number} {what}"


def _extra(run: list[Unit], coverage: object, mutation: object) -> dict[str, object]:
    failures = sum(failed(unit) for unit in run)
    return {
        "summary": {"passed": len(run) - failures, "failed": failures},
        "tests": [
            {"name": unit.name, "file": unit.file, "line": unit.line, "passed": not failed(unit)}
            for unit in run
        ],
        "coverage": coverage,
        "mutation": mutation,
    }
