"""Findings as workflow commands of GitHub Actions, which shows them at the lines of a change."""

from __future__ import annotations

from zsupport.findings import SEVERITIES, Finding, Outcome
from zsupport.report.findings import Context
from zsupport.report.findings.paths import workspace_path
from zsupport.report.findings.wording import count_by_severity, gravest_first, sentences
from zsupport.report.text import escape_commands, printable, single_line

#: GitHub shows this many findings of each severity per step and drops the rest without a message.
SHOWN = 10
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render(outcome: Outcome, context: Context) -> str:
    """Return a command per shown finding, the number of omitted findings, and the closing lines."""
    shown: list[Finding] = []
    rest: list[Finding] = []
    room = dict.fromkeys(SEVERITIES, SHOWN)
    for finding in gravest_first(outcome.findings):
        (shown if room[finding.severity] > 0 else rest).append(finding)
        room[finding.severity] -= 1
    lines = [_command(finding, context) for finding in shown]
    if more := count_by_severity(rest, outcome.omitted):
        lines.append(f"not shown: {more} (GitHub shows {SHOWN} findings of each severity)")
    lines += [escape_commands(single_line(line)) for line in outcome.closing]
    return "".join(line + "\n" for line in lines)


def _command(finding: Finding, context: Context) -> str:
    span = finding.span
    properties = {
        "file": workspace_path(finding.file, context),
        "line": span.line,
        "col": span.column,
        "endLine": span.end_line,
        # GitHub supports the end column only in a range on one line.
        **({"endColumn": span.end_column} if span.end_line == span.line else {}),
        "title": f"{finding.code} {finding.name}",
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = _data("\n".join(sentences(finding)))
    return f"::{_COMMANDS[finding.severity]} {listed}::{message}"


def _data(text: str) -> str:
    """Return a text, escaped for the message of a command."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(escaped)


def _property(text: str) -> str:
    """Return a text, escaped for a property of a command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
