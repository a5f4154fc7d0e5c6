"""ZS415: an alternative of a condition whose cases earlier entries decide."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from zsupport.answer.space import Cases
from zsupport.check.rule import Condition, Problem, Rule, Subject
from zsupport.policy.model import Alternative, When
from zsupport.policy.yamltext import Path
from zsupport.wording import Message


def check(subject: Subject) -> Iterator[Problem]:
    """Yield each unreachable alternative of an entry that decides other cases."""
    several = [condition for condition in subject.conditions if len(condition.when) > 1]
    for section, entries in (
        ("priorities", _priorities),
        ("targets", _targets),
        ("hours", _hours),
        ("commitment", _commitments),
        ("limits", _limits),
    ):
        conditions = {
            condition.path[:-1]: condition for condition in several if condition.path[0] == section
        }
        if conditions:
            yield from entries(subject, conditions)


def _priorities(subject: Subject, conditions: dict[Path, Condition]) -> Iterator[Problem]:
    decided = subject.facts.deciding(subject.revision.priority_rules())
    paths: list[Path] = [rule.path for rule, _ in decided]
    every = subject.facts.every
    matches_alternative = subject.facts.matches_alternative
    yield from _of_list(subject, conditions, paths, decided, matches_alternative, every)


def _targets(subject: Subject, conditions: dict[Path, Condition]) -> Iterator[Problem]:
    above: list[tuple[Path, Cases]] = []
    for rule, (matches, decides) in subject.decisions.by_rule().items():
        path: Path = ("targets", rule)
        if path in conditions:
            matches_alternative = _opened(subject, subject.decisions.matches_alternative)
            yield from _unreachable(
                subject, conditions[path], matches_alternative, matches, decides, above
            )
        above.append((path, decides))


def _hours(subject: Subject, conditions: dict[Path, Condition]) -> Iterator[Problem]:
    for hours in subject.revision.hours:
        decided = subject.decisions.calendars(hours)
        paths = [subject.document.calendar(hours, place) for place in range(len(decided))]
        existing = subject.decisions.existing
        matches_alternative = _opened(subject, subject.space.matches_alternative)
        yield from _of_list(subject, conditions, paths, decided, matches_alternative, existing)


def _commitments(subject: Subject, conditions: dict[Path, Condition]) -> Iterator[Problem]:
    decided = subject.decisions.commitments()
    paths: list[Path] = [("commitment", place) for place in range(len(decided))]
    existing = subject.decisions.existing
    matches_alternative = _opened(subject, subject.space.matches_alternative)
    yield from _of_list(subject, conditions, paths, decided, matches_alternative, existing)


def _opened(
    subject: Subject, matches_alternative: Callable[[Alternative], Cases]
) -> Callable[[Alternative], Cases]:
    """Return a function that returns the cases that match an alternative after they were opened."""
    return lambda alternative: subject.decisions.opened(matches_alternative(alternative))


def _limits(subject: Subject, conditions: dict[Path, Condition]) -> Iterator[Problem]:
    for topic, decided in subject.decisions.limits.items():
        paths = [subject.document.limit(topic, place) for place in range(len(decided))]
        existing = subject.decisions.existing
        matches_alternative = _opened(subject, subject.space.matches_alternative)
        yield from _of_list(subject, conditions, paths, decided, matches_alternative, existing)


def _of_list(
    subject: Subject,
    conditions: dict[Path, Condition],
    paths: list[Path],
    decided: Sequence[tuple[object, Cases]],
    matches_alternative: Callable[[Alternative], Cases],
    matches: Cases,
) -> Iterator[Problem]:
    """Yield the unreachable alternatives of a list whose first matching entry decides."""
    above: list[tuple[Path, Cases]] = []
    for path, (_, decides) in zip(paths, decided, strict=True):
        if path in conditions:
            condition = conditions[path]
            yield from _unreachable(
                subject, condition, matches_alternative, matches, decides, above
            )
        above.append((path, decides))


def _unreachable(
    subject: Subject,
    condition: Condition,
    matches_alternative: Callable[[Alternative], Cases],
    matches: Cases,
    decides: Cases,
    above: list[tuple[Path, Cases]],
) -> Iterator[Problem]:
    """Yield the alternatives that match some case and decide no case.

    `matches` are the cases that the entry can decide, `decides` those that it decides. `above`
    are the earlier entries with the cases that they decide. Other rules report unreachable
    entries, and alternatives whose cases another alternative matches.
    """
    if not decides:
        return
    parts = [matches_alternative(alternative) for alternative in condition.when]
    for position, part in enumerate(parts):
        matched = part & matches
        if not matched or matched & decides or _is_covered(parts, position, condition.when):
            continue
        path = subject.alternative(condition, position)
        yield Problem(
            path,
            Message("unreachable alternative: earlier entries decide all of its cases"),
            subject.document.first(path),
            hint=Message("remove it, or move this entry before them"),
            related=tuple(
                (entry, Message("this entry decides first"))
                for entry, cases in above
                if cases & matched
            ),
        )


def _is_covered(parts: list[Cases], position: int, when: When) -> bool:
    """Return whether another alternative matches all cases of the alternative at `position`.

    Of two equal alternatives, the later alternative counts as covered. `parts` are the cases that
    each alternative matches.
    """
    return any(
        not parts[position] & ~part and (parts[position] != part or other < position)
        for other, part in enumerate(parts)
        if other != position and all(when[other].values.values())
    )


RULE = Rule(
    code="ZS415",
    name="unreachable-alternative",
    severity="warning",
    summary=Message("unreachable alternative of a condition"),
    check=check,
)
