"""The outcome of a run of `check`, and the line that ends it."""

from collections.abc import Sequence

from zsupport.check.bulk import Checked
from zsupport.check.catalogue import KINDS
from zsupport.check.discover import Fault
from zsupport.findings import SEVERITIES, Outcome


def outcome_of(checked: Checked, faults: Sequence[Fault]) -> Outcome:
    """Return what a run has to say."""
    return Outcome(
        "check",
        checked.units,
        checked.texts,
        KINDS,
        (closing(checked, len(faults)),),
        {
            "unread": [
                {"file": each.file, "message": each.message, "hint": each.hint} for each in faults
            ]
        },
    )


def closing(checked: Checked, unread: int) -> str:
    """Return the line that ends the text: what was found, in how many files."""
    findings = [finding for unit in checked.units for finding in unit.findings]
    files = counted(len(checked.units), "file")
    if checked.allowed:
        files += f" ({counted(checked.allowed, 'finding')} allowed by comments)"
    if unread:
        files += f"; {counted(unread, 'file')} could not be read"
    if not checked.units:
        return "Nothing was checked"
    if not findings and unread:
        return f"Nothing was found in {files}"
    if not findings:
        return f"All good: {files}"
    counts = [
        (sum(each.severity == severity for each in findings), severity) for severity in SEVERITIES
    ]
    *parts, last = (counted(*each) for each in counts if each[0])
    return f"Found {' and '.join(part for part in (', '.join(parts), last) if part)} in {files}"


def counted(count: int, what: str) -> str:
    """Return how many there are of something."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
