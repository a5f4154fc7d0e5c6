"""Findings as workflow commands of GitHub Actions, which it shows at the lines of a change."""

from __future__ import annotations

from zsupport.findings import SEVERITIES, Finding, Outcome
from zsupport.report.findings import Context
from zsupport.report.findings.paths import workspace_path
from zsupport.report.findings.wording import counted, gravest_first, sentences
from zsupport.report.text import no_command, one_line, printable

#: Of each severity GitHub shows so many in a step, and drops the rest without a word.
SHOWN = 10
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(outcome: Outcome, context: Context) -> str:
    """Return a command for each finding that GitHub shows, how many more there are, the closing."""
    shown: list[Finding] = []
    rest: list[Finding] = []
    room = dict.fromkeys(SEVERITIES, SHOWN)
    for finding in gravest_first(outcome.findings):
        (shown if room[finding.severity] > 0 else rest).append(finding)
        room[finding.severity] -= 1
    lines = [_command(finding, context) for finding in shown]
    if more := counted(rest, outcome.omitted):
        lines.append(f"not shown, as GitHub shows {SHOWN} of each kind: {more}")
    lines += [no_command(one_line(line)) for line in outcome.closing]
    return "".join(line + "\n" for line in lines)


def _command(finding: Finding, context: Context) -> str:
    span = finding.span
    properties = {
        "file": workspace_path(finding.file, context),
        "line": span.line,
        "col": span.column,
        "endLine": span.end_line,
        # GitHub knows the end of a range only where it is on one line.
        **({"endColumn": span.end_column} if span.end_line == span.line else {}),
        "title": f"{finding.code} {finding.name}",
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = _data("\n".join(sentences(finding)))
    return f"::{_COMMANDS[finding.severity]} {listed}::{message}"


def _data(text: str) -> str:
    """Return a text as it stands after the second `::` of a command."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def _property(text: str) -> str:
    """Return a text as it stands between the commas of a command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
