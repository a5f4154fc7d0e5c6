"""One run of `zsupport test`: the policies and tests at some paths, and all that is to be said."""

from datetime import datetime
from typing import Any, NamedTuple

from zsupport.clock.holidays import PublicHolidays
from zsupport.errors import InvalidPolicy
from zsupport.findings import Finding, Outcome, Unit
from zsupport.suite.codes import NO_POLICY
from zsupport.suite.discovery import Group, discover
from zsupport.suite.outcome import no_tests, outcome_of, run_tests
from zsupport.suite.reading import Tests, Written, bind, read_written
from zsupport.suite.subject import Subject, read_subject


class Wanted(NamedTuple):
    """What a run is asked for; percentages are from 0 to 100."""

    only: str | None = None
    at: datetime | None = None
    coverage: bool = False
    fail_under: float | None = None
    mutation: bool = False
    fail_under_mutation: float | None = None


class Session(NamedTuple):
    """What a run has to say; `unreadable` where a file could not be read, and nothing was run."""

    outcome: Outcome
    unreadable: bool


class _Ready(NamedTuple):
    """A policy with its tests, all of them read."""

    subject: Subject
    tests: tuple[Tests, ...]


def run_session(paths: list[str], wanted: Wanted, public: PublicHolidays) -> Session:
    """Return what the tests at these paths, by default in the current folder, come to.

    `public` gives the public holidays of countries. Raises PolicyError and UsageError for paths
    that lead nowhere.
    """
    ready: list[_Ready] = []
    findings: list[Finding] = []
    texts: dict[str, str] = {}
    for group in discover(paths):
        written = [read_written(source) for source in group.tests]
        texts |= {each.source.shown: each.text for each in written}
        subject = _subject(group, written, public, findings, texts)
        if subject is None:
            findings += [finding for each in written for finding in each.findings]
            continue
        texts |= {each.source.shown: each.text for each in subject.documents}
        tests = tuple(bind(each, subject, wanted.at) for each in written)
        findings += [finding for each in tests for finding in each.findings]
        ready.append(_Ready(subject, tests))
    if findings:
        by_file: dict[str, list[Finding]] = {}
        for finding in findings:
            by_file.setdefault(finding.file, []).append(finding)
        units = [Unit(file, file, 1, tuple(found)) for file, found in by_file.items()]
        closing = f"{len(findings)} problem{'' if len(findings) == 1 else 's'}; no test was run"
        return Session(outcome_of(units, texts, [closing], _extra([], None, None)), unreadable=True)
    return Session(_run(ready, wanted, texts), unreadable=False)


def _subject(
    group: Group,
    written: list[Written],
    public: PublicHolidays,
    findings: list[Finding],
    texts: dict[str, str],
) -> Subject | None:
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


def _run(ready: list[_Ready], wanted: Wanted, texts: dict[str, str]) -> Outcome:
    units: list[Unit] = []
    for each in ready:
        if not each.tests:
            units.append(no_tests(each.subject.documents[0]))
        for tests in each.tests:
            units += run_tests(each.subject, tests, wanted.only).units
    run = [unit for unit in units if not any(f.code == "ZT103" for f in unit.findings)]
    failed = sum(bool(unit.findings) for unit in units)
    closing = [_count(len(run), failed, len(ready))]
    return outcome_of(units, texts, closing, _extra(run, None, None))


def _count(run: int, failed: int, policies: int) -> str:
    said = f"{run} test{'' if run == 1 else 's'}"
    said += f" of {policies} policies" if policies > 1 else ""
    return f"{said}: {f'{failed} failed' if failed else 'all passed' if run else 'none'}"


def _extra(run: list[Unit], coverage: Any, mutation: Any) -> dict[str, Any]:
    return {
        "tests": [
            {"name": unit.name, "file": unit.file, "line": unit.line, "passed": not unit.findings}
            for unit in run
        ],
        "coverage": coverage,
        "mutation": mutation,
    }
