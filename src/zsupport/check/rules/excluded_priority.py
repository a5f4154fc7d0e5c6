"""ZS414: a grant, target, calendar, commitment or limit whose facts exclude its priority."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from zsupport.answer.space import Cases
from zsupport.check.rule import Condition, Problem, Rule, Subject
from zsupport.policy.yamltext import Path
from zsupport.typed import NamedTuple
from zsupport.wording import Message


class _Part(NamedTuple):
    """What the messages call a part of a policy, and how its finding can be fixed."""

    name: Message
    hint: Message


_GRANT = _Part(Message("grant"), Message("change the facts or the priority, or remove the grant"))
_RECOMMENDATION = _Part(
    Message("recommendation"),
    Message("change the facts or the priority, or remove the recommendation"),
)
_COMMITMENT = _Part(
    Message("commitment"), Message("change the facts or the priority, or remove the commitment")
)
_LIMIT = _Part(Message("limit"), Message("change the facts or the priority, or remove the limit"))
_RULE = _Part(Message("rule"), Message("change the facts or the priority, or remove the rule"))
_CALENDAR = _Part(
    Message("calendar"), Message("change the facts or the priority, or remove the calendar")
)
_ALTERNATIVE = _Part(
    Message("alternative"), Message("change the facts or the priority, or remove the alternative")
)
_TARGET = _Part(
    Message("target"), Message("change the facts or the priority, or remove the target")
)
#: The parts with a condition, by section. The other sections contain calendars.
_PARTS = {
    "entitlements": _GRANT, "commitment": _COMMITMENT, "limits": _LIMIT, "targets": _RULE,
}  # fmt: skip


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each entry, alternative and target whose facts exclude its priority."""
    if subject.decisions.existing == subject.space.every:
        return
    for condition in subject.conditions:
        if condition.path[0] not in ("priorities", "terms"):
            yield from _of_condition(subject, condition)
    yield from _of_cells(subject)


def _of_condition(subject: Subject, condition: Condition) -> Iterator[Problem]:
    """Yield the entry if, in every alternative of its condition, the facts exclude the priority.

    Otherwise yield each alternative whose facts exclude its priority.
    """
    entry = condition.path[:-1]
    opened = _opened(subject, condition)
    matched = opened(subject.decisions.matches(condition.when))
    if subject.excluded(matched):
        part = _PARTS.get(str(entry[0]), _CALENDAR)
        if part is _GRANT and not subject.revision.grants[int(entry[1])].allow:
            part = _RECOMMENDATION
        yield _problem(subject, entry, part, matched)
        return
    for position, alternative in enumerate(condition.when):
        matched = opened(subject.decisions.matches_alternative(alternative))
        if subject.excluded(matched):
            path = subject.alternative(condition, position)
            yield _problem(subject, path, _ALTERNATIVE, matched)


def _opened(subject: Subject, condition: Condition) -> Callable[[Cases], Cases]:
    """Return the function from the cases that a condition matches to the cases that have them.

    A channel can change the priority of a case. The conditions of grants are about the case before.
    """
    if condition.path[0] == "entitlements":
        return lambda cases: cases
    return subject.decisions.opened


def _of_cells(subject: Subject) -> Iterator[Problem]:
    """Yield the excluded targets of rules that also match other cases.

    Targets of several metrics with the same key are one problem.
    """
    by_key: dict[tuple[int, str], tuple[Cases, list[Path]]] = {}
    for rule, metric, cell in subject.cells:
        matched = subject.decisions.matches_opened(subject.revision.rules[rule].when)
        cases = matched & subject.cases_of(rule, metric, cell)
        if subject.excluded(cases) and not subject.excluded(matched):
            _, paths = by_key.setdefault((rule, cell.key), (cases, []))
            paths.append(subject.document.target(rule, metric, cell))
    for cases, paths in by_key.values():
        related = tuple((path, Message("unreachable too")) for path in paths[1:])
        yield _problem(subject, paths[0], _TARGET, cases)._replace(related=related)


def _problem(subject: Subject, path: Path, part: _Part, cases: Cases) -> Problem:
    space = subject.space
    leading = space.values_in(
        "priority", space.for_some("priority", cases) & subject.decisions.existing
    )
    priorities, excluded = _listed(leading), _listed(space.values_in("priority", cases))
    return Problem(
        path,
        Message(
            "unreachable {part}: the facts lead to {priorities}, not to {excluded}",
            part=part.name,
            priorities=priorities,
            excluded=excluded,
        )
        if priorities
        else Message(
            "unreachable {part}: the facts lead to no priority, so {excluded} is never reached",
            part=part.name,
            excluded=excluded,
        ),
        subject.document.first(path),
        hint=part.hint,
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
