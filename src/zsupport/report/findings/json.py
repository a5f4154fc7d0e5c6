"""Findings as the JSON document that the published schemas describe."""

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
    """Return the findings, how many there are, and what the command says beside them."""
    more = dict(outcome.extra)
    return {
        "schema": f"zsupport.{outcome.command}/1",
        "findings": records(outcome, context),
        "summary": {
            "files": len({unit.file for unit in outcome.units}),
            **{
                f"{severity}s": sum(each.severity == severity for each in outcome.findings)
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
    """Return each finding as a JSON object: every field, null where it does not apply."""
    return [_record(*each) for each in fingerprinted(outcome, context)]


def problem(finding: Finding) -> dict[str, Any]:
    """Return the fields of a finding that the document of an error has."""
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


def _record(finding: Finding, fingerprint: str) -> dict[str, Any]:
    fix = finding.fix
    return {
        **problem(finding),
        "label": finding.label,
        "case": None if finding.case is None else dict(finding.case),
        "related": [
            {"file": each.file, **_range(each.span), "message": each.message}
            for each in finding.related
        ],
        "fix": fix
        and {
            "title": fix.title,
            "edits": [{**_range(each.span), "text": each.text} for each in fix.edits],
        },
        "fingerprint": fingerprint,
    }


def _range(span: Span) -> dict[str, int]:
    return span._asdict()
