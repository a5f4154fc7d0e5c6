"""The texts of findings in formats without excerpts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zsupport.findings import SEVERITIES, Finding, Related
from zsupport.wording import Message

#: The largest number of related places with one message that are listed one by one.
_MAX_PLACES = 3
#: The largest number of lines in a text.
_MAX_LINES = 10


def case_text(case: Mapping[str, str]) -> str:
    """Return a case as text, such as `plan=pro role=admin`."""
    return " ".join(f"{name}={value}" for name, value in case.items())


def sentences(finding: Finding) -> list[str]:
    """Return the message, followed by the label, related places, case, expectation and hint."""
    parts = [finding.message]
    if finding.label:
        parts.append(f"here: {finding.label}")
    for related in shown_places(finding.related):
        where = place(related.file, related.span.line, related.span.column)
        parts.append(f"see {where} {related.message}")
    if finding.case:
        parts.append(f"case: {case_text(finding.case)}")
    if finding.expected:
        parts.append(f"expected: {finding.expected}")
    if finding.hint:
        parts.append(f"help: {finding.hint}")
    return [part.rstrip() for part in parts]


def shown_places(related: Sequence[Related]) -> list[Related]:
    """Return related places; of many with one message in a file, only the first one.

    Its message then has the lines of the others.
    """
    places: dict[tuple[str, str], list[Related]] = {}
    for number, item in enumerate(related):
        places.setdefault((item.file, item.message or str(number)), []).append(item)
    shown: list[Related] = []
    for same in places.values():
        if len(same) <= _MAX_PLACES:
            shown += same
            continue
        first, *rest = same
        lines = [str(line) for line in dict.fromkeys(item.span.line for item in rest)]
        if len(lines) > _MAX_LINES:
            lines[_MAX_LINES:] = ["..."]
        message = Message(
            "{message} (and in {count} more places: lines {lines})",
            message=first.message, count=len(rest), lines=", ".join(lines),
        )  # fmt: skip
        shown.append(first._replace(message=message))
    return shown


def place(file: str, line: int, column: int) -> str:
    """Return a place as FILE:LINE:COLUMN, which editors and terminals recognize."""
    return f"{file}:{line}:{column}"


def gravest_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings sorted by severity, errors first."""
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def count_by_severity(findings: Sequence[Finding], omitted: Mapping[str, int]) -> str:
    """Return the number of findings of each severity, such as `2 errors, 1 note`, or nothing.

    `omitted` counts further findings by severity, which are not in the outcome.
    """
    counts = {
        severity: sum(f.severity == severity for f in findings) + omitted.get(severity, 0)
        for severity in SEVERITIES
    }
    return ", ".join(f"{n} {name}{'s' if n > 1 else ''}" for name, n in counts.items() if n)
