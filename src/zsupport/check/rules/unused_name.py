"""ZS304: a group, a source or a calendar that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.check.rule import Problem, Rule, Subject


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each such name.

    Where no source or no calendar at all is used they are there to be read, or to be asked for.
    """
    revision = subject.revision
    for group, (about, _) in subject.groups.items():
        if group not in subject.names_written.get(about, ()):
            hint = f"name it in a condition on {about}, or take it out"
            yield _problem(subject, ("groups", group), f"no condition names `{group}`", hint)
    if revision.sources:
        sources = subject.sources_written
        unused = [source.id for source in revision.sources if source.id not in sources]
        for source in unused if len(unused) < len(revision.sources) else ():
            hint = f"write `source: {source}` where it says something, or take it out"
            yield _problem(subject, ("sources", source), f"nothing names `{source}`", hint)
    if revision.hours:
        used = _hours(subject)
        unused = [hours for hours in revision.hours if hours not in used]
        for hours in unused if len(unused) < len(revision.hours) else ():
            hint = "name it in a grant or a target rule, or take it out"
            yield _problem(
                subject, ("hours", hours), f"nothing is open or counts by `{hours}`", hint
            )


def _hours(subject: Subject) -> set[str | None]:
    """Return the hours that a grant, a target, `opened` or a union names."""
    revision = subject.revision
    used: set[str | None] = {grant.hours for grant in revision.grants}
    for rule in revision.rules:
        used.add(rule.hours)
        used.update(cell.hours for cells in rule.cells.values() for cell in cells.values())
        used.update(each.opened[1] for each in rule.when if each.opened)
    for calendars in revision.hours.values():
        used.update(member for calendar in calendars for member in calendar.any)
    return used


def _problem(subject: Subject, path: tuple[str, str], message: str, hint: str) -> Problem:
    return Problem(path, message, subject.document.key(path), hint=hint)


RULE = Rule(
    code="ZS304",
    name="unused-name",
    severity="warning",
    summary="a group, a source or a calendar that nothing uses",
    check=check,
)
