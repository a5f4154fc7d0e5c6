"""What is shown of the rules: one explained, all of them listed."""

from collections.abc import Container
from typing import Any

from zsupport.check.about_tests import EXPLAINED as ABOUT_TESTS
from zsupport.check.catalogue import KINDS, RULE_BY_CODE
from zsupport.check.refusals import REFUSALS, Refusal
from zsupport.check.rule import Rule
from zsupport.check.too_many import EXPLAINED as ABOUT_SIZE
from zsupport.check.too_many import EXPLAINED_TOO_MUCH, TOO_MANY, TOO_MUCH
from zsupport.findings import CODES, UNREADABLE, Code
from zsupport.report import Report, Table

#: Why it is a mistake, of what no policy can show.
_WITHOUT_EXAMPLE = {
    UNREADABLE.code: """\
Nothing can be said of a file that was named, or that lies in a folder that is looked at, and cannot
be read: a slip in its name, a link that leads nowhere, a folder that may not be looked into. A run
that left it out without a word would look like one in which all is good. The exit code is 3, and no
option and no comment allows it: name the file as it is called, or leave it out with `exclude`.""",
}


def explanation(kind: Code) -> str:
    """Return what a kind of finding is about, as a page of Markdown."""
    code = kind.code
    about_size = {TOO_MANY.code: ABOUT_SIZE, TOO_MUCH.code: EXPLAINED_TOO_MUCH}
    examples: dict[str, Rule | Refusal] = {**RULE_BY_CODE, **REFUSALS, **ABOUT_TESTS, **about_size}
    rule = examples.get(code)
    summary = f"{kind.summary[:1].upper()}{kind.summary[1:]}."
    page = f"# {kind.code} {kind.name} ({kind.severity})\n\n{summary}\n"
    if rule is None:
        return f"{page}\n{_WITHOUT_EXAMPLE[code]}\n"
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


def rules_report(codes: Container[str]) -> Report:
    """Return the kinds of findings with these codes, in the order of the codes."""
    records: tuple[dict[str, Any], ...] = tuple(
        {
            "code": kind.code,
            "name": kind.name,
            "severity": kind.severity,
            "summary": kind.summary,
        }
        for kind in KINDS.values()
        if kind.code in codes
    )
    rows = tuple(tuple(str(value) for value in record.values()) for record in records)
    return Report(
        {"schema": "zsupport.rules/1", "rules": list(records)},
        records,
        rows,
        (Table(("Code", "Name", "Severity", "Finds"), rows),),
    )
