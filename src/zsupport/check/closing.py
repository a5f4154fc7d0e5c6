"""The outcome of a run of `check`, and its last lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from zsupport.check.batch import CheckResult
from zsupport.check.catalogue import KINDS
from zsupport.findings import SEVERITIES, Finding, Outcome
from zsupport.wording import Counted, Message, enumerated, joined

#: The number of findings of each severity in words.
_COUNTS: dict[str, Callable[[int], Message]] = {
    "error": lambda count: Counted("{count} error", "{count} errors", count),
    "warning": lambda count: Counted("{count} warning", "{count} warnings", count),
    "note": lambda count: Counted("{count} note", "{count} notes", count),
}


def outcome_of(result: CheckResult, off: Sequence[str]) -> Outcome:
    """Return the outcome of a run. `off` is the result of `switched_off`."""
    return Outcome(
        "check",
        result.units,
        result.texts,
        KINDS,
        (*map(_fix_line, result.fixed), closing(result, off)),
        {
            "summary": {"allowed": result.suppressed},
            "fixed": [
                {"file": finding.file, "code": finding.code, "title": finding.fix.title}
                for finding in result.fixed
                if finding.fix
            ],
            "unread": [
                {"file": fault.file, "message": fault.message, "hint": fault.hint}
                for fault in result.faults
            ],
            "switched_off": list(off),
        },
    )


def closing(result: CheckResult, off: Sequence[str]) -> str:
    """Return the last line of the text: counts of findings, fixes and files.

    It also lists what configuration switched off, so that a reader notices such a change.
    """
    return joined((*_counts(result), *off), "; ")


def switched_off(result: CheckResult, excluded: str | None) -> tuple[str, ...]:
    """Return what configuration switched off: a clause with the rules, and `excluded` if set.

    `excluded` is a clause about excluded files.
    """
    off = None
    if result.switched_off:
        rules = joined(result.switched_off, ", ")
        off = Message("switched off by configuration: {rules}", rules=rules)
    return tuple(map(_as_single_line, filter(None, (off, excluded))))


def _as_single_line(text: str) -> str:
    """Return a text with escaped line ends, so that a file name cannot add a line.

    The line ends in the values of a message are escaped.
    """
    if isinstance(text, Message):
        values = {
            name: _as_single_line(value) if isinstance(value, str) else value
            for name, value in text.values.items()
        }
        return Message(text.template, **values)
    return "".join(repr(char)[1:-1] if char.splitlines() == [""] else char for char in text)


def _counts(result: CheckResult) -> Iterator[str]:
    """Yield the clauses of the last line."""
    findings = [finding for unit in result.units for finding in unit.findings]
    fixed = len(result.fixed)
    files = Counted("{count} file", "{count} files", len(result.units))
    if fixed:
        every = Counted("{count} finding", "{count} findings", fixed + len(findings))
        yield Counted(
            "Fixed {count} of {findings} in {files}", "Fixed {count} of {findings} in {files}",
            fixed, findings=every, files=files,
        )  # fmt: skip
    elif findings:
        yield Message("Found {findings} in {files}", findings=_by_severity(findings), files=files)
    else:
        yield Message("All good: {files}", files=files)
    if fixed and findings:
        yield Message("remaining: {findings}", findings=_by_severity(findings))
    if result.suppressed:
        yield Counted(
            "{count} finding suppressed by comments", "{count} findings suppressed by comments",
            result.suppressed,
        )  # fmt: skip
    if result.faults:
        yield Counted(
            "{count} file could not be read", "{count} files could not be read", len(result.faults)
        )
    if result.unwritten:
        yield Counted(
            "{count} file could not be fixed", "{count} files could not be fixed",
            len(result.unwritten),
        )  # fmt: skip
    fixable = sum(finding.fix is not None for finding in findings)
    if fixable and not fixed:
        yield Counted("{count} can be fixed with {fix}", "{count} can be fixed with {fix}", fixable)


def preview_closing(result: CheckResult) -> str:
    """Return the last line of a run that shows fixes without applying them."""
    fixed = len(result.fixed)
    findings = fixed + sum(len(unit.findings) for unit in result.units)
    files = Counted("{count} file", "{count} files", len(result.units))
    every = Counted("{count} finding", "{count} findings", findings)
    return Counted(
        "would fix {count} of {findings} in {files}", "would fix {count} of {findings} in {files}",
        fixed, findings=every, files=files,
    )  # fmt: skip


def _fix_line(finding: Finding) -> str:
    title = finding.fix.title if finding.fix else finding.message
    return Message(
        "Fixed {file}:{line}: {title} ({code})",
        file=finding.file, line=finding.span.line, title=title, code=finding.code,
    )  # fmt: skip


def _by_severity(findings: Sequence[Finding]) -> str:
    """Return the number of findings of each severity, such as `1 error and 2 warnings`."""
    counts = (sum(finding.severity == name for finding in findings) for name in SEVERITIES)
    parts = [_COUNTS[name](count) for name, count in zip(SEVERITIES, counts, strict=True) if count]
    return enumerated(parts)
