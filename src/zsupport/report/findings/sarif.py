"""Findings as SARIF 2.1.0, which code scanning and editors read."""

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
#: GitHub refuses a run with more results; the gravest are kept.
MAX_RESULTS = 25_000


def render(outcome: Outcome, context: Context) -> str:
    """Return the log with one run."""
    codes = _codes(outcome)
    index = {code: number for number, code in enumerate(codes)}
    found = fingerprinted(outcome, context)
    found.sort(key=lambda each: SEVERITIES.index(each[0].severity))
    run = {
        "tool": {
            "driver": {
                "name": "zsupport",
                "version": VERSION,
                "semanticVersion": VERSION,
                "rules": [_rule(code) for code in codes.values()],
            }
        },
        # Keeps the results of check, test and diff apart where they are uploaded to one place.
        "automationDetails": {"id": f"zsupport-{outcome.command}/"},
        "invocations": [_invocation(outcome, len(found) - MAX_RESULTS)],
        # Where the root lies is the reader's to say: it is another folder on each machine.
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the workspace."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, fingerprint, index[finding.code], context)
            for finding, fingerprint in found[:MAX_RESULTS]
        ],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return dumps(document, context.terminal) + "\n"


def _codes(outcome: Outcome) -> Mapping[str, Code]:
    """Return every kind of finding by its code, in the order of codes."""
    codes = dict(outcome.codes)
    for finding in outcome.findings:
        made = Code(finding.code, finding.name, finding.name, finding.severity)
        codes.setdefault(finding.code, made)
    return dict(sorted(codes.items()))


def _rule(code: Code) -> dict[str, Any]:
    summary = _message(code.summary)
    return {
        "id": code.code,
        "name": code.name,
        "shortDescription": summary,
        # GitHub asks for these two, and shows the help beside a result.
        "fullDescription": summary,
        "help": summary,
        "defaultConfiguration": {"level": code.severity},
    }


def _invocation(outcome: Outcome, dropped: int) -> dict[str, Any]:
    """Return whether every file could be read, and how many results (if above 0) are left out."""
    notice = {
        "level": "warning",
        "message": {"text": f"{dropped} results of lesser severity are left out"},
    }
    return {
        "executionSuccessful": all(each.code != UNREADABLE.code for each in outcome.findings),
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
                "physicalLocation": _place(each, context),
                **({"message": _message(each.message)} if each.message else {}),
            }
            for number, each in enumerate(finding.related, 1)
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
    """Return a plain message: braces would be places to fill, brackets before a `(` a link."""
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
