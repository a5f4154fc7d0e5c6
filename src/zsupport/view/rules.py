"""What is shown of the rules: one explained, all of them listed."""

from typing import Any

from zsupport.check.about_tests import EXPLAINED as ABOUT_TESTS
from zsupport.check.catalogue import KINDS, RULE_BY_CODE
from zsupport.check.refusals import REFUSALS
from zsupport.findings import CODES, Code
from zsupport.report import Report, Table


def explanation(kind: Code) -> str:
    """Return what a kind of finding is about, as a page of Markdown."""
    code = kind.code
    rule = RULE_BY_CODE.get(code) or REFUSALS.get(code) or ABOUT_TESTS.get(code)
    summary = f"{kind.summary[:1].upper()}{kind.summary[1:]}."
    page = f"# {kind.code} {kind.name} ({kind.severity})\n\n{summary}\n"
    if rule is None:
        return page
    return (
        f"{page}\n{rule.why}\n\n## Bad\n\n```yaml\n{rule.bad}```\n\n"
        f"## Good\n\n```yaml\n{rule.good}```\n"
    )


def rules_table() -> str:
    """Return the rules as a table of Markdown; what the loader finds is in the policy guide."""
    lines = ["| rule | name | severity | finds |", "|---|---|---|---|"]
    lines += [
        f"| `{kind.code}` | {kind.name} | {kind.severity} | {kind.summary} |"
        for kind in KINDS.values()
        if kind.code not in CODES
    ]
    return "\n".join(lines) + "\n"


def rules_report() -> Report:
    """Return every kind of finding, in the order of the codes."""
    records: tuple[dict[str, Any], ...] = tuple(
        {
            "code": kind.code,
            "name": kind.name,
            "severity": kind.severity,
            "summary": kind.summary,
        }
        for kind in KINDS.values()
    )
    rows = tuple(tuple(str(value) for value in record.values()) for record in records)
    return Report(
        {"schema": "zsupport.rules/1", "rules": list(records)},
        records,
        rows,
        (Table(("Code", "Name", "Severity", "Finds"), rows),),
    )
