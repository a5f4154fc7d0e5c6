"""Findings as SARIF 2.1.0, for code scanning and editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zsupport.findings import SEVERITIES, UNREADABLE, Code, Edit, Finding, Outcome, Related, Span
from zsupport.report.findings import Context
from zsupport.report.findings.paths import fingerprinted, uri, workspace_path
from zsupport.report.findings.wording import sentences
from zsupport.report.json import dumps
from zsupport.version import VERSION

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
#: GitHub rejects a run with more results. The results of the highest severity are kept.
MAX_RESULTS = 25_000


def render(outcome: Outcome, context: Context) -> str:
    """Return the log with one run."""
    codes = _codes(outcome)
    index = {code: number for number, code in enumerate(codes)}
    findings = fingerprinted(outcome.findings, context)
    findings.sort(key=lambda pair: SEVERITIES.index(pair[0].severity))
    run = {
        "tool": {
            "driver": {
                "name": "zsupport",
                "version": VERSION,
                "semanticVersion": VERSION,
                "rules": [_rule(code) for code in codes.values()],
            }
        },
        # With this id, uploads of check, test and diff do not replace each other.
        "automationDetails": {"id": f"zsupport-{outcome.command}/"},
        "invocations": [_invocation(outcome, len(findings) - MAX_RESULTS)],
        # The program that reads the log sets the root, because it differs between machines.
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the workspace."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, fingerprint, index[finding.code], context)
            for finding, fingerprint in findings[:MAX_RESULTS]
        ],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return dumps(document, context.terminal) + "\n"


def _codes(outcome: Outcome) -> Mapping[str, Code]:
    """Return all kinds of findings by code, sorted by code."""
    codes = dict(outcome.codes)
    for finding in outcome.findings:
        code = Code(finding.code, finding.name, finding.name, finding.severity)
        codes.setdefault(finding.code, code)
    return dict(sorted(codes.items()))


def _rule(code: Code) -> dict[str, Any]:
    summary = _message(code.summary)
    return {
        "id": code.code,
        "name": code.name,
        "shortDescription": summary,
        # GitHub requires both texts, and shows the help next to a result.
        "fullDescription": summary,
        "help": summary,
        "defaultConfiguration": {"level": code.severity},
    }


def _invocation(outcome: Outcome, dropped: int) -> dict[str, Any]:
    """Return whether all files were read. `dropped` is the number of omitted results."""
    notice = {
        "level": "warning",
        "message": {"text": f"omitted {dropped} results of lower severity"},
    }
    return {
        "executionSuccessful": all(f.code != UNREADABLE.code for f in outcome.findings),
        **({"toolExecutionNotifications": [notice]} if dropped > 0 else {}),
    }


def _result(finding: Finding, fingerprint: str, rule: int, context: Context) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity,
        "message": _message("\n".join(sentences(finding))),
        "locations": [{"physicalLocation": _place(finding, context)}],
        "partialFingerprints": {"zsupport/v1": fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _place(related, context),
                **({"message": _message(related.message)} if related.message else {}),
            }
            for number, related in enumerate(finding.related, 1)
        ]
    if finding.fix:
        artifact = _artifact(finding.file, context)
        replacements = [_replacement(edit) for edit in finding.fix.edits]
        result["fixes"] = [
            {
                "description": _message(finding.fix.title),
                "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
            }
        ]
    return result


def _message(text: str) -> dict[str, str]:
    """Return a message, escaped so that it contains no SARIF placeholders and links."""
    plain = text.replace("{", "{{").replace("}", "}}").replace("](", "] (")
    return {"text": plain}


def _place(where: Finding | Related, context: Context) -> dict[str, Any]:
    return {"artifactLocation": _artifact(where.file, context), "region": _region(where.span)}


def _artifact(file: str, context: Context) -> dict[str, str]:
    path = workspace_path(file, context)
    address = uri(path)
    relative = not address.startswith("file:")
    return {"uri": address, **({"uriBaseId": _ROOT} if relative else {})}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    inserted = {"insertedContent": {"text": edit.text}} if edit.text else {}
    return {"deletedRegion": _region(edit.span), **inserted}
