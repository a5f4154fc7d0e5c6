"""The guides that `zsupport help TOPIC` shows, as Markdown."""

from __future__ import annotations

from importlib.resources import files

#: Every guide and its topic, in reading order.
GUIDES = {
    "policy": "Write a policy: a complete example, plans, roles, facts, channels",
    "entitlements": "Grants and conditions",
    "priorities": "Priorities by facts, as a list or a table, and by channel",
    "targets": "Metrics, targets and commitments",
    "texts": "Limits, terms, self-help, languages and sources",
    "hours": "Opening hours: windows, time zones, joined hours, questions",
    "holidays": "Holidays: dates, public holidays by country, fixed lists, worked weekend days",
    "dates": "Days that move, half days, breaks and ranges of dates",
    "ics": "Calendar files (iCalendar): read and write days off",
    "deadlines": "How deadlines are counted: working time, starts, pauses, states",
    "on-change": "Changes of priority, plan, role or facts during a case",
    "days": "Deadlines on dates: business days, opening days, calendar days",
    "files": "Policy files: selection, YAML, errors, validity, revisions, limits",
    "reference": "Every key of the policy format, and every error code",
    "check": "Find errors in a policy: rules, suppressions, fixes",
    "configuration": "Configure rules and the policy in pyproject.toml; environment variables",
    "test": "Test a policy: cases, invariants, findings",
    "coverage": "Find missing tests: coverage and mutation",
    "diff": "Who gains and who loses from a change of the policy; comparing Git revisions",
    "changes": "Kinds of changes: how answers are compared, codes",
    "tickets": "Audit a file of tickets: mapping, rejected rows, results, event logs",
    "compare": "Compare an audit with the verdicts of the help desk: causes, rows, report",
    "publish": "The customer's page of a policy: content, form, checks in CI",
    "ci": "Run the commands in pre-commit, GitHub, GitLab and editors",
    "advise": "Advice for one case: questions in a terminal, order of channels, changes",
    "scripts": "Use answers in shell scripts: exit codes, lines, fields, recipes",
    "moments": "Instants and time zones: elapsed time, local times, email dates",
    "mappings": "Mappings of exports: columns, values, formats of instants, event logs",
    "ticket-files": "Ticket files: which files, CSV, JSON, Parquet, rejected rows, faults",
    "json": "JSON documents: common fields, errors, schemas, compatibility",
    "json-answers": "JSON documents of answers: channels, due, hours and others",
    "json-advice": "JSON document of advice: the fields of advise",
    "json-audit": "JSON document of an audit: how its numbers are counted",
    "json-findings": "JSON documents of findings: check, test and diff",
    "python": "Python: ask questions with methods, and calculate with opening hours",
    "sql": "Deadlines in a database: tables of targets and working spans, the query",
    "spark": "Audit tickets on a Spark cluster: the function, rejected rows, event logs",
    "speed": "Speed: start of a command, deadlines per second, large policies",
    "completion": "Completion for bash, zsh and fish",
}


def read_guide(name: str) -> str:
    """Return a guide as Markdown; `reference` and `check` end with a generated part."""
    text = files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")
    if name == "reference":
        from zsupport.policy.reference import reference

        text += reference()
    if name == "check":
        from zsupport.view.rules import rules_table

        text += rules_table()
    return text
