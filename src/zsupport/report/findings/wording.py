"""What the formats say of a finding where they have room for sentences and no excerpt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zsupport.findings import SEVERITIES, Finding


def case_text(case: Mapping[str, str]) -> str:
    """Return a case as one would type it: `plan=pro role=admin`."""
    return " ".join(f"{name}={value}" for name, value in case.items())


def sentences(finding: Finding) -> list[str]:
    """Return what was found, then what helps to see and to repair it."""
    said = [finding.message]
    if finding.label:
        said.append(f"here: {finding.label}")
    for each in finding.related:
        said.append(f"see {place(each.file, each.span.line, each.span.column)} {each.message}")
    if finding.case:
        said.append(f"case: {case_text(finding.case)}")
    if finding.expected:
        said.append(f"expected: {finding.expected}")
    if finding.hint:
        said.append(f"help: {finding.hint}")
    return [each.rstrip() for each in said]


def place(file: str, line: int, column: int) -> str:
    """Return a place as editors and terminals understand it."""
    return f"{file}:{line}:{column}"


def gravest_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return the errors, then the warnings, then the notes, each in their order."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def counted(findings: Sequence[Finding], left_out: Mapping[str, int]) -> str:
    """Return how many there are of each severity: `2 errors, 1 note`; nothing where none is.

    `left_out` counts those that were found and are no findings of the outcome.
    """
    counts = {
        each: sum(f.severity == each for f in findings) + left_out.get(each, 0)
        for each in SEVERITIES
    }
    return ", ".join(f"{n} {each}{'s' if n > 1 else ''}" for each, n in counts.items() if n)
