"""The outcome of a run of `check`, and the lines that end it."""

from __future__ import annotations

from collections.abc import Sequence

from zsupport.check.batch import Checked
from zsupport.check.catalogue import KINDS
from zsupport.findings import SEVERITIES, Finding, Outcome
from zsupport.wording import Message, counted, enumerated


def outcome_of(checked: Checked, off: Sequence[str]) -> Outcome:
    """Return what a run has to say; `off` are the lines of `switched_off`."""
    return Outcome(
        "check",
        checked.units,
        checked.texts,
        KINDS,
        (*map(_about_fix, checked.fixed), closing(checked, off)),
        {
            "summary": {"allowed": checked.allowed},
            "fixed": [
                {"file": each.file, "code": each.code, "title": each.fix.title}
                for each in checked.fixed
                if each.fix
            ],
            "unread": [
                {"file": each.file, "message": each.message, "hint": each.hint}
                for each in checked.faults
            ],
            "switched_off": list(off),
        },
    )


def closing(checked: Checked, off: Sequence[str]) -> str:
    """Return the line that ends the text: what was found and what was fixed, in how many files.

    It names what configuration switched off: a change of the configuration must not go unseen.
    """
    return Message(
        "{counts}{off}", counts=_counts(checked), off="".join(f"; {line}" for line in off)
    )


def switched_off(checked: Checked, excluded: str | None) -> tuple[str, ...]:
    """Return what configuration switched off and what it `excluded`, a line of text each."""
    off = f"switched off by configuration: {', '.join(checked.off)}" if checked.off else None
    return tuple(map(_on_one_line, filter(None, (off, excluded))))


def _on_one_line(text: str) -> str:
    """Return a text with its line ends as escapes, so that no name makes a line of its own."""
    return "".join(repr(each)[1:-1] if each.splitlines() == [""] else each for each in text)


def _counts(checked: Checked) -> str:
    findings = [finding for unit in checked.units for finding in unit.findings]
    fixed = len(checked.fixed)
    files = f" in {counted(len(checked.units), 'file')}"
    if checked.allowed:
        files += f" ({counted(checked.allowed, 'finding')} allowed by comments)"
    if checked.faults:
        files += f"; {counted(len(checked.faults), 'file')} could not be read"
    if checked.unwritten:
        files += f"; {counted(len(checked.unwritten), 'file')} could not be fixed"
    if fixed:
        left = _said(findings) or "nothing"
        is_left = "are left" if len(findings) > 1 else "is left"
        return f"Fixed {fixed:,} of {fixed + len(findings):,}: {left} {is_left}{files}"
    if not findings:
        return f"All good{files.replace(' in', ':', 1)}"
    fixable = sum(finding.fix is not None for finding in findings)
    more = Message("; {count} can be fixed with {fix}", count=f"{fixable:,}") if fixable else ""
    return Message(
        "Found {findings}{files}{more}", findings=_said(findings), files=files, more=more
    )


def fixed_aside(checked: Checked) -> str:
    """Return the line that ends a run that shows what it would fix."""
    findings = sum(len(unit.findings) for unit in checked.units)
    fixed = len(checked.fixed)
    return f"would fix {fixed:,} of {fixed + findings:,} in {counted(len(checked.units), 'file')}"


def _about_fix(finding: Finding) -> str:
    title = finding.fix.title if finding.fix else finding.message
    return f"Fixed {finding.file}:{finding.span.line}: {title} ({finding.code})"


def _said(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each severity, in words."""
    counts = (sum(each.severity == severity for each in findings) for severity in SEVERITIES)
    parts = [counted(count, name) for count, name in zip(counts, SEVERITIES, strict=True) if count]
    return enumerated(parts)
