"""ZS414: a grant, target, calendar or commitment for a priority that its own facts exclude."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.space import Cases
from zsupport.check.rule import Condition, Problem, Rule, Subject
from zsupport.policy.yamltext import Path

_NAMES = {"entitlements": "grant", "commitment": "commitment", "targets": "rule"}


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry, alternative and target whose cases all have an excluded priority."""
    if subject.decisions.existing == subject.space.every:
        return
    for condition in subject.conditions:
        if condition.path[0] not in ("priorities", "terms"):
            yield from _of_condition(subject, condition)
    yield from _of_cells(subject)


def _of_condition(subject: Subject, condition: Condition) -> Iterator[Problem]:
    """Yield the entry with this condition, or those of its alternatives that never match."""
    entry = condition.path[:-1]
    holds = subject.decisions.matches(condition.when)
    if subject.excluded(holds):
        what = _NAMES.get(str(entry[0]), "calendar")
        if what == "grant" and not subject.revision.grants[int(entry[1])].allow:
            what = "recommendation"
        yield _problem(subject, entry, f"unreachable {what}: its facts", holds)
        return
    for position, alternative in enumerate(condition.when):
        meets = subject.decisions.meets(alternative)
        if subject.excluded(meets):
            path = subject.alternative(condition, position)
            yield _problem(subject, path, "unreachable alternative: its facts", meets)


def _of_cells(subject: Subject) -> Iterator[Problem]:
    """Yield the targets of rules that match elsewhere; the same key of several metrics once."""
    by_key: dict[tuple[int, str], tuple[Cases, list[Path]]] = {}
    for rule, metric, cell in subject.cells:
        holds = subject.decisions.matches(subject.revision.rules[rule].when)
        cases = holds & subject.cases_of(rule, metric, cell)
        if subject.excluded(cases) and not subject.excluded(holds):
            _, paths = by_key.setdefault((rule, cell.key), (cases, []))
            paths.append(subject.document.target(rule, metric, cell))
    for cases, paths in by_key.values():
        start = "unreachable target: the facts of this rule"
        related = tuple((path, "this target too") for path in paths[1:])
        yield _problem(subject, paths[0], start, cases)._replace(related=related)


def _problem(subject: Subject, path: Path, start: str, cases: Cases) -> Problem:
    space = subject.space
    leading = space.met("priority", space.for_some("priority", cases) & subject.decisions.existing)
    return Problem(
        path,
        f"{start} lead to {_listed(leading)}, not to {_listed(space.met('priority', cases))}",
        subject.document.first(path),
        hint="change the facts or the priority, or remove it",
        case=subject.witness(cases),
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "no priority"


RULE = Rule(
    code="ZS414",
    name="excluded-priority",
    severity="error",
    summary="a grant or target for a priority that its own facts exclude",
    check=check,
)
