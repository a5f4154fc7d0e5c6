"""ZS414: a grant, target, calendar or commitment whose facts exclude its priority."""

from __future__ import annotations

from collections.abc import Iterator

from zsupport.answer.space import Cases
from zsupport.check.rule import Condition, Problem, Rule, Subject
from zsupport.policy.yamltext import Path
from zsupport.wording import Message

_KINDS = {"entitlements": "grant", "commitment": "commitment", "targets": "rule"}


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry, alternative and target whose facts exclude its priority."""
    if subject.decisions.existing == subject.space.every:
        return
    for condition in subject.conditions:
        if condition.path[0] not in ("priorities", "terms"):
            yield from _of_condition(subject, condition)
    yield from _of_cells(subject)


def _of_condition(subject: Subject, condition: Condition) -> Iterator[Problem]:
    """Yield the entry of a condition if its facts exclude its priority, or else each alternative.

    Only the alternatives whose facts exclude their priority are yielded.
    """
    entry = condition.path[:-1]
    matched = subject.decisions.matches(condition.when)
    if subject.excluded(matched):
        kind = _KINDS.get(str(entry[0]), "calendar")
        if kind == "grant" and not subject.revision.grants[int(entry[1])].allow:
            kind = Message("recommendation")
        yield _problem(subject, entry, kind, matched)
        return
    for position, alternative in enumerate(condition.when):
        matched = subject.decisions.matches_alternative(alternative)
        if subject.excluded(matched):
            path = subject.alternative(condition, position)
            yield _problem(subject, path, Message("alternative"), matched)


def _of_cells(subject: Subject) -> Iterator[Problem]:
    """Yield the excluded targets of rules that also match other cases.

    Targets of several metrics with the same key are one problem.
    """
    by_key: dict[tuple[int, str], tuple[Cases, list[Path]]] = {}
    for rule, metric, cell in subject.cells:
        matched = subject.decisions.matches(subject.revision.rules[rule].when)
        cases = matched & subject.cases_of(rule, metric, cell)
        if subject.excluded(cases) and not subject.excluded(matched):
            _, paths = by_key.setdefault((rule, cell.key), (cases, []))
            paths.append(subject.document.target(rule, metric, cell))
    for cases, paths in by_key.values():
        related = tuple((path, "unreachable too") for path in paths[1:])
        yield _problem(subject, paths[0], Message("target"), cases)._replace(related=related)


def _problem(subject: Subject, path: Path, kind: str, cases: Cases) -> Problem:
    space = subject.space
    leading = space.values_in(
        "priority", space.for_some("priority", cases) & subject.decisions.existing
    )
    priorities, excluded = _listed(leading), _listed(space.values_in("priority", cases))
    return Problem(
        path,
        Message(
            "unreachable {kind}: the facts lead to {priorities}, not to {excluded}",
            kind=kind,
            priorities=priorities,
            excluded=excluded,
        )
        if priorities
        else Message(
            "unreachable {kind}: the facts lead to no priority, so never to {excluded}",
            kind=kind,
            excluded=excluded,
        ),
        subject.document.first(path),
        hint=Message("change the facts or the priority, or remove the {kind}", kind=kind),
        case=subject.witness(cases),
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


RULE = Rule(
    code="ZS414",
    name="excluded-priority",
    severity="error",
    summary=Message("priority that the facts of the same condition exclude"),
    check=check,
)
