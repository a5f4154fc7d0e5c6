"""Explain answers: the lines of the policy that decided, and changes that make answers positive.

This module has the parts that all questions share.
"""

from __future__ import annotations

from functools import cached_property

from zsupport.answer.case import Answers, Because, Case, Details, Row
from zsupport.answer.facts import PrioritiesByFacts
from zsupport.answer.grants import applying_grants
from zsupport.errors import LimitExceeded
from zsupport.policy.model import Alternative, Grant, Place, When, ranked_above
from zsupport.typed import TYPE_CHECKING, Generic
from zsupport.wording import enumerated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from zsupport.answer.channels import ChannelAnswer
    from zsupport.answer.due import DueAnswer
    from zsupport.answer.opening import HoursAnswer
    from zsupport.answer.terms import TermAnswer


def in_words(alternative: Alternative) -> str:
    """Return an alternative of a condition in words: `plan pro or api, role owner`."""
    parts = [f"{name} {any_of(values)}" for name, values in alternative.values.items()]
    if alternative.opened:
        inside, hours = alternative.opened
        parts.append(f"opened {'inside' if inside else 'outside'} {hours}")
    return ", ".join(parts) or "always"


def condition_in_words(when: When) -> str:
    """Return a condition in words: its alternatives, or `always` if it has none."""
    return "; or ".join(in_words(alternative) for alternative in when) if when else "always"


def any_of(values: Iterable[str]) -> str:
    """Return alternative values in words: `pro or api`."""
    return enumerated(values, either=True)


class Explainer(Generic[Row, Details]):
    """The answers to explain, with the parts that explanations of several questions share."""

    def __init__(self, answers: Answers[Row, Details], where: str, zone_shown: tzinfo) -> None:
        self.zone_shown = zone_shown
        self.answers = answers
        self.revision = answers.revision
        self.where = where

    def at(self, place: Place | Because) -> str:
        """Return the file and the line of a place in the policy."""
        return f"  {self.where}{self.revision.file}:{place.line}"

    def not_in_force(self) -> list[str]:
        """Return the line that says when the revision is in force; nothing if it is in force."""
        if self.answers.in_force:
            return []
        return [f"{self.at(self.revision.validity_place)}  not in force"]

    def cases(self, case: Case, changed: str) -> list[Case]:
        """Return a case for each priority that the facts leave open; the case if it has a priority.

        `changed` is the dimension or fact whose value differs from the question.
        """
        if "priority" in case or not self.revision.priorities:
            return [case]
        stated = {n: v for n, v in case.items() if n in self.answers.query.facts or n == changed}
        return [
            {**case, "priority": priority.id}
            for priority in self.revision.priorities
            if not self.by_facts.excludes(priority.id, stated)
        ]

    @cached_property
    def by_facts(self) -> PrioritiesByFacts:
        """The priorities that facts lead to, without the facts of the question."""
        return PrioritiesByFacts(self.revision, {})

    def no_priority(self) -> list[str]:
        """Return a line for each priority with its condition, which does not match."""
        return [
            f"{self.at(priority.place)}  {priority.id} does not match:"
            f" {condition_in_words(priority.when)}"
            for priority in self.revision.priorities
        ]

    def denials(self, case: Case, channels: list[str]) -> list[str]:
        """Return the conditions of grants that do not match a case."""
        grants = [g for g in self.revision.grants if set(channels) & set(g.allow)]
        if not grants:
            return [f"{self.at(self.revision.grants_place)}  no grant allows it"]
        lines = []
        for grant in grants:
            allowed = any_of(c for c in grant.allow if c in channels)
            lines.append(
                f"{self.at(grant.place)}  allows {allowed} for {_unmatched_parts(grant, case)}"
            )
        return lines

    def helpful_changes(self, case: Case, channels: list[str], what: str) -> list[str]:
        """Return the smallest changes of the case that make the answer positive.

        If no change of a single value helps, a search over all cases finds the smallest change.
        """

        def allowed(changed: Case, name: str) -> bool:
            return any(
                applying_grants(self.revision.grants, item, channel)
                for item in self.cases(changed, name)
                for channel in channels
            )

        changes = []
        for name, values in self.choices(case):
            good = [v for v in values if v != case.get(name) and allowed({**case, name: v}, name)]
            if good:
                changes.append(f"with {name} {any_of(good)}")
        if not changes:
            change = self._smallest_change(case, channels)
            if not change:
                return []
            changes.append(f"with {enumerated(f'{name} {v}' for name, v in change.items())}")
        return [f"  it would be {what} {'; or '.join(changes)}"]

    def _smallest_change(self, case: Case, channels: list[str]) -> dict[str, str] | None:
        from zsupport.advise.change import smallest_change

        try:
            return smallest_change(self.revision, case, channels, by_facts="priority" not in case)
        except LimitExceeded:
            return None

    def choices(self, case: Case) -> list[tuple[str, list[str]]]:
        """Return the values that each dimension and fact of a case could have."""
        choices = [
            ("plan", [v for v in self._values("plan", case) if v]),
            ("role", [v for v in self._values("role", case) if v]),
        ]
        if "priority" in case:
            choices.append(("priority", [p.id for p in self.revision.priorities]))
        facts = {fact.id: fact for fact in self.revision.facts}
        choices += [(name, list(facts[name].values)) for name in case if name in facts]
        return choices

    def _values(self, dimension: str, case: Case) -> list[str | None]:
        """Return the values of a dimension; those ranked above the value of the case come first."""
        members = self.revision.plans if dimension == "plan" else self.revision.roles
        if not members:
            return [None]
        current = case.get(dimension)
        ranked = ranked_above(members, current)
        if current is None:
            return [*ranked]
        return [current, *(id for id in ranked if id != current)]


def case_of(answer: ChannelAnswer | DueAnswer | HoursAnswer | TermAnswer) -> Case:
    """Return the case of an answer, without its channel."""
    return {
        **_some(plan=answer.plan, role=answer.role, priority=answer.priority),
        **answer.facts,
    }


def case_line(
    answer: ChannelAnswer | DueAnswer | HoursAnswer | TermAnswer, **more: str | None
) -> str:
    """Return the case of an answer in one line: `plan=pro role=admin channel=phone`."""
    case = case_of(answer)
    parts = [f"{name}={case[name]}" for name in ("plan", "role") if name in case]
    parts += [f"channel={answer.channel}"] if answer.channel else []
    parts += [f"{name}={value}" for name, value in case.items() if name not in ("plan", "role")]
    return " ".join([*parts, *(f"{name}={value}" for name, value in more.items() if value)])


def _some(**values: str | None) -> Case:
    return {name: value for name, value in values.items() if value is not None}


def _unmatched_parts(grant: Grant, case: Case) -> str:
    """Return the parts of the condition of a grant that do not match, with values of the case."""
    ways = []
    for alternative in grant.when:
        wrong = [
            f"{name} {any_of(values)}" + (f" (not {case[name]})" if name in case else "")
            for name, values in alternative.values.items()
            if case.get(name) not in values
        ]
        ways.append(", ".join(wrong))
    return "; or ".join(ways)
