"""The explanation of a rule, and the list of rules."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from zsupport.check.catalogue import KINDS
from zsupport.check.explanations import page_of
from zsupport.findings import CODES, Code
from zsupport.report import Report, Table
from zsupport.report.findings.text import SEVERITY_NAMES
from zsupport.wording import Wording


def explanation(kind: Code) -> str:
    """Return the explanation of a kind of finding as a page of Markdown."""
    summary = f"{kind.summary[:1].upper()}{kind.summary[1:]}."
    title = f"# {kind.code} {kind.name} ({kind.severity})"
    return f"{title}\n\n{summary}\n\n{page_of(kind.code)}"


def rules_table() -> str:
    """Return the rules as a Markdown table, without the codes of invalid policies."""
    lines = ["| rule | name | severity | finds |", "|---|---|---|---|"]
    lines += [
        f"| `{kind.code}` | {kind.name} | {kind.severity} | {kind.summary} |"
        for kind in KINDS.values()
        if kind.code not in CODES
    ]
    return "\n".join(lines) + "\n"


def rules_report(codes: Container[str], words: Wording) -> Report:
    """Return the kinds of findings with these codes, in the order of the codes.

    `words` writes the texts of the table for the reader.
    """
    kinds = [kind for kind in KINDS.values() if kind.code in codes]
    records: tuple[dict[str, Any], ...] = tuple(
        {
            "code": kind.code,
            "name": kind.name,
            "severity": kind.severity,
            "summary": kind.summary,
        }
        for kind in kinds
    )
    rows = tuple(tuple(str(value) for value in record.values()) for record in records)
    headers = (words("Code"), words("Name"), words("Severity"), words("Finds"))
    cells = tuple(
        (kind.code, kind.name, words(SEVERITY_NAMES[kind.severity]), words.message(kind.summary))
        for kind in kinds
    )
    return Report(
        {"schema": "zsupport.rules/1", "rules": list(records)},
        records,
        rows,
        (Table(headers, cells),),
        fields=("code", "name", "severity", "summary"),
    )
