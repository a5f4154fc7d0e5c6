"""ZS304: an unused group, an unused source or unused hours."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each unused name.

    Sources are reported only if the policy uses at least one source. Hours are reported only if it
    uses at least one of its hours. An unused section is information for readers.
    """
    revision = subject.revision
    for group, (dimension, _) in subject.groups.items():
        if group not in subject.used_names.get(dimension, ()):
            hint = Message(
                "name it in a condition on {dimension}, or remove it", dimension=dimension
            )
            yield _problem(
                subject, ("groups", group), Message("unused group `{group}`", group=group), hint
            )
    if revision.sources:
        sources = subject.used_sources
        unused = [source.id for source in revision.sources if source.id not in sources]
        for source in unused if len(unused) < len(revision.sources) else ():
            hint = Message(
                "write `source: {source}` in the entries it documents, or remove it", source=source
            )
            yield _problem(
                subject,
                ("sources", source),
                Message("unused source `{source}`", source=source),
                hint,
            )
    if revision.hours:
        used = _hours(subject)
        unused = [hours for hours in revision.hours if hours not in used]
        for hours in unused if len(unused) < len(revision.hours) else ():
            hint = Message("name it in a grant or a target rule, or remove it")
            yield _problem(
                subject, ("hours", hours), Message("unused hours `{hours}`", hours=hours), hint
            )


def _hours(subject: Subject) -> set[str | None]:
    """Return the hours that a grant, a target rule, a cell, an `opened` or a union names."""
    revision = subject.revision
    used: set[str | None] = {grant.hours for grant in revision.grants}
    for rule in revision.rules:
        used.add(rule.hours)
        used.update(cell.hours for cells in rule.cells.values() for cell in cells.values())
        used.update(alternative.opened[1] for alternative in rule.when if alternative.opened)
    for calendars in revision.hours.values():
        used.update(member for calendar in calendars for member in calendar.any)
    return used


def _problem(subject: Subject, path: tuple[str, str], message: str, hint: str) -> Problem:
    return Problem(path, message, subject.document.key(path), hint=hint)


RULE = Rule(
    code="ZS304",
    name="unused-name",
    severity="warning",
    summary=Message("unused group, source or hours"),
    check=check,
)
