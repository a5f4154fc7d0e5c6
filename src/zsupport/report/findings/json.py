"""Findings as a JSON document, valid for the published schemas."""

from __future__ import annotations

from typing import Any

from zsupport.clock.zones import tzdata_version
from zsupport.findings import SEVERITIES, Finding, Outcome, Span
from zsupport.report.findings import Context
from zsupport.report.findings.paths import fingerprinted
from zsupport.report.json import dumps
from zsupport.version import FORMAT, VERSION


def render(outcome: Outcome, context: Context) -> str:
    """Return the document."""
    return dumps(document(outcome, context), context.terminal) + "\n"


def document(outcome: Outcome, context: Context) -> dict[str, Any]:
    """Return the findings, the summary, and further fields of the command."""
    more = dict(outcome.extra)
    return {
        "schema": f"zsupport.{outcome.command}/1",
        "findings": records(outcome, context),
        "summary": {
            "files": len({unit.file for unit in outcome.units}),
            **{
                f"{severity}s": sum(f.severity == severity for f in outcome.findings)
                for severity in SEVERITIES
            },
            **more.pop("summary", {}),
        },
        **more,
        "versions": {
            "program": VERSION,
            "format": FORMAT,
            "tzdata": tzdata_version(),
            "holidays": context.holidays,
        },
    }


def records(outcome: Outcome, context: Context) -> list[dict[str, Any]]:
    """Return each finding as a JSON object with all fields, null if not applicable."""
    return [_record(*pair) for pair in fingerprinted(outcome.findings, context)]


def problem(finding: Finding) -> dict[str, Any]:
    """Return the fields of a finding that the document of an error includes."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "file": finding.file,
        **_range(finding.span),
        "path": finding.path,
        "expected": finding.expected,
        "hint": finding.hint,
    }


def related_places(finding: Finding) -> list[dict[str, Any]]:
    """Return the related places of a finding."""
    return [
        {"file": related.file, **_range(related.span), "message": related.message}
        for related in finding.related
    ]


def _record(finding: Finding, fingerprint: str) -> dict[str, Any]:
    fix = finding.fix
    return {
        **problem(finding),
        "label": finding.label,
        "case": None if finding.case is None else dict(finding.case),
        "related": related_places(finding),
        "fix": fix
        and {
            "title": fix.title,
            "edits": [{**_range(edit.span), "text": edit.text} for edit in fix.edits],
        },
        "fingerprint": fingerprint,
    }


def _range(span: Span) -> dict[str, int]:
    return span._asdict()
